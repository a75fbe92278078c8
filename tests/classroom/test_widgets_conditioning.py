"""The widget of two pixels: its numbers against sums on a grid, its figure against what it claims."""

import re

import numpy as np
import pytest

from course_lib import gaussian, mixture
from course_lib.classroom import plots, widgets
from course_lib.gaussian import Gaussian, LinearGaussian
from tests.helpers import close

from .boards import PAIR, by_quadrature, live_pair, read_artists

ENDS = {"y": (-20.0, 220.0), "noise_std": (0, 1000)}


def see(y, noise_std, correlation):
    return widgets.conditioning_view(PAIR, y, noise_std, correlation, live=live_pair())


def with_correlation(r):
    return Gaussian(PAIR.mean, [[900.0, 1200.0 * r], [1200.0 * r, 1600.0]])


def given_noise(prior, y, noise_std):
    return gaussian.posterior(prior, LinearGaussian([[0.0, 1.0]], [0.0], [[noise_std**2]]), [y])


def numbers(readout):
    """Mean and standard deviation of both pixels, before and after: (2, 2, 2)."""
    found = re.findall(r"(-?[\d.]+) ± ([\d.]+) (?:before|after)", readout)
    return np.array(found, dtype=float).reshape(2, 2, 2)


@pytest.mark.parametrize("noise_std", [20.0, 40.0, 200.0])
@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.6])
def test_the_readout_is_bayes_rule_on_a_grid(noise_std, correlation):
    """(G4) and (G2) against prior times likelihood, which know of neither; one decimal is shown."""
    for y in (-20.0, 100.0, 160.0):
        before, after = np.moveaxis(numbers(see(y, noise_std, correlation).readout), 1, 0)
        close(before, [[120, 30], [100, 40]])
        prior = with_correlation(correlation)
        one = mixture.Mixture([1.0], prior.mean[None], prior.cov[None])
        _, *moments, _ = by_quadrature(one, y, noise_std, seen=1)
        np.testing.assert_allclose(after, np.transpose(moments), atol=0.051)


def test_the_sentence_says_how_far_and_how_much():
    assert see(160.0, 40.0, 0.6).readout == (
        "First pixel z₁: 120.0 ± 30.0 before, 133.5 ± 27.2 after, in gray levels: its mean moves by +13.5, "
        "its standard deviation shrinks by 9.4%. Second pixel z₂: 100.0 ± 40.0 before, 130.0 ± 28.3 after."
    )
    assert "moves by -27.0, its standard deviation shrinks by 20.0%" in see(160.0, 0, -0.6).readout
    for y in ENDS["y"]:  # correlation 0 tells nothing of the first pixel
        assert "moves by +0.0, its standard deviation shrinks by 0.0%" in see(y, 0, 0.0).readout


@pytest.mark.parametrize(("correlation", "first"), [(1, 165.0), (-1, 75.0)])
def test_certainty_gets_a_sentence_and_its_one_value(correlation, first):
    view = see(160.0, 0, correlation)
    wanted = f"Correlation {correlation} and no noise: the seen pixel determines the other"
    assert view.note.startswith(wanted) and len(view.pictures) == 2
    np.testing.assert_array_equal(numbers(view.readout)[:, 1], [[first, 0], [160, 0]])
    with pytest.raises(ValueError, match="singular|invertible"):  # as the sentence says
        gaussian.condition_by_precision(with_correlation(correlation), [1], [160.0])


@pytest.mark.parametrize(("noise_std", "correlation"), [(2, 1), (2, -1), (0, 0.99), (0, -0.99), (0, 0.0)])
def test_noise_or_another_correlation_takes_the_sentence_away(noise_std, correlation):
    view = see(160.0, noise_std, correlation)
    assert view.note == "" and numbers(view.readout)[0, 1, 1] > 0
    after = given_noise(with_correlation(correlation), 160.0, noise_std)  # (G8) needs no inverse of S
    np.testing.assert_allclose(numbers(view.readout)[:, 1, 0], after.mean, atol=0.051)


@pytest.mark.filterwarnings("error::RuntimeWarning", "error:Attempting to set identical")
@pytest.mark.parametrize(("s1", "s2"), [(0, 40), (30, 0), (0, 0)])
def test_a_pixel_that_never_changes_stays_as_it_is(s1, s2):
    """Nothing is divided by its standard deviation: no nan, no warning, and a board that can be moved."""
    still = Gaussian([120.0, 100.0], np.diag([s1**2, s2**2]))
    view = widgets.conditioning_view(still, 160.0, 40.0, 0.6)
    assert "its mean moves by +0.0, its standard deviation shrinks by 0.0%" in view.readout
    np.testing.assert_allclose(numbers(view.readout)[:, 0], [[120, s1], [100, s2]])
    assert all((picture < 255).any() for picture in view.pictures)
    board = widgets.conditioning_widget(still, 160, noise_std=40)
    assert board.values()["correlation"] == 0 and board.note.value == ""
    board.controls["noise_std"].value = 0
    assert ("cov of the seen entries" in board.note.value) == (s2 == 0)


