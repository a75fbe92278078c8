"""Every figure on tiny data: it draws where it is told, names its axes, keeps one fixed gray range."""

import inspect

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.classroom import exercises, plots
from course_lib.gaussian import Gaussian
from course_lib.scene import Scene
from tests.helpers import random_mixture

RNG = np.random.default_rng(30)
PIXEL = Gaussian([100.0], [[400.0]])
PAIR = Gaussian([100.0, 120.0], [[400.0, 100.0], [100.0, 300.0]])
PLANE = random_mixture(RNG, 2, 2, scale=20.0, spread=50.0)
PATCHES = random_mixture(RNG, 3, 4, scale=20.0, spread=50.0)
LINE = np.linspace(1.0, 255.0, 7)
DIGITS = RNG.uniform(0, 120, (3, 6, 5))  # far from 255: a range taken from the data would be seen
TWO_BY_TWO = DIGITS[:, :2, :2].reshape(3, 4)
SMALL_SCENE = Scene(DIGITS[0, :3, :2], DIGITS[1], 20.0, np.full((4, 4), 1 / 16))
CURVES = {"one": LINE, "other": LINE[::-1]}
FLAT = np.full((4, 4), 1 / 16)
RATES = {(5, 1): [20.0, 15.0], (5, 11): [25.0, 18.0], (8, 1): [21.0, 16.0]}
SPEEDS = {("Pictures", "side"): ([8, 16], {"loops": [1.0, 2.0], "FFT": [0.1, np.nan]})}
COSTS = {"1.1 weights": (9.0, "reader"), "1.2 rule": (5.0, "run"), "1.12 K": (2.0, "claim")}
BELIEFS = {"before": LINE / LINE.sum(), "after": np.eye(7)[2]}
BOUNDS = {"plain": np.array([1.0, 3.0, 2.0]), "penalised": np.array([1.0, 2.0, 3.0])}

