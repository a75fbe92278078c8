"""Restarts shared by threads: order, progress, interrupts, memory, and that nothing stays behind."""

import re
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import warnings

import numpy as np
import pytest
import threadpoolctl
from scipy import fft

from course_lib import em, scene
from tests.scene.real_scenes import FACE, assert_equal_results, fake_runs, small


def test_progress_shows_restarts_and_bound_on_standard_error(capsys):
    _, images, _ = small()
    result = scene.fit(
        images, FACE, how="random", n_init=3, rng=np.random.default_rng(1), n_jobs=2, progress=True
    )
    out, err = capsys.readouterr()
    parts = err.split("\r")
    assert out == "" and err.endswith("\n")
    assert "0/3" in parts[1] and all(part.startswith("scene: ") for part in parts[1:])
    assert f"3/3 best bound {result.bounds[-1]:.1f}" in parts[-1]
    assert re.search(r"[012]/3 bound -\d+\.\d", err)
    bests = re.findall(r"([123])/3 best bound (-?\d+\.\d)", err)
    wanted = np.maximum.accumulate(result.restart_bounds)
    assert bests == [(str(n + 1), f"{bound:.1f}") for n, bound in enumerate(wanted)]
    again = scene.fit(images, FACE, how="random", n_init=3, rng=np.random.default_rng(1))
    assert_equal_results(again, result)
    assert capsys.readouterr() == ("", "")


def test_every_bound_is_shown_also_while_a_start_is_searched_for(runs, capsys):
    """So every one of them also hears of a stop."""
    _, images, _ = small(60.0, name="flat")
    scene.fit(images, FACE, progress=True)
    shown = re.findall(r" 0/1 bound (-\d+\.\d)", capsys.readouterr().err)
    assert shown == [f"{bound:.1f}" for _, _, result in runs for bound in result.bounds]
    assert len(runs) > 5  # starts, moves, and the fit itself


# Interrupts


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_an_interrupt_is_one_short_message(monkeypatch, n_jobs):
    _, images, _ = small()

    def interrupt(index):
        if index == 2:
            raise KeyboardInterrupt

    fake_runs(monkeypatch, [1.0] * 5, interrupt)
    message = r"^scene stopped after [012] of 5 steps; nothing was kept$"
    with pytest.raises(KeyboardInterrupt, match=message) as caught:
        scene.fit(images, FACE, n_init=5, how="random", n_jobs=n_jobs)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_an_error_in_one_restart_stops_the_others(monkeypatch):
    """The bound that is no number passes unchanged, and few restarts are begun after it."""
    _, images, _ = small()

    def fail(index):
        if index == 0:
            raise ValueError("bound needs a finite number; got nan")
        assert stopped.wait(20)

    stopped = threading.Event()
    begun = fake_runs(monkeypatch, [1.0] * 40, fail)
    threading.Timer(1.0, stopped.set).start()
    with pytest.raises(ValueError, match="^bound needs a finite number; got nan$"):
        scene.fit(images, FACE, n_init=40, how="random", n_jobs=2)
    assert stopped.is_set() and len(begun) < 10  # the other worker's run was waited for


def test_a_stop_is_heard_inside_a_run(monkeypatch):
    """The other worker's 5000 iterations, some seconds, end at the next bound."""
    _, images, _ = small()
    begun, ended, run_em, taken = threading.Event(), threading.Event(), em.run_em, iter([True, False])

    def run(*args, **options):
        if next(taken):
            assert begun.wait(20)
            raise ValueError("no more")
        begun.set()
        try:
            run_em(*args, **options)
        finally:
            ended.set()

    monkeypatch.setattr(em, "run_em", run)
    with pytest.raises(ValueError, match="^no more$"):
        scene.fit(images, FACE, n_init=2, n_jobs=2, how="random", max_iter=5000, tol=0)
    assert ended.is_set()  # before the error came out


