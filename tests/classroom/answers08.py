"""Answers to the exercises of lesson 08 that take another route than the solution and its edits."""

import numpy as np
from scipy.signal import convolve2d, correlate2d, fftconvolve
from scipy.special import logsumexp, xlogy


def bound_by_loop(log_joint, q):
    total = 0.0
    for where in np.ndindex(q.shape):
        if q[where] > 0:
            total += q[where] * (log_joint[where] - np.log(q[where]))
    return total


def bound_by_mask(log_joint, q):
    held = q > 0
    return np.sum(q[held] * log_joint[held]) - xlogy(q, q).sum()


def log_of_average(log_joint, q):
    return sum(logsumexp(l[p > 0], b=p[p > 0]) for l, p in zip(log_joint, q))


def with_epsilon(log_joint, q):
    held = q > 0
    return (q[held] * log_joint[held]).sum() - (q * np.log(q + 1e-12)).sum()


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


def hiding(q, face_shape):
    """c by laying every q on its window."""
    return np.array([convolve2d(p, np.ones(face_shape)) for p in q])


def background_by_loop(images, q, face_shape, kept):
    (h, w), c, B = face_shape, np.zeros(images.shape), kept.copy()
    for i, j in np.ndindex(q.shape[1:]):
        c[:, i : i + h, j : j + w] += q[:, i, j, None, None]
    for p in np.ndindex(B.shape):
        weight = sum(1 - c[k][p] for k in range(len(images)))
        if weight > 1e-6:
            B[p] = sum(images[k][p] * (1 - c[k][p]) for k in range(len(images))) / weight
    return c, B


def background_by_convolution(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    shown = np.clip(1 - c, 0, 1)
    with np.errstate(invalid="ignore"):
        B = np.einsum("khw,khw->hw", images, shown) / shown.sum(axis=0)
    return c, np.where(shown.sum(axis=0) > 1e-6, B, kept)


def background_by_rectangles(images, q, face_shape, kept):
    (h, w), (H, W), c = face_shape, kept.shape, np.zeros(images.shape)
    for k, a, b in np.ndindex(c.shape):
        rows = slice(max(0, a + 1 - h), min(a, H - h) + 1)
        c[k, a, b] = q[k, rows, max(0, b + 1 - w) : min(b, W - w) + 1].sum()
    return c, averaged(images, 1 - c, kept)


def averaged(images, weights, kept):
    B, total = np.array(kept, dtype=float), weights.sum(axis=0)
    seen = total > 1e-6
    B[seen] = (images * weights).sum(axis=0)[seen] / total[seen]
    return B


def best_only(images, q, face_shape, kept):
    h, w = face_shape
    c = np.zeros(images.shape)
    for k, p in enumerate(q):
        i, j = np.unravel_index(p.argmax(), p.shape)
        c[k, i : i + h, j : j + w] = 1
    return c, averaged(images, 1 - c, kept)


def weighted_by_hidden(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, averaged(images, c, kept)


def undefined(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, (images * (1 - c)).sum(axis=0) / (1 - c).sum(axis=0)


def tested_for_zero(images, q, face_shape, kept):
    c, B = undefined(images, q, face_shape, kept)
    return c, np.where((1 - c).sum(axis=0) == 0, kept, B)


def coarse(images, q, face_shape, kept):
    c, B = undefined(images, q, face_shape, kept)
    return c, np.where((1 - c).sum(axis=0) > 1e-3, B, kept)


def darkened(images, q, face_shape, kept):
    c = hiding(q, face_shape)
    return c, (images * (1 - c)).sum(axis=0) / ((1 - c).sum(axis=0) + 1e-6)


def pasted(face, background, i, j):
    picture = background.copy()
    picture[i : i + face.shape[0], j : j + face.shape[1]] = face
    return picture


def noise_by_loop(images, q, old_face, old_background, face, background):
    C = sum(
        q[k, i, j] * ((images[k] - pasted(face, background, i, j)) ** 2).sum()
        for k, i, j in np.ndindex(q.shape)
    )
    return np.sqrt(C / images.size)


def noise_by_parts(images, q, old_face, old_background, face, background):
    h, w = face.shape
    C = (((images - background) ** 2) * (1 - hiding(q, (h, w)))).sum()
    for i, j in np.ndindex(q.shape[1:]):
        C += (q[:, i, j] * ((images[:, i : i + h, j : j + w] - face) ** 2).sum(axis=(1, 2))).sum()
    return np.sqrt(C / np.prod(images.shape))


def expected_first(images, q, old_face, old_background, face, background):
    c = hiding(q, face.shape)
    expected = np.array([convolve2d(p, face) for p in q]) + (1 - c) * background
    return np.sqrt(np.mean((images - expected) ** 2))


def windows_only(images, q, old_face, old_background, face, background):
    (h, w), (I, J) = face.shape, q.shape[1:]
    C = sum(((images[:, i : i + h, j : j + w] - face) ** 2).sum() for i, j in np.ndindex(I, J))
    return np.sqrt(C / images.size)


RIGHT = {
    "08.1": (bound_by_loop, bound_by_mask),
    "08.2": (lambda: np.log(9 / (2 * np.sqrt(8))), lambda: 0.5 * np.log(9 / 16) + 0.5 * np.log(9 / 2)),
    "08.3": (face_by_loop, face_by_pixels, face_by_scipy, face_in_single),
    "08.4": (background_by_loop, background_by_convolution, background_by_rectangles),
    "08.5": (noise_by_loop, noise_by_parts),
}
WRONG = {  # words of the sentence that must come
    "08.1": {"logarithm of an average": log_of_average, "inside the logarithm": with_epsilon},
    "08.3": {"only the best window": best_window, "convolution": convolved},
    "08.4": {
        "how much it hides": weighted_by_hidden,
        "0/0 there": undefined,
        "compare with a tolerance": tested_for_zero,
        "knows the best position only": best_only,
        "throws away pixels": coarse,
        "in the denominator": darkened,
    },
    "08.5": {"squared then": expected_first, "nothing outside them": windows_only},
}
