"""Gray images: float64 arrays in gray levels 0..255, noise, and how far two images are apart."""

import numpy as np

from . import checks

PEAK = 255.0


def add_noise(images, noise_std, rng):
    """Images plus independent Gaussian noise, neither clipped nor rounded.

    Clipping or a cast to integers here would bend the noise; do both once, at the end, for looking.

    Parameters
    ----------
    images : array (..., H, W), gray levels 0..255; integers work as well.
    noise_std : float, standard deviation of the noise in gray levels, at least 0.
    rng : numpy.random.Generator

    Returns
    -------
    array (..., H, W), float64 (float32 for float32 images)

    Raises
    ------
    ValueError, TypeError
        For NaN or infinite pixels, a shape below two axes, a negative noise, a wrong `rng`.

    Examples
    --------
    >>> import numpy as np
    >>> noisy = add_noise(np.full((2, 3), 100), 25, np.random.default_rng(0))
    >>> noisy.shape, noisy.dtype
    ((2, 3), dtype('float64'))
    """
    images = checks.real_array("images", images, (..., "H", "W"), keep_float32=True)
    noise_std = checks.positive("noise_std", noise_std, unit="gray levels", allow_zero=True)
    checks.generator("rng", rng)
    noise = rng.standard_normal(images.shape)
    noise *= noise_std
    noise += images
    return noise.astype(images.dtype, copy=False)


def psnr(estimate, truth, *, peak=PEAK):
    """Peak signal-to-noise ratio in dB of each image.                                    (P3)

    PSNR = 10 log10(peak^2 / MSE), with the mean square error MSE over the image; infinite when MSE = 0.
    Tables average these dB over images.

    Parameters
    ----------
    estimate, truth : arrays (..., H, W) of one shape, gray levels.
    peak : float, largest gray level.

    Returns
    -------
    array (...), dB; a float for a single image

    Raises
    ------
    ValueError
        If the shapes differ, or as in `add_noise`.

    Examples
    --------
    >>> import numpy as np
    >>> float(psnr(np.zeros((4, 4)), np.full((4, 4), 25.5)))
    20.0
    """
    estimate = checks.real_array("estimate", estimate, (..., "H", "W"))
    truth = checks.real_array("truth", truth, (..., "H", "W"))
    peak = checks.positive("peak", peak, unit="gray levels")
    if estimate.shape != truth.shape:
        raise ValueError(
            f"estimate and truth need one shape; got {estimate.shape} and {truth.shape}; compare image by image"
        )
    mse = np.mean((estimate - truth) ** 2, axis=(-2, -1))
    with np.errstate(divide="ignore"):
        return 10 * np.log10(peak**2 / mse)
