"""The README's Voila command shows a lesson as an app: no code, formulas set, live widgets, no network."""

import json
import re

import nbformat
import pytest

from tests.lessons.test_export import pictures
from tests.lessons.test_notebooks import LESSONS, notebook
from tests.tools import chromium, lesson_rules

from . import lab

LESSON = "07_fast_sums"  # it has a widget and needs few seconds
ICONS = re.compile(
    r"https://cdn\.jsdelivr\.net/npm/.*\.css"
)  # Voila's templates ask for some, no lesson does
PICTURES = "() => [...document.querySelectorAll('.jupyter-widgets img')].map(e => e.src)"
SHOWN = "what => [...document.querySelectorAll(what)].filter(e => e.offsetHeight > 0).length"
CODE = ".jp-InputArea-editor, .cm-editor, .highlight, .jp-InputPrompt, .jp-OutputPrompt"
UNLOADED = "() => [...document.images].filter(e => e.complete && !e.naturalWidth).map(e => e.src)"


def widget_alone(stem):
    """The cells of a lesson that its widget needs: imports, data, widget."""
    lesson = notebook(stem)
    code = [cell for _, cell in lesson_rules.code_cells(lesson)]
    cells = [*code[:2], next(cell for cell in code if cell.source.startswith("widgets."))]
    return nbformat.v4.new_notebook(cells=cells, metadata=lesson.metadata)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the lessons, and a small one beside them; the repository stays as it is."""
    folder = lab.copy_lessons(tmp_path_factory.mktemp("voila"))
    nbformat.write(widget_alone("05_denoising_digits"), folder / "small.ipynb")
    return folder


@pytest.fixture(scope="module")
def server(folder):
    """Address of Voila, started in the folder of the lessons as the README says."""
    chromium.require_chromium()
    with lab.running(folder.parent, folder, "voila", "--Voila.port_retries=0") as server:
        yield server.url


@pytest.fixture
def page(browser):
    """A page that is cut off from the network, with a list `problems` of what it complains about."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.problems = []
    page.route(re.compile(r"^https?://(?!127\.0\.0\.1:)"), lambda route: route.abort())

    def hear(message):
        if message.type == "error" and not ICONS.fullmatch(message.location["url"]):
            page.problems.append(f"{message.text} ({message.location['url']})")

    page.on("console", hear)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    context.close()


def open_app(page, url, stem):
    """Open a lesson and wait for its widget: Voila shows each output as it comes."""
    page.goto(f"{url}/voila/render/{stem}.ipynb", wait_until="commit", timeout=120_000)
    page.wait_for_selector(".jupyter-widgets [role=slider]", timeout=240_000)
    page.wait_for_function(f"({PICTURES})().length > 0", timeout=60_000)


def step_first_slider(page):
    """Press the right arrow on the first slider, and wait until a picture of the widget is another one."""
    before = json.dumps(page.evaluate(PICTURES), separators=(",", ":"))
    page.locator(".jupyter-widgets [role=slider]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"old => JSON.stringify(({PICTURES})()) != old", arg=before, timeout=30_000)


def assert_clean(page):
    assert page.problems == []
    assert page.evaluate(SHOWN, CODE) == 0
    assert not re.search(r"Traceback|There was an error", page.inner_text("body"))
    assert page.evaluate(UNLOADED) == []


def test_the_list_shows_the_lessons_and_nothing_else(page, server):
    page.goto(server)
    listed = page.locator("ul li a, .list_item a").all_inner_texts()
    assert listed == [f"{stem}.ipynb" for stem in (*LESSONS, "small")]
    assert page.problems == []


def test_a_widget_answers_the_keyboard(page, server):
    open_app(page, server, "small")
    step_first_slider(page)
    assert_clean(page)


def test_a_whole_lesson_is_an_app(page, server):
    open_app(page, server, LESSON)
    step_first_slider(page)
    drawn = "n => document.querySelectorAll('.jp-RenderedImage img').length == n"
    page.wait_for_function(drawn, arg=len(pictures(notebook(LESSON))), timeout=120_000)
    assert_clean(page)
    source = lesson_rules.prose(notebook(LESSON))
    formulas = re.findall(r"\$\$.*?\$\$|(?<!\$)\$[^$]+\$", source, re.DOTALL)
    assert page.locator("mjx-container").count() == len(formulas)
    assert page.evaluate(SHOWN, "[data-mjx-error]") == 0
    assert "$" not in page.inner_text("body")


def test_a_broken_cell_would_show(page, server, folder):
    """The other tests would be worthless if a page with an error looked clean."""
    nb = widget_alone("05_denoising_digits")
    nb.cells.append(nbformat.v4.new_code_cell("print(1 / 0)"))
    nbformat.write(nb, folder / "broken.ipynb")
    open_app(page, server, "broken")
    page.get_by_text("There was an error").first.wait_for(timeout=30_000)
    with pytest.raises(AssertionError, match="There was an error"):
        assert_clean(page)
