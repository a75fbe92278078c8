"""Answers to the exercises of lesson 08."""

import numpy as np
from scipy.signal import convolve2d, correlate2d, fftconvolve
from scipy.special import logsumexp, xlogy

# The bound


def bound_by_loop(log_joint, q):
    total = 0.0
    for where in np.ndindex(q.shape):
        if q[where] > 0:
            total += q[where] * (log_joint[where] - np.log(q[where]))
    return total


def bound_by_mask(log_joint, q):
    held = q > 0
    return np.sum(q[held] * log_joint[held]) - xlogy(q, q).sum()


def first_sum(log_joint, q):
    return np.sum(q[q > 0] * log_joint[q > 0])


def doubt(q):
    return -np.sum(q[q > 0] * np.log(q[q > 0]))


def as_written(log_joint, q):
    return np.sum(q * log_joint) - np.sum(q * np.log(q))


def first_sum_as_written(log_joint, q):
    return np.sum(q * log_joint) + doubt(q)


def only_best(log_joint, q):
    total = 0.0
    for l, p in zip(log_joint, q):
        total += l[np.unravel_index(p.argmax(), p.shape)]
    return total + doubt(q)


def log_of_average(log_joint, q):
    return sum(logsumexp(l[p > 0], b=p[p > 0]) for l, p in zip(log_joint, q))


# The face


def face_by_loop(images, q):
    K, I, J = q.shape
    h, w = images.shape[1] - I + 1, images.shape[2] - J + 1
    face = np.zeros((h, w))
    for k in range(K):
        for i in range(I):
            for j in range(J):
                face += q[k, i, j] * images[k, i : i + h, j : j + w]
    return face / K


def face_by_pixels(images, q):
    K, I, J = q.shape
    h, w = images.shape[1] - I + 1, images.shape[2] - J + 1
    return [
        [np.einsum("kij,kij->", q, images[:, a : a + I, b : b + J]) / K for b in range(w)] for a in range(h)
    ]


def face_by_scipy(images, q):
    return np.mean([correlate2d(x, p, mode="valid") for x, p in zip(images, q)], axis=0)


def face_in_single(images, q):
    return np.float32(face_by_scipy(np.float32(images), np.float32(q)))


def best_window(images, q):
    h, w = images.shape[1] - q.shape[1] + 1, images.shape[2] - q.shape[2] + 1
    windows = []
    for x, p in zip(images, q):
        i, j = np.unravel_index(np.argmax(p), p.shape)
        windows.append(x[i : i + h, j : j + w])
    return np.mean(windows, axis=0)


def convolved(images, q):
    return np.mean([fftconvolve(x, p, mode="valid") for x, p in zip(images, q)], axis=0)


def range_too_short(images, q):
    K, I, J = q.shape
    h, w = images.shape[1] - I + 1, images.shape[2] - J + 1
    face = np.zeros((h, w))
    for k, i, j in np.ndindex(K, I - 1, J - 1):
        face += q[k, i, j] * images[k, i : i + h, j : j + w]
    return face / K


def averaged_apart(images, q):
    return face_by_loop(images.mean(axis=0)[None], q.mean(axis=0)[None])


# The background


def hiding(q, face_shape):
    """c by laying every q on its window."""
    (h, w), (K, I, J) = face_shape, q.shape
    c = np.zeros((K, I + h - 1, J + w - 1))
    for i, j in np.ndindex(I, J):
        c[:, i : i + h, j : j + w] += q[:, i, j, None, None]
    return c


def background_by_loop(images, q, face_shape, kept):
    c, B = hiding(q, face_shape), kept.copy()
    for p in np.ndindex(B.shape):
        weight = sum(1 - c[k][p] for k in range(len(images)))
        if weight > 1e-6:
            B[p] = sum(images[k][p] * (1 - c[k][p]) for k in range(len(images))) / weight
    return c, B


