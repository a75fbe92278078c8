"""Checks of the exercises: every known wrong answer is named, every right one accepted, however it is written."""

import copy
import importlib
from fractions import Fraction

import numpy as np
import pytest

from course_lib.classroom import exercises
from course_lib.classroom.exercises import ANY, EXERCISES, Case, Exercise, Mistake, judge

LESSONS = sorted({number.split(".")[0] for number in EXERCISES})
ANSWERS = [importlib.import_module(f"tests.classroom.answers{lesson}") for lesson in LESSONS]
RIGHT = {number: answers for module in ANSWERS for number, answers in module.RIGHT.items()}
WRONG = {number: answers for module in ANSWERS for number, answers in module.WRONG.items()}
MISTAKES = [(number, index) for number, one in EXERCISES.items() for index in range(len(one.mistakes))]
SEEDS = range(3)


def sentence_of(number, answer, seed):
    """What `verdict` says of a wrong answer, without the number and title of its exercise."""
    said = exercises.verdict(number, answer, rng=np.random.default_rng(seed))
    assert said.state == "wrong"
    return said.sentence.removeprefix(f"{number} {EXERCISES[number].title}: ")


@pytest.mark.parametrize(("number", "index"), MISTAKES)
def test_a_mistake_is_made_and_named(number, index):
    """Its own edit of the right answer earns its own sentence, or where its numbers are noise, another answer does."""
    exercise, mistake = EXERCISES[number], EXERCISES[number].mistakes[index]
    for seed in SEEDS:
        if any(made(mistake, case) is ANY for case in exercise.cases(np.random.default_rng(seed))):
            assert any(words in mistake.sentence for words in WRONG.get(number, {})), mistake.sentence
        else:
            assert sentence_of(number, mistake.answer, seed).removesuffix(".") == mistake.sentence


def made(mistake, case):
    """What a mistake returns on an instance; an edit that stands nowhere, or twice, is no mistake of its own."""
    try:
        with np.errstate(all="ignore"):
            return mistake.answer(*copy.deepcopy(case.args))
    except Exception as error:
        assert "an edit needs one place" not in str(error)
        return error


@pytest.mark.parametrize(
    ("number", "words"), [(number, words) for number in WRONG for words in WRONG[number]]
)
def test_a_mistake_by_another_route_is_named(number, words):
    (sentence,) = {one.sentence for one in EXERCISES[number].mistakes if words in one.sentence}
    for seed in SEEDS:
        assert sentence_of(number, WRONG[number][words], seed).removesuffix(".") == sentence


@pytest.mark.parametrize(
    ("number", "index"), [(number, i) for number in RIGHT for i in range(len(RIGHT[number]))]
)
def test_a_right_answer_is_accepted_in_any_form(number, index):
    for seed in SEEDS:
        said = exercises.verdict(number, RIGHT[number][index], rng=np.random.default_rng(seed))
        assert said.state == "right", said.sentence


@pytest.mark.parametrize("number", EXERCISES)
def test_there_are_enough_wrong_and_right_answers(number):
    assert len({one.sentence for one in EXERCISES[number].mistakes}) >= 7
    assert len(RIGHT[number]) >= 2
    assert exercises.verdict(number, EXERCISES[number].solution).state == "right"


@pytest.mark.parametrize("number", EXERCISES)
def test_an_answer_that_returns_nothing_of_use_gets_a_sentence(number):
    for useless in (
        lambda *args: None,
        lambda *args: "yes",
        lambda *args: [[1, 2], [3]],
        lambda *args: 1 / 0,
    ):
        said = exercises.verdict(number, useless, rng=np.random.default_rng(0))
        assert said.state == "wrong" and said.sentence.startswith(f"{number} {EXERCISES[number].title}: ")


def stub(*args):
    raise NotImplementedError()


@pytest.mark.parametrize("number", EXERCISES)
def test_a_stub_is_not_attempted_yet(number, capsys):
    exercises.check(number, stub)
    assert capsys.readouterr() == ("", f"{number} {EXERCISES[number].title}: not attempted yet.\n")


# The judge itself, on an exercise of its own


def cases(rng):
    return [Case("two numbers", (rng.normal(size=2),)), Case("a large number", (np.array([1e5, 1.0, 2.0]),))]


def doubled(x):
    return 2 * x, x.sum()


DOUBLE = Exercise(
    "99.1",
    "doubling",
    ("double (n,)", "sum ()"),
    cases,
    doubled,
    (Mistake("you halved", lambda x: (x / 2, x.sum())),),
)


def inplace(x):
    x *= 2
    return x, x.sum() / 2


def raising(x):
    raise KeyError("lost")


