"""Lesson 01: a clean vector and its measurement, their joint distribution and its precision.  (G4), (G5)"""

import numpy as np
import sympy

from ... import gaussian
from .. import models
from ._core import chapter
from ._tools import blocks, curvature, error, exact, hermite, log_channel, log_normal, moments, stacked, worst

step = chapter("01")


@step("G4 a", "SymPy, blocks of any size")
def affine_image(rng, claim=lambda S, W, Wt, R: [[S, S * Wt], [W * S, W * S * Wt + R]]):
    """[I 0; W I] diag(S, R) [I W'; 0 I] = [S, S W'; W S, W S W' + R]."""
    # [z; y] is an affine image of z and the noise.
    S, W, Wt, R = blocks("S W Wt R")
    image = stacked([[1, 0], [W, 1]]) * stacked([[S, 0], [0, R]]) * stacked([[1, Wt], [0, 1]])
    return exact(image - stacked(claim(S, W, Wt, R)))


@step("G4", "quadrature")
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


@step("G4 b", tolerance=1e-11, instances=100)
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
    Sigma = stacked([[S, S * Wt], [W * S, W * S * Wt + R]])
    product = stacked([[1, 0], [left, 1]]) * Sigma * stacked([[1, right], [0, 1]])
    return exact(product - stacked([[S, 0], [0, R]]))


@step("G5 b", "SymPy, blocks of any size")
def precision_in_blocks(rng, claim=lambda S, W, Wt, P: [[S**-1 + Wt * P * W, -Wt * P], [-P * W, P]]):
    """F' diag(S^-1, R^-1) F, multiplied out, is the inverse of the joint covariance."""
    # Sigma times the claim is the identity.
    S, W, Wt, R = blocks("S W Wt R")
    return exact(
        stacked([[S, S * Wt], [W * S, W * S * Wt + R]]) * stacked(claim(S, W, Wt, R**-1)) - sympy.eye(2)
    )


@step("G5")
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
    joint_cov = sympy.Matrix([[v, c, c], [c, w, w], [c, w, w + s**2]])
    moved = joint_cov[:2, 2] * surprise / joint_cov[2, 2]
    return exact(claim(joint_cov[:2, :2], surprise, s) - moved)
