"""Sliders around the course's own functions. Every widget follows a figure that says the same without a kernel."""

import functools
import io

import ipywidgets
import numpy as np
from PIL import Image

from . import _checks, denoising, images, priors

ZOOM = 6
GAP = 2  # pixels between pictures, before the zoom


def denoising_view(clean, noise_std, patch_size, n_components):
    """One digit, its noisy version and what the prior makes of it, side by side, and a sentence about them.  (M6), (P3)

    The noise is the same at each call but for its width, so that two views differ by nothing else.

    Parameters
    ----------
    clean : array (H, W), gray levels
    noise_std : float above 0, sigma in gray levels
    patch_size, n_components : int, m and K of a shipped prior

    Returns
    -------
    picture : array (H, 3 W + 2 gaps) uint8, original, noisy and denoised, white between them; without the third if
        no prior of that m and K is shipped (none is fitted here)
    sentence : str, the PSNR in dB of both, or which K there are for this m

    Raises
    ------
    ValueError, TypeError
        If `clean` is not one image, or noise is not above zero.
    """
    clean = _checks.real_array("clean", clean, ("H", "W"), hint="choose one image of the stack")
    noisy = images.add_noise(clean, noise_std, np.random.default_rng(0))
    looks = {"noisy": np.clip(noisy, 0, 255)}
    ks = shipped_components(patch_size)
    if n_components in ks:
        restored = denoising.denoise(noisy, _prior(patch_size, n_components), noise_std)
        looks["denoised"] = np.clip(restored, 0, 255)
        sentence = ", ".join(f"{name} {images.psnr(look, clean):.1f} dB" for name, look in looks.items())
    else:
        remedy = f"for m = {patch_size} choose K from {_listed(ks)}" if ks else f"choose m from {_listed(shipped_sides())}"
        sentence = f"No prior with m = {patch_size} and K = {n_components} is shipped; {remedy}."
    return _side_by_side(clean, *looks.values()), sentence


def denoising_widget(digits, *, noise_std=25, patch_size=16, n_components=11):
    """Choose the digit, sigma, m and K; see original, noisy and denoised picture and the PSNR in dB.

    digits : array (N, H, W), gray levels, clean;  noise_std, patch_size, n_components : first values of sigma (gray
    levels), m and K  ->  ipywidgets.VBox, to be displayed
    """
    ks = sorted({K for _, K, _ in priors.SHIPPED})
    controls = {
        "digit": ipywidgets.IntSlider(0, 0, len(digits) - 1, description="picture"),
        "noise_std": ipywidgets.IntSlider(noise_std, 5, 150, 5, description="sigma"),
        "patch_size": ipywidgets.ToggleButtons(options=shipped_sides(), value=patch_size, description="m"),
        "n_components": ipywidgets.ToggleButtons(options=ks, value=n_components, description="K"),
    }
    for control in controls.values():
        if isinstance(control, ipywidgets.ToggleButtons):
            control.style.button_width = "4em"
    picture, sentence = ipywidgets.Image(format="png"), ipywidgets.Label()

    def update(change=None):
        chosen = {name: control.value for name, control in controls.items()}
        view, sentence.value = denoising_view(digits[chosen.pop("digit")], **chosen)
        picture.value = _png(view)

    for control in controls.values():
        control.observe(update, "value")
    update()
    return ipywidgets.VBox([*controls.values(), sentence, picture])


def shipped_sides():
    """The patch sides m of all shipped priors, rising."""
    return sorted({m for m, _, _ in priors.SHIPPED})


def shipped_components(patch_size):
    """The K for which a prior with m = patch_size is shipped, rising."""
    return sorted({K for m, K, _ in priors.SHIPPED if m == patch_size})


def _listed(numbers):
    return ", ".join(map(str, numbers))


_prior = functools.cache(priors.digit_prior)  # read once, so that a slider stays quick


def _side_by_side(*looks):
    """Pictures (H, W) next to each other as uint8, white between them."""
    white = np.full((looks[0].shape[0], GAP), 255.0)
    parts = [part for look in looks for part in (white, look)][1:]
    return np.round(np.concatenate(parts, axis=1)).astype(np.uint8)


def _png(view):
    """Bytes of a PNG, each pixel a square of ZOOM x ZOOM."""
    file = io.BytesIO()
    Image.fromarray(np.kron(view, np.ones((ZOOM, ZOOM), np.uint8))).save(file, "png", compress_level=1)
    return file.getvalue()
