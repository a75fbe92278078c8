"""EM from one start or many: the best bound wins, and every restart's bound is kept."""

import threading
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed

from .. import blas, checks, em
from ._model import Scene
from ._pictures import Pictures
from ._search import STARTS, checked, plain, searched, start
from ._sums import alpha, collect

PICTURES_NEEDED = 2
PATIENCE = 5.0  # seconds: how long an interrupted fit waits for its threads to leave an iteration


@dataclass(frozen=True, eq=False)
class SceneResult(em.EMResult):
    """What `fit` ended with: `params`, `bounds` and `converged` of the best restart, and what all restarts reached.

    restart_bounds : array (n_init,), the last bound of every restart, nats
    visible : array (H, W), in how many pictures each background pixel is expected to be seen; 0 where the face hides it in
        every picture: there the background is what it was in the start                                     (S10)
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

    Parameters
    ----------
    images : array (N, H, W), gray levels
    face_shape : (h, w), at most (H, W)
    start : Scene or None; with a start, plain EM from there, and tol=0 means exactly `max_iter` iterations
    n_init : int, how many starts are tried without `start`; the best last bound wins
    hard : bool, hard EM: each picture has one position                                (S14)
    smoothing : float of at least 0, alpha of (S15): pseudo-pictures added to every position; the bounds are then
        penalised, bound + alpha sum ln A
    max_iter : int, EM iterations at most, of every run; the search before the first has limits of its own
    tol : float, nats; a run ends when its bound changes by less
    rng : numpy.random.Generator or None for a fresh one; draws the random starts
    n_jobs : int or None, threads that share the restarts (joblib); the result does not depend on it
    progress : bool, show restarts and bound on standard error
    how : "search", "mean" or "random", the start as in `start`; of several, all but the first are "random". Without
        effect if `start` is given.

    Returns
    -------
    SceneResult, an EMResult; bounds (iterations + 1,) never fall, the first belongs to the start, the last to params.
        (Only a given start whose noise is below the floor of `update` can lie above the rest.)

    Raises
    ------
    ValueError, TypeError
        Before any work: for a face larger than the pictures, a start whose shapes disagree, fewer than two pictures
        without a start, n_init below 1, negative smoothing, bad images.
    KeyboardInterrupt
        With one short message, when interrupted.

    Notes
    -----
    O(N H W log(H W)) an iteration; memory of about three times the pictures beside them, and for pictures of more than
    2^16 pixels of some twenty single ones.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib import datasets, scene
    >>> truth = scene.Scene(datasets.face(shape=(9, 7)), datasets.background(shape=(20, 30)), 20, np.full((12, 24), 1 / 288))
    >>> images, positions = scene.sample(truth, 50, np.random.default_rng(0))
    >>> found = scene.fit(images, (9, 7)).params
    >>> scene.verdict(scene.e_step(images, found, hard=True)[0], positions)
    ('exact', (0, 0))
    """
    images, face_shape = checked(images, face_shape)
    n_init = checks.count("n_init", n_init)
    n_jobs = _workers(n_jobs)
    options = {
        "hard": checks.flag("hard", hard),
        "smoothing": alpha(smoothing),
        "max_iter": checks.count("max_iter", max_iter),
        "tol": checks.positive("tol", tol, unit="nats", allow_zero=True),
    }
    checks.choice("how", how, STARTS)
    checks.flag("progress", progress)
    rng = np.random.default_rng() if rng is None else checks.generator("rng", rng)
    if start is None:
        _enough(images)
    else:
        _checked_start(start, images, face_shape, n_init, options["smoothing"])
    rngs = [np.random.default_rng(seed) for seed in rng.integers(2**63, size=n_init)]
    with blas.one_thread(), em.Progress("scene", n_init, progress) as show:
        pictures = Pictures(
            images, face_shape, images.mean() if start is None else start.background.mean(), keep=True
        )
        restarts = _restarts(pictures, images, start, how, rngs, options, n_jobs, show)
        best = max(restarts, key=lambda run: run.bounds[-1])
        visible = collect(pictures, best.params, options["hard"]).visible
    return SceneResult(
        best.params, best.bounds, best.converged, [run.bounds[-1] for run in restarts], visible
    )


