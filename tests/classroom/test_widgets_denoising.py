"""The denoising widget without a browser: the view is a plain function, and moving a control calls it."""

import io
import pathlib

import numpy as np
import pytest
from PIL import Image

from course_lib import datasets, denoising, gaussian, images, mixture, priors, report
from course_lib.classroom import widgets
from course_lib.classroom.widgets import _denoising, _pictures
from tests.helpers import shipped_prior

PANEL = 28 * 6 + _pictures.GAP  # pixels from one digit to the next


@pytest.fixture(scope="module")
def digits():
    return datasets.digits("test")[0][::200]


def noisy_version(clean, sigma):
    return images.add_noise(clean, sigma, np.random.default_rng(0))


def panel(sheet, number):
    """The digit with that number in the first picture, one pixel for each of its own, caption and frame left out."""
    return sheet[_pictures.CAPTION :: 6, number * PANEL : number * PANEL + 168 : 6]


def outside(box):
    """Mask (28, 28) of the pixels that the frame around `box` does not touch."""
    row, column, m, _ = box
    kept = np.ones((28, 28), dtype=bool)
    kept[max(row - 1, 0) : row + m + 1, max(column - 1, 0) : column + m + 1] = False
    return kept


def never_fitted(monkeypatch):
    """Only shipped priors are there, whatever this user's cache holds, and a fit is an error."""
    monkeypatch.setattr(priors, "cache_folder", lambda: pathlib.Path("nowhere"))
    monkeypatch.setattr(priors, "fit_digits", lambda *a, **k: pytest.fail("a widget must not fit"))


def shown(image):
    return np.asarray(Image.open(io.BytesIO(image.value)))


def test_view_shows_original_noisy_and_denoised(digits):
    view = widgets.denoising_view(digits[1], 25, 5, 11, row=2, column=3)
    noisy = noisy_version(digits[1], 25)
    restored = denoising.denoise(noisy, shipped_prior(5, 11), 25)
    kept = outside((0, 1, 5, 5))
    for number, look in enumerate((digits[1], noisy, restored)):
        np.testing.assert_array_equal(
            panel(view.pictures[0], number)[kept, 1], np.round(np.clip(look, 0, 255))[kept]
        )
    dB = [images.psnr(np.clip(look, 0, 255), digits[1]) for look in (noisy, restored)]
    assert view.readout.startswith(f"PSNR: noisy {dB[0]:.1f} dB, denoised {dB[1]:.1f} dB. ")
    assert view.note == ""


def test_error_is_orange_where_too_bright_and_blue_where_too_dark(digits):
    noisy = noisy_version(digits[1], 50)
    error = np.clip(denoising.denoise(noisy, shipped_prior(5, 11), 50), 0, 255) - digits[1]
    colours = panel(widgets.denoising_view(digits[1], 50, 5, 11, row=2, column=3).pictures[0], 3).astype(int)
    kept = outside((0, 1, 5, 5))
    red_over_blue = (colours[..., 0] - colours[..., 2])[kept]
    assert (red_over_blue[error[kept] > 5] > 0).all()
    assert (red_over_blue[error[kept] < -5] < 0).all()
    assert (colours[kept & (error == 0)] == 255).all()


@pytest.mark.parametrize("estimate", ["mean", "most_probable"])
def test_estimates_are_the_library_s(digits, estimate):
    """For this digit at this noise the two differ by 0.4 dB."""
    restored = denoising.denoise(noisy_version(digits[1], 100), shipped_prior(5, 11), 100, estimate=estimate)
    value = images.psnr(np.clip(restored, 0, 255), digits[1])
    assert f"denoised {value:.1f} dB" in widgets.denoising_view(digits[1], 100, 5, 11, estimate).readout


def test_the_report_s_rule_takes_one_component(digits):
    prior = shipped_prior(8, 20)
    value = images.psnr(report.literal_denoise(noisy_version(digits[2], 25), prior, 25), digits[2])
    sentences = [widgets.denoising_view(digits[2], 25, 8, 20, "report", row, 14).readout for row in (4, 14)]
    for sentence in sentences:
        assert f"denoised {value:.1f} dB" in sentence
        assert sentence.endswith(
            f"The rule takes component {report.literal_component(prior, 25)} for every patch."
        )
    assert sentences[0] != sentences[1]  # the patch's own best component does change


