"""Exercises of the lessons: an answer runs on fresh random instances, a sentence says what is wrong."""

from ._grading import ANY, Case, Exercise, Mistake, Verdict, judge
from ._lessons import EXERCISES, check, verdict

__all__ = ["ANY", "EXERCISES", "Case", "Exercise", "Mistake", "Verdict", "check", "judge", "verdict"]
