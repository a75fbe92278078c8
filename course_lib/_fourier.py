"""Correlation by real Fourier transforms, step by step, for those who keep the spectra."""

import numpy as np
from scipy import fft


def spectra(images):
    """Real Fourier transform over the last two axes at fast lengths: (..., H, W) -> (..., H', W'/2+1)."""
    return fft.rfft2(images, s=padded(images.shape[-2:]))


def spectrum_of(template, shape):
    """Conjugate spectrum of a template in pictures of `shape`: it makes a product a correlation.    (S7)"""
    return np.conj(fft.rfft2(template, s=padded(shape)))


def inverse_rows(product, shape, template_shape):
    """The valid part (..., I, J) of the correlation whose spectrum is `product`, which is overwritten.

    First along the rows' axis, then only the I rows that are wanted.
    """
    I, J = shape[0] - template_shape[0] + 1, shape[1] - template_shape[1] + 1
    rows = fft.ifft(product, axis=-2, overwrite_x=True)[..., :I, :]
    return fft.irfft(rows, n=padded(shape)[1], axis=-1)[..., :J]


def padded(shape):
    """Lengths of at least `shape` whose transforms are fast; zeros beyond it change no position that fits."""
    return fft.next_fast_len(shape[0]), fft.next_fast_len(shape[1], real=True)


def correlation_sum(transformed, weights, shape, template_shape):
    """sum over k and d of weights_k(d) X_k[window d]; one inverse transform serves all pictures.    (S9)

    transformed spectra of X (n, H', W'/2+1), weights (n, I, J), shape and template_shape  ->  (h, w)
    """
    return corner(cross_spectrum(transformed, weights, shape), shape, template_shape)


def cross_spectrum(transformed, weights, shape):
    """The spectrum (H', W'/2+1) of `correlation_sum`; those of several stacks may be added."""
    H, W = padded(shape)
    rows = fft.ihfft(weights, n=W, axis=-1, norm="forward")  # unscaled inverses of real weights: conjugates
    product = fft.ifft(rows, n=H, axis=-2, norm="forward", overwrite_x=True)
    product *= transformed
    return product.sum(axis=0)


def corner(spectrum, shape, template_shape):
    """The first (h, w) entries of what has this spectrum."""
    return fft.irfft2(spectrum, s=padded(shape))[: template_shape[0], : template_shape[1]]
