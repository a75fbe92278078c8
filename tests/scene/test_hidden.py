"""What pictures do not show: background that the face always hides, and noise where there is none."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib import scene
from course_lib.classroom import loops
from course_lib.scene import Scene
from tests.helpers import close
from tests.scene import scenes
from tests.scene.scenes import every_case, problem, same_scene

# Hidden pixels


@every_case
def test_visible_is_the_q_of_positions_that_do_not_hide_a_pixel(name):
    """(S10): exactly 0 where no position leaves the pixel free."""
    images, truth, q = problem(name)
    H, W = images.shape[1:]
    h, w = truth.face.shape
    found, wanted = scene.visible(q, (H, W), (h, w)), scenes.visible(q, (H, W), (h, w))
    np.testing.assert_allclose(found, wanted, atol=1e-13)
    assert (found[wanted == 0] == 0).all() and found.shape == (H, W)
    always = [(p, r) for p, r in np.ndindex(H, W) if H - h <= p <= h - 1 and W - w <= r <= w - 1]
    assert all(found[p] == 0 for p in always) and len(always) == max(0, 2 * h - H) * max(0, 2 * w - W)


@pytest.mark.parametrize("seed", range(8))
def test_hidden_pixels_keep_a_defined_background(seed):
    """(S10), (S11): 1 - c is rounding there, and a quotient of roundings often looks plausible."""
    images, truth, q = problem("pixels always hidden", seed)
    previous = replace(truth, background=truth.background - 3000)
    hidden = scene.visible(q, (5, 7), (4, 5)) == 0
    assert hidden.sum() == 9
    found, alone = scene.m_step(images, q, (4, 5), previous=previous), scene.m_step(images, q, (4, 5))
    np.testing.assert_allclose(found.background[hidden], previous.background[hidden], rtol=1e-12)
    np.testing.assert_allclose(alone.background[hidden], images.mean(axis=0)[hidden], rtol=1e-12)
    close(found.noise_std, alone.noise_std)
    close(found.background[~hidden], alone.background[~hidden])


@pytest.mark.parametrize(("rare", "kept"), [(1e-4, False), (1e-5, False), (1e-8, True), (1e-12, True)])
def test_a_pixel_is_seen_from_a_millionth_picture_on(rare, kept):
    """(S10): below, the quotient of differences has lost ten digits or more to rounding."""
    images = np.array([[[10.0, 20.0, 30.0]], [[40.0, 50.0, 60.0]]])
    q = np.array([[[1 - rare, rare]], [[1 - rare, rare]]])
    previous = Scene([[0.0, 0.0]], [[1.0, 2.0, 3.0]], 1, [[0.5, 0.5]])
    found = scene.m_step(images, q, (1, 2), previous=previous)
    close(found.background, [[1.0 if kept else 25.0, 2.0, 45.0]], rtol=1e-9)
    assert (scene.visible(q, (1, 3), (1, 2))[0, 0] == 0) == kept
    assert found.noise_std == pytest.approx(15, rel=10 * rare + 1e-10)


def test_the_noise_counts_what_little_is_seen_of_a_hidden_pixel():
    """(S11): all of (1 - c) (X - B)^2, also where B is kept; else s would not maximise the bound."""
    images, q = np.array([[[10.0, 20.0, 30.0]], [[40.0, 50.0, 60.0]]]), np.array([[[1 - 1e-7, 1e-7]]] * 2)
    previous = Scene([[0.0, 0.0]], [[3e5, 0.0, 0.0]], 1, [[0.5, 0.5]])
    found = scene.m_step(images, q, (1, 2), previous=previous)
    assert found.background[0, 0] == 3e5 and found.noise_std > 50
    # c is 1 less 2e-7, and known to 1e-16
    same_scene(found, loops.m_step(images, q, (1, 2), previous.background), 1e-8)


# The noise floor


@pytest.mark.parametrize("level", [0.0, 1e4 / 3, 1 / 7, 4 / 7, 19 / 7, 120 / 7, 255 / 7])
def test_pictures_of_one_gray_level_have_a_floor_of_a_millionth(level):
    """(S11): no standard deviation to measure by: mean square less squared mean is rounding."""
    images, truth = (
        np.full((3, 4, 5), level),
        Scene([[1.0, 2.0]], np.full((4, 5), 0.1), 1, np.full((4, 4), 1 / 16)),
    )
    for found in (
        scene.m_step(images, np.zeros((3, 2), dtype=int), (2, 2)),
        scene.update(scene.statistics(images, truth), truth),
    ):
        assert found.noise_std == 1e-6
        np.testing.assert_allclose(found.face, level, rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(found.background, level, rtol=1e-10)
