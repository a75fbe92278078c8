"""One BLAS thread for small matrices, whoever else is inside, and in a forked child."""

import os
import signal
import threading
import time

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from course_lib import blas


def now():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize(("size", "threads"), [(1, 1), (blas.SMALL, 1), (blas.SMALL + 1, 2)])
def test_small_matrices_get_one_thread_for_as_long_as_they_need_it(size, threads):
    with threadpool_limits(2, user_api="blas"):
        with blas.one_thread(size):
            assert now() == {threads}
        assert now() == {2}


@pytest.fixture
def other_inside():
    """Another thread inside, and the event that lets it leave."""
    entered, leave = threading.Event(), threading.Event()

    def other():
        with blas.one_thread():
            entered.set()
            leave.wait(30)

    thread = threading.Thread(target=other)
    with threadpool_limits(2, user_api="blas"):
        yield lambda: (thread.start(), entered.wait(30)), lambda: (leave.set(), thread.join())
        leave.set()


def test_overlapping_threads_keep_one_thread_until_the_last_leaves(other_inside):
    """Enter A, enter B, leave A, leave B: the limit is the process's; B needs it, then it goes."""
    enter, leave = other_inside
    with blas.one_thread():
        enter()
    assert now() == {1}
    leave()
    with blas.one_thread():  # OpenBLAS heeds the main thread only
        assert now() == {1}
    assert now() == {2}


def child(work):
    """What `work` returns in a forked child, by its exit code; None if the child hangs."""
    pid = os.fork()
    if pid == 0:
        os._exit(work())
    for _ in range(200):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def enter_and_leave():
    with blas.one_thread():
        inside = now() == {1}
    return int(inside) + 2 * (now() == {2})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_gets_in_while_a_thread_holds_the_lock_and_what_is_forked_inside_stays_there(other_inside):
    """The child has no such thread, neither to free the lock nor to leave."""
    enter, leave = other_inside
    with blas.one_thread():
        assert child(lambda: int(now() == {1}) + enter_and_leave()) == 2
    with blas.one_thread().lock:
        assert child(enter_and_leave) == 3
    enter()
    assert child(enter_and_leave) == 3
    leave()
