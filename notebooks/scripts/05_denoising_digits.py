# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,slideshow,nbgrader,-all
#     formats: _denoising_digits.ipynb,scripts//_denoising_digits.py:percent
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

# %% [markdown] slideshow={"slide_type": "slide"}
# # 05 Denoising digits
#
# **How well can we clean a digit, and what decides it?** A picture arrives with noise on every pixel. We have a prior for
# small patches (lesson 04) and the posterior of a mixture (lesson 03). This lesson puts them together, measures the result
# in decibels, and looks for what the result depends on: the estimate, the noise, the size of the patches, the number of
# components.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You will be able to**
# - restore thousands of patches with one eigendecomposition for each component, whatever the noise;
# - write the whole method yourself: shrink, weigh, put together, score;
# - say what PSNR measures, and how much a change of 1 dB means;
# - recognise four ways to lose decibels: wrong weights, a wrong sigma, clipping too early, patches too large for their
#   number of components.
#
# **You need** lesson 02 for (G7) and (G8), lesson 03 for (M2) to (M5), lesson 04 for patches. The lesson runs in about 50
# seconds.

# %% slideshow={"slide_type": "skip"}
# %matplotlib inline
import itertools

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from course_lib import datasets, denoising, gaussian, images, mixture, patches, priors, report
from course_lib.classroom import exercises, ledger, plots, widgets

# %% [markdown] slideshow={"slide_type": "skip"}
# Every picture here is a *held-out* digit: the priors were fitted to other digits. Five of them are for looking, one
# hundred for measuring. The first prior has patches of $m \times m = 16 \times 16$ pixels, so $D = m^2 = 256$, and
# $K = 11$ components: the choice of the report that this course started from. The letter $m$ keeps both its meanings: the side
# of a patch in pixels, and, as in lesson 03, a posterior mean, such as $m(y)$ or $m_k(y)$.

# %% slideshow={"slide_type": "skip"}
held_out, labels = datasets.digits("test")
five, hundred = held_out[::200], held_out[::10]
prior = priors.digit_prior(16, 11)
print("digits to look at:", labels[::200].tolist())
print("digits to measure on:", len(hundred), "with", np.bincount(labels[::10]).tolist(), "of each label")
print("prior: K, D =", prior.means.shape)

# %% [markdown] slideshow={"slide_type": "skip"}
# The five are a 0, 1, 3, 6 and 7; among the hundred every label occurs 8 to 12 times.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1. One component: shrink each direction by what the noise deserves
#
# We observe $y = z + \text{noise}$ with independent noise of standard deviation $\sigma$: in the letters of lesson 02,
# $W = I$, $b = 0$, $R = \sigma^2 I$. For one component, $z \sim N(\mu, S)$, the gain form (G8) becomes
#
# $$ m(y) = \mu + S\,(S + \sigma^2 I)^{-1}(y - \mu). $$
#
# An inverse of a $256 \times 256$ matrix for every $\sigma$? Lesson 02 had a shorter way, the Wiener filter. Write $S =
# U\,\mathrm{diag}(\lambda)\,U'$ with the eigenvectors $u_i$ in the columns of $U$ and the variances $\lambda_i \ge 0$ along
# them. Because $U U' = I$, also $S + \sigma^2 I = U\,\mathrm{diag}(\lambda + \sigma^2)\,U'$. Its inverse divides by
# $\lambda_i + \sigma^2$, and the inner $U'U = I$ cancels. For component $k$, with its own $\mu_k$, $U_k$ and $\lambda_{ki}$:
#
# $$ m_k(y) = \mu_k + U_k\,\mathrm{diag}_i\!\Big(\frac{\lambda_{ki}}{\lambda_{ki}+\sigma^2}\Big)\,U_k'\,(y - \mu_k). \tag{M6} $$
#
# In words: go to the axes of the component, keep the share $\lambda_{ki}/(\lambda_{ki}+\sigma^2)$ of each coordinate, come
# back.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 05.1: what one direction keeps
#
# Along one axis of a component the clean patches vary with a standard deviation of 50 gray levels. The noise has $\sigma = 25$.
# **Which share of the coordinate $u_i'(y - \mu)$ does (M6) keep?** Return a number between 0 and 1.

# %% nbgrader={"grade": false, "grade_id": "exercise-05-1", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def kept_share():
    """The factor of (M6) for this direction  ->  a number between 0 and 1"""
    ### BEGIN SOLUTION
    lam, noise = 50**2, 25**2
    return lam / (lam + noise)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-05-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_kept_share = exercises.check("05.1", kept_share)

# %% [markdown] slideshow={"slide_type": "skip"}
# `shrunk` is (M6) for one component $k$ and one patch $y$; `prior.eigen` holds all $\lambda_{ki}$, rising with $i$, and
# all $U_k$. The check uses the middle patch of a noisy digit, and `gaussian.posterior`, which knows nothing of
# eigenvectors: it solves with $S + R$. The loop takes the *same* eigenvectors three times: one eigendecomposition serves
# every $\sigma$.

# %% slideshow={"slide_type": "skip"}
def shrunk(y, k, sigma):
    lam, U = prior.eigen[0][k], prior.eigen[1][k]
    return prior.means[k] + U @ (lam / (lam + sigma**2) * (U.T @ (y - prior.means[k])))


