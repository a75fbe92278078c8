"""Fits of few pictures, of pictures without noise or room, what a result holds, and the verdict on it."""

import copy
import pickle
import re
from dataclasses import replace

import numpy as np
import pytest

from course_lib import em, scene
from tests.scene.real_scenes import FACE, assert_equal_results, every_kind, placed, small

# Few pictures, no noise, no room


@every_kind
def test_one_picture_with_a_start_fits_exactly_and_its_noise_is_floored(kind):
    """(S10), (S11): the face is cut from the picture, the background is the rest, below it the start's."""
    truth, images, positions = small(20.0, n=1)
    result = scene.fit(images, FACE, start=truth, **kind)
    i, j = positions[0]
    np.testing.assert_array_equal(placed(images, result), positions)
    np.testing.assert_allclose(result.params.face, images[0, i : i + 9, j : j + 7], atol=1e-9)
    under = np.zeros((20, 30), bool)
    under[i : i + 9, j : j + 7] = True
    wanted = np.where(under, truth.background, images[0])
    np.testing.assert_allclose(result.params.background, wanted, atol=1e-9)
    np.testing.assert_array_equal(result.visible, ~under * 1.0)
    assert result.params.noise_std == pytest.approx(1e-4 * images.std(), rel=1e-9)


@pytest.mark.parametrize("noise_std", [1e-9, 1.0, 20.0])
@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_two_or_three_pictures_suffice_for_a_clear_face(n, noise_std, seed):
    """The noise is smaller than the true one by what face and background take: HW + hw of nHW numbers."""
    _, images, positions = small(noise_std, n=n, seed=seed)
    result = scene.fit(images, FACE)
    np.testing.assert_array_equal(placed(images, result), positions)
    left = (n - 1) * 600 - 63
    floor = 1e-4 * images.std()
    expected = max(noise_std * np.sqrt(left / (n * 600)), floor)
    assert result.params.noise_std == pytest.approx(expected, rel=5 / np.sqrt(2 * left))


@every_kind
def test_noiseless_pictures_give_the_scene_itself_and_a_floor_for_the_noise(kind):
    """(S11): the likelihood has no upper end; the noise stops at 1e-4 of the pixels' standard deviation."""
    truth, images, positions = small(1e-12)
    result = scene.fit(images, FACE, **kind)
    np.testing.assert_array_equal(placed(images, result), positions)
    assert result.params.noise_std == pytest.approx(1e-4 * images.std(), rel=1e-9)
    np.testing.assert_allclose(result.params.face, truth.face, atol=1e-6)
    seen = result.visible > 0
    np.testing.assert_allclose(result.params.background[seen], truth.background[seen], atol=1e-6)
    assert np.isfinite(result.bounds).all() and (np.diff(result.bounds) >= -1e-6).all()


@every_kind
@pytest.mark.parametrize("level", [0.0, 7.0, 1e4])
@pytest.mark.filterwarnings("error")
def test_constant_pictures_give_a_constant_scene(kind, level):
    for options in (dict(), dict(n_init=2)):
        result = scene.fit(np.full((4, 5, 6), level), (2, 3), **options, **kind)
        assert (result.params.face == level).all() and (result.params.background == level).all()
        assert result.params.noise_std == 1e-6 and np.isfinite(result.bounds).all()


