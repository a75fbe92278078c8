"""The pictures of the course: handwritten digits, faces and backgrounds; and a door to the full MNIST.

Pictures are float64 in gray levels 0..255, new at every call. Functions raise ValueError or TypeError, naming
the argument, for names and shapes that do not exist, ValueError if an embedded file is damaged.
"""

import hashlib
import io
from importlib import resources

import numpy as np

from . import checks

DIGITS_SHA256 = "0217e13bd0668deb198aa7d305edbf0331eb89f8a6e7dd226e03d1aa3a9bd4ef"
SCENES_SHA256 = "a3cc7d9aab8e0245946be42363661e0947d1591d5f3df332861213a6223cad5e"
FACES, BACKGROUNDS = ("astronaut",), ("camera", "coins")


def digits(split="train"):
    """The 10 000 embedded MNIST digits, split once: images (N, 28, 28), labels (N,), integers 0..9.

    The digit with index i is held out ("test") if i % 10 == 9, else it trains: 9 000 and 1 000 images, bright
    on black. They are sorted by label, so that every tenth is a fair sample of the labels.

    Source: Y. LeCun, C. Cortes, C. Burges, MNIST, CC BY-SA 3.0; see course_lib/data/README.md.
    """
    checks.choice("split", split, ("train", "test"))
    stored = _stored("mnist10k.npz", DIGITS_SHA256)
    images, labels = stored["images"], stored["labels"]
    held_out = np.arange(len(labels)) % 10 == 9
    chosen = held_out if split == "test" else ~held_out
    return images[chosen].astype(np.float64), labels[chosen].astype(np.int64)


def face(name="astronaut", shape=(18, 14)):
    """A face, reduced to any `shape` (h, w) up to that stored by averaging over areas: (h, w).

    name : "astronaut" (162 x 126 pixels: Eileen Collins, by NASA)

    Source: scikit-image's example pictures, public domain; see course_lib/data/README.md.
    """
    checks.choice("name", name, FACES)
    return _reduced(name, shape)


def background(name="camera", shape=(40, 60)):
    """A background, reduced as in `face` to `shape` (H, W), from the same source.

    name : "camera" (320 x 480 pixels: a man with a camera on a lawn) or "coins" (256 x 384: coins on gray)
    """
    checks.choice("name", name, BACKGROUNDS)
    return _reduced(name, shape)


def full_mnist(data_home=None):
    """All 70 000 digits of MNIST as in `digits`, downloaded from OpenML by scikit-learn into its folder.

    Needs the network the first time; no lesson and no test calls it. `data_home` is another folder for it.
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
    (h, w), (H, W) = checks.pair("shape", shape, "(rows, columns)"), picture.shape
    if h > H or w > W:
        raise ValueError(f"shape needs at most {H} x {W} for {name!r}; got {h} x {w}; ask for less")
    rows, columns = (_shares(length, wanted) for length, wanted in ((H, h), (W, w)))
    return rows @ picture @ columns.T


def _shares(length, wanted):
    """Matrix (wanted, length): row a averages the part [a, a+1) length / wanted of a line of pixels."""
    edges = np.arange(wanted + 1) * length / wanted
    pixel = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.maximum(overlap, 0) * wanted / length
