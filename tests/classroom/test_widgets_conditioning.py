"""The widget of two pixels without a browser: its numbers against the library and sums on a grid, its figure against the static one."""

import io
import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_lib import gaussian
from course_lib.classroom import plots, widgets
from course_lib.gaussian import Gaussian, LinearGaussian
from tests.helpers import close

PAIR = Gaussian([120.0, 100.0], [[900.0, 720.0], [720.0, 1600.0]])
CHOICE = {"y": 160.0, "noise_std": 40, "correlation": 0.6}
ENDS = {"y": (-20.0, 220.0), "noise_std": (0, 1000), "correlation": (-1, 1)}


def with_correlation(r):
    return Gaussian(PAIR.mean, [[900.0, 1200.0 * r], [1200.0 * r, 1600.0]])


def given_noise(prior, y, noise_std):
    return gaussian.posterior(prior, LinearGaussian([[0.0, 1.0]], [0.0], [[noise_std**2]]), [y])


def numbers(readout):
    """Mean and standard deviation of both pixels, before and after: (2, 2, 2)."""
    found = re.findall(r"(-?[\d.]+) ± ([\d.]+) (?:before|after)", readout)
    return np.array(found, dtype=float).reshape(2, 2, 2)


def by_sums(prior, y, noise_std):
    """Mean and standard deviation of both pixels given y: prior times likelihood, added up over a grid."""
    axes = [
        mean + np.sqrt(variance) * np.linspace(-8, 8, 801)
        for mean, variance in zip(prior.mean, np.diag(prior.cov))
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    weight = np.exp(prior.log_density(points) - (y - points[..., 1]) ** 2 / (2 * noise_std**2))
    weight /= weight.sum()
    mean = np.einsum("ij,ijk->k", weight, points)
    return np.stack([mean, np.sqrt(np.einsum("ij,ijk->k", weight, (points - mean) ** 2))], axis=1)


def shown(image):
    return np.asarray(Image.open(io.BytesIO(image.value)))


def assert_shows(board, view):
    assert board.readout.value == f'<div role="status">{view.readout}</div>'
    assert view.note in board.note.value and bool(view.note) == bool(board.note.value)
    for image, picture in zip(board.pictures, view.pictures, strict=True):
        np.testing.assert_array_equal(shown(image), picture)
        assert image.layout.visibility == "visible"


@pytest.fixture
def board():
    return widgets.conditioning_widget(PAIR, 160, noise_std=40)


# The numbers


@pytest.mark.parametrize("y", [-20.0, 100.0, 160.0])
@pytest.mark.parametrize("noise_std", [20.0, 40.0, 200.0])
@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.6])
def test_the_readout_is_bayes_rule_on_a_grid(y, noise_std, correlation):
    """(G4) and (G2) against prior times likelihood, which know of neither; one decimal is shown."""
    before, after = np.moveaxis(
        numbers(widgets.conditioning_view(PAIR, y, noise_std, correlation).readout), 1, 0
    )
    close(before, [[120, 30], [100, 40]])
    np.testing.assert_allclose(after, by_sums(with_correlation(correlation), y, noise_std), atol=0.051)


@pytest.mark.parametrize("correlation", [-0.99, 0.0, 0.6])
def test_without_noise_it_is_the_conditional_of_the_pair(correlation):
    """(G2)"""
    cut = gaussian.condition(with_correlation(correlation), [1], [160.0])
    first, second = numbers(widgets.conditioning_view(PAIR, 160.0, 0, correlation).readout)[:, 1]
    np.testing.assert_allclose(first, [cut.mean[0], np.sqrt(cut.cov[0, 0])], atol=0.051)
    np.testing.assert_array_equal(second, [160.0, 0.0])


def test_the_sentence_says_how_far_and_how_much():
    readout = widgets.conditioning_view(PAIR, 160.0, 40.0, 0.6).readout
    assert readout == (
        "First pixel z₁: 120.0 ± 30.0 before, 133.5 ± 27.2 after, in gray levels: its mean moves by +13.5, "
        "its standard deviation shrinks by 9.4%. Second pixel z₂: 100.0 ± 40.0 before, 130.0 ± 28.3 after."
    )
    assert (
        "moves by -27.0, its standard deviation shrinks by 20.0%"
        in widgets.conditioning_view(PAIR, 160.0, 0, -0.6).readout
    )