def background_by_convolution(images, q, face_shape, kept):
    c = np.array([convolve2d(p, np.ones(face_shape)) for p in q])
    shown = np.clip(1 - c, 0, 1)
    with np.errstate(invalid="ignore"):
        B = np.einsum("khw,khw->hw", images, shown) / shown.sum(axis=0)
    return c, np.where(shown.sum(axis=0) > 1e-6, B, kept)


def rectangles(q, face_shape, slice_of):
    h, w = face_shape
    K, I, J = q.shape
    H, W = I + h - 1, J + w - 1
    c = np.zeros((K, H, W))
    for k, a, b in np.ndindex(K, H, W):
        c[k, a, b] = q[k, slice_of(a, h, H), slice_of(b, w, W)].sum()
    return c


def exact_rectangle(p, h, H):
    return slice(max(0, p + 1 - h), min(p, H - h) + 1)


def background_by_rectangles(images, q, face_shape, kept):
    c = rectangles(q, face_shape, exact_rectangle)
    return c, averaged(images, 1 - c, kept)


def averaged(images, weights, kept):
    B, total = np.array(kept, dtype=float), weights.sum(axis=0)
    seen = total > 1e-6
    B[seen] = (images * weights).sum(axis=0)[seen] / total[seen]
    return B


def with_hidden(hidden):
    def answer(images, q, face_shape, kept):
        c = hidden(q, face_shape)
        return c, averaged(images, 1 - c, kept)

    return answer


def best_only_hidden(q, face_shape):
    h, w = face_shape
    c = np.zeros((len(q), q.shape[1] + h - 1, q.shape[2] + w - 1))
    for k, p in enumerate(q):
        i, j = np.unravel_index(p.argmax(), p.shape)
        c[k, i : i + h, j : j + w] = 1
    return c


