"""Controls and the board that all widgets share, without a browser."""

import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from course_lib.classroom.widgets import Board, View, _board

RED_PICTURE = np.full((3, 4, 3), (200, 0, 0), dtype=np.uint8)
GRAY_PICTURE = np.arange(6, dtype=np.uint8).reshape(2, 3)


def shown(image):
    return np.asarray(Image.open(io.BytesIO(image.value)))


def visible(board):
    return [image.layout.visibility == "visible" for image in board.pictures]


def recorded(answer=None):
    """A view that keeps its calls, and the list of them."""
    calls = []

    def view(**values):
        calls.append(values)
        return View((RED_PICTURE, GRAY_PICTURE), "read", "noted") if answer is None else answer(**values)

    return view, calls


def board_of(answer=None, pictures=2):
    """A board with two sliders a and b, 0..4, and the calls of its view."""
    view, calls = recorded(answer)
    controls = {name: _board.slider(name, range(5), 0) for name in "ab"}
    return Board("test", controls, view, [f"picture {n}" for n in range(pictures)]), calls


# Controls


@pytest.mark.parametrize("values", [range(5, 151, 5), [0.5, 1, 12.25], [-10, 0, 10], [7]])
def test_a_slider_s_labels_have_one_width_and_its_unit(values):
    control = _board.slider("noise sigma", values, values[0], "gray levels")
    labels = [label for label, _ in control.options]
    assert len({len(label) for label in labels}) == 1 and all(
        label.endswith(" gray levels") for label in labels
    )
    assert [float(label.removesuffix(" gray levels")) for label in labels] == list(values)
    assert [value for _, value in control.options] == list(values)
    assert not any(label.startswith(" ") for label in labels)  # HTML would swallow such a space


def test_a_slider_without_a_unit_ends_with_its_number():
    assert [label[-1] for label, _ in _board.slider("K", range(8, 12), 8).options] == ["8", "9", "0", "1"]


@pytest.mark.parametrize("value", [3, 5, 9])
def test_a_slider_starts_where_it_is_told(value):
    control = _board.slider("K", [3, 5, 9], value)
    assert control.value == value and control.description == "K"


@pytest.mark.parametrize("value", [4, "3", None])
def test_a_value_that_is_not_offered_is_refused(value):
    with pytest.raises(
        ValueError, match=r"patch side needs one of \[3, 5, 9\]; got .*; choose one of them"
    ) as error:
        _board.slider("patch side", [3, 5, 9], value)
    assert repr(value) in str(error.value)


def test_a_slider_takes_any_values_once():
    assert [value for _, value in _board.slider("K", (n**2 for n in range(3)), 4).options] == [0, 1, 4]


def test_a_slider_and_a_choice_answer_to_the_keyboard_and_while_they_are_dragged():
    """ipywidgets' own elements can be focused; continuous_update sends values before the mouse is let go."""
    control = _board.slider("K", range(3), 0)
    assert (
        isinstance(control, ipywidgets.SelectionSlider) and control.continuous_update and not control.disabled
    )
    assert isinstance(_board.choice("how", ["a", "b"], "a"), ipywidgets.ToggleButtons)


def test_a_choice_gives_values_or_its_labels():
    named = _board.choice("estimate", {"mean": 1, "most probable": 2}, 2)
    assert named.value == 2 and named.label == "most probable"
    named.label = "mean"
    assert named.value == 1
    assert _board.choice("start", ["flat", "random"], "random").value == "random"


# The board calls its view


def test_a_new_board_shows_its_view():
    board, calls = board_of()
    assert calls == [{"a": 0, "b": 0}]
    assert board.values() == {"a": 0, "b": 0}
    assert "read" in board.readout.value and "noted" in board.note.value
    np.testing.assert_array_equal(shown(board.pictures[0]), RED_PICTURE)
    np.testing.assert_array_equal(shown(board.pictures[1]), GRAY_PICTURE)


def test_each_change_of_a_control_calls_the_view_once_with_all_values():
    board, calls = board_of()
    board.controls["b"].value = 3
    board.controls["a"].value = 4
    board.controls["a"].value = 4  # no change
    board.controls["a"].label = board.controls["a"].options[2][0]  # label, value and index change together
    assert calls[1:] == [{"a": 0, "b": 3}, {"a": 4, "b": 3}, {"a": 2, "b": 3}]


def test_buttons_call_the_view_as_sliders_do():
    view, calls = recorded()
    board = Board("test", {"how": _board.choice("how", {"soft": False, "hard": True}, False)}, view, [])
    board.controls["how"].value = True
    assert calls == [{"how": False}, {"how": True}]


def test_a_refresh_shows_what_a_view_has_learnt_meanwhile():
    state = ["first"]
    board, calls = board_of(lambda a, b: View((), state[0]))
    state[0] = "second"
    assert "first" in board.readout.value
    board.refresh()
    assert "second" in board.readout.value and len(calls) == 2


