# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: _conditional_gaussians.ipynb,scripts//_conditional_gaussians.py:percent
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
# # Conditional Gaussians: one pixel seen, what of the other?
#
# Two neighbouring pixels of a picture go up and down together. We see one of them. Which value of the other is likely now, and how sure are we? The whole first track of this course asks this question, with 64 or 256 pixels and with noise on top.
#
# *Study: 90 minutes. Machine: 6 seconds.*
#
# **What you will be able to do.** Read the cut of a Gaussian off its picture, forget a block of pixels, condition on a block by covariance and by precision, say what a zero in the precision means, and write down the joint of a clean vector and its measurement. (Numbers such as (G2) are those of the formulas below.) At the end your own functions fill in hidden pixels of a real digit.
#
# **What you need.** Matrix products and inverses, mean and covariance, NumPy. Second derivations, singular covariances and more are in [the companion](further/01_conditional_gaussians.ipynb).

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import trapezoid

from course_lib import datasets, gaussian
from course_lib.classroom import exercises, plots, widgets
from course_lib.gaussian import Gaussian, LinearGaussian

# %% [markdown]
# ## 1. Two pixels and a cut
#
# *9 minutes, 2 s*
#
# A prime, as in $A'$, means transpose. A random vector $y$ with $D$ entries is **Gaussian** with mean $\mu$ and invertible covariance $S$, written $y \sim \mathcal N(\mu, S)$, when its density $\mathcal N(y \mid \mu, S)$ is
#
# $$p(y) = (2\pi)^{-D/2}\,|S|^{-1/2} \exp\!\big(-\tfrac12\,(y-\mu)' S^{-1} (y-\mu)\big).$$
#
# Here $|S|$ is the determinant. Our two pixels are $y = (y_1, y_2)$, in gray levels: 0 is black, 255 is white.

# %%
pair = Gaussian(mean=[120, 100], cov=[[900, 720], [720, 1600]])
std = np.sqrt(np.diag(pair.cov))
print("standard deviations (gray levels):", std)
print("correlation:", pair.cov[0, 1] / std.prod())

# %% [markdown]
# The first pixel is $120 \pm 30$ gray levels, the second $100 \pm 40$. Their correlation, the covariance divided by both standard deviations, is 0.6.
#
# Now the second pixel is seen: $y_2 = 160$, one and a half standard deviations above its mean. **Predict, then run.** Where is the first pixel expected now (guess a), and what is its standard deviation, 30 before the look (guess b)? Put numbers in the place of the dots.
#
# The cell after your guesses needs nothing but the definition $p(y_1 \mid y_2) = p(y_1, y_2)/p(y_2)$: it walks along the line $y_2 = 160$, reads the joint density, and divides by the area under it.

# %%
guess_a = exercises.guess("01.a", ...)
guess_b = exercises.guess("01.b", ...)

# %%
def cut_on_grid(value):
    y1 = np.linspace(-150, 350, 5001)
    along = np.exp(pair.log_density(np.stack([y1, np.full_like(y1, value)], axis=-1)))
    area = trapezoid(along, y1)
    mean = trapezoid(y1 * along, y1) / area
    return area, mean, np.sqrt(trapezoid((y1 - mean) ** 2 * along, y1) / area)

# %%
area, grid_mean, grid_std = cut_on_grid(160)
axes = plots.conditional_slice(pair, 160)
plots.mark_guess(axes[1], guess_a)
plt.show()
print("mean.", guess_a.beside(grid_mean, "{:.3f}"))
print("standard deviation.", guess_b.beside(grid_std, "{:.3f}"))

# %% [markdown]
# The figure shows, on the left, the joint density of the two pixels as tilted ellipses, cut by a horizontal line at $y_2 = 160$; on the right, the density of the first pixel before the cut (dashed, wide, around 120) and along the cut (solid, narrower, further right).
#
# The first pixel is now $147 \pm 24$: it moved up by 27 and became surer. Both numbers are whole to three decimals. That smells of a formula.
#
# **Predict, then run.** Now the second pixel is dark, $y_2 = 20$. What is the standard deviation along this cut (guess c)?

# %%
guess_c = exercises.guess("01.c", ...)

