"""Lesson 09: hard EM, smoothing, and what a shift costs.  (S14)-(S16)"""

from dataclasses import replace

import numpy as np
import sympy

from ... import scene
from .. import loops
from ._core import chapter
from ._lesson08_bound import problem
from ._tools import FACE, error, exact, exceeds, hermite, lagrange_slopes, worst

step = chapter("09")


@step("S14", "loops", instances=10)
def hard_e_step(rng, claim=lambda images, theta: scene.e_step(images, theta, hard=True)):
    """Hard E-step: q_k puts 1 on the position with the largest ln A(d) + logit(d)."""
    # The largest of all joint probabilities; without an entropy the bound is that number.
    images, theta, _ = problem(rng)
    joint = loops.log_joint(images, theta)
    places, bound = claim(images, theta)
    best = [np.unravel_index(one.argmax(), one.shape) for one in joint]
    return worst((places, best), (bound, joint.max(axis=(1, 2)).sum()))


@step("S14 a")
def hard_m_step(rng, claim=lambda images, places, theta: scene.m_step(images, places, FACE, previous=theta)):
    """Every M-step formula keeps its form: a sure q is a q."""
    # The soft M-step of the same q, written as probabilities.
    images, theta, _ = problem(rng)
    places, q = rng.integers(0, 3, (3, 2)), np.zeros((3, 3, 3))
    q[np.arange(3), places[:, 0], places[:, 1]] = 1
    hard, soft = claim(images, places, theta), scene.m_step(images, q, FACE, previous=theta)
    fields = "face background noise_std prior".split()
    return worst(*((getattr(hard, name), getattr(soft, name)) for name in fields))


@step("S15 a", "SymPy")
def lagrange(rng, claim=lambda c, alpha: [(one + alpha) / (sum(c) + 3 * alpha) for one in c]):
    """Lagrange: sum (c + alpha) ln A - l (sum A - 1) is stationary at A = (c + alpha) / (K + alpha n)."""
    *c, alpha = sympy.symbols("c:3 alpha", positive=True)
    return exact(*lagrange_slopes([one + alpha for one in c], claim(c, alpha)))


@step("S15", "loops", tolerance=1e-13)
def smoothing(rng, claim=lambda images, q, alpha: scene.m_step(images, q, FACE, smoothing=alpha).prior):
    """A = (counts + alpha) / (K + alpha n): alpha pseudo-pictures at every position."""
    images, _, q = problem(rng)
    alpha = rng.uniform(0.1, 2)
    wanted = [(sum(q[k][d] for k in range(3)) + alpha) / (3 + 9 * alpha) for d in np.ndindex(3, 3)]
    return error(claim(images, q, alpha).ravel(), wanted)


@step("S15 b", "loops")
def penalised(rng, claim=lambda x, q, alpha, old: scene.m_step(x, q, FACE, smoothing=alpha, previous=old)):
    """bound + alpha sum ln A never falls in an M-step with smoothing."""
    images, theta, q = problem(rng)
    alpha = rng.uniform(0.1, 2)
    new = claim(images, q, alpha, theta)
    rivals = [theta, *(replace(new, prior=rng.dirichlet(np.full(9, 20.0)).reshape(3, 3)) for _ in range(10))]
    before, after = [], []
    for values, scenes in ((before, rivals), (after, [new])):
        values.extend(loops.bound(images, q, one) + alpha * np.log(one.prior).sum() for one in scenes)
    return exceeds(before, after[0])


@step("S16", "quadrature")
def cost_of_shift(rng, claim=lambda F, B, s: (F - B) ** 2 / (2 * s**2)):
    """A pixel F explained by the background B loses (F - B)^2 / (2 s^2) nats on average."""
    (F, B), s = rng.uniform(0, 5, 2), rng.uniform(0.5, 2)
    e, weight = hermite(4, 1)
    X = F + s * e[:, 0]
    return error(claim(F, B, s), weight @ ((X - B) ** 2 - (X - F) ** 2) / (2 * s**2))
