"""The ends of what scenes and windows take: far gray levels, large pictures, absurd units, sums from elsewhere, no pictures."""

import re
import threading
import time
import tracemalloc
from dataclasses import fields, replace

import numpy as np
import pytest

from course_lib import em, scene, windows
from course_lib.scene import Scene, _fit
from tests.helpers import close
from tests.scene.real_scenes import drawn

SMALL = Scene([[9.0, 8.0]], np.zeros((3, 4)), 5, np.full((3, 3), 1 / 9))
SUMS = scene.statistics(np.arange(24.0).reshape(2, 3, 4), SMALL)
FAR = "images needs pictures within reach of the scene; got a log-likelihood of {}; check the units, or assume more noise"


def test_a_picture_is_correlated_alike_whatever_lies_beside_it():
    """(S7): each picture loses its own mean; that of the stack would cost the first picture ten digits here."""
    rng = np.random.default_rng(0)
    images, template = rng.standard_normal((2, 9, 11)), rng.standard_normal((3, 4))
    alone = windows.correlate(images, template)[0]
    images[1] += 1e10
    close(windows.correlate(images, template)[0], alone)


@pytest.mark.parametrize(("scale", "value"), [(1.0, "nan"), (1e100, "-inf")])
def test_pictures_out_of_reach_are_refused_wherever_a_likelihood_is_formed(scale, value):
    """Noise whose square is 0 in floating point, and pictures whose squared distance is infinite."""
    images, theta = np.full((2, 3, 4), scale), replace(SMALL, noise_std=1e-170 if scale == 1 else 1e-100)
    q = np.zeros((2, 2), dtype=int)
    for call in (
        scene.log_likelihood,
        scene.e_step,
        scene.statistics,
        lambda X, theta: scene.bound(X, q, theta),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(FAR.format(value))}$"):
            call(images, theta)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n": 0}, ValueError, "n needs a whole number of at least 1; got 0"),
        ({"n": 2.0}, TypeError, "n needs a whole number; got float 2.0"),
        (
            {"counts": np.ones((3, 2))},
            ValueError,
            "background_sum needs shape (3, 3); got (3, 4); a face (1, 2) has positions (3, 2)",
        ),
        (
            {"total": np.ones((4, 3))},
            ValueError,
            "total needs shape (3, 4); got (4, 3); a face (1, 2) has positions (3, 3)",
        ),
        (
            {"face_sum": [[np.nan, 0.0]]},
            ValueError,
            "face_sum needs finite numbers; got 1 NaN or infinite of 2",
        ),
        ({"counts": np.ones((3, 3), bool)}, TypeError, "counts needs real numbers; got dtype bool"),
    ],
)
def test_sums_that_cannot_be_are_refused(change, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        replace(SUMS, **change)


def test_statistics_are_read_only_copies():
    """Else a reader of a block's total would change the pictures that `fit` works on."""
    counts = np.ones((3, 3))
    taken = replace(SUMS, counts=counts)
    counts[:] = 7
    assert (taken.counts == 1).all()
    for field in fields(SUMS):
        value = getattr(SUMS, field.name)
        if isinstance(value, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                value[:] = 0


def test_levels_that_differ_by_the_rounding_of_another_machine_are_one():
    images = np.random.default_rng(0).normal(100, 20, (4, 3, 4))
    theta = replace(SMALL, background=np.full((3, 4), 100.1))
    a, b = (scene.statistics(part, theta) for part in (images[:2], images[2:]))
    there = replace(b, level=np.nextafter(b.level, np.inf))
    found, wanted = (scene.update(scene.merge(a, part), theta) for part in (there, b))
    close(found.face, wanted.face)
    with pytest.raises(ValueError, match="collect both with the same scene"):
        scene.merge(a, replace(b, level=b.level + 1e-3))


def test_memory_does_not_grow_with_the_sums_of_blocks():
    """(S8)-(S10): pictures of more than one block each; the sums are added as they come, not kept for every picture."""
    images = np.random.default_rng(0).normal(100, 30, (40, 260, 260))
    begin = scene.start(images, (20, 20))
    tracemalloc.start()
    scene.statistics(images, begin)
    peak = tracemalloc.get_traced_memory()[1] / images.nbytes
    tracemalloc.stop()
    assert 1 < peak < 2


def test_hard_positions_need_no_transforms(monkeypatch):
    """(S14)"""
    images, q = (
        np.random.default_rng(0).normal(100, 20, (4, 5, 6)),
        np.array([[0, 0], [1, 2], [3, 3], [1, 2]]),
    )
    soft = np.zeros((4, 4, 4))
    soft[np.arange(4), q[:, 0], q[:, 1]] = 1
    wanted = scene.m_step(images, soft, (2, 3))
    monkeypatch.setattr("course_lib._fourier.spectra", None)
    found = scene.m_step(images, q, (2, 3))
    for name in ("face", "background", "noise_std", "prior"):
        close(getattr(found, name), getattr(wanted, name))


@pytest.mark.parametrize(
    ("q", "message"),
    [
        (np.zeros((0, 2), dtype=int), "q needs shape (1, 2); got (0, 2); give at least one"),
        (np.zeros((0, 3, 3)), "q needs shape (1, 3, 3); got (0, 3, 3); give at least one"),
        ([[0], [0, 1]], "q needs parts of one shape; got parts of different shapes; make them equal first"),
    ],
)
def test_visible_refuses_no_pictures_and_ragged_positions(q, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        scene.visible(q, (3, 4), (1, 2))


def test_verdict_takes_whole_numbers_of_any_kind_and_no_others():
    """Unsigned positions would wrap when subtracted; 0.9 is not exact."""
    positions = np.array([[0, 3], [2, 5]], dtype=np.uint8)
    assert scene.verdict(positions, positions + np.uint8(1)) == ("shifted", (-1, -1))
    with pytest.raises(
        ValueError, match="found needs whole numbers; got fractions; e_step gives them with hard=True"
    ):
        scene.verdict(positions + 0.9, positions)


@pytest.mark.parametrize("noise_std", [1.0, 80.0, 200.0])
def test_settled_pictures_take_a_window_and_give_the_same_sums(noise_std, monkeypatch):
    """(S9), (S10), (S14): none, some or all pictures put all their weight, to rounding, on one position."""
    truth, images, _ = drawn(noise_std, n=30)
    q = scene.e_step(images, truth)[0].reshape(30, -1)
    share = (q.max(axis=1) == 1).mean()
    assert share == {1.0: 1, 200.0: 0}.get(noise_std, share) and (noise_std != 80 or 0 < share < 1)
    wanted = scene.m_step(
        images, q.reshape(30, *truth.positions), truth.face.shape
    )  # knows of no settled pictures
    found = scene.update(scene.statistics(images, truth), truth)
    for name in ("face", "background", "noise_std", "prior"):
        close(getattr(found, name), getattr(wanted, name))
    if share == 1:
        monkeypatch.setattr("course_lib._fourier.correlation_sum", None)
        scene.statistics(images, truth)


def test_a_small_weight_stays_in_the_prior_of_settled_pictures():
    """(S8): what is too small for the face still keeps its position possible."""
    truth, images, _ = drawn(20.0, n=30)
    assert (scene.update(scene.statistics(images, truth), truth).prior > 0).sum() > 30


@pytest.mark.parametrize("value", ["soft", 1, None, [0]])
@pytest.mark.parametrize("name", ["hard", "progress"])
def test_a_flag_is_true_or_false(name, value):
    images, truth = np.zeros((3, 4, 5)), scene.Scene([[1.0]], np.zeros((4, 5)), 1.0, np.full((4, 5), 1 / 20))
    calls = [lambda: scene.fit(images, (1, 1), **{name: value})]
    if name == "hard":
        calls += [
            lambda: scene.e_step(images, truth, hard=value),
            lambda: scene.statistics(images, truth, hard=value),
        ]
    for call in calls:
        with pytest.raises(TypeError, match=f"^{name} needs True or False; got "):
            call()


def test_the_previous_scene_of_an_m_step_has_its_face():
    images, other = np.zeros((3, 4, 5)), scene.Scene([[1.0]], np.zeros((4, 5)), 1.0, np.full((4, 5), 1 / 20))
    with pytest.raises(ValueError, match=r"previous.face needs shape \(2, 2\); got \(1, 1\)"):
        scene.m_step(images, np.zeros((3, 2), dtype=int), (2, 2), previous=other)


def test_an_interrupted_fit_waits_for_its_threads(monkeypatch):
    """A thread that still computes when the interpreter ends aborts it."""
    images, began, inside = np.random.default_rng(0).normal(100, 20, (6, 7, 8)), [], set()
    plain = _fit.plain

    def slow(*args, **options):
        began.append(1)
        inside.add(threading.get_ident())
        try:
            time.sleep(0.2)
            return plain(*args, **options)
        finally:
            inside.discard(threading.get_ident())

    def interrupted(self, text="", by=1):
        if by:
            raise KeyboardInterrupt

    monkeypatch.setattr(_fit, "plain", slow)
    monkeypatch.setattr(em.Progress, "step", interrupted)
    with pytest.raises(KeyboardInterrupt, match="scene stopped after 0 of 20"):
        scene.fit(images, (2, 3), how="random", n_init=20, n_jobs=2, max_iter=2)
    assert inside == set() and began
