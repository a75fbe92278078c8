# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: _start_here.ipynb,scripts//_start_here.py:percent
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
# # Start here: seeing through noise
#
# A camera gives us pictures that are noisy, incomplete, or of something that moved. We want what was in front of it. **How much of a hidden cause can be recovered from corrupted
# pictures?** This course asks the question twice.
#
# 1. **A noisy digit.** Someone wrote a digit; we see it under heavy noise. The hidden cause is every clean patch of the picture.
# 2. **A face that wanders.** A hundred noisy pictures show the same unknown face, each time at another unknown place, before the same unknown background. The hidden cause is a position.
#
# Both are one idea: write down how the picture came about, with the hidden cause in it; turn that around with Bayes' rule; where the model itself is unknown, alternate
# (*expectation maximisation*, EM). The course grew from two project reports that ask these questions. Both contain errors, and finding them is lesson 10.
#
# *Study: 22 minutes. Machine: 4 seconds.*
#
# **You need** linear algebra (matrices, eigenvectors), basic probability (densities, expectation) and a little NumPy.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from course_lib import datasets, denoising, gaussian, images, mixture, priors, scene
from course_lib.classroom import exercises, ledger, plots

# %% [markdown]
# ## 1. A first taste
#
# *6 minutes, 2 s*
#
# The package holds 10 000 handwritten digits, 28 x 28 pixels in gray levels from 0 (black) to 255 (white). Of these, 1 000 are **held out**: nothing is fitted to them. We take five and add noise with a standard
# deviation of 50 gray levels. `prior` is what we know about clean patches of 5 x 5 pixels, a mixture of 50 Gaussians fitted to the *other* digits; `denoise` combines it with what we see.
#
# How good is the result? In *decibels* (the PSNR of lesson 05, larger is better): 6 dB more means half the root mean square error. The noisy digits have 17.0 dB. **Predict:** (a) how many have the denoised ones? Put your number in the place of the three
# dots, run the cell, and the next one sets it beside the answer.

# %%
guess_a = exercises.guess("00.a", ...)

# %%
held_out, labels = datasets.digits("test")
clean = held_out[[20, 120, 320, 520, 820]]
noisy = images.add_noise(clean, 50.0, np.random.default_rng(0))
prior = priors.digit_prior(5, 50)
restored = np.clip(denoising.denoise(noisy, prior, 50.0), 0, 255)
seen = np.clip(noisy, 0, 255)
print("noisy    dB:", images.psnr(seen, clean).round(1).tolist(), f" mean {images.psnr(seen, clean).mean():.1f}")
print("denoised dB:", images.psnr(restored, clean).round(1).tolist())
print("mean.", guess_a.beside(images.psnr(restored, clean).mean(), "{:.1f} dB"))

# %%
single = np.clip(denoising.denoise(noisy, priors.digit_prior(5, 1), 50.0), 0, 255)
print(f"with one Gaussian instead of fifty: {images.psnr(single, clean).mean():.1f} dB")
plots.digit_rows({"original": clean, "noisy": seen, "denoised": restored}, clean)
plt.show()

# %% [markdown]
# The figure shows three rows of five digits: the originals 0, 1, 3, 5 and 8; the same under noise, gray and speckled all over; and the restored digits, on a nearly black ground with strokes a little softer than the originals.
#
# No neural network and no trick: Bayes' rule, applied to every patch. Why fifty Gaussians gain so much over one is the story of the first track.
#
# And the wandering face? We hide one: 18 x 14 pixels, at one of 23 x 47 places over a background of 40 x 60, in a hundred pictures whose noise has a standard deviation of 160 gray levels. `scene.fit` gets the pictures and the face's size, nothing else. **Predict:** (b) in how many of the
# 100 pictures is the place right to the pixel?

# %%
guess_b = exercises.guess("00.b", ...)

# %%
anywhere = np.full((23, 47), 1 / (23 * 47))
truth = scene.Scene(datasets.face(), datasets.background(), 160.0, anywhere)
pictures, places = scene.sample(truth, 100, np.random.default_rng(0))
found = scene.fit(pictures, face_shape=(18, 14)).params
best = scene.e_step(pictures, found, hard=True)[0]
print("faces placed exactly.", guess_b.beside((best == places).all(axis=1).sum(), "{:.0f} of 100"))
plots.scene_story(pictures, found, truth)
plt.show()

