"""Exercises of the lessons: an answer is run on fresh random instances, and what is wrong with it is said in a sentence."""

from ._grading import ANY, Case, Exercise, Mistake, Verdict, judge
from ._lessons import EXERCISES, check, verdict

__all__ = ["ANY", "EXERCISES", "Case", "Exercise", "Mistake", "Verdict", "check", "judge", "verdict"]
