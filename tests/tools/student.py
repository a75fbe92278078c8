"""The student edition: the lessons without solutions and outputs, made from notebooks/, not by hand.

    python -m tests.tools.student        write notebooks/student/ anew

A solution becomes the stub that nbgrader puts there, so a released assignment holds the same cells.
"""

import copy
import re
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FOLDER = "student"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", re.MULTILINE | re.DOTALL)
NOTICE = (
    "*Student edition: made from the complete lesson of the same name in the folder above. "
    "Write your answers where it says* `YOUR CODE HERE`*; "
    "the cell below each tells what is right and what is not.*"
)


def without_solutions(source):
    """The source of a cell with stubs in the place of its solutions."""
    return SOLUTION.sub(lambda found: "\n".join(found.group(1) + line for line in STUB), source)


def from_below(text):
    """Markdown with its links as they must be from the folder of the student edition, a level below."""

    def turned(found):
        target = found.group(1)
        inside = target.startswith(f"{FOLDER}/") or ".ipynb" in target
        return f"]({target.removeprefix(f'{FOLDER}/')})" if inside else f"](../{target})"

    file = r"\]\(([\w./-]+\.\w+(?:#[^)\s]*)?)\)"  # it has an ending, unlike the (i, j) of a formula
    return re.sub(file, turned, text)


def edition(nb):
    """The student's copy of a complete lesson."""
    nb = copy.deepcopy(nb)
    nb.metadata.pop("jupytext", None)  # it has no script of its own
    nb.cells[0].source += f"\n\n{NOTICE}" if any("### BEGIN SOLUTION" in c.source for c in nb.cells) else ""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = from_below(cell.source)
        else:
            cell.source, cell.outputs, cell.execution_count = without_solutions(cell.source), [], None
    return nb


def text(path):
    """What the student edition of a stored lesson holds, as text."""
    return nbformat.writes(edition(nbformat.read(path, as_version=4))) + "\n"


def main():
    folder = NOTEBOOKS / FOLDER
    folder.mkdir(exist_ok=True)
    lessons = sorted([*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("further/*.ipynb")])
    (folder / "further").mkdir(exist_ok=True)
    for old in folder.rglob("*.ipynb"):
        old.unlink()
    for path in lessons:
        (folder / path.relative_to(NOTEBOOKS)).write_text(text(path), encoding="utf-8", newline="\n")
    print(f"{len(lessons)} lessons in {folder.name}/")


if __name__ == "__main__":
    main()
