"""Exercises of lesson 04: the two steps that fit a mixture.  (M7)"""

import numpy as np
from scipy.special import logsumexp, softmax

from ... import mixture
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake
from ._windows04 import AVERAGE, EXTRACT, PENCIL

# 04.4 the E-step


def _log_densities(rng):
    def case(what, N, K, level=-4.0, weights=None):
        weights = _instances.weights(rng, K) if weights is None else np.array(weights)
        return Case(what, (weights, rng.normal(level, 1.5, size=(N, K))))

    return [
        case("five data and three components", 5, 3),
        case("three data and four components", 3, 4),
        case("a single component", 4, 1),
        case("a single datum", 1, 3),
        case("a component of weight 0", 4, 3, weights=[0.3, 0.0, 0.7]),
        case("log densities near -1350, as for patches", 4, 3, level=-1350.0),
        case("log densities near +800", 3, 2, level=800.0),
    ]


def _e_step(p, e):
    return softmax(np.log(p) + e, axis=1), logsumexp(np.log(p) + e, axis=1).mean()


def _or_lost(answer):
    """The mistake, or whatever comes of it where densities leave the range of exp: who makes it may have that trouble, too."""
    return lambda p, e: ANY if abs(e.mean()) > 700 else answer(p, e)


def _scored(score):
    """The mistake whose responsibilities are right, with score(joint) in the place of the mean log-likelihood."""
    return _or_lost(lambda p, e: (_e_step(p, e)[0], score(np.log(p) + e)))


def _joint_first(p, e):
    joint = p * np.exp(e)
    return joint / joint.sum(axis=1, keepdims=True), np.log(joint.sum(axis=1)).mean()


def _of_labels(p, e):
    """The mistake that takes the mean of sum_k r ln(pi p), which is nan where 0 meets ln 0."""
    r = _e_step(p, e)[0]
    return (r, (r * (np.log(p) + e)).sum(axis=1).mean()) if p.all() else ANY


E_STEP = Exercise(
    "04.4",
    "the E-step and its score",
    ("r (N, K)", "log-likelihood ()"),
    _log_densities,
    _e_step,
    (
        Mistake("your log-likelihood is the sum over the data; asked is the mean", _scored(lambda s: logsumexp(s, axis=1).sum())),
        Mistake(
            "you averaged the densities and took one logarithm; every datum has a logarithm of its own",
            _scored(lambda s: logsumexp(s) - np.log(len(s))),
        ),
        Mistake("the logarithm of a sum over k is not the sum of the logarithms", _scored(lambda s: s.sum(axis=1).mean())),
        Mistake("your score is right for known labels; here the logarithm stands outside the sum over k", _or_lost(_of_labels)),
        Mistake("your score counts the best component alone; the others add, too", _scored(lambda s: s.max(axis=1).mean())),
        Mistake(
            "your responsibilities sum to 1 over the data; for each datum they must sum to 1 over the components",
            _or_lost(lambda p, e: (softmax(np.log(p) + e, axis=0), _e_step(p, e)[1])),
        ),
        Mistake(
            "your responsibilities sum to 1 over the whole table; for each datum they must sum to 1",
            _or_lost(lambda p, e: (softmax(np.log(p) + e), _e_step(p, e)[1])),
        ),
        Mistake(
            "the largest logarithm was subtracted, but your score did not get it back",
            lambda p, e: (_e_step(p, e)[0], _e_step(p, e)[1] - (np.log(p) + e).max(axis=1).mean()),
        ),
        Mistake(
            "the weights of the components are missing: a rare component answers for fewer data",
            _or_lost(lambda p, e: _e_step(np.ones(len(p)), e)),
        ),
        Mistake("a weight was added to a log density; both must be logarithms", _or_lost(lambda p, e: _e_step(np.exp(p), e))),
        Mistake(
            "each datum went to one component; responsibilities share it",
            _or_lost(lambda p, e: (np.eye(len(p))[(np.log(p) + e).argmax(axis=1)], _e_step(p, e)[1])),
        ),
        Mistake("right until exp under- or overflows; subtract the largest logarithm of each row first", _joint_first),
    ),
)  # fmt: skip


# 04.5 the M-step


def _data(rng):
    def case(what, N, D, K, reg_covar, scale=1.0, shift=0.0):
        x = shift + scale * rng.normal(size=(N, D)) @ rng.normal(size=(D, D))
        return Case(what, (x, rng.dirichlet(np.ones(K), size=N), reg_covar))

    hard = case("responsibilities of 0 and 1", 12, 2, 3, 1.0)
    hard = Case(hard.what, (hard.args[0], np.tile(np.eye(3), (4, 1)), 1.0))
    black = case("data that are all black", 8, 2, 2, 1.0)
    black = Case(black.what, (np.zeros((8, 2)), *black.args[1:]))
    return [
        case("three components in two dimensions", 30, 2, 3, 0.5),
        case("two components in three dimensions, reg_covar = 0", 25, 3, 2, 0.0),
        case("gray levels", 30, 4, 2, 100.0, scale=50.0, shift=100.0),
        case("a single component", 10, 2, 1, 1.0),
        hard,
        black,
        case("a single datum", 1, 2, 1, 2.0),
    ]


