"""The E-step and the M-step for a scene, against loops over pictures, positions and pixels."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib import scene
from course_lib.classroom import loops
from course_lib.scene import Scene
from tests.helpers import close, relaid
from tests.scene.scenes import CASES, every_case, one_hot, problem, same_scene

# 0 ln 0, ln 0 and 0 / 0 are foreseen everywhere
pytestmark = pytest.mark.filterwarnings("error")


def random_positions(name, seed=0):
    """Integer positions (N, 2) of the case."""
    n, shape, face_shape = CASES[name]
    last = [outer - inner + 1 for outer, inner in zip(shape, face_shape)]
    return np.random.default_rng(seed).integers(0, last, (n, 2))


def in_the_way(gain):
    """Two noiseless pictures whose true position has A = 0; it wins by some `gain` nats over any other."""
    face, background = np.array([[90.0, 10.0], [20.0, 80.0]]), np.full((4, 5), 50.0)
    prior = np.full((3, 4), 0.1)
    prior[1, 2] = prior[0, 0] = 0
    images = np.stack([scene.paste(face, background, (1, 2))] * 2)
    truth = Scene(face, background, 1.0, prior)
    return images, replace(truth, noise_std=np.sqrt(((face - 50) ** 2).sum() / (2 * gain)))


# E-step


@every_case
def test_e_step_is_the_posterior(name):
    """(S5), and (S12): with this q the bound is the log-likelihood."""
    images, truth, _ = problem(name)
    q, bound = scene.e_step(images, truth)
    wanted, evidence = loops.posterior(images, truth)
    close(q, wanted)
    close(bound, evidence.sum())
    assert isinstance(bound, float) and (q[:, truth.prior == 0] == 0).all()
    np.testing.assert_allclose(q.sum(axis=(1, 2)), 1, rtol=1e-14)


@every_case
def test_a_hard_e_step_is_the_best_position(name):
    """(S14): the largest ln A + ln p(X | d), which is also its part of the bound."""
    images, truth, _ = problem(name)
    q, bound = scene.e_step(images, truth, hard=True)
    joint = loops.log_joint(images, truth)
    assert q.shape == (len(images), 2) and q.dtype.kind == "i" and (truth.prior[tuple(q.T)] > 0).all()
    for k, (i, j) in enumerate(q):
        assert joint[k, i, j] == joint[k].max()
    close(bound, joint.max(axis=(1, 2)).sum())
    assert bound <= scene.e_step(images, truth)[1] + 1e-10 * abs(bound)


@pytest.mark.parametrize("gain", [1000.0, 1e5, 1e9])
def test_an_impossible_best_position_does_no_harm(gain):
    """(S5): the maximum includes ln A; else every term underflows, and q is 0/0, from some 745 nats on."""
    images, truth = in_the_way(gain)
    likelihood = scene.log_likelihood(images, truth)
    assert (likelihood[:, 1, 2] > likelihood[:, truth.prior > 0].max() + 0.7 * gain).all()
    q, bound = scene.e_step(images, truth)
    wanted, evidence = loops.posterior(images, truth)
    close(q, wanted, rtol=1e-10 * max(1, gain / 1e5))  # differences of logits of 1e9 nats
    close(bound, evidence.sum())
    assert np.isfinite(q).all() and (q[:, truth.prior == 0] == 0).all()
    np.testing.assert_allclose(q.sum(axis=(1, 2)), 1, rtol=1e-14)
    hard, part = scene.e_step(images, truth, hard=True)
    close(part, loops.log_joint(images, truth).max(axis=(1, 2)).sum())
    assert (truth.prior[tuple(hard.T)] > 0).all() and np.isfinite(scene.statistics(images, truth).bound)
    assert np.isfinite(scene.m_step(images, q, (2, 2)).background).all()


def test_without_news_the_posterior_is_the_prior():
    """(S5): endless noise, or a face like the background."""
    images, truth, _ = problem("prime sizes")
    q, _ = scene.e_step(images, replace(truth, noise_std=1e8))
    # a logit of about (100 / 1e8)^2 is left
    np.testing.assert_allclose(q, np.stack([truth.prior] * 3), rtol=1e-9)


def test_what_lies_700_nats_lower_is_zero():
    """(S5): as good as zero, and numbers near underflow are slow; 690 nats lower is still told."""
    flat = Scene([[9.0]], [[9.0] * 4], 1, [[1 - np.exp(-690), np.exp(-690), np.exp(-705), 0]])
    q, bound = scene.e_step(np.full((2, 1, 4), 9.0), flat)
    np.testing.assert_allclose(q, [[[1, np.exp(-690), 0, 0]]] * 2, rtol=1e-10, atol=0)
    close(bound, -8 * np.log(2 * np.pi) / 2)
    assert scene.m_step(np.ones((2, 1, 4)), q, (1, 1)).prior[0, 1] > 0


def test_ties_go_to_the_first_position():
    """(S14): so that a result repeats."""
    flat = Scene(np.full((2, 2), 9.0), np.full((3, 4), 9.0), 1, np.full((2, 3), 1 / 6))
    np.testing.assert_array_equal(scene.e_step(np.full((2, 3, 4), 9.0), flat, hard=True)[0], np.zeros((2, 2)))


# M-step


@every_case
@pytest.mark.parametrize("smoothing", [0.0, 0.4])
def test_m_step_is_the_formulas(name, smoothing):
    """(S8), (S9), (S10), (S11) with the new F and B, (S15)."""
    images, truth, q = problem(name)
    found = scene.m_step(images, q, truth.face.shape, smoothing=smoothing, previous=truth)
    same_scene(found, loops.m_step(images, q, truth.face.shape, truth.background, smoothing=smoothing))
    found = scene.m_step(images, q, truth.face.shape, smoothing=smoothing)
    same_scene(found, loops.m_step(images, q, truth.face.shape, images.mean(axis=0), smoothing=smoothing))


@every_case
def test_hard_positions_are_probabilities_of_one(name):
    """(S14): every function takes them, and gives the same."""
    images, truth, _ = problem(name)
    truth, hard = replace(truth, prior=np.full(truth.positions, 1 / truth.prior.size)), random_positions(name)
    q, shape = one_hot(hard, truth.positions), truth.face.shape
    previous = replace(truth, background=truth.background + 7)
    for options in ({}, {"previous": previous}, {"smoothing": 0.4, "previous": previous}):
        found = scene.m_step(images, hard, shape, **options)
        same_scene(found, scene.m_step(images, q, shape, **options), 1e-9 if len(images) == 1 else 1e-10)
    for kind in (list, lambda a: a.astype(np.uint8), lambda a: a.astype(np.uint64)):
        same_scene(scene.m_step(images, kind(hard), shape), scene.m_step(images, hard, shape), 0)
    close(scene.bound(images, hard, truth), scene.bound(images, q, truth))
    seen = [scene.visible(positions, images.shape[1:], shape) for positions in (hard, q)]
    np.testing.assert_allclose(*seen, atol=1e-14)


@every_case
def test_a_common_gray_level_moves_face_and_background_only(name):
    """(S5), (S8)-(S11) at 10 000 gray levels more, in noise of half a gray level.

    Pixels are then stored to 1e4 * 1e-16 = 1e-12, and so are face and background; noise and positions see
    residuals only. Sums of squares that were not centred first would hold 1e8 a pixel and give s^2 = 1/4 with
    an error of 1e-8.
    """
    images, truth, _ = problem(name, noise_std=0.5, level=0.0, contrast=0.5)
    raised = replace(truth, face=truth.face + 1e4, background=truth.background + 1e4)
    (q, bound), (high, high_bound) = scene.e_step(images, truth), scene.e_step(images + 1e4, raised)
    close(high, q)
    close(high_bound, bound)
    found = scene.m_step(images + 1e4, q, truth.face.shape, smoothing=0.1, previous=raised)
    wanted = scene.m_step(images, q, truth.face.shape, smoothing=0.1, previous=truth)
    same_scene(replace(found, face=found.face - 1e4, background=found.background - 1e4), wanted)
    close(scene.bound(images + 1e4, q, found), scene.bound(images, q, wanted))


# Arrays in and out


def test_inputs_of_any_real_kind_are_taken_and_never_modified():
    images, truth, q = problem("pixels always hidden")
    images = images.round()
    hard = random_positions("pixels always hidden")
    calls = [
        lambda x, q, hard: scene.log_likelihood(x, truth),
        lambda x, q, hard: scene.e_step(x, truth)[0],
        lambda x, q, hard: scene.e_step(x, truth, hard=True)[0],
        lambda x, q, hard: scene.bound(x, q, replace(truth, prior=np.full((2, 3), 1 / 6))),
        lambda x, q, hard: scene.m_step(x, q, (4, 5)).background,
        lambda x, q, hard: scene.m_step(x, hard, (4, 5)).background,
        lambda x, q, hard: scene.visible(q, (5, 7), (4, 5)),
        lambda x, q, hard: scene.statistics(x, truth).face_sum,
        lambda x, q, hard: scene.statistics(x, truth, hard=True).background_sum,
    ]
    frozen = [one.copy() for one in (images, q, hard)]
    for one in frozen:
        one.flags.writeable = False
    for call in calls:
        wanted = call(*frozen)
        for x in relaid(images) + [images.astype(dtype) for dtype in ("int64", "float32", ">f8")]:
            close(call(x, q, hard), wanted)
        for other in relaid(q):
            close(call(images, other, hard.tolist()), wanted)
        assert wanted.flags.writeable if isinstance(wanted, np.ndarray) and wanted.dtype.kind == "i" else True
    rounded = scene.m_step(images, q.astype(np.float32), (4, 5))  # sums of 1 to 1e-6 are taken
    same_scene(rounded, scene.m_step(images, q, (4, 5)), 1e-6)
    for now, before in zip(frozen, (images, q, hard)):
        np.testing.assert_array_equal(now, before)
