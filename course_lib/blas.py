"""One BLAS thread for small matrices: more threads wait for each other longer than they work."""

import contextlib
import functools
import threading

import numpy.linalg  # noqa: F401  (loads numpy's BLAS before it is counted)
import scipy.linalg  # noqa: F401  (loads scipy's own BLAS)
from threadpoolctl import ThreadpoolController

SMALL = 256  # rows


@functools.cache
def _controller():
    return ThreadpoolController()


class _Limit:
    """One BLAS thread as long as anybody is inside. The limit is the process's, so the first sets it and the last resets it.

    OpenBLAS resets it for the main thread only; after another thread the main thread's next visit does.
    """

    def __init__(self):
        self.lock, self.inside, self.limiter = threading.Lock(), 0, None

    def __enter__(self):
        with self.lock:
            if self.inside == 0:
                limiter = _controller().limit(limits=1, user_api="blas")
                self.limiter = self.limiter or limiter
            self.inside += 1

    def __exit__(self, *error):
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                self.limiter.restore_original_limits()
                if threading.current_thread() is threading.main_thread():
                    self.limiter = None


_LIMIT = _Limit()


def one_thread(size=0):
    """Context manager: one BLAS thread inside if matrices of `size` rows are small, else no change."""
    return _LIMIT if size <= SMALL else contextlib.nullcontext()
