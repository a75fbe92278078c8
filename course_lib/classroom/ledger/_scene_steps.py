"""Lesson 08, the M-step for A, F and B, and its denominators.  (S8)-(S10)"""

from dataclasses import replace

import numpy as np
import sympy
from scipy.special import logsumexp

from ... import scene, windows
from .. import loops, models
from ._bound import problem
from ._core import chapter
from ._tools import FACE, POSITIONS, SHAPE, error, exact, exceeds, slopes, worst

step = chapter("08")

HIDDEN_CASE = (4, 5), (3, 4)  # pictures and face with four positions: the middle is always hidden


def m_step(images, q, theta):
    """(S8)-(S11) by the function of the course."""
    return scene.m_step(images, q, FACE, previous=theta)


@step("S8 a", "SymPy")
def lagrange(rng, claim=lambda N: N / sum(N)):
    """Lagrange: sum N ln A - l (sum A - 1) is stationary at A = N / K, where l = K."""
    # Three positions; the derivatives by A and by l.
    N, A, l = (sympy.symbols(names, positive=True) for names in ("N:3", "A:3", "l"))
    N = sympy.Matrix(N)
    value = sum(n * sympy.log(a) for n, a in zip(N, A)) - l * (sum(A) - 1)
    at = dict(zip(A, claim(N))) | {l: sum(N)}
    return exact(*(sympy.diff(value, one).subs(at) for one in (*A, l)))


@step("S8 b", instances=100)
def gibbs(rng, claim=lambda N: N / N.sum()):
    """Gibbs: no A makes sum N ln A larger than A = N / K does."""
    # Fifty rivals, far and near.
    N = rng.uniform(0.1, 3, 9)
    rivals = np.vstack([rng.dirichlet(np.ones(9), 25), rng.dirichlet(100 * N, 25)])
    return exceeds(np.log(rivals) @ N, np.log(claim(N)) @ N)


@step("S8 c", "numerical gradient", tolerance=1e-07, instances=2)
def slope_of_prior(rng, claim=lambda N, K, A: N - K * A):
    """With A = softmax(a) the slope of the bound is N(d) - K A(d)."""
    images, theta, q = problem(rng)

    def value(a):
        return loops.bound(images, q, replace(theta, prior=shifted(theta.prior, a)))

    return error(claim(q.sum(axis=0), len(q), theta.prior), slopes(value, np.zeros(POSITIONS)))


def shifted(prior, a):
    """softmax(ln A + a)."""
    logits = np.log(prior) + a
    return np.exp(logits - logsumexp(logits))


@step("S8", "loops and gradient", tolerance=1e-07, instances=2)
def prior(rng, claim=m_step):
    """A = mean of the q_k; there the bound is flat in A."""
    images, theta, q = problem(rng)
    new = claim(images, q, theta)
    mean = sum(q[k] for k in range(len(q))) / len(q)
    at = np.zeros(POSITIONS)
    flat = slopes(lambda a: loops.bound(images, q, replace(new, prior=shifted(new.prior, a))), at)
    return worst((new.prior, mean), (flat, at))


def strip():
    """C of two pictures of 1 x 3 pixels, a face of 1 x 2, two positions, in symbols: C, X, q, F, B."""
    X = sympy.Matrix(2, 3, sympy.symbols("X:2:3"))
    q = sympy.Matrix(2, 2, sympy.symbols("q:2:2", positive=True))
    q[:, 1] = sympy.ones(2, 1) - q[:, 0]
    F, B = sympy.symbols("F:2"), sympy.symbols("B:3")
    scenes = ((F[0], F[1], B[2]), (B[0], F[0], F[1]))
    squares = [[sum((X[k, p] - scenes[d][p]) ** 2 for p in range(3)) for d in range(2)] for k in range(2)]
    C = sum(q[k, d] * squares[k][d] for k, d in np.ndindex(2, 2))
    return C, X, q, F, B


@step("S9 a", "SymPy")
def face_is_stationary(
    rng, claim=lambda X, q, b: sum(q[k, j] * X[k, j + b] for k, j in np.ndindex(2, 2)) / 2
):
    """The derivative of C by F vanishes at (S9), and its second derivative is 2K > 0: a minimum."""
    # Two pictures of three pixels in symbols.
    C, X, q, F, _ = strip()
    at = {F[b]: claim(X, q, b) for b in range(2)}
    return exact(*(sympy.diff(C, one).subs(at) for one in F), *(sympy.diff(C, one, 2) - 4 for one in F))


@step("S9 b", "loops")
def face_by_correlation(rng, claim=lambda x, q: sum(map(windows.correlate, x, q)) / len(q)):
    """(S9) is a correlation of each picture with its q_k, summed over pictures."""
    images, _, q = problem(rng)
    return error(claim(images, q), loops.face_sum(images, q, FACE) / len(q))


@step("S9", "loops and gradient", tolerance=1e-09, instances=2)
def face(rng, claim=m_step):
    """F = mean_k sum_d q_k(d) X^k[window d]; there the bound is flat in F."""
    images, theta, q = problem(rng)
    new = claim(images, q, theta)
    flat = slopes(lambda F: loops.bound(images, q, replace(new, face=F)), new.face, 0.1)
    return worst((new.face, loops.face_sum(images, q, FACE) / len(q)), (flat, np.zeros(FACE)))


