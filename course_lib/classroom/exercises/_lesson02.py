"""Exercises of lesson 02: the posterior of one Gaussian.  (G7)"""

import numpy as np

from ... import gaussian
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake
from ._posterior02 import GAIN, PRECISION, look

# 02.1 two opinions with a pencil


def _pencil():
    return gaussian.posterior(
        gaussian.Gaussian([100], [[400]]), gaussian.LinearGaussian([[1]], [0], [[100]]), [150]
    ).mean[0]


PENCIL = Exercise(
    "02.1",
    "two opinions with a pencil",
    ("mean ()",),
    _instances.only_numbers,
    _pencil,
    (
        Mistake(
            "halfway would be right for two opinions that are equally sure; which of the two is surer?",
            lambda: 125.0,
        ),
        Mistake("the surer opinion counts more; did each get the weight of the other?", lambda: 110.0),
        Mistake(
            "you weighted by one over the standard deviation; what is called a precision?", lambda: 400 / 3
        ),
        Mistake(
            "you weighted by the standard deviation, so that the less sure opinion counts more",
            lambda: 350 / 3,
        ),
        Mistake("you believed the camera alone; the prior has a say, too", lambda: 150.0),
        Mistake("you kept the prior alone; the camera has a say, too", lambda: 100.0),
        Mistake("that is how far the mean moves; from where does it start?", lambda: 40.0),
        Mistake(
            "that is a sum of opinions times precisions; the weights of an average sum to 1", lambda: 1.75
        ),
        Mistake("that is the posterior's variance; the mean is asked for", lambda: 80.0),
        Mistake("that is the posterior's standard deviation; the mean is asked for", lambda: np.sqrt(80)),
    ),
)


# 02.2 the predictive distribution


def _predictive_cases(rng):
    return [
        look(rng, "three measurements of two entries", 2, 3),
        look(rng, "two measurements of three entries", 3, 2),
        look(rng, "as many measurements as entries", 2, 2),
        look(rng, "one number each", 1, 1),
        look(rng, "a clean vector that is known, S = 0", 2, 3, prior=0.0),
        look(rng, "measurements without noise, R = 0", 2, 3, noise=0.0),
        look(rng, "gray levels near 10 000", 3, 2, scale=1e4),
    ]


def _predictive(mu, S, W, b, R):
    expected = gaussian.predictive(gaussian.Gaussian(mu, S), gaussian.LinearGaussian(W, b, R))
    return expected.mean, expected.cov


def _spread(cov):
    """The mistake with another cov(S, W, R)."""
    return lambda mu, S, W, b, R: (W @ mu + b, cov(S, W, R))


def _precisions_added(mu, S, W, b, R):
    through = W @ S @ W.T
    if _instances.singular(through) or _instances.singular(R):
        return ANY
    return W @ mu + b, _instances.inverse(_instances.inverse(through) + _instances.inverse(R))


PREDICTIVE = Exercise(
    "02.2",
    "the measurement that we expect",
    ("mean (Dy,)", "cov (Dy, Dy)"),
    _predictive_cases,
    _predictive,
    (
        Mistake("your covariance lacks the noise: a measurement varies even when z does not",
                _spread(lambda S, W, R: W @ S @ W.T)),
        Mistake("your covariance is the noise alone: a measurement varies because z does, too", _spread(lambda S, W, R: R)),
        Mistake("the offset b is missing in the mean", lambda mu, S, W, b, R: _predictive(mu, S, W, 0 * b, R)),
        Mistake("the mean is the offset alone; what does the prior expect of z?",
                lambda mu, S, W, b, R: (b, _predictive(mu, S, W, b, R)[1])),
        Mistake("R is a covariance already; why square it?", _spread(lambda S, W, R: W @ S @ W.T + R @ R)),
        Mistake("one W is missing: what does a map do to a covariance, from both sides?", _spread(lambda S, W, R: W @ S + R)),
        Mistake("the transpose stands on the wrong W: which side of S faces W?", _spread(lambda S, W, R: W.T @ S @ W + R)),
        Mistake("two independent spreads were subtracted; do they not add up?", _spread(lambda S, W, R: W @ S @ W.T - R)),
        Mistake("precisions add when two opinions on one thing are joined; here two variations come on top of each other",
                _precisions_added),
    ),
)  # fmt: skip


