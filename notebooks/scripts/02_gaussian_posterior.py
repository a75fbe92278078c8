# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,slideshow,nbgrader,-all
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

# %% [markdown] slideshow={"slide_type": "slide"}
# # The Gaussian posterior: what does a noisy measurement tell?
#
# **The question.** A clean vector $z$ was measured: $y = Wz + b + \text{noise}$. We hold $y$ in the hand, we know how measurements are made, and we had an opinion of $z$ before. What do we know about $z$ now? For pictures: what did this noisy patch look like before the noise?

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you will be able to do.** After this lesson we can
#
# - multiply prior and likelihood and complete the square, to get the posterior in precision form (G6) and the distribution of the measurement (G7);
# - prove the Woodbury identity, and pass to the gain form (G8), which works where (G6) cannot;
# - say what happens with no noise, with endless noise, and direction by direction when $W = I$;
# - denoise a patch of a real digit, and predict the error before measuring it;
# - write the posterior in both forms, and the Wiener filter, as functions of a few lines.
#
# **What you need.** Lesson 01: conditioning (G2), (G3), the joint distribution (G4) and its precision (G5).
#
# **Running time.** About 6 seconds.

# %% slideshow={"slide_type": "skip"}
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from course_lib import datasets, gaussian, patches, priors
from course_lib.classroom import exercises, ledger, plots
from course_lib.gaussian import Gaussian, LinearGaussian

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1. Two opinions on one pixel
#
# A pixel $z$ is expected near 120 gray levels, give or take 30: this is the **prior**, $p(z)$. A camera whose noise has standard deviation 20 reads $y = 200$. As a function of $z$, the density $p(y \mid z)$ of what was read is called the **likelihood**. What we know afterwards, $p(z \mid y)$, is the **posterior**, and Bayes' rule joins the three:
#
# $$p(z \mid y) = \frac{p(z)\, p(y \mid z)}{p(y)}.$$
#
# **Predict, then run.** Where will the posterior be: at 120, at 160 halfway, at 200? And will it be wider or narrower than both?

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The picture first

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows three bells over the gray level $z$: the prior (dashed) around 120, the likelihood (dotted) around 200 and a little narrower, and the posterior (solid) between them, nearer to the likelihood, the narrowest and tallest of the three.

# %% slideshow={"slide_type": "-"}
pixel = Gaussian([120], [[900]])
plots.belief_update(pixel, noise_std=20, y=200)
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# Bayes' rule by brute force: multiply the two densities on a fine grid of $z$, and divide by the area. No formula of this lesson is needed.

