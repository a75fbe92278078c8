"""A number such as (G6) of MATH.md names one formula in a lesson, in a docstring and in a test."""

import ast
import importlib
import io
import re
import tokenize
from pathlib import Path

import jupytext
import pytest

from tests.tools import lesson_rules

ROOT = Path(__file__).parents[2]
FORMULAS = {f"{letter}{n}" for letter, last in zip("GMPS", (8, 7, 3, 16)) for n in range(1, last + 1)}


def numbers(text):
    """The formulas that a text names, written (G6), or \\tag{G6} inside an equation."""
    found = re.findall(r"\(([GMPS]\d+)\)|\\tag\{([GMPS]\d+)\}", text)
    return {plain or tag for plain, tag in found}


def docstrings(source):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    return "\n".join(ast.get_docstring(node) or "" for node in found)


def comments(source):
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return "\n".join(token.string for token in tokens if token.type == tokenize.COMMENT)


def in_lessons():
    scripts = sorted((ROOT / "notebooks" / "scripts").rglob("*.py"))
    return "\n".join(lesson_rules.prose(jupytext.read(path)) for path in scripts)


def in_library():
    paths = sorted((ROOT / "course_lib").rglob("*.py"))
    return "\n".join(docstrings(path.read_text(encoding="utf-8")) for path in paths)


def in_tests():
    paths = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if path != Path(__file__)]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    return "\n".join(docstrings(source) + "\n" + comments(source) for source in sources)


@pytest.mark.parametrize("place", [in_lessons, in_library, in_tests])
def test_every_formula_is_named_there_and_no_number_is_invented(place):
    assert numbers(place()) == FORMULAS


def rows_of(page):
    """number, formula, lesson, module and function of every row of the printed page"""
    return re.findall(r"^\| \((\w+)\) \| (.+) \| (\d\d) \| `(\w+)\.(\w+)` \|$", page, re.M)


def test_the_page_of_formulas_has_each_once_with_its_lesson_and_its_door():
    page = (ROOT / "notebooks" / "FORMULAS.md").read_text(encoding="utf-8")
    rows = rows_of(page)
    assert sorted(row[0] for row in rows) == sorted(FORMULAS) and len(rows) == page.count("\n| (")
    for number, formula, lesson, module, door in rows:
        (script,) = (ROOT / "notebooks" / "scripts").glob(f"{lesson}_*.py")
        assert number in numbers(lesson_rules.prose(jupytext.read(script))), (number, lesson)
        found = getattr(importlib.import_module(f"course_lib.{module}"), door)
        assert f"({number})" in found.__doc__ and "$" in formula, (number, door)


def test_numbers_are_read_from_text_and_equations():
    text = r"By (G6) and (M2), $$x \tag{P3}$$; (S4), G8 and (D1) are not."
    assert sorted(numbers(text)) == ["G6", "M2", "P3", "S4"]


def test_only_docstrings_and_comments_count():
    source = '"""Module (G1)."""\nx = "(G2)"\n\ndef f():\n    """Function (G3)."""\n    # step (G4)\n'
    assert numbers(docstrings(source)) == {"G1", "G3"}
    assert numbers(comments(source)) == {"G4"}
