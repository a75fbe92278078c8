"""Answers to the exercises of lesson 04."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import logsumexp

# 04.1


def windows_by_loop(image, m):
    H, W = image.shape
    return [image[i : i + m, j : j + m].ravel() for i in range(H - m + 1) for j in range(W - m + 1)]


def windows_by_formula(image, m):
    I, J = image.shape[0] - m + 1, image.shape[1] - m + 1
    v = np.empty((I * J, m * m))
    for i in range(I):
        for j in range(J):
            for a in range(m):
                for b in range(m):
                    v[i * J + j, a * m + b] = image[i + a, j + b]
    return v


def windows_by_strides(image, m):
    return sliding_window_view(image, (m, m)).reshape(-1, m * m)


def columns_outside(image, m):
    H, W = image.shape
    return np.array([image[i : i + m, j : j + m].ravel() for j in range(W - m + 1) for i in range(H - m + 1)])


def pixels_by_column(image, m):
    H, W = image.shape
    return np.array(
        [image[i : i + m, j : j + m].T.ravel() for i in range(H - m + 1) for j in range(W - m + 1)]
    )


def one_too_few(image, m):
    H, W = image.shape
    return np.array([image[i : i + m, j : j + m].ravel() for i in range(H - m) for j in range(W - m)])


def no_overlap(image, m):
    H, W = image.shape
    return np.array(
        [image[i : i + m, j : j + m].ravel() for i in range(0, H - m + 1, m) for j in range(0, W - m + 1, m)]
    )


def squares(image, m):
    return sliding_window_view(image, (m, m)).reshape(-1, m, m).copy()


def grid_of_patches(image, m):
    I, J = image.shape[0] - m + 1, image.shape[1] - m + 1
    return sliding_window_view(image, (m, m)).reshape(I, J, m * m)


def numbered_by_height(image, m):
    I, J = image.shape[0] - m + 1, image.shape[1] - m + 1
    v = np.zeros((I * J, m * m))
    for i in range(I):
        for j in range(J):
            v[i * I + j] = image[i : i + m, j : j + m].flatten()
    return v


def one_too_many(image, m):
    H, W = image.shape
    return np.array([image[i : i + m, j : j + m].ravel() for i in range(H - m + 2) for j in range(W - m + 2)])


# 04.3


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


def summed(v, m, H, W, order="C"):
    total = np.zeros((H, W))
    I, J = H - m + 1, W - m + 1
    for i in range(I):
        for j in range(J):
            total[i : i + m, j : j + m] += v[i * J + j].reshape((m, m), order=order)
    return total


def cover(m, H, W):
    return summed(np.ones(((H - m + 1) * (W - m + 1), m * m)), m, H, W)


def by_column(v, m, H, W):
    n, total = 0, np.zeros((H, W))
    for j in range(W - m + 1):
        for i in range(H - m + 1):
            total[i : i + m, j : j + m] += v[n].reshape(m, m)
            n += 1
    return total / cover(m, H, W)


def overwritten(v, m, H, W):
    image = np.empty((H, W))
    for n in range(len(v)):
        i, j = n // (W - m + 1), n % (W - m + 1)
        image[i : i + m, j : j + m] = v[n].reshape(m, m)
    return image


def halved(v, m, H, W):
    image = np.zeros((H, W))
    for n in range(len(v)):
        i, j = n // (W - m + 1), n % (W - m + 1)
        image[i : i + m, j : j + m] += v[n].reshape(m, m)
        image[i : i + m, j : j + m] /= 2
    return image


def last_position_lost(v, m, H, W):
    I, J = H - m, W - m
    total, count = np.zeros((H, W)), np.zeros((H, W))
    for i in range(I):
        for j in range(J):
            total[i : i + m, j : j + m] += v[i * J + j].reshape(m, m)
            count[i : i + m, j : j + m] += 1
    return total / count


def cover_of_large_image(v, m, H, W):
    cover = np.array([[min(p + 1, H - p, m) * min(q + 1, W - q, m) for q in range(W)] for p in range(H)])
    return summed(v, m, H, W) / cover


def rows_of_height(v, m, H, W):
    total, count = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = divmod(n, H - m + 1)
        window = total[i : i + m, j : j + m]
        window += patch.reshape(m, m)[: window.shape[0], : window.shape[1]]
        count[i : i + m, j : j + m] += 1
    return total / count


# 04.4


def e_step_shifted(weights, log_densities):
    joint = np.log(weights) + log_densities
    top = joint.max(axis=1, keepdims=True)
    shares = np.exp(joint - top)
    total = shares.sum(axis=1, keepdims=True)
    return shares / total, float((top + np.log(total)).mean())


def e_step_by_loop(weights, log_densities):
    r, score = [], 0.0
    for row in log_densities:
        top = max(row)
        shares = [p * np.exp(e - top) for p, e in zip(weights, row)]
        r.append([share / sum(shares) for share in shares])
        score += (top + np.log(sum(shares))) / len(log_densities)
    return np.array(r), score


def e_step_by_logsumexp(weights, log_densities):
    evidence = logsumexp(log_densities, b=weights, axis=1)
    return weights * np.exp(log_densities - evidence[:, None]), evidence.mean()


def r_of(weights, log_densities):
    return e_step_shifted(weights, log_densities)[0]


def total_score(weights, log_densities):
    return r_of(weights, log_densities), logsumexp(np.log(weights) + log_densities, axis=1).sum()


def total_underflowing(weights, log_densities):
    r, mean = underflowing(weights, log_densities)
    return r, mean * len(r)


def log_of_mean(weights, log_densities):
    return r_of(weights, log_densities), logsumexp(log_densities, b=weights / len(log_densities))


def sum_of_logs(weights, log_densities):
    return r_of(weights, log_densities), np.mean([sum(np.log(weights) + row) for row in log_densities])


def labels_known(weights, log_densities):
    r = r_of(weights, log_densities)
    return r, (r * (np.log(weights) + log_densities)).sum() / len(r)


def best_alone(weights, log_densities):
    return r_of(weights, log_densities), np.max(np.log(weights) + log_densities, axis=1).mean()


def over_the_data(weights, log_densities):
    joint = np.log(weights) + log_densities
    e = np.exp(joint - joint.max())
    return e / e.sum(axis=0), e_step_shifted(weights, log_densities)[1]


def over_everything(weights, log_densities):
    joint = np.log(weights) + log_densities
    e = np.exp(joint - joint.max())
    return e / e.sum(), e_step_shifted(weights, log_densities)[1]


def top_lost(weights, log_densities):
    joint = np.log(weights) + log_densities
    shares = np.exp(joint - joint.max(axis=1, keepdims=True))
    total = shares.sum(axis=1)
    return shares / total[:, None], np.log(total).mean()


def without_weights(weights, log_densities):
    top = log_densities.max(axis=1, keepdims=True)
    e = np.exp(log_densities - top)
    return e / e.sum(axis=1, keepdims=True), np.mean(top[:, 0] + np.log(e.sum(axis=1)))


def weights_not_logged(weights, log_densities):
    joint = weights + log_densities
    score = logsumexp(joint, axis=1)
    return np.exp(joint - score[:, None]), score.mean()


def one_label(weights, log_densities):
    r = np.zeros_like(log_densities)
    for n, row in enumerate(np.log(weights) + log_densities):
        r[n, row.argmax()] = 1
    return r, e_step_shifted(weights, log_densities)[1]


def underflowing(weights, log_densities):
    p = np.exp(log_densities) @ weights
    return np.exp(log_densities) * weights / p[:, None], np.log(p).mean()


# 04.5


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


def m_step_by_cov(x, r, reg_covar):
    means = np.array([np.average(x, axis=0, weights=r_k) for r_k in r.T])
    covs = np.array([np.cov(x.T, aweights=r_k, bias=True) for r_k in r.T])
    return r.mean(axis=0), means, covs + reg_covar * np.eye(x.shape[1])


def m_step_by_einsum(x, r, reg_covar, *, power=1, less=0, centre=None):
    n = r.sum(axis=0)
    means = np.einsum("nk,nd->kd", r, x) / n[:, None]
    d = x[None] - (means[:, None] if centre is None else centre)
    covs = np.einsum("nk,kni,knj->kij", r**power, d, d) / (n - less)[:, None, None]
    return n / len(x), means, covs + reg_covar * np.eye(x.shape[1])


def counts_for_weights(x, r, reg_covar):
    _, means, covs = m_step_by_loop(x, r, reg_covar)
    return r.sum(axis=0), means, covs


def means_by_all(x, r, reg_covar):
    means = r.T @ x / len(x)
    covs = [
        (r_k * (x - mu).T) @ (x - mu) / r_k.sum() + reg_covar * np.eye(x.shape[1])
        for r_k, mu in zip(r.T, means)
    ]
    return r.mean(axis=0), means, np.array(covs)


def everything_by_all(x, r, reg_covar):
    means = r.T @ x / len(x)
    covs = [
        (r_k * (x - mu).T) @ (x - mu) / len(x) + reg_covar * np.eye(x.shape[1]) for r_k, mu in zip(r.T, means)
    ]
    return r.mean(axis=0), means, np.array(covs)


def m_step_by_unbiased_cov(x, r, reg_covar):
    weights, means, _ = m_step_by_loop(x, r, reg_covar)
    return (
        weights,
        means,
        [np.cov(x, rowvar=False, aweights=r_k) + reg_covar * np.eye(x.shape[1]) for r_k in r.T],
    )


def undivided(x, r, reg_covar, by=None):
    weights, means, _ = m_step_by_loop(x, r, reg_covar)
    covs = [(r_k * (x - mu).T) @ (x - mu) / (by or 1) for r_k, mu in zip(r.T, means)]
    return weights, means, np.array(covs) + reg_covar * np.eye(x.shape[1])


def unweighted(x, r, reg_covar):
    weights, means, _ = m_step_by_loop(x, r, reg_covar)
    covs = [(x - mu).T @ (x - mu) / r_k.sum() for r_k, mu in zip(r.T, means)]
    return weights, means, np.array(covs) + reg_covar * np.eye(x.shape[1])


def variances_only(x, r, reg_covar):
    weights, means, covs = m_step_by_loop(x, r, reg_covar)
    return weights, means, [np.diag(np.diag(S)) for S in covs]


def floor_everywhere(x, r, reg_covar):
    weights, means, covs = m_step_by_loop(x, r, 0)
    return weights, means, np.array(covs) + reg_covar


def hard(x, r, reg_covar):
    taken = (r == r.max(axis=1, keepdims=True)).astype(float)
    return m_step_by_einsum(x, taken, reg_covar)


RIGHT = {
    "04.1": {
        "loop, as a list": windows_by_loop,
        "formula": windows_by_formula,
        "strides": windows_by_strides,
    },
    "04.2": {
        "product": lambda: 4 * 13,
        "counted": lambda: len([1 for i in range(13) for j in range(13) if i <= 3 < i + 16]),
    },
    "04.3": {
        "loop": average_by_loop,
        "pixel by pixel, as a list": average_by_pixel,
        "least squares": average_by_lstsq,
    },
    "04.4": {"shifted": e_step_shifted, "loop": e_step_by_loop, "logsumexp": e_step_by_logsumexp},
    "04.5": {"loop, as lists": m_step_by_loop, "np.cov": m_step_by_cov, "einsum": m_step_by_einsum},
}
WRONG = {
    "04.1": {
        "column-major windows": (columns_outside, "windows come column by column"),
        "column-major pixels": (pixels_by_column, "pixels come column by column"),
        "transposed image": (lambda image, m: windows_by_strides(image.T, m), "rows and columns are swapped"),
        "one window too few": (one_too_few, "column of windows are missing"),
        "blocks": (no_overlap, "do not overlap"),
        "squares": (squares, "still a square"),
        "a grid": (grid_of_patches, "in a grid"),
        "I for J": (numbered_by_height, "numbers collide"),
        "one window too many": (one_too_many, "reaches beyond"),
    },
    "04.2": {
        "m squared": (lambda: 16**2, "m^2 would need"),
        "all patches": (lambda: 13 * 13, "all patches of the digit"),
        "16 columns": (lambda: 64, "fewer than 16 positions"),
        "15 columns": (lambda: 60, "would end in column 29"),
        "14 columns": (lambda: 56, "minded the edge"),
        "3 rows": (lambda: 39, "count again from row 0"),
        "12 columns": (lambda: 48, "both included"),
        "sum": (lambda: 17, "choices added"),
        "rows alone": (lambda: 4, "and the columns"),
        "columns alone": (lambda: 13, "and the rows"),
    },
    "04.3": {
        "sum": (summed, "added up"),
        "m squared": (lambda v, m, H, W: summed(v, m, H, W) / m**2, "m^2 everywhere"),
        "number of patches": (lambda v, m, H, W: summed(v, m, H, W) / len(v), "number of all patches"),
        "transposed patches": (lambda v, m, H, W: summed(v, m, H, W, order="F") / cover(m, H, W), "swapped"),
        "column-major": (by_column, "column by column"),
        "overwritten": (overwritten, "overwrites"),
        "halved": (halved, "halving"),
        "off by one": (last_position_lost, "positions are missing"),
        "right for squares": (rows_of_height, "square images only"),
        "coverage of a large image": (cover_of_large_image, "coverage is too large"),
    },
    "04.4": {
        "total": (total_score, "sum over the data"),
        "log of the mean": (log_of_mean, "one logarithm"),
        "sum of logs": (sum_of_logs, "not the sum of the logarithms"),
        "labels known": (labels_known, "for known labels"),
        "best alone": (best_alone, "best component alone"),
        "over the data": (over_the_data, "sum to 1 over the data"),
        "over everything": (over_everything, "over the whole table"),
        "maximum not added back": (top_lost, "did not get it back"),
        "weights ignored": (without_weights, "weights of the components are missing"),
        "weights not logged": (weights_not_logged, "both must be logarithms"),
        "argmax": (one_label, "went to one component"),
        "underflow": (underflowing, "overflows"),
        "total, and underflow": (total_underflowing, "asked is the mean"),
    },
    "04.5": {
        "counts": (counts_for_weights, "numbers n_k"),
        "means by N": (means_by_all, "means are too small"),
        "everything by N": (everything_by_all, "number of all data"),
        "covariances by N": (lambda x, r, reg: undivided(x, r, reg, by=len(x)), "number N of data"),
        "np.cov": (m_step_by_unbiased_cov, "np.cov"),
        "unbiased": (lambda x, r, reg: m_step_by_einsum(x, r, reg, less=1), "one less"),
        "undivided": (undivided, "not divided by anything"),
        "old mean": (
            lambda x, r, reg: m_step_by_einsum(x, r, reg, centre=x.mean(axis=0)),
            "mean of all data",
        ),
        "second moment": (lambda x, r, reg: m_step_by_einsum(x, r, reg, centre=0), "second moments"),
        "squared responsibilities": (lambda x, r, reg: m_step_by_einsum(x, r, reg, power=2), "twice"),
        "unweighted": (unweighted, "in full"),
        "variances": (variances_only, "only variances"),
        "no floor": (lambda x, r, reg: m_step_by_einsum(x, r, 0), "floor reg_covar is missing"),
        "floor everywhere": (floor_everywhere, "every entry"),
        "hard": (hard, "one component only"),
    },
}
