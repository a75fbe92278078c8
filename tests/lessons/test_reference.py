"""notebooks/REFERENCE.md is true of the library (names, shapes) and of the lessons (symbols, terms)."""

import inspect
import re
from dataclasses import fields
from functools import cache
from urllib.parse import unquote, urlsplit

import jupytext
import numpy as np
import pytest

from course_lib import denoising, gaussian, images, mixture, patches, scene, windows
from course_lib.classroom import models
from tests.lessons.test_notebooks import NOTEBOOKS
from tests.tools.lesson_rules import prose

PAGE = (NOTEBOOKS / "REFERENCE.md").read_text(encoding="utf-8")
SCRIPTS = {path.stem[:2]: path for path in sorted((NOTEBOOKS / "scripts").glob("*.py"))}
SIZES = dict(N=6, K=8, Dz=3, Dy=2, D=4, m=2, H=19, W=23, h=7, w=9, I=13, J=15)
ROOMS = (denoising, gaussian, images, mixture, patches, scene, windows)
MODULES = {module.__name__.split(".")[1]: module for module in ROOMS}
RECORDS = (gaussian.Gaussian, gaussian.LinearGaussian, mixture.Mixture, scene.Scene, scene.Statistics)
CALL = r"(?P<module>\w+)\.(?P<function>[a-z_]+)\((?P<argument>\w+|\.\.\.)\)"
PART = r"(?:\.(?P<field>\w+))?(?:\[(?P<item>\d)\])?"
NAME = re.compile(f"`(?:{CALL}|(?P<record>[A-Z]\\w+)){PART}`")
GRAY = "gray levels"
UNITS = {GRAY, f"{GRAY}²", f"1/{GRAY}²", *"1 probability nats dB pixels positions pictures patches".split()}