# %%
heights = np.array([20, 60, 100, 160])
middles, widths = np.array([cut_on_grid(height)[1:] for height in heights]).T
for height, middle, width in zip(heights, middles, widths):
    print(f"y2 = {height:3}: mean {middle:.3f}, standard deviation {width:.3f}")
print("at 20.", guess_c.beside(widths[0], "{:.1f}"))
plots.line_of_means(pair, heights, middles, widths)
plt.show()

# %% [markdown]
# The figure shows cuts at four heights: four bars of equal length, their middles on a straight line. How sure we become depends on *that* we looked, not on *what* we saw.
#
# ## 2. The slope, and the variance left along the cut
#
# *20 minutes, 1 s*
#
# Two numbers say it: the slope $a$ of this **line of means**, and the variance left along the cut. Write $d_1 = y_1 - \mu_1$ and $d_2 = y_2 - \mu_2$. Split off what goes along with the second pixel; $r$ is the **leftover**,
#
# $$d_1 = a\, d_2 + r.$$
#
# Choose $a$ such that $r$ and $d_2$ are uncorrelated, $\mathrm{cov}(d_1 - a\,d_2,\; d_2) = 0$. For *jointly* Gaussian numbers (section 3 says why $r$ and $d_2$ are), uncorrelated means independent: without a mixed term the density is a product. So $d_2$ says nothing of $r$. Along the cut $d_2$ is a number: $y_1=\mu_1+a\,d_2+r$ has the mean $\mu_1+a\,d_2$ there, and the variance of $r$.
#
# ### Exercise 01.1: the cut of two pixels
#
# *derive, 8 minutes*
#
# Solve for $a$, find the variance of $r$, and write both as a function.

# %% nbgrader={"grade": false, "grade_id": "exercise-01-1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cut_of_pair(mean, cov, value):
    """Mean and variance of the first pixel once the second one is seen.

    mean (2,), cov (2, 2): of both pixels;  value: a number, seen at the second  ->  mean, variance: two numbers
    """
    ### BEGIN SOLUTION
    slope = cov[0, 1] / cov[1, 1]
    return mean[0] + slope * (value - mean[1]), cov[0, 0] - slope * cov[0, 1]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-01-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_cut_of_pair = exercises.check("01.1", cut_of_pair)

# %%
for value in (160, 20):
    after, left = my_cut_of_pair(pair.mean, pair.cov, value)
    print(f"y2 = {value:3}: mean {after:.3f}, standard deviation {np.sqrt(left):.3f}")

# %% [markdown]
# The formula gives what the grid gave. From $\mathrm{cov}(d_1 - a\,d_2, d_2) = S_{12} - a S_{22} = 0$ we get $a = S_{12}/S_{22} = 720/1600 = 0.45$, so the mean moves by $0.45 \cdot 60 = 27$. The variance left is
#
# $$S_{11} - 2a S_{12} + a^2 S_{22} = S_{11} - \frac{S_{12}^2}{S_{22}} = 900 - 324 = 576 = 24^2.$$
#
# ### Exercise 01.2: one standard deviation with a pencil
#
# *use, 4 minutes*
#
# Two pixels have means 90 and 110, standard deviations 50 and 20 and the correlation 0.8, so their covariance is $S_{12} = 0.8\cdot 50\cdot 20 = 800$. The second one is seen: $y_2 = 120$. **What is the standard deviation of the first pixel now, in gray levels?** No calculator is needed. Draws will judge your number.

# %% nbgrader={"grade": false, "grade_id": "exercise-01-2", "locked": false, "schema_version": 3, "solution": true, "task": false}
def std_of_first():
    """Standard deviation of y1 once y2 = 120 is seen  ->  a number, in gray levels"""
    ### BEGIN SOLUTION
    return (50**2 - 800**2 / 20**2) ** 0.5
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-01-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_std_of_first = exercises.check("01.2", std_of_first)

# %%
rng = np.random.default_rng(2)
other = np.array([[2500, 800], [800, 400]])
draws = [90, 110] + rng.standard_normal((1_000_000, 2)) @ np.linalg.cholesky(other).T
kept = draws[np.abs(draws[:, 1] - 120) < 0.5, 0]
print(f"{kept.size} draws near the cut: standard deviation {kept.std():.1f}; by pencil {my_std_of_first():.1f}")

# %%
plots.slab_histogram(kept, Gaussian([my_cut_of_pair([90, 110], other, 120)[0]], [[my_std_of_first() ** 2]]))
plt.show()

