"""Answers to the exercises of lesson 02."""

RIGHT = {}
WRONG = {}
