# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: further//_posterior_gmm.ipynb,scripts/further//_posterior_gmm.py:percent
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
# # 03 The posterior of a mixture: further
#
# This companion of [lesson 03](../03_posterior_gmm.ipynb) holds what the core leaves out: the identity of its derivation at random points, weights as a function of the observation,
# two pixels of which one is seen, what the first report lost and what that costs, posterior samples and their price, holes filled in four ways, why a mixture is a good prior,
# a reading that makes us less sure, and the ledger.

# %%
# %matplotlib inline
import itertools

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats
from scipy.special import logsumexp

from course_lib import datasets, denoising, gaussian, mixture, patches, priors
from course_lib.classroom import ledger, plots

# %%
prior = mixture.Mixture(weights=[0.8, 0.2], means=[[20.0], [200.0]], covs=[[[20.0**2]], [[30.0**2]]])
channel = gaussian.LinearGaussian(matrix=[[1.0]], offset=[0.0], noise_cov=[[50.0**2]])
y, z = np.array([136.0]), np.arange(-400.0, 601.0, 0.5)
exact = mixture.posterior(prior, channel, y)

# %%
brute = np.exp(prior.log_density(z[:, None])) * stats.norm.pdf(y[0], loc=z, scale=50.0)
brute /= brute.sum() * 0.5
formula = np.exp(exact.log_density(z[:, None]))
print("largest difference from the grid below 1e-10 of the peak:", np.abs(formula - brute).max() < 1e-10 * brute.max())

# %% [markdown]
# ## 1. The identity of the derivation
#
# The product of prior and likelihood inside a component is $p_k(y)$ times a posterior. Is it? We take two pixels, a channel that mixes them, and random points.

# %%
part = gaussian.Gaussian([25.0, 90.0], [[400.0, 150.0], [150.0, 900.0]])
mixer = gaussian.LinearGaussian(matrix=[[0.5, 0.5]], offset=[40.0], noise_cov=[[5.0**2]])
some_y, some_z = np.array([120.0]), np.random.default_rng(0).normal(60, 40, size=(1000, 2))
left = part.log_density(some_z) + stats.norm.logpdf(some_y, some_z @ mixer.matrix[0] + 40, 5)
right = gaussian.predictive(part, mixer).log_density(some_y) + gaussian.posterior(part, mixer, some_y).log_density(some_z)
print("both sides agree at 1000 points, to ten digits:", np.allclose(left, right, rtol=1e-10))

# %% [markdown]
# They agree at every point.
#
# ## 2. Weights as a function of the observation
#
# By hand:

# %%
p_k = np.array([np.exp(gaussian.predictive(part, channel).log_density(y)) for part in mixture.components(prior)])
by_hand = prior.weights * p_k / (prior.weights @ p_k)
print("p_k(y) of board and chalk:", p_k.round(5))
print("weights by hand:", by_hand.round(4), " equal:", np.allclose(by_hand, exact.weights))

# %% [markdown]
# Chalk predicted the value 136 about five times as well as board did (0.00375 against 0.00073), and that outweighs
# its fourfold rarity. In machine learning the numbers $p(k\mid y)$ are called *responsibilities*, here of the
# **predictive mixture** $p(y)=\sum_k\pi_k\,p_k(y)$: (G7) applied to each component, with the weights unchanged.

# %%
predictive = mixture.predictive(prior, channel)
levels = np.arange(-100.0, 351.0, 1.0)
curves = mixture.responsibilities(predictive, levels[:, None])
print("weight of chalk at y = 60, 136, 200:", curves[np.isin(levels, (60, 136, 200)), 1].round(3))
print("first level where chalk outweighs board:", levels[(curves[:, 1] > 0.5).argmax()])

# %% [markdown]
# The figure shows the two weights as functions of the observation: the curve of board falls from 1 to 0 as $y$ grows,
# that of chalk rises, and they cross just below 132. The thin dotted lines are the prior weights 0.8 and 0.2, which
# ignore $y$.

# %%
title = "Posterior weights depend on what was seen"
plots.weight_curves(levels, curves, prior.weights,
                    ("board", "chalk"), title)
plt.show()

# %% [markdown]
# At $y=60$ chalk has weight 0.017, at 136 it has 0.563, at 200 it has 0.984. One line cannot stand for that curve.
# But there *is* a relation between the curve and the dotted line: averaged over all observations, the weight is the
# prior weight, $\int p(y)\,\pi_k(y)\,dy=\int\pi_k\,p_k(y)\,dy=\pi_k$.

# %%
wide = np.arange(-600.0, 900.0)[:, None]
average = np.exp(predictive.log_density(wide)) @ mixture.responsibilities(predictive, wide)
print("average of the posterior weights:", average.round(6))