def test_correlation_0_tells_nothing_of_the_first_pixel():
    for y in ENDS["y"]:
        assert (
            "moves by +0.0, its standard deviation shrinks by 0.0%"
            in widgets.conditioning_view(PAIR, y, 0, 0.0).readout
        )


# The singular case


@pytest.mark.parametrize(("correlation", "first"), [(1, 165.0), (-1, 75.0)])
def test_certainty_gets_a_sentence_and_its_one_value(correlation, first):
    view = widgets.conditioning_view(PAIR, 160.0, 0, correlation)
    assert view.note.startswith(
        f"Correlation {correlation} and no noise: the seen pixel determines the other"
    )
    np.testing.assert_array_equal(numbers(view.readout)[:, 1], [[first, 0], [160, 0]])
    assert len(view.pictures) == 2
    with pytest.raises(ValueError, match="singular|invertible"):  # as the sentence says
        gaussian.condition_by_precision(with_correlation(correlation), [1], [160.0])


@pytest.mark.parametrize(("noise_std", "correlation"), [(2, 1), (2, -1), (0, 0.99), (0, -0.99)])
def test_noise_or_another_correlation_takes_the_sentence_away(noise_std, correlation):
    view = widgets.conditioning_view(PAIR, 160.0, noise_std, correlation)
    assert view.note == "" and numbers(view.readout)[0, 1, 1] > 0
    after = given_noise(with_correlation(correlation), 160.0, noise_std)  # (G8) needs no inverse of S
    np.testing.assert_allclose(numbers(view.readout)[:, 1, 0], after.mean, atol=0.051)


def test_a_second_pixel_that_never_changes_cannot_be_seen_without_noise():
    still = Gaussian([120.0, 100.0], [[900.0, 0.0], [0.0, 0.0]])
    with pytest.raises(ValueError, match="cov of the seen entries"):
        widgets.conditioning_view(still, 160.0, 0, 0.0)


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        (
            (PAIR, 160.0, 40.0, 1.01),
            ValueError,
            "correlation needs a number from -1 to 1; got 1.01; covariances are",
        ),
        (
            (PAIR, 160.0, -1, 0.6),
            ValueError,
            "noise_std needs a finite number of at least 0 .gray levels.; got -1",
        ),
        ((PAIR, [160.0], 40, 0.6), ValueError, r"y needs shape \(\); got \(1,\); give one gray level"),
        ((PAIR, np.nan, 40, 0.6), ValueError, "y needs finite numbers"),
        (
            (Gaussian([0.0], [[1.0]]), 0.0, 40, 0.6),
            ValueError,
            "pair needs two pixels; got 1; choose two with gaussian.marginal",
        ),
        ((PAIR.cov, 160.0, 40, 0.6), TypeError, "pair needs a Gaussian; got ndarray"),
    ],
)
def test_bad_arguments_are_refused(choice, error, message):
    with pytest.raises(error, match=message):
        widgets.conditioning_view(*choice)


# The figure


def artists(panels):
    """What every artist that moves shows, in words of its kind."""
    data = []
    for artist in panels:
        place = (
            artist.get_bbox().get_points()
            if hasattr(artist, "get_bbox") and not hasattr(artist, "get_xydata")
            else artist.get_xydata()
        )
        data.append(
            (type(artist).__name__, artist.get_label(), np.nan_to_num(place, nan=-999.0).round(9).tolist())
        )
    return data


@pytest.fixture
def no_figures():
    plt.close("all")
    yield
    plt.close("all")


def drawn(correlation, y, noise_std):
    """The arguments of the figure for one choice."""
    prior = with_correlation(correlation)
    return prior, given_noise(prior, y, noise_std), y, noise_std


def test_the_static_figure_has_the_artists_of_the_moving_one(no_figures):
    live = plots.LivePair(PAIR)
    live.pictures(*drawn(-0.9, 20.0, 200.0))
    live.pictures(*drawn(0.6, 160.0, 40.0))
    axes = plots.pair_posterior(*drawn(0.6, 160.0, 40.0))
    for ax, mate in zip(axes, (one.axes[0, 0] for one in live.lives), strict=True):
        assert sorted(artists([*ax.lines, *ax.patches])) == sorted(artists([*mate.lines, *mate.patches]))
        assert (ax.get_xlim(), ax.get_ylim(), ax.get_title()) == (
            mate.get_xlim(),
            mate.get_ylim(),
            mate.get_title(),
        )


