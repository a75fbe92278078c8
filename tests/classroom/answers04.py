"""Answers to the exercises of lesson 04 that take another route than the solution and its edits."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import logsumexp


def windows_by_loop(image, m, outer=0):
    H, W = image.shape
    I, J = H - m + 1 + outer, W - m + 1 + outer
    return [image[i : i + m, j : j + m].ravel() for i in range(I) for j in range(J)]


def windows_by_formula(image, m):
    I, J = image.shape[0] - m + 1, image.shape[1] - m + 1
    v = np.empty((I * J, m * m))
    for i, j, a, b in np.ndindex(I, J, m, m):
        v[i * J + j, a * m + b] = image[i + a, j + b]
    return v


def windows_by_strides(image, m):
    return sliding_window_view(image, (m, m)).reshape(-1, m * m)


def average_by_loop(v, m, H, W):
    total, count = np.zeros((H, W)), np.zeros((H, W))
    n = 0
    for i in range(H - m + 1):
        for j in range(W - m + 1):
            total[i : i + m, j : j + m] += v[n].reshape(m, m)
            count[i : i + m, j : j + m] += 1
            n += 1
    return total / count


def average_by_pixel(v, m, H, W):
    J = W - m + 1
    found = [[[] for _ in range(W)] for _ in range(H)]
    for n, patch in enumerate(v):
        for c, value in enumerate(patch):
            found[n // J + c // m][n % J + c % m].append(value)
    return [[sum(values) / len(values) for values in row] for row in found]


def average_by_lstsq(v, m, H, W):
    A = np.stack([windows_by_strides(e.reshape(H, W), m).ravel() for e in np.eye(H * W)], axis=1)
    return np.linalg.lstsq(A, v.ravel(), rcond=None)[0].reshape(H, W)


def rows_of_height(v, m, H, W):
    total, count = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = divmod(n, H - m + 1)
        window = total[i : i + m, j : j + m]
        window += patch.reshape(m, m)[: window.shape[0], : window.shape[1]]
        count[i : i + m, j : j + m] += 1
    return total / count


def nonzero_counted(v, m, H, W):
    return average_by_loop(v, m, H, W) * shares_of(np.ones_like(v), m, H, W) / shares_of(v != 0, m, H, W)


def shares_of(v, m, H, W):
    total = np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = divmod(n, W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m)
    return total


def broken(v, m, H, W):
    """The function that the lesson asks to repair."""
    total, seen = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = divmod(n, W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m).T
        seen[i : i + m, j : j + m] += patch.reshape(m, m) != 0
    return total / np.maximum(seen, 1)


def e_step_shifted(weights, log_densities):
    joint = np.log(weights) + log_densities
    top = joint.max(axis=1, keepdims=True)
    shares = np.exp(joint - top)
    total = shares.sum(axis=1, keepdims=True)
    return shares / total, float((top + np.log(total)).mean())


def e_step_by_loop(weights, log_densities):
    r, score = [], 0.0
    for row in np.log(weights) + log_densities:
        top = max(row)
        shares = [np.exp(e - top) for e in row]
        r.append([share / sum(shares) for share in shares])
        score += (top + np.log(sum(shares))) / len(log_densities)
    return np.array(r), score


def e_step_by_logsumexp(weights, log_densities):
    joint = np.log(weights) + log_densities
    evidence = logsumexp(joint, axis=1)
    return np.exp(joint - evidence[:, None]), evidence.mean()


def underflowing(weights, log_densities):
    p = np.exp(log_densities) @ weights
    return np.exp(log_densities) * weights / p[:, None], np.log(p).mean()


def e_step_by_one_maximum(weights, log_densities):
    joint = np.log(weights) + log_densities
    p = np.exp(joint - joint.max())
    return p / p.sum(axis=1)[:, None], np.mean(np.log(p.sum(axis=1)) + joint.max())


def e_step_by_largest_density(weights, log_densities):
    top = log_densities.max(axis=1)
    p = weights * np.exp(log_densities.T - top).T
    return p / p.sum(axis=1)[:, None], np.mean(np.log(p.sum(axis=1)) + top)


def shifted_by(entry):
    def answer(weights, log_densities):
        joint = np.log(weights) + log_densities
        top = np.array([entry(row) for row in joint])
        p = np.exp(joint.T - top).T
        return p / p.sum(axis=1)[:, None], np.mean(np.log(p.sum(axis=1)) + top)

    return answer


def total_underflowing(weights, log_densities):
    r, mean = underflowing(weights, log_densities)
    return r, mean * len(r)


def scored(score):
    """The answer with the right responsibilities r and the score(joint log densities, r)."""

    def answer(weights, log_densities):
        r = e_step_shifted(weights, log_densities)[0]
        return r, score(np.log(weights) + log_densities, r)

    return answer


def over(axis):
    """The answer whose responsibilities sum to 1 over another axis."""

    def answer(weights, log_densities):
        joint = np.log(weights) + log_densities
        e = np.exp(joint - joint.max())
        return e / e.sum(axis=axis), e_step_shifted(weights, log_densities)[1]

    return answer


def weights_not_logged(weights, log_densities):
    score = logsumexp(weights + log_densities, axis=1)
    return np.exp(weights + log_densities - score[:, None]), score.mean()


def one_label(weights, log_densities):
    r = np.zeros_like(log_densities)
    for n, row in enumerate(np.log(weights) + log_densities):
        r[n, row.argmax()] = 1
    return r, e_step_shifted(weights, log_densities)[1]


def m_step_by_loop(x, r, reg_covar):
    N, D = x.shape
    weights, means, covs = [], [], []
    for k in range(r.shape[1]):
        n_k = sum(r[:, k])
        mu = sum(r[n, k] * x[n] for n in range(N)) / n_k
        S = sum(r[n, k] * np.outer(x[n] - mu, x[n] - mu) for n in range(N)) / n_k
        weights.append(n_k / N)
        means.append(mu)
        covs.append(S + reg_covar * np.eye(D))
    return weights, means, covs


def m_step_by_cov(x, r, reg_covar, bias=True):
    means = np.array([np.average(x, axis=0, weights=r_k) for r_k in r.T])
    covs = np.array([np.cov(x.T, aweights=r_k, bias=bias) for r_k in r.T])
    return r.mean(axis=0), means, covs + reg_covar * np.eye(x.shape[1])


def m_step_by_einsum(x, r, reg_covar):
    n = r.sum(axis=0)
    means = np.einsum("nk,nd->kd", r, x) / n[:, None]
    d = x[None] - means[:, None]
    covs = np.einsum("nk,kni,knj->kij", r, d, d) / n[:, None, None]
    return n / len(x), means, covs + reg_covar * np.eye(x.shape[1])


RIGHT = {
    "04.1": (windows_by_loop, windows_by_formula, windows_by_strides),
    "04.2": (
        lambda p, m, L: len([i for i in range(L - m + 1) if i <= p < i + m]),
        lambda p, m, L: min(p, L - m) - max(0, p - m + 1) + 1,
        lambda p, m, L: np.convolve(np.ones(L - m + 1), np.ones(m))[p],
    ),
    "04.3": (average_by_loop, average_by_pixel, average_by_lstsq),
    "04.4": (e_step_shifted, e_step_by_loop, e_step_by_logsumexp),
    "04.5": (m_step_by_loop, m_step_by_cov, m_step_by_einsum),
}
WRONG = {  # words of the sentence that must come
    "04.1": {
        "rows and columns are swapped": lambda image, m: windows_by_strides(image.T, m),
        "column of windows are missing": lambda image, m: np.array(windows_by_loop(image, m, outer=-1)),
        "reaches beyond": lambda image, m: np.array(windows_by_loop(image, m, outer=1)),
    },
    "04.2": {
        "where does the last one start": lambda p, m, L: p - max(0, p - m + 1) + 1,
        "last minus first": lambda p, m, L: min(p, L - m) - max(0, p - m + 1),
    },
    "04.3": {
        "square images only": rows_of_height,
        "black no say": nonzero_counted,
        "rows and columns swapped": broken,
    },
    "04.4": {
        "sum over the data": scored(lambda joint, r: logsumexp(joint, axis=1).sum()),
        "asked is the mean": total_underflowing,
        "one logarithm": scored(lambda joint, r: logsumexp(joint) - np.log(len(r))),
        "not the sum of the logarithms": scored(lambda joint, r: np.mean([sum(row) for row in joint])),
        "for known labels": scored(lambda joint, r: (r * joint).sum() / len(r)),
        "best component alone": scored(lambda joint, r: np.max(joint, axis=1).mean()),
        "sum to 1 over the data": over(0),
        "over the whole table": over(None),
        "answers for fewer data": lambda weights, e: e_step_by_logsumexp(np.ones(len(weights)), e),
        "both must be logarithms": weights_not_logged,
        "went to one component": one_label,
        "e^-1350": underflowing,
        "one maximum": e_step_by_one_maximum,
        "largest of what": e_step_by_largest_density,
        "taken off a row": shifted_by(np.min),
        "is its share still 0": lambda weights, e: e_step_shifted(weights + 1e-12, e),
        "those are logarithms": lambda *args: (np.log(e_step_by_loop(*args)[0]), e_step_by_loop(*args)[1]),
        "products of weight and density": lambda w, e: (w * np.exp(e), e_step_shifted(w, e)[1]),
    },
    "04.5": {
        "np.cov": lambda x, r, reg: m_step_by_cov(x, r, reg, bias=False),
        "one component only": lambda x, r, reg: m_step_by_loop(x, r == r.max(axis=1, keepdims=True), reg),
    },
}
