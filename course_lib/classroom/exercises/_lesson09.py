"""Exercises of lesson 09: hard EM, its loop, and what a shift costs.  (S14), (S16)"""

import numpy as np
from scipy.special import logsumexp, softmax

from ... import em, scene
from ._grading import Case, Exercise, Mistake
from ._smoothing09 import EMPTY, SMOOTHED

# 09.1 the hard E-step


def _hard_cases(rng):
    def case(what, K, I, J, scale=2.0, level=0.0):
        prior = softmax(rng.normal(0, 2, (I, J)))
        return Case(what, (level + rng.normal(0, scale, (K, I, J)), prior))

    close = np.array([[[0.0, 0.6]], [[0.0, 0.2]], [[0.0, 0.95]]]) + rng.uniform(0, 0.01, (3, 1, 1))
    closed = case("positions where A is 0, one of them the largest logit by far", 6, 4, 3)
    closed.args[0][:, 2, 1] = 5000.0 + np.arange(6)
    closed.args[1][2, 1] = closed.args[1][0, 2] = 0
    tie = case("two positions that tie", 4, 3, 4)
    tie.args[0][:], tie.args[1][:] = 0, 1 / 12
    tie.args[0][:, 1, 2] = tie.args[0][:, 2, 0] = 8
    return [
        case("eight pictures", 8, 4, 6),
        case("more rows than columns", 7, 6, 3),
        case("one picture", 1, 3, 5),
        Case("two positions that are close", (close, np.array([[0.7, 0.3]]))),
        case("a single position", 3, 1, 1),
        closed,
        tie,
        case("logits near -3000", 8, 5, 4, level=-3000.0),
    ]


def _log(prior):
    with np.errstate(divide="ignore"):
        return np.log(prior)


def _best(scores):
    """Row and column of the largest score of every picture, the first of equals: (K, I, J) -> (K, 2)."""
    return np.stack(
        np.unravel_index(scores.reshape(len(scores), -1).argmax(axis=1), scores.shape[1:]), axis=1
    )


def _mean_position(logits, prior):
    q = softmax(logits + _log(prior), axis=(1, 2))
    i, j = np.indices(prior.shape)
    return np.rint(np.stack([(q * i).sum(axis=(1, 2)), (q * j).sum(axis=(1, 2))], axis=1))


HARD = Exercise(
    "09.1",
    "the hard E-step",
    ("positions (K, 2)",),
    _hard_cases,
    lambda logits, prior: _best(logits + _log(prior)),
    (
        Mistake(
            "ln A is forgotten: a position that faces rarely take needs more evidence", lambda l, A: _best(l)
        ),
        Mistake("A was added to the logit as it is; both must be logarithms", lambda l, A: _best(l + A)),
        Mistake("ln A is subtracted; a product becomes a sum", lambda l, A: _best(l - _log(A))),
        Mistake(
            "those are numbers of positions counted through the picture; asked are row and column",
            lambda l, A: (l + _log(A)).reshape(len(l), -1).argmax(axis=1),
        ),
        Mistake("row and column are swapped", lambda l, A: _best(l + _log(A))[:, ::-1]),
        Mistake(
            "the running number became row and column by the wrong length: how many positions has a row",
            lambda l, A: np.stack(
                np.divmod((l + _log(A)).reshape(len(l), -1).argmax(axis=1), len(A)), axis=1
            ),
        ),
        Mistake("you chose the least probable position", lambda l, A: _best(-(l + _log(A)))),
        Mistake(
            "a small number inside the logarithm lets a picture choose a position with A = 0; what is ln 0",
            lambda l, A: _best(l + np.log(A + 1e-12)),
        ),
        Mistake(
            "right until exp under- or overflows; do you need it to compare",
            lambda l, A: _best(A * np.exp(l)),
        ),
        Mistake(
            "right but where A is 0 at the largest logit: the maximum that you subtract must include ln A",
            lambda l, A: _best(A * np.exp(l - l.max(axis=(1, 2), keepdims=True))),
        ),
        Mistake("that is the average position, rounded; the best one may be far from it", _mean_position),
        Mistake(
            "of positions that tie you take another one than asked: which comes first along the rows",
            lambda l, A: np.array(A.shape) - 1 - _best((l + _log(A))[:, ::-1, ::-1]),
        ),
    ),
)


# 09.2 the loop


def _loop_cases(rng):
    return [
        _loop_case(rng, "four steps", 4, 12, 3),
        _loop_case(rng, "six steps", 6, 20, 2),
        _loop_case(rng, "one step", 1, 8, 2),
        _loop_case(rng, "a single parameter", 3, 5, 1),
        _still_case(rng, "a start where EM stands still", 5),
    ]


