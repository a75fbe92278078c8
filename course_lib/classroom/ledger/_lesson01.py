"""Lesson 01: marginal, conditional in two forms, the joint of vector and measurement.  (G1)-(G5)"""

import numpy as np
import sympy
from scipy.integrate import trapezoid
from scipy.stats import norm
from sympy import Matrix

from ... import gaussian
from ...gaussian import Gaussian
from .. import models
from ._core import chapter
from ._tools import axis, blocks, curvature, error, exact, hermite, log_channel, log_normal, moments, worst

step = chapter("01", instances=100)


@step("G1 a", tolerance=1e-13)
def density(rng, claim=lambda y, mu, S: Gaussian(mu, S).log_density(y)):
    """y = mu + A e with an invertible A has the Gaussian density with S = A A'."""
    # Change of variables e = A^-1 (y - mu).
    mu, A, y = rng.standard_normal(3), rng.uniform(-1, 1, (3, 3)) + 3 * np.eye(3), rng.standard_normal(3)
    changed = norm.logpdf(np.linalg.solve(A, y - mu)).sum() - np.linalg.slogdet(A)[1]
    return error(claim(y, mu, A @ A.T), changed)


@step("G1 b", "SymPy")
def generating_number(rng, claim=lambda s: sympy.exp(s**2 / 2)):
    """E exp(s e) = exp(s^2 / 2) for a standard normal number e."""
    e, s = sympy.symbols("e s", real=True)
    normal = sympy.exp(-(e**2) / 2) / sympy.sqrt(2 * sympy.pi)
    return exact(sympy.integrate(normal * sympy.exp(s * e), (e, -sympy.oo, sympy.oo)) - claim(s))


@step("G1 c", "quadrature", tolerance=1e-13, instances=5)
def generating_function(rng, claim=lambda t, mu, S: np.exp(t @ mu + t @ S @ t / 2)):
    """E exp(t'y) = exp(t'mu + t'S t / 2): the moment generating function."""
    # The mean over e of y = mu + A e.
    mu, A, t = rng.standard_normal(2), rng.uniform(-1, 1, (2, 2)), rng.uniform(-1, 1, 2)
    e, weight = hermite(30, 2)
    return error(claim(t, mu, A @ A.T), weight @ np.exp((mu + e @ A.T) @ t))


@step("G1 d", "quadrature", tolerance=1e-13, instances=5)
def linear_map(rng, claim=lambda mu, S, B, c: (B @ mu + c, B @ S @ B.T)):
    """B y + c ~ N(B mu + c, B S B'): its moment generating function says so."""
    # The mean over e of exp t'(B (mu + A e) + c), for one t.
    mu, A, B, c, t = (rng.uniform(-1, 1, shape) for shape in (2, (2, 2), (3, 2), 3, 3))
    e, weight = hermite(30, 2)
    mean, cov = claim(mu, A @ A.T, B, c)
    return error(np.exp(t @ mean + t @ cov @ t / 2), weight @ np.exp(((mu + e @ A.T) @ B.T + c) @ t))


@step("G1 e")
def uncorrelated(rng, claim=lambda y, one, two: one.log_density(y[:2]) + two.log_density(y[2:])):
    """Uncorrelated blocks of a Gaussian are independent: the density is a product."""
    one, two, y = models.gaussian(rng, 2), models.gaussian(rng, 3), rng.standard_normal(5)
    S = np.block([[one.cov, np.zeros((2, 3))], [np.zeros((3, 2)), two.cov]])
    return error(claim(y, one, two), log_normal(y, np.concatenate([one.mean, two.mean]), S))


@step("G1", "quadrature", instances=3)
def marginal(rng, claim=gaussian.marginal):
    """A block alone is N(mu1, S11): the joint density, integrated over the rest."""
    g = models.gaussian(rng, 2)
    y2, width = axis(g.mean[1], g.cov[1, 1] ** 0.5)
    y1 = g.mean[0] + np.linspace(-2, 2, 5)
    table = np.exp(log_normal(np.stack(np.meshgrid(y1, y2, indexing="ij"), -1), g.mean, g.cov))
    found = claim(g, [0])
    return error(np.exp(log_normal(y1[:, None], found.mean, found.cov)), table.sum(axis=1) * width)


@step("G2 a", "SymPy, blocks of any size")
def elimination(rng, claim=lambda S12, S21, S22: (-S12 * S22**-1, -(S22**-1) * S21)):
    """E S E' = diag(M, S22): elimination leaves the Schur complement M = S11 - S12 S22^-1 S21."""
    # The claim is the corner of E and that of E'.
    S11, S12, S21, S22 = blocks("S11 S12 S21 S22")
    left, right = claim(S12, S21, S22)
    product = Matrix([[1, left], [0, 1]]) * Matrix([[S11, S12], [S21, S22]]) * Matrix([[1, 0], [right, 1]])
    return exact(product - Matrix([[S11 - S12 * S22**-1 * S21, 0], [0, S22]]))


