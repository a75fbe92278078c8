"""Patches and the way back, against loops over windows and pixels."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given

from course_lib import patches
from tests.helpers import close, stacks

SQUARES = stacks().map(lambda case: (case[0], min(case[1])))


def windows(image, m):
    """All m x m windows of one image, row by row, each flattened row by row."""
    places = [(i, j) for i in range(image.shape[0] - m + 1) for j in range(image.shape[1] - m + 1)]
    return np.array([[image[i + a, j + b] for a in range(m) for b in range(m)] for i, j in places])


def pile(patches_of_one, shape, m):
    """Sum of the patches on each pixel, and how many lie on it."""
    total, count = np.zeros(shape), np.zeros(shape)
    pixels = windows(np.arange(total.size).reshape(shape), m)
    np.add.at(total.ravel(), pixels, patches_of_one)
    np.add.at(count.ravel(), pixels, 1)
    return total, count


@given(SQUARES)
def test_extract_is_all_windows_in_row_major_order(case):
    """(P1)"""
    images, m = case
    found = patches.extract_patches(images, m)
    H, W = images.shape[-2:]
    assert found.shape == (*images.shape[:-2], (H - m + 1) * (W - m + 1), m * m)
    for index in np.ndindex(images.shape[:-2]):
        np.testing.assert_array_equal(found[index], windows(images[index], m))


@given(SQUARES)
def test_average_add_and_coverage_pixel_by_pixel(case):
    """(P2) undoes (P1), also for patches that disagree where they overlap."""
    images, m = case
    shape = images.shape[-2:]
    noisy = patches.extract_patches(images, m)
    np.testing.assert_allclose(patches.average_patches(noisy, shape), images, rtol=1e-10)
    noisy += np.random.default_rng(1).normal(0, 25, noisy.shape)
    averages, sums = patches.average_patches(noisy, shape), patches.add_patches(noisy, shape)
    assert averages.shape == sums.shape == images.shape
    for index in np.ndindex(images.shape[:-2]):
        total, count = pile(noisy[index], shape, m)
        np.testing.assert_array_equal(patches.coverage(shape, m), count)
        np.testing.assert_allclose(sums[index], total, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(averages[index], total / count, rtol=1e-10, atol=1e-10)


@given(SQUARES)
def test_add_is_the_adjoint_of_extract(case):
    """(P1) and (P2): <A x, y> = <x, A' y>; to rounding of products of some 1e4."""
    images, m = case
    left = patches.extract_patches(images, m)
    other = np.random.default_rng(2).normal(size=left.shape)
    right = patches.add_patches(other, images.shape[-2:])
    close((left * other).sum(), (images * right).sum(), size=np.abs(left * other).sum())


def test_extract_copies_once():
    """tracemalloc counts numpy's arrays: the peak is the result and what is small beside it."""
    images = np.zeros((50, 28, 28))
    tracemalloc.start()
    found = patches.extract_patches(images, 16)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.nbytes <= peak < 1.1 * found.nbytes


# sample_patches


def test_samples_are_different_windows_of_all_images():
    """(P1): asked for all, it gives each window once; the value of a pixel tells the window."""
    images = np.arange(3 * 4 * 5.0).reshape(3, 4, 5)
    every = patches.extract_patches(images, 2).reshape(-1, 4)
    found = patches.sample_patches(images, 2, len(every), np.random.default_rng(0))
    np.testing.assert_array_equal(found[found[:, 0].argsort()], every)
    assert not np.array_equal(found, every)
    draws = [patches.sample_patches(images, 2, 7, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_every_window_is_as_likely_as_any_other():
    """5 of 36 windows, 4000 times: a count is binomial with variance np(1 - p), p = 5/36; 5 sigma."""
    rng, images = np.random.default_rng(0), np.arange(3 * 4 * 5.0).reshape(3, 4, 5)
    first = np.concatenate([patches.sample_patches(images, 2, 5, rng)[:, 0] for _ in range(4000)]).astype(int)
    counts = np.bincount(first, minlength=60)[patches.extract_patches(images, 2)[..., 0].astype(int).ravel()]
    assert counts.sum() == 20_000
    assert np.abs(counts - 4000 * 5 / 36).max() < 5 * np.sqrt(4000 * 5 / 36 * 31 / 36)


def test_the_side_of_every_square_patch_is_found():
    for m in range(1, 100):
        assert patches.side(m * m) == patches.side(np.int64(m * m), "prior", (m, m + 1)) == m
        for pixels in {m * m + 1, (m + 1) ** 2 - 1}:
            with pytest.raises(ValueError, match="needs square patches"):
                patches.side(pixels)
