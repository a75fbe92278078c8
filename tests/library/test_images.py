"""Noise and PSNR."""

import warnings

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from course_lib import images


@pytest.fixture
def rng():
    return np.random.default_rng(0)


# add_noise


@pytest.mark.parametrize("sigma", [3.0, 25.0])
def test_noise_is_white_and_gaussian_neither_clipped_nor_rounded(sigma, rng):
    """Of n = 10^6 draws the mean errs by sigma/sqrt(n), the variance by sigma^2 sqrt(2/n), a correlation by
    1/sqrt(n); 5 of these each. The fourth moment of a Gaussian is 3 and errs by sqrt(96/n)."""
    n = 10**6
    noise = (images.add_noise(np.full((1000, 1000), 100), sigma, rng) - 100) / sigma
    assert abs(noise.mean()) < 5 / np.sqrt(n)
    assert abs(noise.var() - 1) < 5 * np.sqrt(2 / n)
    assert abs((noise**4).mean() - 3) < 5 * np.sqrt(96 / n)
    for a, b in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1])):
        assert abs((a * b).mean()) < 5 / np.sqrt(a.size)
    noisy = images.add_noise(np.array([[0, 255]] * 500), sigma, rng)
    assert noisy.min() < 0 and noisy.max() > 255 and not np.isclose(noisy, noisy.round()).all()


def test_noise_repeats_with_the_seed_and_no_noise_is_the_image():
    clean = np.arange(12.0).reshape(3, 4)
    first, second, other = (images.add_noise(clean, 3, np.random.default_rng(seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, second)
    assert (first != other).all()
    np.testing.assert_array_equal(images.add_noise(clean, 0, np.random.default_rng(7)), clean)


@pytest.mark.parametrize(("dtype", "largest"), [(np.float32, 1e18), (float, 1e150)])
def test_noise_of_any_width_that_passes_is_finite(dtype, largest, rng):
    assert np.isfinite(images.add_noise(np.full((4, 4), largest, dtype), largest, rng)).all()


# psnr


def test_psnr_is_scikit_image_on_each_image_of_a_stack(rng):
    """(P3) PSNR = 10 log10(peak^2 / MSE)"""
    truth = rng.uniform(0, 255, (2, 3, 7, 5))
    estimate = truth + rng.normal(0, [[[[1]]], [[[30]]]], truth.shape)
    for peak in (255, 1):
        values = images.psnr(estimate, truth, peak=peak)
        assert values.shape == (2, 3)
        for index in np.ndindex(2, 3):
            oracle = peak_signal_noise_ratio(truth[index], estimate[index], data_range=peak)
            assert values[index] == pytest.approx(oracle, rel=1e-10)


def test_psnr_of_equal_images_is_infinite_without_a_warning(recwarn):
    """(P3)"""
    truth = np.arange(12.0).reshape(2, 2, 3)
    estimate = truth.copy()
    estimate[1] += 25.5
    np.testing.assert_allclose(images.psnr(estimate, truth), [np.inf, 20], rtol=1e-10)
    assert images.psnr(truth[:1] * 0, truth[:1] * 0) == [np.inf] and not recwarn.list


def test_psnr_of_one_image_is_a_float_and_integers_do_not_wrap():
    """(P3): 255 - 0 in uint8 is fine, 0 - 255 would wrap to 1."""
    white, black = np.full((3, 3), 255, np.uint8), np.zeros((3, 3), np.uint8)
    value = images.psnr(black, white)
    assert isinstance(value, float) and value == pytest.approx(0, abs=1e-12)
    assert images.psnr(black, white - 254, peak=255.5) == pytest.approx(20 * np.log10(255.5), rel=1e-10)


def test_psnr_of_float32_is_computed_in_float64():
    """A float32 mean of a million equal squares would be off in the seventh digit."""
    estimate = np.full((1000, 1000), 2.1, np.float32)
    value = images.psnr(estimate, np.zeros_like(estimate))
    assert value == pytest.approx(20 * np.log10(255 / float(np.float32(2.1))), rel=1e-10)


def test_psnr_falls_by_20_log10_of_the_error_and_ignores_units(rng):
    """(P3), to the largest and smallest units."""
    truth, error = rng.uniform(0, 255, (2, 6, 6))
    base = images.psnr(truth + error, truth)
    assert base - images.psnr(truth + 10 * error, truth) == pytest.approx(20, rel=1e-10)
    assert images.psnr(truth, truth + error) == pytest.approx(base, rel=1e-10)
    for unit in (3, 1e-145, 1e145):
        value = images.psnr(unit * (truth + error), unit * truth, peak=unit * 255)
        assert value == pytest.approx(base, rel=1e-10)
    value = images.psnr(truth + error, truth, peak=1e-150)
    assert value == pytest.approx(base - 20 * np.log10(255e150), rel=1e-10)


@pytest.mark.parametrize(("estimate", "truth", "peak", "warns"), [
    (0, 1, 255, 1), (1, 0, 255, 1), (1.2, 1, 255, 1), (200, 0.5, 255, 1), (0, 1, 1, 0), (0, 1, 256, 0),
    (0, 2, 255, 0), (2, 0, 255, 0), (-0.5, 0, 255, 0), (0, -0.5, 255, 0), (0, 0, 255, 0),
    (0, (-1, 0.5), 255, 0),
])  # fmt: skip
def test_pictures_within_0_and_1_at_peak_255_get_one_warning(estimate, truth, peak, warns):
    """The truth decides, or the estimate of a black truth: black against white is no agreement of 48 dB."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        images.psnr(np.resize(estimate, (3, 4, 4)), np.resize(truth, (3, 4, 4)), peak=peak)
    message = "peak needs the largest gray level; got 255 for pictures within 0..1; give peak=1"
    assert [(str(w.message), w.filename) for w in caught] == [(message, __file__)] * warns
