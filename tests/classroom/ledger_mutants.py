"""Wrong formulas for every step of the ledger: number -> what went wrong -> the claim. Each must be found."""

from dataclasses import replace

import numpy as np
import sympy
from scipy.special import entr
from scipy.stats import norm

from course_lib import denoising, gaussian, mixture, patches, scene, windows
from course_lib.gaussian import Gaussian, LinearGaussian

FACE = (2, 3)


def wrong(function, **changes):
    """The function, with fields of its result changed: name=change(old value)."""

    def claim(*arguments):
        found = function(*arguments)
        return replace(found, **{name: change(getattr(found, name)) for name, change in changes.items()})

    return claim


def tenth_more(value):
    return 1.1 * value


def lifted(value):
    return value + 0.01


def some_larger(cov):
    return cov + 0.01 * np.eye(len(cov))


def other_sign(g, seen, value):
    """(G2) with the surprise turned round."""
    return gaussian.condition(g, seen, 2 * g.mean[seen] - value)


def prior_width(g, seen, value):
    """The mean of (G2), the covariance of the marginal."""
    rest = np.setdiff1d(np.arange(len(g.mean)), seen)
    return Gaussian(gaussian.condition(g, seen, value).mean, g.cov[np.ix_(rest, rest)])


def marginal_for_noise(prior, channel):
    """Erratum 4: the covariance of y in the place of the noise's."""
    return replace(channel, noise_cov=gaussian.predictive(prior, channel).cov)


def without_offset(channel):
    return replace(channel, offset=0 * channel.offset)


