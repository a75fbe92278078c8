# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: _fast_sums.ipynb,scripts//_fast_sums.py:percent
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
# # Sums over windows, fast
#
# A face may sit at 1081 places of a picture no larger than a thumbnail, and each place asks for 252 products. With a
# hundred pictures and ten iterations that makes 272 million. Yet neighbouring windows share nearly all their pixels.
# **How much of the work can they share?**
#
# *Study: 86 minutes. Machine: 7 seconds.*
#
# **At the end you will be able to**
#
# - get every window sum of a picture from one table, by four of its entries;
# - say why waves turn a correlation into products, and which outputs wrap around;
# - tell correlation from convolution, with a number for the difference;
# - go the way back, from values at positions to pixels;
# - place a face in a hundred pictures by sums that you wrote.
#
# **You need** lesson [06](06_face_logits.ipynb), (S3) and (S4), complex exponentials, and eigenvectors.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from scipy import signal

from course_lib import datasets, scene, windows
from course_lib.classroom import exercises, plots, widgets

# %% [markdown]
# ## 1. What is to be summed
#
# *7 minutes, 3 s*
#
# Lesson 06 asked where the face $F$ ($h\times w$ pixels) hides in a picture $X$ ($H\times W$) over the background $B$,
# in noise of standard deviation $s$. The answer was the logit, and (S4) opened its brackets. With $(i,j)$ the face's
# top-left corner,
#
# $$\text{logit}(i,j)=-\frac1{2s^2}\Big[\sum_{a,b}F(a,b)^2-2\,(X\star F)(i,j)+R(i,j)\Big] \tag{S4}$$
#
# with $a<h$, $b<w$, and two tables of $I\times J$ numbers, $I=H-h+1$ and $J=W-w+1$:
#
# $$(X\star F)(i,j)=\sum_{a,b}X(i+a,j+b)\,F(a,b),\qquad R(i,j)=\sum_{a,b}Y(i+a,j+b),\quad Y=B\,(2X-B).$$
#
# The first is the **correlation** of the picture with the face, the second holds the **window sums** of a picture $Y$.
# This lesson is about these two. We draw 100 pictures of the astronaut's face before the cameraman and keep the first at
# hand.

# %%
F, B, s = datasets.face("astronaut", (18, 14)), datasets.background("camera", (40, 60)), 30.0
(H, W), (h, w) = B.shape, F.shape
I, J = H - h + 1, W - w + 1
truth = scene.Scene(F, B, s, prior=np.full((I, J), 1 / (I * J)))
pictures, positions = scene.sample(truth, 100, np.random.default_rng(0))
X, Y = pictures[0], B * (2 * pictures[0] - B)
print("positions", (I, J), " in all", I * J, " products a picture", I * J * h * w)
print("products for 100 pictures and 10 iterations", 1000 * I * J * h * w)

# %% [markdown]
# The bottom rung of our ladder is the definition, letter by letter: four nested loops. They are slow, and they are our
# referee: nothing below is trusted until it agrees with them. A window sum is the same function with a face of ones.

# %%
def by_loops(X, F):
    """corr(i, j) = sum over a, b of X(i+a, j+b) F(a, b)."""
    (H, W), (h, w) = X.shape, F.shape
    out = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            for a in range(h):
                for b in range(w):
                    out[i, j] += X[i + a, j + b] * F[a, b]
    return out

# %%
corr, R = by_loops(X, F), by_loops(Y, np.ones((h, w)))
logit = -((F**2).sum() - 2 * corr + R) / (2 * s**2)
best = divmod(int(logit.argmax()), J)
print("best position", best, " true position", tuple(positions[0].tolist()))
print(f"its logit {logit.max():.1f} nats, the next best {np.sort(logit.ravel())[-2]:.1f}")

# %% [markdown]
# The loops find the face, at (14, 30), with a logit of 1059.8 nats; the next best place has 711.2. The logit needed both
# tables. **Predict, then look.** Where is the correlation $X\star F$, taken alone, largest?
#
# - a: where the face is;
# - b: somewhere else, far from the face;
# - c: next to the face, a pixel or two off.

