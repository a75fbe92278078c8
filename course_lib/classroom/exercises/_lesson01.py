"""Exercises of lesson 01: the cut of a Gaussian, conditioning, the joint of cause and measurement.  (G2)-(G4)"""

import numpy as np

from .. import models
from ._instances import ANY, Case, Exercise, inverse, only_numbers, singular, unless  # noqa: F401 (for edits)


def pair_cases(rng):
    def case(what, scale=1.0):
        mean, S = scale * rng.normal(size=2), models.covariance(rng, 2, scale=scale)
        S[0] *= 1.5  # the two pixels must not vary alike
        S[:, 0] *= 1.5
        return Case(what, (mean, S, mean[1] + scale * (1 + rng.random())))

    apart, against = case("pixels that are uncorrelated"), case("pixels that go opposite ways")
    apart.args[1][[0, 1], [1, 0]] = 0
    against.args[1][[0, 1], [1, 0]] = -np.abs(against.args[1][0, 1])
    return [case("a pair of pixels"), case("another pair of pixels"), against, apart,
            case("standard deviations near 10 000", scale=1e4)]  # fmt: skip


def cut_of_pair(mean, cov, value):
    slope = cov[0, 1] / cov[1, 1]
    return mean[0] + slope * (value - mean[1]), cov[0, 0] - slope * cov[0, 1]


LEFT = "cov[0, 0] - slope * cov[0, 1]"
CUT = Exercise("01.1", "the cut of two pixels", ("mean", "variance"), pair_cases, cut_of_pair, (
    ("/ cov[1, 1]", "/ cov[0, 0]", "your slope divides by the variance of the first pixel; which pixel was seen?"),
    ("/ cov[1, 1]", "/ (cov[0, 0] * cov[1, 1]) ** 0.5", "your slope is the correlation: right only where both pixels vary alike"),
    ("/ cov[1, 1]", "/ cov[1, 1] ** 0.5", "your slope has a unit, and gray levels per gray level have none: by what did you divide?"),
    (" / cov[1, 1]", "", "the covariance alone is in gray levels squared; what do we divide by?"),
    (("value - mean[1]", "mean[1] - value"), "your mean moves the wrong way: where does a bright neighbour pull a pixel that goes along with it?"),
    ("(value - mean[1])", "value", "what moves the mean is the surprise; what did you expect to see?"),
    ("mean[0] + ", "", "the mean of the first pixel is missing: where was it before it moved?"),
    (LEFT, f"({LEFT}) ** 0.5", "your second result is a standard deviation; the variance is wanted"),
    (LEFT, "cov[0, 0]", "your variance is still the one before the look"),
    (LEFT, "slope * cov[0, 1]", "that is the part of the variance that the second pixel explains; which part is left?"),
    (LEFT, LEFT.replace("-", "+"), "your variance is larger than before the look; does seeing something make us less sure?"),
    ("slope * (value", "cov[0, 1] / (cov[0, 0] * cov[1, 1]) ** 0.5 * (value", "your slope is the correlation: right only where both pixels vary alike"),
    (LEFT, "cov[0, 0] - slope**2", "a squared slope is not a variance: of which number is it the factor?"),
    (LEFT, "cov[0, 0] - 2 * slope * cov[0, 1]", "the square of a d2 is missing: multiply out the variance of d1 - a d2"),
    (LEFT, "cov[0, 0] - slope", "a slope is not a variance: in which unit is the part that you took off?"),
    (LEFT, "cov[1, 1] - cov[0, 1] ** 2 / cov[0, 0]", "your variance is that of the second pixel once the first is known; who was seen?"),
    (LEFT, "cov[0, 0] - abs(cov[0, 1]) * (cov[0, 0] / cov[1, 1]) ** 0.5",
     "the correlation does not come off the variance in proportion; it enters in another power"),
))  # fmt: skip


def std_of_first():
    return (2500 - 800**2 / 400) ** 0.5


PENCIL = Exercise("01.2", "one standard deviation with a pencil", ("standard deviation",), only_numbers, std_of_first, (
    (900.0, "that is a variance; in which unit is a standard deviation?"),
    (50.0, "that is how sure we were before the look"),
    (40.0, "that is the part of the spread that the second pixel explains; which part is left?"),
    (1600.0, "that is the part of the variance that the second pixel explains; what is left of it?"),
    (np.sqrt(4100.0), "a look makes us surer, not less sure: which sign stands in the covariance?"),
    (10.0, "the correlation does not come off the width in proportion; it enters in another power"),
    (18.0, "the share that is left is a share of the variance, not of the standard deviation"),
    (12.0, "that is the second pixel once the first is known; who was seen?"),
    (48.0, "the correlation does not multiply the slope once more: which variance is left?"),
    (110.0, "that is where the first pixel is expected now; how sure are we of it?"),
))  # fmt: skip


