"""The widget of a mixture's posterior without a browser: its numbers against sums over a grid, its artists against what they claim."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_lib import gaussian, mixture
from course_lib.classroom import plots, widgets
from tests.helpers import random_mixture

PIXEL = mixture.Mixture([0.8, 0.2], [[20.0], [200.0]], [[[400.0]], [[900.0]]])
PAIR = mixture.Mixture(
    [0.5, 0.3, 0.2],
    [[25.0, 25.0], [205.0, 205.0], [200.0, 40.0]],
    [[[400.0, 200.0], [200.0, 400.0]], [[900.0, 600.0], [600.0, 900.0]], [[900.0, 0.0], [0.0, 400.0]]],
)
NAMES = {1: ("board", "chalk"), 2: ("both dark", "both bright", "edge")}
PRIORS = {1: PIXEL, 2: PAIR}
both = pytest.mark.parametrize("pixels", [1, 2])


def board(**first):
    return widgets.mixture_widget(PIXEL, NAMES[1], PAIR, NAMES[2], **first)


def after(pixels, y, noise_std, prior=None):
    channel = gaussian.LinearGaussian(np.eye(1, pixels), [0.0], [[noise_std**2]])
    return mixture.posterior(prior or PRIORS[pixels], channel, [y])


def shown(image):
    return np.asarray(Image.open(io.BytesIO(image.value)))


def numbers(readout):
    """Weights before and after, (mean, standard deviation) before and after of every pixel, most probable name and its mean."""
    weights, spreads, best = (
        readout.split(". Mean ± standard deviation: ")[0],
        *readout.split(". Mean ± standard deviation: ")[1].split(". Most probable: "),
    )
    pairs = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) to ([\d.]+)", weights)]
    values = [float(number) for number in re.findall(r"-?\d+\.\d", spreads)]
    name, mean = best.split(", mean ")
    return (
        np.array(pairs),
        np.array(values).reshape(-1, 2, 2),
        name,
        [float(x) for x in re.findall(r"-?\d+\.\d", mean)],
    )


def by_quadrature(prior, y, noise_std):
    """Bayes' rule on a grid, component by component: weights, mean and standard deviation of every pixel, means of components."""
    D = prior.means.shape[1]
    z = np.stack(
        np.meshgrid(*[np.arange(-250.0, 500.0, 1.0 if D == 1 else 2.0)] * D, indexing="ij"), axis=-1
    ).reshape(-1, D)
    d = z[:, None] - prior.means
    square = np.einsum("nki,kij,nkj->nk", d, np.linalg.inv(prior.covs), d)
    joint = prior.weights * np.exp(-square / 2) / np.sqrt(np.linalg.det(prior.covs))
    joint *= np.exp(-((y - z[:, :1]) ** 2) / (2 * noise_std**2))
    joint /= joint.sum()
    mean = joint.sum(axis=1) @ z
    spread = np.sqrt(joint.sum(axis=1) @ (z - mean) ** 2)
    return joint.sum(axis=0), mean, spread, (joint.T @ z) / joint.sum(axis=0)[:, None]


# The sentence


@both
@pytest.mark.parametrize(("y", "noise_std"), [(136, 50), (100, 10), (-40, 100), (280, 20), (188, 200)])
def test_the_readout_is_bayes_rule_on_a_grid(pixels, y, noise_std):
    """(M2), (M4), (M5); to the digits that are shown."""
    prior = PRIORS[pixels]
    weights, mean, spread, means = by_quadrature(prior, y, noise_std)
    pairs, moved, name, best = numbers(widgets.mixture_view(prior, NAMES[pixels], y, noise_std).readout)
    np.testing.assert_allclose(pairs[:, 0], prior.weights, atol=5.1e-4)
    np.testing.assert_allclose(pairs[:, 1], weights, atol=5.1e-4)
    np.testing.assert_allclose(moved[:, 1], np.stack([mean, spread], axis=1), atol=0.051)
    np.testing.assert_allclose(
        moved[:, 0], np.stack([prior.mean, np.sqrt(np.diag(prior.cov))], axis=1), atol=0.051
    )
    assert name == NAMES[pixels][weights.argmax()]
    np.testing.assert_allclose(best, means[weights.argmax()], atol=0.051)


def test_the_readout_of_the_lesson_s_pixel():
    assert widgets.mixture_view(PIXEL, NAMES[1], 136, 50).readout == (
        "Weights: board 0.800 to 0.437, chalk 0.200 to 0.563. Mean ± standard deviation: pixel 56.0 ± 75.4 to 118.7 ± 76.5 gray "
        "levels. Most probable: chalk, mean 183.1 gray levels."
    )


