"""The student edition is what the generator makes; test_run_again runs it from top to bottom."""

import ast
import inspect

import nbformat
import numpy as np
import pytest
from nbformat import v4

from course_lib.classroom import exercises
from course_lib.classroom.exercises import EXERCISES
from course_lib.classroom.exercises._grader import definitions
from tests.lessons.test_notebooks import FURTHER, LESSONS, NOTEBOOKS, REBUILT, WITH_EXERCISES, notebook
from tests.tools import lesson_rules, student

LIBRARY = "The lesson goes on with the library's."


def test_every_lesson_has_its_student_edition_and_no_others():
    folder = NOTEBOOKS / "student"
    made = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert made == sorted(f"{stem}.ipynb" for stem in LESSONS + FURTHER)


@pytest.mark.parametrize("stem", LESSONS + FURTHER)
def test_the_student_edition_is_not_stale(stem):
    stored = (NOTEBOOKS / "student" / f"{stem}.ipynb").read_text(encoding="utf-8")
    assert stored == student.text(NOTEBOOKS / f"{stem}.ipynb"), "run python -m tests.tools.student"


@pytest.mark.parametrize("stem", LESSONS)
def test_no_solution_and_no_output_is_left(stem):
    nb = student.edition(notebook(stem))
    code = [cell for _, cell in lesson_rules.code_cells(nb)]
    stubs = ["YOUR CODE HERE" in cell.source for cell in code]
    assert not any("SOLUTION" in cell.source or cell.outputs for cell in code)
    assert sum(stubs) == len(lesson_rules.numbers_of_exercises(notebook(stem)))


def test_every_exercise_is_in_its_lesson_and_the_lessons_have_three_to_five():
    numbers = {stem[:2]: lesson_rules.numbers_of_exercises(notebook(stem)) for stem in LESSONS}
    assert [number for found in numbers.values() for number in found] == sorted(EXERCISES)
    taught = [f"{lesson:02}" for lesson in range(1, 10)]
    assert [lesson for lesson in taught if len(numbers[lesson]) not in lesson_rules.EXERCISES] == []
    assert all(number.startswith(lesson) for lesson, found in numbers.items() for number in found)


@pytest.mark.parametrize("stem", LESSONS)
def test_a_lesson_asks_to_predict_before_running(stem):
    assert "predict" in lesson_rules.prose(notebook(stem)).lower()


def functions_of(nb):
    """The functions that a notebook's cells define, among its imports and constants; no cell is run."""
    names = {}
    for source in definitions([cell.source for _, cell in lesson_rules.code_cells(nb)]):
        exec(source, names)
    return [f for name, f in names.items() if inspect.isfunction(f) and f.__code__.co_filename == "<string>"]


@pytest.mark.parametrize("stem", [path for stem in REBUILT for path in (stem, f"further/{stem}")])
def test_no_cell_gives_an_answer_away(stem):
    """Whatever function the student edition defines, no check takes it."""
    passing = [
        (function.__name__, number)
        for function in functions_of(student.edition(notebook(stem)))
        for number in EXERCISES
        if exercises.verdict(number, function, rng=np.random.default_rng(1)).state == "right"
    ]
    assert passing == []


@pytest.mark.parametrize("stem", REBUILT)
def test_the_library_has_the_function_that_an_exercise_asks_for(stem):
    """Under the same name and with the same arguments: the lesson goes on with it."""
    for i, cell in lesson_rules.exercise_cells(notebook(stem)):
        number, name = lesson_rules.exercise_of(notebook(stem), i)
        (asked,) = (f for f in functions_of(v4.new_notebook(cells=[cell])) if f.__name__ == name)
        theirs = EXERCISES[number].solution
        assert theirs.__name__ == name
        assert list(inspect.signature(theirs).parameters) == list(inspect.signature(asked).parameters)


