"""The mathematics behind the course "Seeing Through Noise": pure functions over frozen records.

First track: `gaussian`, `mixture`, `em`, `patches`, `denoising`, `images`, `datasets`; second: `windows`,
`scene`, the same `em`. `priors` holds the fitted priors, `report` the first report's rule, `estimators` two
shells for scikit-learn; `checks`, `blas` and `linalg` serve all. What teaches it lives in
`course_lib.classroom`. A module is imported when it is first used.
"""

import importlib

__all__ = (
    "blas checks classroom datasets denoising em estimators gaussian images linalg mixture patches priors "
    "report scene windows"
).split()


def __dir__():
    return list(__all__)


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