def split(S, seen):
    """Indices of the unseen in rising order, and the blocks 11, 12, 22 of S."""
    rest = np.setdiff1d(np.arange(len(S)), seen)
    return rest, *(S[np.ix_(i, j)] for i, j in ((rest, rest), (rest, seen), (seen, seen)))


def condition_cases(rng):
    def case(what, D, seen, scale=1.0, pick=slice(None)):
        mean, S = scale * rng.normal(size=D)[pick], models.covariance(rng, D, scale=scale)[pick][:, pick]
        return Case(what, (mean, S, np.array(seen), mean[seen] + scale * rng.normal(size=len(seen))))

    apart = case("a seen entry that is independent of the others", 3, [1])
    apart.args[1][1, [0, 2]] = apart.args[1][[0, 2], 1] = 0
    return [case("one of three entries seen", 3, [1]), case("two of four entries seen", 4, [0, 2]),
            case("seen entries that are not in rising order", 5, [4, 0, 2]),
            case("a single entry unseen", 4, [0, 1, 3]), apart,
            case("gray levels near 10 000", 4, [3, 1], scale=1e4),
            case("copies of entries, so that the covariance is singular", 2, [1], pick=[0, 1, 1, 0])]  # fmt: skip


def conditional(mean, cov, seen, value):
    rest, S11, S12, S22 = split(cov, seen)
    gain = S12 @ inverse(S22)
    return mean[rest] + gain @ (value - mean[seen]), S11 - gain @ S12.T


def single_entries(mean, S, seen, value):
    """S[rows, columns] pairs the two lists: where they differ in length it raises, else one axis is left, no matrix to invert."""
    unseen = len(mean) - len(seen)
    return ANY if unseen != len(seen) and min(unseen, len(seen)) > 1 else inverse(S[seen, seen])


ORDER = "rest,", "seen = np.sort(seen); rest,", "right while `seen` is in rising order; to which entry belongs the first number of `value`?"  # fmt: skip
CONDITION = Exercise("01.3", "conditioning by covariance", ("mean (D1,)", "cov (D1, D1)"), condition_cases, conditional, (
    ORDER,
    (unless("singular(cov)"), "right until the covariance is singular: your answer inverts more than the block of the seen entries"),
    (single_entries, "a matrix indexed as cov[rows, columns] gives single entries, not a block: what does np.ix_ do?"),
    ((" + gain @ (value - mean[seen])", ""), (" - gain @ S12.T", ""), "that is the marginal of the unseen entries: you forgot what was seen"),
    ("- gain", "+ gain", "your covariance is larger than before the look; does seeing something make us less sure?"),
    (" - gain @ S12.T", "", "your covariance is still the one before the look"),
    ("mean[rest] + ", "", "the mean of the unseen entries is missing: where were they before they moved?"),
    ("(value - mean[seen])", "value", "what moves the mean is the surprise; what did you expect to see?"),
    ("+ gain", "- gain", "your mean moves the wrong way: where does a bright neighbour pull a pixel that goes along with it?"),
    ("inverse(S22)", "S22", "S22 stands where its inverse belongs"),
    (" @ inverse(S22)", "", "S12 alone is in gray levels squared; what do we divide by, and where is it in your answer?"),
    ("S11 - gain @ S12.T", "S11 - S12 @ S12.T", "what your covariance loses has the wrong unit: gray levels to the fourth; what is between the two factors?"),
    ("S12 @ inverse(S22)", "inverse(S22) @ S12.T", "your gain is transposed: it takes as many numbers as were seen, and gives as many as were not"),
    (("S11 - gain @ S12.T", "inverse(S11 - gain @ S12.T)"), unless("singular(cov)"),
     "your second result is a precision; the covariance is wanted"),
    (("S11 - gain @ S12.T", "S22 - S12.T @ inverse(S11) @ S12"), unless("singular(cov)"),
     "your covariance is that of the seen entries given the unseen ones; which were seen?"),
))  # fmt: skip


def precision_cases(rng):
    """The regular instances of 01.3, with the precision in the place of the covariance."""
    regular = [(case.what, *case.args) for case in condition_cases(rng)[:-1]]
    return [Case(what, (mean, inverse(S), seen, value)) for what, mean, S, seen, value in regular]


def conditional_by_precision(mean, precision, seen, value):
    rest, L11, L12, L22 = split(precision, seen)
    cov = inverse(L11)
    return mean[rest] - cov @ L12 @ (value - mean[seen]), cov


