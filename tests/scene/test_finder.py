"""SceneFinder: a thin shell around the fit of a scene, in good standing with scikit-learn."""

import inspect
import pickle
import re

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from course_lib import scene
from course_lib.estimators import SceneFinder
from tests.library.image_estimators import Rows, statuses
from tests.scene.real_scenes import small

FACE = (9, 7)


class FlatFinder(Rows, SceneFinder):
    """The face is one pixel of 1 x F, found in a column."""

    copies, column = 1, 1


@pytest.fixture(scope="module")
def pictures():
    return small(60.0)[1:]


@pytest.fixture(scope="module")
def fitted(pictures):
    return SceneFinder(FACE, random_state=0).fit(pictures[0])


def test_checks_of_scikit_learn():
    assert statuses(SceneFinder()) == ["passed"]
    tags = SceneFinder().__sklearn_tags__()
    assert tags.input_tags.three_d_array and not tags.input_tags.two_d_array and not tags.target_tags.required
    assert not tags.non_deterministic and not tags.input_tags.sparse
    for options in ({}, dict(how="random", n_init=2), dict(hard=True, smoothing=0.5)):
        assert statuses(FlatFinder((1, 1), random_state=0, **options)).count("passed") >= 30


def test_attributes_are_the_result_of_the_fit(pictures):
    """One number drawn from random_state seeds the Generator of the fit."""
    images, _ = pictures
    model = SceneFinder(FACE, 3, smoothing=0.5, random_state=4).fit(images)
    rng = np.random.default_rng(np.random.RandomState(4).randint(2**31))
    result = scene.fit(images, FACE, n_init=3, smoothing=0.5, rng=rng)
    for field in ("face", "background", "noise_std", "prior"):
        np.testing.assert_array_equal(getattr(model.scene_, field), getattr(result.params, field))
    for name in ("bounds", "restart_bounds", "visible"):
        np.testing.assert_array_equal(getattr(model, f"{name}_"), getattr(result, name))
    assert model.n_iter_ == len(result.bounds) - 1 and model.restart_bounds_.shape == (3,)
    assert model.converged_ is True and SceneFinder(FACE, max_iter=1, tol=0).fit(images).converged_ is False
    assert model.fit(images) is model


def test_predict_is_the_best_position_and_score_the_mean_log_likelihood(pictures, fitted):
    images, positions = pictures
    found = fitted.predict(images)
    np.testing.assert_array_equal(found, scene.e_step(images, fitted.scene_, hard=True)[0])
    assert found.shape == (40, 2) and found.dtype.kind == "i"
    assert scene.verdict(found, positions)[0] == "exact"
    assert fitted.score(images) == pytest.approx(scene.e_step(images, fitted.scene_)[1] / 40, rel=1e-12)
    assert fitted.score(images) == pytest.approx(fitted.bounds_[-1] / 40, rel=1e-10)
    alone = [fitted.score(image[None]) for image in images[:7]]
    assert fitted.score(images[:7]) == pytest.approx(np.mean(alone), rel=1e-10)
    np.testing.assert_array_equal(fitted.predict(images[3:4]), found[3:4])


def test_score_weighs_all_positions():
    """(S12): with much noise, the best position alone would be too little."""
    _, images, _ = small(150.0)
    model = SceneFinder(FACE, smoothing=1.0).fit(images)
    assert model.score(images) > scene.e_step(images, model.scene_, hard=True)[1] / 40 + 0.01
    assert model.score(images) == pytest.approx(scene.e_step(images, model.scene_)[1] / 40, rel=1e-12)


def test_new_pictures_need_smoothing_to_be_placed_where_no_old_one_was(pictures):
    """(S8), (S15): without it the prior is 0 there, whatever a new picture shows."""
    images, _ = pictures
    _, others, positions = small(60.0, seed=9)
    free, bound_to_old = (SceneFinder(FACE, smoothing=alpha).fit(images) for alpha in (0.1, 0.0))
    assert (free.predict(others) == positions).all(axis=1).mean() > 0.9
    assert (bound_to_old.predict(others) == positions).all(axis=1).mean() < 0.5
    assert free.score(others) > bound_to_old.score(others) + 10
    noise = np.random.default_rng(0).permutation(others.ravel()).reshape(others.shape)
    assert free.score(others) > free.score(noise) + 10


