"""Where EM starts, and how often the face is found: the default start needs no luck."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib import em, scene, windows
from course_lib.classroom import models
from tests.helpers import close
from tests.scene.real_scenes import drawn, placed, small, uniform, word

FACE = (18, 14)

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
        near = 0.01 * (high - low)
        assert low <= part.min() < low + near and high - near < part.max() <= high
        unit = (np.sort(part.ravel()) - low) / (high - low)
        gap = np.abs(unit - (np.arange(unit.size) + 0.5) / unit.size).max()
        assert gap < 1.95 / np.sqrt(unit.size)  # Kolmogorov and Smirnov, one in a thousand
    assert abs(np.corrcoef(begin.face.ravel(), begin.background[:60, :100].ravel())[0, 1]) < 5 / np.sqrt(6000)
    assert begin.noise_std == pytest.approx(images.std(), rel=1e-12)
    np.testing.assert_array_equal(begin.prior, uniform((21, 21)))


def test_random_starts_repeat_with_their_generator_and_differ_without():
    _, images, _ = small(n=3)
    rngs = (np.random.default_rng(4), np.random.default_rng(4), None, None)
    draw = [scene.start(images, (9, 7), how="random", rng=rng).face for rng in rngs]
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


def test_a_fit_with_any_generator_searches_alike(runs):
    """On a flat background too, where the search draws rough faces."""
    _, images, _ = small(20.0, name="flat")
    begun = []
    for rng in (np.random.default_rng(1), np.random.default_rng(2), None):
        runs.clear()
        scene.fit(images, (9, 7), rng=rng)
        begun.append([begin.face for begin, _, _ in runs])
    assert len(begun[0]) == len(begun[1]) == len(begun[2]) > 15
    for faces in zip(*begun):
        assert (faces[0] == faces[1]).all() and (faces[0] == faces[2]).all()


def test_the_search_does_not_depend_on_the_limits_of_the_fit():
    """Fits of 1 and of 30 iterations, to any tolerance, soft or hard, begin at the same scene."""
    _, images, _ = small(60.0)
    limits = ({}, {"max_iter": 1}, {"tol": 0}, {"tol": 1e9}, {"n_jobs": 2})
    assert len({scene.fit(images, (9, 7), **options).bounds[0] for options in limits}) == 1
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
    assert begin.face.shape == (9, 7) and begin.background.shape == (20, 30)


@pytest.mark.parametrize("how", ["search", "mean", "random"])
@pytest.mark.filterwarnings("error")
def test_starts_for_constant_pictures_are_constant(how):
    begin = scene.start(np.full((3, 4, 5), 9.0), (2, 2), how=how)
    assert (begin.face == 9).all() and (begin.background == 9).all() and begin.noise_std == 1e-6


# How often the face is found


@pytest.mark.parametrize(("name", "noise_std", "seed"), [
    *[("camera", noise_std, seed) for noise_std in (10, 60, 180) for seed in range(3)],
    ("coins", 10, 0), ("coins", 100, 0), ("flat", 10, 0), ("flat", 60, 0),
    ("camera", 160, 1), ("camera", 160, 2), ("flat", 160, 1), ("flat", 160, 2), ("coins", 160, 2),
])  # fmt: skip
def test_the_default_start_finds_the_face(name, noise_std, seed):
    """And EM from there reaches at least what it reaches from the truth, in much noise less 5 nats."""
    truth, images, positions = drawn(noise_std, seed=seed, name=name)
    result = scene.fit(images, FACE)
    right = (placed(images, result) == positions).all(axis=1).mean()
    assert word(images, result, positions) == "exact" and (right == 1 or noise_std > 60)
    assert right >= 0.85 or (name, noise_std) != ("camera", 180)
    below = 5 if noise_std == 160 else 1
    assert result.bounds[-1] >= scene.fit(images, FACE, start=truth).bounds[-1] - below


@pytest.mark.parametrize("noise_std", [10, 60])
def test_plain_em_from_the_mean_picture_fails_on_a_flat_background(noise_std):
    """(S16): by many nats a picture."""
    _, images, positions = drawn(noise_std, name="flat")
    best = scene.fit(images, FACE).bounds[-1]
    for options in (dict(how="mean"), dict(start=scene.start(images, FACE))):
        plain = scene.fit(images, FACE, **options)
        assert word(images, plain, positions) in ("shifted", "lost")
        assert plain.bounds[-1] < best - 20 * len(images)


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


FEW = [("camera", 2), ("camera", 3), ("coins", 3), ("flat", 3), ("flat", 5), ("flat", 10), ("camera", 20)]


@pytest.mark.parametrize(("name", "n"), FEW)
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
        truth, _, _ = small(20.0, name="flat", seed=2)
        truth = replace(truth, face=np.full((9, 7), level))
        images, positions = scene.sample(truth, 60, np.random.default_rng(0))
        assert word(images, scene.fit(images, (9, 7)), positions) == "exact"


# What the search does, told from the runs of the one loop that it asks for


def crops(images, here, face_shape):
    """Faces cut from the aligned pictures around the face, in the order in which they are to be tried.  (S16)

    Up to four that win a nat more than the present one, best first; then those beside it that pictures at the
    border, which they let in, may favour.
    """
    (h, w), (I, J), B = face_shape, here.positions, here.background
    i, j = scene.e_step(images, here, hard=True)[0].T
    mean, gain = np.empty((2, 3 * h - 2, 3 * w - 2))
    for a, b in np.ndindex(mean.shape):
        row, column = i + a - h + 1, j + b - w + 1
        there = (0 <= row) & (row < len(B)) & (0 <= column) & (column < B.shape[1])
        x, base = images[there, row[there], column[there]], B[row[there], column[there]]
        mean[a, b] = x.mean() if len(x) else images.mean()
        gain[a, b] = (((x - base) ** 2).sum() - ((x - mean[a, b]) ** 2).sum()) / (2 * here.noise_std**2)
    total = {(a, b): gain[a : a + h, b : b + w].sum() for a, b in np.ndindex(2 * h - 1, 2 * w - 1)}
    own = total[h - 1, w - 1]
    beside = {(h - 2, w - 1): I, (h, w - 1): I, (h - 1, w - 2): J, (h - 1, w): J}
    better = sorted((d for d in total if total[d] > own + 1), key=lambda d: -total[d])[:4]
    near = [d for d in beside if total.get(d, -np.inf) + own / beside[d] > own + 1 and d not in better]
    return [mean[a : a + h, b : b + w] for a, b in better + sorted(near, key=lambda d: -total[d])]


def follow(runs, images, face_shape):
    """Assert that the runs are those of the search; return the scene that it ends with, and its rounds."""
    brief = 15 if np.ptp([run.bounds[-1] for _, _, run in runs[:3]]) > 10 else 5
    assert [options["max_iter"] for _, options, _ in runs] == [10] * brief + [50] * (len(runs) - brief)
    _, _, best = max(runs[:brief], key=lambda run: run[2].bounds[-1])
    (begin, _, reached), *rest = runs[brief:]
    assert begin is best.params
    rounds = 0
    for _ in range(20):
        for face in crops(images, reached.params, face_shape):
            begin, _, moved = rest.pop(0)
            close(begin.face, face, 1e-9)
            np.testing.assert_array_equal(begin.background, reached.params.background)
            assert begin.noise_std == reached.params.noise_std
            if moved.bounds[-1] > reached.bounds[-1] + 1:
                reached, rounds = moved, rounds + 1
                break
        else:
            break
    assert rest == []
    return reached.params, rounds


@pytest.mark.parametrize(("name", "noise_std"), [("camera", 20), ("flat", 20), ("flat", 60), ("flat", 120)])
def test_what_the_search_tries(name, noise_std, runs):
    """Three flat faces, two cut from pictures, ten rough ones where the flat ones disagree; then moves."""
    _, images, _ = small(noise_std, name=name)
    found = scene.start(images, (9, 7), how="search")
    assert found is follow(runs, images, (9, 7))[0]
    brief = [begin for begin, options, _ in runs if options["max_iter"] == 10]
    assert len(brief) == (15 if name == "flat" else 5)
    for begin, level in zip(brief, (0, -1 / 3, 1 / 3)):
        np.testing.assert_allclose(begin.face, images.mean() + level * images.std(), rtol=1e-12)
    for begin, image in zip(brief[3:5], images):
        energy = windows.window_sums((image - images.mean(axis=0)) ** 2, (9, 7))
        i, j = np.unravel_index(energy.argmax(), energy.shape)
        close(begin.face, image[i : i + 9, j : j + 7], 1e-13)
    for begin in brief[5:]:
        assert begin.face.std() == pytest.approx(images.std() / 3, rel=0.45)  # 63 draws, five standard errors
    for _, _, run in runs:
        assert run.params.prior.max() == run.params.prior.min()
    for begin in brief:
        np.testing.assert_allclose(begin.background, images.mean(axis=0), rtol=1e-12)
        assert begin.noise_std == pytest.approx(images.std(), rel=1e-12)


def test_moves_whatever_the_runs_end_with(monkeypatch):
    """Runs that end where they begin, with random bounds: each rule of the moves is met many times."""
    draws, runs, rounds = np.random.default_rng(0), [], set()

    def run_em(e_step, m_step, start, **options):
        params = replace(start, noise_std=start.noise_std * draws.uniform(0.2, 1.5))
        bound = draws.normal(0, spread) + rise * len(runs)
        runs.append((start, options, em.EMResult(params, [bound], False)))
        return runs[-1][2]

    monkeypatch.setattr(em, "run_em", run_em)
    for seed in range(60):
        runs.clear()
        spread, rise = [(20, 0), (1, 0.5), (0, 1.2)][seed % 3]
        truth = models.scene(draws, (5, 14), (2, 3), noise_std=draws.uniform(5, 90))
        images = models.pictures(draws, truth, 6)
        found = scene.start(images, (2, 3), how="search")
        wanted, n = follow(runs, images, (2, 3))
        assert found is wanted
        rounds.add(n)
    assert {0, 1, 20} <= rounds


@pytest.mark.parametrize("shift", [(1, 0), (-2, 0), (0, 3), (0, -1), (4, -5), (-6, 2)])
def test_moves_bring_a_shifted_face_back(shift, monkeypatch):
    """(S16): plain EM stays where the start puts the face, positions off by the shift; moves do not."""
    truth, images, positions = drawn(60, name="flat", n=60, seed=3)
    down, right = shift
    wide = np.pad(truth.face, ((18, 18), (14, 14)), constant_values=120.0)
    stuck = replace(truth, face=wide[18 + down : 36 + down, 14 + right : 28 + right])
    ends, run_em = [], em.run_em

    def run(e_step, m_step, start, **options):
        if options["max_iter"] == 10:  # as if every start had led there
            return em.EMResult(stuck, [0.0], False)
        ends.append(run_em(e_step, m_step, start, **options))
        return ends[-1]

    monkeypatch.setattr(em, "run_em", run)
    found = scene.start(images, FACE, how="search")
    words = [
        scene.verdict(scene.e_step(images, one, hard=True)[0], positions) for one in (ends[0].params, found)
    ]
    assert words == [("shifted", shift), ("exact", (0, 0))]
    high = max(end.bounds[-1] for end in ends)
    monkeypatch.undo()
    assert high > ends[0].bounds[-1] + 2 * len(images)
    assert high >= scene.fit(images, FACE, start=truth, max_iter=1).bounds[0]
