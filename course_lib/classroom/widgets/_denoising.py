"""One digit, its noisy version, and what a prior makes of it; for one patch, what the mixture believes."""

import functools

import numpy as np

from ... import checks, denoising, images, priors, report
from . import _board, _pictures

ZOOM = 6
PATCH_SIDE = 96  # pixels of a patch on the screen, about
ERROR_RANGE = 48  # gray levels at which the colours of an error end
PATCHES = "noisy patch", "its estimate"
ESTIMATES = {"mean": "mean", "most probable": "most_probable", "report's rule": "report"}

_read_shipped = functools.cache(priors.stored_prior)  # not of others: a user may fit them meanwhile


def denoising_view(clean, noise_std, patch_size, n_components, estimate="mean", row=14, column=14):
    """One digit: original, noisy, denoised, error; one patch: weights before and after.  (M2), (M6), (P3)

    The noise is the same at each call but for its width, so that two views differ by nothing else.

    clean : array (H, W), gray levels;  noise_std : sigma above 0;  patch_size, n_components : m, K of a prior
    estimate : "mean" (M4), "most_probable" (M5), or "report" for the first report's rule
    row, column : a pixel of the patch's centre; near the border the nearest patch that fits is taken
    ->  View: the digit's pictures; the patch, its estimate and the weights. The readout has the PSNR in dB.
    Without a stored prior of that m and K the note says which K there are, and nothing is fitted.
    """
    clean = checks.real_array("clean", clean, ("H", "W"), hint="choose one image of the stack")
    checks.choice("estimate", estimate, tuple(ESTIMATES.values()))
    sigma = checks.positive("noise_std", noise_std, unit="gray levels")
    m = checks.window("patch", (patch_size, patch_size), clean.shape, "image")[0]
    box = _choose_box(row, column, m, clean.shape)
    K = checks.count("n_components", n_components)
    prior = _read_shipped(m, K) if (m, K, 0) in priors.SHIPPED else priors.stored_prior(m, K)
    looks = {"original": clean, "noisy": images.add_noise(clean, sigma, np.random.default_rng(0))}
    if prior is None:
        return _board.View((_show_digits(looks, box),), note=_say_missing(m, K))
    estimated = functools.partial(denoising.denoise, estimate=estimate)
    restore = report.literal_denoise if estimate == "report" else estimated
    looks["denoised"] = restore(looks["noisy"], prior, sigma)
    shown = [np.clip(looks[name], 0, 255) for name in ("noisy", "denoised")]
    sheet = _show_digits(looks, box, error=shown[1] - clean)
    chart, sentence = _show_patch(looks["noisy"], prior, sigma, estimate, box)
    before, after = (images.psnr(picture, clean) for picture in shown)
    return _board.View((sheet, chart), f"PSNR: noisy {before:.1f} dB, denoised {after:.1f} dB. {sentence}")


def denoising_widget(digits, *, noise_std=25, patch_size=8, n_components=20, estimate="mean"):
    """Choose digit, sigma, m, K, estimate and patch; see pictures, error, PSNR in dB, weights of components.

    digits : array (N, H, W), gray levels, clean;  noise_std, patch_size, n_components, estimate : first sigma
    (a multiple of 5 up to 150), m, K and estimate, as in `denoising_view`  ->  Board
    """
    digits = checks.real_array(
        "digits", digits, ("N", "H", "W"), hint="stack images of one size to (N, H, W)"
    )
    (H, W), counts = digits.shape[1:], sorted({K for _, K, _ in priors.SHIPPED})
    controls = {
        "digit": _board.make_slider("digit", range(len(digits)), 0),
        "noise_std": _board.make_slider("noise sigma", range(5, 151, 5), noise_std, "gray levels"),
        "patch_size": _board.make_slider("patch side m", shipped_sides(), patch_size, "pixels"),
        "n_components": _board.make_slider("K", counts, n_components, "components"),
        "row": _board.make_slider("patch row", range(H), H // 2),
        "column": _board.make_slider("patch column", range(W), W // 2),
        "estimate": _board.make_choice("estimate", ESTIMATES, estimate),
    }
    descriptions = (
        "Four pictures: original, noisy and denoised digit, and the error, orange where it is too bright, "
        "blue where it is too dark.",
        "The chosen patch, noisy and denoised, and two bar charts: weights of the components before and "
        "after it was seen.",
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


def _say_missing(m, K):
    ks = shipped_components(m)
    choices = ", ".join(map(str, ks or shipped_sides()))
    remedy = f"for m = {m} choose K from {choices}" if ks else f"choose m from {choices}"
    fit = f"fit it once with priors.digit_prior({m}, {K})"
    return f"No prior with m = {m} and K = {K} is shipped; {remedy}, or {fit}."


def _choose_box(row, column, m, shape):
    """(row, column, m, m) of the patch around a pixel, moved inside the picture."""
    pixel = ("row", row, shape[0]), ("column", column, shape[1])
    at = [checks.count(name, place, minimum=0, maximum=length - 1) for name, place, length in pixel]
    top, left = (min(max(place - m // 2, 0), length - m) for place, length in zip(at, shape))
    return top, left, m, m


def _show_digits(looks, box, error=None):
    """The pictures beside each other, the patch framed; the error last."""
    panels = [(name, _pictures.show_gray(look, ZOOM)) for name, look in looks.items()]
    if error is not None:
        panels.append(("error (orange: too bright)", _pictures.show_signed(error, ERROR_RANGE, ZOOM)))
    return _pictures.caption([(name, _pictures.add_frame(picture, box, ZOOM)) for name, picture in panels])


def _show_patch(noisy, prior, noise_std, estimate, box):
    """Picture of the patch and of its components' weights, and a sentence about them.           (M2), (M6)"""
    row, column, m, _ = box
    y = noisy[row : row + m, column : column + m].reshape(1, -1)
    rule, taken = estimate == "report", None
    z, (weights,) = denoising.restore_and_weigh(y, prior, noise_std, estimate="mean" if rule else estimate)
    if rule:
        z = report.literal_denoise_patches(y, prior, noise_std)
        taken = report.literal_component(prior, noise_std)
    zoom = PATCH_SIDE // m  # at least 3: m of a prior is at most 28
    panels = [(name, _pictures.show_gray(x.reshape(m, m), zoom)) for name, x in zip(PATCHES, (y, z))]
    rows = [("prior weights", prior.weights, _pictures.SKY), ("posterior weights", weights, _pictures.BLUE)]
    chart = _pictures.caption([*panels, ("", _pictures.draw_bars(rows, marked=taken))])
    best = int(weights.argmax())
    sentence = (
        f"Patch of rows {row} to {row + m - 1}, columns {column} to {column + m - 1}: component {best} "
        f"has the largest weight, {weights[best]:.2f}; its prior weight is {prior.weights[best]:.2f}."
    )
    return chart, sentence + (f" The rule takes component {taken} for every patch." if rule else "")
