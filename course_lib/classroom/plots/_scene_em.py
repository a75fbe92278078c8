"""Figures of lesson 08: EM for a scene, its bound and what it learns on the way."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from ._names import BARE, COUNTED, describe, entitle, legend_outside
from ._panels import frame, grid, show_gray, show_map, show_powers, show_rows
from ._style import BLACK, BLUE, GREEN, ORANGE, RED

LOWEST = -6  # log10 of the probability at which the colours of a map of positions end


def scene_rows(rows, heading, *, axes=None):
    """Pictures in rows, on one fixed gray range; rows: label -> pictures (n, H, W), gray levels.    (S1)"""
    return entitle(show_rows(rows, (2.0, 1.5), axes), heading)


def scene_story(images, found, truth, *, axes=None):
    """Three of the images (N, H, W); below them background and face found, and the true face.  -> (2, 3)"""
    axes = grid(2, 3, axes, panel=(2.1, 1.75))
    for k, ax in enumerate(axes[0]):
        show_gray(ax, np.clip(images[k], 0, 255), f"picture {k + 1} of {len(images)}")
    below = ((found.background, "background found"), (found.face, "face found"), (truth.face, "true face"))
    for ax, (picture, title) in zip(axes[1], below):
        show_gray(ax, np.clip(picture, 0, 255), f"{title}, {picture.shape[0]} x {picture.shape[1]}")
    return entitle(axes, "Gray levels 0 (black) to 255 (white)", size=9)


def chicken_and_egg(picture, face, q, position, windows, *, axes=None):
    """A known face places itself; windows cut at known places average to it.   (S5), (S9)  -> axes (2, 3)

    picture (H, W);  q (I, J), of that picture under the true scene;  windows (N, h, w), at the true positions
    """
    axes = grid(2, 3, axes, panel=(2.9, 2.0))
    show_gray(axes[0, 0], np.clip(picture, 0, 255), "one of the pictures")
    show_gray(axes[0, 1], face, "the face, if known ...")
    bar = {"bar": "log10 of probability", "extend": "min"}
    show_powers(axes[0, 2], q, "... places itself", position, lowest=LOWEST, **bar)
    titles = ("one window at its place", "ten, averaged", f"all {len(windows)}, averaged")
    for ax, n, title in zip(axes[1], (1, 10, len(windows)), titles):
        show_gray(ax, np.clip(windows[:n].mean(axis=0), 0, 255), title)
    return axes


def hiding_maps(picture, q, hidden, position, face_shape, *, axes=None):
    """A picture (H, W) with its face framed, its q (I, J) over positions, its c (H, W) over pixels.  (S10)"""
    axes = grid(1, 3, axes, panel=(3.4, 2.5))[0]
    show_gray(axes[0], picture, "a picture, its true face framed", size=10)
    frame(axes[0], (*position, *face_shape), ORANGE, 1.5)
    bar = {"bar": "log10 of probability", "shrink": 0.7, "extend": "min"}
    show_powers(axes[1], q, "q over positions, the true one circled", position, lowest=LOWEST, **bar)
    bar = {"bar": "probability", "shrink": 0.7, "labels": COUNTED}
    show_map(axes[2], hidden, "c: how surely a pixel is hidden", vmin=0, vmax=1, **bar)
    return axes


def scene_along_em(scenes, maps, titles, position, *, reach=None, axes=None):
    """Face, background and q (I, J) of one picture along EM, a column for each of n scenes.   (S5), (S9)

    reach : (rows, columns) of q to show on either side of position; all without it
    """
    heights = {"height_ratios": (2.0, 1.2, 1.0 if reach is None else 1.3)}
    axes = grid(3, len(scenes), axes, panel=(1.6, 1.4), gridspec_kw=heights)
    for column, at, q, title in zip(axes.T, scenes, maps, titles, strict=True):
        show_gray(column[0], at.face, title)
        show_gray(column[1], at.background)
        shown = show_powers(column[2], q, "", position, lowest=LOWEST, labels=BARE)
        if reach is not None:
            (i, j), (rows, columns) = position, np.add(reach, 0.5)
            column[2].set(xlim=(j - columns, j + columns), ylim=(i + rows, i - rows))
    for ax, label in zip(axes[:, 0], ("face F", "background\nB", "q of one\npicture")):
        ax.set_ylabel(label, fontsize=9)
    bar = {"label": "log10 of q", "extend": "min", "ticks": (-6, -3, 0)}
    axes[0, 0].figure.colorbar(shown, ax=axes[2], shrink=0.9, **bar)
    return entitle(axes, "What EM believes, iteration by iteration")


def bound_sandwich(before, lifted, after, *, axes=None):
    """The bound as EM lifts it and closes its gap, in nats above its first value.    (S12), (S13)

    before, lifted, after (T,): the bound as each iteration begins, equal to the log-likelihood; after the
    M-step, q still the old one; the log-likelihood of the new scene, reached by the E-step  ->  axes (2,)
    """
    axes = grid(1, 2, axes, panel=(4.6, 3.6))[0]
    nats = np.stack([before, lifted, after], axis=1) - before[0]
    for ax, part, title in zip(axes, (slice(1), slice(1, None)), ("The first iteration", "The next ones")):
        number = np.arange(1, len(nats) + 1)[part]
        for t, (low, middle, top) in zip(number, nats[part]):
            lines = (
                ([t - 0.5, t], [low, middle], "-", BLUE, {"linewidth": 2}, "M-step lifts the bound"),
                (
                    [t, t],
                    [middle, top],
                    "-",
                    ORANGE,
                    {"linewidth": 9, "solid_capstyle": "butt"},
                    "E-step closes the gap",
                ),
                ([t, t + 0.5], [top, top], ":", BLACK, {"linewidth": 1}, None),
                (t, middle, "v", BLUE, {"markersize": 4}, "bound, new scene, old q"),
                (t, top, "o", RED, {"markersize": 4}, "log-likelihood of the new scene"),
            )
            for x, y, style, colour, look, label in lines:
                ax.plot(x, y, style, color=colour, label=label if t == number[0] else None, **look)
        describe(ax, title, "iteration", "nats above the start", grid=True)
        ax.set_xticks(number)
    axes[0].set_xlim(0.3, 1.7)
    legend_outside(axes[0], ncols=4, size=8)
    return axes


def bound_parts(bounds, expected, entropies, m_rises, e_rises, *, closer=2, axes=None):
    """The bound and its first part, the entropy, and what each half-step adds, by iteration.  (S12), (S13)

    bounds, expected, entropies (T + 1,), nats;  m_rises, e_rises (T,), nats, of iterations 1 to T
    closer : the iteration from which the first panel shows the bound  ->  axes (3,)
    """
    axes = grid(1, 3, axes, panel=(3.6, 3.2))[0]
    number = np.arange(len(bounds))
    axes[0].plot(number[closer:], bounds[closer:] - bounds[-1], "o-", color=BLUE, markersize=7, label="bound")
    part = expected[closer:] - bounds[-1]
    axes[0].plot(number[closer:], part, "x--", color=ORANGE, markersize=6, label="first part")
    axes[1].semilogy(number, entropies, "s-", color=GREEN, markersize=4)
    axes[2].semilogy(number[1:], m_rises, "v-", color=BLUE, markersize=5, label="M-step")
    axes[2].semilogy(number[1:], e_rises, "o--", color=ORANGE, markersize=4, label="E-step")
    panels = (
        (f"Bound and first part, from {closer} on", "nats (last bound at 0)", {"legend": "best"}),
        ("Second part: entropy", "nats", {"ylim": (1e-6, None)}),
        ("What each half-step adds", "rise of the bound (nats)", {"ylim": (1e-6, None), "legend": "best"}),
    )
    for ax, (title, ylabel, options) in zip(axes, panels):
        describe(ax, title, "iteration", ylabel, grid=True, **options)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return axes
