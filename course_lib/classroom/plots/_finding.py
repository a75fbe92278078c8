"""Figures of lesson 09: faces found and not found, and when."""

import numpy as np
from matplotlib.ticker import PercentFormatter

from ._names import COUNTED, describe, entitle, legend_outside
from ._panels import frame, grid, one_axes, show_gray
from ._style import BLUE, MARKERS, ORANGE, RED, SKY, TRUTH, tell_apart

BEST = {"loc": "best", "fontsize": 9}
VERDICTS = {"exact": (BLUE, ""), "shifted": (ORANGE, "//"), "lost": ("#BBBBBB", "..")}  # hatched, too


def wanted_gallery(pictures, heading, *, columns=None, panel=(1.6, 1.6), axes=None):
    """Gray pictures of any sizes, each with its title, on one fixed gray range.                       (S1)

    pictures : dict, title -> image (H, W), gray levels;  columns : pictures a row, all in one row by default
    panel : width and height of a picture with its title, inches  ->  axes (rows, columns)
    """
    columns = len(pictures) if columns is None else columns
    axes = grid(-(-len(pictures) // columns), columns, axes, panel=panel, used=len(pictures))
    for ax, (title, image) in zip(axes.flat, pictures.items()):
        show_gray(ax, image, title)
    return entitle(axes, f"{heading} (gray levels 0 to 255)")


def support_trace(counts, heading, *, ax=None):
    """What hard EM may still do, step by step; counts: name -> (steps,), of positions or pictures.   (S14)"""
    ax = one_axes(ax, size=(5.6, 3.4))
    for (name, values), colour, marker in tell_apart(counts.items(), MARKERS):
        ax.plot(np.arange(1, len(values) + 1), values, color=colour, marker=marker, markersize=4, label=name)
    describe(ax, heading, "E-step", "how many", yscale="symlog", ylim=(0, None), grid=True)
    return legend_outside(ax, ncols=2)


def bound_trace(traces, heading, *, axes=None):
    """Bounds after every iteration, a panel each, falls red; traces: name -> (iterations + 1,), nats."""
    axes = grid(1, len(traces), axes, panel=(3.4, 2.8))[0]
    for ax, (name, bounds) in zip(axes, traces.items()):
        ax.plot(bounds, "o-", color=BLUE, markersize=4, label="rises")
        for t in np.flatnonzero(np.diff(bounds) < 0):
            ax.plot([t, t + 1], bounds[t : t + 2], "o-", color=RED, linewidth=3, markersize=5, label="falls")
        ax.ticklabel_format(useOffset=False)
        describe(ax, name, "iteration", "nats", legend=BEST, grid=True)
    return entitle(axes, heading)


def bound_against_error(runs, truth, heading, *, ax=None):
    """Log-likelihood that restarts reach against the error of their face, a marker for each method.  (S12)

    runs : name -> (errors (R,), gray levels; log-likelihoods (R,), nats a picture);  truth : the scene's
    """
    ax = one_axes(ax, size=(5.6, 3.8))
    for (name, (errors, bounds)), colour, marker, size in tell_apart(runs.items(), MARKERS, (11, 7, 5, 4)):
        look = {"markersize": size, "alpha": 0.75}  # the later the smaller: none is hidden
        ax.plot(errors, np.subtract(bounds, truth), marker, color=colour, label=name, **look)
    ax.axhline(0, color=TRUTH, linewidth=1.5, linestyle=":", label="the true scene")
    names = "rms error of the face (gray levels)", "log-likelihood less the truth's\n(nats a picture)"
    describe(ax, heading, *names, grid=True)
    return legend_outside(ax, ncols=2)


def positions_found(found, positions, shape, heading, *, ax=None):
    """Where faces are and were found, in the plane `shape` (I, J); found, positions: corners (N, 2).  (S5)"""
    ax = one_axes(ax, size=(6.0, 3.2))
    ax.plot(positions[:, 1], positions[:, 0], "o", color=TRUTH, markersize=8, fillstyle="none", label="true")
    ax.plot(found[:, 1], found[:, 0], "x", color=RED, markersize=5, label="found")
    limits = {"aspect": "equal", "xlim": (-1, shape[1]), "ylim": (shape[0], -1)}
    describe(ax, heading, "column of the corner (pixels)", "row of the corner (pixels)", **limits)
    return legend_outside(ax, ncols=2)


def verdict_bars(counts, starts, methods, noise_stds, *, axes=None):
    """How often the face is found: a panel for each start and method, a stacked bar for each noise.  (S16)

    counts : (starts, methods, noises, 3), how many runs end exact, shifted, lost  ->  axes (starts, methods)
    """
    axes = grid(len(starts), len(methods), axes, panel=(2.6, 1.4))
    counts, place = np.asarray(counts, dtype=float), np.arange(len(noise_stds))
    for (r, c), ax in np.ndenumerate(axes):
        shares, base = counts[r, c] / counts[r, c].sum(axis=1, keepdims=True), np.zeros(len(noise_stds))
        for (verdict, (colour, hatch)), share in zip(VERDICTS.items(), shares.T):
            ax.bar(place, share, bottom=base, color=colour, hatch=hatch, edgecolor="white", label=verdict)
            base += share
        ax.set_xticks(place, labels=[f"{s:g}" for s in noise_stds], fontsize=9)
        ax.set(ylim=(0, 1), yticks=(0, 0.5, 1))
        ax.yaxis.set_major_formatter(PercentFormatter(1))
        ax.set_ylabel("share of runs" if c else f"{starts[r]}\nshare of runs", fontsize=9)
    for top, bottom, method in zip(axes[0], axes[-1], methods):
        top.set_title(method, fontsize=10)
        bottom.set_xlabel("noise (gray levels)", fontsize=9)
    legend_outside(axes[0, 0], ncols=3)
    return axes


def position_share(noise_stds, curves, heading, *, ax=None):
    """Share of pictures with the exact position against noise_stds (gray levels); curves: name -> shares."""
    ax = one_axes(ax, size=(5.6, 3.6))
    for (name, share), _, colour, marker in tell_apart(curves.items(), (TRUTH, BLUE, ORANGE, SKY), "s^oD"):
        ax.plot(noise_stds, share, color=colour, marker=marker, label=name)
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    names = "noise (gray levels)", "pictures with the exact position"
    describe(ax, heading, *names, grid=True, ylim=(-0.02, 1.04))
    return legend_outside(ax, ncols=2)


def shifted_window(neighbourhood, crops, heading, *, ax=None):
    """Surroundings of the found faces, gray levels, windows framed; crops: name -> (row, column, h, w)."""
    ax = one_axes(ax, size=(4.6, 3.6))
    show_gray(ax, neighbourhood, heading, labels={"xticks": [], "yticks": [], **COUNTED})
    for (name, box), _, colour, line in tell_apart(crops.items(), (ORANGE, SKY), ("-", "--")):
        frame(ax, box, colour, 2.5, linestyle=line, label=name)
    ax.legend(handles=ax.patches, loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=9)
    return ax
