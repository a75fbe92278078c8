"""A JupyterLab server for all browser tests of a worker, and a Chromium for each module."""

import pytest

from tests.tools import chromium

from . import lab


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    chromium.require_chromium()
    with lab.serving(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    """Not for the session: an open Playwright runs an event loop, which neither a second nor nbval likes."""
    with chromium.browser(chromium.require_chromium()) as browser:
        yield browser


@pytest.fixture(scope="module")
def notebooks(browser, server):
    """Function from a path below the served folder to the open Notebook; all are closed at the end."""
    opened = []

    def open_(path, **options):
        opened.append(lab.Notebook(browser, server, path, **options))
        return opened[-1]

    yield open_
    for notebook in opened:
        notebook.close()
