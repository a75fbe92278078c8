"""Gaussians and channels against quadrature, the one big joint Gaussian, scipy and themselves."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from course_lib import gaussian, linalg
from course_lib.gaussian import Gaussian, LinearGaussian
from tests.helpers import close, grid, moments_agree, random_channel, random_gaussian, relaid, same

SEEDS = range(5)
PLANE = Gaussian([1.0, -1.0, 0.0], np.outer([1, 2, 3], [1, 2, 3]))  # rank one


def model(seed, Dz=4, Dy=3):
    """A random prior, channel and observation."""
    rng = np.random.default_rng(seed)
    return random_gaussian(rng, Dz), random_channel(rng, Dy, Dz), 3 * rng.standard_normal(Dy)


@pytest.mark.parametrize("D", [1, 2, 7, 256])
def test_log_density_is_scipys_also_where_the_density_underflows(D):
    rng = np.random.default_rng(D)
    g = random_gaussian(rng, D)
    x = 9 * rng.standard_normal((20, D))
    oracle = multivariate_normal(g.mean, g.cov)
    close(g.log_density(x), np.atleast_1d(oracle.logpdf(x)))
    close(g.log_density(x.reshape(2, 5, 2, D)), oracle.logpdf(x).reshape(2, 5, 2))
    close(g.log_density(x[0]), oracle.logpdf(x[0]))


@pytest.mark.parametrize("D", [2, 3, 6, 16])
def test_a_covariance_that_is_singular_but_for_rounding_has_no_density(D):
    """Some of these products pass a Cholesky factorisation, by pivots of rounding that pass for variances."""
    for seed in range(100, 120):
        g = random_gaussian(np.random.default_rng(seed), D, rank=D - 1)
        with pytest.raises(ValueError, match="cov needs to be positive definite; got a singular matrix"):
            g.log_density(g.mean)


@pytest.mark.parametrize("D", [2, 5, 50])
def test_an_entry_that_keeps_4_D_eps_of_its_variance_is_not_determined(D):
    """Entry 1 is entry 0 plus a rest: the threshold itself, from both sides."""
    share = 4 * D * np.finfo(float).eps
    S = np.eye(D)
    S[0, 1] = S[1, 0] = 1
    S[1, 1] = 1 + share / 2
    with pytest.raises(ValueError, match="S needs to be positive definite; got a singular matrix"):
        linalg.cholesky("S", S, "remedy")
    S[1, 1] = 1 + share * 2
    L = linalg.cholesky("S", S, "remedy")
    np.testing.assert_allclose(L @ L.T, S, rtol=1e-15)


@pytest.mark.parametrize("units", [1e-9, 1.0, 1e9])
def test_a_regular_covariance_has_a_density_in_any_units(units):
    """Entries of very different size, and a condition number of 1e26, are no reason to refuse."""
    scale = np.array([1e-6, 1.0, 1e7]) * units
    S = np.array([[1, 0.5, 0.1], [0.5, 1, 0.3], [0.1, 0.3, 1]]) * np.outer(scale, scale)
    unit = Gaussian(np.zeros(3), S / np.outer(scale, scale))
    close(Gaussian(np.zeros(3), S).log_density(scale), unit.log_density(np.ones(3)) - np.log(scale).sum())


def test_a_change_of_units_adds_the_jacobian_and_any_layout_will_do():
    rng = np.random.default_rng(0)
    g, x = random_gaussian(rng, 5), rng.integers(0, 9, (3, 5)).astype(float)
    for same_x in (x.astype(int), x.astype(np.uint8), x.astype(np.float32), *relaid(x)):
        np.testing.assert_array_equal(g.log_density(same_x), g.log_density(x))
    for unit in (1e-70, 255.0, 1e70):
        scaled = Gaussian(unit * g.mean, unit**2 * g.cov)
        close(scaled.log_density(unit * x), g.log_density(x) - 5 * np.log(unit))


def test_samples_have_mean_and_covariance_and_stay_on_the_plane_of_a_singular_one():
    g = random_gaussian(np.random.default_rng(3), 3)
    moments_agree(g.sample(20_000, np.random.default_rng(0)), g.mean, g.cov)
    x, again, other = (PLANE.sample(20_000, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (x == again).all() and (x != other).all()
    moments_agree(x, PLANE.mean, PLANE.cov)
    t = x[:, 0] - PLANE.mean[0]
    np.testing.assert_array_equal(linalg.square_root(np.diag([4, -1e-10])), np.diag([2, 0]))
    # eigh returns the zero eigenvalues as about 1e-15, and the root of that is 3e-8
    np.testing.assert_allclose(x - PLANE.mean, t[:, None] * [1, 2, 3], atol=1e-6)


def test_marginal_integrates_the_rest_out():
    """(G1) by quadrature over x2: the trapezoid rule is exact for a smooth bump inside the grid."""
    g = Gaussian([0.3, -0.2], [[1.0, 0.6], [0.6, 0.8]])
    t, step = grid(12, 400, 1)
    for x1 in (-1.0, 0.3, 2.0):
        integral = np.exp(g.log_density(np.hstack([np.full_like(t, x1), t]))).sum() * step
        close(np.exp(gaussian.marginal(g, [0]).log_density([x1])), integral)


@given(st.permutations(range(6)), st.integers(1, 6))
def test_marginal_is_a_block_in_the_order_of_the_index(order, size):
    """(G1) for every set of indices, in every order and integer type."""
    g = random_gaussian(np.random.default_rng(1), 6)
    keep = order[:size]
    block = Gaussian(g.mean[keep], g.cov[keep][:, keep])
    for kind in (list, tuple, np.array, lambda i: np.array(i, dtype=np.uint64)):
        same(gaussian.marginal(g, kind(keep)), block, 0)


@settings(max_examples=50)
@given(st.permutations(range(5)), st.integers(1, 4))
def test_condition_is_the_slice_of_the_joint_density_and_that_of_explicit_inverses(order, size):
    """(G2), (G3): log p(x) = log p(x1 | x2) + log p(x2), for every choice of seen entries in any order."""
    rng = np.random.default_rng(2)
    g, x = random_gaussian(rng, 5), 2 * rng.standard_normal(5)
    seen, rest = order[:size], sorted(order[size:])
    S11, S12, S21, S22 = (g.cov[np.ix_(i, j)] for i in (rest, seen) for j in (rest, seen))
    G = S12 @ np.linalg.inv(S22)
    wanted = Gaussian(g.mean[rest] + G @ (x[seen] - g.mean[seen]), S11 - G @ S21)
    same(gaussian.condition(g, seen, x[seen]), wanted)
    same(gaussian.condition_by_precision(g, seen, x[seen]), wanted, 1e-9)  # two inverses
    log_p = wanted.log_density(x[rest]) + gaussian.marginal(g, seen).log_density(x[seen])
    close(log_p, g.log_density(x))


def test_what_the_seen_entries_determine_has_no_variance_left():
    """(G2) needs only S22 invertible: on a line through the mean, one entry gives the others."""
    rest = gaussian.condition(PLANE, [0], [3.0])
    close(rest.mean, [3.0, 6.0])
    np.testing.assert_allclose(rest.cov, 0, atol=1e-14 * 9)  # rounding of the prior's variances, up to 9


@pytest.mark.parametrize("seed", SEEDS)
def test_joint_is_a_linear_map_of_independent_parts(seed):
    """(G4): [z; y] = [[I, 0], [W, I]] [z; noise] + [0; b]. (G5): its precision is the inverse."""
    prior, channel, _ = model(seed)
    W, b, R = channel.matrix, channel.offset, channel.noise_cov
    M = np.block([[np.eye(4), np.zeros((4, 3))], [W, np.eye(3)]])
    parts = np.block([[prior.cov, np.zeros((4, 3))], [np.zeros((3, 4)), R]])
    joint = gaussian.joint(prior, channel)
    same(joint, Gaussian(M @ np.r_[prior.mean, np.zeros(3)] + np.r_[np.zeros(4), b], M @ parts @ M.T))
    # inv loses the digits of the condition number, here up to 1e4
    close(gaussian.joint_precision(prior, channel), np.linalg.inv(joint.cov), rtol=1e-9)


def test_predictive_and_posterior_by_quadrature():
    """(G7) is the integral of p(y | z) p(z) over z, (G6) and (G8) its normalised integrand."""
    prior, channel, y = model(0, Dz=2, Dy=2)
    z, cell = grid(12, 500, 2)
    likelihood = multivariate_normal(y - channel.offset, channel.noise_cov).pdf(z @ channel.matrix.T)
    product = likelihood * multivariate_normal(prior.mean, prior.cov).pdf(z)
    evidence = product.sum() * cell
    close(np.exp(gaussian.predictive(prior, channel).log_density(y)), evidence)
    p = product * cell / evidence
    mean = p @ z
    by_grid = Gaussian(mean, (z - mean).T * p @ (z - mean))
    same(gaussian.posterior(prior, channel, y), by_grid)
    same(gaussian.posterior_by_precision(prior, channel, y), by_grid)


@pytest.mark.parametrize("shape", [(4, 3), (2, 5), (1, 1), (3, 3)])
@pytest.mark.parametrize("seed", SEEDS)
def test_posterior_conditions_the_joint(seed, shape):
    """(G8) = (G6), and both condition the one big Gaussian; (G7) is its marginal."""
    prior, channel, y = model(seed, *shape)
    joint, seen = gaussian.joint(prior, channel), range(shape[0], sum(shape))
    for posterior in (gaussian.posterior, gaussian.posterior_by_precision):
        same(posterior(prior, channel, y), gaussian.condition(joint, seen, y))
    same(gaussian.predictive(prior, channel), gaussian.marginal(joint, seen))


@pytest.mark.parametrize("rank", [None, 3])
def test_posterior_without_noise_inverts_the_channel_and_with_endless_noise_is_the_prior(rank):
    """(G8) with R = 0 and S regular or singular: z is the point of the prior's support that y names."""
    rng = np.random.default_rng(5)
    prior, Dy = random_gaussian(rng, 5, rank=rank), rank or 5
    channel = replace(random_channel(rng, Dy, 5), noise_cov=np.zeros((Dy, Dy)))
    z = prior.sample(1, rng)[0]
    posterior = gaussian.posterior(prior, channel, channel.matrix @ z + channel.offset)
    # cancellation: 1e-16 of the prior, times the condition number of W S W', and eigh's root of 1e-16
    close(posterior.mean, z, rtol=1e-6)
    assert np.abs(posterior.cov).max() < 1e-9 * np.abs(prior.cov).max()
    deaf, y = replace(channel, noise_cov=1e13 * np.eye(Dy)), np.zeros(Dy)  # the gain falls like 1 / R
    close(gaussian.posterior(prior, deaf, y).mean, prior.mean)
    close(gaussian.posterior(prior, deaf, y).cov, prior.cov)


