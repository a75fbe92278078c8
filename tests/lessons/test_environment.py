"""What installs the course agrees: pyproject.toml, environment.yml, licences, source distribution, style."""

import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PYPI_NAME = {"matplotlib-base": "matplotlib", "playwright-python": "playwright"}  # conda-forge's -> PyPI's
CONDA_ONLY = {"pip"}
LINE = re.compile(r"- (?P<name>[a-z0-9_.-]+)>=(?P<lower>[\d.]+),<(?P<upper>[\d.]+)  # (?P<tested>[\d.]+)")


def wanted(project):
    """Canonical name -> bounds, of Python, the project and its extra "test"."""
    lines = project["dependencies"] + project["optional-dependencies"]["test"]
    found = {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}
    return found | {"python": Requirement(f"python{project['requires-python']}").specifier}


def offered(text):
    """PyPI name -> lower bound, upper bound and tested version of the lines of an environment.yml."""
    found = {}
    for line in re.findall(r"^ +(- .*[^:\n])$", text, re.MULTILINE):
        if line in ("- conda-forge", "- -e ."):
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{line!r} must be written as '- name>=lower,<upper  # tested'")
        name, bounds = match["name"], [Version(match[bound]) for bound in ("lower", "upper", "tested")]
        found[canonicalize_name(PYPI_NAME.get(name, name))] = bounds
    return found


def disagreements(project, text):
    """What environment.yml lacks, has too much, or asks for that pyproject.toml does not."""
    want, offer = wanted(project), offered(text)
    problems = [f"{name} is not in environment.yml" for name in sorted(want.keys() - offer.keys())]
    more = sorted(offer.keys() - want.keys() - CONDA_ONLY)
    problems += [f"{name} is not in pyproject.toml" for name in more]
    for name in sorted(want.keys() & offer.keys()):
        lower, upper, tested = offer[name]
        if f">={lower}" not in [str(clause) for clause in want[name]]:
            problems.append(f"{name}>={lower} is not pyproject's {want[name]}")
        if not lower <= tested < upper:
            problems.append(f"{name} {tested} was tested, outside >={lower},<{upper}")
    return problems


@pytest.mark.parametrize("name", sorted(offered(ENVIRONMENT)))
def test_a_range_ends_below_the_next_major_version(name):
    """Python's and ruff's minor versions break what worked."""
    _, upper, tested = offered(ENVIRONMENT)[name]
    assert upper == Version({"python": "3.15", "ruff": "0.18"}.get(name, f"{tested.major + 1}"))


def test_the_two_files_agree_and_the_environment_has_a_name_and_a_channel_and_installs_the_package():
    assert disagreements(PROJECT, ENVIRONMENT) == []
    environment = yaml.safe_load(ENVIRONMENT)
    assert environment["name"] == "seeing-through-noise"
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][-1]["pip"][-1] == "-e ."


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", "numpy is not in environment.yml"),
        ("  - numpy>=2.0,<3  # 2.4\n  - left-pad>=1,<2  # 1.1\n", "left-pad is not in pyproject.toml"),
        ("  - numpy>=1.0,<3  # 2.4\n", "numpy>=1.0 is not pyproject's >=2.0"),
        ("  - numpy>=2.0,<3  # 3.1\n", "numpy 3.1 was tested, outside >=2.0,<3"),
    ],
)  # fmt: skip
def test_each_disagreement_is_found(lines, problem):
    project = {"dependencies": ["numpy>=2.0"], "optional-dependencies": {"test": []}}
    project["requires-python"] = ">=3.11"
    assert disagreements(project, "  - python>=3.11,<3.15  # 3.11.7\n" + lines) == [problem]


@pytest.mark.parametrize("line", ["- numpy=2.0", "- numpy>=2.0  # 2.4", "- numpy>=2.0,<3"])
def test_a_line_without_range_or_tested_version_is_refused(line):
    with pytest.raises(ValueError, match=f"'{line}' must be written as '- name>=lower,<upper  # tested'"):
        offered(f"  {line}\n")


def test_pyproject_has_lower_bounds_only_and_tests_what_presents():
    """But for the formatter: another minor version lays the same code out anew."""
    bounds = {name: [clause.operator for clause in specifier] for name, specifier in wanted(PROJECT).items()}
    assert {name for name, operators in bounds.items() if operators != [">="]} == {"ruff"}
    extras = PROJECT["optional-dependencies"]
    assert set(extras["present"]) | set(extras["grade"]) <= set(extras["test"])


def test_every_package_is_installed():
    """An editable install finds a package that pyproject.toml forgets; a wheel would lack it."""
    found = [path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("course_lib/**/__init__.py")]
    packages = PYPROJECT["tool"]["setuptools"]["packages"]
    assert sorted(packages) == sorted(path.replace("/", ".") for path in found)


def test_a_source_distribution_holds_the_library_its_notices_and_no_part_of_the_tests(tmp_path):
    pytest.importorskip("setuptools", "77", reason="setuptools is older than SPDX licence expressions")
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, tmp_path)
    for folder in ("course_lib", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools import build_meta; print(build_meta.build_sdist('dist'))"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)
    (archive,) = (tmp_path / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
        metadata = tar.extractfile(f"{archive.name.removesuffix('.tar.gz')}/PKG-INFO").read().decode()
    assert not any(name.startswith("tests") for name in names)
    assert {"LICENSE", "course_lib/data/README.md", "course_lib/data/mnist10k.npz"} <= names
    assert "\nLicense-Expression: BSD-3-Clause AND CC-BY-SA-3.0 AND MIT AND CC0-1.0\n" in metadata
    assert "\nLicense-File: LICENSE\n" in metadata


def test_the_notices_of_what_others_made_are_there():
    texts = "Redistribution and use in source,licenses/by-sa/3.0/legalcode,data/priors/,Juan Cazala,CC0 1.0"
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert [notice for notice in texts.split(",") if notice not in licence] == []


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_finds_nothing(command):
    line = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    run = subprocess.run(line, cwd=ROOT, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout.decode()


def test_the_cells_of_lessons_are_compared_alike_from_every_working_folder(tmp_path, monkeypatch):
    """`cd notebooks && pytest 00_start_here.ipynb`: nbval opens this file from wherever pytest was called."""
    monkeypatch.chdir(tmp_path)
    conftest = runpy.run_path(str(ROOT / "notebooks" / "conftest.py"))
    config = SimpleNamespace(option=SimpleNamespace())
    conftest["pytest_configure"](config)
    assert Path(config.option.nbval_sanitize_with).is_file()
    assert not any("sanitize" in option for option in PYPROJECT["tool"]["pytest"]["ini_options"]["addopts"])
