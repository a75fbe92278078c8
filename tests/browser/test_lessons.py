"""Every lesson with a widget in a real JupyterLab: all is moved, and nothing breaks, is cut or stands still."""

import re

import pytest

from . import lab
from .board import Board

CALL = re.compile(r"\bwidgets\.(\w+)_widget\(")
SCRIPTS = sorted((lab.ROOT / "notebooks" / "scripts").glob("*.py"))
CALLS = {script.stem: len(CALL.findall(script.read_text(encoding="utf-8"))) for script in SCRIPTS}
LESSONS = [name for name, calls in CALLS.items() if calls]


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, browser, server):
    """A lesson, all cells run; once for all tests of it, since a run takes up to a minute."""
    begin = len(server.log.read_text(encoding="utf-8"))
    notebook = lab.Notebook(browser, server, f"notebooks/{request.param}.ipynb")
    notebook.run()
    notebook.name, notebook.begin = request.param, begin
    yield notebook
    notebook.close()


@pytest.fixture
def boards(lesson):
    """The widgets of the lesson. Whatever the test did with them must have left no complaint."""
    lesson.resize(lab.WIDE)
    yield [Board(lesson, index) for index in range(CALLS[lesson.name])]
    lesson.settle()
    assert lesson.complaints == []
    assert lesson.page.evaluate("course.heard") == []
    assert lesson.server.complaints(lesson.begin) == []


def test_the_lesson_runs_and_shows_its_widgets(lesson, boards):
    assert lesson.page.evaluate("course.errors()") == []
    assert lesson.page.evaluate("course.boards().length") == CALLS[lesson.name]
    assert all(board.state().pictures for board in boards)


def test_every_slider_goes_to_both_ends_and_the_pictures_follow(boards):
    for board in boards:
        for slider in board.sliders:
            what, begin = f"{board.name}, {slider.name}", slider.place
            shown, said = [], []
            for key in ("End", "Home", "ArrowRight", "ArrowLeft"):
                slider.press(key)
                shown.append(board.state())
                said.append(slider.readout)
                assert board.defects() == [], f"{what}: {said[-1]}"
            assert said[0] != said[1] == said[3] != said[2], what
            assert shown[1] == shown[3], what
            assert shown[0].pictures != shown[1].pictures or shown[0].note or shown[1].note, what
            slider.go(begin)


def test_every_choice_takes_every_value_and_shows_it(boards):
    for board in boards:
        for moves in board.choices:
            shown = []
            for move, do in [*moves, moves[0]]:
                do()
                shown.append(board.state())
                assert board.defects() == [], f"{board.name}: {move}"
            assert all(a != b for a, b in zip(shown, shown[1:])), f"{board.name}: {[move for move, _ in moves]}"


@pytest.mark.parametrize("width", [lab.WIDE, lab.NARROW])
def test_nothing_is_cut_or_sticks_out(lesson, boards, width):
    lesson.resize(width)
    for board in boards:
        board.root.scroll_into_view_if_needed()
        assert board.defects() == [], board.name


def test_the_tab_key_reaches_every_slider(lesson, boards):
    for board in boards:
        handles = board.root.locator(".noUi-handle")
        handles.first.focus()
        reached = set()
        for _ in range(60):
            reached.add(lesson.page.evaluate("course.focused()"))
            lesson.page.keyboard.press("Tab")
        assert reached >= set(range(handles.count())), board.name
