"""Posterior estimates of many patches under a mixture prior, and of whole images from them."""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import get_blas_funcs

from . import blas, checks, gaussian, linalg, mixture
from . import patches as patches_

ESTIMATES = ("mean", "most_probable", "sample")
BLOCK_NUMBERS = 2**19  # numbers in a block of patches: large enough for BLAS, small enough for a cache
TINY_PATCH = 32  # pixels: up to here triangular products cost more than full ones


def restore_patches(observed, prior, channel, *, estimate="mean", rng=None):
    """Clean patches from patches seen through any linear-Gaussian channel y = W z + b + noise.   (M2)-(M5)

    Gains, posterior covariances and Cholesky factors are computed once a component, not once a patch.

    Parameters
    ----------
    observed : array (N, Dy)
    prior : Mixture (K, Dz)
    channel : LinearGaussian (Dy, Dz); W may select rows (missing pixels), blur, scale ...
    estimate : "mean" (M4), least mean square error; "most_probable" (M5), mean of the component with the
        largest weight; "sample", one draw from the posterior.
    rng : numpy.random.Generator, needed by "sample" alone

    Returns
    -------
    array (N, Dz), float64

    Raises
    ------
    ValueError, TypeError
        If a W S_k W' + R is singular, shapes disagree, values are not finite, or `rng` is missing.

    Notes
    -----
    O(K (Dz^3 + Dy^3 + N Dy (Dz + Dy))) operations.
    """
    checks.choice("estimate", estimate, ESTIMATES)
    parts = mixture.components(prior)
    Dy = checks.instance("channel", channel, gaussian.LinearGaussian).offset.size
    y = checks.real_array("observed", observed, ("N", Dy))
    if estimate == "sample":
        checks.generator("rng", rng)
    gaussian.predictive(parts[0], channel)  # raises if their shapes disagree
    with blas.one_thread(max(channel.matrix.shape)):
        return _restore_through(y, prior, parts, channel, estimate, rng)


def _restore_through(y, prior, parts, channel, estimate, rng):
    """Posterior estimates of the observations y (N, Dy) through the channel."""
    W, b, R = channel.matrix, channel.offset, channel.noise_cov
    log_joint = np.empty((len(y), len(parts)))
    gains, covs = [], []
    for k, part in enumerate(parts):
        G, C, L = gaussian.gain(part.cov, W, R)
        log_joint[:, k] = prior.log_weights[k] + linalg.log_normal(y - W @ part.mean - b, L)
        gains.append(G)
        covs.append(C)
    weights = _component_weights(mixture.normalised("observed", log_joint), estimate, rng)
    restored = np.zeros((len(y), W.shape[1]))
    for k, part in enumerate(parts):
        rows = np.flatnonzero(weights[:, k])
        z = part.mean + (y[rows] - W @ part.mean - b) @ gains[k].T
        if estimate == "sample" and rows.size:
            z += gaussian.Gaussian(np.zeros(len(part.mean)), covs[k]).sample(rows.size, rng)
        restored[rows] += weights[rows, k, None] * z
    return restored


