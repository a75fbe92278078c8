"""Lessons 06 and 07: the model of the scene, logits, probabilities of positions, fast sums.  (S1)-(S7)"""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import sympy
from scipy.special import entr
from scipy.stats import norm

from ... import scene, windows
from .. import loops
from ._core import chapter
from ._tools import FACE, POSITIONS, SHAPE, error, exact, exceeds, scene_and_pictures, some_scene, worst

step = chapter("06")
UNIFORM = np.full(POSITIONS, 1 / 9)


@step("S1 a", "counting, all sizes up to 6", tolerance=0, instances=1)
def positions(rng, claim=lambda H, W, h, w: (H - h + 1) * (W - w + 1)):
    """The face has (H - h + 1)(W - w + 1) positions."""
    # Corners from which the last row and column of the face still lie inside.
    found, wanted = [], []
    for H, W, h, w in np.ndindex(6, 6, 6, 6):
        H, W = H + 1, W + 1
        h, w = min(h + 1, H), min(w + 1, W)
        found.append(claim(H, W, h, w))
        wanted.append(sum(i + h <= H and j + w <= W for i, j in np.ndindex(H, W)))
    return error(found, wanted)


@step("S1 b", "loops", tolerance=0)
def paste(rng, claim=scene.paste):
    """paste: F under the face, B elsewhere."""
    one = some_scene(rng)
    given = [(one.face, one.background, d) for d in np.ndindex(POSITIONS)]
    return worst(*((claim(*args), loops.paste(*args)) for args in given))


@step("S1", "20 000 drawn pictures", tolerance=0.08, instances=1)
def model(rng, claim=scene.sample):
    """A picture is paste(F, B, d) plus noise s in every pixel, its position drawn from A."""
    # Mean, size and independence of the noise, in units of s, and how often each position comes.
    truth = some_scene(rng)
    drawn, places = claim(truth, 20_000, rng)
    clean = np.array([loops.paste(truth.face, truth.background, d).ravel() for d in np.ndindex(POSITIONS)])
    index = np.ravel_multi_index(places.T, POSITIONS)
    noise = (drawn.reshape(len(drawn), -1) - clean[index]) / truth.noise_std
    share = np.bincount(index, minlength=9) / len(index)
    means, products = noise.mean(axis=0), noise.T @ noise / len(noise)
    return worst((means, np.zeros(20)), (products, np.eye(20)), (share, truth.prior.ravel()))


@step("S2", "loops", lessons="06 08")
def log_probability(rng, claim=lambda images, one: scene.log_likelihood(images, one) + np.log(one.prior)):
    """ln p(X, d) = -(HW/2) ln(2 pi s^2) - ||X - paste||^2 / (2 s^2) + ln A(d), every constant included."""
    one, pictures = scene_and_pictures(rng)
    return error(claim(pictures, one), loops.log_joint(pictures, one))


def logit(X, one):
    """(S3) as it stands: sums over the window, (I, J)."""
    found = np.zeros(POSITIONS)
    for i, j, a, b in np.ndindex(*POSITIONS, *FACE):
        x = X[i + a, j + b]
        found[i, j] += (x - one.face[a, b]) ** 2 - (x - one.background[i + a, j + b]) ** 2
    return -found / (2 * one.noise_std**2)


@step("S3", "loops")
def only_the_window(rng, claim=logit):
    """Relative to no face anywhere only the window matters: logit = ln p(X | d) - ln p0(X)."""
    one, (X, *_) = scene_and_pictures(rng)
    without = norm.logpdf(X, one.background, one.noise_std).sum()
    return error(claim(X, one), loops.log_joint(X[None], one)[0] - np.log(one.prior) - without)


@step("S4", "SymPy", lessons="06 07")
def bracket(rng, claim=lambda X, F, B: F**2 - 2 * X * F + B * (2 * X - B)):
    """The bracket expands: (X - F)^2 - (X - B)^2 = F^2 - 2 X F + B (2 X - B)."""
    X, F, B = sympy.symbols("X F B")
    return exact((X - F) ** 2 - (X - B) ** 2 - claim(X, F, B))


def three_terms(X, one):
    """(S4) summed over all windows by the functions of the course."""
    F, B = one.face, one.background
    bracket = (F**2).sum() - 2 * windows.correlate(X, F) + windows.window_sums(B * (2 * X - B), FACE)
    return -bracket / (2 * one.noise_std**2)


@step("S4 a", "loops", lessons="06 07")
def terms(rng, claim=three_terms):
    """Summed over windows: a constant, a correlation and a window sum."""
    one, (X, *_) = scene_and_pictures(rng)
    return error(claim(X, one), logit(X, one))


