"""Answers to the exercises of lesson 09."""

import numpy as np
from scipy.special import softmax

# The hard E-step


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


def unravelled(scores):
    return np.array([np.unravel_index(np.argmax(score), score.shape) for score in scores])


def wrong_length(logits, prior):
    number = np.argmax((logits + ln(prior)).reshape(len(logits), -1), axis=1)
    return np.array([number // prior.shape[0], number % prior.shape[0]]).T


def shifted_exponentials(logits, prior):
    return unravelled([prior * np.exp(logit - logit.max()) for logit in logits])


def rounded_mean(logits, prior):
    positions = []
    for logit in logits:
        q = softmax(logit + ln(prior))
        positions.append([sum(q[d] * d[axis] for d in np.ndindex(q.shape)) for axis in (0, 1)])
    return np.round(positions)


def last_of_equals(logits, prior):
    positions = []
    for logit in logits:
        score = logit + ln(prior)
        positions.append(np.argwhere(score == score.max())[-1])
    return np.array(positions)


def first_along_columns(logits, prior):
    positions = []
    for logit in logits:
        j, i = np.unravel_index(np.argmax((logit + ln(prior)).T), prior.shape[::-1])
        positions.append((i, j))
    return positions


# The loop


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


def ends_too_early(e_step, m_step, start, n):
    params, bounds = start, []
    for _ in range(n):
        q, bound = e_step(params)
        bounds.append(bound)
        params = m_step(q, params)
    return params, np.array(bounds)


def start_missing(e_step, m_step, start, n):
    params, bounds = start, []
    for _ in range(n):
        params = m_step(e_step(params)[0], params)
        bounds.append(e_step(params)[1])
    return params, np.array(bounds)


def stale_bound(e_step, m_step, start, n):
    params, bounds = start, []
    for _ in range(n):
        q, bound = e_step(params)
        bounds.append(bound)
        params = m_step(q, params)
    bounds.append(bound)
    return params, np.array(bounds)


def step_after_the_bound(e_step, m_step, start, n):
    params, bounds = start, []
    for _ in range(n + 1):
        q, bound = e_step(params)
        bounds.append(bound)
        params = m_step(q, params)
    return params, np.array(bounds)


def parameters_before(e_step, m_step, start, n):
    params, bounds = start, []
    for _ in range(n + 1):
        old = params if len(bounds) < n else old
        q, bound = e_step(params)
        bounds.append(bound)
        params = m_step(q, params)
    return old, np.array(bounds)


def stops_early(e_step, m_step, start, n):
    params, bounds = start, [e_step(start)[1]]
    for _ in range(n):
        params = m_step(e_step(params)[0], params)
        bounds.append(e_step(params)[1])
        if bounds[-1] - bounds[-2] < 1e-7:
            break
    return params, bounds


def one_e_step(e_step, m_step, start, n):
    q, bound = e_step(start)
    params, bounds = start, [bound]
    for _ in range(n):
        params = m_step(q, params)
        bounds.append(e_step(params)[1])
    return params, np.array(bounds)


def from_the_start_again(e_step, m_step, start, n):
    params, bounds = start, [e_step(start)[1]]
    for _ in range(n):
        params = m_step(e_step(params)[0], start)
        bounds.append(e_step(params)[1])
    return params, np.array(bounds)


def last_bound(e_step, m_step, start, n):
    params, bounds = loop(e_step, m_step, start, n)
    return params, bounds[-1]


def gains(e_step, m_step, start, n):
    params, bounds = loop(e_step, m_step, start, n)
    return params, [after - before for before, after in zip(bounds, bounds[1:])]


# The smoothed prior


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


def repeated_index(positions, shape, alpha):
    counts = np.zeros(shape)
    counts[positions[:, 0], positions[:, 1]] += 1
    return (counts + alpha) / (len(positions) + alpha * counts.size)


def repeated_index_normalised(positions, shape, alpha):
    prior = np.full(shape, float(alpha))
    prior[tuple(positions.T)] += 1
    return prior / prior.sum()


def only_empty(positions, shape, alpha):
    counts = counted(positions, shape)
    counts[counts == 0] = alpha
    return counts / counts.sum()


def columns_first(positions, shape, alpha):
    counts, _, _ = np.histogram2d(
        positions[:, 1], positions[:, 0], bins=[np.arange(shape[1] + 1), np.arange(shape[0] + 1)]
    )
    return (counts + alpha) / (len(positions) + alpha * counts.size)


def made_of(formula):
    return lambda positions, shape, alpha: formula(
        counted(positions, shape), len(positions), shape[0] * shape[1], alpha
    )


# The shift


def cost_by_loop(face, background, noise_std, rows, columns):
    h, w = face.shape
    total = 0.0
    for a in range(h):
        for b in range(w):
            if not (0 <= a + rows < h and 0 <= b + columns < w):
                total += (face[a, b] - background) ** 2
    return total / (2 * noise_std**2)


def cost_by_what_stays(face, background, noise_std, rows, columns):
    h, w = face.shape
    squares = (face - background) ** 2 / (2 * noise_std**2)
    kept = squares[max(0, -rows) : h - max(0, rows), max(0, -columns) : w - max(0, columns)]
    return squares.sum() - kept.sum()


def lost_mask(face, rows, columns):
    lost = np.zeros(face.shape, dtype=bool)
    h, w = face.shape
    if rows > 0:
        lost[h - rows :] = True
    if rows < 0:
        lost[:-rows] = True
    if columns > 0:
        lost[:, w - columns :] = True
    if columns < 0:
        lost[:, :-columns] = True
    return lost


def half_squares(face, background, noise_std):
    return (face - background) ** 2 / (2 * noise_std**2)


def minus_zero(face, background, noise_std, rows, columns):
    lost = np.zeros(face.shape, dtype=bool)
    if rows >= 0:
        lost[-rows:] = True
    else:
        lost[:-rows] = True
    if columns >= 0:
        lost[:, -columns:] = True
    else:
        lost[:, :-columns] = True
    return half_squares(face, background, noise_std)[lost].sum()


def corner_twice(face, background, noise_std, rows, columns):
    squares = half_squares(face, background, noise_std)
    return squares[lost_mask(face, rows, 0)].sum() + squares[lost_mask(face, 0, columns)].sum()


def corner_only(face, background, noise_std, rows, columns):
    return half_squares(face, background, noise_std)[
        lost_mask(face, rows, 0) & lost_mask(face, 0, columns)
    ].sum()


def face_in_place(face, background, noise_std, rows, columns):
    h, w = face.shape
    moved = np.full((h, w), background)
    for a, b in np.ndindex(h, w):
        if 0 <= a + rows < h and 0 <= b + columns < w:
            moved[a + rows, b + columns] = face[a, b]
    return half_squares(face, moved, noise_std).sum()


def over_lost(value):
    return lambda face, B, s, rows, columns: value(face[lost_mask(face, rows, columns)], B, s)


def with_shift(shift):
    return lambda face, B, s, rows, columns: half_squares(face, B, s)[
        lost_mask(face, *shift(rows, columns))
    ].sum()


def what_stays(face, background, noise_std, rows, columns):
    return half_squares(face, background, noise_std)[~lost_mask(face, rows, columns)].sum()


RIGHT = {
    "09.1": {"loop, as a list": best_by_loop, "unravel": best_by_unravel, "divmod": best_by_divmod},
    "09.2": {"loop, bounds as a list": loop, "all parameters": all_parameters},
    "09.3": {"logarithm": lambda: np.log(9), "two logarithms": lambda: np.log(4.5 / 35) - np.log(0.5 / 35)},
    "09.4": {"loop": smoothed_by_loop, "np.add.at": smoothed_by_add, "bincount": smoothed_by_bincount},
    "09.5": {"loop": cost_by_loop, "what stays": cost_by_what_stays},
}
WRONG = {
    "09.1": {
        "ln A forgotten": (lambda l, A: unravelled(l), "ln A is forgotten"),
        "A not logged": (lambda l, A: unravelled(l + A), "both must be logarithms"),
        "ln A subtracted": (lambda l, A: unravelled(l - ln(A)), "is subtracted"),
        "flat index": (
            lambda l, A: np.array([np.argmax(logit + ln(A)) for logit in l]),
            "counted through the picture",
        ),
        "column and row": (lambda l, A: unravelled(l + ln(A))[:, [1, 0]], "row and column are swapped"),
        "wrong length": (wrong_length, "by the wrong length"),
        "argmin": (
            lambda l, A: np.array([np.unravel_index((x + ln(A)).argmin(), A.shape) for x in l]),
            "least probable",
        ),
        "small number": (lambda l, A: unravelled(l + np.log(np.maximum(A, 1e-300))), "inside the logarithm"),
        "exponentials": (lambda l, A: unravelled(A * np.exp(l)), "under- or overflows"),
        "maximum without ln A": (shifted_exponentials, "must include ln A"),
        "mean position": (rounded_mean, "average position"),
        "last of equals": (last_of_equals, "first along the rows"),
        "ties along the columns": (first_along_columns, "first along the rows"),
    },
    "09.2": {
        "ends too early": (ends_too_early, "one step too early"),
        "start missing": (start_missing, "bound of the start"),
        "stale bound": (stale_bound, "before the last step: what"),
        "step after the bound": (step_after_the_bound, "no longer belongs"),
        "parameters before": (parameters_before, "parameters are those before"),
        "one step too many": (lambda e, m, s, n: loop(e, m, s, n + 1), "too many"),
        "stops early": (stops_early, "stands still"),
        "one E-step": (one_e_step, "uses the first q"),
        "from the start again": (from_the_start_again, "from the first parameters again"),
        "last bound": (last_bound, "last bound alone"),
        "gains": (gains, "gains"),
    },
    "09.3": {
        "forbidden": (lambda: np.inf, "forbidden for ever"),
        "ratio": (lambda: 4.5 / 0.5, "ratio of the two"),
        "sign turned": (lambda: np.log(0.5 / 4.5), "sign is turned"),
        "at the empty place only": (lambda: np.log(4 / 0.5), "not at the empty one only"),
        "alpha of 1": (lambda: np.log((4 + 1) / (0 + 1)), "whole pseudo-picture"),
        "at the full place only": (lambda: np.log(4.5 / 1), "has its pseudo-pictures, too"),
        "difference": (lambda: 4.5 / 35 - 0.5 / 35, "difference of the two"),
        "base 2": (lambda: np.log2(9), "base 2"),
        "base 10": (lambda: np.log10(9), "base 10"),
    },
    "09.4": {
        "not smoothed": (made_of(lambda c, K, n, alpha: c / K), "alpha is not used"),
        "n forgotten": (made_of(lambda c, K, n, alpha: (c + alpha) / (K + alpha)), "how often"),
        "divided by K": (made_of(lambda c, K, n, alpha: (c + alpha) / K), "pictures alone"),
        "added after dividing": (made_of(lambda c, K, n, alpha: c / K + alpha), "add it before dividing"),
        "added after dividing, normalised": (
            made_of(lambda c, K, n, alpha: (c / K + alpha) / (c / K + alpha).sum()),
            "it sums to 1, but",
        ),
        "shared": (made_of(lambda c, K, n, alpha: (c + alpha / n) / (K + alpha)), "shared alpha"),
        "add one": (made_of(lambda c, K, n, alpha: (c + 1) / (K + n)), "you added 1"),
        "posterior mean": (
            made_of(lambda c, K, n, alpha: (c + alpha + 1) / (c + alpha + 1).sum()),
            "mean of A",
        ),
        "only empty": (only_empty, "only empty positions"),
        "repeated index": (repeated_index, "takes a repeated index"),
        "repeated index, normalised": (repeated_index_normalised, "counts once however many"),
        "not normalised": (made_of(lambda c, K, n, alpha: c + alpha), "not yet probabilities"),
        "columns first": (columns_first, "columns of positions first"),
    },
    "09.5": {
        "s for its square": (over_lost(lambda F, B, s: ((F - B) ** 2).sum() / (2 * s)), "another power"),
        "factor 2": (over_lost(lambda F, B, s: ((F - B) ** 2).sum() / s**2), "factor 2"),
        "what stays": (what_stays, "pixels that stay"),
        "opposite side": (with_shift(lambda rows, columns: (-rows, -columns)), "opposite side"),
        "direction ignored": (
            with_shift(lambda rows, columns: (abs(rows), abs(columns))),
            "direction is ignored",
        ),
        "rows and columns swapped": (with_shift(lambda rows, columns: (columns, rows)), "are swapped"),
        "corner twice": (corner_twice, "counted twice"),
        "corner only": (corner_only, "only the corner"),
        "minus zero": (minus_zero, "slice at -0"),
        "face in place": (face_in_place, "with itself moved"),
        "square of the sum": (over_lost(lambda F, B, s: (F - B).sum() ** 2 / (2 * s**2)), "sum of squares"),
        "background forgotten": (
            over_lost(lambda F, B, s: (F**2).sum() / (2 * s**2)),
            "background is missing",
        ),
        "mean": (over_lost(lambda F, B, s: np.mean((F - B) ** 2 / (2 * s**2))), "mean over the lost"),
        "gray levels": (over_lost(lambda F, B, s: ((F - B) ** 2).sum()), "no nats"),
    },
}
