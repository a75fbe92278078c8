"""Exercises of lesson 04: windows of an image and their way back.  (P1), (P2)"""

import numpy as np

from ... import patches
from . import _instances
from ._grading import ANY, Case, Exercise, Mistake

# 04.1 all windows of an image


def _images(rng):
    def case(what, H, W, m, scale=1.0):
        return Case(what, (scale * rng.normal(size=(H, W)), m))

    return [
        case("an image of 5 x 7 pixels and m = 3", 5, 7, 3),
        case("an image of 7 x 4 pixels and m = 2", 7, 4, 2),
        case("a square image", 6, 6, 3, scale=100.0),
        case("windows of one pixel", 3, 4, 1),
        case("windows as high as the image", 3, 6, 3),
        case("a window as large as the image", 4, 4, 4),
    ]


def _grid(g, m):
    """The windows as (I, J, m, m)."""
    return patches.extract_patches(g, m).reshape(g.shape[0] - m + 1, g.shape[1] - m + 1, m, m)


def _reordered(axes):
    """The mistake that has the axes i, j, a, b in another order."""
    return lambda g, m: _grid(g, m).transpose(axes).reshape(-1, m * m)


def _numbered_by_height(g, m):
    grid = _grid(g, m)
    I, J = grid.shape[:2]
    stack = np.zeros((I * J, m * m))
    for i, j in np.ndindex(I, J):
        stack[i * I + j] = grid[i, j].ravel()
    return stack


def _beyond(g, m):
    raise ValueError("a window that reaches beyond the image has fewer pixels than the others")


EXTRACT = Exercise(
    "04.1",
    "all windows of an image",
    ("v (I*J, m*m)",),
    _images,
    patches.extract_patches,
    (
        Mistake(
            "your windows come column by column; which of i and j moves faster in iJ + j?",
            _reordered((1, 0, 2, 3)),
        ),
        Mistake(
            "inside each patch your pixels come column by column; which of a and b moves faster?",
            _reordered((0, 1, 3, 2)),
        ),
        Mistake("rows and columns are swapped, of the windows and of their pixels", _reordered((1, 0, 3, 2))),
        Mistake(
            "a row and a column of windows are missing: where does the last window start that still fits?",
            lambda g, m: ANY if m in g.shape else _grid(g, m)[:-1, :-1].reshape(-1, m * m),
        ),
        Mistake(
            "your windows do not overlap; the next one starts one pixel further, not m pixels",
            lambda g, m: _grid(g, m)[::m, ::m].reshape(-1, m * m),
        ),
        Mistake(
            "each patch is still a square; flatten it row by row", lambda g, m: _grid(g, m).reshape(-1, m, m)
        ),
        Mistake(
            "your positions stand in a grid; number them in one row, with iJ + j",
            lambda g, m: _grid(g, m).reshape(*_grid(g, m).shape[:2], m * m),
        ),
        Mistake("patch numbers collide: how many positions lie in one row, I or J?", _numbered_by_height),
        Mistake(
            "your function stops with a ValueError everywhere, as it does when a window reaches beyond the image: where does the "
            "last one start?",
            _beyond,
        ),
    ),
)


# 04.2 how many patches hold a pixel


PENCIL = Exercise(
    "04.2",
    "how many patches hold a pixel",
    ("count ()",),
    _instances.only_numbers,
    lambda: patches.coverage((28, 28), 16)[3, 14],
    (
        Mistake(
            "m^2 would need a window at every shift of 16 x 16; do all of them fit into the image?",
            lambda: 256,
        ),
        Mistake(
            "that is the number of all patches of the digit; does each of them reach up to row 3?",
            lambda: 169,
        ),
        Mistake(
            "down the rows you are right; along the columns there are fewer than 16 positions to start from",
            lambda: 4 * 16,
        ),
        Mistake(
            "a window that starts in column 14 would end in column 29; which columns can a window start in?",
            lambda: 4 * 15,
        ),
        Mistake(
            "on the right you minded the edge, but a window can start only where all of its 16 columns fit",
            lambda: 4 * 14,
        ),
        Mistake(
            "count again from row 0: the windows that hold row 3 start in rows 0 up to where?", lambda: 3 * 13
        ),
        Mistake("count the columns again: first and last start are both included", lambda: 4 * 12),
        Mistake("the start of a window is a row and a column: are their choices added?", lambda: 4 + 13),
        Mistake("those are the rows that a window can start in; and the columns?", lambda: 4),
        Mistake("those are the columns that a window can start in; and the rows?", lambda: 13),
    ),
)


