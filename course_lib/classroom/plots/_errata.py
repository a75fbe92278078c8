"""The figure of lesson 10: what each erratum costs."""

from ._names import describe
from ._panels import one_axes
from ._style import BLUE, ORANGE, SKY

KINDS = {"run": (BLUE, ""), "reader": (ORANGE, "//"), "claim": (SKY, "..")}  # no meaning by colour alone


def cost_bars(costs, heading, unit, *, ax=None):
    """A horizontal bar for each erratum, the first on top, its cost in figures beside it.

    costs : dict, name -> (cost in `unit`, whom it touches: "run", "reader" or "claim")
    """
    ax = one_axes(ax, size=(7.6, 0.29 * len(costs) + 1.0))
    for place, (value, kind) in enumerate(costs.values()):
        colour, hatch = KINDS[kind]
        bar = ax.barh(place, value, color=colour, hatch=hatch, edgecolor="white", label=kind)
        ax.bar_label(bar, fmt="%.1f", padding=3, fontsize=9)
    ax.set_yticks(range(len(costs)), labels=list(costs), fontsize=9)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    named = dict(zip(*reversed(ax.get_legend_handles_labels())))
    legend = {"handles": named.values(), "labels": named, "title": "touches", "fontsize": 9, "loc": "best"}
    return describe(ax, heading, f"cost in {unit}", "erratum", legend=legend)
