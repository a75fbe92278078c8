"""The denoising widget: its view is a plain function, whose numbers and pixels are those of the library."""

import numpy as np
import pytest

from course_lib import datasets, denoising, gaussian, images, mixture, priors, report
from course_lib.classroom import widgets
from course_lib.classroom.widgets import _pictures
from tests.helpers import shipped_prior

PANEL = 28 * 6 + _pictures.GAP  # pixels from one digit to the next
DIGITS = datasets.digits("test")[0][::200]
ESTIMATES = ("mean", "most_probable")
every_estimate = pytest.mark.parametrize("estimate", [*ESTIMATES, "report"])


def add_noise(clean, sigma):
    return images.add_noise(clean, sigma, np.random.default_rng(0))


def panel(sheet, number):
    """The digit with that number in the first picture, one pixel for each of its own, caption left out."""
    return sheet[_pictures.CAPTION :: 6, number * PANEL : number * PANEL + 168 : 6]


def outside(row, column, m):
    """Mask (28, 28) of the pixels that the frame around a patch does not touch."""
    kept = np.ones((28, 28), dtype=bool)
    kept[max(row - 1, 0) : row + m + 1, max(column - 1, 0) : column + m + 1] = False
    return kept


def test_view_shows_original_noisy_and_denoised_and_the_error():
    """The error is orange where too bright, blue where too dark; a patch at the border moves inside."""
    clean, noisy = DIGITS[1], add_noise(DIGITS[1], 50)
    view = widgets.denoising_view(clean, 50, 5, 11, row=2, column=3)
    restored = denoising.denoise(noisy, shipped_prior(5, 11), 50)
    kept = outside(0, 1, 5)
    for number, look in enumerate((clean, noisy, restored)):
        levels = np.round(np.clip(look, 0, 255))
        np.testing.assert_array_equal(panel(view.pictures[0], number)[kept, 1], levels[kept])
    error = np.clip(restored, 0, 255) - clean
    colours = panel(view.pictures[0], 3).astype(int)
    red_over_blue = (colours[..., 0] - colours[..., 2])[kept]
    assert (red_over_blue[error[kept] > 5] > 0).all() and (red_over_blue[error[kept] < -5] < 0).all()
    assert (colours[kept & (error == 0)] == 255).all()
    dB = [images.psnr(np.clip(look, 0, 255), clean) for look in (noisy, restored)]
    assert view.readout.startswith(f"PSNR: noisy {dB[0]:.1f} dB, denoised {dB[1]:.1f} dB. ")
    assert view.note == ""


@every_estimate
def test_estimates_are_the_library_s(estimate):
    """For this digit at this noise they differ by 0.4 dB and more."""
    given = add_noise(DIGITS[1], 100), shipped_prior(5, 11), 100
    rule, how = report.literal_denoise, {"estimate": estimate}
    restored = rule(*given) if estimate == "report" else denoising.denoise(*given, **how)
    value = images.psnr(np.clip(restored, 0, 255), DIGITS[1])
    assert f"denoised {value:.1f} dB" in widgets.denoising_view(DIGITS[1], 100, 5, 11, estimate).readout


@pytest.mark.parametrize(("left", "column"), [(20, 27), (3, 7)])
def test_weights_of_the_patch_are_those_of_M2(left, column):
    """At the border, and where the component with the largest weight has not the largest prior weight."""
    prior, noisy = shipped_prior(8, 20), add_noise(DIGITS[2], 100)
    channel = gaussian.LinearGaussian(np.eye(64), np.zeros(64), 100**2 * np.eye(64))
    weights = mixture.posterior(prior, channel, noisy[3:11, left : left + 8].ravel()).weights
    best = weights.argmax()
    assert (best == prior.weights.argmax()) == (left == 20)
    where = f"Patch of rows 3 to 10, columns {left} to {left + 7}"
    sentence = f"{where}: component {best} has the largest weight, {weights[best]:.2f}"
    view = widgets.denoising_view(DIGITS[2], 100, 8, 20, row=7, column=column)
    assert f"{sentence}; its prior weight is {prior.weights[best]:.2f}." in view.readout
    assert_bars(view, prior, weights, None)


def assert_bars(view, prior, weights, marked):
    rows = [("prior weights", prior.weights, _pictures.SKY), ("posterior weights", weights, _pictures.BLUE)]
    bars = _pictures.draw_bars(rows, marked=marked)
    np.testing.assert_array_equal(view.pictures[1][_pictures.CAPTION :, -bars.shape[1] :], bars)


def test_the_report_s_rule_takes_one_component_and_marks_it():
    prior = shipped_prior(8, 20)
    taken = report.literal_component(prior, 25)
    views = [widgets.denoising_view(DIGITS[2], 25, 8, 20, "report", row, 14) for row in (4, 14)]
    for view in views:
        assert view.readout.endswith(f"The rule takes component {taken} for every patch.")
    assert views[0].readout != views[1].readout  # the patch's own best component does change
    y = add_noise(DIGITS[2], 25)[10:18, 10:18].reshape(1, 64)
    assert_bars(views[1], prior, denoising.component_weights(y, prior, 25)[0], taken)


