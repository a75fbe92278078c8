"""The EM loop and its contract; the steps of the mixture (M7) and its fit against loops and scikit-learn."""

import os
import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from course_lib import datasets, mixture
from course_lib.em import EMResult, run_em
from course_lib.estimators import PatchDenoiser
from course_lib.mixture import Mixture
from tests.helpers import close, random_mixture, same


def problem(seed, N=80, K=3, D=2):
    """Rows drawn from one random mixture, and another, wide enough to see them all, as the start."""
    rng = np.random.default_rng(seed)
    return random_mixture(rng, K, D).sample(N, rng), random_mixture(rng, K, D, scale=3.0)


def run(x, start, reg_covar=0.0, **options):
    steps = lambda m: mixture.e_step(x, m), lambda resp, _: mixture.m_step(x, resp, reg_covar=reg_covar)
    return run_em(*steps, start, **options)


def halve(start=16.0, **options):
    """A toy EM whose parameter is halved by each step, and whose bound is minus the parameter."""
    return run_em(lambda p: (p / 2, -p), lambda expected, p: expected, start, **options)


def interrupt(*_):
    raise KeyboardInterrupt


# The loop


def test_bounds_of_a_mixture_belong_to_its_parameters():
    """(M7): bounds[0] is the likelihood of the start, bounds[-1] that of the result, [i] that of i steps."""
    x, start = problem(0)
    result = run(x, start, max_iter=7, tol=0)
    assert len(result.bounds) == 8
    close(result.bounds[0], start.log_density(x).mean())
    close(result.bounds[-1], result.params.log_density(x).mean())
    close(result.bounds[:4], run(x, start, max_iter=3, tol=0).bounds)


def test_the_m_step_receives_expectations_and_parameters():
    result = run_em(lambda p: (10 * p, p), lambda expected, p: expected + p, 1.0, max_iter=2, tol=0)
    np.testing.assert_array_equal(result.bounds, [1, 11, 121])
    assert result.params == 121.0


@pytest.mark.parametrize(("step", "options", "bounds", "converged"), [
    (0.5, dict(max_iter=3, tol=0), [-16, -8, -4, -2], False),
    (0.5, dict(max_iter=50, tol=1.0), [-16, -8, -4, -2, -1, -0.5], True),  # changes 8, 4, 2, 1, 0.5
    (0.5, dict(max_iter=4, tol=1.0), [-16, -8, -4, -2, -1], False),
    (2.0, dict(max_iter=2, tol=1e-3), [-16, -32, -64], False),  # a falling bound is not convergence
    (1.0, dict(max_iter=5, tol=0), [-16] * 6, False),  # nor is rest where tol = 0 asks for all iterations
    (1.0, dict(max_iter=5), [-16] * 2, True),
])  # fmt: skip
def test_it_stops_when_the_bound_changes_by_less_than_the_tolerance(step, options, bounds, converged):
    result = run_em(lambda p: (None, -p), lambda _, p: step * p, 16.0, **options)
    np.testing.assert_array_equal(result.bounds, bounds)
    assert result.converged is converged and result.params == -bounds[-1]


@pytest.mark.parametrize(("bad", "at"), [(np.nan, 0), (np.inf, 2), (-np.inf, 2)])
def test_a_bound_that_is_no_number_is_refused(bad, at):
    with pytest.raises(ValueError, match=f"bound needs a finite number; got {bad}; check the data and the"):
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
    message = r"^EM stopped after 2 of 9 steps; nothing was kept$"
    with pytest.raises(KeyboardInterrupt, match=message) as caught:
        run_em(lambda p: (None, p), lambda _, p: next(steps)(p), 16.0, max_iter=9, tol=0, progress=progress)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    with pytest.raises(ZeroDivisionError, match="division by zero"):  # other errors pass unchanged
        run_em(lambda p: (None, 1 / p), lambda _, p: p - 1, 1, tol=0)
    assert capsys.readouterr().err.endswith("\n") == progress


def test_a_result_is_a_record():
    bounds = np.array([1.0, 2.0])
    result = EMResult("params", bounds, True)
    bounds[0] = 9
    assert result.bounds.tolist() == [1.0, 2.0] and not result.bounds.flags.writeable
    with pytest.raises(AttributeError):
        result.converged = False
    assert EMResult("params", bounds, np.True_).converged is True


