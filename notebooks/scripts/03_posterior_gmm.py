# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,slideshow,nbgrader,-all
#     formats: _posterior_gmm.ipynb,scripts//_posterior_gmm.py:percent
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
# # The posterior of a mixture
#
# A pixel in the picture of a blackboard is dark board or bright chalk. Noise has blurred the two. When we read a gray
# level half-way between them, what do we know? One Gaussian cannot say "dark or bright, but hardly in between"; a
# mixture can. **If the prior is a mixture of Gaussians, what is the posterior, and which single number should we
# report?**

# %% [markdown] slideshow={"slide_type": "skip"}
# **At the end you will be able to**
#
# - derive that the posterior of a mixture is a mixture, with new weights, means and covariances;
# - say where a well-meant derivation loses a factor, and what that costs;
# - choose between the posterior mean, the most probable component, the mode and a posterior sample;
# - compute all of it in 256 dimensions, where every density underflows;
# - fill in missing pixels of real handwritten digits.
#
# **You need** lesson [02](02_gaussian_posterior.ipynb): (G6), (G7) and (G8), the posterior and the predictive of one
# Gaussian. Running time: about 20 seconds.

# %% slideshow={"slide_type": "skip"}
# %matplotlib inline
import itertools

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats
from scipy.special import logsumexp

from course_lib import datasets, denoising, gaussian, mixture, patches, priors
from course_lib.classroom import exercises, ledger, plots, widgets

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1. A pixel that is board or chalk
#
# Let $z$ be the clean gray level. With probability 0.8 the pixel is board, $20\pm20$, with probability 0.2 it is
# chalk, $200\pm30$ (our digits, too, are bright on black). With weights $\pi_k$, means $\mu_k$ and covariances $S_k$ of
# $K$ **components** this reads
#
# $$p(z)=\sum_{k=1}^{K}\pi_k\,\mathcal N(z\mid\mu_k,S_k),\qquad \pi_k\ge 0,\quad \sum_k\pi_k=1 \tag{M1}$$