# name -> (arguments, keywords) of one call, and the shape of the axes that come back
CASES = {
    "belief_update": ((PIXEL, 20.0, 130.0), {}, ()),
    "precisions_add": (({"prior": 30, "camera": 20}, "Precisions"), {}, ()),
    "block_matrix": ((np.kron(np.eye(2, 3), np.ones((2, 2))), (2, 2), "Blocks"), {}, ()),
    "bound_against_error": (({"soft": ([2.0, 70.0], [-10.0, -20.0])}, -9.0, "Bound and error"), {}, ()),
    "bound_parts": ((-LINE[::-1], -LINE[::-1] - 1.0, LINE[::-1], LINE[1:], LINE[1:]), {}, (3,)),
    "bound_sandwich": ((LINE[:3], LINE[:3] + 5.0, LINE[1:4]), {}, (2,)),
    "bound_trace": ((BOUNDS, "Traces"), {}, (2,)),
    "conditional_slice": ((PAIR, 110.0), {}, (2,)),
    "cost_bars": ((COSTS, "Costs", "dB"), {}, ()),
    "coverage_maps": ((np.ones((2, 6, 5)), ["m = 1", "m = 2"]), {}, (2,)),
    "densities": ((LINE, CURVES, "Densities"), {"marks": {"mean": 90.0}, "limits": (0, 200)}, ()),
    "digit_rows": (({"clean": DIGITS, "noisy": DIGITS + 9.0},), {"truth": DIGITS}, (2, 3)),
    "digit_table": (([DIGITS + 5.0, DIGITS + 9.0], ["a", "b"], ["x", "y", "z"], DIGITS[0]), {}, (2, 3)),
    "digits_lost": (([1.0, 10.0], {"one": [1e-3, 1.0], "other": [1e-5, 1e-2]}), {}, ()),
    "doubled_runs": ((11,), {}, ()),
    "eigen_rows": ((PATCHES, [0, 2], 3, "Eigenvectors"), {}, (2, 4)),
    "em_ellipses": ((RNG.standard_normal((9, 2)), [PLANE, PLANE], ["before", "after"]), {}, (2,)),
    "em_trace": (({"plain": LINE, "tempered": LINE[::-1]}, "EM"), {}, ()),
    "face_gallery": (({"one": DIGITS[0], "two": DIGITS[1]},), {"frames": {"one": (1, 2, 3, 2)}}, (1, 3)),
    "filled_patch": ((np.arange(9.0), [4, 5], LINE, np.arange(9.0), np.ones(9)), {}, (2, 2)),
    "finding_limits": ((LINE, {"one": LINE / 255}, LINE / 50, 1081), {"guarantee": LINE / 400}, (2,)),
    "four_corners": ((DIGITS[0], np.arange(42.0).reshape(7, 6) ** 2, (1, 2), (3, 2)), {}, (2, 3)),
    "guess_cost": ((LINE, LINE**2, {"mean": (100.0, 50.0)}), {}, ()),
    "held_out_scores": (([1, 5, 11, 20, 50, 100, 200], CURVES, "Scores", "nats a patch"), {}, ()),
    "chicken_and_egg": ((DIGITS[0], FLAT, FLAT, (1, 2), DIGITS), {}, (2, 3)),
    "hiding_maps": ((DIGITS[0], FLAT, np.full((6, 5), 0.5), (1, 2), (3, 2)), {}, (3,)),
    "hiding_positions": ((DIGITS[0], [(2, 2)], [(0, 2, 1, 2)], (3, 2), np.ones((6, 5))), {}, (2,)),
    "line_of_means": ((PAIR, LINE, LINE, LINE / 9), {}, ()),
    "logit_terms": (({"one": DIGITS[0], "two": DIGITS[1], "sum": DIGITS[2]}, (2, 1)), {}, (2, 2)),
    "matrix_blocks": (([PAIR.cov, PAIR.cov], 1, ["S", "R"], ["a", "b"]), {}, (2,)),
    "mixture_posterior": ((PLANE, PLANE, 20.0, 9.0, ["a", "b"]), {}, (3,)),
    "noise_limits": ((LINE, LINE, LINE, PIXEL, 130.0), {}, (2,)),
    "pair_posterior": ((PAIR, PAIR, 110.0, 20.0), {}, (2,)),
    "patch_beliefs": (({"a": DIGITS[0], "b": DIGITS[1]}, DIGITS[0] - 9.0, (1, 2, 3, 2), BELIEFS), {}, (5,)),
    "patch_gallery": ((TWO_BY_TWO, ["a", "b", "c"], 2, "Patches"), {}, (2, 2)),
    "patch_row": ((TWO_BY_TWO, ["a", "b", "c"]), {}, (3,)),
    "patch_rows": (({"few": np.full((1, 4), 50.0), "more": np.full((3, 9), 60.0)}, "Patches"), {}, (2, 3)),
    "patch_windows": ((DIGITS[0], 2, [(0, 0), (3, 2)]), {}, (3,)),
    "picture_columns": (({"a": np.where(DIGITS > 60, np.nan, 9), "b": DIGITS},), {"title": "Seen"}, (3, 2)),
    "plane_posterior": ((LINE, LINE, *[np.outer(LINE, LINE)] * 2, 90.0, [90, 80]), {"limits": (0, 255)}, ()),
    "position_maps": ((DIGITS[0], {(name, "nats"): np.eye(4) for name in "abc"}, (3, 2), (1, 2)), {}, (2, 2)),
    "position_share": (([10.0, 60.0], {"truth known": [1.0, 0.9], "found": [0.9, 0.5]}, "Positions"), {}, ()),
    "positions_found": ((np.array([[0, 1], [2, 3]]), np.array([[0, 1], [2, 2]]), (4, 5), "Places"), {}, ()),
    "posterior_maps": ((DIGITS[:2], [np.eye(3), np.full((3, 3), 1 / 9)], ["a", "b"], (1, 1)), {}, (2, 2)),
    "psnr_by_components": ((RATES, [25, 50], {"noisy": [19.0, 13.0]}), {}, (2,)),
    "scene_story": ((np.stack([DIGITS[1]] * 3), SMALL_SCENE, SMALL_SCENE), {}, (2, 3)),
    "scene_along_em": (([SMALL_SCENE] * 2, [FLAT] * 2, ["start", "end"], (0, 1)), {}, (3, 2)),
    "scene_rows": (({"clean": DIGITS, "noisy": DIGITS + 9.0}, "Scenes"), {}, (2, 3)),
    "seen_and_held_out": (({5: ([1, 11], [-3.0, -2.0], [-3.1, -2.5])},), {}, ()),
    "shifted_window": ((DIGITS[0], {"found": (0, 0, 3, 2), "better": (1, 0, 3, 2)}, "Shifted"), {}, ()),
    "shrinkage": ((LINE, (25.0, 50.0)), {}, ()),
    "shrinking_ellipse": ((PAIR, 25.0, [130.0, 90.0]), {}, ()),
    "slab_histogram": ((LINE, PIXEL), {}, ()),
    "spectra": (([LINE, 2 * LINE], ["one", "two"], 1.0), {}, ()),
    "spoiled_outputs": ((np.triu(np.full((6, 5), 9.0)), (4, 4)), {}, ()),
    "support_trace": (({"moved": [9, 3, 0], "allowed": [5, 4, 4]}, "Support"), {}, ()),
    "times": ((SPEEDS,), {"crossings": ([10],)}, (1,)),
    "verdict_bars": ((np.ones((2, 3, 2, 3)), ["search", "mean"], ["a", "b", "c"], [10, 60]), {}, (2, 3)),
    "wanted_gallery": (({"a": DIGITS[0, :3], "b": DIGITS[1], "c": DIGITS[2]}, "W"), {"columns": 2}, (2, 2)),
    "weight_curves": ((LINE, np.full((7, 2), 0.5), [0.3, 0.7], ["board", "chalk"], "Weights"), {}, ()),
}  # fmt: skip

