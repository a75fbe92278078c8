# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: further//_denoising_digits.ipynb,scripts/further//_denoising_digits.py:percent
#     notebook_metadata_filter: kernelspec,-language_info,-jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 05 Denoising digits: further
#
# This companion of [lesson 05](../05_denoising_digits.ipynb) holds what the core leaves out: checks against other computations,
# float32 and a wrong $\sigma$, every way to clip, the first report's rule to the letter, three estimates and a cheaper gate, the
# whole table with two established methods and how its numbers scatter, how a prior learns by heart, the sliders' numbers, and the
# ledger. The sections do not need one another, except that all use the hundred digits and the noise of the first cells. The
# letters are those of the lesson; a *component* is one of the Gaussians of a mixture.

# %%
# %matplotlib inline
import itertools

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from course_lib import datasets, denoising, gaussian, images, mixture, patches, priors, report
from course_lib.classroom import ledger, plots, widgets

# %%
held_out, labels = datasets.digits("test")
five, hundred = held_out[::200], held_out[::10]
prior = priors.digit_prior(16, 11)
noisy_five = images.add_noise(five, 25, np.random.default_rng(0))
rng = np.random.default_rng(3)
noisy = {sigma: images.add_noise(hundred, sigma, rng).astype(np.float32) for sigma in (25, 50, 100)}
print("digits to measure on:", len(hundred), "with", np.bincount(labels[::10]).tolist(), "of each label")

# %%
def score(pictures):
    return images.psnr(np.clip(pictures, 0, 255), hundred).mean()


def clean_up(noisy, prior, sigma, **options):
    return np.clip(denoising.denoise(noisy, prior, sigma, **options), 0, 255)

# %%
restored = {sigma: denoising.denoise(noisy[sigma], prior, sigma) for sigma in noisy}
for sigma in noisy:
    print(f"sigma {sigma:3}: noisy {score(noisy[sigma]):4.1f} dB, denoised {score(restored[sigma]):4.1f} dB")

# %% [markdown]
# The noisy pictures are scored *after* clipping, which flatters them.
#
# ## 1. (M6) against other computations
#
# `shrunk` is (M6) for one component $k$ and one patch $y$; `prior.eigen` holds all $\lambda_{ki}$, rising with $i$, and all $U_k$.
# `gaussian.posterior` knows nothing of eigenvectors: it solves with $S + R$. The loop takes the *same* eigenvectors three times.

# %%
def shrunk(y, k, sigma):
    lam, U = prior.eigen[0][k], prior.eigen[1][k]
    return prior.means[k] + U @ (lam / (lam + sigma**2) * (U.T @ (y - prior.means[k])))

# %%
y = patches.extract_patches(noisy_five[2], 16)[84]
for sigma in (5, 25, 100):
    channel = gaussian.LinearGaussian(np.eye(256), np.zeros(256), sigma**2 * np.eye(256))
    exact = gaussian.posterior(mixture.components(prior)[0], channel, y).mean
    print(f"sigma {sigma:3}: (M6) equals (G8): {np.allclose(shrunk(y, 0, sigma), exact, atol=1e-8)}")

# %% [markdown]
# The weights come from the same eigenvectors; the responsibilities of the *noisy* mixture (G7) come from Cholesky factors. In the
# call of `np.einsum` the letters name the axes of the arrays, and a letter that is missing behind the arrow is summed over:
# `kdi,kd->ki` is $\sum_d U_{kdi}\,(y - \mu_k)_d = u_{ki}'(y-\mu_k)$, a row for each component.

# %%
def log_weights(y, sigma):
    lam, U = prior.eigen
    coordinates = np.einsum("kdi,kd->ki", U, y - prior.means)
    return np.log(prior.weights) - 0.5 * np.sum(np.log(lam + sigma**2) + coordinates**2 / (lam + sigma**2), axis=1)

# %%
channel = gaussian.LinearGaussian(np.eye(256), np.zeros(256), 25**2 * np.eye(256))
noisy_mixture = mixture.predictive(prior, channel)
all_y = patches.extract_patches(noisy_five, 16).reshape(-1, 256)
weights = softmax(log_weights(y, 25))
print("equal to (M2):", np.allclose(weights, mixture.responsibilities(noisy_mixture, y[None])[0], atol=1e-10))

