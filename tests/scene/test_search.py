"""Where EM starts, and how often the face is found: the default start needs no luck."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib import em, scene
from course_lib.scene import _search
from tests.helpers import close
from tests.scene.real_scenes import drawn, placed, small, uniform, word

FACE = (18, 14)


def shifted_crop(truth, down, right):
    """The truth with its face cut `down` and `right` of where it is, background of 120 gray levels around it."""
    h, w = truth.face.shape
    wide = np.pad(truth.face, ((h, h), (w, w)), constant_values=120.0)
    return replace(truth, face=wide[h + down : 2 * h + down, w + right : 2 * w + right])


# Starts


def test_the_mean_start_is_the_mean_picture_with_a_flat_face():
    _, images, _ = small()
    begin = scene.start(images, (9, 7))
    np.testing.assert_allclose(begin.background, images.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(begin.face, np.full((9, 7), images.mean()), rtol=1e-14)
    assert begin.noise_std == pytest.approx(images.std(), rel=1e-12)
    np.testing.assert_array_equal(begin.prior, uniform((12, 24)))
    same = scene.start(images, (9, 7), how="mean", rng=np.random.default_rng(0))
    np.testing.assert_array_equal(same.face, begin.face)


def test_a_random_start_is_uniform_between_the_percentiles_of_all_pixels():
    _, images, _ = small(n=5)
    images = np.tile(images, (1, 4, 4))  # 80 x 120, enough entries for the statistics
    begin = scene.start(images, (60, 100), how="random", rng=np.random.default_rng(0))
    low, high = np.percentile(images, [5, 95])
    for part in (begin.face, begin.background):
        assert (
            low <= part.min() < low + 0.01 * (high - low) and high - 0.01 * (high - low) < part.max() <= high
        )
        unit = (np.sort(part.ravel()) - low) / (high - low)
        gap = np.abs(unit - (np.arange(unit.size) + 0.5) / unit.size).max()
        assert gap < 1.95 / np.sqrt(unit.size)  # Kolmogorov and Smirnov, one in a thousand
    assert abs(np.corrcoef(begin.face.ravel(), begin.background[:60, :100].ravel())[0, 1]) < 5 / np.sqrt(6000)
    assert begin.noise_std == pytest.approx(images.std(), rel=1e-12)
    np.testing.assert_array_equal(begin.prior, uniform((21, 21)))


def test_random_starts_repeat_with_their_generator_and_differ_without():
    _, images, _ = small(n=3)
    draw = [
        scene.start(images, (9, 7), how="random", rng=rng).face
        for rng in (np.random.default_rng(4), np.random.default_rng(4), None, None)
    ]
    np.testing.assert_array_equal(draw[0], draw[1])
    assert all(np.abs(a - b).max() > 1 for a, b in [(draw[0], draw[2]), (draw[2], draw[3])])


def test_the_search_is_the_start_of_a_fit_without_one():
    """Its prior is still uniform: freed by the fit, which begins there."""
    _, images, _ = small(60.0)
    begin = scene.start(images, (9, 7), how="search")
    np.testing.assert_array_equal(begin.prior, uniform((12, 24)))
    result = scene.fit(images, (9, 7))
    np.testing.assert_allclose(scene.fit(images, (9, 7), start=begin).bounds, result.bounds, rtol=1e-10)
    again = scene.start(images, (9, 7), how="search", rng=np.random.default_rng(9))
    assert scene.e_step(images, again)[1] == pytest.approx(result.bounds[0], rel=1e-6)


def test_the_search_always_gives_the_same_scene():
    """Where it needs other starts too it draws them, without a generator from a fixed one."""
    _, images, _ = small(60.0, name="flat")
    one, two = (scene.start(images, (9, 7), how="search") for _ in range(2))
    for field in ("face", "background", "noise_std"):
        np.testing.assert_array_equal(getattr(one, field), getattr(two, field))


def test_a_fit_with_any_generator_searches_alike(monkeypatch):
    """On a flat background too, where the search draws rough faces."""
    _, images, _ = small(20.0, name="flat")
    runs, run_em = [], em.run_em
    monkeypatch.setattr(
        em,
        "run_em",
        lambda e, m, start, **options: runs[-1].append(start.face) or run_em(e, m, start, **options),
    )
    for rng in (np.random.default_rng(1), np.random.default_rng(2), None):
        runs.append([])
        scene.fit(images, (9, 7), rng=rng)
    assert len(runs[0]) == len(runs[1]) == len(runs[2]) > 15
    for faces in zip(*runs):
        assert (faces[0] == faces[1]).all() and (faces[0] == faces[2]).all()


def test_the_search_does_not_depend_on_the_limits_of_the_fit():
    """Fits of 1 and of 30 iterations, to any tolerance, soft or hard, begin at the same scene."""
    _, images, _ = small(60.0)
    soft = [
        scene.fit(images, (9, 7), **options).bounds[0]
        for options in ({}, {"max_iter": 1}, {"tol": 0}, {"tol": 1e9}, {"n_jobs": 2})
    ]
    assert len(set(soft)) == 1
    begin = scene.start(images, (9, 7), how="search")
    for options in ({"hard": True}, {"smoothing": 3.0}, {"hard": True, "smoothing": 3.0}):
        wanted = scene.fit(images, (9, 7), start=begin, max_iter=1, **options).bounds[0]
        assert scene.fit(images, (9, 7), max_iter=1, **options).bounds[0] == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("how", ["search", "mean", "random"])
def test_starts_leave_the_pictures_alone(how):
    _, images, _ = small(n=5)
    kept = images.copy()
    images.flags.writeable = False
    begin = scene.start(images, (9, 7), how=how)
    np.testing.assert_array_equal(images, kept)
    assert (
        isinstance(begin, scene.Scene) and begin.face.shape == (9, 7) and begin.background.shape == (20, 30)
    )


@pytest.mark.parametrize("how", ["search", "mean", "random"])
@pytest.mark.filterwarnings("error")
def test_starts_for_constant_pictures_are_constant(how):
    begin = scene.start(np.full((3, 4, 5), 9.0), (2, 2), how=how)
    assert (begin.face == 9).all() and (begin.background == 9).all() and begin.noise_std == 1e-6


# How often the face is found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("noise_std", [10, 60, 180])
def test_the_default_start_finds_the_face_on_camera(noise_std, seed):
    """And EM from there reaches at least what it reaches from the truth."""
    truth, images, positions = drawn(noise_std, seed=seed)
    result = scene.fit(images, FACE)
    right = (placed(images, result) == positions).all(axis=1).mean()
    assert word(images, result, positions) == "exact" and right >= (0.85 if noise_std == 180 else 1)
    assert result.bounds[-1] > scene.fit(images, FACE, start=truth).bounds[-1] - 1


@pytest.mark.parametrize("noise_std", [10, 100])
def test_the_default_start_finds_the_face_on_coins(noise_std):
    _, images, positions = drawn(noise_std, name="coins")
    assert word(images, scene.fit(images, FACE), positions) == "exact"


@pytest.mark.parametrize("noise_std", [10, 60])
def test_the_default_start_finds_the_face_on_a_flat_background(noise_std):
    """(S16): where plain EM from the mean picture does not, by many nats a picture."""
    _, images, positions = drawn(noise_std, name="flat")
    found = scene.fit(images, FACE)
    assert word(images, found, positions) == "exact"
    for plain in (
        scene.fit(images, FACE, how="mean"),
        scene.fit(images, FACE, start=scene.start(images, FACE)),
    ):
        assert word(images, plain, positions) in ("shifted", "lost")
        assert plain.bounds[-1] < found.bounds[-1] - 20 * len(images)


@pytest.mark.parametrize(
    ("name", "seed"), [("camera", 1), ("camera", 2), ("flat", 1), ("flat", 2), ("coins", 2)]
)
def test_in_much_noise_the_bound_is_at_most_5_nats_below_that_from_the_truth(name, seed):
    truth, images, positions = drawn(160, seed=seed, name=name)
    result = scene.fit(images, FACE)
    assert result.bounds[-1] >= scene.fit(images, FACE, start=truth).bounds[-1] - 5
    assert word(images, result, positions) == "exact"


@pytest.mark.parametrize("noise_std", [10, 60, 180])
def test_the_best_of_ten_random_starts_finds_the_face(noise_std):
    _, images, positions = drawn(noise_std, seed=1)
    result = scene.fit(images, FACE, n_init=10, how="random", rng=np.random.default_rng(1))
    assert word(images, result, positions) == "exact"
    assert len(result.restart_bounds) == 10 and result.bounds[-1] == result.restart_bounds.max()


@pytest.mark.parametrize("smoothing", [0.0, 10.0])
def test_hard_em_finds_the_face_from_the_default_start(smoothing):
    """(S14), (S15): one random start does not, without smoothing."""
    _, images, positions = drawn(60)
    assert word(images, scene.fit(images, FACE, hard=True, smoothing=smoothing), positions) == "exact"
    alone = scene.fit(images, FACE, hard=True, how="random", rng=np.random.default_rng(0))
    assert word(images, alone, positions) == "lost"


@pytest.mark.parametrize("name", ["camera", "coins"])
def test_noiseless_pictures_are_no_obstacle(name):
    truth, images, positions = drawn(1e-9, n=20, name=name)
    result = scene.fit(images, FACE)
    np.testing.assert_array_equal(placed(images, result), positions)
    np.testing.assert_allclose(result.params.face, truth.face, atol=1e-6)
    assert result.params.noise_std == pytest.approx(1e-4 * images.std(), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "n"), [("camera", 2), ("camera", 3), ("coins", 3), ("flat", 3), ("flat", 5), ("flat", 10)]
)
@pytest.mark.parametrize("noise_std", [1e-9, 10])
def test_a_few_pictures_suffice_in_little_noise(name, n, noise_std):
    """Two on a flat background would not: there the other picture's face can be the background."""
    truth, images, positions = drawn(noise_std, n=n, name=name)
    result = scene.fit(images, FACE)
    np.testing.assert_array_equal(placed(images, result), positions)
    assert result.bounds[-1] > scene.fit(images, FACE, start=truth).bounds[-1] - 1


