"""Exercises of lesson 05: the whole picture and its score.  (P1)-(P3)"""

import numpy as np

from ... import denoising, images, patches
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake

# 05.4 the whole method


def _pictures(rng):
    def case(what, H, W, m, K, sigma):
        prior = _instances.mixture_prior(rng, K, m * m, scale=60.0)
        noisy = 255 * (rng.random((H, W)) > 0.6) + sigma * rng.normal(size=(H, W))
        return Case(what, (noisy, m, lambda v: denoising.denoise_patches(v, prior, sigma)))

    return [
        case("a picture of 6 x 8 pixels and m = 3", 6, 8, 3, 2, 60.0),
        case("a picture of 7 x 5 pixels and m = 2", 7, 5, 2, 3, 40.0),
        case("a prior of one component", 6, 6, 2, 1, 80.0),
        case("windows of one pixel", 4, 5, 1, 2, 60.0),
        case("a window as large as the picture", 3, 3, 3, 2, 60.0),
    ]


def _whole(noisy, m, restore):
    return np.clip(_unclipped(noisy, m, restore), 0, 255)


def _unclipped(noisy, m, restore):
    return patches.average_patches(restore(patches.extract_patches(noisy, m)), noisy.shape)


def _last_wins(noisy, m, restore):
    picture = np.empty(noisy.shape)
    for n, patch in enumerate(restore(patches.extract_patches(noisy, m))):
        i, j = divmod(n, noisy.shape[1] - m + 1)
        picture[i : i + m, j : j + m] = patch.reshape(m, m)
    return np.clip(picture, 0, 255)


def _summed(noisy, m, restore):
    return patches.add_patches(restore(patches.extract_patches(noisy, m)), noisy.shape)


PICTURE = Exercise(
    "05.4",
    "the whole method",
    ("picture (H, W)",),
    _pictures,
    _whole,
    (
        Mistake("your picture is not clipped to 0..255", _unclipped),
        Mistake(
            "you clipped the noisy picture; the noise must stay symmetric",
            lambda g, m, f: _whole(np.clip(g, 0, 255), m, f),
        ),
        Mistake(
            "you clipped every patch; once, at the end",
            lambda g, m, f: _whole(g, m, lambda v: np.clip(f(v), 0, 255)),
        ),
        Mistake("the overlaps are added up, not averaged", lambda g, m, f: np.clip(_summed(g, m, f), 0, 255)),
        Mistake(
            "you divide by m^2 everywhere; a pixel at the border lies in fewer patches",
            lambda g, m, f: np.clip(_summed(g, m, f) / m**2, 0, 255),
        ),
        Mistake(
            "that is the noisy picture again: were the patches restored?", lambda g, m, f: np.clip(g, 0, 255)
        ),
        Mistake("the last patch overwrites the earlier ones", _last_wins),
        Mistake(
            "your picture was cast to whole gray levels", lambda g, m, f: _whole(g, m, f).astype(np.uint8)
        ),
        Mistake(
            "your gray levels end at 1; here they run to 255",
            lambda g, m, f: np.clip(_unclipped(g, m, f), 0, 1),
        ),
    ),
)


# 05.5 PSNR


def _pairs(rng):
    def case(what, H, W, peak, error=0.1):
        truth = peak * rng.random((H, W))
        return Case(what, (truth + error * peak * rng.normal(size=(H, W)), truth, peak))

    equal = rng.uniform(0, 255, size=(3, 4))
    dark, bright = (rng.integers(low, low + 90, size=(4, 5)).astype(np.uint8) for low in (0, 150))
    return [
        case("two pictures in gray levels", 5, 4, 255.0),
        case("two pictures on 0..1, peak = 1", 4, 6, 1.0),
        case("a single pixel", 1, 1, 255.0),
        case("a picture so wrong that the PSNR is negative", 3, 3, 255.0, error=20.0),
        Case("two equal pictures", (equal, equal.copy(), 255.0)),
        Case("two pictures of bytes, peak = 250", (dark, bright, 250.0)),
    ]


def _psnr(estimate, truth, peak):
    return images.psnr(estimate, truth, peak=peak)


def _unless_bytes(answer):
    """The mistake, or whatever comes of it where bytes wrap: who makes it may have that trouble, too."""
    return lambda estimate, truth, peak: ANY if truth.dtype == np.uint8 else answer(estimate, truth, peak)


def _decibels(score):
    """The mistake that is score(MSE, peak)."""
    return _unless_bytes(lambda estimate, truth, peak: score(np.mean((estimate - truth) ** 2), peak))


PSNR = Exercise(
    "05.5",
    "PSNR",
    ("decibels ()",),
    _pairs,
    _psnr,
    (
        Mistake(
            "that is the natural logarithm; decibels use base 10",
            _decibels(lambda e, peak: 10 * np.log(peak**2 / e)),
        ),
        Mistake(
            "20 goes with amplitudes; your ratio is one of squares",
            _decibels(lambda e, peak: 20 * np.log10(peak**2 / e)),
        ),
        Mistake(
            "10 goes with squares, yours are amplitudes",
            _decibels(lambda e, peak: 10 * np.log10(peak / np.sqrt(e))),
        ),
        Mistake(
            "the error has a root that the peak has not",
            _decibels(lambda e, peak: 10 * np.log10(peak**2 / np.sqrt(e))),
        ),
        Mistake("the peak is not squared, the error is", _decibels(lambda e, peak: 10 * np.log10(peak / e))),
        Mistake("the factor 10 is missing: those are bels", _decibels(lambda e, peak: np.log10(peak**2 / e))),
        Mistake(
            "the sign is turned: better means more decibels",
            _decibels(lambda e, peak: 10 * np.log10(e / peak**2)),
        ),
        Mistake("your peak is 255 whatever was given", _decibels(lambda e, peak: 10 * np.log10(255**2 / e))),
        Mistake(
            "the square error is summed, not averaged",
            _unless_bytes(lambda x, truth, peak: 10 * np.log10(peak**2 / np.sum((x - truth) ** 2))),
        ),
        Mistake(
            "that is the mean error, not the mean square error",
            _unless_bytes(lambda x, truth, peak: 10 * np.log10(peak**2 / np.mean(np.abs(x - truth)))),
        ),
        Mistake(
            "your peak is the brightest pixel of the picture; the peak is an argument",
            _unless_bytes(lambda x, truth, peak: _psnr(x, truth, truth.max())),
        ),
        Mistake("right until the pictures are bytes: in bytes, 3 - 5 is 254", _unless_bytes(_psnr)),
        Mistake(
            "for two equal pictures there is no error; which number is larger than every other?",
            lambda x, truth, peak: _psnr(x, truth, peak) if (x != truth).any() else ANY,
        ),
    ),
)
