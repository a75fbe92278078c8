"""The README is short, its commands are the ones that are tested, and its links lead somewhere."""

import re

import pytest
import yaml

from tests.lessons.test_notebooks import LESSONS, ROOT, notebook
from tests.tools import chromium, lesson_rules

README = (ROOT / "README.md").read_text(encoding="utf-8")
VENV = "    python3 -m venv .venv"
START = f"{VENV} && .venv/bin/pip install -e . && .venv/bin/jupyter lab notebooks/00_start_here.ipynb"
APPS = "    .venv/bin/pip install -e '.[present]' && cd notebooks && ../.venv/bin/voila"
TALK = "    .venv/bin/python -m course_lib.classroom.slides notebooks/00_start_here.ipynb"
TEST = "    .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


def lesson_map(text):
    """Lessons in the rows of the map; each names the notebook that it links to."""
    rows = re.findall(r"^\| \[(\w+)\]\(notebooks/(\w+)\.ipynb\) \|", text, re.MULTILINE)
    return [name for name, target in rows if name == target]


@pytest.mark.parametrize("command", [START, TEST, APPS, TALK])
def test_the_commands_stand_on_their_own_lines(command):
    assert command in README.splitlines()


def test_ci_runs_the_same_test_command_and_skips_no_browser_test():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"install -e '\.\[test\]' && .*pytest\"?\n$", script)
    assert "\nexport COURSE_BROWSER_TESTS=required\n" in script
    assert f"for name in {' '.join(chromium.NAMES)}; do" in script


@pytest.mark.parametrize("to_windows", [False, True])
def test_the_workflow_runs_it_on_each_system_and_python(to_windows):
    """START makes the environment of the README, TEST fills it; Windows has other separators and quotes."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["tests"]
    matrix = job["strategy"]["matrix"]
    assert [system.partition("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    command = f"{VENV.strip()} && {TEST.strip()} -ra"
    if to_windows:
        command = command.replace("python3", "python").replace(".venv/bin/", ".venv\\Scripts\\")
        command = command.replace("'", '"')
    assert command in [step.get("run") for step in job["steps"]]


@pytest.mark.parametrize("place", re.findall(r"`((?:course_lib|tests|notebooks|\.ci)/[\w/.]*)`", README))
def test_a_place_that_the_table_names_is_there(place):
    place = place.replace("NN_topic", "01_conditional_gaussians").replace("NN", "01")
    assert (ROOT / place).exists()


def test_it_has_the_map_and_a_picture_for_each_track_in_two_screens_and_its_links_resolve():
    assert lesson_map(README) == LESSONS
    assert lesson_rules.dead_links(README, ROOT) == []
    assert len(re.findall(r"!\[[^]]{20,}\]\(notebooks/images/\w+\.png\)", README)) == 2
    assert len(README.splitlines()) < 90


def test_its_face_is_found_in_lesson_00():
    found = re.search(r"noise of 160 gray levels\. .* placed to the pixel in (\d+ of 100)", README)
    assert f"faces placed exactly: {found[1]}" in lesson_rules.printed(notebook("00_start_here").cells)


def test_its_figures_are_printed_in_the_companion_of_lesson_05():
    number = r"\| ([0-9.]+\.[0-9]) "
    outputs = lesson_rules.printed(notebook("further/05_denoising_digits").cells)
    rows = re.findall(rf"{number}{number}{number}\|$", README, re.MULTILINE)
    assert len(rows) == 6
    for row in rows:
        assert re.search(r"\s+".join(map(re.escape, row)) + " dB", outputs), row


def test_a_dead_link_and_a_row_of_the_map_that_links_elsewhere_are_found():
    links = "[a](LICENSE#top), [b](https://x.org), [c](#here), ![d](cellar.png), $[x](i,j)$, [e](attic#f)"
    assert lesson_rules.dead_links(links, ROOT) == ["cellar.png", "attic"]
    rows = "| [00_a](notebooks/00_b.ipynb) | x |\n| [01_c](notebooks/01_c.ipynb) | y |"
    assert lesson_map(rows) == ["01_c"]
