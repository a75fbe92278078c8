"""Answers to the exercises of lesson 02 that take another route than the solution and its edits."""

import numpy as np
from numpy.linalg import inv
from scipy.linalg import cho_factor, cho_solve, eigh

from tests.classroom.answers01 import joint, one_at_a_time


def predicted_by_sums(mu, S, W, b, R):
    mean = [b[i] + sum(W[i, a] * mu[a] for a in range(len(mu))) for i in range(len(b))]
    return mean, np.einsum("ia,ab,jb->ij", W, S, W) + R


def by_precision(mu, S, W, b, R, y):
    C = inv(inv(S) + W.T @ inv(R) @ W)
    return C @ (inv(S) @ mu + W.T @ inv(R) @ (y - b)), C


def by_solve(mu, S, W, b, R, y):
    precision = np.linalg.solve(S, np.eye(len(mu))) + W.T @ np.linalg.solve(R, W)
    h = np.linalg.solve(S, mu) + W.T @ np.linalg.solve(R, y - b)
    return np.linalg.solve(precision, h), np.linalg.solve(precision, np.eye(len(mu)))


def by_gain(mu, S, W, b, R, y):
    return by_given_gain(S @ W.T @ inv(W @ S @ W.T + R), mu, S, W, b, y)


def by_given_gain(G, mu, S, W, b, y):
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


def by_joseph(mu, S, W, b, R, y):
    G = cho_solve(cho_factor(W @ S @ W.T + R), W @ S).T
    A = np.eye(len(mu)) - G @ W
    return mu + G @ (y - (W @ mu + b)), A @ S @ A.T + G @ R @ G.T


def by_joint(mu, S, W, b, R, y):
    """(G2) on the joint (G4), one measured number after the other."""
    return one_at_a_time(*joint(mu, S, W, b, R), range(len(mu), len(mu) + len(y)), y)


def least_squares(mu, S, W, b, R, y):
    C = inv(W.T @ inv(R) @ W)
    return C @ W.T @ inv(R) @ (y - b), C


def wiener(mu, S, noise_std, y):
    lam, U = np.linalg.eigh(S)
    factors = lam / (lam + noise_std**2)
    return factors, mu + U @ np.diag(factors) @ U.T @ (y - mu)


def wiener_by_gain(mu, S, noise_std, y):
    """The mean without any eigenvector, the factors as eigenvalues of the gain."""
    G = S @ inv(S + noise_std**2 * np.eye(len(mu)))
    return np.linalg.eigvalsh((G + G.T) / 2), mu + G @ (y - mu)


def wiener_by_loop(mu, S, noise_std, y):
    lam, U = eigh(S)
    factors = [v / (v + noise_std**2) for v in lam]
    return factors, mu + sum(f * u * (u @ (y - mu)) for f, u in zip(factors, U.T))


def wiener_single(mu, S, noise_std, y):
    lam, U = np.linalg.eigh(S.astype(np.float32))
    f = (lam / (lam + np.float32(noise_std) ** 2)).astype(np.float32)
    return f, (mu + U @ (f * (U.T @ (y - mu)))).astype(np.float32)


def deviations(mu, S, noise_std, y):
    lam, U = np.linalg.eigh(S)
    f = lam**0.5 / (lam**0.5 + noise_std)
    return f, mu + U @ np.diag(f) @ U.T @ (y - mu)


RIGHT = {
    "02.1": (lambda: (100 / 400 + 150 / 100) / (1 / 400 + 1 / 100), lambda: 100 + 400 / 500 * 50),
    "02.2": (lambda mu, S, W, b, R: (W @ mu + b, W @ S @ W.T + R), predicted_by_sums),
    "02.3": (by_precision, by_solve, by_gain),
    "02.4": (by_gain, by_joseph, by_joint),
    "02.5": (wiener, wiener_by_gain, wiener_by_loop, wiener_single),
}
WRONG = {  # words of the sentence that must come
    "02.1": {
        "one over the standard deviation": lambda: (100 / 20 + 150 / 10) / (1 / 20 + 1 / 10),
        "less sure opinion": lambda: (100 * 20 + 150 * 10) / 30,
    },
    "02.2": {"two opinions": lambda mu, S, W, b, R: (W @ mu + b, inv(inv(W @ S @ W.T) + inv(R)))},
    "02.3": {
        "least squares": least_squares,
        "all of y - b": lambda mu, S, W, b, R, y: (
            mu + by_precision(0 * mu, S, W, b, R, y)[0],
            by_precision(mu, S, W, b, R, y)[1],
        ),
    },
    "02.4": {
        "never needs": by_precision,
        "noise is missing in the gain": lambda mu, S, W, b, R, y: by_gain(mu, S, W, b, 0, y),
        "noise alone": lambda mu, S, W, b, R, y: by_given_gain(S @ W.T @ inv(R), mu, S, W, b, y),
    },
    "02.5": {"throughout": deviations},
}
