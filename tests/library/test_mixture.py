"""Mixtures and their posterior against quadrature, scipy, scikit-learn and themselves."""

from dataclasses import replace

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm
from sklearn.mixture import GaussianMixture

from course_lib import gaussian, mixture
from course_lib.gaussian import Gaussian, LinearGaussian
from course_lib.mixture import Mixture
from tests.helpers import close, grid, moments_agree, random_channel, random_mixture, same

SEEDS = range(5)


def model(seed, K=3, Dz=2, Dy=2):
    """A random prior, channel and observation."""
    rng = np.random.default_rng(seed)
    return random_mixture(rng, K, Dz), random_channel(rng, Dy, Dz), 2 * rng.standard_normal(Dy)


def weighted_densities(m, x):
    """pi_k N(x_n | mu_k, S_k) by scipy: (N, K)."""
    parts = [multivariate_normal(mu, S).pdf(x) for mu, S in zip(m.means, m.covs)]
    return m.weights * np.stack(parts, -1)


def reordered(m, order):
    return Mixture(m.weights[order], m.means[order], m.covs[order])


@pytest.mark.parametrize("seed", SEEDS)
def test_density_is_the_weighted_sum(seed):
    """(M1) by scipy; (M2) its terms over their sum."""
    rng = np.random.default_rng(seed)
    m, x = random_mixture(rng, 4, 3), 3 * rng.standard_normal((30, 3))
    terms = weighted_densities(m, x)
    close(np.exp(m.log_density(x)), terms.sum(1))
    close(mixture.responsibilities(m, x), terms / terms.sum(1, keepdims=True))


@settings(max_examples=30)
@given(hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), st.integers(1, 4), st.integers(1, 3))
def test_log_density_keeps_the_leading_axes(leading, K, D):
    m = random_mixture(np.random.default_rng(0), K, D)
    x = np.random.default_rng(1).standard_normal((*leading, D))
    close(m.log_density(x), np.reshape([m.log_density(row) for row in x.reshape(-1, D)], leading))


def test_one_component_is_a_gaussian():
    rng = np.random.default_rng(1)
    m, x = random_mixture(rng, 1, 4), rng.standard_normal((9, 4))
    g = Gaussian(m.means[0], m.covs[0])
    close(m.log_density(x), g.log_density(x))
    np.testing.assert_array_equal(mixture.responsibilities(m, x), np.ones((9, 1)))
    close(m.mean, g.mean)
    close(m.cov, g.cov)
    channel, y = random_channel(rng, 2, 4), rng.standard_normal(2)
    same(mixture.components(mixture.predictive(m, channel))[0], gaussian.predictive(g, channel))
    same(mixture.components(mixture.posterior(m, channel, y))[0], gaussian.posterior(g, channel, y))


@pytest.mark.filterwarnings("error")
def test_a_component_of_weight_zero_is_not_there_and_the_order_of_the_others_does_not_matter():
    m, channel, y = model(2, K=3)
    order, x = [2, 0, 3, 1], np.random.default_rng(0).standard_normal((8, 2))
    silent = Mixture([*m.weights, 0.0], [*m.means, y], [*m.covs, np.eye(2)])
    close(silent.log_density(x), m.log_density(x))
    close(reordered(silent, order).log_density(x), m.log_density(x))
    resp, posterior = mixture.responsibilities(silent, x), mixture.posterior(silent, channel, y)
    assert (resp[:, 3] == 0).all() and posterior.weights[3] == 0
    close(mixture.responsibilities(reordered(silent, order), x), resp[:, order])
    same(mixture.posterior(reordered(silent, order), channel, y), reordered(posterior, order))
    same(reordered(posterior, [0, 1, 2]), mixture.posterior(m, channel, y))


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_moments_by_quadrature(offset):
    """(M4): mean and covariance of a mixture, also when a large constant is added to every mean."""
    m = random_mixture(np.random.default_rng(4), 3, 2)
    x, cell = grid(16, 400, 2)
    p = weighted_densities(m, x).sum(1) * cell
    mean = p @ x
    moved = replace(m, means=m.means + offset)
    close(moved.mean, mean + offset)
    close(moved.cov, (x - mean).T * p @ (x - mean), rtol=1e-9)  # shifted means keep 1e6 * 1e-16


def test_samples_come_from_each_component_by_its_weight():
    """Weights that sum to one to a millionth are drawn from; 400 000 draws tell 1 % of a deviation."""
    covs = [np.eye(2), [[1, 0.9], [0.9, 1]], np.zeros((2, 2))]
    m = Mixture([0.2, 0.5 + 9e-7, 0.3], [[-100, 0], [0, 0], [100, 0]], covs)
    draws = m.sample(400_000, np.random.default_rng(0))
    label = np.round(draws[:, 0] / 100).astype(int) + 1
    share = np.bincount(label) / len(draws)
    assert (np.abs(share - m.weights) < 5 * np.sqrt(m.weights * (1 - m.weights) / len(draws))).all()
    for k in range(3):
        moments_agree(draws[label == k], m.means[k], m.covs[k])
    moments_agree(draws, m.mean, m.cov)


