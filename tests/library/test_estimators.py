"""PatchDenoiser: a thin shell around fit and denoise, in good standing with scikit-learn."""

import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from course_lib import datasets, denoising, images, mixture, patches
from course_lib.estimators import PatchDenoiser, SceneFinder
from tests.library.image_estimators import Rows, statuses


class FlatDenoiser(Rows, PatchDenoiser):
    """An image of 1 x F pixels is its own clean image, and comes back as a row."""

    copies, column = 2, 0


@pytest.fixture(scope="module")
def digits():
    clean = datasets.digits("train")[0][::300]
    return images.add_noise(clean, 25, np.random.default_rng(0)), clean


@pytest.fixture(scope="module")
def small():
    return PatchDenoiser(n_components=3, patch_size=4, max_patches=1500, max_iter=10, random_state=0)


@pytest.fixture(scope="module")
def fitted(digits, small):
    return clone(small).fit(*digits)


pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_checks_of_scikit_learn():
    assert statuses(PatchDenoiser()) == ["passed"]
    assert statuses(FlatDenoiser(1, 1, random_state=0)).count("passed") >= 30
    tags = PatchDenoiser().__sklearn_tags__()
    assert tags.input_tags.three_d_array and not tags.input_tags.two_d_array and tags.target_tags.required
    samples = (PatchDenoiser(estimate="sample", random_state=seed).__sklearn_tags__() for seed in (None, 0))
    assert [tag.non_deterministic for tag in (tags, *samples)] == [False, True, False]


def test_predict_is_denoise_and_score_is_the_mean_psnr_after_one_clip(digits, fitted):
    noisy, clean = digits
    cleaned = denoising.denoise(noisy, fitted.prior_, 25.0)
    np.testing.assert_array_equal(fitted.predict(noisy), cleaned)
    expected = images.psnr(np.clip(cleaned, 0, 255), clean).mean()
    assert fitted.score(noisy, clean) == pytest.approx(expected, rel=1e-12)
    assert expected > images.psnr(np.clip(noisy, 0, 255), clean).mean() + 3


def test_the_prior_is_fitted_to_patches_of_clean_images_by_the_random_state(digits, small, fitted):
    """One number of random_state chooses the patches, the next starts k-means."""
    state = np.random.RandomState(0)
    rng = np.random.default_rng(state.randint(2**31))
    rng.multivariate_hypergeometric([30 * 25 * 25], 1500)
    chosen = patches.sample_patches(digits[1], 4, 1500, rng)
    wanted = mixture.fit(chosen, 3, max_iter=10, random_state=state.randint(2**31))
    np.testing.assert_array_equal(fitted.prior_.covs, wanted.covs)
    again, other = (clone(small).set_params(random_state=seed).fit(*digits) for seed in (0, 1))
    np.testing.assert_array_equal(again.prior_.means, fitted.prior_.means)
    assert not np.array_equal(other.prior_.means, fitted.prior_.means)
    with pytest.raises(NotFittedError):
        clone(fitted).predict(digits[0])


@pytest.mark.parametrize("kind", [np.asarray, list])
def test_works_in_a_grid_search_and_in_a_pipeline(digits, small, kind):
    noisy, clean = (kind(stack) for stack in digits)
    grid = {"n_components": [1, 3], "patch_size": [3, 5]}
    search = GridSearchCV(small, grid, cv=2, error_score="raise").fit(noisy, clean)
    assert search.cv_results_["mean_test_score"].shape == (4,)
    assert search.best_params_["n_components"] == 3
    assert search.score(noisy, clean) > images.psnr(np.clip(digits[0], 0, 255), digits[1]).mean() + 3
    assert make_pipeline(small).fit(noisy, clean).predict(noisy).shape == digits[0].shape


def test_images_of_different_sizes(digits, small):
    parts = [[image[: 20 + i % 3] for i, image in enumerate(stack)] for stack in digits]
    model = clone(small).fit(*parts)
    cleaned = model.predict(parts[0])
    assert [image.shape for image in cleaned] == [image.shape for image in parts[1]]
    np.testing.assert_allclose(cleaned[4], denoising.denoise(parts[0][4], model.prior_, 25.0), rtol=1e-10)
    wanted = np.mean([images.psnr(np.clip(a, 0, 255), b) for a, b in zip(cleaned, parts[1])])
    assert model.score(*parts) == pytest.approx(wanted)
    for i in (0, 4):  # the patch must fit each of them
        with pytest.raises(ValueError, match=r"m needs to be at most 3 for images of 3 x 28; got 4"):
            clone(small).fit(*([*stack[:i], stack[i][:3], *stack[i + 1 :]] for stack in parts))


def test_noise_is_measured_when_it_is_not_given(digits, small):
    model = clone(small).set_params(noise_std=None).fit(*digits)
    assert abs(model.noise_std_ - 25) < 5 * 25 / np.sqrt(2 * digits[0].size)  # 5 standard errors


