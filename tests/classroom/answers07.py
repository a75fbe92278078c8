"""Answers to the exercises of lesson 07 that take another route than the solution and its edits."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft, signal


def table_by_numpy(Y):
    T = np.zeros((Y.shape[0] + 1, Y.shape[1] + 1))
    T[1:, 1:] = np.cumsum(np.cumsum(Y, axis=1), axis=0)
    return T


def table_by_definition(Y):
    H, W = Y.shape
    return [[float(Y[:r, :c].sum()) for c in range(W + 1)] for r in range(H + 1)]


def table_by_recursion(Y):
    T = np.zeros((Y.shape[0] + 1, Y.shape[1] + 1))
    for r, c in np.ndindex(Y.shape):
        T[r + 1, c + 1] = Y[r, c] + T[r, c + 1] + T[r + 1, c] - T[r, c]
    return T


def exclusive_twice(Y):
    T = np.zeros((Y.shape[0] + 1, Y.shape[1] + 1))
    for r in range(1, T.shape[0]):
        for c in range(1, T.shape[1]):
            T[r, c] = Y[: r - 1, : c - 1].sum()
    return T


def corners_by_loops(T, shape):
    (h, w), (rows, columns) = shape, np.array(T).shape
    return [
        [T[i + h, j + w] - T[i, j + w] - T[i + h, j] + T[i, j] for j in range(columns - w)]
        for i in range(rows - h)
    ]


def corners_in_two_steps(T, shape):
    h, w = shape
    strips = T[h:] - T[:-h]
    return strips[:, w:] - strips[:, :-w]


def inclusive_corners(T, shape):
    (h, w), (rows, columns) = shape, T.shape
    out = np.zeros((rows - h, columns - w))
    for i, j in np.ndindex(out.shape):
        r, c = i + h - 1, j + w - 1
        out[i, j] = T[r, c] - T[i, c] - T[r, j] + T[i, j]
    return out


def one_window_less(T, shape):
    (h, w), (H, W) = shape, (T.shape[0] - 1, T.shape[1] - 1)
    out = np.zeros((H - h, W - w))
    for i, j in np.ndindex(out.shape):
        out[i, j] = T[i + h, j + w] - T[i, j + w] - T[i + h, j] + T[i, j]
    return out


def correlation_by_real_transforms(X, F):
    (H, W), (h, w) = X.shape, F.shape
    spectrum = fft.rfft2(X) * np.conj(fft.rfft2(F, (H, W)))
    return fft.irfft2(spectrum, (H, W))[: H - h + 1, : W - w + 1]


def correlation_padded(X, F):
    (H, W), (h, w) = X.shape, F.shape
    size = (H + h - 1, W + w - 1)
    return np.fft.ifft2(np.fft.fft2(X, size) * np.conj(np.fft.fft2(F, size))).real[: H - h + 1, : W - w + 1]


def correlation_by_einsum(X, F):
    return np.einsum("ijab,ab->ij", sliding_window_view(X, F.shape), F).tolist()


def correlation_flipped(X, F):
    return signal.fftconvolve(X, F[::-1, ::-1], mode="valid")


def ring(X, F):
    """The correlation around both rings, at all H x W places."""
    return sum(F[a, b] * np.roll(X, (-a, -b), axis=(0, 1)) for a, b in np.ndindex(F.shape))


def spread_by_rectangles(q, shape, last=1):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for p, r in np.ndindex(c.shape):
        top, bottom = max(0, p + 1 - h), min(p, I - 1)
        left, right = max(0, r + 1 - w), min(r, J - 1)
        c[p, r] = q[top : bottom + last, left : right + last].sum()
    return c


def spread_by_positions(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for i in range(I):
        for j in range(J):
            c[i : i + h, j : j + w] += q[i, j]
    return c


def spread_by_convolution(q, shape):
    return signal.convolve2d(q, np.ones(shape), mode="full").tolist()


def rectangle_from_the_end(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for p, r in np.ndindex(c.shape):
        c[p, r] = q[p + 1 - h : min(p, I - 1) + 1, r + 1 - w : min(r, J - 1) + 1].sum()
    return c


RIGHT = {
    "07.1": (table_by_numpy, table_by_definition, table_by_recursion),
    "07.2": (lambda: 4 + 2 + 0 + 3, lambda: 9.0),
    "07.3": (corners_by_loops, corners_in_two_steps),
    "07.4": (correlation_by_real_transforms, correlation_padded, correlation_by_einsum, correlation_flipped),
    "07.5": (spread_by_positions, spread_by_rectangles, spread_by_convolution),
}
WRONG = {  # words of the sentence that must come
    "07.1": {"never added": exclusive_twice},
    "07.3": {"too early": inclusive_corners, "last row and column of windows": one_window_less},
    "07.4": {
        "180 degrees": lambda X, F: signal.convolve2d(X, F, mode="valid"),
        "all outputs of the ring": ring,
        "as large as the picture": lambda X, F: signal.fftconvolve(X, F[::-1, ::-1], mode="same"),
        "sticks out": lambda X, F: signal.correlate2d(X, F, mode="full"),
    },
    "07.5": {
        "a slice ends": lambda q, shape: spread_by_rectangles(q, shape, last=0),
        "a negative index": rectangle_from_the_end,
        "window sums of q": lambda q, shape: sliding_window_view(q, shape).sum(axis=(2, 3)),
    },
}