every_plot = pytest.mark.parametrize("name", CASES)


def draw(name, **where):
    arguments, options, _ = CASES[name]
    return getattr(plots, name)(*arguments, **options, **where)


def panels(axes):
    """The returned axes in a flat list, without places that the figure leaves empty."""
    return [ax for ax in np.ravel(axes) if ax.figure is not None]


def find_breaks(axes):
    """Missing titles, labels (a column's lowest panel may name x for all), and the fixed gray range."""
    problems, shown = [], panels(axes)
    lowest = {id(ax): column[-1] for column in np.atleast_2d(axes).T for ax in column}
    for n, ax in enumerate(shown):
        if not ax.images and not (ax.get_xlabel() or lowest[id(ax)].get_xlabel()):
            problems.append(f"panel {n} has no x label")
        if not ax.images and not ax.get_ylabel():
            problems.append(f"panel {n} has no y label")
        ranges = [image.get_clim() for image in ax.images if image.get_cmap().name == "gray"]
        problems += [f"panel {n} shows gray levels on {ends}" for ends in ranges if ends != (0, 255)]
    if not any(ax.get_title() for ax in shown) and not shown[0].figure.get_suptitle():
        problems.append("no title")
    return problems


ADDED = {"mark_guess", "sign"}  # to a figure that another plot has drawn


def test_every_plot_has_a_case():
    assert CASES.keys() | ADDED == {name for name, value in vars(plots).items() if inspect.isfunction(value)}


@pytest.mark.parametrize(("along", "place"), [("x", [[90, 0], [90, 1]]), ("y", [[0, 90], [1, 90]])])
def test_a_guess_is_a_line_in_the_figure_and_none_is_nothing(along, place):
    ax = plots.shrinkage(LINE, (25.0, 50.0))
    before = len(ax.lines)
    plots.mark_guess(ax, exercises.guess("05.a", ...), along=along)
    assert len(ax.lines) == before
    plots.mark_guess(ax, exercises.guess("05.a", 90), along=along)
    assert ax.lines[-1].get_xydata().tolist() == place
    assert "your guess" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_figure_says_who_made_it():
    axes = plots.sign(draw("patch_row"), exercises.credit(lambda: 0))
    assert [text.get_text() for text in axes[0].figure.texts][-1] == "Made by your code alone: <lambda>."


@every_plot
def test_a_plot_keeps_its_contract(name):
    """One figure whose axes come back; they have names, a title, the fixed gray range, and can be painted."""
    axes = draw(name)
    assert np.shape(axes) == CASES[name][2]
    assert all(isinstance(ax, plt.Axes) for ax in np.ravel(axes))
    assert plt.get_fignums() == [panels(axes)[0].figure.number]
    assert find_breaks(axes) == []
    plt.gcf().canvas.draw()