LESSON_01 = {
    "G1 a": {
        "precision for covariance": lambda y, mu, S: Gaussian(mu, np.linalg.inv(S)).log_density(y),
        "no normaliser": lambda y, mu, S: -(y - mu) @ np.linalg.solve(S, y - mu) / 2,
    },
    "G1 b": {"no half": lambda s: sympy.exp(s**2), "sign": lambda s: sympy.exp(-(s**2) / 2)},
    "G1 c": {
        "no half": lambda t, mu, S: np.exp(t @ mu + t @ S @ t),
        "no mean": lambda t, mu, S: np.exp(t @ S @ t / 2),
    },
    "G1 d": {
        "offset lost": lambda mu, S, B, c: (B @ mu, B @ S @ B.T),
        "offset in the covariance": lambda mu, S, B, c: (B @ mu + c, B @ S @ B.T + np.outer(c, c)),
    },
    "G1 e": {"first block twice": lambda y, one, two: 2 * Gaussian(one.mean, one.cov).log_density(y[:2])},
    "G1": {
        "conditional": lambda g, keep: gaussian.condition(g, [1], [0.0]),
        "another entry": lambda g, keep: gaussian.marginal(g, [1]),
    },
    "G2 a": {
        "plus": lambda S12, S21, S22: (S12 * S22**-1, S22**-1 * S21),
        "factors exchanged": lambda S12, S21, S22: (-(S22**-1) * S12, -S21 * S22**-1),
    },
    "G2 b": {
        "corner S11^-1": lambda M, S12, S21, S22: [
            [(M + S12 * S22**-1 * S21) ** -1, -(M**-1) * S12 * S22**-1],
            [-(S22**-1) * S21 * M**-1, S22**-1 + S22**-1 * S21 * M**-1 * S12 * S22**-1],
        ],
        "plus off the diagonal": lambda M, S12, S21, S22: [
            [M**-1, M**-1 * S12 * S22**-1],
            [S22**-1 * S21 * M**-1, S22**-1 + S22**-1 * S21 * M**-1 * S12 * S22**-1],
        ],
    },
    "G2 c": {"difference": lambda M, S22: np.linalg.slogdet(M)[1] - np.linalg.slogdet(S22)[1]},
    "G2 d": {
        "plus": lambda S12, S22, d1, d2: d1 + S12 * S22**-1 * d2,
        "no factor": lambda S12, S22, d1, d2: d1 - S12 * d2,
    },
    "G2 e": {"other sign": other_sign, "prior's width": prior_width},
    "G2": {"other sign": other_sign, "prior's width": prior_width},
    "G2 f": {"other sign": other_sign, "prior's width": prior_width},
    "G2 g": {
        "the value enters": lambda g, value: (
            gaussian.condition(g, [1], [0.0]).cov[0, 0] * (1 + 0.01 * value**2)
        )
    },
    "G2 h": {"not squared": lambda v, rho: v * (1 - rho)},
    "G3 a": {
        "sign": lambda L11, L12, d2: -(L11**-1) * L12 * d2,
        "no inverse": lambda L11, L12, d2: L11 * L12 * d2,
    },
    "G3 b": {
        "sign": lambda L11, L12, L21, L22: (L11**-1, L11**-1 * L12, L22 - L21 * L11**-1 * L12),
        "no Schur complement": lambda L11, L12, L21, L22: (L11**-1, -(L11**-1) * L12, L22),
    },
    "G3": {"other sign": other_sign, "prior's width": prior_width},
    "G3 c": {
        "sign": lambda i, y, mu, L: mu[i] + (L[i] @ (y - mu) - L[i, i] * (y[i] - mu[i])) / L[i, i],
        "itself included": lambda i, y, mu, L: mu[i] - L[i] @ (y - mu) / L[i, i],
    },
    "G3 d": {
        "ends like the middle": lambda r: [
            [1 + r**2, -r, 0, 0],
            [-r, 1 + r**2, -r, 0],
            [0, -r, 1 + r**2, -r],
            [0, 0, -r, 1 + r**2],
        ],
        "plus": lambda r: [[1, r, 0, 0], [r, 1 + r**2, r, 0], [0, r, 1 + r**2, r], [0, 0, r, 1]],
    },
    "G4 d": {
        "first column": lambda S, surprise, s: S[:, 0] * surprise / (S[1, 1] + s**2),
        "noise forgotten": lambda S, surprise, s: S[:, 1] * surprise / S[1, 1],
    },
    "G4 a": {
        "noise in every block": lambda S, W, Wt, R: [[S, S * Wt + R], [W * S + R, W * S * Wt + R]],
        "no noise": lambda S, W, Wt, R: [[S, S * Wt], [W * S, W * S * Wt]],
    },
    "G4": {
        "offset lost": lambda prior, channel: gaussian.joint(prior, without_offset(channel)),
        "noise twice": lambda prior, channel: gaussian.joint(
            prior, replace(channel, noise_cov=2 * channel.noise_cov)
        ),
    },
    "G4 b": {
        "marginal for noise": lambda prior, channel: gaussian.joint(prior, marginal_for_noise(prior, channel))
    },
    "G4 c": {
        "transposed": lambda S, W, Wt, R: (S * Wt, W * S * Wt + R),
        "one letter for two matrices": lambda S, W, Wt, R: (W * S, R),
    },
    "G5 a": {"plus": lambda W, Wt: (W, Wt)},
    "G5 b": {
        "plus": lambda S, W, Wt, R: [[S**-1 + Wt * R**-1 * W, Wt * R**-1], [R**-1 * W, R**-1]],
        "corner of the prior": lambda S, W, Wt, R: [[S**-1, -Wt * R**-1], [-(R**-1) * W, R**-1]],
    },
    "G5": {
        "marginal for noise": lambda prior, channel: gaussian.joint_precision(
            prior, marginal_for_noise(prior, channel)
        ),
        "covariance": lambda prior, channel: gaussian.joint(prior, channel).cov,
    },
}