# %% [markdown]
# The figure shows, above, the first three pictures: black and white speckle in which a darker left half may be guessed, and no face. Below are the background and the face that were found, grainy but plain to see, and the true face.
#
# Nobody told it a single place, nor how strong the noise was. *How* EM does that is the story of the second track.

# %%
print(f"noise found: {found.noise_std:.1f} gray levels, true {truth.noise_std:.1f}")

# %% [markdown]
# ## 2. The map
#
# *3 minutes, 0 s*
#
# | lesson | its subject | formulas | minutes |
# |---|---|---|---|
# | [01 Conditional Gaussians](01_conditional_gaussians.ipynb) | one pixel of two seen | (G1)-(G5) | 90 |
# | [02 The Gaussian posterior](02_gaussian_posterior.ipynb) | a noisy measurement | (G6)-(G8) | 87 |
# | [03 The posterior of a mixture](03_posterior_gmm.ipynb) | several kinds of patches | (M1)-(M5) | 80 |
# | [04 Patches and a prior](04_patches_and_prior.ipynb) | where the prior comes from | (P1), (P2), (M7) | 89 |
# | [05 Denoising digits](05_denoising_digits.ipynb) | how good it is | (M6), (P3) | 87 |
# | [06 Where is the face?](06_face_logits.ipynb) | a known scene | (S1)-(S5) | 85 |
# | [07 Fast sums](07_fast_sums.ipynb) | a million sums at once | (S6), (S7) | 86 |
# | [08 EM for the scene](08_em_for_the_scene.ipynb) | an unknown scene | (S8)-(S13) | 89 |
# | [09 Finding the face](09_finding_the_face.ipynb) | found, and not found | (S14)-(S16) | 85 |
# | [10 Errata](10_errata.ipynb) | what two reports got wrong | | 60 |

# %%
print(len(ledger.steps()), "steps of the derivation have a check that runs")

# %% [markdown]
# The minutes hold the exercises. The tracks are 01 to 05 and 06 to 09. Who starts with the face reads [one page of recap](RECAP.md) first. What goes beyond, with the
# **ledger** of these steps, stands in a companion of each lesson, [further/01](further/01_conditional_gaussians.ipynb) to [further/10](further/10_errata.ipynb). All formulas stand [on one page](FORMULAS.md).

# %%
print("priors that open at once, side of a patch and components:", sorted({(m, K) for m, K, _ in priors.SHIPPED})[:4], "...")

# %% [markdown]
# ## 3. Your code is the method
#
# *5 minutes, 1 s*
#
# Every lesson has three to five **exercises**: a step with a pencil, or a function of a few lines on the way to the result. The cell below hands your function to `exercises.check`, which tries it on fresh random instances, says what seems wrong, never tells the answer, and hands back the function that
# *the lesson goes on with*: yours if it is right, else the library's. Whatever you leave out, a lesson runs to its end; and there its last figure says whose code made it.
#
# To solve them, open the lessons in the folder [student](student/01_conditional_gaussians.ipynb): the same without solutions and stored outputs. Suppose somebody is asked for the posterior weights of lesson 03, and returns the prior ones:

# %%
print(exercises.verdict("03.4", lambda weights, log_evidence: weights).sentence)
print(exercises.verdict("02.1", lambda: 140.0).sentence)

# %% [markdown]
# When you read **Predict**, do guess first: a wrong guess teaches more than a right line of code.
#
# Every result has a number, such as (G2). The *same* number stands in the documentation of the function that computes it, and in the test that checks it. For instance (P3), for the decibels above,
#
# $$\text{PSNR}=10\log_{10}\frac{255^2}{\text{MSE}},$$
#
# with the mean square error MSE over the pixels. Is `images.psnr` that?

# %%
mse = np.mean((restored[0] - clean[0]) ** 2)
print(f"by hand {10 * np.log10(255**2 / mse):.4f}, library {images.psnr(restored[0], clean[0]):.4f}")

