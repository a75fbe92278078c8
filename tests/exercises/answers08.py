"""Answers to the exercises of lesson 08."""

RIGHT = {}
WRONG = {}
