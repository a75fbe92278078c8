"""A window over a picture, the four entries of the summed-area table that give its sum, the arithmetic."""

import numpy as np

from ... import checks, windows
from . import _board, _pictures

WIDE, TALL = (
    260,
    200,
)  # pixels of the picture and of the table, at most: both fit beside each other into a window of 800
SMALL_WIDE, SMALL_TALL = 180, 120  # of each of the four small pictures
LARGEST_ZOOM = 24
RIM = 16  # white pixels around picture and table: room for the signs at their border
REACH = 8  # pixels from a corner to the middle of its sign
UP, DOWN = -1, 1


def windows_view(image, row, column, height, width, *, table=None):
    """A window's sum by four corners: picture, table, the rectangle that each corner stands for.      (S6)

    R(i, j) = T(i+h, j+w) + T(i, j) - T(i, j+w) - T(i+h, j)

    Parameters
    ----------
    image : array (H, W), gray levels
    row, column : int, i and j of the window's top-left corner
    height, width : int, h and w of the window in pixels, at most H and W
    table : array (H+1, W+1), the image's `windows.cumulative_sums` if they are at hand

    Returns
    -------
    View: the picture with the window framed and its corners signed; the table with the four entries signed;
    four small pictures, placed as the corners lie, each with its rectangle shaded. The readout has the sum in
    gray levels both ways. For a window that reaches outside the note says what to change, and the picture
    alone shows where it is.

    Raises
    ------
    ValueError, TypeError
        If `image` is not one picture, the corner is outside it, or the window is larger than it.
    """
    image = checks.real_array("image", image, ("H", "W"), hint="choose one picture of the stack")
    H, W = image.shape
    i, j = (
        checks.count("row", row, minimum=0, maximum=H - 1),
        checks.count("column", column, minimum=0, maximum=W - 1),
    )
    h, w = checks.window("window", (height, width), (H, W), "image")
    box = i, j, h, w
    zoom = _zoom(image.shape, WIDE, TALL)
    framed = _pictures.frame(
        _rimmed(_pictures.gray(image, zoom)), (RIM + zoom * i, RIM + zoom * j, zoom * h, zoom * w), 1
    )
    outside = (_outside("row", "height", "rows", i, h, H), _outside("column", "width", "columns", j, w, W))
    if any(outside):
        return _board.View(
            (_captioned("picture, window framed", framed),), note=" ".join(filter(None, outside))
        )
    table = (
        windows.cumulative_sums(image) if table is None else checks.real_array("table", table, (H + 1, W + 1))
    )
    pictures = (
        _captioned("picture, window framed", _signed(framed, box, zoom, 0)),
        _captioned("table T; row 0 and column 0 are zero", _table(table, box, zoom)),
        _rectangles(image, table, box),
    )
    return _board.View(pictures, _sentence(image, table, box))


def windows_widget(image, *, row=0, column=0, height=1, width=1):
    """Choose a window by its row, column, height and width; see the four corners that are added.

    image : array (H, W), gray levels;  row, column, height, width : the first window, as in `windows_view`
    ->  Board, to be displayed
    """
    image = checks.real_array("image", image, ("H", "W"), hint="choose one picture of the stack")
    H, W = image.shape
    table = windows.cumulative_sums(image)
    controls = {
        "row": _board.slider("row i", range(H), row),
        "column": _board.slider("column j", range(W), column),
        "height": _board.slider("height h", range(1, H + 1), height, "pixels"),
        "width": _board.slider("width w", range(1, W + 1), width, "pixels"),
    }
    descriptions = (
        "The picture, a frame around the window, a plus at its upper left and lower right corner, a minus at the two others.",
        "The summed-area table, white where it is zero, bluer the larger its entries; the four that are read carry their signs.",
        "Four small pictures, each with the rectangle from the upper left corner of the picture to one corner of the window "
        "shaded, with its sign and the sum of its pixels.",
    )

    def view(**values):
        return windows_view(image, **values, table=table)

    return _board.Board("windows", controls, view, descriptions)


def _corners(box):
    """(sign, row, column, up or down, left or right) of the table's entries, in the order of (S6)."""
    i, j, h, w = box
    return (
        ("+", i + h, j + w, DOWN, DOWN),
        ("+", i, j, UP, UP),
        ("-", i, j + w, UP, DOWN),
        ("-", i + h, j, DOWN, UP),
    )


