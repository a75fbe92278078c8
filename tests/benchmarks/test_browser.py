"""The benchmark in the browser measures what it says: stages in order, a picture for every step."""

import pytest

from tests.tools import chromium

from . import browser


@pytest.fixture(scope="module")
def race():
    chromium.require_chromium()
    with browser.race(rest=0) as race:
        yield race


def test_a_step_is_measured_until_the_picture_is_painted(race):
    taken = race.steps(2)
    assert list(taken) == ["widget", "interact, lesson's figure", "interact, imshow"]
    for steps in taken.values():
        assert len(steps) == 2
        for step in steps:
            assert 0 == step["key"] < step["busy"] < step["changed"] <= step["decoded"] < step["painted"]


def test_pictures_of_a_drag_are_counted(race):
    assert 0 < race.drag("widget") < 60


def test_memory_is_read_before_and_after(race):
    before, after = race.growth(changes=2, pauses=1)
    assert before.keys() == after.keys() == {"kernel", "page's objects", "renderer"}
    assert min(before.values()) > 10


def test_summary_of_times():
    assert browser.summary([1.0] * 99 + [3.0]) == {"median": 1.0, "95th percentile": 1.0, "largest": 3.0}