PRECISION = Exercise("01.4", "conditioning by precision", ("mean (D1,)", "cov (D1, D1)"), precision_cases, conditional_by_precision, (
    ORDER,
    (single_entries, "a matrix indexed as L[rows, columns] gives single entries, not a block: what does np.ix_ do?"),
    ("- cov", "+ cov", "your mean moves the wrong way: compare the sign of L12 with that of S12"),
    (", cov\n", ", L11\n", "your second result is a block of the precision; a covariance is wanted"),
    ("inverse(L11)", "inverse(precision)[np.ix_(rest, rest)]",
     "the inverse of a block is not the block of the inverse: which of the two forgets what was seen?"),
    ("inverse(L11)", "np.diag(1 / np.diag(L11))", "you inverted each diagonal entry alone; right only where the unseen entries are not linked"),
    (", cov\n", ", inverse(precision)[np.ix_(rest, rest)]\n", "your mean is right, but your covariance is what it was before the look"),
    (conditional, "that is the rule for a covariance, and the matrix given is a precision"),
    ("cov @ L12", "L12", "L12 alone is not enough: your step is in the wrong unit, no gray levels"),
    ("cov @ L12", "L12 @ inverse(L22)", "you undid the precision of the seen entries; the unseen ones are sought"),
    ("mean[rest] - ", "-", "the mean of the unseen entries is missing: where were they before they moved?"),
    ("(value - mean[seen])", "value", "what moves the mean is the surprise; what did you expect to see?"),
))  # fmt: skip


def look(rng, what, Dz, Dy, scale=1.0, prior=1.0, noise=1.0, never=(), blind=()):
    """A clean vector and its channel: mu, S, W, b, R; which entries never vary, and which no measurement looks at."""
    z, channel = models.gaussian(rng, Dz, scale=scale), models.channel(rng, Dy, Dz, scale=scale)
    S, W = prior * z.cov, channel.matrix.copy()
    S[never, :], S[:, never], W[:, blind] = 0, 0, 0
    return Case(what, (z.mean, S, W, channel.offset, noise * channel.noise_cov))


def looks(rng, *hard):
    """Four ordinary instances, the hard ones, and large gray levels."""
    return [look(rng, "three measurements of two entries", 2, 3),
            look(rng, "two measurements of three entries", 3, 2),
            look(rng, "as many measurements as entries", 2, 2), look(rng, "one number each", 1, 1), *hard,
            look(rng, "gray levels near 10 000", 3, 2, scale=1e4)]  # fmt: skip


def joint_cases(rng):
    known = look(rng, "a clean vector that is known, S = 0", 2, 3, prior=0.0)
    exact = look(rng, "measurements without noise, R = 0", 3, 2, noise=0.0)
    single = look(rng, "a clean vector of which one entry never varies", 3, 2, never=[1])
    return looks(rng, known, exact, single)


def joint_moments(mu, S, W, b, R):
    cross = S @ W.T
    corner = W @ S @ W.T + R
    mean, cov = np.concatenate([mu, W @ mu + b]), np.block([[S, cross], [cross.T, corner]])
    return mean, cov


JOINT = Exercise("01.5", "the joint of a clean vector and its measurement", ("mean (Dz + Dy,)", "cov (Dz + Dy, Dz + Dy)"), joint_cases, joint_moments, (
    (" + R", "", "the variance of y lacks the noise"),
    ("W @ S @ W.T + R", "R", "R alone is the covariance of y once z is known; here z varies, too"),
    (" + b", "", "the offset b is missing: where is y expected?"),
    ("+ R", "+ R @ R", "R is a covariance already; why square it?"),
    ("cross = S", "cross = 0 * S", "you made z and y independent; then no measurement could tell us of z"),
    ("cross = S @ W.T", "cross = W.T", "the covariance of z and y does not know how much z varies"),
    ("cross = S @ W.T", "cross = S @ W.T + R", "the noise is independent of z: does it belong into the covariance of z and y?"),
    ("cross = S @ W.T", "cross = W @ S",
     "the blocks beside the diagonal have changed places: the upper right one has a row for each entry of z"),
    ("W @ S @ W.T", "W.T @ S @ W", "the transpose stands on the wrong W in the covariance of y: for z ~ N(mu, S), which side of S faces W?"),
    (("[mu, W @ mu + b]", "[W @ mu + b, mu]"), ("[[S, cross], [cross.T, corner]]", "[[corner, cross.T], [cross, S]]"),
     "you stacked y on top of z; here z comes first"),
    ((", cov\n", ", inverse(cov)\n"), unless("singular(S) or singular(R)"),
     "your second result is the precision of the joint, not its covariance"),
))  # fmt: skip

EXERCISES = (CUT, PENCIL, CONDITION, PRECISION, JOINT)
