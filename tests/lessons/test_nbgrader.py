"""nbgrader takes the lessons as they are: it releases the student edition, and its points are the checks'."""

import copy
import os
import re
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest

from tests.lessons.test_notebooks import NOTEBOOKS, WITH_EXERCISES, notebook
from tests.tools import lesson_rules, student

pytest.importorskip("nbgrader", reason="nbgrader is not installed: pip install -e '.[grade]'")

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

GRADED = "02_gaussian_posterior"
GUIDE = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
SCRIPT = "<script>alert(1)</script>"


def recommended():
    """The nbgrader_config.py of the guide."""
    block = re.search(r"/nbgrader_config\.py`(?:.+\n)+\n((?: {4}.*\n|\n)+)", GUIDE)[1]
    return textwrap.dedent(block)


class Course:
    """A course of nbgrader in a folder of its own, each lesson an assignment."""

    def __init__(self, root):
        self.root = Path(root)
        (self.root / "nbgrader_config.py").write_text(recommended(), encoding="utf-8")
        config = Config(PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config())
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
        config.Exchange.root = str(root / "exchange")
        self.api = NbGraderAPI(config=config)

    def release(self, stem):
        """Generate the assignment of a lesson.  ->  the notebook that students would get"""
        path = self.root / "source" / stem / f"{stem}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((NOTEBOOKS / f"{stem}.ipynb").read_bytes())
        done = self.api.generate_assignment(stem, force=True)
        assert done["success"], done["log"]
        return nbformat.read(self.root / "release" / stem / f"{stem}.ipynb", as_version=4)

    def points(self, stem, name, nb):
        """Points of a student who hands in this notebook: {grade_id of a check: points}."""
        path = self.root / "submitted" / name / stem / f"{stem}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(nb, path)
        done = self.api.autograde(stem, name, create=True)
        assert done["success"], done["log"]
        with self.api.gradebook as book:
            grades = book.find_submission_notebook(stem, stem, name).grades
            return {grade.name: grade.score for grade in grades}


@pytest.fixture
def course(tmp_path, monkeypatch):
    ours = str(Path(sys.executable).parent)  # nbgrader calls `alembic`
    monkeypatch.setenv("PATH", os.pathsep.join([ours, os.environ["PATH"]]))
    return Course(tmp_path)


@pytest.mark.parametrize("stem", WITH_EXERCISES)
def test_the_release_is_the_student_edition(course, stem):
    released, ours = course.release(stem), student.edition(notebook(stem))
    sources = [
        [cell.source for cell in nb.cells[1:]] for nb in (released, ours)
    ]  # ours says on top what it is
    assert sources[0] == sources[1]
    assert not any(cell.get("outputs") for cell in released.cells)


def filled(released, stubs):
    """The release: `stubs` make the first cells of exercises from theirs, the others are solved."""
    cells = [lesson_rules.exercise_cells(nb) for nb in (notebook(GRADED), released)]
    for index, ((_, complete), (_, cell)) in enumerate(zip(*cells)):
        cell.source = stubs[index](cell.source) if index < len(stubs) else complete.source
    return released


def mischief(released):
    """The first exercise redirects stderr, the second is open, the third is copied; a note is a script."""
    attack = "import sys\nsys.stderr = sys.stdout\n"
    nb = filled(released, [lambda source: attack + source.replace(student.STUB[1], "return 'lost'"), str])
    third = lesson_rules.exercise_cells(nb)[2][0]
    nb.cells.insert(third, copy.deepcopy(nb.cells[third]))
    nb.cells[third].id = "copied"
    nb.cells.append(nbformat.v4.new_markdown_cell(SCRIPT))
    return nb


def test_right_answers_get_their_points_and_others_none_whatever_a_student_hands_in(course):
    released = course.release(GRADED)
    checks = [f"check-{n.replace('.', '-')}" for n in lesson_rules.numbers_of_exercises(notebook(GRADED))]
    points = course.points(GRADED, "ada", mischief(released))
    assert points == dict.fromkeys(checks, 1.0) | {checks[0]: 0.0, checks[1]: 0.0}
    done = course.api.generate_feedback(GRADED, "ada")
    assert done["success"], done["log"]
    page = (course.root / "feedback" / "ada" / GRADED / f"{GRADED}.html").read_text(encoding="utf-8")
    assert SCRIPT not in page and "&lt;script&gt;alert(1)" in page