# %% [markdown]
# The figure shows the first pixels of all draws whose second pixel lies within half a gray level of 120, as a histogram, and on it the bell with the mean of 01.1 and the width of 01.2: the bars follow its outline around 110.
#
# No formula went into the bars, and chance alone moves their width by 0.2.
#
# Now two real neighbours, in the middle of 9 000 handwritten digits. They are no Gaussian: most of their values are near 0 or 255.

# %%
digits, _ = datasets.digits("train")
real = digits[:, 14, 13:15]
m, C = real.mean(axis=0), np.cov(real.T)
print(f"means {m.round(1)}, standard deviations {np.sqrt(np.diag(C)).round(1)}")
for low, high in ((0, 5), (250, 255)):
    near = real[(real[:, 1] >= low) & (real[:, 1] <= high)]
    after, left = my_cut_of_pair(m, C, near[:, 1].mean())
    print(f"seen {low}..{high}: digits {near[:, 0].mean():.0f} ± {near[:, 0].std():.0f}, cut {after:.0f} ± {np.sqrt(left):.0f}")

# %% [markdown]
# The means are good: 7 and 225 in the digits, 8 and 218 by the cut. The widths are not: the cut promises $\pm 60$ either way, the digits have $\pm 26$ and $\pm 53$. A width that does not depend on what was seen is a property of Gaussians.
#
# ## 3. Forgetting: the marginal
#
# *5 minutes, 0 s*
#
# From now on $y_1$ and $y_2$ may be blocks, with $D_1$ and $D_2$ entries, and mean and covariance are cut alike:
#
# $$\begin{bmatrix} y_1 \\ y_2 \end{bmatrix} \sim \mathcal N\!\left( \begin{bmatrix} \mu_1 \\ \mu_2 \end{bmatrix}, \begin{bmatrix} S_{11} & S_{12} \\ S_{21} & S_{22} \end{bmatrix} \right), \qquad S_{21} = S_{12}'.$$
#
# An **affine** map (linear plus a constant) makes a Gaussian of a Gaussian:
#
# $$x = By + c \;\sim\; \mathcal N(B\mu + c,\; B S B').$$
#
# Its deviation is $B(y-\mu)$, whose mean is 0 and whose covariance, the mean of $B(y-\mu)(y-\mu)'B'$, is $BSB'$; [the companion](further/01_conditional_gaussians.ipynb) shows that the result is Gaussian. To forget $y_2$ is the map $B = [\,I \;\; 0\,]$, which gives $B\mu = \mu_1$ and $BSB' = S_{11}$:
#
# $$y_1 \sim \mathcal N(\mu_1, S_{11}). \tag{G1}$$
#
# To forget is to drop rows and columns. Our example are five pixels in a row, counted from 0 as in code ($y_2$ above is entry 1), whose correlation falls by the factor 0.8 with each step.

# %%
steps = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
five = Gaussian(mean=[100, 120, 140, 120, 100], cov=1600 * 0.8**steps)
two = gaussian.marginal(five, [1, 4])
print(five.cov.round(1))
print("pixels 1 and 4: mean", two.mean, " covariance", two.cov.round(1).tolist())
second = gaussian.marginal(pair, [1])
print(f"area under the cut {area:.6f}, marginal density at 160 {np.exp(second.log_density([160.0])):.6f}")

# %% [markdown]
# Pixels 1 and 4 are three steps apart, $1600 \cdot 0.8^3 = 819.2$. The last line closes section 1: the area by which we divided is the density of $y_2$ alone.
#
# ## 4. Conditioning on a block
#
# *16 minutes, 0 s*
#
# Section 2 carries over. The slope becomes a matrix $G$, the **gain**, with a row for each unseen and a column for each seen entry:
#
# $$d_1 = G\, d_2 + r, \qquad \mathrm{cov}(d_1 - G\,d_2,\; d_2) = 0.$$
#
# The covariance $\mathrm{cov}(x,y)$ of two vectors has a row for each entry of $x$ and a column for each of $y$, so the order of factors needs care: $\mathrm{cov}(Bx, y) = B\,\mathrm{cov}(x, y)$ and $\mathrm{cov}(x, By) = \mathrm{cov}(x, y)\,B'$.
#
# ### Exercise 01.3: conditioning by covariance
#
# *derive, 12 minutes*
#
# Solve for $G$, find the covariance of $r$, and write the function. `seen` holds the indices of the seen entries in any order; `value[i]` belongs to entry `seen[i]`. The results are about the unseen entries, with indices in rising order: `np.setdiff1d(np.arange(len(mean)), seen)` lists them. `cov[np.ix_(i, j)]` is the block with rows `i` and columns `j`. The whole covariance may be singular, $S_{22}$ is not.

