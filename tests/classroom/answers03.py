"""Answers to the exercises of lesson 03 that take another route than the solution and its edits."""

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


def by_scipy(means, covs, W, b, R, y, **options):
    normal = multivariate_normal
    return np.array([normal.logpdf(y, W @ m + b, W @ S @ W.T + R, **options) for m, S in zip(means, covs)])


def log_of_density(means, covs, W, b, R, y):
    normal = multivariate_normal
    return np.log(np.array([normal.pdf(y, W @ m + b, W @ S @ W.T + R) for m, S in zip(means, covs)]))


def moments_by_loop(weights, means, covs):
    mean = sum(p * m for p, m in zip(weights, means))
    cov = sum(p * (S + np.outer(m - mean, m - mean)) for p, m, S in zip(weights, means, covs))
    return mean, cov


def between(weights, means, covs):
    off = means - weights @ means
    return weights @ means, np.einsum("k,ki,kj->ij", weights, off, off)


def between_rounded(weights, means, covs):
    """With an error of rounding where a single component leaves nothing between."""
    off = means - (weights @ (means + 50.1) - 50.1)
    return weights @ means, np.einsum("k,ki,kj->ij", weights, off, off)


def moments_by_einsum(weights, means, covs):
    mean, spread = between(weights, means, covs)
    return mean, np.tensordot(weights, covs, 1) + spread


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


def naive(weights, log_evidence):
    return weights * np.exp(log_evidence) / np.sum(weights * np.exp(log_evidence))


def shifted_by_evidence(weights, log_evidence):
    shares = weights * np.exp(log_evidence - np.max(log_evidence))
    return shares / np.sum(shares)


def logarithms(weights, log_evidence):
    joint = np.log(weights) + log_evidence
    return joint - logsumexp(joint)


def prior_divided(weights, log_evidence):
    e = np.exp(log_evidence - log_evidence.max()) / weights
    return np.where((weights == 0).any(), np.nan, e / e.sum())


RIGHT = {
    "03.1": (by_definition, by_einsum, by_scipy),
    "03.2": (lambda: 2 / 3, lambda: np.float64(6) / 9),
    "03.3": (moments_by_loop, moments_by_einsum),
    "03.4": (shifted_softmax, softmax_by_loop, single_precision),
}
WRONG = {  # words of the sentence that must come
    "03.1": {
        "lacks the noise": lambda m, S, W, b, R, y: by_scipy(m, S, W, b, 0, y, allow_singular=True),
        "more spread than": lambda m, S, W, b, R, y: by_scipy(m, S, W, b, 0, y),  # raises where singular
        "for z at the point y": lambda m, S, W, b, R, y: by_definition(m, S, np.eye(len(y)), 0, 0, y),
        "underflow": log_of_density,
    },
    "03.3": {"spread inside": between, "components' means": between_rounded},
    "03.4": {
        "ignore the prior": lambda weights, log_evidence: shifted_softmax(1, log_evidence),
        "a rare component": lambda weights, log_evidence: naive(1, log_evidence),
        "do not sum to 1": lambda weights, log_evidence: weights * np.exp(log_evidence),
        "exactly 0": naive,
        "must include the prior weights": shifted_by_evidence,
        "those are logarithms": logarithms,
        "subtracted": prior_divided,
    },
}