@every_estimate
def test_patch_and_its_estimate_are_shown(estimate):
    """A patch that no component explains alone, so that the three estimates differ."""
    y, prior = add_noise(DIGITS[2], 100)[3:11, 3:11].reshape(1, 64), shipped_prior(8, 20)
    levels = {name: denoising.denoise_patches(y, prior, 100, estimate=name) for name in ESTIMATES}
    levels |= {"report": report.literal_denoise_patches(y, prior, 100), "noisy": y}
    levels = {name: np.round(np.clip(z.reshape(8, 8), 0, 255)) for name, z in levels.items()}
    chart = widgets.denoising_view(DIGITS[2], 100, 8, 20, estimate, row=7, column=7).pictures[1]
    for number, name in enumerate(("noisy", estimate)):
        left = number * (96 + _pictures.GAP)
        found = chart[_pictures.CAPTION : _pictures.CAPTION + 96 : 12, left : left + 96 : 12, 0]
        assert [other for other in levels if np.array_equal(found, levels[other])] == [name]


def test_the_patch_is_framed_in_every_picture_of_the_digit():
    sheet = widgets.denoising_view(DIGITS[1], 25, 5, 11, row=20, column=8).pictures[0]
    for number in range(4):
        look = sheet[_pictures.CAPTION :, number * PANEL : number * PANEL + 168]
        framed = (look == _pictures.RED).all(axis=2)
        rows, columns = np.flatnonzero(framed.any(axis=1)), np.flatnonzero(framed.any(axis=0))
        ends = rows[0], rows[-1], columns[0], columns[-1]
        assert ends == (18 * 6 - 2, 23 * 6 + 1, 6 * 6 - 2, 11 * 6 + 1)
        assert not framed[18 * 6 + 1 : 23 * 6 - 1, 6 * 6 + 1 : 11 * 6 - 1].any()


@pytest.mark.parametrize(("at", "rows"), [(0, "0 to 3"), (1, "0 to 3"), (3, "1 to 4"), (27, "24 to 27")])
def test_a_patch_at_the_border_is_moved_inside(at, rows):
    assert f"Patch of rows {rows}, " in widgets.denoising_view(DIGITS[0], 25, 4, 5, row=at).readout


def test_a_shipped_prior_is_read_once_and_weighed_through_its_plan(monkeypatch):
    """Reading takes longer than an answer may."""
    first = widgets.denoising_view(DIGITS[0], 25, 8, 20)
    monkeypatch.setattr(priors, "stored_prior", lambda *a, **k: pytest.fail("it is read again"))
    assert widgets.denoising_view(DIGITS[0], 25, 8, 20).readout == first.readout


def test_a_pair_that_is_not_stored_gets_a_sentence_and_no_fit(monkeypatch, tmp_path):
    """Only shipped priors are there, whatever this user's cache holds, and a fit is an error."""
    monkeypatch.setattr(priors, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(priors, "fit_digits", lambda *a, **k: pytest.fail("a widget must not fit"))
    view = widgets.denoising_view(DIGITS[0], 25, 16, 200)
    assert view.pictures[0].shape == (28 * 6 + _pictures.CAPTION, PANEL + 168, 3)
    assert (view.readout, len(view.pictures)) == ("", 1)
    counts = ", ".join(map(str, sorted({K for side, K, _ in priors.SHIPPED if side == 16})))
    assert view.note == (
        f"No prior with m = 16 and K = 200 is shipped; for m = 16 choose K from {counts}, "
        "or fit it once with priors.digit_prior(16, 200)."
    )
    assert "choose m from 4, 5, 8, 16, or fit it" in widgets.denoising_view(DIGITS[0], 25, 7, 5).note


def test_a_pair_that_the_user_has_fitted_is_shown(monkeypatch):
    mine = shipped_prior(16, 5)
    monkeypatch.setattr(priors, "stored_prior", lambda m, K, **_: mine)
    assert widgets.denoising_view(DIGITS[0], 25, 16, 200).readout.startswith("PSNR: noisy ")


def test_every_shipped_pair_can_be_chosen_and_every_pixel():
    controls = widgets.denoising_widget(DIGITS[:, :20]).controls
    offered = {name: [value for _, value in control.options] for name, control in controls.items()}
    pairs = {(m, K) for m in offered["patch_size"] for K in offered["n_components"]}
    assert {(m, K) for m, K, _ in priors.SHIPPED} <= pairs
    sizes = {"digit": len(DIGITS), "row": 20, "column": 28}
    assert {name: offered[name] for name in sizes} == {name: list(range(n)) for name, n in sizes.items()}
    assert (controls["row"].value, controls["column"].value) == (10, 14)
