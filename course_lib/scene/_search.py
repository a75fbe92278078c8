"""Where EM starts, and how a good start is searched for."""

from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import blas, checks, em, windows
from . import _sums
from ._model import PICTURES, Scene
from ._pictures import Pictures

STARTS = ("search", "mean", "random")
CONTRAST = 1 / 3  # of the pixels' standard deviation: how far a start's face is from the mean
BRIEF = 10  # EM iterations after which starts are compared
LONG = 50  # EM iterations at most after that
APART = 10.0  # nats between the bounds of flat starts: above, the start matters, and more are tried
MORE = 10  # starts with a random face tried then
WORTH = 1.0  # nats that a move must win: less may be what further iterations give
TRIES = 4  # shifted crops tried in a round of moves
ROUNDS = 20  # rounds of moves at most


def start(images, face_shape, *, how="mean", rng=None):
    """A scene for EM to start from, its prior uniform and its noise the standard deviation of all pixels.

    images : array (N, H, W), gray levels;  face_shape : (h, w)
    how : "mean", the mean picture as background, its mean as a flat face: no luck is needed where a
        background has texture; "random", face and background from independent pixels, uniform between the 5th
        and 95th percentile of all pixels; "search", the best of several starts after EM with the prior held
        uniform, improved by shift moves.        (S16)
    rng : numpy.random.Generator for "random", and for the later starts of "search"; None is a fresh one for
        "random" and a fixed one for "search", which then always gives the same scene
    """
    images, face_shape = check_images(images, face_shape)
    checks.choice("how", how, STARTS)
    if rng is not None:
        checks.generator("rng", rng)
    with blas.one_thread():
        return make_start(Pictures(images, face_shape, keep=how == "search"), how, rng)


def check_images(images, face_shape):
    """Images (N, H, W) and a face shape that fits them."""
    images = checks.gray_images("images", images, ("N", "H", "W"), hint=PICTURES)
    return images, checks.window("face_shape", face_shape, images.shape[1:], "images")


def make_start(pictures, how, rng=None):
    """The start of that name."""
    if how == "search":
        return search(pictures, rng=rng)
    return _make_flat(pictures) if how == "mean" else _draw(pictures, rng or np.random.default_rng())


def climb(pictures, begin, *, hard=False, smoothing=0.0, max_iter=50, tol=1e-3, hold=False, watch=None):
    """EM from one start; `hold` keeps its prior; `watch` gets every bound and may raise. (S5)-(S15)"""

    def e_step(scene):
        sums = _sums.accumulate(pictures, scene, hard)
        penalised = sums.bound + (smoothing * scene.log_prior.sum() if smoothing else 0.0)
        if watch is not None:
            watch(penalised)
        return sums, penalised

    def m_step(sums, scene):
        new = _sums.maximise(sums, scene.background - sums.level, smoothing)
        return replace(new, prior=scene.prior) if hold else new

    return em.run_em(e_step, m_step, begin, max_iter=max_iter, tol=tol)


def search(pictures, *, rng=None, watch=None):
    """The best scene with the prior held uniform: several starts compared early, then shift moves. (S16)"""
    rng = np.random.default_rng(0) if rng is None else rng

    def run(begin, max_iter=LONG):
        result = climb(pictures, begin, max_iter=max_iter, hold=True, watch=watch)
        return result.bounds[-1], result.params

    middle = _make_flat(pictures)
    flat = [replace(middle, face=middle.face + step * middle.noise_std) for step in (0, -CONTRAST, CONTRAST)]
    ends = [run(begin, BRIEF) for begin in flat]
    apart = np.ptp([bound for bound, _ in ends]) > APART
    ends += [run(begin, BRIEF) for begin in _cut_peaks(pictures, middle)]
    if apart:
        ends += [run(_roughen(middle, rng), BRIEF) for _ in range(MORE)]
    bound, scene = run(max(ends, key=lambda pair: pair[0])[1])
    for _ in range(ROUNDS):
        better = (end for end in map(run, _crop(pictures, scene)) if end[0] > bound + WORTH)
        moved = next(better, None)
        if moved is None:
            break
        bound, scene = moved
    return scene


