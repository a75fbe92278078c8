"""What all figures share: the gray range, and looks that colour-blind readers can tell apart."""

import itertools

from matplotlib.colors import LinearSegmentedColormap

GRAY = {"cmap": "gray", "vmin": 0, "vmax": 255, "interpolation": "nearest"}
# Okabe and Ito's palette, in an order whose neighbours differ in lightness as well.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
BLUE, ORANGE, GREEN, PINK, SKY, RED, BLACK = COLOURS
# One meaning a colour: believed before, read, believed after, true, guessed by the reader.
PRIOR, SEEN, POSTERIOR, TRUTH, GUESS = BLUE, ORANGE, RED, GREEN, PINK
SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "white", ORANGE])  # below 0, 0, above 0
LINES, MARKERS = ("-", "--", "-.", ":"), "osD^vP"


def tell_apart(items, *looks):
    """Each item with its own colour and one of each of the `looks`; they begin again when used up."""
    return zip(items, itertools.cycle(COLOURS), *map(itertools.cycle, looks))