# %%
largest = mixture.responsibilities(noisy_mixture, all_y).max(axis=1)
print(f"of {len(all_y)} patches, those whose largest weight exceeds 0.99: {np.mean(largest > 0.99):.0%}")

# %% [markdown]
# The lesson looks at the 169 patches of the 3; over all 845 of the five digits 91 per cent have a clear component.
#
# `denoising.denoise_patches` is (M6) for many patches: the posterior mean (M4), or the mean of the most probable component (M5). We
# compare it with `mixture.posterior` of lesson 03, which takes one patch at a time and any channel.

# %%
some = all_y[::500]
posteriors = [mixture.posterior(prior, channel, patch) for patch in some]
oracle = {
    "mean": [post.mean for post in posteriors],
    "most_probable": [post.means[post.weights.argmax()] for post in posteriors],
}
for estimate, slow in oracle.items():
    fast = denoising.denoise_patches(some, prior, 25, estimate=estimate)
    print(f"{len(some)} patches, {estimate}: equal to the posterior's: {np.allclose(fast, slow, atol=1e-8)}")

# %% [markdown]
# ## 2. Float32, and a wrong sigma
#
# The hundred digits are stored in float32, and the library then computes in float32 throughout. Does that cost accuracy?

# %%
wide = denoising.denoise(noisy[25][::10].astype(np.float64), prior, 25)
print("float32 against float64: below 0.01 gray levels:", np.abs(wide - restored[25][::10]).max() < 0.01)

# %% [markdown]
# It costs less than 0.01 gray levels.
#
# The report states $\sigma = 20$ under its picture, but the call that draws it leaves the default 25. (In another of its functions
# the argument is named `variance`; it is a standard deviation.) First its experiment with both values, then the price of telling
# the method another $\sigma$ than the noise has.

# %%
for sigma in (20, 25):
    seen = images.add_noise(five, sigma, np.random.default_rng(0))
    pictures = {"noisy": np.clip(seen, 0, 255), "denoised": clean_up(seen, prior, sigma)}
    for name, looks in pictures.items():
        print(f"sigma {sigma}, {name:8}:", np.round(images.psnr(looks, five), 1), "dB")

# %%
with_noise = images.add_noise(hundred, 20, np.random.default_rng(2)).astype(np.float32)
for told in (10, 20, 25, 50):
    print(f"noise 20, told {told}: {score(denoising.denoise(with_noise, prior, told)):.2f} dB")

# %% [markdown]
# Every digit gains, 3.9 to 5.4 dB at $\sigma = 25$ and 3.5 to 5.0 dB at 20; the straight 1 gains most, the 6 with its small loop
# least. Telling 25 when the noise is 20 costs 0.3 dB, so this slip of the report hardly shows. Far off it does: told 10, the method
# keeps the noise and loses 1.2 dB; told 50, it smooths the digit away and loses 3.2 dB.
#
# ## 3. Every way to clip
#
# A picture file holds bytes from 0 to 255 (the report reads its noisy digits from such files), so it is tempting to clip
# or cast the *noisy* picture. But the model says that noise is symmetric, and on black half of it is negative. (The report
# also clips every restored patch before it averages them, and sets what is below 1 to 0.) What does each variant cost?

# %%
def clipped_inside(x, sigma):
    z = denoising.denoise_patches(patches.extract_patches(x, 16).reshape(-1, 256), prior, sigma)
    z = np.where(z < 1, 0, np.minimum(z, 255))
    return patches.average_patches(z.reshape(100, 169, 256), (28, 28))

# %%
clipped = {sigma: np.clip(noisy[sigma], 0, 255) for sigma in (25, 100)}
wrapped = noisy[25].astype(np.int64).astype(np.uint8).astype(np.float32)

# %%
variants = {
    "floats, clipped at the end": {sigma: restored[sigma] for sigma in clipped},
    "noisy input clipped to 0..255": {sigma: denoising.denoise(x, prior, sigma) for sigma, x in clipped.items()},
    "noisy input cast to uint8": {25: denoising.denoise(wrapped, prior, 25)},
    "clipped inside each patch": {25: clipped_inside(noisy[25], 25)},
}

