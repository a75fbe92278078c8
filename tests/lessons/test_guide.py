"""The instructor's guide covers every lesson and every exercise, and its plans fill the time they promise."""

import doctest
import re

import pytest

from course_lib.classroom.exercises import EXERCISES
from tests.lessons.test_notebooks import LESSONS, NOTEBOOKS, notebook
from tests.tools import lesson_rules

GUIDE = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
TAUGHT = LESSONS[1:]
PARTS = ("Aims", "Prerequisites", "45 minutes", "90 minutes", "Where students stumble")


def section(stem):
    """The part of the guide on one lesson, without its heading."""
    found = re.search(rf"^### {stem[:2]} .*?\n(.*?)(?=^### |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def minutes(text):
    """Minutes of the rows of the first table."""
    head = r"^\|[^\n]*minutes[^\n]*\n\|[-| ]+\n"
    rows = re.search(rf"{head}((?:\|[^\n]*\n)+)", text, re.MULTILINE | re.IGNORECASE)
    return [int(row.split("|")[1]) for row in rows[1].splitlines()]


@pytest.mark.parametrize("stem", TAUGHT)
def test_a_lesson_has_its_parts_and_each_plan_fills_its_time(stem):
    assert [part for part in PARTS if f"**{part}" not in section(stem)] == []
    plans = {length: section(stem).split(f"**{length} minutes", 1)[1] for length in (45, 90)}
    assert {length: sum(minutes(plan)) for length, plan in plans.items()} == {45: 45, 90: 90}


@pytest.mark.parametrize("stem", TAUGHT)
def test_the_cells_of_the_long_plan_end_with_the_lesson(stem):
    """Numbers in brackets are those of code cells; others count all cells, from 0 or, said so, from 1."""
    plan = section(stem).split("**90 minutes", 1)[1].split("\n\n")[1]
    brackets, nb = re.findall(r"\[(\d+)\]", plan), notebook(stem)
    named = brackets or re.findall(r"(?:[Cc]ells |\bto |\band |\| )(\d+)(?= to | and |[;:,. |])", plan)
    last = len(lesson_rules.code_cells(nb)) if brackets else len(nb.cells) - ("from 1" not in section(stem))
    assert max(map(int, named)) == last


@pytest.mark.parametrize("number", EXERCISES)
def test_every_exercise_has_its_minutes_and_its_wrong_answers(number):
    assert re.search(rf"^\| {re.escape(number)} [^|]+\| \d+ \|[^|]{{20,}}\|$", section(number), re.MULTILINE)


@pytest.mark.parametrize("stem", LESSONS)
def test_every_lesson_has_its_running_time(stem):
    assert re.search(rf"^\| \[{stem}\]\({stem}\.ipynb\) \| \d+ s \|", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "RECAP.md", "FORMULAS.md", "EXAMINATION.md"])
def test_links_lead_to_files(page):
    assert lesson_rules.dead_links((NOTEBOOKS / page).read_text(encoding="utf-8"), NOTEBOOKS) == []


def test_the_recap_computes_what_it_prints():
    failed, tried = doctest.testfile(str(NOTEBOOKS / "RECAP.md"), module_relative=False)
    assert failed == 0 and tried > 10
