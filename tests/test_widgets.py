"""Widgets without a browser: the view is a plain function, and moving a control calls it."""

import io

import numpy as np
import pytest
from PIL import Image

from course_lib import datasets, denoising, images, priors, widgets
from tests.helpers import shipped_prior


@pytest.fixture(scope="module")
def digits():
    return datasets.digits("test")[0][::200]


def test_view_shows_original_noisy_and_denoised(digits):
    picture, sentence = widgets.denoising_view(digits[1], 25, 5, 11)
    assert picture.shape == (28, 3 * 28 + 2 * widgets.GAP)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[:, :28], digits[1])
    noisy = images.add_noise(digits[1], 25, np.random.default_rng(0))
    np.testing.assert_array_equal(picture[:, 30:58], np.round(np.clip(noisy, 0, 255)))
    restored = np.clip(denoising.denoise(noisy, shipped_prior(5, 11), 25), 0, 255)
    np.testing.assert_array_equal(picture[:, 60:], np.round(restored))
    dB = [images.psnr(look, digits[1]) for look in (np.clip(noisy, 0, 255), restored)]
    assert sentence == f"noisy {dB[0]:.1f} dB, denoised {dB[1]:.1f} dB"


def test_a_pair_that_is_not_shipped_gets_a_sentence_and_no_fit(digits, monkeypatch):
    monkeypatch.setattr(priors, "fit_digits", lambda *a, **k: pytest.fail("a widget must not fit"))
    picture, sentence = widgets.denoising_view(digits[0], 25, 16, 200)
    assert picture.shape == (28, 2 * 28 + widgets.GAP)
    assert sentence == f"No prior with m = 16 and K = 200 is shipped; for m = 16 choose K from {ks_of(16)}."


def test_a_side_without_any_prior_gets_the_sides_there_are(digits):
    assert widgets.denoising_view(digits[0], 25, 7, 5)[1] == "No prior with m = 7 and K = 5 is shipped; choose m from 4, 5, 8, 16."


def test_a_stack_is_not_one_picture(digits):
    with pytest.raises(ValueError, match=r"clean needs shape \(H, W\)"):
        widgets.denoising_view(digits, 25, 5, 5)


def ks_of(m):
    return ", ".join(str(K) for K in sorted({K for side, K, _ in priors.SHIPPED if side == m}))


def test_widget_starts_with_the_view_it_was_asked_for(digits):
    *_, sentence, picture = widgets.denoising_widget(digits, noise_std=50, patch_size=5, n_components=11).children
    view, text = widgets.denoising_view(digits[0], 50, 5, 11)
    assert sentence.value == text
    shown = np.asarray(Image.open(io.BytesIO(picture.value)))
    np.testing.assert_array_equal(shown[:: widgets.ZOOM, :: widgets.ZOOM], view)
    assert shown.shape == tuple(widgets.ZOOM * side for side in view.shape)


@pytest.mark.parametrize(("place", "value", "view"), [(0, 3, (3, 25, 5, 11)), (1, 60, (0, 60, 5, 11)), (2, 4, (0, 25, 4, 11)), (3, 20, (0, 25, 5, 20))])
def test_moving_a_control_shows_the_new_view(digits, place, value, view):
    widget = widgets.denoising_widget(digits, noise_std=25, patch_size=5, n_components=11)
    *_, sentence, picture = widget.children
    before = picture.value
    widget.children[place].value = value
    index, *rest = view
    assert sentence.value == widgets.denoising_view(digits[index], *rest)[1]
    assert picture.value != before


def test_choosing_a_missing_pair_says_so_and_the_next_choice_recovers(digits):
    widget = widgets.denoising_widget(digits, patch_size=5, n_components=200)
    _, _, m, K, sentence, _ = widget.children
    m.value = 16
    assert sentence.value.startswith("No prior with m = 16 and K = 200 is shipped")
    K.value = 1
    assert sentence.value.startswith("noisy ")


def test_every_shipped_pair_can_be_chosen(digits):
    _, _, m, K, _, _ = widgets.denoising_widget(digits).children
    assert {(side, k) for side, k, _ in priors.SHIPPED} <= {(side, k) for side in m.options for k in K.options}
