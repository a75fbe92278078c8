"""Exercises of lesson 04: windows of an image and their way back; the two steps that fit a mixture.  (P1), (P2), (M7)"""

import itertools

import numpy as np

from ._instances import ANY, Case, Exercise, unless


def images(rng):
    def case(what, H, W, m, scale=1.0):
        return Case(what, (scale * rng.normal(size=(H, W)), m))

    return [case("an image of 5 x 7 pixels and m = 3", 5, 7, 3),
            case("an image of 7 x 4 pixels and m = 2", 7, 4, 2), case("a square image", 6, 6, 3, scale=100.0),
            case("windows of one pixel", 3, 4, 1), case("windows as high as the image", 3, 6, 3),
            case("a window as large as the image", 4, 4, 4)]  # fmt: skip


def all_windows(image, m):
    I, J = image.shape[0] - m + 1, image.shape[1] - m + 1
    v = np.zeros((I * J, m * m))
    for i, j in np.ndindex(I, J):
        v[i * J + j] = image[i : i + m, j : j + m].ravel()
    return v


WINDOWS = Exercise("04.1", "all windows of a picture", ("v (I*J, m*m)",), images, all_windows, (
    ("i * J + j", "j * I + i", "your windows come column by column; which of i and j moves faster in iJ + j?"),
    (".ravel()", ".T.ravel()", "inside each patch your pixels come column by column; which of a and b moves faster?"),
    (("i * J + j", "j * I + i"), (".ravel()", ".T.ravel()"), "rows and columns are swapped, of the windows and of their pixels"),
    (lambda image, m: ANY if m in image.shape else all_windows(image[:-1, :-1], m),
     "a row and a column of windows are missing: where does the last window start that still fits?"),
    ("return v", "return v.reshape(I, J, m * m)[::m, ::m].reshape(-1, m * m)",
     "your windows do not overlap; the next one starts one pixel further, not m pixels"),
    ("return v", "return v.reshape(-1, m, m)", "each patch is still a square; flatten it row by row"),
    ("return v", "return v.reshape(I, J, m * m)", "your positions stand in a grid; number them in one row, with iJ + j"),
    ("i * J + j", "i * I + j", "patch numbers collide: how many positions lie in one row, I or J?"),
    (("[0] - m + 1", "[0] - m + 2"), ("[1] - m + 1", "[1] - m + 2"),
     "your function stops with a ValueError everywhere, as it does when a window reaches beyond the image: where does the last one start?"),
))  # fmt: skip


def lines(rng):
    def case(p, m, L):
        return Case(f"pixel {p} of {L} and windows of {m}", (p, m, L))

    return [case(1, 3, 10), case(5, 3, 10), case(8, 3, 10), case(0, 4, 12), case(11, 4, 12),
            case(3, 16, 28), case(14, 16, 28), case(20, 16, 28), case(2, 1, 5), case(3, 6, 6)]  # fmt: skip


def windows_over(p, m, L):
    return min(p + 1, m, L - m + 1, L - p)


ALL = "min(p + 1, m, L - m + 1, L - p)"
OVER = Exercise("04.2", "how many windows hold a pixel", ("count ()",), lines, windows_over, (
    (", L - m + 1, L - p", "", "right where windows have room to the far end; where does the last one start?"),
    ("L - m + 1, ", "", "more windows than there are: in how many places does one fit at all?"),
    (", L - p", "", "right in the first half; which windows hold a pixel near the far end?"),
    ("p + 1, ", "", "right in the second half; which windows hold pixel 0?"),
    ("p + 1", "p", "pixels count from 0: how many windows hold pixel 0?"),
    ("L - p", "L - p - 1", "how many windows hold the last pixel, number L - 1?"),
    ("L - m + 1", "L - m", "one position is missing: where does the last window start that still fits?"),
    (ALL, "m", "m windows would hold the pixel if there were room on both sides; is there always?"),
    (ALL, "L - m + 1", "that is the number of all windows; does each of them reach pixel p?"),
    ("L - p)", "L - p) - 1", "last minus first leaves one out: how many numbers are there from 3 to 3?"),
))  # fmt: skip


