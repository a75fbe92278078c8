"""A talk is one file: everything that its page asks for is in it."""

import base64
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from course_lib.classroom import slides
from tests.tools import chromium, talk

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


def cell(source, slide_type):
    return v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": slide_type}})


def code(source, **more):
    return v4.new_code_cell(source, metadata={"slideshow": {"slide_type": "-"}}, **more)


@pytest.fixture
def write_notebook(tmp_path):
    def write(*cells):
        path = tmp_path / "00_a.ipynb"
        nbformat.write(v4.new_notebook(cells=list(cells)), path)
        return path

    return write


@pytest.fixture
def small(write_notebook, tmp_path):
    (tmp_path / "pixel.png").write_bytes(base64.b64decode(PIXEL))
    title = cell("# A lesson\n\nBy $a^2$, see ![one pixel](pixel.png) and $$a < b. \\tag{1}$$", "slide")
    unseen = cell("Say hello.", "notes"), cell("Not in the talk.", "skip")
    return write_notebook(title, *unseen, cell("## The end", "slide"))


def test_the_page_asks_for_no_file(small):
    html = slides.talk(small)
    without_code = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    assert re.findall(r'<link\b[^>]*>|\bsrc="(?!data:)[^"]*"', without_code) == []
    assert "@import" not in html
    assert 'src="data:image/png;base64,' in without_code


def test_a_script_cannot_end_its_element(small, tmp_path, monkeypatch):
    (tmp_path / "notes.js").write_text("x = '<script></script>'")
    monkeypatch.setitem(slides.ASSETS, "notes.js", ("pyreveal", str(tmp_path / "notes.js")))
    assert "<script>x = '<script><\\/script>'</script>" in slides.talk(small)


def test_only_what_is_to_be_shown_is_there(small):
    html = slides.talk(small)
    assert html.count("<section") == 4  # each slide is a section in a section
    assert "Say hello." in re.search(r'<aside class="notes">.*?</aside>', html, re.DOTALL)[0]
    assert "Not in the talk." not in html


def test_a_figure_keeps_its_alternative_text(write_notebook):
    described = {"image/png": {"alt": 'One "dot" & no more.'}}
    picture = v4.new_output("display_data", data={"image/png": PIXEL}, metadata=described)
    figure = code("plt.show()", outputs=[picture])
    html = slides.talk(write_notebook(cell("# A lesson", "slide"), figure))
    assert """<img alt='One "dot" &amp; no more.'""" in html  # quoted anew when the picture is embedded


def test_write_makes_the_folder_and_names_the_file_like_nbconvert(small, tmp_path, capsys):
    target = tmp_path / "talks" / "today" / "00_a.slides.html"
    assert slides.main([str(small), "--to", str(target.parent)]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    assert target.read_text(encoding="utf-8") == slides.talk(small)


NO_NOTEBOOK = "^notebook needs the path of an .ipynb file; got .*; try notebooks/05_denoising_digits.ipynb$"
DAMAGED = r"^\S+\.ipynb needs to be a valid notebook; got \w+; open it in JupyterLab, or restore it with .*$"
NO_SLIDE = r"^\S+\.ipynb needs cells that begin a slide; got none of {}; mark some as slides in .*$"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, NO_NOTEBOOK), ("<<<<<<< HEAD\n{}\n=======\n", DAMAGED),
        ("", DAMAGED), ("{}", DAMAGED), ("[]", DAMAGED), ("null", DAMAGED),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"metadata": {}}]}', DAMAGED),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', NO_SLIDE.format(0)),
        (nbformat.writes(v4.new_notebook(cells=[v4.new_code_cell("1")])), NO_SLIDE.format(1)),
    ],
)  # fmt: skip
def test_what_is_no_talk_is_refused_in_one_line(content, message, small, tmp_path, capsys):
    """And the others are written."""
    bad = tmp_path / "bad.ipynb"
    if content is not None:
        bad.write_text(content)
    assert slides.main([str(bad), str(small), "--to", str(tmp_path / "talks")]) == 1
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'talks' / '00_a.slides.html'}\n"
    (line,) = err.splitlines()
    assert re.search(message, line.removeprefix("python -m course_lib.classroom.slides: error: "))


