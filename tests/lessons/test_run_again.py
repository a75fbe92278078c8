"""A lesson says the same when its cells are run twice: by its source and by a run."""

import ast
import re

import pytest
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat import v4

from course_lib.classroom.exercises import EXERCISES
from tests.lessons.test_notebooks import LESSONS, NOTEBOOKS, notebook
from tests.tools import lesson_rules, student

IN_PLACE = "add append clear discard extend fill insert pop popitem remove resize reverse setdefault".split()
IN_PLACE += "shuffle sort".split()


def changed(cell):
    """The expressions that a cell adds to, deletes or changes by a method."""
    calls = [call.func for call in lesson_rules.nodes(cell, ast.Call) if isinstance(call.func, ast.Attribute)]
    deleted = [target for node in lesson_rules.nodes(cell, ast.Delete) for target in node.targets]
    added = [node.target for node in lesson_rules.nodes(cell, ast.AugAssign)]
    return added + deleted + [method for method in calls if method.attr in IN_PLACE]


def owner(node):
    """x for x[0].y or x.y(0), '' for what does not begin with a name."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")


def differs_when_run_again(nb):
    """Cells that draw from a generator of another cell, rebind what they read or change what they found."""
    cells, problems = lesson_rules.code_cells(nb), []
    assigned = [node for _, cell in cells for node in lesson_rules.nodes(cell, ast.Assign)]
    generator = r"[\w.]*default_rng\([^()]*\)"
    made = [node.targets[0] for node in assigned if re.fullmatch(generator, ast.unparse(node.value))]
    for i, cell in cells:
        read, bound, outside = lesson_rules.names(cell)
        drawn = {owner(target) for target in made} & (read | outside - bound)
        local = {n.id for n in lesson_rules.nodes(cell, ast.Name) if isinstance(n.ctx, ast.Store)}
        local |= {argument.arg for argument in lesson_rules.nodes(cell, ast.arg)} | bound | {"np"}
        problems += [f"cell {i} draws from {name} of another cell" for name in sorted(drawn)]
        problems += [f"cell {i} rebinds {name}, which it reads" for name in sorted(read & bound)]
        foreign = [node for node in changed(cell) if owner(node) not in local]
        problems += [f"cell {i} changes {ast.unparse(node)} of another cell" for node in foreign]
    return problems


@pytest.mark.parametrize("stem", LESSONS)
def test_no_cell_depends_on_how_often_it_was_run(stem):
    assert differs_when_run_again(notebook(stem)) == []


FIRST = "rng = np.random.default_rng(1)\nx, seen = rng.normal(size=3), []"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("print(rng.normal())", "draws from rng"), ("def f():\n    return rng.normal()", "draws from rng"),
        ("print([rng.normal() for _ in x])", "draws from rng"),
        ("print(rng.normal())\nrng = np.random.default_rng(2)", "draws from rng"),
        ("x = 2 * x", "rebinds x"), ("x += 1", "rebinds x"), ("x[0] -= 1", "changes x[0]"),
        ("del seen[0]", "changes seen[0]"), ("seen.append(1)", "changes seen.append"),
        ("rng = np.random.default_rng(2)\ny = [rng.normal() for _ in x]", None),
        ("def f(rng, x):\n    x[0] += 1\n    return rng.normal()", None),
        ("x[0] = 1\nfor y in seen:\n    print(np.sort(y))", None),
        ("x = [1]\nx.append(2)\ny = sum(x for x in x)", None),
    ],
)  # fmt: skip
def test_a_cell_that_says_something_else_the_second_time_is_found(source, problem):
    nb = v4.new_notebook(cells=[v4.new_code_cell(FIRST), v4.new_code_cell(source)])
    found = differs_when_run_again(nb)
    assert (not found) if problem is None else any(problem in sentence for sentence in found)


def said(cell):
    """What a cell printed or returned, without what nbval does not compare: stderr, pictures and widgets."""
    if "nbval-ignore-output" in cell.metadata.get("tags", []):
        return ""
    kept = [output for output in cell.outputs if output.get("name") != "stderr"]
    text = "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in kept)
    return re.sub(r"^Made by .*", "Made by", text, flags=re.MULTILINE)


def run_twice(nb):
    """(index, cell with new output) of a run with every cell twice that draws, others once.

    The rule above sees what a cell changes, but not whether a generator is made anew where it has to be.
    """
    cells = lesson_rules.code_cells(nb)
    twice = ["rng" in c.source and not lesson_rules.nbgrader(c) for _, c in cells]
    order = [pair for pair, again in zip(cells, twice) for _ in range(1 + again)]
    ran = v4.new_notebook(cells=[v4.new_code_cell(c.source, metadata=c.metadata) for _, c in order])
    folder = {"metadata": {"path": str(NOTEBOOKS / "student")}}
    ExecutePreprocessor(timeout=300, kernel_name="python3").preprocess(ran, folder)
    return [(i, cell) for (i, _), cell in zip(order, ran.cells)]


@pytest.mark.parametrize("stem", LESSONS)
def test_the_student_edition_runs_with_nothing_filled_in_and_cells_run_twice(stem):
    """And says each time what the complete lesson has stored, but for the checks of exercises."""
    lesson, numbers = notebook(stem), lesson_rules.numbers_of_exercises(notebook(stem))
    ran = run_twice(student.edition(lesson))
    checks = [cell for _, cell in ran if lesson_rules.nbgrader(cell).get("grade")]
    wanted = [
        f"{number} {EXERCISES[number].title}: not attempted yet. The lesson goes on with the library's.\n"
        for number in numbers
    ]
    assert ["".join(output.text for output in cell.outputs) for cell in checks] == wanted
    others = [(i, cell) for i, cell in ran if not lesson_rules.nbgrader(cell)]
    assert {i: said(cell) for i, cell in others if said(cell) != said(lesson.cells[i])} == {}
