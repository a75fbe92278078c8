"""What the numbers beside a widget must be, computed from the library for the values that its controls show."""

import numpy as np

from course_lib import datasets, denoising, gaussian, images, mixture, report, scene, windows
from tests.helpers import shipped_prior

ESTIMATES = {"mean": "mean", "most probable": "most_probable"}


def number(text):
    """The number that a readout begins with: '25 gray levels' -> 25."""
    return float(text.split()[0])


def whole(values, *names):
    return [int(number(values[name])) for name in names]


def conditioning_numbers(values, readout):
    """Mean and standard deviation of the first pixel in lesson 01 once the second was seen through noise."""
    (m1, m2), (s1, s2) = (120, 100), (30, 40)
    y, sigma, r = (number(values[name]) for name in ("seen y", "noise sigma", "correlation"))
    gain = r * s1 * s2 / (s2**2 + sigma**2)
    spread = max(s1**2 - gain * r * s1 * s2, 0) ** 0.5
    return {r"before, (-?[\d.]+) ±": m1 + gain * (y - m2), r"before, -?[\d.]+ ± ([\d.]+) after": spread}


def mixture_numbers(values, readout):
    """Weights after the look, and mean and standard deviation of the first pixel, in lesson 03."""
    priors = {
        "one pixel": mixture.Mixture([0.8, 0.2], [[20.0], [200.0]], [[[20.0**2]], [[30.0**2]]]),
        "two pixels, left one seen": mixture.Mixture(
            [0.5, 0.3, 0.2],
            [[25.0, 25.0], [205.0, 205.0], [200.0, 40.0]],
            [
                [[400.0, 200.0], [200.0, 400.0]],
                [[900.0, 600.0], [600.0, 900.0]],
                [[900.0, 0.0], [0.0, 400.0]],
            ],
        ),
    }
    prior, sigma = priors[values["prior of"]], number(values["noise sigma"])
    channel = gaussian.LinearGaussian(np.eye(1, prior.means.shape[1]), [0.0], [[sigma**2]])
    posterior = mixture.posterior(prior, channel, [number(values["observed y"])])
    wanted = {
        rf"Weights: (?:[^,]+, ){{{k}}}[^,]+? to (\d\.\d+)": weight
        for k, weight in enumerate(posterior.weights)
    }
    spread = r"pixel -?[\d.]+ ± [\d.]+ to "
    return wanted | {
        spread + r"(-?[\d.]+)": posterior.mean[0],
        spread + r"-?[\d.]+ ± ([\d.]+)": posterior.cov[0, 0] ** 0.5,
    }


def denoising_numbers(values, readout):
    """PSNR of the noisy and the denoised digit in lesson 05."""
    index, m, K = whole(values, "digit", "patch side m", "K")
    clean, sigma = datasets.digits("test")[0][::200][index], number(values["noise sigma"])
    noisy, prior = images.add_noise(clean, sigma, np.random.default_rng(0)), shipped_prior(m, K)
    if values["estimate"] in ESTIMATES:
        restored = denoising.denoise(noisy, prior, sigma, estimate=ESTIMATES[values["estimate"]])
    else:
        restored = report.literal_denoise(noisy, prior, sigma)
    dB = [images.psnr(np.clip(look, 0, 255), clean) for look in (noisy, restored)]
    return {r"noisy ([\d.]+) dB": dB[0], r"denoised ([\d.]+) dB": dB[1]}


def windows_numbers(values, readout):
    """Sum of the window in lesson 07, and how many pixels it has."""
    i, j, h, w = whole(values, "row i", "column j", "height h", "width w")
    total = windows.window_sums(datasets.background("camera", (40, 60)).round(), (h, w))[i, j]
    return {
        r"= ([\d,]+) gray levels, from 4": total,
        r"Pixel by pixel: ([\d,]+)": total,
        r"from ([\d,]+) pixel": h * w,
    }


def finding_numbers(values, readout):
    """Bound, noise and exact places in lesson 09, by `scene.fit` for the iteration that the readout tells."""
    n, rows, alpha = (
        int(number(values["pictures"])),
        int(number(values["face height"])),
        number(values["smoothing"]),
    )
    face, background = datasets.face(shape=(rows, round(rows * 14 / 18))), datasets.background("camera")
    positions = tuple(outer - inner + 1 for outer, inner in zip(background.shape, face.shape))
    truth = scene.Scene(face, background, number(values["noise"]), np.full(positions, 1 / np.prod(positions)))
    stack, places = scene.sample(truth, n, np.random.default_rng(0))
    how, _, seed = values["start"].partition(" ")
    begin = scene.start(stack, face.shape, how=how, rng=np.random.default_rng(int(seed)) if seed else None)
    hard, iteration = values["EM"] == "hard", int(readout.split()[1].rstrip(",:"))
    fit = (
        scene.fit(stack, face.shape, start=begin, hard=hard, smoothing=alpha, max_iter=iteration, tol=0)
        if iteration
        else None
    )
    at = fit.params if fit else begin
    q, bound = scene.e_step(stack, at, hard=hard)
    found = q if hard else np.stack(np.unravel_index(q.reshape(n, -1).argmax(axis=1), positions), axis=1)
    if not alpha:
        bound = fit.bounds[-1] if fit else bound
    numbers = {
        r"Noise found ([\d.]+)": at.noise_std,
        r"([\d,]+) of \d+ faces": (found == places).all(axis=1).sum(),
    }
    return numbers | ({} if alpha else {r"bound (-?[\d,.]+) nats": bound})


ORACLES = {
    "conditioning": conditioning_numbers,
    "mixture": mixture_numbers,
    "denoising": denoising_numbers,
    "windows": windows_numbers,
    "finding": finding_numbers,
}
