"""Posterior estimates of patches against `mixture.posterior`, patch by patch, and images against loops over patches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import _plan, denoising, mixture, patches
from course_lib.gaussian import LinearGaussian
from course_lib.mixture import Mixture
from tests.helpers import close, identity_channel, moments_agree, random_channel, random_mixture

CERTAIN = ("mean", "most_probable")


def gray_mixture(rng, K, D, rank=None):
    """A prior in gray levels: widths and distances of about 60, so that components overlap under noise of 40."""
    return random_mixture(rng, K, D, rank, scale=60.0, spread=60.0)


def brute(estimate, prior, channel, observed):
    """(M4) or (M5) from the whole posterior mixture of each observation."""
    restored = []
    for y in observed:
        posterior = mixture.posterior(prior, channel, y)
        k = posterior.weights.argmax()
        restored.append(posterior.mean if estimate == "mean" else posterior.means[k])
    return np.array(restored)


# Any channel


@settings(max_examples=40)
@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 6),
    st.integers(0, 99),
    st.sampled_from(CERTAIN),
)
def test_restore_is_the_posterior_of_every_observation(K, Dz, Dy, N, seed, estimate):
    """(M2), (M3) with (M4) or (M5) for a random channel of any shape, fewer and more rows than columns."""
    rng = np.random.default_rng(seed)
    prior, channel = random_mixture(rng, K, Dz), random_channel(rng, Dy, Dz)
    observed = 2 * rng.standard_normal((N, Dy))
    close(
        denoising.restore_patches(observed, prior, channel, estimate=estimate),
        brute(estimate, prior, channel, observed),
        1e-9,
    )


def test_restore_fills_missing_pixels():
    """(G8) with W a selection of rows and no noise: seen pixels come back, unseen ones as their conditional means (G2)."""
    rng = np.random.default_rng(0)
    prior, seen, unseen = random_mixture(rng, 1, 6), [0, 2, 5], [1, 3, 4]
    z = prior.sample(4, rng)
    channel = LinearGaussian(np.eye(6)[seen], np.zeros(3), np.zeros((3, 3)))
    mu, S = prior.means[0], prior.covs[0]
    filled = mu[unseen] + (z[:, seen] - mu[seen]) @ np.linalg.solve(
        S[np.ix_(seen, seen)], S[np.ix_(seen, unseen)]
    )
    restored = denoising.restore_patches(z[:, seen], prior, channel)
    close(restored[:, seen], z[:, seen])
    close(restored[:, unseen], filled)


def test_samples_of_restore_have_the_posterior_mean_and_covariance():
    """(M4) of one observation, 20 000 draws, 5 standard errors; both components take part."""
    rng = np.random.default_rng(1)
    prior, channel = random_mixture(rng, 2, 3, spread=0.7), random_channel(rng, 2, 3)
    y = channel.matrix @ prior.mean + channel.offset
    posterior = mixture.posterior(prior, channel, y)
    assert posterior.weights.min() > 0.1
    draws = denoising.restore_patches(
        np.tile(y, (20_000, 1)), prior, channel, estimate="sample", rng=np.random.default_rng(0)
    )
    moments_agree(draws, posterior.mean, posterior.cov)


def test_samples_of_restore_exist_for_a_singular_prior_and_little_noise():
    """(G8) as R -> 0: a sample stays within some standard deviations of noise of a patch that the prior can make."""
    rng = np.random.default_rng(18)
    prior = gray_mixture(rng, 3, 9, 2)
    z = prior.sample(5, rng)
    restored = denoising.restore_patches(z, prior, identity_channel(9, 0.01), estimate="sample", rng=rng)
    np.testing.assert_allclose(restored, z, atol=0.1)


# Independent noise


@pytest.mark.parametrize("D", [9, 36])
@pytest.mark.parametrize("rank", [None, 2])
@pytest.mark.parametrize("estimate", CERTAIN)
@pytest.mark.parametrize("noise_std", [0.5, 40.0, 300.0])
def test_denoise_is_the_posterior_of_every_patch(D, rank, estimate, noise_std):
    """(M6) is (M4) or (M5) with W = I, b = 0, R = sigma^2 I, for regular and singular covariances, tiny and other patches."""
    assert 9 <= _plan.TINY_PATCH < 36
    rng = np.random.default_rng(2)
    prior = gray_mixture(rng, 4, D, rank)
    x = prior.sample(30, rng) + noise_std * rng.standard_normal((30, D))
    wanted = brute(estimate, prior, identity_channel(D, noise_std), x)
    close(denoising.denoise_patches(x, prior, noise_std, estimate=estimate), wanted)


@pytest.mark.parametrize("estimate", CERTAIN)
def test_restore_through_the_identity_is_denoise(estimate):
    """(M6) against (G8), 500 patches at once."""
    rng = np.random.default_rng(3)
    prior = gray_mixture(rng, 5, 16)
    x = prior.sample(500, rng) + 40 * rng.standard_normal((500, 16))
    restored = denoising.restore_patches(x, prior, identity_channel(16, 40.0), estimate=estimate)
    close(denoising.denoise_patches(x, prior, 40.0, estimate=estimate), restored)


@pytest.mark.parametrize("rank", [None, 1])
def test_samples_of_denoise_have_the_posterior_mean_and_covariance(rank):
    """(M4) of one patch by Monte Carlo, regular and singular; 20 000 draws, 5 standard errors."""
    rng = np.random.default_rng(4)
    prior = random_mixture(rng, 2, 3, rank, scale=60.0, spread=30.0)
    posterior = mixture.posterior(prior, identity_channel(3, 40.0), prior.mean)
    assert posterior.weights.min() > 0.1
    same = np.tile(prior.mean, (20_000, 1))
    draws = denoising.denoise_patches(same, prior, 40.0, estimate="sample", rng=np.random.default_rng(0))
    moments_agree(draws, posterior.mean, posterior.cov)


def test_samples_repeat_with_the_seed_and_patches_draw_independently():
    prior = gray_mixture(np.random.default_rng(5), 3, 4)
    x = np.zeros((6, 4))
    draws = [
        denoising.denoise_patches(x, prior, 40, estimate="sample", rng=np.random.default_rng(seed))
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).all()
    assert len(np.unique(draws[0][:, 0])) == 6


def test_the_mean_has_the_least_square_error_and_a_sample_twice_that():
    """(M4), (M5) for 20 000 patches of the prior itself. A sample and the truth are two draws from one posterior, so that
    its expected square error is twice the posterior variance; differences are tested against 5 of their standard errors."""
    rng = np.random.default_rng(17)
    prior = gray_mixture(rng, 3, 4)
    z = prior.sample(20_000, rng)
    x = z + 60 * rng.standard_normal(z.shape)
    cleaned = (
        denoising.denoise_patches(x, prior, 60, estimate=estimate, rng=rng)
        for estimate in denoising.ESTIMATES
    )
    mean, most_probable, sample = (((c - z) ** 2).sum(1) for c in cleaned)

    def standard_scores(difference):
        return difference.mean() / (difference.std() / np.sqrt(len(difference)))

    assert standard_scores(most_probable - mean) > 5
    assert abs(standard_scores(sample - 2 * mean)) < 5


# Weights of the components


@pytest.mark.parametrize("D", [1, 9, 36])
@pytest.mark.parametrize("rank", [None, 1])
@pytest.mark.parametrize("noise_std", [0.5, 40.0, 300.0])
def test_weights_are_the_responsibilities_of_the_predictive_mixture(D, rank, noise_std):
    """(M2) through (G7), for regular and singular covariances; patches of the prior and some between its components."""
    rng = np.random.default_rng(20)
    prior = gray_mixture(rng, 4, D, rank)
    y = np.concatenate(
        [prior.sample(20, rng) + noise_std * rng.standard_normal((20, D)), rng.uniform(-200, 200, (5, D))]
    )
    wanted = mixture.responsibilities(mixture.predictive(prior, identity_channel(D, noise_std)), y)
    weights = denoising.component_weights(y, prior, noise_std)
    close(weights, wanted, 1e-9)  # differences of log densities of up to 1e5 nats
    close(weights.sum(axis=1), np.ones(25))


def test_weights_are_those_with_which_the_mean_is_made():
    """(M4): sum of weights times the components' posterior means."""
    rng = np.random.default_rng(21)
    prior, x = gray_mixture(rng, 3, 9), rng.uniform(0, 255, (6, 9))
    parts = [Mixture([1.0], [mu], [S]) for mu, S in zip(prior.means, prior.covs)]
    means = np.stack([denoising.denoise_patches(x, part, 40) for part in parts])
    weights = denoising.component_weights(x, prior, 40)
    close(np.einsum("nk,knd->nd", weights, means), denoising.denoise_patches(x, prior, 40))


