"""All widgets: controls go to their ends and show their view; what cannot be used is refused in words."""

import functools
import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import datasets, gaussian, mixture, scene
from course_lib.classroom import plots, widgets

from .boards import BACKGROUND, PAIR, PIXEL, WHOLE, assert_shows, live_pair

TWO = mixture.Mixture([0.5, 0.5], [[25.0, 25.0], [205.0, 205.0]], [400 * np.eye(2), 900 * np.eye(2)])
PRIORS = {1: (PIXEL, ["board", "chalk"]), 2: (TWO, ["dark", "bright"])}
DIGITS = datasets.digits("test")[0][:2:1]

live_mixture = functools.cache(lambda pixels: plots.LiveMixture(*PRIORS[pixels]))


def build_scene(face_rows, noise_std):
    """The face of 14 columns for 18 rows somewhere on the background, every position equally probable."""
    face = datasets.face(shape=(face_rows, round(face_rows * 14 / 18)))
    if face_rows > 20:
        outside = f"face needs to fit inside background of 20 x 30; got {face_rows} x {face.shape[1]}; "
        raise ValueError(outside)
    positions = 21 - face.shape[0], 31 - face.shape[1]
    return scene.Scene(face, BACKGROUND, noise_std, np.full(positions, 1 / np.prod(positions)))


def see_run(picture, iteration, noise_std, n_pictures, face_rows, smoothing, start, method):
    truth = build_scene(face_rows, noise_std)
    run = widgets.Run(truth, n_pictures, start=start, hard=method == "hard", smoothing=smoothing)
    return widgets.finding_view(run, iteration, picture)


# name -> (widget, view of the controls' values, {control: (first value, lowest, highest)})
WIDGETS = {
    "conditioning": (
        lambda **first: widgets.conditioning_widget(PAIR, **first),
        lambda **values: widgets.conditioning_view(PAIR, **values, live=live_pair()),
        {"y": (160.0, -20.0, 220.0), "noise_std": (40, 0, 1000), "correlation": (0.6, -1, 1)},
    ),
    "mixture": (
        lambda **first: widgets.mixture_widget(*PRIORS[1], *PRIORS[2], **first),
        lambda pixels, **values: widgets.mixture_view(*PRIORS[pixels], **values, live=live_mixture(pixels)),
        {"y": (136, -40, 280), "noise_std": (50, 5, 1000), "pixels": (1, 1, 2)},
    ),
    "denoising": (
        lambda **first: widgets.denoising_widget(DIGITS, **first),
        lambda digit, **values: widgets.denoising_view(DIGITS[digit], **values),
        {"digit": (0, 0, 1), "noise_std": (25, 5, 150), "patch_size": (5, 4, 16), "row": (14, 0, 27),
         "column": (14, 0, 27), "n_components": (11, 1, 200), "estimate": ("report", "mean", "report")},
    ),
    "windows": (
        lambda **first: widgets.windows_widget(WHOLE, **first),
        lambda **values: widgets.windows_view(WHOLE, **values),
        {"row": (1, 0, 5), "column": (2, 0, 8), "height": (3, 1, 6), "width": (4, 1, 9)},
    ),
    "finding": (
        lambda **first: widgets.finding_widget(BACKGROUND, **first),
        see_run,
        {"noise_std": (60, 10, 260), "n_pictures": (20, 2, 200), "face_rows": (9, 6, 42),
         "picture": (0, 0, 9), "smoothing": (1, 0, 100), "iteration": (0, 0, 40),
         "start": ("random 1", "mean", "random 3"), "method": ("soft", "soft", "hard")},
    ),
}  # fmt: skip
STEPS = {
    ("finding", "n_pictures"): [2, 5, 10, 20, 50, 100, 200],
    ("finding", "face_rows"): [6, 9, 12, 18, 24, 30, 36, 42],
    ("finding", "smoothing"): [0, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100],
    ("finding", "noise_std"): list(range(10, 261, 10)), ("denoising", "noise_std"): list(range(5, 151, 5)),
}  # fmt: skip
NOT_ASKED = {"correlation", "pixels", "digit", "picture", "iteration"}  # and the denoised patch: no argument
CONTROLS = [(name, control) for name, (_, _, values) in WIDGETS.items() for control in values]

every_widget = pytest.mark.parametrize("name", WIDGETS)


def build(name, **first):
    make, _, values = WIDGETS[name]
    unset = NOT_ASKED | ({"row", "column"} if name == "denoising" else set())
    return make(**{control: ends[0] for control, ends in values.items() if control not in unset} | first)


