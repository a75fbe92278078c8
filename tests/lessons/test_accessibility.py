"""A reader who cannot see the pictures, or not their colours, misses nothing that a machine can notice.

One title and no skipped heading level are rules of `lesson_rules`, tested for every lesson in test_notebooks.
"""

import copy
import itertools
import os
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from nbconvert import HTMLExporter
from nbformat import v4
from skimage.color import deltaE_ciede2000, rgb2lab

from course_lib.classroom.plots import _style
from tests.classroom import test_plots
from tests.lessons.test_export import Page, pictures
from tests.tools import lesson_rules, store
from tests.tools.lesson_rules import markdown_cells, outputs

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[!s]*/*.ipynb")) + sorted((ROOT / "notebooks").glob("*.ipynb"))
COLOURS = r"\b(?:blue|brown|cyan|green|magenta|orange|pink|purple|red|turquoise|violet|yellow)(?:er|ish)?\b"
CUES = (
    r"\b(?:above|bars?|below|bottom|circles?|columns?|cross(?:es)?|dashed|diamonds?|dots?|dotted|first|framed?|"
    r"hatched|last|left|lower|middle|minus|panels?|plus|right|rows?|second|solid|squares?|stars?|thick|thin|third|"
    r"top|triangles?|upper)\b"
)
EMPTY_TEXTS = ",here,this,link,this link,click here,there,page,this page,more,read more".split(",")


# What a lesson says of its figures and shows beside them


def alternatives(nb):
    """The alternative texts of the stored pictures, None where one has none."""
    return [o.metadata.get("image/png", {}).get("alt") for _, o in outputs(nb, "image/png")]


def figures_are_described(nb):
    """In the cell after or before the figure; one of a row may share the sentence that says 'figures'."""
    problems, last = [], ""
    for i in dict.fromkeys(i for i, _ in outputs(nb, "image/png")):
        beside = [cell.source for cell in nb.cells[max(i - 1, 0) : i + 2] if cell.cell_type == "markdown"]
        described = next(filter(None, map(store.description, beside)), "")
        if not described and not re.search(r"\bfigures\b", last):
            problems.append(f"cell {i} shows a figure without a sentence beside it: 'The figure shows ...'")
        last = described or last
    return problems


def figures_have_alternative_text(nb):
    renewed = copy.deepcopy(nb)
    store.describe(renewed)
    old, new = alternatives(nb), alternatives(renewed)
    stale = [f"picture {n}: {a!r} must be {b!r}" for n, (a, b) in enumerate(zip(old, new)) if a != b]
    fits = range(25, store.ALT_LENGTH + 101)
    plain = [len(b) in fits and b.endswith((".", "?")) and not re.search(r"[\\${}]", b) for b in new]
    return stale + [f"picture {n}: {b!r} is a poor text" for n, b in enumerate(new) if not plain[n]]


def tables_have_headers(nb):
    problems = []
    for i, text in markdown_cells(nb):
        for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
            first, rule, *_ = [*block.strip().splitlines(), ""]
            full = all(cell.strip() for cell in first.strip("|").split("|"))
            if not (full and re.fullmatch(r"\|(?:\s*:?-+:?\s*\|)+", rule)):
                problems.append(f"cell {i} has a table without a full row of headings: {first}")
    html = [(i, o.data["text/html"]) for i, o in outputs(nb, "text/html")] + markdown_cells(nb)
    bare = [i for i, text in html if "<table" in text and "<th" not in text]
    return problems + [f"cell {i} has an HTML table without <th>" for i in bare]


def pictures_have_alternative_text(nb):
    bare = r"!\[\s*\]\([^)]*\)|<img(?![^>]*\balt=\"[^\"]+\")[^>]*>"
    found = [(i, hit) for i, text in markdown_cells(nb) for hit in re.findall(bare, text)]
    return [f"cell {i} has a picture without alternative text: {hit}" for i, hit in found]


def links_say_where_they_lead(nb):
    texts = [(i, re.findall(r"(?<!!)\[([^\]]*)\]\([^)]*\)", text)) for i, text in markdown_cells(nb)]
    links = [(i, link) for i, found in texts for link in found]
    empty = [(i, link) for i, link in links if link.strip(" .*_`").lower() in EMPTY_TEXTS]
    return [f"cell {i} has a link that says {link!r}" for i, link in empty]


def questions_need_no_colours(nb):
    """A question that names a colour names a place, a shape or a line style as well."""
    cells = [(i, re.split(r"(?<=[.?!:])\s+", text)) for i, text in markdown_cells(nb)]
    sentences = [(i, sentence) for i, found in cells for sentence in found]
    asked = [(i, sentence) for i, sentence in sentences if sentence.rstrip("*").endswith("?")]
    alone = [(i, s) for i, s in asked if re.search(COLOURS, s, re.I) and not re.search(CUES, s, re.I)]
    return [f"cell {i} asks by colour alone: {sentence}" for i, sentence in alone]


RULES = (
    figures_are_described, figures_have_alternative_text, tables_have_headers, pictures_have_alternative_text,
    links_say_where_they_lead, questions_need_no_colours,
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_keeps_the_rule(path, rule):
    assert rule(nbformat.read(path, as_version=4)) == []


PAGES = ("notebooks/REFERENCE.md", "README.md")
PAGE_RULES = (lesson_rules.one_title, lesson_rules.no_skipped_level, *RULES[2:])


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_keeps_the_rule(page, rule):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert rule(v4.new_notebook(cells=[v4.new_markdown_cell(text)])) == []


SENTENCE = "The figure shows two bells over the gray level, the prior and the posterior."


def lesson(*before, alt=SENTENCE, figures=1):
    """A lesson whose figures follow these markdown cells, one cell each."""
    metadata = {"image/png": {"alt": alt}} if alt else {}
    picture = v4.new_output("display_data", data={"image/png": "iVBORw0KGgo="}, metadata=metadata)
    shown = [v4.new_code_cell("plt.show()", outputs=[copy.deepcopy(picture)]) for _ in range(figures)]
    return v4.new_notebook(cells=[v4.new_markdown_cell(text) for text in before] + shown)


def with_table(html):
    shown = v4.new_output("display_data", data={"text/html": html})
    return v4.new_notebook(cells=[v4.new_code_cell("t", outputs=[shown])])


BAD = [
    *((figures_are_described, nb) for nb in (
        lesson("## Two bells", alt=""), lesson(SENTENCE, "### More", alt=""), lesson(SENTENCE, figures=2))),
    *((figures_have_alternative_text, lesson(before, alt=alt)) for before, alt in (
        (SENTENCE, ""), (SENTENCE, "An older sentence."), ("The figure shows it.", "The figure shows it."))),
    *((tables_have_headers, lesson(table)) for table in (
        "| 1 | 2 |\n| 3 | 4 |", "| | cost |\n|---|---|\n| a | 1 |", "<table><tr><td>1</td></tr></table>")),
    (tables_have_headers, with_table("<table><tr><td>1</td></tr></table>")),
    *((pictures_have_alternative_text, lesson(bare)) for bare in ("![](images/a.png)", '<img src="a.png">')),
    *((links_say_where_they_lead, lesson(link)) for link in (
        "Read on [here](01.ipynb).", "See [*this page*](01.ipynb).")),
    (questions_need_no_colours, lesson("**Guess:** which is higher, the blue curve or the orange one?")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "nb"), BAD, ids=[f"{rule.__name__}-{n}" for n, (rule, _) in enumerate(BAD)])
def test_a_bad_lesson_is_caught(rule, nb):
    assert rule(nb) != []


def test_a_good_lesson_passes_every_rule():
    table = "| sigma | PSNR |\n|---|---:|\n| 25 | 29.8 |\n"
    linked = "![The Wiener filter](a.png) and [lesson 02](02.ipynb).\n\nIs the dashed blue curve higher?"
    more = f"{table}\n{linked}\n\n{SENTENCE}"
    both = SENTENCE.replace("figure shows", "two figures show")
    row = v4.new_notebook(cells=lesson(both, alt=both).cells + lesson("Once more:", alt=both).cells)
    html = with_table("<table><tr><th>1</th></tr></table>")
    assert [problem for nb in (lesson(more), row, html) for rule in RULES for problem in rule(nb)] == []
    assert {rule for rule, _ in BAD} == set(RULES)


# How the alternative text comes about


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (SENTENCE, SENTENCE),
        (f"## A figure\n\nWhat is it?\n\nNo. {SENTENCE}\n\n**Predict**: why?", SENTENCE),
        ("No. The *figure* has\n`m`, [a link](b.ipynb), $\\sqrt{\\lambda_i}$.",
         "The figure has m, a link, sqrt(lambda_i)."),
        (r"The figure has $H \times W$, $10^{-12}$, $y=136$, $\pi_k(y)$.",
         "The figure has H × W, 10^-12, y = 136, pi_k(y)."),
        (r"The figure has $\tfrac12 v$, $\frac{a}{b+c}$, $-20$.", "The figure has 1/2 v, (a)/(b+c), -20."),
        (r"The figure has $\ln p(X\mid\theta)\approx 7$.", "The figure has ln p(X | theta) ≈ 7."),
        ("In the next section there is more.", ""),
        ("We configured it.", ""),
    ],
)  # fmt: skip
def test_a_description_is_plain_text_from_the_sentence_that_names_the_figure(markdown, text):
    assert store.description(markdown) == text


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        (["The figure: " + "a" * 200 + ".", "B" * 100 + "."], "The figure: " + "a" * 200 + "."),
        (["The figure:", "Left " + "a" * 99 + "; b" + "c" * 300 + "."], "The figure: Left " + "a" * 99 + "."),
        (["The figure shows it.", "Middle: " + "b" * 300 + "."], "The figure shows it."),
        (["The figure shows " + "a" * 300 + "."], "The figure shows " + "a" * 300 + "."),
    ],
)  # fmt: skip
def test_a_description_is_shortened_at_the_end_of_a_sentence_or_clause(sentences, text):
    assert store.shortened(sentences) == text


def test_renewing_changes_the_alternative_text_and_nothing_else(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(store, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(store.os, "environ", dict(store.os.environ))
    path = tmp_path / "00_a.ipynb"
    before = lesson(SENTENCE, alt="An older sentence.")
    nbformat.write(before, path)
    os.utime(path, (10**9, 10**9))
    store.main(["--alt", "00_a"])
    assert path.stat().st_mtime == 10**9  # jupytext would take a newer notebook for the edited side
    before.cells[1].outputs[0].metadata["image/png"]["alt"] = SENTENCE
    assert nbformat.read(path, as_version=4) == before
    assert capsys.readouterr().out == "00_a described\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_exported_page_has_the_alternative_text_of_every_figure(path):
    """By `jupyter nbconvert --to html --template classic`; the default template, lab, leaves it out."""
    nb = nbformat.read(path, as_version=4)
    shown = [cell for cell in nb.cells if cell.get("outputs")]  # the rest only takes time
    nb.cells = [v4.new_code_cell(outputs=cell.outputs) for cell in shown]
    page = Page(HTMLExporter(template_name="classic").from_notebook_node(nb)[0])
    assert page.pictures == pictures(nb)
    assert page.texts == alternatives(nb) and all(page.texts)


# Colours

# Machado, Oliveira and Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1.0, for linear RGB
MATRICES = """
protanopia   0.152286 1.052583 -0.204868   0.114503 0.786281 0.099216  -0.003882 -0.048116 1.051998
deuteranopia 0.367322 0.860646 -0.227968   0.280085 0.672501 0.047413  -0.011820  0.042940 0.968881
tritanopia   1.255528 -0.076749 -0.178779 -0.078411 0.930809 0.147602   0.004733  0.691367 0.303900
usual        1 0 0  0 1 0  0 0 1
"""
ROWS = map(str.split, MATRICES.strip().split("\n"))
VISION = {name: np.reshape(numbers, (3, 3)).astype(float) for name, *numbers in ROWS}
FAR = 10.0  # CIEDE2000: some ten times what a trained eye can just tell apart side by side


def seen(colours, vision):
    """The colours as such an eye sees them, in CIELAB."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ VISION[vision].T, 0, 1)
    return rgb2lab(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def nearest(colours, vision):
    """The smallest difference between two of the colours."""
    return min(float(deltaE_ciede2000(a, b)) for a, b in itertools.combinations(seen(colours, vision), 2))


@pytest.mark.parametrize("vision", VISION)
def test_the_palette_is_told_apart_by_every_eye(vision):
    assert nearest([*_style.COLOURS, "white"], vision) > FAR
    assert nearest([_style.BLUE, "white", _style.ORANGE], vision) > 2 * FAR  # ends and middle of SIGNED


def test_a_red_and_a_green_of_equal_lightness_are_found():
    assert nearest(["#d62728", "#2ca02c"], "usual") > 5 * FAR
    assert nearest(["#d62728", "#2ca02c"], "deuteranopia") < FAR


# What else tells series apart that differ in nothing but colour, where a machine cannot see it
OTHER_CUE = {
    "precisions_add": "every bar holds the name of its opinion",
    "mixture_posterior": "every bar stands over the name of its component",
    "weight_curves": "each prior weight is a level line; the legend names them in the order of the curves",
}


def by_colour_alone(axes):
    """Pairs of labelled lines, and colours of bars, that differ in nothing but colour."""
    found = []
    for ax in axes:
        marks = []
        for line in (line for line in ax.lines if not line.get_label().startswith("_")):
            style = line.get_linestyle(), line.get_marker(), line.get_linewidth()
            marks.append((to_hex(line.get_color()), style, line.get_label()))
        painted = [bar for box in ax.containers for bar in box.patches if bar.get_facecolor()[3]]
        bars = {(to_hex(bar.get_facecolor()), bar.get_hatch() or "") for bar in painted}
        marks += [(colour, hatch, colour) for colour, hatch in sorted(bars)]
        found += [(a[2], b[2]) for a, b in itertools.combinations(marks, 2) if a[0] != b[0] and a[1] == b[1]]
    return found


@pytest.mark.parametrize("name", sorted(test_plots.CASES))
def test_series_of_a_figure_differ_in_more_than_colour(name):
    found = by_colour_alone(test_plots.panels(test_plots.draw(name)))
    plt.close("all")
    assert bool(found) == (name in OTHER_CUE), found


def test_lines_and_bars_that_differ_in_colour_alone_are_found():
    ax = plt.subplots()[1]
    ax.plot([0, 1], color="C0", label="a")
    ax.plot([1, 0], color="C1", label="b")
    ax.plot([1, 1], color="C2", linestyle="--", label="c")
    assert by_colour_alone([ax]) == [("a", "b")]
    ax = plt.subplots()[1]
    ax.bar([0, 1], [1, 2], color="C0")
    ax.bar([2], [1], color="C1", hatch="//")
    assert by_colour_alone([ax]) == []
    ax.bar([3], [1], color="C2")
    assert by_colour_alone([ax]) == [(to_hex("C0"), to_hex("C2"))]
    plt.close("all")


ROLES = {  # the words with which a label begins -> the colour that it has through the whole course
    r"prior|before": _style.PRIOR, r"posterior|after": _style.POSTERIOR, r"truth|true|the true": _style.TRUTH,
    r"likelihood|observ|seen": _style.SEEN, r"your guess": _style.GUESS,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(test_plots.CASES))
def test_a_colour_has_one_meaning(name):
    """Weights are told apart by hatching, since each component has a colour of its own."""
    odd = []
    for ax in test_plots.panels(test_plots.draw(name)):
        handles, labels = ax.get_legend_handles_labels()
        for handle, label in zip(handles, labels):
            wanted = [colour for words, colour in ROLES.items() if re.match(rf"({words})\b|{words}$", label)]
            if wanted and hasattr(handle, "get_color") and to_hex(handle.get_color()) != wanted[0].lower():
                odd.append((label, to_hex(handle.get_color())))
    plt.close("all")
    assert odd == []
