"""Figures of lesson 07: what is summed, how sums over windows are shared, and what that saves."""

import numpy as np
from matplotlib.colors import LogNorm, PowerNorm
from matplotlib.patches import Rectangle

from ._style import BLUE, COLOURS, GRAY, GREEN, ORANGE, RED, SKY, grid, one_axes, show_gray

MARKERS = "osD^vP"
PIXELS = {"xlabel": "column (pixels)", "ylabel": "row (pixels)"}


def position_maps(picture, maps, face_shape, position, *, axes=None):
    """A picture with its face framed, and three maps over all positions, each with its own colour bar.    (S4), (S6), (S7)

    picture (H, W), gray levels;  maps: dict, (title, unit) -> array (I, J);  position (i, j) of the face, marked in the maps
    Returns the axes (2, 2).
    """
    axes = grid(2, 2, axes, panel=(4.3, 2.6))
    (i, j), (h, w) = position, face_shape
    shown = axes[0, 0].imshow(picture, **GRAY)
    axes[0, 0].figure.colorbar(shown, ax=axes[0, 0], shrink=0.8, label="gray levels")
    axes[0, 0].add_patch(Rectangle((j - 0.5, i - 0.5), w, h, fill=False, edgecolor=ORANGE, linewidth=2))
    axes[0, 0].set(title="noisy picture X, face framed", **PIXELS)
    for ax, ((title, unit), values) in zip(axes.flat[1:], maps.items()):
        shown = ax.imshow(values, cmap="cividis", interpolation="nearest")
        ax.plot(j, i, "+", color=RED, markersize=11, markeredgewidth=2)
        ax.set(title=title, xlabel="position j (pixels)", ylabel="position i (pixels)")
        ax.figure.colorbar(shown, ax=ax, shrink=0.8, label=unit)
    return axes


def four_corners(image, table, position, shape, *, axes=None):
    """A window, the table's entries at its corners, and the rectangle that each of them sums: two added, two taken off.    (S6)

    image (H, W), gray levels;  table (H+1, W+1), its cumulative sums;  position (i, j) and shape (h, w) of the window
    Returns the axes (2, 3): window and table on the left, the rectangles on the right, placed as the corners lie.
    """
    axes = grid(2, 3, axes, panel=(3.0, 2.3))
    (i, j), (h, w) = position, shape
    corners = {"+": ((i, j), (i + h, j + w)), "-": ((i, j + w), (i + h, j))}
    total = sum(table[at] for at in corners["+"]) - sum(table[at] for at in corners["-"])
    show_gray(axes[0, 0], image, f"window at ({i}, {j}): {total:,.0f} gray levels")
    axes[1, 0].imshow(table, cmap="Blues", norm=PowerNorm(0.5, vmin=0), interpolation="nearest")
    axes[1, 0].plot([0.5, 0.5, len(table[0]) - 0.5], [len(table) - 0.5, 0.5, 0.5], color="black", linewidth=1)
    axes[1, 0].set_title("table T; row 0 and column 0 are zero", fontsize=9)
    axes[1, 0].set(xticks=[], yticks=[])
    for ax, sign, (a, b) in zip(axes[:, 1:].flat, "+--+", (corners["+"][0], *corners["-"], corners["+"][1])):
        show_gray(ax, image, f"{sign} T({a}, {b}) = {table[a, b]:,.0f}")
        colour = GREEN if sign == "+" else ORANGE
        ax.add_patch(Rectangle((-0.5, -0.5), b, a, facecolor=colour, alpha=0.5, edgecolor="none"))
        for where, place in (
            (ax, (b - 0.5, a - 0.5)),
            (axes[0, 0], (b - 0.5, a - 0.5)),
            (axes[1, 0], (b, a)),
        ):
            where.plot(*place, "s", color=colour, markeredgecolor="white", markersize=10, clip_on=False)
            where.plot(
                *place,
                "+" if sign == "+" else "_",
                color="black",
                markersize=7,
                markeredgewidth=2,
                clip_on=False,
            )
    for ax in (axes[0, 0], *axes[:, 1:].flat):
        ax.add_patch(Rectangle((j - 0.5, i - 0.5), w, h, fill=False, edgecolor=RED, linewidth=2))
    return axes


def doubled_runs(count, *, ax=None):
    """Which runs of 1, 2, 4, ... pixels, each made of two halves, add up to a run of `count` pixels.    (S6)"""
    ax = one_axes(ax, size=(6.0, 2.3))
    sizes = [2**n for n in range(count.bit_length())]
    done = 0
    for level, size in enumerate(sizes):
        used = bool(count & size)
        first = done if used else 0
        style = (
            {"color": BLUE, "alpha": 0.75}
            if used
            else {"facecolor": "none", "edgecolor": "0.6", "linestyle": "--"}
        )
        ax.barh(level, size, left=first, height=0.6, **style)
        if size > 1:
            ax.plot(
                [first + size / 2] * 2,
                [level - 0.3, level + 0.3],
                color="white" if used else "0.6",
                linewidth=1.5,
            )
        done += used * size
    ax.set(
        title=f"{count} = " + " + ".join(str(size) for size in sizes if count & size),
        xlabel="pixel of the run",
        ylabel="run made by doubling",
    )
    ax.set_yticks(range(len(sizes)), labels=[str(size) for size in sizes])
    ax.set_xticks(range(0, count + 1, 2))
    ax.invert_yaxis()
    return ax


