"""Figures of lesson 05: rows and tables of digits, shrinkage, PSNR against K."""

import matplotlib.pyplot as plt
import numpy as np

from ...images import psnr
from ._names import BARE, describe, legend_outside, tick_numbers
from ._panels import check_axes, frame, grid, one_axes, show_gray, show_map, show_rows
from ._style import BLACK, BLUE, LINES, MARKERS, RED, SIGNED, SKY, tell_apart


def digit_rows(rows, truth=None, *, score=None, axes=None):
    """Digits in rows; rows: name -> (n, H, W), gray levels; truth (n, H, W) or None: PSNR in dB below.

    score : function(picture, truth, peak) -> dB, the reader's own (P3); None for the library's
    """
    axes = show_rows(rows, (1.25, 1.25 if truth is None else 1.45), axes)
    for row, images in zip(axes, rows.values() if truth is not None else ()):
        for ax, image, clean in zip(row, images, truth, strict=True):
            if np.any(image != clean):
                ax.set_xlabel(f"{(score or _score)(image, clean, 255.0):.1f} dB", fontsize=9)
    axes[0, axes.shape[1] // 2].set_title("Digits, gray levels 0 (black) to 255 (white)", fontsize=9)
    return axes


def _score(picture, truth, peak):
    return psnr(picture, truth, peak=peak)


def digit_table(pictures, row_names, column_names, truth, *, score=None, axes=None):
    """One digit under many settings, with the PSNR in dB under each picture; score as in `digit_rows`.

    pictures : (R, C, H, W), gray levels;  row_names (R,), column_names (C,);  truth (H, W)  ->  axes (R, C)
    """
    R, C = np.shape(pictures)[:2]
    axes = grid(R, C, axes, panel=(1.2, 1.4))
    for r, c in np.ndindex(R, C):
        show_gray(axes[r, c], pictures[r][c], column_names[c] if r == 0 else "")
        dB = (score or _score)(pictures[r][c], truth, 255.0)
        axes[r, c].set_xlabel(f"{dB:.1f} dB" if np.isfinite(dB) else "", fontsize=9)
    for ax, name in zip(axes[:, 0], row_names, strict=True):
        ax.set_ylabel(name, fontsize=9)
    return axes


def shrinkage(variances, noise_stds, *, ax=None):
    """lam / (lam + sigma^2) along eigen-directions; variances (D,): lam, noise_stds: sigmas.       (M6)"""
    ax = one_axes(ax)
    lam = np.sort(variances)[::-1]
    number = np.arange(1, lam.size + 1)
    for sigma, colour, line in tell_apart(noise_stds, LINES):
        ax.plot(number, lam / (lam + sigma**2), line, color=colour, label=rf"$\sigma = {sigma:g}$")
    names = "eigen-direction, largest variance first", r"factor $\lambda / (\lambda + \sigma^2)$"
    legend = {"title": "gray levels"}
    return describe(ax, "How much of the patch each direction keeps", *names, legend=legend, ylim=(0, 1.02))


def psnr_by_components(table, noise_stds, baselines, *, axes=None):
    """Mean PSNR against K: a panel for each sigma, a line for each patch side m, baselines horizontal.

    table : dict, (m, K) -> dB (n,);  noise_stds (n,);  baselines : dict, name -> dB (n,)  ->  axes (n,)
    """
    axes = grid(1, len(noise_stds), axes, panel=(3.3, 3.7))[0]
    sides, counts = (sorted(set(numbers)) for numbers in zip(*table))
    for s, (ax, sigma) in enumerate(zip(axes, noise_stds)):
        for m, colour, marker in tell_apart(sides, MARKERS):
            points = sorted((K, dB[s]) for (side, K), dB in table.items() if side == m)
            ax.semilogx(*zip(*points), marker=marker, color=colour, label=f"m = {m}")
        for (name, dB), _, line in tell_apart(baselines.items(), (":", "--", "-.")):
            ax.axhline(dB[s], color=BLACK, linestyle=line, linewidth=1, label=name)
        describe(ax, f"sigma = {sigma:g} gray levels", "components K (logarithmic)", "mean PSNR in dB")
        tick_numbers(ax, counts)
    legend_outside(axes[0], ncols=7)
    return axes


def patch_beliefs(looks, error, box, weights, *, axes=None):
    """A digit in several looks, one patch framed, its error; weights of components before and after.  (M2)

    looks : dict, name -> image (H, W), gray levels;  error (H, W), gray levels, orange where too bright
    box : (row, column, rows, columns);  weights : dict, name -> shares (K,)  ->  axes (looks + 1 + weights,)
    """
    above, below = len(looks) + 1, len(weights)
    if axes is None:
        figure = plt.figure(figsize=(7.8, 4.6), layout="constrained")
        top, bottom = figure.add_gridspec(2, 1)
        cells = [*top.subgridspec(1, above), *bottom.subgridspec(1, below)]
        axes = [figure.add_subplot(cell) for cell in cells]
    axes = check_axes("axes", axes, above + below)
    pictures, charts = np.split(axes, [above])
    for ax, (name, look) in zip(pictures, looks.items()):
        show_gray(ax, look, name)
    colours = {"cmap": SIGNED, "vmin": -48, "vmax": 48}
    show_map(pictures[-1], error, "error, -48 to 48", size=9, labels=BARE, **colours)
    for ax in pictures:
        frame(ax, box, RED)
    for (ax, (name, shares)), _, colour in tell_apart(zip(charts, weights.items()), (SKY, BLUE)):
        ax.bar(np.arange(len(shares)), shares, color=colour)
        ax.set_yscale("function", functions=(lambda w: np.sqrt(np.maximum(w, 0)), np.square))
        describe(ax, f"{name} (square-root scale)", "component k, from 0", "weight", ylim=(0, 1.05))
        ax.set_yticks((0.01, 0.1, 0.5, 1.0))
    return axes
