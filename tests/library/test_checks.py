"""Every bad input of the lower floors gets its own message before any work; good ones are never changed."""
# ruff: noqa: E501 (the table of messages)

import copy
import dataclasses
import pickle
import re
from dataclasses import replace

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.mixture import GaussianMixture

from course_lib import checks, datasets, gaussian, images, mixture, patches, report, windows
from course_lib.em import EMResult, run_em
from course_lib.gaussian import Gaussian, LinearGaussian
from course_lib.mixture import Mixture
from tests.helpers import assert_record, same

I2 = np.eye(2)
RNG = np.random.default_rng(0)
G2 = Gaussian([0, 0], [[2, 1], [1, 2]])
FLAT = Gaussian([0, 0, 0], np.outer([1, 2, 3], [1, 2, 3]))
CHANNEL = LinearGaussian([[1, 0]], [0], [[1]])
MIX = Mixture([0.5, 0.5], [[0, 0], [1, 1]], [I2, I2])
ROWS = np.arange(10.0).reshape(5, 2)
FAR = np.array([[0.0, 0.0], [1e149, 0.0]])
NARROW = Mixture([1], [[0, 0]], [1e-20 * I2])
GRAY, STACK, GRID = np.zeros((4, 6)), np.zeros((2, 4, 6)), np.zeros((15, 4))
LINE, WIDE = Mixture([1], [[0, 0]], [np.ones((2, 2))]), Mixture([1], [[0] * 4], [1e150 * np.eye(4)])
SIDES = [
    lambda m: patches.extract_patches(STACK, m), lambda m: patches.sample_patches(STACK, m, 1, RNG),
    lambda m: patches.coverage((4, 6), m), lambda m: patches.patch_side(m, (4, 6)),
]  # fmt: skip
SHAPES = [
    lambda shape: patches.coverage(shape, 2), lambda shape: patches.add_patches(GRID, shape),
    lambda shape: patches.patch_side(2, shape), lambda shape: patches.side(4, shape=shape),
]  # fmt: skip
MASKED = np.ma.masked_equal([[0.0, 999.0], [0.0, 0.0]], 999.0)
RECORDS = {
    Gaussian: {"mean": np.array([1, 2]), "cov": np.array([[2, 1], [1, 2]])},
    LinearGaussian: {"matrix": np.array([[1, 0, 2]]), "offset": np.array([3]), "noise_cov": np.array([[4]])},
    Mixture: {"weights": np.array([1, 0]), "means": np.array([[1, 2], [3, 4]]), "covs": np.eye(2)[None].repeat(2, 0)},
}  # fmt: skip


# Records


@pytest.mark.parametrize("kind", RECORDS)
def test_records_are_frozen_copies(kind):
    fields = RECORDS[kind]
    assert_record(kind, **fields)
    record = kind(**fields)
    for change in (np.ndarray.tolist, lambda value: value.astype(np.float32)):
        same(kind(**{name: change(value) for name, value in fields.items()}), record, 0)
    same(replace(record), record, 0)
    name = list(fields)[1]
    doubled = replace(record, **{name: 2 * fields[name]})
    np.testing.assert_array_equal(getattr(doubled, name), 2 * fields[name])
    np.testing.assert_array_equal(getattr(record, name), fields[name])


def spoilt(bad):
    """The change that puts `bad` into the last entry of a field."""
    return lambda a: np.r_[a.ravel()[:-1].astype(float), bad].reshape(a.shape)


FAULTS = {
    **{str(bad): (spoilt(bad), ValueError, r"finite numbers; got 1 NaN or infinite of \d+; replace or remove them first") for bad in (np.nan, np.inf, -np.inf)},
    **{kind: (lambda a, kind=kind: a.astype(kind), TypeError, f"real numbers; got dtype {kind}; .+") for kind in ("complex128", "<U3", "object", "bool")},
    "axis": (lambda a: a[None], ValueError, r"shape \(.*\); got \(.*\); .+"),
    "empty": (lambda a: a[:0], ValueError, r"shape \(.*\); got \(.*\); .+"),
    "part": (lambda a: a[0], ValueError, r"shape \(.*\); got \(.*\); .+"),
    "twice": (lambda a: np.concatenate([a, a]), ValueError, r"shape \(.*\); got \(.*\); .+"),
    "masked": (np.ma.asarray, TypeError, r"a plain array; got a masked array; fill it first \(value.filled\(0\)\)"),
    "masked part": (lambda a: [np.ma.asarray(a[0]), *a[1:]], TypeError, "a plain array; got a masked array; fill it first"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in RECORDS for field in RECORDS[kind]])
