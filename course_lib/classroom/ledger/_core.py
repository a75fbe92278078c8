"""The register of checks, and how they are run and shown."""

import functools
import html
import itertools
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ... import blas, checks

HEADS = ("step", "what it says", "how it was checked", "largest error")
WIDTHS = (7, 80, 31, 40)  # characters of the columns, at most; longer cells of the text are broken
_STEPS = []  # in the order of the lessons; filled when the modules of checks are imported


@dataclass(frozen=True, eq=False)
class Step:
    """One line of the ledger.

    number : str, "G2" for the formula (G2), "G2 a" for a step towards it or a conclusion from it
    lessons : tuple of str, the lessons that carry it, such as ("01",)
    says : str, one sentence
    how : str, such as "SymPy" or "quadrature, 3 instances"; the instances are random
    tolerance : float, the error must be below; 0 asks for an exact result
    instances : int, how many random instances are tried
    check : (rng, claim) -> error of one instance, relative to the largest number of the right answer; `claim`
        is the formula under test, by default the one of the course
    """

    number: str
    lessons: tuple
    says: str
    how: str
    tolerance: float
    instances: int
    check: Callable

    def error(self, rng, claim=None):
        """The largest error over all instances, drawn by `rng`; of another `claim` if one is given."""
        checks.generator("rng", rng)
        claims = () if claim is None else (claim,)
        with blas.one_thread():
            return float(np.max([self.check(rng, *claims) for _ in range(self.instances)]))


@dataclass(frozen=True, eq=False)
class Result:
    """A step that was run: `step`, its largest `error`, whether it `passed`, and what a table shows."""

    step: Step
    error: float

    @property
    def passed(self):
        """Whether the error is below the tolerance of the step; NaN is not."""
        return self.error == 0 or self.error < self.step.tolerance

    @property
    def shown(self):
        """The error as stable text: a bound that holds on every machine, or what failed."""
        if self.passed:
            return f"below {self.step.tolerance:g}" if self.step.tolerance else "exact"
        return f"FAILED: {self.error:.2g}, allowed {self.step.tolerance:g}"


class Table:
    """Results as a table: HTML with headers in a notebook, else aligned text.  results : list of Result"""

    def __init__(self, results):
        self.results = tuple(results)
        self.rows = [(r.step.number, r.step.says, r.step.how, r.shown) for r in self.results]

    def __repr__(self):
        broken = [list(map(textwrap.wrap, row, WIDTHS)) for row in (HEADS, *self.rows)]
        widths = [max(len(line) for cell in column for line in cell) for column in zip(*broken)]
        lines = [line for row in broken for line in itertools.zip_longest(*row, fillvalue="")]
        text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
        return "\n".join([text[0], "  ".join("-" * width for width in widths), *text[1:]])

    def _repr_html_(self):
        style = 'style="text-align: left"'
        head = "".join(f'<th scope="col" {style}>{name}</th>' for name in HEADS)
        body = []
        for number, *cells in (map(html.escape, row) for row in self.rows):
            cells = "".join(f"<td {style}>{cell}</td>" for cell in cells)
            body.append(f'<tr><th scope="row" {style}>{number}</th>{cells}</tr>\n')
        caption = f"<caption>{len(self.rows)} steps of the derivation, checked when this cell ran</caption>"
        return (
            f"<table>\n{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(body)}</tbody>\n</table>"
        )


def chapter(lessons, *, tolerance=1e-12, instances=5):
    """The decorator `step` of a chapter, with its `lessons` and the tolerance and instances of most steps."""
    return functools.partial(step, lessons=lessons, usual=(tolerance, instances))


def step(number, how="", *, lessons, usual=(1e-12, 5), tolerance=None, instances=None):
    """Decorator: register check(rng, claim=...), whose docstring says the step, under a number; see `Step`.

    SymPy is exact: a step that is checked by it has tolerance 0 and one instance. `lessons` as in "06 08".
    """
    if any(known.number == number for known in _STEPS):
        raise ValueError(f"number needs to be new in the ledger; got {number!r} twice; take the next letter")
    usual = (0.0, 1) if how.startswith("SymPy") else usual
    given = tolerance, instances
    tolerance, instances = (u if one is None else one for one, u in zip(given, usual))
    if instances > 1:
        how = f"{how}, {instances} instances" if how else f"{instances} random instances"

    def register(check):
        says = " ".join((check.__doc__ or check.__name__).split())
        _STEPS.append(Step(number, tuple(lessons.split()), says, how, tolerance, instances, check))
        return check

    return register


def steps(lesson=None):
    """The steps of a lesson such as "03", or of all, in their order: list of Step.  ValueError if none"""
    if lesson is None:
        return list(_STEPS)
    checks.choice("lesson", lesson, sorted({name for one in _STEPS for name in one.lessons}))
    return [one for one in _STEPS if lesson in one.lessons]


def run(lesson=None, rng=None):
    """Run the checks of a lesson: list of Result, passed or not.

    lesson : str such as "03", None for all, or a list of Step;  ValueError for one without steps
    rng : Generator of the random instances, else TypeError; None takes default_rng(0), the same in every run
    """
    rng = np.random.default_rng(0) if rng is None else checks.generator("rng", rng)
    chosen = lesson if isinstance(lesson, list) else steps(lesson)
    return [Result(one, one.error(rng)) for one in chosen]


def table(lesson=None, rng=None):
    """Run the checks as in `run`, and show step, what it says, how it was checked, largest error.  ->  Table

    An error is shown as the bound of its step; an ArithmeticError shows the steps that are not below theirs.
    """
    results = run(lesson, rng)
    failed = [result for result in results if not result.passed]
    if failed:
        raise ArithmeticError(f"{len(failed)} of {len(results)} steps need mending:\n{Table(failed)!r}")
    return Table(results)
