"""The EM loop and its contract; the steps of the mixture (M7) and its fit against loops and scikit-learn."""

import re
import warnings

import numpy as np
import pytest
import sklearn.mixture
from scipy.stats import multivariate_normal
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from course_lib import datasets, mixture
from course_lib.em import EMResult, run_em
from course_lib.mixture import Mixture
from tests.helpers import close, random_mixture, same


def problem(seed, N=80, K=3, D=2):
    """Rows drawn from one random mixture, and another, wide enough to see them all, as the start."""
    rng = np.random.default_rng(seed)
    return random_mixture(rng, K, D).sample(N, rng), random_mixture(rng, K, D, scale=3.0)


def run(x, start, reg_covar=0.0, **options):
    return run_em(
        lambda m: mixture.e_step(x, m),
        lambda resp, _: mixture.m_step(x, resp, reg_covar=reg_covar),
        start,
        **options,
    )


def halve(start=16.0, **options):
    """A toy EM whose parameter is halved by each step, and whose bound is minus the parameter."""
    return run_em(lambda p: (p / 2, -p), lambda expected, p: expected, start, **options)


def interrupt(*_):
    raise KeyboardInterrupt


# The loop


def test_bounds_run_from_the_start_to_the_returned_parameters():
    result = halve(max_iter=3, tol=0)
    assert result.params == 2.0 and not result.converged
    np.testing.assert_array_equal(result.bounds, [-16, -8, -4, -2])


def test_the_m_step_receives_expectations_and_parameters():
    result = run_em(lambda p: (10 * p, p), lambda expected, p: expected + p, 1.0, max_iter=2, tol=0)
    np.testing.assert_array_equal(result.bounds, [1, 11, 121])


def test_bounds_of_a_mixture_belong_to_its_parameters():
    """(M7): bounds[0] is the likelihood of the start, bounds[-1] that of the result, bounds[i] that of i steps."""
    x, start = problem(0)
    result = run(x, start, max_iter=7, tol=0)
    assert len(result.bounds) == 8
    close(result.bounds[0], start.log_density(x).mean())
    close(result.bounds[-1], result.params.log_density(x).mean())
    close(result.bounds[:4], run(x, start, max_iter=3, tol=0).bounds)


@pytest.mark.parametrize("max_iter", [1, 5])
def test_tolerance_zero_means_all_iterations(max_iter):
    """Even when nothing changes any more."""
    result = run_em(lambda p: (None, 1.0), lambda _, p: p + 1, 0, max_iter=max_iter, tol=0)
    assert result.params == max_iter and len(result.bounds) == max_iter + 1 and not result.converged


def test_it_stops_when_the_bound_changes_by_less_than_the_tolerance():
    result = halve(max_iter=50, tol=1.0)  # changes 8, 4, 2, 1, 0.5
    np.testing.assert_array_equal(result.bounds, [-16, -8, -4, -2, -1, -0.5])
    assert result.converged and result.params == 0.5
    assert not halve(max_iter=4, tol=1.0).converged


def test_a_falling_bound_is_not_convergence():
    result = run_em(lambda p: (None, -p), lambda _, p: 2 * p, 1.0, max_iter=4, tol=1e-3)
    assert not result.converged and result.params == 16.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("at", [0, 2])
def test_a_bound_that_is_no_number_is_refused(bad, at):
    with pytest.raises(
        ValueError, match=f"bound needs a finite number; got {bad}; check the data and the start"
    ):
        run_em(lambda p: (None, bad if p == at else 0.0), lambda _, p: p + 1, 0, max_iter=4, tol=0)