def denoise_patches(patches, prior, noise_std, *, estimate="mean", rng=None, gate_rank=None):
    """Clean patches from patches with independent Gaussian noise: W = I, b = 0, R = sigma^2 I.      (M6)

    Parameters
    ----------
    patches : array (N, D), gray levels; float32 patches are computed in float32, all others in float64.
    prior : Mixture (K, D); covariances may be singular
    noise_std : float above 0, sigma in gray levels
    estimate : "mean" (M4), "most_probable" (M5) or "sample". In float32 and float64 the means and samples agree to
        0.01 gray levels; the most probable component may differ where two are equally probable to rounding.
    rng : numpy.random.Generator, needed by "sample" alone
    gate_rank : int or None. None weighs the components by the whole patch. A number r weighs them by the patch's
        r leading principal components under the prior: fewer operations, for digits, m = 16 and r = 64 at a cost of 0.02 dB.

    Returns
    -------
    array (N, D), float64 (float32 for float32 patches)

    Raises
    ------
    ValueError, TypeError
        For patches that do not fit the prior, noise not above zero, values that are not finite, a missing `rng`.

    Notes
    -----
    The gate takes N K D^2 operations, half those of full matrix products, because the whitening factors are triangular
    (all of them up to `TINY_PATCH` pixels), or N K r^2 in r directions. The filter takes 2 N D^2 for each component to
    which a patch gives more weight than rounding: one for "most_probable" and "sample" (whose draw costs as much
    again), up to K for "mean" (digits, m = 16, K = 11, sigma = 25: between two and three).
    """
    D = checks.instance("prior", prior, mixture.Mixture).means.shape[1]
    x = checks.real_array(
        "patches", patches, ("N", D), keep_float32=True, hint=f"the prior has {D} pixels a patch"
    )
    plan = _checked_plan(prior, noise_std, estimate, rng, gate_rank, x.dtype)
    with blas.one_thread(D):
        return _restore(x, plan, estimate, rng)


def component_weights(patches, prior, noise_std):
    """Posterior weights of the components for patches with independent Gaussian noise.           (M2), (M6)

    pi_k(y) proportional to pi_k N(y | mu_k, S_k + sigma^2 I), from the eigenvectors of S_k, which serve every sigma

    Parameters
    ----------
    patches : array (N, D), gray levels
    prior : Mixture (K, D); covariances may be singular
    noise_std : float above 0, sigma in gray levels

    Returns
    -------
    array (N, K), float64, rows that sum to one

    Raises
    ------
    ValueError, TypeError
        As in `denoise_patches`.

    Notes
    -----
    O(N K D^2). `denoise_patches` weighs in the same way, and faster where patches are many.
    """
    D = checks.instance("prior", prior, mixture.Mixture).means.shape[1]
    x = checks.real_array("patches", patches, ("N", D), hint=f"the prior has {D} pixels a patch")
    noise_std = _checked_noise(noise_std, np.float64)
    lam, U = prior.eigen
    seen = lam + noise_std**2
    log_joint = np.empty((len(x), len(lam)))
    with blas.one_thread(D), np.errstate(over="ignore", invalid="ignore"):
        for k, mu in enumerate(prior.means):
            log_joint[:, k] = -0.5 * (np.log(seen[k]).sum() + ((x - mu) @ U[k]) ** 2 @ (1 / seen[k]))
    return mixture.normalised("patches", log_joint + prior.log_weights)


def denoise(images, prior, noise_std, *, estimate="mean", rng=None, gate_rank=None):
    """Images with independent Gaussian noise, cleaned patch by patch and averaged.        (P1), (M6), (P2)

    Parameters
    ----------
    images : array (H, W) or (N, H, W), gray levels, neither clipped nor rounded
    prior : Mixture (K, m*m) of patches
    noise_std, estimate, rng, gate_rank : as in `denoise_patches`

    Returns
    -------
    array of the same shape, not clipped; float64 (float32 for float32 images)

    Raises
    ------
    ValueError, TypeError
        As in `denoise_patches`, and for images smaller than the patch or a prior whose D is no square.

    Notes
    -----
    Works on blocks of images, and on strips of large ones: patches, m*m numbers a pixel, never fill more memory than
    a block, or one row of patches if that is more.
    """
    images = checks.real_array(
        "images", images, keep_float32=True, hint="stack images of one size to (N, H, W)"
    )
    if images.ndim not in (2, 3):
        raise ValueError(f"images needs shape (H, W) or (N, H, W); got {images.shape}; stack or split them")
    checks.match_shape("images", images, (..., "H", "W"))
    D = checks.instance("prior", prior, mixture.Mixture).means.shape[1]
    m = round(D**0.5)
    if m * m != D:
        raise ValueError(f"prior needs square patches; got {D} pixels a patch; fit it on m x m patches")
    if m > min(images.shape[-2:]):
        raise ValueError(
            f"images needs at least {m} x {m} pixels, the patches of the prior; got {images.shape}; use a prior of smaller patches"
        )
    plan = _checked_plan(prior, noise_std, estimate, rng, gate_rank, images.dtype)
    stack = images.reshape(-1, *images.shape[-2:])
    total = np.zeros_like(stack)
    with blas.one_thread(D):
        for part in _parts(stack.shape, m):
            block = patches_.extract_patches(stack[part], m)
            x = _restore(block.reshape(-1, D), plan, estimate, rng)
            total[part] += patches_.add_patches(x.reshape(block.shape), total[part].shape[1:])
    total /= patches_.coverage(stack.shape[1:], m)
    return total.reshape(images.shape)


