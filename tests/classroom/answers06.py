"""Answers to the exercises of lesson 06."""

import numpy as np
from scipy.signal import correlate2d
from scipy.stats import norm


def pasted(F, B, d):
    """The background with the face over it."""
    picture = B.copy()
    picture[d[0] : d[0] + F.shape[0], d[1] : d[1] + F.shape[1]] = F
    return picture


# 06.1


def joint(X, F, B, s, A, d):
    residual = X - pasted(F, B, d)
    return -X.size / 2 * np.log(2 * np.pi * s**2) - np.sum(residual**2) / (2 * s**2) + np.log(A[d])


def joint_by_loops(X, F, B, s, A, d):
    (i, j), (h, w), total = d, F.shape, np.log(A[d])
    for r in range(X.shape[0]):
        for c in range(X.shape[1]):
            inside = i <= r < i + h and j <= c < j + w
            mean = F[r - i, c - j] if inside else B[r, c]
            total += -np.log(s) - np.log(2 * np.pi) / 2 - ((X[r, c] - mean) / s) ** 2 / 2
    return total


def joint_by_scipy(X, F, B, s, A, d):
    return norm.logpdf(X, pasted(F, B, d), s).sum() + np.log(A[d])


def prior_forgotten(X, F, B, s, A, d):
    return norm.logpdf(X, pasted(F, B, d), s).sum()


def probability_added(X, F, B, s, A, d):
    return norm.logpdf(X, pasted(F, B, d), s).sum() + A[d]


def no_normaliser(X, F, B, s, A, d):
    return -(np.linalg.norm(X - pasted(F, B, d)) ** 2) / (2 * s**2) + np.log(A[d])


def normaliser_of_face(X, F, B, s, A, d):
    h, w = F.shape
    return no_normaliser(X, F, B, s, A, d) - h * w / 2 * np.log(2 * np.pi * s**2)


def normaliser_of_one_pixel(X, F, B, s, A, d):
    return no_normaliser(X, F, B, s, A, d) - 0.5 * np.log(2 * np.pi * s**2)


def normaliser_twice(X, F, B, s, A, d):
    H, W = X.shape
    return no_normaliser(X, F, B, s, A, d) - H * W * np.log(2 * np.pi * s**2)


def normaliser_of_deviation(X, F, B, s, A, d):
    H, W = X.shape
    return no_normaliser(X, F, B, s, A, d) - H * W / 2 * np.log(2 * np.pi * s)


def half_forgotten(X, F, B, s, A, d):
    H, W = X.shape
    return -H * W / 2 * np.log(2 * np.pi * s**2) - ((X - pasted(F, B, d)) ** 2).sum() / s**2 + np.log(A[d])


def deviation_below(X, F, B, s, A, d):
    H, W = X.shape
    return -H * W / 2 * np.log(2 * np.pi * s**2) - ((X - pasted(F, B, d)) ** 2).sum() / (2 * s) + np.log(A[d])


def joint_turned(X, F, B, s, A, d):
    H, W = X.shape
    return (
        -H * W / 2 * np.log(2 * np.pi * s**2) + ((X - pasted(F, B, d)) ** 2).sum() / (2 * s**2) + np.log(A[d])
    )


def mean_of_squares(X, F, B, s, A, d):
    H, W = X.shape
    return (
        -H * W / 2 * np.log(2 * np.pi * s**2)
        - np.mean((X - pasted(F, B, d)) ** 2) / (2 * s**2)
        + np.log(A[d])
    )


def norm_not_squared(X, F, B, s, A, d):
    H, W = X.shape
    return (
        -H * W / 2 * np.log(2 * np.pi * s**2)
        - np.linalg.norm(X - pasted(F, B, d)) / (2 * s**2)
        + np.log(A[d])
    )


def little_added(X, F, B, s, A, d):
    return norm.logpdf(X, pasted(F, B, d), s).sum() + np.log(A[d] + 1e-12)


def squares_of_window(X, F, B, s, A, d):
    (i, j), (h, w), (H, W) = d, F.shape, X.shape
    squares = ((X[i : i + h, j : j + w] - F) ** 2).sum()
    return -H * W / 2 * np.log(2 * np.pi * s**2) - squares / (2 * s**2) + np.log(A[d])


def position_swapped(X, F, B, s, A, d):
    j, i = d
    return joint(X, F, B, s, A, (i, j))


