"""The shipped priors, the recipe behind them, and a cache that is never trusted."""

import io
import os
import pickle
import re
import tracemalloc
import warnings
from importlib import resources
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from course_lib import _prior_files, datasets, patches, priors
from tests.helpers import random_mixture, same, shipped_prior

FOLDER = Path(str(resources.files("course_lib"))) / "data" / "priors"
M, K = 3, 2  # a pair that is not shipped


def file_name(m, K, seed=0):
    return f"m{m:02d}_k{K:03d}_s{seed}.npz"


# What is shipped


def test_every_shipped_prior_has_its_file_and_no_file_is_left_over():
    names = sorted(path.name for path in FOLDER.glob("*.npz"))
    assert names == sorted({file_name(*entry) for entry in priors.SHIPPED})
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 10**7


@pytest.mark.parametrize(("m", "K", "seed"), priors.SHIPPED)
def test_a_shipped_prior_loads_without_a_fit(m, K, seed, monkeypatch, tmp_path, recwarn):
    """Its checksum holds (a damaged file warns), its weights are in use, its covariances keep their floor: to
    a tenth, for float32 keeps 7 digits of variances up to 3e4, and the coldest err by some 1e-2."""
    monkeypatch.setattr(priors, "cache_folder", lambda: tmp_path)
    prior = shipped_prior(m, K, seed)
    assert prior.means.shape == (K, m * m)
    assert prior.weights.min() > 0 and prior.weights.sum() == pytest.approx(1, rel=1e-10)
    assert prior.eigen[0].min() > 0.9 * priors.REG_COVAR
    same(priors.stored_prior(m, K, seed=seed), prior, 0)
    assert not recwarn.list and not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("error")
def test_the_recipe_gives_what_is_shipped():
    """(M7) m = 4, K = 5, fitted again: the same held-out log-likelihood, not that of K = 1. To 0.01
    nats a patch: another BLAS rounds otherwise, and the fit stops when a step gains less than 0.001."""
    held_out = patches.sample_patches(datasets.digits("test")[0], 4, 5_000, np.random.default_rng(0))
    fitted = priors.fit_digits(4, 5), shipped_prior(4, 5), shipped_prior(4, 1)
    refit, shipped, one = (prior.log_density(held_out).mean() for prior in fitted)
    assert refit == pytest.approx(shipped, abs=0.01)
    assert shipped > one + 1
    means = [shipped_prior(16, 11, seed).means for seed in range(4)]  # the seeds are different fits
    assert all(not np.allclose(a, b) for i, a in enumerate(means) for b in means[:i])


def test_number_of_patches():
    """Never more than half of all 9000 (29 - m)^2 windows."""
    wanted = {1: 50_000, 10: 50_000, 11: 20_000, 26: 20_000, 27: 18_000, 28: 4_500}
    assert {m: priors.n_patches(m) for m in wanted} == wanted


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


def packed(K=K, m=M, sign=1):
    """The bytes of the file of a random prior; with sign = -1 of no covariances at all."""
    prior, (rows, columns) = random_mixture(np.random.default_rng(9), K, m * m), np.tril_indices(m * m)
    covs = sign * prior.covs[:, rows, columns]
    return _prior_files.pack(dict(weights=prior.weights, means=prior.means, covs=covs))


def test_the_second_call_does_not_fit_again(cache, fits):
    first = priors.digit_prior(M, K, seed=5)
    again = priors.digit_prior(M, K, seed=5)
    assert fits == [(M, K, 5, True)]  # and it was shown, as long work is
    same(first, again, 0)  # the first call rounds as the file does
    same(priors.stored_prior(M, K, seed=5), again, 0)
    assert [path.name for path in cache.iterdir()] == [file_name(M, K, 5)]
    with np.load(cache / file_name(M, K, 5)) as stored:
        assert "CC BY-SA 3.0" in str(stored["licence"])
    for m, k, seed in ((M, K, 0), (M, K + 1, 5), (M - 1, K, 5)):
        assert priors.digit_prior(m, k, seed=seed, progress=False).means.shape == (k, m * m)
    assert len(fits) == 4 == len(list(cache.iterdir())) and fits[-1] == (M - 1, K, 5, False)


def flipped(raw, bit):
    damaged = bytearray(raw)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def unpacked(raw):
    with np.load(io.BytesIO(raw)) as stored:
        return dict(stored)


