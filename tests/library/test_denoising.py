"""Estimates of patches against `mixture.posterior`, one by one, and images against loops over patches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import _plan, denoising, mixture, patches
from course_lib.gaussian import LinearGaussian
from course_lib.mixture import Mixture
from tests.helpers import close, identity_channel, moments_agree, random_channel, random_mixture


def gray_mixture(rng, K, D, rank=None):
    """A prior in gray levels: widths and distances of about 60, so components overlap under noise of 40."""
    return random_mixture(rng, K, D, rank, scale=60.0, spread=60.0)


def pad(prior):
    """The same prior with a component of weight zero at its end."""
    D = prior.means.shape[1]
    return Mixture([*prior.weights, 0], [*prior.means, np.zeros(D)], [*prior.covs, np.eye(D)])


def brute(prior, channel, observed):
    """(M4) and (M5) from the whole posterior mixture of each observation."""
    posteriors = [mixture.posterior(prior, channel, y) for y in observed]
    most_probable = np.array([p.means[p.weights.argmax()] for p in posteriors])
    return {"mean": np.array([p.mean for p in posteriors]), "most_probable": most_probable}


@settings(max_examples=40)
@given(*[st.integers(1, most) for most in (4, 5, 5, 6)], st.integers(0, 99))
def test_restore_is_the_posterior_of_every_observation(K, Dz, Dy, N, seed):
    """(M2), (M3) with (M4) or (M5) for a random channel of any shape, fewer and more rows than columns."""
    rng = np.random.default_rng(seed)
    prior, channel = random_mixture(rng, K, Dz), random_channel(rng, Dy, Dz)
    observed = 2 * rng.standard_normal((N, Dy))
    for estimate, wanted in brute(prior, channel, observed).items():
        close(denoising.restore_patches(observed, prior, channel, estimate=estimate), wanted, 1e-9)


def test_restore_fills_missing_pixels():
    """(G8) with W a selection of rows, no noise: seen pixels come back, unseen ones by (G2)."""
    rng = np.random.default_rng(0)
    prior, seen, unseen = random_mixture(rng, 1, 6), [0, 2, 5], [1, 3, 4]
    z = prior.sample(4, rng)
    channel = LinearGaussian(np.eye(6)[seen], np.zeros(3), np.zeros((3, 3)))
    mu, S = prior.means[0], prior.covs[0]
    gain = np.linalg.solve(S[np.ix_(seen, seen)], S[np.ix_(seen, unseen)])
    restored = denoising.restore_patches(z[:, seen], prior, channel)
    close(restored[:, seen], z[:, seen])
    close(restored[:, unseen], mu[unseen] + (z[:, seen] - mu[seen]) @ gain)


@pytest.mark.parametrize(("channel", "rank"), [("any", None), ("identity", None), ("identity", 1)])
def test_samples_have_the_posterior_mean_and_covariance(channel, rank):
    """(M4) of one observation, 20 000 draws, 5 standard errors; both components take part."""
    rng = np.random.default_rng(1)
    prior = random_mixture(rng, 2, 3, rank, scale=60.0, spread=30.0)
    seen = identity_channel(3, 40.0) if channel == "identity" else random_channel(rng, 2, 3)
    y = seen.matrix @ prior.mean + seen.offset
    posterior = mixture.posterior(prior, seen, y)
    assert posterior.weights.min() > 0.1
    fast = channel == "identity"
    call, noise = (denoising.denoise_patches, 40) if fast else (denoising.restore_patches, seen)
    draws = call(np.tile(y, (20_000, 1)), prior, noise, estimate="sample", rng=np.random.default_rng(0))
    moments_agree(draws, posterior.mean, posterior.cov)


@pytest.mark.parametrize("D", [1, 9, 36])
@pytest.mark.parametrize("rank", [None, 2])
@pytest.mark.parametrize("noise_std", [0.5, 40.0, 300.0])
def test_denoise_is_the_posterior_of_every_patch(D, rank, noise_std):
    """(M6) is (M2) with (M4) or (M5) for W = I, b = 0, R = sigma^2 I: regular or singular, tiny or large."""
    assert 9 <= _plan.TINY_PATCH < 36
    rng = np.random.default_rng(2)
    prior, channel = gray_mixture(rng, 4, D, rank), identity_channel(D, noise_std)
    x = prior.sample(30, rng) + noise_std * rng.standard_normal((30, D))
    for estimate, wanted in brute(prior, channel, x).items():
        cleaned, weights = denoising.restore_and_weigh(x, prior, noise_std, estimate=estimate)
        close(cleaned, wanted)
        close(denoising.denoise_patches(x, prior, noise_std, estimate=estimate), cleaned, 1e-13)
        close(denoising.denoise_patches(x, pad(prior), noise_std, estimate=estimate), cleaned)
        close(denoising.restore_patches(x, pad(prior), channel, estimate=estimate), cleaned, 1e-9)
    y = np.concatenate([x, rng.uniform(-200, 200, (5, D))])
    wanted = mixture.responsibilities(mixture.predictive(prior, channel), y)
    close(denoising.component_weights(y, prior, noise_std), wanted, 1e-9)  # of differences up to 1e5 nats
    close(weights, wanted[:30], 1e-9)
    close(denoising.component_weights(y, pad(prior), noise_std)[:, :4], wanted, 1e-9)
    assert (denoising.component_weights(y, pad(prior), noise_std)[:, 4] == 0).all()


def test_a_plan_serves_the_picture_its_patches_and_their_weights():
    """A slider asks for all three at each step."""
    prior, x = gray_mixture(np.random.default_rng(3), 3, 9), np.zeros((4, 9))
    denoising.denoise(np.zeros((5, 5)), prior, 40)
    made = _plan.make.cache_info().misses
    for call in (denoising.denoise_patches, denoising.restore_and_weigh, denoising.component_weights):
        call(x, prior, 40)
    assert _plan.make.cache_info().misses == made
    denoising.denoise_patches(x, prior, 41)
    assert _plan.make.cache_info().misses == made + 1


def test_samples_repeat_with_the_seed_and_patches_draw_independently():
    prior, x = gray_mixture(np.random.default_rng(5), 3, 4), np.zeros((6, 4))
    options = [dict(estimate="sample", rng=np.random.default_rng(seed)) for seed in (0, 0, 1, 0)]
    first, again, other = (denoising.denoise_patches(x, prior, 40, **o) for o in options[:3])
    np.testing.assert_array_equal(first, again)
    assert (first != other).all() and len(np.unique(first[:, 0])) == 6
    np.testing.assert_array_equal(denoising.restore_and_weigh(x, prior, 40, **options[3])[0], first)


@pytest.mark.parametrize("rank", [None, 2])
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_without_noise_the_patch_comes_back(rank, estimate):
    """(M6) as sigma -> 0, for patches that the prior can make. A sample is off by sigma = 1e-6; in a null
    direction the eigenvalue is rounding, 1e-16 of the largest, not far below sigma^2: hence 1e-4."""
    rng = np.random.default_rng(6)
    prior = gray_mixture(rng, 3, 9, rank)
    x = prior.sample(20, rng)
    cleaned = denoising.denoise_patches(x, prior, 1e-6, estimate=estimate, rng=rng)
    np.testing.assert_allclose(cleaned, x, atol=1e-4)
    restored = denoising.restore_patches(x, prior, identity_channel(9, 0.01), estimate=estimate, rng=rng)
    np.testing.assert_allclose(restored, x, atol=0.1)  # (G8) as R -> 0


def test_under_endless_noise_the_prior_is_left():
    """(M6) as sigma -> infinity: no patch says anything; mean and responsibilities are the prior's."""
    rng = np.random.default_rng(7)
    prior = gray_mixture(rng, 3, 9)
    cleaned, weights = denoising.restore_and_weigh(rng.uniform(0, 255, (5, 9)), prior, 1e12)
    close(cleaned, np.tile(prior.mean, (5, 1)))
    close(weights, np.tile(prior.weights, (5, 1)))


