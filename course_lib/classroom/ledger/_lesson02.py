"""Lesson 02: predictive, posterior in two forms, Woodbury, the Wiener filter.  (G6)-(G8)"""

import numpy as np
import sympy

from ... import gaussian
from ...gaussian import Gaussian, LinearGaussian
from .. import models
from ._core import chapter
from ._tools import blocks, error, exact, exceeds, hermite, log_channel, log_normal, moments, plane, worst

step = chapter("02", instances=3)


@step("G6 a", "SymPy")
def pixel(rng, claim=lambda mu, v, y, s: ((mu / v + y / s**2) / (1 / v + 1 / s**2), 1 / (1 / v + 1 / s**2))):
    """One pixel: precisions add, c = (1/v + 1/s^2)^-1, and m = c (mu/v + y/s^2)."""
    # The exponent of prior times likelihood less that of N(m, c) holds no z.
    z, mu, y = sympy.symbols("z mu y", real=True)
    v, s = sympy.symbols("v s", positive=True)
    m, c = claim(mu, v, y, s)
    return exact(sympy.diff((z - mu) ** 2 / v + (y - z) ** 2 / s**2 - (z - m) ** 2 / c, z))


@step("G7", "quadrature", tolerance=1e-13)
def predictive(rng, claim=gaussian.predictive):
    """The measurement expected: y ~ N(W mu + b, W S W' + R), the area under prior times likelihood."""
    prior, y = models.gaussian(rng, 2), rng.standard_normal(1)
    channel = LinearGaussian(rng.uniform(-1, 1, (1, 2)), rng.standard_normal(1), [[1.0]])
    z, cell = plane(prior.mean[None], prior.cov[None])
    area = np.exp(log_normal(z, prior.mean, prior.cov) + log_channel(y, channel, z)).sum() * cell
    found = claim(prior, channel)
    return error(np.exp(log_normal(y, found.mean, found.cov)), area)


@step("G7 a", "quadrature", instances=5)
def covariances_add(rng, claim=gaussian.predictive):
    """Prior and noise vary independently, so their covariances add."""
    # Moments of y = W z + b + noise over the standard normal numbers that make z and noise.
    prior, channel = models.gaussian(rng, 2), models.channel(rng, 2, 2)
    e, weight = hermite(4, 4)
    z = prior.mean + e[:, :2] @ np.linalg.cholesky(prior.cov).T
    y = z @ channel.matrix.T + channel.offset + e[:, 2:] @ np.linalg.cholesky(channel.noise_cov).T
    mean, cov = moments(y, weight)
    found = claim(prior, channel)
    return worst((found.mean, mean), (found.cov, cov))


@step("G6 b", "SymPy, blocks of any size")
def collected(rng, claim=lambda Si, W, Wt, Ri, mu, y: Si * mu + Wt * Ri * y):
    """Completing the square: z'C^-1 z - 2 z'h + const, with C^-1 = S^-1 + W'R^-1 W and h as in (G6)."""
    # Prior plus likelihood less (z - m)'C^-1 (z - m), m = C h, holds no z; y stands for y - b, P for C^-1.
    P, W, Wt, Ri, mu, mut, y, yt, z, zt = blocks("P W Wt Ri mu mut y yt z zt")
    Si = P - Wt * Ri * W
    m, mt = P**-1 * claim(Si, W, Wt, Ri, mu, y), (mut * Si + yt * Ri * W) * P**-1
    rest = (zt - mut) * Si * (z - mu) + (yt - zt * Wt) * Ri * (y - W * z) - (zt - mt) * P * (z - m)
    rest = sympy.expand(rest)
    return exact(rest - rest.subs({z: 0, zt: 0}))


@step("G6", "quadrature", tolerance=1e-11)
def posterior_by_precision(rng, claim=gaussian.posterior_by_precision):
    """Posterior: C = (S^-1 + W'R^-1 W)^-1, m = C (S^-1 mu + W'R^-1 (y - b))."""
    prior, channel, y = models.gaussian(rng, 2), models.channel(rng, 2, 2), rng.standard_normal(2)
    z, _ = plane(prior.mean[None], prior.cov[None])
    mean, cov = moments(z, np.exp(log_normal(z, prior.mean, prior.cov) + log_channel(y, channel, z)))
    found = claim(prior, channel, y)
    return worst((found.mean, mean), (found.cov, cov))


