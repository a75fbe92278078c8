# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: further//_patches_and_prior.ipynb,scripts/further//_patches_and_prior.py:percent
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
# # 04 Patches and a prior: further
#
# This companion of [lesson 04](../04_patches_and_prior.ipynb) holds what the core leaves out: how not to collect patches,
# the adjoint and least squares, the M-step in $D$ dimensions, EM beside scikit-learn's, what a floor costs, float32, ten
# starts, the priors that the course ships (their directions, samples, scores, sizes), near-degenerate components, and the
# ledger. It also says what the first report did. The letters are those of the lesson. All priors from section 6 on are
# the shipped ones.

# %%
# %matplotlib inline
import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax, xlogy
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from course_lib import datasets, denoising, em, images, mixture, patches, priors
from course_lib.classroom import ledger, plots
from course_lib.gaussian import Gaussian

# %% [markdown]
# ## 1. Two piles of digits
#
# Is the separation of training and held-out digits real? We look for an image that lies in both piles, and count the
# labels of the held-out pile.

# %%
train, _ = datasets.digits("train")
test, test_labels = datasets.digits("test")
print("training digits", train.shape, " held-out digits", test.shape)
print("gray levels from", train.min(), "to", train.max())

# %%
seen_images = {image.tobytes() for image in train}
print("held-out digits that also train:", sum(image.tobytes() in seen_images for image in test))
print("held-out digits of each label: from", np.bincount(test_labels).min(), "to", np.bincount(test_labels).max())

# %% [markdown]
# Of the 1000 held-out digits none is among the 9000 training digits, and each label is held out 86 to 112 times. The
# report that this course grew from does not say how it separated the two, nor on which scale its gray levels lie. A score
# measured on digits that were used in the fit would not be a score.
#
# ## 2. Numbers of patches
#
# `patches.extract_patches` is (P1), for many images at once. We try ten entries, chosen at random. Patch number $n$
# starts at row $n \,\mathrm{div}\, J$ and column $n \bmod J$, the quotient and the remainder; entry $c$ of a patch lies
# $c \,\mathrm{div}\, m$ rows and $c \bmod m$ columns further.

