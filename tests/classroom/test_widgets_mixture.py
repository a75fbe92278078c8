"""The widget of a mixture's posterior: its numbers against sums over a grid, its figure against formulas."""

import functools
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import gaussian, mixture
from course_lib.classroom import plots, widgets
from tests.helpers import random_mixture

from .boards import PIXEL, by_quadrature, read_artists

PAIR = mixture.Mixture(
    [0.5, 0.3, 0.2],
    [[25.0, 25.0], [205.0, 205.0], [200.0, 40.0]],
    [[[400.0, 200.0], [200.0, 400.0]], [[900.0, 600.0], [600.0, 900.0]], [[900.0, 0.0], [0.0, 400.0]]],
)  # fmt: skip
NAMES = {1: ("board", "chalk"), 2: ("both dark", "both bright", "edge")}
PRIORS = {1: PIXEL, 2: PAIR}
both = pytest.mark.parametrize("pixels", [1, 2])

live_mixture = functools.cache(lambda pixels: plots.LiveMixture(PRIORS[pixels], NAMES[pixels]))


def see(pixels, y, noise_std):
    return widgets.mixture_view(PRIORS[pixels], NAMES[pixels], y, noise_std, live=live_mixture(pixels))


def after(pixels, y, noise_std):
    channel = gaussian.LinearGaussian(np.eye(1, pixels), [0.0], [[noise_std**2]])
    return mixture.posterior(PRIORS[pixels], channel, [y])


def numbers(readout):
    """Weights before and after; mean, deviation of pixels before and after; most probable, its mean."""
    weights, rest = readout.split(". Mean ± standard deviation: ")
    spreads, best = rest.split(". Most probable: ")
    name, mean = best.split(", mean ")
    pairs = np.array(re.findall(r"([\d.]+) to ([\d.]+)", weights), dtype=float)
    values, mean = (np.array(re.findall(r"-?\d+\.\d", text), dtype=float) for text in (spreads, mean))
    return pairs, values.reshape(-1, 2, 2), name, mean


@both
@pytest.mark.parametrize(("y", "noise_std"), [(136, 50), (100, 10), (-40, 100), (280, 20), (188, 200)])
def test_the_readout_is_bayes_rule_on_a_grid(pixels, y, noise_std):
    """(M2), (M4), (M5); to the digits that are shown."""
    prior = PRIORS[pixels]
    weights, mean, spread, means = by_quadrature(prior, y, noise_std)
    pairs, moved, name, best = numbers(see(pixels, y, noise_std).readout)
    np.testing.assert_allclose(pairs, np.stack([prior.weights, weights], axis=1), atol=5.1e-4)
    before = np.stack([prior.mean, np.sqrt(np.diag(prior.cov))], axis=1)
    np.testing.assert_allclose(moved[:, 0], before, atol=0.051)
    np.testing.assert_allclose(moved[:, 1], np.stack([mean, spread], axis=1), atol=0.051)
    assert name == NAMES[pixels][weights.argmax()]
    np.testing.assert_allclose(best, means[weights.argmax()], atol=0.051)


def test_the_readout_of_the_lesson_s_pixel():
    assert see(1, 136, 50).readout == (
        "Weights: board 0.800 to 0.437, chalk 0.200 to 0.563. "
        "Mean ± standard deviation: pixel 56.0 ± 75.4 to 118.7 ± 76.5 gray levels. "
        "Most probable: chalk, mean 183.1 gray levels."
    )


@both
def test_much_noise_brings_the_prior_back(pixels):
    pairs, moved, _, _ = numbers(see(pixels, 136, 1e5).readout)
    np.testing.assert_array_equal(pairs[:, 0], pairs[:, 1])
    np.testing.assert_array_equal(moved[:, 0], moved[:, 1])


@pytest.mark.parametrize(("place", "name", "needed"), [(0, "pixel", 1), (2, "pair", 2)])
def test_the_widget_wants_one_pixel_and_two(place, name, needed):
    given = [PIXEL, NAMES[1], PAIR, NAMES[2]]
    given[place : place + 2] = [PAIR, NAMES[2]] if needed == 1 else [PIXEL, NAMES[1]]
    with pytest.raises(ValueError, match=f"{name} needs {needed} pixels; got {3 - needed}; choose others"):
        widgets.mixture_widget(*given)


def draw(pixels, y, noise_std):
    return plots.mixture_posterior(PRIORS[pixels], after(pixels, y, noise_std), y, noise_std, NAMES[pixels])


@both
def test_the_live_figure_has_the_artists_of_the_static_one(pixels):
    """A picture depends on nothing that came before: the same after a detour, another for another choice."""
    live, pictures, limits = live_mixture(pixels), {}, set()
    ways = ((-40, 5), (136, 50), (136, 100), (280, 1000))
    for way in (*ways, *ways[::-1]):
        picture = live.picture(after(pixels, *way), *way)
        np.testing.assert_array_equal(pictures.setdefault(way, picture), picture)
        axes = draw(pixels, *way)
        for one, other in zip(read_artists(axes), read_artists(live.live.axes[0]), strict=True):
            np.testing.assert_array_equal(one, other)
        limits.add(tuple((ax.get_xlim(), ax.get_ylim()) for ax in axes))
        plt.close("all")
    assert len({picture.tobytes() for picture in pictures.values()}) == len(ways)
    assert len(limits) == 1  # the axes stay
    assert {picture.shape for picture in pictures.values()} == {(350, 870, 3)}