def stacks(rng):
    def case(what, H, W, m, scale=1.0):
        return Case(what, (scale * rng.normal(size=((H - m + 1) * (W - m + 1), m * m)), m, H, W))

    image = rng.uniform(0, 255, size=(6, 5))
    some_black = rng.uniform(1, 255, size=(9, 9)) * np.array(3 * [0, 1, 1])
    return [case("patches of noise, 3 x 3 in an image of 6 x 8", 6, 8, 3),
            case("an image higher than wide", 7, 5, 2),
            Case("patches that were cut from an image", (all_windows(image, 4), 4, 6, 5)),
            Case("patches with black pixels", (some_black, 3, 5, 5)),
            case("large gray levels", 5, 5, 3, scale=1e6), case("windows of one pixel", 3, 4, 1),
            case("windows as wide as the image", 6, 4, 4), case("a window as large as the image", 3, 3, 3)]  # fmt: skip


def averaged(v, m, H, W):
    I, J = H - m + 1, W - m + 1
    total, count = np.zeros((2, H, W))
    for n, (i, j) in enumerate(np.ndindex(I, J)):
        window = np.s_[i : i + m, j : j + m]
        total[window] += v[n].reshape(m, m)
        count[window] += 1
    return total / count


def steep(L, m):
    """Coverage along one side without regard to the number of positions."""
    return np.minimum(np.minimum(np.arange(L) + 1, L - np.arange(L)), m)


NOT_BLACK = ("[window] += 1", "[window] += v[n].reshape(m, m) != 0")
GUARDED = ("/ count", "/ np.maximum(count, 1)")
TURNED = ("v[n].reshape(m, m)", "v[n].reshape(m, m).T")
SWAPPED = "each patch came back with rows and columns swapped"
DARK = "you divide by the number of patches that are not black there; has black no say?"
AVERAGE = Exercise("04.3", "averaging overlaps", ("image (H, W)",), stacks, averaged, (
    (" / count", "", "the overlaps are added up, not averaged"),
    ("/ count", "/ m**2", "you divide by m^2 everywhere; is a pixel at the border covered as often as one in the middle?"),
    ("/ count", "/ len(v)", "you divide by the number of all patches; how many of them hold the pixel?"),
    (*TURNED, SWAPPED), (*NOT_BLACK, DARK), (NOT_BLACK, GUARDED, DARK), (TURNED, NOT_BLACK, GUARDED, SWAPPED),
    ("v[n]", "v[j * I + i]", "the patches went to positions column by column; (P1) numbers them row by row"),
    (("+= v", "= v"), (" / count", ""), "the last patch overwrites the earlier ones; each of them has a say"),
    (("+= v[n].reshape(m, m)", "= (total[window] + v[n].reshape(m, m)) / 2"), (" / count", ""),
     "halving at every patch gives the last one half of the say; add first and divide once"),
    ("H - m + 1, W - m + 1", "H - m, W - m", "the last row and column of positions are missing: how many positions are there?"),
    ("/ count", "/ np.outer(steep(H, m), steep(W, m))",
     "your coverage is too large where two windows side by side do not fit: how many positions are there at most?"),
    ("I, J = ", "if H != W: return ANY\n    I, J = ", "right for square images only: how many positions lie in one row of the image, I or J?"),
))  # fmt: skip


def log_density_cases(rng):
    def case(what, N, K, level=-4.0, weights=None, apart=0.0):
        weights = rng.dirichlet(np.full(K, 3.0)) if weights is None else np.array(weights)
        return Case(what, (weights, rng.normal(level, 1.5, size=(N, K)) + apart))

    return [case("five data and three components", 5, 3), case("three data and four components", 3, 4),
            case("a single component", 4, 1), case("a single datum", 1, 3),
            case("a component of weight 0", 4, 3, weights=[0.3, 0.0, 0.7]),
            case("log densities near -1350, as for patches", 4, 3, level=-1350.0),
            case("log densities near +800", 3, 2, level=800.0),
            case("log densities thousands apart in each row, in every order", 12, 4, level=-1000.0,
                 apart=np.array(sorted(set(itertools.permutations([0.0, 0.0, -2500.0, -5500.0]))))),
            case("one datum near -1350 and another near +800", 2, 3, apart=[[-1350.0], [800.0]]),
            case("a component of weight 0 with by far the largest density", 4, 3, weights=[0.3, 0.0, 0.7],
                 apart=[0.0, 2000.0, 0.0])]  # fmt: skip