# %%
m, J = 5, 24
stack, rng = patches.extract_patches(train[[0, 4500]], m), np.random.default_rng(3)
entries = rng.integers(stack.shape, size=(10, 3))
pixels = [train[[0, 4500][k], n // J + c // m, n % J + c % m] for k, n, c in entries]
print(stack.shape, "ten entries are the pixels of (P1):", np.array_equal(stack[tuple(entries.T)], pixels))

# %% [markdown]
# They are. (The report computes the same quotient and remainder of $n$ but calls the quotient `col` and the remainder
# `row`. It then uses them the right way round: only the names are swapped.)
#
# ### How not to collect patches
#
# The report appends the patches of image after image to a growing array, by concatenation in a loop. An array cannot grow
# in place: each concatenation copies everything collected so far. With $P$ numbers an image, step $t$ writes $tP$
# numbers, so $n$ images cost
#
# $$\sum_{t=2}^{n} tP = P\left(\frac{n(n+1)}{2} - 1\right)$$
#
# copied numbers, where $nP$ would do. For our 9 000 training digits and $m = 16$, how many times too many is that?

# %%
P = 169 * 256
for n in (10, 9000):
    copied = P * (n * (n + 1) // 2 - 1)
    print(f"{n:4} images: {copied:.3g} numbers copied, {n * P:.3g} needed, ratio {copied / (n * P):.1f}")

# %% [markdown]
# Ten images cost 5.4 times too much, 9 000 cost 4500 times too much: 1.75e12 numbers. The remedy costs nothing: make the
# array once. `extract_patches` takes a whole stack of images.
#
# ## 3. The way back: adjoint and least squares
#
# Extraction is linear in the image, so there is a matrix $A$ with $v = A g$. Each row of $A$ picks one pixel, so it holds
# a single 1. What is its adjoint $A'$, the map with $\langle A g, v \rangle = \langle g, A' v \rangle$ for *every* image
# $g$ and *every* stack $v$, also one that no image gave? We write the left side out with (P1) and collect by pixel
# $(p, q) = (i+a, j+b)$:
#
# $$\langle A g, v \rangle = \sum_{i,j,a,b} g_{i+a,\,j+b}\; v_{iJ+j,\,am+b}
#  = \sum_{p, q} g_{p, q} \underbrace{\sum_{a,b} v_{(p-a)J + (q-b),\; am+b}}_{(A' v)_{p,q}} .$$
#
# The inner sum runs over those $a, b$ for which $(p-a, q-b)$ is a position, that is over the windows that cover the pixel
# $(p, q)$. In words: **the adjoint adds every patch onto its place.**
#
# Check with random numbers, which no digit has arranged to agree:

# %%
rng = np.random.default_rng(4)
g = rng.standard_normal((9, 12))
v = rng.standard_normal((6 * 9, 16))
left = np.sum(patches.extract_patches(g, 4) * v)
right = np.sum(g * patches.add_patches(v, (9, 12)))
print(f"<A g, v> = {left:.6f}   <g, A' v> = {right:.6f}")

# %% [markdown]
# Both numbers agree to every digit printed. Now do both: cut an image up and add the patches back, $A'A g$. Every pixel
# comes back as often as windows cover it, so $A'A$ is diagonal. On its diagonal stands the *coverage* $c$, the number of
# windows that hold the pixel, and (P2) divides by it.
#
# The lesson says that (P2) is the least-squares answer to $A g = v$. We check `patches.average_patches` against a general
# solver, which gets the 0-1 matrix $A$ of a 6 x 7 image and a stack $v$ of pure noise.

# %%
A = patches.extract_patches(np.eye(42).reshape(42, 6, 7), 3).reshape(42, -1).T
v = np.random.default_rng(41).standard_normal((4 * 5, 9))
by_solver = np.linalg.lstsq(A, v.ravel())[0].reshape(6, 7)
print("A has shape", A.shape, "and", int(A.sum()), "ones")
print("average equals least squares:", np.allclose(patches.average_patches(v, (6, 7)), by_solver))

# %% [markdown]
# A has one 1 in each of its 180 rows, and the solver finds the average. A stack that comes from an image must come back
# as that image, since $(A'A)^{-1}A'A$ is the identity. The other way round? We average noise patches to an image and cut
# that image up again.

# %%
digit = test[450]
again = patches.average_patches(patches.extract_patches(digit, 16), digit.shape)
print("image -> patches -> image is the same:", np.allclose(again, digit))
there = patches.extract_patches(patches.average_patches(v, (6, 7)), 3)
print("patches -> image -> patches is the same:", np.allclose(there, v))
print(f"length of v {np.linalg.norm(v):.2f}, after {np.linalg.norm(there):.2f}")

# %% [markdown]
# No: the stack gets shorter, from 12.46 to 5.32, because $A(A'A)^{-1}A'$ projects it onto the stacks that are consistent.
# For noise this is what we want. What the overlapping patches agree on survives, what they dispute is averaged away.
#
# (The report's function for the way back takes the image's length as a parameter, but builds its arrays with a fixed 28,
# so it serves no other image. `average_patches` takes the shape $(H, W)$: just now it put a 6 x 7 image together.)
#
# ## 4. The M-step, every step
#
# The 400 points of the lesson, its poor start, and the bound $B(r, \theta)$ as a function.

# %%
rng = np.random.default_rng(40)
shapes = [[[1.0, 0.8], [0.8, 1.0]], [[2.0, -0.6], [-0.6, 0.3]], [[0.2, 0.0], [0.0, 0.2]]]
truth = mixture.Mixture([0.5, 0.3, 0.2], [[-2, 0], [2, 2], [2, -1.5]], shapes)
toy = truth.sample(400, rng)

def start_at(x, K, rng):
    """K rows of x as means, the covariance of all of x for every component, equal weights."""
    means = x[rng.choice(len(x), K, replace=False)]
    return mixture.Mixture(np.full(K, 1 / K), means, np.repeat(np.cov(x.T)[None], K, axis=0))

start = start_at(toy, 3, rng)

# %%
resp, log_likelihood = mixture.e_step(toy, start)
print("responsibilities", resp.shape, f" mean log-likelihood {log_likelihood:.4f} nats")

# %%
def bound(x, r, mix):
    """B(r, theta): mean of sum_k r_nk (ln pi_k + ln N(x_n | mu_k, S_k) - ln r_nk), in nats."""
    log_joint = np.stack([part.log_density(x) for part in mixture.components(mix)], axis=1) + np.log(mix.weights)
    return (r * log_joint - xlogy(r, r)).sum() / len(x)


exact_bound = bound(toy, resp, start)
print(f"bound with the responsibilities {exact_bound:.4f}")

# %% [markdown]
# ### Weights, by a Lagrange multiplier
#
# Now $r$ is fixed and the bound is maximised over $\theta$: the **M-step**. The part $-\sum r \ln r$ does not contain
# $\theta$. Write $n_k = \sum_n r_{nk}$, the number of data that component $k$ answers for; $\sum_k n_k = N$. What is left
# is
#
# $$N B = \sum_k n_k \ln \pi_k + \sum_k \sum_n r_{nk} \ln \mathcal N(x_n \mid \mu_k, S_k) + \text{const}.$$
#
# The weights occur in the first sum only, under the condition $\sum_k \pi_k = 1$. The lesson compares with $n_k/N$. Here
# is the usual way: a *Lagrange multiplier* $\nu$ is a price for breaking the condition; it is subtracted, and the
# derivative with respect to each $\pi_k$ must then vanish:
#
# $$\frac{\partial}{\partial \pi_k}\Big[\sum_l n_l \ln \pi_l - \nu\Big(\sum_l \pi_l - 1\Big)\Big] = \frac{n_k}{\pi_k} - \nu = 0
#  \quad\Longrightarrow\quad \pi_k = \frac{n_k}{\nu}.$$
#
# Summing over $k$ gives $1 = N / \nu$, so $\nu = N$ and $\pi_k = n_k / N$. The sum $\sum n_k \ln \pi_k$ is concave, so
# this is its maximum.

# %%
n = resp.sum(axis=0)
print("n_k:", n.round(2), " their sum:", round(n.sum()), " new weights:", (n / 400).round(4))

# %% [markdown]
# ### Means
#
# Each $\mu_k, S_k$ has its own sum over $n$, so we take one component at a time. Let $\bar x_k = \sum_n r_{nk} x_n / n_k$
# be the weighted mean. We write $x_n - \mu_k = (x_n - \bar x_k) + (\bar x_k - \mu_k)$ in the quadratic form. The cross
# term vanishes, because $\sum_n r_{nk} (x_n - \bar x_k) = 0$:
#
# $$\sum_n r_{nk} (x_n - \mu_k)' S_k^{-1} (x_n - \mu_k)
#  = \sum_n r_{nk} (x_n - \bar x_k)' S_k^{-1} (x_n - \bar x_k) + n_k (\bar x_k - \mu_k)' S_k^{-1} (\bar x_k - \mu_k).$$
#
# $S_k^{-1}$ is positive definite, so the second term is at least 0, and it is 0 only for $\mu_k = \bar x_k$, whatever
# $S_k$ is. The best mean is the weighted mean.

# %%
P = np.linalg.inv(start.covs[0])
share, centre = resp[:, 0], np.average(toy, axis=0, weights=resp[:, 0])
spread = [np.sum(share * np.einsum("ni,ij,nj->n", toy - mu, P, toy - mu)) for mu in (start.means[0], centre)]
shift = n[0] * (centre - start.means[0]) @ P @ (centre - start.means[0])
print(f"around the old mean {spread[0]:.3f}, around the centre {spread[1]:.3f}, difference {shift:.3f}")

# %% [markdown]
# The two sides agree: 182.065 is 110.239 and 71.826. (In `np.einsum` the letters name axes, and a letter that is missing
# behind the arrow is summed over.)
#
# ### Covariances
#
# A number is its own trace, and $\operatorname{tr}(MN) = \operatorname{tr}(NM)$ for matrices of fitting shapes. So
# $d' S^{-1} d = \operatorname{tr}(S^{-1} d d')$. Let $\hat S_k = \sum_n r_{nk} (x_n - \bar x_k)(x_n - \bar x_k)' / n_k$
# be the weighted scatter, and suppose that it is invertible. What component $k$ contributes to $NB$, its mean now in
# place, becomes
#
# $$-\frac{n_k}{2}\Big[ D \ln 2\pi + \ln \lvert S_k \rvert + \operatorname{tr}\big(S_k^{-1} \hat S_k\big) \Big].$$
#
# Which $S_k$ makes the bracket smallest? Let $S_k = L L'$ be the Cholesky factorisation, with a lower triangular $L$. The
# matrix $T = L^{-1} \hat S_k (L')^{-1}$ is symmetric and positive definite; let $t_1, \dots, t_D > 0$ be its eigenvalues.
# Then
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

# %%
scatter = np.cov(toy.T, aweights=share, bias=True)
t = np.linalg.eigvals(P @ scatter)
logdet = [np.linalg.slogdet(S)[1] for S in (start.covs[0], scatter)]
sides = logdet[0] + np.trace(P @ scatter), logdet[1] + np.sum(t - np.log(t))
print("eigenvalues t:", np.sort(t).round(3))
print(f"both sides: {sides[0]:.4f} and {sides[1]:.4f}, at least {logdet[1] + 2:.4f}")

# %% [markdown]
# Both sides are one number, above the value that only $S_k = \hat S_k$ reaches. The lesson disturbs the result 300 times
# at random. Would that test notice a small mistake, such as $n_k - 1$ in place of $n_k$, as for an unbiased covariance?

# %%
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

# %%
rng = np.random.default_rng(45)
best = mixture.m_step(toy, resp, reg_covar=0)
n = resp.sum(axis=0)[:, None, None]
unbiased = mixture.Mixture(best.weights, best.means, best.covs * n / (n - 1))
print(f"bound before the M-step {exact_bound:.4f}, after {bound(toy, resp, best):.4f}")
print("raised by", disturb(best, rng), "of 300; with n_k - 1 in place of n_k by", disturb(unbiased, rng))

# %% [markdown]
# The M-step raised the bound from -4.3562 to -3.8788, and none of the 300 disturbances did better. With $n_k - 1$, 16 of
# them do.
#
# ### The chain, and its trace
#
# The chain $\ell(\theta) = B(r, \theta) \le B(r, \theta^{+}) \le \ell(\theta^{+})$ of the lesson in numbers, and then
# `em.run_em`, which repeats the two steps until the rise is below `tol`.

# %%
_, after = mixture.e_step(toy, best)
print(f"{log_likelihood:.4f} = {exact_bound:.4f} <= {bound(toy, resp, best):.4f} <= {after:.4f}")

# %%
def run(x, start, *, reg_covar=0.0, max_iter=100, tol=1e-7):
    """EM for a mixture: the library's two steps in its one loop; bounds is the log-likelihood at each step."""
    return em.run_em(
        lambda mix: mixture.e_step(x, mix),
        lambda r, mix: mixture.m_step(x, r, reg_covar=reg_covar),
        start, max_iter=max_iter, tol=tol,
    )  # fmt: skip


result = run(toy, start)
print("iterations:", len(result.bounds) - 1, " converged:", result.converged)
print("never falls:", bool((np.diff(result.bounds) > -1e-12).all()))

# %% [markdown]
# The chain holds, and so does every one of the 34 steps until the rise is below 1e-7.
#
# The figure shows the trace of that run: the mean log-likelihood after each iteration rises steeply, creeps, climbs once
# more as the clouds are told apart, and becomes flat after iteration 18.

# %%
plots.em_trace({"plain EM": result.bounds}, "EM on the toy: never a step down")
plt.show()

# %% [markdown]
# ## 5. EM on real patches
#
# We take 3 000 patches of 4 x 4 pixels from all training digits. Many are entirely black.

# %%
raw = patches.sample_patches(train, 4, 3000, np.random.default_rng(41))
black = (raw == 0).all(axis=1)
print(f"entirely black: {black.mean():.0%}; largest entry of their covariance: {np.cov(raw[black].T).max():.0f}")

# %% [markdown]
# More than half of them are the same point of 16-dimensional space. A component that takes charge of them gets the
# covariance 0: the spike of the lesson, and plain EM would run into it. To see plain EM at work on patches we first add
# noise with a standard deviation of 1 gray level, invisible to the eye, which gives even a black patch the variance 1.
# (`eigen` of a mixture holds the eigenvalues of every $S_k$, rising, and the eigenvectors in columns. The square root of
# the last eigenvalue is the standard deviation along the widest direction.)

# %%
x = images.add_noise(raw, 1, np.random.default_rng(42))
start = start_at(x, 5, np.random.default_rng(43))
plain = run(x, start, max_iter=200)
print("iterations:", len(plain.bounds) - 1, " never falls:", bool((np.diff(plain.bounds) > -1e-9).all()))
print("log-likelihood", plain.bounds[[0, 5, 10, -1]].round(2), "nats a patch")

# %%
for k in np.argsort(-plain.params.weights):
    mean, widest = plain.params.means[k].mean(), np.sqrt(plain.params.eigen[0][k, -1])
    print(f"weight {plain.params.weights[k]:.2f}, mean level {mean:5.1f}, widest direction {widest:5.1f} gray levels")

# %% [markdown]
# In 29 iterations the log-likelihood rises from -82.48 to -48.55 nats a patch, most of the way in the first five. One
# component, with weight 0.54, has taken the black patches: mean level 0 and a standard deviation of 1.1 gray levels, the
# noise that we added. The other four share the patches with ink; along their widest directions they reach 161 to 335 gray
# levels.
#
# ### One step of ours, one step of scikit-learn's
#
# scikit-learn's `GaussianMixture` does the same two steps. We hand it our start, stop it after one iteration and compare.
# It asks for precisions, the inverses of the covariances; and it warns that one iteration is not enough, which we know.

# %%
theirs = GaussianMixture(
    5, max_iter=1, reg_covar=0, init_params="random_from_data", random_state=0,
    weights_init=start.weights, means_init=start.means, precisions_init=np.linalg.inv(start.covs),
)  # fmt: skip
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    theirs.fit(x)

# %%
ours = mixture.m_step(x, mixture.e_step(x, start)[0], reg_covar=0)
pairs = [(theirs.weights_, ours.weights), (theirs.means_, ours.means), (theirs.covariances_, ours.covs)]
for name, (a, b) in zip(("weights", "means", "covariances"), pairs):
    print(f"{name:11}: largest value {np.abs(b).max():7.2f}, differences below 1e-8: {np.abs(a - b).max() < 1e-8}")

# %% [markdown]
# The two agree: no entry differs by as much as 1e-8, beside covariances as large as 9958 squared gray levels.
#
# ### The floor has a price
#
# With `reg_covar` the M-step no longer maximises the bound: it goes to the maximum and then a step away from it. The
# chain above breaks at its first inequality. We start at the top that plain EM has found, and run ten steps with
# `reg_covar=1`.

# %%
floored = run(x, plain.params, reg_covar=1.0, max_iter=10, tol=0)
print("steps that lower the likelihood:", int((np.diff(floored.bounds) < 0).sum()), "of 10")
print("log-likelihood", floored.bounds[[0, 1, 2, 10]].round(3), "nats a patch")

# %% [markdown]
# Seven of ten. The first step costs 0.91 nats a patch: the floor adds 1 squared gray level to variances that were 1 by
# our noise, and so doubles them. Then the run settles near -49.49, below where it began. So with a floor, "the likelihood
# fell" is no sign of a bug; without one it is.
#
# ### Never down is not up to the top
#
# EM climbs the hill on which it starts. With the floor in place we can fit the raw patches, black ones and all. The
# starting means we draw from patches with ink: two black ones would make two equal components, which get equal
# responsibilities and never part. Do ten random starts reach the same top?

# %%
tops = []
for seed in range(10):
    begin = start_at(raw[~black], 5, np.random.default_rng(seed))
    tops.append(run(raw, begin, reg_covar=1.0, max_iter=60, tol=0).bounds[-1])
print("ten tops, nats a patch:", np.sort(tops).round(1))

# %% [markdown]
# They do not: after 60 iterations the ten lie between -45.6 and -43.7 nats a patch, hardly two at the same place. Where
# EM ends depends on where it starts; a fit is *a* good mixture for the data, not *the* best one.
#
# ### The fit of the course
#
# For the real priors, with up to 200 components and 50 000 patches, `mixture.fit` calls scikit-learn, which starts from
# *k-means*: $K$ centres, each the mean of the patches that are nearest to it. It divides the gray levels by 255, and it
# computes in float32, which moves half as many bytes as float64. Is that precise enough? float32 carries about seven
# digits, so it rounds a variance by some 1e-7 of the *largest* ones. What counts is how the floor compares with that. We
# take the sum of all variances for the largest, to be on the safe side, and then fit once more in float64 and in gray
# levels.

# %%
total = raw.var(axis=0).sum()
rounding = np.finfo(np.float32).eps * total
print(f"sum of the variances {total:.3g}, float32 rounds it by {rounding:.3f} squared gray levels")
fitted = mixture.fit(raw, 5, reg_covar=1.0, random_state=0)
double = mixture.Mixture.from_sklearn(GaussianMixture(5, reg_covar=1.0, random_state=0).fit(raw))
ends = [mixture.e_step(raw, mix)[1] for mix in (fitted, double)]
print(f"log-likelihood: float32 on 0..1 {ends[0]:.1f}, float64 on 0..255 {ends[1]:.1f} nats a patch")
print(f"our floor 1 is {1 / 255**2:.2e} on 0..1; scikit-learn's default 1e-6 there means {1e-6 * 255**2:.3f}")

# %% [markdown]
# Our floor of 1 squared gray level lies far above the rounding, 0.015, and both fits end at -44.4 nats a patch: float32
# loses nothing that shows. A floor *below* the rounding would drown in it, so for such a floor `mixture.fit` computes in
# float64. And a floor has units: 1 on 0..255 is 1.54e-05 on 0..1, and scikit-learn's default 1e-6 would mean 0.065
# squared gray levels there, but 1e-6 on 0..255.
#
# ## 6. What a prior has learned
#
# Fits with many components take minutes, so the package ships them: `priors.digit_prior(m, K)` is a mixture fitted to 50
# 000 random patches of the training digits (20 000 for $m = 16$) with a floor of 1 squared gray level. The recipe has one
# more turn for $m = 4$ and $5$, which section 10 explains.

# %%
prior = priors.digit_prior(8, 20)
order = np.argsort(-prior.weights)
titles = [f"{w:.3f}" for w in prior.weights[order]]
caption = "Means of the prior with m = 8, K = 20, and their weights"

# %% [markdown]
# ### Twenty kinds of patches
#
# We open the prior with $m = 8$ and $K = 20$, heaviest component first.
#
# The figure shows the twenty means on one gray range, with their weights. The first is black. The others are soft bright
# areas: along one side, in one corner, as a bar upright, lying or slanted, and a few filled patches.

# %%
plots.patch_gallery(prior.means[order], titles, 10, caption)
plt.show()

# %%
print("weights", prior.weights[order].round(3))

# %% [markdown]
# Not one of them is a digit, and an 8 x 8 window could not show one. They are the parts that strokes are made of: black
# background (weight 0.155), edges that enter from one side, corners, bars at several slants, and bends. The fourth
# (0.074), gray all over, is of another kind; we come to it now.
#
# ### The directions in which a component varies
#
# A mean is one patch. What a component *allows* is in its covariance: $S_k = U \operatorname{diag}(\lambda) U'$, and a
# draw is $\mu_k + \sum_i \sqrt{\lambda_i}\, \varepsilon_i u_i$ with independent standard normal $\varepsilon_i$ (lesson
# 01). An eigenvector $u_i$ with large $\lambda_i$ is a picture that may be added or subtracted freely; one with small
# $\lambda_i$ is all but forbidden.
#
# The figure shows four components of this prior, a row each: the mean in gray, then the six leading eigenvectors in
# orange (negative) and purple (positive), with the standard deviation $\sqrt{\lambda_i}$ along each. First row the black
# component, second an edge at the left border, third a slanted stroke, fourth the gray component.

# %%
which = order[[0, 1, 9, 3]]
for k in which:
    falling = prior.eigen[0][k, ::-1]
    held = (falling.cumsum() < 0.95 * falling.sum()).sum() + 1
    widest = np.sqrt(falling[:2]).round()
    print(f"weight {prior.weights[k]:.2f}: {held:2} directions hold 95 % of the variance, widest two {widest} gray levels")
plots.eigen_rows(prior, which, 6, "Leading eigenvectors of four components, m = 8, K = 20")
plt.show()

# %% [markdown]
# The black component may light single pixels in two corners, by 16 and 15 gray levels; all else is crumbs of 1 gray
# level, and 37 directions are needed to collect 95 % of them. The edge needs 9 directions. It varies along the border
# alone: the whole edge brighter or darker (246 gray levels), then its upper against its lower half (193), and the inside
# of the patch stays black.
#
# The slanted stroke needs 23. Its first picture is bright on one side and dark on the other: added to the mean it
# *shifts* the stroke (313); the next makes it wider or brighter (268). The gray component is different: 28 directions,
# and smooth waves over the whole patch: a component for the rest. So the mixture has found, from gray levels alone, what
# one would have named by hand: flat, edges by direction, strokes, the rest.
#
# ## 7. What K does: from blobs to strokes
#
# More components, more kinds of patches.

# %%
means = {}
for K in (1, 5, 11):
    fit = priors.digit_prior(8, K)
    means[f"K = {K}"] = fit.means[np.argsort(-fit.weights)]

# %% [markdown]
# The figure shows the means of three priors with $m = 8$, a row each, heaviest first: one gray blur for $K = 1$; for
# $K = 5$ a filled patch, black, and three bright sides; for $K = 11$ also bars and corners. The gallery above continues
# the row.

# %%
plots.patch_rows(means, "Means of priors with m = 8")
plt.show()

# %%
for K in (1, 5, 11):
    fit = priors.digit_prior(8, K)
    spread = np.sqrt(np.trace(fit.cov) / 64)
    print(f"K = {K:2}: mean gray level {fit.mean.mean():.1f}, standard deviation {spread:.1f} of the whole mixture")

# %% [markdown]
# The whole mixture has the same mean, 54.7, and the same spread, 94.9, for each of the three. That is no accident. Put
# (M7) into the mean $\sum_k \pi_k \mu_k$ and into $\sum_k \pi_k (S_k + \mu_k \mu_k')$: since $\sum_k r_{nk} = 1$, both
# become plain averages over the data, of $x_n$ and $x_n x_n'$ (up to the floor). $K$ cannot change mean and covariance of
# the whole. What it changes is how they are *explained*.
#
# ### What does a prior think a patch looks like?
#
# The most direct question to a prior is: *what do you think a patch looks like?* The lesson asks the reader's own priors
# for $m = 5$; here are the shipped ones for $m = 8$.

# %%
rng = np.random.default_rng(44)
rows = {"held-out digits": patches.sample_patches(test, 8, 12, rng)}
for K in (1, 5, 50):
    rows[f"K = {K}"] = priors.digit_prior(8, K).sample(12, rng)
caption = "Real patches, and samples from priors with m = 8"

# %% [markdown]
# The figure shows twelve patches of 8 x 8 pixels in each of four rows, levels outside 0..255 cut to black and white: real
# ones from held-out digits, then samples for $K = 1$, $5$ and $50$. The single Gaussian gives clouds without an edge;
# with 5 components dark and bright areas part; with 50 there are black patches, corners and bent bars with clear edges.

# %%
plots.patch_rows(rows, caption)
plt.show()

# %%
for label, row in rows.items():
    print(f"{label:15}: gray levels from {row.min():5.0f} to {row.max():4.0f}")

# %% [markdown]
# Behind the clouds lie gray levels from -207 to 373, and even $K = 50$ reaches 549 in one of its twelve patches. Looking
# is not measuring. Two numbers for 4 000 samples: the share of pixels that are black within 10 gray levels, and the share
# of pixels outside $-10..265$, where no gray level can be. And one for the prior itself: by (M4) its covariance is
# $\sum_k \pi_k S_k$, the variance *within* the components, plus the scatter of their means. How much of the trace lies
# within?

# %%
rng = np.random.default_rng(45)
real = patches.sample_patches(test, 8, 4000, rng)
dark, outside = (np.abs(real) <= 10).mean(), ((real < -10) | (real > 265)).mean()
print(f"real  : black pixels {dark:.0%}, impossible {outside:.0%}")
for K in (1, 5, 11, 20, 50):
    fit = priors.digit_prior(8, K)
    z = fit.sample(4000, rng)
    dark, outside = (np.abs(z) <= 10).mean(), ((z < -10) | (z > 265)).mean()
    within = np.tensordot(fit.weights, fit.covs, 1).trace() / fit.cov.trace()
    print(f"K = {K:2}: black pixels {dark:.0%}, impossible {outside:.0%}, variance within the components {within:.0%}")

# %% [markdown]
# Real patches are 71 % black. The single Gaussian makes 7 % of the pixels black and puts 26 % where no gray level can be;
# $K = 50$ reaches 55 % and 10 %. With $K = 50$ knowing the component explains more than half of the variance, only 45 %
# is left within. More components come closer, step by step. None arrives: a Gaussian has tails on both sides, and gray
# levels have ends. A prior can be useful without being true.
#
# ## 8. What m does: context against difficulty
#
# A larger patch sees more of the stroke. It also has more that can vary, and the same $K$ must cover it. We take $K = 11$
# throughout.
#
# The figure shows, for $m = 4$, $8$ and $16$, a row of eleven real patches, a row of eleven samples from the prior with
# $K = 11$, and a row of its eleven means, heaviest first. At 4 x 4 real and sampled rows are hard to tell apart; at
# $m = 16$ the real row shows parts of digits, the sampled one restless clouds, and the means are blurred loops, sides and
# bars.

# %%
rng = np.random.default_rng(46)
by_size = {}
for m in (4, 8, 16):
    fit = priors.digit_prior(m, 11)
    real, drawn = patches.sample_patches(test, m, 4000, rng), fit.sample(4000, rng)
    by_size |= {f"m = {m}, real": real[:11], f"m = {m}, samples": drawn[:11]}
    by_size[f"m = {m}, means"] = fit.means[np.argsort(-fit.weights)]
    dark = [(np.abs(z) <= 10).mean() for z in (real, drawn)]
    within = np.tensordot(fit.weights, fit.covs, 1).trace() / fit.cov.trace()
    print(f"m = {m:2}: black pixels, real {dark[0]:.0%}, sampled {dark[1]:.0%}; variance within the components {within:.0%}")
plots.patch_rows(by_size, "Real patches, samples and means for K = 11 and three patch sizes")
plt.show()

# %% [markdown]
# At $m = 4$ the samples have 67 % black pixels where real patches have 77 %; at $m = 16$ it is 27 % where they have 66 %.
# At $m = 4$ the eleven components explain 73 % of the variance and keep 27 % within; at $m = 16$ it is the other way
# round, 83 % lies within, and each mean must serve very different pieces of digits. So it is blurred. Eleven components
# can list the kinds of tiny patches, but not the kinds of large ones.
#
# ## 9. The score: digits not seen
#
# Which prior is better? The one that gives held-out patches the higher density. We compute the mean log-likelihood per
# pixel twice: on 5000 of the very patches that the prior was fitted to (the recipe draws them with seed 0), and on 5000
# patches of held-out digits.

# %%
scores = {}
print("            entirely black  K =" + "".join(f"{K:7}" for K in (1, 5, 11, 20, 50, 200)))
for m in (4, 5, 8, 16):
    counts = (1, 5, 11, 20, 50, 200)[: 4 if m == 16 else 6]
    seen = patches.sample_patches(train, m, priors.n_patches(m), np.random.default_rng(0))[:5000]
    held_out = patches.sample_patches(test, m, 5000, np.random.default_rng(47))
    fits = [priors.digit_prior(m, K) for K in counts]
    scores[m] = counts, *(np.array([fit.log_density(z).mean() / m**2 for fit in fits]) for z in (seen, held_out))
    for name, z, values in zip(("seen", "held out"), (seen, held_out), scores[m][1:]):
        print(f"m = {m:2} {name:8}{(z == 0).all(axis=1).mean():10.0%}       " + "".join(f"{value:7.2f}" for value in values))

# %% [markdown]
# The figure shows the table: log-likelihood per pixel against $K$, one colour for each $m$, held-out patches as solid
# lines with dots and the patches of the fit as dashed lines with crosses.

# %%
plots.seen_and_held_out(scores)
plt.show()

# %% [markdown]
# Along every row the seen score rises with $K$, as one expects. The held-out score rises too, at first: nearly all of
# what the prior learns is about handwriting. But for $m = 8$ it falls from $K = 50$ to $K = 200$ (-3.12 to -3.18), and
# for $m = 16$ already from $K = 11$ to $K = 20$ (-4.30 to -4.37), while the seen score still rises. That is overfitting,
# visible only because we held digits out.
#
# Yes, the difference can be negative: for $m = 5$ the held-out patches score higher than the seen ones up to $K = 50$.
# That is the luck of the draw: 43 % of them are black, 41 % of the seen ones. It is there at $K = 1$ as well, where
# little can overfit. What counts is how the gap *grows* along a row.
#
# A caution: compare along a row, with care down a column. Patches of different size are different data, since half of the
# smallest and none of the largest are entirely black, and for $m = 4$ and $5$ the recipe has its extra turn (section 10).
# How much a prior helps *against noise* is measured in lesson 05, in decibels, on the same pixels for all.
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
# The gap follows the gray levels per parameter, roughly. With 30 or more of them it is at most 0.02; with 26 and 14 it is
# 0.08 and 0.05; with 7 or 8 it is 0.19 ($m = 8$, $K = 200$) and 0.14 ($m = 16$, $K = 20$).
#
# Neighbouring gray levels say much the same, so 30 are not a luxury. And a single component has about $D^2/2 = m^4/2$
# parameters: that is the price of a large patch.
#
# ### The extreme: whole digits, m = 28
#
# One patch per digit, $D = 784$, and even $K = 1$ has 308 504 parameters. Its fit needs no EM: mean and covariance of the
# images plus the floor.

# %%
held_out = test.reshape(-1, 784)
for n in (100, 300, 1000, 3000, 9000):
    z = train[:: 9000 // n].reshape(-1, 784)
    whole = Gaussian(z.mean(0), np.cov(z.T, bias=True) + np.eye(784))
    a, b = (whole.log_density(data).mean() / 784 for data in (z, held_out))
    print(f"{n:4} digits: seen {a:5.2f}, held out {b:7.2f} nats a pixel")
print("pixels that are black in all training digits:", int((train.max(axis=0) == 0).sum()))

# %% [markdown]
# The held-out score is much worse: -428.61 against -1.58 a pixel.
#
# A hundred images span at most 99 directions around their mean; in the other 685 the covariance knows only the floor, 1
# squared gray level. There a new digit differs by some 31 gray levels ($31^2/2$ nats in 685 directions are 420 a pixel),
# and that is "impossible". The more digits seen, the *better* the held-out score and the *worse* the seen one: they meet
# from both sides, and with all 9 000 digits 0.14 nats a pixel still part them.
#
# So $m = 28$ overfits even with one component. (Do not read its -3.82 as better than the -4.30 of $m = 16$: 113 pixels
# are black in every training digit, and no window can leave them out.)
#
# ## 10. Near-degenerate components, and the floor that saves them
#
# We met black patches: one point, with the variance 0 in every direction. What does a fit make of them, and of the
# windows that are black but for a row or a corner? We fit 10 000 patches of 4 x 4 pixels with $K = 20$ and the floor 1,
# and count for each component the directions whose variance lies at the floor, below 1.5 squared gray levels.

# %%
tiny = patches.sample_patches(train, 4, 10_000, np.random.default_rng(49))
fine = mixture.fit(tiny, 20, reg_covar=1.0, random_state=0)
at_floor = (fine.eigen[0] < 1.5).sum(axis=1)
heaviest = fine.weights.argmax()
print("components with a direction at the floor:", int((at_floor > 0).sum()), "of 20")
print(f"heaviest component: weight {fine.weights[heaviest]:.2f}, at the floor in {at_floor[heaviest]} of 16 directions")

# %% [markdown]
# Eighteen of the twenty components have at least one direction at the floor, and the heaviest has nothing else: 54 % of
# all patches have become a tiny ball around black. Such a component is *near-degenerate*: almost flat in some directions.
# Without the floor its covariance would be singular, it would have no density, and EM would stop with an error or run
# into the spike.
#
# The same happens to larger patches. The figure shows the standard deviations along all 64 eigenvectors for the four
# components of the prior with $m = 8$, $K = 20$ that we looked at: falling lines on a logarithmic scale; three of them
# end on a dotted line, the floor, and the gray component's stays far above it.

# %%
for k in which:
    reach = np.sqrt(prior.eigen[0][k])
    ends, flat = f"from {reach[0]:4.1f} to {reach[-1]:3.0f} gray levels", (reach**2 < 1.5).sum()
    print(f"weight {prior.weights[k]:.2f}: {ends}, {flat:2} of 64 directions at the floor")
labels = [f"weight {prior.weights[k]:.2f}, mean level {prior.means[k].mean():.0f}" for k in which]
plots.spectra(prior.eigen[0][which], labels, 1.0)
plt.show()

# %% [markdown]
# The black component is at the floor in 62 of 64 directions, the edge in 41, the slanted stroke in 10. The gray component
# is at least 19 gray levels wide in every direction: it forbids nothing, and so it takes the patches that fit nowhere
# else.
#
# Does the height of the floor matter? It does for the *score*. A component $\mathcal N(0, \rho I)$, with the identity $I$
# and the floor $\rho$, gives a black patch the log density $-\tfrac12 \ln(2 \pi \rho)$ a pixel: as large as we please for
# small $\rho$. We weigh it with the share of black patches among all.

# %%
share = (patches.sample_patches(test, 4, 5000, np.random.default_rng(47)) == 0).all(axis=1).mean()
for floor in (1.0, 0.01, 0.0001):
    at_black = Gaussian(np.zeros(16), floor * np.eye(16)).log_density(np.zeros(16)) / 16
    print(f"floor {floor:6}: black patch {at_black:5.2f} nats a pixel; in the mean over all patches {share * at_black:5.2f}")

# %% [markdown]
# Each step down by a factor of 100 wins another 1.2 nats a pixel on all patches together, and nothing has been learned.
# So scores are comparable at equal floors only, and the value of a score says little by itself.
#
# Does it matter for *denoising*? Lesson 02 found that along an eigenvector with variance $\lambda$ the fraction
# $\lambda / (\lambda + \sigma^2)$ of what is observed passes into the estimate. At the floor 1 and $\sigma = 25$ this is
# $1/626$, less than 0.2 %; at a floor of 0.01 it is a hundredth of that. So the floor keeps every density finite and
# every covariance invertible, and costs the denoiser next to nothing.
#
# The report met the same trouble and treated it at the other end: it adds 0.01 to the *posterior* covariance (lesson 02
# showed what that does).
#
# ### A higher likelihood is not a better denoiser
#
# The likelihood cares much for the last gray level of almost black patches, which no denoiser can see under noise. Should
# the fit look away from it?
#
# We fit the same patches once more with a floor of 300, a standard deviation of 17 gray levels. The fine means and
# covariances then come from one M-step with the floor 1. The quality of a denoised image is its peak signal-to-noise
# ratio (PSNR) in decibels, (P3) in lesson 05; more is better.

# %%
rough = mixture.fit(tiny, 20, reg_covar=300.0, random_state=0)
coarse = mixture.m_step(tiny, mixture.responsibilities(rough, tiny), reg_covar=1.0)
new = patches.sample_patches(test, 4, 5000, np.random.default_rng(47))
for label, mix in (("floor 1 throughout", fine), ("sorted at floor 300", coarse)):
    flat = int((mix.eigen[0] < 1.5).sum())
    held = f"held out {mix.log_density(new).mean() / 16:.1f} nats a pixel"
    print(f"{label:19}: {held}, {flat / 320:.0%} of the directions at the floor")

# %%
clean = test[9::10]
for sigma in (50, 100):
    noisy = images.add_noise(clean, sigma, np.random.default_rng(50))
    restored = [np.clip(denoising.denoise(noisy, mix, sigma), 0, 255) for mix in (fine, coarse)]
    decibels = [images.psnr(z, clean).mean() for z in restored]
    print(f"sigma {sigma:3}: floor 1 throughout {decibels[0]:.1f} dB, sorted at floor 300 {decibels[1]:.1f} dB")

# %% [markdown]
# The fit that was sorted at the coarse floor loses 0.6 nats a pixel and yet gains 0.2 to 0.3 dB. It has spent its twenty
# components on structure that one can see: 8 % of its directions lie at the floor, where the other fit has 30 %. This is
# the extra turn in the recipe of our priors for $m = 4$ and $5$; those for $m = 8$ and $16$ go without it. The likelihood
# is a good guide, but the goal is another one.
#
# ## 11. Many digits beat many patches
#
# A fit takes time in proportion to the number of patches, so we can afford only so many. Which 2 880? All windows of 5
# digits, or the same number drawn at random from 2 000 digits? We take $m = 5$, $K = 11$, and six repetitions with
# different digits.

# %%
held_out = patches.sample_patches(test, 5, 4000, np.random.default_rng(48))
outcome = []
for seed in range(6):
    rng = np.random.default_rng(seed)
    few = patches.extract_patches(train[rng.choice(9000, 5, replace=False)], 5).reshape(-1, 25)
    many = patches.sample_patches(train[rng.choice(9000, 2000, replace=False)], 5, len(few), rng)
    outcome.append([mixture.fit(z, 11, random_state=seed).log_density(held_out).mean() for z in (few, many)])

# %%
few_digits, many_digits = np.mean(outcome, axis=0)
print(f"{len(few)} patches of 5 digits {few_digits:.0f}, of 2000 digits {many_digits:.0f} nats a patch, held out")
print("many digits win in at least five of six:", sum(b > a for a, b in outcome) >= 5)

# %% [markdown]
# With the same number of patches, and so the same cost, patches from many digits win by about 2 nats a patch. The windows
# of one digit overlap and share one pen, one slant, one hand: they are many, but they say little that is new. This is why
# `patches.sample_patches` draws from all images.
#
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by
# SymPy where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is
# relative to the largest number of the right answer, or to 1 where that is smaller.

# %%
ledger.table("04")

# %% [markdown]
# Read the row (M7): a numerical gradient of the expected log joint vanishes at the new weights, means and covariances, up
# to the error of the differences that approximate it.
#
# ## References
#
# - A. Dempster, N. Laird, D. Rubin, *Maximum likelihood from incomplete data via the EM algorithm*, J. Royal Statistical
#   Society B 39, 1977. doi:10.1111/j.2517-6161.1977.tb01600.x
# - C. Bishop, *Pattern Recognition and Machine Learning*, Springer 2006, chapter 9: mixtures and EM.
# - D. Zoran, Y. Weiss, *From learning models of natural image patches to whole image restoration*, ICCV 2011.
#   doi:10.1109/ICCV.2011.6126278
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proc. IEEE 86,
#   1998 (MNIST). doi:10.1109/5.726791