@every_plot
def test_a_plot_draws_on_given_axes(name):
    """`ax` for one panel, `axes` for several, by keyword."""
    where = "axes" if CASES[name][2] else "ax"
    parameters = inspect.signature(getattr(plots, name)).parameters
    kinds = {key: parameters[key].kind for key in ("ax", "axes") if key in parameters}
    assert kinds == {where: inspect.Parameter.KEYWORD_ONLY}
    _, given = plt.subplots(*CASES[name][2], layout="constrained")
    returned = draw(name, **{where: given})
    assert len(plt.get_fignums()) == 1
    assert [id(ax) for ax in np.ravel(returned)] == [id(ax) for ax in np.ravel(given)]
    assert all(ax.has_data() for ax in panels(returned))


@every_plot
def test_a_plot_that_fails_leaves_no_figure_and_says_its_name(name):
    arguments, options, shape = CASES[name]
    refused = 0
    for place in range(len(arguments)):
        given = list(arguments)
        given[place] = None
        try:
            getattr(plots, name)(*given, **options)
            plt.close("all")
        except Exception as error:
            refused += 1
            assert error.__notes__[-1].startswith(f"plots.{name} could not draw its arguments; help(")
        assert plt.get_fignums() == []
    assert refused
    where = "axes" if shape else "ax"
    count = int(np.prod(shape))
    with pytest.raises(TypeError, match=rf"{where} needs axes of Matplotlib; got int; take them from"):
        draw(name, **{where: [3] * count})
    _, many = plt.subplots(1, count + 1)
    with pytest.raises(ValueError, match=rf"{where} needs {count} axes; got {count + 1}; leave {where} out"):
        draw(name, **{where: many})
    assert plt.get_fignums() == [many[0].figure.number]  # a figure of the caller's stays


def test_a_broken_plot_is_found():
    bare, stretched = plt.subplots(1, 2)[1]
    bare.plot([0, 1])
    stretched.imshow(DIGITS[0], cmap="gray")  # its gray range comes from its own data
    assert find_breaks(bare) == ["panel 0 has no x label", "panel 0 has no y label", "no title"]
    assert find_breaks(stretched)[0].startswith("panel 0 shows gray levels on ")


@pytest.mark.parametrize("picture", [DIGITS, np.full((2, 2), np.nan), np.eye(3, dtype=bool), [[1], [2, 3]]])
def test_a_gray_picture_is_one_finite_picture(picture):
    with pytest.raises((ValueError, TypeError), match="picture needs .*; got .*; "):
        plots.wanted_gallery({"one": picture}, "Wanted")


@pytest.mark.parametrize("name", ["coverage_maps", "patch_row", "matrix_blocks", "spectra", "weight_curves"])
def test_lists_that_belong_together_are_equally_long(name):
    """One name too few would drop a panel or a curve in silence."""
    arguments, options, _ = CASES[name]
    short = [value[:-1] if isinstance(value, list) else value for value in arguments]
    if name in ("matrix_blocks", "spectra"):
        short[0] = arguments[0]
    with pytest.raises(ValueError, match="zip"):
        getattr(plots, name)(*short, **options)


@pytest.mark.parametrize("name", ["densities", "held_out_scores", "em_trace", "support_trace"])
def test_more_curves_than_colours_are_all_drawn(name):
    many = {f"curve {n}": LINE for n in range(9)}
    arguments = [many if isinstance(value, dict) else value for value in CASES[name][0]]
    ax = getattr(plots, name)(*arguments)
    assert [line.get_label() for line in ax.lines] == list(many)


def test_psnr_stands_under_a_picture_that_differs_from_the_truth():
    axes = plots.digit_rows({"clean": DIGITS, "off by 25.5": DIGITS + 25.5}, DIGITS)
    assert [ax.get_xlabel() for ax in axes[:, 0]] == ["", "20.0 dB"]


def test_the_readers_own_score_stands_under_a_picture():
    rows = plots.digit_rows({"": DIGITS + 1}, DIGITS, score=peak_of)
    table = plots.digit_table([DIGITS + 1], ["a"], ["x", "y", "z"], DIGITS[0], score=peak_of)
    assert rows[0, 0].get_xlabel() == table[0, 0].get_xlabel() == "255.0 dB"


