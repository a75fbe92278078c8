"""Exercises of lesson 06."""

EXERCISES = ()
