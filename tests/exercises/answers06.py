"""Answers to the exercises of lesson 06."""

RIGHT = {}
WRONG = {}
