"""Figures of the lessons on one Gaussian: slices, blocks of matrices, beliefs before and after a look."""

import numpy as np

from ... import gaussian
from ...patches import side
from ._names import describe, legend_outside
from ._panels import grid, one_axes, show_gray
from ._style import BLACK, BLUE, ORANGE, POSTERIOR, PRIOR, RED, SEEN, TRUTH

DENSITY = "density (1 / gray level)"
ABOVE = {"loc": "upper left", "fontsize": 9}  # a legend where nothing is drawn


def conditional_slice(pair, value, *, axes=None):
    """The density of two pixels, a Gaussian (2,), cut at y2 = value; y1 before and after the cut.  (G2)"""
    left, right = axes = grid(1, 2, axes, panel=(4.5, 3.8))[0]
    first, second = (_span(pair.mean[i], pair.cov[i, i]) for i in (0, 1))
    points = np.stack(np.meshgrid(first, second), axis=-1)
    left.contour(first, second, np.exp(pair.log_density(points)), levels=6, colors=BLUE, linewidths=0.9)
    left.axhline(value, color=SEEN, label=f"seen: $y_2$ = {value:g}")
    names = "Joint density, and the cut", "$y_1$ (gray levels)", "$y_2$ (gray levels)"
    describe(left, *names, legend={"loc": "lower right", "fontsize": 9})
    before, after = gaussian.marginal(pair, [0]), gaussian.condition(pair, [1], [value])
    _plot_density(right, first, before, PRIOR, "before: $p(y_1)$", "--")
    _plot_density(right, first, after, RED, f"after: $p(y_1\\mid y_2={value:g})$")
    right.set_ylim(bottom=0, top=1.3 * right.get_ylim()[1])
    names = "The first pixel, before and after", "$y_1$ (gray levels)", DENSITY
    describe(right, *names, legend=ABOVE)
    return axes


def line_of_means(pair, heights, means, stds, *, ax=None):
    """Cuts of two pixels, a Gaussian (2,), at several y2: the mean of y1 along each, one std around it.  (G2)

    heights, means, stds : (n,), gray levels
    """
    ax = one_axes(ax, (5.6, 4.4))
    for size in (1, 2):
        ring = pair.mean + size * (outline(pair) - pair.mean)
        ax.plot(*ring.T, color=BLUE, linewidth=0.9, label="1 and 2 std, both pixels" if size == 1 else None)
    ax.plot(means, heights, ":", color=BLACK, label="line of means")
    ax.hlines(heights, means - stds, means + stds, color=RED, linewidth=2.5, label="± 1 std along a cut")
    ax.plot(means, heights, "o", color=RED, label="mean along a cut")
    names = "Four cuts, and the line of means", "$y_1$ (gray levels)", "$y_2$ (gray levels)"
    ax.margins(0.1)
    describe(ax, *names)
    return legend_outside(ax, ncols=2)


def slab_histogram(draws, g, *, ax=None):
    """Histogram of scalar `draws` (n,) in gray levels under the density of g, a Gaussian (1,).   (G2)"""
    ax = one_axes(ax)
    ax.hist(draws, bins=40, density=True, color=ORANGE, alpha=0.6, label=f"{draws.size} draws")
    _plot_density(ax, _span(g.mean[0], g.cov[0, 0]), g, RED, "formula")
    ax.set_ylim(top=1.25 * ax.get_ylim()[1])
    return describe(ax, "Draws near the cut, and the formula", "$y_1$ (gray levels)", DENSITY, legend=ABOVE)


def matrix_blocks(matrices, split, titles, labels, *, axes=None):
    """Square matrices with their entries, cut into blocks after `split` rows and columns.   (G4), (G5)

    matrices : list of (D, D);  titles : their names and units;  labels : D names  ->  axes, one a matrix.
    Colour is the entry divided by the root of its two diagonal entries, from -1 (dark) over 0 (white) to 1.
    """
    panels = grid(1, len(matrices), axes, panel=(4.2, 4.2))[0]
    for ax, matrix, title in zip(panels, matrices, titles, strict=True):
        scale = np.sqrt(np.diag(matrix))
        ax.imshow(matrix / np.outer(scale, scale), cmap="PuOr", vmin=-1.6, vmax=1.6)
        for (i, j), entry in np.ndenumerate(matrix):
            ax.text(j, i, f"{entry + 0.0:.4g}", ha="center", va="center", fontsize=9)
        for line in (ax.axhline, ax.axvline):
            line(split - 0.5, color=BLACK)
        ticks = {"xticks": range(len(labels)), "yticks": range(len(labels))}
        describe(ax, title, "column", "row", **ticks, xticklabels=labels, yticklabels=labels)
    return panels