@step("S4 b")
def units(rng, claim=logit):
    """Units: ten times X, F, B and s leave every logit as it was."""
    one, (X, *_) = scene_and_pictures(rng)
    larger = replace(one, face=10 * one.face, background=10 * one.background, noise_std=10 * one.noise_std)
    return error(claim(10 * X, larger), claim(X, one))


def e_step(images, one):
    """(S5) by the function of the course: q (N, I, J)."""
    return scene.e_step(images, one)[0]


@step("S5", "loops", lessons="06 08")
def posterior(rng, claim=e_step):
    """q(d) = softmax of ln A(d) + logit(d) is the posterior of the position; p0(X) cancels."""
    # Bayes' rule with bare products of SciPy's densities.
    one, pictures = scene_and_pictures(rng)
    joint = np.empty((len(pictures), *POSITIONS))
    for k, i, j in np.ndindex(joint.shape):
        clean = loops.paste(one.face, one.background, (i, j))
        joint[k, i, j] = one.prior[i, j] * norm.pdf(pictures[k], clean, one.noise_std).prod()
    return error(claim(pictures, one), joint / joint.sum(axis=(1, 2), keepdims=True))


@step("S5 a", "all pairs")
def independent_pictures(rng, claim=lambda pictures, one: np.multiply.outer(*e_step(pictures, one))):
    """Given the scene the pictures are independent: the posterior of all positions is the product of the
    q_k."""
    one, pictures = scene_and_pictures(rng)
    table = np.add.outer(*loops.log_joint(pictures[:2], one))
    table = np.exp(table - table.max())
    return error(claim(pictures[:2], one), table / table.sum())


@step("S5 b", "50 decimal digits", tolerance=1e-13)
def safe_softmax(rng, claim=e_step):
    """A softmax is the same after a shift; with ln A in the maximum it survives A = 0 at the best logit."""
    # Bayes' rule in decimal numbers; the permitted positions lie hundreds of nats below the best one.
    one = some_scene(rng, noise_std=2.0)
    X = loops.paste(one.face, one.background, (0, 0)) + 2.0 * rng.standard_normal(SHAPE)
    prior = one.prior.copy()
    prior[0, 0] = 0
    barred = replace(one, prior=prior / prior.sum())
    logs = loops.log_joint(X[None], barred).ravel().tolist()
    joint = [Decimal(x).exp() if np.isfinite(x) else Decimal(0) for x in logs]
    return error(claim(X[None], barred).ravel(), [float(x / sum(joint)) for x in joint])


@step("S5 c")
def cut_off(rng, claim=lambda x, one, allowed: e_step(x, replace(one, prior=allowed / allowed.sum()))):
    """A prior that allows a part of the positions cuts q off there and rescales it."""
    (one, pictures), allowed = scene_and_pictures(rng, prior=UNIFORM), np.array([[0.0, 1, 1]] * 3)
    q = e_step(pictures, one) * allowed
    return error(claim(pictures, one, allowed), q / q.sum(axis=(1, 2), keepdims=True))


@step("S5 d", "counting", tolerance=1e-14, instances=1)
def entropy(rng, claim=lambda q: entr(q).sum()):
    """The entropy -sum q ln q is ln m for m equal chances, and 0 for a sure q (0 ln 0 = 0)."""
    shared = [np.where(np.arange(9) < m, 1 / m, 0.0) for m in range(1, 10)]
    return error([claim(q) for q in shared], [np.log(m) for m in range(1, 10)])


@step("S5 e", tolerance=1e-11, instances=10)
def rival(rng, claim=lambda v, e, s: (v * e).sum() / s - (v**2).sum() / (2 * s**2)):
    """A rival gains v.e / s - ||v||^2 / (2 s^2) over the true place, v the change of the pasted picture."""
    one, e = some_scene(rng), rng.standard_normal(SHAPE)
    true, other = (loops.paste(one.face, one.background, d) for d in ((0, 1), (2, 2)))
    X, s = true + one.noise_std * e, one.noise_std
    return error(claim(other - true, e, s), norm.logpdf(X, other, s).sum() - norm.logpdf(X, true, s).sum())


@step("S5 f", "20 000 drawn pictures", tolerance=0.03, instances=1)
def rival_chance(rng, claim=lambda v, s: norm.cdf(-np.linalg.norm(v) / (2 * s))):
    """A rival beats the true place with probability Phi(-||v|| / 2s)."""
    one = some_scene(rng, noise_std=250.0)
    true, other = (loops.paste(one.face, one.background, d) for d in ((0, 1), (1, 1)))
    X = true + one.noise_std * rng.standard_normal((20_000, *SHAPE))
    beaten = ((X - other) ** 2).sum(axis=(1, 2)) < ((X - true) ** 2).sum(axis=(1, 2))
    return error(claim(other - true, one.noise_std), beaten.mean())