def divided_by_pictures(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    B = (images * (1 - c)).sum(axis=0) / len(images)
    never = (1 - c).sum(axis=0) <= 1e-6
    B[never] = kept[never]
    return c, B


def divided_by_pictures_everywhere(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, (images * (1 - c)).sum(axis=0) / len(images)


def weighted_by_hidden(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, averaged(images, c, kept)


def weighted_by_hidden_anywhere(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, (images * c).sum(axis=0) / c.sum(axis=0)


def seen_for_hidden(images, q, face_shape, kept):
    c, B = background_by_loop(images, q, face_shape, kept)
    return 1 - c, B


def undefined(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, (images * (1 - c)).sum(axis=0) / (1 - c).sum(axis=0)


def tested_for_zero(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    weight = (1 - c).sum(axis=0)
    return c, np.where(weight == 0, kept, (images * (1 - c)).sum(axis=0) / weight)


def zero_where_hidden(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, averaged(images, 1 - c, np.zeros_like(kept))


def mean_where_hidden(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, averaged(images, 1 - c, images.mean(axis=0))


def mean_picture(images, q, face_shape, kept):
    return hiding(q, face_shape), images.mean(axis=0)


# The noise


def pasted(face, background, i, j):
    picture = background.copy()
    picture[i : i + face.shape[0], j : j + face.shape[1]] = face
    return picture


def squares(images, q, face, background):
    """C by looping over everything."""
    return sum(
        q[k, i, j] * ((images[k] - pasted(face, background, i, j)) ** 2).sum()
        for k, i, j in np.ndindex(q.shape)
    )


def noise_by_loop(images, q, old_face, old_background, face, background):
    return np.sqrt(squares(images, q, face, background) / images.size)


def noise_by_parts(images, q, old_face, old_background, face, background):
    h, w = face.shape
    C = (((images - background) ** 2) * (1 - hiding(q, (h, w)))).sum()
    for i, j in np.ndindex(q.shape[1:]):
        C += (q[:, i, j] * ((images[:, i : i + h, j : j + w] - face) ** 2).sum(axis=(1, 2))).sum()
    return np.sqrt(C / np.prod(images.shape))


def parts(images, q, face, background):
    """What face, seen background, hidden background and whole background add to C."""
    c = hiding(q, face.shape)
    apart = (images - background) ** 2
    of_face = squares(images, q, face, background) - (apart * (1 - c)).sum()
    return of_face, (apart * (1 - c)).sum(), (apart * c).sum(), apart.sum()


def sharpened(q):
    sharp = np.zeros_like(q)
    for k, p in enumerate(q):
        sharp[k][np.unravel_index(p.argmax(), p.shape)] = 1
    return sharp


def expected_first(x, q, F, B):
    total = 0.0
    for k in range(len(x)):
        mean = sum(q[k, i, j] * pasted(F, B, i, j) for i, j in np.ndindex(q.shape[1:]))
        total += ((x[k] - mean) ** 2).sum()
    return total


def noise_from(C):
    return lambda x, q, old_F, old_B, F, B: np.sqrt(C(x, q, F, B) / x.size)


RIGHT = {
    "08.1": {"loop": bound_by_loop, "mask and xlogy": bound_by_mask},
    "08.2": {
        "one logarithm": lambda: np.log(9 / (2 * np.sqrt(8))),
        "divergence": lambda: 0.5 * np.log(9 / 16) + 0.5 * np.log(9 / 2),
    },
    "08.3": {
        "loop": face_by_loop,
        "pixels, as a list": face_by_pixels,
        "SciPy": face_by_scipy,
        "float32": face_in_single,
    },
    "08.4": {
        "loop": background_by_loop,
        "clipped": background_by_convolution,
        "rectangles": background_by_rectangles,
    },
    "08.5": {"loop": noise_by_loop, "by parts": noise_by_parts},
}
WRONG = {
    "08.1": {
        "entropy forgotten": (first_sum, "lacks the entropy"),
        "entropy with wrong sign": (lambda l, q: first_sum(l, q) - doubt(q), "wrong sign"),
        "0 ln 0 = nan": (as_written, "turned it all into nan"),
        "0 times minus infinity": (first_sum_as_written, "left in the first sum"),
        "mean over pictures": (lambda l, q: bound_by_loop(l, q) / len(l), "mean over the pictures"),
        "log-likelihood": (
            lambda l, q: sum(l_k.max() + np.log(np.exp(l_k - l_k.max()).sum()) for l_k in l),
            "to be bounded",
        ),
        "logarithm of an average": (log_of_average, "logarithm of an average"),
        "q forgotten": (lambda l, q: l.sum() + doubt(q), "counts every position alike"),
        "best position only": (only_best, "only the best position"),
        "bits": (lambda l, q: first_sum(l, q) - np.nansum(q * np.log2(np.where(q > 0, q, 1))), "in bits"),
    },
    "08.2": {
        "bound": (lambda: np.log(2 * np.sqrt(8)), "the bound itself"),
        "log-likelihood": (lambda: np.log(8 + 1), "ln p(X) itself"),
        "entropy forgotten": (lambda: np.log(9 / np.sqrt(8)), "lacks the entropy"),
        "entropy subtracted": (lambda: np.log(9 / np.sqrt(8) * 2), "wrong sign"),
        "sign turned": (lambda: np.log(2 * np.sqrt(8) / 9), "sign is turned"),
        "largest joint": (lambda: np.log(8 / (2 * np.sqrt(8))), "not the larger"),
        "divergence turned": (lambda: np.log(16 / 9) * 8 / 9 - np.log(9 / 2) / 9, "other way round"),
        "bits": (lambda: np.log2(9 / (2 * np.sqrt(8))), "in bits"),
        "no gap": (lambda: 0, "closes only"),
        "entropy": (lambda: np.log(2), "entropy of q alone"),
    },
    "08.3": {
        "sum over pictures": (lambda x, q: face_by_loop(x, q) * len(x), "sum over the pictures"),
        "divided by positions": (
            lambda x, q: face_by_loop(x, q) * len(x) / q[0].size,
            "by the number of positions",
        ),
        "divided by both": (lambda x, q: face_by_loop(x, q) / (q.shape[1] * q.shape[2]), "positions as well"),
        "best window": (best_window, "only the best window"),
        "all windows alike": (lambda x, q: face_by_loop(x, np.ones_like(q) / q[0].size), "where is q"),
        "convolution": (convolved, "convolution"),
        "flipped": (lambda x, q: face_by_loop(x, q)[::-1, ::-1], "upside down and mirrored"),
        "range too short": (range_too_short, "where does a range end"),
        "averaged apart": (averaged_apart, "apart"),
    },
    "08.4": {
        "divided by K": (divided_by_pictures, "divided by the number of pictures; in"),
        "divided by K everywhere": (divided_by_pictures_everywhere, "turns black"),
        "c for 1 - c": (weighted_by_hidden, "how much it hides"),
        "c for 1 - c, undefined": (weighted_by_hidden_anywhere, "how much it hides"),
        "1 - c returned": (seen_for_hidden, "how surely each pixel is seen"),
        "nan": (undefined, "0/0 there"),
        "tested for zero": (tested_for_zero, "compare with a tolerance"),
        "zero where hidden": (zero_where_hidden, "became 0"),
        "mean where hidden": (mean_where_hidden, "which show the face there"),
        "mean picture": (mean_picture, "plain mean of the pictures"),
        "slice too short": (
            with_hidden(
                lambda q, shape: rectangles(q, shape, lambda p, h, H: slice(max(0, p + 1 - h), min(p, H - h)))
            ),
            "where does a slice end",
        ),
        "negative start": (
            with_hidden(
                lambda q, shape: rectangles(q, shape, lambda p, h, H: slice(p + 1 - h, min(p, H - h) + 1))
            ),
            "from the other end",
        ),
        "window at the pixel": (
            with_hidden(lambda q, shape: rectangles(q, shape, lambda p, h, H: slice(p, p + h))),
            "to the right of and below",
        ),
        "best position only": (with_hidden(best_only_hidden), "knows the best position only"),
    },
    "08.5": {
        "old face and background": (
            lambda x, q, F0, B0, F, B: noise_by_loop(x, q, F0, B0, F0, B0),
            "about the old",
        ),
        "old background": (
            lambda x, q, F0, B0, F, B: noise_by_loop(x, q, F0, B0, F, B0),
            "your background is still",
        ),
        "old face": (lambda x, q, F0, B0, F, B: noise_by_loop(x, q, F0, B0, F0, B), "your face is still"),
        "divided by positions": (
            noise_from(lambda x, q, F, B: squares(x, q, F, B) / q[0].size),
            "positions as well",
        ),
        "variance": (lambda x, q, F0, B0, F, B: squares(x, q, F, B) / x.size, "squared gray levels"),
        "divided by HW": (
            lambda x, q, F0, B0, F, B: np.sqrt(squares(x, q, F, B) / B.size),
            "pixels of one picture",
        ),
        "divided by K": (
            lambda x, q, F0, B0, F, B: np.sqrt(squares(x, q, F, B) / len(x)),
            "one for each pixel",
        ),
        "best position only": (
            noise_from(lambda x, q, F, B: squares(x, sharpened(q), F, B)),
            "only the best position",
        ),
        "positions alike": (
            noise_from(lambda x, q, F, B: squares(x, np.ones_like(q) / q[0].size, F, B)),
            "count alike",
        ),
        "background everywhere": (
            noise_from(lambda x, q, F, B: parts(x, q, F, B)[3]),
            "background everywhere",
        ),
        "counted twice": (
            noise_from(lambda x, q, F, B: parts(x, q, F, B)[0] + parts(x, q, F, B)[3]),
            "counts twice",
        ),
        "c for 1 - c": (
            noise_from(lambda x, q, F, B: parts(x, q, F, B)[0] + parts(x, q, F, B)[2]),
            "where it is hidden",
        ),
        "face only": (noise_from(lambda x, q, F, B: parts(x, q, F, B)[0]), "residuals outside"),
        "square of the expected": (noise_from(expected_first), "squared then"),
    },
}
