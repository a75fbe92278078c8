# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: further//_conditional_gaussians.ipynb,scripts/further//_conditional_gaussians.py:percent
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
# # 01 Conditional Gaussians: further
#
# This companion of [lesson 01](../01_conditional_gaussians.ipynb) adds what the core leaves out: why a linear map of a Gaussian is Gaussian (moment generating function), the inverse of a matrix in blocks by elimination, (G2) by completing the square, singular covariances, a second way to (G4) and (G5), a sign and a letter of the report from which the first track grew, the slider's questions in numbers, and the ledger. The letters are those of the lesson; new ones are introduced here.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import trapezoid

from course_lib import gaussian
from course_lib.classroom import ledger, plots, widgets
from course_lib.gaussian import Gaussian, LinearGaussian

# %%
pair = Gaussian(mean=[120, 100], cov=[[900, 720], [720, 1600]])
std = np.sqrt(np.diag(pair.cov))
y1 = np.linspace(-100, 340, 4401)
along_cut = np.exp(pair.log_density(np.stack([y1, np.full_like(y1, 160)], axis=-1)))
area = trapezoid(along_cut, y1)
ratio = along_cut / area
print(f"two pixels, cut at 160: area under the cut {area:.6f}")

# %% [markdown]
# ## 1. Linear maps and the moment generating function
#
# Every Gaussian is an affine image of noise: $y = \mu + A \varepsilon$ with independent standard normal entries $\varepsilon_i$ and $A A' = S$ (for example $A = U\Lambda^{1/2}$ from the eigenvectors $U$ of $S$ and the diagonal matrix $\Lambda$ of its eigenvalues).
#
# We take this as the definition from here on. For an invertible $A$ the change of variables $\varepsilon = A^{-1}(y-\mu)$, with $|A| = |S|^{1/2}$ up to sign, gives the density of section 1 of the lesson; for a singular $S$ there is no density, but $\mu + A\varepsilon$ still makes sense.
#
# One consequence for later: $x'Sx = x'AA'x$ is the squared length of $A'x$, so it is never negative, and where it is zero, $Sx = A(A'x) = 0$. If $S$ is invertible, that happens for $x = 0$ only: then $x'Sx > 0$ for all other $x$, and $S$ is called **positive definite**.
#
# Write $\mathbb E$ for the expectation. For one standard normal number $\varepsilon$ and any real $s$, we complete the square, $-\tfrac12\varepsilon^2 + s\varepsilon = \tfrac12 s^2 - \tfrac12(\varepsilon - s)^2$, and get
#
# $$\mathbb E\, e^{s \varepsilon} = \int \tfrac{1}{\sqrt{2\pi}}\, e^{-\frac12 \varepsilon^2 + s \varepsilon}\, d\varepsilon = e^{\frac12 s^2} \int \tfrac{1}{\sqrt{2\pi}}\, e^{-\frac12 (\varepsilon-s)^2}\, d\varepsilon = e^{\frac12 s^2}.$$
#
# For a vector $t$, the number $t'y = t'\mu + \sum_i (A't)_i\, \varepsilon_i$ is a sum of independent terms, so the expectation of its exponential is a product:
#
# $$\mathbb E\, e^{t'y} = e^{t'\mu} \prod_i e^{\frac12 (A't)_i^2} = \exp\!\big(t'\mu + \tfrac12\, t' A A' t\big) = \exp\!\big(t'\mu + \tfrac12\, t' S t\big).$$
#
# This is the **moment generating function**. One theorem we quote without proof: where it is finite for all $t$, it determines the distribution. So a Gaussian is known once $\mu$ and $S$ are known, and whatever has a function of this form is Gaussian.
#
# Two consequences, both used all the time:
#
# - **Linear maps.** For $x = By + c$ we get $\mathbb E\, e^{t'x} = e^{t'c}\,\mathbb E\, e^{(B't)'y} = \exp\!\big(t'(B\mu + c) + \tfrac12\, t' B S B' t\big)$, so $x \sim \mathcal N(B\mu + c,\; B S B')$.
# - **Uncorrelated means independent.** If $S_{12} = 0$, then, with $t$ split like $y$, $t'St = t_1'S_{11}t_1 + t_2'S_{22}t_2$ and the function is a product of one in $t_1$ and one in $t_2$. So it is the function of two independent blocks, and by the theorem the blocks are independent. Without a *joint* Gaussian this is false in general.
#
# Forgetting is the linear map $B = [\,I \;\; 0\,]$, for which $B\mu = \mu_1$ and $BSB' = S_{11}$:
#
# $$y_1 \sim \mathcal N(\mu_1, S_{11}). \tag{G1}$$
#
# The function that is (G1) is `gaussian.marginal`. We use it on $y_2$ of our pair, and compare with the area under the cut, which came from the grid.

# %%
second = gaussian.marginal(pair, [1])
print("mean", second.mean, " covariance", second.cov)
print(f"density at 160: {np.exp(second.log_density([160.0])):.6f}")
print("equal to the area under the cut:", np.isclose(np.exp(second.log_density([160.0])), area, rtol=1e-8))

