"""Exercises of lesson 08: the updates of the M-step.  (S9)-(S11)"""

import numpy as np
from scipy.signal import convolve2d, correlate2d

from ... import scene, windows
from ._grading import ANY, Case, Exercise, Mistake


def one_hot(I, J, position):
    """q (I, J) with all its weight on one position."""
    q = np.zeros((I, J))
    q[position] = 1
    return q


# 08.3 the face


def _world(rng, K, picture, face, *, hard=False, level=0.0):
    """Pictures (K, H, W), and q (K, I, J) that is random or, if hard, sure: the first is sure of the last position."""
    I, J = picture[0] - face[0] + 1, picture[1] - face[1] + 1
    images = level + rng.uniform(0, 255, (K, *picture))
    if hard:
        last = [(I - 1, J - 1)] + [(rng.integers(I), rng.integers(J)) for _ in range(K - 1)]
        return images, np.array([one_hot(I, J, position) for position in last])
    return images, rng.dirichlet(np.full(I * J, 0.7), size=K).reshape(K, I, J)


def _face_cases(rng):
    def case(what, *sizes, **options):
        return Case(what, _world(rng, *sizes, **options))

    return [
        case("three pictures and a face of 2 x 3", 3, (4, 5), (2, 3)),
        case("five pictures and a face of 4 x 2", 5, (6, 7), (4, 2)),
        case("one picture", 1, (5, 4), (3, 2)),
        case("q that is sure of one position in every picture", 4, (4, 6), (2, 2), hard=True),
        case("a face as large as the pictures", 3, (3, 4), (3, 4)),
        case("a face of one pixel", 4, (3, 5), (1, 1)),
        case("gray levels near 60 000", 3, (4, 5), (2, 2), level=6e4),
    ]


def _face_shape(images, q):
    return tuple(outer - positions + 1 for outer, positions in zip(images.shape[1:], q.shape[1:]))


def _face(images, q):
    return scene.m_step(images, q, _face_shape(images, q)).face


def _sharp(q):
    """All the weight of every picture on its best position."""
    flat = q.reshape(len(q), -1)
    return (np.arange(flat.shape[1]) == flat.argmax(axis=1)[:, None]).astype(float).reshape(q.shape)


def _without_last(images, q):
    q = q.copy()
    q[:, -1], q[:, :, -1] = 0, 0
    return sum(correlate2d(x, p, "valid") for x, p in zip(images, q)) / len(q)


FACE = Exercise(
    "08.3",
    "the face",
    ("face (h, w)",),
    _face_cases,
    _face,
    (
        Mistake(
            "that is the sum over the pictures; a face has the gray levels of one",
            lambda x, q: len(x) * _face(x, q),
        ),
        Mistake(
            "you divided by the number of positions; the weights of one picture sum to 1 already, so what is left to count",
            lambda x, q: len(x) * _face(x, q) / q[0].size,
        ),
        Mistake(
            "you divided by the positions as well: q has averaged over them already",
            lambda x, q: _face(x, q) / q[0].size,
        ),
        Mistake(
            "only the best window of each picture is in your face; q knows more of them",
            lambda x, q: _face(x, _sharp(q)),
        ),
        Mistake(
            "all windows count alike in your face: where is q",
            lambda x, q: _face(x, np.full_like(q, 1 / q[0].size)),
        ),
        Mistake(
            "that is a convolution, which turns q upside down; (S9) needs a correlation",
            lambda x, q: sum(convolve2d(a, p, "valid") for a, p in zip(x, q)) / len(x),
        ),
        Mistake(
            "your face is upside down and mirrored: which of the two slides over the other",
            lambda x, q: _face(x, q)[::-1, ::-1],
        ),
        Mistake("the last row and column of positions are missing: where does a range end", _without_last),
        Mistake(
            "you averaged the pictures and the q apart; each picture goes with its own q",
            lambda x, q: correlate2d(x.mean(axis=0), q.mean(axis=0), "valid"),
        ),
    ),
    float32=True,
)


# 08.4 hidden weight and background


def _background_cases(rng):
    def case(what, K, picture, face, blurred=0.0, **options):
        images, q = _world(rng, K, picture, face, **options)
        q = q * (
            1
            + blurred
            * rng.uniform(1, 2, (K, 1, 1))
            * rng.permutation(np.arange(K) % 2 * 2 - 1)[:, None, None]
        )
        return Case(what, (images, q, face, rng.uniform(0, 255, picture)))

    return [
        case("three pictures and a face of 2 x 3", 3, (4, 5), (2, 3)),
        case("five pictures and a face of 3 x 2", 5, (7, 6), (3, 2)),
        case("a face of one pixel", 4, (3, 4), (1, 1)),
        case("one picture that is sure of its position", 1, (5, 6), (2, 3), hard=True),
        case(
            "pixels that the face hides at every position, and q that is sure", 4, (4, 5), (3, 4), hard=True
        ),
        case(
            "pixels that the face hides at every position, and q that sums to 1 up to 1e-10",
            5,
            (4, 5),
            (3, 4),
            blurred=1e-10,
        ),
        case("a face as large as the pictures", 3, (3, 4), (3, 4)),
    ]


