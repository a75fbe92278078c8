"""Answers to the exercises of lesson 02."""

import numpy as np
from numpy.linalg import inv
from scipy.linalg import cho_factor, cho_solve, eigh


def predicted(mu, S, W, b, R):
    return W @ mu + b, W @ S @ W.T + R


def predicted_by_sums(mu, S, W, b, R):
    mean = [b[i] + sum(W[i, a] * mu[a] for a in range(len(mu))) for i in range(len(b))]
    return mean, np.einsum("ia,ab,jb->ij", W, S, W) + R


def predicted_without_noise(mu, S, W, b, R):
    return W.dot(mu) + b, W.dot(S).dot(W.T)


def predicted_by_precisions(mu, S, W, b, R):
    return W @ mu + b, inv(inv(W @ S @ W.T) + inv(R))


def by_precision(mu, S, W, b, R, y):
    C = inv(inv(S) + W.T @ inv(R) @ W)
    return C @ (inv(S) @ mu + W.T @ inv(R) @ (y - b)), C


def by_solve(mu, S, W, b, R, y):
    precision = np.linalg.solve(S, np.eye(len(mu))) + W.T @ np.linalg.solve(R, W)
    h = np.linalg.solve(S, mu) + W.T @ np.linalg.solve(R, y - b)
    return np.linalg.solve(precision, h), np.linalg.solve(precision, np.eye(len(mu)))


def by_gain(mu, S, W, b, R, y):
    G = S @ W.T @ inv(W @ S @ W.T + R)
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


def by_joseph(mu, S, W, b, R, y):
    G = cho_solve(cho_factor(W @ S @ W.T + R), W @ S).T
    A = np.eye(len(mu)) - G @ W
    return mu + G @ (y - (W @ mu + b)), A @ S @ A.T + G @ R @ G.T


def by_joint(mu, S, W, b, R, y):
    """(G2) on the joint (G4), one measured number after the other."""
    n = len(mu)
    mean = np.r_[mu, W @ mu + b]
    cov = np.block([[S, S @ W.T], [W @ S, W @ S @ W.T + R]])
    for i, value in enumerate(y, start=n):
        column = cov[:, i] / cov[i, i]
        mean, cov = mean + column * (value - mean[i]), cov - np.outer(column, cov[i])
    return mean[:n], cov[:n, :n]


def precision_returned(mu, S, W, b, R, y):
    m, C = by_precision(mu, S, W, b, R, y)
    return m, inv(S) + W.T @ inv(R) @ W


def not_divided(mu, S, W, b, R, y):
    return inv(S) @ mu + W.T @ inv(R) @ (y - b), by_precision(mu, S, W, b, R, y)[1]


def offset_forgotten(mu, S, W, b, R, y):
    return by_precision(mu, S, W, np.zeros(len(b)), R, y)


def prior_mean_forgotten(mu, S, W, b, R, y):
    return by_precision(np.zeros(len(mu)), S, W, b, R, y)


def least_squares(mu, S, W, b, R, y):
    C = inv(W.T @ inv(R) @ W)
    return C @ W.T @ inv(R) @ (y - b), C


def noise_not_inverted(mu, S, W, b, R, y):
    C = inv(inv(S) + W.T @ R @ W)
    return C @ (inv(S) @ mu + W.T @ R @ (y - b)), C


def prior_not_inverted(mu, S, W, b, R, y):
    C = inv(S + W.T @ inv(R) @ W)
    return C @ (S @ mu + W.T @ inv(R) @ (y - b)), C


def marginal_for_noise(mu, S, W, b, R, y):
    return by_precision(mu, S, W, b, W @ S @ W.T + R, y)


def prior_mean_twice(mu, S, W, b, R, y):
    C = inv(inv(S) + W.T @ inv(R) @ W)
    return C @ (inv(S) @ mu + W.T @ inv(R) @ (y - W @ mu - b)), C


def not_weighted(mu, S, W, b, R, y):
    C = inv(inv(S) + W.T @ inv(R) @ W)
    return C @ (inv(S) @ mu + W.T @ (y - b)), C


def prior_mean_not_weighted(mu, S, W, b, R, y):
    C = by_precision(mu, S, W, b, R, y)[1]
    return C @ (mu + W.T @ inv(R) @ (y - b)), C


def transpose_forgotten(mu, S, W, b, R, y):
    C = inv(inv(S) + W @ inv(R) @ W)
    return C @ (inv(S) @ mu + W @ inv(R) @ (y - b)), C


def gain_without_noise(mu, S, W, b, R, y):
    G = S @ W.T @ inv(W @ S @ W.T)
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


