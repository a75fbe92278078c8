"""The README's pictures: five held-out digits denoised, and a face found in pictures that hide it.

`python -m course_lib.classroom.plots.readme_picture notebooks/images` makes both.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ... import datasets, denoising, images, priors, scene
from ._denoising import digit_rows
from ._scene_em import scene_story

NOISE_STD, SCENE_NOISE_STD = 50, 160  # gray levels


def make(folder):
    """Draw the pictures and write them to `folder` as denoised_digits.png and found_face.png."""
    for name, figure in (("denoised_digits", digits()), ("found_face", face())):
        figure.savefig(Path(folder) / f"{name}.png", dpi=120, metadata={"Software": None})
        plt.close(figure)


def digits():
    """Five held-out digits, noisy, and denoised by the best prior for that noise."""
    clean = datasets.digits("test")[0][::200]
    noisy = images.add_noise(clean, NOISE_STD, np.random.default_rng(0))
    denoised = denoising.denoise(noisy, priors.digit_prior(5, 200), NOISE_STD)
    rows = {"original": clean, "noisy": np.clip(noisy, 0, 255), "denoised": np.clip(denoised, 0, 255)}
    return digit_rows(rows, clean)[0, 0].figure


def face():
    """Three of a hundred pictures, and the background and the face found in all of them."""
    positions = np.full((23, 47), 1 / (23 * 47))
    truth = scene.Scene(datasets.face(), datasets.background(), SCENE_NOISE_STD, positions)
    pictures, _ = scene.sample(truth, 100, np.random.default_rng(0))
    return scene_story(pictures, scene.fit(pictures, truth.face.shape).params, truth)[0, 0].figure


if __name__ == "__main__":
    make(sys.argv[1])