def section(title, text=PAGE):
    """The part of the page below a heading, up to the next one of its level or a higher; '' without it."""
    if not (marks := re.search(rf"^(#+) {re.escape(title)}", text, re.MULTILINE)):
        return ""
    return re.split(rf"^#{{1,{len(marks[1])}}} ", text[marks.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def table(text):
    """The rows of the first Markdown table of a text, each a dictionary by column."""
    lines = [line.strip("|") for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


PATCHES, FACE = table(section("Patches: lessons 01 to 05")), table(section("The face: lessons 06 to 09"))
LOCAL = {row["Lesson"]: row["Letters"] for row in table(section("Letters that serve one argument"))}
TERMS = table(section("Glossary"))


# What a lesson says


def texts(lesson):
    """The text of the markdown cells of a lesson, and of its companion."""
    path = SCRIPTS[lesson]
    both = [path, path.parent / "further" / path.name]
    return [prose(jupytext.read(one)) for one in both if one.exists()]


@cache
def markdown(lesson):
    return "\n\n".join(texts(lesson))


def formulas(text):
    return [display or inline for display, inline in re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)]


def tokens(formula):
    r"""The signs of a formula without spacing and brackets; \text{logit} and \mathcal L are one sign each."""
    layout = r"\\(?:begin|end|tag){.*?}|\\(?:[bB]ig+[lr]?|left|right|middle|q?quad|mid)\b|\\[,;:! ]"
    words = r"\\(?:text|mathrm|operatorname)\s*{(.*?)}"
    formula = re.sub(layout, " ", formula)
    formula = re.sub(words, lambda word: rf"\{re.sub(r'[^A-Za-z]', '', word[1])} ", formula)
    formula = re.sub(r"\\(mathcal|mathbb)\s*{?([A-Za-z])}?", r"\\\1\2 ", formula)
    return re.findall(r"\\[A-Za-z]+|[A-Za-z]|\d+|[^\s{}\\]", formula)


@cache
def signs(lesson):
    return [tokens(formula) for formula in formulas(markdown(lesson))]


def occurs(symbol, lesson):
    """Whether a symbol stands in a formula, and not as the stem of a longer one: C is no part of C_k."""
    wanted, n = tokens(symbol), len(tokens(symbol))
    places = [(f, i) for f in signs(lesson) for i in range(len(f) - n + 1)]
    return any(f[i : i + n] == wanted and f[i + n : i + n + 1] != ["_"] for f, i in places)


# What the library says


@cache
def records():
    rng = np.random.default_rng(0)
    s = models.scene(rng, (19, 23), (7, 9))
    pictures, _ = scene.sample(s, 6, rng)
    made = models.gaussian(rng, 4), models.channel(rng, 2, 3), models.mixture(rng, 8, 4)
    return {type(value).__name__: value for value in (*made, s, scene.statistics(pictures, s))}


@cache
def calls():
    """Arguments that the functions of the table accept, with the sizes of SIZES."""
    rng = np.random.default_rng(1)
    prior, channel, s = models.gaussian(rng, 3), models.channel(rng, 2, 3), records()["Scene"]
    y, x, stack = (rng.standard_normal(shape) for shape in (2, (6, 4), (6, 18 * 22, 4)))
    pictures = rng.uniform(0, 255, (6, 19, 23))
    q, mixed, small = models.probabilities(rng, 6, (13, 15)), models.mixture(rng, 8, 3), records()["Mixture"]
    pair, still = dict(prior=prior, channel=channel), dict(images=pictures)
    add = dict(patches=stack, shape=(19, 23))
    return {
        **{f"gaussian.{name}": pair for name in ("joint", "joint_precision", "predictive")},
        "gaussian.posterior": pair | dict(y=y), "mixture.posterior": dict(prior=mixed, channel=channel, y=y),
        "gaussian.gain": dict(S=models.covariance(rng, 3), W=channel.matrix, R=channel.noise_cov),
        "denoising.restore_patches": dict(observed=rng.standard_normal((6, 2)), prior=mixed, channel=channel),
        "denoising.denoise_patches": dict(patches=x, prior=small, noise_std=1.0),
        "mixture.e_step": dict(x=x, mixture=small),
        "mixture.fit": dict(x=rng.standard_normal((50, 4)), n_components=8, random_state=0),
        "patches.extract_patches": still | dict(m=2), "patches.coverage": dict(shape=(19, 23), m=2),
        "patches.add_patches": add, "patches.average_patches": add,
        "images.psnr": dict(estimate=pictures[0], truth=pictures[1], peak=255.0),
        "scene.e_step": still | dict(scene=s), "scene.log_likelihood": still | dict(scene=s),
        "scene.m_step": still | dict(q=q, face_shape=(7, 9), smoothing=0.5),
        "scene.bound": still | dict(q=q, scene=s), "scene.sample": dict(scene=s, n=6, rng=rng),
        "scene.paste": dict(face=s.face, background=s.background, position=(1, 2)),
        "windows.window_sums": still | dict(shape=(7, 9)), "windows.cumulative_sums": still,
        "windows.correlate": still | dict(template=s.face), "windows.spread": dict(values=q, shape=(7, 9)),
    }  # fmt: skip


def value(name):
    """What a name of the table stands for: an argument, a returned value or a field of a record."""
    found = NAME.match(name)
    if found["record"]:
        owner = next(record for record in RECORDS if record.__name__ == found["record"])
        known = {field.name for field in fields(owner)} | set(dir(owner))
        assert found["field"] in known, f"{owner.__name__} has no {found['field']}"
        result = getattr(records()[found["record"]], found["field"])
    else:
        function = getattr(MODULES[found["module"]], found["function"])
        arguments = calls()[f"{found['module']}.{found['function']}"]
        result = function(**arguments)  # called in any case: the library has looked at the shapes
        if found["argument"] != "...":
            assert found["argument"] in inspect.signature(function).parameters, f"{name} has no such argument"
            return arguments[found["argument"]]
        result = getattr(result, found["field"]) if found["field"] else result
    return result[int(found["item"])] if found["item"] else result


def shape(text):
    return () if text == "number" else eval(text, {"__builtins__": {}}, SIZES)


def complaints(row, part):
    """What is wrong with a row of a notation table whose lessons are `part`."""
    found, symbol = [], formulas(row["Symbol"])[0]
    first = next((lesson for lesson in part if occurs(symbol, lesson)), "none")
    if first != row["First lesson"]:
        found.append(f"{symbol} first occurs in lesson {first}; the table says {row['First lesson']}")
    try:
        actual = np.shape(value(row["Name in code"]))
    except (AssertionError, AttributeError, KeyError, StopIteration, TypeError) as error:
        return [*found, f"{row['Name in code']} is no name of the library: {error}"]
    if actual != shape(row["Shape"]):
        found.append(f"{symbol} has the shape {actual} for {SIZES}; the table says {row['Shape']}")
    return found + [f"{symbol} has an unknown unit: {row['Unit']}"] * (row["Unit"] not in UNITS)


PARTS = (PATCHES, "01 02 03 04 05".split()), (FACE, "06 07 08 09".split())
TRACKS = [pytest.param(row, part, id=row["Symbol"]) for rows, part in PARTS for row in rows]


@pytest.mark.parametrize(("row", "part"), TRACKS)
def test_a_symbol_has_its_name_shape_unit_and_first_lesson(row, part):
    assert complaints(row, part) == []


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("Name in code", "`Gaussian.covariance`"), ("Name in code", "`gaussian.posterior(observed)`"),
        ("Name in code", "`Gaussians.cov`"), ("Name in code", "`gaussian.posteriors(...)`"),
        ("Shape", "(Dz, Dy)"), ("Shape", "number"), ("Unit", "gray levels squared"), ("First lesson", "02"),
        ("Symbol", r"$\heartsuit$"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_caught(column, wrong):
    right = next(row for row in PATCHES if row["Symbol"] == "$S$")
    assert complaints(right, ("01", "02")) == []
    assert len(complaints({**right, column: wrong}, ("01", "02"))) == 1


def test_the_sizes_of_the_test_tell_axes_apart():
    axes = [*SIZES.values(), SIZES["Dz"] + SIZES["Dy"]]
    assert len(set(axes)) == len(axes) - 1  # m and Dy are both 2, and never stand in one shape


# Letters, terms and citations

GREEK = "alpha beta gamma varepsilon eta ell lambda Lambda mu nu omega phi Phi pi psi".split()
GREEK += "rho sigma Sigma tau theta xi".split()


def letters(symbols):
    """The single letters, Latin or Greek, among signs."""
    return {sign for sign in symbols if re.fullmatch(r"[A-Za-z]", sign) or sign[1:] in GREEK}


def explained(lesson):
    """The letters that the page explains for a lesson."""
    rows = PATCHES if lesson < "06" else FACE
    everywhere = section("Letters that serve one argument").partition("\n|")[0]
    texts = [row["Symbol"] + row["Meaning"] for row in rows if row["First lesson"] <= lesson]
    texts += [everywhere, LOCAL[lesson]]
    return {sign for text in texts for formula in formulas(text) for sign in letters(tokens(formula))}


@pytest.mark.parametrize("lesson", LOCAL)
def test_every_letter_of_a_lesson_is_explained_and_every_local_one_is_used(lesson):
    used = letters(sign for formula in signs(lesson) for sign in formula)
    assert used - explained(lesson) == set(), "add these letters to notebooks/REFERENCE.md"
    assert {sign for formula in formulas(LOCAL[lesson]) for sign in letters(tokens(formula))} - used == set()


def test_every_lesson_with_formulas_has_its_letters():
    assert list(LOCAL) == [f"{n:02}" for n in range(1, 10)]


def flat(text):
    return " ".join(text.replace("*", "").lower().split())


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row["Term"])
def test_a_term_has_a_russian_word_one_sentence_and_a_lesson_that_uses_it(row):
    assert re.search(rf"\b{re.escape(row['Term'].lower())}", flat(markdown(row["Lesson"])))
    assert re.match("[А-Яа-яЁё]", row["Russian"])
    assert row["Meaning"].endswith(".") and not re.search(r"[.?!] ", row["Meaning"])


def test_no_term_stands_twice_and_they_are_in_order():
    terms = [row["Term"].lower() for row in TERMS]
    assert terms == sorted(set(terms)) and len(terms) >= 35


def items(text):
    """The items of a list, each on one line."""
    return [" ".join(item.split()) for item in re.findall(r"^- (.*?)(?=^- |\Z)", text, re.M | re.S)]


def references(lesson):
    return [item for text in texts(lesson) for item in items(section("References", text))]


def authors_and_year(item):
    """The surnames at the beginning of a citation, behind their initials, and its first year or None."""
    name = r"(?:[A-Z]\.[ -]?)+(?:van der )?([A-Z]\w+)"
    start = re.match(rf"(?:<a .*?</a>)?(?:{name}(?: \(ed\.\))?(?:, | and |$))*", item)[0]
    year = re.search(r"\b(?:19|20)\d\d\b", item)
    return set(re.findall(name, start)), year and year[0]


def doi(item):
    found = re.search(r"doi\.org/([^\s)]+)|\bdoi:\s*(10\.[^\s\]]+?)[.,]?(?=\s|$)", item, re.IGNORECASE)
    return unquote(found[1] or found[2]).lower() if found else None


BOOKS = items(section("Bibliography"))
WHERE = {entry: re.findall(r"\d\d", re.search(r"Lessons? ([\d, ]+)\.$", entry)[1]) for entry in BOOKS}


@pytest.mark.parametrize("entry", BOOKS, ids=lambda entry: re.search('id="(.*?)"', entry)[1])
def test_an_entry_is_cited_where_it_says_with_the_same_identifier(entry):
    names, year = authors_and_year(entry)
    assert re.search('id="(.*?)"', entry)[1].endswith(year)
    for lesson in WHERE[entry]:
        cited = [item for item in references(lesson) if (names, year) == authors_and_year(item)]
        assert cited, f"lesson {lesson} needs a reference to {names}, {year}"
        assert doi(cited[0]) in (None, doi(entry))


@pytest.mark.parametrize("lesson", SCRIPTS)
def test_a_lesson_has_references_and_what_it_cites_is_in_the_bibliography(lesson):
    assert references(lesson)  # of the lesson, or of its companion
    for item in references(lesson):
        names, year = authors_and_year(item)
        known = any((names, year) == authors_and_year(entry) and lesson in WHERE[entry] for entry in BOOKS)
        assert known or not (names and year), f"the bibliography lacks, for lesson {lesson}: {item}"


def test_keys_are_unique_and_links_are_well_formed():
    keys = re.findall(r'<a id="(.*?)"></a>', PAGE)
    assert sorted(set(keys)) == keys and len(keys) == len(BOOKS)
    for text, link in re.findall(r"\[([^\]]+)\]\(([^\s)]+)\)", PAGE):
        address = urlsplit(link)
        if (NOTEBOOKS / link).is_file():
            continue
        assert address.scheme in ("http", "https") and "." in address.netloc and address.path
        if address.netloc == "doi.org":
            assert re.fullmatch(r"10\.\d{4,9}/\S+", unquote(address.path[1:]))
            assert text == f"doi:{unquote(address.path[1:])}"
