"""Figures of lesson 03: mixtures, their posteriors, and the estimates that are read off them."""

import matplotlib.pyplot as plt
import numpy as np

from ._names import BARE, describe, entitle, tick_numbers
from ._panels import grid, one_axes, show_map
from ._style import BLACK, BLUE, COLOURS, GRAY, LINES, ORANGE, POSTERIOR, PRIOR, SEEN, tell_apart

MARKERS = "os^Dv"
ROLES = {"prior": PRIOR, "likelihood": SEEN, "posterior": POSTERIOR}  # first word of a label -> its colour


def densities(z, curves, title, *, marks=None, limits=None, ax=None):
    """Densities of one pixel over its gray level z (n,).

    curves : label -> (n,), per gray level;  marks : label -> gray level;  limits : levels shown, None for all
    """
    ax = one_axes(ax, (6.4, 3.4))
    for (label, density), colour, line in tell_apart(curves.items(), LINES):
        role = ROLES.get(label.split()[0], colour)
        ax.plot(z, density, line, color=role, label=label, linewidth=2)
    for (label, level), _, colour, line in tell_apart((marks or {}).items(), COLOURS[::-1], LINES[::-1]):
        ax.axvline(level, color=colour, linestyle=line, linewidth=1.5, label=f"{label}: {level:.0f}")
    ax.set(xlim=limits, ylim=(0, None))
    return describe(ax, title, "gray level z", "density (per gray level)", legend="best")


def weight_curves(y, weights, prior_weights, names, title, *, ax=None):
    """Posterior weights (n, K) over the observed gray level y (n,), prior weights (K,) as thin lines. (M2)"""
    ax = one_axes(ax, (6.4, 3.2))
    parts = zip(names, weights.T, prior_weights, strict=True)
    for (name, after, before), colour, line in tell_apart(parts, LINES):
        ax.plot(y, after, line, color=colour, linewidth=2, label=f"{name}, after seeing y")
        ax.axhline(before, color=colour, linestyle=":", linewidth=1.2, label=f"{name}, prior")
    names = "observed gray level y", "weight"
    return describe(ax, title, *names, legend="center right", ylim=(-0.03, 1.03))


def plane_posterior(first, second, prior, posterior, seen, mean, *, limits=None, ax=None):
    """A prior and a posterior of two pixels as contour lines; the observation is a vertical line.

    first (n,), second (n',), gray levels of the axes;  prior, posterior (n', n), densities on that grid
    seen : observed level of the first pixel;  mean (2,), posterior mean;  limits : of both axes, None for all
    """
    ax = one_axes(ax, (5.2, 4.6))
    fractions = np.array([0.03, 0.15, 0.4, 0.8])
    ax.contour(
        first, second, prior, levels=fractions * prior.max(), colors=PRIOR, linewidths=1, linestyles="dashed"
    )
    ax.contour(first, second, posterior, levels=fractions * posterior.max(), colors=POSTERIOR, linewidths=1.6)
    ax.axvline(seen, color=SEEN, linestyle="-.", linewidth=1.8, label="observed gray level")
    ax.plot(*mean, "*", color=POSTERIOR, markeredgecolor=BLACK, markersize=14, label="posterior mean")
    for name, colour, line in (("prior", PRIOR, "--"), ("posterior", POSTERIOR, "-")):
        ax.plot([], [], line, color=colour, label=f"{name} contours")
    names = "Two pixels, one of them seen", "left pixel (gray levels)", "right pixel (gray levels)"
    return describe(ax, *names, xlim=limits, ylim=limits, legend="upper left")


def guess_cost(guesses, cost, marks, *, ax=None):
    """Expected squared error (n,) of guesses (n,), gray levels; marks: label -> (guess, cost) of some."""
    ax = one_axes(ax, (6.4, 3.2))
    ax.plot(guesses, cost, color=BLUE, linewidth=2)
    for (label, point), _, colour, marker in tell_apart(marks.items(), COLOURS[1:], MARKERS):
        ax.plot(*point, marker, color=colour, markersize=9, label=f"{label}: {point[0]:.0f}")
    cost = "expected squared error\n(squared gray levels)"
    return describe(ax, "The cost of a guess", "guess a (gray levels)", cost, legend="best")


def held_out_scores(n_components, curves, title, ylabel, *, ax=None):
    """A line for each label over the numbers of components (n,), logarithmic; curves: label -> (n,)."""
    ax = one_axes(ax, (5.6, 3.4))
    for (label, values), colour, marker, line in tell_apart(curves.items(), MARKERS, LINES):
        ax.plot(n_components, values, line + marker, color=colour, label=label)
    tick_numbers(ax, n_components)
    return describe(ax, title, "number of components K", ylabel, legend="best")


def picture_columns(columns, *, title="", axes=None):
    """Gray pictures, a row an example, a column a label, NaN orange; columns: label -> (N, h, w)."""
    rows = len(next(iter(columns.values())))
    axes = grid(rows, len(columns), axes, panel=(1.25, 1.2))
    shades = plt.get_cmap("gray").with_extremes(bad=ORANGE)
    for column, (label, pictures) in zip(axes.T, columns.items()):
        for n, (ax, picture) in enumerate(zip(column, pictures, strict=True)):
            show_map(ax, picture, "" if n else label, size=9, labels=BARE, **{**GRAY, "cmap": shades})
    return entitle(axes, title)
