"""Exercises of the lessons: an answer runs on fresh random instances, a sentence says what is wrong.

A right answer is what the lesson goes on with; a guess comes back beside the truth. In a notebook, a
NameError says which cell makes the name.
"""

from ._grading import ANY, Case, Exercise, Mistake, Verdict, judge
from ._guesses import Guess, explain_missing_names, guess
from ._lessons import EXERCISES, check, credit, verdict

__all__ = ["ANY", "EXERCISES", "Case", "Exercise", "Guess", "Mistake", "Verdict"]
__all__ += ["check", "credit", "guess", "judge", "verdict"]

explain_missing_names()
