"""Gray images: float64 arrays in gray levels 0..255, noise, and how far two images are apart.

Images are arrays (..., H, W), integers as well: whatever stands before the last two axes counts pictures.
Colours must be made gray and stacks (H, W, N) turned first; a last axis of at most 4 gets a warning. Both
functions raise ValueError or TypeError, naming the argument, for NaN, infinite or empty images, a wrong kind
of number, options out of range.
"""

import numpy as np

from . import checks

PEAK = 255.0


def add_noise(images, noise_std, rng):
    """Images plus independent Gaussian noise, neither clipped nor rounded; float64 (float32 for float32).

    A cast of noisy images to integers, or clipping, would bend the noise; do both once, at the end, for
    looking. `noise_std` is the standard deviation in gray levels, at least 0, `rng` a numpy.random.Generator.

    >>> add_noise(np.full((2, 3), 100), 25, np.random.default_rng(0)).round()[0]
    array([103.,  97., 116.])
    """
    images = checks.gray_images("images", images, (..., "H", "W"), keep_float32=True)
    checks.generator("rng", rng)
    options = dict(unit="gray levels", allow_zero=True, dtype=images.dtype)
    noise_std = checks.positive("noise_std", noise_std, **options)
    noise = rng.standard_normal(images.shape)
    noise *= noise_std
    noise += images
    return noise.astype(images.dtype, copy=False)


def psnr(estimate, truth, *, peak=PEAK):
    """Peak signal-to-noise ratio in dB of each image: PSNR = 10 log10(peak^2 / MSE).                     (P3)

    estimate, truth : (..., H, W) of one shape  ->  (...), a float for a single image

    MSE is the mean square error over an image, and PSNR infinite when it is 0; tables average the dB over
    images. `peak` is the largest gray level: pictures within 0..1 need peak=1, and get a warning at 255.

    >>> round(float(psnr(np.zeros((4, 4)), np.full((4, 4), 25.5))), 10)
    20.0
    """
    estimate = checks.gray_images("estimate", estimate, (..., "H", "W"))
    truth = checks.real_array("truth", truth, (..., "H", "W"))
    peak = checks.positive("peak", peak, unit="gray levels")
    if estimate.shape != truth.shape:
        came = f"{estimate.shape} and {truth.shape}"
        raise ValueError(f"estimate and truth need one shape; got {came}; compare image by image")
    seen = truth if truth.any() else estimate
    if peak == PEAK and 0 <= seen.min() and 0 < seen.max() <= 1:
        checks.warn(f"peak needs the largest gray level; got {peak:g} for pictures within 0..1; give peak=1")
    mse = np.mean((estimate - truth) ** 2, axis=(-2, -1))
    with np.errstate(divide="ignore"):
        return 20 * np.log10(peak) - 10 * np.log10(mse)
