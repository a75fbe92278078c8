"""The first report's denoising rule as its code has it, kept for comparison; nothing else relies on it.

The rule takes, for each patch, the component with the largest pi_k N(m_k | m_k, C_k), where m_k and C_k are
the posterior mean and covariance of component k. A density at its own mean is (2 pi)^(-D/2) |C_k|^(-1/2), and
C_k does not depend on the patch (M3): one component serves every patch. `denoising` has the rule that (M2)
asks for.

A prior is a Mixture (K, D) with invertible covariances, `noise_std` sigma above 0 in gray levels, `epsilon`
at least 0 in squared gray levels. Functions raise ValueError or TypeError, naming the argument, for anything
else, for NaN, and for patches that do not fit the prior. Where densities are compared and all underflow to 0
(below e^-745), or several overflow, the first component wins; `compare="logarithms"` is the same rule, had it
been safe.
"""

import numpy as np
from scipy.stats import multivariate_normal

from . import checks, mixture
from . import patches as patches_

EPSILON = 0.01  # squared gray levels, added to each posterior variance
INVERSIONS = 5  # of D x D matrices, for each patch and component: R twice, S_k twice, and the sum


def literal_scores(prior, noise_std, *, epsilon=EPSILON):
    """ln [pi_k N(m_k | m_k, C_k + epsilon I)] of each component: what the rule compares.        (M3), (M6)

    prior, noise_std, epsilon  ->  (K,), nats; no patch enters:
    ln pi_k - 1/2 sum_i ln(2 pi c_i),  c_i = lam_i sigma^2 / (lam_i + sigma^2) + epsilon
    """
    _, c = _variances(prior, noise_std, epsilon)
    return prior.log_weights - 0.5 * np.log(2 * np.pi * c).sum(1)


def literal_component(prior, noise_std, *, epsilon=EPSILON, compare="densities"):
    """The component, 0..K-1, that the rule takes for every patch; arguments as in the module's text.  (M3)"""
    checks.choice("compare", compare, ("densities", "logarithms"))
    scores = literal_scores(prior, noise_std, epsilon=epsilon)
    if compare == "densities":
        with np.errstate(over="ignore"):
            scores = np.exp(scores)
    return int(scores.argmax())


def literal_denoise_patches(patches, prior, noise_std, *, epsilon=EPSILON, compare="densities"):
    """Patches (N, D) by the rule: one affine map for all, then the clipping inside each patch.          (M6)

    mean (C + epsilon I)(y / sigma^2 + S^-1 mu) of the one component; above 255 set to 255, below 1 set to 0

    patches (N, D), the others as in the module's text  ->  (N, D), float64, in O(N D^2 + K D^3)
    """
    lam, c = _variances(prior, noise_std, epsilon)
    x = checks.real_array(
        "patches", patches, ("N", lam.shape[1]), hint=f"the prior has {lam.shape[1]} pixels a patch"
    )
    k = literal_component(prior, noise_std, epsilon=epsilon, compare=compare)
    U = prior.eigen[1][k]
    with np.errstate(over="ignore", invalid="ignore"):
        z = x @ ((U * (c[k] / noise_std**2)) @ U.T) + (U * (c[k] / lam[k])) @ (U.T @ prior.means[k])
    return _clipped(z)


def literal_denoise(images, prior, noise_std, *, epsilon=EPSILON, compare="densities"):
    """Whole images by the rule: patches, the rule, the average of the overlaps.                    (P1), (P2)

    images (..., H, W), a prior of m x m patches, the others as in the module's text  ->  the same shape
    """
    images = checks.gray_images(
        "images", images, (..., "H", "W"), hint="stack images of one size to (N, H, W)"
    )
    D = checks.instance("prior", prior, mixture.Mixture).means.shape[1]
    x = patches_.cut(images, patches_.side(D, "prior", images.shape[-2:]))
    z = literal_denoise_patches(
        x.reshape(-1, x.shape[-1]), prior, noise_std, epsilon=epsilon, compare=compare
    )
    return patches_.average_patches(z.reshape(x.shape), images.shape[-2:])


def literal_loop(patches, prior, noise_std, *, epsilon=EPSILON):
    """`literal_denoise_patches` with the work that the report's code spends: all anew, O(N K D^3).   (M3)

    Five inversions and one eigendecomposition (inside scipy's density) for each patch and component;
    arguments as in the module's text. For tests and benchmarks.
    """
    D = checks.instance("prior", prior, mixture.Mixture).means.shape[1]
    x = checks.real_array("patches", patches, ("N", D), hint=f"the prior has {D} pixels a patch")
    _variances(prior, noise_std, epsilon)
    W, R = np.eye(D), noise_std**2 * np.eye(D)
    restored = np.empty_like(x)
    for n, y in enumerate(x):
        means, densities = [], []
        for weight, mu, S in zip(prior.weights, prior.means, prior.covs):
            C = _inverse(_inverse(S) + W.T @ _inverse(R) @ W) + epsilon * np.eye(D)
            means.append(C @ (W.T @ _inverse(R) @ y + _inverse(S) @ mu))
            densities.append(weight * multivariate_normal(means[-1], C, allow_singular=True).pdf(means[-1]))
        restored[n] = means[np.argmax(densities)]
    return _clipped(restored)


def _variances(prior, noise_std, epsilon):
    """Prior variances lam (K, D) along the eigenvectors, and c (K, D), those of C_k + epsilon I."""
    noise_std = checks.positive("noise_std", noise_std, unit="standard deviation in gray levels")
    epsilon = checks.positive("epsilon", epsilon, unit="squared gray levels", allow_zero=True)
    lam = checks.instance("prior", prior, mixture.Mixture).eigen[0]
    if (lam[:, 0] <= lam.shape[1] * np.finfo(float).eps * lam[:, -1]).any():
        raise ValueError(
            "prior needs invertible covariances, the report's rule inverts them; got a singular one; "
            "add reg_covar to its diagonal, or use denoising.denoise"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        c = lam * noise_std**2 / (lam + noise_std**2) + epsilon
    if not np.isfinite(c).all():
        raise ValueError(
            f"noise_std needs to suit the prior's variances; got {noise_std:g}; choose another unit"
        )
    return lam, c


def _inverse(A):
    """A^-1 by one LU factorisation, what numpy's own inverse does."""
    return np.linalg.solve(A, np.eye(len(A)))


def _clipped(z):
    """In place: above 255 set to 255, below 1 set to 0."""
    if np.isnan(z).any():
        raise ValueError(
            "patches needs values that the rule can scale; got a result beyond all numbers; check units"
        )
    np.minimum(z, 255, out=z)
    z[z < 1] = 0
    return z