noisy_five = images.add_noise(five, 25, np.random.default_rng(0))
y = patches.extract_patches(noisy_five[2], 16)[84]
for sigma in (5, 25, 100):
    channel = gaussian.LinearGaussian(np.eye(256), np.zeros(256), sigma**2 * np.eye(256))
    exact = gaussian.posterior(mixture.components(prior)[0], channel, y).mean
    print(f"sigma {sigma:3}: (M6) equals (G8): {np.allclose(shrunk(y, 0, sigma), exact, atol=1e-8)}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Predict, then run: of the 256 directions of component 0, how many keep more than half of what they see when $\sigma = 25$?

# %% slideshow={"slide_type": "skip"}
for sigma in (25, 50, 100):
    factor = prior.eigen[0][0] / (prior.eigen[0][0] + sigma**2)
    print(f"sigma {sigma:3}: {np.sum(factor > 0.5):3} directions keep more than half; the factors sum to {factor.sum():.0f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What each direction keeps
#
# With $\sigma = 25$ about half of the directions of this component, 126 of 256, keep more than half of what they see; with
# $\sigma = 100$ only 34 do.

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows the factor $\lambda_i/(\lambda_i + \sigma^2)$ against the rank of the direction, one falling curve for
# each $\sigma$; curves for more noise fall earlier.

# %% slideshow={"slide_type": "-"}
plots.shrinkage(prior.eigen[0][0], (25, 50, 100))
plt.show()

# %% [markdown] slideshow={"slide_type": "notes"}
# The sum of the factors is the number of directions that the observation decides, in effect: 123, 79, 44. From about
# direction 200 on all three curves are at zero: there the patches of this component hardly vary, and whatever the picture
# shows is taken for noise.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 2. Which component? Weights in logarithms
#
# Lesson 03 gave the weights of the posterior: $\pi_k(y) \propto \pi_k\,N(y \mid \mu_k, S_k + \sigma^2 I)$, (M2) with
# $W = I$. The same eigenvectors give the density. Its determinant is the product of the $\lambda_{ki} + \sigma^2$, its
# quadratic form a sum over directions, and $(2\pi)^{-D/2}$ is the same for all $k$:
#
# $$ \ln \pi_k(y) = \text{const} + \ln \pi_k - \frac12 \sum_{i=1}^{D} \Big[ \ln(\lambda_{ki}+\sigma^2) + \frac{(u_{ki}'(y-\mu_k))^2}{\lambda_{ki}+\sigma^2} \Big]. $$
#
# This is the second half of (M6). The constant goes away when the weights are made to sum to one.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 05.2: the weights of the components
#
# Write the second half of (M6) and make the weights sum to 1. Stay in logarithms until the end (lesson 03 showed how): your
# function must survive a patch so far from every component that each density is exactly 0.0. Variances and prior weights may
# be 0. (`np.log(0)` warns and gives $-\infty$, which is the right logarithm here.)

# %% nbgrader={"grade": false, "grade_id": "exercise-05-2", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def weights_of_components(y, weights, means, lam, U, sigma):
    """pi_k(y), (M6).

    y (D,), weights (K,): prior weights, means (K, D), lam (K, D), U (K, D, D): axes in columns, sigma: a number  ->  (K,), sum 1
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        log_joint = np.log(weights)
    for k, (mu, variances, axes) in enumerate(zip(means, lam + sigma**2, U)):
        coordinates = axes.T @ (y - mu)
        log_joint[k] -= 0.5 * np.sum(np.log(variances) + coordinates**2 / variances)
    shares = np.exp(log_joint - log_joint.max())
    return shares / shares.sum()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-05-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_weights_of_components = exercises.check("05.2", weights_of_components)

# %% [markdown] slideshow={"slide_type": "skip"}
# We check against the definition, the responsibilities of the *noisy* mixture (G7), which come from Cholesky factors. In
# `log_weights` the array `coordinates` holds $u_{ki}'(y-\mu_k)$, a row for each component.

# %% slideshow={"slide_type": "skip"}
def log_weights(y, sigma):
    lam, U = prior.eigen
    coordinates = np.einsum("kdi,kd->ki", U, y - prior.means)
    return np.log(prior.weights) - 0.5 * np.sum(np.log(lam + sigma**2) + coordinates**2 / (lam + sigma**2), axis=1)


channel = gaussian.LinearGaussian(np.eye(256), np.zeros(256), 25**2 * np.eye(256))
noisy_mixture = mixture.predictive(prior, channel)
weights = softmax(log_weights(y, 25))
print("weights:", np.round(weights, 3))
print("equal to (M2):", np.allclose(weights, mixture.responsibilities(noisy_mixture, y[None])[0], atol=1e-10))

# %% [markdown] slideshow={"slide_type": "skip"}
# One component takes all the weight, to three decimals. Is that typical? And could we have done without logarithms? We ask
# all 845 patches of the five digits.

# %% slideshow={"slide_type": "skip"}
all_y = patches.extract_patches(noisy_five, 16).reshape(-1, 256)
log_density = noisy_mixture.log_density(all_y)
print(f"median log density: {np.median(log_density):.0f}")
print("densities that are exactly 0.0:", np.sum(np.exp(log_density) == 0), "of", len(all_y))
largest = mixture.responsibilities(noisy_mixture, all_y).max(axis=1)
print(f"patches whose largest weight exceeds 0.99: {np.mean(largest > 0.99):.0%}")

# %% [markdown] slideshow={"slide_type": "-"}
# The median density of the 845 patches of our five digits is $e^{-1344}$, and as in lesson 03 not one survives in floating
# point: the weights would be $0/0$. Hence logarithms, until the weights are normalised. A clear weight is typical: for 91
# per cent of the patches the largest exceeds 0.99.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3. All patches at once, then the picture
#
# `denoising.denoise_patches` is (M6) for many patches and all components: weights, shrinkage, and the posterior mean $m =
# \sum_k \pi_k(y)\,m_k(y)$ of (M4), or the most probable component (M5), the $m_k(y)$ of the largest weight.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 05.3: all patches at once
#
# Write the posterior means of many patches from their posterior weights: (M6) for every component, put together by (M4). Patch
# $y_n$ stands in *row* $n$, so that $U_k'(y_n - \mu_k)$ for all $n$ at once is a product of matrices in another order. A loop
# over the components is fine, and variances $\lambda_{ki}$ may be 0.

# %% nbgrader={"grade": false, "grade_id": "exercise-05-3", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def posterior_means(y, weights, means, lam, U, sigma):
    """The means (M4) of the posteriors of N patches.

    y (N, D): patches in rows;  weights (N, K): pi_k(y_n), given;  means (K, D), lam (K, D), U (K, D, D): axes in columns
    sigma: a number  ->  m (N, D)
    """
    ### BEGIN SOLUTION
    m = np.zeros_like(y)
    for k, mu in enumerate(means):
        coordinates = (y - mu) @ U[k]
        kept = lam[k] / (lam[k] + sigma**2) * coordinates
        m += weights[:, [k]] * (mu + kept @ U[k].T)
    return m
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-05-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_posterior_means = exercises.check("05.3", posterior_means)

# %% [markdown] slideshow={"slide_type": "skip"}
# We compare `denoise_patches` with `mixture.posterior` of lesson 03, which takes one patch at a time and any channel.

# %% slideshow={"slide_type": "skip"}
some = all_y[::500]
posteriors = [mixture.posterior(prior, channel, patch) for patch in some]
oracle = {
    "mean": [post.mean for post in posteriors],
    "most_probable": [post.means[post.weights.argmax()] for post in posteriors],
}
for estimate, slow in oracle.items():
    fast = denoising.denoise_patches(some, prior, 25, estimate=estimate)
    print(f"{len(some)} patches, {estimate}: equal to the posterior's: {np.allclose(fast, slow, atol=1e-8)}")

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 05.4: the whole method
#
# Lesson 04 cut a picture into all its patches, (P1), and averaged overlaps, (P2). Put the restoration in between and write the
# whole method. `restore` is given: a function that takes noisy patches, an array $(N, m^2)$, and returns their posterior means,
# an array of the same shape. The noisy picture comes as floats, also below 0 and above 255. Leave it so, and clip the
# *result* to 0..255, once (section 6 shows why). You may use `patches.extract_patches(images, m)` and
# `patches.average_patches(v, (H, W))`.

# %% nbgrader={"grade": false, "grade_id": "exercise-05-4", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def restored_picture(noisy, m, restore):
    """A picture restored patch by patch.

    noisy (H, W), m: side of the patches, restore: function (N, m*m) -> (N, m*m)  ->  (H, W), gray levels from 0 to 255
    """
    ### BEGIN SOLUTION
    v = restore(patches.extract_patches(noisy, m))
    picture = patches.average_patches(v, noisy.shape)
    return np.clip(picture, 0, 255)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-05-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_restored_picture = exercises.check("05.4", restored_picture)

# %% [markdown] slideshow={"slide_type": "-"}
# A digit of $28 \times 28$ pixels has $13 \cdot 13 = 169$ windows of $16 \times 16$. Lesson 04 cut all of them out, (P1),
# and averaged overlaps, (P2). With the posterior in between, that is the whole method: three lines.

# %% slideshow={"slide_type": "-"}
cut = patches.extract_patches(noisy_five[2], 16)
restored_patches = denoising.denoise_patches(cut, prior, 25)
picture = patches.average_patches(restored_patches, (28, 28))

# %% slideshow={"slide_type": "skip"}
print("patches:", cut.shape, " picture:", picture.shape)
print("equal to denoising.denoise:", np.allclose(picture, denoising.denoise(noisy_five[2], prior, 25)))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 4. How good is a picture?
#
# We compare it with the truth by the *peak signal-to-noise ratio* (PSNR) in decibels (dB),
#
# $$ \mathrm{PSNR} = 10 \log_{10} \frac{\text{peak}^2}{\mathrm{MSE}}, \tag{P3} $$
#
# with the mean square error (MSE) over the pixels and the peak 255. Of two equal pictures the MSE is 0 and the PSNR infinite.
# A table averages the dB over pictures.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 05.5: PSNR
#
# Write (P3) for one picture and any peak. Two hard cases: two equal pictures (`np.inf`), and two pictures stored as bytes
# (`uint8`), whose differences wrap around unless you turn them into floats first.

# %% nbgrader={"grade": false, "grade_id": "exercise-05-5", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def decibels(estimate, truth, peak):
    """PSNR of a picture, (P3).

    estimate (H, W), truth (H, W): gray levels as floats or bytes;  peak: a number  ->  a number in dB, infinite for MSE = 0
    """
    ### BEGIN SOLUTION
    mse = np.mean((estimate.astype(float) - truth) ** 2)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(peak**2 / mse)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-05-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_decibels = exercises.check("05.5", decibels)

# %% [markdown] slideshow={"slide_type": "-"}
# Predict: a picture that is wrong by 25.5 gray levels everywhere has how many dB? And what does half the MSE add?

# %% slideshow={"slide_type": "skip"}
truth = five[2]
wrong = truth + 25.5
print(f"wrong by 25.5 everywhere: {images.psnr(wrong, truth):.1f} dB")
print(f"by the definition:        {10 * np.log10(255**2 / np.mean((wrong - truth) ** 2)):.1f} dB")
print(f"half the square error:    {images.psnr(truth + 25.5 / np.sqrt(2), truth):.1f} dB")
for dB in (1, 0.1):
    print(f"{dB} dB more: square error times {10 ** (-dB / 10):.2f}")

# %% [markdown] slideshow={"slide_type": "-"}
# A peak ten times the error is 20.0 dB, and half the square error adds 3.0 dB. A gain of 1 dB takes away a fifth of the
# square error, 0.1 dB only two per cent.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 5. The experiment: original, noisy, denoised
#
# Now the report's experiment, $m = 16$ and $K = 11$, on five held-out digits. The noise is added as floating-point
# numbers, negative pixels stay negative, and only the result is clipped to 0..255 for the eye and the score. The report
# has two values of $\sigma$, 20 and 25 (we come back to why), so we run both.

# %% slideshow={"slide_type": "skip"}
def clean_up(noisy, prior, sigma, **options):
    return np.clip(denoising.denoise(noisy, prior, sigma, **options), 0, 255)


rows = {"original": five}
for sigma in (20, 25):
    seen = images.add_noise(five, sigma, np.random.default_rng(0))
    rows[f"noisy, sigma {sigma}"] = np.clip(seen, 0, 255)
    rows[f"denoised, sigma {sigma}"] = clean_up(seen, prior, sigma)

# %% [markdown] slideshow={"slide_type": "skip"}
# The PSNR of each digit, before and after:

# %% slideshow={"slide_type": "skip"}
for name, pictures in list(rows.items())[1:]:
    print(f"{name:18}:", np.round(images.psnr(pictures, five), 1), "dB")
at_25 = {name: pictures for name, pictures in rows.items() if "20" not in name}

# %% [markdown] slideshow={"slide_type": "-"}
# Every digit gains: 3.9 to 5.4 dB at $\sigma = 25$, and 3.5 to 5.0 dB at $\sigma = 20$. As 3 dB are half the square error,
# more than half of it is gone each time. The straight 1 gains most, the 6 with its small loop least.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Five digits

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure has three rows of five digits (0, 1, 3, 6, 7): the originals; the same with noise of 25 gray levels, a grain
# on black and on the strokes; denoised, with clean strokes on black and slightly soft edges. The PSNR stands under each
# picture.

# %% slideshow={"slide_type": "-"}
plots.digit_rows(at_25, five)
plt.show()

# %% [markdown] slideshow={"slide_type": "slide"}
# ### One hundred digits
#
# Five digits are an anecdote. From here on we measure on one hundred, at three widths of noise, with one fixed draw of it.

# %% [markdown] slideshow={"slide_type": "skip"}
# Speed matters now, so pictures are stored in float32; the library then computes in float32 throughout. Does that cost
# accuracy?

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(3)
noisy = {sigma: images.add_noise(hundred, sigma, rng).astype(np.float32) for sigma in (25, 50, 100)}
restored = {sigma: denoising.denoise(noisy[sigma], prior, sigma) for sigma in noisy}
wide = denoising.denoise(noisy[25][::10].astype(np.float64), prior, 25)
print("float32 against float64: below 0.01 gray levels:", np.abs(wide - restored[25][::10]).max() < 0.01)

# %% slideshow={"slide_type": "skip"}
def score(pictures):
    return images.psnr(np.clip(pictures, 0, 255), hundred).mean()


for sigma in noisy:
    print(f"sigma {sigma:3}: noisy {score(noisy[sigma]):4.1f} dB, denoised {score(restored[sigma]):4.1f} dB")

# %% [markdown] slideshow={"slide_type": "skip"}
# Float32 costs less than 0.01 gray levels.

# %% [markdown] slideshow={"slide_type": "-"}
# The gain grows with the noise: from 22.9 to 27.2 dB at $\sigma = 25$, from 16.9 to 22.8 at 50, from 11.2 to 19.0 at 100.
# Note that the noisy pictures are scored *after* clipping, which flatters them.

# %% [markdown] slideshow={"slide_type": "-"}
# ### Does the assumed sigma matter?
#
# The report states $\sigma = 20$ under its picture, but the call that draws it leaves the default 25. (In another of its
# functions the argument is named `variance`; it is a standard deviation.) What does it cost to tell the method 25 when the
# noise is 20? And what, to be far off?

# %% slideshow={"slide_type": "skip"}
with_noise = images.add_noise(hundred, 20, np.random.default_rng(2)).astype(np.float32)
for told in (10, 20, 25, 50):
    print(f"noise 20, told {told}: {score(denoising.denoise(with_noise, prior, told)):.2f} dB")

# %% [markdown] slideshow={"slide_type": "-"}
# Telling 25 when the noise is 20 costs 0.3 dB, so this slip of the report hardly shows. Far off it does: told 10, the method
# keeps the noise and loses 1.2 dB; told 50, it smooths the digit away and loses 3.2 dB.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 6. Clip once, at the end
#
# A picture file holds bytes from 0 to 255 (the report reads its noisy digits from such files), so it is tempting to clip
# or cast the *noisy* picture. But the model says that noise is symmetric, and on black half of it is negative. (The report
# also clips every restored patch before it averages them, and sets what is below 1 to 0.) Guess the price of each variant,
# then run.

# %% slideshow={"slide_type": "skip"}
def clipped_inside(x, sigma):
    z = denoising.denoise_patches(patches.extract_patches(x, 16).reshape(-1, 256), prior, sigma)
    z = np.where(z < 1, 0, np.minimum(z, 255))
    return patches.average_patches(z.reshape(100, 169, 256), (28, 28))


clipped = {sigma: np.clip(noisy[sigma], 0, 255) for sigma in (25, 100)}
wrapped = noisy[25].astype(np.int64).astype(np.uint8).astype(np.float32)

# %% slideshow={"slide_type": "skip"}
variants = {
    "floats, clipped at the end": {sigma: restored[sigma] for sigma in clipped},
    "noisy input clipped to 0..255": {sigma: denoising.denoise(x, prior, sigma) for sigma, x in clipped.items()},
    "noisy input cast to uint8": {25: denoising.denoise(wrapped, prior, 25)},
    "clipped inside each patch": {25: clipped_inside(noisy[25], 25)},
}
for name, pictures in variants.items():
    print(f"{name:30}", " ".join(f"sigma {sigma}: {score(x):4.1f} dB " for sigma, x in pictures.items()))
never = [images.psnr(restored[sigma], hundred).mean() for sigma in (25, 100)]
print(f"{'floats, never clipped':30} sigma 25: {never[0]:4.1f} dB  sigma 100: {never[1]:4.1f} dB")

# %% [markdown] slideshow={"slide_type": "-"}
# Clipping the noisy input costs 0.9 dB at $\sigma = 25$ and 2.3 dB at 100: the more noise, the more of it the clip bends
# upwards. Casting to bytes wraps $-3$ to 253 and leaves 5.4 dB, worse than no denoising. Clipping inside each patch, as
# the report does, changes nothing that one decimal shows. Never clipping costs 1.5 and 0.6 dB. Hence: floats throughout,
# one clip at the end.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 7. The report's rule, to the letter
#
# The report's code does not weigh components by (M2). It takes the component with the largest
# $\pi_k\,N(m_k(y) \mid m_k(y),\, C_k)$, where $C_k$ is the posterior covariance of component $k$. Lesson 03 saw what that
# means. A Gaussian *at its own mean* has the exponent zero, so
#
# $$ \pi_k\,N(m_k(y) \mid m_k(y), C_k) = \pi_k\,(2\pi)^{-D/2}\,|C_k|^{-1/2}, $$
#
# and by (M3) $C_k$ does not depend on $y$: one and the same component for every patch of every image. Apart from $\pi_k$ the
# smallest determinant wins, the component that varies least.

# %% [markdown] slideshow={"slide_type": "skip"}
# `report.literal_loop` is a plain rendering of the report's loops: patch by patch, component by component, inverting as it
# does. Two patches of it are enough to see that one affine map, `report.literal_denoise_patches`, says the same.
#
# The report also adds $0.01\,I$ to $C_k$ and multiplies the mean by that sum. In a direction of prior variance $v$ far below
# $\sigma^2$ this scales the mean by about $1 + 0.01/v$. The last two lines try it on one pixel whose prior mean and
# whose observation are both 1, so that the right answer is 1.

# %% slideshow={"slide_type": "skip"}
k = report.literal_component(prior, 25)
loop = report.literal_loop(all_y[[40, 600]], prior, 25)
short = report.literal_denoise_patches(all_y[[40, 600]], prior, 25)
print(f"takes component {k} for every patch; loop equals the short form: {np.allclose(loop, short, atol=1e-6)}")
wanted = mixture.responsibilities(noisy_mixture, all_y).argmax(axis=1)
print(f"patches whose largest weight (M2) is component {k}'s: {np.sum(wanted == k)} of {len(all_y)}")
dB = [score(report.literal_denoise(noisy[25], prior, 25, epsilon=epsilon)) for epsilon in (0.01, 0)]
print(f"with the 0.01: {dB[0]:.1f} dB, without: {dB[1]:.1f} dB")
for v in (1, 1e-6):
    pixel = mixture.Mixture([1.0], [[1.0]], [[[v]]])
    print(f"prior variance {v:g}: 1 becomes {report.literal_denoise_patches([[1.0]], pixel, 25)[0, 0]:.2f}")

# %% [markdown] slideshow={"slide_type": "-"}
# On the five digits it is component 10. It has the largest weight for 139 of the 845 patches and serves all of them.

# %% [markdown] slideshow={"slide_type": "skip"}
# The 0.01 does not show with this prior, 17.0 dB either way: our fits keep every variance at or above 1, and there 1
# becomes 1.01. At $10^{-6}$, scikit-learn's default floor, it becomes 255, and only the clip stops it there.
#
# What does the rule do to pictures? First the numbers, for the same five digits.

# %% slideshow={"slide_type": "skip"}
by_rule = report.literal_denoise(noisy_five, prior, 25)
three = {"noisy": rows["noisy, sigma 25"], "report's rule": by_rule, "correct weights": rows["denoised, sigma 25"]}
print("report's rule:", np.round(images.psnr(by_rule, five), 1), "dB")

# %% [markdown] slideshow={"slide_type": "-"}
# With 15 to 19 dB the literal rule is worse than doing nothing: the noisy pictures have 22.6 to 23.4 dB, the correct weights
# reach 26.7 to 28.8.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What the rule does to pictures

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure has three rows of the same five digits at $\sigma = 25$: noisy, the literal rule, and the correct weights. The
# literal rule's strokes are dim and fade out in places, the correct ones are whole.

# %% slideshow={"slide_type": "-"}
plots.digit_rows(three, five)
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# How much of this is bad luck with one fit? We take four fits of the same prior, which differ in their random patches and
# their start.

# %% slideshow={"slide_type": "skip"}
print("fit  takes component  its weight  report's rule  correct weights")
for seed in range(4):
    fit = priors.digit_prior(16, 11, seed=seed)
    k = report.literal_component(fit, 25)
    literal = score(report.literal_denoise(noisy[25], fit, 25))
    print(f"{seed:3}{k:12}{fit.weights[k]:16.2f}{literal:12.1f} dB{score(clean_up(noisy[25], fit, 25)):13.1f} dB")

# %% [markdown] slideshow={"slide_type": "notes"}
# Four fits of the same prior, and the rule gives 15.5 to 17.0 dB, each below the 22.9 dB of the noisy pictures; the
# correct weights give 27.0 to 27.2 dB. So it is no bad luck. What the rule gave with the report's own fit we cannot know:
# the report does not state the scale of its data or a PSNR.

# %% [markdown] slideshow={"slide_type": "skip"}
# There is a second trap: the code compares densities, not their logarithms. What is left of eleven densities in
# 256 dimensions when the noise grows?

# %% slideshow={"slide_type": "skip"}
rule = []
for sigma in noisy:
    zeros = np.sum(np.exp(report.literal_scores(prior, sigma)) == 0)
    kinds = ("densities", "logarithms")
    taken = [report.literal_component(prior, sigma, compare=kind) for kind in kinds]
    dB = [score(report.literal_denoise(noisy[sigma], prior, sigma, compare=kind)) for kind in kinds]
    rule.append(dB[0])
    print(f"sigma {sigma:3}: {zeros:2} of 11 densities are 0.0;", end=" ")
    print(f"takes {taken[0]} ({dB[0]:.1f} dB), by logarithms {taken[1]} ({dB[1]:.1f} dB)")

# %% [markdown] slideshow={"slide_type": "skip"}
# At $\sigma = 25$ nine of the eleven densities are exactly zero. From $\sigma = 50$ on all are, and the largest of eleven
# zeros is the first: the code takes component 0, whatever that happens to be. Here this accident is worth 1 to 2 dB, and
# still leaves the rule far below the correct 22.8 and 19.0 dB.
#
# And what does the loop cost? For each patch and component it inverts five matrices (the noise covariance twice, $S_k$
# twice, their sum once), and the density takes an eigendecomposition. None of these depends on the patch.

# %% slideshow={"slide_type": "skip"}
n_patches, K = 13 * 13, 11
print("inversions of 256 x 256 for a digit:    ", n_patches * K * report.INVERSIONS)
print("eigendecompositions of 256 x 256:       ", n_patches * K)
print("eigendecompositions in (M6), all digits:", len(prior.eigen[0]))

# %% [markdown] slideshow={"slide_type": "skip"}
# 9295 inversions and 1859 eigendecompositions for each digit, where eleven eigendecompositions serve all digits and every
# $\sigma$. `tests/benchmarks` measures what that means on your machine.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8. Which estimate?
#
# The posterior offers three estimates: its mean (M4), the most probable component (M5), and a random draw. Lesson 03
# ranked them for one patch: the mean $m$ is best, and a draw $z^*$ costs $\mathbb{E}\lVert z^* - m \rVert^2$, the
# posterior variance, on top of the mean's own error. If the prior is right those two are equal, and a draw has
#
# $$ \mathbb{E}\lVert z^* - z \rVert^2 = \mathbb{E}\lVert z^* - m \rVert^2 + \mathbb{E}\lVert z - m \rVert^2 = 2\,\mathbb{E}\lVert z - m \rVert^2, $$
#
# 3 dB more. Is it so on real patches?

# %% slideshow={"slide_type": "skip"}
small = priors.digit_prior(5, 50)
clean_patches = patches.extract_patches(hundred, 5).reshape(-1, 25)
noisy_patches = patches.extract_patches(noisy[50], 5).reshape(-1, 25)
for estimate in denoising.ESTIMATES:
    z = denoising.denoise_patches(noisy_patches, small, 50, estimate=estimate, rng=np.random.default_rng(6))
    print(f"{estimate:14} mean square error of a patch's pixels: {np.mean((z - clean_patches) ** 2):4.0f}")

# %% [markdown] slideshow={"slide_type": "-"}
# The mean square error in a patch is 381 for the mean and 772 for a draw, which is twice the error. So on average the
# posterior variance is as large as the mean's error: under this noise the prior is neither too sure nor too shy. The most
# probable component lies between, 9 per cent above the mean.

# %% [markdown] slideshow={"slide_type": "skip"}
# Predict whether the order survives when patches are averaged to pictures.

# %% slideshow={"slide_type": "skip"}
for estimate in denoising.ESTIMATES:
    options = {"estimate": estimate, "rng": np.random.default_rng(6)}
    dB = [score(clean_up(noisy[sigma], small, sigma, **options)) for sigma in noisy]
    print(f"m 5, K 50, {estimate:14}", " ".join(f"{value:5.1f}" for value in dB), "dB")

# %% [markdown] slideshow={"slide_type": "-"}
# On pictures the order does not survive. Draws lose only 0.2 to 0.4 dB: the draws of the patches over a pixel are
# independent, and their average varies less than each. And the most probable component now equals or beats the mean, by
# 0.3 dB at $\sigma = 100$. The mean (M4) is best for *one patch*; the average of 25 best patches need not be the best
# picture.

# %% [markdown] slideshow={"slide_type": "skip"}
# Zoran and Weiss (2011) start from this gap.

# %% [markdown] slideshow={"slide_type": "skip"}
# The weights can also be had for less. `gate_rank=64` looks at a patch only along 64 directions when it weighs the
# components, those in which the whole prior varies most (the leading eigenvectors of its covariance), and filters in full
# afterwards. What does that cost?

# %% slideshow={"slide_type": "skip"}
for sigma in noisy:
    gated = score(denoising.denoise(noisy[sigma], prior, sigma, gate_rank=64))
    print(f"sigma {sigma:3}: the gate costs less than 0.03 dB: {score(restored[sigma]) - gated < 0.03}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Less than 0.03 dB: to choose among these eleven components a rough view of the patch is enough.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 9. The table: patch side, components, noise
#
# The report chose $m = 16$ and $K = 11$ and says that $K = 11$ is best, without a number. Before we look: do you expect
# large patches to win, which see more of the digit at once, or small ones?

# %% [markdown] slideshow={"slide_type": "skip"}
# We denoise the hundred digits with the shipped priors ($K = 20$ only for $m = 16$, where no larger $K$ is shipped).

# %% slideshow={"slide_type": "skip"}
pairs = sorted({(m, K) for m, K, seed in priors.SHIPPED if seed == 0 and (K != 20 or m == 16)})
table = {(16, 11): [score(restored[sigma]) for sigma in noisy]}
print("  m    K   sigma 25     50    100")
for m, K in pairs:
    if (m, K) not in table:
        table[m, K] = [score(denoising.denoise(noisy[sigma], priors.digit_prior(m, K), sigma)) for sigma in noisy]
    dB = table[m, K]
    print(f"{m:3} {K:4} {dB[0]:10.1f} {dB[1]:6.1f} {dB[2]:6.1f} dB")

# %% [markdown] slideshow={"slide_type": "-"}
# And what do established methods reach? *Non-local means* (NL-means; Buades, Coll and Morel) averages pixels whose
# surroundings look alike; *total variation* (Chambolle) looks for the picture with the least sum of gradient lengths near
# the noisy one.

# %% [markdown] slideshow={"slide_type": "skip"}
# Both come from scikit-image, work on 0..1, and have knobs: for NL-means its width $h$, in units of $\sigma$, and the side
# of the surroundings; for total variation a weight in units of $\sigma$.
#
# To be fair we choose the knobs for each $\sigma$ by their PSNR on five *training* digits, just as our priors were fitted
# to training digits. Both methods are told $\sigma$; NL-means searches 10 pixels each way and runs in its original, slower
# form.

# %% slideshow={"slide_type": "skip"}
def nl_means(noisy, sigma, h, side):
    options = {"patch_size": side, "patch_distance": 10, "h": h * sigma / 255, "sigma": sigma / 255, "fast_mode": False}
    return 255 * np.stack([denoise_nl_means(x / 255, **options) for x in noisy])


def total_variation(noisy, sigma, weight):
    return 255 * np.stack([denoise_tv_chambolle(x / 255, weight=weight * sigma / 255) for x in noisy])

# %% slideshow={"slide_type": "skip"}
knobs = {nl_means: list(itertools.product((0.4, 0.6, 1.1, 1.6, 2.2), (5, 7)))}
knobs[total_variation] = [(0.5,), (0.6,), (0.65,), (0.7,), (0.8,)]
tuning = datasets.digits("train")[0][::1800]


def tuned(method, sigma):
    seen = images.add_noise(tuning, sigma, np.random.default_rng(4))
    return max(knobs[method], key=lambda k: images.psnr(np.clip(method(seen, sigma, *k), 0, 255), tuning).mean())

# %% slideshow={"slide_type": "skip"}
choices = {method: {sigma: tuned(method, sigma) for sigma in noisy} for method in knobs}
print("NL-means, h in sigma and side:", choices[nl_means])
print("total variation, weight in sigma:", choices[total_variation])
by_method = {f: [score(f(noisy[sigma], sigma, *choices[f][sigma])) for sigma in noisy] for f in knobs}
others = {"noisy": [score(noisy[sigma]) for sigma in noisy]}
others |= {"total variation": by_method[total_variation], "NL-means": by_method[nl_means]}
ours = {"report's rule, m 16 K 11": rule, "m 16 K 11": table[16, 11], "m  5 K 50": table[5, 50]}
for name, dB in (others | ours).items():
    print(f"{name:25} {dB[0]:6.1f} {dB[1]:6.1f} {dB[2]:6.1f} dB")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Beside established methods

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure has a panel for each $\sigma$. Coloured lines show the mean PSNR against $K$ (logarithmic axis), one for each
# $m$: the lines for small patches climb steeply; the one for $m = 16$ starts highest, climbs little, and is the lowest from
# $K = 5$ on. Black horizontal lines mark the noisy picture, total variation and NL-means.

# %% slideshow={"slide_type": "-"}
plots.psnr_by_components(table, list(noisy), others)
plt.show()

# %% [markdown] slideshow={"slide_type": "-"}
# At $\sigma = 25$ NL-means comes within 0.3 dB of $m = 5$, $K = 50$ (29.7 against 30.0 dB). Under more noise the mixture
# is ahead by 1.1 and 2.3 dB, and total variation is 3 dB or more behind the mixture everywhere. The report's choice,
# $m = 16$ and $K = 11$, beats NL-means only at $\sigma = 100$.

# %% [markdown] slideshow={"slide_type": "skip"}
# The report's literal rule is below the noisy picture at $\sigma = 25$.

# %% [markdown] slideshow={"slide_type": "skip"}
# The comparison is not quite even: our prior has seen 9 000 digits, the other two methods none but for their knobs.
#
# Two rows carry a promise made before this library was written, a number of dB that each must reach. We check it, and ask
# for the best row at each $\sigma$.

# %% slideshow={"slide_type": "skip"}
bars = {(16, 11): (26.6, 22.3, 18.5), (5, 50): (29.7, 25.2, 20.6)}
for (m, K), wanted in bars.items():
    print(f"m {m:2} K {K}: at least {wanted} dB: {bool(np.all(np.array(table[m, K]) >= wanted))}")
for i, sigma in enumerate(noisy):
    m, K = max(table, key=lambda pair: table[pair][i])
    gain = table[m, K][i] - table[16, 11][i]
    print(f"sigma {sigma:3}: best is m {m} K {K} with {table[m, K][i]:.1f} dB, {gain:.1f} dB above m 16 K 11")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Small patches, many components
#
# Small patches and many components win: 3.6, 3.3 and 2.0 dB above the report's choice, at $\sigma = 25$, 50 and 100. With
# more noise the best patch grows from $4 \times 4$ to $5 \times 5$, and $8 \times 8$ with $K = 200$ comes within 0.2 dB at
# $\sigma = 100$, above $m = 4$. "Eleven is best" holds here for $m = 16$ alone, and there by no more than fits of the same
# kind differ.

# %% [markdown] slideshow={"slide_type": "-"}
# How much of such a number is the luck of one draw of noise? We repeat $m = 5$, $K = 50$, $\sigma = 100$ with three other
# draws.

# %% slideshow={"slide_type": "skip"}
draws = []
for seed in range(10, 13):
    seen = images.add_noise(hundred, 100, np.random.default_rng(seed)).astype(np.float32)
    draws.append(score(denoising.denoise(seen, small, 100)))
print(f"mean of {len(draws)} draws: {np.mean(draws):.1f} dB; standard deviation below 0.15 dB: {np.std(draws, ddof=1) < 0.15}")

# %% [markdown] slideshow={"slide_type": "-"}
# The mean over three other draws is 20.8 dB, our one draw gave 20.7. All our rows share one draw, so they may be compared;
# numbers from other draws, such as those of a paper, differ by a tenth or so for this reason alone.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 10. Why small patches and many components?

# %% [markdown] slideshow={"slide_type": "skip"}
# The table has a clue. Read only the rows with $K = 1$, the single Gaussian: how does the PSNR change with $m$? Then the
# rows with $K = 11$.

# %% slideshow={"slide_type": "skip"}
for K in (1, 11):
    print(f"K {K:2}, sigma 25:", ", ".join(f"m {m}: {table[m, K][0]:.1f} dB" for m in (4, 5, 8, 16)))
print("gain from 1 to 11:", ", ".join(f"m {m}: {table[m, 11][0] - table[m, 1][0]:.1f} dB" for m in (4, 5, 8, 16)))

# %% [markdown] slideshow={"slide_type": "-"}
# With one Gaussian, larger patches are *better*: at $\sigma = 25$, 24.5 dB up to 24.9: more pixels, more context. With
# eleven components the order is reversed, 29.5 down to 27.2. So size by itself does no harm, but ten more components do
# less for a large patch: 5.1 dB for $m = 4$, 2.3 dB for $m = 16$.
#
# We picture it so: a small window of a digit shows one of few things, black, an edge, a piece
# of stroke; a large window shows a whole arrangement of them, and eleven arrangements are not many.
#
# But more components must be learned from the same patches. A covariance has $D(D+1)/2$ free numbers.

# %% [markdown] slideshow={"slide_type": "skip"}
# We compare that with the patches that a component gets, and, as in lesson 04, the mean log-likelihood per pixel on
# patches of the fit and of held-out digits: the gap between the two shows what was learned by heart. The last column is
# the PSNR at $\sigma = 25$.

# %% slideshow={"slide_type": "skip"}
train = datasets.digits("train")[0]
print("  m    K  free numbers  patches each   fitted  held-out    gap  (nats a pixel)   PSNR")
for m, ks in {5: (50, 200), 8: (50, 200), 16: (11, 20)}.items():
    fitted = patches.sample_patches(train, m, priors.n_patches(m), np.random.default_rng(0))[:5000]
    unseen = patches.sample_patches(held_out, m, 5000, np.random.default_rng(5))
    for K in ks:
        a, b = (priors.digit_prior(m, K).log_density(x).mean() / m**2 for x in (fitted, unseen))
        counts = f"{m**2 * (m**2 + 1) // 2:13} {priors.n_patches(m) // K:13}"
        print(f"{m:3} {K:4} {counts} {a:8.2f} {b:9.2f} {a - b:z6.2f} {table[m, K][0]:21.1f} dB")

# %% [markdown] slideshow={"slide_type": "skip"}
# Look at $m = 16$. From 11 to 20 components the fitted patches become likelier, $-4.24$ to $-4.22$, and the held-out ones
# less likely, $-4.30$ to $-4.36$: the prior begins to learn its patches by heart, with 1000 patches for the 32 896 numbers
# of a covariance, and the PSNR gains nothing. At $m = 5$ a covariance has 325 numbers; from 50 to 200 components the
# held-out patches gain, $-2.99$ to $-2.83$, and so does the PSNR, 30.0 to 30.6 dB, although a gap of 0.08 opens there as
# well.

# %% [markdown] slideshow={"slide_type": "-"}
# So a large patch seems to need many components, and to pay for each with more numbers than its data can settle.

# %% [markdown] slideshow={"slide_type": "skip"}
# But the likelihood is no oracle: for $m = 8$ the held-out patches *lose* from 50 to 200 components, $-3.12$ to $-3.18$,
# with a gap of 0.19, and the PSNR still rises, 29.1 to 29.4 dB. (Lesson 04 met this, too. And the table compares whole
# recipes: the one in `priors.py` sorts patches of up to $5 \times 5$ pixels a little differently.)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 11. Try it
#
# First without a kernel: one digit, a 3, at three widths of noise, as it came and restored with four priors.

# %% slideshow={"slide_type": "skip"}
shown = [(16, 1), (16, 11), (5, 11), (5, 200)]
names = ["noisy"] + [f"m {m}, K {K}" for m, K in shown]
widths = [f"sigma {sigma}" for sigma in (25, 50, 100)]
grid = []
for sigma in (25, 50, 100):
    x = images.add_noise(five[2], sigma, np.random.default_rng(0))
    grid.append([np.clip(x, 0, 255)] + [clean_up(x, priors.digit_prior(m, K), sigma) for m, K in shown])
    dB = [images.psnr(look, five[2]) for look in grid[-1]]
    print(f"sigma {sigma:3}:", ", ".join(f"{name} {value:.1f}" for name, value in zip(names, dB)), "dB")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### One digit, three widths of noise, four priors

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows a table of pictures on the gray range 0 to 255. Rows are $\sigma = 25, 50, 100$; columns are
# the noisy picture and the four priors. The PSNR stands under each picture.

# %% slideshow={"slide_type": "-"}
plots.digit_table(grid, widths, names, five[2])
plt.show()

# %% [markdown] slideshow={"slide_type": "notes"}
# From left to right the strokes get sharper and the background darker; downwards noise leaves its traces even with the best
# prior.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Into one patch: $\sigma = 25$, $m = 8$, $K = 20$

# %% [markdown] slideshow={"slide_type": "notes"}
# The second figure looks into one patch of the same digit, at $\sigma = 25$ with $m = 8$ and $K = 20$.

# %% slideshow={"slide_type": "skip"}
eight, x = priors.digit_prior(8, 20), images.add_noise(five[2], 25, np.random.default_rng(0))
weights = denoising.component_weights(x[10:18, 10:18].reshape(1, 64), eight, 25)[0]
looks = {"original": five[2], "noisy": x, "denoised": clean_up(x, eight, 25)}
error = looks["denoised"] - five[2]
beliefs = {"prior weights": eight.weights, "posterior weights": weights}

# %% [markdown] slideshow={"slide_type": "notes"}
# In the figure, above stand the original, the noisy and the denoised digit and the error, orange where the result is too
# bright and blue where it is too dark; an orange frame marks the patch. Below are two bar charts: the weights of the
# components before the patch was seen, and after.

# %% slideshow={"slide_type": "-"}
plots.patch_beliefs(looks, error, (10, 10, 8, 8), beliefs)
plt.show()

# %% slideshow={"slide_type": "skip"}
k = weights.argmax()
print(f"component {k}: weight {eight.weights[k]:.2f} before, {weights[k]:.2f} after the patch was seen")

# %% [markdown] slideshow={"slide_type": "notes"}
# Before the patch was seen, component 3 had 3 per cent of the weight, now it has all of it to two decimals. The edge of a
# stroke in the upper right corner has decided.

# %% [markdown] slideshow={"slide_type": "skip"}
# Now with sliders. Run the next cell: it shows pictures and charts like those of the figure above, and a sentence gives the
# PSNR. The arrow keys move a slider, too. The widget starts with digit 0, a 0; all questions are about digit 2, the 3, so move
# *digit* to 2 first. The noise is one and the same draw, and $\sigma$ only stretches it. *Patch row* and *patch column* are a
# pixel in the middle of the patch, not its corner; near the border the nearest patch that fits is taken. Only shipped
# priors can be chosen; for another pair of $m$ and $K$ a sentence says which there are. Predict first, then move:
#
# 1. At $\sigma = 25$: with $m = 16$ go from $K = 1$ to $K = 20$; with $m = 5$ from $K = 1$ to $K = 200$. Where does $K$ matter
#    more? Is it so, too, if both stop at $K = 11$?
# 2. With $K = 11$, try all four $m$ at $\sigma = 25$, then at $\sigma = 150$. Which $m$ is best, and is it the same for both?
# 3. With $m = 8$, $K = 20$ and the patch in the middle (row and column 14), raise $\sigma$ from 25 to 150 and watch the posterior
#    weights. What happens to them, and why?
# 4. Go back to $\sigma = 25$, choose *report's rule* as the estimate and move the patch about. A triangle marks the component
#    that the rule takes. When does it move? And what has become of the PSNR?

# %% slideshow={"slide_type": "skip"} tags=["nbval-ignore-output"]
widgets.denoising_widget(five, noise_std=25, patch_size=8, n_components=20)

# %% [markdown] slideshow={"slide_type": "skip"}
# The answers, for the reader without sliders and for checking yourself. What the widget says is a function of what the
# sliders say: $\sigma$, $m$, $K$, the estimate, row and column. `ask` gives its sentences for the 3, and `split` takes the
# part that we need. Questions 1 and 2:

# %% slideshow={"slide_type": "skip"}
def ask(*choice):
    return widgets.denoising_view(five[2], *choice).readout


for m, K in ((16, 1), (16, 20), (5, 1), (5, 200)):
    print(f"sigma 25, m {m:2}, K {K:3}:", ask(25, m, K).split(". ")[0])
for sigma, m in itertools.product((25, 150), (4, 5, 8, 16)):
    print(f"sigma {sigma:3}, m {m:2}, K 11:", ask(sigma, m, 11).split(". ")[0])

# %% [markdown] slideshow={"slide_type": "skip"}
# Question 1: at $\sigma = 25$ the components are worth 1.9 dB for $m = 16$ and 5.8 dB for $m = 5$. With $K = 11$ for both it is
# from 24.7 to 26.9 dB and from 24.3 to 28.8 dB, so they matter more for the small patch there, too.
#
# Question 2: with $K = 11$ and $\sigma = 25$ the order is 4, 5, 8, 16, from 29.1 down to 26.9 dB. At $\sigma = 150$ the four
# are within 0.4 dB, and $m = 5$ leads with 16.6 dB; $m = 4$ has 16.3. (One digit and one draw of noise: the table of
# section 9 is the better witness.)
#
# Question 3, the patch in the middle and then all 441 patches:

# %% slideshow={"slide_type": "skip"}
for sigma in (25, 50, 100, 150):
    x = images.add_noise(five[2], sigma, np.random.default_rng(0))
    weights = denoising.component_weights(patches.extract_patches(x, 8), eight, sigma)
    print(f"sigma {sigma:3}:", ask(sigma, 8, 20).split(": ")[2])
    print(f"    all patches: the largest weight exceeds 0.99 in {np.mean(weights.max(axis=1) > 0.99):.0%}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Component 3 keeps the patch in the middle up to $\sigma = 50$; at 100 it has a weight of 0.83, and at 150 another one,
# component 6, leads with half of the weight. The more noise, the less a patch says: beside $\sigma^2$ the differences between
# the $S_k$, and between the means, count for less and less, and the weights spread. At $\sigma = 25$ three patches of four are
# sure of their component, at 150 none is. With noise without end the posterior weights would be the prior's.
#
# Question 4, three patches under the report's rule:

# %% slideshow={"slide_type": "skip"}
for row, column in ((14, 14), (4, 14), (14, 24)):
    print(f"row {row:2}, column {column}:", ask(25, 8, 20, "report", row, column).split(": ")[2])
print(ask(25, 8, 20, "report").split(". ")[0])
print(f"component 1: mean gray level {eight.means[1].mean():.1f}, standard deviation {np.trace(eight.covs[1] / 64) ** 0.5:.1f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The best component changes from patch to patch, the triangle never moves: no patch enters the rule. With this prior the
# restored picture is nearly black all over: it has 9.6 dB, 13 less than the noisy one. For component 1 is the empty
# background, with a mean gray level of 0.1 and a standard deviation of 2.9 a pixel, where $\sigma$ is 25. So it takes nearly
# everything for noise, strokes as well.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %% slideshow={"slide_type": "skip"}
ledger.table("05")

# %% [markdown] slideshow={"slide_type": "skip"}
# Read the row (M6): one component at a time, the eigenvectors give what quadrature gives. "M6 a" says why one
# decomposition serves every $\sigma$.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we have seen
#
# - With $W = I$ and equal noise, one eigendecomposition for each component serves every patch and every $\sigma$: shrink by
#   $\lambda/(\lambda+\sigma^2)$, weigh in logarithms (M6).
# - Extract (P1), infer (M4), average (P2), clip once, score (P3): 27.2, 22.8 and 19.0 dB for the report's $m = 16$, $K = 11$ at
#   $\sigma = 25$, 50 and 100.
# - The report's literal rule uses one component for everything: 15.5 to 17.0 dB at $\sigma = 25$ by the fit, below the 22.9 dB
#   of the noisy picture.
# - Its wrong $\sigma$ costs 0.3 dB; clipping the noisy input costs 0.9 to 2.3 dB; a cast to bytes destroys the picture.
# - Small patches with many components win: 30.8, 26.1 and 21.0 dB. NL-means reaches 29.7, 24.5 and 18.4.
# - The posterior mean is best for a patch; for the averaged picture the most probable component can be a little better.

# %% [markdown] slideshow={"slide_type": "skip"}
# **What comes next.** This ends the first track. The second hides something else: a face, at an unknown place in each
# picture, over an unknown background. The latent variable will be a position instead of a component, and its weights will
# again be a softmax of log densities.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - A. Buades, B. Coll, J.-M. Morel, *A non-local algorithm for image denoising*, CVPR 2005, doi:10.1109/CVPR.2005.38.
# - A. Chambolle, *An algorithm for total variation minimization and applications*, Journal of Mathematical Imaging and Vision
#   20, 2004, doi:10.1023/B:JMIV.0000011325.36760.1e.
# - D. Zoran, Y. Weiss, *From learning models of natural image patches to whole image restoration*, ICCV 2011,
#   doi:10.1109/ICCV.2011.6126278.
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer 2006, sections 2.3 and 9.2.
