"""Random models, small enough for loops, for exercises, ledger, tests; all draw from the generator `rng`."""

import numpy as np

from ..gaussian import Gaussian, LinearGaussian
from ..mixture import Mixture
from ..scene import Scene
from . import loops


def covariance(rng, D, *, rank=None, scale=1.0):
    """A covariance (D, D) with variances of about scale^2; of that `rank`, or far from singular."""
    A = scale * rng.standard_normal((D, rank or 2 * D))
    S = A @ A.T / A.shape[1]
    return S if rank else S + 0.1 * scale**2 * np.eye(D)


def gaussian(rng, D, *, rank=None, scale=1.0):
    """A Gaussian in D dimensions; rank and scale as in `covariance`."""
    return Gaussian(scale * rng.standard_normal(D), covariance(rng, D, rank=rank, scale=scale))


def channel(rng, Dy, Dz, *, scale=1.0):
    """A channel y = W z + b + noise with no entry 0: W (Dy, Dz), b of size `scale`, a full R."""
    W, b = rng.standard_normal((Dy, Dz)), scale * rng.standard_normal(Dy)
    return LinearGaussian(W, b, covariance(rng, Dy, scale=scale))


def mixture(rng, K, D, *, rank=None, scale=1.0, spread=2.0):
    """A Mixture (K, D): uneven weights, means about `spread` apart, rank and scale as there."""
    covs = [covariance(rng, D, rank=rank, scale=scale) for _ in range(K)]
    return Mixture(rng.dirichlet(np.full(K, 3.0)), spread * rng.standard_normal((K, D)), covs)


def scene(rng, shape, face_shape, *, noise_std=60.0, level=120.0, contrast=40.0, impossible=0.0):
    """A Scene (H, W) with a face (h, w), gray levels about `level`, a share of positions `impossible`."""
    positions = tuple(outer - inner + 1 for outer, inner in zip(shape, face_shape))
    A = rng.dirichlet(np.ones(np.prod(positions)))
    A[rng.permutation(A.size)[: int(impossible * A.size)]] = 0
    face, background = (level + contrast * rng.standard_normal(s) for s in (face_shape, shape))
    return Scene(face, background, noise_std, (A / A.sum()).reshape(positions))


def pictures(rng, scene, n):
    """`n` pictures (n, H, W) of a `scene`, made pixel by pixel.  (S1)"""
    places = np.stack(
        np.unravel_index(rng.choice(scene.prior.size, n, p=scene.prior.ravel()), scene.positions), 1
    )
    clean = np.array([loops.paste(scene.face, scene.background, d) for d in places])
    return clean + scene.noise_std * rng.standard_normal(clean.shape)


def probabilities(rng, n, positions, *, sharpness=1.0, zeros=0.0):
    """q (n, I, J) of n pictures: random, the flatter the larger `sharpness`, with a share of `zeros`."""
    q = rng.dirichlet(np.full(np.prod(positions), sharpness), n)
    for row in q:
        row[rng.permutation(row.size)[: int(zeros * row.size)]] = 0
    return (q / q.sum(axis=1, keepdims=True)).reshape(n, *positions)


def one_hot(places, positions):
    """Integer positions `places` (N, 2) as q (N, I, J) that is sure of them."""
    q = np.zeros((len(places), *positions))
    q[np.arange(len(places)), *np.transpose(places)] = 1
    return q