def line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label).get_xydata()


def test_ellipses_are_one_and_two_standard_deviations_wide(no_figures):
    prior, posterior, *look = drawn(0.6, 160.0, 40.0)
    plane, _ = plots.pair_posterior(prior, posterior, *look)
    for label, g in (("before", prior), ("after", posterior)):
        centred = line(plane, label) - g.mean
        distance = np.sqrt(np.einsum("ni,ij,nj->n", centred, np.linalg.inv(g.cov), centred))
        gap = np.flatnonzero(np.isnan(distance))
        assert gap.size == 1
        close(distance[: gap[0]], np.ones(gap[0]))
        close(distance[gap[0] + 1 :], np.full(gap[0], 2.0))


def test_the_bells_are_the_library_s(no_figures):
    prior, posterior, *look = drawn(0.6, 160.0, 40.0)
    _, first = plots.pair_posterior(prior, posterior, *look)
    for label, g in (("before: $p(z_1)$", prior), ("after: $p(z_1\\mid y)$", posterior)):
        z, share = line(first, label).T
        bell = gaussian.marginal(g, [0])
        close(share, np.exp(bell.log_density(z[:, None]) - bell.log_density(bell.mean)))


def test_the_dots_lie_on_the_posterior_mean(no_figures):
    prior, posterior, *look = drawn(0.6, 160.0, 40.0)
    plane, first = plots.pair_posterior(prior, posterior, *look)
    np.testing.assert_array_equal(line(plane, "mean after"), [posterior.mean])
    np.testing.assert_array_equal(line(first, "mean after"), [[posterior.mean[0], 1.0]])


@pytest.mark.parametrize("noise_std", [0.0, 40.0])
def test_ellipses_without_width_are_drawn_whole(no_figures, noise_std):
    """Rounding makes eigenvalues a little negative, and their roots no numbers."""
    for r in (-1, 1, -0.99, 0.95, *np.arange(-9, 10) / 10):
        plane, _ = plots.pair_posterior(*drawn(r, 160.0, noise_std))
        assert [np.isnan(line(plane, label)).any(axis=1).sum() for label in ("before", "after")] == [1, 1]
        plt.close("all")


def test_the_band_and_the_line_lie_on_the_observation(no_figures):
    plane, _ = plots.pair_posterior(*drawn(0.6, 160.0, 40.0))
    assert [(band.get_y(), band.get_height()) for band in plane.patches] == [(120.0, 80.0)]
    np.testing.assert_array_equal(line(plane, "seen: y")[:, 1], [160.0, 160.0])


@pytest.mark.parametrize("noise_std", [0.0, 40.0, 1000.0])
@pytest.mark.parametrize("y", ENDS["y"])
def test_the_mean_stays_on_its_path_whatever_the_noise(no_figures, y, noise_std):
    plane, _ = plots.pair_posterior(*drawn(-0.5, y, noise_std))
    start, end = line(plane, "mean for other y")
    (dot,) = line(plane, "mean after")
    assert abs(np.cross([*(end - start), 0], [*(dot - start), 0])[2]) < 1e-6 * np.linalg.norm(end - start)


def test_the_posterior_without_width_is_a_spike(no_figures):
    _, first = plots.pair_posterior(*drawn(1, 160.0, 0.0))
    z, share = line(first, "after: $p(z_1\\mid y)$").T
    assert np.ptp(z) < 1e-4 and share.max() == 1


def test_no_setting_leaves_the_axes():
    """At the ends of the sliders the mean is still inside the figure, with at least one standard deviation around it."""
    low, high = PAIR.mean - 4 * np.array([30, 40]), PAIR.mean + 4 * np.array([30, 40])
    for r in (-1, -0.99, 0.0, 1):
        for y in ENDS["y"]:
            for noise_std in (0, 2, 1000):
                after = given_noise(with_correlation(r), y, noise_std)
                assert (after.mean - np.sqrt(np.diag(after.cov)) > low).all() and (
                    after.mean + np.sqrt(np.diag(after.cov)) < high
                ).all()
    live = plots.LivePair(PAIR)
    np.testing.assert_allclose(
        [live.lives[0].axes[0, 0].get_xlim(), live.lives[0].axes[0, 0].get_ylim()],
        np.stack([low, high], axis=1),
    )


