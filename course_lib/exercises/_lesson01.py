"""Exercises of lesson 01: blocks of Gaussians.  (G2), (G3), (G4)"""

import numpy as np

from .. import gaussian
from .._linalg import inverse
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake


def _split(S, seen):
    """Indices of the unseen in rising order, and the blocks S11, S12, S22."""
    rest = np.setdiff1d(np.arange(len(S)), seen)
    return rest, *(S[np.ix_(i, j)] for i, j in ((rest, rest), (rest, seen), (seen, seen)))


# 01.1 the upper blocks of the precision


def _block_cases(rng):
    def case(what, D1, D2, scale=1.0):
        S = _instances.covariance(rng, D1 + D2, scale)
        return Case(what, (S[:D1, :D1], S[:D1, D1:], S[D1:, D1:]))

    apart = case("blocks that are uncorrelated", 2, 2).args
    return [
        case("blocks of 3 and 2 entries", 3, 2),
        case("blocks of 2 and 4 entries", 2, 4),
        case("blocks of 2 and 2 entries", 2, 2),
        case("blocks of one entry each", 1, 1),
        Case("blocks that are uncorrelated", (apart[0], np.zeros((2, 2)), apart[2])),
        case("standard deviations near 10 000", 2, 3, scale=1e4),
    ]


def _precision_blocks(S11, S12, S22):
    L = inverse("S", np.block([[S11, S12], [S12.T, S22]]), "draw other instances")
    return L[: len(S11), : len(S11)], L[: len(S11), len(S11) :]


def _gain(S11, S12, S22):
    return np.linalg.solve(S22, S12.T).T


def _complement(S11, S12, S22, sign=-1.0):
    return S11 + sign * S12 @ np.linalg.solve(S22, S12.T)


def _from(M, undo=np.linalg.inv):
    """The mistake with another M(S11, S12, S22), or with undo(S22) in the place of the inverse."""

    def answer(S11, S12, S22):
        L11 = np.linalg.inv(M(S11, S12, S22))
        return L11, -L11 @ S12 @ undo(S22)

    return answer


def _then(change):
    """The mistake that does change(L11, L12, S11, S12, S22) to the right blocks."""
    return lambda *blocks: change(*_precision_blocks(*blocks), *blocks)


BLOCKS = Exercise(
    "01.1",
    "the upper blocks of the precision",
    ("L11 (D1, D1)", "L12 (D1, D2)"),
    _block_cases,
    _precision_blocks,
    (
        Mistake("your L11 is the inverse of the block S11; has the second block no say in it",
                _then(lambda L11, L12, S11, S12, S22: (np.linalg.inv(S11), L12))),
        Mistake("you used S11 in the place of the Schur complement M: what did the elimination leave in the corner",
                _from(lambda S11, S12, S22: S11)),
        Mistake("your M is larger than S11; does the elimination add or take away",
                _from(lambda *blocks: _complement(*blocks, sign=+1))),
        Mistake("the sign of your L12 is turned; a positive covariance belongs to a precision of which sign",
                _then(lambda L11, L12, *_: (L11, -L12))),
        Mistake("M was not inverted: it is a covariance, and a corner of the precision is wanted",
                lambda *blocks: (_complement(*blocks), -_complement(*blocks) @ _gain(*blocks))),
        Mistake("S22 stands where its inverse belongs",
                _from(lambda S11, S12, S22: S11 - S12 @ S22 @ S12.T, undo=lambda S22: S22)),
        Mistake("your L12 lacks a factor: its columns are still in the units of S22",
                _then(lambda L11, L12, S11, S12, S22: (L11, -L11 @ S12))),
        Mistake("your second result is L21; L12 stands to the right of L11 and has as many rows",
                _then(lambda L11, L12, *_: (L11, L12.T))),
        Mistake("the factors of your L12 are in the wrong order: matrices do not commute",
                _then(lambda L11, L12, *blocks: (L11, -_gain(*blocks) @ L11))),
        Mistake("those are the blocks of the other corner: which block of entries did you eliminate",
                lambda S11, S12, S22: _precision_blocks(S22, S12.T, S11)),
    ),
)  # fmt: skip


# 01.2 one standard deviation with a pencil


def _only_numbers(rng):
    return [Case("the numbers of the question", ())]


def _pencil():
    after = gaussian.condition(gaussian.Gaussian([90, 110], [[2500, 800], [800, 400]]), [1], [130])
    return np.sqrt(after.cov[0, 0])


PENCIL = Exercise(
    "01.2",
    "one standard deviation with a pencil",
    ("standard deviation ()",),
    _only_numbers,
    _pencil,
    (
        Mistake("that is a variance; in which unit is a standard deviation", lambda: 900.0),
        Mistake("that is how sure we were before the look", lambda: 50.0),
        Mistake("that is the part of the spread that the second pixel explains; which part is left", lambda: 40.0),
        Mistake("that is the part of the variance that the second pixel explains; what is left of it", lambda: 1600.0),
        Mistake("a look makes us surer, not less sure: which sign stands in the covariance", lambda: np.sqrt(4100.0)),
        Mistake("the correlation does not come off the width in proportion; it enters in another power", lambda: 10.0),
        Mistake("the share that is left is a share of the variance, not of the standard deviation", lambda: 18.0),
        Mistake("that is the second pixel once the first is known; who was seen", lambda: 12.0),
        Mistake("that is where the first pixel is expected now; how sure are we of it", lambda: 130.0),
    ),
)


