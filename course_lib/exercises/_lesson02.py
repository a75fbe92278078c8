"""Exercises of lesson 02: the posterior of one Gaussian.  (G6), (G7), (G8)"""

import numpy as np

from .. import gaussian
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake

# 02.1 two opinions with a pencil


def _only_numbers(rng):
    return [Case("the numbers of the question", ())]


def _pencil():
    return gaussian.posterior(gaussian.Gaussian([100], [[400]]), gaussian.LinearGaussian([[1]], [0], [[100]]), [150]).mean[0]


PENCIL = Exercise(
    "02.1",
    "two opinions with a pencil",
    ("mean ()",),
    _only_numbers,
    _pencil,
    (
        Mistake("halfway would be right for two opinions that are equally sure; which of the two is surer", lambda: 125.0),
        Mistake("the surer opinion counts more; did each get the weight of the other", lambda: 110.0),
        Mistake("you weighted by one over the standard deviation; what is called a precision", lambda: 400 / 3),
        Mistake("you weighted by the standard deviation, so that the less sure opinion counts more", lambda: 350 / 3),
        Mistake("you believed the camera alone; the prior has a say, too", lambda: 150.0),
        Mistake("you kept the prior alone; the camera has a say, too", lambda: 100.0),
        Mistake("that is how far the mean moves; from where does it start", lambda: 40.0),
        Mistake("that is a sum of opinions times precisions; the weights of an average sum to 1", lambda: 1.75),
        Mistake("that is the posterior's variance; the mean is asked for", lambda: 80.0),
        Mistake("that is the posterior's standard deviation; the mean is asked for", lambda: np.sqrt(80)),
    ),
)


# Instances and mistakes that the others share


def _case(rng, what, Dz, Dy, scale=1.0, prior=1.0, noise=1.0):
    """A clean vector and its channel: mu, S, W, b, R."""
    z, channel = _instances.gaussian_prior(rng, Dz, scale), _instances.channel(rng, Dy, Dz, scale)
    return Case(what, (z.mean, prior * z.cov, channel.matrix.copy(), channel.offset, noise * channel.noise_cov))


def _measured(rng, cases):
    """The same with a measurement y each, about as far from the expected one as the offset from 0."""
    y = [W @ mu + b + np.abs(b).max() * rng.normal(size=len(b)) for mu, _, W, b, _ in (case.args for case in cases)]
    return [Case(case.what, (*case.args, value)) for case, value in zip(cases, y)]


# 02.2 the predictive distribution


def _predictive_cases(rng):
    return [
        _case(rng, "three measurements of two entries", 2, 3),
        _case(rng, "two measurements of three entries", 3, 2),
        _case(rng, "as many measurements as entries", 2, 2),
        _case(rng, "one number each", 1, 1),
        _case(rng, "a clean vector that is known, S = 0", 2, 3, prior=0.0),
        _case(rng, "measurements without noise, R = 0", 2, 3, noise=0.0),
        _case(rng, "gray levels near 10 000", 3, 2, scale=1e4),
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
    return W @ mu + b, np.linalg.inv(np.linalg.inv(through) + np.linalg.inv(R))


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
        Mistake("the mean is the offset alone; what does the prior expect of z",
                lambda mu, S, W, b, R: (b, _predictive(mu, S, W, b, R)[1])),
        Mistake("R is a covariance already; why square it", _spread(lambda S, W, R: W @ S @ W.T + R @ R)),
        Mistake("one W is missing: what does a map do to a covariance, from both sides", _spread(lambda S, W, R: W @ S + R)),
        Mistake("the transpose stands on the wrong W: which side of S faces W", _spread(lambda S, W, R: W.T @ S @ W + R)),
        Mistake("two independent spreads were subtracted; do they not add up", _spread(lambda S, W, R: W @ S @ W.T - R)),
        Mistake("precisions add when two opinions on one thing are joined; here two variations come on top of each other",
                _precisions_added),
    ),
)  # fmt: skip


# 02.3 the posterior in precision form


def _posterior_cases(rng):
    blind = _case(rng, "an entry that no measurement looks at", 3, 2)
    blind.args[2][:, 1] = 0
    cases = [
        _case(rng, "three measurements of two entries", 2, 3),
        _case(rng, "two measurements of three entries", 3, 2),
        _case(rng, "as many measurements as entries", 2, 2),
        _case(rng, "one number each", 1, 1),
        _case(rng, "a measurement much surer than the prior", 2, 3, noise=1e-2),
        blind,
        _case(rng, "gray levels near 10 000", 3, 2, scale=1e4),
    ]
    return _measured(rng, cases)


def _posterior(mu, S, W, b, R, y):
    after = gaussian.posterior(gaussian.Gaussian(mu, S), gaussian.LinearGaussian(W, b, R), y)
    return after.mean, after.cov


