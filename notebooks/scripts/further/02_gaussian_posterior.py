# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: further//_gaussian_posterior.ipynb,scripts/further//_gaussian_posterior.py:percent
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
# # 02 The Gaussian posterior: further
#
# This companion of [lesson 02](../02_gaussian_posterior.ipynb) holds what the core leaves out: the posterior by the blocks of the joint
# precision, the proofs that the two forms agree, a covariance that cannot become negative, exact measurements, a prior that is too sure, where
# the gain of a patch comes from, two lines of the first report, and the ledger.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from course_lib import datasets, gaussian, patches, priors
from course_lib.classroom import ledger, plots
from course_lib.gaussian import Gaussian, LinearGaussian

# %%
pixel = Gaussian([120], [[900]])
pair = Gaussian([120, 100], [[900, 720], [720, 1600]])
channel = LinearGaussian([[0.5, 0.5], [0, 1], [1, -1]], [0, 0, 10], np.diag([100, 400, 25]))
y = np.array([150, 140, 25])
by_precision = gaussian.posterior_by_precision(pair, channel, y)
print("mean", by_precision.mean.round(4), " covariance", by_precision.cov.round(4).tolist())

# %% [markdown]
# ## 1. By the blocks of the joint precision
#
# Take the precision of the joint distribution and condition with it. The blocks of (G5), with $z$ first, are $L_{11} = S^{-1} + W'R^{-1}W$ and $L_{12} = -W'R^{-1}$. Put into (G3), the covariance is $L_{11}^{-1} = C$, and the mean is
#
# $$\mu - L_{11}^{-1}L_{12}(y - W\mu - b) = \mu + C\,W'R^{-1}(y - b - W\mu).$$
#
# To see that this is (G6), write $\mu = C\,C^{-1}\mu = C\,(S^{-1} + W'R^{-1}W)\,\mu$. Then
#
# $$C\,\big(S^{-1}\mu + W'R^{-1}W\mu + W'R^{-1}(y-b) - W'R^{-1}W\mu\big) = C\,\big(S^{-1}\mu + W'R^{-1}(y-b)\big),$$
#
# since the terms with $W\mu$ cancel.

# %%
joint = gaussian.joint(pair, channel)
by_blocks = gaussian.condition_by_precision(joint, seen=[2, 3, 4], value=y)
agree = [np.allclose(by_blocks.mean, by_precision.mean, rtol=1e-9), np.allclose(by_blocks.cov, by_precision.cov, rtol=1e-9)]
print("(G5) and (G3) give (G6), mean and covariance:", agree)

# %% [markdown]
# ## 2. Why the two forms agree
#
# ### The Woodbury identity
#
# (G6) and (G8) must agree when both make sense, as both are right. It is worth seeing it in matrices. Write $V = WSW' + R$. The claim for the covariances is the **Woodbury identity**
#
# $$(S^{-1} + W'R^{-1}W)^{-1} = S - SW'V^{-1}WS.$$
#
# To prove that a matrix is the inverse of another, multiply the two:
#
# $$(S^{-1} + W'R^{-1}W)(S - SW'V^{-1}WS) = I - W'V^{-1}WS + W'R^{-1}WS - W'R^{-1}(WSW')V^{-1}WS.$$
#
# In the last term put $WSW' = V - R$, so that $R^{-1}(V - R)V^{-1} = R^{-1} - V^{-1}$. It becomes $-W'R^{-1}WS + W'V^{-1}WS$ and cancels the two terms before it. What is left is $I$. The matrices are square, so a one-sided inverse is the inverse.
#
# ### The gain, by pushing $W$ through
#
# The claim for the gains is $SW'V^{-1} = C\,W'R^{-1}$ with $C = (S^{-1} + W'R^{-1}W)^{-1}$. Look at one product in two ways:
#
# $$(S^{-1} + W'R^{-1}W)\,SW' = W' + W'R^{-1}WSW' = W'R^{-1}(R + WSW') = W'R^{-1}V.$$
#
# So $C^{-1}SW' = W'R^{-1}V$; multiply by $C$ from the left and $V^{-1}$ from the right. This is called the push-through identity, because $W'$ is pushed from one side of an inverse to the other.
#
# For the means, section 1 has shown that (G6) equals $\mu + C\,W'R^{-1}(y - b - W\mu)$, and $C\,W'R^{-1} = G$. So (G8) is (G6), wherever (G6) exists.