# %% slideshow={"slide_type": "skip"}
prior = mixture.Mixture(weights=[0.8, 0.2], means=[[20.0], [200.0]], covs=[[[20.0**2]], [[30.0**2]]])
z = np.arange(-400.0, 601.0, 0.5)
prior_density = np.exp(prior.log_density(z[:, None]))
print(f"area under the prior: {prior_density.sum() * 0.5:.6f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The area is 1, so (M1) is a density. The record `Mixture` holds the three arrays, and `log_density` is the logarithm
# of (M1). The grid `z`, with steps of half a gray level, will be our referee: whatever we derive, a sum over the grid
# can check.

# %% [markdown] slideshow={"slide_type": "-"}
# Now the observation. As in lesson 02, $y=Wz+b+\text{noise}$ with noise $\sim\mathcal N(0,R)$; here simply $W=1$,
# $b=0$ and a standard deviation of 50 gray levels. We observe $y=136$.
#
# **Predict, then run.** 136 lies nearer to chalk (200) than to board (20), yet board is four times as frequent. Will
# the posterior have one hump in the middle, one at an end, or two?
#
# We need no theory to find out. Bayes' rule says *prior times likelihood, divided by its area*, and on a grid an area
# is a sum times the step.

# %% slideshow={"slide_type": "skip"}
channel = gaussian.LinearGaussian(matrix=[[1.0]], offset=[0.0], noise_cov=[[50.0**2]])
y = np.array([136.0])
likelihood = stats.norm.pdf(y[0], loc=z, scale=50.0)
brute = prior_density * likelihood
brute /= brute.sum() * 0.5
print(f"posterior mean on the grid: {(z * brute).sum() * 0.5:.2f}")
print(f"probability of 80 < z < 140 before and after: {prior_density[(z > 80) & (z < 140)].sum() * 0.5:.3f}, "
      f"{brute[(z > 80) & (z < 140)].sum() * 0.5:.3f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The picture first

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows three curves over the gray level: the prior with a tall hump at 20 and a low one at 200, the wide
# bell of the likelihood around 136, and the posterior with **two** humps, near 36 and near 183.

# %% slideshow={"slide_type": "-"}
curves = {"prior p(z)": prior_density,
          "likelihood p(y|z)": likelihood, "posterior p(z|y)": brute}
plots.densities(z, curves, "A pixel observed at 136",
                marks={"observed y": y[0]}, limits=(-80, 320))
plt.show()

# %% [markdown] slideshow={"slide_type": "notes"}
# Two humps: the posterior still says "board or chalk". Its mean, 118.74, lies where it puts little probability: only
# 0.030 between 80 and 140 (the prior put 0.005 there). A first hint that one number may not tell the whole story.
# Each hump looks like a Gaussian. Next we prove that it is one.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 2. Deriving the posterior
#
# ### 2.1 Bayes' rule inside one component
#
# Start from (M1) times the likelihood and pull the likelihood into the sum:
#
# $$p(z)\,p(y\mid z)=\sum_k \pi_k\;\underbrace{\mathcal N(z\mid\mu_k,S_k)\;\mathcal N(y\mid Wz+b,R)}_{\text{one Gaussian prior, one channel}}$$
#
# Each braced product is a lesson 02 problem: the Gaussian prior $p_k(z)=\mathcal N(z\mid\mu_k,S_k)$ and a
# linear-Gaussian channel. A joint density can be factored in two orders, $p_k(z)\,p(y\mid z)=p_k(y)\,p_k(z\mid y)$,
# and lesson 02 gave us both new factors. With $m_k(y)$ and $C_k$ for the posterior mean and covariance,
#
# $$\mathcal N(z\mid\mu_k,S_k)\,\mathcal N(y\mid Wz+b,R)=
# \underbrace{\mathcal N(y\mid W\mu_k+b,\;WS_kW'+R)}_{p_k(y),\ \text{the predictive (G7)}}\;
# \underbrace{\mathcal N(z\mid m_k(y),\,C_k)}_{p_k(z\mid y),\ \text{the posterior (G6), (G8)}}$$

# %% [markdown] slideshow={"slide_type": "skip"}
# Is this product identity right? We take two pixels, a channel that mixes them, and random points.

# %% slideshow={"slide_type": "skip"}
part = gaussian.Gaussian([25.0, 90.0], [[400.0, 150.0], [150.0, 900.0]])
mixer = gaussian.LinearGaussian(matrix=[[0.5, 0.5]], offset=[40.0], noise_cov=[[5.0**2]])
some_y, some_z = np.array([120.0]), np.random.default_rng(0).normal(60, 40, size=(1000, 2))
left = part.log_density(some_z) + stats.norm.logpdf(some_y, some_z @ mixer.matrix[0] + 40, 5)
right = gaussian.predictive(part, mixer).log_density(some_y) + gaussian.posterior(part, mixer, some_y).log_density(some_z)
print("both sides agree at 1000 points, to ten digits:", np.allclose(left, right, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "skip"}
# They agree at every point.

# %% [markdown] slideshow={"slide_type": "-"}
# Mark the factor $p_k(y)$ well: it does not contain $z$, but it differs **from component
# to component**. It says how well component $k$ predicted what we saw.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.1: how well did each component predict?
#
# Write $\ln p_k(y)$ for all $K$ components, with $p_k(y)=\mathcal N(y\mid W\mu_k+b,\;WS_kW'+R)$. SciPy's
# `stats.multivariate_normal.logpdf` gives the logarithm of one normal density. Which mean and which covariance does it
# need?

# %% nbgrader={"grade": false, "grade_id": "exercise-03-1", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def component_log_evidence(means, covs, W, b, R, y):
    """ln p_k(y) of every component.

    means (K, Dz), covs (K, Dz, Dz): the prior's;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel;  y (Dy,)  ->  (K,)
    """
    ### BEGIN SOLUTION
    density = stats.multivariate_normal
    return np.array([density.logpdf(y, W @ m + b, W @ S @ W.T + R) for m, S in zip(means, covs)])
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-03-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_component_log_evidence = exercises.check("03.1", component_log_evidence)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 2.2 The sum over components
#
# Insert the identity and divide by $p(y)$, the area over $z$. The area of
# $\sum_k\pi_k\,p_k(y)\,\mathcal N(z\mid m_k(y),C_k)$ is $p(y)=\sum_k\pi_k\,p_k(y)$, since each Gaussian has area 1. So
#
# $$p(z\mid y)=\sum_k \pi_k(y)\,\mathcal N(z\mid m_k(y),C_k)$$
#
# $$\pi_k(y)=\frac{\pi_k\,\mathcal N(y\mid W\mu_k+b,\;WS_kW'+R)}{\sum_j\pi_j\,\mathcal N(y\mid W\mu_j+b,\;WS_jW'+R)} \tag{M2}$$
#
# $$\begin{gathered}C_k=S_k-G_kWS_k,\qquad m_k(y)=\mu_k+G_k(y-W\mu_k-b),\\ G_k=S_kW'(WS_kW'+R)^{-1}\end{gathered} \tag{M3}$$
#
# The posterior of a mixture is a mixture. (M3) is (G8) once a component; where $S_k$ and $R$ are invertible, (G6)
# gives the same. The new weights (M2) are the news.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.2: one weight with a pencil
#
# Two components have prior weights $1/4$ and $3/4$. The observation came, and they predicted it with densities
# $p_1(y)=6$ and $p_2(y)=1$. **What is the posterior weight of the first?** Return the number without
# rounding it; a division that Python does, such as `3 / 7`, is fine.

# %% nbgrader={"grade": false, "grade_id": "exercise-03-2", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def weight_of_first():
    """pi_1(y) of (M2)  ->  a number between 0 and 1"""
    ### BEGIN SOLUTION
    return (1 / 4 * 6) / (1 / 4 * 6 + 3 / 4 * 1)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-03-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_weight_of_first = exercises.check("03.2", weight_of_first)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The pixel at 136, by the formulas

# %% slideshow={"slide_type": "-"}
exact = mixture.posterior(prior, channel, y)
print("weights            ", exact.weights.round(4))
print("means              ", exact.means[:, 0].round(2))
print("standard deviations", np.sqrt(exact.covs[:, 0, 0]).round(2))

# %% [markdown] slideshow={"slide_type": "-"}
# Before the observation chalk had weight 0.2; now it has 0.56. The humps moved toward the observation, from 20 to 36
# and from 200 to 183, and became narrower: 18.6 and 25.7 instead of 20 and 30. Does the formula equal the grid, which
# knows nothing of (M2) and (M3)?

# %% slideshow={"slide_type": "-"}
formula = np.exp(exact.log_density(z[:, None]))
largest = np.abs(formula - brute).max()
print("largest difference below 1e-10 of the peak:",
      largest < 1e-10 * brute.max())
print(f"posterior mean by the formula: {exact.mean[0]:.2f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# It does, at every grid point, and the mean 118.74 is the one that the grid found.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 2.3 The same weights as Bayes' rule for a label

# %% [markdown] slideshow={"slide_type": "notes"}
# (M2) deserves a second reading. Imagine that nature first draws a hidden label $k$ with probability $\pi_k$, then
# $z$ from component $k$, then $y$. Seen from $y$, with $z$ integrated out, $y$ has density $p_k(y)$ given $k$. Then
# (M2) is Bayes' rule for the label: $p(k\mid y)=\pi_k\,p_k(y)/p(y)$.

# %% [markdown] slideshow={"slide_type": "skip"}
# By hand:

# %% slideshow={"slide_type": "skip"}
p_k = np.array([np.exp(gaussian.predictive(part, channel).log_density(y)) for part in mixture.components(prior)])
by_hand = prior.weights * p_k / (prior.weights @ p_k)
print("p_k(y) of board and chalk:", p_k.round(5))
print("weights by hand:", by_hand.round(4), " equal:", np.allclose(by_hand, exact.weights))

# %% [markdown] slideshow={"slide_type": "skip"}
# Chalk predicted the value 136 about five times as well as board did (0.00375 against 0.00073), and that outweighs
# its fourfold rarity. In machine learning the numbers $p(k\mid y)$ are called *responsibilities*, here of the
# **predictive mixture** $p(y)=\sum_k\pi_k\,p_k(y)$: (G7) applied to each component, with the weights unchanged.

# %% slideshow={"slide_type": "skip"}
predictive = mixture.predictive(prior, channel)
levels = np.arange(-100.0, 351.0, 1.0)
curves = mixture.responsibilities(predictive, levels[:, None])
print("weight of chalk at y = 60, 136, 200:", curves[np.isin(levels, (60, 136, 200)), 1].round(3))
print("first level where chalk outweighs board:", levels[(curves[:, 1] > 0.5).argmax()])

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows the two weights as functions of the observation: the curve of board falls from 1 to 0 as $y$ grows,
# that of chalk rises, and they cross just below 132. The thin dotted lines are the prior weights 0.8 and 0.2, which
# ignore $y$.

# %% slideshow={"slide_type": "-"}
title = "Posterior weights depend on what was seen"
plots.weight_curves(levels, curves, prior.weights,
                    ("board", "chalk"), title)
plt.show()

# %% [markdown] slideshow={"slide_type": "notes"}
# At $y=60$ chalk has weight 0.017, at 136 it has 0.563, at 200 it has 0.984. One line cannot stand for that curve.
# But there *is* a relation between the curve and the dotted line: averaged over all observations, the weight is the
# prior weight, $\int p(y)\,\pi_k(y)\,dy=\int\pi_k\,p_k(y)\,dy=\pi_k$.

# %% slideshow={"slide_type": "skip"}
wide = np.arange(-600.0, 900.0)[:, None]
average = np.exp(predictive.log_density(wide)) @ mixture.responsibilities(predictive, wide)
print("average of the posterior weights:", average.round(6))

# %% [markdown] slideshow={"slide_type": "skip"}
# The average is 0.8 and 0.2: prior weights are right on average, and wrong for the pixel in front of us.
#
# **Two limits.** What should happen when the noise is enormous, and when it vanishes?

# %% slideshow={"slide_type": "skip"}
for noise_std in (1e4, 50.0, 1.0):
    limit = gaussian.LinearGaussian([[1.0]], [0.0], [[noise_std**2]])
    post = mixture.posterior(prior, limit, y)
    print(f"noise {noise_std:7.0f}: weights {post.weights.round(3)}, mean {post.mean[0]:.1f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# With enormous noise the observation says nothing: weights and mean are those of the prior, 0.8, 0.2 and 56. With
# hardly any noise the mean, 136.1, is the observation, but for a tenth. And the weights of the last line? 136 is
# $(136-20)/20=5.8$ standard deviations of board away from its mean, but only $(200-136)/30=2.1$ of chalk, so the
# label is all but certain.
#
# ## 3. Two pixels, one of them seen
#
# Nothing above needed one dimension. Take two neighbouring pixels: both dark, both bright, or an edge with a bright
# left and a dark right pixel. Only the left pixel is observed, so $W=[1\;\;0]$ is not square and has no inverse.

# %% slideshow={"slide_type": "skip"}
pixels = mixture.Mixture([0.5, 0.3, 0.2], [[25.0, 25.0], [205.0, 205.0], [200.0, 40.0]],
                         [[[400.0, 200.0], [200.0, 400.0]], [[900.0, 600.0], [600.0, 900.0]], [[900.0, 0.0], [0.0, 400.0]]])
left_only = gaussian.LinearGaussian([[1.0, 0.0]], [0.0], [[20.0**2]])
post = mixture.posterior(pixels, left_only, [190.0])
print("weights:", post.weights.round(3))
print("means of the other two classes:", post.means[1:].round(1).tolist())

# %% [markdown] slideshow={"slide_type": "skip"}
# Having seen 190 on the left we rule out "both dark", whose weight rounds to zero; two classes stay, with weights
# 0.588 and 0.412. The right pixel, never observed, is near 198.1 or near 40. In "both bright" it leans on the
# covariance between the pixels; in the edge class the covariance is zero, so its mean stays 40.
#
# The figure shows the plane of left and right pixel: gray contours of the prior with three hills, a dashed vertical
# line at the observed 190, and blue contours of the posterior with two hills, one above the other near that line; a
# star, the posterior mean, stands between them.

# %% slideshow={"slide_type": "skip"}
side = np.arange(-150.0, 401.0, 2.0)
plane = np.stack(np.meshgrid(side, side), axis=-1)
prior_plane, post_plane = np.exp(pixels.log_density(plane)), np.exp(post.log_density(plane))
plots.plane_posterior(side, side, prior_plane, post_plane, 190.0, post.mean, limits=(-50, 320))
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# Is the picture right? A sum over this plane is the referee again. We ask it about a channel with everything in it as
# well: `mixer` from above halves and adds the two pixels ($W=[0.5\;\;0.5]$) and lifts the result by $b=40$.

# %% slideshow={"slide_type": "skip"}
for name, ch, seen in (("left only", left_only, 190.0), ("mixer", mixer, 150.0)):
    weight = prior_plane * stats.norm.pdf(seen, plane @ ch.matrix[0] + ch.offset[0], np.sqrt(ch.noise_cov[0, 0]))
    by_sum = (plane * weight[..., None]).sum(axis=(0, 1)) / weight.sum()
    by_formula = mixture.posterior(pixels, ch, [seen]).mean
    equal = np.allclose(by_sum, by_formula)
    print(f"{name:9}: mean by sum {by_sum.round(3)}, by formula {by_formula.round(3)}, equal: {equal}")

# %% [markdown] slideshow={"slide_type": "skip"}
# For both channels the posterior mean of (M2) and (M3) equals the sum over the plane: (193.982, 133.014), the star of
# the figure, and (186.885, 34.559), whose average plus 40 is close to the 150 that `mixer` showed. A general $W$ and a
# general $b$ cost nothing extra.

# %% [markdown] slideshow={"slide_type": "slide"}
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

# %% slideshow={"slide_type": "skip"}
print("p_k(y) / p(y):", (p_k / (prior.weights @ p_k)).round(3))
reported = mixture.Mixture(prior.weights, exact.means, exact.covs)
print(f"mean with prior weights {reported.mean[0]:.2f}, with (M2) {exact.mean[0]:.2f}")

# %% [markdown] slideshow={"slide_type": "-"}
# The lost factors are 0.547 for board and 2.813 for chalk, and without them the estimate moves from 118.74 to 65.41.

# %% slideshow={"slide_type": "skip"}
report_density = np.exp(reported.log_density(z[:, None]))
both = {"posterior with (M2)": formula,
        "the report's, prior weights": report_density}
means = {"mean, (M2)": exact.mean[0],
         "mean, report": reported.mean[0]}

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What the lost factor does

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows both posteriors for the observation 136: with the weights of (M2) the two humps are about equally
# high, with prior weights the hump near 36 is nearly twice as high as before and the other has shrunk to a third.

# %% slideshow={"slide_type": "-"}
plots.densities(z, both, "What the lost factor does",
                limits=(-80, 320), marks=means)
plt.show()

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What the error costs over many pixels
#
# One observation may be bad luck. **What does the error cost over many?** We draw 20 000 pixels from the prior, pass
# them through the channel, and estimate each one.

# %% [markdown] slideshow={"slide_type": "skip"}
# A mixture of a single component makes `restore_patches` return that
# component's $m_k(y)$ for every row at once.

# %% slideshow={"slide_type": "skip"}
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

# %% [markdown] slideshow={"slide_type": "-"}
# The noise has a standard deviation of 50, so doing nothing costs about that. With (M2) the error falls to 31.7; with
# prior weights it *rises* to 63.6. The lost factor makes denoising worse than no denoising, chiefly because every
# bright pixel is dragged toward board.

# %% [markdown] slideshow={"slide_type": "skip"}
# **And the density itself?** A fair way to grade a density is its *log score*, the mean of $\ln q(z\mid y)$ at the
# true $z$. On average no density $q$ beats the posterior $p$: since $\ln t\le t-1$ (the logarithm lies below its
# tangent at 1),
#
# $$\mathbb E\!\left[\ln\frac{q(z\mid y)}{p(z\mid y)}\;\middle|\;y\right]\le \mathbb E\!\left[\frac{q(z\mid y)}{p(z\mid y)}-1\;\middle|\;y\right]=\int q(z\mid y)\,dz-1=0 .$$
#
# We compute both scores from the components; the $C_k$ of `exact` serve every pixel, since (M3) has no $y$ in them. For
# the posterior, Bayes' rule in logarithms, $\ln p(z\mid y)=\ln p(z)+\ln p(y\mid z)-\ln p(y)$, must give the same
# 20 000 numbers without any (M2) or (M3).

# %% slideshow={"slide_type": "skip"}
log_parts = stats.norm.logpdf(clean, m_k, np.sqrt(exact.covs[:, 0, 0]))
score_right = logsumexp(log_parts, b=resp, axis=1)
score_report = logsumexp(log_parts, b=prior.weights, axis=1)
bayes = prior.log_density(clean) + stats.norm.logpdf(noisy[:, 0], clean[:, 0], 50) - predictive.log_density(noisy)
print(f"log score in nats a pixel: with (M2) {score_right.mean():.3f}, with prior weights {score_report.mean():.3f}")
print("scores with (M2) equal Bayes' rule:", np.allclose(bayes, score_right))

# %% [markdown] slideshow={"slide_type": "skip"}
# The report's density loses 0.4 nats a pixel (a *nat* is a unit of the natural logarithm): $-4.902$ against $-4.504$.
# And the scores with (M2) are those of Bayes' rule, pixel by pixel.
#
# ## 5. The covariances do not know what was seen
#
# Look again at (M3): $C_k=S_k-G_kWS_k$ with $G_k=S_kW'(WS_kW'+R)^{-1}$. **Which of these letters contain $y$?** None.
# The width of each hump is settled before the observation arrives; only its place $m_k(y)$ and its weight $\pi_k(y)$
# move.

# %% slideshow={"slide_type": "skip"}
for value in (0.0, 136.0, 255.0):
    post = mixture.posterior(prior, channel, [value])
    centres, variances = post.means[:, 0], post.covs[:, 0, 0]
    scores = prior.weights * stats.norm.pdf(centres, centres, np.sqrt(variances))
    print(f"y = {value:3.0f}: C_k {variances.round(1)}, pi_k(y) {post.weights.round(3)}, "
          f"pi_k N(m_k|m_k,C_k) {scores.round(4)}")

# %% [markdown] slideshow={"slide_type": "skip"}
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

# %% slideshow={"slide_type": "skip"}
prior16 = priors.digit_prior(16, 11)
held_out, _ = datasets.digits("test")
rng = np.random.default_rng(0)
clean16 = patches.sample_patches(held_out, 16, 2000, rng)
noisy16 = clean16 + 25 * rng.standard_normal(clean16.shape)
channel16 = gaussian.LinearGaussian(np.eye(256), np.zeros(256), 25.0**2 * np.eye(256))

# %% slideshow={"slide_type": "skip"}
def literal_scores(prior, channel, y):
    """ln of the report's pi_k N(m_k | m_k, C_k) for each component."""
    parts = mixture.components(mixture.posterior(prior, channel, y))
    return np.log(prior.weights) + [part.log_density(part.mean) for part in parts]


first, second = (literal_scores(prior16, channel16, noisy16[i]) for i in (0, 1000))
print("same scores for two different patches:", np.allclose(first, second), " choice:", first.argmax())
resp16 = mixture.responsibilities(mixture.predictive(prior16, channel16), noisy16)
print("patches whose most probable component is k = 0..10:", np.bincount(resp16.argmax(axis=1), minlength=11).tolist())
print(f"weight of the winner, on average: {resp16.max(axis=1).mean():.3f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Two different patches get identical scores, and component 10 wins for all. By (M2) every one of the eleven
# components is wanted by some patches, from 33 to 308 of them, and the winner's weight is 0.986 on average: the data
# are sure which component is theirs. What does ignoring them cost?

# %% slideshow={"slide_type": "skip"}
k = first.argmax()
one_for_all = mixture.Mixture([1.0], prior16.means[[k]], prior16.covs[[k]])
m_k16 = [denoising.denoise_patches(noisy16, mixture.Mixture([1.0], [mu], [S]), 25.0)
         for mu, S in zip(prior16.means, prior16.covs)]
rows = {"noisy": noisy16, "report's program": denoising.denoise_patches(noisy16, one_for_all, 25.0),
        "report's formula": np.tensordot(prior16.weights, m_k16, 1),
        "weights (M2)": denoising.denoise_patches(noisy16, prior16, 25.0)}
for name, estimate in rows.items():
    print(f"{name:17} rms error {np.sqrt(np.mean((estimate - clean16) ** 2)):.1f} gray levels")

# %% [markdown] slideshow={"slide_type": "skip"}
# The weights of (M2) bring the error from 25.0 down to 18.1 gray levels. The report's program (one component for all)
# ends at 68.6, its formula (prior weights) at 33.3: both worse than the noisy patches. The program here leaves out
# the report's other quirks, such as the 0.01 added to the covariance; lesson 05 runs the literal rule on whole
# images.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 6. One number: the posterior mean
#
# A posterior is a whole density, but a restored picture needs one gray level a pixel. **Which number $a$ is closest
# to $z$ on average?** Let $m=\mathbb E[z\mid y]$ and $C=\mathrm{cov}[z\mid y]$, and insert $m$ into the
# expected squared error:
#
# $$\begin{aligned}\mathbb E\big[\|z-a\|^2\,\big|\,y\big]&=\mathbb E\big[\|(z-m)+(m-a)\|^2\,\big|\,y\big]\\
# &=\mathbb E\big[\|z-m\|^2\,\big|\,y\big]+2(m-a)'\,\mathbb E[z-m\mid y]+\|m-a\|^2 .\end{aligned}$$
#
# The middle term vanishes because $\mathbb E[z\mid y]=m$. The first is a sum of variances, the trace of $C$. So
#
# $$\mathbb E\big[\|z-a\|^2\,\big|\,y\big]=\operatorname{tr}C+\|a-m\|^2 ,$$
#
# smallest at $a=m$ and there equal to $\operatorname{tr}C$. The posterior mean **minimises the mean square error**,
# and no other guess does.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Mean and covariance of a mixture
#
# Both are sums over components. Averages of a mixture are weighted averages, and $\mathbb E[zz'\mid k,y]=C_k+m_km_k'$
# (a covariance is a second moment less the square of the mean), so that
#
# $$m=\sum_k\pi_k(y)\,m_k(y),\qquad
# C=\sum_k\pi_k(y)\,\big(C_k+m_km_k'\big)-m\,m' \tag{M4}$$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.3: mean and covariance of a mixture
#
# Write (M4) as a function. It is not about posteriors only: any mixture has these two moments.

# %% nbgrader={"grade": false, "grade_id": "exercise-03-3", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def moments(weights, means, covs):
    """Mean and covariance of a mixture, (M4).

    weights (K,), means (K, D), covs (K, D, D)  ->  mean (D,), covariance (D, D)
    """
    ### BEGIN SOLUTION
    m = weights @ means
    second = sum(p * (C + np.outer(m_k, m_k)) for p, m_k, C in zip(weights, means, covs))
    return m, second - np.outer(m, m)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-03-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_moments = exercises.check("03.3", moments)

# %% slideshow={"slide_type": "skip"}
grid_mean = (z * brute).sum() * 0.5
grid_var = ((z - grid_mean) ** 2 * brute).sum() * 0.5
draws = exact.sample(200_000, np.random.default_rng(4))
print(f"mean:     (M4) {exact.mean[0]:8.2f}   grid {grid_mean:8.2f}   200 000 samples {draws.mean():8.2f}")
print(f"variance: (M4) {exact.cov[0, 0]:8.1f}   grid {grid_var:8.1f}   200 000 samples {draws.var():8.1f}")
two = mixture.posterior(pixels, left_only, [190.0])
centred = plane - two.mean
by_sum = np.einsum("ij,ijk,ijl->kl", post_plane / post_plane.sum(), centred, centred)
print("two pixels of section 3:", two.cov.round(1).tolist(), " equals the sum over the plane:", np.allclose(by_sum, two.cov))

# %% [markdown] slideshow={"slide_type": "skip"}
# `exact.mean` and `exact.cov` are (M4); they equal the grid, and the samples agree within chance (the standard error of
# their mean is $\sqrt{5844.9/200\,000}=0.17$). For the two pixels of section 3 the covariance matrix is right as well: a variance of
# 6583.0 for the unseen right pixel, 277.5 for the seen one.

# %% [markdown] slideshow={"slide_type": "-"}
# The covariance has a telling second form, the **law of total covariance**. Multiply out and use
# $\sum_k\pi_k(y)\,m_k=m$: then $\sum_k\pi_k(y)(m_k-m)(m_k-m)'=\sum_k\pi_k(y)\,m_km_k'-m\,m'$, and so
#
# $$C=\underbrace{\sum_k\pi_k(y)\,C_k}_{\text{within the components}}+\underbrace{\sum_k\pi_k(y)\,(m_k-m)(m_k-m)'}_{\text{between them: which one is it?}}$$

# %% slideshow={"slide_type": "skip"}
within = exact.weights @ exact.covs[:, 0, 0]
between = exact.weights @ (exact.means[:, 0] - exact.mean[0]) ** 2
print(f"within {within:.1f} + between {between:.1f} = {within + between:.1f}")
print("standard deviation at y = 0, 136, 255:",
      [round(float(np.sqrt(mixture.posterior(prior, channel, [v]).cov[0, 0])), 1) for v in (0.0, 136.0, 255.0)])

# %% [markdown] slideshow={"slide_type": "-"}
# Of the variance 5844.9 nearly all, 5321.8, is *between*: not knowing whether it is board or chalk.

# %% [markdown] slideshow={"slide_type": "skip"}
# So although no
# $C_k$ depends on $y$, the covariance of the mixture does, through the weights and means: at 0 and at 255 the label
# is nearly certain and the standard deviation is small, 18.9 and 26.0; at 136 it is 76.5. A single Gaussian prior
# never shows this; its uncertainty is the same for every $y$.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 7. Other numbers: most probable component, mode, sample
#
# The mean of our pixel lies between the humps, at a gray level that neither board nor chalk likes. One may prefer a
# *typical* value. Take the mean of the **most probable component**:
#
# $$k^*=\arg\max_k \pi_k(y),\qquad \text{estimate } m_{k^*}(y) \tag{M5}$$
#
# Is that the peak of the posterior density, the *mode*? **Predict**: the weights are 0.437 for board and 0.563 for
# chalk. Which hump is taller?

# %% slideshow={"slide_type": "skip"}
mode = z[brute.argmax()]
most_probable = exact.means[exact.weights.argmax(), 0]
heights = exact.weights / np.sqrt(2 * np.pi * exact.covs[:, 0, 0])
print(f"mean {exact.mean[0]:.1f}, most probable component {most_probable:.1f}, mode on the grid {mode:.1f}")
print("heights of the two humps:", heights.round(5))

# %% [markdown] slideshow={"slide_type": "-"}
# Three questions, three answers. The chalk component holds more *probability*, so (M5) says 183.1. But board's hump
# is narrower and therefore *taller* ($\pi_k(y)/\sqrt{2\pi C_k}$ is 0.0094 against 0.0087), so the mode is 36.0. The
# mean is 118.7. (M5) is neither the posterior mean nor the mode, and the name "maximum a posteriori", which means the
# mode, does not fit it.

# %% [markdown] slideshow={"slide_type": "skip"}
# A fourth choice is a **posterior sample** $s$: draw $k$ with probability $\pi_k(y)$, then
# $s\sim\mathcal N(m_k(y),C_k)$. It looks like real data, but what does it cost? Given $y$, the draw $s$ and the truth
# $z$ are independent with the same mean $m$ and covariance $C$, so the cross term vanishes again:
#
# $$\mathbb E\big[\|z-s\|^2\,\big|\,y\big]=\mathbb E\big[\|z-m\|^2\,\big|\,y\big]+\mathbb E\big[\|s-m\|^2\,\big|\,y\big]=2\operatorname{tr}C ,$$
#
# exactly **twice** the error of the mean. To measure it, we split the 200 000 draws of section 6 into pairs, a "truth"
# and a sample each.

# %% slideshow={"slide_type": "skip"}
guesses = np.arange(-20.0, 261.0, 1.0)
cost = ((z - guesses[:, None]) ** 2 * brute).sum(axis=1) * 0.5
points = {name: (a, exact.cov[0, 0] + (a - exact.mean[0]) ** 2)
          for name, a in (("mean", exact.mean[0]), ("most probable component", most_probable), ("mode", mode))}
print({name: round(float(value)) for name, (_, value) in points.items()}, " lowest on the grid:", guesses[cost.argmin()])
print("tr C + |a - m|^2 equals the grid at every guess:", np.allclose(cost, exact.cov[0, 0] + (guesses - exact.mean[0]) ** 2))
truths, samples = draws[::2, 0], draws[1::2, 0]
print(f"a sample costs {np.mean((truths - samples) ** 2):.0f}, twice the variance is {2 * exact.cov[0, 0]:.0f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What a guess costs
#
# The mean costs 5845 (the variance), the most probable component 9982, the mode 12691, and a sample 11679: within
# chance twice the variance, 11690. Of all guesses on the grid 119 is the cheapest, the one next to the mean.

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows the expected squared error of every guess from $-20$ to 260, summed on the grid: a parabola with
# its lowest point at the posterior mean. The most probable component and the mode lie high on its two arms.

# %% slideshow={"slide_type": "-"}
plots.guess_cost(guesses, cost, points)
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# Few pixels are as unsure as ours. Over all 20 000 pixels of section 4 the picture is milder, since most observations
# leave little doubt:

# %% slideshow={"slide_type": "skip"}
of_best = m_k[np.arange(len(m_k)), resp.argmax(axis=1)]
rng = np.random.default_rng(4)
sampled = denoising.restore_patches(noisy, prior, channel, estimate="sample", rng=rng)[:, 0]
for name, estimate in (("mean", estimates["weights (M2)"]), ("most probable", of_best), ("sample", sampled)):
    print(f"{name:14} mean square error {np.mean((estimate - clean[:, 0]) ** 2):.0f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The mean has the least error, 1004; the most probable component costs 1190, the sample 2012, about twice as much as
# the mean. Choose the mean for accuracy, a sample to *see* what the posterior thinks possible.
#
# ## 8. Logarithms, or nothing
#
# A patch of $16\times16$ pixels has 256 dimensions. **How large is the density $p(y)$ of such a patch?** Each pixel
# contributes a factor of perhaps 1/200, and $200^{-256}=e^{-1356}$.

# %% slideshow={"slide_type": "skip"}
log_evidence = mixture.predictive(prior16, channel16).log_density(noisy16)
print(f"ln p(y): lowest {log_evidence.min():.0f}, median {np.median(log_evidence):.0f}, highest {log_evidence.max():.0f}")
print("exp of the highest:", np.exp(log_evidence.max()))
print(f"ln of the smallest positive float: {np.log(np.nextafter(0.0, 1.0)):.1f}")
print("logarithms of the report's scores:", first.round(0).astype(int).tolist())
print("zero after exp:", int((np.exp(first) == 0).sum()), "of", first.size)

# %% [markdown] slideshow={"slide_type": "skip"}
# The median is $e^{-1346}$, the highest $e^{-1271}$. The smallest positive number of double precision is $e^{-744.4}$, so
# every one of the 2000 densities is **exactly 0.0** in floating point, and (M2) evaluated as written is 0/0. The
# report's program exponentiates its scores, too (erratum 10): with this prior, nine of the eleven lie below $-744.4$ and
# vanish before they are compared.
#
# The cure is to keep $\ell_k=\ln\pi_k+\ln p_k(y)$ and never leave logarithms. For any constant $c$,
#
# $$\ln\sum_k e^{\ell_k}=\ln\Big(e^{c}\sum_k e^{\ell_k-c}\Big)=c+\ln\sum_k e^{\ell_k-c} .$$
#
# With $c=\max_k\ell_k$ the largest term on the right is $e^0=1$: nothing overflows, the sum is at least 1, and a term
# that underflows was negligible beside 1. This is *log-sum-exp*. The weights follow as
# $\pi_k(y)=\exp\big(\ell_k-\ln\sum_je^{\ell_j}\big)$, the *softmax*.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.4: the posterior weights
#
# Write (M2) from the prior weights $\pi_k$ and the logarithms $\ln p_k(y)$. It must survive logarithms near $-1350$, and a
# component whose prior weight is 0, even one that predicted $y$ best of all: its $\ell_k$ is $-\infty$, its posterior
# weight 0. (`np.log(0.0)` is $-\infty$, as it should be, with a warning that may stand.)

# %% nbgrader={"grade": false, "grade_id": "exercise-03-4", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def posterior_weights(weights, log_evidence):
    """pi_k(y) of (M2), never outside logarithms for long.

    weights (K,): the prior's, zeros are allowed;  log_evidence (K,): ln p_k(y)  ->  (K,), sum 1
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        log_joint = np.log(weights) + log_evidence
    shares = np.exp(log_joint - log_joint.max())
    return shares / shares.sum()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-03-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_posterior_weights = exercises.check("03.4", posterior_weights)

# %% slideshow={"slide_type": "skip"}
parts = mixture.components(mixture.predictive(prior16, channel16))
log_joint = np.log(prior16.weights) + [part.log_density(noisy16[0]) for part in parts]
with np.errstate(divide="ignore"):
    print("naive:  ", np.log(np.exp(log_joint).sum()))
c = log_joint.max()
shifted = c + np.log(np.exp(log_joint - c).sum())
weights = np.exp(log_joint - shifted)
print(f"shifted: {shifted:.3f}, equals scipy: {np.isclose(shifted, logsumexp(log_joint))},",
      f"equals the library: {np.isclose(shifted, log_evidence[0])}")
print(f"weights sum to {weights.sum():.6f}, equal the library's responsibilities: {np.allclose(weights, resp16[0])}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The naive sum is minus infinity; the shifted one is $-1373.782$, the same as SciPy's and the library's. Every
# density in `course_lib` is a logarithm.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 9. Filling holes in real digits
#
# Now $W$ and $R$ do real work. We take $8\times8$ patches of held-out digits, **delete the right half**, add noise of
# 5 gray levels to the left half, and ask for all 64 pixels. $W$ consists of the rows of the identity that belong to
# seen pixels. We keep 1000 patches whose seen half carries a bright stroke (observed mean above 40), so that there is
# something to go by; a choice by $y$ alone leaves every statement "given $y$" true.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(5)
clean8 = patches.sample_patches(held_out, 8, 6000, rng)
missing = np.tile(np.arange(8) >= 4, 8)
W = np.eye(64)[~missing]
half = gaussian.LinearGaussian(W, np.zeros(32), 5.0**2 * np.eye(32))
seen = clean8 @ W.T + 5 * rng.standard_normal((6000, 32))
bright = np.flatnonzero(seen.mean(axis=1) > 40)[:1000]
clean8, seen = clean8[bright], seen[bright]
print("W", W.shape, " patches", clean8.shape, " seen", seen.shape)

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(7)
prior8 = priors.digit_prior(8, 50)
filled = {name: denoising.restore_patches(seen, prior8, half, estimate=name, rng=rng)
          for name in ("mean", "most_probable", "sample")}
more = [denoising.restore_patches(seen, prior8, half, estimate="sample", rng=rng) for _ in range(2)]
print("equals (M4) for the first patch:", np.allclose(filled["mean"][0], mixture.posterior(prior8, half, seen[0]).mean))

# %% [markdown] slideshow={"slide_type": "skip"}
# $W$ has 32 rows, one a seen pixel. `restore_patches` is `mixture.posterior` for many observations: it computes each
# gain $G_k$ once, not once a patch, and gives the same.

# %% slideshow={"slide_type": "skip"}
shown = np.arange(8)
observed = np.full((8, 64), np.nan)
observed[:, ~missing] = seen[shown]
columns = {"original": clean8, "seen": observed, "mean": filled["mean"], "most probable": filled["most_probable"],
           "sample 1": filled["sample"], "sample 2": more[0], "sample 3": more[1]}
pictures = {name: rows[shown].reshape(-1, 8, 8) for name, rows in columns.items()}
upper = {name: rows[:4] for name, rows in pictures.items()}

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Half a patch, filled in

# %% [markdown] slideshow={"slide_type": "notes"}
# The two figures show eight patches as rows, four each. Columns: the original; what was seen, with the missing right half in orange;
# the posterior mean; the mean of the most probable component; and three posterior samples. Strokes that enter the
# hole are continued, smoothly by the mean, with more contrast and differently each time by the samples; where the
# seen half settles the matter, as in the third row of both figures, all agree.

# %% slideshow={"slide_type": "-"}
plots.picture_columns(upper, title="Half a patch, filled in")
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# The other four rows:

# %% slideshow={"slide_type": "skip"}
lower = {name: rows[4:] for name, rows in pictures.items()}
plots.picture_columns(lower, title="Four more")
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# The numbers behind the pictures, over all 1000 patches and the missing pixels alone:

# %% slideshow={"slide_type": "skip"}
plain = {"prior mean": np.broadcast_to(prior8.mean, clean8.shape), **filled}
errors = {name: np.mean((estimate - clean8)[:, missing] ** 2) for name, estimate in plain.items()}
for name, value in errors.items():
    print(f"{name:14} rms error {np.sqrt(value):6.1f} gray levels, mean square error {value:6.0f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# Filling with the average patch costs 103.5 gray levels. The posterior mean has the least error, 78.5; the most
# probable component costs a little more, 81.4. A sample costs 102.4, hardly less than the average patch, although it
# has the contrast of a real stroke: contrast in the wrong place is paid for in square error.

# %% [markdown] slideshow={"slide_type": "skip"}
# Is the sample's square error twice that of the mean? No: 10483 is less than twice 6162. Section 7 says why. For a
# *given* patch a sample costs $\|z-m\|^2+\operatorname{tr}C$ on average, always. That the first term is
# $\operatorname{tr}C$ on average, too, is promised only if the prior is true. We compare the two, as averages over the
# missing pixels.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(8)
rows, truth = seen[:200], clean8[:200, missing]
draws8 = [denoising.restore_patches(rows, prior8, half, estimate="sample", rng=rng)[:, missing] for _ in range(20)]
spread = np.mean([np.diag(mixture.posterior(prior8, half, row).cov)[missing].mean() for row in rows])
mean_cost = np.mean((filled["mean"][:200, missing] - truth) ** 2)
print(f"first 200 patches: mean costs {mean_cost:.0f}, posterior variance {spread:.0f}, sum {mean_cost + spread:.0f}")
print(f"20 samples of each cost, on average, {np.mean((np.array(draws8) - truth) ** 2):.0f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# A sample costs the sum of the two within chance, 10898 against 10887. But the mean's error, 6522, is larger than the
# 4365 that the posterior variance promises: the fitted prior is *overconfident* on real digits. If we let the prior
# itself draw the patches, so that it is true by construction, the factor must be 2:

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(6)
invented = prior8.sample(10_000, rng)
seen_invented = invented @ W.T + 5 * rng.standard_normal((10_000, 32))
by = {name: denoising.restore_patches(seen_invented, prior8, half, estimate=name, rng=rng) for name in ("mean", "sample")}
of_mean, of_sample = (np.mean((by[name] - invented)[:, missing] ** 2) for name in ("mean", "sample"))
print(f"real digits {errors['sample'] / errors['mean']:.2f}, patches drawn from the prior {of_sample / of_mean:.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The ratio is 1.70 for real digits and 2.00 for patches from the prior. A ratio other than 2 betrays that a prior is not
# the truth.
#
# **And a camera with an offset?** Suppose that the seen pixels come at half contrast, lifted by 40 gray levels, with
# half the noise: $W\to W/2$, $b=40$, $R\to R/4$. The observations carry the same information, so the restored patches
# must not change.

# %% slideshow={"slide_type": "skip"}
faint = gaussian.LinearGaussian(0.5 * W, np.full(32, 40.0), 2.5**2 * np.eye(32))
print("same restoration:", np.allclose(denoising.restore_patches(0.5 * seen + 40, prior8, faint), filled["mean"]))

# %% [markdown] slideshow={"slide_type": "skip"}
# They do not change: $b$ and a scale in $W$ are undone exactly.
#
# ## 10. Why a mixture is a good prior
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

# %% slideshow={"slide_type": "skip"}
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

# %% [markdown] slideshow={"slide_type": "skip"}
# The figure shows the gain in held-out log-likelihood over a single Gaussian, in nats a patch, against the number of
# components: both curves, for clean and for noisy patches, rise from zero with every step of $K$, the clean one far
# more steeply.

# %% slideshow={"slide_type": "skip"}
gains = {"clean patches": score_clean - score_clean[0], "noisy patches (noise 25)": score_noisy - score_noisy[0]}
plots.held_out_scores(sizes, gains, "Held-out 8 x 8 patches", "gain over K = 1 (nats a patch)")
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
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

# %% slideshow={"slide_type": "skip"}
box = np.where((z >= 0) & (z < 255), 1 / 255, 0.0)
for K in (4, 16, 64, 256):
    s = 255 / K
    bumps = mixture.Mixture(np.full(K, 1 / K), (np.arange(K)[:, None] + 0.5) * s, np.full((K, 1, 1), s**2))
    distance = np.abs(np.exp(bumps.log_density(z[:, None])) - box).sum() * 0.5
    print(f"K = {K:3}: area between mixture and box {distance:.3f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The area between the two densities falls from 0.382 to 0.006: four times as many components, a quarter of the area.
# That is slow, because a box has jumps; but with enough components, on a grid that becomes finer than their width, a
# mixture comes as close to a density as we like (Sorenson and Alspach).
#
# The report's choice $K=11$ comes without such a measurement (erratum 12). Our table says that for patches of side 8
# each step beyond 11 still helps; lesson 04 studies $K$ and $m$ together.

# %% slideshow={"slide_type": "skip"}
dark_or_bright = "board", "chalk"
kinds = "both dark", "both bright", "edge"

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 11. Move the observation

# %% [markdown] slideshow={"slide_type": "notes"}
# Sections 1 to 7 looked at one observation, or at three. Now we let it move, with its noise. The first two figures hold
# board and chalk at $\sigma=50$, the upper for $y=124$, the lower for $y=140$. Left: the prior's two humps, and the likelihood as a
# wide bell around $y$, each curve divided by its own peak. Middle: the posterior; a star marks its mean (M4), a diamond the
# mean of the most probable component (M5), and a dotted line $y$. Right: the weights before, hatched, and after. In the upper
# one the hump of board is twice as tall as that of chalk and carries the diamond. In the lower one the two are nearly equal and the
# diamond sits on chalk, while the star has moved on a little way along the empty valley.

# %% slideshow={"slide_type": "-"}
post = mixture.posterior(prior, channel, [124.0])
plots.mixture_posterior(prior, post, 124, 50, dark_or_bright)
plt.show()

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Sixteen gray levels more

# %% slideshow={"slide_type": "-"}
post = mixture.posterior(prior, channel, [140.0])
plots.mixture_posterior(prior, post, 140, 50, dark_or_bright)
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# The third figure holds the two pixels of section 3, only the left one seen, at $y=188$ and $\sigma=20$. Left: the prior as
# three gray clouds, an ellipse at one standard deviation in each, and a band from $y-\sigma$ to $y+\sigma$. Middle: the posterior
# with two clouds one above the other near $y$, the star between them, the diamond in the upper one. Right: the weight of
# "both dark" is gone, the two others have doubled.

# %% slideshow={"slide_type": "skip"}
post = mixture.posterior(pixels, left_only, [188.0])
plots.mixture_posterior(pixels, post, 188.0, 20, kinds)
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# With a kernel, run the next cell: sliders move $y$ and $\sigma$ in these figures, and a sentence gives the numbers. The arrow
# keys move a slider, too. Predict first, then move:
#
# 1. **One pixel, $\sigma=50$.** From $y=124$ to $y=140$, how far does the star travel, and how far the diamond? And the
#    shapes of the two humps: which of them changes? Then take ten times less noise, $\sigma=5$: is the passage from board to
#    chalk ten times as sudden?
# 2. **Can an observation make us less sure** than we were before it? The prior has a standard deviation of 75.4 gray levels. Leave
#    $y=136$ and move $\sigma$.
# 3. **Two pixels, $y=188$.** Lower $\sigma$ from 50 to 5, so that the left pixel is known better and better. What happens to the
#    uncertainty of the *right* pixel? And if you raise $y$ to 240?

# %% slideshow={"slide_type": "skip"} tags=["nbval-ignore-output"]
widgets.mixture_widget(prior, dark_or_bright, pixels, kinds)

# %% [markdown] slideshow={"slide_type": "skip"}
# The answers, for the reader without sliders and for checking yourself. Question 1, with the sentence that the widget shows:

# %% slideshow={"slide_type": "skip"}
for level in (124, 140):
    print(f"y = {level}:", widgets.mixture_view(prior, dark_or_bright, level, 50).readout)
many = np.arange(-200.0, 401.0)[:, None]
for sigma in (50.0, 5.0):
    one = gaussian.LinearGaussian([[1.0]], [0.0], [[sigma**2]])
    chalk = mixture.responsibilities(mixture.predictive(prior, one), many)[:, 1]
    print(f"sigma {sigma:2.0f}: chalk's weight lies between 1% and 99% at {((chalk > 0.01) & (chalk < 0.99)).sum()} levels of y")

# %% [markdown] slideshow={"slide_type": "-"}
# The star moves by 37.0 gray levels, the diamond by 149.8.

# %% [markdown] slideshow={"slide_type": "notes"}
# The star goes from 91.0 to 128.0, the diamond from 34.3 to 184.1. (M5) jumps
# where the weights cross, (M4) never does.

# %% [markdown] slideshow={"slide_type": "skip"}
# The humps keep their widths, since no $C_k$ holds $y$ (section 5); they slide a
# little and trade weight. With a tenth of the noise the passage shrinks from 157 to 31 levels, to a fifth only: what remains is
# the width of board and chalk themselves, which no camera can improve.
#
# Question 2, the standard deviation after $y=136$:

# %% slideshow={"slide_type": "skip"}
for sigma in (1000.0, 200.0, 100.0, 70.0, 50.0, 30.0, 5.0):
    after = mixture.posterior(prior, gaussian.LinearGaussian([[1.0]], [0.0], [[sigma**2]]), y)
    print(f"sigma {sigma:4.0f}: weights {after.weights.round(3)}, mean {after.mean[0]:5.1f}, "
          f"standard deviation {after.cov[0, 0] ** 0.5:4.1f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# It can. At $\sigma=1000$ the prior is back, with 75.4. Less noise first *raises* the uncertainty, to 81.3 at $\sigma=70$: before,
# board was the safe bet; now chalk has a chance, and it is far away. Only below 50 does $y$ leave us surer than before, at last
# with 4.9. With one Gaussian $C=S-GWS$ never exceeds $S$. With a mixture, only the average of $C$ over all $y$ cannot exceed
# it: that average plus the covariance of the posterior means is the prior's (the law of section 6, with $y$ in place of $k$).
#
# Question 3, the right pixel:

# %% slideshow={"slide_type": "skip"}
print(f"before: {pixels.cov[1, 1] ** 0.5:.1f}")
for level, sigma in itertools.product((188.0, 240.0), (50.0, 20.0, 5.0)):
    after = mixture.posterior(pixels, gaussian.LinearGaussian([[1.0, 0.0]], [0.0], [[sigma**2]]), [level])
    print(f"y = {level:.0f}, sigma {sigma:2.0f}: weights {after.weights.round(2)}, means of the right pixel "
          f"{after.means[1:, 1].round(0)}, its standard deviation {after.cov[1, 1] ** 0.5:.1f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# At $y=188$ the standard deviation of the right pixel falls from 83.6 to 79.0 and no further, although the left one is then known
# to 5 gray levels: "both bright" and "edge" predict nearly the same on the left, so no look at it can tell them apart. At $y=240$ the
# better look even *raises* it, from 87.1 to 92.3, above the 84.1 before any look. The more exact $y$, the more "both bright" follows
# it through its covariance, up to 228, while the edge stays at 40: the two answers move apart.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %% slideshow={"slide_type": "skip"}
ledger.table("03")

# %% [markdown] slideshow={"slide_type": "skip"}
# Read the row (M2): the weights agree with Bayes' rule, integrated by quadrature, to better than one part in a million
# million. "M2 a" is the identity of section 2.1, in which the report lost its factor.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we have seen
#
# - A mixture times a linear-Gaussian likelihood is a mixture (M2), (M3). Its weights are proportional to $\pi_k$ times **how well component $k$ predicted $y$**.
# - With prior weights instead, the error over many pixels rose from 31.7 to 63.6 gray levels, above the noise of 50.
# - The mean (M4) has the least square error; the most probable component (M5) is neither mean nor mode; a sample costs twice the posterior variance, if the prior is true.
# - Formulas (M2) and (M3) also fill in pixels that were never seen.

# %% [markdown] slideshow={"slide_type": "skip"}
# - Component covariances do not depend on $y$; a rule that looks only at them picks one component for all patches.
# - An observation can leave us less sure than the prior was; with one Gaussian it never can.
# - In 256 dimensions densities are 0.0. Work with logarithms and log-sum-exp.
#
# ## What comes next
#
# [Lesson 04](04_patches_and_prior.ipynb) asks where the prior comes from: how patches are cut from images, how EM
# fits a mixture to them, and what the patch size and $K$ do. [Lesson 05](05_denoising_digits.ipynb) then denoises
# whole digits.
#
# **Try it yourself.** Set the noise of section 1 to 25 (in two lines of one cell) and find the observation at which board
# and chalk are equally probable. Then delete the *lower* half of the patches in section 9: which letters of the model change?
#
# ## References
#
# - H. W. Sorenson, D. L. Alspach, Recursive Bayesian estimation using Gaussian sums, Automatica 7, 1971, [doi:10.1016/0005-1098(71)90097-5](https://doi.org/10.1016/0005-1098%2871%2990097-5): posteriors of Gaussian sums, and which densities they approach.
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer, 2006, sections 2.3 and 9.2.
# - D. Zoran, Y. Weiss, From learning models of natural image patches to whole image restoration, ICCV 2011, [doi:10.1109/ICCV.2011.6126278](https://doi.org/10.1109/ICCV.2011.6126278): mixtures as patch priors.
# - G. Yu, G. Sapiro, S. Mallat, Solving inverse problems with piecewise linear estimators, IEEE Trans. Image Processing 21, 2012, [doi:10.1109/TIP.2011.2176743](https://doi.org/10.1109/TIP.2011.2176743): missing pixels with Gaussian mixtures.
# - T. Gneiting, A. E. Raftery, Strictly proper scoring rules, prediction, and estimation, JASA 102, 2007, [doi:10.1198/016214506000001437](https://doi.org/10.1198/016214506000001437): the log score.
# - P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41, 2021, [doi:10.1093/imanum/draa038](https://doi.org/10.1093/imanum/draa038).
# - Y. Blau, T. Michaeli, The perception-distortion tradeoff, CVPR 2018, [doi:10.1109/CVPR.2018.00652](https://doi.org/10.1109/CVPR.2018.00652): why crisp samples cost square error.