def test_widgets_leave_no_figure_to_pyplot(no_figures, board):
    board.controls["y"].value = 20.0
    widgets.conditioning_view(PAIR, 160.0, 40.0, 0.6)
    assert plt.get_fignums() == []


def test_pictures_are_narrow_and_keep_their_size():
    for choice in ((160.0, 40.0, 0.6), (-20.0, 0, -1), (220.0, 1000, 1)):
        assert [p.shape for p in widgets.conditioning_view(PAIR, *choice).pictures] == [(390, 380, 3)] * 2


def test_a_used_figure_shows_what_a_new_one_shows():
    live = plots.LivePair(PAIR)
    widgets.conditioning_view(PAIR, -20.0, 0, -0.99, live=live)
    used = widgets.conditioning_view(PAIR, **CHOICE, live=live)
    for one, other in zip(used.pictures, widgets.conditioning_view(PAIR, **CHOICE).pictures, strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_moving_artist_is_painted():
    """Each leaves a trace in the picture, which goes when it is hidden."""
    live, choice = plots.LivePair(PAIR), drawn(0.6, 160.0, 40.0)
    whole = live.pictures(*choice)
    for n, one in enumerate(live.lives):
        ax = one.axes[0, 0]
        for artist in (*ax.lines, *ax.patches):
            artist.set_visible(False)
            assert (live.pictures(*choice)[n] != whole[n]).any(), artist.get_label()
            artist.set_visible(True)


# The board


def test_the_widget_starts_with_what_it_was_asked_for(board):
    assert board.values() == CHOICE
    assert_shows(board, widgets.conditioning_view(PAIR, **CHOICE))


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("end", [0, -1])
def test_both_ends_of_every_slider(board, name, end):
    value = board.controls[name].options[end][1]
    assert value == ENDS[name][end]
    board.controls[name].value = value
    assert_shows(board, widgets.conditioning_view(PAIR, **{**CHOICE, name: value}))


def test_every_corner_of_the_sliders_has_an_answer(board):
    for r in (-1, 1, 0.0):
        for noise_std in ENDS["noise_std"]:
            for y in ENDS["y"]:
                for name, value in (("y", y), ("noise_std", noise_std), ("correlation", r)):
                    board.controls[name].value = value
                assert "First pixel" in board.readout.value
                assert bool(board.note.value) == (noise_std == 0 and r != 0)


def test_sliders_have_between_30_and_80_values(board):
    assert all(30 <= len(control.options) <= 80 for control in board.controls.values())


@pytest.mark.parametrize(("y", "start"), [(161.0, 160.0), (1000.0, 220.0)])
def test_the_first_value_is_the_nearest_on_the_slider(y, start):
    assert widgets.conditioning_widget(PAIR, y).values() == {"y": start, "noise_std": 0, "correlation": 0.6}


def test_a_first_noise_that_cannot_be_chosen_is_refused():
    with pytest.raises(ValueError, match="noise sigma needs one of .*; got 41; choose one of them"):
        widgets.conditioning_widget(PAIR, 160, noise_std=41)


def test_the_figure_is_made_once_a_widget(monkeypatch):
    made, original = [], plots.LivePair
    monkeypatch.setattr(plots, "LivePair", lambda pair: made.append(1) or original(pair))
    board = widgets.conditioning_widget(PAIR, 160, noise_std=40)
    for y in ENDS["y"]:
        board.controls["y"].value = y
    assert len(made) == 1


def test_two_copies_live_side_by_side(board):
    other = widgets.conditioning_widget(PAIR, 160, noise_std=40)
    board.controls["y"].value = 20.0
    assert_shows(other, widgets.conditioning_view(PAIR, **CHOICE))
    other.controls["noise_std"].value = 0
    assert_shows(board, widgets.conditioning_view(PAIR, **{**CHOICE, "y": 20.0}))
