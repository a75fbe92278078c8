"""One BLAS thread for small matrices: more threads wait for each other longer than they work."""

import contextlib
import functools

import numpy.linalg  # noqa: F401  (loads numpy's BLAS before it is counted)
import scipy.linalg  # noqa: F401  (loads scipy's own BLAS)
from threadpoolctl import ThreadpoolController

SMALL = 256  # rows


@functools.cache
def _controller():
    return ThreadpoolController()


def one_thread(size):
    """Context manager: one BLAS thread inside if matrices of `size` rows are small, else no change."""
    return _controller().limit(limits=1, user_api="blas") if size <= SMALL else contextlib.nullcontext()