def test_progress_is_one_line_on_standard_error(capsys):
    halve(max_iter=2, tol=0, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert [text.strip("\x1b[K\n") for text in err.split("\r")] == [
        "", "EM: [..........] 0/2 started", "EM: [#####.....] 1/2 bound -8", "EM: [##########] 2/2 bound -4",
    ]  # fmt: skip
    assert err.endswith("\n")
    halve(max_iter=2, tol=0)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("progress", [True, False])
def test_an_interrupt_is_short_and_says_how_far_it_came(capsys, progress):
    steps = iter([lambda p: p / 2, lambda p: p / 2, interrupt])
    with pytest.raises(
        KeyboardInterrupt, match=r"^EM stopped after 2 of 9 steps; nothing was kept$"
    ) as caught:
        run_em(lambda p: (None, p), lambda _, p: next(steps)(p), 16.0, max_iter=9, tol=0, progress=progress)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert capsys.readouterr().err.endswith("\n") == progress


def test_other_errors_pass_unchanged():
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        run_em(lambda p: (None, 1 / p), lambda _, p: p - 1, 1, tol=0)


def test_a_result_is_a_record():
    bounds = np.array([1.0, 2.0])
    result = EMResult("params", bounds, True)
    bounds[0] = 9
    assert result.bounds.tolist() == [1.0, 2.0] and not result.bounds.flags.writeable
    with pytest.raises(AttributeError):
        result.converged = False


# The steps of the mixture


@pytest.mark.parametrize("reg_covar", [0.0, 0.5])
def test_steps_by_loops(reg_covar):
    """(M7) written out row by row and component by component, densities by scipy."""
    x, start = problem(1, N=40)
    N, K, D = 40, 3, 2
    joint = np.array(
        [
            [
                start.weights[k] * multivariate_normal(start.means[k], start.covs[k]).pdf(x[n])
                for k in range(K)
            ]
            for n in range(N)
        ]
    )
    r = joint / joint.sum(1, keepdims=True)
    resp, mean_log_likelihood = mixture.e_step(x, start)
    close(resp, r)
    close(mean_log_likelihood, np.log(joint.sum(1)).mean())
    n = [sum(r[:, k]) for k in range(K)]
    mu = [sum(r[i, k] * x[i] for i in range(N)) / n[k] for k in range(K)]
    S = [
        sum(r[i, k] * np.outer(x[i] - mu[k], x[i] - mu[k]) for i in range(N)) / n[k] + reg_covar * np.eye(D)
        for k in range(K)
    ]
    same(mixture.m_step(x, resp, reg_covar=reg_covar), Mixture(np.array(n) / N, mu, S))


@pytest.mark.parametrize("seed", range(5))
def test_one_step_is_one_step_of_scikit_learn(seed):
    """(M7): equal responsibilities, likelihood and parameters, in float64."""
    x, start = problem(seed, K=4, D=3)
    model = GaussianMixture(
        4,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covs),
        reg_covar=0.1,
        max_iter=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x)
    resp, mean_log_likelihood = mixture.e_step(x, start)
    ours = mixture.m_step(x, resp, reg_covar=0.1)
    close(mean_log_likelihood, model.lower_bound_)
    same(ours, Mixture(model.weights_, model.means_, model.covariances_))
    close(mixture.e_step(x, ours)[0], model.predict_proba(x))


@pytest.mark.parametrize("seed", range(30))
def test_the_likelihood_never_falls(seed):
    """(M7) with reg_covar = 0, on random problems of several sizes."""
    K, D = 1 + seed % 4, 1 + seed % 3
    x, start = problem(seed, N=100 * K, K=K, D=D)
    bounds = run(x, start, max_iter=40, tol=0).bounds
    assert (np.diff(bounds) >= -1e-12 * np.abs(bounds[1:])).all()
    assert bounds[-1] > bounds[0] + 0.01


def test_adding_to_the_variances_can_lower_the_likelihood():
    """(M7) promises nothing for reg_covar above zero: from a maximum, the step goes down."""
    x, start = problem(2)
    best = run(x, start, max_iter=500, tol=1e-9).params
    bounds = run(x, best, reg_covar=1.0, max_iter=1, tol=0).bounds
    assert bounds[1] < bounds[0] - 0.01


def test_one_component_is_fitted_in_one_step():
    """(M7) with K = 1: sample mean and covariance, whatever the start."""
    x, start = problem(3, K=1)
    result = run(x, start, max_iter=5, tol=1e-9)
    assert result.converged and len(result.bounds) == 3
    same(result.params, Mixture([1], [x.mean(0)], [np.cov(x.T, bias=True)]))


def test_the_floor_is_one_squared_gray_level_unless_said_otherwise():
    """(M7): m_step and fit have the same default, that of the course's priors."""
    x, _ = problem(3)
    resp = mixture.e_step(x, problem(3)[1])[0]
    same(mixture.m_step(x, resp), mixture.m_step(x, resp, reg_covar=1.0), 0)
    same(
        mixture.fit(clusters(), 2, random_state=0),
        mixture.fit(clusters(), 2, random_state=0, reg_covar=1.0),
        0,
    )


def test_m_step_of_hard_labels_is_the_moments_of_each_class():
    """(M7) from integer responsibilities 0 and 1; a class of one row has no variance."""
    x = np.array([[0, 0], [2, 0], [0, 4], [9, 9]])
    m = mixture.m_step(x, np.array([[1, 0], [1, 0], [1, 0], [0, 1]]), reg_covar=0)
    same(m, Mixture([0.75, 0.25], [x[:3].mean(0), [9, 9]], [np.cov(x[:3].T, bias=True), np.zeros((2, 2))]))


def test_m_step_far_from_zero_keeps_its_digits():
    """(M7) centres before it squares: an offset of 1e4 costs 1e4 * 1e-16 of each difference, not 1e8 * 1e-16."""
    x, start = problem(4)
    resp, _ = mixture.e_step(x, start)
    here, there = (mixture.m_step(data, resp, reg_covar=0) for data in (x, x + 1e4))
    close(there.means, here.means + 1e4)
    close(there.covs, here.covs, rtol=1e-11)


