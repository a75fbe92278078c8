"""Lesson 10 has all 24 errata, and its overview says what its cells print."""

import re

import pytest

from tests.lessons.test_notebooks import FURTHER, LESSONS, notebook
from tests.tools import lesson_rules

NUMBERS = [f"{report}.{n}" for report in (1, 2) for n in range(1, 13)]
NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?!\w)"
ROW = re.compile(r"^\| (\d\.\d+) [^|]*\| ([^|]*)\| [^|]*\| ([^|]*)\| ([^|]*)\|$", re.MULTILINE)


def rows():
    """number -> (whom it touches, cost, lesson) of the overview's tables."""
    found = ROW.findall(lesson_rules.prose(notebook("10_errata")))
    return {number: [part.strip() for part in parts] for number, *parts in found}


def sections():
    """number of an erratum -> its cells."""
    found, number = {}, None
    for cell in notebook("10_errata").cells:
        if cell.cell_type == "markdown" and re.match("###? ", cell.source):
            erratum = re.match(r"### (\d\.\d+) ", cell.source)
            number = erratum[1] if erratum else None
        if number:
            found.setdefault(number, []).append(cell)
    return found


def test_every_erratum_is_in_the_overview_and_has_a_section():
    assert list(rows()) == NUMBERS
    assert list(sections()) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_a_section_names_place_and_both_formulas(number):
    text = sections()[number][0].source
    for words in (("Place",), ("Printed", "Claimed", "Said"), ("Correct", "Needed")):
        assert any(f"- **{word}**" in text for word in words), words


@pytest.mark.parametrize("number", NUMBERS)
def test_the_overview_says_what_the_section_prints(number):
    cost, shown = rows()[number][1], lesson_rules.printed(sections()[number])
    stated = re.findall(NUMBER, cost)
    assert stated, "a cost is a number"
    assert [value for value in stated if value not in re.findall(NUMBER, shown.replace(",", " "))] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_the_lesson_named_has_that_section(number):
    """[05](05_denoising_digits.ipynb), section 7"""
    where = rows()[number][2]
    if where != "here":
        link = r"\[(\d\d)\]\(((?:further/)?\w+)\.ipynb\), sections? ([\d and]+)"
        short, stem, wanted = re.fullmatch(link, where).groups()
        assert stem in LESSONS + FURTHER and stem.removeprefix("further/").startswith(short)
        titles = [title for _, title in lesson_rules.headings(notebook(stem))]
        assert all(any(title.startswith(f"{n}. ") for title in titles) for n in wanted.split(" and "))


@pytest.mark.parametrize("unit", ["dB", "nats", "gray levels"])
def test_prose_states_printed_numbers(unit):
    lesson = notebook("10_errata")
    stated = set(re.findall(rf"(\d+\.\d+)\s{unit}", lesson_rules.prose(lesson)))
    assert stated and stated <= set(re.findall(NUMBER, lesson_rules.printed(lesson.cells)))