INTERRUPTED = """
import resource, signal, sys, threading, traceback
import numpy as np
from course_lib import scene
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10 * (sys.platform == "darwin")
before = peak()  # a child begins with its parent's
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background would have it ignored
images = np.random.default_rng(0).normal(100, 50, (60, 40, 60))
try:
    scene.fit(images, (18, 14), n_init=10**9, how="random", n_jobs=eval(sys.argv[1]), tol=0, progress=True)
except KeyboardInterrupt as stop:
    print(stop)
    print(len(traceback.format_exc().splitlines()))
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(20)
    print(threading.active_count())
    print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a parent cannot send SIGINT to a child there")
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_ctrl_c_during_a_billion_restarts_returns_and_leaves_nothing_running(n_jobs):
    """The signal comes when the bar shows that one is done; a billion seeds took gigabytes before."""
    command = [sys.executable, "-c", INTERRUPTED, str(n_jobs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        shown = b""
        while not re.search(rb" [1-9]\d*/1000000000 ", shown):
            shown += child.stderr.read1(100)
            assert child.poll() is None and len(shown) < 10**5, shown[-2000:]
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    message, lines, threads, kilobytes = out.decode().splitlines()
    assert re.fullmatch(r"scene stopped after \d+ of 1000000000 steps; nothing was kept", message)
    assert child.returncode == 0 and b"Traceback" not in err
    assert int(lines) < 10 and int(threads) == 1 and int(kilobytes) < 10**6


@pytest.mark.filterwarnings("error")
def test_an_interrupted_fit_waits_for_its_threads(monkeypatch):
    """A thread that still computes when the interpreter ends aborts it."""
    _, images, _ = small(n=6)
    both, inside = threading.Barrier(2, timeout=20), set()

    def work(index):
        if index < 2:
            both.wait()  # the second is at work when the first ends
        if index:
            inside.add(index)
            time.sleep(0.3)
            inside.discard(index)

    def interrupt(self, text="", by=1):
        if by:
            raise KeyboardInterrupt

    begun = fake_runs(monkeypatch, [1.0] * 20, work)
    monkeypatch.setattr(em.Progress, "step", interrupt)
    with pytest.raises(KeyboardInterrupt, match="scene stopped after 0 of 20"):
        scene.fit(images, FACE, how="random", n_init=20, n_jobs=2)
    assert inside == set() and 1 < len(begun) < 20


@pytest.mark.parametrize("end", [None, KeyboardInterrupt, ValueError])
def test_threads_leave_no_trace_in_the_process(monkeypatch, end):
    """Warning filters, BLAS threads, error state, threads: after a fit, an interrupt and an error alike."""
    _, images, _ = small(n=6)

    def state():
        blas = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
        return list(warnings.filters), blas, np.geterr(), set(threading.enumerate())

    def work(index):
        if end and index == 1:
            raise end("no more")

    scene.fit(images, FACE, max_iter=1)  # loads what is loaded once
    before = state()
    fake_runs(monkeypatch, [1.0] * 6, work)
    try:
        scene.fit(images, FACE, how="random", n_init=6, n_jobs=2)
    except (KeyboardInterrupt, ValueError):
        assert end
    for thread in set(threading.enumerate()) - before[3]:
        thread.join(20)  # told to end, they may need a moment
    assert state() == before


# Memory


@pytest.mark.parametrize(("shape", "face_shape"), [((500, 28, 40), (10, 10)), ((60, 100, 200), (75, 75))])
def test_extra_memory_is_at_most_four_times_the_pictures(shape, face_shape):
    """tracemalloc counts numpy's arrays, and the results of scipy's transforms among them."""
    images = np.random.default_rng(0).normal(100, 50, shape)
    begin = scene.start(images, face_shape)

    def peak(work):
        tracemalloc.start()
        work()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / images.nbytes

    assert peak(lambda: fft.rfft2(images)) >= 1
    assert 1 < peak(lambda: scene.e_step(images, begin)) < 4
    # noise alone: the search tries all that it knows
    assert 1 < peak(lambda: scene.fit(images, face_shape, max_iter=1)) < 4
