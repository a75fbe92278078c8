"""What the denoising functions accept, what they return it in, and what they refuse before any work."""

import re

import numpy as np
import pytest

from course_lib import _plan, denoising
from course_lib.gaussian import Gaussian, LinearGaussian
from course_lib.mixture import Mixture
from tests.bad_images import BAD_IMAGES
from tests.helpers import IN_AND_OUT, close, identity_channel, random_mixture, relaid

PRIOR = random_mixture(np.random.default_rng(0), 3, 4, scale=60.0, spread=60.0)
CHANNEL = identity_channel(4, 40.0)
STACK = np.random.default_rng(1).integers(0, 256, (3, 5, 4))


@pytest.fixture
def no_work(monkeypatch):
    """Whatever computes, fails."""

    def work(*args):
        raise AssertionError("the arguments were not checked first")

    monkeypatch.setattr(_plan, "make", work)
    monkeypatch.setattr(denoising.gaussian, "gain", work)


# Accepted


@pytest.mark.parametrize(("dtype", "returned"), IN_AND_OUT)
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_float32_is_computed_in_float32_and_all_else_in_float64(dtype, returned, estimate):
    """Integers up to 255 are exact in all of these, so that the float64 results are the same to the last bit."""

    def call(function, x, **options):
        return function(x, PRIOR, 40, estimate=estimate, rng=np.random.default_rng(0), **options)

    for function, x in ((denoising.denoise, STACK), (denoising.denoise_patches, STACK.reshape(-1, 4))):
        for gate_rank in (None, 2):
            found = call(function, x.astype(dtype), gate_rank=gate_rank)
            assert found.dtype == returned and found.shape == x.shape
            if returned == "float64":
                np.testing.assert_array_equal(found, call(function, x.astype(float), gate_rank=gate_rank))
            elif estimate != "sample":  # numpy draws other numbers in float32
                np.testing.assert_allclose(
                    found, call(function, x.astype(float), gate_rank=gate_rank), atol=0.01
                )
    restored = denoising.restore_patches(
        x.astype(dtype), PRIOR, CHANNEL, estimate=estimate, rng=np.random.default_rng(0)
    )
    assert restored.dtype == np.float64


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_inputs_are_left_alone_and_results_are_new_and_writable(dtype, estimate):
    stack = STACK.astype(dtype)
    stack.flags.writeable = False
    x = stack.reshape(-1, 4)
    prior = Mixture(PRIOR.weights, PRIOR.means, PRIOR.covs)
    options = dict(estimate=estimate, rng=np.random.default_rng(0))
    results = [
        denoising.denoise(stack, prior, 40, **options),
        denoising.denoise(stack[0], prior, 40, **options),
        denoising.denoise_patches(x, prior, 40, **options),
        denoising.restore_patches(x, prior, CHANNEL, **options),
    ]
    np.testing.assert_array_equal(stack, STACK)
    for name in ("weights", "means", "covs"):
        np.testing.assert_array_equal(getattr(prior, name), getattr(PRIOR, name))
    for result in results:
        assert result.flags.writeable and not np.shares_memory(result, stack)


def test_every_call_has_its_own_result():
    """What does not depend on the patches is kept between calls, what is returned is not."""
    for function, x in ((denoising.denoise, STACK), (denoising.denoise_patches, STACK.reshape(-1, 4))):
        first = function(x, PRIOR, 40)
        kept = first.copy()
        second = function(x, PRIOR, 40)
        first[:] = np.nan
        np.testing.assert_array_equal(second, kept)
        np.testing.assert_array_equal(function(x, PRIOR, 40), kept)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_memory_order_will_do(dtype):
    stack = STACK.astype(dtype)
    wanted = denoising.denoise(stack, PRIOR, 40)
    rtol = 1e-5 if dtype == "float32" else 1e-10
    for same in relaid(stack):
        close(denoising.denoise(same, PRIOR, 40), wanted, rtol)
    x = stack.reshape(-1, 4)
    wanted = denoising.denoise_patches(x, PRIOR, 40)
    for same in relaid(x):
        close(denoising.denoise_patches(same, PRIOR, 40), wanted, rtol)
        close(denoising.restore_patches(same, PRIOR, CHANNEL), wanted, rtol)


