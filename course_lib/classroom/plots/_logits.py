"""Figures of lesson 06: pictures with a face under noise, maps over its positions, how often it is found."""

import numpy as np

from ._names import COUNTED, describe
from ._panels import circle, frame, grid, show_gray, show_map, show_powers
from ._style import BLACK, BLUE, MARKERS, RED, tell_apart

CORNERS = {"xlabel": "column j of the corner", "ylabel": "row i of the corner"}


def face_gallery(pictures, *, frames=None, columns=3, axes=None):
    """Gray pictures with rows and columns in pixels, one fixed gray range; beyond it black or white.    (S1)

    pictures : title -> (H, W), gray levels;  frames : title -> (row, column, h, w), or None
    """
    axes = grid(-(-len(pictures) // columns), columns, axes, panel=(3.0, 2.35), used=len(pictures))
    for ax, (title, picture) in zip(axes.flat, pictures.items()):
        show_gray(ax, picture, title, size=10, labels=COUNTED)
        if frames and title in frames:
            frame(ax, frames[title], RED)
    return axes


def logit_terms(maps, position, *, axes=None):
    """A map (I, J), nats, over the positions for each term of a logit, the true position circled.    (S4)"""
    axes = grid(-(-len(maps) // 2), 2, axes, panel=(4.3, 2.4), used=len(maps))
    for ax, (title, values) in zip(axes.flat, maps.items()):
        show_map(ax, values, title, bar="nats", shrink=0.85, labels=CORNERS)
        circle(ax, position, 1.8)
    return axes


def posterior_maps(pictures, q, titles, position, *, lowest=-12, axes=None):
    """Pictures above, and below each the probability of every position on one logarithmic colour scale.  (S5)

    pictures (n, H, W), gray levels;  q (n, I, J);  titles (n,);  position : (row, column), true, circled
    lowest : power of ten where the colours end  ->  axes (2, n)
    """
    axes = grid(2, len(pictures), axes, panel=(2.5, 2.0))
    for (above, below), picture, at, title in zip(axes.T, pictures, np.asarray(q), titles, strict=True):
        show_gray(above, picture, title, size=10, labels=COUNTED)
        best = f"largest q: {at.max():.2f}"
        image = show_powers(below, at, best, position, lowest=lowest, width=1.8, labels=CORNERS)
    bar = image.figure.colorbar(image, ax=axes[1], shrink=0.85, label="q of the position")
    texts = [rf"$\leq 10^{{{lowest}}}$", rf"$10^{{{lowest // 2}}}$", "1"]
    bar.set_ticks([lowest, lowest / 2, 0], labels=texts)
    for ax in axes[:, 1:].flat:
        ax.set_ylabel("")
    return axes


def finding_limits(noise_stds, shares, entropy, n_positions, *, guarantee=None, axes=None):
    """Left, how often the best position is right against the noise; right, how unsure the posterior is.  (S5)

    noise_stds (L,), gray levels;  shares : dict, method -> (L,) from 0 to 1;  entropy (L,), mean of q's, nats
    n_positions : int;  guarantee : (L,), a share that theory promises, or None  ->  axes (2,)
    """
    left, right = axes = grid(1, 2, axes, panel=(4.6, 3.6))[0]
    for (method, share), colour, marker in tell_apart(shares.items(), MARKERS):
        left.plot(noise_stds, share, marker=marker, color=colour, label=method)
    if guarantee is not None:
        left.plot(noise_stds, guarantee, ":", color=BLACK, label="at least this, by the union bound")
    names = "How often the best position is right", "noise s (gray levels)", "share of the pictures"
    describe(left, *names, legend="lower left", ylim=(-0.03, 1.05))
    right.plot(noise_stds, entropy, "o-", color=BLUE)
    heading = (
        f"How unsure the posterior is\n(nothing known: ln {n_positions} = {np.log(n_positions):.2f} nats)"
    )
    describe(right, heading, "noise s (gray levels)", "mean entropy of q (nats)", ylim=(0, None))
    return axes