@both
def test_all_that_changes_moves(pixels):
    """An artist that changes but is not among the moving ones would be frozen in the ground."""
    live, fresh = (plots.LiveMixture(PRIORS[pixels], NAMES[pixels]) for _ in range(2))
    for way in ((136, 50), (100, 20)):
        live.picture(after(pixels, *way), *way)
    grounds = []
    for one in (live, fresh):
        for artist in one.live.figure.findobj(lambda artist: artist.get_animated()):
            artist.set_visible(False)  # Matplotlib 3.9.0 draws images that are animated
        one.live.canvas.draw()  # the ground alone, drawn as often: the layout settles at the second
        grounds.append(np.array(one.live.canvas.buffer_rgba()))
    np.testing.assert_array_equal(*grounds)


def normal(x, mean, var):
    return np.exp(-((x - mean) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)


def test_curves_of_one_pixel():
    """(M1), (M2), (M3): prior, likelihood and posterior in shares of a peak; marks on them."""
    before, ax, _ = draw(1, 136.0, 50.0)
    z = before.lines[0].get_xdata()
    board, chalk = 0.8 * normal(z, 20, 400), 0.2 * normal(z, 200, 900)
    likelihood, top = normal(z, 136, 2500), (board + chalk).max()
    whole = (board + chalk) * likelihood
    wanted = {"prior": (board + chalk) / top, "board": board / top, "chalk": chalk / top}
    wanted["likelihood"] = likelihood / likelihood.max()
    for line in before.lines[:4]:
        np.testing.assert_allclose(line.get_ydata(), wanted[line.get_label()], rtol=1e-9, atol=1e-12)
    for line, part in zip(ax.lines[:3], (whole, board * likelihood, chalk * likelihood)):
        np.testing.assert_allclose(line.get_ydata(), part / whole.max(), rtol=1e-9, atol=1e-12)
    lines = {line.get_label(): line for line in ax.lines}
    posterior = after(1, 136.0, 50.0)
    for name, level in (("mean", posterior.mean[0]), ("most probable component", posterior.means[1, 0])):
        ((x, height),) = lines[name].get_xydata()
        assert x == pytest.approx(level)
        on_the_curve = np.interp(level, z, lines["posterior"].get_ydata())  # straight between two grid points
        assert height == pytest.approx(on_the_curve, abs=1e-3)
    assert list(lines["y"].get_xdata()) == [136.0, 136.0]


def test_shades_and_ellipses_of_two_pixels():
    before, ax, _ = draw(2, 188.0, 20.0)
    posterior = after(2, 188.0, 20.0)
    for panel, mix in ((before, PAIR), (ax, posterior)):
        (image,) = panel.images
        left, right, bottom, top = image.get_extent()
        rows, columns = image.get_array().shape
        ends = (left, right, columns), (bottom, top, rows)
        middles = [np.linspace(low, high, 2 * count + 1)[1::2] for low, high, count in ends]
        density = np.exp(mix.log_density(np.stack(np.meshgrid(*middles), axis=-1)))
        np.testing.assert_allclose(image.get_array() ** 2, density / density.max(), atol=1e-12)
        for line, mean, cov in zip(panel.lines, mix.means, mix.covs):
            d = line.get_xydata() - mean
            np.testing.assert_allclose(np.einsum("ni,ij,nj->n", d, np.linalg.inv(cov), d), 1)
    (band,) = before.patches
    assert (band.get_x(), band.get_width()) == (168.0, 40.0)
    lines = {line.get_label(): line.get_xydata()[0] for line in ax.lines}
    np.testing.assert_allclose(lines["mean"], posterior.mean)
    np.testing.assert_allclose(lines["most probable component"], posterior.means[1])


@both
def test_bars_are_the_weights_and_components_differ_without_colour(pixels):
    before, _, ax = draw(pixels, 100.0, 20.0)
    weights, bars = after(pixels, 100.0, 20.0).weights, ax.patches
    np.testing.assert_allclose([bar.get_height() for bar in bars], [*PRIORS[pixels].weights, *weights])
    hatched = [bar.get_hatch() is not None for bar in bars]
    assert hatched == [True] * len(weights) + [False] * len(weights)
    styles = {line.get_linestyle() for line in before.lines if line.get_label() in NAMES[pixels]}
    assert len(styles) == len(NAMES[pixels])


def test_a_mixture_of_more_components_than_colours_is_drawn_whole():
    many = random_mixture(np.random.default_rng(1), 9, 1, scale=20.0, spread=60.0)
    names = [f"part {k}" for k in range(9)]
    before, _, weights = plots.mixture_posterior(many, many, 20.0, 9.0, names)
    assert [line.get_label() for line in before.lines[1:10]] == names and len(weights.patches) == 18