@step("G6 c", "SymPy, blocks of any size")
def by_the_joint(rng, claim=lambda C, W, Wt, Ri, mu, y: mu + C * Wt * Ri * (y - W * mu)):
    """(G3) with the blocks of (G5): mu + C W'R^-1 (y - b - W mu) is the same mean."""
    # y stands for y - b, P for C^-1.
    P, W, Wt, Ri, mu, y = blocks("P W Wt Ri mu y")
    return exact(claim(P**-1, W, Wt, Ri, mu, y) - P**-1 * ((P - Wt * Ri * W) * mu + Wt * Ri * y))


@step("G6 d", instances=100)
def bayes_balance(rng, claim=gaussian.posterior_by_precision):
    """Bayes' rule balances at every z: ln p(y) = ln p(z) + ln p(y | z) - ln p(z | y)."""
    # At z near and absurd, relative to the largest term; ln p(y) by (G7).
    prior, channel, y = models.gaussian(rng, 3), models.channel(rng, 2, 3), rng.standard_normal(2)
    z = rng.standard_normal((3, 3)) * [[1], [3], [10]]
    given, seen = claim(prior, channel, y), gaussian.predictive(prior, channel)
    both = log_normal(z, prior.mean, prior.cov), log_channel(y, channel, z)
    terms = np.array([*both, -log_normal(z, given.mean, given.cov)])
    size = np.abs(terms).max(axis=0)
    return error(terms.sum(axis=0) / size, log_normal(y, seen.mean, seen.cov) / size)


@step("G6 e", "SymPy")
def ridge(rng, claim=lambda r, v, s: 1 + r / v + r / s**2):
    """A ridge r on C makes the mean (C + r) C^-1 m = (1 + r/v + r/s^2) m (erratum 3)."""
    r, v, s = sympy.symbols("r v s", positive=True)
    C = 1 / (1 / v + 1 / s**2)
    return exact((C + r) / C - claim(r, v, s))


@step("G8 a", "SymPy, blocks of any size")
def woodbury(rng, claim=lambda S, W, Wt, Vi: S - S * Wt * Vi * W * S):
    """Woodbury: (S^-1 + W'R^-1 W)^-1 = S - S W'V^-1 W S, with V = W S W' + R."""
    # The product of the two is the identity once W S W' is written as V - R.
    S, W, Wt, V, R = blocks("S W Wt V R")
    product = sympy.expand((S**-1 + Wt * R**-1 * W) * claim(S, W, Wt, V**-1))
    return exact(product.subs(W * S * Wt, V - R) - 1)


@step("G8 b", "SymPy, blocks of any size")
def push_through(rng, claim=lambda Wt, Ri, V: Wt * Ri * V):
    """Push-through: C^-1 S W' = W'R^-1 V, so that S W'V^-1 = C W'R^-1."""
    S, W, Wt, R = blocks("S W Wt R")
    return exact((S**-1 + Wt * R**-1 * W) * S * Wt - claim(Wt, R**-1, W * S * Wt + R))


@step("G8", "quadrature")
def posterior(rng, claim=gaussian.posterior):
    """Gain form: G = S W'(W S W' + R)^-1, m = mu + G (y - W mu - b), C = S - G W S; S may be singular."""
    # A prior on a line in the plane: sums along the line.
    (mu, a, y), channel = rng.standard_normal((3, 2)), models.channel(rng, 2, 2)
    e = np.linspace(-14.0, 14.0, 4001)
    z = mu + e[:, None] * a
    mean, cov = moments(z, np.exp(-(e**2) / 2 + log_channel(y, channel, z)))
    found = claim(Gaussian(mu, np.outer(a, a)), channel, y)
    return worst((found.mean, mean), (found.cov, cov))