# %%
guess_a = exercises.guess("07.a", ...)

# %%
unit = "million squared gray levels"
maps = {("correlation of X and F", unit): corr / 1e6, ("window sums R", unit): R / 1e6, ("logit", "nats"): logit}
top = divmod(int(corr.argmax()), J)
away = max(abs(top[0] - best[0]), abs(top[1] - best[1]))
print(guess_a.beside("a" if away == 0 else "c" if away <= 2 else "b"), "Largest correlation at", top)
plots.position_maps(X, maps, F.shape, best)
plt.show()

# %% [markdown]
# The figure shows the noisy picture with the face framed, and three maps over all positions with a red cross at the true
# one: the correlation is largest at the bright sky, far from the cross; the window sums have nearly the same broad
# shape; only the logit has a sharp peak at the cross.
#
# The correlation's largest value, at (0, 41), lies in the sky: taken alone it finds bright places.
#
# ## 2. One row: a table of running sums
#
# *11 minutes, 0 s*
#
# Begin with the window sums of a single row $y_0,\dots,y_{W-1}$. Let $T_t=\sum_{r<t}y_r$ be the sum of what lies before
# $y_t$. A run of $w$ entries from $j$ on is what lies before its end, less what lies before its beginning:
#
# $$y_j+\dots+y_{j+w-1}=T_{j+w}-T_j .$$
#
# One subtraction, however long the run. For pictures, let $T(r,c)$ be the sum of all pixels *above* row $r$ and *left
# of* column $c$:
#
# $$T(r,c)=\sum_{r'<r}\;\sum_{c'<c}Y(r',c').$$
#
# This is the **summed-area table**. Here is a first attempt, and a small case: a picture of one row, whose runs of 3 we
# read from the table's last row.

# %%
def first_attempt(Y):
    """A summed-area table, with a slip."""
    return Y.cumsum(axis=0).cumsum(axis=1)

row = np.array([[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]])
entries = first_attempt(row)[-1]
print("table", entries)
print("runs of 3 by the table      ", entries[3:] - entries[:-3])
print("runs of 3 by the definition ", np.array([row[0, j : j + 3].sum() for j in range(5)]))

# %% [markdown]
# ### Exercise 07.1: the summed-area table
#
# *repair, 6 minutes*
#
# The table of the first attempt gives 4 runs where there are 5. Which is missing, and why? What must a table hold so
# that $T_{j+w}-T_j$ is right for $j=0$, too, and which indices $r$ and $c$ does $T(r,c)$ need for pictures of $H\times
# W$? Write the table without the slip.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def summed_area_table(Y):
    """T: entry (r, c) is the sum of the pixels above row r and left of column c.

    Y (H, W)  ->  (H+1, W+1)
    """
    ### BEGIN SOLUTION
    T = np.zeros((Y.shape[0] + 1, Y.shape[1] + 1))
    T[1:, 1:] = Y.cumsum(axis=0).cumsum(axis=1)
    return T
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_summed_area_table = exercises.check("07.1", summed_area_table)

# %%
T = my_summed_area_table(row)[-1]
print("table", T)
print("runs of 3", T[3:] - T[:-3])
print("table of the picture", my_summed_area_table(Y).shape, " picture", Y.shape)

# %% [markdown]
# Seven entries give a table of eight, and all five runs are there: $T_0=0$ had been forgotten, the classical off-by-one
# error.
#
# ## 3. Pictures: any window from four entries
#
# *20 minutes, 1 s*
#
# Draw a picture and a window inside it. The entry $T(r,c)$ sums the rectangle from the picture's upper left corner to
# row $r$ and column $c$, both exclusive. Which of these rectangles must you add and subtract until just the window is
# left?
#
# ### Exercise 07.2: one window with a pencil
#
# *derive, 4 minutes*
#
# This is the table $T$ of a picture of $3\times4$ pixels:
#
# | row $r$ | $c=0$ | $c=1$ | $c=2$ | $c=3$ | $c=4$ |
# |---|---|---|---|---|---|
# | 0 | 0 | 0 | 0 | 0 | 0 |
# | 1 | 0 | 4 | 12 | 19 | 21 |
# | 2 | 0 | 7 | 21 | 36 | 47 |
# | 3 | 0 | 11 | 26 | 50 | 69 |
#
# **What is $R(1,1)$ for a window of $2\times2$ pixels?** Return the number.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-2", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pencil_sum():
    """R(1, 1)  ->  a number"""
    ### BEGIN SOLUTION
    return (50 - 19) - (11 - 4)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_pencil_sum = exercises.check("07.2", pencil_sum)