# %%
S, W, R = pair.cov, channel.matrix, channel.noise_cov
C = np.linalg.inv(np.linalg.inv(S) + W.T @ np.linalg.inv(R) @ W)
V = W @ S @ W.T + R
print("Woodbury:", np.allclose(C, S - S @ W.T @ np.linalg.inv(V) @ W @ S, rtol=1e-9))
print("push-through:", np.allclose(S @ W.T @ np.linalg.inv(V), C @ W.T @ np.linalg.inv(R), rtol=1e-9))

# %% [markdown]
# The function that is (G8) is `gaussian.posterior`, and it is the one that all of the course uses.

# %%
after = gaussian.posterior(pair, channel, y)
print("mean", after.mean.round(4))
agree = [np.allclose(after.mean, by_precision.mean, rtol=1e-10), np.allclose(after.cov, by_precision.cov, rtol=1e-9)]
print("equal to (G6), mean and covariance:", agree)

# %% [markdown]
# The same mean, $(153.6763, 138.9149)$, and the same covariance.
#
# A remark on rounding: $S - GWS$ is a difference, and in floating point it can lose its symmetry or a tiny eigenvalue's sign. The library computes the equal expression $(I - GW)\,S\,(I - GW)' + G R G'$, as a product of a matrix with its own transpose, which cannot become negative. It is the covariance of the error $z - m = (I - GW)(z - \mu) - G\,\text{noise}$. To see that it equals $C$, multiply out and use $GV = SW'$:
#
# $$S - GWS - SW'G' + G\,(WSW' + R)\,G' = S - GWS - SW'G' + SW'G' = S - GWS.$$

# %%
G = S @ W.T @ np.linalg.inv(V)
A = np.eye(2) - G @ W
print("the error's covariance:", np.allclose(A @ S @ A.T + G @ R @ G.T, S - G @ W @ S, rtol=1e-9))

# %% [markdown]
# ## 3. Little noise, much noise, no noise
#
# The prior is $120 \pm 30$, the reading 200; the core draws both limits, here are their numbers.

# %%
for s in (0.1, 30, 3000):
    g = gaussian.posterior(pixel, LinearGaussian([[1]], [0], [[s**2]]), [200])
    print(f"noise {s:6.1f}: mean {g.mean[0]:8.4f}, standard deviation {np.sqrt(g.cov[0, 0]):7.4f}")

# %% [markdown]
# With hardly any noise we believe the reading, 199.9991, and are as sure as the camera, 0.1; with enormous noise we keep the prior, 120.0080 and 29.9985. At noise 30, equal to the prior's spread, the mean is halfway, 160, and the spread is $30/\sqrt2 = 21.2132$. Since precisions add, the posterior is never wider than the prior or the noise.
#
# In (G8) both limits are one line when $W = I$, $R = \sigma^2 I$ and $S$ is invertible: $G = S(S + \sigma^2 I)^{-1}$ goes to $I$ for $\sigma \to 0$ and to $0$ for $\sigma \to \infty$. Zero noise itself is allowed in (G8), but not in (G6).

# %%
exact = gaussian.posterior(pair, LinearGaussian(np.eye(2), np.zeros(2), np.zeros((2, 2))), [200, 90])
print("mean", exact.mean.round(9), " variances below 1e-9:", np.diag(exact.cov).max() < 1e-9)

# %% [markdown]
# ## 4. A prior that is too sure
#
# The core restores the corners of held-out digits with the sample covariance of the training corners, and one with much ink gets worse. Does it
# help to make every variance a little larger?

# %%
train, _ = datasets.digits("train")
test, labels = datasets.digits("test")
corner = train[:, :8, :8].reshape(-1, 64)
never = corner.max(axis=0) == 0
corner_prior = Gaussian(corner.mean(axis=0), np.cov(corner.T))
print(f"{len(corner)} corners, {never.sum()} of 64 pixels never lit, rank {np.linalg.matrix_rank(corner_prior.cov)}")
print("pixels 20, 21 and 22 were lit only in digits", np.flatnonzero(corner[:, 20:23].any(axis=1)))

# %% [markdown]
# The rank is 33 and not 34, because three pixels were lit only in the same two digits, 5823 and 5840: one combination of the three never
# varies either.

# %%
def rms(difference):
    return np.sqrt(np.mean(difference**2))


