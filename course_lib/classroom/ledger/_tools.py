"""What the checks share: errors, quadrature, random models, and scenes small enough for loops."""

from dataclasses import replace

import numpy as np
import sympy
from numpy.polynomial.hermite_e import hermegauss
from scipy.stats import multivariate_normal

from .. import models

PICTURES, SHAPE, FACE, POSITIONS = 3, (4, 5), (2, 3), (3, 3)  # of the scenes below


def error(actual, wanted):
    """Largest difference, relative to the largest wanted number or to 1; infinite where the shapes differ."""
    actual, wanted = np.asarray(actual, dtype=float), np.asarray(wanted, dtype=float)
    if actual.shape != wanted.shape:
        return np.inf
    return float(np.abs(actual - wanted).max() / np.max([1.0, np.abs(wanted).max()]))


def worst(*pairs):
    """The largest error of several (actual, wanted)."""
    return float(np.max([error(actual, wanted) for actual, wanted in pairs]))


def exceeds(small, large):
    """By how much `small` is above `large`, at most, relative to the largest number; else 0."""
    small, large = np.asarray(small), np.asarray(large)
    return float(np.max([0.0, np.max(small - large)]) / np.max([1.0, np.abs(large).max()]))


def exact(*differences):
    """0 if all these SymPy expressions are zero, else 1. Simplifies only where factors may be exchanged."""
    for one in map(sympy.expand, differences):
        entries = list(one) if isinstance(one, sympy.MatrixBase) else [one]
        if any(entry != 0 and (not entry.is_commutative or sympy.simplify(entry) != 0) for entry in entries):
            return 1.0
    return 0.0


def lagrange_slopes(counts, prior):
    """The derivatives of sum N ln A - l (sum A - 1) by A and by l, at A = prior and l = sum N, in symbols."""
    *A, l = sympy.symbols("A:3 l", positive=True)
    value = sum(n * sympy.log(a) for n, a in zip(counts, A)) - l * (sum(A) - 1)
    return [sympy.diff(value, one).subs({**dict(zip(A, prior)), l: sum(counts)}) for one in (*A, l)]


def blocks(names):
    """Symbols whose products do not commute: they stand for matrices of any size that fit."""
    return sympy.symbols(names, commutative=False)


def hermite(n, D):
    """Nodes (n^D, D) and weights (n^D,): weights @ f(nodes) is the mean of f over D normal numbers."""
    node, weight = hermegauss(n)
    weight = weight / weight.sum()
    mesh = [np.stack(np.meshgrid(*[part] * D, indexing="ij"), -1).reshape(-1, D) for part in (node, weight)]
    return mesh[0], mesh[1].prod(axis=1)


def axis(mean, std, n=4001, reach=14.0):
    """Points (n,) around a mean, and their distance."""
    points = np.linspace(mean - reach * std, mean + reach * std, n)
    return points, points[1] - points[0]


def plane(means, covs, n=241, reach=9.0):
    """Points (n^2, 2) around Gaussians with means (K, 2), covs (K, 2, 2), and the area of each."""
    std = np.sqrt(np.diagonal(covs, axis1=1, axis2=2))
    low, high = (means - reach * std).min(axis=0), (means + reach * std).max(axis=0)
    sides = np.linspace(low, high, n, axis=1)
    return np.stack(np.meshgrid(*sides, indexing="ij"), -1).reshape(-1, 2), np.prod((high - low) / (n - 1))


def moments(points, weights):
    """Mean (D,) and covariance (D, D) of points (n, D) under weights (n,) of any sum."""
    weights = weights / weights.sum()
    mean = weights @ points
    return mean, (points - mean).T @ ((points - mean) * weights[:, None])


def log_normal(x, mean, cov):
    """ln N(x | mean, cov) by SciPy, one row or many."""
    return multivariate_normal(np.atleast_1d(mean), np.atleast_2d(cov)).logpdf(x)


def mixture_parts(mixture, x):
    """pi_k N(x | mu_k, S_k) of every component and row of x (N, D), by SciPy: (K, N)."""
    parts = zip(mixture.weights, mixture.means, mixture.covs)
    return np.array([weight * np.exp(np.atleast_1d(log_normal(x, mu, S))) for weight, mu, S in parts])


def log_channel(y, channel, z):
    """ln p(y | z) of one observation y at many z (n, Dz), by SciPy: (n,)."""
    W, b, R = channel.matrix, channel.offset, channel.noise_cov
    return multivariate_normal(np.zeros(len(b)), R).logpdf(y - np.atleast_2d(z) @ W.T - b)


def slopes(function, at, reach=1e-4):
    """Gradient of a function of an array by central differences."""
    found = np.empty(np.shape(at))
    for index in np.ndindex(found.shape):
        move = np.zeros(found.shape)
        move[index] = reach
        found[index] = (function(at + move) - function(at - move)) / (2 * reach)
    return found


def curvature(function, at):
    """Second derivatives of a quadratic function, exactly, from its values at whole steps."""
    units = np.eye(len(at))
    here, single = function(at), [function(at + e) for e in units]
    both = np.array([[function(at + e + f) for f in units] for e in units])
    return both - np.add.outer(single, single) + here


def some_scene(rng, noise_std=60.0):
    """A random scene: face (2, 3), background (4, 5), uneven prior (3, 3)."""
    return models.scene(rng, SHAPE, FACE, noise_std=noise_std, level=127.5, contrast=74.0)


def scene_and_pictures(rng, **fields):
    """A random scene, some of its fields given, and three pictures of it."""
    one = replace(some_scene(rng), **fields)
    return one, models.pictures(rng, one, PICTURES)


def some_q(rng, sharpness=1.0):
    """Random probabilities (3, 3, 3) of the positions of three pictures."""
    return models.probabilities(rng, PICTURES, POSITIONS, sharpness=sharpness)