# %% [markdown]
# The area under the cut is the marginal density, 0.003238. Now the five pixels of the lesson: a marginal must be what (G1) says, and also what the linear map $B$ says.

# %%
steps = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
five = Gaussian(mean=[100, 120, 140, 120, 100], cov=1600 * 0.8**steps)
print(five.cov.round(1))

# %%
two = gaussian.marginal(five, [1, 4])
B = np.eye(5)[[1, 4]]
print("mean", two.mean, " covariance", two.cov.round(1).tolist())
print("same as B S B':", np.allclose(two.cov, B @ five.cov @ B.T, rtol=1e-12))

# %% [markdown]
# Pixels 1 and 4 are three steps apart, so their covariance is $1600 \cdot 0.8^3 = 819.2$, and no other pixel's number enters.
#
# ## 2. Inverting a matrix in blocks
#
# ### Elimination, with blocks in the place of numbers
#
# The density contains $S^{-1}$, so to look at the cut we need the inverse of a matrix in blocks. We do Gauss elimination, as for a $2\times 2$ system of numbers, but mind the order of the factors. Suppose $S_{22}$ is invertible. Subtract $S_{12}S_{22}^{-1}$ times the second block row from the first:
#
# $$\begin{bmatrix} I & -S_{12}S_{22}^{-1} \\ 0 & I \end{bmatrix} \begin{bmatrix} S_{11} & S_{12} \\ S_{21} & S_{22} \end{bmatrix} = \begin{bmatrix} M & 0 \\ S_{21} & S_{22} \end{bmatrix}, \qquad M = S_{11} - S_{12}S_{22}^{-1}S_{21}.$$
#
# What is left in the corner, $M$, is called the **Schur complement** of $S_{22}$.
#
# The block $S_{21}$ is still there. Subtract from the first block *column* the second one times $S_{22}^{-1}S_{21}$, which is a multiplication from the right:
#
# $$\begin{bmatrix} M & 0 \\ S_{21} & S_{22} \end{bmatrix} \begin{bmatrix} I & 0 \\ -S_{22}^{-1}S_{21} & I \end{bmatrix} = \begin{bmatrix} M & 0 \\ 0 & S_{22} \end{bmatrix}.$$
#
# Write $E$ for the first factor. As $S$ is symmetric, its transpose is the factor that clears $S_{21}$ from the right, so in one line
#
# $$E\, S\, E' = \begin{bmatrix} M & 0 \\ 0 & S_{22} \end{bmatrix}, \qquad E = \begin{bmatrix} I & -S_{12}S_{22}^{-1} \\ 0 & I \end{bmatrix}.$$
#
# We try it on the five pixels, with pixels 1 and 4 as the second block.

# %%
seen, rest = [1, 4], [0, 2, 3]
S11, S12, S22 = (five.cov[np.ix_(i, j)] for i, j in ((rest, rest), (rest, seen), (seen, seen)))
S = np.block([[S11, S12], [S12.T, S22]])
E = np.block([[np.eye(3), -S12 @ np.linalg.inv(S22)], [np.zeros((2, 3)), np.eye(2)]])
print((E @ S @ E.T).round(1) + 0.0)

# %% [markdown]
# The matrix falls into two blocks. The lower one is $S_{22}$ untouched. The upper one is $M$, and its diagonal, 576, 460.9 and 460.9, is far below 1600. In the first row, that of pixel 0, everything except the diagonal is zero. That is no accident, and section 4 explains it.
#
# ### The inverse and the determinant fall out
#
# Both $E$ and $E'$ are invertible, since they are triangular with ones on the diagonal. So $S$ is invertible exactly when $M$ is; suppose so. Invert both sides of $ESE' = \mathrm{diag}(M, S_{22})$ (the matrix with these two blocks, and zeros beside them), which reverses the order, $(E')^{-1} S^{-1} E^{-1} = \mathrm{diag}(M^{-1}, S_{22}^{-1})$, and multiply by $E'$ from the left and $E$ from the right:
#
# $$S^{-1} = E' \begin{bmatrix} M^{-1} & 0 \\ 0 & S_{22}^{-1} \end{bmatrix} E.$$
#
# The inverse covariance $L = S^{-1}$ is called the **precision**.
#
# Multiply the three factors out, right pair first:
#
# $$\begin{bmatrix} M^{-1} & 0 \\ 0 & S_{22}^{-1} \end{bmatrix} \begin{bmatrix} I & -S_{12}S_{22}^{-1} \\ 0 & I \end{bmatrix} = \begin{bmatrix} M^{-1} & -M^{-1}S_{12}S_{22}^{-1} \\ 0 & S_{22}^{-1} \end{bmatrix},$$
#
# and then with $E' = \begin{bmatrix} I & 0 \\ -S_{22}^{-1}S_{21} & I \end{bmatrix}$ from the left:
#
# $$L = \begin{bmatrix} L_{11} & L_{12} \\ L_{21} & L_{22} \end{bmatrix} = \begin{bmatrix} M^{-1} & -M^{-1}S_{12}S_{22}^{-1} \\ -S_{22}^{-1}S_{21}M^{-1} & S_{22}^{-1} + S_{22}^{-1}S_{21}M^{-1}S_{12}S_{22}^{-1} \end{bmatrix}.$$
#
# Note that $L_{11}$ is $M^{-1}$ and *not* $S_{11}^{-1}$. Taking determinants of $ESE'$, where $|E| = |E'| = 1$, gives $|S| = |M|\,|S_{22}|$.
#
# We build $L$ from its blocks and hold it against NumPy's inverse.

