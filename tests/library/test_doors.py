"""What all doors for pictures share: numbers in any layout are taken, bad ones and likely colours told."""

import warnings

import numpy as np
import pytest

from course_lib import denoising, images, patches, report, windows
from course_lib.estimators import PatchDenoiser, SceneFinder
from course_lib.mixture import Mixture
from tests.bad_images import BAD_IMAGES
from tests.helpers import IN_AND_OUT, relaid

X = np.random.default_rng(0).integers(200, 255, (2, 6, 4))  # sums of bytes run over 255
PRIOR = Mixture([1], np.zeros((1, 4)), [625 * np.eye(4)])
DENOISER, FINDER = PatchDenoiser(1, 2, random_state=0).fit(X, X), SceneFinder((2, 2), max_iter=1)


def rng():
    return np.random.default_rng(1)


# door -> (name of the argument, its axes, is float32 kept, call); windows of one pixel could hand out views
DOORS = {
    "denoise": ("images", "H, W", True, lambda x: denoising.denoise(x, PRIOR, 25)),
    "add_noise": ("images", "H, W", True, lambda x: images.add_noise(x, 25, rng())),
    "psnr": ("estimate", "H, W", False, lambda x: images.psnr(x, X + 1)),
    "psnr, truth": ("truth", "H, W", False, lambda x: images.psnr(X + 1, x)),
    "extract_patches": ("images", "H, W", True, lambda x: patches.extract_patches(x, 2)),
    "extract_patches, pixels": ("images", "H, W", True, lambda x: patches.extract_patches(x, 1)),
    "sample_patches": ("images", "H, W", True, lambda x: patches.sample_patches(x, 2, 3, rng())),
    "average_patches": ("patches", r"I\*J, m\*m", True, lambda x: patches.average_patches(x, (3, 4))),
    "add_patches": ("patches", r"I\*J, m\*m", True, lambda x: patches.add_patches(x, (3, 4))),
    "literal_denoise": ("images", "H, W", False, lambda x: report.literal_denoise(x, PRIOR, 25)),
    "window_sums": ("images", "H, W", False, lambda x: windows.window_sums(x, (2, 3))),
    "window_sums, pixels": ("images", "H, W", False, lambda x: windows.window_sums(x, (1, 1))),
    "spread": ("values", "I, J", False, lambda x: windows.spread(x, (2, 3))),
    "spread, pixels": ("values", "I, J", False, lambda x: windows.spread(x, (1, 1))),
    "cumulative_sums": ("images", "H, W", False, windows.cumulative_sums),
    "corner_sums": ("table", r"H\+1, W\+1", False, lambda x: windows.corner_sums(x, (2, 3))),
    "correlate": ("images", "H, W", False, lambda x: windows.correlate(x, [[1, 2, 0]])),
    "correlate, pixels": ("images", "H, W", False, lambda x: windows.correlate(x, [[1]])),
}  # fmt: skip


@pytest.mark.parametrize(("name", "axes", "keeps", "call"), DOORS.values(), ids=DOORS)
def test_any_real_numbers_in_any_layout_are_taken_and_kept(name, axes, keeps, call):
    x = X.astype(float)
    x.flags.writeable = False
    wanted = call(x)
    np.testing.assert_array_equal(x, X)
    assert wanted.flags.writeable and not np.shares_memory(wanted, x)
    for kind, returned in IN_AND_OUT:
        found = call(X.astype(kind))
        assert found.dtype == (returned if keeps else "float64") and found.dtype.isnative
        np.testing.assert_allclose(found, wanted, rtol=1e-12 if found.dtype == "float64" else 1e-6)
    for same in relaid(X):
        np.testing.assert_allclose(call(same), wanted, rtol=1e-12)


@pytest.mark.parametrize(("bad", "error", "message"), BAD_IMAGES)
@pytest.mark.parametrize(("name", "axes", "keeps", "call"), DOORS.values(), ids=DOORS)
def test_bad_pictures_are_refused(name, axes, keeps, call, bad, error, message):
    with pytest.raises(error, match=f"^{name} " + message.replace("H, W", axes)):
        call(bad)


@pytest.mark.parametrize(("shape", "warns"), [
    ((30, 40, 4), 1), ((9, 9, 2), 1), ((2, 9, 9, 3), 1), ((3, 30, 40), 0), ((99, 8, 3), 0), ((9, 9, 5), 0),
])  # fmt: skip
@pytest.mark.parametrize(("name", "most", "call"), [
    ("estimate", 4, lambda x: images.psnr(x, x + 1)),
    *[("images", 4, DOORS[door][3]) for door in ("add_noise", "extract_patches", "literal_denoise")],
    ("images", 3, DOORS["sample_patches"][3]), ("images", 3, DOORS["denoise"][3]),
    ("images", 3, lambda x: DENOISER.fit(x, x)), ("images", 3, DENOISER.predict),
    ("images", 3, lambda x: DENOISER.score(x, x)), ("images", 3, FINDER.fit),
])  # fmt: skip
def test_axes_that_look_like_colours_get_one_warning_at_the_callers_line(name, most, call, shape, warns):
    """At most four columns beside two larger axes are likely colours, or a stack with its axis last."""
    if len(shape) > most:
        pytest.skip("takes three axes")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(rng().uniform(50, 200, shape))
    came = f"{shape}, taken for pictures of {shape[-2]} x {shape[-1]}"
    remedy = "make colours gray, or put the axis of the pictures first (np.moveaxis)"
    message = f"{name} needs axes (..., rows, columns); got {came}; {remedy}"
    assert [(str(w.message), w.filename) for w in caught] == [(message, __file__)] * warns
