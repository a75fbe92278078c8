"""Lesson 10 hunts all 24 errata: a verdict, a computed price and a row of the ledger for each of them."""

import re

import pytest

from tests.lessons.test_notebooks import LESSONS, notebook
from tests.tools import lesson_rules

NUMBERS = [f"{report}.{n}" for report in (1, 2) for n in range(1, 13)]
NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?!\w)"
TOUCHES = {"run", "reader", "claim", "run, reader"}


def rows():
    """The rows of the ledger at the lesson's end, without the head: lists of seven texts."""
    shown = lesson_rules.outputs(notebook("10_errata"), "text/markdown")
    assert len(shown) == 1, "one table"
    lines = shown[0][1].data["text/markdown"].splitlines()
    return [[part.strip() for part in line.strip("|").split(" | ")] for line in lines[2:]]


LEDGER = {row[0]: row[1:] for row in rows() if row[0] != "right"}


def sections(stem):
    """number of an erratum -> the cells below its heading."""
    found, number = {}, None
    for cell in notebook(stem).cells:
        if cell.cell_type == "markdown" and re.match("###? ", cell.source):
            erratum = re.match(r"### (\d\.\d+) ", cell.source)
            number = erratum[1] if erratum else None
        if number:
            found.setdefault(number, []).append(cell)
    return found


def test_the_ledger_has_every_erratum_and_what_is_right():
    assert [row[0] for row in rows()] == NUMBERS + ["right"] * (len(rows()) - len(NUMBERS))
    right = [row for row in rows() if row[0] == "right"]
    assert len(right) >= 5 and all("checked: True" in row for row in right)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_row_is_complete_and_names_a_lesson_that_is_there(number):
    touches, place, printed, right, price, lesson = LEDGER[number]
    assert touches in TOUCHES and place and printed and right and re.search(NUMBER, price)
    short, stem = re.fullmatch(r"\[(\d\d)\]\((\w+)\.ipynb\)", lesson).groups()
    assert stem in LESSONS and stem.startswith(short)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_price_is_computed_where_its_erratum_is_hunted(number):
    """Printed form and question in a text, then the cell that computes the price that the row states."""
    cells = notebook("10_errata").cells
    computed = [i for i, cell in enumerate(cells) if re.search(rf'price\["{number}"\].* = ', cell.source)]
    assert len(computed) == 1 and re.search(rf'price\["{number}"\].*f"[^"]*\{{', cells[computed[0]].source)
    asked = rf"^(### {number} |- \*\*{number}\*\* ).*"
    before = [cell.source for cell in cells[: computed[0]] if re.search(asked, cell.source, re.MULTILINE)]
    assert before and re.search("verdict|dB|pixels|copies|places|nats|pictures|levels", before[0])


def test_every_erratum_asks_for_a_verdict():
    names = [name for _, cell in lesson_rules.code_cells(notebook("10_errata"))
             for name, _ in lesson_rules.GUESS.findall(cell.source)]  # fmt: skip
    assert len(set(names)) == len(names) == len(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_companion_names_place_and_both_formulas(number):
    text = sections("further/10_errata")[number][0].source
    for words in (("Place",), ("Printed", "Claimed", "Said"), ("Correct", "Needed")):
        assert any(f"- **{word}**" in text for word in words), words


@pytest.mark.parametrize("stem", ["10_errata", "further/10_errata"])
@pytest.mark.parametrize("unit", ["dB", "nats", "gray levels"])
def test_prose_states_printed_numbers(stem, unit):
    lesson = notebook(stem)
    stated = set(re.findall(rf"(\d+\.\d+)\s{unit}", lesson_rules.prose(lesson)))
    assert stated and stated <= set(re.findall(NUMBER, lesson_rules.printed(lesson.cells)))
