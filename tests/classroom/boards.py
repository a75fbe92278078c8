"""What the tests of the widgets share: the pictures that a board shows, and what it must show for a view."""

import html
import io

import numpy as np
from PIL import Image


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
