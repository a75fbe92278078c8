"""Exercises of lesson 01: conditioning by covariance and by precision.  (G2), (G3)"""

import numpy as np

from ... import gaussian
from ...linalg import symmetric
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake


def split(S, seen):
    """Indices of the unseen in rising order, and the blocks S11, S12, S22."""
    rest = np.setdiff1d(np.arange(len(S)), seen)
    return rest, *(S[np.ix_(i, j)] for i, j in ((rest, rest), (rest, seen), (seen, seen)))


def gain(S11, S12, S22):
    """S12 S22^-1: what a surprise is multiplied with."""
    return np.linalg.solve(S22, S12.T).T


def complement(S11, S12, S22, sign=-1.0):
    """S11 - S12 S22^-1 S21: the Schur complement of S22, or another sign."""
    return S11 + sign * S12 @ np.linalg.solve(S22, S12.T)


# 01.3 by covariance


def _condition_cases(rng):
    def case(what, D, seen, scale=1.0, pick=slice(None)):
        mean, S = scale * rng.normal(size=D)[pick], _instances.covariance(rng, D, scale)[pick][:, pick]
        return Case(what, (mean, S, np.array(seen), mean[seen] + scale * rng.normal(size=len(seen))))

    apart = case("a seen entry that is independent of the others", 3, [1])
    apart.args[1][1, [0, 2]] = apart.args[1][[0, 2], 1] = 0
    return [
        case("one of three entries seen", 3, [1]),
        case("two of four entries seen", 4, [0, 2]),
        case("seen entries that are not in rising order", 5, [4, 0, 2]),
        case("a single entry unseen", 4, [0, 1, 3]),
        apart,
        case("gray levels near 10 000", 4, [3, 1], scale=1e4),
        case("copies of entries, so that the covariance is singular", 2, [1], pick=[0, 1, 1, 0]),
    ]


def _condition(mean, cov, seen, value):
    after = gaussian.condition(gaussian.Gaussian(mean, cov), seen, value)
    return after.mean, after.cov


def _rule(step, cov, before=lambda mean: mean, surprise=lambda value, mean: value - mean):
    """The mistake with step and cov made from the blocks 11, 12, 22 of the given matrix, or another prior mean or surprise."""

    def answer(mean, matrix, seen, value):
        rest, *blocks = split(matrix, seen)
        return before(mean[rest]) + step(*blocks) @ surprise(value, mean[seen]), cov(*blocks)

    return answer


def _transposed(S11, S12, S22):
    return np.linalg.solve(S22, S12.T)


def _single_entries(mean, S, seen, value):
    """S[rows, columns] pairs the two lists: where they differ in length it raises, else it gives one axis and no inverse."""
    unseen = len(mean) - len(seen)
    return ANY if unseen != len(seen) and min(unseen, len(seen)) > 1 else _instances.inverse(S[seen, seen])


def _by_whole_inverse(mean, S, seen, value):
    return ANY if _instances.singular(S) else _condition(mean, S, seen, value)


def _with_inverted_cov(mean, S, seen, value):
    after, cov = _condition(mean, S, seen, value)
    return ANY if _instances.singular(cov) else (after, _instances.inverse(cov))


def _with_cov_of_seen(mean, S, seen, value):
    _, S11, S12, S22 = split(S, seen)
    return (
        ANY
        if _instances.singular(S11)
        else (_condition(mean, S, seen, value)[0], complement(S22, S12.T, S11))
    )


