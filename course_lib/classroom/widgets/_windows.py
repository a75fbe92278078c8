"""A window over a picture, the four entries of the summed-area table that give its sum, the arithmetic."""

import functools

import numpy as np

from ... import checks, windows
from . import _board, _pictures

WIDE, TALL = 260, 200  # pixels of picture and table, at most: both fit beside each other into a window of 800
SMALL_WIDE, SMALL_TALL = 180, 120  # of each of the four small pictures
LARGEST_ZOOM = 24
RIM = 16  # white pixels around picture and table: room for the signs at their border
SIDES = (RIM, RIM), (RIM, RIM)
REACH = 8  # pixels from a corner to the middle of its sign
UP, DOWN = -1, 1
COLOURS = {"+": _pictures.GREEN, "-": _pictures.ORANGE}


def windows_view(image, row, column, height, width, *, table=None):
    """A window's sum by four corners: picture, table, the rectangle that each corner stands for.      (S6)

    R(i, j) = T(i+h, j+w) + T(i, j) - T(i, j+w) - T(i+h, j)

    image : array (H, W), gray levels;  row, column, height, width : i, j of the top-left corner, h, w, pixels
    table : array (H+1, W+1), the image's `windows.cumulative_sums` if they are at hand
    ->  View: the picture, window framed, corners signed; the table, the four entries signed; four small ones,
    placed as the corners lie, each with its rectangle shaded. The readout has the sum in gray levels both
    ways. If the window reaches outside, the note says what to change.
    """
    image = checks.real_array("image", image, ("H", "W"), hint="choose one picture of the stack")
    H, W = image.shape
    i = checks.count("row", row, minimum=0, maximum=H - 1)
    j = checks.count("column", column, minimum=0, maximum=W - 1)
    h, w = checks.window("window", (height, width), (H, W), "image")
    table = None if table is None else checks.real_array("table", table, (H + 1, W + 1))
    box, zoom = (i, j, h, w), _choose_zoom(image.shape, WIDE, TALL)
    around = RIM + zoom * i, RIM + zoom * j, zoom * h, zoom * w
    framed = _pictures.add_frame(_pictures.pad(_pictures.show_gray(image, zoom), *SIDES), around, 1)
    note = f"{_say_outside('row', 'height', i, h, H)} {_say_outside('column', 'width', j, w, W)}".strip()
    if note:
        return _board.View((_pictures.caption([("picture, window framed", framed)]),), note=note)
    table = windows.cumulative_sums(image) if table is None else table
    signed = ("picture, window framed", _sign_corners(framed, box, zoom, 0))
    entries = ("table T; row 0 and column 0 are zero", _show_table(table, box, zoom))
    large = [_pictures.caption([panel]) for panel in (signed, entries)]
    right, left, upper, lower = (_show_rectangle(image, table, box, corner) for corner in _corners(box))
    small = _pictures.stack([_pictures.caption(row) for row in ([left, upper], [lower, right])])
    return _board.View((*large, small), _say(image, table, box))


def windows_widget(image, *, row=0, column=0, height=1, width=1):
    """Choose a window by its row, column, height and width; see the four corners that are added.

    image : array (H, W), gray levels;  row, column, height, width : as in `windows_view`, first  ->  Board
    """
    image = checks.real_array("image", image, ("H", "W"), hint="choose one picture of the stack")
    H, W = image.shape
    controls = {
        "row": _board.make_slider("row i", range(H), row),
        "column": _board.make_slider("column j", range(W), column),
        "height": _board.make_slider("height h", range(1, H + 1), height, "pixels"),
        "width": _board.make_slider("width w", range(1, W + 1), width, "pixels"),
    }
    descriptions = (
        "The picture, a frame around the window, a plus at its upper left and lower right corner, a "
        "minus at the two others.",
        "The summed-area table, white where it is zero, bluer the larger its entries; the four that are read "
        "carry their signs.",
        "Four small pictures, each with the rectangle from the upper left corner of the picture to one "
        "corner of the window shaded, with its sign and the sum of its pixels.",
    )
    view = functools.partial(windows_view, image, table=windows.cumulative_sums(image))
    return _board.Board("windows", controls, view, descriptions)


