"""Two pixels, the second seen through noise: the same artists as a still figure and as one that moves."""

import numpy as np
from matplotlib.patches import Rectangle

from ._gaussians import outline
from ._live import Live
from ._names import describe
from ._panels import grid
from ._style import BLACK, POSTERIOR, PRIOR, SEEN

PANEL = (3.8, 3.9)  # inches of one of the two panels
REACH = 4  # standard deviations around the prior mean that the axes show
DARK = "0.25"
BELL = np.linspace(-5, 5, 201)  # standard deviations


def pair_posterior(prior, posterior, y, noise_std, *, axes=None):
    """Two pixels before and after a noisy look at the second: both; the first alone.      (G1), (G2), (G4)

    Left, ellipses at one and two standard deviations, y in a band of one sigma, and the line on which the
    mean moves with y. Right, densities of the first pixel, each in shares of its peak: a spike without width.

    prior, posterior : Gaussian (2,), gray levels;  y : seen;  noise_std : sigma, 0 allowed  ->  axes (2,)
    """
    axes = grid(1, 2, axes, panel=PANEL)[0]
    for part, ax in zip((_Plane, _First), axes):
        part(ax, prior).show(prior, posterior, y, noise_std)
    return axes


class LivePair:
    """The figure of `pair_posterior`, apart from pyplot, fast enough for a slider; two pictures may wrap.

    pair : Gaussian (2,), gray levels; its mean and standard deviations fix the axes
    """

    def __init__(self, pair):
        self.lives = [Live(1, 1, PANEL) for _ in range(2)]
        self._panels = [part(live.axes[0, 0], pair) for part, live in zip((_Plane, _First), self.lives)]
        for live, panel in zip(self.lives, self._panels):
            live.still(panel.moving)

    def pictures(self, prior, posterior, y, noise_std):
        """Both panels, arguments as in `pair_posterior`: two arrays (height, width, 3) uint8."""
        for panel in self._panels:
            panel.show(prior, posterior, y, noise_std)
        return tuple(live.picture() for live in self.lives)


class _Plane:
    """Artists of both pixels. `moving` are those that `show` changes, in the order of drawing."""

    def __init__(self, ax, pair):
        look = {"color": SEEN, "alpha": 0.3, "linewidth": 0, "label": "y ± noise"}
        self.band = ax.add_patch(Rectangle((0, 0), 1, 0, transform=ax.get_yaxis_transform(), **look))
        self.line = ax.axhline(0, color=SEEN, linestyle="-.", linewidth=1.6, label="seen: y")
        self.path = ax.plot([], [], ":", color=DARK, linewidth=1.5, label="mean for other y")[0]
        self.after, self.before, self.dot = _add_beliefs(ax, "after", "before")
        ax.set(xlim=_limits(pair, 0), ylim=_limits(pair, 1))
        _name_below(ax, "Both pixels, 1 and 2 standard deviations", "$z_2$ (gray levels)", 2)
        self.moving = [self.band, self.line, self.path, self.after, self.before, self.dot]

    def show(self, prior, posterior, y, noise_std):
        self.band.set(y=y - noise_std, height=2 * noise_std)
        self.line.set_ydata([y, y])
        slope = prior.cov[:, 1:] / (prior.cov[1, 1] ** 0.5 or 1.0)
        self.path.set_data(*(prior.mean[:, None] + slope * [-9, 9]))
        self.before.set_data(*_rings(prior))
        self.after.set_data(*_rings(posterior))
        self.dot.set_data(*posterior.mean[:, None])


class _First:
    """Artists of the first pixel alone; otherwise as `_Plane`."""

    def __init__(self, ax, pair):
        self.moving = _add_beliefs(ax, "after: $p(z_1\\mid y)$", "before: $p(z_1)$")
        self.after, self.before, self.dot = self.moving
        ax.set(xlim=_limits(pair, 0), ylim=(0, 1.12))
        _name_below(ax, "The first pixel alone", "density (share of its peak)", 1)

    def show(self, prior, posterior, *_):
        for line, g in ((self.before, prior), (self.after, posterior)):
            line.set_data(g.mean[0] + g.cov[0, 0] ** 0.5 * BELL, np.exp(-(BELL**2) / 2))
        self.dot.set_data([posterior.mean[0]], [1])


def _add_beliefs(ax, after, before):
    """Empty lines with these labels, and the dot of the mean afterwards."""
    solid = ax.plot([], [], color=POSTERIOR, linewidth=2, label=after)
    dashed = ax.plot([], [], "--", color=PRIOR, linewidth=1.6, label=before)
    dot = ax.plot([], [], "o", color=POSTERIOR, markeredgecolor=BLACK, markersize=8, label="mean after")
    return solid + dashed + dot


def _limits(pair, n):
    std = pair.cov[n, n] ** 0.5 or 1.0  # of a pixel that never changes: some room around its one value
    return pair.mean[n] + REACH * std * np.array([-1, 1])


def _rings(g):
    """Ellipses at one and two standard deviations, a gap between them: (2, n)."""
    once = outline(g).T
    return np.hstack([once, [[np.nan], [np.nan]], g.mean[:, None] + 2 * (once - g.mean[:, None])])


def _name_below(ax, title, ylabel, ncols):
    """Names, and a legend below: it hides nothing, and three lines in both keep the panels equal."""
    place = {"loc": "upper center", "bbox_to_anchor": (0.45, -0.17), "frameon": False}
    legend = {**place, "ncols": ncols, "fontsize": 9, "columnspacing": 1.2}
    describe(ax, title, "$z_1$ (gray levels)", ylabel, legend=legend).title.set_fontsize(11)
