"""EM for a scene: the loop against its own steps, restarts, workers, extremes, memory, and what a run reports."""

import copy
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy import fft

from course_lib import _fourier, em, scene
from course_lib.scene import _search
from tests.helpers import close
from tests.scene.real_scenes import drawn, placed, small, uniform, word

FACE = (9, 7)  # of the pictures of `small`
KINDS = [dict(hard=hard, smoothing=smoothing) for hard in (False, True) for smoothing in (0.0, 2.5)]
every_kind = pytest.mark.parametrize(
    "kind", KINDS, ids=lambda kind: f"{'hard' if kind['hard'] else 'soft'}-{kind['smoothing']:g}"
)
FIELDS = ("face", "background", "noise_std", "prior")


def rough_start(images, face_shape=FACE, seed=0):
    return scene.start(images, face_shape, how="random", rng=np.random.default_rng(seed))


def penalty(params, smoothing):
    """The log prior that (S15) adds to the bound."""
    return smoothing * np.log(params.prior).sum() if smoothing else 0.0


def assert_equal_results(a, b):
    """Bitwise."""
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(a.params, field), getattr(b.params, field))
    for field in ("bounds", "converged", "restart_bounds", "visible"):
        np.testing.assert_array_equal(getattr(a, field), getattr(b, field))


def assert_close_scenes(a, b, rtol=1e-9):
    for field in FIELDS:
        close(getattr(a, field), getattr(b, field), rtol)


@pytest.fixture
def calls(monkeypatch):
    """Every call of the one loop: (start, options), in the order in which they begin."""
    seen, run_em = [], em.run_em

    def spy(e_step, m_step, start, **options):
        seen.append((start, options))
        return run_em(e_step, m_step, start, **options)

    monkeypatch.setattr(em, "run_em", spy)
    return seen


def fake_runs(monkeypatch, bounds, work=lambda index: None, order=None):
    """Let the run from the k-th start end at once with that start, and with -bounds[k], bounds[k] as its bounds.

    k counts the runs as they begin; with `order`, the starts of an earlier fit, it is their place in that one.
    """
    starts, guard = [], threading.Lock()

    def run_em(e_step, m_step, start, **options):
        with guard:
            index = (
                len(starts)
                if order is None
                else [(start.face == one.face).all() for one in order].index(True)
            )
            starts.append(start)
        work(index)
        return em.EMResult(start, [-bounds[index], bounds[index]], index % 2 == 0)

    monkeypatch.setattr(em, "run_em", run_em)
    return starts


# From a start


@every_kind
def test_fit_from_a_start_is_the_loop_of_its_steps(kind):
    """(S5)-(S15): E-step, M-step, E-step, ... written out; the bound of each belongs to the scene before its E-step."""
    _, images, _ = small(60.0)
    params, wanted = rough_start(images), []
    for step in range(9):
        q, bound = scene.e_step(images, params, hard=kind["hard"])
        wanted.append(bound + penalty(params, kind["smoothing"]))
        if step < 8:
            params = scene.m_step(images, q, FACE, smoothing=kind["smoothing"], previous=params)
    result = scene.fit(images, FACE, start=rough_start(images), max_iter=8, tol=0, **kind)
    assert len(result.bounds) == 9 and not result.converged
    np.testing.assert_allclose(result.bounds, wanted, rtol=1e-10)
    assert_close_scenes(result.params, params)
    np.testing.assert_array_equal(result.restart_bounds, result.bounds[-1:])


@every_kind
def test_bounds_begin_at_the_start_and_end_at_the_parameters(kind):
    """(S12): at both ends, the bound of the q that an E-step gives there, and its penalty."""
    _, images, _ = small(60.0)
    begin = rough_start(images)
    result = scene.fit(images, FACE, start=begin, max_iter=3, tol=0, **kind)
    for params, bound in ((begin, result.bounds[0]), (result.params, result.bounds[-1])):
        q = scene.e_step(images, params, hard=kind["hard"])[0]
        assert bound == pytest.approx(
            scene.bound(images, q, params) + penalty(params, kind["smoothing"]), rel=1e-12
        )


