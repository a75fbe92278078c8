"""The face widget without a browser: EM's iterations one by one, the pictures of each, and a player that moves a slider."""

import dataclasses
import inspect
import io
import itertools

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from course_lib import datasets, scene
from course_lib.classroom import widgets
from course_lib.classroom.widgets import _finding, _pictures

BACKGROUND = datasets.background(shape=(20, 30))
FACE = datasets.face(shape=(9, 7))
TRUTH = scene.Scene(FACE, BACKGROUND, 40, np.full((12, 24), 1 / 288))
WAYS = [{}, {"hard": True}, {"smoothing": 2.0}, {"hard": True, "smoothing": 2.0}]


def shown(image):
    return np.asarray(Image.open(io.BytesIO(image.value)))


def board(**options):
    return widgets.finding_widget(
        BACKGROUND, **{"noise_std": 40, "n_pictures": 20, "face_rows": 9, **options}
    )


@pytest.mark.parametrize("way", WAYS)
def test_iterations_are_those_of_fit(way):
    images, _ = scene.sample(TRUTH, 15, np.random.default_rng(1))
    begin = scene.start(images, FACE.shape, how="random", rng=np.random.default_rng(2))
    fitted = scene.fit(images, FACE.shape, start=begin, max_iter=5, tol=0, **way)
    steps = list(itertools.islice(scene.iterations(images, begin, **way), 6))
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


def test_iterations_begin_with_the_scene_they_are_given():
    images, _ = scene.sample(TRUTH, 5, np.random.default_rng(1))
    assert next(scene.iterations(images, TRUTH))[0] is TRUTH


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"smoothing": -1}, ValueError, "smoothing needs"),
        ({"hard": 1}, TypeError, "hard needs True or False"),
    ],
)
def test_iterations_refuse_bad_options(options, error, message):
    images, _ = scene.sample(TRUTH, 5, np.random.default_rng(1))
    with pytest.raises(error, match=message):
        next(scene.iterations(images, TRUTH, **options))


def test_a_run_keeps_its_iterations_and_stops_when_it_has_converged(monkeypatch):
    run = widgets.Run(TRUTH, 20)
    stages = run.until(60)
    changes = np.abs(np.diff([stage.bound for stage in stages]))
    assert 2 < len(stages) < 40
    assert _finding.SETTLED == inspect.signature(scene.fit).parameters["tol"].default
    assert (changes[:-1] >= _finding.SETTLED).all() and changes[-1] < _finding.SETTLED
    assert [stage.converged for stage in stages] == [False] * (len(stages) - 1) + [True]
    monkeypatch.setattr(scene, "e_step", lambda *a, **k: pytest.fail("iterations are kept"))
    assert run.until(1) == stages[:2]
    assert run.until(100) == stages


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


def test_random_starts_differ_and_come_again():
    faces = [
        widgets.Run(TRUTH, 5, start=start).until(0)[0].scene.face
        for start in ("random 1", "random 2", "random 1")
    ]
    assert not np.array_equal(faces[0], faces[1])
    np.testing.assert_array_equal(faces[0], faces[2])


def test_runs_of_one_scene_have_the_same_pictures():
    np.testing.assert_array_equal(widgets.Run(TRUTH, 5, start="search").images, widgets.Run(TRUTH, 5).images)


def test_an_unknown_start_is_refused():
    with pytest.raises(ValueError, match="start needs one of 'mean', 'search'"):
        widgets.Run(TRUTH, 5, start="median")


def test_view_tells_bound_noise_and_positions():
    run = widgets.Run(TRUTH, 20)
    stage = run.until(1)[1]
    exact = (stage.found == run.positions).all(axis=1).sum()
    assert widgets.finding_view(run, 1).readout == (
        f"Iteration 1: bound {stage.bound:,.1f} nats. Noise found {stage.scene.noise_std:.1f} gray levels, true 40. "
        f"{exact} of 20 faces placed exactly: {scene.verdict(stage.found, run.positions)[0]}."
    )
    assert ", converged: bound" in widgets.finding_view(run, 40).readout
    assert "exact." in widgets.finding_view(run, 40).readout
    with pytest.raises(ValueError, match="iteration needs a whole number of at least 0"):
        widgets.finding_view(run, -1)


