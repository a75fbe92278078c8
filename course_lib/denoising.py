"""Posterior estimates of many patches under a mixture prior, and of whole images from them.

All functions raise ValueError or TypeError, naming the argument, before any work: for shapes that do not fit
the prior, values that are not finite, noise not above zero, an unknown estimate, a missing `rng`.

estimate : "mean" (M4), the least mean square error; "most_probable" (M5), the mean of the component with the
    largest weight; "sample", one draw from the posterior by `rng`, a numpy Generator (others do not need it).
"""

import numpy as np

from . import _plan, _weights, blas, checks, gaussian, linalg, mixture
from . import patches as patches_

ESTIMATES = ("mean", "most_probable", "sample")


def restore_patches(observed, prior, channel, *, estimate="mean", rng=None):
    """Clean patches from patches seen through any linear-Gaussian channel y = W z + b + noise.   (M2)-(M5)

    Gains, posterior covariances and Cholesky factors are computed once a component, not once a patch.

    observed : array (N, Dy)
    prior : Mixture (K, Dz)
    channel : LinearGaussian (Dy, Dz); W may select rows (missing pixels), blur, scale ...
    estimate, rng : as in the module
    ->  array (N, Dz), float64; ValueError if a W S_k W' + R is singular. O(K (Dz^3 + Dy^3 + N Dy (Dz + Dy)))
    """
    parts = mixture.components(prior)
    Dy = checks.instance("channel", channel, gaussian.LinearGaussian).offset.size
    y = checks.real_array("observed", observed, ("N", Dy))
    _check_estimate(estimate, rng)
    gaussian.predictive(parts[0], channel)  # raises if their shapes disagree
    W, b, R = channel.matrix, channel.offset, channel.noise_cov
    log_joint = np.empty((len(y), len(parts)))
    filters = []
    with blas.one_thread(max(W.shape)):
        for k, part in enumerate(parts):
            G, C, L = gaussian.gain(part.cov, W, R)
            log_joint[:, k] = prior.log_weights[k] + linalg.log_normal(y - W @ part.mean - b, L)
            filters.append((G, C))
        weights = _weights.choose(_weights.normalise("observed", log_joint), estimate, rng)
        restored = np.zeros((len(y), W.shape[1]))
        for k, (part, (G, C)) in enumerate(zip(parts, filters)):
            rows = np.flatnonzero(weights[:, k])
            z = part.mean + (y[rows] - W @ part.mean - b) @ G.T
            if estimate == "sample" and rows.size:
                z += gaussian.Gaussian(np.zeros(len(part.mean)), C).sample(rows.size, rng)
            restored[rows] += weights[rows, k, None] * z
    return restored


def denoise_patches(patches, prior, noise_std, *, estimate="mean", rng=None, gate_rank=None):
    """Clean patches from patches with independent Gaussian noise: W = I, b = 0, R = sigma^2 I.      (M6)

    patches : array (N, D), gray levels; float32 patches are computed in float32, all others in float64
    prior : Mixture (K, D); covariances may be singular
    noise_std : float above 0, sigma in gray levels
    estimate, rng : as in the module. Means and samples in float32 and float64 agree to 0.01 gray levels; the
        most probable component may differ where two are equally probable to rounding.
    gate_rank : None weighs the components by the whole patch; an int r by the patch's r leading principal
        components under the prior: fewer operations, for digits, m = 16, r = 64 at a cost of 0.02 dB.
    ->  array (N, D), float64 (float32 for float32 patches)

    The gate takes N K D^2 operations, half those of full matrix products, because the whitening factors are
    triangular (all of them up to 32 pixels), or N K r^2 in r directions. The filter takes 2 N D^2 for each
    component with more weight than rounding in a patch: one for "most_probable" and "sample" (its draw costs
    as much again), up to K for "mean" (digits, m = 16, K = 11, sigma = 25: between two and three).
    """
    x = _check_patches(patches, prior, keep_float32=True)
    plan = _make_plan(prior, noise_std, estimate, rng, gate_rank, x.dtype)
    with blas.one_thread(x.shape[1]):
        restored = _plan.restore(x - plan.level, plan, estimate, rng)
    restored += plan.level
    return restored


def component_weights(patches, prior, noise_std):
    """Posterior weights of the components for patches with independent Gaussian noise.           (M2), (M6)

    pi_k(y) proportional to pi_k N(y | mu_k, S_k + sigma^2 I);  arguments as in `denoise_patches`
    ->  array (N, K), float64, rows that sum to one; O(N K D^2)
    """
    return restore_and_weigh(checks.real_array("patches", patches), prior, noise_std)[1]