# %% [markdown]
# The average is 0.8 and 0.2: prior weights are right on average, and wrong for the pixel in front of us.
#
# **Two limits.** What should happen when the noise is enormous, and when it vanishes?

# %%
for noise_std in (1e4, 50.0, 1.0):
    limit = gaussian.LinearGaussian([[1.0]], [0.0], [[noise_std**2]])
    post = mixture.posterior(prior, limit, y)
    print(f"noise {noise_std:7.0f}: weights {post.weights.round(3)}, mean {post.mean[0]:.1f}")

# %% [markdown]
# With enormous noise the observation says nothing: weights and mean are those of the prior, 0.8, 0.2 and 56. With
# hardly any noise the mean, 136.1, is the observation, but for a tenth. And the weights of the last line? 136 is
# $(136-20)/20=5.8$ standard deviations of board away from its mean, but only $(200-136)/30=2.1$ of chalk, so the
# label is all but certain.
#
# ## 3. Two pixels, one of them seen
#
# Nothing above needed one dimension. Take two neighbouring pixels: both dark, both bright, or an edge with a bright
# left and a dark right pixel. Only the left pixel is observed, so $W=[1\;\;0]$ is not square and has no inverse.

# %%
pixels = mixture.Mixture([0.5, 0.3, 0.2], [[25.0, 25.0], [205.0, 205.0], [200.0, 40.0]],
                         [[[400.0, 200.0], [200.0, 400.0]], [[900.0, 600.0], [600.0, 900.0]], [[900.0, 0.0], [0.0, 400.0]]])
left_only = gaussian.LinearGaussian([[1.0, 0.0]], [0.0], [[20.0**2]])
post = mixture.posterior(pixels, left_only, [190.0])
print("weights:", post.weights.round(3))
print("means of the other two classes:", post.means[1:].round(1).tolist())

# %% [markdown]
# Having seen 190 on the left we rule out "both dark", whose weight rounds to zero; two classes stay, with weights
# 0.588 and 0.412. The right pixel, never observed, is near 198.1 or near 40. In "both bright" it leans on the
# covariance between the pixels; in the edge class the covariance is zero, so its mean stays 40.
#
# The figure shows the plane of left and right pixel: dashed contours of the prior with three hills, a vertical
# line at the observed 190, and solid contours of the posterior with two hills, one above the other near that line; a
# star, the posterior mean, stands between them.

# %%
side = np.arange(-150.0, 401.0, 2.0)
plane = np.stack(np.meshgrid(side, side), axis=-1)
prior_plane, post_plane = np.exp(pixels.log_density(plane)), np.exp(post.log_density(plane))
plots.plane_posterior(side, side, prior_plane, post_plane, 190.0, post.mean, limits=(-50, 320))
plt.show()

# %% [markdown]
# Is the picture right? A sum over this plane is the referee again. We ask it about a channel with everything in it as
# well: `mixer` from above halves and adds the two pixels ($W=[0.5\;\;0.5]$) and lifts the result by $b=40$.

# %%
for name, ch, seen in (("left only", left_only, 190.0), ("mixer", mixer, 150.0)):
    weight = prior_plane * stats.norm.pdf(seen, plane @ ch.matrix[0] + ch.offset[0], np.sqrt(ch.noise_cov[0, 0]))
    by_sum = (plane * weight[..., None]).sum(axis=(0, 1)) / weight.sum()
    by_formula = mixture.posterior(pixels, ch, [seen]).mean
    equal = np.allclose(by_sum, by_formula)
    print(f"{name:9}: mean by sum {by_sum.round(3)}, by formula {by_formula.round(3)}, equal: {equal}")

# %% [markdown]
# For both channels the posterior mean of (M2) and (M3) equals the sum over the plane: (193.982, 133.014), the star of
# the figure, and (186.885, 34.559), whose average plus 40 is close to the 150 that `mixer` showed. A general $W$ and a
# general $b$ cost nothing extra.
#
# ## 4. The report's weights, and what they cost
#
# The report that this course grew from derives the same components (M3), but states that the posterior keeps the
# **prior** weights (erratum 1). Where does $p_k(y)$ go? The report writes one symbol, $p_Y(y)$, for two quantities:
#
# - the denominator of Bayes' rule for the whole mixture, $p(y)=\sum_j\pi_j\,p_j(y)$;
# - the number that turns $\mathcal N(z\mid\mu_k,S_k)\,\mathcal N(y\mid Wz+b,R)$ into $\mathcal N(z\mid m_k,C_k)$, which is $p_k(y)$.
#
# Dividing component $k$ by the first leaves the ratio $p_k(y)/p(y)$ in front. Calling both $p_Y$ makes the ratio look
# like 1. It is 1 for every $k$ only where all components predict $y$ equally well.

