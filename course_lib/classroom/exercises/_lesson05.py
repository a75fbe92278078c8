"""Exercises of lesson 05: shrink and weigh patches.  (M6)"""

import numpy as np
from scipy.special import softmax

from ... import denoising, mixture
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake
from ._picture05 import PICTURE, PSNR

# 05.1 what one direction keeps


PENCIL = Exercise(
    "05.1",
    "what one direction keeps",
    ("share ()",),
    _instances.only_numbers,
    lambda: 50**2 / (50**2 + 25**2),
    (
        Mistake(
            "you compared standard deviations; what adds up when independent numbers are added?",
            lambda: 50 / 75,
        ),
        Mistake("that is the share that is taken away, the noise's", lambda: 0.2),
        Mistake(
            "that is how many times one variance is the other; which part of their sum is the patch's?",
            lambda: 4.0,
        ),
        Mistake("that is noise against patch; a share is a part of the whole", lambda: 0.25),
        Mistake("the fraction is upside down: nothing keeps more than all of it", lambda: 1.25),
        Mistake("a factor for the coordinate itself needs no square root", lambda: np.sqrt(0.8)),
        Mistake(
            "sigma is a standard deviation; what stands beside the variance in (M6)?", lambda: 2500 / 2525
        ),
        Mistake("lambda is a variance; which number was given for the patches?", lambda: 50 / (50 + 625)),
    ),
)


# 05.2 the weights of the components


def _several(rng):
    def case(what, K, D, sigma, scale=1.0, flat=False, weights=None):
        eigen = [np.linalg.eigh(S) for S in _instances.covariances(rng, K, D, scale)]
        lam, U = (np.stack(parts) for parts in zip(*eigen))
        lam[:, 0] = 0 if flat else lam[:, 0]
        means = scale * rng.normal(size=(K, D))
        y = means[-1] + 0.5 * (scale + sigma) * rng.normal(size=D)
        return Case(
            what,
            (y, _instances.weights(rng, K) if weights is None else np.array(weights), means, lam, U, sigma),
        )

    return [
        case("three components and three pixels", 3, 3, 0.8),
        case("two components and four pixels", 2, 4, 1.5),
        case("two pixels in gray levels", 4, 2, 25.0, scale=40.0),
        case("a single component", 1, 2, 1.0),
        case("singular covariances", 3, 3, 0.7, flat=True),
        case("a component of weight 0", 3, 2, 1.0, weights=[0.6, 0.0, 0.4]),
        _far("a patch far from every component, whose densities underflow", *case("", 3, 3, 0.9).args),
    ]


def _covs(lam, U):
    S = (U * lam[..., None, :]) @ np.swapaxes(U, -1, -2)
    return (S + np.swapaxes(S, -1, -2)) / 2


def _unless_flat(answer):
    """Where a variance is 0, division by it leaves rounding, infinity or nan."""
    return lambda *args: ANY if (args[-3] == 0).any() else answer(*args)


def _far(what, y, p, means, lam, U, sigma):
    """One pixel more, alike in all components, so many standard deviations away that every density is 0.0."""
    U = np.pad(U, ((0, 0), (0, 1), (0, 1)))
    U[:, -1, -1] = 1
    means, lam = (np.column_stack([part, np.full(len(p), last)]) for part, last in ((means, 0.0), (lam, 1.0)))
    return Case(what, (np.append(y, 50 * (1 + sigma)), p, means, lam, U, sigma))


def _weights(y, p, means, lam, U, sigma):
    return denoising.component_weights(y[None], mixture.Mixture(p, means, _covs(lam, U)), sigma)[0]


def _terms(y, means, lam, U, sigma):
    """Logarithm of the determinant and quadratic form of each component: (K,), (K,)."""
    c = np.einsum("kdi,kd->ki", U, y - means)
    return np.log(lam + sigma**2).sum(axis=1), (c**2 / (lam + sigma**2)).sum(axis=1)


def _underflowing(y, p, means, lam, U, sigma):
    det, quad = _terms(y, means, lam, U, sigma)
    joint = p * np.exp(-(det + quad) / 2)
    return joint / joint.sum()