def test_weights_of_a_far_patch_are_a_choice_and_no_nan():
    """(M2) in logarithms: all densities are zero in floating point."""
    prior = gray_mixture(np.random.default_rng(22), 3, 4)
    x = np.array([np.full(4, 2e6), np.full(4, -2e6)])
    weights = denoising.component_weights(x, prior, 40)
    chosen = mixture.responsibilities(mixture.predictive(prior, identity_channel(4, 40.0)), x).argmax(axis=1)
    np.testing.assert_array_equal(weights, np.eye(3)[chosen])


def test_weights_under_endless_noise_are_the_prior_s_and_a_component_without_weight_keeps_none():
    rng = np.random.default_rng(23)
    prior = gray_mixture(rng, 3, 9)
    padded = Mixture([*prior.weights, 0], [*prior.means, np.zeros(9)], [*prior.covs, np.eye(9)])
    x = rng.uniform(0, 255, (5, 9))
    close(denoising.component_weights(x, padded, 1e12), np.tile(padded.weights, (5, 1)))
    assert (denoising.component_weights(x, padded, 40)[:, 3] == 0).all()


def test_weights_are_computed_in_float64():
    prior = gray_mixture(np.random.default_rng(24), 3, 4)
    x = np.random.default_rng(25).uniform(0, 255, (5, 4)).astype(np.float32)
    weights = denoising.component_weights(x, prior, 40)
    assert weights.dtype == np.float64
    np.testing.assert_array_equal(weights, denoising.component_weights(x.astype(float), prior, 40))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"patches": np.zeros((2, 5))},
            ValueError,
            r"patches needs shape \(N, 4\); got \(2, 5\); the prior has 4 pixels a patch",
        ),
        ({"patches": np.zeros(4)}, ValueError, r"patches needs shape \(N, 4\); got \(4,\)"),
        (
            {"patches": np.full((2, 4), np.nan)},
            ValueError,
            "patches needs finite numbers; got 8 NaN or infinite of 8",
        ),
        ({"prior": None}, TypeError, "prior needs a Mixture; got NoneType; build one first"),
        (
            {"noise_std": 0},
            ValueError,
            "noise_std needs a finite number above 0 .*; got 0; give a positive one",
        ),
        (
            {"noise_std": 1e-200},
            ValueError,
            "noise_std needs a square that float64 holds, from 2.2e-308 to .*; got 1e-200",
        ),
        ({"noise_std": "25"}, TypeError, "noise_std needs one real number; got str '25'"),
        (
            {"patches": np.full((2, 4), 1e149), "noise_std": 1e-10},
            ValueError,
            "patches needs rows within reach of the mixture; got row 0",
        ),
    ],
)
@pytest.mark.filterwarnings("error")
def test_weights_of_bad_input_are_refused(changed, error, message):
    prior = Mixture([0.5, 0.5], [np.zeros(4), np.ones(4)], [1e-20 * np.eye(4)] * 2)
    with pytest.raises(error, match=message):
        denoising.component_weights(**(dict(patches=np.zeros((2, 4)), prior=prior, noise_std=40) | changed))


