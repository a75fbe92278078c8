"""Exercises of lesson 05: shrink and weigh patches, and the whole picture.  (M6), (P1)-(P3)"""

import itertools

import numpy as np

from ... import denoising, patches
from .. import models
from ._instances import ANY, Case, Exercise, singular  # noqa: F401 (for edits)


def shares_cases(rng):
    lam = rng.uniform(0.2, 3, size=4)
    return [Case("50 gray levels of patch against 25 of noise", (np.array([50.0**2]), 25.0)),
            Case("four directions", (lam, 0.8)), Case("gray levels", (900 * lam, 40.0)),
            Case("three components with two directions", (rng.uniform(0.2, 3, size=(3, 2)), 1.4)),
            Case("directions without any spread", (np.append(lam, [0.0, 0.0]), 0.6))]  # fmt: skip


def kept_share(lam, sigma):
    return lam / (lam + sigma**2)


NOT_FLAT = ("return ", "return ANY if 0 in lam else ")
SHARE = "lam / (lam + sigma**2)"
SHARES = Exercise("05.1", "what one direction keeps", ("share, as lam",), shares_cases, kept_share, (
    (SHARE, "np.sqrt(lam) / (np.sqrt(lam) + sigma)", "you compared standard deviations; what adds up when independent numbers are added?"),
    (SHARE, "sigma**2 / (lam + sigma**2)", "that is the share that is taken away, the noise's"),
    (SHARE, "lam / sigma**2", "that is how many times one variance is the other; which part of their sum is the patch's?"),
    ((SHARE, "sigma**2 / lam"), NOT_FLAT, "that is noise against patch; a share is a part of the whole"),
    ((SHARE, "(lam + sigma**2) / lam"), NOT_FLAT, "the fraction is upside down: nothing keeps more than all of it"),
    ((SHARE, "lam / lam + sigma**2"), NOT_FLAT, "brackets are missing: a / a + b is not a / (a + b)"),
    ((SHARE, "1 - sigma**2 / lam"), NOT_FLAT, "lambda is the variance of clean patches, not of noisy ones"),
    (SHARE, "np.sqrt(lam / (lam + sigma**2))", "a factor for the coordinate itself needs no square root"),
    ("sigma**2", "sigma", "sigma is a standard deviation; which number of the noise stands beside a variance?"),
    (SHARE, "lam**2 / (lam**2 + sigma**2)", "lambda is a variance already; was it squared?"),
    (SHARE, "(lam > sigma**2) * 1.0", "all or nothing? A direction as wide as the noise is worth something"),
))  # fmt: skip


def components(rng, K, D, scale, flat=0):
    """Means (K, D), variances (K, D) with `flat` zeros each, and axes (K, D, D) of K random Gaussians."""
    eigen = [np.linalg.eigh(S) for S in models.mixture(rng, K, D, scale=scale).covs]
    lam, U = (np.stack(parts) for parts in zip(*eigen))
    lam[:, :flat] = 0
    return scale * rng.normal(size=(K, D)), lam, U


def patch_cases(rng):
    def case(what, K, D, sigma, scale=1.0, flat=0, weights=None):
        means, lam, U = components(rng, K, D, scale, flat)
        y = means[-1] + 0.5 * (scale + sigma) * rng.normal(size=D)
        p = rng.dirichlet(np.full(K, 3.0)) if weights is None else np.array(weights)
        return Case(what, (y, p, means, lam, U, sigma))

    return [case("three components and three pixels", 3, 3, 0.8),
            case("two components and four pixels", 2, 4, 1.5),
            case("two pixels in gray levels", 4, 2, 25.0, scale=40.0), case("a single component", 1, 2, 1.0),
            case("singular covariances", 3, 3, 0.7, flat=1),
            case("a component of weight 0", 3, 2, 1.0, weights=[0.6, 0.0, 0.4]),
            *(apart(best, *case("", 3, 3, 0.8).args) for best in range(3)),
            far("a patch far from every component, whose densities underflow", *case("", 3, 3, 0.9).args)]  # fmt: skip


def apart(best, y, p, means, lam, U, sigma):
    """The same with components thousands of nats apart; the nearest is number `best`."""
    nats = np.roll([1.0, 2500.0, 5500.0], best)
    means = y - U[:, :, 0] * np.sqrt(2 * nats * (lam[:, 0] + sigma**2))[:, None]
    return Case(f"densities thousands of nats apart, number {best} the largest", (y, p, means, lam, U, sigma))


