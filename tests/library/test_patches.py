"""Patches and the way back, against loops over windows and pixels."""
# ruff: noqa: E501 (the table of messages)

import re
import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import patches


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@st.composite
def stacks(draw):
    """Random images (..., H, W) with 0 to 2 leading axes, and a patch side that fits."""
    H, W = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    leading = draw(st.lists(st.integers(1, 3), max_size=2))
    images = np.random.default_rng(draw(st.integers(0, 99))).uniform(0, 255, (*leading, H, W))
    return images, draw(st.integers(1, min(H, W)))


def windows(image, m):
    """All m x m windows of one image, row by row, each flattened row by row."""
    places = [(i, j) for i in range(image.shape[0] - m + 1) for j in range(image.shape[1] - m + 1)]
    return np.array([[image[i + a, j + b] for a in range(m) for b in range(m)] for i, j in places])


def pile(patches_of_one, shape, m):
    """Sum of the patches on each pixel, and how many lie on it, pixel by pixel."""
    H, W = shape
    total, count = np.zeros(shape), np.zeros(shape)
    corners = [(i, j) for i in range(H - m + 1) for j in range(W - m + 1)]
    for patch, (i, j) in zip(patches_of_one, corners, strict=True):
        for t, value in enumerate(patch):
            total[i + t // m, j + t % m] += value
            count[i + t // m, j + t % m] += 1
    return total, count


# Brute force


@given(stacks())
def test_extract_is_all_windows_in_row_major_order(case):
    """(P1)"""
    images, m = case
    found = patches.extract_patches(images, m)
    H, W = images.shape[-2:]
    assert found.shape == (*images.shape[:-2], (H - m + 1) * (W - m + 1), m * m)
    for index in np.ndindex(images.shape[:-2]):
        np.testing.assert_array_equal(found[index], windows(images[index], m))


@given(stacks())
def test_average_add_and_coverage_pixel_by_pixel(case):
    """(P2) for patches that disagree where they overlap."""
    images, m = case
    shape = images.shape[-2:]
    noisy = patches.extract_patches(images, m)
    noisy += np.random.default_rng(1).normal(0, 25, noisy.shape)
    averages, sums = patches.average_patches(noisy, shape), patches.add_patches(noisy, shape)
    assert averages.shape == sums.shape == images.shape
    for index in np.ndindex(images.shape[:-2]):
        total, count = pile(noisy[index], shape, m)
        np.testing.assert_array_equal(patches.coverage(shape, m), count)
        np.testing.assert_allclose(sums[index], total, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(averages[index], total / count, rtol=1e-10, atol=1e-10)


# Identities


@given(stacks())
def test_round_trip(case):
    """(P2) undoes (P1)."""
    images, m = case
    back = patches.average_patches(patches.extract_patches(images, m), images.shape[-2:])
    np.testing.assert_allclose(back, images, rtol=1e-10)


@given(stacks())
def test_add_is_the_adjoint_of_extract(case):
    """(P1) and (P2): <A x, y> = <x, A' y>; both are sums of products of some 1e4, so the tolerance is relative to those."""
    images, m = case
    left = patches.extract_patches(images, m)
    other = np.random.default_rng(2).normal(size=left.shape)
    right = patches.add_patches(other, images.shape[-2:])
    rounding = 1e-10 * np.abs(left * other).sum()
    assert (left * other).sum() == pytest.approx((images * right).sum(), rel=1e-10, abs=rounding)


def test_extract_copies_once():
    """tracemalloc counts numpy's arrays: the peak is the result and what is small beside it."""
    images = np.zeros((50, 28, 28))
    tracemalloc.start()
    found = patches.extract_patches(images, 16)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.nbytes <= peak < 1.1 * found.nbytes


# sample_patches


def test_samples_are_different_windows_of_all_images(rng):
    """(P1): asked for all, it gives each window once; the value of a pixel tells the window."""
    images = np.arange(3 * 4 * 5.0).reshape(3, 4, 5)
    every = patches.extract_patches(images, 2).reshape(-1, 4)
    found = patches.sample_patches(images, 2, len(every), rng)
    np.testing.assert_array_equal(found[found[:, 0].argsort()], every)
    assert not np.array_equal(found, every)
    draws = [patches.sample_patches(images, 2, 7, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_every_window_is_as_likely_as_any_other(rng):
    """5 of 36 windows, 4000 times: a count is binomial with mean np and variance np(1 - p), p = 5/36; 5 sigma."""
    images = np.arange(3 * 4 * 5.0).reshape(3, 4, 5)
    first = np.concatenate([patches.sample_patches(images, 2, 5, rng)[:, 0] for _ in range(4000)]).astype(int)
    counts = np.bincount(first, minlength=60)[patches.extract_patches(images, 2)[..., 0].astype(int).ravel()]
    assert counts.sum() == 20_000
    assert np.abs(counts - 4000 * 5 / 36).max() < 5 * np.sqrt(4000 * 5 / 36 * 31 / 36)


# Bad input

STACK, GRID, RNG = np.zeros((2, 4, 6)), np.zeros((15, 4)), np.random.default_rng(0)
BAD_SIDES = [
    (5, ValueError, "m needs to be at most 4 for images of 4 x 6; got 5; use smaller patches"),
    (0, ValueError, "m needs a whole number of at least 1; got 0; choose one in that range"),
    (-2, ValueError, "m needs a whole number of at least 1; got -2; choose one in that range"),
    (2.0, TypeError, "m needs a whole number; got float 2.0; give an int"),
    (True, TypeError, "m needs a whole number; got True; give an int"),
    ("3", TypeError, "m needs a whole number; got str '3'; give an int"),
    (None, TypeError, "m needs a whole number; got NoneType None; give an int"),
]  # fmt: skip
BAD_SHAPES = [
    (28, ValueError, "shape needs two numbers (H, W); got 28; give rows and columns"),
    ((4,), ValueError, "shape needs two numbers (H, W); got (4,); give rows and columns"),
    ((2, 4, 6), ValueError, "shape needs two numbers (H, W); got (2, 4, 6); give rows and columns"),
    ({4, 6}, ValueError, "shape needs two numbers (H, W); got {4, 6}; give rows and columns"),
    ((4, 0), ValueError, "shape[1] needs a whole number of at least 1; got 0; choose one in that range"),
    ((-8, 7), ValueError, "shape[0] needs a whole number of at least 1; got -8; choose one in that range"),
    ((8, 7.5), TypeError, "shape[1] needs a whole number; got float 7.5; give an int"),
]
BAD_CALLS = [
    (lambda: patches.average_patches(np.zeros((15, 5)), (4, 6)), ValueError, "patches needs square patches; got 5 pixels a patch; use m*m pixels"),
    (lambda: patches.average_patches(np.zeros((14, 4)), (4, 6)), ValueError, "patches needs 15 patches of 2 x 2 for an image of 4 x 6; got 14; give all of them, in row-major order"),
    (lambda: patches.average_patches(np.zeros((16, 4)), (4, 6)), ValueError, "patches needs 15 patches of 2 x 2 for an image of 4 x 6; got 16; give all of them, in row-major order"),
    (lambda: patches.average_patches(np.zeros((1, 25)), (4, 6)), ValueError, "shape needs at least 5 x 5, the size of a patch; got 4 x 6; check both"),
    (lambda: patches.average_patches(np.zeros(4), (4, 6)), ValueError, "patches needs shape (..., I*J, m*m); got (4,); reshape it, or check which array was passed"),
    (lambda: patches.average_patches(np.zeros((0, 15, 4)), (4, 6)), ValueError, "patches needs shape (..., I*J, m*m); got (0, 15, 4); give at least one"),
    (lambda: patches.sample_patches(STACK, 2, 31, RNG), ValueError, "n needs a whole number from 1 to 30; got 31; there are 30 windows of 2 x 2; give more images"),
    (lambda: patches.sample_patches(STACK, 2, 0, RNG), ValueError, "n needs a whole number from 1 to 30; got 0; there are 30 windows of 2 x 2; give more images"),
    (lambda: patches.sample_patches(STACK, 2, 3.0, RNG), TypeError, "n needs a whole number; got float 3.0; give an int"),
    (lambda: patches.sample_patches(STACK[0], 2, 1, RNG), ValueError, "images needs shape (N, H, W); got (4, 6); reshape it, or check which array was passed"),
    (lambda: patches.sample_patches(STACK, 2, 1, None), TypeError, "rng needs a numpy.random.Generator; got NoneType None; pass np.random.default_rng(seed)"),
    (lambda: patches.side(2.5), TypeError, "pixels needs a whole number; got float 2.5; give an int"),
    (lambda: patches.side(8, "prior"), ValueError, "prior needs square patches; got 8 pixels a patch; use m*m pixels"),
    (lambda: patches.side(25, "prior", (4, 6)), ValueError, "images needs at least 5 x 5 pixels, the size of a patch; got 4 x 6; use smaller ones"),
]  # fmt: skip


OF_SIDES = {
    "extract_patches": lambda m: patches.extract_patches(STACK, m),
    "sample_patches": lambda m: patches.sample_patches(STACK, m, 1, RNG),
    "coverage": lambda m: patches.coverage((4, 6), m),
    "patch_side": lambda m: patches.patch_side(m, (4, 6)),
}
OF_SHAPES = {
    "coverage": lambda shape: patches.coverage(shape, 2),
    "add_patches": lambda shape: patches.add_patches(GRID, shape),
    "patch_side": lambda shape: patches.patch_side(2, shape),
    "side": lambda shape: patches.side(4, shape=shape),
}
BAD_CALLS += [(partial(call, m), *rest) for m, *rest in BAD_SIDES for call in OF_SIDES.values()]
BAD_CALLS += [(partial(call, shape), *rest) for shape, *rest in BAD_SHAPES for call in OF_SHAPES.values()]


@pytest.mark.parametrize(("call", "error", "message"), BAD_CALLS, ids=range(len(BAD_CALLS)))
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def test_the_side_of_every_square_patch_is_found():
    for m in range(1, 100):
        assert patches.side(m * m) == patches.side(np.int64(m * m), "prior", (m, m + 1)) == m
        for pixels in {m * m + 1, (m + 1) ** 2 - 1}:
            with pytest.raises(ValueError, match="needs square patches"):
                patches.side(pixels)
