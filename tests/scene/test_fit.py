"""EM for a scene: the loop against its own steps, restarts, and what must not matter."""

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy import fft

from course_lib import scene
from tests.scene import real_scenes as real
from tests.scene.real_scenes import FACE, assert_close_scenes, every_kind, placed, rough_start, small


def penalty(params, smoothing):
    """The log prior that (S15) adds to the bound."""
    return smoothing * np.log(params.prior).sum() if smoothing else 0.0


# From a start


@every_kind
def test_fit_from_a_start_is_the_loop_of_its_steps(kind):
    """(S5)-(S15): E-step, M-step, E-step, ...; the bound of each belongs to the scene before its E-step."""
    _, images, _ = small(60.0)
    params, wanted = rough_start(images), []
    for step in range(9):
        q, bound = scene.e_step(images, params, hard=kind["hard"])
        wanted.append(bound + penalty(params, kind["smoothing"]))
        if step < 8:
            params = scene.m_step(images, q, FACE, smoothing=kind["smoothing"], previous=params)
    watched = itertools.islice(scene.iterations(images, rough_start(images), **kind), 9)
    np.testing.assert_allclose([bound for _, _, bound in watched], wanted, rtol=1e-10)
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
    real.assert_equal_results(
        with_defaults, scene.fit(images, FACE, start=begin, max_iter=50, tol=1e-3, hard=False, smoothing=0.0)
    )


@every_kind
@pytest.mark.parametrize("seed", range(12))
def test_bounds_never_fall(kind, seed):
    """(S12), (S14), (S15): on random problems from random starts, some with pixels that are always hidden."""
    rng = np.random.default_rng(seed)
    face_shape = (2 + seed % 3, 1 + seed % 4)
    images = rng.normal(100, 10, (3 + 2 * seed, 6, 7))
    images[:, 2:5, 2:4] += rng.uniform(0, 90)
    begin = rough_start(images, face_shape, seed)
    result = scene.fit(images, face_shape, start=begin, max_iter=40, tol=0, **kind)
    assert (np.diff(result.bounds) >= -1e-10 * np.abs(result.bounds[1:])).all()
    assert result.bounds[-1] > result.bounds[0] + 1


def test_with_smoothing_it_is_the_penalised_bound_that_never_falls():
    """(S15): from the maximum without it, with a prior just above 0, the plain bound falls."""
    truth, images, _ = small(20.0)
    begin = scene.fit(images, FACE, start=truth).params
    begin = replace(begin, prior=(begin.prior + 1e-6) / (begin.prior + 1e-6).sum())
    result = scene.fit(images, FACE, start=begin, smoothing=5.0, max_iter=1, tol=0)
    plain = [b - penalty(params, 5.0) for params, b in zip((begin, result.params), result.bounds)]
    assert plain[1] < plain[0] - 10 and result.bounds[1] > result.bounds[0] + 10


def test_the_pictures_are_transformed_once(monkeypatch):
    _, images, _ = small(n=400)
    begin, rfft2, seen = rough_start(images), fft.rfft2, []
    monkeypatch.setattr(fft, "rfft2", lambda x, **options: seen.append(x.shape) or rfft2(x, **options))
    scene.fit(images, FACE, start=begin, max_iter=5)
    assert [shape for shape in seen if len(shape) == 3] == [(400, 20, 30)]


# Restarts


def test_the_best_bound_wins_and_every_bound_is_kept(runs):
    """Each restart is plain EM from the random start that the next seed of the generator gives."""
    _, images, _ = small(60.0)
    options = dict(max_iter=5, tol=0)
    result = scene.fit(images, FACE, n_init=4, how="random", rng=np.random.default_rng(1), **options)
    seeds = np.random.default_rng(1).integers(2**63, size=4)
    alone = [scene.fit(images, FACE, start=rough_start(images, seed=seed), **options) for seed in seeds]
    for (begin, _, _), seed in zip(runs, seeds):
        assert_close_scenes(begin, rough_start(images, seed=seed), 1e-13)
    np.testing.assert_allclose(result.restart_bounds, [run.bounds[-1] for run in alone], rtol=1e-9)
    assert len(set(result.restart_bounds)) == 4
    best = alone[result.restart_bounds.argmax()]
    np.testing.assert_allclose(result.bounds, best.bounds, rtol=1e-9)
    assert_close_scenes(result.params, best.params)


def test_of_equal_bounds_the_first_wins_also_when_it_is_the_slowest(monkeypatch):
    _, images, _ = small()
    order = None
    for n_jobs in (None, 2):
        slow = lambda index: time.sleep(0.1 * (index == 0))  # noqa: E731
        begun = real.fake_runs(monkeypatch, [3.0, 1.0, 3.0, 2.0], slow, order)
        result = scene.fit(images, FACE, n_init=4, how="random", n_jobs=n_jobs, rng=np.random.default_rng(0))
        order = order or begun
        np.testing.assert_array_equal(result.restart_bounds, [3, 1, 3, 2])
        np.testing.assert_array_equal(result.params.face, order[0].face)
        assert result.bounds.tolist() == [-3.0, 3.0] and result.converged
    real.fake_runs(monkeypatch, [1.0, 3.0, 3.0, 2.0], order=order)
    second = scene.fit(images, FACE, n_init=4, how="random", rng=np.random.default_rng(0))
    assert not second.converged


def test_the_first_restart_begins_as_asked_and_the_others_at_random(runs):
    _, images, _ = small()
    scene.fit(images, FACE, n_init=3, how="mean", rng=np.random.default_rng(0))
    flat, *others = [begin for begin, _, _ in runs]
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
        found = scene.fit(images, FACE, rng=np.random.default_rng(3), n_jobs=n_jobs, **options)
        real.assert_equal_results(found, wanted)


def test_random_restarts_repeat_with_their_generator_and_differ_without():
    _, images, _ = small(60.0)

    def run(rng):
        np.random.seed(0)  # the global generator plays no part
        return scene.fit(images, FACE, n_init=2, how="random", rng=rng, max_iter=2)

    first = run(np.random.default_rng(5))
    real.assert_equal_results(run(np.random.default_rng(5)), first)
    bounds = [first.bounds[0], *(run(rng).bounds[0] for rng in (np.random.default_rng(6), None, None))]
    assert len(set(bounds)) == 4
    generator = np.random.default_rng(5)
    run(generator)
    assert run(generator).bounds[0] != first.bounds[0]  # it has moved on


# What must not matter


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize(("level", "digits"), [(1e4, 1e-9), (1e7, 1e-6)])
def test_a_common_gray_level_changes_nothing_but_the_pictures(hard, level, digits):
    """Pictures are stored to 1e-12 and 1e-9 gray levels; squares of 1e14 would leave two digits of one."""
    _, images, positions = small(60.0)
    images = (images + level) - level
    here, there = (scene.fit(images + up, FACE, hard=hard) for up in (0, level))
    np.testing.assert_array_equal(placed(images + level, there), placed(images, here))
    np.testing.assert_allclose(there.bounds, here.bounds, rtol=1e-9)
    for field in ("face", "background"):
        found, wanted = (getattr(run.params, field) for run in (there, here))
        np.testing.assert_allclose(found - level, wanted, atol=10 * digits)
    assert there.params.noise_std == pytest.approx(here.params.noise_std, rel=1e-9)


def test_order_of_pictures_orientation_and_polarity_do_not_matter():
    """The default start treats all alike: shuffled, upside down, turned, negative pictures."""
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
    real.assert_equal_results(scene.fit(whole, FACE), scene.fit(kept.astype(float), FACE))
    np.testing.assert_array_equal(whole, kept)
