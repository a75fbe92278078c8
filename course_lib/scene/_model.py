"""The model: what a scene is, how pictures of it are drawn, and how likely they are."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import blas, checks
from ._pictures import Pictures, check_reach

PICTURES = "cut all pictures to one size; a single picture goes in as image[None]"


@dataclass(frozen=True, eq=False)
class Scene(checks.Record):
    """A face F somewhere over a background B, in noise.                                      (S1)

    face : array (h, w), F, gray levels
    background : array (H, W), B, gray levels, at least as large as the face
    noise_std : float above 0, s, gray levels
    prior : array (I, J), A, probabilities of the positions of the face's top-left corner; their sum is 1

    Examples
    --------
    >>> small = Scene(face=[[9.0]], background=[[0.0, 0.0]], noise_std=1, prior=[[0.5, 0.5]])
    >>> small.positions
    (1, 2)
    """

    face: np.ndarray
    background: np.ndarray
    noise_std: float
    prior: np.ndarray

    def __post_init__(self):
        face = checks.frozen("face", self.face, ("h", "w"))
        background = checks.frozen("background", self.background, ("H", "W"))
        checks.window("face", face.shape, background.shape, "background")
        shape = tuple(outer - inner + 1 for outer, inner in zip(background.shape, face.shape))
        prior = checks.frozen("prior", self.prior, shape, hint="one entry for each position of the face")
        if not prior.any():
            raise ValueError(
                "prior needs a position with probability above 0; got zeros only; "
                "np.full(shape, 1 / size) is uniform"
            )
        checks.probabilities("prior", prior)
        for field, value in (("face", face), ("background", background), ("prior", prior)):
            object.__setattr__(self, field, value)
        object.__setattr__(
            self, "noise_std", checks.positive("noise_std", self.noise_std, unit="gray levels")
        )

    @property
    def positions(self):
        """(I, J), how many rows and columns of positions the face has."""
        return self.prior.shape

    @property
    def log_prior(self):
        """ln A: (I, J), -inf where a position is impossible."""
        with np.errstate(divide="ignore"):
            return np.log(self.prior)


def paste(face, background, position):
    """The background with the face over it, its top-left corner at `position`.                (S1)

    face (h, w), background (H, W), gray levels;  position : (row, column), from (0, 0) to (H-h, W-w)  ->
    array (H, W)

    Examples
    --------
    >>> paste([[9.0]], [[0.0, 0.0]], (0, 1))
    array([[0., 9.]])
    """
    face = checks.real_array("face", face, ("h", "w"))
    picture = np.array(checks.real_array("background", background, ("H", "W")))
    h, w = checks.window("face", face.shape, picture.shape, "background")
    i, j = _check_position(position, (picture.shape[0] - h, picture.shape[1] - w))
    picture[i : i + h, j : j + w] = face
    return picture


def sample(scene, n, rng):
    """Draw `n` pictures of the scene and the positions of their faces.                        (S1)

    scene : Scene;  n : int, how many;  rng : numpy.random.Generator

    Returns images (n, H, W) with noise, not clipped, and integer positions (n, 2) of the top-left corners.
    """
    checks.instance("scene", scene, Scene)
    n = checks.count("n", n, each=scene.background.size)
    checks.generator("rng", rng)
    chosen = rng.choice(scene.prior.size, size=n, p=scene.prior.ravel() / scene.prior.sum())
    positions = np.stack(np.unravel_index(chosen, scene.prior.shape), axis=1)
    images = np.repeat(scene.background[None], n, axis=0)
    places = sliding_window_view(images, scene.face.shape, axis=(1, 2), writeable=True)
    places[np.arange(n), positions[:, 0], positions[:, 1]] = scene.face
    return images + scene.noise_std * rng.standard_normal(images.shape), positions


def log_likelihood(images, scene):
    """ln p(X | d) of every picture with the face at every position, every constant included.    (S2), (S3)

    -(HW/2) ln(2 pi s^2) - ||X - paste(F, B, d)||^2 / (2 s^2): the part without a face once a picture, the
    logit of (S3) and (S4) for every position. The prior A is not in it.

    images (N, H, W), scene : Scene (H, W)  ->  array (N, I, J), nats
    """
    pictures = prepare(images, scene)
    with blas.one_thread():
        of_block = pictures.log_joint(scene, np.zeros(scene.positions))
        out = np.concatenate([of_block(block, pictures.spectra(block)) for block in pictures.blocks()])
    check_reach(out.max(axis=(1, 2)))
    return out


def prepare(images, scene):
    """The images, checked to fit the scene and prepared for it."""
    H, W = checks.instance("scene", scene, Scene).background.shape
    hint = f"the scene has pictures of {H} x {W}; {PICTURES}"
    images = checks.gray_images("images", images, ("N", H, W), hint=hint)
    return Pictures(images, scene.face.shape, scene.background.mean())


def _check_position(position, last):
    """The pair of whole numbers from (0, 0) to `last`."""
    if checks.as_array("position", position).shape != (2,):
        raise ValueError(f"position needs (row, column); got {position!r}; give the top-left corner")
    options = {"minimum": 0, "remedy": "the face must lie inside the background"}
    return [checks.count(f"position[{n}]", position[n], maximum=last[n], **options) for n in range(2)]
