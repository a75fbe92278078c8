"""Exercises of lesson 02: the posterior of one Gaussian.  (G6)-(G8)"""

import numpy as np

from .. import models
from ._instances import ANY, Case, Exercise, inverse, only_numbers, singular, unless  # noqa: F401 (for edits)
from ._lesson01 import look, looks


def weighted_mean():
    return (100 / 400 + 150 / 100) / (1 / 400 + 1 / 100)


PENCIL = Exercise("02.1", "two opinions with a pencil", ("mean ()",), only_numbers, weighted_mean, (
    (125.0, "halfway would be right for two opinions that are equally sure; which of the two is surer?"),
    (110.0, "the surer opinion counts more; did each get the weight of the other?"),
    (400 / 3, "you weighted by one over the standard deviation; what is called a precision?"),
    (350 / 3, "you weighted by the standard deviation, so that the less sure opinion counts more"),
    (150.0, "you believed the camera alone; the prior has a say, too"),
    (100.0, "you kept the prior alone; the camera has a say, too"),
    (40.0, "that is how far the mean moves; from where does it start?"),
    (1.75, "that is a sum of opinions times precisions; the weights of an average sum to 1"),
    (80.0, "that is the posterior's variance; the mean is asked for"),
    (np.sqrt(80), "that is the posterior's standard deviation; the mean is asked for"),
))  # fmt: skip


def predictive_cases(rng):
    return looks(rng, look(rng, "a clean vector that is known, S = 0", 2, 3, prior=0.0),
                 look(rng, "measurements without noise, R = 0", 2, 3, noise=0.0))  # fmt: skip


def expected_measurement(mu, S, W, b, R):
    return W @ mu + b, W @ S @ W.T + R


PREDICTIVE = Exercise("02.2", "the measurement that we expect", ("mean (Dy,)", "cov (Dy, Dy)"), predictive_cases, expected_measurement, (
    (" + R", "", "your covariance lacks the noise: a measurement varies even when z does not"),
    ("W @ S @ W.T + R", "R", "your covariance is the noise alone: a measurement varies because z does, too"),
    (" + b", "", "the offset b is missing in the mean"),
    ("W @ mu + b", "b", "the mean is the offset alone; what does the prior expect of z?"),
    ("+ R", "+ R @ R", "R is a covariance already; why square it?"),
    ("W @ S @ W.T + R", "S + R", "where is W? z and y need not even have the same number of entries"),
    ("W @ S @ W.T", "W @ S", "one W is missing: what does a map do to a covariance, from both sides?"),
    ("W @ S @ W.T", "W.T @ S @ W", "the transpose stands on the wrong W: which side of S faces W?"),
    ("+ R", "- R", "two independent spreads were subtracted; do they not add up?"),
    (("W @ S @ W.T + R", "inverse(inverse(W @ S @ W.T) + inverse(R))"), unless("singular(W @ S @ W.T) or singular(R)"),
     "precisions add when two opinions on one thing are joined; here two variations come on top of each other"),
))  # fmt: skip


def measured(rng, cases):
    """The same with a measurement y each, about as far from the expected one as the offset from 0."""
    given = ((case, *case.args) for case in cases)
    ys = (W @ mu + b + np.abs(b).max() * rng.normal(size=len(b)) for _, mu, S, W, b, R in given)
    return [Case(case.what, (*case.args, y)) for case, y in zip(cases, ys)]


def precision_cases(rng):
    sure = look(rng, "a measurement much surer than the prior", 2, 3, noise=1e-2)
    return measured(
        rng, looks(rng, sure, look(rng, "an entry that no measurement looks at", 3, 2, blind=[1]))
    )


def posterior_by_precision(mu, S, W, b, R, y):
    P, Q = inverse(S), inverse(R)
    C = inverse(P + W.T @ Q @ W)
    return C @ (P @ mu + W.T @ Q @ (y - b)), C


