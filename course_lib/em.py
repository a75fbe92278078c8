"""The loop of expectation maximisation, for any model; `mixture.fit` leaves its own to scikit-learn."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import checks
from ._progress import Progress


@dataclass(frozen=True, eq=False)
class EMResult(checks.Record):
    """What a run of EM ended with.

    params : the parameters (a `Mixture`, a `Scene`).
    bounds : array (iterations + 1,), the trace that led to `params`; the first entry belongs to the start,
        the last to `params`. Its unit is that of the model's E-step.
    converged : whether the last iteration changed the bound by less than `tol`.
    """

    params: Any
    bounds: np.ndarray
    converged: bool

    def __post_init__(self):
        object.__setattr__(self, "bounds", checks.frozen("bounds", self.bounds, ("iterations + 1",)))
        object.__setattr__(self, "converged", checks.flag("converged", self.converged))


def run_em(e_step, m_step, start, *, max_iter=50, tol=1e-3, progress=False):
    """Alternate E-step and M-step from `start`.                                    (M7), (S12)

    e_step : params -> (expected, bound); `bound` belongs to these params
    m_step : (expected, params) -> params
    start : the first params
    max_iter : int, at most so many M-steps
    tol : float, stop when the bound changes by less, in its unit; 0 means exactly `max_iter` iterations
    progress : bool, show a bar with iteration and bound on standard error
    ->  EMResult. ValueError if the bound becomes NaN or infinite; ValueError or TypeError for bad options,
    first of all; KeyboardInterrupt with one short message, not the whole stack, when the run is interrupted.

    Source: A. Dempster, N. Laird, D. Rubin, 1977, doi:10.1111/j.2517-6161.1977.tb01600.x
    """
    max_iter = checks.count("max_iter", max_iter)
    tol = checks.positive("tol", tol, allow_zero=True)
    progress = checks.flag("progress", progress)
    params, bounds, converged = start, [], False
    with Progress("EM", max_iter, progress) as show:
        expected, bound = e_step(params)
        bounds.append(_check_finite(bound))
        for _ in range(max_iter):
            params = m_step(expected, params)
            expected, bound = e_step(params)
            bounds.append(_check_finite(bound))
            show.step(f"bound {bound:.6g}")
            if abs(bounds[-1] - bounds[-2]) < tol:
                converged = True
                break
    return EMResult(params, bounds, converged)


def _check_finite(bound):
    if not np.isfinite(bound):
        raise ValueError(
            f"bound needs a finite number; got {bound}; check the data and the start for degenerate parts"
        )
    return float(bound)