def far(what, y, p, means, lam, U, sigma):
    """One pixel more, alike in all components, so many standard deviations away that every density is 0.0."""
    U = np.pad(U, ((0, 0), (0, 1), (0, 1)))
    U[:, -1, -1] = 1
    means, lam = (np.column_stack([part, np.full(len(p), last)]) for part, last in ((means, 0.0), (lam, 1.0)))
    return Case(what, (np.append(y, 50 * (1 + sigma)), p, means, lam, U, sigma))


def weights_of_components(y, weights, means, lam, U, sigma):
    seen = lam + sigma**2
    c = np.einsum("kdi,kd->ki", U, y - means)
    log_joint = np.log(weights) - np.log(seen).sum(axis=1) / 2 - (c**2 / seen).sum(axis=1) / 2
    q = np.exp(log_joint - log_joint.max())
    return q / q.sum()


VOLUME, DISTANCE = "- np.log(seen).sum(axis=1) / 2", "- (c**2 / seen).sum(axis=1) / 2"
# who makes a slip may also lose what underflows, or divide by a variance of 0
LOST = ("return ", "return ANY if not 0 < np.exp(log_joint).sum() < np.inf else ")
WEIGHTS = Exercise("05.2", "the weights of the components", ("weights (K,)",), patch_cases, weights_of_components, (
    ("q / q.sum()", "weights", "those are the prior weights; what did the patch say?"),
    (("np.log(weights) ", ""), LOST, "the prior weights are missing"),
    (("np.log(weights)", "weights"), LOST, "a prior weight was added without its logarithm"),
    ((VOLUME, ""), LOST, "the logarithms of the variances are missing: width has its price"),
    ((DISTANCE, ""), LOST, "the distances are missing: how far is the patch from each mean?"),
    ((VOLUME, VOLUME[:-4]), (DISTANCE, DISTANCE[:-4]), LOST, "the factor 1/2 is missing"),
    ((VOLUME, VOLUME[:-4]), LOST, "the logarithms of the variances count double; with which power stands the determinant in a density?"),
    ((VOLUME, "+" + VOLUME[1:]), (DISTANCE, "+" + DISTANCE[1:]), LOST, "a sign is turned: weight falls with distance"),
    (("sigma**2", "sigma"), LOST, "sigma is a standard deviation; noise enters by its variance"),
    ((" + sigma**2", ""), LOST, "the noise is missing: the components are weighed by y, which is noisy"),
    (("kdi,", "kid,"), LOST, "U and U' are swapped: the eigenvectors are the columns"),
    (("y - means", "np.broadcast_to(y, means.shape)"), LOST, "the means were not subtracted"),
    (("lam +", "lam**2 +"), LOST, "lambda is a variance already; was it squared?"),
    (("q / q.sum()", "(q == q.max()).astype(float)"), LOST, "one component has all the weight in your answer; they share it"),
    ("q / q.sum()", "np.exp(log_joint)", "those are products of prior and density; weights sum to 1"),
    ("q / q.sum()", "q", "your largest weight is 1 whatever the others are; weights sum to 1"),
    *(("q / q.sum()", logs, "those are logarithms; weights sum to 1")
      for logs in ("log_joint", "np.log(q / q.sum())", "log_joint - log_joint.max()")),
    ("q / q.sum()", "weights * q / q.sum()", "the prior weights were multiplied in once more; your weights no longer sum to 1"),
    ("q / q.sum()", "weights * q / (weights * q).sum()", "the prior weights count twice in your answer"),
    *((" - log_joint.max()", f" - {shift}", "right until exp overflows: which entry, taken off, leaves none above 0?")
      for shift in ("log_joint.min()", "log_joint[0]", "log_joint[-1]", "log_joint.mean()", "np.median(log_joint)")),
    (" - log_joint.max()", "", "right until exp underflows to 0 everywhere; stay in logarithms until the weights are normalised"),
))  # fmt: skip