# %% slideshow={"slide_type": "skip"}
z = np.linspace(-200, 500, 70_001)
likelihood = np.exp(-((200 - z) ** 2) / (2 * 400)) / np.sqrt(2 * np.pi * 400)
product = np.exp(pixel.log_density(z[:, None])) * likelihood
area = product.sum() * 0.01
mean = (z * product).sum() / product.sum()
std = np.sqrt(((z - mean) ** 2 * product).sum() / product.sum())
print(f"mean {mean:.4f}, standard deviation {std:.4f}, area {area:.8f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# The posterior is $175.38 \pm 16.64$: nearer to the camera, which is the surer of the two, and surer than both.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Completing the square with numbers
#
# Call the prior's mean and variance $\mu$ and $v$, and the noise variance $\sigma^2$. The exponent of the product, times $-2$, is a quadratic in $z$. We collect the powers of $z$:
#
# $$\frac{(z-\mu)^2}{v} + \frac{(y-z)^2}{\sigma^2} = \Big(\frac1v + \frac1{\sigma^2}\Big) z^2 - 2\Big(\frac{\mu}{v} + \frac{y}{\sigma^2}\Big) z + \text{const}.$$
#
# With $c = \big(\tfrac1v + \tfrac1{\sigma^2}\big)^{-1}$ and $m = c\,\big(\tfrac{\mu}{v} + \tfrac{y}{\sigma^2}\big)$ this is $\tfrac1c z^2 - 2\tfrac{m}{c} z + \text{const} = \tfrac1c (z - m)^2 + \text{const}$: the exponent of $\mathcal N(m, c)$.
#
# One over a variance is a **precision**. So precisions add, and the mean is the average of the two opinions, each weighted by its precision.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 02.1: two opinions with a pencil
#
# Another pixel is expected at $100 \pm 20$, and a better camera, with noise of standard deviation 10, reads 150. **What is the posterior mean?** Return the number. No calculator is needed: write both precisions with the same denominator. (The cells after this exercise do the pixel of the figure.)

# %% nbgrader={"grade": false, "grade_id": "exercise-02-1", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def weighted_mean():
    """Posterior mean of z for the prior 100 +- 20, the noise 10 and the reading 150  ->  a number, in gray levels"""
    ### BEGIN SOLUTION
    prior_precision, noise_precision = 1 / 20**2, 1 / 10**2
    return (100 * prior_precision + 150 * noise_precision) / (prior_precision + noise_precision)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_weighted_mean = exercises.check("02.1", weighted_mean)

# %% [markdown] slideshow={"slide_type": "skip"}
# For the pixel of the figure, in numbers:

# %% slideshow={"slide_type": "skip"}
prior_precision, noise_precision = 1 / 900, 1 / 400
total = prior_precision + noise_precision
print(f"weight of the prior {prior_precision / total:.4f}, weight of the camera {noise_precision / total:.4f}")
print(f"mean {(120 * prior_precision + 200 * noise_precision) / total:.4f}, standard deviation {total**-0.5:.4f}")

# %% [markdown] slideshow={"slide_type": "-"}
# The camera's opinion counts 69 %, the prior's 31 %, and mean and standard deviation are those of the grid to four decimals. The rest of the lesson says the same with matrices, where an opinion has a different precision in every direction.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 2. What measurement did we expect?
#
# ### The predictive distribution
#
# The area under prior times likelihood is $p(y) = \int p(z)\,p(y \mid z)\,dz$, the density of the measurement before it is made. It is called the **evidence** for the model, once $y$ is known. **Guess:** if the pixel varies by 30 and the noise by 20, by how much does the measurement vary: 50, or less?
#
# For any $W$, $b$ and noise covariance $R$, with prior $z \sim \mathcal N(\mu, S)$, no integral is needed. Lesson 01 has the joint distribution (G4) of $z$ and $y$; by (G1) the marginal of $y$ is its lower block:
#
# $$y \sim \mathcal N\big(W\mu + b,\;\; WSW' + R\big). \tag{G7}$$
#
# The two sources of variation are independent, so their (co)variances add. The function that is (G7) is `gaussian.predictive`.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 02.2: the measurement that we expect
#
# Write (G7) as a function, for any prior $\mathcal N(\mu, S)$ and any channel $(W, b, R)$. Both $S$ and $R$ may be zero: what is left of the spread then?

# %% nbgrader={"grade": false, "grade_id": "exercise-02-2", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def expected_measurement(mu, S, W, b, R):
    """Mean and covariance of y = W z + b + noise, (G7).

    mu (Dz,), S (Dz, Dz): of z;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel  ->  mean (Dy,), cov (Dy, Dy)
    """
    ### BEGIN SOLUTION
    return W @ mu + b, W @ S @ W.T + R
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_expected_measurement = exercises.check("02.2", expected_measurement)

# %% slideshow={"slide_type": "skip"}
camera = LinearGaussian(matrix=[[1]], offset=[0], noise_cov=[[400]])
expected = gaussian.predictive(pixel, camera)
print(f"mean {expected.mean[0]:.0f}, standard deviation {np.sqrt(expected.cov[0, 0]):.3f}")
print(f"density at 200: {np.exp(expected.log_density([200.0])):.8f}")
print("equal to the area of section 1:", np.isclose(np.exp(expected.log_density([200.0])), area, rtol=1e-9))

# %% [markdown] slideshow={"slide_type": "skip"}
# The measurement varies by 36.1 gray levels: $\sqrt{30^2 + 20^2}$, less than 50. And its density at 200 is the area under the product, 0.00094386. Now with matrices: the pair of pixels and the three measurements of lesson 01 (the mean of both, the second alone, the difference with an offset of 10). Here the judge is the marginal of the joint.

# %% slideshow={"slide_type": "skip"}
pair = Gaussian([120, 100], [[900, 720], [720, 1600]])
channel = LinearGaussian(
    matrix=[[0.5, 0.5], [0, 1], [1, -1]], offset=[0, 0, 10], noise_cov=[[100, 0, 0], [0, 400, 0], [0, 0, 25]]
)
evidence = gaussian.predictive(pair, channel)
lower = gaussian.marginal(gaussian.joint(pair, channel), [2, 3, 4])
print("mean", evidence.mean, " standard deviations", np.sqrt(np.diag(evidence.cov)).round(2))
print("the marginal of (G4):", np.allclose(evidence.mean, lower.mean), np.allclose(evidence.cov, lower.cov))

# %% [markdown] slideshow={"slide_type": "skip"}
# We expect to read $110 \pm 33$, $100 \pm 45$ and $30 \pm 33$.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3. The posterior in precision form
#
# ### Completing the square with matrices
#
# Suppose $S$ and $R$ are invertible. Up to a constant, $-2 \ln p(z)\,p(y \mid z)$ is
#
# $$(z-\mu)'S^{-1}(z-\mu) + (y - b - Wz)'R^{-1}(y - b - Wz).$$

# %% [markdown] slideshow={"slide_type": "skip"}
# Multiply out. Each mixed term is a number and equals its own transpose, so the two mixed terms of each square are equal:
#
# $$z'S^{-1}z - 2z'S^{-1}\mu + \mu'S^{-1}\mu \;+\; z'W'R^{-1}Wz - 2z'W'R^{-1}(y-b) + (y-b)'R^{-1}(y-b).$$

# %% [markdown] slideshow={"slide_type": "-"}
# Collect the terms with two $z$, with one, and with none:
#
# $$z'\,\underbrace{(S^{-1} + W'R^{-1}W)}_{C^{-1}}\,z \;-\; 2z'\,\underbrace{\big(S^{-1}\mu + W'R^{-1}(y-b)\big)}_{h} \;+\; \text{const}.$$
#
# We want $(z-m)'C^{-1}(z-m) = z'C^{-1}z - 2z'C^{-1}m + m'C^{-1}m$. The quadratic terms agree already, and the linear ones agree when $C^{-1}m = h$, that is, $m = Ch$. Whatever remains does not contain $z$, so it is part of the constant, which must make the density integrate to one. So the posterior is the Gaussian
#
# $$p(z \mid y) = \mathcal N(z \mid m, C), \quad C = (S^{-1} + W'R^{-1}W)^{-1}, \quad m = C\,\big(S^{-1}\mu + W'R^{-1}(y-b)\big). \tag{G6}$$

# %% [markdown] slideshow={"slide_type": "notes"}
# Again precisions add, and the mean weighs two opinions. The matrix $W'R^{-1}W$ is the precision of the measurement as seen from $z$: it is zero in directions that $W$ does not see. The function that is (G6) is `gaussian.posterior_by_precision`.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 02.3: the posterior in precision form
#
# Write (G6) as a function. The arguments are those of exercise 02.2 and the measurement $y$. Here $S$ and $R$ are invertible, but $W$ need not be, and need not be square.

# %% nbgrader={"grade": false, "grade_id": "exercise-02-3", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def posterior_by_precision(mu, S, W, b, R, y):
    """Mean and covariance of z given y, (G6).

    mu (Dz,), S (Dz, Dz): of z;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel;  y (Dy,)
    ->  mean (Dz,), cov (Dz, Dz)
    """
    ### BEGIN SOLUTION
    S_inv, R_inv = np.linalg.inv(S), np.linalg.inv(R)
    C = np.linalg.inv(S_inv + W.T @ R_inv @ W)
    return C @ (S_inv @ mu + W.T @ R_inv @ (y - b)), C
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_posterior_by_precision = exercises.check("02.3", posterior_by_precision)

# %% slideshow={"slide_type": "skip"}
y = np.array([150, 140, 25])
by_precision = gaussian.posterior_by_precision(pair, channel, y)
print("mean", by_precision.mean.round(4))
print("covariance", by_precision.cov.round(4).tolist())

# %% [markdown] slideshow={"slide_type": "skip"}
# Two pixels are few enough for a grid. We lay one point at every gray level, compute $\ln p(z) + \ln p(y \mid z)$ there, and take the mean and the covariance of the grid points under these weights.

# %% slideshow={"slide_type": "skip"}
side = np.arange(-30.0, 330.0)
grid = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
noise = Gaussian(np.zeros(3), channel.noise_cov)
log_product = pair.log_density(grid) + noise.log_density(y - channel.offset - grid @ channel.matrix.T)
weights = np.exp(log_product - log_product.max())
weights /= weights.sum()

# %% slideshow={"slide_type": "skip"}
grid_mean = weights @ grid
grid_cov = (grid - grid_mean).T @ (weights[:, None] * (grid - grid_mean))
print("mean", grid_mean.round(4))
print("covariance", grid_cov.round(4).tolist())

# %% [markdown] slideshow={"slide_type": "skip"}
# The grid knows nothing of precisions, and gives the same mean, $(153.6763, 138.9149)$, and the same covariance, to all digits printed. The two pixels are known to 9 gray levels each, and their errors go together (covariance 67.4 beside variances of 80.9 and 77.8): it is their difference that was measured well.
#
# ### The same as the report does it
#
# The report (the first of the references) takes the precision of the joint distribution and conditions with it. The blocks of (G5), with $z$ first, are $L_{11} = S^{-1} + W'R^{-1}W$ and $L_{12} = -W'R^{-1}$. Put into (G3), the covariance is $L_{11}^{-1} = C$, and the mean is
#
# $$\mu - L_{11}^{-1}L_{12}(y - W\mu - b) = \mu + C\,W'R^{-1}(y - b - W\mu).$$
#
# To see that this is (G6), write $\mu = C\,C^{-1}\mu = C\,(S^{-1} + W'R^{-1}W)\,\mu$. Then
#
# $$C\,\big(S^{-1}\mu + W'R^{-1}W\mu + W'R^{-1}(y-b) - W'R^{-1}W\mu\big) = C\,\big(S^{-1}\mu + W'R^{-1}(y-b)\big),$$
#
# since the terms with $W\mu$ cancel.

# %% slideshow={"slide_type": "skip"}
joint = gaussian.joint(pair, channel)
by_blocks = gaussian.condition_by_precision(joint, seen=[2, 3, 4], value=y)
agree = [np.allclose(by_blocks.mean, by_precision.mean, rtol=1e-9), np.allclose(by_blocks.cov, by_precision.cov, rtol=1e-9)]
print("(G5) and (G3) give (G6), mean and covariance:", agree)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Bayes' rule as a check at any point
#
# Bayes' rule in logarithms, solved for the evidence, reads $\ln p(y) = \ln p(z) + \ln p(y \mid z) - \ln p(z \mid y)$. The left side does not contain $z$. So the right side must be the same number at *every* $z$, near or absurd. This tests (G6) and (G7) at once, constants included, and we use it again for mixtures.

# %% slideshow={"slide_type": "-"}
for z in ([150, 140], [0, 0], [255, 20]):
    residual = y - channel.offset - channel.matrix @ z
    before, after = pair.log_density(z), by_precision.log_density(z)
    likelihood = noise.log_density(residual)
    terms = before, likelihood, after, before + likelihood - after
    line = "z = {}: {:.4f} + {:.4f} - ({:.4f}) = {:.6f}"
    print(line.format(z, *terms))
print(f"ln p(y) by (G7): {evidence.log_density(y):.6f}")

# %% [markdown] slideshow={"slide_type": "-"}
# At a likely $z$ the terms are around ten, at an absurd one around a thousand; the balance is $-13.566417$ each time, the value of (G7).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 4. The gain form
#
# ### Why another form?
#
# (G6) inverts $S$, $R$ and a $d_z \times d_z$ matrix. But the prior of a patch can be singular, and the noise can be zero. **Question:** which formula of lesson 01 conditions without inverting all of $S$? It was (G2). So apply (G2) to the joint (G4), with $z$ as the first block: $S_{12} = SW'$ and $S_{22} = WSW' + R$. The result, with the **gain** $G$, is
#
# $$G = SW'(WSW' + R)^{-1}, \qquad m = \mu + G\,(y - W\mu - b), \qquad C = S - GWS. \tag{G8}$$
#
# It reads well: we expected $W\mu + b$, we got $y$, and the gain says how much of the surprise to believe. Only $WSW' + R$ must be invertible, for which an invertible $R$ suffices.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 02.4: the posterior in gain form
#
# Write (G8) as a function, with the arguments and results of exercise 02.3. This time $S$ or $R$ may be singular, even zero; only $WSW' + R$ is invertible for sure. (If you write the gain with `np.linalg.solve(A, B)`, which is $A^{-1}B$: on which side of the inverse stands $SW'$ in (G8)?)

# %% nbgrader={"grade": false, "grade_id": "exercise-02-4", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def posterior_by_gain(mu, S, W, b, R, y):
    """Mean and covariance of z given y, (G8).

    mu (Dz,), S (Dz, Dz): of z;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel;  y (Dy,)
    ->  mean (Dz,), cov (Dz, Dz)
    """
    ### BEGIN SOLUTION
    G = np.linalg.solve(W @ S @ W.T + R, W @ S).T
    return mu + G @ (y - W @ mu - b), S - G @ W @ S
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-02-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_posterior_by_gain = exercises.check("02.4", posterior_by_gain)

# %% [markdown] slideshow={"slide_type": "slide"}
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

# %% [markdown] slideshow={"slide_type": "skip"}
# ### The gain, by pushing $W$ through
#
# The claim for the gains is $SW'V^{-1} = C\,W'R^{-1}$ with $C = (S^{-1} + W'R^{-1}W)^{-1}$. Look at one product in two ways:
#
# $$(S^{-1} + W'R^{-1}W)\,SW' = W' + W'R^{-1}WSW' = W'R^{-1}(R + WSW') = W'R^{-1}V.$$
#
# So $C^{-1}SW' = W'R^{-1}V$; multiply by $C$ from the left and $V^{-1}$ from the right. This is called the push-through identity, because $W'$ is pushed from one side of an inverse to the other.
#
# For the means, section 3 has shown that (G6) equals $\mu + C\,W'R^{-1}(y - b - W\mu)$, and $C\,W'R^{-1} = G$. So (G8) is (G6), wherever (G6) exists.

# %% slideshow={"slide_type": "skip"}
S, W, R = pair.cov, channel.matrix, channel.noise_cov
C = np.linalg.inv(np.linalg.inv(S) + W.T @ np.linalg.inv(R) @ W)
V = W @ S @ W.T + R
print("Woodbury:", np.allclose(C, S - S @ W.T @ np.linalg.inv(V) @ W @ S, rtol=1e-9))
print("push-through:", np.allclose(S @ W.T @ np.linalg.inv(V), C @ W.T @ np.linalg.inv(R), rtol=1e-9))

# %% [markdown] slideshow={"slide_type": "skip"}
# The function that is (G8) is `gaussian.posterior`, and it is the one that all of the course uses.

# %% slideshow={"slide_type": "skip"}
after = gaussian.posterior(pair, channel, y)
print("mean", after.mean.round(4))
agree = [np.allclose(after.mean, by_precision.mean, rtol=1e-10), np.allclose(after.cov, by_precision.cov, rtol=1e-9)]
print("equal to (G6), mean and covariance:", agree)

# %% [markdown] slideshow={"slide_type": "skip"}
# The same mean, $(153.6763, 138.9149)$, and the same covariance.
#
# A remark on rounding: $S - GWS$ is a difference, and in floating point it can lose its symmetry or a tiny eigenvalue's sign. The library computes the equal expression $(I - GW)\,S\,(I - GW)' + G R G'$, as a product of a matrix with its own transpose, which cannot become negative. It is the covariance of the error $z - m = (I - GW)(z - \mu) - G\,\text{noise}$. To see that it equals $C$, multiply out and use $GV = SW'$:
#
# $$S - GWS - SW'G' + G\,(WSW' + R)\,G' = S - GWS - SW'G' + SW'G' = S - GWS.$$

# %% slideshow={"slide_type": "skip"}
G = S @ W.T @ np.linalg.inv(V)
A = np.eye(2) - G @ W
print("the error's covariance:", np.allclose(A @ S @ A.T + G @ R @ G.T, S - G @ W @ S, rtol=1e-9))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 5. A singular prior
#
# ### The corner of a digit
#
# Is a singular covariance a mathematician's worry? Take the $8 \times 8$ corner at the upper left of all training digits, 64 pixels, and compute their sample mean and covariance. **Guess:** how many of the 64 pixels were never lit in any of the 9000 digits?

# %% slideshow={"slide_type": "skip"}
train, _ = datasets.digits("train")
test, labels = datasets.digits("test")
corner = train[:, :8, :8].reshape(-1, 64)
never = corner.max(axis=0) == 0
corner_prior = Gaussian(corner.mean(axis=0), np.cov(corner.T))
print(f"{len(corner)} corners, {never.sum()} of 64 pixels never lit, rank {np.linalg.matrix_rank(corner_prior.cov)}")
print("pixels 20, 21 and 22 were lit only in digits", np.flatnonzero(corner[:, 20:23].any(axis=1)))

# %% [markdown] slideshow={"slide_type": "-"}
# Nearly half of the pixels, 30 of 64, are black in every training digit. Their variance is zero, and the covariance has no inverse. Its rank is 33 and not 34, because three pixels were lit only in the same two digits, 5823 and 5840: one combination of the three never varies either.

# %% [markdown] slideshow={"slide_type": "skip"}
# The precision form refuses, and says what to use:

# %% slideshow={"slide_type": "skip"}
camera25 = LinearGaussian(np.eye(64), np.zeros(64), 25**2 * np.eye(64))
rng = np.random.default_rng(2)
corners = test[:, :8, :8].reshape(-1, 64)
noisy_corners = corners + 25 * rng.standard_normal(corners.shape)

# %% slideshow={"slide_type": "skip"}
try:
    gaussian.posterior_by_precision(corner_prior, camera25, noisy_corners[0])
except ValueError as error:
    print(error)

# %% [markdown] slideshow={"slide_type": "-"}
# The gain form is not disturbed. We restore the corners of 100 held-out digits, every tenth, under noise of 25 gray levels.

# %% slideshow={"slide_type": "skip"}
def rms(difference):
    return np.sqrt(np.mean(difference**2))


restored = [gaussian.posterior(corner_prior, camera25, y).mean for y in noisy_corners[::10]]
print(f"error before {rms(noisy_corners[::10] - corners[::10]):.2f}, after {rms(restored - corners[::10]):.2f} gray levels")

# %% [markdown] slideshow={"slide_type": "-"}
# The error falls from 25.11 to 7.43 gray levels, with a prior that has no density.

# %% [markdown] slideshow={"slide_type": "skip"}
# But a confident prior has a price. **Guess:** what happens to the held-out corner with the most ink of all?

# %% slideshow={"slide_type": "skip"}
worst = corners.sum(axis=1).argmax()
std = np.sqrt(np.diag(corner_prior.cov))
g = gaussian.posterior(corner_prior, camera25, noisy_corners[worst])
print(f"error before {rms(noisy_corners[worst] - corners[worst]):.2f}, after {rms(g.mean - corners[worst]):.2f} gray levels")
lit = corners[worst] > 128
print(f"{lit.sum()} bright pixels, {corners[worst, lit].mean():.0f} gray levels, prior std {std[lit].mean():.0f}")
print("estimate and variance vanish where never lit:", np.allclose(g.mean[never], 0), np.allclose(np.diag(g.cov)[never], 0))

# %% slideshow={"slide_type": "skip"}
loaded = Gaussian(corner_prior.mean, corner_prior.cov + np.eye(64))
g = gaussian.posterior(loaded, camera25, noisy_corners[worst])
print(f"one squared gray level added to each variance: after {rms(g.mean - corners[worst]):.2f} gray levels")

# %% [markdown] slideshow={"slide_type": "skip"}
# It gets worse, from 22.43 to 59.34. Its 13 bright pixels have a gray level of 240 on average, where the prior allows a standard deviation of 22: less than the noise, so the ink is taken for noise. And where the prior is certain, the posterior is certain too, 0 with no variance, whatever was read.
#
# What is rare in 9000 digits does happen in the next thousand. The fitted priors of the course add one squared gray level to every variance: that makes each matrix invertible, but does not save this corner, 59.27. It needs a prior that also knows bright corners, as kinds of their own. That is lesson 03.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 6. Little noise, much noise
#
# **Predict, then run.** The prior is $120 \pm 30$, the reading 200. What are the posterior's mean and spread with nearly no noise? With enormous noise?

# %% slideshow={"slide_type": "skip"}
noise_stds = np.geomspace(0.1, 3000, 200)
channels = [LinearGaussian([[1]], [0], [[s**2]]) for s in noise_stds]
beliefs = [gaussian.posterior(pixel, c, [200]) for c in channels]
means = np.array([g.mean[0] for g in beliefs])
stds = np.array([np.sqrt(g.cov[0, 0]) for g in beliefs])

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Two limits, and a third case

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows, against the noise on a logarithmic axis, the posterior mean on the left, which falls from the observation 200 to the prior mean 120 in an S-shaped curve; and the posterior standard deviation on the right, which follows the noise while that is small and flattens at the prior's 30.

# %% slideshow={"slide_type": "-"}
plots.noise_limits(noise_stds, means, stds, pixel, 200)
plt.show()

# %% slideshow={"slide_type": "skip"}
for s in (0.1, 30, 3000):
    g = gaussian.posterior(pixel, LinearGaussian([[1]], [0], [[s**2]]), [200])
    print(f"noise {s:6.1f}: mean {g.mean[0]:8.4f}, standard deviation {np.sqrt(g.cov[0, 0]):7.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# With hardly any noise we believe the reading, 199.9991, and are as sure as the camera, 0.1; with enormous noise we keep the prior, 120.0080 and 29.9985. At noise 30, equal to the prior's spread, the mean is halfway, 160, and the spread is $30/\sqrt2 = 21.2132$. Since precisions add, the posterior is never wider than the prior or the noise.
#
# In (G8) both limits are one line when $W = I$, $R = \sigma^2 I$ and $S$ is invertible: $G = S(S + \sigma^2 I)^{-1}$ goes to $I$ for $\sigma \to 0$ and to $0$ for $\sigma \to \infty$. Zero noise itself is allowed in (G8), but not in (G6).

# %% slideshow={"slide_type": "skip"}
exact = gaussian.posterior(pair, LinearGaussian(np.eye(2), np.zeros(2), np.zeros((2, 2))), [200, 90])
print("mean", exact.mean.round(9), " variances below 1e-9:", np.diag(exact.cov).max() < 1e-9)

# %% [markdown] slideshow={"slide_type": "skip"}
# A noiseless reading of both pixels is believed to the letter. **One more question:** does all doubt vanish without noise, whatever $W$ is? Let the camera read only the mean of the two pixels, exactly.

# %% slideshow={"slide_type": "skip"}
mean_only = LinearGaussian([[0.5, 0.5]], [0], [[0]])
half_seen = gaussian.posterior(pair, mean_only, [150])
mean_and_difference = LinearGaussian([[0.5, 0.5], [1, -1]], [0, 0], np.zeros((2, 2)))
for name, g in (("before", pair), ("after", half_seen)):
    pushed = gaussian.predictive(g, mean_and_difference)
    mean, std = pushed.mean, np.sqrt(np.abs(np.diag(pushed.cov)))
    print(f"{name}: mean {mean[0]:.2f}, std {std[0]:.2f}; difference {mean[1]:.2f}, std {std[1]:.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Before, the mean was $110 \pm 31.38$; now it is 150, for certain. The difference went from 20 to 5.79, since the second pixel varies more and takes more of the surplus, but it is hardly better known than before, 30.59 against 32.56 gray levels: what $W$ does not see, only the prior can tell. This is why filling in missing pixels (lesson 03 and after) lives on the prior alone.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 7. The Wiener filter
#
# ### One factor for each direction
#
# Denoising has $W = I$, $b = 0$, $R = \sigma^2 I$ with $\sigma > 0$. Take the eigenvectors of the prior's covariance, $S = U\,\mathrm{diag}(\lambda)\,U'$ with $U'U = UU' = I$. Then $S + \sigma^2 I = U\,\mathrm{diag}(\lambda + \sigma^2)\,U'$, and its inverse has $1/(\lambda_i + \sigma^2)$ in its place, so
#
# $$G = S\,(S + \sigma^2 I)^{-1} = U\,\mathrm{diag}\Big(\frac{\lambda_i}{\lambda_i + \sigma^2}\Big)\,U'.$$
#
# Read from right to left: turn $y - \mu$ into the eigenvectors' frame, shrink each coordinate by its own factor, turn back, add $\mu$. A direction in which the prior varies much more than the noise is believed; one in which it varies less is taken for noise. This is the **Wiener filter**, and the core of (M6) in lesson 05.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 02.5: the Wiener filter
#
# Write the filter: the factors of all directions, and the posterior mean that they give. `np.linalg.eigh(S)` returns the eigenvalues $\lambda_i$ in rising order, and $U$ with the eigenvector of $\lambda_i$ in its *column* $i$. Return the factors in the order of the eigenvalues. $S$ may be singular.
#
# **Guess before you write:** what is the factor of a direction in which the prior never varies?

# %% nbgrader={"grade": false, "grade_id": "exercise-02-5", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
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

# %% nbgrader={"grade": true, "grade_id": "check-02-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_wiener = exercises.check("02.5", wiener)

# %% slideshow={"slide_type": "-"}
lam, U = np.linalg.eigh(pair.cov)
factors = lam / (lam + 25**2)
print("prior variances", lam.round(2), " factors", factors.round(4))

# %% slideshow={"slide_type": "skip"}
seen = np.array([150.0, 30.0])
after = gaussian.posterior(pair, LinearGaussian(np.eye(2), np.zeros(2), 625 * np.eye(2)), seen)
shrunk = pair.mean + U @ (factors * (U.T @ (seen - pair.mean)))
print("posterior mean", after.mean.round(4))
print("the same by shrinking:", np.allclose(after.mean, shrunk, rtol=1e-12))
print("covariance is U diag(25² factor) U':", np.allclose(after.cov, U @ np.diag(625 * factors) @ U.T, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "skip"}
# Along the prior's long axis, where the two pixels go up together, its variance is 2050.56 and 77 % of a deviation is kept; along the short axis it is 449.44 and 42 % is kept. (Of a direction with $\lambda = 0$ nothing is kept: it never leaves the prior mean.) The remaining variances are $25^2$ times the factors, by $\lambda - \lambda^2/(\lambda + \sigma^2) = \sigma^2\lambda/(\lambda + \sigma^2)$.
#
# The figure shows the plane of the two pixels: the prior as a large tilted ellipse, the likelihood as a circle around the reading $(150, 30)$ at the lower right, and the posterior as a smaller ellipse. Its centre lies between the other two, but not on the line that joins them. The reading breaks the pattern "bright with bright" and is pulled back mostly along the short axis.

# %% slideshow={"slide_type": "skip"}
plots.shrinking_ellipse(pair, 25, seen)
plt.show()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8. A patch of a real digit

# %% [markdown] slideshow={"slide_type": "skip"}
# ### One Gaussian for all patches

# %% [markdown] slideshow={"slide_type": "-"}
# Now 64 pixels. The prior is the mean and the covariance of 50 000 patches of $8 \times 8$ pixels from the training digits (the mixture of lesson 04 with a single component, shipped with the course). We cut a patch from the middle of a held-out digit (21 patches fit into a row of 28 pixels, so number $10\cdot 21 + 10$ starts at row 10, column 10), add noise of 25 gray levels, and restore it.

# %% slideshow={"slide_type": "skip"}
fitted = priors.digit_prior(8, 1)
patch_prior = Gaussian(fitted.means[0], fitted.covs[0])
print(f"fitted to {priors.n_patches(8)} patches")
print(f"average gray level {patch_prior.mean.mean():.1f}, root of the mean variance {np.sqrt(np.diag(patch_prior.cov).mean()):.1f}")

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(3)
clean = patches.extract_patches(test[350], 8)[10 * 21 + 10]
noisy = clean + 25 * rng.standard_normal(64)
restored = gaussian.posterior(patch_prior, camera25, noisy)
print(f"digit {labels[350]}: error before {rms(noisy - clean):.2f}, after {rms(restored.mean - clean):.2f} gray levels")

# %% [markdown] slideshow={"slide_type": "skip"}
# The figure shows three patches of 8 by 8 pixels on the same gray range: the clean one with a piece of a bright stroke, the noisy one, and the posterior mean, in which the grain is smoother but not gone.

# %% slideshow={"slide_type": "-"}
titles = ["clean", "noisy", "posterior mean"]
plots.patch_row([clean, noisy, restored.mean], titles)
plt.show()

# %% [markdown] slideshow={"slide_type": "notes"}
# The error falls from 26.71 to 21.19 gray levels. (With no measurement, the best guess is the prior mean, 54.7 on average, and it errs by 94.9 if the prior is right.) The posterior claims an error as well, the root of the average of the diagonal of $C$, and it does so before it has seen any patch. **Predict, then run:** over 20 000 patches of all held-out digits, will the claim hold?

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(2)
several = patches.sample_patches(test, 8, 20_000, rng)
blurred = several + 25 * rng.standard_normal(several.shape)
gain = np.linalg.solve(patch_prior.cov + 625 * np.eye(64), patch_prior.cov).T
estimates = patch_prior.mean + (blurred - patch_prior.mean) @ gain.T
extreme = np.mean((several < 10) | (several > 245))
print(f"pixels within 10 gray levels of black or white: {100 * extreme:.0f} %")
claimed = np.sqrt(np.diag(restored.cov).mean())
print(f"claimed {claimed:.2f}, measured {rms(estimates - several):.2f}, noise {rms(blurred - several):.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# It holds: 20.03 claimed, 20.05 measured, from noise of 24.99.
#
# Before we are proud of the model, look again. The estimate is linear in $y$, so its mean square error needs only the mean and the covariance of the patches, never the shape of their distribution. Digit patches are far from Gaussian (83 % of their pixels are nearly black or nearly white), and a rule that knows more than two moments can do better. That is what the mixture of lesson 03 is for.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Where the gain comes from

# %% [markdown] slideshow={"slide_type": "notes"}
# Where does this gain of 20 % come from? The figure shows the factor $\lambda_i/(\lambda_i + \sigma^2)$ of the 64 directions in falling order of variance, one curve for each noise level. Each starts near 1, and the stronger the noise, the faster and deeper it falls.

# %% slideshow={"slide_type": "-"}
lam = np.linalg.eigvalsh(patch_prior.cov)[::-1]
plots.shrinkage(lam, (10, 25, 50))
plt.show()

# %% slideshow={"slide_type": "skip"}
print(f"prior variances from {lam[-1]:.0f} to {lam[0]:.0f}")
for s in (10, 25, 50):
    factors = lam / (lam + s**2)
    print(f"noise {s}: {(factors > 0.5).sum()} of 64 factors above one half, last {factors[-1]:.2f}, sum {factors.sum():.1f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# The prior variances span 141772 to 185, and the last factors are 0.65, 0.23 and 0.07. At noise 25 the factors add up to 41.1 of 64. The remaining mean square error is $\sigma^2$ times the average factor, so its root is $25\sqrt{41.1/64} = 20.0$, as claimed; of 43 directions more than half is kept. At noise 10 that is so for all 64 (sum 57.0), at noise 50 for only 21 (sum 26.2). Lesson 04 shows what such directions look like.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 9. Two lines of the report
#
# ### Erratum 3: a ridge on the wrong matrix
#
# Against singular matrices, the report's code adds $0.01\,I$, a *ridge*, to the posterior covariance $C$, and computes the mean with that sum: $(C + 0.01\,I)\,h$ in place of $Ch$, where $h = S^{-1}\mu + W'R^{-1}(y-b)$. For one direction with prior variance $v$ and $W = 1$ we have $C^{-1} = 1/v + 1/\sigma^2$ and $h = C^{-1}m$, so the mean becomes
#
# $$(C + 0.01)\,C^{-1}m = \Big(1 + \frac{0.01}{v} + \frac{0.01}{\sigma^2}\Big)\,m \approx \Big(1 + \frac{0.01}{v}\Big)\,m \quad\text{for } v \ll \sigma^2.$$
#
# **Predict:** for which $v$ is this harmless? Prior mean 120, noise 25, reading 130.

# %% slideshow={"slide_type": "skip"}
for v in (200, 1, 0.01, 1e-6):
    C = 1 / (1 / v + 1 / 625)
    h = 120 / v + 130 / 625
    print(f"prior variance {v:8g}: right {C * h:8.3f}, report {(C + 0.01) * h:12.3f}, ratio minus 1: {0.01 / C:.5g}")

# %% [markdown] slideshow={"slide_type": "-"}
# At the variance 200, near the smallest of our fitted patch prior (185), the ridge changes the fifth digit. At 1 the mean is 1 % too large. At 0.01 it doubles the mean, and at $10^{-6}$, scikit-learn's default for a pixel that never varies, it makes 120 into more than a million.

# %% [markdown] slideshow={"slide_type": "skip"}
# Here is the same in 64 dimensions: a component that owns only 40 patches, fewer than it has pixels, saved by $10^{-6}$ on its diagonal. We take any 40 patches, and then 40 patches full of ink.

# %% slideshow={"slide_type": "skip"}
pool = patches.sample_patches(train, 8, 2000, np.random.default_rng(4))
for name, own in (("any 40 patches", pool[:40]), ("40 patches with ink", pool[pool.mean(axis=1) > 100][:40])):
    thin = Gaussian(own.mean(axis=0), np.cov(own.T) + 1e-6 * np.eye(64))
    right = gaussian.posterior(thin, camera25, noisy)
    report = right.mean + 0.01 * (np.linalg.solve(thin.cov, thin.mean) + noisy / 625)
    blacks = (own.max(axis=1) == 0).sum()
    print(f"{name} ({blacks} black): error right {rms(right.mean - clean):.1f}, report {rms(report - clean):.2g} gray levels")

# %% [markdown] slideshow={"slide_type": "skip"}
# With any 40 patches the ridge does nothing: 49.4 and 49. (So few patches make a poor prior, worse than the noisy patch with its 26.71.) Six of them are entirely black, and since 0 is the mean plus a deviation from it, the mean lies in the span of the deviations, where variances are large.
#
# A component that owns strokes has no black patches. There the right rule errs by 29.8, poor but a picture, and the report's by some 190 000 gray levels. The remedy is to regularise the *prior's* covariance, as our fits do, or to use (G8), which needs no help.
#
# ### Erratum 5: a standard deviation named variance
#
# The report's function has an argument `variance` and squares it to build $R$: it is a standard deviation. A reader who trusts the name passes $25^2 = 625$. (Also, the report states $\sigma = 20$ for its figure, but the call that draws it leaves the default of 25.)

# %% slideshow={"slide_type": "skip"}
for noise_std in (20, 25, 625):
    g = gaussian.posterior(pixel, LinearGaussian([[1]], [0], [[noise_std**2]]), [200])
    print(f"noise std {noise_std:3d}: mean {g.mean[0]:.2f}, standard deviation {np.sqrt(g.cov[0, 0]):.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Between 20 and 25 the mean moves by 8 gray levels, from 175.38 to 167.21. Who passes 625 gets 120.18: the picture is thrown away and the prior mean returned. In this course every width of noise is a standard deviation, and is called `noise_std`.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %% slideshow={"slide_type": "skip"}
ledger.table("02")

# %% [markdown] slideshow={"slide_type": "skip"}
# Read the row (G8): the gain form agrees with a posterior that was integrated by quadrature, for singular $S$ as well. "G8 a" is
# the Woodbury identity and "G8 b" the step that pushes $W$ through, both for blocks of every size.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we have seen
#
# - Prior times likelihood, square completed: precisions add, the mean is a weighted opinion (G6). On a grid and by formula, 120 and 200 gave $175.38 \pm 16.64$.
# - The measurement itself is Gaussian (G7), and $\ln p(y)$ comes out the same at any $z$.
# - Woodbury and push-through lead to the gain form (G8). It needs no inverse of $S$ and worked on a corner of the digits where 30 of 64 pixels never vary.
# - With $W = I$ each eigen-direction is shrunk by $\lambda/(\lambda + \sigma^2)$. One Gaussian for all digit patches brought noise of 25 gray levels down to 20.05 over 20 000 held-out patches, and had claimed 20.03.
# - A ridge belongs on the prior, not on the posterior.
#
# **What comes next.** Digit patches are flat, or edges, or strokes, each kind with its own covariance. Lesson 03 gives each kind its own Gaussian, and asks which one made the patch at hand.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - Report 1, theory question 1 (posterior) and simulation question 3 (the function `cal_mean`).
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer 2006, section 2.3.3.
# - W. W. Hager, "Updating the inverse of a matrix", *SIAM Review* 31 (1989), DOI [10.1137/1031049](https://doi.org/10.1137/1031049), for the Woodbury identity.
# - H. V. Henderson, S. R. Searle, "On deriving the inverse of a sum of matrices", *SIAM Review* 23 (1981), DOI [10.1137/1023004](https://doi.org/10.1137/1023004), for push-through.
# - R. E. Kalman, "A new approach to linear filtering and prediction problems", *Journal of Basic Engineering* 82 (1960), DOI [10.1115/1.3662552](https://doi.org/10.1115/1.3662552), for the gain.
# - N. Wiener, *Extrapolation, Interpolation, and Smoothing of Stationary Time Series*, MIT Press 1949.
