"""JupyterLab writes a lesson and its script from whatever folder it was started in, and nothing else."""

import os
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbformat import v4

from tests.lessons.test_notebooks import LESSONS, NOTEBOOKS

LESSON = "04_patches_and_prior"
OWN = ["own.ipynb", f"{LESSON}-Copy1.ipynb", "mine/digits.ipynb", f"student/{LESSON}.ipynb"]


def paired(stem):
    topic = stem[2:]
    return f"{topic}.ipynb,scripts//{topic}.py:percent"


@pytest.fixture
def course(tmp_path):
    """A course of one lesson: its script, the student edition, a reader's own copies and notebook."""
    notebooks = tmp_path / "above" / "course" / "notebooks"
    for folder in ("scripts", "student", "mine"):
        (notebooks / folder).mkdir(parents=True)
    for name in (f"{LESSON}.ipynb", f"scripts/{LESSON}.py", f"student/{LESSON}.ipynb", "jupytext.toml"):
        shutil.copy(NOTEBOOKS / name, notebooks / name)
    for copy in OWN[1:3]:
        shutil.copy(NOTEBOOKS / f"{LESSON}.ipynb", notebooks / copy)
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1")]), notebooks / OWN[0])
    return notebooks


def manager(root):
    """What JupyterLab opens and saves with when it was started in that folder."""
    return jupytext.TextFileContentsManager(root_dir=str(root))


def saved(contents, path):
    """Open a notebook, add a cell and save it, as JupyterLab does."""
    model = contents.get(path)
    model["content"]["cells"].append(v4.new_markdown_cell("Added in JupyterLab."))
    contents.save(model, path)


@pytest.mark.parametrize("stem", LESSONS)
def test_each_lesson_names_its_own_script_and_no_other(stem):
    assert nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4).metadata.jupytext.formats == paired(stem)
    assert jupytext.read(NOTEBOOKS / "scripts" / f"{stem}.py").metadata.jupytext.formats == paired(stem)


@pytest.mark.parametrize("root", [".", "..", "../.."])
@pytest.mark.parametrize("working_folder", ["/", "."])
def test_only_lessons_are_paired_from_every_root(course, root, working_folder, monkeypatch):
    monkeypatch.chdir(course / working_folder)
    root = (course / root).resolve()
    contents = manager(root)
    for name in [f"{LESSON}.ipynb", *OWN]:
        saved(contents, (course / name).relative_to(root).as_posix())
    texts = {path.relative_to(course).as_posix() for path in course.rglob("*.py")}
    assert texts == {f"scripts/{LESSON}.py"}
    script = (course / "scripts" / f"{LESSON}.py").read_text(encoding="utf-8")
    assert script.count("# Added in JupyterLab.") == 1
    assert script.startswith((NOTEBOOKS / "scripts" / f"{LESSON}.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("root", [".", ".."])
def test_a_lesson_that_another_program_saved_opens(course, root):
    """Its script rules, as in the rest of the house, also where the notebook is younger by hours."""
    path = course / f"{LESSON}.ipynb"
    lesson = nbformat.read(path, as_version=4)
    first = lesson.cells[0].source
    lesson.cells[0].source = "Edited elsewhere."
    nbformat.write(lesson, path)
    os.utime(course / "scripts" / f"{LESSON}.py", (0, 0))
    root = (course / root).resolve()
    assert manager(root).get(path.relative_to(root).as_posix())["content"]["cells"][0]["source"] == first


def test_an_edit_from_elsewhere_is_carried_over_by_the_command_of_the_guide(course):
    from jupytext.cli import jupytext as command

    path, script = course / f"{LESSON}.ipynb", course / "scripts" / f"{LESSON}.py"
    lesson = nbformat.read(path, as_version=4)
    lesson.cells[0].source = "Edited elsewhere."
    nbformat.write(lesson, path)
    os.utime(script, (0, 0))
    assert command(["--quiet", "--sync", str(path)]) == 0
    assert "# Edited elsewhere." in script.read_text(encoding="utf-8")
    assert "jupytext --sync notebooks/" in (Path(NOTEBOOKS) / "README.md").read_text(encoding="utf-8")
