"""Patches: all windows of an image, and the way back by averaging where they overlap.

Images are arrays (..., H, W) in gray levels: whatever stands before the last two axes counts pictures, so
colours must be made gray and stacks (H, W, N) turned first; a last axis of at most 4 gets a warning. An m x m
patch fits at I x J places, I = H-m+1, J = W-m+1, and is flattened row by row; patches of a picture come in
row-major order of their places. Results are new arrays, float64 (float32 for float32). Every function raises
ValueError or TypeError, naming the argument, for NaN, infinite or empty input, a wrong kind of number, and
sizes that do not fit each other.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import checks


def extract_patches(images, m):
    """All m x m windows of each image: (..., H, W) -> (..., I*J, m*m).                     (P1)

    patches[..., i*J + j, a*m + b] = images[..., i + a, j + b]: 43 264 numbers for 28 x 28 pixels and m = 16

    >>> extract_patches([[0, 1, 2], [3, 4, 5]], 2)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.]])
    """
    images = checks.gray_images("images", images, (..., "H", "W"), keep_float32=True)
    return cut(images, patch_side(m, images.shape[-2:]))


def cut(images, m):
    """`extract_patches` of images and a side m that are checked already, as blocks of a checked stack are."""
    windows = sliding_window_view(images, (m, m), axis=(-2, -1))
    I, J = windows.shape[-4:-2]
    return np.array(windows, order="C").reshape(*images.shape[:-2], I * J, m * m)


def sample_patches(images, m, n, rng):
    """`n` different patches chosen by `rng` from all windows of all images: (N, H, W) -> (n, m*m).     (P1)

    Few patches from many images teach a prior more than all patches of few images.
    """
    images = checks.gray_images("images", images, ("N", "H", "W"), keep_float32=True)
    m = patch_side(m, images.shape[-2:])
    windows = sliding_window_view(images, (m, m), axis=(-2, -1))
    total = math.prod(windows.shape[:3])
    remedy = f"there are {total} windows of {m} x {m}; give more images"
    n = checks.count("n", n, maximum=total, remedy=remedy)
    checks.generator("rng", rng)
    chosen = rng.choice(total, size=n, replace=False)
    return windows[np.unravel_index(chosen, windows.shape[:3])].reshape(n, m * m)


def average_patches(patches, shape):
    """The image of averages of all patch pixels on each pixel: (..., I*J, m*m) -> (..., H, W).           (P2)

    The adjoint of `extract_patches` adds overlapping patches up; dividing by how often a pixel of the `shape`
    (H, W) is covered makes it an average, so that average_patches(extract_patches(x, m), x.shape) = x.
    """
    total = add_patches(patches, shape)
    total /= coverage(total.shape[-2:], side(np.shape(patches)[-1]))
    return total


def add_patches(patches, shape):
    """The adjoint of `extract_patches`: every patch added onto its place.                 (P2)

    patches (..., I*J, m*m), shape (H, W)  ->  (..., H, W)

    <extract_patches(x, m), y> = <x, add_patches(y, x.shape)>
    """
    patches = checks.real_array("patches", patches, (..., "I*J", "m*m"), keep_float32=True)
    H, W = checks.pair("shape", shape, "(H, W)")
    m = side(patches.shape[-1])
    if m > min(H, W):
        raise ValueError(f"shape needs at least {m} x {m}, the size of a patch; got {H} x {W}; check both")
    I, J = H - m + 1, W - m + 1
    if patches.shape[-2] != I * J:
        raise ValueError(
            f"patches needs {I * J} patches of {m} x {m} for an image of {H} x {W}; "
            f"got {patches.shape[-2]}; give all of them, in row-major order"
        )
    grid = patches.reshape(*patches.shape[:-2], I, J, m, m)
    total = np.zeros((*patches.shape[:-2], H, W), patches.dtype)
    for a in range(m):
        for b in range(m):
            total[..., a : a + I, b : b + J] += grid[..., a, b]
    return total


def coverage(shape, m):
    """How many m x m patches lie on each pixel of an image of that shape (H, W): (H, W), float64.     (P2)"""
    H, W = checks.pair("shape", shape, "(H, W)")
    m = patch_side(m, (H, W))
    rows, columns = (
        np.minimum(np.minimum(np.arange(L) + 1, L - np.arange(L)), min(m, L - m + 1)) for L in (H, W)
    )
    return np.outer(rows, columns).astype(np.float64)


def side(pixels, name="patches", shape=None):
    """The side m of square patches of m*m `pixels`, of the argument `name`; they must fit `shape` (H, W)."""
    D = checks.count("pixels", pixels)
    m = math.isqrt(D)
    if m * m != D:
        raise ValueError(f"{name} needs square patches; got {D} pixels a patch; use m*m pixels")
    if shape is not None and m > min(checks.pair("shape", shape, "(H, W)")):
        H, W = shape
        raise ValueError(
            f"images needs at least {m} x {m} pixels, the size of a patch; got {H} x {W}; use smaller ones"
        )
    return m


def patch_side(m, shape):
    """The side `m` of a patch if it fits images of that shape (H, W)."""
    m, (H, W) = checks.count("m", m), checks.pair("shape", shape, "(H, W)")
    if m > min(H, W):
        raise ValueError(
            f"m needs to be at most {min(H, W)} for images of {H} x {W}; got {m}; use smaller patches"
        )
    return m