# %%
for name, pictures in variants.items():
    print(f"{name:30}", " ".join(f"sigma {sigma}: {score(x):5.2f} dB " for sigma, x in pictures.items()))

# %%
never = [images.psnr(restored[sigma], hundred).mean() for sigma in (25, 100)]
print(f"{'floats, never clipped':30} sigma 25: {never[0]:5.2f} dB  sigma 100: {never[1]:5.2f} dB")

# %% [markdown]
# Clipping the noisy input costs 0.84 dB at $\sigma = 25$ and 2.3 dB at 100: the more noise, the more of it the clip bends
# upwards. Casting to bytes wraps $-3$ to 253 and leaves 5.4 dB, worse than no denoising. Clipping inside each patch, as
# the report does, changes nothing that one decimal shows. Never clipping costs 1.5 and 0.6 dB. Hence: floats throughout,
# one clip at the end.
#
# ## 4. The report's rule, to the letter
#
# The lesson shows why the report's rule takes one component for every patch. `report.literal_loop` is a plain rendering of its
# loops: patch by patch, component by component, inverting as it does. Two patches of it are enough to see that one affine map, `report.literal_denoise_patches`, says the same.
#
# The report also adds $0.01\,I$ to $C_k$ and multiplies the mean by that sum. In a direction of prior variance $v$ far below
# $\sigma^2$ this scales the mean by about $1 + 0.01/v$. The last two lines try it on one pixel whose prior mean and
# whose observation are both 1, so that the right answer is 1.

# %%
k = report.literal_component(prior, 25)
loop = report.literal_loop(all_y[[40, 600]], prior, 25)
short = report.literal_denoise_patches(all_y[[40, 600]], prior, 25)
print(f"takes component {k} for every patch; loop equals the short form: {np.allclose(loop, short, atol=1e-6)}")
wanted = mixture.responsibilities(noisy_mixture, all_y).argmax(axis=1)
print(f"patches whose largest weight (M2) is component {k}'s: {np.sum(wanted == k)} of {len(all_y)}")

# %%
dB = [score(report.literal_denoise(noisy[25], prior, 25, epsilon=epsilon)) for epsilon in (0.01, 0)]
print(f"with the 0.01: {dB[0]:.1f} dB, without: {dB[1]:.1f} dB")

# %%
for v in (1, 1e-6):
    pixel = mixture.Mixture([1.0], [[1.0]], [[[v]]])
    print(f"prior variance {v:g}: 1 becomes {report.literal_denoise_patches([[1.0]], pixel, 25)[0, 0]:.2f}")

# %% [markdown]
# On the five digits it is component 10. It has the largest weight for 139 of the 845 patches and serves all of them.
#
# The 0.01 does not show with this prior, 17.0 dB either way: our fits keep every variance at or above 1, and there 1
# becomes 1.01. At $10^{-6}$, scikit-learn's default floor, it becomes 255, and only the clip stops it there.
#
# How much of the rule's failure is bad luck with one fit? Four fits of the same prior differ in their random patches and their start.

# %%
print("fit  takes component  its weight  report's rule  correct weights")
for seed in range(4):
    fit = priors.digit_prior(16, 11, seed=seed)
    k = report.literal_component(fit, 25)
    literal = score(report.literal_denoise(noisy[25], fit, 25))
    print(f"{seed:3}{k:12}{fit.weights[k]:16.2f}{literal:12.1f} dB{score(clean_up(noisy[25], fit, 25)):13.1f} dB")

# %% [markdown]
# Four fits of the same prior, and the rule gives 15.5 to 17.0 dB, each below the 22.9 dB of the noisy pictures; the
# correct weights give 27.0 to 27.2 dB. So it is no bad luck. What the rule gave with the report's own fit we cannot know:
# the report does not state the scale of its data or a PSNR.
#
# There is a second trap: the code compares densities, not their logarithms. What is left of eleven densities in
# 256 dimensions when the noise grows?

