"""Every rule of `lesson_rules` lets a good lesson pass and catches a bad one."""

import pytest
from nbformat import v4

from tests.tools import lesson_rules, store

ROOT = "/"  # apart, so that a search for paths of machines finds none here


def markdown(source):
    return v4.new_markdown_cell(source)


def code(source, count, *outputs, tags=()):
    metadata = {"tags": list(tags)}
    return v4.new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def stdout(text):
    return v4.new_output("stream", name="stdout", text=text)


def shown(mime, data):
    return v4.new_output("display_data", data={mime: data, "text/plain": "shown"})


PICTURE = shown("image/png", "iVBORw0KGgo=")
VIEW = shown(lesson_rules.VIEW, {"model_id": "1", "version_major": 2})
IMPORTS = "%matplotlib inline\nimport matplotlib.pyplot as plt\nfrom course_lib.classroom import plots"


def lesson(*more):
    """A small lesson that keeps every rule, with more cells at its end."""
    cells = [
        markdown("# A lesson\n\n## A question\n\n```\n# not a heading\n```"),
        code(IMPORTS, 1),
        code("print(1 / 3)  # x; y", 2, stdout("0.333\n")),
        markdown(f"### A picture\n\nOne digit, clean and noisy; see https://example.org{ROOT}home/page."),
        code("plots.images([digit])\nplt.show()", 3, PICTURE),
        *more,
    ]
    return v4.new_notebook(cells=cells, metadata={"kernelspec": store.KERNEL})


def with_metadata(nb, **metadata):
    nb.metadata.update(metadata)
    return nb


def timed(nb):
    nb.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    return nb


def without_cell(index):
    nb = lesson()
    del nb.cells[index]
    return nb