# Limits


@pytest.mark.parametrize("rank", [None, 2])
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_without_noise_the_patch_comes_back(rank, estimate):
    """(M6) as sigma -> 0, for patches that the prior can make. A sample is off by sigma = 1e-6, and in a null direction
    the eigenvalue is rounding, 1e-16 of the largest, not far below sigma^2: hence 1e-4 gray levels."""
    rng = np.random.default_rng(6)
    prior = gray_mixture(rng, 3, 9, rank)
    x = prior.sample(20, rng)
    cleaned = denoising.denoise_patches(x, prior, 1e-6, estimate=estimate, rng=rng)
    np.testing.assert_allclose(cleaned, x, atol=1e-4)


def test_under_endless_noise_the_prior_mean_is_left():
    """(M6) as sigma -> infinity: no patch says anything, and the responsibilities are the prior's weights."""
    rng = np.random.default_rng(7)
    prior = gray_mixture(rng, 3, 9)
    cleaned = denoising.denoise_patches(rng.uniform(0, 255, (5, 9)), prior, 1e12)
    close(cleaned, np.tile(prior.mean, (5, 1)))


def test_one_component_is_the_wiener_filter():
    """(M6) with K = 1: mu + S (S + sigma^2 I)^-1 (y - mu), by a general solver."""
    rng = np.random.default_rng(8)
    prior = gray_mixture(rng, 1, 16)
    x, mu, S = rng.uniform(0, 255, (7, 16)), prior.means[0], prior.covs[0]
    wiener = mu + (S @ np.linalg.solve(S + 40.0**2 * np.eye(16), (x - mu).T)).T
    for estimate in CERTAIN:
        close(denoising.denoise_patches(x, prior, 40, estimate=estimate), wiener)