def test_density_of_256_dimensions_does_not_underflow():
    """The evidence of a digit patch is about exp(-1350), 0.0 in floating point; weights still come out."""
    m = Mixture([0.25, 0.75], [np.zeros(256), np.full(256, 2.0)], np.stack([2000 * np.eye(256)] * 2))
    x = np.full(256, 41.0)
    log_terms = np.log(m.weights) + norm(m.means, np.sqrt(2000)).logpdf(x).sum(1)
    assert -1400 < logsumexp(log_terms) < -1300 and np.exp(logsumexp(log_terms)) == 0.0
    close(m.log_density(x), logsumexp(log_terms))
    # a difference of two numbers of about 1350, so two digits fewer than float64 has
    close(mixture.responsibilities(m, x[None])[0], np.exp(log_terms - logsumexp(log_terms)), rtol=1e-9)
    resp, mean_log_likelihood = mixture.e_step(x[None], m)
    close(resp, mixture.responsibilities(m, x[None]))
    close(mean_log_likelihood, m.log_density(x))


def test_eigenvalues_rebuild_every_covariance():
    """(M6) needs U diag(lam) U' = S with lam at least 0, for singular S as well."""
    m = random_mixture(np.random.default_rng(6), 3, 4, rank=2)
    lam, U = m.eigen
    close((U * lam[:, None, :]) @ U.transpose(0, 2, 1), m.covs)
    close(U.transpose(0, 2, 1) @ U, np.stack([np.eye(4)] * 3))
    assert (lam >= 0).all() and (np.diff(lam) >= 0).all()
    assert m.eigen[0] is lam and not lam.flags.writeable and not U.flags.writeable
    doubled = replace(m, covs=2 * m.covs)
    close(doubled.eigen[0], 2 * lam)


@pytest.mark.parametrize("seed", SEEDS)
def test_posterior_by_quadrature(seed):
    """(M2) weights, (M3) components and (M4) moments from p(k) p(z | k) p(y | z) on a grid over z."""
    prior, channel, y = model(seed)
    z, cell = grid(14, 300, 2)
    likelihood = multivariate_normal(y - channel.offset, channel.noise_cov).pdf(z @ channel.matrix.T)
    p = weighted_densities(prior, z) * likelihood[:, None] * cell
    evidence = p.sum()
    posterior = mixture.posterior(prior, channel, y)
    close(posterior.weights, p.sum(0) / evidence)
    assert np.abs(posterior.weights - prior.weights).max() > 0.05
    for k in range(3):
        q = p[:, k] / p[:, k].sum()
        close(posterior.means[k], q @ z)
        close(posterior.covs[k], (z - q @ z).T * q @ (z - q @ z))
    q = p.sum(1) / evidence
    close(posterior.mean, q @ z)
    close(posterior.cov, (z - q @ z).T * q @ (z - q @ z))
    close(np.exp(mixture.predictive(prior, channel).log_density(y)), evidence)


def test_bayes_rule_holds_pointwise():
    """(M2), (M3): p(z | y) p(y) = p(y | z) p(z), in seven dimensions seen through four."""
    prior, channel, y = model(7, K=4, Dz=7, Dy=4)
    z = np.random.default_rng(0).standard_normal((20, 7))
    likelihood = multivariate_normal(y - channel.offset, channel.noise_cov).logpdf(z @ channel.matrix.T)
    evidence = mixture.predictive(prior, channel).log_density(y)
    close(mixture.posterior(prior, channel, y).log_density(z) + evidence, likelihood + prior.log_density(z))


def test_posterior_without_noise_picks_the_component_that_fits():
    """(M2), (G8) for singular S and R = 0: y lies on both lines, the densities along them decide."""
    prior = Mixture([0.5, 0.5], [[0, 0], [0, 0]], [[[4, 0], [0, 0]], [[1, 1], [1, 1]]])
    posterior = mixture.posterior(prior, LinearGaussian([[1, 0]], [0], [[0]]), [2.0])
    close(posterior.means, [[2, 0], [2, 2]])
    odds = norm(0, 2).pdf(2) / norm(0, 1).pdf(2)
    close(posterior.weights, [odds / (1 + odds), 1 / (1 + odds)])


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
def test_scikit_learns_mixture_is_the_same_mixture(kind):
    """(M1), (M2) for every covariance type: score_samples and predict_proba."""
    rng = np.random.default_rng(0)
    x = np.vstack([rng.standard_normal((60, 3)) * [1, 2, 0.5], rng.standard_normal((40, 3)) + 3])
    fitted = GaussianMixture(3, covariance_type=kind, random_state=0).fit(x)
    ours = Mixture.from_sklearn(fitted)
    close(ours.log_density(x), fitted.score_samples(x))
    close(mixture.responsibilities(ours, x), fitted.predict_proba(x))
    close(mixture.e_step(x, ours)[1], fitted.score(x))


def test_a_mixture_fitted_in_float32_is_taken_over():
    """Weights that sum to one only to 1e-7 are normalised."""
    x = np.random.default_rng(0).standard_normal((200, 2)).astype(np.float32)
    fitted = GaussianMixture(7, random_state=0).fit(x)
    ours = Mixture.from_sklearn(fitted)
    assert ours.weights.dtype == np.float64 and abs(ours.weights.sum() - 1) < 1e-15
    np.testing.assert_allclose(ours.log_density(x), fitted.score_samples(x), rtol=1e-3)  # float32 densities