def filled_patch(truth, hidden, seen, mean, std, *, axes=None):
    """A square patch with hidden pixels, what fills them in, the truth, and the error bars.      (G2), (G4)

    truth, mean, std : (m*m,), gray levels;  hidden : indices;  seen : (m*m - n,), the others  ->  axes (2, 2)
    """
    m = side(np.size(truth))
    axes = grid(2, 2, axes, panel=(3.9, 3.4))
    holes = np.full(m * m, 128.0)
    holes[np.setdiff1d(np.arange(m * m), hidden)] = seen
    titles = "What is seen (crosses: hidden)", "Filled in: the mean", "Truth"
    for ax, pixels, title in zip(axes.flat, (holes, mean, truth), titles):
        show_gray(ax, np.reshape(pixels, (m, m)), title, size=11)
        ax.set(xlabel=f"{m} pixels", ylabel=f"{m} pixels")
    axes[0, 0].plot(*np.unravel_index(hidden, (m, m))[::-1], "x", color=RED, markersize=9)
    at, last = 1 + np.arange(np.size(hidden)), axes[1, 1]
    low, high = mean[hidden] - 2 * std[hidden], mean[hidden] + 2 * std[hidden]
    last.vlines(at, low, high, color=BLACK, label="± 2 std")
    last.plot(at, mean[hidden], "s", color=BLACK, markersize=4, label="mean")
    last.plot(at, truth[hidden], "o", color=TRUTH, label="truth")
    names = "The hidden pixels", "hidden pixel, in reading order", "gray levels"
    describe(last, *names, legend={"loc": "upper center", "ncols": 3, "fontsize": 9})
    last.set(ylim=(last.get_ylim()[0], last.get_ylim()[1] + 90), xticks=at[1::2])
    return axes


def belief_update(prior, noise_std, y, *, ax=None):
    """Prior, a Gaussian (1,), likelihood (of area one), posterior of a pixel seen as y = z + noise.  (G6)"""
    ax = one_axes(ax, (6.0, 3.6))
    likelihood = gaussian.Gaussian([y], [[noise_std**2]])
    channel = gaussian.LinearGaussian([[1.0]], [0.0], [[noise_std**2]])
    after = gaussian.posterior(prior, channel, [y])
    ends = [_span(g.mean[0], g.cov[0, 0])[[0, -1]] for g in (prior, likelihood)]
    z = np.linspace(np.min(ends), np.max(ends), 600)
    _plot_density(ax, z, prior, PRIOR, "prior $p(z)$", "--")
    _plot_density(ax, z, likelihood, SEEN, "likelihood $p(y\\mid z)$, area one", ":")
    _plot_density(ax, z, after, POSTERIOR, "posterior $p(z\\mid y)$")
    ax.set_ylim(bottom=0, top=1.15 * ax.get_ylim()[1])
    names = "Two opinions on one pixel, and their synthesis", "z (gray levels)", DENSITY
    return describe(ax, *names, legend="upper left")


def precisions_add(stds, heading, *, ax=None):
    """Precisions of opinions end to end, and their sum below.  (G6)

    stds : name -> standard deviation, gray levels, the prior first
    """
    ax, start = one_axes(ax, (6.6, 2.4)), 0.0
    parts = [
        (name, std, 1, colour) for (name, std), colour in zip(stds.items(), (PRIOR, *[SEEN] * len(stds)))
    ]
    total = sum(std**-2 for std in stds.values()) ** -0.5
    for name, std, row, colour in [*parts, ("posterior", total, 0, POSTERIOR)]:
        first = start if row else 0.0
        ax.barh(row, std**-2, left=first, color=colour, edgecolor="white", alpha=0.85)
        text = f"{name}\n± {std:.4g}"
        white = "black" if colour == SEEN else "white"
        ax.text(first + std**-2 / 2, row, text, ha="center", va="center", fontsize=9, color=white)
        start += std**-2
    rows = {"yticks": [0, 1], "yticklabels": ["together", "one by one"]}
    return describe(ax, heading, "precision (1 / gray level²)", "opinions", **rows)


