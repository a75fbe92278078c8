"""Wrong formulas for every step of the ledger: number -> rows, each of which its check must find.

A row is an edit (old, new) or several ((old, new), ...) of the claim, where that is a function of the ledger, else of
the check with its claim; or a function in the place of the claim, where no edit makes the slip.
"""

from dataclasses import replace

import numpy as np
from scipy.special import entr

from course_lib import denoising, gaussian, mixture, patches, scene, windows
from course_lib.gaussian import Gaussian

FACE = (2, 3)
JOINT, PRECISION = gaussian.joint, gaussian.joint_precision
BY_PRECISION, GAIN, EXPECTED = gaussian.posterior_by_precision, gaussian.posterior, gaussian.predictive


def but(function, **changes):
    """The function, with fields of its result changed: name=change(old value)."""

    def claim(*arguments):
        found = function(*arguments)
        return replace(found, **{name: change(getattr(found, name)) for name, change in changes.items()})

    return claim


def some_larger(cov):
    return cov + 0.01 * np.eye(len(cov))


def other_sign(g, seen, value):
    """(G2) with the surprise turned round."""
    return gaussian.condition(g, seen, 2 * g.mean[seen] - value)


def prior_width(g, seen, value):
    """The mean of (G2), the covariance of the marginal."""
    rest = np.setdiff1d(np.arange(len(g.mean)), seen)
    return Gaussian(gaussian.condition(g, seen, value).mean, g.cov[np.ix_(rest, rest)])


def of_channel(function, **changes):
    """The function of (prior, channel, ...) with fields of the channel changed by name=change(prior, channel)."""

    def claim(prior, channel, *rest):
        changed = {name: change(prior, channel) for name, change in changes.items()}
        return function(prior, replace(channel, **changed), *rest)

    return claim


def marginal_cov(prior, channel):
    """Erratum 4: the covariance of y in the place of the noise's."""
    return gaussian.predictive(prior, channel).cov


def nothing(prior, channel):
    return 0 * channel.offset


LESSON_01 = {
    "G1 a": (("Gaussian(mu, S)", "Gaussian(mu, np.linalg.inv(S))"),
             ("Gaussian(mu, S).log_density(y)", "-(y - mu) @ np.linalg.solve(S, y - mu) / 2")),
    "G1 b": (("exp(s**2 / 2)", "exp(s**2)"), ("exp(s**2 / 2)", "exp(-(s**2) / 2)")),
    "G1 c": (("@ t / 2", "@ t"), ("exp(t @ mu + ", "exp(")),
    "G1 d": (("B @ mu + c,", "B @ mu,"), ("B @ S @ B.T)", "B @ S @ B.T + np.outer(c, c))")),
    "G1 e": (("two.log_density(y[2:])", "one.log_density(y[:2])"),),
    "G1": (lambda g, keep: gaussian.condition(g, [1], [0.0]), lambda g, keep: gaussian.marginal(g, [1])),
    "G2 a": (("(-S12 * S22**-1, -(S22**-1) * S21)", "(S12 * S22**-1, S22**-1 * S21)"),
             ("(-S12 * S22**-1, -(S22**-1) * S21)", "(-(S22**-1) * S12, -S21 * S22**-1)")),
    "G2 b": (("[[M**-1,", "[[(M + S12 * S22**-1 * S21) ** -1,"), ("L12, L21 = -(M", "L12, L21 = (M")),
    "G2 c": (("[1] + np", "[1] - np"),),
    "G2 d": (("d2: d1 - S12", "d2: d1 + S12"), ("d2: d1 - S12 * S22**-1", "d2: d1 - S12")),
    "G2 e": (other_sign, prior_width), "G2": (other_sign, prior_width), "G2 f": (other_sign, prior_width),
    "G2 g": (("[0.0]).cov[0, 0]", "[0.0]).cov[0, 0] * (1 + 0.01 * value**2)"),),
    "G2 h": (("(1 - rho**2)):", "(1 - rho)):"),),
    "G3 a": (("d2: L11**-1", "d2: -(L11**-1)"), ("d2: L11**-1", "d2: L11")),
    "G3 b": (("-(a**-1) * b", "a**-1 * b"), ("d - c * a**-1 * b", "d")),
    "G3": (other_sign, prior_width),
    "G3 c": (("-(L[i] @ d -", "(L[i] @ d -"), (" - L[i, i] * d[i]", "")),
    "G3 d": (("-r, 1]]", "-r, m]]"), ("[-r, m, -r, 0]", "[r, m, r, 0]")),
    "G4 d": (("S[:, 1] *", "S[:, 0] *"), (" / (S[1, 1] + s**2)", " / S[1, 1]")),
    "G4 a": (("S * Wt], [W * S,", "S * Wt + R], [W * S + R,"), ("W * S * Wt + R]]", "W * S * Wt]]")),
    "G4": (of_channel(JOINT, offset=nothing), of_channel(JOINT, noise_cov=lambda p, c: 2 * c.noise_cov)),
    "G4 b": (of_channel(JOINT, noise_cov=marginal_cov),),
    "G4 c": (("(W * S, W * S", "(S * Wt, W * S"), ("(W * S, W * S * Wt + R)", "(W * S, R)")),
    "G5 a": (("(-W, -Wt)", "(W, Wt)"),),
    "G5 b": ((("-Wt * P]", "Wt * P]"), ("[-P * W", "[P * W")), ("S**-1 + Wt * P * W", "S**-1")),
    "G5": (of_channel(PRECISION, noise_cov=marginal_cov), lambda prior, channel: JOINT(prior, channel).cov),
}  # fmt: skip

