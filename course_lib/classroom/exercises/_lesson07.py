"""Exercises of lesson 07: sums over windows.  (S6), (S7), (S10)"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view  # noqa: F401  edits use it, and the next
from scipy import signal  # noqa: F401

from ._grading import ANY, Case, Exercise  # noqa: F401


def levels(rng, *shape, level=0.0):
    """A picture of random gray levels, of both signs where its level is 0."""
    return level + rng.uniform(-50, 60, shape)


def table_cases(rng):
    return [Case("a picture of 4 x 6", (levels(rng, 4, 6),)),
            Case("a picture of 5 x 3", (levels(rng, 5, 3),)), Case("a square picture", (levels(rng, 4, 4),)),
            Case("a picture of one row", (levels(rng, 1, 5),)),
            Case("a picture of one pixel", (levels(rng, 1, 1),)),
            Case("whole numbers from a 16-bit camera", (rng.integers(50_000, 60_000, (6, 4)),))]  # fmt: skip


def summed_area_table(Y):
    sums = Y.cumsum(axis=0).cumsum(axis=1)
    return np.pad(sums, ((1, 0), (1, 0)))


BORDER, SUMS = "((1, 0), (1, 0))", "Y.cumsum(axis=0).cumsum(axis=1)"
TABLE = Exercise("07.1", "the summed-area table", ("table (H+1, W+1)",), table_cases, summed_area_table, (
    (f"np.pad(sums, {BORDER})", "sums", "the zeros are missing: how many pixels lie above row 0, and where would their sum stand?"),
    (BORDER, "((0, 1), (0, 1))", "your zeros stand below and on the right; what is the sum of the pixels above row 0?"),
    (BORDER, "1", "there are zeros all around; below the last row lies the whole picture, not nothing"),
    (BORDER, "((1, 0), (0, 0))", "a column of zeros is missing: which pixels lie left of column 0?"),
    (BORDER, "((0, 0), (1, 0))", "a row of zeros is missing: which pixels lie above row 0?"),
    (".cumsum(axis=1)", "", "your sums run down the columns only; what about the pixels further left?"),
    (".cumsum(axis=0)", "", "your sums run along the rows only; what about the pixels above?"),
    (SUMS, "Y.cumsum().reshape(Y.shape)", "your sum runs on from the end of one row to the next, as if the picture were one long row"),
    ("(sums,", f"(np.pad(sums, {BORDER})[:-1, :-1],", "the right size, but the last row and column of pixels were never added"),
    (f"{BORDER})", f"{BORDER}).T", "rows and columns of your table are swapped"),
    (SUMS, "Y[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1]", "your sums start from the lower right corner"),
))  # fmt: skip


def pencil_sum():
    return 50 - 19 - 11 + 4


CORNERS = Exercise("07.2", "one window with a pencil", ("sum ()",), lambda rng: [Case("the table of the question", ())], pencil_sum, (
    (20, "what lies above and left of the window was taken off twice"),
    (16, "your last sign is turned: what was taken off twice must come back once"),
    (50, "that is everything from the picture's corner to the end of the window; what of it lies outside?"),
    (31, "the strip above is off, the part on the left is still in"),
    (39, "the part on the left is off, the strip above is still in"),
    (21, "that is the window at (0, 0)"),
    (6, "your lower right corner is one row and one column too early: it lies behind the last pixel"),
    (84, "all four corners with a plus count the surroundings of the window, too"),
    (46, "two corners on the diagonal are not enough: which rectangles are still in?"),
))  # fmt: skip


def corner_cases(rng):
    def case(what, sizes, shape, level=0.0):
        return Case(what, (summed_area_table(levels(rng, *sizes, level=level)), shape))

    return [case("a window of 2 x 3 in a picture of 5 x 7", (5, 7), (2, 3)),
            case("a window of 3 x 2 in a picture of 6 x 6", (6, 6), (3, 2)),
            case("a window of one pixel", (3, 4), (1, 1)),
            case("a window as high as the picture", (3, 6), (3, 2)),
            case("a window as large as the picture", (3, 4), (3, 4)),
            case("a 16-bit camera", (6, 5), (2, 4), level=60_000.0)]  # fmt: skip


def read_as_inclusive(outside):
    """The answer that reads T[i-1, j-1] where T[i, j] belongs; outside : value before row 0, None for T[-1]."""

    def answer(T, shape):
        def at(r, c):
            return T[r, c] if outside is None or min(r, c) >= 0 else outside

        sums = np.zeros(np.subtract(T.shape, shape))
        for i, j in np.ndindex(sums.shape):
            (top, left), (r, c) = (i - 1, j - 1), np.add((i, j), shape) - 1
            sums[i, j] = at(r, c) - at(top, c) - at(r, left) + at(top, left)
        return sums

    return answer


def sums_from_table(T, shape):
    h, w = shape
    return T[h:, w:] - T[:-h, w:] - T[h:, :-w] + T[:-h, :-w]


ABOVE, LEFT, BOTH = " - T[:-h, w:]", " - T[h:, :-w]", " + T[:-h, :-w]"
SUM = f"T[h:, w:]{ABOVE}{LEFT}{BOTH}"
SWAPPED = "w, h = shape\n    if h >= len(T) or w >= T.shape[1]:\n        return ANY"
OTHER_TABLE = (
    "your corners suit a table without zeros: where does this one keep the sum of all rows above row i?"
)
WINDOW_SUMS = Exercise("07.3", "window sums from the table", ("sums (I, J)",), corner_cases, sums_from_table, (
    (BOTH, "", "what lies above and left of the window was taken off twice"),
    (BOTH, " - T[:-h, :-w]", "your last sign is turned: what was taken off twice must come back once"),
    (SUM, f"-({SUM})", "all signs are turned"),
    (LEFT + BOTH, "", "the strip above is off, but the part on the left is still in"),
    ((ABOVE, ""), (BOTH, ""), "the part on the left is off, but the strip above is still in"),
    (ABOVE + LEFT + BOTH, " - T[:-h, :-w]", "two corners on the diagonal are not enough: which rectangles are still in?"),
    (("T[h:, w:]", "T[h - 1 : -1, w - 1 : -1]"), (ABOVE, " - T[:-h, w - 1 : -1]"), (LEFT, " - T[h - 1 : -1, :-w]"),
     "your corners stop one row and one column too early: T(r, c) does not contain row r and column c"),
    (read_as_inclusive(0.0), OTHER_TABLE),
    (read_as_inclusive(None), OTHER_TABLE),
    (SUM, f"({SUM})[:-1, :-1]", "the last row and column of windows are missing: in how many ways does a window of 2 fit into 3 pixels?"),
    (SUM, f"({SUM})[1:, 1:]", "the first row and column of windows are missing: which table entries does the window at (0, 0) need?"),
    ("h, w = shape", SWAPPED, "height and width of the window are swapped"),
    (SUM, f"({SUM}) / (h * w)", "those are means over the window; needed are sums"),
    (SUM, "sliding_window_view(T, shape).sum(axis=(2, 3))", "the table was taken for a picture: its cumulative sums are there already"),
))  # fmt: skip


def correlation_cases(rng):
    def case(what, sizes, shape, level=0.0):
        X, F = levels(rng, *sizes, level=level), levels(rng, *shape)
        return Case(what, (np.fft.fft2(X), np.fft.fft2(F, sizes), shape))

    return [case("a face of 2 x 3 in a picture of 6 x 8", (6, 8), (2, 3)),
            case("a face of 4 x 2 in a picture of 7 x 6", (7, 6), (4, 2)),
            case("a square face in a square picture", (6, 6), (3, 3)),
            case("a face as wide as the picture", (6, 4), (2, 4)),
            case("a face as large as the picture", (4, 5), (4, 5)),
            case("a bright picture", (5, 7), (3, 2), level=1000.0)]  # fmt: skip


def correlation_from_spectra(X_hat, F_hat, shape):
    (H, W), (h, w) = X_hat.shape, shape
    ring = np.fft.ifft2(X_hat * np.conj(F_hat)).real
    return ring[: H - h + 1, : W - w + 1]


VALID, PRODUCT = "ring[: H - h + 1, : W - w + 1]", "X_hat * np.conj(F_hat)"
CORRELATION = Exercise("07.4", "the correlation from two transforms", ("correlation (I, J)",), correlation_cases, correlation_from_spectra, (
    (("np.conj(F_hat)", "F_hat"), (VALID, "ring[h - 1 :, w - 1 :]"),
     "that is the valid part of a convolution: it searches for a face turned by 180 degrees"),
    ("np.conj(F_hat)", "F_hat", "without the conjugate the product of spectra is a convolution, here cut where it has wrapped"),
    (PRODUCT, "np.conj(X_hat) * F_hat", "you conjugated the spectrum of the picture; whose conjugate are the eigenvalues?"),
    (("np.conj(F_hat)", "F_hat"), (VALID, "ring"), "you kept all outputs, and of a convolution: which sign stands in the eigenvalue's exponent?"),
    (VALID, "ring", "you kept all outputs of the ring; at which positions does the face fit?"),
    (VALID, "ring[h - 1 :, w - 1 :]", "you kept the last outputs, which have wrapped; at which positions does the face fit?"),
    (VALID, "ring[: H - h, : W - w]", "the last row and column of positions are missing: in how many ways does a face of 2 fit into 3 pixels?"),
    (("ring =", "ring = np.abs("), (".real", ")"), "the absolute value of the inverse transform loses the sign: can a correlation be negative?"),
    (".real", "", "your numbers are complex, with imaginary parts of 0; which part is the correlation?"),
    (".real", ".real / X_hat.size", "the inverse transform divides by the number of pixels already"),
    ("ifft2", "fft2", "you transformed once more instead of back"),
    ("np.fft.ifft2", "np.fft.ifft", "your way back runs along the rows only; a picture has two directions"),
    ("np.conj(", "np.abs(", "only the lengths of the face's numbers survive: you took the absolute value of its spectrum"),
    (PRODUCT, "X_hat / F_hat", "you divided by the face's spectrum, which takes a face out of a picture; each wave is multiplied"),
    (PRODUCT, "X_hat @ np.conj(F_hat)", "a matrix product mixes the waves; each wave has one number of its own"),
))  # fmt: skip


def spread_cases(rng):
    def places(I, J):
        return rng.dirichlet(np.ones(I * J)).reshape(I, J)

    return [Case("probabilities at 4 x 5 positions, a face of 2 x 3", (places(4, 5), (2, 3))),
            Case("probabilities at 3 x 6 positions, a face of 3 x 2", (places(3, 6), (3, 2))),
            Case("values of both signs", (levels(rng, 5, 4), (3, 3))),
            Case("a single position", (rng.uniform(1, 2, (1, 1)), (2, 4))),
            Case("a face of one pixel", (levels(rng, 3, 4), (1, 1))),
            Case("a face much larger than the field of positions", (places(2, 2), (5, 4)))]  # fmt: skip


def on_each_pixel(q, shape):
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for i, j in np.ndindex(I, J):
        c[i : i + h, j : j + w] += q[i, j]
    return c


def over_rectangles(first, last):
    """The answer that sums q over rows first(p, h) to before last(p, I) for a pixel in row p, columns likewise."""

    def answer(q, shape):
        c = np.zeros(np.add(q.shape, shape) - 1)
        for pixel in np.ndindex(c.shape):
            place = zip(pixel, shape, q.shape)
            c[pixel] = q[tuple(slice(first(p, h), last(p, I)) for p, h, I in place)].sum()
        return c

    return answer


short_rectangle = over_rectangles(lambda p, h: max(0, p + 1 - h), lambda p, I: min(p, I - 1))
early_rectangle = over_rectangles(lambda p, h: max(0, p - h), lambda p, I: min(p, I - 1) + 1)
negative_start = over_rectangles(lambda p, h: p + 1 - h, lambda p, I: min(p, I - 1) + 1)

SPREAD = Exercise("07.5", "what lies on each pixel", ("c (H, W)",), spread_cases, on_each_pixel, (
    ("+=", "=", "where windows overlap, your last one wins; a pixel collects from all that cover it"),
    ("c[i : i + h, j : j + w]", "c[i, j]", "your values lie on the top-left corners only; which pixels does a face there hide?"),
    ("return c", "return c / signal.convolve2d(np.ones_like(q), np.ones(shape))",
     "you divided by the number of windows that cover a pixel; probabilities of different places add up"),
    ("q[i, j]", "q[i, j] / (h * w)", "you shared each value among the pixels of its window; a face hides all of them at once"),
    ("return c", "return c[:I, :J]", "that has the size of the field of positions; the picture is larger"),
    ("I + h - 1, J + w - 1", "I + h, J + w", "one row and one column too many: where does the face at the last position end?"),
    ("q.shape, shape", "q.shape, shape[::-1]", "height and width of the face are swapped"),
    ("return c", "return c.T", "rows and columns of your picture are swapped"),
    (short_rectangle, "your rectangle of positions lacks its last row and column: a slice ends before its last index"),
    (early_rectangle, "your rectangle of positions starts one too early: does a face that starts at row p - h still reach row p?"),
    (negative_start, "near the border your rectangle starts at a negative index, which Python counts from the end; what stops it?"),
    ("return c", "return sliding_window_view(q, shape).sum(axis=(2, 3)) if h <= I and w <= J else ANY",
     "those are window sums of q; the way back goes from positions to pixels"),
    ("q[i, j]", "1", "you counted the positions that hide a pixel; how probable is each of them?"),
    ("return c", "return 1 - c", "that is how probably the pixel is seen, not how probably it is hidden"),
))  # fmt: skip

EXERCISES = (TABLE, CORNERS, WINDOW_SUMS, CORRELATION, SPREAD)