def _loop_case(rng, what, steps, N, K):
    """EM for the K means of N numbers; half-steps make the new means depend on the old ones, too."""
    x = rng.normal(0, 3, N)

    def e_step(means):
        log_joint = -((x[:, None] - means) ** 2) / 2
        return softmax(log_joint, axis=1), logsumexp(log_joint, axis=1).sum()

    def m_step(q, means):
        return (q.T @ x / q.sum(axis=0) + means) / 2

    return Case(what, (e_step, m_step, rng.normal(0, 2, K), steps))


def _still_case(rng, what, steps):
    """One mean, which begins where it ends: a loop that stops by itself makes too few steps."""
    e_step, m_step, start, n = _loop_case(rng, what, steps, 6, 1).args
    return Case(what, (e_step, m_step, _after(e_step, m_step, start, 60), n))


def _loop(e_step, m_step, start, n, tol=0):
    result = em.run_em(e_step, m_step, start, max_iter=n, tol=tol)
    return result.params, result.bounds


def _after(e_step, m_step, start, n):
    """The parameters after n steps."""
    for _ in range(n):
        start = m_step(e_step(start)[0], start)
    return start


def _bounds(e_step, m_step, start, n):
    return _loop(e_step, m_step, start, n)[1]


def _stale(e_step, m_step, start, n):
    params, q = start, e_step(start)[0]
    bounds = [e_step(start)[1]]
    for _ in range(n):
        params = m_step(q, params)
        bounds.append(e_step(params)[1])
    return params, np.array(bounds)


def _repeated(e_step, m_step, start, n):
    bounds = _bounds(e_step, m_step, start, n)
    return _after(e_step, m_step, start, n), np.append(bounds[:-1], bounds[-2])


LOOP = Exercise(
    "09.2",
    "the loop",
    ("params", "bounds (n + 1,)"),
    _loop_cases,
    _loop,
    (
        Mistake(
            "the bound of the last parameters is missing: the trace ends one step too early",
            lambda e, m, s, n: (_after(e, m, s, n), _bounds(e, m, s, n)[:-1]),
        ),
        Mistake(
            "the bound of the start is missing: which is the first E-step",
            lambda e, m, s, n: (_after(e, m, s, n), _bounds(e, m, s, n)[1:]),
        ),
        Mistake(
            "the last bound is that of the parameters before the last step: what has to follow the M-step",
            _repeated,
        ),
        Mistake(
            "an M-step follows the last bound, which no longer belongs to the parameters that you return",
            lambda e, m, s, n: (_after(e, m, s, n + 1), _bounds(e, m, s, n)),
        ),
        Mistake(
            "the bounds are right, but the parameters are those before the last step",
            lambda e, m, s, n: (_after(e, m, s, n - 1), _bounds(e, m, s, n)),
        ),
        Mistake("you made one M-step too many", lambda e, m, s, n: _loop(e, m, s, n + 1)),
        Mistake(
            "you stop as soon as the bound stands still; n M-steps were ordered",
            lambda e, m, s, n: _loop(e, m, s, n, 1e-9),
        ),
        Mistake("every M-step uses the first q; what do new parameters call for", _stale),
        Mistake(
            "every M-step starts from the first parameters again; which are the previous ones",
            lambda e, m, s, n: _loop(e, lambda q, at: m(q, s), s, n),
        ),
        Mistake(
            "that is the last bound alone; asked is the trace of all of them",
            lambda e, m, s, n: (_after(e, m, s, n), _bounds(e, m, s, n)[-1]),
        ),
        Mistake(
            "those are the gains from step to step, not the bounds",
            lambda e, m, s, n: (_after(e, m, s, n), np.diff(_bounds(e, m, s, n))),
        ),
    ),
)


# 09.5 what a shift costs


def _shift_cases(rng):
    def case(what, h, w, rows, columns, noise_std=40.0):
        return Case(what, (rng.uniform(0, 255, (h, w)), rng.uniform(0, 255), noise_std, rows, columns))

    return [
        case("one row down", 4, 3, 1, 0),
        case("two columns to the right", 3, 5, 0, 2, 7.0),
        case("one row up", 4, 5, -1, 0),
        case("one column to the left", 5, 4, 0, -1),
        case("down and to the left", 5, 4, 2, -1, 100.0),
        case("down and to the right", 4, 6, 1, 3),
        case("no shift at all", 3, 3, 0, 0),
        case("a shift by the whole face", 3, 4, 3, 1),
    ]


