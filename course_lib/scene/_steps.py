"""The steps of EM for a scene, as functions of all pictures at once."""

import numpy as np
from scipy.special import entr

from .. import blas, checks
from ._model import PICTURES, Scene, prepare
from ._pictures import Pictures, check_reach
from ._sums import add_up, check_smoothing, count_positions, count_visible, expect, maximise, sum_block


def e_step(images, scene, *, hard=False):
    """Where the face may be in every picture, and the bound for that answer.              (S5), (S12), (S14)

    q(d) = softmax over d of ln A(d) + ln p(X | d); the maximum taken off includes ln A, so that an impossible
    best position does no harm. Hard: the best position alone.

    images (N, H, W), scene : Scene (H, W), hard : bool  ->  q (N, I, J), or integer positions (N, 2) when
    hard; and the
    bound, the log-likelihood of all pictures when soft
    """
    hard, pictures = checks.flag("hard", hard), prepare(images, scene)
    with blas.one_thread():
        log_joint = pictures.log_joint(scene, scene.log_prior)
        parts = [expect(log_joint(block, pictures.spectra(block)), hard) for block in pictures.blocks()]
    return np.concatenate([q for q, _, _ in parts]), float(sum(bound for _, bound, _ in parts))


def m_step(images, q, face_shape, *, smoothing=0.0, previous=None):
    """The scene that maximises the bound for this q.              (S8), (S9), (S10), (S11), (S14), (S15)

    images (N, H, W), q (N, I, J) or (N, 2), face_shape (h, w);  smoothing : alpha of (S15), at least 0
    previous : Scene or None; its background stays where a pixel is hidden in every picture. Without it such a
        pixel keeps the mean of the pictures there.

    Returns a Scene; its noise is at least 1e-4 standard deviations of all pixels, and at least 1e-6.
    """
    images = checks.gray_images("images", images, ("N", "H", "W"), hint=PICTURES)
    face_shape = checks.window("face_shape", face_shape, images.shape[1:], "images")
    smoothing = check_smoothing(smoothing)
    q = _check_q(q, images.shape, face_shape)
    if previous is not None:
        checks.instance("previous", previous, Scene)
        checks.match_shape("previous.background", previous.background, images.shape[1:])
        checks.match_shape("previous.face", previous.face, face_shape)
    pictures = Pictures(images, face_shape)

    def of_block(block):
        spectra = pictures.spectra(block) if q.ndim == 3 else None
        return *sum_block(pictures, block, q[block], spectra), np.nan

    with blas.one_thread():
        found = add_up(map(of_block, pictures.blocks()), pictures)
    kept = pictures.mean - pictures.level if previous is None else previous.background - pictures.level
    return maximise(found, kept, smoothing)


def bound(images, q, scene):
    """The lower bound of ln p(X | theta) for any q: sum of E_q ln p(X, d) and the entropy of q.      (S12)

    It loses the divergence of q from the posterior (S13), nothing after an E-step.
    images (N, H, W), q (N, I, J) or (N, 2), scene : Scene (H, W)  ->  float, -inf if A excludes what q holds
    """
    pictures = prepare(images, scene)
    q = _check_q(q, pictures.pixels.shape, scene.face.shape)
    with blas.one_thread():
        log_joint = pictures.log_joint(scene, scene.log_prior)
        parts = [
            _bound_block(log_joint(block, pictures.spectra(block)), q[block]) for block in pictures.blocks()
        ]
    return float(sum(parts))


def iterations(images, begin, *, hard=False, smoothing=0.0):
    """Plain EM from a scene, one iteration at a time, for those who want to watch it. (S5)-(S15)

    images (N, H, W), begin : Scene (H, W), hard and smoothing as in `fit`. It never ends: stop when the bound
    does not move any more. `fit` does the same, faster, and keeps only what it ends with.

    Yields
    ------
    scene : Scene, first `begin` itself
    q : of `e_step` for this scene
    bound : float, nats, of this scene; with smoothing the penalised one, bound + alpha sum ln A, as in `fit`

    Examples
    --------
    >>> import itertools
    >>> import numpy as np
    >>> images = np.array([[[0.0, 9.0, 0.0]], [[0.0, 0.0, 9.0]]])
    >>> begin = Scene([[5.0]], [[1.0, 1.0, 1.0]], 3.0, np.full((1, 3), 1 / 3))
    >>> bounds = [bound for _, _, bound in itertools.islice(iterations(images, begin), 3)]
    >>> bounds[0] < bounds[1] < bounds[2]
    True
    """
    smoothing, scene = check_smoothing(smoothing), checks.instance("begin", begin, Scene)
    while True:
        q, reached = e_step(images, scene, hard=hard)
        yield scene, q, reached + (smoothing * scene.log_prior.sum() if smoothing else 0.0)
        scene = m_step(images, q, scene.face.shape, smoothing=smoothing, previous=scene)


def visible(q, picture_shape, face_shape):
    """In how many pictures each background pixel is expected to be seen: the sum of 1 - c.            (S10)

    Exactly 0 where the face hides the pixel in every picture: nothing can be said of the background there.

    q (N, I, J) or (N, 2), picture_shape (H, W), face_shape (h, w)  ->  array (H, W), from 0 to N pictures

    Examples
    --------
    >>> visible(np.array([[0, 0], [0, 1]]), (1, 4), (1, 2))
    array([[1., 0., 1., 2.]])
    """
    H, W = checks.pair("picture_shape", picture_shape, "(H, W)")
    h, w = checks.window("face_shape", face_shape, (H, W), "pictures")
    n = len(np.atleast_1d(checks.as_array("q", q)))
    q = _check_q(q, (max(n, 1), H, W), (h, w))
    counts = q.sum(axis=0) if q.ndim == 3 else count_positions(q, (H - h + 1, W - w + 1))
    return count_visible(len(q), counts, (h, w))


def _bound_block(log_joint, q):
    """The part of (S12) of a block, with 0 ln 0 = 0."""
    check_reach(log_joint.max(axis=(1, 2)))
    if q.ndim == 2:
        return log_joint[np.arange(len(q)), q[:, 0], q[:, 1]].sum()
    held = q > 0
    return (q[held] * log_joint[held]).sum() + entr(q).sum()


def _check_q(q, shape, face_shape):
    """q as probabilities (N, I, J) or integer positions (N, 2), fitting pictures of `shape` (N, H, W)."""
    positions = tuple(outer - inner + 1 for outer, inner in zip(shape[1:], face_shape))
    q = checks.as_array("q", q)
    if q.ndim == 2 and q.dtype.kind in "iu":
        checks.match_shape("q", q, (shape[0], 2), "one position (row, column) for each picture")
        if (q < 0).any() or (q >= positions).any():
            last = positions[0] - 1, positions[1] - 1
            raise ValueError(
                f"q needs positions from (0, 0) to {last}; got {q.min(0)} to {q.max(0)}; keep the face inside"
            )
        return q.astype(np.intp)
    q = checks.real_array(
        "q", q, (shape[0], *positions), hint="one entry for every picture and position, as from e_step"
    )
    total = q.sum(axis=(1, 2))
    if (q < 0).any() or np.abs(total - 1).max() > 1e-6:
        raise ValueError(
            f"q needs probabilities that sum to 1 for every picture; got entries from {q.min():.3g} and sums "
            f"from {total.min():.6g} to {total.max():.6g}; use e_step"
        )
    return q
