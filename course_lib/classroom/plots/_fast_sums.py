"""Figures of lesson 07: what is summed, how sums over windows are shared, and what that saves."""

import numpy as np
from matplotlib.colors import LogNorm, PowerNorm
from matplotlib.patches import Rectangle

from ._names import BARE, COUNTED, describe, legend_outside
from ._panels import frame, grid, one_axes, show_gray, show_map
from ._style import BLACK, BLUE, GREEN, MARKERS, ORANGE, RED, SKY, tell_apart


def position_maps(picture, maps, face_shape, position, *, axes=None):
    """A picture, its face framed, and three maps over all positions with their colour bars.  (S4), (S6), (S7)

    picture (H, W), gray levels;  maps: (title, unit) -> (I, J);  position (i, j), marked  ->  axes (2, 2)
    """
    axes = grid(2, 2, axes, panel=(4.3, 2.6))
    (i, j), (h, w) = position, face_shape
    shown = show_gray(axes[0, 0], picture, "noisy picture X, face framed", size=12, labels=COUNTED)
    axes[0, 0].figure.colorbar(shown, ax=axes[0, 0], shrink=0.8, label="gray levels")
    frame(axes[0, 0], (i, j, h, w), ORANGE)
    labels = {"xlabel": "position j (pixels)", "ylabel": "position i (pixels)"}
    for ax, ((title, unit), values) in zip(axes.flat[1:], maps.items(), strict=True):
        show_map(ax, values, title, bar=unit, size=12, labels=labels)
        ax.plot(j, i, "+", color=RED, markersize=11, markeredgewidth=2)
    return axes


def four_corners(image, table, position, shape, *, axes=None):
    """A window, the table's entries at its corners, and the rectangle that each of them sums.    (S6)

    image (H, W), gray levels;  table (H+1, W+1), its cumulative sums;  position (i, j), shape (h, w)
    ->  axes (2, 3): window and table on the left, the rectangles on the right, placed as the corners lie
    """
    axes = grid(2, 3, axes, panel=(3.0, 2.3))
    (i, j), (h, w) = position, shape
    corners = (("+", i, j), ("-", i, j + w), ("-", i + h, j), ("+", i + h, j + w))
    total = sum(table[a, b] if sign == "+" else -table[a, b] for sign, a, b in corners)
    whole, sums = axes[:, 0]
    show_gray(whole, image, f"window at ({i}, {j}): {total:,.0f} gray levels")
    colours = {"cmap": "Blues", "norm": PowerNorm(0.5, vmin=0)}
    show_map(sums, table, "table T; row 0 and column 0 are zero", size=9, labels=BARE, **colours)
    sums.plot([0.5, 0.5, len(table[0]) - 0.5], [len(table) - 0.5, 0.5, 0.5], color=BLACK, linewidth=1)
    for ax, (sign, a, b) in zip(axes[:, 1:].flat, corners):
        show_gray(ax, image, f"{sign} T({a}, {b}) = {table[a, b]:,.0f}")
        colour, bar = (GREEN, "+") if sign == "+" else (ORANGE, "_")
        ax.add_patch(Rectangle((-0.5, -0.5), b, a, facecolor=colour, alpha=0.5, edgecolor="none"))
        for where, shift in ((ax, 0.5), (whole, 0.5), (sums, 0)):
            at = b - shift, a - shift
            where.plot(*at, "s", color=colour, markeredgecolor="white", markersize=10, clip_on=False)
            where.plot(*at, bar, color=BLACK, markersize=7, markeredgewidth=2, clip_on=False)
    for ax in (whole, *axes[:, 1:].flat):
        frame(ax, (i, j, h, w), RED)
    return axes


def doubled_runs(count, *, ax=None):
    """Which runs of 1, 2, 4, ... pixels, each made of two halves, add up to a run of `count` pixels.  (S6)"""
    ax = one_axes(ax, size=(6.0, 2.3))
    sizes, done = [2**n for n in range(count.bit_length())], 0
    unused = {"fc": "none", "edgecolor": "0.6", "linestyle": "--"}
    for level, size in enumerate(sizes):
        used = bool(count & size)
        first, look = (done, {"color": BLUE, "alpha": 0.75}) if used else (0, unused)
        ax.barh(level, size, left=first, height=0.6, **look)
        if size > 1:
            middle, edges = [first + size / 2] * 2, [level - 0.3, level + 0.3]
            ax.plot(middle, edges, color="white" if used else "0.6", linewidth=1.5)
        done += used * size
    title = f"{count} = " + " + ".join(str(size) for size in sizes if count & size)
    ax.set_yticks(range(len(sizes)), labels=[str(size) for size in sizes])
    ax.invert_yaxis()
    return describe(ax, title, "pixel of the run", "run made by doubling", xticks=range(0, count + 1, 2))


