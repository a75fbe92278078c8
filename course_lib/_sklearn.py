"""What the mathematics takes from scikit-learn: its `random_state`, and the EM steps that fit a mixture."""

import numbers

import numpy as np

from . import _progress, blas

UNIT = 255.0  # gray levels of the range 0..1 on which scikit-learn fits


def check_random_state(value):
    """The numpy RandomState that `random_state` stands for; ValueError or TypeError where it is none."""
    from sklearn.utils import check_random_state

    try:
        return check_random_state(value)
    except ValueError as error:
        whole = isinstance(value, numbers.Integral)
        raise (ValueError if whole else TypeError)(
            "random_state needs None, an int of 0 to 2**32 - 1 or a numpy RandomState; "
            f"got {value if whole else type(value).__name__}; take a small int"
        ) from error


def fit(x, K, *, reg_covar, max_iter, random_state, tol, progress):
    """GaussianMixture fitted to x (N, D) from a k-means start, and whether it settled within `tol`.     (M7)

    Its E-step and M-step are called one by one, so that each can be shown, and because its own loop warns: to
    silence that, one would have to change the warning filters of the process, for all threads.

    (weights, means, covs), bool. ValueError if `reg_covar` is below the rounding of the variances in float64.
    """
    import sklearn
    from sklearn.mixture import GaussianMixture

    level = x.mean(axis=0, dtype=np.float64).astype(np.float32)  # exact in either precision
    spread = np.var(x, axis=0, dtype=np.float64).sum()
    least, least_in_float32 = (np.finfo(kind).eps * spread for kind in (np.float64, np.float32))
    if reg_covar < least:
        raise ValueError(
            f"reg_covar needs at least {least:.2g} squared gray levels, the rounding of the variances of x; "
            f"got {reg_covar:g}; a component without spread would be singular"
        )
    scaled = np.empty(x.shape, np.float32 if reg_covar > least_in_float32 else np.float64)
    np.subtract(x, level, out=scaled, dtype=np.float64, casting="same_kind")
    scaled /= UNIT
    model = GaussianMixture(K, reg_covar=reg_covar / UNIT**2)
    bound, settled = -np.inf, False
    with (
        _progress.Progress(f"fit K={K}", max_iter, progress) as show,
        blas.one_thread(x.shape[1]),
        sklearn.config_context(array_api_dispatch=False, assume_finite=True),
        np.errstate(divide="ignore"),
    ):
        show.step("k-means start", by=0)
        model._m_step(scaled, np.log(_label(scaled, K, random_state)))
        while show.done < max_iter and not settled:
            before, (bound, log_resp) = bound, model._e_step(scaled)
            model._m_step(scaled, log_resp)
            settled = bool(abs(bound - before) < tol)
            show.step(f"mean log-likelihood {bound:.3f}")
    weights, means, covs = (a.astype(np.float64) for a in (model.weights_, model.means_, model.covariances_))
    return (weights, means * UNIT + level, covs * UNIT**2), settled


def _label(x, K, random_state):
    """Clusters of k-means as responsibilities 0 and 1 (N, K); up to K different rows are each their own."""
    from sklearn.cluster import KMeans

    seen = {}
    for row in x:
        seen.setdefault(row.tobytes(), len(seen))
        if len(seen) > K:
            labels = KMeans(K, n_init=1, random_state=random_state).fit(x).labels_
            break
    else:
        labels = [seen[row.tobytes()] for row in x]
    return np.eye(K, dtype=x.dtype)[labels]