# %%
M = S11 - S12 @ np.linalg.solve(S22, S12.T)
L11 = np.linalg.inv(M)
L12 = -L11 @ S12 @ np.linalg.inv(S22)
L22 = np.linalg.inv(S22) - L12.T @ S12 @ np.linalg.inv(S22)

# %%
L = np.block([[L11, L12], [L12.T, L22]])
print("the blocks are the inverse:", np.allclose(L, np.linalg.inv(S), rtol=1e-10, atol=1e-14))
logdets = [np.linalg.slogdet(matrix)[1] for matrix in (S, M, S22)]
print("ln|S| = {:.4f},  ln|M| + ln|S22| = {:.4f} + {:.4f}".format(*logdets))

# %% [markdown]
# The four blocks agree with NumPy, and the two smaller log determinants, 18.3507 and 14.4515, add up to the large one, 32.8022. (In the code, $L_{22}$ is written with $L_{12}' = L_{21}$: its second term is $-L_{21}S_{12}S_{22}^{-1}$.)
#
# ## 3. Conditioning
#
# ### Completing the square
#
# Put $d = y - \mu$, with the blocks $d_1 = y_1 - \mu_1$ and $d_2 = y_2 - \mu_2$. By the factored inverse the exponent of the joint density, up to the factor $-\tfrac12$, is
#
# $$d'S^{-1}d = (Ed)' \begin{bmatrix} M^{-1} & 0 \\ 0 & S_{22}^{-1} \end{bmatrix} (Ed), \qquad Ed = \begin{bmatrix} d_1 - S_{12}S_{22}^{-1}d_2 \\ d_2 \end{bmatrix},$$
#
# so it is a sum of two squares, and only the first contains $y_1$:
#
# $$d'S^{-1}d = \underbrace{(d_1 - S_{12}S_{22}^{-1}d_2)'\,M^{-1}\,(d_1 - S_{12}S_{22}^{-1}d_2)}_{\text{square in } y_1} + \underbrace{d_2'\,S_{22}^{-1}\,d_2}_{\text{no } y_1}.$$
#
# ### What remains is the conditional
#
# The constants split as well. We have $(2\pi)^{-D/2} = (2\pi)^{-D_1/2}(2\pi)^{-D_2/2}$ and, from section 2, $|S|^{-1/2} = |M|^{-1/2}|S_{22}|^{-1/2}$. Write $\mathcal N(y \mid \mu, S)$ for the density of section 1 of the lesson at the point $y$. Then the joint density is exactly a product of two,
#
# $$p(y_1, y_2) = \mathcal N\big(y_1 \mid \mu_1 + S_{12}S_{22}^{-1}(y_2-\mu_2),\; M\big)\;\; \mathcal N\big(y_2 \mid \mu_2, S_{22}\big).$$
#
# The second factor is $p(y_2)$ by (G1). Divide by it, and the conditional density is what remains, the first:
#
# $$p(y_1 \mid y_2) = \mathcal N\big(y_1 \mid \mu_1 + S_{12}S_{22}^{-1}(y_2-\mu_2),\;\; S_{11} - S_{12}S_{22}^{-1}S_{21}\big). \tag{G2}$$
#
# This is Lemma 1, equation (1), of the report from which this track grew.
#
# The function that is (G2) is `gaussian.condition`, and the grid of the lesson's section 1 is its judge.

# %%
after = gaussian.condition(pair, seen=[1], value=[160])
print(f"mean {after.mean[0]:.3f}, standard deviation {np.sqrt(after.cov[0, 0]):.3f}")
gap = np.abs(np.exp(after.log_density(y1[:, None])) - ratio).max()
print("largest difference to joint / marginal on the grid below 1e-10:", gap < 1e-10)

# %% [markdown]
# The formula gives 147 and 24, and along the whole cut its density is the ratio of joint and marginal.
#
# For five pixels a grid has too many points, but the identity $\ln p(y) = \ln p(y_1 \mid y_2) + \ln p(y_2)$ must hold at every point, constants included. We take a random one, made by the definition of section 1: $\mu + A\varepsilon$, where $A$ is the Cholesky factor of $S$, the lower triangular matrix with $AA' = S$ and a positive diagonal.

