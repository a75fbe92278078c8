"""The ledger: no numbered formula without a check, every check passes, and every check can fail.

(G1)-(G8), (M1)-(M7), (P1)-(P3), (S1)-(S16) are checked by the ledger itself; here the ledger is.
"""

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jupytext
import numpy as np
import pytest

from course_lib.classroom import ledger
from course_lib.classroom.edits import edit
from tests.classroom.ledger_mutants import MUTANTS

SCRIPTS = sorted((Path(__file__).parents[2] / "notebooks" / "scripts").glob("0*.py"))
STEPS = {step.number: step for step in ledger.steps()}
CASES = [(number, index) for number, rows in MUTANTS.items() for index in range(len(rows))]


def tagged(path):
    """The numbers of the formulas that a lesson carries."""
    texts = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "markdown"]
    return set(re.findall(r"\\tag\{([GMPS]\d+)\}", "\n".join(texts)))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_numbered_formula_of_a_lesson_is_in_its_table(path):
    lesson = path.stem[:2]
    checked = {step.number for step in STEPS.values() if lesson in step.lessons}
    assert tagged(path) - checked == set()


def test_formulas_are_found_in_the_lessons():
    found = set().union(*map(tagged, SCRIPTS))
    assert len(found) > 30 and {"G1", "M5", "S13"} <= found


@pytest.mark.parametrize("lesson", ["01", "02", "03", "06", "08"])
def test_a_lesson_has_more_steps_than_formulas(lesson):
    """The steps between the formulas are checked, too."""
    numbers = [step.number for step in ledger.steps(lesson)]
    assert sum(" " in number for number in numbers) >= len(numbers) / 2


@pytest.mark.parametrize("number", STEPS)
def test_every_step_holds_with_fresh_seeds(number):
    step = STEPS[number]
    for seed in (1, 2, 3):
        result = ledger.Result(step, step.error(np.random.default_rng([seed, 5])))
        assert result.passed, f"{number}, seed {seed}: {result.shown}"


def test_every_step_has_wrong_formulas():
    assert MUTANTS.keys() == STEPS.keys()
    assert all(MUTANTS.values())


def mutant(step, row):
    """The step with a wrong claim in its place: a function, or the right claim with the edits of the row."""
    if callable(row):
        return replace(step, check=lambda rng: step.check(rng, row))
    edits = [row] if isinstance(row[0], str) else row
    claim = step.check.__defaults__[0]
    if claim.__name__ != "<lambda>" and claim.__module__.startswith(ledger.__name__):
        wrong = edit(claim, *edits)
        return replace(step, check=lambda rng: step.check(rng, wrong))
    return replace(step, check=edit(step.check, *edits))


@pytest.mark.parametrize(("number", "index"), CASES)
def test_a_wrong_formula_is_found(number, index):
    row = MUTANTS[number][index]
    step = mutant(STEPS[number], row)
    for seed in (1, 2):
        result = ledger.Result(step, step.error(np.random.default_rng([seed, 6])))
        assert not result.passed, f"{number} accepts {row}: {result.shown}"


@pytest.mark.parametrize("number", STEPS)
def test_a_step_says_what_and_how(number):
    step = STEPS[number]
    assert re.fullmatch(r"[GMPS]\d+( [a-z])?", number)
    assert 20 < len(step.says) < 130 and step.says.endswith(".")
    assert step.how and 0 <= step.tolerance <= 0.08


def test_tolerances_are_tight():
    """Only drawn pictures and numerical gradients may be coarse."""
    loose = {step.number for step in STEPS.values() if step.tolerance > 1e-9}
    assert all("drawn" in STEPS[number].how or "gradient" in STEPS[number].how for number in loose)


# --- the machinery


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_a_table_shows_its_steps_in_html_and_in_text():
    table = ledger.table("02")
    html, text = Cells(), repr(table)
    html.feed(table._repr_html_())
    heads = [attrs.get("scope") for tag, attrs in html.tags if tag == "th"]
    steps = ledger.steps("02")
    assert heads == ["col"] * 4 + ["row"] * len(steps)
    for step in steps:
        assert step.number in html.text and step.says in html.text
        assert re.search(rf"^{step.number}  +{re.escape(step.says[:60])}", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) < 140
    assert f"{len(steps)} steps of the derivation, checked when this cell ran" in html.text


def test_a_table_is_the_same_text_whatever_was_drawn():
    assert repr(ledger.table("02")) == repr(ledger.table("02", np.random.default_rng(9)))


def test_a_lesson_shows_the_steps_that_it_carries():
    shown = [result.step.number for result in ledger.run("08")]
    assert shown == [step.number for step in STEPS.values() if "08" in step.lessons]
    assert {"S2", "S5", "S12", "S13"} <= set(shown) and "S3" not in shown


def test_all_lessons_are_offered():
    assert {lesson for one in STEPS.values() for lesson in one.lessons} == {f"0{n}" for n in range(1, 10)}


def step(check, *, number="G1", how="counting", tolerance=0.0, instances=1):
    return ledger.Step(number, ("01",), "a < b & c.", how, tolerance, instances, check)


@pytest.mark.parametrize(("error", "tolerance", "shown"), [
    (0.0, 0.0, "exact"), (1e-13, 1e-12, "below 1e-12"), (0.0, 1e-12, "below 1e-12"),
    (0.02, 0.05, "below 0.05"), (1e-12, 1e-12, "FAILED: 1e-12, allowed 1e-12"),
    (1.0, 0.0, "FAILED: 1, allowed 0"), (np.nan, 1.0, "FAILED: nan, allowed 1"),
    (np.inf, 0.5, "FAILED: inf, allowed 0.5"),
])  # fmt: skip
def test_an_error_is_shown_as_a_bound_that_holds(error, tolerance, shown):
    assert ledger.run([step(lambda rng: error, tolerance=tolerance)])[0].shown == shown


def test_a_failing_step_is_shown_and_raised():
    message = r"1 of 2 steps need mending:\n.*\n.*\nG2 .*a < b & c.*FAILED: 0.25, allowed 0$"
    with pytest.raises(ArithmeticError, match=message):
        ledger.table([step(lambda rng: 0.0), step(lambda rng: 0.25, number="G2")])


def test_one_bad_instance_is_enough():
    values = iter([0.0, np.nan, 0.0])
    assert not ledger.run([step(lambda rng: next(values), tolerance=1e-9, instances=3)])[0].passed


def test_text_is_escaped():
    assert ">a &lt; b &amp; c.</td>" in ledger.table([step(lambda rng: 0.0)])._repr_html_()


def test_a_number_is_given_once():
    with pytest.raises(ValueError, match="to be new in the ledger; got 'G1' twice; take the next letter"):
        ledger.chapter("01")("G1", "SymPy")


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="lesson needs one of '01', '02'.*got str '99'"):
        ledger.table("99")
    with pytest.raises(TypeError, match="rng needs a numpy.random.Generator"):
        ledger.run("02", rng=3)


def test_the_module_prints_the_whole_table():
    command = [sys.executable, "-m", "course_lib.classroom.ledger"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    head, _, *lines = run.stdout.splitlines()
    assert re.split("  +", head) == ["step", "what it says", "how it was checked", "largest error"]
    assert [re.split("  +", line)[0] for line in lines if not line.startswith(" ")] == list(STEPS)
    assert "FAILED" not in run.stdout
