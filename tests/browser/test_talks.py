"""Every lesson is also a talk, and each of its slides fits the screen."""

import pytest

from tests.lessons.test_notebooks import LESSONS, notebook
from tests.tools import chromium, lesson_rules, talk


@pytest.mark.parametrize("stem", LESSONS)
def test_chromium_shows_every_slide_whole_and_offline(stem):
    chromium.require_chromium()
    found, problems = talk.measure(talk.NOTEBOOKS / f"{stem}.ipynb")
    assert problems == []
    assert {n: slide.complaints for n, slide in enumerate(found, 1) if slide.complaints} == {}
    assert len(found) == len(lesson_rules.slides(notebook(stem)))
    assert sum(slide.formulas for slide in found) > 10
