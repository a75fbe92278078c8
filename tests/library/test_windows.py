"""Sums and correlations over windows, against loops, scipy and their adjoints."""

import numpy as np
import pytest
from hypothesis import given
from scipy import signal

from course_lib import _fourier, windows
from course_lib.scene._pictures import band
from tests.helpers import close, stacks


def looped(images, template):
    """The four loops: images (..., H, W), template (h, w) -> (..., I, J)."""
    (H, W), (h, w) = images.shape[-2:], template.shape
    out = np.zeros((*images.shape[:-2], H - h + 1, W - w + 1))
    for i, j in np.ndindex(out.shape[-2:]):
        for a, b in np.ndindex(h, w):
            out[..., i, j] += images[..., i + a, j + b] * template[a, b]
    return out


@given(stacks())
def test_all_ways_to_sum_windows_are_the_four_loops(case):
    """(S6): by doubling, by the table of the sums above and left, and by band matrices."""
    images, (h, w), _ = case
    wanted = looped(images, np.ones((h, w)))
    close(windows.window_sums(images, (h, w)), wanted)
    table = windows.cumulative_sums(images)
    close(windows.corner_sums(table, (h, w)), wanted)
    H, W = images.shape[-2:]
    close(band(H, h) @ images @ band(W, w).T, wanted)
    assert table.shape == (*images.shape[:-2], H + 1, W + 1)
    for a, b in np.ndindex(H + 1, W + 1):
        np.testing.assert_allclose(table[..., a, b], images[..., :a, :b].sum(axis=(-2, -1)), rtol=1e-12)


@given(stacks())
def test_spread_lays_each_value_on_its_window(case):
    """(S10): c(p) is the sum over the rectangle of positions that hide p; clipped as MATH.md has it."""
    images, (h, w), q = case
    H, W = images.shape[-2:]
    laid, rectangle = np.zeros(images.shape), np.zeros(images.shape)
    for i, j in np.ndindex(q.shape[-2:]):
        laid[..., i : i + h, j : j + w] += q[..., i, j, None, None]
    for p, r in np.ndindex(H, W):
        rows = slice(max(0, p + 1 - h), min(p, H - h) + 1)
        columns = slice(max(0, r + 1 - w), min(r, W - w) + 1)
        rectangle[..., p, r] = q[..., rows, columns].sum(axis=(-2, -1))
    for other in (laid, rectangle, band(H, h).T @ q @ band(W, w)):
        close(windows.spread(q, (h, w)), other, size=np.abs(q).sum())


@given(stacks())
def test_correlation_and_its_sum_over_pictures_are_loops(case):
    """(S7) for templates of any sign; (S9): sum over k and d of q_k(d) X_k[window d]."""
    images, (h, w), q = case
    template = 50 * np.random.default_rng(1).standard_normal((h, w))
    size = looped(images, np.abs(template))
    close(windows.correlate(images, template), looped(images, template), size=size)
    X, q = (a.reshape(-1, *a.shape[-2:]) for a in (images, q))
    wanted = sum(q[k, i, j] * X[k, i : i + h, j : j + w] for k, i, j in np.ndindex(q.shape))
    close(_fourier.correlation_sum(_fourier.spectra(X), q, X.shape[1:], (h, w)), wanted, size=X.sum())


@given(stacks())
def test_adjoints(case):
    """(S6) and (S10), (S7) and (S9): <A x, y> = <x, A' y>."""
    x, shape, y = case
    template = np.random.default_rng(1).standard_normal(shape)
    close((windows.window_sums(x, shape) * y).sum(), (x * windows.spread(y, shape)).sum(), size=x.sum())
    X, q = (a.reshape(-1, *a.shape[-2:]) for a in (x, y))
    gathered = _fourier.correlation_sum(_fourier.spectra(X), q, X.shape[1:], shape)
    close((windows.correlate(X, template) * q).sum(), (template * gathered).sum(), size=X.sum())


@pytest.mark.parametrize(("shape", "template_shape"), [
    ((13, 17), (5, 4)), ((1, 19), (1, 7)), ((23, 1), (3, 1)), ((8, 31), (8, 31)),
])  # fmt: skip
def test_correlation_is_that_of_scipy_and_no_convolution(shape, template_shape):
    """(S7) where sizes are prime, so that the transforms are padded."""
    rng = np.random.default_rng(0)
    image, template = rng.uniform(0, 255, shape), rng.standard_normal(template_shape)
    assert _fourier.padded(shape) != shape
    close(windows.correlate(image, template), signal.correlate2d(image, template, "valid"))
    close(windows.correlate(image, template[::-1, ::-1]), signal.convolve2d(image, template, "valid"))
    assert np.abs(windows.correlate(image, template) - signal.convolve2d(image, template, "valid")).max() > 1


def test_a_bright_pixel_costs_digits_in_the_table_only():
    """(S6): 1e17 + 1 is 1e17 in float64, and the table has it in every later entry."""
    image = np.array([[1e17, 1, 1, 1]])
    np.testing.assert_array_equal(windows.window_sums(image, (1, 2)), [[1e17, 2, 2]])
    assert windows.corner_sums(windows.cumulative_sums(image), (1, 2))[0, 2] != 2


def test_a_common_gray_level_costs_correlation_no_digits():
    """(S7): 1e8 on every pixel; the template sums to zero, so that the answer does not change."""
    rng = np.random.default_rng(0)
    images, template = rng.integers(-9, 9, (2, 6, 7)), rng.integers(-9, 9, (3, 2))
    template[0, 0] -= template.sum()
    # the mean of the pictures is known to 1e8 * 1e-16, and so are the pixels less it
    found = windows.correlate(images + 10**8, template)
    np.testing.assert_allclose(found, looped(images, template), rtol=0, atol=1e-10)
    level = windows.correlate(np.full((2, 5, 4), 100.0), [[1.0, 2.0], [3.0, 4.0]])
    close(level, np.full((2, 4, 3), 1000.0))