def peak_of(picture, truth, peak):
    return peak


def test_shrinkage_draws_the_formula():
    """(M6), largest variance first."""
    ax = plots.shrinkage([100.0, 900.0, 400.0], (20.0,))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [900 / 1300, 400 / 800, 100 / 500])


def test_windows_of_patches_and_faces_are_framed():
    axes = plots.patch_windows(DIGITS[0], 2, [(3, 2)])
    np.testing.assert_array_equal(axes[1].images[0].get_array(), DIGITS[0, 3:5, 2:4])
    assert axes[1].get_title() == "i=3, j=2: patch 14"
    assert [frame.get_bbox().bounds for frame in axes[0].patches] == [(1.5, 2.5, 2, 2)]
    (ax,) = plots.face_gallery({"one": DIGITS[0]}, frames={"one": (1, 2, 4, 3)}, columns=1).flat
    assert [frame.get_bbox().bounds for frame in ax.patches] == [(1.5, 0.5, 3, 4)]


def test_maps_of_positions_show_powers_of_ten_down_to_the_lowest():
    """(S5): an impossible position has the lowest colour."""
    axes = plots.posterior_maps(DIGITS[:1], [[[1.0, 0.01], [1e-20, 0.0]]], ["noise 1"], (0, 0), lowest=-6)
    np.testing.assert_allclose(axes[1, 0].images[0].get_array(), [[0, -2], [-6, -6]])
    assert axes[1, 0].images[0].get_clim() == (-6, 0)
    q = np.diag([0.99, 0, 0.01, 0])
    axes = plots.scene_along_em([SMALL_SCENE], [q], ["start"], (0, 1))
    shown = axes[2, 0].images[0].get_array()
    np.testing.assert_allclose([shown[2, 2], shown[3, 3]], [-2, -6])
    near = plots.scene_along_em([SMALL_SCENE], [q], ["start"], (1, 2), reach=(1, 2))[2, 0]
    assert near.get_xlim() == (-0.5, 4.5) and near.get_ylim() == (2.5, -0.5)
    np.testing.assert_array_equal(axes[0, 0].images[0].get_array(), SMALL_SCENE.face)
    assert [float(mark.get_data()[n][0]) for mark in axes[2, 0].lines for n in (1, 0)] == [0, 1]


def test_the_corners_of_a_window_are_where_the_table_is_read():
    """(S6): T(a, b) sums what lies above row a and left of column b."""
    whole, table, *rectangles = draw("four_corners").T.ravel()
    titles = [ax.get_title() for ax in draw("four_corners")[:, 1:].ravel()]
    assert titles == ["+ T(1, 2) = 64", "- T(1, 4) = 100", "- T(4, 2) = 676", "+ T(4, 4) = 784"]
    assert whole.get_title() == "window at (1, 2): 72 gray levels"
    sizes = {(ax.patches[0].get_height(), ax.patches[0].get_width()) for ax in rectangles}
    assert sizes == {(1, 2), (1, 4), (4, 2), (4, 4)}
    marks = [(*line.get_data()[::-1], line.get_marker()) for line in table.lines]
    read = sorted((int(row[0]), int(column[0]), sign) for row, column, sign in marks if sign in ("+", "_"))
    assert read == [(1, 2, "+"), (1, 4, "_"), (4, 2, "_"), (4, 4, "+")]


def test_doubled_runs_fill_the_whole_run():
    """(S6): 11 = 1 + 2 + 8, end to end."""
    bars = [bar for bar in plots.doubled_runs(11).patches if bar.get_facecolor()[3] > 0]
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0, 1), (1, 2), (3, 8)]


def test_the_sandwich_is_drawn_above_the_start():
    """(S12), (S13): the M-step climbs from the last log-likelihood, the E-step adds the gap."""
    axes = plots.bound_sandwich([-90.0, -50.0], [-60.0, -45.0], [-50.0, -44.0])
    climb, gap = axes[0].lines[:2]
    np.testing.assert_allclose([*climb.get_ydata(), *gap.get_ydata()], [0, 30, 30, 40])
    np.testing.assert_allclose(axes[1].lines[0].get_ydata(), [40, 45])