# %%
rule = []
for sigma in noisy:
    zeros = np.sum(np.exp(report.literal_scores(prior, sigma)) == 0)
    kinds = ("densities", "logarithms")
    taken = [report.literal_component(prior, sigma, compare=kind) for kind in kinds]
    dB = [score(report.literal_denoise(noisy[sigma], prior, sigma, compare=kind)) for kind in kinds]
    rule.append(dB[0])
    print(f"sigma {sigma:3}: {zeros:2} of 11 densities are 0.0;", end=" ")
    print(f"takes {taken[0]} ({dB[0]:.1f} dB), by logarithms {taken[1]} ({dB[1]:.1f} dB)")

# %% [markdown]
# At $\sigma = 25$ nine of the eleven densities are exactly zero. From $\sigma = 50$ on all are, and the largest of eleven
# zeros is the first: the code takes component 0, whatever that happens to be. Here this accident is worth 1 to 2 dB, and
# still leaves the rule far below the correct 22.8 and 19.0 dB.
#
# And what does the loop cost? For each patch and component it inverts five matrices (the noise covariance twice, $S_k$
# twice, their sum once), and the density takes an eigendecomposition. None of these depends on the patch.

# %%
n_patches, K = 13 * 13, 11
print("inversions of 256 x 256 for a digit:    ", n_patches * K * report.INVERSIONS)
print("eigendecompositions of 256 x 256:       ", n_patches * K)
print("eigendecompositions in (M6), all digits:", len(prior.eigen[0]))

# %% [markdown]
# 9295 inversions and 1859 eigendecompositions for each digit, where eleven eigendecompositions serve all digits and every
# $\sigma$. `tests/benchmarks` measures what that means on your machine.
#
# ## 5. Which estimate?
#
# The posterior offers three estimates: its mean (M4), the most probable component (M5), and a random draw. Lesson 03
# ranked them for one patch: the mean $m$ is best, and a draw $z^*$ costs $\mathbb{E}\lVert z^* - m \rVert^2$, the
# posterior variance, on top of the mean's own error. If the prior is right those two are equal, and a draw has
#
# $$ \mathbb{E}\lVert z^* - z \rVert^2 = \mathbb{E}\lVert z^* - m \rVert^2 + \mathbb{E}\lVert z - m \rVert^2 = 2\,\mathbb{E}\lVert z - m \rVert^2, $$
#
# 3 dB more. Is it so on real patches?

# %%
small = priors.digit_prior(5, 50)
clean_patches = patches.extract_patches(hundred, 5).reshape(-1, 25)
noisy_patches = patches.extract_patches(noisy[50], 5).reshape(-1, 25)
for estimate in denoising.ESTIMATES:
    z = denoising.denoise_patches(noisy_patches, small, 50, estimate=estimate, rng=np.random.default_rng(6))
    print(f"{estimate:14} mean square error of a patch's pixels: {np.mean((z - clean_patches) ** 2):4.0f}")

# %% [markdown]
# The mean square error in a patch is 381 for the mean and 772 for a draw, which is twice the error. So on average the
# posterior variance is as large as the mean's error: under this noise the prior is neither too sure nor too shy. The most
# probable component lies between, 9 per cent above the mean.
#
# Does the order survive when patches are averaged to pictures?

# %%
for estimate in denoising.ESTIMATES:
    options = {"estimate": estimate, "rng": np.random.default_rng(6)}
    dB = [score(clean_up(noisy[sigma], small, sigma, **options)) for sigma in noisy]
    print(f"m 5, K 50, {estimate:14}", " ".join(f"{value:5.1f}" for value in dB), "dB")

# %% [markdown]
# On pictures the order does not survive. Draws lose only 0.2 to 0.4 dB: the draws of the patches over a pixel are
# independent, and their average varies less than each. And the most probable component now equals or beats the mean, by
# 0.3 dB at $\sigma = 100$. The mean (M4) is best for *one patch*; the average of 25 best patches need not be the best
# picture. Zoran and Weiss (2011) start from this gap.
#
# ## 6. A cheaper gate
#
# The weights can also be had for less. `gate_rank=64` looks at a patch only along 64 directions when it weighs the
# components, those in which the whole prior varies most (the leading eigenvectors of its covariance), and filters in full
# afterwards. What does that cost?