def test_with_smoothing_the_bound_is_said_to_have_its_prior_term():
    assert (
        "bound with its prior term" in widgets.finding_view(widgets.Run(TRUTH, 5, smoothing=1.0), 0).readout
    )


@pytest.mark.parametrize(("down", "right"), [(1, -2), (0, 3)])
def test_a_shifted_face_is_said_to_be_shifted_and_no_face_exact(down, right):
    run = widgets.Run(TRUTH, 5)
    run._stages = [dataclasses.replace(run.until(0)[0], found=run.positions + [down, right])]
    sentence = f"0 of 5 faces placed exactly: shifted by {down} rows and {right} columns."
    assert widgets.finding_view(run, 0).readout.endswith(sentence)


def test_pictures_show_the_scene_found():
    run = widgets.Run(TRUTH, 20)
    before, found = (stage.scene for stage in run.until(1))
    assert not np.array_equal(np.round(before.background), np.round(found.background))
    _, sheet, _ = widgets.finding_view(run, 1).pictures
    inside = sheet[_pictures.CAPTION :]
    np.testing.assert_array_equal(inside[:80:4, :120:4, 0], np.round(np.clip(found.background, 0, 255)))
    left = 120 + _pictures.GAP
    np.testing.assert_array_equal(
        inside[: 9 * 8 : 8, left : left + 7 * 8 : 8, 0], np.round(np.clip(found.face, 0, 255))
    )
    np.testing.assert_array_equal(inside[: 9 * 8 : 8, -7 * 8 :: 8, 0], np.round(FACE))


def test_the_trace_has_every_bound_from_the_start_on():
    run = widgets.Run(TRUTH, 20)
    bounds = [stage.bound for stage in run.until(1)]
    trace = _pictures.trace(bounds, 40, (492, 130), "bound (nats) over iterations")
    np.testing.assert_array_equal(widgets.finding_view(run, 1).pictures[2], trace)


@pytest.mark.parametrize(("rows", "zoom"), [(6, 8), (12, 6)])
def test_faces_are_as_tall_as_the_background_but_for_small_ones(rows, zoom):
    face = datasets.face(shape=(rows, 5))
    run = widgets.Run(scene.Scene(face, BACKGROUND, 40, np.full((21 - rows, 26), 1 / (21 - rows) / 26)), 10)
    sheet = widgets.finding_view(run, 2).pictures[1]
    stage, left = run.until(2)[2], 120 + _pictures.GAP
    found = sheet[_pictures.CAPTION : _pictures.CAPTION + zoom * rows, left : left + zoom * 5]
    np.testing.assert_array_equal(found, _pictures.gray(stage.scene.face, zoom))


def test_captions_tell_the_picture_and_which_frame_is_which():
    run = widgets.Run(TRUTH, 3)
    blank = np.zeros((80, 120, 3), np.uint8)
    captions = ("picture 2: thick found, thin true", "q of its corner, framed true")
    expected = _pictures.captioned([(text, blank) for text in captions])[: _pictures.CAPTION]
    np.testing.assert_array_equal(widgets.finding_view(run, 0, 2).pictures[0][: _pictures.CAPTION], expected)


