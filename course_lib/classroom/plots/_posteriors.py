"""The posterior of a mixture of one or two pixels: the same artists in a still and a moving figure."""

import itertools

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch, Rectangle

from ... import mixture
from ._gaussians import outline
from ._live import Live
from ._names import describe
from ._panels import grid
from ._style import BLACK, BLUE, GREEN, LINES, POSTERIOR, SEEN

PANEL = (2.9, 3.5)  # inches of one of the three panels
ROOM = 1.05  # height of the axes in heights of what they show
SHARES = {"ylim": (0, ROOM), "yticks": (0, 0.5, 1)}
DARK, SOFT = "0.25", "0.72"
SHADES = LinearSegmentedColormap.from_list("density", ["white", "0.3"])
DENSITY = {"cmap": SHADES, "clim": (0, 1), "interpolation": "bilinear", "origin": "lower", "aspect": "auto"}
STEPS = (2.5, 5)  # gray levels between shades of the seen and of the unseen pixel; both divide 20
DASHES = LINES[1:]  # of the components; the whole is solid
PARTS = BLUE, GREEN, BLACK  # of the components: orange is what was read


def mixture_posterior(prior, posterior, y, noise_std, names, *, axes=None):
    """A pixel before and after a noisy look at it, and the components' weights.     (M1), (M2), (M3)

    One pixel: prior and likelihood, then the posterior with its weighted components, in shares of a peak. Two
    pixels, the first seen: prior and posterior as shades, by the square root, with an ellipse at one standard
    deviation for each component. A star marks the mean (M4), a diamond the most probable component's (M5).

    prior, posterior : Mixture (K, 1) or (K, 2), gray levels;  y : seen of the first pixel;  noise_std : sigma
    names : K labels  ->  axes (3,): before, after, weights
    """
    axes = grid(1, 3, axes, panel=PANEL)[0]
    _panels(axes, prior, names).show(posterior, y, noise_std)
    return axes


class LiveMixture:
    """The figure of `mixture_posterior` for one prior, apart from pyplot, fast enough to follow a slider.

    prior : Mixture (K, 1) or (K, 2), gray levels;  names : K labels
    """

    def __init__(self, prior, names):
        self.live = Live(1, 3, (3 * PANEL[0], PANEL[1]))
        self._panels = _panels(self.live.axes[0], prior, names)
        self.live.still(self._panels.moving)

    def picture(self, posterior, y, noise_std):
        """The figure, arguments as in `mixture_posterior`: array (height, width, 3) uint8."""
        self._panels.show(posterior, y, noise_std)
        return self.live.picture()


def _panels(axes, prior, names):
    return {1: _OnePixel, 2: _TwoPixels}[prior.means.shape[1]](axes, prior, names)


class _OnePixel:
    """Artists for one pixel. `moving` are those that `show` changes, in the order of drawing."""

    def __init__(self, axes, prior, names):
        before, after, weights = axes
        self.z = np.arange(*_limits(prior))
        density = np.exp(prior.log_density(self.z[:, None]))
        before.plot(self.z, density / density.max(), color=SOFT, linewidth=5, label="prior")
        for line, part in zip(_part_lines(before, names), self._parts(prior)):
            line.set_data(self.z, part / density.max())
        self.likelihood = before.plot([], [], "-.", color=SEEN, linewidth=2, label="likelihood")[0]
        self.whole = after.plot([], [], color=SOFT, linewidth=5, label="posterior")[0]
        self.parts = _part_lines(after, ["_"] * len(names))
        self.marks, self.bars = _Marks(before, after), _Bars(weights, prior.weights, names)
        for ax, title, columns in ((before, "Before: prior", 2), (after, "After: posterior", 1)):
            ylabel = f"share of the {'curve' if ax is before else 'posterior'}'s peak"
            limits = {"xlim": (self.z[0], self.z[-1]), "xticks": _ticks(prior)}
            describe(ax, title, "gray level z", ylabel, **limits, **SHARES, legend=_below(columns))
        self.moving = [self.likelihood, self.whole, *self.parts, *self.marks.moving, *self.bars.moving]

    def show(self, posterior, y, noise_std):
        self.likelihood.set_data(self.z, np.exp(-((y - self.z) ** 2) / (2 * noise_std**2)))
        density = np.exp(posterior.log_density(self.z[:, None]))
        peak = density.max()
        self.whole.set_data(self.z, density / peak)
        for line, part in zip(self.parts, self._parts(posterior)):
            line.set_data(self.z, part / peak)
        spots = np.stack([posterior.mean, posterior.means[posterior.weights.argmax()]])
        self.marks.show(y, spots[:, 0], np.exp(posterior.log_density(spots)) / peak)
        self.bars.show(posterior.weights)

    def _parts(self, mix):
        """pi_k N(z | mu_k, S_k) on the grid, one array a component."""
        parts, points = zip(mix.weights, mixture.components(mix)), self.z[:, None]
        return [pi * np.exp(part.log_density(points)) for pi, part in parts]


