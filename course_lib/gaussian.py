"""Gaussians and linear-Gaussian channels: marginal, conditional, joint, predictive, posterior.

Notation of the course: z (Dz,) is clean, y (Dy,) observed, y = W z + b + noise with noise ~ N(0, R).
Functions of a `prior` take a Gaussian (Dz,) and a LinearGaussian (Dy, Dz), the `channel`.

Records and functions raise ValueError for shapes that disagree, NaN or infinite entries, a matrix that is no
covariance or singular where it has to be inverted, TypeError for other kinds of arguments; the message names
the argument.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve

from . import blas, checks, linalg


@dataclass(frozen=True, eq=False)
class Gaussian(checks.Record):
    """N(mean, cov) in D dimensions: mean (D,), cov (D, D).

    `cov` is symmetric and positive semi-definite; a singular one can be sampled and observed through noise
    (G8), but has no density.

    >>> g = Gaussian([0, 0], [[1, 0.5], [0.5, 1]])
    >>> condition(g, [1], [2.0]).mean
    array([1.])
    """

    mean: np.ndarray
    cov: np.ndarray

    def __post_init__(self):
        mean = checks.frozen("mean", self.mean, ("D",))
        cov = checks.frozen("cov", self.cov, (mean.size, mean.size), hint=f"mean has {mean.size} entries")
        checks.covariances("cov", cov)
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "cov", cov)

    def log_density(self, x):
        """ln N(x | mean, cov) of each row: x (..., D) -> (...); none if `cov` is singular."""
        D = self.mean.size
        x = checks.real_array("x", x, (..., D))
        L = linalg.cholesky(
            "cov", self.cov, "a singular covariance has no density; add noise first (predictive)"
        )
        return linalg.log_normal(x - self.mean, L)

    def sample(self, n, rng):
        """`n` independent draws by the generator `rng`: (n, D). Works for a singular `cov` as well.

        Through the symmetric square root, which does not depend on the signs of eigenvectors.
        """
        n = checks.count("n", n, each=self.mean.size)
        checks.generator("rng", rng)
        return self.mean + rng.standard_normal((n, self.mean.size)) @ linalg.square_root(self.cov)


@dataclass(frozen=True, eq=False)
class LinearGaussian(checks.Record):
    """The channel p(y | z) = N(y | W z + b, R): matrix W (Dy, Dz), offset b (Dy,), noise_cov R (Dy, Dy).

    R may be singular, or zero.
    """

    matrix: np.ndarray
    offset: np.ndarray
    noise_cov: np.ndarray

    def __post_init__(self):
        W = checks.frozen("matrix", self.matrix, ("Dy", "Dz"))
        Dy = W.shape[0]
        b = checks.frozen("offset", self.offset, (Dy,), hint=f"matrix has {Dy} rows")
        R = checks.frozen("noise_cov", self.noise_cov, (Dy, Dy), hint=f"matrix has {Dy} rows")
        checks.covariances("noise_cov", R)
        for field, value in (("matrix", W), ("offset", b), ("noise_cov", R)):
            object.__setattr__(self, field, value)


def marginal(g, index):
    """Distribution of the entries `index` of x ~ g, in the order of `index`.                (G1)

    N([mu1; mu2], [[S11, S12], [S21, S22]]) gives x1 ~ N(mu1, S11).

    g : Gaussian (D,);  index : integers (D1,) in 0..D-1, no one twice  ->  Gaussian (D1,)
    """
    keep, _ = _split(g, index, "index")
    return Gaussian(g.mean[keep], g.cov[np.ix_(keep, keep)])


def condition(g, seen, value):
    """Distribution of the unseen entries of x ~ g given x[seen] = value.                    (G2)

    mean mu1 + S12 S22^-1 (value - mu2),  cov S11 - S12 S22^-1 S21

    The covariance is formed as a square, from S = root root': positive semi-definite whatever the rounding.

    g : Gaussian (D,);  seen : integers (D2,) in 0..D-1, no one twice, not all;  value : (D2,), in that order
    ->  Gaussian (D - D2,), the unseen entries in rising order
    """
    seen, rest = _split(g, seen, "seen", leave=True)
    x2 = checks.real_array("value", value, (seen.size,), hint="one number for each seen entry")
    mu1, mu2 = g.mean[rest], g.mean[seen]
    S12, S22 = g.cov[np.ix_(rest, seen)], g.cov[np.ix_(seen, seen)]
    L = linalg.cholesky(
        "cov of the seen entries", S22, "(G2) needs it invertible; drop entries that others determine"
    )
    gain = cho_solve((L, True), S12.T).T
    root = linalg.square_root(g.cov)
    left = root[rest] - gain @ root[seen]
    return Gaussian(mu1 + gain @ (x2 - mu2), linalg.symmetric(left @ left.T))


def condition_by_precision(g, seen, value):
    """The same as `condition`, from the blocks of the precision L = S^-1.                   (G3)

    mean mu1 - L11^-1 L12 (value - mu2),  cov L11^-1

    Arguments and result as in `condition`; all of S must be invertible.
    """
    seen, rest = _split(g, seen, "seen", leave=True)
    x2 = checks.real_array("value", value, (seen.size,), hint="one number for each seen entry")
    precision = linalg.inverse("cov", g.cov, "(G3) needs it invertible; use condition")
    L11, L12 = precision[np.ix_(rest, rest)], precision[np.ix_(rest, seen)]
    shift = np.linalg.solve(L11, L12 @ (x2 - g.mean[seen]))
    return Gaussian(
        g.mean[rest] - shift, linalg.inverse("precision of the unseen entries", L11, "use condition")
    )


def joint(prior, channel):
    """Joint distribution of [z; y] for z ~ prior and y = W z + b + noise.                   (G4)

    prior, channel  ->  Gaussian (Dz + Dy,): mean [mu; W mu + b],  cov [[S, S W'], [W S, W S W' + R]]
    """
    mu, S, W, b, R = _letters(prior, channel)
    WS = W @ S
    return Gaussian(
        np.concatenate([mu, W @ mu + b]), linalg.symmetric(np.block([[S, WS.T], [WS, WS @ W.T + R]]))
    )


def joint_precision(prior, channel):
    """Inverse of the covariance of `joint`, without inverting it whole.                     (G5)

    prior, channel  ->  (Dz + Dy, Dz + Dy): [[S^-1 + W' R^-1 W, -W' R^-1], [-R^-1 W, R^-1]]
    """
    _, S, W, _, R = _letters(prior, channel)
    S_inv = linalg.inverse("prior.cov", S, "(G5) needs it invertible; add a little to its diagonal")
    R_inv = linalg.inverse("channel.noise_cov", R, "(G5) needs it invertible")
    RW = R_inv @ W
    return linalg.symmetric(np.block([[S_inv + W.T @ RW, -RW.T], [-RW, R_inv]]))


def predictive(prior, channel):
    """Distribution of y = W z + b + noise for z ~ prior.                                    (G7)

    prior, channel  ->  Gaussian (Dy,): mean W mu + b,  cov W S W' + R
    """
    mu, S, W, b, R = _letters(prior, channel)
    return Gaussian(W @ mu + b, linalg.symmetric(W @ S @ W.T + R))


def posterior(prior, channel, y):
    """Distribution of z given y = W z + b + noise.                                          (G8)

    gain G = S W' (W S W' + R)^-1,  mean = mu + G (y - W mu - b),  cov = S - G W S

    prior, whose covariance may be singular, channel, y (Dy,)  ->  Gaussian (Dz,)
    """
    mu, S, W, b, R = _letters(prior, channel)
    y = checks.real_array("y", y, (b.size,), hint="one observation; its length is the rows of channel.matrix")
    G, C, _ = gain(S, W, R)
    return Gaussian(mu + G @ (y - W @ mu - b), C)


def posterior_by_precision(prior, channel, y):
    """The same as `posterior`, in precision form.                                           (G6)

    cov C = (S^-1 + W' R^-1 W)^-1,  mean = C (S^-1 mu + W' R^-1 (y - b)) = mu + C W' R^-1 (y - W mu - b)

    The last form loses no digits where mu is large. As in `posterior`, but S and R must be invertible.
    """
    mu, S, W, b, R = _letters(prior, channel)
    y = checks.real_array("y", y, (b.size,), hint="one observation; its length is the rows of channel.matrix")
    S_inv = linalg.inverse("prior.cov", S, "(G6) needs it invertible; use posterior")
    R_inv = linalg.inverse("channel.noise_cov", R, "(G6) needs it invertible; use posterior")
    precision = linalg.symmetric(S_inv + W.T @ R_inv @ W)
    C = linalg.inverse("posterior precision", precision, "use posterior")
    return Gaussian(mu + C @ (W.T @ R_inv @ (y - W @ mu - b)), C)


def gain(S, W, R):
    """Gain (Dz, Dy), posterior covariance (Dz, Dz), Cholesky factor of W S W' + R.          (G8)

    The part of `posterior` that does not depend on y, from S (Dz, Dz), W (Dy, Dz), R (Dy, Dy). The covariance
    is formed as A S A' + G R G' with A = I - G W, equal to S - G W S (Joseph's form), and as a square, from
    roots of S and R: positive semi-definite whatever the rounding.
    """
    W = checks.real_array("W", W, ("Dy", "Dz"))
    Dy, Dz = W.shape
    S = checks.real_array("S", S, (Dz, Dz), hint=f"W has {Dz} columns")
    R = checks.real_array("R", R, (Dy, Dy), hint=f"W has {Dy} rows")
    with blas.one_thread(max(W.shape)):
        checks.covariances("S", S)
        checks.covariances("R", R)
        WS = W @ S
        seen = linalg.symmetric(WS @ W.T + R)
        L = linalg.cholesky("W S W' + R", seen, "(G8) needs it invertible; more noise_cov makes it so")
        G = cho_solve((L, True), WS).T
        A = np.eye(Dz) - G @ W
        left = np.hstack([A @ linalg.square_root(S), G @ linalg.square_root(R)])
        return G, linalg.symmetric(left @ left.T), L


def _letters(prior, channel):
    """The model in the letters of MATH.md, its shapes checked: mu, S, W, b, R."""
    checks.instance("prior", prior, Gaussian)
    W = checks.instance("channel", channel, LinearGaussian).matrix
    if W.shape[1] != prior.mean.size:
        needed = f"{prior.mean.size} columns, one for each entry of the prior"
        remedy = "transpose it or use the matching prior"
        raise ValueError(f"channel.matrix needs {needed}; got {W.shape}; {remedy}")
    return prior.mean, prior.cov, W, channel.offset, channel.noise_cov


def _split(g, index, name, leave=False):
    """The given indices and the others in rising order, checked."""
    D = checks.instance("g", g, Gaussian).mean.size
    given = np.atleast_1d(checks.as_array(name, index))
    checks.match_shape(name, given, ("D2",))
    if given.dtype.kind not in "iu":
        raise TypeError(
            f"{name} needs integers; got dtype {given.dtype}; use np.flatnonzero(mask) for a mask"
        )
    if given.min() < 0 or given.max() >= D or np.unique(given).size != given.size:
        raise ValueError(f"{name} needs different integers in 0..{D - 1}; got {given.tolist()}; count from 0")
    rest = np.setdiff1d(np.arange(D), given)
    if leave and rest.size == 0:
        raise ValueError(f"{name} needs to leave an entry unseen; got all {D}; there is nothing to infer")
    return given, rest
