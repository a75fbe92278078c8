# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
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

# %% [markdown]
# # 04 Patches and a prior
#
# **Where does a prior come from?** Lesson 03 was handed a mixture. Nobody can write down the density of handwritten
# digits, so here you write the algorithm that learns one. You cut digits into small squares, fit a mixture to them with
# your own two steps of EM, and at the end your own prior cleans digits that it has never seen.
#
# *Study: 89 minutes. Machine: 16 seconds.*
#
# **You will be able to**
# - cut a picture into all its windows, put it together again, and say which average that is;
# - derive both steps of expectation maximisation (EM) from one inequality, and say why it never gets worse;
# - fit a prior with your own code, and tell one that knows handwriting from one that remembers digits;
# - say what the number of components $K$ and the side $m$ of a patch do.
#
# **You need** lessons 01 to 03: Gaussian density, mixture (M1), responsibilities (M2), log-sum-exp. Longer proofs, more
# fits and everything beyond the core are in the [companion](further/04_patches_and_prior.ipynb).

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from scipy.special import rel_entr, softmax, xlogy

from course_lib import datasets, denoising, images, mixture, patches, priors
from course_lib.classroom import exercises, plots

train, test = datasets.digits("train")[0], datasets.digits("test")[0]
seen_pictures = {picture.tobytes() for picture in train}
print("digits:", train.shape, test.shape, " in both:", sum(one.tobytes() in seen_pictures for one in test))

# %% [markdown]
# We have 10 000 digits of the MNIST collection, gray levels 0 to 255, bright on black. Every tenth is *held out*: no fit
# sees it. A prior could memorise what it is shown; only digits that it has not seen tell knowing from remembering.
#
# ## 1. All windows of a picture
#
# *13 minutes, 2 s*
#
# Let $g$ be a picture of $H \times W$ pixels and $m$ the side of a *patch*. A window is fixed by the position $(i, j)$ of
# its top-left corner. It must fit, so there are $I = H-m+1$ rows of positions and $J = W-m+1$ columns. Neighbours
# overlap; we take **all** windows. They are numbered row by row, and each is flattened row by row. Their stack $v$ is
#
# $$v_{\,iJ + j,\; am + b} = g_{\,i+a,\; j+b}, \qquad 0 \le i < I,\; 0 \le j < J,\; 0 \le a, b < m. \tag{P1}$$
#
# Small windows are many, large ones few. **Predict: for which $m$ does the stack of one digit of $28 \times 28$ pixels
# hold the most numbers?** (Put your number in the place of the dots.)

# %%
guess_a = exercises.guess("04.a", ...)

# %%
size = {m: (28 - m + 1) ** 2 * m**2 for m in range(1, 29)}
for m in (1, 5, 8, 14, 15, 16, 28):
    print(f"m = {m:2}: {(29 - m) ** 2:3} windows, {size[m]:5} numbers, {size[m] / 784:4.1f} for each pixel")
print(guess_a.beside(max(size, key=size.get), "m = {:.0f}"))

# %% [markdown]
# The stack is largest in the middle: at $m = 14$, and equally at 15, a digit of 784 pixels becomes 44 100 numbers.
#
# ### Exercise 04.1: all windows of a picture
#
# *use, 6 minutes*
#
# Turn (P1) into code, for pictures that need not be square.

# %% nbgrader={"grade": false, "grade_id": "exercise-04-1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def all_windows(image, m):
    """All m x m windows of a picture, (P1).

    image (H, W), m: side of a window in pixels, at most H and W  ->  (I*J, m*m) with I = H-m+1, J = W-m+1
    """
    ### BEGIN SOLUTION
    I, J = image.shape[0] - m + 1, image.shape[1] - m + 1
    return np.array([image[i : i + m, j : j + m].ravel() for i in range(I) for j in range(J)])
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_all_windows = exercises.check("04.1", all_windows)

# %%
digit, corners = test[450], [(0, 0), (6, 6), (8, 10), (14, 10)]
numbers = [i * 21 + j for i, j in corners]
cut = np.array(my_all_windows(digit, 8))
print("your stack", cut.shape, " patch numbers", numbers, " mean gray levels", cut[numbers].mean(axis=1).round(1))
plots.patch_windows(digit, 8, corners)
plt.show()

