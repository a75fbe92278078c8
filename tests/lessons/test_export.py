"""A reader without a kernel: the HTML of a stored lesson has every figure, and no trace of a widget."""

import warnings
from html.parser import HTMLParser

import pytest
from nbconvert import HTMLExporter
from nbformat import v4

from tests.lessons.test_notebooks import LESSONS, notebook
from tests.tools import lesson_rules

TRACES = ["jupyter.widget-view", "jupyter.widget-state", "Error displaying widget", "model not found"]
TRACES += ["Traceback (most recent call last)"]
PIXEL = "iVBORw0KGgo="


class Page(HTMLParser):
    """The embedded PNG pictures of a page, their alternative texts, and its text and kinds of widgets."""

    def __init__(self, html):
        super().__init__()
        self.pictures, self.texts, self.shown, self._inside = [], [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._inside = tag
        attrs = dict(attrs)
        if tag == "img" and attrs.get("src", "").startswith("data:image/png;base64,"):
            self.pictures.append(attrs["src"].partition(",")[2].replace("\n", ""))
            self.texts.append(attrs.get("alt"))
        if "widget" in attrs.get("type", ""):
            self.shown.append(attrs["type"])

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside not in ("script", "style"):
            self.shown.append(data)


def pictures(nb):
    """The PNG outputs of a notebook, in base64 without line ends."""
    stored = lesson_rules.outputs(nb, "image/png")
    return [output.data["image/png"].replace("\n", "") for _, output in stored]


def missing(nb):
    """What the HTML of a notebook lacks or should not have: list of sentences."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        page = Page(HTMLExporter().from_notebook_node(nb)[0])
    text = " ".join([*page.shown, *(str(warning.message) for warning in caught)])  # what is left out warns
    found = [f"shows {trace!r}" for trace in TRACES if trace in text]
    if page.pictures != pictures(nb):
        found.append(f"needs {len(pictures(nb))} figures in their order; got {len(page.pictures)}")
    return found


@pytest.mark.parametrize("stem", LESSONS)
def test_a_stored_lesson_shows_all_figures_and_no_empty_box(stem):
    assert pictures(notebook(stem))
    assert missing(notebook(stem)) == []


def test_a_missing_figure_a_widget_and_a_traceback_are_found():
    widget = {lesson_rules.VIEW: {"model_id": "1", "version_major": 2}}
    view = v4.new_output("display_data", data=widget)
    error = v4.new_output("error", ename="A", evalue="b", traceback=["Traceback (most recent call last)"])
    figure = v4.new_output("display_data", data={"image/png": PIXEL})
    nb = v4.new_notebook(cells=[v4.new_code_cell("1", outputs=[figure, view, error])])
    assert missing(nb) == ["shows 'jupyter.widget-view'", "shows 'Traceback (most recent call last)'"]
    figure.data["text/html"] = "instead of the picture"
    assert "needs 1 figures in their order; got 0" in missing(nb)