def test_samples_come_from_the_random_state_and_a_gate_from_its_rank(digits, fitted):
    noisy = digits[0][:2]
    model = clone(fitted).set_params(estimate="sample").fit(*digits)
    np.testing.assert_array_equal(model.predict(noisy), model.predict(noisy))
    assert not np.array_equal(model.predict(noisy), model.set_params(random_state=9).predict(noisy))
    model.set_params(gate_rank=2, estimate="mean")
    wanted = denoising.denoise(noisy, fitted.prior_, 25.0, gate_rank=2)
    np.testing.assert_array_equal(model.predict(noisy), wanted)


def test_what_draws_nothing_leaves_numpys_global_stream_alone(digits, fitted):
    """random_state=None stands for that stream: only a sample moves it on."""
    noisy, clean = (stack[:2] for stack in digits)
    model = clone(fitted).set_params(random_state=None).fit(*digits)

    def moved(call):
        before = np.random.get_state()[1:3]
        call()
        return not all(map(np.array_equal, before, np.random.get_state()[1:3]))

    for estimate in denoising.ESTIMATES:
        model.set_params(estimate=estimate)
        assert moved(lambda: model.predict(noisy)) == (estimate == "sample")
        assert moved(lambda: model.score(noisy, clean)) == (estimate == "sample")
    finder = SceneFinder((4, 4), max_iter=2).fit(noisy)
    assert not moved(lambda: (finder.predict(noisy), finder.score(noisy)))


STATE = "random_state needs None, an int of 0 to 2**32 - 1 or a numpy RandomState; got "


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"n_components": 10_000}, ValueError, "n_components needs a whole number from 1 to 1500; got 10000"),
    ({"patch_size": 29}, ValueError, "m needs to be at most 28 for images of 28 x 28; got 29"),
    ({"noise_std": 0}, ValueError, "noise_std needs a finite number above 0"),
    ({"estimate": "map"}, ValueError, "estimate needs one of 'mean', 'most_probable', 'sample'; got"),
    ({"max_patches": 0}, ValueError, "max_patches needs a whole number of at least 1; got 0"),
    ({"reg_covar": -1}, ValueError, "reg_covar needs a finite number above 0"),
    ({"max_iter": 0}, ValueError, "max_iter needs a whole number of at least 1; got 0"),
    ({"gate_rank": 17}, ValueError, "gate_rank needs a whole number from 1 to 16; got 17"),
    ({"progress": "abc"}, TypeError, "progress needs True or False; got str 'abc'"),
    ({"random_state": np.random.default_rng(0)}, TypeError, STATE + "Generator; take a small int"),
    ({"random_state": "0"}, TypeError, STATE + "str"),
    ({"random_state": -1}, ValueError, STATE + "-1"),
    ({"random_state": 2**32}, ValueError, STATE + "4294967296"),
])  # fmt: skip
def test_bad_parameters_stop_before_any_work(digits, small, capsys, change, error, message):
    """A fit would have shown its progress."""
    model = clone(small).set_params(**({"progress": True} | change))
    with pytest.raises(error, match=re.escape(message)):
        model.fit(*digits)
    assert capsys.readouterr().err == "" and not hasattr(model, "prior_")
    if "random_state" in change:
        for call in (SceneFinder(**change).fit, lambda x: mixture.fit(x[0], 1, **change)):
            with pytest.raises(error, match=re.escape(message)):
                call(digits[0])


@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda x: x[0], ValueError, "got (28, 28); cut all pictures to one size; a single picture"),
    (lambda x: x[:0], ValueError, "noisy needs shape (N, H, W); got (0, 28, 28)"),
    (lambda x: np.where(x == x[0, 0, 0], np.nan, x), ValueError, "noisy needs finite numbers; got 1 NaN"),
    (lambda x: [x[0], x[1, :, 0]], ValueError, "noisy[1] needs shape (H, W); got (28,)"),
    (lambda x: [[[1.0, 2.0], [3.0]]], ValueError, "noisy[0] needs parts of one shape"),
    (lambda x: [np.ma.masked_equal(x[0], 0)], TypeError, "noisy[0] needs a plain array"),
    (lambda x: x[:5], ValueError, "noisy and clean need images of the same sizes; got 5 images"),
    (lambda x: x[:, :20], ValueError, "noisy and clean need images of the same sizes"),
])  # fmt: skip
def test_bad_images_are_refused_everywhere(digits, fitted, change, error, message):
    bad = change(digits[0])
    for call in (clone(fitted).fit, fitted.score):
        with pytest.raises(error, match=re.escape(message)):
            call(bad, digits[1])
    if "same sizes" not in message:
        with pytest.raises(error, match=re.escape(message)):
            fitted.predict(bad)


def test_images_of_any_kind_are_taken_and_left_alone(digits, small):
    noisy, clean = np.rint(digits[0]).astype(int), digits[1].astype(np.uint8)
    kept = noisy.copy(), clean.copy()
    model = clone(small).fit(noisy, clean)
    wanted = clone(small).fit(noisy * 1.0, clean * 1.0)
    np.testing.assert_array_equal(model.predict(noisy), wanted.predict(noisy * 1.0))
    assert model.score(noisy, clean) == wanted.score(noisy * 1.0, clean * 1.0)
    assert (noisy == kept[0]).all() and (clean == kept[1]).all()