# %% [markdown]
# The figure shows a held-out digit, a 4, with four framed windows of 8 x 8 pixels, and beside it the four patches
# enlarged: an empty corner, a slanted stroke, a bowl between two strokes, and a crossing.
#
# There are $J = 21$ positions in a row, so the window at row 8, column 10 is patch $8 \cdot 21 + 10 = 178$. The four
# differ already in their mean, from 0.0 for the corner to 155.4. Neighbours share pixels: a patch is no independent
# observation.
#
# ## 2. The way back
#
# *21 minutes, 1 s*
#
# Denoised patches contradict each other where they overlap. What picture do we make of them? At each pixel, the average
# of all entries that lie on it. How many are they? **Predict: of the 169 windows of $16 \times 16$ pixels, how many hold
# the pixel in the middle of a digit, row 14 and column 14?**

# %%
guess_b = exercises.guess("04.b", ...)

# %%
counted = patches.coverage((28, 28), 16)
print(guess_b.beside(counted[14, 14], "{:.0f} windows"), f"In the corner: {counted[0, 0]:.0f}.")

# %% [markdown]
# All of them: not $16^2 = 256$, since only $13 \times 13$ positions fit. This number, the *coverage*, is a product:
# choices of the row times choices of the column. So one line of pixels is enough.
#
# ### Exercise 04.2: how many windows hold a pixel
#
# *derive, 5 minutes*
#
# A line has $L$ pixels, numbered from 0, and a window covers $m$ neighbours, $m \le L$. **How many windows hold pixel
# $p$?** Where can the first of them start, and where the last? Mind both ends of the line.

# %% nbgrader={"grade": false, "grade_id": "exercise-04-2", "locked": false, "schema_version": 3, "solution": true, "task": false}
def windows_over(p, m, L):
    """The number of windows of m pixels that hold pixel p of a line.

    p: a whole number from 0 to L-1;  m: pixels of a window;  L: pixels of the line  ->  a whole number
    """
    ### BEGIN SOLUTION
    first, last = max(0, p - m + 1), min(p, L - m)
    return last - first + 1
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_windows_over = exercises.check("04.2", windows_over)

# %%
lines = {m: [my_windows_over(p, m, 28) for p in range(28)] for m in (5, 8, 16)}
maps = [np.outer(line, line) for line in lines.values()]
print("equal to the counts:", [np.array_equal(c, patches.coverage((28, 28), m)) for m, c in zip(lines, maps)])
plots.coverage_maps(maps, [f"coverage, m = {m}" for m in lines])
plt.show()

# %% [markdown]
# The figure shows the coverage as three maps, each with its own colour scale: a flat plateau with slopes at the border,
# and the slopes are as wide as the patch allows.
#
# Last minus first plus one is the smallest of four numbers, so in a picture, with your count for the rows and for the
# columns,
#
# $$c_{p,q} = c^H_p\, c^W_q, \qquad c^H_p = \min(p + 1,\; m,\; H-m+1,\; H - p).$$
#
# Cutting is linear: $v = A g$, and each row of the matrix $A$ holds a single 1. Its transpose $A'$, the *adjoint*, adds
# every patch onto its place. Cut up and added back, a pixel comes as often as windows hold it: $A'A$ is diagonal, with
# $c$ on its diagonal. So the average is
#
# $$\hat g = (A'A)^{-1} A' v, \qquad \hat g_{p,q} = \frac{(A'v)_{p,q}}{c_{p,q}}. \tag{P2}$$
#
# Why the average? Which picture has patches nearest to $v$? In $\lVert A g - v \rVert^2$ each pixel has a sum of its own,
# the squared differences to the entries that lie on it, and the mean makes that smallest: averaging is *least squares*.
# The next cell holds somebody's version.

# %%
def pasted(v, m, H, W):
    total, seen = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = divmod(n, W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m).T
        seen[i : i + m, j : j + m] += patch.reshape(m, m) != 0
    return total / np.maximum(seen, 1)

# %%
steps = np.arange(1.0, 13.0).reshape(3, 4)
print("a picture, cut up and pasted:\n", pasted(patches.extract_patches(steps, 2), 2, 3, 4), "\nand the picture:\n", steps)
print("a dark patch beside a bright one:\n", pasted(np.array([[0.0] * 4, [100.0] * 4]), 2, 2, 3))

