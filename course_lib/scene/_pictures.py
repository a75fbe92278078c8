"""Pictures prepared once for many iterations: centred, with their spectra, worked on in blocks that fit a cache."""

import numpy as np

from .. import _fourier, windows

BLOCK = 2**16  # pixels worked on at a time
SMALL = 300  # rows and columns together: below, band matrices beat doubling


class Pictures:
    """N pictures (N, H, W) less a common gray level, which no formula sees but rounding does.

    Spectra are kept when `keep` is true: they cost as much memory as the pictures and serve every iteration.
    """

    def __init__(self, images, face_shape, level, *, keep=False):
        self.level = float(level)
        self.pixels = images - self.level
        self.shape, self.face_shape = images.shape[1:], face_shape
        self.positions = tuple(outer - inner + 1 for outer, inner in zip(self.shape, face_shape))
        small = sum(self.shape) <= SMALL
        self.bands = tuple(band(*lengths) for lengths in zip(self.shape, face_shape)) if small else None
        self.squares = np.einsum("khw,khw->k", self.pixels, self.pixels)
        self.total = self.pixels.sum(axis=0)
        self._spectra = _fourier.spectra(self.pixels) if keep else None

    def __len__(self):
        return len(self.pixels)

    def blocks(self, share=1):
        """Slices that together make all pictures, each of a `share`-th of BLOCK pixels."""
        step = max(1, BLOCK // share // self.total.size)
        return [slice(first, min(first + step, len(self))) for first in range(0, len(self), step)]

    def spectra(self, block):
        """Spectra of the block (n, H', W'/2+1), kept or made now."""
        return _fourier.spectra(self.pixels[block]) if self._spectra is None else self._spectra[block]

    @np.errstate(
        over="ignore", divide="ignore", invalid="ignore"
    )  # absurd units end in the error of `within_reach`
    def log_joint(self, scene, log_prior):
        """The function (block, spectra) -> ln p(X, d) of that block, (n, I, J).            (S2)-(S4)

        The logit is -1/(2 s^2) sum over the window of F^2 - 2 X F + B (2X - B). Its sums with X are a correlation (S7) and
        a window sum (S6); the others do not depend on the picture and are made here, once for all blocks.
        """
        F, B, s = scene.face - self.level, scene.background - self.level, scene.noise_std
        kernel, dark = _fourier.spectrum_of(F / s**2, self.shape), B / s**2
        common = log_prior + (self.window_sums((B / s)[None] ** 2)[0] - ((F / s) ** 2).sum()) / 2
        common = common - 0.5 * B.size * np.log(2 * np.pi * s**2) - 0.5 * ((B / s) ** 2).sum()

        @np.errstate(over="ignore", divide="ignore", invalid="ignore")
        def of_block(block, spectra):
            X = self.pixels[block]
            out = self.window_sums(X * dark)
            np.subtract(_fourier.inverse_rows(spectra * kernel, self.shape, self.face_shape), out, out=out)
            out += common
            out += (np.tensordot(X, dark, 2) - self.squares[block] / (2 * s**2))[:, None, None]
            return out

        return of_block

    def window_sums(self, x):
        """Window sums (n, I, J) of x (n, H, W); by two band matrices where pictures are small.          (S6)"""
        if self.bands is None:
            return windows.window_sums(x, self.face_shape)
        rows, columns = self.bands
        return (np.matmul(rows, x).reshape(-1, x.shape[2]) @ columns.T).reshape(len(x), *self.positions)

    def spread(self, q):
        """c(p), the sum of q over the windows that hide p: (n, I, J) -> (n, H, W), the adjoint.           (S10)"""
        if self.bands is None:
            return windows.spread(q, self.face_shape)
        rows, columns = self.bands
        return np.matmul(rows.T, (q.reshape(-1, q.shape[2]) @ columns).reshape(*q.shape[:2], -1))


def within_reach(best):
    """Raise ValueError unless the log-likelihood of every picture at its best position, (n,), is finite."""
    if not np.isfinite(best).all():
        raise ValueError(
            f"images needs pictures within reach of the scene; got a log-likelihood of {best[~np.isfinite(best)][0]}; "
            "check the units, or assume more noise"
        )


def band(length, width):
    """The 0/1 matrix (length-width+1, length) that sums every run of `width` entries; its transpose spreads them.    (S6)

    window_sums(x) = band(H, h) x band(W, w)': more additions, but by BLAS, which wins for small pictures.
    """
    first = np.arange(length - width + 1)[:, None]
    column = np.arange(length)
    return ((first <= column) & (column < first + width)).astype(np.float64)
