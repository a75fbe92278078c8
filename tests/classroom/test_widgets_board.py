"""Controls and the board that all widgets share, without a browser."""

import html
import re

import ipywidgets
import numpy as np
import pytest

from course_lib.classroom.widgets import Board, View, _board

from .boards import assert_shows, visible

RED_PICTURE = np.full((3, 4, 3), (200, 0, 0), dtype=np.uint8)
GRAY_PICTURE = np.arange(6, dtype=np.uint8).reshape(2, 3)
BOTH = View((RED_PICTURE, GRAY_PICTURE), "read", "noted")


def build(answer=lambda a, b: BOTH, pictures=2):
    """A board with two sliders a and b, 0..4, and the calls of its view."""
    calls = []

    def view(**values):
        calls.append(values)
        return answer(**values)

    controls = {name: _board.make_slider(name, range(5), 0) for name in "ab"}
    return Board("test", controls, view, [f"picture {n}" for n in range(pictures)]), calls


@pytest.mark.parametrize("values", [range(5, 151, 5), [0.5, 1, 12.25], [-10, 0, 10], [7], range(8, 12)])
def test_a_slider_s_labels_have_one_width_and_its_unit(values):
    for unit in (" gray levels", ""):
        control = _board.make_slider("noise sigma", iter(values), values[-1], unit.strip())
        labels = [label for label, _ in control.options]
        assert len({len(label) for label in labels}) == 1 and all(label.endswith(unit) for label in labels)
        assert [float(label.removesuffix(unit)) for label in labels] == list(values)
        assert [value for _, value in control.options] == list(values)
        assert not any(label.startswith(" ") for label in labels)  # HTML would swallow such a space
        assert (control.value, control.description) == (values[-1], "noise sigma")


@pytest.mark.parametrize("make", [_board.make_slider, _board.make_choice])
@pytest.mark.parametrize("value", [4, "3", None, np.ones(3), [3]])
def test_a_value_that_is_not_offered_is_refused(make, value):
    wanted = rf"patch side needs one of \[3, 5, 9\]; got {re.escape(repr(value))}; choose one of them"
    with pytest.raises(ValueError, match=wanted):
        make("patch side", [3, 5, 9], value)


def test_a_choice_gives_values_or_its_labels():
    """ipywidgets' own elements answer to the keyboard; continuous_update, while the mouse is down."""
    slider = _board.make_slider("K", range(3), 0)
    assert isinstance(slider, ipywidgets.SelectionSlider) and slider.continuous_update and not slider.disabled
    named = _board.make_choice("estimate", {"mean": 1, "most probable": 2}, 2)
    assert named.value == 2 and named.label == "most probable"
    board = Board("test", {"how": named}, lambda how: View((), f"takes {how}"), [])
    named.label = "mean"
    assert named.value == 1 and "takes 1" in board.readout.value
    assert _board.make_choice("start", ["flat", "random"], "random").value == "random"


def test_a_new_board_shows_its_view():
    board, calls = build()
    assert calls == [{"a": 0, "b": 0}] and board.values() == {"a": 0, "b": 0}
    assert_shows(board, BOTH)


def test_each_change_of_a_control_calls_the_view_once_with_all_values():
    board, calls = build()
    board.controls["b"].value = 3
    board.controls["a"].value = 4
    board.controls["a"].value = 4  # no change
    board.controls["a"].label = board.controls["a"].options[2][0]  # label, value and index change together
    assert calls[1:] == [{"a": 0, "b": 3}, {"a": 4, "b": 3}, {"a": 2, "b": 3}]


FAILURES = [
    (ValueError("window needs to fit; got 9 x 9"), "work: window needs to fit; got 9 x 9."),
    (TypeError("y needs one number; got None"), "work: y needs one number; got None."),
    (ZeroDivisionError("a < b"), "ZeroDivisionError: a < b"), (KeyError("seen"), "KeyError: 'seen'"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "sentence"), FAILURES)
@pytest.mark.parametrize("start", [0, 1])
def test_whatever_a_view_raises_becomes_a_sentence_and_the_old_picture_goes(error, sentence, start):
    def answer(a, b):
        if a == start:
            raise error
        return View((RED_PICTURE, GRAY_PICTURE)[:1], f"sum {a + b}")

    board, _ = build(answer)
    board.controls["a"].value = start
    assert html.escape(sentence) in board.note.value and "This choice does not work: " in board.note.value
    assert board.readout.value == "" and visible(board) == [False, False]
    board.controls["a"].value = 2
    assert_shows(board, View((RED_PICTURE,), "sum 2"))


@pytest.mark.parametrize("picture", [np.zeros((2, 2, 5), np.uint8), "no picture", None])
def test_a_picture_that_cannot_be_shown_leaves_no_old_one(picture):
    board, _ = build(lambda a, b: View((RED_PICTURE, picture if a else GRAY_PICTURE), "read"))
    board.controls["a"].value = 1
    assert board.readout.value == "" and visible(board) == [False, False]
    assert "This choice does not work" in board.note.value


@pytest.mark.parametrize("place", ["readout", "note"])
def test_sentences_are_text_and_no_html(place):
    board, _ = build(lambda a, b: View((), **{place: '<b>1 < 2</b> & "more"'}))
    value = getattr(board, place).value
    assert "&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp; " in value and "<b>" not in value
    assert value.startswith('<div role="status">')  # told by a screen reader when it changes


def test_pictures_that_a_view_leaves_out_are_hidden_until_they_come_back():
    one, other = (np.full((2, 2), level, dtype=np.uint8) for level in (1, 3))
    pictures = {0: (), 1: (one,), 2: (one, other), 3: (other, one), 4: (other,)}
    board, _ = build(lambda a, b: View(pictures[a]))
    for choice in (1, 2, 1, 3, 0, 4, 2):
        board.controls["a"].value = choice
        assert_shows(board, View(pictures[choice]))


def test_every_picture_says_what_it_shows():
    """In the page a tooltip without a description, even an empty one, is an error: no picture."""
    said = [(image.tooltip, image.description) for image in build()[0].pictures]
    assert said == [("picture 0", ""), ("picture 1", "")]


def inside(widget):
    """The widget and all its descendants."""
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def test_a_board_contains_all_its_parts():
    button, slider = ipywidgets.Button(description="step"), _board.make_slider("a", range(3), 0)
    board = Board("scene", {"a": slider}, lambda a: View(()), ["one"], extra=[button])
    parts = [slider, button, board.readout, board.note, *board.pictures]
    positions = [inside(board).index(part) for part in parts]
    assert positions == sorted(positions)  # controls, extra, sentences, pictures: in this order on the screen
    assert {"course-widget", "course-scene"} <= set(board._dom_classes)
    assert "course-readout" in board.readout._dom_classes and "course-note" in board.note._dom_classes
    wide = [part for part in inside(board) if not isinstance(part, (ipywidgets.HTML, ipywidgets.Button))]
    assert all("100%" in part.layout.max_width for part in wide)  # nothing is wider than the window


def test_a_board_keeps_its_own_list_of_controls_and_a_view_is_a_record():
    controls = {"a": _board.make_slider("a", range(3), 0)}
    board = Board("test", controls, lambda a: View(()), [])
    controls.clear()
    assert board.values() == {"a": 0} and board.view(a=0).readout == ""
    with pytest.raises(AttributeError):
        BOTH.readout = "changed"
