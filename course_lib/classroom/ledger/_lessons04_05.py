"""Lessons 04 and 05: patches, EM for the mixture, the fast posterior, the PSNR.  (P1)-(P3), (M6), (M7)"""

from dataclasses import replace

import numpy as np
import sympy
from scipy.special import logsumexp

from ... import denoising, images, mixture, patches
from .. import models
from ._core import chapter
from ._tools import error, exact, exceeds, log_normal, mixture_parts, moments, plane, slopes

step = chapter("04")


def windows_one_by_one(picture, m):
    """All m x m windows of a picture, row by row, by loops: (I*J, m*m)."""
    H, W = picture.shape
    corners = np.ndindex(H - m + 1, W - m + 1)
    return np.array([picture[i : i + m, j : j + m].ravel() for i, j in corners])


@step("P1", "loops", tolerance=0)
def extraction(rng, claim=patches.extract_patches):
    """Patches: entry a m + b of patch i J + j is the pixel (i + a, j + b)."""
    picture = rng.uniform(0, 255, (5, 7))
    return error(claim(picture, 3), windows_one_by_one(picture, 3))


@step("P2 a")
def adjoint(rng, claim=patches.add_patches):
    """Adding patches onto their places is the adjoint: <A x, v> = <x, A' v>."""
    picture, v = rng.standard_normal((5, 7)), rng.standard_normal((15, 9))
    return error((picture * claim(v, (5, 7))).sum(), (windows_one_by_one(picture, 3) * v).sum())


@step("P2")
def least_squares(rng, claim=patches.average_patches):
    """The average of the overlaps, A' v / coverage, is the least-squares image (A'A)^-1 A' v."""
    # The matrix A column by column, and NumPy's least squares.
    v = rng.uniform(0, 255, (6, 9))
    A = np.stack([windows_one_by_one(unit.reshape(4, 5), 3).ravel() for unit in np.eye(20)], axis=1)
    return error(claim(v, (4, 5)), np.linalg.lstsq(A, v.ravel(), rcond=None)[0].reshape(4, 5))


def expected_log_joint(x, resp, weights, means, covs):
    """sum_nk r_nk ln [pi_k N(x_n | mu_k, S_k)] by SciPy."""
    logs = [np.log(w) + log_normal(x, mu, S) for w, mu, S in zip(weights, means, covs)]
    return sum(r @ log for r, log in zip(resp.T, logs))


@step("M7 a")
def responsibilities(rng, claim=lambda x, model: mixture.e_step(x, model)[0]):
    """Responsibilities: r_nk = pi_k N(x_n | mu_k, S_k) / sum."""
    model, x = models.mixture(rng, 3, 2), 2 * rng.standard_normal((10, 2))
    joint = mixture_parts(model, x)
    return error(claim(x, model), (joint / joint.sum(axis=0)).T)


@step("M7", "numerical gradient", tolerance=1e-05, instances=2)
def mixture_step(rng, claim=lambda x, resp: mixture.m_step(x, resp, reg_covar=0)):
    """Weights n_k / N, weighted means and covariances: the expected log joint is flat there."""
    # Slopes in logits of the weights, in means, and along S = (I + T) S_k (I + T)'.
    x, resp = 3 * rng.standard_normal((40, 2)), rng.dirichlet(np.ones(3), 40)
    best = claim(x, resp)

    def value(move):
        T = np.eye(2) + move[:, :4].reshape(3, 2, 2)
        logits = np.log(best.weights) + move[:, 6]
        weights = np.exp(logits - logsumexp(logits))
        covs = T @ best.covs @ T.transpose(0, 2, 1)
        return expected_log_joint(x, resp, weights, best.means + move[:, 4:6], covs)

    return error(slopes(value, np.zeros((3, 7))), np.zeros((3, 7)))


@step("M7 b", instances=3)
def never_falls(rng, claim=lambda x, resp: mixture.m_step(x, resp, reg_covar=0)):
    """EM without reg_covar never lowers the likelihood."""
    # The likelihood by SciPy before and after five steps.
    x, model = 3 * rng.standard_normal((60, 2)), models.mixture(rng, 2, 2)
    seen = []
    for _ in range(6):
        joint = mixture_parts(model, x)
        seen.append(np.log(joint.sum(axis=0)).sum())
        model = claim(x, (joint / joint.sum(axis=0)).T)
    return exceeds(seen[:-1], seen[1:])


@step("M6", "quadrature", tolerance=1e-11, instances=3, lessons="05")
def denoising_rule(rng, claim=denoising.denoise_patches):
    """W = I, R = s^2 I: each component shrinks its own directions by lam / (lam + s^2), weights by (M2)."""
    prior, s, y = models.mixture(rng, 3, 2), rng.uniform(0.5, 2), rng.standard_normal(2)
    z, _ = plane(prior.means, prior.covs, 401)
    joint = mixture_parts(prior, z).sum(axis=0) * np.exp(-np.sum((y - z) ** 2, axis=1) / (2 * s**2))
    return error(claim(y[None], prior, s)[0], moments(z, joint)[0])


def log_weights_by_eigen(y, weights, means, covs, s):
    """ln pi_k - 1/2 sum_i [ln(lam_i + s^2) + (u_i'(y - mu_k))^2 / (lam_i + s^2)]: (K,)."""
    lam, U = np.linalg.eigh(covs)
    along = np.einsum("kdi,kd->ki", U, y - means)
    return np.log(weights) - 0.5 * (np.log(lam + s**2) + along**2 / (lam + s**2)).sum(axis=1)


@step("M6 a", instances=100, lessons="05")
def log_weights(rng, claim=log_weights_by_eigen):
    """ln pi_k(y) needs the eigenvalues of S_k once, for every noise."""
    # SciPy's density with S_k + s^2 I, less the common constant.
    prior, y, s = models.mixture(rng, 3, 4, spread=1.0), rng.standard_normal(4), rng.uniform(0.5, 2)
    parts = mixture_parts(replace(prior, covs=prior.covs + s**2 * np.eye(4)), y[None])[:, 0]
    return error(claim(y, prior.weights, prior.means, prior.covs, s), np.log(parts) + 2 * np.log(2 * np.pi))


@step("P3", "loops", lessons="05")
def psnr(rng, claim=images.psnr):
    """PSNR = 10 log10(255^2 / MSE) in dB."""
    one, two = rng.uniform(0, 255, (2, 4, 5))
    mse = sum((one[p] - two[p]) ** 2 for p in np.ndindex(4, 5)) / 20
    return error(claim(one, two), 20 * np.log10(255) - 10 * np.log10(mse))


@step("P3 a", "SymPy", lessons="05")
def decibels(rng, claim=lambda mse: 10 * sympy.log(255**2 / mse, 10)):
    """Half the MSE adds 10 log10 2 dB; an error of 25.5 everywhere has 20 dB."""
    mse = sympy.symbols("mse", positive=True)
    twice = sympy.expand_log(claim(mse / 2) - claim(mse), force=True)
    return exact(twice - 10 * sympy.log(2) / sympy.log(10), claim(sympy.Rational(51, 2) ** 2) - 20)