DAMAGES = {
    "truncated": lambda raw: raw[:-30],
    "a bit flipped": lambda raw: flipped(raw, 4 * len(raw) + 4),
    "empty": lambda raw: b"",
    "text": lambda raw: b"weights, means, covs\n0.5, 0, 1\n",
    "a pickle": lambda raw: pickle.dumps({"weights": [1.0]}),
    "another K": lambda raw: packed(K + 1),
    "another m": lambda raw: packed(K, M + 1),
    "no checksum": lambda raw: npz(weights=np.ones(2), means=np.ones((2, 9))),
    "a checksum of others": lambda raw: npz(**{**unpacked(raw), "means": unpacked(raw)["means"] + 1}),
    "no covariance": lambda raw: packed(sign=-1),
    "too large": lambda raw: raw + bytes(10**6),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_cache_file_is_not_stored_and_fitted_again(kind, cache, fits):
    wanted = priors.digit_prior(M, K)
    path = cache / file_name(M, K)
    path.write_bytes(DAMAGES[kind](path.read_bytes()))
    before = path.read_bytes()
    message = re.escape(f"{path.name} is damaged and not used; priors.digit_prior fits it again")
    with pytest.warns(UserWarning, match=message) as caught:
        assert priors.stored_prior(M, K) is None and path.read_bytes() == before and len(fits) == 1
        same(priors.digit_prior(M, K), wanted, 1e-7)
    assert {warning.filename for warning in caught} == {__file__}  # the warnings point at the caller
    assert len(fits) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same(priors.digit_prior(M, K), wanted, 1e-7)


def test_whatever_bit_is_flipped_the_prior_is_right_or_a_warning_says_why_not(cache, fits):
    """Some bits are nobody's: of the date, for example."""
    wanted = priors.digit_prior(M, K)
    path = cache / file_name(M, K)
    raw = path.read_bytes()
    for bit in np.random.default_rng(0).choice(8 * len(raw), 800, replace=False):
        path.write_bytes(flipped(raw, bit))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stored = priors.stored_prior(M, K)
        assert (stored is None) == (len(caught) == 1)
        if stored is not None:
            same(stored, wanted, 0)


def test_a_bomb_is_not_unpacked_and_a_giant_not_read(cache):
    """8 MB of zeros in 8 kB, and a file of 1 GB without contents: neither takes memory."""
    cache.mkdir(parents=True)
    path = cache / file_name(M, K)
    for size in (0, 2**30):
        path.write_bytes(npz(**{**unpacked(packed()), "means": np.zeros(10**6)}))
        if size:
            os.truncate(path, size)
        tracemalloc.start()
        with pytest.warns(UserWarning, match="is damaged"):
            assert priors.stored_prior(M, K) is None
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10**6


def test_a_file_that_cannot_be_read_costs_a_warning(cache, fits):
    """A folder in its place: nobody, not even root, can read it, or write there."""
    (cache / file_name(M, K)).mkdir(parents=True)
    with pytest.warns(UserWarning) as caught:
        assert priors.digit_prior(M, K).means.shape == (K, M * M)
    assert [re.sub(r"\(.*\)", "()", str(warning.message)) for warning in caught] == [
        f"{file_name(M, K)} cannot be read () and not used; priors.digit_prior fits it again",
        f"the fitted prior cannot be kept in {cache.name} ()",
    ]


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


@pytest.mark.parametrize("kind", ["truncated", "a bit flipped", "empty"])
def test_a_damaged_shipped_file_falls_back_to_the_cache_and_the_fit(kind, cache, fits, monkeypatch, tmp_path):
    shipped = tmp_path / "package" / "data" / "priors" / file_name(4, 5)
    shipped.parent.mkdir(parents=True)
    raw = (FOLDER / shipped.name).read_bytes()
    shipped.write_bytes(DAMAGES[kind](raw))
    monkeypatch.setattr(priors.resources, "files", lambda package_name: tmp_path / "package")
    before = shipped.read_bytes()
    for _ in range(2):
        with pytest.warns(UserWarning, match=f"{shipped.name} is damaged"):
            fitted = priors.digit_prior(4, 5)
    assert len(fits) == 1 and shipped.read_bytes() == before
    shipped.write_bytes(raw)  # whole again, it comes before the cache
    assert not np.array_equal(priors.stored_prior(4, 5).means, fitted.means)


def test_a_cache_that_cannot_be_written_costs_a_warning(fits, monkeypatch, tmp_path):
    """A file where the folder should be: no user, not even root, can write there."""
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(priors, "cache_folder", lambda: tmp_path / "file" / "priors-1")
    with pytest.warns(UserWarning, match=r"the fitted prior cannot be kept in priors-1 \(.*\)") as caught:
        prior = priors.digit_prior(M, K)
    assert prior.means.shape == (K, M * M) and len(fits) == len(caught) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_whatever_stops_the_writing_leaves_no_file_behind(error, cache, fits, monkeypatch):
    """Neither half a prior under its name nor a nameless part of one."""

    def stop(*args):
        raise error

    monkeypatch.setattr(os, "replace", stop)
    if error is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            priors.digit_prior(M, K)
    else:
        with pytest.warns(UserWarning, match=r"cannot be kept in .*\(No space left on device\)"):
            assert priors.digit_prior(M, K).means.shape == (K, M * M)
    assert list(cache.iterdir()) == []


def test_parts_of_killed_processes_are_swept_and_those_of_living_ones_are_not(cache, fits):
    cache.mkdir(parents=True)
    old, young, other = (cache / name for name in ("old.part", "young.part", "old.npz"))
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (0, 0))
    priors.digit_prior(M, K)
    assert {path.name for path in cache.iterdir()} == {young.name, other.name, file_name(M, K)}


