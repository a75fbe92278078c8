"""One BLAS thread for small matrices: more threads wait for each other longer than they work."""

import contextlib
import functools
import os
import threading

import numpy.linalg  # noqa: F401  (loads numpy's BLAS before it is counted)
import scipy.linalg  # noqa: F401  (loads scipy's own BLAS)
from threadpoolctl import ThreadpoolController

SMALL = 256  # rows


@functools.cache
def _controller():
    return ThreadpoolController()


class _Limit:
    """One BLAS thread as long as anybody is inside. The limit is the process's: first sets, last resets.

    OpenBLAS resets it for the main thread only; after another thread the main thread's next visit does. A
    forked child has none of the other threads, so it takes a lock that nobody holds and forgets who else was
    inside.
    """

    def __init__(self):
        self.lock, self.inside, self.limiter = threading.Lock(), [], None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forget_others)

    def __enter__(self):
        with self.lock:
            if not self.inside:
                limiter = _controller().limit(limits=1, user_api="blas")
                self.limiter = self.limiter or limiter
            self.inside.append(threading.get_ident())

    def __exit__(self, *error):
        with self.lock:
            self.inside.remove(threading.get_ident())
            if not self.inside:
                self.limiter.restore_original_limits()
                if threading.current_thread() is threading.main_thread():
                    self.limiter = None

    def forget_others(self):
        self.lock = threading.Lock()
        self.inside = [thread for thread in self.inside if thread == threading.get_ident()]


_LIMIT = _Limit()


def one_thread(size=0):
    """Context manager: one BLAS thread inside if matrices of `size` rows are small, else no change."""
    return _LIMIT if size <= SMALL else contextlib.nullcontext()
