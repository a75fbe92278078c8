"""Exercises of lesson 01."""

EXERCISES = ()
