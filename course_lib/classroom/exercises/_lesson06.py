"""Exercises of lesson 06: where the face is, and how sure we may be.  (S2)-(S5)"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import log_softmax, softmax
from scipy.stats import norm

from ... import scene, windows
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake


def _drawn(rng, H, W, h, w, level=0.0, noise_std=None):
    """A random scene and a picture of it: X, F, B, s, A."""
    face, background = level + rng.uniform(0, 60, (h, w)), level + rng.uniform(0, 60, (H, W))
    positions = H - h + 1, W - w + 1
    prior = rng.dirichlet(np.full(positions[0] * positions[1], 3.0)).reshape(positions)
    truth = scene.Scene(face, background, rng.uniform(10, 30) if noise_std is None else noise_std, prior)
    return scene.sample(truth, 1, rng)[0][0], face, background, truth.noise_std, np.array(prior)


# 06.1 the whole picture for one position


def _joint_cases(rng):
    def case(what, sizes, d, level=0.0, noise_std=None, excluded=False):
        X, F, B, s, A = _drawn(rng, *sizes, level, noise_std)
        if excluded:
            A[d] = 0
        return Case(what, (X, F, B, s, A / A.sum(), d))

    return [
        case("a picture of 5 x 6", (5, 6, 2, 3), (1, 2)),
        case("a face taller than wide", (7, 6, 3, 2), (0, 3)),
        case("a face in the last row and column", (6, 7, 3, 3), (3, 4)),
        case("a face as large as the picture", (3, 4, 3, 4), (0, 0)),
        case("a 16-bit camera with little noise", (5, 7, 2, 2), (2, 1), level=10_000.0, noise_std=2.5),
        case("a position that A excludes", (4, 6, 2, 2), (1, 4), excluded=True),
    ]


def _joint(X, F, B, s, A, d):
    truth = scene.Scene(F, B, s, A)
    return scene.log_likelihood(X[None], truth)[0][d] + truth.log_prior[d]


def _made_of(formula):
    """The mistake formula(squares, pixels of the picture, pixels of the face, s, A(d))."""
    return lambda X, F, B, s, A, d: formula(np.sum((X - scene.paste(F, B, d)) ** 2), X.size, F.size, s, A[d])


def _in_window(X, F, B, s, A, d):
    X = scene.paste(X[d[0] : d[0] + len(F), d[1] : d[1] + F.shape[1]], B, d)
    return _joint(X, F, B, s, A, d)


def _swapped(X, F, B, s, A, d):
    fits = d[1] < A.shape[0] and d[0] < A.shape[1]
    return _joint(X, F, B, s, A, d[::-1]) if fits else ANY


def _added(X, F, B, s, A, d):
    """The face is added to the background."""
    inside = B[d[0] : d[0] + len(F), d[1] : d[1] + F.shape[1]]
    return _joint(X, F + inside, B, s, A, d)


JOINT = Exercise(
    "06.1",
    "the whole picture for one position",
    ("log_joint ()",),
    _joint_cases,
    _joint,
    (
        Mistake("the prior of the position is missing: (S2) asks for picture and position together",
                lambda X, F, B, s, A, d: scene.log_likelihood(X[None], scene.Scene(F, B, s, A))[0][d]),
        Mistake("a probability was added to logarithms; what becomes of the factor A(d) when the product is logged?",
                _made_of(lambda r, n, m, s, a: -n / 2 * np.log(2 * np.pi * s**2) - r / (2 * s**2) + a)),
        Mistake("the normaliser of the noise is missing: what does each Gaussian carry besides its exponential?",
                _made_of(lambda r, n, m, s, a: -r / (2 * s**2) + np.log(a))),
        Mistake("your normaliser counts the pixels of the face; how many pixels have noise?",
                _made_of(lambda r, n, m, s, a: -m / 2 * np.log(2 * np.pi * s**2) - r / (2 * s**2) + np.log(a))),
        Mistake("your normaliser is that of a single pixel; every pixel brings its own",
                _made_of(lambda r, n, m, s, a: -np.log(2 * np.pi * s**2) / 2 - r / (2 * s**2) + np.log(a))),
        Mistake("your normaliser is twice too large: there is a square root in the density of a Gaussian",
                _made_of(lambda r, n, m, s, a: -n * np.log(2 * np.pi * s**2) - r / (2 * s**2) + np.log(a))),
        Mistake("the normaliser holds the variance, yours the standard deviation; which of the two is s?",
                _made_of(lambda r, n, m, s, a: -n / 2 * np.log(2 * np.pi * s) - r / (2 * s**2) + np.log(a))),
        Mistake("the squares lack their factor 1/2",
                _made_of(lambda r, n, m, s, a: -n / 2 * np.log(2 * np.pi * s**2) - r / s**2 + np.log(a))),
        Mistake("squared gray levels over gray levels leave a unit: what must the squares be divided by?",
                _made_of(lambda r, n, m, s, a: -n / 2 * np.log(2 * np.pi * s**2) - r / (2 * s) + np.log(a))),
        Mistake("the sign of the squares is turned: should a worse fit make the picture more probable?",
                _made_of(lambda r, n, m, s, a: -n / 2 * np.log(2 * np.pi * s**2) + r / (2 * s**2) + np.log(a))),
        Mistake("you took the mean of the squares; independent pixels multiply, so what do their logarithms do?",
                _made_of(lambda r, n, m, s, a: -n / 2 * np.log(2 * np.pi * s**2) - r / n / (2 * s**2) + np.log(a))),
        Mistake("the norm in (S2) is squared: a sum of squares, without the root",
                _made_of(lambda r, n, m, s, a: -n / 2 * np.log(2 * np.pi * s**2) - np.sqrt(r) / (2 * s**2) + np.log(a))),
        Mistake("where A(d) is 0 the answer is minus infinity; did you add a little to A to avoid its logarithm?",
                lambda *args: _joint(*args) if args[4][args[5]] > 0 else ANY),
        Mistake("your squares stop at the window; (S2) is about the whole picture, the background too", _in_window),
        Mistake("row and column of the position are swapped", _swapped),
        Mistake("you added the face to the background; does one see the background through it?", _added),
        Mistake("that is a density, exactly 0 for any real picture; stay in logarithms", lambda *args: np.exp(_joint(*args))),
    ),
)  # fmt: skip


# 06.2 one pixel with a pencil


PENCIL = Exercise(
    "06.2",
    "one pixel with a pencil",
    ("nats ()",),
    _instances.only_numbers,
    lambda: -((130 - 150) ** 2 - (130 - 90) ** 2) / (2 * 20**2),
    (
        Mistake("the sign is turned: is 130 nearer to the face or to the background?", lambda: -1.5),
        Mistake("twice too much: what stands beside s squared in the denominator?", lambda: 3.0),
        Mistake("your number still has a unit: squared gray levels over what?", lambda: 30.0),
        Mistake("that is the face's square alone; a logit compares it with something", lambda: -0.5),
        Mistake("that is the background's square alone; a logit compares it with something", lambda: 2.0),
        Mistake(
            "only one of the two squares was divided; what does the bracket of (S3) hold together?",
            lambda: -1600.5,
        ),
        Mistake(
            "the two squares were added; does a bad fit of the background speak against the face?",
            lambda: -2.5,
        ),
        Mistake("those are squared gray levels; what turns them into nats?", lambda: 1200.0),
        Mistake("those are the odds themselves; the logit is their logarithm", lambda: np.exp(1.5)),
        Mistake("the differences were not squared", lambda: 60 / 800),
    ),
    digits=1e-3,
)


# 06.3 the logits of all positions


def _picture_cases(rng):
    return [
        Case("a picture of 5 x 6", _drawn(rng, 5, 6, 2, 3)[:4]),
        Case("a face taller than wide", _drawn(rng, 8, 7, 4, 2)[:4]),
        Case("a square picture and a square face", _drawn(rng, 6, 6, 3, 3)[:4]),
        Case("a face of one pixel", _drawn(rng, 3, 5, 1, 1)[:4]),
        Case("a face as large as the picture", _drawn(rng, 3, 4, 3, 4)[:4]),
        Case("a 16-bit camera with little noise", _drawn(rng, 6, 5, 2, 2, level=10_000.0, noise_std=2.5)[:4]),
    ]


def _logits(X, F, B, s):
    A = np.ones((X.shape[0] - F.shape[0] + 1, X.shape[1] - F.shape[1] + 1))
    return scene.log_likelihood(X[None], scene.Scene(F, B, s, A / A.size))[0] - norm.logpdf(X, B, s).sum()


def _of_fits(formula):
    """The mistake formula(squares of the face, squares of the background, s), both (I, J)."""

    def answer(X, F, B, s):
        inside, behind = sliding_window_view(X, F.shape), sliding_window_view(B, F.shape)
        return formula(((inside - F) ** 2).sum(axis=(2, 3)), ((inside - behind) ** 2).sum(axis=(2, 3)), s)

    return answer


def _fixed_background(X, F, B, s):
    inside, corner = sliding_window_view(X, F.shape), B[: F.shape[0], : F.shape[1]]
    return -((inside - F) ** 2 - (inside - corner) ** 2).sum(axis=(2, 3)) / (2 * s**2)


def _squared_difference(X, F, B, s):
    return -((F - sliding_window_view(B, F.shape)) ** 2).sum(axis=(2, 3)) / (2 * s**2)


LOGITS = Exercise(
    "06.3",
    "the logits of all positions",
    ("logit (I, J)",),
    _picture_cases,
    _logits,
    (
        Mistake("the sign is turned: where the face fits well, the logit is large",
                _of_fits(lambda f, b, s: (f - b) / (2 * s**2))),
        Mistake("twice too much: a factor got lost in front of the bracket", _of_fits(lambda f, b, s: (b - f) / s**2)),
        Mistake("you divided by gray levels, not by their squares: is s a variance?",
                _of_fits(lambda f, b, s: (b - f) / (2 * s))),
        Mistake("the bracket is missing: your second square has another unit than the first",
                _of_fits(lambda f, b, s: -f / (2 * s**2) - b)),
        Mistake("the background is not in your answer: a logit compares two explanations",
                _of_fits(lambda f, b, s: -f / (2 * s**2))),
        Mistake("a bad fit of the background should speak for the face; yours speaks against it",
                _of_fits(lambda f, b, s: -(f + b) / (2 * s**2))),
        Mistake("those are squared gray levels; how much noise is there?", _of_fits(lambda f, b, s: b - f)),
        Mistake("you took the mean over the window; logarithms of independent pixels do something else",
                lambda X, F, B, s: _logits(X, F, B, s) / F.size),
        Mistake("the background does not move with the window in your answer: which of its pixels lie under the face?",
                _fixed_background),
        Mistake("you squared a difference where (S3) takes the difference of two squares", _squared_difference),
        Mistake("the last row and column of positions are missing: in how many ways does a face of 2 fit into 3 pixels?",
                lambda X, F, B, s: _logits(X, F, B, s)[:-1, :-1]),
        Mistake("rows and columns of your table are swapped", lambda X, F, B, s: _logits(X, F, B, s).T),
        Mistake("that is the log likelihood of the whole picture; the logit is relative to no face anywhere",
                lambda X, F, B, s: _logits(X, F, B, s) + norm.logpdf(X, B, s).sum()),
    ),
)  # fmt: skip


# 06.4 three terms


def _terms(X, F, B, s):
    return (
        -np.sum(F**2) / (2 * s**2),
        windows.correlate(X, F) / s**2,
        -windows.window_sums(B * (2 * X - B), F.shape) / (2 * s**2),
    )


def _changed(change):
    """The mistake that returns change(constant, correlation, window sum, s) of the right terms."""
    return lambda X, F, B, s: change(*_terms(X, F, B, s), s)


def _other_sum(picture):
    """The mistake whose window sums are those of picture(X, B)."""
    return lambda X, F, B, s: (
        *_terms(X, F, B, s)[:2],
        -windows.window_sums(picture(X, B), F.shape) / (2 * s**2),
    )


TERMS = Exercise(
    "06.4",
    "three terms",
    ("constant ()", "correlation (I, J)", "window_sum (I, J)"),
    _picture_cases,
    _terms,
    (
        Mistake("a square too many in the window sum: what are the units of your last term?",
                _other_sum(lambda X, B: B * (2 * X - B) ** 2)),
        Mistake("your window sum is in gray levels, not in their squares: a factor got lost", _other_sum(lambda X, B: 2 * X - B)),
        Mistake("your window sum lacks a square of the background: multiply out both squares",
                _other_sum(lambda X, B: 2 * X * B)),
        Mistake("a sign inside the window sum is turned: there is a minus before the whole second square",
                _other_sum(lambda X, B: B * (2 * X + B))),
        Mistake("your correlation is half as large as it should be: expand the square once more",
                _changed(lambda c, r, t, s: (c, r / 2, t))),
        Mistake("the sign of your correlation is turned: should it be large or small where the face fits?",
                _changed(lambda c, r, t, s: (c, -r, t))),
        Mistake("the sign of your window sum is turned: a minus before a square is a minus before each of its terms",
                _changed(lambda c, r, t, s: (c, r, -t))),
        Mistake("the sign of your constant is turned: what stands in front of the bracket of (S3)?",
                _changed(lambda c, r, t, s: (-c, r, t))),
        Mistake("correlation and window sum stand in each other's place", _changed(lambda c, r, t, s: (c, t, r))),
        Mistake("all three signs are turned: what stands in front of the bracket of (S3)?",
                _changed(lambda c, r, t, s: (-c, -r, -t))),
        Mistake("all three terms are twice too large", _changed(lambda c, r, t, s: (2 * c, 2 * r, 2 * t))),
        Mistake("all three terms are in gray levels instead of nats: is s a variance?",
                _changed(lambda c, r, t, s: (c * s, r * s, t * s))),
        Mistake("those are the terms of the bracket; what turns squared gray levels into nats?",
                _changed(lambda c, r, t, s: (-2 * s**2 * c, -2 * s**2 * r, -2 * s**2 * t))),
        Mistake("your constant is the square of a sum; needed is a sum of squares",
                lambda X, F, B, s: (-(F.sum() ** 2) / (2 * s**2), *_terms(X, F, B, s)[1:])),
        Mistake("your correlation takes the face turned by 180 degrees: is that a convolution?",
                lambda X, F, B, s: (_terms(X, F, B, s)[0], windows.correlate(X, F[::-1, ::-1]) / s**2, _terms(X, F, B, s)[2])),
    ),
)  # fmt: skip


# 06.5 the probability of every position


def _posterior_cases(rng):
    def case(what, I, J, shift=0.0, zeros=()):
        A = rng.dirichlet(np.full(I * J, 3.0))
        A[list(zeros)] = 0
        return Case(what, (shift + rng.normal(0, 1.5, (I, J)), A.reshape(I, J) / A.sum()))

    misled = case("a prior that excludes the best position", 3, 4, zeros=[5, 6])
    misled.args[0][1, 1] += 2000
    return [
        case("positions in 3 rows and 4 columns", 3, 4),
        case("positions in 5 rows and 2 columns", 5, 2),
        case("a single position", 1, 1),
        case("a prior with zeros", 3, 3, zeros=[0, 4]),
        case("logits near 1000", 4, 3, shift=1000.0),
        case("log likelihoods near -13000 instead of logits", 2, 5, shift=-13_000.0),
        misled,
    ]


def _log(A):
    with np.errstate(divide="ignore"):
        return np.log(A)


def _posterior(logit, A):
    return softmax(_log(A) + logit)


def _without_maximum(logit, A):
    return ANY if abs(logit.mean()) > 100 else _posterior(logit, A)


def _maximum_of_logits(logit, A):
    """The report's way; 0/0 where A excludes the best position and all others are far below."""
    return ANY if A.flat[logit.argmax()] == 0 and np.ptp(logit) > 745 else _posterior(logit, A)


