"""The browser of the tests: an installed Chromium, driven by Playwright.

Without one, the tests that need it are skipped with the reason; with COURSE_BROWSER_TESTS=required in the
environment, as .ci/run has it, they fail instead.
"""

import os
import shutil
from contextlib import contextmanager

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def executable() -> str | None:
    """Path of the first Chromium on the PATH, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def require_chromium() -> str:
    """Path of Chromium; without one the test is skipped, or fails if COURSE_BROWSER_TESTS=required."""
    path = executable()
    if path is None:
        reason = f"Chromium is not installed; put one of {', '.join(NAMES)} on the PATH (Debian: chromium)"
        if os.environ.get("COURSE_BROWSER_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def browser(path=None):
    """A headless Chromium of Playwright's sync interface, closed at the end."""
    from playwright.sync_api import sync_playwright  # a test without Chromium must not need Playwright either

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path or executable(), args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()
