"""The shipped priors, the recipe behind them, and a cache that is never trusted."""

import io
import os
import pickle
import re
import warnings
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import platformdirs
import pytest

from course_lib import datasets, patches, priors
from tests.helpers import random_mixture, same, shipped_prior

FOLDER = Path(str(resources.files("course_lib"))) / "data" / "priors"
M, K = 3, 2  # a pair that is not shipped


def file_name(m, K, seed=0):
    return f"m{m:02d}_k{K:03d}_s{seed}.npz"


# What is shipped


def test_every_shipped_prior_has_its_file_and_no_file_is_left_over():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(
        file_name(*entry) for entry in priors.SHIPPED
    )
    assert len(set(priors.SHIPPED)) == len(priors.SHIPPED)


def test_the_shipped_priors_stay_below_10_megabytes():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 10**7


@pytest.mark.parametrize(("m", "K", "seed"), priors.SHIPPED)
def test_a_shipped_prior_loads_without_a_fit(m, K, seed, monkeypatch, tmp_path, recwarn):
    """Its checksum holds (a damaged file warns), its weights are in use, its covariances keep their floor of reg_covar.

    The floor to a tenth: float32 keeps 7 digits of variances up to 3e4, and the coldest directions err by some 1e-2.
    """
    monkeypatch.setattr(priors, "cache_folder", lambda: tmp_path)
    prior = shipped_prior(m, K, seed)
    assert prior.means.shape == (K, m * m)
    assert prior.weights.min() > 0 and prior.weights.sum() == pytest.approx(1, rel=1e-10)
    assert prior.eigen[0].min() > 0.9 * priors.REG_COVAR
    assert not recwarn.list and not list(tmp_path.iterdir())


def test_the_seeds_of_m16_k11_are_different_fits():
    means = [shipped_prior(16, 11, seed).means for seed in range(4)]
    assert all(not np.allclose(a, b) for i, a in enumerate(means) for b in means[:i])