# %%
pixels = np.array([[4.0, 8.0, 7.0, 2.0], [3.0, 6.0, 8.0, 9.0], [4.0, 1.0, 9.0, 8.0]])
print(f"with a pencil {my_pencil_sum():.0f}, pixel by pixel {pixels[1:3, 1:3].sum():.0f}")

# %% [markdown]
# Your number beside the sum of the four pixels. Now the same for all windows at once.
#
# ### Exercise 07.3: all window sums from the table
#
# *derive, 8 minutes*
#
# Derive $R(i,j)$ for a window of $h\times w$ pixels from entries of $T$: first the strip of rows $i,\dots,i+h-1$ up to a
# column $c$ as a difference of two entries, then a run of $w$ columns of this strip, by section 2. Write it for all
# positions, with loops or with slices, given the table only.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-3", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sums_from_table(T, shape):
    """R: the sum over every window.

    T (H+1, W+1), shape = (h, w) of the window  ->  (I, J), I = H-h+1, J = W-w+1
    """
    ### BEGIN SOLUTION
    h, w = shape
    strips = T[h:] - T[:-h]
    return strips[:, w:] - strips[:, :-w]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_sums_from_table = exercises.check("07.3", sums_from_table)

# %% [markdown]
# Direct sums cost $hw-1=251$ additions for each of 1081 windows, 271 331 in all. **Guess** how many additions and
# subtractions the table's way takes for one picture, table and all windows together.

# %%
guess_b = exercises.guess("07.b", ...)

# %%
additions = 2 * H * W + 3 * I * J
print(guess_b.beside(additions, "{:,.0f}"), f"Directly {I * J * (h * w - 1):,}.")
print("equal to the loops:", np.allclose(my_sums_from_table(my_summed_area_table(Y), (h, w)), R, rtol=1e-10))

# %%
whole, (i, j) = B.round(), (12, 22)
table = my_summed_area_table(whole)
plots.four_corners(whole, table, (i, j), (h, w))
plt.show()

# %% [markdown]
# The figure shows the background with a window framed, its table below, and four rectangles that start at the upper left
# corner: the large one (green, plus), the part above the window and the part left of it (orange, minus), and the part
# that both share (green, plus).
#
# Two subtractions of strips, one inside the other, are four corners:
#
# $$R(i,j)=\big[T(i+h,j+w)-T(i,j+w)\big]-\big[T(i+h,j)-T(i,j)\big] \tag{S6}$$
#
# The last sign is plus, because the part above *and* left was taken off twice. The table costs two additions a pixel,
# the corners three a window: 8043 instead of 271 331, and the window's size appears nowhere.
#
# Move the window by its sliders. Predict first: which of the four entries are 0 at the upper border, at the left border,
# in the corner? For which windows do the corners gain nothing?

# %% tags=["nbval-ignore-output"]
widgets.windows_widget(whole, row=12, column=22, height=18, width=14)

