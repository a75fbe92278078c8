"""Exercises of lesson 08: the bound of the scene, and the updates of the M-step.  (S9)-(S13)"""

import numpy as np
from scipy.signal import correlate2d  # noqa: F401  edits use it, and the next
from scipy.special import entr, logsumexp  # noqa: F401

from ... import scene
from .. import models
from ._instances import ANY, Case, Exercise, only_numbers  # noqa: F401 (for edits)


def sharp(q):
    """All the weight of every picture on its best position."""
    return models.one_hot([np.unravel_index(p.argmax(), p.shape) for p in q], q.shape[1:])


def bound_cases(rng):
    def case(what, K, I, J, level=-50.0, spread=4.0):
        q = rng.dirichlet(np.full(I * J, 0.7), size=K).reshape(K, I, J)
        return Case(what, (rng.normal(level, spread, (K, I, J)), q))

    sure = case("a picture that is sure of its position", 2, 2, 3)
    sure.args[1][:1] = models.one_hot([(1, 2)], (2, 3))
    closed = case("positions that A excludes and q avoids", 3, 2, 2)
    closed.args[1][:, 0, 1] = 0
    closed.args[1][:] /= closed.args[1].sum(axis=(1, 2), keepdims=True)
    closed.args[0][:, 0, 1] = -np.inf
    near = case("a bound near 0, of 400 positions", 3, 20, 20)  # an epsilon within the logarithm moves it
    near.args[0][:] = np.log(near.args[1]) - 1e-3
    return [case("three pictures", 3, 2, 3), near, case("five pictures", 5, 3, 2), case("one picture", 1, 3, 3),
            case("a single position", 4, 1, 1), sure, closed,
            case("logarithms near -14000, as for real pictures", 3, 4, 3, level=-14000.0, spread=8.0)]  # fmt: skip


def lower_bound(log_joint, q):
    expected = np.sum(q * np.where(q > 0, log_joint, 0))
    entropy = entr(q).sum()
    return expected + entropy


EXPECTED, WHERE = "np.sum(q * np.where(q > 0, log_joint, 0))", "np.where(q > 0, log_joint, 0)"
BOUND = Exercise("08.1", "the bound", ("bound ()",), bound_cases, lower_bound, (
    (" + entropy", "", "your bound lacks the entropy: what is a picture's doubt worth?"),
    (" + entropy", " - entropy", "the entropy has the wrong sign: it is never negative, and doubt raises the bound"),
    ((WHERE, "log_joint"), ("entr(q)", "(-q * np.log(q))"), "a position with q = 0 turned it all into nan: what must 0 ln 0 be?"),
    (WHERE, "log_joint", "the entropy is fine, but 0 times minus infinity is left in the first sum: which positions take part in it?"),
    ("expected + entropy", "(expected + entropy) / len(q)",
     "that is the mean over the pictures; pictures are independent, so how do their logarithms combine?"),
    ("expected + entropy", "logsumexp(log_joint, axis=(1, 2)).sum()", "that is ln p(X), the thing to be bounded; it does not even ask for q"),
    ("expected + entropy", "logsumexp(log_joint, b=q, axis=(1, 2)).sum()",
     "that is the logarithm of an average; Jensen's inequality ends with the average of logarithms"),
    ("entr(q)", "(-q * np.log(q + 1e-12))",
     "a small number inside the logarithm moves every position; how do you leave out just those with q = 0?"),
    (EXPECTED, "np.sum(log_joint)", "your first sum counts every position alike: where is its weight q?"),
    (EXPECTED, "np.sum(np.where(sharp(q), log_joint, 0))", "only the best position of each picture counts in your first sum"),
    ("entr(q).sum()", "entr(q).sum() / np.log(2)", "your entropy is in bits, the rest in nats"),
))  # fmt: skip

OF_BOUND = np.log(8) / 2 + np.log(2)


def gap_of_undecided():
    return np.log(9) - OF_BOUND


