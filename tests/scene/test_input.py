# ruff: noqa: E501 (messages, one a line)
"""Every bad input to the model and the steps of a scene gets its own message, before any work."""

import re
from dataclasses import replace

import numpy as np
import pytest

from course_lib import scene
from course_lib.scene import Scene
from tests.bad_images import BAD_IMAGES

FACE, BACKGROUND, PRIOR = np.ones((2, 2)), np.zeros((3, 4)), np.full((2, 3), 1 / 6)
SCENE = Scene(FACE, BACKGROUND, 10, PRIOR)
THIN = Scene([[1.0]], BACKGROUND, 10, np.full((3, 4), 1 / 12))
OTHER = Scene([[1.0]], np.zeros((4, 4)), 10, np.full((4, 4), 1 / 16))
X, Q, HARD = np.zeros((5, 3, 4)), np.stack([PRIOR] * 5), np.zeros((5, 2), dtype=int)
SUMS = scene.statistics(X, SCENE)
RNG = np.random.default_rng(0)

WITH_SCENE = {
    "log_likelihood": lambda x, theta=SCENE: scene.log_likelihood(x, theta),
    "e_step": lambda x, theta=SCENE: scene.e_step(x, theta),
    "hard e_step": lambda x, theta=SCENE: scene.e_step(x, theta, hard=True),
    "statistics": lambda x, theta=SCENE: scene.statistics(x, theta),
    "bound": lambda x, theta=SCENE: scene.bound(x, Q, theta),
}
WITH_Q = {
    "m_step": lambda q: scene.m_step(X, q, (2, 2)),
    "bound": lambda q: scene.bound(X, q, SCENE),
    "visible": lambda q: scene.visible(q, (3, 4), (2, 2)),
}
BAD_Q = [
    (np.zeros((5, 2)), ValueError, "q needs shape (5, 2, 3); got (5, 2); one entry for every picture and position, as from e_step"),
    (np.full((5, 3, 2), 1 / 6), ValueError, "q needs shape (5, 2, 3); got (5, 3, 2); one entry for every picture and position, as from e_step"),
    (np.zeros((5, 3), dtype=int), ValueError, "q needs shape (5, 2); got (5, 3); one position (row, column) for each picture"),
    ([[0, 0]] * 4 + [[2, 0]], ValueError, "q needs positions from (0, 0) to (1, 2); got [0 0] to [2 0]; keep the face inside"),
    ([[0, 0]] * 4 + [[0, 3]], ValueError, "q needs positions from (0, 0) to (1, 2); got [0 0] to [0 3]; keep the face inside"),
    ([[0, 0]] * 4 + [[0, -1]], ValueError, "q needs positions from (0, 0) to (1, 2); got [ 0 -1] to [0 0]; keep the face inside"),
    (np.ones((5, 2, 3)), ValueError, "q needs probabilities that sum to 1 for every picture; got entries from 1 and sums from 6 to 6; use e_step"),
    (Q * (1 + 2e-5), ValueError, "q needs probabilities that sum to 1 for every picture; got entries from 0.167 and sums from 1.00002 to 1.00002; use e_step"),
    (Q * (1 - 2e-6), ValueError, "q needs probabilities that sum to 1 for every picture; got entries from 0.167 and sums from 0.999998 to 0.999998; use e_step"),
    (np.tile([[2.0, -1, 0], [0, 0, 0]], (5, 1, 1)), ValueError, "q needs probabilities that sum to 1 for every picture; got entries from -1 and sums from 1 to 1; use e_step"),
    (np.full((5, 2, 3), np.nan), ValueError, "q needs finite numbers; got 30 NaN or infinite of 30; replace or remove them first (np.nan_to_num, or drop the row)"),
    (Q.astype(bool), TypeError, "q needs real numbers; got dtype bool; convert it with .astype(float) if it holds numbers"),
    (Q.astype(complex), TypeError, "q needs real numbers; got dtype complex128; take its .real part"),
    (Q.astype(str), TypeError, "q needs real numbers; got dtype <U32; convert it with .astype(float) if it holds numbers"),
    ([[0, 0], [0]], ValueError, "q needs parts of one shape; got parts of different shapes; make them equal first"),
    (np.ma.array(Q), TypeError, "q needs a plain array; got a masked array; fill it first (value.filled(0))"),
]  # fmt: skip
BAD_CALLS = [
    # the record
    (ValueError, "face needs to fit inside background of 3 x 4; got 4 x 4; make it smaller", lambda: Scene(np.ones((4, 4)), BACKGROUND, 1, [[1]])),
    (ValueError, "face needs to fit inside background of 3 x 4; got 1 x 5; make it smaller", lambda: Scene(np.ones((1, 5)), BACKGROUND, 1, [[1]])),
    (ValueError, "face needs shape (h, w); got (2,); reshape it, or check which array was passed", lambda: replace(SCENE, face=[1.0, 2])),
    (ValueError, "face needs shape (h, w); got (0, 2); give at least one", lambda: replace(SCENE, face=np.zeros((0, 2)))),
    (ValueError, "background needs shape (H, W); got (1, 3, 4); reshape it, or check which array was passed", lambda: replace(SCENE, background=BACKGROUND[None])),
    (ValueError, "prior needs shape (2, 3); got (3, 2); one entry for each position of the face", lambda: replace(SCENE, prior=PRIOR.T)),
    (ValueError, "prior needs shape (2, 3); got (6,); one entry for each position of the face", lambda: replace(SCENE, prior=PRIOR.ravel())),
    (ValueError, "prior needs entries of at least 0; got -1; probabilities are not negative", lambda: replace(SCENE, prior=[[2, -1, 0], [0, 0, 0]])),
    (ValueError, "prior needs a position with probability above 0; got zeros only; np.full(shape, 1 / size) is uniform", lambda: replace(SCENE, prior=0 * PRIOR)),
    (ValueError, "prior needs entries that sum to 1; got a sum of 6; divide by the sum", lambda: replace(SCENE, prior=6 * PRIOR)),
    (ValueError, "noise_std needs a finite number above 0 (gray levels); got 0; give a positive one", lambda: replace(SCENE, noise_std=0)),
    (ValueError, "noise_std needs a finite number above 0 (gray levels); got -1; give a positive one", lambda: replace(SCENE, noise_std=-1)),
    (ValueError, "noise_std needs a finite number above 0 (gray levels); got nan; give a positive one", lambda: replace(SCENE, noise_std=np.nan)),
    (TypeError, "noise_std needs one real number; got list [1]; give a number in gray levels", lambda: replace(SCENE, noise_std=[1])),
    # paste
    (ValueError, "position[0] needs a whole number from 0 to 1; got 2; the face must lie inside the background", lambda: scene.paste(FACE, BACKGROUND, (2, 0))),
    (ValueError, "position[1] needs a whole number from 0 to 2; got 3; the face must lie inside the background", lambda: scene.paste(FACE, BACKGROUND, (0, 3))),
    (ValueError, "position[1] needs a whole number from 0 to 2; got -1; the face must lie inside the background", lambda: scene.paste(FACE, BACKGROUND, (0, -1))),
    (TypeError, "position[0] needs a whole number; got float 0.0; give an int", lambda: scene.paste(FACE, BACKGROUND, (0.0, 1.0))),
    (ValueError, "position needs (row, column); got 3; give the top-left corner", lambda: scene.paste(FACE, BACKGROUND, 3)),
    (ValueError, "position needs (row, column); got (0, 1, 2); give the top-left corner", lambda: scene.paste(FACE, BACKGROUND, (0, 1, 2))),
    (ValueError, "face needs to fit inside background of 2 x 2; got 3 x 4; make it smaller", lambda: scene.paste(BACKGROUND, FACE, (0, 0))),
    (ValueError, "face needs finite numbers; got 1 NaN or infinite of 1; replace or remove them first (np.nan_to_num, or drop the row)", lambda: scene.paste([[np.nan]], BACKGROUND, (0, 0))),
    (ValueError, "background needs shape (H, W); got (4,); reshape it, or check which array was passed", lambda: scene.paste(FACE, BACKGROUND[0], (0, 0))),
    (ValueError, "position needs (row, column); got {0, 1}; give the top-left corner", lambda: scene.paste(FACE, BACKGROUND, {0, 1})),
    # sample
    (ValueError, "n needs rows that fit in memory; got 18446744073709551616 of 12 numbers; ask for fewer", lambda: scene.sample(SCENE, 2**64, RNG)),
    (ValueError, "n needs a whole number of at least 1; got 0; choose one in that range", lambda: scene.sample(SCENE, 0, RNG)),
    (TypeError, "n needs a whole number; got float 2.0; give an int", lambda: scene.sample(SCENE, 2.0, RNG)),
    (TypeError, "rng needs a numpy.random.Generator; got int 0; pass np.random.default_rng(seed)", lambda: scene.sample(SCENE, 2, 0)),
    (TypeError, "rng needs a numpy.random.Generator; got NoneType None; pass np.random.default_rng(seed)", lambda: scene.sample(SCENE, 2, None)),
    (TypeError, "scene needs a Scene; got ndarray; build one first", lambda: scene.sample(FACE, 2, RNG)),
    # M-step
    (ValueError, "face_shape needs to fit inside images of 3 x 4; got 4 x 2; make it smaller", lambda: scene.m_step(X, HARD, (4, 2))),
    (ValueError, "face_shape needs to fit inside images of 3 x 4; got 2 x 5; make it smaller", lambda: scene.m_step(X, HARD, (2, 5))),
    (ValueError, "face_shape needs two numbers (h, w); got 2; give rows and columns", lambda: scene.m_step(X, HARD, 2)),
    (ValueError, "face_shape[0] needs a whole number of at least 1; got 0; choose one in that range", lambda: scene.m_step(X, HARD, (0, 2))),
    (ValueError, "smoothing needs a finite number of at least 0 (pseudo-pictures a position); got -0.1; give a positive one", lambda: scene.m_step(X, HARD, (2, 2), smoothing=-0.1)),
    (ValueError, "smoothing needs a finite number of at least 0 (pseudo-pictures a position); got nan; give a positive one", lambda: scene.m_step(X, HARD, (2, 2), smoothing=np.nan)),
    (TypeError, "smoothing needs one real number; got str '1'; give a number in pseudo-pictures a position", lambda: scene.m_step(X, HARD, (2, 2), smoothing="1")),
    (TypeError, "previous needs a Scene; got ndarray; build one first", lambda: scene.m_step(X, HARD, (2, 2), previous=BACKGROUND)),
    (ValueError, "previous.background needs shape (3, 4); got (4, 4); reshape it, or check which array was passed", lambda: scene.m_step(X, HARD, (2, 2), previous=OTHER)),
    (ValueError, "images needs shape (N, H, W); got (3, 4); cut all pictures to one size; a single picture goes in as image[None]", lambda: scene.m_step(X[0], HARD[:1], (2, 2))),
    (ValueError, "q needs shape (5, 2); got (4, 2); one position (row, column) for each picture", lambda: scene.m_step(X, HARD[1:], (2, 2))),
    (ValueError, "q needs shape (5, 2, 3); got (4, 2, 3); one entry for every picture and position, as from e_step", lambda: scene.bound(X, Q[1:], SCENE)),
    # visible
    (ValueError, "face_shape needs to fit inside pictures of 3 x 4; got 4 x 2; make it smaller", lambda: scene.visible(HARD, (3, 4), (4, 2))),
    (ValueError, "picture_shape needs two numbers (H, W); got {3, 4}; give rows and columns", lambda: scene.visible(HARD, {3, 4}, (2, 2))),
    (ValueError, "q needs shape (1, 2); got (0, 2); give at least one", lambda: scene.visible(HARD[:0], (3, 4), (2, 2))),
    (ValueError, "q needs parts of one shape; got parts of different shapes; make them equal first", lambda: scene.visible([[0], [0, 1]], (3, 4), (2, 2))),
    (ValueError, "q needs shape (1, 2, 3); got (); one entry for every picture and position, as from e_step", lambda: scene.visible(5, (3, 4), (2, 2))),
    (TypeError, "hard needs True or False; got str 'soft'; give one of them", lambda: scene.e_step(X, SCENE, hard="soft")),
    (TypeError, "hard needs True or False; got int 1; give one of them", lambda: scene.statistics(X, SCENE, hard=1)),
    (ValueError, "previous.face needs shape (2, 2); got (1, 1); reshape it, or check which array was passed", lambda: scene.m_step(X, HARD, (2, 2), previous=THIN)),
    # statistics
    (TypeError, "a needs a Statistics; got Scene; build one first", lambda: scene.merge(SCENE, SUMS)),
    (TypeError, "b needs a Statistics; got NoneType; build one first", lambda: scene.merge(SUMS, None)),
    (TypeError, "statistics needs a Statistics; got ndarray; build one first", lambda: scene.update(X, SCENE)),
    (TypeError, "previous needs a Scene; got NoneType; build one first", lambda: scene.update(SUMS, None)),
    (ValueError, "previous needs a face (2, 2) in pictures (3, 4); got (1, 1) in (4, 4); give the scene of the E-step", lambda: scene.update(SUMS, OTHER)),
    (ValueError, "smoothing needs a finite number of at least 0 (pseudo-pictures a position); got -1; give a positive one", lambda: scene.update(SUMS, SCENE, smoothing=-1)),
]  # fmt: skip


