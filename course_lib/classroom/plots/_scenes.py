"""The second track in one figure: noisy pictures, and what was found in them."""

import numpy as np

from ._names import entitle
from ._panels import grid, show_gray


def scene_story(images, found, truth, *, axes=None):
    """Three of the pictures; below them the background and the face found, and the true face.

    images : array (N, H, W), gray levels, at least three;  found, truth : Scene
    Returns the axes (2, 3).
    """
    axes = grid(2, 3, axes, panel=(2.1, 1.75))
    for k, ax in enumerate(axes[0]):
        show_gray(ax, np.clip(images[k], 0, 255), f"picture {k + 1} of {len(images)}")
    below = ((found.background, "background found"), (found.face, "face found"), (truth.face, "true face"))
    for ax, (picture, title) in zip(axes[1], below):
        show_gray(ax, np.clip(picture, 0, 255), f"{title}, {picture.shape[0]} x {picture.shape[1]}")
    return entitle(axes, "Gray levels 0 (black) to 255 (white)", size=9)
