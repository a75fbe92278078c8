"""The face widget without a browser: EM's iterations one by one, the pictures of each, and a player that moves a slider."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from course_lib import datasets, scene, widgets
from course_lib.widgets import _finding, _pictures

BACKGROUND = datasets.background(shape=(20, 30))
FACE = datasets.face(shape=(9, 7))
TRUTH = scene.Scene(FACE, BACKGROUND, 40, np.full((12, 24), 1 / 288))
WAYS = [{}, {"hard": True}, {"smoothing": 2.0}, {"hard": True, "smoothing": 2.0}]


def shown(image):
    return np.asarray(Image.open(io.BytesIO(image.value)))


def board(**options):
    return widgets.finding_widget(BACKGROUND, **{"noise_std": 40, "n_pictures": 20, "face_rows": 9, **options})


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


def test_iterations_begin_with_the_scene_they_are_given():
    images, _ = scene.sample(TRUTH, 5, np.random.default_rng(1))
    assert next(scene.iterations(images, TRUTH))[0] is TRUTH


@pytest.mark.parametrize(("options", "error", "message"), [({"smoothing": -1}, ValueError, "smoothing needs"), ({"hard": 1}, TypeError, "hard needs True or False")])
def test_iterations_refuse_bad_options(options, error, message):
    images, _ = scene.sample(TRUTH, 5, np.random.default_rng(1))
    with pytest.raises(error, match=message):
        next(scene.iterations(images, TRUTH, **options))


def test_a_run_keeps_its_iterations_and_stops_when_it_has_converged(monkeypatch):
    run = widgets.Run(TRUTH, 20)
    stages = run.until(60)
    changes = np.abs(np.diff([stage.bound for stage in stages]))
    assert 2 < len(stages) < 40
    assert (changes[:-1] >= _finding.SETTLED).all() and changes[-1] < _finding.SETTLED
    assert [stage.converged for stage in stages] == [False] * (len(stages) - 1) + [True]
    monkeypatch.setattr(scene, "e_step", lambda *a, **k: pytest.fail("iterations are kept"))
    assert run.until(1) == stages[:2]
    assert run.until(100) == stages


@pytest.mark.parametrize("way", WAYS)
def test_a_stage_has_the_best_positions_and_q_of_the_first_pictures(way):
    run = widgets.Run(TRUTH, 15, start="random 2", **way)
    stage = run.until(2)[-1]
    q, _ = scene.e_step(run.images, stage.scene, **{"hard": way.get("hard", False)})
    best, _ = scene.e_step(run.images, stage.scene, hard=True)
    np.testing.assert_array_equal(stage.found, best)
    assert stage.q.shape == (10, 12, 24)
    np.testing.assert_allclose(stage.q.sum(axis=(1, 2)), 1)
    if q.ndim == 3:
        np.testing.assert_array_equal(stage.q, q[:10])
    else:
        assert all(stage.q[k][tuple(q[k])] == 1 for k in range(10))


def test_random_starts_differ_and_come_again():
    faces = [widgets.Run(TRUTH, 5, start=start).until(0)[0].scene.face for start in ("random 1", "random 2", "random 1")]
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
    assert "bound with its prior term" in widgets.finding_view(widgets.Run(TRUTH, 5, smoothing=1.0), 0).readout


def test_a_shifted_face_is_said_to_be_shifted(monkeypatch):
    monkeypatch.setattr(scene, "verdict", lambda found, positions: ("shifted", (1, -2)))
    assert widgets.finding_view(widgets.Run(TRUTH, 5), 0).readout.endswith("shifted by 1 rows and -2 columns.")


def test_pictures_show_the_scene_found():
    run = widgets.Run(TRUTH, 20)
    found = run.until(3)[-1].scene
    _, sheet, _ = widgets.finding_view(run, 3).pictures
    inside = sheet[_pictures.CAPTION :]
    np.testing.assert_array_equal(inside[:80:4, :120:4, 0], np.round(np.clip(found.background, 0, 255)))
    np.testing.assert_array_equal(inside[: 9 * 8 : 8, 120 + _pictures.GAP : 120 + _pictures.GAP + 7 * 8 : 8, 0], np.round(np.clip(found.face, 0, 255)))
    np.testing.assert_array_equal(inside[: 9 * 8 : 8, -7 * 8 :: 8, 0], np.round(FACE))


def test_frames_stand_where_the_face_is_found_and_where_it_is():
    run = widgets.Run(TRUTH, 20, start="random 1")
    stage = run.until(0)[0]
    k = int((stage.found[:10] != run.positions[:10]).any(axis=1).argmax())
    picture = widgets.finding_view(run, 0, k).pictures[0][_pictures.CAPTION :, :120]
    for place, colour in ((stage.found[k], _pictures.RED), (run.positions[k], _pictures.GREEN)):
        i, j = 4 * place
        assert (picture[i, j : j + 28] == colour).all(axis=1).any()
        assert (picture[i : i + 36, j + 27] == colour).all(axis=1).any()


def test_q_is_blue_where_it_is_one_and_gray_where_no_corner_may_be():
    run = widgets.Run(TRUTH, 20)
    q = widgets.finding_view(run, 40, 3).pictures[0][_pictures.CAPTION :]
    left = int(np.flatnonzero((q == 225).all(axis=(0, 2)))[0]) - 4 * 24  # columns without any position of the corner are gray
    q = q[:, left : left + 120]
    i, j = 4 * run.until(40)[-1].found[3]
    assert tuple(q[i + 2, j + 2]) == _pictures.BLUE
    assert (q[4 * 12 :] == 225).all() and (q[:, 4 * 24 :] == 225).all()
    assert (q[0, 0] == 255).all()


def test_a_picture_beyond_the_last_is_the_last():
    run = widgets.Run(TRUTH, 3)
    np.testing.assert_array_equal(widgets.finding_view(run, 1, 9).pictures[0], widgets.finding_view(run, 1, 2).pictures[0])


@pytest.mark.parametrize(
    ("control", "value"),
    [("noise_std", 100), ("n_pictures", 50), ("face_rows", 12), ("smoothing", 5), ("start", "random 3"), ("method", "hard"), ("picture", 7), ("iteration", 3)],
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
    run = widgets.Run(truth, chosen["n_pictures"], start=chosen["start"], hard=chosen["method"] == "hard", smoothing=chosen["smoothing"])
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


def test_a_face_larger_than_the_pictures_gets_a_sentence_and_the_next_choice_recovers():
    live = board()
    live.controls["face_rows"].value = 24
    assert "face needs to fit inside background of 20 x 30; got 24 x 19" in live.note.value
    assert {image.layout.visibility for image in live.pictures} == {"hidden"}
    live.controls["face_rows"].value = 12
    assert live.note.value == ""
    assert {image.layout.visibility for image in live.pictures} == {"visible"}


def test_the_button_takes_one_iteration_and_stops_at_the_last():
    live = board()
    step, play = next(child for child in live.children if child.children and child.children[0].__class__.__name__ == "Button").children
    step.click()
    assert live.controls["iteration"].value == 1 and "Iteration 1" in live.readout.value
    live.controls["iteration"].value = 40
    step.click()
    assert live.controls["iteration"].value == 40
    assert (play.min, play.max) == (0, 40)


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
    far, near = (_pictures.trace(values, 40, (492, 130), "bound") for values in ([-1e9, 1.0, 2.0, 3.0], [-5.0, 1.0, 2.0, 3.0]))
    rows = [np.flatnonzero((far[:, x] == _pictures.BLUE).all(axis=1)) for x in range(far.shape[1])]
    line = [int(found.mean()) for found in rows if found.size]
    assert line[0] > line[len(line) // 2] > line[-1]
    np.testing.assert_array_equal(far, near)


def test_a_trace_of_one_value_and_of_equal_values_is_drawn():
    for values in ([3.0], [3.0, 3.0], [3.0, 3.0, 3.0]):
        picture = _pictures.trace(values, 40, (492, 130), "bound")
        assert picture.shape == (130, 492, 3)
        assert (picture == _pictures.RED).all(axis=2).any()
