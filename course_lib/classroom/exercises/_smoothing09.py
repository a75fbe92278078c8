"""Exercises of lesson 09: smoothing of the prior.  (S15)"""

import numpy as np

from ... import scene
from ._grading import Case, Exercise, Mistake

# 09.3 an empty place with a pencil

EMPTY = Exercise(
    "09.3",
    "an empty place with a pencil",
    ("advantage ()",),
    lambda rng: [Case("the numbers of the question", ())],
    lambda: np.log((4 + 0.5) / (0 + 0.5)),
    (
        Mistake("that holds without smoothing, where an empty place is forbidden for ever", lambda: np.inf),
        Mistake("that is the ratio of the two A; a logit is compared with a logarithm", lambda: 9.0),
        Mistake("the sign is turned: it is the empty place that needs the advantage", lambda: -np.log(9)),
        Mistake(
            "the pseudo-pictures are added at every position, not at the empty one only", lambda: np.log(8)
        ),
        Mistake(
            "you added a whole pseudo-picture to each position; how many are there by the question",
            lambda: np.log(5),
        ),
        Mistake("the empty place has its pseudo-pictures, too", lambda: np.log(4.5)),
        Mistake(
            "that is the difference of the two A; the E-step compares logarithms", lambda: 4 / (20 + 0.5 * 30)
        ),
        Mistake("that is a logarithm to the base 2; we count in nats", lambda: np.log2(9)),
        Mistake("that is a logarithm to the base 10; we count in nats", lambda: np.log10(9)),
    ),
)


# 09.4 the smoothed prior


def _smoothing_cases(rng):
    def case(what, K, I, J, alpha):
        return Case(
            what, (np.stack([rng.integers(I, size=K), rng.integers(J, size=K)], axis=1), (I, J), alpha)
        )

    together = case("all pictures at the last position", 5, 3, 4, 2.0)
    together.args[0][:] = 2, 3
    return [
        case("twelve pictures", 12, 3, 4, 1.7),
        case("more rows than columns", 30, 5, 3, 0.4),
        case("alpha of 0", 9, 2, 4, 0.0),
        case("one picture", 1, 3, 2, 0.5),
        case("a single position", 4, 1, 1, 3.0),
        together,
        case("an alpha far above the number of pictures", 6, 4, 4, 1000.0),
    ]


def _smoothed(positions, shape, alpha):
    return scene.m_step(np.zeros((len(positions), *shape)), positions, (1, 1), smoothing=alpha).prior


def _counts(positions, shape):
    return len(positions) * _smoothed(positions, shape, 0.0)


def _of_counts(prior):
    """The mistake that makes the prior out of counts, K, n and alpha."""
    return lambda positions, shape, alpha: prior(
        _counts(positions, shape), len(positions), shape[0] * shape[1], alpha
    )


def _counted_once(positions, shape, alpha):
    counts = np.minimum(_counts(positions, shape), 1)
    return (counts + alpha) / (len(positions) + alpha * counts.size)


def _once_of_once(positions, shape, alpha):
    prior = _counted_once(positions, shape, alpha)
    return prior / prior.sum()


def _lifted(c, K, n, alpha):
    lifted = np.where(c > 0.5, c, alpha)
    return lifted / lifted.sum()


SMOOTHED = Exercise(
    "09.4",
    "the smoothed prior",
    ("prior (I, J)",),
    _smoothing_cases,
    _smoothed,
    (
        Mistake("alpha is not used: empty positions stay forbidden", _of_counts(lambda c, K, n, a: c / K)),
        Mistake(
            "your prior does not sum to 1: alpha was added once a position, so how often is it in the denominator",
            _of_counts(lambda c, K, n, a: (c + a) / (K + a)),
        ),
        Mistake(
            "you divided by the pictures alone; pseudo-pictures count, too",
            _of_counts(lambda c, K, n, a: (c + a) / K),
        ),
        Mistake(
            "alpha was added to probabilities; it is a number of pictures, so add it before dividing",
            _of_counts(lambda c, K, n, a: c / K + a),
        ),
        Mistake(
            "it sums to 1, but alpha was added to probabilities: in pictures that is K times as much",
            _of_counts(lambda c, K, n, a: (c / K + a) / (1 + a * n)),
        ),
        Mistake(
            "you shared alpha among the positions; (S15) adds it at each of them",
            _of_counts(lambda c, K, n, a: (c + a / n) / (K + a)),
        ),
        Mistake(
            "you added 1 at each position, whatever alpha is",
            _of_counts(lambda c, K, n, a: (c + 1) / (K + n)),
        ),
        Mistake(
            "that is the mean of A under the Dirichlet density; (S15) is where it is largest",
            _of_counts(lambda c, K, n, a: (c + 1 + a) / (K + (1 + a) * n)),
        ),
        Mistake("only empty positions were smoothed; which positions get alpha", _of_counts(_lifted)),
        Mistake(
            "two pictures at one position count as one: NumPy's += takes a repeated index once", _counted_once
        ),
        Mistake(
            "your prior sums to 1, but a position counts once however many pictures are there: += and a repeated index",
            _once_of_once,
        ),
        Mistake(
            "those are numbers of pictures, not yet probabilities; what is their sum",
            _of_counts(lambda c, K, n, a: c + a),
        ),
        Mistake(
            "your prior has the columns of positions first; rows come first", lambda *args: _smoothed(*args).T
        ),
    ),
)
