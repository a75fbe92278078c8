"""One digit, its noisy version, and what a prior makes of it; for one patch, what the mixture believes."""

import functools

import numpy as np

from ... import checks, denoising, images, priors, report
from . import _board, _pictures

ZOOM = 6
PATCH_SIDE = 96  # pixels of a patch on the screen, about
ERROR_RANGE = 128  # gray levels at which the colours of an error end
ESTIMATES = {"mean": "mean", "most probable": "most_probable", "report's rule": "report"}


def denoising_view(clean, noise_std, patch_size, n_components, estimate="mean", row=14, column=14):
    """One digit: original, noisy, denoised, error; one patch: weights before and after.  (M2), (M6), (P3)

    The noise is the same at each call but for its width, so that two views differ by nothing else.

    Parameters
    ----------
    clean : array (H, W), gray levels
    noise_std : float above 0, sigma in gray levels
    patch_size, n_components : int, m and K of a stored prior
    estimate : "mean" (M4), "most_probable" (M5), or "report" for the first report's rule
    row, column : int, a pixel of the patch's centre; near the border the nearest patch that fits is taken

    Returns
    -------
    View: the digit's pictures; the patch, its estimate and the weights. The readout has the PSNR in dB.
    Without a stored prior of that m and K the note says which K there are, and nothing is fitted.

    Raises
    ------
    ValueError, TypeError
        If `clean` is not one image, the patch is larger than it, the noise is not above zero, or for another
        estimate.
    """
    clean = checks.real_array("clean", clean, ("H", "W"), hint="choose one image of the stack")
    checks.choice("estimate", estimate, tuple(ESTIMATES.values()))
    m = checks.window("patch", (patch_size, patch_size), clean.shape, "image")[0]
    noisy = images.add_noise(clean, noise_std, np.random.default_rng(0))
    box = _box(row, column, m, clean.shape)
    start = [("original", clean), ("noisy", noisy)]
    prior = _prior(m, n_components)
    if prior is None:
        return _board.View((_digits(start, box),), note=_missing(m, n_components))
    restored = _restored(noisy, prior, noise_std, estimate)
    dB = {
        name: images.psnr(np.clip(look, 0, 255), clean)
        for name, look in (("noisy", noisy), ("denoised", restored))
    }
    sheet = _digits([*start, ("denoised", restored)], box, error=np.clip(restored, 0, 255) - clean)
    chart, sentence = _patch(noisy, prior, noise_std, estimate, box)
    readout = ", ".join(f"{name} {value:.1f} dB" for name, value in dB.items())
    return _board.View((sheet, chart), f"PSNR: {readout}. {sentence}")


def denoising_widget(digits, *, noise_std=25, patch_size=8, n_components=20, estimate="mean"):
    """Choose digit, sigma, m, K, estimate and patch; see pictures, error, PSNR in dB, weights of components.

    digits : array (N, H, W), gray levels, clean;  noise_std, patch_size, n_components, estimate : first
    values of sigma (gray levels, a multiple of 5 up to 150), m, K and the estimate, as in `denoising_view`
    ->  Board, to be displayed
    """
    digits = checks.real_array(
        "digits", digits, ("N", "H", "W"), hint="stack images of one size to (N, H, W)"
    )
    H, W = digits.shape[1:]
    controls = {
        "digit": _board.slider("digit", range(len(digits)), 0),
        "noise_std": _board.slider("noise sigma", range(5, 151, 5), noise_std, "gray levels"),
        "patch_size": _board.slider("patch side m", shipped_sides(), patch_size, "pixels"),
        "n_components": _board.slider(
            "K", sorted({K for _, K, _ in priors.SHIPPED}), n_components, "components"
        ),
        "row": _board.slider("patch row", range(H), H // 2),
        "column": _board.slider("patch column", range(W), W // 2),
        "estimate": _board.choice("estimate", ESTIMATES, estimate),
    }
    descriptions = (
        "Four pictures: original, noisy and denoised digit, and the error, orange where it is too bright, blue where too dark.",
        "The chosen patch, noisy and denoised, and two bar charts: weights of the components before and after it was seen.",
    )

    def view(digit, **values):
        return denoising_view(digits[digit], **values)

    return _board.Board("denoising", controls, view, descriptions)


def shipped_sides():
    """The patch sides m of all shipped priors, rising."""
    return sorted({m for m, _, _ in priors.SHIPPED})


def shipped_components(patch_size):
    """The K for which a prior with m = patch_size is shipped, rising."""
    return sorted({K for m, K, _ in priors.SHIPPED if m == patch_size})


def _missing(m, K):
    ks = shipped_components(m)
    remedy = f"for m = {m} choose K from {_listed(ks)}" if ks else f"choose m from {_listed(shipped_sides())}"
    return f"No prior with m = {m} and K = {K} is shipped; {remedy}, or fit it once with priors.digit_prior({m}, {K})."


def _listed(numbers):
    return ", ".join(map(str, numbers))


def _prior(m, K):
    """The stored prior, read once if it is shipped; one that the user fits meanwhile is found as well."""
    return _shipped_prior(m, K) if (m, K, 0) in priors.SHIPPED else priors.stored_prior(m, K)


_shipped_prior = functools.cache(priors.stored_prior)


def _restored(noisy, prior, noise_std, estimate):
    if estimate == "report":
        return report.literal_denoise(noisy, prior, noise_std)
    return denoising.denoise(noisy, prior, noise_std, estimate=estimate)


def _box(row, column, m, shape):
    """(row, column, m, m) of the patch around a pixel, moved inside the picture."""
    top, left = (min(max(at - m // 2, 0), length - m) for at, length in zip((row, column), shape))
    return top, left, m, m


def _digits(looks, box, error=None):
    """The pictures beside each other, the patch framed; the error last."""
    panels = [(name, _pictures.gray(look, ZOOM)) for name, look in looks]
    if error is not None:
        panels.append(("error (orange: too bright)", _pictures.signed(error, ERROR_RANGE, ZOOM)))
    return _pictures.captioned([(name, _pictures.frame(picture, box, ZOOM)) for name, picture in panels])


def _patch(noisy, prior, noise_std, estimate, box):
    """Picture of the patch and of its components' weights, and a sentence about them.  (M2), (M6)"""
    row, column, m, _ = box
    y = noisy[row : row + m, column : column + m].reshape(1, -1)
    weights = denoising.component_weights(y, prior, noise_std)[0]
    taken, best, where = (
        None,
        int(weights.argmax()),
        f"rows {row} to {row + m - 1}, columns {column} to {column + m - 1}",
    )
    if estimate == "report":
        z, taken = (
            report.literal_denoise_patches(y, prior, noise_std),
            report.literal_component(prior, noise_std),
        )
    else:
        z = denoising.denoise_patches(y, prior, noise_std, estimate=estimate)
    zoom = PATCH_SIDE // m  # at least 3: m of a prior is at most 28
    shown = [
        (name, _pictures.gray(x.reshape(m, m), zoom)) for name, x in (("noisy patch", y), ("its estimate", z))
    ]
    rows = [("prior weights", prior.weights, _pictures.SKY), ("posterior weights", weights, _pictures.BLUE)]
    chart = _pictures.captioned([*shown, ("", _pictures.bars(rows, marked=taken))])
    sentence = (
        f"Patch of {where}: component {best} has the largest weight, {weights[best]:.2f}; "
        f"its prior weight is {prior.weights[best]:.2f}."
    )
    if taken is not None:
        sentence += f" The rule takes component {taken} for every patch."
    return chart, sentence