def expect(name, values):
    """What the view says of these values; an error becomes the note."""
    try:
        return WIDGETS[name][1](**values)
    except ValueError as error:
        return widgets.View((), note=str(error))


@every_widget
def test_a_widget_starts_as_it_was_asked(name):
    board = build(name)
    assert board.values() == {control: ends[0] for control, ends in WIDGETS[name][2].items()}
    assert_shows(board, expect(name, board.values()))


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_both_ends_of_every_control_show_their_view(name, control):
    board, (_, *ends) = build(name), WIDGETS[name][2][control]
    options = [value for _, value in board.controls[control].options]
    assert [options[0], options[-1]] == ends and len(options) == len(set(options)) <= 81
    assert options == STEPS.get((name, control), options)
    for value in ends:
        board.controls[control].value = value
        wanted = expect(name, board.values())
        if "face needs" in wanted.note:
            assert wanted.note in board.note.value
            wanted = widgets.View((), note=re.sub("<.*?>", "", board.note.value))
        assert_shows(board, wanted)


@every_widget
def test_two_copies_live_side_by_side(name):
    one, other = build(name), build(name)
    before = [image.value for image in other.pictures]
    control = "row" if name == "windows" else "noise_std"
    one.controls[control].value = WIDGETS[name][2][control][1]
    assert [image.value for image in other.pictures] == before
    assert_shows(other, expect(name, other.values()))
    assert_shows(one, expect(name, one.values()))
    assert plt.get_fignums() == []


@pytest.mark.parametrize(("name", "kind"), [("conditioning", "LivePair"), ("mixture", "LiveMixture")])
def test_figures_are_made_once_a_widget(monkeypatch, name, kind):
    made = []

    class Counted(getattr(plots, kind)):
        def __init__(self, *arguments):
            made.append(arguments)
            super().__init__(*arguments)

    monkeypatch.setattr(plots, kind, Counted)
    board = build(name)
    for control in board.controls.values():
        control.value = control.options[0][1]
    assert len(made) == (2 if name == "mixture" else 1) and board.readout.value


FIRST = [
    ("conditioning", "noise_std", 41, "noise sigma"), ("mixture", "y", 137, "observed y"),
    ("mixture", "noise_std", 0, "noise sigma"), ("denoising", "noise_std", 26, "noise sigma"),
    ("denoising", "estimate", "median", "estimate"), ("windows", "row", 6, "row i"),
    ("finding", "start", "median", "start"), ("finding", "method", False, "EM"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "option", "value", "label"), FIRST)
def test_a_first_value_that_cannot_be_chosen_is_refused(name, option, value, label):
    with pytest.raises(ValueError, match=rf"{label} needs one of .*; got {value!r}; choose one of them"):
        build(name, **{option: value})