# %% [markdown]
# ### Exercise 04.3: averaging overlaps
#
# *repair, 7 minutes*
#
# `divmod(n, J)` gives quotient and remainder, and so the corner of patch $n$; that is right. But a picture that was only
# cut and pasted comes back changed. And where a patch of 0 and one of 100 overlap, in the middle column, it says 100.
# **Find the two slips and write (P2) right**, without calls of `patches`.

# %% nbgrader={"grade": false, "grade_id": "exercise-04-3", "locked": false, "schema_version": 3, "solution": true, "task": false}
def averaged(v, m, H, W):
    """The picture from its patches, (P2).

    v (I*J, m*m): patches, numbered as in (P1);  m: side of a patch;  H, W: sides of the picture  ->  (H, W)
    """
    ### BEGIN SOLUTION
    total, coverage = np.zeros((H, W)), np.zeros((H, W))
    for n, patch in enumerate(v):
        i, j = divmod(n, W - m + 1)
        total[i : i + m, j : j + m] += patch.reshape(m, m)
        coverage[i : i + m, j : j + m] += 1
    return total / coverage
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-04-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_averaged = exercises.check("04.3", averaged)

# %% [markdown]
# Now a stack that contradicts itself. Each pixel of each of the 441 patches of the digit, $m = 8$, gets noise of its own
# with a standard deviation of 25 gray levels. **Predict: how many gray levels of noise are left in the middle of the
# averaged picture?**

# %%
guess_c = exercises.guess("04.c", ...)

# %%
spoiled = cut + np.random.default_rng(2).normal(0, 25, cut.shape)
error = my_averaged(spoiled, 8, 28, 28) - digit
border = [error[0], error[-1], error[:, 0], error[:, -1]]
print("without noise the digit comes back:", np.allclose(my_averaged(cut, 8, 28, 28), digit))
print(guess_c.beside(error[7:21, 7:21].std(), "{:.1f} gray levels"), f"At the border: {np.std(border):.1f}.")

# %% [markdown]
# In the middle 64 patches have a say, and $25/\sqrt{64} = 3.1$ gray levels. At the border there are fewer, and more noise
# stays. What the patches agree on survives, what they dispute is averaged away.
#
# ## 3. A bound that touches
#
# *17 minutes, 0 s*
#
# Now the patches are data. Let $x_n$ be the $n$-th of $N$ training vectors with $D = m^2$ entries, a clean patch. We want
# the weights $\pi_k$, means $\mu_k$ and covariances $S_k$, together $\theta$, that make the data most probable. Their
# mean log-likelihood is
#
# $$\ell(\theta) = \frac1N \sum_{n=1}^{N} \ln \sum_{k=1}^K \pi_k\, \mathcal N(x_n \mid \mu_k, S_k).$$
#
# If we knew from which component each $x_n$ came, every component would have data of its own. If we knew the components,
# Bayes' rule would say where each $x_n$ came from. We know neither: the label $k$ is hidden, a *latent variable*. Look at
# 400 points in the plane.

# %%
rng = np.random.default_rng(40)
shapes = [[[1.0, 0.8], [0.8, 1.0]], [[2.0, -0.6], [-0.6, 0.3]], [[0.2, 0.0], [0.0, 0.2]]]
truth = mixture.Mixture([0.5, 0.3, 0.2], [[-2, 0], [2, 2], [2, -1.5]], shapes)
toy = truth.sample(400, rng)
chosen = toy[rng.choice(400, 3, replace=False)]
start = mixture.Mixture([1 / 3] * 3, chosen, [np.cov(toy.T)] * 3)
plots.em_ellipses(toy, [truth, start], ["what made the points", "where we start"])
plt.show()