# %%
rng = np.random.default_rng(1)
y = five.mean + np.linalg.cholesky(five.cov) @ rng.standard_normal(5)
given = gaussian.condition(five, seen, y[seen])
parts = given.log_density(y[rest]), two.log_density(y[seen])
print(f"ln p(y1|y2) = {parts[0]:.6f}, ln p(y2) = {parts[1]:.6f}, ln p(y) = {five.log_density(y):.6f}")
print("sum equals joint:", np.isclose(sum(parts), five.log_density(y), rtol=1e-12))

# %% [markdown]
# The parts $-13.345571$ and $-9.360997$ add up to $-22.706568$, to all digits.
#
# ### The same from samples
#
# We draw a million pairs and keep those whose second pixel falls into the thin slab from 159 to 161.
#
# A density at a point is an abstraction; drawing is not. Their first pixels should be spread as (G2) says. With $n$ of them, the mean should be off by some $24/\sqrt n$ (central limit theorem).

# %%
rng = np.random.default_rng(2)
A = np.linalg.cholesky(pair.cov)
draws = pair.mean + rng.standard_normal((1_000_000, 2)) @ A.T
kept = draws[np.abs(draws[:, 1] - 160) < 1, 0]
error = 24 / np.sqrt(kept.size)
print("A =", A.round(6).tolist())
print(f"{kept.size} draws in the slab: mean {kept.mean():.2f}, standard error {error:.2f}, std {kept.std():.2f}")
print("mean within 4 standard errors of 147:", abs(kept.mean() - 147) < 4 * error)

# %%
plots.slab_histogram(kept, after)
plt.show()

# %% [markdown]
# The figure shows the kept draws as a histogram, and on it the density that (G2) gives: a bell around 147 whose outline the bars follow.
#
# The mean of the 6389 draws, 146.95, is within one standard error of 147, and their spread of 23.98 is close to 24.
#
# To keep 6389 draws of a million is a poor way to compute, but one that nobody can argue with. (The factor $A$ is tidy too: $24 = 720/30$ and $32^2 = 1600 - 24^2$, one step of the elimination of section 2.)
#
# ### The same without any inverse of $S$
#
# Completing the square used $S^{-1}$, but (G2) contains only $S_{22}^{-1}$. Does it hold when $S$ is singular and $S_{22}$ is not? Take the residual $r = d_1 - S_{12}S_{22}^{-1}d_2$. It and $d_2$ are linear in $y$, hence jointly Gaussian, and
#
# $$\mathrm{cov}(r, d_2) = S_{12} - S_{12}S_{22}^{-1}S_{22} = 0, \qquad \mathrm{cov}(r) = S_{11} - S_{12}S_{22}^{-1}S_{21} = M.$$
#
# Uncorrelated means independent (section 1): seeing $y_2$ tells nothing about $r$, which stays $\mathcal N(0, M)$. As $y_1 = \mu_1 + S_{12}S_{22}^{-1}d_2 + r$, this is (G2) again, with $M$ singular or not.
#
# ## 4. The same by precision
#
# ### Completing the square the other way
#
# Now suppose all of $S$ is invertible, with precision $L = S^{-1}$ in blocks. (An invertible covariance is positive definite, section 1. So is its inverse, since $x'S^{-1}x = u'Su$ with $u = S^{-1}x$, and so is the diagonal block $L_{11}$: it has an inverse.) Take the exponent as it stands, block by block. Since $L_{21} = L_{12}'$, the two mixed terms are equal numbers, and
#
# $$d'Ld = d_1'L_{11}d_1 + 2\, d_1'L_{12}d_2 + d_2'L_{22}d_2.$$
#
# We want $(d_1 + c)'L_{11}(d_1 + c) = d_1'L_{11}d_1 + 2\,d_1'L_{11}c + c'L_{11}c$. The mixed terms agree when $L_{11}c = L_{12}d_2$, that is $c = L_{11}^{-1}L_{12}d_2$, and then $c'L_{11}c = d_2'L_{21}L_{11}^{-1}L_{12}d_2$:
#
# $$d'Ld = (d_1 + L_{11}^{-1}L_{12}d_2)'\,L_{11}\,(d_1 + L_{11}^{-1}L_{12}d_2) + d_2'\,(L_{22} - L_{21}L_{11}^{-1}L_{12})\,d_2.$$
#
# As a function of $y_1$ only the first term varies, and it is the exponent of a Gaussian with precision $L_{11}$ centred at $d_1 = -L_{11}^{-1}L_{12}d_2$:
#
# $$p(y_1 \mid y_2) = \mathcal N\big(y_1 \mid \mu_1 - L_{11}^{-1}L_{12}(y_2-\mu_2),\;\; L_{11}^{-1}\big). \tag{G3}$$
#
# Only the block $L_{11}$ has to be inverted, never all of $L$. And the term without $y_1$, before (G3), must be the exponent of $y_2$ alone, so its bracket $L_{22} - L_{21}L_{11}^{-1}L_{12}$ is the precision of $y_2$, $S_{22}^{-1}$: to forget is easy in covariances and a Schur complement in precisions; to condition is the other way round. Section 2 tells the same: $L_{11}^{-1} = M$, and $-L_{11}^{-1}L_{12} = M M^{-1} S_{12}S_{22}^{-1} = S_{12}S_{22}^{-1}$.

