"""What the denoising functions accept, what they return it in, and what they refuse before any work."""

import re
from functools import partial

import numpy as np
import pytest

from course_lib import denoising
from course_lib.gaussian import LinearGaussian
from course_lib.mixture import Mixture
from tests.helpers import IN_AND_OUT, close, identity_channel, random_mixture, relaid

PRIOR = random_mixture(np.random.default_rng(0), 3, 4, scale=60.0, spread=60.0)
CHANNEL = identity_channel(4, 40.0)
STACK = np.random.default_rng(1).integers(0, 256, (3, 5, 4))
# what takes (patches or images, prior, noise_std, **options), and something to give it
FAST = [
    (denoising.denoise, STACK), (denoising.denoise_patches, STACK.reshape(-1, 4)),
    (lambda *a, **options: denoising.restore_and_weigh(*a, **options)[0], STACK.reshape(-1, 4)),
]  # fmt: skip


def restore(x, prior, noise_std, **options):
    return denoising.restore_patches(x, prior, identity_channel(prior.means.shape[1], noise_std), **options)


@pytest.mark.parametrize(("dtype", "returned"), IN_AND_OUT)
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_float32_is_computed_in_float32_and_all_else_in_float64(dtype, returned, estimate):
    """Integers up to 255 are exact in all of these, so float64 results are the same to the last bit."""
    gated = [(partial(function, gate_rank=2), x) for function, x in FAST[:2]]
    for function, x in [*FAST, *gated, (restore, STACK.reshape(-1, 4))]:
        arguments = [(x.astype(k), np.random.default_rng(0)) for k in (dtype, float)]
        found, double = (function(y, PRIOR, 40, estimate=estimate, rng=rng) for y, rng in arguments)
        kind = "float64" if function is restore else returned
        assert found.dtype == kind and found.shape == x.shape
        np.testing.assert_allclose(found, double, rtol=0, atol=0 if kind == "float64" else 0.01)
    x = STACK.reshape(-1, 4).astype(dtype)
    weights = denoising.component_weights(x, PRIOR, 40)
    assert weights.dtype == np.float64
    np.testing.assert_array_equal(weights, denoising.component_weights(x.astype(float), PRIOR, 40))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_inputs_are_left_alone_and_results_are_new_and_writable(dtype, estimate):
    """What does not depend on the patches is kept between calls, what is returned is not."""
    prior = Mixture(PRIOR.weights, PRIOR.means, PRIOR.covs)
    for function, x in [*FAST, (denoising.denoise, STACK[0]), (restore, STACK.reshape(-1, 4))]:
        given = x.astype(dtype)
        given.flags.writeable = False
        first, again = (function(x, prior, 40, estimate=estimate, rng=np.random.default_rng(0)) for _ in "12")
        assert first.flags.writeable and not np.shares_memory(first, given)
        kept = again.copy()
        first[:] = np.nan
        np.testing.assert_array_equal(again, kept)
        np.testing.assert_array_equal(given, x)
    for name in ("weights", "means", "covs"):
        np.testing.assert_array_equal(getattr(prior, name), getattr(PRIOR, name))


@pytest.mark.parametrize(("dtype", "rtol"), [("float32", 1e-5), ("float64", 1e-10)])
def test_any_memory_order_will_do(dtype, rtol):
    for function, x in [*FAST, (restore, STACK.reshape(-1, 4))]:
        for same in relaid(x.astype(dtype)):
            close(function(same, PRIOR, 40), function(x.astype(dtype), PRIOR, 40), rtol)


@pytest.mark.parametrize(("bad", "error", "message"), [
    (np.zeros((2, 2, 5, 4)), ValueError, r"images needs shape \(H, W\) or \(N, H, W\); got \(2, 2, 5, 4\)"),
    (np.zeros(()), ValueError, r"images needs shape \(\.\.\., H, W\); got \(\); stack images of one size"),
    (np.zeros((3, 0, 4)), ValueError, r"images needs shape \(.*, H, W\); got \(3, 0, 4\); give at least one"),
    (np.zeros((3, 1, 9)), ValueError, "images needs at least 2 x 2 pixels, .*; got 1 x 9; use smaller ones"),
    (np.zeros((9, 1)), ValueError, "images needs at least 2 x 2 pixels, the size of a patch; got 9 x 1"),
])  # fmt: skip
def test_bad_images_are_refused(bad, error, message):
    with pytest.raises(error, match=message):
        denoising.denoise(bad, PRIOR, 40)