def _opinions(prior=np.linalg.inv, noise=np.linalg.inv, pull=None, cov=lambda C: C, mean=lambda C, h: C @ h):
    """The mistake with prior(S), noise(R) in the place of inverses, another h, or another use of C = (...)^-1 and h."""

    def answer(mu, S, W, b, R, y):
        P, Q = prior(S), noise(R)
        h = P @ mu + W.T @ Q @ (y - b) if pull is None else pull(mu, P, W, b, Q, y)
        C = np.linalg.inv(P + W.T @ Q @ W)
        return mean(C, h), cov(C)

    return answer


def _marginal_for_noise(mu, S, W, b, R, y):
    return _posterior(mu, S, W, b, W @ S @ W.T + R, y)


def _least_squares(mu, S, W, b, R, y):
    if np.linalg.matrix_rank(W) < len(mu):
        return ANY
    C = np.linalg.inv(W.T @ np.linalg.solve(R, W))
    return C @ W.T @ np.linalg.solve(R, y - b), C


def _without_transpose(mu, S, W, b, R, y):
    P, Q = np.linalg.inv(S), np.linalg.inv(R)
    C = np.linalg.inv(P + W @ Q @ W)
    return C @ (P @ mu + W @ Q @ (y - b)), C


PRECISION = Exercise(
    "02.3",
    "the posterior in precision form",
    ("mean (Dz,)", "cov (Dz, Dz)"),
    _posterior_cases,
    _posterior,
    (
        Mistake("your second result is the posterior's precision; the covariance is wanted", _opinions(cov=np.linalg.inv)),
        Mistake("your mean is still weighted opinions, not divided by the sum of the weights", _opinions(mean=lambda C, h: h)),
        Mistake("the offset b is missing: which part of y is due to z",
                lambda mu, S, W, b, R, y: _posterior(mu, S, W, 0 * b, R, y)),
        Mistake("the prior's opinion is missing in the mean", _opinions(pull=lambda mu, P, W, b, Q, y: W.T @ Q @ (y - b))),
        Mistake("the prior is missing altogether: that is weighted least squares", _least_squares),
        Mistake("R stands where its inverse belongs: a noisy measurement must count less", _opinions(noise=lambda R: R)),
        Mistake("S stands where its inverse belongs: a vague prior must count less", _opinions(prior=lambda S: S)),
        Mistake("you put the covariance of y itself in the place of R, the covariance of the noise", _marginal_for_noise),
        Mistake("the prior's mean enters twice: once as an opinion, once more inside the residual",
                _opinions(pull=lambda mu, P, W, b, Q, y: P @ mu + W.T @ Q @ (y - b - W @ mu))),
        Mistake("the measurement's opinion is not weighted by how sure it is",
                _opinions(pull=lambda mu, P, W, b, Q, y: P @ mu + W.T @ (y - b))),
        Mistake("a transpose is missing: W leads from z to y, what leads back", _without_transpose),
    ),
)  # fmt: skip


# 02.4 the posterior in gain form


def _gain_cases(rng):
    single = _case(rng, "an entry that never varies, so that S is singular", 3, 2)
    single.args[1][1, :] = single.args[1][:, 1] = 0
    cases = [
        _case(rng, "three measurements of two entries", 2, 3),
        _case(rng, "two measurements of three entries", 3, 2),
        _case(rng, "as many measurements as entries", 2, 2),
        _case(rng, "one number each", 1, 1),
        single,
        _case(rng, "a clean vector that is known, S = 0", 2, 3, prior=0.0),
        _case(rng, "measurements without noise, R = 0", 3, 2, noise=0.0),
        _case(rng, "gray levels near 10 000", 3, 2, scale=1e4),
    ]
    return _measured(rng, cases)


def _gained(gain=None, cov=None, before=lambda mu: mu, surprise=lambda mu, W, b, y: y - W @ mu - b):
    """The mistake with another gain(S, W, R), cov(S, W, G), prior mean or surprise."""

    def answer(mu, S, W, b, R, y):
        G = (_gain if gain is None else gain)(S, W, R)
        C = S - G @ W @ S if cov is None else cov(S, W, G)
        return before(mu) + G @ surprise(mu, W, b, y), C

    return answer


def _gain(S, W, R):
    return np.linalg.solve(W @ S @ W.T + R, W @ S).T


def _noise_forgotten(mu, S, W, b, R, y):
    if len(b) >= np.linalg.matrix_rank(S):  # then W S W' is singular, or nothing is left of the covariance
        return ANY
    return _gained(lambda S, W, R: _gain(S, W, 0 * R))(mu, S, W, b, R, y)


def _noise_alone(mu, S, W, b, R, y):
    return ANY if _instances.singular(R) else _gained(lambda S, W, R: np.linalg.solve(R, W @ S).T)(mu, S, W, b, R, y)


def _precision_form(mu, S, W, b, R, y):
    return ANY if _instances.singular(S) or _instances.singular(R) else _posterior(mu, S, W, b, R, y)


