"""Sums over all windows of a picture, their adjoint, and correlation with a template.

Pictures are arrays (..., H, W), integers as well; a window of `shape` (h, w) fits at I x J places, I = H-h+1,
J = W-w+1. Results are new arrays, float64. Every function raises ValueError or TypeError, naming the
argument, for a window larger than the picture, NaN, infinite or empty arrays, a wrong kind of number.
"""

import numpy as np

from . import _fourier, checks


def cumulative_sums(images):
    """The summed-area table: entry (a, b) is the sum of the pixels above row a and left of column b.    (S6)

    images (..., H, W)  ->  (..., H+1, W+1), first row and column 0

    Source: F. Crow, 1984, doi:10.1145/800031.808600
    """
    images = checks.real_array("images", images, (..., "H", "W"))
    table = np.zeros((*images.shape[:-2], images.shape[-2] + 1, images.shape[-1] + 1))
    np.cumsum(images, axis=-2, out=table[..., 1:, 1:])
    np.cumsum(table[..., 1:, 1:], axis=-1, out=table[..., 1:, 1:])
    return table


def corner_sums(table, shape):
    """Window sums from a summed-area table: lower right + upper left - upper right - lower left corner.  (S6)

    O(1) a window, whatever its size; but differences of large sums lose digits, which `window_sums` keeps.

    table (..., H+1, W+1) of `cumulative_sums`, shape (h, w) of the window  ->  (..., I, J)
    """
    table = checks.real_array("table", table, (..., "H+1", "W+1"))
    h, w = checks.window("shape", shape, [length - 1 for length in table.shape[-2:]], "images")
    return table[..., h:, w:] + table[..., :-h, :-w] - table[..., :-h, w:] - table[..., h:, :-w]


def window_sums(images, shape):
    """The sum over every h x w window.                                                      (S6)

    images (..., H, W), shape (h, w)  ->  (..., I, J): the sums over a < h, b < w of images[..., i + a, j + b]

    Equal to `corner_sums(cumulative_sums(images), shape)`, but by doubling: two runs of n pixels make a run
    of 2n. It adds only, so that no digits are lost, and is faster at the sizes of our pictures: O(H W log(h
    w)) each.

    >>> window_sums(np.arange(6).reshape(2, 3), (2, 2))
    array([[ 8., 12.]])
    """
    images = checks.real_array("images", images, (..., "H", "W"))
    (H, W), (h, w) = images.shape[-2:], checks.window("shape", shape, images.shape[-2:], "images")
    I, J = H - h + 1, W - w + 1
    tall = images.reshape(-1, H * W)
    rows = _run_sums(tall, h, W)
    line = np.zeros(rows.size + w - 1)
    line[: rows.size] = rows.ravel()
    return _run_sums(line[None], w, 1).reshape(*images.shape[:-2], I, W)[..., :J]


def spread(values, shape):
    """Each value laid on all pixels of its window, overlaps added: the adjoint of `window_sums`.    (S10)

    values (..., I, J), shape (h, w)  ->  (..., H, W): sums of values[..., d] over windows d that cover it

    Those d are a rectangle. <window_sums(x, shape), v> = <x, spread(v, shape)>.
    """
    values = checks.real_array("values", values, (..., "I", "J"))
    (I, J), (h, w) = values.shape[-2:], checks.pair("shape", shape)
    H, W = I + h - 1, J + w - 1
    n = values.size // (I * J)
    line = np.zeros(w - 1 + n * I * W)
    line[w - 1 :].reshape(n, I, W)[:, :, :J] = values.reshape(n, I, J)
    tall = np.zeros((n, H + h - 1, W))
    tall[:, h - 1 : H] = _run_sums(line[None], w, 1).reshape(n, I, W)
    return _run_sums(tall.reshape(n, -1), h, W).reshape(*values.shape[:-2], H, W)


def _run_sums(x, count, step):
    """out[:, t] = sum over b < count of x[:, t + b step]: (n, L) -> (n, L - (count-1) step).

    Sums of 2, 4, 8, ... terms are made by doubling; those whose sizes are the binary digits of `count` are
    added up.
    """
    length = x.shape[1] - (count - 1) * step
    out, done, size = None, 0, 1
    while True:
        if count & size:
            part = x[:, done * step : done * step + length]
            out = part if out is None else out + part
            done += size
        if 2 * size > count:
            return out
        x = x[:, : -size * step] + x[:, size * step :]
        size *= 2


def correlate(images, template):
    """The correlation of every picture with a template, at every position where it fits.    (S7)

    images (..., H, W), template (h, w)  ->  (..., I, J): sums of images[..., i + a, j + b] template[a, b]

    A product with a block-Toeplitz matrix, computed by Fourier transforms of the pictures' own size, O(H W
    log(H W)) each; nothing wraps at positions that fit. Means are taken off first, so that gray levels cost
    no digits.

    >>> correlate(np.arange(6).reshape(2, 3), [[0, 1]]).round(10)
    array([[1., 2.],
           [4., 5.]])
    """
    images = checks.real_array("images", images, (..., "H", "W"))
    template = checks.real_array("template", template, ("h", "w"))
    checks.window("template", template.shape, images.shape[-2:], "images")
    level = images.mean(axis=(-2, -1), keepdims=True)
    product = _fourier.spectra(images - level)
    product *= _fourier.spectrum_of(template, images.shape[-2:])
    return _fourier.inverse_rows(product, images.shape[-2:], template.shape) + level * template.sum()