# %%
print("p_k(y) / p(y):", (p_k / (prior.weights @ p_k)).round(3))
reported = mixture.Mixture(prior.weights, exact.means, exact.covs)
print(f"mean with prior weights {reported.mean[0]:.2f}, with (M2) {exact.mean[0]:.2f}")

# %% [markdown]
# The lost factors are 0.547 for board and 2.813 for chalk, and without them the estimate moves from 118.74 to 65.41.

# %%
report_density = np.exp(reported.log_density(z[:, None]))
both = {"posterior with (M2)": formula,
        "the report's, prior weights": report_density}
means = {"mean, (M2)": exact.mean[0],
         "mean, report": reported.mean[0]}

# %% [markdown]
# ### What the lost factor does
#
# The figure shows both posteriors for the observation 136: with the weights of (M2) the two humps are about equally
# high, with prior weights the hump near 36 is nearly twice as high as before and the other has shrunk to a third.

# %%
plots.densities(z, both, "What the lost factor does",
                limits=(-80, 320), marks=means)
plt.show()

# %% [markdown]
# ### What the error costs over many pixels
#
# One observation may be bad luck. **What does the error cost over many?** We draw 20 000 pixels from the prior, pass
# them through the channel, and estimate each one.
#
# A mixture of a single component makes `restore_patches` return that
# component's $m_k(y)$ for every row at once.

# %%
rng = np.random.default_rng(3)
clean = prior.sample(20_000, rng)
noisy = clean + 50 * rng.standard_normal(clean.shape)
singles = [mixture.Mixture([1.0], [part.mean], [part.cov]) for part in mixture.components(prior)]
m_k = np.hstack([denoising.restore_patches(noisy, single, channel) for single in singles])
resp = mixture.responsibilities(predictive, noisy)
estimates = {"observation itself": noisy[:, 0], "prior weights (report)": m_k @ prior.weights,
             "weights (M2)": (resp * m_k).sum(axis=1)}
for name, estimate in estimates.items():
    print(f"{name:23} root mean square error {np.sqrt(np.mean((estimate - clean[:, 0]) ** 2)):.1f} gray levels")

# %% [markdown]
# The noise has a standard deviation of 50, so doing nothing costs about that. With (M2) the error falls to 31.7; with
# prior weights it *rises* to 63.6. The lost factor makes denoising worse than no denoising, chiefly because every
# bright pixel is dragged toward board.
#
# **And the density itself?** A fair way to grade a density is its *log score*, the mean of $\ln q(z\mid y)$ at the
# true $z$. On average no density $q$ beats the posterior $p$: since $\ln t\le t-1$ (the logarithm lies below its
# tangent at 1),
#
# $$\mathbb E\!\left[\ln\frac{q(z\mid y)}{p(z\mid y)}\;\middle|\;y\right]\le \mathbb E\!\left[\frac{q(z\mid y)}{p(z\mid y)}-1\;\middle|\;y\right]=\int q(z\mid y)\,dz-1=0 .$$
#
# We compute both scores from the components; the $C_k$ of `exact` serve every pixel, since (M3) has no $y$ in them. For
# the posterior, Bayes' rule in logarithms, $\ln p(z\mid y)=\ln p(z)+\ln p(y\mid z)-\ln p(y)$, must give the same
# 20 000 numbers without any (M2) or (M3).

# %%
log_parts = stats.norm.logpdf(clean, m_k, np.sqrt(exact.covs[:, 0, 0]))
score_right = logsumexp(log_parts, b=resp, axis=1)
score_report = logsumexp(log_parts, b=prior.weights, axis=1)
bayes = prior.log_density(clean) + stats.norm.logpdf(noisy[:, 0], clean[:, 0], 50) - predictive.log_density(noisy)
print(f"log score in nats a pixel: with (M2) {score_right.mean():.3f}, with prior weights {score_report.mean():.3f}")
print("scores with (M2) equal Bayes' rule:", np.allclose(bayes, score_right))

# %% [markdown]
# The report's density loses 0.4 nats a pixel (a *nat* is a unit of the natural logarithm): $-4.902$ against $-4.504$.
# And the scores with (M2) are those of Bayes' rule, pixel by pixel.
#
# ## 5. The covariances do not know what was seen
#
# Look again at (M3): $C_k=S_k-G_kWS_k$ with $G_k=S_kW'(WS_kW'+R)^{-1}$. **Which of these letters contain $y$?** None.
# The width of each hump is settled before the observation arrives; only its place $m_k(y)$ and its weight $\pi_k(y)$
# move.