@pytest.mark.parametrize(("bad", "error", "message"), [
    (np.zeros((3, 9)), ValueError, r"needs shape \(N, 4\); got \(3, 9\); (the prior has 4|resh)"),
    (np.zeros(4), ValueError, r"needs shape \(N, 4\); got \(4,\)"),
    (np.zeros((0, 4)), ValueError, r"needs shape \(N, 4\); got \(0, 4\)"),
    (np.full((2, 4), -np.inf), ValueError, "needs finite numbers; got 8 NaN or infinite of 8"),
    ([["a"] * 4], TypeError, "needs real numbers; got dtype <U1"),
    ([[0.0] * 4, [0.0] * 3], ValueError, "needs parts of one shape; got parts of different shapes"),
])  # fmt: skip
def test_bad_patches_are_refused(bad, error, message):
    for function in (denoising.denoise_patches, denoising.component_weights, denoising.restore_and_weigh):
        with pytest.raises(error, match="patches " + message):
            function(bad, PRIOR, 40)
    with pytest.raises(error, match="observed " + message):
        denoising.restore_patches(bad, PRIOR, CHANNEL)


OPTIONS = [
    (dict(noise_std=0), ValueError, "finite number above 0 (standard deviation in gray levels); got 0"),
    (dict(noise_std=1e-200), ValueError, "noise_std needs a number of at least 1e-150; got 1e-200"),
    (dict(noise_std=1e160), ValueError, "at most 1e+150; got 1e+160; choose another unit"),
    (dict(noise_std="25"), TypeError, "noise_std needs one real number; got str '25'"),
    (dict(estimate="map"), ValueError, "one of 'mean', 'most_probable', 'sample'; got str 'map'"),
    (dict(estimate="sample"), TypeError, "rng needs a numpy.random.Generator; got NoneType None; pass"),
    (dict(gate_rank=5), ValueError, "gate_rank needs a whole number from 1 to 4; got 5"),
    (dict(gate_rank=2.0), TypeError, "gate_rank needs a whole number; got float 2.0; give an int"),
    (dict(prior="prior"), TypeError, "prior needs a Mixture; got str"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "error", "message"), OPTIONS)
def test_bad_options_are_refused(options, error, message):
    for function, x in FAST:
        if "gate_rank" not in options or function is not FAST[2][0]:
            with pytest.raises(error, match=re.escape(message)):
                function(x, **(dict(prior=PRIOR, noise_std=40) | options))


RESTORE_OPTIONS = [case for case in OPTIONS if not {"noise_std", "gate_rank"} & set(case[0])] + [
    (dict(channel=25), TypeError, "channel needs a LinearGaussian; got int; build one first"),
    (dict(channel=identity_channel(9, 40.0)), ValueError, "observed needs shape (N, 9); got (15, 4)"),
    (dict(channel=LinearGaussian(np.ones((4, 3)), np.zeros(4), np.eye(4))), ValueError, "needs 4 columns"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "error", "message"), RESTORE_OPTIONS)
def test_bad_options_of_restore_are_refused(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        denoising.restore_patches(STACK.reshape(-1, 4), **(dict(prior=PRIOR, channel=CHANNEL) | options))


def test_priors_that_cannot_be_are_refused():
    """(P1) needs square patches; (G8) needs W S W' + R invertible for every component."""
    with pytest.raises(ValueError, match="prior needs square patches; got 5 pixels a patch; use m.m pixels"):
        denoising.denoise(np.zeros((9, 9)), random_mixture(np.random.default_rng(0), 2, 5), 40)
    singular = random_mixture(np.random.default_rng(0), 2, 4, 2)
    message = "W S W' . R needs to be positive definite; got a singular matrix .*more noise_cov makes it so"
    with pytest.raises(ValueError, match=message):
        channel = LinearGaussian(np.eye(4), np.zeros(4), np.zeros((4, 4)))
        denoising.restore_patches(np.zeros((3, 4)), singular, channel)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("prior", "noise_std", "message"), [
    (PRIOR, 1e20, r"noise_std needs a number of at most 1e\+18; got 1e\+20"),
    (PRIOR, 1e-20, "noise_std needs a number of at least 1e-18; got 1e-20"),
    (Mixture([1.0], [[0, 0, 0, 1e39]], [np.eye(4)]), 25, r"prior needs means within .*; got 1e\+39"),
])  # fmt: skip
def test_what_float32_does_not_hold_is_refused_in_float32_alone(prior, noise_std, message):
    for function, x in FAST:
        with pytest.raises(ValueError, match=message):
            function(x.astype(np.float32), prior, noise_std)
        assert np.isfinite(function(x.astype(float), prior, noise_std)).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [1e149, -1e149])
@pytest.mark.parametrize("side", [2, 6])
def test_pixels_beyond_floating_point_are_refused_and_do_not_become_nan(value, side):
    """Squares overflow: for tiny patches and for large ones, which have sums of their own."""
    D = side**2
    x = np.full((3, D), 100.0)
    x[1, 0] = value
    prior = Mixture([0.5, 0.5], [np.zeros(D), np.ones(D)], [1e-20 * np.eye(D)] * 2)
    message = "needs rows within reach of the mixture; got row 1 with a log density of -inf"
    for call in (denoising.denoise, denoising.denoise_patches, denoising.component_weights, restore):
        with pytest.raises(ValueError, match=message):
            call(x.reshape(3, side, side) if call is denoising.denoise else x, prior, 1e-10)