GAP = Exercise("08.2", "the gap with a pencil", ("gap ()",), only_numbers, gap_of_undecided, (
    (OF_BOUND, "that is the bound itself; how far below ln p(X) does it lie?"),
    (np.log(9), "that is ln p(X) itself; how far below it does the bound lie?"),
    (np.log(9) - np.log(8) / 2, "your bound lacks the entropy of the undecided q"),
    (np.log(9) - np.log(8) / 2 + np.log(2), "the entropy of q went into your bound with the wrong sign"),
    (OF_BOUND - np.log(9), "the sign is turned: the gap says how much the bound loses"),
    (np.log(8) - OF_BOUND, "p(X) is the sum of both joint densities, not the larger of them"),
    (8 / 9 * np.log(16 / 9) + 1 / 9 * np.log(2 / 9), "that is the divergence of the posterior from q; (S13) has the two the other way round"),
    ((np.log(9) - OF_BOUND) / np.log(2), "that is in bits; the lesson counts in nats"),
    (0.0, "the gap closes only if q is the posterior; is it, here?"),
    (np.log(2), "that is the entropy of q alone; the joint densities matter, too"),
))  # fmt: skip


def world(rng, K, picture, shape, *, hard=False, level=0.0):
    """Pictures (K, H, W), and q (K, I, J): random or, if hard, sure, the first of the last position."""
    I, J = picture[0] - shape[0] + 1, picture[1] - shape[1] + 1
    images = level + rng.uniform(0, 255, (K, *picture))
    if hard:
        last = [(I - 1, J - 1)] + [(rng.integers(I), rng.integers(J)) for _ in range(K - 1)]
        return images, models.one_hot(last, (I, J))
    return images, rng.dirichlet(np.full(I * J, 0.7), size=K).reshape(K, I, J)


def face_cases(rng):
    def case(what, *sizes, **options):
        return Case(what, world(rng, *sizes, **options))

    return [case("three pictures and a face of 2 x 3", 3, (4, 5), (2, 3)),
            case("five pictures and a face of 4 x 2", 5, (6, 7), (4, 2)),
            case("one picture", 1, (5, 4), (3, 2)),
            case("q that is sure of one position in every picture", 4, (4, 6), (2, 2), hard=True),
            case("a face as large as the pictures", 3, (3, 4), (3, 4)),
            case("a face of one pixel", 4, (3, 5), (1, 1)),
            case("gray levels near 60 000", 3, (4, 5), (2, 2), level=6e4)]  # fmt: skip


def new_face(images, q):
    K, I, J = q.shape
    h, w = images.shape[1] - I + 1, images.shape[2] - J + 1
    face = np.zeros((h, w))
    for i, j in np.ndindex(I, J):
        face += np.tensordot(q[:, i, j], images[:, i : i + h, j : j + w], 1)
    return face / K


FACE = Exercise("08.3", "the face", ("face (h, w)",), face_cases, new_face, (
    (" / K", "", "that is the sum over the pictures; a face has the gray levels of one"),
    (" / K", " / (I * J)", "you divided by the number of positions; the weights of one picture sum to 1 already, so what is left to count?"),
    (" / K", " / (K * I * J)", "you divided by the positions as well: q has averaged over them already"),
    ("q[:, i, j]", "sharp(q)[:, i, j]", "only the best window of each picture is in your face; q knows more of them"),
    ("q[:, i, j]", "np.full(K, 1 / (I * J))", "all windows count alike in your face: where is q?"),
    ("q[:, i, j]", "q[:, I - 1 - i, J - 1 - j]", "that is a convolution, which turns q upside down; (S9) needs a correlation"),
    ("face / K", "face[::-1, ::-1] / K", "your face is upside down and mirrored: which of the two slides over the other?"),
    ("ndindex(I, J)", "ndindex(I - 1, J - 1)", "the last row and column of positions are missing: where does a range end?"),
    ("face / K", "correlate2d(images.mean(axis=0), q.mean(axis=0), 'valid')",
     "you averaged the pictures and the q apart; each picture goes with its own q"),
), float32=True)  # fmt: skip