def test_a_patch_far_from_every_component_still_has_a_posterior():
    """(M2) in logarithms: the densities are exp(-1e9), zero in floating point; the weights are a choice."""
    prior, channel = gray_mixture(np.random.default_rng(10), 3, 4), identity_channel(4, 40.0)
    x = np.array([np.full(4, 2e6), np.full(4, -2e6)])
    close(denoising.denoise_patches(x, prior, 40), brute(prior, channel, x)["mean"])
    chosen = mixture.responsibilities(mixture.predictive(prior, channel), x).argmax(axis=1)
    np.testing.assert_array_equal(denoising.component_weights(x, prior, 40), np.eye(3)[chosen])


@pytest.mark.parametrize("level", [0.0, 3e4, -1e6])
@pytest.mark.parametrize("gate_rank", [None, 3])
def test_float32_keeps_its_digits_at_any_level(level, gate_rank):
    """(M6): what float32 itself can hold there, half of the gap between its numbers, and 0.01 gray levels."""
    rng = np.random.default_rng(19)
    prior, gap = gray_mixture(rng, 4, 9), np.spacing(np.float32(abs(level) + 500))
    prior = change(prior, shift=level)
    stack = (prior.mean.mean() + rng.uniform(-200, 200, (5, 8, 7))).astype(np.float32)
    for call, x in ((denoising.denoise, stack), (denoising.denoise_patches, stack[:, :3, :3].reshape(-1, 9))):
        single, double = (call(x.astype(kind), prior, 25, gate_rank=gate_rank) for kind in ("f", "d"))
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, double, rtol=0, atol=0.01 + gap)


