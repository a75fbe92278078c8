"""One answer against the right one on several instances: type first, then shape, then values, then the likely mistake.

A mistake is recognised by being made: the check computes what the mistake would return on the same instances and
compares. It is written once, as an edit of the right answer's source wherever an edit makes it.
"""

import copy
import functools
import inspect
import numbers
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

DIGITS = 1e-8  # relative to the largest number of a result
DIGITS_32 = 1e-3  # for an answer in float32, where the exercise allows it
ROUNDED = 1e-2  # relative, for a number found with a pencil: near enough to ask whether it was rounded
ANY = (
    object()
)  # what a mistake returns where its own numbers are noise: whatever is wrong there belongs to it


@dataclass(frozen=True, eq=False)
class Case:
    """One instance. what : str, completes "with ...";  args : tuple, the arguments of the answer"""

    what: str
    args: tuple


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong answer that students give.

    sentence : str, what was probably done, as a question or a hint, never the solution
    answer : function of the same arguments that returns what the mistake returns; it may raise, and may return `ANY`
    """

    sentence: str
    answer: Callable


@dataclass(frozen=True, eq=False)
class Exercise:
    """What the check of an exercise needs.

    number : str, "03.2" is the second of lesson 03;  title : str
    returns : tuple of str, name and symbolic shape of each result, such as ("mean (D,)", "cov (D, D)")
    cases : function of rng that returns a list of `Case`: ordinary ones first, then the hard ones
    solution : function of the arguments, the right answer; its source is what edits change
    mistakes : rows that end with the sentence, the most specific first: (old, new, sentence), an edit of the solution;
        ((old, new), ..., sentence), several at once; (function, sentence); (number, sentence) for a pencil's wrong value
    float32 : bool, whether an answer in float32 is right, with its fewer digits
    digits : float, largest error relative to the largest number of a result
    """

    number: str
    title: str
    returns: tuple
    cases: Callable
    solution: Callable
    mistakes: tuple
    float32: bool = False
    digits: float = DIGITS

    def __post_init__(self):
        rows = [
            row if isinstance(row, Mistake) else Mistake(row[-1], _made(self.solution, *row[:-1]))
            for row in self.mistakes
        ]
        object.__setattr__(self, "mistakes", tuple(rows))


@dataclass(frozen=True, eq=False)
class Verdict:
    """state : "right", "wrong" or "missing";  sentence : str, for the student"""

    state: str
    sentence: str


def edit(solution, *edits):
    """The solution with its source changed: each of the edits (old, new) at the one place where `old` stands."""
    source = textwrap.dedent(inspect.getsource(solution))
    for old, new in edits:
        if source.count(old) != 1:
            raise ValueError(
                f"{old!r} stands {source.count(old)} times in {solution.__name__}; an edit needs one place"
            )
        source = source.replace(old, new)
    names = dict(solution.__globals__)
    exec(compile(source, f"<{solution.__name__}, edited>", "exec"), names)
    return names[solution.__name__]


def _made(solution, *slip):
    """What makes a mistake, from the front part of its row; an edit is made when it is first needed."""
    if len(slip) == 1 and not isinstance(slip[0], tuple):
        return slip[0] if callable(slip[0]) else lambda: slip[0]
    edited = functools.cache(lambda: edit(solution, *([slip] if isinstance(slip[0], str) else slip)))
    return lambda *args: edited()(*args)


def judge(exercise, answer, rng=None):
    """Try an answer on fresh instances.

    Parameters
    ----------
    exercise : Exercise
    answer : function that the student wrote
    rng : numpy Generator, for tests; None takes fresh randomness

    Returns
    -------
    Verdict. "missing" means that the function still raises NotImplementedError or returns an ellipsis.
    """
    if not callable(answer):
        return _wrong(
            exercise,
            f"hand over the function itself, not {_kind(answer)}: check(..., f), not check(..., f(x))",
        )
    cases = exercise.cases(np.random.default_rng() if rng is None else rng)
    wanted = [_run(exercise.solution, copy.deepcopy(case.args)) for case in cases]
    handed = [copy.deepcopy(case.args) for case in cases]
    given = [_run(answer, args) for args in handed]
    if isinstance(given[0], NotImplementedError) or given[0] is Ellipsis:
        return Verdict("missing", _headed(exercise, "not attempted yet"))
    results = [(_parts(_joined(exercise, got)), _parts(want)) for got, want in zip(given, wanted)]
    right = [_same(got, want, _digits(exercise, got)) for got, want in results]
    if all(right):
        changed = _changed(cases, handed)
        if changed is None:
            return Verdict(
                "right",
                _headed(exercise, f"right, on {len(cases)} fresh instances" if len(cases) > 1 else "right"),
            )
        return _wrong(
            exercise,
            f"the numbers are right, but argument number {changed} was changed in place; work on a copy",
        )
    named = _named(exercise, cases, results, right)
    return _wrong(exercise, named or _plain(exercise, cases, results, right))


def _wrong(exercise, sentence):
    return Verdict("wrong", _headed(exercise, sentence))


def _headed(exercise, sentence):
    end = "" if sentence.endswith((".", "?")) else "."
    return f"{exercise.number} {exercise.title}: {sentence}{end}"


def _run(function, args):
    """What the function returns, or the exception that it raised."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return function(*args)
        except Exception as error:  # whatever a student's code raises becomes a sentence
            return error


