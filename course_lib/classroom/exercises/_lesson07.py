"""Exercises of lesson 07: sums over windows.  (S6), (S7), (S10)"""

import numpy as np
from scipy import signal

from ... import windows
from ._grading import ANY, Case, Exercise, Mistake


def _levels(rng, *shape, level=0.0):
    """A picture of random gray levels, of both signs where its level is 0."""
    return level + rng.uniform(-50, 60, shape)


# 07.1 the summed-area table


def _table_cases(rng):
    return [
        Case("a picture of 4 x 6", (_levels(rng, 4, 6),)),
        Case("a picture of 5 x 3", (_levels(rng, 5, 3),)),
        Case("a square picture", (_levels(rng, 4, 4),)),
        Case("a picture of one row", (_levels(rng, 1, 5),)),
        Case("a picture of one pixel", (_levels(rng, 1, 1),)),
        Case("whole numbers from a 16-bit camera", (rng.integers(50_000, 60_000, (6, 4)),)),
    ]


def _padded(pad, change=lambda Y: Y.cumsum(axis=0).cumsum(axis=1)):
    """The mistake whose cumulative sums are change(Y), with a border of zeros as np.pad takes it."""
    return lambda Y: np.pad(change(Y), pad)


BORDER = ((1, 0), (1, 0))

TABLE = Exercise(
    "07.1",
    "the summed-area table",
    ("table (H+1, W+1)",),
    _table_cases,
    windows.cumulative_sums,
    (
        Mistake("the zeros are missing: how many pixels lie above row 0, and where would their sum stand?", _padded(0)),
        Mistake("your zeros stand below and on the right; what is the sum of the pixels above row 0?", _padded(((0, 1), (0, 1)))),
        Mistake("there are zeros all around; below the last row lies the whole picture, not nothing", _padded(((1, 1), (1, 1)))),
        Mistake("a column of zeros is missing: which pixels lie left of column 0?", _padded(((1, 0), (0, 0)))),
        Mistake("a row of zeros is missing: which pixels lie above row 0?", _padded(((0, 0), (1, 0)))),
        Mistake("your sums run down the columns only; what about the pixels further left?",
                _padded(BORDER, lambda Y: Y.cumsum(axis=0))),
        Mistake("your sums run along the rows only; what about the pixels above?", _padded(BORDER, lambda Y: Y.cumsum(axis=1))),
        Mistake("your sum runs on from the end of one row to the next, as if the picture were one long row",
                _padded(BORDER, lambda Y: Y.cumsum().reshape(Y.shape))),
        Mistake("the right size, but the last row and column of pixels were never added",
                lambda Y: np.pad(windows.cumulative_sums(Y)[:-1, :-1], BORDER)),
        Mistake("rows and columns of your table are swapped", lambda Y: windows.cumulative_sums(Y).T),
        Mistake("your sums start from the lower right corner",
                _padded(BORDER, lambda Y: Y[::-1, ::-1].cumsum(0).cumsum(1)[::-1, ::-1])),
    ),
)  # fmt: skip


# 07.2 four corners with a pencil


def _only_numbers(rng):
    return [Case("the table of the question", ())]


CORNERS = Exercise(
    "07.2",
    "four corners with a pencil",
    ("sum ()",),
    _only_numbers,
    lambda: 18 - 3 - 8 + 2,
    (
        Mistake("what lies above and left of the window was taken off twice", lambda: 7),
        Mistake("your last sign is turned: what was taken off twice must come back once", lambda: 5),
        Mistake(
            "that is everything from the picture's corner to the end of the window; what of it lies outside?",
            lambda: 18,
        ),
        Mistake("the strip above is off, the part on the left is still in", lambda: 15),
        Mistake("the part on the left is off, the strip above is still in", lambda: 10),
        Mistake("that is the window at (0, 0)", lambda: 8),
        Mistake(
            "your lower right corner is one row and one column too early: it lies behind the last pixel",
            lambda: 4,
        ),
        Mistake("all four corners with a plus count the surroundings of the window, too", lambda: 31),
        Mistake("two corners on the diagonal are not enough: which rectangles are still in?", lambda: 16),
    ),
)


