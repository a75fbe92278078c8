"""The errata of the two reports: where each stands, what is right, and a table of what each costs."""

from ._core import Grid

HEADS = ("erratum", "printed or said", "place", "right", "touches", "price", "lesson")
WIDTHS = (8, 30, 26, 34, 8, 30, 8)
# number: printed or said, place in the report, what is right, whom it touches, lesson
ERRATA = {
    "1.1": ("the posterior keeps the prior's weights", "2.2.3, after (5)",
        "weights in proportion to pi_k N(y | W mu_k + b, W S_k W' + R), (M2)", "reader", "03"),
    "1.2": ("the component of the largest pi_k N(m_k | m_k, C_k)", "2.2.5, denoise",
        "the largest (M2), by (M5), or the mean (M4)", "run", "05"),
    "1.3": ("0.01 I added to the posterior covariance", "2.2.5, cal_mean, epsilon",
        "a ridge on the prior's covariance, or (G8)", "run", "02"),
    "1.4": ("one letter for the covariances of noise and of y", "2.2.2, after lemma 2",
        "R in (G6)", "reader", "01"),
    "1.5": ("a standard deviation named variance; 20 or 25", "2.2.5, cal_mean; 2.2.6",
        "noise_std; R = sigma^2 I", "run, reader", "02"),
    "1.6": ("clipping in the patch and at the input", "2.2.5, denoise; 2.2.6",
        "floats, one clip at the end", "run", "05"),
    "1.7": ("the number 28; rows named columns", "2.2.5, reconstruct",
        "arrays of length x length, (P2)", "reader", "04"),
    "1.8": ("the same inverse again and again", "2.2.5, cal_mean in two loops",
        "one eigendecomposition a component, (M6)", "run", "05"),
    "1.9": ("growing an array by concatenation", "2.1.1, loop over images",
        "all windows at once, (P1)", "run", "04"),
    "1.10": ("densities compared as they are", "2.2.5, denoise, pdf",
        "logarithms, the largest taken off", "run", "03"),
    "1.11": ("epsilon I of the wrong size, b left out, MAP", "2.2.5, cal_mean",
        "C has as many rows as W has columns; y - b; a conditional mean", "reader", "02"),
    "1.12": ("K = 11 is best; scale and split unsaid", "2.2.1, 2.2.6",
        "PSNR (P3) on held-out digits for several m and K", "claim", "05"),
    "2.1": ("a square too many, a bracket too few", "section 1, (2)", "(S3), (S4)", "reader", "06"),
    "2.2": ("sums one too long; one index twice", "section 1, M-step",
        "k from 1 to K, i to H-h, j to W-w", "reader", "06"),
    "2.3": ("a correlation called convolution", "section 1, (1)",
        "(S7), the mask flipped or its spectrum conjugated", "reader", "07"),
    "2.4": ("the maximum without ln A", "section 1, E-step",
        "the maximum of ln A + logit, (S5)", "reader", "06"),
    "2.5": ("a background that nobody saw", "section 1, B and C",
        "(S10) above a tolerance, else the value before", "reader", "08"),
    "2.6": ("a minimum", "section 1, before s^2", "a maximum, (S11)", "reader", "08"),
    "2.7": ("hard EM forbids positions for ever", "section 1, (4); section 2",
        "pseudo-counts, (S15)", "run", "09"),
    "2.8": ("0 ln 0 in the entropy", "section 1, H(q)", "0 ln 0 = 0, (S12)", "reader", "08"),
    "2.9": ("(i, j) without an index k", "section 1, B for map-EM",
        "(i_k, j_k), (S14) in (S10)", "reader", "08"),
    "2.10": ("no word on precision", "section 1, cumulative sums",
        "float64, a common level taken off, (S6)", "claim", "07"),
    "2.11": ("one letter for two things", "section 1; captions of 2",
        "H the height; entropy written out", "reader", "06"),
    "2.12": ("three claims without a number", "section 2", "ten starts of each method", "claim", "09"),
}  # fmt: skip


def errata(prices):
    """All errata with their prices.  prices : dict, number -> str, one for each of `ERRATA`  ->  Grid"""
    if sorted(prices) != sorted(ERRATA):
        odd = sorted(set(prices) ^ set(ERRATA))
        raise ValueError(f"prices needs one for each of the {len(ERRATA)} errata; check {', '.join(odd)}")
    rows = [
        (n, said, place, right, who, prices[n], f"{lesson}")
        for n, (said, place, right, who, lesson) in ERRATA.items()
    ]
    return Grid(HEADS, WIDTHS, f"{len(rows)} errata, priced when this lesson ran", rows)
