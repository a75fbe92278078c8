"""Pictures from arrays, pixel by pixel, and figures that redraw only what moves."""

import io

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from course_lib.classroom.plots._live import Live
from course_lib.classroom.widgets import _pictures

RNG = np.random.default_rng(11)
NOISE = RNG.integers(0, 256, (30, 40, 3), dtype=np.uint8)


def is_colour(picture, colour):
    """Mask (h, w) of the pixels of a colour."""
    return (picture == colour).all(axis=2)


# Bytes


@pytest.mark.parametrize(
    "picture",
    [
        NOISE,
        NOISE[..., 0],
        NOISE[:1, :1],
        NOISE[::-2, ::3],
        np.asfortranarray(NOISE),
        np.zeros((2, 5), np.uint8),
    ],
    ids=["colour", "gray", "one pixel", "strided", "column-major", "black"],
)
def test_a_png_holds_the_very_pixels(picture):
    raw = _pictures.png(picture)
    assert raw.startswith(b"\x89PNG")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(raw))), picture)


# Colours


def test_gray_clips_and_rounds_once():
    levels = np.array([[-40.0, -0.4, 0.4, 0.6], [254.4, 254.6, 255.4, 1e6]])
    np.testing.assert_array_equal(_pictures.gray(levels, 1)[..., 0], [[0, 0, 0, 1], [254, 255, 255, 255]])


def test_gray_shows_every_level_in_three_equal_channels():
    picture = _pictures.gray(np.arange(256.0).reshape(16, 16), 1)
    assert picture.dtype == np.uint8
    for channel in range(3):
        np.testing.assert_array_equal(picture[..., channel].ravel(), np.arange(256))


@pytest.mark.parametrize(
    "draw",
    [
        _pictures.gray,
        lambda x, zoom: _pictures.signed(x, 255, zoom),
        lambda x, zoom: _pictures.share(x / 255, zoom),
    ],
)
def test_zoom_makes_blocks(draw):
    image = RNG.uniform(0, 255, (4, 5))
    small, large = draw(image, 1), draw(image, 3)
    assert small.shape == (4, 5, 3) and large.shape == (12, 15, 3)
    for down in range(3):
        for along in range(3):
            np.testing.assert_array_equal(large[down::3, along::3], small)


def test_drawing_leaves_the_data_alone():
    image = RNG.uniform(-300, 300, (4, 5))
    before = image.copy()
    _pictures.gray(image, 1), _pictures.signed(image, 100, 1), _pictures.share(image, 1)
    np.testing.assert_array_equal(image, before)


def test_signed_colours_at_the_limits_and_at_zero():
    picture = _pictures.signed(np.array([[-50.0, 0.0, 50.0, -1e9, 1e9]]), 50, 1)
    colours = [_pictures.BLUE, _pictures.WHITE, _pictures.ORANGE, _pictures.BLUE, _pictures.ORANGE]
    assert [tuple(colour) for colour in picture[0]] == colours


def test_signed_colours_are_half_way_at_half_the_limit():
    low, high = _pictures.signed(np.array([[-25.0, 25.0]]), 50, 1)[0].astype(float)
    np.testing.assert_allclose(low, 255 + (np.array(_pictures.BLUE) - 255) / 2, atol=1)  # one of 255 steps
    np.testing.assert_allclose(high, 255 + (np.array(_pictures.ORANGE) - 255) / 2, atol=1)


def test_signed_colours_deepen_with_the_size():
    for sign in (-1, 1):
        picture = _pictures.signed(sign * np.linspace(0, 10, 300)[None], 10, 1).astype(int)
        assert (np.diff(picture.sum(axis=2)) <= 0).all()


def test_shares_go_from_white_to_blue_by_their_square_root():
    picture = _pictures.share(np.array([[0.0, 0.01, 0.25, 1.0, -0.5, 2.0]]), 1)[0]
    ends = [tuple(picture[n]) for n in (0, 3, 4, 5)]
    assert ends == [_pictures.WHITE, _pictures.BLUE, _pictures.WHITE, _pictures.BLUE]
    for colour, depth in zip(picture[1:3], (0.1, 0.5)):
        np.testing.assert_allclose(colour, 255 + (np.array(_pictures.BLUE) - 255.0) * depth, atol=1)


# Drawing into a picture