# %% nbgrader={"grade": false, "grade_id": "exercise-01-3", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conditional(mean, cov, seen, value):
    """Mean and covariance of the unseen entries.

    mean (D,), cov (D, D): of all entries;  seen (D2,): indices from 0;  value (D2,): in the order of seen
    ->  mean (D1,), cov (D1, D1): of the unseen entries in rising order, D1 = D - D2
    """
    ### BEGIN SOLUTION
    rest = np.setdiff1d(np.arange(len(mean)), seen)
    S11, S12, S22 = (cov[np.ix_(i, j)] for i, j in ((rest, rest), (rest, seen), (seen, seen)))
    gain = np.linalg.solve(S22, S12.T).T
    return mean[rest] + gain @ (value - mean[seen]), S11 - gain @ S12.T
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-01-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_conditional = exercises.check("01.3", conditional)

# %% [markdown]
# From $S_{12} - G S_{22} = 0$ follows $G = S_{12}S_{22}^{-1}$, and $\mathrm{cov}(r) = \mathrm{cov}(r, d_1) = S_{11} - G S_{21}$, because $r$ and $G\,d_2$ are uncorrelated:
#
# $$p(y_1 \mid y_2) = \mathcal N\big(y_1 \mid \mu_1 + S_{12}S_{22}^{-1}(y_2-\mu_2),\;\; S_{11} - S_{12}S_{22}^{-1}S_{21}\big). \tag{G2}$$
#
# The covariance in (G2) has a name, the **Schur complement** $M$ of $S_{22}$. It is what section 2 called the variance left along the cut, for blocks. We see pixels 1 and 4 of the five.

# %%
rest, seen = [0, 2, 3], [1, 4]
y = np.array([90.0, 150.0, 170.0, 130.0, 70.0])
mean, M = my_conditional(five.mean, five.cov, seen, y[seen])
print("mean", mean.round(1), " standard deviations", np.sqrt(np.diag(M)).round(1))
print("M =", (M.round(1) + 0.0).tolist())
parts = Gaussian(mean, M).log_density(y[rest]), two.log_density(y[seen])
print(f"ln p(y1|y2) + ln p(y2) = {sum(parts):.6f}, ln p(y) = {five.log_density(y):.6f}")

# %% [markdown]
# The last line tests what no grid could in five dimensions: $\ln p(y_1 \mid y_2) + \ln p(y_2)$ is $\ln p(y)$, to all digits. In $M$, pixel 0 stands alone. Section 5 says why.
#
# ## 5. The same by precision, and what a zero says
#
# *13 minutes, 1 s*
#
# The inverse covariance $L = S^{-1}$ is the **precision**. It stands in the exponent of the density, up to the factor $-\tfrac12$:
#
# $$d'Ld = d_1'L_{11}d_1 + 2\, d_1'L_{12}d_2 + d_2'L_{22}d_2.$$
#
# Along the cut $d_2$ is fixed. We complete the square in $d_1$: the first two terms are those of $(d_1 + L_{11}^{-1}L_{12}d_2)'L_{11}(d_1 + L_{11}^{-1}L_{12}d_2)$, and what that adds does not contain $d_1$. So along the cut we have a Gaussian with precision $L_{11}$, centred at $d_1 = -L_{11}^{-1}L_{12}d_2$:
#
# $$p(y_1 \mid y_2) = \mathcal N\big(y_1 \mid \mu_1 - L_{11}^{-1}L_{12}(y_2-\mu_2),\;\; L_{11}^{-1}\big). \tag{G3}$$
#
# Note the minus: two pixels that still go together once all others are known have a *negative* entry in the precision. To condition is to drop rows and columns of $L$, as to forget is to drop those of $S$.
#
# The next cell holds a function that was meant to be (G3). It is wrong.