def precision_blocks(M, S12, S21, S22):
    """The four blocks of L = S^-1."""
    L12, L21 = -(M**-1) * S12 * S22**-1, -(S22**-1) * S21 * M**-1
    return [[M**-1, L12], [L21, S22**-1 + S22**-1 * S21 * M**-1 * S12 * S22**-1]]


@step("G2 b", "SymPy, blocks of any size")
def inverse_in_blocks(rng, claim=precision_blocks):
    """S^-1 = E' diag(M^-1, S22^-1) E, multiplied out: the four blocks of the precision L."""
    M, S12, S21, S22 = blocks("M S12 S21 S22")
    S, L = Matrix([[M + S12 * S22**-1 * S21, S12], [S21, S22]]), Matrix(claim(M, S12, S21, S22))
    return exact(S * L - sympy.eye(2), L * S - sympy.eye(2))


@step("G2 c")
def determinant(rng, claim=lambda M, S22: np.linalg.slogdet(M)[1] + np.linalg.slogdet(S22)[1]):
    """The determinant splits: |S| = |M| |S22|."""
    S = models.covariance(rng, 5)
    M = S[:3, :3] - S[:3, 3:] @ np.linalg.solve(S[3:, 3:], S[3:, :3])
    return error(claim(M, S[3:, 3:]), np.log(np.linalg.eigvalsh(S)).sum())


@step("G2 d", "SymPy, blocks of any size")
def square_by_covariance(rng, claim=lambda S12, S22, d1, d2: d1 - S12 * S22**-1 * d2):
    """Completing the square: d'S^-1 d = r'M^-1 r + d2'S22^-1 d2 with r = d1 - S12 S22^-1 d2."""
    # d'L d with the blocks of L that the step before has found.
    M, S12, S21, S22, d1, d2, d1t, d2t = blocks("M S12 S21 S22 d1 d2 d1t d2t")
    L = precision_blocks(M, S12, S21, S22)
    r, rt = claim(S12, S22, d1, d2), d1t - d2t * S22**-1 * S21
    whole = Matrix([[d1t, d2t]]) * Matrix(L) * Matrix([[d1], [d2]])
    return exact(whole[0] - rt * M**-1 * r - d2t * S22**-1 * d2)


@step("G2 e")
def product_of_two(rng, claim=gaussian.condition):
    """The joint density is a product: ln p(y) = ln p(y1 | y2) + ln p(y2), constants included."""
    g, y = models.gaussian(rng, 5), rng.standard_normal(5)
    given = claim(g, [1, 4], y[[1, 4]])
    seen = log_normal(y[[1, 4]], g.mean[[1, 4]], g.cov[np.ix_([1, 4], [1, 4])])
    return error(log_normal(y[[0, 2, 3]], given.mean, given.cov) + seen, log_normal(y, g.mean, g.cov))


def cut(g, value):
    """The joint density along y2 = value, divided by its area: y1 (n,), p(y1 | y2) (n,)."""
    y1, _ = axis(g.mean[0], g.cov[0, 0] ** 0.5, reach=18.0)
    along = np.exp(log_normal(np.stack([y1, np.full_like(y1, value)], -1), g.mean, g.cov))
    return y1, along / trapezoid(along, y1)


@step("G2", "quadrature", instances=3)
def conditional(rng, claim=gaussian.condition):
    """Seeing a block: mean mu1 + S12 S22^-1 (y2 - mu2), covariance M, as along the cut."""
    # Mean, variance and density along a cut of two dimensions.
    g, value = models.gaussian(rng, 2), rng.standard_normal()
    y1, ratio = cut(g, value)
    mean, cov = moments(y1[:, None], ratio)
    found = claim(g, [1], [value])
    return worst((found.mean, mean), (found.cov, cov), (np.exp(log_normal(y1, found.mean, found.cov)), ratio))


@step("G2 f", tolerance=1e-10)
def singular(rng, claim=gaussian.condition):
    """(G2) holds for a singular S as well: the residual r is N(0, M), independent of y2."""
    # y = mu + A e, three e for five entries: those that agree with y2 are a point and the null space of A2.
    mu, A, seen, rest = rng.standard_normal(5), rng.standard_normal((5, 3)), [1, 4], [0, 2, 3]
    d2 = A[seen] @ rng.standard_normal(3)
    back = np.linalg.pinv(A[seen])
    left = A[rest] @ (np.eye(3) - back @ A[seen])
    found = claim(Gaussian(mu, A @ A.T), seen, mu[seen] + d2)
    return worst((found.mean, mu[rest] + A[rest] @ back @ d2), (found.cov, left @ left.T))


