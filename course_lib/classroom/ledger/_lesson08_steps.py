"""Lesson 08, the M-step for A, F, B and s, its denominators and its sums.  (S8)-(S11)"""

from dataclasses import replace

import numpy as np
import sympy
from scipy.special import logsumexp
from sympy import Matrix

from ... import scene, windows
from .. import loops, models
from ._core import chapter
from ._lesson08_bound import problem
from ._tools import FACE, POSITIONS, SHAPE, error, exact, exceeds, hermite, lagrange_slopes, slopes, worst

step = chapter("08")


def m_step(images, q, theta):
    """(S8)-(S11) by the function of the course."""
    return scene.m_step(images, q, FACE, previous=theta)


def problem_and_step(rng, m_step):
    """Pictures, a scene and a q that belong to each other in no way, and the scene of the M-step."""
    images, theta, q = problem(rng)
    return images, theta, q, m_step(images, q, theta)


@step("S8 a", "SymPy")
def lagrange(rng, claim=lambda N: N / sum(N)):
    """Lagrange: sum N ln A - l (sum A - 1) is stationary at A = N / K, where l = K."""
    N = Matrix(sympy.symbols("N:3", positive=True))
    return exact(*lagrange_slopes(N, claim(N)))


@step("S8 b", instances=100)
def gibbs(rng, claim=lambda N: N / N.sum()):
    """Gibbs: no A makes sum N ln A larger than A = N / K does."""
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
    images, theta, q, new = problem_and_step(rng, claim)
    mean = sum(q[k] for k in range(len(q))) / len(q)
    at = np.zeros(POSITIONS)
    flat = slopes(lambda a: loops.bound(images, q, replace(new, prior=shifted(new.prior, a))), at)
    return worst((new.prior, mean), (flat, at))


def strip():
    """C of two pictures of 1 x 3 pixels, a face of 1 x 2, two positions, in symbols: C, X, q, F, B."""
    X = Matrix(2, 3, sympy.symbols("X:2:3"))
    q = Matrix(2, 2, sympy.symbols("q:2:2", positive=True))
    q[:, 1] = sympy.ones(2, 1) - q[:, 0]
    F, B = sympy.symbols("F:2"), sympy.symbols("B:3")
    scenes = ((F[0], F[1], B[2]), (B[0], F[0], F[1]))
    squares = [[sum((X[k, p] - scenes[d][p]) ** 2 for p in range(3)) for d in range(2)] for k in range(2)]
    C = sum(q[k, d] * squares[k][d] for k, d in np.ndindex(2, 2))
    return C, X, q, F, B


@step("S9 a", "SymPy")
def face_flat(rng, claim=lambda X, q, b: sum(q[k, j] * X[k, j + b] for k, j in np.ndindex(2, 2)) / 2):
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
    images, theta, q, new = problem_and_step(rng, claim)
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
    seen = Matrix([[q[k, 1], 0, q[k, 0]] for k in range(2)])
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
def of_sure(rng, claim=lambda x, places, old: scene.m_step(x, places, FACE, previous=old).background):
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
    # Four positions, so that the middle is always hidden; another value there leaves the bound as it is.
    shape, face_shape = (4, 5), (3, 4)
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


@step("S11 a", "SymPy")
def noise_is_maximum(rng, claim=lambda C, n: C / n):
    """dL/du = KHW/(2u^2) (C/KHW - u) for u = s^2: the bound rises up to C/KHW and falls beyond, a
    maximum."""
    # Slope 0, curvature -n / (2 u^2) there; n stands for KHW.
    u, C, n = sympy.symbols("u C n", positive=True)
    slope = sympy.diff(-n / 2 * sympy.log(2 * sympy.pi * u) - C / (2 * u), u)
    best = claim(C, n)
    return exact(slope - n / (2 * u**2) * (best - u), sympy.diff(slope, u).subs(u, best) + n / (2 * best**2))


@step("S11", "loops and gradient", tolerance=1e-07, instances=2)
def noise(rng, claim=m_step):
    """s^2 = C / (KHW) with the new F and B; there the bound is flat in s."""
    images, theta, q, new = problem_and_step(rng, claim)
    s = np.array([new.noise_std])
    flat = slopes(lambda s: loops.bound(images, q, replace(new, noise_std=s.item())), s, 1e-3)
    C = loops.residual(images, q, loops.face_sum(images, q, FACE) / len(q), new.background)
    return worst((new.noise_std**2, C / images.size), (flat, [0.0]))


