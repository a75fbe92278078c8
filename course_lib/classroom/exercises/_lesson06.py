"""Exercises of lesson 06: where the face is, and how sure we may be.  (S2)-(S5)"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import correlate2d
from scipy.special import softmax
from scipy.stats import norm  # noqa: F401  an edit of the logits needs it

from ... import scene
from ._instances import ANY, Case, Exercise, only_numbers, unless  # noqa: F401 (for edits)


def drawn(rng, H, W, h, w, level=0.0, noise_std=None):
    """A random scene and a picture of it: X, F, B, s, A."""
    face, background = level + rng.uniform(0, 60, (h, w)), level + rng.uniform(0, 60, (H, W))
    positions = H - h + 1, W - w + 1
    prior = rng.dirichlet(np.full(positions[0] * positions[1], 3.0)).reshape(positions)
    truth = scene.Scene(face, background, rng.uniform(10, 30) if noise_std is None else noise_std, prior)
    return scene.sample(truth, 1, rng)[0][0], face, background, truth.noise_std, np.array(prior)


def joint_cases(rng):
    def case(what, sizes, d, level=0.0, noise_std=None, excluded=False):
        X, F, B, s, A = drawn(rng, *sizes, level, noise_std)
        if excluded:
            A[d] = 0
        return Case(what, (X, F, B, s, A / A.sum(), d))

    return [case("a picture of 5 x 6", (5, 6, 2, 3), (1, 2)),
            case("a face taller than wide", (7, 6, 3, 2), (0, 3)),
            case("a face in the last row and column", (6, 7, 3, 3), (3, 4)),
            case("a face as large as the picture", (3, 4, 3, 4), (0, 0)),
            case("a 16-bit camera with little noise", (5, 7, 2, 2), (2, 1), level=10_000.0, noise_std=2.5),
            case("a position that A excludes", (4, 6, 2, 2), (1, 4), excluded=True)]  # fmt: skip


def log_joint_of(X, F, B, s, A, d):
    squares = np.sum((X - scene.paste(F, B, d)) ** 2)
    return -X.size / 2 * np.log(2 * np.pi * s**2) - squares / (2 * s**2) + np.log(A[d])


NORMALISER = "-X.size / 2 * np.log(2 * np.pi * s**2)"
PICTURE = "X - scene.paste(F, B, d)"
JOINT = Exercise("06.1", "the whole picture for one position", ("log_joint ()",), joint_cases, log_joint_of, (
    (" + np.log(A[d])", "", "the prior of the position is missing: (S2) asks for picture and position together"),
    ("np.log(A[d])", "A[d]", "a probability was added to logarithms; what becomes of the factor A(d) when the product is logged?"),
    (NORMALISER, "", "the normaliser of the noise is missing: what does each Gaussian carry besides its exponential?"),
    ("X.size", "F.size", "your normaliser counts the pixels of the face; how many pixels have noise?"),
    ("X.size", "1", "your normaliser is that of a single pixel; every pixel brings its own"),
    ("size / 2", "size", "your normaliser is twice too large: there is a square root in the density of a Gaussian"),
    (("np.pi * s**2", "np.pi * s"), ("(2 * s**2)", "(2 * s)"), "s stands for a variance in both places; it is given as a standard deviation"),
    ("np.pi * s**2", "np.pi * s", "the normaliser holds the variance, yours the standard deviation; which of the two is s?"),
    ("(2 * s**2)", "s**2", "the squares lack their factor 1/2"),
    ("(2 * s**2)", "(2 * s)", "squared gray levels over gray levels leave a unit: what must the squares be divided by?"),
    ("- squares", "+ squares", "the sign of the squares is turned: should a worse fit make the picture more probable?"),
    ("np.sum", "np.mean", "you took the mean of the squares; independent pixels multiply, so what do their logarithms do?"),
    ("- squares", "- squares**0.5", "the norm in (S2) is squared: a sum of squares, without the root"),
    (unless("A[d] == 0"), "where A(d) is 0 the answer is minus infinity; did you add a little to A to avoid its logarithm?"),
    (PICTURE, f"({PICTURE})[d[0] : d[0] + len(F), d[1] : d[1] + F.shape[1]]",
     "your squares stop at the window; (S2) is about the whole picture, the background too"),
    (unless("d[1] >= A.shape[0] or d[0] >= A.shape[1]"), ("    squares", "    d = d[::-1]\n    squares"), "row and column of the position are swapped"),
    ("paste(F,", "paste(F + B[d[0] : d[0] + len(F), d[1] : d[1] + F.shape[1]],",
     "you added the face to the background; does one see the background through it?"),
    (lambda *args: np.exp(log_joint_of(*args)), "that is a density, exactly 0 for any real picture; stay in logarithms"),
))  # fmt: skip


def one_pixel():
    return -((130 - 150) ** 2 - (130 - 90) ** 2) / (2 * 20**2)


PENCIL = Exercise("06.2", "one pixel with a pencil", ("nats ()",), only_numbers, one_pixel, (
    (-1.5, "the sign is turned: is 130 nearer to the face or to the background?"),
    (3.0, "twice too much: what stands beside s squared in the denominator?"),
    (30.0, "your number still has a unit: squared gray levels over what?"),
    (-0.5, "that is the face's square alone; a logit compares it with something"),
    (2.0, "that is the background's square alone; a logit compares it with something"),
    (-1600.5, "only one of the two squares was divided; what does the bracket of (S3) hold together?"),
    (-2.5, "the two squares were added; does a bad fit of the background speak against the face?"),
    (1200.0, "those are squared gray levels; what turns them into nats?"),
    (np.exp(1.5), "those are the odds themselves; the logit is their logarithm"),
    (60 / 800, "the differences were not squared"),
), digits=1e-3)  # fmt: skip


def picture_cases(rng):
    return [Case("a picture of 5 x 6", drawn(rng, 5, 6, 2, 3)[:4]),
            Case("a face taller than wide", drawn(rng, 8, 7, 4, 2)[:4]),
            Case("a square picture and a square face", drawn(rng, 6, 6, 3, 3)[:4]),
            Case("a face of one pixel", drawn(rng, 3, 5, 1, 1)[:4]),
            Case("a face as large as the picture", drawn(rng, 3, 4, 3, 4)[:4]),
            Case("a 16-bit camera with little noise", drawn(rng, 6, 5, 2, 2, level=10_000.0, noise_std=2.5)[:4])]  # fmt: skip


def logits(X, F, B, s):
    x, b = sliding_window_view(X, F.shape), sliding_window_view(B, F.shape)
    face, background = ((x - F) ** 2).sum(axis=(2, 3)), ((x - b) ** 2).sum(axis=(2, 3))
    return -(face - background) / (2 * s**2)


RETURNED = "-(face - background) / (2 * s**2)"
LOGITS = Exercise("06.3", "the logits of all positions", ("logit (I, J)",), picture_cases, logits, (
    ("-(face", "(face", "the sign is turned: where the face fits well, the logit is large"),
    ("(2 * s**2)", "s**2", "twice too much: a factor got lost in front of the bracket"),
    ("(2 * s**2)", "(2 * s)", "you divided by gray levels, not by their squares: is s a variance?"),
    (RETURNED, "-face / (2 * s**2) - background", "the bracket is missing: your second square has another unit than the first"),
    (" - background", "", "the background is not in your answer: a logit compares two explanations"),
    (" - background", " + background", "a bad fit of the background should speak for the face; yours speaks against it"),
    (" / (2 * s**2)", "", "those are squared gray levels; how much noise is there?"),
    ("(2 * s**2)", "(2 * s**2) / F.size", "you took the mean over the window; logarithms of independent pixels do something else"),
    ("sliding_window_view(B, F.shape)", "B[: len(F), : F.shape[1]]",
     "the background does not move with the window in your answer: which of its pixels lie under the face?"),
    (RETURNED, "-((F - b) ** 2).sum(axis=(2, 3)) / (2 * s**2)", "you squared a difference where (S3) takes the difference of two squares"),
    ("(face - background)", "(face - background)[:-1, :-1]",
     "the last row and column of positions are missing: in how many ways does a face of 2 fit into 3 pixels?"),
    (("view(X,", "view(np.pad(X, ((0, 1), (0, 1))),"), ("view(B,", "view(np.pad(B, ((0, 1), (0, 1))),"),
     "a row and a column of positions too many: there the face would stick out; which corner is the last?"),
    ("(face - background)", "(face - background).T", "rows and columns of your table are swapped"),
    ("(2 * s**2)", "(2 * s**2) + norm.logpdf(X, B, s).sum()",
     "that is the log likelihood of the whole picture; the logit is relative to no face anywhere"),
))  # fmt: skip


def three_terms(X, F, B, s):
    constant = -np.sum(F**2) / (2 * s**2)
    correlation = correlate2d(X, F, "valid") / s**2
    window_sum = -correlate2d(B * (2 * X - B), np.ones(F.shape), "valid") / (2 * s**2)
    return constant, correlation, window_sum


LAST = "return constant, correlation, window_sum"
TERMS = Exercise("06.4", "three terms", ("constant ()", "correlation (I, J)", "window_sum (I, J)"), picture_cases, three_terms, (
    ("(2 * X - B)", "(2 * X - B) ** 2", "a square too many in the window sum: what are the units of your last term?"),
    ("B * (2 * X - B)", "2 * X - B", "your window sum is in gray levels, not in their squares: a factor got lost"),
    ("(2 * X - B)", "2 * X", "your window sum lacks a square of the background: multiply out both squares"),
    ("X - B", "X + B", "a sign inside the window sum is turned: there is a minus before the whole second square"),
    (" / s**2", " / (2 * s**2)", "your correlation is half as large as it should be: expand the square once more"),
    ("= correlate2d(X", "= -correlate2d(X", "the sign of your correlation is turned: should it be large or small where the face fits?"),
    ("= -correlate2d(B", "= correlate2d(B",
     "the sign of your window sum is turned: a minus before a square is a minus before each of its terms"),
    ("-np.sum", "np.sum", "the sign of your constant is turned: what stands in front of the bracket of (S3)?"),
    (LAST, "return constant, window_sum, correlation", "correlation and window sum stand in each other's place"),
    (LAST, "return -constant, -correlation, -window_sum", "all three signs are turned: what stands in front of the bracket of (S3)?"),
    (LAST, "return 2 * constant, 2 * correlation, 2 * window_sum", "all three terms are twice too large"),
    (LAST, "return s * constant, s * correlation, s * window_sum", "all three terms are in gray levels instead of nats: is s a variance?"),
    (LAST, "return -2 * s**2 * constant, -2 * s**2 * correlation, -2 * s**2 * window_sum",
     "those are the terms of the bracket; what turns squared gray levels into nats?"),
    (LAST, "return -2 * s**2 * constant, 2 * s**2 * correlation, -2 * s**2 * window_sum",
     "those are the bare sums, all with a plus: which signs has (S4), and what turns squared gray levels into nats?"),
    ("np.sum(F**2)", "np.sum(F) ** 2", "your constant is the square of a sum; needed is a sum of squares"),
    ("correlate2d(X, F,", "correlate2d(X, F[::-1, ::-1],", "your correlation takes the face turned by 180 degrees: is that a convolution?"),
))  # fmt: skip


def posterior_cases(rng):
    def case(what, I, J, shift=0.0, zeros=()):
        A = rng.dirichlet(np.full(I * J, 3.0))
        A[list(zeros)] = 0
        return Case(what, (shift + rng.normal(0, 1.5, (I, J)), A.reshape(I, J) / A.sum()))

    misled = case("a prior that excludes the best position", 3, 4, zeros=[5, 6])
    misled.args[0][1, 1] += 2000
    above = case("an excluded position 711 nats above the others", 3, 4, zeros=[5])
    above.args[0][1, 1] = above.args[0].max() + 711  # exp(-711) is still 14 digits, exp(711) infinite

    def apart(places):
        """Logits thousands apart, two near the largest: only the largest sum may be taken off."""
        logit = np.roll([0.0, -0.5, -3000.0, -6000.0, -9000.0], places).reshape(1, 5) - 1000
        return Case("logits thousands apart", (logit, rng.dirichlet(np.full(5, 3.0)).reshape(1, 5)))

    return [case("positions in 3 rows and 4 columns", 3, 4), case("positions in 5 rows and 2 columns", 5, 2),
            case("a single position", 1, 1), case("a prior with zeros", 3, 3, zeros=[0, 4]),
            case("logits near 1000", 4, 3, shift=1000.0),
            case("log likelihoods near -13000 instead of logits", 2, 5, shift=-13_000.0), above, misled, apart(0), apart(2)]  # fmt: skip


def position_probabilities(logit, A):
    log_joint = np.log(A) + logit
    q = np.exp(log_joint - log_joint.max())
    return q / q.sum()


def largest_permitted(logit, A):
    with np.errstate(over="ignore", invalid="ignore"):
        q = A * np.exp(logit - logit[A > 0].max())
        return q / q.sum()


# the report's maximum, of the logits alone, leaves 0/0 where A excludes the best position by far
VANISHED = "A.flat[logit.argmax()] == 0 and np.ptp(logit) > 745"
POSTERIOR = Exercise("06.5", "the probability of every position", ("q (I, J)",), posterior_cases, position_probabilities, (
    ("np.log(A) + ", "", "your q ignores the prior: what did we believe before the picture came?"),
    ("np.log(A)", "A", "a probability was added to a logit; both must be logarithms"),
    ("np.log(A) + logit", "logit - np.log(A)", "the logarithm of the prior is subtracted; a product becomes a sum"),
    (lambda logit, A: softmax(np.log(A) + logit, axis=1), "each of your rows sums to 1; the face is in one place of the whole picture"),
    (lambda logit, A: softmax(np.log(A) + logit, axis=0), "each of your columns sums to 1; the face is in one place of the whole picture"),
    ("q / q.sum()", "(q == q.max()).astype(float)", "the largest takes all: that is a decision, q says how sure one may be"),
    (" / q.sum()", "", "your largest entry is always 1; it is all entries together that must sum to 1"),
    ("q / q.sum()", "np.log(A) + logit - np.logaddexp.reduce(log_joint.ravel())", "those are logarithms; q holds probabilities"),
    ("np.log(A)", "np.log(A + 1e-12)",
     "a prior of exactly 0 stays 0, whatever the picture says; did you add a little to A to avoid its logarithm?"),
    ("):\n", f"):\n    if {VANISHED}:\n        return np.full(A.shape, 1 / A.size)\n", "where all exponentials vanish you put equal probabilities; the picture did not say that"),
    *(("log_joint.max()", shift, "right until the logarithms lie hundreds apart: with that one taken off, which exponential is infinite?")
      for shift in ("log_joint.min()", *(way.format("log_joint[np.isfinite(log_joint)]") for way in ("{}.min()", "{}[0]", "{}[-1]", "{}.mean()", "np.median({})")))),
    (largest_permitted, "right until an excluded position has the largest logit: there exp is infinite, and 0 times that is not a number"),
    (unless(VANISHED), "right until A excludes the position of the largest logit: which terms of your sum are then left?"),
    (unless("np.abs(logit).max() > 700"), "right until exp leaves its range, above 709 or below -745: which constant may be taken off first?"),
))  # fmt: skip

EXERCISES = (JOINT, PENCIL, LOGITS, TERMS, POSTERIOR)