@pytest.mark.parametrize("stem", [stem for stem in WITH_EXERCISES if stem not in REBUILT])
def test_only_the_check_uses_what_an_exercise_defines(stem):
    """So whatever a student writes, the other cells run as in the complete lesson, where nbval runs them."""
    cells = lesson_rules.code_cells(notebook(stem))
    used = [(j, node.id) for j, other in cells for node in lesson_rules.nodes(other, ast.Name)]
    for i, cell in lesson_rules.exercise_cells(notebook(stem)):
        defined = {node.name for node in lesson_rules.nodes(cell, ast.FunctionDef)}
        assert {j for j, name in used if name in defined} - {i} == {i + 1}


@pytest.mark.parametrize("stem", WITH_EXERCISES)
def test_exercises_alone_run_with_nothing_filled_in(stem, capsys):
    nb = student.edition(notebook(stem))
    names, numbers = {"exercises": exercises}, lesson_rules.numbers_of_exercises(notebook(stem))
    for i, cell in lesson_rules.exercise_cells(nb):
        exec(cell.source, names)
        exec(nb.cells[i + 1].source, names)
    wanted = [f"{number} {EXERCISES[number].title}: not attempted yet. {LIBRARY}" for number in numbers]
    assert capsys.readouterr().err.splitlines() == wanted


@pytest.mark.parametrize("stem", WITH_EXERCISES)
def test_the_solutions_of_the_complete_lesson_are_right(stem):
    """Their outputs are stored, and nbval runs the cells anew."""
    numbers = lesson_rules.numbers_of_exercises(notebook(stem))
    checks = [cell for cell in notebook(stem).cells if lesson_rules.nbgrader(cell).get("grade")]
    for number, check in zip(numbers, checks, strict=True):
        assert check.outputs[0].text.startswith(f"{number} {EXERCISES[number].title}: right")


def test_a_solution_becomes_a_stub_that_keeps_the_indentation():
    source = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\nf(1)"
    stub = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n\nf(1)"
    assert student.without_solutions(source) == stub


@pytest.mark.parametrize(
    ("link", "turned"),
    [
        ("[a](01_x.ipynb#b)", "[a](01_x.ipynb#b)"), ("[s](student/01_x.ipynb)", "[s](01_x.ipynb)"),
        ("![p](images/p.png)", "![p](../images/p.png)"), ("[r](REFERENCE.md#g)", "[r](../REFERENCE.md#g)"),
        ("[w](https://x.org), [h](#h), $[x](i,j)$", "[w](https://x.org), [h](#h), $[x](i,j)$"),
    ],
)  # fmt: skip
def test_links_are_turned_to_what_lies_above(link, turned):
    assert student.from_below(f"Read {link}.") == f"Read {turned}."


@pytest.mark.parametrize("folder", ["", "student"])
@pytest.mark.parametrize("stem", LESSONS + FURTHER)
def test_links_inside_the_repository_lead_to_a_file(stem, folder):
    path = NOTEBOOKS / folder / f"{stem}.ipynb"
    nb = nbformat.read(path, as_version=4)
    assert lesson_rules.dead_links(lesson_rules.prose(nb), path.parent) == []


def ending(stem, broken):
    """What the last figure of a lesson says when the exercises are solved but for one, by its place."""
    cells, names = lesson_rules.code_cells(notebook(stem)), {}
    exec("\n".join(line for line in cells[0][1].source.splitlines() if not line.startswith("%")), names)
    for n, (i, cell) in enumerate(lesson_rules.exercise_cells(notebook(stem))):
        exec(cell.source, names)
        if n == broken:
            names[lesson_rules.exercise_of(notebook(stem), i)[1]] = lambda *args: None
        exec(notebook(stem).cells[i + 1].source, names)
    signed = [cell.source for _, cell in cells if "plots.sign(" in cell.source][-1]
    assert "plt.show()" in signed
    return eval(lesson_rules.CREDIT.search("\n".join(cell.source for _, cell in cells))[0], names)


@pytest.mark.parametrize("stem", [stem for stem in REBUILT if stem in WITH_EXERCISES])
def test_the_last_figure_says_whose_code_made_it(stem):
    functions = [
        lesson_rules.exercise_of(notebook(stem), i)[1] for i, _ in lesson_rules.exercise_cells(notebook(stem))
    ]
    assert ending(stem, None).startswith("Made by your code alone: ")
    for n, name in enumerate(functions):
        assert ending(stem, n).endswith(f" and the library's {name}.")