def test_records_refuse_a_bad_field(kind, field, fault):
    change, error, message = FAULTS[fault]
    name = r"\w+" if "shape" in message else field  # of two shapes that disagree either may be named
    with pytest.raises(error, match=f"^{name} needs {message}"):
        kind(**RECORDS[kind] | {field: change(RECORDS[kind][field])})


@pytest.mark.parametrize(("S", "message"), [
    ([[2.0, 2.0], [1.0, 2.0]], "needs a symmetric matrix; got entries that differ by 1 from their mirror image; symmetrise it with"),
    ([[-2.0, 1.0], [1.0, -2.0]], "needs a positive semi-definite matrix; got a smallest eigenvalue of -3; check the data it came from"),
])  # fmt: skip
def test_matrices_that_are_no_covariance_are_refused(S, message):
    for name, build in (
        ("cov", lambda S: Gaussian([0, 0], S)),
        ("noise_cov", lambda S: LinearGaussian(I2, [0, 0], S)),
        ("covs[1]", lambda S: Mixture([0.5, 0.5], [[0, 0], [0, 0]], [I2, S])),
        ("S", lambda S: gaussian.gain(S, I2, I2)),
        ("R", lambda S: gaussian.gain(I2, I2, S)),
    ):
        build([[2.0, 1.0], [1.0, 2.0]])
        with pytest.raises(ValueError, match=f"^{re.escape(f'{name} {message}')}"):
            build(S)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e140])
def test_rounding_and_singular_covariances_are_accepted_at_every_scale(scale):
    v = np.array([1.0, 1 / 3, 1 / 7])
    for S in (np.outer(v, v), [[1, 1e-9], [0, 1]], np.diag([1, -1e-11]), np.zeros((2, 2))):
        Gaussian(np.zeros(len(S)), scale * np.array(S))
    for S in ([[1, 1e-7], [0, 1]], np.diag([1, -1e-9])):
        with pytest.raises(ValueError, match="needs a (symmetric|positive semi-definite) matrix"):
            Gaussian([0, 0], scale * np.array(S))


@pytest.mark.parametrize("record", [G2, CHANNEL, MIX, EMResult(MIX, [1.0, 2.0], True)])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))])
def test_a_copy_of_a_record_is_read_only_again(record, again):
    """Arrays of a pickle are writeable; what a record has computed from them must not go stale."""
    twin = again(record)
    for field in dataclasses.fields(record):
        value = getattr(twin, field.name)
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, getattr(record, field.name))
            with pytest.raises(ValueError, match="read-only"):
                value[...] = 0


# Calls, one bad argument each