PRECISION = Exercise("02.3", "the posterior in precision form", ("mean (Dz,)", "cov (Dz, Dz)"), precision_cases, posterior_by_precision, (
    (", C\n", ", inverse(C)\n", "your second result is the posterior's precision; the covariance is wanted"),
    ("C @ (", "(", "your mean is still weighted opinions, not divided by the sum of the weights"),
    ("(y - b)", "y", "the offset b is missing: which part of y is due to z?"),
    ("P @ mu + ", "", "the prior's opinion is missing in the mean"),
    ("C @ (P @ mu + W.T @ Q @ (y - b))", "mu + C @ (W.T @ Q @ (y - b))",
     "you moved from mu by all of y - b; how much of that was expected, if z is mu?"),
    (("inverse(S), inverse(R)", "S, R"), "covariances stand where their inverses belong: what adds up, variances or precisions?"),
    (("inverse(P + ", "inverse("), ("P @ mu + ", ""), unless("np.linalg.matrix_rank(W) < len(mu)"),
     "the prior is missing altogether: that is weighted least squares"),
    (("P + W.T @ Q @ W", "P + Q"), "where is W? z and y need not even have the same number of entries"),
    ("inverse(R)", "R", "R stands where its inverse belongs: a noisy measurement must count less"),
    ("inverse(S)", "S", "S stands where its inverse belongs: a vague prior must count less"),
    ("inverse(R)", "inverse(W @ S @ W.T + R)", "you put the covariance of y itself in the place of R, the covariance of the noise"),
    ("y - b", "y - b - W @ mu", "the prior's mean enters twice: once as an opinion, once more inside the residual"),
    ("Q @ (y - b)", "(y - b)", "the measurement's opinion is not weighted by how sure it is"),
    ("P @ mu", "mu", "the prior's mean is not weighted by how sure the prior is"),
    (", C\n", ", S\n", "your mean is right, but your covariance is what it was before the measurement"),
    (("W.T @ Q @ W", "W @ Q @ W"), ("W.T @ Q @ (y", "W @ Q @ (y"), "a transpose is missing: W leads from z to y, what leads back?"),
))  # fmt: skip


def gain_cases(rng):
    single = look(rng, "an entry that never varies, so that S is singular", 3, 2, never=[1])
    known = look(rng, "a clean vector that is known, S = 0", 2, 3, prior=0.0)
    exact = look(rng, "measurements without noise, R = 0", 3, 2, noise=0.0)
    return measured(rng, looks(rng, single, known, exact))


def posterior_by_gain(mu, S, W, b, R, y):
    G = S @ W.T @ inverse(W @ S @ W.T + R)
    return mu + G @ (y - W @ mu - b), S - G @ W @ S


# without R: W S W' is singular, or nothing is left of the covariance
NOTHING_LEFT = "len(b) >= np.linalg.matrix_rank(S)"
GAIN = Exercise("02.4", "the posterior in gain form", ("mean (Dz,)", "cov (Dz, Dz)"), gain_cases, posterior_by_gain, (
    (unless("singular(S) or singular(R)"), "right until S or R is singular: your answer inverts what this form never needs"),
    ((" + R", ""), unless(NOTHING_LEFT), "the noise is missing in the gain: how does it know how far to trust y?"),
    (("W @ S @ W.T + R", "R"), unless("singular(R)"), "your gain divides by the noise alone; by how much does the surprise vary?"),
    (" - b", "", "the offset b is missing in the surprise"),
    (" - W @ mu", "", "only what differs from the expected measurement is a surprise"),
    ("(y - W @ mu - b)", "y", "your gain multiplies y as it was read; how much of that was expected?"),
    ("W @ mu", "mu", "where is W in the surprise? y is expected at W mu + b"),
    ("mu + G", "G", "the prior mean is missing: from where does the surprise move it?"),
    ("S - G", "S + G", "your covariance grew; can a measurement make us less sure?"),
    (" - G @ W @ S", "", "your covariance is still the prior's"),
    ("G @ W @ S", "G @ R @ G.T", "what your covariance loses must grow as the noise falls; without noise nothing may be left of what W sees"),
    ("S - G @ W @ S", "S + G @ R @ G.T", "your covariance grew; can a measurement make us less sure?"),
    ("G @ W @ S", "G @ W @ S @ W.T @ G.T", "what your covariance loses is the spread of the step, and the step moves with the noise, too"),
    ("G @ W @ S", "G @ W", "what your covariance loses has no unit; of which covariance is it a share?"),
    ("inverse(", "(", "the covariance of the surprise was not inverted"),
    ("S @ W.T @ inverse(W @ S @ W.T + R)", "inverse(W @ S @ W.T + R) @ W @ S",
     "your gain is transposed: it takes a surprise in y and gives a step in z"),
    ("S @ W.T @ inverse", "W.T @ inverse", "your gain lacks S: a direction that never varies must not move"),
    ("+ R", "+ R @ R", "R is a covariance already; why square it?"),
))  # fmt: skip