BY_PRECISION, GAIN = gaussian.posterior_by_precision, gaussian.posterior
LESSON_02 = {
    "G6 a": {
        "variances added": lambda mu, v, y, s: ((mu / v + y / s**2) * (v + s**2), v + s**2),
        "standard deviation for variance": lambda mu, v, y, s: (
            (mu / v + y / s) / (1 / v + 1 / s),
            1 / (1 / v + 1 / s),
        ),
        "half-way": lambda mu, v, y, s: ((mu + y) / 2, 1 / (1 / v + 1 / s**2)),
    },
    "G7": {
        "no noise": lambda prior, channel: gaussian.predictive(prior, replace(channel, noise_cov=[[1e-9]])),
        "offset lost": lambda prior, channel: gaussian.predictive(prior, without_offset(channel)),
    },
    "G7 a": {
        "noise alone": lambda prior, channel: Gaussian(
            channel.matrix @ prior.mean + channel.offset, channel.noise_cov
        )
    },
    "G6 b": {
        "prior's opinion lost": lambda Si, W, Wt, Ri, mu, y: Wt * Ri * y,
        "prior not weighted": lambda Si, W, Wt, Ri, mu, y: mu + Wt * Ri * y,
    },
    "G6": {
        "offset lost": lambda prior, channel, y: BY_PRECISION(prior, without_offset(channel), y),
        "marginal for noise": lambda prior, channel, y: BY_PRECISION(
            prior, marginal_for_noise(prior, channel), y
        ),
        "ridge": wrong(BY_PRECISION, cov=some_larger),
    },
    "G6 c": {
        "sign": lambda C, W, Wt, Ri, mu, y: mu - C * Wt * Ri * (y - W * mu),
        "surprise lost": lambda C, W, Wt, Ri, mu, y: mu + C * Wt * Ri * y,
    },
    "G6 d": {"mean": wrong(BY_PRECISION, mean=lifted), "covariance": wrong(BY_PRECISION, cov=some_larger)},
    "G6 e": {"as if v were large": lambda r, v, s: 1 + r / s**2},
    "G8 a": {
        "plus": lambda S, W, Wt, Vi: S + S * Wt * Vi * W * S,
        "a factor S lost": lambda S, W, Wt, Vi: S - S * Wt * Vi * W,
    },
    "G8 b": {"noise in place of V^-1": lambda Wt, Ri, V: Wt * V, "order": lambda Wt, Ri, V: Ri * Wt * V},
    "G8": {
        "noise lost in the gain": lambda prior, channel, y: GAIN(
            prior, replace(channel, noise_cov=channel.noise_cov / 2), y
        ),
        "surprise turned": lambda prior, channel, y: GAIN(
            prior, channel, 2 * (channel.matrix @ prior.mean + channel.offset) - y
        ),
        "prior's covariance": lambda prior, channel, y: Gaussian(GAIN(prior, channel, y).mean, prior.cov),
    },
    "G8 c": {
        "offset lost": lambda prior, channel, y: GAIN(prior, without_offset(channel), y),
        "ridge": wrong(GAIN, cov=some_larger),
    },
    "G8 d": {
        "noise lost": lambda S, W, Wt, R, G, Gt: (1 - G * W) * S * (1 - Wt * Gt),
        "one factor only": lambda S, W, Wt, R, G, Gt: (1 - G * W) * S + G * R * Gt,
    },
    "G8 e": {
        "upside down": lambda lam, s: s**2 / (lam + s**2),
        "never believed": lambda lam, s: lam / (2 * lam + s**2),
    },
    "G8 f": {
        "standard deviation": lambda lam, s: lam / (lam + s),
        "root": lambda lam, s: np.sqrt(lam / (lam + s**2)),
    },
    "G8 g": {"prior's variance": lambda lam, s: lam, "squared": lambda lam, s: (s * lam) ** 2 / (lam + s**2)},
    "G8 h": {"added": lambda prior, channel, y: Gaussian(y, prior.cov + channel.noise_cov)},
    "G8 i": {"prior's variance": lambda prior, channel: np.trace(prior.cov)},
}


def prior_weights(prior, channel, y):
    """Erratum 1."""
    return replace(mixture.posterior(prior, channel, y), weights=prior.weights)


def moments_by_prior_weights(prior, channel, y):
    """Mean and variance at many y with the weights of the prior (erratum 1)."""
    found = [prior_weights(prior, channel, [one]) for one in y[::80]]
    grid = [[post.mean[0] for post in found], [post.cov[0, 0] for post in found]]
    return tuple(np.interp(y, y[::80], values) for values in grid)


def weights_of_likelihood(prior, channel, y):
    even = replace(prior, weights=np.full(len(prior.weights), 1 / len(prior.weights)))
    return mixture.posterior(even, channel, y).weights


def weights_at_the_noise(prior, channel, y):
    """N(y | W mu_k + b, R): the component's own spread forgotten."""
    return mixture.posterior(replace(prior, covs=1e-9 * prior.covs), channel, y).weights


def by_prior_weight(prior, channel, y):
    return mixture.posterior(prior, channel, y).means[prior.weights.argmax()]


def largest_peak(prior, channel, y):
    """The report's rule: the component with the largest density at its own mean (erratum 2)."""
    post = mixture.posterior(prior, channel, y)
    return post.means[(np.log(prior.weights) - np.linalg.slogdet(post.covs)[1] / 2).argmax()]


