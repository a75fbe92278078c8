# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
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

# %% [markdown]
# # 03 The posterior of a mixture
#
# A pixel in the picture of a blackboard is dark board or bright chalk. Noise has blurred the two. When we read a gray level half-way between them, what do
# we know? One Gaussian cannot describe such a pixel; a mixture of several can. **If the prior is a mixture of Gaussians, what is the posterior, and
# which single number should we give?** At the end your code fills in the missing half of real patches.
#
# *Study: 80 minutes. Machine: 12 seconds.*
#
# **You will be able to**
# - derive that the posterior of a mixture is a mixture, with new weights;
# - give its mean and covariance, and say what other single numbers cost;
# - compute the weights in 256 dimensions, where every density is 0.0;
# - restore a pixel and a patch with your own functions.
#
# **You need** lesson [02](02_gaussian_posterior.ipynb): posterior and predictive of one Gaussian. More checks, a slip that costs
# dearly, and why a mixture is a good prior are in [the companion](further/03_posterior_gmm.ipynb).

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

from course_lib import datasets, gaussian, mixture, patches, priors
from course_lib.classroom import exercises, plots, widgets

# %% [markdown]
# ## 1. A pixel that is board or chalk
#
# *6 minutes, 1 s*
#
# Let $z$ be the clean gray level. With probability 0.8 the pixel is board, $20\pm20$, with probability 0.2 it is chalk, $200\pm30$. With weights $\pi_k$, means
# $\mu_k$ and covariances $S_k$ of $K$ Gaussians, the **components**, this reads
#
# $$p(z)=\sum_{k=1}^{K}\pi_k\,\mathcal N(z\mid\mu_k,S_k),\qquad \pi_k\ge 0,\quad \sum_k\pi_k=1 \tag{M1}$$
#
# Now the pixel is read as $y=136$ by a camera with noise of standard deviation 50. This lies nearer to chalk (200) than to board (20), yet board is four times as frequent.
# **Predict** the shape of the posterior. It has
#
# - a: one hump, in the middle;
# - b: one hump, at board or at chalk;
# - c: two humps.
#
# (Enter a letter in quotes in the place of the dots.) We need no theory to find out: on a grid of gray levels, multiply prior and likelihood and divide by the area.

# %%
guess_a = exercises.guess("03.a", ...)

# %%
prior = mixture.Mixture(weights=[0.8, 0.2], means=[[20.0], [200.0]], covs=[[[20.0**2]], [[30.0**2]]])
z = np.arange(-400.0, 601.0, 0.5)
prior_density = np.exp(prior.log_density(z[:, None]))
likelihood = stats.norm.pdf(136, loc=z, scale=50.0)
brute = prior_density * likelihood
brute /= brute.sum() * 0.5
humps = z[1:-1][(brute[1:-1] > brute[:-2]) & (brute[1:-1] > brute[2:])]
in_the_middle = len(humps) == 1 and 60 < humps[0] < 160
print(guess_a.beside("c" if len(humps) == 2 else "a" if in_the_middle else "b"), "Humps at", humps.tolist())
print(f"mean {(z * brute).sum() * 0.5:.2f}, probability between 80 and 140 {brute[(z > 80) & (z < 140)].sum() * 0.5:.3f}")

# %%
curves = {"prior p(z)": prior_density, "likelihood p(y|z)": likelihood, "posterior p(z|y)": brute}
plots.densities(z, curves, "A pixel observed at 136", marks={"observed y": 136.0}, limits=(-80, 320))
plt.show()