# 07.3 window sums from the table


def _corner_cases(rng):
    def case(what, sizes, shape, level=0.0):
        return Case(what, (windows.cumulative_sums(_levels(rng, *sizes, level=level)), shape))

    return [
        case("a window of 2 x 3 in a picture of 5 x 7", (5, 7), (2, 3)),
        case("a window of 3 x 2 in a picture of 6 x 6", (6, 6), (3, 2)),
        case("a window of one pixel", (3, 4), (1, 1)),
        case("a window as high as the picture", (3, 6), (3, 2)),
        case("a window as large as the picture", (3, 4), (3, 4)),
        case("a 16-bit camera", (6, 5), (2, 4), level=60_000.0),
    ]


def _blocks(T, shape):
    """The four corners of every window: lower right, upper right, lower left, upper left."""
    h, w = shape
    return T[h:, w:], T[:-h, w:], T[h:, :-w], T[:-h, :-w]


def _combined(*signs):
    return lambda T, shape: sum(sign * block for sign, block in zip(signs, _blocks(T, shape)))


def _transposed_window(T, shape):
    fits = shape[1] < len(T) and shape[0] < T.shape[1]
    return windows.corner_sums(T, shape[::-1]) if fits else ANY


def _first_missing(T, shape):
    """The corners of a table without its border."""
    h, w = shape
    I, J = len(T) - h, T.shape[1] - w
    low, right = slice(h - 1, h - 1 + I), slice(w - 1, w - 1 + J)
    return T[low, right] - T[:I, right] - T[low, :J] + T[:I, :J]


WINDOW_SUMS = Exercise(
    "07.3",
    "window sums from the table",
    ("sums (I, J)",),
    _corner_cases,
    windows.corner_sums,
    (
        Mistake("what lies above and left of the window was taken off twice", _combined(1, -1, -1, 0)),
        Mistake("your last sign is turned: what was taken off twice must come back once", _combined(1, -1, -1, -1)),
        Mistake("all signs are turned", _combined(-1, 1, 1, -1)),
        Mistake("the strip above is off, but the part on the left is still in", _combined(1, -1, 0, 0)),
        Mistake("the part on the left is off, but the strip above is still in", _combined(1, 0, -1, 0)),
        Mistake("two corners on the diagonal are not enough: which rectangles are still in?", _combined(1, 0, 0, -1)),
        Mistake("your corners stop one row and one column too early: T(r, c) does not contain row r and column c",
                _first_missing),
        Mistake("the last row and column of windows are missing: in how many ways does a window of 2 fit into 3 pixels?",
                lambda T, shape: windows.corner_sums(T, shape)[:-1, :-1]),
        Mistake("the first row and column of windows are missing: which table entries does the window at (0, 0) need?",
                lambda T, shape: windows.corner_sums(T, shape)[1:, 1:]),
        Mistake("height and width of the window are swapped", _transposed_window),
        Mistake("those are means over the window; needed are sums",
                lambda T, shape: windows.corner_sums(T, shape) / np.prod(shape)),
        Mistake("the table was taken for a picture: its cumulative sums are there already",
                lambda T, shape: windows.window_sums(T, shape)),
    ),
)  # fmt: skip


# 07.4 correlation by Fourier transforms


def _correlation_cases(rng):
    def case(what, sizes, shape, level=0.0):
        return Case(what, (_levels(rng, *sizes, level=level), _levels(rng, *shape)))

    return [
        case("a face of 2 x 3 in a picture of 6 x 8", (6, 8), (2, 3)),
        case("a face of 4 x 2 in a picture of 7 x 6", (7, 6), (4, 2)),
        case("a square face in a square picture", (6, 6), (3, 3)),
        case("a face as wide as the picture", (6, 4), (2, 4)),
        case("a face as large as the picture", (4, 5), (4, 5)),
        case("a bright picture", (5, 7), (3, 2), level=1000.0),
    ]


