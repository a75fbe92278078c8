"""Noisy pictures of a real face on a real background, fits of them, and how well a fit finds the face."""

import threading

import numpy as np
import pytest

from course_lib import datasets, em, scene
from tests.helpers import close

FACE = (9, 7)  # of the pictures of `small`
FIELDS = ("face", "background", "noise_std", "prior")
KINDS = [dict(hard=hard, smoothing=alpha) for hard in (False, True) for alpha in (0.0, 2.5)]
every_kind = pytest.mark.parametrize("kind", KINDS)


def uniform(shape):
    return np.full(shape, 1 / np.prod(shape))


def drawn(noise_std, n=100, seed=0, *, face=(18, 14), shape=(40, 60), name="camera"):
    """n pictures of the astronaut somewhere on a background: the Scene, images, positions."""
    background = np.full(shape, 120.0) if name == "flat" else datasets.background(name, shape)
    positions = tuple(outer - inner + 1 for outer, inner in zip(shape, face))
    truth = scene.Scene(datasets.face(shape=face), background, noise_std, uniform(positions))
    return truth, *scene.sample(truth, n, np.random.default_rng(seed))


def small(noise_std=20.0, n=40, seed=0, **options):
    """Pictures of 20 x 30 with a face of 9 x 7, for tests of what does not depend on the size."""
    return drawn(noise_std, n, seed, **dict(face=FACE, shape=(20, 30)) | options)


def rough_start(images, face_shape=FACE, seed=0):
    return scene.start(images, face_shape, how="random", rng=np.random.default_rng(seed))


def placed(images, result):
    """The best position of every picture under the result of a fit: integers (N, 2)."""
    return scene.e_step(images, result.params, hard=True)[0]


def word(images, result, positions):
    """exact, shifted or lost."""
    return scene.verdict(placed(images, result), positions)[0]


def assert_equal_results(a, b):
    """Bitwise."""
    assert_close_scenes(a.params, b.params, 0)
    for field in ("bounds", "converged", "restart_bounds", "visible"):
        np.testing.assert_array_equal(getattr(a, field), getattr(b, field))


def assert_close_scenes(a, b, rtol=1e-9):
    for field in FIELDS:
        close(getattr(a, field), getattr(b, field), rtol)


def fake_runs(monkeypatch, bounds, work=lambda index: None, order=None):
    """Let the run from the k-th start end at once with that start, its bounds being -bounds[k], bounds[k].

    k counts the runs as they begin; with `order`, the starts of an earlier fit, it is their place in that
    one.
    """
    starts, guard = [], threading.Lock()

    def run_em(e_step, m_step, start, **options):
        with guard:
            index = len(starts)
            if order is not None:
                index = [(start.face == one.face).all() for one in order].index(True)
            starts.append(start)
        work(index)
        return em.EMResult(start, [-bounds[index], bounds[index]], index % 2 == 0)

    monkeypatch.setattr(em, "run_em", run_em)
    return starts
