"""What all figures share: the gray range, colours that colour-blind readers can tell apart, fresh axes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

GRAY = {"cmap": "gray", "vmin": 0, "vmax": 255, "interpolation": "nearest"}
# Okabe and Ito's palette, in an order whose neighbours differ in lightness as well.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
BLUE, ORANGE, GREEN, PINK, SKY, RED, BLACK = COLOURS
SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "white", ORANGE])  # below 0, 0, above 0


def one_axes(ax, size=(5.0, 3.6)):
    """The given axes, or the single axes of a new figure of `size` inches."""
    return plt.subplots(figsize=size, layout="constrained")[1] if ax is None else ax


def grid(rows, columns, axes=None, panel=(1.5, 1.6)):
    """Axes (rows, columns) of a new figure with panels of that many inches, or the given ones."""
    if axes is None:
        size = (columns * panel[0], rows * panel[1])
        axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)[1]
    return np.asarray(axes).reshape(rows, columns)


def show_gray(ax, image, title=""):
    """One gray image without ticks, on the fixed range 0..255 gray levels."""
    ax.imshow(image, **GRAY)
    ax.set_title(title, fontsize=9)
    ax.set(xticks=[], yticks=[])
    return ax