@pytest.mark.parametrize("bad", ["abc", None, 2, [True]])
def test_flags_are_true_or_false(bad):
    for name, call in (
        ("converged", lambda: EMResult("params", [1.0], bad)), ("progress", lambda: halve(progress=bad)),
        ("progress", lambda: mixture.fit([[1.0], [2.0]], 1, progress=bad)),
    ):  # fmt: skip
        with pytest.raises(TypeError, match=f"^{name} needs True or False; got {type(bad).__name__}"):
            call()


# The steps of the mixture


@pytest.mark.parametrize("reg_covar", [0.0, 0.5])
def test_steps_by_loops(reg_covar):
    """(M7) written out row by row and component by component, densities by scipy."""
    x, start = problem(1, N=40)
    N, K, D = 40, 3, 2
    parts = zip(start.weights, start.means, start.covs)
    joint = np.array([pi * multivariate_normal(mu, S).pdf(x) for pi, mu, S in parts]).T
    r = joint / joint.sum(1, keepdims=True)
    resp, mean_log_likelihood = mixture.e_step(x, start)
    close(resp, r)
    close(mean_log_likelihood, np.log(joint.sum(1)).mean())
    n = [sum(r[:, k]) for k in range(K)]
    mu = [sum(r[i, k] * x[i] for i in range(N)) / n[k] for k in range(K)]
    S = [sum(r[i, k] * np.outer(x[i] - mu[k], x[i] - mu[k]) for i in range(N)) / n[k] for k in range(K)]
    ours = mixture.m_step(x, resp, reg_covar=reg_covar)
    same(ours, Mixture(np.array(n) / N, mu, S + reg_covar * np.eye(D)))
    far = mixture.m_step(x + 1e4, resp, reg_covar=reg_covar)  # centred first: 1e4 * 1e-16, not 1e8 * 1e-16
    close(far.means, ours.means + 1e4)
    close(far.covs, ours.covs, rtol=1e-11)


@pytest.mark.parametrize("seed", range(12))
def test_the_likelihood_never_falls(seed):
    """(M7) with reg_covar = 0, on problems of several sizes; from a maximum, any reg_covar can lower it."""
    K, D = 1 + seed % 4, 1 + seed % 3
    x, start = problem(seed, N=100 * K, K=K, D=D)
    bounds = run(x, start, max_iter=40, tol=0).bounds
    assert (np.diff(bounds) >= -1e-12 * np.abs(bounds[1:])).all()
    assert bounds[-1] > bounds[0] + 0.01
    if seed == 2:
        best = run(x, start, max_iter=500, tol=1e-9).params
        bounds = run(x, best, reg_covar=1.0, max_iter=1, tol=0).bounds
        assert bounds[1] < bounds[0] - 0.01
    if K == 1:  # one step from whatever start
        moments = Mixture([1], [x.mean(0)], [np.cov(x.T, bias=True).reshape(D, D)])
        same(run(x, start, max_iter=1, tol=0).params, moments)


def test_m_step_of_hard_labels_is_the_moments_of_each_class():
    """(M7) from integers 0 and 1; a class of one row has no variance; the default floor is 1."""
    x, labels = np.array([[0, 0], [2, 0], [0, 4], [9, 9]]), np.array([[1, 0], [1, 0], [1, 0], [0, 1]])
    S = np.array([np.cov(x[:3].T, bias=True), np.zeros((2, 2))])
    same(mixture.m_step(x, labels, reg_covar=0), Mixture([0.75, 0.25], [x[:3].mean(0), [9, 9]], S))
    same(mixture.m_step(x, labels), Mixture([0.75, 0.25], [x[:3].mean(0), [9, 9]], S + np.eye(2)))


@pytest.mark.parametrize("off", [1e-5, -1e-5])
def test_responsibilities_sum_to_one_to_a_millionth(off):
    resp = np.full((4, 2), 0.5)
    mixture.m_step(np.ones((4, 1)), resp + [[off / 20, 0]])
    with pytest.raises(ValueError, match=r"resp needs rows of probabilities; .* sums from .* use e_step"):
        mixture.m_step(np.ones((4, 1)), resp + [[off, 0]])


# The fit


