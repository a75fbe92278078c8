"""The ledger of the derivation: every numbered formula, and every "therefore" between two of them, with a check that runs.

A check computes one side from the model itself (loops, quadrature, SciPy's densities, SymPy) and holds it against the claim,
most often the function of the course that is the formula. `table("03")` runs the checks of a lesson and shows them;
`python -m course_lib.ledger` prints all. A step carries the number of its formula: "G2" is (G2) itself, "G2 a" a step
towards it or a conclusion from it.
"""

from ._core import Result, Step, Table, run, steps, table

# in the order of the lessons: each registers its checks
from . import (  # noqa: F401, isort: skip
    _conditionals, _joint, _posteriors, _mixtures, _patches, _logits, _bound, _scene_steps, _scene_noise, _finding,
)  # fmt: skip
