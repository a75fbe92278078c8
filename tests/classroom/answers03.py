"""Answers to the exercises of lesson 03."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal


def log_normal(y, mean, cov):
    """ln N(y | mean, cov), from the definition."""
    r = y - mean
    return -0.5 * (len(y) * np.log(2 * np.pi) + np.linalg.slogdet(cov)[1] + r @ np.linalg.solve(cov, r))


def by_definition(means, covs, W, b, R, y):
    return [log_normal(y, W @ m + b, W @ S @ W.T + R) for m, S in zip(means, covs)]


def by_einsum(means, covs, W, b, R, y):
    spread = np.einsum("ia,kab,jb->kij", W, covs, W) + R
    r = y - means @ W.T - b
    squares = np.einsum("ki,kij,kj->k", r, np.linalg.inv(spread), r)
    return -0.5 * (squares + np.linalg.slogdet(spread)[1] + len(y) * np.log(2 * np.pi))


def by_scipy(means, covs, W, b, R, y):
    return np.array([multivariate_normal.logpdf(y, W @ m + b, W @ S @ W.T + R) for m, S in zip(means, covs)])


def noise_only(means, covs, W, b, R, y):
    return np.array([log_normal(y, W @ m + b, R) for m in means])


def noise_forgotten(means, covs, W, b, R, y):
    return np.array(
        [
            multivariate_normal.logpdf(y, W @ m + b, W @ S @ W.T, allow_singular=True)
            for m, S in zip(means, covs)
        ]
    )


def noise_forgotten_strictly(means, covs, W, b, R, y):
    """SciPy's default raises where W S W' is singular."""
    return np.array([multivariate_normal.logpdf(y, W @ m + b, W @ S @ W.T) for m, S in zip(means, covs)])


def channel_forgotten(means, covs, W, b, R, y):
    return np.array([multivariate_normal.logpdf(y, m, S) for m, S in zip(means, covs)])


def offset_forgotten(means, covs, W, b, R, y):
    return np.array([log_normal(y, W @ m, W @ S @ W.T + R) for m, S in zip(means, covs)])


def density(means, covs, W, b, R, y):
    return np.exp(by_definition(means, covs, W, b, R, y))


def log_of_density(means, covs, W, b, R, y):
    return np.log(
        np.array([multivariate_normal.pdf(y, W @ m + b, W @ S @ W.T + R) for m, S in zip(means, covs)])
    )


def normaliser_forgotten(means, covs, W, b, R, y):
    rs = [y - W @ m - b for m in means]
    return np.array([-r @ np.linalg.inv(W @ S @ W.T + R) @ r / 2 for r, S in zip(rs, covs)])


def sign_turned(means, covs, W, b, R, y):
    return -np.array(by_definition(means, covs, W, b, R, y))


def one_two_pi(means, covs, W, b, R, y):
    return (
        np.array(by_definition(means, covs, W, b, R, y))
        + len(y) / 2 * np.log(2 * np.pi)
        - 0.5 * np.log(2 * np.pi)
    )


def no_two_pi(means, covs, W, b, R, y):
    return normaliser_forgotten(means, covs, W, b, R, y) - [
        np.linalg.slogdet(W @ S @ W.T + R)[1] / 2 for S in covs
    ]


def shifted_softmax(weights, log_evidence):
    joint = np.log(weights) + log_evidence
    shares = np.exp(joint - max(joint))
    return shares / sum(shares)


def softmax_by_loop(weights, log_evidence):
    top = max(e for p, e in zip(weights, log_evidence) if p > 0)
    shares = [p * np.exp(e - top) if p > 0 else 0.0 for p, e in zip(weights, log_evidence)]
    return [share / sum(shares) for share in shares]


def single_precision(weights, log_evidence):
    return shifted_softmax(weights, log_evidence).astype(np.float32)


def one_hot(weights, log_evidence):
    taken = np.zeros(len(weights))
    taken[(np.log(weights) + log_evidence).argmax()] = 1
    return taken


def naive(weights, log_evidence):
    return weights * np.exp(log_evidence) / np.sum(weights * np.exp(log_evidence))


def shifted_only(weights, log_evidence):
    joint = np.log(weights) + log_evidence
    return np.exp(joint - np.max(joint))


def shifted_evidence_only(weights, log_evidence):
    return weights * np.exp(log_evidence - np.max(log_evidence))


def shifted_by_evidence(weights, log_evidence):
    return shifted_evidence_only(weights, log_evidence) / np.sum(shifted_evidence_only(weights, log_evidence))


def log_joint_shares(weights, log_evidence):
    joint = weights * log_evidence
    return joint / joint.sum()


def log_weights(weights, log_evidence):
    joint = np.log(weights) + log_evidence
    return joint - logsumexp(joint)


def prior_not_logged(weights, log_evidence):
    e = np.exp(weights + log_evidence - np.max(weights + log_evidence))
    return e / e.sum()


def prior_ignored(weights, log_evidence):
    e = np.exp(log_evidence - log_evidence.max())
    return e / e.sum()


def prior_ignored_naively(weights, log_evidence):
    return np.exp(log_evidence) / np.exp(log_evidence).sum()


def prior_divided(weights, log_evidence):
    e = np.exp(log_evidence - log_evidence.max()) / weights
    joint = log_evidence - np.log(weights)
    return np.where(np.isinf(joint).any(), np.nan, e / e.sum())


def moments_by_loop(weights, means, covs):
    mean = sum(p * m for p, m in zip(weights, means))
    cov = sum(p * (S + np.outer(m - mean, m - mean)) for p, m, S in zip(weights, means, covs))
    return mean, cov


def moments_by_einsum(weights, means, covs):
    mean = np.einsum("k,kd->d", weights, means)
    off = means - mean
    return mean, np.tensordot(weights, covs, 1) + np.einsum("k,ki,kj->ij", weights, off, off)


def within_only(weights, means, covs):
    return weights @ means, np.tensordot(weights, covs, 1)


def between_only(weights, means, covs):
    off = means - weights @ means
    return weights @ means, off.T @ np.diag(weights) @ off


def between_rounded(weights, means, covs):
    """With an error of rounding where a single component leaves nothing between."""
    off = means - (weights @ (means + 50.1) - 50.1)
    return weights @ means, np.einsum("k,ki,kj->ij", weights, off, off)


def second_moment(weights, means, covs):
    return weights @ means, sum(p * (S + np.outer(m, m)) for p, m, S in zip(weights, means, covs))


def plain_mean(weights, means, covs):
    return np.mean(means, axis=0), moments_by_loop(weights, means, covs)[1]


def no_weights(weights, means, covs):
    return moments_by_loop(np.ones(len(weights)) / len(weights), means, covs)


def heaviest(weights, means, covs):
    k = np.argmax(weights)
    return means[k], covs[k]


def squared_weights(weights, means, covs):
    mean = weights @ means
    return mean, sum(p**2 * (S + np.outer(m, m)) for p, m, S in zip(weights, means, covs)) - np.outer(
        mean, mean
    )


def inner_product(weights, means, covs):
    mean = weights @ means
    return mean, sum(p * (S + np.outer(m, m)) for p, m, S in zip(weights, means, covs)) - mean @ mean


RIGHT = {
    "03.2": {"fraction": lambda: 2 / 3, "as a mean of two": lambda: np.float64(6) / 9},
    "03.1": {"definition, as a list": by_definition, "einsum": by_einsum, "SciPy": by_scipy},
    "03.4": {"shifted": shifted_softmax, "loop, as a list": softmax_by_loop, "float32": single_precision},
    "03.3": {"loop": moments_by_loop, "einsum": moments_by_einsum},
}
WRONG = {
    "03.2": {
        "prior weight": (lambda: 0.25, "its prior weight"),
        "evidence only": (lambda: 6 / 7, "predictions only"),
        "other component": (lambda: 1 - 2 / 3, "other component"),
        "not normalised": (lambda: 6 / 4, "sum to 1"),
        "odds": (lambda: 1.5 / 0.75, "odds"),
        "argmax": (lambda: 1, "decides"),
        "denominator": (lambda: 9 / 4, "denominator"),
    },
    "03.1": {
        "noise only": (noise_only, "noise alone"),
        "noise forgotten": (noise_forgotten, "lacks the noise"),
        "noise forgotten, singular refused": (noise_forgotten_strictly, "lacks the noise"),
        "channel forgotten": (channel_forgotten, "for z at the point y"),
        "offset forgotten": (offset_forgotten, "offset b is missing"),
        "density": (density, "those are densities"),
        "log of density": (log_of_density, "underflow"),
        "normaliser forgotten": (normaliser_forgotten, "normaliser of the density is missing"),
        "sign turned": (sign_turned, "sign is turned"),
        "no 2 pi": (no_two_pi, "power of 2 pi"),
        "one 2 pi": (one_two_pi, "one 2 pi"),
    },
    "03.4": {
        "prior weights": (lambda weights, log_evidence: weights, "ignore the evidence"),
        "prior ignored": (prior_ignored, "ignore the prior"),
        "prior ignored, and underflow": (prior_ignored_naively, "ignore the prior"),
        "prior not logged": (prior_not_logged, "both must be logarithms"),
        "argmax instead of softmax": (one_hot, "largest takes all"),
        "missing normaliser": (
            lambda weights, log_evidence: weights * np.exp(log_evidence),
            "do not sum to 1",
        ),
        "missing normaliser, shifted": (shifted_only, "largest weight is 1"),
        "missing normaliser, evidence shifted": (shifted_evidence_only, "not divided by their sum"),
        "maximum without the prior": (shifted_by_evidence, "must include the prior weights"),
        "logarithms": (log_weights, "those are logarithms"),
        "underflow": (naive, "exactly 0"),
        "log densities as shares": (log_joint_shares, "normalised the log densities"),
        "prior divided": (prior_divided, "subtracted"),
    },
    "03.3": {
        "within only": (within_only, "how far their means"),
        "between only": (between_only, "spread inside"),
        "between only, rounded": (between_rounded, "spread inside"),
        "second moment": (second_moment, "that is the second moment"),
        "plain mean": (plain_mean, "plain average"),
        "weights ignored": (no_weights, "counts the same"),
        "heaviest component": (heaviest, "heaviest"),
        "squared weights": (squared_weights, "squared"),
        "inner product": (inner_product, "outer product"),
    },
}