run = functools.cache(lambda: widgets.Run(build_scene(9, 40), 3))
ONE = gaussian.Gaussian([0.0], [[1.0]])
THREE = mixture.Mixture([1.0], [[0.0] * 3], [np.eye(3)])
D0, NAMES = DIGITS[0], ["board", "chalk"]
CALLS = [  # in the words of the view, for these arguments
    ("denoising", (DIGITS, 25, 5, 5), ValueError, r"clean needs shape \(H, W\)"),
    ("denoising", (D0[:12], 25, 16, 5), ValueError, "patch needs to fit .* 12 x 28; got 16"),
    ("denoising", (D0, 25, 5, 5, "median"), ValueError, "estimate needs one of .*; got str 'median'"),
    ("denoising", (D0, 0, 16, 200), ValueError, "noise_std needs a finite number above 0"),
    ("denoising", (D0, 25, 5, 5, "mean", None), TypeError, "row needs a whole number; got NoneType None"),
    ("denoising", (D0, 25, 5, 5, "mean", 28), ValueError, "row needs a whole number from 0 to 27; got 28"),
    ("denoising", (D0, 25, 5, 5, "mean", 0, -1), ValueError, "column needs .* from 0 to 27; got -1"),
    ("conditioning", (PAIR, 160.0, 40.0, 1.01), ValueError, "correlation needs .* to 1; got 1.01; cov"),
    ("conditioning", (ONE, 0.0, 40, 0.6), ValueError, "pair needs two pixels; got 1; choose two"),
    ("windows", (WHOLE[None], 0, 0, 1, 1), ValueError, r"image needs .*\(H, W\); got \(1, 6, 9\); choose"),
    ("windows", (WHOLE, 6, 0, 1, 1), ValueError, "row needs a whole number from 0 to 5; got 6"),
    ("windows", (WHOLE, 0, -1, 1, 1), ValueError, "column needs a whole number from 0 to 8; got -1"),
    ("windows", (WHOLE, 0, 0, 7, 1), ValueError, "window needs to fit inside image of 6 x 9; got 7 x 1"),
    ("windows", (WHOLE, 0, 0, 1, 0), ValueError, r"window\[1\] needs a whole number of at least 1; got 0"),
    ("mixture", (THREE, ["a"], 1, 1), ValueError, "prior needs 1 or 2 pixels; got 3; choose others"),
    ("mixture", (PIXEL, ["board"], 1, 1), ValueError, "names needs one .* of 2 components; got 1; name"),
    ("mixture", (PIXEL, ["a", "b", "c"], 1, 1), ValueError, "names needs one label .* components; got 3"),
    ("mixture", (PIXEL, None, 1, 1), TypeError, "names needs a list of labels; got None; give one text for"),
    ("mixture", (PIXEL, [1, 2], 1, 1), TypeError, r"names needs a list of labels; got \[1, 2\]"),
    ("mixture", (PIXEL, NAMES, 1, 0), ValueError, r"noise_std needs .* above 0 \(gray levels\); got 0"),
    ("finding", (None, 0), TypeError, "run needs a Run; got NoneType; build one first"),
    ("windows", (WHOLE, 0, 0, 1, 1, {"table": WHOLE}), ValueError, r"table needs .*\(7, 10\); got \(6, 9\)"),
    ("Run", (build_scene(9, 40), 5, {"start": "median"}), ValueError, "start needs one of 'mean', 'search'"),
    ("Run", (build_scene(9, 40), 5, {"smoothing": -1}), ValueError, "smoothing needs .* of at least 0"),
    ("Run", (build_scene(9, 40), 5, {"hard": 1}), TypeError, "hard needs True or False"),
    ("finding", (run(), -1), ValueError, "iteration needs .* 0; got -1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "error", "message"), CALLS)
def test_what_cannot_be_shown_is_refused(name, arguments, error, message):
    *given, options = arguments if isinstance(arguments[-1], dict) else (*arguments, {})
    with pytest.raises(error, match=message):
        vars(widgets).get(f"{name}_view", widgets.Run)(*given, **options)


VIEWS = {
    widgets.conditioning_view: (PAIR, 160.0, 40.0, 0.6), widgets.conditioning_widget: (PAIR, 160.0),
    widgets.mixture_view: (*PRIORS[1], 136.0, 50.0), widgets.mixture_widget: (*PRIORS[1], *PRIORS[2]),
    widgets.denoising_view: (DIGITS[0], 25, 5, 11, "mean", 14, 14), widgets.denoising_widget: (DIGITS,),
    widgets.windows_view: (WHOLE, 1, 2, 3, 4), widgets.windows_widget: (WHOLE,),
    widgets.finding_view: (run, 0, 0), widgets.finding_widget: (BACKGROUND,),
    widgets.Run: (build_scene(9, 40), 3),
}  # fmt: skip
NOTHING_WRONG = {("live", 0), ("table", 0)}  # None stands for "make one"
BAD = [None, "x", np.nan, -1, 1e200, [], object(), np.ones((2, 2, 2)), ONE, True]


@pytest.mark.parametrize("door", VIEWS, ids=lambda door: door.__name__)
def test_every_bad_argument_is_refused_in_words_of_ours(door):
    """What is needed, what came, what to do; a value that serves after all gives what it should."""
    parameters = list(inspect.signature(door).parameters)
    given = dict(zip(parameters, [run() if value is run else value for value in VIEWS[door]]))
    refused = 0
    for name in parameters:
        for place, value in enumerate(BAD):
            try:
                assert isinstance(door(**{**given, name: value}), (widgets.View, widgets.Board, widgets.Run))
            except (ValueError, TypeError) as error:
                sentence = re.match(r".+ needs .+; got .+; .+", str(error), re.DOTALL)
                assert sentence, f"{name}={value!r}: {error}"
                refused += 1
            else:
                assert place != 0 or (name, place) in NOTHING_WRONG, f"{name}=None is taken"
    assert refused > 5 * len(parameters)
    assert plt.get_fignums() == []