def test_every_parameter_reaches_get_params_and_the_fit(monkeypatch, pictures):
    given = dict(
        face_shape=(4, 5), n_init=7, hard=True, smoothing=2.0, how="random", max_iter=9, tol=0.5, n_jobs=2,
        progress=True, random_state=5,
    )  # fmt: skip
    model = SceneFinder(**given)
    assert model.get_params() == given
    seen, fit = {}, scene.fit

    def spy(images, face_shape, **options):
        seen.update(options, face_shape=face_shape)
        return fit(images, FACE)

    monkeypatch.setattr(scene, "fit", spy)
    model.fit(pictures[0])
    assert isinstance(seen.pop("rng"), np.random.Generator)
    assert seen == {name: value for name, value in given.items() if name != "random_state"}


def test_defaults_are_those_of_the_fit():
    own, fit = (
        {name: parameter.default for name, parameter in inspect.signature(call).parameters.items()}
        for call in (SceneFinder, scene.fit)
    )
    shared = (own.keys() & fit.keys()) - {"face_shape"}
    assert {name: own[name] for name in shared} == {name: fit[name] for name in shared} and len(shared) == 8
    assert own["random_state"] is None and own["face_shape"] == (18, 14)


def test_the_random_state_decides_the_random_starts(pictures):
    def bounds(random_state):
        model = SceneFinder(FACE, 2, how="random", max_iter=1, random_state=random_state)
        return model.fit(pictures[0]).restart_bounds_

    np.testing.assert_array_equal(bounds(3), bounds(3))
    np.testing.assert_array_equal(bounds(3), bounds(np.random.RandomState(3)))
    assert len({bounds(3)[0], bounds(4)[0], bounds(None)[0], bounds(None)[0]}) == 4


def test_a_clone_has_forgotten_and_a_pickle_has_not(pictures, fitted):
    images, _ = pictures
    other = clone(fitted)
    assert other.get_params() == fitted.get_params()
    for call in (other.predict, other.score):
        with pytest.raises(NotFittedError):
            call(images)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(images), fitted.predict(images))
    assert again.score(images) == fitted.score(images) and not again.scene_.face.flags.writeable
    assert "face_shape=(9, 7)" in repr(fitted)


def test_works_in_a_pipeline_and_a_grid_search(pictures):
    images, positions = pictures
    pipe = make_pipeline(FunctionTransformer(lambda x: 255 - x), SceneFinder(FACE, random_state=0)).fit(
        images
    )
    assert scene.verdict(pipe.predict(images), positions)[0] == "exact"
    assert np.isfinite(pipe.score(images))
    grid = {"face_shape": [(9, 7), (3, 3)], "smoothing": [0.0, 0.1]}
    search = GridSearchCV(SceneFinder(random_state=0), grid, cv=2, error_score="raise").fit(images)
    assert search.best_params_["face_shape"] == (9, 7)  # the held-out pictures tell the right size


def test_integers_and_lists_of_pictures_are_taken_and_left_alone(pictures):
    whole = np.clip(np.rint(pictures[0]), 0, 255).astype(np.uint8)
    kept = whole.copy()
    whole.flags.writeable = False
    model = SceneFinder(FACE, random_state=0)
    wanted = model.fit(whole.astype(float)).predict(whole.astype(float))
    for same in (whole, list(whole), whole.tolist()):
        np.testing.assert_array_equal(model.fit(same).predict(same), wanted)
    np.testing.assert_array_equal(whole, kept)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda x: x[0], ValueError, "images needs shape (N, H, W); got (20, 30); cut all pictures"),
        (lambda x: x[:0], ValueError, "images needs shape (N, H, W); got (0, 20, 30); give at least one"),
        (lambda x: np.where(x == x[0, 0, 0], np.nan, x), ValueError, "images needs finite numbers"),
        (lambda x: [x[0], x[1, :, 1:]], ValueError, "images needs parts of one shape"),
        (lambda x: sparse.csr_matrix(x[0]), TypeError, "images needs a dense array; got a sparse one"),
    ],
)  # fmt: skip
def test_bad_pictures_are_refused_everywhere(pictures, fitted, change, error, message):
    bad = change(pictures[0])
    for call in (clone(fitted).fit, fitted.predict, fitted.score):
        with pytest.raises(error, match="^" + re.escape(message)):
            call(bad)


def test_pictures_of_another_size_than_those_of_the_fit_are_refused(pictures, fitted):
    message = "images needs shape (N, 20, 30); got (40, 20, 29); the scene has pictures of 20 x 30"
    for call in (fitted.predict, fitted.score):
        with pytest.raises(ValueError, match=re.escape(message)):
            call(pictures[0][:, :, 1:])


def test_pictures_that_look_like_colours_earn_a_warning(pictures):
    with pytest.warns(UserWarning, match=r"images needs axes .*; got \(40, 20, 3\)"):
        SceneFinder((4, 2), max_iter=1).fit(pictures[0][:, :, :3])
