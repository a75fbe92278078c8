"""The fitted priors of the lessons: shipped with the package, or fitted once and kept in the user's cache.

`python -m course_lib.priors` fits the shipped ones again (some ten minutes).
"""

from importlib import resources
from pathlib import Path

import numpy as np
import platformdirs

from . import _prior_files, checks, datasets, mixture, patches

RECIPE = 1  # part of a cached file's name: raise it when the recipe below changes
REG_COVAR = 1.0  # squared gray levels
COARSE_REG = 300.0  # squared gray levels: small patches are sorted into components at this resolution
COARSE_UP_TO = 5  # pixels: the patch side up to which that helps
MAX_ITER = 100
LICENCE = (
    "Fitted to the MNIST digits of Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0; shared under the same "
    "licence, https://creativecommons.org/licenses/by-sa/3.0/"
)
SHIPPED = (
    *((m, K, 0) for m in (4, 5, 8) for K in (1, 5, 11, 20, 50, 200)),
    *((16, K, 0) for K in (1, 5, 11, 20)),
    *((16, 11, seed) for seed in (1, 2, 3)),
)


def digit_prior(patch_size, n_components, *, seed=0, progress=True):
    """A mixture fitted to patches of the training digits.                                   (M1), (M7)

    Shipped for the triples in `SHIPPED`. Others are fitted at the first call (seconds to minutes) and kept in
    the user's cache folder; a damaged file is fitted again, never trusted.

    patch_size : int, m, side of a patch in pixels, 1 to 28
    n_components : int, K, at most the number of patches
    seed : int at least 0, chooses the patches and the start of the fit
    progress : bool, show on standard error how a fit goes, if one is needed

    Mixture (K, m*m), gray levels; ValueError or TypeError for other arguments
    """
    m, K, seed = _check(patch_size, n_components, seed)
    progress = checks.flag("progress", progress)
    prior = _read(m, K, seed)
    if prior is not None:
        return prior
    packed = _pack(fit_digits(m, K, seed=seed, progress=progress))
    _prior_files.write(cache_folder() / _file_name(m, K, seed), packed)
    return _unpack(packed, m, K)


def stored_prior(patch_size, n_components, *, seed=0):
    """The prior that `digit_prior` would read, without a fit: from the package, then from the cache folder.

    Arguments and errors as in `digit_prior`  ->  Mixture (K, m*m), or None if there is none that is whole
    """
    return _read(*_check(patch_size, n_components, seed))


def _check(patch_size, n_components, seed):
    N = n_patches(patch_size)
    K = checks.count("n_components", n_components, maximum=N, remedy="a prior is fitted to that many patches")
    return int(patch_size), K, checks.count("seed", seed, minimum=0, maximum=2**32 - 1)


def _read(m, K, seed):
    name = _file_name(m, K, seed)
    for path in (resources.files(__package__).joinpath("data", "priors", name), cache_folder() / name):
        size = _prior_files.largest(_shapes(m, K))
        prior = _prior_files.read(path, size, lambda raw: _unpack(raw, m, K))
        if prior is not None:
            return prior
    return None


def fit_digits(patch_size, n_components, *, seed=0, progress=False):
    """The recipe behind every file: `n_patches` random patches of the training digits, then a fit.   (M7)

    Small patches get their components at a coarse resolution, a variance floor of `COARSE_REG`, and their
    means and covariances by one M-step at `REG_COVAR`: components that share out visible structure, not its
    last gray level, denoise better under strong noise (m = 5, K = 50, sigma = 100: by 0.1 dB; 8 and 16 lose).

    Arguments and result as in `digit_prior`, which keeps what this computes.
    """
    m, K, seed = _check(patch_size, n_components, seed)
    train, _ = datasets.digits("train")
    chosen = patches.sample_patches(train, m, n_patches(m), np.random.default_rng(seed))
    coarse = m <= COARSE_UP_TO
    fitted, _ = mixture.fit_quietly(  # to stop after MAX_ITER is part of the recipe
        chosen,
        K,
        reg_covar=COARSE_REG if coarse else REG_COVAR,
        max_iter=MAX_ITER,
        random_state=seed,
        progress=progress,
    )
    if not coarse:
        return fitted
    return mixture.m_step(chosen, mixture.responsibilities(fitted, chosen), reg_covar=REG_COVAR)


def n_patches(patch_size):
    """How many patches of side `patch_size` a prior is fitted to.

    50 000, of more than 10 x 10 pixels 20 000, and never more than half of all.
    """
    m = checks.count("patch_size", patch_size, maximum=28, remedy="digits have 28 x 28 pixels")
    return min(50_000 if m <= 10 else 20_000, 9_000 * (29 - m) ** 2 // 2)


def cache_folder():
    """Where fitted priors are kept: the user's cache folder, by platform; each recipe has its own."""
    return Path(platformdirs.user_cache_dir("seeing-through-noise", appauthor=False)) / f"priors-{RECIPE}"


def _file_name(m, K, seed):
    return f"m{m:02d}_k{K:03d}_s{seed}.npz"


def _shapes(m, K):
    D = m * m
    return {"weights": (K,), "means": (K, D), "covs": (K, D * (D + 1) // 2)}


def _pack(prior):
    """Bytes of a file: weights, means and lower triangles in float32."""
    rows, columns = np.tril_indices(prior.means.shape[1])
    arrays = {"weights": prior.weights, "means": prior.means, "covs": prior.covs[:, rows, columns]}
    return _prior_files.pack(arrays, licence=LICENCE)


def _unpack(raw, m, K):
    """The prior in those bytes; an error for anything but what `_pack` wrote for this m and K."""
    arrays = _prior_files.unpack(raw, _shapes(m, K))
    rows, columns = np.tril_indices(m * m)
    covs = np.empty((K, m * m, m * m))
    covs[:, rows, columns] = covs[:, columns, rows] = arrays["covs"]
    weights = arrays["weights"].astype(np.float64)
    return mixture.Mixture(weights / weights.sum(), arrays["means"], covs)


def _rebuild(folder, which=SHIPPED):
    for m, K, seed in which:
        packed = _pack(fit_digits(m, K, seed=seed, progress=True))
        _prior_files.write(folder / _file_name(m, K, seed), packed)


if __name__ == "__main__":
    _rebuild(Path(__file__).parent / "data" / "priors")
