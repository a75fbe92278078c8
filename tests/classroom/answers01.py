"""Answers to the exercises of lesson 01."""

import numpy as np
from numpy.linalg import inv
from scipy.linalg import block_diag


def by_whole_inverse(S11, S12, S22):
    L = inv(np.vstack([np.hstack([S11, S12]), np.hstack([S12.T, S22])]))
    n = S11.shape[0]
    return L[:n, :n], L[:n, n:]


def by_formula(S11, S12, S22, schur=lambda S11, S12, S22: S11 - S12 @ inv(S22) @ S12.T):
    L11 = inv(schur(S11, S12, S22))
    return L11, -L11 @ S12 @ inv(S22)


def blocks_of_own_inverse(S11, S12, S22):
    return inv(S11), by_whole_inverse(S11, S12, S22)[1]


def schur_is_s11(S11, S12, S22):
    return by_formula(S11, S12, S22, lambda S11, S12, S22: S11)


def schur_plus(S11, S12, S22):
    return by_formula(S11, S12, S22, lambda S11, S12, S22: S11 + S12 @ inv(S22) @ S12.T)


def blocks_plus(S11, S12, S22):
    L11 = inv(S11 - S12 @ inv(S22) @ S12.T)
    return L11, L11 @ S12 @ inv(S22)


def schur_not_inverted(S11, S12, S22):
    M = S11 - S12 @ inv(S22) @ S12.T
    return M, -M @ S12 @ inv(S22)


def s22_not_inverted(S11, S12, S22):
    L11 = inv(S11 - S12 @ S22 @ S12.T)
    return L11, -L11 @ S12 @ S22


def factor_forgotten(S11, S12, S22):
    L11, _ = by_formula(S11, S12, S22)
    return L11, -L11 @ S12


def lower_left(S11, S12, S22):
    M = S11 - S12 @ inv(S22) @ S12.T
    return inv(M), -inv(S22) @ S12.T @ inv(M)


def wrong_order(S11, S12, S22):
    M = S11 - S12 @ inv(S22) @ S12.T
    return inv(M), -S12 @ inv(S22) @ inv(M)


def minus_gain(S11, S12, S22):
    return by_formula(S11, S12, S22)[0], -S12 @ inv(S22)


def other_corner(S11, S12, S22):
    N = S22 - S12.T @ inv(S11) @ S12
    return inv(N), -inv(N) @ S12.T @ inv(S11)


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
    return m1 + np.einsum("ij,jk,k->i", S12, inv(S22), value - m2), S11 - np.einsum(
        "ij,jk,lk->il", S12, inv(S22), S12
    )


def seen_by_mask(mean, cov, seen, value):
    mask = np.isin(np.arange(len(mean)), seen)
    return condition(mean, cov, np.flatnonzero(mask), value)


def by_whole_precision(mean, cov, seen, value):
    L = inv(cov)
    rest = unseen(len(mean), seen)
    L11, L12 = L[rest][:, rest], L[rest][:, seen]
    return mean[rest] - inv(L11) @ L12 @ (value - mean[seen]), inv(L11)


def without_ix(mean, cov, seen, value):
    rest = unseen(len(mean), seen)
    gain = cov[rest, seen] @ inv(cov[seen, seen])
    return mean[rest] + gain @ (value - mean[seen]), cov[rest, rest] - gain @ cov[seen, rest]


def inverse_first_without_ix(mean, precision, seen, value):
    rest = unseen(len(mean), seen)
    C = inv(precision[rest, rest])
    return mean[rest] - C @ precision[rest, seen] @ (value - mean[seen]), C


def marginal(mean, cov, seen, value):
    return np.delete(mean, seen), np.delete(np.delete(cov, seen, 0), seen, 1)