def test_a_component_without_weight_is_as_if_absent():
    """(M2): ln 0 is no NaN."""
    rng = np.random.default_rng(9)
    prior = gray_mixture(rng, 2, 4)
    padded = Mixture([*prior.weights, 0], [*prior.means, np.zeros(4)], [*prior.covs, np.eye(4)])
    x = np.zeros((5, 4)) + rng.standard_normal((5, 4))
    for estimate in CERTAIN:
        close(
            denoising.denoise_patches(x, padded, 40, estimate=estimate),
            denoising.denoise_patches(x, prior, 40, estimate=estimate),
        )
    channel = identity_channel(4, 40.0)
    close(denoising.restore_patches(x, padded, channel), denoising.restore_patches(x, prior, channel))


def test_a_patch_far_from_every_component_still_has_a_posterior():
    """(M2) in logarithms: the densities are exp(-1e9), zero in floating point."""
    prior = gray_mixture(np.random.default_rng(10), 3, 4)
    x = np.full((2, 4), 2e6)
    close(denoising.denoise_patches(x, prior, 40), brute("mean", prior, identity_channel(4, 40.0), x))


# Images


def denoise_by_loops(image, prior, noise_std):
    """(P1), (M6), (P2): a posterior for every window, laid back pixel by pixel."""
    m = round(prior.means.shape[1] ** 0.5)
    total, count = np.zeros(image.shape), np.zeros(image.shape)
    for i in range(image.shape[0] - m + 1):
        for j in range(image.shape[1] - m + 1):
            window = (slice(i, i + m), slice(j, j + m))
            channel = identity_channel(m * m, noise_std)
            total[window] += mixture.posterior(prior, channel, image[window].ravel()).mean.reshape(m, m)
            count[window] += 1
    return total / count


@pytest.mark.parametrize(("H", "W", "m"), [(6, 5, 3), (4, 4, 4), (4, 7, 4), (3, 4, 1), (2, 5, 2)])
def test_denoise_is_a_loop_over_windows(H, W, m):
    """(P1), (M6), (P2) for a patch that fills the image, its height or one pixel."""
    rng = np.random.default_rng(11)
    prior = gray_mixture(rng, 3, m * m)
    stack = rng.uniform(-50, 300, (2, H, W))
    cleaned = denoising.denoise(stack, prior, 40)
    for image, one in zip(stack, cleaned, strict=True):
        close(one, denoise_by_loops(image, prior, 40.0))
        close(denoising.denoise(image, prior, 40), one)


@pytest.mark.parametrize("gate_rank", [None, 3])
@pytest.mark.parametrize("estimate", denoising.ESTIMATES)
def test_denoise_is_extract_denoise_average(estimate, gate_rank):
    """Options reach the patches; with few patches both take their random numbers in the same order."""
    rng = np.random.default_rng(12)
    prior, stack = gray_mixture(rng, 4, 9), rng.uniform(0, 255, (2, 8, 7))
    flat = patches.extract_patches(stack, 3).reshape(-1, 9)
    cleaned = denoising.denoise_patches(
        flat, prior, 40, estimate=estimate, gate_rank=gate_rank, rng=np.random.default_rng(0)
    )
    wanted = patches.average_patches(cleaned.reshape(2, 30, 9), (8, 7))
    close(
        denoising.denoise(
            stack, prior, 40, estimate=estimate, gate_rank=gate_rank, rng=np.random.default_rng(0)
        ),
        wanted,
    )


# Gate


def test_a_gate_of_full_rank_is_the_whole_gate():
    rng = np.random.default_rng(13)
    prior = gray_mixture(rng, 4, 9)
    x = prior.sample(50, rng) + 40 * rng.standard_normal((50, 9))
    for estimate in CERTAIN:
        close(
            denoising.denoise_patches(x, prior, 40, estimate=estimate, gate_rank=9),
            denoising.denoise_patches(x, prior, 40, estimate=estimate),
        )


