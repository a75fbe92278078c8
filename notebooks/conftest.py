"""Settings of the notebook tests (nbval): one BLAS thread in the kernels, and no comparison of stderr."""

import os
from pathlib import Path

collect_ignore = ["student"]  # it has no outputs to compare; tests/lessons/test_student.py runs it

# Kernels inherit these; notebooks may be tested alone, without tests/conftest.py.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


def pytest_configure(config):
    """A path in pyproject.toml would be looked for in the folder from which pytest was called."""
    config.option.nbval_sanitize_with = str(Path(__file__).parents[1] / "tests" / "nbval_sanitize.cfg")


def pytest_collectstart(collector):
    """Progress bars and warnings differ from run to run; everything else that a cell prints is compared."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr",)
