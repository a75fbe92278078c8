"""Pictures prepared once for many iterations: centred, with their spectra, in blocks that fit a cache."""

import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import _fourier, windows

BLOCK = 2**16  # pixels worked on at a time
SMALL = 300  # rows and columns together: below, band matrices beat doubling
ROUNDING = np.finfo(float).eps
DIGITS = 1e-11  # of a log-likelihood: where large sums would cost more, squares are summed one by one
EXTREMES = (0.05, 0.95)  # of all pixels: between them lie the pixels of a random start


class Pictures:
    """N pictures (N, H, W) and what starts and steps ask of them; less a level, which only rounding sees.

    level : gray levels; without one, the mean of all pixels
    keep : whether spectra are kept, which cost as much memory as the pictures and serve every iteration
    """

    def __init__(self, images, face_shape, level=None, *, keep=False):
        self.level = float(images.mean() if level is None else level)
        self.pixels = images - self.level
        self.shape, self.face_shape = images.shape[1:], face_shape
        self.positions = tuple(outer - inner + 1 for outer, inner in zip(self.shape, face_shape))
        self.bands = None
        if sum(self.shape) <= SMALL:
            rows, columns = map(band, self.shape, face_shape)
            self.bands = rows, columns, np.ascontiguousarray(columns.T)
        self.squares = np.einsum("khw,khw->k", self.pixels, self.pixels)
        self.total = self.pixels.sum(axis=0)
        self._spectra = _fourier.spectra(self.pixels) if keep else None

    def __len__(self):
        return len(self.pixels)

    @property
    def mean(self):
        """The mean picture (H, W), gray levels."""
        return self.total / len(self) + self.level

    @property
    def std(self):
        """Standard deviation of all pixels; the level is near their mean, so that this costs no digits."""
        mean_square, mean = self.squares.sum() / self.pixels.size, self.total.sum() / self.pixels.size
        return np.sqrt(max(mean_square - mean**2, 0.0))

    @functools.cached_property
    def extremes(self):
        """Two gray levels between which nine of ten pixels lie."""
        return np.quantile(self.pixels, EXTREMES) + self.level

    def blocks(self, share=1):
        """Slices that together make all pictures, each of a `share`-th of BLOCK pixels."""
        step = max(1, BLOCK // share // self.total.size)
        return [slice(first, min(first + step, len(self))) for first in range(0, len(self), step)]

    def spectra(self, block):
        """Spectra of the block (n, H', W'/2+1), kept or made now."""
        return _fourier.spectra(self.pixels[block]) if self._spectra is None else self._spectra[block]

    # absurd units end in the error of `check_reach`
    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def log_joint(self, scene, log_prior):
        """The function (block, spectra) -> ln p(X, d) of that block, (n, I, J).            (S2)-(S4)

        The logit is -1/(2 s^2) sum over the window of F^2 - 2 X F + B (2X - B). Its sums with X are a
        correlation (S7) and a window sum (S6); the others do not depend on the picture and are made here,
        once for all blocks.
        """
        F, B, s = scene.face - self.level, scene.background - self.level, scene.noise_std
        kernel, dark = _fourier.spectrum_of(F / s**2, self.shape), B / s**2
        constant = log_prior - 0.5 * B.size * np.log(2 * np.pi * s**2)
        common = (self.window_sums((B / s)[None] ** 2)[0] - ((F / s) ** 2).sum() - ((B / s) ** 2).sum()) / 2
        common += constant
        lost = (
            ROUNDING * (self.squares + (F**2).sum() + (B**2).sum()) / s**2
        )  # nats at most, of every picture
        exact = lost.max() > DIGITS * B.size

        @np.errstate(over="ignore", divide="ignore", invalid="ignore")
        def of_block(block, spectra):
            X = self.pixels[block]
            out = self.window_sums(X * dark)
            np.subtract(_fourier.inverse_rows(spectra * kernel, self.shape, self.face_shape), out, out=out)
            out += common
            out += (X.reshape(len(X), -1) @ dark.ravel() - self.squares[block] / (2 * s**2))[:, None, None]
            if exact:
                self._sum_squares(out, X, (F, B, s), constant, lost[block])
            return out

        return of_block

    def _sum_squares(self, out, X, parameters, constant, lost):
        """Replace entries of ln p(X, d) that lost digits: ||X - paste(F, B, d)||^2, square by square. (S2)

        They are those near the best, where the large sums of squares all but cancel; in pictures whose best
        is far, none.
        """
        F, B, s = parameters
        best = out.max(axis=(1, 2))
        lost = np.where(lost > DIGITS * np.maximum(constant.max() - best, B.size), lost / DIGITS, 0.0)
        picture, *place = np.nonzero(out > (best - lost)[:, None, None])
        step = max(1, BLOCK // B.size)
        for k, i, j in (
            [index[n : n + step] for index in (picture, *place)] for n in range(0, len(picture), step)
        ):
            rest, n = X[k] - B, np.arange(len(k))
            sliding_window_view(rest, F.shape, axis=(1, 2), writeable=True)[n, i, j] = (
                sliding_window_view(X, F.shape, axis=(1, 2))[k, i, j] - F
            )
            out[k, i, j] = constant[i, j] - np.einsum("khw,khw->k", rest, rest) / (2 * s**2)

    def window_sums(self, x):
        """Window sums (n, I, J) of x (n, H, W); by two band matrices where pictures are small.        (S6)"""
        if self.bands is None:
            return windows.window_sums(x, self.face_shape)
        rows, _, columns = self.bands
        return (np.matmul(rows, x).reshape(-1, x.shape[2]) @ columns).reshape(len(x), *self.positions)

    def spread(self, q):
        """c(p), the sum of q over the windows that hide p: (n, I, J) -> (n, H, W), the adjoint.      (S10)"""
        if self.bands is None:
            return windows.spread(q, self.face_shape)
        rows, columns, _ = self.bands
        return np.matmul(rows.T, (q.reshape(-1, q.shape[2]) @ columns).reshape(*q.shape[:2], -1))


def check_reach(best):
    """Raise ValueError unless the log-likelihood of every picture at its best position, (n,), is finite."""
    if not np.isfinite(best).all():
        raise ValueError(
            "images needs pictures within reach of the scene; got a log-likelihood of "
            f"{best[~np.isfinite(best)][0]}; check the units, or assume more noise"
        )


def band(length, width):
    """The 0/1 matrix (length-width+1, length) that sums every run of `width` entries; its transpose spreads.

    window_sums(x) = band(H, h) x band(W, w)': more additions, but by BLAS, which wins if pictures are small.
    """
    first, entry = np.arange(length - width + 1)[:, None], np.arange(length)
    return ((first <= entry) & (entry < first + width)).astype(np.float64)
