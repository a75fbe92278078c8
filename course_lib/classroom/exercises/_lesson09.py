"""Exercises of lesson 09: EM's loop, hard EM, smoothing of the prior, and what a shift costs.  (S14)-(S16)"""

import numpy as np
from scipy.special import logsumexp, softmax

from ... import scene
from ._instances import Case, Exercise, only_numbers


def loop_cases(rng):
    return [loop_case(rng, "four steps", 4, 12, 3), loop_case(rng, "six steps", 6, 20, 2),
            loop_case(rng, "one step", 1, 8, 2), loop_case(rng, "a single parameter", 3, 5, 1),
            still_case(rng, "a start where EM stands still", 5)]  # fmt: skip


def loop_case(rng, what, steps, N, K):
    """EM for the K means of N numbers; half-steps make the new means depend on the old ones, too."""
    x = rng.normal(0, 3, N)

    def e_step(means):
        log_joint = -((x[:, None] - means) ** 2) / 2
        return softmax(log_joint, axis=1), logsumexp(log_joint, axis=1).sum()

    def m_step(q, means):
        return (q.T @ x / q.sum(axis=0) + means) / 2

    return Case(what, (e_step, m_step, rng.normal(0, 2, K), steps))


def still_case(rng, what, steps):
    """One mean, which begins where it ends: a loop that stops by itself makes too few steps."""
    e_step, m_step, start, n = loop_case(rng, what, steps, 6, 1).args
    return Case(what, (e_step, m_step, em_loop(e_step, m_step, start, 60)[0], n))


def em_loop(e_step, m_step, start, n):
    params, bounds = start, []
    for _ in range(n):
        q, bound = e_step(params)
        bounds.append(bound)
        params = m_step(q, params)
    return params, np.array([*bounds, e_step(params)[1]])


TRACE, STEP = "[*bounds, e_step(params)[1]]", "params = m_step(q, params)"
STOP = f"{STEP}\n        if e_step(params)[1] - bound < 1e-9:\n            break"
LOOP = Exercise("09.1", "the loop", ("params", "bounds (n + 1,)"), loop_cases, em_loop, (
    (TRACE, "bounds", "the bound of the last parameters is missing: the trace ends one step too early"),
    (TRACE, f"{TRACE}[1:]", "the bound of the start is missing: which is the first E-step?"),
    (TRACE, "[*bounds, bound]", "the last bound is that of the parameters before the last step: what has to follow the M-step?"),
    (("range(n)", "range(n + 1)"), (TRACE, "bounds"),
     "an M-step follows the last bound, which no longer belongs to the parameters that you return"),
    ((STEP, f"old, {STEP.replace('= ', '= params, ')}"), ("return params", "return old"),
     "the bounds are right, but the parameters are those before the last step"),
    ("range(n)", "range(n + 1)", "you made one M-step too many"),
    (STEP, STOP, "you stop as soon as the bound stands still; n M-steps were ordered"),
    ("q, bound = e_step(params)", "q, bound = e_step(start)[0], e_step(params)[1]",
     "every M-step uses the first q; what do new parameters call for?"),
    ("(q, params)", "(q, start)", "every M-step starts from the first parameters again; which are the previous ones?"),
    (f"np.array({TRACE})", "e_step(params)[1]", "that is the last bound alone; asked is the trace of all of them"),
    ("np.array", "np.diff", "those are the gains from step to step, not the bounds"),
))  # fmt: skip


def hard_cases(rng):
    def case(what, K, I, J, scale=2.0, level=0.0):
        prior = softmax(rng.normal(0, 2, (I, J)))
        return Case(what, (level + rng.normal(0, scale, (K, I, J)), prior))

    close = np.array([[[0.0, 0.6]], [[0.0, 0.2]], [[0.0, 0.95]]]) + rng.uniform(0, 0.01, (3, 1, 1))
    closed = case("positions where A is 0, one of them the largest logit by far", 6, 4, 3)
    closed.args[0][:, 2, 1] = 50000.0 + np.arange(6)
    closed.args[1][2, 1] = closed.args[1][0, 2] = 0
    tie = case("two positions that tie", 4, 3, 4)
    tie.args[0][:], tie.args[1][:] = 0, 1 / 12
    tie.args[0][:, 1, 2] = tie.args[0][:, 2, 0] = 8
    return [case("eight pictures", 8, 4, 6), case("more rows than columns", 7, 6, 3), case("one picture", 1, 3, 5),
            Case("two positions that are close", (close, np.array([[0.7, 0.3]]))),
            case("a single position", 3, 1, 1), closed, tie,
            case("logits near -3000", 8, 5, 4, level=-3000.0)]  # fmt: skip


def hard_e_step(logits, prior):
    with np.errstate(divide="ignore"):
        scores = logits + np.log(prior)
    best = scores.reshape(len(scores), -1).argmax(axis=1)
    return np.stack(np.unravel_index(best, prior.shape), axis=1)


def mean_positions(logits, prior):
    q = softmax(logits + np.log(prior), axis=(1, 2))
    return np.rint(np.stack([(q * at).sum(axis=(1, 2)) for at in np.indices(prior.shape)], axis=1))