LESSON_02 = {
    "G6 a": (("/ (1 / v + 1 / s**2), 1 / (1 / v + 1 / s**2)", "* (v + s**2), v + s**2"),
             ("((mu / v + y / s**2) / (1 / v + 1 / s**2), 1 / (1 / v + 1 / s**2))",
              "((mu / v + y / s) / (1 / v + 1 / s), 1 / (1 / v + 1 / s))"),
             ("(mu / v + y / s**2) / (1 / v + 1 / s**2),", "(mu + y) / 2,")),
    "G7": (of_channel(EXPECTED, noise_cov=lambda p, c: [[1e-9]]), of_channel(EXPECTED, offset=nothing)),
    "G7 a": (lambda prior, channel: Gaussian(EXPECTED(prior, channel).mean, channel.noise_cov),),
    "G6 b": (("Si * mu + Wt * Ri * y):", "Wt * Ri * y):"), ("y: Si * mu +", "y: mu +")),
    "G6": (of_channel(BY_PRECISION, offset=nothing), of_channel(BY_PRECISION, noise_cov=marginal_cov),
           but(BY_PRECISION, cov=some_larger)),
    "G6 c": (("y: mu + C", "y: mu - C"), ("Ri * (y - W * mu)):", "Ri * y):")),
    "G6 d": (but(BY_PRECISION, mean=lambda mean: mean + 0.01), but(BY_PRECISION, cov=some_larger)),
    "G6 e": (("s: 1 + r / v + r", "s: 1 + r"),),
    "G8 a": (("Vi: S - S", "Vi: S + S"), ("Vi * W * S):", "Vi * W):")),
    "G8 b": (("V: Wt * Ri * V", "V: Wt * V"), ("V: Wt * Ri * V", "V: Ri * Wt * V")),
    "G8": (of_channel(GAIN, noise_cov=lambda p, c: c.noise_cov / 2),
           lambda p, c, y: GAIN(p, c, 2 * (c.matrix @ p.mean + c.offset) - y),
           lambda p, c, y: Gaussian(GAIN(p, c, y).mean, p.cov)),
    "G8 c": (of_channel(GAIN, offset=nothing), but(GAIN, cov=some_larger)),
    "G8 d": ((" + G * R * Gt):", "):"), (" * (1 - Wt * Gt) +", " +")),
    "G8 e": (("s: lam / (lam", "s: s**2 / (lam"), ("/ (lam + s**2)):", "/ (2 * lam + s**2)):")),
    "G8 f": (("lam + s**2)):", "lam + s)):"), ("lam / (lam + s**2)):", "np.sqrt(lam / (lam + s**2))):")),
    "G8 g": (("s**2 * lam / (lam + s**2)):", "lam):"), ("s: s**2 * lam /", "s: (s * lam) ** 2 /")),
    "G8 h": (lambda prior, channel, y: Gaussian(y, prior.cov + channel.noise_cov),),
    "G8 i": (("gaussian.posterior(prior, channel, [0, 0]).cov", "prior.cov"),),
}  # fmt: skip


