"""Answers to the exercises of lesson 07."""

RIGHT = {}
WRONG = {}
