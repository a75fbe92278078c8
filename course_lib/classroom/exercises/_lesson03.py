"""Exercises of lesson 03: the posterior of a mixture.  (M2), (M4)"""

import numpy as np
from scipy import stats
from scipy.special import softmax

from ... import gaussian, mixture
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake

# 03.2 one posterior weight with a pencil


PENCIL = Exercise(
    "03.2",
    "one weight with a pencil",
    ("weight ()",),
    _instances.only_numbers,
    lambda: 0.25 * 6 / (0.25 * 6 + 0.75 * 1),
    (
        Mistake("that is its prior weight; what did the observation say?", lambda: 1 / 4),
        Mistake("that compares the predictions only; how frequent was each component before?", lambda: 6 / 7),
        Mistake("that is the weight of the other component", lambda: 1 / 3),
        Mistake("that is prior weight times density; weights sum to 1", lambda: 1.5),
        Mistake(
            "those are the odds of the first against the second; which share of the whole is that?",
            lambda: 2.0,
        ),
        Mistake("that decides for the likelier one; a weight leaves room for doubt", lambda: 1.0),
        Mistake("the average of the two densities is the denominator, not the answer", lambda: 2.25),
    ),
)


# 03.1 how well each component predicted y


def _predictions(rng):
    def case(what, K, Dy, Dz, scale=1.0, singular=False):
        prior, channel = _instances.mixture_prior(rng, K, Dz, scale), _instances.channel(rng, Dy, Dz, scale)
        covs = np.array(prior.covs)
        if singular:
            covs[0] = np.outer(np.arange(1.0, Dz + 1), np.arange(1.0, Dz + 1))
        y = channel.matrix @ prior.means[0] + channel.offset + scale * rng.normal(size=Dy)
        return Case(what, (prior.means, covs, channel.matrix, channel.offset, channel.noise_cov, y))

    return [
        case("three components in two dimensions", 3, 2, 2),
        case("a measurement of three numbers by two", 4, 2, 3),
        case("a measurement of two numbers by three", 2, 3, 2),
        case("a single component", 1, 2, 2),
        case("a component of singular covariance", 3, 2, 3, singular=True),
        case("forty dimensions, where every density underflows", 2, 40, 40, scale=1e10),
    ]


def _prediction(means, covs, W, b, R, y):
    channel = gaussian.LinearGaussian(W, b, R)
    return np.array(
        [gaussian.predictive(gaussian.Gaussian(m, S), channel).log_density(y) for m, S in zip(means, covs)]
    )


def _normal(y, mean, cov):
    return stats.multivariate_normal(mean, cov, allow_singular=True).logpdf(y)


def _per_component(log_density):
    """The mistake that takes log_density(m, S, W, b, R, y) for every component."""

    def answer(means, covs, W, b, R, y):
        made = [log_density(m, S, W, b, R, y) for m, S in zip(means, covs)]
        return ANY if any(value is ANY for value in made) else np.array(made)

    return answer


def _without_noise(m, S, W, b, R, y):
    spread = W @ S @ W.T
    return ANY if _instances.singular(spread) else _normal(y, W @ m + b, spread)


def _squares(m, S, W, b, R, y):
    residual = y - W @ m - b
    return -0.5 * residual @ np.linalg.solve(W @ S @ W.T + R, residual)