# %% [markdown]
# The figure shows the points twice, with components as ellipses at two standard deviations: on the left the three that
# made the points, on the right our poor start, three equal large ellipses around points chosen at random.
#
# A logarithm of a *sum* is hard to maximise. So take any probabilities $r_{nk} \ge 0$ with $\sum_k r_{nk} = 1$, and
# multiply and divide by them. The sum becomes an average with weights $r_{nk}$, and since the logarithm is concave (a
# chord lies below its curve), the logarithm of an average is at least the average of the logarithms:
#
# $$\ln \sum_k r_{nk} \frac{\pi_k \,\mathcal N(x_n \mid \mu_k, S_k)}{r_{nk}}
#  \;\ge\; \sum_k r_{nk} \ln \frac{\pi_k \,\mathcal N(x_n \mid \mu_k, S_k)}{r_{nk}} .$$
#
# Averaged over $n$ the right side is a *lower bound*, $B(r, \theta) \le \ell(\theta)$. How much is lost? Put in Bayes'
# rule, $\pi_k \,\mathcal N(x_n \mid \mu_k, S_k) = p(k \mid x_n)\, p(x_n)$; then the right side is
#
# $$\ln p(x_n) - \sum_k r_{nk} \ln \frac{r_{nk}}{p(k \mid x_n)} .$$
#
# The loss is a Kullback-Leibler (KL) divergence, never negative: in $\ln t \le t - 1$, equal at 1 only, put $t = p(k \mid x_n)/r_{nk}$, then $\sum_k r_{nk} \ln t \le 1 - 1$.

# %%
def log_densities(x, mix):
    """ln N(x_n | mu_k, S_k): (N, K)."""
    return np.column_stack([part.log_density(x) for part in mixture.components(mix)])


def bound(x, r, mix):
    """B(r, theta) in nats; xlogy(r, r) is r ln r, and 0 where r = 0."""
    return (r * (log_densities(x, mix) + mix.log_weights) - xlogy(r, r)).sum() / len(x)


print(f"the bound with r = 1/3 everywhere: {bound(toy, np.full((400, 3), 1 / 3), start):.4f} nats")

# %% [markdown]
# ### Exercise 04.4: the E-step and its score
#
# *derive, 9 minutes*
#
# **For which $r_{nk}$ is nothing lost?** Find them with a pencil; to choose them is the *E-step*. Then return them and
# the mean log-likelihood $\ell(\theta)$, from the weights $\pi_k$ and the logarithms
# $\ln \mathcal N(x_n \mid \mu_k, S_k)$, a row for each datum. Your function must survive logarithms far outside the range
# of `exp`, such as $-1350$ or $800$, thousands apart in one row or from row to row (lesson 03: log-sum-exp), and a
# component of weight 0 (`np.log(0)` warns and gives $-\infty$, which is right here).

# %% nbgrader={"grade": false, "grade_id": "exercise-04-4", "locked": false, "schema_version": 3, "solution": true, "task": false}
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

# %% nbgrader={"grade": true, "grade_id": "check-04-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_e_step = exercises.check("04.4", e_step)

# %%
r, likelihood = my_e_step(start.weights, log_densities(toy, start))
r = np.asarray(r)
blurred = 0.7 * r + 0.3 / 3
print(f"your log-likelihood {likelihood:.4f}, the bound with your r {bound(toy, r, start):.4f}")
print(f"the bound with blurred r {bound(toy, blurred, start):.4f}, KL {rel_entr(blurred, r).sum() / 400:.4f}")

# %% [markdown]
# With your responsibilities (M2) bound and log-likelihood are one number, $-4.3562$: the bound touches. Blurred ones lose
# exactly their KL divergence, 0.1116, up to rounding.
#
# ## 4. Three maxima, one inequality
#
# *15 minutes, 1 s*
#
# Now hold $r$ fixed and choose the best $\theta$: the *M-step*. Let $n_k = \sum_n r_{nk}$, the number of data for which
# component $k$ answers.
#
# **Weights.** Of $N B$ only $\sum_k n_k \ln \pi_k$ contains them. Compare any $\pi_k$ with $n_k / N$; by
# $\ln t \le t - 1$
#
# $$\sum_k n_k \ln \frac{\pi_k}{n_k / N} \;\le\; \sum_k n_k \Big( \frac{\pi_k}{n_k / N} - 1 \Big) = N \sum_k \pi_k - \sum_k n_k = N - N = 0 .$$
#
# So nothing beats $\pi_k = n_k / N$.
#
# **Means.** Only squared distances contain them. Picture the data as weights of size $r_{nk}$: around their centre of
# gravity $\bar x_k = \sum_n r_{nk} x_n / n_k$ the cross terms cancel, and a mean elsewhere adds
# $n_k (\bar x_k - \mu_k)' S_k^{-1} (\bar x_k - \mu_k) \ge 0$. The best mean is $\bar x_k$, whatever $S_k$ is.