# %% [markdown]
# The figure shows three curves over the gray level: the prior with a tall and a low hump, the wide bell of the likelihood around 136, and the posterior with two humps.
#
# The posterior still says "board or chalk", and its mean lies where it puts little probability.
#
# ## 2. One posterior for each component
#
# *22 minutes, 2 s*
#
# Take any channel $y=Wz+b+\text{noise}$ with noise $\sim\mathcal N(0,R)$. Bayes' rule multiplies (M1) by the likelihood, and the likelihood goes into the sum:
#
# $$p(z)\,p(y\mid z)=\sum_k \pi_k\;\underbrace{\mathcal N(z\mid\mu_k,S_k)\;\mathcal N(y\mid Wz+b,R)}_{\text{one Gaussian prior, one channel}}$$
#
# Each braced product is the joint density of $z$ and $y$ *inside component* $k$, a problem of lesson 02. A joint density can be factored in two orders: prior of $z$ times $p(y\mid z)$, as
# here, or density of $y$ times posterior of $z$. In the second order it is $p_k(y)\,\mathcal N(z\mid m_k(y),C_k)$, with the posterior of lesson 02, and with a number $p_k(y)$ that says how well component $k$
# predicted what we saw. Take two pixels: half their sum, lifted by 40, is read as 120. Product less posterior, in logarithms, must be $\ln p_k(y)$ at every $z$:

# %%
part = gaussian.Gaussian([25.0, 90.0], [[400.0, 150.0], [150.0, 900.0]])
mixer = gaussian.LinearGaussian(matrix=[[0.5, 0.5]], offset=[40.0], noise_cov=[[5.0**2]])
after = gaussian.posterior(part, mixer, [120.0])
for point in ([30.0, 100.0], [80.0, 10.0]):
    ratio = part.log_density(point) + stats.norm.logpdf(120, mixer.matrix[0] @ point + 40, 5) - after.log_density(point)
    print(f"at z = {point}: ln of the product {ratio + after.log_density(point):9.4f}, less ln of the posterior {ratio:.6f}")

# %% [markdown]
# The last column is the same.
#
# ### Exercise 03.1: how well did each component predict?
#
# *derive, 7 minutes*
#
# **Which density is $p_k(y)$?** Write $\ln p_k(y)$ for all $K$ components. SciPy's `stats.multivariate_normal.logpdf(y, mean, cov)` gives the logarithm of one normal density; which mean and which
# covariance does it need?

# %% nbgrader={"grade": false, "grade_id": "exercise-03-1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def component_log_evidence(means, covs, W, b, R, y):
    """ln p_k(y) of every component.

    means (K, Dz), covs (K, Dz, Dz): the prior's;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel;  y (Dy,)  ->  (K,)
    """
    ### BEGIN SOLUTION
    density = stats.multivariate_normal
    return np.array([density.logpdf(y, W @ m + b, W @ S @ W.T + R) for m, S in zip(means, covs)])
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-03-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_component_log_evidence = exercises.check("03.1", component_log_evidence)

# %%
W, b, R = np.eye(1), np.zeros(1), np.array([[2500.0]])
logs = np.asarray(my_component_log_evidence(prior.means, prior.covs, W, b, R, np.array([136.0])))
one = my_component_log_evidence(part.mean[None], part.cov[None], mixer.matrix, mixer.offset, mixer.noise_cov, np.array([120.0]))
print(f"the two pixels above: {one[0]:.6f}")
print("board and chalk predicted 136 with densities", np.exp(logs).round(5))

# %% [markdown]
# Chalk predicted 136 about five times as well as board did. What does that make of the prior's 0.8 and 0.2?
#
# ### Exercise 03.2: one weight with a pencil
#
# *derive, 5 minutes*
#
# Insert $p_k(y)\,\mathcal N(z\mid m_k(y),C_k)$ into the sum, and divide by the area over $z$. (What is the area of one Gaussian?) Now let two components have prior weights $1/4$ and $3/4$, and let them have
# predicted the observation with densities $p_1(y)=6$ and $p_2(y)=1$. **Which weight has the first Gaussian in the posterior?** Return the number without rounding it; a division that Python does is fine.

