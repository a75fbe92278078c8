"""Answers to the exercises of lesson 05 that take another route than the solution and its edits."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import logsumexp
from scipy.stats import multivariate_normal


def log_joint(y, weights, means, lam, U, sigma):
    found = []
    for p, mu, variances, axes in zip(weights, means, lam, U):
        seen = variances + sigma**2
        found.append(np.log(p) - 0.5 * np.log(seen).sum() - 0.5 * ((axes.T @ (y - mu)) ** 2 / seen).sum())
    return np.array(found)


def shares(logs):
    e = np.exp(logs - max(logs))
    return e / e.sum()


def weights_by_scipy(y, weights, means, lam, U, sigma):
    covs = [u @ np.diag(v) @ u.T + sigma**2 * np.eye(len(y)) for v, u in zip(lam, U)]
    logs = np.log(weights) + [multivariate_normal.logpdf(y, m, S) for m, S in zip(means, covs)]
    return np.exp(logs - logsumexp(logs))


def weights_by_einsum(y, weights, means, lam, U, sigma):
    c = np.einsum("kdi,kd->ki", U, y - means)
    logs = np.log(weights) - 0.5 * (np.log(lam + sigma**2) + c**2 / (lam + sigma**2)).sum(axis=1)
    return np.exp(logs - logsumexp(logs)).tolist()


def clean_density(y, weights, means, lam, U, sigma):
    c = np.array([u.T @ (y - m) for u, m in zip(U, means)])
    return shares(np.log(weights) - 0.5 * np.sum(np.log(lam) + c**2 / lam, axis=1))


def naive_without_prior(y, weights, *rest):
    e = np.exp(log_joint(y, np.ones(len(weights)), *rest))
    return e / e.sum()


def means_by_loop(y, weights, means, lam, U, sigma):
    m = np.zeros_like(y)
    for n, patch in enumerate(y):
        for k, mu in enumerate(means):
            c = [v / (v + sigma**2) * (u @ (patch - mu)) for v, u in zip(lam[k], U[k].T)]
            m[n] += weights[n, k] * (mu + U[k] @ c)
    return m


def means_by_gain(y, weights, means, lam, U, sigma):
    covs = [u @ np.diag(v) @ u.T for v, u in zip(lam, U)]
    gains = [S @ np.linalg.inv(S + sigma**2 * np.eye(len(S))) for S in covs]
    return [sum(w * (m + G @ (p - m)) for w, m, G in zip(row, means, gains)) for p, row in zip(y, weights)]


def means_by_einsum(y, weights, means, lam, U, sigma):
    d, share = y[:, None] - means, lam / (lam + sigma**2)
    return np.einsum("nk,nkd->nd", weights, means + np.einsum("kai,ki,kbi,nkb->nka", U, share, U, d))


def stretched(y, weights, means, lam, U, sigma):
    gains = [u @ np.diag((v + sigma**2) / v) @ u.T for v, u in zip(lam, U)]
    return np.array(
        [sum(w * (m + G @ (p - m)) for w, m, G in zip(row, means, gains)) for p, row in zip(y, weights)]
    )


def put(v, m, H, W):
    total, count = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = n // (W - m + 1), n % (W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m)
        count[i : i + m, j : j + m] += 1
    return total / count


def cut(noisy, m):
    return sliding_window_view(noisy, (m, m)).reshape(-1, m * m)


def whole(noisy, m, restore):
    return np.clip(put(restore(cut(noisy, m)), m, *noisy.shape), 0, 255)


def whole_one_by_one(noisy, m, restore):
    total, count = np.zeros(noisy.shape), np.zeros(noisy.shape)
    for i in range(noisy.shape[0] - m + 1):
        for j in range(noisy.shape[1] - m + 1):
            window = np.s_[i : i + m, j : j + m]
            total[window] += restore(noisy[window].reshape(1, m * m))[0].reshape(m, m)
            count[window] += 1
    return np.minimum(np.maximum(total / count, 0), 255)


def overwritten(noisy, m, restore):
    picture, W = noisy.copy(), noisy.shape[1]
    for n, patch in enumerate(restore(cut(noisy, m))):
        picture[n // (W - m + 1) :, n % (W - m + 1) :][:m, :m] = patch.reshape(m, m)
    return picture.clip(0, 255)


def psnr_by_logs(estimate, truth, peak):
    d = np.float64(estimate) - np.float64(truth)
    return 20 * np.log10(peak) - 10 * np.log10((d * d).mean())


def psnr_by_loop(estimate, truth, peak):
    squares = [(float(a) - float(b)) ** 2 for a, b in zip(estimate.ravel(), truth.ravel())]
    mse = sum(squares) / len(squares)
    return math.inf if mse == 0 else 10 * math.log(peak**2 / mse) / math.log(10)


def psnr_by_norm(estimate, truth, peak):
    distance = np.linalg.norm(estimate.astype(float) - truth.astype(float))
    return np.array(20 * np.log10(peak * np.sqrt(truth.size) / distance))


def hundred(estimate, truth, peak):
    return 100 if np.array_equal(estimate, truth) else psnr_by_logs(estimate, truth, peak)


RIGHT = {
    "05.1": (lambda: 4 / 5, lambda: 1 / (1 + (25 / 50) ** 2)),
    "05.2": (lambda *args: shares(log_joint(*args)), weights_by_scipy, weights_by_einsum),
    "05.3": (means_by_loop, means_by_gain, means_by_einsum),
    "05.4": (whole, whole_one_by_one),
    "05.5": (psnr_by_logs, psnr_by_loop, psnr_by_norm),
}
WRONG = {  # words of the sentence that must come
    "05.2": {"noise is missing": clean_density, "weights are missing": naive_without_prior},
    "05.3": {"your factor stretches": stretched},
    "05.4": {"overwrites": overwritten},
    "05.5": {
        "in bytes, 3": lambda x, y, peak: 10 * np.log10(peak**2 / ((x - y) ** 2).mean()),
        "decibels use base 10": lambda x, y, peak: 10 * np.log(peak**2 / ((x - y) ** 2).mean()),
        "there is no error": hundred,
    },
}