# %%
same = gaussian.condition_by_precision(five, seen, y[seen])
print("mean", same.mean.round(2))
print("equal to (G2):", np.allclose(same.mean, given.mean, rtol=1e-10), np.allclose(same.cov, given.cov, rtol=1e-10, atol=1e-8))
print("bracket is the precision of y2:", np.allclose(L22 - L12.T @ np.linalg.solve(L11, L12), np.linalg.inv(S22)))

# %% [markdown]
# Both formulas give pixels 0, 2 and 3 the same means, 124.62, 165.18 and 140.84, and the same covariances, and the bracket is what it must be.
#
# ### The sign in the report's Lemma 2
#
# The report writes the mean of its Lemma 2, equation (3), as $\Sigma_{1|2}\,(\Lambda_{11}\mu_1 - \Lambda_{12}(y_2 - \mu_2))$ with $\Sigma_{1|2} = \Lambda_{11}^{-1}$; its $\Lambda$ is our $L$. Multiplied out, $L_{11}^{-1}L_{11}\mu_1 = \mu_1$, so this is (G3): correct. But (G2) has a plus where (3) has a minus. Is one of them wrong?
#
# What is the sign of $L_{12}$ when two pixels go up and down *together*?

# %%
L = np.linalg.inv(pair.cov)
L11, L12 = L[:1, :1], L[:1, 1:]
print(f"S12 = {pair.cov[0, 1]:.0f}, L12 = {L12[0, 0]:.6f}")
minus, plus = (np.linalg.solve(L11, L11 @ [120] + sign * L12 @ [60.0])[0] for sign in (-1, 1))
print(f"with the minus of the report: {minus:.3f}, with a plus: {plus:.3f}")

# %% [markdown]
# A positive covariance, 720, belongs to a negative entry of the precision, $-0.000781$, because $L_{12} = -M^{-1}S_{12}S_{22}^{-1}$. The minus of (G3) meets it and gives 147; a plus would pull the first pixel *down* to 93 because its neighbour is bright. So the report's sign is right. In section 7 the same two minus signs cancel once more.
#
# ### What a zero in the precision says
#
# The lesson prints the precision of the five pixels. Times 1600, it is easier to read.

# %%
scaled = 1600 * np.linalg.inv(five.cov)
print(scaled.round(3) + 0.0)

# %% [markdown]
# Only neighbours are linked: the precision is tridiagonal. This explains section 2: rows and columns 0, 2 and 3 of this matrix are $M^{-1}$ (times 1600), where pixel 0 stands alone, so it stands alone in $M$ too.
#
# ## 5. What must be invertible?
#
# ### One pixel written down twice
#
# (G2) needs $S_{22}^{-1}$, (G3) needs all of $S^{-1}$. The difference shows as soon as one entry determines another. Here is the smallest example. The first pixel is as before, and the second one is recorded twice, as entries 1 and 2.

# %%
twice = Gaussian(mean=[120, 100, 100], cov=[[900, 720, 720], [720, 1600, 1600], [720, 1600, 1600]])
print("rank of the covariance:", np.linalg.matrix_rank(twice.cov), "of 3")

# %% [markdown]
# **Predict, then run.** We see entry 1, again 160. Now (G2) must invert the number 1600, and (G3) a matrix of rank 2. What should be said of entry 2?

# %%
known = gaussian.condition(twice, seen=[1], value=[160])
print("mean of entries 0 and 2:", known.mean)
print("covariance:", (known.cov.round(6) + 0.0).tolist())

# %% [markdown]
# Entry 0 is $147$ with variance 576, as before. Entry 2 is 160 with variance 0: it is certain, as it should be, for it is a copy. The conditional is itself a singular Gaussian, and (G2) is at ease with that. The precision form is not, and the library says so rather than return rounding errors as an answer:

# %%
try:
    gaussian.condition_by_precision(twice, seen=[1], value=[160])
except ValueError as error:
    print(error)

# %% [markdown]
# The message names the matrix, what was needed, and the way out: `condition`. But (G2) has its own limit. If we see *both* copies, $S_{22}$ is singular, and there is no $S_{22}^{-1}$ in (G2) either:

# %%
try:
    gaussian.condition(twice, seen=[1, 2], value=[160, 160])
except ValueError as error:
    print(error)

