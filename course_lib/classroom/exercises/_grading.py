"""One answer against the right one on several instances: type, shape, values, then the likely mistake.

A mistake is recognised by being made: the check computes what it would return on the same instances and
compares. It is written once, as an edit of the right answer's source wherever an edit makes it.
"""

import copy
import functools
import numbers
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..edits import edit

DIGITS = 1e-8  # relative to the largest number of a result
DIGITS_32 = 1e-3  # for an answer in float32, where the exercise allows it
ROUNDED = 1e-2  # relative, for a number found with a pencil: near enough to ask whether it was rounded
ANY = object()  # what a mistake returns where its numbers are noise: whatever is wrong there belongs to it


@dataclass(frozen=True, eq=False)
class Case:
    """One instance. what : str, completes "with ...";  args : tuple, the arguments of the answer"""

    what: str
    args: tuple


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong answer that students give.

    sentence : str, what was probably done, as a question or a hint, never the solution
    answer : function of the same arguments, returns what the mistake returns; may raise, may return `ANY`
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
    mistakes : rows that end with the sentence, the most specific first:
        (old, new, sentence), an edit of the solution; ((old, new), ..., sentence), several at once;
        (function, sentence); (number, sentence) for a pencil's wrong value
    float32 : bool, whether an answer in float32 is right, with its fewer digits
    digits : float, largest error relative to the largest number of a result
    integers : bool, whether numbers of another kind are wrong, such as positions that cannot index an array
    """

    number: str
    title: str
    returns: tuple
    cases: Callable
    solution: Callable
    mistakes: tuple
    float32: bool = False
    digits: float = DIGITS
    integers: bool = False

    def __post_init__(self):
        made = (Mistake(row[-1], _made(self.solution, *row[:-1])) for row in self.mistakes)
        object.__setattr__(self, "mistakes", tuple(made))


@dataclass(frozen=True, eq=False)
class Verdict:
    """state : "right", "wrong" or "missing";  sentence : str, for the student"""

    state: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Raised:
    """An answer that ended in an exception.  kind : str, its name;  text : str"""

    kind: str
    text: str


@dataclass(frozen=True, eq=False)
class Unfit:
    """What came back and is not made of numbers.  what : str, completes "your function returned ..." """

    what: str


@dataclass(frozen=True, eq=False)
class Tried:
    """What came of one call.

    parts : tuple of arrays of our own; or `Raised`, `Unfit`, `ANY`, None, Ellipsis
    changed : int, the first argument that was changed in place, from 1; or None
    """

    parts: object
    changed: int | None


def _made(solution, *slip):
    """What makes a mistake, from the front part of its row; an edit is made when it is first needed."""
    if len(slip) == 1 and not isinstance(slip[0], tuple):
        return slip[0] if callable(slip[0]) else lambda: slip[0]
    edited = functools.cache(lambda: edit(solution, *([slip] if isinstance(slip[0], str) else slip)))
    return lambda *args: edited()(*args)


def judge(exercise, answer, rng=None, *, attempt=None):
    """Try an answer on fresh instances.  ->  Verdict, "missing" if it is still a stub or returns an ellipsis

    exercise : Exercise;  answer : function that the student wrote;  rng : Generator, None for a fresh one
    attempt : function(answer, args, number of results) -> Tried, for answers that run elsewhere
    """

    def said(state, sentence):
        end = "" if sentence.endswith((".", "?")) else "."
        return Verdict(state, f"{exercise.number} {exercise.title}: {sentence}{end}")

    if not callable(answer):
        hint = "check(..., f), not check(..., f(x))"
        return said("wrong", f"hand over the function itself, not {_kind(answer)}: {hint}")
    count = len(exercise.returns)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        cases = exercise.cases(np.random.default_rng() if rng is None else rng)
        tried = [(attempt or attempted)(answer, copy.deepcopy(case.args), count) for case in cases]
        given = [one.parts for one in tried]
        if given[0] is Ellipsis or getattr(given[0], "kind", "") == "NotImplementedError":
            return said("missing", "not attempted yet")
        wanted = [attempted(exercise.solution, copy.deepcopy(case.args), count).parts for case in cases]
        results = list(zip(given, wanted))
        right = [_same(*pair, _digits(exercise, pair[0])) and _indexing(exercise, *pair) for pair in results]
        if not all(right):
            named = _named(exercise, cases, results, right)
            return said("wrong", named or _plain(exercise, cases, results, right))
    changed = next((one.changed for one in tried if one.changed), None)
    if changed:
        where = f"argument number {changed} was changed in place"
        return said("wrong", f"the numbers are right, but {where}; work on a copy")
    return said("right", f"right, on {len(cases)} fresh instances" if len(cases) > 1 else "right")


def attempted(function, args, count):
    """Call the function, and take what it returns or raises; whatever that is, it becomes a `Tried`."""
    before = [(arg.dtype, arg.shape, arg.tobytes()) if isinstance(arg, np.ndarray) else None for arg in args]
    try:
        parts = _received(function(*args), count)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # exit() in an answer must not end the kernel
        parts = _raised(error)
    after = [was and (arg.dtype, arg.shape, arg.tobytes()) for was, arg in zip(before, args)]
    changed = [was != now for was, now in zip(before, after)]
    return Tried(parts, changed.index(True) + 1 if any(changed) else None)


def _raised(error):
    kind = "NotImplementedError" if isinstance(error, NotImplementedError) else type(error).__name__
    try:
        return Raised(kind, str.encode(str(error), errors="backslashreplace").decode()[:300])
    except Exception:
        return Raised(kind, "")


def _received(result, count):
    """The result as a tuple of arrays; a list of as many results as there should be is taken for a tuple."""
    if result is None or result is Ellipsis or result is ANY:
        return result
    try:
        several = isinstance(result, tuple) or (isinstance(result, list) and len(result) == count > 1)
        parts = tuple(result) if several else (result,)
        if _holds_mask(parts):
            return Unfit("a masked array (fill it first)")
        parts = (float(part) if isinstance(part, numbers.Rational) else part for part in parts)
        arrays = tuple(np.array(part) for part in parts)
        return arrays if fit(arrays) else Unfit(_kind(result))
    except OverflowError:
        return Unfit("a number too large for a float")
    except Exception:  # an object may fail at whatever is asked of it
        return Unfit(_kind(result))


def fit(arrays):
    """Whether all are made of numbers, or of text."""
    return all(array.dtype.kind in "fiubcUS" for array in arrays)


def _holds_mask(value):
    return any(map(_holds_mask, value)) if isinstance(value, (tuple, list)) else np.ma.isMaskedArray(value)


def _digits(exercise, parts):
    single = isinstance(parts, tuple) and any(array.dtype == np.float32 for array in parts)
    return DIGITS_32 if single and exercise.float32 else exercise.digits


def _same(got, want, digits):
    """Whether two results agree in number, shape and value; exceptions agree if they are of one kind."""
    if isinstance(got, tuple) and isinstance(want, tuple):
        return len(got) == len(want) and all(_close(a, b, digits) for a, b in zip(got, want))
    return isinstance(got, Raised) and isinstance(want, Raised) and got.kind == want.kind


def _indexing(exercise, got, want):
    return not exercise.integers or isinstance(want, Raised) or all(a.dtype.kind in "iu" for a in got)


def _close(a, b, digits):
    texts, complexes = ([array.dtype.kind in kinds for array in (a, b)] for kinds in ("US", "c"))
    if a.shape != b.shape or texts[0] != texts[1] or complexes[0] != complexes[1]:
        return False
    if texts[0]:
        return bool(np.all(a == b))
    finite = np.abs(b[np.isfinite(b)])
    return np.allclose(a, b, rtol=digits, atol=digits * finite.max(initial=0), equal_nan=True)


def _named(exercise, cases, results, right):
    """The sentence of the first mistake that gives the same on every instance, or None."""

    def agrees(mistake, case, got, fine):
        made = attempted(mistake.answer, copy.deepcopy(case.args), len(exercise.returns)).parts
        return not fine if made is ANY else _same(got, made, _digits(exercise, got))

    for mistake in exercise.mistakes:
        if all(agrees(mistake, case, got, fine) for case, (got, _), fine in zip(cases, results, right)):
            return mistake.sentence
    return None


def _plain(exercise, cases, results, right):
    """What is wrong on the first instance that fails: type, number of results, shape, or values."""
    first, names = right.index(False), " and ".join(exercise.returns)
    case, (got, want) = cases[first], results[first]
    earlier = f"right on {first} of {len(cases)} instances, but " if first else ""
    if isinstance(got, Raised):
        text = f": {got.text}" if got.text else ""
        return f"{earlier}with {case.what} your function raised {got.kind}{text}"
    if got is None:
        return f"{earlier}with {case.what} your function returned None; does it end in a return?"
    if not isinstance(got, tuple):
        what = getattr(got, "what", "an ellipsis")
        return f"{earlier}your function returned {what}, needed are numbers: {names}"
    if len(got) != len(want):
        count = "one result" if len(got) == 1 else f"{len(got)} results"
        needed = "needed is one" if len(want) == 1 else f"needed are {len(want)}"
        return f"{earlier}your function returned {count}, {needed}: {names}"
    if len(got) == 2 and _same(got[::-1], want, _digits(exercise, got)):
        return f"{earlier}your two results have changed places; needed are {names}"
    for name, mine, theirs in zip(exercise.returns, got, want):
        if mine.shape != theirs.shape:
            needed = f"have shape {theirs.shape}" if theirs.ndim else "be one number"
            return f"{earlier}with {case.what}, {name} must {needed}; yours has shape {mine.shape}"
    if not case.args and _close(got[0], want[0], ROUNDED):
        remedy = "did you round it? Return the expression itself, or more digits"
        return f"{got[0].item()} is near the right number; {remedy}"
    return f"{earlier}with {case.what}, {_off(exercise, got, want)}"


def _off(exercise, got, want):
    """Which result is off, and by how much."""
    for name, mine, theirs in zip(exercise.returns, got, want):
        if _close(mine, theirs, _digits(exercise, got)):
            continue
        if mine.dtype.kind in "US" or theirs.dtype.kind in "US":
            return f"{name.removesuffix(' ()')} is not the text {str(mine.tolist())[:60]!r}"
        if mine.dtype.kind == "c":
            return f"{name} is complex; real numbers are needed"
        if theirs.ndim == 0 and len(got) == 1:  # the size of the error would give the answer away
            return f"{name.removesuffix(' ()')} is not {mine.item():.6g}"
        if not np.isfinite(mine).all() and np.isfinite(theirs).all():
            return f"{name} has values that are not finite"
        error = np.nan_to_num(np.abs(mine - theirs.astype(float)), nan=0.0, posinf=np.inf).max()
        largest = np.abs(theirs[np.isfinite(theirs)]).max(initial=0)
        return f"{name} is off by up to {error:.3g}, where its largest value is {largest:.3g} in size"
    raise AssertionError("a result that fails differs somewhere")


def _kind(got):
    """An object in two words, whatever it does when it is asked."""
    try:
        if isinstance(got, np.ndarray):
            return "an array of objects" if got.dtype == object else "an array"
        return "a number" if isinstance(got, numbers.Number) else f"a {type(got).__name__}"
    except Exception:
        return "an object"
