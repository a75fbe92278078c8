"""Answers to the exercises of lesson 04."""

RIGHT = {}
WRONG = {}