# %%
for value in (0.0, 136.0, 255.0):
    post = mixture.posterior(prior, channel, [value])
    centres, variances = post.means[:, 0], post.covs[:, 0, 0]
    scores = prior.weights * stats.norm.pdf(centres, centres, np.sqrt(variances))
    print(f"y = {value:3.0f}: C_k {variances.round(1)}, pi_k(y) {post.weights.round(3)}, "
          f"pi_k N(m_k|m_k,C_k) {scores.round(4)}")

# %% [markdown]
# The variances are 344.8 and 661.8 in every line, while the weights turn over. The last column is how the report's
# program chooses a component: it takes the largest $\pi_k\,\mathcal N(m_k\mid m_k,C_k)$. But a Gaussian at its own mean
# is $\det(2\pi C_k)^{-1/2}$, which holds no $y$.
#
# So the program must choose **the same component for every patch of every image** (erratum 2): here board, 0.0172
# against 0.0031, even for $y=255$, where (M2) gives chalk a weight of 1.000 to three digits. And it favours small
# determinants, the flattest and most degenerate component.
#
# How does this look on real data? We take the report's own setting, patches of $16\times16$ pixels and $K=11$
# components, with noise of 25 gray levels. The prior has been fitted to training digits (lesson 04 shows how); the
# 2000 patches are cut from held-out digits at random places.

# %%
prior16 = priors.digit_prior(16, 11)
held_out, _ = datasets.digits("test")
rng = np.random.default_rng(0)
clean16 = patches.sample_patches(held_out, 16, 2000, rng)
noisy16 = clean16 + 25 * rng.standard_normal(clean16.shape)
channel16 = gaussian.LinearGaussian(np.eye(256), np.zeros(256), 25.0**2 * np.eye(256))

# %%
def literal_scores(prior, channel, y):
    """ln of the report's pi_k N(m_k | m_k, C_k) for each component."""
    parts = mixture.components(mixture.posterior(prior, channel, y))
    return np.log(prior.weights) + [part.log_density(part.mean) for part in parts]


first, second = (literal_scores(prior16, channel16, noisy16[i]) for i in (0, 1000))
print("same scores for two different patches:", np.allclose(first, second), " choice:", first.argmax())
resp16 = mixture.responsibilities(mixture.predictive(prior16, channel16), noisy16)
print("patches whose most probable component is k = 0..10:", np.bincount(resp16.argmax(axis=1), minlength=11).tolist())
print(f"weight of the winner, on average: {resp16.max(axis=1).mean():.3f}")

# %% [markdown]
# Two different patches get identical scores, and component 10 wins for all. By (M2) every one of the eleven
# components is wanted by some patches, from 33 to 308 of them, and the winner's weight is 0.986 on average: the data
# are sure which component is theirs. What does ignoring them cost?

# %%
k = first.argmax()
one_for_all = mixture.Mixture([1.0], prior16.means[[k]], prior16.covs[[k]])
m_k16 = [denoising.denoise_patches(noisy16, mixture.Mixture([1.0], [mu], [S]), 25.0)
         for mu, S in zip(prior16.means, prior16.covs)]
rows = {"noisy": noisy16, "report's program": denoising.denoise_patches(noisy16, one_for_all, 25.0),
        "report's formula": np.tensordot(prior16.weights, m_k16, 1),
        "weights (M2)": denoising.denoise_patches(noisy16, prior16, 25.0)}
for name, estimate in rows.items():
    print(f"{name:17} rms error {np.sqrt(np.mean((estimate - clean16) ** 2)):.1f} gray levels")

# %% [markdown]
# The weights of (M2) bring the error from 25.0 down to 18.1 gray levels. The report's program (one component for all)
# ends at 68.6, its formula (prior weights) at 33.3: both worse than the noisy patches. The program here leaves out
# the report's other quirks, such as the 0.01 added to the covariance; lesson 05 runs the literal rule on whole
# images.
#
# ## 6. Moments, and the price of a sample
#
# (M4) against the grid, against draws, and for the two pixels of section 3:

# %%
grid_mean = (z * brute).sum() * 0.5
grid_var = ((z - grid_mean) ** 2 * brute).sum() * 0.5
draws = exact.sample(200_000, np.random.default_rng(4))
print(f"mean:     (M4) {exact.mean[0]:8.2f}   grid {grid_mean:8.2f}   200 000 samples {draws.mean():8.2f}")
print(f"variance: (M4) {exact.cov[0, 0]:8.1f}   grid {grid_var:8.1f}   200 000 samples {draws.var():8.1f}")
two = mixture.posterior(pixels, left_only, [190.0])
centred = plane - two.mean
by_sum = np.einsum("ij,ijk,ijl->kl", post_plane / post_plane.sum(), centred, centred)
print("two pixels of section 3:", two.cov.round(1).tolist(), " equals the sum over the plane:", np.allclose(by_sum, two.cov))