def background_cases(rng):
    def case(what, K, picture, shape, blurred=0.0, **options):
        images, q = world(rng, K, picture, shape, **options)
        sizes, signs = rng.uniform(1, 2, K), rng.permutation(np.arange(K) % 2 * 2 - 1)
        off = (blurred * sizes * signs)[:, None, None]
        return Case(what, (images, q * (1 + off), shape, rng.uniform(0, 255, picture)))

    rare = case("pixels that are seen in some 1e-4 of a picture", 4, (4, 5), (2, 3), hard=True)
    rare.args[1][:] = models.one_hot([(1, 1)] * 4, (3, 3)) * (1 - 9e-5) + 1e-5
    hidden = "pixels that the face hides at every position, and q that "
    return [case("three pictures and a face of 2 x 3", 3, (4, 5), (2, 3)), rare,
            case("five pictures and a face of 3 x 2", 5, (7, 6), (3, 2)),
            case("a face of one pixel", 4, (3, 4), (1, 1)),
            case("one picture that is sure of its position", 1, (5, 6), (2, 3), hard=True),
            case(f"{hidden}is sure", 4, (4, 5), (3, 4), hard=True),
            case(f"{hidden}sums to 1 up to 1e-10", 5, (4, 5), (3, 4), blurred=1e-10),
            case("a face as large as the pictures", 3, (3, 4), (3, 4))]  # fmt: skip


def new_background(images, q, face_shape, kept):
    (I, J), (h, w) = q.shape[1:], face_shape
    hidden = np.zeros(images.shape)
    for i, j in np.ndindex(I, J):
        hidden[:, i : i + h, j : j + w] += q[:, i, j, None, None]
    seen = (1 - hidden).sum(axis=0)
    total = (images * (1 - hidden)).sum(axis=0)
    background = np.where(seen > 1e-6, total / seen, kept)
    return hidden, background


def over_rectangles(q, face_shape, rows):
    """c as the sum of q over positions in rows(p, h, I), a slice, columns likewise."""
    c = np.zeros((len(q), *np.add(q.shape[1:], face_shape) - 1))
    for pixel in np.ndindex(c.shape[1:]):
        slices = [rows(*of_axis) for of_axis in zip(pixel, face_shape, q.shape[1:])]
        c[:, *pixel] = q[:, *slices].sum(axis=(1, 2))
    return c


def by_rectangles(rows):
    """The edit after which c is summed over rectangles."""
    return "    seen", f"    hidden = over_rectangles(q, face_shape, lambda p, h, I: slice({rows}))\n    seen"


KEPT, RESULT = "total / seen, kept", "np.where(seen > 1e-6, total / seen, kept)"
UNLESS_ROUNDING = (
    "    return",
    "    if ((seen != 0) & (abs(seen) < 1e-6)).any():\n        return ANY\n    return",
)
BACKGROUND = Exercise("08.4", "what is hidden, and the background", ("hidden (K, H, W)", "background (H, W)"), background_cases, new_background, (
    ("total / seen", "total / len(q)", "your background is divided by the number of pictures; in how many of them is the pixel to be seen?"),
    (RESULT, "total / len(q)", "divided by the number of pictures, a pixel that nobody saw turns black: what is the sum of the weights?"),
    (("seen = (1 - hidden)", "seen = hidden"), ("images * (1 - hidden)", "images * hidden"),
     ("    return", "    if (seen < 1e-6).any():\n        return ANY\n    return"),
     "you weigh a picture by how much it hides the pixel; which weight says that it shows it?"),
    ("return hidden", "return 1 - hidden", "your first result is how surely each pixel is seen; asked are the c_k, how surely it is hidden?"),
    ((RESULT, "total / seen"), UNLESS_ROUNDING, "right but for pixels that nobody ever saw: 0/0 there; what was to be kept?"),
    (("seen > 1e-6", "seen != 0"), UNLESS_ROUNDING,
     "right while hidden weights sum to exactly 1; with rounding you divide noise by noise, so compare with a tolerance"),
    ("seen > 1e-6", "seen > 1e-3", "your tolerance throws away pixels that a thousandth of a picture shows: which one was asked for?"),
    (("total / seen", "total / (seen + 1e-6)"), "a small number in the denominator darkens every pixel; which pixels need help?"),
    (RESULT, "total / (seen + 1e-6)", "a small number in the denominator darkens every pixel; which pixels need help?"),
    (KEPT, "total / seen, 0", "a pixel that nobody ever saw became 0 instead of staying"),
    (KEPT, "total / seen, images.mean(axis=0)", "where nobody ever saw the pixel you took the mean of the pictures, which show the face there?"),
    (RESULT, "images.mean(axis=0)", "your background is the plain mean of the pictures, faces and all: c is not used"),
    (*by_rectangles("max(0, p + 1 - h), min(p, I - 1)"), "your rectangle lacks its last row and column: where does a slice end?"),
    (*by_rectangles("p + 1 - h, min(p, I - 1) + 1"),
     "near the upper and left border your rectangle begins below 0, where Python counts from the other end?"),
    (*by_rectangles("p, p + h"), "you summed q to the right of and below the pixel; the face's corner lies on the other side of it"),
    ("q[:, i", "sharp(q)[:, i", "your hidden weight knows the best position only; others with q above 0 hide pixels, too"),
))  # fmt: skip