GAIN = Exercise(
    "02.4",
    "the posterior in gain form",
    ("mean (Dz,)", "cov (Dz, Dz)"),
    _gain_cases,
    _posterior,
    (
        Mistake("right until S or R is singular: your answer inverts what this form never needs", _precision_form),
        Mistake("the noise is missing in the gain: how does it know how far to trust y", _noise_forgotten),
        Mistake("your gain divides by the noise alone; by how much does the surprise vary", _noise_alone),
        Mistake("the offset b is missing in the surprise", _gained(surprise=lambda mu, W, b, y: y - W @ mu)),
        Mistake("only what differs from the expected measurement is a surprise", _gained(surprise=lambda mu, W, b, y: y - b)),
        Mistake("the prior mean is missing: from where does the surprise move it", _gained(before=np.zeros_like)),
        Mistake("your covariance grew; can a measurement make us less sure", _gained(cov=lambda S, W, G: S + G @ W @ S)),
        Mistake("your covariance is still the prior's", _gained(cov=lambda S, W, G: S)),
        Mistake("what your covariance loses has no unit; of which covariance is it a share",
                _gained(cov=lambda S, W, G: S - G @ W)),
        Mistake("the covariance of the surprise was not inverted", _gained(lambda S, W, R: S @ W.T @ (W @ S @ W.T + R))),
        Mistake("your gain is transposed: it takes a surprise in y and gives a step in z",
                _gained(lambda S, W, R: _gain(S, W, R).T)),
        Mistake("your gain lacks S: a direction that never varies must not move",
                _gained(lambda S, W, R: np.linalg.solve(W @ S @ W.T + R, W).T)),
        Mistake("R is a covariance already; why square it", _gained(lambda S, W, R: _gain(S, W, R @ R))),
    ),
)  # fmt: skip


# 02.5 the Wiener filter


def _wiener_cases(rng):
    def case(what, D, noise_std, scale=1.0, S=None):
        prior = _instances.gaussian_prior(rng, D, scale)
        return Case(what, (prior.mean, prior.cov if S is None else S, noise_std, prior.mean + scale * rng.normal(size=D)))

    return [
        case("two pixels", 2, 0.5),
        case("five pixels", 5, 1.5),
        case("gray levels", 4, 25.0, scale=40.0),
        case("a single pixel", 1, 0.7),
        case("pixels that are all known, S = 0", 3, 0.5, S=np.zeros((3, 3))),
        case("two pixels that only change together, so that S is singular", 3, 0.5, S=np.full((3, 3), 2.0) + np.diag([0, 0, 1])),
        case("noise a hundred times wider than the prior", 3, 100.0),
    ]


def _wiener(mu, S, noise_std, y):
    lam = np.maximum(np.linalg.eigvalsh(S), 0)
    channel = gaussian.LinearGaussian(np.eye(len(mu)), np.zeros(len(mu)), noise_std**2 * np.eye(len(mu)))
    return lam / (lam + noise_std**2), gaussian.posterior(gaussian.Gaussian(mu, S), channel, y).mean


def _shrunk(factors=lambda lam, s: lam / (lam + s**2), mean=lambda mu, U, f, y: mu + U @ (f * (U.T @ (y - mu)))):
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
        Mistake("the noise is given by its standard deviation; what stands beside a variance",
                _shrunk(lambda lam, s: lam / (lam + s))),
        Mistake("those are the shares of the noise: which directions are to be kept, those that vary much or little",
                _shrunk(lambda lam, s: s**2 / (lam + s**2))),
        Mistake("you took standard deviations throughout; what do the eigenvalues of a covariance mean",
                _by_deviations),
        Mistake("your factors are ratios to the noise alone and may exceed 1", _shrunk(lambda lam, s: lam / s**2)),
        Mistake("the prior mean is missing: what was shrunk is a deviation from it",
                _shrunk(mean=lambda mu, U, f, y: U @ (f * (U.T @ (y - mu))))),
        Mistake("what is shrunk must be the deviation from the prior mean",
                _shrunk(mean=lambda mu, U, f, y: mu + U @ (f * (U.T @ y)))),
        Mistake("you shrank y itself towards 0; towards what does the prior pull",
                _shrunk(mean=lambda mu, U, f, y: U @ (f * (U.T @ y)))),
        Mistake("you shrank the pixels, not the directions; what turns one into the other",
                _shrunk(mean=lambda mu, U, f, y: mu + f * (y - mu))),
        Mistake("you turned the wrong way: are the eigenvectors the rows or the columns of U",
                _shrunk(mean=lambda mu, U, f, y: mu + U.T @ (f * (U @ (y - mu))))),
        Mistake("after the shrinking you did not turn back to pixels",
                _shrunk(mean=lambda mu, U, f, y: mu + f * (U.T @ (y - mu)))),
        Mistake("the order of your factors: the smallest variance comes first", _falling),
    ),
    float32=True,
)  # fmt: skip

EXERCISES = (PENCIL, PREDICTIVE, PRECISION, GAIN, WIENER)
