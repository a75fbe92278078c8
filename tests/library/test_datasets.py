"""The embedded digits, faces and backgrounds, and the door to the full MNIST."""

import hashlib
import re
from importlib import resources

import numpy as np
import pytest
import skimage.color
import skimage.data
import sklearn.datasets

from course_lib import datasets

SHA256 = "0217e13bd0668deb198aa7d305edbf0331eb89f8a6e7dd226e03d1aa3a9bd4ef"


def embedded():
    return resources.files("course_lib").joinpath("data", "mnist10k.npz")


@pytest.fixture(scope="module")
def raw():
    with resources.as_file(embedded()) as path, np.load(path, allow_pickle=False) as stored:
        return stored["images"], stored["labels"]


@pytest.fixture(scope="module")
def splits():
    return {split: datasets.digits(split) for split in ("train", "test")}


def test_the_embedded_file_is_the_published_one(raw):
    """The numbers of its README: shape, mean and standard deviation to two decimals."""
    assert hashlib.sha256(embedded().read_bytes()).hexdigest() == SHA256
    images, _ = raw
    assert images.shape == (10_000, 28, 28) and images.dtype == np.uint8
    assert images.mean() == pytest.approx(33.44, abs=0.005) and images.std() == pytest.approx(
        78.72, abs=0.005
    )


def test_the_digit_with_index_i_is_held_out_if_i_ends_in_9(raw, splits):
    images, labels = raw
    taken = {"train": 0, "test": 0}
    for i in range(len(labels)):
        split = "test" if i % 10 == 9 else "train"
        n = taken[split]
        assert splits[split][1][n] == labels[i]
        if i % 7 == 0 or split == "test":  # every pixel of a sample of 2 286 images
            assert (splits[split][0][n] == images[i]).all()
        taken[split] += 1
    assert taken == {"train": 9_000, "test": 1_000}
    assert len(splits["train"][0]) == 9_000 and len(splits["test"][0]) == 1_000


@pytest.mark.parametrize(("split", "n"), [("train", 9_000), ("test", 1_000)])
def test_shapes_kinds_and_range(split, n, splits):
    images, labels = splits[split]
    assert images.shape == (n, 28, 28) and labels.shape == (n,)
    assert images.dtype == np.float64 and labels.dtype == np.int64
    assert images.min() == 0 and images.max() == 255 and (images == images.round()).all()
    assert (np.diff(labels) >= 0).all()


def test_every_label_is_in_both_splits_in_proportion(raw, splits):
    """Sorted by label and every tenth held out: of n digits of a label n/10 are, give or take one."""
    of_all = np.bincount(raw[1], minlength=10)
    held_out, train = (np.bincount(splits[split][1], minlength=10) for split in ("test", "train"))
    assert of_all.tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    np.testing.assert_array_equal(held_out + train, of_all)
    assert (np.abs(held_out - of_all / 10) < 1).all()


def test_the_tenth_of_the_held_out_digits_has_every_label(splits):
    assert set(splits["test"][1][::10]) == set(range(10))


def test_the_digits_train_by_default(splits):
    np.testing.assert_array_equal(datasets.digits()[1], splits["train"][1])


def test_a_caller_may_write_into_its_copy(splits):
    images, labels = datasets.digits("test")
    images[:], labels[:] = -1, -1
    again = datasets.digits("test")
    np.testing.assert_array_equal(again[0], splits["test"][0])
    np.testing.assert_array_equal(again[1], splits["test"][1])


@pytest.mark.parametrize("split", ["validation", "", None, 0, ["train"]])
def test_another_split_is_refused(split):
    with pytest.raises(ValueError, match="split needs one of 'train', 'test'; got .*; choose one of them"):
        datasets.digits(split)


