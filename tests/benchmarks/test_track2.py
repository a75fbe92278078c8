"""The rivals of the benchmark do the same work: one iteration gives the same scene and bound."""

import numpy as np
import pytest

from course_lib import scene

from . import track2


@pytest.mark.parametrize("rival", [track2.per_image_iteration, track2.loop_iteration])
def test_a_rival_makes_the_same_iteration(rival):
    images, truth = track2.pictures_of(4, 9, 11, 3, 4)
    begin = scene.start(images, (3, 4))
    new = track2.iteration(images, begin)()
    bound, *parts = rival(images, begin)
    np.testing.assert_allclose(bound, scene.e_step(images, begin)[1], rtol=1e-10)
    for found, wanted in zip(parts, (new.prior, new.face, new.background, new.noise_std), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-10)


def test_memory_beside_the_pictures_is_measured():
    assert 1 < track2.extra_memory(40, 28, 40, 10, 10) < 20
