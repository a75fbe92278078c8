"""Comparisons that the tests of the library share; the random models are those of the classroom."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import strategies as st

from course_lib import priors
from course_lib.classroom import models
from course_lib.gaussian import LinearGaussian

random_cov, random_gaussian, random_channel = models.covariance, models.gaussian, models.channel

# (dtype of images that come in, dtype of what goes out): float32 is kept, all else becomes float64
IN_AND_OUT = [("float32", "float32"), *((k, "float64") for k in "uint8 int64 float16 >f8 float64".split())]


def random_mixture(rng, K, D, rank=None, **options):
    return models.mixture(rng, K, D, rank=rank, **options)


def identity_channel(D, noise_std):
    """y = z + noise with independent noise: W = I, b = 0, R = noise_std^2 I."""
    return LinearGaussian(np.eye(D), np.zeros(D), noise_std**2 * np.eye(D))


def grid(reach, n, D):
    """Points (n^D, D) of a regular grid on [-reach, reach]^D, and the volume of its cell."""
    axis, step = np.linspace(-reach, reach, n, retstep=True)
    return np.stack(np.meshgrid(*[axis] * D, indexing="ij"), -1).reshape(-1, D), step**D


@st.composite
def stacks(draw):
    """Random images (..., H, W) with 0 to 2 leading axes, a window (h, w) that fits, values (..., I, J)."""
    H, W = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    leading = draw(st.lists(st.integers(1, 3), max_size=2))
    h, w = draw(st.integers(1, H)), draw(st.integers(1, W))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values = rng.standard_normal((*leading, H - h + 1, W - w + 1))
    return rng.uniform(0, 255, (*leading, H, W)), (h, w), values


def relaid(x):
    """The numbers of x in column-major order, with negative strides, with gaps in memory, and as lists."""
    back = (slice(None, None, -1),) * x.ndim
    return [np.asfortranarray(x), x[back].copy()[back], np.repeat(x, 2, axis=-1)[..., ::2], x.tolist()]


def close(actual, wanted, rtol=1e-10, size=None):
    """Assert the same shape, and equality to `rtol` of the largest wanted entry, or of `size` if given."""
    actual, wanted = np.asarray(actual), np.asarray(wanted)
    assert actual.shape == wanted.shape
    size = np.max(np.abs(wanted) if size is None else size)
    np.testing.assert_allclose(actual, wanted, rtol=rtol, atol=rtol * size)


def same(a, b, rtol=1e-10):
    """Assert that two Gaussians, or two mixtures, have the same parameters."""
    assert type(a) is type(b)
    for field in a.__dataclass_fields__:
        close(getattr(a, field), getattr(b, field), rtol)


def moments_agree(draws, mean, cov, sigmas=5):
    """Assert mean and covariance of draws (n, D) within `sigmas` standard errors (central limit theorem)."""
    centred = draws - mean
    products = centred[:, :, None] * centred[:, None, :]
    for actual, wanted in ((draws, mean), (products, cov)):
        error = np.abs(actual.mean(0) - wanted)
        assert (error <= sigmas * actual.std(0) / np.sqrt(len(draws)) + 1e-12).all()


def assert_record(kind, **fields):
    """Assert that a record copies its arguments to read-only float64 and cannot be assigned to."""
    given = {name: np.array(value) for name, value in fields.items()}
    record = kind(**given)
    for name, value in given.items():
        stored = getattr(record, name)
        assert stored.dtype == np.float64 and not stored.flags.writeable
        value[...] = 0
        np.testing.assert_array_equal(stored, fields[name])
        with pytest.raises(FrozenInstanceError):
            setattr(record, name, value)


def shipped_prior(m, K, seed=0):
    """A prior of the package, or an error at once: no damaged file may make a test start a fit of minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(priors, "fit_digits", None)
        return priors.digit_prior(m, K, seed=seed)
