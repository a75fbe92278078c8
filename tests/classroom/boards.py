"""What the tests of the widgets share: their data, what a board shows, what figures hold, Bayes by sums."""

import functools
import html
import io

import numpy as np
from PIL import Image

from course_lib import datasets, gaussian, mixture
from course_lib.classroom import plots

PAIR = gaussian.Gaussian([120.0, 100.0], [[900.0, 720.0], [720.0, 1600.0]])
PIXEL = mixture.Mixture([0.8, 0.2], [[20.0], [200.0]], [[[400.0]], [[900.0]]])
WHOLE = np.random.default_rng(7).integers(1, 256, (6, 9)).astype(float)  # no pixel is 0: each counts
BACKGROUND = datasets.background(shape=(20, 30))

live_pair = functools.cache(lambda: plots.LivePair(PAIR))


def shown(image):
    """The pixels of a picture on a board."""
    return np.asarray(Image.open(io.BytesIO(image.value)))


def visible(board):
    return [image.layout.visibility == "visible" for image in board.pictures]


def assert_shows(board, view):
    """The board shows the sentences and the pictures of the view, and no other picture."""
    for place, sentence in ((board.readout, view.readout), (board.note, view.note)):
        assert place.value == (f'<div role="status">{html.escape(sentence)}</div>' if sentence else "")
    for image, picture in zip(board.pictures, view.pictures):
        np.testing.assert_array_equal(shown(image), picture)
    assert visible(board) == [n < len(view.pictures) for n in range(len(board.pictures))]


def read_artists(axes):
    """Limits of the axes, data of all lines, shades and bars, panel by panel."""
    data = []
    for ax in axes:
        data += [ax.get_xlim(), ax.get_ylim(), *(line.get_xydata() for line in ax.lines)]
        data += [image.get_array() for image in ax.images] + [bar.get_bbox().bounds for bar in ax.patches]
    return [np.array(part) for part in data]


def by_quadrature(prior, y, noise_std, seen=0):
    """Bayes' rule on a grid of one or two pixels: weights, mean, deviation, means of components."""
    D = prior.means.shape[1]
    axes = [np.arange(-250.0, 500.0, float(D))] * D
    z = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, D)
    d = z[:, None] - prior.means
    square = np.einsum("nki,kij,nkj->nk", d, np.linalg.inv(prior.covs), d)
    joint = prior.weights * np.exp(-square / 2) / np.sqrt(np.linalg.det(prior.covs))
    joint *= np.exp(-((y - z[:, [seen]]) ** 2) / (2 * noise_std**2))
    joint /= joint.sum()
    mean = joint.sum(axis=1) @ z
    spread = np.sqrt(joint.sum(axis=1) @ (z - mean) ** 2)
    return joint.sum(axis=0), mean, spread, (joint.T @ z) / joint.sum(axis=0)[:, None]
