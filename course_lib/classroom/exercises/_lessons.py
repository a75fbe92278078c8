"""All exercises by number, and the two functions that lessons and instructors call."""

import sys

from . import (
    _lesson01,
    _lesson02,
    _lesson03,
    _lesson04,
    _lesson05,
    _lesson06,
    _lesson07,
    _lesson08,
    _lesson09,
)
from ._grading import judge

LESSONS = (_lesson01, _lesson02, _lesson03, _lesson04, _lesson05, _lesson06, _lesson07, _lesson08, _lesson09)
EXERCISES = {exercise.number: exercise for lesson in LESSONS for exercise in lesson.EXERCISES}


def verdict(number, answer, *, rng=None):
    """Judge an answer to an exercise.

    number : str, such as "03.2";  answer : the student's function;  rng : numpy Generator, None for fresh instances  ->  Verdict

    ValueError if there is no exercise of that number.
    """
    if number not in EXERCISES:
        raise ValueError(f"exercise {number!r} does not exist; choose one of {', '.join(EXERCISES)}")
    return judge(EXERCISES[number], answer, rng)


def check(number, answer):
    """Print what `verdict` says: to stderr unless the answer is right, since nbgrader gives no points for a cell that writes there.

    number : str, such as "03.2";  answer : the student's function
    """
    said = verdict(number, answer)
    print(said.sentence, file=sys.stdout if said.state == "right" else sys.stderr)
