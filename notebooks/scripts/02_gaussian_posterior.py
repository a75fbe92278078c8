# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: _gaussian_posterior.ipynb,scripts//_gaussian_posterior.py:percent
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
# # 02 The Gaussian posterior
#
# **What does a noisy measurement tell?** A clean vector $z$ was measured: $y = Wz + b + \text{noise}$. We hold $y$, we know how
# measurements are made, and we had an opinion of $z$ before. What do we know about $z$ now? Here you write the answer in two
# forms, and at the end your code cleans a patch of a real digit, and says beforehand how large its error will be.
#
# *Study: 87 minutes. Machine: 6 seconds.*
#
# **You will be able to**
# - join two opinions by adding their precisions, for numbers (a pencil will do) and for vectors (G6);
# - say how a measurement varies before it is made (G7);
# - update by the gain (G8), which needs no inverse of the prior's covariance;
# - shrink direction by direction, and predict the error that is left.
#
# **You need** lesson [01](01_conditional_gaussians.ipynb): conditioning (G2), the joint of a clean vector and its measurement (G4).
# Proofs of the identities, a second derivation and the ledger are in [the companion](further/02_gaussian_posterior.ipynb).

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from course_lib import datasets, gaussian, patches, priors
from course_lib.classroom import exercises, plots
from course_lib.gaussian import Gaussian, LinearGaussian

# %% [markdown]
# ## 1. Two opinions on one pixel
#
# *16 minutes, 1 s*
#
# A pixel $z$ is expected near 120 gray levels, give or take 30: this is the **prior**, $p(z)$. A camera whose noise has standard
# deviation 20 reads $y = 200$. As a function of $z$, the density $p(y \mid z)$ of what was read is called the **likelihood**.
# What we know afterwards, $p(z \mid y)$, is the **posterior**, and Bayes' rule joins the three:
#
# $$p(z \mid y) = \frac{p(z)\, p(y \mid z)}{p(y)}.$$
#
# So multiply the two densities on a fine grid of $z$ and divide by the area. No formula of this lesson is needed for that.
#
# **Predict:** (a) where will the mean of the posterior lie, between 120 and 200? (b) What will its standard deviation be, beside
# the prior's 30 and the camera's 20? Put your numbers in the place of the dots.

# %%
guess_a = exercises.guess("02.a", ...)
guess_b = exercises.guess("02.b", ...)

# %%
pixel = Gaussian([120], [[900]])
z = np.linspace(-200, 500, 70_001)
likelihood = np.exp(-((200 - z) ** 2) / (2 * 400)) / np.sqrt(2 * np.pi * 400)
product = np.exp(pixel.log_density(z[:, None])) * likelihood
area = product.sum() * 0.01
mean = (z * product).sum() / product.sum()
std = np.sqrt(((z - mean) ** 2 * product).sum() / product.sum())
print("mean.", guess_a.beside(mean, "{:.2f}"))
print("standard deviation.", guess_b.beside(std, "{:.2f}"), f" Area {area:.8f}")
plots.mark_guess(plots.belief_update(pixel, noise_std=20, y=200), guess_a)
plt.show()

# %% [markdown]
# The figure shows three bells over the gray level $z$: the prior (dashed) around 120, the likelihood (dotted) around 200 and a
# little narrower, and the posterior (solid) between them, nearer to the likelihood, the narrowest and tallest of the three.
#
# The posterior is $175.38 \pm 16.64$: nearer to the camera, which is the surer of the two, and surer than both. Where do these
# numbers come from? Call the prior's mean and variance $\mu$ and $v$, and the noise variance $\sigma^2$. The exponent of the
# product, times $-2$, is
#
# $$\frac{(z-\mu)^2}{v} + \frac{(y-z)^2}{\sigma^2},$$
#
# a parabola in $z$. The exponent of *any* bell of mean $m$ and variance $c$ is $(z-m)^2/c$ plus a constant.
#
# ### Exercise 02.1: two opinions with a pencil
#
# *derive, 6 minutes*
#
# Another pixel is expected at $100 \pm 20$, and a better camera, with noise of standard deviation 10, reads 150. **What is the
# posterior mean?** Collect the terms with $z^2$ and those with $z$ in both parabolas, and compare. No calculator is needed.