# %% [markdown]
# The remedy in the message is the right one: a copy tells nothing new, so drop it and condition on entry 1 alone, as above. Had the two copies said 160 and 161, the model would hold that impossible, and no formula should answer. With a little noise on each recording $S_{22}$ becomes invertible; noise is what the next section adds.
#
# ## 6. A clean vector and its measurement
#
# The lesson reaches (G4) by an affine map, and two independent Gaussians on top of each other are one Gaussian, with a block-diagonal root $A$. In one line, the covariance is
#
# $$\begin{bmatrix} I & 0 \\ W & I \end{bmatrix} \begin{bmatrix} S & 0 \\ 0 & R \end{bmatrix} \begin{bmatrix} I & W' \\ 0 & I \end{bmatrix} = \begin{bmatrix} S & 0 \\ WS & R \end{bmatrix} \begin{bmatrix} I & W' \\ 0 & I \end{bmatrix} = \begin{bmatrix} S & SW' \\ WS & WSW' + R \end{bmatrix}.$$
#
# The corner is worth seeing entry by entry too: with $d = z - \mu$, $\mathrm{cov}(z, y) = \mathbb E\, d\,(Wd + \text{noise})' = \mathbb E[dd']\,W' + \mathbb E[d\,\text{noise}'] = SW' + 0$. The function that is (G4) is `gaussian.joint`. We take the channel of the lesson.

# %%
channel = LinearGaussian(
    matrix=[[0.5, 0.5], [0, 1], [1, -1]], offset=[0, 0, 10], noise_cov=[[100, 0, 0], [0, 400, 0], [0, 0, 25]]
)
both = gaussian.joint(pair, channel)
print("mean:", both.mean)
print("cov(z, y) = S W':", both.cov[:2, 2:].tolist())

# %% [markdown]
# The mean of the measurements is 110, 100 and $120 - 100 + 10 = 30$. In the column of the second measurement, the second pixel alone, stand the pair's own 720 and 1600; in that of the difference, $900 - 720 = 180$ and $720 - 1600 = -880$. The mean of both has half the sums, 810 and 1160.
#
# Now the check that owes nothing to matrices: draw $z$, draw noise, make $y$, and compare means and covariances of 200 000 draws. For Gaussian draws the standard error of an entry $C_{ij}$ of a sample covariance is $\sqrt{(C_{ii}C_{jj} + C_{ij}^2)/n}$.

# %%
rng = np.random.default_rng(30)
n = 200_000
z = pair.mean + rng.standard_normal((n, 2)) @ A.T
measured = z @ channel.matrix.T + channel.offset + rng.standard_normal((n, 3)) * [10, 20, 5]
stacked = np.hstack([z, measured])

# %%
C = both.cov
error = np.sqrt((np.outer(np.diag(C), np.diag(C)) + C**2) / n)
worst = (np.abs(np.cov(stacked.T) - C) / error).max()
worst_mean = (np.abs(stacked.mean(axis=0) - both.mean) / np.sqrt(np.diag(C) / n)).max()
print(f"largest deviation in standard errors: means {worst_mean:.1f}, covariances {worst:.1f}")

# %% [markdown]
# The worst mean is off by 1.3 standard errors, the worst entry of the covariance by 1.1: (G4) is what the experiment does.
#
# ### Backwards, as the report goes
#
# The report reaches (G4) from the other end. It supposes that $y$ and $z$ are jointly Gaussian, applies (G2) to $p(y \mid z)$, and compares with $\mathcal N(y \mid Wz + b, R)$. Subscripts name the blocks of the joint covariance. The mean, $\mu_y + S_{yz}S^{-1}(z - \mu) = Wz + b$, must hold for every $z$. So the factors of $z$ agree, $S_{yz}S^{-1} = W$, hence $S_{yz} = WS$; the rest agrees, $\mu_y - W\mu = b$; and $R = S_y - S_{yz}S^{-1}S_{zy} = S_y - WSW'$.
#
# The result is the same. Our way needs no inverse of $S$, and does not suppose that the pair is Gaussian but proves it. The report's way makes a fine check: condition the joint on $z$, and the channel must come back.

# %%
back = gaussian.condition(both, seen=[0, 1], value=[150, 130])
print("mean of y given z:", back.mean, " W z + b:", channel.matrix @ [150, 130] + channel.offset)
print("covariance is R:", np.allclose(back.cov, channel.noise_cov, rtol=1e-10, atol=1e-9))

# %% [markdown]
# Given $z = (150, 130)$, the measurements have mean 140, 130 and 30, which is $Wz + b$, and covariance $R$.
#
# ## 7. The precision of the joint
#
# ### A Schur complement that is already there
#
# To use (G3) on the joint we need the inverse of (G4). Section 3 eliminated the lower right block. Here we eliminate the upper left one, $S$, because its Schur complement is a gift:
#
# $$(WSW' + R) - (WS)\,S^{-1}\,(SW') = WSW' + R - WSW' = R.$$
#
# The elimination is the mirror image of section 2. With $F = \begin{bmatrix} I & 0 \\ -W & I \end{bmatrix}$, where $-W = -(WS)S^{-1}$, we get $F\,\Sigma\,F' = \mathrm{diag}(S, R)$ for the covariance $\Sigma$ of (G4). (It says: $y - Wz$ is $b$ + noise, independent of $z$.)
#
# So $\Sigma^{-1} = F'\,\mathrm{diag}(S^{-1}, R^{-1})\,F$, and we multiply out, right pair first:
#
# $$\begin{bmatrix} S^{-1} & 0 \\ 0 & R^{-1} \end{bmatrix} \begin{bmatrix} I & 0 \\ -W & I \end{bmatrix} = \begin{bmatrix} S^{-1} & 0 \\ -R^{-1}W & R^{-1} \end{bmatrix}, \qquad \begin{bmatrix} I & -W' \\ 0 & I \end{bmatrix} \begin{bmatrix} S^{-1} & 0 \\ -R^{-1}W & R^{-1} \end{bmatrix}$$
#
# So the inverse of the covariance $\Sigma$ of (G4) is
#
# $$\Sigma^{-1} = \begin{bmatrix} S^{-1} + W'R^{-1}W & -W'R^{-1} \\ -R^{-1}W & R^{-1} \end{bmatrix}. \tag{G5}$$
#
# The function that is (G5) is `gaussian.joint_precision`. We hold it against the covariance of (G4).