# The fit


def clusters(dtype=float):
    """300 rows of three clear clusters in gray levels."""
    rng = np.random.default_rng(0)
    centres = np.repeat([[40, 40, 200], [200, 60, 60], [120, 200, 120]], 100, axis=0)
    return np.clip(np.round(centres + 12 * rng.standard_normal((300, 3))), 0, 255).astype(dtype)


def test_fit_is_scikit_learns_fit_in_gray_levels():
    """(M7): the same as GaussianMixture on x / 255 in float64, to the rounding of float32."""
    x = clusters()
    direct = GaussianMixture(3, reg_covar=2 / 255**2, random_state=0).fit(x / 255)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = mixture.fit(x, 3, reg_covar=2.0, random_state=0)
    # single precision keeps 1e-7 of a gray level in 0..1; covariances lose two more digits
    close(ours.weights, direct.weights_, rtol=1e-5)
    close(ours.means, direct.means_ * 255, rtol=1e-5)
    close(ours.covs, direct.covariances_ * 255**2, rtol=1e-4)


def test_fit_with_a_floor_below_the_rounding_of_float32():
    """The report's floor, 1e-6 squared gray levels, on flat patches: fitted in float64, where float32 fails."""
    x = datasets.digits("train")[0][::45, 10:14, 10:14].reshape(-1, 16)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        direct = GaussianMixture(3, reg_covar=1e-6 / 255**2, random_state=0, max_iter=5).fit(x / 255)
        ours = mixture.fit(x, 3, reg_covar=1e-6, random_state=0, max_iter=5)
    close(ours.means, direct.means_ * 255, rtol=1e-8)  # weights and means follow from many sums
    close(ours.covs, direct.covariances_ * 255**2, rtol=1e-8)


def test_fit_finds_a_fixed_point_of_our_own_steps():
    """(M7): one more step moves nothing but float32 rounding, and reg_covar has the unit of the covariance."""
    x = clusters()
    fitted = mixture.fit(x, 3, reg_covar=50.0, random_state=0, tol=1e-6)
    again = mixture.m_step(x, mixture.e_step(x, fitted)[0], reg_covar=50.0)
    same(again, fitted, rtol=1e-4)


def test_fit_repeats_with_its_seed_whatever_the_kind_of_numbers_and_the_progress_line(capsys):
    first = mixture.fit(clusters(), 5, random_state=3, max_iter=80)
    assert capsys.readouterr() == ("", "")
    for kind in (np.uint8, np.int64, np.float32):
        same(mixture.fit(clusters(kind), 5, random_state=3, max_iter=80), first, 0)
    same(mixture.fit(clusters(), 5, random_state=3, max_iter=80, progress=True), first, 0)
    assert re.search(
        r"fit K=5: \[[#.]{10}\] \d+/80 mean log-likelihood -?\d+\.\d{3}", capsys.readouterr().err
    )
    assert np.abs(mixture.fit(clusters(), 5, random_state=4, max_iter=80).means - first.means).max() > 1


@pytest.mark.parametrize("progress", [True, False])
def test_fit_says_when_it_ran_out_of_iterations(progress):
    x, _ = problem(5, K=4, N=300)
    with pytest.warns(
        ConvergenceWarning, match="fit needs more than max_iter=7 iterations to settle within tol=1e-09"
    ) as caught:
        short = mixture.fit(100 * x, 4, max_iter=7, tol=1e-9, random_state=0, progress=progress)
    assert len(caught) == 1 and caught[0].filename == __file__
    direct = GaussianMixture(4, reg_covar=1 / 255**2, max_iter=7, tol=1e-9, random_state=0)
    with pytest.warns(ConvergenceWarning):
        direct.fit(100 * x / 255)
    close(short.means, direct.means_ * 255, rtol=1e-3)  # float32, seven steps from the same k-means start


def test_an_interrupted_fit_is_short_and_says_how_far_it_came(monkeypatch):
    class Interrupted(GaussianMixture):
        def fit(self, X):
            return interrupt() if hasattr(self, "converged_") else super().fit(X)

    monkeypatch.setattr(sklearn.mixture, "GaussianMixture", Interrupted)
    with pytest.raises(
        KeyboardInterrupt, match=r"^fit K=5 stopped after 5 of 100 steps; nothing was kept$"
    ) as caught:
        mixture.fit(clusters(), 5, random_state=3, tol=1e-12, progress=True)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_more_components_than_clusters_still_give_a_mixture():
    """Rows that are all alike leave a component nearly empty; nothing is NaN."""
    fitted = mixture.fit(np.full((10, 2), 7.0), 2, random_state=0)
    close(fitted.log_density([7.0, 7.0]), -np.log(2 * np.pi), rtol=1e-4)