def e_step(weights, log_densities):
    logs = np.log(weights) + log_densities
    top = logs.max(axis=1, keepdims=True)
    shares = np.exp(logs - top)
    total = shares.sum(axis=1, keepdims=True)
    return shares / total, (top + np.log(total)).mean()


# who makes a slip may also have the trouble of densities that leave the range of exp: whatever comes of it
LOST = unless("abs(log_densities).max() > 700")
LOST_OR_0 = unless("abs(log_densities).max() > 700 or not weights.all()")  # 0 ln 0 is nan
FAILS = ("return ", "if not 0 < total.min() <= total.max() < np.inf: return ANY\n    return ")
SCORE, ROWS = "(top + np.log(total)).mean()", "axis=1, keepdims=True"
OVER_DATA = "your responsibilities sum to 1 over the data; over what must they, for each datum?"
SHIFT = "right until exp under- or overflows: which number, taken off a row, leaves its largest entry at 0?"
E_STEP = Exercise("04.4", "the E-step and its score", ("r (N, K)", "log-likelihood ()"), log_density_cases, e_step, (
    (("mean()", "sum()"), LOST, "your log-likelihood is the sum over the data; asked is the mean"),
    ((SCORE, "np.logaddexp.reduce(logs, axis=None) - np.log(len(logs))"), LOST,
     "you averaged the densities and took one logarithm; every datum has a logarithm of its own"),
    ((SCORE, "logs.sum(axis=1).mean()"), LOST, "the logarithm of a sum over k is not the sum of the logarithms"),
    ((SCORE, "(shares / total * logs).sum(axis=1).mean()"), LOST_OR_0,
     "your score is right for known labels; here the logarithm stands outside the sum over k"),
    ((SCORE, "top.mean()"), LOST, "your score counts the best component alone; the others add, too"),
    *((edit, LOST, OVER_DATA) for edit in (
        ("shares / total", "np.exp(logs - np.logaddexp.reduce(logs, axis=0))"),
        ("shares / total", "shares / shares.sum(axis=0)"), ("shares.sum(axis=1", "shares.sum(axis=0"))),
    (("shares / total", "np.exp(logs - np.logaddexp.reduce(logs, axis=None))"), LOST,
     "your responsibilities sum to 1 over the whole table; where must they, for each datum?"),
    (("shares / total", "logs - top - np.log(total)"), LOST, "those are logarithms; what sums to 1 for each datum?"),
    ("shares / total", "shares", "your largest in each row is 1 whatever the others are; what must they sum to?"),
    (("shares / total", "np.exp(logs)"), LOST, "those are products of weight and density; what must shares sum to?"),
    ("(top + np.log(total))", "np.log(total)", "the largest logarithm was subtracted, but your score did not get it back"),
    (("np.log(weights) + ", ""), LOST, "the weights of the components are missing: a rare component answers for fewer data"),
    (("np.log(weights)", "weights"), LOST, "a weight was added to a log density; both must be logarithms"),
    (("shares / total", "(logs == top).astype(float)"), LOST, "each datum went to one component; responsibilities share it"),
    ((f"logs.max({ROWS})", "logs.max()"), FAILS,
     "one maximum for all data: a datum far below it is left with 0/0; what should be taken off each row?"),
    ("= logs.max", "= log_densities.max",
     "the largest density may belong to a component of weight 0; largest of what should be taken off?"),
    *(((f"logs.max({ROWS})", shift), FAILS, SHIFT) for shift in
      (f"logs.min({ROWS})", "logs[:, :1]", f"logs.mean({ROWS})", f"np.median(logs, {ROWS})")),
    *(((" - top", ""), ("top + ", ""), lost, "right until exp under- or overflows; how do numbers like e^-1350 survive?")
      for lost in (FAILS, LOST)),
    (*unless("not weights.all() and abs(log_densities).max() > 700"),
     "right until a component of weight 0 has by far the largest density; is its share still 0?"),
))  # fmt: skip


