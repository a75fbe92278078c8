"""The ledger: every numbered formula, every "therefore" between two of them, with a check that runs.

A check computes one side from the model itself (loops, quadrature, SciPy's densities, SymPy) and holds it
against the claim, most often the function of the course that is the formula. `table("03")` runs the checks of
a lesson and shows them; `python -m course_lib.classroom.ledger` prints all. A step carries the number of its
formula: "G2" is (G2) itself, "G2 a" a step towards it or a conclusion from it.
"""

import importlib

from ._core import Result, Step, Table, chapter, run, steps, table

CHAPTERS = "01 02 03 s04_05 s06_07 08_bound 08_steps 09"
for name in CHAPTERS.split():  # in the order of the lessons: each registers its checks
    importlib.import_module(f"._lesson{name}", __name__)