@pytest.mark.parametrize("begin", ["start", "search", "mean", "random"])
@pytest.mark.parametrize("max_iter", [1, 6])
def test_tolerance_zero_means_all_iterations(begin, max_iter):
    _, images, _ = small()
    options = dict(start=rough_start(images)) if begin == "start" else dict(how=begin)
    result = scene.fit(images, FACE, max_iter=max_iter, tol=0, **options)
    assert len(result.bounds) == max_iter + 1 and not result.converged


def test_it_stops_when_the_bound_changes_by_less_than_the_tolerance():
    _, images, _ = small(60.0)
    begin = rough_start(images)
    steps = np.diff(scene.fit(images, FACE, start=begin, max_iter=30, tol=0).bounds)
    for tol in (1e-3, 10.0, 1e9):
        result = scene.fit(images, FACE, start=begin, max_iter=30, tol=tol)
        assert result.converged and len(result.bounds) == 2 + np.flatnonzero(steps < tol)[0]
    with_defaults = scene.fit(images, FACE, start=begin)
    assert_equal_results(
        with_defaults, scene.fit(images, FACE, start=begin, max_iter=50, tol=1e-3, hard=False, smoothing=0.0)
    )


def test_the_loop_of_em_runs_it_and_is_told_what_was_asked(calls):
    _, images, _ = small()
    begin = rough_start(images)
    scene.fit(images, FACE, start=begin, max_iter=7, tol=0.5)
    assert calls == [(begin, dict(max_iter=7, tol=0.5))]


@every_kind
@pytest.mark.parametrize("seed", range(12))
def test_bounds_never_fall(kind, seed):
    """(S12), (S14), (S15): on random problems from random starts, some with pixels that are always hidden."""
    rng = np.random.default_rng(seed)
    face_shape = (2 + seed % 3, 1 + seed % 4)
    images = rng.normal(100, 10, (3 + 2 * seed, 6, 7))
    images[:, 2:5, 2:4] += rng.uniform(0, 90)
    result = scene.fit(
        images, face_shape, start=rough_start(images, face_shape, seed), max_iter=40, tol=0, **kind
    )
    assert (np.diff(result.bounds) >= -1e-10 * np.abs(result.bounds[1:])).all()
    assert result.bounds[-1] > result.bounds[0] + 1


@every_kind
def test_bounds_never_fall_after_a_search(kind):
    _, images, positions = small(60.0)
    result = scene.fit(images, FACE, tol=0, max_iter=20, **kind)
    assert (np.diff(result.bounds) >= -1e-10 * np.abs(result.bounds[1:])).all()
    assert word(images, result, positions) == "exact"


def test_with_smoothing_it_is_the_penalised_bound_that_never_falls():
    """(S15): from the maximum without smoothing, with a prior just above 0, the plain bound falls and the penalised one rises."""
    truth, images, _ = small(20.0)
    prior = scene.fit(images, FACE, start=truth).params.prior + 1e-6
    begin = scene.fit(images, FACE, start=truth).params
    begin = replace(begin, prior=prior / prior.sum())
    result = scene.fit(images, FACE, start=begin, smoothing=5.0, max_iter=1, tol=0)
    plain = [b - penalty(params, 5.0) for params, b in zip((begin, result.params), result.bounds)]
    assert plain[1] < plain[0] - 10 and result.bounds[1] > result.bounds[0] + 10


def test_the_pictures_are_transformed_once(monkeypatch):
    _, images, _ = small(n=400)
    begin, spectra, seen = rough_start(images), _fourier.spectra, []
    monkeypatch.setattr(_fourier, "spectra", lambda x: seen.append(x.shape) or spectra(x))
    scene.fit(images, FACE, start=begin, max_iter=5)
    assert seen == [(400, 20, 30)]


# Restarts