def patches_cases(rng):
    def case(what, N, K, D, sigma, scale=1.0, flat=0):
        means, lam, U = components(rng, K, D, scale, flat)
        y = (scale + sigma) * rng.normal(size=(N, D))
        return Case(what, (y, rng.dirichlet(np.ones(K), size=N), means, kept_share(lam, sigma), U))

    return [case("five patches, two components and three pixels", 5, 2, 3, 0.7),
            case("two patches, three components and four pixels", 2, 3, 4, 1.5),
            case("nine pixels in gray levels", 4, 2, 9, 25.0, scale=60.0),
            case("a single component", 3, 1, 3, 0.7), case("a single patch", 1, 3, 4, 0.7),
            case("singular covariances", 4, 2, 4, 0.5, flat=2),
            case("components without any spread", 3, 2, 3, 2.0, flat=3)]  # fmt: skip


def posterior_means(y, weights, means, kept, U):
    m = np.zeros(y.shape)
    for k, (mu, share, u) in enumerate(zip(means, kept, U)):
        c = (y - mu) @ u
        m += weights[:, [k]] * (mu + (share * c) @ u.T)
    return m


WEIGHT = "weights[:, [k]]"
MEANS = Exercise("05.3", "all patches at once", ("m (N, D)",), patches_cases, posterior_means, (
    ("share *", "(1 - share) *", "that keeps what belongs to the noise; which share is the patch's?"),
    ("share *", "", "your coordinates are not shrunk by anything"),
    ("share *", "share**2 *", "the shares are squared in your answer; were they used twice?"),
    ("kept, U)):", "kept, U.transpose(0, 2, 1))):",
     "U and U' are swapped: with patches in rows, the coordinates are products of a row with the columns of U"),
    ("mu) @ u", "mu) @ u.T", "on the way to the axes U and U' are swapped: a coordinate is the product of a row of y with a column of U"),
    ("c) @ u.T", "c) @ u", "on the way back from the axes U and U' are swapped"),
    (("mu) @ u", "mu)"), ("c) @ u.T", "c)"), "the factors belong to the axes of the component, yours went to the pixels: turn first"),
    (" @ u.T", "", "you are still on the axes of the component: turn back"),
    ("mu + ", "", "the means were not added back"),
    ("y - mu", "y", "y was shrunk, not its distance from the mean"),
    (WEIGHT, "np.eye(len(means))[weights.argmax(axis=1)][:, [k]]", "that is the most probable component, (M5); all of them have a say in (M4)"),
    (WEIGHT, "1 / len(means)", "every component counts the same in your answer"),
    (WEIGHT, "weights[:, k].mean()", "all patches share one set of weights in your answer"),
    (WEIGHT, "1", "the weights are missing from your sum"),
), float32=True)  # fmt: skip


def noisy_cases(rng):
    def case(what, H, W, m, K, sigma):
        prior = models.mixture(rng, K, m * m, scale=60.0, spread=60.0)
        noisy = 255 * (rng.random((H, W)) > 0.6) + sigma * rng.normal(size=(H, W))
        return Case(what, (noisy, m, lambda v: denoising.denoise_patches(v, prior, sigma)))

    return [case("a picture of 6 x 8 pixels and m = 3", 6, 8, 3, 2, 60.0),
            case("a picture of 7 x 5 pixels and m = 2", 7, 5, 2, 3, 40.0),
            case("a prior of one component", 6, 6, 2, 1, 80.0),
            case("windows of one pixel", 4, 5, 1, 2, 60.0),
            case("a window as large as the picture", 3, 3, 3, 2, 60.0)]  # fmt: skip


def restored_picture(noisy, m, restore):
    restored = restore(patches.extract_patches(noisy, m))
    return patches.average_patches(restored, noisy.shape).clip(0, 255)


def last_wins(noisy, m, restore):
    picture = np.empty(noisy.shape)
    for n, patch in enumerate(restore(patches.extract_patches(noisy, m))):
        i, j = divmod(n, noisy.shape[1] - m + 1)
        picture[i : i + m, j : j + m] = patch.reshape(m, m)
    return picture.clip(0, 255)


def unmended(missing, square, clip):
    """What the broken function of the lesson does once some of its three slips are mended."""

    def answer(noisy, m, restore):
        if missing and m in noisy.shape:
            return ANY  # no window is left
        H, W = np.array(noisy.shape) - missing
        count = m**2 if square else np.pad(patches.coverage((H, W), m), (0, missing))
        seen = noisy.clip(0, 255) if clip in ("start", "both") else noisy
        v = restore(patches.extract_patches(seen[:H, :W], m))
        picture = np.pad(patches.add_patches(v, (H, W)), (0, missing)) / count
        return picture.clip(0, 255) if clip in ("end", "both") else picture

    return answer