# %%
new = mixture.m_step(toy, r, reg_covar=0)
print("the library's step: n_k =", (400 * new.weights).round(1), " means from", *start.means[0].round(2), "to", *new.means[0].round(2))

# %% [markdown]
# **Variance,** in one dimension. Let $\hat s$ be the weighted mean of $(x_n - \bar x_k)^2$. Component $k$ adds to $N B$,
# for a variance $s$, $-\frac{n_k}{2}$ times
#
# $$\ln 2\pi + \ln s + \frac{\hat s}{s} = \ln 2\pi + \ln \hat s + (t - \ln t), \qquad t = \frac{\hat s}{s} .$$
#
# The same inequality a third time: $t - \ln t \ge 1$, with equality only at $t = 1$. So $s = \hat s$.
#
# ### Exercise 04.5: the M-step
#
# *use, 9 minutes*
#
# Carry this to $D$ dimensions: what takes the place of a squared difference when the result is a matrix $S_k$, with
# covariances off its diagonal? Return new weights, means and covariances. One more argument, for later: `reg_covar`, a
# *floor*, is added to every variance. Loop over components, not over data.

# %% nbgrader={"grade": false, "grade_id": "exercise-04-5", "locked": false, "schema_version": 3, "solution": true, "task": false}
def m_step(x, r, reg_covar):
    """Weights, means and covariances from the responsibilities.

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

# %% nbgrader={"grade": true, "grade_id": "check-04-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_m_step = exercises.check("04.5", m_step)

# %% [markdown]
# What you wrote in these two exercises is EM for a mixture:
#
# $$\begin{gathered}r_{nk} = \frac{\pi_k \,\mathcal N(x_n \mid \mu_k, S_k)}{\sum_l \pi_l \,\mathcal N(x_n \mid \mu_l, S_l)}, \quad n_k = \sum_n r_{nk}, \quad \pi_k = \frac{n_k}{N},\\
# \mu_k = \frac1{n_k}\sum_n r_{nk} x_n, \quad
#   S_k = \frac1{n_k} \sum_n r_{nk} (x_n - \mu_k)(x_n - \mu_k)' .\end{gathered} \tag{M7}$$
#
# In $D$ dimensions the inequality holds for each eigenvalue ([companion](further/04_patches_and_prior.ipynb)). Is it
# really the maximum? We take your step and disturb its result 300 times at random, by little and by much. **Predict: how
# many of the 300 raise the bound?**

# %%
guess_d = exercises.guess("04.d", ...)

# %%
best, rng, raised = mixture.Mixture(*my_m_step(toy, r, 0.0)), np.random.default_rng(45), 0
for _ in range(300):
    e = rng.choice([0.1, 0.01, 0.001]) * rng.standard_normal((3, 5, 2))
    T = np.eye(2) + e[:, :2]
    weights, covs = softmax(np.log(best.weights) + e[:, 3, 0]), T @ best.covs @ T.transpose(0, 2, 1)
    raised += bound(toy, r, mixture.Mixture(weights, best.means + e[:, 4], covs)) > bound(toy, r, best)
print(f"bound before your M-step {likelihood:.4f}, after {bound(toy, r, best):.4f}")
print(guess_d.beside(raised, "{:.0f} of 300"))

# %% [markdown]
# None. The step raised the bound from $-4.3562$ to $-3.8788$, and that is its top for this $r$.
#
# ## 5. Never down
#
# *6 minutes, 1 s*
#
# Let $\theta$ be the parameters before a step, $r$ their responsibilities, $\theta^{+}$ the result of the M-step. Then
#
# $$\ell(\theta) \;=\; B(r, \theta) \;\le\; B(r, \theta^{+}) \;\le\; \ell(\theta^{+}).$$
#
# The bound touches; the M-step raises it; a bound is a bound. So a step of EM never lowers the likelihood. The next cell
# repeats your steps.

# %%
def em_steps(x, mix, steps, reg_covar=0.0):
    """EM by the reader's two steps  ->  Mixture, log-likelihood at the start and after each step."""
    trace = []
    for _ in range(steps):
        r, likelihood = my_e_step(mix.weights, log_densities(x, mix))
        trace.append(likelihood)
        mix = mixture.Mixture(*my_m_step(x, np.asarray(r), reg_covar))
    return mix, np.array([*trace, my_e_step(mix.weights, log_densities(x, mix))[1]])