def by_patches(stack, m, *arguments, **options):
    """Extract, denoise, average: all patches of all images at once."""
    flat = patches.extract_patches(stack, m).reshape(-1, m * m)
    cleaned = denoising.denoise_patches(flat, *arguments, **options)
    return patches.average_patches(cleaned.reshape(len(stack), -1, m * m), stack.shape[1:])


@pytest.mark.parametrize(("H", "W", "m"), [(6, 5, 3), (4, 4, 4), (4, 7, 4), (3, 4, 1), (2, 5, 2)])
@pytest.mark.parametrize("gate_rank", [None, 1])
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_denoise_is_extract_denoise_average(estimate, gate_rank, H, W, m):
    """(P1), (M6), (P2) for a patch that fills the image, its height or one pixel. Options reach the patches;
    with few patches both take their random numbers in the same order."""
    rng = np.random.default_rng(11)
    prior, stack = gray_mixture(rng, 3, m * m), rng.uniform(-50, 300, (2, H, W))
    first, again = (dict(estimate=estimate, gate_rank=gate_rank, rng=np.random.default_rng(0)) for _ in "12")
    cleaned = denoising.denoise(stack, prior, 40, **first)
    close(cleaned, by_patches(stack, m, prior, 40, **again))
    if estimate != "sample":
        close(denoising.denoise(stack[1], prior, 40, **first), cleaned[1])


@pytest.mark.parametrize("gate_rank", [1, 4, 9])
def test_a_gate_weighs_the_leading_principal_components(gate_rank):
    """(M2) for the projected patch V'y, V the leading eigenvectors of the prior's covariance, or all, the
    whole gate; then (M3) and (M4) with the whole patch."""
    rng = np.random.default_rng(14)
    prior = gray_mixture(rng, 3, 9)
    x = prior.sample(10, rng) + 40 * rng.standard_normal((10, 9))
    V = np.linalg.svd(prior.cov)[0][:, :gate_rank]
    seen = mixture.predictive(prior, LinearGaussian(V.T, np.zeros(gate_rank), 1600 * np.eye(gate_rank)))
    weights = mixture.responsibilities(seen, x @ V)
    means = np.array([mixture.posterior(prior, identity_channel(9, 40.0), y).means for y in x])
    cleaned = denoising.denoise_patches(x, prior, 40, gate_rank=gate_rank)
    close(cleaned, np.einsum("nk,nkd->nd", weights, means))
    if gate_rank == 9:
        close(denoising.denoise_patches(x, prior, 40), cleaned)


def change(prior, *, order=slice(None), pixels=slice(None), scale=1.0, shift=0.0):
    """The prior with its components and pixels in another order, in other units, on another zero."""
    means = scale * prior.means[order][:, pixels] + shift
    return Mixture(prior.weights[order], means, scale**2 * prior.covs[order][:, pixels][:, :, pixels])


@pytest.mark.parametrize("estimate", ["mean", "most_probable"])
def test_order_zero_and_unit_do_not_matter(estimate):
    """(M6): permuted components and images, an added constant, other units, images and prior transposed."""
    rng = np.random.default_rng(15)
    prior, stack = gray_mixture(rng, 4, 9), rng.uniform(0, 255, (5, 8, 7))
    transposed = np.arange(9).reshape(3, 3).T.ravel()

    def clean(stack, prior, noise_std=40.0):
        return denoising.denoise(stack, prior, noise_std, estimate=estimate)

    cleaned = clean(stack, prior)
    close(clean(stack, change(prior, order=[2, 0, 3, 1])), cleaned)
    close(clean(stack[[3, 1, 4, 0, 2]], prior), cleaned[[3, 1, 4, 0, 2]])
    close(clean(stack + 500, change(prior, shift=500)), cleaned + 500)
    close(clean(stack / 255, change(prior, scale=1 / 255), 40 / 255), cleaned / 255)
    close(clean(stack.transpose(0, 2, 1), change(prior, pixels=transposed)), cleaned.transpose(0, 2, 1))


@pytest.mark.parametrize("shape", [(130, 28, 28), (1, 300, 280), (1, 4, 60_000)])
def test_blocks_of_images_and_strips_are_all_patches_once_each(shape):
    """Several images a block, several strips an image, a row of patches that is more than a block."""
    rng = np.random.default_rng(16)
    prior, stack = gray_mixture(rng, 2, 9), rng.uniform(0, 255, shape)
    assert 9 * shape[0] * (shape[1] - 2) * (shape[2] - 2) > _plan.BLOCK_NUMBERS
    close(denoising.denoise(stack, prior, 40), by_patches(stack, 3, prior, 40))
