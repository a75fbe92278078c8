"""Small random models and comparisons shared by the tests."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from course_lib.gaussian import Gaussian, LinearGaussian


def random_cov(rng, D, rank=None):
    """A covariance (D, D), regular or of that rank."""
    A = rng.standard_normal((D, D if rank is None else rank))
    return A @ A.T + (0.3 * np.eye(D) if rank is None else 0)


def random_gaussian(rng, D, rank=None):
    return Gaussian(rng.standard_normal(D), random_cov(rng, D, rank))


def random_channel(rng, Dy, Dz):
    """A channel with every part random: W, b and a full R."""
    return LinearGaussian(rng.standard_normal((Dy, Dz)), rng.standard_normal(Dy), random_cov(rng, Dy))


def close(actual, expected, rtol=1e-10):
    """Equal to `rtol` relative to the largest entry."""
    scale = np.abs(expected).max() if np.size(expected) else 0
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * scale)


def same(actual, expected, rtol=1e-10):
    """Two Gaussians with equal mean and covariance."""
    close(actual.mean, expected.mean, rtol)
    close(actual.cov, expected.cov, rtol)


def grid(half, n, D):
    """Points (n^D, D) of a regular grid over [-half, half]^D, and the volume of its cells."""
    axis = np.linspace(-half, half, n)
    points = np.stack(np.meshgrid(*[axis] * D, indexing="ij"), axis=-1).reshape(-1, D)
    return points, (axis[1] - axis[0]) ** D


def moments_agree(x, mean, cov):
    """Mean and covariance of the samples x (n, D) within 5 standard errors of those given (central limit theorem)."""
    n = len(x)
    centred = x - mean
    products = np.einsum("ni,nj->nij", centred, centred)
    rounding = 1e-10 * np.abs(cov).max()
    assert (np.abs(centred.mean(0)) <= 5 * centred.std(0) / np.sqrt(n) + rounding).all()
    assert (np.abs(products.mean(0) - cov) <= 5 * products.std(0) / np.sqrt(n) + rounding).all()


def assert_record(record):
    """Fields cannot be replaced, and their arrays are read-only float64."""
    for field in fields(record):
        array = getattr(record, field.name)
        assert array.dtype == np.float64 and not array.flags.writeable
        with pytest.raises(FrozenInstanceError):
            setattr(record, field.name, array)


def grid(reach, n, D):
    """Points (n^D, D) of a regular grid on [-reach, reach]^D, and the volume of its cell."""
    axis, step = np.linspace(-reach, reach, n, retstep=True)
    return np.stack(np.meshgrid(*[axis] * D, indexing="ij"), -1).reshape(-1, D), step**D


def close(actual, wanted, rtol=1e-10):
    """Assert the same shape, and equality to `rtol` of the largest wanted entry."""
    actual, wanted = np.asarray(actual), np.asarray(wanted)
    assert actual.shape == wanted.shape
    np.testing.assert_allclose(actual, wanted, rtol=rtol, atol=rtol * np.abs(wanted).max())


def same(a, b, rtol=1e-10):
    """Assert that two Gaussians, or two mixtures, have the same parameters."""
    assert type(a) is type(b)
    for field in a.__dataclass_fields__:
        close(getattr(a, field), getattr(b, field), rtol)


def moments_agree(draws, mean, cov, sigmas=5):
    """Assert mean and covariance of draws (n, D) within `sigmas` standard errors of the central limit theorem."""
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
        with pytest.raises(AttributeError):
            setattr(record, name, value)