def noise_limits(noise_stds, means, stds, prior, y, *, axes=None):
    """Posterior mean and standard deviation of one pixel as the noise grows from nothing to everything.  (G8)

    noise_stds, means, stds : arrays (n,), gray levels;  prior : Gaussian (1,);  y : float  ->  axes (2,)
    """
    left, right = axes = grid(1, 2, axes, panel=(4.5, 3.8))[0]
    left.semilogx(noise_stds, means, color=POSTERIOR, label="posterior mean")
    left.axhline(y, color=SEEN, linestyle=":", label="observation y")
    left.axhline(prior.mean[0], color=PRIOR, linestyle="--", label="prior mean")
    describe(left, "What we believe", "noise std (gray levels)", "z (gray levels)", legend="best")
    right.loglog(noise_stds, stds, color=POSTERIOR, label="posterior std")
    right.loglog(noise_stds, noise_stds, color=SEEN, linestyle=":", label="noise std")
    right.axhline(np.sqrt(prior.cov[0, 0]), color=PRIOR, linestyle="--", label="prior std")
    describe(right, "How sure we are", "noise std (gray levels)", "std (gray levels)", legend="best")
    return axes


def shrinking_ellipse(prior, noise_std, y, *, ax=None):
    """Ellipses at one std: prior, a Gaussian (2,), likelihood and posterior of two pixels, y = z + noise."""
    ax = one_axes(ax, (5.0, 5.0))
    channel = gaussian.LinearGaussian(np.eye(2), np.zeros(2), noise_std**2 * np.eye(2))
    likelihood = gaussian.Gaussian(y, channel.noise_cov)
    after = gaussian.posterior(prior, channel, y)
    parts = (prior, "--", "prior"), (likelihood, ":", "likelihood"), (after, "-", "posterior")
    for (g, line, name), colour in zip(parts, (PRIOR, SEEN, POSTERIOR)):
        ax.plot(*outline(g).T, color=colour, linestyle=line, label=name)
        ax.plot(*g.mean, "o", color=colour, markersize=4)
    lam, U = np.linalg.eigh(prior.cov)
    for axis in (U * np.sqrt(lam)).T:
        ax.plot(*np.transpose([prior.mean - axis, prior.mean + axis]), ":", color=PRIOR, linewidth=1)
    ax.plot(*np.transpose([prior.mean, y]), "-", color=BLACK, linewidth=0.6)
    ax.margins(0.12)
    names = "Shrunk direction by direction", "first pixel (gray levels)", "second pixel (gray levels)"
    return describe(ax, *names, legend="lower left", aspect="equal")


def patch_row(patches, titles, *, axes=None):
    """Flattened square patches (n, m*m) in gray levels side by side, on the fixed range 0..255."""
    m = side(np.shape(patches)[1])
    panels = grid(1, len(patches), axes, panel=(1.9, 2.2))[0]
    for ax, patch, title in zip(panels, patches, titles, strict=True):
        show_gray(ax, np.reshape(patch, (m, m)), title)
        ax.set(xlabel=f"{m} pixels", ylabel=f"{m} pixels")
    return panels


def _span(mean, variance):
    return mean + 3.5 * np.sqrt(variance) * np.linspace(-1, 1, 301)


def _plot_density(ax, x, g, colour, label, line="-"):
    ax.plot(x, np.exp(g.log_density(x[:, None])), color=colour, linestyle=line, label=label)


def outline(g):
    """The ellipse (n, 2) at one standard deviation around the mean of a Gaussian (2,)."""
    lam, U = np.linalg.eigh(g.cov)
    angle = np.linspace(0, 2 * np.pi, 200)
    return g.mean + np.stack([np.cos(angle), np.sin(angle)], axis=-1) * np.sqrt(np.maximum(lam, 0)) @ U.T
