"""The model of a face at an unknown place, against loops over pixels, quadrature and draws."""

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from course_lib import scene
from course_lib.classroom import loops
from course_lib.scene import Scene
from tests.helpers import assert_record, close, moments_agree
from tests.scene.scenes import every_case, every_tiny_case, problem, random_scene, same_scene

SMALL = Scene([[300.0, 100.0]], [[-10.0, 20.0, 30.0], [40.0, 50.0, 60.0]], 25, [[0.5, 0.2], [0.0, 0.3]])

# Scene


def test_a_scene_is_a_frozen_copy_of_what_it_is_given():
    fields = {"face": [[1.0, 2.0]], "background": [[3.0, 4.0, 5.0]], "prior": [[0.25, 0.75]]}
    assert_record(lambda **arrays: Scene(noise_std=7, **arrays), **fields)
    face, background = np.array([[1, 2]], dtype=np.uint8), np.array([[3, 4, 5]], dtype=np.float32)
    given = Scene(face, background, np.int8(7), [[0.25, 0.75]])
    same_scene(given, Scene(**fields, noise_std=7.0), 0)
    assert given.positions == (1, 2) and given.noise_std == 7 and isinstance(given.noise_std, float)
    with pytest.raises(FrozenInstanceError):
        given.noise_std = 8
    same_scene(replace(given, noise_std=8), Scene(**fields, noise_std=8.0), 0)
    with pytest.raises(ValueError, match=r"^prior needs shape \(1, 3\); got \(1, 2\)"):
        replace(given, face=[[1.0]])


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_of_a_scene_is_read_only_and_checked_again(again):
    twin = again(SMALL)
    same_scene(twin, SMALL, 0)
    for field in ("face", "background", "prior"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(twin, field)[...] = 0
    spoilt = Scene(**{field: getattr(SMALL, field) for field in SMALL.__dataclass_fields__})
    object.__setattr__(spoilt, "noise_std", -1.0)
    with pytest.raises(ValueError, match="noise_std needs a finite number above 0"):
        again(spoilt)


@pytest.mark.filterwarnings("error")
def test_log_prior_is_minus_infinity_where_a_face_cannot_be():
    np.testing.assert_array_equal(SMALL.log_prior, [[np.log(0.5), np.log(0.2)], [-np.inf, np.log(0.3)]])


# paste


@every_case
def test_paste_replaces_the_pixels_under_the_face(name):
    """(S1)"""
    _, truth, _ = problem(name)
    for d in np.ndindex(truth.positions):
        found = scene.paste(truth.face, truth.background, d)
        np.testing.assert_array_equal(found, loops.paste(truth.face, truth.background, d))
        assert found.flags.writeable and not any(
            np.shares_memory(found, one) for one in (truth.face, truth.background)
        )


def test_paste_takes_any_numbers_and_keeps_them():
    """(S1)"""
    face, background = np.full((2, 2), 9, dtype=np.uint8), np.zeros((3, 4), dtype=np.float32)
    for d in ((1, 2), [1, 2], np.array([1, 2], dtype=np.uint8), (np.int64(1), np.int64(2))):
        found = scene.paste(face, background, d)
        np.testing.assert_array_equal(found, [[0, 0, 0, 0], [0, 0, 9, 9], [0, 0, 9, 9]])
        assert found.dtype == np.float64
    assert not background.any() and (face == 9).all()


# sample


def test_positions_follow_the_prior():
    """(S1): a count is binomial with mean n A and variance n A (1 - A); 5 sigma."""
    truth, n = random_scene(np.random.default_rng(3), (4, 7), (2, 3)), 20_000
    images, positions = scene.sample(truth, n, np.random.default_rng(0))
    assert images.shape == (n, 4, 7) and positions.shape == (n, 2) and positions.dtype.kind == "i"
    counts = np.zeros(truth.positions)
    np.add.at(counts, tuple(positions.T), 1)
    assert (counts[truth.prior == 0] == 0).all() and (truth.prior == 0).sum() == 5
    assert (np.abs(counts - n * truth.prior) <= 5 * np.sqrt(n * truth.prior * (1 - truth.prior))).all()


def test_pictures_are_pasted_faces_in_independent_noise():
    """(S1): independent residuals N(0, s^2), positions being those returned; pictures are not clipped."""
    images, positions = scene.sample(SMALL, 20_000, np.random.default_rng(1))
    clean = np.array([loops.paste(SMALL.face, SMALL.background, d) for d in positions])
    residuals = (images - clean).reshape(-1, 6)
    moments_agree(residuals, np.zeros(6), 25.0**2 * np.eye(6))
    assert np.abs(np.mean(np.abs(residuals) < 25) - 0.6827) < 5 * np.sqrt(0.6827 * 0.3173 / residuals.size)
    assert images.min() < 0 and images.max() > 255 and images.dtype == np.float64


def test_draws_repeat_with_the_seed_and_take_nothing_from_elsewhere():
    draws = [scene.sample(SMALL, 5, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    for one, other in zip(draws[0], draws[1]):
        np.testing.assert_array_equal(one, other)
    assert np.abs(draws[0][0] - draws[2][0]).max() > 1
    rng = np.random.default_rng(0)
    assert np.abs(scene.sample(SMALL, 5, rng)[0] - scene.sample(SMALL, 5, rng)[0]).max() > 1


def test_a_prior_that_sums_to_one_up_to_rounding_can_be_drawn_from():
    """Generator.choice is stricter than a record, which forgives 1e-6."""
    images, _ = scene.sample(replace(SMALL, prior=SMALL.prior * (1 + 9e-7)), 3, np.random.default_rng(0))
    np.testing.assert_array_equal(images, scene.sample(SMALL, 3, np.random.default_rng(0))[0])


# log_likelihood


@every_case
def test_log_likelihood_is_the_density_of_every_pixel(name):
    """(S2) by scipy, every constant included, the prior not."""
    images, truth, _ = problem(name)
    found = scene.log_likelihood(images, truth)
    for d in np.ndindex(truth.positions):
        close(
            found[(slice(None), *d)],
            norm(loops.paste(truth.face, truth.background, d), truth.noise_std)
            .logpdf(images)
            .sum(axis=(1, 2)),
        )


@every_tiny_case
def test_logits_are_relative_to_no_face_anywhere(name):
    """(S3), and (S4): the bracket is F^2 - 2 X F + B (2 X - B), without a square on the last factor."""
    images, truth, _ = problem(name, seed=1)
    F, B, s, (h, w) = truth.face, truth.background, truth.noise_std, truth.face.shape
    logits = scene.log_likelihood(images, truth) - norm(B, s).logpdf(images).sum(axis=(1, 2))[:, None, None]
    for k, i, j in np.ndindex(logits.shape):
        X, b = images[k, i : i + h, j : j + w], B[i : i + h, j : j + w]
        wanted = -((X - F) ** 2 - (X - b) ** 2).sum() / (2 * s**2)
        # a small difference of two log densities of some 100 nats
        assert logits[k, i, j] == pytest.approx(wanted, abs=1e-10)
        assert -(F**2 - 2 * X * F + b * (2 * X - b)).sum() / (2 * s**2) == pytest.approx(wanted, abs=1e-10)


def test_pictures_do_not_see_each_other():
    """(S2): in any order, alone or together, each has its own log-likelihood."""
    images, truth, _ = problem("pixels always hidden")
    found, order = scene.log_likelihood(images, truth), [3, 0, 4, 1, 2]
    close(scene.log_likelihood(images[order], truth), found[order])
    close(scene.log_likelihood(images[2:3], truth), found[2:3])


def test_the_evidence_of_a_far_picture_does_not_underflow():
    """(S2): densities of exp(-1e6) have a logarithm."""
    images, truth = np.full((1, 2, 3), 5e4), replace(SMALL, prior=np.full((2, 2), 0.25))
    found = scene.log_likelihood(images, truth)
    assert found.max() < -1e6
    close(found, loops.log_joint(images, truth) + np.log(4))
    close(logsumexp(found) - np.log(4), loops.posterior(images, truth)[1][0])