# %% [markdown]
# ## 4. Notation
#
# *4 minutes, 0 s*
#
# Axes come in the order samples, rows, columns. All widths of noise are *standard deviations*. A prime is a transpose, $|S|$ or $\det S$ a determinant, $\operatorname{tr}$ a trace, $\mathbb E$ an expectation, $\ln$ the natural logarithm.
#
# | symbol | meaning | name in code |
# |---|---|---|
# | $z$, $y$ | clean and hidden; observed | `z`, `clean`; `y`, `observed` |
# | $W,\;b,\;R$ | channel $y=Wz+b+\text{noise}$, noise $\sim\mathcal N(0,R)$ | `LinearGaussian(matrix, offset, noise_cov)` |
# | $\sigma$ | standard deviation of the noise, $R=\sigma^2I$ | `noise_std` |
# | $\mu,\;S$ | mean and covariance of a Gaussian | `Gaussian(mean, cov)` |
# | $\pi_k,\;\mu_k,\;S_k$ | weights, means, covariances of a mixture | `Mixture(weights, means, covs)` |
# | $m,\;C$ | posterior mean and covariance; $m$ also the side of a patch | `posterior(...).mean`, `.cov` |
#
# In code, words are outside and letters inside: a record has the field `cov`. Records are read-only. Here are a mixture, a channel and a posterior, for a single pixel seen at 136 gray levels:

# %%
pixel = mixture.Mixture([0.8, 0.2], [[20.0], [200.0]], [[[20.0**2]], [[30.0**2]]])
camera = gaussian.LinearGaussian([[1.0]], [0.0], [[50.0**2]])
after = mixture.posterior(pixel, camera, [136.0])
print("weights before", pixel.weights, " after", after.weights.round(2))

# %% [markdown]
# A pixel that was probably dark is now more probably bright. Lesson 03 begins with this very pixel. The second track has letters of its own:
#
# | symbol | meaning | name in code |
# |---|---|---|
# | $X^k$ | picture number $k$ of $K$ | `images[k]` |
# | $F,\;B,\;s$ | face, background, noise | `Scene.face`, `.background`, `.noise_std` |
# | $d=(i,j)$ | position: row and column of the face's top-left corner | `position` |
# | $A(d)$ | prior probability of a position | `Scene.prior` |
# | $q_k(d)$ | what we believe of the position in picture $k$ | `q[k]` of `scene.e_step` |
#
# The full tables, with shapes and units, a glossary with the Russian terms of the second report, and the bibliography are in [the reference page](REFERENCE.md).

# %%
print("the scene above: face", truth.face.shape, " background", truth.background.shape, " positions", truth.positions)

# %% [markdown]
# ## 5. Run it and check yourself
#
# *4 minutes, 0 s*
#
# - **Run** a cell with Shift+Enter, a whole lesson with *Run > Run All Cells*. No lesson needs a network, and every random number comes from a generator with a fixed seed: your printed numbers are those of the complete lesson.
# - **When a cell fails**, first choose *Kernel > Restart Kernel and Run All Cells*: most failures come from cells run out of order. Otherwise read the last line: the library's messages say what was needed, what came, and what to do. We provoke one, so that you know the tone:

# %%
try:
    denoising.denoise(clean[:, :4], prior, 50.0)
except ValueError as error:
    print(error)

# %% [markdown]
# - **Change** things: set the noise to 100, or 50 components to 5. To undo your changes in this lesson, `git checkout notebooks/00* notebooks/scripts/00* notebooks/student/00*`.
# - If the very first cell cannot import `course_lib`, the notebook runs in another Python than the one you installed into: start it as the [README of the repository](../README.md) says. (The [guide](README.md) beside the lessons is for those who teach.)
# - **Check everything** from a terminal in the course's folder, with the README's second command; it takes some minutes. One lesson alone: `.venv/bin/pytest -n 0 notebooks/03_posterior_gmm.ipynb`.
#
# [Lesson 01](01_conditional_gaussians.ipynb) starts with two neighbouring pixels: we see one. What do we know about the other?
#
# ### References
#
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, Proc. IEEE 86, 1998, [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791): the digits (MNIST, CC BY-SA 3.0).
# - Face and background: NASA (E. Collins) and L. Varshney, from scikit-image's example pictures, public domain and CC0.
