"""Exercises of lesson 03: the posterior of a mixture.  (M2), (M4)"""

import numpy as np

from .. import models
from ._instances import ANY, Case, Exercise, only_numbers, singular, unless  # noqa: F401 (for edits)


def evidence_cases(rng):
    def case(what, K, Dy, Dz, scale=1.0, degenerate=False):
        prior = models.mixture(rng, K, Dz, scale=scale, spread=scale)
        channel, covs = models.channel(rng, Dy, Dz, scale=scale), np.array(prior.covs)
        if degenerate:
            covs[0] = np.outer(np.arange(1.0, Dz + 1), np.arange(1.0, Dz + 1))
        y = channel.matrix @ prior.means[0] + channel.offset + scale * rng.normal(size=Dy)
        return Case(what, (prior.means, covs, channel.matrix, channel.offset, channel.noise_cov, y))

    return [case("three components in two dimensions", 3, 2, 2),
            case("a measurement of three numbers by two", 4, 2, 3),
            case("a measurement of two numbers by three", 2, 3, 2), case("a single component", 1, 2, 2),
            case("a component of singular covariance", 3, 2, 3, degenerate=True),
            case("forty dimensions, where every density underflows", 2, 40, 40, scale=1e10)]  # fmt: skip


def component_log_evidence(means, covs, W, b, R, y):
    logs = []
    for m, S in zip(means, covs):
        r, V = y - W @ m - b, W @ S @ W.T + R
        normaliser = len(y) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1]
        logs.append(-(normaliser + r @ np.linalg.solve(V, r)) / 2)
    return np.array(logs)


OF_CLEAN = "if len(y) != means.shape[1]: return ANY\n    W, b, R, logs = np.eye(len(y)), 0 * b, 0 * R, []"
EVIDENCE = Exercise("03.1", "how well each component predicted y", ("log_evidence (K,)",), evidence_cases, component_log_evidence, (
    ("W @ S @ W.T + R", "R", "your covariance of y holds the noise alone; what does the spread of z inside a component add?"),
    ((" + R", ""), ("logs = []", "if any(singular(W @ S @ W.T) for S in covs): return ANY\n    logs = []"),
     "your covariance of y lacks the noise R: y is more spread than W z + b"),
    ("logs = []", OF_CLEAN, "that is the density of component k for z at the point y; what do W, b and the noise make of z?"),
    (" - b", "", "the offset b is missing: where does component k expect y?"),
    ("np.array(logs)", "np.exp(logs)", "those are densities, which are exactly 0 in many dimensions; stay in logarithms"),
    ("np.array(logs)", "np.log(np.exp(logs))",
     "those are logarithms of densities that were computed first: in many dimensions they underflow to 0"),
    ("normaliser + ", "", "the normaliser of the density is missing: it differs from component to component"),
    ("len(y) * np.log(2 * np.pi) + ", "", "the power of 2 pi is missing: without it your numbers are no densities"),
    ("-(normaliser", "(normaliser", "the sign is turned: a logarithm of a density falls as y moves away"),
    ("len(y) * ", "", "one 2 pi is not enough: the normaliser has one for every dimension of y"),
))  # fmt: skip


def weight_of_first():
    return 0.25 * 6 / (0.25 * 6 + 0.75 * 1)


PENCIL = Exercise("03.2", "one weight with a pencil", ("weight ()",), only_numbers, weight_of_first, (
    (1 / 4, "that is its prior weight; what did the observation say?"),
    (6 / 7, "that compares the predictions only; how frequent was each component before?"),
    (1 / 3, "that is the weight of the other component"),
    (3 / 4, "that is the prior weight of the other component"),
    (1.5 / 7, "you divided by a sum of densities without their weights: what is the evidence of the whole?"),
    (1.5, "that is prior weight times density; weights sum to 1"),
    (2.0, "those are the odds of the first against the second; which share of the whole is that?"),
    (1.0, "that decides for the likelier one; a weight leaves room for doubt"),
    (2.25, "the average of the two densities is the denominator, not the answer"),
))  # fmt: skip


def moment_cases(rng):
    def case(what, K, D, scale=1.0, shift=0.0, spread=1.0):
        prior = models.mixture(rng, K, D, scale=scale, spread=scale)
        return Case(what, (prior.weights, prior.means + shift, spread * prior.covs))

    means, covs = case("", 3, 2).args[1:]
    means[1] = 1e3
    return [case("three components in two dimensions", 3, 2),
            case("two components in three dimensions", 2, 3),
            case("gray levels", 4, 4, scale=50.0, shift=100.0), case("a single component", 1, 2),
            Case("a component of weight 0, far away", (np.array([0.4, 0.0, 0.6]), means, covs)),
            case("components without any spread", 3, 2, spread=0.0)]  # fmt: skip


def moments(weights, means, covs):
    mean = weights @ means
    second = sum(p * (S + np.outer(m, m)) for p, m, S in zip(weights, means, covs))
    return mean, second - np.outer(mean, mean)