CONDITION = Exercise(
    "01.3",
    "conditioning by covariance",
    ("mean (D1,)", "cov (D1, D1)"),
    _condition_cases,
    _condition,
    (
        Mistake(
            "right while `seen` is in rising order; to which entry belongs the first number of `value`?",
            lambda mean, S, seen, value: _condition(mean, S, np.sort(seen), value),
        ),
        Mistake("right until the covariance is singular: your answer inverts more than the block of the seen entries",
                _by_whole_inverse),
        Mistake("a matrix indexed as cov[rows, columns] gives single entries, not a block: what did section 3 use?",
                _single_entries),
        Mistake("that is the marginal of the unseen entries: you forgot what was seen",
                _rule(lambda S11, S12, S22: 0 * S12, lambda S11, S12, S22: S11)),
        Mistake("your covariance is larger than before the look; does seeing something make us less sure?",
                _rule(gain, lambda *blocks: complement(*blocks, sign=+1))),
        Mistake("your covariance is still the one before the look", _rule(gain, lambda S11, S12, S22: S11)),
        Mistake("the mean of the unseen entries is missing: where were they before they moved?",
                _rule(gain, complement, before=np.zeros_like)),
        Mistake("what moves the mean is the surprise; what did you expect to see?",
                _rule(gain, complement, surprise=lambda value, mean: value)),
        Mistake("your mean moves the wrong way: where does a bright neighbour pull a pixel that goes along with it?",
                _rule(lambda *blocks: -gain(*blocks), complement)),
        Mistake("S22 stands where its inverse belongs",
                _rule(lambda S11, S12, S22: S12 @ S22, lambda S11, S12, S22: S11 - S12 @ S22 @ S12.T)),
        Mistake("S12 alone is in gray levels squared; what do we divide by, and where is it in your answer?",
                _rule(lambda S11, S12, S22: S12, lambda S11, S12, S22: S11 - S12 @ S12.T)),
        Mistake("your gain is transposed: it takes as many numbers as were seen, and gives as many as were not",
                _rule(_transposed, lambda S11, S12, S22: S11 - _transposed(S11, S12, S22) @ S12.T)),
        Mistake("your second result is a precision; the covariance is wanted", _with_inverted_cov),
        Mistake("your covariance is that of the seen entries given the unseen ones; which were seen?", _with_cov_of_seen),
    ),
)  # fmt: skip


# 01.4 by precision


def _precision_cases(rng):
    """The regular instances of 01.3, with the precision in the place of the covariance."""
    regular = [(case.what, *case.args) for case in _condition_cases(rng)[:-1]]
    return [Case(what, (mean, _instances.inverse(S), seen, value)) for what, mean, S, seen, value in regular]


def _by_precision(mean, L, seen, value):
    return _condition(mean, symmetric(_instances.inverse(L)), seen, value)


def _pull(L11, L12, L22):
    return -np.linalg.solve(L11, L12)


def _undone(L11, L12, L22):
    return _instances.inverse(L11)


def _block_of_inverse(mean, L, seen, value):
    rest, _, L12, _ = split(L, seen)
    S11 = _instances.inverse(L)[np.ix_(rest, rest)]
    return mean[rest] - S11 @ L12 @ (value - mean[seen]), S11


PRECISION = Exercise(
    "01.4",
    "conditioning by precision",
    ("mean (D1,)", "cov (D1, D1)"),
    _precision_cases,
    _by_precision,
    (
        Mistake(
            "right while `seen` is in rising order; to which entry belongs the first number of `value`?",
            lambda mean, L, seen, value: _by_precision(mean, L, np.sort(seen), value),
        ),
        Mistake("a matrix indexed as L[rows, columns] gives single entries, not a block: what did section 3 use?",
                _single_entries),
        Mistake("your mean moves the wrong way: compare the sign of L12 with that of S12",
                _rule(lambda *blocks: -_pull(*blocks), _undone)),
        Mistake("your second result is a block of the precision; a covariance is wanted",
                _rule(_pull, lambda L11, L12, L22: L11)),
        Mistake("the inverse of a block is not the block of the inverse: which of the two forgets what was seen?",
                _block_of_inverse),
        Mistake("your mean is right, but your covariance is what it was before the look",
                lambda *given: (_by_precision(*given)[0], _block_of_inverse(*given)[1])),
        Mistake("that is the rule for a covariance, and the matrix given is a precision", _condition),
        Mistake("L12 alone is not enough: your step is in the wrong unit, no gray levels",
                _rule(lambda L11, L12, L22: -L12, _undone)),
        Mistake("you undid the precision of the seen entries; the unseen ones are sought",
                _rule(lambda *blocks: -gain(*blocks), _undone)),
        Mistake("the mean of the unseen entries is missing: where were they before they moved?",
                _rule(_pull, _undone, before=np.zeros_like)),
        Mistake("what moves the mean is the surprise; what did you expect to see?",
                _rule(_pull, _undone, surprise=lambda value, mean: value)),
    ),
)  # fmt: skip