# 04.3 averaging overlaps


def _stacks(rng):
    def case(what, H, W, m, scale=1.0):
        return Case(what, (scale * rng.normal(size=((H - m + 1) * (W - m + 1), m * m)), m, H, W))

    image = rng.uniform(0, 255, size=(6, 5))
    return [
        case("patches of noise, 3 x 3 in an image of 6 x 8", 6, 8, 3),
        case("an image higher than wide", 7, 5, 2),
        Case("patches that were cut from an image", (patches.extract_patches(image, 4), 4, 6, 5)),
        case("large gray levels", 5, 5, 3, scale=1e6),
        case("windows of one pixel", 3, 4, 1),
        case("windows as wide as the image", 6, 4, 4),
        case("a window as large as the image", 3, 3, 3),
    ]


def _average(v, m, H, W):
    return patches.average_patches(v, (H, W))


def _onto(step):
    """The mistake that goes over the patches with step(window, patch) instead of adding."""

    def answer(v, m, H, W):
        total = np.zeros((H, W))
        for n, patch in enumerate(v.reshape(-1, m, m)):
            i, j = divmod(n, W - m + 1)
            step(total[i : i + m, j : j + m], patch)
        return total

    return answer


def _last(window, patch):
    window[:] = patch


def _halves(window, patch):
    window[:] = (window + patch) / 2


def _without_last(v, m, H, W):
    """Sum and count with one row and one column of positions too few."""
    total, count, J = np.zeros((H, W)), np.zeros((H, W)), W - m
    for i, j in np.ndindex(H - m, J):
        total[i : i + m, j : j + m] += v[i * J + j].reshape(m, m)
        count[i : i + m, j : j + m] += 1
    return total / count


def _steep(L, m):
    """Coverage along one side without regard to the number of positions."""
    return np.minimum(np.minimum(np.arange(L) + 1, L - np.arange(L)), m)


AVERAGE = Exercise(
    "04.3",
    "averaging overlaps",
    ("image (H, W)",),
    _stacks,
    _average,
    (
        Mistake("the overlaps are added up, not averaged", lambda v, m, H, W: patches.add_patches(v, (H, W))),
        Mistake(
            "you divide by m^2 everywhere; is a pixel at the border covered as often as one in the middle?",
            lambda v, m, H, W: patches.add_patches(v, (H, W)) / m**2,
        ),
        Mistake(
            "you divide by the number of all patches; how many of them hold the pixel?",
            lambda v, m, H, W: patches.add_patches(v, (H, W)) / len(v),
        ),
        Mistake(
            "each patch came back with rows and columns swapped",
            lambda v, m, H, W: _average(v.reshape(-1, m, m).transpose(0, 2, 1).reshape(v.shape), m, H, W),
        ),
        Mistake(
            "the patches went to positions column by column; (P1) numbers them row by row",
            lambda v, m, H, W: _average(
                v.reshape(W - m + 1, H - m + 1, -1).transpose(1, 0, 2).reshape(v.shape), m, H, W
            ),
        ),
        Mistake("the last patch overwrites the earlier ones; each of them has a say", _onto(_last)),
        Mistake(
            "halving at every patch gives the last one half of the say; add first and divide once",
            _onto(_halves),
        ),
        Mistake(
            "the last row and column of positions are missing: how many positions are there?", _without_last
        ),
        Mistake(
            "your coverage is too large where two windows side by side do not fit: how many positions are there at most?",
            lambda v, m, H, W: patches.add_patches(v, (H, W)) / np.outer(_steep(H, m), _steep(W, m)),
        ),
        Mistake(
            "right for square images only: how many positions lie in one row of the image, I or J?",
            lambda v, m, H, W: _average(v, m, H, W) if H == W else ANY,
        ),
    ),
)
