"""Lesson 03: the posterior of a mixture, its mean and covariance, and other numbers.  (M1)-(M5)"""

from decimal import Decimal

import numpy as np
from scipy.stats import norm

from ... import denoising, gaussian, mixture
from ...gaussian import LinearGaussian
from ...mixture import Mixture
from .. import models
from ._core import chapter
from ._tools import axis, error, exceeds, log_channel, log_normal, mixture_parts, moments, plane, worst

step = chapter("03")


def one_pixel(rng):
    """A problem of one dimension: prior of three components, channel, y; and what SciPy says of its line.

    Points z (n,), their distance, and pi_k p_k(z) p(y | z) of every component at them (K, n).
    """
    prior, channel, y = models.mixture(rng, 3, 1), models.channel(rng, 1, 1), rng.standard_normal(1)
    z, width = axis(0.0, 4.0, 8001)
    own = prior.weights[:, None] * norm.pdf(z, prior.means, np.sqrt(prior.covs[:, :, 0]))
    return (prior, channel, y), z, width, own * np.exp(log_channel(y, channel, z[:, None]))


def observations(prior, channel):
    """Points y (n,), their distance, and p(y) of every one, by SciPy."""
    w, b, r = channel.matrix[0, 0], channel.offset[0], channel.noise_cov[0, 0]
    mean, var = w * prior.means[:, 0] + b, w**2 * prior.covs[:, 0, 0] + r
    y, width = axis(0.0, np.abs(mean).max() + var.max() ** 0.5, 8001)
    return y, width, prior.weights @ norm.pdf(y, mean[:, None], np.sqrt(var)[:, None])


@step("M1", "quadrature", tolerance=1e-11)
def prior_density(rng, claim=lambda prior, z: np.exp(prior.log_density(z))):
    """A mixture sum_k pi_k N(z | mu_k, S_k) is a density: its area is 1."""
    prior = models.mixture(rng, 3, 1)
    z, width = axis(0.0, 4.0, 8001)
    found = claim(prior, z[:, None])
    wanted = prior.weights @ norm.pdf(z, prior.means, np.sqrt(prior.covs[:, :, 0]))
    return worst((found, wanted), (found.sum() * width, 1.0))


@step("M2 a", tolerance=1e-10, instances=100)
def product_identity(rng, claim=lambda p, c, y: (gaussian.predictive(p, c), gaussian.posterior(p, c, y))):
    """In each component p_k(z) p(y | z) = p_k(y) p_k(z | y), at any z."""
    # SciPy's densities on both sides, W not square.
    part, channel = models.gaussian(rng, 3), models.channel(rng, 2, 3)
    y, z = rng.standard_normal(2), 2 * rng.standard_normal((10, 3))
    seen, given = claim(part, channel, y)
    right = log_normal(y, seen.mean, seen.cov) + log_normal(z, given.mean, given.cov)
    return error(right, log_normal(z, part.mean, part.cov) + log_channel(y, channel, z))


@step("M2 b", "quadrature")
def evidence(rng, claim=lambda prior, channel, y: np.exp(mixture.predictive(prior, channel).log_density(y))):
    """The area over z is p(y) = sum_k pi_k p_k(y): the weights of the predictive stay those of the prior."""
    given, _, width, parts = one_pixel(rng)
    return error(claim(*given), parts.sum() * width)


@step("M2", "quadrature", tolerance=1e-13)
def weights(rng, claim=lambda prior, channel, y: mixture.posterior(prior, channel, y).weights):
    """Weights: Bayes' rule for the label, pi_k(y) = pi_k N(y | W mu_k + b, W S_k W' + R) / sum."""
    # The share of each component in the area under prior times likelihood.
    given, _, _, parts = one_pixel(rng)
    return error(claim(*given), parts.sum(axis=1) / parts.sum())


@step("M3", "quadrature")
def components(rng, claim=lambda prior, channel, y: mixture.posterior(prior, channel, y)):
    """Components: mean and covariance of (G8) for each k."""
    given, z, _, parts = one_pixel(rng)
    found, wanted = claim(*given), [moments(z[:, None], part) for part in parts]
    return worst((found.means, [mean for mean, _ in wanted]), (found.covs, [cov for _, cov in wanted]))


@step("M3 a", "quadrature", tolerance=1e-11)
def whole_posterior(rng, claim=lambda prior, channel, y: mixture.posterior(prior, channel, y)):
    """The posterior of a mixture is the mixture of (M2) and (M3), at every z."""
    given, z, width, parts = one_pixel(rng)
    found = np.exp(claim(*given).log_density(z[:, None]))
    return error(found, parts.sum(axis=0) / (parts.sum() * width))