# Refused


@pytest.mark.parametrize(("bad", "error", "message"), BAD_IMAGES)
def test_bad_images_are_refused(bad, error, message, no_work):
    with pytest.raises(error, match="images " + message):
        denoising.denoise(bad, PRIOR, 40)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 2, 5, 4), "images needs shape (H, W) or (N, H, W); got (2, 2, 5, 4); stack or split them"),
        ((), "images needs shape (H, W) or (N, H, W); got ()"),
        (
            (3, 1, 9),
            "images needs at least 2 x 2 pixels, the patches of the prior; got (3, 1, 9); use a prior of smaller patches",
        ),
        ((9, 1), "images needs at least 2 x 2 pixels, the patches of the prior; got (9, 1)"),
        ((3, 0, 4), "images needs shape (..., H, W); got (3, 0, 4); give at least one"),
    ],
)
def test_images_of_a_wrong_shape_are_refused(shape, message, no_work):
    with pytest.raises(ValueError, match=re.escape(message)):
        denoising.denoise(np.zeros(shape), PRIOR, 40)


def test_a_prior_of_patches_that_are_not_square_is_refused(no_work):
    with pytest.raises(
        ValueError, match="prior needs square patches; got 5 pixels a patch; fit it on m x m patches"
    ):
        denoising.denoise(np.zeros((9, 9)), random_mixture(np.random.default_rng(0), 2, 5), 40)


BAD_PATCHES = [
    (np.zeros((3, 9)), ValueError, r"needs shape \(N, 4\); got \(3, 9\)"),
    (np.zeros(4), ValueError, r"needs shape \(N, 4\); got \(4,\)"),
    (np.zeros((2, 3, 4)), ValueError, r"needs shape \(N, 4\); got \(2, 3, 4\)"),
    (np.zeros((0, 4)), ValueError, r"needs shape \(N, 4\); got \(0, 4\)"),
    (np.full((2, 4), -np.inf), ValueError, "needs finite numbers; got 8 NaN or infinite of 8"),
    (np.zeros((2, 4), complex), TypeError, "needs real numbers; got dtype complex128"),
    ([["a"] * 4], TypeError, "needs real numbers; got dtype <U1"),
    ([[0.0] * 4, [0.0] * 3], ValueError, "needs parts of one shape; got parts of different shapes"),
]


@pytest.mark.parametrize(("bad", "error", "message"), BAD_PATCHES)
def test_bad_patches_are_refused(bad, error, message, no_work):
    with pytest.raises(error, match="patches " + message):
        denoising.denoise_patches(bad, PRIOR, 40)
    with pytest.raises(error, match="observed " + message):
        denoising.restore_patches(bad, PRIOR, CHANNEL)


def test_patches_that_do_not_fit_are_told_what_the_prior_has():
    with pytest.raises(ValueError, match="the prior has 4 pixels a patch"):
        denoising.denoise_patches(np.zeros((3, 9)), PRIOR, 40)