# %% nbgrader={"grade": false, "grade_id": "exercise-03-2", "locked": false, "schema_version": 3, "solution": true, "task": false}
def weight_of_first():
    """The posterior weight of the first component  ->  a number between 0 and 1"""
    ### BEGIN SOLUTION
    return (1 / 4 * 6) / (1 / 4 * 6 + 3 / 4 * 1)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-03-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_weight_of_first = exercises.check("03.2", weight_of_first)

# %% [markdown]
# In letters: the posterior of a mixture is a mixture, $p(z\mid y)=\sum_k \pi_k(y)\,\mathcal N(z\mid m_k(y),C_k)$, with
#
# $$\pi_k(y)=\frac{\pi_k\,\mathcal N(y\mid W\mu_k+b,\;WS_kW'+R)}{\sum_j\pi_j\,\mathcal N(y\mid W\mu_j+b,\;WS_jW'+R)} \tag{M2}$$
#
# $$C_k=S_k-G_kWS_k,\qquad m_k(y)=\mu_k+G_k(y-W\mu_k-b),\qquad G_k=S_kW'(WS_kW'+R)^{-1} \tag{M3}$$
#
# (M3) is (G8) once a component. The weights are the news. Read (M2) as Bayes' rule for a hidden label: nature draws $k$, then $z$ from component $k$, then $y$. In machine learning $\pi_k(y)$ is called the
# *responsibility* of component $k$.
#
# A common slip keeps the prior's weights. **Predict:** (b) over 2000 pixels of board and chalk, read with noise 50, the posterior mean errs by some 32 gray levels (root mean square). By how many with the prior's weights?

# %%
guess_b = exercises.guess("03.b", ...)

# %%
channel = gaussian.LinearGaussian(W, b, R)
exact = mixture.posterior(prior, channel, [136.0])
joint = prior.weights * np.exp(logs)
print(f"your pencil's weight {my_weight_of_first():.4f}; chalk at 136 by your densities {joint[1] / joint.sum():.4f}")
print("library: weights", exact.weights.round(4), " means", exact.means[:, 0].round(2), " std", np.sqrt(exact.covs[:, 0, 0]).round(2))
print("the grid, by (M2) and (M3):", np.allclose(np.exp(exact.log_density(z[:, None])), brute, atol=1e-12))
rng = np.random.default_rng(3)
clean = prior.sample(2000, rng)[:, 0]
noisy = clean + 50 * rng.standard_normal(2000)

# %%
gain = prior.covs[:, 0, 0] / (prior.covs[:, 0, 0] + 2500)
m_k = prior.means[:, 0] + gain * (noisy[:, None] - prior.means[:, 0])
densities = np.exp([my_component_log_evidence(prior.means, prior.covs, W, b, R, v) for v in noisy[:, None]])
weights = prior.weights * densities / (densities @ prior.weights)[:, None]
error = {"with (M2)": (weights * m_k).sum(axis=1), "prior weights": m_k @ prior.weights, "observation itself": noisy}
error = {name: np.sqrt(np.mean((estimate - clean) ** 2)) for name, estimate in error.items()}
print({name: round(float(value), 1) for name, value in error.items()})
print("prior weights.", guess_b.beside(error["prior weights"], "{:.1f} gray levels"))

# %% [markdown]
# The slip makes denoising worse than no denoising: every bright pixel is dragged toward board. Prior weights are right on average over all observations, $\int p(y)\,\pi_k(y)\,dy=\int\pi_k\,p_k(y)\,dy=\pi_k$, and wrong for the pixel in front of us.
#
# And the widths? **No $C_k$ contains $y$**: the width of each hump is settled before the observation arrives. Only its place and its weight move.
#
# ## 3. One number: the posterior mean
#
# *16 minutes, 1 s*
#
# A posterior is a whole density, but a restored picture needs one gray level a pixel. Which number $a$ is closest to $z$ on average? Let $m=\mathbb E[z\mid y]$ and $C=\mathrm{cov}[z\mid y]$, and write
# $z-a=(z-m)+(m-a)$. The mixed term vanishes on average, and what is left is
#
# $$\mathbb E\big[\|z-a\|^2\,\big|\,y\big]=\operatorname{tr}C+\|a-m\|^2 ,$$
#
# smallest at $a=m$: the posterior mean **minimises the mean square error**, and its error is $\operatorname{tr}C$.

