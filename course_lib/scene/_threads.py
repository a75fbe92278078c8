"""Independent jobs shared by threads: a stop is heard by all of them, and waits until they have ended."""

import contextlib
import numbers
import threading

from joblib import Parallel, delayed

from .. import checks

MOST = 256  # threads
PATIENCE = 5.0  # seconds that a stop waits for jobs that do not listen


def check_workers(n_jobs):
    """n_jobs as joblib takes it: None, -1 for all cores, or how many."""
    if n_jobs is None or (isinstance(n_jobs, numbers.Integral) and n_jobs == -1):
        return n_jobs
    return checks.count("n_jobs", n_jobs, maximum=MOST, remedy="or -1 for all cores")


def run_jobs(jobs, n_jobs):
    """Yield what the `jobs` return, in their order. Once closed or exhausted, no thread of it is at work.

    jobs : iterable of functions of one argument, any number of them: they are asked for one at a time, as
        threads become free. The argument, called now and then, raises KeyboardInterrupt in a job that has to
        end because another one failed, or because the generator was closed.
    """
    stopped, idle, busy = threading.Event(), threading.Condition(), []

    def listen():
        if stopped.is_set():
            raise KeyboardInterrupt

    def work(job):
        busy.append(job)
        try:
            listen()
            return job(listen)
        finally:
            with idle:
                busy.remove(job)
                idle.notify_all()

    threads = Parallel(n_jobs=n_jobs, require="sharedmem", return_as="generator")
    results = threads(delayed(work)(job) for job in jobs)
    try:
        for result in results:  # noqa: UP028 (`yield from` would close joblib before a job hears of it)
            yield result
    finally:
        stopped.set()
        with idle:  # threads that still compute when the interpreter ends would abort it
            idle.wait_for(lambda: not busy, timeout=PATIENCE)
        with contextlib.suppress(KeyboardInterrupt):
            results.throw(KeyboardInterrupt)  # ends joblib's threads; close() would warn of unused results