def block_matrix(matrix, block, title, *, ax=None):
    """The entries of a matrix, its zeros left empty, with lines around blocks of that many rows and columns.    (S7)"""
    rows, columns = matrix.shape
    ax = one_axes(ax, size=(0.36 * columns + 1.0, 0.36 * rows + 0.9))
    ax.imshow(
        np.where(matrix == 0, np.nan, matrix),
        cmap="Blues",
        vmin=0,
        vmax=1.6 * matrix.max(),
        interpolation="nearest",
    )
    for r, c in np.argwhere(matrix):
        ax.text(c, r, f"{matrix[r, c]:g}", ha="center", va="center", fontsize=8)
    for edge in range(0, rows + 1, block[0]):
        ax.axhline(edge - 0.5, color="0.3", linewidth=1)
    for edge in range(0, columns + 1, block[1]):
        ax.axvline(edge - 0.5, color="0.3", linewidth=1)
    ax.set(title=title, xlabel="pixel of the picture, row by row", ylabel="position, row by row")
    ax.set_xticks(range(columns))
    ax.set_yticks(range(rows))
    ax.tick_params(labelsize=8)
    return ax


def spoiled_outputs(difference, positions, *, ax=None):
    """Where a circular correlation differs from one that sees zeros outside the picture; valid positions framed.    (S7)

    difference (H, W), absolute, squared gray levels;  positions (I, J), how many are valid
    """
    ax = one_axes(ax, size=(5.4, 3.3))
    I, J = positions
    shown = ax.imshow(
        difference + 1, cmap="cividis", norm=LogNorm(1, difference.max() + 1), interpolation="nearest"
    )
    ax.add_patch(Rectangle((-0.5, -0.5), J, I, fill=False, edgecolor=ORANGE, linewidth=2.5))
    ax.text(J / 2, I / 2, "positions where\nthe face fits", color="white", ha="center", va="center")
    ax.set(title="What wraps around", xlabel="output column j (pixels)", ylabel="output row i (pixels)")
    ax.figure.colorbar(shown, ax=ax, shrink=0.8, label="1 + difference (squared gray levels)")
    return ax


def hiding_positions(image, pixels, rectangles, face_shape, counts, *, axes=None):
    """Pixels, the positions whose face hides them, and how many such positions each pixel has.    (S10)

    image (H, W), gray levels;  pixels: (row, column) of some;  rectangles: first and last row, first and last column of
    their positions;  face_shape (h, w);  counts (H, W)
    Returns the axes (2,).
    """
    axes = grid(1, 2, axes, panel=(4.2, 3.0))[0]
    h, w = face_shape
    axes[0].imshow(image, **GRAY)
    for (row, column), (top, bottom, left, right), colour in zip(pixels, rectangles, (ORANGE, SKY)):
        corners = Rectangle(
            (left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, facecolor=colour, alpha=0.55
        )
        axes[0].add_patch(corners)
        for i, j in ((top, left), (bottom, right)):
            axes[0].add_patch(
                Rectangle(
                    (j - 0.5, i - 0.5), w, h, fill=False, edgecolor=colour, linestyle="--", linewidth=1.5
                )
            )
        axes[0].plot(column, row, "X", color=colour, markeredgecolor="black", markersize=10)
    axes[0].set(title="pixel (cross), positions that hide it (filled)", **PIXELS)
    shown = axes[1].imshow(counts, cmap="cividis", vmin=0, interpolation="nearest")
    axes[1].set(title="how many positions hide each pixel", **PIXELS)
    axes[1].figure.colorbar(shown, ax=axes[1], shrink=0.8, label="positions")
    return axes


def times(panels, *, crossings=(), axes=None):
    """Measured times on logarithmic axes, a panel for each table, a line for each method.

    panels: dict, (title, label of the horizontal axis) -> (sizes (n,), {method: seconds (n,), NaN where not measured})
    crossings: for each panel, the sizes at which sliding windows and FFT cross by count, dotted lines
    Returns the axes (len(panels),).
    """
    axes = grid(1, len(panels), axes, panel=(4.8, 3.8))[0]
    for ax, ((title, label), (sizes, table)) in zip(axes, panels.items()):
        for (method, seconds), colour, marker in zip(table.items(), COLOURS, MARKERS):
            ax.loglog(sizes, seconds, marker=marker, color=colour, markersize=5, label=method)
        ax.set_xticks(sizes, labels=[str(size) for size in sizes])
        ax.tick_params(axis="x", which="minor", bottom=False)
        ax.set(title=title, xlabel=label, ylabel="time (seconds)")
        ax.grid(alpha=0.3)
    for ax, places in zip(axes, crossings):
        for n, place in enumerate(places):
            ax.axvline(
                place,
                color="black",
                linewidth=1.2,
                linestyle=":",
                label="" if n else "windows = FFT, by count",
            )
    axes[0].figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9
    )
    return axes


def digits_lost(levels, errors, *, ax=None):
    """Largest error of a sum against the common gray level, on logarithmic axes.

    levels (n,), gray levels;  errors: dict, method -> array (n,), nats
    """
    ax = one_axes(ax, size=(7.6, 3.8))
    for n, (method, values) in enumerate(errors.items()):
        ax.loglog(levels, values, marker=MARKERS[n], color=COLOURS[n], markersize=5, label=method)
    ax.axhline(1, color="black", linewidth=1, linestyle=":", label="1 nat")
    ax.set(
        title="Digits lost to a common gray level",
        xlabel="common level (gray levels)",
        ylabel="largest error of a term of the logit (nats)",
    )
    ax.grid(alpha=0.3)
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside right center", fontsize=9)
    return ax
