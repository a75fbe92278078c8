"""The pictures of the course: handwritten digits, faces and backgrounds; and a door to the full MNIST."""

import hashlib
import io
from importlib import resources

import numpy as np

from . import checks

DIGITS_SHA256 = "0217e13bd0668deb198aa7d305edbf0331eb89f8a6e7dd226e03d1aa3a9bd4ef"
SCENES_SHA256 = "a3cc7d9aab8e0245946be42363661e0947d1591d5f3df332861213a6223cad5e"
FACES, BACKGROUNDS = ("astronaut",), ("camera", "coins")


def digits(split="train"):
    """The 10 000 embedded MNIST digits, split once for the whole course.

    The digit with index i is held out ("test") if i % 10 == 9, else it trains: 9 000 and 1 000 images. They are
    sorted by label, so that every tenth is a fair sample of the labels.

    Parameters
    ----------
    split : "train" or "test"

    Returns
    -------
    images : array (N, 28, 28) float64, gray levels 0..255, digit bright on black
    labels : array (N,) integers 0..9

    Raises
    ------
    ValueError
        For another split, or if the embedded file is damaged.

    Source: Y. LeCun, C. Cortes, C. Burges, MNIST, CC BY-SA 3.0; see course_lib/data/README.md.
    """
    checks.choice("split", split, ("train", "test"))
    stored = _stored("mnist10k.npz", DIGITS_SHA256)
    images, labels = stored["images"], stored["labels"]
    held_out = np.arange(len(labels)) % 10 == 9
    chosen = held_out if split == "test" else ~held_out
    return images[chosen].astype(np.float64), labels[chosen].astype(np.int64)


def face(name="astronaut", shape=(18, 14)):
    """A face, reduced to any size by averaging over areas.

    Parameters
    ----------
    name : "astronaut" (162 x 126 pixels: Eileen Collins, by NASA)
    shape : (h, w), at most the size stored

    Returns
    -------
    array (h, w) float64, gray levels 0..255

    Raises
    ------
    ValueError, TypeError
        For another name, a shape that is larger than the stored picture, or a damaged file.

    Source: scikit-image's example pictures, public domain; see course_lib/data/README.md.
    """
    checks.choice("name", name, FACES)
    return _reduced(name, shape)


def background(name="camera", shape=(40, 60)):
    """A background, reduced to any size by averaging over areas.

    Parameters
    ----------
    name : "camera" (320 x 480 pixels: a man with a camera on a lawn) or "coins" (256 x 384: coins on gray)
    shape : (H, W), at most the size stored

    Returns
    -------
    array (H, W) float64, gray levels 0..255

    Raises
    ------
    ValueError, TypeError
        As in `face`.

    Source: scikit-image's example pictures, public domain; see course_lib/data/README.md.
    """
    checks.choice("name", name, BACKGROUNDS)
    return _reduced(name, shape)


def full_mnist(data_home=None):
    """All 70 000 digits of MNIST, downloaded from OpenML by scikit-learn and kept in its data folder.

    Needs the network the first time; no lesson and no test calls it.

    Parameters
    ----------
    data_home : folder for the download, or None for scikit-learn's own

    Returns
    -------
    images : array (70000, 28, 28) float64, gray levels 0..255
    labels : array (70000,) integers 0..9
    """
    from sklearn.datasets import fetch_openml

    images, labels = fetch_openml(
        "mnist_784", version=1, data_home=data_home, return_X_y=True, as_frame=False, parser="liac-arff"
    )
    return images.reshape(-1, 28, 28).astype(np.float64), labels.astype(np.int64)


def _stored(file, checksum):
    """The arrays of an embedded file by name, if its bytes are the published ones."""
    raw = resources.files(__package__).joinpath("data", file).read_bytes()
    if hashlib.sha256(raw).hexdigest() != checksum:
        raise ValueError(f"{file} needs its published checksum; got another; install the package again")
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        return dict(stored)


def _reduced(name, shape):
    """The embedded picture with that many rows and columns."""
    picture = _stored("scenes.npz", SCENES_SHA256)[name].astype(np.float64)
    shape = checks.pair("shape", shape, "(rows, columns)")
    if any(wanted > length for wanted, length in zip(shape, picture.shape)):
        raise ValueError(
            f"shape needs at most {picture.shape[0]} x {picture.shape[1]} for {name!r}; got {shape[0]} x {shape[1]}; ask for less"
        )
    rows, columns = (_shares(length, wanted) for length, wanted in zip(picture.shape, shape))
    return rows @ picture @ columns.T


def _shares(length, wanted):
    """Matrix (wanted, length): row a averages the part [a, a+1) length / wanted of a line of pixels."""
    edges = np.arange(wanted + 1) * length / wanted
    pixel = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.maximum(overlap, 0) * wanted / length