# %%
def by_precision_with_a_slip(mean, precision, seen, value):
    rest = np.setdiff1d(np.arange(len(mean)), seen)
    cov = np.linalg.inv(precision)[np.ix_(rest, rest)]
    return mean[rest] - cov @ precision[np.ix_(rest, seen)] @ (value - mean[seen]), cov


slipped, width = by_precision_with_a_slip(pair.mean, np.linalg.inv(pair.cov), np.array([1]), np.array([160]))
print(f"our pair, cut at 160: mean {slipped[0]:.2f}, standard deviation {np.sqrt(width[0, 0]):.2f}")

# %% [markdown]
# ### Exercise 01.4: conditioning by precision
#
# *repair, 6 minutes*
#
# The right answer is 147 and 24. What does the printed standard deviation remind you of, and which line makes it? Write the function so that it is (G3). `seen` and `value` are as in exercise 01.3, but the precision is given in the place of the covariance; the result is again a mean and a *covariance*.

# %% nbgrader={"grade": false, "grade_id": "exercise-01-4", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conditional_by_precision(mean, precision, seen, value):
    """Mean and covariance of the unseen entries, (G3).

    mean (D,), precision (D, D): of all entries;  seen (D2,): indices from 0;  value (D2,): in the order of seen
    ->  mean (D1,), cov (D1, D1): of the unseen entries in rising order, D1 = D - D2
    """
    ### BEGIN SOLUTION
    rest = np.setdiff1d(np.arange(len(mean)), seen)
    L11, L12 = precision[np.ix_(rest, rest)], precision[np.ix_(rest, seen)]
    cov = np.linalg.inv(L11)
    return mean[rest] - cov @ L12 @ (value - mean[seen]), cov
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-01-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_conditional_by_precision = exercises.check("01.4", conditional_by_precision)

# %% [markdown]
# The inverse of a block is not the block of the inverse. The slip had inverted all of $L$, which is $S$, and cut its block: the standard deviation 30 from *before* the look.
#
# Back to the five pixels. No entry of their covariance is zero; the farthest two still have $1600\cdot 0.8^4 = 655$. **Predict, then run.** How many of the 25 entries of the precision are zero (guess d)?

# %%
guess_d = exercises.guess("01.d", ...)

# %%
five_precision = np.linalg.inv(five.cov)
zeros = int((np.abs(five_precision) < 1e-12).sum())
names = ["pixel 0", "1", "2", "3", "4"]
titles = ["Covariance (gray levels²)", "Precision × 1000 (1 / gray levels²)"]
plots.matrix_blocks([five.cov, 1000 * five_precision.round(12)], 1, titles, names)
plt.show()
print("zeros.", guess_d.beside(zeros, "{:.0f}"))

# %% [markdown]
# The figure shows the covariance of the five pixels, full of positive numbers, and beside it their precision: positive on the diagonal, negative right beside it, zero everywhere else. Each shade is the entry relative to its two diagonal ones, and the black lines cut off pixel 0.
#
# By (G3) a pixel with $L_{ij} = 0$ does not enter the mean of pixel $i$ given all others. Pixel 0 is linked to pixel 1 only. Does it learn anything from the other three once pixel 1 is known?

# %%
given_all = my_conditional_by_precision(five.mean, five_precision, np.array([1, 2, 3, 4]), y[1:])
given_one = my_conditional_by_precision(five.mean[:2], np.linalg.inv(five.cov[:2, :2]), np.array([1]), y[1:2])
for what, (after, left) in (("pixels 1 to 4", given_all), ("pixel 1 alone", given_one)):
    print(f"pixel 0 given {what}: {after[0]:.3f} ± {np.sqrt(left[0, 0]):.3f}")

# %% [markdown]
# No: $124 \pm 24$ either way. (So it stood alone in $M$: by (G3) $M^{-1}$ is the block of $L$ for pixels 0, 2 and 3.) A zero in the covariance means "independent"; a zero $L_{ij}$ means "independent once all the others are known": the block of $L$ for $i$ and $j$ is diagonal then, and so is its inverse.
#
# ## 6. A clean vector and its measurement
#
# *15 minutes, 0 s*
#
# We know how a measurement is made. A clean vector $z$ with $d_z$ entries goes through a known matrix $W$ ($d_y \times d_z$), a known offset $b$ is added, and then noise:
#
# $$z \sim \mathcal N(\mu, S), \qquad y = W z + b + \text{noise}, \qquad \text{noise} \sim \mathcal N(0, R), \text{ independent of } z.$$
#
# From here on $S$ is the covariance of $z$ alone, $y$ is the measurement, and $R$ is the covariance of the *noise*. We call $(W, b, R)$ a channel. Here it measures three things of our pair: the mean of both, the second alone, and their difference plus 10.

