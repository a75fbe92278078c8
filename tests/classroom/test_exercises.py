"""Checks of the exercises: known wrong answers are named, right ones accepted, however they are written."""

import importlib
from fractions import Fraction

import nbformat
import numpy as np
import pytest
from nbconvert.preprocessors import ExecutePreprocessor

from course_lib.classroom import exercises
from course_lib.classroom.edits import edit
from course_lib.classroom.exercises import ANY, EXERCISES, Case, Exercise, judge

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


def slip(mistake):
    """The answer that makes a mistake, and returns nothing of use where the mistake is noise."""

    def answer(*args):
        try:
            made = mistake.answer(*args)
        except Exception as error:  # an edit stands at one place, and the edited source knows its names
            assert not isinstance(error, (NameError, SyntaxError)) and "edits needs" not in str(error)
            raise
        return None if made is ANY else made

    return answer


@pytest.mark.parametrize(("number", "index"), MISTAKES)
def test_a_mistake_is_made_and_named(number, index):
    """Its edit of the solution earns its own sentence."""
    mistake = EXERCISES[number].mistakes[index]
    for seed in SEEDS:
        assert sentence_of(number, slip(mistake), seed).removesuffix(".") == mistake.sentence


@pytest.mark.parametrize(
    ("number", "words"), [(number, words) for number in WRONG for words in WRONG[number]]
)
def test_a_mistake_by_another_route_is_named(number, words):
    (sentence,) = {one.sentence for one in EXERCISES[number].mistakes if words in one.sentence}
    for seed in SEEDS:
        assert sentence_of(number, WRONG[number][words], seed).removesuffix(".") == sentence


@pytest.mark.parametrize(("number", "answer"), [(number, one) for number in RIGHT for one in RIGHT[number]])
def test_a_right_answer_is_accepted_in_any_form(number, answer):
    for seed in SEEDS:
        said = exercises.verdict(number, answer, rng=np.random.default_rng(seed))
        assert said.state == "right", said.sentence


@pytest.mark.parametrize("number", EXERCISES)
def test_there_are_enough_wrong_and_right_answers(number):
    assert len({one.sentence for one in EXERCISES[number].mistakes}) >= 7
    assert len(RIGHT[number]) >= 2
    assert exercises.verdict(number, EXERCISES[number].solution).state == "right"


USELESS = (None, "yes", [[1, 2], [3]], 10**400, np.ma.masked)


@pytest.mark.parametrize("number", EXERCISES)
def test_an_answer_that_returns_nothing_of_use_gets_a_sentence(number):
    for useless in USELESS:
        said = exercises.verdict(number, lambda *args, it=useless: it, rng=np.random.default_rng(0))
        assert said.state == "wrong" and said.sentence.startswith(f"{number} {EXERCISES[number].title}: ")


def stub(*args):
    raise NotImplementedError()


@pytest.mark.parametrize("number", EXERCISES)
def test_a_stub_is_not_attempted_yet(number, capsys):
    exercises.check(number, stub)
    assert capsys.readouterr() == (
        "",
        f"{number} {EXERCISES[number].title}: not attempted yet. The lesson goes on with the library's.\n",
    )


# The judge itself, on an exercise of its own


def only_numbers(rng):
    return [Case("the numbers of the question", ())]


def cases(rng):
    return [Case("two numbers", (rng.normal(size=2),)), Case("a large number", (np.array([1e5, 1.0, 2.0]),))]


def doubled(x):
    return 2 * x, x.sum()


def doubling(*mistakes, solution=doubled, cases=cases, **options):
    return Exercise("99.1", "doubling", ("double (n,)", "sum ()"), cases, solution, mistakes, **options)


def pencil(number):
    return Exercise("99.4", "a number", ("number ()",), only_numbers, lambda: number, ())


