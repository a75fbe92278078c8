# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,slideshow,nbgrader,-all
#     formats: _patches_and_prior.ipynb,scripts//_patches_and_prior.py:percent
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
# # What does a prior over patches know about handwriting?
#
# Lesson 03 turned a mixture prior and a noisy vector into a posterior. It left one thing open: where does the
# prior come from? Nobody can write down the density of handwritten digits. So we cut digits into small squares,
# let an algorithm fit a Gaussian mixture to them, and then ask the mixture what it has learned.

# %% [markdown] slideshow={"slide_type": "skip"}
# After this lesson you will be able to
#
# - cut an image into all its patches and put it together again, and say why the way back is a least-squares answer;
# - derive expectation maximisation (EM) for a Gaussian mixture, every step of it, and say why it never gets worse;
# - write in a few lines of NumPy what the library does: cut, average, E-step, M-step;
# - read a fitted mixture: its means, its weights, its eigenvectors, its samples;
# - say what the patch side $m$ and the number of components $K$ do, and recognise a prior that has overfitted.
#
# You need lessons 01 to 03: Gaussian density, mixture (M1), responsibilities (M2). From linear algebra: eigenvalues
# and the trace. The lesson runs in about 30 seconds.

# %% slideshow={"slide_type": "skip"}
# %matplotlib inline
import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import rel_entr, softmax, xlogy
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from course_lib import datasets, denoising, em, images, mixture, patches, priors
from course_lib.classroom import exercises, ledger, plots
from course_lib.gaussian import Gaussian

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 1. Two piles of digits
#
# The course uses 10 000 digits of MNIST, gray levels 0 to 255, bright on black. Every tenth is held out: the fit
# never sees it. Why? A prior could simply memorise what it is shown. Only digits that it has not seen can tell
# *knowing handwriting* from *remembering these images*.
#
# Is the separation real? We look for an image that lies in both piles, and count the labels of the held-out pile.

# %% slideshow={"slide_type": "skip"}
train, _ = datasets.digits("train")
test, test_labels = datasets.digits("test")
print("training digits", train.shape, " held-out digits", test.shape)
print("gray levels from", train.min(), "to", train.max())

# %% slideshow={"slide_type": "skip"}
seen_images = {image.tobytes() for image in train}
print("held-out digits that also train:", sum(image.tobytes() in seen_images for image in test))
print("held-out digits of each label: from", np.bincount(test_labels).min(), "to", np.bincount(test_labels).max())

# %% [markdown] slideshow={"slide_type": "skip"}
# Of the 1000 held-out digits none is among the 9000 training digits, and each label is held out 86 to 112 times. The
# report that this course grew from does not say how it separated the two, nor on which scale its gray levels lie. A
# score measured on digits that were used in the fit would not be a score.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 2. All windows of an image
#
# Let $g$ be an image of $H \times W$ pixels and $m$ the side of a patch. A window is fixed by the position $(i, j)$ of
# its top-left corner. It must fit, so $0 \le i \le H-m$ and $0 \le j \le W-m$: there are $I = H-m+1$ rows of
# positions and $J = W-m+1$ columns. Neighbouring windows overlap; we take **all** of them.
#
# **Guess first:** how many windows has a 28 x 28 digit for $m = 4, 5, 8, 16, 28$? Does a larger patch
# mean more of them or fewer?

# %% slideshow={"slide_type": "skip"}
H, W = train.shape[1:]
for m in (4, 5, 8, 16, 28):
    I, J = H - m + 1, W - m + 1
    print(f"m = {m:2}: {I * J:3} patches of {m * m:3} pixels, {I * J * m * m:5} numbers, {I * J * m * m / (H * W):4.1f} a pixel")

# %% [markdown] slideshow={"slide_type": "-"}
# Small windows are many, large ones few: 625 for $m = 4$, one for $m = 28$, the digit itself. The number of
# stored numbers is largest in between: at $m = 16$ a digit of 784 pixels becomes 43 264 numbers, each pixel copied
# 55 times on average.
#
# We number the windows row by row, and flatten each window row by row as well. Write $v$ for the stack of patches:
#
# $$v_{\,iJ + j,\; am + b} = g_{\,i+a,\; j+b}, \qquad 0 \le i < I,\; 0 \le j < J,\; 0 \le a, b < m. \tag{P1}$$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 04.1: all windows of an image
#
# Write (P1) for one image: patch number $iJ + j$ is a row of the result, and entry $am + b$ of that row is a pixel. The
# windows stand in the order of their corners $(0,0), (0,1), \dots, (0,J-1), (1,0), \dots$; all of them lie inside the image.

# %% nbgrader={"grade": false, "grade_id": "exercise-04-1", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def all_windows(image, m):
    """All m x m windows of an image, (P1).

    image (H, W), m: side of a window in pixels, at most H and W  ->  (I*J, m*m) with I = H-m+1, J = W-m+1
    """
    ### BEGIN SOLUTION
    I, J = image.shape[0] - m + 1, image.shape[1] - m + 1
    return np.array([image[i : i + m, j : j + m].ravel() for i in range(I) for j in range(J)])
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_all_windows = exercises.check("04.1", all_windows)

# %% [markdown] slideshow={"slide_type": "skip"}
# `patches.extract_patches` is this formula. We compare it with a loop over positions, on two images at once.

# %% slideshow={"slide_type": "skip"}
m, I, J = 5, 24, 24
stack = patches.extract_patches(train[[0, 4500]], m)
loop = np.empty((2, I * J, m * m))
for i in range(I):
    for j in range(J):
        loop[:, i * J + j] = train[[0, 4500], i : i + m, j : j + m].reshape(2, m * m)
print(stack.shape, "equal to the loop:", np.array_equal(stack, loop))

# %% [markdown] slideshow={"slide_type": "skip"}
# The two agree. And back? Patch number $n$ starts at row $n \,\mathrm{div}\, J$ and column $n \bmod J$, the quotient
# and the remainder. (The report computes the same two numbers but calls the quotient `col` and the remainder `row`. It
# then uses them the right way round: only the names are swapped.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Four windows of a digit

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows a held-out digit, a 4, with four windows of 8 x 8 pixels framed in colour, and beside it the four
# patches enlarged: an empty corner, a slanted stroke, a bowl between two strokes, and a crossing. With $m = 8$ there
# are $J = 21$ positions in a row.

# %% slideshow={"slide_type": "-"}
digit = test[450]
corners = [(0, 0), (6, 6), (8, 10), (14, 10)]
plots.patch_windows(digit, 8, corners)
plt.show()

# %% slideshow={"slide_type": "skip"}
numbers = [i * 21 + j for i, j in corners]
print("patch numbers", numbers, " back to positions", [divmod(n, 21) for n in numbers])
print("mean gray levels", patches.extract_patches(digit, 8)[numbers].mean(axis=1).round(1))

# %% [markdown] slideshow={"slide_type": "-"}
# Patch 178 is $8 \cdot 21 + 10$, and division by 21 leads back to row 8, column 10. The four differ already in their
# mean: 0.0 for the empty corner, 83.6 for the stroke, 141.2 and 155.4 for bowl and crossing. The framed windows share
# pixels: a patch is not an independent observation. We come back to that at the end.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### How not to collect patches
#
# The report appends the patches of image after image to a growing array, by concatenation in a loop. An
# array cannot grow in place: each concatenation copies everything collected so far. With $P$ numbers an image, step
# $t$ writes $tP$ numbers, so $n$ images cost
#
# $$\sum_{t=2}^{n} tP = P\left(\frac{n(n+1)}{2} - 1\right)$$
#
# copied numbers, where $nP$ would do. **Guess:** for our 9 000 training digits and $m = 16$, how many times too many?