@pytest.mark.parametrize("folder", ["00_a.ipynb", "00_a.ipynb/below"])  # a file, and a folder in a file
def test_a_folder_that_cannot_be_is_refused(folder, small, tmp_path):
    message = "^folder needs to let us write; got .*00_a.ipynb.*: .*; choose another with --to$"
    with pytest.raises(OSError, match=message):
        slides.write(small, tmp_path / folder)


RUNS = [(["-OO"], "utf-8", "доклад"), ([], "cp1252", r"\u0434\u043e\u043a\u043b\u0430\u0434")]


@pytest.mark.parametrize(("options", "encoding", "shown"), RUNS)
def test_it_runs_without_docstrings_or_the_letters_of_a_folder(options, encoding, shown, small, tmp_path):
    command = [sys.executable, *options, "-m", "course_lib.classroom.slides", str(small), "--to", "доклад"]
    own = {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(slides.__file__).parents[2])}
    environment = {**os.environ, **own}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.decode(encoding).strip() == str(Path(shown) / "00_a.slides.html")
    assert (tmp_path / "доклад" / "00_a.slides.html").is_file()


def test_a_missing_extra_names_the_command(small, monkeypatch):
    def distribution(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(slides.metadata, "distribution", distribution)
    message = r"slides needs the package pyreveal; got none; install it with: pip install -e '\.\[present\]'"
    with pytest.raises(ModuleNotFoundError, match=message):
        slides.talk(small)


def test_chromium_shows_it_offline(small):
    chromium.require_chromium()
    found, problems = talk.measure(small)
    assert problems == []
    shown = [(slide.heading, slide.cells, slide.formulas, slide.complaints) for slide in found]
    assert shown == [("A lesson", 1, 2, []), ("The end", 1, 0, [])]


FONTS = """() => [...document.querySelectorAll('.slides h1, .slides p, .slides pre, .slides pre span')].map(
  e => getComputedStyle(e).fontFamily.split(',')[0].replaceAll('"', ''))"""
UNSEEN = "() => [...document.querySelectorAll('mjx-assistive-mml')].map(e => e.offsetWidth)"


def test_its_layout_depends_on_no_font_of_the_machine(write_notebook, tmp_path):
    """Text and code bring their fonts; what only a screen reader sees takes no room."""
    notebook = write_notebook(cell("# A lesson\n\nBy $a^2 + b^2 + c^2$.", "slide"), code("x = 1"))
    with chromium.browser(chromium.require_chromium()) as browser:
        page = talk.opened(browser.new_page(), notebook, tmp_path)
        assert set(page.evaluate(FONTS)) == {"Source Sans Pro", "Talk Mono"}
        assert page.evaluate(UNSEEN) == [1]


def test_s_opens_the_speaker_notes(small, tmp_path):
    with chromium.browser(chromium.require_chromium()) as browser:
        page = talk.opened(browser.new_page(), small, tmp_path)
        with page.expect_popup() as popup:
            page.keyboard.press("s")
        popup.value.get_by_text("Say hello.").first.wait_for()


def test_the_measuring_finds_what_is_wrong(write_notebook):
    chromium.require_chromium()
    tall = cell("## Tall\n\n" + "One more line.\n\n" * 20, "slide")
    wide = code(100 * "x")
    wrong = cell("## Wrong\n\n$$\\frac{1}$$ $$" + 60 * "a+b+" + "c$$", "slide")
    remote = cell('## Remote\n\n<img src="https://example.org/a.png">', "slide")
    bad = cell("# Bad", "slide"), tall, cell("## Wide", "slide"), wide, wrong, remote
    found, problems = talk.measure(write_notebook(*bad))
    complaints = [" ".join(slide.complaints) for slide in found]
    assert complaints[0] == complaints[4] == ""
    assert re.fullmatch(r"\d+ pixels high, at most 700", complaints[1])
    assert re.fullmatch(r"\d+ pixels wide, at most 960", complaints[2])
    small = r"a figure or formula at 0\.\d\d of its size, at least 0\.65"
    assert re.search(rf"{small} MathJax: Missing argument for \\frac", complaints[3])
    assert "asks for https://example.org/a.png" in problems
