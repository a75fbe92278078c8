"""The sums over pictures that an M-step needs, which can be added, and the scene made of them."""

import functools
from dataclasses import dataclass, fields

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import _fourier, blas, checks, windows
from ._model import Scene, prepare
from ._pictures import check_reach

HIDDEN = 1e-6  # pictures: a pixel seen in less is hidden, what the sums hold of it is rounding
NOISE_FLOOR = 1e-4  # of the standard deviation of all pixels: else noiseless pictures have no best noise
LEAST = -700.0  # nats below the best: less counts as 0, since exp and all after it are slow near underflow
SMALLEST = 1e-6  # gray levels: the noise floor of pictures that are all one gray level


@dataclass(frozen=True, eq=False)
class Statistics(checks.Record):
    """All that an M-step needs to know of n pictures: sums over them, under one scene.   (S8)-(S12)

    n : int, pictures
    bound : float, the part of (S12) that they contribute, nats; NaN where q was given without a scene
    counts : array (I, J), sum of q over pictures
    face_sum : array (h, w), sum over pictures and positions of q times the window there
    background_sum : array (H, W), sum over pictures of X (1 - c)
    total : array (H, W), sum over pictures of X
    square_sum : float, sum of all squared pixels
    level : float, gray levels, taken off every pixel before summing
    """

    n: int
    bound: float
    counts: np.ndarray
    face_sum: np.ndarray
    background_sum: np.ndarray
    total: np.ndarray
    square_sum: float
    level: float

    def __post_init__(self):
        without_scene = isinstance(self.bound, float) and np.isnan(self.bound)
        numbers = {
            "n": checks.count("n", self.n),
            "bound": self.bound if without_scene else float(checks.real_array("bound", self.bound, ())),
            "square_sum": checks.positive("square_sum", self.square_sum, allow_zero=True),
            "level": float(checks.real_array("level", self.level, ())),
        }
        counts = checks.frozen("counts", self.counts, ("I", "J"))
        face_sum = checks.frozen("face_sum", self.face_sum, ("h", "w"))
        shape = tuple(positions + inner - 1 for positions, inner in zip(counts.shape, face_sum.shape))
        hint = f"a face {face_sum.shape} has positions {counts.shape} in such pictures"
        sums = {
            field: checks.frozen(field, getattr(self, field), shape, hint=hint)
            for field in ("background_sum", "total")
        }
        for field, value in (numbers | {"counts": counts, "face_sum": face_sum} | sums).items():
            object.__setattr__(self, field, value)

    @property
    def visible(self):
        """In how many pictures a background pixel is expected to be seen: (H, W), 0 if hidden.  (S10)"""
        return count_visible(self.n, self.counts, self.face_sum.shape)


def statistics(images, scene, *, hard=False):
    """E-step, and the sums over pictures that the M-step needs.                    (S5), (S8)-(S12)

    Blocks of pictures give parts that `merge` adds: the sums of all pictures, computed anywhere.

    images (N, H, W), scene : Scene (H, W);  hard : bool, each picture's whole weight on one position  (S14)
    """
    hard, pictures = checks.flag("hard", hard), prepare(images, scene)
    with blas.one_thread():
        return accumulate(pictures, scene, hard)


def merge(a, b):
    """The statistics of two stacks of pictures, `a` and `b`, added: both were collected under the same scene.

    ValueError if the shapes or the mean backgrounds of their scenes differ; other differences leave no trace
    in the sums.
    """
    for name, one in (("a", a), ("b", b)):
        checks.instance(name, one, Statistics)
    same_level = np.isclose(a.level, b.level, rtol=1e-12, atol=1e-9)  # up to the rounding of another machine
    if not same_level or a.counts.shape != b.counts.shape or a.total.shape != b.total.shape:
        raise ValueError(
            f"a and b need statistics under one scene; got positions {a.counts.shape} and {b.counts.shape}, "
            f"levels {a.level:g} and {b.level:g}; collect both with the same scene"
        )
    both = {field.name: getattr(a, field.name) + getattr(b, field.name) for field in fields(a)}
    return Statistics(**both | {"level": a.level})


def update(statistics, previous, *, smoothing=0.0):
    """M-step: the scene that maximises the bound, given the sums.                  (S8)-(S11), (S15)

    A = (counts + alpha) / (n + alpha I J),  F = face_sum / n,  B = background_sum / visible,
    s^2 = C / (n H W)

    statistics : Statistics;  smoothing : float of at least 0, alpha, pseudo-pictures added to every position
    previous : Scene; its background stays where a pixel is hidden in every picture

    Returns a Scene; its noise is at least 1e-4 standard deviations of all pixels, and at least 1e-6.
    """
    checks.instance("statistics", statistics, Statistics)
    checks.instance("previous", previous, Scene)
    smoothing, face_shape = check_smoothing(smoothing), statistics.face_sum.shape
    if previous.background.shape != statistics.total.shape or previous.face.shape != face_shape:
        raise ValueError(
            f"previous needs a face {face_shape} in pictures {statistics.total.shape}; got "
            f"{previous.face.shape} in {previous.background.shape}; give the scene of the E-step"
        )
    return maximise(statistics, previous.background - statistics.level, smoothing)


def check_smoothing(smoothing):
    """The checked `smoothing` of (S15)."""
    return checks.positive("smoothing", smoothing, unit="pseudo-pictures a position", allow_zero=True)


def accumulate(pictures, scene, hard=False):
    """The statistics of prepared pictures."""
    log_joint = pictures.log_joint(scene, scene.log_prior)

    def of_block(block):
        spectra = pictures.spectra(block)
        q, part, settled = expect(log_joint(block, spectra), hard)
        return *sum_block(pictures, block, q, spectra, settled), part

    return add_up(map(of_block, pictures.blocks()), pictures)


