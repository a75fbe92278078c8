"""From logarithms of joint densities to the weights of components, and to those that enter an estimate."""

import numpy as np
from scipy.special import softmax


def normalise(name, log_joint):
    """Each row of log_joint, ln pi_k + ln p_k (N, K), as probabilities that sum to one.       (M2)

    ValueError, with the data's name, for a row so far from every component that even its logarithms overflow.
    """
    best = log_joint.max(axis=1)
    if not np.isfinite(best).all():
        row = int(np.flatnonzero(~np.isfinite(best))[0])
        raise ValueError(
            f"{name} needs rows within reach of the mixture; got row {row} with a log density of "
            f"{best[row]}; check the units, or assume more noise"
        )
    return softmax(log_joint, axis=1)


def choose(resp, estimate, rng):
    """Weights (N, K) of the components' means in an estimate: responsibilities above rounding, or a 1."""
    if estimate == "mean":
        return np.where(resp > np.finfo(resp.dtype).eps / resp.shape[1], resp, 0)
    if estimate == "most_probable":
        chosen = resp.argmax(axis=1)
    else:
        cumulative = resp.cumsum(axis=1)
        chosen = (cumulative < rng.random((len(resp), 1)) * cumulative[:, -1:]).sum(axis=1)
    one_hot = np.zeros_like(resp)
    one_hot[np.arange(len(resp)), chosen] = 1
    return one_hot