def _crop(pictures, scene):
    """Scenes whose face is a shifted crop of what surrounds the face, the most promising first.         (S16)

    Pictures aligned by their best positions are averaged over the face and one face around it. A pixel's gain
    is what the log-likelihood wins if the average explains it, rather than the background. A crop is tried if
    its gain is larger than the present one's; or, if it lies one pixel beside, if pictures that this lets in
    from the border could make it so.
    """
    (h, w), (I, J) = pictures.face_shape, scene.positions
    mean, gain = _look_around(pictures, scene)
    gain = windows.window_sums(gain, (h, w))
    own = gain[h - 1, w - 1]
    down, right = np.arange(2 * h - 1)[:, None] - (h - 1), np.arange(2 * w - 1) - (w - 1)
    beside = np.abs(down) + np.abs(right) == 1
    let_in = np.where(beside, np.abs(down) / I + np.abs(right) / J, 0) * own
    better = np.flatnonzero(gain > own + WORTH)
    better = better[np.argsort(-gain.ravel()[better], kind="stable")][:TRIES]
    near = np.setdiff1d(np.flatnonzero(beside & (gain + let_in > own + WORTH)), better)
    near = near[np.argsort(-gain.ravel()[near], kind="stable")]
    for a, b in zip(*np.unravel_index(np.concatenate([better, near]), gain.shape)):
        yield replace(scene, face=mean[a : a + h, b : b + w])


def _look_around(pictures, scene):
    """Mean (3h-2, 3w-2) of the aligned pictures around the face, and each pixel's gain in nats."""
    h, w = pictures.face_shape
    log_joint, B = pictures.log_joint(scene, scene.log_prior), scene.background - pictures.level
    sums = np.zeros((4, 3 * h - 2, 3 * w - 2))
    for block in pictures.blocks(share=8):  # what surrounds a face is nine times as large
        X = pictures.pixels[block]
        i, j = _sums.expect(log_joint(block, pictures.spectra(block)), hard=True)[0].T
        for total, part in zip(sums, (np.ones_like(X), X, X**2, (X - B) ** 2)):
            wide = np.pad(part, ((0, 0), (h - 1, h - 1), (w - 1, w - 1)))
            total += sliding_window_view(wide, total.shape, axis=(1, 2))[np.arange(len(X)), i, j].sum(axis=0)
    n, first, second, apart = sums
    mean = first / np.maximum(n, 1)
    return mean + pictures.level, (apart - (second - n * mean**2)) / (2 * scene.noise_std**2)


def _make_flat(pictures):
    """The mean picture, and a face as gray as its mean."""
    face = np.full(pictures.face_shape, pictures.mean.mean())
    return _make_uniform(pictures, face, pictures.mean)


def _roughen(flat, rng):
    return replace(flat, face=flat.face + CONTRAST * flat.noise_std * rng.standard_normal(flat.face.shape))


def _cut_peaks(pictures, flat):
    """Starts whose face is cut from one of the first two pictures, where it is least like the mean picture.

    That is where the face is, if noise is low. Of only two pictures, one shows the face there and the other
    the background.
    """
    h, w = pictures.face_shape
    for picture in pictures.pixels[:2] + pictures.level:
        energy = windows.window_sums((picture - pictures.mean) ** 2, (h, w))
        a, b = np.unravel_index(energy.argmax(), energy.shape)
        yield replace(flat, face=picture[a : a + h, b : b + w])


def _draw(pictures, rng):
    """A face and a background of independent pixels."""
    low, high = pictures.extremes
    face, background = rng.uniform(low, high, pictures.face_shape), rng.uniform(low, high, pictures.shape)
    return _make_uniform(pictures, face, background)


def _make_uniform(pictures, face, background):
    """With a uniform prior, and above 0 the noise of constant pictures too."""
    prior = np.full(pictures.positions, 1 / np.prod(pictures.positions))
    return Scene(face, background, max(pictures.std, _sums.SMALLEST), prior)