@step("G2 g", "quadrature", instances=3)
def same_width(rng, claim=lambda g, value: gaussian.condition(g, [1], [0.0]).cov[0, 0]):
    """How sure we become does not depend on the value seen, only the mean does."""
    g, value = models.gaussian(rng, 2), rng.standard_normal()
    y1, ratio = cut(g, value)
    return error(claim(g, value), moments(y1[:, None], ratio)[1][0, 0])


@step("G2 h", "SymPy")
def by_correlation(rng, claim=lambda v, rho: v * (1 - rho**2)):
    """With correlation rho the variance S11 (1 - rho^2) is left: 0.5 takes off 13 % of the width."""
    v, w, rho = sympy.symbols("S11 S22 rho", positive=True)
    return exact(v - (rho * sympy.sqrt(v * w)) ** 2 / w - claim(v, rho))


@step("G3 a", "SymPy, blocks of any size")
def square_by_precision(rng, claim=lambda L11, L12, d2: L11**-1 * L12 * d2):
    """Completing the other square: d'L d = (d1 + c)'L11 (d1 + c) + rest, c = L11^-1 L12 d2."""
    # The rest is d2'(L22 - L21 L11^-1 L12) d2, without d1.
    L11, L12, L21, L22, d1, d2, d1t, d2t = blocks("L11 L12 L21 L22 d1 d2 d1t d2t")
    c, ct = claim(L11, L12, d2), d2t * L21 * L11**-1
    whole = Matrix([[d1t, d2t]]) * Matrix([[L11, L12], [L21, L22]]) * Matrix([[d1], [d2]])
    return exact(whole[0] - (d1t + ct) * L11 * (d1 + c) - d2t * (L22 - L21 * L11**-1 * L12) * d2)


@step("G3 b", "SymPy, blocks of any size")
def two_forms_agree(rng, claim=lambda a, b, c, d: (a**-1, -(a**-1) * b, d - c * a**-1 * b)):
    """L11^-1 = M, -L11^-1 L12 = S12 S22^-1, and L22 - L21 L11^-1 L12 = S22^-1."""
    # With the blocks of L from (G2 b).
    M, S12, S21, S22 = blocks("M S12 S21 S22")
    (L11, L12), (L21, L22) = precision_blocks(M, S12, S21, S22)
    cov, factor, bracket = claim(L11, L12, L21, L22)
    return exact(cov - M, factor - S12 * S22**-1, bracket - S22**-1)


@step("G3", "quadrature", instances=3)
def conditional_by_precision(rng, claim=gaussian.condition_by_precision):
    """Seeing a block, by precision: mean mu1 - L11^-1 L12 (y2 - mu2), covariance L11^-1."""
    return conditional(rng, claim)


@step("G3 c", tolerance=1e-11)
def given_all_others(rng, claim=lambda i, d, L: -(L[i] @ d - L[i, i] * d[i]) / L[i, i]):
    """One pixel given all others: mu_i - sum L_ij (y_j - mu_j) / L_ii, so L_ij = 0 drops y_j."""
    # The top of SciPy's log density along entry i, a parabola, from three of its values.
    g, y, i = models.gaussian(rng, 4), rng.standard_normal(4), 2
    low, here, high = log_normal(y + np.outer([-1, 0, 1], np.eye(4)[i]), g.mean, g.cov)
    found = g.mean[i] + claim(i, y - g.mean, np.linalg.solve(g.cov, np.eye(4)))
    return error(found, y[i] + (high - low) / (2 * (2 * here - low - high)))


@step("G3 d", "SymPy")
def only_neighbours(rng, claim=lambda r, m: [[1, -r, 0, 0], [-r, m, -r, 0], [0, -r, m, -r], [0, 0, -r, 1]]):
    """Correlations that fall by a factor with each step have a tridiagonal precision."""
    # Four pixels; the claim is (1 - r^2) times the precision.
    r = sympy.symbols("r")
    S = Matrix(4, 4, lambda i, j: r ** abs(i - j))
    return exact(S * Matrix(claim(r, 1 + r**2)) - (1 - r**2) * sympy.eye(4))


@step("G4 a", "SymPy, blocks of any size")
def affine_image(rng, claim=lambda S, W, Wt, R: [[S, S * Wt], [W * S, W * S * Wt + R]]):
    """[I 0; W I] diag(S, R) [I W'; 0 I] = [S, S W'; W S, W S W' + R]."""
    # [z; y] is an affine image of z and the noise.
    S, W, Wt, R = blocks("S W Wt R")
    image = Matrix([[1, 0], [W, 1]]) * Matrix([[S, 0], [0, R]]) * Matrix([[1, Wt], [0, 1]])
    return exact(image - Matrix(claim(S, W, Wt, R)))


