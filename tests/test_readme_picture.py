"""The README's picture can be made again, and stays small."""

from pathlib import Path

import matplotlib

from course_lib.plots import readme_picture

STORED = Path(__file__).parents[1] / "notebooks" / "images" / "denoised_digits.png"


def test_it_is_made_by_its_own_function(tmp_path):
    matplotlib.use("Agg")
    made = tmp_path / "picture.png"
    readme_picture.make(made)
    assert made.read_bytes()[:8] == STORED.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_it_stays_small():
    assert STORED.stat().st_size < 150_000