# %%
W, b, R = np.array([[0.5, 0.5], [0, 1], [1, -1]]), np.array([0, 0, 10]), np.diag([100, 400, 25])
print("expected measurements:", W @ pair.mean + b, " standard deviations of the noise:", np.sqrt(np.diag(R)))

# %% [markdown]
# The stacked vector is an affine map of two independent Gaussians,
#
# $$\begin{bmatrix} z \\ y \end{bmatrix} = \begin{bmatrix} I & 0 \\ W & I \end{bmatrix} \begin{bmatrix} z \\ \text{noise} \end{bmatrix} + \begin{bmatrix} 0 \\ b \end{bmatrix}, \qquad \mathrm{cov}\begin{bmatrix} z \\ \text{noise} \end{bmatrix} = \begin{bmatrix} S & 0 \\ 0 & R \end{bmatrix}.$$
#
# ### Exercise 01.5: the joint of a clean vector and its measurement
#
# *derive, 8 minutes*
#
# Apply the rule $x = By + c$ of section 3. Which of the four blocks contain the noise? Write the mean and the covariance of $z$ on top of $y$. `np.concatenate` puts vectors behind each other, `np.block` puts matrices into a larger one.

# %% nbgrader={"grade": false, "grade_id": "exercise-01-5", "locked": false, "schema_version": 3, "solution": true, "task": false}
def joint_moments(mu, S, W, b, R):
    """Mean and covariance of [z; y], z first.

    mu (Dz,), S (Dz, Dz): of z;  W (Dy, Dz), b (Dy,), R (Dy, Dy): the channel
    ->  mean (Dz + Dy,), cov (Dz + Dy, Dz + Dy)
    """
    ### BEGIN SOLUTION
    WS = W @ S
    return np.concatenate([mu, W @ mu + b]), np.block([[S, WS.T], [WS, WS @ W.T + R]])
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-01-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_joint_moments = exercises.check("01.5", joint_moments)

# %% [markdown]
# Multiplied out, the noise is in the variance of $y$ and nowhere else:
#
# $$\begin{bmatrix} z \\ y \end{bmatrix} \sim \mathcal N\!\left( \begin{bmatrix} \mu \\ W\mu + b \end{bmatrix}, \begin{bmatrix} S & SW' \\ WS & WSW' + R \end{bmatrix} \right). \tag{G4}$$
#
# Its precision can be read off. The density of $z$ (the **prior**, what we know before we measure) times that of $y$ given $z$ has the exponent, up to the factor $-\tfrac12$,
#
# $$(z-\mu)'S^{-1}(z-\mu) + (y - Wz - b)'R^{-1}(y - Wz - b),$$
#
# With $d_z=z-\mu$ and $d_y=y-W\mu-b$ the second bracket is $d_y-W d_z$. Multiplied out, the factors of the quadratic terms are the inverse of the covariance $\Sigma$ of (G4):
#
# $$\Sigma^{-1} = \begin{bmatrix} S^{-1} + W'R^{-1}W & -W'R^{-1} \\ -R^{-1}W & R^{-1} \end{bmatrix}. \tag{G5}$$

# %%
joint_mean, joint_cov = my_joint_moments(pair.mean, pair.cov, W, b, R)
precision = gaussian.joint_precision(pair, LinearGaussian(W, b, R))
print("times the covariance gives the identity:", np.allclose(precision @ joint_cov, np.eye(5), atol=1e-10))

# %%
names = ["$z_1$", "$z_2$", "$y_1$", "$y_2$", "$y_3$"]
plots.matrix_blocks([joint_cov, 1000 * precision], 2, titles, names)
plt.show()