# %% nbgrader={"grade": false, "grade_id": "exercise-02-1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def weighted_mean():
    """Posterior mean of z for the prior 100 +- 20, the noise 10 and the reading 150  ->  a number, in gray levels"""
    ### BEGIN SOLUTION
    prior_precision, noise_precision = 1 / 20**2, 1 / 10**2
    return (100 * prior_precision + 150 * noise_precision) / (prior_precision + noise_precision)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_weighted_mean = exercises.check("02.1", weighted_mean)

# %% [markdown]
# With letters: comparing the terms with $z^2$ gives the variance $c$, those with $z$ the mean $m$:
#
# $$\frac1c = \frac1v + \frac1{\sigma^2}, \qquad m = c\,\Big(\frac{\mu}{v} + \frac{y}{\sigma^2}\Big).$$
#
# One over a variance is a **precision**. So *precisions add*, and the mean is the average of the opinions, each weighted by its
# precision. Nothing stops us at two opinions: here a second reading of the first camera joins in.

# %%
second = np.exp(-((z - 100) ** 2) / (2 * 400)) * np.exp(-((150 - z) ** 2) / (2 * 100))
print(f"your pencil's pixel: {my_weighted_mean():.2f}, on the grid {(z * second).sum() / second.sum():.2f}")
total = 1 / 900 + 1 / 400
print(f"the camera counts {1 / 400 / total:.0%}; standard deviation {total**-0.5:.2f}, with a second reading {(total + 1 / 400)**-0.5:.2f}")
plots.precisions_add({"prior": 30, "camera": 20, "camera again": 20}, "What is known of one pixel")
plt.show()

# %% [markdown]
# The figure shows three bars of precision end to end, the prior's short one and two equal ones of the camera; below them a
# bar as long as all three, the posterior, with its standard deviation, 12.79.
#
# The rest of the lesson says the same with matrices, where an opinion has a different precision in every direction.
#
# ## 2. What measurement did we expect?
#
# *11 minutes, 0 s*
#
# The area under prior times likelihood is $p(y) = \int p(z)\,p(y \mid z)\,dz$, the density of the measurement before it is made. Once
# $y$ is known it is called the **evidence** for the model. **Predict:** (c) if the pixel varies by 30 and the noise by 20, by how much
# does the measurement vary?

# %%
guess_c = exercises.guess("02.c", ...)

# %%
rng = np.random.default_rng(1)
draws = 120 + 30 * rng.standard_normal(1_000_000) + 20 * rng.standard_normal(1_000_000)
print("the measurement varies by.", guess_c.beside(draws.std(), "{:.1f}"), " 30 + 20 = 50")

# %% [markdown]
# Two independent variations push the same way only half of the time; when they do not, they partly cancel. So they do not add as they are. What does add?
#
# ### Exercise 02.2: the measurement that we expect
#
# *derive, 6 minutes*
#
# No integral is needed. Take any prior $z \sim \mathcal N(\mu, S)$ and any channel: $y = Wz + b + \text{noise}$, the noise independent of $z$
# with covariance $R$. **What are the mean and the covariance of $y$?** Take the expectation, and then the covariance, of $Wz+b+\text{noise}$ by hand.
# $S$ or $R$ may be zero, even both.

# %% nbgrader={"grade": false, "grade_id": "exercise-02-2", "locked": false, "schema_version": 3, "solution": true, "task": false}
def expected_measurement(mu, S, W, b, R):
    """Mean and covariance of y = W z + b + noise.

    mu (Dz,), S (Dz, Dz): of z;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel  ->  mean (Dy,), cov (Dy, Dy)
    """
    ### BEGIN SOLUTION
    return W @ mu + b, W @ S @ W.T + R
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_expected_measurement = exercises.check("02.2", expected_measurement)

