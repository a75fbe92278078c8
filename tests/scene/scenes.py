"""Tiny scenes for the loops of `course_lib.classroom.loops`, and what those do not have."""

import numpy as np
import pytest

from course_lib.classroom import loops, models
from course_lib.classroom.models import one_hot

# pictures, (H, W), (h, w)
CASES = {
    "prime sizes": (3, (5, 7), (2, 3)),
    "padded sizes": (2, (7, 13), (3, 2)),
    "a face of one pixel": (3, (3, 4), (1, 1)),
    "one position": (3, (3, 4), (3, 4)),
    "one picture": (1, (5, 3), (2, 2)),
    "rows of positions only": (4, (6, 2), (2, 2)),
    "columns of positions only": (4, (3, 7), (3, 2)),
    "pixels always hidden": (5, (5, 7), (4, 5)),
    "a strip": (2, (1, 9), (1, 4)),
    "one pixel": (2, (1, 1), (1, 1)),
    "large pictures": (2, (3, 300), (2, 296)),  # window sums by doubling, not by matrices
    "more than a block": (1400, (6, 8), (5, 7)),  # of 2^16 pixels
}
every_case = pytest.mark.parametrize("name", CASES)
every_tiny_case = pytest.mark.parametrize("name", list(CASES)[:10])


def random_scene(rng, shape, face_shape, *, impossible=1 / 3, **options):
    """A Scene with some positions of probability zero, if it has more than one."""
    return models.scene(rng, shape, face_shape, impossible=impossible, **options)


def problem(name, seed=0, **options):
    """Pictures drawn from a random scene of the case, that scene, and a q that belongs to neither."""
    n, shape, face_shape = CASES[name]
    rng = np.random.default_rng(seed)
    scene = random_scene(rng, shape, face_shape, **options)
    images = models.pictures(rng, scene, n)
    return images, scene, models.probabilities(rng, n, scene.positions, zeros=1 / 3)


def visible(q, shape, face_shape):
    """The denominator of (S10), window by window; exactly 0 where no position leaves the pixel free."""
    covers = np.array(
        [loops.hidden(one_hot([d], q.shape[1:]), shape, face_shape)[0] for d in np.ndindex(q.shape[1:])]
    )
    return np.tensordot(q.sum(axis=0).ravel(), 1 - covers, 1)


def sums(images, q, face_shape):
    """Counts (S8), the sum of faces (S9), and of the pixels that are seen (S10)."""
    seen = 1 - loops.hidden(q, images.shape[1:], face_shape)
    return q.sum(axis=0), loops.face_sum(images, q, face_shape), (images * seen).sum(axis=0)


def same_scene(found, wanted, rtol=1e-10):
    """Assert that two scenes have the same parameters, to `rtol` of the largest entry of each."""
    for field in ("face", "background", "noise_std", "prior"):
        a, b = (np.asarray(getattr(scene, field)) for scene in (found, wanted))
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * np.abs(b).max(), err_msg=field)
