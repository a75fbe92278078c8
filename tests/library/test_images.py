"""Noise and PSNR."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from course_lib import images
from tests.bad_images import BAD_IMAGES
from tests.helpers import IN_AND_OUT, relaid


@pytest.fixture
def rng():
    return np.random.default_rng(0)


# add_noise


@pytest.mark.parametrize("sigma", [3.0, 25.0])
def test_noise_is_white_and_gaussian_with_the_given_standard_deviation(sigma, rng):
    """Of n = 10^6 draws the mean errs by sigma/sqrt(n), the variance by sigma^2 sqrt(2/n), a correlation by 1/sqrt(n);
    5 of these each. The fourth moment of a Gaussian is 3 and errs by sqrt(96/n)."""
    n = 10**6
    noise = (images.add_noise(np.full((1000, 1000), 100), sigma, rng) - 100) / sigma
    assert abs(noise.mean()) < 5 / np.sqrt(n)
    assert abs(noise.var() - 1) < 5 * np.sqrt(2 / n)
    assert abs((noise**4).mean() - 3) < 5 * np.sqrt(96 / n)
    for a, b in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1])):
        assert abs((a * b).mean()) < 5 / np.sqrt(a.size)


def test_noise_is_neither_clipped_nor_rounded(rng):
    noisy = images.add_noise(np.array([[0, 255]] * 500), 25, rng)
    assert noisy.min() < 0 and noisy.max() > 255
    assert not np.isclose(noisy, noisy.round()).all()


def test_same_seed_same_noise_and_no_noise_is_the_image():
    clean = np.arange(12.0).reshape(3, 4)
    first, second = (images.add_noise(clean, 3, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(images.add_noise(clean, 0, np.random.default_rng(7)), clean)


@pytest.mark.parametrize(("given", "returned"), IN_AND_OUT)
def test_noise_keeps_float32_and_makes_float64_of_the_rest(given, returned):
    clean = np.arange(20).reshape(4, 5)
    noisy = images.add_noise(clean.astype(given), 25, np.random.default_rng(0))
    assert noisy.dtype == returned and noisy.dtype.isnative
    same_noise = images.add_noise(clean.astype(float), 25, np.random.default_rng(0))
    np.testing.assert_array_equal(noisy, same_noise.astype(returned))


def test_noise_leaves_its_input_alone_and_any_memory_order_will_do():
    clean = np.arange(24.0).reshape(2, 3, 4)
    kept = clean.copy()
    clean.flags.writeable = False
    expected = images.add_noise(clean, 9, np.random.default_rng(1))
    np.testing.assert_array_equal(clean, kept)
    assert expected.flags.writeable
    for same in relaid(clean):
        np.testing.assert_array_equal(images.add_noise(same, 9, np.random.default_rng(1)), expected)


@pytest.mark.parametrize(("bad", "error", "message"), BAD_IMAGES)
def test_noise_refuses_bad_images(bad, error, message, rng):
    with pytest.raises(error, match="images " + message):
        images.add_noise(bad, 25, rng)


@pytest.mark.parametrize(
    ("noise_std", "error", "message"),
    [
        (-1, ValueError, r"noise_std needs a finite number of at least 0 \(gray levels\); got -1"),
        (np.nan, ValueError, "noise_std needs a finite number of at least 0"),
        (np.inf, ValueError, "noise_std needs a finite number of at least 0"),
        ("25", TypeError, "noise_std needs one real number; got str '25'"),
        ([25, 50], TypeError, r"noise_std needs one real number; got list \[25, 50\]"),
        (25j, TypeError, "noise_std needs one real number; got complex 25j"),
        (None, TypeError, "noise_std needs one real number; got NoneType None"),
        (True, TypeError, "noise_std needs one real number; got bool True"),
    ],
)
def test_noise_refuses_a_bad_width(noise_std, error, message, rng):
    before = rng.bit_generator.state
    with pytest.raises(error, match=message):
        images.add_noise(np.zeros((4, 4)), noise_std, rng)
    assert rng.bit_generator.state == before


@pytest.mark.parametrize("rng", [None, 0, np.random, np.random.RandomState(0)])
def test_noise_needs_a_generator(rng):
    with pytest.raises(
        TypeError, match=r"rng needs a numpy.random.Generator; got .*; pass np.random.default_rng\(seed\)"
    ):
        images.add_noise(np.zeros((4, 4)), 25, rng)


# psnr


def test_psnr_is_its_formula_pixel_by_pixel(rng):
    """(P3) PSNR = 10 log10(peak^2 / MSE)"""
    estimate, truth = rng.uniform(0, 255, (2, 4, 5, 6))
    for n in range(4):
        mse = sum((estimate[n, i, j] - truth[n, i, j]) ** 2 for i in range(5) for j in range(6)) / 30
        for peak in (255.0, 1.0):
            value = images.psnr(estimate, truth, peak=peak)[n]
            assert value == pytest.approx(10 * np.log10(peak**2 / mse), rel=1e-10)


def test_psnr_is_scikit_image_on_each_image_of_a_stack(rng):
    """(P3)"""
    truth = rng.uniform(0, 255, (2, 3, 7, 5))
    estimate = truth + rng.normal(0, [[[[1]]], [[[30]]]], truth.shape)
    values = images.psnr(estimate, truth)
    assert values.shape == (2, 3)
    for index in np.ndindex(2, 3):
        oracle = peak_signal_noise_ratio(truth[index], estimate[index], data_range=255)
        assert values[index] == pytest.approx(oracle, rel=1e-10)


def test_psnr_of_equal_images_is_infinite_without_a_warning(recwarn):
    """(P3)"""
    truth = np.arange(12.0).reshape(2, 2, 3)
    estimate = truth.copy()
    estimate[1] += 25.5
    np.testing.assert_allclose(images.psnr(estimate, truth), [np.inf, 20], rtol=1e-10)
    assert not recwarn.list


def test_psnr_of_one_image_is_a_float_and_integers_do_not_wrap():
    """(P3): 255 - 0 in uint8 is fine, 0 - 255 would wrap to 1."""
    white, black = np.full((3, 3), 255, np.uint8), np.zeros((3, 3), np.uint8)
    value = images.psnr(black, white)
    assert isinstance(value, float) and value == pytest.approx(0, abs=1e-12)
    assert images.psnr(black, np.ones((3, 3), np.uint8)) == pytest.approx(20 * np.log10(255), rel=1e-10)


def test_psnr_of_float32_is_computed_in_float64():
    """A float32 mean of a million equal squares would be off in the seventh digit."""
    estimate = np.full((1000, 1000), 0.1, np.float32)
    value = images.psnr(estimate, np.zeros_like(estimate))
    assert value == pytest.approx(20 * np.log10(255 / float(np.float32(0.1))), rel=1e-10)


def test_psnr_falls_by_20_log10_of_the_error_and_ignores_units(rng):
    """(P3)"""
    truth, error = rng.uniform(0, 255, (2, 6, 6))
    base = images.psnr(truth + error, truth)
    assert base - images.psnr(truth + 10 * error, truth) == pytest.approx(20, rel=1e-10)
    assert images.psnr(3 * (truth + error), 3 * truth, peak=3 * 255) == pytest.approx(base, rel=1e-10)
    assert images.psnr(truth, truth + error) == pytest.approx(base, rel=1e-10)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("bad", "error", "message"), BAD_IMAGES)
def test_psnr_refuses_bad_images(bad, error, message, first):
    pair = (bad, np.zeros((4, 4))) if first else (np.zeros((4, 4)), bad)
    with pytest.raises(error, match=("estimate " if first else "truth ") + message):
        images.psnr(*pair)


def test_psnr_does_not_broadcast():
    with pytest.raises(ValueError, match=r"estimate and truth need one shape; got \(2, 4, 4\) and \(4, 4\)"):
        images.psnr(np.zeros((2, 4, 4)), np.zeros((4, 4)))


@pytest.mark.parametrize("peak", [0, -255, np.nan])
def test_psnr_refuses_a_peak_that_is_not_positive(peak):
    with pytest.raises(ValueError, match=r"peak needs a finite number above 0 \(gray levels\)"):
        images.psnr(np.zeros((4, 4)), np.ones((4, 4)), peak=peak)