# %%
one, zero = np.eye(1), np.zeros(1)
expected = Gaussian(*my_expected_measurement(pixel.mean, pixel.cov, one, zero, 400 * one))
print(f"standard deviation {np.sqrt(expected.cov[0, 0]):.2f}")
print(f"its density at 200: {np.exp(expected.log_density([200.0])):.8f}, the area of section 1: {area:.8f}")

# %% [markdown]
# $\sqrt{30^2 + 20^2} = 36.06$: independent spreads add as variances, and $\mathrm{cov}(Wz)=WSW'$. The density at 200 is the area under
# the product. In general, the **predictive distribution** of a measurement is
#
# $$y \sim \mathcal N\big(W\mu + b,\;\; WSW' + R\big). \tag{G7}$$
#
# Note the two kinds of adding. *Variances* add when one variation comes on top of another. *Precisions* add when two opinions
# are about one thing.
#
# ## 3. Precisions add, in every direction
#
# *20 minutes, 1 s*
#
# Now $z$ is a vector. Suppose $S$ and $R$ are invertible. Up to a constant, $-2 \ln p(z)\,p(y \mid z)$ is
#
# $$(z-\mu)'S^{-1}(z-\mu) + (y - b - Wz)'R^{-1}(y - b - Wz),$$
#
# a parabola over the space of $z$, and so the exponent of a Gaussian, $(z-m)'C^{-1}(z-m)$ plus a constant.
#
# ### Exercise 02.3: the posterior in precision form
#
# *derive, 12 minutes*
#
# Do with these two what you did with the pencil: multiply out, collect the terms with two $z$, then those with one, and compare. (A mixed
# term is a number, so it equals its own transpose.) **Return the mean $m$ and the covariance $C$.** $W$ need not be square.

# %% nbgrader={"grade": false, "grade_id": "exercise-02-3", "locked": false, "schema_version": 3, "solution": true, "task": false}
def posterior_by_precision(mu, S, W, b, R, y):
    """Mean and covariance of z given y; S and R are invertible.

    mu (Dz,), S (Dz, Dz): of z;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel;  y (Dy,)
    ->  mean (Dz,), cov (Dz, Dz)
    """
    ### BEGIN SOLUTION
    S_inv, R_inv = np.linalg.inv(S), np.linalg.inv(R)
    C = np.linalg.inv(S_inv + W.T @ R_inv @ W)
    return C @ (S_inv @ mu + W.T @ R_inv @ (y - b)), C
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_posterior_by_precision = exercises.check("02.3", posterior_by_precision)

# %% [markdown]
# Multiplied out, the terms with two $z$ are $z'(S^{-1} + W'R^{-1}W)z$, and those with one are $-2z'\big(S^{-1}\mu + W'R^{-1}(y-b)\big)$;
# in $(z-m)'C^{-1}(z-m)$ they are $z'C^{-1}z$ and $-2z'C^{-1}m$. So
#
# $$C = (S^{-1} + W'R^{-1}W)^{-1}, \qquad m = C\,\big(S^{-1}\mu + W'R^{-1}(y-b)\big). \tag{G6}$$
#
# Again precisions add. The matrix $W'R^{-1}W$ is the precision of the measurement as seen from $z$: it is zero in directions that $W$ does
# not see.
#
# Two pixels are few enough for a grid. They were measured three times: the mean of both, the second alone, and their difference with an
# offset of 10. The grid has a point at every gray level and knows nothing of precisions.

# %%
mu, S = np.array([120, 100]), np.array([[900, 720], [720, 1600]])
W, b, R = np.array([[0.5, 0.5], [0, 1], [1, -1]]), np.array([0, 0, 10]), np.diag([100, 400, 25])
y = np.array([150, 140, 25])
side = np.arange(-30.0, 330.0)
points = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
pair, noise = Gaussian(mu, S), Gaussian(np.zeros(3), R)
log_product = pair.log_density(points) + noise.log_density(y - b - points @ W.T)
weights = np.exp(log_product - log_product.max())
weights /= weights.sum()

# %%
m, C = my_posterior_by_precision(mu, S, W, b, R, y)
around = points - weights @ points
print("mean: yours", m.round(4), " grid", (weights @ points).round(4))
print("covariance: yours", C.round(4).tolist(), " grid", (around.T @ (weights[:, None] * around)).round(4).tolist())
print("standard deviations", np.sqrt(np.diag(C)).round(1))