SCORES, FLAT = "logits + np.log(prior)", "scores.reshape(len(scores), -1)"
POSITIONS = "np.stack(np.unravel_index(best, prior.shape), axis=1)"
HARD = Exercise("09.2", "the hard E-step", ("positions (K, 2)",), hard_cases, hard_e_step, (
    (" + np.log(prior)", "", "ln A is forgotten: a position that faces rarely take needs more evidence"),
    ("np.log(prior)", "prior", "A was added to the logit as it is; both must be logarithms"),
    ("+ np.log", "- np.log", "ln A is subtracted; a product becomes a sum"),
    (POSITIONS, "best", "those are numbers of positions counted through the picture; asked are row and column"),
    (POSITIONS, f"{POSITIONS}[:, ::-1]", "row and column are swapped"),
    ("np.unravel_index(best, prior.shape)", "np.divmod(best, len(prior))",
     "the running number became row and column by the wrong length: how many positions has a row?"),
    ("argmax", "argmin", "you chose the least probable position"),
    ("np.log(prior)", "np.log(prior + 1e-12)", "a small number inside the logarithm, or a finite one for ln 0, opens positions with A = 0; what is ln 0?"),
    (SCORES, "prior * np.exp(logits)", "right until exp under- or overflows; do you need it to compare?"),
    (SCORES, "prior * np.exp(logits - logits.max(axis=(1, 2), keepdims=True))",
     "right but where A is 0 at the largest logit: the maximum that you subtract must include ln A"),
    (mean_positions, "that is the average position, rounded; the best one may be far from it"),
    (FLAT, f"prior.size - 1 - {FLAT}[:, ::-1]", "of positions that tie you take another one than asked: which comes first along the rows?"),
    (POSITIONS, f"{POSITIONS}.astype(float)", "the numbers are right, but of the kind float; which kind of number can index an array?"),
), integers=True)  # fmt: skip


def needed_advantage():
    return np.log((4 + 0.5) / (0 + 0.5))


EMPTY = Exercise("09.3", "an empty place with a pencil", ("advantage ()",), only_numbers, needed_advantage, (
    (np.inf, "that holds without smoothing, where an empty place is forbidden for ever"),
    (9.0, "that is the ratio of the two A; a logit is compared with a logarithm"),
    (-np.log(9), "the sign is turned: it is the empty place that needs the advantage"),
    (np.log(8), "the pseudo-pictures are added at every position, not at the empty one only"),
    (np.log(5), "you added a whole pseudo-picture to each position; how many are there by the question?"),
    (np.log(241), "you shared the half pseudo-picture among all 30 positions; how much does (S15) give to each?"),
    (np.log(4.5), "the empty place has its pseudo-pictures, too"),
    (4 / (20 + 0.5 * 30), "that is the difference of the two A; the E-step compares logarithms"),
    (np.log2(9), "that is a logarithm to the base 2; we count in nats"),
    (np.log10(9), "that is a logarithm to the base 10; we count in nats"),
))  # fmt: skip


def smoothing_cases(rng):
    def case(what, K, I, J, alpha):
        positions = np.stack([rng.integers(I, size=K), rng.integers(J, size=K)], axis=1)
        return Case(what, (positions, (I, J), alpha))

    together = case("all pictures at the last position", 5, 3, 4, 2.0)
    together.args[0][:] = 2, 3
    return [case("twelve pictures", 12, 3, 4, 1.7), case("more rows than columns", 30, 5, 3, 0.4),
            case("alpha of 0", 9, 2, 4, 0.0), case("one picture", 1, 3, 2, 0.5),
            case("a single position", 4, 1, 1, 3.0), together,
            case("an alpha far above the number of pictures", 6, 4, 4, 1000.0)]  # fmt: skip


def smoothed_prior(positions, shape, alpha):
    K, counts = len(positions), np.zeros(shape)
    np.add.at(counts, tuple(positions.T), 1)
    return (counts + alpha) / (K + alpha * counts.size)


PRIOR = "(counts + alpha) / (K + alpha * counts.size)"
ADDED, INDEXED = "np.add.at(counts, tuple(positions.T), 1)", "counts[tuple(positions.T)] += 1"
SMOOTHED = Exercise("09.4", "the smoothed prior", ("prior (I, J)",), smoothing_cases, smoothed_prior, (
    (PRIOR, "counts / K", "alpha is not used: empty positions stay forbidden"),
    ("alpha * counts.size", "alpha", "your prior does not sum to 1: alpha was added once a position, so how often is it in the denominator?"),
    (" + alpha * counts.size", "", "you divided by the pictures alone; pseudo-pictures count, too"),
    (PRIOR, "counts / K + alpha", "alpha was added to probabilities; it is a number of pictures, so add it before dividing"),
    (PRIOR, "(counts / K + alpha) / (1 + alpha * counts.size)",
     "it sums to 1, but alpha was added to probabilities: in pictures that is K times as much"),
    (PRIOR, "(counts + alpha / counts.size) / (K + alpha)", "you shared alpha among the positions; (S15) adds it at each of them"),
    (PRIOR, "(counts + 1) / (K + counts.size)", "you added 1 at each position, whatever alpha is"),
    (PRIOR, "(counts + 1 + alpha) / (K + (1 + alpha) * counts.size)",
     "that is the mean of A under the Dirichlet density; (S15) is where it is largest"),
    (("return", "counts = np.where(counts, counts, alpha)\n    return"), (PRIOR, "counts / counts.sum()"),
     "only empty positions were smoothed; which positions get alpha?"),
    (ADDED, INDEXED, "two pictures at one position count as one: NumPy's += takes a repeated index once"),
    ((ADDED, INDEXED), (PRIOR, "(counts + alpha) / (counts + alpha).sum()"),
     "your prior sums to 1, but a position counts once however many pictures are there: what does += do with a repeated index?"),
    (PRIOR, "counts + alpha", "those are numbers of pictures, not yet probabilities; what is their sum?"),
    (PRIOR, f"({PRIOR}).T", "your prior has the columns of positions first; rows come first"),
))  # fmt: skip