def framed_by_loops(shape, box, zoom):
    """Mask of a frame: within two pixels outside the box and one inside, and within the picture."""
    row, column, rows, columns = (zoom * length for length in box)
    mask = np.zeros(shape, dtype=bool)
    for y in range(shape[0]):
        for x in range(shape[1]):
            near = row - 2 <= y < row + rows + 2 and column - 2 <= x < column + columns + 2
            within = row + 1 <= y < row + rows - 1 and column + 1 <= x < column + columns - 1
            mask[y, x] = near and not within
    return mask


@given(
    st.integers(0, 7), st.integers(0, 9), st.integers(1, 8), st.integers(1, 10), st.sampled_from([1, 2, 4])
)
def test_a_frame_touches_its_line_alone_and_never_runs_over_the_border(row, column, rows, columns, zoom):
    """Boxes inside, at the border, and reaching beyond it."""
    picture = RNG.integers(0, 200, (8 * zoom, 10 * zoom, 3), dtype=np.uint8)  # the frame's red has 213
    before = picture.copy()
    returned = _pictures.frame(picture, (row, column, rows, columns), zoom)
    mask = framed_by_loops(picture.shape[:2], (row, column, rows, columns), zoom)
    assert returned is picture
    np.testing.assert_array_equal(picture[~mask], before[~mask])
    assert is_colour(picture, _pictures.RED)[mask].all()


def test_a_frame_has_the_colour_it_is_told():
    picture = _pictures.frame(np.zeros((12, 12, 3), np.uint8), (1, 1, 2, 2), 3, _pictures.SKY)
    assert is_colour(picture, _pictures.SKY)[3, 3:9].all() and not is_colour(picture, _pictures.RED).any()


def test_a_shade_covers_half_of_its_box_and_nothing_else():
    picture = NOISE.copy()
    assert _pictures.shade(picture, (1, 2, 3, 4), 4, _pictures.GREEN) is picture
    inside = np.zeros((30, 40), dtype=bool)
    inside[4:16, 8:24] = True
    np.testing.assert_array_equal(picture[~inside], NOISE[~inside])
    np.testing.assert_allclose(picture[inside], (NOISE[inside].astype(float) + _pictures.GREEN) / 2, atol=1)


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (0, 0, 5, 0), (0, 0, 0, 0)])
def test_an_empty_shade_changes_nothing(box):
    np.testing.assert_array_equal(_pictures.shade(NOISE.copy(), box, 4, _pictures.GREEN), NOISE)


@pytest.mark.parametrize(
    ("middle", "moved"), [((15, 20), (15, 20)), ((-9, 3), (7, 7)), ((99, 99), (22, 32)), ((0, 20), (7, 20))]
)
def test_a_sign_is_whole_wherever_it_is(middle, moved):
    (y, x), picture = moved, NOISE.copy()
    assert _pictures.sign(picture, middle, "+", _pictures.GREEN) is picture
    badge = np.zeros((30, 40), dtype=bool)
    badge[y - 7 : y + 8, x - 7 : x + 8] = True
    np.testing.assert_array_equal(picture[~badge], NOISE[~badge])
    assert set(map(tuple, picture[badge])) == {_pictures.WHITE, _pictures.BLACK, _pictures.GREEN}


def test_plus_and_minus_differ_by_more_than_colour():
    plus, minus = (
        is_colour(
            _pictures.sign(np.full((15, 15, 3), 99, np.uint8), (7, 7), text, _pictures.SKY), _pictures.BLACK
        )
        for text in "+-"
    )
    np.testing.assert_array_equal(plus, plus.T)
    np.testing.assert_array_equal(plus, minus | minus.T)
    assert minus.sum() == 27


# Sheets


def test_captioned_places_pictures_beside_each_other_under_their_captions():
    pictures = [NOISE, NOISE[:20, :25], NOISE[:10, :30]]
    sheet = _pictures.captioned([("a", pictures[0]), ("b", pictures[1]), ("", pictures[2])])
    assert sheet.dtype == np.uint8
    assert sheet.shape == (_pictures.CAPTION + 30, 40 + 25 + 30 + 2 * _pictures.GAP, 3)
    left = 0
    for picture in pictures:
        h, w = picture.shape[:2]
        np.testing.assert_array_equal(
            sheet[_pictures.CAPTION : _pictures.CAPTION + h, left : left + w], picture
        )
        assert (sheet[_pictures.CAPTION + h :, left : left + w] == 255).all()
        assert (sheet[_pictures.CAPTION :, left + w : left + w + _pictures.GAP] == 255).all()
        left += w + _pictures.GAP


