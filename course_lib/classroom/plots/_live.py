"""Figures that move: what stays is drawn once, what moves over it, so that no slider waits for all of it."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Live:
    """A figure of `rows` x `columns` axes, apart from pyplot; what is `moving` may change between pictures.

    size : (width, height), inches
    axes : array (rows, columns) of axes, to be drawn into; `still` is told all artists that will move
    """

    def __init__(self, rows, columns, size):
        self.figure = Figure(figsize=size, layout="constrained", dpi=100)
        self.canvas = FigureCanvasAgg(self.figure)
        self.axes = self.figure.subplots(rows, columns, squeeze=False)
        self._moving, self._ground = [], None

    def still(self, moving):
        """Draw all but the `moving` artists; they are drawn by `picture` in this order."""
        self._moving = list(moving)
        for artist in self._moving:
            artist.set_animated(True)
        self.canvas.draw()
        self._ground = self.canvas.copy_from_bbox(self.figure.bbox)

    def picture(self):
        """The figure as it is now: array (height, width, 3) uint8."""
        self.canvas.restore_region(self._ground)
        for artist in self._moving:
            artist.axes.draw_artist(artist)
        return np.array(self.canvas.buffer_rgba())[..., :3]
