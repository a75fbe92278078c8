"""The measuring itself, with works of a known number of steps instead of a clock."""

from . import measure


def test_ratios_are_medians_of_rounds_and_alternate(monkeypatch):
    order, now = [], [0.0]

    def work(name, cost):
        def run():
            order.append(name)
            now[0] += cost * (3 if name == "slow" and len(order) == 4 else 1)

        return run

    monkeypatch.setattr(measure.time, "perf_counter", lambda: now[0])
    taken = measure.times({"bound": work("bound", 2.0), "slow": work("slow", 5.0)}, rounds=3)
    assert order == ["bound", "slow"] * 4
    assert taken == {"bound": [2.0] * 3, "slow": [15.0, 5.0, 5.0]}
    assert measure.ratios(taken, "bound") == {"bound": 1.0, "slow": 2.5}
