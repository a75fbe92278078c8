"""A face, a background and where the face sits, as EM finds them iteration by iteration in noisy pictures."""

import functools
from dataclasses import dataclass

import ipywidgets
import numpy as np

from ... import checks, datasets, scene
from . import _board, _pictures

ZOOM = 4
LARGEST_ZOOM = 8  # of a small face
SHOWN = 10  # pictures that can be looked at
LAST = 40  # iterations at most
SETTLED = 1e-3  # nats: EM has converged when its bound moves by less
CHART = (492, 130)  # pixels of the chart of bounds
PACE = 500  # milliseconds between two iterations when they are played
STARTS = ("mean", "search", "random 1", "random 2", "random 3")
METHODS = {"soft": False, "hard": True}
PICTURES, HEIGHTS = (2, 5, 10, 20, 50, 100, 200), (6, 9, 12, 18, 24, 30, 36, 42)
SMOOTHINGS = (0, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, eq=False)
class Stage:
    """Where EM stands: scene, q (SHOWN, I, J) of the first pictures, best places (N, 2), bound in nats."""

    scene: scene.Scene
    q: np.ndarray
    found: np.ndarray
    bound: float
    converged: bool


class Run:
    """Pictures of a scene and EM on them; an iteration is computed when it is first asked for, and kept.

    truth : Scene, from which n_pictures are drawn, always with the same random numbers
    start : one of `STARTS`, the random ones by their seed;  hard : bool;  smoothing : alpha of (S15)

    Attributes: images (N, H, W), gray levels;  positions (N, 2), the true ones;  truth, smoothing, as given
    """

    def __init__(self, truth, n_pictures, *, start="mean", hard=False, smoothing=0.0):
        self.truth = checks.instance("truth", truth, scene.Scene)
        how, _, seed = checks.choice("start", start, STARTS).partition(" ")
        hard = checks.flag("hard", hard)
        self.smoothing = checks.positive("smoothing", smoothing, allow_zero=True)
        self.images, self.positions = scene.sample(truth, n_pictures, np.random.default_rng(0))
        rng = np.random.default_rng(int(seed)) if seed else None
        begin = scene.start(self.images, truth.face.shape, how=how, rng=rng)
        self._steps = scene.iterations(self.images, begin, hard=hard, smoothing=smoothing)
        self._stages = []

    def until(self, iteration):
        """The stages 0 to `iteration`, or fewer if EM converges before."""
        while len(self._stages) <= iteration and not (self._stages and self._stages[-1].converged):
            self._stages.append(self._take_step())
        return self._stages[: iteration + 1]

    def _take_step(self):
        at, q, bound = next(self._steps)
        if q.ndim == 2:
            found, q = q, np.zeros((len(q[:SHOWN]), *at.positions))
            q[np.arange(len(q)), *found[:SHOWN].T] = 1
        else:
            found = np.stack(np.unravel_index(q.reshape(len(q), -1).argmax(axis=1), at.positions), axis=1)
        converged = bool(self._stages) and abs(bound - self._stages[-1].bound) < SETTLED
        return Stage(at, q[:SHOWN].copy(), found, bound, converged)


def finding_view(run, iteration, picture=0):
    """What EM believes after some iterations: a picture, its q, background, face, bound.  (S5)-(S15)

    run : Run;  iteration : int, 0 is the start;  picture : which one to look at; beyond the end the last ones
    ->  View: the picture with the place found and the true place framed, and q; background and face found
    beside the true face; the bound so far. The readout has bound, noise, and how many faces are exact.
    """
    checks.instance("run", run, Run)
    iteration = checks.count("iteration", iteration, minimum=0)
    k = checks.count("picture", picture, minimum=0)
    *_, stage = stages = run.until(iteration)
    bounds = [earlier.bound for earlier in stages]
    chart = _pictures.draw_trace(bounds, LAST, CHART, "bound (nats) over iterations")
    pictures = _show_picture(run, stage, min(k, len(stage.q) - 1)), _show_scene(run, stage), chart
    return _board.View(pictures, _say(run, stages))


