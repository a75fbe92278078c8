"""A guess that is kept until the answer shows it, and a word for names that are not there yet."""

import numbers
import re
from dataclasses import dataclass

from ._lessons import EXERCISES


@dataclass(frozen=True)
class Guess:
    """What a reader expects.  name : str, "05.a";  value : number, str, or None while there is none"""

    name: str
    value: float | str | None

    def beside(self, truth, form="{}"):
        """The guess and the truth in one line.  form : str, how both are written, such as "{:.1f} dB" """
        mine = "none yet" if self.value is None else self._written(form)
        return f"Your guess: {mine}. Here: {form.format(truth)}."

    def _written(self, form):
        try:
            return form.format(self.value)
        except ValueError:  # a word where a number is wanted
            return str(self.value)

    def __float__(self):
        return float("nan") if not isinstance(self.value, numbers.Real) else float(self.value)


def guess(name, value=...):
    """Keep a guess.  name : str, "05.a": lesson and letter;  value : number, str, `...` for none  ->  Guess

    ValueError for another name, TypeError for a value of another kind.
    """
    if not isinstance(name, str) or not re.fullmatch(r"\d\d\.[a-z]", name):
        raise ValueError(f'the name of a guess needs a lesson and a letter, such as "05.a"; came {name!r}')
    if value is None or value is Ellipsis:
        return Guess(name, None)
    if isinstance(value, bool) or not isinstance(value, numbers.Real | str):
        kind = type(value).__name__
        raise TypeError(f"guess {name} needs a number, a word in quotes, or ... for none; came a {kind}")
    return Guess(name, value.strip() if isinstance(value, str) else float(value))


def where(name):
    """Which cell makes a name of a lesson.  name : str  ->  one sentence"""
    wanted = {number: one.solution.__name__ for number, one in EXERCISES.items()}
    numbers_ = " or ".join(n for n, made in wanted.items() if made == name.removeprefix("my_"))
    if name.startswith("guess_"):
        return (
            f"{name} is not there yet: run the cell that asks for guess {name.removeprefix('guess_')} first."
        )
    if numbers_:
        what = "check of exercise" if name.startswith("my_") else "cell of exercise"
        return f"{name} is not there yet: run the {what} {numbers_} first."
    return f"{name} is not there yet: run the cells above first (Run, Run All Above Selected Cell)."


def explain_missing_names():
    """In a notebook, let a NameError end with the sentence that says which cell to run."""
    try:
        shell = get_ipython()  # there in a notebook, and nowhere else
    except NameError:
        return

    def explained(shell, kind, error, trace, tb_offset=None):
        name = getattr(error, "name", None)
        if name and not hasattr(error, "__notes__"):
            error.add_note(where(name))
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    shell.set_custom_exc((NameError,), explained)
