"""Random instances that several exercises share."""

import numpy as np

from ... import gaussian, mixture
from ._grading import Case


def covariance(rng, D, scale=1.0):
    """A random covariance (D, D), well conditioned."""
    root = rng.normal(size=(D, D + 2))
    return scale**2 * (root @ root.T / D + 0.1 * np.eye(D))


def covariances(rng, K, D, scale=1.0):
    """K random covariances (K, D, D)."""
    return np.stack([covariance(rng, D, scale) for _ in range(K)])


def weights(rng, K):
    """K random weights above 0 that sum to 1."""
    return rng.dirichlet(np.full(K, 3.0))


def gaussian_prior(rng, D, scale=1.0):
    """A random Gaussian in D dimensions."""
    return gaussian.Gaussian(scale * rng.normal(size=D), covariance(rng, D, scale))


def channel(rng, Dy, Dz, scale=1.0):
    """A random linear-Gaussian measurement of Dz numbers by Dy."""
    return gaussian.LinearGaussian(
        rng.normal(size=(Dy, Dz)), scale * rng.normal(size=Dy), covariance(rng, Dy, scale)
    )


def mixture_prior(rng, K, D, scale=1.0):
    """A random mixture of K Gaussians in D dimensions."""
    return mixture.Mixture(weights(rng, K), scale * rng.normal(size=(K, D)), covariances(rng, K, D, scale))


def singular(S):
    """Whether a matrix is singular up to rounding, so that its inverse would be noise."""
    return np.linalg.matrix_rank(S, tol=1e-9 * np.abs(S).max()) < len(S)


def inverse(S):
    """The inverse of a small matrix, positive definite or not."""
    return np.linalg.solve(S, np.eye(len(S)))


def only_numbers(rng):
    """The one instance of a pencil exercise: all numbers stand in the question."""
    return [Case("the numbers of the question", ())]