def _or_lost(answer):
    """The mistake, or whatever comes of it where densities underflow: who makes it may have that trouble, too."""
    return lambda *args: ANY if np.isnan(_underflowing(*args)).any() else answer(*args)


def _weighing(log_joint):
    """The mistake whose logarithms are log_joint(w, d, q) of ln pi, determinant and quadratic form."""
    return _or_lost(
        lambda y, p, means, lam, U, s: softmax(log_joint(np.log(p), *_terms(y, means, lam, U, s)))
    )


def _with(changed):
    """The mistake that weighs with changed(means, lam, U, sigma) in their place."""
    return _or_lost(lambda y, p, *rest: softmax(np.log(p) - sum(_terms(y, *changed(*rest))) / 2))


def _winner(y, p, *rest):
    return np.eye(len(p))[_weights(y, p, *rest).argmax()]


WEIGHTS = Exercise(
    "05.2",
    "the weights of the components",
    ("weights (K,)",),
    _several,
    _weights,
    (
        Mistake("those are the prior weights; what did the patch say?", lambda y, p, *rest: p),
        Mistake("the prior weights are missing", _weighing(lambda w, d, q: -(d + q) / 2)),
        Mistake(
            "a prior weight was added without its logarithm",
            _weighing(lambda w, d, q: np.exp(w) - (d + q) / 2),
        ),
        Mistake(
            "the logarithms of the variances are missing: width has its price",
            _weighing(lambda w, d, q: w - q / 2),
        ),
        Mistake(
            "the distances are missing: how far is the patch from each mean?",
            _weighing(lambda w, d, q: w - d / 2),
        ),
        Mistake("the factor 1/2 is missing", _weighing(lambda w, d, q: w - d - q)),
        Mistake(
            "the factor 1/2 belongs to both terms of the bracket", _weighing(lambda w, d, q: w - d - q / 2)
        ),
        Mistake("a sign is turned: weight falls with distance", _weighing(lambda w, d, q: w + (d + q) / 2)),
        Mistake(
            "sigma is a standard deviation; noise enters by its variance",
            _with(lambda means, lam, U, s: (means, lam, U, np.sqrt(s))),
        ),
        Mistake(
            "the noise is missing: the components are weighed by y, which is noisy",
            _unless_flat(_with(lambda means, lam, U, s: (means, lam, U, 0))),
        ),
        Mistake(
            "U and U' are swapped: the eigenvectors are the columns",
            _with(lambda means, lam, U, s: (means, lam, U.transpose(0, 2, 1), s)),
        ),
        Mistake("the means were not subtracted", _with(lambda means, lam, U, s: (0 * means, lam, U, s))),
        Mistake(
            "lambda is a variance already; was it squared?",
            _with(lambda means, lam, U, s: (means, lam**2, U, s)),
        ),
        Mistake("one component has all the weight in your answer; they share it", _or_lost(_winner)),
        Mistake(
            "those are products of prior and density; weights sum to 1",
            lambda y, p, *rest: p * np.exp(-sum(_terms(y, *rest)) / 2),
        ),
        Mistake(
            "those are logarithms; weights sum to 1",
            lambda y, p, *rest: np.log(p) - sum(_terms(y, *rest)) / 2,
        ),
        Mistake(
            "right until exp underflows to 0 everywhere; stay in logarithms until the weights are normalised",
            _underflowing,
        ),
    ),
)


# 05.3 all patches at once


def _noisy_patches(rng):
    def case(what, N, K, D, sigma, scale=1.0, flat=0):
        eigen = [np.linalg.eigh(S) for S in _instances.covariances(rng, K, D, scale)]
        lam, U = (np.stack(parts) for parts in zip(*eigen))
        lam[:, :flat] = 0
        means = scale * rng.normal(size=(K, D))
        y = (scale + sigma) * rng.normal(size=(N, D))
        return Case(what, (y, rng.dirichlet(np.ones(K), size=N), means, lam, U, sigma))

    return [
        case("five patches, two components and three pixels", 5, 2, 3, 0.7),
        case("two patches, three components and four pixels", 2, 3, 4, 1.5),
        case("nine pixels in gray levels", 4, 2, 9, 25.0, scale=60.0),
        case("a single component", 3, 1, 3, 0.7),
        case("a single patch", 1, 3, 4, 0.7),
        case("singular covariances", 4, 2, 4, 0.5, flat=2),
        case("components without any spread", 3, 2, 3, 2.0, flat=3),
    ]