# 02.5 the Wiener filter


def _wiener_cases(rng):
    def case(what, D, noise_std, scale=1.0, S=None):
        prior = _instances.gaussian_prior(rng, D, scale)
        return Case(
            what,
            (prior.mean, prior.cov if S is None else S, noise_std, prior.mean + scale * rng.normal(size=D)),
        )

    return [
        case("two pixels", 2, 0.5),
        case("five pixels", 5, 1.5),
        case("gray levels", 4, 25.0, scale=40.0),
        case("a single pixel", 1, 0.7),
        case("pixels that are all known, S = 0", 3, 0.5, S=np.zeros((3, 3))),
        case(
            "two pixels that only change together, so that S is singular",
            3,
            0.5,
            S=np.full((3, 3), 2.0) + np.diag([0, 0, 1]),
        ),
        case("noise a hundred times wider than the prior", 3, 100.0),
    ]


def _wiener(mu, S, noise_std, y):
    lam = np.maximum(np.linalg.eigvalsh(S), 0)
    channel = gaussian.LinearGaussian(np.eye(len(mu)), np.zeros(len(mu)), noise_std**2 * np.eye(len(mu)))
    return lam / (lam + noise_std**2), gaussian.posterior(gaussian.Gaussian(mu, S), channel, y).mean


def _shrunk(
    factors=lambda lam, s: lam / (lam + s**2), mean=lambda mu, U, f, y: mu + U @ (f * (U.T @ (y - mu)))
):
    """The mistake with other factors(lam, s), or another mean(mu, U, f, y) made of them."""

    def answer(mu, S, noise_std, y):
        lam, U = np.linalg.eigh(S)
        f = factors(np.maximum(lam, 0), noise_std)
        return f, mean(mu, U, f, y)

    return answer


def _by_deviations(mu, S, noise_std, y):
    if S.any() and _instances.singular(S):
        return ANY
    return _shrunk(lambda lam, s: np.sqrt(lam) / (np.sqrt(lam) + s))(mu, S, noise_std, y)


def _falling(mu, S, noise_std, y):
    factors, mean = _wiener(mu, S, noise_std, y)
    return factors[::-1], mean


WIENER = Exercise(
    "02.5",
    "the Wiener filter",
    ("factors (D,)", "mean (D,)"),
    _wiener_cases,
    _wiener,
    (
        Mistake("the noise is given by its standard deviation; what stands beside a variance?",
                _shrunk(lambda lam, s: lam / (lam + s))),
        Mistake("those are the shares of the noise: which directions are to be kept, those that vary much or little?",
                _shrunk(lambda lam, s: s**2 / (lam + s**2))),
        Mistake("you took standard deviations throughout; what do the eigenvalues of a covariance mean?",
                _by_deviations),
        Mistake("your factors are ratios to the noise alone and may exceed 1", _shrunk(lambda lam, s: lam / s**2)),
        Mistake("the prior mean is missing: what was shrunk is a deviation from it",
                _shrunk(mean=lambda mu, U, f, y: U @ (f * (U.T @ (y - mu))))),
        Mistake("what is shrunk must be the deviation from the prior mean",
                _shrunk(mean=lambda mu, U, f, y: mu + U @ (f * (U.T @ y)))),
        Mistake("you shrank y itself towards 0; towards what does the prior pull?",
                _shrunk(mean=lambda mu, U, f, y: U @ (f * (U.T @ y)))),
        Mistake("you shrank the pixels, not the directions; what turns one into the other?",
                _shrunk(mean=lambda mu, U, f, y: mu + f * (y - mu))),
        Mistake("you turned the wrong way: are the eigenvectors the rows or the columns of U?",
                _shrunk(mean=lambda mu, U, f, y: mu + U.T @ (f * (U @ (y - mu))))),
        Mistake("after the shrinking you did not turn back to pixels",
                _shrunk(mean=lambda mu, U, f, y: mu + f * (U.T @ (y - mu)))),
        Mistake("the order of your factors: the smallest variance comes first", _falling),
    ),
    float32=True,
)  # fmt: skip

EXERCISES = (PENCIL, PREDICTIVE, PRECISION, GAIN, WIENER)