@pytest.mark.parametrize("noise", [0.0, 1e-12, 1e-6, 1e-2, 1.0])
def test_posterior_of_a_singular_prior_stays_on_its_plane(noise):
    """(G8) where (G6) does not exist: singular S, the scalar result along the line z = mean + t (1, 2, 3)."""
    channel = LinearGaussian([[1.0, 1.0, 1.0]], [0.5], [[noise]])
    t, v = 6 * 12 / (36 + noise), noise / (36 + noise)  # y - W mean - b = 12; t ~ N(0, 1), seen as 6 t
    posterior = gaussian.posterior(PLANE, channel, [12.5])
    close(posterior.mean, PLANE.mean + t * np.array([1, 2, 3]))
    np.testing.assert_allclose(posterior.cov, v * PLANE.cov, rtol=1e-10, atol=1e-14 * 9)


@pytest.mark.parametrize("level", [0.0, 1e6, 1e9])
def test_a_level_far_from_zero_costs_no_digits(level):
    """(G3), (G6), (G8) at a condition number of 1e10: S^-1 mu would lose them, 2 gray levels at 1e9.

    The oracle is the same model counted from the level; inverting S twice costs 10 digits of what mean moves.
    """
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    near = Gaussian(np.arange(4.0), (Q * np.geomspace(1e-7, 1e3, 4)) @ Q.T)
    W, y = rng.integers(-3, 4, (3, 4)).astype(float), rng.integers(-9, 9, 3).astype(float)
    channel = LinearGaussian(W, np.zeros(3), 25 * np.eye(3))
    far, y_far = replace(near, mean=near.mean + level), y + level * W.sum(axis=1)
    rounding = 1e-6 + 4 * np.spacing(level)
    wanted = gaussian.posterior(near, channel, y).mean
    for function in (gaussian.posterior, gaussian.posterior_by_precision):
        np.testing.assert_allclose(function(far, channel, y_far).mean - level, wanted, rtol=0, atol=rounding)
    wanted = gaussian.condition(near, [0], [2.0]).mean
    for function in (gaussian.condition, gaussian.condition_by_precision):
        found = function(far, [0], [2 + level]).mean - level
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e3 * rounding)


@pytest.mark.parametrize("seed", SEEDS)
def test_gain_is_what_posterior_uses(seed):
    """(G8) from plain arrays: G, cov and the factor of W S W' + R."""
    prior, channel, y = model(seed)
    S, W, R = prior.cov, channel.matrix, channel.noise_cov
    G, C, L = gaussian.gain(S.tolist(), W.tolist(), R.tolist())
    posterior = gaussian.posterior(prior, channel, y)
    same(Gaussian(prior.mean + G @ (y - W @ prior.mean - channel.offset), C), posterior, 0)
    close(L @ L.T, W @ S @ W.T + R)
    close(C, S - G @ W @ S)