@every_kind
@pytest.mark.filterwarnings("error")
def test_a_face_as_large_as_the_pictures_is_the_mean_picture(kind):
    """(S9)-(S11) with one position: no background is seen, and it stays what it was in the start."""
    images = np.random.default_rng(0).normal(100, 20, (8, 6, 7))
    result = scene.fit(images, (6, 7), **kind)
    np.testing.assert_array_equal(placed(images, result), np.zeros((8, 2)))
    np.testing.assert_allclose(result.params.face, images.mean(axis=0), rtol=1e-12)
    assert result.params.noise_std == pytest.approx(np.sqrt(images.var(axis=0).mean()), rel=1e-9)
    np.testing.assert_array_equal(result.params.prior, [[1.0]])
    np.testing.assert_array_equal(result.visible, np.zeros((6, 7)))
    np.testing.assert_allclose(result.params.background, images.mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("shape", [(9, 30), (20, 7)])
@pytest.mark.filterwarnings("error")
def test_one_row_or_column_of_positions(shape):
    _, images, positions = small(10.0, n=20, shape=shape)
    result = scene.fit(images, FACE)
    np.testing.assert_array_equal(placed(images, result), positions)
    one = scene.fit(np.array([1.0, 2.0, 6.0])[:, None, None], (1, 1)).params  # pictures of one pixel
    assert one.face.item() == pytest.approx(3.0) and one.noise_std == pytest.approx(np.std([1, 2, 6]))


# What a run reports


@pytest.mark.parametrize("hard", [False, True])
def test_pixels_that_are_always_hidden_are_reported_and_keep_the_start(hard):
    """(S10): a 9 x 7 face in pictures of 12 x 10 hides rows 3..8 and columns 3..6 always."""
    truth, images, _ = small(90.0, shape=(12, 10))
    begin = replace(truth, background=truth.background + np.arange(120.0).reshape(12, 10) / 40)
    result = scene.fit(images, FACE, start=begin, hard=hard)
    always = np.zeros((12, 10), bool)
    always[3:9, 3:7] = True
    np.testing.assert_array_equal(result.visible == 0, always)
    np.testing.assert_allclose(result.params.background[always], begin.background[always], rtol=1e-12)
    assert (np.abs(result.params.background - begin.background)[~always] > 1e-3).all()
    q = scene.e_step(images, result.params, hard=hard)[0]
    np.testing.assert_allclose(result.visible, scene.visible(q, (12, 10), FACE), atol=1e-9)
    assert (result.visible == np.rint(result.visible)).all() == hard


def test_a_result_is_a_checked_read_only_record():
    _, images, _ = small()
    result = scene.fit(images, FACE)
    assert isinstance(result, em.EMResult) and isinstance(result.params, scene.Scene)
    for one in (result, copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert_equal_results(one, result)
        for field in ("bounds", "restart_bounds", "visible"):
            assert not getattr(one, field).flags.writeable and getattr(one, field).dtype == np.float64
    with pytest.raises(AttributeError):
        result.visible = 0
    with pytest.raises(ValueError, match=re.escape("restart_bounds needs shape (n_init,)")):
        replace(result, restart_bounds=[[1.0]])
    with pytest.raises(ValueError, match=re.escape("visible needs shape (H, W)")):
        replace(result, visible=[1.0])


# Verdict


@pytest.mark.parametrize(("moves", "wanted"), [
    ([(0, 0)] * 4, ("exact", (0, 0))), ([(0, 0)] * 2 + [(5, 1), (1, 1)], ("exact", (0, 0))),
    ([(0, 0)] * 2 + [(0, -1)] * 2, ("exact", (0, 0))), ([(0, 0)] * 2 + [(0, 1)] * 3, ("shifted", (0, 1))),
    ([(-1, 2)] * 3 + [(0, 0)], ("shifted", (-1, 2))),
    ([(-1, 2)] * 2 + [(0, 0), (7, 7)], ("shifted", (-1, 2))),
    ([(0, 0)] * 2 + [(1, 0), (2, 0), (3, 0)], ("lost", (0, 0))), ([(3, 0)], ("shifted", (3, 0))),
    ([(4, -4)] * 2 + [(1, 0), (2, 0), (3, 0)], ("lost", (4, -4))),
])  # fmt: skip
def test_a_face_is_exact_shifted_or_lost(moves, wanted):
    """(S16): half of the pictures must agree; the most frequent difference is told, found less true."""
    positions = np.random.default_rng(0).integers(0, 20, (len(moves), 2))
    answer = scene.verdict(positions + moves, positions)
    assert answer == wanted and all(type(step) is int for step in answer[1])


def test_a_shifted_face_is_reported_with_its_shift():
    """(S16): on a flat background a face that starts a row lower in its window stays there."""
    truth, images, positions = small(30.0, name="flat", n=60)
    begin = replace(truth, face=np.vstack([np.full((1, 7), 120.0), truth.face[:-1]]))
    result = scene.fit(images, FACE, start=begin)
    assert scene.verdict(placed(images, result), positions) == ("shifted", (-1, 0))
    assert result.bounds[-1] < scene.fit(images, FACE, start=truth).bounds[-1] - 20 * len(images)


def test_verdict_takes_whole_numbers_of_any_kind_and_no_others():
    """Unsigned positions would wrap when subtracted; 0.9 is not exact; 1e19 is no int64."""
    positions = np.array([[0, 3], [2, 5]], dtype=np.uint8)
    assert scene.verdict(positions, positions + np.uint8(1)) == ("shifted", (-1, -1))
    assert scene.verdict([[2**53, 0]], [[-(2**53), 0]]) == ("shifted", (2**54, 0))
    refused = {0.9: "whole numbers; got fractions; e_step gives them with hard=True"}
    refused |= dict.fromkeys(
        (1e19, -1e19, 2**63), r"positions within 9007199254740992; got \d.*; count in pixels"
    )
    for value, message in refused.items():
        with pytest.raises(ValueError, match=f"found needs {message}"):
            scene.verdict([[value, 0]], [[0, 0]])
