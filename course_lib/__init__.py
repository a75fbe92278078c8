"""The real implementations behind the course "Seeing Through Noise".

Pure functions over frozen records: `gaussian`, `mixture`, `em`, `patches`, `denoising`, `images`, `datasets` for the first
track, `windows`, `scene` with the same `em` for the second; `priors` holds the fitted priors of the lessons, `report` the first
report's rule for comparison, `estimators` the scikit-learn estimators, `plots` the figures, `widgets` the sliders, `slides` the
talks, `exercises` their checks, `ledger` those of the derivation. A module is imported when it is first used.
"""

import importlib

__all__ = [
    "datasets", "denoising", "em", "estimators", "exercises", "gaussian", "images", "ledger", "mixture", "patches", "plots", "priors",
    "report", "scene", "slides", "widgets", "windows",
]  # fmt: skip


def __dir__():
    return list(__all__)


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