def block_matrix(matrix, block, title, *, ax=None):
    """The entries of a matrix but its zeros, lines around blocks of that many rows and columns.    (S7)"""
    rows, columns = matrix.shape
    ax = one_axes(ax, size=(0.36 * columns + 1.0, 0.36 * rows + 0.9))
    colours = {"cmap": "Blues", "vmin": 0, "vmax": 1.6 * matrix.max()}
    labels = {"xlabel": "pixel of the picture, row by row", "ylabel": "position, row by row"}
    show_map(ax, np.where(matrix == 0, np.nan, matrix), title, size=12, labels=labels, **colours)
    for r, c in np.argwhere(matrix):
        ax.text(c, r, f"{matrix[r, c]:g}", ha="center", va="center", fontsize=9)
    for line, end, step in ((ax.axhline, rows, block[0]), (ax.axvline, columns, block[1])):
        for edge in range(0, end + 1, step):
            line(edge - 0.5, color="0.3", linewidth=1)
    ax.set(xticks=range(columns), yticks=range(rows))
    ax.tick_params(labelsize=9)
    return ax


def spoiled_outputs(difference, positions, *, ax=None):
    """Where a circular correlation differs, (H, W), from one with zeros outside; (I, J) valid ones framed."""
    ax = one_axes(ax, size=(5.4, 3.3))
    I, J = positions
    norm, bar = LogNorm(1, np.max(difference) + 1), "1 + difference (squared gray levels)"
    labels = {"xlabel": "output column j (pixels)", "ylabel": "output row i (pixels)"}
    show_map(ax, difference + 1, "What wraps around", bar=bar, size=12, labels=labels, norm=norm)
    frame(ax, (0, 0, I, J), ORANGE, 2.5)
    ax.text(J / 2, I / 2, "positions where\nthe face fits", color="white", ha="center", va="center")
    return ax


def hiding_positions(image, pixels, rectangles, face_shape, counts, *, axes=None):
    """Pixels, the positions whose face hides them, and how many such positions each pixel has.    (S10)

    image (H, W), gray levels;  pixels: (row, column) of some;  rectangles: first and last row, first and last
    column of their positions;  face_shape (h, w);  counts (H, W)  ->  axes (2,)
    """
    left, right = axes = grid(1, 2, axes, panel=(4.2, 3.0))[0]
    show_gray(left, image, "pixel (cross), positions that hide it (filled)", size=12, labels=COUNTED)
    places = zip(pixels, rectangles, strict=True)
    for ((row, column), (top, bottom, first, last)), _, colour in tell_apart(places, (ORANGE, SKY)):
        box = top, first, bottom - top + 1, last - first + 1
        frame(left, box, None, None, fill=True, facecolor=colour, alpha=0.55)
        for corner in ((top, first), (bottom, last)):
            frame(left, (*corner, *face_shape), colour, 1.5, linestyle="--")
        left.plot(column, row, "X", color=colour, markeredgecolor=BLACK, markersize=10)
    title = "how many positions hide each pixel"
    show_map(right, counts, title, bar="positions", size=12, labels=COUNTED, vmin=0)
    return axes


def times(panels, *, crossings=(), axes=None):
    """Measured times on logarithmic axes, a panel for each table, a line for each method.

    panels: dict, (title, horizontal label) -> (sizes (n,), {method: seconds (n,), NaN where not measured})
    crossings: a panel's sizes at which sliding windows and FFT cross by count, dotted  ->  axes (panels,)
    """
    axes = grid(1, len(panels), axes, panel=(4.8, 3.8))[0]
    for ax, ((title, label), (sizes, table)) in zip(axes, panels.items()):
        for (method, seconds), colour, marker in tell_apart(table.items(), MARKERS):
            ax.loglog(sizes, seconds, marker=marker, color=colour, markersize=5, label=method)
        ax.set_xticks(sizes, labels=[str(size) for size in sizes])
        ax.tick_params(axis="x", which="minor", bottom=False)
        describe(ax, title, label, "time (seconds)", grid=True)
    for ax, places in zip(axes, crossings):
        for n, place in enumerate(places):
            text = "" if n else "windows = FFT, by count"
            ax.axvline(place, color=BLACK, linewidth=1.2, linestyle=":", label=text)
    legend_outside(axes[0], ncols=3)
    return axes


def digits_lost(levels, errors, *, ax=None):
    """Largest error (n,), nats, of a sum against the common gray levels (n,); errors: method -> (n,)."""
    ax = one_axes(ax, size=(7.6, 3.8))
    for (method, values), colour, marker in tell_apart(errors.items(), MARKERS):
        ax.loglog(levels, values, marker=marker, color=colour, markersize=5, label=method)
    ax.axhline(1, color=BLACK, linewidth=1, linestyle=":", label="1 nat")
    title, error = "Digits lost to a common gray level", "largest error of a term of the logit (nats)"
    describe(ax, title, "common level (gray levels)", error, grid=True)
    return legend_outside(ax, "right center")
