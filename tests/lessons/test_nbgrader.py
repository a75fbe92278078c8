"""nbgrader releases and grades the lessons as they are: its release is the student edition, its points are those of the checks."""

import os
import sys
from pathlib import Path

import nbformat
import pytest

from tests.lessons.test_notebooks import LESSONS, NOTEBOOKS, notebook
from tests.tools import lesson_rules, student

pytest.importorskip("nbgrader", reason="nbgrader is not installed: pip install -e '.[grade]'")

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

WITH_EXERCISES = [stem for stem in LESSONS if lesson_rules.numbers_of_exercises(notebook(stem))]
GRADED = "03_posterior_gmm"


class Course:
    """A course of nbgrader in a folder of its own, each lesson an assignment."""

    def __init__(self, root):
        self.root = Path(root)
        config = Config()
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
            return {
                grade.name: grade.score for grade in book.find_submission_notebook(stem, stem, name).grades
            }


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )  # it calls `alembic`
    return Course(tmp_path)


@pytest.mark.parametrize("stem", WITH_EXERCISES)
def test_the_release_is_the_student_edition(course, stem):
    released, ours = course.release(stem), student.edition(notebook(stem))
    assert [cell.source for cell in released.cells[1:]] == [
        cell.source for cell in ours.cells[1:]
    ]  # ours says on top what it is
    assert not any(cell.get("outputs") for cell in released.cells)


def filled(released, bodies):
    """The release with these bodies in its first exercises, and the solutions of the complete lesson in the others."""
    complete = [
        cell.source for _, cell in lesson_rules.code_cells(notebook(GRADED)) if lesson_rules.is_exercise(cell)
    ]
    exercises = [cell for _, cell in lesson_rules.code_cells(released) if lesson_rules.is_exercise(cell)]
    for index, cell in enumerate(exercises):
        cell.source = (
            cell.source.replace(student.STUB[1], bodies[index]) if index < len(bodies) else complete[index]
        )
    return released


def test_right_answers_get_their_points_and_wrong_or_missing_ones_none(course):
    """One student answers the first exercise wrong, leaves the second open, and solves the others."""
    released = course.release(GRADED)
    checks = [
        f"check-{number.replace('.', '-')}" for number in lesson_rules.numbers_of_exercises(notebook(GRADED))
    ]
    points = course.points(GRADED, "ada", filled(released, ["raise ValueError('lost')", student.STUB[1]]))
    assert points == dict.fromkeys(checks, 1.0) | {checks[0]: 0.0, checks[1]: 0.0}