def prior_weights(prior, channel, y):
    """Erratum 1."""
    return replace(mixture.posterior(prior, channel, y), weights=prior.weights)


def moments_by_prior_weights(prior, channel, y):
    """Mean and variance at many y with the weights of the prior (erratum 1)."""
    found = [prior_weights(prior, channel, [one]) for one in y[::80]]
    grid = [[post.mean[0] for post in found], [post.cov[0, 0] for post in found]]
    return tuple(np.interp(y, y[::80], values) for values in grid)


def even(prior):
    return replace(prior, weights=np.full(len(prior.weights), 1 / len(prior.weights)))


def of_prior(function, change=even):
    """The function of (prior, ...) with another prior."""
    return lambda prior, *rest: function(change(prior), *rest)


def posterior_weights(prior, channel, y):
    return mixture.posterior(prior, channel, y).weights


def largest_peak(prior, channel, y):
    """The report's rule: the component with the largest density at its own mean (erratum 2)."""
    post = mixture.posterior(prior, channel, y)
    return post.means[(np.log(prior.weights) - np.linalg.slogdet(post.covs)[1] / 2).argmax()]


LESSON_03 = {
    "M1": (of_prior(lambda prior, z: np.exp(prior.log_density(z))),),
    "M2 a": (("gaussian.posterior(p, c, y))):", "p)):"),
             lambda p, c, y: (Gaussian(EXPECTED(p, c).mean, c.noise_cov), GAIN(p, c, y))),
    "M2 b": (("mixture.predictive(prior, channel)", "gaussian.predictive(mixture.components(prior)[0], channel)"),),
    "M2": (("mixture.posterior(prior, channel, y).weights", "prior.weights"), of_prior(posterior_weights),
           of_prior(posterior_weights, lambda prior: replace(prior, covs=1e-9 * prior.covs))),
    "M3": (("mixture.posterior(prior, channel, y)):", "prior):"),
           but(mixture.posterior, means=lambda means: means * 0 + means[0]), of_channel(mixture.posterior, offset=nothing)),
    "M3 a": (prior_weights,),
    "M3 b": (("[0.0]).covs", "y).covs * (1 + y**2)"),),
    "M3 c": (("noise_cov / 4", "noise_cov / 2"), ("c.offset / 2", "c.offset")),
    "M2 c": (("mixture.responsibilities(seen, y)", "np.eye(3)[np.zeros(len(y), dtype=int)]"),),
    "M2 d": (lambda prior, channel, y: prior,),
    "M2 e": (lambda prior, channel, y, z: prior_weights(prior, channel, y).log_density(z),),
    "M2 f": (("l.max() + np.log(np.exp(l - l.max()).sum())",
              "float(np.log(np.maximum(np.exp(np.minimum(l, 700)).sum(), 5e-324)))"),
             ("l.max() + np.log(np.exp(l - l.max()).sum())", "l.max() + 1e-9"), ("l: l.max() + ", "l: ")),
    "M4 a": (("np.trace(C) + np.sum((a - m) ** 2)):", "np.sum((a - m) ** 2)):"), ("np.trace(C) +", "np.linalg.det(C) +")),
    "M4": (("post.cov)):", "np.tensordot(post.weights, post.covs, 1))):"), ("(post.mean,", "(post.means.mean(axis=0),")),
    "M4 b": ((' + np.einsum("k,ki,kj->ij", w, d, d)', ""), ("w, d, d)", "w, d + 1, d + 1)")),
    "M4 c": (moments_by_prior_weights,
             lambda prior, channel, y: (moments_by_prior_weights(prior, channel, y)[0], 0 * y + prior.cov[0, 0])),
    "M5": (lambda prior, channel, y: mixture.posterior(prior, channel, y).means[prior.weights.argmax()], largest_peak),
    "M5 a": ((', estimate="most_probable"', ""), lambda prior, channel, y: np.array([36.0])),
    "M5 b": (("np.linalg.slogdet(2 * np.pi * C)[1] / 2", "np.log(2 * np.pi) / 2 - np.linalg.slogdet(C)[1] / 2"),),
    "M5 c": (("2 * np.trace", "np.trace"),),
}  # fmt: skip


def hardened_step(x, resp):
    """The best component alone: argmax in place of softmax."""
    return mixture.m_step(x, 0.98 * np.eye(resp.shape[1])[resp.argmax(axis=1)] + 0.02 * resp, reg_covar=0)