# %% [markdown]
# The same mean and covariance, to all digits printed. The two pixels are known to 9 gray levels each, and their errors go together
# (covariance 67.4): it is their difference that was measured well.
#
# A grid needs few dimensions. Bayes' rule in logarithms, solved for the evidence, needs none: $\ln p(y) = \ln p(z) + \ln p(y \mid z) - \ln p(z \mid y)$. The
# left side does not contain $z$, so the right side must be the same number at *every* $z$, near or absurd.

# %%
after, evidence = Gaussian(m, C), Gaussian(*my_expected_measurement(mu, S, W, b, R))
print(f"ln p(y) by (G7): {evidence.log_density(y):.6f}")
for z_here in ([150, 140], [0, 0], [255, 20]):
    terms = pair.log_density(z_here), noise.log_density(y - b - W @ z_here), after.log_density(z_here)
    print(f"z = {z_here}: {terms[0]:.4f} + {terms[1]:.4f} - ({terms[2]:.4f}) = {terms[0] + terms[1] - terms[2]:.6f}")

# %% [markdown]
# $-13.566417$ each time, the value of (G7). This tests your two functions at once, constants included.
#
# ## 4. The gain
#
# *19 minutes, 2 s*
#
# (G6) inverts $S$ and $R$. Is that safe with pictures? Take the $8 \times 8$ corner at the upper left of all 9000 training digits, 64
# pixels, and compute their mean and covariance. **Predict:** (d) how many of the 64 pixels were never lit in any digit?

# %%
guess_d = exercises.guess("02.d", ...)

# %%
train, _ = datasets.digits("train")
test, labels = datasets.digits("test")
corner = train[:, :8, :8].reshape(-1, 64)
never = corner.max(axis=0) == 0
corner_mean, corner_cov = corner.mean(axis=0), np.cov(corner.T)
print("never lit.", guess_d.beside(never.sum(), "{:.0f} of 64"))
white = LinearGaussian(np.eye(64), np.zeros(64), 25**2 * np.eye(64))
try:
    gaussian.posterior_by_precision(Gaussian(corner_mean, corner_cov), white, corner[0])
except ValueError as error:
    print(error)

# %% [markdown]
# Nearly half of the pixels are black in every training digit: their variance is zero, and the covariance has no inverse. The precision
# form cannot be used. But lesson 01 has a formula that conditions without inverting all of the covariance: (G2), the line of means. The joint
# (G4) of $z$ and $y$ has $S_{12} = SW'$ and $S_{22} = WSW' + R$, so the slope of the line, called the **gain**, is
#
# $$G = SW'(WSW' + R)^{-1}.$$
#
# It says how much of a surprise to believe. Only $WSW' + R$ must be invertible, for which an invertible $R$ suffices. Somebody has
# written the rest, with two slips. Two small cases show that something is wrong: a reading that is just what we expected, and a
# reading of everything without noise, after which no doubt may be left.

# %%
def updated(mu, S, W, b, R, y):
    G = np.linalg.solve(W @ S @ W.T + R, W @ S).T
    return mu + G @ (y - b), S - G @ R @ G.T


step = updated(mu, S, W, b, R, W @ mu + b)[0] - mu
print("a reading just as expected moves the mean by", step.round(1))
print("variances left without noise", np.diag(updated(mu, S, np.eye(2), np.zeros(2), 0 * S, mu)[1]))

# %% [markdown]
# ### Exercise 02.4: the posterior by the gain
#
# *repair, 10 minutes*
#
# **Find the two slips and write the update right**, with (G2) at your side. $S$ or $R$ may be singular, even zero, but not both. (`np.linalg.solve(A, B)`
# is $A^{-1}B$; the gain above is right, as $G'=(WSW'+R)^{-1}WS$.)