# %%
levels = np.arange(-20.0, 261.0)
cost = ((z - levels[:, None]) ** 2 * brute).sum(axis=1) * 0.5
print(f"cheapest guess on the grid {levels[cost.argmin()]:.0f}; standard deviation of the prior {np.sqrt(prior.cov[0, 0]):.1f}")

# %% [markdown]
# ### Exercise 03.3: mean and covariance of a mixture
#
# *use, 8 minutes*
#
# Averages of a mixture are weighted averages over its components. That gives the mean $m$; and for the covariance, average the second moment: inside component $k$, $\mathbb E[zz']=C_k+m_km_k'$. **Write both as a function**, for any
# mixture.

# %% nbgrader={"grade": false, "grade_id": "exercise-03-3", "locked": false, "schema_version": 3, "solution": true, "task": false}
def moments(weights, means, covs):
    """Mean and covariance of a mixture.

    weights (K,), means (K, D), covs (K, D, D)  ->  mean (D,), covariance (D, D)
    """
    ### BEGIN SOLUTION
    m = weights @ means
    second = sum(p * (C + np.outer(m_k, m_k)) for p, m_k, C in zip(weights, means, covs))
    return m, second - np.outer(m, m)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-03-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_moments = exercises.check("03.3", moments)

# %% [markdown]
# $$m=\sum_k\pi_k(y)\,m_k(y),\qquad C=\sum_k\pi_k(y)\,\big(C_k+m_km_k'\big)-m\,m' \tag{M4}$$
#
# Multiply out, and $C$ splits in two: the average of the $C_k$, *within* the components, and the spread of their means, $\sum_k\pi_k(y)(m_k-m)(m_k-m)'$, *between* them.
#
# **Predict:** (c) how many per cent of our pixel's variance are *between* board and chalk? And (d): the prior's standard deviation is 75.4. With Gaussians a reading always makes us surer. What is the largest standard deviation after reading
# 136, over seven strengths of the noise from 5 to 1000?

# %%
guess_c = exercises.guess("03.c", ...)
guess_d = exercises.guess("03.d", ...)

# %%
m, C = my_moments(exact.weights, exact.means, exact.covs)
grid_mean = (z * brute).sum() * 0.5
print(f"mean: yours {m[0]:.2f}, grid {grid_mean:.2f}; variance: yours {C[0, 0]:.1f}, grid {((z - grid_mean) ** 2 * brute).sum() * 0.5:.1f}")
between = C[0, 0] - exact.weights @ exact.covs[:, 0, 0]
print("between.", guess_c.beside(100 * between / C[0, 0], "{:.0f} per cent"))
noises, spread = np.array([1000, 200, 100, 70, 50, 30, 5]), []
for sigma in noises:
    g = mixture.posterior(prior, gaussian.LinearGaussian(W, b, [[sigma**2]]), [136.0])
    spread.append(float(np.sqrt(my_moments(g.weights, g.means, g.covs)[1][0, 0])))
print("noise", noises.tolist(), " std", np.round(spread, 1).tolist())
print("largest.", guess_d.beside(max(spread), "{:.1f}"))

# %% [markdown]
# Nearly all of the variance is doubt about the label. And an observation *can* make us less sure: before, board was the safe bet; now chalk has a chance, and it is far away. Only the average over all $y$ cannot exceed the
# prior's.
#
# ## 4. Other single numbers
#
# *6 minutes, 0 s*
#
# The mean lies between the humps, at a gray level that neither board nor chalk likes. One may prefer a *typical* value: the mean of the **most probable component**,
#
# $$k^*=\arg\max_k \pi_k(y),\qquad \text{estimate } m_{k^*}(y) \tag{M5}$$
#
# **Predict:** (e) the posterior mean costs 5845 squared gray levels on average, the variance. What does the mean of the most probable component cost?