def expect(log_joint, hard=False):
    """q of a block from its ln p(X, d) (n, I, J), overwritten, and its part of the bound. (S5), (S12), (S14)

    Third, which pictures are settled, (n,): all but the best position together weigh less than 1 can tell
    apart from 1.
    """
    n, I, J = log_joint.shape
    flat = log_joint.reshape(n, -1)
    if hard:
        best = flat.argmax(axis=1)
        top = flat[np.arange(n), best]
        check_reach(top)
        return np.stack(np.unravel_index(best, (I, J)), axis=1), top.sum(), np.ones(n, dtype=bool)
    top = flat.max(axis=1)
    check_reach(top)
    flat -= top[:, None]
    if flat.min() > LEAST:
        np.exp(flat, out=flat)
    else:
        reached = flat > LEAST
        np.exp(np.maximum(flat, LEAST, out=flat), out=flat)
        flat *= reached
    total = flat.sum(axis=1)
    flat /= total[:, None]
    return flat.reshape(n, I, J), (top + np.log(total)).sum(), total == 1


def sum_block(pictures, block, q, spectra, settled=None):
    """Of a block: counts (S8), sum of faces (S9) and spectrum of the rest of it, sum of hidden pixels (S10).

    Settled pictures need one window instead of transforms. q (n, I, J) needs the spectra of the block; hard
    positions q (n, 2) do not.
    """
    X = pictures.pixels[block]
    if q.ndim == 2:
        face, hidden = _sum_by_windows(X, q, pictures)
        return count_positions(q, pictures.positions), face, 0.0, hidden
    counts = q.sum(axis=0)
    if settled is None or not settled.any():
        return counts, 0.0, *_sum_by_transforms(X, q, spectra, pictures)
    best = q[settled].reshape(settled.sum(), -1).argmax(axis=1)
    best = np.stack(np.unravel_index(best, pictures.positions), axis=1)
    face, hidden = _sum_by_windows(X[settled], best, pictures)
    if settled.all():
        return counts, face, 0.0, hidden
    spectrum, more = _sum_by_transforms(X[~settled], q[~settled], spectra[~settled], pictures)
    return counts, face, spectrum, hidden + more


def _sum_by_transforms(X, q, spectra, pictures):
    """Spectrum of the sum of faces, and sum of hidden pixels, for any q (n, I, J)."""
    spectrum = _fourier.cross_spectrum(spectra, q, pictures.shape)
    return spectrum, np.einsum("khw,khw->hw", X, pictures.spread(q))


def _sum_by_windows(X, positions, pictures):
    """Sums of faces and of hidden pixels where every picture has one position: (n, 2)."""
    (i, j), (h, w) = positions.T, pictures.face_shape
    faces = sliding_window_view(X, (h, w), axis=(1, 2))[np.arange(len(X)), i, j]
    rows, columns = i[:, None, None] + np.arange(h)[:, None], j[:, None, None] + np.arange(w)
    return faces.sum(axis=0), _scatter(faces, (rows, columns), pictures.shape)


def count_positions(q, positions):
    """How many pictures hold each position: integer q (N, 2) -> (I, J)."""
    return _scatter(np.ones(len(q)), q.T, positions)


def add_up(parts, pictures):
    """Statistics from counts, face_sum, its spectrum, hidden_sum, bound of all blocks, added as they come."""
    counts, face_sum, spectrum, hidden, bound = functools.reduce(_add, parts)
    if np.ndim(spectrum):  # one inverse transform serves all blocks
        face_sum = face_sum + _fourier.corner(spectrum, pictures.shape, pictures.face_shape)
    return Statistics(
        len(pictures), float(bound), counts, face_sum, pictures.total - hidden, pictures.total,
        float(pictures.squares.sum()), pictures.level,
    )  # fmt: skip


def _add(one, other):
    return [a + b for a, b in zip(one, other)]


def maximise(found, fallback, smoothing):
    """The scene of the largest (penalised) bound.                                    (S8)-(S11), (S15)

    found : Statistics;  fallback : array (H, W), less the level, the background of hidden pixels
    """
    n, A, F = found.n, found.counts + smoothing, found.face_sum / found.n
    weight = n - windows.spread(found.counts, F.shape)  # not cut off at HIDDEN, so that C is exact
    shown = weight > HIDDEN
    B = np.where(shown, found.background_sum / np.where(shown, weight, 1), fallback)
    C = found.square_sum - 2 * (B * found.background_sum).sum() + (weight * B**2).sum()
    C += -2 * (F * found.face_sum).sum() + n * (F**2).sum()
    variance = found.square_sum / (n * B.size) - (found.total.sum() / (n * B.size)) ** 2
    floor = max(NOISE_FLOOR * np.sqrt(max(variance, 0)), SMALLEST)
    s = max(np.sqrt(max(C, 0) / (n * B.size)), floor)
    return Scene(F + found.level, B + found.level, s, A / A.sum())


def count_visible(n, counts, face_shape):
    """n less the expected number of pictures that hide a pixel, 0 where that is rounding: (H, W). (S10)"""
    left = n - windows.spread(counts, face_shape)
    return np.where(left > HIDDEN, left, 0.0)


def _scatter(values, index, shape):
    """An array of `shape` with the values added up where the index says."""
    flat = np.ravel_multi_index(np.broadcast_arrays(*index), shape)
    return np.bincount(flat.ravel(), weights=values.ravel(), minlength=shape[0] * shape[1]).reshape(shape)