SINGULAR = "needs to be positive definite; got a singular matrix"
BAD_CALLS = [
    (ValueError, "weights needs entries that sum to 1; got a sum of 1.1; divide by the sum", lambda: Mixture([0.6, 0.5], MIX.means, MIX.covs)),
    (ValueError, "weights needs entries that sum to 1; got a sum of 1; divide by the sum", lambda: Mixture([0.5, 0.500002], MIX.means, MIX.covs)),
    (ValueError, "weights needs entries of at least 0; got -0.5; probabilities are not negative", lambda: Mixture([1.5, -0.5], MIX.means, MIX.covs)),
    (ValueError, "mean needs shape (D,); got (0,); give at least one", lambda: Gaussian([], [])),
    (ValueError, "means needs parts of one shape; got parts of different shapes; make them equal first", lambda: Mixture([0.5, 0.5], [[0], [0, 1]], MIX.covs)),
    (TypeError, "mean needs a plain array; got a masked array; fill it first (value.filled(0))", lambda: Gaussian(np.ma.array([0, 0]), I2)),
    (ValueError, "x needs shape (..., 2); got (3,); reshape it, or check which array was passed", lambda: G2.log_density([1, 2, 3])),
    (ValueError, f"cov {SINGULAR} (3, 3); a singular covariance has no density; add noise first (predictive)", lambda: FLAT.log_density([0, 0, 0])),
    (ValueError, "n needs a whole number of at least 1; got 0; choose one in that range", lambda: G2.sample(0, RNG)),
    (TypeError, "n needs a whole number; got float 2.0; give an int", lambda: MIX.sample(2.0, RNG)),
    (TypeError, "n needs a whole number; got True; give an int", lambda: MIX.sample(True, RNG)),
    (TypeError, "rng needs a numpy.random.Generator; got int 0; pass np.random.default_rng(seed)", lambda: G2.sample(1, 0)),
    (TypeError, "rng needs a numpy.random.Generator; got NoneType None; pass np.random.default_rng(seed)", lambda: MIX.sample(1, None)),
    (ValueError, "index needs different integers in 0..1; got [0, 2]; count from 0", lambda: gaussian.marginal(G2, [0, 2])),
    (ValueError, "index needs different integers in 0..1; got [-1]; count from 0", lambda: gaussian.marginal(G2, [-1])),
    (ValueError, "index needs different integers in 0..1; got [1, 1]; count from 0", lambda: gaussian.marginal(G2, [1, 1])),
    (TypeError, "index needs integers; got dtype float64; use np.flatnonzero(mask) for a mask", lambda: gaussian.marginal(G2, [0.0])),
    (TypeError, "seen needs integers; got dtype bool; use np.flatnonzero(mask) for a mask", lambda: gaussian.condition(G2, [True, False], [0])),
    (ValueError, "index needs shape (D2,); got (0,); give at least one", lambda: gaussian.marginal(G2, np.array([], dtype=int))),
    (ValueError, "index needs shape (D2,); got (1, 1); reshape it, or check which array was passed", lambda: gaussian.marginal(G2, [[0]])),
    (ValueError, "seen needs to leave an entry unseen; got all 2; there is nothing to infer", lambda: gaussian.condition(G2, [1, 0], [0, 0])),
    (ValueError, "value needs shape (1,); got (2,); one number for each seen entry", lambda: gaussian.condition(G2, [1], [0, 0])),
    (ValueError, f"cov of the seen entries {SINGULAR} (2, 2); (G2) needs it invertible; drop entries that others determine", lambda: gaussian.condition(FLAT, [0, 1], [0, 0])),
    (ValueError, f"cov {SINGULAR} (3, 3); (G3) needs it invertible; use condition", lambda: gaussian.condition_by_precision(FLAT, [0], [0])),
    (TypeError, "g needs a Gaussian; got Mixture; build one first", lambda: gaussian.marginal(MIX, [0])),
    (TypeError, "prior needs a Gaussian; got Mixture; build one first", lambda: gaussian.joint(MIX, CHANNEL)),
    (TypeError, "channel needs a LinearGaussian; got Gaussian; build one first", lambda: gaussian.predictive(G2, G2)),
    (ValueError, "channel.matrix needs 3 columns, one for each entry of the prior; got (1, 2); transpose it or use the matching prior", lambda: gaussian.posterior(FLAT, CHANNEL, [0])),
    (ValueError, "y needs shape (1,); got (2,); one observation; its length is the rows of channel.matrix", lambda: gaussian.posterior_by_precision(G2, CHANNEL, [0, 0])),
    (ValueError, f"prior.cov {SINGULAR} (2, 2); (G6) needs it invertible; use posterior", lambda: gaussian.posterior_by_precision(Gaussian([0, 0], np.ones((2, 2))), CHANNEL, [0])),
    (ValueError, f"channel.noise_cov {SINGULAR} (1, 1); (G6) needs it invertible; use posterior", lambda: gaussian.posterior_by_precision(G2, replace(CHANNEL, noise_cov=[[0]]), [0])),
    (ValueError, f"W S W' + R {SINGULAR} (2, 2); (G8) needs it invertible; more noise_cov makes it so", lambda: gaussian.posterior(G2, LinearGaussian(np.ones((2, 2)), [0, 0], 0 * I2), [0, 0])),
    (TypeError, "mixture needs a Mixture; got Gaussian; build one first", lambda: mixture.e_step(ROWS, G2)),
    (TypeError, "channel needs a LinearGaussian; got NoneType; build one first", lambda: mixture.posterior(MIX, None, [0])),
    (ValueError, "y needs shape (1,); got (1, 1); one observation; restore_patches takes many", lambda: mixture.posterior(MIX, CHANNEL, [[0]])),
    (ValueError, "x needs shape (N, 2); got (2,); reshape it, or check which array was passed", lambda: mixture.responsibilities(MIX, [0, 0])),
    (ValueError, f"covs[1] {SINGULAR} (2, 2); a singular one has no density; add reg_covar or noise", lambda: mixture.e_step(ROWS, replace(MIX, covs=[I2, np.ones((2, 2))]))),
    (ValueError, "resp needs shape (5, K); got (4, 2); one row for each row of x", lambda: mixture.m_step(ROWS, np.full((4, 2), 0.5))),
    (ValueError, "x needs rows within reach of the mixture; got row 1 with a log density of -inf; check the units, or assume more noise", lambda: mixture.responsibilities(NARROW, FAR)),
    (ValueError, "x needs rows within reach of the mixture; got row 1 with a log density of -inf; check the units, or assume more noise", lambda: mixture.e_step(FAR, NARROW)),
    (ValueError, "x needs at least 2 rows of gray levels within 1e+09; got 1 up to 1; give more patches, or rescale them", lambda: mixture.fit(np.ones((1, 2)), 1)),
    (ValueError, "x needs at least 2 rows of gray levels within 1e+09; got 2 up to 1e+149; give more patches, or rescale them", lambda: mixture.fit(FAR, 1)),
    (ValueError, "x needs numbers within 1e+150; got 1e+200; choose another unit", lambda: MIX.log_density([1e200, 0])),
    (ValueError, "tol needs a number of at most 1e+150; got 1e+160; choose another unit", lambda: run_em(None, None, None, tol=1e160)),
    (ValueError, "random_state needs None, an int of 0 to 2**32 - 1 or a numpy RandomState; got -1; take a small int", lambda: mixture.fit(ROWS, 1, random_state=-1)),
    (TypeError, "tol needs one real number; got int 1" + 36 * "0" + "...; give a number", lambda: run_em(None, None, None, tol=10**400)),
    (ValueError, "resp needs rows of probabilities; got entries down to 0.4 and sums from 0.8 to 0.8; use e_step", lambda: mixture.m_step(ROWS, np.full((5, 2), 0.4))),
    (ValueError, "resp needs rows of probabilities; got entries down to -0.5 and sums from 1 to 1; use e_step", lambda: mixture.m_step(ROWS, np.tile([1.5, -0.5], (5, 1)))),
    (ValueError, "resp needs data for every component; got none for [1]; use fewer", lambda: mixture.m_step(ROWS, np.tile([1, 0], (5, 1)))),
    (ValueError, "reg_covar needs a finite number of at least 0 (squared units of x); got -1; give a positive one", lambda: mixture.m_step(ROWS, np.ones((5, 1)), reg_covar=-1)),
    (ValueError, "n_components needs a whole number from 1 to 5; got 6; x has 5 rows; use fewer components or more patches", lambda: mixture.fit(ROWS, 6)),
    (TypeError, "n_components needs a whole number; got str '3'; give an int", lambda: mixture.fit(ROWS, "3")),
    (ValueError, "reg_covar needs a finite number above 0 (squared gray levels); got 0; give a positive one", lambda: mixture.fit(ROWS, 2, reg_covar=0)),
    (ValueError, "max_iter needs a whole number of at least 1; got 0; choose one in that range", lambda: mixture.fit(ROWS, 2, max_iter=0)),
    (ValueError, "tol needs a finite number above 0; got nan; give a positive one", lambda: mixture.fit(ROWS, 2, tol=np.nan)),
    (ValueError, "x needs finite numbers; got 1 NaN or infinite of 2; replace or remove them first (np.nan_to_num, or drop the row)", lambda: mixture.fit([[np.nan, 1]], 1)),
    (TypeError, "fitted needs a fitted GaussianMixture; got GaussianMixture; call its fit first", lambda: Mixture.from_sklearn(GaussianMixture())),
    (ValueError, "tol needs a finite number of at least 0; got -1; give a positive one", lambda: run_em(None, None, None, tol=-1)),
    (TypeError, "tol needs one real number; got complex 1j; give a number", lambda: run_em(None, None, None, tol=1j)),
    (TypeError, "tol needs one real number; got str '1'; give a number", lambda: run_em(None, None, None, tol="1")),
    (TypeError, "tol needs one real number; got list [1]; give a number", lambda: run_em(None, None, None, tol=[1])),
    (TypeError, "max_iter needs a whole number; got float 5.0; give an int", lambda: run_em(None, None, None, max_iter=5.0)),
    (ValueError, "mode needs one of 'a', 'b'; got str 'c'; choose one of them", lambda: checks.choice("mode", "c", ("a", "b"))),
    (ValueError, "n needs rows that fit in memory; got 18446744073709551616 of 2 numbers; ask for fewer", lambda: G2.sample(2**64, RNG)),
    (ValueError, "n needs rows that fit in memory; got 1125899906842624 of 2 numbers; ask for fewer", lambda: G2.sample(2**50, RNG)),
    (TypeError, "n needs a whole number; got MaskedArray masked_array(data=3, mask=False, fill...; give an int", lambda: G2.sample(np.ma.array(3), RNG)),
    (ValueError, "n needs rows that fit in memory; got that cannot be printed of 2 numbers; ask for fewer", lambda: G2.sample(10**5000, RNG)),
    (ValueError, "n needs a whole number of at least 1; got -100000000000000000000000000000000000...; choose one in that range", lambda: G2.sample(-(10**50), RNG)),
    (TypeError, "tol needs one real number; got int that cannot be printed; give a number", lambda: run_em(None, None, None, tol=10**5000)),
    (TypeError, "tol needs one real number; got MaskedConstant masked; give a number", lambda: run_em(None, None, None, tol=np.ma.masked)),
    (ValueError, "tol needs a number of at least 1e-150; got 1e-160; choose another unit", lambda: run_em(None, None, None, tol=1e-160)),
    (ValueError, "x needs numbers within 1e+18; got 1e+20; choose another unit", lambda: checks.real_array("x", np.float32([1e20]), keep_float32=True)),
    (TypeError, "x needs a plain array; got a masked array; fill it first (value.filled(0))", lambda: checks.real_array("x", [0.0, np.ma.masked])),
    (TypeError, "x needs a plain array; got a masked array; fill it first (value.filled(0))", lambda: checks.real_array("x", ([[0.0, 1.0]], [MASKED[0]]))),
    (TypeError, "x needs real numbers; got dtype object; make the parts one array of numbers (np.stack)", lambda: checks.real_array("x", np.array([I2, I2[0], None], dtype=object))),
    (TypeError, "x needs real numbers; got dtype object; convert it with .astype(float) if it holds numbers", lambda: checks.real_array("x", I2.astype(object))),
    (TypeError, "x needs real numbers; got dtype object; give numbers in a list or an array", lambda: checks.real_array("x", {1.0, 2.0})),
    (TypeError, "x needs real numbers; got dtype <U1; give numbers in a list or an array", lambda: checks.real_array("x", ["a"])),
    (TypeError, "x needs real numbers; got dtype complex128; take its .real part", lambda: checks.real_array("x", [1j])),
    (TypeError, "progress needs True or False; got int 1; give one of them", lambda: checks.flag("progress", 1)),
    (ValueError, "shape needs two numbers (h, w); got {1, 2}; give rows and columns", lambda: checks.pair("shape", {1, 2})),
    (ValueError, "shape needs two numbers (h, w); got {1: 2, 3: 4}; give rows and columns", lambda: windows.spread(I2, {1: 2, 3: 4})),
    (ValueError, "shape needs two numbers (h, w); got (1, 2, 3); give rows and columns", lambda: windows.window_sums(STACK, (1, 2, 3))),
    (ValueError, "shape needs two numbers (h, w); got None; give rows and columns", lambda: windows.corner_sums(STACK, None)),
    (ValueError, "shape needs two numbers (h, w); got array(3); give rows and columns", lambda: checks.pair("shape", np.array(3))),
    (ValueError, "S needs shape (2, 2); got (3, 3); W has 2 columns", lambda: gaussian.gain(FLAT.cov, CHANNEL.matrix, CHANNEL.noise_cov)),
    (ValueError, "R needs shape (1, 1); got (2, 2); W has 1 rows", lambda: gaussian.gain(I2, CHANNEL.matrix, I2)),
    (TypeError, "prior needs a Mixture of course_lib.mixture as it is now; got one made before the module was reloaded; build it again, or restart the kernel", lambda: mixture.components(type("Mixture", (), {"__module__": "course_lib.mixture"})())),
    (ValueError, "peak needs a finite number above 0 (gray levels); got 0; give a positive one", lambda: images.psnr(GRAY, GRAY, peak=0)),
    (ValueError, "peak needs a number of at least 1e-150; got 1e-170; choose another unit", lambda: images.psnr(GRAY, GRAY, peak=1e-170)),
    (ValueError, "estimate and truth need one shape; got (2, 4, 6) and (4, 6); compare image by image", lambda: images.psnr(STACK, GRAY)),
    (TypeError, "rng needs a numpy.random.Generator; got NoneType None; pass np.random.default_rng(seed)", lambda: images.add_noise(GRAY, 25, None)),
    (ValueError, "noise_std needs a finite number of at least 0 (gray levels); got -1; give a positive one", lambda: images.add_noise(GRAY, -1, RNG)),
    (ValueError, "noise_std needs a finite number of at least 0 (gray levels); got inf; give a positive one", lambda: images.add_noise(GRAY, np.inf, RNG)),
    (ValueError, "noise_std needs a number of at least 1e-150; got 1e-170; choose another unit", lambda: images.add_noise(GRAY, 1e-170, RNG)),
    (ValueError, "noise_std needs a number of at most 1e+18; got 1e+60; choose another unit", lambda: images.add_noise(GRAY.astype("f"), 1e60, RNG)),
    (ValueError, "noise_std needs a number of at least 1e-18; got 1e-20; choose another unit", lambda: images.add_noise(GRAY.astype("f"), 1e-20, RNG)),
    (TypeError, "noise_std needs one real number; got NoneType None; give a number in gray levels", lambda: images.add_noise(GRAY, None, RNG)),
    (TypeError, "noise_std needs one real number; got bool True; give a number in gray levels", lambda: images.add_noise(GRAY, True, RNG)),
    (ValueError, "split needs one of 'train', 'test'; got str ''; choose one of them", lambda: datasets.digits("")),
    (ValueError, "split needs one of 'train', 'test'; got list ['train']; choose one of them", lambda: datasets.digits(["train"])),
    (ValueError, "name needs one of 'astronaut'; got str 'camera'; choose one of them", lambda: datasets.face("camera")),
    (ValueError, "name needs one of 'camera', 'coins'; got str 'astronaut'; choose one of them", lambda: datasets.background("astronaut")),
    (ValueError, "name needs one of 'camera', 'coins'; got NoneType None; choose one of them", lambda: datasets.background(None)),
    (ValueError, "shape needs at most 162 x 126 for 'astronaut'; got 163 x 14; ask for less", lambda: datasets.face(shape=(163, 14))),
    (ValueError, "shape needs at most 162 x 126 for 'astronaut'; got 18 x 127; ask for less", lambda: datasets.face(shape=(18, 127))),
    (ValueError, "shape needs at most 256 x 384 for 'coins'; got 300 x 60; ask for less", lambda: datasets.background("coins", (300, 60))),
    (ValueError, "shape needs two numbers (rows, columns); got (40, 60, 3); give rows and columns", lambda: datasets.background(shape=(40, 60, 3))),
    *[(ValueError, f"shape needs to fit inside images of 4 x 6; got {h} x {w}; make it smaller", lambda f=f, h=h, w=w: f((h, w)))
      for h, w in ((5, 2), (2, 7)) for f in (lambda s: windows.window_sums(STACK, s), lambda s: windows.corner_sums(np.zeros((5, 7)), s))],
    (ValueError, "template needs to fit inside images of 4 x 6; got 5 x 2; make it smaller", lambda: windows.correlate(STACK, np.zeros((5, 2)))),
    (ValueError, "template needs shape (h, w); got (0, 2); give at least one", lambda: windows.correlate(STACK, np.zeros((0, 2)))),
    (ValueError, "template needs finite numbers; got 1 NaN or infinite of 2; replace or remove them first (np.nan_to_num, or drop the row)", lambda: windows.correlate(STACK, [[np.nan, 1]])),
    (ValueError, "patches needs square patches; got 5 pixels a patch; use m*m pixels", lambda: patches.average_patches(np.zeros((15, 5)), (4, 6))),
    (ValueError, "patches needs 15 patches of 2 x 2 for an image of 4 x 6; got 14; give all of them, in row-major order", lambda: patches.average_patches(GRID[1:], (4, 6))),
    (ValueError, "patches needs 15 patches of 2 x 2 for an image of 4 x 6; got 16; give all of them, in row-major order", lambda: patches.average_patches(np.zeros((16, 4)), (4, 6))),
    (ValueError, "shape needs at least 5 x 5, the size of a patch; got 4 x 6; check both", lambda: patches.average_patches(np.zeros((1, 25)), (4, 6))),
    (ValueError, "n needs a whole number from 1 to 30; got 31; there are 30 windows of 2 x 2; give more images", lambda: patches.sample_patches(STACK, 2, 31, RNG)),
    (ValueError, "n needs a whole number from 1 to 30; got 0; there are 30 windows of 2 x 2; give more images", lambda: patches.sample_patches(STACK, 2, 0, RNG)),
    (TypeError, "n needs a whole number; got float 3.0; give an int", lambda: patches.sample_patches(STACK, 2, 3.0, RNG)),
    (ValueError, "images needs shape (N, H, W); got (4, 6); reshape it, or check which array was passed", lambda: patches.sample_patches(GRAY, 2, 1, RNG)),
    (TypeError, "rng needs a numpy.random.Generator; got NoneType None; pass np.random.default_rng(seed)", lambda: patches.sample_patches(STACK, 2, 1, None)),
    (TypeError, "pixels needs a whole number; got float 2.5; give an int", lambda: patches.side(2.5)),
    (ValueError, "prior needs square patches; got 8 pixels a patch; use m*m pixels", lambda: patches.side(8, "prior")),
    (ValueError, "images needs at least 5 x 5 pixels, the size of a patch; got 4 x 6; use smaller ones", lambda: patches.side(25, "prior", (4, 6))),
    *[(error, f"m needs {message}", lambda f=f, m=m: f(m)) for f in SIDES for m, error, message in (
        (5, ValueError, "to be at most 4 for images of 4 x 6; got 5; use smaller patches"), ("3", TypeError, "a whole number; got str '3'; give an int"),
        (0, ValueError, "a whole number of at least 1; got 0; choose one in that range"))],
    *[(error, f"shape{message}", lambda f=f, shape=shape: f(shape)) for f in SHAPES for shape, error, message in (
        (28, ValueError, " needs two numbers (H, W); got 28; give rows and columns"), ((8, 7.5), TypeError, "[1] needs a whole number; got float 7.5; give an int"),
        ((-8, 7), ValueError, "[0] needs a whole number of at least 1; got -8; choose one in that range"))],
    *[(ValueError, "prior needs invertible covariances, the report's rule inverts them; got a singular one; add reg_covar to its diagonal, or use denoising.denoise", call)
      for call in (lambda: report.literal_scores(LINE, 25), lambda: report.literal_component(LINE, 25), lambda: report.literal_loop([[0, 0]], LINE, 25))],
    *[(ValueError, "patches needs shape (N, 2); got (15, 4); the prior has 2 pixels a patch", call)
      for call in (lambda: report.literal_denoise_patches(GRID, MIX, 25), lambda: report.literal_loop(GRID, MIX, 25))],
    (ValueError, "noise_std needs a finite number above 0 (standard deviation in gray levels); got 0; give a positive one", lambda: report.literal_scores(MIX, 0)),
    (ValueError, "noise_std needs a number of at least 1e-150; got 1e-170; choose another unit", lambda: report.literal_denoise_patches(ROWS, MIX, 1e-170)),
    (ValueError, "noise_std needs to suit the prior's variances; got 1e+150; choose another unit", lambda: report.literal_scores(WIDE, 1e150)),
    (ValueError, "patches needs values that the rule can scale; got a result beyond all numbers; check units", lambda: report.literal_denoise_patches(GRID, WIDE, 1e-150, epsilon=1e150)),
    (ValueError, "epsilon needs a finite number of at least 0 (squared gray levels); got -1; give a positive one", lambda: report.literal_scores(MIX, 25, epsilon=-1)),
    (ValueError, "compare needs one of 'densities', 'logarithms'; got str 'luck'; choose one of them", lambda: report.literal_component(MIX, 25, compare="luck")),
    (ValueError, "images needs at least 2 x 2 pixels, the size of a patch; got 1 x 15; use smaller ones", lambda: report.literal_denoise(np.zeros((1, 15)), WIDE, 25)),
    (ValueError, "prior needs square patches; got 2 pixels a patch; use m*m pixels", lambda: report.literal_denoise(GRAY, MIX, 25)),
]  # fmt: skip