# %% nbgrader={"grade": false, "grade_id": "exercise-02-4", "locked": false, "schema_version": 3, "solution": true, "task": false}
def posterior_by_gain(mu, S, W, b, R, y):
    """Mean and covariance of z given y; W S W' + R is invertible, S and R need not be.

    mu (Dz,), S (Dz, Dz): of z;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel;  y (Dy,)
    ->  mean (Dz,), cov (Dz, Dz)
    """
    ### BEGIN SOLUTION
    G = np.linalg.solve(W @ S @ W.T + R, W @ S).T
    return mu + G @ (y - W @ mu - b), S - G @ W @ S
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_posterior_by_gain = exercises.check("02.4", posterior_by_gain)

# %% [markdown]
# In full, the **gain form** is
#
# $$G = SW'(WSW' + R)^{-1}, \qquad m = \mu + G\,(y - W\mu - b), \qquad C = S - GWS. \tag{G8}$$
#
# We expected $W\mu + b$, we got $y$, and $G$ turns the surprise into a step. It equals (G6) wherever (G6) exists; the
# [companion](further/02_gaussian_posterior.ipynb) proves it. Now restore the corners of 100 held-out digits under noise of 25 gray levels. **Predict:** (e)
# the held-out corner with the most ink of all arrives with an error (root mean square over its pixels) of 22 gray levels. With which error does it leave?

# %%
guess_e = exercises.guess("02.e", ...)

# %%
def rms(difference):
    return np.sqrt(np.mean(difference**2))


m_gain, C_gain = my_posterior_by_gain(mu, S, W, b, R, y)
print("the pair again, equal to (G6):", np.allclose(m_gain, m, rtol=1e-9) and np.allclose(C_gain, C, rtol=1e-9))
corners = test[:, :8, :8].reshape(-1, 64)
noisy_corners = corners + 25 * np.random.default_rng(2).standard_normal(corners.shape)

# %%
def cleaned(v):
    return my_posterior_by_gain(corner_mean, corner_cov, np.eye(64), np.zeros(64), 625 * np.eye(64), v)


some = np.array([cleaned(v)[0] for v in noisy_corners[::10]])
print(f"100 corners: error before {rms(noisy_corners[::10] - corners[::10]):.2f}, after {rms(some - corners[::10]):.2f} gray levels")
worst = corners.sum(axis=1).argmax()
mean_worst, lit = cleaned(noisy_corners[worst])[0], corners[worst] > 128
print(f"most ink: error before {rms(noisy_corners[worst] - corners[worst]):.2f}")
print("after.", guess_e.beside(rms(mean_worst - corners[worst]), "{:.2f} gray levels"))
spread = np.sqrt(np.diag(corner_cov))[lit].mean()
print(f"its {lit.sum()} bright pixels have {corners[worst, lit].mean():.0f} gray levels, their prior std is {spread:.0f}")

# %% [markdown]
# On average the error falls to 7.43 gray levels, with a prior that has no density at all, since some pixels do not vary. But a confident prior has its price: the
# corner full of ink gets *worse*, 59.34. Where its pixels are bright, 240, the prior allows a standard deviation of 22, less than the
# noise: so the ink is taken for noise. This corner needs a prior that knows bright corners as a kind of their own; that is lesson 03.
#
# ## 5. Little noise, much noise
#
# *5 minutes, 1 s*
#
# Back to the pixel, $120 \pm 30$, read as 200. With nearly no noise, and with enormous noise, the answer is easy to tell. What about a camera
# that reads *exactly*, but reads only the mean of two pixels? Take the pair of section 3, whose mean is $110 \pm 31.4$ and whose difference
# is $20 \pm 32.6$, and let an exact camera say that the mean is 150. **Predict:** (f) how well is the difference known after that: with which
# standard deviation?

# %%
guess_f = exercises.guess("02.f", ...)

# %%
half = my_posterior_by_gain(mu, S, np.array([[0.5, 0.5]]), zero, 0 * one, np.array([150]))
for name, (at, spread) in {"before": (mu, S), "after": half}.items():
    looks = [at @ v for v in ([0.5, 0.5], [1, -1])], [np.sqrt(abs(v @ spread @ v)) for v in np.array([[0.5, 0.5], [1, -1]])]
    print(f"{name}: mean {looks[0][0]:.2f} ± {looks[1][0]:.2f}, difference {looks[0][1]:.2f} ± {looks[1][1]:.2f}")
