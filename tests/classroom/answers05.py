"""Answers to the exercises of lesson 05."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

# 05.2


def log_joint(y, weights, means, lam, U, sigma, *, half=(0.5, 0.5), turned=False):
    found = []
    for p, mu, variances, axes in zip(weights, means, lam, U):
        seen = variances + sigma**2
        c = (axes if turned else axes.T) @ (y - mu)
        found.append(np.log(p) - half[0] * np.log(seen).sum() - half[1] * (c**2 / seen).sum())
    return np.array(found)


def shares(logs):
    e = np.exp(logs - max(logs))
    return e / e.sum()


def weights_by_loop(*args):
    return shares(log_joint(*args))


def weights_by_scipy(y, weights, means, lam, U, sigma):
    covs = [u @ np.diag(v) @ u.T + sigma**2 * np.eye(len(y)) for v, u in zip(lam, U)]
    logs = np.log(weights) + [multivariate_normal.logpdf(y, m, S) for m, S in zip(means, covs)]
    return np.exp(logs - logsumexp(logs))


def weights_by_einsum(y, weights, means, lam, U, sigma):
    c = np.einsum("kdi,kd->ki", U, y - means)
    logs = np.log(weights) - 0.5 * (np.log(lam + sigma**2) + c**2 / (lam + sigma**2)).sum(axis=1)
    return np.exp(logs - logsumexp(logs)).tolist()


def halves(*half):
    return lambda *args: shares(log_joint(*args, half=half))


def prior_forgotten(y, weights, *rest):
    return shares(log_joint(y, np.ones(len(weights)), *rest))


def prior_not_logged(y, weights, *rest):
    return shares(weights + log_joint(y, np.ones(len(weights)), *rest))


def sigma_not_squared(y, weights, means, lam, U, sigma):
    seen = lam + sigma
    c = np.array([u.T @ (y - m) for u, m in zip(U, means)])
    return shares(np.log(weights) - 0.5 * np.sum(np.log(seen) + c**2 / seen, axis=1))


def clean_density(y, weights, means, lam, U, sigma):
    c = np.array([u.T @ (y - m) for u, m in zip(U, means)])
    return shares(np.log(weights) - 0.5 * np.sum(np.log(lam) + c**2 / lam, axis=1))


def means_forgotten(y, weights, means, lam, U, sigma):
    return shares(log_joint(y, weights, np.zeros_like(means), lam, U, sigma))


def naive(*args):
    e = np.exp(log_joint(*args))
    return e / e.sum()


def lambda_squared(y, weights, means, lam, U, sigma):
    return shares(log_joint(y, weights, means, lam * lam, U, sigma))


def best_alone(*args):
    logs = log_joint(*args)
    return (logs == max(logs)).astype(float)


def not_normalised(*args):
    return np.exp(log_joint(*args))


def naive_without_prior(y, weights, *rest):
    return naive(y, np.ones(len(weights)), *rest)


# 05.3


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
    d = y[:, None] - means
    return np.einsum(
        "nk,nkd->nd", weights, means + np.einsum("kai,ki,kbi,nkb->nka", U, lam / (lam + sigma**2), U, d)
    )


def each(one):
    """A student who combines the components rightly, with one(y, mu, lam, U, sigma) for a patch of one of them."""

    def answer(y, weights, means, lam, U, sigma):
        parts = [[one(p, m, v, u, sigma) for m, v, u in zip(means, lam, U)] for p in y]
        return np.array([sum(w * part for w, part in zip(row, of)) for row, of in zip(weights, parts)])

    return answer


def factor(share):
    return each(lambda y, mu, lam, U, sigma: mu + U @ np.diag(share(lam, sigma)) @ U.T @ (y - mu))


def swapped(y, mu, lam, U, sigma):
    return mu + U.T @ (lam / (lam + sigma**2) * (U @ (y - mu)))


def swapped_there(y, mu, lam, U, sigma):
    return mu + U @ (lam / (lam + sigma**2) * (U @ (y - mu)))


def swapped_back(y, mu, lam, U, sigma):
    return mu + U.T @ (lam / (lam + sigma**2) * (U.T @ (y - mu)))


def no_axes(y, mu, lam, U, sigma):
    return mu + lam * (y - mu) / (lam + sigma**2)


def not_turned_back(y, mu, lam, U, sigma):
    return mu + np.array([v / (v + sigma**2) * (u @ (y - mu)) for v, u in zip(lam, U.T)])


def no_mean(y, mu, lam, U, sigma):
    return U @ (lam / (lam + sigma**2) * (U.T @ (y - mu)))


def shrunk_y(y, mu, lam, U, sigma):
    return mu + U @ (lam / (lam + sigma**2) * (U.T @ y))


def most_probable(y, weights, *rest):
    return means_by_loop(y, np.where(weights == weights.max(axis=1, keepdims=True), 1.0, 0.0), *rest)


def plain_average(y, weights, *rest):
    return means_by_loop(y, np.ones_like(weights), *rest) / weights.shape[1]


def shared_weights(y, weights, *rest):
    return means_by_loop(y, 0 * weights + weights.mean(axis=0), *rest)


def no_weights(y, weights, *rest):
    return means_by_loop(y, np.ones_like(weights), *rest)


# 05.4


def cut(picture, m):
    return sliding_window_view(picture, (m, m)).reshape(-1, m * m)


def put(v, m, H, W, *, average=True):
    total, count = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = n // (W - m + 1), n % (W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m)
        count[i : i + m, j : j + m] += 1
    return total / count if average else total


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


def unclipped(noisy, m, restore):
    return put(restore(cut(noisy, m)), m, *noisy.shape)


def clipped_before(noisy, m, restore):
    return whole(noisy.clip(0, 255), m, restore)


def clipped_inside(noisy, m, restore):
    return put(np.clip(restore(cut(noisy, m)), 0, 255), m, *noisy.shape)


def summed(noisy, m, restore):
    return np.clip(put(restore(cut(noisy, m)), m, *noisy.shape, average=False), 0, 255)


def by_m_squared(noisy, m, restore):
    return np.clip(put(restore(cut(noisy, m)), m, *noisy.shape, average=False) / m**2, 0, 255)


def not_restored(noisy, m, restore):
    return np.clip(put(cut(noisy, m), m, *noisy.shape), 0, 255)


def overwritten(noisy, m, restore):
    picture, W = noisy.copy(), noisy.shape[1]
    for n, patch in enumerate(restore(cut(noisy, m))):
        picture[n // (W - m + 1) :, n % (W - m + 1) :][:m, :m] = patch.reshape(m, m)
    return picture.clip(0, 255)


def as_bytes(noisy, m, restore):
    return np.uint8(whole(noisy, m, restore))


def up_to_one(noisy, m, restore):
    return unclipped(noisy, m, restore).clip(0, 1)


# 05.5


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


def mse(estimate, truth):
    return np.mean((np.asarray(estimate, float) - truth) ** 2)


def mean_error(estimate, truth, peak):
    return 10 * np.log10(peak**2 / np.mean(np.abs(np.asarray(estimate, float) - truth)))


def summed_error(estimate, truth, peak):
    return 10 * np.log10(peak**2 / np.sum((np.asarray(estimate, float) - truth) ** 2))


def of_bytes(estimate, truth, peak):
    return 10 * np.log10(peak**2 / ((estimate - truth) ** 2).mean())


def natural_of_bytes(estimate, truth, peak):
    return 10 * np.log(peak**2 / ((estimate - truth) ** 2).mean())


def hundred(estimate, truth, peak):
    return 100 if mse(estimate, truth) == 0 else psnr_by_logs(estimate, truth, peak)


RIGHT = {
    "05.1": {"fraction": lambda: 4 / 5, "from standard deviations": lambda: 1 / (1 + (25 / 50) ** 2)},
    "05.2": {"loop": weights_by_loop, "SciPy": weights_by_scipy, "einsum, as a list": weights_by_einsum},
    "05.3": {"loop": means_by_loop, "gain, as a list": means_by_gain, "einsum": means_by_einsum},
    "05.4": {"own patches": whole, "one patch at a time": whole_one_by_one},
    "05.5": {"logarithms": psnr_by_logs, "loop": psnr_by_loop, "norm": psnr_by_norm},
}
WRONG = {
    "05.1": {
        "standard deviations": (lambda: 50 / (50 + 25), "compared standard deviations"),
        "the noise's share": (lambda: 625 / 3125, "taken away"),
        "ratio": (lambda: 2500 / 625, "how many times"),
        "ratio of the noise": (lambda: 25**2 / 50**2, "noise against patch"),
        "upside down": (lambda: (50**2 + 25**2) / 50**2, "upside down"),
        "root": (lambda: 0.8**0.5, "no square root"),
        "sigma not squared": (lambda: 50**2 / (50**2 + 25), "beside the variance"),
        "lambda not squared": (lambda: 50 / (50 + 25**2), "lambda is a variance"),
    },
    "05.2": {
        "prior weights": (lambda y, weights, *rest: weights, "those are the prior weights"),
        "prior ignored": (prior_forgotten, "prior weights are missing"),
        "prior not logged": (prior_not_logged, "without its logarithm"),
        "no determinant": (halves(0, 0.5), "logarithms of the variances"),
        "no distance": (halves(0.5, 0), "distances are missing"),
        "no half": (halves(1, 1), "1/2 is missing"),
        "half a half": (halves(1, 0.5), "both terms"),
        "sign": (halves(-0.5, -0.5), "sign is turned"),
        "sigma not squared": (sigma_not_squared, "standard deviation"),
        "no noise": (clean_density, "noise is missing"),
        "swapped": (lambda *args: shares(log_joint(*args, turned=True)), "U and U'"),
        "no means": (means_forgotten, "means were not subtracted"),
        "lambda squared": (lambda_squared, "variance already"),
        "argmax": (best_alone, "one component has all"),
        "not normalised": (not_normalised, "products of prior and density"),
        "logarithms": (log_joint, "those are logarithms"),
        "underflow": (naive, "underflows"),
        "prior ignored, and underflow": (naive_without_prior, "weights are missing"),
    },
    "05.3": {
        "sigma not squared": (
            factor(lambda lam, sigma: lam / (lam + sigma)),
            "standard deviation; noise enters",
        ),
        "the noise's share": (factor(lambda lam, sigma: sigma**2 / (lam + sigma**2)), "belongs to the noise"),
        "upside down": (factor(lambda lam, sigma: (lam + sigma**2) / lam), "upside down"),
        "no brackets": (factor(lambda lam, sigma: lam / lam + sigma**2), "brackets"),
        "roots": (factor(lambda lam, sigma: lam**0.5 / (lam**0.5 + sigma)), "variances add up"),
        "not shrunk": (factor(lambda lam, sigma: np.ones_like(lam)), "not shrunk by anything"),
        "swapped": (each(swapped), "with patches in rows"),
        "swapped on the way there": (each(swapped_there), "on the way to the axes"),
        "swapped on the way back": (each(swapped_back), "on the way back"),
        "no axes": (each(no_axes), "turn first"),
        "not turned back": (each(not_turned_back), "turn back"),
        "no mean": (each(no_mean), "not added back"),
        "y shrunk": (each(shrunk_y), "y was shrunk"),
        "most probable": (most_probable, "(M5)"),
        "plain average": (plain_average, "counts the same"),
        "shared weights": (shared_weights, "one set of weights"),
        "no weights": (no_weights, "missing from your sum"),
    },
    "05.4": {
        "not clipped": (unclipped, "not clipped"),
        "input clipped": (clipped_before, "clipped the noisy picture"),
        "clipped inside": (clipped_inside, "clipped every patch"),
        "sum": (summed, "added up"),
        "m squared": (by_m_squared, "m^2 everywhere"),
        "not restored": (not_restored, "noisy picture again"),
        "overwritten": (overwritten, "overwrites"),
        "bytes": (as_bytes, "cast"),
        "0..1": (up_to_one, "end at 1"),
    },
    "05.5": {
        "natural logarithm": (lambda x, y, peak: 10 * np.log(peak**2 / mse(x, y)), "natural logarithm"),
        "20": (lambda x, y, peak: 20 * np.log10(peak**2 / mse(x, y)), "20 goes"),
        "10 of amplitudes": (lambda x, y, peak: 10 * np.log10(peak / mse(x, y) ** 0.5), "10 goes"),
        "root of the error": (lambda x, y, peak: 10 * np.log10(peak**2 / mse(x, y) ** 0.5), "a root"),
        "peak not squared": (lambda x, y, peak: 10 * np.log10(peak / mse(x, y)), "not squared"),
        "bels": (lambda x, y, peak: np.log10(peak**2 / mse(x, y)), "those are bels"),
        "sign": (lambda x, y, peak: -10 * np.log10(peak**2 / mse(x, y)), "sign is turned"),
        "255": (lambda x, y, peak: 10 * np.log10(255**2 / mse(x, y)), "255 whatever"),
        "sum": (summed_error, "summed"),
        "mean error": (mean_error, "mean error"),
        "brightest pixel": (lambda x, y, peak: psnr_by_logs(x, y, float(y.max())), "brightest"),
        "bytes": (of_bytes, "in bytes, 3"),
        "natural logarithm, and bytes": (natural_of_bytes, "decibels use base 10"),
        "equal pictures": (hundred, "there is no error"),
    },
}
