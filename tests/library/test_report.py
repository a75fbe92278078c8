"""The report's rule: the short form equals the loop, and does what MATH.md's errata say of it."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from course_lib import denoising, gaussian, mixture, patches, report
from tests.helpers import identity_channel, random_mixture


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@pytest.fixture
def prior(rng):
    return random_mixture(rng, 3, 4, scale=20.0, spread=100.0)


def literal_posteriors(prior, sigma, y, epsilon):
    """(M3) by the course's own posterior, then the report's epsilon."""
    for part in mixture.components(prior):
        C = gaussian.posterior(part, identity_channel(y.size, sigma), y).cov + epsilon * np.eye(y.size)
        yield C @ (y / sigma**2 + np.linalg.solve(part.cov, part.mean)), C


@pytest.mark.parametrize("epsilon", [0.0, 0.01, 5.0])
def test_scores_are_the_log_densities_at_their_own_means(prior, rng, epsilon):
    """(M3): whatever the patch, the score is the same."""
    for y in rng.uniform(0, 255, (3, 4)):
        pairs = zip(prior.weights, literal_posteriors(prior, 25, y, epsilon))
        direct = [np.log(w) + multivariate_normal(m, C).logpdf(m) for w, (m, C) in pairs]
        np.testing.assert_allclose(report.literal_scores(prior, 25, epsilon=epsilon), direct, rtol=1e-10)


@pytest.mark.parametrize("epsilon", [0.0, 0.01, 5.0])
@pytest.mark.parametrize("sigma", [5.0, 25.0, 100.0])
def test_short_form_equals_the_loop(prior, rng, sigma, epsilon):
    x = rng.uniform(-60, 320, (7, 4))
    loop = report.literal_loop(x, prior, sigma, epsilon=epsilon)
    short = report.literal_denoise_patches(x, prior, sigma, epsilon=epsilon)
    np.testing.assert_allclose(short, loop, rtol=1e-10, atol=1e-10)


def test_without_epsilon_and_clipping_it_is_the_posterior_mean_of_one_component(prior, rng):
    """(M6), (G8)"""
    x = rng.uniform(100, 110, (5, 4))
    tight = dataclasses.replace(prior, means=np.full((3, 4), 105.0))
    k = report.literal_component(tight, 25, epsilon=0)
    part, channel = mixture.components(tight)[k], identity_channel(4, 25.0)
    expected = [gaussian.posterior(part, channel, y).mean for y in x]
    np.testing.assert_allclose(report.literal_denoise_patches(x, tight, 25, epsilon=0), expected, rtol=1e-10)


def test_one_component_is_the_right_rule_but_for_epsilon_and_clipping(rng):
    """With K = 1 there is nothing to choose: (M5) agrees."""
    prior = random_mixture(rng, 1, 4, scale=20.0, spread=100.0)
    x = rng.uniform(100, 150, (9, 4))
    right = denoising.denoise_patches(x, prior, 25, estimate="most_probable")
    right[right < 1] = 0
    short = report.literal_denoise_patches(x, prior, 25, epsilon=0)
    np.testing.assert_allclose(short, np.minimum(right, 255), rtol=1e-10)


def test_epsilon_scales_the_mean_of_a_degenerate_direction(rng):
    """Erratum 3: of prior variance v far below epsilon and sigma^2, with mu along it, by 1 + epsilon / v."""
    v = 1e-4
    prior = mixture.Mixture([1.0], [[1.0]], [[[v]]])
    z = report.literal_denoise_patches([[1.0]], prior, 25)
    # v / sigma^2 = 2e-7 and epsilon / sigma^2 = 2e-5 are left out
    np.testing.assert_allclose(z, 1 + 0.01 / v, rtol=1e-4)


def test_values_below_one_become_zero_and_above_255_become_255():
    """Erratum 6."""
    prior = mixture.Mixture([1.0], [[0.0, 0.0, 0.0, 0.0]], [1e6 * np.eye(4)])
    z = report.literal_denoise_patches([[0.9, 1.1, -3.0, 400.0]], prior, 1.0, epsilon=0)
    np.testing.assert_allclose(z, [[0, 1.1, 0, 255]], rtol=1e-5)  # the prior pulls by sigma^2 / v = 1e-6


@pytest.mark.parametrize(("scale", "epsilon"), [(1000.0, 0.01), (1e-6, 0.0)])
def test_under_or_overflow_takes_the_first_component_as_the_loop_does(scale, epsilon, rng):
    """Erratum 10: the second of two has the larger density, in floating point both are 0, or infinite."""
    covs = scale * np.array([2.0, 1.0])[:, None, None] * np.eye(256)
    prior = mixture.Mixture([0.2, 0.8], np.zeros((2, 256)), covs)
    scores = report.literal_scores(prior, 50, epsilon=epsilon)
    assert scores.max() < -745 if epsilon else scores.min() > 710
    assert report.literal_component(prior, 50, epsilon=epsilon) == 0
    assert report.literal_component(prior, 50, epsilon=epsilon, compare="logarithms") == 1
    if epsilon:
        y = rng.normal(0, 60, (1, 256))
        short = report.literal_denoise_patches(y, prior, 50)
        np.testing.assert_allclose(report.literal_loop(y, prior, 50), short, rtol=1e-10)


def test_a_component_without_weight_is_never_taken(prior):
    without = dataclasses.replace(prior, weights=[0.0, 0.5, 0.5])
    for compare in ("densities", "logarithms"):
        assert report.literal_component(without, 25, compare=compare) != 0


def test_images_are_the_average_of_their_patches(prior, rng):
    """(P1), (P2); a stack is its images one by one, integers are floats, and nothing is written into them."""
    images = rng.integers(0, 255, (2, 5, 6))
    images.flags.writeable = False
    whole = report.literal_denoise(images, prior, 25)
    np.testing.assert_array_equal(whole, report.literal_denoise(images * 1.0, prior, 25))
    for image, result in zip(images, whole):
        z = report.literal_denoise_patches(patches.extract_patches(image, 2), prior, 25)
        np.testing.assert_allclose(result, patches.average_patches(z, (5, 6)), rtol=1e-10)
        np.testing.assert_allclose(report.literal_denoise(image, prior, 25), result, rtol=1e-10)
