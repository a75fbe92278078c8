"""What the tests of both estimators share: scikit-learn's own checks, which feed tables."""

import warnings

from sklearn.utils.estimator_checks import check_estimator

# Checks of scikit-learn that cannot hold for images, and why.
NOT_FOR_IMAGES = {
    "check_n_features_in_after_fitting": "images have rows and columns, not features",
    "check_n_features_in": "images have rows and columns, not features",
    "check_complex_data": "the course raises TypeError for kinds, where scikit-learn wants ValueError",
    "check_dtype_object": "the course raises TypeError for arrays of objects, even if all are numbers",
    "check_estimators_empty_data_messages": "the message has the course's format, not scikit-learn's words",
    "check_fit2d_predict1d": "the message has the course's format, not scikit-learn's words",
    "check_array_api_input": "numpy only",
}


class Rows:
    """Puts an estimator of images on rows of F pixels, so that scikit-learn's checks reach its code."""

    def _copies(self, X):
        table = getattr(X, "ndim", 0) == 2 and not hasattr(X, "toarray")
        return [X[:, None] if table else X] * self.copies

    def fit(self, X, y=None):
        return super().fit(*self._copies(X))

    def predict(self, X):
        return super().predict(self._copies(X)[0])[:, self.column]

    def score(self, X, y=None):
        return super().score(*self._copies(X))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.target_tags.required = True, False
        return tags


def statuses(model):
    """How scikit-learn's checks of the model ended; a failure that was not to be expected raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(model, expected_failed_checks=NOT_FOR_IMAGES, on_skip=None)
    return [result["status"] for result in results]