def face_added(X, F, B, s, A, d):
    canvas = np.zeros(X.shape)
    canvas[d[0] : d[0] + F.shape[0], d[1] : d[1] + F.shape[1]] = F
    return norm.logpdf(X, B + canvas, s).sum() + np.log(A[d])


def joint_density(X, F, B, s, A, d):
    return norm.pdf(X, pasted(F, B, d), s).prod() * A[d]


# 06.3


def over_windows(of_window):
    """The answer that takes of_window(window of X, F, window of B, s) at every position."""

    def answer(X, F, B, s):
        (H, W), (h, w) = X.shape, F.shape
        out = np.zeros((H - h + 1, W - w + 1))
        for i in range(H - h + 1):
            for j in range(W - w + 1):
                inside = np.s_[i : i + h, j : j + w]
                out[i, j] = of_window(X[inside], F, B[inside], s)
        return out

    return answer


logits = over_windows(lambda x, f, b, s: -np.sum((x - f) ** 2 - (x - b) ** 2) / (2 * s**2))


def logits_by_scipy(X, F, B, s):
    """A list of lists: the log odds of two products of densities."""
    return over_windows(lambda x, f, b, s: norm.logpdf(x, f, s).sum() - norm.logpdf(x, b, s).sum())(
        X, F, B, s
    ).tolist()


def logits_by_pasting(X, F, B, s):
    (H, W), (h, w) = X.shape, F.shape
    rows, columns = range(H - h + 1), range(W - w + 1)
    none = ((X - B) ** 2).sum()
    return np.array(
        [[(none - ((X - pasted(F, B, (i, j))) ** 2).sum()) / (2 * s**2) for j in columns] for i in rows]
    )


deviation_for_variance = over_windows(lambda x, f, b, s: -np.sum((x - f) ** 2 - (x - b) ** 2) / (2 * s))
bracket_forgotten = over_windows(lambda x, f, b, s: np.sum(-1 / (2 * s**2) * (x - f) ** 2 - (x - b) ** 2))
mean_over_window = over_windows(lambda x, f, b, s: -np.mean((x - f) ** 2 - (x - b) ** 2) / (2 * s**2))


def corner_of_background(X, F, B, s):
    (H, W), (h, w) = X.shape, F.shape
    out = np.zeros((H - h + 1, W - w + 1))
    for i, j in np.ndindex(out.shape):
        x = X[i : i + h, j : j + w]
        out[i, j] = -np.sum((x - F) ** 2 - (x - B[:h, :w]) ** 2) / (2 * s**2)
    return out


def too_few_positions(X, F, B, s):
    (H, W), (h, w) = X.shape, F.shape
    out = np.zeros((H - h, W - w))
    for i in range(H - h):
        for j in range(W - w):
            inside = np.s_[i : i + h, j : j + w]
            out[i, j] = -np.sum((X[inside] - F) ** 2 - (X[inside] - B[inside]) ** 2) / (2 * s**2)
    return out


def columns_first(X, F, B, s):
    (H, W), (h, w) = X.shape, F.shape
    whole = logits(X, F, B, s)
    return np.array([[whole[i, j] for i in range(H - h + 1)] for j in range(W - w + 1)])


def log_likelihoods(X, F, B, s):
    (H, W), (h, w) = X.shape, F.shape
    return [
        [norm.logpdf(X, pasted(F, B, (i, j)), s).sum() for j in range(W - w + 1)] for i in range(H - h + 1)
    ]


# 06.4


def sums(Y, shape):
    return correlate2d(Y, np.ones(shape), mode="valid")


def three(X, F, B, s, *, factor=0.5, picture=lambda X, B: B * (2 * X - B), template=None):
    """The three terms by SciPy; the options are what goes wrong."""
    template = F if template is None else template
    constant, correlation = (F**2).sum(), correlate2d(X, template, mode="valid")
    return (
        -factor * constant / s**2,
        2 * factor * correlation / s**2,
        -factor * sums(picture(X, B), F.shape) / s**2,
    )


def terms_by_loops(X, F, B, s):
    crossed = over_windows(lambda x, f, b, s: sum((x * f).ravel()))(X, F, B, s)
    behind = over_windows(lambda x, f, b, s: np.sum(2 * x * b - b**2))(X, F, B, s)
    return -0.5 * np.linalg.norm(F) ** 2 / s**2, crossed / s**2, (-0.5 * behind / s**2).tolist()