def _uniform_instead(logit, A):
    return np.full(A.shape, 1 / A.size) if _maximum_of_logits(logit, A) is ANY else _posterior(logit, A)


POSTERIOR = Exercise(
    "06.5",
    "the probability of every position",
    ("q (I, J)",),
    _posterior_cases,
    _posterior,
    (
        Mistake("your q ignores the prior: what did we believe before the picture came?", lambda logit, A: softmax(logit)),
        Mistake("a probability was added to a logit; both must be logarithms", lambda logit, A: softmax(A + logit)),
        Mistake("the logarithm of the prior is subtracted; a product becomes a sum", lambda logit, A: softmax(logit - _log(A))),
        Mistake("each of your rows sums to 1; the face is in one place of the whole picture",
                lambda logit, A: softmax(_log(A) + logit, axis=1)),
        Mistake("each of your columns sums to 1; the face is in one place of the whole picture",
                lambda logit, A: softmax(_log(A) + logit, axis=0)),
        Mistake("the largest takes all: that is a decision, q says how sure one may be",
                lambda logit, A: (_posterior(logit, A) == _posterior(logit, A).max()).astype(float)),
        Mistake("your largest entry is always 1; it is all entries together that must sum to 1",
                lambda logit, A: _posterior(logit, A) / _posterior(logit, A).max()),
        Mistake("those are logarithms; q holds probabilities", lambda logit, A: log_softmax(_log(A) + logit)),
        Mistake("a prior of exactly 0 stays 0, whatever the picture says; did you add a little to A to avoid its logarithm?",
                lambda logit, A: softmax(np.log(A + 1e-12) + logit)),
        Mistake("where all exponentials vanish you put equal probabilities; the picture did not say that", _uniform_instead),
        Mistake("right until A excludes the position of the largest logit: which terms of your sum are then left?",
                _maximum_of_logits),
        Mistake("right until exp leaves its range, above 709 or below -745: which constant may be taken off first?",
                _without_maximum),
    ),
)  # fmt: skip

EXERCISES = (JOINT, PENCIL, LOGITS, TERMS, POSTERIOR)
