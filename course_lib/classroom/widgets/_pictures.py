"""Arrays into pictures: zoom, colour, frames, captions, bars, and the bytes of a PNG."""

import functools
import io

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from ..plots import COLOURS

BLUE, ORANGE, GREEN, PINK, SKY, RED, BLACK = (ImageColor.getrgb(colour) for colour in COLOURS)
WHITE, SOFT = (255, 255, 255), (200, 200, 200)
TEXT = 13  # pixels
CAPTION = 20  # pixels above a picture
GAP = 12  # pixels between pictures
MARGIN = 44  # pixels left of bars, for the numbers of their axis
TICKS = (0.01, 0.1, 0.5, 1.0)


def write_png(picture):
    """Bytes of a PNG of a picture (h, w) or (h, w, 3), uint8; fast rather than small."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png", compress_level=1)
    return file.getvalue()


def show_gray(image, zoom):
    """Gray levels 0..255, clipped and rounded once: (H, W) -> (zoom H, zoom W, 3) uint8."""
    return _enlarge(np.round(np.clip(image, 0, 255)).astype(np.uint8)[..., None].repeat(3, axis=2), zoom)


def show_signed(image, limit, zoom):
    """White at 0, orange up to `limit`, blue down to -limit: (H, W) -> (zoom H, zoom W, 3) uint8."""
    return _enlarge(_signed_colours()[np.round(np.clip(image / limit, -1, 1) * 255).astype(int) + 255], zoom)


def show_share(values, zoom):
    """White at 0, blue at 1, by square root: small shares are seen. (H, W) -> (zoom H, zoom W, 3) uint8."""
    return _enlarge(_signed_colours()[255 - np.round(np.sqrt(np.clip(values, 0, 1)) * 255).astype(int)], zoom)


@functools.cache
def _signed_colours():
    """511 colours (511, 3) from blue over white to orange."""
    depth = np.abs(np.arange(-255, 256))[:, None] / 255
    ends = np.where(np.arange(-255, 256)[:, None] < 0, BLUE, ORANGE)
    return np.round(255 + depth * (ends - 255.0)).astype(np.uint8)


def _enlarge(colours, zoom):
    return colours.repeat(zoom, axis=0).repeat(zoom, axis=1)


def add_frame(picture, box, zoom, colour=RED, outside=2):
    """The picture, changed in place, with a frame around (row, column, rows, columns) before the zoom.

    `outside` pixels of its thickness lie around those pixels, one more lies on them.
    """
    row, column, rows, columns = (zoom * length for length in box)
    height, width = picture.shape[:2]
    bottom, right = min(row + rows + outside, height), min(column + columns + outside, width)
    outer = np.s_[max(row - outside, 0) : bottom, max(column - outside, 0) : right]
    inner = np.s_[row + 1 : row + rows - 1, column + 1 : column + columns - 1]
    kept = picture[inner].copy()
    picture[outer], picture[inner] = colour, kept
    return picture


def add_shade(picture, box, zoom, colour):
    """The picture, changed in place, half covered at (row, column, rows, columns) before the zoom."""
    row, column, rows, columns = (zoom * length for length in box)
    part = picture[row : row + rows, column : column + columns]
    part[:] = part // 2 + np.array(colour, np.uint8) // 2
    return picture


def add_sign(picture, middle, text, colour):
    """The picture, changed in place, with a badge "+" or "-" of 15 pixels around (row, column)."""
    row, column = (min(max(at, 7), length - 8) for at, length in zip(middle, picture.shape))
    picture[row - 7 : row + 8, column - 7 : column + 8] = WHITE
    picture[row - 6 : row + 7, column - 6 : column + 7] = colour
    picture[row - 1 : row + 2, column - 4 : column + 5] = BLACK
    if text == "+":
        picture[row - 4 : row + 5, column - 1 : column + 2] = BLACK
    return picture


def stack(sheets):
    """Pictures below each other, white beside the narrower: list of (h, w, 3) uint8 -> one, uint8."""
    rooms = [max(sheet.shape[1] for sheet in sheets) - sheet.shape[1] for sheet in sheets]
    return np.concatenate([pad(sheet, (0, GAP), (0, room)) for sheet, room in zip(sheets, rooms)])


def pad(picture, rows, columns):
    """The picture with white (rows above, below) and (columns left, right) around it."""
    return np.pad(picture, (rows, columns, (0, 0)), constant_values=255)


def caption(panels):
    """Pictures beside each other under their captions: list of (text, (h, w, 3) uint8) -> one, uint8."""
    widths = [max(picture.shape[1], round(_font().getlength(text)) + 1) for text, picture in panels]
    height = CAPTION + max(picture.shape[0] for _, picture in panels)
    sheet = np.full((height, sum(widths) + GAP * (len(panels) - 1), 3), 255, np.uint8)
    lefts = np.cumsum([0, *(width + GAP for width in widths[:-1])])
    for left, (_, picture) in zip(lefts, panels):
        sheet[CAPTION : CAPTION + picture.shape[0], left : left + picture.shape[1]] = picture
    return _write(sheet, [((left, 2), text, BLACK) for left, (text, _) in zip(lefts, panels)])


def draw_bars(rows, size=(560, 64), marked=None):
    """Shares of components as bars, one chart below the other on one square-root scale.

    rows : list of (text, shares (K,), colour);  size : (width, height) of a chart, pixels;  marked : a
    component with a triangle below it, or None  ->  array (height, width, 3) uint8
    """
    width, height = size
    tall = CAPTION + height + 14
    sheet, texts = np.full((tall * len(rows), width, 3), 255, np.uint8), []
    for top, (text, shares, colour) in zip(range(CAPTION, len(sheet), tall), rows):
        bottom = top + height
        texts.append(((MARGIN, top - 18), text, BLACK))
        for tick in TICKS:
            level = bottom - round(height * tick**0.5)
            sheet[level, MARGIN:] = SOFT
            texts.append(((MARGIN - 6 - _font().getlength(f"{tick:g}"), level - 8), f"{tick:g}", BLACK))
        edges = MARGIN + np.round(np.linspace(0, width - MARGIN, len(shares) + 1)).astype(int)
        for k, (left, right) in enumerate(zip(edges, edges[1:])):
            top_of_bar, end = bottom - round(height * shares[k] ** 0.5), right - (right - left) // 4
            sheet[top_of_bar:bottom, left : max(end, left + 1)] = colour
            middle = (left + right) // 2
            for step in range(1, 10 if k == marked else 1):  # a triangle that points up
                sheet[bottom + step, max(middle - step // 2, 0) : middle + step // 2 + 1] = RED
        sheet[bottom, MARGIN:] = BLACK
    return _write(sheet, texts)


def draw_trace(values, last, size, caption):
    """Numbers (n,), n <= last + 1, over the steps 0..last as a line with dots, the newest in another colour.

    The first is often far from all others: from three numbers on it sits below the lowest, at the edge.
    """
    width, height = size
    shown = values[1:] if len(values) > 2 else values
    low, high = min(shown), max(shown)
    labels = [(high, CAPTION + 8), (low, height - 34)]
    left = 12 + round(max(_font().getlength(f"{value:,.0f}") for value, _ in labels))
    step, slope = (width - left - 24) / max(last, 1), (height - 42 - CAPTION) / ((high - low) or 1)
    ys = (min(height - 34 - slope * (value - low), height - 24) for value in values)
    points = [(left + 8 + step * t, y) for t, y in enumerate(ys)]
    image = Image.new("RGB", size, WHITE)
    draw = ImageDraw.Draw(image)
    draw.line([(left, CAPTION), (left, height - 20), (width, height - 20)], fill=BLACK)
    draw.line(points, fill=BLUE, width=2)
    for n, (x, y) in enumerate(points, start=1):
        radius, colour = (3, BLUE) if n < len(points) else (5, RED)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    for value, y in labels:
        draw.text((4, y - 8), f"{value:,.0f}", fill=BLACK, font=_font())
    for t in range(0, last + 1, 10):
        draw.text((left + 8 + step * t, height - 18), str(t), fill=BLACK, font=_font(), anchor="ma")
    draw.text((left, 2), caption, fill=BLACK, font=_font())
    return np.asarray(image)


def _write(sheet, texts):
    """The picture, changed in place, with texts: list of ((left, top), text, colour)."""
    for (left, top), text, colour in texts:
        left, top, ink = max(round(left), 0), round(top), _ink(text)
        part = sheet[top : top + ink.shape[0], left : left + ink.shape[1]]
        ink = ink[: part.shape[0], : part.shape[1]]
        part[:] = np.round(part + ink * (np.array(colour) - part))
    return sheet


@functools.lru_cache(maxsize=1024)
def _ink(text):
    """How much of each pixel a text covers, 0 to 1, (height, width, 1): drawn once, most texts come again."""
    mask = Image.new("L", (round(_font().getlength(text)) + 2, CAPTION))
    ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=_font())
    return np.asarray(mask)[..., None] / 255


@functools.cache
def _font():
    return ImageFont.load_default(TEXT)
