"""Where figures are drawn and what fills a panel: axes, gray pictures, maps, frames."""

import functools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ... import checks
from ._names import BARE, PLACED
from ._style import GRAY, GUESS, RED


def close_what_fails(plot):
    """The plot; if it raises, a figure that it opened is closed, and the error names the plot."""

    @functools.wraps(plot)
    def draw_or_close(*args, **options):
        open_before = set(plt.get_fignums())
        try:
            return plot(*args, **options)
        except Exception as error:
            for number in set(plt.get_fignums()) - open_before:
                plt.close(number)
            name = f"plots.{plot.__name__}"
            error.add_note(f"{name} could not draw its arguments; help({name}) has their shapes")
            raise

    return draw_or_close


def one_axes(ax, size=(5.0, 3.6)):
    """The given axes, or the single axes of a new figure of `size` inches."""
    return plt.subplots(figsize=size, layout="constrained")[1] if ax is None else check_axes("ax", ax, 1)[0]


def grid(rows, columns, axes=None, panel=(1.5, 1.6), *, used=None, **options):
    """Axes (rows, columns), new with panels of that many inches, or the given ones; the first `used` stay."""
    if axes is None:
        size = (columns * panel[0], rows * panel[1])
        axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False, **options)[1]
    axes = np.reshape(check_axes("axes", axes, rows * columns), (rows, columns))
    for ax in axes.flat[used:] if used is not None else ():
        ax.remove()
    return axes


def check_axes(name, axes, count):
    """A flat array of `count` axes; TypeError or ValueError for anything else."""
    flat = np.ravel(np.asarray(axes, dtype=object))
    if not all(isinstance(ax, Axes) for ax in flat):
        kinds = ", ".join(sorted({type(ax).__name__ for ax in flat}))
        raise TypeError(f"{name} needs axes of Matplotlib; got {kinds}; take them from plt.subplots")
    if len(flat) != count:
        raise ValueError(f"{name} needs {count} axes; got {len(flat)}; leave {name} out to have them made")
    return flat


def show_gray(ax, image, title="", *, size=9, labels=BARE):
    """One gray image on the fixed range 0..255 gray levels, without ticks unless its axes have `labels`."""
    checks.real_array("picture", image, ("H", "W"), hint="choose one of the stack")
    shown = ax.imshow(image, **GRAY)
    ax.set_title(title, fontsize=size)
    ax.set(**labels)
    return shown


def show_rows(rows, panel, axes):
    """Gray pictures in rows, each row's label beside it; rows: label -> (n, H, W).  ->  axes (rows, n)"""
    axes = grid(len(rows), len(next(iter(rows.values()))), axes, panel)
    for line, (label, pictures) in zip(axes, rows.items()):
        for ax, picture in zip(line, pictures, strict=True):
            show_gray(ax, picture)
        line[0].set_ylabel(label, fontsize=9)
    return axes


def show_map(ax, values, title="", *, bar=None, size=10, shrink=0.8, labels=PLACED, **colours):
    """One map (H, W) in colours, `bar` beside its colour bar if there is one.  ->  its image"""
    extend = colours.pop("extend", "neither")
    shown = ax.imshow(values, **{"cmap": "cividis", "interpolation": "nearest", **colours})
    ax.set_title(title, fontsize=size)
    ax.set(**labels)
    if bar is not None:
        ax.figure.colorbar(shown, ax=ax, shrink=shrink, label=bar, extend=extend)
    return shown


def show_powers(ax, q, title, position, *, lowest, width=1.5, **looks):
    """Powers of ten, from `lowest` on, of probabilities of positions; the true one circled.  ->  the image"""
    with np.errstate(divide="ignore"):
        shown = show_map(ax, np.maximum(np.log10(q), lowest), title, vmin=lowest, vmax=0, **looks)
    circle(ax, position, width)
    return shown


def circle(ax, position, width=1.5):
    """A red circle around the position (row, column)."""
    ax.plot(*position[::-1], "o", fillstyle="none", color=RED, markersize=11, markeredgewidth=width)


def frame(ax, box, colour, width=2, **looks):
    """A frame around the pixels (row, column, rows, columns)."""
    row, column, rows, columns = box
    looks = {"fill": False, "edgecolor": colour, "linewidth": width, **looks}
    return ax.add_patch(Rectangle((column - 0.5, row - 0.5), columns, rows, **looks))


def mark_guess(ax, guess, *, along="x"):
    """Draw what the reader expected into axes: a dashed line at a number; nothing where there is none.

    guess : `exercises.guess(...)` or a number;  along : "x" or "y", the axis on which the guess lies
    """
    place = float(guess)
    if not np.isnan(place):
        line = {"x": ax.axvline, "y": ax.axhline}[along]
        line(place, color=GUESS, linestyle="--", linewidth=2, label="your guess", zorder=5)
        ax.legend()
    return ax


def sign(axes, sentence):
    """Write below a figure who made it, as `exercises.credit` says.  axes : of that figure, one or several"""
    figure = np.ravel(np.asarray(axes, dtype=object))[0].figure
    figure.text(0.5, -0.01, sentence, ha="center", va="top", fontsize=9, style="italic")
    return axes