# %% [markdown]
# The figure shows both matrices, cut into the four blocks of (G4) and (G5): the covariance, where every entry is different from zero, and the precision, where the three measurements do not touch each other, six zeros in the lower right block.
#
# That block is $R^{-1}$: given $z$, the noises are independent. One more pair is not coupled, $y_2$ and $z_1$: the second measurement does not look at the first pixel. In the upper left corner, what the prior knows of $z$ and what the measurement knows of $z$ are *added*. Precisions add because logarithms of densities do; lesson 02 starts there.

# %%
after, left = my_conditional(joint_mean, joint_cov, np.array([2, 3, 4]), np.array([150, 140, 25]))
print("z given y:", after.round(1), "±", np.sqrt(np.diag(left)).round(1))

# %% [markdown]
# From a mean of 150, a second pixel of 140 and a difference of $25 - 10 = 15$ we infer $z \approx (153.7, 138.9)$, with standard deviations of 9.0 and 8.8 where the prior had 30 and 40.
#
# ## 7. One pixel seen through noise
#
# *6 minutes, 1 s*
#
# We measure the second pixel of our pair with noise, $y = z_2 + \text{noise}$, so $W = [\,0 \;\; 1\,]$, $b = 0$ and $R = \sigma^2$, where $\sigma$ is the standard deviation of the noise. We find $y = 160$, the value of section 1, at $\sigma = 40$.
#
# **Predict, then run.** Without noise the mean of the first pixel went from 120 to 147. Where does it go now (guess e)?

# %%
guess_e = exercises.guess("01.e", ...)

# %%
def after_look(y, sigma, correlation=0.6):
    S = np.outer(std, std) * np.array([[1, correlation], [correlation, 1]])
    mean, cov = my_joint_moments(pair.mean, S, np.array([[0, 1]]), np.zeros(1), np.array([[sigma**2]]))
    return Gaussian(*my_conditional(mean, cov, np.array([2]), np.array([y])))


axes = plots.pair_posterior(pair, after_look(160, 40), 160, 40)
plots.mark_guess(axes[1], guess_e)
plt.show()
print("mean of the first.", guess_e.beside(after_look(160, 40).mean[0], "{:.1f}"))

# %% [markdown]
# The figure shows, on the left, the plane of the two pixels: dashed ellipses before the look, a horizontal band of one $\sigma$ around 160, and solid ellipses after the look, further up and smaller, their centre on a dotted line through the old centre; on the right, the bell of the first pixel before the look, dashed around 120, and after it, solid and a little further right, each divided by its peak.
#
# The variance of $y$ is $1600 + 1600 = 3200$, so the mean moves by $\tfrac{720}{3200}\cdot 60 = 13.5$, half as far as without noise.
#
# Now with sliders. Write down a guess for each question, then move:
#
# 1. At $\sigma = 40$, move $y$ from end to end. What happens to the width of the solid bell?
# 2. At $\sigma = 0$, between which two places of its slider lies the correlation that *halves* the standard deviation, from 30 to 15?
# 3. At $\sigma = 40$, compare the correlations $0.6$, $0$ and $-0.6$. Which numbers come back?

# %% tags=["nbval-ignore-output"]
widgets.conditioning_widget(pair, 160, noise_std=40)

# %%
for look in ((-20, 40), (220, 40), (160, 0, 0.85), (160, 0, 0.9), (160, 40, 0), (160, 40, -0.6)):
    g = after_look(*look)
    spread = np.sqrt(np.diag(g.cov))
    print(f"{str(look):17} z1 = {g.mean[0]:.1f} ± {spread[0]:.1f}, z2 = {g.mean[1]:.1f} ± {spread[1]:.1f}")

# %% [markdown]
# <details><summary>Answers, beside the printed lines (value, noise, correlation)</summary>
#
# 1. Nothing: 27.2 for every $y$. The width depends on the noise, not on what was seen.
# 2. Between 0.85 and 0.9. With correlation $\rho$ (G2) leaves the variance $S_{11}(1-\rho^2)$: half the width needs $\rho = \sqrt{3/4} \approx 0.866$.
# 3. At 0 the first pixel stays at $120 \pm 30$. At $-0.6$ its mean moves as far the other way, to 106.5, and both widths come back: a neighbour that goes the opposite way is as good a witness.
#
# </details>
#
# ## 8. Your code at work
#
# *6 minutes, 1 s*
#
# Now 64 pixels. The middle $8\times 8$ patches of the 9 000 digits give a mean and a covariance. Of a patch that was *not* among them we hide 16 pixels, a square in its middle, and look at the other 48 through noise of 25 gray levels. So $W$ picks 48 of 64 entries, `my_joint_moments` makes one Gaussian of clean patch and measurement, and `my_conditional` answers for all 64 pixels, hidden or not.

