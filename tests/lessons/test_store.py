"""Storing a lesson: the pair stays equal, cells run in order, and only what a reader can see is kept."""

import os
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbformat import v4

from tests.tools import store
from tests.tools.lesson_rules import RULES, VIEW, no_widget_view, pair_differences

LESSON = """# ---
# jupyter:
#   jupytext:
#     formats: _a.ipynb,scripts//_a.py:percent
# ---

# %% [markdown]
# # A lesson

# %%
# %matplotlib inline
import ipywidgets

# %%
for i in range(3):
    print(i, flush=True)

# %% tags=["nbval-ignore-output"]
ipywidgets.IntSlider()
"""


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A course of one small lesson in a folder of its own."""
    root = Path(__file__).parents[2]
    script = tmp_path / "notebooks" / "scripts" / "00_a.py"
    script.parent.mkdir(parents=True)
    shutil.copy(root / "notebooks" / "jupytext.toml", tmp_path / "notebooks")
    script.write_text(LESSON, encoding="utf-8")
    monkeypatch.setattr(store, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(store.os, "environ", dict(store.os.environ))
    return script


def test_a_stored_lesson_keeps_the_rules_and_its_cell_ids(lesson, capsys):
    store.main(["00_a"])
    first = nbformat.read(lesson.parents[1] / "00_a.ipynb", as_version=4)
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("range(3)", "range(2)"), encoding="utf-8")
    os.utime(lesson, (0, 0))  # as after a checkout: the script rules, even if the notebook looks newer
    store.main([])
    nb = nbformat.read(lesson.parents[1] / "00_a.ipynb", as_version=4)
    assert [problem for rule in RULES for problem in rule(nb)] == []
    assert pair_differences(nb, jupytext.read(lesson)) == []
    assert [output.text for output in nb.cells[2].outputs] == ["0\n1\n"]
    assert [cell.id for cell in nb.cells] == [cell.id for cell in first.cells]
    assert "name: python3" in lesson.read_text(encoding="utf-8")
    assert capsys.readouterr().out == "00_a stored\n" * 2


def test_streams_are_joined_in_order_and_by_name_and_views_of_widgets_are_dropped():
    streams = zip("stdout stdout stderr".split(), "abc")
    outputs = [v4.new_output("stream", name=name, text=text) for name, text in streams]
    view = v4.new_output("display_data", data={VIEW: {}, "text/plain": "IntSlider()"})
    assert no_widget_view(v4.new_notebook(cells=[v4.new_code_cell("w", outputs=[view])]))
    assert [(o.name, o.text) for o in store.tidy([*outputs, view])] == [("stdout", "ab"), ("stderr", "c")]


def test_an_unknown_lesson_is_named(lesson):
    with pytest.raises(FileNotFoundError, match="12_b needs a script notebooks/scripts/12_b.py"):
        store.main(["12_b"])
