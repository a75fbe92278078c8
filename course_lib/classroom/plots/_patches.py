"""Figures of lesson 04: patches, what a mixture of patches has learned, and the EM that fits it."""

import numpy as np
from matplotlib.patches import Ellipse, Rectangle

from ._style import COLOURS, GRAY, RED, grid, one_axes, show_gray


def patch_windows(image, m, positions, *, axes=None):
    """One image with some of its m x m windows framed, and those windows enlarged beside it.    (P1)

    image (H, W) in gray levels; positions: (row, column) of the windows' top-left corners  ->  axes (1 + positions,)
    """
    axes = grid(1, 1 + len(positions), axes, panel=(1.9, 2.1))[0]
    axes[0].imshow(image, **GRAY)
    axes[0].set(
        title=f"{len(positions)} windows of {m} x {m}", xlabel="column (pixels)", ylabel="row (pixels)"
    )
    J = image.shape[1] - m + 1
    for ax, (i, j), colour in zip(axes[1:], positions, COLOURS):
        axes[0].add_patch(Rectangle((j - 0.5, i - 0.5), m, m, fill=False, edgecolor=colour, linewidth=2))
        show_gray(ax, image[i : i + m, j : j + m], f"i={i}, j={j}: patch {i * J + j}")
        for side in ax.spines.values():
            side.set(edgecolor=colour, linewidth=2)
    return axes


def coverage_maps(maps, titles, *, axes=None):
    """How many patches lie on each pixel: one map (H, W) a panel, each with its own colour bar.    (P2)"""
    axes = grid(1, len(maps), axes, panel=(2.7, 2.3))[0]
    for ax, counts, title in zip(axes, maps, titles):
        picture = ax.imshow(counts, cmap="cividis", vmin=0, interpolation="nearest")
        ax.set_title(title, fontsize=9)
        ax.set(xlabel="column (pixels)", ylabel="row (pixels)")
        ax.figure.colorbar(picture, ax=ax, shrink=0.8, label="patches on the pixel")
    return axes