DOUBLE = doubling((lambda x: (x / 2, x.sum()), "you halved"))
SHARE = pencil(1 / 3)
IN_PLACE = "the numbers are right, but argument number 1 was changed in place; work on a copy"
NEEDED = ", needed are numbers: double (n,) and sum ()"
MASKED = f"your function returned a masked array (fill it first){NEEDED}"


def inplace(x):
    x *= 2
    return x, x.sum() / 2


def reshaped(x):
    parts = 2 * x, x.sum()
    x.shape = (len(x), 1)
    return parts


def retyped(x):
    parts = 2 * x, x.sum()
    x.dtype = np.int64
    return parts


def raising(error):
    def answer(*args):
        raise error

    return answer


def nested(depth):
    return [nested(depth - 1)] if depth else 1.0


def endless(*args):
    return endless(*args)


class Awkward(Exception):
    """Raises whenever it is asked something; it is an exception, so it can be raised, too."""

    def fail(self, *args):
        raise RuntimeError("asked")

    __array__ = __float__ = __eq__ = __repr__ = __str__ = __deepcopy__ = __len__ = fail
    __format__ = __index__ = fail
    __hash__ = None


class Classless:
    __class__ = property(Awkward.fail)


class Frame:
    """What a table of another library looks like to NumPy."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


class Doubling:
    def __init__(self, x):
        self.x = x

    def __call__(self, x):
        return doubled(x)


DOUBLED = [doubled, lambda x: (list(2 * x), float(sum(x))), lambda x: [2 * x, x.sum()],
           lambda x: (Frame(2 * x), x.sum()), Doubling(0)]  # fmt: skip
SAID = [
    *((answer, "right", "right, on 2 fresh instances") for answer in DOUBLED),
    (lambda x: (x / 2, x.sum()), "wrong", "you halved"),
    (lambda x: (2 * x[:1], x.sum()), "wrong", "with two numbers, double (n,) must have shape (2,)"),
    (lambda x: (2 * x, x[:1]), "wrong", "with two numbers, sum () must be one number; yours has shape (1,)"),
    (lambda x: 2 * x, "wrong", "returned one result, needed are 2: double (n,) and sum ()"),
    (lambda x: (x.sum(), 2 * x), "wrong", "your two results have changed places; needed are double"),
    (lambda x: (2 * x, x.sum() + len(x) - 2), "wrong", "right on 1 of 2 instances, but with a large"),
    (lambda x: (2 * x * 1e300, x.sum()), "wrong", "double (n,) is off by up to"),
    (lambda x: (np.square(x) * np.inf, x.sum()), "wrong", "double (n,) has values that are not finite"),
    (lambda x: (2j * x, x.sum()), "wrong", "double (n,) is complex; real numbers are needed"),
    (lambda x: (2 * x.astype(complex), x.sum()), "wrong", "double (n,) is complex; real numbers are needed"),
    (lambda x: (["a", "b"], x.sum()), "wrong", "double (n,) is not the text \"['a', 'b']\""),
    (lambda x: None, "wrong", "with two numbers your function returned None; does it end in a return?"),
    (lambda x: ..., "missing", "not attempted yet"),
    (lambda x: ... if len(x) > 2 else doubled(x), "wrong", "but your function returned an ellipsis"),
    (raising(KeyError("lost")), "wrong", "with two numbers your function raised KeyError: 'lost'"),
    (raising(AssertionError), "wrong", "with two numbers your function raised AssertionError."),
    (raising(ValueError("End.")), "wrong", "your function raised ValueError: End."),
    (raising(ValueError("\ud800" * 10_000)), "wrong", r"raised ValueError: \ud800\ud800"),
    (raising(Awkward()), "wrong", "your function raised Awkward."),
    (lambda x: exit(), "wrong", "your function raised SystemExit"),
    (endless, "wrong", "your function raised RecursionError: maximum recursion depth exceeded"),
    (lambda: 1, "wrong", "takes 0 positional arguments but 1 was given"),
    (Doubling, "wrong", f"returned a Doubling{NEEDED}"),
    (lambda x: Awkward(), "wrong", f"returned a Awkward{NEEDED}"),
    (lambda x: (Awkward(), [Awkward()]), "wrong", f"returned a tuple{NEEDED}"),
    (lambda x: Classless(), "wrong", f"returned an object{NEEDED}"),
    (lambda x: 10**400, "wrong", f"returned a number too large for a float{NEEDED}"),
    (lambda x: ([10**400] * 2, 1), "wrong", f"returned a tuple{NEEDED}"),
    (lambda x: np.array([10**400]), "wrong", f"returned an array of objects{NEEDED}"),
    (lambda x: (one for one in x), "wrong", f"returned a generator{NEEDED}"),
    (lambda x: {1.0, 2.0}, "wrong", f"returned a set{NEEDED}"),
    (lambda x: {"double": x}, "wrong", f"returned a dict{NEEDED}"),
    (lambda x: ([[1.0], [1.0, 2.0]], 1), "wrong", f"returned a tuple{NEEDED}"),
    (lambda x: (nested(200), 1), "wrong", f"returned a tuple{NEEDED}"),
    (lambda x: (nested(900), 1), "wrong", "your function "),
    (lambda x: np.ma.array(2 * x), "wrong", MASKED), (lambda x: (2 * x, np.ma.masked), "wrong", MASKED),
    (lambda x: ([np.ma.array(2 * x)], x.sum()), "wrong", MASKED),
    *((answer, "wrong", IN_PLACE) for answer in (inplace, reshaped, retyped)),
    (4, "wrong", "hand over the function itself, not a number: "),
    (np.ones(2), "wrong", "hand over the function itself, not an array: "),
    (Awkward(), "wrong", "hand over the function itself, not a Awkward: "),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "state", "sentence"), SAID)
def test_the_judge_says_what_is_wrong(answer, state, sentence):
    said = judge(DOUBLE, answer, np.random.default_rng(0))
    assert (said.state, sentence in said.sentence) == (state, True), said.sentence
    assert said.sentence[-1] in ".?" and said.sentence[-2] not in ".?:" and len(said.sentence) < 500


WITH, REMEDY = "with the numbers of the question, ", "Return the expression itself, or more digits."
TOO_LARGE = "your function returned a number too large for a float, needed are numbers: number ()."


@pytest.mark.parametrize(("answer", "sentence"), [
    (lambda: Fraction(1, 3), "right."), (lambda: 10**400, TOO_LARGE), (lambda: Fraction(10**400), TOO_LARGE),
    (lambda: 0.333, f"0.333 is near the right number; did you round it? {REMEDY}"),
    (lambda: 0.34, f"{WITH}number is not 0.34."), (lambda: "1/3", f"{WITH}number is not the text '1/3'."),
    (lambda: (1, 3), "your function returned 2 results, needed is one: number ()."),
    (lambda: [1 / 3], f"{WITH}number () must be one number; yours has shape (1,)."),
])  # fmt: skip
def test_a_pencil_exercise_does_not_give_its_number_away(answer, sentence):
    assert judge(SHARE, answer).sentence == f"99.4 a number: {sentence}"


def test_an_interrupt_is_not_an_answer():
    with pytest.raises(KeyboardInterrupt):
        judge(DOUBLE, raising(KeyboardInterrupt()))


def test_instances_are_fresh_and_an_answer_runs_once_on_each():
    seen = []
    for _ in range(2):
        assert judge(DOUBLE, lambda x: seen.append(x) or doubled(x)).state == "right"
    assert len(seen) == 4 and len({x[0] for x in seen if len(x) == 2}) == 2


def test_float32_is_accepted_only_where_stated():
    for allowed, state in ((True, "right"), (False, "wrong")):
        one = doubling(cases=lambda rng: cases(rng)[:1], float32=allowed)
        said = judge(one, lambda x: (np.float32(2 * x), x.sum()), np.random.default_rng(0))
        assert said.state == state


def spoiling(x):
    x *= 3
    return x, 0.0


NAMED = [  # mistakes, answer, whether the last mistake is named
    # an answer that fails on one instance only is named by the mistake that fails there, too
    ([lambda x: (2 * x % 1e4, x.sum())], lambda x: (2 * x - 1e4 * np.floor(2 * x / 1e4), x.sum()), True),
    ([lambda x: (2 * x % 1e4, x.sum())], lambda x: (x, x.sum()), False),
    # a mistake whose numbers are noise somewhere owns what is wrong there, and nothing that is right
    ([lambda x: ANY if len(x) > 2 else (x, x.sum())], lambda x: (x if len(x) < 3 else 7 * x, x.sum()), True),
    ([lambda x: ANY if len(x) > 2 else (x, x.sum())], lambda x: (x if len(x) < 3 else 2 * x, x.sum()), False),
    # an exception is like one of its own kind only
    ([raising(KeyError("here"))], raising(KeyError("there")), True),
    ([raising(KeyError("here"))], raising(IndexError("here")), False),
    ([raising(KeyError("here"))], lambda x: (x, x.sum()), False),
    # a mistake works on numbers of its own
    ([spoiling, lambda x: (x, x.sum())], lambda x: (x, x.sum()), True),
]  # fmt: skip


@pytest.mark.parametrize(("mistakes", "answer", "named"), NAMED)
def test_a_mistake_is_named_where_it_is_made(mistakes, answer, named):
    one = doubling(*((mistake, f"mistake {index}") for index, mistake in enumerate(mistakes, start=1)))
    said = judge(one, answer, np.random.default_rng(0))
    assert said.state == "wrong" and (f"mistake {len(mistakes)}." in said.sentence) == named


def test_a_solution_may_change_its_arguments_and_return_nan():
    """It gets numbers of its own, so the answer and the mistakes meet those of the instance."""
    one = doubling((lambda x: (x / 2, x.sum()), "you halved"), solution=inplace)
    assert judge(one, doubled, np.random.default_rng(0)).state == "right"
    assert "you halved" in judge(one, lambda x: (x / 2, x.sum()), np.random.default_rng(0)).sentence
    one = doubling(solution=lambda x: (0 * x / 0, x.sum()))
    assert judge(one, lambda x: (x * np.nan, x.sum())).state == "right"


def test_an_infinite_number_that_is_right_is_not_what_is_wrong():
    def with_infinity(x):
        return np.append(2 * x, np.inf), x.sum()

    one = doubling(solution=with_infinity)
    said = judge(one, lambda x: (with_infinity(x)[0] + 1, x.sum()), np.random.default_rng(0)).sentence
    assert "double (n,) is off by up to 1, where its largest value is 0.2" in said
    said = judge(one, lambda x: (np.append(2 * x, 5.0), x.sum()), np.random.default_rng(0)).sentence
    assert "double (n,) is off by up to inf, where its largest value is 0.2" in said


def test_an_edit_needs_one_place():
    with pytest.raises(ValueError, match=r"'x' stands 3 times in doubled; take more"):
        edit(doubled, ("x", "y"))
    assert edit(doubled, ("2 * x", "3 * x"), ("x.sum()", "x.max()"))(np.ones(2))[1] == 1


@pytest.mark.parametrize("number", ["03.99", 3.1, [1], None])
def test_a_number_that_does_not_exist_is_refused(number):
    with pytest.raises(ValueError, match=r"exercise .* does not exist; choose one of 01\.1, "):
        exercises.verdict(number, doubled)


def test_another_randomness_is_refused():
    with pytest.raises(TypeError, match=r"rng needs a numpy\.random\.Generator; got int 5; pass np\.random"):
        exercises.verdict("01.1", doubled, rng=5)


# Where the check writes: nbgrader gives no points to a cell that writes to stderr

ATTACKS = [
    "from course_lib.classroom import exercises\nimport sys\nstart = sys.stderr",
    "sys.stderr = sys.stdout",
    "sys.stderr = start\nstart.write = sys.stdout.write",
]


def test_an_unfavourable_verdict_reaches_the_stderr_of_the_kernel():
    cells = [source for attack in ATTACKS for source in (attack, "f = exercises.check('06.2', lambda: 3.0)")]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    ExecutePreprocessor(timeout=300, kernel_name="python3").preprocess(nb)
    for attack, cell in zip(ATTACKS, nb.cells[1::2]):
        texts = [output.text for output in cell.outputs if output.name == "stderr"]
        assert texts and texts[0].startswith("06.2 one pixel with a pencil: twice too much"), attack


def test_a_verdict_goes_where_stderr_points_now(capsys):
    exercises.check("06.2", lambda: 3.0)
    assert capsys.readouterr().err.startswith("06.2 one pixel with a pencil: twice too much")
    exercises.check("06.2", lambda: 1.5)
    assert capsys.readouterr() == (
        "06.2 one pixel with a pencil: right. The lesson goes on with yours.\n",
        "",
    )


@pytest.mark.parametrize("stream", [None, object(), 3])
def test_no_stream_is_no_reason_to_raise(stream, monkeypatch):
    monkeypatch.setattr("sys.stderr", stream)
    exercises.check("06.2", lambda: 3.0)


# What the lesson goes on with, and the guesses


def wrong():
    return 3.0


def right():
    return 1.5


def test_a_lesson_goes_on_with_the_answer_that_is_right_and_else_with_the_librarys(capsys):
    mine, theirs = exercises.check("06.2", right), exercises.check("06.2", wrong)
    assert mine is right
    assert theirs is exercises.EXERCISES["06.2"].solution
    assert theirs() == 1.5
    assert capsys.readouterr().err.endswith(" The lesson goes on with the library's.\n")
    assert exercises.credit(mine, wrong) == "Made by your code alone: right, wrong."
    library = f"the library's {theirs.__name__}"
    assert exercises.credit(mine, theirs) == f"Made by your right and {library}."
    assert exercises.credit(theirs) == f"Made by {library}."


@pytest.mark.parametrize(
    ("value", "truth", "form", "line"),
    [
        (..., 22.94, "{:.1f} dB", "Your guess: none yet. Here: 22.9 dB."),
        (20, 22.94, "{:.1f} dB", "Your guess: 20.0 dB. Here: 22.9 dB."),
        (" b ", "a", "{}", "Your guess: b. Here: a."),
        ("much", 1.0, "{:.1f}", "Your guess: much. Here: 1.0."),
    ],
)  # fmt: skip
def test_a_guess_comes_back_beside_the_truth(value, truth, form, line):
    assert exercises.guess("05.a", value).beside(truth, form) == line


def test_a_guess_that_is_no_number_is_not_drawn():
    assert np.isnan([float(exercises.guess("05.a", value)) for value in ("b", ...)]).all()
    assert float(exercises.guess("05.a", np.float32(2))) == 2.0


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("5a", 1, ValueError), (5, 1, ValueError), ("05.a", [1], TypeError), ("05.a", True, TypeError)],
)
def test_a_guess_of_another_kind_is_refused(name, value, error):
    with pytest.raises(error, match="guess"):
        exercises.guess(name, value)


def test_a_name_that_is_not_there_yet_is_explained():
    solution = exercises.EXERCISES["08.1"].solution.__name__
    sources = ["from course_lib.classroom import exercises", "guess_b", f"my_{solution}", solution, "other"]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    ExecutePreprocessor(timeout=300, kernel_name="python3", allow_errors=True).preprocess(nb)
    ends = [cell.outputs[-1].traceback[-1].splitlines()[-1] for cell in nb.cells[1:]]
    assert [end.split(": ")[0] for end in ends] == [f"{name} is not there yet" for name in sources[1:]]
    assert "guess b" in ends[0]
    assert "check of exercise 08.1" in ends[1]
    assert "cell of exercise 08.1" in ends[2]
    assert "cells above" in ends[3]