def _changed(cases, handed):
    """Number of the first argument that the answer changed in place, from 1, or None."""
    for case, args in zip(cases, handed):
        for index, (before, after) in enumerate(zip(case.args, args), start=1):
            if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
                return index
    return None


def _joined(exercise, result):
    """A list of as many results as there should be is taken for a tuple."""
    several = isinstance(result, list) and len(result) == len(exercise.returns) > 1
    return tuple(result) if several else result


def _parts(result):
    """The result as a tuple of arrays; an exception, or what is not made of numbers, as it is."""
    if isinstance(result, Exception) or result is None or result is ANY:
        return result
    parts = result if isinstance(result, tuple) else (result,)
    try:
        arrays = tuple(
            np.asarray(float(part) if isinstance(part, numbers.Rational) else part) for part in parts
        )
    except ValueError:
        return result
    return arrays if all(array.dtype.kind in "fiubcUS" for array in arrays) else result


def _digits(exercise, parts):
    single = _is_numbers(parts) and any(array.dtype == np.float32 for array in parts)
    return DIGITS_32 if single and exercise.float32 else exercise.digits


def _is_numbers(parts):
    return isinstance(parts, tuple) and all(isinstance(part, np.ndarray) for part in parts)


def _same(got, want, digits):
    """Whether two results agree in number, shape and value; exceptions agree if they are of one kind."""
    if not (_is_numbers(got) and _is_numbers(want)):
        return isinstance(want, Exception) and type(got) is type(want)
    return len(got) == len(want) and all(_close(a, b, digits) for a, b in zip(got, want))


def _close(a, b, digits):
    if a.shape != b.shape or (a.dtype.kind == "c") != (b.dtype.kind == "c"):
        return False
    if a.dtype.kind in "US" or b.dtype.kind in "US":
        return bool(np.all(a == b))
    finite = np.abs(b[np.isfinite(b)])
    return np.allclose(a, b, rtol=digits, atol=digits * finite.max(initial=0), equal_nan=True)


def _named(exercise, cases, results, right):
    """The sentence of the first mistake that gives the same on every instance, or None."""

    def agrees(mistake, case, got, fine):
        made = _parts(_run(mistake.answer, copy.deepcopy(case.args)))
        return not fine if made is ANY else _same(got, made, _digits(exercise, got))

    for mistake in exercise.mistakes:
        if all(agrees(mistake, case, got, fine) for case, (got, _), fine in zip(cases, results, right)):
            return mistake.sentence
    return None


def _plain(exercise, cases, results, right):
    """What is wrong on the first instance that fails: type, number of results, shape, or values."""
    first = right.index(False)
    case, (got, want) = cases[first], results[first]
    earlier = f"right on {first} of {len(cases)} instances, but " if first else ""
    if isinstance(got, Exception):
        return f"{earlier}with {case.what} your function raised {type(got).__name__}: {got}"
    if got is None:
        return f"{earlier}with {case.what} your function returned None; does it end in a return?"
    if not _is_numbers(got):
        return f"{earlier}your function returned {_kind(got)}, needed are numbers: {_list(exercise.returns)}"
    if len(got) != len(want):
        count = "one result" if len(got) == 1 else f"{len(got)} results"
        needed = "needed is one" if len(want) == 1 else f"needed are {len(want)}"
        return f"{earlier}your function returned {count}, {needed}: {_list(exercise.returns)}"
    if len(got) == 2 and _same(got[::-1], want, _digits(exercise, got)):
        return f"{earlier}your two results have changed places; needed are {_list(exercise.returns)}"
    for name, mine, theirs in zip(exercise.returns, got, want):
        if mine.shape != theirs.shape:
            needed = f"have shape {theirs.shape}" if theirs.ndim else "be one number"
            return f"{earlier}with {case.what}, {name} must {needed}; yours has shape {mine.shape}"
    if not case.args and _close(got[0], want[0], ROUNDED):
        return f"{got[0].item()} is near the right number; did you round it? Return the expression itself, or more digits"
    return f"{earlier}with {case.what}, {_off(exercise, got, want)}"


def _off(exercise, got, want):
    """Which result is off, and by how much."""
    for name, mine, theirs in zip(exercise.returns, got, want):
        if _close(mine, theirs, _digits(exercise, got)):
            continue
        if mine.dtype.kind in "US" or theirs.dtype.kind in "US":
            return f"{name.removesuffix(' ()')} is not the text {mine.tolist()!r}"
        if mine.dtype.kind == "c":
            return f"{name} is complex; real numbers are needed"
        if (
            theirs.ndim == 0 and len(exercise.returns) == 1
        ):  # the size of the error would give the answer away
            return f"{name.removesuffix(' ()')} is not {mine.item():.6g}"
        if not np.isfinite(mine).all() and np.isfinite(theirs).all():
            return f"{name} has values that are not finite"
        with np.errstate(invalid="ignore"):
            error = np.nan_to_num(np.abs(mine - theirs.astype(float)), nan=0.0).max()
        return f"{name} is off by up to {error:.3g}, where its largest value is {np.abs(theirs).max():.3g} in size"
    raise AssertionError("a result that fails differs somewhere")


def _kind(got):
    if isinstance(got, numbers.Number):
        return "a number"
    return "an array" if isinstance(got, np.ndarray) else f"a {type(got).__name__}"


def _list(returns):
    return " and ".join(returns)
