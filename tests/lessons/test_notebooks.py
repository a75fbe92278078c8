"""The lessons are there, paired with their scripts, executed, and follow the rules of `lesson_rules`."""

from functools import lru_cache
from pathlib import Path

import jupytext
import nbformat
import pytest

from tests.tools import lesson_rules

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
SCRIPTS = NOTEBOOKS / "scripts"
LESSONS = (
    "00_start_here 01_conditional_gaussians 02_gaussian_posterior 03_posterior_gmm 04_patches_and_prior "
    "05_denoising_digits 06_face_logits 07_fast_sums 08_em_for_the_scene 09_finding_the_face 10_errata"
).split()


@lru_cache
def notebook(stem):
    return nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4)


WITH_EXERCISES = [stem for stem in LESSONS if lesson_rules.numbers_of_exercises(notebook(stem))]


def test_these_lessons_and_their_scripts_are_there_and_no_others():
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == LESSONS
    assert sorted(path.stem for path in SCRIPTS.glob("*.py")) == LESSONS


@pytest.mark.parametrize("stem", LESSONS)
def test_lesson_is_a_valid_notebook_and_equals_its_script(stem):
    nbformat.validate(notebook(stem))
    assert lesson_rules.pair_differences(notebook(stem), jupytext.read(SCRIPTS / f"{stem}.py")) == []


RULES = lesson_rules.RULES + lesson_rules.TALK_RULES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("stem", LESSONS)
def test_lesson_keeps_the_rule(stem, rule):
    assert rule(notebook(stem)) == []