def patch_gallery(patches, titles, columns, heading, *, axes=None):
    """Patches (N, m*m) in gray levels as pictures, `columns` a row, each with its title; one fixed gray range."""
    m = round(np.shape(patches)[1] ** 0.5)
    rows = -(-len(patches) // columns)
    axes = grid(rows, columns, axes, panel=(0.95, 1.15))
    for ax in axes.flat[len(patches) :]:
        ax.remove()
    for ax, patch, title in zip(axes.flat, patches, titles):
        show_gray(ax, np.reshape(patch, (m, m)), title)
    axes.flat[0].figure.suptitle(heading, fontsize=11)
    return axes


def patch_rows(rows, heading, *, axes=None):
    """Rows of patches in gray levels, one fixed gray range; rows: label -> patches (n, m*m), any n."""
    n = max(len(patches) for patches in rows.values())
    axes = grid(len(rows), n, axes, panel=(0.75, 0.78))
    for line, (label, patches) in zip(axes, rows.items()):
        m = round(np.shape(patches)[1] ** 0.5)
        for ax in line[len(patches) :]:
            ax.remove()
        for ax, patch in zip(line, patches):
            show_gray(ax, np.reshape(patch, (m, m)))
        line[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=10)
    axes.flat[0].figure.suptitle(heading, fontsize=11)
    return axes


def eigen_rows(mixture, which, count, heading, *, axes=None):
    """Mean and leading eigenvectors of some components: a row a component, one colour range for all eigenvectors.  (M6)

    The title of an eigenvector is its standard deviation, the root of its eigenvalue, in gray levels. Its entries have
    a root mean square of 1/m; the colours end at three times that.
    """
    values, vectors = mixture.eigen
    m = round(mixture.means.shape[1] ** 0.5)
    axes = grid(len(which), 1 + count, axes, panel=(1.15, 1.35))
    reach = 3 / m
    for line, k in zip(axes, which):
        show_gray(line[0], mixture.means[k].reshape(m, m), "mean")
        line[0].set_ylabel(f"weight {mixture.weights[k]:.2f}", fontsize=9)
        for rank, ax in enumerate(line[1:], start=1):
            shape = vectors[k, :, -rank].reshape(m, m)
            picture = ax.imshow(shape, cmap="PuOr", vmin=-reach, vmax=reach, interpolation="nearest")
            ax.set_title(f"{values[k, -rank] ** 0.5:.0f} gray levels", fontsize=8)
            ax.set(xticks=[], yticks=[])
    axes[0, 0].figure.colorbar(
        picture, ax=axes, shrink=0.7, label="entry of the unit eigenvector", extend="both"
    )
    axes[0, 0].figure.suptitle(heading, fontsize=11)
    return axes


def em_ellipses(x, mixtures, titles, *, axes=None):
    """Data (N, 2) and, a panel for each mixture, its components as ellipses at two standard deviations.   (M7)"""
    axes = grid(1, len(mixtures), axes, panel=(3.0, 2.3))[0]
    low, high = x.min(axis=0), x.max(axis=0)
    (left, bottom), (right, top) = low - 0.35 * (high - low), high + 0.35 * (high - low)
    for ax, mix, title in zip(axes, mixtures, titles):
        ax.plot(*x.T, ".", color="0.6", markersize=2)
        values, vectors = mix.eigen
        for mean, lam, U, colour in zip(mix.means, values, vectors, COLOURS):
            angle = np.degrees(np.arctan2(U[1, 1], U[0, 1]))
            shape = Ellipse(
                mean,
                4 * lam[1] ** 0.5,
                4 * lam[0] ** 0.5,
                angle=angle,
                fill=False,
                edgecolor=colour,
                linewidth=2,
            )
            ax.add_patch(shape)
            ax.plot(*mean, "+", color=colour, markersize=9, markeredgewidth=2)
        ax.set(title=title, xlabel="first coordinate", ylabel="second coordinate")
        ax.set(aspect="equal", xlim=(left, right), ylim=(bottom, top))
    return axes


def em_trace(traces, heading, *, ax=None):
    """Mean log-likelihood after every iteration of EM; traces: label -> array (iterations + 1,), nats a row.   (M7)"""
    ax = one_axes(ax, size=(5.0, 3.0))
    for (label, bounds), colour, marker in zip(traces.items(), COLOURS, "os^v"):
        ax.plot(bounds, color=colour, marker=marker, markersize=3, linewidth=1.2, label=label)
    ax.set(title=heading, xlabel="iteration", ylabel="mean log-likelihood (nats)")
    ax.grid(alpha=0.3)
    if len(traces) > 1:
        ax.legend()
    return ax


def seen_and_held_out(scores, *, ax=None):
    """Mean log-likelihood per pixel against K; scores: m -> (counts K, seen, held out), one colour for each m."""
    ax = one_axes(ax, size=(6.0, 3.8))
    for (m, (counts, seen, held_out)), colour in zip(scores.items(), COLOURS):
        ax.plot(counts, held_out, "o-", color=colour, label=f"m = {m}, held out")
        ax.plot(counts, seen, "x--", color=colour, label=f"m = {m}, seen in the fit")
    ax.set(xscale="log", xlabel="number of components K", ylabel="log-likelihood (nats a pixel)")
    ticks = sorted({K for counts, _, _ in scores.values() for K in counts})
    ax.set_xticks(ticks, labels=[str(K) for K in ticks], minor=False)
    ax.minorticks_off()
    ax.set_title("What more components bring, for each patch size")
    ax.grid(alpha=0.3)
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside right center", fontsize=8)
    return ax


def spectra(values, labels, floor, *, ax=None):
    """Standard deviations along the eigenvectors, falling; values: list of eigenvalues (D,), squared gray levels.  (M6)"""
    ax = one_axes(ax, size=(5.6, 3.4))
    for lam, label, colour, style in zip(values, labels, COLOURS, ("-", "--", "-.", (0, (6, 1)))):
        ax.semilogy(
            np.arange(1, len(lam) + 1),
            np.sqrt(np.sort(lam)[::-1]),
            linestyle=style,
            color=colour,
            label=label,
        )
    ax.axhline(floor**0.5, color=RED, linestyle=":", label="floor: root of reg_covar")
    ax.set(
        title="How far each component reaches",
        xlabel="eigenvector, by falling variance",
        ylabel="standard deviation (gray levels)",
    )
    ax.legend(fontsize=8)
    ax.grid(alpha=0.3)
    return ax