# %%
stages = {n: em_steps(toy, start, n) for n in (1, 10, 40)}
end, trace = stages[40]
print("log-likelihood", trace[[0, 1, 10, 40]].round(3), " steps down:", np.sum(np.diff(trace) < -1e-12))
print("weights", np.sort(end.weights).round(2), f" the truth scores {mixture.e_step(toy, truth)[1]:.3f}")
plots.em_ellipses(toy, [start, *(mix for mix, _ in stages.values())], ["start", "step 1", "step 10", "step 40"])
plt.show()

# %% [markdown]
# The figure shows the points four times: three equal large ellipses at the start, which shrink, turn and part until each
# lies on one cloud of points.
#
# No step of the forty goes down. The weights end at 0.17, 0.31 and 0.52; we drew with 0.2, 0.3 and 0.5. Your fit scores
# $-3.097$, a little *above* the truth: it was made for these 400 points, the truth was not. That is where overfitting
# begins.
#
# Is there a top? Put one mean exactly on a point and let that component's variance shrink to nothing, while a broad one
# keeps all other points alive. **Predict: the log-likelihood (a) falls without end, (b) tends to a ceiling, (c) grows
# without end.** (Enter "a", "b" or "c".)

# %%
guess_e = exercises.guess("04.e", ...)

# %%
spikes = []
for std in (1e-2, 1e-20, 1e-100):
    spike = mixture.Mixture([399 / 400, 1 / 400], [toy.mean(axis=0), toy[0]], [np.cov(toy.T), std**2 * np.eye(2)])
    spikes = [*spikes, my_e_step(spike.weights, log_densities(toy, spike))[1]]
    print(f"a spike of width {std:.0e}: log-likelihood {spikes[-1]:.3f}")
print(guess_e.beside("c" if np.all(np.diff(spikes) > 0.1) else "a" if spikes[-1] < spikes[0] else "b"))

# %% [markdown]
# It grows without end, and the narrowest spike beats even the truth, though it says nothing about the data. The remedy is
# the floor: `reg_covar`, added to every variance, keeps each at or above it. The price: the step no longer ends at the
# top of the bound, so with a floor the likelihood *may* fall.
#
# ## 6. Your prior
#
# *4 minutes, 1 s*
#
# Now real patches: 5000 of $5 \times 5$ pixels, from all training digits. **Predict: how many per cent of them are
# entirely black?**

# %%
guess_f = exercises.guess("04.f", ...)

# %%
raw = {m: patches.sample_patches(train, m, 5000, np.random.default_rng(0)) for m in (3, 5, 8)}
black = {m: (x == 0).all(axis=1) for m, x in raw.items()}
print(guess_f.beside(100 * black[5].mean(), "{:.0f} per cent"))

# %% [markdown]
# So many data in one point are a spike ready made. We set the floor to 1 squared gray level. The starting means are
# patches with ink, since two black ones would never part. Then your EM takes thirty steps.

# %%
def fitted(m, K, steps=30):
    ink = raw[m][~black[m]]
    means = ink[np.random.default_rng(2).choice(len(ink), K, replace=False)]
    begin = mixture.Mixture(np.full(K, 1 / K), means, [np.cov(raw[m].T) + np.eye(m * m)] * K)
    return em_steps(raw[m], begin, steps, reg_covar=1.0)


prior, trace = fitted(5, 20)
print("log-likelihood", trace[[0, 1, 5, 10, 30]].round(1), "nats a patch;  steps down:", np.sum(np.diff(trace) < 0))

# %%
order = np.argsort(-prior.weights)
titles = [f"{weight:.3f}" for weight in prior.weights[order]]
plots.patch_gallery(prior.means[order], titles, 10, "The means of your prior, m = 5 and K = 20, and their weights")
plt.show()

# %% [markdown]
# The figure shows twenty mean patches with their weights, heaviest first: black with a weight of 0.420, then soft bright
# areas along a side, in a corner, as bars upright, lying or slanted, and filled ones.
#
# Nobody told your code of edges and strokes; it found them in gray levels. The log-likelihood rose from $-129.9$ to
# $-68.7$ nats a patch, most of the way in five steps; even with the floor none happened to go down.
# ([Companion](further/04_patches_and_prior.ipynb): where a floor does lower it, ten starts that end at ten different
# tops, and the directions in which a component varies.)
#
# ## 7. What K does
#
# *5 minutes, 4 s*
#
# Ask a prior what a patch looks like: draw from it. Of real pixels 76 per cent are black within 10 gray levels. A single
# Gaussian knows the exact mean and all covariances of the pixels. **Predict: how many per cent of *its* pixels are
# black?**

