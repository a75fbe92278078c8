"""Figures of lesson 05: rows and tables of digits, shrinkage, PSNR against K."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from ...images import psnr
from . import _style


def digit_rows(rows, truth=None, *, axes=None):
    """Digits in rows, one row for each name; under each picture its PSNR in dB if `truth` is given.

    rows : dict, name -> images (n, H, W), gray levels;  truth : array (n, H, W) or None
    Returns the axes (len(rows), n).
    """
    n = len(next(iter(rows.values())))
    axes = _style.grid(len(rows), n, axes, panel=(1.25, 1.25 if truth is None else 1.45))
    for row, (name, images) in zip(axes, rows.items()):
        for i, (ax, image) in enumerate(zip(row, images)):
            _style.show_gray(ax, image)
            if truth is not None and np.any(image != truth[i]):
                ax.set_xlabel(f"{psnr(image, truth[i]):.1f} dB", fontsize=9)
        row[0].set_ylabel(name, fontsize=9)
    axes[0, n // 2].set_title("Digits, gray levels 0 (black) to 255 (white)", fontsize=9)
    return axes


def digit_table(pictures, row_names, column_names, truth, *, axes=None):
    """One digit under many settings, with the PSNR in dB under each picture.

    pictures : array (R, C, H, W), gray levels;  row_names (R,), column_names (C,);  truth : array (H, W)
    Returns the axes (R, C).
    """
    R, C = np.shape(pictures)[:2]
    axes = _style.grid(R, C, axes, panel=(1.2, 1.4))
    for r, c in np.ndindex(R, C):
        _style.show_gray(axes[r, c], pictures[r][c], column_names[c] if r == 0 else "")
        axes[r, c].set_xlabel(f"{psnr(pictures[r][c], truth):.1f} dB", fontsize=9)
    for ax, name in zip(axes[:, 0], row_names):
        ax.set_ylabel(name, fontsize=9)
    return axes


def shrinkage(variances, noise_stds, *, ax=None):
    """The factor lam / (lam + sigma^2) along each eigen-direction of one component.            (M6)

    variances : array (D,), lam in squared gray levels;  noise_stds : sigmas in gray levels
    """
    ax = _style.one_axes(ax)
    lam = np.sort(variances)[::-1]
    for sigma, colour, style in zip(noise_stds, _style.COLOURS, ("-", "--", "-.", ":")):
        ax.plot(
            np.arange(1, lam.size + 1),
            lam / (lam + sigma**2),
            style,
            color=colour,
            label=rf"$\sigma = {sigma:g}$",
        )
    ax.set(
        title="How much of the patch each direction keeps",
        xlabel="eigen-direction, largest variance first",
        ylabel=r"factor $\lambda / (\lambda + \sigma^2)$",
        ylim=(0, 1.02),
    )
    ax.legend(title="gray levels")
    return ax


def psnr_by_components(table, noise_stds, baselines, *, axes=None):
    """Mean PSNR against K, a line for each patch side m, a panel for each sigma, baselines as horizontal lines.

    table : dict, (m, K) -> dB (len(noise_stds),);  baselines : dict, name -> dB (len(noise_stds),)
    Returns the axes (len(noise_stds),).
    """
    axes = _style.grid(1, len(noise_stds), axes, panel=(3.3, 3.7))[0]
    sides = sorted({m for m, _ in table})
    for s, (ax, sigma) in enumerate(zip(axes, noise_stds)):
        for m, colour, marker in zip(sides, _style.COLOURS, "osD^"):
            points = sorted((K, dB[s]) for (side, K), dB in table.items() if side == m)
            ax.semilogx(*zip(*points), marker=marker, color=colour, label=f"m = {m}")
        for (name, dB), style in zip(baselines.items(), (":", "--", "-.")):
            ax.axhline(dB[s], color=_style.BLACK, linestyle=style, linewidth=1, label=name)
        ks = sorted({K for _, K in table})
        ax.set(
            title=f"sigma = {sigma:g} gray levels",
            xlabel="components K (logarithmic)",
            ylabel="mean PSNR in dB",
        )
        ax.set_xticks(ks, labels=[str(K) for K in ks])
        ax.minorticks_off()
    axes[0].figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=7, fontsize=9
    )
    return axes


def patch_beliefs(looks, error, box, weights, *, axes=None):
    """A digit in several looks with one patch framed, its error, and weights of components before and after that patch.   (M2)

    looks : dict, name -> image (H, W), gray levels;  error : image (H, W), gray levels, orange where too bright
    box : (row, column, rows, columns) of the patch;  weights : dict, name -> array (K,), shares that sum to one
    Returns the axes: those of the looks, of the error, and of the weights, in one array.
    """
    if axes is None:
        above, below = len(looks) + 1, len(weights)
        figure = plt.figure(figsize=(7.8, 4.4), layout="constrained")
        cells = figure.add_gridspec(2, above * below)
        axes = [figure.add_subplot(cells[0, i * below : (i + 1) * below]) for i in range(above)]
        axes += [figure.add_subplot(cells[1, i * above : (i + 1) * above]) for i in range(below)]
    pictures, charts = np.split(np.asarray(axes), [len(looks) + 1])
    for ax, (name, look) in zip(pictures, looks.items()):
        _style.show_gray(ax, look, name)
    pictures[-1].imshow(error, cmap=_style.SIGNED, vmin=-128, vmax=128, interpolation="nearest")
    pictures[-1].set_title("error, -128 to 128", fontsize=9)
    pictures[-1].set(xticks=[], yticks=[])
    for ax in pictures:
        row, column, rows, columns = box
        ax.add_patch(
            Rectangle((column - 0.5, row - 0.5), columns, rows, fill=False, edgecolor=_style.RED, linewidth=2)
        )
    for ax, (name, shares), colour in zip(charts, weights.items(), (_style.SKY, _style.BLUE)):
        ax.bar(np.arange(len(shares)), shares, color=colour)
        ax.set_yscale("function", functions=(lambda w: np.sqrt(np.maximum(w, 0)), np.square))
        ax.set(title=name, xlabel="component k, from 0", ylabel="weight (square-root scale)", ylim=(0, 1.05))
        ax.set_yticks((0.01, 0.1, 0.5, 1.0))
    return np.concatenate([pictures, charts])
