"""What teaches the mathematics of `course_lib`: figures, sliders, exercises, the ledger, talks.

`models` makes their random instances, `loops` is their oracle, `edits` makes their wrong answers.
"""

import importlib

__all__ = ["edits", "exercises", "ledger", "loops", "models", "plots", "slides", "widgets"]


def __dir__():
    return list(__all__)


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