@pytest.mark.parametrize("damage", ["a bit", "the end", "all"])
def test_a_damaged_file_is_refused(damage, tmp_path, monkeypatch):
    raw = bytearray(embedded().read_bytes())
    if damage == "a bit":
        raw[len(raw) // 2] ^= 1
    bad = {"a bit": raw, "the end": raw[:-1], "all": b""}[damage]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist10k.npz").write_bytes(bad)
    monkeypatch.setattr(datasets.resources, "files", lambda package: tmp_path)
    with pytest.raises(
        ValueError, match="mnist10k.npz needs its published checksum; got another; install the package again"
    ):
        datasets.digits("test")


def test_full_mnist_is_scikit_learns_download_in_the_shape_of_the_course(monkeypatch):
    """The fake stands for OpenML's table: 784 columns row by row, labels as text. No network."""
    calls = []
    pixels = np.arange(3 * 784).reshape(3, 784) % 256

    def fetch_openml(name, **options):
        calls.append((name, options))
        return pixels, np.array(["5", "0", "9"], dtype=object)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    images, labels = datasets.full_mnist("some folder")
    options = dict(version=1, data_home="some folder", return_X_y=True, as_frame=False, parser="liac-arff")
    assert calls == [("mnist_784", options)]
    assert images.dtype == np.float64 and images.shape == (3, 28, 28)
    assert images[1, 2, 3] == pixels[1, 2 * 28 + 3]
    assert labels.dtype == np.int64 and labels.tolist() == [5, 0, 9]


def test_full_mnist_uses_scikit_learns_own_folder_by_default(monkeypatch):
    def fetch_openml(name, *, data_home, **options):
        assert data_home is None
        return np.zeros((1, 784)), np.array(["3"])

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    assert datasets.full_mnist()[1].tolist() == [3]


# Faces and backgrounds

# (name, how to read the original, rows, columns), as the package's data/README.md tells them
CROPS = [
    (
        "astronaut",
        lambda: skimage.color.rgb2gray(skimage.data.astronaut()) * 255,
        slice(42, 204),
        slice(158, 284),
    ),
    ("camera", skimage.data.camera, slice(70, 390), slice(16, 496)),
    ("coins", skimage.data.coins, slice(24, 280), slice(None)),
]
PICTURES = [
    (datasets.face, "astronaut", (162, 126)),
    (datasets.background, "camera", (320, 480)),
    (datasets.background, "coins", (256, 384)),
]
every_picture = pytest.mark.parametrize(("read", "name", "full"), PICTURES)


def area_mean(picture, shape):
    """Every wanted pixel as the mean over its area of the picture, pixel by pixel with the part that lies inside."""
    (H, W), (h, w) = picture.shape, shape
    out = np.zeros(shape)
    for a, b in np.ndindex(shape):
        top, bottom, left, right = a * H / h, (a + 1) * H / h, b * W / w, (b + 1) * W / w
        for i in range(int(top), min(H, int(np.ceil(bottom - 1e-9)))):
            for j in range(int(left), min(W, int(np.ceil(right - 1e-9)))):
                out[a, b] += (
                    picture[i, j] * (min(bottom, i + 1) - max(top, i)) * (min(right, j + 1) - max(left, j))
                )
    return out * (h * w) / (H * W)


@pytest.mark.parametrize(("name", "original", "rows", "columns"), CROPS)
def test_faces_and_backgrounds_are_cut_from_the_pictures_of_scikit_image(name, original, rows, columns):
    """To half a gray level where colour became gray, else to the last bit."""
    cut = np.asarray(original(), dtype=float)[rows, columns]
    read = datasets.face if name == "astronaut" else datasets.background
    stored = read(name, cut.shape)
    np.testing.assert_allclose(stored, np.rint(cut), atol=1e-9)
    table = resources.files("course_lib").joinpath("data", "README.md").read_text(encoding="utf-8")
    where = f"{rows.start}:{rows.stop}, " + (f"{columns.start}:{columns.stop}" if columns.stop else "all")
    assert f"| `{name}` | {where} |" in table


@every_picture
def test_a_picture_in_its_own_size_is_whole_gray_levels(read, name, full):
    picture = read(name, full)
    assert picture.shape == full and picture.dtype == np.float64 and picture.flags.writeable
    np.testing.assert_allclose(picture, np.rint(picture), atol=1e-9)
    assert 0 <= picture.min() < 40 and 200 < picture.max() <= 255


@every_picture
@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (18, 14), (40, 60), (31, 126), (162, 1)])
def test_sizes_are_reduced_by_averaging_over_areas(read, name, full, shape):
    """Brute force over all pixels, with their parts; so the mean is kept, whatever the size."""
    picture, small = read(name, full), read(name, shape)
    assert small.shape == shape
    assert small.mean() == pytest.approx(picture.mean(), rel=1e-12)
    np.testing.assert_allclose(small, area_mean(picture, shape), rtol=1e-10)


