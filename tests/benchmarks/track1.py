"""Track 1: denoising 100 digits and fitting a prior, as ratios to rivals and to the physical bound."""

from functools import partial

import numpy as np
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from course_lib import datasets, denoising, images, mixture, patches, priors, report

from .measure import ratios, seconds, times

SIGMA = 25.0


def digits_and_prior(m, K):
    """100 held-out digits, every tenth, clean and noisy (100, 28, 28) float32, and a shipped prior."""
    clean = datasets.digits("test")[0][::10].astype(np.float32)
    return clean, images.add_noise(clean, SIGMA, np.random.default_rng(0)), priors.digit_prior(m, K)


def gemm_of(patches_, prior, dtype=np.float32):
    """The bound: one bare matrix product of the size that a whole gate of full matrices needs."""
    K, D = prior.means.shape
    left = np.ascontiguousarray(patches_, dtype=dtype)
    right = np.random.default_rng(0).standard_normal((D, K * D)).astype(dtype)
    out = np.empty((len(left), K * D), dtype)
    return lambda: np.matmul(left, right, out=out)


def against_the_bound(m=16, K=11):
    """Whole images and patches alone beside the bare product; a gate in 64 directions, if m has more."""
    _, noisy, prior = digits_and_prior(m, K)
    cut = patches.extract_patches(noisy, m).reshape(-1, m * m)
    works = {
        "bare float32 GEMM": gemm_of(cut, prior),
        "patches, whole gate": lambda: denoising.denoise_patches(cut, prior, SIGMA),
        "images, whole gate": lambda: denoising.denoise(noisy, prior, SIGMA),
    }
    if m * m > 64:
        works["images, gate of rank 64"] = lambda: denoising.denoise(noisy, prior, SIGMA, gate_rank=64)
    return ratios(times(works), "bare float32 GEMM")


def against_other_methods(m=16, K=11):
    """Time of scikit-image's NL-means and total variation on the same images, as multiples of ours."""
    _, noisy, prior = digits_and_prior(m, K)
    unit, sigma = noisy / 255, SIGMA / 255
    works = {
        "ours": lambda: denoising.denoise(noisy, prior, SIGMA),
        "NL-means": lambda: [denoise_nl_means(x, patch_size=5, h=0.8 * sigma, sigma=sigma) for x in unit],
        "total variation": lambda: [denoise_tv_chambolle(x, weight=1.5 * sigma) for x in unit],
    }
    return ratios(times(works, rounds=3), "ours")


def against_the_literal_loop(m=16, K=11, n_patches=3):
    """How many times longer the report's loop takes: a few patches, extrapolated to all of 100 images."""
    _, noisy, prior = digits_and_prior(m, K)
    cut = patches.extract_patches(noisy, m).reshape(-1, m * m)
    few = cut[:: len(cut) // n_patches][:n_patches].astype(np.float64)
    works = {
        "ours": lambda: denoising.denoise(noisy, prior, SIGMA),
        "literal": lambda: report.literal_loop(few, prior, SIGMA),
    }
    return ratios(times(works, rounds=3), "ours")["literal"] * len(cut) / len(few)


def precision_and_gate(m=16, K=11):
    """Largest difference of float32 to float64 in gray levels, and dB lost by a gate of rank 64."""
    clean, noisy, prior = digits_and_prior(m, K)
    single, double = (denoising.denoise(noisy.astype(kind), prior, SIGMA) for kind in ("f4", "f8"))
    gated = denoising.denoise(noisy, prior, SIGMA, gate_rank=64)
    score = [images.psnr(np.clip(x, 0, 255), clean).mean() for x in (double, gated)]
    return float(np.abs(single - double).max()), float(score[0] - score[1])


def fit_growth(m=8, K=11, iterations=5):
    """Time of a fit with a fixed number of iterations as the patches double, relative to the first."""
    train, rng, sizes = datasets.digits("train")[0], np.random.default_rng(0), (2_500, 5_000, 10_000, 20_000)
    options = dict(max_iter=iterations, random_state=0, tol=1e-12)
    taken = []
    for n in sizes:
        work = partial(mixture.fit_quietly, patches.sample_patches(train, m, n, rng), K, **options)
        taken.append(min(seconds(work) for _ in range(3)))
    return {n: time / taken[0] for n, time in zip(sizes, taken)}
