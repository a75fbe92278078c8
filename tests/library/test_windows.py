"""Sums and correlations over windows, against loops, scipy and their adjoints."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from course_lib import _fourier, windows
from course_lib.scene._pictures import band
from tests.bad_images import BAD_IMAGES
from tests.helpers import close, relaid

DTYPES = ["uint8", "int64", "float16", "float32", ">f8"]


@st.composite
def stacks(draw):
    """Random images (..., H, W) with 0 to 2 leading axes, a window that fits, and a generator for more."""
    H, W = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    leading = draw(st.lists(st.integers(1, 3), max_size=2))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.uniform(0, 255, (*leading, H, W)), (draw(st.integers(1, H)), draw(st.integers(1, W))), rng


def valid(outer, inner):
    return tuple(a - b + 1 for a, b in zip(outer, inner))


def looped(images, template):
    """The four loops: images (..., H, W), template (h, w) -> (..., I, J)."""
    out = np.zeros((*images.shape[:-2], *valid(images.shape[-2:], template.shape)))
    for i, j in np.ndindex(out.shape[-2:]):
        for a, b in np.ndindex(template.shape):
            out[..., i, j] += images[..., i + a, j + b] * template[a, b]
    return out


def near(actual, wanted, size):
    """Equal to 1e-10 of the sum `size` of the magnitudes added up, which may cancel."""
    assert np.shape(actual) == np.shape(wanted)
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=1e-10 * np.max(size))


# Brute force


@given(stacks())
def test_all_ways_to_sum_windows_are_the_four_loops(case):
    """(S6): by doubling, by the summed-area table, and by band matrices."""
    images, (h, w), _ = case
    wanted = looped(images, np.ones((h, w)))
    found = windows.window_sums(images, (h, w))
    assert found.flags.writeable and not np.shares_memory(found, images)
    close(found, wanted)
    close(windows.corner_sums(windows.cumulative_sums(images), (h, w)), wanted)
    H, W = images.shape[-2:]
    close(band(H, h) @ images @ band(W, w).T, wanted)


@given(stacks())
def test_the_table_sums_what_lies_above_and_left(case):
    """(S6)"""
    images, _, _ = case
    table = windows.cumulative_sums(images)
    assert table.shape == (*images.shape[:-2], images.shape[-2] + 1, images.shape[-1] + 1)
    for a, b in np.ndindex(table.shape[-2:]):
        np.testing.assert_allclose(table[..., a, b], images[..., :a, :b].sum(axis=(-2, -1)), rtol=1e-12)


@given(stacks())
def test_spread_lays_each_value_on_its_window(case):
    """(S10): c(p) is the sum over the rectangle of positions that hide p; clipped as MATH.md has it."""
    images, (h, w), rng = case
    H, W = images.shape[-2:]
    q = rng.standard_normal((*images.shape[:-2], *valid((H, W), (h, w))))
    found = windows.spread(q, (h, w))
    assert found.shape == images.shape and not np.shares_memory(found, q)
    laid, rectangle = np.zeros(images.shape), np.zeros(images.shape)
    for i, j in np.ndindex(q.shape[-2:]):
        laid[..., i : i + h, j : j + w] += q[..., i, j, None, None]
    for p, r in np.ndindex(H, W):
        rows, columns = (
            slice(max(0, p + 1 - h), min(p, H - h) + 1),
            slice(max(0, r + 1 - w), min(r, W - w) + 1),
        )
        rectangle[..., p, r] = q[..., rows, columns].sum(axis=(-2, -1))
    for other in (laid, rectangle, band(H, h).T @ q @ band(W, w)):
        near(found, other, np.abs(q).sum())


@given(stacks())
def test_correlation_is_the_four_loops(case):
    """(S7) for templates of any sign."""
    images, shape, rng = case
    template = rng.normal(0, 50, shape)
    near(windows.correlate(images, template), looped(images, template), looped(images, np.abs(template)))


@given(stacks())
def test_one_inverse_transform_sums_the_correlations_with_weights(case):
    """(S9): sum over k and d of q_k(d) X_k[window d]."""
    images, (h, w), rng = case
    images = images.reshape(-1, *images.shape[-2:])
    q = rng.standard_normal((len(images), *valid(images.shape[1:], (h, w))))
    wanted = np.zeros((h, w))
    for k, i, j in np.ndindex(q.shape):
        wanted += q[k, i, j] * images[k, i : i + h, j : j + w]
    near(
        _fourier.correlation_sum(_fourier.spectra(images), q, images.shape[1:], (h, w)), wanted, images.sum()
    )


# Identities


@given(stacks())
def test_adjoints(case):
    """(S6) and (S10), (S7) and (S9): <A x, y> = <x, A' y>."""
    x, shape, rng = case
    y, template = (
        rng.standard_normal((*x.shape[:-2], *valid(x.shape[-2:], shape))),
        rng.standard_normal(shape),
    )
    near((windows.window_sums(x, shape) * y).sum(), (x * windows.spread(y, shape)).sum(), x.sum())
    X, q = (a.reshape(-1, *a.shape[-2:]) for a in (x, y))
    gathered = _fourier.correlation_sum(_fourier.spectra(X), q, X.shape[1:], shape)
    near((windows.correlate(X, template) * q).sum(), (template * gathered).sum(), X.sum())


