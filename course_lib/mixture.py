"""Mixtures of Gaussians: densities, posterior, and the EM steps that fit them.

Everything raises ValueError or TypeError, naming the argument, before any work: for shapes that disagree,
NaN, weights that do not sum to one, a matrix that is no covariance; densities also for a singular covariance.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from . import _sklearn, _weights, blas, checks, gaussian, linalg

LARGEST = 1e9  # gray levels: beyond, squares lose all their digits in float32


@dataclass(frozen=True, eq=False)
class Mixture(checks.Record):
    """sum_k pi_k N(mu_k, S_k) in D dimensions.                                              (M1)

    weights : array (K,), pi; at least 0, sum 1
    means : array (K, D), mu
    covs : array (K, D, D), S; each symmetric and positive semi-definite

    Examples
    --------
    >>> coin = Mixture([0.5, 0.5], [[-1], [1]], [[[0.1]], [[0.1]]])
    >>> coin.cov
    array([[1.1]])
    """

    weights: np.ndarray
    means: np.ndarray
    covs: np.ndarray

    def __post_init__(self):
        means = checks.frozen("means", self.means, ("K", "D"))
        K, D = means.shape
        weights = checks.frozen("weights", self.weights, (K,), hint=f"means has {K} components")
        covs = checks.frozen("covs", self.covs, (K, D, D), hint=f"means has {K} components of {D} entries")
        checks.probabilities("weights", weights)
        with blas.one_thread(D):
            checks.covariances("covs", covs)
        for field, value in (("weights", weights), ("means", means), ("covs", covs)):
            object.__setattr__(self, field, value)

    @classmethod
    def from_sklearn(cls, fitted):
        """The `Mixture` of a fitted scikit-learn GaussianMixture with any covariance_type."""
        if not hasattr(fitted, "covariances_"):
            raise TypeError(
                f"fitted needs a fitted GaussianMixture; got {type(fitted).__name__}; call its fit first"
            )
        K, D = fitted.means_.shape
        covs = np.asarray(fitted.covariances_, dtype=np.float64)
        eye = np.eye(D)
        full = {
            "full": lambda: covs,
            "tied": lambda: np.broadcast_to(covs, (K, D, D)),
            "diag": lambda: covs[:, :, None] * eye,
            "spherical": lambda: covs[:, None, None] * eye,
        }[fitted.covariance_type]()
        return _from_rounded(fitted.weights_, fitted.means_, full)

    @property
    def log_weights(self):
        """ln pi: (K,), -inf for a component without weight."""
        with np.errstate(divide="ignore"):
            return np.log(self.weights)

    @property
    def mean(self):
        """Mean of the whole mixture: (D,)."""
        return self.weights @ self.means

    @property
    def cov(self):
        """Covariance of the whole mixture, sum_k pi_k (S_k + mu_k mu_k') - mean mean': (D, D).       (M4)"""
        centred = self.means - self.mean
        return np.tensordot(self.weights, self.covs, 1) + (centred.T * self.weights) @ centred

    @functools.cached_property
    def eigen(self):
        """Eigenvalues (K, D), rising and at least 0, and eigenvectors (K, D, D), in columns. (M6)"""
        with blas.one_thread(self.means.shape[1]):
            values, vectors = np.linalg.eigh(self.covs)
        values = np.maximum(values, 0)
        values.flags.writeable = vectors.flags.writeable = False
        return values, vectors

    def log_density(self, x):
        """ln sum_k pi_k N(x | mu_k, S_k) of each row: x (..., D) -> (...)."""
        K, D = self.means.shape
        x = checks.real_array("x", x, (..., D))
        return logsumexp(_log_joint(self, x.reshape(-1, D)), axis=1).reshape(x.shape[:-1])

    def sample(self, n, rng):
        """`n` independent draws by the generator `rng`: (n, D). Works for singular `covs` as well."""
        K, D = self.means.shape
        n = checks.count("n", n, each=D)
        checks.generator("rng", rng)
        label = rng.choice(K, size=n, p=self.weights / self.weights.sum())
        x = rng.standard_normal((n, D))
        values, vectors = self.eigen
        for k in np.unique(label):
            of_k = label == k
            root = (vectors[k] * np.sqrt(values[k])) @ vectors[k].T
            x[of_k] = self.means[k] + x[of_k] @ root
        return x


def responsibilities(mixture, x):
    """p(k | x) for every row of x, computed in logarithms.                                  (M2)

    mixture of K components, x (N, D)  ->  (N, K), proportional to pi_k N(x | mu_k, S_k)
    """
    return e_step(x, mixture)[0]


def predictive(prior, channel):
    """Distribution of y = W z + b + noise for z ~ prior, a mixture with the same weights.     (G7)

    prior : Mixture (K, Dz);  channel : LinearGaussian (Dy, Dz)  ->  Mixture (K, Dy)
    """
    parts = [gaussian.predictive(part, channel) for part in components(prior)]
    return Mixture(prior.weights, [part.mean for part in parts], [part.cov for part in parts])


def posterior(prior, channel, y):
    """Distribution of z given y = W z + b + noise: again a mixture.                  (M2), (M3)

    weights proportional to pi_k N(y | W mu_k + b, W S_k W' + R), components as in `gaussian.posterior`;
    its `.mean` and `.cov` are the posterior mean and covariance (M4).

    prior : Mixture (K, Dz);  channel : LinearGaussian (Dy, Dz);  y : array (Dy,)  ->  Mixture (K, Dz)
    """
    Dy = checks.instance("channel", channel, gaussian.LinearGaussian).offset.size
    y = checks.real_array("y", y, (Dy,), hint="one observation; restore_patches takes many")
    parts = [gaussian.posterior(part, channel, y) for part in components(prior)]
    weights = responsibilities(predictive(prior, channel), y[None])[0]
    return Mixture(weights, [part.mean for part in parts], [part.cov for part in parts])


def e_step(x, mixture):
    """Responsibilities and the mean log-likelihood of x under this mixture.                 (M7)

    x (N, D), mixture of K components -> (resp (N, K), float in nats a row)
    """
    x = checks.real_array("x", x, ("N", checks.instance("mixture", mixture, Mixture).means.shape[1]))
    log_joint = _log_joint(mixture, x)
    return _weights.normalise("x", log_joint), float(logsumexp(log_joint, axis=1).mean())


def m_step(x, resp, *, reg_covar=1.0):
    """Weighted shares, means and covariances.                                               (M7)

    n_k = sum_n r_nk,  pi_k = n_k / N,  mu_k = sum_n r_nk x_n / n_k,
    S_k = sum_n r_nk (x_n - mu_k)(x_n - mu_k)' / n_k + reg_covar I

    x : array (N, D);  resp : array (N, K), rows that sum to one
    reg_covar : float of at least 0, added to each variance, squared units of x; 0 is plain maximum likelihood
    ->  Mixture (K, D). ValueError if a component has lost all its data (n_k = 0).
    """
    x = checks.real_array("x", x, ("N", "D"))
    resp = checks.real_array("resp", resp, (x.shape[0], "K"), hint="one row for each row of x")
    reg_covar = checks.positive("reg_covar", reg_covar, unit="squared units of x", allow_zero=True)
    if (resp < 0).any() or np.abs(resp.sum(1) - 1).max() > 1e-6:
        raise ValueError(
            f"resp needs rows of probabilities; got entries down to {resp.min():.3g} and sums from "
            f"{resp.sum(1).min():.6g} to {resp.sum(1).max():.6g}; use e_step"
        )
    n = resp.sum(0)
    if not n.all():
        raise ValueError(
            f"resp needs data for every component; got none for {np.flatnonzero(n == 0).tolist()}; use fewer"
        )
    N, D = x.shape
    mu = (resp.T @ x) / n[:, None]
    S = np.empty((n.size, D, D))
    with blas.one_thread(D):
        for k in range(n.size):
            d = x - mu[k]
            S[k] = linalg.symmetric((d.T * resp[:, k]) @ d) / n[k] + reg_covar * np.eye(D)
    return Mixture(n / N, mu, S)


def fit(x, n_components, *, reg_covar=1.0, max_iter=100, random_state=None, tol=1e-3, progress=False):
    """Maximum-likelihood mixture by scikit-learn's GaussianMixture.                         (M7)

    From a k-means start. Inside, (x - mean) / 255 is fitted in float32, which takes half the time of float64,
    unless `reg_covar` is below its rounding of the variances.

    x : array (N, D), gray levels
    n_components : int, K, at most N
    reg_covar : float, squared gray levels, added to each variance; above the rounding of the variances
    max_iter : int, at most so many EM iterations
    random_state : int, numpy RandomState or None, as in scikit-learn
    tol : float, stop when the mean log-likelihood changes by less, nats a row
    progress : bool, show iteration and log-likelihood on standard error
    ->  Mixture (K, D). A ConvergenceWarning says when `max_iter` came first; an interrupt is a
    KeyboardInterrupt with a short message. O(N K D^2) an iteration: linear in the number of patches.
    """
    options = dict(
        reg_covar=reg_covar, max_iter=max_iter, random_state=random_state, tol=tol, progress=progress
    )
    fitted, settled = fit_quietly(x, n_components, **options)
    if not settled:
        from sklearn.exceptions import ConvergenceWarning

        needs = f"fit needs more than max_iter={max_iter} iterations to settle within tol={tol:g}"
        checks.warn(f"{needs}; the last step is returned; raise max_iter or tol", ConvergenceWarning)
    return fitted


def fit_quietly(x, n_components, *, reg_covar=1.0, max_iter=100, random_state=None, tol=1e-3, progress=False):
    """Arguments as in `fit`  ->  Mixture (K, D), and False where `fit` would warn, else True."""
    x = checks.real_array("x", x, ("N", "D"), keep_float32=True)
    N = len(x)
    remedy = f"x has {N} rows; use fewer components or more patches"
    K = checks.count("n_components", n_components, maximum=N, remedy=remedy)
    if N < 2 or np.abs(x).max() > LARGEST:
        raise ValueError(
            f"x needs at least 2 rows of gray levels within {LARGEST:g}; got {N} up to "
            f"{np.abs(x).max():.3g}; give more patches, or rescale them"
        )
    (weights, means, covs), settled = _sklearn.fit(
        x,
        K,
        reg_covar=checks.positive("reg_covar", reg_covar, unit="squared gray levels", dtype="float32"),
        max_iter=checks.count("max_iter", max_iter),
        random_state=_sklearn.check_random_state(random_state),
        tol=checks.positive("tol", tol),
        progress=checks.flag("progress", progress),
    )
    return _from_rounded(weights, means, covs), settled


def components(mixture):
    """The components of the mixture as a list of K Gaussians."""
    checks.instance("prior", mixture, Mixture)
    return [gaussian.Gaussian(mu, S) for mu, S in zip(mixture.means, mixture.covs)]


def _from_rounded(weights, means, covs):
    """The Mixture of rounded parameters: weights made to sum to one, covariances made symmetric."""
    weights, covs = (np.asarray(a, dtype=np.float64) for a in (weights, covs))
    return Mixture(weights / weights.sum(), means, (covs + covs.transpose(0, 2, 1)) / 2)


def _log_joint(mixture, x):
    """ln pi_k + ln N(x_n | mu_k, S_k): (N, K)."""
    K, D = mixture.means.shape
    log_joint = np.empty((x.shape[0], K))
    with blas.one_thread(D), np.errstate(over="ignore", invalid="ignore"):
        for k in range(K):
            L = linalg.cholesky(
                f"covs[{k}]", mixture.covs[k], "a singular one has no density; add reg_covar or noise"
            )
            log_joint[:, k] = linalg.log_normal(x - mixture.means[k], L)
    return log_joint + mixture.log_weights