LESSON_03 = {
    "M1": {
        "weights ignored": lambda prior, z: np.exp(replace(prior, weights=np.full(3, 1 / 3)).log_density(z))
    },
    "M2 a": {
        "prior left": lambda part, channel, y: (gaussian.predictive(part, channel), part),
        "noise for evidence": lambda part, channel, y: (
            Gaussian(gaussian.predictive(part, channel).mean, channel.noise_cov),
            gaussian.posterior(part, channel, y),
        ),
    },
    "M2 b": {
        "first component": lambda prior, channel, y: np.exp(
            gaussian.predictive(mixture.components(prior)[0], channel).log_density(y)
        )
    },
    "M2": {
        "prior weights (erratum 1)": lambda prior, channel, y: prior.weights,
        "prior ignored": weights_of_likelihood,
        "spread forgotten": weights_at_the_noise,
    },
    "M3": {
        "prior's components": lambda prior, channel, y: prior,
        "one mean for all": wrong(mixture.posterior, means=lambda means: means * 0 + means[0]),
        "offset lost": lambda prior, channel, y: mixture.posterior(prior, without_offset(channel), y),
    },
    "M3 a": {"prior weights (erratum 1)": prior_weights},
    "M3 b": {
        "the observation enters": lambda prior, channel, y: (
            mixture.posterior(prior, channel, y).covs * (1 + y**2)
        )
    },
    "M3 c": {
        "noise halved once": lambda c: LinearGaussian(c.matrix / 2, c.offset / 2 + 40, c.noise_cov / 2),
        "offset not halved": lambda c: LinearGaussian(c.matrix / 2, c.offset + 40, c.noise_cov / 4),
    },
    "M2 c": {"first component always": lambda seen, y: np.eye(3)[np.zeros(len(y), dtype=int)]},
    "M2 d": {"prior": lambda prior, channel, y: prior},
    "M2 e": {
        "prior weights (erratum 1)": lambda prior, channel, y, z: prior_weights(
            prior, channel, y
        ).log_density(z)
    },
    "M2 f": {
        "as written": lambda l: float(np.log(np.maximum(np.exp(np.minimum(l, 700)).sum(), 5e-324))),
        "the largest alone": lambda l: l.max() + 1e-9,
        "shift not undone": lambda l: np.log(np.exp(l - l.max()).sum()),
    },
    "M4 a": {
        "variance lost": lambda a, m, C: np.sum((a - m) ** 2),
        "determinant": lambda a, m, C: np.linalg.det(C) + np.sum((a - m) ** 2),
    },
    "M4": {
        "within alone": lambda post: (post.mean, np.tensordot(post.weights, post.covs, 1)),
        "weights ignored": lambda post: (post.means.mean(axis=0), post.cov),
    },
    "M4 b": {
        "within alone": lambda w, m, C: np.tensordot(w, C, 1),
        "between about zero": lambda w, m, C: np.tensordot(w, C, 1) + np.einsum("k,ki,kj->ij", w, m, m),
    },
    "M4 c": {
        "prior weights (erratum 1)": moments_by_prior_weights,
        "prior's variance": lambda prior, channel, y: (
            moments_by_prior_weights(prior, channel, y)[0],
            0 * y + prior.cov[0, 0],
        ),
    },
    "M5": {"largest prior": by_prior_weight, "largest peak (erratum 2)": largest_peak},
    "M5 a": {
        "mean": lambda prior, channel, y: mixture.posterior(prior, channel, y).mean,
        "mode": lambda prior, channel, y: np.array([36.0]),
    },
    "M5 b": {"2 pi once": lambda C: -np.log(2 * np.pi) / 2 - np.linalg.slogdet(C)[1] / 2},
    "M5 c": {"once": np.trace},
}


def as_variance(y, prior, s):
    """Erratum 5: a standard deviation taken for a variance."""
    return denoising.denoise_patches(y, prior, s**0.5)


def m_step_of_hardened(x, resp, **options):
    """The best component alone: argmax in place of softmax."""
    return mixture.m_step(x, 0.98 * np.eye(resp.shape[1])[resp.argmax(axis=1)] + 0.02 * resp, reg_covar=0)


def shuffled_weights(y, weights, means, covs, s):
    lam = np.linalg.eigvalsh(covs)
    return np.log(weights) - 0.5 * np.log(lam + s**2).sum(axis=1)