@pytest.mark.parametrize(
    ("shape", "template_shape"),
    [((13, 17), (5, 4)), ((1, 19), (1, 7)), ((23, 1), (3, 1)), ((8, 31), (8, 31))],
)
def test_correlation_is_that_of_scipy_and_no_convolution(shape, template_shape):
    """(S7) where sizes are prime, so that the transforms are padded."""
    rng = np.random.default_rng(0)
    image, template = rng.uniform(0, 255, shape), rng.standard_normal(template_shape)
    assert _fourier.padded(shape) != shape
    close(windows.correlate(image, template), signal.correlate2d(image, template, "valid"))
    close(windows.correlate(image, template[::-1, ::-1]), signal.convolve2d(image, template, "valid"))
    assert np.abs(windows.correlate(image, template) - signal.convolve2d(image, template, "valid")).max() > 1


def test_correlation_is_a_product_with_a_block_toeplitz_matrix():
    """(S7): its entry depends only on pixel minus position."""
    rng = np.random.default_rng(0)
    (H, W), template = (4, 5), rng.standard_normal((2, 3))
    T = windows.correlate(np.eye(H * W).reshape(-1, H, W), template).reshape(H, W, 3, 3)
    for p, r, i, j in np.ndindex(T.shape):
        a, b = p - i, r - j
        wanted = template[a, b] if 0 <= a < 2 and 0 <= b < 3 else 0.0
        assert T[p, r, i, j] == pytest.approx(wanted, abs=1e-14)
    image = rng.uniform(0, 255, (H, W))
    close(windows.correlate(image, template), np.einsum("prij,pr->ij", T, image))


def test_nothing_wraps():
    """(S7): a single bright pixel in a corner is seen only from positions whose window holds it."""
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        image = np.zeros((5, 8))
        image[corner] = 1e6
        found = windows.correlate(image, np.ones((3, 2)))
        wanted = np.zeros((3, 7))
        wanted[corner] = 1e6
        np.testing.assert_allclose(found, wanted, atol=1e-8)


@pytest.mark.parametrize(("length", "width", "wanted"), [
    (4, 2, [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]), (3, 3, [[1, 1, 1]]), (2, 1, [[1, 0], [0, 1]]), (1, 1, [[1]]),
])  # fmt: skip
def test_a_band_matrix_sums_runs(length, width, wanted):
    """(S6)"""
    np.testing.assert_array_equal(band(length, width), wanted)


# Digits


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
    np.testing.assert_allclose(
        windows.correlate(images + 10**8, template), looped(images, template), rtol=0, atol=1e-10
    )


def test_the_level_comes_back():
    """(S7): the mean, taken off before the transforms, is added times the sum of the template."""
    images, template = np.full((2, 5, 4), 100.0), np.array([[1.0, 2.0], [3.0, 4.0]])
    close(windows.correlate(images, template), np.full((2, 4, 3), 1000.0))


# Arrays in and out