# %% [markdown]
# `exact.mean` and `exact.cov` are (M4); they equal the grid, and the samples agree within chance (the standard error of
# their mean is $\sqrt{5844.9/200\,000}=0.17$). For the two pixels of section 3 the covariance matrix is right as well: a variance of
# 6583.0 for the unseen right pixel, 277.5 for the seen one.

# %%
within = exact.weights @ exact.covs[:, 0, 0]
between = exact.weights @ (exact.means[:, 0] - exact.mean[0]) ** 2
print(f"within {within:.1f} + between {between:.1f} = {within + between:.1f}")
print("standard deviation at y = 0, 136, 255:",
      [round(float(np.sqrt(mixture.posterior(prior, channel, [v]).cov[0, 0])), 1) for v in (0.0, 136.0, 255.0)])

# %% [markdown]
# A fourth choice is a **posterior sample** $s$: draw $k$ with probability $\pi_k(y)$, then
# $s\sim\mathcal N(m_k(y),C_k)$. It looks like real data, but what does it cost? Given $y$, the draw $s$ and the truth
# $z$ are independent with the same mean $m$ and covariance $C$, so the cross term vanishes again:
#
# $$\mathbb E\big[\|z-s\|^2\,\big|\,y\big]=\mathbb E\big[\|z-m\|^2\,\big|\,y\big]+\mathbb E\big[\|s-m\|^2\,\big|\,y\big]=2\operatorname{tr}C ,$$
#
# exactly **twice** the error of the mean. To measure it, we split the 200 000 draws of section 6 into pairs, a "truth"
# and a sample each.

# %%
most_probable, mode = exact.means[exact.weights.argmax(), 0], z[brute.argmax()]
guesses = np.arange(-20.0, 261.0, 1.0)
cost = ((z - guesses[:, None]) ** 2 * brute).sum(axis=1) * 0.5
points = {name: (a, exact.cov[0, 0] + (a - exact.mean[0]) ** 2)
          for name, a in (("mean", exact.mean[0]), ("most probable component", most_probable), ("mode", mode))}
print({name: round(float(value)) for name, (_, value) in points.items()}, " lowest on the grid:", guesses[cost.argmin()])
print("tr C + |a - m|^2 equals the grid at every guess:", np.allclose(cost, exact.cov[0, 0] + (guesses - exact.mean[0]) ** 2))
truths, samples = draws[::2, 0], draws[1::2, 0]
print(f"a sample costs {np.mean((truths - samples) ** 2):.0f}, twice the variance is {2 * exact.cov[0, 0]:.0f}")

# %% [markdown]
# Few pixels are as unsure as ours. Over all 20 000 pixels of section 4 the picture is milder, since most observations
# leave little doubt:

# %%
of_best = m_k[np.arange(len(m_k)), resp.argmax(axis=1)]
rng = np.random.default_rng(4)
sampled = denoising.restore_patches(noisy, prior, channel, estimate="sample", rng=rng)[:, 0]
for name, estimate in (("mean", estimates["weights (M2)"]), ("most probable", of_best), ("sample", sampled)):
    print(f"{name:14} mean square error {np.mean((estimate - clean[:, 0]) ** 2):.0f}")

# %% [markdown]
# The mean has the least error, 1004; the most probable component costs 1190, the sample 2012, about twice as much as
# the mean. Choose the mean for accuracy, a sample to *see* what the posterior thinks possible.
#
# ## 7. Filling holes in real digits
#
# Now $W$ and $R$ do real work. We take $8\times8$ patches of held-out digits, **delete the right half**, add noise of
# 5 gray levels to the left half, and ask for all 64 pixels. $W$ consists of the rows of the identity that belong to
# seen pixels. We keep 1000 patches whose seen half carries a bright stroke (observed mean above 40), so that there is
# something to go by; a choice by $y$ alone leaves every statement "given $y$" true.

# %%
rng = np.random.default_rng(5)
clean8 = patches.sample_patches(held_out, 8, 6000, rng)
missing = np.tile(np.arange(8) >= 4, 8)
W = np.eye(64)[~missing]
half = gaussian.LinearGaussian(W, np.zeros(32), 5.0**2 * np.eye(32))
seen = clean8 @ W.T + 5 * rng.standard_normal((6000, 32))
bright = np.flatnonzero(seen.mean(axis=1) > 40)[:1000]
clean8, seen = clean8[bright], seen[bright]
print("W", W.shape, " patches", clean8.shape, " seen", seen.shape)

# %%
rng = np.random.default_rng(7)
prior8 = priors.digit_prior(8, 50)
filled = {name: denoising.restore_patches(seen, prior8, half, estimate=name, rng=rng)
          for name in ("mean", "most_probable", "sample")}