@step("M3 b", "quadrature", instances=3)
def same_widths(rng, claim=lambda prior, channel, y: mixture.posterior(prior, channel, [0.0]).covs):
    """No C_k depends on y: the widths are settled before the observation."""
    given, z, _, parts = one_pixel(rng)
    return error(claim(*given), [moments(z[:, None], part)[1] for part in parts])


@step("M3 c", tolerance=1e-11, instances=100)
def undone(rng, claim=lambda c: LinearGaussian(c.matrix / 2, c.offset / 2 + 40, c.noise_cov / 4)):
    """An offset and a scale of the channel are undone: W/2, b + 40, R/4 leave the posterior as it was."""
    prior, channel, y = models.mixture(rng, 3, 3), models.channel(rng, 2, 3), rng.standard_normal(2)
    one, two = mixture.posterior(prior, channel, y), mixture.posterior(prior, claim(channel), y / 2 + 40)
    return worst((two.weights, one.weights), (two.means, one.means), (two.covs, one.covs))


@step("M2 c", "quadrature", tolerance=1e-11, instances=3)
def average_weight(rng, claim=lambda seen, y: mixture.responsibilities(seen, y)):
    """Averaged over all y, the posterior weight is the prior weight."""
    prior, channel = models.mixture(rng, 3, 1), models.channel(rng, 1, 1)
    y, width, p = observations(prior, channel)
    return error(p @ claim(mixture.predictive(prior, channel), y[:, None]) * width, prior.weights)


@step("M2 d", tolerance=1e-09)
def limits(rng, claim=mixture.posterior):
    """Endless noise leaves the prior's weights and mean; without noise the mean is the observation."""
    prior, y = models.mixture(rng, 3, 1), rng.standard_normal(1)
    endless, none = (claim(prior, LinearGaussian([[1]], [0], [[s**2]]), y) for s in (1e8, 1e-6))
    return worst((endless.weights, prior.weights), (endless.mean, prior.mean), (none.mean, y))


@step("M2 e", "quadrature")
def log_score(rng, claim=lambda prior, channel, y, z: mixture.posterior(prior, channel, y).log_density(z)):
    """No density has a better mean log score than the posterior."""
    # Rivals: Bayes' rule on the line, and the same components with other weights.
    given, z, width, parts = one_pixel(rng)
    p, post = parts.sum(axis=0) / (parts.sum() * width), mixture.posterior(*given)
    held = p > 1e-200
    others = [Mixture(w, post.means, post.covs) for w in rng.dirichlet(np.ones(3), 5)]
    rivals = [other.log_density(z[:, None])[held] for other in others]
    scores = np.array([np.log(p[held]), *rivals]) @ p[held] * width
    return exceeds(scores, p[held] @ claim(*given, z[:, None])[held] * width)


@step("M2 f", "50 decimal digits", tolerance=1e-14, instances=100)
def log_sum_exp(rng, claim=lambda l: l.max() + np.log(np.exp(l - l.max()).sum())):
    """Log-sum-exp: ln sum exp(l) = c + ln sum exp(l - c) with the largest l as c, however small exp(l)
    is."""
    l = rng.uniform(-2000, -700, 5) + rng.choice([0, 3000])
    return error(claim(l), float(sum(Decimal(x).exp() for x in l.tolist()).ln()))


def some_values(rng):
    """Six values z (6, 2) with weights, and their mean and covariance."""
    z, weight = rng.standard_normal((6, 2)), rng.dirichlet(np.ones(6))
    return z, weight, *moments(z, weight)


@step("M4 a", instances=100)
def guess_costs(rng, claim=lambda a, m, C: np.trace(C) + np.sum((a - m) ** 2)):
    """E ||z - a||^2 = tr C + ||a - m||^2: the mean m minimises the mean square error."""
    z, weight, m, C = some_values(rng)
    a = rng.standard_normal(2)
    return error(claim(a, m, C), weight @ np.sum((z - a) ** 2, axis=1))


@step("M4", "quadrature", tolerance=1e-11, instances=3)
def mean_and_covariance(rng, claim=lambda post: (post.mean, post.cov)):
    """Posterior mean m = sum pi_k(y) m_k, covariance sum pi_k(y) (C_k + m_k m_k') - m m'."""
    # Moments of a plane of z under prior times likelihood.
    prior, y = models.mixture(rng, 3, 2), rng.standard_normal(1)
    channel = LinearGaussian(rng.uniform(-1, 1, (1, 2)), [0.5], [[0.3]])
    z, _ = plane(prior.means, prior.covs, 401)
    wanted = moments(z, mixture_parts(prior, z).sum(axis=0) * np.exp(log_channel(y, channel, z)))
    found = claim(mixture.posterior(prior, channel, y))
    return worst(*zip(found, wanted))


