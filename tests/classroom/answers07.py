"""Answers to the exercises of lesson 07."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft, signal

# 07.1


def table_by_numpy(Y):
    H, W = Y.shape
    T = np.zeros((H + 1, W + 1))
    T[1:, 1:] = np.cumsum(np.cumsum(Y, axis=1), axis=0)
    return T


def table_by_definition(Y):
    H, W = Y.shape
    return [[float(Y[:r, :c].sum()) for c in range(W + 1)] for r in range(H + 1)]


def table_by_recursion(Y):
    H, W = Y.shape
    T = np.zeros((H + 1, W + 1))
    for r in range(H):
        for c in range(W):
            T[r + 1, c + 1] = Y[r, c] + T[r, c + 1] + T[r + 1, c] - T[r, c]
    return T


def bordered(sums, rows=(1, 0), columns=(1, 0)):
    return np.concatenate(
        [
            np.zeros((rows[0], sums.shape[1] + sum(columns))),
            np.concatenate(
                [np.zeros((len(sums), columns[0])), sums, np.zeros((len(sums), columns[1]))], axis=1
            ),
            np.zeros((rows[1], sums.shape[1] + sum(columns))),
        ]
    )


def cumulated(Y):
    return np.cumsum(np.cumsum(Y, axis=0), axis=1)


def one_long_row(Y):
    return bordered(np.cumsum(Y).reshape(Y.shape))


def exclusive_twice(Y):
    H, W = Y.shape
    T = np.zeros((H + 1, W + 1))
    for r in range(1, H + 1):
        for c in range(1, W + 1):
            T[r, c] = Y[: r - 1, : c - 1].sum()
    return T


def from_lower_right(Y):
    H, W = Y.shape
    return bordered(np.array([[Y[r:, c:].sum() for c in range(W)] for r in range(H)]))


# 07.3


def corners_by_loops(T, shape):
    (h, w), (rows, columns) = shape, np.array(T).shape
    return [
        [T[i + h, j + w] - T[i, j + w] - T[i + h, j] + T[i, j] for j in range(columns - w)] for i in range(rows - h)
    ]  # fmt: skip


def corners_in_two_steps(T, shape):
    h, w = shape
    strips = T[h:] - T[:-h]
    return strips[:, w:] - strips[:, :-w]


def corners(formula):
    """The answer that takes formula(T, i, j, h, w) for every window."""

    def answer(T, shape):
        (h, w), (rows, columns) = shape, T.shape
        out = np.zeros((rows - h, columns - w))
        for i in range(rows - h):
            for j in range(columns - w):
                out[i, j] = formula(T, i, j, h, w)
        return out

    return answer


def early(T, i, j, h, w):
    r, c = i + h - 1, j + w - 1
    return T[r, c] - T[i, c] - T[r, j] + T[i, j]


def one_window_less(T, shape):
    (h, w), (H, W) = shape, (T.shape[0] - 1, T.shape[1] - 1)
    out = np.zeros((H - h, W - w))
    for i, j in np.ndindex(out.shape):
        out[i, j] = T[i + h, j + w] - T[i, j + w] - T[i + h, j] + T[i, j]
    return out


def first_window_missing(T, shape):
    return np.array(corners_by_loops(T, shape))[1:, 1:]


def window_swapped(T, shape):
    w, h = shape
    return T[h:, w:] - T[:-h, w:] - T[h:, :-w] + T[:-h, :-w]


def mean_of_window(T, shape):
    return corners_in_two_steps(T, shape) / (shape[0] * shape[1])


def table_as_picture(T, shape):
    return sliding_window_view(T, shape).sum(axis=(2, 3))


# 07.4


def correlation(X, F):
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
    (H, W), (h, w) = X.shape, F.shape
    out = np.zeros((H, W))
    for a in range(h):
        for b in range(w):
            out += F[a, b] * np.roll(X, (-a, -b), axis=(0, 1))
    return out


def no_conjugate(X, F):
    (H, W), (h, w) = X.shape, F.shape
    return np.fft.ifft2(np.fft.fft2(X) * np.fft.fft2(F, (H, W))).real[: H - h + 1, : W - w + 1]


def other_conjugate(X, F):
    (H, W), (h, w) = X.shape, F.shape
    return np.fft.ifft2(np.conj(np.fft.fft2(X)) * np.fft.fft2(F, (H, W))).real[: H - h + 1, : W - w + 1]


def wrapped_part(X, F):
    (H, W), (h, w) = X.shape, F.shape
    return ring(X, F)[h - 1 :, w - 1 :]


def one_position_less(X, F):
    (H, W), (h, w) = X.shape, F.shape
    return ring(X, F)[: H - h, : W - w]


def absolute(X, F):
    (H, W), (h, w) = X.shape, F.shape
    return np.abs(np.fft.ifft2(np.fft.fft2(X) * np.conj(np.fft.fft2(F, (H, W))))[: H - h + 1, : W - w + 1])


def divided_once_more(X, F):
    return correlation(X, F) / (X.shape[0] * X.shape[1])


def rows_only(X, F):
    (H, W), (h, w) = X.shape, F.shape
    padded = np.zeros((H, W))
    padded[:h, :w] = F
    product = np.fft.fft(X, axis=1) * np.conj(np.fft.fft(padded, axis=1))
    return np.fft.ifft(product, axis=1).real[: H - h + 1, : W - w + 1]


def magnitudes(X, F):
    (H, W), (h, w) = X.shape, F.shape
    return np.fft.ifft2(np.fft.fft2(X) * abs(np.fft.fft2(F, (H, W)))).real[: H - h + 1, : W - w + 1]


def not_padded(X, F):
    (H, W), (h, w) = X.shape, F.shape
    return np.fft.ifft2(np.fft.fft2(X) * np.conj(np.fft.fft2(F))).real[: H - h + 1, : W - w + 1]


# 07.5


def spread_by_positions(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for i in range(I):
        for j in range(J):
            c[i : i + h, j : j + w] += q[i, j]
    return c


def spread_by_rectangles(q, shape, last=1):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for p, r in np.ndindex(c.shape):
        top, bottom = max(0, p + 1 - h), min(p, I - 1)
        left, right = max(0, r + 1 - w), min(r, J - 1)
        c[p, r] = q[top : bottom + last, left : right + last].sum()
    return c


def rectangle_from_the_end(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for p, r in np.ndindex(c.shape):
        c[p, r] = q[p + 1 - h : min(p, I - 1) + 1, r + 1 - w : min(r, J - 1) + 1].sum()
    return c


def spread_by_convolution(q, shape):
    return signal.convolve2d(q, np.ones(shape), mode="full").tolist()


def laid_down(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for i in range(I):
        for j in range(J):
            c[i : i + h, j : j + w] = q[i, j]
    return c


def corners_only(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    c[:I, :J] = q
    return c


def averaged(q, shape):
    return spread_by_positions(q, shape) / spread_by_positions(np.ones(q.shape), shape)


def too_large(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h, J + w))
    for i, j in np.ndindex(I, J):
        c[i : i + h, j : j + w] += q[i, j]
    return c


RIGHT = {
    "07.1": {
        "NumPy": table_by_numpy,
        "definition, as a list": table_by_definition,
        "recursion": table_by_recursion,
    },
    "07.2": {"sum of pixels": lambda: 4 + 2 + 0 + 3, "float": lambda: 9.0},
    "07.3": {"loops, as a list": corners_by_loops, "two steps": corners_in_two_steps},
    "07.4": {
        "real transforms": correlation,
        "padded": correlation_padded,
        "einsum, as a list": correlation_by_einsum,
        "flipped face in a convolution": correlation_flipped,
    },
    "07.5": {
        "positions": spread_by_positions,
        "rectangles": spread_by_rectangles,
        "convolution": spread_by_convolution,
    },
}
WRONG = {
    "07.1": {
        "no border": (cumulated, "the zeros are missing"),
        "border on the wrong side": (
            lambda Y: bordered(cumulated(Y), (0, 1), (0, 1)),
            "below and on the right",
        ),
        "border all around": (lambda Y: bordered(cumulated(Y), (1, 1), (1, 1)), "zeros all around"),
        "row of zeros only": (
            lambda Y: bordered(cumulated(Y), (1, 0), (0, 0)),
            "a column of zeros is missing",
        ),
        "column of zeros only": (
            lambda Y: bordered(cumulated(Y), (0, 0), (1, 0)),
            "a row of zeros is missing",
        ),
        "columns only": (lambda Y: bordered(np.cumsum(Y, axis=0)), "down the columns only"),
        "rows only": (lambda Y: bordered(np.cumsum(Y, axis=1)), "along the rows only"),
        "no axis": (one_long_row, "one long row"),
        "exclusive twice": (exclusive_twice, "never added"),
        "transposed": (lambda Y: table_by_numpy(Y).T, "rows and columns of your table"),
        "from the other corner": (from_lower_right, "lower right corner"),
    },
    "07.2": {
        "last corner forgotten": (lambda: 18 - 3 - 8, "window was taken off twice"),
        "last sign turned": (lambda: 18 - 3 - 8 - 2, "last sign is turned"),
        "one corner": (lambda: 18, "everything from the picture's corner"),
        "upper strip only": (lambda: 18 - 3, "the strip above is off"),
        "left strip only": (lambda: 18 - 8, "the part on the left is off"),
        "window at (0, 0)": (lambda: 2 + 1 + 1 + 4, "window at (0, 0)"),
        "one too early": (lambda: 8 - 3 - 3 + 2, "too early"),
        "all plus": (lambda: 18 + 3 + 8 + 2, "all four corners"),
        "diagonal": (lambda: 18 - 2, "diagonal"),
    },
    "07.3": {
        "last corner forgotten": (
            corners(lambda T, i, j, h, w: T[i + h, j + w] - T[i, j + w] - T[i + h, j]),
            "window was taken off twice",
        ),
        "last sign turned": (
            corners(lambda T, i, j, h, w: T[i + h, j + w] - T[i, j + w] - T[i + h, j] - T[i, j]),
            "last sign is turned",
        ),
        "all signs": (
            corners(lambda T, i, j, h, w: T[i, j + w] + T[i + h, j] - T[i + h, j + w] - T[i, j]),
            "all signs",
        ),
        "upper strip only": (
            corners(lambda T, i, j, h, w: T[i + h, j + w] - T[i, j + w]),
            "the strip above is off",
        ),
        "left strip only": (
            corners(lambda T, i, j, h, w: T[i + h, j + w] - T[i + h, j]),
            "the part on the left is off",
        ),
        "diagonal": (corners(lambda T, i, j, h, w: T[i + h, j + w] - T[i, j]), "diagonal"),
        "inclusive corner": (corners(early), "too early"),
        "one window less": (one_window_less, "last row and column of windows"),
        "first window missing": (first_window_missing, "first row and column of windows"),
        "height and width swapped": (window_swapped, "height and width"),
        "means": (mean_of_window, "means over the window"),
        "table as a picture": (table_as_picture, "taken for a picture"),
    },
    "07.4": {
        "conjugate forgotten": (no_conjugate, "without the conjugate"),
        "convolution": (lambda X, F: signal.convolve2d(X, F, mode="valid"), "180 degrees"),
        "conjugate of the picture": (other_conjugate, "spectrum of the picture"),
        "whole ring": (ring, "all outputs of the ring"),
        "wrapped part": (wrapped_part, "which have wrapped"),
        "same": (lambda X, F: signal.fftconvolve(X, F[::-1, ::-1], mode="same"), "as large as the picture"),
        "full": (lambda X, F: signal.correlate2d(X, F, mode="full"), "sticks out"),
        "off-by-one positions": (one_position_less, "last row and column of positions"),
        "absolute value": (absolute, "loses the sign"),
        "divided once more": (divided_once_more, "number of pixels already"),
        "rows only": (rows_only, "along the rows only"),
        "magnitudes": (magnitudes, "absolute value of its spectrum"),
        "face not padded": (not_padded, "the same size"),
    },
    "07.5": {
        "overwritten": (laid_down, "your last one wins"),
        "corners only": (corners_only, "top-left corners only"),
        "averaged": (averaged, "number of windows that cover"),
        "shared": (
            lambda q, shape: spread_by_positions(q, shape) / (shape[0] * shape[1]),
            "shared each value",
        ),
        "size of the positions": (
            lambda q, shape: spread_by_positions(q, shape)[: len(q), : len(q[0])],
            "size of the field",
        ),
        "too large": (too_large, "too many"),
        "height and width swapped": (
            lambda q, shape: spread_by_positions(q, (shape[1], shape[0])),
            "height and width",
        ),
        "transposed": (lambda q, shape: spread_by_positions(q, shape).T, "rows and columns of your picture"),
        "end of the rectangle": (lambda q, shape: spread_by_rectangles(q, shape, last=0), "a slice ends"),
        "maximum with 0 forgotten": (rectangle_from_the_end, "a negative index"),
        "window sums": (lambda q, shape: sliding_window_view(q, shape).sum(axis=(2, 3)), "window sums of q"),
        "counts": (lambda q, shape: spread_by_positions(np.ones(q.shape), shape), "counted the positions"),
        "probability of being seen": (
            lambda q, shape: 1 - spread_by_positions(q, shape),
            "probably the pixel is seen",
        ),
    },
}