def signed(*signs):
    return lambda X, F, B, s: tuple(sign * term for sign, term in zip(signs, three(X, F, B, s)))


def in_gray_levels(X, F, B, s):
    return (
        -np.sum(F**2) / (2 * s),
        correlate2d(X, F, mode="valid") / s,
        -sums(B * (2 * X - B), F.shape) / (2 * s),
    )


def of_bracket(X, F, B, s):
    return np.sum(F**2), -2 * correlate2d(X, F, mode="valid"), sums(B * (2 * X - B), F.shape)


def square_of_sum(X, F, B, s):
    return -(np.sum(F) ** 2) / (2 * s**2), *three(X, F, B, s)[1:]


# 06.5


def q_by_loops(logit, A):
    top = max(value for value, prior in zip(logit.ravel(), A.ravel()) if prior > 0)
    q = np.zeros(A.shape)
    for d in np.ndindex(A.shape):
        if A[d] > 0:
            q[d] = A[d] * np.exp(logit[d] - top)
    return q / q.sum()


def q_by_logaddexp(logit, A):
    total = np.log(A) + logit
    return np.exp(total - np.logaddexp.reduce(total.ravel())).tolist()


def stable(total, axis=None):
    values = np.exp(total - total.max(axis=axis, keepdims=True))
    return values / values.sum(axis=axis, keepdims=True)


def one_hot(logit, A):
    q = np.zeros(A.shape)
    q[np.unravel_index(np.argmax(np.log(A) + logit), A.shape)] = 1
    return q


def unnormalised(logit, A):
    total = np.log(A) + logit
    return np.exp(total - total.max())


def report(logit, A):
    values = A * np.exp(logit - logit.max())
    return values / values.sum()


def uniform_where_lost(logit, A):
    values = A * np.exp(logit - logit.max())
    return values / values.sum() if values.sum() > 0 else np.ones(A.shape) / A.size


def naive(logit, A):
    return A * np.exp(logit) / np.sum(A * np.exp(logit))


def log_q(logit, A):
    total = np.log(A) + logit
    return total - np.logaddexp.reduce(total.ravel())


