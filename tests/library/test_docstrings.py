"""Every public name says what it is and what it takes, and every example in a docstring runs."""

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "course_lib").rglob("*.py"))
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in PATHS]
# Figures take titles and labels that explain themselves.
LIBRARY = [path for path in PATHS if path.parent.name == "course_lib" and not path.stem.startswith("_")]


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


def unnamed(source):
    """Arguments that the docstring of their function does not name, unless it sends the reader to another's."""
    problems = []
    for name, node in public(source):
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            arguments = {a.arg for a in node.args.args + node.args.kwonlyargs} - {"self", "cls"}
            problems += [
                f"{name}({a})" for a in sorted(arguments) if not re.search(rf"\b{a}\b|\b[Aa]s in\b", text)
            ]
    return problems


# the tables of exercises are named after what they hold
SAID = [path for path in PATHS if not path.stem.startswith("_lesson")]


@pytest.mark.parametrize("path", SAID, ids=lambda path: path.stem)
def test_every_public_name_has_a_docstring(path):
    assert [
        name for name, node in public(path.read_text(encoding="utf-8")) if not ast.get_docstring(node)
    ] == []


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_every_argument_is_named(path):
    assert unnamed(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", ["gaussian", "images", "mixture", "patches", "estimators"])
def test_these_modules_have_examples(name):
    assert doctest.testmod(importlib.import_module(f"course_lib.{name}")).attempted > 0


def test_what_is_missing_is_found():
    source = 'class A:\n    def f(self, x, *, y):\n        "Of x."\n    def g(self, z):\n        "As in f."\n    def _h(self): pass\n'
    assert [name for name, node in public(source) if not ast.get_docstring(node)] == ["module", "A"]
    assert unnamed(source) == ["A.f(y)"]
