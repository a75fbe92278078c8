"""Pictures from arrays, pixel by pixel, and figures that redraw only what moves."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from course_lib.classroom.plots import COLOURS
from course_lib.classroom.plots._live import Live
from course_lib.classroom.widgets import _pictures

RNG = np.random.default_rng(11)
NOISE = RNG.integers(0, 256, (30, 40, 3), dtype=np.uint8)
BLUE, ORANGE, GREEN, _, SKY, RED, _ = map(ImageColor.getrgb, COLOURS)


def find(picture, colour):
    """Mask (h, w) of the pixels of a colour."""
    return (picture == colour).all(axis=2)


def cover(shape, rows, columns):
    """Mask of a box."""
    mask = np.zeros(shape, dtype=bool)
    mask[slice(*rows), slice(*columns)] = True
    return mask


def test_a_png_holds_the_very_pixels():
    for picture in (NOISE, NOISE[..., 0], NOISE[:1, :1], NOISE[::-2, ::3], np.asfortranarray(NOISE)):
        raw = _pictures.write_png(picture)
        assert raw.startswith(b"\x89PNG")
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(raw))), picture)


def test_gray_clips_and_rounds_once_to_three_equal_channels():
    levels = np.array([[-40.0, -0.4, 0.4, 0.6], [254.4, 254.6, 255.4, 1e6]])
    shown = _pictures.show_gray(levels, 1)[..., 0]
    np.testing.assert_array_equal(shown, [[0, 0, 0, 1], [254, 255, 255, 255]])
    picture = _pictures.show_gray(np.arange(256.0).reshape(16, 16), 1)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture.reshape(256, 3), np.arange(256)[:, None].repeat(3, axis=1))


@pytest.mark.parametrize(("draw", "limits"), [("show_gray", ()), ("show_signed", (255,)), ("show_share", ())])
def test_zoom_makes_blocks_and_leaves_the_data_alone(draw, limits):
    image = RNG.uniform(-300, 300, (4, 5))
    before = image.copy()
    small, large = (getattr(_pictures, draw)(image, *limits, zoom) for zoom in (1, 3))
    np.testing.assert_array_equal(large, np.kron(small, np.ones((3, 3, 1), np.uint8)))
    np.testing.assert_array_equal(image, before)


def test_signed_colours_deepen_from_white_at_zero_to_their_limits():
    picture = _pictures.show_signed(np.array([[-50.0, 0.0, 50.0, -1e9, 1e9, -25.0, 25.0]]), 50, 1)[0]
    assert [tuple(colour) for colour in picture[:5]] == [BLUE, (255, 255, 255), ORANGE, BLUE, ORANGE]
    for half, end in zip(picture[5:].astype(float), (BLUE, ORANGE)):
        np.testing.assert_allclose(half, 255 + (np.array(end) - 255) / 2, atol=1)  # one of 255 steps
    for sign in (-1, 1):
        depths = _pictures.show_signed(sign * np.linspace(0, 10, 300)[None], 10, 1).astype(int).sum(axis=2)
        assert (np.diff(depths) <= 0).all()


def test_shares_go_from_white_to_blue_by_their_square_root():
    picture = _pictures.show_share(np.array([[0.0, 1.0, -0.5, 2.0, 0.01, 0.25]]), 1)[0]
    assert [tuple(colour) for colour in picture[:4]] == [(255, 255, 255), BLUE] * 2
    for colour, depth in zip(picture[4:], (0.1, 0.5)):
        np.testing.assert_allclose(colour, 255 + (np.array(BLUE) - 255.0) * depth, atol=1)


SIDES = [st.integers(0, 7), st.integers(0, 9), st.integers(1, 8), st.integers(1, 10)]


@given(*SIDES, st.sampled_from([1, 2, 4]), st.sampled_from([RED, SKY]))
def test_a_frame_touches_its_line_alone(row, column, rows, columns, zoom, colour):
    """Boxes inside, at the border, and reaching beyond it; by loops over all pixels."""
    picture = RNG.integers(0, 80, (8 * zoom, 10 * zoom, 3), dtype=np.uint8)  # darker than both colours
    before = picture.copy()
    assert _pictures.add_frame(picture, (row, column, rows, columns), zoom, colour) is picture
    top, left, bottom, right = zoom * row, zoom * column, zoom * (row + rows), zoom * (column + columns)
    for y, x in np.ndindex(picture.shape[:2]):
        near = top - 2 <= y < bottom + 2 and left - 2 <= x < right + 2
        within = top + 1 <= y < bottom - 1 and left + 1 <= x < right - 1
        assert tuple(picture[y, x]) == (colour if near and not within else tuple(before[y, x]))


def test_a_shade_covers_half_of_its_box_and_nothing_else():
    picture = NOISE.copy()
    assert _pictures.add_shade(picture, (1, 2, 3, 4), 4, GREEN) is picture
    inside = cover((30, 40), (4, 16), (8, 24))
    np.testing.assert_array_equal(picture[~inside], NOISE[~inside])
    np.testing.assert_allclose(picture[inside], (NOISE[inside].astype(float) + GREEN) / 2, atol=1)
    for box in ((0, 0, 0, 5), (0, 0, 5, 0), (0, 0, 0, 0)):
        np.testing.assert_array_equal(_pictures.add_shade(NOISE.copy(), box, 4, GREEN), NOISE)


MOVES = [((15, 20), (15, 20)), ((-9, 3), (7, 7)), ((99, 99), (22, 32)), ((0, 20), (7, 20))]


@pytest.mark.parametrize(("middle", "moved"), MOVES)
def test_a_sign_is_whole_wherever_it_is(middle, moved):
    (y, x), picture = moved, NOISE.copy()
    assert _pictures.add_sign(picture, middle, "+", GREEN) is picture
    badge = cover((30, 40), (y - 7, y + 8), (x - 7, x + 8))
    np.testing.assert_array_equal(picture[~badge], NOISE[~badge])
    assert set(map(tuple, picture[badge])) == {(255, 255, 255), (0, 0, 0), GREEN}


def test_plus_and_minus_differ_by_more_than_colour():
    blank = np.full((15, 15, 3), 99, np.uint8)
    signs = (_pictures.add_sign(blank.copy(), (7, 7), text, SKY) for text in "+-")
    plus, minus = (find(sign, (0, 0, 0)) for sign in signs)
    np.testing.assert_array_equal(plus, plus.T)
    np.testing.assert_array_equal(plus, minus | minus.T)
    assert minus.sum() == 27


def test_pictures_stand_beside_each_other_under_their_captions():
    pictures = [NOISE, NOISE[:20, :25], NOISE[:10, :30]]
    sheet = _pictures.caption(list(zip(("a", "b", ""), pictures)))
    assert sheet.shape == (_pictures.CAPTION + 30, 40 + 25 + 30 + 2 * _pictures.GAP, 3)
    wanted, left = np.full((30, sheet.shape[1], 3), 255, np.uint8), 0
    for picture in pictures:
        h, w = picture.shape[:2]
        wanted[:h, left : left + w] = picture
        left += w + _pictures.GAP
    np.testing.assert_array_equal(sheet[_pictures.CAPTION :], wanted)


def test_captions_are_written_above_their_own_picture_and_not_cut():
    """A caption wider than its picture takes its room: the next picture and the end of the sheet move."""
    white = np.full((9, 10, 3), 255, np.uint8)
    text = "a rather long caption g"
    alone = _pictures.caption([(text, white)])
    wide = _pictures.caption([(text, np.full((9, 400, 3), 255, np.uint8))])
    ink = (wide < 255).any(axis=2)
    assert ink[: _pictures.CAPTION].any() and not ink[_pictures.CAPTION :].any()
    right = np.flatnonzero(ink.any(axis=0)).max()
    assert right < alone.shape[1] < right + 10
    np.testing.assert_array_equal(alone, wide[:, : alone.shape[1]])
    both = _pictures.caption([(text, white), ("", NOISE[:9])])
    np.testing.assert_array_equal(both[_pictures.CAPTION :, alone.shape[1] + _pictures.GAP :], NOISE[:9])


def test_pictures_stand_below_each_other():
    sheet, gap = _pictures.stack([NOISE, NOISE[:10, :25]]), _pictures.GAP
    wanted = np.full((30 + 10 + 2 * gap, 40, 3), 255, np.uint8)
    wanted[:30], wanted[30 + gap : 40 + gap, :25] = NOISE, NOISE[:10, :25]
    np.testing.assert_array_equal(sheet, wanted)


def measure(chart, colour, number=0, tall=64):
    """Pixels of a colour in every column of one chart, right of its axis."""
    start = number * (_pictures.CAPTION + tall + 14)
    rows = chart[start : start + _pictures.CAPTION + tall]
    return find(rows, colour)[:, _pictures.MARGIN :].sum(axis=0)


def list_heights(columns):
    """The heights of the bars from left to right, gaps left out."""
    return [int(height) for height, before in zip(columns, [0, *columns]) if height and not before]


def draw(shares, **options):
    return _pictures.draw_bars([("weights", np.asarray(shares, dtype=float), BLUE)], **options)


@pytest.mark.parametrize("K", [1, 2, 11, 50, 200])
def test_bars_are_as_high_as_the_square_root_of_their_share(K):
    shares = RNG.dirichlet(np.full(K, 2.0)) * 0.98 + 0.02 / K  # none rounds to nothing
    columns = measure(draw(shares), BLUE)
    first = np.round(np.arange(K) * len(columns) / K).astype(int)  # 200 bars have no gaps between them
    np.testing.assert_array_equal(columns[first], np.round(64 * shares**0.5))
    assert set(columns) <= {0, *columns[first]}
    assert K > 1 or (columns == 64).mean() > 0.7  # one component fills the height
    alone = np.flatnonzero(measure(draw(np.eye(K)[K // 2]), BLUE))  # no share, no bar
    assert (alone >= K // 2 * 516 // K).all() and (alone <= (K // 2 + 1) * 516 // K).all()


def test_charts_lie_below_each_other_on_one_scale_and_have_the_size_they_are_told():
    before, after = np.array([0.25, 0.75]), np.array([1.0, 0.0])
    chart = _pictures.draw_bars([("before", before, SKY), ("after", after, BLUE)])
    assert chart.dtype == np.uint8 and chart.shape == (2 * (_pictures.CAPTION + 64 + 14), 560, 3)
    assert list_heights(measure(chart, SKY)) == [32, 55]
    assert list_heights(measure(chart, BLUE, 1)) == [64]
    assert not measure(chart, BLUE).any()
    small = draw(before, size=(300, 100))
    assert small.shape == (_pictures.CAPTION + 100 + 14, 300, 3)
    assert list_heights(measure(small, BLUE, tall=100)) == [50, 87]


@pytest.mark.parametrize("tick", _pictures.TICKS)
def test_a_bar_ends_at_the_line_of_its_share(tick):
    """The lines of the scale are where the bars of these shares end."""
    chart = draw([tick, 0.0])
    top = np.flatnonzero(find(chart, BLUE)[:, _pictures.MARGIN])[0]
    assert find(chart, _pictures.SOFT)[top, -1]


@pytest.mark.parametrize("K", [1, 5, 200])
def test_a_triangle_marks_its_component_in_every_chart(K):
    rows = [("before", np.full(K, 1 / K), SKY), ("after", np.full(K, 1 / K), BLUE)]
    assert not find(_pictures.draw_bars(rows), RED).any()
    for k in {0, K // 2, K - 1}:
        for part in np.split(find(_pictures.draw_bars(rows, marked=k), RED), 2):
            below, across = np.nonzero(part)
            tip = across[below == below.min()]
            assert below.min() >= _pictures.CAPTION + 64
            assert abs(tip.mean() - _pictures.MARGIN - (k + 0.5) * 516 / K) <= 2
            assert across.max() - across.min() <= 9


def trace(*values):
    return _pictures.draw_trace(list(values), 40, (492, 130), "bound")


def test_the_trace_rises_to_the_right_and_puts_a_far_first_value_at_the_edge():
    far = trace(-1e9, 1.0, 2.0, 3.0)
    rows = [np.flatnonzero(column) for column in find(far, BLUE).T]
    line = [int(found.mean()) for found in rows if found.size]
    assert line[0] > line[len(line) // 2] > line[-1]
    np.testing.assert_array_equal(far, trace(-5.0, 1.0, 2.0, 3.0))
    for few in ([3.0], [3.0, 3.0], [3.0, 3.0, 3.0]):  # one value, and equal ones
        assert trace(*few).shape == (130, 492, 3) and find(trace(*few), RED).any()


def build(x=None):
    """A `Live` figure of two axes with a line, a point, a text; they move unless `x` says where they stay."""
    live = Live(1, 2, (4, 2))
    left, right = live.axes[0]
    left.set(xlim=(0, 10), ylim=(0, 10), title="still", xlabel="x")
    right.set(xlim=(0, 10), ylim=(0, 10))
    right.plot([1, 2, 3], [4, 5, 6], color="0.6")
    start = 5.0 if x is None else x
    line = left.plot([2, start], [3, 8], linewidth=3)
    moving = [*line, *right.plot([start], [5], "o", markersize=12), right.text(start, 2, "here")]
    live.still(moving if x is None else [])
    return live, moving


def move(moving, x):
    line, point, text = moving
    line.set_xdata([2, x])
    point.set_xdata([x])
    text.set_x(x)


def test_a_moved_figure_is_the_figure_drawn_anew_and_pictures_do_not_pile_up():
    before = plt.get_fignums()
    (live, moving), (other, _) = build(), build()
    untouched, kept = other.picture(), []
    for x in (2.0, 8.0, 8.0, 2.0, 3.3):
        move(moving, x)
        kept.append((live.picture(), build(x)[0].picture()))
    for moved, anew in kept:  # a picture is a copy: later ones have not changed it
        np.testing.assert_array_equal(moved, anew)
    assert (kept[0][0] != kept[1][0]).any()
    np.testing.assert_array_equal(other.picture(), untouched)  # figures share nothing
    assert plt.get_fignums() == before  # and pyplot never hears of them


def test_only_what_moves_is_drawn_again():
    live, moving = build()
    before = live.picture()
    live.axes[0, 0].set_title("changed")
    live.axes[0, 1].lines[0].set_ydata([9, 9, 9])
    np.testing.assert_array_equal(live.picture(), before)
    live.still(moving)
    assert (live.picture() != before).any()


def test_what_moves_is_drawn_in_the_order_it_is_given():
    live = Live(1, 1, (2, 2))
    ax = live.axes[0, 0]
    ax.set_xlim(0, 1)  # Matplotlib 3.9.0 does not scale for spans
    bars = [ax.axvspan(0.2, 0.8, color=colour) for colour in ("red", "blue")]
    for order, top in ((bars, (0, 0, 255)), (bars[::-1], (255, 0, 0))):
        live.still(order)
        assert tuple(live.picture()[100, 110]) == top