@pytest.mark.parametrize(
    "answer, state, sentence",
    [
        (doubled, "right", "right, on 2 fresh instances"),
        (lambda x: (list(2 * x), float(sum(x))), "right", "right, on 2 fresh instances"),
        (lambda x: [2 * x, x.sum()], "right", "right, on 2 fresh instances"),
        (lambda x: (x / 2, x.sum()), "wrong", "you halved"),
        (
            lambda x: (2 * x[:1], x.sum()),
            "wrong",
            "with two numbers, double (n,) must have shape (2,); yours has shape (1,)",
        ),
        (
            lambda x: (2 * x, x[:1]),
            "wrong",
            "with two numbers, sum () must be one number; yours has shape (1,)",
        ),
        (lambda x: 2 * x, "wrong", "your function returned one result, needed are 2: double (n,) and sum ()"),
        (
            lambda x: (x.sum(), 2 * x),
            "wrong",
            "your two results have changed places; needed are double (n,) and sum ()",
        ),
        (
            lambda x: {"double": x},
            "wrong",
            "your function returned a dict, needed are numbers: double (n,) and sum ()",
        ),
        (
            lambda x: (2 * x, x.sum() + len(x) - 2),
            "wrong",
            "right on 1 of 2 instances, but with a large number, sum () is off",
        ),
        (lambda x: (2 * x * 1e300, x.sum()), "wrong", "double (n,) is off by up to"),
        (lambda x: (np.square(x) * np.inf, x.sum()), "wrong", "double (n,) has values that are not finite"),
        (lambda x: (2j * x, x.sum()), "wrong", "double (n,) is complex; real numbers are needed"),
        (
            lambda x: (2 * x.astype(complex), x.sum()),
            "wrong",
            "double (n,) is complex; real numbers are needed",
        ),
        (raising, "wrong", "with two numbers your function raised KeyError: 'lost'"),
        (lambda x: None, "wrong", "with two numbers your function returned None; does it end in a return?"),
        (lambda x: ..., "missing", "not attempted yet"),
        (
            inplace,
            "wrong",
            "the numbers are right, but argument number 1 was changed in place; work on a copy",
        ),
        (4, "wrong", "hand over the function itself, not a number: "),
        (np.ones(2), "wrong", "hand over the function itself, not an array: "),
    ],
)
def test_the_judge_says_what_is_wrong(answer, state, sentence):
    said = judge(DOUBLE, answer, np.random.default_rng(0))
    assert (said.state, sentence in said.sentence) == (state, True), said.sentence


def test_a_pencil_exercise_does_not_give_its_number_away():
    three = Exercise(
        "99.4", "three", ("number ()",), lambda rng: [Case("the numbers of the question", ())], lambda: 3, ()
    )
    assert (
        judge(three, lambda: 5.25).sentence
        == "99.4 three: with the numbers of the question, number is not 5.25."
    )
    assert judge(three, lambda: 3.0).sentence == "99.4 three: right."


def test_a_pencil_exercise_takes_a_fraction_and_asks_about_rounding():
    third = Exercise(
        "99.5",
        "third",
        ("number ()",),
        lambda rng: [Case("the numbers of the question", ())],
        lambda: 1 / 3,
        (),
    )
    assert judge(third, lambda: Fraction(1, 3)).state == "right"
    assert "0.333 is near the right number; did you round it?" in judge(third, lambda: 0.333).sentence
    assert "number is not 0.34." in judge(third, lambda: 0.34).sentence
    assert "number is not the text '1/3'." in judge(third, lambda: "1/3").sentence
    assert "returned 2 results, needed is one: number ()" in judge(third, lambda: (1, 3)).sentence


def test_a_sentence_ends_with_one_stop():
    assert judge(DOUBLE, lambda x: None).sentence.endswith("does it end in a return?")
    assert judge(DOUBLE, lambda x: x / 2).sentence.endswith("sum ().")
    assert judge(DOUBLE, lambda x: np.zeros([1, -1])).sentence.endswith(
        "negative dimensions are not allowed."
    )
    assert judge(DOUBLE, lambda x: np.array([[1], [1, 2]])).sentence.endswith("inhomogeneous part.")


def test_instances_are_fresh():
    seen = []
    for _ in range(2):
        judge(DOUBLE, lambda x: seen.append(x) or doubled(x))
    assert len({x[0] for x in seen if len(x) == 2}) == 2


def test_float32_is_accepted_only_where_stated():
    def single(x):
        return np.float32(2 * x[:2]), x[:2].sum()

    def pairs(rng):
        return cases(rng)[:1]

    for allowed, state in ((True, "right"), (False, "wrong")):
        exercise = Exercise(
            "99.2", "doubling", ("double (n,)", "sum ()"), pairs, doubled, (), float32=allowed
        )
        assert judge(exercise, single, np.random.default_rng(0)).state == state


def test_a_mistake_that_is_right_somewhere_is_not_taken_for_another():
    """An answer that fails on one instance only is named by the mistake that fails there, too."""
    late = Exercise(
        "99.3",
        "late",
        ("double (n,)", "sum ()"),
        cases,
        doubled,
        (Mistake("wraps", lambda x: (2 * x % 1e4, x.sum())),),
    )
    assert (
        "wraps"
        in judge(
            late, lambda x: (2 * x - 1e4 * np.floor(2 * x / 1e4), x.sum()), np.random.default_rng(0)
        ).sentence
    )
    assert "wraps" not in judge(late, lambda x: (x, x.sum()), np.random.default_rng(0)).sentence


def test_a_number_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"exercise '03\.99' does not exist; choose one of "):
        exercises.verdict("03.99", doubled)
