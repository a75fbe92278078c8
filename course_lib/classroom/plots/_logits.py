"""Figures of lesson 06: pictures with a face under noise, maps over its positions, and how often it is found."""

import numpy as np
from matplotlib.patches import Rectangle

from ._style import COLOURS, GRAY, RED, grid


def face_gallery(pictures, *, frames=None, columns=3, axes=None):
    """Gray pictures with rows and columns in pixels, one fixed gray range; beyond it black or white.    (S1)

    pictures : dict, title -> array (H, W), gray levels
    frames : dict, title -> (row, column, h, w) of a frame around a face, or None
    Returns the axes (ceil(n / columns), columns).
    """
    rows = -(-len(pictures) // columns)
    axes = grid(rows, columns, axes, panel=(3.0, 2.35))
    for ax in axes.flat[len(pictures) :]:
        ax.remove()
    for ax, (title, picture) in zip(axes.flat, pictures.items()):
        _picture(ax, picture, title)
        if frames and title in frames:
            i, j, h, w = frames[title]
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), w, h, fill=False, edgecolor=RED, linewidth=2))
    return axes


def logit_terms(maps, position, *, axes=None):
    """One map over the positions for each term of a logit, each with its own colour bar in nats.        (S4)

    maps : dict, title -> array (I, J), nats;  position : (row, column), the true one, circled
    Returns the axes (ceil(n / 2), 2).
    """
    axes = grid(-(-len(maps) // 2), 2, axes, panel=(4.3, 2.4))
    for ax in axes.flat[len(maps) :]:
        ax.remove()
    for ax, (title, values) in zip(axes.flat, maps.items()):
        image = _map(ax, values, title, position)
        ax.figure.colorbar(image, ax=ax, shrink=0.85, label="nats")
    return axes


def posterior_maps(pictures, q, titles, position, *, lowest=-12, axes=None):
    """Pictures above, and below each the probability of every position on one logarithmic colour scale.    (S5)

    pictures : array (n, H, W), gray levels;  q : array (n, I, J);  titles (n,)
    position : (row, column), the true one, circled;  lowest : power of ten where the colours end
    Returns the axes (2, n).
    """
    axes = grid(2, len(pictures), axes, panel=(2.5, 2.0))
    for (above, below), picture, probabilities, title in zip(axes.T, pictures, np.asarray(q), titles):
        _picture(above, picture, title)
        with np.errstate(divide="ignore"):
            powers = np.maximum(np.log10(probabilities), lowest)
        image = _map(below, powers, f"largest q: {probabilities.max():.2f}", position, limits=(lowest, 0))
    bar = image.figure.colorbar(image, ax=axes[1], shrink=0.85, label="q of the position")
    bar.set_ticks(
        [lowest, lowest / 2, 0], labels=[rf"$\leq 10^{{{lowest}}}$", rf"$10^{{{lowest // 2}}}$", "1"]
    )
    for ax in axes[:, 1:].flat:
        ax.set_ylabel("")
    return axes


def finding_limits(noise_stds, shares, entropy, n_positions, *, guarantee=None, axes=None):
    """Left, how often the best position is right against the noise; right, how unsure the posterior is.    (S5)

    noise_stds (L,), gray levels;  shares : dict, method -> (L,) from 0 to 1;  entropy (L,), mean entropy of q in nats
    n_positions : int;  guarantee : (L,), a share that theory promises, or None
    Returns the axes (2,).
    """
    left, right = axes = grid(1, 2, axes, panel=(4.6, 3.6))[0]
    for (name, share), colour, marker in zip(shares.items(), COLOURS, "osD^v"):
        left.plot(noise_stds, share, marker=marker, color=colour, label=name)
    if guarantee is not None:
        left.plot(noise_stds, guarantee, ":", color="black", label="at least this, by the union bound")
    left.set(
        title="How often the best position is right",
        xlabel="noise s (gray levels)",
        ylabel="share of the pictures",
    )
    left.set_ylim(-0.03, 1.05)
    left.legend(fontsize=8, loc="lower left")
    right.plot(noise_stds, entropy, "o-", color=COLOURS[0], label="mean entropy of q")
    right.axhline(
        np.log(n_positions), linestyle="--", color="black", label=f"ln {n_positions}: nothing known"
    )
    right.set(title="How unsure the posterior is", xlabel="noise s (gray levels)", ylabel="entropy (nats)")
    right.legend(fontsize=8, loc="center left")
    return axes


def _picture(ax, picture, title):
    ax.imshow(picture, **GRAY)
    ax.set_title(title, fontsize=10)
    ax.set(xlabel="column (pixels)", ylabel="row (pixels)")


def _map(ax, values, title, position, limits=(None, None)):
    """A map over positions with a circle around the true one; returns the image."""
    image = ax.imshow(values, cmap="cividis", interpolation="nearest", vmin=limits[0], vmax=limits[1])
    ax.plot(position[1], position[0], "o", markersize=11, fillstyle="none", color=RED, markeredgewidth=1.8)
    ax.set_title(title, fontsize=10)
    ax.set(xlabel="column j of the corner", ylabel="row i of the corner")
    return image