def cov_plus(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return condition(mean, cov, seen, value)[0], S11 + S12 @ inv(S22) @ S12.T


def cov_kept(mean, cov, seen, value):
    return condition(mean, cov, seen, value)[0], marginal(mean, cov, seen, value)[1]


def prior_mean_forgotten(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return S12 @ inv(S22) @ (value - m2), condition(mean, cov, seen, value)[1]


def value_not_centred(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return m1 + S12 @ inv(S22) @ value, condition(mean, cov, seen, value)[1]


def mean_minus(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return m1 - S12 @ inv(S22) @ (value - m2), condition(mean, cov, seen, value)[1]


def no_inverse(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return m1 + S12 @ S22 @ (value - m2), S11 - S12 @ S22 @ S12.T


def no_s22(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return m1 + S12 @ (value - m2), S11 - S12 @ S12.T


def transposed_gain(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    gain = inv(S22) @ S12.T
    return m1 + gain @ (value - m2), S11 - gain @ S12.T


def precision_returned(mean, cov, seen, value):
    after, C = condition(mean, cov, seen, value)
    return after, inv(C)


def cov_of_seen(mean, cov, seen, value):
    m1, m2, S11, S12, S22 = parts(mean, cov, seen)
    return condition(mean, cov, seen, value)[0], S22 - S12.T @ np.linalg.pinv(S11) @ S12


def by_precision(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return m1 - inv(L11) @ L12 @ (value - m2), inv(L11)


def by_covariance(mean, precision, seen, value):
    return condition(mean, inv(precision), seen, value)


def by_lists(mean, precision, seen, value):
    rest = unseen(len(mean), seen)
    pull = [sum(precision[i, j] * (x - mean[j]) for j, x in zip(seen, value)) for i in rest]
    L11 = precision[np.ix_(rest, rest)]
    return (mean[rest] - np.linalg.solve(L11, pull)).tolist(), np.linalg.solve(L11, np.eye(len(rest)))


def precision_by_mask(mean, precision, seen, value):
    return by_precision(mean, precision, sorted(seen), value)


def plus_l12(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return m1 + inv(L11) @ L12 @ (value - m2), inv(L11)


def l11_returned(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return m1 - np.linalg.solve(L11, L12 @ (value - m2)), L11


def block_of_inverse(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    rest = unseen(len(mean), seen)
    C = inv(precision)[rest][:, rest]
    return m1 - C @ L12 @ (value - m2), C


def mean_only(mean, precision, seen, value):
    return by_precision(mean, precision, seen, value)[0], block_of_inverse(mean, precision, seen, value)[1]


def l11_not_undone(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return m1 - L12 @ (value - m2), inv(L11)


def l22_undone(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return m1 - L12 @ inv(L22) @ (value - m2), inv(L11)


def precision_prior_mean_forgotten(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return -inv(L11) @ L12 @ (value - m2), inv(L11)


def precision_not_centred(mean, precision, seen, value):
    m1, m2, L11, L12, L22 = parts(mean, precision, seen)
    return m1 - inv(L11) @ L12 @ value, inv(L11)


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
            C[Dz + i, Dz + j] = R[i, j] + sum(
                W[i, a] * S[a, c] * W[j, c] for a in range(Dz) for c in range(Dz)
            )
    return [*mu, *(W @ mu + b)], C


def joint_without_noise(mu, S, W, b, R):
    return joint(mu, S, W, b, 0)


def noise_as_marginal(mu, S, W, b, R):
    return joint(mu, S, W, b, 0)[0], np.block([[S, S @ W.T], [W @ S, R]])


def joint_without_offset(mu, S, W, b, R):
    return joint(mu, S, W, 0, R)


def noise_squared(mu, S, W, b, R):
    return joint(mu, S, W, b, R @ R)


def independent(mu, S, W, b, R):
    return np.append(mu, W @ mu + b), block_diag(S, W @ S @ W.T + R)


def cross_without_s(mu, S, W, b, R):
    return np.append(mu, W @ mu + b), np.block([[S, W.T], [W, W @ S @ W.T + R]])


def noise_in_cross(mu, S, W, b, R):
    return np.append(mu, W @ mu + b), np.block([[S, S @ W.T + R], [W @ S + R, W @ S @ W.T + R]])


def cross_swapped(mu, S, W, b, R):
    return np.append(mu, W @ mu + b), np.block([[S, W @ S], [S @ W.T, W @ S @ W.T + R]])


def wrong_side(mu, S, W, b, R):
    return np.append(mu, W @ mu + b), np.block([[S, S @ W.T], [W @ S, W.T @ S @ W + R]])


def y_first(mu, S, W, b, R):
    return np.append(W @ mu + b, mu), np.block([[W @ S @ W.T + R, W @ S], [S @ W.T, S]])


def joint_precision(mu, S, W, b, R):
    mean, cov = joint(mu, S, W, b, R)
    return mean, np.linalg.pinv(cov)


RIGHT = {
    "01.1": {"inverse of the whole": by_whole_inverse, "formula": by_formula},
    "01.2": {"arithmetic": lambda: (2500 - 800**2 / 400) ** 0.5, "an integer": lambda: 30},
    "01.3": {"formula": condition, "one entry after the other": one_at_a_time, "einsum": by_einsum},
    "01.4": {
        "formula": by_precision,
        "by the covariance": by_covariance,
        "loop and solve, as a list": by_lists,
    },
    "01.5": {"formula": joint, "linear map": joint_by_linear_map, "loops": joint_entry_by_entry},
}
WRONG = {
    "01.1": {
        "inverse of the block": (blocks_of_own_inverse, "inverse of the block S11"),
        "S11 for M": (schur_is_s11, "in the place of the Schur complement"),
        "M with a plus": (schur_plus, "add or take away"),
        "L12 with a plus": (blocks_plus, "sign of your L12"),
        "M not inverted": (schur_not_inverted, "M was not inverted"),
        "S22 not inverted": (s22_not_inverted, "S22 stands where its inverse belongs"),
        "factor forgotten": (factor_forgotten, "lacks a factor"),
        "L11 forgotten in L12": (minus_gain, "no unit"),
        "L21 for L12": (lower_left, "your second result is L21"),
        "order of the factors": (wrong_order, "wrong order"),
        "other corner": (other_corner, "other corner"),
    },
    "01.2": {
        "variance": (lambda: 2500 - 800 * 800 / 400, "that is a variance"),
        "before the look": (lambda: 2500**0.5, "before the look"),
        "explained": (lambda: 800 / 20, "part of the spread"),
        "explained variance": (lambda: 800**2 / 400, "part of the variance"),
        "plus": (lambda: (2500 + 800**2 / 400) ** 0.5, "surer, not less sure"),
        "correlation not squared": (lambda: 50 * (1 - 0.8), "in proportion"),
        "root forgotten": (lambda: 50 * (1 - 0.8**2), "a share of the variance"),
        "second given the first": (lambda: (400 - 800**2 / 2500) ** 0.5, "who was seen"),
        "mean": (lambda: 90 + 800 / 400 * 20, "expected now"),
    },
    "01.3": {
        "order of the seen lost": (seen_by_mask, "first number of `value`"),
        "all of S inverted": (by_whole_precision, "until the covariance is singular"),
        "np.ix_ forgotten": (without_ix, "single entries"),
        "marginal": (marginal, "marginal of the unseen"),
        "covariance with a plus": (cov_plus, "larger than before"),
        "covariance kept": (cov_kept, "still the one before"),
        "prior mean forgotten": (prior_mean_forgotten, "mean of the unseen entries is missing"),
        "value not centred": (value_not_centred, "surprise"),
        "mean with a minus": (mean_minus, "wrong way"),
        "S22 not inverted": (no_inverse, "its inverse belongs"),
        "S22 forgotten": (no_s22, "what do we divide by"),
        "gain transposed": (transposed_gain, "gain is transposed"),
        "precision": (precision_returned, "is a precision"),
        "covariance of the seen": (cov_of_seen, "given the unseen ones"),
    },
    "01.4": {
        "order of the seen lost": (precision_by_mask, "first number of `value`"),
        "np.ix_ forgotten": (inverse_first_without_ix, "single entries"),
        "plus": (plus_l12, "sign of L12"),
        "precision": (l11_returned, "block of the precision"),
        "block of the inverse": (block_of_inverse, "not the block of the inverse"),
        "covariance before the look": (mean_only, "before the look"),
        "precision taken for a covariance": (condition, "rule for a covariance"),
        "L11 not undone": (l11_not_undone, "wrong unit"),
        "L22 undone": (l22_undone, "precision of the seen entries"),
        "prior mean forgotten": (precision_prior_mean_forgotten, "mean of the unseen entries is missing"),
        "value not centred": (precision_not_centred, "surprise"),
    },
    "01.5": {
        "noise forgotten": (joint_without_noise, "lacks the noise"),
        "noise for the marginal": (noise_as_marginal, "R alone"),
        "offset forgotten": (joint_without_offset, "offset b is missing"),
        "noise squared": (noise_squared, "why square it"),
        "independent": (independent, "made z and y independent"),
        "cross-covariance without S": (cross_without_s, "how much z varies"),
        "noise in the cross-covariance": (noise_in_cross, "noise is independent"),
        "cross-covariance transposed": (cross_swapped, "changed places"),
        "W' S W": (wrong_side, "wrong W"),
        "y first": (y_first, "z comes first"),
        "precision": (joint_precision, "precision of the joint"),
    },
}
