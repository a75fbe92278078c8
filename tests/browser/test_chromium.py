"""Where no Chromium is, browser tests say so: skipped on a reader's machine, failed where required."""

import pytest

from tests.tools import chromium


@pytest.fixture
def empty_path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder, name):
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_first_name_wins(empty_path):
    assert chromium.executable() is None
    chrome = install(empty_path, "google-chrome")
    assert chromium.executable() == chrome
    assert chromium.require_chromium() == chrome
    assert install(empty_path, "chromium") == chromium.executable()


@pytest.mark.parametrize(("wanted", "outcome"), [("", pytest.skip), ("required", pytest.fail)])
def test_without_chromium_a_test_says_why_it_cannot_run(wanted, outcome, empty_path, monkeypatch):
    monkeypatch.setenv("COURSE_BROWSER_TESTS", wanted)
    with pytest.raises(BaseException, match="^Chromium is not installed; put one of chromium, ") as raised:
        chromium.require_chromium()
    assert raised.type is outcome.Exception  # a wrong skip would only skip this test