PREDICTION = Exercise(
    "03.1",
    "how well each component predicted y",
    ("log_evidence (K,)",),
    _predictions,
    _prediction,
    (
        Mistake(
            "your covariance of y holds the noise alone; what does the spread of z inside a component add?",
            _per_component(lambda m, S, W, b, R, y: _normal(y, W @ m + b, R)),
        ),
        Mistake(
            "your covariance of y lacks the noise R: y is more spread than W z + b",
            _per_component(_without_noise),
        ),
        Mistake(
            "that is the density of component k for z at the point y; what do W, b and the noise make of z?",
            _per_component(lambda m, S, W, b, R, y: _normal(y, m, S) if len(y) == len(m) else ANY),
        ),
        Mistake(
            "the offset b is missing: where does component k expect y?",
            _per_component(lambda m, S, W, b, R, y: _normal(y, W @ m, W @ S @ W.T + R)),
        ),
        Mistake(
            "those are densities, which are exactly 0 in many dimensions; stay in logarithms",
            _per_component(lambda m, S, W, b, R, y: np.exp(_normal(y, W @ m + b, W @ S @ W.T + R))),
        ),
        Mistake(
            "those are logarithms of densities that were computed first: in many dimensions they underflow to 0",
            _per_component(lambda m, S, W, b, R, y: np.log(np.exp(_normal(y, W @ m + b, W @ S @ W.T + R)))),
        ),
        Mistake(
            "the normaliser of the density is missing: it differs from component to component",
            _per_component(_squares),
        ),
        Mistake(
            "the power of 2 pi is missing: without it your numbers are no densities",
            _per_component(
                lambda m, S, W, b, R, y: (
                    _normal(y, W @ m + b, W @ S @ W.T + R) + len(y) / 2 * np.log(2 * np.pi)
                )
            ),
        ),
        Mistake(
            "the sign is turned: a logarithm of a density falls as y moves away",
            _per_component(lambda m, S, W, b, R, y: -_normal(y, W @ m + b, W @ S @ W.T + R)),
        ),
        Mistake(
            "one 2 pi is not enough: the normaliser has one for every dimension of y",
            _per_component(
                lambda m, S, W, b, R, y: (
                    _normal(y, W @ m + b, W @ S @ W.T + R) + (len(y) - 1) / 2 * np.log(2 * np.pi)
                )
            ),
        ),
    ),
)


# 03.4 the posterior weights


def _weight_cases(rng):
    def case(what, weights, log_evidence):
        return Case(what, (np.array(weights), np.array(log_evidence)))

    zero = _instances.weights(rng, 4)
    zero[1] = 0
    return [
        case("three components", _instances.weights(rng, 3), rng.normal(-4, 1, 3)),
        case("six components", _instances.weights(rng, 6), rng.normal(-4, 1, 6)),
        case("a single component", [1.0], rng.normal(-4, 1, 1)),
        case("a component whose prior weight is 0", zero / zero.sum(), rng.normal(-4, 1, 4)),
        case(
            "a component of prior weight 0 that predicted best",
            zero / zero.sum(),
            rng.normal(-1350, 2, 4) + 800 * (zero == 0),
        ),
        case("log densities near -1350, as for patches", _instances.weights(rng, 5), rng.normal(-1350, 2, 5)),
        case("log densities near +800", _instances.weights(rng, 3), rng.normal(800, 2, 3)),
    ]


def _posterior_weights(weights, log_evidence):
    with np.errstate(divide="ignore"):
        return softmax(np.log(weights) + log_evidence)


def _shares(joint):
    return joint / joint.sum()


def _above_largest(logs):
    return np.exp(logs - logs.max())


def _naive(weights, log_evidence):
    return _shares(weights * np.exp(log_evidence))