camera25 = LinearGaussian(np.eye(64), np.zeros(64), 25**2 * np.eye(64))
corners = test[:, :8, :8].reshape(-1, 64)
noisy_corners = corners + 25 * np.random.default_rng(2).standard_normal(corners.shape)

# %%
worst = corners.sum(axis=1).argmax()
std = np.sqrt(np.diag(corner_prior.cov))
g = gaussian.posterior(corner_prior, camera25, noisy_corners[worst])
print(f"error before {rms(noisy_corners[worst] - corners[worst]):.2f}, after {rms(g.mean - corners[worst]):.2f} gray levels")
lit = corners[worst] > 128
print(f"{lit.sum()} bright pixels, {corners[worst, lit].mean():.0f} gray levels, prior std {std[lit].mean():.0f}")
print("estimate and variance vanish where never lit:", np.allclose(g.mean[never], 0), np.allclose(np.diag(g.cov)[never], 0))

# %%
loaded = Gaussian(corner_prior.mean, corner_prior.cov + np.eye(64))
g = gaussian.posterior(loaded, camera25, noisy_corners[worst])
print(f"one squared gray level added to each variance: after {rms(g.mean - corners[worst]):.2f} gray levels")

# %% [markdown]
# It gets worse, from 22.43 to 59.34. Its 13 bright pixels have a gray level of 240 on average, where the prior allows a standard deviation of 22: less than the noise, so the ink is taken for noise. And where the prior is certain, the posterior is certain too, 0 with no variance, whatever was read.
#
# What is rare in 9000 digits does happen in the next thousand. The fitted priors of the course add one squared gray level to every variance: that makes each matrix invertible, but does not save this corner, 59.27. It needs a prior that also knows bright corners, as kinds of their own. That is lesson 03.
#
# ## 5. Where the gain comes from
#
# One Gaussian for all digit patches brought noise of 25 gray levels down to 20: which directions give that gain?

# %%
fitted = priors.digit_prior(8, 1)
patch_prior = Gaussian(fitted.means[0], fitted.covs[0])
clean = patches.extract_patches(test[350], 8)[10 * 21 + 10]
noisy = clean + 25 * np.random.default_rng(3).standard_normal(64)
several = patches.sample_patches(test, 8, 20_000, np.random.default_rng(2))
extreme = np.mean((several < 10) | (several > 245))
print(f"fitted to {priors.n_patches(8)} patches, average gray level {patch_prior.mean.mean():.1f}")
print(f"pixels within 10 gray levels of black or white: {100 * extreme:.0f} %")

# %% [markdown]
# The estimate is linear in $y$, so its mean square error needs only the mean and the covariance of the patches, never the shape of their distribution. Digit patches are far from Gaussian (83 % of their pixels are nearly black or nearly white), and a rule that knows more than two moments can do better. That is what the mixture of lesson 03 is for.
#
# The figure shows the factor $\lambda_i/(\lambda_i + \sigma^2)$ of the 64 directions in falling order of variance, one curve for each noise level. Each starts near 1, and the stronger the noise, the faster and deeper it falls.

# %%
lam = np.linalg.eigvalsh(patch_prior.cov)[::-1]
plots.shrinkage(lam, (10, 25, 50))
plt.show()

# %%
print(f"prior variances from {lam[-1]:.0f} to {lam[0]:.0f}")
for s in (10, 25, 50):
    factors = lam / (lam + s**2)
    print(f"noise {s}: {(factors > 0.5).sum()} of 64 factors above one half, last {factors[-1]:.2f}, sum {factors.sum():.1f}")

# %% [markdown]
# The prior variances span 141772 to 185, and the last factors are 0.65, 0.23 and 0.07. At noise 25 the factors add up to 41.1 of 64. The remaining mean square error is $\sigma^2$ times the average factor, so its root is $25\sqrt{41.1/64} = 20.0$, as claimed; of 43 directions more than half is kept. At noise 10 that is so for all 64 (sum 57.0), at noise 50 for only 21 (sum 26.2). Lesson 04 shows what such directions look like.
#
# ## 6. Two lines of the first report
#
# ### Erratum 3: a ridge on the wrong matrix
#
# Against singular matrices, the report's code adds $0.01\,I$, a *ridge*, to the posterior covariance $C$, and computes the mean with that sum: $(C + 0.01\,I)\,h$ in place of $Ch$, where $h = S^{-1}\mu + W'R^{-1}(y-b)$. For one direction with prior variance $v$ and $W = 1$ we have $C^{-1} = 1/v + 1/\sigma^2$ and $h = C^{-1}m$, so the mean becomes
#
# $$(C + 0.01)\,C^{-1}m = \Big(1 + \frac{0.01}{v} + \frac{0.01}{\sigma^2}\Big)\,m \approx \Big(1 + \frac{0.01}{v}\Big)\,m \quad\text{for } v \ll \sigma^2.$$
#
# **Predict:** for which $v$ is this harmless? Prior mean 120, noise 25, reading 130.