@step("M4 b", instances=100)
def total_covariance(rng, claim=lambda w, d, C: np.tensordot(w, C, 1) + np.einsum("k,ki,kj->ij", w, d, d)):
    """Law of total covariance: sum pi_k C_k within the components, sum pi_k (m_k - m)(m_k - m)' between."""
    w, m, C = rng.dirichlet(np.ones(3)), rng.standard_normal((3, 2)), models.mixture(rng, 3, 2).covs
    mean = sum(w[k] * m[k] for k in range(3))
    squares = sum(w[k] * (C[k] + np.outer(m[k], m[k])) for k in range(3))
    return error(claim(w, m - mean, C), squares - np.outer(mean, mean))


def moments_at(prior, channel, y):
    """Posterior mean and variance at many y (n,), (M2) to (M4): each m_k is linear in y, no C_k holds it."""
    zero, one = (mixture.posterior(prior, channel, [value]) for value in (0.0, 1.0))
    weight = mixture.responsibilities(mixture.predictive(prior, channel), y[:, None])
    means = zero.means[:, 0] + y[:, None] * (one.means - zero.means)[:, 0]
    mean = (weight * means).sum(axis=1)
    return mean, weight @ zero.covs[:, 0, 0] + (weight * (means - mean[:, None]) ** 2).sum(axis=1)


@step("M4 c", "quadrature", tolerance=1e-11, instances=1)
def average_covariance(rng, claim=moments_at):
    """Averaged over y, posterior covariance plus the covariance of the posterior means is the prior's."""
    # The integral over SciPy's density of y, a mixture on a line.
    prior, channel = models.mixture(rng, 3, 1), models.channel(rng, 1, 1)
    y, width, p = observations(prior, channel)
    mean, cov = claim(prior, channel, y)
    average = p @ mean * width
    return error([[p @ cov * width + p @ (mean - average) ** 2 * width]], prior.cov)


def most_probable(prior, channel, y):
    """(M5) by the function of the course: (Dz,)."""
    return denoising.restore_patches(np.atleast_2d(y), prior, channel, estimate="most_probable")[0]


@step("M5", "quadrature", instances=10)
def best_component(rng, claim=most_probable):
    """Most probable component: k* = argmax pi_k(y), estimate m_k*(y)."""
    given, z, _, parts = one_pixel(rng)
    best = parts[parts.sum(axis=1).argmax()]
    return error(claim(*given), moments(z[:, None], best)[0])


@step("M5 a", "one example on a grid", tolerance=0, instances=1)
def neither_mean_nor_mode(rng, claim=most_probable):
    """(M5) is neither posterior mean nor mode: board or chalk, seen at 136, lie 50 gray levels and more
    apart."""
    # 0 where the estimate is far from mean and mode of the posterior on a grid, else 1.
    prior = Mixture([0.8, 0.2], [[20.0], [200.0]], [[[400.0]], [[900.0]]])
    channel = LinearGaussian([[1.0]], [0.0], [[2500.0]])
    z = np.arange(-400.0, 601.0, 0.5)
    p = 0.8 * norm.pdf(z, 20, 20) + 0.2 * norm.pdf(z, 200, 30)
    p *= norm.pdf(136.0, z, 50)
    others = np.array([(p @ z) / p.sum(), z[p.argmax()]])
    return float(np.abs(claim(prior, channel, np.array([136.0]))[0] - others).min() < 50)


@step("M5 b", tolerance=1e-11, instances=100)
def at_own_mean(rng, claim=lambda C: -np.linalg.slogdet(2 * np.pi * C)[1] / 2):
    """A Gaussian at its own mean is |2 pi C|^(-1/2), without y: the report's rule ignores the patch
    (erratum 2)."""
    part, channel, y = models.gaussian(rng, 3), models.channel(rng, 2, 3), rng.standard_normal(2)
    given = gaussian.posterior(part, channel, y)
    return error(claim(given.cov), log_normal(given.mean, given.mean, given.cov))


@step("M5 c", instances=100)
def sample_costs(rng, claim=lambda C: 2 * np.trace(C)):
    """A posterior sample costs twice the posterior variance, E ||z - s||^2 = 2 tr C."""
    # Truth and sample, each one of six values with weights: summed over all pairs.
    z, weight, _, C = some_values(rng)
    return error(claim(C), weight @ np.sum((z[:, None] - z) ** 2, axis=-1) @ weight)