WEIGHTS = Exercise(
    "03.4",
    "posterior weights",
    ("weights (K,)",),
    _weight_cases,
    _posterior_weights,
    (
        Mistake("your weights ignore the evidence N(y | ...): did you return the prior weights?", lambda p, e: p),
        Mistake("your weights ignore the prior weights: a rare component needs a better prediction",
            lambda p, e: softmax(e) if np.abs(e).max() < 500 else ANY),
        Mistake("a log density was added to a weight; both must be logarithms", lambda p, e: softmax(p + e)),
        Mistake(
            "the largest takes all: that is a decision, the posterior weights are softer",
            lambda p, e: (np.arange(len(p)) == np.argmax(np.log(p) + e)).astype(float),
        ),
        Mistake("your weights do not sum to 1: divide by their sum", lambda p, e: p * np.exp(e)),
        Mistake("your largest weight is 1: the weights together must sum to 1", lambda p, e: _above_largest(np.log(p) + e)),
        Mistake("the largest logarithm is off, but your weights are not divided by their sum",
                lambda p, e: p * _above_largest(e)),
        Mistake("right until a component of weight 0 has the largest log density: that maximum must include the prior weights",
                lambda p, e: _shares(p * _above_largest(e))),
        Mistake("those are logarithms; the weights are their exponentials", lambda p, e: np.log(_posterior_weights(p, e))),
        Mistake(
            "right until the densities under- or overflow: exp of -1350 is exactly 0. Subtract the largest logarithm first",
            _naive,
        ),
        Mistake("weights enter as factors, log densities through exp: you normalised the log densities themselves",
                lambda p, e: p * e / (p * e).sum()),
        Mistake("the logarithm of the prior weight is subtracted; a product becomes a sum", lambda p, e: softmax(e - np.log(p))),
    ),
    float32=True,
)  # fmt: skip


# 03.3 mean and covariance of a mixture


def _moment_cases(rng):
    def case(what, K, D, scale=1.0, shift=0.0):
        prior = _instances.mixture_prior(rng, K, D, scale)
        return Case(what, (prior.weights, prior.means + shift, prior.covs))

    far = case("a component of weight 0, far away", 3, 2)
    means = far.args[1]
    far = Case(far.what, (np.array([0.4, 0.0, 0.6]), np.array([means[0], [1e3, 1e3], means[2]]), far.args[2]))
    point = case("components without any spread", 3, 2)
    point = Case(point.what, (*point.args[:2], np.zeros_like(point.args[2])))
    return [
        case("three components in two dimensions", 3, 2),
        case("two components in three dimensions", 2, 3),
        case("gray levels", 4, 4, scale=50.0, shift=100.0),
        case("a single component", 1, 2),
        far,
        point,
    ]


def _moments(weights, means, covs):
    whole = mixture.Mixture(weights, means, covs)
    return whole.mean, whole.cov


def _second(p, m, S):
    return np.einsum("k,kij->ij", p, S + m[:, :, None] * m[:, None, :])


MOMENTS = Exercise(
    "03.3",
    "mean and covariance of a mixture",
    ("mean (D,)", "cov (D, D)"),
    _moment_cases,
    _moments,
    (
        Mistake(
            "your covariance averages those of the components; how far their means lie apart counts, too",
            lambda p, m, S: (p @ m, np.einsum("k,kij->ij", p, S)),
        ),
        Mistake(
            "your covariance is that of the components' means; the spread inside each component is missing",
            lambda p, m, S: (p @ m, _second(p, m, 0 * S) - np.outer(p @ m, p @ m)) if len(p) > 1 else ANY,
        ),
        Mistake(
            "that is the second moment; a covariance is less by the square of the mean",
            lambda p, m, S: (p @ m, _second(p, m, S)),
        ),
        Mistake(
            "the plain average of the means forgets how probable each component is",
            lambda p, m, S: (m.mean(axis=0), _moments(p, m, S)[1]),
        ),
        Mistake(
            "every component counts the same in your answer; use the weights for the mean and for the covariance",
            lambda p, m, S: _moments(np.full(len(p), 1 / len(p)), m, S),
        ),
        Mistake(
            "that is mean and covariance of the heaviest component, not of the mixture",
            lambda p, m, S: (m[p.argmax()], S[p.argmax()]),
        ),
        Mistake(
            "your weights are squared: each second moment is weighted once",
            lambda p, m, S: (p @ m, _second(p**2, m, S) - np.outer(p @ m, p @ m)),
        ),
        Mistake(
            "the square of the mean is a matrix m m', an outer product; yours is one number",
            lambda p, m, S: (p @ m, _second(p, m, S) - (p @ m) @ (p @ m)),
        ),
    ),
)

EXERCISES = (PREDICTION, PENCIL, MOMENTS, WEIGHTS)