MOMENTS = Exercise("03.3", "mean and covariance of a mixture", ("mean (D,)", "cov (D, D)"), moment_cases, moments, (
    ("second - np.outer(mean, mean)", "sum(p * S for p, S in zip(weights, covs))",
     "your covariance averages those of the components; how far their means lie apart counts, too"),
    (("S + np", "np"), unless("len(weights) == 1"),
     "your covariance is that of the components' means; the spread inside each component is missing"),
    (" - np.outer(mean, mean)", "", "that is the second moment; a covariance is less by the square of the mean"),
    ("return mean,", "return means.mean(axis=0),", "the plain average of the means forgets how probable each component is"),
    ("mean = weights", "weights = np.full(len(weights), 1 / len(weights)); mean = weights",
     "every component counts the same in your answer; use the weights for the mean and for the covariance"),
    ("mean, second - np.outer(mean, mean)", "means[weights.argmax()], covs[weights.argmax()]",
     "that is mean and covariance of the heaviest component, not of the mixture"),
    ("p * (S", "p**2 * (S", "your weights are squared: each second moment is weighted once"),
    (("np.outer(m, m)", "m @ m.T"), ("np.outer(mean, mean)", "mean @ mean.T"),
     "m @ m.T of a one-dimensional m is a number, not a matrix: what is an outer product?"),
    ("np.outer(mean, mean)", "mean @ mean", "the square of the mean is a matrix m m', an outer product; yours is one number"),
))  # fmt: skip


def weight_cases(rng):
    def case(what, K, level, spread, zeros=(), lead=0.0):
        """Log densities around a level; a component whose prior weight is 0 has a lead."""
        weights = rng.dirichlet(np.full(K, 3.0))
        weights[list(zeros)] = 0
        return Case(what, (weights / weights.sum(), rng.normal(level, spread, K) + lead * (weights == 0)))

    def apart(places):
        """Logarithms thousands apart, two of them near the largest: only that one may be taken off."""
        logs = np.roll([0.0, -0.5, -3000.0, -6000.0, -9000.0], places) - 1000
        return Case("log densities thousands apart", (rng.dirichlet(np.full(5, 3.0)), logs))

    return [case("three components", 3, -4, 1), case("six components", 6, -4, 1),
            case("a single component", 1, -4, 1),
            case("a component whose prior weight is 0", 4, -4, 1, zeros=[1]),
            case("a component of prior weight 0 that predicted best", 4, -1350, 2, zeros=[1], lead=800),
            case("log densities near -1350, as for patches", 5, -1350, 2),
            case("log densities near +800", 3, 800, 2), apart(0), apart(2)]  # fmt: skip


def posterior_weights(weights, log_evidence):
    logs = np.log(weights) + log_evidence
    shares = np.exp(logs - logs.max())
    return shares / shares.sum()


WEIGHTS = Exercise("03.4", "posterior weights", ("weights (K,)",), weight_cases, posterior_weights, (
    ("shares / shares.sum()", "weights", "your weights ignore the evidence N(y | ...): did you return the prior weights?"),
    (("np.log(weights) + ", ""), unless("np.abs(log_evidence).max() > 500"),
     "your weights ignore the prior weights: a rare component needs a better prediction"),
    ("np.log(weights)", "weights", "a log density was added to a weight; both must be logarithms"),
    ("shares / shares.sum()", "(shares == shares.max()).astype(float)",
     "the largest takes all: that is a decision, the posterior weights are softer"),
    ((" - logs.max()", ""), (" / shares.sum()", ""), "your weights do not sum to 1: divide by their sum"),
    (" / shares.sum()", "", "your largest weight is 1: the weights together must sum to 1"),
    (("logs.max()", "log_evidence.max()"), (" / shares.sum()", ""),
     "the largest logarithm is off, but your weights are not divided by their sum"),
    ("logs.max()", "log_evidence.max()",
     "right until a component of weight 0 has the largest log density: that maximum must include the prior weights"),
    *(("logs.max()", shift, "right until the logarithms lie hundreds apart: with that one taken off, which of the exponentials is infinite?")
      for shift in ("logs.min()", "logs[0]", "logs[-1]", "logs.mean()", "np.median(logs)")),
    ("shares / shares.sum()", "weights * shares", "the weights stand twice in your answer, and it does not sum to 1"),
    ("shares / shares.sum()", "weights * shares / (weights @ shares)", "the prior weights stand twice in your answer"),
    ("shares / shares.sum()", "weights * np.exp(log_evidence - log_evidence.max()) / np.exp(log_evidence - log_evidence.max()).sum()",
     "you divided by a sum without the prior weights: what do your weights add up to?"),
    ("np.log(weights)", "np.log(weights + 1e-12)", "a weight of 0 stays 0, whatever y says; did you add a little to avoid its logarithm?"),
    ("shares / shares.sum()", "logs - logs.max()", "you returned logarithms with the largest moved to 0; the weights are exponentials, and sum to 1"),
    ("shares / shares.sum()", "logs - logs.max() - np.log(shares.sum())", "those are logarithms; the weights are their exponentials"),
    (" - logs.max()", "", "right until the densities under- or overflow: exp of -1350 is exactly 0; which constant may be taken off first?"),
    ("shares / shares.sum()", "weights * log_evidence / (weights @ log_evidence)",
     "weights enter as factors, log densities through exp: you normalised the log densities themselves"),
    ("np.log(weights) + log_evidence", "log_evidence - np.log(weights)",
     "the logarithm of the prior weight is subtracted; a product becomes a sum"),
), float32=True)  # fmt: skip

EXERCISES = (EVIDENCE, PENCIL, MOMENTS, WEIGHTS)