def test_the_recipe_gives_what_is_shipped():
    """(M7) m = 4, K = 5, fitted again: the same held-out log-likelihood, and different from that of K = 1.

    To 0.01 nats a patch: another BLAS rounds otherwise, and the fit stops when a step gains less than 0.001.
    """
    held_out = patches.sample_patches(datasets.digits("test")[0], 4, 5_000, np.random.default_rng(0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = priors.fit_digits(4, 5)
    refit, shipped, one = (
        p.log_density(held_out).mean() for p in (again, shipped_prior(4, 5), shipped_prior(4, 1))
    )
    assert refit == pytest.approx(shipped, abs=0.01)
    assert shipped > one + 1


def test_one_component_is_the_mean_and_covariance_of_its_patches():
    """(M7) with K = 1 is no iteration: the patches' own moments plus reg_covar, for the seed and the number of patches
    that the recipe names. scikit-learn adds up 20 000 rows in float32, which costs 4e-6 of a variance: hence 1e-5."""
    train = datasets.digits("train")[0]
    for m, n in ((4, 50_000), (16, 20_000)):
        x = patches.sample_patches(train, m, n, np.random.default_rng(0))
        prior = shipped_prior(m, 1)
        np.testing.assert_allclose(prior.means[0], x.mean(0), rtol=0, atol=255e-5)
        cov = np.cov(x.T, bias=True) + priors.REG_COVAR * np.eye(m * m)
        np.testing.assert_allclose(prior.covs[0], cov, rtol=0, atol=1e-5 * cov.max())


@pytest.mark.parametrize(
    ("m", "n"), [(1, 50_000), (10, 50_000), (11, 20_000), (26, 20_000), (27, 18_000), (28, 4_500)]
)
def test_number_of_patches(m, n):
    """Never more than half of all 9000 (29 - m)^2 windows."""
    assert priors.n_patches(m) == n <= 9_000 * (29 - m) ** 2 / 2


# The cache


@pytest.fixture
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "not" / "yet there"
    monkeypatch.setattr(priors, "cache_folder", lambda: folder)
    return folder


@pytest.fixture
def fits(monkeypatch):
    """A cheap stand-in for the fit, and the list of its calls."""
    calls = []

    def fit_digits(m, K, *, seed=0, progress=False):
        calls.append((m, K, seed, progress))
        return random_mixture(np.random.default_rng(seed), K, m * m)

    monkeypatch.setattr(priors, "fit_digits", fit_digits)
    return calls


def test_the_second_call_does_not_fit_again(cache, fits):
    first = priors.digit_prior(M, K, seed=5)
    again = priors.digit_prior(M, K, seed=5)
    assert fits == [(M, K, 5, True)]  # and it was shown, as long work is
    same(first, again, 0)  # the first call rounds as the file does
    assert [path.name for path in cache.iterdir()] == [file_name(M, K, 5)]


def test_a_fit_is_silent_on_request(cache, fits):
    priors.digit_prior(M, K, progress=False)
    assert fits == [(M, K, 0, False)]


def test_another_size_number_or_seed_is_another_fit(cache, fits):
    for m, k, seed in ((M, K, 0), (M, K, 1), (M, K + 1, 0), (M - 1, K, 0)):
        assert priors.digit_prior(m, k, seed=seed).means.shape == (k, m * m)
    assert len(fits) == 4 and len(list(cache.iterdir())) == 4


def damaged(raw):
    """Kinds of damage: name -> bytes."""
    flipped = bytearray(raw)
    flipped[len(raw) // 2] ^= 16
    other = random_mixture(np.random.default_rng(9), K, M * M)
    good = priors._pack(other)
    return {
        "truncated": raw[:-30],
        "half": raw[: len(raw) // 2],
        "a bit flipped": bytes(flipped),
        "empty": b"",
        "text": b"weights, means, covs\n0.5, 0, 1\n",
        "a pickle": pickle.dumps({"weights": [1.0]}),
        "another K": priors._pack(random_mixture(np.random.default_rng(9), K + 1, M * M)),
        "another m": priors._pack(random_mixture(np.random.default_rng(9), K, (M + 1) ** 2)),
        "another array": npy(np.zeros(3)),
        "no checksum": npz(weights=other.weights, means=other.means),
        "a checksum of others": npz(**{**unpacked(good), "means": unpacked(good)["means"] + 1}),
        "no covariance": indefinite(other),
    }


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def unpacked(raw):
    with np.load(io.BytesIO(raw)) as stored:
        return dict(stored)


def indefinite(prior):
    """A file with the right checksum of wrong numbers."""
    return priors._pack(SimpleNamespace(weights=prior.weights, means=prior.means, covs=-prior.covs))


KINDS = sorted(damaged(bytes(2000)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_cache_file_is_fitted_again(kind, cache, fits):
    wanted = priors.digit_prior(M, K)
    path = cache / file_name(M, K)
    raw = path.read_bytes()
    path.write_bytes(damaged(raw)[kind])
    with pytest.warns(
        UserWarning, match=re.escape(f"{path.name} is damaged and not used; priors.digit_prior fits it again")
    ) as caught:
        same(priors.digit_prior(M, K), wanted, 1e-7)
    assert caught[0].filename == __file__  # the warning points at the caller
    assert len(fits) == 2 and priors._unpack(path.read_bytes(), K, M) is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        priors.digit_prior(M, K)
    assert len(fits) == 2


def test_nothing_is_unpickled(cache, fits, tmp_path):
    """A pickle may run any code when it is read; this one would leave a file behind."""

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    cache.mkdir(parents=True)
    (cache / file_name(M, K)).write_bytes(npz(weights=np.array([Trap()], dtype=object)))
    (cache / file_name(M, K + 1)).write_bytes(pickle.dumps(Trap()))
    for k in (K, K + 1):
        with pytest.warns(UserWarning, match="is damaged"):
            priors.digit_prior(M, k)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("kind", ["truncated", "a bit flipped"])
def test_a_damaged_shipped_file_falls_back_to_the_cache_and_the_fit(kind, cache, fits, monkeypatch, tmp_path):
    package = tmp_path / "package"
    shipped = package / "data" / "priors" / file_name(4, 5)
    shipped.parent.mkdir(parents=True)
    shipped.write_bytes(damaged((FOLDER / shipped.name).read_bytes())[kind])
    monkeypatch.setattr(priors.resources, "files", lambda package_name: package)
    before = shipped.read_bytes()
    for _ in range(2):
        with pytest.warns(UserWarning, match=f"{shipped.name} is damaged"):
            priors.digit_prior(4, 5)
    assert len(fits) == 1 and shipped.read_bytes() == before


def test_a_cache_that_cannot_be_written_costs_a_warning(fits, monkeypatch, tmp_path):
    """A file where the folder should be: no user, not even root, can write there."""
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(priors, "cache_folder", lambda: tmp_path / "file" / "priors-1")
    with pytest.warns(UserWarning, match=r"the fitted prior cannot be kept in .*\(Not a directory\)"):
        prior = priors.digit_prior(M, K)
    assert prior.means.shape == (K, M * M) and len(fits) == 1


@pytest.mark.parametrize("moment", ["fit_digits", "_pack", "os.replace"])
def test_an_interrupt_leaves_no_file_behind(moment, cache, fits, monkeypatch):
    """Neither half a prior under its name nor a nameless part of one."""

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    owner, _, name = moment.rpartition(".")
    monkeypatch.setattr(getattr(priors, owner) if owner else priors, name, interrupt)
    with pytest.raises(KeyboardInterrupt):
        priors.digit_prior(M, K)
    assert not cache.exists() or list(cache.iterdir()) == []


def test_a_full_disk_costs_a_warning_and_leaves_no_file_behind(cache, fits, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(priors.os, "replace", full)
    with pytest.warns(UserWarning, match=r"the fitted prior cannot be kept in .*\(No space left on device\)"):
        assert priors.digit_prior(M, K).means.shape == (K, M * M)
    assert list(cache.iterdir()) == []


def test_the_cache_is_the_users_and_names_the_recipe(monkeypatch, tmp_path):
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name, appauthor: str(tmp_path / name))
    assert priors.cache_folder() == tmp_path / "seeing-through-noise" / f"priors-{priors.RECIPE}"


@pytest.mark.skipif(
    os.name != "posix" or platformdirs.user_cache_dir("x").startswith("/Users"), reason="XDG is for Linux"
)
def test_the_cache_follows_xdg(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert tmp_path in priors.cache_folder().parents


# What is stored, without a fit


@pytest.fixture
def no_fit(monkeypatch):
    monkeypatch.setattr(priors, "fit_digits", lambda *a, **k: pytest.fail("stored_prior must not fit"))


def test_a_shipped_prior_is_stored(cache, no_fit):
    for m, K, seed in ((4, 5, 0), (16, 11, 2)):
        same(priors.stored_prior(m, K, seed=seed), shipped_prior(m, K, seed), 0)
    assert not cache.exists()


def test_a_cached_prior_is_stored(cache, fits):
    """Each seed has its own, and what is in the package comes first."""
    fitted = [priors.digit_prior(M, K, seed=seed) for seed in (0, 1)]
    for seed in (0, 1):
        same(priors.stored_prior(M, K, seed=seed), fitted[seed], 0)
    (cache / file_name(4, 5)).write_bytes(priors._pack(random_mixture(np.random.default_rng(3), 5, 16)))
    same(priors.stored_prior(4, 5), shipped_prior(4, 5), 0)
    assert len(fits) == 2


def test_what_was_never_fitted_is_not_stored(cache, no_fit, recwarn):
    assert priors.stored_prior(M, K) is None
    assert priors.stored_prior(16, 11, seed=99) is None
    assert not recwarn.list and not cache.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_not_stored_and_stays_as_it_is(kind, cache, no_fit):
    cache.mkdir(parents=True)
    path = cache / file_name(M, K)
    path.write_bytes(damaged(priors._pack(random_mixture(np.random.default_rng(0), K, M * M)))[kind])
    before = path.read_bytes()
    with pytest.warns(UserWarning, match=f"{path.name} is damaged and not used") as caught:
        assert priors.stored_prior(M, K) is None
    assert caught[0].filename == __file__  # the warning points at the caller
    assert path.read_bytes() == before


def test_a_damaged_shipped_file_gives_way_to_the_cache(cache, no_fit, monkeypatch, tmp_path):
    shipped = tmp_path / "package" / "data" / "priors" / file_name(4, 5)
    shipped.parent.mkdir(parents=True)
    shipped.write_bytes(b"")
    monkeypatch.setattr(priors.resources, "files", lambda package_name: tmp_path / "package")
    cache.mkdir(parents=True)
    (cache / shipped.name).write_bytes((FOLDER / shipped.name).read_bytes())
    with pytest.warns(UserWarning, match=f"{shipped.name} is damaged"):
        stored = priors.stored_prior(4, 5)
    monkeypatch.undo()
    same(stored, shipped_prior(4, 5), 0)


# The fit, and bad input


def test_the_recipe_hands_on_its_seed_and_progress(monkeypatch, recwarn):
    """Patches of the training digits alone, never of the held-out ones; stopping after MAX_ITER is part of the recipe."""
    calls = []

    def fit(x, n_components, **options):
        calls.append((x, n_components, options))
        warnings.warn(f"fit needs more than max_iter={options['max_iter']} iterations to settle")
        return random_mixture(np.random.default_rng(0), n_components, x.shape[1])

    monkeypatch.setattr(priors.mixture, "fit", fit)
    priors.fit_digits(20, 3, seed=4, progress=True)
    x, k, options = calls[0]
    wanted = patches.sample_patches(datasets.digits("train")[0], 20, 20_000, np.random.default_rng(4))
    np.testing.assert_array_equal(x, wanted)
    assert k == 3 and options["random_state"] == 4 and options["progress"] is True
    assert not recwarn.list
    assert options["reg_covar"] == priors.REG_COVAR and options["max_iter"] == priors.MAX_ITER


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (29, 1),
            ValueError,
            "patch_size needs a whole number from 1 to 28; got 29; digits have 28 x 28 pixels",
        ),
        ((0, 1), ValueError, "patch_size needs a whole number from 1 to 28; got 0"),
        ((4.0, 1), TypeError, "patch_size needs a whole number; got float 4.0"),
        ((4, 0), ValueError, "n_components needs a whole number from 1 to 50000; got 0"),
        (
            (28, 4501),
            ValueError,
            "n_components needs a whole number from 1 to 4500; got 4501; a prior is fitted to that many patches",
        ),
        ((4, "5"), TypeError, "n_components needs a whole number; got str '5'"),
        ((4, 5, -1), ValueError, "seed needs a whole number from 0 to 4294967295; got -1"),
        ((4, 5, None), TypeError, "seed needs a whole number; got NoneType None"),
    ],
)
def test_bad_arguments_are_refused_before_any_fit(arguments, error, message, cache, monkeypatch):
    monkeypatch.setattr(priors, "fit_digits", None)
    m, k, *seed = arguments
    for read in (priors.digit_prior, priors.stored_prior):
        with pytest.raises(error, match=message):
            read(m, k, **dict(zip(["seed"], seed)))
    assert not cache.exists()
