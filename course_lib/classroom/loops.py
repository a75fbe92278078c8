"""The second track as its formulas stand, by loops over pictures, positions and pixels: the oracle of exercises, ledger, tests.

images (N, H, W), q (N, I, J), a scene with face (h, w) and background (H, W), a position d = (row, column).
"""

import numpy as np
from scipy.special import entr, logsumexp
from scipy.stats import norm

from ..scene import Scene


def paste(face, background, d):
    """The background with the face at d, pixel by pixel.                                                  (S1)"""
    picture = np.array(background, dtype=float)
    for a, b in np.ndindex(np.shape(face)):
        picture[d[0] + a, d[1] + b] = face[a][b]
    return picture


def log_joint(images, scene):
    """ln p(X, d) of every picture and position by SciPy's density: (N, I, J).                            (S2)"""
    found = np.empty((len(images), *scene.prior.shape))
    for i, j in np.ndindex(scene.prior.shape):
        mean = paste(scene.face, scene.background, (i, j))
        found[:, i, j] = norm.logpdf(images, mean, scene.noise_std).sum(axis=(1, 2)) + scene.log_prior[i, j]
    return found


def posterior(images, scene):
    """q (N, I, J) by Bayes' rule, and ln p(X) of every picture (N,).                                     (S5)"""
    joint = log_joint(images, scene)
    evidence = logsumexp(joint, axis=(1, 2))
    return np.exp(joint - evidence[:, None, None]), evidence


def bound(images, q, scene):
    """E_q ln p(X, d) and the entropy of q, 0 ln 0 = 0.                                                  (S12)"""
    return (q[q > 0] * log_joint(images, scene)[q > 0]).sum() + entr(q).sum()


def residual(images, q, face, background):
    """C: the expected squared distance of the pictures from the pasted scene.                           (S11)"""
    total = 0.0
    for d in np.ndindex(q.shape[1:]):
        total += q[(slice(None), *d)] @ ((images - paste(face, background, d)) ** 2).sum(axis=(1, 2))
    return total


def hidden(q, shape, face_shape):
    """c_k(p): the sum of q_k over the windows that cover p, window by window: (N, H, W).                (S10)"""
    found = np.zeros((len(q), *shape))
    for k, i, j in np.ndindex(q.shape):
        found[k, i : i + face_shape[0], j : j + face_shape[1]] += q[k, i, j]
    return found


def face_sum(images, q, face_shape):
    """The sum over pictures and positions of q times the window there, pixel by pixel: (h, w).           (S9)"""
    found = np.zeros(face_shape)
    for a, b, k, i, j in np.ndindex(*face_shape, *q.shape):
        found[a, b] += q[k, i, j] * images[k, i + a, j + b]
    return found


def m_step(images, q, face_shape, kept, *, smoothing=0.0):
    """The Scene of the largest bound for q; pixels seen in less than a millionth of a picture are `kept`.  (S8)-(S11), (S15)"""
    counts, seen = q.sum(axis=0) + smoothing, 1 - hidden(q, images.shape[1:], face_shape)
    shown = seen.sum(axis=0) > 1e-6
    background = np.where(shown, (images * seen).sum(axis=0) / np.where(shown, seen.sum(axis=0), 1), kept)
    face = face_sum(images, q, face_shape) / len(images)
    C = residual(images, q, face, background)
    return Scene(face, background, np.sqrt(C / images.size), counts / counts.sum())
