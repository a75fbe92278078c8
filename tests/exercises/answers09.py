"""Answers to the exercises of lesson 09."""

RIGHT = {}
WRONG = {}
