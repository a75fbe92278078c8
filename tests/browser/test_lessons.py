"""Every lesson with a widget in a real JupyterLab: all is moved; nothing breaks, is cut or stands still."""

import re
import time

import pytest
from nbformat import v4

from tests.lessons.test_notebooks import notebook as stored
from tests.tools import lesson_rules

from . import lab
from .board import Board
from .oracles import ORACLES

CALL = re.compile(r"\bwidgets\.(\w+)_widget\(")
SCRIPTS = sorted((lab.ROOT / "notebooks" / "scripts").glob("*.py"))
CALLS = {script.stem: len(CALL.findall(script.read_text(encoding="utf-8"))) for script in SCRIPTS}
LESSONS = [name for name, calls in CALLS.items() if calls]
WHOLE = "01_conditional_gaussians"


def widget_cells(stem):
    """Sources of the cells with widgets and of those that they need."""
    nb = stored(stem)
    wanted = [i for i, cell in lesson_rules.code_cells(nb) if CALL.search(cell.source)]
    return [nb.cells[i].source for i in lesson_rules.needed(nb, wanted)]


def test_only_what_a_widget_needs_is_run():
    sources = [
        "import a",
        "x = a.b",
        "y = 2",
        "def f():\n    return x",
        "x + y",
        "z = widgets.f_widget(f)",
        "x",
    ]
    nb = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    assert lesson_rules.needed(nb, [5]) == [0, 1, 3, 5]
    assert (
        1
        < len(widget_cells("09_finding_the_face"))
        < len(lesson_rules.code_cells(stored("09_finding_the_face")))
    )


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, browser, server):
    """A lesson, run once for all tests of it: WHOLE with all its cells, others as far as widgets need it."""
    begin, path = len(server.log.read_text(encoding="utf-8")), f"notebooks/{request.param}.ipynb"
    if request.param != WHOLE:
        path = lab.write(server, f"{request.param}.ipynb", widget_cells(request.param))
    notebook = lab.Notebook(browser, server, path)
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


def answer(board, before, seconds=5):
    """The board's state once it differs from `before`, or after some seconds: a busy machine is late."""
    end = time.monotonic() + seconds
    while (state := board.state()) == before and time.monotonic() < end:
        pass
    return state


def test_every_slider_goes_to_both_ends_and_the_pictures_follow(boards):
    for board in boards:
        for slider in board.sliders:
            what, begin = f"{board.name}, {slider.name}", slider.place
            shown, said = [board.state()], []
            for key in ("End", "Home", "ArrowRight", "ArrowLeft"):
                slider.press(key)
                shown.append(answer(board, shown[-1]))
                said.append(slider.readout)
                assert board.defects() == [], f"{what}: {said[-1]}"
            assert said[0] != said[1] == said[3] != said[2], what
            del shown[0]
            assert shown[1] == shown[3], what
            assert shown[0].pictures != shown[1].pictures or shown[0].note or shown[1].note, what
            if slider.place != begin:
                slider.go(begin)
                answer(board, shown[-1])


def test_every_choice_takes_every_value_and_shows_it(boards):
    for board in boards:
        for moves in board.choices:
            shown = []
            for move, do in [*moves, moves[0]]:
                do()
                shown.append(board.state())
                assert board.defects() == [], f"{board.name}: {move}"
            same = [a == b for a, b in zip(shown, shown[1:])]
            assert not any(same), f"{board.name}: {[move for move, _ in moves]}, {same}"


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


def assert_numbers(board):
    """The numbers in the readout are those of the library, to half of their last digit."""
    shown, values = board.state(), board.values()
    for pattern, wanted in (ORACLES[board.name](values, shown.readout) if shown.readout else {}).items():
        text = re.search(pattern, shown.readout)[1].replace(",", "")
        half = 0.5001 * 10 ** -len(text.partition(".")[2])
        assert abs(float(text) - wanted) <= half, f"{values}: {shown.readout}"


def test_the_numbers_are_those_of_the_library(boards):
    for board in boards:
        assert_numbers(board)
        for slider in board.sliders:
            slider.press("ArrowRight", 2)
            assert_numbers(board)
        for moves in board.choices:
            for _, do in [*moves, moves[0]]:
                do()
                assert_numbers(board)


def test_buttons_and_players_move_on(boards):
    for board in boards:
        for button in board.buttons:
            for slider in board.sliders:
                slider.press("Home")
            before = board.state()
            button.click()
            assert board.state() != before, button.inner_text()
        for play in board.players:
            slider = next(slider for slider in board.sliders if slider.name == "iteration")
            slider.press("Home")
            before = board.state()
            play.click()
            moved = "handle => handle.getAttribute('aria-valuenow') >= 2"
            board.page.wait_for_function(moved, arg=slider.handle.element_handle())
            play.click()
            assert board.state() != before


def test_copies_live_side_by_side(lesson, boards):
    for index in range(len(boards)):
        board = Board(lesson, index)
        board.root.evaluate("root => course.copy(root)")
        assert lesson.page.evaluate("course.errors()") == []  # its cell runs again after the lesson
        pair = board, Board(lesson, index + 1)
        for moved, other in (pair, pair[::-1]):
            before, still = moved.state(), other.state()
            moved.sliders[0].press("End" if moved.sliders[0].place == 0 else "Home")
            assert moved.state() != before
            assert other.state() == still
        lesson.page.evaluate("window.jupyterapp.commands.execute('notebook:delete-cell')")