def refuses(error, message, call):
    """The call fails with this kind of error and exactly this text."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(("error", "message", "call"), BAD_CALLS, ids=range(len(BAD_CALLS)))
def test_bad_input_is_refused(error, message, call):
    refuses(error, message, call)


@pytest.mark.parametrize(("bad", "error", "message"), BAD_Q, ids=range(len(BAD_Q)))
@pytest.mark.parametrize("call", WITH_Q.values(), ids=WITH_Q)
def test_a_bad_q_is_refused(call, bad, error, message):
    refuses(error, message, lambda: call(bad))


@pytest.mark.parametrize(("bad", "error", "message"), BAD_IMAGES)
@pytest.mark.parametrize("call", WITH_SCENE.values(), ids=WITH_SCENE)
def test_bad_images_are_refused(call, bad, error, message):
    side = 3 if isinstance(bad, np.ndarray) and bad.shape[-1] == 3 else 4
    theta = Scene(np.ones((side, side)), np.zeros((side, side)), 10, [[1.0]])
    with pytest.raises(error, match="^images " + message.replace("H, W", "4, 4")):
        call(bad, theta)
    with pytest.raises(error, match="^images " + message):
        scene.m_step(bad, HARD, (1, 1))


@pytest.mark.parametrize("call", WITH_SCENE.values(), ids=WITH_SCENE)
def test_images_and_scenes_that_disagree_are_refused(call):
    hint = "the scene has pictures of 3 x 4; cut all pictures to one size; a single picture goes in as image[None]"
    for bad in (X[0], X.transpose(0, 2, 1), X[None]):
        refuses(
            ValueError, f"images needs shape (N, 3, 4); got {bad.shape}; {hint}", lambda bad=bad: call(bad)
        )
    refuses(TypeError, "scene needs a Scene; got ndarray; build one first", lambda: call(X, X))


@pytest.mark.parametrize("field", ["face", "background", "prior"])
def test_a_scene_refuses_what_are_no_finite_real_numbers(field):
    value = np.array(getattr(SCENE, field))
    for dtype in ("complex128", "<U3", "object", "bool"):
        with pytest.raises(TypeError, match=f"^{field} needs real numbers; got dtype {dtype}; .+"):
            replace(SCENE, **{field: value.astype(dtype)})
    with pytest.raises(TypeError, match=f"^{field} needs a plain array; got a masked array; fill it first"):
        replace(SCENE, **{field: np.ma.array(value)})
    for value[-1, -1] in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match=f"^{field} needs finite numbers; got 1 NaN or infinite of"):
            replace(SCENE, **{field: value})


@pytest.mark.parametrize(
    "call", [scene.fit, scene.start, lambda x, shape: scene.e_step(x, scene.start(x, shape))]
)
def test_pictures_that_look_like_colours_are_taken_with_a_warning(call):
    """(H, W, 4) would silently be H pictures of W x 4."""
    with pytest.warns(UserWarning, match=r"images needs axes \(..., rows, columns\); got \(9, 10, 4\)"):
        call(np.random.default_rng(0).uniform(0, 255, (9, 10, 4)), (3, 2))
