"""All exercises by number, and what lessons and instructors call: a verdict, a check, whose code went on."""

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
    """Print what `verdict` says of number and answer.  ->  the function with which the lesson goes on

    It is the answer if that is right, else the library's with the same arguments. Only a right answer is
    praised on stdout; the rest goes to stderr, which earns no points.
    """
    said = verdict(number, answer)
    if said.state == "right":
        print(f"{said.sentence} The lesson goes on with yours.")
        return answer
    for stream in {id(one): one for one in (sys.stderr, STDERR)}.values():
        _written(stream, f"{said.sentence} The lesson goes on with the library's.\n")
    return EXERCISES[number].solution


def credit(*functions):
    """Whose functions made a result, as one sentence.  functions : what `check` gave back  ->  str"""
    names = {"your": [], "the library's": []}
    for function in functions:
        library = str(getattr(function, "__module__", "")).startswith(f"{__package__}.")
        name = getattr(function, "__name__", "a function")
        names["the library's" if library else "your"].append(name.removeprefix("my_"))
    parts = [f"{whose} {', '.join(some)}" for whose, some in names.items() if some]
    alone = "your code alone: " + ", ".join(names["your"])
    return f"Made by {alone if names['your'] and len(parts) == 1 else ' and '.join(parts)}."


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