# %%
guess_g = exercises.guess("04.g", ...)

# %%
fits = {K: fitted(5, K)[0] for K in (1, 5)} | {20: prior, 60: fitted(5, 60)[0]}

# %%
unseen = {m: patches.sample_patches(test, m, 5000, np.random.default_rng(47)) for m in raw}
draws = {"real, held out": unseen[5]} | {f"K = {K}": mix.sample(5000, np.random.default_rng(44)) for K, mix in fits.items()}
dark = {name: 100 * np.mean(np.abs(z) <= 10) for name, z in draws.items()}
print("black pixels:", ", ".join(f"{name} {share:.0f} %" for name, share in dark.items()))
print(guess_g.beside(dark["K = 1"], "{:.0f} per cent"))
plots.patch_rows({name: z[:12] for name, z in draws.items()}, "Real patches, and samples from your priors, m = 5")
plt.show()

# %% [markdown]
# The figure shows twelve patches in each of five rows, levels outside 0..255 cut to black and white: real ones, then
# samples for K = 1, 5, 20 and 60. The single Gaussian gives clouds; with more components whole patches of black, sides,
# corners and bars appear.
#
# What looks black at $K = 1$ is mostly far below 0: only 8 per cent of the pixels are near it. More components come
# closer, 52, 61 and 62 per cent, and none arrives: a Gaussian has tails on both sides, and gray levels have ends. But is
# nearer on the fit also nearer on new digits? The mean log-likelihood per pixel, on the 5000 patches of the fit and on
# 5000 held-out ones:

# %%
def score(mix, x):
    return my_e_step(mix.weights, log_densities(x, mix))[1] / x.shape[1]


for K, mix in fits.items():
    a, b = score(mix, raw[5]), score(mix, unseen[5])
    print(f"m = 5, K = {K:2}: seen {a:.2f}, held out {b:.2f}, gap {a - b:.2f} nats a pixel")

# %% [markdown]
# Up to $K = 20$ both rise together: what the prior learns is about handwriting. From 20 to 60 the seen score rises,
# $-2.75$ to $-2.57$, and the held-out one falls, $-2.77$ to $-2.88$. That prior has begun to remember its patches. (A gap
# below 0 is luck of the draw.)
#
# ## 8. What m does
#
# *4 minutes, 5 s*
#
# A larger patch sees more of a stroke. It also has more that can vary. By (M4) the covariance of the whole mixture is
# $\sum_k \pi_k S_k$, the variance *within* the components, plus the scatter of their means. For $m = 3$ and $K = 20$ your
# EM leaves 20 per cent within. **Predict: how many per cent for $m = 8$?**

# %%
guess_h = exercises.guess("04.h", ...)

# %%
by_m = {3: {K: fitted(3, K)[0] for K in (1, 5, 20)}, 5: fits, 8: {K: fitted(8, K)[0] for K in (1, 5, 20)}}
within = {m: np.tensordot(some[20].weights, some[20].covs, 1).trace() / some[20].cov.trace() for m, some in by_m.items()}
print("variance within the components:", ", ".join(f"m = {m} {100 * share:.0f} %" for m, share in within.items()))
print(guess_h.beside(100 * within[8], "{:.0f} per cent"))

# %%
scores = {}
for m in (3, 5, 8):
    seen, held_out = ([score(mix, x[m]) for mix in by_m[m].values()] for x in (raw, unseen))
    scores[m] = list(by_m[m]), seen, held_out
    gaps = ", ".join(f"K = {K} {a - b:.2f}" for K, a, b in zip(*scores[m]))
    print(f"m = {m}: seen minus held out: {gaps};  {m**2 * (m**2 + 1) // 2} numbers in a covariance")
plots.seen_and_held_out(scores)
plt.show()

