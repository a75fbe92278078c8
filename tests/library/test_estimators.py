"""PatchDenoiser: a thin shell around fit and denoise, in good standing with scikit-learn."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from course_lib import datasets, denoising, images
from course_lib.estimators import PatchDenoiser

# Checks of scikit-learn that feed features in two dimensions, and why each cannot hold for images.
NOT_FOR_IMAGES = {
    "check_n_features_in_after_fitting": "images have no fixed number of features: any size from the patch up is denoised",
    "check_n_features_in": "images have no fixed number of features: any size from the patch up is denoised",
    "check_complex_data": "the course raises TypeError for kinds, where scikit-learn wants ValueError",
    "check_dtype_object": "the course raises TypeError for arrays of objects, even if all are numbers",
    "check_estimators_empty_data_messages": "the message has the course's format, not scikit-learn's words",
    "check_fit2d_predict1d": "the message has the course's format, not scikit-learn's words",
    "check_array_api_input": "numpy only",
}


class FlatDenoiser(PatchDenoiser):
    """PatchDenoiser on rows of pixels, so that scikit-learn's two-dimensional checks reach its code.

    A row of F features is an image of 1 x F pixels and its own clean image; patches are single pixels.
    """

    def fit(self, X, y=None):
        return super().fit(self._images(X), self._images(X))

    def predict(self, X):
        return super().predict(self._images(X))[:, 0]

    def score(self, X, y=None):
        return super().score(self._images(X), self._images(X))

    @staticmethod
    def _images(X):
        return X[:, None] if getattr(X, "ndim", 0) == 2 and not hasattr(X, "toarray") else X

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.target_tags.required = False
        return tags


@pytest.fixture(scope="module")
def digits():
    clean = datasets.digits("train")[0][::300]
    return images.add_noise(clean, 25, np.random.default_rng(0)), clean


@pytest.fixture(scope="module")
def small():
    return PatchDenoiser(n_components=3, patch_size=4, max_patches=1500, max_iter=10, random_state=0)


pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_check_estimator_with_the_tags_of_images():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(PatchDenoiser())
    assert [r["status"] for r in results] == ["passed"]
    tags = PatchDenoiser().__sklearn_tags__()
    assert tags.input_tags.three_d_array and not tags.input_tags.two_d_array and tags.target_tags.required


def test_check_estimator_on_rows_of_pixels():
    """All of scikit-learn's checks, 30 and more, except those that cannot hold; any other failure raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(
            FlatDenoiser(1, 1, random_state=0), expected_failed_checks=NOT_FOR_IMAGES, on_skip=None
        )
    assert sum(result["status"] == "passed" for result in results) >= 30


def test_predict_is_denoise_and_score_is_the_mean_psnr_after_one_clip(digits, small):
    noisy, clean = digits
    model = clone(small).fit(noisy, clean)
    cleaned = denoising.denoise(noisy, model.prior_, 25.0)
    np.testing.assert_array_equal(model.predict(noisy), cleaned)
    expected = images.psnr(np.clip(cleaned, 0, 255), clean).mean()
    assert model.score(noisy, clean) == pytest.approx(expected, rel=1e-12)
    assert expected > images.psnr(np.clip(noisy, 0, 255), clean).mean() + 3


def test_same_seed_same_fit_and_clone_forgets(digits, small):
    first, second = (clone(small).fit(*digits) for _ in range(2))
    np.testing.assert_array_equal(first.prior_.means, second.prior_.means)
    other = clone(small).set_params(random_state=1).fit(*digits)
    assert not np.array_equal(first.prior_.means, other.prior_.means)
    with pytest.raises(NotFittedError):
        clone(first).predict(digits[0])


def test_every_parameter_reaches_get_params():
    given = dict(
        n_components=7, patch_size=3, noise_std=None, estimate="sample", reg_covar=2.0, max_iter=9, max_patches=99,
        gate_rank=4, progress=True, random_state=5,
    )  # fmt: skip
    assert PatchDenoiser(**given).get_params() == given


@pytest.mark.parametrize("kind", [np.asarray, list])
def test_grid_search_over_components_and_patch_size(digits, small, kind):
    noisy, clean = (kind(stack) for stack in digits)
    grid = {"n_components": [1, 3], "patch_size": [3, 5]}
    search = GridSearchCV(small, grid, cv=2, error_score="raise").fit(noisy, clean)
    assert search.cv_results_["mean_test_score"].shape == (4,)
    assert search.best_params_["n_components"] == 3
    assert search.score(noisy, clean) > images.psnr(np.clip(digits[0], 0, 255), digits[1]).mean() + 3


def test_images_of_different_sizes(digits, small):
    noisy, clean = digits
    cut = [slice(0, 20 + i % 3) for i in range(len(clean))]
    parts = [[image[rows] for image, rows in zip(stack, cut)] for stack in (noisy, clean)]
    model = clone(small).fit(*parts)
    cleaned = model.predict(parts[0])
    assert [image.shape for image in cleaned] == [image.shape for image in parts[1]]
    np.testing.assert_allclose(
        cleaned[4], denoising.denoise(parts[0][4], model.prior_, 25.0), rtol=1e-10, atol=1e-10
    )
    assert model.score(*parts) == pytest.approx(
        np.mean([images.psnr(np.clip(a, 0, 255), b) for a, b in zip(cleaned, parts[1])])
    )