FUNCTION = '''def double(x):
    """Twice x (n,)  ->  (n,)"""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''


CALL = 'my_double = exercises.check("07.1", double)'


def exercise(statement="### Exercise 07.1: doubling", function=FUNCTION, check=CALL, **changed):
    """The three cells of an exercise."""
    cells = markdown(statement), code(function, 4), code(check, 5, stdout("right\n"))
    cells[1].metadata["nbgrader"] = {**lesson_rules.SOLUTION, "grade_id": "exercise-07-1", **changed}
    cells[2].metadata["nbgrader"] = {**lesson_rules.CHECK, "grade_id": "check-07-1"}
    return cells


def graded(cell):
    cell.metadata["nbgrader"] = dict(lesson_rules.CHECK)
    return cell


ERROR = v4.new_output("error", ename="NameError", evalue="x", traceback=[])
RETURNED = v4.new_output("execute_result", data={"text/plain": f"'{ROOT}tmp/x'"}, execution_count=4)
TWO = FUNCTION.replace("def double", "\n\ndef twice")
CODE = {  # cells of code that break a rule, each added to the good lesson
    "short_cells": ["x = 1\n" * 13],
    "short_definitions": ["def f():\n" + "    x = 1\n" * 15],
    "no_stray_solution": ["### BEGIN SOLUTION"],
    "no_semicolon": ["plots.images([digit]);", "x = 1; y = 2"],
    "no_command": ["%pip install numpy", "!ls", "files = !ls", "%%bash\nls", "if x:\n    %timeit x"],
    "imports_come_first": ["import numpy as np", "def f():\n    from numpy import linalg"],
    "plain_imports": ["from course_lib.gaussian import *", "sys.path.insert(0, '..')",
                      "from matplotlib import colors", "import matplotlib.pyplot as pyplot"],
    "no_drawing": ["plt.plot(x)", "plots.images([x])[0].set_title('x')", "axes.imshow(x)"],
    "figures_are_described": ["plots.images([x])\nplt.show()"],
    "no_machine_path": [f"load('{ROOT}work/main/x.npz')"],
    "outputs_are_compared": ["# NBVAL_IGNORE_OUTPUT\nprint(x)"],
}  # fmt: skip
STATE, VENV = {"application/vnd.jupyter.widget-state+json": {}}, {"name": "venv", "display_name": "venv"}
BAD = {  # rule -> lessons that break it
    "exercises_are_complete": [lesson(*cells) for cells in (
        exercise(statement="Double it."), exercise(check=CALL.replace("07.1", "07.2")), exercise()[:2],
        exercise(function=FUNCTION.replace('    """Twice x (n,)  ->  (n,)"""\n', "")),
        exercise(function=FUNCTION.replace("->", "gives")), exercise(function=FUNCTION + TWO),
        exercise(function=FUNCTION.replace("### END SOLUTION", "# done")), [*exercise()[:2], code(CALL, 5)],
        exercise(grade_id="double"), exercise(locked=True))],
    "short_cells": [lesson(*exercise(function=FUNCTION + "\n" * 16 + "x")),
                    lesson(*[code("x = 1\n" * 7, n) for n in range(4, 9)])],
    "no_empty_cell": [lesson(code("", None)), lesson(markdown("  \n"))],
    "executed_in_order": [*(lesson(code("x", count)) for count in (None, 5, 3)),
                          v4.new_notebook(cells=[markdown("# No code")])],
    "no_error_output": [lesson(code("x", 4, ERROR))],
    "no_machine_state": [with_metadata(lesson(), widgets=STATE), with_metadata(lesson(), kernelspec=VENV),
                         timed(lesson())],
    "no_widget_view": [lesson(code("widgets.slider()", 4, VIEW, tags=["nbval-ignore-output"]))],
    "no_machine_path": [lesson(markdown(f"Open {ROOT}home/anna/digits.")), lesson(code("p", 4, RETURNED)),
                        lesson(markdown(r"Open C:\Users\anna.")),
                        lesson(code("f()", 4, stdout(f"file://{ROOT}root/venv/lib/f.py:3: UserWarning")))],
    "outputs_are_compared": [lesson(code("print(x)", 4, tags=[tag]))
                             for tag in ("nbval-skip", "raises-exception", "nbval-ignore-output")],
    "one_title": [lesson(markdown("# A second title")), without_cell(0)],
    "no_skipped_level": [lesson(markdown("##### Five")), without_cell(0)],
    "inline_figures": [without_cell(1)],
    "figures_are_shown": [lesson(code("plots.images([x])", 4, PICTURE))],
}  # fmt: skip


TOP = "# A lesson\n\n*Study: {} minutes. Machine: 3 seconds.*"
SECTION = "## 1. Doubling\n\n*{} minutes, 1 s*\n\n"
TASK = "### Exercise 07.{}: {} it\n\n*{}, 4 minutes*\n\nWrite it."
WORK = "## 2. Your code at work\n\n*8 minutes, 2 s*"
USED = "print(my_double(x), my_double_2(x), my_double_3(x))"
CREDIT = "print(exercises.credit(my_double, my_double_2, my_double_3))"
SPOILED = 'guess_a = exercises.guess("07.a", ...)', "print(guess_a.beside(2))"


def three_exercises(kinds=("derive", "repair", "use")):
    cells = []
    for n, kind in enumerate(kinds, 1):
        name = "double" if n == 1 else f"double_{n}"
        task = TASK.format(n, kind, kind)
        cells += exercise(
            statement=(SECTION.format(12) if n == 1 else "") + task,
            function=FUNCTION.replace("double", name),
            check=f'my_{name} = exercises.check("07.{n}", {name})',
            grade_id=f"07-{n}",
        )
    return cells


def formed(*, kinds=("derive", "repair", "use"), study=20, use=USED, guess=SPOILED, work=WORK, credit=CREDIT):
    """A small lesson in the form of LESSONS.md, or one that lacks what is put in another's place."""
    cells = [markdown(TOP.format(study)), code("x = 1", 1), *three_exercises(kinds)]
    cells += [*(markdown(s) if s[0] == "#" else code(s, 1) for s in guess), markdown(work), code(use, 1)]
    return v4.new_notebook(cells=[*cells, code(credit, 1)])


LATE = SPOILED[0], "# The answer\n\nIt is two.", SPOILED[1]
SLIDE = formed()
SLIDE.cells[0].metadata["slideshow"] = {"slide_type": "skip"}
BAD_FORMS = {
    "within_its_length": [formed(work=WORK + " word" * 181), formed(guess=("# A", *SPOILED, "# B", "# C")),
                          v4.new_notebook(cells=[code("x", 1)] * 71),
                          v4.new_notebook(cells=[markdown("word " * 170), code("x", 1)] * 17)],
    "states_its_minutes": [formed(study=21), formed(study=91), formed(work="## 2. Your code at work"),
                           formed(work=WORK.replace("8", "18"), study=30)],
    "exercises_of_each_kind": [formed(kinds=("use", "repair", "use")),
                               formed(kinds=("derive", "repair", "read"))],
    "guesses_are_honest": [formed(guess=LATE), formed(guess=SPOILED[:1]), formed(guess=()),
                           formed(guess=('g = exercises.guess("07.a", ...)', "print(g.beside(2))")),
                           formed(guess=('guess_a = exercises.guess("07.a", 2)', SPOILED[1])),
                           formed(guess=(SPOILED[0], 'print(guess_a.beside("b"))'))],
    "handed_back_names_are_used": [formed(use="print(my_double(x), my_double_2(x))"),
                                   formed(use="y = my_double(x), my_double_2(x), my_double_3(x)")],
    "ends_with_your_code_at_work": [formed(work="## 2. The end"), formed(credit="x"),
                                    formed(credit="print(exercises.credit(my_double))")],
    "no_slideshow": [SLIDE],
    "names_no_report": [formed(work=WORK + " The first report says so.")],
}  # fmt: skip
ALL = [(rule, nb) for table in (BAD, BAD_FORMS) for rule, found in table.items() for nb in found]
ALL += [(rule, lesson(code(source, 4))) for rule, sources in CODE.items() for source in sources]


def complaints(nb, rules=lesson_rules.RULES):
    return {rule.__name__: found for rule in rules if (found := rule(nb))}


def test_a_good_lesson_or_exercise_passes_every_rule():
    widget = code("widgets.denoise_slider(prior)", 4, tags=["nbval-ignore-output"])
    for nb in (lesson(), lesson(*exercise()), lesson(widget), lesson(code("x = 1\n" * 12, 4))):
        assert complaints(nb) == {}
    through = formed(
        use="y = my_double(x), my_double_2(x), my_double_3(x)\nz = 2 * y[0]", credit=CREDIT + "\nprint(z)"
    )
    for nb in (formed(), through):
        assert complaints(nb, [*lesson_rules.FORM, lesson_rules.names_no_report]) == {}
    assert lesson_rules.numbers_of_exercises(lesson(*exercise())) == ["07.1"]


def test_every_rule_has_a_bad_lesson():
    rules = [*lesson_rules.RULES, *lesson_rules.FORM, lesson_rules.names_no_report]
    assert {name for name, _ in ALL} == {rule.__name__ for rule in rules}


@pytest.mark.parametrize(("name", "nb"), ALL, ids=[f"{name}-{n}" for n, (name, _) in enumerate(ALL)])
def test_a_bad_lesson_is_caught(name, nb):
    assert getattr(lesson_rules, name)(nb) != []


OTHERS = [markdown("x"), code("x", 4), code("y", 4, tags=["solution"])]
OTHERS += [graded(code("y", 4))]


@pytest.mark.parametrize("script", [*map(lesson, OTHERS), lesson(), lesson(code("y", 4), markdown("More"))])
def test_a_pair_that_differs_is_caught(script):
    assert lesson_rules.pair_differences(lesson(code("y", 4)), script) != []


def test_a_pair_may_differ_in_outputs_and_counts():
    assert lesson_rules.pair_differences(lesson(code("y", 4, stdout("1"))), lesson(code("y", None))) == []