RIGHT = {
    "06.1": {"formula": joint, "loops": joint_by_loops, "SciPy": joint_by_scipy},
    "06.2": {"fraction": lambda: 3 / 2, "float32": lambda: np.float32(1200 / 800)},
    "06.3": {"loops": logits, "SciPy, as a list": logits_by_scipy, "pasted pictures": logits_by_pasting},
    "06.4": {"SciPy": three, "loops": terms_by_loops},
    "06.5": {
        "loops": q_by_loops,
        "logarithms, as a list": q_by_logaddexp,
        "shifted": lambda logit, A: stable(np.log(A) + logit),
    },
}
WRONG = {
    "06.1": {
        "prior forgotten": (prior_forgotten, "prior of the position is missing"),
        "prior not logged": (probability_added, "a probability was added"),
        "no normaliser": (no_normaliser, "normaliser of the noise is missing"),
        "hw for HW": (normaliser_of_face, "pixels of the face"),
        "one pixel's normaliser": (normaliser_of_one_pixel, "single pixel"),
        "normaliser without its half": (normaliser_twice, "normaliser is twice too large"),
        "deviation for variance in the normaliser": (
            normaliser_of_deviation,
            "normaliser holds the variance",
        ),
        "squares without their half": (half_forgotten, "lack their factor 1/2"),
        "deviation for variance": (deviation_below, "leave a unit"),
        "sign turned": (joint_turned, "sign of the squares is turned"),
        "mean for sum": (mean_of_squares, "mean of the squares"),
        "norm without its square": (norm_not_squared, "without the root"),
        "a little added to A": (little_added, "did you add a little"),
        "window only": (squares_of_window, "stop at the window"),
        "row and column swapped": (position_swapped, "row and column"),
        "face added": (face_added, "added the face"),
        "density": (joint_density, "that is a density"),
    },
    "06.2": {
        "sign turned": (lambda: -3 / 2, "sign is turned"),
        "half forgotten": (lambda: 1200 / 400, "twice too much"),
        "deviation for variance": (lambda: 1200 / 40, "still has a unit"),
        "face only": (lambda: -400 / 800, "the face's square alone"),
        "background only": (lambda: 1600 / 800, "the background's square alone"),
        "no bracket": (lambda: -400 / 800 - 1600, "only one of the two squares"),
        "squares added": (lambda: -(400 + 1600) / 800, "squares were added"),
        "not divided": (lambda: 1600 - 400, "squared gray levels; what"),
        "odds": (lambda: 4.4817, "odds themselves"),
        "not squared": (lambda: (40 + 20) / 800, "were not squared"),
    },
    "06.3": {
        "sign turned": (
            over_windows(lambda x, f, b, s: np.sum((x - f) ** 2 - (x - b) ** 2) / (2 * s**2)),
            "sign is turned",
        ),
        "half forgotten": (
            over_windows(lambda x, f, b, s: -np.sum((x - f) ** 2 - (x - b) ** 2) / s**2),
            "twice too much",
        ),
        "deviation for variance": (deviation_for_variance, "is s a variance"),
        "no bracket": (bracket_forgotten, "bracket is missing"),
        "face only": (
            over_windows(lambda x, f, b, s: -np.sum((x - f) ** 2) / (2 * s**2)),
            "background is not in",
        ),
        "squares added": (
            over_windows(lambda x, f, b, s: -np.sum((x - f) ** 2 + (x - b) ** 2) / (2 * s**2)),
            "speaks against",
        ),
        "not divided": (
            over_windows(lambda x, f, b, s: -np.sum((x - f) ** 2 - (x - b) ** 2)),
            "how much noise",
        ),
        "mean for sum": (mean_over_window, "mean over the window"),
        "background does not move": (corner_of_background, "does not move"),
        "square of the difference": (
            over_windows(lambda x, f, b, s: -np.sum((f - b) ** 2) / (2 * s**2)),
            "squared a difference",
        ),
        "off-by-one positions": (too_few_positions, "last row and column"),
        "columns first": (columns_first, "rows and columns of your table"),
        "log likelihood": (log_likelihoods, "log likelihood of the whole picture"),
    },
    "06.4": {
        "the report's square": (
            lambda *args: three(*args, picture=lambda X, B: B * (2 * X - B) ** 2),
            "a square too many",
        ),
        "B forgotten": (
            lambda *args: three(*args, picture=lambda X, B: 2 * X - B),
            "in gray levels, not in their squares",
        ),
        "B squared forgotten": (lambda *args: three(*args, picture=lambda X, B: 2 * X * B), "lacks a square"),
        "sign of B squared": (
            lambda *args: three(*args, picture=lambda X, B: 2 * X * B + B**2),
            "sign inside the window sum",
        ),
        "2 of the correlation": (signed(1, 0.5, 1), "half as large"),
        "sign of the correlation": (signed(1, -1, 1), "sign of your correlation"),
        "sign of the window sum": (signed(1, 1, -1), "sign of your window sum"),
        "sign of the constant": (signed(-1, 1, 1), "sign of your constant"),
        "order": (lambda *args: [three(*args)[n] for n in (0, 2, 1)], "in each other's place"),
        "all signs": (signed(-1, -1, -1), "all three signs"),
        "half forgotten": (lambda *args: three(*args, factor=1), "all three terms are twice"),
        "deviation for variance": (in_gray_levels, "in gray levels instead of nats"),
        "bracket": (of_bracket, "terms of the bracket"),
        "square of the sum": (square_of_sum, "square of a sum"),
        "convolution": (lambda X, F, B, s: three(X, F, B, s, template=F[::-1, ::-1]), "180 degrees"),
    },
    "06.5": {
        "prior ignored": (lambda logit, A: stable(logit), "ignores the prior"),
        "prior not logged": (lambda logit, A: stable(logit + A), "a probability was added"),
        "prior divided": (lambda logit, A: stable(logit - np.log(A)), "is subtracted"),
        "softmax per row": (lambda logit, A: stable(np.log(A) + logit, axis=1), "each of your rows"),
        "softmax per column": (lambda logit, A: stable(np.log(A) + logit, axis=0), "each of your columns"),
        "argmax": (one_hot, "the largest takes all"),
        "not normalised": (unnormalised, "must sum to 1"),
        "logarithms": (log_q, "those are logarithms"),
        "a little added to A": (lambda logit, A: stable(np.log(A + 1e-10) + logit), "exactly 0 stays 0"),
        "uniform where all underflows": (uniform_where_lost, "equal probabilities"),
        "maximum without ln A": (report, "A excludes"),
        "naive": (naive, "leaves its range"),
    },
}