def _cost(face, background, noise_std, rows, columns):
    """The clean picture against the same with the moved face pasted at the moved position."""
    h, w = face.shape
    flat = np.full((3 * h, 3 * w), background)
    clean = scene.paste(face, flat, (h, w))
    i, j = h - rows, w - columns
    moved = scene.paste(clean[i : i + h, j : j + w], flat, (i, j))
    return ((clean - moved) ** 2).sum() / (2 * noise_std**2)


def _leaving(face, rows, columns):
    """Which pixels of the face the move takes out of the window: bool (h, w)."""
    i, j = np.indices(face.shape)
    return ~_inside(i + rows, face.shape[0]) | ~_inside(j + columns, face.shape[1])


def _inside(at, length):
    return (at >= 0) & (at < length)


def _of_lost(value, lost=_leaving):
    """The mistake that sums value(F, B, s) over the lost pixels, or takes others for lost."""

    def answer(face, background, noise_std, rows, columns):
        return np.broadcast_to(value(face, background, noise_std), face.shape)[
            lost(face, rows, columns)
        ].sum()

    return answer


def _nats(F, B, s):
    return (F - B) ** 2 / (2 * s**2)


def _both(face, rows, columns):
    return _leaving(face, rows, 0) & _leaving(face, 0, columns)


def _minus_zero(face, rows, columns):
    return _leaving(face, rows or len(face), columns or len(face[0]))


def _corner_twice(*args):
    face, background, noise_std, rows, columns = args
    return _cost(face, background, noise_std, rows, 0) + _cost(face, background, noise_std, 0, columns)


def _in_place(face, background, noise_std, rows, columns):
    h, w = face.shape
    moved = scene.paste(face, np.full((3 * h, 3 * w), background), (h + rows, w + columns))[
        h : 2 * h, w : 2 * w
    ]
    return _nats(face, moved, noise_std).sum()


def _mean(face, background, noise_std, rows, columns):
    lost = _leaving(face, rows, columns)
    return _cost(face, background, noise_std, rows, columns) / lost.sum()


def _square_of_sum(face, background, noise_std, rows, columns):
    return (face - background)[_leaving(face, rows, columns)].sum() ** 2 / (2 * noise_std**2)


SHIFT = Exercise(
    "09.5",
    "what a shift costs",
    ("cost ()",),
    _shift_cases,
    _cost,
    (
        Mistake(
            "you divided by s; the exponent of (S2) has another power of it",
            _of_lost(lambda F, B, s: (F - B) ** 2 / (2 * s)),
        ),
        Mistake("the factor 2 of (S2) is missing", _of_lost(lambda F, B, s: (F - B) ** 2 / s**2)),
        Mistake(
            "your sum runs over the pixels that stay; what is lost",
            _of_lost(_nats, lambda F, a, b: ~_leaving(F, a, b)),
        ),
        Mistake(
            "you lose the pixels of the opposite side: if the face moves down, which of its rows leave the window",
            _of_lost(_nats, lambda F, a, b: _leaving(F, -a, -b)),
        ),
        Mistake(
            "the direction is ignored: up is not down",
            _of_lost(_nats, lambda F, a, b: _leaving(F, abs(a), abs(b))),
        ),
        Mistake("rows and columns are swapped", _of_lost(_nats, lambda F, a, b: _leaving(F, b, a))),
        Mistake("the pixels in the corner are counted twice when the face moves both ways", _corner_twice),
        Mistake(
            "only the corner counts in your answer; is one direction not enough to lose a pixel",
            _of_lost(_nats, _both),
        ),
        Mistake(
            "without a shift in one direction the whole face is lost: what is a slice at -0",
            _of_lost(_nats, _minus_zero),
        ),
        Mistake(
            "you compared the face with itself moved; but the position moves, too, so which pixels change at all",
            _in_place,
        ),
        Mistake("you squared the sum of the differences; asked is the sum of squares", _square_of_sum),
        Mistake(
            "the background is missing: a face of its gray level would lose nothing",
            _of_lost(lambda F, B, s: F**2 / (2 * s**2)),
        ),
        Mistake("that is the mean over the lost pixels; every one of them costs", _mean),
        Mistake(
            "the squares are not divided by the noise: gray levels are no nats",
            _of_lost(lambda F, B, s: (F - B) ** 2),
        ),
    ),
)

EXERCISES = (HARD, LOOP, EMPTY, SMOOTHED, SHIFT)