def test_a_whole_ratio_is_the_mean_of_blocks():
    blocks = datasets.face(shape=(162, 126)).reshape(18, 9, 14, 9).mean(axis=(1, 3))
    np.testing.assert_allclose(datasets.face(), blocks, rtol=1e-12)
    blocks = datasets.background(shape=(320, 480)).reshape(40, 8, 60, 8).mean(axis=(1, 3))
    np.testing.assert_allclose(datasets.background(), blocks, rtol=1e-12)


def test_the_defaults_are_the_astronaut_on_camera():
    np.testing.assert_array_equal(datasets.face(), datasets.face("astronaut", (18, 14)))
    np.testing.assert_array_equal(datasets.background(), datasets.background("camera", (40, 60)))
    assert np.abs(datasets.background("coins") - datasets.background()).mean() > 20


def test_a_caller_may_write_into_its_picture():
    for read in (datasets.face, datasets.background):
        kept = read().copy()
        read()[:] = -1
        np.testing.assert_array_equal(read(), kept)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: datasets.face("camera"),
            ValueError,
            "name needs one of 'astronaut'; got str 'camera'; choose one of them",
        ),
        (
            lambda: datasets.background("astronaut"),
            ValueError,
            "name needs one of 'camera', 'coins'; got str 'astronaut'; choose one of them",
        ),
        (
            lambda: datasets.background(None),
            ValueError,
            "name needs one of 'camera', 'coins'; got NoneType None",
        ),
        (
            lambda: datasets.face(shape=(163, 14)),
            ValueError,
            "shape needs at most 162 x 126 for 'astronaut'; got 163 x 14; ask for less",
        ),
        (
            lambda: datasets.face(shape=(18, 127)),
            ValueError,
            "shape needs at most 162 x 126 for 'astronaut'; got 18 x 127; ask for less",
        ),
        (
            lambda: datasets.background("coins", (300, 60)),
            ValueError,
            "shape needs at most 256 x 384 for 'coins'; got 300 x 60; ask for less",
        ),
        (
            lambda: datasets.face(shape=(0, 14)),
            ValueError,
            "shape[0] needs a whole number of at least 1; got 0",
        ),
        (
            lambda: datasets.face(shape=(18, 14.0)),
            TypeError,
            "shape[1] needs a whole number; got float 14.0; give an int",
        ),
        (
            lambda: datasets.face(shape=18),
            ValueError,
            "shape needs two numbers (rows, columns); got 18; give rows and columns",
        ),
        (
            lambda: datasets.background(shape=(40, 60, 3)),
            ValueError,
            "shape needs two numbers (rows, columns); got (40, 60, 3)",
        ),
    ],
)
def test_pictures_that_do_not_exist_are_refused(call, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        call()


def test_damaged_scenes_are_refused(tmp_path, monkeypatch):
    raw = bytearray(resources.files("course_lib").joinpath("data", "scenes.npz").read_bytes())
    raw[len(raw) // 2] ^= 1
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "scenes.npz").write_bytes(raw)
    monkeypatch.setattr(datasets.resources, "files", lambda package: tmp_path)
    for read in (datasets.face, datasets.background):
        with pytest.raises(
            ValueError,
            match="scenes.npz needs its published checksum; got another; install the package again",
        ):
            read()