def test_frames_stand_where_the_face_is_found_and_where_it_is():
    run = widgets.Run(TRUTH, 20, start="random 1")
    stage = run.until(0)[0]
    k = int(np.flatnonzero((stage.found[:10] != run.positions[:10]).any(axis=1))[-1])
    assert k > 0
    picture = widgets.finding_view(run, 0, k).pictures[0][_pictures.CAPTION :, :120]
    framed = ((picture == _pictures.RED) | (picture == _pictures.GREEN)).all(axis=2)
    np.testing.assert_array_equal(picture[:80][~framed], _pictures.gray(run.images[k], 4)[~framed])
    for place, colour in ((stage.found[k], _pictures.RED), (run.positions[k], _pictures.GREEN)):
        i, j = 4 * place
        assert (picture[i, j : j + 28] == colour).all(axis=1).any()
        assert (picture[i : i + 36, j + 27] == colour).all(axis=1).any()


def test_q_is_blue_where_it_is_one_and_gray_where_no_corner_may_be():
    run = widgets.Run(TRUTH, 20)
    q = q_panel(widgets.finding_view(run, 40, 3).pictures[0])
    i, j = 4 * run.until(40)[-1].found[3]
    assert tuple(q[i + 2, j + 2]) == _pictures.BLUE
    assert (q[4 * 12 :] == 225).all() and (q[:, 4 * 24 :] == 225).all()
    assert (q[0, 0] == 255).all()


def q_panel(sheet):
    """The picture of q alone, 80 x 120 pixels, out of the sheet of one picture."""
    gray = (sheet[_pictures.CAPTION :] == 225).all(axis=(0, 2))  # columns where the face's corner cannot be
    right = int(np.flatnonzero(gray)[-1]) + 1
    return sheet[_pictures.CAPTION :, right - 120 : right]


@pytest.mark.parametrize("corner", [(5, 9), (0, 0), (11, 23)])
def test_the_frame_around_the_true_position_leaves_its_q_to_be_seen(corner):
    prior = np.zeros((12, 24))
    prior[corner] = 1
    run = widgets.Run(scene.Scene(FACE, BACKGROUND, 40, prior), 3)
    believed = dataclasses.replace(
        run.until(0)[0], q=np.stack([0 * prior, prior, 0 * prior])
    )  # picture 1 is sure, and right
    q = q_panel(_finding._one_picture(run, believed, 1))
    i, j = 4 * np.array(corner)
    assert (q[i : i + 4, j : j + 4] == _pictures.BLUE).all()
    framed = (q == _pictures.GREEN).all(axis=2)
    assert framed[i + 4 : i + 6, j : j + 6].all() and framed[i : i + 6, j + 4 : j + 6].all()
    if corner == (5, 9):
        assert (
            framed[i - 2 : i, j - 2 : j + 6].all()
            and framed[i - 2 : i + 6, j - 2 : j].all()
            and framed.sum() == 64 - 16
        )


def test_a_picture_beyond_the_last_is_the_last():
    run = widgets.Run(TRUTH, 3)
    np.testing.assert_array_equal(
        widgets.finding_view(run, 1, 9).pictures[0], widgets.finding_view(run, 1, 2).pictures[0]
    )


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("noise_std", 100),
        ("n_pictures", 50),
        ("face_rows", 12),
        ("smoothing", 5),
        ("start", "random 3"),
        ("method", "hard"),
        ("picture", 7),
        ("iteration", 3),
    ],
)
def test_moving_a_control_shows_the_new_view(control, value):
    live = board(start="random 1")
    live.controls["iteration"].value = 1
    before = [image.value for image in live.pictures]
    live.controls[control].value = value
    chosen = live.values()
    rows = chosen["face_rows"]
    face = datasets.face(shape=(rows, round(rows * 14 / 18)))
    positions = (21 - face.shape[0], 31 - face.shape[1])
    truth = scene.Scene(face, BACKGROUND, chosen["noise_std"], np.full(positions, 1 / np.prod(positions)))
    how = {"start": chosen["start"], "hard": chosen["method"] == "hard", "smoothing": chosen["smoothing"]}
    run = widgets.Run(truth, chosen["n_pictures"], **how)
    expected = widgets.finding_view(run, chosen["iteration"], chosen["picture"])
    assert expected.readout in live.readout.value
    for image, picture in zip(live.pictures, expected.pictures, strict=True):
        np.testing.assert_array_equal(shown(image), picture)
    assert [image.value for image in live.pictures] != before