def _background(images, q, face_shape, kept):
    uniform = np.full(q.shape[1:], 1 / q[0].size)
    previous = scene.Scene(np.zeros(face_shape), kept, 1.0, uniform)
    return windows.spread(q, face_shape), scene.m_step(images, q, face_shape, previous=previous).background


def _weighted(images, weights, otherwise):
    """Mean of the pictures with these weights (K, H, W), and something else where they vanish."""
    total = weights.sum(axis=0)
    seen = total > 1e-6
    return np.where(seen, (images * weights).sum(axis=0) / np.where(seen, total, 1), otherwise)


def _of_hidden(hidden):
    """The mistake whose c is hidden(q, face_shape), all else being right."""

    def answer(images, q, face_shape, kept):
        c = hidden(q, face_shape)
        return c, _weighted(images, 1 - c, kept)

    return answer


def _of_background(background):
    """The mistake whose B is background(images, c, kept), c being right."""

    def answer(images, q, face_shape, kept):
        c = windows.spread(q, face_shape)
        B = background(images, c, kept)
        return ANY if B is ANY else (c, B)

    return answer


def _rectangles(low, high):
    """c as the sum of q over rows low(p, h) to high(p, h, H), columns likewise, Python's slices doing what they do."""

    def hidden(q, face_shape):
        shape = [positions + inner - 1 for positions, inner in zip(q.shape[1:], face_shape)]
        c = np.empty((len(q), *shape))
        for p in np.ndindex(*shape):
            rows, columns = (slice(low(*at[:2]), high(*at)) for at in zip(p, face_shape, shape))
            c[:, p[0], p[1]] = q[:, rows, columns].sum(axis=(1, 2))
        return c

    return hidden


def _divided(images, c, kept):
    total = (1 - c).sum(axis=0)
    if ((total != 0) & (np.abs(total) < 1e-6)).any():
        return ANY  # rounding over rounding
    return (images * (1 - c)).sum(axis=0) / total


def _tested_for_zero(images, c, kept):
    B = _divided(images, c, kept)
    return ANY if B is ANY else np.where(np.isnan(B), kept, B)


BACKGROUND = Exercise(
    "08.4",
    "what is hidden, and the background",
    ("hidden (K, H, W)", "background (H, W)"),
    _background_cases,
    _background,
    (
        Mistake(
            "your background is divided by the number of pictures; in how many of them is the pixel to be seen",
            _of_background(
                lambda x, c, kept: np.where((1 - c).sum(axis=0) > 1e-6, (x * (1 - c)).mean(axis=0), kept)
            ),
        ),
        Mistake(
            "divided by the number of pictures, a pixel that nobody saw turns black: what is the sum of the weights",
            _of_background(lambda x, c, kept: (x * (1 - c)).mean(axis=0)),
        ),
        Mistake(
            "you weigh a picture by how much it hides the pixel; which weight says that it shows it",
            _of_background(lambda x, c, kept: ANY if (c.sum(axis=0) < 1e-6).any() else _weighted(x, c, kept)),
        ),
        Mistake(
            "your first result is how surely each pixel is seen; asked are the c_k, how surely it is hidden",
            lambda *args: (1 - _background(*args)[0], _background(*args)[1]),
        ),
        Mistake(
            "right but for pixels that nobody ever saw: 0/0 there; what was to be kept",
            _of_background(_divided),
        ),
        Mistake(
            "right while hidden weights sum to exactly 1; with rounding you divide noise by noise, so compare with a tolerance",
            _of_background(_tested_for_zero),
        ),
        Mistake(
            "a pixel that nobody ever saw became 0 instead of staying",
            _of_background(lambda x, c, kept: _weighted(x, 1 - c, 0.0)),
        ),
        Mistake(
            "where nobody ever saw the pixel you took the mean of the pictures, which show the face there",
            _of_background(lambda x, c, kept: _weighted(x, 1 - c, x.mean(axis=0))),
        ),
        Mistake(
            "your background is the plain mean of the pictures, faces and all: c is not used",
            _of_background(lambda x, c, kept: x.mean(axis=0)),
        ),
        Mistake(
            "your rectangle lacks its last row and column: where does a slice end",
            _of_hidden(_rectangles(lambda p, h: max(0, p + 1 - h), lambda p, h, H: min(p, H - h))),
        ),
        Mistake(
            "near the upper and left border your rectangle begins below 0, where Python counts from the other end",
            _of_hidden(_rectangles(lambda p, h: p + 1 - h, lambda p, h, H: min(p, H - h) + 1)),
        ),
        Mistake(
            "you summed q to the right of and below the pixel; the face's corner lies on the other side of it",
            _of_hidden(_rectangles(lambda p, h: p, lambda p, h, H: p + h)),
        ),
        Mistake(
            "your hidden weight knows the best position only; others with q above 0 hide pixels, too",
            _of_hidden(lambda q, face_shape: windows.spread(_sharp(q), face_shape)),
        ),
    ),
)


# 08.5 the noise


