# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,slideshow,-all
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
# # What does a prior over patches know about handwriting?
#
# Lesson 03 turned a mixture prior and a noisy vector into a posterior. It left one thing open: where does the
# prior come from? Nobody can write down the density of handwritten digits. So we cut digits into small squares,
# let an algorithm fit a Gaussian mixture to them, and then ask the mixture what it has learned.
#
# After this lesson you will be able to
#
# - cut an image into all its patches and put it together again, and say why the way back is a least-squares answer;
# - derive expectation maximisation (EM) for a Gaussian mixture, every step of it, and say why it never gets worse;
# - read a fitted mixture: its means, its weights, its eigenvectors, its samples;
# - say what the patch side $m$ and the number of components $K$ do, and recognise a prior that has overfitted.
#
# You need lessons 01 to 03: Gaussian density, mixture (M1), responsibilities (M2). From linear algebra: eigenvalues
# and the trace. The lesson runs in about 20 seconds.

# %%
# %matplotlib inline
import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import rel_entr, softmax, xlogy
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from course_lib import datasets, denoising, em, images, mixture, patches, plots, priors
from course_lib.gaussian import Gaussian

# %% [markdown]
# ## Two piles of digits
#
# The course uses 10 000 digits of MNIST, gray levels 0 to 255, bright on black. Every tenth is held out: the fit
# never sees it. Why? A prior could simply memorise what it is shown. Only digits that it has not seen can tell
# *knowing handwriting* from *remembering these images*.

# %%
train, train_labels = datasets.digits("train")
test, test_labels = datasets.digits("test")
print("training digits", train.shape, " held-out digits", test.shape)
print("gray levels from", train.min(), "to", train.max())

# %% [markdown]
# Is the separation real? We look for an image that lies in both piles, and we count the labels of the held-out pile.

# %%
seen_images = {image.tobytes() for image in train}
print("held-out digits that also train:", sum(image.tobytes() in seen_images for image in test))
print("held-out digits with label 0..9:", np.bincount(test_labels))

# %% [markdown]
# No digit is in both piles, and every label is held out 86 to 112 times. The report that this course grew from does
# not say how it separated the two, nor on which scale its gray levels lie (erratum 12). A score measured on
# digits that were used in the fit would not be a score.
#
# ## All windows of an image
#
# Let $u$ be an image of $H \times W$ pixels and $m$ the side of a patch. A window is fixed by the position $(i, j)$ of
# its top-left corner. It must fit, so $0 \le i \le H-m$ and $0 \le j \le W-m$: there are $I = H-m+1$ rows of
# positions and $J = W-m+1$ columns. Neighbouring windows overlap; we take **all** of them.
#
# **Guess first:** how many windows has a 28 x 28 digit for $m = 4, 5, 8, 16, 28$? Does a larger patch
# mean more of them or fewer?

# %%
H, W = train.shape[1:]
for m in (4, 5, 8, 16, 28):
    I, J = H - m + 1, W - m + 1
    print(f"m = {m:2}: {I * J:3} patches of {m * m:3} pixels, {I * J * m * m:5} numbers, {I * J * m * m / (H * W):4.1f} a pixel")

# %% [markdown]
# Small windows are many, large ones few: 625 for $m = 4$, one for $m = 28$, the digit itself. The number of
# stored numbers is largest in between: at $m = 16$ a digit of 784 pixels becomes 43 264 numbers, each pixel copied
# 55 times on average.
#
# We number the windows row by row, and flatten each window row by row as well. Write $v$ for the stack of patches:
#
# $$v_{\,iJ + j,\; am + b} = u_{\,i+a,\; j+b}, \qquad 0 \le i < I,\; 0 \le j < J,\; 0 \le a, b < m. \tag{P1}$$
#
# `patches.extract_patches` is this formula. We compare it with a loop over positions, on two images at once.

# %%
m, I, J = 5, 24, 24
stack = patches.extract_patches(train[[0, 4500]], m)
loop = np.empty((2, I * J, m * m))
for i in range(I):
    for j in range(J):
        loop[:, i * J + j] = train[[0, 4500], i : i + m, j : j + m].reshape(2, m * m)
print(stack.shape, "equal to the loop:", np.array_equal(stack, loop))

# %% [markdown]
# The index goes both ways: patch number $n$ starts at row $n \,\mathrm{div}\, J$ and column $n \bmod J$. For a digit
# and $m = 16$ there are $J = 13$ positions in a row. Where does patch 20 start?

# %%
print("patch 20 of m = 16 starts at (row, column) =", divmod(20, 13))

# %% [markdown]
# Row 1, column 7. The report computes the same two numbers but calls the quotient `col` and the remainder `row`; it then
# uses them the right way round, so only the names are swapped (erratum 7).
#
# The next figure shows a held-out digit with four windows of 8 x 8 pixels framed in colour, and beside it
# the four patches enlarged: an empty corner, a slanted stroke, a bowl between two strokes, and a crossing.

# %%
digit = test[450]
plots.patch_windows(digit, 8, [(0, 0), (6, 6), (8, 10), (14, 10)])
plt.show()

# %%
four = patches.extract_patches(digit, 8)[[i * 21 + j for i, j in [(0, 0), (6, 6), (8, 10), (14, 10)]]]
print("mean gray level of the four patches:", four.mean(axis=1).round(1))

# %% [markdown]
# The four differ already in their mean: 0.0 for the empty corner, 83.6 for the stroke, 141.2 and 155.4 for bowl and crossing. The framed
# windows overlap, so the patches share pixels; a patch is not an independent observation. We come back to that at the end.
#
# ### How not to collect patches
#
# The report appends the patches of image after image to a growing array, by concatenation in a loop (erratum 9). An
# array cannot grow in place: each concatenation copies everything collected so far. With $P$ numbers an image, step
# $t$ writes $tP$ numbers, so $n$ images cost
#
# $$\sum_{t=2}^{n} tP = P\left(\frac{n(n+1)}{2} - 1\right)$$
#
# copied numbers, where $nP$ would do. **Guess:** for our 9 000 training digits and $m = 16$, how many times too many?