def test_the_best_bound_wins_and_every_bound_is_kept(calls):
    """Each restart is plain EM from its own random start, held by the same loop."""
    _, images, _ = small(60.0)
    result = scene.fit(images, FACE, n_init=4, how="random", rng=np.random.default_rng(1), max_iter=5, tol=0)
    starts = [begin for begin, _ in calls]
    assert len(starts) == 4
    alone = [scene.fit(images, FACE, start=begin, max_iter=5, tol=0) for begin in starts]
    np.testing.assert_allclose(result.restart_bounds, [run.bounds[-1] for run in alone], rtol=1e-12)
    assert len(set(result.restart_bounds)) == 4
    best = alone[result.restart_bounds.argmax()]
    np.testing.assert_allclose(result.bounds, best.bounds, rtol=1e-12)
    assert_close_scenes(result.params, best.params)


def test_of_equal_bounds_the_first_wins_also_when_it_is_the_slowest(monkeypatch):
    _, images, _ = small()
    order = None
    for n_jobs in (None, 2):
        begun = fake_runs(
            monkeypatch, [3.0, 1.0, 3.0, 2.0], lambda index: time.sleep(0.1 * (index == 0)), order
        )
        result = scene.fit(images, FACE, n_init=4, how="random", n_jobs=n_jobs, rng=np.random.default_rng(0))
        order = order or begun
        np.testing.assert_array_equal(result.restart_bounds, [3, 1, 3, 2])
        np.testing.assert_array_equal(result.params.face, order[0].face)
        assert result.bounds.tolist() == [-3.0, 3.0] and result.converged
    fake_runs(monkeypatch, [1.0, 3.0, 3.0, 2.0], order=order)
    assert not scene.fit(
        images, FACE, n_init=4, how="random", rng=np.random.default_rng(0)
    ).converged  # the second's


def test_the_first_restart_begins_as_asked_and_the_others_at_random(calls):
    _, images, _ = small()
    scene.fit(images, FACE, n_init=3, how="mean", rng=np.random.default_rng(0))
    flat, *others = [begin for begin, _ in calls]
    assert_close_scenes(flat, scene.start(images, FACE), 0)
    assert all(np.ptp(begin.face) > 10 for begin in others)
    assert np.abs(others[0].face - others[1].face).max() > 10


def test_a_search_among_the_restarts_is_the_search_alone():
    """With other starts beside it, all worse."""
    _, images, _ = small()
    alone, among = (scene.fit(images, FACE, n_init=n, rng=np.random.default_rng(0)) for n in (1, 3))
    assert among.restart_bounds[0] == alone.bounds[-1] and len(among.restart_bounds) == 3
    assert among.bounds[-1] == pytest.approx(alone.bounds[-1], abs=1e-3)
    assert_close_scenes(among.params, alone.params, 1e-3)


@pytest.mark.parametrize("how", ["search", "random"])
def test_the_result_does_not_depend_on_the_number_of_workers(how):
    _, images, _ = small(60.0)
    options = dict(n_init=4, how=how, max_iter=6)
    wanted = scene.fit(images, FACE, rng=np.random.default_rng(3), **options)
    for n_jobs in (1, 2, -1):
        assert_equal_results(
            scene.fit(images, FACE, rng=np.random.default_rng(3), n_jobs=n_jobs, **options), wanted
        )


def test_two_workers_work_at_the_same_time(monkeypatch):
    _, images, _ = small()
    meeting = threading.Barrier(2, timeout=20)
    fake_runs(monkeypatch, [1.0, 2.0], work=lambda index: meeting.wait())
    assert scene.fit(images, FACE, n_init=2, how="random", n_jobs=2).bounds[-1] == 2.0


def test_random_restarts_repeat_with_their_generator_and_differ_without():
    _, images, _ = small(60.0)

    def run(rng):
        return scene.fit(images, FACE, n_init=2, how="random", rng=rng, max_iter=2)

    first = run(np.random.default_rng(5))
    assert_equal_results(run(np.random.default_rng(5)), first)
    bounds = [
        first.bounds[0],
        run(np.random.default_rng(6)).bounds[0],
        run(None).bounds[0],
        run(None).bounds[0],
    ]
    assert len(set(bounds)) == 4
    generator = np.random.default_rng(5)
    run(generator)
    assert (
        run(generator).bounds[0] != first.bounds[0]
    )  # one generator for two fits draws other starts for the second


