"""Carry edited scripts over to their notebooks, execute these and store the outputs.

    python -m tests.store 05_denoising_digits        one lesson or several
    python -m tests.store                            all of them
"""

import os
import sys
from pathlib import Path

import nbformat
from jupytext.cli import jupytext
from nbconvert.preprocessors import ExecutePreprocessor

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
VIEW = "application/vnd.jupyter.widget-view+json"


def store(name):
    """Make notebooks/NAME.ipynb from its script, with the outputs of a fresh kernel."""
    script, path = NOTEBOOKS / "scripts" / f"{name}.py", NOTEBOOKS / f"{name}.ipynb"
    if not script.exists():
        raise FileNotFoundError(f"{name} needs a script notebooks/scripts/{name}.py; check the name")
    script.touch()  # jupytext takes the newer side of a pair
    jupytext(["--quiet", "--sync", str(script)])
    nb = nbformat.read(path, as_version=4)
    executor = ExecutePreprocessor(timeout=300, kernel_name="python3", store_widget_state=False, record_timing=False)
    executor.preprocess(nb, {"metadata": {"path": str(NOTEBOOKS)}})
    nb.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nb.metadata["language_info"] = {"name": "python"}  # without the version of this machine
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = tidy(cell.outputs)
    nbformat.write(nb, path)
    jupytext(["--quiet", "--sync", str(path)])


def tidy(outputs):
    """The outputs with neighbouring streams joined, and without views of widgets, empty boxes to a reader without a kernel."""
    kept = []
    for output in outputs:
        if VIEW in output.get("data", {}):
            continue
        if kept and output.output_type == "stream" == kept[-1].output_type and output.name == kept[-1].name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def main(names):
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # as the tests have it
    for name in names or sorted(path.stem for path in (NOTEBOOKS / "scripts").glob("*.py")):
        store(name)
        print(f"{name} stored")


if __name__ == "__main__":
    main(sys.argv[1:])
