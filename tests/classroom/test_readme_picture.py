"""The README's pictures are the ones that their functions draw, and stay small."""

from pathlib import Path

import numpy as np
from PIL import Image

from course_lib.classroom.plots import readme_picture

STORED = Path(__file__).parents[2] / "notebooks" / "images"


def test_they_are_made_by_their_own_functions(tmp_path):
    """To 12 gray levels on average: other digits differ by 23, another Matplotlib's layout by 8."""
    readme_picture.make(tmp_path)
    for name in ("denoised_digits.png", "found_face.png"):
        pictures = (Image.open(folder / name).convert("L") for folder in (STORED, tmp_path))
        stored, made = (np.asarray(picture, dtype=float) for picture in pictures)
        assert made.shape == stored.shape
        assert np.abs(made - stored).mean() < 12
        assert (STORED / name).stat().st_size < 150_000