# %%
precision = gaussian.joint_precision(pair, channel)
print("times the covariance gives the identity:", np.allclose(precision @ both.cov, np.eye(5), atol=1e-10))
print("equal to np.linalg.inv:", np.allclose(precision, np.linalg.inv(both.cov), rtol=1e-8, atol=1e-12))
print("corner:", precision[:2, :2].round(6).tolist())

# %% [markdown]
# The figure of the lesson has its numbers here. The corner of $z$ has grown from 1.736 and 0.977 on its diagonal, which the prior alone gives, to 44.236 and 45.977: the measurements know far more than the prior does.

# %%
print((1000 * precision).round(3) + 0.0)
print("prior alone:", (1000 * np.linalg.inv(pair.cov)).round(3).tolist())

# %% [markdown]
# And the sign of the report? In (G3) with $z$ as the first block, $-L_{12}$ is $+W'R^{-1}$: the two minus signs cancel, and the surprise $y - W\mu - b$ enters with a plus. We condition the joint on a measurement in both ways.

# %%
y = np.array([150, 140, 25])
ways = [f(both, [2, 3, 4], y) for f in (gaussian.condition, gaussian.condition_by_precision)]
print("z given y:", ways[0].mean.round(3), "std", np.sqrt(np.diag(ways[0].cov)).round(3))
print("both ways agree:", np.allclose(ways[0].mean, ways[1].mean, rtol=1e-9), np.allclose(ways[0].cov, ways[1].cov, rtol=1e-9))

# %% [markdown]
# From a mean of 150, a second pixel of about 140 and a difference of $25 - 10 = 15$ we infer $z \approx (153.7, 138.9)$, with standard deviations of 9.0 and 8.8 where the prior had 30 and 40.
#
# ## 8. One letter for two matrices
#
# ### Erratum 4: the noise is not the measurement
#
# The report first calls the covariance of the noise $\Sigma_{y|z}$, our $R$, and writes (G4) correctly. In the next step the same place holds $\Sigma_y$, the letter that a few lines before stood for the covariance of $y$ itself, $WSW' + R$. Its final formula, with $\Sigma_y^{-1}$ for our $R^{-1}$, is right only if the reader silently puts the noise there. What if the reader believes the letter?
#
# One pixel suffices: $W = 1$, $b = 0$, prior $120 \pm 30$, noise of standard deviation 20, measurement $y = 200$.

# %%
pixel = Gaussian([120], [[900]])
noise_cov = np.array([[400.0]])
marginal_cov = pixel.cov + noise_cov
print("covariance of the noise:", noise_cov[0, 0], " covariance of y:", marginal_cov[0, 0])

# %%
for name, cov in (("noise covariance R", noise_cov), ("marginal covariance of y", marginal_cov)):
    g = gaussian.joint(pixel, LinearGaussian([[1]], [0], cov))
    answer = gaussian.condition_by_precision(g, seen=[1], value=[200])
    print(f"{name:25s} cov of y in the joint {g.cov[1, 1]:.0f}, mean {answer.mean[0]:.2f}, std {np.sqrt(answer.cov[0, 0]):.2f}")

# %% [markdown]
# With the noise we get $175.38 \pm 16.64$. With the marginal covariance in its place the prior's spread is counted twice, the joint believes $y$ to have variance 2200 where the truth is 1300, and the answer is $152.73 \pm 23.06$: too shy by 23 gray levels.
#
# Which is better is not a matter of taste. We draw many pixels with their measurements, and let both rules guess.

# %%
rng = np.random.default_rng(44)
z = 120 + 30 * rng.standard_normal(n)
y = z + 20 * rng.standard_normal(n)
for name, slope in (("noise covariance R", 900 / 1300), ("marginal covariance of y", 900 / 2200)):
    rms = np.sqrt(np.mean((120 + slope * (y - 120) - z) ** 2))
    print(f"{name:25s} root mean square error {rms:.2f} gray levels")

