"""Track 2: one iteration of EM for a scene, beside bare transforms, scipy's convolution and plain loops."""

import statistics
import tracemalloc
from functools import partial

import numpy as np
from scipy import fft
from scipy.signal import fftconvolve

from course_lib import scene
from course_lib.scene import _pictures, _sums

from .measure import ratios, seconds, times

SIZES = ((60, 100, 200, 75, 75), (500, 28, 40, 10, 10))  # pictures, H, W, h, w
GROWTH = {
    "pictures double": [(n, 40, 60, 18, 14) for n in (50, 100, 200, 400)],
    "pixels grow four times": [(50, 40 * k, 60 * k, 18, 14) for k in (1, 2, 4, 8)],
    "the face grows": [(50, 80, 120, side, side) for side in (5, 20, 40, 75)],
}


def pictures_of(N, H, W, h, w):
    """Random pictures of a random scene, and the scene."""
    rng = np.random.default_rng(0)
    I, J = H - h + 1, W - w + 1
    face, background = rng.uniform(0, 255, (h, w)), rng.uniform(0, 255, (H, W))
    truth = scene.Scene(face, background, 30, np.full((I, J), 1 / (I * J)))
    return scene.sample(truth, N, rng)[0], truth


def bare_transforms(images):
    """The bound: one forward and one inverse real transform of the stack."""
    return lambda: fft.irfft2(fft.rfft2(images), s=images.shape[1:])


def iteration(images, begin, *, hard=False):
    """One E-step, M-step and bound as `scene.fit` does them, with the spectra of the pictures kept."""
    pictures = _pictures.Pictures(images, begin.face.shape, images.mean(), keep=True)
    return lambda: scene.update(_sums.accumulate(pictures, begin, hard), begin)


def against_the_bound(N, H, W, h, w):
    """An iteration, soft and hard, kept spectra or by the public functions, beside the bare transforms.

    Settled pictures, one position each to rounding, are spared the transforms; at the start q is spread.
    """
    images, begin = pictures_of(N, H, W, h, w)

    def by_public_functions():
        return scene.m_step(images, scene.e_step(images, begin)[0], (h, w), previous=begin)

    works = {
        "bare rfft2 + irfft2": bare_transforms(images),
        "iteration of fit, soft, settled": iteration(images, begin),
        "iteration of fit, soft, at the start": iteration(images, scene.start(images, (h, w))),
        "iteration of fit, hard": iteration(images, begin, hard=True),
        "statistics + update": lambda: scene.update(scene.statistics(images, begin), begin),
        "e_step + m_step": by_public_functions,
    }
    return ratios(times(works, rounds=9), "bare rfft2 + irfft2")


def iteration_of_fit(N, H, W, h, w):
    """An iteration as a user sees it, ten more of them in a fit: from the mean start, and at the end.

    A large array is made and freed first, as any notebook has done: in a fresh process the bare transforms
    pay for new memory and the ratio is half as large.
    """
    images, truth = pictures_of(N, H, W, h, w)
    np.ones(3_000_000)
    found = {}
    for name, begin in {"from the mean start": scene.start(images, (h, w)), "from the truth": truth}.items():
        fit = partial(scene.fit, images, (h, w), start=begin, tol=0)
        fits = {n: partial(fit, max_iter=n) for n in (2, 12)}
        taken = times({"bare": bare_transforms(images), **fits}, rounds=9)
        rounds = zip(taken["bare"], taken[2], taken[12])
        found[name] = statistics.median((c - b) / 10 / a for a, b, c in rounds)
    return found