# %%
patches = digits[:, 10:18, 10:18].reshape(-1, 64)
mu, S = patches.mean(axis=0), np.cov(patches.T)
hidden = np.arange(64).reshape(8, 8)[2:6, 2:6].ravel()
W = np.delete(np.eye(64), hidden, axis=0)
mean, cov = my_joint_moments(mu, S, W, np.zeros(48), 25**2 * np.eye(48))
held_out, labels = datasets.digits("test")
truth = held_out[:, 10:18, 10:18].reshape(-1, 64)
noisy = truth @ W.T + 25 * np.random.default_rng(5).standard_normal((len(truth), 48))

# %% [markdown]
# **Predict, then run.** We do this for all 1 000 held-out digits, 16 000 hidden pixels. For a Gaussian, 95 of 100 would lie within two of the promised standard deviations. How many of 100 do here (guess f)?

# %%
guess_f = exercises.guess("01.f", ...)

# %%
filled = []
for measured in noisy:  # z fills the first 64 entries, the measurement the last 48
    after, left = my_conditional(mean, cov, 64 + np.arange(48), measured)
    filled.append(after)
filled, spread = np.array(filled), np.sqrt(np.diag(left))

# %%
miss = (filled - truth)[:, hidden]
print("within 2 std.", guess_f.beside(100 * (np.abs(miss) < 2 * spread[hidden]).mean(), "{:.1f}"))
for low, high in ((-100, 20), (80, 180)):
    some = (filled[:, hidden] >= low) & (filled[:, hidden] < high)
    print(f"filled in from {low} to {high}: {100 * (np.abs(miss) < 2 * spread[hidden])[some].mean():.1f}, error {miss[some].std():.0f}")

# %%
rms = [np.sqrt(np.mean(x**2)) for x in ((mu - truth)[:, hidden], miss, spread[hidden])]
print("root mean square error: by the mean patch {:.0f}, filled in {:.0f}, promised {:.0f}".format(*rms))

# %%
n = 320
made_by = exercises.credit(my_cut_of_pair, my_std_of_first, my_conditional, my_conditional_by_precision, my_joint_moments)
print(made_by)
plots.sign(plots.filled_patch(truth[n], hidden, noisy[n], filled[n], spread), made_by)
plt.show()

# %% [markdown]
# The figure shows one held-out patch of a digit: what is seen, noisy, with crosses on the sixteen hidden pixels in its middle; the patch as it was filled in, without noise; the true patch; and, hidden pixel by hidden pixel, the mean with error bars of two standard deviations and the truth as a dot.
#
# The stroke is carried on through the hole, softer than it was.

# %%
after, left = my_conditional_by_precision(mean, np.linalg.inv(cov), 64 + np.arange(48), noisy[n])
print("the same by precision:", np.allclose(after, filled[n], rtol=1e-6), np.allclose(np.sqrt(np.diag(left)), spread))

# %% [markdown]
# 94.6 per cent of the hidden pixels lie within two standard deviations, and the error, 65 gray levels, is what was promised, 64. On average the Gaussian is honest, and must be if new digits are like the old: a mean square error needs only their mean and covariance. (That 95 per cent hold, too, is an observation.) Patch by patch it is not: where it fills in black it is too modest, in between it promises too much. And its bars reach beyond 0 and 255: a Gaussian knows neither black nor white.
#
# **Next:** [lesson 02](02_gaussian_posterior.ipynb) turns the joint around and restores a noisy patch.
#
# ### References
#
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer 2006, sections 2.3.1 to 2.3.3.
# - K. P. Murphy, *Probabilistic Machine Learning: An Introduction*, MIT Press 2022, sections 3.2 and 3.3.
# - F. Zhang (ed.), *The Schur Complement and Its Applications*, Springer 2005, DOI [10.1007/b105056](https://doi.org/10.1007/b105056).
# - H. Rue, L. Held, *Gaussian Markov Random Fields*, Chapman & Hall 2005, DOI [10.1201/9780203492024](https://doi.org/10.1201/9780203492024).