# 01.3 and 01.4: conditioning, by covariance and by precision


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


def _rule(gain, cov, before=lambda mean: mean, surprise=lambda value, mean: value - mean):
    """The mistake with gain and cov made from the blocks 11, 12, 22 of the given matrix, or another prior mean or surprise."""

    def answer(mean, matrix, seen, value):
        rest, *blocks = _split(matrix, seen)
        return before(mean[rest]) + gain(*blocks) @ surprise(value, mean[seen]), cov(*blocks)

    return answer


def _transposed(S11, S12, S22):
    return np.linalg.solve(S22, S12.T)


def _by_whole_inverse(mean, S, seen, value):
    return ANY if _instances.singular(S) else _condition(mean, S, seen, value)


def _with_inverted_cov(mean, S, seen, value):
    after, cov = _condition(mean, S, seen, value)
    return ANY if _instances.singular(cov) else (after, np.linalg.inv(cov))


def _with_cov_of_seen(mean, S, seen, value):
    _, S11, S12, S22 = _split(S, seen)
    return ANY if _instances.singular(S11) else (_condition(mean, S, seen, value)[0], _complement(S22, S12.T, S11))


CONDITION = Exercise(
    "01.3",
    "conditioning by covariance",
    ("mean (D1,)", "cov (D1, D1)"),
    _condition_cases,
    _condition,
    (
        Mistake(
            "right while `seen` is in rising order; to which entry belongs the first number of `value`",
            lambda mean, S, seen, value: _condition(mean, S, np.sort(seen), value),
        ),
        Mistake("right until the covariance is singular: your answer inverts more than the block of the seen entries",
                _by_whole_inverse),
        Mistake("that is the marginal of the unseen entries: you forgot what was seen",
                _rule(lambda S11, S12, S22: 0 * S12, lambda S11, S12, S22: S11)),
        Mistake("your covariance is larger than before the look; does seeing something make us less sure",
                _rule(_gain, lambda *blocks: _complement(*blocks, sign=+1))),
        Mistake("your covariance is still the one before the look", _rule(_gain, lambda S11, S12, S22: S11)),
        Mistake("the mean of the unseen entries is missing: where were they before they moved",
                _rule(_gain, _complement, before=np.zeros_like)),
        Mistake("what moves the mean is the surprise; what did you expect to see",
                _rule(_gain, _complement, surprise=lambda value, mean: value)),
        Mistake("your mean moves the wrong way: where does a bright neighbour pull a pixel that goes along with it",
                _rule(lambda *blocks: -_gain(*blocks), _complement)),
        Mistake("S22 stands where its inverse belongs",
                _rule(lambda S11, S12, S22: S12 @ S22, lambda S11, S12, S22: S11 - S12 @ S22 @ S12.T)),
        Mistake("S12 alone is in gray levels squared; what do we divide by, and where is it in your answer",
                _rule(lambda S11, S12, S22: S12, lambda S11, S12, S22: S11 - S12 @ S12.T)),
        Mistake("your gain is transposed: it takes as many numbers as were seen, and gives as many as were not",
                _rule(_transposed, lambda S11, S12, S22: S11 - _transposed(S11, S12, S22) @ S12.T)),
        Mistake("your second result is a precision; the covariance is wanted", _with_inverted_cov),
        Mistake("your covariance is that of the seen entries given the unseen ones; which were seen", _with_cov_of_seen),
    ),
)  # fmt: skip


def _precision_cases(rng):
    """The regular instances of 01.3, with the precision in the place of the covariance."""
    regular = [(case.what, *case.args) for case in _condition_cases(rng)[:-1]]
    return [Case(what, (mean, inverse("S", S, "draw other instances"), seen, value)) for what, mean, S, seen, value in regular]


def _by_precision(mean, L, seen, value):
    return _condition(mean, inverse("L", L, "draw other instances"), seen, value)


def _step(L11, L12, L22):
    return -np.linalg.solve(L11, L12)


def _undone(L11, L12, L22):
    return np.linalg.inv(L11)


def _block_of_inverse(mean, L, seen, value):
    rest, _, L12, _ = _split(L, seen)
    S11 = np.linalg.inv(L)[np.ix_(rest, rest)]
    return mean[rest] - S11 @ L12 @ (value - mean[seen]), S11