# Sentences


def test_an_error_of_the_view_becomes_a_sentence_and_the_next_choice_recovers():
    def answer(a, b):
        if a == 1:
            raise ValueError("window needs to fit; got 9 x 9; make it smaller")
        return View((RED_PICTURE,), f"sum {a + b}")

    board, _ = board_of(answer, pictures=1)
    board.controls["a"].value = 1
    assert "window needs to fit; got 9 x 9; make it smaller" in board.note.value
    assert board.readout.value == "" and visible(board) == [False]
    board.controls["a"].value = 2
    assert board.note.value == "" and "sum 2" in board.readout.value and visible(board) == [True]


def test_a_board_may_start_with_a_choice_that_does_not_work():
    def answer(a, b):
        raise ValueError("a needs more; got 0; move it")

    board, _ = board_of(answer)
    assert "a needs more; got 0; move it" in board.note.value and visible(board) == [False, False]


def test_a_mistake_in_a_view_is_no_sentence():
    def answer(a, b):
        return View((), str(1 / (1 - a)))

    board, _ = board_of(answer)
    with pytest.raises(ZeroDivisionError):
        board.controls["a"].value = 1


@pytest.mark.parametrize("place", ["readout", "note", "error"])
def test_sentences_are_text_and_no_html(place):
    sentence = '<b>1 < 2</b> & "more"'

    def answer(a, b):
        if place == "error":
            raise ValueError(sentence)
        return View((), **{place: sentence})

    board, _ = board_of(answer)
    value = (board.readout if place == "readout" else board.note).value
    assert "&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp; " in value and "<b>" not in value


def test_a_sentence_is_announced_and_its_absence_is_empty():
    board, _ = board_of(lambda a, b: View((), "read" if a else ""))
    assert (board.readout.value, board.note.value) == ("", "")
    board.controls["a"].value = 1
    assert 'role="status"' in board.readout.value


# Pictures


def test_pictures_that_a_view_leaves_out_are_hidden_until_they_come_back():
    board, _ = board_of(lambda a, b: View((RED_PICTURE, GRAY_PICTURE)[:a]))
    assert visible(board) == [False, False]
    for count in (1, 2, 1, 2, 0):
        board.controls["a"].value = count
        assert visible(board) == [n < count for n in range(2)]


def test_a_picture_that_comes_back_is_the_new_one():
    board, _ = board_of(
        lambda a, b: View(() if a == 1 else (np.full((2, 2), a, dtype=np.uint8),)), pictures=1
    )
    for value in (1, 3):
        board.controls["a"].value = value
    np.testing.assert_array_equal(shown(board.pictures[0]), np.full((2, 2), 3))


def test_every_picture_says_what_it_shows():
    """In the page a tooltip without a description, even an empty one, is an error, and the picture is missing."""
    states = [image.get_state() for image in board_of()[0].pictures]
    assert [(state["tooltip"], state["description"]) for state in states] == [
        ("picture 0", ""),
        ("picture 1", ""),
    ]


# The board as a widget


def inside(widget):
    """The widget and all its descendants."""
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def test_a_board_contains_all_its_parts():
    button = ipywidgets.Button(description="step")
    board = Board(
        "scene", {"a": _board.slider("a", range(3), 0)}, lambda a: View(()), ["one"], extra=[button]
    )
    parts = [board.controls["a"], button, board.readout, board.note, *board.pictures]
    positions = [inside(board).index(part) for part in parts]
    assert positions == sorted(positions)  # controls, extra, sentences, pictures: in this order on the screen


def test_a_board_can_be_found_by_its_class():
    board, _ = board_of()
    assert {"course-widget", "course-test"} <= set(board._dom_classes)
    assert "course-readout" in board.readout._dom_classes and "course-note" in board.note._dom_classes


def test_nothing_is_wider_than_the_window():
    assert all(
        "100%" in part.layout.max_width
        for part in inside(board_of()[0])
        if not isinstance(part, ipywidgets.HTML)
    )


def test_two_boards_share_nothing():
    (one, calls_of_one), (other, calls_of_other) = board_of(), board_of()
    one.controls["a"].value = 2
    assert len(calls_of_one) == 2 and len(calls_of_other) == 1
    assert other.values() == {"a": 0, "b": 0}
    assert not {id(part) for part in inside(one)} & {id(part) for part in inside(other)}


def test_a_board_keeps_its_own_list_of_controls():
    controls = {"a": _board.slider("a", range(3), 0)}
    board = Board("test", controls, lambda a: View(()), [])
    controls.clear()
    assert board.values() == {"a": 0}


def test_a_view_is_a_record():
    view = View(())
    assert (view.pictures, view.readout, view.note) == ((), "", "")
    with pytest.raises(AttributeError):
        view.readout = "changed"
