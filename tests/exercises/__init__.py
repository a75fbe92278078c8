"""Answers to the exercises as students write them: right ones in other ways, and wrong ones by name.

One module a lesson, each with two dicts from the number of an exercise to its answers:
RIGHT : {number: {name: function}}
WRONG : {number: {name of the mistake: (function, words of the sentence that must come)}}
"""