# %% [markdown]
# <details><summary>Answers</summary>
#
# At the upper border both upper entries are 0, at the left border both left ones; in the corner only the lower right one
# remains. No case needs code of its own, because the table has its zeros. A window of one pixel needs no addition at
# all, and one of four pixels takes three either way; beyond that the corners gain, 3 against 899 for $30\times30$. Only
# the table must be there first.
#
# </details>
#
# The entries grow with the picture, and float32 loses digits in their differences. The
# [companion](further/07_fast_sums.ipynb) measures that loss in nats and builds window sums that only add.
#
# ## 4. The correlation, around a ring
#
# *6 minutes, 0 s*
#
# The table does not help for $X\star F$: its weights $F(a,b)$ differ from pixel to pixel, so neighbouring windows share
# pixels but not products. What else is special about it? It is linear in $X$, and it does the same at every place.
#
# Take a row $x$ of $W=6$ pixels and a face $f$ of 3: four outputs, a matrix times $x$.

# %%
x, f = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0]), np.array([1.0, 2.0, 4.0])
matrix = np.array([np.concatenate([np.zeros(j), f, np.zeros(3 - j)]) for j in range(4)])
print(matrix.astype(int))
print("where it fits    ", matrix @ x)

# %% [markdown]
# Every row is the one above, moved one place to the right: a **Toeplitz** matrix, constant along its diagonals. Now
# close the row to a **ring**, where the first pixel follows the last. Two more rows appear, in which the face sticks out
# on the right and comes back on the left. Such a square matrix is called **circulant**; we write $Z$ for it.

# %%
Z = np.array([np.roll(np.concatenate([f, np.zeros(3)]), j) for j in range(6)])
print(Z.astype(int))
print("around the ring  ", Z @ x)

# %% [markdown]
# The first four outputs, 21, 13, 26 and 47, are those of before; the last two are a by-product that we throw away. Why
# go to this trouble? Because the square matrix is made of powers of a single one.
#
# Let $P$ be the step around the ring, $(Px)_t=x_{t+1}$ with indices modulo $W$. Then $(P^bx)_t=x_{t+b}$, and
#
# $$(Zx)_j=\sum_b f_b\,x_{(j+b)\bmod W}\qquad\Longleftrightarrow\qquad Z=\sum_b f_b\,P^b .$$
#
# If $v$ is an eigenvector of $P$ with eigenvalue $\lambda$, then $P^bv=\lambda^bv$. So $v$ is an eigenvector of $Z$ for
# *every* face, with eigenvalue $\sum_bf_b\lambda^b$.
#
# Which vectors does a step around the ring merely multiply by a number? We need $v_{t+1}=\lambda v_t$, so
# $v_t=\lambda^t$, and once around, $\lambda^W=1$. There are $W$ such numbers: with $\omega=e^{2\pi\mathrm i/W}$ they are
# $\omega^u$, $u=0,\dots,W-1$, and the vectors are waves,
#
# $$v_u=(1,\;\omega^{u},\;\omega^{2u},\;\dots,\;\omega^{(W-1)u})' .$$

# %%
t = np.arange(6)
waves = np.exp(2j * np.pi / 6) ** np.outer(t, t)
eigenvalues = waves[:, :3] @ f
print("Z multiplies each wave by its number:", np.allclose(Z @ waves, waves * eigenvalues))
print("orthogonal, of squared length 6:     ", np.allclose(waves.conj().T @ waves, 6 * np.eye(6)))

# %% [markdown]
# Both lines hold. The second says that the waves are orthogonal: $\sum_t\overline{\omega^{ut}}\,\omega^{u't}$ is a
# geometric series with ratio $\omega^{u'-u}$, whose sum is $W$ for $u=u'$ and 0 otherwise, because $\omega^W=1$.
#
# ## 5. Transform, multiply, transform back
#
# *15 minutes, 0 s*
#
# The discrete **Fourier transform** of a row is $\hat x_u=\sum_t\omega^{-ut}x_t$, with a *minus*: the scalar product of
# $x$ with the wave $v_u$. These numbers are also called the **spectrum** of $x$. Since the waves are orthogonal, it is
# all that is needed to put $x$ together again:
#
# $$x=\frac1W\sum_u\hat x_u\,v_u ,$$
#
# the **inverse transform** of $\hat x$. NumPy's `fft` computes $\hat x$.

# %%
x_hat = np.fft.fft(x)
print("scalar products with the waves:", np.allclose(waves.conj().T @ x, x_hat))
print("put together again:            ", np.allclose(waves @ x_hat / 6, x))