more = [denoising.restore_patches(seen, prior8, half, estimate="sample", rng=rng) for _ in range(2)]
print("equals (M4) for the first patch:", np.allclose(filled["mean"][0], mixture.posterior(prior8, half, seen[0]).mean))

# %% [markdown]
# $W$ has 32 rows, one a seen pixel. `restore_patches` is `mixture.posterior` for many observations: it computes each
# gain $G_k$ once, not once a patch, and gives the same.

# %%
shown = np.arange(8)
observed = np.full((8, 64), np.nan)
observed[:, ~missing] = seen[shown]
columns = {"original": clean8, "seen": observed, "mean": filled["mean"], "most probable": filled["most_probable"],
           "sample 1": filled["sample"], "sample 2": more[0], "sample 3": more[1]}
pictures = {name: rows[shown].reshape(-1, 8, 8) for name, rows in columns.items()}
upper = {name: rows[:4] for name, rows in pictures.items()}

# %% [markdown]
# ### Half a patch, filled in
#
# The two figures show eight patches as rows, four each. Columns: the original; what was seen, with the missing right half in orange;
# the posterior mean; the mean of the most probable component; and three posterior samples. Strokes that enter the
# hole are continued, smoothly by the mean, with more contrast and differently each time by the samples; where the
# seen half settles the matter, as in the third row of both figures, all agree.

# %%
plots.picture_columns(upper, title="Half a patch, filled in")
plt.show()

# %% [markdown]
# The other four rows:

# %%
lower = {name: rows[4:] for name, rows in pictures.items()}
plots.picture_columns(lower, title="Four more")
plt.show()

# %% [markdown]
# The numbers behind the pictures, over all 1000 patches and the missing pixels alone:

# %%
plain = {"prior mean": np.broadcast_to(prior8.mean, clean8.shape), **filled}
errors = {name: np.mean((estimate - clean8)[:, missing] ** 2) for name, estimate in plain.items()}
for name, value in errors.items():
    print(f"{name:14} rms error {np.sqrt(value):6.1f} gray levels, mean square error {value:6.0f}")

# %% [markdown]
# Filling with the average patch costs 103.5 gray levels. The posterior mean has the least error, 78.5; the most
# probable component costs a little more, 81.4. A sample costs 102.4, hardly less than the average patch, although it
# has the contrast of a real stroke: contrast in the wrong place is paid for in square error.
#
# Is the sample's square error twice that of the mean? No: 10483 is less than twice 6162. Section 6 says why. For a
# *given* patch a sample costs $\|z-m\|^2+\operatorname{tr}C$ on average, always. That the first term is
# $\operatorname{tr}C$ on average, too, is promised only if the prior is true. We compare the two, as averages over the
# missing pixels.

# %%
rng = np.random.default_rng(8)
rows, truth = seen[:200], clean8[:200, missing]
draws8 = [denoising.restore_patches(rows, prior8, half, estimate="sample", rng=rng)[:, missing] for _ in range(20)]
C_k = np.diagonal(mixture.posterior(prior8, half, rows[0]).covs, axis1=1, axis2=2)  # the same for all rows
m_k = [denoising.restore_patches(rows, mixture.Mixture([1.0], [mu], [S]), half) for mu, S in zip(prior8.means, prior8.covs)]

# %%
pi_k = mixture.responsibilities(mixture.predictive(prior8, half), rows)
variances = np.einsum("nk,knd->nd", pi_k, C_k[:, None] + np.square(m_k)) - np.einsum("nk,knd->nd", pi_k, m_k) ** 2
spread = variances[:, missing].mean()
mean_cost = np.mean((filled["mean"][:200, missing] - truth) ** 2)
print(f"first 200 patches: mean costs {mean_cost:.0f}, posterior variance {spread:.0f}, sum {mean_cost + spread:.0f}")
print(f"20 samples of each cost, on average, {np.mean((np.array(draws8) - truth) ** 2):.0f}")

# %% [markdown]
# A sample costs the sum of the two within chance, 10898 against 10887. But the mean's error, 6522, is larger than the
# 4365 that the posterior variance promises: the fitted prior is *overconfident* on real digits. If we let the prior
# itself draw the patches, so that it is true by construction, the factor must be 2:

# %%
rng = np.random.default_rng(6)
invented = prior8.sample(10_000, rng)
seen_invented = invented @ W.T + 5 * rng.standard_normal((10_000, 32))
by = {name: denoising.restore_patches(seen_invented, prior8, half, estimate=name, rng=rng) for name in ("mean", "sample")}
of_mean, of_sample = (np.mean((by[name] - invented)[:, missing] ** 2) for name in ("mean", "sample"))
print(f"real digits {errors['sample'] / errors['mean']:.2f}, patches drawn from the prior {of_sample / of_mean:.2f}")