class _TwoPixels:
    """Artists for two pixels, the first of them seen; otherwise as `_OnePixel`."""

    def __init__(self, axes, prior, names):
        before, after, weights = axes
        low, high = _limits(prior)
        self.plane = np.stack(np.meshgrid(*(np.arange(low, high + 1, step) for step in STEPS)), axis=-1)
        extent = [end + side * step / 2 for step in STEPS for end, side in ((low, -1), (high, 1))]
        before.imshow(self._shades(prior), extent=extent, **DENSITY)
        self.image = after.imshow(np.zeros(self.plane.shape[:2]), extent=extent, **DENSITY)
        look = {"color": SEEN, "alpha": 0.3, "linewidth": 0, "label": "y ± sigma"}
        band = Rectangle((0, 0), 0, 1 / ROOM, transform=before.get_xaxis_transform(), **look)
        self.band = before.add_patch(band)
        for line, part in zip(_part_lines(before, names), mixture.components(prior)):
            line.set_data(*outline(part).T)
        self.parts = _part_lines(after, ["_"] * len(names))
        self.marks, self.bars = _Marks(before, after), _Bars(weights, prior.weights, names)
        for ax, title, columns in ((before, "Before: prior", 2), (after, "After: posterior", 1)):
            ax.set(xlim=(low, high), ylim=(low, low + ROOM * (high - low)))
            names, ticks = ("left pixel (gray levels)", "right pixel (gray levels)"), _ticks(prior)
            describe(ax, title, *names, xticks=ticks, yticks=ticks, legend=_below(columns))
        over_the_image = [*after.spines.values(), self.band, *self.parts]
        self.moving = [self.image, *over_the_image, *self.marks.moving, *self.bars.moving]

    def show(self, posterior, y, noise_std):
        self.image.set_data(self._shades(posterior))
        self.band.set(x=y - noise_std, width=2 * noise_std)
        for line, weight, part in zip(self.parts, posterior.weights, mixture.components(posterior)):
            line.set_data(*outline(part).T)
            line.set_alpha(weight**0.5)
        self.marks.show(y, *np.stack([posterior.mean, posterior.means[posterior.weights.argmax()]], axis=1))
        self.bars.show(posterior.weights)

    def _shades(self, mix):
        density = mix.log_density(self.plane)
        return np.exp((density - density.max()) / 2)


class _Marks:
    """The observed level in two panels, posterior mean and most probable component's mean in the second."""

    def __init__(self, before, after):
        look = {"ymax": 1 / ROOM, "color": SEEN, "linestyle": "-", "linewidth": 1.2}
        self.seen = [ax.axvline(0, **look, label="y") for ax in (before, after)]
        whole = {"clip_on": False, "in_layout": False}  # seen whole where the density is 0, too
        best = {"color": "white", "markeredgecolor": BLACK, "markersize": 7, **whole}
        mean = {"color": POSTERIOR, "markeredgecolor": "white", "markersize": 14, **whole}
        self.best = after.plot([], [], "D", **best, label="most probable component")[0]
        self.mean = after.plot([], [], "*", **mean, label="mean")[0]
        self.moving = [*self.seen, self.best, self.mean]

    def show(self, y, places, heights):
        """y : gray level;  places, heights : (2,), of the mean and of the most probable component's mean"""
        for line in self.seen:
            line.set_xdata([y, y])
        for mark, place, height in zip((self.mean, self.best), places, heights):
            mark.set_data([place], [height])


class _Bars:
    """Weights before and after, two bars a component; only the second moves."""

    def __init__(self, ax, prior_weights, names):
        at = np.arange(len(names))
        ax.bar(at - 0.2, prior_weights, 0.36, color="white", edgecolor=DARK, hatch="////", label="prior")
        colours = [colour for _, colour in zip(names, itertools.cycle(PARTS))]
        self.moving = list(ax.bar(at + 0.2, 0, 0.36, color=colours, edgecolor=BLACK, label="posterior"))
        ax.set_xticks(at, [name.replace(" ", "\n") for name in names], fontsize=9)
        limits = {"xlim": (-0.6, len(names) - 0.4), **SHARES}
        keys = [
            Patch(facecolor="white", edgecolor=DARK, hatch="////", label="prior"),
            Patch(color=DARK, label="posterior"),
        ]
        describe(ax, "Weights", "component", "weight", **limits, legend={"handles": keys, **_below(2, -0.36)})

    def show(self, weights):
        for bar, weight in zip(self.moving, weights):
            bar.set_height(weight)


def _part_lines(ax, names):
    """One empty line a component, each with its own colour and dashes."""
    looks = zip(names, itertools.cycle(PARTS), itertools.cycle(DASHES))
    return [ax.plot([], [], line, color=colour, linewidth=1.8, label=name)[0] for name, colour, line in looks]


def _limits(prior):
    """(lowest, highest) gray level within 4 standard deviations of a component, multiples of 20."""
    reach = 4 * np.sqrt(np.diagonal(prior.covs, axis1=1, axis2=2))
    return 20 * np.floor((prior.means - reach).min() / 20), 20 * np.ceil((prior.means + reach).max() / 20)


def _ticks(prior):
    return np.arange(0, _limits(prior)[1], 100)


def _below(columns, top=-0.24):
    """Options of a small legend below the axes, where it covers nothing."""
    spaces = {"columnspacing": 0.8, "handlelength": 1.7, "handletextpad": 0.5, "borderaxespad": 0.0}
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, top)}
    return {**place, "ncols": columns, "fontsize": 9, "frameon": False, **spaces}
