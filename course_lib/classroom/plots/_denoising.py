"""Figures of lesson 05: rows and tables of digits, shrinkage, PSNR against K."""

import matplotlib.pyplot as plt
import numpy as np

from ...images import psnr
from ._names import BARE, describe, legend_outside, tick_numbers
from ._panels import check_axes, frame, grid, one_axes, show_gray, show_map
from ._style import BLACK, BLUE, LINES, MARKERS, RED, SIGNED, SKY, tell_apart


def digit_rows(rows, truth=None, *, axes=None):
    """Digits in rows, one row for each name; under each picture its PSNR in dB if `truth` is given.

    rows : dict, name -> images (n, H, W), gray levels;  truth : array (n, H, W) or None
    Returns the axes (len(rows), n).
    """
    n = len(next(iter(rows.values())))
    axes = grid(len(rows), n, axes, panel=(1.25, 1.25 if truth is None else 1.45))
    for row, (name, images) in zip(axes, rows.items()):
        for i, (ax, image) in enumerate(zip(row, images, strict=True)):
            show_gray(ax, image)
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
    axes = grid(R, C, axes, panel=(1.2, 1.4))
    for r, c in np.ndindex(R, C):
        show_gray(axes[r, c], pictures[r][c], column_names[c] if r == 0 else "")
        axes[r, c].set_xlabel(f"{psnr(pictures[r][c], truth):.1f} dB", fontsize=9)
    for ax, name in zip(axes[:, 0], row_names, strict=True):
        ax.set_ylabel(name, fontsize=9)
    return axes


def shrinkage(variances, noise_stds, *, ax=None):
    """The factor lam / (lam + sigma^2) along each eigen-direction of one component.            (M6)

    variances : array (D,), lam in squared gray levels;  noise_stds : sigmas in gray levels
    """
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

    table : dict, (m, K) -> dB (len(noise_stds),);  baselines : dict, name -> dB (len(noise_stds),)
    Returns the axes (len(noise_stds),).
    """
    axes = grid(1, len(noise_stds), axes, panel=(3.3, 3.7))[0]
    sides, counts = (sorted(set(numbers)) for numbers in zip(*table))
    for s, (ax, sigma) in enumerate(zip(axes, noise_stds)):
        for m, colour, marker in tell_apart(sides, MARKERS):
            points = sorted((K, dB[s]) for (side, K), dB in table.items() if side == m)
            ax.semilogx(*zip(*points), marker=marker, color=colour, label=f"m = {m}")
        for (name, dB), _, line in tell_apart(baselines.items(), (":", "--", "-.")):
            ax.axhline(dB[s], color=BLACK, linestyle=line, linewidth=1, label=name)
        title = f"sigma = {sigma:g} gray levels"
        describe(ax, title, "components K (logarithmic)", "mean PSNR in dB")
        tick_numbers(ax, counts)
    legend_outside(axes[0], ncols=7)
    return axes


def patch_beliefs(looks, error, box, weights, *, axes=None):
    """A digit in several looks, one patch framed, its error; weights of components before and after.  (M2)

    looks : dict, name -> image (H, W), gray levels;  error : image (H, W), gray levels, orange where too
    bright
    box : (row, column, rows, columns) of the patch;  weights : dict, name -> array (K,), shares that sum to
    one
    Returns the axes: those of the looks, of the error, and of the weights, in one array.
    """
    above, below = len(looks) + 1, len(weights)
    if axes is None:
        figure = plt.figure(figsize=(7.8, 4.4), layout="constrained")
        cells = figure.add_gridspec(2, above * below)
        axes = [figure.add_subplot(cells[0, i * below : (i + 1) * below]) for i in range(above)]
        axes += [figure.add_subplot(cells[1, i * above : (i + 1) * above]) for i in range(below)]
    axes = check_axes("axes", axes, above + below)
    pictures, charts = np.split(axes, [above])
    for ax, (name, look) in zip(pictures, looks.items()):
        show_gray(ax, look, name)
    colours = {"cmap": SIGNED, "vmin": -128, "vmax": 128}
    show_map(pictures[-1], error, "error, -128 to 128", size=9, labels=BARE, **colours)
    for ax in pictures:
        frame(ax, box, RED)
    for (ax, (name, shares)), _, colour in tell_apart(zip(charts, weights.items()), (SKY, BLUE)):
        ax.bar(np.arange(len(shares)), shares, color=colour)
        ax.set_yscale("function", functions=(lambda w: np.sqrt(np.maximum(w, 0)), np.square))
        describe(ax, name, "component k, from 0", "weight (square-root scale)", ylim=(0, 1.05))
        ax.set_yticks((0.01, 0.1, 0.5, 1.0))
    return axes
