"""The widget of cumulative sums: its sums against loops, its pictures against what they claim to show."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import windows
from course_lib.classroom import widgets
from course_lib.classroom.widgets import _pictures

from .boards import WHOLE

ZOOM, SMALL, RIM = 24, 20, 16  # pixels of a pixel of 6 x 9, of its four small copies; white around the large
CHOICE = {"row": 1, "column": 2, "height": 3, "width": 4}
TOP = _pictures.CAPTION + RIM  # rows above the pixels of picture and table
PLUS, MINUS = _pictures.GREEN, _pictures.ORANGE
CORNERS = [(1, 2, PLUS), (1, 6, MINUS), (4, 2, MINUS), (4, 6, PLUS)]  # of CHOICE: where T is read, its sign


def by_loops(image, row, column, height, width):
    return sum(image[r, c] for r in range(row, row + height) for c in range(column, column + width))


def middles(picture, shape):
    """The pixel in the middle of every cell of the first or second picture: (H, W, 3)."""
    part = picture[TOP : TOP + ZOOM * shape[0], RIM : RIM + ZOOM * shape[1]]
    return part[ZOOM // 2 :: ZOOM, ZOOM // 2 :: ZOOM]


def cut_small(sheet, upper, left):
    """One of the four small pictures of WHOLE, without its caption."""
    top = _pictures.CAPTION + (0 if upper else _pictures.CAPTION + 6 * SMALL + _pictures.GAP)
    start = 0 if left else 9 * SMALL + _pictures.GAP
    return sheet[top : top + 6 * SMALL, start : start + 9 * SMALL]


def count_colours(picture):
    """How many pixels have the colours of a plus and of a minus."""
    return tuple(int((picture == colour).all(axis=2).sum()) for colour in (PLUS, MINUS))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(1, 7), st.data())
def test_every_sum_is_that_of_the_loops(H, W, data):
    """(S6) against its definition: entries of the table, their combination, and the pixels one by one."""
    image = np.random.default_rng(H * W).integers(0, 256, (H, W)).astype(float)
    i, j = data.draw(st.integers(0, H - 1)), data.draw(st.integers(0, W - 1))
    h, w = data.draw(st.integers(1, H - i)), data.draw(st.integers(1, W - j))
    corners = (i + h, j + w), (i, j), (i, j + w), (i + h, j)
    one, two, three, four = (f"{by_loops(image, 0, 0, a, b):,.0f}" for a, b in corners)
    total = f"{by_loops(image, i, j, h, w):,.0f} gray levels"
    readout = widgets.windows_view(image, i, j, h, w).readout
    assert readout.startswith(f"R({i}, {j}) = {one} + {two} - {three} - {four} = {total}, from")
    assert f"Pixel by pixel: {total}, from" in readout


def test_additions_are_counted():
    counts = "1 pixel by 0 additions", "2 pixels by 1 addition", "4 pixels by 3 additions"
    for shape, count in zip(((1, 1), (1, 2), (2, 2)), counts):
        readout = widgets.windows_view(WHOLE, 0, 0, *shape).readout
        assert "from 4 entries of the table by 3 additions. " in readout
        assert f", from {count}. The table took 93 additions, once" in readout  # 5 rows of 9, then 6 of 8


def test_pixels_that_are_not_whole_get_a_decimal_and_negative_entries_brackets():
    view = widgets.windows_view(np.array([[-1.5, 2.25], [0.0, -4.0]]), 1, 1, 1, 1)
    assert view.readout.startswith("R(1, 1) = (-3.2) + (-1.5) - 0.8 - (-1.5) = -4.0 gray levels, ")


def test_a_table_at_hand_is_used():
    readout = widgets.windows_view(WHOLE, 1, 2, 3, 4, table=windows.cumulative_sums(WHOLE + 1)).readout
    assert f" = {by_loops(WHOLE + 1, 1, 2, 3, 4):,.0f} gray levels, from 4" in readout
    assert f"Pixel by pixel: {by_loops(WHOLE, 1, 2, 3, 4):,.0f} gray levels" in readout


def test_the_first_picture_frames_the_window_and_signs_its_corners():
    picture = widgets.windows_view(WHOLE, **CHOICE).pictures[0]
    free = np.ones((6, 9), dtype=bool)
    free[np.ix_((0, 4), (1, 6))] = False  # there the signs lie
    np.testing.assert_array_equal(middles(picture, (6, 9))[free, 0], WHOLE[free])
    pixels = picture[TOP : TOP + 6 * ZOOM, RIM : RIM + 9 * ZOOM]
    top, left, bottom, right = ZOOM * 1, ZOOM * 2, ZOOM * 4, ZOOM * 6
    across = pixels[[top, bottom - 1], left:right], pixels[top:bottom, [left, right - 1]]
    assert all((edge == _pictures.RED).all() for edge in across)
    for a, b, colour in CORNERS:
        y, x = ZOOM * a + (8 if a == 4 else -8), ZOOM * b + (8 if b == 6 else -8)
        badge = pixels[y - 7 : y + 8, x - 7 : x + 8]
        assert (badge[1, 1] == colour).all()
        assert not badge[7, 3:12].any()  # the bar of both
        assert badge[3:12, 7].any() == (colour == MINUS)  # the plus's second bar: no colour is needed


def test_the_table_is_bluer_the_larger_its_entries_and_white_in_row_and_column_0():
    table = windows.cumulative_sums(WHOLE)
    shown = middles(widgets.windows_view(WHOLE, **CHOICE).pictures[1], (7, 10))
    free = np.ones((7, 10), dtype=bool)
    for a, b, colour in CORNERS:
        assert (shown[a, b] == colour).all()
        free[a - 1 : a + 2, b - 1 : b + 2] = False  # the sign lies beside its cell
    assert (shown[0][free[0]] == 255).all() and (shown[:, 0][free[:, 0]] == 255).all()
    np.testing.assert_array_equal(shown[free], _pictures.show_share(table / table[-1, -1], 1)[free])
    black = widgets.windows_view(np.zeros((6, 9)), 3, 3, 1, 1).pictures[1]
    assert (middles(black, (7, 10))[6, 2:] == 255).all()


def test_four_small_pictures_shade_what_each_corner_sums():
    """Placed as the corners lie; shaded is exactly what lies above row a and left of column b."""
    sheet = widgets.windows_view(WHOLE, **CHOICE).pictures[2]
    for a, b, colour in CORNERS:
        upper, left = a == 1, b == 2
        shown = cut_small(sheet, upper, left)[SMALL // 2 :: SMALL, SMALL // 2 :: SMALL].astype(int)
        expected = np.repeat(WHOLE[..., None], 3, axis=2).astype(int)
        expected[:a, :b] = expected[:a, :b] // 2 + np.array(colour) // 2
        seen = np.ones((6, 9), dtype=bool)  # the sign covers the pixel outside the corner
        seen[a - 1 if upper else a, b - 1 if left else b] = False
        np.testing.assert_array_equal(shown[seen], expected[seen])


def test_a_corner_in_row_0_shades_nothing():
    sheet = widgets.windows_view(WHOLE, 0, 2, 3, 4).pictures[2]
    for left in (True, False):
        picture = cut_small(sheet, True, left)
        assert not {tuple(c) for c in picture[SMALL * 4 :].reshape(-1, 3)} & {PLUS, MINUS}
        np.testing.assert_array_equal(picture[SMALL * 3 + 8 :: SMALL, 8::SMALL, 0], WHOLE[3:])


@pytest.mark.parametrize("choice", [(0, 0, 1, 1), (5, 8, 1, 1), (0, 0, 6, 9), (0, 8, 6, 1), (5, 0, 1, 9)])
def test_every_corner_has_its_sign_at_the_border_too(choice):
    """121 coloured pixels of a badge are the same wherever it is: none is cut, none covers another."""
    inner = count_colours(widgets.windows_view(WHOLE, **CHOICE).pictures[0])
    assert inner[0] > 200 and inner[1] > 200
    view = widgets.windows_view(WHOLE, *choice)
    assert count_colours(view.pictures[0]) == inner
    assert count_colours(view.pictures[1]) == tuple(n + 2 * ZOOM**2 for n in inner)


@pytest.mark.parametrize("shape", [(40, 60), (60, 40), (28, 28), (1, 1), (1, 50), (300, 2)])
def test_pictures_are_narrow_and_keep_their_size(shape):
    image, (H, W) = np.full(shape, 250.0), shape
    first = [picture.shape for picture in widgets.windows_view(image, 0, 0, 1, 1).pictures]
    assert max(width for _, width, _ in first) <= 400
    for choice in ((0, 0, H, W), (H - 1, W - 1, 1, 1), (H // 2, W // 2, (H + 1) // 2, (W + 1) // 2)):
        assert [picture.shape for picture in widgets.windows_view(image, *choice).pictures] == first


def test_a_window_that_reaches_outside_gets_a_sentence_and_is_still_seen():
    view = widgets.windows_view(WHOLE, 4, 2, 3, 4)
    lines = "The window needs rows 4 to 6, and the picture ends with row 5: "
    assert view.note == f"{lines}choose row 3 or less, or height 2 or less."
    assert (view.readout, len(view.pictures)) == ("", 1)
    assert (view.pictures[0][TOP + 4 * ZOOM, RIM + 2 * ZOOM : RIM + 6 * ZOOM] == _pictures.RED).all()
    assert count_colours(view.pictures[0]) == (0, 0)
    note = widgets.windows_view(WHOLE, 5, 8, 6, 9).note
    assert "choose row 0, or height 1. The window needs columns" in note
    assert note.endswith("choose column 0, or width 1.")


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (3, 4), (6, 4), (6, 9)])
def test_the_remedies_of_the_sentence_help(height, width):
    for row, column in np.ndindex(6, 9):
        note = widgets.windows_view(WHOLE, row, column, height, width).note
        assert bool(note) == (row + height > 6 or column + width > 9)
        mended = min(row, 6 - height), column, height, min(width, 9 - column)
        assert widgets.windows_view(WHOLE, *mended).note == ""


def test_the_table_is_made_once_a_widget(monkeypatch):
    calls = []
    original = windows.cumulative_sums
    monkeypatch.setattr(windows, "cumulative_sums", lambda image: calls.append(1) or original(image))
    board = widgets.windows_widget(WHOLE, **CHOICE)
    for value in (0, 2, 3):
        board.controls["row"].value = value
    assert len(calls) == 1
