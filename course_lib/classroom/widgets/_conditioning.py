"""Two pixels that go up and down together: the second is seen, through noise or not, the first inferred."""

import functools

import numpy as np

from ... import checks, gaussian
from .. import plots
from . import _board

NOISE = (0, 2, *range(5, 101, 5), *range(110, 201, 10), 300, 400, 500, 700, 1000)  # gray levels
CORRELATIONS = (-1, -0.99, *(n / 20 for n in range(-19, 20)), 0.99, 1)
STEPS = np.arange(-30, 31) / 10  # of the seen value, in standard deviations of the second pixel
CERTAIN = (
    "Correlation {:g} and no noise: the seen pixel determines the other, and what is left has neither width "
    "nor density. (G2) gives its one value all the same; (G3) would need the inverse of a singular "
    "covariance. Any noise, or another correlation, brings the bell back."
)


def conditioning_view(pair, y, noise_std, correlation, *, live=None):
    """What y = z_2 + noise says of two pixels, and of the first alone.                     (G1), (G2), (G4)

    The joint Gaussian of (z_1, z_2, y) by (G4), conditioned on the last by (G2). Without noise y is z_2.

    pair : Gaussian (2,), gray levels, its correlation replaced by `correlation`, -1 to 1;  y : observed level
    noise_std : sigma, gray levels, above 0 if the second pixel never changes
    live : plots.LivePair of this pair, to be used again; None makes one, which takes longer
    ->  View: both pixels; the first alone. The readout has mean ± std of both before and after; at a
    correlation of -1 or 1 without noise the note says what is singular.
    """
    prior = _set_correlation(_check_pair(pair), correlation)
    y = float(checks.real_array("y", y, (), hint="give one gray level"))
    sigma = checks.positive("noise_std", noise_std, unit="gray levels", allow_zero=True)
    live = plots.LivePair(pair) if live is None else checks.instance("live", live, plots.LivePair)
    channel = gaussian.LinearGaussian([[0.0, 1.0]], [0.0], [[sigma**2]])
    posterior = gaussian.condition(gaussian.joint(prior, channel), seen=[2], value=[y])
    note = CERTAIN.format(correlation) if sigma == 0 and abs(correlation) == 1 else ""
    return _board.View(live.pictures(prior, posterior, y, sigma), _say(prior, posterior), note)


def conditioning_widget(pair, y, *, noise_std=0):
    """Move the seen value, its noise and the correlation; see both pixels, and what is known of the first.

    pair : Gaussian (2,), gray levels;  noise_std : first sigma, one of `NOISE`
    y : first observation: the nearest of 61 values within three standard deviations  ->  Board
    """
    _check_pair(pair)
    y = float(checks.real_array("y", y, (), hint="give one gray level"))
    first, second = np.sqrt(np.diag(pair.cov))
    seen = (pair.mean[1] + (second or 1.0) * STEPS).round(1).tolist()
    correlation = pair.cov[0, 1] / (first * second or 1.0)
    controls = {
        "y": _board.make_slider("seen y", seen, _nearest(seen, y), "gray levels"),
        "noise_std": _board.make_slider("noise sigma", NOISE, noise_std, "gray levels"),
        "correlation": _board.make_slider("correlation", CORRELATIONS, _nearest(CORRELATIONS, correlation)),
    }
    descriptions = (
        "The plane of both pixels: dashed ellipses before the look, a band where it puts the second pixel, "
        "solid ellipses after.",
        "Bells of the first pixel, before the look dashed, after it solid, its mean marked by a dot.",
    )
    view = functools.partial(conditioning_view, pair, live=plots.LivePair(pair))
    return _board.Board("conditioning", controls, view, descriptions)


def _check_pair(pair):
    if checks.instance("pair", pair, gaussian.Gaussian).mean.size != 2:
        raise ValueError(f"pair needs two pixels; got {pair.mean.size}; choose two with gaussian.marginal")
    return pair


def _set_correlation(pair, correlation):
    r = float(checks.real_array("correlation", correlation, (), hint="give one number"))
    if not -1 <= r <= 1:
        remedy = "covariances are divided by both standard deviations"
        raise ValueError(f"correlation needs a number from -1 to 1; got {r:g}; {remedy}")
    s1, s2 = np.sqrt(np.diag(pair.cov))
    return gaussian.Gaussian(pair.mean, [[s1**2, r * s1 * s2], [r * s1 * s2, s2**2]])


def _nearest(values, wanted):
    return min(values, key=lambda value: abs(value - wanted))


def _say(prior, posterior):
    before, after = (np.sqrt(np.diag(g.cov)) for g in (prior, posterior))
    first, second = (
        f"{prior.mean[n]:.1f} ± {before[n]:.1f} before, {posterior.mean[n]:.1f} ± {after[n]:.1f} after"
        for n in (0, 1)
    )
    shift, saved = posterior.mean[0] - prior.mean[0], (before[0] - after[0]) / (before[0] or 1.0)
    return (
        f"First pixel z₁: {first}, in gray levels: its mean moves by {shift:+z.1f}, "
        f"its standard deviation shrinks by {saved:.1%}. Second pixel z₂: {second}."
    )