LESSONS_04_05 = {
    "P1": {
        "column-major": lambda x, m: patches.extract_patches(x.T, m),
        "last window lost": lambda x, m: patches.extract_patches(x[:-1], m),
        "transposed patches": lambda x, m: (
            patches.extract_patches(x, m).reshape(-1, m, m).swapaxes(1, 2).reshape(-1, m * m)
        ),
    },
    "P2 a": {"average": lambda v, shape: patches.average_patches(v, shape)},
    "P2": {"sum": patches.add_patches, "divided by m^2": lambda v, shape: patches.add_patches(v, shape) / 9},
    "M7 a": {
        "prior ignored": lambda x, model: mixture.e_step(x, replace(model, weights=np.full(3, 1 / 3)))[0]
    },
    "M7": {
        "n_k - 1": lambda x, resp: wrong(mixture.m_step, covs=lambda S: S * 40 / 39)(x, resp),
        "reg_covar": lambda x, resp: mixture.m_step(x, resp, reg_covar=0.1),
        "hardened": m_step_of_hardened,
    },
    "M7 b": {"reg_covar": lambda x, resp: mixture.m_step(x, resp, reg_covar=5.0)},
    "M6": {"variance for standard deviation": as_variance, "nothing done": lambda y, prior, s: y},
    "M6 a": {"distance lost": shuffled_weights},
    "P3": {
        "root mean square": lambda a, b: 10 * np.log10(255**2 / np.sqrt(np.mean((a - b) ** 2))),
        "peak not squared": lambda a, b: 10 * np.log10(255 / np.mean((a - b) ** 2)),
    },
    "P3 a": {
        "natural logarithm": lambda mse: 10 * sympy.log(255**2 / mse),
        "20 log": lambda mse: 20 * sympy.log(255**2 / mse, 10),
    },
}


def one_to_the_right(face, background, d):
    return scene.paste(face, background, (d[0], (d[1] + 1) % 3))


def without_prior(images, one):
    return scene.log_likelihood(images, one)


def logit_with(bracket):
    """(S3) by loops with another bracket of X, F, B, s."""

    def claim(X, one):
        found, s = np.zeros((3, 3)), one.noise_std
        for i, j, a, b in np.ndindex(3, 3, *FACE):
            found[i, j] += bracket(X[i + a, j + b], one.face[a, b], one.background[i + a, j + b], s)
        return found

    return claim


printed_bracket = logit_with(lambda X, F, B, s: -((X - F) ** 2) / (2 * s**2) - (X - B) ** 2)
printed_square = logit_with(lambda X, F, B, s: -(F**2 - 2 * X * F + B * (2 * X - B) ** 2) / (2 * s**2))
background_alone = logit_with(lambda X, F, B, s: -((X - F) ** 2) / (2 * s**2))


def flat_prior(images, one):
    return scene.e_step(images, replace(one, prior=np.full((3, 3), 1 / 9)))[0]


def prior_not_logged(images, one):
    joint = scene.log_likelihood(images, one) + one.prior
    joint = np.exp(joint - joint.max(axis=(1, 2), keepdims=True))
    return joint / joint.sum(axis=(1, 2), keepdims=True)


def report_softmax(images, one):
    """Erratum 4: the maximum without ln A; 0/0 where A is zero there."""
    logits = scene.log_likelihood(images, one)
    q = one.prior * np.exp(logits - logits.max(axis=(1, 2), keepdims=True))
    with np.errstate(invalid="ignore"):
        return q / q.sum(axis=(1, 2), keepdims=True)


def hardened(images, one):
    q, _ = scene.e_step(images, one)
    return (q == q.max(axis=(1, 2), keepdims=True)).astype(float)


def sampled(**changes):
    """scene.sample from a changed scene."""
    return lambda one, n, rng: scene.sample(wrong(replace, **changes)(one), n, rng)