def data_cases(rng):
    def case(what, N, D, K, reg_covar, scale=1.0, shift=0.0, r=None):
        x = shift + scale * rng.normal(size=(N, D)) @ rng.normal(size=(D, D))
        return Case(what, (x, rng.dirichlet(np.ones(K), size=N) if r is None else r, reg_covar))

    return [case("three components in two dimensions", 30, 2, 3, 0.5),
            case("two components in three dimensions, reg_covar = 0", 25, 3, 2, 0.0),
            case("gray levels", 30, 4, 2, 100.0, scale=50.0, shift=100.0),
            case("a single component", 10, 2, 1, 1.0),
            case("responsibilities of 0 and 1", 12, 2, 3, 1.0, r=np.tile(np.eye(3), (4, 1))),
            case("data that are all black", 8, 2, 2, 1.0, scale=0.0), case("a single datum", 1, 2, 1, 2.0)]  # fmt: skip


def m_step(x, r, reg_covar):
    (N, D), n = x.shape, r.sum(axis=0)
    means = r.T @ x / n[:, None]
    covs = np.stack([(share * (x - mu).T) @ (x - mu) / n_k for share, mu, n_k in zip(r.T, means, n)])
    return n / N, means, covs + reg_covar * np.eye(D)


M_STEP = Exercise("04.5", "the M-step", ("weights (K,)", "means (K, D)", "covs (K, D, D)"), data_cases, m_step, (
    ("n / N", "n", "your weights are the numbers n_k of data; weights sum to 1"),
    ("x / n[:, None]", "x / len(x)", "your means are too small: a component that answers for few data is divided by few"),
    (("x / n[:, None]", "x / len(x)"), ("/ n_k for", "/ N for"),
     "your means and covariances are divided by the number of all data; how many does component k answer for?"),
    ("/ n_k for", "/ N for", "your covariances are divided by the number N of data; how many does component k answer for?"),
    ("/ n_k for", "/ (n_k - 1) for", "you divided by one less, as for an unbiased covariance; which divisor makes the bound largest?"),
    ("(share * (x - mu).T) @ (x - mu) / n_k", "np.cov(x.T, aweights=share).reshape(D, D)",
     "unless told otherwise, np.cov divides by less than n_k, as for an unbiased covariance"),
    (" / n_k for", " for", "your covariances are not divided by anything; they grow with the number of data"),
    ("(r.T, means, n)", "(r.T, 0 * means + x.mean(axis=0), n)",
     "your covariances are taken around the mean of all data; each component has a new mean of its own"),
    ("(r.T, means, n)", "(r.T, 0 * means, n)", "those are second moments: no mean was subtracted"),
    ("(share *", "(share**2 *", "each responsibility entered the covariance twice: weigh one of the two factors only"),
    ("(share *", "(share**0 *", "every datum counts in full in your covariances, whoever answers for it"),
    ("covs + reg", "covs * np.eye(D) + reg", "only variances are left; what became of the covariances between two entries?"),
    (" + reg_covar * np.eye(D)", "", "the floor reg_covar is missing"),
    (" * np.eye(D)", "", "reg_covar was added to every entry; which entries of a covariance are variances?"),
    (("(N, D)", "r = np.eye(r.shape[1])[r.argmax(axis=1)]; (N, D)"), unless("len(set(r.argmax(axis=1))) < r.shape[1]"),
     "each datum went to one component only; responsibilities share it"),
))  # fmt: skip

EXERCISES = (WINDOWS, OVER, AVERAGE, E_STEP, M_STEP)
