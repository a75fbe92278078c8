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


def shifted_by(entry):
    def weights_shifted(*args):
        logs = log_joint(*args)
        e = np.exp(logs - entry(logs))
        return e / e.sum()

    return weights_shifted


def means_by_loop(y, weights, means, kept, U):
    m = np.zeros_like(y)
    for n, patch in enumerate(y):
        for k, mu in enumerate(means):
            c = [share * (u @ (patch - mu)) for share, u in zip(kept[k], U[k].T)]
            m[n] += weights[n, k] * (mu + U[k] @ c)
    return m


def means_by_gain(y, weights, means, kept, U):
    gains = [u @ np.diag(share) @ u.T for share, u in zip(kept, U)]
    return [sum(w * (m + G @ (p - m)) for w, m, G in zip(row, means, gains)) for p, row in zip(y, weights)]


def means_by_einsum(y, weights, means, kept, U):
    d = y[:, None] - means
    return np.einsum("nk,nkd->nd", weights, means + np.einsum("kai,ki,kbi,nkb->nka", U, kept, U, d))


def means_in_float32(*args):
    return means_by_einsum(*(one.astype(np.float32) for one in args))


def put(v, m, H, W, count=True):
    total, covered = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = n // (W - m + 1), n % (W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m)
        covered[i : i + m, j : j + m] += 1
    return total / covered if count else total


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


def whole_in_float32(noisy, m, restore):
    return whole(noisy.astype(np.float32), m, restore).astype(np.float32)


def broken(noisy, m, restore):
    """The function that the lesson asks to repair."""
    (H, W), picture = noisy.shape, np.clip(noisy, 0, 255)
    places = [(i, j) for i in range(H - m) for j in range(W - m)]
    v, total = restore(np.array([picture[i : i + m, j : j + m].ravel() for i, j in places])), np.zeros((H, W))
    for (i, j), patch in zip(places, v):
        total[i : i + m, j : j + m] += patch.reshape(m, m)
    return total / m**2


def border_left(noisy, m, restore):
    return np.clip(put(restore(cut(noisy, m)), m, *noisy.shape) * coverage(noisy.shape, m) / m**2, 0, 255)


def coverage(shape, m):
    return put(np.ones(((shape[0] - m + 1) * (shape[1] - m + 1), m * m)), m, *shape, count=False)


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


def psnr_in_float32(estimate, truth, peak):
    d = estimate.astype(np.float32) - truth.astype(np.float32)
    return 10 * np.log10(np.float32(peak) ** 2 / (d**2).mean())


def psnr_through_float32(estimate, truth, peak):
    mse = float(((estimate.astype("f4") - truth.astype("f4")) ** 2).mean())
    return math.inf if mse == 0 else 10 * math.log10(peak**2 / mse)


def hundred(estimate, truth, peak):
    return 100 if np.array_equal(estimate, truth) else psnr_by_logs(estimate, truth, peak)


RIGHT = {
    "05.1": (
        lambda lam, sigma: 1 / (1 + sigma**2 / lam),
        lambda lam, sigma: (1 - sigma**2 / (lam + sigma**2)).tolist(),
    ),
    "05.2": (lambda *args: shares(log_joint(*args)), weights_by_scipy, weights_by_einsum),
    "05.3": (means_by_loop, means_by_gain, means_by_einsum, means_in_float32),
    "05.4": (whole, whole_one_by_one, whole_in_float32),
    "05.5": (psnr_by_logs, psnr_by_loop, psnr_by_norm, psnr_in_float32, psnr_through_float32),
}
WRONG = {  # words of the sentence that must come
    "05.1": {
        "upside down": lambda lam, sigma: 1 + sigma**2 / lam,
        "taken away": lambda lam, sigma: 1 / (1 + lam / sigma**2),
    },
    "05.2": {
        "noise is missing": clean_density,
        "weights are missing": naive_without_prior,
        "taken off": shifted_by(min),
        "largest weight is 1": lambda *args: np.exp(log_joint(*args) - max(log_joint(*args))),
    },
    "05.4": {"overwrites": overwritten, "windows are missing": broken, "m^2 everywhere": border_left},
    "05.5": {
        "in bytes, 3": lambda x, y, peak: 10 * np.log10(peak**2 / ((x - y) ** 2).mean()),
        "decibels use base 10": lambda x, y, peak: 10 * np.log(peak**2 / ((x - y) ** 2).mean()),
        "there is no error": hundred,
    },
}
