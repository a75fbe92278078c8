"""The course's models as scikit-learn estimators: parameters and bookkeeping, no mathematics.

`fit` raises ValueError or TypeError for images or parameters that do not fit, before any work. `random_state`
is an int, a numpy RandomState or None.
"""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from . import _sklearn, checks, denoising, mixture, patches, scene
from . import images as images_


class _ImageEstimator(BaseEstimator):
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags


class PatchDenoiser(_ImageEstimator):
    """Denoise images with a Gaussian-mixture prior of their patches.              (M1)-(M7), (P1)-(P3)

    n_components : int, K
    patch_size : int, m, side of a patch in pixels
    noise_std : float, standard deviation in gray levels; None takes that of noisy - clean in `fit`
    estimate : "mean" (M4), "most_probable" (M5) or "sample"
    reg_covar : float, squared gray levels, as in `mixture.fit`
    max_iter : int, EM iterations at most
    max_patches : int, fit to so many patches chosen at random from all images, or to all if there are fewer
    gate_rank : int or None, as in `denoising.denoise_patches`
    progress : bool, show the fit on standard error
    random_state : chooses the patches, the start of the fit, and samples

    prior_, noise_std_ : after `fit`, the Mixture of the clean patches, and the noise that `predict` assumes

    Images are an (N, H, W) array or a list of (H, W) arrays; if their sizes differ `predict` returns a list.

    Examples
    --------
    >>> from course_lib import images
    >>> rng = np.random.default_rng(0)
    >>> clean = np.kron(rng.integers(0, 2, (6, 4, 4)), np.full((3, 3), 200.0))
    >>> noisy = images.add_noise(clean, 25, rng)
    >>> model = PatchDenoiser(n_components=10, patch_size=3, random_state=0).fit(noisy, clean)
    >>> print(f"noisy {images.psnr(noisy, clean).mean():.0f} dB, cleaned {model.score(noisy, clean):.0f} dB")
    noisy 20 dB, cleaned 31 dB
    """

    def __init__(
        self,
        n_components=50,
        patch_size=5,
        noise_std=25.0,
        estimate="mean",
        *,
        reg_covar=1.0,
        max_iter=100,
        max_patches=10_000,
        gate_rank=None,
        progress=False,
        random_state=None,
    ):
        self.n_components = n_components
        self.patch_size = patch_size
        self.noise_std = noise_std
        self.estimate = estimate
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.max_patches = max_patches
        self.gate_rank = gate_rank
        self.progress = progress
        self.random_state = random_state

    def fit(self, noisy, clean):
        """Fit the prior to patches of `clean`; `noisy`, of the same sizes, gives the noise if it is None."""
        noisy, clean = _pair(noisy, clean)
        noise_std = self._measure_noise(noisy, clean)
        checks.choice("estimate", self.estimate, denoising.ESTIMATES)
        max_patches = checks.count("max_patches", self.max_patches)
        remedy = "raise max_patches or use fewer components"
        checks.count("n_components", self.n_components, maximum=max_patches, remedy=remedy)
        for stack in clean:
            m = patches.patch_side(self.patch_size, stack.shape[1:])
        if self.gate_rank is not None:
            checks.count("gate_rank", self.gate_rank, maximum=m * m, remedy="at most the pixels of a patch")
        state = _sklearn.check_random_state(self.random_state)
        chosen = self._sample(clean, max_patches, np.random.default_rng(state.randint(2**31)))
        self.prior_ = mixture.fit(
            chosen,
            self.n_components,
            reg_covar=self.reg_covar,
            max_iter=self.max_iter,
            random_state=state.randint(2**31),
            progress=self.progress,
        )
        self.noise_std_ = noise_std
        return self

    def predict(self, noisy):
        """The images `noisy` cleaned, not clipped: an (N, H, W) array, or a list if the sizes differ."""
        check_is_fitted(self)
        cleaned = self._denoise(_stack("noisy", noisy))
        return cleaned[0] if len(cleaned) == 1 else [image for stack in cleaned for image in stack]

    def score(self, noisy, clean):
        """Mean PSNR in dB of `noisy` cleaned and clipped to 0..255 gray levels, against `clean`.  (P3)"""
        check_is_fitted(self)
        noisy, clean = _pair(noisy, clean)
        cleaned = [np.clip(stack, 0, images_.PEAK) for stack in self._denoise(noisy)]
        # each picture as one row: `denoise` has looked for axes like colours, and one warning a call will do
        rows = [[stack.reshape(len(stack), 1, -1) for stack in stacks] for stacks in (cleaned, clean)]
        return float(np.mean(np.concatenate(list(map(images_.psnr, *rows)))))

    def _denoise(self, stacks):
        options = dict(estimate=self.estimate, gate_rank=self.gate_rank, rng=None)
        if self.estimate == "sample":  # whatever draws nothing leaves random_state alone
            options["rng"] = _draw_generator(self.random_state)
        return [denoising.denoise(stack, self.prior_, self.noise_std_, **options) for stack in stacks]

    def _measure_noise(self, noisy, clean):
        """The noise to assume: given, or the root mean square of noisy - clean."""
        if self.noise_std is not None:
            return checks.positive("noise_std", self.noise_std, unit="standard deviation in gray levels")
        squares = np.concatenate([((a - b) ** 2).ravel() for a, b in zip(noisy, clean)])
        return checks.positive("the standard deviation of noisy - clean", np.sqrt(squares.mean()))

    def _sample(self, clean, max_patches, rng):
        """At most `max_patches` patches, each stack of images giving its share."""
        m = self.patch_size
        totals = [len(s) * (s.shape[1] - m + 1) * (s.shape[2] - m + 1) for s in clean]
        wanted = min(max_patches, sum(totals))
        shares = rng.multivariate_hypergeometric(totals, wanted)
        return np.concatenate([patches.sample_patches(s, m, n, rng) for s, n in zip(clean, shares) if n])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.non_deterministic = self.estimate == "sample" and self.random_state is None
        return tags


