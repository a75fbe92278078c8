"""EM from one start or many: the best bound wins, and every restart's bound is kept."""

import contextlib
import functools
from dataclasses import dataclass

import numpy as np

from .. import blas, checks, em
from ._model import Scene
from ._pictures import Pictures
from ._search import STARTS, check_images, climb, make_start, search
from ._sums import accumulate, check_smoothing
from ._threads import check_workers, run_jobs

PICTURES_NEEDED = 2
LARGEST = 2**53  # in magnitude, of positions: beyond, float64 has no whole numbers of its own


@dataclass(frozen=True, eq=False)
class SceneResult(em.EMResult):
    """What `fit` ended with: `params`, `bounds`, `converged` of the best restart; what all of them reached.

    restart_bounds : array (n_init,), the last bound of every restart, nats
    visible : array (H, W), in how many pictures each background pixel is expected to be seen (S10); 0 where
        the face hides it in every picture: there the background is what it was in the start
    """

    restart_bounds: np.ndarray
    visible: np.ndarray

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(
            self, "restart_bounds", checks.frozen("restart_bounds", self.restart_bounds, ("n_init",))
        )
        object.__setattr__(self, "visible", checks.frozen("visible", self.visible, ("H", "W")))


def fit(
    images,
    face_shape,
    *,
    start=None,
    n_init=1,
    hard=False,
    smoothing=0.0,
    max_iter=50,
    tol=1e-3,
    rng=None,
    n_jobs=None,
    progress=False,
    how="search",
):
    """Find face, background, noise and positions by EM.                                 (S5)-(S16)

    images : array (N, H, W), gray levels; at least two pictures without a `start`
    face_shape : (h, w)
    start : Scene or None; with a start, plain EM from there, and tol=0 means exactly `max_iter` iterations
    n_init : int, how many starts are tried without `start`; the best last bound wins
    hard : bool, hard EM: each picture has one position                                (S14)
    smoothing : float of at least 0, alpha of (S15): pseudo-pictures added to every position; the bounds are
        then penalised, bound + alpha sum ln A
    max_iter : int, EM iterations at most, of every run; the search before the first has limits of its own
    tol : float, nats; a run ends when its bound changes by less
    rng : numpy.random.Generator or None for a fresh one; draws the random starts
    n_jobs : int or None, threads that share the restarts (joblib); the result does not depend on it
    progress : bool, show restarts and bound on standard error
    how : "search", "mean" or "random", the start as in `start`; of several, all but the first are "random".
        Without effect if `start` is given.

    Returns a SceneResult, an EMResult; bounds (iterations + 1,) never fall, the first belongs to the start,
    the last to params. (Only a given start whose noise is below the floor of `update` can lie above the
    rest.) An interrupt is a KeyboardInterrupt with one short message, and leaves no thread at work.

    O(N H W log(H W)) an iteration; memory of about three times the pictures beside them, and for pictures of
    more than 2^16 pixels of some twenty single ones.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib import datasets, scene
    >>> face, background = datasets.face(shape=(9, 7)), datasets.background(shape=(20, 30))
    >>> truth = scene.Scene(face, background, 20, np.full((12, 24), 1 / 288))
    >>> images, positions = scene.sample(truth, 50, np.random.default_rng(0))
    >>> found = scene.fit(images, (9, 7)).params
    >>> scene.verdict(scene.e_step(images, found, hard=True)[0], positions)
    ('exact', (0, 0))
    """
    images, face_shape = check_images(images, face_shape)
    n_init, n_jobs = checks.count("n_init", n_init), check_workers(n_jobs)
    options = {
        "hard": checks.flag("hard", hard),
        "smoothing": check_smoothing(smoothing),
        "max_iter": checks.count("max_iter", max_iter),
        "tol": checks.positive("tol", tol, unit="nats", allow_zero=True),
    }
    checks.choice("how", how, STARTS)
    checks.flag("progress", progress)
    rng = np.random.default_rng() if rng is None else checks.generator("rng", rng)
    _check_start(start, images, face_shape, n_init, options["smoothing"])
    with blas.one_thread(), em.Progress("scene", n_init, progress) as show:
        level = None if start is None else start.background.mean()
        pictures = Pictures(images, face_shape, level, keep=True)

        def choose(index):
            draws = np.random.default_rng(rng.integers(2**63))
            if start is not None or (index == 0 and how == "search"):
                return start
            return make_start(pictures, "random" if index else how, draws)

        def restart(begin, listen):
            def watch(bound):
                listen()
                show.step(f"bound {bound:.1f}", by=0)

            begin = search(pictures, watch=watch) if begin is None else begin
            return climb(pictures, begin, watch=watch, **options)

        jobs = (functools.partial(restart, choose(index)) for index in range(n_init))
        best, ends = None, []
        with contextlib.closing(run_jobs(jobs, n_jobs)) as runs:
            for run in runs:
                ends.append(run.bounds[-1])
                best = run if best is None else max(best, run, key=lambda run: run.bounds[-1])
                show.step(f"best bound {best.bounds[-1]:.1f}")
        visible = accumulate(pictures, best.params, options["hard"]).visible
    return SceneResult(best.params, best.bounds, best.converged, ends, visible)


def verdict(found, positions):
    """How the positions found compare with the true ones: "exact", "shifted" or "lost".                 (S16)

    A face may sit shifted inside its window, all positions shifted the other way. If at least half of the
    pictures have one and the same difference, the face is found: "exact" if it is 0, which wins in a tie,
    else "shifted".

    found, positions : integer arrays (N, 2), as from `e_step` with hard=True and from `sample`

    Returns that word, and the shift (rows, columns), the most frequent difference found - positions.
    """
    found = _check_places("found", found, ("N", 2))
    positions = _check_places("positions", positions, (len(found), 2))
    shifts, counts = np.unique(found - positions, axis=0, return_counts=True)
    exact = not shifts[counts == counts.max()].any(axis=1).all()
    shift = (0, 0) if exact else tuple(shifts[counts.argmax()].tolist())
    if 2 * counts.max() < len(found):
        return "lost", shift
    return ("exact" if exact else "shifted"), shift


def _check_places(name, positions, shape):
    """Whole positions, signed so that they can be subtracted."""
    positions = checks.real_array(name, positions, shape, hint="one true position for each found one")
    if (positions != np.rint(positions)).any():
        raise ValueError(f"{name} needs whole numbers; got fractions; e_step gives them with hard=True")
    if np.abs(positions).max() > LARGEST:
        raise ValueError(
            f"{name} needs positions within {LARGEST}; got {np.abs(positions).max():g}; count in pixels"
        )
    return positions.astype(np.int64)


def _check_start(start, images, face_shape, n_init, smoothing):
    """A start that fits the pictures, or none and pictures enough."""
    if start is None:
        if len(images) < PICTURES_NEEDED:
            raise ValueError(
                f"images needs at least {PICTURES_NEEDED} pictures, got n_samples=1; one picture fits with "
                "the face anywhere; give more, or a start"
            )
        return
    checks.instance("start", start, Scene)
    if start.face.shape != face_shape or start.background.shape != images.shape[1:]:
        raise ValueError(
            f"start needs a face {face_shape} over a background {images.shape[1:]}; got {start.face.shape} "
            f"over {start.background.shape}; make it from these pictures"
        )
    if n_init != 1:
        raise ValueError(
            f"n_init needs to be 1 with a start; got {n_init}; leave out start, "
            "or fit from each start and compare"
        )
    if smoothing and not start.prior.all():
        raise ValueError(
            "start.prior needs entries above 0 with smoothing, whose penalty is infinite at 0; "
            "mix it with a uniform one"
        )
