"""The grader: verdicts that nothing in an answer can reach."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from course_lib.classroom.exercises import EXERCISES, __main__, _grader

WRONG = "def nats():\n    return 3.0\n"
PIPES = """
import gc, json, multiprocessing.connection as c
pipe = [one for one in gc.get_objects() if isinstance(one, c.Connection)][0]
"""
TABLE = "import numpy as np\ndef table(Y):\n    T = np.pad(Y.cumsum(0).cumsum(1), ((1, 0), (1, 0)))\n"
PATCHED = f"""
import numpy as np, sys
from course_lib.classroom import exercises
from course_lib.classroom.exercises import _grader, _grading, _lessons
sys.stderr = sys.stdout
np.allclose = np.isclose = np.all = lambda *args, **options: True
for room in (exercises, _grader, _grading, _lessons):
    room.check = room.verdict = room.judge = lambda *args, **options: exercises.Verdict("right", "right")
{WRONG}"""
YES = """
class Yes(float):
    __eq__ = __le__ = __ge__ = lambda *args: True
    __hash__ = None
def nats():
    return Yes(3.0)
"""
FORGED = f"""{PIPES}
def nats():
    pipe.send_bytes(json.dumps({{"parts": {{"Verdict": ["right", ""]}}, "changed": None}}).encode())
"""
PICKLED = """
class P:
    def __reduce__(self):
        return print, ("x",)
def nats():
    return P()
"""
ANYTHING = "from course_lib.classroom.exercises import ANY\nnats = lambda: ANY"
STATES = {  # own cell of an answer to 06.2: state, words
    "right, and no function": ("import functools\nnats = functools.partial(float, 1.5)", "right", "right"),
    "stub": ("def nats():\n    raise NotImplementedError()", "missing", "not attempted"),
    "no function": ("x = 3", "wrong", "NameError: name 'nats' is not defined"),
    "a cell that stops": ("1 / 0\nnats = lambda: 1.5", "wrong", "ZeroDivisionError"),
    "another check, another NumPy": (PATCHED, "wrong", "twice too much"),
    "an object that says yes": (YES, "wrong", "twice too much"),
    "a pickle": (PICKLED, "wrong", "returned a P"),
    "the judge's wildcard": (ANYTHING, "wrong", "returned an object"),
    "garbage": (PIPES + "def nats():\n    pipe.send_bytes(b'garbage')", "wrong", "its process ended"),
    "a forged verdict": (FORGED, "wrong", "its process ended"),
    "an interrupt": ("def nats():\n    raise KeyboardInterrupt", "wrong", "KeyboardInterrupt"),
    "the end": ("import os\nnats = lambda: os._exit(0)", "wrong", "its process ended"),
}  # fmt: skip


@pytest.mark.parametrize("what", STATES)
def test_an_answer_earns_what_its_numbers_earn(what):
    answer, state, words = STATES[what]
    said = _grader.verdict_of("06.2", [answer], [answer], "nats")
    assert (said.state, words in said.sentence) == (state, True), said.sentence


def test_an_answer_that_takes_too_long_is_stopped():
    slow = f"import time\n{TABLE}    time.sleep(0 if len(Y) == 4 else 1000)\n    return T\n"
    said = _grader.verdict_of("07.1", [], [slow], seconds=0.5)
    assert "right on 1 of 6 instances" in said.sentence and "TimeoutError: it took too long" in said.sentence


LOOP = """
def loop(e_step, m_step, start, n):
    bounds = [e_step(start)[1]]
    for _ in range(n):
        start = m_step(e_step(start)[0], start)
        bounds.append(e_step(start)[1])
    return start, bounds
"""
TRAVELS = [
    ("09.1", LOOP, "right", "fresh"),
    ("09.1", LOOP.replace("bounds\n", "bounds[1:]\n"), "wrong", "bound of the start"),
    ("09.1", LOOP.replace("(start)[0]", "('x')[0]"), "wrong", "raised RuntimeError"),
    ("09.1", LOOP.replace("(start)[0]", "(open)[0]"), "wrong", "raised RuntimeError"),
    ("07.1", f"{TABLE}    Y[0] = 1\n    return T", "wrong", "argument number 1 was changed in place"),
    ("07.1", f"{TABLE}    return T.tolist()", "right", "fresh"),
]


@pytest.mark.parametrize(("number", "answer", "state", "words"), TRAVELS)
def test_arguments_go_there_and_back(number, answer, state, words):
    said = _grader.verdict_of(number, [answer], [answer])
    assert (said.state, words in said.sentence) == (state, True), said.sentence


def notebook(path, cells):
    code = [
        dict(cell_type="code", source=source.splitlines(True), metadata={"nbgrader": {"grade_id": grade_id}})
        for grade_id, source in cells.items()
    ]
    path.write_text(json.dumps({"cells": code}), "utf-8")
    return str(path)


def test_the_command_prints_a_table_of_states(tmp_path, capsys):
    cells = {
        "setup": "%matplotlib inline\nimport numpy as np\nHALF = 0.5", "broken": "def f(:",
        "exercise-06-2": "print('06.1  right')\ndef nats():\n    return np.float64(3 * HALF)",
        "check-06-2": "exercises.check('06.2', nats)", "exercise-06-5": "def q(logit, A):\n    return A",
    }  # fmt: skip
    path = notebook(tmp_path / "Лекция 6.ipynb", cells)
    command = [sys.executable, "-m", "course_lib.classroom.exercises", path]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
    states = ("06.1  missing", "06.2  right", "06.3  missing", "06.4  missing", "06.5  wrong")
    assert done.stdout.splitlines() == [f"{path}: 1 of 5 right", *(f"    {state}" for state in states)]
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"cells": [1]}', '{"cells": []}', "[" * 100_000, "\xff"])
def test_what_is_no_notebook_is_said(text, tmp_path, capsys):
    path = tmp_path / "lesson.ipynb"
    path.write_bytes(text.encode("latin-1"))
    assert __main__.main([str(path), str(tmp_path / "nowhere.ipynb")]) == 1
    said = capsys.readouterr().err.splitlines()
    assert "lesson.ipynb needs " in said[0] and "nowhere.ipynb" in said[1] and len(said) == 2


def test_every_exercise_has_arguments_that_travel():
    for exercise in EXERCISES.values():
        for case in exercise.cases(np.random.default_rng(0)):
            back = _grader.decoded(_grader.encoded(case.args, []), lambda index: index)
            for mine, theirs in zip(case.args, back, strict=True):
                assert callable(mine) or type(mine) is type(theirs)
                assert callable(mine) or np.array_equal(mine, theirs, equal_nan=True)
