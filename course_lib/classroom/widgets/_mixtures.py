"""The posterior of a mixture of one or two pixels while the observation and its noise move."""

import numpy as np

from ... import blas, checks, gaussian, mixture
from .. import plots
from . import _board

SEEN = range(-40, 281, 4)  # gray levels: noise leads beyond 0..255
NOISE = (*range(5, 101, 5), *range(110, 201, 10), 250, 300, 400, 500, 700, 1000)  # gray levels
PIXELS = (("pixel",), ("left pixel", "right pixel"))


def mixture_view(prior, names, y, noise_std, *, live=None):
    """What y = z_1 + noise makes of a mixture over one pixel, or two, the first seen.  (M2), (M3), (M4), (M5)

    prior : Mixture (K, 1) or (K, 2), gray levels;  names : K labels;  y : observed level;  noise_std : sigma
    live : plots.LiveMixture of this prior, to be used again; None makes one, which takes longer
    ->  View: prior, posterior and weights; the readout has the weights before and after, mean and standard
    deviation of every pixel, and the most probable component's mean.
    """
    D = _check_prior("prior", prior, names, (1, 2))
    y = float(checks.real_array("y", y, (), hint="give one gray level"))
    sigma = checks.positive("noise_std", noise_std, unit="gray levels")
    live = None if live is None else checks.instance("live", live, plots.LiveMixture)
    channel = gaussian.LinearGaussian(np.eye(1, D), [0.0], [[sigma**2]])
    with blas.one_thread(D):
        posterior = mixture.posterior(prior, channel, [y])
        picture = (live or plots.LiveMixture(prior, names)).picture(posterior, y, sigma)
    return _board.View((picture,), _say(prior, posterior, names))


def mixture_widget(pixel, pixel_names, pair, pair_names, *, y=136, noise_std=50):
    """Choose one pixel, or two of which the left one is seen; move the observation and its noise.

    pixel, pair : Mixture (K, 1) and (K', 2), gray levels;  pixel_names, pair_names : a label a component
    y, noise_std : first observation, of `SEEN`, and sigma, of `NOISE`, gray levels  ->  Board
    """
    _check_prior("pixel", pixel, pixel_names, (1,))
    _check_prior("pair", pair, pair_names, (2,))
    priors = {1: (pixel, pixel_names), 2: (pair, pair_names)}
    controls = {
        "y": _board.make_slider("observed y", SEEN, y, "gray levels"),
        "noise_std": _board.make_slider("noise sigma", NOISE, noise_std, "gray levels"),
        "pixels": _board.make_choice("prior of", {"one pixel": 1, "two pixels, left one seen": 2}, 1),
    }
    descriptions = (
        "Three panels: the prior and what was observed, with its noise; the posterior with its components, "
        "its mean as a star and the mean of the most probable component as a diamond; the weights of the "
        "components before and after as bars.",
    )
    lives = {pixels: plots.LiveMixture(*shown) for pixels, shown in priors.items()}

    def view(pixels, **seen):
        return mixture_view(*priors[pixels], **seen, live=lives[pixels])

    return _board.Board("mixture", controls, view, descriptions)


def _check_prior(name, prior, names, sizes):
    """The prior's number of pixels, one of `sizes`; the names must be one a component."""
    D, K = checks.instance(name, prior, mixture.Mixture).means.shape[1], len(prior.weights)
    if D not in sizes:
        wanted = " or ".join(map(str, sizes))
        raise ValueError(f"{name} needs {wanted} pixels; got {D}; choose others with a marginal")
    labels = "names" if name == "prior" else f"{name}_names"
    if not isinstance(names, (list, tuple)) or not all(isinstance(label, str) for label in names):
        raise TypeError(f"{labels} needs a list of labels; got {names!r}; give one text for each component")
    if len(names) != K:
        wanted = f"one label for each of {K} components"
        raise ValueError(f"{labels} needs {wanted}; got {len(names)}; name them all")
    return D


def _say(prior, posterior, names):
    parts = zip(names, prior.weights, posterior.weights)
    weights = ", ".join(f"{name} {before:.3f} to {after:.3f}" for name, before, after in parts)
    pixels = PIXELS[prior.means.shape[1] - 1]
    spreads = (
        [f"{m:.1f} ± {v**0.5:.1f}" for m, v in zip(g.mean, np.diag(g.cov))] for g in (prior, posterior)
    )
    moved = "; ".join(f"{pixel} {before} to {after}" for pixel, before, after in zip(pixels, *spreads))
    best = int(posterior.weights.argmax())
    centre = " and ".join(f"{level:.1f}" for level in posterior.means[best])
    return (
        f"Weights: {weights}. Mean ± standard deviation: {moved} gray levels. "
        f"Most probable: {names[best]}, mean {centre} gray levels."
    )
