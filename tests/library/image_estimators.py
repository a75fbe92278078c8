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


def stack_rows(X):
    """A row of F features as an image of 1 x F pixels; anything that is no table as it is."""
    return X[:, None] if getattr(X, "ndim", 0) == 2 and not hasattr(X, "toarray") else X


def statuses(model):
    """How scikit-learn's checks of the model ended; a failure that was not to be expected raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(model, expected_failed_checks=NOT_FOR_IMAGES, on_skip=None)
    return [result["status"] for result in results]
