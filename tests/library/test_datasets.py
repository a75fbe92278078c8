"""The embedded digits, faces and backgrounds, and the door to the full MNIST."""

import hashlib
import io
from importlib import resources

import numpy as np
import pytest
import skimage.color
import skimage.data
import sklearn.datasets

from course_lib import datasets

DATA = resources.files("course_lib").joinpath("data")
SHA256 = "0217e13bd0668deb198aa7d305edbf0331eb89f8a6e7dd226e03d1aa3a9bd4ef"


@pytest.fixture(scope="module")
def raw():
    """The numbers of the file's README: checksum, shape, mean and standard deviation to two decimals."""
    bytes_ = DATA.joinpath("mnist10k.npz").read_bytes()
    assert hashlib.sha256(bytes_).hexdigest() == SHA256
    with np.load(io.BytesIO(bytes_), allow_pickle=False) as stored:
        images, labels = stored["images"], stored["labels"]
    assert images.shape == (10_000, 28, 28) and images.dtype == np.uint8
    assert abs(images.mean() - 33.44) < 0.005 and abs(images.std() - 78.72) < 0.005
    return images, labels


@pytest.fixture(scope="module")
def splits():
    return {split: datasets.digits(split) for split in ("train", "test")}


def test_the_digit_with_index_i_is_held_out_if_i_ends_in_9(raw, splits):
    index = np.arange(10_000)
    for split, taken in (("test", index[9::10]), ("train", np.setdiff1d(index, index[9::10]))):
        images, labels = splits[split]
        np.testing.assert_array_equal(images, raw[0][taken])
        np.testing.assert_array_equal(labels, raw[1][taken])
        assert images.dtype == np.float64 and labels.dtype == np.int64
        assert images.min() == 0 and images.max() == 255 and (np.diff(labels) >= 0).all()
    np.testing.assert_array_equal(datasets.digits()[1], splits["train"][1])


def test_every_label_is_in_both_splits_in_proportion(raw, splits):
    """Sorted by label and every tenth held out: of n digits of a label n/10 are, give or take one."""
    of_all = np.bincount(raw[1], minlength=10)
    held_out, train = (np.bincount(splits[split][1], minlength=10) for split in ("test", "train"))
    assert of_all.tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    np.testing.assert_array_equal(held_out + train, of_all)
    assert (np.abs(held_out - of_all / 10) < 1).all()
    assert set(splits["test"][1][::10]) == set(range(10))


def test_a_caller_may_write_into_its_copy():
    for read in (lambda: datasets.digits("test"), lambda: [datasets.face()], lambda: [datasets.background()]):
        first, kept = read(), [array.copy() for array in read()]
        for array in first:
            array[:] = -1
        for again, before in zip(read(), kept):
            np.testing.assert_array_equal(again, before)


@pytest.mark.parametrize("damage", ["a bit", "the end", "all"])
def test_a_damaged_file_is_refused(damage, tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    for name, calls in (
        ("mnist10k.npz", [datasets.digits]),
        ("scenes.npz", [datasets.face, datasets.background]),
    ):
        raw = bytearray(DATA.joinpath(name).read_bytes())
        if damage == "a bit":
            raw[len(raw) // 2] ^= 1
        bad = {"a bit": raw, "the end": raw[:-1], "all": b""}[damage]
        (tmp_path / "data" / name).write_bytes(bad)
        with monkeypatch.context() as patch:
            patch.setattr(resources, "files", lambda package: tmp_path)
            for call in calls:
                message = f"{name} needs its published checksum; got another; install the package again"
                with pytest.raises(ValueError, match=f"^{message}$"):
                    call()


@pytest.mark.parametrize("folder", [(), ("some folder",)])
def test_full_mnist_is_scikit_learns_download_in_the_shape_of_the_course(folder, monkeypatch):
    """The fake stands for OpenML's table: 784 columns row by row, labels as text. No network."""
    calls = []
    pixels = np.arange(3 * 784).reshape(3, 784) % 256

    def fetch_openml(name, **options):
        calls.append((name, options))
        return pixels, np.array(["5", "0", "9"], dtype=object)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    images, labels = datasets.full_mnist(*folder)
    options = dict(version=1, return_X_y=True, as_frame=False, parser="liac-arff")
    assert calls == [("mnist_784", options | {"data_home": folder[0] if folder else None})]
    assert images.dtype == np.float64 and images.shape == (3, 28, 28)
    assert images[1, 2, 3] == pixels[1, 2 * 28 + 3]
    assert labels.dtype == np.int64 and labels.tolist() == [5, 0, 9]


# how to make the original, and how the package's data/README.md tells the rows and columns taken
every_picture = pytest.mark.parametrize(("name", "read", "original", "rows", "columns", "where"), [
    ("astronaut", datasets.face, lambda: 255 * skimage.color.rgb2gray(skimage.data.astronaut()),
     (42, 204), (158, 284), "42:204, 158:284"),
    ("camera", datasets.background, skimage.data.camera, (70, 390), (16, 496), "70:390, 16:496"),
    ("coins", datasets.background, skimage.data.coins, (24, 280), (0, 384), "24:280, all"),
])  # fmt: skip


def area_mean(picture, shape):
    """Every pixel as the mean over its area: rows cut into h parts each, H parts make one; so for columns."""
    (H, W), (h, w) = picture.shape, shape
    rows = np.repeat(picture, h, axis=0).reshape(h, H, W).mean(axis=1)
    return np.repeat(rows, w, axis=1).reshape(h, w, W).mean(axis=2)


@every_picture
def test_pictures_are_cut_from_those_of_scikit_image(name, read, original, rows, columns, where):
    """To half a gray level where colour became gray, else to the last bit."""
    cut = np.rint(np.asarray(original(), dtype=float)[slice(*rows), slice(*columns)])
    stored = read(name, cut.shape)
    np.testing.assert_allclose(stored, cut, atol=1e-9)
    assert stored.dtype == np.float64 and 0 <= stored.min() < 40 and 200 < stored.max() <= 255
    assert f"| `{name}` | {where} |" in DATA.joinpath("README.md").read_text(encoding="utf-8")


@every_picture
@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (18, 14), (40, 60), (31, 126), (162, 1)])
def test_sizes_are_reduced_by_averaging_over_areas(name, read, original, rows, columns, where, shape):
    """Brute force over parts of pixels; so the mean is kept, whatever the size."""
    small = read(name, shape)
    wanted = area_mean(read(name, (rows[1] - rows[0], columns[1] - columns[0])), shape)
    assert small.shape == shape and small.flags.writeable
    np.testing.assert_allclose(small, wanted, rtol=1e-10)


def test_the_defaults_are_the_astronaut_on_camera():
    np.testing.assert_array_equal(datasets.face(), datasets.face("astronaut", (18, 14)))
    np.testing.assert_array_equal(datasets.background(), datasets.background("camera", (40, 60)))
    assert np.abs(datasets.background("coins") - datasets.background()).mean() > 20