def shift_cases(rng):
    def case(what, h, w, rows, columns, noise_std=40.0):
        return Case(what, (rng.uniform(0, 255, (h, w)), rng.uniform(0, 255), noise_std, rows, columns))

    return [case("one row down", 4, 3, 1, 0), case("two columns to the right", 3, 5, 0, 2, 7.0),
            case("one row up", 4, 5, -1, 0), case("one column to the left", 5, 4, 0, -1),
            case("down and to the left", 5, 4, 2, -1, 100.0), case("down and to the right", 4, 6, 1, 3),
            case("no shift at all", 3, 3, 0, 0), case("a shift by the whole face", 3, 4, 3, 1)]  # fmt: skip


def leaving(length, shift):
    """Which pixels of a line the shift takes out of the window: bool (length,)."""
    moved = np.arange(length) + shift
    return (moved < 0) | (moved >= length)


def shift_cost(face, background, noise_std, rows, columns):
    (h, w), squares = face.shape, (face - background) ** 2
    down, across = leaving(h, rows), leaving(w, columns)
    lost = down[:, None] | across
    return np.sum(squares[lost]) / (2 * noise_std**2)


def face_in_place(face, background, noise_std, rows, columns):
    """What changes under the first window, as if the face moved and its position did not."""
    h, w = face.shape
    moved = scene.paste(face, np.full((3 * h, 3 * w), background), (h + rows, w + columns))
    return np.sum((face - moved[h : 2 * h, w : 2 * w]) ** 2) / (2 * noise_std**2)


def union_of_slices(face, background, noise_std, rows, columns):
    lost = np.zeros(face.shape, dtype=bool)
    lost[-rows:] = lost[:, -columns:] = True
    return np.sum((face - background)[lost] ** 2) / (2 * noise_std**2)


def sum_of_slices(face, background, noise_std, rows, columns):
    lost = np.append(face[-rows:], face[:, -columns:]) - background
    return np.sum(lost**2) / (2 * noise_std**2)


SLICES = "face[-rows:] is the whole face at 0, and the wrong rows if the face moves up; what does Python read in -0?"
SHIFTS, LOST = "leaving(h, rows), leaving(w, columns)", "np.sum(squares[lost])"
SHIFT = Exercise("09.5", "what a shift costs", ("cost ()",), shift_cases, shift_cost, (
    ("(2 * noise_std**2)", "(2 * noise_std)", "you divided by s; the exponent of (S2) has another power of it"),
    ("(2 * noise_std**2)", "noise_std**2", "the factor 2 of (S2) is missing"),
    ("[lost]", "[~lost]", "your sum runs over the pixels that stay; what is lost?"),
    (SHIFTS, "leaving(h, -rows), leaving(w, -columns)",
     "you lose the pixels of the opposite side: if the face moves down, which of its rows leave the window?"),
    (SHIFTS, "leaving(h, abs(rows)), leaving(w, abs(columns))", "the direction is ignored: up is not down"),
    (SHIFTS, "leaving(h, columns), leaving(w, rows)", "rows and columns are swapped"),
    (LOST, "(np.sum(squares[down]) + np.sum(squares[:, across]))", "the pixels in the corner are counted twice when the face moves both ways"),
    ("|", "&", "only the corner counts in your answer; is one direction not enough to lose a pixel?"),
    (SHIFTS, "leaving(h, rows or h), leaving(w, columns or w)",
     "without a shift in one direction the whole face is lost: what is a slice at -0?"),
    (sum_of_slices, SLICES), (union_of_slices, SLICES),
    (face_in_place, "you compared the face with itself moved; but the position moves, too, so which pixels change at all?"),
    (LOST, "np.sum((face - background)[lost]) ** 2", "you squared the sum of the differences; asked is the sum of squares"),
    ("face - background", "face", "the background is missing: a face of its gray level would lose nothing"),
    ("np.sum", "np.mean", "that is the mean over the lost pixels; every one of them costs"),
    (" / (2 * noise_std**2)", "", "the squares are not divided by the noise: gray levels are no nats"),
))  # fmt: skip

EXERCISES = (LOOP, HARD, EMPTY, SMOOTHED, SHIFT)