# %%
guess_e = exercises.guess("03.e", ...)

# %%
heights = exact.weights / np.sqrt(2 * np.pi * exact.covs[:, 0, 0])
print("heights of the two humps", heights.round(5), " weights", exact.weights.round(3))
typical, mode = exact.means[exact.weights.argmax(), 0], z[brute.argmax()]
points = {name: (a, C[0, 0] + (a - m[0]) ** 2) for name, a in (("mean", m[0]), ("most probable component", typical), ("mode", mode))}
print({name: (round(float(a), 1), round(float(c))) for name, (a, c) in points.items()}, "gray levels, squared error")
print("most probable component.", guess_e.beside(points["most probable component"][1], "{:.0f}"))
plots.guess_cost(levels, cost, points)
plt.show()

# %% [markdown]
# The figure shows the expected squared error of every guess: a parabola with its lowest point at the posterior mean. The most probable component and the mode lie high on its two arms.
#
# Three questions, three answers. The weights are 0.437 for board and 0.563 for chalk. The chalk component holds more *probability*, so (M5) says 183.1. But board's hump is narrower and therefore *taller*, so the peak of the posterior, its *mode*, is 36.0. The mean is 118.7, and the cheapest.
#
# ## 5. Logarithms, or nothing
#
# *16 minutes, 3 s*
#
# Now real patches, of $16\times16$ pixels of held-out digits with noise of 25 gray levels, under a prior of $K=11$ components. **Predict:** (f) how large is the density $p_k(y)$ of such a patch? Each of the 256 pixels contributes a factor of perhaps
# $1/200$. Enter $\ln p_k(y)$ of the best component, in nats (the unit of natural logarithms).

# %%
guess_f = exercises.guess("03.f", ...)

# %%
prior16 = priors.digit_prior(16, 11)
held_out, _ = datasets.digits("test")
rng = np.random.default_rng(0)
noisy16 = patches.sample_patches(held_out, 16, 3, rng) + 25 * rng.standard_normal((3, 256))
eye, none, white = np.eye(256), np.zeros(256), 625 * np.eye(256)
logs16 = np.array([my_component_log_evidence(prior16.means, prior16.covs, eye, none, white, v) for v in noisy16])
print("best component of the first patch.", guess_f.beside(logs16[0].max(), "{:.0f} nats"))
print("exp of it:", np.exp(logs16[0].max()), " smallest positive number: e to the", round(float(np.log(np.nextafter(0.0, 1.0))), 1))
print("least and largest over the components:", logs16.min(axis=1).round(), logs16.max(axis=1).round())

# %% [markdown]
# Every density **underflows**: it is exactly 0.0 in floating point, and (M2) as written is 0/0. The cure is to keep $\ell_k=\ln\pi_k+\ln p_k(y)$. For any constant $c$,
#
# $$\ln\sum_k e^{\ell_k}=c+\ln\sum_k e^{\ell_k-c}, \qquad \pi_k(y)=\frac{e^{\ell_k-c}}{\sum_je^{\ell_j-c}} .$$
#
# The first is *log-sum-exp*, the second the *softmax*. Somebody has chosen a $c$ that "makes all exponents positive, so that nothing vanishes". It works for our pixel:

# %%
def shares_of(weights, log_evidence):
    """Weights of (M2), after taking off the smallest logarithm."""
    grown = np.exp(log_evidence - log_evidence.min())
    return weights * grown / np.sum(weights * grown)


print("board and chalk:", shares_of(prior.weights, logs).round(4))
with np.errstate(over="ignore", invalid="ignore"):
    print("a patch:", shares_of(prior16.weights, logs16[0]).round(2).tolist())