# %%
for sigma in noisy:
    gated = score(denoising.denoise(noisy[sigma], prior, sigma, gate_rank=64))
    print(f"sigma {sigma:3}: the gate costs less than 0.03 dB: {score(restored[sigma]) - gated < 0.03}")

# %% [markdown]
# Less than 0.03 dB: to choose among these eleven components a rough view of the patch is enough.
#
# ## 7. The whole table, with established methods
#
# We denoise the hundred digits with the shipped priors ($K = 20$ only for $m = 16$, where no larger $K$ is shipped).

# %%
pairs = sorted({(m, K) for m, K, seed in priors.SHIPPED if seed == 0 and (K != 20 or m == 16)})
table = {(16, 11): [score(restored[sigma]) for sigma in noisy]}
print("  m    K   sigma 25     50    100")
for m, K in pairs:
    if (m, K) not in table:
        table[m, K] = [score(denoising.denoise(noisy[sigma], priors.digit_prior(m, K), sigma)) for sigma in noisy]
    dB = table[m, K]
    print(f"{m:3} {K:4} {dB[0]:10.1f} {dB[1]:6.1f} {dB[2]:6.1f} dB")

# %% [markdown]
# And what do established methods reach? *Non-local means* (NL-means; Buades, Coll and Morel) averages pixels whose
# surroundings look alike; *total variation* (Chambolle) looks for the picture with the least sum of gradient lengths near
# the noisy one.
#
# Both come from scikit-image, work on 0..1, and have knobs: for NL-means its width $h$, in units of $\sigma$, and the side
# of the surroundings; for total variation a weight in units of $\sigma$.
#
# To be fair we choose the knobs for each $\sigma$ by their PSNR on five *training* digits, just as our priors were fitted
# to training digits. Both methods are told $\sigma$; NL-means searches 10 pixels each way and runs in its original, slower
# form.

# %%
def nl_means(noisy, sigma, h, side):
    options = {"patch_size": side, "patch_distance": 10, "h": h * sigma / 255, "sigma": sigma / 255, "fast_mode": False}
    return 255 * np.stack([denoise_nl_means(x / 255, **options) for x in noisy])

# %%
def total_variation(noisy, sigma, weight):
    return 255 * np.stack([denoise_tv_chambolle(x / 255, weight=weight * sigma / 255) for x in noisy])

# %%
knobs = {nl_means: list(itertools.product((0.4, 0.6, 1.1, 1.6, 2.2), (5, 7)))}
knobs[total_variation] = [(0.5,), (0.6,), (0.65,), (0.7,), (0.8,)]
tuning = datasets.digits("train")[0][::1800]

# %%
def tuned(method, sigma):
    seen = images.add_noise(tuning, sigma, np.random.default_rng(4))
    return max(knobs[method], key=lambda k: images.psnr(np.clip(method(seen, sigma, *k), 0, 255), tuning).mean())

# %%
choices = {method: {sigma: tuned(method, sigma) for sigma in noisy} for method in knobs}
print("NL-means, h in sigma and side:", choices[nl_means])
print("total variation, weight in sigma:", choices[total_variation])

# %%
by_method = {f: [score(f(noisy[sigma], sigma, *choices[f][sigma])) for sigma in noisy] for f in knobs}
others = {"noisy": [score(noisy[sigma]) for sigma in noisy]}
others |= {"total variation": by_method[total_variation], "NL-means": by_method[nl_means]}
ours = {"report's rule, m 16 K 11": rule, "m 16 K 11": table[16, 11], "m  5 K 50": table[5, 50]}
for name, dB in (others | ours).items():
    print(f"{name:25} {dB[0]:6.1f} {dB[1]:6.1f} {dB[2]:6.1f} dB")

# %%
plots.psnr_by_components(table, list(noisy), others)
plt.show()