def _outside(start, length, lines, first, count, limit):
    """What to change if `count` lines from `first` on do not end within `limit` lines, else ""."""
    if first + count <= limit:
        return ""
    last, most = limit - count, limit - first
    return (
        f"The window needs {lines} {first} to {first + count - 1}, and the picture ends with {lines[:-1]} {limit - 1}: "
        f"choose {start} {last}{' or less' if last else ''}, or {length} {most}{' or less' if most > 1 else ''}."
    )


def _zoom(shape, wide, tall):
    return min(max(min(wide // shape[1], tall // shape[0]), 1), LARGEST_ZOOM)


def _captioned(text, picture):
    return _pictures.captioned([(text, picture)])


def _rimmed(picture):
    return np.pad(picture, ((RIM, RIM), (RIM, RIM), (0, 0)), constant_values=255)


def _signed(rimmed, box, zoom, cell):
    """The rimmed picture, a sign outside each corner of the window; corners of `cell` pixels are painted."""
    for sign, a, b, down, right in _corners(box):
        y, x, half = RIM + zoom * a, RIM + zoom * b, cell // 2
        rimmed[y : y + cell, x : x + cell] = _colour(sign)
        _pictures.sign(
            rimmed, (y + half + down * (half + REACH), x + half + right * (half + REACH)), sign, _colour(sign)
        )
    return rimmed


def _colour(sign):
    return _pictures.GREEN if sign == "+" else _pictures.ORANGE


def _table(table, box, zoom):
    """The table, its entries by colour, the zeros of row and column 0 apart, the four that are read signed."""
    H, W = table.shape
    shown = _pictures.share(table / (np.abs(table).max() or 1.0), zoom)
    _pictures.frame(shown, (1, 1, H - 1, W - 1), zoom, _pictures.BLACK)
    return _signed(_rimmed(shown), box, zoom, zoom)


def _rectangles(image, table, box):
    """Four small pictures, placed as the corners lie: upper left and right above lower left and right."""
    right, left, upper, lower = (_rectangle(image, table, box, corner) for corner in _corners(box))
    return _pictures.stacked([_pictures.captioned([left, upper]), _pictures.captioned([lower, right])])


def _rectangle(image, table, box, corner):
    """(caption, picture) of the rectangle above and left of one corner."""
    sign, a, b, down, right = corner
    zoom = _zoom(image.shape, SMALL_WIDE, SMALL_TALL)
    picture = _pictures.shade(_pictures.gray(image, zoom), (0, 0, a, b), zoom, _colour(sign))
    picture = _pictures.frame(picture, box, zoom)
    picture = _pictures.sign(
        picture, (zoom * a + down * REACH, zoom * b + right * REACH), sign, _colour(sign)
    )
    spare = max(SMALL_WIDE - picture.shape[1], 0)
    text = f"{sign} T({a}, {b}) = {_number(table[a, b], image)}"
    return text, np.pad(picture, ((0, 0), (0, spare), (0, 0)), constant_values=255)


def _number(value, image):
    """Whole if all pixels are whole numbers, else with one decimal."""
    return f"{value:z,.0f}" if np.array_equal(image, np.round(image)) else f"{value:z,.1f}"


def _sentence(image, table, box):
    """(S6) in numbers, and what it costs beside adding the pixels."""
    i, j, h, w = box
    values = [_number(table[a, b], image) for _, a, b, _, _ in _corners(box)]
    first, *others = (f"({value})" if value.startswith("-") else value for value in values)
    terms = " ".join(f"{corner[0]} {value}" for corner, value in zip(_corners(box)[1:], others))
    by_corners = _number(windows.corner_sums(table, (h, w))[i, j], image)
    by_pixels = _number(image[i : i + h, j : j + w].sum(), image)
    H, W = image.shape
    return (
        f"R({i}, {j}) = {first} {terms} = {by_corners} gray levels, from 4 entries of the table by 3 additions. "
        f"Pixel by pixel: {by_pixels} gray levels, from {_counted(h * w, 'pixel')} by {_counted(h * w - 1, 'addition')}. "
        f"The table took {_counted((H - 1) * W + H * (W - 1), 'addition')}, once for all windows."
    )


def _counted(n, word):
    return f"{n:,} {word}{'' if n == 1 else 's'}"