def test_a_face_that_is_hardly_there_is_found_on_both_sides_of_the_mean():
    """The three flat faces of the search: brighter, darker and as the mean."""
    for level in (60.0, 180.0):
        truth, images, positions = small(20.0, name="flat", seed=2)
        truth = replace(truth, face=np.full((9, 7), level))
        images, positions = scene.sample(truth, 60, np.random.default_rng(0))
        assert word(images, scene.fit(images, (9, 7)), positions) == "exact"


# Shift moves


@pytest.mark.parametrize("shift", [(1, 0), (-2, 0), (0, 3), (0, -1), (4, -5), (-6, 2)])
def test_moves_bring_a_shifted_face_back(shift):
    """(S16): plain EM stays where the start puts the face, as the positions then lie off by the shift; the moves do not."""
    truth, images, positions = drawn(60, name="flat", n=60, seed=3)
    pictures = _search.Pictures(images, FACE, images.mean(), keep=True)

    def run(begin):
        result = _search.plain(pictures, begin, hold=True)
        return result.bounds[-1], result.params

    def verdict(params):
        return scene.verdict(scene.e_step(images, params, hard=True)[0], positions)

    low, stuck = run(shifted_crop(truth, *shift))
    high, moved = _search._moved(pictures, low, stuck, run)
    assert verdict(stuck) == ("shifted", shift) and verdict(moved) == ("exact", (0, 0))
    assert high > low + 2 * len(images) and high == pytest.approx(run(truth)[0], abs=1)


