"""Figures of lesson 09: faces found and not found, and when."""

import numpy as np
from matplotlib.ticker import PercentFormatter

from ._names import COUNTED, describe, entitle, legend_outside
from ._panels import frame, grid, one_axes, show_gray
from ._style import BLACK, BLUE, MARKERS, ORANGE, RED, SKY, tell_apart

VERDICTS = {"exact": (BLUE, ""), "shifted": (ORANGE, "//"), "lost": ("#BBBBBB", "..")}  # hatched, too


def wanted_gallery(pictures, heading, *, columns=None, panel=(1.6, 1.6), axes=None):
    """Gray pictures of any sizes, each with its title, on one fixed gray range.                       (S1)

    pictures : dict, title -> image (H, W), gray levels;  columns : pictures a row, all in one row by default;
    panel : width and height of a picture with its title, inches
    Returns the axes (rows, columns); places left over are removed.
    """
    columns = len(pictures) if columns is None else columns
    axes = grid(-(-len(pictures) // columns), columns, axes, panel=panel, used=len(pictures))
    for ax, (title, image) in zip(axes.flat, pictures.items()):
        show_gray(ax, image, title)
    return entitle(axes, f"{heading} (gray levels 0 to 255)")


def support_trace(counts, heading, *, ax=None):
    """What hard EM may still do, step by step, on a scale that is linear near 0 and logarithmic above.  (S14)

    counts : dict, name -> array (steps,), numbers of positions or pictures
    """
    ax = one_axes(ax, size=(5.6, 3.4))
    for (name, values), colour, marker in tell_apart(counts.items(), MARKERS):
        ax.plot(np.arange(1, len(values) + 1), values, color=colour, marker=marker, markersize=4, label=name)
    return describe(
        ax, heading, "E-step", "how many", yscale="symlog", ylim=(0, None), legend="best", grid=True
    )


def bound_trace(traces, heading, *, axes=None):
    """Bounds after every iteration, a panel each, as changes from the first value shown.       (S12), (S15)

    traces : dict, name -> array (iterations + 1,), nats;  falls are drawn in red
    """
    axes = grid(1, len(traces), axes, panel=(3.4, 2.8))[0]
    for ax, (name, bounds) in zip(axes, traces.items()):
        ax.plot(bounds, "o-", color=BLUE, markersize=4, label="rises")
        for t in np.flatnonzero(np.diff(bounds) < 0):
            ax.plot([t, t + 1], bounds[t : t + 2], "o-", color=RED, linewidth=3, markersize=5, label="falls")
        ax.ticklabel_format(useOffset=False)
        describe(ax, name, "iteration", "nats", legend="best", grid=True)
    return entitle(axes, heading)


def bound_against_error(runs, truth, heading, *, ax=None):
    """Log-likelihood that restarts reach against the error of their face, a marker for each method.  (S12)

    runs : dict, name -> (errors (R,) in gray levels, log-likelihoods (R,) in nats a picture);  truth : nats a
    picture, the value of the true scene, from which the others are counted
    """
    ax = one_axes(ax, size=(5.6, 3.8))
    for (name, (errors, bounds)), colour, marker, size in tell_apart(runs.items(), MARKERS, (11, 7, 5, 4)):
        look = {"markersize": size, "alpha": 0.75}  # the later the smaller: none is hidden
        ax.plot(errors, np.subtract(bounds, truth), marker, color=colour, label=name, **look)
    ax.axhline(0, color=BLACK, linewidth=1, linestyle=":", label="the true scene")
    names = "rms error of the face (gray levels)", "log-likelihood less the truth's\n(nats a picture)"
    return describe(ax, heading, *names, legend="best", grid=True)


def positions_found(found, positions, shape, heading, *, ax=None):
    """Where the faces are and where they were found, in the plane of positions.                (S5)

    found, positions : integer arrays (N, 2), rows and columns of the top-left corner;  shape : (I, J)
    """
    ax = one_axes(ax, size=(6.0, 3.2))
    ax.plot(positions[:, 1], positions[:, 0], "o", color=BLUE, markersize=8, fillstyle="none", label="true")
    ax.plot(found[:, 1], found[:, 0], "x", color=RED, markersize=5, label="found")
    limits = {"aspect": "equal", "xlim": (-1, shape[1]), "ylim": (shape[0], -1)}
    describe(ax, heading, "column of the corner (pixels)", "row of the corner (pixels)", **limits)
    legend_outside(ax, ncols=2)
    return ax


def verdict_bars(counts, starts, methods, noise_stds, *, axes=None):
    """How often the face is found: a panel for each start and method, a stacked bar for each noise.  (S16)

    counts : array (starts, methods, noises, 3), how many runs end exact, shifted and lost
    Returns the axes (starts, methods).
    """
    counts = np.asarray(counts, dtype=float)
    axes = grid(len(starts), len(methods), axes, panel=(2.5, 1.1))
    place = np.arange(len(noise_stds))
    for (r, c), ax in np.ndenumerate(axes):
        shares, base = counts[r, c] / counts[r, c].sum(axis=1, keepdims=True), np.zeros(len(noise_stds))
        for (verdict, (colour, hatch)), share in zip(VERDICTS.items(), shares.T):
            ax.bar(place, share, bottom=base, color=colour, hatch=hatch, edgecolor="white", label=verdict)
            base += share
        ax.set_xticks(place, labels=[f"{s:g}" for s in noise_stds], fontsize=8)
        ax.set(ylim=(0, 1), yticks=(0, 0.5, 1))
        ax.yaxis.set_major_formatter(PercentFormatter(1))
        ax.set_ylabel(f"{starts[r]}\nshare of runs", fontsize=8)
        if r == 0:
            ax.set_title(methods[c], fontsize=10)
        if r == len(starts) - 1:
            ax.set_xlabel("noise (gray levels)", fontsize=8)
    legend_outside(axes[0, 0], ncols=3)
    return axes


def position_share(noise_stds, curves, heading, *, ax=None):
    """Share of pictures whose face is put on its exact pixel, against the noise.                (S5)

    curves : dict, name -> array (noises,), from 0 to 1
    """
    ax = one_axes(ax, size=(5.6, 3.6))
    for (name, share), _, colour, marker in tell_apart(curves.items(), (BLACK, BLUE, ORANGE, SKY), "s^oD"):
        ax.plot(noise_stds, share, color=colour, marker=marker, label=name)
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    names = "noise (gray levels)", "pictures with the exact position"
    return describe(ax, heading, *names, legend="best", grid=True, ylim=(-0.02, 1.04))


def shifted_window(neighbourhood, crops, heading, *, ax=None):
    """The average surroundings of the found faces, with windows framed in it.                           (S16)

    neighbourhood : array, gray levels;  crops : dict, name -> (row, column, h, w) of a window in it
    """
    ax = one_axes(ax, size=(4.6, 3.6))
    show_gray(ax, neighbourhood, heading, labels={"xticks": [], "yticks": [], **COUNTED})
    for (name, box), _, colour, line in tell_apart(crops.items(), (ORANGE, SKY), ("-", "--")):
        frame(ax, box, colour, 2.5, linestyle=line, label=name)
    ax.legend(handles=ax.patches, loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=9)
    return ax