# %% slideshow={"slide_type": "skip"}
P = 169 * 256
for n in (10, 9000):
    copied = P * (n * (n + 1) // 2 - 1)
    print(f"{n:4} images: {copied:.3g} numbers copied, {n * P:.3g} needed, ratio {copied / (n * P):.1f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Ten images cost 5.4 times too much, 9 000 cost 4500 times too much: 1.75e12 numbers. The remedy costs nothing: make
# the array once. `extract_patches` takes a whole stack of images.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3. The way back: averaging overlaps
#
# Extraction is linear in the image, so there is a matrix $A$ with $v = A g$. Each row of $A$ picks one pixel, so it
# holds a single 1. What is its adjoint $A'$, the map with $\langle A g, v \rangle = \langle g, A' v \rangle$ for
# *every* image $g$ and *every* stack $v$, also one that no image gave? We write the left side out with (P1) and collect
# by pixel $(p, q) = (i+a, j+b)$:
#
# $$\langle A g, v \rangle = \sum_{i,j,a,b} g_{i+a,\,j+b}\; v_{iJ+j,\,am+b}
#  = \sum_{p, q} g_{p, q} \underbrace{\sum_{a,b} v_{(p-a)J + (q-b),\; am+b}}_{(A' v)_{p,q}} .$$
#
# The inner sum runs over those $a, b$ for which $(p-a, q-b)$ is a position, that is over the windows that cover the
# pixel $(p, q)$. In words: **the adjoint adds every patch onto its place.**

# %% [markdown] slideshow={"slide_type": "skip"}
# Check with random numbers, which no digit has arranged to agree:

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(4)
g = rng.standard_normal((9, 12))
v = rng.standard_normal((6 * 9, 16))
left = np.sum(patches.extract_patches(g, 4) * v)
right = np.sum(g * patches.add_patches(v, (9, 12)))
print(f"<A g, v> = {left:.6f}   <g, A' v> = {right:.6f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Both numbers agree to every digit printed. Now do both: cut an image up and add the patches back, $A'A g$. Every pixel
# comes back as often as windows cover it, so $A'A$ is diagonal. On its diagonal stands the *coverage* $c$, the number of
# windows that hold the pixel.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 04.2: how many patches hold a pixel
#
# A digit has $28 \times 28$ pixels, and we cut it into patches of side $m = 16$. **How many of the patches hold the pixel in
# row 3, column 14?** Rows and columns count from 0. (In which rows can a window start that reaches row 3? In which columns one
# that reaches column 14? Remember that the windows must fit.)

# %% nbgrader={"grade": false, "grade_id": "exercise-04-2", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def coverage_of_pixel():
    """c at row 3, column 14 of a 28 x 28 digit for m = 16  ->  a whole number"""
    ### BEGIN SOLUTION
    rows = 3 - 0 + 1  # windows start in rows 0 to 3
    columns = 12 - 0 + 1  # and in columns 0 to 28 - 16 = 12
    return rows * columns
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_coverage_of_pixel = exercises.check("04.2", coverage_of_pixel)

# %% [markdown] slideshow={"slide_type": "skip"}
# The same thought for every pixel. Row $p$ is covered by the window rows $i$ with
# $\max(0, p-m+1) \le i \le \min(p, H-m)$. Last minus first plus one: each candidate of the minimum minus each of the maximum
# gives one of the numbers $p+1$, $m$, $H-m+1$ and $H-p$, and the smallest of the four counts:
#
# $$c_{p,q} = c^H_p\, c^W_q, \qquad c^H_p = \min(p + 1,\; H - p,\; m,\; H-m+1), \quad c^W_q \text{ likewise.}$$
#
# **Guess:** the central pixel of a digit lies in how many patches, for $m = 5$, $8$ and $16$? Is it always $m^2$?
#
# The figure shows the coverage as three maps, each with its own colour scale: a flat plateau with slopes at the border,
# and the slopes are as wide as the patch allows.

# %% slideshow={"slide_type": "skip"}
maps = [patches.coverage((28, 28), m) for m in (5, 8, 16)]
for m, c in zip((5, 8, 16), maps):
    counted = patches.add_patches(patches.extract_patches(np.ones((28, 28)), m), (28, 28))
    print(f"m = {m:2}: corner {c[0, 0]:.0f}, centre {c[14, 14]:.0f}, m^2 = {m * m}, formula counts right:", np.array_equal(c, counted))
plots.coverage_maps(maps, [f"coverage, m = {m}" for m in (5, 8, 16)])
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# For $m = 5$ and $8$ the centre lies in 25 and 64 patches, all that $m^2$ allows. For $m = 16$ it is 169, not 256: a
# digit has only 13 x 13 positions, and the centre lies in every one of them. A corner lies in one patch, always. Border
# pixels get few opinions, central pixels many.

# %% [markdown] slideshow={"slide_type": "-"}
# Dividing by the coverage turns the sum into an average:
#
# $$\hat g = (A'A)^{-1} A' v, \qquad \hat g_{p,q} = \frac{(A'v)_{p,q}}{c_{p,q}}. \tag{P2}$$

# %% [markdown] slideshow={"slide_type": "notes"}
# This is more than a convenient rule. After denoising, the patches disagree where they overlap, and *no* image has them
# as its patches. Which image comes closest? We minimise $\lVert A g - v \rVert^2$ over $g$. It is convex, so its
# minimum is where its gradient $2 A'(A g - v)$ vanishes: $A'A g = A' v$, and that is (P2). Averaging is the
# least-squares answer.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 04.3: averaging overlaps
#
# Write (P2): every pixel of the result is the mean of all entries of $v$ that lie on it. Patch number $iJ + j$ lies with its
# top-left corner on pixel $(i, j)$, as in (P1). Without calls of `patches`, please.

# %% nbgrader={"grade": false, "grade_id": "exercise-04-3", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def averaged(v, m, H, W):
    """The image from its patches, (P2).

    v (I*J, m*m): patches, numbered as in (P1);  m: side of a patch;  H, W: sides of the image  ->  (H, W)
    """
    ### BEGIN SOLUTION
    total, coverage = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = divmod(n, W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m)
        coverage[i : i + m, j : j + m] += 1
    return total / coverage
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_averaged = exercises.check("04.3", averaged)

# %% [markdown] slideshow={"slide_type": "skip"}
# `patches.average_patches` is (P2). We check it against a general least-squares solver, which gets the 0-1 matrix $A$ of a
# 6 x 7 image and a stack $v$ of pure noise.

# %% slideshow={"slide_type": "skip"}
A = patches.extract_patches(np.eye(42).reshape(42, 6, 7), 3).reshape(42, -1).T
v = np.random.default_rng(41).standard_normal((4 * 5, 9))
by_solver = np.linalg.lstsq(A, v.ravel())[0].reshape(6, 7)
print("A has shape", A.shape, "and", int(A.sum()), "ones")
print("average equals least squares:", np.allclose(patches.average_patches(v, (6, 7)), by_solver))

# %% [markdown] slideshow={"slide_type": "skip"}
# A has one 1 in each of its 180 rows, and the solver finds the average. A stack that comes from an image must come back
# as that image, since $(A'A)^{-1}A'A$ is the identity. The other way round? **Guess:** we average noise patches to an
# image and cut that image up again. Do we get the noise patches?

# %% slideshow={"slide_type": "skip"}
again = patches.average_patches(patches.extract_patches(digit, 16), digit.shape)
print("image -> patches -> image is the same:", np.allclose(again, digit))
there = patches.extract_patches(patches.average_patches(v, (6, 7)), 3)
print("patches -> image -> patches is the same:", np.allclose(there, v))
print(f"length of v {np.linalg.norm(v):.2f}, after {np.linalg.norm(there):.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# No: the stack gets shorter, from 12.46 to 5.32, because $A(A'A)^{-1}A'$ projects it onto the stacks that are
# consistent. For noise this is what we want. What the overlapping patches agree on survives, what they dispute is
# averaged away.
#
# (The report's function for the way back takes the image's length as a parameter, but builds its arrays with a fixed
# 28, so it serves no other image. `average_patches` takes the shape $(H, W)$: just now it put a 6 x 7 image together.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 4. How a mixture is fitted: expectation maximisation
#
# Now the patches are data. Let $x_n$ be the $n$-th of $N$ training vectors with $D = m^2$ entries: a clean patch, what
# lesson 03 called $z$. We want the weights $\pi_k$, means $\mu_k$ and covariances $S_k$, together $\theta$, that make
# the data most probable. The mean log-likelihood is
#
# $$\ell(\theta) = \frac1N \sum_{n=1}^{N} \ln p(x_n \mid \theta)
#   = \frac1N \sum_n \ln \sum_{k=1}^K \pi_k\, \mathcal N(x_n \mid \mu_k, S_k).$$
#
# With $K = 1$ the best parameters are the mean and the covariance of the data, as we shall see. With more components
# the logarithm of a *sum* stands in the way. If we knew which component each $x_n$ came from, each component would be a
# problem of its own. We do not know: the label $k$ is a **latent** variable. EM replaces the unknown label by its
# probability and iterates.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### A lower bound
#
# Take any probabilities $r_{nk} \ge 0$ with $\sum_k r_{nk} = 1$. Multiply and divide by them inside the sum; the sum
# becomes an average with weights $r_{nk}$. The logarithm is concave, so the logarithm of an average is at least the average
# of the logarithms (Jensen's inequality):
#
# $$\ln p(x_n \mid \theta) = \ln \sum_k r_{nk} \frac{\pi_k \,\mathcal N(x_n \mid \mu_k, S_k)}{r_{nk}}
#  \;\ge\; \sum_k r_{nk} \ln \frac{\pi_k \,\mathcal N(x_n \mid \mu_k, S_k)}{r_{nk}} .$$
#
# Averaged over $n$ the right side is the bound $B(r, \theta)$, and $\ell(\theta) \ge B(r, \theta)$ for every $r$. (Terms
# with $r_{nk} = 0$ are left out; without them the middle can only be smaller than the left side, so the bound holds.)
#
# How much is lost? Bayes' rule says
# $\pi_k \,\mathcal N(x_n \mid \mu_k, S_k) = p(k \mid x_n, \theta)\, p(x_n \mid \theta)$. We put this into the bound.
# The factor $p(x_n \mid \theta)$ does not depend on $k$ and $\sum_k r_{nk} = 1$, so it comes out of the sum:
#
# $$\sum_k r_{nk} \ln \frac{p(k \mid x_n, \theta)\, p(x_n \mid \theta)}{r_{nk}}
#  = \ln p(x_n \mid \theta) - \underbrace{\sum_k r_{nk} \ln \frac{r_{nk}}{p(k \mid x_n, \theta)}}_{\mathrm{KL}(r_n \,\Vert\, p(k \mid x_n, \theta))} .$$

# %% [markdown] slideshow={"slide_type": "notes"}
# The loss is a Kullback-Leibler (KL) divergence. By $\ln t \le t - 1$ of lesson 03, with
# $t = p(k \mid x_n, \theta) / r_{nk}$ and equality only at $t = 1$, it is never negative, and zero exactly when
# $r_{nk} = p(k \mid x_n, \theta)$: the responsibilities (M2), here of clean data. Choosing them is the **E-step**. It
# makes the bound touch the log-likelihood.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 04.4: the E-step and its score
#
# Given are the weights $\pi_k$ and the logarithms $\ln \mathcal N(x_n \mid \mu_k, S_k)$, a row for each datum. Return the
# responsibilities $r_{nk} = p(k \mid x_n, \theta)$ and the mean log-likelihood $\ell(\theta)$. Your function must survive
# logarithms far outside the range of `exp`, such as $-1350$ or $800$ (lesson 03: log-sum-exp), and a component of weight 0.
# (`np.log(0)` warns and gives $-\infty$, which is the right logarithm here.)

# %% nbgrader={"grade": false, "grade_id": "exercise-04-4", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def e_step(weights, log_densities):
    """Responsibilities and mean log-likelihood.

    weights (K,): pi, zeros are allowed;  log_densities (N, K): ln N(x_n | mu_k, S_k)  ->  r (N, K), l: a number in nats
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        log_joint = np.log(weights) + log_densities
    largest = log_joint.max(axis=1, keepdims=True)
    shares = np.exp(log_joint - largest)
    sums = shares.sum(axis=1, keepdims=True)
    return shares / sums, (largest + np.log(sums)).mean()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_e_step = exercises.check("04.4", e_step)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Try the bound on a toy
#
# We need a data set that can be seen: 400 points in the plane, drawn from three Gaussians of different weight and shape.
# The start is deliberately poor: three of the points as means, and the covariance of all the data for every component.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(40)
shapes = [[[1.0, 0.8], [0.8, 1.0]], [[2.0, -0.6], [-0.6, 0.3]], [[0.2, 0.0], [0.0, 0.2]]]
truth = mixture.Mixture([0.5, 0.3, 0.2], [[-2, 0], [2, 2], [2, -1.5]], shapes)
toy = truth.sample(400, rng)

def start_at(x, K, rng):
    """K rows of x as means, the covariance of all of x for every component, equal weights."""
    means = x[rng.choice(len(x), K, replace=False)]
    return mixture.Mixture(np.full(K, 1 / K), means, np.repeat(np.cov(x.T)[None], K, axis=0))

start = start_at(toy, 3, rng)

# %% slideshow={"slide_type": "skip"}
resp, log_likelihood = mixture.e_step(toy, start)
print("responsibilities", resp.shape, f" mean log-likelihood {log_likelihood:.4f} nats")

# %% [markdown] slideshow={"slide_type": "skip"}
# `mixture.e_step` is the E-step: it returns the responsibilities, a row of three for each point, and $\ell(\theta)$,
# here -4.3562. To look at the bound for *other* $r$ we write $B$ down as it stands above, and try it with the exact
# responsibilities and with ones blurred towards $1/K$. (`xlogy(r, r)` is $r \ln r$, and 0 where $r = 0$; `rel_entr(r, p)` is
# $r \ln(r/p)$, likewise.)

# %% slideshow={"slide_type": "skip"}
def bound(x, r, mix):
    """B(r, theta): mean of sum_k r_nk (ln pi_k + ln N(x_n | mu_k, S_k) - ln r_nk), in nats."""
    log_joint = np.stack([part.log_density(x) for part in mixture.components(mix)], axis=1) + np.log(mix.weights)
    return (r * log_joint - xlogy(r, r)).sum() / len(x)


blurred = 0.7 * resp + 0.3 / 3
exact_bound, blurred_bound, kl = bound(toy, resp, start), bound(toy, blurred, start), rel_entr(blurred, resp).sum() / len(toy)
print(f"log-likelihood {log_likelihood:.4f}, bound with exact r {exact_bound:.4f}")
print(f"bound with blurred r {blurred_bound:.4f}, KL {kl:.4f}")
print("bound + KL = log-likelihood:", np.isclose(blurred_bound + kl, log_likelihood))


# %% [markdown] slideshow={"slide_type": "skip"}
# With the exact responsibilities bound and log-likelihood are the same number. With blurred ones the bound is lower,
# -4.4679, and it is lower by exactly the KL divergence, 0.1116, up to rounding of the last digit.
#
# ### The M-step, weights
#
# Now $r$ is fixed and the bound is maximised over $\theta$: the **M-step**. The part $-\sum r \ln r$ does not contain
# $\theta$. Write $n_k = \sum_n r_{nk}$, the number of data that component $k$ answers for; $\sum_k n_k = N$. What is
# left is
#
# $$N B = \sum_k n_k \ln \pi_k + \sum_k \sum_n r_{nk} \ln \mathcal N(x_n \mid \mu_k, S_k) + \text{const}.$$
#
# The weights occur in the first sum only, under the condition $\sum_k \pi_k = 1$. With a Lagrange multiplier $\nu$ for
# it, the derivative with respect to $\pi_k$ must vanish:
#
# $$\frac{\partial}{\partial \pi_k}\Big[\sum_l n_l \ln \pi_l - \nu\Big(\sum_l \pi_l - 1\Big)\Big] = \frac{n_k}{\pi_k} - \nu = 0
#  \quad\Longrightarrow\quad \pi_k = \frac{n_k}{\nu}.$$
#
# Summing over $k$ gives $1 = N / \nu$, so $\nu = N$ and $\pi_k = n_k / N$. The sum $\sum n_k \ln \pi_k$ is concave, so
# this is its maximum.
#
# ### The M-step, means
#
# Each $\mu_k, S_k$ has its own sum over $n$, so we take one component at a time. Let
# $\bar x_k = \sum_n r_{nk} x_n / n_k$ be the weighted mean. We write
# $x_n - \mu_k = (x_n - \bar x_k) + (\bar x_k - \mu_k)$ in the quadratic form. The cross term vanishes, because
# $\sum_n r_{nk} (x_n - \bar x_k) = 0$:
#
# $$\sum_n r_{nk} (x_n - \mu_k)' S_k^{-1} (x_n - \mu_k)
#  = \sum_n r_{nk} (x_n - \bar x_k)' S_k^{-1} (x_n - \bar x_k) + n_k (\bar x_k - \mu_k)' S_k^{-1} (\bar x_k - \mu_k).$$
#
# $S_k^{-1}$ is positive definite, so the second term is at least 0, and it is 0 only for $\mu_k = \bar x_k$, whatever
# $S_k$ is. The best mean is the weighted mean.
#
# ### The M-step, covariances
#
# A number is its own trace, and $\operatorname{tr}(MN) = \operatorname{tr}(NM)$ for matrices of fitting shapes. So
# $d' S^{-1} d = \operatorname{tr}(S^{-1} d d')$. Let $\hat S_k = \sum_n r_{nk} (x_n - \bar x_k)(x_n - \bar x_k)' / n_k$
# be the weighted scatter, and suppose that it is invertible. What component $k$ contributes to $NB$, its mean now in
# place, becomes
#
# $$-\frac{n_k}{2}\Big[ D \ln 2\pi + \ln \lvert S_k \rvert + \operatorname{tr}\big(S_k^{-1} \hat S_k\big) \Big].$$
#
# Which $S_k$ makes the bracket smallest? Let $S_k = L L'$ be the Cholesky factorisation, with a lower triangular $L$. The matrix
# $T = L^{-1} \hat S_k (L')^{-1}$ is symmetric and positive definite; let $t_1, \dots, t_D > 0$ be its eigenvalues. Then
# $\operatorname{tr}(S_k^{-1} \hat S_k) = \operatorname{tr}((L')^{-1} L^{-1} \hat S_k) = \operatorname{tr} T = \sum_i t_i$,
# and $\lvert T \rvert = \lvert \hat S_k \rvert / \lvert S_k \rvert$ gives
# $\ln \lvert S_k \rvert = \ln \lvert \hat S_k \rvert - \sum_i \ln t_i$. So
#
# $$\ln \lvert S_k \rvert + \operatorname{tr}\big(S_k^{-1} \hat S_k\big) = \ln \lvert \hat S_k \rvert + \sum_{i=1}^D (t_i - \ln t_i)
#  \;\ge\; \ln \lvert \hat S_k \rvert + D,$$
#
# because $t - \ln t \ge 1$, the same inequality again, with equality only at $t = 1$. If all $t_i = 1$, then $T$ is the
# identity and $S_k = L L' = \hat S_k$. No matrix derivative was needed, and we know that this is *the* maximum and not
# just a stationary point.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Both steps together
#
# $$\begin{gathered}r_{nk} = \frac{\pi_k \,\mathcal N(x_n \mid \mu_k, S_k)}{\sum_l \pi_l \,\mathcal N(x_n \mid \mu_l, S_l)}, \quad n_k = \sum_n r_{nk}, \quad \pi_k = \frac{n_k}{N},\\
# \mu_k = \frac1{n_k}\sum_n r_{nk} x_n, \quad
#   S_k = \frac1{n_k} \sum_n r_{nk} (x_n - \mu_k)(x_n - \mu_k)' .\end{gathered} \tag{M7}$$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 04.5: the M-step
#
# Write (M7) without its first formula, which was exercise 04.4. One more argument, for later: the number `reg_covar`, in
# squared units of $x$, is added to every variance, that is to each entry on the diagonal of every $S_k$. With 0 it is plain
# (M7). (The section on a likelihood without a ceiling shows what it is good for.)

# %% nbgrader={"grade": false, "grade_id": "exercise-04-5", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def m_step(x, r, reg_covar):
    """Weights, means and covariances from the responsibilities, (M7).

    x (N, D): data, r (N, K): responsibilities, reg_covar: a number  ->  weights (K,), means (K, D), covariances (K, D, D)
    """
    ### BEGIN SOLUTION
    n = r.sum(axis=0)
    means = r.T @ x / n[:, None]
    covs = np.empty((len(n), x.shape[1], x.shape[1]))
    for k, mu in enumerate(means):
        d = x - mu
        covs[k] = (r[:, k] * d.T) @ d / n[k] + reg_covar * np.eye(x.shape[1])
    return n / len(x), means, covs
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_m_step = exercises.check("04.5", m_step)

# %% [markdown] slideshow={"slide_type": "-"}
# `mixture.m_step` is (M7) without its first formula, the E-step. Is it really the maximum? We disturb its weights,
# means and covariances 300 times at random, with a size of 0.1, 0.01 or 0.001. **Guess:** how many of the 300 raise the
# bound?

# %% slideshow={"slide_type": "skip"}
def disturb(best, rng):
    """How many of 300 random disturbances of these parameters raise the bound."""
    raised = 0
    for _ in range(300):
        # a row of e for each component: two pairs for its covariance, one number for its weight, a pair for its mean
        e = rng.choice([0.1, 0.01, 0.001]) * rng.standard_normal((3, 5, 2))
        T = np.eye(2) + e[:, :2]
        covs = T @ best.covs @ T.transpose(0, 2, 1)
        other = mixture.Mixture(softmax(np.log(best.weights) + e[:, 3, 0]), best.means + e[:, 4], covs)
        raised += bound(toy, resp, other) > bound(toy, resp, best)
    return raised


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(45)
best = mixture.m_step(toy, resp, reg_covar=0)
n = resp.sum(axis=0)[:, None, None]
unbiased = mixture.Mixture(best.weights, best.means, best.covs * n / (n - 1))
print(f"bound before the M-step {exact_bound:.4f}, after {bound(toy, resp, best):.4f}")
print("raised by", disturb(best, rng), "of 300; with n_k - 1 in place of n_k by", disturb(unbiased, rng))

# %% [markdown] slideshow={"slide_type": "-"}
# The M-step raised the bound from -4.3562 to -3.8788, and none of the 300 disturbances did better. Would the test
# notice a small mistake? Yes: had we divided by $n_k - 1$, as for an unbiased covariance, 16 of the 300 would have
# raised it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Why EM never lowers the likelihood
#
# Let $\theta$ be the parameters before a step, $r$ their responsibilities, and $\theta^{+}$ the result of the M-step.
# Three facts make a chain:
#
# $$\ell(\theta) \;=\; B(r, \theta) \;\le\; B(r, \theta^{+}) \;\le\; \ell(\theta^{+}).$$
#
# The equality holds because $r$ is exact for $\theta$. The first inequality holds because the M-step maximises
# $B(r, \cdot)$, the second because a bound is a bound. We show the chain in numbers, then let `em.run_em` repeat the
# two steps.

# %% slideshow={"slide_type": "skip"}
_, after = mixture.e_step(toy, best)
print(f"{log_likelihood:.4f} = {exact_bound:.4f} <= {bound(toy, resp, best):.4f} <= {after:.4f}")


# %% slideshow={"slide_type": "skip"}
def run(x, start, *, reg_covar=0.0, max_iter=100, tol=1e-7):
    """EM for a mixture: the library's two steps in its one loop; bounds is the log-likelihood at each step, params the end."""
    return em.run_em(
        lambda mix: mixture.e_step(x, mix),
        lambda r, mix: mixture.m_step(x, r, reg_covar=reg_covar),
        start, max_iter=max_iter, tol=tol,
    )  # fmt: skip


result = run(toy, start)
print("iterations:", len(result.bounds) - 1, " converged:", result.converged)
print("never falls:", bool((np.diff(result.bounds) > -1e-12).all()))

# %% [markdown] slideshow={"slide_type": "-"}
# The chain holds, and so does every one of the 34 steps until the rise is below 1e-7.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### EM at work on the toy

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows the 400 points four times, with the three components as ellipses at two standard deviations: at the
# start three equal large ellipses, then ellipses that shrink, turn and part until each lies on one cloud of points.

# %% slideshow={"slide_type": "-"}
early = [run(toy, start, max_iter=i, tol=0).params for i in (1, 10)]
shown = [start, *early, result.params]
names = ["start", "iteration 1", "iteration 10", "end"]
plots.em_ellipses(toy, shown, names)
plt.show()

# %% slideshow={"slide_type": "skip"}
for name, mix in zip(names, shown):
    print(f"{name:12} log-likelihood {mixture.e_step(toy, mix)[1]:.3f}, weights {np.sort(mix.weights).round(2)}")
print(f"truth        log-likelihood {mixture.e_step(toy, truth)[1]:.3f}, weights {np.sort(truth.weights)}")

# %% [markdown] slideshow={"slide_type": "-"}
# After one step the components still overlap, at -3.794 nats. At iteration 10 two have parted while the third still
# spans two clouds, at -3.470; after 34 they lie on the three clouds with weights 0.17, 0.31 and 0.52; we drew with 0.2,
# 0.3 and 0.5. The fit scores -3.097, a little *above* the truth's -3.113: it was made for these 400 points, the truth
# was not. That small surplus is what overfitting looks like at its beginning.

# %% [markdown] slideshow={"slide_type": "skip"}
# The next figure is the trace of that run: the mean log-likelihood after each iteration rises steeply, creeps, climbs
# once more as the clouds are told apart, and becomes flat after iteration 18.

# %% slideshow={"slide_type": "skip"}
plots.em_trace({"plain EM": result.bounds}, "EM on the toy: never a step down")
plt.show()

# %% [markdown] slideshow={"slide_type": "slide"}
# ### A likelihood without a ceiling
#
# EM only climbs. But is there a top? Put a component's mean exactly on one data point and let its variance shrink to
# nothing: its density *at that point* grows without limit, while a second, broad component keeps all the others alive.
# The likelihood of a mixture has no maximum.

# %% slideshow={"slide_type": "skip"}
for std in (1e-2, 1e-20, 1e-100):
    covs = [np.cov(toy.T), std**2 * np.eye(2)]
    spike = mixture.Mixture([1 - 1 / 400, 1 / 400], [toy.mean(0), toy[0]], covs)
    print(f"spike of width {std:.0e}: mean log-likelihood {mixture.e_step(toy, spike)[1]:.3f}")

# %% [markdown] slideshow={"slide_type": "-"}
# Each number is larger than the one before, and nothing stops the row: the narrowest spike scores -2.885 and beats even
# the truth's -3.113, although a spike says nothing about the data. The usual remedy puts a floor under every variance:
# after each M-step `reg_covar` is added to the diagonal of $S_k$, so that no eigenvalue of $S_k$ is below it. For
# digits this is no rare accident, as we now see.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 5. EM on real patches
#
# We take 3 000 patches of 4 x 4 pixels from all training digits. **Guess:** what share of them is entirely black?

# %% slideshow={"slide_type": "skip"}
raw = patches.sample_patches(train, 4, 3000, np.random.default_rng(41))
black = (raw == 0).all(axis=1)
print(f"entirely black: {black.mean():.0%}; largest entry of their covariance: {np.cov(raw[black].T).max():.0f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# More than half of them are the same point of 16-dimensional space. A component that takes charge of them gets the
# covariance 0: the spike of the last section, and plain EM would run into it. To see plain EM at work on patches we first
# add noise with a standard deviation of 1 gray level, invisible to the eye, which gives even a black patch the variance 1.
# (`eigen` of a mixture holds the eigenvalues of every $S_k$, rising, and the eigenvectors in columns. The square root of
# the last eigenvalue is the standard deviation along the widest direction.)

# %% slideshow={"slide_type": "skip"}
x = images.add_noise(raw, 1, np.random.default_rng(42))
start = start_at(x, 5, np.random.default_rng(43))
plain = run(x, start, max_iter=200)
print("iterations:", len(plain.bounds) - 1, " never falls:", bool((np.diff(plain.bounds) > -1e-9).all()))
print("log-likelihood", plain.bounds[[0, 5, 10, -1]].round(2), "nats a patch")

# %% slideshow={"slide_type": "skip"}
for k in np.argsort(-plain.params.weights):
    mean, widest = plain.params.means[k].mean(), np.sqrt(plain.params.eigen[0][k, -1])
    print(f"weight {plain.params.weights[k]:.2f}, mean level {mean:5.1f}, widest direction {widest:5.1f} gray levels")

# %% [markdown] slideshow={"slide_type": "skip"}
# In 29 iterations the log-likelihood rises from -82.48 to -48.55 nats a patch, most of the way in the first five. One
# component, with weight 0.54, has taken the black patches: mean level 0 and a standard deviation of 1.1 gray levels,
# the noise that we added. The other four share the patches with ink; along their widest directions they reach 161 to
# 335 gray levels.
#
# ### One step of ours, one step of scikit-learn's
#
# scikit-learn's `GaussianMixture` does the same two steps. We hand it our start, stop it after one iteration and
# compare. It asks for precisions, the inverses of the covariances; and it warns that one iteration is not enough, which
# we know.

# %% slideshow={"slide_type": "skip"}
theirs = GaussianMixture(
    5, max_iter=1, reg_covar=0, init_params="random_from_data", random_state=0,
    weights_init=start.weights, means_init=start.means, precisions_init=np.linalg.inv(start.covs),
)  # fmt: skip
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    theirs.fit(x)

# %% slideshow={"slide_type": "skip"}
ours = mixture.m_step(x, mixture.e_step(x, start)[0], reg_covar=0)
pairs = [(theirs.weights_, ours.weights), (theirs.means_, ours.means), (theirs.covariances_, ours.covs)]
for name, (a, b) in zip(("weights", "means", "covariances"), pairs):
    print(f"{name:11}: largest value {np.abs(b).max():7.2f}, differences below 1e-8: {np.abs(a - b).max() < 1e-8}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The two agree: no entry differs by as much as 1e-8, beside covariances as large as 9958 squared gray levels.
#
# ### The floor has a price
#
# With `reg_covar` the M-step no longer maximises the bound: it goes to the maximum and then a step away from it. The
# chain above breaks at its first inequality. **Guess:** we start at the top that plain EM has found and run ten steps
# with `reg_covar=1`. How many of them lower the likelihood?

# %% slideshow={"slide_type": "skip"}
floored = run(x, plain.params, reg_covar=1.0, max_iter=10, tol=0)
print("steps that lower the likelihood:", int((np.diff(floored.bounds) < 0).sum()), "of 10")
print("log-likelihood", floored.bounds[[0, 1, 2, 10]].round(3), "nats a patch")

# %% [markdown] slideshow={"slide_type": "skip"}
# Seven of ten. The first step costs 0.91 nats a patch: the floor adds 1 squared gray level to variances that were 1 by
# our noise, and so doubles them. Then the run settles near -49.49, below where it began. So with a floor, "the
# likelihood fell" is no sign of a bug; without one it is.
#
# ### Never down is not up to the top
#
# EM climbs the hill on which it starts. With the floor in place we can fit the raw patches, black ones and all. The
# starting means we draw from patches with ink: two black ones would make two equal components, which get equal
# responsibilities and never part. **Guess:** do ten random starts reach the same top?

# %% slideshow={"slide_type": "skip"}
tops = []
for seed in range(10):
    begin = start_at(raw[~black], 5, np.random.default_rng(seed))
    tops.append(run(raw, begin, reg_covar=1.0, max_iter=60, tol=0).bounds[-1])
print("ten tops, nats a patch:", np.sort(tops).round(1))

# %% [markdown] slideshow={"slide_type": "skip"}
# They do not: after 60 iterations the ten lie between -45.6 and -43.7 nats a patch, hardly two at the same place. Where
# EM ends depends on where it starts; a fit is *a* good mixture for the data, not *the* best one.
#
# ### The fit of the course
#
# For the real priors, with up to 200 components and 50 000 patches, `mixture.fit` calls scikit-learn, which starts from
# *k-means*: $K$ centres, each the mean of the patches that are nearest to it. It divides the gray levels by 255, and it
# computes in float32, which moves half as many bytes as float64. Is that precise enough? float32 carries about seven
# digits, so it rounds a variance by some 1e-7 of the *largest* ones. What counts is how the floor compares with that. We
# take the sum of all variances for the largest, to be on the safe side, and then fit once more in float64 and in gray levels.

# %% slideshow={"slide_type": "skip"}
total = raw.var(axis=0).sum()
rounding = np.finfo(np.float32).eps * total
print(f"sum of the variances {total:.3g}, float32 rounds it by {rounding:.3f} squared gray levels")
fitted = mixture.fit(raw, 5, reg_covar=1.0, random_state=0)
double = mixture.Mixture.from_sklearn(GaussianMixture(5, reg_covar=1.0, random_state=0).fit(raw))
ends = [mixture.e_step(raw, mix)[1] for mix in (fitted, double)]
print(f"log-likelihood: float32 on 0..1 {ends[0]:.1f}, float64 on 0..255 {ends[1]:.1f} nats a patch")
print(f"our floor 1 is {1 / 255**2:.2e} on 0..1; scikit-learn's default 1e-6 there means {1e-6 * 255**2:.3f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Our floor of 1 squared gray level lies far above the rounding, 0.015, and both fits end at -44.4 nats a patch: float32
# loses nothing that shows. A floor *below* the rounding would drown in it, so for such a floor `mixture.fit` computes
# in float64. And a floor has units: 1 on 0..255 is 1.54e-05 on 0..1, and scikit-learn's default 1e-6 would mean 0.065
# squared gray levels there, but 1e-6 on 0..255.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 6. What a prior has learned

# %% [markdown] slideshow={"slide_type": "skip"}
# Fits with many components take minutes, so the package ships them: `priors.digit_prior(m, K)` is a mixture fitted to
# 50 000 random patches of the training digits (20 000 for $m = 16$) with a floor of 1 squared gray level. The recipe
# has one more turn for $m = 4$ and $5$, which section 10 explains.

# %% slideshow={"slide_type": "skip"}
prior = priors.digit_prior(8, 20)
order = np.argsort(-prior.weights)
titles = [f"{w:.3f}" for w in prior.weights[order]]
caption = "Means of the prior with m = 8, K = 20, and their weights"

# %% [markdown] slideshow={"slide_type": "-"}
# ### Twenty kinds of patches
#
# We open the prior with $m = 8$ and $K = 20$, heaviest component first. **Predict:** twenty mean patches of 8 x 8
# pixels. Will they be little digits, strokes, or blurs?

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows the twenty means on one gray range, with their weights. The first is black. The others are
# soft bright areas: along one side, in one corner, as a bar upright, lying or slanted, and a few filled patches.

# %% slideshow={"slide_type": "-"}
plots.patch_gallery(prior.means[order], titles, 10, caption)
plt.show()

# %% slideshow={"slide_type": "skip"}
print("weights", prior.weights[order].round(3))

# %% [markdown] slideshow={"slide_type": "notes"}
# Not one of them is a digit, and an 8 x 8 window could not show one. They are the parts that strokes are made of: black
# background (weight 0.155), edges that enter from one side, corners, bars at several slants, and bends. The fourth
# (0.074), gray all over, is of another kind; we come to it now.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### The directions in which a component varies
#
# A mean is one patch. What a component *allows* is in its covariance: $S_k = U \operatorname{diag}(\lambda) U'$, and a
# draw is $\mu_k + \sum_i \sqrt{\lambda_i}\, \varepsilon_i u_i$ with independent standard normal $\varepsilon_i$ (lesson
# 01). An eigenvector $u_i$ with large $\lambda_i$ is a picture that may be added or subtracted freely; one with small
# $\lambda_i$ is all but forbidden.
#
# The figure shows four components of this prior, a row each: the mean in gray, then the six leading eigenvectors in
# orange (negative) and purple (positive), with the standard deviation $\sqrt{\lambda_i}$ along each. First row the
# black component, second an edge at the left border, third a slanted stroke, fourth the gray component. **Predict**
# before the numbers: in how many of the 64 directions does an edge vary, in how many the gray one?

# %% slideshow={"slide_type": "skip"}
which = order[[0, 1, 9, 3]]
for k in which:
    falling = prior.eigen[0][k, ::-1]
    held = (falling.cumsum() < 0.95 * falling.sum()).sum() + 1
    print(f"weight {prior.weights[k]:.2f}: {held:2} directions hold 95 % of the variance, widest two {np.sqrt(falling[:2]).round()} gray levels")
plots.eigen_rows(prior, which, 6, "Leading eigenvectors of four components, m = 8, K = 20")
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# The black component may light single pixels in two corners, by 16 and 15 gray levels; all else is crumbs of 1 gray
# level, and 37 directions are needed to collect 95 % of them. The edge needs 9 directions. It varies along the border
# alone: the whole edge brighter or darker (246 gray levels), then its upper against its lower half (193), and the
# inside of the patch stays black.
#
# The slanted stroke needs 23. Its first picture is bright on one side and dark on the other: added to the mean it
# *shifts* the stroke (313); the next makes it wider or brighter (268). The gray component is different: 28 directions,
# and smooth waves over the whole patch: a component for the rest. So the mixture has found, from gray levels alone,
# what one would have named by hand: flat, edges by direction, strokes, the rest.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 7. What K does: from blobs to strokes
#
# More components, more kinds of patches.

# %% slideshow={"slide_type": "skip"}
means = {}
for K in (1, 5, 11):
    fit = priors.digit_prior(8, K)
    means[f"K = {K}"] = fit.means[np.argsort(-fit.weights)]

# %% [markdown] slideshow={"slide_type": "-"}
# The figure shows the means of three priors with $m = 8$, a row each, heaviest
# first: one gray blur for $K = 1$; for $K = 5$ a filled patch, black, and three bright sides; for $K = 11$ also bars
# and corners. The gallery above continues the row.

# %% slideshow={"slide_type": "-"}
plots.patch_rows(means, "Means of priors with m = 8")
plt.show()

# %% slideshow={"slide_type": "skip"}
for K in (1, 5, 11):
    fit = priors.digit_prior(8, K)
    print(f"K = {K:2}: mean gray level {fit.mean.mean():.1f}, standard deviation {np.sqrt(np.trace(fit.cov) / 64):.1f} of the whole mixture")

# %% [markdown] slideshow={"slide_type": "notes"}
# The whole mixture has the same mean, 54.7, and the same spread, 94.9, for each of the three. That is no accident. Put
# (M7) into the mean $\sum_k \pi_k \mu_k$ and into $\sum_k \pi_k (S_k + \mu_k \mu_k')$: since $\sum_k r_{nk} = 1$, both
# become plain averages over the data, of $x_n$ and $x_n x_n'$ (up to the floor). $K$ cannot change mean and covariance
# of the whole. What it changes is how they are *explained*.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What does a prior think a patch looks like?
#
# The most direct question to a prior is: *what do you think a patch looks like?* **Predict:** what does
# a sample from a single Gaussian ($K = 1$) look like, given that it knows the exact mean and all covariances of the pixels?

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(44)
rows = {"held-out digits": patches.sample_patches(test, 8, 12, rng)}
for K in (1, 5, 50):
    rows[f"K = {K}"] = priors.digit_prior(8, K).sample(12, rng)
caption = "Real patches, and samples from priors with m = 8"

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows twelve patches of 8 x 8 pixels in each of four rows, levels outside 0..255 cut to black and white:
# real ones from held-out digits, then samples for $K = 1$, $5$ and $50$. The single Gaussian gives clouds without an
# edge; with 5 components dark and bright areas part; with 50 there are black patches, corners and bent bars with clear
# edges.

# %% slideshow={"slide_type": "-"}
plots.patch_rows(rows, caption)
plt.show()

# %% slideshow={"slide_type": "skip"}
for label, row in rows.items():
    print(f"{label:15}: gray levels from {row.min():5.0f} to {row.max():4.0f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# Behind the clouds lie gray levels from -207 to 373, and even $K = 50$ reaches 549 in one of its twelve patches.
# Looking is not measuring. Two numbers for 4 000 samples: the share of pixels that are black within 10 gray levels, and
# the share of pixels outside $-10..265$, where no gray level can be. And one for the prior itself: by (M4) its
# covariance is $\sum_k \pi_k S_k$, the variance *within* the components, plus the scatter of their means. How much of
# the trace lies within?

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(45)
real = patches.sample_patches(test, 8, 4000, rng)
print(f"real  : black pixels {(np.abs(real) <= 10).mean():.0%}, impossible pixels {((real < -10) | (real > 265)).mean():.0%}")
for K in (1, 5, 11, 20, 50):
    fit = priors.digit_prior(8, K)
    z = fit.sample(4000, rng)
    dark, outside = (np.abs(z) <= 10).mean(), ((z < -10) | (z > 265)).mean()
    within = np.tensordot(fit.weights, fit.covs, 1).trace() / fit.cov.trace()
    print(f"K = {K:2}: black pixels {dark:.0%}, impossible pixels {outside:.0%}, variance within the components {within:.0%}")

# %% [markdown] slideshow={"slide_type": "notes"}
# Real patches are 71 % black. The single Gaussian makes 7 % of the pixels black and puts 26 % where no gray level can
# be; $K = 50$ reaches 55 % and 10 %. With $K = 50$ knowing the component explains more than half of the variance, only
# 45 % is left within. More components come closer, step by step. None arrives: a Gaussian has tails on both sides, and
# gray levels have ends. A prior can be useful without being true.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8. What m does: context against difficulty
#
# A larger patch sees more of the stroke. It also has more that can vary, and the same $K$ must cover it. **Predict:** with
# $K = 11$ throughout, at which $m$ do samples look most like real patches? Where does the component explain most?

# %% [markdown] slideshow={"slide_type": "skip"}
# The figure shows, for $m = 4$, $8$ and $16$, a row of eleven real patches, a row of eleven samples from the prior with
# $K = 11$, and a row of its eleven means, heaviest first. At 4 x 4 real and sampled rows are hard to tell apart; at
# $m = 16$ the real row shows parts of digits, the sampled one restless clouds, and the means are blurred loops, sides
# and bars.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(46)
by_size = {}
for m in (4, 8, 16):
    fit = priors.digit_prior(m, 11)
    real, drawn = patches.sample_patches(test, m, 4000, rng), fit.sample(4000, rng)
    by_size |= {f"m = {m}, real": real[:11], f"m = {m}, samples": drawn[:11], f"m = {m}, means": fit.means[np.argsort(-fit.weights)]}
    dark = [(np.abs(z) <= 10).mean() for z in (real, drawn)]
    within = np.tensordot(fit.weights, fit.covs, 1).trace() / fit.cov.trace()
    print(f"m = {m:2}: black pixels, real {dark[0]:.0%}, sampled {dark[1]:.0%}; variance within the components {within:.0%}")
plots.patch_rows(by_size, "Real patches, samples and means for K = 11 and three patch sizes")
plt.show()

# %% [markdown] slideshow={"slide_type": "-"}
# At $m = 4$ the samples have 67 % black pixels where real patches have 77 %; at $m = 16$ it is 27 % where they have 66
# %. At $m = 4$ the eleven components explain 73 % of the variance and keep 27 % within; at $m = 16$ it is the other way
# round, 83 % lies within, and each mean must serve very different pieces of digits. So it is blurred. Eleven components
# can list the kinds of tiny patches, but not the kinds of large ones.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 9. The score: digits not seen

# %% [markdown] slideshow={"slide_type": "notes"}
# Which prior is better? The one that gives held-out patches the higher density. We compute the mean log-likelihood per
# pixel twice: on 5000 of the very patches that the prior was fitted to (the recipe draws them with seed 0), and on 5000
# patches of held-out digits.
#
# **Predict** three things. Along a row, as $K$ grows: up or down? The difference seen minus held out: where is it
# largest? Can it be negative?

# %% slideshow={"slide_type": "skip"}
scores = {}
print("            entirely black  K =" + "".join(f"{K:7}" for K in (1, 5, 11, 20, 50, 200)))
for m, counts in {4: (1, 5, 11, 20, 50, 200), 5: (1, 5, 11, 20, 50, 200), 8: (1, 5, 11, 20, 50, 200), 16: (1, 5, 11, 20)}.items():
    seen = patches.sample_patches(train, m, priors.n_patches(m), np.random.default_rng(0))[:5000]
    held_out = patches.sample_patches(test, m, 5000, np.random.default_rng(47))
    fits = [priors.digit_prior(m, K) for K in counts]
    scores[m] = counts, *(np.array([fit.log_density(z).mean() / m**2 for fit in fits]) for z in (seen, held_out))
    for name, z, values in zip(("seen", "held out"), (seen, held_out), scores[m][1:]):
        print(f"m = {m:2} {name:8}{(z == 0).all(axis=1).mean():10.0%}       " + "".join(f"{value:7.2f}" for value in values))

# %% [markdown] slideshow={"slide_type": "notes"}
# The next figure shows the table: log-likelihood per pixel against $K$, one colour for each $m$, held-out patches as
# solid lines with dots and the patches of the fit as dashed lines with crosses.

# %% slideshow={"slide_type": "-"}
plots.seen_and_held_out(scores)
plt.show()

# %% [markdown] slideshow={"slide_type": "notes"}
# Along every row the seen score rises with $K$, as one expects. The held-out score rises too, at first: nearly all of
# what the prior learns is about handwriting. But for $m = 8$ it falls from $K = 50$ to $K = 200$ (-3.12 to -3.18), and
# for $m = 16$ already from $K = 11$ to $K = 20$ (-4.30 to -4.37), while the seen score still rises. That is
# overfitting, visible only because we held digits out.
#
# Yes, the difference can be negative: for $m = 5$ the held-out patches score higher than the seen ones up to $K = 50$.
# That is the luck of the draw: 43 % of them are black, 41 % of the seen ones. It is there at $K = 1$ as well, where
# little can overfit. What counts is how the gap *grows* along a row.
#
# A caution: compare along a row, with care down a column. Patches of different size are different data, since half of
# the smallest and none of the largest are entirely black, and for $m = 4$ and $5$ the recipe has its extra turn. How
# much a prior helps *against noise* is measured in lesson 05, in decibels, on the same pixels for all.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### How many numbers is a prior?
#
# A component has one weight, $D$ means and $D(D+1)/2$ covariances; the weights sum to one. How many gray levels did the
# fit see for each parameter? We set that beside the gap, seen minus held out in nats a pixel, less the gap at $K = 1$.

# %% slideshow={"slide_type": "skip"}
for m, K in ((4, 50), (4, 200), (8, 20), (8, 50), (8, 200), (16, 5), (16, 11), (16, 20)):
    D = m * m
    free = K * (1 + D + D * (D + 1) // 2) - 1
    counts, seen, held_out = scores[m]
    gap = seen - held_out - (seen - held_out)[0]
    ratio = priors.n_patches(m) * D / free
    print(f"m = {m:2}, K = {K:3}: {free:6} parameters, {ratio:3.0f} gray levels for each, gap {gap[counts.index(K)]:5.2f}")

# %% [markdown] slideshow={"slide_type": "-"}
# The gap follows the gray levels per parameter, roughly. With 30 or more of them it is at most 0.02; with 26 and 14 it
# is 0.08 and 0.05; with 7 or 8 it is 0.19 ($m = 8$, $K = 200$) and 0.14 ($m = 16$, $K = 20$).

# %% [markdown] slideshow={"slide_type": "skip"}
# Neighbouring gray levels say much the same, so 30 are not a luxury. And a single component has about $D^2/2 = m^4/2$
# parameters: that is the price of a large patch.

# %% [markdown] slideshow={"slide_type": "-"}
# ### The extreme: whole digits, m = 28
#
# One patch per digit, $D = 784$, and even $K = 1$ has 308 504 parameters. Its fit needs no EM: mean and covariance of
# the images plus the floor. **Predict:** with 100 digits, is the held-out score a little worse than the seen one, or
# much worse?

# %% slideshow={"slide_type": "skip"}
held_out = test.reshape(-1, 784)
for n in (100, 300, 1000, 3000, 9000):
    z = train[:: 9000 // n].reshape(-1, 784)
    whole = Gaussian(z.mean(0), np.cov(z.T, bias=True) + np.eye(784))
    a, b = (whole.log_density(data).mean() / 784 for data in (z, held_out))
    print(f"{n:4} digits: seen {a:5.2f}, held out {b:7.2f} nats a pixel")
print("pixels that are black in all training digits:", int((train.max(axis=0) == 0).sum()))

# %% [markdown] slideshow={"slide_type": "-"}
# Much worse: -428.61 against -1.58 a pixel.

# %% [markdown] slideshow={"slide_type": "skip"}
# A hundred images span at most 99 directions around their mean; in the other 685 the covariance knows only the floor, 1
# squared gray level. There a new digit differs by some 31 gray levels ($31^2/2$ nats in 685 directions are 420 a
# pixel), and that is "impossible". The more digits seen, the *better* the held-out score and the *worse* the seen one:
# they meet from both sides, and with all 9 000 digits 0.14 nats a pixel still part them.
#
# So $m = 28$ overfits even with one component. (Do not read its -3.82 as better than the -4.30 of $m = 16$: 113 pixels
# are black in every training digit, and no window can leave them out.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 10. Near-degenerate components, and the floor that saves them
#
# We met black patches: one point, with the variance 0 in every direction. What does a fit make of them, and of the
# windows that are black but for a row or a corner? We fit 10 000 patches of 4 x 4 pixels with $K = 20$ and the floor 1,
# and count for each component the directions whose variance lies at the floor, below 1.5 squared gray levels.

# %% slideshow={"slide_type": "skip"}
tiny = patches.sample_patches(train, 4, 10_000, np.random.default_rng(49))
fine = mixture.fit(tiny, 20, reg_covar=1.0, random_state=0)
at_floor = (fine.eigen[0] < 1.5).sum(axis=1)
heaviest = fine.weights.argmax()
print("components with a direction at the floor:", int((at_floor > 0).sum()), "of 20")
print(f"heaviest component: weight {fine.weights[heaviest]:.2f}, at the floor in {at_floor[heaviest]} of 16 directions")

# %% [markdown] slideshow={"slide_type": "-"}
# Eighteen of the twenty components have at least one direction at the floor, and the heaviest has nothing else: 54 % of
# all patches have become a tiny ball around black. Such a component is *near-degenerate*: almost flat in some
# directions. Without the floor its covariance would be singular, it would have no density, and EM would stop with an
# error or run into the spike.

# %% [markdown] slideshow={"slide_type": "skip"}
# The same happens to larger patches. The figure shows the standard deviations along all 64 eigenvectors for the four
# components of the prior with $m = 8$, $K = 20$ that we looked at: falling lines on a logarithmic scale; three of them
# end on a dotted line, the floor, and the gray component's stays far above it.

# %% slideshow={"slide_type": "skip"}
for k in which:
    reach = np.sqrt(prior.eigen[0][k])
    print(f"weight {prior.weights[k]:.2f}: from {reach[0]:4.1f} to {reach[-1]:3.0f} gray levels, {(reach**2 < 1.5).sum():2} of 64 directions at the floor")
plots.spectra(prior.eigen[0][which], [f"weight {prior.weights[k]:.2f}, mean level {prior.means[k].mean():.0f}" for k in which], 1.0)
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# The black component is at the floor in 62 of 64 directions, the edge in 41, the slanted stroke in 10. The gray
# component is at least 19 gray levels wide in every direction: it forbids nothing, and so it takes the patches that fit
# nowhere else.
#
# Does the height of the floor matter? It does for the *score*. A component $\mathcal N(0, \rho I)$, with the identity
# $I$ and the floor $\rho$, gives a black patch the log density $-\tfrac12 \ln(2 \pi \rho)$ a pixel: as large as we
# please for small $\rho$. We weigh it with the share of black patches among all.

# %% slideshow={"slide_type": "skip"}
share = (patches.sample_patches(test, 4, 5000, np.random.default_rng(47)) == 0).all(axis=1).mean()
for floor in (1.0, 0.01, 0.0001):
    at_black = Gaussian(np.zeros(16), floor * np.eye(16)).log_density(np.zeros(16)) / 16
    print(f"floor {floor:6}: black patch {at_black:5.2f} nats a pixel; in the mean over all patches {share * at_black:5.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Each step down by a factor of 100 wins another 1.2 nats a pixel on all patches together, and nothing has been learned.
# So scores are comparable at equal floors only, and the value of a score says little by itself.
#
# Does it matter for *denoising*? Lesson 02 found that along an eigenvector with variance $\lambda$ the fraction
# $\lambda / (\lambda + \sigma^2)$ of what is observed passes into the estimate. At the floor 1 and $\sigma = 25$ this
# is $1/626$, less than 0.2 %; at a floor of 0.01 it is a hundredth of that. So the floor keeps every density finite and
# every covariance invertible, and costs the denoiser next to nothing.
#
# The report met the same trouble and treated it at the other end: it adds 0.01 to the *posterior*
# covariance (lesson 02 showed what that does).

# %% [markdown] slideshow={"slide_type": "slide"}
# ### A higher likelihood is not a better denoiser
#
# The likelihood cares much for the last gray level of almost black patches, which no denoiser can see under noise.
# Should the fit look away from it?
#
# We fit the same patches once more with a floor of 300, a standard deviation of 17 gray levels. The fine means and
# covariances then come from one M-step with the floor 1. The quality of a denoised image is its peak signal-to-noise
# ratio (PSNR) in decibels, (P3) in lesson 05; more is better. **Predict** which of the two fits has the higher held-out
# likelihood, and which denoises better at $\sigma = 50$ and $100$.

# %% slideshow={"slide_type": "skip"}
rough = mixture.fit(tiny, 20, reg_covar=300.0, random_state=0)
coarse = mixture.m_step(tiny, mixture.responsibilities(rough, tiny), reg_covar=1.0)
new = patches.sample_patches(test, 4, 5000, np.random.default_rng(47))
for label, mix in (("floor 1 throughout", fine), ("sorted at floor 300", coarse)):
    flat = int((mix.eigen[0] < 1.5).sum())
    print(f"{label:19}: held out {mix.log_density(new).mean() / 16:.1f} nats a pixel, {flat / 320:.0%} of the directions at the floor")

# %% slideshow={"slide_type": "skip"}
clean = test[9::10]
for sigma in (50, 100):
    noisy = images.add_noise(clean, sigma, np.random.default_rng(50))
    restored = [np.clip(denoising.denoise(noisy, mix, sigma), 0, 255) for mix in (fine, coarse)]
    decibels = [images.psnr(z, clean).mean() for z in restored]
    print(f"sigma {sigma:3}: floor 1 throughout {decibels[0]:.1f} dB, sorted at floor 300 {decibels[1]:.1f} dB")

# %% [markdown] slideshow={"slide_type": "-"}
# The fit that was sorted at the coarse floor loses 0.6 nats a pixel and yet gains 0.2 to 0.3 dB. It has spent its
# twenty components on structure that one can see: 8 % of its directions lie at the floor, where the other fit has 30 %.
# This is the extra turn in the recipe of our priors for $m = 4$ and $5$; those for $m = 8$ and $16$ go without it. The
# likelihood is a good guide, but the goal is another one.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 11. Many digits beat many patches
#
# A fit takes time in proportion to the number of patches, so we can afford only so many. Which 2 880? All windows of 5
# digits, or the same number drawn at random from 2 000 digits? **Predict**, and say why, before running: $m = 5$,
# $K = 11$, six repetitions with different digits.

# %% slideshow={"slide_type": "skip"}
held_out = patches.sample_patches(test, 5, 4000, np.random.default_rng(48))
outcome = []
for seed in range(6):
    rng = np.random.default_rng(seed)
    few = patches.extract_patches(train[rng.choice(9000, 5, replace=False)], 5).reshape(-1, 25)
    many = patches.sample_patches(train[rng.choice(9000, 2000, replace=False)], 5, len(few), rng)
    outcome.append([mixture.fit(z, 11, random_state=seed).log_density(held_out).mean() for z in (few, many)])

# %% slideshow={"slide_type": "skip"}
few_digits, many_digits = np.mean(outcome, axis=0)
print(f"{len(few)} patches of 5 digits {few_digits:.0f}, of 2000 digits {many_digits:.0f} nats a patch, held out")
print("many digits win in at least five of six:", sum(b > a for a, b in outcome) >= 5)

# %% [markdown] slideshow={"slide_type": "-"}
# With the same number of patches, and so the same cost, patches from many digits win by about 2 nats a patch. The
# windows of one digit overlap and share one pen, one slant, one hand: they are many, but they say little that is new.
# This is why `patches.sample_patches` draws from all images.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %% slideshow={"slide_type": "skip"}
ledger.table("04")

# %% [markdown] slideshow={"slide_type": "skip"}
# Read the row (M7): a numerical gradient of the expected log joint vanishes at the new weights, means and covariances, up to
# the error of the differences that approximate it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we have seen
#
# - (P1) cuts an image into all its windows, row by row. Its adjoint adds patches onto their places. (P2) divides by
#   the coverage, and is the least-squares image of a stack that contradicts itself.
# - (M7) follows from one inequality. The E-step makes Jensen's bound touch, the M-step raises it, so the likelihood
#   never falls. A floor `reg_covar` breaks the guarantee, and is needed all the same.
# - $K$ leaves the mean and the covariance of the whole as they are; it moves variance from within the components to between
#   them. With larger $m$ more of it stays within.
# - A mixture of patches learns black background, edges by direction and strokes. More components give sharper samples and
#   a higher held-out score, until the fit has more parameters than its data can support.
# - A large patch sees more, but needs far more data: at $m = 28$ the prior remembers instead of knowing.

# %% [markdown] slideshow={"slide_type": "skip"}
# **What comes next.** Lesson 05 puts the priors to work: cut a noisy digit up (P1), clean each patch by the posterior
# (M6), put the patches back (P2), and measure in decibels which $m$ and $K$ are best.
#
# ## References
#
# - A. Dempster, N. Laird, D. Rubin, *Maximum likelihood from incomplete data via the EM algorithm*, J. Royal Statistical
#   Society B 39, 1977. doi:10.1111/j.2517-6161.1977.tb01600.x
# - C. Bishop, *Pattern Recognition and Machine Learning*, Springer 2006, chapter 9: mixtures and EM.
# - D. Zoran, Y. Weiss, *From learning models of natural image patches to whole image restoration*, ICCV 2011.
#   doi:10.1109/ICCV.2011.6126278
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proc. IEEE 86, 1998
#   (MNIST). doi:10.1109/5.726791
