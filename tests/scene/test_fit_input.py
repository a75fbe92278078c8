# ruff: noqa: E501 (messages, one a line)
"""What the search and the fit of a scene refuse, before any work, and in which words."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import fft

from course_lib import em, scene
from course_lib.estimators import SceneFinder
from course_lib.scene import Scene
from tests.bad_images import BAD_IMAGES

X = np.random.default_rng(0).normal(100, 20, (5, 6, 7))
START = scene.start(X, (2, 3))
HOLED = replace(START, prior=np.eye(5) / 5)


@pytest.fixture
def no_work(monkeypatch):
    """Transforms and iterations: whatever computes, fails."""

    def work(*args, **options):
        raise AssertionError("the arguments were not checked first")

    monkeypatch.setattr(fft, "rfft2", work)
    monkeypatch.setattr(em, "run_em", work)


def finder(images=X, face_shape=(2, 3), *, rng=None, start=None, **options):
    """The estimator, asked as `scene.fit` is; it has no start, and a random_state instead of rng."""
    return SceneFinder(face_shape, **options).fit(images)


ONE = "cut all pictures to one size; a single picture goes in as image[None]"
OF_ALL = [
    # pictures and faces
    (dict(images=X[0]), ValueError, f"images needs shape (N, H, W); got (6, 7); {ONE}"),
    (dict(images=X[None]), ValueError, "images needs shape (N, H, W); got (1, 5, 6, 7)"),
    (dict(images=X[:0]), ValueError, "images needs shape (N, H, W); got (0, 6, 7); give at least one"),
    (dict(images=np.where(X == X[0, 0, 0], 1e200, X)), ValueError, "images needs numbers within 1e+150; got 1e+200; choose another unit"),
    (dict(face_shape=(7, 3)), ValueError, "face_shape needs to fit inside images of 6 x 7; got 7 x 3; make it smaller"),
    (dict(face_shape=(6, 8)), ValueError, "face_shape needs to fit inside images of 6 x 7; got 6 x 8; make it smaller"),
    (dict(face_shape=(0, 3)), ValueError, "face_shape[0] needs a whole number of at least 1; got 0"),
    (dict(face_shape=(2, -1)), ValueError, "face_shape[1] needs a whole number of at least 1; got -1"),
    (dict(face_shape=(2.0, 3)), TypeError, "face_shape[0] needs a whole number; got float 2.0; give an int"),
    (dict(face_shape=3), ValueError, "face_shape needs two numbers (h, w); got 3; give rows and columns"),
    (dict(face_shape={2, 3}), ValueError, "face_shape needs two numbers (h, w); got {2, 3}; give rows and columns"),
    (dict(face_shape=iter((2, 3))), ValueError, "face_shape needs two numbers (h, w); got <tuple_iterator"),
    (dict(face_shape=(2, 3, 4)), ValueError, "face_shape needs two numbers (h, w); got (2, 3, 4)"),
    (dict(how="best"), ValueError, "how needs one of 'search', 'mean', 'random'; got str 'best'; choose one of them"),
    (dict(how=None), ValueError, "how needs one of 'search', 'mean', 'random'; got NoneType None"),
    (dict(how=["mean"]), ValueError, "how needs one of 'search', 'mean', 'random'; got list ['mean']"),
]  # fmt: skip
OF_FIT = [
    (dict(images=X[:1]), ValueError, "images needs at least 2 pictures, got n_samples=1; one picture fits with the face anywhere; give more, or a start"),
    (dict(n_init=0), ValueError, "n_init needs a whole number of at least 1; got 0"),
    (dict(n_init=-3), ValueError, "n_init needs a whole number of at least 1; got -3"),
    (dict(n_init=2.5), TypeError, "n_init needs a whole number; got float 2.5; give an int"),
    (dict(n_init=True), TypeError, "n_init needs a whole number; got True"),
    (dict(n_init=None), TypeError, "n_init needs a whole number; got NoneType None"),
    (dict(smoothing=-0.1), ValueError, "smoothing needs a finite number of at least 0 (pseudo-pictures a position); got -0.1"),
    (dict(smoothing=np.nan), ValueError, "smoothing needs a finite number of at least 0 (pseudo-pictures a position); got nan"),
    (dict(smoothing=np.inf), ValueError, "smoothing needs a finite number of at least 0 (pseudo-pictures a position); got inf"),
    (dict(smoothing="1"), TypeError, "smoothing needs one real number; got str '1'; give a number in pseudo-pictures a position"),
    (dict(smoothing=[1.0, 2.0]), TypeError, "smoothing needs one real number; got list [1.0, 2.0]"),
    (dict(max_iter=0), ValueError, "max_iter needs a whole number of at least 1; got 0"),
    (dict(max_iter=10.0), TypeError, "max_iter needs a whole number; got float 10.0; give an int"),
    (dict(tol=-1e-3), ValueError, "tol needs a finite number of at least 0 (nats); got -0.001"),
    (dict(tol=np.nan), ValueError, "tol needs a finite number of at least 0 (nats); got nan"),
    (dict(tol=None), TypeError, "tol needs one real number; got NoneType None; give a number in nats"),
    (dict(n_jobs=0), ValueError, "n_jobs needs a whole number from 1 to 256; got 0; or -1 for all cores"),
    (dict(n_jobs=-2), ValueError, "n_jobs needs a whole number from 1 to 256; got -2; or -1 for all cores"),
    (dict(n_jobs=10**9), ValueError, "n_jobs needs a whole number from 1 to 256; got 1000000000; or -1 for all cores"),
    (dict(n_jobs=-1.0), TypeError, "n_jobs needs a whole number; got float -1.0"),
    (dict(n_jobs=True), TypeError, "n_jobs needs a whole number; got True"),
    (dict(progress="abc"), TypeError, "progress needs True or False; got str 'abc'; give one of them"),
    (dict(hard=1), TypeError, "hard needs True or False; got int 1; give one of them"),
    (dict(n_jobs=1.5), TypeError, "n_jobs needs a whole number; got float 1.5"),
    (dict(n_jobs="all"), TypeError, "n_jobs needs a whole number; got str 'all'"),
]  # fmt: skip
OF_RNG = [
    (dict(rng=0), TypeError, "rng needs a numpy.random.Generator; got int 0; pass np.random.default_rng(seed)"),
    (dict(rng=np.random.RandomState(0)), TypeError, "rng needs a numpy.random.Generator; got RandomState RandomState(MT19937)"),
]  # fmt: skip
OF_START = [
    (dict(start=scene.start(X, (3, 2))), ValueError, "start needs a face (2, 3) over a background (6, 7); got (3, 2) over (6, 7); make it from these pictures"),
    (dict(start=scene.start(X[:, :5], (2, 3))), ValueError, "start needs a face (2, 3) over a background (6, 7); got (2, 3) over (5, 7); make it from these pictures"),
    (dict(start=X[0]), TypeError, "start needs a Scene; got ndarray; build one first"),
    (dict(start="mean"), TypeError, "start needs a Scene; got str; build one first"),
    (dict(start=START, n_init=2), ValueError, "n_init needs to be 1 with a start; got 2; leave out start, or fit from each start and compare"),
    (dict(start=HOLED, smoothing=1.0), ValueError, "start.prior needs entries above 0 with smoothing, whose penalty is infinite at 0; mix it with a uniform one"),
    (dict(start=START, n_init=0), ValueError, "n_init needs a whole number of at least 1; got 0"),
    (dict(start=START, images=X[0]), ValueError, f"images needs shape (N, H, W); got (6, 7); {ONE}"),
    (dict(start=START, rng=0), TypeError, "rng needs a numpy.random.Generator; got int 0"),
    (dict(start=START, how="best"), ValueError, "how needs one of 'search', 'mean', 'random'; got str 'best'"),
]  # fmt: skip


def refused(call, options, error, message):
    with pytest.raises(error, match="^" + re.escape(message)) as caught:
        call(**dict(images=X, face_shape=(2, 3)) | options)
    assert ";" in str(caught.value)  # what to do about it


@pytest.mark.parametrize(("options", "error", "message"), OF_ALL + OF_FIT)
@pytest.mark.parametrize("call", [scene.fit, finder])
def test_a_bad_fit_is_refused(call, options, error, message, no_work):
    refused(call, options, error, message)


@pytest.mark.parametrize(("options", "error", "message"), OF_RNG + OF_START)
def test_a_bad_start_of_a_fit_is_refused(options, error, message, no_work):
    refused(scene.fit, options, error, message)


@pytest.mark.parametrize(("options", "error", "message"), OF_ALL + OF_RNG)
def test_a_bad_request_for_a_start_is_refused(options, error, message, no_work):
    refused(scene.start, options, error, message)


@pytest.mark.parametrize(("bad", "error", "message"), BAD_IMAGES)
@pytest.mark.parametrize("call", [scene.fit, scene.start, finder])
def test_bad_images_are_refused(call, bad, error, message, no_work):
    with pytest.raises(error, match="^images " + message):
        call(bad, (2, 2))


def test_a_prior_with_zeros_is_no_obstacle_without_smoothing():
    """Positions that the start excludes stay excluded; and the good request behind the bad ones works."""
    result = scene.fit(X, (2, 3), start=HOLED)
    assert (result.params.prior[np.eye(5) == 0] == 0).all() and isinstance(finder().scene_, Scene)


def test_n_jobs_of_one_minus_one_and_none_are_taken():
    for n_jobs in (None, 1, -1, np.int64(2)):
        assert scene.fit(X, (2, 3), n_jobs=n_jobs, max_iter=1, how="mean").bounds.shape == (2,)


@pytest.mark.parametrize(("found", "positions", "error", "message"), [
    (np.zeros((3, 2)), np.zeros((4, 2)), ValueError, "positions needs shape (3, 2); got (4, 2); one true position for each found one"),
    (np.zeros((3, 2)), np.zeros((3, 3)), ValueError, "positions needs shape (3, 2); got (3, 3)"),
    (np.zeros((3, 3)), np.zeros((3, 3)), ValueError, "found needs shape (N, 2); got (3, 3)"),
    (np.zeros(2), np.zeros(2), ValueError, "found needs shape (N, 2); got (2,)"),
    (np.zeros((0, 2)), np.zeros((0, 2)), ValueError, "found needs shape (N, 2); got (0, 2); give at least one"),
    (np.full((3, 2), np.nan), np.zeros((3, 2)), ValueError, "found needs finite numbers; got 6 NaN or infinite of 6"),
    ([["a", "b"]], [[0, 0]], TypeError, "found needs real numbers; got dtype <U1"),
    ([[0, 0]], None, TypeError, "positions needs real numbers; got dtype object"),
])  # fmt: skip
def test_positions_that_cannot_be_compared_are_refused(found, positions, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        scene.verdict(found, positions)
