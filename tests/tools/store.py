"""Carry edited scripts over to their notebooks, execute these and store the outputs.

python -m tests.tools.store 05_denoising_digits        one lesson or several; further/05_... its companion
python -m tests.tools.store                            all of them
python -m tests.tools.store --alt [LESSON ...]         renew the alternative texts, run nothing
"""

import argparse
import os
import re
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from jupytext.cli import jupytext
from nbconvert.filters import markdown2html
from nbconvert.preprocessors import ExecutePreprocessor

from . import lesson_rules

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ALT_LENGTH = 300  # characters: what a screen reader says in some twenty seconds
SIGNS = dict(zip("times cdot star approx le ge mid to pm".split(), "×·⋆≈≤≥|→±"))
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def store(name):
    """Make notebooks/NAME.ipynb from its script, with the outputs of a fresh kernel."""
    script, path = NOTEBOOKS / "scripts" / f"{name}.py", NOTEBOOKS / f"{name}.ipynb"
    if not script.exists():
        raise FileNotFoundError(f"{name} needs a script notebooks/scripts/{name}.py; check the name")
    path.parent.mkdir(exist_ok=True)
    script.touch()  # jupytext takes the newer side of a pair
    jupytext(["--quiet", "--sync", str(script)])
    nb = nbformat.read(path, as_version=4)
    options = dict(timeout=300, kernel_name="python3", store_widget_state=False, record_timing=False)
    ExecutePreprocessor(**options).preprocess(nb, {"metadata": {"path": str(path.parent)}})
    nb.metadata.update(kernelspec=KERNEL, language_info={"name": "python"})  # no version of this machine
    for _, cell in lesson_rules.code_cells(nb):
        cell.outputs = tidy(cell.outputs)
    describe(nb)
    nbformat.write(nb, path)
    jupytext(["--quiet", "--sync", str(path)])


def tidy(outputs):
    """The outputs with neighbouring streams joined, and without widgets, empty boxes where no kernel runs."""
    kept = []
    for output in outputs:
        if lesson_rules.VIEW in output.get("data", {}):
            continue
        if kept and output.output_type == "stream" == kept[-1].output_type and output.name == kept[-1].name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def describe(nb):
    """Give every stored picture its alternative text, where nbconvert's template "classic" looks for it."""
    texts = ["", *(cell.source if cell.cell_type == "markdown" else "" for cell in nb.cells), ""]
    last = ""
    for i, cell in enumerate(nb.cells, 1):
        last = description(texts[i]) or last  # a heading between two figures describes neither
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                beside = texts[i + 1], texts[i - 1]  # after it first: a figure is seen before it is explained
                said = next(filter(None, map(description, beside)), last)
                output.metadata.setdefault("image/png", {})["alt"] = said


def description(markdown):
    """What a cell says of a figure, in plain text: from the first sentence that names one on, or ''."""
    for paragraph in BeautifulSoup(markdown2html(markdown), "html.parser").select("p"):
        sentences = re.split(r"(?<=[.?!:])\s+(?=[A-Z(])|(?<=[.?!])\s+(?=\d)", plain(paragraph.get_text()))
        for i, sentence in enumerate(sentences):
            if re.search(r"\bfigures?\b", sentence, re.IGNORECASE):
                return shortened(sentences[i:])
    return ""


def plain(text):
    """Text with its formulas in words and signs, on one line."""
    text = re.sub(r"\$\$.*?\$\$", " ", text, flags=re.DOTALL)
    text = re.sub(r"\$(.+?)\$", lambda formula: spoken(formula[1]), text, flags=re.DOTALL)
    return " ".join(text.split())


def spoken(formula):
    r"""A formula of LaTeX without its marks: \sqrt{\lambda_i} is sqrt(lambda_i)."""
    formula = re.sub(r"\\sqrt\s*{(.*?)}", r"sqrt(\1)", formula)
    formula = re.sub(r"\\[dt]?frac\s*(\d)\s*(\d)", r"\1/\2 ", formula)
    formula = re.sub(r"\\[dt]?frac\s*{?(.*?)}?\s*{(.*?)}", r"(\1)/(\2) ", formula)
    formula = re.sub(r"\\(?:operatorname|math\w+|text\w*|bar|hat|tilde)\b", "", formula)
    formula = re.sub(r"\\([A-Za-z]+)", lambda name: f" {SIGNS.get(name[1], name[1])} ", formula)
    formula = re.sub(r"[{}]|\\.", " ", formula)
    binary = r"\s*([=<>≤≥≈→×])\s*|(?<=\w)\s*([+-])\s+"
    formula = re.sub(binary, lambda sign: f" {sign[1] or sign[2]} ", formula)
    formula = re.sub(r"\s*([/_^'])\s*|(\()\s+|\s+(?=[),])", lambda gap: gap[1] or gap[2] or "", formula)
    return " ".join(formula.replace(",", ", ").split())


def shortened(sentences):
    """As many sentences as fit into ALT_LENGTH characters, and the clauses of the next one that fit."""
    text = ""
    for sentence in sentences:
        longer = f"{text} {sentence}".strip()
        if len(longer) > ALT_LENGTH:
            clauses = re.sub(r"[;:][^;:]*$", ".", longer[:ALT_LENGTH])  # but "Middle." says nothing
            return clauses if len(text) + 30 < len(clauses) < ALT_LENGTH else text or longer
        text = longer
    return text


def renew(name):
    """Renew the alternative texts of a stored notebook: neither its script nor its age changes."""
    path = NOTEBOOKS / f"{name}.ipynb"
    nb, age = nbformat.read(path, as_version=4), path.stat()
    describe(nb)
    nbformat.write(nb, path)
    os.utime(path, ns=(age.st_atime_ns, age.st_mtime_ns))  # jupytext takes the newer side of a pair


def scripts():
    """Names of all lessons and companions, such as further/05_denoising_digits."""
    folder = NOTEBOOKS / "scripts"
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.py"))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.tools.store", description=__doc__.splitlines()[0])
    example = "such as 05_denoising_digits; default: all"
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help=example)
    parser.add_argument("--alt", action="store_true", help="only renew the alternative texts of figures")
    options = parser.parse_args(arguments)
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # as the tests have it
    for name in options.lessons or scripts():
        (renew if options.alt else store)(name)
        print(f"{name} {'described' if options.alt else 'stored'}")


if __name__ == "__main__":
    main()
