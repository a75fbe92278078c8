"""Lesson 08, the noise, the M-step as a whole, and its sums.  (S8), (S11)"""

from dataclasses import replace

import numpy as np
import sympy
from scipy.special import logsumexp

from ... import scene
from .. import loops
from ._bound import problem
from ._core import chapter
from ._scene_steps import m_step, shifted
from ._tools import FACE, POSITIONS, SHAPE, error, exact, exceeds, hermite, slopes, worst

step = chapter("08")


@step("S11 a", "SymPy")
def noise_is_maximum(rng, claim=lambda C, n: C / n):
    """dL/du = KHW/(2u^2) (C/KHW - u) for u = s^2: the bound rises up to C/KHW and falls beyond, a
    maximum.
    """
    # Slope 0, curvature -n / (2 u^2) there; n stands for KHW.
    u, C, n = sympy.symbols("u C n", positive=True)
    slope = sympy.diff(-n / 2 * sympy.log(2 * sympy.pi * u) - C / (2 * u), u)
    best = claim(C, n)
    return exact(slope - n / (2 * u**2) * (best - u), sympy.diff(slope, u).subs(u, best) + n / (2 * best**2))


@step("S11", "loops and gradient", tolerance=1e-07, instances=2)
def noise(rng, claim=m_step):
    """s^2 = C / (KHW) with the new F and B; there the bound is flat in s."""
    # The residual of the new scene by loops, and a central difference.
    images, theta, q = problem(rng)
    new = claim(images, q, theta)
    s = np.array([new.noise_std])
    flat = slopes(lambda s: loops.bound(images, q, replace(new, noise_std=s.item())), s, 1e-3)
    C = loops.residual(images, q, loops.face_sum(images, q, FACE) / len(q), new.background)
    return worst((new.noise_std**2, C / images.size), (flat, [0.0]))


@step("S11 b", "loops")
def smallest_residual(rng, claim=m_step):
    """C is smallest for the new F and B; with the old ones s comes out too large."""
    # Against the old scene and ten scenes near the new one.
    images, theta, q = problem(rng)
    new = claim(images, q, theta)
    values = [loops.residual(images, q, theta.face, theta.background)]
    for _ in range(10):
        F, B = new.face + rng.standard_normal(FACE), new.background + rng.standard_normal(SHAPE)
        values.append(loops.residual(images, q, F, B))
    return exceeds(loops.residual(images, q, new.face, new.background), min(values))


@step("S11 c", "loops", instances=2)
def maximum(rng, claim=m_step):
    """All four updates together are the maximum: no scene has a larger bound for this q."""
    # Forty disturbances of all parameters at once, large and small.
    images, theta, q = problem(rng)
    new = claim(images, q, theta)
    values = []
    for size in np.geomspace(10, 0.01, 40):
        F, B = new.face + size * rng.standard_normal(FACE), new.background + size * rng.standard_normal(SHAPE)
        s = new.noise_std * np.exp(0.05 * size * rng.standard_normal())
        A = shifted(new.prior, 0.1 * size * rng.standard_normal(POSITIONS))
        values.append(loops.bound(images, q, scene.Scene(F, B, s, A)))
    return exceeds(values, loops.bound(images, q, new))


@step("S11 d", "loops")
def from_sums(rng, claim=lambda Q, K, F, v, B: Q - K * (F**2).sum() - (v * B**2).sum()):
    """C = Q - K sum F^2 - sum v B^2: the residual from sums alone."""
    images, theta, q = problem(rng)
    new, v = m_step(images, q, theta), (1 - loops.hidden(q, SHAPE, FACE)).sum(axis=0)
    found = claim((images**2).sum(), len(images), new.face, v, new.background)
    return error(found, loops.residual(images, q, new.face, new.background))


def statistics(images, theta):
    """The sums by the functions of the course, one picture and then the others."""
    return scene.merge(scene.statistics(images[:1], theta), scene.statistics(images[1:], theta))


@step("S11 g", "loops", tolerance=1e-11)
def blocks_add(rng, claim=statistics):
    """N, Phi, beta and Q are sums over pictures: blocks may be added."""
    # Of all pictures at once, less the common level, with q by Bayes' rule.
    images, theta, _ = problem(rng)
    q, found = loops.posterior(images, theta)[0], claim(images, theta)
    X = images - found.level
    shown = (X * (1 - loops.hidden(q, SHAPE, FACE))).sum(axis=0)
    pixels = (found.face_sum, loops.face_sum(X, q, FACE)), (found.background_sum, shown)
    return worst((found.n, 3), (found.counts, q.sum(axis=0)), *pixels, (found.square_sum, (X**2).sum()))


@step("S11 h", "loops")
def slip_hides(rng, claim=m_step):
    """With s from the old F and B the bound still rises, so that it does not give the slip away."""
    images, theta, q = problem(rng)
    old = np.sqrt(loops.residual(images, q, theta.face, theta.background) / images.size)
    slipped = replace(claim(images, q, theta), noise_std=old)
    return exceeds(loops.bound(images, q, theta), loops.bound(images, q, slipped))


@step("S11 e", "quadrature", instances=3)
def follows_the_noise(rng, claim=lambda m, s: (m - 1) * s**2):
    """The squares about the mean of m noisy values add up to (m - 1) s^2 on average."""
    s, (e, weight) = rng.uniform(0.5, 2), hermite(3, 4)
    x = s * e
    return error(claim(4, s), weight @ ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))


@step("S11 f", "SymPy")
def no_ceiling(rng, claim=lambda n: n * sympy.log(10)):
    """With C = 0 the bound grows by KHW ln 10 whenever s shrinks to a tenth: no ceiling."""
    # n stands for KHW.
    s, n = sympy.symbols("s n", positive=True)
    first, tenth = (-n / 2 * sympy.log(2 * sympy.pi * width**2) for width in (s, s / 10))
    return exact(sympy.expand_log(tenth - first - claim(n), force=True))


@step("S8 d", "loops", tolerance=1e-11)
def odds(rng, claim=lambda q, evidence: q * np.exp(evidence) / (q * np.exp(evidence)).sum()):
    """Where no other picture believes, the next odds are the old ones times exp(logit(d) - logit(d'))."""
    # (S8), then Bayes' rule, in a picture alone with its two positions; the claim gets its q and ln p(X | d).
    images, theta, q = problem(rng)
    q[1:, 0, :2], q[0, 1:], q[0, 0, 2] = 0, 0, 0
    q /= q.sum(axis=(1, 2), keepdims=True)
    after = loops.log_joint(images, replace(theta, prior=q.mean(axis=0)))[0, 0, :2]
    evidence = (loops.log_joint(images, theta) - np.log(theta.prior))[0, 0, :2]
    wanted = np.exp(after - logsumexp(after))
    return error(claim(q[0, 0, :2], evidence - evidence.max()), wanted)