LESSONS_06_07 = {
    "S1 a": {
        "no + 1 (erratum 2)": lambda H, W, h, w: (H - h) * (W - w),
        "one too many": lambda H, W, h, w: (H - h + 2) * (W - w + 2),
    },
    "S1 b": {
        "off by one": one_to_the_right,
        "background alone": lambda face, background, d: np.array(background),
    },
    "S1": {"noise": sampled(noise_std=tenth_more), "prior": sampled(prior=lambda A: A[::-1])},
    "S2": {
        "prior lost": without_prior,
        "constant lost": lambda x, one: scene.log_likelihood(x, one) + np.log(one.prior) + np.log(2 * np.pi),
        "prior not logged": lambda x, one: scene.log_likelihood(x, one) + one.prior,
    },
    "S3": {"no bracket (erratum 1)": printed_bracket, "face alone": background_alone},
    "S4": {
        "square (erratum 1)": lambda X, F, B: F**2 - 2 * X * F + B * (2 * X - B) ** 2,
        "sign": lambda X, F, B: F**2 - 2 * X * F - B * (2 * X - B),
    },
    "S4 a": {
        "square (erratum 1)": printed_square,
        "convolution": lambda X, one: printed_square(X[::-1, ::-1], one),
    },
    "S4 b": {"square (erratum 1)": printed_square, "no bracket (erratum 1)": printed_bracket},
    "S5": {"prior ignored": flat_prior, "prior not logged": prior_not_logged, "argmax for softmax": hardened},
    "S5 a": {"one q for both": lambda images, one: np.multiply.outer(*2 * [scene.e_step(images, one)[0][0]])},
    "S5 b": {"maximum without ln A (erratum 4)": report_softmax, "prior ignored": flat_prior},
    "S5 c": {
        "not rescaled": lambda x, one, allowed: scene.e_step(x, one)[0] * allowed,
        "ignored": lambda x, one, allowed: flat_prior(x, one),
    },
    "S5 d": {
        "sign": lambda q: -entr(q).sum(),
        "as written": lambda q: -(q * np.log(np.where(q > 0, q, np.nan))).sum(),
    },
    "S5 e": {
        "no half": lambda v, e, s: (v * e).sum() / s - (v**2).sum() / s**2,
        "noise squared": lambda v, e, s: (v * e).sum() / s**2 - (v**2).sum() / (2 * s**2),
    },
    "S5 f": {
        "no half": lambda v, s: norm.cdf(-np.linalg.norm(v) / s),
        "sign": lambda v, s: norm.cdf(np.linalg.norm(v) / (2 * s)),
    },
    "S5 g": {"too sure": hardened},
    "S5 h": {
        "no half": lambda distances, s: norm.cdf(-distances / s).sum(),
        "nearest rival alone": lambda distances, s: norm.cdf(-distances.min() / (2 * s)),
    },
    "S5 i": {
        "face upside down": lambda images, one: scene.e_step(
            images, replace(one, face=one.face[::-1]), hard=True
        )[0]
    },
    "S6": {
        "a corner lost": lambda x, shape: windows.corner_sums(windows.cumulative_sums(x), shape) + x[0, 0],
        "off by one": lambda x, shape: windows.corner_sums(
            windows.cumulative_sums(np.roll(x, 1, axis=1)), shape
        ),
    },
    "S6 a": {"off by one": lambda x, shape: windows.window_sums(np.roll(x, 1, axis=0), shape)},
    "S7": {"convolution (erratum 3)": lambda x, f: windows.correlate(x, f[::-1, ::-1])},
    "S7 a": {
        "not conjugated (erratum 3)": lambda X, F: np.fft.ifft2(np.fft.fft2(X) * np.fft.fft2(F, X.shape)).real
    },
}


def entropy_lost(images, q, theta):
    return scene.bound(images, q, theta) - entr(q).sum()


def entropy_twice(images, q, theta):
    return scene.bound(images, q, theta) + entr(q).sum()