CALLS = {
    "window_sums": lambda x: windows.window_sums(x, (2, 3)),
    "spread": lambda x: windows.spread(x, (2, 3)),
    "cumulative_sums": windows.cumulative_sums,
    "corner_sums": lambda x: windows.corner_sums(x, (2, 3)),
    "correlate": lambda x: windows.correlate(x, [[1, 2, 0]]),
    "correlate, template": lambda x: windows.correlate(np.arange(54.0).reshape(6, 9) ** 2, x[0]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_any_real_numbers_in_any_memory_order_are_taken_and_kept(call):
    """Sums of bytes do not run over 255."""
    x = np.random.default_rng(0).integers(200, 255, (2, 4, 5))
    wanted = call(x.astype(float))
    assert wanted.dtype == np.float64 and wanted.flags.writeable
    for other in [x.astype(dtype) for dtype in DTYPES] + relaid(x.astype(float)) + [x.tolist()]:
        np.testing.assert_allclose(call(other), wanted, rtol=1e-13)
        assert call(other).dtype == np.float64
    frozen, kept = x.astype(float), x.astype(float)
    frozen.flags.writeable = False
    assert not np.shares_memory(call(frozen), frozen)
    np.testing.assert_array_equal(frozen, kept)


@pytest.mark.parametrize("shape", [(1, 1), (4, 5)])
def test_results_are_never_the_argument_itself(shape):
    """A window of one pixel is where a view could be handed out."""
    x = np.random.default_rng(0).uniform(0, 255, (4, 5))
    for found in (
        windows.window_sums(x, shape),
        windows.spread(x, shape),
        windows.cumulative_sums(x),
        windows.correlate(x, np.ones(shape)),
    ):
        assert not np.shares_memory(found, x) and found.flags.writeable


# Bad input


@pytest.mark.parametrize(("bad", "error", "message"), BAD_IMAGES)
def test_bad_images_are_refused(bad, error, message):
    for call in (
        lambda: windows.window_sums(bad, (1, 1)),
        lambda: windows.cumulative_sums(bad),
        lambda: windows.correlate(bad, [[1]]),
    ):
        with pytest.raises(error, match="images " + message):
            call()
    with pytest.raises(error, match="values " + message.replace("H, W", "I, J")):
        windows.spread(bad, (1, 1))
    with pytest.raises(error, match="table " + message.replace("H, W", r"H\+1, W\+1")):
        windows.corner_sums(bad, (1, 1))


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((5, 2), ValueError, "window needs to fit inside images of 4 x 6; got 5 x 2; make it smaller"),
        ((2, 7), ValueError, "window needs to fit inside images of 4 x 6; got 2 x 7; make it smaller"),
        ((0, 2), ValueError, r"window\[0\] needs a whole number of at least 1; got 0"),
        ((2, -1), ValueError, r"window\[1\] needs a whole number of at least 1; got -1"),
        ((2.0, 1), TypeError, r"window\[0\] needs a whole number; got float 2.0"),
        (3, ValueError, r"window needs two numbers \(h, w\); got 3; give rows and columns"),
        ((1, 2, 3), ValueError, r"window needs two numbers \(h, w\); got \(1, 2, 3\)"),
        (None, ValueError, r"window needs two numbers \(h, w\); got None"),
    ],
)
def test_a_bad_window_is_refused(shape, error, message):
    with pytest.raises(error, match=message):
        windows.window_sums(np.zeros((2, 4, 6)), shape)
    with pytest.raises(error, match=message):
        windows.corner_sums(np.zeros((2, 5, 7)), shape)
    if "fit" not in message:
        with pytest.raises(error, match=message):
            windows.spread(np.zeros((2, 4, 6)), shape)


@pytest.mark.parametrize(
    ("template", "error", "message"),
    [
        (
            np.zeros((5, 2)),
            ValueError,
            "template needs to fit inside images of 4 x 6; got 5 x 2; make it smaller",
        ),
        (
            np.zeros((2, 7)),
            ValueError,
            "template needs to fit inside images of 4 x 6; got 2 x 7; make it smaller",
        ),
        (np.zeros(3), ValueError, r"template needs shape \(h, w\); got \(3,\)"),
        (np.zeros((1, 2, 2)), ValueError, r"template needs shape \(h, w\); got \(1, 2, 2\)"),
        (np.zeros((0, 2)), ValueError, r"template needs shape \(h, w\); got \(0, 2\); give at least one"),
        ([[np.nan, 1]], ValueError, "template needs finite numbers; got 1 NaN or infinite of 2"),
        ([["1"]], TypeError, "template needs real numbers; got dtype <U1"),
        (np.ma.ones((1, 1)), TypeError, "template needs a plain array; got a masked array"),
    ],
)
def test_a_bad_template_is_refused(template, error, message):
    with pytest.raises(error, match=message):
        windows.correlate(np.zeros((2, 4, 6)), template)