# %% [markdown]
# The ratio is 1.70 for real digits and 2.00 for patches from the prior. A ratio other than 2 betrays that a prior is not
# the truth.
#
# **And a camera with an offset?** Suppose that the seen pixels come at half contrast, lifted by 40 gray levels, with
# half the noise: $W\to W/2$, $b=40$, $R\to R/4$. The observations carry the same information, so the restored patches
# must not change.

# %%
faint = gaussian.LinearGaussian(0.5 * W, np.full(32, 40.0), 2.5**2 * np.eye(32))
print("same restoration:", np.allclose(denoising.restore_patches(0.5 * seen + 40, prior8, faint), filled["mean"]))

# %% [markdown]
# ## 8. Why a mixture is a good prior
#
# The report asks this as its third theory question, and answers that a mixture prior with a Gaussian channel has a
# mixture posterior, so it suits clustering into $K$ classes. That is half an answer. We count three reasons, the last
# two with numbers.
#
# **Closed form.** As we derived: (M2) and (M3) hold for every $W$, $b$ and every noise that makes $WS_kW'+R$
# invertible, with no integral left to approximate. A family of priors is called *conjugate* to a likelihood when the
# posterior stays in the family. The Gaussians are conjugate to our channel; the finite mixtures of Gaussians are a larger
# family that is conjugate, too.
#
# **Classes.** Patches come in kinds (flat, edges of several directions, strokes) and each kind has its own
# covariance. A single Gaussian must cover them all with one ellipsoid, and its posterior mean is linear in $y$; the
# weights $\pi_k(y)$ are what bends it. Does that help on data that the fit has never seen? We score 5000 patches of
# held-out digits, and denoise them.

# %%
rng = np.random.default_rng(1)
unseen = patches.sample_patches(held_out, 8, 5000, rng)
blurred = unseen + 25 * rng.standard_normal(unseen.shape)
channel8 = gaussian.LinearGaussian(np.eye(64), np.zeros(64), 25.0**2 * np.eye(64))
sizes = (1, 5, 11, 20, 50)
fitted = [priors.digit_prior(8, K) for K in sizes]
score_clean = np.array([p.log_density(unseen).mean() for p in fitted])
score_noisy = np.array([mixture.predictive(p, channel8).log_density(blurred).mean() for p in fitted])
rms = [np.sqrt(np.mean((denoising.denoise_patches(blurred, p, 25.0) - unseen) ** 2)) for p in fitted]
for K, a, b, c in zip(sizes, score_clean, score_noisy, rms):
    print(f"K = {K:2}: held-out ln p, clean {a:7.1f}, noisy {b:7.1f} nats a patch; rms error of the mean {c:5.2f}")
print(f"exactly black pixels: {np.mean(unseen == 0):.0%}")

# %% [markdown]
# The figure shows the gain in held-out log-likelihood over a single Gaussian, in nats a patch, against the number of
# components: both curves, for clean and for noisy patches, rise from zero with every step of $K$, the clean one far
# more steeply.

# %%
gains = {"clean patches": score_clean - score_clean[0], "noisy patches (noise 25)": score_noisy - score_noisy[0]}
plots.held_out_scores(sizes, gains, "Held-out 8 x 8 patches", "gain over K = 1 (nats a patch)")
plt.show()

# %% [markdown]
# From one Gaussian to fifty, clean held-out patches gain 130 nats of log density ($-198.7$ against $-329.1$), noisy
# ones 20, and the posterior mean's error falls from 20.00 to 14.38 gray levels.
#
# The clean score is flattered by the 69% of pixels that are exactly black, which a component can predict nearly
# perfectly; the noisy score and the error are the honest ones. And held-out scores are not the fit's own flattery: more
# components help here because there *are* more kinds of patches.
#
# **Approximation.** A mixture need not believe in classes. Blur *any* density $p$ with a Gaussian of width $s$: if $s$ is
# small, little changes. The blurred density $\int p(u)\,\mathcal N(z\mid u,s^2)\,du$ is a mixture of infinitely many
# components, and a sum over a grid of points $u$, no further apart than $s$, is nearly that integral. That sum has the
# form (M1). We try a shape quite unlike a Gaussian, a box from 0 to 255, with $K$ points $s=255/K$ apart.

# %%
box = np.where((z >= 0) & (z < 255), 1 / 255, 0.0)
for K in (4, 16, 64, 256):
    s = 255 / K
    bumps = mixture.Mixture(np.full(K, 1 / K), (np.arange(K)[:, None] + 0.5) * s, np.full((K, 1, 1), s**2))
    distance = np.abs(np.exp(bumps.log_density(z[:, None])) - box).sum() * 0.5
    print(f"K = {K:3}: area between mixture and box {distance:.3f}")