def verdict(found, positions):
    """How the positions found compare with the true ones: "exact", "shifted" or "lost".                    (S16)

    A face may sit shifted inside its window, all positions shifted the other way. If at least half of the pictures have one
    and the same difference, the face is found: "exact" if it is 0, else "shifted". In a tie 0 wins.

    Parameters
    ----------
    found, positions : integer arrays (N, 2), as from `e_step` with hard=True and from `sample`

    Returns
    -------
    word : "exact", "shifted" or "lost"
    shift : (rows, columns), the most frequent difference found - positions

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or the positions are no whole numbers.
    """
    found, positions = _places("found", found, ("N", 2)), _places("positions", positions, (len(found), 2))
    shifts, counts = np.unique(found - positions, axis=0, return_counts=True)
    exact = not shifts[counts == counts.max()].any(axis=1).all()
    shift = (0, 0) if exact else tuple(shifts[counts.argmax()].tolist())
    if 2 * counts.max() < len(found):
        return "lost", shift
    return ("exact" if exact else "shifted"), shift


def _places(name, positions, shape):
    """Whole positions, signed so that they can be subtracted."""
    positions = checks.real_array(name, positions, shape, hint="one true position for each found one")
    if (positions != np.rint(positions)).any():
        raise ValueError(f"{name} needs whole numbers; got fractions; e_step gives them with hard=True")
    return positions.astype(np.int64)


def _restarts(pictures, images, begin, how, rngs, options, n_jobs, show):
    """The run of every start, in their order; a stop is heard by all threads, and waits for them."""
    stopped, starting, idle, busy = threading.Event(), threading.Lock(), threading.Condition(), set()

    def watch(bound):
        if stopped.is_set():
            raise KeyboardInterrupt
        show.step(f"bound {bound:.1f}", by=0)

    def run(index):
        with idle:
            busy.add(index)
        try:
            return one(index)
        finally:
            with idle:
                busy.discard(index)
                idle.notify_all()

    def one(index):
        if stopped.is_set():
            raise KeyboardInterrupt
        if begin is not None:
            at = begin
        elif index == 0 and how == "search":
            at = searched(pictures, images, watch=watch)
        else:
            with starting:  # one at a time: it takes a copy of the pictures
                at = start(images, pictures.face_shape, how="random" if index else how, rng=rngs[index])
        return plain(pictures, at, watch=watch, **options)

    done = []
    try:
        for result in Parallel(n_jobs=n_jobs, require="sharedmem", return_as="generator")(
            delayed(run)(i) for i in range(len(rngs))
        ):
            done.append(result)
            show.step(f"best bound {max(run.bounds[-1] for run in done):.1f}")
    finally:
        stopped.set()
        with idle:  # threads that still compute when the interpreter ends would abort it
            idle.wait_for(lambda: not busy, timeout=PATIENCE)
    return done


def _enough(images):
    if len(images) < PICTURES_NEEDED:
        raise ValueError(
            f"images needs at least {PICTURES_NEEDED} pictures, got n_samples=1; one picture fits with the face anywhere; "
            "give more, or a start"
        )


def _checked_start(start, images, face_shape, n_init, smoothing):
    checks.instance("start", start, Scene)
    if start.face.shape != face_shape or start.background.shape != images.shape[1:]:
        raise ValueError(
            f"start needs a face {face_shape} over a background {images.shape[1:]}; got {start.face.shape} over "
            f"{start.background.shape}; make it from these pictures"
        )
    if n_init != 1:
        raise ValueError(
            f"n_init needs to be 1 with a start; got {n_init}; leave out start, or fit from each start and compare"
        )
    if smoothing and not start.prior.all():
        raise ValueError(
            "start.prior needs entries above 0 with smoothing, whose penalty is infinite at 0; mix it with a uniform one"
        )


def _workers(n_jobs):
    """n_jobs as joblib takes it: None, -1 for all cores, or how many."""
    return n_jobs if n_jobs in (None, -1) else checks.count("n_jobs", n_jobs, remedy="or -1 for all cores")
