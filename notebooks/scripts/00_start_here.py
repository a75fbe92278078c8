# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,slideshow,nbgrader,-all
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

# %% [markdown] slideshow={"slide_type": "slide"}
# # Start here: seeing through noise
#
# A camera gives us pictures that are noisy, incomplete, or of something that moved. We want what was in front of it.
# **How much of a hidden cause can be recovered from corrupted pictures?** This course asks the question twice. It grew from two project
# reports, on noisy digits and on a face at unknown places. It takes their questions seriously, and lets you build the answers.
#
# *Study: 30 minutes. Machine: 5 seconds.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two questions, one idea
#
# *2 minutes, 0 s*
#
# 1. **A noisy digit.** Someone wrote a digit; we see it under heavy noise. What did the clean digit look like? The
#    hidden cause is every clean patch of the picture.
# 2. **A face that wanders.** A hundred noisy pictures show the same unknown face, each time at another unknown place,
#    before the same unknown background. What is the face, and where is it in each picture? The hidden cause is a
#    position.
#
# Both are one idea. Write down how the picture came about, with the hidden cause in it; turn that around with Bayes'
# rule. Where the model itself is unknown, alternate: infer the hidden cause, then refit the model to it
# (*expectation maximisation*, EM).

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** linear algebra (matrices, eigenvectors), basic probability (densities, expectation) and a little NumPy.
# **At the end of this page you will** have seen a first result, know the way through the course and its notation, and
# know what to do when a cell fails.

# %% slideshow={"slide_type": "skip"}
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from course_lib import datasets, denoising, gaussian, images, mixture, priors, scene
from course_lib.classroom import exercises, plots

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1. A first taste
#
# *9 minutes, 4 s*
#
# The package holds 10 000 handwritten digits, 28 x 28 pixels in gray levels from 0 (black) to 255 (white). Of these,
# 1 000 are **held out**: nothing is fitted to them, or the lesson says so and why. We take five and add noise with a
# standard deviation of 50 gray levels.

# %% slideshow={"slide_type": "skip"}
held_out, labels = datasets.digits("test")
chosen = [20, 120, 320, 520, 820]
clean = held_out[chosen]
noise_std = 50.0
noisy = images.add_noise(clean, noise_std, np.random.default_rng(0))
print("held-out digits:", held_out.shape, " chosen labels:", labels[chosen].tolist())

# %% [markdown] slideshow={"slide_type": "-"}
# Now two lines that lessons 01 to 05 explain. `prior` is what we know about clean patches of 5 x 5 pixels: a
# mixture of 50 Gaussians, fitted to the *other* 9 000 digits. `denoise` combines that knowledge with what we see.
# **Predict, then run**: how much of each digit will come back?

# %% slideshow={"slide_type": "-"}
prior = priors.digit_prior(5, 50)
restored = denoising.denoise(noisy, prior, noise_std)

# %% slideshow={"slide_type": "skip"}
seen, cleaned = np.clip(noisy, 0, 255), np.clip(restored, 0, 255)
rows = {"original": clean, "noisy": seen, "denoised": cleaned}

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What comes back

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows three rows of five digits: the originals 0, 1, 3, 5 and 8; the same under noise, gray and speckled
# all over; and the restored digits, on a nearly black ground with strokes a little softer than the originals.

# %% slideshow={"slide_type": "-"}
plots.digit_rows(rows, clean)
plt.show()

# %% [markdown] slideshow={"slide_type": "slide"}
# ### In decibels
#
# The number below each picture is its *peak signal-to-noise ratio* in decibels, (P3) of lesson 05: larger is better,
# and 6 dB more means half the root mean square error. (The pictures are clipped to 0..255 for looking; `denoise` got
# the unclipped noise.) Here they are once more, as numbers that your run can be compared with.

# %% slideshow={"slide_type": "skip"}
print("noisy    dB:", images.psnr(seen, clean).round(1).tolist(), f" mean {images.psnr(seen, clean).mean():.1f}")
print("denoised dB:", images.psnr(cleaned, clean).round(1).tolist(), f" mean {images.psnr(cleaned, clean).mean():.1f}")

