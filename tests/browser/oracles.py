"""What the numbers beside a widget must be, by the library, for the values that its controls show."""

import numpy as np

from course_lib import datasets, denoising, gaussian, images, mixture, report, scene, windows
from tests.helpers import shipped_prior

PRIORS = {
    "one pixel": mixture.Mixture([0.8, 0.2], [[20.0], [200.0]], [[[20.0**2]], [[30.0**2]]]),
    "two pixels, left one seen": mixture.Mixture(
        [0.5, 0.3, 0.2],
        [[25.0, 25.0], [205.0, 205.0], [200.0, 40.0]],
        [[[400.0, 200.0], [200.0, 400.0]], [[900.0, 600.0], [600.0, 900.0]], [[900.0, 0.0], [0.0, 400.0]]],
    ),
}  # fmt: skip


def read(values, *names, kind=float):
    """The numbers that readouts begin with: '25 gray levels' -> 25."""
    return [kind(float(values[name].split()[0])) for name in names]


def conditioning_numbers(values, readout):
    """Mean and standard deviation of the first pixel in lesson 01 once the second was seen through noise."""
    (m1, m2), (s1, s2) = (120, 100), (30, 40)
    y, sigma, r = read(values, "seen y", "noise sigma", "correlation")
    gain = r * s1 * s2 / (s2**2 + sigma**2)
    spread = max(s1**2 - gain * r * s1 * s2, 0) ** 0.5
    return {r"before, (-?[\d.]+) ±": m1 + gain * (y - m2), r"before, -?[\d.]+ ± ([\d.]+) after": spread}


def mixture_numbers(values, readout):
    """Weights after the look, and mean and standard deviation of the first pixel, in lesson 03."""
    prior, (y, sigma) = PRIORS[values["prior of"]], read(values, "observed y", "noise sigma")
    channel = gaussian.LinearGaussian(np.eye(1, prior.means.shape[1]), [0.0], [[sigma**2]])
    posterior = mixture.posterior(prior, channel, [y])
    name = r"Weights: (?:[^,]+, ){%d}[^,]+? to (\d\.\d+)"
    wanted = {name % k: weight for k, weight in enumerate(posterior.weights)}
    before = r"pixel -?[\d.]+ ± [\d.]+ to "
    moments = posterior.mean[0], posterior.cov[0, 0] ** 0.5
    return wanted | dict(zip((before + r"(-?[\d.]+)", before + r"-?[\d.]+ ± ([\d.]+)"), moments))


def denoising_numbers(values, readout):
    """PSNR of the noisy and the denoised digit in lesson 05."""
    index, m, K, sigma = read(values, "digit", "patch side m", "K", "noise sigma", kind=int)
    clean, prior = datasets.digits("test")[0][::200][[2, 0, 1, 3, 4][index]], shipped_prior(m, K)
    noisy = images.add_noise(clean, sigma, np.random.default_rng(0))
    if values["estimate"] == "report's rule":
        restored = report.literal_denoise(noisy, prior, sigma)
    else:
        estimate = values["estimate"].replace(" ", "_")
        restored = denoising.denoise(noisy, prior, sigma, estimate=estimate)
    dB = [images.psnr(np.clip(look, 0, 255), clean) for look in (noisy, restored)]
    return {r"noisy ([\d.]+) dB": dB[0], r"denoised ([\d.]+) dB": dB[1]}


def windows_numbers(values, readout):
    """Sum of the window in lesson 07, and how many pixels it has."""
    i, j, h, w = read(values, "row i", "column j", "height h", "width w", kind=int)
    total = windows.window_sums(datasets.background("camera", (40, 60)).round(), (h, w))[i, j]
    sums = {r"= ([\d,]+) gray levels, from 4": total, r"Pixel by pixel: ([\d,]+)": total}
    return sums | {r"from ([\d,]+) pixel": h * w}


def finding_numbers(values, readout):
    """Bound, noise and exact places in lesson 09, by `scene.fit` for the iteration that the readout tells."""
    n, rows, sigma = read(values, "pictures", "face height", "noise", kind=int)
    (alpha,), hard = read(values, "smoothing"), values["EM"] == "hard"
    face, background = datasets.face(shape=(rows, round(rows * 14 / 18))), datasets.background("camera")
    positions = tuple(np.subtract(background.shape, face.shape) + 1)
    truth = scene.Scene(face, background, sigma, np.full(positions, 1 / np.prod(positions)))
    stack, places = scene.sample(truth, n, np.random.default_rng(0))
    how, _, seed = values["start"].partition(" ")
    at = scene.start(stack, face.shape, how=how, rng=np.random.default_rng(int(seed)) if seed else None)
    bound, steps = scene.e_step(stack, at, hard=hard)[1], int(readout.split()[1].rstrip(",:"))
    if steps:
        how = {"hard": hard, "smoothing": alpha, "max_iter": steps, "tol": 0}
        fit = scene.fit(stack, face.shape, start=at, **how)
        at, bound = fit.params, fit.bounds[-1]
    exact = (scene.e_step(stack, at, hard=True)[0] == places).all(axis=1).sum()
    numbers = {r"Noise found ([\d.]+)": at.noise_std, r"([\d,]+) of \d+ faces": exact}
    return numbers | ({} if alpha else {r"bound (-?[\d,.]+) nats": bound})


ORACLES = dict(conditioning=conditioning_numbers, mixture=mixture_numbers, denoising=denoising_numbers)
ORACLES |= dict(windows=windows_numbers, finding=finding_numbers)