@pytest.mark.parametrize("left", [20, 3])
def test_weights_of_the_patch_are_those_of_M2(digits, left):
    """At the border, and where the component with the largest weight is not the one with the largest prior weight."""
    prior, noisy = shipped_prior(8, 20), noisy_version(digits[2], 100)
    channel = gaussian.LinearGaussian(np.eye(64), np.zeros(64), 100**2 * np.eye(64))
    weights = mixture.posterior(prior, channel, noisy[3:11, left : left + 8].ravel()).weights
    best = weights.argmax()
    assert (best == prior.weights.argmax()) == (left == 20)
    where = f"Patch of rows 3 to 10, columns {left} to {left + 7}"
    sentence = f"{where}: component {best} has the largest weight, {weights[best]:.2f}"
    view = widgets.denoising_view(digits[2], 100, 8, 20, row=7, column={20: 27, 3: 7}[left])
    assert f"{sentence}; its prior weight is {prior.weights[best]:.2f}." in view.readout
    bars = _pictures.bars(
        [("prior weights", prior.weights, _pictures.SKY), ("posterior weights", weights, _pictures.BLUE)]
    )
    np.testing.assert_array_equal(view.pictures[1][_pictures.CAPTION :, -bars.shape[1] :], bars)


@pytest.mark.parametrize("estimate", ["mean", "most_probable", "report"])
def test_patch_and_its_estimate_are_shown(digits, estimate):
    """A patch that no component explains alone, so that the three estimates differ."""
    y, prior = noisy_version(digits[2], 100)[3:11, 3:11].reshape(1, 64), shipped_prior(8, 20)
    estimates = {
        name: denoising.denoise_patches(y, prior, 100, estimate=name) for name in ("mean", "most_probable")
    }
    estimates["report"] = report.literal_denoise_patches(y, prior, 100)
    levels = {
        name: np.round(np.clip(z.reshape(8, 8), 0, 255)) for name, z in [*estimates.items(), ("noisy", y)]
    }
    chart = widgets.denoising_view(digits[2], 100, 8, 20, estimate, row=7, column=7).pictures[1]
    for number, name in enumerate(("noisy", estimate)):
        left = number * (96 + _pictures.GAP)
        found = chart[_pictures.CAPTION : _pictures.CAPTION + 96 : 12, left : left + 96 : 12, 0]
        assert [other for other in levels if np.array_equal(found, levels[other])] == [name]


def test_the_report_s_component_is_marked_in_the_bars(digits):
    prior, y = shipped_prior(8, 20), noisy_version(digits[2], 25)[10:18, 10:18].reshape(1, 64)
    weights = denoising.component_weights(y, prior, 25)[0]
    rows = [("prior weights", prior.weights, _pictures.SKY), ("posterior weights", weights, _pictures.BLUE)]
    bars = _pictures.bars(rows, marked=report.literal_component(prior, 25))
    chart = widgets.denoising_view(digits[2], 25, 8, 20, "report").pictures[1]
    np.testing.assert_array_equal(chart[_pictures.CAPTION :, -bars.shape[1] :], bars)


def test_the_patch_is_framed_in_every_picture_of_the_digit(digits):
    sheet = widgets.denoising_view(digits[1], 25, 5, 11, row=20, column=8).pictures[0]
    for number in range(4):
        look = sheet[_pictures.CAPTION :, number * PANEL : number * PANEL + 168]
        framed = (look == _pictures.RED).all(axis=2)
        rows, columns = np.flatnonzero(framed.any(axis=1)), np.flatnonzero(framed.any(axis=0))
        assert (rows[0], rows[-1], columns[0], columns[-1]) == (18 * 6 - 2, 23 * 6 + 1, 6 * 6 - 2, 11 * 6 + 1)
        assert not framed[18 * 6 + 1 : 23 * 6 - 1, 6 * 6 + 1 : 11 * 6 - 1].any()


def test_a_shipped_prior_is_read_once():
    """Reading takes longer than an answer may."""
    assert _denoising._prior(8, 20) is _denoising._prior(8, 20)


@pytest.mark.parametrize(
    ("at", "rows"), [(0, "rows 0 to 3"), (1, "rows 0 to 3"), (3, "rows 1 to 4"), (27, "rows 24 to 27")]
)
def test_a_patch_at_the_border_is_moved_inside(digits, at, rows):
    assert f"Patch of {rows}, " in widgets.denoising_view(digits[0], 25, 4, 5, row=at).readout


def test_a_pair_that_is_not_stored_gets_a_sentence_and_no_fit(digits, monkeypatch):
    never_fitted(monkeypatch)
    view = widgets.denoising_view(digits[0], 25, 16, 200)
    assert view.pictures[0].shape == (28 * 6 + _pictures.CAPTION, PANEL + 168, 3)
    assert view.readout == ""
    assert view.note == (
        f"No prior with m = 16 and K = 200 is shipped; for m = 16 choose K from {ks_of(16)}, "
        "or fit it once with priors.digit_prior(16, 200)."
    )


def test_a_pair_that_the_user_has_fitted_is_shown(digits, monkeypatch):
    mine = shipped_prior(16, 5)
    monkeypatch.setattr(priors, "stored_prior", lambda m, K, **_: mine)
    assert widgets.denoising_view(digits[0], 25, 16, 200).readout.startswith("PSNR: noisy ")