# %% [markdown]
# The figure shows the log-likelihood per pixel against $K$, a colour for each $m$: held-out patches as solid lines with
# dots, those of the fit as dashed lines with crosses. From $K = 5$ on larger patches lie lower and part earlier;
# beyond 20 only dashed lines climb.
#
# Twenty components can list the kinds of tiny patches. At $m = 8$ each must serve very different pieces of digits, so 68
# per cent of the variance stays within; and with 2080 numbers in a covariance the gap at $K = 20$ is 0.16 nats, for
# $m = 3$ it is 0.06. (Compare sizes with care: they are other data.)
#
# **Predict the extreme:** one patch is a whole digit, $m = 28$, and $K = 1$, so that your M-step alone fits it. On the
# 100 digits of its fit it scores $-1.58$ nats a pixel. **How much on held-out digits?**

# %%
guess_i = exercises.guess("04.i", ...)

# %%
for n in (100, 1000):
    z = train[:: 9000 // n].reshape(n, 784)
    whole = mixture.Mixture(*my_m_step(z, np.ones((n, 1)), 1.0))
    pair = score(whole, z), score(whole, test.reshape(-1, 784))
    print(f"{n:4} digits: seen {pair[0]:.2f}, held out {pair[1]:.2f} nats a pixel")
    if n == 100:
        print(guess_i.beside(pair[1], "{:.0f} nats a pixel"))

# %% [markdown]
# A hundred pictures span at most 99 directions around their mean; in the other 685 the covariance knows only the floor of
# 1 squared gray level, and a new digit is "impossible" there: $-428.61$. With a thousand digits the two come nearer, from
# both sides.
#
# ## 9. Your code at work
#
# *3 minutes, 1 s*
#
# Five held-out digits, noise of 25 gray levels. Your function cuts them, lesson 03's posterior mean cleans each patch,
# from the library, with *your* prior; your average puts them together. Beside it the course's prior for $m = 5$,
# $K = 50$, fitted by scikit-learn to ten times as many patches. We score in decibels (dB), the measure of lesson 05: 3 dB
# more is half the square error. To take your prior into lesson 05, store it here with the first line, and read it there
# with the second:
#
# ```python
# np.savez("my_prior.npz", weights=prior.weights, means=prior.means, covs=prior.covs)
# small = mixture.Mixture(**np.load("my_prior.npz"))
# ```

# %%
clean = test[::200]
noisy = images.add_noise(clean, 25, np.random.default_rng(0))
pictures = {"original": clean, "noisy": np.clip(noisy, 0, 255)}
used = {f"your K = {K}": fits[K] for K in (1, 20, 60)} | {"shipped K = 50": priors.digit_prior(5, 50)}
for name, mix in used.items():
    v = [denoising.denoise_patches(my_all_windows(x, 5), mix, 25) for x in noisy]
    pictures[name] = np.clip([my_averaged(one, 5, 28, 28) for one in v], 0, 255)
for name in list(pictures)[1:]:
    print(f"{name:14}: {images.psnr(pictures[name], clean).mean():.1f} dB")
print(f"pixels are means of {my_windows_over(0, 5, 28) ** 2} to {my_windows_over(14, 5, 28) ** 2} posterior means")
made = exercises.credit(my_all_windows, my_windows_over, my_averaged, my_e_step, my_m_step)
print(made)

# %%
shown = {name: some for name, some in pictures.items() if name != "your K = 60"}
plots.sign(plots.digit_rows(shown, clean), made)
plt.show()

# %% [markdown]
# The figure shows five rows of five digits: originals, noisy, and restored with three priors. The single Gaussian leaves
# grain on the black; your twenty components remove it nearly as well as the shipped fifty.
#
# From 22.9 dB your single Gaussian comes to 24.8, your twenty components to 29.7, the shipped prior to 30.3. Your sixty
# reach 29.8, with the lower held-out score: noise asks another question
# ([companion](further/04_patches_and_prior.ipynb)).
#
# ## 10. What we have seen
#
# *1 minute, 0 s*
#
# - (P1) cuts a picture into all its windows; (P2) adds them back and divides by the coverage: the least-squares picture.
# - (M7) follows from one inequality. The E-step makes the bound touch, the M-step raises it, so the likelihood never
#   falls. A floor breaks the guarantee, and is needed all the same.
# - More components leave less variance within each; too many remember. A large patch needs far more data.
#
# Next: [05 Denoising digits](05_denoising_digits.ipynb), where such priors clean pictures, and decibels decide.
