"""Answers to the exercises of lesson 01 that take another route than the solution and its edits."""

import numpy as np
from numpy.linalg import inv
from scipy.linalg import block_diag


def cut_by_correlation(mean, cov, value):
    s1, s2 = np.sqrt(np.diag(cov))
    rho = cov[0, 1] / s1 / s2
    return mean[0] + rho * s1 * (value - mean[1]) / s2, s1**2 * (1 - rho**2)


def cut_by_precision(mean, cov, value):
    L = inv(cov)
    return mean[0] - L[0, 1] / L[0, 0] * (value - mean[1]), 1 / L[0, 0]


def slope_of_other(mean, cov, value):
    a = cov[1, 0] / cov[0, 0]
    return mean[0] + a * (value - mean[1]), cov[0, 0] - a * cov[1, 0]


def width(mean, cov, value):
    after, left = cut_by_correlation(mean, cov, value)
    return after, np.sqrt(left)


def unseen(D, seen):
    return [i for i in range(D) if i not in list(seen)]


def parts(mean, S, seen):
    """mu1, mu2, S11, S12, S22"""
    rest = unseen(len(mean), seen)
    return mean[rest], mean[seen], S[rest][:, rest], S[rest][:, seen], S[seen][:, seen]


def condition(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    gain = S12 @ inv(S22)
    return m1 + gain @ (value - m2), S11 - gain @ S12.T


def one_at_a_time(mean, cov, seen, value):
    """Condition on one entry after the other."""
    mean, cov = mean.copy(), cov.copy()
    for i, x in zip(seen, value):
        column = cov[:, i] / cov[i, i]
        mean, cov = mean + column * (x - mean[i]), cov - np.outer(column, cov[i])
    rest = unseen(len(mean), seen)
    return mean[rest], cov[np.ix_(rest, rest)]


def by_einsum(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    less = np.einsum("ij,jk,lk->il", S12, inv(S22), S12)
    return m1 + np.einsum("ij,jk,k->i", S12, inv(S22), value - m2), S11 - less


def without_ix(mean, cov, seen, value):
    rest = unseen(len(mean), seen)
    gain = cov[rest, seen] @ inv(cov[seen, seen])
    return mean[rest] + gain @ (value - mean[seen]), cov[rest, rest] - gain @ cov[seen, rest]


def precision_returned(mean, cov, seen, value):
    after, C = condition(mean, cov, seen, value)
    return after, inv(C)


def cov_of_seen(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return condition(mean, cov, seen, value)[0], S22 - S12.T @ np.linalg.pinv(S11) @ S12


def by_precision(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return m1 - inv(L11) @ L12 @ (value - m2), inv(L11)


def by_lists(mean, precision, seen, value):
    rest = unseen(len(mean), seen)
    pull = [sum(precision[i, j] * (x - mean[j]) for j, x in zip(seen, value)) for i in rest]
    L11 = precision[np.ix_(rest, rest)]
    return (mean[rest] - np.linalg.solve(L11, pull)).tolist(), np.linalg.solve(L11, np.eye(len(rest)))


def inverse_without_ix(mean, precision, seen, value):
    rest = unseen(len(mean), seen)
    C = inv(precision[rest, rest])
    return mean[rest] - C @ precision[rest, seen] @ (value - mean[seen]), C


def joint(mu, S, W, b, R):
    return np.concatenate([mu, W @ mu + b]), np.block([[S, S @ W.T], [W @ S, W @ S @ W.T + R]])


def joint_by_linear_map(mu, S, W, b, R):
    """The stacked vector is an affine image of z and the noise."""
    Dy, Dz = W.shape
    A = np.block([[np.eye(Dz), np.zeros((Dz, Dy))], [W, np.eye(Dy)]])
    return A @ np.r_[mu, np.zeros(Dy)] + np.r_[np.zeros(Dz), b], A @ block_diag(S, R) @ A.T


def joint_entry_by_entry(mu, S, W, b, R):
    Dy, Dz = W.shape
    C = np.zeros((Dz + Dy, Dz + Dy))
    C[:Dz, :Dz] = S
    for i in range(Dy):
        for a in range(Dz):
            C[a, Dz + i] = C[Dz + i, a] = sum(S[a, c] * W[i, c] for c in range(Dz))
        for j in range(Dy):
            C[Dz + i, Dz + j] = R[i, j] + sum(W[i, a] * S[a] @ W[j] for a in range(Dz))
    return [*mu, *(W @ mu + b)], C


def joint_precision(mu, S, W, b, R):
    mean, cov = joint(mu, S, W, b, R)
    return mean, np.linalg.pinv(cov)


RIGHT = {
    "01.1": (cut_by_correlation, cut_by_precision),
    "01.2": (lambda: (2500 - 800**2 / 400) ** 0.5, lambda: 30),
    "01.3": (condition, one_at_a_time, by_einsum),
    "01.4": (by_precision, lambda mean, L, seen, value: condition(mean, inv(L), seen, value), by_lists),
    "01.5": (joint, joint_by_linear_map, joint_entry_by_entry),
}
WRONG = {  # words of the sentence that must come
    "01.1": {"variance of the first pixel": slope_of_other, "is a standard deviation": width},
    "01.2": {"in proportion": lambda: 50 * (1 - 0.8), "who was seen": lambda: (400 - 800**2 / 2500) ** 0.5},
    "01.3": {
        "first number of `value`": lambda mean, cov, seen, value: condition(mean, cov, sorted(seen), value),
        "is singular": lambda mean, cov, seen, value: by_precision(mean, inv(cov), seen, value),
        "single entries": without_ix,
        "is a precision": precision_returned,
        "given the unseen ones": cov_of_seen,
    },
    "01.4": {"single entries": inverse_without_ix},
    "01.5": {"precision of the joint": joint_precision},
}