@step("G4", "quadrature", instances=5)
def joint(rng, claim=gaussian.joint):
    """[z; y] has mean [mu; W mu + b] and covariance [S, S W'; W S, W S W' + R]."""
    # Moments of z and y = W z + b + noise over the standard normal numbers that make z and noise.
    prior, channel = models.gaussian(rng, 2), models.channel(rng, 2, 2)
    e, weight = hermite(4, 4)
    z = prior.mean + e[:, :2] @ np.linalg.cholesky(prior.cov).T
    y = z @ channel.matrix.T + channel.offset + e[:, 2:] @ np.linalg.cholesky(channel.noise_cov).T
    mean, cov = moments(np.hstack([z, y]), weight)
    found = claim(prior, channel)
    return worst((found.mean, mean), (found.cov, cov))


@step("G4 b", tolerance=1e-11)
def joint_density(rng, claim=gaussian.joint):
    """The joint is Gaussian: ln p(z, y) = ln p(z) + ln p(y | z) at any z and y."""
    prior, channel = models.gaussian(rng, 3), models.channel(rng, 2, 3)
    z, y = rng.standard_normal(3), rng.standard_normal(2)
    found = claim(prior, channel)
    wanted = log_normal(z, prior.mean, prior.cov) + log_channel(y, channel, z)
    return error(log_normal(np.concatenate([z, y]), found.mean, found.cov), wanted)


@step("G4 c", "SymPy, blocks of any size")
def backwards(rng, claim=lambda S, W, Wt, R: (W * S, W * S * Wt + R)):
    """Backwards: S_yz S^-1 = W and S_y - S_yz S^-1 S_zy = R give S_yz = W S, S_y = W S W' + R."""
    S, W, Wt, R = blocks("S W Wt R")
    Syz, Sy = claim(S, W, Wt, R)
    return exact(Syz * S**-1 - W, Sy - Syz * S**-1 * S * Wt - R)


@step("G5 a", "SymPy, blocks of any size")
def schur_is_noise(rng, claim=lambda W, Wt: (-W, -Wt)):
    """The Schur complement of S in the joint covariance is R: F Sigma F' = diag(S, R)."""
    # The claim is the corner of F and that of F'.
    S, W, Wt, R = blocks("S W Wt R")
    left, right = claim(W, Wt)
    Sigma = Matrix([[S, S * Wt], [W * S, W * S * Wt + R]])
    product = Matrix([[1, 0], [left, 1]]) * Sigma * Matrix([[1, right], [0, 1]])
    return exact(product - Matrix([[S, 0], [0, R]]))


@step("G5 b", "SymPy, blocks of any size")
def precision_in_blocks(rng, claim=lambda S, W, Wt, P: [[S**-1 + Wt * P * W, -Wt * P], [-P * W, P]]):
    """F' diag(S^-1, R^-1) F, multiplied out, is the inverse of the joint covariance."""
    S, W, Wt, R = blocks("S W Wt R")
    Sigma = Matrix([[S, S * Wt], [W * S, W * S * Wt + R]])
    return exact(Sigma * Matrix(claim(S, W, Wt, R**-1)) - sympy.eye(2))


@step("G5", instances=5)
def joint_precision(rng, claim=gaussian.joint_precision):
    """Precisions add: [S^-1 + W'R^-1 W, -W'R^-1; -R^-1 W, R^-1] is the curvature of -ln p(z, y)."""
    # Second differences of SciPy's ln p(z) + ln p(y | z), exact for a quadratic.
    prior, channel = models.gaussian(rng, 3), models.channel(rng, 2, 3)

    def minus_log(x):
        return -log_normal(x[:3], prior.mean, prior.cov) - log_channel(x[3:], channel, x[:3]).item()

    return error(claim(prior, channel), curvature(minus_log, rng.standard_normal(5)))


@step("G4 d", "SymPy")
def along_one_line(rng, claim=lambda S, surprise, s: S[:, 1] * surprise / (S[1, 1] + s**2)):
    """One pixel seen through noise: both means move along the second column of S, whatever the noise."""
    # (G2) on the joint of (z1, z2, y) with y = z2 + noise, its covariance written out.
    v, c, w = sympy.symbols("v c w")
    surprise, s = sympy.symbols("surprise s", positive=True)
    joint_cov = Matrix([[v, c, c], [c, w, w], [c, w, w + s**2]])
    moved = joint_cov[:2, 2] * surprise / joint_cov[2, 2]
    return exact(claim(joint_cov[:2, :2], surprise, s) - moved)