@step("S5 g", "20 000 drawn pictures", tolerance=0.03, instances=1)
def calibrated(rng, claim=e_step):
    """A position is right with probability q(d), so no rule is right more often than the largest q."""
    # The mean of the largest q against how often the most probable position is the true one.
    one = some_scene(rng, noise_std=200.0)
    pictures, places = scene.sample(one, 20_000, rng)
    clean = np.array([loops.paste(one.face, one.background, d) for d in np.ndindex(POSITIONS)])
    squares = ((pictures[:, None] - clean) ** 2).sum(axis=(2, 3))
    joint = np.log(one.prior.ravel()) - squares / (2 * one.noise_std**2)
    hits = joint.argmax(axis=1) == np.ravel_multi_index(places.T, POSITIONS)
    return error(claim(pictures, one).max(axis=(1, 2)).mean(), hits.mean())


@step("S5 h", "20 000 drawn pictures", tolerance=0.08, instances=1)
def union_bound(rng, claim=lambda distances, s: norm.cdf(-distances / (2 * s)).sum()):
    """Union bound: a picture goes wrong at most with the sum of the chances of all rivals."""
    # The expected number of rivals that beat the true place, and the share of pictures with one at least.
    one, place = some_scene(rng, noise_std=150.0), 4
    clean = np.array([loops.paste(one.face, one.background, d).ravel() for d in np.ndindex(POSITIONS)])
    X = clean[place] + one.noise_std * rng.standard_normal((20_000, 20))
    squares = (clean**2).sum(axis=1) - 2 * X @ clean.T
    beaten = squares < squares[:, [place]]
    rivals = np.delete(clean, place, axis=0)
    chance = claim(np.linalg.norm(rivals - clean[place], axis=1), one.noise_std)
    return max(error(chance, beaten.sum(axis=1).mean()), exceeds(beaten.any(axis=1).mean(), chance))


@step("S5 i", "loops", tolerance=0, lessons="08")
def same_order(rng, claim=lambda images, one: scene.e_step(images, one, hard=True)[0]):
    """With equal A the best position does not depend on s, only how sure q is of it does."""
    one, pictures = scene_and_pictures(rng, prior=UNIFORM)
    joint = loops.log_joint(pictures, replace(one, noise_std=7.0))
    best = [np.unravel_index(table.argmax(), POSITIONS) for table in joint]
    return error(claim(pictures, one), best)


def correlation_loop(picture, template):
    """Correlation with a template, by loops."""
    h, w = template.shape
    found = np.empty((picture.shape[0] - h + 1, picture.shape[1] - w + 1))
    for i, j in np.ndindex(found.shape):
        found[i, j] = (picture[i : i + h, j : j + w] * template).sum()
    return found


@step("S6", "loops", lessons="07")
def corners(rng, claim=lambda picture, shape: windows.corner_sums(windows.cumulative_sums(picture), shape)):
    """Window sums are differences of four corners of the summed-area table."""
    picture = rng.uniform(0, 255, (6, 9))
    return error(claim(picture, (2, 4)), correlation_loop(picture, np.ones((2, 4))))


@step("S6 a", "loops", tolerance=1e-13, lessons="07")
def doubling(rng, claim=windows.window_sums):
    """Doubling runs adds up the same windows."""
    picture = rng.uniform(0, 255, (6, 9))
    return error(claim(picture, (3, 7)), correlation_loop(picture, np.ones((3, 7))))


@step("S7", "loops", lessons="07")
def correlation(rng, claim=windows.correlate):
    """Correlation with the face by Fourier transforms."""
    picture, template = rng.uniform(0, 255, (6, 9)), rng.uniform(0, 255, (2, 4))
    return error(claim(picture, template), correlation_loop(picture, template))


@step("S7 a", "loops", lessons="07")
def no_wrapping(rng, claim=lambda X, F: np.fft.ifft2(np.fft.fft2(X) * np.conj(np.fft.fft2(F, X.shape))).real):
    """The inverse transform of X^ conj(F^), size (H, W), does not wrap where the window fits."""
    # The upper left part of the circular correlation.
    picture, template = rng.uniform(0, 255, (6, 9)), rng.uniform(0, 255, (2, 4))
    return error(claim(picture, template)[:5, :6], correlation_loop(picture, template))