# %% [markdown]
# The figure shows a panel for each $\sigma$. Coloured lines show the mean PSNR against $K$ (logarithmic axis), one for each
# $m$: the lines for small patches climb steeply; the one for $m = 16$ starts highest, climbs little, and is the lowest from
# $K = 5$ on. Black horizontal lines mark the noisy picture, total variation and NL-means.
#
# At $\sigma = 25$ NL-means comes within 0.3 dB of $m = 5$, $K = 50$ (29.7 against 30.0 dB). Under more noise the mixture
# is ahead by 1.1 and 2.3 dB, and total variation is 3 dB or more behind the mixture everywhere. The report's choice,
# $m = 16$ and $K = 11$, beats NL-means only at $\sigma = 100$.
#
# The report's literal rule is below the noisy picture at $\sigma = 25$. The comparison is not
# quite even: our prior has seen 9 000 digits, the other two methods none but for their knobs.
#
# Which row is best at each $\sigma$?

# %%
for i, sigma in enumerate(noisy):
    m, K = max(table, key=lambda pair: table[pair][i])
    gain = table[m, K][i] - table[16, 11][i]
    print(f"sigma {sigma:3}: best is m {m} K {K} with {table[m, K][i]:.1f} dB, {gain:.1f} dB above m 16 K 11")

# %% [markdown]
# Small patches and many components win: 3.6, 3.3 and 2.0 dB above the report's choice, at $\sigma = 25$, 50 and 100. With
# more noise the best patch grows from $4 \times 4$ to $5 \times 5$, and $8 \times 8$ with $K = 200$ comes within 0.2 dB at
# $\sigma = 100$, above $m = 4$. "Eleven is best" holds here for $m = 16$ alone, and there by no more than fits of the same
# kind differ.
#
# How much of such a number is the luck of one draw of noise? We repeat $m = 5$, $K = 50$, $\sigma = 100$ with three other
# draws.

# %%
draws = []
for seed in range(10, 13):
    seen = images.add_noise(hundred, 100, np.random.default_rng(seed)).astype(np.float32)
    draws.append(score(denoising.denoise(seen, small, 100)))
print(f"mean of {len(draws)} draws: {np.mean(draws):.1f} dB; standard deviation below 0.15 dB: {np.std(draws, ddof=1) < 0.15}")

# %% [markdown]
# The mean over three other draws is 20.8 dB, our one draw gave 20.7. All our rows share one draw, so they may be compared;
# numbers from other draws, such as those of a paper, differ by a tenth or so for this reason alone.
#
# ## 8. Learning by heart
#
# More components must be learned from the same patches. A covariance has $D(D+1)/2$ free numbers. We compare that with
# the patches that a component gets, and, as in lesson 04, the mean log-likelihood per pixel on patches of the fit and of held-out digits: the gap between the two shows what was learned by heart. The last column is
# the PSNR at $\sigma = 25$.

# %%
train = datasets.digits("train")[0]
print("  m    K  free numbers  patches each   fitted  held-out    gap  (nats a pixel)   PSNR")
for m, ks in {5: (50, 200), 8: (50, 200), 16: (11, 20)}.items():
    fitted = patches.sample_patches(train, m, priors.n_patches(m), np.random.default_rng(0))[:5000]
    unseen = patches.sample_patches(held_out, m, 5000, np.random.default_rng(5))
    for K in ks:
        a, b = (priors.digit_prior(m, K).log_density(x).mean() / m**2 for x in (fitted, unseen))
        counts = f"{m**2 * (m**2 + 1) // 2:13} {priors.n_patches(m) // K:13}"
        print(f"{m:3} {K:4} {counts} {a:8.2f} {b:9.2f} {a - b:z6.2f} {table[m, K][0]:21.1f} dB")

# %% [markdown]
# Look at $m = 16$. From 11 to 20 components the fitted patches become likelier, $-4.24$ to $-4.22$, and the held-out ones
# less likely, $-4.30$ to $-4.36$: the prior begins to learn its patches by heart, with 1000 patches for the 32 896 numbers
# of a covariance, and the PSNR gains nothing. At $m = 5$ a covariance has 325 numbers; from 50 to 200 components the
# held-out patches gain, $-2.99$ to $-2.83$, and so does the PSNR, 30.0 to 30.6 dB, although a gap of 0.08 opens there as
# well.
#
# So a large patch seems to need many components, and to pay for each with more numbers than its data can settle.
#
# But the likelihood is no oracle: for $m = 8$ the held-out patches *lose* from 50 to 200 components, $-3.12$ to $-3.18$,
# with a gap of 0.19, and the PSNR still rises, 29.1 to 29.4 dB. (Lesson 04 met this, too. And the table compares whole
# recipes: the one in `priors.py` sorts patches of up to $5 \times 5$ pixels a little differently.)
#
# ## 9. What the sliders say, in numbers
#
# What the widget of the lesson says is a function of what its sliders say: $\sigma$, $m$, $K$, the estimate, row and column. `ask`
# gives its sentences for the 3, and `split` takes the part that we need.