def gain_by_noise_alone(mu, S, W, b, R, y):
    G = S @ W.T @ inv(R)
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


def gain_without_offset(mu, S, W, b, R, y):
    G = S @ W.T @ inv(W @ S @ W.T + R)
    return mu + G @ (y - W @ mu), S - G @ W @ S


def gain_without_expectation(mu, S, W, b, R, y):
    G = S @ W.T @ inv(W @ S @ W.T + R)
    return mu + G @ (y - b), S - G @ W @ S


def gain_times_reading(mu, S, W, b, R, y):
    gain = S @ W.T @ inv(W @ S @ W.T + R)
    return mu + gain @ y, S - gain @ W @ S


def gain_without_prior_mean(mu, S, W, b, R, y):
    G = S @ W.T @ inv(W @ S @ W.T + R)
    return G @ (y - W @ mu - b), S - G @ W @ S


def gain_cov_plus(mu, S, W, b, R, y):
    G = S @ W.T @ inv(W @ S @ W.T + R)
    return mu + G @ (y - W @ mu - b), S + G @ W @ S


def gain_cov_kept(mu, S, W, b, R, y):
    return by_gain(mu, S, W, b, R, y)[0], S


def gain_cov_without_s(mu, S, W, b, R, y):
    G = S @ W.T @ inv(W @ S @ W.T + R)
    return mu + G @ (y - W @ mu - b), S - G @ W


def gain_not_inverted(mu, S, W, b, R, y):
    G = S @ W.T @ (W @ S @ W.T + R)
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


def gain_transposed(mu, S, W, b, R, y):
    G = np.linalg.solve(W @ S @ W.T + R, W @ S)
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


def gain_without_s(mu, S, W, b, R, y):
    G = W.T @ inv(W @ S @ W.T + R)
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


def gain_noise_squared(mu, S, W, b, R, y):
    return by_gain(mu, S, W, b, R @ R, y)


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


def filtered(factors, mu, S, noise_std, y):
    lam, U = np.linalg.eigh(S)
    f = factors(lam, noise_std)
    return f, mu + U @ np.diag(f) @ U.T @ (y - mu)


def std_for_variance(mu, S, noise_std, y):
    return filtered(lambda lam, s: lam / (lam + s), mu, S, noise_std, y)


def share_of_noise(mu, S, noise_std, y):
    return filtered(lambda lam, s: s**2 / (lam + s**2), mu, S, noise_std, y)


def deviations(mu, S, noise_std, y):
    return filtered(lambda lam, s: lam**0.5 / (lam**0.5 + s), mu, S, noise_std, y)


def ratio(mu, S, noise_std, y):
    return filtered(lambda lam, s: lam / s**2, mu, S, noise_std, y)


def factors_of(S, noise_std):
    lam, U = np.linalg.eigh(S)
    return lam / (lam + noise_std**2), U


def wiener_without_mean(mu, S, noise_std, y):
    f, U = factors_of(S, noise_std)
    return f, U @ np.diag(f) @ U.T @ (y - mu)


def wiener_not_centred(mu, S, noise_std, y):
    f, U = factors_of(S, noise_std)
    return f, mu + U @ np.diag(f) @ U.T @ y


def wiener_towards_zero(mu, S, noise_std, y):
    f, U = factors_of(S, noise_std)
    return f, U @ np.diag(f) @ U.T @ y


def pixels_shrunk(mu, S, noise_std, y):
    f, U = factors_of(S, noise_std)
    return f, mu + f * (y - mu)


def turned_wrong_way(mu, S, noise_std, y):
    f, U = factors_of(S, noise_std)
    return f, mu + U.T @ np.diag(f) @ U @ (y - mu)


def not_turned_back(mu, S, noise_std, y):
    f, U = factors_of(S, noise_std)
    return f, mu + np.diag(f) @ U.T @ (y - mu)


def falling_order(mu, S, noise_std, y):
    f, m = wiener(mu, S, noise_std, y)
    return np.array(sorted(f, reverse=True)), m