@pytest.mark.parametrize(("y", "start"), [(161.0, 160.0), (1000.0, 220.0)])
def test_the_first_value_is_the_nearest_on_the_slider(y, start):
    wanted = {"y": start, "noise_std": 0, "correlation": 0.6}
    assert widgets.conditioning_widget(PAIR, y).values() == wanted


def draw(correlation, y, noise_std):
    """The arguments of the figure for one choice."""
    prior = with_correlation(correlation)
    return prior, given_noise(prior, y, noise_std), y, noise_std


def find_line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label).get_xydata()


def test_the_static_figure_has_the_artists_of_the_moving_one():
    live = live_pair()
    live.pictures(*draw(-0.9, 20.0, 200.0))
    live.pictures(*draw(0.6, 160.0, 40.0))
    axes = plots.pair_posterior(*draw(0.6, 160.0, 40.0))
    for ax, mate in zip(axes, (one.axes[0, 0] for one in live.lives), strict=True):
        assert ax.get_title() == mate.get_title()
        for one, other in zip(read_artists([ax]), read_artists([mate]), strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_figure_shows_what_it_is_given():
    """Ellipses at one and two standard deviations, the library's bells, the mean, the observation's band."""
    prior, posterior, *look = draw(0.6, 160.0, 40.0)
    plane, first = plots.pair_posterior(prior, posterior, *look)
    curves = "before: $p(z_1)$", "after: $p(z_1\\mid y)$"
    for ring, curve, g in zip(("before", "after"), curves, (prior, posterior)):
        centred = find_line(plane, ring) - g.mean
        distance = np.sqrt(np.einsum("ni,ij,nj->n", centred, np.linalg.inv(g.cov), centred))
        (gap,) = np.flatnonzero(np.isnan(distance))
        close(distance[:gap], np.ones(gap))
        close(distance[gap + 1 :], np.full(gap, 2.0))
        z, share = find_line(first, curve).T
        bell = gaussian.marginal(g, [0])
        close(share, np.exp(bell.log_density(z[:, None]) - bell.log_density(bell.mean)))
    np.testing.assert_array_equal(find_line(plane, "mean after"), [posterior.mean])
    np.testing.assert_array_equal(find_line(first, "mean after"), [[posterior.mean[0], 1.0]])
    assert [(band.get_y(), band.get_height()) for band in plane.patches] == [(120.0, 80.0)]
    np.testing.assert_array_equal(find_line(plane, "seen: y")[:, 1], [160.0, 160.0])


def test_figures_without_width_are_drawn_whole():
    """Rounding makes eigenvalues a little negative, and their roots no numbers; the bell becomes a spike."""
    live = live_pair()
    plane, first = (one.axes[0, 0] for one in live.lives)
    for noise_std in (0.0, 40.0):
        for r in (-1, 1, -0.99, 0.95, *np.arange(-9, 10) / 10):
            live.pictures(*draw(r, 160.0, noise_std))
            gaps = [np.isnan(find_line(plane, label)).any(axis=1).sum() for label in ("before", "after")]
            assert gaps == [1, 1]
    live.pictures(*draw(1, 160.0, 0.0))
    z, share = find_line(first, "after: $p(z_1\\mid y)$").T
    assert np.ptp(z) < 1e-4 and share.max() == 1


def test_the_mean_stays_on_its_path_and_inside_the_axes_whatever_the_noise():
    live = live_pair()
    plane = live.lives[0].axes[0, 0]
    low, high = PAIR.mean - 4 * np.array([30, 40]), PAIR.mean + 4 * np.array([30, 40])
    np.testing.assert_allclose([plane.get_xlim(), plane.get_ylim()], np.stack([low, high], axis=1))
    for r in (-1, -0.99, -0.5, 0.0, 1):
        for y in ENDS["y"]:
            for noise_std in (0, 2, 40, 1000):
                prior, after, *_ = drawn = draw(r, y, noise_std)
                live.pictures(*drawn)
                start, end = find_line(plane, "mean for other y")
                (dot,) = find_line(plane, "mean after")
                (a, b), (c, d) = end - start, dot - start
                assert abs(a * d - b * c) < 1e-6 * np.linalg.norm(end - start)
                spread = np.sqrt(np.diag(after.cov))
                assert (after.mean - spread > low).all() and (after.mean + spread < high).all()


def test_a_used_figure_shows_what_a_new_one_shows():
    see(-20.0, 0, -0.99)
    used, fresh = see(160.0, 40, 0.6), widgets.conditioning_view(PAIR, 160.0, 40, 0.6)
    for one, other in zip(used.pictures, fresh.pictures, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.shape == (390, 380, 3)


def test_every_moving_artist_is_painted():
    """Each leaves a trace in the picture, which goes when it is hidden."""
    live, choice = live_pair(), draw(0.6, 160.0, 40.0)
    whole = live.pictures(*choice)
    for n, one in enumerate(live.lives):
        ax = one.axes[0, 0]
        for artist in (*ax.lines, *ax.patches):
            artist.set_visible(False)
            assert (live.pictures(*choice)[n] != whole[n]).any(), artist.get_label()
            artist.set_visible(True)
