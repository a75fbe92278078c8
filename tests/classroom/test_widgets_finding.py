"""The face widget: EM's iterations one by one, the pictures of each, and a player that moves a slider."""

import dataclasses
import inspect
import itertools

import ipywidgets
import numpy as np
import pytest

from course_lib import datasets, scene
from course_lib.classroom import widgets
from course_lib.classroom.widgets import _pictures

from .boards import BACKGROUND

FACE = datasets.face(shape=(9, 7))
TRUTH = scene.Scene(FACE, BACKGROUND, 40, np.full((12, 24), 1 / 288))
WAYS = [{}, {"hard": True}, {"smoothing": 2.0}, {"hard": True, "smoothing": 2.0}]
TOL = inspect.signature(scene.fit).parameters["tol"].default


def inside(sheet):
    """The pictures of a sheet without their captions."""
    return sheet[_pictures.CAPTION :]


@pytest.mark.parametrize("way", WAYS)
def test_iterations_are_those_of_fit(way):
    images, _ = scene.sample(TRUTH, 15, np.random.default_rng(1))
    begin = scene.start(images, FACE.shape, how="random", rng=np.random.default_rng(2))
    fitted = scene.fit(images, FACE.shape, start=begin, max_iter=5, tol=0, **way)
    steps = list(itertools.islice(scene.iterations(images, begin, **way), 6))
    assert steps[0][0] is begin
    np.testing.assert_allclose([bound for _, _, bound in steps], fitted.bounds, rtol=1e-12)
    np.testing.assert_allclose(steps[-1][0].face, fitted.params.face, rtol=1e-9)
    np.testing.assert_allclose(steps[-1][0].prior, fitted.params.prior, rtol=1e-9, atol=1e-300)
    q, _ = scene.e_step(images, steps[3][0], hard=way.get("hard", False))
    np.testing.assert_array_equal(steps[3][1], q)


def test_iterations_keep_of_a_hidden_pixel_what_the_scene_before_had():
    """Two pictures from a poor start: pixels are seen first and hidden later, 42 of them."""
    images, _ = scene.sample(TRUTH, 2, np.random.default_rng(2))
    begin = scene.start(images, FACE.shape, how="random", rng=np.random.default_rng(2))
    steps = list(itertools.islice(scene.iterations(images, begin), 4))
    for (before, q, _), (after, _, _) in itertools.pairwise(steps):
        expected = scene.m_step(images, q, FACE.shape, previous=before)
        np.testing.assert_array_equal(after.background, expected.background)
    hidden = scene.visible(steps[2][1], images.shape[1:], FACE.shape) == 0
    np.testing.assert_array_equal(steps[3][0].background[hidden], steps[2][0].background[hidden])
    assert (np.abs(steps[2][0].background - begin.background)[hidden] > 1).any()


def test_a_run_keeps_its_iterations_and_stops_when_it_has_converged(monkeypatch):
    run = widgets.Run(TRUTH, 20)
    stages = run.until(60)
    changes = np.abs(np.diff([stage.bound for stage in stages]))
    assert 2 < len(stages) < 40
    assert (changes[:-1] >= TOL).all() and changes[-1] < TOL  # as `scene.fit` stops
    assert [stage.converged for stage in stages] == [False] * (len(stages) - 1) + [True]
    assert all(one is other for one, other in zip(run.until(100), stages, strict=True))
    assert run.until(1) == stages[:2]


def test_a_bound_that_falls_has_not_converged(monkeypatch):
    """Where the floor of the noise acts it may; `em.run_em` goes on as well."""
    steps = [(TRUTH, np.zeros((5, 2), dtype=int), bound) for bound in (-9.0, -3.0, -4.0, -4.0)]
    monkeypatch.setattr(scene, "iterations", lambda *a, **k: iter(steps))
    assert [stage.converged for stage in widgets.Run(TRUTH, 5).until(9)] == [False, False, False, True]


