"""The README is short, its commands are the ones that are tested, and its links lead somewhere."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from tests.lessons.test_notebooks import LESSONS
from tests.tools import chromium
from tests.tools.lesson_rules import printed

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VENV = "    python3 -m venv .venv"
START = f"{VENV} && .venv/bin/pip install -e . && .venv/bin/jupyter lab notebooks/00_start_here.ipynb"
APPS = "    .venv/bin/pip install -e '.[present]' && cd notebooks && ../.venv/bin/voila"
TALK = "    .venv/bin/python -m course_lib.classroom.slides notebooks/05_denoising_digits.ipynb"
TEST = "    .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


def local_links(text):
    """Targets of links and pictures inside the repository, without their anchors."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target.split("#")[0] for target in targets if not re.match(r"\w+:|#", target)]


def dead_links(text):
    return [target for target in local_links(text) if not (ROOT / target).exists()]


def lesson_map(text):
    """Lessons in the rows of the map; each names the notebook that it links to."""
    rows = re.findall(r"^\| \[(\w+)\]\(notebooks/(\w+)\.ipynb\) \|", text, re.MULTILINE)
    return [name for name, target in rows if name == target]


def rows_of_dB(text):
    """The rows of three numbers with one decimal in a table."""
    return re.findall(r"\| ([0-9.]+\.[0-9]) \| ([0-9.]+\.[0-9]) \| ([0-9.]+\.[0-9]) \|$", text, re.MULTILINE)


@pytest.mark.parametrize("command", [START, TEST, APPS, TALK])
def test_the_commands_stand_on_their_own_lines(command):
    assert command in README.splitlines()


def test_ci_runs_the_same_test_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"install -e '\.\[test\]' && .*pytest\"?\n$", script)


@pytest.mark.parametrize("to_windows", [False, True])
def test_the_workflow_runs_it_on_each_system_and_python(to_windows):
    """START makes the environment of the README, TEST fills it; Windows has other separators and quotes."""
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))["jobs"][
        "tests"
    ]
    assert [system.partition("-")[0] for system in job["strategy"]["matrix"]["os"]] == [
        "ubuntu",
        "macos",
        "windows",
    ]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    command = f"{VENV.strip()} && {TEST.strip()} -ra"
    if to_windows:
        command = (
            command.replace("python3", "python").replace(".venv/bin/", ".venv\\Scripts\\").replace("'", '"')
        )
    assert command in [step.get("run") for step in job["steps"]]


@pytest.mark.parametrize("place", re.findall(r"`((?:course_lib|tests|notebooks|\.ci)/[\w/.]*)`", README))
def test_a_place_that_the_table_names_is_there(place):
    place = place.replace("NN_topic", "01_conditional_gaussians").replace("NN", "01")
    assert (ROOT / place).exists()


def test_ci_skips_no_browser_test():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "\nexport COURSE_BROWSER_TESTS=required\n" in script
    assert f"for name in {' '.join(chromium.NAMES)}; do" in script


def test_the_map_lists_every_lesson():
    assert lesson_map(README) == LESSONS


def test_links_resolve():
    assert dead_links(README) == []


def test_it_has_a_picture_for_each_track():
    assert len(re.findall(r"!\[[^]]{20,}\]\(notebooks/images/\w+\.png\)", README)) == 2


def test_it_stays_under_two_screens():
    assert len(README.splitlines()) < 90


def outputs_of(stem):
    """All that a stored lesson prints."""
    lesson = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
    return "\n".join(text for cell in lesson.cells if cell.cell_type == "code" for text in printed(cell))


def test_its_face_is_found_in_lesson_00():
    found = re.search(r"noise of 160 gray levels\. .* placed to the pixel in (\d+ of 100)", README)
    assert f"faces placed exactly: {found[1]}" in outputs_of("00_start_here")


def test_its_figures_are_printed_in_lesson_05():
    outputs = outputs_of("05_denoising_digits")
    rows = rows_of_dB(README)
    assert len(rows) == 6
    for row in rows:
        assert re.search(r"\s+".join(map(re.escape, row)) + " dB", outputs), row


def test_a_dead_link_is_found():
    assert dead_links("[a](LICENSE#top), [b](https://example.org), [c](#here), ![d](cellar.png)") == [
        "cellar.png"
    ]


def test_a_row_that_links_elsewhere_is_not_in_the_map():
    assert lesson_map("| [00_a](notebooks/00_b.ipynb) | x |\n| [01_c](notebooks/01_c.ipynb) | y |") == [
        "01_c"
    ]
