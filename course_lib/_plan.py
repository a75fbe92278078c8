"""The fast plan for independent noise: what does not depend on the patches, computed once and kept.      (M6)

Patches come in as x - level: near zero float32 keeps their digits, whatever the level of the prior.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import get_blas_funcs

from . import _weights, blas

BLOCK_NUMBERS = 2**19  # numbers in a block of patches: large enough for BLAS, small enough for a cache
TINY_PATCH = 32  # pixels: up to here triangular products cost more than full ones


@dataclass(frozen=True, eq=False)
class Plan:
    """All for one prior, noise and precision.

    level : one number, the mean gray level of the prior
    basis : None, or (D, r) directions that the gate looks at
    log_const : (K,), ln pi_k - 1/2 ln det(S_k + sigma^2 I), up to a common constant
    whiten, centre : (K, r, r) lower triangular T_k, and mu_k' T_k; |x' T_k - centre_k| is the distance
    shrink, rest : (K, D, D) and (K, D), with x @ shrink_k + rest_k the posterior mean m_k(x)
    root : (K, D, D), the symmetric square root of the posterior covariance, or None
    """

    level: np.ndarray
    basis: np.ndarray | None
    log_const: np.ndarray
    whiten: np.ndarray
    centre: np.ndarray
    shrink: np.ndarray
    rest: np.ndarray
    root: np.ndarray | None


@functools.lru_cache(maxsize=4)
def make(prior, noise_std, gate_rank, dtype, with_root):
    """The `Plan`, from the eigenvectors of the prior, which serve every noise_std.              (M6)

    gate_rank : int or None; dtype : in which it is used; with_root : is it for samples?
    """
    level = dtype.type(prior.mean.mean())
    lam, U = prior.eigen
    seen = lam + noise_std**2
    means = prior.means - level
    with blas.one_thread(lam.shape[1]):
        shrink = (U * (lam / seen)[:, None, :]) @ U.transpose(0, 2, 1)
        rest = means - np.einsum("kd,kde->ke", means, shrink)
        root = (
            (U * (noise_std * np.sqrt(lam / seen))[:, None, :]) @ U.transpose(0, 2, 1) if with_root else None
        )
        basis = None
        if gate_rank is not None:
            basis = np.linalg.eigh(prior.cov)[1][:, -gate_rank:]
            means = means @ basis
            lam, U = np.linalg.eigh(basis.T @ prior.covs @ basis)
            seen = np.maximum(lam, 0) + noise_std**2
        whiten = np.linalg.qr(U.transpose(0, 2, 1) / np.sqrt(seen)[:, :, None], mode="r")
        centre = np.einsum("kij,kj->ki", whiten, means)
    log_const = prior.log_weights - 0.5 * np.log(seen).sum(1)
    arrays = (level, basis, log_const, whiten.transpose(0, 2, 1), centre, shrink, rest, root)
    return Plan(*(None if a is None else np.ascontiguousarray(a, dtype=dtype) for a in arrays))


def restore(x, plan, estimate, rng):
    """The patches x - level (N, D) restored by the plan, in blocks; estimate, rng : as in `denoising`."""
    restored = np.empty_like(x)
    size = max(1, BLOCK_NUMBERS // x.shape[1])
    for start in range(0, len(x), size):
        block = x[start : start + size]
        restored[start : start + size] = estimate_patches(block, weigh(block, plan), plan, estimate, rng)
    return restored


def weigh(x, plan):
    """Responsibilities (n, K) for the patches x - level (n, D), by the plan.                         (M2)"""
    return _weights.normalise("patches", _log_joint(x, plan))


def estimate_patches(x, resp, plan, estimate, rng):
    """The patches x - level (n, D) of responsibilities resp (n, K), else as in `restore`.  (M4), (M5)"""
    weights = _weights.choose(resp, estimate, rng)
    restored = np.zeros_like(x)
    for k in np.flatnonzero(weights.any(axis=0)):
        rows = np.flatnonzero(weights[:, k])
        z = x[rows] @ plan.shrink[k]
        z += plan.rest[k]
        if estimate == "sample":
            z += rng.standard_normal(z.shape).astype(x.dtype, copy=False) @ plan.root[k]
        if estimate == "mean":
            z *= weights[rows, k, None]
        restored[rows] += z
    return restored


def _log_joint(x, plan):
    """ln pi_k + ln N(x_n | mu_k, S_k + sigma^2 I) up to one constant: (n, K)."""
    if plan.basis is not None:
        x = x @ plan.basis
    with np.errstate(over="ignore", invalid="ignore"):
        squares = _whole_squares(x, plan) if x.shape[1] <= TINY_PATCH else _triangular_squares(x, plan)
    return plan.log_const - squares / 2


def _triangular_squares(x, plan):
    """|x_n' T_k - centre_k|^2 by triangular products, half the operations of full ones: (n, K)."""
    trmm = get_blas_funcs("trmm", (x,))
    squares = np.empty((len(x), len(plan.centre)), x.dtype)
    for k, centre in enumerate(plan.centre):
        white = trmm(1.0, plan.whiten[k].T, x.T).T
        white -= centre
        squares[:, k] = np.vecdot(white, white)
    return squares


def _whole_squares(x, plan):
    """The same by full products with pixels first, so that few pixels still make long rows: (n, K)."""
    pixels = np.ascontiguousarray(x.T)
    white = np.empty_like(pixels)
    squares = np.empty((len(plan.centre), len(x)), x.dtype)
    for k, centre in enumerate(plan.centre):
        np.matmul(plan.whiten[k].T, pixels, out=white)
        white -= centre[:, None]
        np.einsum("dn,dn->n", white, white, out=squares[k])
    return squares.T