# %% [markdown] slideshow={"slide_type": "-"}
# On average the pictures went from 17.0 to 25.9 dB, by a method with no neural network and no trick: Bayes' rule,
# applied to every patch.
#
# **Is the mixture needed?** Replace the 50 Gaussians by a single one, and leave all else as it is.

# %% slideshow={"slide_type": "skip"}
single = denoising.denoise(noisy, priors.digit_prior(5, 1), noise_std)
alone = images.psnr(np.clip(single, 0, 255), clean).mean()
print(f"one Gaussian: mean {alone:.1f} dB, {images.psnr(cleaned, clean).mean() - alone:.1f} dB less than fifty")

# %% [markdown] slideshow={"slide_type": "-"}
# 20.3 dB: better than nothing, 5.6 dB short of the mixture. *Why* a mixture gains so much is the story of the first
# track.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### And the wandering face?
#
# We hide one: 18 x 14 pixels, at one of 23 x 47 places over a background of 40 x 60, in a hundred pictures whose noise
# has a standard deviation of 160 gray levels. The last line gets `pictures` and the face's size; face, background,
# noise and places are unknown to it.

# %% slideshow={"slide_type": "-"}
anywhere = np.full((23, 47), 1 / (23 * 47))
face, background = datasets.face(), datasets.background()
truth = scene.Scene(face, background, 160.0, anywhere)
pictures, places = scene.sample(truth, 100, np.random.default_rng(0))
found = scene.fit(pictures, face_shape=(18, 14)).params

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What is found

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows, above, the first three pictures: black and white speckle in which a darker left half may be
# guessed, and no face. Below are the background and the face that were found, grainy but plain to see, and the true
# face.

# %% slideshow={"slide_type": "-"}
plots.scene_story(pictures, found, truth)
plt.show()

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Is it the right place?
#
# We ask for the most probable place in each picture, and only now look at the true ones. There are 1081 places to choose from, and a
# blind guess would hit none. **Predict: how many of the 100 faces are placed to the pixel?** Put your number in the place of the dots.
# In every lesson a guess comes back beside the answer.

# %% slideshow={"slide_type": "skip"}
guess_a = exercises.guess("00.a", ...)

# %% slideshow={"slide_type": "-"}
guesses = scene.e_step(pictures, found, hard=True)[0]
exact = (guesses == places).all(axis=1).sum()
print("faces placed exactly:", exact, "of 100")
print(guess_a.beside(exact, "{:.0f}"))
print(f"noise found: {found.noise_std:.1f} gray levels")

# %% [markdown] slideshow={"slide_type": "-"}
# To the pixel in 97 of 100 pictures, and the noise is found to be 159.2 gray levels; nobody told it a single place.
# *How* EM does that is the story of the second track.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 2. The map
#
# *3 minutes, 0 s*
#
# | lesson | the question | formulas | minutes | beyond |
# |---|---|---|---|---|---|
# | **00 Start here** | what is this about? | | 30 | |
# | [01 Conditional Gaussians](01_conditional_gaussians.ipynb) | one pixel seen, what of the other? | (G1)-(G5) | 88 | [further](further/01_conditional_gaussians.ipynb) |
# | [02 The Gaussian posterior](02_gaussian_posterior.ipynb) | what does a noisy measurement tell? | (G6)-(G8) | 87 | [further](further/02_gaussian_posterior.ipynb) |
# | [03 The posterior of a mixture](03_posterior_gmm.ipynb) | and if there are several kinds of patches? | (M1)-(M5) | 80 | [further](further/03_posterior_gmm.ipynb) |
# | [04 Patches and prior](04_patches_and_prior.ipynb) | where does the prior come from? | (P1), (P2), (M7) | 89 | [further](further/04_patches_and_prior.ipynb) |
# | [05 Denoising digits](05_denoising_digits.ipynb) | how good is it, measured? | (M6), (P3) | 87 | [further](further/05_denoising_digits.ipynb) |
# | [06 Where is the face?](06_face_logits.ipynb) | if the scene were known, where is the face? | (S1)-(S5) | 85 | [further](further/06_face_logits.ipynb) |
# | [07 Fast sums](07_fast_sums.ipynb) | how are a million sums made at once? | (S6), (S7) | 86 | [further](further/07_fast_sums.ipynb) |
# | [08 EM for the scene](08_em_for_the_scene.ipynb) | and if the scene is unknown? | (S8)-(S13) | 89 | [further](further/08_em_for_the_scene.ipynb) |
# | [09 Finding the face](09_finding_the_face.ipynb) | how often is it found, and when not? | (S14)-(S16) | 85 | [further](further/09_finding_the_face.ipynb) |
# | [10 Errata: a hunt](10_errata.ipynb) | can you find the slips of two reports, and price them? | | 60 | [further](further/10_errata.ipynb) |

