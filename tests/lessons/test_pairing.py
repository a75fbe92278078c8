"""JupyterLab writes a lesson and its script from whatever folder it was started in, and nothing else."""

import os
import shutil

import jupytext
import nbformat
import pytest
from nbformat import v4

from tests.lessons.test_notebooks import LESSONS, NOTEBOOKS, notebook

LESSON = "04_patches_and_prior"
OWN = ["own.ipynb", f"{LESSON}-Copy1.ipynb", "mine/digits.ipynb", f"student/{LESSON}.ipynb"]


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


def saved(contents, path):
    """Open a notebook, add a cell and save it, as JupyterLab does."""
    model = contents.get(path)
    model["content"]["cells"].append(v4.new_markdown_cell("Added in JupyterLab."))
    contents.save(model, path)


@pytest.mark.parametrize("stem", LESSONS)
def test_each_lesson_names_its_own_script_and_no_other(stem):
    paired = f"{stem[2:]}.ipynb,scripts//{stem[2:]}.py:percent"
    assert notebook(stem).metadata.jupytext.formats == paired
    assert jupytext.read(NOTEBOOKS / "scripts" / f"{stem}.py").metadata.jupytext.formats == paired


@pytest.mark.parametrize("root", [".", "..", "../.."])
@pytest.mark.parametrize("working_folder", ["/", "."])
def test_only_lessons_are_paired_from_every_root(course, root, working_folder, monkeypatch):
    monkeypatch.chdir(course / working_folder)
    root = (course / root).resolve()
    contents = jupytext.TextFileContentsManager(root_dir=str(root))  # JupyterLab started in that folder
    for name in [f"{LESSON}.ipynb", *OWN]:
        saved(contents, (course / name).relative_to(root).as_posix())
    texts = {path.relative_to(course).as_posix() for path in course.rglob("*.py")}
    assert texts == {f"scripts/{LESSON}.py"}
    script = (course / "scripts" / f"{LESSON}.py").read_text(encoding="utf-8")
    assert script.count("# Added in JupyterLab.") == 1
    assert script.startswith((NOTEBOOKS / "scripts" / f"{LESSON}.py").read_text(encoding="utf-8"))


@pytest.fixture
def edited(course):
    """Paths of the lesson, saved by another program, and of its script; the notebook is younger by hours."""
    path, script = course / f"{LESSON}.ipynb", course / "scripts" / f"{LESSON}.py"
    lesson = nbformat.read(path, as_version=4)
    lesson.cells[0].source = "Edited elsewhere."
    nbformat.write(lesson, path)
    os.utime(script, (0, 0))
    return path, script


@pytest.mark.parametrize("root", [".", ".."])
def test_a_lesson_that_another_program_saved_opens(course, edited, root):
    """Its script rules, as in the rest of the house."""
    contents = jupytext.TextFileContentsManager(root_dir=str((course / root).resolve()))
    model = contents.get(edited[0].relative_to(contents.root_dir).as_posix())
    assert model["content"]["cells"][0]["source"] == notebook(LESSON).cells[0].source


def test_an_edit_from_elsewhere_is_carried_over_by_the_command_of_the_guide(edited):
    from jupytext.cli import jupytext as command

    assert command(["--quiet", "--sync", str(edited[0])]) == 0
    assert "# Edited elsewhere." in edited[1].read_text(encoding="utf-8")
    assert "jupytext --sync notebooks/" in (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