# %% [markdown]
# In pictures there are two steps, down by a row and right by a column, and the waves are products
# $\omega_1^{u_1r}\,\omega_2^{u_2c}$, $\omega_1=e^{2\pi\mathrm i/H}$ and $\omega_2=e^{2\pi\mathrm i/W}$; all else is as
# in a row. `np.fft.fft2(X)` is the transform $\hat X$, an array of $H\times W$ complex numbers; `np.fft.fft2(F, (H, W))`
# pads the face with zeros below and on the right, and then transforms it; `np.fft.ifft2` is the inverse.
#
# ### Exercise 07.4: the correlation from two transforms
#
# *derive, 10 minutes*
#
# Apply $Z$ to the sum above, one wave at a time. By what is $\hat x_u$ multiplied? Write that number by the transform
# $\hat f_u$ of the face, padded with zeros; mind the sign in the exponent, and that a face is real. Then write the
# correlation of a picture with a face, of both of which only the transforms are given. Return real numbers, and only at
# the positions where the face fits.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-4", "locked": false, "schema_version": 3, "solution": true, "task": false}
def correlation_from_spectra(X_hat, F_hat, shape):
    """The sums over a, b of X(i+a, j+b) F(a, b), at all positions (i, j) where the face fits.

    X_hat (H, W) of the picture, F_hat (H, W) of the padded face, complex; shape = (h, w) of the face
    ->  (I, J), I = H-h+1, J = W-w+1, real
    """
    ### BEGIN SOLUTION
    (H, W), (h, w) = X_hat.shape, shape
    around = np.fft.ifft2(X_hat * np.conj(F_hat)).real
    return around[: H - h + 1, : W - w + 1]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_correlation_from_spectra = exercises.check("07.4", correlation_from_spectra)

# %%
X_hat, F_hat = np.fft.fft2(X), np.fft.fft2(F, (H, W))
mine = my_correlation_from_spectra(X_hat, F_hat, (h, w))
print("equal to the loops:", np.allclose(mine, corr, rtol=1e-10), " shape", mine.shape)

# %% [markdown]
# It agrees with the four loops. Written out, the eigenvalue $\sum_bf_b\,\omega^{ub}$ of a real face is the *conjugate*
# of $\hat f_u=\sum_bf_b\,\omega^{-ub}$. So
#
# $$(X\star F)(i,j)=\Big[\text{inverse transform of }\hat X\,\overline{\hat F}\Big](i,j),\qquad 0\le i\le H-h,\;0\le j\le W-w. \tag{S7}$$
#
# Multiplying by a matrix of waves would save nothing. But a transform of length $W$ splits into two of half the length,
# for the even and the odd $t$, and these split again: some $W\log_2W$ operations instead of $W^2$. This is the *fast
# Fourier transform* (FFT); the [companion](further/07_fast_sums.ipynb) takes it apart. The transform of the face serves
# all pictures.
#
# ## 6. What may go wrong: a turned face, a wrapped one
#
# *5 minutes, 1 s*
#
# Forget the conjugate, and the sum becomes $\sum_bf_b\,x_{(j-b)\bmod W}$, a minus instead of a plus. This is the
# **convolution**: the face runs backwards through the picture, turned by 180 degrees. NumPy, SciPy and most books mean
# this sum by the word; libraries for neural networks mean our correlation.
#
# **Guess:** hand the face as it is to SciPy's routine for convolutions, and keep the positions where it fits. In how
# many of our 100 pictures is the largest logit still at the true position?

# %%
guess_c = exercises.guess("07.c", ...)

# %%
def hits(face):
    """In how many pictures the largest logit is at the true position, when `face` goes into a convolution."""
    right = 0
    for X, position in zip(pictures, positions.tolist()):
        sums = my_sums_from_table(my_summed_area_table(B * (2 * X - B)), (h, w))
        scores = 2 * signal.fftconvolve(X, face, mode="valid") - sums
        right += divmod(int(scores.argmax()), J) == tuple(position)
    return right

