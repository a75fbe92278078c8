"""Exercises of lesson 01: blocks of Gaussians.  (G2), (G4)"""

import numpy as np

from ... import gaussian
from . import _instances
from ._conditioning01 import CONDITION, PRECISION, complement, gain
from ._grading import ANY, Case, Exercise, Mistake

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
    L = _instances.inverse(np.block([[S11, S12], [S12.T, S22]]))
    return L[: len(S11), : len(S11)], L[: len(S11), len(S11) :]


def _from(M, undo=_instances.inverse):
    """The mistake with another M(S11, S12, S22), or with another undo in the place of the inverse of S22."""

    def answer(S11, S12, S22):
        L11 = _instances.inverse(M(S11, S12, S22))
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
        Mistake("your L11 is the inverse of the block S11; has the second block no say in it?",
                _then(lambda L11, L12, S11, S12, S22: (_instances.inverse(S11), L12))),
        Mistake("you used S11 in the place of the Schur complement M: what did the elimination leave in the corner?",
                _from(lambda S11, S12, S22: S11)),
        Mistake("your M is larger than S11; does the elimination add or take away?",
                _from(lambda *blocks: complement(*blocks, sign=+1))),
        Mistake("the sign of your L12 is turned; which sign of the precision belongs to a positive covariance?",
                _then(lambda L11, L12, *_: (L11, -L12))),
        Mistake("M was not inverted: it is a covariance, and a corner of the precision is wanted",
                lambda *blocks: (complement(*blocks), -complement(*blocks) @ gain(*blocks))),
        Mistake("S22 stands where its inverse belongs",
                _from(lambda S11, S12, S22: S11 - S12 @ S22 @ S12.T, undo=lambda S22: S22)),
        Mistake("your L12 lacks a factor: its columns are still in the units of S22",
                _then(lambda L11, L12, S11, S12, S22: (L11, -L11 @ S12))),
        Mistake("your L12 has no unit, but a precision has one over squared gray levels: which factor is missing?",
                _then(lambda L11, L12, *blocks: (L11, -gain(*blocks)))),
        Mistake("your second result is L21; L12 stands to the right of L11 and has as many rows",
                _then(lambda L11, L12, *_: (L11, L12.T))),
        Mistake("the factors of your L12 are in the wrong order: matrices do not commute",
                _then(lambda L11, L12, *blocks: (L11, -gain(*blocks) @ L11))),
        Mistake("those are the blocks of the other corner: which block of entries did you eliminate?",
                lambda S11, S12, S22: _precision_blocks(S22, S12.T, S11)),
    ),
)  # fmt: skip


# 01.2 one standard deviation with a pencil


def _pencil():
    after = gaussian.condition(gaussian.Gaussian([90, 110], [[2500, 800], [800, 400]]), [1], [130])
    return np.sqrt(after.cov[0, 0])


PENCIL = Exercise(
    "01.2",
    "one standard deviation with a pencil",
    ("standard deviation ()",),
    _instances.only_numbers,
    _pencil,
    (
        Mistake("that is a variance; in which unit is a standard deviation?", lambda: 900.0),
        Mistake("that is how sure we were before the look", lambda: 50.0),
        Mistake(
            "that is the part of the spread that the second pixel explains; which part is left?", lambda: 40.0
        ),
        Mistake(
            "that is the part of the variance that the second pixel explains; what is left of it?",
            lambda: 1600.0,
        ),
        Mistake(
            "a look makes us surer, not less sure: which sign stands in the covariance?",
            lambda: np.sqrt(4100.0),
        ),
        Mistake(
            "the correlation does not come off the width in proportion; it enters in another power",
            lambda: 10.0,
        ),
        Mistake(
            "the share that is left is a share of the variance, not of the standard deviation", lambda: 18.0
        ),
        Mistake("that is the second pixel once the first is known; who was seen?", lambda: 12.0),
        Mistake("that is where the first pixel is expected now; how sure are we of it?", lambda: 130.0),
    ),
)


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
        Mistake("the offset b is missing: where is y expected?", lambda mu, S, W, b, R: _joint(mu, S, W, 0 * b, R)),
        Mistake("R is a covariance already; why square it?", _blocks(corner=lambda S, W, R: W @ S @ W.T + R @ R)),
        Mistake("you made z and y independent; then no measurement could tell us of z",
                _blocks(cross=lambda S, W, R: 0 * (S @ W.T))),
        Mistake("the covariance of z and y does not know how much z varies", _blocks(cross=lambda S, W, R: W.T)),
        Mistake("the noise is independent of z: does it belong into the covariance of z and y?",
                _blocks(cross=lambda S, W, R: S @ W.T + R)),
        Mistake("the blocks beside the diagonal have changed places: the upper right one has a row for each entry of z",
                lambda mu, S, W, b, R: (_joint(mu, S, W, b, R)[0], np.block([[S, W @ S], [S @ W.T, W @ S @ W.T + R]]))),
        Mistake("the transpose stands on the wrong W in the covariance of y: for z ~ N(mu, S), which side of S faces W?",
                _blocks(corner=lambda S, W, R: W.T @ S @ W + R)),
        Mistake("you stacked y on top of z; here z comes first", _measurement_first),
        Mistake("your second result is the precision of the joint, not its covariance", _joint_precision),
    ),
)  # fmt: skip

EXERCISES = (BLOCKS, PENCIL, CONDITION, PRECISION, JOINT)