PRECISION = Exercise(
    "01.4",
    "conditioning by precision",
    ("mean (D1,)", "cov (D1, D1)"),
    _precision_cases,
    _by_precision,
    (
        Mistake(
            "right while `seen` is in rising order; to which entry belongs the first number of `value`",
            lambda mean, L, seen, value: _by_precision(mean, L, np.sort(seen), value),
        ),
        Mistake("your mean moves the wrong way: compare the sign of L12 with that of S12",
                _rule(lambda *blocks: -_step(*blocks), _undone)),
        Mistake("your second result is a block of the precision; a covariance is wanted",
                _rule(_step, lambda L11, L12, L22: L11)),
        Mistake("the inverse of a block is not the block of the inverse: which of the two forgets what was seen",
                _block_of_inverse),
        Mistake("that is the rule for a covariance, and the matrix given is a precision", _condition),
        Mistake("L12 alone is not enough: your step is in the wrong unit, no gray levels",
                _rule(lambda L11, L12, L22: -L12, _undone)),
        Mistake("you undid the precision of the seen entries; the unseen ones are sought",
                _rule(lambda *blocks: -_gain(*blocks), _undone)),
        Mistake("the mean of the unseen entries is missing: where were they before they moved",
                _rule(_step, _undone, before=np.zeros_like)),
        Mistake("what moves the mean is the surprise; what did you expect to see",
                _rule(_step, _undone, surprise=lambda value, mean: value)),
    ),
)  # fmt: skip


# 01.5 the joint of a clean vector and its measurement


def _joint_cases(rng):
    def case(what, Dz, Dy, scale=1.0, prior=1.0, noise=1.0):
        z, channel = _instances.gaussian_prior(rng, Dz, scale), _instances.channel(rng, Dy, Dz, scale)
        return Case(what, (z.mean, prior * z.cov, channel.matrix, channel.offset, noise * channel.noise_cov))

    single = case("a clean vector of which one entry never varies", 3, 2)
    single.args[1][1, :] = single.args[1][:, 1] = 0
    return [
        case("three measurements of two entries", 2, 3),
        case("two measurements of three entries", 3, 2),
        case("as many measurements as entries", 2, 2),
        case("one number each", 1, 1),
        case("a clean vector that is known, S = 0", 2, 3, prior=0.0),
        case("measurements without noise, R = 0", 3, 2, noise=0.0),
        single,
        case("gray levels near 10 000", 3, 2, scale=1e4),
    ]


def _joint(mu, S, W, b, R):
    both = gaussian.joint(gaussian.Gaussian(mu, S), gaussian.LinearGaussian(W, b, R))
    return both.mean, both.cov


def _blocks(cross=None, corner=None):
    """The mistake with another upper right or lower right block, each a function of S, W, R."""

    def answer(mu, S, W, b, R):
        right = S @ W.T if cross is None else cross(S, W, R)
        lower = W @ S @ W.T + R if corner is None else corner(S, W, R)
        return np.concatenate([mu, W @ mu + b]), np.block([[S, right], [right.T, lower]])

    return answer


def _measurement_first(mu, S, W, b, R):
    mean, cov = _joint(mu, S, W, b, R)
    order = np.roll(np.arange(len(mean)), len(b))
    return mean[order], cov[np.ix_(order, order)]


def _joint_precision(mu, S, W, b, R):
    if _instances.singular(S) or _instances.singular(R):
        return ANY
    prior, channel = gaussian.Gaussian(mu, S), gaussian.LinearGaussian(W, b, R)
    return _joint(mu, S, W, b, R)[0], gaussian.joint_precision(prior, channel)


JOINT = Exercise(
    "01.5",
    "the joint of a clean vector and its measurement",
    ("mean (Dz + Dy,)", "cov (Dz + Dy, Dz + Dy)"),
    _joint_cases,
    _joint,
    (
        Mistake("the variance of y lacks the noise", _blocks(corner=lambda S, W, R: W @ S @ W.T)),
        Mistake("R alone is the covariance of y once z is known; here z varies, too", _blocks(corner=lambda S, W, R: R)),
        Mistake("the offset b is missing: where is y expected", lambda mu, S, W, b, R: _joint(mu, S, W, 0 * b, R)),
        Mistake("R is a covariance already; why square it", _blocks(corner=lambda S, W, R: W @ S @ W.T + R @ R)),
        Mistake("you made z and y independent; then no measurement could tell us of z",
                _blocks(cross=lambda S, W, R: 0 * (S @ W.T))),
        Mistake("the covariance of z and y does not know how much z varies", _blocks(cross=lambda S, W, R: W.T)),
        Mistake("the noise is independent of z: does it belong into the covariance of z and y",
                _blocks(cross=lambda S, W, R: S @ W.T + R)),
        Mistake("the blocks beside the diagonal have changed places: the upper right one has a row for each entry of z",
                lambda mu, S, W, b, R: (_joint(mu, S, W, b, R)[0], np.block([[S, W @ S], [S @ W.T, W @ S @ W.T + R]]))),
        Mistake("the transpose stands on the wrong W in the covariance of y: for z ~ N(mu, S), which side of S faces W",
                _blocks(corner=lambda S, W, R: W.T @ S @ W + R)),
        Mistake("you stacked y on top of z; here z comes first", _measurement_first),
        Mistake("your second result is the precision of the joint, not its covariance", _joint_precision),
    ),
)  # fmt: skip

EXERCISES = (BLOCKS, PENCIL, CONDITION, PRECISION, JOINT)
