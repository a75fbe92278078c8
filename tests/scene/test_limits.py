# ruff: noqa: E501 (messages, one a line)
"""The ends of what scenes and windows take: far gray levels, large pictures, absurd units, sums from elsewhere, no pictures."""

import re
import tracemalloc
import warnings
from dataclasses import fields, replace

import numpy as np
import pytest
from scipy import fft
from scipy.special import logsumexp

from course_lib import scene, windows
from course_lib.classroom import loops, models
from course_lib.scene import Scene
from tests.helpers import close
from tests.scene.real_scenes import drawn
from tests.scene.scenes import same_scene

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


DOORS = {
    "log_likelihood": scene.log_likelihood,
    "e_step": scene.e_step,
    "statistics": scene.statistics,
    "bound": lambda X, theta: scene.bound(X, np.zeros((len(X), 2), dtype=int), theta),
}
every_door = pytest.mark.parametrize("call", DOORS.values(), ids=DOORS)


@every_door
@pytest.mark.parametrize(("first", "second", "noise_std", "value"), [(1e100, 1e100, 1e-100, "-inf"), (0.0, 1e149, 1e-10, "-inf"), (1e145, 0.0, 1e-150, "nan|-inf")])  # fmt: skip
def test_a_picture_out_of_reach_is_refused_and_no_warning_comes_before(call, first, second, noise_std, value):
    """Squared distances that are infinite at every position of one picture, or of all."""
    images = np.stack([np.full((3, 4), gray) for gray in (first, second)])
    with warnings.catch_warnings(), pytest.raises(ValueError, match=f"^{FAR.format(f'({value})')}$"):
        warnings.simplefilter("error")
        call(images, replace(SMALL, noise_std=noise_std))


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("noise_std", [1e-7, 1e-6, 1e-4, 0.01, 0.3, 1.0])
def test_little_noise_costs_no_digits(noise_std, flat):
    """(S2), (S12): the squared pixels hold up to 1e17 times the squared noise; sums of them were wrong by percents.

    The pixels themselves are stored to 1e-14 gray levels, a residual of 1e-7 to 1e-7 of itself.
    """
    rng, rtol = np.random.default_rng(0), max(1e-10, 1e-15 / noise_std)
    truth = models.scene(rng, (9, 11), (3, 4), noise_std=noise_std, contrast=60, impossible=0.3)
    truth = replace(truth, background=np.full((9, 11), 120.0)) if flat else truth
    images = models.pictures(rng, truth, 7)
    likelihood = loops.log_joint(images, replace(truth, prior=np.full((7, 8), 1 / 56))) + np.log(56)
    np.testing.assert_allclose(scene.log_likelihood(images, truth), likelihood, rtol=rtol)
    joint = likelihood + truth.log_prior
    q, bound = scene.e_step(images, truth)
    hard, best = scene.e_step(images, truth, hard=True)
    for found in (bound, scene.statistics(images, truth).bound, scene.bound(images, q, truth)):
        assert found == pytest.approx(logsumexp(joint, axis=(1, 2)).sum(), rel=rtol)
    for found in (best, scene.bound(images, hard, truth)):
        assert found == pytest.approx(joint.max(axis=(1, 2)).sum(), rel=rtol)


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"n": 0}, ValueError, "n needs a whole number of at least 1; got 0"),
    ({"n": 2.0}, TypeError, "n needs a whole number; got float 2.0"),
    ({"counts": np.ones((3, 2))}, ValueError, "background_sum needs shape (3, 3); got (3, 4); a face (1, 2) has positions (3, 2)"),
    ({"total": np.ones((4, 3))}, ValueError, "total needs shape (3, 4); got (4, 3); a face (1, 2) has positions (3, 3)"),
    ({"face_sum": [[np.nan, 0.0]]}, ValueError, "face_sum needs finite numbers; got 1 NaN or infinite of 2"),
    ({"counts": np.ones((3, 3), bool)}, TypeError, "counts needs real numbers; got dtype bool"),
    ({"bound": "abc"}, TypeError, "bound needs real numbers; got dtype <U3"),
    ({"bound": -np.inf}, ValueError, "bound needs finite numbers; got 1 NaN or infinite of 1"),
    ({"bound": [1.0]}, ValueError, "bound needs shape (); got (1,)"),
    ({"square_sum": np.nan}, ValueError, "square_sum needs a finite number of at least 0; got nan"),
    ({"square_sum": -1.0}, ValueError, "square_sum needs a finite number of at least 0; got -1"),
    ({"level": None}, TypeError, "level needs real numbers; got dtype object"),
    ({"level": np.nan}, ValueError, "level needs finite numbers; got 1 NaN or infinite of 1"),
])  # fmt: skip
def test_sums_that_cannot_be_are_refused(change, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        replace(SUMS, **change)


def test_statistics_are_read_only_copies():
    """Else a reader of a block's total would change the pictures that `fit` works on. Without a scene there is no bound."""
    assert np.isnan(replace(SUMS, bound=np.nan).bound) and replace(SUMS, bound=np.int64(-3)).bound == -3.0
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
    wanted = scene.m_step(images, models.one_hot(q, (4, 4)), (2, 3))
    monkeypatch.setattr(fft, "rfft2", None)
    same_scene(scene.m_step(images, q, (2, 3)), wanted)


@pytest.mark.parametrize("noise_std", [1.0, 80.0, 200.0])
def test_settled_pictures_take_a_window_and_give_the_same_sums(noise_std, monkeypatch):
    """(S9), (S10), (S14): none, some or all pictures put all their weight, to rounding, on one position."""
    truth, images, _ = drawn(noise_std, n=30)
    q = scene.e_step(images, truth)[0].reshape(30, -1)
    share = (q.max(axis=1) == 1).mean()
    assert share == {1.0: 1, 200.0: 0}.get(noise_std, share) and (noise_std != 80 or 0 < share < 1)
    wanted = scene.m_step(
        images, q.reshape(30, *truth.positions), truth.face.shape
    )  # knows of no settled ones
    same_scene(scene.update(scene.statistics(images, truth), truth), wanted)
    if share == 1:
        monkeypatch.setattr(fft, "rfft", None)  # of weights
        scene.statistics(images, truth)


def test_a_small_weight_stays_in_the_prior_of_settled_pictures():
    """(S8): what is too small for the face still keeps its position possible."""
    truth, images, _ = drawn(20.0, n=30)
    assert (scene.update(scene.statistics(images, truth), truth).prior > 0).sum() > 30