print("difference.", guess_f.beside(looks[1][1], "{:.2f}"))
noise_stds = np.geomspace(0.1, 3000, 200)
beliefs = [my_posterior_by_gain(pixel.mean, pixel.cov, one, zero, s**2 * one, np.array([200])) for s in noise_stds]
means, stds = np.array([(g[0][0], np.sqrt(g[1][0, 0])) for g in beliefs]).T
plots.noise_limits(noise_stds, means, stds, pixel, 200)
plt.show()

# %% [markdown]
# The figure shows, against the noise on a logarithmic axis, on the left the posterior mean, falling from the observation 200 to the
# prior's 120; on the right the posterior standard deviation, which follows the noise while that is small and flattens at the prior's 30.
#
# After the exact reading the mean is certain. The difference was not read, but the prior couples it to the mean, $\mathrm{cov}=(900-1600)/2=-350$: along the line of means, of slope
# $-350/985$, the surprise of 40 moves it from 20 to 5.79, and its spread shrinks a little, to 30.59. What $W$ does not see, only the prior can tell.
#
# ## 6. Direction by direction
#
# *11 minutes, 0 s*
#
# Denoising has $W = I$, $b = 0$, $R = \sigma^2 I$ with $\sigma > 0$. Take the eigenvectors of the prior's covariance, $S = U\,\mathrm{diag}(\lambda)\,U'$
# with $U'U = UU' = I$. Then $S + \sigma^2 I = U\,\mathrm{diag}(\lambda + \sigma^2)\,U'$: along each axis there is one
# number of variance $\lambda_i$, with noise of variance $\sigma^2$ on it.

# %%
print("variances of the pair along its axes", np.linalg.eigvalsh(S).round(2), " along its pixels", np.diag(S))

# %% [markdown]
# One axis is "both up together", with the larger variance, the other "one up, one down".
#
# ### Exercise 02.5: the Wiener filter
#
# *use, 8 minutes*
#
# Carry (G8) to the axes: turn $y - \mu$ into their frame, keep a **factor** of each coordinate, turn back, add $\mu$. Return the factors and the
# posterior mean. `np.linalg.eigh(S)` returns the eigenvalues $\lambda_i$ in rising order and $U$ with the eigenvector of $\lambda_i$ in its *column*
# $i$. $S$ may be singular: a direction in which the prior never varies must keep nothing.

# %% nbgrader={"grade": false, "grade_id": "exercise-02-5", "locked": false, "schema_version": 3, "solution": true, "task": false}
def wiener(mu, S, noise_std, y):
    """Factors and posterior mean for W = I, b = 0, R = noise_std**2 I.

    mu (D,), S (D, D): of z;  noise_std: sigma, a number above 0;  y (D,)
    ->  factors (D,) in rising order of the eigenvalues, mean (D,)
    """
    ### BEGIN SOLUTION
    lam, U = np.linalg.eigh(S)
    factors = lam / (lam + noise_std**2)
    return factors, mu + U @ (factors * (U.T @ (y - mu)))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_wiener = exercises.check("02.5", wiener)

# %%
seen = np.array([150.0, 30.0])
factors, shrunk = my_wiener(mu, S, 25, seen)
by_gain = my_posterior_by_gain(mu, S, np.eye(2), np.zeros(2), 625 * np.eye(2), seen)
print("prior variances", np.linalg.eigvalsh(S).round(2), " factors", factors.round(4))
print("posterior mean", shrunk.round(4), " equal to the gain form:", np.allclose(shrunk, by_gain[0], rtol=1e-10))
print("variances left, 25² times the factors:", np.allclose(np.linalg.eigvalsh(by_gain[1]), 625 * factors, rtol=1e-9))
plots.shrinking_ellipse(pair, 25, seen)
plt.show()