@pytest.mark.parametrize("end", [0, -1])
def test_both_ends_of_every_slider_and_every_choice_work(end):
    live = board()
    for name, control in live.controls.items():
        options = [option[1] if isinstance(option, tuple) else option for option in control.options]
        if name == "face_rows":
            options = [rows for rows in options if rows <= 20]
        control.value = options[end]
        assert live.note.value == "", name
        assert "faces placed exactly" in live.readout.value


def test_sliders_reach_what_the_lesson_asks_for():
    ranges = {
        name: [label[1] for label in control.options] for name, control in list(board().controls.items())[:6]
    }
    assert ranges == {
        "noise_std": list(range(10, 261, 10)),
        "n_pictures": [2, 5, 10, 20, 50, 100, 200],
        "face_rows": [6, 9, 12, 18, 24, 30, 36, 42],
        "smoothing": [0, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100],
        "picture": list(range(10)),
        "iteration": list(range(41)),
    }


def test_a_face_larger_than_the_pictures_gets_a_sentence_and_the_next_choice_recovers():
    live = board()
    live.controls["face_rows"].value = 24
    assert "face needs to fit inside background of 20 x 30; got 24 x 19" in live.note.value
    assert {image.layout.visibility for image in live.pictures} == {"hidden"}
    live.controls["face_rows"].value = 12
    assert live.note.value == ""
    assert {image.layout.visibility for image in live.pictures} == {"visible"}


def test_the_button_takes_one_iteration_and_stops_at_the_last(monkeypatch):
    links = []
    monkeypatch.setattr(ipywidgets, "jslink", lambda source, target: links.append((source, target)))
    live = board()
    rows = (child.children for child in live.children)
    step, play = next(row for row in rows if row and isinstance(row[0], ipywidgets.Button))
    step.click()
    assert live.controls["iteration"].value == 1 and "Iteration 1" in live.readout.value
    live.controls["iteration"].value = 40
    step._click_handlers.callbacks[0](step)  # as a click does, which would only log an error
    assert live.controls["iteration"].value == 40
    assert (play.min, play.max, play.interval) == (0, 40, 500)
    assert links == [((play, "value"), (live.controls["iteration"], "index"))]


def test_moving_through_iterations_draws_no_new_pictures(monkeypatch):
    live = board()
    monkeypatch.setattr(scene, "sample", lambda *a: pytest.fail("the run is kept"))
    live.controls["iteration"].value = 5
    live.controls["picture"].value = 2


def test_two_copies_live_side_by_side():
    one, other = board(), board()
    before = [image.value for image in other.pictures]
    one.controls["iteration"].value = 2
    assert [image.value for image in other.pictures] == before


def test_the_trace_rises_to_the_right_and_puts_a_far_first_value_at_the_edge():
    far, near = (
        _pictures.trace(values, 40, (492, 130), "bound")
        for values in ([-1e9, 1.0, 2.0, 3.0], [-5.0, 1.0, 2.0, 3.0])
    )
    rows = [np.flatnonzero((far[:, x] == _pictures.BLUE).all(axis=1)) for x in range(far.shape[1])]
    line = [int(found.mean()) for found in rows if found.size]
    assert line[0] > line[len(line) // 2] > line[-1]
    np.testing.assert_array_equal(far, near)


def test_a_trace_of_one_value_and_of_equal_values_is_drawn():
    for values in ([3.0], [3.0, 3.0], [3.0, 3.0, 3.0]):
        picture = _pictures.trace(values, 40, (492, 130), "bound")
        assert picture.shape == (130, 492, 3)
        assert (picture == _pictures.RED).all(axis=2).any()