OPTIONS = [
    (dict(noise_std=0), ValueError, r"noise_std needs a finite number above 0 (standard deviation in gray levels); got 0; give a positive one"),
    (dict(noise_std=-25), ValueError, "noise_std needs a finite number above 0 (standard deviation in gray levels); got -25"),
    (dict(noise_std=np.nan), ValueError, "got nan"),
    (dict(noise_std=np.inf), ValueError, "got inf"),
    (dict(noise_std=1e-200), ValueError, "noise_std needs a square that float64 holds, from 2.2e-308 to 1.8e+308; got 1e-200; check its unit"),
    (dict(noise_std=1e160), ValueError, "noise_std needs a number of at most 1e+150; got 1e+160; choose another unit"),
    (dict(noise_std="25"), TypeError, "noise_std needs one real number; got str '25'"),
    (dict(noise_std=[25, 25]), TypeError, "noise_std needs one real number; got list [25, 25]"),
    (dict(noise_std=25j), TypeError, "noise_std needs one real number; got complex 25j"),
    (dict(estimate="map"), ValueError, "estimate needs one of 'mean', 'most_probable', 'sample'; got str 'map'; choose one of them"),
    (dict(estimate=None), ValueError, "estimate needs one of 'mean', 'most_probable', 'sample'; got NoneType None"),
    (dict(estimate="sample"), TypeError, "rng needs a numpy.random.Generator; got NoneType None; pass np.random.default_rng(seed)"),
    (dict(estimate="sample", rng=0), TypeError, "rng needs a numpy.random.Generator; got int 0"),
    (dict(gate_rank=0), ValueError, "gate_rank needs a whole number from 1 to 4; got 0"),
    (dict(gate_rank=5), ValueError, "gate_rank needs a whole number from 1 to 4; got 5"),
    (dict(gate_rank=2.0), TypeError, "gate_rank needs a whole number; got float 2.0; give an int"),
    (dict(prior="prior"), TypeError, "prior needs a Mixture; got str"),
    (dict(prior=Gaussian(np.zeros(4), np.eye(4))), TypeError, "prior needs a Mixture; got Gaussian"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "error", "message"), OPTIONS)
def test_bad_options_are_refused(options, error, message, no_work):
    options = dict(prior=PRIOR, noise_std=40) | options
    with pytest.raises(error, match=re.escape(message)):
        denoising.denoise(STACK, **options)
    with pytest.raises(error, match=re.escape(message)):
        denoising.denoise_patches(STACK.reshape(-1, 4), **options)


RESTORE_OPTIONS = [case for case in OPTIONS if not {"noise_std", "gate_rank"} & set(case[0])] + [
    (dict(channel=25), TypeError, "channel needs a LinearGaussian; got int; build one first"),
    (dict(channel=identity_channel(9, 40.0)), ValueError, "observed needs shape (N, 9); got (15, 4)"),
    (
        dict(channel=LinearGaussian(np.ones((4, 3)), np.zeros(4), np.eye(4))),
        ValueError,
        "channel.matrix needs 4 columns",
    ),
]


@pytest.mark.parametrize(("options", "error", "message"), RESTORE_OPTIONS)
def test_bad_options_of_restore_are_refused(options, error, message, no_work):
    with pytest.raises(error, match=re.escape(message)):
        denoising.restore_patches(STACK.reshape(-1, 4), **(dict(prior=PRIOR, channel=CHANNEL) | options))


def test_restore_without_noise_refuses_a_singular_prior():
    """(G8) needs W S W' + R invertible for every component."""
    singular = random_mixture(np.random.default_rng(0), 2, 4, 2)
    with pytest.raises(
        ValueError,
        match="W S W' . R needs to be positive definite; got a singular matrix .*more noise_cov makes it so",
    ):
        denoising.restore_patches(
            np.zeros((3, 4)), singular, LinearGaussian(np.eye(4), np.zeros(4), np.zeros((4, 4)))
        )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [1e149, -1e149])
@pytest.mark.parametrize("side", [2, 6])
def test_pixels_beyond_floating_point_are_refused_and_do_not_become_nan(value, side):
    """Squares overflow: for tiny patches and for large ones, which have sums of their own."""
    D = side**2
    x = np.full((3, D), 100.0)
    x[1, 0] = value
    prior = Mixture([0.5, 0.5], [np.zeros(D), np.ones(D)], [1e-20 * np.eye(D)] * 2)
    for restore in (
        lambda: denoising.denoise_patches(x, prior, 1e-10),
        lambda: denoising.denoise(x.reshape(3, side, side), prior, 1e-10),
        lambda: denoising.restore_patches(x, prior, identity_channel(D, 1e-10)),
    ):
        with pytest.raises(
            ValueError, match="needs rows within reach of the mixture; got row 1 with a log density of -inf"
        ):
            restore()
