"""The house of course_lib: a module imports only from lower floors, and heavy libraries stay in their rooms.

A room is a module, or a package whose modules may import one another.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib
from course_lib import classroom
from tests.tools.lesson_rules import dotted

PACKAGE = Path(__file__).parents[2] / "course_lib"
FLOORS = {
    "checks": 0, "blas": 0, "linalg": 0, "_fourier": 0, "_weights": 0, "_progress": 0,
    "images": 1, "datasets": 1, "patches": 1, "windows": 1, "gaussian": 1, "em": 1,
    "_plan": 1, "_sklearn": 1, "_prior_files": 1,
    "mixture": 2, "scene": 2,
    "denoising": 3, "priors": 3, "report": 3,
    "estimators": 5,
    "classroom.edits": 5, "classroom.loops": 5, "classroom.models": 6, "classroom.plots": 6,
    "classroom.widgets": 7, "classroom.exercises": 7, "classroom.ledger": 7, "classroom.slides": 7,
}  # fmt: skip
ANYWHERE = {"numpy", "scipy"}
ROOMS = {
    "sklearn": {"datasets", "_sklearn", "mixture", "estimators"}, "joblib": {"scene"},
    "matplotlib": {"classroom.plots"}, "ipywidgets": {"classroom.widgets"}, "PIL": {"classroom.widgets"},
    "nbconvert": {"classroom.slides"}, "nbformat": {"classroom.slides"}, "sympy": {"classroom.ledger"},
    "platformdirs": {"priors"}, "threadpoolctl": {"blas"},
}  # fmt: skip
# imported inside a function only
LAZY = {
    ("nbconvert", "classroom.slides"),
    *(("sklearn", room) for room in ("datasets", "_sklearn", "mixture")),
}
FORBIDDEN_CALLS = {"inv", "det"}
RANDOM_OBJECTS = {"BitGenerator", "Generator", "PCG64", "SeedSequence", "default_rng"}


def modules():
    """Dotted name below course_lib -> source, for every module but the package's own __init__."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]
    names = (".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths)
    return {name: path.read_text(encoding="utf-8") for name, path in zip(names, paths)}


def imports(source, name=""):
    """(dotted name, is it in a function) of all that module `name` imports; own ones as course_lib.name."""
    found, path = [], ["course_lib", *name.split(".")]

    def visit(node, inside):
        inside = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.Import):
            found.extend((alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*(path[: -node.level] if node.level else []), *([node.module] if node.module else [])]
            found.extend((".".join([*base, alias.name]), inside) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(ast.parse(source), False)
    return found


def room_of(parts):
    """The room of a dotted name below course_lib: "plots._style" of the classroom is in "classroom.plots"."""
    return ".".join(parts[: 2 if parts[0] == "classroom" else 1])


def floor_problems(name, source):
    """Imports that go up or sideways, private rooms used by the classroom, libraries outside their rooms."""
    problems = []
    room = room_of(name.split("."))
    for target, inside in imports(source, name):
        top, *rest = target.split(".")
        if top == "course_lib":
            other = room_of(rest) if rest else ""
            if other not in FLOORS:
                problems.append(f"{name} imports {target}, which is no module of the house")
            elif other != room and FLOORS[other] >= FLOORS[room]:
                problems.append(f"{name} (floor {FLOORS[room]}) imports {other} (floor {FLOORS[other]})")
            elif room.startswith("classroom") and not other.startswith("classroom") and "._" in f".{target}":
                problems.append(f"{name} imports {target}, which is private")
        elif top not in sys.stdlib_module_names | ANYWHERE:
            if room not in ROOMS.get(top, set()):
                problems.append(f"{name} imports {top}, which is not for this module")
            elif (top, room) in LAZY and not inside:
                problems.append(f"{name} must import {top} inside the function that needs it")
    return problems


def code_problems(source):
    """Calls that hide state, trust foreign bytes or lose digits."""
    names = [name for name, _ in imports(source)]
    problems = [name for name in names if name.split(".")[0] in {"pickle", "dill", "cloudpickle", "random"}]
    problems += [name for name in names if ".linalg." in name and name.split(".")[-1] in FORBIDDEN_CALLS]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = dotted(node.value)
            if owner.split(".")[-1] == "linalg" and node.attr in FORBIDDEN_CALLS:
                problems.append(f"line {node.lineno}: {owner}.{node.attr}; factorise and solve instead")
            if owner in ("np.random", "numpy.random") and node.attr not in RANDOM_OBJECTS:
                problems.append(f"line {node.lineno}: {owner}.{node.attr} is global; take a Generator as rng")
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            if getattr(node.value, "value", None) is not False:
                problems.append(f"line {node.value.lineno}: allow_pickle must stay False")
    return problems


def test_every_public_module_is_offered_and_every_module_has_a_floor():
    assert {room_of(name.split(".")) for name in modules() if name != "classroom.__init__"} <= FLOORS.keys()
    public = {name.split(".")[0] for name in modules() if not name.startswith("_")}
    assert public == set(course_lib.__all__) == set(dir(course_lib))
    rooms = {name.split(".")[1] for name in modules() if name.startswith("classroom.")} - {"__init__"}
    assert rooms == set(classroom.__all__) == set(dir(classroom))


@pytest.mark.parametrize("name", [*modules(), "__init__"])
def test_module_keeps_to_its_floor_and_the_rules_of_code(name):
    source = (PACKAGE / name.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    assert code_problems(source) == []
    assert name == "__init__" or floor_problems(name, source) == []


IMPORT_COURSE_LIB = """
import json, sys
import numpy
before = set(sys.modules)
import course_lib
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_import_course_lib_is_light():
    """The number of modules stands for the time, which would depend on the machine."""
    command = [sys.executable, "-c", IMPORT_COURSE_LIB]
    loaded = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    heavy = {"IPython", "ipywidgets", "joblib", "matplotlib", "pandas", "scipy.stats", "skimage", "sklearn"}
    assert "course_lib" in loaded and heavy.isdisjoint(loaded)
    # scipy.linalg, special and fft bring some 320, sklearn.mixture alone would bring 800
    assert len(loaded) < 500


@pytest.mark.parametrize(("name", "source", "problem"), [
    ("em", "from course_lib import mixture", "(floor 1) imports mixture (floor 2)"),
    ("em", "from . import gaussian", "(floor 1) imports gaussian (floor 1)"),
    ("em", "from .mixture import fit", "(floor 1) imports mixture (floor 2)"),
    ("em", "import course_lib.classroom.plots", "(floor 1) imports classroom.plots (floor 6)"),
    ("em", "def f():\n    from .classroom.plots import x", "(floor 1) imports classroom.plots (floor 6)"),
    ("em", "import course_lib", "imports course_lib, which is no module of the house"),
    ("em", "from course_lib.cellar import x", "imports course_lib.cellar.x, which is no module of the house"),
    ("scene._fit", "from .. import estimators", "(floor 2) imports estimators (floor 5)"),
    ("classroom.plots.a", "from ..widgets import x", "(floor 6) imports classroom.widgets (floor 7)"),
    ("classroom.ledger.a", "from .. import slides", "(floor 7) imports classroom.slides (floor 7)"),
    ("classroom.ledger.a", "from ... import _fourier", "imports course_lib._fourier, which is private"),
    ("classroom.slides", "from ..scene._sums import x", "imports course_lib.scene._sums.x, which is private"),
    ("classroom.plots.a", "import sklearn", "imports sklearn, which is not for this module"),
    ("em", "import sklearn.mixture", "imports sklearn, which is not for this module"),
    ("estimators", "import matplotlib.pyplot", "imports matplotlib, which is not for this module"),
    ("classroom.plots", "from ipywidgets import x", "imports ipywidgets, which is not for this module"),
    ("denoising", "import skimage", "imports skimage, which is not for this module"),
    ("mixture", "import sklearn", "must import sklearn inside the function that needs it"),
])  # fmt: skip
def test_a_wrong_import_is_found(name, source, problem):
    assert floor_problems(name, source) == [f"{name} {problem}"]


@pytest.mark.parametrize(("name", "source"), [
    ("mixture", "import numpy as np\nfrom scipy import fft\nfrom course_lib import em\nfrom .em import x"),
    ("mixture", "def fit():\n    from sklearn.mixture import GaussianMixture"),
    ("estimators", "from sklearn.base import BaseEstimator"),
    ("classroom.widgets.a", "import ipywidgets\nfrom .. import plots\nfrom ... import em\nfrom ._b import B"),
    ("classroom.plots.__init__", "from ._style import frame\nfrom .pictures import images"),
    ("classroom.plots.a", "import matplotlib.pyplot as p\nfrom . import _style\nfrom ...images import psnr"),
    ("classroom.plots.a", "from course_lib.classroom.plots._style import x"),
])  # fmt: skip
def test_a_right_import_passes(name, source):
    assert floor_problems(name, source) == []


WRONG_CALLS = """np.random.seed(0)|x = np.random.randn(3)|import random|import pickle|from pickle import load
np.load(path, allow_pickle=True)|np.load(path, allow_pickle=flag)|np.linalg.inv(a)|linalg.det(a)
from numpy.linalg import inv|scipy.linalg.inv(a)"""


def test_wrong_calls_are_found_and_right_ones_pass():
    for source in WRONG_CALLS.replace("\n", "|").split("|"):
        assert len(code_problems(source)) == 1, source
    right = "np.random.default_rng(0)\nlinalg.cho_solve(f, b)\nnp.load(p, allow_pickle=False)"
    assert code_problems(right) == []
