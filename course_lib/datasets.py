"""The handwritten digits of the course, and a door to the full MNIST."""

import hashlib
import io
from importlib import resources

import numpy as np

from . import _checks

DIGITS_SHA256 = "0217e13bd0668deb198aa7d305edbf0331eb89f8a6e7dd226e03d1aa3a9bd4ef"


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
    _checks.choice("split", split, ("train", "test"))
    raw = resources.files(__package__).joinpath("data", "mnist10k.npz").read_bytes()
    if hashlib.sha256(raw).hexdigest() != DIGITS_SHA256:
        raise ValueError("mnist10k.npz needs its published checksum; got another; install the package again")
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        images, labels = stored["images"], stored["labels"]
    held_out = np.arange(len(labels)) % 10 == 9
    chosen = held_out if split == "test" else ~held_out
    return images[chosen].astype(np.float64), labels[chosen].astype(np.int64)


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