print(guess_c.beside(hits(F), "{:.0f} of 100"), "Turned first:", hits(F[::-1, ::-1]), "of 100.")

# %% [markdown]
# 21 of 100, and all 100 if the face is turned before: the convolution turns it back.
#
# The other trap is the ring. Textbooks warn that a Fourier transform wraps around, and advise to pad the picture with
# zeros first. Compare the $40\times60$ outputs of the ring with those that have zeros beyond the border. **Guess** how
# many of the 2400 outputs differ.

# %%
guess_d = exercises.guess("07.d", ...)

# %%
border = (0, h - 1), (0, w - 1)
ring, padded = [windows.correlate(np.pad(X, border, mode=mode), F) for mode in ("wrap", "constant")]
spoiled = np.abs(ring - padded) > 1e-6
print(guess_d.beside(spoiled.sum(), "{:,.0f}"), "Where the face fits:", spoiled[:I, :J].sum())
plots.spoiled_outputs(np.abs(ring - padded), (I, J))
plt.show()

# %% [markdown]
# The figure shows the differences over all outputs: dark, which means zero, in the frame of 23 x 47 positions where the
# face fits, and bright in an L-shaped margin to its right and below.
#
# All 1319 outputs of the margin are spoiled, and none where the face fits. The indices say why. There
#
# $$i\le H-h,\quad a\le h-1\quad\Longrightarrow\quad i+a\le H-1,$$
#
# so no index goes once around, and likewise for columns. We drop the margin anyway and need no padding.
#
# ## 7. The way back
#
# *13 minutes, 1 s*
#
# Lesson 08 needs the opposite direction. Let every position $d=(i,j)$ carry a value $q(d)$, say the probability of the
# face there. A face at $d$ hides all pixels of its window. How much lies on a pixel $p=(p_1,p_2)$?
#
# $$c(p)=\sum_{d\,\text{hides}\,p}q(d).$$
#
# ### Exercise 07.5: what lies on each pixel
#
# *use, 8 minutes*
#
# Write the map from $q$ to $c$. Go through the positions and lay each value on its window; or go through the pixels:
# which rows $i$ may a face have that hides row $p_1$, and what happens at the border? Sum $q$ over that rectangle.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-5", "locked": false, "schema_version": 3, "solution": true, "task": false}
def on_each_pixel(q, shape):
    """c: for every pixel the sum of q over the positions that hide it.

    q (I, J), of any sign; shape = (h, w) of the face  ->  (H, W), H = I+h-1, W = J+w-1
    """
    ### BEGIN SOLUTION
    (I, J), (h, w) = q.shape, shape
    c = np.zeros((I + h - 1, J + w - 1))
    for a in range(h):
        for b in range(w):
            c[a : a + I, b : b + J] += q
    return c
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_on_each_pixel = exercises.check("07.5", on_each_pixel)

# %%
counts = my_on_each_pixel(np.ones((I, J)), (h, w))
marked, rectangles = [(20, 40), (5, 8)], [(3, 20, 27, 40), (0, 5, 0, 8)]
print("positions that hide:", [int(counts[p]) for p in marked], " a corner", int(counts[0, 0]))
print("most", int(counts.max()))
plots.hiding_positions(B, marked, rectangles, F.shape, counts)
plt.show()

# %% [markdown]
# The figure shows the background with two pixels marked by crosses: a filled rectangle of each colour holds the top-left
# corners of faces that hide the pixel, dashed frames show the first and the last of these faces. On the right, the
# number of hiding positions of each pixel rises from 1 in the corners to a plateau of 252.
#
# The rectangle is
#
# $$\max(0,\,p_1+1-h)\le i\le\min(p_1,\,H-h),$$
#
# and likewise for columns: $18\cdot14=252$ positions for pixel (20, 40), and $6\cdot9=54$ for pixel (5, 8), near the
# border.
#
# Your map is more than a loop. Window sums are linear in the picture: a matrix $M$ with a 1 at (position $d$, pixel $p$)
# where the window covers the pixel. And $c(p)=\sum_dM(d,p)\,q(d)$ is its transpose, also called the **adjoint**. A
# transpose is recognised without any matrix: $\langle Mx,q\rangle=\langle x,M'q\rangle$ for all $x$ and $q$.