@pytest.mark.parametrize("gate_rank", [1, 4])
def test_a_gate_weighs_the_leading_principal_components(gate_rank):
    """(M2) for the projected patch V'y, V the leading eigenvectors of the prior's covariance; then (M3) and (M4) with the whole."""
    rng = np.random.default_rng(14)
    prior = gray_mixture(rng, 3, 9)
    x = prior.sample(10, rng) + 40 * rng.standard_normal((10, 9))
    V = np.linalg.svd(prior.cov)[0][:, :gate_rank]
    seen = mixture.predictive(prior, LinearGaussian(V.T, np.zeros(gate_rank), 1600 * np.eye(gate_rank)))
    weights = mixture.responsibilities(seen, x @ V)
    means = np.array([mixture.posterior(prior, identity_channel(9, 40.0), y).means for y in x])
    close(
        denoising.denoise_patches(x, prior, 40, gate_rank=gate_rank), np.einsum("nk,nkd->nd", weights, means)
    )


# Invariances


@pytest.fixture
def case():
    rng = np.random.default_rng(15)
    return gray_mixture(rng, 4, 9), rng.uniform(0, 255, (5, 8, 7))


def change(prior, *, order=slice(None), pixels=slice(None), scale=1.0, shift=0.0):
    """The prior with its components and pixels in another order, in other units, on another zero."""
    means = scale * prior.means[order][:, pixels] + shift
    return Mixture(prior.weights[order], means, scale**2 * prior.covs[order][:, pixels][:, :, pixels])


@pytest.mark.parametrize("estimate", CERTAIN)
def test_order_zero_and_unit_do_not_matter(case, estimate):
    """(M6): permuted components, permuted images, an added constant, other units, transposed images with a transposed prior."""
    prior, stack = case
    transposed = np.arange(9).reshape(3, 3).T.ravel()
    cleaned = denoising.denoise(stack, prior, 40, estimate=estimate)

    def again(stack, prior, noise_std=40.0):
        return denoising.denoise(stack, prior, noise_std, estimate=estimate)

    close(again(stack, change(prior, order=[2, 0, 3, 1])), cleaned)
    close(again(stack[[3, 1, 4, 0, 2]], prior), cleaned[[3, 1, 4, 0, 2]])
    close(again(stack + 500, change(prior, shift=500)), cleaned + 500)
    close(again(stack / 255, change(prior, scale=1 / 255), 40 / 255), cleaned / 255)
    close(again(stack.transpose(0, 2, 1), change(prior, pixels=transposed)), cleaned.transpose(0, 2, 1))


@pytest.mark.parametrize("n", [1, 2, 7])
@pytest.mark.parametrize("gate_rank", [None, 2])
def test_a_call_with_many_images_is_many_calls(case, n, gate_rank, monkeypatch):
    """The 6 x 5 patches of an image are 45 numbers a row: blocks of two images, of 4 rows and 2, of 2 rows, of less than one."""
    prior, stack = case
    stack = np.concatenate([stack, stack[:2] + 1])
    wanted = np.array([denoising.denoise(image, prior, 40, gate_rank=gate_rank) for image in stack])
    kept = []  # alive, so that no call finds the answers of another in memory that it forgets to fill
    for numbers in (700, 200, 100, 1, 10**6):
        monkeypatch.setattr(_plan, "BLOCK_NUMBERS", numbers)
        kept.append(
            [denoising.denoise(stack[i : i + n], prior, 40, gate_rank=gate_rank) for i in range(0, 7, n)]
        )
        close(np.concatenate(kept[-1]), wanted)


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_patches_around_a_block_boundary(extra):
    """One patch less than a block, as many, one more, each as if alone."""
    rng = np.random.default_rng(16)
    block = _plan.BLOCK_NUMBERS // 36
    prior, x = gray_mixture(rng, 2, 36), rng.uniform(0, 255, (block + extra, 36))
    cleaned = denoising.denoise_patches(x, prior, 40)
    for i in (0, block - 2, block - 1, block):
        if i < len(x):
            close(cleaned[i], denoising.denoise_patches(x[i : i + 1], prior, 40)[0])