def transposed_patches(x, m):
    return patches.extract_patches(x, m).reshape(-1, m, m).swapaxes(1, 2).reshape(-1, m * m)


LESSONS_04_05 = {
    "P1": (lambda x, m: patches.extract_patches(x.T, m), lambda x, m: patches.extract_patches(x[:-1], m), transposed_patches),
    "P2 a": (patches.average_patches,),
    "P2": (patches.add_patches, lambda v, shape: patches.add_patches(v, shape) / 9),
    "M7 a": (lambda x, model: mixture.e_step(x, even(model))[0],),
    "M7": (but(lambda x, resp: mixture.m_step(x, resp, reg_covar=0), covs=lambda S: S * 40 / 39),
           ("reg_covar=0)", "reg_covar=0.1)"), hardened_step),
    "M7 b": (("reg_covar=0)", "reg_covar=5.0)"),),
    "M6": (lambda y, prior, s: denoising.denoise_patches(y, prior, s**0.5), lambda y, prior, s: y),
    "M6 a": ((" + along**2 / (lam + s**2)", ""),),
    "P3": (lambda a, b: 10 * np.log10(255**2 / np.sqrt(np.mean((a - b) ** 2))),
           lambda a, b: 10 * np.log10(255 / np.mean((a - b) ** 2))),
    "P3 a": (("255**2 / mse, 10)", "255**2 / mse)"), ("mse: 10 *", "mse: 20 *")),
}  # fmt: skip


def flat(one):
    return replace(one, prior=np.full((3, 3), 1 / 9))


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


# Edits of `logit`, (S3) by loops: the report's formula without its brackets, with its square too many, and half of it
NO_BRACKET = (("** 2 - (x", "** 2 + 2 * one.noise_std**2 * (x"),)
SQUARE = (("found[i, j] += (x - one.face[a, b]) ** 2 - (x - one.background[i + a, j + b]) ** 2",
           "F, B = one.face[a, b], one.background[i + a, j + b]; found[i, j] += F**2 - 2 * x * F + B * (2 * x - B) ** 2"),)  # fmt: skip
FACE_ALONE = ((" - (x - one.background[i + a, j + b]) ** 2", ""),)
Q_OF_FLAT = ("scene.e_step(images, one)", "scene.e_step(images, replace(one, prior=np.full((3, 3), 1 / 9)))")
LESSONS_06_07 = {
    "S1 a": (("w: (H - h + 1) * (W - w + 1)", "w: (H - h) * (W - w)"), ("* (W - w + 1)):", "* (W - w + 2)):")),
    "S1 b": (lambda F, B, d: scene.paste(F, B, (d[0], (d[1] + 1) % 3)), lambda F, B, d: np.array(B)),
    "S1": (lambda one, n, rng: scene.sample(replace(one, noise_std=1.1 * one.noise_std), n, rng),
           lambda one, n, rng: scene.sample(replace(one, prior=one.prior[::-1]), n, rng)),
    "S2": ((" + np.log(one.prior)", ""), ("np.log(one.prior)", "np.log(2 * np.pi * one.prior)"), ("np.log(one.prior)", "one.prior")),
    "S3": (NO_BRACKET, FACE_ALONE),
    "S4": (("B * (2 * X - B)):", "B * (2 * X - B) ** 2):"), ("2 * X * F + B", "2 * X * F - B")),
    "S4 a": (("(2 * X - B)", "(2 * X - B) ** 2"), ("windows.correlate(X, F)", "windows.correlate(X, F[::-1, ::-1])")),
    "S4 b": (SQUARE, NO_BRACKET),
    "S5": (Q_OF_FLAT, prior_not_logged, hardened),
    "S5 a": (("*e_step(pictures, one)", "*2 * [e_step(pictures, one)[0]]"),),
    "S5 b": (report_softmax, Q_OF_FLAT),
    "S5 c": (("replace(one, prior=allowed / allowed.sum()))):", "one) * allowed):"),
             ("prior=allowed / allowed.sum()", "prior=np.full((3, 3), 1 / 9)")),
    "S5 d": (("q: entr", "q: -entr"), ("entr(q).sum()", "-(q * np.log(np.where(q > 0, q, np.nan))).sum()")),
    "S5 e": (("(v**2).sum() / (2 * s**2)", "(v**2).sum() / s**2"), (".sum() / s -", ".sum() / s**2 -")),
    "S5 f": (("/ (2 * s)", "/ s"), ("cdf(-np", "cdf(np")),
    "S5 g": (hardened,),
    "S5 h": (("/ (2 * s)).sum()", "/ s).sum()"), ("-distances / (2 * s)", "-distances.min() / (2 * s)")),
    "S5 i": (("(images, one, hard", "(images, replace(one, face=one.face[::-1]), hard"),),
    "S6": (("shape)):", "shape) + picture[0, 0]):"), ("cumulative_sums(picture)", "cumulative_sums(np.roll(picture, 1, axis=1))")),
    "S6 a": (lambda x, shape: windows.window_sums(np.roll(x, 1, axis=0), shape),),
    "S7": (lambda x, f: windows.correlate(x, f[::-1, ::-1]),),
    "S7 a": (("np.conj(np.fft.fft2(F, X.shape))", "np.fft.fft2(F, X.shape)"),),
}  # fmt: skip