def test_a_side_without_any_prior_gets_the_sides_there_are(digits, monkeypatch):
    never_fitted(monkeypatch)
    assert "choose m from 4, 5, 8, 16, or fit it" in widgets.denoising_view(digits[0], 25, 7, 5).note


def test_a_stack_is_not_one_picture(digits):
    with pytest.raises(ValueError, match=r"clean needs shape \(H, W\)"):
        widgets.denoising_view(digits, 25, 5, 5)


def test_a_patch_larger_than_the_picture_is_refused(digits):
    with pytest.raises(ValueError, match="patch needs to fit inside image of 12 x 28; got 16 x 16"):
        widgets.denoising_view(digits[0][:12], 25, 16, 5)


def test_an_unknown_estimate_is_refused(digits):
    with pytest.raises(ValueError, match="estimate needs one of"):
        widgets.denoising_view(digits[0], 25, 5, 5, "median")


def ks_of(m):
    return ", ".join(str(K) for K in sorted({K for side, K, _ in priors.SHIPPED if side == m}))


def test_widget_starts_with_the_view_it_was_asked_for(digits):
    board = widgets.denoising_widget(
        digits, noise_std=50, patch_size=5, n_components=11, estimate="most_probable"
    )
    view = widgets.denoising_view(digits[0], 50, 5, 11, "most_probable")
    assert view.readout in board.readout.value
    for image, picture in zip(board.pictures, view.pictures, strict=True):
        np.testing.assert_array_equal(shown(image), picture)


@pytest.mark.parametrize(
    ("control", "value", "view"),
    [
        ("digit", 3, (3, 25, 5, 11, "mean", 14, 14)),
        ("noise_std", 60, (0, 60, 5, 11, "mean", 14, 14)),
        ("patch_size", 4, (0, 25, 4, 11, "mean", 14, 14)),
        ("n_components", 20, (0, 25, 5, 20, "mean", 14, 14)),
        ("estimate", "report", (0, 25, 5, 11, "report", 14, 14)),
        ("row", 2, (0, 25, 5, 11, "mean", 2, 14)),
        ("column", 20, (0, 25, 5, 11, "mean", 14, 20)),
    ],
)
def test_moving_a_control_shows_the_new_view(digits, control, value, view):
    board = widgets.denoising_widget(digits, patch_size=5, n_components=11)
    board.controls[control].value = value
    index, *rest = view
    expected = widgets.denoising_view(digits[index], *rest)
    assert expected.readout in board.readout.value
    np.testing.assert_array_equal(shown(board.pictures[0]), expected.pictures[0])
    np.testing.assert_array_equal(shown(board.pictures[1]), expected.pictures[1])


def test_choosing_a_missing_pair_says_so_and_the_next_choice_recovers(digits, monkeypatch):
    never_fitted(monkeypatch)
    board = widgets.denoising_widget(digits, patch_size=5, n_components=200)
    board.controls["patch_size"].value = 16
    assert "No prior with m = 16 and K = 200 is shipped" in board.note.value
    assert [image.layout.visibility for image in board.pictures] == ["visible", "hidden"]
    board.controls["n_components"].value = 1
    assert board.note.value == ""
    assert [image.layout.visibility for image in board.pictures] == ["visible", "visible"]


def test_pictures_smaller_than_the_patch_get_a_sentence(digits):
    board = widgets.denoising_widget(digits[:, :12], patch_size=16, n_components=5)
    assert "patch needs to fit inside image of 12 x 28; got 16 x 16" in board.note.value
    assert {image.layout.visibility for image in board.pictures} == {"hidden"}


def test_every_shipped_pair_can_be_chosen(digits):
    controls = widgets.denoising_widget(digits).controls
    ms, ks = ([value for _, value in controls[name].options] for name in ("patch_size", "n_components"))
    assert {(m, K) for m, K, _ in priors.SHIPPED} <= {(m, K) for m in ms for K in ks}


def test_sliders_reach_all_noise_and_all_pixels(digits):
    controls = widgets.denoising_widget(digits[:, :20]).controls
    ranges = {
        name: [value for _, value in controls[name].options]
        for name in ("digit", "noise_std", "row", "column")
    }
    expected = {
        "digit": range(len(digits)),
        "noise_std": range(5, 151, 5),
        "row": range(20),
        "column": range(28),
    }
    assert ranges == {name: list(values) for name, values in expected.items()}
    assert (controls["row"].value, controls["column"].value) == (10, 14)


def test_two_copies_live_side_by_side(digits):
    one, other = widgets.denoising_widget(digits), widgets.denoising_widget(digits)
    before = other.pictures[0].value
    one.controls["noise_std"].value = 100
    assert other.pictures[0].value == before != one.pictures[0].value