def rectangle(q, p):
    """c_k(p) as the sum over the rectangle of positions that hide p: (K,)."""
    (H, W), (h, w) = SHAPE, FACE
    rows = slice(max(0, p[0] + 1 - h), min(p[0], H - h) + 1)
    columns = slice(max(0, p[1] + 1 - w), min(p[1], W - w) + 1)
    return q[:, rows, columns].sum(axis=(1, 2))


@step("S10 a", "loops", tolerance=1e-13)
def hiding(rng, claim=rectangle):
    """The positions that hide p are the rectangle [max(0, p1+1-h), min(p1, H-h)] x the same for columns."""
    _, _, q = problem(rng)
    found = np.stack([claim(q, p) for p in np.ndindex(SHAPE)], axis=1).reshape(len(q), *SHAPE)
    return error(found, loops.hidden(q, SHAPE, FACE))


@step("S10 b")
def spread(rng, claim=windows.spread):
    """c_k is the adjoint of the window sum: <window_sums(x), q> = <x, spread(q)>."""
    x, q = rng.standard_normal(SHAPE), rng.standard_normal(POSITIONS)
    sums = sum(q[i, j] * x[i : i + FACE[0], j : j + FACE[1]].sum() for i, j in np.ndindex(POSITIONS))
    return error((x * claim(q, FACE)).sum(), sums)


@step("S10 c", "SymPy")
def background_is_stationary(rng, claim=lambda X, seen: X.dot(seen) / sum(seen)):
    """The derivative of C by B vanishes at (S10), and C does not hold a pixel that every position hides."""
    # Two pictures of three pixels in symbols; the middle pixel is always hidden. The claim gets 1 - c.
    C, X, q, _, B = strip()
    seen = sympy.Matrix([[q[k, 1], 0, q[k, 0]] for k in range(2)])
    at = {B[p]: claim(X[:, p], seen[:, p]) for p in (0, 2)}
    return exact(*(sympy.diff(C, one).subs(at) for one in at), sympy.diff(C, B[1]))


@step("S10", "loops and gradient", tolerance=1e-09, instances=2)
def background(rng, claim=m_step):
    """B(p) = sum X^k (1 - c_k) / sum (1 - c_k); there the bound is flat in B."""
    images, theta, q = problem(rng)
    new, seen = claim(images, q, theta), 1 - loops.hidden(q, SHAPE, FACE)
    flat = slopes(lambda B: loops.bound(images, q, replace(new, background=B)), new.background, 0.1)
    return worst((new.background, (images * seen).sum(axis=0) / seen.sum(axis=0)), (flat, np.zeros(SHAPE)))


@step("S10 d", "loops")
def background_of_sure(
    rng, claim=lambda x, places, old: scene.m_step(x, places, FACE, previous=old).background
):
    """If every q_k is sure, B is the plain mean of the pictures that show p."""
    # Pixel by pixel; a pixel that none shows keeps its value.
    images, theta, _ = problem(rng)
    places, wanted = rng.integers(0, 3, (len(images), 2)), theta.background.copy()
    for p in np.ndindex(SHAPE):
        hides = ((0 <= p - places) & (p - places < FACE)).all(axis=1)
        shown = [X[p] for X, hidden in zip(images, hides) if not hidden]
        wanted[p] = np.mean(shown) if shown else wanted[p]
    return error(claim(images, places, theta), wanted)


@step("S10 e", "counting, all sizes up to 8", tolerance=0, instances=1)
def always_hidden(rng, claim=lambda p, H, h: H - h <= p <= h - 1):
    """The denominator vanishes for every q just where H-h <= p1 <= h-1 and W-w <= p2 <= w-1."""
    # In one direction: does every position of the face cover the pixel? Both directions must.
    cases = [(p, H, h) for H in range(1, 9) for h in range(1, H + 1) for p in range(H)]
    wanted = [all(i <= p < i + h for i in range(H - h + 1)) for p, H, h in cases]
    return error([claim(*case) for case in cases], wanted)


@step("S10 f", "loops")
def kept(rng, claim=lambda x, q, old: scene.m_step(x, q, old.face.shape, previous=old).background):
    """A pixel that every position hides keeps its previous value: the bound does not contain it."""
    # A face so large that the middle is always hidden; another value there leaves the bound as it is.
    shape, face_shape = HIDDEN_CASE
    before = models.scene(rng, shape, face_shape)
    images, q = rng.uniform(0, 255, (3, *shape)), rng.dirichlet(np.ones(4), 3).reshape(3, 2, 2)
    hidden = loops.hidden(q, shape, face_shape).min(axis=0) > 1 - 1e-9
    other = replace(before, background=np.where(hidden, 99.0, before.background))
    same = error(loops.bound(images, q, other), loops.bound(images, q, before))
    return max(same, error(claim(images, q, before)[hidden], before.background[hidden]))


@step("S10 g", "loops", tolerance=1e-13)
def hides_as_many(rng, claim=lambda q, h, w: h * w):
    """The c of one picture adds up to the number of pixels that a face hides."""
    _, _, q = problem(rng)
    return error(np.full(len(q), claim(q, *FACE)), loops.hidden(q, SHAPE, FACE).sum(axis=(1, 2)))