# %%
def ask(*choice):
    return widgets.denoising_view(five[2], *choice).readout

# %%
for m, K in ((16, 1), (16, 20), (5, 1), (5, 200)):
    print(f"sigma 25, m {m:2}, K {K:3}:", ask(25, m, K).split(". ")[0])
for sigma, m in itertools.product((25, 150), (4, 5, 8, 16)):
    print(f"sigma {sigma:3}, m {m:2}, K 11:", ask(sigma, m, 11).split(". ")[0])

# %% [markdown]
# At $\sigma = 25$ going from $K = 1$ to the most components is worth 1.9 dB for $m = 16$ and 5.8 dB for $m = 5$.
#
# With $K = 11$ and $\sigma = 25$ the order is 4, 5, 8, 16, from 29.1 down to 26.9 dB. At $\sigma = 150$ the four
# are within 0.4 dB, and $m = 5$ leads with 16.6 dB; $m = 4$ has 16.3. (One digit and one draw of noise: the
# table of section 7 is the better witness.)
#
# Now the weights under more noise: the patch in the middle, and then all 441 patches.

# %%
eight = priors.digit_prior(8, 20)
for sigma in (25, 50, 100, 150):
    x = images.add_noise(five[2], sigma, np.random.default_rng(0))
    weights = denoising.component_weights(patches.extract_patches(x, 8), eight, sigma)
    print(f"sigma {sigma:3}:", ask(sigma, 8, 20).split(": ")[2])
    print(f"    all patches: the largest weight exceeds 0.99 in {np.mean(weights.max(axis=1) > 0.99):.0%}")

# %% [markdown]
# Component 3 keeps the patch in the middle up to $\sigma = 50$; at 100 it has a weight of 0.83, and at 150 another one,
# component 6, leads with half of the weight. The more noise, the less a patch says: beside $\sigma^2$ the differences between
# the $S_k$, and between the means, count for less and less, and the weights spread. At $\sigma = 25$ three patches of four are
# sure of their component, at 150 none is. With noise without end the posterior weights would be the prior's.
#
# Three patches under the report's rule:

# %%
for row, column in ((14, 14), (4, 14), (14, 24)):
    print(f"row {row:2}, column {column}:", ask(25, 8, 20, "report", row, column).split(": ")[2])
print(ask(25, 8, 20, "report").split(". ")[0])
print(f"component 1: mean gray level {eight.means[1].mean():.1f}, standard deviation {np.trace(eight.covs[1] / 64) ** 0.5:.1f}")

# %% [markdown]
# The best component changes from patch to patch, the triangle never moves: no patch enters the rule. With this prior the
# restored picture is nearly black all over: it has 9.6 dB, 13 less than the noisy one. For component 1 is the empty
# background, with a mean gray level of 0.1 and a standard deviation of 2.9 a pixel, where $\sigma$ is 25. So it takes nearly
# everything for noise, strokes as well.
#
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %%
ledger.table("05")

# %% [markdown]
# Read the row (M6): one component at a time, the eigenvectors give what quadrature gives. "M6 a" says why one
# decomposition serves every $\sigma$.
#
# ## References
#
# - A. Buades, B. Coll, J.-M. Morel, *A non-local algorithm for image denoising*, CVPR 2005, doi:10.1109/CVPR.2005.38.
# - A. Chambolle, *An algorithm for total variation minimization and applications*, Journal of Mathematical Imaging and Vision
#   20, 2004, doi:10.1023/B:JMIV.0000011325.36760.1e.
# - D. Zoran, Y. Weiss, *From learning models of natural image patches to whole image restoration*, ICCV 2011,
#   doi:10.1109/ICCV.2011.6126278.
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer 2006, sections 2.3 and 9.2.