def test_numpys_global_seed_plays_no_part():
    _, images, _ = small()
    state = np.random.get_state()[1].copy()
    np.random.seed(0)
    one = scene.fit(images, FACE, how="random", max_iter=1)
    np.random.seed(0)
    assert scene.fit(images, FACE, how="random", max_iter=1).bounds[0] != one.bounds[0]
    np.random.set_state(("MT19937", state, 624))


# What must not matter


@pytest.mark.parametrize("hard", [False, True])
def test_a_common_gray_level_changes_nothing_but_the_pictures(hard):
    """10 000 gray levels more; rounding of the pictures themselves is 1e-12 of a gray level."""
    _, images, positions = small(60.0)
    here, there = (scene.fit(images + level, FACE, hard=hard) for level in (0, 10_000))
    np.testing.assert_array_equal(placed(images + 10_000, there), placed(images, here))
    np.testing.assert_allclose(there.bounds, here.bounds, rtol=1e-9)
    np.testing.assert_allclose(there.params.face - 10_000, here.params.face, atol=1e-8)
    np.testing.assert_allclose(there.params.background - 10_000, here.params.background, atol=1e-8)
    assert there.params.noise_std == pytest.approx(here.params.noise_std, rel=1e-9)


def test_a_level_far_above_the_contrast_costs_no_digits():
    """Ten million gray levels: squares of 1e14 would leave two digits of a gray level; the pictures keep nine."""
    _, images, _ = small(60.0)
    images = images + 1e7
    here, there = scene.fit(images - 1e7, FACE), scene.fit(images, FACE)
    np.testing.assert_allclose(there.bounds, here.bounds, atol=1e-5, rtol=0)
    from_start = scene.fit(images, FACE, start=scene.start(images, FACE))
    np.testing.assert_allclose(from_start.bounds[-1], here.bounds[-1], atol=1e-3, rtol=0)


def test_order_of_pictures_orientation_and_polarity_do_not_matter():
    """The default start treats all alike: shuffled, upside down, turned, and negative pictures give the same answer."""
    _, images, positions = small(60.0)
    result = scene.fit(images, FACE)
    found, order = placed(images, result), np.random.default_rng(0).permutation(len(images))
    assert scene.verdict(found, positions)[0] == "exact"
    changed = {
        "shuffled": (images[order], FACE, found[order]),
        "upside down": (images[:, ::-1], FACE, [11, 0] + [-1, 1] * found),
        "turned": (images.swapaxes(1, 2), FACE[::-1], found[:, ::-1]),
        "negative": (255 - images, FACE, found),
    }
    for name, (pictures, face_shape, wanted) in changed.items():
        other = scene.fit(pictures, face_shape)
        np.testing.assert_array_equal(placed(pictures, other), wanted, err_msg=name)
        assert other.bounds[-1] == pytest.approx(result.bounds[-1], rel=1e-9)


@pytest.mark.parametrize("kind", ["uint8", "int64", "float32", ">f8"])
def test_any_kind_of_number_is_taken_and_left_alone(kind):
    _, images, _ = small()
    whole = np.clip(np.rint(images), 0, 255).astype(kind)
    kept = whole.copy()
    whole.flags.writeable = False
    assert_equal_results(scene.fit(whole, FACE), scene.fit(kept.astype(float), FACE))
    np.testing.assert_array_equal(whole, kept)


# Few pictures, no noise, no room


def test_one_picture_needs_a_start():
    """Without one the face could be anywhere; what is missing is said."""
    _, images, _ = small(n=1)
    message = "images needs at least 2 pictures, got n_samples=1; one picture fits with the face anywhere; give more, or a start"
    with pytest.raises(ValueError, match=re.escape(message)):
        scene.fit(images, FACE)


@every_kind
def test_one_picture_with_a_start_fits_exactly_and_its_noise_is_floored(kind):
    """(S10), (S11): the face is cut from the picture, the background is the rest, and under the face that of the start."""
    truth, images, positions = small(20.0, n=1)
    result = scene.fit(images, FACE, start=truth, **kind)
    i, j = positions[0]
    np.testing.assert_array_equal(placed(images, result), positions)
    np.testing.assert_allclose(result.params.face, images[0, i : i + 9, j : j + 7], atol=1e-9)
    under = np.zeros((20, 30), bool)
    under[i : i + 9, j : j + 7] = True
    np.testing.assert_allclose(
        result.params.background, np.where(under, truth.background, images[0]), atol=1e-9
    )
    np.testing.assert_array_equal(result.visible, ~under * 1.0)
    assert result.params.noise_std == pytest.approx(1e-4 * images.std(), rel=1e-9)