def wiener_cases(rng):
    def case(what, D, noise_std, scale=1.0, S=None):
        prior = models.gaussian(rng, D, scale=scale)
        y = prior.mean + scale * rng.normal(size=D)
        return Case(what, (prior.mean, prior.cov if S is None else np.array(S, dtype=float), noise_std, y))

    together = [[2, 2, 2], [2, 2, 2], [2, 2, 3]]
    return [case("two pixels", 2, 0.5), case("five pixels", 5, 1.5), case("gray levels", 4, 25.0, scale=40.0),
            case("a single pixel", 1, 0.7),
            case("pixels that are all known, S = 0", 3, 0.5, S=np.zeros((3, 3))),
            case("two pixels that only change together, so that S is singular", 3, 0.5, S=together),
            case("noise a hundred times wider than the prior", 3, 100.0)]  # fmt: skip


def wiener(mu, S, noise_std, y):
    lam, U = np.linalg.eigh(S)
    f = lam / (lam + noise_std**2)
    return f, mu + U @ (f * (U.T @ (y - mu)))


WIENER = Exercise("02.5", "the Wiener filter", ("factors (D,)", "mean (D,)"), wiener_cases, wiener, (
    ("noise_std**2", "noise_std", "the noise is given by its standard deviation; what stands beside a variance?"),
    ("f = lam", "f = noise_std**2", "those are the shares of the noise: which directions are to be kept, those that vary much or little?"),
    (("lam / (lam + noise_std**2)", "np.sqrt(lam) / (np.sqrt(lam) + noise_std)"), unless("S.any() and singular(S)"),
     "you took standard deviations throughout; what do the eigenvalues of a covariance mean?"),
    ("(lam + noise_std**2)", "noise_std**2", "your factors are ratios to the noise alone and may exceed 1"),
    ("mu + U", "U", "the prior mean is missing: what was shrunk is a deviation from it"),
    ("(y - mu)", "y", "what is shrunk must be the deviation from the prior mean"),
    (("mu + U", "U"), ("(y - mu)", "y"), "you shrank y itself towards 0; towards what does the prior pull?"),
    ("U @ (f * (U.T @ (y - mu)))", "f * (y - mu)", "you shrank the pixels, not the directions; what turns one into the other?"),
    ("U @ (f * (U.T @", "U.T @ (f * (U @", "you turned the wrong way: are the eigenvectors the rows or the columns of U?"),
    ("U @ (f", "(f", "after the shrinking you did not turn back to pixels"),
    ("np.linalg.eigh(S)", "np.linalg.eig(S)", "the order of your factors: the smallest variance comes first, and eig does not sort"),
    ("lam, U = np.linalg.eigh(S)", "lam, U = np.linalg.eigh(S); lam, U = lam[::-1], U[:, ::-1]",
     "the order of your factors: the smallest variance comes first"),
    ("return f,", "return f[::-1],", "the order of your factors: the smallest variance comes first"),
), float32=True)  # fmt: skip

EXERCISES = (PENCIL, PREDICTIVE, PRECISION, GAIN, WIENER)