def _m_step(x, r, reg):
    fitted = mixture.m_step(x, r, reg_covar=reg)
    return fitted.weights, fitted.means, fitted.covs


def _scatter(x, r, centres):
    d = x[:, None] - centres
    return np.einsum("nk,nki,nkj->kij", r, d, d)


def _with_covs(covs):
    """The mistake whose weights and means are right, with covs(x, r, means, n) before the floor."""

    def answer(x, r, reg):
        weights, means, _ = _m_step(x, r, reg)
        return weights, means, covs(x, r, means, r.sum(axis=0)[:, None, None]) + reg * np.eye(x.shape[1])

    return answer


def _means_by_all(x, r, reg):
    means = r.T @ x / len(x)
    return (
        r.mean(axis=0),
        means,
        _scatter(x, r, means) / r.sum(axis=0)[:, None, None] + reg * np.eye(x.shape[1]),
    )


def _by_all(x, r, reg):
    weights, means, covs = _means_by_all(x, r, 0.0)
    return weights, means, covs * weights[:, None, None] + reg * np.eye(x.shape[1])


def _by_np_cov(x, r, means, n):
    return np.array([np.cov(x.T, aweights=r_k).reshape(means.shape[1], -1) for r_k in r.T])


def _counts(x, r, reg):
    return r.sum(axis=0), *_m_step(x, r, reg)[1:]


def _hard(x, r, reg):
    taken = np.eye(r.shape[1])[r.argmax(axis=1)]
    return _m_step(x, taken, reg) if taken.any(axis=0).all() else ANY  # a component without data: 0/0


M_STEP = Exercise(
    "04.5",
    "the M-step",
    ("weights (K,)", "means (K, D)", "covs (K, D, D)"),
    _data,
    _m_step,
    (
        Mistake("your weights are the numbers n_k of data; weights sum to 1", _counts),
        Mistake("your means are too small: a component that answers for few data is divided by few", _means_by_all),
        Mistake(
            "your means and covariances are divided by the number of all data; how many does component k answer for?",
            _by_all,
        ),
        Mistake(
            "your covariances are divided by the number N of data; how many does component k answer for?",
            _with_covs(lambda x, r, m, n: _scatter(x, r, m) / len(x)),
        ),
        Mistake(
            "you divided by one less, as for an unbiased covariance; what does (M7) divide by?",
            _with_covs(lambda x, r, m, n: _scatter(x, r, m) / (n - 1)),
        ),
        Mistake("unless told otherwise, np.cov divides by less than n_k, as for an unbiased covariance", _with_covs(_by_np_cov)),
        Mistake(
            "your covariances are not divided by anything; they grow with the number of data",
            _with_covs(lambda x, r, m, n: _scatter(x, r, m)),
        ),
        Mistake(
            "your covariances are taken around the mean of all data; each component has a new mean of its own",
            _with_covs(lambda x, r, m, n: _scatter(x, r, np.tile(x.mean(axis=0), (len(m), 1))) / n),
        ),
        Mistake("those are second moments: no mean was subtracted", _with_covs(lambda x, r, m, n: _scatter(x, r, 0 * m) / n)),
        Mistake(
            "each responsibility entered the covariance twice: weigh one of the two factors only",
            _with_covs(lambda x, r, m, n: _scatter(x, r**2, m) / n),
        ),
        Mistake(
            "every datum counts in full in your covariances, whoever answers for it",
            _with_covs(lambda x, r, m, n: _scatter(x, np.ones_like(r), m) / n),
        ),
        Mistake(
            "only variances are left; what became of the covariances between two entries?",
            lambda x, r, reg: (*_m_step(x, r, reg)[:2], _m_step(x, r, reg)[2] * np.eye(x.shape[1])),
        ),
        Mistake("the floor reg_covar is missing", lambda x, r, reg: _m_step(x, r, 0.0)),
        Mistake(
            "reg_covar was added to every entry; which entries of a covariance are variances?",
            lambda x, r, reg: (*_m_step(x, r, 0.0)[:2], _m_step(x, r, 0.0)[2] + reg),
        ),
        Mistake("each datum went to one component only; responsibilities share it", _hard),
    ),
)  # fmt: skip

EXERCISES = (EXTRACT, PENCIL, AVERAGE, E_STEP, M_STEP)