def restore_and_weigh(patches, prior, noise_std, *, estimate="mean", rng=None):
    """What `denoise_patches` makes of a few patches, and the weights with which it was made.       (M2), (M6)

    One gate serves both, and the plan behind it is kept for the next call with the same prior and noise.

    Arguments as in `denoise_patches`  ->  arrays (N, D) and (N, K), the posterior weights of the components
    """
    x = _check_patches(patches, prior, keep_float32=True)
    plan = _make_plan(prior, noise_std, estimate, rng, None, x.dtype)
    with blas.one_thread(x.shape[1]):
        x = x - plan.level
        weights = _plan.weigh(x, plan)
        return _plan.estimate_patches(x, weights, plan, estimate, rng) + plan.level, weights


def denoise(images, prior, noise_std, *, estimate="mean", rng=None, gate_rank=None):
    """Images with independent Gaussian noise, cleaned patch by patch and averaged.        (P1), (M6), (P2)

    images : array (H, W) or (N, H, W), gray levels, neither clipped nor rounded, at least as large as a patch
    prior : Mixture (K, m*m) of patches
    noise_std, estimate, rng, gate_rank : as in `denoise_patches`
    ->  array of the same shape, not clipped; float64 (float32 for float32 images)

    Works on blocks of images, and on strips of large ones: patches, m*m numbers a pixel, never fill more than
    a block of memory, or one row of patches if that is more.
    """
    hint = "stack images of one size to (N, H, W)"
    images = checks.gray_images("images", images, (..., "H", "W"), keep_float32=True, hint=hint)
    if images.ndim > 3:
        raise ValueError(f"images needs shape (H, W) or (N, H, W); got {images.shape}; stack or split them")
    D = checks.instance("prior", prior, mixture.Mixture).means.shape[1]
    m = patches_.side(D, "prior", images.shape[-2:])
    plan = _make_plan(prior, noise_std, estimate, rng, gate_rank, images.dtype)
    stack = images.reshape(-1, *images.shape[-2:]) - plan.level
    total = np.zeros_like(stack)
    with blas.one_thread(D):
        for part in _split(stack.shape, m):
            block = patches_.cut(stack[part], m)
            x = _plan.restore(block.reshape(-1, D), plan, estimate, rng)
            total[part] += patches_.add_patches(x.reshape(block.shape), total[part].shape[1:])
    total /= patches_.coverage(stack.shape[1:], m)
    total += plan.level
    return total.reshape(images.shape)


def _split(shape, m):
    """Slices of a stack (N, H, W) whose m x m patches are all patches, once each, and fill a block."""
    N, H, W = shape
    I, row = H - m + 1, (W - m + 1) * m * m
    rows = min(I, max(1, _plan.BLOCK_NUMBERS // row))
    size = max(1, _plan.BLOCK_NUMBERS // (row * rows))
    for start in range(0, N, size):
        for top in range(0, I, rows):
            yield slice(start, start + size), slice(top, min(top + rows, I) + m - 1)


def _check_patches(patches, prior, **options):
    D = checks.instance("prior", prior, mixture.Mixture).means.shape[1]
    return checks.real_array(
        "patches", patches, ("N", D), hint=f"the prior has {D} pixels a patch", **options
    )


def _check_estimate(estimate, rng):
    checks.choice("estimate", estimate, ESTIMATES)
    if estimate == "sample":
        checks.generator("rng", rng)


def _make_plan(prior, noise_std, estimate, rng, gate_rank, dtype):
    """The plan for these options, checked in the precision in which they are used."""
    unit = "standard deviation in gray levels"
    noise_std = checks.positive("noise_std", noise_std, unit=unit, dtype=dtype)
    largest, most = np.abs(prior.means).max(), checks.WITHIN[np.dtype(dtype).name][1]
    if largest > most:
        raise ValueError(
            f"prior needs means within {most:g} in {dtype}; got {largest:.3g}; give the images in float64"
        )
    _check_estimate(estimate, rng)
    if gate_rank is not None:
        gate_rank = checks.count("gate_rank", gate_rank, maximum=prior.means.shape[1])
    return _plan.make(prior, noise_std, gate_rank, np.dtype(dtype), estimate == "sample")
