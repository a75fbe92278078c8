"""Exercises of lesson 09."""

EXERCISES = ()