def test_noise_is_measured_when_it_is_not_given(digits, small):
    model = clone(small).set_params(noise_std=None).fit(*digits)
    n = digits[0].size
    assert model.noise_std_ == pytest.approx(25, abs=5 * 25 / np.sqrt(2 * n))  # five standard errors


def test_samples_come_from_the_random_state(digits, small):
    noisy, clean = digits[0][:2], digits[1][:2]
    model = clone(small).set_params(estimate="sample").fit(noisy, clean)
    np.testing.assert_array_equal(model.predict(noisy), model.predict(noisy))
    assert not np.array_equal(model.predict(noisy), model.set_params(random_state=9).predict(noisy))


def test_gate_rank_reaches_the_filter(digits, small):
    noisy = digits[0][:2]
    model = clone(small).fit(*digits).set_params(gate_rank=2)
    np.testing.assert_array_equal(
        model.predict(noisy), denoising.denoise(noisy, model.prior_, 25.0, gate_rank=2)
    )


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"n_components": 10_000}, ValueError, "n_components needs a whole number from 1 to 1500; got 10000"),
        ({"n_components": 2.5}, TypeError, "n_components needs a whole number; got float 2.5"),
        ({"patch_size": 29}, ValueError, "m needs to be at most 28 for images of 28 x 28; got 29"),
        ({"noise_std": 0}, ValueError, "noise_std needs a finite number above 0"),
        ({"noise_std": "25"}, TypeError, "noise_std needs one real number; got str '25'"),
        (
            {"estimate": "map"},
            ValueError,
            "estimate needs one of 'mean', 'most_probable', 'sample'; got str 'map'",
        ),
        ({"max_patches": 0}, ValueError, "max_patches needs a whole number of at least 1; got 0"),
        ({"reg_covar": -1}, ValueError, "reg_covar needs a finite number above 0"),
        ({"max_iter": 0}, ValueError, "max_iter needs a whole number of at least 1; got 0"),
        ({"gate_rank": 17}, ValueError, "gate_rank needs a whole number from 1 to 16; got 17"),
    ],
)
def test_bad_parameters_stop_before_any_work(digits, small, monkeypatch, change, error, message):
    def no_work(*args, **kwargs):
        raise AssertionError("work was begun")

    monkeypatch.setattr("course_lib.mixture._fit_sklearn", no_work)
    with pytest.raises(error) as caught:
        clone(small).set_params(**change).fit(*digits)
    assert message in str(caught.value)


def broken(images_, change):
    noisy = images_.copy()
    change(noisy)
    return noisy


@pytest.mark.parametrize(
    "noisy, error, message",
    [
        (
            lambda x: x[0],
            ValueError,
            "noisy needs shape (N, H, W); got (28, 28); a single image goes in as image[None]",
        ),
        (lambda x: x[:0], ValueError, "noisy needs shape (N, H, W); got (0, 28, 28)"),
        (lambda x: x[:5], ValueError, "noisy and clean need images of the same sizes; got 5 images"),
        (lambda x: x[:, :20], ValueError, "noisy and clean need images of the same sizes"),
        (
            lambda x: np.where(x == x[0, 0, 0], np.nan, x),
            ValueError,
            "noisy needs finite numbers; got 1 NaN or infinite",
        ),
        (lambda x: x + 1j, TypeError, "noisy needs real numbers; got dtype complex128"),
        (lambda x: x.astype(str), TypeError, "noisy needs real numbers; got dtype <U"),
        (lambda x: [x[0], x[1, :, 0]], ValueError, "noisy[1] needs shape (H, W); got (28,)"),
        (lambda x: [], ValueError, "noisy needs shape (N, H, W); got (0,)"),
    ],
)
def test_bad_images(digits, small, noisy, error, message):
    with pytest.raises(error) as caught:
        clone(small).fit(noisy(digits[0]), digits[1])
    assert message in str(caught.value)


def test_inputs_are_never_modified(digits, small):
    noisy, clean = (stack.copy() for stack in digits)
    clone(small).fit(noisy, clean).score(noisy, clean)
    np.testing.assert_array_equal(noisy, digits[0])
    np.testing.assert_array_equal(clean, digits[1])


def test_integer_images_give_the_same_as_floats(digits, small):
    noisy, clean = np.rint(digits[0]).astype(int), digits[1].astype(np.uint8)
    whole = clone(small).fit(noisy, clean).predict(noisy)
    np.testing.assert_array_equal(whole, clone(small).fit(noisy * 1.0, clean * 1.0).predict(noisy * 1.0))


def test_works_in_a_pipeline(digits, small):
    pipe = make_pipeline(small).fit(*digits)
    assert pipe.predict(digits[0]).shape == digits[0].shape
