"""The README's picture: five held-out digits, noisy (sigma = 50 gray levels), and denoised by the best prior for it.

`python -m course_lib.plots.readme_picture notebooks/images/denoised_digits.png` makes it.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from .. import datasets, denoising, images, priors
from ._denoising import digit_rows

NOISE_STD = 50


def make(path):
    """Draw the picture and write it to `path`, a PNG file."""
    clean = datasets.digits("test")[0][::200]
    noisy = images.add_noise(clean, NOISE_STD, np.random.default_rng(0))
    denoised = denoising.denoise(noisy, priors.digit_prior(5, 200), NOISE_STD)
    rows = {"original": clean, "noisy": np.clip(noisy, 0, 255), "denoised": np.clip(denoised, 0, 255)}
    figure = digit_rows(rows, clean)[0, 0].figure
    figure.savefig(Path(path), dpi=120, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    make(sys.argv[1])