def test_the_cache_is_the_users_and_names_the_recipe(monkeypatch, tmp_path, recwarn):
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name, appauthor: str(tmp_path / name))
    assert priors.cache_folder() == tmp_path / "seeing-through-noise" / f"priors-{priors.RECIPE}"
    assert priors.stored_prior(M, K) is None and priors.stored_prior(16, 11, seed=99) is None
    assert not recwarn.list and not priors.cache_folder().exists()


# The fit, and bad input


@pytest.mark.parametrize(("m", "n", "floor"), [(5, 50_000, 300.0), (6, 50_000, 1.0), (20, 20_000, 1.0)])
def test_the_recipe_hands_on_its_seed_and_progress(m, n, floor, monkeypatch):
    """Patches of the training digits alone; a coarse floor up to m = 5, inclusive."""
    calls = []

    def fit_quietly(x, n_components, **options):
        calls.append((x, n_components, options))
        return random_mixture(np.random.default_rng(0), n_components, x.shape[1], scale=100), False

    monkeypatch.setattr(priors.mixture, "fit_quietly", fit_quietly)
    prior = priors.fit_digits(m, 3, seed=4, progress=True)
    x, k, options = calls[0]
    wanted = patches.sample_patches(datasets.digits("train")[0], m, n, np.random.default_rng(4))
    np.testing.assert_array_equal(x, wanted)
    assert k == 3 and options == dict(reg_covar=floor, max_iter=100, random_state=4, progress=True)
    assert (prior.means.max() > 100) == (floor == 300)  # by an M-step on the patches


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ((29, 1), ValueError, "patch_size needs a whole number from 1 to 28; got 29; digits have 28 x 28 pixels"),
    ((4.0, 1), TypeError, "patch_size needs a whole number; got float 4.0"),
    ((np.nan, 1), TypeError, "patch_size needs a whole number; got float nan"),
    ((4, 0), ValueError, "n_components needs a whole number from 1 to 50000; got 0"),
    ((28, 4501), ValueError, "from 1 to 4500; got 4501; a prior is fitted to that many patches"),
    ((4, 5, -1), ValueError, "seed needs a whole number from 0 to 4294967295; got -1"),
])  # fmt: skip
def test_bad_arguments_are_refused_before_any_fit(arguments, error, message, cache, monkeypatch):
    monkeypatch.setattr(priors.mixture, "fit_quietly", None)
    m, k, *seed = arguments
    for call in (priors.digit_prior, priors.stored_prior, priors.fit_digits):
        with pytest.raises(error, match=message):
            call(m, k, **dict(zip(["seed"], seed)))
    if message.startswith("patch_size"):
        with pytest.raises(error, match=message):
            priors.n_patches(m)
    with pytest.raises(TypeError, match="progress needs True or False; got str 'abc'"):
        priors.digit_prior(4, 5, progress="abc")
    assert not cache.exists()
