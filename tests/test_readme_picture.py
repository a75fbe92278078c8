"""The README's picture is the one that its function draws, and stays small."""

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image

from course_lib.plots import readme_picture

STORED = Path(__file__).parents[1] / "notebooks" / "images" / "denoised_digits.png"


def gray(path):
    return np.asarray(Image.open(path).convert("L"), dtype=float)


def test_it_is_made_by_its_own_function(tmp_path):
    """To 12 gray levels on average: other digits differ by 23, another Matplotlib's layout, one pixel off, by 8."""
    matplotlib.use("Agg")
    readme_picture.make(tmp_path / "picture.png")
    stored, made = gray(STORED), gray(tmp_path / "picture.png")
    assert made.shape == stored.shape
    assert np.abs(made - stored).mean() < 12


def test_it_stays_small():
    assert STORED.stat().st_size < 150_000