# %% [markdown]
# The figure shows the plane of the two pixels, all at one standard deviation: the prior as a tilted ellipse with its axes, the likelihood as a circle around the reading $(150, 30)$,
# and the posterior as a smaller ellipse, whose centre lies off the straight line to the reading.
#
# In (G8) $G=S(S+\sigma^2I)^{-1}$ has the same axes, so its inverse and product are taken axis by axis, and
#
# $$m = \mu + U\,\mathrm{diag}\Big(\frac{\lambda_i}{\lambda_i + \sigma^2}\Big)\,U'\,(y - \mu)$$
#
# is the **Wiener filter**. Along the prior's long axis, where the two pixels go up together, the variance is
# 2050.56 and 77 % of a deviation is kept; along the short axis it is 449.44 and 42 % is kept. What is left of a variance is $\lambda-\lambda^2/(\lambda+\sigma^2)$, $\sigma^2$ times its factor.
#
# ## 7. Your code at work
#
# *5 minutes, 1 s*
#
# Now real patches of $8 \times 8$ pixels of held-out digits, under noise of 60 gray levels. The prior is the mean and the covariance of many patches from the
# training digits. With a *diagonal* covariance your filter treats each pixel alone, as in section 1.

# %%
fitted = priors.digit_prior(8, 1)  # one component: the mean and the covariance of the patches
patch_mean, patch_cov = fitted.means[0], fitted.covs[0]
thousand = patches.sample_patches(test, 8, 1000, np.random.default_rng(2))
noisy = thousand + 60 * np.random.default_rng(7).standard_normal(thousand.shape)
alone = np.array([my_wiener(patch_mean, np.diag(np.diag(patch_cov)), 60, v)[1] for v in noisy])
print(f"fitted to {priors.n_patches(8)} patches; error before {rms(noisy - thousand):.1f}, each pixel alone {rms(alone - thousand):.1f} gray levels")

# %% [markdown]
# Alone, a pixel can learn little from its own noisy value. Now let all 64 pixels speak for each other. **Predict:** (g) which error is left? Your factors know it before they have seen a patch: what is left of the
# variances adds up to $\operatorname{tr}C=\sigma^2\sum_i\lambda_i/(\lambda_i+\sigma^2)$, so the error of a pixel is $\sigma$ times the root of the average factor.

# %%
guess_g = exercises.guess("02.g", ...)

# %%
together = np.array([my_wiener(patch_mean, patch_cov, 60, v)[1] for v in noisy])
claimed = 60 * np.sqrt(np.mean(my_wiener(patch_mean, patch_cov, 60, noisy[0])[0]))
print("64 pixels together.", guess_g.beside(rms(together - thousand), "{:.1f} gray levels"), f" Claimed: {claimed:.1f}")
credit = exercises.credit(my_weighted_mean, my_expected_measurement, my_posterior_by_precision, my_posterior_by_gain, my_wiener)
print(credit)

# %%
n = int(thousand.std(axis=1).argmax())  # a patch with much black and much white
panels = plots.patch_row([thousand[n], noisy[n], alone[n], together[n]], ["clean", "noisy", "each pixel alone", "64 together"])
plots.sign(panels, credit)
plt.show()

# %% [markdown]
# The figure shows four patches of 8 by 8 pixels on the same gray range: a clean one with a bright stroke on black; the same speckled by noise; with each pixel restored alone, hardly better; and restored together,
# the stroke whole again and the black nearly black.
#
# The claim holds. But the estimate is linear in $y$, so its mean square error needs only the mean and the covariance of the patches, never the shape
# of their distribution: any other with the same two would leave the same error. Digit patches are far from Gaussian, and a rule that
# knows more can do better. [Lesson 03](03_posterior_gmm.ipynb) gives each kind of patch its own Gaussian, and asks which one made the patch at hand.
#
# ### References
#
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer 2006, section 2.3.3.
# - R. E. Kalman, "A new approach to linear filtering and prediction problems", *Journal of Basic Engineering* 82 (1960), DOI [10.1115/1.3662552](https://doi.org/10.1115/1.3662552), for the gain.
# - N. Wiener, *Extrapolation, Interpolation, and Smoothing of Stationary Time Series*, MIT Press 1949.