def test_surroundings_by_loops():
    """(S16): mean and gain of every pixel around the aligned face, picture by picture."""
    truth, images, _ = small(30.0, n=6)
    pictures = _search.Pictures(images, (9, 7), images.mean(), keep=True)
    mean, gain = _search._surroundings(pictures, truth)
    found = scene.e_step(images, truth, hard=True)[0]
    assert mean.shape == gain.shape == (25, 19)
    for a, b in np.ndindex(25, 19):
        there = [
            (k, i + a - 8, j + b - 6)
            for k, (i, j) in enumerate(found)
            if 0 <= i + a - 8 < 20 and 0 <= j + b - 6 < 30
        ]
        x = np.array([images[index] for index in there])
        base = np.array([truth.background[index[1:]] for index in there])
        if len(x):
            assert mean[a, b] == pytest.approx(x.mean(), rel=1e-10)
            wanted = (((x - base) ** 2).sum() - ((x - x.mean()) ** 2).sum()) / (2 * 30.0**2)
            assert gain[a, b] == pytest.approx(wanted, rel=1e-9, abs=1e-9)
        else:
            assert gain[a, b] == 0


def test_crops_by_loops(monkeypatch):
    """(S16): up to four that win more than the present one, best first; then neighbours that pictures at the border may favour."""
    rng, (h, w), (I, J) = np.random.default_rng(0), (2, 3), (4, 40)
    begin = scene.Scene(np.zeros((h, w)), np.zeros((5, 42)), 10.0, uniform((I, J)))
    pictures = _search.Pictures(np.zeros((2, 5, 42)), (h, w), 0.0)
    tried = set()
    for _ in range(60):
        gain = rng.normal(100, 30 / rng.integers(1, 20), (3 * h - 2, 3 * w - 2))
        mean = rng.normal(size=gain.shape)
        monkeypatch.setattr(_search, "_surroundings", lambda *_: (mean, gain))
        total = {(a, b): gain[a : a + h, b : b + w].sum() for a in range(2 * h - 1) for b in range(2 * w - 1)}
        own = total[h - 1, w - 1]
        better = sorted((d for d in total if total[d] > own + 1), key=lambda d: -total[d])[:4]
        row_steps, column_steps = [(h - 2, w - 1), (h, w - 1)], [(h - 1, w - 2), (h - 1, w)]
        near = [d for d in row_steps if total[d] + own / I > own + 1] + [
            d for d in column_steps if total[d] + own / J > own + 1
        ]
        near = sorted((d for d in near if d not in better), key=lambda d: -total[d])
        crops = list(_search._crops(pictures, begin))
        assert len(crops) == len(better + near)
        for (a, b), crop in zip(better + near, crops):
            np.testing.assert_array_equal(crop.face, mean[a : a + h, b : b + w])
        tried.add((len(better), len(near)))
    assert len(tried) > 10  # many kinds of cases