def clusters(dtype=float):
    """300 rows of three clear clusters in gray levels."""
    rng = np.random.default_rng(0)
    centres = np.repeat([[40, 40, 200], [200, 60, 60], [120, 200, 120]], 100, axis=0)
    return np.clip(np.round(centres + 12 * rng.standard_normal((300, 3))), 0, 255).astype(dtype)


SCATTERED = 100 * problem(5, K=4, N=300)[0]


@pytest.mark.parametrize(("x", "K", "reg_covar", "options", "rtol"), [
    (clusters(), 3, 2.0, {}, 1e-4),  # float32 keeps 1e-7 of 0..1, covariances two digits less
    (SCATTERED, 4, 1.0, dict(max_iter=7, tol=1e-9), 1e-3),
    (SCATTERED, 4, 1.0, dict(max_iter=1), 1e-4),
    (clusters(), 2, 1e4, {}, 1e-4),  # a floor that lets the likelihood fall, which is not to have settled
    # flat patches with the report's floor, where float32 would fail
    (datasets.digits("train")[0][::45, 10:14, 10:14].reshape(-1, 16), 3, 1e-6, dict(max_iter=5), 1e-7),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_fit_is_scikit_learns_fit_in_gray_levels(x, K, reg_covar, options, rtol):
    """(M7): the same as GaussianMixture on (x - mean) / 255 in float64, as many steps from the same start."""
    level = x.mean(0)
    direct = GaussianMixture(K, reg_covar=reg_covar / 255**2, random_state=0, **options)
    direct.fit((x - level) / 255)
    ours, settled = mixture.fit_quietly(x, K, reg_covar=reg_covar, random_state=0, **options)
    close(ours.weights, direct.weights_, rtol=rtol)
    close(ours.means, direct.means_ * 255 + level, rtol=rtol)
    close(ours.covs, direct.covariances_ * 255**2, rtol=rtol)
    assert settled == direct.converged_


@pytest.mark.parametrize("level", [30_000.0, -1e6, 9e8])
def test_fit_far_from_zero_keeps_its_digits(level):
    """(M7): a common level moves the means and nothing else, in float32 as well."""
    few = mixture.fit([[level], [level + 10]], 1)
    close(few.means, [[level + 5]], rtol=1e-14)
    close(few.covs, [[[26.0]]], rtol=2e-6)  # scikit-learn adds 10 eps to the number of rows, in float32
    x = 3 * np.random.default_rng(0).standard_normal((50_000, 4))
    wanted = np.cov((x + level).T, bias=True) + np.eye(4)
    np.testing.assert_allclose(mixture.fit(x + level, 1).covs[0], wanted, atol=1e-3)
    near, far = (mixture.fit(clusters() + shift, 3, random_state=0) for shift in (0, level))
    close(far.covs, near.covs, rtol=1e-5)
    close(far.means - level, near.means, rtol=1e-5)


def test_fit_repeats_with_its_seed_whatever_the_kind_of_numbers_and_the_progress_line(capsys):
    first = mixture.fit(clusters(), 5, random_state=3, max_iter=80)
    assert capsys.readouterr() == ("", "")
    for kind in (np.uint8, np.int64, np.float32):
        same(mixture.fit(clusters(kind), 5, random_state=3, max_iter=80), first, 0)
    same(mixture.fit(clusters(), 5, random_state=3, max_iter=80, progress=True), first, 0)
    line = r"fit K=5: \[[#.]{10}\] \d+/80 mean log-likelihood -?\d+\.\d{3}"
    assert re.search(line, capsys.readouterr().err)
    assert np.abs(mixture.fit(clusters(), 5, random_state=4, max_iter=80).means - first.means).max() > 1


@pytest.mark.parametrize("progress", [True, False])
def test_fit_says_when_it_ran_out_of_iterations(progress):
    message = "fit needs more than max_iter=7 iterations to settle within tol=1e-09; the last step is"
    options = dict(max_iter=7, tol=1e-9, random_state=0, progress=progress)
    denoiser = PatchDenoiser(3, 4, max_patches=1500, max_iter=1, random_state=0)
    digits = datasets.digits("test")[0][:9]
    with pytest.warns(ConvergenceWarning, match="fit needs more than max_iter=[17] iterations") as caught:
        short, _ = mixture.fit(SCATTERED, 4, **options), denoiser.fit(digits, digits)
    assert len(caught) == 2 and caught[0].filename == caught[1].filename == __file__
    assert str(caught[0].message).startswith(message)
    quiet, settled = mixture.fit_quietly(SCATTERED, 4, **options)
    same(quiet, short, 0)
    assert not settled


class Watched:
    """A standard error that calls `watch` whenever something is shown."""

    def __init__(self, watch):
        self.write = self.flush = watch


def test_an_interrupted_fit_is_short_and_says_how_far_it_came(monkeypatch):
    shown = []

    def watch(text=""):
        shown.append(text)
        if " 5/100 " in text and not any(" 5/100 " in earlier for earlier in shown[:-1]):
            interrupt()

    monkeypatch.setattr(sys, "stderr", Watched(watch))
    message = r"^fit K=5 stopped after 5 of 100 steps; nothing was kept$"
    with pytest.raises(KeyboardInterrupt, match=message) as caught:
        mixture.fit(clusters(), 5, random_state=3, tol=1e-12, progress=True)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_fits_in_threads_leave_the_warning_filters_alone(monkeypatch):
    """Neither during the work, when another thread may warn, nor after it."""
    before, during = warnings.filters[:], []
    monkeypatch.setattr(sys, "stderr", Watched(lambda text="": during.append(warnings.filters[:])))
    with ThreadPoolExecutor(2) as pool:
        options = dict(max_iter=5, tol=1e-12, progress=True)
        list(pool.map(lambda x: mixture.fit_quietly(x, 4, **options), [clusters()] * 4))
    assert len(during) > 40 and all(filters == before for filters in during)
    assert warnings.filters == before


SETTINGS = """
import numpy as np, sklearn
from course_lib import mixture
x = np.random.default_rng(0).standard_normal((50, 2))
wanted = mixture.fit(x, 2, random_state=0).covs
settings = dict(transform_output="pandas", enable_metadata_routing=True)
try:
    sklearn.set_config(array_api_dispatch=True, **settings)
except ImportError:  # scikit-learn 1.6 asks for one more package
    sklearn.set_config(**settings)
np.testing.assert_array_equal(mixture.fit(x, 2, random_state=0).covs, wanted)
assert settings.items() <= sklearn.get_config().items()
"""


def test_settings_of_scikit_learn_do_not_reach_the_fit():
    """In a process of its own, because scipy reads its part of them only once."""
    environment = os.environ | {"SCIPY_ARRAY_API": "1"}
    subprocess.run([sys.executable, "-W", "error", "-c", SETTINGS], env=environment, check=True)


@pytest.mark.filterwarnings("error")
def test_a_floor_is_kept_to_the_edge_of_the_precision_and_refused_beyond():
    """1e18 in float32, 1e-10 in float64."""
    for x, reg_covar, message in (
        ([[1.0], [2.0]], 1e45, r"a number of at most 1e\+18; got 1e\+45; choose"),
        ([[0.0, 0], [1e5, 0]], 1e-8, "at least 5.6e-07 squared gray levels, the rounding"),
        (np.ones((2, 1), np.float32), 1e-40, "a number of at least 1e-18; got 1e-40"),
    ):
        with pytest.raises(ValueError, match=f"^reg_covar needs {message}"):
            mixture.fit(x, 1, reg_covar=reg_covar)
    for reg_covar in (1e18, 1e-10):
        fitted = mixture.fit(np.full((9, 2), 7.0) + np.eye(9, 2), 1, reg_covar=reg_covar)
        close(fitted.covs[0], np.cov(np.eye(9, 2).T, bias=True) + reg_covar * np.eye(2), rtol=1e-5)


@pytest.mark.filterwarnings("error")
def test_more_components_than_different_rows_still_give_a_mixture():
    """Rows all alike leave a component nearly empty; nothing is NaN, and k-means does not warn."""
    fitted = mixture.fit(np.full((10, 2), 7.0), 2, random_state=0)
    close(fitted.log_density([7.0, 7.0]), -np.log(2 * np.pi), rtol=1e-4)
    fitted = mixture.fit(np.repeat([[0.0], [100.0]], [3, 9], axis=0), 3, random_state=0)
    close(np.sort(fitted.weights), [0, 0.25, 0.75], rtol=1e-4)
