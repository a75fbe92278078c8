"""What the exercises of several lessons share."""

import numpy as np

from ._grading import ANY, Case, Exercise  # noqa: F401


def singular(S):
    """Whether a matrix is singular up to rounding, so that its inverse would be noise."""
    return np.linalg.matrix_rank(S, tol=1e-9 * np.abs(S).max()) < len(S)


def inverse(S):
    """The inverse of a small matrix, positive definite or not."""
    return np.linalg.solve(S, np.eye(len(S)))


def only_numbers(rng):
    """The one instance of a pencil exercise: all numbers stand in the question."""
    return [Case("the numbers of the question", ())]


def unless(lost):
    """The last edit of a slip whose numbers are noise where the expression `lost` holds: there, ANY."""
    return "):\n", f"):\n    if {lost}:\n        return ANY\n"