def test_captions_are_written_above_their_own_picture_and_not_cut():
    """A caption wider than its picture takes the room it needs: the next picture and the end of the sheet move."""
    white = np.full((9, 10, 3), 255, np.uint8)
    text = "a rather long caption g"
    alone = _pictures.captioned([(text, white)])
    wide = _pictures.captioned([(text, np.full((9, 400, 3), 255, np.uint8))])
    ink = (wide < 255).any(axis=2)
    assert ink[: _pictures.CAPTION].any() and not ink[_pictures.CAPTION :].any()
    right = np.flatnonzero(ink.any(axis=0)).max()
    assert right < alone.shape[1] < right + 10
    np.testing.assert_array_equal(alone, wide[:, : alone.shape[1]])
    both = _pictures.captioned([(text, white), ("", NOISE[:9])])
    np.testing.assert_array_equal(both[_pictures.CAPTION :, alone.shape[1] + _pictures.GAP :], NOISE[:9])


def test_stacked_places_pictures_below_each_other():
    sheet = _pictures.stacked([NOISE, NOISE[:10, :25]])
    assert sheet.shape == (30 + 10 + 2 * _pictures.GAP, 40, 3)
    np.testing.assert_array_equal(sheet[:30], NOISE)
    np.testing.assert_array_equal(sheet[30 + _pictures.GAP : 40 + _pictures.GAP, :25], NOISE[:10, :25])
    rest = sheet[30:].copy()
    rest[_pictures.GAP : 10 + _pictures.GAP, :25] = 255
    assert (rest == 255).all()


# Bars

SIZE = (560, 64)


def heights(chart, colour, number=0, size=SIZE):
    """Pixels of a colour in every column of one chart, right of its axis."""
    tall = _pictures.CAPTION + size[1] + 14
    rows = chart[number * tall : number * tall + _pictures.CAPTION + size[1]]
    return is_colour(rows, colour)[:, _pictures.MARGIN :].sum(axis=0)


def runs(columns):
    """The distinct heights from left to right, gaps left out."""
    found = []
    for height, before in zip(columns, [0, *columns]):
        if height and not before:
            found.append(int(height))
    return found


@pytest.mark.parametrize("K", [1, 2, 11, 50, 200])
def test_bars_are_as_high_as_the_square_root_of_their_share(K):
    shares = RNG.dirichlet(np.full(K, 2.0)) * 0.98 + 0.02 / K  # none rounds to nothing
    columns = heights(_pictures.bars([("weights", shares, _pictures.BLUE)]), _pictures.BLUE)
    first = np.round(np.arange(K) * len(columns) / K).astype(int)  # 200 bars have no gaps between them
    np.testing.assert_array_equal(columns[first], np.round(64 * shares**0.5))
    assert set(columns) <= {0, *columns[first]}


def test_one_component_fills_the_height():
    columns = heights(_pictures.bars([("weights", np.ones(1), _pictures.BLUE)]), _pictures.BLUE)
    assert set(columns) == {0, 64} and (columns == 64).mean() > 0.7


