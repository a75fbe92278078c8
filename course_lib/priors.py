"""The fitted priors of the lessons: shipped with the package, or fitted once and kept in the user's cache.

`python -m course_lib.priors` fits the shipped ones again (some ten minutes).
"""

import hashlib
import io
import os
import tempfile
import warnings
from importlib import resources
from pathlib import Path

import numpy as np
import platformdirs

from . import checks, datasets, mixture, patches

RECIPE = 1  # part of a cached file's name: raise it when the recipe below changes
REG_COVAR = 1.0  # squared gray levels
COARSE_REG = 300.0  # squared gray levels: small patches are sorted into components at this resolution
COARSE_UP_TO = 5  # pixels: the patch side up to which that helps
MAX_ITER = 100
SHIPPED = (
    *((m, K, 0) for m in (4, 5, 8) for K in (1, 5, 11, 20, 50, 200)),
    *((16, K, 0) for K in (1, 5, 11, 20)),
    *((16, 11, seed) for seed in (1, 2, 3)),
)


def digit_prior(patch_size, n_components, *, seed=0, progress=True):
    """A mixture fitted to patches of the training digits.                                   (M1), (M7)

    Shipped for the pairs in `SHIPPED`. Others are fitted at the first call (seconds to minutes) and kept in the
    user's cache folder; a damaged file is fitted again, never trusted.

    Parameters
    ----------
    patch_size : int, m, side of a patch in pixels, at most 28
    n_components : int, K
    seed : int, chooses the patches and the start of the fit
    progress : bool, show on standard error how a fit goes, if one is needed

    Returns
    -------
    Mixture (K, m*m), gray levels

    Raises
    ------
    ValueError, TypeError
        For m outside 1..28, K below 1 or above the number of patches, a negative seed.
    """
    m, K, seed = _checked(patch_size, n_components, seed)
    prior = _stored(m, K, seed)
    if prior is not None:
        return prior
    packed = _pack(fit_digits(m, K, seed=seed, progress=progress))
    _write(cache_folder() / _file_name(m, K, seed), packed)
    return _unpack(packed, K, m)


def stored_prior(patch_size, n_components, *, seed=0):
    """The prior that `digit_prior` would read, without a fit: from the package, then from the user's cache folder.

    Arguments and errors as in `digit_prior`  ->  Mixture (K, m*m), or None if it was never fitted or is damaged
    """
    return _stored(*_checked(patch_size, n_components, seed))


def _checked(patch_size, n_components, seed):
    m = checks.count("patch_size", patch_size, maximum=28, remedy="digits have 28 x 28 pixels")
    K = checks.count(
        "n_components", n_components, maximum=n_patches(m), remedy="a prior is fitted to that many patches"
    )
    return m, K, checks.count("seed", seed, minimum=0, maximum=2**32 - 1)


def _stored(m, K, seed):
    name = _file_name(m, K, seed)
    for path in (resources.files(__package__).joinpath("data", "priors", name), cache_folder() / name):
        prior = _read(path, K, m)
        if prior is not None:
            return prior
    return None


def fit_digits(patch_size, n_components, *, seed=0, progress=False):
    """The recipe behind every file: `n_patches` random patches of all training digits, then `mixture.fit`.   (M7)

    Small patches get their components at a coarse resolution, a variance floor of `COARSE_REG`, and their means and
    covariances by one M-step at `REG_COVAR`: components that share out visible structure, not its last gray
    level, denoise better under strong noise (m = 5, K = 50, sigma = 100: by 0.1 dB; for m = 8 and 16 they lose).

    Arguments and result as in `digit_prior`, which keeps what this computes.
    """
    train, _ = datasets.digits("train")
    chosen = patches.sample_patches(train, patch_size, n_patches(patch_size), np.random.default_rng(seed))
    coarse = patch_size <= COARSE_UP_TO
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="fit needs more than max_iter")
        fitted = mixture.fit(
            chosen,
            n_components,
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
    wanted = 50_000 if patch_size <= 10 else 20_000
    return min(wanted, 9_000 * (29 - patch_size) ** 2 // 2)


def cache_folder():
    """Where fitted priors are kept: the user's cache folder, by platform; another recipe gets another folder."""
    return Path(platformdirs.user_cache_dir("seeing-through-noise", appauthor=False)) / f"priors-{RECIPE}"


def _file_name(m, K, seed):
    return f"m{m:02d}_k{K:03d}_s{seed}.npz"


def _pack(prior):
    """Bytes of an npz: weights, means and lower triangles in float32, and their checksum."""
    rows, columns = np.tril_indices(prior.means.shape[1])
    arrays = {"weights": prior.weights, "means": prior.means, "covs": prior.covs[:, rows, columns]}
    arrays = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays, sha256=_checksum(arrays))
    return file.getvalue()


def _unpack(raw, K, m):
    """The prior in those bytes; ValueError for anything but what `_pack` wrote for this K and m."""
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in ("weights", "means", "covs")}
        intact = np.array_equal(stored["sha256"], _checksum(arrays))
    if not intact or arrays["means"].shape != (K, m * m):
        raise ValueError("a prior needs its own checksum and shape; got others; fit it again")
    rows, columns = np.tril_indices(m * m)
    covs = np.empty((K, m * m, m * m))
    covs[:, rows, columns] = covs[:, columns, rows] = arrays["covs"]
    weights = arrays["weights"].astype(np.float64)
    return mixture.Mixture(weights / weights.sum(), arrays["means"], covs)


def _checksum(arrays):
    digest = hashlib.sha256()
    for name in ("weights", "means", "covs"):
        digest.update(str(arrays[name].shape).encode() + arrays[name].astype("<f4").tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def _read(path, K, m):
    """The prior in that file, or None if it is absent or damaged."""
    try:
        return _unpack(path.read_bytes(), K, m)
    except OSError:
        return None
    except Exception:  # a damaged archive can fail in any way; whatever it is, the remedy is the same
        warnings.warn(f"{path.name} is damaged and not used; priors.digit_prior fits it again", stacklevel=4)
        return None


def _write(path, packed):
    """Write the file whole or not at all; a folder that cannot be written to costs a warning."""
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
        os.replace(part, path)
    except OSError as error:
        warnings.warn(
            f"the fitted prior cannot be kept in {path.parent.name} ({error.strerror})", stacklevel=3
        )
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


def _rebuild(folder, which=SHIPPED):
    for m, K, seed in which:
        _write(folder / _file_name(m, K, seed), _pack(fit_digits(m, K, seed=seed, progress=True)))


if __name__ == "__main__":
    _rebuild(Path(__file__).parent / "data" / "priors")
