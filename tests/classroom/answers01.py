"""Answers to the exercises of lesson 01 that take another route than the solution and its edits."""

import numpy as np
from numpy.linalg import inv
from scipy.linalg import block_diag

from course_lib.classroom.exercises import EXERCISES

condition, by_precision, joint = (EXERCISES[number].solution for number in ("01.3", "01.4", "01.5"))


def blocks_of_whole(S11, S12, S22):
    L = inv(np.vstack([np.hstack([S11, S12]), np.hstack([S12.T, S22])]))
    n = S11.shape[0]
    return L[:n, :n], L[:n, n:]


def other_corner(S11, S12, S22):
    N = S22 - S12.T @ inv(S11) @ S12
    return inv(N), -inv(N) @ S12.T @ inv(S11)


def unseen(D, seen):
    return [i for i in range(D) if i not in list(seen)]


def one_at_a_time(mean, cov, seen, value):
    """Condition on one entry after the other."""
    mean, cov = mean.copy(), cov.copy()
    for i, x in zip(seen, value):
        column = cov[:, i] / cov[i, i]
        mean, cov = mean + column * (x - mean[i]), cov - np.outer(column, cov[i])
    rest = unseen(len(mean), seen)
    return mean[rest], cov[np.ix_(rest, rest)]


def without_ix(mean, cov, seen, value):
    rest = unseen(len(mean), seen)
    gain = cov[rest, seen] @ inv(cov[seen, seen])
    return mean[rest] + gain @ (value - mean[seen]), cov[rest, rest] - gain @ cov[seen, rest]


def precision_returned(mean, cov, seen, value):
    after, C = condition(mean, cov, seen, value)
    return after, inv(C)


def cov_of_seen(mean, cov, seen, value):
    rest = unseen(len(mean), seen)
    S11, S21, S22 = cov[rest][:, rest], cov[seen][:, rest], cov[seen][:, seen]
    return condition(mean, cov, seen, value)[0], S22 - S21 @ np.linalg.pinv(S11) @ S21.T


def by_lists(mean, precision, seen, value):
    rest = unseen(len(mean), seen)
    pull = [sum(precision[i, j] * (x - mean[j]) for j, x in zip(seen, value)) for i in rest]
    L11 = precision[np.ix_(rest, rest)]
    return (mean[rest] - np.linalg.solve(L11, pull)).tolist(), np.linalg.solve(L11, np.eye(len(rest)))


def inverse_without_ix(mean, precision, seen, value):
    rest = unseen(len(mean), seen)
    C = inv(precision[rest, rest])
    return mean[rest] - C @ precision[rest, seen] @ (value - mean[seen]), C


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
    "01.1": (blocks_of_whole,), "01.2": (lambda: 30,), "01.3": (one_at_a_time,),
    "01.4": (lambda mean, L, seen, value: condition(mean, inv(L), seen, value), by_lists),
    "01.5": (joint_by_linear_map, joint_entry_by_entry),
}  # fmt: skip
WRONG = {  # words of the sentence that must come
    "01.1": {"other corner": other_corner},
    "01.2": {"in proportion": lambda: 50 * (1 - 0.8), "who was seen": lambda: (400 - 800**2 / 2500) ** 0.5},
    "01.3": {"first number of `value`": lambda mean, cov, seen, y: condition(mean, cov, sorted(seen), y),
             "is singular": lambda mean, cov, seen, value: by_precision(mean, inv(cov), seen, value),
             "single entries": without_ix, "is a precision": precision_returned,
             "given the unseen ones": cov_of_seen},
    "01.4": {"single entries": inverse_without_ix},
    "01.5": {"precision of the joint": joint_precision},
}  # fmt: skip