# %% [markdown]
# ### Exercise 03.4: the posterior weights
#
# *repair, 9 minutes*
#
# **Which constant is safe?** Write (M2) so that it survives logarithms near $-1350$, logarithms that lie thousands apart, in any order, and a component whose prior weight is 0, even one that predicted $y$ best of all: its $\ell_k$ is $-\infty$, its
# posterior weight 0. (`np.log(0.0)` is $-\infty$, as it should be, with a warning that may stand.)

# %% nbgrader={"grade": false, "grade_id": "exercise-03-4", "locked": false, "schema_version": 3, "solution": true, "task": false}
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

# %% nbgrader={"grade": true, "grade_id": "check-03-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_posterior_weights = exercises.check("03.4", posterior_weights)

# %%
yours = np.array([my_posterior_weights(prior16.weights, row) for row in logs16])
theirs = np.array([mixture.posterior(prior16, gaussian.LinearGaussian(eye, none, white), v).weights for v in noisy16])
print("largest weight of each patch", yours.max(axis=1).round(3), " equal to the library's:", np.allclose(yours, theirs, atol=1e-6))

# %% [markdown]
# With $c=\max_k\ell_k$ the largest term is $e^0=1$: nothing overflows, the sum is at least 1, and a term that vanishes was negligible beside 1. The patches are sure which component is theirs.
#
# ## 6. Move the observation
#
# *7 minutes, 1 s*
#
# Look at one pixel at $y=124$ and at two pixels of which only the left one is read, as 188: both dark, both bright, or an edge, bright then dark.

# %%
names = "board", "chalk"
plots.mixture_posterior(prior, mixture.posterior(prior, channel, [124.0]), 124, 50, names)
plt.show()

# %% [markdown]
# The figure shows, left, the prior with its two humps, and the likelihood, each curve as a whole divided by its own peak; in the middle the posterior, with a star at its mean and a diamond at the mean of the most probable component; right, the weights before, hatched, and
# after. Both humps are there, and the diamond sits on board.

# %%
pixels = mixture.Mixture([0.5, 0.3, 0.2], [[25.0, 25.0], [205.0, 205.0], [200.0, 40.0]],
                         [[[400.0, 200.0], [200.0, 400.0]], [[900.0, 600.0], [600.0, 900.0]], [[900.0, 0.0], [0.0, 400.0]]])
kinds = "both dark", "both bright", "edge"
left_only = gaussian.LinearGaussian([[1.0, 0.0]], [0.0], [[20.0**2]])
plots.mixture_posterior(pixels, mixture.posterior(pixels, left_only, [188.0]), 188.0, 20, kinds)
plt.show()

# %% [markdown]
# The figure shows the plane of the two pixels: left the prior as three gray clouds, an ellipse at one standard deviation in each, and a band around the observation; in the middle two clouds one above the other, the star between them; right, the weight of "both dark" is gone.
#
# With a kernel, the next cell has sliders for $y$ and $\sigma$. Predict first, then move:
#
# 1. One pixel, $\sigma=50$: from $y=124$ to 140, how far travels the star, how far the diamond?
# 2. Two pixels, $y=188$: lower $\sigma$ from 50 to 5. What becomes of the uncertainty of the *right* pixel?

# %% tags=["nbval-ignore-output"]
widgets.mixture_widget(prior, names, pixels, kinds)

# %%
for level in (124, 140):
    print(f"y = {level}:", widgets.mixture_view(prior, names, level, 50).readout)
for sigma in (50.0, 5.0):
    g = mixture.posterior(pixels, gaussian.LinearGaussian([[1.0, 0.0]], [0.0], [[sigma**2]]), [188.0])
    print(f"sigma {sigma:2.0f}: weights {g.weights.round(2)}, std of the right pixel {np.sqrt(g.cov[1, 1]):.1f}")