def _ring(X, F, *, conjugate=True, size=None):
    """Inverse transform of the product of the spectra, nothing cut off."""
    size = X.shape if size is None else size
    spectrum = np.fft.fft2(F, size)
    return np.fft.ifft2(np.fft.fft2(X, size) * (spectrum.conj() if conjugate else spectrum))


def _valid(whole, X, F):
    return whole[: X.shape[0] - F.shape[0] + 1, : X.shape[1] - F.shape[1] + 1]


def _spectra_of_own_size(X, F):
    """Spectra that cannot be multiplied, unless the face is as large as the picture."""
    return _valid(np.fft.ifft2(np.fft.fft2(X) * np.conj(np.fft.fft2(F))).real, X, F)


def _by_rows(X, F):
    spectra = np.fft.fft(X), np.fft.fft(np.pad(F, [(0, n - m) for n, m in zip(X.shape, F.shape)]))
    return _valid(np.fft.ifft(spectra[0] * spectra[1].conj()).real, X, F)


CORRELATION = Exercise(
    "07.4",
    "correlation by Fourier transforms",
    ("correlation (I, J)",),
    _correlation_cases,
    windows.correlate,
    (
        Mistake("without the conjugate the product of spectra is a convolution, here cut where it has wrapped",
                lambda X, F: _valid(_ring(X, F, conjugate=False).real, X, F)),
        Mistake("that is the valid part of a convolution: it searches for a face turned by 180 degrees",
                lambda X, F: signal.convolve(X, F, mode="valid")),
        Mistake("you conjugated the spectrum of the picture; whose conjugate are the eigenvalues?",
                lambda X, F: _valid(np.fft.ifft2(np.fft.fft2(X).conj() * np.fft.fft2(F, X.shape)).real, X, F)),
        Mistake("you kept all outputs of the ring; at which positions does the face fit?", lambda X, F: _ring(X, F).real),
        Mistake("you kept the last outputs, which have wrapped; at which positions does the face fit?",
                lambda X, F: _ring(X, F).real[F.shape[0] - 1 :, F.shape[1] - 1 :]),
        Mistake("that is as large as the picture, with zeros beyond its border; keep the positions where the face fits",
                lambda X, F: signal.correlate(X, F, mode="same")),
        Mistake("there are outputs at positions where the face sticks out; at which does it fit?",
                lambda X, F: signal.correlate(X, F, mode="full")),
        Mistake("the last row and column of positions are missing: in how many ways does a face of 2 fit into 3 pixels?",
                lambda X, F: windows.correlate(X, F)[:-1, :-1]),
        Mistake("the absolute value of the inverse transform loses the sign: can a correlation be negative?",
                lambda X, F: np.abs(_valid(_ring(X, F), X, F))),
        Mistake("the inverse transform divides by the number of pixels already", lambda X, F: windows.correlate(X, F) / X.size),
        Mistake("the transforms run along the rows only; a picture has two directions", _by_rows),
        Mistake("only the lengths of the face's numbers survive: you took the absolute value of its spectrum",
                lambda X, F: _valid(np.fft.ifft2(np.fft.fft2(X) * np.abs(np.fft.fft2(F, X.shape))).real, X, F)),
        Mistake("two spectra can be multiplied only if they have the same size; which size must the face be brought to?",
                _spectra_of_own_size),
    ),
)  # fmt: skip


# 07.5 what lies on each pixel