@pytest.mark.parametrize("way", WAYS)
def test_a_stage_has_the_best_positions_and_q_of_the_first_pictures(way):
    run = widgets.Run(TRUTH, 15, start="random 2", **way)
    stage = run.until(2)[-1]
    q, _ = scene.e_step(run.images, stage.scene, hard=way.get("hard", False))
    best, _ = scene.e_step(run.images, stage.scene, hard=True)
    np.testing.assert_array_equal(stage.found, best)
    assert stage.q.shape == (10, 12, 24) and stage.q.base is None  # q of the other pictures is let go
    np.testing.assert_allclose(stage.q.sum(axis=(1, 2)), 1)
    if q.ndim == 3:
        np.testing.assert_array_equal(stage.q, q[:10])
    else:
        assert all(stage.q[k][tuple(q[k])] == 1 for k in range(10))


def test_runs_of_one_scene_have_the_same_pictures_and_random_starts_that_come_again():
    runs = [widgets.Run(TRUTH, 5, start=start) for start in ("random 1", "random 2", "random 1", "search")]
    first, second, again, _ = (run.until(0)[0].scene.face for run in runs)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(runs[0].images, runs[3].images)


def test_view_tells_bound_noise_and_positions():
    run = widgets.Run(TRUTH, 20)
    stages = run.until(40)
    for number, stage, end in ((1, stages[1], ""), (40, stages[-1], ", converged")):
        exact = (stage.found == run.positions).all(axis=1).sum()
        assert widgets.finding_view(run, number).readout == (
            f"Iteration {min(number, len(stages) - 1)}{end}: bound {stage.bound:,.1f} nats. "
            f"Noise found {stage.scene.noise_std:.1f} gray levels, true 40. "
            f"{exact} of 20 faces placed exactly: {scene.verdict(stage.found, run.positions)[0]}."
        )
    assert exact == 20
    smooth = widgets.finding_view(widgets.Run(TRUTH, 5, smoothing=1.0), 0).readout
    assert "bound with its prior term" in smooth


def start_with(run, **changes):
    """The run, as if EM had begun with these fields of its first stage."""
    stage = dataclasses.replace(run.until(0)[0], **changes)
    run.until = lambda iteration: [stage]
    return run


@pytest.mark.parametrize(("down", "right"), [(1, -2), (0, 3)])
def test_a_shifted_face_is_said_to_be_shifted_and_no_face_exact(down, right):
    run = widgets.Run(TRUTH, 5)
    shifted = start_with(run, found=run.positions + [down, right])
    sentence = f"0 of 5 faces placed exactly: shifted by {down} rows and {right} columns."
    assert widgets.finding_view(shifted, 0).readout.endswith(sentence)


def test_pictures_show_the_scene_found_and_every_bound_so_far():
    run = widgets.Run(TRUTH, 20)
    before, found = (stage.scene for stage in run.until(1))
    assert not np.array_equal(np.round(before.background), np.round(found.background))
    _, sheet, trace = widgets.finding_view(run, 1).pictures
    level = np.round(np.clip(found.background, 0, 255))
    np.testing.assert_array_equal(inside(sheet)[:80:4, :120:4, 0], level)
    bounds = [stage.bound for stage in run.until(1)]
    wanted = _pictures.draw_trace(bounds, 40, (492, 130), "bound (nats) over iterations")
    np.testing.assert_array_equal(trace, wanted)


@pytest.mark.parametrize(("rows", "zoom"), [(6, 8), (12, 6)])
def test_faces_are_as_tall_as_the_background_but_for_small_ones(rows, zoom):
    face = datasets.face(shape=(rows, 5))
    run = widgets.Run(scene.Scene(face, BACKGROUND, 40, np.full((21 - rows, 26), 1 / (21 - rows) / 26)), 10)
    found = run.until(2)[2].scene
    parts = ("background", found.background, 4), ("face", found.face, zoom)
    panels = [(f"{name} found", _pictures.show_gray(part, size)) for name, part, size in parts]
    wanted = _pictures.caption([*panels, ("true face", _pictures.show_gray(face, zoom))])
    np.testing.assert_array_equal(widgets.finding_view(run, 2).pictures[1], wanted)


def test_captions_tell_the_picture_and_which_frame_is_which():
    """A picture beyond the last is the last."""
    run = widgets.Run(TRUTH, 3)
    blank = np.zeros((80, 120, 3), np.uint8)
    captions = ("picture 2: thick found, thin true", "q of its corner, framed true")
    expected = _pictures.caption([(text, blank) for text in captions])[: _pictures.CAPTION]
    sheets = [widgets.finding_view(run, 0, k).pictures[0] for k in (2, 9)]
    np.testing.assert_array_equal(sheets[0][: _pictures.CAPTION], expected)
    np.testing.assert_array_equal(*sheets)