# %%
q = np.random.default_rng(1).dirichlet(np.ones(I * J)).reshape(I, J)
there = (my_sums_from_table(my_summed_area_table(X), (h, w)) * q).sum()
back = (X * my_on_each_pixel(q, (h, w))).sum()
print(f"<M x, q> = {there:,.1f}, <x, M' q> = {back:,.1f}, equal: {np.isclose(there, back, rtol=1e-12)}")

# %% [markdown]
# Both sides are the same number. (S10) of lesson 08 learns the background by this $c$.
#
# ## 8. What it costs
#
# *4 minutes, 0 s*
#
# We count additions and multiplications for one picture. Directly, the correlation takes $2\,IJ\,hw$. By FFT it takes
# about
#
# $$5HW\log_2HW+3HW ,$$
#
# there and back, and the product in between; the [companion](further/07_fast_sums.ipynb) counts this out and measures
# times.
#
# **Predict:** for which sides of a square face in our $40\times60$ picture does the FFT need fewer operations?
#
# - a: for all sides;
# - b: for all sides beyond some size;
# - c: for middle sides only, neither small nor large.

# %%
guess_e = exercises.guess("07.e", ...)

# %%
by_fft = 5 * H * W * np.log2(H * W) + 3 * H * W
wins = [n for n in range(1, H + 1) if by_fft < 2 * (H - n + 1) * (W - n + 1) * n * n]
print(guess_e.beside("a" if len(wins) == H else "b" if wins[-1] == H else "c"), "Sides", wins[0], "to", wins[-1])
print(f"by FFT {by_fft:,.0f} operations; our face directly {2 * I * J * h * w:,}")

# %%
def both_tables(H, W, h, w):
    """Operations for the correlation and the window sums of a picture: directly, by FFT and table."""
    pixels, fits = H * W, (H - h + 1) * (W - w + 1)
    by_fft = 5 * pixels * np.log2(pixels) + 3 * pixels
    return fits * (3 * h * w - 1), by_fft + 2 * pixels + 3 * fits

for sizes in ((40, 60, 18, 14), (512, 512, 128, 128)):
    slow, fast = both_tables(*sizes)
    print(f"{sizes}: directly {slow:,}, by our sums {fast:,.0f}, a factor of {slow / fast:.1f}")

# %% [markdown]
# The FFT wins for sides 7 to 38. A tiny face has few products a window, and a face nearly as large as the picture has
# few windows; the FFT does not care, it takes 141 946 operations for every face. With the table for the window sums, a
# picture costs 149 989 operations instead of 816 155, a factor of 5.4. For $512\times512$ pixels and a face of
# $128\times128$ the factor is 287.
#
# **One question more.** Can window sums be written as two matrix products, `rows @ Y @ columns.T`?
#
# <details><summary>Answer</summary>
#
# Yes. Row $i$ of `rows` ($I\times H$) has ones at $i,\dots,i+h-1$, and `columns` ($J\times W$) likewise. The library
# does this for small pictures: processors are fast at matrix products.
#
# </details>
#
# ## 9. Your code at work
#
# *5 minutes, 1 s*
#
# Now the face of lesson 06, placed by your sums: your table, your corners, your correlation. The transform of the face
# is made once.

# %%
def fast_logits(X, s):
    """(S4) at all positions, by the sums of this lesson."""
    sums = my_sums_from_table(my_summed_area_table(B * (2 * X - B)), (h, w))
    products = my_correlation_from_spectra(np.fft.fft2(X), F_hat, (h, w))
    return -((F**2).sum() - 2 * products + sums) / (2 * s**2)

def places(logits):
    return np.array([divmod(int(one.argmax()), J) for one in logits])

