"""Answers to the exercises of lesson 05."""

RIGHT = {}
WRONG = {}