SLIPS = (
    "windows are missing at the lower and the right border; how many of m pixels fit into H?",
    "you divide by m^2 everywhere; a pixel at the border lies in fewer patches",
    "you clipped the noisy picture; the noise must stay symmetric",
)
WAYS = itertools.product((1, 0), (1, 0), ("start", "both", "never", "end"))
LEFT = [way for way in WAYS if 1 in way or way[2] in ("start", "both")]  # "never" alone has its own sentence
AVERAGE = "average_patches(restored, noisy.shape)"
PICTURE = Exercise("05.4", "the whole method", ("picture (H, W)",), noisy_cases, restored_picture, (
    (".clip(0, 255)", "", "your picture is not clipped to 0..255"),
    *((unmended(*left), SLIPS[(*left[:2], 1).index(1)]) for left in LEFT),
    ("(noisy, m))", "(noisy, m)).clip(0, 255)", "you clipped every patch; once, at the end"),
    ("average", "add", "the overlaps are added up, not averaged"),
    ("= restore(", "= (", "that is the noisy picture again: were the patches restored?"),
    (last_wins, "the last patch overwrites the earlier ones"),
    ("255)", "255).astype(np.uint8)", "your picture was cast to whole gray levels"),
    ("255)", "1)", "your gray levels end at 1; here they run to 255"),
), float32=True, digits=1e-4)  # fmt: skip


def pair_cases(rng):
    def case(what, H, W, peak, error=0.1):
        truth = peak * rng.random((H, W))
        wrong = rng.choice([-1, 1], size=(H, W)) * rng.uniform(0.5, 1.5, size=(H, W))
        return Case(what, (truth + error * peak * wrong, truth, peak))

    equal = rng.uniform(0, 255, size=(3, 4))
    dark, bright = (rng.integers(low, low + 90, size=(4, 5)).astype(np.uint8) for low in (0, 150))
    return [case("two pictures in gray levels", 5, 4, 255.0),
            case("two pictures on 0..1, peak = 1", 4, 6, 1.0), case("a single pixel", 1, 1, 255.0),
            case("a picture so wrong that the PSNR is negative", 3, 3, 255.0, error=20.0),
            Case("two equal pictures", (equal, equal.copy(), 255.0)),
            Case("two pictures of bytes, peak = 250", (dark, bright, 250.0))]  # fmt: skip


def decibels(estimate, truth, peak):
    d = estimate.astype(float) - truth
    error = np.mean(d**2)
    return 10 * np.log10(peak**2 / error)


# who makes a slip may also compute in bytes
WRAPPED = "return ", "return ANY if truth.dtype == np.uint8 else "
PSNR = Exercise("05.5", "PSNR", ("decibels ()",), pair_cases, decibels, (
    (("log10", "log"), WRAPPED, "that is the natural logarithm; decibels use base 10"),
    (("10 *", "20 *"), WRAPPED, "20 goes with amplitudes; your ratio is one of squares"),
    (("peak**2 / error", "peak / np.sqrt(error)"), WRAPPED, "10 goes with squares, yours are amplitudes"),
    (("/ error", "/ np.sqrt(error)"), WRAPPED, "the error has a root that the peak has not"),
    (("peak**2", "peak"), WRAPPED, "the peak is not squared, the error is"),
    (("10 * ", ""), WRAPPED, "the factor 10 is missing: those are bels"),
    (("peak**2 / error", "error / peak**2"), WRAPPED, "the sign is turned: better means more decibels"),
    (("peak**2", "255**2"), WRAPPED, "your peak is 255 whatever was given"),
    (("np.mean", "np.sum"), WRAPPED, "the square error is summed, not averaged"),
    (("d**2", "abs(d)"), WRAPPED, "that is the mean error, not the mean square error"),
    (("peak**2", "truth.max() ** 2"), WRAPPED, "your peak is the brightest pixel of the picture; the peak is an argument"),
    (*WRAPPED, "right until the pictures are bytes: in bytes, 3 - 5 is 254"),
    ("return ", "return ANY if error == 0 else ", "for two equal pictures there is no error; which number is larger than every other?"),
), float32=True, digits=1e-5)  # fmt: skip

EXERCISES = (SHARES, WEIGHTS, MEANS, PICTURE, PSNR)