# %% [markdown]
# The area between the two densities falls from 0.382 to 0.006: four times as many components, a quarter of the area.
# That is slow, because a box has jumps; but with enough components, on a grid that becomes finer than their width, a
# mixture comes as close to a density as we like (Sorenson and Alspach).
#
# The report's choice $K=11$ comes without such a measurement (erratum 12). Our table says that for patches of side 8
# each step beyond 11 still helps; lesson 04 studies $K$ and $m$ together.
#
# ## 9. A reading that makes us less sure
#
# How sudden is the passage from board to chalk, and what does a better camera change?

# %%
many = np.arange(-200.0, 401.0)[:, None]
for sigma in (50.0, 5.0):
    single = gaussian.LinearGaussian([[1.0]], [0.0], [[sigma**2]])
    chalk = mixture.responsibilities(mixture.predictive(prior, single), many)[:, 1]
    print(f"sigma {sigma:2.0f}: chalk's weight lies between 1% and 99% at {((chalk > 0.01) & (chalk < 0.99)).sum()} levels of y")

# %% [markdown]
# With a tenth of the noise the passage shrinks from 157 to 31 levels, to a fifth only: what remains is the width of board and chalk themselves, which no
# camera can improve. The standard deviation after $y=136$:

# %%
for sigma in (1000.0, 200.0, 100.0, 70.0, 50.0, 30.0, 5.0):
    after = mixture.posterior(prior, gaussian.LinearGaussian([[1.0]], [0.0], [[sigma**2]]), y)
    print(f"sigma {sigma:4.0f}: weights {after.weights.round(3)}, mean {after.mean[0]:5.1f}, "
          f"standard deviation {after.cov[0, 0] ** 0.5:4.1f}")

# %% [markdown]
# An observation can make us less sure. At $\sigma=1000$ the prior is back, with 75.4. Less noise first *raises* the uncertainty, to 81.3 at $\sigma=70$: before,
# board was the safe bet; now chalk has a chance, and it is far away. Only below 50 does $y$ leave us surer than before, at last
# with 4.9. With one Gaussian $C=S-GWS$ never exceeds $S$. With a mixture, only the average of $C$ over all $y$ cannot exceed
# it: that average plus the covariance of the posterior means is the prior's (the law of section 6, with $y$ in place of $k$).
#
# And the right one of two pixels, of which the left is read:

# %%
print(f"before: {pixels.cov[1, 1] ** 0.5:.1f}")
for level, sigma in itertools.product((188.0, 240.0), (50.0, 20.0, 5.0)):
    after = mixture.posterior(pixels, gaussian.LinearGaussian([[1.0, 0.0]], [0.0], [[sigma**2]]), [level])
    print(f"y = {level:.0f}, sigma {sigma:2.0f}: weights {after.weights.round(2)}, means of the right pixel "
          f"{after.means[1:, 1].round(0)}, its standard deviation {after.cov[1, 1] ** 0.5:.1f}")

# %% [markdown]
# At $y=188$ the standard deviation of the right pixel falls from 83.6 to 79.0 and no further, although the left one is then known
# to 5 gray levels: "both bright" and "edge" predict nearly the same on the left, so no look at it can tell them apart. At $y=240$ the
# better look even *raises* it, from 87.1 to 92.3, above the 84.1 before any look. The more exact $y$, the more "both bright" follows
# it through its covariance, up to 228, while the edge stays at 40: the two answers move apart.
#
# ## 10. The ledger
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %%
ledger.table("03")

# %% [markdown]
# Read the row (M2): the weights agree with Bayes' rule, integrated by quadrature, to better than one part in a million
# million. "M2 a" is the identity of section 2.1, in which the report lost its factor.
#
# ## References
#
# - H. W. Sorenson, D. L. Alspach, Recursive Bayesian estimation using Gaussian sums, Automatica 7, 1971, [doi:10.1016/0005-1098(71)90097-5](https://doi.org/10.1016/0005-1098%2871%2990097-5): posteriors of Gaussian sums, and which densities they approach.
# - D. Zoran, Y. Weiss, From learning models of natural image patches to whole image restoration, ICCV 2011, [doi:10.1109/ICCV.2011.6126278](https://doi.org/10.1109/ICCV.2011.6126278): mixtures as patch priors.
# - T. Gneiting, A. E. Raftery, Strictly proper scoring rules, prediction, and estimation, JASA 102, 2007, [doi:10.1198/016214506000001437](https://doi.org/10.1198/016214506000001437): the log score.
# - Y. Blau, T. Michaeli, The perception-distortion tradeoff, CVPR 2018, [doi:10.1109/CVPR.2018.00652](https://doi.org/10.1109/CVPR.2018.00652): why crisp samples cost square error.
