"""Every public name says what it is and what it takes, and every example in a docstring runs."""

import ast
import doctest
import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from tests.library.test_floors import FLOORS

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "course_lib").rglob("*.py"))
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in PATHS]
# Figures take titles and labels that explain themselves, helpers of the ground floor a name and a value.
LIBRARY = [path for path in PATHS if path.parent.name == "course_lib" and FLOORS.get(path.stem, 0) > 0]


def public(source):
    """(dotted name, node) of the module, and of its public classes, functions, methods and properties."""
    tree = ast.parse(source)
    found, inside = [("module", tree)], [("", tree)]
    for prefix, owner in inside:
        for node in owner.body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                found.append((prefix + node.name, node))
                if isinstance(node, ast.ClassDef):
                    inside.append((f"{prefix}{node.name}.", node))
    return found


def undocumented(source):
    return [name for name, node in public(source) if not ast.get_docstring(node)]


def unnamed(source):
    """Arguments that the docstring of their function does not name, unless it sends the reader to others."""
    return [
        f"{name}({a.arg})"
        for name, node in public(source)
        if isinstance(node, ast.FunctionDef)
        for a in node.args.args + node.args.kwonlyargs
        if a.arg not in ("self", "cls")
        and not re.search(rf"\b{a.arg}\b|\b[Aa]s in\b", ast.get_docstring(node) or "")
    ]


def lines(source):
    """How many lines are docstrings, and how many are code: neither docstring nor blank nor comment."""
    documented = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            documented.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    rest = [line for n, line in enumerate(source.splitlines(), 1) if n not in documented]
    return np.array([len(documented), sum(not line.strip().startswith("#") for line in rest if line.strip())])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_public_name_has_a_docstring_and_every_argument_is_named_there(path):
    """But not the right answers of exercises, which are the students' tasks."""
    source = path.read_text(encoding="utf-8")
    assert path.stem.startswith("_lesson") or undocumented(source) == []
    assert path not in LIBRARY or unnamed(source) == []


def test_the_mathematics_has_at_most_six_lines_of_docstring_to_ten_of_code():
    rooms = [path for path in PATHS if "classroom" not in path.parts]
    docstrings, code = sum(lines(path.read_text(encoding="utf-8")) for path in rooms)
    assert docstrings <= 0.6 * code


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    examples = doctest.testmod(importlib.import_module(name))
    assert examples.failed == 0
    with_examples = "gaussian images mixture patches estimators windows".split()
    assert examples.attempted or name.removeprefix("course_lib.") not in with_examples


def test_what_is_missing_is_found():
    source = '''class A:
    def f(self, x, *, y):
        """Of
        x."""
    def g(self, z):
        "As in f."  # both count as documented
        # but not this
        return z

    def _h(self):
        pass
'''
    assert undocumented(source) == ["module", "A"]
    assert unnamed(source) == ["A.f(y)"]
    assert lines(source).tolist() == [3, 6]
