"""Figures of lesson 08: EM for a scene, its bound and what it learns on the way."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ._style import BLACK, BLUE, GREEN, ORANGE, RED, grid, show_gray

Q_RANGE = (-6.0, 0.0)  # log10 of the probabilities that the colours of a map of positions span


def scene_rows(rows, heading, *, axes=None):
    """Pictures in rows, on one fixed gray range; rows: label -> pictures (n, H, W), gray levels.    (S1)"""
    n = len(next(iter(rows.values())))
    axes = grid(len(rows), n, axes, panel=(2.0, 1.5))
    for line, (label, pictures) in zip(axes, rows.items()):
        for ax, picture in zip(line, pictures):
            show_gray(ax, picture)
        line[0].set_ylabel(label, fontsize=9)
    axes[0, 0].figure.suptitle(heading, fontsize=11)
    return axes


def hiding_maps(picture, q, hidden, position, face_shape, *, axes=None):
    """A picture with its face framed, its q over positions, and c over pixels.                (S5), (S10)

    picture (H, W), gray levels;  q (I, J);  hidden (H, W), c;  position (row, column), the true one, framed and marked
    """
    axes = grid(1, 3, axes, panel=(3.4, 2.5))[0]
    (i, j), (h, w) = position, face_shape
    show_gray(axes[0], picture)
    axes[0].set_title("a picture, its true face framed", fontsize=10)
    axes[0].add_patch(Rectangle((j - 0.5, i - 0.5), w, h, fill=False, edgecolor=ORANGE, linewidth=1.5))
    shown = _show_q(axes[1], q, position)
    axes[1].set_title("q over positions, the true one circled", fontsize=10)
    axes[1].set(xlabel="column j (pixels)", ylabel="row i (pixels)")
    axes[1].figure.colorbar(shown, ax=axes[1], shrink=0.7, label="log10 of probability", extend="min")
    covered = axes[2].imshow(hidden, cmap="cividis", vmin=0, vmax=1, interpolation="nearest")
    axes[2].set_title("c: how surely a pixel is hidden", fontsize=10)
    axes[2].set(xlabel="column (pixels)", ylabel="row (pixels)")
    axes[2].figure.colorbar(covered, ax=axes[2], shrink=0.7, label="probability")
    return axes


def scene_along_em(scenes, maps, titles, position, *, axes=None):
    """Face, background and q of one picture along EM, a column for each scene.                     (S5), (S9), (S10)

    scenes : list of Scene;  maps : list of q (I, J);  position : (row, column), the true one of that picture, circled
    """
    n = len(scenes)
    if axes is None:
        heights = {"height_ratios": (2.0, 1.2, 1.0)}
        axes = plt.subplots(
            3, n, figsize=(1.6 * n, 3.9), layout="constrained", squeeze=False, gridspec_kw=heights
        )[1]
    axes = np.asarray(axes).reshape(3, n)
    for column, at, q, title in zip(axes.T, scenes, maps, titles):
        show_gray(column[0], at.face, title)
        show_gray(column[1], at.background)
        shown = _show_q(column[2], q, position)
        column[2].set(xticks=[], yticks=[])
    for ax, label in zip(axes[:, 0], ("face F", "background\nB", "q of one\npicture")):
        ax.set_ylabel(label, fontsize=8)
    axes[0, 0].figure.colorbar(
        shown, ax=axes[2], shrink=0.9, label="log10 of q", extend="min", ticks=(-6, -3, 0)
    )
    axes[0, 0].figure.suptitle("What EM believes, iteration by iteration", fontsize=11)
    return axes


def bound_sandwich(before, lifted, after, *, axes=None):
    """The bound as EM lifts it and closes the gap to the log-likelihood, in nats above its first value.    (S12), (S13)

    before, lifted, after : arrays (T,), of each iteration: the bound when it begins, equal to the log-likelihood; the bound
    after the M-step, q still the old one; the log-likelihood of the new scene, which the bound reaches by the E-step
    """
    axes = grid(1, 2, axes, panel=(4.6, 3.6))[0]
    first, rest = slice(0, 1), slice(1, len(after))
    for ax, part, name in zip(axes, (first, rest), ("The first iteration", "The next ones")):
        number = np.arange(1, len(after) + 1)[part]
        for t, *nats in zip(number, before[part], lifted[part], after[part]):
            low, middle, top = np.subtract(nats, before[0])
            label = t == number[0]
            ax.plot(
                [t - 0.5, t],
                [low, middle],
                "-",
                color=BLUE,
                linewidth=2,
                label="M-step lifts the bound" if label else None,
            )
            ax.plot(
                [t, t],
                [middle, top],
                "-",
                color=ORANGE,
                linewidth=4,
                label="E-step closes the gap" if label else None,
            )
            ax.plot([t, t + 0.5], [top, top], ":", color=BLACK, linewidth=1)
            ax.plot(
                t, middle, "v", color=BLUE, markersize=6, label="bound, new scene, old q" if label else None
            )
            ax.plot(
                t,
                top,
                "o",
                color=RED,
                markersize=5,
                label="log-likelihood of the new scene" if label else None,
            )
        ax.set(title=name, xlabel="iteration", ylabel="nats above the start")
        ax.set_xticks(number)
        ax.grid(alpha=0.3)
    axes[0].set_xlim(0.3, 1.7)
    axes[0].figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8
    )
    return axes


def bound_parts(bounds, expected, entropies, m_rises, e_rises, *, closer=2, axes=None):
    """The bound, its two contributions and what each half-step adds, against the iteration.         (S12), (S13)

    bounds, expected, entropies : arrays (T + 1,), nats;  m_rises, e_rises : arrays (T,), nats, of iterations 1 to T;
    closer : the iteration from which the second panel shows the first one enlarged
    """
    axes = grid(1, 4, axes, panel=(2.9, 3.0))[0]
    number = np.arange(len(bounds))
    for ax, first in zip(axes, (0, closer)):
        ax.plot(number[first:], bounds[first:] - bounds[-1], "o-", color=BLUE, markersize=6, label="bound")
        ax.plot(
            number[first:],
            expected[first:] - bounds[-1],
            "x--",
            color=ORANGE,
            markersize=5,
            label="expected ln p(X, d)",
        )
        ax.set(
            title="Bound, first part" if first == 0 else "The same, closer", ylabel="nats (last bound at 0)"
        )
    axes[0].legend(fontsize=8)
    axes[2].semilogy(number, entropies, "s-", color=GREEN, markersize=4)
    axes[2].set(title="Second part: entropy", ylabel="nats", ylim=(1e-6, None))
    axes[3].semilogy(number[1:], m_rises, "v-", color=BLUE, markersize=5, label="M-step")
    axes[3].semilogy(number[1:], e_rises, "o--", color=ORANGE, markersize=4, label="E-step")
    axes[3].set(title="What each half-step adds", ylabel="rise of the bound (nats)", ylim=(1e-6, None))
    axes[3].legend(fontsize=8)
    for ax in axes:
        ax.set_xlabel("iteration")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.grid(alpha=0.3)
    return axes


def _show_q(ax, q, position):
    """Probabilities of positions (I, J) on a fixed logarithmic colour range, the true position circled."""
    with np.errstate(divide="ignore"):
        shown = ax.imshow(
            np.maximum(np.log10(q), Q_RANGE[0]),
            cmap="cividis",
            vmin=Q_RANGE[0],
            vmax=Q_RANGE[1],
            interpolation="nearest",
        )
    ax.plot(
        position[1],
        position[0],
        "o",
        markerfacecolor="none",
        markeredgecolor=RED,
        markersize=11,
        markeredgewidth=1.5,
    )
    return shown