def nan_entropy(images, q, theta):
    """The entropy as written: 0 times minus infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return entropy_lost(images, q, theta) - (q * np.log(q)).sum()


def residual(images, q, theta):
    """C, the expected squared residual."""
    squares = [
        ((images - scene.paste(theta.face, theta.background, d)) ** 2).sum(axis=(1, 2))
        for d in np.ndindex(3, 3)
    ]
    return (q.reshape(len(q), -1) * np.transpose(squares)).sum()


def terms_of_bound(images, q, theta, cs=1.0, noise_power=2, entropies=1.0):
    s, counts = theta.noise_std, q.sum(axis=0)
    constant = -images.size / 2 * np.log(2 * np.pi * s**2) - cs * residual(images, q, theta) / (
        2 * s**noise_power
    )
    return constant + (counts * np.log(theta.prior)).sum() + entropies * entr(q).sum()


def background_everywhere(images, q, theta):
    """The residual of the background over the whole picture, not taken off in the window."""
    return ((images - theta.background) ** 2).sum()


def stale_step(images, theta):
    """An E-step of another scene."""
    other = replace(theta, noise_std=3 * theta.noise_std)
    q, _ = scene.e_step(images, other)
    return q, scene.m_step(images, q, FACE, previous=theta)


def spoiled_step(images, theta):
    """An M-step that doubles the background."""
    q, _ = scene.e_step(images, theta)
    new = scene.m_step(images, q, FACE, previous=theta)
    return q, replace(new, background=3 * new.background)


BOUND = {
    "S12 a": {
        "entropy twice": lambda q, p: (q * np.log(p)).sum() + 2 * entr(q).sum(),
        "logarithm of the average only": lambda q, p: np.log((q * p).sum() / (q**2).sum()) + 1,
    },
    "S12 b": {"no factor t": sympy.log, "t^0": lambda t: t**0 * (1 + t * sympy.log(t))},
    "S12 c": {"as written (erratum 8)": nan_entropy},
    "S12": {"entropy lost": entropy_lost, "entropy twice": entropy_twice},
    "S12 d": {"entropy twice": entropy_twice},
    "S13 a": {"steeper": lambda t: 2 * (t - 1), "above": lambda t: t},
    "S13": {"entropy lost": entropy_lost},
    "S13 b": {
        "bound of a flat q": lambda x, theta: scene.bound(x, np.full((3, 3, 3), 1 / 9), theta),
        "prior ignored": lambda x, theta: scene.e_step(x, replace(theta, prior=np.full((3, 3), 1 / 9)))[1],
    },
    "S12 e": {
        "C not halved": lambda x, q, theta: terms_of_bound(x, q, theta, cs=2.0),
        "s for s^2": lambda x, q, theta: terms_of_bound(x, q, theta, noise_power=1),
        "no entropies": lambda x, q, theta: terms_of_bound(x, q, theta, entropies=0.0),
    },
    "S12 f": {"window not taken off": background_everywhere},
    "S12 g": {"q of another scene": stale_step, "new scene worse": spoiled_step},
}


def m_step(images, q, theta):
    return scene.m_step(images, q, FACE, previous=theta)


def old_residual(images, q, theta):
    """s from the old face and background."""
    return replace(m_step(images, q, theta), noise_std=np.sqrt(residual(images, q, theta) / images.size))


def one_position_for_all(images, places, theta):
    """Erratum 9: the first picture's position in every picture."""
    return scene.m_step(images, np.repeat(places[:1], len(places), axis=0), FACE, previous=theta).background


def rectangle(q, p, lower=1, upper=1):
    (H, W), (h, w) = (4, 5), FACE
    rows = slice(max(0, p[0] + lower - h), min(p[0], H - h) + upper)
    return q[:, rows, max(0, p[1] + 1 - w) : min(p[1], W - w) + 1].sum(axis=(1, 2))