# %% [markdown]
# Over 200 000 drawn pixels the right rule errs by 16.64 gray levels, just as it promised. The wrong one errs by 19.53 while it promises 23.06: worse, and wrong about how bad it is.
#
# This course writes $R$ for the covariance of the noise, and never anything else.
#
# ## 9. The sliders in numbers
#
# The lesson's slider, and longer answers than there. Behind every picture stand three lines, a covariance, (G4) and (G2). How does the mean move as the noise grows?

# %%
look = LinearGaussian(matrix=[[0, 1]], offset=[0], noise_cov=[[40**2]])
seen_160 = gaussian.condition(gaussian.joint(pair, look), seen=[2], value=[160])

# %%
plots.pair_posterior(pair, seen_160, 160, 40)
plt.show()

# %% [markdown]
# The figure shows the look of the lesson, $y = 160$ at $\sigma = 40$: on the left both pixels before (dashed) and after (solid), their centre moved along a dotted line; on the right the first pixel alone.
#
# The same with sliders:

# %% tags=["nbval-ignore-output"]
widgets.conditioning_widget(pair, 160, noise_std=40)

# %%
def after_look(y, sigma, correlation=0.6):
    prior = Gaussian(pair.mean, np.outer(std, std) * [[1, correlation], [correlation, 1]])
    look = LinearGaussian([[0, 1]], [0], [[sigma**2]])
    return gaussian.condition(gaussian.joint(prior, look), seen=[2], value=[y])


def in_words(g):
    return ", ".join(f"z{n} = {g.mean[n - 1]:.1f} ± {np.sqrt(g.cov[n - 1, n - 1]):.1f}" for n in (1, 2))

# %%
for y, sigma in ((-20, 40), (100, 40), (220, 40), (160, 0), (160, 100), (160, 1000)):
    print(f"y = {y:3}, sigma {sigma:4}: {in_words(after_look(y, sigma))}")
moves = [after_look(160, sigma).mean - pair.mean for sigma in (0, 40, 100, 1000)]
print("step of z1 / step of z2:", [round(float(step[0] / step[1]), 3) for step in moves])

# %% [markdown]
# The standard deviations are 27.2 and 28.3 for every $y$: the width depends on the noise, not on what was seen. With more noise the dot goes home, to (120, 100), and never leaves the line. By (G2) and (G4) the mean moves by $SW'$, the second column of $S$, times a number. The noise is in the number only, so the steps of the two pixels keep the ratio $720/1600 = 0.45$. At $\sigma = 1000$ the prior is back: $120.0 \pm 30.0$.
#
# How strong must the correlation be to halve the width, without noise?

# %%
for rho in (0.5, 0.6, 0.85, 0.9, 0.99):
    left = np.sqrt(after_look(160, 0, rho).cov[0, 0])
    print(f"correlation {rho:4}: standard deviation {left:4.1f}, {1 - left / 30:.0%} less")
print(f"half: correlation {np.sqrt(3 / 4):.3f}")

# %% [markdown]
# A correlation of 0.5 takes off 13 per cent and no more. With the correlation $\rho$ we have $S_{12} = \rho\sqrt{S_{11}S_{22}}$, so (G2) leaves the variance $S_{11}(1 - \rho^2)$. The correlation enters squared: half the width needs $\rho = \sqrt{3/4} = 0.866$, and even 0.99 leaves 4.2 gray levels.
#
# And at other signs of the correlation?

# %%
for rho in (0.6, 0, -0.6):
    print(f"correlation {rho:4}: {in_words(after_look(160, 40, rho))}")

# %% [markdown]
# At correlation 0 the first pixel stays at $120 \pm 30$, whatever we see: independent pixels tell nothing of each other. The second pixel is always $130 \pm 28.3$, since it was measured itself. At $-0.6$ the mean of the first moves as far the other way, to 106.5, and all widths come back: a neighbour that goes the opposite way is as good a witness.
#
# At a correlation of 1, one pixel determines the other. What is left without noise, and at $\sigma = 40$?

# %%
for sigma in (0, 40):
    print(f"sigma {sigma:2}: {in_words(after_look(160, sigma, 1))}")
print(widgets.conditioning_view(pair, 160, 0, 1).note)

# %% [markdown]
# Without noise the first pixel is 165 and certain. (G2) says so, (G3) has no $S^{-1}$ to start from. With noise, $142.5 \pm 21.2$ is left. As $z_1$ is $z_2$ in other units, the measurement is one of $z_1$ with noise $30$ in place of 40: as uncertain as the prior, so the variance is halved, $30/\sqrt2 = 21.2$.
#
# ## 10. The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %%
ledger.table("01")

# %% [markdown]
# Read the row (G2): integrated by quadrature, the mean and the covariance along the cut differ from the formula by less
# than one part in a million million. The rows marked "exact" are algebra, true for blocks of every size.
#
# Back to [lesson 01](../01_conditional_gaussians.ipynb), or on to [lesson 02](../02_gaussian_posterior.ipynb). The report's Lemmas 1 and 2 and its equations (1) to (3) are the source of sections 3, 4 and 8.