# %% [markdown] slideshow={"slide_type": "skip"}
# The minutes are those of study with the exercises. The first track is 01 to 05, the second 06 to 09; read each in order. The second needs
# little of the first: lesson 03's responsibilities, and EM from lesson 04. In lesson 10 you hunt for the slips of both reports. The last
# column has the *companions*: second derivations, timings, what lies beyond. No lesson needs them.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3. How a lesson speaks
#
# *5 minutes, 0 s*
#
# Every result has a number, such as (G2). The *same* number stands in the documentation of the function that
# computes it, and in the test that checks it. After each formula comes the function that is the formula, and then a
# check in front of you. For instance (P3),
#
# $$\text{PSNR}=10\log_{10}\frac{255^2}{\text{MSE}},$$
#
# with the mean square error MSE over the pixels. Is `images.psnr` that?

# %% slideshow={"slide_type": "-"}
mse = np.mean((cleaned[0] - clean[0]) ** 2)
by_hand = 10 * np.log10(255**2 / mse)
library = images.psnr(cleaned[0], clean[0])
print(f"by hand {by_hand:.4f}, library {library:.4f}")

# %% [markdown] slideshow={"slide_type": "-"}
# Both give 25.3675 dB. When you read **Predict**, do guess first: a wrong guess teaches more than a right line of code.

# %% [markdown] slideshow={"slide_type": "skip"}
# The companions of lessons 01 to 09 end with a **ledger**: a table of every step of the
# derivation, with the check that runs and the largest error that it found.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercises
#
# Lessons 01 to 09 have three to five **exercises** each: a step with a pencil, or a function of a few lines on the way to the result. The
# cell below an exercise hands your function to `exercises.check`. It tries the function on fresh random instances, says what seems wrong,
# and hands back the one that the lesson goes on with: yours if it is right, else the library's. At the end of a lesson
# `exercises.credit` says whose code made its last figure. Suppose somebody is asked for the posterior weights of lesson 03, and returns
# the prior ones:

# %% slideshow={"slide_type": "skip"}
def posterior_weights(weights, log_evidence):
    return weights


my_posterior_weights = exercises.check("03.4", posterior_weights)
print(exercises.credit(my_posterior_weights))

# %% [markdown] slideshow={"slide_type": "skip"}
# The check never tells the answer. To solve the exercises yourself, open the lessons in the folder
# [student](student/01_conditional_gaussians.ipynb), the same but for the solutions; the folder `notebooks` has the complete ones.
# The [guide](README.md) is for those who teach.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 4. Notation
#
# *6 minutes, 0 s*
#
# $N$ images or patches, $K$ components, $D$ dimensions ($D_z$ and $D_y$, also written $d_z$ and $d_y$, of $z$ and $y$).
# Axes come in the order samples, rows, columns. All noise levels are *standard deviations* in gray levels. A prime is a
# transpose, $|S|$ or $\det S$ a determinant, $\operatorname{tr}$ a trace, $\mathbb E$ an expectation, $\ln$ the natural
# logarithm.