# %%
for v in (200, 1, 0.01, 1e-6):
    C = 1 / (1 / v + 1 / 625)
    h = 120 / v + 130 / 625
    print(f"prior variance {v:8g}: right {C * h:8.3f}, report {(C + 0.01) * h:12.3f}, ratio minus 1: {0.01 / C:.5g}")

# %% [markdown]
# At the variance 200, near the smallest of our fitted patch prior (185), the ridge changes the fifth digit. At 1 the mean is 1 % too large. At 0.01 it doubles the mean, and at $10^{-6}$, scikit-learn's default for a pixel that never varies, it makes 120 into more than a million.
#
# Here is the same in 64 dimensions: a component that owns only 40 patches, fewer than it has pixels, saved by $10^{-6}$ on its diagonal. We take any 40 patches, and then 40 patches full of ink.

# %%
pool = patches.sample_patches(train, 8, 2000, np.random.default_rng(4))
for name, own in (("any 40 patches", pool[:40]), ("40 patches with ink", pool[pool.mean(axis=1) > 100][:40])):
    thin = Gaussian(own.mean(axis=0), np.cov(own.T) + 1e-6 * np.eye(64))
    right = gaussian.posterior(thin, camera25, noisy)
    report = right.mean + 0.01 * (np.linalg.solve(thin.cov, thin.mean) + noisy / 625)
    blacks = (own.max(axis=1) == 0).sum()
    print(f"{name} ({blacks} black): error right {rms(right.mean - clean):.1f}, report {rms(report - clean):.2g} gray levels")

# %% [markdown]
# With any 40 patches the ridge does nothing: 49.4 and 49. (So few patches make a poor prior, worse than the noisy patch with its 26.71.) Six of them are entirely black, and since 0 is the mean plus a deviation from it, the mean lies in the span of the deviations, where variances are large.
#
# A component that owns strokes has no black patches. There the right rule errs by 29.8, poor but a picture, and the report's by some 190 000 gray levels. The remedy is to regularise the *prior's* covariance, as our fits do, or to use (G8), which needs no help.
#
# ### Erratum 5: a standard deviation named variance
#
# The report's function has an argument `variance` and squares it to build $R$: it is a standard deviation. A reader who trusts the name passes $25^2 = 625$. (Also, the report states $\sigma = 20$ for its figure, but the call that draws it leaves the default of 25.)

# %%
for noise_std in (20, 25, 625):
    g = gaussian.posterior(pixel, LinearGaussian([[1]], [0], [[noise_std**2]]), [200])
    print(f"noise std {noise_std:3d}: mean {g.mean[0]:.2f}, standard deviation {np.sqrt(g.cov[0, 0]):.2f}")

# %% [markdown]
# Between 20 and 25 the mean moves by 8 gray levels, from 175.38 to 167.21. Who passes 625 gets 120.18: the picture is thrown away and the prior mean returned. In this course every width of noise is a standard deviation, and is called `noise_std`.
#
# ## 7. The ledger
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %%
ledger.table("02")

# %% [markdown]
# Read the row (G8): the gain form agrees with a posterior that was integrated by quadrature, for singular $S$ as well. "G8 a" is
# the Woodbury identity and "G8 b" the step that pushes $W$ through, both for blocks of every size.
#
# ## References
#
# - Report 1, theory question 1 (posterior) and simulation question 3 (the function `cal_mean`).
# - W. W. Hager, "Updating the inverse of a matrix", *SIAM Review* 31 (1989), DOI [10.1137/1031049](https://doi.org/10.1137/1031049), for the Woodbury identity.
# - H. V. Henderson, S. R. Searle, "On deriving the inverse of a sum of matrices", *SIAM Review* 23 (1981), DOI [10.1137/1023004](https://doi.org/10.1137/1023004), for push-through.
