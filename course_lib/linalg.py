"""Covariance matrices: factors, roots and densities, with one test of what counts as singular."""

import numpy as np
from scipy.linalg import cho_solve, solve_triangular


def log_normal(difference, L):
    """ln N(x | mu, L L') of the difference x - mu (..., D), with the Cholesky factor L (D, D): (...)."""
    D = L.shape[0]
    flat = difference.reshape(-1, D)
    white = solve_triangular(L, flat.T, lower=True, check_finite=False)
    log_det = 2 * np.log(np.diag(L)).sum()
    square = np.einsum("dn,dn->n", white, white)
    return (-0.5 * (D * np.log(2 * np.pi) + log_det + square)).reshape(difference.shape[:-1])


def cholesky(name, S, remedy):
    """Lower Cholesky factor of S, or a ValueError that names the matrix and the remedy.

    Singular up to rounding is singular: when some entry keeps less than 4 D eps of its variance once all the
    others are known. That share is 1 / (S_ii (S^-1)_ii), whatever the units and the order of the entries.
    """
    D = S.shape[0]
    try:
        L = np.linalg.cholesky(S)
        L_inv = solve_triangular(L, np.eye(D), lower=True, check_finite=False)
        kept = 1 / (np.diag(S) * (L_inv**2).sum(axis=0))
    except np.linalg.LinAlgError:
        kept = np.zeros(1)
    if not kept.min() > 4 * D * np.finfo(float).eps:
        raise ValueError(f"{name} needs to be positive definite; got a singular matrix {S.shape}; {remedy}")
    return L


def inverse(name, S, remedy):
    """S^-1 by Cholesky, symmetric; for the precision forms only, ValueError if S is singular."""
    return symmetric(cho_solve((cholesky(name, S, remedy), True), np.eye(S.shape[0])))


def square_root(S):
    """The symmetric square root of a covariance S (D, D), singular or not; no eigenvector's sign matters."""
    lam, U = np.linalg.eigh(S)
    return (U * np.sqrt(np.maximum(lam, 0))) @ U.T


def symmetric(S):
    """The symmetric part of S: rounding in a product of matrices leaves it slightly off."""
    return (S + S.T) / 2