@step("S11 b", "loops")
def smallest_residual(rng, claim=m_step):
    """C is smallest for the new F and B; with the old ones s comes out too large."""
    images, theta, q, new = problem_and_step(rng, claim)
    values = [loops.residual(images, q, theta.face, theta.background)]
    for _ in range(10):
        F, B = new.face + rng.standard_normal(FACE), new.background + rng.standard_normal(SHAPE)
        values.append(loops.residual(images, q, F, B))
    return exceeds(loops.residual(images, q, new.face, new.background), min(values))


@step("S11 c", "loops", instances=2)
def maximum(rng, claim=m_step):
    """All four updates together are the maximum: no scene has a larger bound for this q."""
    images, theta, q, new = problem_and_step(rng, claim)
    values = []
    for size in np.geomspace(10, 0.01, 40):
        F, B = new.face + size * rng.standard_normal(FACE), new.background + size * rng.standard_normal(SHAPE)
        s = new.noise_std * np.exp(0.05 * size * rng.standard_normal())
        A = shifted(new.prior, 0.1 * size * rng.standard_normal(POSITIONS))
        values.append(loops.bound(images, q, scene.Scene(F, B, s, A)))
    return exceeds(values, loops.bound(images, q, new))


@step("S11 d", "loops")
def from_sums(rng, claim=lambda Q, K, F, v, B: Q - K * (F**2).sum() - (v * B**2).sum()):
    """C = Q - K sum F^2 - sum v B^2: the residual from sums alone."""
    images, theta, q = problem(rng)
    new, v = m_step(images, q, theta), (1 - loops.hidden(q, SHAPE, FACE)).sum(axis=0)
    found = claim((images**2).sum(), len(images), new.face, v, new.background)
    return error(found, loops.residual(images, q, new.face, new.background))


def statistics(images, theta):
    """The sums by the functions of the course, one picture and then the others."""
    return scene.merge(scene.statistics(images[:1], theta), scene.statistics(images[1:], theta))


@step("S11 g", "loops", tolerance=1e-11)
def blocks_add(rng, claim=statistics):
    """N, Psi, beta and Q are sums over pictures: blocks may be added."""
    # Of all pictures at once, less the common level, with q by Bayes' rule.
    images, theta, _ = problem(rng)
    q, found = loops.posterior(images, theta)[0], claim(images, theta)
    X = images - found.level
    shown = (X * (1 - loops.hidden(q, SHAPE, FACE))).sum(axis=0)
    pixels = (found.face_sum, loops.face_sum(X, q, FACE)), (found.background_sum, shown)
    return worst((found.n, 3), (found.counts, q.sum(axis=0)), *pixels, (found.square_sum, (X**2).sum()))


@step("S11 h", "loops")
def slip_hides(rng, claim=m_step):
    """With s from the old F and B the bound still rises, so that it does not give the slip away."""
    images, theta, q = problem(rng)
    old = np.sqrt(loops.residual(images, q, theta.face, theta.background) / images.size)
    slipped = replace(claim(images, q, theta), noise_std=old)
    return exceeds(loops.bound(images, q, theta), loops.bound(images, q, slipped))


@step("S11 e", "quadrature", instances=3)
def follows_the_noise(rng, claim=lambda m, s: (m - 1) * s**2):
    """The squares about the mean of m noisy values add up to (m - 1) s^2 on average."""
    s, (e, weight) = rng.uniform(0.5, 2), hermite(3, 4)
    x = s * e
    return error(claim(4, s), weight @ ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))


@step("S11 f", "SymPy")
def no_ceiling(rng, claim=lambda n: n * sympy.log(10)):
    """With C = 0 the bound grows by KHW ln 10 whenever s shrinks to a tenth: no ceiling."""
    # n stands for KHW.
    s, n = sympy.symbols("s n", positive=True)
    first, tenth = (-n / 2 * sympy.log(2 * sympy.pi * width**2) for width in (s, s / 10))
    return exact(sympy.expand_log(tenth - first - claim(n), force=True))


@step("S8 d", "loops", tolerance=1e-11)
def odds(rng, claim=lambda q, evidence: q * np.exp(evidence) / (q * np.exp(evidence)).sum()):
    """Where no other picture believes, the next odds are the old ones times exp(logit(d) - logit(d'))."""
    # (S8), then Bayes' rule, in a picture alone with its two positions; the claim gets its q and ln p(X | d).
    images, theta, q = problem(rng)
    q[1:, 0, :2], q[0, 1:], q[0, 0, 2] = 0, 0, 0
    q /= q.sum(axis=(1, 2), keepdims=True)
    after = loops.log_joint(images, replace(theta, prior=q.mean(axis=0)))[0, 0, :2]
    evidence = (loops.log_joint(images, theta) - np.log(theta.prior))[0, 0, :2]
    wanted = np.exp(after - logsumexp(after))
    return error(claim(q[0, 0, :2], evidence - evidence.max()), wanted)
