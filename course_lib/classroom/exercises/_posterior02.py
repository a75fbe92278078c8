"""Exercises of lesson 02: the posterior in its two forms.  (G6), (G8)"""

import numpy as np

from ... import gaussian
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake


def look(rng, what, Dz, Dy, scale=1.0, prior=1.0, noise=1.0):
    """A clean vector and its channel: mu, S, W, b, R."""
    z, channel = _instances.gaussian_prior(rng, Dz, scale), _instances.channel(rng, Dy, Dz, scale)
    return Case(
        what, (z.mean, prior * z.cov, channel.matrix.copy(), channel.offset, noise * channel.noise_cov)
    )


def _measured(rng, cases):
    """The same with a measurement y each, about as far from the expected one as the offset from 0."""
    y = [
        W @ mu + b + np.abs(b).max() * rng.normal(size=len(b))
        for mu, _, W, b, _ in (case.args for case in cases)
    ]
    return [Case(case.what, (*case.args, value)) for case, value in zip(cases, y)]


# 02.3 the posterior in precision form


def _posterior_cases(rng):
    blind = look(rng, "an entry that no measurement looks at", 3, 2)
    blind.args[2][:, 1] = 0
    cases = [
        look(rng, "three measurements of two entries", 2, 3),
        look(rng, "two measurements of three entries", 3, 2),
        look(rng, "as many measurements as entries", 2, 2),
        look(rng, "one number each", 1, 1),
        look(rng, "a measurement much surer than the prior", 2, 3, noise=1e-2),
        blind,
        look(rng, "gray levels near 10 000", 3, 2, scale=1e4),
    ]
    return _measured(rng, cases)


def _posterior(mu, S, W, b, R, y):
    after = gaussian.posterior(gaussian.Gaussian(mu, S), gaussian.LinearGaussian(W, b, R), y)
    return after.mean, after.cov


def _opinions(
    prior=_instances.inverse, noise=_instances.inverse, pull=None, cov=lambda C: C, mean=lambda C, h: C @ h
):
    """The mistake with prior(S), noise(R) in the place of inverses, another h, or another use of C = (...)^-1 and h."""

    def answer(mu, S, W, b, R, y):
        P, Q = prior(S), noise(R)
        h = P @ mu + W.T @ Q @ (y - b) if pull is None else pull(mu, P, W, b, Q, y)
        C = _instances.inverse(P + W.T @ Q @ W)
        return mean(C, h), cov(C)

    return answer


def _marginal_for_noise(mu, S, W, b, R, y):
    return _posterior(mu, S, W, b, W @ S @ W.T + R, y)


def _least_squares(mu, S, W, b, R, y):
    if np.linalg.matrix_rank(W) < len(mu):
        return ANY
    C = _instances.inverse(W.T @ np.linalg.solve(R, W))
    return C @ W.T @ np.linalg.solve(R, y - b), C


def _without_transpose(mu, S, W, b, R, y):
    P, Q = _instances.inverse(S), _instances.inverse(R)
    C = _instances.inverse(P + W @ Q @ W)
    return C @ (P @ mu + W @ Q @ (y - b)), C


PRECISION = Exercise(
    "02.3",
    "the posterior in precision form",
    ("mean (Dz,)", "cov (Dz, Dz)"),
    _posterior_cases,
    _posterior,
    (
        Mistake("your second result is the posterior's precision; the covariance is wanted", _opinions(cov=_instances.inverse)),
        Mistake("your mean is still weighted opinions, not divided by the sum of the weights", _opinions(mean=lambda C, h: h)),
        Mistake("the offset b is missing: which part of y is due to z?",
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
        Mistake("the prior's mean is not weighted by how sure the prior is",
                _opinions(pull=lambda mu, P, W, b, Q, y: mu + W.T @ Q @ (y - b))),
        Mistake("your mean is right, but your covariance is what it was before the measurement",
                lambda mu, S, W, b, R, y: (_posterior(mu, S, W, b, R, y)[0], S)),
        Mistake("a transpose is missing: W leads from z to y, what leads back?", _without_transpose),
    ),
)  # fmt: skip


# 02.4 the posterior in gain form


def _gain_cases(rng):
    single = look(rng, "an entry that never varies, so that S is singular", 3, 2)
    single.args[1][1, :] = single.args[1][:, 1] = 0
    cases = [
        look(rng, "three measurements of two entries", 2, 3),
        look(rng, "two measurements of three entries", 3, 2),
        look(rng, "as many measurements as entries", 2, 2),
        look(rng, "one number each", 1, 1),
        single,
        look(rng, "a clean vector that is known, S = 0", 2, 3, prior=0.0),
        look(rng, "measurements without noise, R = 0", 3, 2, noise=0.0),
        look(rng, "gray levels near 10 000", 3, 2, scale=1e4),
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
    return (
        ANY
        if _instances.singular(R)
        else _gained(lambda S, W, R: np.linalg.solve(R, W @ S).T)(mu, S, W, b, R, y)
    )


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
        Mistake("the noise is missing in the gain: how does it know how far to trust y?", _noise_forgotten),
        Mistake("your gain divides by the noise alone; by how much does the surprise vary?", _noise_alone),
        Mistake("the offset b is missing in the surprise", _gained(surprise=lambda mu, W, b, y: y - W @ mu)),
        Mistake("only what differs from the expected measurement is a surprise", _gained(surprise=lambda mu, W, b, y: y - b)),
        Mistake("your gain multiplies y as it was read; how much of that was expected?", _gained(surprise=lambda mu, W, b, y: y)),
        Mistake("the prior mean is missing: from where does the surprise move it?", _gained(before=np.zeros_like)),
        Mistake("your covariance grew; can a measurement make us less sure?", _gained(cov=lambda S, W, G: S + G @ W @ S)),
        Mistake("your covariance is still the prior's", _gained(cov=lambda S, W, G: S)),
        Mistake("what your covariance loses has no unit; of which covariance is it a share?",
                _gained(cov=lambda S, W, G: S - G @ W)),
        Mistake("the covariance of the surprise was not inverted", _gained(lambda S, W, R: S @ W.T @ (W @ S @ W.T + R))),
        Mistake("your gain is transposed: it takes a surprise in y and gives a step in z",
                _gained(lambda S, W, R: _gain(S, W, R).T)),
        Mistake("your gain lacks S: a direction that never varies must not move",
                _gained(lambda S, W, R: np.linalg.solve(W @ S @ W.T + R, W).T)),
        Mistake("R is a covariance already; why square it?", _gained(lambda S, W, R: _gain(S, W, R @ R))),
    ),
)  # fmt: skip
