"""All exercises by number, and the two functions that lessons and instructors call."""

import importlib
import sys

from ... import checks
from ._grading import judge

LESSONS = [importlib.import_module(f"{__package__}._lesson{n:02}") for n in range(1, 10)]
STDERR = sys.stderr  # as it was before any answer could put another in its place
EXERCISES = {exercise.number: exercise for lesson in LESSONS for exercise in lesson.EXERCISES}


def verdict(number, answer, *, rng=None):
    """Judge an answer to an exercise.  ->  Verdict;  ValueError for a number that does not exist

    number : str, such as "03.2";  answer : the student's function;  rng : Generator, None for a fresh one
    """
    if not isinstance(number, str) or number not in EXERCISES:
        raise ValueError(f"exercise {number!r} does not exist; choose one of {', '.join(EXERCISES)}")
    return judge(EXERCISES[number], answer, None if rng is None else checks.generator("rng", rng))


def check(number, answer):
    """Print what `verdict` says of number and answer: to stderr, which earns no points, unless it is right."""
    said = verdict(number, answer)
    if said.state == "right":
        print(said.sentence)
    else:
        for stream in {id(one): one for one in (sys.stderr, STDERR)}.values():
            _written(stream, f"{said.sentence}\n")


def _written(stream, text):
    """Write with what the stream's class has: an answer may have put something else on the stream itself."""
    try:
        if hasattr(type(stream), "set_parent"):  # a kernel tells sys.stderr which cell runs, not this
            kernel = sys.modules["IPython"].get_ipython().kernel
            type(stream).set_parent(stream, kernel.get_parent())
        type(stream).write(stream, text)
        type(stream).flush(stream)
    except (AttributeError, LookupError, ValueError, TypeError):  # no stream, or closed since
        pass