@step("G8 c", tolerance=1e-11, instances=100)
def condition_the_joint(rng, claim=gaussian.posterior):
    """(G8) is (G2) on the joint (G4): of all z and noise, those that agree with y."""
    # z = mu + A e, y = W z + b + T f: those (e, f) that agree with y are a point and a null space.
    mu, A = rng.standard_normal(4), rng.standard_normal((4, 3))
    T = 0.3 * np.eye(2) + rng.uniform(0, 0.3, (2, 2))
    W, b, y = rng.standard_normal((2, 4)), rng.standard_normal(2), rng.standard_normal(2)
    makes_z, makes_y = np.hstack([A, np.zeros((4, 2))]), np.hstack([W @ A, T])
    back = np.linalg.pinv(makes_y)
    left = makes_z @ (np.eye(5) - back @ makes_y)
    found = claim(Gaussian(mu, A @ A.T), LinearGaussian(W, b, T @ T.T), y)
    return worst((found.mean, mu + makes_z @ back @ (y - W @ mu - b)), (found.cov, left @ left.T))


@step("G8 d", "SymPy, blocks of any size")
def joseph(rng, claim=lambda S, W, Wt, R, G, Gt: (1 - G * W) * S * (1 - Wt * Gt) + G * R * Gt):
    """(I - G W) S (I - G W)' + G R G' = S - G W S: the square that cannot become negative."""
    # With G V = S W' and R = V - W S W'.
    S, W, Wt, V = blocks("S W Wt V")
    G, Gt = S * Wt * V**-1, V**-1 * W * S
    return exact(claim(S, W, Wt, V - W * S * Wt, G, Gt) - (S - G * W * S))


@step("G8 e", "SymPy")
def limits(rng, claim=lambda lam, s: lam / (lam + s**2)):
    """W = I, R = s^2 I: the gain goes to 1 without noise and to 0 with endless noise."""
    lam, s = sympy.symbols("lam s", positive=True)
    return exact(sympy.limit(claim(lam, s), s, 0) - 1, sympy.limit(claim(lam, s), s, sympy.oo))


@step("G8 f", instances=100)
def wiener(rng, claim=lambda lam, s: lam / (lam + s**2)):
    """Wiener filter: G = U diag(lam / (lam + s^2)) U', and C = s^2 G."""
    # G and C from (G8) by plain solves, S = U diag(lam) U'.
    S, s = models.covariance(rng, 4), rng.uniform(0.5, 2)
    lam, U = np.linalg.eigh(S)
    G = np.linalg.solve(S + s**2 * np.eye(4), S).T
    shrunk = (U * claim(lam, s)) @ U.T
    return worst((shrunk, G), (s**2 * shrunk, S - G @ S))


@step("G8 g", "SymPy")
def remains(rng, claim=lambda lam, s: s**2 * lam / (lam + s**2)):
    """What remains in a direction: lam - lam^2 / (lam + s^2) = s^2 lam / (lam + s^2)."""
    lam, s = sympy.symbols("lam s", positive=True)
    return exact(lam - lam**2 / (lam + s**2) - claim(lam, s))


@step("G8 h", instances=200)
def never_wider(rng, claim=gaussian.posterior):
    """The posterior is in no direction wider than the prior, and for W = I not than the noise."""
    prior, R = models.gaussian(rng, 3), models.covariance(rng, 3)
    C = claim(prior, LinearGaussian(np.eye(3), np.zeros(3), R), np.zeros(3)).cov
    return exceeds([np.linalg.eigvalsh(C - prior.cov).max(), np.linalg.eigvalsh(C - R).max()], [0, 0])


@step("G8 i")
def two_moments(rng, claim=lambda prior, channel: np.trace(gaussian.posterior(prior, channel, [0, 0]).cov)):
    """The error of a linear estimate needs only mean and covariance: tr C, also for a prior that is not
    Gaussian."""
    # Seven values of z with weights, and every value of the noise by quadrature.
    z, weight, channel = rng.standard_normal((7, 3)), rng.dirichlet(np.ones(7)), models.channel(rng, 2, 3)
    prior = Gaussian(*moments(z, weight))
    e, chance = hermite(4, 2)
    noise = e @ np.linalg.cholesky(channel.noise_cov).T
    y = (z @ channel.matrix.T + channel.offset)[:, None] + noise
    means = np.array([[gaussian.posterior(prior, channel, seen).mean for seen in row] for row in y])
    return error(claim(prior, channel), weight @ ((means - z[:, None]) ** 2).sum(axis=2) @ chance)