@pytest.mark.parametrize("noise_std", [1e-9, 1.0, 20.0])
@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_two_or_three_pictures_suffice_for_a_clear_face(n, noise_std, seed):
    """The noise found is smaller than the true one by what the face and the background take: HW + hw of nHW numbers."""
    _, images, positions = small(noise_std, n=n, seed=seed)
    result = scene.fit(images, FACE)
    np.testing.assert_array_equal(placed(images, result), positions)
    left = (n - 1) * 600 - 63
    floor = 1e-4 * images.std()
    expected = max(noise_std * np.sqrt(left / (n * 600)), floor)
    assert result.params.noise_std == pytest.approx(expected, rel=5 / np.sqrt(2 * left))


@every_kind
def test_noiseless_pictures_give_the_scene_itself_and_a_floor_for_the_noise(kind):
    """(S11): the likelihood has no upper end there; the noise stops at 1e-4 times the standard deviation of all pixels."""
    truth, images, positions = small(1e-12)
    result = scene.fit(images, FACE, **kind)
    np.testing.assert_array_equal(placed(images, result), positions)
    assert result.params.noise_std == pytest.approx(1e-4 * images.std(), rel=1e-9)
    np.testing.assert_allclose(result.params.face, truth.face, atol=1e-6)
    np.testing.assert_allclose(
        result.params.background[result.visible > 0], truth.background[result.visible > 0], atol=1e-6
    )
    assert (
        np.isfinite(result.bounds).all() and (np.diff(result.bounds) >= -1e-6).all()
    )  # pixels / floor = 1e4, squared and summed


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
    assert result.params.noise_std == pytest.approx(
        np.sqrt(((images - images.mean(axis=0)) ** 2).mean()), rel=1e-9
    )
    np.testing.assert_array_equal(result.params.prior, [[1.0]])
    np.testing.assert_array_equal(result.visible, np.zeros((6, 7)))
    np.testing.assert_allclose(result.params.background, images.mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("shape", [(9, 30), (20, 7)])
@pytest.mark.filterwarnings("error")
def test_one_row_or_column_of_positions(shape):
    _, images, positions = small(10.0, n=20, shape=shape)
    result = scene.fit(images, FACE)
    np.testing.assert_array_equal(placed(images, result), positions)
    assert np.isfinite(result.params.background).all()


@pytest.mark.filterwarnings("error")
def test_pictures_of_one_pixel():
    """One position, F the mean; and the standard deviation is the noise."""
    images = np.array([1.0, 2.0, 6.0])[:, None, None]
    result = scene.fit(images, (1, 1))
    assert result.params.face.item() == pytest.approx(3.0) and result.params.noise_std == pytest.approx(
        np.std([1, 2, 6])
    )


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


def test_hidden_pixels_keep_the_mean_picture_after_a_search():
    """(S10): defined, never garbage, though the search ran many times before."""
    _, images, _ = small(30.0, shape=(12, 10))
    result = scene.fit(images, FACE)
    np.testing.assert_allclose(
        result.params.background[result.visible == 0], images.mean(axis=0)[result.visible == 0], rtol=1e-12
    )


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


def test_progress_shows_restarts_and_bound_on_standard_error(capsys):
    _, images, _ = small()
    result = scene.fit(images, FACE, n_init=3, rng=np.random.default_rng(0), n_jobs=2, progress=True)
    out, err = capsys.readouterr()
    parts = err.split("\r")
    assert out == "" and err.endswith("\n")
    assert "0/3" in parts[1] and all(part.startswith("scene: ") for part in parts[1:])
    assert f"3/3 best bound {result.bounds[-1]:.1f}" in parts[-1]
    assert re.search(r"[012]/3 bound -\d+\.\d", err)
    bests = [float(re.search(r"best bound (-?\d+\.\d)", part)[1]) for part in parts if "best" in part]
    assert len(bests) == 3 and bests == sorted(bests)
    assert_equal_results(scene.fit(images, FACE, n_init=3, rng=np.random.default_rng(0)), result)
    assert capsys.readouterr() == ("", "")


def test_the_best_bound_so_far_is_shown(monkeypatch, capsys):
    _, images, _ = small()
    fake_runs(monkeypatch, [2.0, 1.0, 3.0])
    scene.fit(images, FACE, n_init=3, how="random", progress=True)
    assert re.findall(r"(\d/3) best bound (\S+?)\x1b", capsys.readouterr().err) == [
        ("1/3", "2.0"),
        ("2/3", "2.0"),
        ("3/3", "3.0"),
    ]


def test_every_bound_is_shown_also_while_a_start_is_searched_for(monkeypatch, capsys):
    """So every one of them also hears of a stop."""
    _, images, _ = small(60.0, name="flat")
    results, run_em = [], em.run_em
    monkeypatch.setattr(
        em, "run_em", lambda *steps, **options: results.append(run_em(*steps, **options)) or results[-1]
    )
    scene.fit(images, FACE, progress=True)
    shown = re.findall(r" 0/1 bound (-\d+\.\d)", capsys.readouterr().err)
    assert shown == [f"{bound:.1f}" for result in results for bound in result.bounds]
    assert len(results) > 5  # starts, moves, and the fit itself


# Interrupts


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_an_interrupt_is_one_short_message(monkeypatch, n_jobs):
    _, images, _ = small()

    def interrupt(index):
        if index == 2:
            raise KeyboardInterrupt

    fake_runs(monkeypatch, [1.0] * 5, interrupt)
    with pytest.raises(
        KeyboardInterrupt, match=r"^scene stopped after [012] of 5 steps; nothing was kept$"
    ) as caught:
        scene.fit(images, FACE, n_init=5, how="random", n_jobs=n_jobs)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_an_error_in_one_restart_stops_the_others(monkeypatch):
    """The bound that is no number passes unchanged, and no later restart is begun after the two that run."""
    _, images, _ = small()

    def fail(index):
        if index == 0:
            raise ValueError("bound needs a finite number; got nan")
        time.sleep(0.2)

    begun = fake_runs(monkeypatch, [1.0] * 40, fail)
    with pytest.raises(ValueError, match="^bound needs a finite number; got nan$"):
        scene.fit(images, FACE, n_init=40, how="random", n_jobs=2)
    assert len(begun) < 10


def test_a_stop_is_heard_inside_a_run(monkeypatch):
    """The other worker's 5000 iterations, some seconds, end at the next bound."""
    _, images, _ = small()
    begun, ended, run_em, taken = threading.Event(), threading.Event(), em.run_em, iter([True, False])

    def run(*args, **options):
        if next(taken):
            assert begun.wait(20)
            raise ValueError("no more")
        begun.set()
        try:
            run_em(*args, **options)
        finally:
            ended.set()

    monkeypatch.setattr(em, "run_em", run)
    with pytest.raises(ValueError, match="^no more$"):
        scene.fit(images, FACE, n_init=2, n_jobs=2, how="random", max_iter=5000, tol=0)
    assert ended.wait(1)


INTERRUPTED = """
import signal, sys, time, traceback
import numpy as np
from course_lib import scene
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background would have it ignored
images = np.random.default_rng(0).normal(100, 50, (60, 40, 60))
try:
    scene.fit(images, (18, 14), n_init=2000, how="random", n_jobs=eval(sys.argv[1]), tol=0, progress=True)
except KeyboardInterrupt as stop:
    print(stop)
    print(len(traceback.format_exc().splitlines()))
    time.sleep(0.2)
    used = time.process_time()
    time.sleep(0.3)
    print(time.process_time() - used)
"""


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_ctrl_c_during_restarts_returns_at_once_and_leaves_nothing_running(n_jobs):
    """2000 restarts would take minutes; the signal comes when the bar shows that one is done."""
    command = [sys.executable, "-c", INTERRUPTED, str(n_jobs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        shown = b""
        while not re.search(rb" [1-9]\d*/2000 ", shown):
            shown += child.stderr.read1(100)
            assert child.poll() is None and len(shown) < 10**5, shown[-2000:]
        child.send_signal(signal.SIGINT)
        sent = time.perf_counter()
        out, err = child.communicate(timeout=20)
        taken = time.perf_counter() - sent - 0.5  # the child sleeps so long afterwards
    message, lines, used = out.decode().splitlines()
    assert re.fullmatch(r"scene stopped after \d+ of 2000 steps; nothing was kept", message)
    assert child.returncode == 0 and b"Traceback" not in err
    assert taken < 4 and int(lines) < 10 and float(used) < 0.1


# Memory


@pytest.mark.parametrize(("shape", "face_shape"), [((500, 28, 40), (10, 10)), ((60, 100, 200), (75, 75))])
def test_extra_memory_is_at_most_four_times_the_pictures(shape, face_shape, monkeypatch):
    """tracemalloc counts numpy's arrays, and the results of scipy's transforms among them."""
    for limit in (
        "BRIEF",
        "ROUNDS",
    ):  # iterations, and rounds of moves: the later ones take what the first did
        monkeypatch.setattr(_search, limit, 1)
    images = np.random.default_rng(0).normal(100, 50, shape)
    begin = scene.start(images, face_shape)

    def peak(work):
        tracemalloc.start()
        work()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / images.nbytes

    assert peak(lambda: fft.rfft2(images)) >= 1
    assert 1 < peak(lambda: scene.e_step(images, begin)) < 4
    assert (
        1 < peak(lambda: scene.fit(images, face_shape, max_iter=1)) < 4
    )  # noise alone: the search tries all that it knows


# Verdict


@pytest.mark.parametrize(
    ("moves", "wanted"),
    [
        ([(0, 0)] * 4, ("exact", (0, 0))),
        ([(0, 0)] * 2 + [(5, 1), (1, 1)], ("exact", (0, 0))),
        ([(0, 0)] * 2 + [(0, -1)] * 2, ("exact", (0, 0))),
        ([(0, 0)] * 2 + [(0, 1)] * 3, ("shifted", (0, 1))),
        ([(-1, 2)] * 3 + [(0, 0)], ("shifted", (-1, 2))),
        ([(-1, 2)] * 2 + [(0, 0), (7, 7)], ("shifted", (-1, 2))),
        ([(0, 0)] * 2 + [(1, 0), (2, 0), (3, 0)], ("lost", (0, 0))),
        ([(4, -4)] * 2 + [(1, 0), (2, 0), (3, 0)], ("lost", (4, -4))),
        ([(3, 0)], ("shifted", (3, 0))),
    ],
)
def test_a_face_is_exact_shifted_or_lost(moves, wanted):
    """(S16): half of the pictures must agree; of all differences the most frequent is told, found less true."""
    positions = np.random.default_rng(0).integers(0, 20, (len(moves), 2))
    answer = scene.verdict(positions + moves, positions)
    assert answer == wanted and all(type(step) is int for step in answer[1])


def test_a_shifted_face_is_reported_with_its_shift():
    """(S16): on a flat background a face that starts a row lower in its window stays there, all positions a row higher."""
    truth, images, positions = small(30.0, name="flat", n=60)
    begin = replace(truth, face=np.vstack([np.full((1, 7), 120.0), truth.face[:-1]]))
    result = scene.fit(images, FACE, start=begin)
    assert scene.verdict(placed(images, result), positions) == ("shifted", (-1, 0))
    assert result.bounds[-1] < scene.fit(images, FACE, start=truth).bounds[-1] - 20 * len(images)


def test_drawn_pictures_are_what_the_tests_say():
    """The shared pictures themselves: gray levels, sizes, all positions alike."""
    truth, images, positions = drawn(10.0, n=7)
    assert images.shape == (7, 40, 60) and positions.shape == (7, 2) and truth.face.shape == (18, 14)
    np.testing.assert_array_equal(truth.prior, uniform((23, 47)))
