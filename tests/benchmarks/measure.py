"""How long one thing takes beside another: alternated, so that both meet the same machine."""

import statistics
import time


def seconds(work):
    """Wall time of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def times(works, rounds=5):
    """Wall times of several callables, called in turn: {name: [seconds, ...]}, after one unmeasured round."""
    for work in works.values():
        work()
    taken = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return taken


def ratios(taken, bound):
    """Median over the rounds of each time divided by that of `bound` in the same round: {name: ratio}."""
    rounds = {name: zip(values, taken[bound]) for name, values in taken.items()}
    return {name: statistics.median(a / b for a, b in pairs) for name, pairs in rounds.items()}