def test_frames_stand_where_the_face_is_found_and_where_it_is():
    run = widgets.Run(TRUTH, 20, start="random 1")
    stage = run.until(0)[0]
    k = int(np.flatnonzero((stage.found[:10] != run.positions[:10]).any(axis=1))[-1])
    assert k > 0
    picture = inside(widgets.finding_view(run, 0, k).pictures[0])[:80, :120]
    framed = ((picture == _pictures.RED) | (picture == _pictures.GREEN)).all(axis=2)
    np.testing.assert_array_equal(picture[~framed], _pictures.show_gray(run.images[k], 4)[~framed])
    for place, colour in ((stage.found[k], _pictures.RED), (run.positions[k], _pictures.GREEN)):
        i, j = 4 * place
        assert (picture[i, j : j + 28] == colour).all(axis=1).any()
        assert (picture[i : i + 36, j + 27] == colour).all(axis=1).any()


def cut_q(sheet):
    """The picture of q alone, 80 x 120 pixels, out of the sheet of one picture."""
    gray = (inside(sheet) == 225).all(axis=(0, 2))  # columns where the face's corner cannot be
    right = int(np.flatnonzero(gray)[-1]) + 1
    return inside(sheet)[:, right - 120 : right]


def test_q_is_blue_where_it_is_one_and_gray_where_no_corner_may_be():
    run = widgets.Run(TRUTH, 20)
    q = cut_q(widgets.finding_view(run, 40, 3).pictures[0])
    i, j = 4 * run.until(40)[-1].found[3]
    assert tuple(q[i + 2, j + 2]) == _pictures.BLUE
    assert (q[4 * 12 :] == 225).all() and (q[:, 4 * 24 :] == 225).all()
    assert (q[0, 0] == 255).all()


@pytest.mark.parametrize("corner", [(5, 9), (0, 0), (11, 23)])
def test_the_frame_around_the_true_position_leaves_its_q_to_be_seen(corner):
    prior = np.zeros((12, 24))
    prior[corner] = 1
    run = widgets.Run(scene.Scene(FACE, BACKGROUND, 40, prior), 3)
    sure = start_with(run, q=np.stack([0 * prior, prior, 0 * prior]))  # picture 1 is sure, and right
    q = cut_q(widgets.finding_view(sure, 0, 1).pictures[0])
    i, j = 4 * np.array(corner)
    assert (q[i : i + 4, j : j + 4] == _pictures.BLUE).all()
    ring = np.zeros((80, 120), dtype=bool)
    ring[max(i - 2, 0) : i + 6, max(j - 2, 0) : j + 6] = True
    ring[i : i + 4, j : j + 4] = False
    np.testing.assert_array_equal((q == _pictures.GREEN).all(axis=2), ring)


def test_the_button_takes_one_iteration_and_stops_at_the_last(monkeypatch):
    links = []
    monkeypatch.setattr(ipywidgets, "jslink", lambda source, target: links.append((source, target)))
    board = widgets.finding_widget(BACKGROUND, noise_std=40, n_pictures=20, face_rows=9)
    rows = (child.children for child in board.children)
    step, play = next(row for row in rows if row and isinstance(row[0], ipywidgets.Button))
    step.click()
    assert board.controls["iteration"].value == 1 and "Iteration 1" in board.readout.value
    board.controls["iteration"].value = 40
    step._click_handlers.callbacks[0](step)  # as a click does, which would only log an error
    assert board.controls["iteration"].value == 40
    assert (play.min, play.max, play.interval) == (0, 40, 500)
    assert links == [((play, "value"), (board.controls["iteration"], "index"))]


def test_moving_through_iterations_draws_no_new_pictures(monkeypatch):
    board = widgets.finding_widget(BACKGROUND, noise_std=40, n_pictures=20, face_rows=9)
    monkeypatch.setattr(scene, "sample", lambda *a: pytest.fail("the run is kept"))
    board.controls["iteration"].value = 2
    board.controls["picture"].value = 2
    assert board.note.value == "" and "Iteration 2" in board.readout.value