def _combined(one):
    """The sum over components of their weights times one(y, mu, lam, U, sigma)."""

    def answer(y, w, means, lam, U, sigma):
        return sum(w[:, [k]] * one(y, means[k], lam[k], U[k], sigma) for k in range(w.shape[1]))

    return answer


def _shrunk(y, mu, lam, U, sigma):
    prior = mixture.Mixture([1.0], mu[None], _covs(lam, U)[None])
    return denoising.denoise_patches(y, prior, sigma)


def _by(factor):
    """The mistake whose factor(lam, sigma) is another one."""
    return _combined(lambda y, mu, lam, U, s: mu + (factor(lam, s) * ((y - mu) @ U)) @ U.T)


def _share(lam, sigma):
    return lam / (lam + sigma**2)


def _reweighted(change):
    """The mistake that has change(weights) in the place of the weights."""
    return lambda y, w, *rest: _combined(_shrunk)(y, change(w), *rest)


MEANS = Exercise(
    "05.3",
    "all patches at once",
    ("m (N, D)",),
    _noisy_patches,
    _combined(_shrunk),
    (
        Mistake(
            "sigma is a standard deviation; noise enters by its variance", _by(lambda lam, s: lam / (lam + s))
        ),
        Mistake(
            "that keeps what belongs to the noise; which share is the patch's?",
            _by(lambda lam, s: s**2 / (lam + s**2)),
        ),
        Mistake(
            "your factor stretches: it is upside down", _unless_flat(_by(lambda lam, s: (lam + s**2) / lam))
        ),
        Mistake(
            "brackets are missing: a / a + b is not a / (a + b)",
            _unless_flat(_by(lambda lam, s: lam / lam + s**2)),
        ),
        Mistake(
            "variances add up, standard deviations do not",
            _by(lambda lam, s: np.sqrt(lam) / (np.sqrt(lam) + s)),
        ),
        Mistake("your coordinates are not shrunk by anything", lambda y, *rest: y),
        Mistake(
            "U and U' are swapped: with patches in rows, the coordinates are products of a row with the columns of U",
            _combined(lambda y, mu, lam, U, s: _shrunk(y, mu, lam, U.T, s)),
        ),
        Mistake(
            "on the way to the axes U and U' are swapped: a coordinate is the product of a row of y with a column of U",
            _combined(lambda y, mu, lam, U, s: mu + (_share(lam, s) * ((y - mu) @ U.T)) @ U.T),
        ),
        Mistake(
            "on the way back from the axes U and U' are swapped",
            _combined(lambda y, mu, lam, U, s: mu + (_share(lam, s) * ((y - mu) @ U)) @ U),
        ),
        Mistake(
            "the factors belong to the axes of the component, yours went to the pixels: turn first",
            _combined(lambda y, mu, lam, U, s: mu + _share(lam, s) * (y - mu)),
        ),
        Mistake(
            "you are still on the axes of the component: turn back",
            _combined(lambda y, mu, lam, U, s: mu + _share(lam, s) * ((y - mu) @ U)),
        ),
        Mistake(
            "the means were not added back",
            _combined(lambda y, mu, lam, U, s: _shrunk(y, mu, lam, U, s) - mu),
        ),
        Mistake(
            "y was shrunk, not its distance from the mean",
            _combined(lambda y, mu, lam, U, s: mu + _shrunk(y, 0 * mu, lam, U, s)),
        ),
        Mistake(
            "that is the most probable component, (M5); all of them have a say in (M4)",
            _reweighted(lambda w: np.eye(w.shape[1])[w.argmax(axis=1)]),
        ),
        Mistake(
            "every component counts the same in your answer",
            _reweighted(lambda w: np.full_like(w, 1 / w.shape[1])),
        ),
        Mistake(
            "all patches share one set of weights in your answer",
            _reweighted(lambda w: 0 * w + w.mean(axis=0)),
        ),
        Mistake("the weights are missing from your sum", _reweighted(np.ones_like)),
    ),
)


EXERCISES = (PENCIL, WEIGHTS, MEANS, PICTURE, PSNR)