def per_image_iteration(images, begin):
    """The same iteration, a picture at a time, its correlations by scipy.signal.fftconvolve."""
    N, H, W = images.shape
    (h, w), s = begin.face.shape, begin.noise_std
    ones, F, B = np.ones((h, w)), begin.face, begin.background
    face, hidden, counts, bound = np.zeros((h, w)), np.zeros((H, W)), np.zeros(begin.positions), 0.0
    for X in images:
        covered = fftconvolve(B * (2 * X - B), ones, mode="valid")
        logit = fftconvolve(X, F[::-1, ::-1], mode="valid") - 0.5 * covered
        logit = (logit - 0.5 * (F**2).sum()) / s**2 + begin.log_prior
        top = logit.max()
        q = np.exp(logit - top)
        bound += top + np.log(q.sum()) - ((X - B) ** 2).sum() / (2 * s**2)
        q /= q.sum()
        counts += q
        face += fftconvolve(X, q[::-1, ::-1], mode="valid")
        hidden += X * fftconvolve(q, ones)
    shown = N - fftconvolve(counts, ones)
    background = (images.sum(axis=0) - hidden) / shown
    C = (images**2).sum() - (shown * background**2).sum() - (face**2).sum() / N
    bound -= 0.5 * N * H * W * np.log(2 * np.pi * s**2)
    return bound, counts / N, face / N, background, np.sqrt(C / (N * H * W))


def loop_iteration(images, begin):
    """The same iteration by plain loops over pictures and positions: no sums are shared."""
    N, H, W = images.shape
    (h, w), s = begin.face.shape, begin.noise_std
    I, J = begin.positions
    face, counts, C, bound = np.zeros((h, w)), np.zeros((I, J)), 0.0, 0.0
    seen, shown = np.zeros((2, H, W))
    posterior = np.empty((N, I, J))
    for k, X in enumerate(images):
        joint = np.empty((I, J))
        for i, j in np.ndindex(I, J):
            joint[i, j] = -((X - scene.paste(begin.face, begin.background, (i, j))) ** 2).sum() / (2 * s**2)
        joint += begin.log_prior - 0.5 * H * W * np.log(2 * np.pi * s**2)
        top = joint.max()
        posterior[k] = np.exp(joint - top)
        bound += top + np.log(posterior[k].sum())
        posterior[k] /= posterior[k].sum()
        counts += posterior[k]
        for i, j in np.ndindex(I, J):
            weight = np.full((H, W), posterior[k, i, j])
            face += posterior[k, i, j] * X[i : i + h, j : j + w]
            weight[i : i + h, j : j + w] = 0
            seen += weight * X
            shown += weight
    face, background = face / N, np.where(shown > 0, seen / np.maximum(shown, 1e-9), begin.background)
    for k, X in enumerate(images):
        for i, j in np.ndindex(I, J):
            C += posterior[k, i, j] * ((X - scene.paste(face, background, (i, j))) ** 2).sum()
    return bound, counts / N, face, background, np.sqrt(C / (N * H * W))


def against_others(N, H, W, h, w, n_loop=2):
    """Times of the others as multiples of ours; the loops on a few pictures, extrapolated."""
    images, begin = pictures_of(N, H, W, h, w)
    ours, few = iteration(images, begin), images[:n_loop]
    new, theirs = ours(), partial(per_image_iteration, images, begin)
    for found, wanted in zip(theirs()[1:], (new.prior, new.face, new.background, new.noise_std)):
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)
    taken = times({"ours": ours, "scipy.signal.fftconvolve a picture": theirs}, rounds=3)
    loops = seconds(lambda: loop_iteration(few, begin)) / min(taken["ours"]) * N / n_loop
    return ratios(taken, "ours") | {"plain loops (extrapolated)": loops}


def growth(sizes):
    """Time of an iteration for every size relative to the first, and to the bare transforms of the stack."""
    taken = {}
    for size in sizes:
        images, begin = pictures_of(*size)
        taken[size] = times({"bare": bare_transforms(images), "ours": iteration(images, begin)})
    first = min(taken[sizes[0]]["ours"])
    return {size: (min(t["ours"]) / first, ratios(t, "bare")["ours"]) for size, t in taken.items()}


def extra_memory(N, H, W, h, w):
    """Peak of the memory that `fit` takes beside the pictures, as a multiple of them."""
    images, begin = pictures_of(N, H, W, h, w)
    tracemalloc.start()
    scene.fit(images, (h, w), start=begin, max_iter=2, tol=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / images.nbytes
