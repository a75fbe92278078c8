"""Answers to the exercises of lesson 06 that take another route than the solution and its edits."""

import numpy as np
from scipy.signal import correlate2d
from scipy.special import softmax
from scipy.stats import norm


def pasted(F, B, d):
    """The background with the face over it."""
    picture = B.copy()
    picture[d[0] : d[0] + F.shape[0], d[1] : d[1] + F.shape[1]] = F
    return picture


def over_windows(of_window):
    """The answer that takes of_window(window of X, F, window of B, s) at every position."""

    def answer(X, F, B, s):
        (H, W), (h, w) = X.shape, F.shape
        out = np.zeros((H - h + 1, W - w + 1))
        for i, j in np.ndindex(out.shape):
            inside = np.s_[i : i + h, j : j + w]
            out[i, j] = of_window(X[inside], F, B[inside], s)
        return out

    return answer


def joint_by_loops(X, F, B, s, A, d):
    (i, j), (h, w), total = d, F.shape, np.log(A[d])
    for r, c in np.ndindex(X.shape):
        mean = F[r - i, c - j] if i <= r < i + h and j <= c < j + w else B[r, c]
        total += -np.log(s) - np.log(2 * np.pi) / 2 - ((X[r, c] - mean) / s) ** 2 / 2
    return total


def joint_by_scipy(X, F, B, s, A, d):
    return norm.logpdf(X, pasted(F, B, d), s).sum() + np.log(A[d])


def little_added(X, F, B, s, A, d):
    return norm.logpdf(X, pasted(F, B, d), s).sum() + np.log(A[d] + 1e-12)


def position_swapped(X, F, B, s, A, d):
    return joint_by_scipy(X, F, B, s, A, (d[1], d[0]))


logits_by_loops = over_windows(lambda x, f, b, s: -np.sum((x - f) ** 2 - (x - b) ** 2) / (2 * s**2))


def logits_by_scipy(X, F, B, s):
    """A list of lists: the log odds of two products of densities."""
    return over_windows(lambda x, f, b, s: norm.logpdf(x, f, s).sum() - norm.logpdf(x, b, s).sum())(
        X, F, B, s
    ).tolist()


def logits_by_pasting(X, F, B, s):
    (H, W), (h, w) = X.shape, F.shape
    none = ((X - B) ** 2).sum()
    rows = range(H - h + 1)
    return [
        [(none - ((X - pasted(F, B, (i, j))) ** 2).sum()) / (2 * s**2) for j in range(W - w + 1)]
        for i in rows
    ]


def too_few_positions(X, F, B, s):
    (H, W), (h, w) = X.shape, F.shape
    out = np.zeros((H - h, W - w))
    for i, j in np.ndindex(out.shape):
        inside = np.s_[i : i + h, j : j + w]
        out[i, j] = -np.sum((X[inside] - F) ** 2 - (X[inside] - B[inside]) ** 2) / (2 * s**2)
    return out


def terms_by_loops(X, F, B, s):
    crossed = over_windows(lambda x, f, b, s: sum((x * f).ravel()))(X, F, B, s)
    behind = over_windows(lambda x, f, b, s: np.sum(2 * x * b - b**2))(X, F, B, s)
    return -0.5 * np.linalg.norm(F) ** 2 / s**2, crossed / s**2, (-0.5 * behind / s**2).tolist()


def terms_by_scipy(X, F, B, s):
    sums = correlate2d(B * (2 * X - B), np.ones(F.shape), mode="valid")
    return -0.5 * (F**2).sum() / s**2, correlate2d(X, F, mode="valid") / s**2, -0.5 * sums / s**2


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


def report(logit, A):
    values = A * np.exp(logit - logit.max())
    return values / values.sum()


def uniform_where_lost(logit, A):
    values = A * np.exp(logit - logit.max())
    return values / values.sum() if values.sum() > 0 else np.ones(A.shape) / A.size


def naive(logit, A):
    return A * np.exp(logit) / np.sum(A * np.exp(logit))


def permitted(logit, A):
    values = A * np.exp(logit - max(logit[d] for d in np.ndindex(A.shape) if A[d] > 0))
    return values / values.sum()


RIGHT = {
    "06.1": (joint_by_loops, joint_by_scipy),
    "06.2": (lambda: 3 / 2, lambda: np.float32(1200 / 800)),
    "06.3": (logits_by_loops, logits_by_scipy, logits_by_pasting),
    "06.4": (terms_by_loops, terms_by_scipy),
    "06.5": (q_by_loops, q_by_logaddexp, lambda logit, A: softmax(np.log(A) + logit)),
}
WRONG = {  # words of the sentence that must come
    "06.1": {"did you add a little": little_added, "row and column": position_swapped},
    "06.2": {"odds themselves": lambda: 4.4817},
    "06.3": {"last row and column": too_few_positions},
    "06.5": {
        "A excludes": report,
        "equal probabilities": uniform_where_lost,
        "leaves its range": naive,
        "exp is infinite": permitted,
    },
}
