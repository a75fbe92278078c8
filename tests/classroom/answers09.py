"""Answers to the exercises of lesson 09 that take another route than the solution and its edits."""

import numpy as np
from scipy.special import softmax


def ln(prior):
    return np.array([[np.log(a) if a > 0 else -np.inf for a in row] for row in prior])


def best_by_loop(logits, prior):
    positions = []
    for logit in logits:
        best, where = -np.inf, None
        for i, j in np.ndindex(prior.shape):
            if prior[i, j] > 0 and np.log(prior[i, j]) + logit[i, j] > best:
                best, where = np.log(prior[i, j]) + logit[i, j], (i, j)
        positions.append(where)
    return positions


def best_by_unravel(logits, prior):
    flat = (logits + ln(prior)).reshape(len(logits), -1)
    return np.column_stack(np.unravel_index(np.argmax(flat, axis=1), prior.shape))


def best_by_divmod(logits, prior):
    number = np.array([np.argmax(logit + ln(prior)) for logit in logits])
    return np.array([number // prior.shape[1], number % prior.shape[1]]).T


def little_inside(logits, prior):
    scores = logits + np.log(np.maximum(prior, 1e-300))
    return np.array([np.unravel_index(np.argmax(score), score.shape) for score in scores])


def float_positions(logits, prior):
    return [[float(i), float(j)] for i, j in best_by_loop(logits, prior)]


def finite_logarithm(logits, prior):
    safe = np.maximum(ln(prior), -1e4)
    return np.array([np.unravel_index(np.argmax(logit + safe), prior.shape) for logit in logits])


def shifted_exponentials(logits, prior):
    scores = [prior * np.exp(logit - logit.max()) for logit in logits]
    return np.array([np.unravel_index(np.argmax(score), score.shape) for score in scores])


def rounded_mean(logits, prior):
    positions = []
    for logit in logits:
        q = softmax(logit + ln(prior))
        positions.append([sum(q[d] * d[axis] for d in np.ndindex(q.shape)) for axis in (0, 1)])
    return np.round(positions)


def first_along_columns(logits, prior):
    positions = []
    for logit in logits:
        j, i = np.unravel_index(np.argmax((logit + ln(prior)).T), prior.shape[::-1])
        positions.append((i, j))
    return positions


def loop(e_step, m_step, start, n):
    params = start
    q, bound = e_step(params)
    bounds = [bound]
    for _ in range(n):
        params = m_step(q, params)
        q, bound = e_step(params)
        bounds.append(bound)
    return params, bounds


def all_parameters(e_step, m_step, start, n):
    trace = [start]
    while len(trace) <= n:
        trace.append(m_step(e_step(trace[-1])[0], trace[-1]))
    return trace[-1], np.array([e_step(params)[1] for params in trace])


def stops_early(e_step, m_step, start, n):
    params, bounds = start, [e_step(start)[1]]
    for _ in range(n):
        params = m_step(e_step(params)[0], params)
        bounds.append(e_step(params)[1])
        if bounds[-1] - bounds[-2] < 1e-7:
            break
    return params, bounds


def counted(positions, shape):
    counts = np.zeros(shape)
    for i, j in positions:
        counts[i, j] += 1
    return counts


def smoothed_by_loop(positions, shape, alpha):
    return (counted(positions, shape) + alpha) / (len(positions) + alpha * shape[0] * shape[1])


def smoothed_by_add(positions, shape, alpha):
    prior = np.full(shape, float(alpha))
    np.add.at(prior, tuple(positions.T), 1)
    return prior / prior.sum()


def smoothed_by_bincount(positions, shape, alpha):
    number = positions[:, 0] * shape[1] + positions[:, 1]
    counts = np.bincount(number, minlength=shape[0] * shape[1]) + alpha
    return (counts / counts.sum()).reshape(shape)


def only_empty(positions, shape, alpha):
    counts = counted(positions, shape)
    counts[counts == 0] = alpha
    return counts / counts.sum()


def columns_first(positions, shape, alpha):
    edges = [np.arange(length + 1) for length in shape[::-1]]
    counts, _, _ = np.histogram2d(positions[:, 1], positions[:, 0], bins=edges)
    return (counts + alpha) / (len(positions) + alpha * counts.size)


def cost_by_loop(face, background, noise_std, rows, columns):
    h, w = face.shape
    total = 0.0
    for a, b in np.ndindex(h, w):
        if not (0 <= a + rows < h and 0 <= b + columns < w):
            total += (face[a, b] - background) ** 2
    return total / (2 * noise_std**2)


def cost_by_what_stays(face, background, noise_std, rows, columns):
    h, w = face.shape
    squares = (face - background) ** 2 / (2 * noise_std**2)
    kept = squares[max(0, -rows) : h - max(0, rows), max(0, -columns) : w - max(0, columns)]
    return squares.sum() - kept.sum()


def minus_zero(face, background, noise_std, rows, columns):
    lost = np.zeros(face.shape, dtype=bool)
    lost[slice(-rows, None) if rows >= 0 else slice(-rows)] = True
    lost[:, slice(-columns, None) if columns >= 0 else slice(-columns)] = True
    return np.sum((face - background)[lost] ** 2) / (2 * noise_std**2)


def slices_from_the_end(face, background, noise_std, rows, columns):
    squares = (face - background) ** 2 / (2 * noise_std**2)
    return squares[-rows:].sum() + squares[:, -columns:].sum()


def face_in_place(face, background, noise_std, rows, columns):
    moved = np.full(face.shape, background)
    for a, b in np.ndindex(face.shape):
        if 0 <= a + rows < len(face) and 0 <= b + columns < face.shape[1]:
            moved[a + rows, b + columns] = face[a, b]
    return np.sum((face - moved) ** 2) / (2 * noise_std**2)


RIGHT = {
    "09.1": (loop, all_parameters),
    "09.2": (best_by_loop, best_by_unravel, best_by_divmod),
    "09.3": (lambda: np.log(9), lambda: np.log(4.5 / 35) - np.log(0.5 / 35)),
    "09.4": (smoothed_by_loop, smoothed_by_add, smoothed_by_bincount),
    "09.5": (cost_by_loop, cost_by_what_stays),
}
WRONG = {  # words of the sentence that must come
    "09.1": {"stands still": stops_early},
    "09.2": {
        "of the kind float": float_positions,
        "inside the logarithm": little_inside,
        "or a finite one": finite_logarithm,
        "must include ln A": shifted_exponentials,
        "average position": rounded_mean,
        "first along the rows": first_along_columns,
    },
    "09.3": {"shared the half": lambda: np.log(4 + 1 / 60) - np.log(1 / 60)},
    "09.4": {"only empty positions": only_empty, "columns of positions first": columns_first},
    "09.5": {
        "slice at -0": minus_zero,
        "read in -0": slices_from_the_end,
        "with itself moved": face_in_place,
    },
}