def test_no_share_no_bar():
    columns = heights(_pictures.bars([("weights", np.eye(200)[7], _pictures.BLUE)]), _pictures.BLUE)
    assert runs(columns) == [64]
    place = np.flatnonzero(columns)
    assert (place >= 7 * 516 // 200).all() and (place <= 8 * 516 // 200).all()


def test_charts_lie_below_each_other_on_one_scale():
    shares = [np.array([0.25, 0.75]), np.array([1.0, 0.0])]
    chart = _pictures.bars([("before", shares[0], _pictures.SKY), ("after", shares[1], _pictures.BLUE)])
    assert chart.dtype == np.uint8 and chart.shape == (2 * (_pictures.CAPTION + 64 + 14), 560, 3)
    assert runs(heights(chart, _pictures.SKY)) == [32, 55]
    assert runs(heights(chart, _pictures.BLUE, 1)) == [64]
    assert not heights(chart, _pictures.BLUE).any()


def test_charts_have_the_size_they_are_told():
    size = (300, 100)
    chart = _pictures.bars([("weights", np.array([0.25, 0.75]), _pictures.BLUE)], size=size)
    assert chart.shape == (_pictures.CAPTION + 100 + 14, 300, 3)
    assert runs(heights(chart, _pictures.BLUE, size=size)) == [50, 87]


@pytest.mark.parametrize("tick", _pictures.TICKS)
def test_a_bar_ends_at_the_line_of_its_share(tick):
    """The lines of the scale are where the bars of these shares end."""
    chart = _pictures.bars([("weights", np.array([tick, 0.0]), _pictures.BLUE)])
    top = np.flatnonzero(is_colour(chart, _pictures.BLUE)[:, _pictures.MARGIN])[0]
    assert is_colour(chart, _pictures.SOFT)[top, -1]


@pytest.mark.parametrize("K", [1, 5, 200])
def test_a_triangle_marks_its_component_in_every_chart(K):
    rows = [("before", np.full(K, 1 / K), _pictures.SKY), ("after", np.full(K, 1 / K), _pictures.BLUE)]
    assert not is_colour(_pictures.bars(rows), _pictures.RED).any()
    for k in {0, K // 2, K - 1}:
        red = is_colour(_pictures.bars(rows, marked=k), _pictures.RED)
        for part in (red[: len(red) // 2], red[len(red) // 2 :]):
            below, across = np.nonzero(part)
            tip = across[below == below.min()]
            assert below.min() >= _pictures.CAPTION + 64
            assert abs(tip.mean() - _pictures.MARGIN - (k + 0.5) * 516 / K) <= 2
            assert across.max() - across.min() <= 9


# Figures that move


def figure(x=None):
    """A `Live` figure of two axes with a line, a point and a text; they move unless `x` says where they stay."""
    live = Live(1, 2, (4, 2))
    left, right = live.axes[0]
    left.set(xlim=(0, 10), ylim=(0, 10), title="still", xlabel="x")
    right.set(xlim=(0, 10), ylim=(0, 10))
    right.plot([1, 2, 3], [4, 5, 6], color="0.6")
    start = 5.0 if x is None else x
    moving = [
        left.plot([2, start], [3, 8], linewidth=3)[0],
        right.plot([start], [5], "o", markersize=12)[0],
        right.text(start, 2, "here"),
    ]
    live.still(moving if x is None else [])
    return live, moving


def move(moving, x):
    line, point, text = moving
    line.set_xdata([2, x])
    point.set_xdata([x])
    text.set_x(x)


@pytest.mark.parametrize("x", [1.0, 3.3, 7.5])
def test_a_moved_figure_is_the_figure_drawn_anew(x):
    live, moving = figure()
    move(moving, x)
    np.testing.assert_array_equal(live.picture(), figure(x)[0].picture())


def test_pictures_do_not_pile_up():
    live, moving = figure()
    alone = {}
    for x in (2.0, 8.0):
        fresh, parts = figure()
        move(parts, x)
        alone[x] = fresh.picture()
    assert (alone[2.0] != alone[8.0]).any()
    for x in (2.0, 8.0, 8.0, 2.0, 8.0):
        move(moving, x)
        np.testing.assert_array_equal(live.picture(), alone[x])


def test_only_what_moves_is_drawn_again():
    live, moving = figure()
    before = live.picture()
    live.axes[0, 0].set_title("changed")
    live.axes[0, 1].lines[0].set_ydata([9, 9, 9])
    np.testing.assert_array_equal(live.picture(), before)
    live.still(moving)
    assert (live.picture() != before).any()


def test_what_moves_is_drawn_in_the_order_it_is_given():
    live = Live(1, 1, (2, 2))
    bars = [live.axes[0, 0].axvspan(0.2, 0.8, color=colour) for colour in ("red", "blue")]
    for order, top in ((bars, (0, 0, 255)), (bars[::-1], (255, 0, 0))):
        live.still(order)
        assert tuple(live.picture()[100, 110]) == top


def test_a_picture_is_a_copy():
    live, moving = figure()
    first = live.picture()
    kept = first.copy()
    move(moving, 9.0)
    live.picture()
    np.testing.assert_array_equal(first, kept)


def test_a_picture_has_the_size_of_its_figure_and_pixels_for_a_png():
    live = Live(2, 3, (6, 4))
    live.still([])
    picture = live.picture()
    assert live.axes.shape == (2, 3) and picture.shape == (400, 600, 3) and picture.dtype == np.uint8
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(_pictures.png(picture)))), picture)


def test_pyplot_never_hears_of_live_figures():
    before = plt.get_fignums()
    for x in range(5):
        live, moving = figure()
        move(moving, x)
        live.picture()
    assert plt.get_fignums() == before


def test_two_live_figures_share_nothing():
    (one, parts), (other, _) = figure(), figure()
    before = other.picture()
    move(parts, 9.0)
    one.picture()
    np.testing.assert_array_equal(other.picture(), before)