@both
def test_much_noise_brings_the_prior_back(pixels):
    pairs, moved, _, _ = numbers(widgets.mixture_view(PRIORS[pixels], NAMES[pixels], 136, 1e5).readout)
    np.testing.assert_array_equal(pairs[:, 0], pairs[:, 1])
    np.testing.assert_array_equal(moved[:, 0], moved[:, 1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (random_mixture(np.random.default_rng(0), 2, 3), "ab", 1, 1),
            "prior needs 1 or 2 pixels; got 3; choose fewer",
        ),
        ((PIXEL, ["board"], 1, 1), "names needs one label for each of 2 components; got 1; name them all"),
        ((PIXEL, NAMES[1], [1.0], 1), r"y needs shape \(\); got \(1,\); give one gray level"),
        ((PIXEL, NAMES[1], np.nan, 1), "y needs finite numbers"),
        ((PIXEL, NAMES[1], 1, 0), r"noise_std needs a finite number above 0 \(gray levels\); got 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.mixture_view(*arguments)


def test_a_prior_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="prior needs a Mixture; got Gaussian"):
        widgets.mixture_view(gaussian.Gaussian([1.0], [[1.0]]), ("one",), 1, 1)


# The figure


def drawn(pixels, y, noise_std):
    return plots.mixture_posterior(PRIORS[pixels], after(pixels, y, noise_std), y, noise_std, NAMES[pixels])


@pytest.fixture(autouse=True)
def no_figure_is_left():
    plt.close("all")
    yield
    plt.close("all")


def artists(axes):
    """Data of all lines, bars and shades, panel by panel."""
    data = []
    for ax in axes:
        data += [np.array(line.get_xydata()) for line in ax.lines] + [
            np.array(image.get_array()) for image in ax.images
        ]
        data += [np.array(patch.get_bbox().bounds) for patch in ax.patches]
    return data


@both
def test_the_live_figure_has_the_artists_of_the_static_one(pixels):
    live = plots.LiveMixture(PRIORS[pixels], NAMES[pixels])
    for y, noise_std in ((-40, 5), (136, 50), (280, 1000)):
        live.picture(after(pixels, y, noise_std), y, noise_std)
        static, moved = artists(drawn(pixels, y, noise_std)), artists(live.live.axes[0])
        assert len(static) == len(moved) > 10
        for a, b in zip(static, moved):
            np.testing.assert_array_equal(a, b)


@both
def test_a_picture_depends_on_nothing_that_came_before(pixels):
    """All that moves is redrawn: the same picture after a detour, and another one for another choice."""
    live = plots.LiveMixture(PRIORS[pixels], NAMES[pixels])
    ways = [(136, 50), (136, 100), (100, 50)]
    first = [live.picture(after(pixels, *way), *way) for way in ways]
    assert not np.array_equal(first[0], first[1]) and not np.array_equal(first[0], first[2])
    for way, picture in zip(ways[::-1], first[::-1]):
        np.testing.assert_array_equal(live.picture(after(pixels, *way), *way), picture)


@both
def test_all_that_changes_moves(pixels):
    """An artist that changes but is not among the moving ones would be frozen in the ground."""
    live = plots.LiveMixture(PRIORS[pixels], NAMES[pixels])
    for way in ((136, 50), (100, 20)):
        live.picture(after(pixels, *way), *way)
    live.live.canvas.draw()  # the ground alone, drawn anew
    ground = np.array(live.live.canvas.buffer_rgba())
    fresh = plots.LiveMixture(PRIORS[pixels], NAMES[pixels])
    fresh.live.canvas.draw()  # as often: the layout settles at the second drawing
    np.testing.assert_array_equal(ground, np.array(fresh.live.canvas.buffer_rgba()))


def test_curves_of_one_pixel():
    """(M1), (M2), (M3): prior, likelihood and posterior by their formulas, in shares of a peak."""
    before, posterior, _ = drawn(1, 136.0, 50.0)
    z = before.lines[0].get_xdata()

    def normal(x, mean, var):
        return np.exp(-((x - mean) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)

    prior = [0.8 * normal(z, 20, 400), 0.2 * normal(z, 200, 900)]
    likelihood = normal(z, 136, 2500)
    whole = sum(prior) * likelihood
    expected = {
        "prior": sum(prior) / sum(prior).max(),
        "board": prior[0] / sum(prior).max(),
        "chalk": prior[1] / sum(prior).max(),
        "likelihood": likelihood / likelihood.max(),
    }
    for line in before.lines[:4]:
        np.testing.assert_allclose(line.get_ydata(), expected[line.get_label()], rtol=1e-9, atol=1e-12)
    lines = posterior.lines[:3]
    for line, part in zip(lines, (whole, prior[0] * likelihood, prior[1] * likelihood)):
        np.testing.assert_allclose(line.get_ydata(), part / whole.max(), rtol=1e-9, atol=1e-12)


def labelled(ax):
    return {line.get_label(): line for line in ax.lines}


def test_marks_stand_on_the_posterior():
    lines = labelled(drawn(1, 136.0, 50.0)[1])
    z, density = lines["posterior"].get_data()
    posterior = after(1, 136.0, 50.0)
    for name, level in (("mean", posterior.mean[0]), ("most probable component", posterior.means[1, 0])):
        ((x, height),) = lines[name].get_xydata()
        assert x == pytest.approx(level)
        assert height == pytest.approx(
            np.interp(level, z, density), abs=1e-3
        )  # the line between two grid points is straight
    assert list(lines["y"].get_xdata()) == [136.0, 136.0]


def test_shades_and_ellipses_of_two_pixels():
    before, posterior, _ = drawn(2, 188.0, 20.0)
    for ax, mix in ((before, PAIR), (posterior, after(2, 188.0, 20.0))):
        (image,) = ax.images
        left, right, bottom, top = image.get_extent()
        rows, columns = image.get_array().shape
        z = np.stack(
            np.meshgrid(
                np.linspace(left, right, 2 * columns + 1)[1::2], np.linspace(bottom, top, 2 * rows + 1)[1::2]
            ),
            axis=-1,
        )
        density = np.exp(mix.log_density(z))
        np.testing.assert_allclose(image.get_array() ** 2, density / density.max(), atol=1e-12)
        for line, mean, cov in zip(ax.lines, mix.means, mix.covs):
            d = line.get_xydata() - mean
            np.testing.assert_allclose(np.einsum("ni,ij,nj->n", d, np.linalg.inv(cov), d), 1)
    (band,) = before.patches
    assert (band.get_x(), band.get_width()) == (168.0, 40.0)
    np.testing.assert_allclose(labelled(posterior)["mean"].get_xydata()[0], after(2, 188.0, 20.0).mean)
    np.testing.assert_allclose(
        labelled(posterior)["most probable component"].get_xydata()[0], after(2, 188.0, 20.0).means[1]
    )


@both
def test_bars_are_the_weights(pixels):
    weights = after(pixels, 100.0, 20.0).weights
    bars = drawn(pixels, 100.0, 20.0)[2].patches
    np.testing.assert_allclose([bar.get_height() for bar in bars], [*PRIORS[pixels].weights, *weights])
    hatched = [bar.get_hatch() is not None for bar in bars]
    assert hatched == [True] * len(weights) + [False] * len(weights)


@both
def test_axes_stay_and_lines_differ_without_colour(pixels):
    limits = [
        [(ax.get_xlim(), ax.get_ylim()) for ax in drawn(pixels, *way)]
        for way in ((-40, 5), (136, 50), (280, 1000))
    ]
    assert limits[0] == limits[1] == limits[2]
    lines = drawn(pixels, 136, 50)[0].lines
    styles = [line.get_linestyle() for line in lines if line.get_label() in NAMES[pixels]]
    assert len(set(styles)) == len(NAMES[pixels])


# The board


def assert_shows(widget, view):
    assert widget.readout.value == f'<div role="status">{view.readout}</div>'
    assert widget.note.value == ""
    np.testing.assert_array_equal(shown(widget.pictures[0]), view.pictures[0])


def view_of(pixels, y, noise_std):
    return widgets.mixture_view(PRIORS[pixels], NAMES[pixels], y, noise_std)


def test_the_widget_starts_as_it_was_asked():
    assert_shows(board(), view_of(1, 136, 50))
    assert_shows(board(y=-40, noise_std=1000), view_of(1, -40, 1000))


@both
@pytest.mark.parametrize(("name", "ends"), [("y", (-40, 280)), ("noise_std", (5, 1000))])
def test_both_ends_of_every_slider(pixels, name, ends):
    widget = board()
    widget.controls["pixels"].value = pixels
    assert 30 <= len(widget.controls[name].options) <= 81
    assert (widget.controls[name].options[0][1], widget.controls[name].options[-1][1]) == ends
    for value in ends:
        widget.controls[name].value = value
        assert_shows(widget, view_of(pixels, **{"y": 136, "noise_std": 50, name: value}))


def test_the_choice_goes_to_two_pixels_and_back():
    widget = board()
    widget.controls["pixels"].label = "two pixels, left one seen"
    assert_shows(widget, view_of(2, 136, 50))
    widget.controls["pixels"].label = "one pixel"
    assert_shows(widget, view_of(1, 136, 50))


def test_pictures_are_narrow_and_of_one_size():
    shapes = {view_of(pixels, *way).pictures[0].shape for pixels in (1, 2) for way in ((136, 50), (-40, 5))}
    assert len(shapes) == 1 and shapes.pop()[1] <= 780


def test_two_copies_live_side_by_side():
    one, other = board(), board()
    one.controls["y"].value = 280
    other.controls["noise_std"].value = 5
    assert_shows(one, view_of(1, 280, 50))
    assert_shows(other, view_of(1, 136, 5))


def test_the_figures_are_made_once_a_widget_and_stay_apart_from_pyplot(monkeypatch):
    made = []
    original = plots.LiveMixture
    monkeypatch.setattr(plots, "LiveMixture", lambda *a: made.append(1) or original(*a))
    widget = board()
    for pixels in (2, 1, 2):
        widget.controls["pixels"].value = pixels
        widget.controls["y"].value = 40 * pixels
    assert len(made) == 2
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("first", "message"),
    [
        ({"y": 137}, "observed y needs one of .*; got 137"),
        ({"noise_std": 0}, "noise sigma needs one of .*; got 0"),
    ],
)
def test_a_start_that_cannot_be_chosen_is_refused(first, message):
    with pytest.raises(ValueError, match=message):
        board(**first)
