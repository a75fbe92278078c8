"""Patches: all windows of an image, and the way back by averaging where they overlap."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import checks


def extract_patches(images, m):
    """All m x m windows of each image, flattened row by row, in row-major order.          (P1)

    patches[..., i*J + j, a*m + b] = images[..., i + a, j + b], with I = H-m+1, J = W-m+1.

    Parameters
    ----------
    images : array (..., H, W), gray levels.
    m : int, side of a patch in pixels, at most min(H, W).

    Returns
    -------
    array (..., I*J, m*m), a new array: float64 (float32 for float32 images)

    Raises
    ------
    ValueError, TypeError
        For an image smaller than the patch, NaN or infinite pixels, an empty stack, a wrong kind of number.

    Notes
    -----
    I*J*m*m numbers an image: 43 264 for a digit of 28 x 28 and m = 16.

    Examples
    --------
    >>> import numpy as np
    >>> extract_patches(np.arange(6).reshape(2, 3), 2)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.]])
    """
    images = checks.real_array("images", images, (..., "H", "W"), keep_float32=True)
    m = patch_side(m, images.shape[-2:])
    windows = sliding_window_view(images, (m, m), axis=(-2, -1))
    I, J = windows.shape[-4:-2]
    return np.array(windows, order="C").reshape(*images.shape[:-2], I * J, m * m)


def sample_patches(images, m, n, rng):
    """`n` different patches, chosen at random from all windows of all images.                (P1)

    Few patches from many images teach a prior more than all patches of few images.

    Parameters
    ----------
    images : array (N, H, W), gray levels
    m : int, side of a patch in pixels
    n : int, at most N * (H-m+1) * (W-m+1)
    rng : numpy.random.Generator

    Returns
    -------
    array (n, m*m), float64 (float32 for float32 images)

    Raises
    ------
    ValueError, TypeError
        As in `extract_patches`, and if there are fewer windows than `n`.
    """
    images = checks.real_array("images", images, ("N", "H", "W"), keep_float32=True)
    m = patch_side(m, images.shape[-2:])
    windows = sliding_window_view(images, (m, m), axis=(-2, -1))
    total = int(np.prod(windows.shape[:3]))
    n = checks.count(
        "n", n, maximum=total, remedy=f"there are {total} windows of {m} x {m}; give more images"
    )
    checks.generator("rng", rng)
    chosen = rng.choice(total, size=n, replace=False)
    return windows[np.unravel_index(chosen, windows.shape[:3])].reshape(n, m * m)


def average_patches(patches, shape):
    """The image whose pixels are the averages of all patch pixels that lie on them.       (P2)

    The adjoint of `extract_patches` adds overlapping patches up; dividing by how often a pixel is covered
    makes it an average, so that average_patches(extract_patches(x, m), x.shape) = x.

    Parameters
    ----------
    patches : array (..., I*J, m*m), row-major as from `extract_patches`, gray levels.
    shape : (H, W) of the image.

    Returns
    -------
    array (..., H, W), float64 (float32 for float32 patches)

    Raises
    ------
    ValueError, TypeError
        If the number or the size of the patches does not belong to an image of that shape.
    """
    total = add_patches(patches, shape)
    total /= coverage(total.shape[-2:], round(np.shape(patches)[-1] ** 0.5))
    return total


def add_patches(patches, shape):
    """The adjoint of `extract_patches`: every patch added onto its place.                 (P2)

    Arguments and errors as in `average_patches`; <extract_patches(x, m), y> = <x, add_patches(y, x.shape)>.

    patches (..., I*J, m*m), shape (H, W)  ->  array (..., H, W)
    """
    patches = checks.real_array("patches", patches, (..., "I*J", "m*m"), keep_float32=True)
    H, W = checks.pair("shape", shape, "(H, W)")
    m = round(patches.shape[-1] ** 0.5)
    if m * m != patches.shape[-1]:
        raise ValueError(
            f"patches needs m*m numbers a patch; got {patches.shape[-1]}, not a square; flatten m x m patches"
        )
    patch_side(m, (H, W))
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
    """How many m x m patches lie on each pixel of an image of that shape.                 (P2)

    shape (H, W), m int  ->  array (H, W) float64; errors as in `average_patches`
    """
    H, W = checks.pair("shape", shape, "(H, W)")
    m = patch_side(m, (H, W))
    rows, columns = (
        np.minimum(np.minimum(np.arange(L) + 1, L - np.arange(L)), min(m, L - m + 1)) for L in (H, W)
    )
    return np.outer(rows, columns).astype(np.float64)


def patch_side(m, shape):
    """Return the patch side `m` if it fits an image of that shape, else raise."""
    m = checks.count("m", m)
    if m > min(shape):
        raise ValueError(
            f"m needs to be at most {min(shape)} for images of {shape[0]} x {shape[1]}; got {m}; use smaller patches"
        )
    return m