RIGHT = {
    "02.1": {
        "fraction": lambda: (100 / 400 + 150 / 100) / (1 / 400 + 1 / 100),
        "gain": lambda: 100 + 400 / 500 * 50,
    },
    "02.2": {"formula": predicted, "sums, the mean as a list": predicted_by_sums},
    "02.3": {"formula": by_precision, "solve": by_solve, "gain form": by_gain},
    "02.4": {"formula": by_gain, "Joseph's form": by_joseph, "joint, one number at a time": by_joint},
    "02.5": {
        "formula": wiener,
        "gain": wiener_by_gain,
        "loop, as a list": wiener_by_loop,
        "float32": wiener_single,
    },
}
WRONG = {
    "02.1": {
        "halfway": (lambda: (100 + 150) / 2, "equally sure"),
        "weights exchanged": (lambda: 0.8 * 100 + 0.2 * 150, "weight of the other"),
        "one over the deviation": (
            lambda: (100 / 20 + 150 / 10) / (1 / 20 + 1 / 10),
            "one over the standard deviation",
        ),
        "deviation": (lambda: (100 * 20 + 150 * 10) / 30, "less sure opinion"),
        "camera alone": (lambda: 150, "camera alone"),
        "prior alone": (lambda: 100, "prior alone"),
        "step": (lambda: 0.8 * 50, "mean moves"),
        "not divided": (lambda: 100 / 400 + 150 / 100, "sum to 1"),
        "variance": (lambda: 1 / (1 / 400 + 1 / 100), "posterior's variance"),
        "standard deviation": (lambda: (1 / 400 + 1 / 100) ** -0.5, "posterior's standard deviation"),
    },
    "02.2": {
        "noise forgotten": (predicted_without_noise, "lacks the noise"),
        "noise alone": (lambda mu, S, W, b, R: (W @ mu + b, R), "noise alone"),
        "offset forgotten": (lambda mu, S, W, b, R: (W @ mu, W @ S @ W.T + R), "offset b is missing"),
        "prior mean forgotten": (lambda mu, S, W, b, R: (b, W @ S @ W.T + R), "offset alone"),
        "noise squared": (lambda mu, S, W, b, R: (W @ mu + b, W @ S @ W.T + R @ R), "why square it"),
        "one W": (lambda mu, S, W, b, R: (W @ mu + b, W @ S + R), "one W is missing"),
        "W' S W": (lambda mu, S, W, b, R: (W @ mu + b, W.T @ S @ W + R), "wrong W"),
        "minus": (lambda mu, S, W, b, R: (W @ mu + b, W @ S @ W.T - R), "subtracted"),
        "precisions added": (predicted_by_precisions, "two opinions"),
    },
    "02.3": {
        "precision": (precision_returned, "posterior's precision"),
        "not divided": (not_divided, "sum of the weights"),
        "offset forgotten": (offset_forgotten, "offset b is missing"),
        "prior mean forgotten": (prior_mean_forgotten, "prior's opinion is missing"),
        "least squares": (least_squares, "least squares"),
        "R not inverted": (noise_not_inverted, "R stands"),
        "S not inverted": (prior_not_inverted, "S stands"),
        "marginal for noise": (marginal_for_noise, "covariance of y itself"),
        "prior mean twice": (prior_mean_twice, "enters twice"),
        "not weighted": (not_weighted, "measurement's opinion is not weighted"),
        "prior mean not weighted": (prior_mean_not_weighted, "prior's mean is not weighted"),
        "covariance kept": (gain_cov_kept, "before the measurement"),
        "transpose forgotten": (transpose_forgotten, "what leads back"),
    },
    "02.4": {
        "precision form": (by_precision, "never needs"),
        "noise forgotten": (gain_without_noise, "noise is missing in the gain"),
        "noise alone": (gain_by_noise_alone, "noise alone"),
        "offset forgotten": (gain_without_offset, "offset b is missing"),
        "expectation forgotten": (gain_without_expectation, "differs from the expected"),
        "reading for surprise": (gain_times_reading, "as it was read"),
        "prior mean forgotten": (gain_without_prior_mean, "prior mean is missing"),
        "covariance with a plus": (gain_cov_plus, "covariance grew"),
        "covariance kept": (gain_cov_kept, "still the prior's"),
        "covariance without S": (gain_cov_without_s, "has no unit"),
        "not inverted": (gain_not_inverted, "not inverted"),
        "gain transposed": (gain_transposed, "gain is transposed"),
        "gain without S": (gain_without_s, "lacks S"),
        "noise squared": (gain_noise_squared, "why square it"),
    },
    "02.5": {
        "standard deviation for variance": (std_for_variance, "beside a variance"),
        "share of the noise": (share_of_noise, "shares of the noise"),
        "standard deviations": (deviations, "throughout"),
        "ratio": (ratio, "may exceed 1"),
        "prior mean forgotten": (wiener_without_mean, "prior mean is missing"),
        "not centred": (wiener_not_centred, "must be the deviation"),
        "towards zero": (wiener_towards_zero, "towards 0"),
        "pixels shrunk": (pixels_shrunk, "not the directions"),
        "turned the wrong way": (turned_wrong_way, "rows or the columns"),
        "not turned back": (not_turned_back, "turn back"),
        "falling order": (falling_order, "smallest variance comes first"),
    },
}