def finding_widget(
    background, *, noise_std=60, n_pictures=100, face_rows=18, start="mean", method="soft", smoothing=0
):
    """Choose the pictures and how EM goes about them, then step or play its iterations.  (S5)-(S15)

    background : array (H, W), gray levels;  face_rows : first of `HEIGHTS`, pixels, of `datasets.face`, which
    has 14 columns for 18 rows;  noise_std : first noise in gray levels, a multiple of 10 up to 260
    n_pictures, smoothing, start, method : first of `PICTURES`, `SMOOTHINGS`, `STARTS`, `METHODS`  ->  Board
    """
    hint = "choose one picture of the stack"
    background = checks.real_array("background", background, ("H", "W"), hint=hint)
    controls = {
        "noise_std": _board.make_slider("noise", range(10, 261, 10), noise_std, "gray levels"),
        "n_pictures": _board.make_slider("pictures", PICTURES, n_pictures, "pictures"),
        "face_rows": _board.make_slider("face height", HEIGHTS, face_rows, "pixels"),
        "smoothing": _board.make_slider("smoothing", SMOOTHINGS, smoothing, "a position"),
        "picture": _board.make_slider("look at picture", range(SHOWN), 0),
        "iteration": _board.make_slider("iteration", range(LAST + 1), 0),
        "start": _board.make_choice("start", STARTS, start),
        "method": _board.make_choice("EM", list(METHODS), method),
    }
    descriptions = (
        "One noisy picture with a thick frame where EM places the face and a thin frame where it is; "
        "beside it q over the positions.",
        "The background and the face that EM has found so far, and the true face.",
        "The lower bound of the log-likelihood in nats, iteration by iteration.",
    )

    @functools.lru_cache(maxsize=1)
    def run(noise_std, n_pictures, face_rows, smoothing, start, method):
        truth = _build_truth(background, face_rows, noise_std)
        return Run(truth, n_pictures, start=start, hard=METHODS[method], smoothing=smoothing)

    def view(picture, iteration, **chosen):
        return finding_view(run(**chosen), iteration, picture)

    return _board.Board("finding", controls, view, descriptions, extra=[_make_player(controls["iteration"])])


def _build_truth(background, face_rows, noise_std):
    """The scene of which pictures are drawn, every position equally probable."""
    face = datasets.face(shape=(face_rows, round(face_rows * 14 / 18)))
    checks.window("face", face.shape, background.shape, "background")
    positions = tuple(outer - inner + 1 for outer, inner in zip(background.shape, face.shape))
    return scene.Scene(face, background, noise_std, np.full(positions, 1 / np.prod(positions)))


def _make_player(slider):
    """A button for one iteration more and a player for all of them, both bound to the slider."""
    step = ipywidgets.Button(description="one iteration", tooltip="EM takes one iteration more")
    play = ipywidgets.Play(min=0, max=LAST, interval=PACE, show_repeat=False)
    play.description = "play the iterations"
    step.on_click(lambda _: setattr(slider, "index", min(slider.index + 1, LAST)))
    ipywidgets.jslink((play, "value"), (slider, "index"))
    return ipywidgets.HBox([step, play])


def _show_picture(run, stage, k):
    """The picture with both frames, and its q laid out where the face's corner may be."""
    (h, w), (H, W) = run.truth.face.shape, run.images.shape[1:]
    picture = _pictures.add_frame(_pictures.show_gray(run.images[k], ZOOM), (*stage.found[k], h, w), ZOOM)
    picture = _pictures.add_frame(picture, (*run.positions[k], h, w), ZOOM, _pictures.GREEN, outside=0)
    q = np.full((ZOOM * H, ZOOM * W, 3), 225, np.uint8)
    q[: ZOOM * (H - h + 1), : ZOOM * (W - w + 1)] = _pictures.show_share(stage.q[k], ZOOM)
    i, j = ZOOM * run.positions[k]
    around = (i - 1, j - 1, ZOOM + 2, ZOOM + 2)  # so that the frame leaves all of the position's q to be seen
    _pictures.add_frame(q, around, 1, _pictures.GREEN, outside=1)
    captions = f"picture {k}: thick found, thin true", "q of its corner, framed true"
    return _pictures.caption(list(zip(captions, (picture, q))))


def _show_scene(run, stage):
    """Background and face as EM has them, and the true face."""
    zoom = min(ZOOM * run.images.shape[1] // len(run.truth.face), LARGEST_ZOOM)
    background = ("background found", stage.scene.background, ZOOM)
    faces = ("face found", stage.scene.face, zoom), ("true face", run.truth.face, zoom)
    return _pictures.caption([(text, _pictures.show_gray(*part)) for text, *part in (background, *faces)])


def _say(run, stages):
    """Bound, noise and positions in words."""
    stage = stages[-1]
    exact = int((stage.found == run.positions).all(axis=1).sum())
    verdict, (down, right) = scene.verdict(stage.found, run.positions)
    aside = f" by {down} rows and {right} columns" if verdict == "shifted" else ""
    return (
        f"Iteration {len(stages) - 1}{', converged' if stage.converged else ''}: "
        f"bound{' with its prior term' if run.smoothing else ''} {stage.bound:,.1f} nats. "
        f"Noise found {stage.scene.noise_std:.1f} gray levels, true {run.truth.noise_std:g}. "
        f"{exact} of {len(run.positions)} faces placed exactly: {verdict}{aside}."
    )