def _spread_cases(rng):
    def case(what, values, shape):
        return Case(what, (values, shape))

    return [
        case(
            "probabilities at 4 x 5 positions, a face of 2 x 3",
            rng.dirichlet(np.ones(20)).reshape(4, 5),
            (2, 3),
        ),
        case(
            "probabilities at 3 x 6 positions, a face of 3 x 2",
            rng.dirichlet(np.ones(18)).reshape(3, 6),
            (3, 2),
        ),
        case("values of both signs", _levels(rng, 5, 4), (3, 3)),
        case("a single position", rng.uniform(1, 2, (1, 1)), (2, 4)),
        case("a face of one pixel", _levels(rng, 3, 4), (1, 1)),
        case(
            "a face much larger than the field of positions", rng.dirichlet(np.ones(4)).reshape(2, 2), (5, 4)
        ),
    ]


def _overwritten(values, shape):
    (I, J), (h, w) = values.shape, shape
    out = np.zeros((I + h - 1, J + w - 1))
    for i, j in np.ndindex(I, J):
        out[i : i + h, j : j + w] = values[i, j]
    return out


def _sums_inside(values, shape):
    """The window sums themselves, of a table that may be too small for a single window."""
    return windows.window_sums(values, shape) if np.all(np.less_equal(shape, values.shape)) else ANY


def _short_rectangle(values, shape):
    """The sum over the rectangle without its last row and column."""
    (I, J), (h, w) = values.shape, shape
    rows, columns = np.arange(I + h - 1)[:, None], np.arange(J + w - 1)[:, None]
    over_rows = (np.arange(I) > rows - h) & (np.arange(I) < np.minimum(rows, I - 1))
    over_columns = (np.arange(J) > columns - w) & (np.arange(J) < np.minimum(columns, J - 1))
    return over_rows @ values @ over_columns.T


def _negative_start(values, shape):
    """The sum over the rectangle without its maximum with 0: a negative index counts from the end."""
    (I, J), (h, w) = values.shape, shape
    rows, columns = range(1 - h, I), range(1 - w, J)
    return np.array([[values[i : i + h, j : j + w].sum() for j in columns] for i in rows])


def _full(values, shape):
    return np.pad(values, [(0, n - 1) for n in shape])


SPREAD = Exercise(
    "07.5",
    "what lies on each pixel",
    ("c (H, W)",),
    _spread_cases,
    windows.spread,
    (
        Mistake("where windows overlap, your last one wins; a pixel collects from all that cover it", _overwritten),
        Mistake("your values lie on the top-left corners only; which pixels does a face there hide?", _full),
        Mistake("you divided by the number of windows that cover a pixel; probabilities of different places add up",
                lambda q, shape: windows.spread(q, shape) / windows.spread(np.ones_like(q), shape)),
        Mistake("you shared each value among the pixels of its window; a face hides all of them at once",
                lambda q, shape: windows.spread(q, shape) / np.prod(shape)),
        Mistake("that has the size of the field of positions; the picture is larger",
                lambda q, shape: windows.spread(q, shape)[: q.shape[0], : q.shape[1]]),
        Mistake("one row and one column too many: where does the face at the last position end?",
                lambda q, shape: np.pad(windows.spread(q, shape), ((0, 1), (0, 1)))),
        Mistake("height and width of the face are swapped", lambda q, shape: windows.spread(q, shape[::-1])),
        Mistake("rows and columns of your picture are swapped", lambda q, shape: windows.spread(q, shape).T),
        Mistake("your rectangle of positions lacks its last row and column: a slice ends before its last index",
                _short_rectangle),
        Mistake("near the border your rectangle starts at a negative index, which Python counts from the end; what stops it?",
                _negative_start),
        Mistake("those are window sums of q; the way back goes from positions to pixels", _sums_inside),
        Mistake("you counted the positions that hide a pixel; how probable is each of them?",
                lambda q, shape: windows.spread(np.ones_like(q), shape)),
        Mistake("that is how probably the pixel is seen, not how probably it is hidden",
                lambda q, shape: 1 - windows.spread(q, shape)),
    ),
)  # fmt: skip

EXERCISES = (TABLE, CORNERS, WINDOW_SUMS, CORRELATION, SPREAD)
