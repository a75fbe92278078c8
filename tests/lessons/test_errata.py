"""Lesson 10 asks for a verdict on all 24 errata and prices each; its companion has a section for each."""

import re

import pytest

from course_lib.classroom import ledger
from tests.lessons.test_notebooks import NOTEBOOKS, notebook
from tests.tools import lesson_rules

NUMBERS = [f"{report}.{n}" for report in (1, 2) for n in range(1, 13)]
NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?!\w)"
LESSON, FURTHER = (notebook(stem) for stem in ("10_errata", "further/10_errata"))


def sections():
    """number of an erratum -> its cells in the companion."""
    found, number = {}, None
    for cell in FURTHER.cells:
        titles = re.findall(r"^###? (.*)", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
        for title in titles:
            erratum = re.match(r"(\d\.\d+) ", title)
            number = erratum[1] if erratum else None
        if number:
            found.setdefault(number, []).append(cell)
    return found


def hunted():
    """number -> index of the cell of lesson 10 that shows it as it was printed."""
    texts = [(i, c.source) for i, c in enumerate(LESSON.cells) if c.cell_type == "markdown"]
    return {number: i for i, text in texts for number in re.findall(r"^- \*\*(\d\.\d+)\*\* ", text, re.M)}


def prices():
    """number -> price, as the stored table of lesson 10 has them."""
    (table,) = [c.outputs[0].data["text/html"] for c in LESSON.cells if "ledger.errata(" in c.source]
    rows = re.findall(r'<tr><th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', table)
    return {number: re.findall(r"<td[^>]*>(.*?)</td>", cells)[4] for number, cells in rows}


def test_every_erratum_is_hunted_has_facts_a_section_and_a_verdict_of_its_own():
    assert (
        sorted(hunted()) == sorted(NUMBERS) == sorted(sections()) == sorted(ledger.ERRATA) == sorted(prices())
    )
    source = "\n".join(cell.source for _, cell in lesson_rules.code_cells(LESSON))
    assert len(set(lesson_rules.GUESS.findall(source))) == len(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_it_is_printed_before_its_verdict_and_answered_after_it(number):
    shown = [
        i
        for i, c in lesson_rules.code_cells(LESSON)
        if re.search(rf'print\("{number} [^"]*", guess_', c.source)
    ]
    asked = [i for i, c in lesson_rules.code_cells(LESSON) if "exercises.guess(" in c.source]
    (answer,) = shown
    assert any(hunted()[number] < i < answer for i in asked)


@pytest.mark.parametrize("number", NUMBERS)
def test_its_price_is_a_number_that_the_lesson_printed(number):
    stated = re.findall(NUMBER, prices()[number])
    printed = lesson_rules.printed(LESSON.cells).replace(",", " ")
    assert stated and set(stated) <= set(re.findall(NUMBER, printed)) | {
        "20",
        "25",
        "28",
        "40",
        "50",
        "100",
        "1000",
    }


@pytest.mark.parametrize("number", NUMBERS)
def test_its_lesson_exists_and_its_section_names_place_and_both_formulas(number):
    assert len(list(NOTEBOOKS.glob(f"{ledger.ERRATA[number][-1]}_*.ipynb"))) == 1
    text = sections()[number][0].source.split(f"### {number} ")[1]
    for words in (("Place",), ("Printed", "Claimed", "Said"), ("Correct", "Needed")):
        assert any(f"- **{word}**" in text for word in words), words


def test_a_table_without_a_price_is_refused():
    with pytest.raises(ValueError, match=r"prices needs one for each of the 24 errata; check 2\.12"):
        ledger.errata(dict.fromkeys(NUMBERS[:-1], "1 dB"))


@pytest.mark.parametrize("unit", ["dB", "nats", "gray levels"])
@pytest.mark.parametrize("lesson", [LESSON, FURTHER], ids=["lesson", "companion"])
def test_prose_states_printed_numbers(lesson, unit):
    stated = set(re.findall(rf"(\d+\.\d+)\s{unit}", lesson_rules.prose(lesson)))
    assert stated <= set(re.findall(NUMBER, lesson_rules.printed(lesson.cells)))
