"""Figures of lesson 03: mixtures, their posteriors, and the estimates that are read off them."""

import matplotlib.pyplot as plt
import numpy as np

from ._names import BARE, describe, entitle, tick_numbers
from ._panels import grid, one_axes, show_map
from ._style import BLACK, BLUE, COLOURS, GRAY, LINES, ORANGE, RED, tell_apart

MARKERS = "os^Dv"


def densities(z, curves, title, *, marks=None, limits=None, ax=None):
    """Densities of one pixel over its gray level.

    z : array (n,), gray levels;  curves : dict from a label to an array (n,), densities per gray level
    marks : dict from a label to a gray level, or None; each becomes a vertical line
    limits : (lowest, highest) gray level shown, or None for all of `z`
    """
    ax = one_axes(ax, (6.4, 3.4))
    for (label, density), colour, line in tell_apart(curves.items(), LINES):
        ax.plot(z, density, line, color=colour, label=label, linewidth=2)
    for (label, level), _, colour, line in tell_apart((marks or {}).items(), COLOURS[::-1], LINES[::-1]):
        ax.axvline(level, color=colour, linestyle=line, linewidth=1.5, label=f"{label}: {level:.0f}")
    ax.set_xlim(limits)
    ax.set_ylim(bottom=0)
    return describe(ax, title, "gray level z", "density (per gray level)", legend="best")


def weight_curves(y, weights, prior_weights, names, title, *, ax=None):
    """Posterior weights of the components over the observed gray level, the prior weights as thin lines.

    y : array (n,), gray levels;  weights : array (n, K);  prior_weights : array (K,);  names : K labels
    """
    ax = one_axes(ax, (6.4, 3.2))
    parts = zip(names, weights.T, prior_weights, strict=True)
    for (name, after, before), colour, line in tell_apart(parts, LINES):
        ax.plot(y, after, line, color=colour, linewidth=2, label=f"{name}, after seeing y")
        ax.axhline(before, color=colour, linestyle=":", linewidth=1.2, label=f"{name}, prior")
    names = "observed gray level y", "weight"
    return describe(ax, title, *names, legend="center right", ylim=(-0.03, 1.03))


def plane_posterior(first, second, prior, posterior, seen, mean, *, limits=None, ax=None):
    """A prior and a posterior of two pixels as contour lines; the observation is a vertical line.

    first, second : arrays (n,), (n',), gray levels of the two axes
    prior, posterior : arrays (n', n), densities on that grid
    seen : gray level observed of the first pixel;  mean : array (2,), the posterior mean
    limits : (lowest, highest) gray level shown on both axes, or None for the whole grid
    """
    ax = one_axes(ax, (5.2, 4.6))
    fractions = np.array([0.03, 0.15, 0.4, 0.8])
    ax.contour(first, second, prior, levels=fractions * prior.max(), colors="0.55", linewidths=1)
    ax.contour(first, second, posterior, levels=fractions * posterior.max(), colors=BLUE, linewidths=1.6)
    ax.axvline(seen, color=BLACK, linestyle="--", linewidth=1.2, label="observed gray level")
    ax.plot(*mean, "*", color=RED, markersize=14, label="posterior mean")
    ax.plot([], [], color="0.55", label="prior contours")
    ax.plot([], [], color=BLUE, label="posterior contours")
    names = "left pixel (gray levels)", "right pixel (gray levels)"
    ax.set(xlim=limits, ylim=limits)
    return describe(ax, "Two pixels, one of them seen", *names, legend="upper left")


def guess_cost(guesses, cost, marks, *, ax=None):
    """Expected squared error of a guess over the guess, with some guesses marked.

    guesses, cost : arrays (n,), gray levels and squared gray levels
    marks : dict from a label to a pair (guess, cost)
    """
    ax = one_axes(ax, (6.4, 3.2))
    ax.plot(guesses, cost, color=BLUE, linewidth=2)
    for (label, point), _, colour, marker in tell_apart(marks.items(), COLOURS[1:], MARKERS):
        ax.plot(*point, marker, color=colour, markersize=9, label=f"{label}: {point[0]:.0f}")
    cost = "expected squared error\n(squared gray levels)"
    return describe(ax, "The cost of a guess", "guess a (gray levels)", cost, legend="best")


def held_out_scores(n_components, curves, title, ylabel, *, ax=None):
    """One line a label over the number of components, on a logarithmic axis.

    n_components : (n,) numbers K;  curves : dict from a label to an array (n,)
    """
    ax = one_axes(ax, (5.6, 3.4))
    for (label, values), colour, marker, line in tell_apart(curves.items(), MARKERS, LINES):
        ax.plot(n_components, values, line + marker, color=colour, label=label)
    ax.set_xscale("log")
    tick_numbers(ax, n_components)
    return describe(ax, title, "number of components K", ylabel, legend="best")


def picture_columns(columns, *, title="", axes=None):
    """Gray pictures, one row an example and one column a label; missing pixels (NaN) are orange.

    columns : dict from a label to an array (N, h, w), gray levels
    """
    rows = len(next(iter(columns.values())))
    axes = grid(rows, len(columns), axes, panel=(1.25, 1.2))
    shades = plt.get_cmap("gray").with_extremes(bad=ORANGE)
    for column, (label, pictures) in zip(axes.T, columns.items()):
        column[0].set_title(label, fontsize=9)
        for ax, picture in zip(column, pictures, strict=True):
            show_map(ax, picture, ax.get_title(), size=9, labels=BARE, **{**GRAY, "cmap": shades})
    return entitle(axes, title)