# %% [markdown] slideshow={"slide_type": "skip"}
# | symbol | meaning | name in code | shape |
# |---|---|---|---|
# | $z$ | clean, hidden | `z`, `clean` | (Dz,) |
# | $y$ | observed | `y`, `observed` | (Dy,) |
# | $W,\;b,\;R$ | channel: $y=Wz+b+\text{noise}$, noise $\sim\mathcal N(0,R)$ | `LinearGaussian(matrix, offset, noise_cov)` | (Dy, Dz), (Dy,), (Dy, Dy) |
# | $\sigma$ | standard deviation of the noise, $R=\sigma^2I$ | `noise_std` | number |
# | $\mu,\;S$ | mean and covariance of a Gaussian | `Gaussian(mean, cov)` | (D,), (D, D) |
# | $\mathcal N(x\mid\mu,S)$ | its density at $x$ | exponential of `.log_density(x)` | number |
# | $L=S^{-1}$ | precision (of $z$ and $y$ jointly: `joint_precision`) | `np.linalg.inv(cov)` | (D, D) |
# | $\pi_k,\;\mu_k,\;S_k$ | weights, means, covariances of a mixture | `Mixture(weights, means, covs)` | (K,), (K, D), (K, D, D) |
# | $\lambda_i,\;u_i$ | eigenvalues and eigenvectors of its covariances | `Mixture.eigen` | (K, D), (K, D, D) |
# | $m,\;C$ | posterior mean and covariance | `posterior(...).mean`, `.cov` | (Dz,), (Dz, Dz) |
# | $G$ | gain: how far a surprise in $y$ moves the mean of $z$ | first of `gaussian.gain(S, W, R)` | (Dz, Dy) |
# | $\pi_k(y),\;m_k(y),\;C_k$ | weights, means, covariances of a posterior mixture | `posterior(...).weights`, `.means`, `.covs` | (K,), (K, Dz), (K, Dz, Dz) |
# | $x_n,\;r_{nk}$ | patches to learn from; the probability of each component for each of them | `x`, `resp` | (N, D), (N, K) |
# | $H,\;W$ | rows and columns of an image | `images` | (N, H, W) |
# | $m$ | side of a patch, $D=m^2$ | `patch_size`, `m` | number |
#
# The second track has letters of its own.
#
# | symbol | meaning | name in code | shape |
# |---|---|---|---|
# | $X^k$ | picture number $k$ | `images[k]` | (H, W) |
# | $F,\;B$ | face of $h\times w$ pixels, background of $H\times W$ | `Scene.face`, `.background` | (h, w), (H, W) |
# | $s$ | standard deviation of the noise | `Scene.noise_std` | number |
# | $d=(i,j)$ | position: row and column of the face's top-left corner | `position` | (2,) |
# | $I,\;J$ | rows and columns of positions, $I=H-h+1$, $J=W-w+1$ | `Scene.positions` | (2,) |
# | $A(d)$ | prior probability of a position | `Scene.prior` | (I, J) |
# | $\theta$ | all of $F,B,s,A$ | `Scene` | |
# | $q_k(d)$ | what we believe of the position in picture $k$ | `q[k]` of `scene.e_step` | (I, J) |
#
# Two letters work twice, as is customary: $m$ is a side in a size such as $m\times m$ and a posterior mean in a
# formula of Bayes; $W$ is a number of columns beside $H$ and a matrix elsewhere. In the second track $K$ counts the
# pictures, as in its report; arrays call that number N.
#
# This is enough to begin with. The full notation table, with units, a glossary with the Russian terms of the second
# report, and the bibliography are in [the reference page](REFERENCE.md).

# %% [markdown] slideshow={"slide_type": "-"}
# In code, words are outside and letters inside: a record has the field `cov`, and only the body of a function calls
# it `S`. Records are read-only. Here are a mixture, a channel and a posterior, for a single pixel seen at 136 gray
# levels:

# %% slideshow={"slide_type": "-"}
means, covs = [[20.0], [200.0]], [[[20.0**2]], [[30.0**2]]]
pixel = mixture.Mixture([0.8, 0.2], means, covs)
camera = gaussian.LinearGaussian([[1.0]], [0.0], [[50.0**2]])
after = mixture.posterior(pixel, camera, [136.0])
before, now = pixel.weights, after.weights.round(2)
print("weights before", before, " after", now)

# %% [markdown] slideshow={"slide_type": "-"}
# A pixel that was probably dark is now more probably bright. Lesson 03 begins with this very pixel.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 5. Run it and check yourself
#
# *4 minutes, 0 s*
#
# - **Run** a cell with Shift+Enter, a whole lesson with *Run > Run All Cells*. No lesson needs a network, and every
#   random number comes from a generator with a fixed seed: your printed numbers are those of the complete lesson.
# - **Change** things. Set `noise_std` to 100, or 50 components to 5, and run on. The pairs of patch size and components
#   in `priors.SHIPPED` open at once; another pair is fitted first (seconds to minutes) and kept. To undo your
#   changes in this lesson, `git checkout notebooks/00* notebooks/scripts/00* notebooks/student/00*`.
# - **When a cell fails**, first choose *Kernel > Restart Kernel and Run All Cells*: most failures come from cells run
#   out of order. If the very first cell cannot import `course_lib`, the notebook runs in another Python than the one
#   you installed into: start it as the [README in the course's top folder](../README.md) says. Otherwise read the last line: the
#   library's messages say what was needed, what came, and what to do.

# %% [markdown] slideshow={"slide_type": "skip"}
# We provoke one such message, so that you know the tone:

# %% slideshow={"slide_type": "skip"}
try:
    denoising.denoise(clean[:, :4], prior, noise_std)
except ValueError as error:
    print(error)

# %% [markdown] slideshow={"slide_type": "skip"}
# What was needed (5 x 5 pixels at least), what came, what to do.
#
# **Check everything** from a terminal in the course's folder. This runs all tests and every cell of every lesson, and
# compares what it prints with what is stored; it takes some minutes:
#
# ```
# .venv/bin/pip install -e '.[test]'
# .venv/bin/pytest
# ```
#
# One lesson alone: `.venv/bin/pytest -n 0 notebooks/03_posterior_gmm.ipynb`. With conda, activate its environment and
# leave out `.venv/bin/`.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we have seen
#
# *1 minute, 0 s*
#
# - Two questions, one idea: a model of how the picture came about, turned around by Bayes' rule.
# - Five digits at noise 50 went from 17.0 to 25.9 dB with a mixture of 50 Gaussians, and to 20.3 dB with one.
# - A face that no eye can see was found to the pixel in 97 of 100 pictures, from nothing but these pictures.
# - Formula, function, check: each number can be followed from the lesson to the code and to its test.
#
# ### What comes next
#
# [Lesson 01](01_conditional_gaussians.ipynb) starts with two neighbouring pixels: we see one. What do we know about
# the other?

# %% [markdown] slideshow={"slide_type": "skip"}
# ### References
#
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, Proc. IEEE 86, 1998, [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791): the digits (MNIST, CC BY-SA 3.0).
# - Face and background: NASA (E. Collins) and L. Varshney, from scikit-image's example pictures, public domain and CC0.
# - D. Zoran, Y. Weiss, From learning models of natural image patches to whole image restoration, ICCV 2011, [doi:10.1109/ICCV.2011.6126278](https://doi.org/10.1109/ICCV.2011.6126278).
# - A. Dempster, N. Laird, D. Rubin, Maximum likelihood from incomplete data via the EM algorithm, J. R. Stat. Soc. B 39, 1977, [doi:10.1111/j.2517-6161.1977.tb01600.x](https://doi.org/10.1111/j.2517-6161.1977.tb01600.x).
