"""Tiny scenes, and the model of the second track as plain loops over pictures, positions and pixels."""

from itertools import product
from math import exp, inf, log, pi

import numpy as np
import pytest

from course_lib.scene import Scene, _pictures

# pictures, (H, W), (h, w)
CASES = {
    "prime sizes": (3, (5, 7), (2, 3)),
    "padded sizes": (2, (7, 11), (3, 2)),
    "a face of one pixel": (3, (3, 4), (1, 1)),
    "one position": (3, (3, 4), (3, 4)),
    "one picture": (1, (5, 3), (2, 2)),
    "rows of positions only": (4, (6, 2), (2, 2)),
    "columns of positions only": (4, (3, 7), (3, 2)),
    "pixels always hidden": (5, (5, 7), (4, 5)),
    "a strip": (2, (1, 9), (1, 4)),
    "one pixel": (2, (1, 1), (1, 1)),
}
REGIMES = {
    "as it is": {},
    "a picture a block": {"BLOCK": 1},
    "blocks of two, large pictures": {"BLOCK": 70, "SMALL": 0},
}

every_case = pytest.mark.parametrize("name", CASES)


@pytest.fixture(params=REGIMES)
def regime(request, monkeypatch):
    """All ways through the library: one block or several, band matrices or doubling."""
    for constant, value in REGIMES[request.param].items():
        monkeypatch.setattr(_pictures, constant, value)


def random_scene(rng, shape, face_shape, *, noise_std=60.0, level=120.0, contrast=40.0, impossible=1 / 3):
    """A Scene with some positions of probability zero, if it has more than one."""
    positions = tuple(outer - inner + 1 for outer, inner in zip(shape, face_shape))
    A = rng.dirichlet(np.ones(np.prod(positions)))
    A[rng.permutation(A.size)[: int(impossible * A.size)]] = 0
    face, background = (level + contrast * rng.standard_normal(s) for s in (face_shape, shape))
    return Scene(face, background, noise_std, (A / A.sum()).reshape(positions))


def random_q(rng, n, positions):
    """Probabilities (n, I, J), a third of them zero, if there is more than one position."""
    q = rng.dirichlet(np.ones(np.prod(positions)), n)
    for row in q:
        row[rng.permutation(row.size)[: row.size // 3]] = 0
    return (q / q.sum(axis=1, keepdims=True)).reshape(n, *positions)


def problem(name, seed=0, **options):
    """Pictures drawn from a random scene of the case, that scene, and a q that belongs to neither."""
    n, shape, face_shape = CASES[name]
    rng = np.random.default_rng(seed)
    scene = random_scene(rng, shape, face_shape, **options)
    images = np.empty((n, *shape))
    places = list(np.ndindex(scene.positions))
    for image in images:
        d = places[rng.choice(len(places), p=scene.prior.ravel())]
        image[:] = pasted(scene, d) + scene.noise_std * rng.standard_normal(shape)
    return images, scene, random_q(rng, n, scene.positions)


def one_hot(positions_of, positions):
    """Integer positions (N, 2) as probabilities (N, I, J)."""
    q = np.zeros((len(positions_of), *positions))
    for k, (i, j) in enumerate(positions_of):
        q[k, i, j] = 1
    return q


# The model, pixel by pixel


def hides(d, p, face_shape):
    """Whether a face at d covers pixel p."""
    return d[0] <= p[0] < d[0] + face_shape[0] and d[1] <= p[1] < d[1] + face_shape[1]


def pasted(scene, d):
    """(S1) without its noise: F under the face, B elsewhere."""
    F, B = scene.face.tolist(), scene.background.tolist()
    for a, b in np.ndindex(scene.face.shape):
        B[d[0] + a][d[1] + b] = F[a][b]
    return np.array(B)


def log_likelihood(images, scene):
    """(S2) without ln A: the log density of every pixel, summed."""
    H, W = scene.background.shape
    s, out = scene.noise_std, np.zeros((len(images), *scene.positions))
    for d in np.ndindex(scene.positions):
        clean = pasted(scene, d).tolist()
        for k, X in enumerate(np.asarray(images, dtype=float).tolist()):
            for p, r in product(range(H), range(W)):
                out[(k, *d)] += -0.5 * log(2 * pi * s**2) - (X[p][r] - clean[p][r]) ** 2 / (2 * s**2)
    return out


def log_joint(images, scene):
    """(S2)"""
    out = log_likelihood(images, scene)
    for d in np.ndindex(scene.positions):
        out[(slice(None), *d)] += log(scene.prior[d]) if scene.prior[d] > 0 else -inf
    return out


def posterior(images, scene):
    """(S5) and ln p(X_k | theta) of every picture."""
    q = log_joint(images, scene)
    evidence = np.zeros(len(q))
    for k, places in product(range(len(q)), [list(np.ndindex(scene.positions))]):
        top = max(q[(k, *d)] for d in places)
        evidence[k] = top + log(sum(exp(q[(k, *d)] - top) for d in places))
        for d in places:
            q[(k, *d)] = exp(q[(k, *d)] - evidence[k])
    return q, evidence


def bound(images, q, scene):
    """(S12) with 0 ln 0 = 0."""
    joint, total = log_joint(images, scene), 0.0
    for index in np.ndindex(q.shape):
        if q[index] > 0:
            total += q[index] * (joint[index] - log(q[index]))
    return total


def visible(q, shape, face_shape):
    """The denominator of (S10), as the q of all positions that do not hide the pixel."""
    seen = np.zeros(shape)
    for p in np.ndindex(shape):
        seen[p] = sum(q[index] for index in np.ndindex(q.shape) if not hides(index[1:], p, face_shape))
    return seen


def sums(images, q, face_shape):
    """Counts (S8), the sum of faces (S9), and of the pixels that are seen (S10)."""
    counts, faces, seen = np.zeros(q.shape[1:]), np.zeros(face_shape), np.zeros(images.shape[1:])
    for k, i, j in np.ndindex(q.shape):
        counts[i, j] += q[k, i, j]
        for a, b in np.ndindex(face_shape):
            faces[a, b] += q[k, i, j] * images[k, i + a, j + b]
        for p in np.ndindex(seen.shape):
            if not hides((i, j), p, face_shape):
                seen[p] += q[k, i, j] * images[(k, *p)]
    return counts, faces, seen


def maximiser(images, q, face_shape, fallback, alpha=0.0):
    """(S8)-(S11), (S15): the best Scene for q; pixels seen in less than a millionth of a picture keep the fallback."""
    n = len(images)
    counts, faces, seen = sums(images, q, face_shape)
    weight = visible(q, images.shape[1:], face_shape)
    B = np.array(fallback, dtype=float)
    B[weight > 1e-6] = seen[weight > 1e-6] / weight[weight > 1e-6]
    A = (counts + alpha) / (n + alpha * counts.size)
    found, C = Scene(faces / n, B, 1.0, A / A.sum()), 0.0
    for d in np.ndindex(counts.shape):
        for k in range(n):
            C += q[(k, *d)] * ((images[k] - pasted(found, d)) ** 2).sum()
    return Scene(found.face, B, np.sqrt(C / images.size), found.prior)


def same_scene(found, wanted, rtol=1e-10):
    """Assert that two scenes have the same parameters, to `rtol` of the largest entry of each."""
    for field in ("face", "background", "noise_std", "prior"):
        a, b = (np.asarray(getattr(scene, field)) for scene in (found, wanted))
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * np.abs(b).max(), err_msg=field)