# %% [markdown]
# The star moves by 37 gray levels, the diamond jumps by 150: (M5) jumps where the weights cross, (M4) never does. And the uncertainty of the right pixel falls only from 83.6 to 79.0: the spread inside each kind shrinks, but both kinds predict nearly the same on the left, so the doubt between them stays.
#
# ## 7. Your code at work
#
# *7 minutes, 3 s*
#
# Now delete the *right half* of $8\times8$ patches of held-out digits, add noise of 5 gray levels to the left half, and ask for all 64 pixels. $W$ consists of the rows of the identity that belong to seen pixels. Your log-evidence and your weights say which of 50
# components made a patch; the library gives $m_k(y)$ and $C_k$, (G8) fifty times; your moments join them. **Predict:** (g) the average patch of the prior misses the hidden pixels by some 90 gray levels. By how many does yours?

# %%
guess_g = exercises.guess("03.g", ...)

# %%
prior8 = priors.digit_prior(8, 50)
rng = np.random.default_rng(5)
clean8 = patches.sample_patches(held_out, 8, 450, rng)
hidden = np.tile(np.arange(8) >= 4, 8)
half = gaussian.LinearGaussian(np.eye(64)[~hidden], np.zeros(32), 25 * np.eye(32))
seen = clean8[:, ~hidden] + 5 * rng.standard_normal((450, 32))
bright = np.flatnonzero(seen.mean(axis=1) > 40)[:50]  # patches whose seen half has a stroke to go by
clean8, seen = clean8[bright], seen[bright]

# %%
def filled(v):
    """Posterior mean (64,) and covariance of a patch, by your weights and moments."""
    logs = my_component_log_evidence(prior8.means, prior8.covs, half.matrix, half.offset, half.noise_cov, v)
    parts = mixture.posterior(prior8, half, v)
    return my_moments(my_posterior_weights(prior8.weights, logs), parts.means, parts.covs)

# %%
restored, spreads = zip(*[filled(v) for v in seen])
restored, claimed = np.array(restored), np.sqrt(np.mean([np.diag(c)[hidden] for c in spreads]))
miss = {"average patch": prior8.mean - clean8, "yours": restored - clean8}
miss = {name: np.sqrt(np.mean(d[:, hidden] ** 2)) for name, d in miss.items()}
print(f"hidden pixels: average patch {miss['average patch']:.1f}, your tr C claims {claimed:.1f} gray levels (root mean square)")
print("yours.", guess_g.beside(miss["yours"], "{:.1f} gray levels"))

# %%
credit = exercises.credit(my_component_log_evidence, my_weight_of_first, my_moments, my_posterior_weights)
print(credit)

# %%
shown = np.argsort(clean8[:, hidden].std(axis=1))[::-1][:5]  # those with most to be found in the hidden half
observed = np.full((5, 64), np.nan)
observed[:, ~hidden] = seen[shown]
columns = {"original": clean8[shown], "seen": observed, "your mean": restored[shown]}
panels = plots.picture_columns({name: rows.reshape(-1, 8, 8) for name, rows in columns.items()}, title="Half a patch, filled in")
plots.sign(panels, credit)
plt.show()

# %% [markdown]
# The figure shows five patches as rows, chosen for much ink and much black in their hidden half: the original; what was seen, the missing right half in orange; and your posterior mean. It continues strokes that enter the hole; a gray smear is the mean between components that disagree.
#
# The mean is better than the average patch, and worse than it claims: the fitted prior is *overconfident* on real digits. Where does such a prior come from? [Lesson 04](04_patches_and_prior.ipynb) fits one.
#
# ### References
#
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer, 2006, sections 2.3 and 9.2.
# - G. Yu, G. Sapiro, S. Mallat, Solving inverse problems with piecewise linear estimators, IEEE Trans. Image Processing 21, 2012, [doi:10.1109/TIP.2011.2176743](https://doi.org/10.1109/TIP.2011.2176743): missing pixels with Gaussian mixtures.
# - P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41, 2021, [doi:10.1093/imanum/draa038](https://doi.org/10.1093/imanum/draa038).
