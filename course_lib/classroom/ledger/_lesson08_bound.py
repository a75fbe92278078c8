"""Lesson 08, first half: Jensen, the bound, what it loses, and why EM never falls.  (S12), (S13)"""

import numpy as np
import sympy
from scipy.special import entr, rel_entr, xlogy

from ... import scene
from .. import loops
from ._core import chapter
from ._tools import FACE, SHAPE, error, exact, exceeds, scene_and_pictures, some_q, some_scene

step = chapter("08")


def problem(rng):
    """Pictures of one scene, another scene theta, and a q that belongs to neither."""
    return scene_and_pictures(rng)[1], some_scene(rng), some_q(rng)


def log_evidence(images, theta):
    """ln p(X) of all pictures by loops."""
    return loops.posterior(images, theta)[1].sum()


@step("S12 a", tolerance=1e-13, instances=200)
def jensen(rng, claim=lambda q, p: (q[q > 0] * np.log(p[q > 0] / q[q > 0])).sum()):
    """Jensen: sum q ln(p / q) <= ln sum p for every q, with equality for q = p / sum p."""
    # Random q, some entries 0, and the posterior itself.
    p, q = rng.uniform(0, 1, 9), rng.dirichlet(np.ones(9)) * (rng.uniform(size=9) > 0.3)
    q = q / q.sum() if q.any() else p / p.sum()
    top = np.log(p.sum())
    return max(exceeds(claim(q, p), top), error(claim(p / p.sum(), p), top))


@step("S12 b", "SymPy")
def zero_log_zero(rng, claim=lambda t: t * sympy.log(t)):
    """0 ln 0 = 0 is the limit of t ln t."""
    t = sympy.symbols("t", positive=True)
    return exact(sympy.limit(claim(t), t, 0))


@step("S12 c", "loops")
def left_out(rng, claim=scene.bound):
    """With 0 ln 0 = 0, positions that q excludes are left out, also where A = 0 there."""
    images, theta, _ = problem(rng)
    q = np.zeros((3, 3, 3))
    q[:, 1, 2] = 1
    sure = scene.Scene(theta.face, theta.background, theta.noise_std, q[0])
    return error(claim(images, q, sure), loops.log_joint(images, sure)[:, 1, 2].sum())


@step("S12", "loops")
def bound(rng, claim=scene.bound):
    """bound(q, theta) = sum_k [E_q ln p(X, d) + entropy(q_k)]."""
    images, theta, q = problem(rng)
    return error(claim(images, q, theta), loops.bound(images, q, theta))


@step("S12 d", "loops")
def below_evidence(rng, claim=scene.bound):
    """The bound is at most ln p(X), for every q from flat to sure."""
    images, theta, _ = problem(rng)
    posterior, evidence = loops.posterior(images, theta)
    rivals = [some_q(rng, sharpness) for sharpness in np.geomspace(100, 0.05, 20)]
    return exceeds([claim(images, q, theta) for q in [posterior, *rivals]], evidence.sum())


@step("S13 a", "SymPy")
def tangent(rng, claim=lambda t: t - 1):
    """ln t <= t - 1, with equality at t = 1 only: the line is the tangent of a concave curve."""
    # Value and slope of the difference at 1 are 0, and its curvature is 1 / t^2 > 0 everywhere.
    t = sympy.symbols("t", positive=True)
    gap = claim(t) - sympy.log(t)
    return exact(gap.subs(t, 1), sympy.diff(gap, t).subs(t, 1), sympy.diff(gap, t, 2) - 1 / t**2)


@step("S13", "loops")
def gap(rng, claim=scene.bound):
    """ln p(X) - bound = sum_k KL(q_k || posterior)."""
    images, theta, q = problem(rng)
    posterior, evidence = loops.posterior(images, theta)
    return error(evidence.sum() - claim(images, q, theta), rel_entr(q, posterior).sum())


@step("S13 b", "loops")
def closed(rng, claim=lambda images, theta: scene.e_step(images, theta)[1]):
    """The E-step closes the gap: its bound is ln p(X)."""
    images, theta, _ = problem(rng)
    return error(claim(images, theta), log_evidence(images, theta))


def collected(images, q, theta):
    """The bound as lesson 08 collects it, with N(d), C and the entropies."""
    K, (H, W), s = len(images), images.shape[1:], theta.noise_std
    C = loops.residual(images, q, theta.face, theta.background)
    constant = -K * H * W / 2 * np.log(2 * np.pi * s**2)
    return constant - C / (2 * s**2) + xlogy(q.sum(axis=0), theta.prior).sum() + entr(q).sum()


@step("S12 e", "loops")
def made_of(rng, claim=collected):
    """Collected: -(KHW/2) ln(2 pi s^2) - C / (2 s^2) + sum N(d) ln A(d) + entropies."""
    images, theta, q = problem(rng)
    return error(claim(images, q, theta), loops.bound(images, q, theta))


def split(images, q, theta):
    """C as lesson 08 splits it: the face's squares inside the window, the background's outside."""
    total = 0.0
    for k, i, j in np.ndindex(q.shape):
        inside = np.zeros(SHAPE, dtype=bool)
        inside[i : i + FACE[0], j : j + FACE[1]] = True
        under, outside = images[k][inside] - theta.face.ravel(), (images[k] - theta.background)[~inside]
        total += q[k, i, j] * ((under**2).sum() + (outside**2).sum())
    return total


@step("S12 f", "loops")
def who_occurs_where(rng, claim=split):
    """In C the face has the squares inside the window, the background those outside."""
    images, theta, q = problem(rng)
    return error(claim(images, q, theta), loops.residual(images, q, theta.face, theta.background))


def em_step(images, theta):
    """One E- and M-step of the course: q, theta after it."""
    q, _ = scene.e_step(images, theta)
    return q, scene.m_step(images, q, FACE, previous=theta)


@step("S12 g", "loops")
def never_falls(rng, claim=em_step):
    """EM never falls: ln p(X | old) = bound(q, old) <= bound(q, new) <= ln p(X | new)."""
    # All four numbers by loops, one step from a scene that is not the pictures'.
    images, theta, _ = problem(rng)
    q, new = claim(images, theta)
    bounds = [loops.bound(images, q, one) for one in (theta, new)]
    before, after = (log_evidence(images, one) for one in (theta, new))
    return max(error(bounds[0], before), exceeds(bounds, [bounds[1], after]))
