"""Random mixtures of patches, and images that no function may take, shared by the tests of track 1."""

import numpy as np

from course_lib.gaussian import LinearGaussian
from course_lib.mixture import Mixture


def random_mixture(rng, K, D, *, rank=None, scale=1.0, spread=1.0):
    """A Mixture (K, D): uneven weights, means about `spread` apart, covariances of full or given rank, widths about `scale`."""
    A = scale * rng.standard_normal((K, D, D if rank is None else rank)) / D**0.5
    return Mixture(rng.dirichlet(np.full(K, 3.0)), spread * rng.standard_normal((K, D)), A @ A.transpose(0, 2, 1))


def identity_channel(D, noise_std):
    """y = z + noise, independent in every pixel: W = I, b = 0, R = noise_std^2 I."""
    return LinearGaussian(np.eye(D), np.zeros(D), noise_std**2 * np.eye(D))


def _with_a_hole():
    images = np.zeros((2, 4, 4))
    images[1, 2, 3] = np.nan
    return images


# (what is passed for images, error, what its message says after the argument's name)
BAD_IMAGES = [
    (_with_a_hole(), ValueError, "needs finite numbers; got 1 NaN or infinite of 32"),
    (np.full((2, 3, 3), np.inf), ValueError, "needs finite numbers; got 18 NaN or infinite of 18"),
    (np.zeros(5), ValueError, r"needs shape .*H, W\); got \(5,\)"),
    (np.zeros((0, 4, 4)), ValueError, r"needs shape .*H, W\); got \(0, 4, 4\); give at least one"),
    (np.zeros((4, 4), complex), TypeError, "needs real numbers; got dtype complex128"),
    (np.full((4, 4), "7"), TypeError, "needs real numbers; got dtype <U1"),
    (np.zeros((4, 4), bool), TypeError, "needs real numbers; got dtype bool"),
    (np.zeros((4, 4), object), TypeError, "needs real numbers; got dtype object"),
    ([np.zeros((4, 4)), np.zeros((4, 5))], ValueError, "needs parts of one shape; got parts of different shapes"),
    (np.ma.masked_array(np.zeros((4, 4)), np.eye(4)), TypeError, "needs a plain array; got a masked array"),
]
