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


def opencv_corners(T, shape):
    (h, w), (rows, columns) = shape, T.shape
    out = np.zeros((rows - h, columns - w))
    for i in range(rows - h):
        for j in range(columns - w):
            out[i, j] = T[i + h - 1, j + w - 1]
            out[i, j] -= T[i - 1, j + w - 1] if i else 0
            out[i, j] -= T[i + h - 1, j - 1] if j else 0
            out[i, j] += T[i - 1, j - 1] if i and j else 0
    return out


def correlation_by_half_a_spectrum(X_hat, F_hat, shape):
    (H, W), half = X_hat.shape, slice(X_hat.shape[1] // 2 + 1)
    around = fft.irfft2((X_hat * F_hat.conj())[:, half], (H, W))
    return around[: H + 1 - shape[0], : W + 1 - shape[1]]


def correlation_by_waves(X_hat, F_hat, shape):
    """The inverse transform as two matrices of waves."""
    down, right = (np.exp(2j * np.pi * np.outer(range(n), range(n)) / n) / n for n in X_hat.shape)
    I, J = np.subtract(X_hat.shape, shape) + 1
    return (down @ (X_hat * F_hat.conj()) @ right).real[:I, :J].tolist()


def correlation_of_pictures(X_hat, F_hat, shape):
    """Back to picture and face, then without transforms."""
    X, F = fft.ifft2(X_hat).real, fft.ifft2(F_hat).real[: shape[0], : shape[1]]
    return signal.correlate(X, F, mode="valid", method="direct")


def ring(X_hat, F_hat, shape):
    """The correlation around both rings, at all H x W places."""
    X, F = fft.ifft2(X_hat).real, fft.ifft2(F_hat).real
    return sum(F[a, b] * np.roll(X, (-a, -b), axis=(0, 1)) for a, b in np.ndindex(F.shape))


def convolution(X_hat, F_hat, shape):
    X, F = fft.ifft2(X_hat).real, fft.ifft2(F_hat).real[: shape[0], : shape[1]]
    return signal.convolve2d(X, F, mode="valid")


def spread_by_rectangles(q, shape, last=1, first=1):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for p, r in np.ndindex(c.shape):
        top, bottom = max(0, p + first - h), min(p, I - 1)
        left, right = max(0, r + first - w), min(r, J - 1)
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
    "07.2": (lambda: 6 + 8 + 1 + 9, lambda: 24.0),
    "07.3": (corners_by_loops, corners_in_two_steps),
    "07.4": (correlation_by_half_a_spectrum, correlation_by_waves, correlation_of_pictures),
    "07.5": (spread_by_positions, spread_by_rectangles, spread_by_convolution),
}
WRONG = {  # words of the sentence that must come
    "07.1": {"never added": exclusive_twice},
    "07.3": {
        "too early": inclusive_corners,
        "last row and column of windows": one_window_less,
        "without zeros": opencv_corners,
    },
    "07.4": {"180 degrees": convolution, "all outputs of the ring": ring},
    "07.5": {
        "a slice ends": lambda q, shape: spread_by_rectangles(q, shape, last=0),
        "one too early": lambda q, shape: spread_by_rectangles(q, shape, first=0),
        "a negative index": rectangle_from_the_end,
        "window sums of q": lambda q, shape: sliding_window_view(q, shape).sum(axis=(2, 3)),
    },
}
