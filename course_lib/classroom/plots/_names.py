"""What is written on figures: titles, labels and ticks of axes, legends, headings."""

import numpy as np

BARE = {"xticks": [], "yticks": []}  # axes without ticks
COUNTED = {"xlabel": "column (pixels)", "ylabel": "row (pixels)"}  # axes of a picture
PLACED = {"xlabel": "column j (pixels)", "ylabel": "row i (pixels)"}  # axes of a map over positions


def describe(ax, title, xlabel, ylabel, *, legend=None, grid=False, **more):
    """Title and labels; a legend at that place, or with options; thin lines at the ticks."""
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel, **more)
    if grid:
        ax.grid(alpha=0.3)
    if legend:
        ax.legend(**(legend if isinstance(legend, dict) else {"loc": legend, "fontsize": 8}))
    return ax


def tick_numbers(ax, numbers):
    """A logarithmic horizontal axis with ticks at these numbers alone."""
    ax.set_xscale("log")
    ax.set_xticks(numbers, labels=[str(number) for number in numbers])
    ax.minorticks_off()


def legend_outside(ax, where="lower center", *, ncols=1, size=9):
    """One legend for a whole figure, outside its panels, with what is named in `ax`.  ->  ax"""
    ax.figure.legend(*ax.get_legend_handles_labels(), loc=f"outside {where}", ncols=ncols, fontsize=size)
    return ax


def entitle(axes, heading, size=11):
    """One heading above all panels."""
    np.ravel(axes)[0].figure.suptitle(heading, fontsize=size)
    return axes
