"""Statistics of pictures, their sums over blocks, and the scene made of them."""

import copy
import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

from course_lib import scene
from course_lib.scene import Scene, Statistics
from tests.helpers import close
from tests.scene import scenes
from tests.scene.scenes import every_case, every_tiny_case, one_hot, problem, same_scene

# what differs: the background, the size, the size but not the number of positions, the face
OTHERS = [
    Scene([[1.0, 2.0]], np.full((3, 4), 9.0), 5, np.full((3, 3), 1 / 9)),
    Scene([[1.0, 2.0]], np.full((3, 5), 8.0), 5, np.full((3, 4), 1 / 12)),
    Scene([[1.0, 2.0], [3.0, 4.0]], np.full((4, 4), 8.0), 5, np.full((3, 3), 1 / 9)),
    Scene([[1.0]], np.full((3, 4), 8.0), 5, np.full((3, 4), 1 / 12)),
]


def near(a, b, rtol=1e-12):
    """Assert that two statistics agree, to rtol of the largest sums."""
    for field in fields(Statistics):
        one, other = np.asarray(getattr(a, field.name)), np.asarray(getattr(b, field.name))
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol * a.n * 255, err_msg=field.name)


def split(images, rng):
    """The pictures in blocks of random sizes, in random order."""
    cuts = np.sort(rng.choice(np.arange(1, len(images)), rng.integers(1, len(images)), replace=False))
    blocks = np.split(images[rng.permutation(len(images))], cuts)
    return [blocks[k] for k in rng.permutation(len(blocks))]


def gathered(parts, rng):
    """Neighbours merged, any two at a time, until one is left: any brackets."""
    parts = list(parts)
    while len(parts) > 1:
        k = rng.integers(len(parts) - 1)
        parts[k : k + 2] = [scene.merge(parts[k], parts[k + 1])]
    return parts[0]


@every_case
@pytest.mark.parametrize("hard", [False, True])
def test_statistics_are_sums_over_pictures(name, hard):
    """(S5), (S8)-(S10), (S12), of pixels less the level, the mean of the background; (S14) when hard."""
    images, truth, _ = problem(name)
    found = scene.statistics(images, truth, hard=hard)
    q, bound = scene.e_step(images, truth, hard=hard)
    q = one_hot(q, truth.positions) if hard else q
    counts, faces, seen = scenes.sums(images - found.level, q, truth.face.shape)
    close(found.level, truth.background.mean())
    close(found.bound, bound)
    close(found.counts, counts)
    size = 1e-10 * len(images) * 255
    np.testing.assert_allclose(found.face_sum, faces, rtol=0, atol=size)
    np.testing.assert_allclose(found.background_sum, seen, rtol=0, atol=size)
    np.testing.assert_allclose(found.total, (images - found.level).sum(axis=0), rtol=0, atol=size)
    close(found.square_sum, ((images - found.level) ** 2).sum())
    assert found.n == len(images) and isinstance(found.bound, float) and isinstance(found.square_sum, float)
    visible = scene.visible(q, images.shape[1:], truth.face.shape)
    np.testing.assert_allclose(found.visible, visible, rtol=0, atol=2e-14 * len(images))
    np.testing.assert_array_equal(found.visible == 0, visible == 0)


@every_case
@pytest.mark.parametrize("hard", [False, True])
def test_update_of_statistics_is_the_m_step(name, hard):
    """(S8)-(S11), (S14), (S15): though each takes off another common level."""
    images, truth, _ = problem(name)
    statistics, (q, _) = scene.statistics(images, truth, hard=hard), scene.e_step(images, truth, hard=hard)
    before = copy.deepcopy(statistics)
    other = truth.background + np.arange(truth.background.size).reshape(images.shape[1:])
    for previous in (truth, replace(truth, background=other)):
        for alpha in (0.0, 0.3):
            found = scene.update(statistics, previous, smoothing=alpha)
            same_scene(
                found, scene.m_step(images, q, truth.face.shape, smoothing=alpha, previous=previous), 1e-9
            )
    near(statistics, before, 0)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_blocks_merged_in_any_order_are_the_whole(seed, hard):
    """(S8)-(S12): sums over pictures; then the scene is that of all pictures."""
    rng = np.random.default_rng(seed)
    _, truth, _ = problem("pixels always hidden", seed)
    images, _ = scene.sample(truth, 9, rng)
    whole = scene.statistics(images, truth, hard=hard)
    merged = gathered([scene.statistics(block, truth, hard=hard) for block in split(images, rng)], rng)
    near(merged, whole)
    assert merged.n == 9 and merged.level == whole.level
    same_scene(scene.update(merged, truth), scene.update(whole, truth))
    np.testing.assert_array_equal(merged.visible == 0, whole.visible == 0)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_statistics_travel(again):
    """So that blocks can be summed anywhere."""
    images, truth, _ = problem("prime sizes")
    statistics = scene.statistics(images, truth)
    near(again(statistics), statistics, 0)
    near(scene.merge(again(statistics), statistics), scene.merge(statistics, statistics), 0)


@pytest.mark.parametrize("other", OTHERS)
def test_statistics_of_another_scene_are_refused(other):
    ours = Scene([[1.0, 2.0]], np.full((3, 4), 8.0), 5, np.full((3, 3), 1 / 9))
    a, b = (scene.statistics(np.zeros((2, *one.background.shape)), one) for one in (ours, other))
    places = r"got positions \(3, 3\) and \(3, \d\), levels 8 and [89]; collect both with the same"
    with pytest.raises(ValueError, match=f"^a and b need statistics under one scene; {places}"):
        scene.merge(a, b)
    if other is not OTHERS[0]:
        came = r"got \(\d, \d\) in \(\d, \d\); give the scene"
        with pytest.raises(
            ValueError, match=rf"^previous needs a face \(1, 2\) in pictures \(3, 4\); {came}"
        ):
            scene.update(a, other)


@every_tiny_case
@pytest.mark.parametrize("hard", [False, True])
def test_a_fit_that_keeps_the_spectra_makes_the_same_step(name, hard):
    """(S5)-(S12): from a start it is statistics and update."""
    images, truth, _ = problem(name)
    found = scene.fit(images, truth.face.shape, start=truth, hard=hard, max_iter=1, tol=0)
    sums = scene.statistics(images, truth, hard=hard)
    close(found.bounds[0], sums.bound)
    same_scene(found.params, scene.update(sums, truth), 1e-9)
