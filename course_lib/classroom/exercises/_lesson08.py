"""Exercises of lesson 08: the bound of the scene, and what it loses.  (S12), (S13)"""

import numpy as np
from scipy.special import entr, logsumexp

from ._grading import Case, Exercise, Mistake
from ._updates08 import BACKGROUND, FACE, NOISE, one_hot

# 08.1 the bound


def _bound_cases(rng):
    def case(what, K, I, J, level=-50.0, spread=4.0):
        q = rng.dirichlet(np.full(I * J, 0.7), size=K).reshape(K, I, J)
        return Case(what, (rng.normal(level, spread, (K, I, J)), q))

    sure = case("a picture that is sure of its position", 2, 2, 3)
    sure.args[1][0] = one_hot(2, 3, (1, 2))
    closed = case("positions that A excludes and q avoids", 3, 2, 2)
    closed.args[1][:, 0, 1] = 0
    closed.args[1][:] /= closed.args[1].sum(axis=(1, 2), keepdims=True)
    closed.args[0][:, 0, 1] = -np.inf
    return [
        case("three pictures", 3, 2, 3),
        case("five pictures", 5, 3, 2),
        case("one picture", 1, 3, 3),
        case("a single position", 4, 1, 1),
        sure,
        closed,
        case("logarithms near -14000, as for real pictures", 3, 4, 3, level=-14000.0, spread=8.0),
    ]


def _expected(log_joint, q):
    return (q * np.where(q > 0, log_joint, 0)).sum()


def _best(log_joint, q):
    K = len(q)
    return log_joint.reshape(K, -1)[np.arange(K), q.reshape(K, -1).argmax(axis=1)].sum()


BOUND = Exercise(
    "08.1",
    "the bound",
    ("bound ()",),
    _bound_cases,
    lambda log_joint, q: _expected(log_joint, q) + entr(q).sum(),
    (
        Mistake(
            "your bound lacks the entropy: what is a picture's doubt worth", lambda l, q: _expected(l, q)
        ),
        Mistake(
            "the entropy has the wrong sign: it is never negative, and doubt raises the bound",
            lambda l, q: _expected(l, q) - entr(q).sum(),
        ),
        Mistake(
            "a position with q = 0 turned it all into nan: what must 0 ln 0 be",
            lambda l, q: (q * l).sum() - (q * np.log(q)).sum(),
        ),
        Mistake(
            "the entropy is fine, but 0 times minus infinity is left in the first sum: which positions take part in it",
            lambda l, q: (q * l).sum() + entr(q).sum(),
        ),
        Mistake(
            "that is the mean over the pictures; pictures are independent, so how do their logarithms combine",
            lambda l, q: (_expected(l, q) + entr(q).sum()) / len(q),
        ),
        Mistake(
            "that is ln p(X), the thing to be bounded; it does not even ask for q",
            lambda l, q: logsumexp(l, axis=(1, 2)).sum(),
        ),
        Mistake(
            "that is the logarithm of an average; Jensen's inequality ends with the average of logarithms",
            lambda l, q: logsumexp(l, b=q, axis=(1, 2)).sum(),
        ),
        Mistake(
            "your first sum counts every position alike: where is its weight q",
            lambda l, q: l.sum() + entr(q).sum(),
        ),
        Mistake(
            "only the best position of each picture counts in your first sum",
            lambda l, q: _best(l, q) + entr(q).sum(),
        ),
        Mistake(
            "your entropy is in bits, the rest in nats",
            lambda l, q: _expected(l, q) + entr(q).sum() / np.log(2),
        ),
    ),
)


# 08.2 the gap with a pencil

_OF_BOUND = np.log(8) / 2 + np.log(2)

GAP = Exercise(
    "08.2",
    "the gap with a pencil",
    ("gap ()",),
    lambda rng: [Case("the numbers of the question", ())],
    lambda: np.log(9) - _OF_BOUND,
    (
        Mistake("that is the bound itself; how far below ln p(X) does it lie", lambda: _OF_BOUND),
        Mistake("that is ln p(X) itself; how far below it does the bound lie", lambda: np.log(9)),
        Mistake("your bound lacks the entropy of the undecided q", lambda: np.log(9) - np.log(8) / 2),
        Mistake(
            "the entropy of q went into your bound with the wrong sign",
            lambda: np.log(9) - (np.log(8) / 2 - np.log(2)),
        ),
        Mistake("the sign is turned: the gap says how much the bound loses", lambda: _OF_BOUND - np.log(9)),
        Mistake(
            "p(X) is the sum of both joint densities, not the larger of them", lambda: np.log(8) - _OF_BOUND
        ),
        Mistake(
            "that is the divergence of the posterior from q; (S13) has the two the other way round",
            lambda: 8 / 9 * np.log(16 / 9) + 1 / 9 * np.log(2 / 9),
        ),
        Mistake("that is in bits; the lesson counts in nats", lambda: (np.log(9) - _OF_BOUND) / np.log(2)),
        Mistake("the gap closes only if q is the posterior; is it, here", lambda: 0.0),
        Mistake("that is the entropy of q alone; the joint densities matter, too", lambda: np.log(2)),
    ),
)

EXERCISES = (BOUND, GAP, FACE, BACKGROUND, NOISE)