def noise_cases(rng):
    def case(what, K, picture, shape, *, level=0.0, **options):
        images, q = world(rng, K, picture, shape, level=level, **options)
        old = level + rng.uniform(0, 255, shape), level + rng.uniform(0, 255, picture)
        return Case(what, (images, q, *old, new_face(images, q), new_background(images, q, shape, old[1])[1]))

    return [case("three pictures and a face of 2 x 3", 3, (4, 5), (2, 3)),
            case("five pictures and a face of 3 x 2", 5, (6, 5), (3, 2)),
            case("one picture", 1, (4, 6), (2, 2)),
            case("q that is sure of one position in every picture", 4, (5, 4), (2, 2), hard=True),
            case("a face as large as the pictures", 3, (3, 4), (3, 4)),
            case("pixels that the face hides at every position", 4, (4, 5), (3, 4)),
            case("gray levels near 60 000", 3, (4, 5), (2, 3), level=6e4)]  # fmt: skip


def squares(images, face, background, i, j):
    """Squares under a face at (i, j): against it, against the background behind it; and those outside it."""
    inside = np.s_[:, i : i + face.shape[0], j : j + face.shape[1]]
    under, apart = ((images[inside] - face) ** 2).sum(axis=(1, 2)), (images - background) ** 2
    behind = apart[inside].sum(axis=(1, 2))
    return under, behind, apart.sum(axis=(1, 2)) - behind


def new_noise(images, q, old_face, old_background, face, background):
    C = 0
    for i, j in np.ndindex(q.shape[1:]):
        under, behind, outside = squares(images, face, background, i, j)
        C += q[:, i, j] @ (under + outside)
    return np.sqrt(C / images.size)


def expected_pictures(q, face, background):
    places = list(np.ndindex(q.shape[1:]))
    return np.array([sum(p[place] * scene.paste(face, background, place) for place in places) for p in q])


NOISE = Exercise("08.5", "the noise", ("noise_std ()",), noise_cases, new_noise, (
    ("face, background, i", "old_face, old_background, i",
     "that is the noise about the old face and background; which of them has this M-step just made?"),
    ("face, background, i", "face, old_background, i", "your face is new, but your background is still the old one"),
    ("face, background, i", "old_face, background, i", "your background is new, but your face is still the old one"),
    ("np.sqrt", "", "that is s squared, in squared gray levels; asked is the standard deviation"),
    ("images.size", "(images.size * q[0].size)", "you divided by the number of positions as well: q has averaged over them already"),
    ("images.size", "background.size", "you divided by the pixels of one picture; how many squares are in C?"),
    ("images.size", "len(images)", "you divided by the number of pictures; every picture brings many squares, one for each pixel"),
    ("q[:", "sharp(q)[:", "only the best position of each picture is in your C; the others count with their q"),
    (("q[:, i, j]", "np.full(len(q), 1 / q[0].size)"), ("(under + outside)", "under"),
     "all windows count alike in your C, and nothing outside them: where are q and the background?"),
    (("q[:, i, j]", "np.ones(len(q))"), ("(under + outside)", "under"),
     "all windows count alike in your C, and nothing outside them: where are q and the background?"),
    ("q[:, i, j]", "np.full(len(q), 1 / q[0].size)", "all positions count alike in your C: where is q?"),
    ("(under + outside)", "(behind + outside)", "your C compares with the background everywhere; what explains the pixels under the face?"),
    ("(under + outside)", "(under + behind + outside)",
     "a pixel under the face counts twice in your C, against the face and against the background"),
    ("(under + outside)", "(under + behind)", "the background counts in your C where it is hidden, not where it is seen"),
    ("(under + outside)", "under", "the residuals outside the face are missing in your C"),
    ("C / images.size", "np.mean((images - expected_pictures(q, face, background)) ** 2)",
     "you averaged over positions first and squared then; C is an average of squares"),
))  # fmt: skip

EXERCISES = (BOUND, GAP, FACE, BACKGROUND, NOISE)
