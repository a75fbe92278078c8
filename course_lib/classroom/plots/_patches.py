"""Figures of lesson 04: patches, what a mixture of patches has learned, and the EM that fits it."""

import numpy as np
from matplotlib.patches import Ellipse

from ...patches import side
from ._names import BARE, COUNTED, describe, entitle, legend_outside, tick_numbers
from ._panels import frame, grid, one_axes, show_gray, show_map
from ._style import LINES, RED, tell_apart


def patch_windows(image, m, positions, *, axes=None):
    """An image (H, W), some m x m windows framed (positions: their corners), and those enlarged.    (P1)"""
    axes = grid(1, 1 + len(positions), axes, panel=(1.9, 2.1))[0]
    show_gray(axes[0], image, f"{len(positions)} windows of {m} x {m}", size=12, labels=COUNTED)
    J = image.shape[1] - m + 1
    for (ax, (i, j)), colour in tell_apart(zip(axes[1:], positions)):
        frame(axes[0], (i, j, m, m), colour)
        show_gray(ax, image[i : i + m, j : j + m], f"i={i}, j={j}: patch {i * J + j}")
        for edge in ax.spines.values():
            edge.set(edgecolor=colour, linewidth=2)
    return axes


def coverage_maps(maps, titles, *, axes=None):
    """How many patches lie on each pixel: one map (H, W) a panel, each with its own colour bar.    (P2)"""
    axes = grid(1, len(maps), axes, panel=(2.7, 2.3))[0]
    for ax, counts, title in zip(axes, maps, titles, strict=True):
        show_map(ax, counts, title, bar="patches on the pixel", size=9, labels=COUNTED, vmin=0)
    return axes


def patch_gallery(patches, titles, columns, heading, *, axes=None):
    """Patches (N, m*m) in gray levels, `columns` a row, each with its title; one fixed gray range."""
    m = side(np.shape(patches)[1])
    axes = grid(-(-len(patches) // columns), columns, axes, panel=(0.95, 1.15), used=len(patches))
    for ax, (patch, title) in zip(axes.flat, zip(patches, titles, strict=True)):
        show_gray(ax, np.reshape(patch, (m, m)), title)
    return entitle(axes, heading)


def patch_rows(rows, heading, *, axes=None):
    """Rows of patches in gray levels, one fixed gray range; rows: label -> patches (n, m*m), any n."""
    n = max(len(patches) for patches in rows.values())
    axes = grid(len(rows), n, axes, panel=(0.75, 0.78))
    for line, (label, patches) in zip(axes, rows.items()):
        m = side(np.shape(patches)[1])
        for ax in line[len(patches) :]:
            ax.remove()
        for ax, patch in zip(line, patches):
            show_gray(ax, np.reshape(patch, (m, m)))
        line[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=10)
    return entitle(axes, heading)


def eigen_rows(mixture, which, count, heading, *, axes=None):
    """Mean and leading eigenvectors of some components, a row a component, one range of colours.  (M6)

    The title of an eigenvector is its standard deviation, the root of its eigenvalue, in gray levels. Its
    entries have a root mean square of 1/m; the colours end at three times that.
    """
    m = side(mixture.means.shape[1], "mixture")
    axes, (values, vectors) = grid(len(which), 1 + count, axes, panel=(1.3, 1.45)), mixture.eigen
    colours = {"cmap": "PuOr", "vmin": -3 / m, "vmax": 3 / m}
    for line, k in zip(axes, which):
        show_gray(line[0], mixture.means[k].reshape(m, m), "mean")
        line[0].set_ylabel(f"weight {mixture.weights[k]:.2f}", fontsize=9)
        for rank, ax in enumerate(line[1:], start=1):
            title = f"{values[k, -rank] ** 0.5:.0f} gray levels"
            shown = show_map(ax, vectors[k, :, -rank].reshape(m, m), title, size=9, labels=BARE, **colours)
    bar = {"shrink": 0.7, "label": "entry of the unit eigenvector", "extend": "both"}
    axes[0, 0].figure.colorbar(shown, ax=axes, **bar)
    return entitle(axes, heading)


def em_ellipses(x, mixtures, titles, *, axes=None):
    """Data (N, 2); a panel for each mixture, two a row: components as ellipses at two std.           (M7)"""
    rows = -(-len(mixtures) // 2)
    axes = grid(rows, 2, axes, panel=(4.2, 3.1), used=len(mixtures)).flat[: len(mixtures)]
    low, high = x.min(axis=0), x.max(axis=0)
    (left, bottom), (right, top) = low - 0.15 * (high - low), high + 0.15 * (high - low)
    for ax, mix, title in zip(axes, mixtures, titles, strict=True):
        ax.plot(*x.T, ".", color="0.6", markersize=3)
        for (mean, lam, U), colour in tell_apart(zip(mix.means, *mix.eigen)):
            (short, long), angle = 4 * lam**0.5, np.degrees(np.arctan2(U[1, 1], U[0, 1]))
            look = {"fill": False, "edgecolor": colour, "linewidth": 2}
            ax.add_patch(Ellipse(mean, long, short, angle=angle, **look))
            ax.plot(*mean, "+", color=colour, markersize=9, markeredgewidth=2)
        limits = {"aspect": "equal", "xlim": (left, right), "ylim": (bottom, top)}
        describe(ax, title, "first coordinate", "second coordinate", **limits)
    return axes


def em_trace(traces, heading, *, ax=None):
    """Mean log-likelihood after each iteration; traces: label -> (iterations + 1,), nats a row.  (M7)"""
    ax = one_axes(ax, size=(6.0, 3.4))
    for (label, bounds), colour, marker in tell_apart(traces.items(), "os^v"):
        ax.plot(bounds, color=colour, marker=marker, markersize=3, linewidth=1.2, label=label)
    legend = {"loc": "best"} if len(traces) > 1 else None
    return describe(ax, heading, "iteration", "mean log-likelihood (nats)", legend=legend, grid=True)


def seen_and_held_out(scores, *, ax=None):
    """Mean log-likelihood per pixel against K; scores: m -> (counts K, seen, held out), a colour each."""
    ax = one_axes(ax, size=(7.0, 3.8))
    for (m, (counts, seen, held_out)), colour in tell_apart(scores.items()):
        ax.plot(counts, held_out, "o-", color=colour, label=f"m = {m}, held out")
        ax.plot(counts, seen, "x--", color=colour, label=f"m = {m}, seen in the fit")
    tick_numbers(ax, sorted({K for counts, _, _ in scores.values() for K in counts}))
    names = "number of components K", "log-likelihood (nats a pixel)"
    describe(ax, "What more components bring, for each patch size", *names, grid=True)
    return legend_outside(ax, "right center")


def spectra(values, labels, floor, *, ax=None):
    """Standard deviations along the eigenvectors, falling; values: lists of eigenvalues (D,).    (M6)"""
    ax = one_axes(ax, size=(7.6, 3.4))
    parts = zip(values, labels, strict=True)
    for (lam, label), colour, line in tell_apart(parts, (*LINES[:3], (0, (6, 1)))):
        std = np.sqrt(np.sort(lam)[::-1])
        ax.semilogy(np.arange(1, len(lam) + 1), std, linestyle=line, color=colour, label=label)
    ax.axhline(floor**0.5, color=RED, linestyle=":", label="floor: root of reg_covar")
    names = "eigenvector, by falling variance", "standard deviation (gray levels)"
    return legend_outside(describe(ax, "How far each component reaches", *names, grid=True), "right center")