# %%
logits, library = np.array([fast_logits(X, s) for X in pictures]), scene.log_likelihood(pictures, truth)
tops = [tables - tables.max(axis=(1, 2), keepdims=True) for tables in (logits, library)]
print("right:", int((places(logits) == positions).all(axis=1).sum()), "of 100")
print("equal to the library's, to 1e-6 nats, up to a constant a picture:", np.abs(tops[0] - tops[1]).max() < 1e-6)

# %% [markdown]
# All 100 faces are found, and 108 100 logits are those of the library. That was easy: in noise of 30 gray levels you see
# the face yourself. Now we draw 100 pictures with noise of 300, more than the whole range from black to white.
#
# **Guess:** in how many of them is the best position right?

# %%
guess_f = exercises.guess("07.f", ...)

# %%
loud = scene.Scene(F, B, 300.0, truth.prior)
noisy, true_places = scene.sample(loud, 100, np.random.default_rng(1))
dim = np.array([fast_logits(X, 300.0) for X in noisy])
weights = np.exp(dim - dim.max(axis=(1, 2), keepdims=True))
beliefs = weights / weights.sum(axis=(1, 2), keepdims=True)
right = (places(dim) == true_places).all(axis=1).sum()
print(guess_f.beside(right, "{:.0f} of 100"))
print(f"Mean probability of the best position: {beliefs.max(axis=(1, 2)).mean():.2f}")

# %%
k = 2
hidden = my_on_each_pixel(beliefs[k], (h, w))
credit = exercises.credit(my_summed_area_table, my_pencil_sum, my_sums_from_table,
                          my_correlation_from_spectra, my_on_each_pixel)
print(f"best position {places(dim)[k]}, true {true_places[k]}, its probability {beliefs[k].max():.2f}")
print(f"hidden pixels expected {hidden.sum():.1f}")
print(credit)
plots.sign(plots.hiding_maps(noisy[k], beliefs[k], hidden, true_places[k], F.shape), credit)
plt.show()

# %% [markdown]
# The figure shows one of these pictures, in which no eye finds the framed face; the probability of every position, its
# peak at the true one, circled; and how surely each pixel is hidden, a blurred window.
#
# 66 of 100 are right. The best position has a probability of 0.64 on average: your code is about as sure as it is right.
# The expected number of hidden pixels is 252, as many as the face has: your map moves probability about and loses none.

# %%
sure, hit = beliefs.max(axis=(1, 2)), (places(dim) == true_places).all(axis=1)
for low, high in ((0, 0.5), (0.5, 0.8), (0.8, 1)):
    some = (sure > low) & (sure <= high)
    print(f"sure between {low} and {high}: {some.sum()} pictures, right in {hit[some].sum()}")

# %% [markdown]
# Where it is sure it is right, in 32 of 34; where it says that it hardly knows, it errs in about half.
#
# ### What we have seen
#
# - Any window is four entries of a summed-area table (S6), whatever its size.
# - Waves turn a correlation into products with the *conjugate* transform of the face (S7). Where the face fits, nothing
#   wraps. Without the conjugate: a convolution, and 21 faces instead of 100.
# - The adjoint of the window sums lays values on windows.
#
# [Lesson 08](08_em_for_the_scene.ipynb) stops pretending that face, background and noise are known.
#
# ### References
#
# - F. C. Crow, Summed-area tables for texture mapping, SIGGRAPH 1984, [doi:10.1145/800031.808600](https://doi.org/10.1145/800031.808600).
# - J. W. Cooley, J. W. Tukey, An algorithm for the machine calculation of complex Fourier series, Mathematics of Computation 19, 1965, [doi:10.1090/S0025-5718-1965-0178586-1](https://doi.org/10.1090/S0025-5718-1965-0178586-1).
# - R. M. Gray, Toeplitz and circulant matrices: a review, Foundations and Trends in Communications and Information Theory 2, 2006, [doi:10.1561/0100000006](https://doi.org/10.1561/0100000006).
# - N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, SIAM, 2nd edition 2002, chapter 4 (sums), [doi:10.1137/1.9780898718027](https://doi.org/10.1137/1.9780898718027).
