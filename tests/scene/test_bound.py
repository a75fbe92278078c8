"""The bound for a scene: its value, its gap, its maximum, and that EM never lowers it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import rel_entr

from course_lib import scene
from course_lib.classroom import loops
from tests.helpers import close
from tests.scene.scenes import every_case, every_tiny_case, one_hot, problem


def possible(q, prior):
    """The q (N, I, J) with the positions taken out that the prior excludes."""
    q = np.where(prior > 0, q + 1e-3 * prior, 0)
    return q / q.sum(axis=(1, 2), keepdims=True)


# Value and gap


@every_case
def test_bound_is_expected_log_joint_and_entropy(name):
    """(S12) for a q that is not the posterior, and holds zeros."""
    images, truth, q = problem(name)
    q = possible(q, truth.prior)
    found = scene.bound(images, q, truth)
    assert isinstance(found, float)
    close(found, loops.bound(images, q, truth))


@every_case
def test_bound_touches_the_log_likelihood_after_an_exact_e_step(name):
    """(S12), (S13)"""
    images, truth, _ = problem(name)
    q, bound = scene.e_step(images, truth)
    close(scene.bound(images, q, truth), bound)
    hard, bound = scene.e_step(images, truth, hard=True)
    close(scene.bound(images, hard, truth), bound)
    close(scene.bound(images, one_hot(hard, truth.positions), truth), bound)


@every_case
def test_the_gap_is_the_divergence_from_the_posterior(name):
    """(S13): ln p(X | theta) - bound = sum_k KL(q_k || posterior), by scipy's rel_entr."""
    images, truth, q = problem(name, seed=1)
    q = possible(q, truth.prior)
    posterior, evidence = scene.e_step(images, truth)
    gap = rel_entr(q, posterior).sum()
    # the gap is a difference of two sums of hundreds of nats
    found = evidence - scene.bound(images, q, truth)
    assert found == pytest.approx(gap, rel=1e-10, abs=1e-10 * abs(evidence))
    assert gap > 0.01 or truth.prior.size == 1


def test_an_impossible_position_costs_everything():
    """(S12): ln 0 is -inf where q puts weight, and nothing where it puts none."""
    images, truth, _ = problem("prime sizes")
    q = np.stack([truth.prior] * 3)
    assert np.isfinite(scene.bound(images, q, truth))
    out, inside = np.argwhere(truth.prior == 0)[0], np.argwhere(truth.prior > 0)[0]
    assert scene.bound(images, np.array([inside, inside, out]), truth) == -np.inf
    q[2] = one_hot([out], truth.positions)[0]
    assert scene.bound(images, q, truth) == -np.inf
    q[2] = one_hot([inside], truth.positions)[0]
    assert np.isfinite(scene.bound(images, q, truth))


# Its maximum


def penalised(images, q, theta, alpha):
    """(S12), with the log prior of (S15) when alpha is above 0."""
    return scene.bound(images, q, theta) + (alpha * theta.log_prior.sum() if alpha else 0.0)


def steps(theta, seen):
    """(name, scene a step up, a step down, step, curvature a picture) along every free direction of theta."""
    s = theta.noise_std
    for field, mask in (("face", np.ones(theta.face.shape, bool)), ("background", seen)):
        for p in np.argwhere(mask):
            step = np.zeros(mask.shape)
            step[tuple(p)] = 1.0  # gray levels; the bound is a parabola, so that any step will do
            value = getattr(theta, field)
            up, down = (replace(theta, **{field: value + change}) for change in (step, -step))
            yield field, up, down, 1.0, 1 / s**2
    up, down = (replace(theta, noise_std=s * (1 + t)) for t in (1e-4, -1e-4))
    yield "noise_std", up, down, 1e-4, 2 * theta.background.size
    held = np.argwhere(theta.prior > 0)
    for one, other in zip(held[1:], held):
        step = 1e-4 * min(theta.prior[tuple(one)], theta.prior[tuple(other)])
        change = step * (one_hot([one], theta.prior.shape) - one_hot([other], theta.prior.shape))[0]
        up, down = (replace(theta, prior=theta.prior + sign * change) for sign in (1, -1))
        yield "prior", up, down, step, 1e-4 / step


@pytest.mark.parametrize("alpha", [0.0, 0.7])
@pytest.mark.parametrize("hard", [False, True])
@every_tiny_case
def test_the_gradient_vanishes_after_the_m_step(name, hard, alpha):
    """(S8)-(S11), (S15): central differences of (S12) in every pixel of F and B, in s, in A on the simplex.

    In units of the curvature, that is, as the distance from the maximum, 1e-6 of a gray level, of s, or of A.
    What is left is rounding of some 1e-11 nats over steps of 1 gray level and 1e-4; for s and A also the
    third derivative.
    """
    images, truth, q = problem(name, seed=2)
    q = q.reshape(len(q), -1).argmax(axis=1) if hard else q
    q = np.stack(np.unravel_index(q, truth.positions), axis=1) if hard else q
    theta = scene.m_step(images, q, truth.face.shape, smoothing=alpha, previous=truth)
    if hard and len(images) == 1:
        assert theta.noise_std == 1e-4 * images.std()  # explained without a rest: the floor acts
        return
    top = penalised(images, q, theta, alpha)
    seen = scene.visible(q, images.shape[1:], truth.face.shape) > 0
    for field, up, down, step, curvature in steps(theta, seen):
        high, low = penalised(images, q, up, alpha), penalised(images, q, down, alpha)
        assert abs(high - low) / (2 * step) < 1e-6 * len(images) * curvature, field
        assert max(high, low) < top, field


def test_hard_em_without_smoothing_moves_to_held_positions_only():
    """(S14), (S8): A is 0 at every other; with smoothing (S15) all stay open."""
    images, truth, _ = problem("prime sizes", seed=4)
    q = np.array([[0, 0], [3, 4], [3, 4]])
    theta = scene.m_step(images, q, (2, 3))
    assert {tuple(d) for d in scene.e_step(images, theta, hard=True)[0].tolist()} <= {(0, 0), (3, 4)}
    assert (scene.m_step(images, q, (2, 3), smoothing=0.3).prior > 0).all()
