"""Images that no function may take, shared by the tests of every function of images."""

import numpy as np

HOLE = np.pad([[[np.nan]]], ((1, 0), (2, 1), (3, 0)))

# (what is passed for images, error, what its message says after the argument's name)
BAD_IMAGES = [
    (HOLE, ValueError, "needs finite numbers; got 1 NaN or infinite of 32"),
    (np.full((2, 3, 3), np.inf), ValueError, "needs finite numbers; got 18 NaN or infinite of 18"),
    (np.zeros(5), ValueError, r"needs shape .*H, W\); got \(5,\)"),
    (np.zeros((0, 4, 4)), ValueError, r"needs shape .*H, W\); got \(0, 4, 4\); give at least one"),
    (np.zeros((4, 4), complex), TypeError, "needs real numbers; got dtype complex128"),
    (np.full((4, 4), "7"), TypeError, "needs real numbers; got dtype <U1"),
    (np.zeros((4, 4), bool), TypeError, "needs real numbers; got dtype bool"),
    (np.zeros((4, 4), object), TypeError, "needs real numbers; got dtype object"),
    ([np.zeros((4, 4)), np.zeros((4, 5))], ValueError, "needs parts of one shape; got parts of different"),
    (np.ma.masked_array(np.zeros((4, 4)), np.eye(4)), TypeError, "needs a plain array; got a masked array"),
    ([np.ma.zeros((4, 4)), np.zeros((4, 4))], TypeError, "needs a plain array; got a masked array"),
]  # fmt: skip