SCENE_STEPS = {
    "S8 a": {"not divided": lambda N: list(N), "uniform": lambda N: [sum(N) / 3 / sum(N)] * 3},
    "S8 b": {"uniform": lambda N: np.full(9, 1 / 9), "squared": lambda N: N**2 / (N**2).sum()},
    "S8 c": {"no K": lambda N, K, A: N - A, "uphill": lambda N, K, A: K * A - N},
    "S8": {
        "old prior": lambda x, q, theta: replace(m_step(x, q, theta), prior=theta.prior),
        "first picture": lambda x, q, theta: replace(m_step(x, q, theta), prior=q[0]),
        "smoothed": lambda x, q, theta: scene.m_step(x, q, FACE, smoothing=0.1, previous=theta),
    },
    "S9 a": {
        "not divided": lambda X, q: [
            sum(q[k, j] * X[k, j + b] for k in range(2) for j in range(2)) for b in range(2)
        ],
        "convolution": lambda X, q: [
            sum(q[k, j] * X[k, 1 - j + b] for k in range(2) for j in range(2)) / 2 for b in range(2)
        ],
    },
    "S9 b": {
        "convolution (erratum 3)": lambda x, q: (
            sum(windows.correlate(X, one[::-1, ::-1]) for X, one in zip(x, q)) / len(q)
        ),
        "not divided": lambda x, q: sum(windows.correlate(X, one) for X, one in zip(x, q)),
    },
    "S9": {
        "old face": lambda x, q, theta: replace(m_step(x, q, theta), face=theta.face),
        "off by a hundredth": lambda x, q, theta: wrong(m_step, face=lifted)(x, q, theta),
    },
    "S10 a": {
        "lower end": lambda q, p: rectangle(q, p, lower=0),
        "upper end, a slice that ends early": lambda q, p: rectangle(q, p, upper=0),
        "border forgotten": lambda q, p: q[:, : p[0] + 1, : p[1] + 1].sum(axis=(1, 2)),
    },
    "S10 b": {"turned": lambda q, shape: windows.spread(q[::-1], shape)},
    "S10 c": {
        "plain mean": lambda X, seen: [(X[0, p] + X[1, p]) / 2 for p in (0, 2)],
        "not divided": lambda X, seen: [sum(X[k, p] * seen[k, p] for k in range(2)) for p in (0, 2)],
    },
    "S10": {
        "mean of all pictures": lambda x, q, theta: replace(m_step(x, q, theta), background=x.mean(axis=0)),
        "old background": lambda x, q, theta: replace(m_step(x, q, theta), background=theta.background),
    },
    "S10 d": {
        "one position for all (erratum 9)": one_position_for_all,
        "mean of all": lambda x, places, theta: x.mean(axis=0),
    },
    "S10 e": {
        "no - 1": lambda p, H, h: H - h <= p <= h,
        "lower end": lambda p, H, h: H - h < p <= h - 1,
        "never": lambda p, H, h: False,
    },
    "S10 f": {"rounding over rounding (erratum 5)": lambda x, q, before: x.mean(axis=0)},
    "S10 g": {"one position's worth": lambda q, h, w: 1, "positions counted": lambda q, h, w: q[0].size},
    "S11 g": {
        "first block alone": lambda x, theta: scene.statistics(x[:1], theta),
        "first block twice": lambda x, theta: scene.merge(
            scene.statistics(x[:1], theta), scene.statistics(x[:2], theta)
        ),
        "hard": lambda x, theta: scene.statistics(x, replace(theta, noise_std=5.0)),
    },
    "S11 h": {"old scene, spoiled": lambda x, q, theta: replace(theta, face=theta.face + 2000)},
    "S11 a": {"root": lambda C, n: sympy.sqrt(C / n), "upside down": lambda C, n: n / C},
    "S11": {
        "old face and background": old_residual,
        "one picture's pixels": lambda x, q, theta: wrong(m_step, noise_std=lambda s: s * len(x) ** 0.5)(
            x, q, theta
        ),
        "variance for standard deviation": lambda x, q, theta: wrong(m_step, noise_std=np.square)(
            x, q, theta
        ),
    },
    "S11 b": {"spoiled face": lambda x, q, theta: wrong(m_step, face=lambda F: F + 200)(x, q, theta)},
    "S11 c": {
        "old face and background": old_residual,
        "old prior": lambda x, q, theta: replace(m_step(x, q, theta), prior=theta.prior),
        "old scene": lambda x, q, theta: theta,
    },
    "S11 d": {
        "plus": lambda Q, K, F, v, B: Q + K * (F**2).sum() - (v * B**2).sum(),
        "no weights": lambda Q, K, F, v, B: Q - K * (F**2).sum() - K * (B**2).sum(),
    },
    "S11 e": {"as if the mean were known": lambda m, s: m * s**2},
    "S11 f": {"base": lambda n: n, "half": lambda n: n / 2 * sympy.log(10)},
    "S8 d": {
        "prior learns nothing": lambda q, evidence: np.exp(evidence) / np.exp(evidence).sum(),
        "no evidence": lambda q, evidence: q / q.sum(),
    },
}


def likelihood_alone(images, theta):
    return scene.e_step(images, replace(theta, prior=np.full((3, 3), 1 / 9)), hard=True)


def next_position(images, places, theta):
    return scene.m_step(images, (places + 1) % 3, FACE, previous=theta)


FINDING = {
    "S14": {"prior ignored": likelihood_alone},
    "S14 a": {"another position": next_position},
    "S15 a": {
        "not counted below": lambda c, alpha: [(one + alpha) / (sum(c) + alpha) for one in c],
        "plain counts": lambda c, alpha: [one / sum(c) for one in c],
    },
    "S15": {
        "plain counts": lambda x, q, alpha: q.mean(axis=0),
        "alpha a position is alpha in all": lambda x, q, alpha: (
            scene.m_step(x, q, FACE, smoothing=alpha / 9).prior
        ),
    },
    "S15 b": {
        "plain counts": lambda x, q, alpha, theta: scene.m_step(x, q, FACE, previous=theta),
        "old scene": lambda x, q, alpha, theta: theta,
    },
    "S16": {
        "no half": lambda F, B, s: (F - B) ** 2 / s**2,
        "not squared": lambda F, B, s: abs(F - B) / (2 * s**2),
    },
}

MUTANTS = LESSON_01 | LESSON_02 | LESSON_03 | LESSONS_04_05 | LESSONS_06_07 | BOUND | SCENE_STEPS | FINDING