def test_a_move_is_kept_if_it_wins_a_nat_and_the_next_starts_there(monkeypatch):
    """(S16): numbers stand for scenes, and are their own bounds; each has crops beside it that are tried in order."""
    tried = []

    def run(crop):
        tried.append(crop)
        return crop, crop

    def moved(crops, begin):
        tried.clear()
        monkeypatch.setattr(_search, "_crops", lambda pictures, here: iter([here + step for step in crops]))
        return _search._moved(None, begin, begin, run)

    assert moved([], 5.0) == (5.0, 5.0) and tried == []
    assert moved([-1.0, 0.5, 1.0], 5.0) == (5.0, 5.0) and tried == [4.0, 5.5, 6.0]
    assert moved([-3.0, 2.0, 4.0], 0.0) == (
        40.0,
        40.0,
    )  # twenty rounds at most, each with the first that wins
    assert tried == [x for n in range(20) for x in (2.0 * n - 3, 2.0 * n + 2)]


@pytest.mark.parametrize("name", ["camera", "flat"])
def test_what_the_search_tries(name, monkeypatch):
    """Three flat faces, two cut from pictures, and ten rough ones where the flat ones disagree; ten iterations each."""
    runs, run_em = [], em.run_em

    def spy(e_step, m_step, start, **options):
        runs.append((start, options["max_iter"], run_em(e_step, m_step, start, **options)))
        return runs[-1][2]

    _, images, _ = small(20.0, name=name)
    monkeypatch.setattr(em, "run_em", spy)
    found = scene.start(images, (9, 7), how="search")
    brief = 15 if name == "flat" else 5
    assert [max_iter for _, max_iter, _ in runs[: brief + 1]] == [10] * brief + [50]
    assert {max_iter for _, max_iter, _ in runs[brief:]} == {50}
    assert (np.ptp([run.bounds[-1] for _, _, run in runs[:3]]) > 10) == (name == "flat")
    for (begin, _, _), level in zip(runs, (0, -1 / 3, 1 / 3)):
        np.testing.assert_allclose(begin.face, images.mean() + level * images.std(), rtol=1e-12)
    for (begin, _, _), image in zip(runs[3:5], images):
        energy = np.array(
            [
                [((image - images.mean(0)) ** 2)[i : i + 9, j : j + 7].sum() for j in range(24)]
                for i in range(12)
            ]
        )
        i, j = np.unravel_index(energy.argmax(), energy.shape)
        np.testing.assert_array_equal(begin.face, image[i : i + 9, j : j + 7])
    for begin, _, _ in runs[5:brief]:
        assert begin.face.std() == pytest.approx(images.std() / 3, rel=0.45)  # 63 draws, five standard errors
    for begin, _, run in runs[:brief]:
        np.testing.assert_allclose(begin.background, images.mean(axis=0), rtol=1e-12)
        assert (
            begin.noise_std == pytest.approx(images.std(), rel=1e-12)
            and run.params.prior.max() == run.params.prior.min()
        )
    best = max((run for _, _, run in runs[:brief]), key=lambda run: run.bounds[-1])
    assert runs[brief][0] is best.params  # the best of them goes on
    assert found in [run.params for _, _, run in runs[brief:]]


def test_crops_are_the_promising_ones_first_and_never_the_present_one():
    truth, images, _ = drawn(60, name="flat", n=60, seed=3)
    pictures = _search.Pictures(images, FACE, images.mean(), keep=True)
    here = scene.fit(images, FACE, start=truth).params
    assert not any(np.abs(crop.face - truth.face).mean() < 10 for crop in _search._crops(pictures, here))
    begin = shifted_crop(truth, 0, 3)
    there = scene.fit(images, FACE, start=begin, max_iter=3).params
    crops = list(_search._crops(pictures, there))
    assert 1 <= len(crops) <= _search.TRIES + 4
    close(
        crops[0].face, truth.face, rtol=0.15
    )  # the mean of 60 pictures, noise 60 / sqrt(60), largest entry 240
    for crop in crops:
        np.testing.assert_array_equal(crop.background, there.background)
        assert crop.noise_std == there.noise_std and crop.face.shape == FACE
