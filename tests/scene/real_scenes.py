"""Noisy pictures of a real face on a real background, and how well a fit finds the face in them."""

import numpy as np

from course_lib import datasets, scene


def uniform(shape):
    return np.full(shape, 1 / np.prod(shape))


def drawn(noise_std, n=100, seed=0, *, face=(18, 14), shape=(40, 60), name="camera"):
    """n pictures of the astronaut somewhere on a background, all positions alike: the true Scene, images, positions."""
    background = np.full(shape, 120.0) if name == "flat" else datasets.background(name, shape)
    positions = tuple(outer - inner + 1 for outer, inner in zip(shape, face))
    truth = scene.Scene(datasets.face(shape=face), background, noise_std, uniform(positions))
    return truth, *scene.sample(truth, n, np.random.default_rng(seed))


def small(noise_std=20.0, n=40, seed=0, **options):
    """Pictures of 20 x 30 with a face of 9 x 7, for tests of what does not depend on the size."""
    return drawn(noise_std, n, seed, **dict(face=(9, 7), shape=(20, 30)) | options)


def placed(images, result):
    """The best position of every picture under the result of a fit: integers (N, 2)."""
    return scene.e_step(images, result.params, hard=True)[0]


def word(images, result, positions):
    """exact, shifted or lost."""
    return scene.verdict(placed(images, result), positions)[0]
