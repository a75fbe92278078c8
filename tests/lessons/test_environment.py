"""environment.yml installs what pyproject.toml asks for, at versions that were tested."""

import re
import runpy
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPI_NAME = {
    "matplotlib-base": "matplotlib",
    "playwright-python": "playwright",
}  # conda-forge's name -> PyPI's, where they differ
CONDA_ONLY = {"python", "pip"}


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def project():
    return pyproject()["project"]


def requirements(table):
    """Canonical name -> version bounds, for the project and its extra "test"."""
    lines = table["dependencies"] + table["optional-dependencies"]["test"]
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def pins(env):
    """PyPI name -> exact version, for what conda installs and what pip adds to it."""
    lines = []
    for entry in env["dependencies"]:
        lines += (
            [(entry, "=")]
            if isinstance(entry, str)
            else [(line, "==") for line in entry["pip"] if line != "-e ."]
        )
    found = {}
    for line, sign in lines:
        match = re.fullmatch(rf"([a-z0-9_.-]+){sign}([0-9][0-9.]*)", line)
        if match is None:
            raise ValueError(f"{line!r} must be pinned as name{sign}version")
        name, version = match.groups()
        found[canonicalize_name(PYPI_NAME.get(name, name))] = version
    return found


def disagreements(table, env):
    """What environment.yml lacks, has too much, or pins outside pyproject's bounds."""
    wanted, pinned = requirements(table), pins(env)
    problems = [f"{name} is not in environment.yml" for name in sorted(wanted.keys() - pinned.keys())]
    problems += [
        f"{name} is not in pyproject.toml" for name in sorted(pinned.keys() - wanted.keys() - CONDA_ONLY)
    ]
    for name in sorted(wanted.keys() & pinned.keys()):
        if pinned[name] not in wanted[name]:
            problems.append(f"{name}={pinned[name]} does not satisfy {wanted[name]}")
    return problems


def test_the_two_files_agree():
    assert disagreements(project(), environment()) == []


def test_environment_has_a_name_a_channel_and_installs_the_package():
    env = environment()
    assert env["name"] == "seeing-through-noise"
    assert env["channels"] == ["conda-forge"]
    assert env["dependencies"][-1]["pip"][-1] == "-e ."


def test_the_pinned_python_satisfies_requires_python():
    requires = Requirement(f"python{project()['requires-python']}").specifier
    assert pins(environment())["python"] in requires


def test_every_package_is_installed():
    """An editable install finds a package that pyproject.toml forgets; a wheel would lack it."""
    listed = pyproject()["tool"]["setuptools"]["packages"]
    found = [path.parent.relative_to(ROOT) for path in (ROOT / "course_lib").rglob("__init__.py")]
    assert sorted(listed) == sorted(".".join(path.parts) for path in found)


def test_pyproject_has_lower_bounds_only():
    for name, specifier in requirements(project()).items():
        assert [clause.operator for clause in specifier] == [">="], name


@pytest.mark.parametrize(
    ("dependencies", "problem"),
    [
        (["python=3.11"], "numpy is not in environment.yml"),
        (["numpy=2.0", "left-pad=1.0"], "left-pad is not in pyproject.toml"),
        (["numpy=1.0"], "numpy=1.0 does not satisfy >=1.26"),
    ],
)
def test_each_disagreement_is_found(dependencies, problem):
    table = {"dependencies": ["numpy>=1.26"], "optional-dependencies": {"test": []}}
    assert disagreements(table, {"dependencies": dependencies}) == [problem]


def test_what_presents_is_tested():
    extras = project()["optional-dependencies"]
    assert set(extras["present"]) <= set(extras["test"])


@pytest.mark.parametrize(
    ("dependencies", "message"),
    [
        (["numpy>=2"], "'numpy>=2' must be pinned as name=version"),
        (["numpy=2.0", {"pip": ["pyreveal=1.0", "-e ."]}], "'pyreveal=1.0' must be pinned as name==version"),
    ],
)
def test_a_loose_pin_is_refused(dependencies, message):
    with pytest.raises(ValueError, match=message):
        pins({"dependencies": dependencies})


def test_the_cells_of_lessons_are_compared_alike_from_every_working_folder(tmp_path, monkeypatch):
    """`cd notebooks && pytest 00_start_here.ipynb`: nbval opens this file from wherever pytest was called."""
    monkeypatch.chdir(tmp_path)
    conftest = runpy.run_path(str(ROOT / "notebooks" / "conftest.py"))
    config = SimpleNamespace(option=SimpleNamespace())
    conftest["pytest_configure"](config)
    assert Path(config.option.nbval_sanitize_with).is_file()
    assert not any("sanitize" in option for option in pyproject()["tool"]["pytest"]["ini_options"]["addopts"])