def _noise_cases(rng):
    def case(what, K, picture, face, *, level=0.0, **options):
        images, q = _world(rng, K, picture, face, level=level, **options)
        old = level + rng.uniform(0, 255, face), level + rng.uniform(0, 255, picture)
        new = scene.m_step(
            images, q, face, previous=scene.Scene(*old, 1.0, np.full(q.shape[1:], 1 / q[0].size))
        )
        return Case(what, (images, q, *old, np.array(new.face), np.array(new.background)))

    return [
        case("three pictures and a face of 2 x 3", 3, (4, 5), (2, 3)),
        case("five pictures and a face of 3 x 2", 5, (6, 5), (3, 2)),
        case("one picture", 1, (4, 6), (2, 2)),
        case("q that is sure of one position in every picture", 4, (5, 4), (2, 2), hard=True),
        case("a face as large as the pictures", 3, (3, 4), (3, 4)),
        case("pixels that the face hides at every position", 4, (4, 5), (3, 4)),
        case("gray levels near 60 000", 3, (4, 5), (2, 3), level=6e4),
    ]


def _squares(images, q, face, background):
    """C of (S11), out of the logarithms of (S2) with s = 100."""
    H, W = background.shape
    at = scene.Scene(face, background, 100.0, np.full(q.shape[1:], 1 / q[0].size))
    return (
        -2
        * at.noise_std**2
        * (q * (scene.log_likelihood(images, at) + H * W / 2 * np.log(2 * np.pi * at.noise_std**2))).sum()
    )


def _noise(images, q, old_face, old_background, face, background):
    return np.sqrt(_squares(images, q, face, background) / images.size)


def _of_squares(squares):
    """The mistake whose C is squares(images, q, F, B)."""
    return lambda x, q, old_F, old_B, F, B: np.sqrt(squares(x, q, F, B) / x.size)


def _of_background_alone(x, q, F, B, weights):
    """The part of C that the background explains, where pictures count with these weights (K, H, W)."""
    return (weights * (x - B) ** 2).sum()


def _of_face_alone(x, q, F, B):
    return _squares(x, q, F, B) - _of_background_alone(x, q, F, B, 1 - windows.spread(q, F.shape))


def _of_mean_picture(x, q, F, B):
    c = windows.spread(q, F.shape)
    pasted = np.array([convolve2d(p, F) for p in q]) + (1 - c) * B
    return ((x - pasted) ** 2).sum()


NOISE = Exercise(
    "08.5",
    "the noise",
    ("noise_std ()",),
    _noise_cases,
    _noise,
    (
        Mistake(
            "that is the noise about the old face and background; which of them has this M-step just made",
            lambda x, q, old_F, old_B, F, B: _noise(x, q, old_F, old_B, old_F, old_B),
        ),
        Mistake(
            "your face is new, but your background is still the old one",
            lambda x, q, old_F, old_B, F, B: _noise(x, q, old_F, old_B, F, old_B),
        ),
        Mistake(
            "your background is new, but your face is still the old one",
            lambda x, q, old_F, old_B, F, B: _noise(x, q, old_F, old_B, old_F, B),
        ),
        Mistake(
            "that is s squared, in squared gray levels; asked is the standard deviation",
            lambda *args: _noise(*args) ** 2,
        ),
        Mistake(
            "you divided by the number of positions as well: q has averaged over them already",
            lambda x, q, *rest: _noise(x, q, *rest) / np.sqrt(q[0].size),
        ),
        Mistake(
            "you divided by the pixels of one picture; how many squares are in C",
            lambda x, *rest: _noise(x, *rest) * np.sqrt(len(x)),
        ),
        Mistake(
            "you divided by the number of pictures; every picture brings many squares, one for each pixel",
            lambda x, *rest: _noise(x, *rest) * np.sqrt(x[0].size),
        ),
        Mistake(
            "only the best position of each picture is in your C; the others count with their q",
            _of_squares(lambda x, q, F, B: _squares(x, _sharp(q), F, B)),
        ),
        Mistake(
            "all positions count alike in your C: where is q",
            _of_squares(lambda x, q, F, B: _squares(x, np.full_like(q, 1 / q[0].size), F, B)),
        ),
        Mistake(
            "your C compares with the background everywhere; what explains the pixels under the face",
            _of_squares(lambda x, q, F, B: _of_background_alone(x, q, F, B, np.ones_like(x))),
        ),
        Mistake(
            "a pixel under the face counts twice in your C, against the face and against the background",
            _of_squares(
                lambda x, q, F, B: (
                    _of_face_alone(x, q, F, B) + _of_background_alone(x, q, F, B, np.ones_like(x))
                )
            ),
        ),
        Mistake(
            "the background counts in your C where it is hidden, not where it is seen",
            _of_squares(
                lambda x, q, F, B: (
                    _of_face_alone(x, q, F, B) + _of_background_alone(x, q, F, B, windows.spread(q, F.shape))
                )
            ),
        ),
        Mistake("the residuals outside the face are missing in your C", _of_squares(_of_face_alone)),
        Mistake(
            "you averaged over positions first and squared then; C is an average of squares",
            _of_squares(_of_mean_picture),
        ),
    ),
)