def bound_with(entropies):
    """The bound with the entropy of q so many times."""
    return lambda images, q, theta: scene.bound(images, q, theta) + (entropies - 1) * entr(q).sum()


def nan_entropy(images, q, theta):
    """The entropy as written: 0 times minus infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return bound_with(0)(images, q, theta) - (q * np.log(q)).sum()


def em_step(images, expecting, old):
    """An E-step of one scene and an M-step from another."""
    q, _ = scene.e_step(images, expecting)
    return q, scene.m_step(images, q, FACE, previous=old)


def spoiled_step(images, old):
    q, new = em_step(images, old, old)
    return q, replace(new, background=3 * new.background)


BOUND = {
    "S12 a": (("(q[q > 0] * np.log(p[q > 0] / q[q > 0])).sum()", "(q * np.log(p)).sum() - 2 * (q[q > 0] * np.log(q[q > 0])).sum()"),
              ("(q[q > 0] * np.log(p[q > 0] / q[q > 0])).sum()", "np.log((q * p).sum() / (q**2).sum()) + 1")),
    "S12 b": (("t: t * sympy.log(t)", "t: sympy.log(t)"), ("t: t * sympy", "t: 1 + t * sympy")),
    "S12 c": (nan_entropy,),
    "S12": (bound_with(0), bound_with(2)),
    "S12 d": (bound_with(2),),
    "S13 a": (("t: t - 1", "t: 2 * (t - 1)"), ("t: t - 1", "t: t")),
    "S13": (bound_with(0),),
    "S13 b": (lambda x, theta: scene.bound(x, np.full((3, 3, 3), 1 / 9), theta), lambda x, theta: scene.e_step(x, flat(theta))[1]),
    "S12 e": (("C / (2 * s**2)", "C / s**2"), ("C / (2 * s**2)", "C / (2 * s)"), (" + entr(q).sum()", "")),
    "S12 f": (("[~inside]", ""),),
    "S12 g": (lambda x, old: em_step(x, replace(old, noise_std=3 * old.noise_std), old), spoiled_step),
}  # fmt: skip


def m_step(images, q, theta):
    return scene.m_step(images, q, FACE, previous=theta)


def m_step_but(**changes):
    """The M-step with name=change(images, q, the old scene) in the place of a field."""
    return lambda *args: replace(m_step(*args), **{name: change(*args) for name, change in changes.items()})


def old_noise(images, q, theta):
    """The noise from the old face and background."""
    squares = [
        ((images - scene.paste(theta.face, theta.background, d)) ** 2).sum(axis=(1, 2))
        for d in np.ndindex(3, 3)
    ]
    return np.sqrt((q.reshape(len(q), -1) * np.transpose(squares)).sum() / images.size)


def old_scene(images, q, theta):
    return theta


ALL_PIXELS = ("scene.m_step(x, q, old.face.shape, previous=old).background", "x.mean(axis=0)")
SCENE_STEPS = {
    "S8 a": (("N: N / sum(N)", "N: N"), ("N: N / sum(N)", "N: sympy.ones(3, 1) / 3")),
    "S8 b": (("N: N / N.sum()", "N: np.full(9, 1 / 9)"), ("N: N / N.sum()", "N: N**2 / (N**2).sum()")),
    "S8 c": (("A: N - K * A", "A: N - A"), ("A: N - K * A", "A: K * A - N")),
    "S8": (m_step_but(prior=lambda x, q, old: old.prior), m_step_but(prior=lambda x, q, old: q[0]),
           ("FACE, ", "FACE, smoothing=0.1, ")),
    "S9 a": (("np.ndindex(2, 2)) / 2", "np.ndindex(2, 2))"), ("X[k, j + b]", "X[k, 1 - j + b]")),
    "S9 b": (("map(windows.correlate, x, q)", "map(windows.correlate, x, q[:, ::-1, ::-1])"), (" / len(q)):", "):")),
    "S9": (m_step_but(face=lambda x, q, old: old.face), but(m_step, face=lambda F: F + 0.01)),
    "S10 a": (("p[0] + 1 - h", "p[0] - h"), ("min(p[0], H - h) + 1", "min(p[0], H - h)"),
              ("q[:, rows, columns]", "q[:, : p[0] + 1, : p[1] + 1]")),
    "S10 b": (lambda q, shape: windows.spread(q[::-1], shape),),
    "S10 c": (("X.dot(seen) / sum(seen)", "sum(X) / 2"), ("X.dot(seen) / sum(seen)", "X.dot(seen)")),
    "S10": (m_step_but(background=lambda x, q, old: x.mean(axis=0)), m_step_but(background=lambda x, q, old: old.background)),
    "S10 d": (("scene.m_step(x, places, FACE", "scene.m_step(x, np.repeat(places[:1], len(places), axis=0), FACE"),
              lambda x, places, old: x.mean(axis=0)),
    "S10 e": (("<= h - 1):", "<= h):"), ("h: H - h <= p", "h: H - h < p"), ("H - h <= p <= h - 1", "False")),
    "S10 f": (ALL_PIXELS,),
    "S10 g": (("w: h * w", "w: 1"), ("w: h * w", "w: q[0].size")),
    "S11 g": (lambda x, theta: scene.statistics(x[:1], theta), ("images[1:]", "images[:2]"),
              lambda x, theta: scene.statistics(x, replace(theta, noise_std=5.0))),
    "S11 h": (lambda x, q, old: replace(old, face=old.face + 2000),),
    "S11 a": (("n: C / n", "n: sympy.sqrt(C / n)"), ("n: C / n", "n: n / C")),
    "S11": (m_step_but(noise_std=old_noise), but(m_step, noise_std=lambda s: s * 3**0.5), but(m_step, noise_std=np.square)),
    "S11 b": (but(m_step, face=lambda F: F + 200),),
    "S11 c": (m_step_but(noise_std=old_noise), m_step_but(prior=lambda x, q, old: old.prior), old_scene),
    "S11 d": (("B: Q - K", "B: Q + K"), ("(v * B**2).sum()", "K * (B**2).sum()")),
    "S11 e": (("s: (m - 1)", "s: m"),),
    "S11 f": (("n: n * sympy.log(10)", "n: n"), ("n: n * sympy", "n: n / 2 * sympy")),
    "S8 d": (("q * np.exp(evidence) / (q * np.exp(evidence)).sum()", "np.exp(evidence) / np.exp(evidence).sum()"),
             ("q * np.exp(evidence) / (q * np.exp(evidence)).sum()", "q / q.sum()")),
}  # fmt: skip

FINDING = {
    "S14": (lambda images, theta: scene.e_step(images, flat(theta), hard=True),),
    "S14 a": (("theta: scene.m_step(images, places, ", "theta: scene.m_step(images, (places + 1) % 3, "),),
    "S15 a": (("(sum(c) + 3 * alpha)", "(sum(c) + alpha)"), ("(one + alpha) / (sum(c) + 3 * alpha)", "one / sum(c)")),
    "S15": (("smoothing=alpha)", "smoothing=0)"), ("smoothing=alpha)", "smoothing=alpha / 9)")),
    "S15 b": (("smoothing=alpha, ", ""), lambda x, q, alpha, old: old),
    "S16": (("/ (2 * s**2)):", "/ s**2):"), ("(F - B) ** 2 / (2 * s**2)):", "abs(F - B) / (2 * s**2)):")),
}  # fmt: skip

MUTANTS = LESSON_01 | LESSON_02 | LESSON_03 | LESSONS_04_05 | LESSONS_06_07 | BOUND | SCENE_STEPS | FINDING