def _parts(shape, m):
    """Slices of a stack (N, H, W) whose m x m patches together are all patches, once each, and fill a block."""
    N, H, W = shape
    I, row = H - m + 1, (W - m + 1) * m * m
    rows = min(I, max(1, BLOCK_NUMBERS // row))
    size = max(1, BLOCK_NUMBERS // (row * rows))
    for start in range(0, N, size):
        for top in range(0, I, rows):
            yield slice(start, start + size), slice(top, min(top + rows, I) + m - 1)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What does not depend on the patches, once for a prior, a noise and a precision.

    basis : None, or (D, r) directions that the gate looks at
    log_const : (K,), ln pi_k - 1/2 ln det(S_k + sigma^2 I), up to a common constant
    whiten, centre : (K, r, r) lower triangular T_k and (K, r) mu_k' T_k, with |x' T_k - centre_k| the Mahalanobis distance
    shrink, rest : (K, D, D) and (K, D), with x @ shrink_k + rest_k the posterior mean m_k(x)
    root : (K, D, D), the symmetric square root of the posterior covariance, or None
    """

    basis: np.ndarray | None
    log_const: np.ndarray
    whiten: np.ndarray
    centre: np.ndarray
    shrink: np.ndarray
    rest: np.ndarray
    root: np.ndarray | None


def _checked_noise(noise_std, dtype):
    noise_std = checks.positive("noise_std", noise_std, unit="standard deviation in gray levels")
    info = np.finfo(dtype)
    if not info.tiny <= noise_std**2 <= info.max:
        raise ValueError(
            f"noise_std needs a square that {info.dtype} holds, from {info.tiny:.2g} to {info.max:.2g}; got {noise_std:g}; "
            "check its unit, gray levels"
        )
    return noise_std


def _checked_plan(prior, noise_std, estimate, rng, gate_rank, dtype):
    noise_std = _checked_noise(noise_std, dtype)
    checks.choice("estimate", estimate, ESTIMATES)
    if estimate == "sample":
        checks.generator("rng", rng)
    if gate_rank is not None:
        gate_rank = checks.count("gate_rank", gate_rank, maximum=prior.means.shape[1])
    return _plan(prior, noise_std, gate_rank, np.dtype(dtype), estimate == "sample")


@functools.lru_cache(maxsize=4)
def _plan(prior, noise_std, gate_rank, dtype, with_root):
    """The `_Plan`, from the eigenvectors of the prior, which serve every noise.              (M6)"""
    lam, U = prior.eigen
    seen = lam + noise_std**2
    with blas.one_thread(lam.shape[1]):
        shrink = (U * (lam / seen)[:, None, :]) @ U.transpose(0, 2, 1)
        rest = prior.means - np.einsum("kd,kde->ke", prior.means, shrink)
        root = (
            (U * (noise_std * np.sqrt(lam / seen))[:, None, :]) @ U.transpose(0, 2, 1) if with_root else None
        )
        basis, means = None, prior.means
        if gate_rank is not None:
            basis = np.linalg.eigh(prior.cov)[1][:, -gate_rank:]
            means = prior.means @ basis
            lam, U = np.linalg.eigh(basis.T @ prior.covs @ basis)
            seen = np.maximum(lam, 0) + noise_std**2
        whiten = np.linalg.qr(U.transpose(0, 2, 1) / np.sqrt(seen)[:, :, None], mode="r")
        centre = np.einsum("kij,kj->ki", whiten, means)
    log_const = prior.log_weights - 0.5 * np.log(seen).sum(1)
    arrays = (basis, log_const, whiten.transpose(0, 2, 1), centre, shrink, rest, root)
    return _Plan(*(None if a is None else np.ascontiguousarray(a, dtype=dtype) for a in arrays))


def _restore(x, plan, estimate, rng):
    """Posterior estimates of the patches x (N, D), block by block."""
    restored = np.empty_like(x)
    size = max(1, BLOCK_NUMBERS // x.shape[1])
    for start in range(0, len(x), size):
        restored[start : start + size] = _restore_block(x[start : start + size], plan, estimate, rng)
    return restored


def _restore_block(x, plan, estimate, rng):
    """Posterior estimates of the patches x (n, D) of one block."""
    weights = _component_weights(mixture.normalised("patches", _log_joint(x, plan)), estimate, rng)
    restored = np.zeros_like(x)
    for k in np.flatnonzero(weights.any(axis=0)):
        rows = np.flatnonzero(weights[:, k])
        z = x[rows] @ plan.shrink[k]
        z += plan.rest[k]
        if estimate == "sample":
            z += rng.standard_normal(z.shape).astype(x.dtype, copy=False) @ plan.root[k]
        if estimate == "mean":
            z *= weights[rows, k, None]
        restored[rows] += z
    return restored


def _log_joint(x, plan):
    """ln pi_k + ln N(x_n | mu_k, S_k + sigma^2 I) up to one constant: (n, K).                    (M6)"""
    if plan.basis is not None:
        x = x @ plan.basis
    with np.errstate(over="ignore", invalid="ignore"):
        squares = _whole_squares(x, plan) if x.shape[1] <= TINY_PATCH else _triangular_squares(x, plan)
    return plan.log_const - squares / 2


def _triangular_squares(x, plan):
    """|x_n' T_k - centre_k|^2 by triangular products, half the operations of full ones: (n, K)."""
    trmm = get_blas_funcs("trmm", (x,))
    squares = np.empty((len(x), len(plan.centre)), x.dtype)
    for k, centre in enumerate(plan.centre):
        white = trmm(1.0, plan.whiten[k].T, x.T).T
        white -= centre
        squares[:, k] = np.vecdot(white, white)
    return squares


def _whole_squares(x, plan):
    """The same by full products with pixels first, so that few pixels still make long rows: (n, K)."""
    pixels = np.ascontiguousarray(x.T)
    white = np.empty_like(pixels)
    squares = np.empty((len(plan.centre), len(x)), x.dtype)
    for k, centre in enumerate(plan.centre):
        np.matmul(plan.whiten[k].T, pixels, out=white)
        white -= centre[:, None]
        np.einsum("dn,dn->n", white, white, out=squares[k])
    return squares.T


def _component_weights(resp, estimate, rng):
    """Weights (N, K) with which the components' means enter: the responsibilities above rounding, or a single one."""
    if estimate == "mean":
        return np.where(resp > np.finfo(resp.dtype).eps / resp.shape[1], resp, 0)
    if estimate == "most_probable":
        chosen = resp.argmax(axis=1)
    else:
        cumulative = resp.cumsum(axis=1)
        chosen = (cumulative < rng.random((len(resp), 1)) * cumulative[:, -1:]).sum(axis=1)
    one_hot = np.zeros_like(resp)
    one_hot[np.arange(len(resp)), chosen] = 1
    return one_hot
