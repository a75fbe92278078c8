"""The lessons are there, paired with their scripts, executed, and follow the rules of `lesson_rules`."""

import re
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
FURTHER = sorted(f"further/{path.stem}" for path in NOTEBOOKS.glob("further/*.ipynb"))  # the companions
REBUILT = [stem for stem in LESSONS if f"further/{stem}" in FURTHER]  # in the form of LESSONS.md
MAY_NAME_REPORTS = {"00", "05", "09", "10"}


@lru_cache
def notebook(stem):
    return nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4)


WITH_EXERCISES = [stem for stem in LESSONS if lesson_rules.numbers_of_exercises(notebook(stem))]


def test_these_lessons_and_their_scripts_are_there_and_no_others():
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == LESSONS
    assert sorted(path.stem for path in SCRIPTS.glob("*.py")) == LESSONS
    assert sorted(f"further/{path.stem}" for path in SCRIPTS.glob("further/*.py")) == FURTHER
    assert {stem.removeprefix("further/") for stem in FURTHER} <= set(LESSONS)


@pytest.mark.parametrize("stem", LESSONS + FURTHER)
def test_lesson_is_a_valid_notebook_and_equals_its_script(stem):
    nbformat.validate(notebook(stem))
    assert lesson_rules.pair_differences(notebook(stem), jupytext.read(SCRIPTS / f"{stem}.py")) == []


@pytest.mark.parametrize("rule", lesson_rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("stem", LESSONS + FURTHER)
def test_lesson_keeps_the_rule(stem, rule):
    assert rule(notebook(stem)) == []


@pytest.mark.parametrize("rule", lesson_rules.FORM, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("stem", REBUILT)
def test_a_core_lesson_has_its_form(stem, rule):
    assert rule(notebook(stem)) == []


@pytest.mark.parametrize("stem", [stem for stem in REBUILT if stem[:2] not in MAY_NAME_REPORTS])
def test_only_few_lessons_speak_of_the_reports(stem):
    assert lesson_rules.names_no_report(notebook(stem)) == []


@pytest.mark.parametrize("stem", REBUILT)
def test_a_lesson_and_its_companion_point_to_each_other(stem):
    assert f"](further/{stem}.ipynb" in lesson_rules.prose(notebook(stem))
    assert f"](../{stem}.ipynb" in notebook(f"further/{stem}").cells[0].source
    assert "slideshow" not in str([cell.metadata for cell in notebook(f"further/{stem}").cells])


def test_lesson_00_states_its_minutes_and_those_of_every_lesson():
    start = notebook("00_start_here")
    assert lesson_rules.states_its_minutes(start) == []
    row = r"^\| \[[^]]+\]\((\w+)\.ipynb\) \|.*\| (\d+) \| \[further\]\(further/(\w+)\.ipynb\) \|$"
    stated = {stem: lesson_rules.STUDY.findall(notebook(stem).cells[0].source)[0][0] for stem in REBUILT}
    found = re.findall(row, lesson_rules.prose(start), re.MULTILINE)
    assert found == [(stem, minutes, stem) for stem, minutes in stated.items()]