@pytest.mark.parametrize(("error", "message", "call"), BAD_CALLS, ids=range(len(BAD_CALLS)))
def test_bad_input_is_refused_with_what_was_needed_what_came_and_what_to_do(error, message, call):
    """Before any work: nothing is drawn."""
    assert message.count("; ") >= 2 and re.match(r".+ needs? .+; got .+; .+", message)
    before = RNG.bit_generator.state
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
    assert RNG.bit_generator.state == before


# Good input


def test_inputs_are_never_modified():
    g, pair = Gaussian([0, 0, 0], np.eye(3)), [np.array([1, 0]), np.array([3.0, 4.0])]
    before = ROWS, ROWS.astype(np.float32), np.full((5, 2), 0.5), np.array([1.0]), *pair
    x, x32, resp, y, seen, value = arrays = [array.copy() for array in before]  # fit keeps float32 as it is
    for call in (
        lambda: G2.log_density(x), lambda: mixture.e_step(x, MIX), lambda: mixture.m_step(x, resp),
        lambda: mixture.fit(x, 2), lambda: mixture.fit(x32, 2), lambda: mixture.posterior(MIX, CHANNEL, y),
        lambda: gaussian.condition(g, seen, value), lambda: gaussian.condition_by_precision(g, seen, value),
    ):  # fmt: skip
        call()
    for now, then in zip(arrays, before):
        np.testing.assert_array_equal(now, then)


