"""Real digits: the quality promised, precision, the gate of lower rank, and memory."""

import tracemalloc

import numpy as np
import pytest

from course_lib import datasets, denoising, images
from tests.helpers import shipped_prior

DIGITS = datasets.digits("test")[0][::10]  # 100 that are held out, every label among them
PRIOR = shipped_prior(16, 11)


def quality(cleaned, clean):
    """Mean PSNR in dB after one clip, as every table of the course has it (P3)."""
    return images.psnr(np.clip(cleaned, 0, 255), clean).mean()


@pytest.mark.parametrize(("m", "K", "noise_std", "bar"), [
    (16, 11, 25, 26.6), (16, 11, 50, 22.3), (16, 11, 100, 18.5),
    (5, 50, 25, 29.7), (5, 50, 50, 25.2), (5, 50, 100, 20.6),
])  # fmt: skip
@pytest.mark.parametrize("seed", [0, 1])
def test_quality_on_held_out_digits(m, K, noise_std, bar, seed):
    """(P3): the bars of the project; over noise seeds such a mean spreads by 0.05 to 0.07 dB (m = 5)."""
    noisy = images.add_noise(DIGITS, noise_std, np.random.default_rng(seed))
    assert quality(denoising.denoise(noisy, shipped_prior(m, K), noise_std), DIGITS) >= bar


@pytest.mark.parametrize(("estimate", "noise_std"), [("mean", 1), ("mean", 25), ("sample", 25)])
def test_float32_agrees_with_float64(estimate, noise_std):
    """To 0.01 gray levels, as promised (seen: 5e-4), also of a sample, from the same draws."""
    noisy = images.add_noise(DIGITS[:30].astype(np.float32), noise_std, np.random.default_rng(0))
    arguments = [(noisy.astype(kind), np.random.default_rng(1)) for kind in (np.float32, np.float64)]
    single, double = (denoising.denoise(x, PRIOR, noise_std, estimate=estimate, rng=r) for x, r in arguments)
    assert single.dtype == np.float32 and double.dtype == np.float64
    np.testing.assert_allclose(single, double, atol=0.01, rtol=0)


def test_a_gate_of_64_directions_loses_little():
    """0.016 dB at sigma = 25; a gate of 8 directions would lose more than 0.1 dB."""
    noisy = images.add_noise(DIGITS, 25, np.random.default_rng(0))
    cleaned = (denoising.denoise(noisy, PRIOR, 25, gate_rank=rank) for rank in (None, 64, 8))
    whole, gated, narrow = (quality(images, DIGITS) for images in cleaned)
    assert abs(whole - gated) < 0.03 < 0.1 < whole - narrow


def extra_memory(noisy, prior, **options):
    """Peak bytes of a call beyond its result: tracemalloc sees every numpy array."""
    tracemalloc.start()
    result = denoising.denoise(noisy, prior, 25, **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - result.nbytes


def test_memory_does_not_grow_with_the_images():
    """All patches of 1000 digits would be 173 MB in float32, as much again each copy; 512 x 512 pixels
    take as much as 256 x 256 beyond the result, though the patches of the first fill 26 MB."""
    noisy = np.tile(datasets.digits("test")[0][:100].astype(np.float32), (10, 1, 1))
    denoising.denoise(noisy[:1], PRIOR, 25, gate_rank=64)
    some, all_of_them = (extra_memory(noisy[:n], PRIOR, gate_rank=64) for n in (100, 1000))
    assert 10**5 < all_of_them < 10**8  # an extra of nothing would mean that nothing was seen
    assert all_of_them < some + 10**7
    prior = shipped_prior(5, 5)
    large = np.random.default_rng(0).uniform(0, 255, (512, 512)).astype(np.float32)
    denoising.denoise(large[:8, :8], prior, 25)
    small, all_of_it = (extra_memory(large[:n, :n], prior) for n in (256, 512))
    assert 10**5 < all_of_it < 1.2 * small