class SceneFinder(_ImageEstimator):
    """Find a face, a background and where the face sits in each of many noisy pictures.        (S1)-(S16)

    face_shape : (h, w), pixels
    n_init : int, starts; the best bound wins
    hard : bool, hard EM (S14)
    smoothing : float, alpha of (S15), pseudo-pictures added to every position
    how : "search", "mean" or "random", as in `scene.start`
    max_iter, tol : EM iterations at most, and the change of the bound in nats that ends them
    n_jobs : int or None, threads for the restarts
    progress : bool, show restarts and bound on standard error
    random_state : draws the random starts

    After `fit`:
    scene_ : Scene
    bounds_, restart_bounds_ : the bounds of the best restart, and the last of every restart (n_init,), nats
    visible_ : array (H, W), in how many pictures each background pixel is expected to be seen
    converged_, n_iter_ : whether the best restart ended within `tol`, before `max_iter`, and its iterations

    With smoothing=0 a position that no picture of the fit holds is impossible in new ones; 0.1 allows it.

    Examples
    --------
    >>> from course_lib import datasets
    >>> face, background = datasets.face(shape=(9, 7)), datasets.background(shape=(20, 30))
    >>> truth = scene.Scene(face, background, 20, np.full((12, 24), 1 / 288))
    >>> pictures, positions = scene.sample(truth, 50, np.random.default_rng(0))
    >>> bool((SceneFinder((9, 7)).fit(pictures).predict(pictures) == positions).all())
    True
    """

    def __init__(
        self,
        face_shape=(18, 14),
        n_init=1,
        hard=False,
        smoothing=0.0,
        *,
        how="search",
        max_iter=50,
        tol=1e-3,
        n_jobs=None,
        progress=False,
        random_state=None,
    ):
        self.face_shape = face_shape
        self.n_init = n_init
        self.hard = hard
        self.smoothing = smoothing
        self.how = how
        self.max_iter = max_iter
        self.tol = tol
        self.n_jobs = n_jobs
        self.progress = progress
        self.random_state = random_state

    def fit(self, images, y=None):
        """Find the scene of the pictures `images` (N, H, W); `y` is ignored."""
        images = _check_stack("images", images)
        rng = _draw_generator(self.random_state)
        options = ("n_init", "hard", "smoothing", "how", "max_iter", "tol", "n_jobs", "progress")
        result = scene.fit(
            images, self.face_shape, rng=rng, **{name: getattr(self, name) for name in options}
        )
        self.scene_, self.bounds_ = result.params, result.bounds
        self.restart_bounds_, self.visible_ = result.restart_bounds, result.visible
        self.converged_, self.n_iter_ = result.converged, len(result.bounds) - 1
        return self

    def predict(self, images):
        """The best top-left corner of the face in each of the pictures `images` (N, H, W): ints (N, 2)."""
        check_is_fitted(self)
        return scene.e_step(_check_stack("images", images), self.scene_, hard=True)[0]

    def score(self, images, y=None):
        """Mean log-likelihood of the pictures `images` (N, H, W), nats a picture; `y` is ignored.  (S12)"""
        check_is_fitted(self)
        images = _check_stack("images", images)
        return scene.e_step(images, self.scene_)[1] / len(images)


def _draw_generator(random_state):
    return np.random.default_rng(_sklearn.check_random_state(random_state).randint(2**31))


def _check_stack(name, images):
    """The images as an (N, H, W) array; the functions that take it look for axes like colours."""
    if hasattr(images, "toarray"):
        raise TypeError(
            f"{name} needs a dense array; got a sparse one; call its toarray() and reshape to (N, H, W)"
        )
    hint = "cut all pictures to one size; a single picture goes in as image[None]"
    return checks.real_array(name, images, ("N", "H", "W"), hint=hint)


def _stack(name, images):
    """The images as a list of (n, H, W) arrays: one if all have one size, else one for each image."""
    if isinstance(images, (list, tuple)):
        parts = [checks.as_array(f"{name}[{i}]", image) for i, image in enumerate(images)]
        if len({part.shape for part in parts}) > 1:
            return [checks.real_array(f"{name}[{i}]", part, ("H", "W"))[None] for i, part in enumerate(parts)]
    return [_check_stack(name, images)]


def _pair(noisy, clean):
    """Both as lists of (n, H, W) arrays, checked to be of the same sizes."""
    noisy, clean = _stack("noisy", noisy), _stack("clean", clean)
    if [stack.shape for stack in noisy] != [stack.shape for stack in clean]:
        first, second = ([image.shape for stack in stacks for image in stack] for stacks in (noisy, clean))
        raise ValueError(
            f"noisy and clean need images of the same sizes; got {len(first)} images, {first[0]} the first, "
            f"and {len(second)}, {second[0]} the first; pair them one to one"
        )
    return noisy, clean