def _corners(box):
    """(sign, row, column, up or down, left or right) of the table's entries, in the order of (S6)."""
    i, j, h, w = box
    plus = ("+", i + h, j + w, DOWN, DOWN), ("+", i, j, UP, UP)
    return *plus, ("-", i, j + w, UP, DOWN), ("-", i + h, j, DOWN, UP)


def _say_outside(start, length, first, count, limit):
    """What to change if `count` lines from `first` on do not end within `limit` lines, else ""."""
    if first + count <= limit:
        return ""
    last, most = limit - count, limit - first
    lines = f"The window needs {start}s {first} to {first + count - 1}"
    remedy = f"{start} {last}{' or less' if last else ''}, or {length} {most}{' or less' if most > 1 else ''}"
    return f"{lines}, and the picture ends with {start} {limit - 1}: choose {remedy}."


def _choose_zoom(shape, wide, tall):
    return min(max(min(wide // shape[1], tall // shape[0]), 1), LARGEST_ZOOM)


def _sign_corners(rimmed, box, zoom, cell):
    """A picture with a rim, a sign outside each corner of the window; cells at corners are painted."""
    for sign, a, b, down, right in _corners(box):
        y, x, half = RIM + zoom * a, RIM + zoom * b, cell // 2
        rimmed[y : y + cell, x : x + cell] = COLOURS[sign]
        middle = y + half + down * (half + REACH), x + half + right * (half + REACH)
        _pictures.add_sign(rimmed, middle, sign, COLOURS[sign])
    return rimmed


def _show_table(table, box, zoom):
    """The table, entries by colour, the zeros of row and column 0 apart, the four that are read signed."""
    H, W = table.shape
    shown = _pictures.show_share(table / (np.abs(table).max() or 1.0), zoom)
    _pictures.add_frame(shown, (1, 1, H - 1, W - 1), zoom, _pictures.BLACK)
    return _sign_corners(_pictures.pad(shown, *SIDES), box, zoom, zoom)


def _show_rectangle(image, table, box, corner):
    """(caption, picture) of the rectangle above and left of one corner."""
    sign, a, b, down, right = corner
    zoom = _choose_zoom(image.shape, SMALL_WIDE, SMALL_TALL)
    picture = _pictures.add_shade(_pictures.show_gray(image, zoom), (0, 0, a, b), zoom, COLOURS[sign])
    _pictures.add_frame(picture, box, zoom)
    _pictures.add_sign(picture, (zoom * a + down * REACH, zoom * b + right * REACH), sign, COLOURS[sign])
    text = f"{sign} T({a}, {b}) = {_say_number(table[a, b], image)}"
    return text, _pictures.pad(picture, (0, 0), (0, max(SMALL_WIDE - picture.shape[1], 0)))


def _say_number(value, image):
    """Whole if all pixels are whole numbers, else with one decimal."""
    return f"{value:z,.0f}" if np.array_equal(image, np.round(image)) else f"{value:z,.1f}"


def _say(image, table, box):
    """(S6) in numbers, and what it costs beside adding the pixels."""
    i, j, h, w = box
    values = [_say_number(table[a, b], image) for _, a, b, _, _ in _corners(box)]
    first, *others = (f"({value})" if value.startswith("-") else value for value in values)
    terms = " ".join(f"{corner[0]} {value}" for corner, value in zip(_corners(box)[1:], others))
    by_corners = _say_number(windows.corner_sums(table, (h, w))[i, j], image)
    by_pixels = _say_number(image[i : i + h, j : j + w].sum(), image)
    H, W = image.shape
    return (
        f"R({i}, {j}) = {first} {terms} = {by_corners} gray levels, "
        f"from 4 entries of the table by 3 additions. Pixel by pixel: {by_pixels} gray levels, "
        f"from {_count(h * w, 'pixel')} by {_count(h * w - 1, 'addition')}. "
        f"The table took {_count((H - 1) * W + H * (W - 1), 'addition')}, once for all windows."
    )


def _count(n, word):
    return f"{n:,} {word}{'' if n == 1 else 's'}"