# %%
P = 169 * 256
for n in (10, 100, 9000):
    copied = P * (n * (n + 1) // 2 - 1)
    print(f"{n:4} images: {copied:.3g} numbers copied, {n * P:.3g} needed, ratio {copied / (n * P):.1f}")

# %% [markdown]
# For 9 000 digits the loop copies 4500 times too much: 1.75e12 numbers, 14 terabytes of memory traffic in float64. The
# remedy costs nothing: make the array once. `extract_patches` takes a whole stack of images.
#
# ## The way back: averaging overlaps
#
# Extraction is linear in the image, so there is a matrix $A$ with $v = A u$. Each row of $A$ picks one pixel, so it holds
# a single 1. What is its adjoint $A'$, the map with $\langle A u, v \rangle = \langle u, A' v \rangle$ for *every* image $u$
# and *every* stack $v$, also one that no image gave? We write the left side out with (P1) and collect by pixel:
#
# $$\langle A u, v \rangle = \sum_{i,j,a,b} u_{i+a,\,j+b}\; v_{iJ+j,\,am+b}
#  = \sum_{p, q} u_{p, q} \underbrace{\sum_{a,b} v_{(p-a)J + (q-b),\; am+b}}_{(A' v)_{p,q}} .$$
#
# The inner sum runs over those $a, b$ for which $(p-a, q-b)$ is a position, that is over the windows that cover the
# pixel $(p, q)$. In words: **the adjoint adds every patch onto its place.** Check with random numbers, which no digit
# has arranged to agree:

# %%
rng = np.random.default_rng(4)
u = rng.standard_normal((9, 12))
v = rng.standard_normal((6 * 9, 16))
left = np.sum(patches.extract_patches(u, 4) * v)
right = np.sum(u * patches.add_patches(v, (9, 12)))
print(f"<A u, v> = {left:.6f}   <u, A' v> = {right:.6f}")

# %% [markdown]
# Both numbers agree to every digit printed. Now do both: cut an image up and add the patches back, $A'A u$. Every pixel
# comes back as often as windows cover it, so $A'A$ is diagonal with the *coverage* $c$ on its diagonal. A
# row index $p$ is covered by the window rows $i$ with $\max(0, p-m+1) \le i \le \min(p, H-m)$. That is
#
# $$c_{p,q} = r_H(p)\, r_W(q), \qquad r_L(p) = \min(p + 1,\; L - p,\; m,\; L-m+1).$$
#
# **Guess:** the central pixel of a digit lies in how many patches, for $m = 5$ and for $m = 16$? Is it $m^2$ in both cases?

# %%
for m in (4, 5, 8, 16, 28):
    c = patches.coverage((28, 28), m)
    counted = patches.add_patches(patches.extract_patches(np.ones((28, 28)), m), (28, 28))
    print(f"m = {m:2}: corner {c[0, 0]:.0f}, centre {c[14, 14]:.0f}, m^2 = {m * m}, formula counts right:", np.array_equal(c, counted))

# %% [markdown]
# For $m = 5$ the centre lies in 25 patches, all that $m^2$ allows. For $m = 16$ it is 169, not 256: a
# digit has only 13 x 13 positions, and the centre lies in every one of them. A corner lies in one patch, always.
#
# The next figure shows the coverage as three maps, for $m = 5$, $8$ and $16$: a flat plateau with slopes at the border, and the
# slopes grow as wide as the patch. Border pixels get few opinions, central pixels many.

# %%
plots.coverage_maps([patches.coverage((28, 28), m) for m in (5, 8, 16)], [f"m = {m}" for m in (5, 8, 16)])
plt.show()

# %% [markdown]
# Dividing by the coverage turns the sum into an average:
#
# $$\hat u = (A'A)^{-1} A' v, \qquad \hat u_{p,q} = \frac{(A'v)_{p,q}}{c_{p,q}}. \tag{P2}$$
#
# This is more than a convenient rule. After denoising, the patches disagree where they overlap, and *no* image has them as
# its patches. Which image comes closest? We minimise $f(u) = \lVert A u - v \rVert^2$. Its gradient is
# $2 A'(A u - v)$, zero exactly when $A'A u = A' v$, and that is (P2). Averaging is the least-squares answer.
#
# `patches.average_patches` is (P2). We check it against a general least-squares solver, which gets the 0-1 matrix $A$ of a
# 6 x 7 image and a stack $v$ of pure noise.

# %%
A = patches.extract_patches(np.eye(42).reshape(42, 6, 7), 3).reshape(42, -1).T
v = rng.standard_normal((4 * 5, 9))
by_solver = np.linalg.lstsq(A, v.ravel())[0].reshape(6, 7)
print("A has shape", A.shape, "and", int(A.sum()), "ones")
print("average equals least squares:", np.allclose(patches.average_patches(v, (6, 7)), by_solver))

# %% [markdown]
# A stack that does come from an image must come back as that image: $(A'A)^{-1}A'A = 1$. The other way round it is not so.
# **Guess:** we average noise patches to an image and cut that image up again. Do we get the noise patches?

# %%
again = patches.average_patches(patches.extract_patches(digit, 16), digit.shape)
print("image -> patches -> image is the same:", np.allclose(again, digit))
there = patches.extract_patches(patches.average_patches(v, (6, 7)), 3)
print("patches -> image -> patches is the same:", np.allclose(there, v))
print(f"length of v {np.linalg.norm(v):.2f}, after {np.linalg.norm(there):.2f}")

# %% [markdown]
# No: the stack gets shorter, because $A(A'A)^{-1}A'$ projects it onto the stacks that are consistent. For noise this is
# what we want. What the overlapping patches agree on survives, what they dispute is averaged away.
#
# ### A length that is written twice
#
# The report's function for the way back takes the image's length as a parameter, but builds its arrays with
# a fixed 28 (erratum 7). What would happen to another image? One of 20 x 20 leaves pixels that no patch touches:
# 0 divided by 0. One of 32 x 32 has windows that stick out of a 28 x 28 array. We count both for $m = 16$.

# %%
small = np.pad(patches.coverage((20, 20), 16), (0, 8))
print("20 x 20 image: pixels of the 28 x 28 array without a patch:", int((small == 0).sum()))
print("32 x 32 image:", 17 * 17, "windows, of which", 17 * 17 - 13 * 13, "do not fit;")
print("the place of the one at row 13 has shape", np.zeros((28, 28))[13:29, 0:16].shape)

# %% [markdown]
# The small image would come back with 384 pixels that are not numbers, and the large one would stop with an error at the first of
# 120 windows, whose place has 15 rows and not 16. `average_patches` takes the shape $(H, W)$ and checks that the patches
# belong to it; above it put a 6 x 7 image together.
#
# ## How a mixture is fitted: expectation maximisation
#
# Now the patches are data. Let $x_n$ be the $n$-th of $N$ training vectors with $D = m^2$ entries: a clean patch, what
# lesson 03 called $z$. We want the weights $\pi_k$, means $\mu_k$ and covariances $S_k$, together $\theta$, that make
# the data most probable. The mean log-likelihood is
#
# $$\ell(\theta) = \frac1N \sum_{n=1}^{N} \ln p(x_n \mid \theta)
#   = \frac1N \sum_n \ln \sum_{k=1}^K \pi_k\, N(x_n \mid \mu_k, S_k).$$
#
# With $K = 1$ the answer is the mean and the covariance of the data. With more components the logarithm of a *sum* stands
# in the way. If we knew which component each $x_n$ came from, each component would be a problem of its own. We do not know:
# the label $k$ is a **latent** variable. EM replaces the unknown label by its probability and iterates.
#
# ### A lower bound
#
# Take any probabilities $r_{nk} \ge 0$ with $\sum_k r_{nk} = 1$. Multiply and divide by them inside the sum; the sum
# becomes an average with weights $r_{nk}$. The logarithm is concave, so the logarithm of an average is at least the average
# of the logarithms (Jensen's inequality):
#
# $$\ln p(x_n \mid \theta) = \ln \sum_k r_{nk} \frac{\pi_k N(x_n \mid \mu_k, S_k)}{r_{nk}}
#  \;\ge\; \sum_k r_{nk} \ln \frac{\pi_k N(x_n \mid \mu_k, S_k)}{r_{nk}} .$$
#
# Averaged over $n$ the right side is the bound $B(r, \theta)$, and $\ell(\theta) \ge B(r, \theta)$ for every $r$. (A term
# with $r_{nk} = 0$ counts as 0.)
#
# How much is lost? Bayes' rule says $\pi_k N(x_n \mid \mu_k, S_k) = p(k \mid x_n, \theta)\, p(x_n \mid \theta)$. We put this
# into the bound. The factor $p(x_n \mid \theta)$ does not depend on $k$ and $\sum_k r_{nk} = 1$, so it comes out of the sum:
#
# $$\sum_k r_{nk} \ln \frac{p(k \mid x_n, \theta)\, p(x_n \mid \theta)}{r_{nk}}
#  = \ln p(x_n \mid \theta) - \underbrace{\sum_k r_{nk} \ln \frac{r_{nk}}{p(k \mid x_n, \theta)}}_{\mathrm{KL}(r_n \,\Vert\, p(k \mid x_n, \theta))} .$$
#
# The loss is a Kullback-Leibler (KL) divergence: never negative, and zero exactly when $r_{nk} = p(k \mid x_n, \theta)$,
# the responsibilities (M2) of lesson 03. Choosing them is the **E-step**. It makes the bound touch the log-likelihood.
#
# ### Try the bound on a toy
#
# We need a data set that can be seen: 400 points in the plane, drawn from three Gaussians of different weight and shape.
# The start is deliberately poor: three of the points as means, and the covariance of all the data for every component.

# %%
rng = np.random.default_rng(40)
shapes = [[[1.0, 0.8], [0.8, 1.0]], [[2.0, -0.6], [-0.6, 0.3]], [[0.2, 0.0], [0.0, 0.2]]]
truth = mixture.Mixture([0.5, 0.3, 0.2], [[-2, 0], [2, 2], [2, -1.5]], shapes)
toy = truth.sample(400, rng)

# %%
def start_at(x, K, rng):
    """K rows of x as means, the covariance of all of x for every component, equal weights."""
    means = x[rng.choice(len(x), K, replace=False)]
    return mixture.Mixture(np.full(K, 1 / K), means, np.repeat(np.cov(x.T)[None], K, axis=0))


start = start_at(toy, 3, rng)
resp, log_likelihood = mixture.e_step(toy, start)
print("responsibilities", resp.shape, f" mean log-likelihood {log_likelihood:.4f} nats")

# %% [markdown]
# `mixture.e_step` is the E-step: it returns the responsibilities and $\ell(\theta)$. To look at the bound for *other*
# $r$ we write $B$ down as it stands above, and try it with the exact responsibilities and with ones blurred towards $1/K$.

# %%
def bound(x, r, mix):
    """B(r, theta): mean of sum_k r_nk (ln pi_k + ln N(x_n | mu_k, S_k) - ln r_nk), in nats."""
    log_joint = np.stack([g.log_density(x) for g in mixture.components(mix)], axis=1) + np.log(mix.weights)
    return (r * log_joint - xlogy(r, r)).sum() / len(x)


blurred = 0.7 * resp + 0.3 / 3
print(f"log-likelihood {log_likelihood:.4f}, bound with exact r {bound(toy, resp, start):.4f}")
print(f"bound with blurred r {bound(toy, blurred, start):.4f}, KL {rel_entr(blurred, resp).sum() / len(toy):.4f}")
print("bound + KL = log-likelihood:", np.isclose(bound(toy, blurred, start) + rel_entr(blurred, resp).sum() / len(toy), log_likelihood))

# %% [markdown]
# With the exact responsibilities bound and log-likelihood are the same number. With blurred ones the bound is lower, and it
# is lower by exactly the KL divergence.
#
# ### The M-step, weights
#
# Now $r$ is fixed and the bound is maximised over $\theta$: the **M-step**. The part $-\sum r \ln r$ does not contain $\theta$.
# Write $n_k = \sum_n r_{nk}$, the number of data that component $k$ answers for; $\sum_k n_k = N$. What is left is
#
# $$N B = \sum_k n_k \ln \pi_k + \sum_k \sum_n r_{nk} \ln N(x_n \mid \mu_k, S_k) + \text{const}.$$
#
# The weights occur in the first sum only, under the condition $\sum_k \pi_k = 1$. With a Lagrange multiplier $\lambda$ for
# it, the derivative with respect to $\pi_k$ must vanish:
#
# $$\frac{\partial}{\partial \pi_k}\Big[\sum_l n_l \ln \pi_l - \lambda\Big(\sum_l \pi_l - 1\Big)\Big] = \frac{n_k}{\pi_k} - \lambda = 0
#  \quad\Longrightarrow\quad \pi_k = \frac{n_k}{\lambda}.$$
#
# Summing over $k$ gives $1 = N / \lambda$, so $\lambda = N$ and $\pi_k = n_k / N$. The sum $\sum n_k \ln \pi_k$ is concave, so this is its maximum.
#
# ### The M-step, means
#
# Each $\mu_k, S_k$ has its own sum over $n$, so we take one component at a time. Let $\bar x_k = \sum_n r_{nk} x_n / n_k$ be
# the weighted mean. We write $x_n - \mu_k = (x_n - \bar x_k) + (\bar x_k - \mu_k)$ in the quadratic form. The cross term
# vanishes, because $\sum_n r_{nk} (x_n - \bar x_k) = 0$:
#
# $$\sum_n r_{nk} (x_n - \mu_k)' S_k^{-1} (x_n - \mu_k)
#  = \sum_n r_{nk} (x_n - \bar x_k)' S_k^{-1} (x_n - \bar x_k) + n_k (\bar x_k - \mu_k)' S_k^{-1} (\bar x_k - \mu_k).$$
#
# The second term is at least 0, and it is 0 exactly for $\mu_k = \bar x_k$, whatever $S_k$ is. So the mean is the weighted mean.
#
# ### The M-step, covariances
#
# For a number $t$ we have $t = \operatorname{tr} t$, and $\operatorname{tr}(AB) = \operatorname{tr}(BA)$. So
# $d' S^{-1} d = \operatorname{tr}(S^{-1} d d')$. Let $\hat S_k = \sum_n r_{nk} (x_n - \mu_k)(x_n - \mu_k)' / n_k$ be the weighted
# scatter, and suppose that it is invertible. What component $k$ contributes to $NB$ becomes
#
# $$-\frac{n_k}{2}\Big[ D \ln 2\pi + \ln \lvert S_k \rvert + \operatorname{tr}\big(S_k^{-1} \hat S_k\big) \Big].$$
#
# Which $S_k$ makes the bracket smallest? Let $S_k = L L'$ be the Cholesky factorisation. The matrix
# $T = L^{-1} \hat S_k L^{-\prime}$ is symmetric and positive definite; let $t_1, \dots, t_D > 0$ be its eigenvalues. Then
# $\operatorname{tr}(S_k^{-1} \hat S_k) = \operatorname{tr} T = \sum_i t_i$, and
# $\lvert T \rvert = \lvert \hat S_k \rvert / \lvert S_k \rvert$ gives $\ln \lvert S_k \rvert = \ln \lvert \hat S_k \rvert - \sum_i \ln t_i$. So
#
# $$\ln \lvert S_k \rvert + \operatorname{tr}\big(S_k^{-1} \hat S_k\big) = \ln \lvert \hat S_k \rvert + \sum_{i=1}^D (t_i - \ln t_i)
#  \;\ge\; \ln \lvert \hat S_k \rvert + D,$$
#
# because $t - \ln t \ge 1$ for $t > 0$, with equality only at $t = 1$. All $t_i = 1$ means $T = 1$, that is
# $S_k = \hat S_k$. No matrix derivative was needed, and we know that this is *the* maximum and not just a stationary point.
#
# ### Both steps together
#
# $$r_{nk} = \frac{\pi_k N(x_n \mid \mu_k, S_k)}{\sum_l \pi_l N(x_n \mid \mu_l, S_l)}, \quad n_k = \sum_n r_{nk}, \quad
#   \pi_k = \frac{n_k}{N}, \quad \mu_k = \frac1{n_k}\sum_n r_{nk} x_n, \quad
#   S_k = \frac1{n_k} \sum_n r_{nk} (x_n - \mu_k)(x_n - \mu_k)' . \tag{M7}$$
#
# `mixture.m_step` is the right part of (M7). Is it really the maximum? We disturb its weights, means and covariances a little, at
# random, 300 times. **Guess:** how many of the 300 raise the bound?

# %%
best = mixture.m_step(toy, resp)
raised = 0
for _ in range(300):
    e = 0.05 * rng.standard_normal((3, 5, 2))
    T = np.eye(2) + e[:, :2]
    covs = T @ best.covs @ T.transpose(0, 2, 1)
    other = mixture.Mixture(softmax(np.log(best.weights) + e[:, 3, 0]), best.means + e[:, 4], covs)
    raised += bound(toy, resp, other) > bound(toy, resp, best)
print(f"bound before the M-step {bound(toy, resp, start):.4f}, after {bound(toy, resp, best):.4f}; raised by {raised} of 300")

# %% [markdown]
# The M-step raised the bound, and none of the 300 disturbances did better.
#
# ### Why EM never lowers the likelihood
#
# Let $\theta$ be the parameters before a step, $r$ their responsibilities, and $\theta^{+}$ the result of the M-step. Three facts
# make a chain:
#
# $$\ell(\theta) \;=\; B(r, \theta) \;\le\; B(r, \theta^{+}) \;\le\; \ell(\theta^{+}).$$
#
# The equality holds because $r$ is exact for $\theta$. The first inequality holds because the M-step maximises $B(r, \cdot)$, the second because a bound is
# a bound. We show the chain in numbers, then let `em.run_em` repeat the two steps.

# %%
_, after = mixture.e_step(toy, best)
print(f"{log_likelihood:.4f} = {bound(toy, resp, start):.4f} <= {bound(toy, resp, best):.4f} <= {after:.4f}")

# %%
def run(x, start, *, reg_covar=0.0, max_iter=100, tol=1e-7):
    """EM for a mixture: the library's one loop around its two steps."""
    return em.run_em(
        lambda mix: mixture.e_step(x, mix),
        lambda r, mix: mixture.m_step(x, r, reg_covar=reg_covar),
        start, max_iter=max_iter, tol=tol,
    )  # fmt: skip


result = run(toy, start)
print("iterations:", len(result.bounds) - 1, " converged:", result.converged)
print("never falls:", bool((np.diff(result.bounds) > -1e-12).all()))

# %%
steps = (1, 3, 10)
shown = [start, *(run(toy, start, max_iter=i, tol=0).params for i in steps), result.params]
names = ["start", *(f"iteration {i}" for i in steps), f"iteration {len(result.bounds) - 1}"]
for name, mix in zip(names, shown):
    print(f"{name:12} log-likelihood {mixture.e_step(toy, mix)[1]:.3f}, weights {np.sort(mix.weights).round(2)}")
print(f"truth        log-likelihood {mixture.e_step(toy, truth)[1]:.3f}")

# %% [markdown]
# The next figure shows the 400 points five times, with the three components as ellipses at two standard deviations: at the
# start three equal large ellipses, then ellipses that shrink, turn and part until each lies on one cloud of points.

# %%
plots.em_ellipses(toy, shown, names)
plt.show()

# %% [markdown]
# After one step the components are still on top of each other, at -3.905 nats. At iteration 10 they have parted, at -3.241, and after 19 iterations
# they lie on the three clouds with weights 0.18, 0.31 and 0.52; we drew with 0.2, 0.3 and 0.5. The fit scores -3.085, a little *above* the truth's
# -3.101: it was made for these 400 points, the truth was not. That small surplus is what overfitting looks like at its beginning.
#
# The next figure is the trace of that run: the mean log-likelihood after each iteration, which rises steeply, creeps, and
# becomes flat.

# %%
plots.em_trace({"plain EM": result.bounds}, "EM on the toy: never a step down")
plt.show()

# %% [markdown]
# ### A likelihood without a ceiling
#
# EM only climbs. But is there a top? Put a component's mean exactly on one data point and let its variance shrink to nothing: its density
# *at that point* grows without limit, while a second, broad component keeps all the others alive. The likelihood of a mixture
# has no maximum.

# %%
for std in (1e-2, 1e-20, 1e-100):
    covs = [np.cov(toy.T), std**2 * np.eye(2)]
    spike = mixture.Mixture([1 - 1 / 400, 1 / 400], [toy.mean(0), toy[0]], covs)
    print(f"spike of width {std:.0e}: mean log-likelihood {mixture.e_step(toy, spike)[1]:.3f}")

# %% [markdown]
# Each number is larger than the one before, and nothing stops the row: the narrowest spike scores -2.852 and beats even the truth's -3.101, although
# a spike says nothing about the data. The usual remedy puts a floor under every variance: after each M-step `reg_covar` is added to
# the diagonal of $S_k$, so that no eigenvalue of $S_k$ is below it. For digits this is no rare accident, as we now see.
#
# ## EM on real patches
#
# We take 3 000 patches of 4 x 4 pixels from all training digits. **Guess:** what share of them is entirely black?

# %%
raw = patches.sample_patches(train, 4, 3000, np.random.default_rng(41))
black = (raw == 0).all(axis=1)
print(f"entirely black: {black.mean():.0%}; largest entry of their covariance: {np.cov(raw[black].T).max():.0f}")

# %% [markdown]
# More than half of them are the same point of 16-dimensional space. A component that takes charge of them gets the
# covariance 0: the spike of the last section, and plain EM would run into it. To see plain EM at work on patches we first
# add noise with a standard deviation of 1 gray level, invisible to the eye, which gives even a black patch the variance 1.

# %%
x = images.add_noise(raw, 1, np.random.default_rng(42))
start = start_at(x, 5, np.random.default_rng(43))
plain = run(x, start, max_iter=200)
print("iterations:", len(plain.bounds) - 1, " never falls:", bool((np.diff(plain.bounds) > -1e-9).all()))
print("log-likelihood", plain.bounds[[0, 1, 5, 10, -1]].round(2), "nats a patch")

# %% [markdown]
# The next figure shows the trace of this run, a rise of more than 30 nats a patch within some ten iterations.

# %%
plots.em_trace({"plain EM": plain.bounds}, "EM on 3000 patches of 4 x 4 pixels, K = 5")
plt.show()

# %%
order = np.argsort(-plain.params.weights)
for k in order:
    spread = np.sqrt(plain.params.eigen[0][k, -1])
    print(f"weight {plain.params.weights[k]:.2f}, mean level {plain.params.means[k].mean():5.1f}, widest direction {spread:5.1f} gray levels")

# %% [markdown]
# One component, with weight 0.54, has taken the black patches: mean level 0 and a spread of 1.1 gray levels, the noise that we
# added. The other four share the patches that have ink in them, by how bright they are, with spreads of 161 to 335 gray levels.
#
# ### One step of ours, one step of scikit-learn's
#
# scikit-learn's `GaussianMixture` does the same two steps. We hand it our start, stop it after one iteration and compare. It
# asks for precisions, the inverses of the covariances; and it warns that one iteration is not enough, which we know.

# %%
theirs = GaussianMixture(
    5, max_iter=1, reg_covar=0, init_params="random_from_data", random_state=0,
    weights_init=start.weights, means_init=start.means, precisions_init=np.linalg.inv(start.covs),
)  # fmt: skip
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    theirs.fit(x)

# %%
ours = mixture.m_step(x, mixture.e_step(x, start)[0])
pairs = [(theirs.weights_, ours.weights), (theirs.means_, ours.means), (theirs.covariances_, ours.covs)]
for name, (a, b) in zip(("weights", "means", "covariances"), pairs):
    print(f"{name:11}: largest value {np.abs(b).max():9.2f}, differences below 1e-8: {np.abs(a - b).max() < 1e-8}")

# %% [markdown]
# The two agree: no entry differs by as much as 1e-8, beside covariances as large as 9958 squared gray levels.
#
# ### The floor has a price
#
# With `reg_covar` the M-step no longer maximises the bound: it goes to the maximum and then a step away from it. The chain above
# breaks at its first inequality. **Guess:** we start at the top that plain EM has found and run ten steps with
# `reg_covar=1`. How many of them lower the likelihood?

# %%
floored = run(x, plain.params, reg_covar=1.0, max_iter=10, tol=0)
print("steps that lower the likelihood:", int((np.diff(floored.bounds) < 0).sum()), "of 10")
print("log-likelihood", floored.bounds[[0, 1, 2, 10]].round(3), "nats a patch")

# %% [markdown]
# Seven of ten. The first step costs 0.91 nats a patch: the floor adds 1 squared gray level to variances that were 1 by our
# noise, and so doubles them. Then the run settles near -49.49, below where it began. So with a floor, "the likelihood fell" is
# no sign of a bug; without one it is.
#
# ### Never down is not up to the top
#
# EM climbs the hill on which it starts. With the floor in place we can fit the raw patches, black ones and all. The starting means we draw from patches with
# ink: two black ones would make two equal components, which get equal responsibilities and never part. **Guess:** do ten random starts reach the same top?

# %%
tops = []
for seed in range(10):
    begin = start_at(raw[~black], 5, np.random.default_rng(seed))
    tops.append(run(raw, begin, reg_covar=1.0, max_iter=60, tol=0).bounds[-1])
print("ten tops, nats a patch:", np.sort(tops).round(1))

# %% [markdown]
# They do not: after 60 iterations the ten lie between -45.6 and -43.7 nats a patch, hardly two at the same place. Where EM ends depends on where it starts; a
# fit is *a* good mixture for the data, not *the* best one.
#
# ### The fit of the course
#
# For the real priors, with up to 200 components and 50 000 patches, `mixture.fit` calls scikit-learn, with a k-means start, and
# does two things for speed and safety. It divides the gray levels by 255, and it computes in float32, which moves half as many bytes as float64.
# Is float32 good enough? It carries about seven digits, so what counts is the *ratio* of the largest variance to the floor.

# %%
largest = priors.digit_prior(8, 20).eigen[0].max()
print(f"largest variance of an 8 x 8 prior: {largest:.3g} squared gray levels, on 0..1 {largest / 255**2:.2f}")
print(f"what float32 resolves beside it: {np.finfo(np.float32).eps * largest:.3f} squared gray levels")
print(f"our floor 1 becomes {1 / 255**2:.2e} on 0..1; scikit-learn's default 1e-6 there means {1e-6 * 255**2:.3f}")

# %% [markdown]
# Our floor of 1 squared gray level lies far above the 0.014 that float32 resolves, on either range. scikit-learn's default of 1e-6
# is meant for data around 1; on 0..255 it would lie far below what float32 resolves, and a fit of digits can then
# fail. A floor has units: whoever rescales the data must rescale it too. We check that the fit in float32 loses nothing that
# matters.

# %%
fitted = mixture.fit(raw, 5, reg_covar=1.0, random_state=0)
double = GaussianMixture(5, reg_covar=1.0, random_state=0).fit(raw)
a, b = (mixture.e_step(raw, mix)[1] for mix in (fitted, mixture.Mixture.from_sklearn(double)))
print(f"log-likelihood: float32 on 0..1 {a:.1f}, float64 on 0..255 {b:.1f} nats a patch")

# %% [markdown]
# Both fits end at -44.4 nats a patch: float32 loses nothing that shows. As a start, k-means is neither the best nor the worst: of our ten random ones five end at -44.2 or above and four at -44.6 or below.
#
# ## What a prior has learned
#
# Fits with many components take minutes, so the package ships them: `priors.digit_prior(m, K)` is a mixture fitted to
# 50 000 random patches of the training digits (20 000 for $m = 16$) with a floor of 1 squared gray level. The recipe has one more turn for $m = 4$ and $5$, which
# the last part of this lesson explains. We open the prior with $m = 8$ and $K = 20$, heaviest component first.

# %%
prior = priors.digit_prior(8, 20)
order = np.argsort(-prior.weights)
print("weights", prior.weights[order].round(3))
print("mean gray level of the means", prior.means[order].mean(axis=1).round(0).astype(int))

# %% [markdown]
# **Predict:** twenty mean patches of 8 x 8 pixels. Will they be little digits, strokes, or blurs?
#
# The next figure shows the twenty means on one gray range, with their weights. The first is black. The others are
# soft bright areas: along one side, in one corner, as a bar upright, lying or slanted, and a few filled patches.

# %%
plots.patch_gallery(prior.means[order], [f"{w:.3f}" for w in prior.weights[order]], 10, "Means of the prior with m = 8, K = 20, and their weights")
plt.show()

# %% [markdown]
# Not one of them is a digit, and an 8 x 8 window could not show one. They are the parts that strokes are made of: black background
# (weight 0.155), edges that enter from one side, corners, bars at several slants, and bends. The fourth, gray all over, is of another kind: we shall meet
# it as the component for *everything else*.
#
# The next figure does the same for the report's choice, $m = 16$ and $K = 11$: eleven means of 16 x 16 pixels.

# %%
wide = priors.digit_prior(16, 11)
wide_order = np.argsort(-wide.weights)
plots.patch_gallery(wide.means[wide_order], [f"{w:.2f}" for w in wide.weights[wide_order]], 11, "Means of the prior with m = 16, K = 11, and their weights")
plt.show()

# %%
print("weights", wide.weights[wide_order].round(2))

# %% [markdown]
# Now the means show larger things: blurred loops, a left half, a right half, a slanted bar. But only eleven of them, and the two most special ones
# have weights of 0.03 and 0.02. Each must serve very different pieces of digits, so each is blurred.
#
# ### The directions in which a component varies
#
# A mean is one patch. What a component *allows* is in its covariance: $S_k = U \operatorname{diag}(\lambda) U'$, and a draw is
# $\mu_k + \sum_i \sqrt{\lambda_i}\, \epsilon_i u_i$ with independent standard normal $\epsilon_i$. An eigenvector $u_i$ with large
# $\lambda_i$ is a picture that may be added or subtracted freely; one with small $\lambda_i$ is forbidden.
#
# How many directions does a component really use? We count how many hold 95 % of its variance, out of 64.

# %%
falling = prior.eigen[0][order][:, ::-1]
held = (falling.cumsum(axis=1) < 0.95 * falling.sum(axis=1, keepdims=True)).sum(axis=1) + 1
print("directions that hold 95 %:", held)
print("largest standard deviation:", np.sqrt(falling[:, 0]).round(0).astype(int), "gray levels")

# %% [markdown]
# Components of an edge need few: 9 of 64 directions hold 95 % of the variance of the second and third. The fourth, the gray one, needs 28. The first is
# an exception: its largest standard deviation is only 16 gray levels, its variance is all crumbs, and 37 directions are needed to
# collect them.
#
# The next figure shows four components of this prior, a row each: the mean in gray, then the six leading eigenvectors in
# orange (negative) and purple (positive), with the standard deviation along each. First row the black component, second an edge at the left border, third a
# slanted stroke, fourth the gray component.

# %%
plots.eigen_rows(prior, order[[0, 1, 9, 3]], 6, "Leading eigenvectors of four components, m = 8, K = 20")
plt.show()

# %% [markdown]
# The black component may light single pixels in two corners, by 16 and 15 gray levels, and nothing else beyond 1. The edge varies along the border alone: the whole edge brighter
# or darker (246 gray levels), then its upper against its lower half (193), and the inside of the patch stays black. The stroke's first pictures
# are bright on one side and dark on the other: added to the mean they *shift* the slanted stroke (313); the next one makes it wider or brighter (268).
#
# The gray component is different. Its pictures are smooth waves over the whole patch, the coarsest first, as for a mixture of one: this component takes crossings,
# bends and whatever has no component of its own. So the mixture has found, from gray levels alone, what one would have named by hand: flat, edges by direction, strokes, the rest.
#
# ## What K does: from blobs to strokes
#
# The most direct question to a prior is: *what do you think a patch looks like?* We ask by drawing samples. **Predict:** what does
# a sample from a single Gaussian ($K = 1$) look like, given that it knows the exact mean and all covariances of the pixels?

# %%
rng = np.random.default_rng(44)
rows = {"held-out digits": patches.sample_patches(test, 8, 12, rng)}
for K in (1, 5, 50):
    rows[f"K = {K}"] = priors.digit_prior(8, K).sample(12, rng)
for label, row in rows.items():
    print(f"{label:15}: gray levels from {row.min():5.0f} to {row.max():4.0f}")

# %% [markdown]
# The next figure shows twelve patches of 8 x 8 pixels in each of four rows: real ones from held-out digits, then samples for
# $K = 1$, $5$ and $50$. The single Gaussian gives clouds without an edge; with 5 components dark and bright areas part; with 50
# there are black patches, corners and bent bars with clear edges.

# %%
plots.patch_rows(rows, "Real patches, and samples from priors with m = 8")
plt.show()

# %% [markdown]
# Looking is not measuring. Two numbers for 4 000 samples: the share of pixels that are black within 10 gray levels, and the share of
# pixels outside $-10..265$, where no gray level can be. A Gaussian does not know that gray levels have ends.

# %%
rng = np.random.default_rng(45)
sampled = {"real": patches.sample_patches(test, 8, 4000, rng)}
sampled |= {f"K={K}": priors.digit_prior(8, K).sample(4000, rng) for K in (1, 5, 11, 20, 50)}
for label, z in sampled.items():
    dark, outside = (np.abs(z) <= 10).mean(), ((z < -10) | (z > 265)).mean()
    print(f"{label:5}: black pixels {dark:.0%}, impossible pixels {outside:.0%}")

# %% [markdown]
# Real patches are 71 % black. The single Gaussian makes 7 % of the pixels black and puts 26 % where no gray level can be; $K = 50$ reaches 55 % and
# 10 %. More components come closer, step by step. None arrives: a Gaussian has tails on both sides, and gray levels have ends. A prior can be useful without being true.
#
# ## What m does: context against difficulty
#
# A larger patch sees more of the stroke. It also has more that can vary, and the same $K$ must cover it. **Predict:** with
# $K = 11$ throughout, at which $m$ do samples look most like real patches?

# %%
rng = np.random.default_rng(46)
by_size = {}
for m in (4, 8, 16):
    by_size[f"m = {m}, real"] = patches.sample_patches(test, m, 12, rng)
    by_size[f"m = {m}, K = 11"] = priors.digit_prior(m, 11).sample(12, rng)
    dark = [(np.abs(z) <= 10).mean() for z in (patches.sample_patches(test, m, 4000, rng), priors.digit_prior(m, 11).sample(4000, rng))]
    print(f"m = {m:2}: black pixels, real {dark[0]:.0%}, sampled {dark[1]:.0%}")

# %% [markdown]
# The next figure shows, for $m = 4$, $8$ and $16$, a row of twelve real patches and under it a row of twelve samples from the
# prior with $K = 11$. At 4 x 4 the two rows are hard to tell apart; at 16 x 16 the real row shows parts of digits, the sampled one restless clouds.

# %%
plots.patch_rows(by_size, "Real patches and samples with K = 11, for three patch sizes")
plt.show()

# %% [markdown]
# At $m = 4$ the samples have 67 % black pixels where real patches have 77 %; at $m = 16$ it is 27 % of 66 %. With eleven components one can list the kinds
# of tiny patches, but not the kinds of large ones: their number grows much faster than the area.
#
# ## The score: log-likelihood of digits not seen
#
# Which prior is better? The one that gives held-out patches the higher density. We compute the mean log-likelihood per pixel twice: on
# 5 000 of the very patches that the prior was fitted to (the recipe draws them with seed 0), and on 5 000 patches of held-out digits.
#
# **Predict** three things. Along a row, as $K$ grows: up or down? The difference seen minus held out: where is it largest? Can
# it be negative?

# %%
scores = {}
for m, counts in {4: (1, 5, 11, 20, 50, 200), 5: (1, 5, 11, 20, 50, 200), 8: (1, 5, 11, 20, 50, 200), 16: (1, 5, 11, 20)}.items():
    seen = patches.sample_patches(train, m, priors.n_patches(m), np.random.default_rng(0))[:5000]
    held_out = patches.sample_patches(test, m, 5000, np.random.default_rng(47))
    fits = [priors.digit_prior(m, K) for K in counts]
    scores[m] = counts, *(np.array([fit.log_density(z).mean() / m**2 for fit in fits]) for z in (seen, held_out))

# %%
print("        K = " + "".join(f"{K:8}" for K in (1, 5, 11, 20, 50, 200)))
for m, (counts, seen, held_out) in scores.items():
    print(f"m = {m:2} seen   " + "".join(f"{value:8.2f}" for value in seen))
    print("   held out   " + "".join(f"{value:8.2f}" for value in held_out))

# %% [markdown]
# The next figure shows the table: log-likelihood per pixel against $K$, one colour for each $m$, held-out patches as solid lines
# with dots and the patches of the fit as dashed lines with crosses.

# %%
plots.seen_and_held_out(scores)
plt.show()

# %% [markdown]
# Along every row the seen score rises with $K$, as it should. The held-out score rises too, at first: nearly all of what the prior
# learns is about handwriting. But for $m = 8$ it falls from $K = 50$ to $K = 200$ (-3.12 to -3.18), and for $m = 16$ already from $K = 11$ to $K = 20$ (-4.30 to -4.37), while
# the seen score still rises. That is overfitting, visible only because we held digits out.
#
# Yes, the difference can be negative: for $m = 5$ the held-out patches score higher than the seen ones up to $K = 50$. That is the luck of the draw, more black patches
# in one sample than in the other. It is there at $K = 1$ as well, where nothing can overfit. What counts is how the gap *grows* along a row.
#
# A caution: compare along a row, with care down a column. Patches of different size are different data, because small
# ones are more often entirely black. How much a prior helps *against noise* is measured in lesson 05, in decibels, on the same pixels for all.
#
# ### How many numbers is a prior?
#
# A component has one weight, $D$ means and $D(D+1)/2$ covariances; the weights sum to one. How many gray levels did the
# fit see for each parameter? We set that beside the gap, seen minus held out in nats a pixel, less the gap at $K = 1$.

# %%
for m, K in ((4, 50), (4, 200), (8, 20), (8, 50), (8, 200), (16, 5), (16, 11), (16, 20)):
    D = m * m
    free = K * (1 + D + D * (D + 1) // 2) - 1
    counts, seen, held_out = scores[m]
    gap = seen - held_out - (seen - held_out)[0]
    ratio = priors.n_patches(m) * D / free
    print(f"m = {m:2}, K = {K:3}: {free:6} parameters, {ratio:3.0f} gray levels for each, gap {gap[counts.index(K)]:5.2f}")

# %% [markdown]
# The gap follows the gray levels per parameter, roughly. With 30 or more of them it is at most 0.02; with 26 and 14 it is 0.08 and 0.05; with 7 or 8 it is 0.19
# ($m = 8$, $K = 200$) and 0.14 ($m = 16$, $K = 20$). Neighbouring gray levels say much the same, so 30 are not a luxury. And a single component
# has about $D^2/2 = m^4/2$ parameters: that is the price of a large patch.
#
# ### The extreme: whole digits, m = 28
#
# One patch per digit, $D = 784$, and even $K = 1$ has 308 504 parameters. Its fit needs no EM: mean and covariance of the images plus
# the floor. **Predict:** with 100 digits, is the held-out score a little worse than the seen one, or much worse?

# %%
held_out = test.reshape(-1, 784)
for n in (100, 300, 1000, 3000, 9000):
    z = train[:: 9000 // n].reshape(-1, 784)
    whole = Gaussian(z.mean(0), np.cov(z.T, bias=True) + np.eye(784))
    a, b = (whole.log_density(data).mean() / 784 for data in (z, held_out))
    print(f"{n:4} digits: seen {a:5.2f}, held out {b:7.2f} nats a pixel")
print("pixels that are black in all training digits:", int((train.max(axis=0) == 0).sum()))

# %% [markdown]
# Much worse: -428.61 against -1.58 a pixel. A hundred images span at most 99 directions; in the other 685 the covariance knows only the floor, 1 gray level,
# and a new digit that differs there by some 29 gray levels ($29^2/2 \approx 420$) is "impossible". The more digits seen the *better* the held-out score and the *worse* the seen one: they
# meet from both sides, and with all 9 000 digits 0.14 nats a pixel still part them.
#
# So $m = 28$ overfits even with one component. (Do not read its -3.82 as better than the -4.30 of $m = 16$: 113 pixels are black in every training digit, and
# no window can leave them out.)
#
# ## Near-degenerate components, and the floor that saves them
#
# We met black patches: one point, with the variance 0 in every direction. What does a fit make of them, and of the windows that are black but for a row
# or a corner? We fit 10 000 patches of 4 x 4 pixels with $K = 20$ and the floor 1, and count for each component the directions whose variance
# lies at the floor, below 1.5 squared gray levels.

# %%
tiny = patches.sample_patches(train, 4, 10_000, np.random.default_rng(49))
fine = mixture.fit(tiny, 20, reg_covar=1.0, random_state=0)
at_floor = (fine.eigen[0] < 1.5).sum(axis=1)
heaviest = fine.weights.argmax()
print("components with a direction at the floor:", int((at_floor > 0).sum()), "of 20")
print(f"heaviest component: weight {fine.weights[heaviest]:.2f}, at the floor in {at_floor[heaviest]} of 16 directions")

# %% [markdown]
# Eighteen of the twenty components have at least one direction at the floor, and the heaviest has nothing else: 54 % of all patches have become a tiny ball around black.
# Such a component is *near-degenerate*: almost flat in some directions. Without the floor its covariance would be singular, it would have no density, and
# EM would stop with an error or run into the spike.
#
# The same happens to larger patches. The next figure shows the standard deviations along all 64 eigenvectors for the four components of the prior with
# $m = 8$, $K = 20$ that we looked at: falling lines on a logarithmic scale; three of them end on a dotted line, the floor, and the gray component's stays far above it.

# %%
which = order[[0, 1, 9, 3]]
plots.spectra(prior.eigen[0][which], [f"weight {prior.weights[k]:.2f}, mean level {prior.means[k].mean():.0f}" for k in which], 1.0)
plt.show()

# %%
for k in which:
    reach = np.sqrt(prior.eigen[0][k])
    print(f"weight {prior.weights[k]:.2f}: from {reach[0]:4.1f} to {reach[-1]:3.0f} gray levels, {(reach**2 < 1.5).sum():2} of 64 directions at the floor")

# %% [markdown]
# The black component is at the floor in 62 of 64 directions, the edge in 41, the slanted stroke in 10. The gray component is at least
# 19 gray levels wide in every direction: it forbids nothing, and so it takes the patches that fit nowhere else.
#
# Does the height of the floor matter? It does for the *score*. A component $N(0, \rho I)$ gives a black patch the log
# density $-\tfrac12 \ln(2 \pi \rho)$ a pixel, as large as we please for a small floor $\rho$.

# %%
share = (patches.sample_patches(test, 4, 5000, np.random.default_rng(47)) == 0).all(axis=1).mean()
for floor in (1.0, 0.01, 0.0001):
    at_black = Gaussian(np.zeros(16), floor * np.eye(16)).log_density(np.zeros(16)) / 16
    print(f"floor {floor:6}: black patch {at_black:5.2f} nats a pixel; in the mean over all patches {share * at_black:5.2f}")

# %% [markdown]
# Each hundredth of the floor wins another 1.2 nats a pixel on all patches together, and nothing has been learned. So scores are comparable at equal floors only, and
# the value of a score says little by itself.
#
# Does it matter for *denoising*? Take (G8) with $W = I$ and $R = \sigma^2 I$. The gain is $S (S + \sigma^2 I)^{-1}$, and along an eigenvector of $S$ with
# variance $\lambda$ it is the number $\lambda / (\lambda + \sigma^2)$: this fraction of what is observed there passes into the estimate.

# %%
for floor in (1.0, 0.01):
    print(f"floor {floor:4}: at sigma = 25 the fraction {floor / (floor + 25**2):.6f} passes")

# %% [markdown]
# At most 0.16 % passes in a direction at the floor, and less still with a floor a hundred times lower. Under noise of 25 gray
# levels both are nothing. So the floor keeps every density finite and every covariance invertible, and costs the
# denoiser next to nothing. The report met the same trouble and treated it at the other end: it adds 0.01 to the *posterior* covariance
# (erratum 3, lesson 05).
#
# ### A higher likelihood is not a better denoiser
#
# The last two tables suggest a thought. The likelihood cares much for the last gray level of almost black patches, which no denoiser can see under noise. Should the fit
# look away from it?
#
# We fit the same patches once more with a floor of 300, a standard deviation of 17 gray levels. The fine means and covariances then come from one
# M-step with the floor 1. The quality of a denoised image is its peak signal-to-noise ratio (PSNR) in decibels, (P3) in lesson 05; more is better. **Predict** which of the two fits has the higher held-out likelihood, and which denoises better at $\sigma = 100$.

# %%
rough = mixture.fit(tiny, 20, reg_covar=300.0, random_state=0)
coarse = mixture.m_step(tiny, mixture.responsibilities(rough, tiny), reg_covar=1.0)
new = patches.sample_patches(test, 4, 5000, np.random.default_rng(47))
for label, mix in (("floor 1 throughout", fine), ("sorted at floor 300", coarse)):
    flat = int((mix.eigen[0] < 1.5).sum())
    print(f"{label:19}: held out {mix.log_density(new).mean() / 16:.1f} nats a pixel, {flat / 320:.0%} of the directions at the floor")

# %%
clean = test[9::10]
for sigma in (50, 100):
    noisy = images.add_noise(clean, sigma, np.random.default_rng(50))
    restored = [np.clip(denoising.denoise(noisy, mix, sigma), 0, 255) for mix in (fine, coarse)]
    decibels = [images.psnr(z, clean).mean() for z in restored]
    print(f"sigma {sigma:3}: floor 1 throughout {decibels[0]:.1f} dB, sorted at floor 300 {decibels[1]:.1f} dB")

# %% [markdown]
# The fit that was sorted at the coarse floor loses 0.6 nats a pixel and yet gains 0.2 to 0.3 dB. It has spent its twenty components on structure that one can see:
# 8 % of its directions lie at the floor, where the other fit has 30 %. This is the extra turn in the recipe of our priors for $m = 4$ and $5$;
# those for $m = 8$ and $16$ go without it. The likelihood is a good guide, but the goal is another one.
#
# ## Many digits beat many patches
#
# A fit takes time in proportion to the number of patches, so we can afford only so many. Which 2 880? All windows of 5 digits, or the
# same number drawn at random from 2 000 digits? **Predict**, and say why, before running: $m = 5$, $K = 11$, six repetitions with
# different digits.

# %%
held_out = patches.sample_patches(test, 5, 4000, np.random.default_rng(48))
outcome = []
for seed in range(6):
    rng = np.random.default_rng(seed)
    few = patches.extract_patches(train[rng.choice(9000, 5, replace=False)], 5).reshape(-1, 25)
    many = patches.sample_patches(train[rng.choice(9000, 2000, replace=False)], 5, len(few), rng)
    fits = [mixture.fit(z, 11, random_state=seed) for z in (few, many)]
    outcome.append([fit.log_density(held_out).mean() for fit in fits])

# %%
few_digits, many_digits = np.mean(outcome, axis=0)
wins = sum(b > a for a, b in outcome)
print(f"{len(few)} patches of 5 digits {few_digits:.0f}, of 2000 digits {many_digits:.0f} nats a patch, held out")
print("many digits win in at least five of six:", wins >= 5, " by more than 1 nat on average:", many_digits - few_digits > 1)

# %% [markdown]
# With the same number of patches, and so the same cost, patches from many digits win by about 2 nats a patch. The windows of one digit overlap and share one pen, one
# slant, one hand: they are many, but they say little that is new. This is why `patches.sample_patches` draws from all images.
#
# ## What we have seen
#
# - (P1) cuts an image into all its windows, row by row. Its adjoint adds patches onto their places. (P2) divides by
#   the coverage, and is the least-squares image of a stack that contradicts itself.
# - (M7) follows from one inequality. The E-step makes Jensen's bound touch, the M-step raises it, so the likelihood
#   never falls. A floor `reg_covar` breaks the guarantee, and is needed all the same.
# - A mixture of patches learns black background, edges by direction and strokes. More components give sharper samples and
#   a higher held-out score, until the fit has more parameters than its data can support.
# - A large patch sees more, but needs far more data: at $m = 28$ the prior remembers instead of knowing.
#
# **What comes next.** Lesson 05 puts the priors to work: cut a noisy digit up (P1), clean each patch by the posterior (M6), put the patches
# back (P2), and measure in decibels which $m$ and $K$ are best.
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