def test_integers_and_lists_give_the_same_as_floats():
    x = ROWS.astype(int)
    resp = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [0, 1]])
    for kind in (lambda a: a, lambda a: a.tolist(), lambda a: a.astype(np.uint8)):
        np.testing.assert_array_equal(mixture.e_step(kind(x), MIX)[0], mixture.e_step(ROWS, MIX)[0])
        same(mixture.m_step(kind(x), kind(resp)), mixture.m_step(ROWS, resp.astype(float)), 0)
        same(mixture.posterior(MIX, CHANNEL, kind(np.array([3]))), mixture.posterior(MIX, CHANNEL, [3.0]), 0)


@given(shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3), fixed=st.integers(0, 3))
def test_a_pattern_matches_the_shapes_it_describes(shape, fixed):
    """Words stand for one or more, integers for themselves, dots for any axes of one or more."""
    tests = {
        ("N", fixed): len(shape) == 2 and shape[0] >= 1 and shape[1] == fixed,
        (..., "H", fixed): len(shape) >= 2 and shape[-1] == fixed and np.prod(shape) > 0,
        (): shape == (),
    }
    for pattern, fits in tests.items():
        if fits:
            checks.match_shape("x", np.zeros(shape), pattern)
        else:
            with pytest.raises(ValueError, match="^x needs shape "):
                checks.match_shape("x", np.zeros(shape), pattern)


def test_numbers_of_any_real_kind_are_taken():
    assert [checks.positive("v", v) for v in (2, np.float32(2), np.int8(2), np.array(2))] == [2.0] * 4
    assert [checks.count("n", n, minimum=0, maximum=2) for n in (0, np.uint8(2))] == [0, 2]
    assert checks.positive("v", 0, allow_zero=True) == 0.0
    x = np.ones(3, dtype=np.float32)
    assert checks.real_array("x", x).dtype == np.float64
    assert checks.real_array("x", x, keep_float32=True) is x
    assert checks.choice("mode", "b", ("a", "b")) == "b"
    assert checks.probabilities("weights", np.array([0.5, 0.5000005])) is None
