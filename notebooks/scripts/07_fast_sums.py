# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,slideshow,nbgrader,-all
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

# %% [markdown] slideshow={"slide_type": "slide"}
# # Sums over windows, fast
#
# A face may sit at 1081 places of a picture no larger than a thumbnail, and at each place we must add up 252
# products. With a hundred pictures and ten iterations that makes 272 million. Yet neighbouring windows share nearly
# all their pixels. **How much of the work can they share?**

# %% [markdown] slideshow={"slide_type": "skip"}
# **At the end you will be able to**
#
# - climb from four nested loops to sliding windows, summed-area tables, doubling and Fourier transforms, and *check at every rung that nothing changed*;
# - say why a correlation is a product with a block-Toeplitz matrix, and derive why Fourier transforms compute it;
# - tell correlation from convolution, with a number for the difference, and say which outputs wrap around;
# - go the way back, from values at positions to pixels, by the adjoint;
# - write the table, its corners, the correlation and the way back yourself, each in a few lines;
# - predict from operation counts which rung wins, and say where float32 loses digits.
#
# **You need** lesson [06](06_face_logits.ipynb), (S3) and (S4), complex exponentials, and eigenvectors. Running time:
# about 15 seconds.

# %% slideshow={"slide_type": "skip"}
# %matplotlib inline
import time

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft, signal

from course_lib import datasets, scene, windows
from course_lib.classroom import exercises, ledger, plots, widgets

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1. What is to be summed
#
# Lesson 06 asked where the face $F$ ($h\times w$ pixels) hides in a picture $X$ ($H\times W$) over the background
# $B$, in noise of standard deviation $s$. Its answer was the logit (S3), and (S4) opened the brackets. With $(i,j)$
# the face's top-left corner, $0\le i\le H-h$ and $0\le j\le W-w$,
#
# $$\begin{gathered}\text{logit}(i,j)=-\frac1{2s^2}\Big[\underbrace{\sum_{a,b}F(a,b)^2}_{\text{one number}}\;-\;2\,\underbrace{\sum_{a,b}X(i+a,j+b)\,F(a,b)}_{(X\star F)(i,j)}\;+\;\underbrace{\sum_{a,b}Y(i+a,j+b)}_{R(i,j)}\Big],\\
# Y=B\,(2X-B)\end{gathered} \tag{S4}$$
#
# with sums over $0\le a<h$, $0\le b<w$. Two tables of $I\times J$ numbers are wanted, $I=H-h+1$ and $J=W-w+1$: the
# **window sums** $R$ of a picture $Y$, and the **correlation** $X\star F$ of the picture with the face (a star, because
# $C$ is the residual of lesson 06). Everything in this lesson is about these two.

# %% [markdown] slideshow={"slide_type": "notes"}
# We draw $K=100$ pictures of the astronaut's face before the cameraman, $s=30$, and keep the first one at hand.

# %% slideshow={"slide_type": "skip"}
F, B, s = datasets.face("astronaut", (18, 14)), datasets.background("camera", (40, 60)), 30.0
(H, W), (h, w) = B.shape, F.shape
I, J = H - h + 1, W - w + 1
truth = scene.Scene(F, B, s, prior=np.full((I, J), 1 / (I * J)))
pictures, positions = scene.sample(truth, 100, np.random.default_rng(0))
X, Y = pictures[0], B * (2 * pictures[0] - B)
print("positions", (I, J), " in all", I * J, " products a picture", I * J * h * w)
print("products for 100 pictures and 10 iterations", 1000 * I * J * h * w)

# %% [markdown] slideshow={"slide_type": "-"}
# There are 1081 positions, 272 412 products to be formed and added for one picture, and 272 million for ten
# iterations over all of them.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 2. The bottom rung: four nested loops
#
# The definition, letter by letter. It is slow, and it is our referee: no formula below is trusted until it agrees
# with these loops.

# %% [markdown] slideshow={"slide_type": "skip"}
# A window sum is the same function with a face of ones.

# %% slideshow={"slide_type": "-"}
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

# %% slideshow={"slide_type": "skip"}
ones = np.ones((h, w))
corr, R = by_loops(X, F), by_loops(Y, ones)
logit = -((F**2).sum() - 2 * corr + R) / (2 * s**2)
best = divmod(int(logit.argmax()), J)
print("best position", best, " true position", tuple(positions[0].tolist()))
print(f"its logit {logit.max():.1f} nats, the next best {np.sort(logit.ravel())[-2]:.1f}")

# %% [markdown] slideshow={"slide_type": "-"}
# ### What the loops find
#
# The loops find the face, at (14, 30), with a logit of 1059.8 nats; the runner-up has 711.2.

# %% slideshow={"slide_type": "skip"}
unit = "million squared gray levels"
maps = {("correlation of X and F", unit): corr / 1e6, ("window sums R", unit): R / 1e6, ("logit", "nats"): logit}

# %% [markdown] slideshow={"slide_type": "slide"}
# #### Where is the correlation largest?

# %% [markdown] slideshow={"slide_type": "notes"}
# **Predict, then look.** Is the correlation $X\star F$ largest where the face is?

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows four panels: the noisy picture with the face framed, then three maps over all positions, with a red
# cross at the true one. $X\star F$ is largest at the bright sky in the upper right, far from the cross; $R$ has nearly the
# same broad shape; only the logit, in which the two are subtracted, has a sharp peak at the cross.

# %% slideshow={"slide_type": "-"}
plots.position_maps(X, maps, F.shape, best)
plt.show()

# %% slideshow={"slide_type": "skip"}
print("largest correlation at", divmod(int(corr.argmax()), J))

# %% [markdown] slideshow={"slide_type": "notes"}
# A correlation alone finds bright places: its largest value lies at (0, 41), the sky.

# %% [markdown] slideshow={"slide_type": "skip"}
# The logit needs both tables, and takes differences of large numbers; section 12 comes back to that.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3. Sliding windows: the loops move out of Python
#
# Each turn of the innermost loop costs Python far more than the multiplication itself. NumPy can present all windows
# as one array with four axes $(i,j,a,b)$. **Guess:** how much memory does that array take?

# %% slideshow={"slide_type": "skip"}
view = sliding_window_view(X, F.shape)
print("shape", view.shape, " bytes if copied", view.nbytes, " bytes of X", X.nbytes, f" ratio {view.nbytes / X.nbytes:.0f}")
print("steps in bytes, of X", X.strides, " of the view", view.strides, " shares X's memory:", np.shares_memory(view, X))

# %% [markdown] slideshow={"slide_type": "-"}
# Copied, it would be 114 times as large as the picture. But it is a **view**: a step along $a$ is the same jump in
# memory as a step along $i$ (480 bytes, a row), and $b$ and $j$ share the step of 8 bytes, one pixel. Nothing is
# copied until we compute. `einsum` then writes the formula down: same letters multiplied, the letters missing on the
# right summed.

# %% slideshow={"slide_type": "-"}
def by_view(X, F):
    """The same, all windows at once."""
    all_windows = sliding_window_view(X, F.shape)
    return np.einsum("ijab,ab->ij", all_windows, F)

# %% slideshow={"slide_type": "skip"}
print("equal to the loops:", np.allclose(by_view(X, F), corr, rtol=1e-10), np.allclose(by_view(Y, ones), R, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "-"}
# Both tables agree. This rung does exactly the work of the loops, all 272 412 products, only in compiled code. To do
# *less* work we need ideas.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 4. Cumulative sums
#
# ### 4.1 One dimension
#
# Begin with the window sums and a single row $y_0,\dots,y_{W-1}$. Let $T_t=\sum_{r<t}y_r$ be the sum of its first $t$
# entries, $T_0=0$. The sum of a run of $w$ entries from $j$ on is what lies before its end, less what lies before its
# beginning: $y_j+\dots+y_{j+w-1}=T_{j+w}-T_j$. One subtraction, however long the run.

# %% slideshow={"slide_type": "skip"}
y = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])
T = np.concatenate([[0.0], np.cumsum(y)])
print("T", T)
print("runs of 3: by table", T[3:] - T[:-3], " by the definition", np.array([y[j : j + 3].sum() for j in range(5)]))

# %% [markdown] slideshow={"slide_type": "skip"}
# The same five sums. Note the length: 7 entries give 8 table entries, because $T_0=0$ must be there. Forgetting it is
# the classical off-by-one error.

# %% [markdown] slideshow={"slide_type": "-"}
# ### 4.2 Two dimensions
#
# Now let $T(r,c)$ be the sum of all pixels *above* row $r$ and *left of* column $c$. We use one dimension twice.
# First subtract two rows of the table: $T(i+h,c)-T(i,c)$ is the sum over the strip of rows $i,\dots,i+h-1$, from the
# left edge up to column $c$ (exclusive). As a function of $c$ it is a cumulative sum along the strip, so the run of
# $w$ columns from $j$ on is its difference at $j+w$ and $j$:
#
# $$\begin{gathered}R(i,j)=\big[T(i+h,j+w)-T(i,j+w)\big]-\big[T(i+h,j)-T(i,j)\big],\\
# T(r,c)=\sum_{r'<r}\,\sum_{c'<c}Y(r',c')\end{gathered} \tag{S6}$$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 07.1: the summed-area table
#
# Write the table $T$ of (S6) for a picture $Y$ of $H\times W$ pixels. Mind its size, which 4.1 has shown for a row:
# $0\le r\le H$ and $0\le c\le W$.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-1", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def summed_area_table(Y):
    """T of (S6): entry (r, c) is the sum of the pixels above row r and left of column c.

    Y (H, W)  ->  (H+1, W+1)
    """
    ### BEGIN SOLUTION
    T = np.zeros((Y.shape[0] + 1, Y.shape[1] + 1))
    T[1:, 1:] = Y.cumsum(axis=0).cumsum(axis=1)
    return T
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_summed_area_table = exercises.check("07.1", summed_area_table)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 07.2: four corners with a pencil
#
# This is the table $T$ of a picture of $3\times4$ pixels:
#
# | row $r$ | $c=0$ | $c=1$ | $c=2$ | $c=3$ | $c=4$ |
# |---|---|---|---|---|---|
# | 0 | 0 | 0 | 0 | 0 | 0 |
# | 1 | 0 | 2 | 3 | 3 | 6 |
# | 2 | 0 | 3 | 8 | 10 | 14 |
# | 3 | 0 | 8 | 13 | 18 | 24 |
#
# **What is $R(1,1)$ for a window of $2\times2$ pixels?** Return the number.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-2", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def pencil_sum():
    """R(1, 1) of (S6)  ->  a number"""
    ### BEGIN SOLUTION
    return (18 - 3) - (8 - 2)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_pencil_sum = exercises.check("07.2", pencil_sum)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 07.3: window sums from the table
#
# Write the first line of (S6): all window sums of a picture of which only the table $T$ is given. Loops or slices, as you
# like.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-3", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def sums_from_table(T, shape):
    """R of (S6).

    T (H+1, W+1), shape = (h, w) of the window  ->  (I, J), I = H-h+1, J = W-w+1
    """
    ### BEGIN SOLUTION
    h, w = shape
    strips = T[h:] - T[:-h]
    return strips[:, w:] - strips[:, :-w]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_sums_from_table = exercises.check("07.3", sums_from_table)

# %% [markdown] slideshow={"slide_type": "slide"}
# #### The four corners
#
# Four corners, two with plus and two with minus.

# %% [markdown] slideshow={"slide_type": "notes"}
# The last sign is plus, because the rectangle above *and* left of the window was taken off twice.

# %% slideshow={"slide_type": "skip"}
def table_sums(Y, shape):
    """All window sums by four corners of the table of cumulative sums."""
    h, w = shape
    T = np.pad(Y.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    return T[h:, w:] - T[:-h, w:] - T[h:, :-w] + T[:-h, :-w]

print("equal to the loops:", np.allclose(table_sums(Y, (h, w)), R, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "skip"}
# The library has the table and the corners as two functions, `windows.cumulative_sums` and `windows.corner_sums`. We
# look at one window of the background, with its top-left corner at (12, 22), and ask for its four table entries. Gray
# levels are rounded to whole numbers here, so that every sum can be checked by hand.

# %% slideshow={"slide_type": "skip"}
whole, (i, j) = B.round(), (12, 22)
table = windows.cumulative_sums(whole)
print("table", table.shape, " row 0 and column 0 are zero:", not table[0].any() and not table[:, 0].any())
print(f"{table[i + h, j + w]:,.0f} + {table[i, j]:,.0f} - {table[i, j + w]:,.0f} - {table[i + h, j]:,.0f}")
print(f"= {windows.corner_sums(table, (h, w))[i, j]:,.0f}, pixel by pixel {whole[i : i + h, j : j + w].sum():,.0f}")
print("library equals the loops:", np.allclose(windows.corner_sums(windows.cumulative_sums(Y), (h, w)), R, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure is (S6) in pictures. Left, the background with the window framed, and the table below it, bluer the larger
# its entries, with a white row and column of zeros; a plus or a minus marks the four corners in both. On the right, placed
# as the corners lie, four rectangles that all start at the upper left corner of the picture: lower right the large one
# (green, plus), above it the part above the window (orange, minus), lower left the part left of it (orange, minus), and
# upper left the part that both share (green, plus). Each has its sum in its title.

# %% slideshow={"slide_type": "-"}
plots.four_corners(whole, table, (i, j), (h, w))
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# The four numbers combine to 15 917 gray levels, the sum over the window.

# %% [markdown] slideshow={"slide_type": "notes"}
# The table costs about two additions a pixel, the corners three a window; the window's size appears nowhere.

# %% [markdown] slideshow={"slide_type": "skip"}
# The idea is Crow's *summed-area table* (1984), invented for textures. The report uses it without going into details;
# section 12 shows which detail matters.
#
# ### 4.3 Move the window
#
# Run the next cell and move the window over the picture by its sliders; the arrow keys move a slider, too. The three
# pictures are those of the figure above, and a sentence does the arithmetic, with $R(i,j)$ the sum of the window's gray
# levels, and counts the additions. If the window reaches outside, it says what to change. Predict first, then move:
#
# 1. Push the window of 18 x 14 to the upper border of the picture, then to the left border, then into the upper left
#    corner. Which corners drop out each time, and why?
# 2. Make the window 1 x 1, then 30 x 30. How many entries of the table are read, and how many additions does each way
#    take? For which windows do the corners gain nothing?
# 3. Take a window of 1 x 1 into the lower right corner of the picture. How large are the numbers that are added and
#    subtracted, and how large is the result? What if the table kept only three digits of each?

# %% slideshow={"slide_type": "skip"} tags=["nbval-ignore-output"]
widgets.windows_widget(whole, row=12, column=22, height=18, width=14)

# %% [markdown] slideshow={"slide_type": "skip"}
# The answers, for the reader without sliders and for checking yourself. What the widget says is a function of what the
# sliders say. Question 1:

# %% slideshow={"slide_type": "skip"}
def ask(*choice):
    return widgets.windows_view(whole, *choice).readout.split(". ")

for row, column in ((0, 22), (12, 0), (0, 0)):
    print(ask(row, column, h, w)[0])

# %% [markdown] slideshow={"slide_type": "skip"}
# At the upper border both upper corners are 0, for nothing lies above row 0: the plus at the upper left and the minus at
# the upper right. At the left border both left corners are 0. In the upper left corner only the lower right one remains:
# that window *is* the rectangle which its entry sums. No case needs code of its own, because the table has its row and
# column of zeros.
#
# Question 2:

# %% slideshow={"slide_type": "skip"}
for row, column, height, width in ((12, 22, 1, 1), (12, 22, 2, 2), (5, 22, 30, 30), (0, 0, H, W)):
    by_corners, by_pixels, table_cost = ask(row, column, height, width)
    print(f"{height} x {width}:", by_corners.split(", from ")[1], "| by pixels", by_pixels.split(", from ")[1])
print(table_cost)

# %% [markdown] slideshow={"slide_type": "skip"}
# Always four entries and three additions, be it for one pixel or for all 2400. A single pixel needs no addition at all,
# so that the corners lose, and at four pixels both ways take three. Beyond that the corners gain: 3 against 899 for
# 30 x 30. But the table must be there first, for 4700 additions. For a single window of 30 x 30 it does not pay; for six
# it does, $4700+6\cdot3=4718$ against $6\cdot899=5394$.
#
# Question 3. We round the entries to thousands, which leaves three digits in the large ones:

# %% slideshow={"slide_type": "skip"}
print(ask(H - 1, W - 1, 1, 1)[0])
for size in (1, 30):
    exact, rounded = (windows.corner_sums(entries, (size, size))[-1, -1] for entries in (table, table.round(-3)))
    print(f"{size} x {size} in the lower right corner: {exact:,.0f}, by entries of three digits {rounded:,.0f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Four numbers near 275 000 leave 146: their leading three digits cancel. So with three digits the pixel comes out as 0,
# while the window of 30 x 30 is right to one per cent. The error is that of the *entries*, which grow with the picture;
# it does not shrink with the window. float64 keeps 16 digits, and nothing is lost here; float32 keeps 7, and section 12
# shows what that costs.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 5. One rung further: doubling
#
# Can additions alone be fast, with no large sums to subtract? **Think first:** you have the sums of all runs of 4.
# How do you get those of 8?

# %% [markdown] slideshow={"slide_type": "notes"}
# By one addition each: two runs of 4, end to end. So the runs of $1, 2, 4, 8,\dots$ follow one from the other, and
# any length is a sum of powers of two, its binary digits.

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows how a run of 14 is put together: a run of 2, one of 4 and one of 8 end to end, each made of two
# halves; the single pixel (dashed) serves only to make the run of 2. The code below does the same for all runs at
# once: `x` holds the runs of `size` rows, and `done` rows are already laid end to end.

# %% slideshow={"slide_type": "-"}
plots.doubled_runs(14)
plt.show()

# %% slideshow={"slide_type": "skip"}
def run_sums(x, count):
    """Sums of all runs of `count` rows, by doubling."""
    length, out, done = len(x) - count + 1, 0, 0
    for size in [2**digit for digit in range(count.bit_length())]:
        if size > 1:
            x = x[: -size // 2] + x[size // 2 :]
        if count & size:
            out, done = out + x[done : done + length], done + size
    return out

def doubled_sums(Y, shape):
    return run_sums(run_sums(Y, shape[0]).T, shape[1]).T

# %% slideshow={"slide_type": "skip"}
print("equal to the loops:", np.allclose(doubled_sums(Y, (h, w)), R, rtol=1e-10))
print("library, windows.window_sums:", np.allclose(windows.window_sums(Y, (h, w)), R, rtol=1e-10))
for count in (h, w):
    doublings, ends = count.bit_length() - 1, count.bit_count() - 1
    print(f"run of {count} = {count:b} in binary: doublings {doublings}, joints {ends}, additions {doublings + ends}")

# %% [markdown] slideshow={"slide_type": "-"}
# A window of 18 x 14 takes 5 and 5 additions a pixel instead of 251: rows first, then columns, since a window is a
# run of runs.

# %% [markdown] slideshow={"slide_type": "notes"}
# That is more than the table's two a pixel and three a window, but nothing is ever subtracted.

# %% [markdown] slideshow={"slide_type": "skip"}
# `windows.window_sums` works like this. Two details of the code: `count & size` is not 0 if the binary digit of `size` is a 1
# in `count`; and `doubled_sums` turns the picture on its side by `.T`, so that the same function serves the columns.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 6. Correlation is a matrix

# %% [markdown] slideshow={"slide_type": "notes"}
# None of this helps for $X\star F$: its weights $F(a,b)$ differ from pixel to pixel, so neighbouring windows share
# pixels but not products. What else is special about it?

# %% [markdown] slideshow={"slide_type": "notes"}
# It is linear in $X$. So, if we write the picture as one long vector, row by row, and the positions too, $X\star F$
# is a matrix times a vector.

# %% [markdown] slideshow={"slide_type": "notes"}
# Row $(i,j)$ of this matrix $M_F$ holds $F(r-i,\,c-j)$ at pixel $(r,c)$, and 0 where $(r-i,c-j)$ lies outside the face:
# it *is the face pasted on black* at $(i,j)$. We build it for a picture of 4 x 5 and a face of 2 x 3.

# %% slideshow={"slide_type": "skip"}
small, mask = np.arange(20.0).reshape(4, 5) ** 2 % 11, np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
M = np.zeros((3, 3, 4, 5))
for i in range(3):
    for j in range(3):
        M[i, j] = scene.paste(mask, np.zeros((4, 5)), (i, j))
matrix, title = M.reshape(9, 20), "Correlation of a 4 x 5 picture with a 2 x 3 face"
print("equal to the loops:", np.array_equal(matrix @ small.ravel(), by_loops(small, mask).ravel()))

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows this matrix, 9 rows and 20 columns, with its zeros left empty; dark lines cut it into 3 x 4 blocks
# of 3 x 5, one for each row of positions and each row of pixels. The same two blocks, one with 1 2 3 and one with 4 5
# 6 on slanted lines, repeat down the diagonal of blocks; inside a block the same three numbers repeat down its
# diagonals.

# %% slideshow={"slide_type": "-"}
plots.block_matrix(matrix, (3, 5), title)
plt.show()

# %% [markdown] slideshow={"slide_type": "notes"}
# A matrix whose entries depend only on *column minus row* is called a **Toeplitz** matrix: each diagonal is constant.
# Here the entry depends on $r-i$ and $c-j$ only. So the block in block-row $i$ and block-column $r$ depends on $r-i$:
# the matrix is *block-Toeplitz*; and every block is itself Toeplitz in $c-j$.

# %% [markdown] slideshow={"slide_type": "skip"}
# As a check we step one down *and* one right.

# %% slideshow={"slide_type": "skip"}
print("blocks constant along diagonals of blocks:", np.array_equal(M[:-1, :, :-1], M[1:, :, 1:]))
print("entries constant along diagonals inside:  ", np.array_equal(M[:, :-1, :, :-1], M[:, 1:, :, 1:]))
print("entries of the small matrix", matrix.size, ", not zero", np.count_nonzero(matrix), ", different ones", np.unique(matrix[matrix > 0]).size)
print("of the real one", I * J * H * W, ", not zero", I * J * h * w, ", different ones at most", F.size)

# %% [markdown] slideshow={"slide_type": "skip"}
# Both hold. The real matrix would have 2.6 million entries, but at most 252 different numbers besides zero. Nobody
# multiplies with such a matrix as it stands; the question is which change of basis makes it simple.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 7. From Toeplitz to Fourier, in one dimension

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 7.1 Close the line to a ring
#
# Take a row $x$ of $W=6$ pixels and a face $f$ of $w=3$. Its matrix with constant diagonals, a Toeplitz matrix, has
# $W-w+1=4$ rows. We add two more, in which the face sticks out on the right and re-enters on the left, so that every
# row is the one above, shifted by one around a ring. Such a square matrix is called **circulant**; we write $Z$ for it,
# and `ring` in code.

# %% [markdown] slideshow={"slide_type": "skip"}
# The code makes it from powers of `shift`, the identity matrix with its ones moved one place to the right; 7.2 says
# why.

# %% slideshow={"slide_type": "skip"}
x, f = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0]), np.array([1.0, 2.0, 4.0])
shift = np.roll(np.eye(6), 1, axis=1)
ring = sum(f[b] * np.linalg.matrix_power(shift, b) for b in range(3))

# %% slideshow={"slide_type": "-"}
print(ring.astype(int))
print("ring  ", ring @ x)
print("valid ", np.correlate(x, f, mode="valid"))

# %% [markdown] slideshow={"slide_type": "-"}
# The first four rows are the Toeplitz matrix, and their outputs 21, 13, 26 and 47 are the correlation at the
# positions where the face fits. The last two, 35 and 19, are a by-product that we shall throw away.

# %% [markdown] slideshow={"slide_type": "notes"}
# Why go to this trouble? Because the square matrix is made of powers of a single one.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 7.2 A circulant matrix is a polynomial of the shift
#
# Let $P$ be the shift around the ring, $(Px)_t=x_{t+1}$, indices taken modulo $W$. Then $(P^bx)_t=x_{t+b}$, and
#
# $$(Zx)_j=\sum_b f_b\,x_{(j+b)\bmod W}\qquad\Longleftrightarrow\qquad Z=\sum_b f_b\,P^b .$$
#
# If $v$ is an eigenvector of $P$ with eigenvalue $\lambda$, then $P^bv=\lambda^bv$, and $v$ is one of $Z$ for *every*
# face, with eigenvalue $\sum_bf_b\lambda^b$.
#
# ### 7.3 The eigenvectors of the shift are waves
#
# Which vectors does a shift merely multiply by a number? We need $v_{t+1}=\lambda v_t$, so $v_t=\lambda^t$ up to a
# factor, and around the ring $\lambda^W=1$. There are $W$ such numbers: with $\omega=e^{2\pi\mathrm i/W}$ they are
# $\omega^u$, $u=0,\dots,W-1$, and
#
# $$v_u=(1,\;\omega^{u},\;\omega^{2u},\;\dots,\;\omega^{(W-1)u})',\qquad Pv_u=\omega^{u}v_u,\qquad Zv_u=\Big(\sum_bf_b\,\omega^{ub}\Big)v_u .$$
#
# The discrete Fourier transform of the face, padded with zeros to length $W$, has a *minus* in the exponent: $\hat
# f_u=\sum_bf_b\,\omega^{-ub}$. For a real face the eigenvalues $\sum_bf_b\,\omega^{ub}$ of the correlation are
# $\overline{\hat f_u}$: the **conjugate spectrum** of the face.

# %% slideshow={"slide_type": "skip"}
t = np.arange(6)
V = np.exp(2j * np.pi / 6) ** np.outer(t, t)
eigenvalues = np.conj(np.fft.fft(f, 6))
print("shift: ", np.allclose(shift @ V, V * np.exp(2j * np.pi * t / 6)))
print("ring:  ", np.allclose(ring @ V, V * eigenvalues))
print("orthogonal, of squared length 6:", np.allclose(V.conj().T @ V, 6 * np.eye(6)))

# %% [markdown] slideshow={"slide_type": "skip"}
# The columns of `V` are the waves, eigenvectors of the shift and of the ring. The third line says that they are
# orthogonal, and here is why. With $\langle v,x\rangle=\sum_t\overline{v_t}\,x_t$ for complex vectors,
# $\langle v_u,v_{u'}\rangle=\sum_t\omega^{(u'-u)t}$ is a geometric series. For $u=u'$ its terms are 1 and their sum
# is $W$. Otherwise, with $\rho=\omega^{u'-u}\neq1$, the sum is $(\rho^W-1)/(\rho-1)=0$, because $\rho^W=1$.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 7.4 The correlation theorem
#
# Expand $x$ in the orthogonal waves. The coefficient of $v_u$ is $\langle v_u,x\rangle/W$, where $W$ is the squared
# length of $v_u$, and $\langle v_u,x\rangle=\sum_t\omega^{-ut}x_t=\hat x_u$ is the Fourier transform of $x$. Then $Z$
# multiplies each wave by its eigenvalue:
#
# $$x=\frac1W\sum_u\hat x_u\,v_u\qquad\Longrightarrow\qquad Zx=\frac1W\sum_u\hat x_u\,\overline{\hat f_u}\,v_u .$$
#
# The left equation is the inverse transform of $\hat x$; the right one is the inverse transform of the *product*
# $\hat x\,\overline{\hat f}$. So: transform, multiply by the conjugate spectrum, transform back.

# %% slideshow={"slide_type": "skip"}
by_waves = np.fft.ifft(np.fft.fft(x) * eigenvalues)
print("real:", np.allclose(by_waves.imag, 0), " values", by_waves.real.round(6) + 0.0)
print("equal to the ring:", np.allclose(by_waves, ring @ x))

# %% [markdown] slideshow={"slide_type": "skip"}
# The same six numbers as `ring @ x`.

# %% [markdown] slideshow={"slide_type": "-"}
# ### 7.5 Why this is fast
#
# A matrix of $W$ waves times a vector still costs $W^2$ multiplications.

# %% [markdown] slideshow={"slide_type": "skip"}
# But split $\hat x$ into even and odd $t$, with $W$ even:
#
# $$\hat x_u=\sum_{t}\omega^{-2ut}x_{2t}+\omega^{-u}\sum_t\omega^{-2ut}x_{2t+1} .$$
#
# Since $\omega^2$ is the root of unity for length $W/2$, both sums are Fourier transforms of half the length, and as
# functions of $u$ they repeat after $W/2$. Moreover $\omega^{-W/2}=-1$: the outputs $u$ and $u+W/2$ are the sum and
# the difference of the same two numbers, and share one product.
#
# So two half transforms and $W/2$ products make a whole one.

# %% [markdown] slideshow={"slide_type": "-"}
# Splitting the transform in two halves, and these again, $\log_2W$ times, costs some $W\log_2W$ operations instead of
# $W^2$; other factors of $W$ split likewise. This is the *fast Fourier transform* (FFT) of Cooley and Tukey (1965).

# %% slideshow={"slide_type": "skip"}
even, odd = np.fft.fft(x[0::2]), np.fft.fft(x[1::2])
joined = np.tile(even, 2) + np.exp(-2j * np.pi * t / 6) * np.tile(odd, 2)
print("two halves make a whole:", np.allclose(joined, np.fft.fft(x)))
for n in (64, 1024, 2400):
    print(f"length {n:4}: matrix {n * n:9,} products, by splitting about {n / 2 * np.log2(n):6,.0f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The halves make the whole.

# %% [markdown] slideshow={"slide_type": "notes"}
# For 2400 numbers, as many as our picture has pixels, 5.8 million products shrink to some 13 thousand.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8. Correlation or convolution?
#
# What if we forget the conjugate? Then the eigenvalues are $\hat f_u=\sum_bf_b\,\omega^{-ub}$, which belong to
# $\sum_bf_b\,P^{-b}$:
#
# $$\Big(\sum_bf_bP^{-b}x\Big)_j=\sum_bf_b\,x_{(j-b)\bmod W},$$
#
# a minus instead of a plus. This is the **convolution**, as mathematics, NumPy and SciPy mean the word: the mask runs
# through the picture backwards. To get a correlation from a routine for convolutions, *flip* the mask (along every
# axis), or conjugate its spectrum.

# %% [markdown] slideshow={"slide_type": "skip"}
# The report's formula (1) is the correlation, with plus signs, and it is the right formula for (S4). But the report
# *calls* it a convolution (erratum 3), as libraries for neural networks often do, too.

# %% [markdown] slideshow={"slide_type": "-"}
# A reader who hands the face to a routine of SciPy then searches for a face turned by 180 degrees. **Guess:** in how
# many of our 100 pictures is the best position still right?

# %% [markdown] slideshow={"slide_type": "skip"}
# (In the code, `mode="valid"` keeps the outputs whose mask lies wholly inside the picture: the same windows as ours, in
# the same order.)

# %% slideshow={"slide_type": "skip"}
def logit_of(X, correlation):
    return -((F**2).sum() - 2 * correlation + windows.window_sums(B * (2 * X - B), F.shape)) / (2 * s**2)

def hits(face):
    """In how many pictures the largest logit is at the true position, when `face` goes into a convolution."""
    tops = [logit_of(X, signal.fftconvolve(X, face, mode="valid")).argmax() for X in pictures]
    return sum(divmod(int(d), J) == tuple(position) for d, position in zip(tops, positions.tolist()))

# %% slideshow={"slide_type": "skip"}
for name, answer in (("correlation ", np.correlate(x, f, mode="valid")), ("convolution ", np.convolve(x, f, mode="valid")),
                     ("and flipped ", np.convolve(x, f[::-1], mode="valid"))):
    print(name, answer)
print("flipped face in a convolution:", hits(F[::-1, ::-1]), "of 100 right;  face as it is:", hits(F), "of 100")
turned = signal.fftconvolve(X, F, mode="valid")
print(f"logit at the true place: {logit_of(X, corr)[best]:.1f} nats, unflipped {logit_of(X, turned)[best]:.1f} nats")
print("a mask of ones does not mind:", np.allclose(signal.fftconvolve(Y, ones, mode="valid"), R, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "skip"}
# On the small row the convolution gives other numbers, and with the flipped mask the correlation again.

# %% [markdown] slideshow={"slide_type": "-"}
# On the pictures: flipped, the convolution finds the face in every picture; with the face as it is, in 21 of 100, and
# the logit at the true place falls from 1059.8 to 100.4 nats. Only for a mask that equals its own half-turn, such as
# the window of ones, does the word not matter.

# %% [markdown] slideshow={"slide_type": "skip"}
# Whether the report's program flips, the text does not say; the sum that it prints is right.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 9. Two dimensions, and why nothing wraps
#
# ### 9.1 The theorem for pictures
#
# For pictures there are two shifts, each around its ring: $(P_1X)(r,c)=X(r+1,c)$ by a row, $(P_2X)(r,c)=X(r,c+1)$ by
# a column. They commute, and the correlation around both rings is $\sum_{a,b}F(a,b)\,P_1^aP_2^bX$. Which pictures do
# both shifts merely multiply by a number? Products of two waves, $v(r,c)=\omega_1^{u_1r}\,\omega_2^{u_2c}$ with
# $\omega_1=e^{2\pi\mathrm i/H}$ and $\omega_2=e^{2\pi\mathrm i/W}$: the numbers are $\omega_1^{u_1}$ and
# $\omega_2^{u_2}$.
#
# So the correlation multiplies $v$ by $\sum_{a,b}F(a,b)\,\omega_1^{u_1a}\omega_2^{u_2b}$, the conjugate of the
# two-dimensional transform $\hat F(u_1,u_2)=\sum_{r,c}F(r,c)\,\omega_1^{-u_1r}\omega_2^{-u_2c}$. These waves are
# orthogonal, because their scalar product is one sum over rows times one over columns, both of section 7.3; their
# squared length is $HW$. The expansion of 7.4 then reads as before. With transforms of the picture's own size
# $(H,W)$, the face padded with zeros to that size,
#
# $$\begin{gathered}(X\star F)(i,j)=\sum_{a<h}\sum_{b<w}X(i+a,\,j+b)\,F(a,b)=\Big[\text{inverse transform of }\hat X\,\overline{\hat F}\Big](i,j),\\
# 0\le i\le H-h,\quad0\le j\le W-w\end{gathered} \tag{S7}$$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 07.4: correlation by Fourier transforms
#
# Write (S7) with transforms of the picture's own size. `np.fft.fft2(F, (H, W))` pads with zeros below and on the right
# before it transforms. An inverse transform returns complex numbers even where the imaginary parts are 0; return real
# ones, and only those at positions where the face fits.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-4", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
def fourier_correlation(X, F):
    """(S7): the sum of X(i+a, j+b) F(a, b) over the face, at all positions where it fits.

    X (H, W), F (h, w), real  ->  (I, J), I = H-h+1, J = W-w+1, real
    """
    ### BEGIN SOLUTION
    (H, W), (h, w) = X.shape, F.shape
    product = np.fft.fft2(X) * np.conj(np.fft.fft2(F, (H, W)))
    return np.fft.ifft2(product).real[: H - h + 1, : W - w + 1]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-07-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_fourier_correlation = exercises.check("07.4", fourier_correlation)

# %% slideshow={"slide_type": "skip"}
circular = np.fft.ifft2(np.fft.fft2(X) * np.conj(np.fft.fft2(F, (H, W)))).real
print("outputs", circular.shape, " valid part equal to the loops:", np.allclose(circular[:I, :J], corr, rtol=1e-10))
print("library, windows.correlate:", np.allclose(windows.correlate(X, F), corr, rtol=1e-10))
print("scipy.signal.correlate:    ", np.allclose(signal.correlate(X, F, mode="valid"), corr, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "skip"}
# All agree with the four loops. `windows.correlate` differs in three savings: it uses that $X$ is real, which halves
# the work; it transforms back only the $I$ rows that are wanted; and it rounds the size up to one with small prime
# factors, where the FFT is fast.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 9.2 Why padding is not needed

# %% [markdown] slideshow={"slide_type": "notes"}
# Textbooks warn that an FFT wraps around, and advise to pad the picture to $(H+h-1)\times(W+w-1)$. Do we need that?

# %% [markdown] slideshow={"slide_type": "notes"}
# Look at the indices. The ring computes $\sum_{a,b}F(a,b)\,X\big((i+a)\bmod H,\,(j+b)\bmod W\big)$. At a position where
# the face fits,
#
# $$i\le H-h,\quad a\le h-1\quad\Longrightarrow\quad i+a\le H-1,$$
#
# so "mod $H$" does nothing, and likewise for columns. Only outputs with $i>H-h$ or $j>W-w$ can wrap, and there the
# face does not fit: we drop them anyway.

# %% [markdown] slideshow={"slide_type": "skip"}
# In one dimension, first against zeros beyond the end, then with rings of other lengths than the row's 6:

# %% slideshow={"slide_type": "skip"}
padded = np.correlate(np.concatenate([x, [0.0, 0.0]]), f, mode="valid")
print("ring, six outputs       ", ring @ x)
print("zeros beyond the picture", padded)
print("difference              ", ring @ x - padded)
for length in (5, 6, 8):
    around = np.fft.ifft(np.fft.fft(x, length) * np.conj(np.fft.fft(f, length))).real
    print("ring of", length, "pixels, first four", around[:4].round(6) + 0.0)

# %% [markdown] slideshow={"slide_type": "skip"}
# The first $W-w+1=4$ outputs agree; the other two are spoiled, by 12 and 10. A ring of 8, the row and two zeros, does
# no harm, which is why the library may round sizes up. A ring of 5 is too short: its fourth output is 23 instead of
# 47, because the last pixel was cut off and the first took its place.

# %% slideshow={"slide_type": "skip"}
outside = by_view(np.pad(X, ((0, h - 1), (0, w - 1))), F)
difference = np.abs(circular - outside)
print("spoiled outputs", int((difference > 1e-6).sum()), "of", H * W, ", valid ones", I * J)
print("largest difference where the face fits below 1e-6:", difference[:I, :J].max() < 1e-6)
print(f"pixels to transform, padded against not: {(H + h - 1) * (W + w - 1) / (H * W):.2f} times")

# %% [markdown] slideshow={"slide_type": "notes"}
# And in two dimensions? The figure maps the differences over all 40 x 60 outputs, on a logarithmic colour scale:
# dark, which means zero, in the orange frame of 23 x 47 valid positions, and bright in an L-shaped margin to its
# right and below, dimmest along the frame, where the face has only begun to wrap.

# %% slideshow={"slide_type": "-"}
plots.spoiled_outputs(difference, (I, J))
plt.show()

# %% [markdown] slideshow={"slide_type": "-"}
# All 1319 outputs outside the valid positions are spoiled, and none inside.

# %% [markdown] slideshow={"slide_type": "notes"}
# Padding would transform 1.73 times as many pixels, for outputs that nobody wants.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 10. The way back: the adjoint

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 10.1 Which positions hide a pixel?
#
# Lesson 08 will need the opposite direction: given a value $q(d)$ for each position $d=(i,j)$, say a probability, how
# much of it lies on pixel $p$?

# %% [markdown] slideshow={"slide_type": "notes"}
# The pixel is $p=(p_1,p_2)$. The face at row $i$ covers rows $i,\dots,i+h-1$. It hides row $p_1$ if $i\le p_1\le
# i+h-1$, that is $p_1+1-h\le i\le p_1$; and it must be a position, $0\le i\le H-h$. Both together, and the same for
# columns, give a rectangle:
#
# $$\max(0,\,p_1+1-h)\le i\le\min(p_1,\,H-h),\qquad\max(0,\,p_2+1-w)\le j\le\min(p_2,\,W-w) .$$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 07.5: what lies on each pixel
#
# Let $c(p)$ be the sum of $q(d)$ over all positions $d$ whose face hides the pixel $p$. Write the map from $q$ to $c$: go
# through the pixels with the rectangle above, or through the positions and lay each value on its window.

# %% nbgrader={"grade": false, "grade_id": "exercise-07-5", "locked": false, "schema_version": 3, "solution": true, "task": false} slideshow={"slide_type": "skip"}
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

# %% nbgrader={"grade": true, "grade_id": "check-07-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} slideshow={"slide_type": "skip"}
my_on_each_pixel = exercises.check("07.5", on_each_pixel)

# %% [markdown] slideshow={"slide_type": "skip"}
# The report states the same rectangle. We check it by counting, for every pixel, against covering pixels one window
# at a time.

# %% slideshow={"slide_type": "skip"}
def hiders(p):
    """First and last row, first and last column of the positions whose face hides pixel p."""
    return max(0, p[0] + 1 - h), min(p[0], H - h), max(0, p[1] + 1 - w), min(p[1], W - w)

by_rectangle, by_counting = np.zeros((H, W)), np.zeros((H, W))
for p in np.ndindex(H, W):
    top, bottom, left, right = hiders(p)
    by_rectangle[p] = (bottom - top + 1) * (right - left + 1)
for i, j in np.ndindex(I, J):
    by_counting[i : i + h, j : j + w] += 1
print("rectangles have as many positions as counted, at every pixel:", np.array_equal(by_rectangle, by_counting))
print("corner pixel", int(by_counting[0, 0]), ", most", int(by_counting.max()), ", together", int(by_counting.sum()), "=", I * J * h * w)

# %% [markdown] slideshow={"slide_type": "skip"}
# A corner pixel is hidden by one position only, a pixel far from the edges by 252, as many as the face has pixels.
# Together they are 272 412, the number of pairs (position, pixel of its window), which we met in section 1.

# %% slideshow={"slide_type": "skip"}
marked = [(20, 40), (5, 8)]
rectangles = [hiders(p) for p in marked]
print("first and last row, first and last column of positions:", rectangles)

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows two panels. Left, the background with two pixels marked by crosses, (20, 40) in orange and (5, 8)
# in light blue: a filled rectangle of each colour shows the top-left corners of faces that hide the pixel, and dashed
# frames show the first and the last of these faces; near the border the rectangle is cut off. Right, the number of
# hiding positions of each pixel: 1 in the corners, rising to a plateau of 252.

# %% slideshow={"slide_type": "-"}
plots.hiding_positions(B, marked, rectangles, F.shape, by_counting)
plt.show()

# %% [markdown] slideshow={"slide_type": "-"}
# The mass on pixel $p$ is $c(p)=\sum q(d)$, over a rectangle again: the fast sums serve both ways.

# %% [markdown] slideshow={"slide_type": "notes"}
# ### 10.2 Spread is the transpose of window_sums
#
# (S10) of lesson 08 needs this $c$ for the background. We can say more of it. Let $M_1$ be the matrix of the window
# sums, $M_F$ with a face of ones: its entry at (position $d$, pixel $p$) is 1 if the window $d$ covers $p$. Then
#
# $$c(p)=\sum_{d\text{ covers }p}q(d)=\sum_dM_1(d,p)\,q(d)=(M_1'q)(p):$$
#
# the transpose, also called the **adjoint**. It lays each value on all pixels of its window and adds overlaps;
# `windows.spread` is this map. A transpose is recognised by $\langle M_1x,\,q\rangle=\langle x,\,M_1'q\rangle$ for
# all $x$ and $q$ (both sides are $\sum_{d,p}q(d)\,M_1(d,p)\,x(p)$), a test that needs no matrix.

# %% [markdown] slideshow={"slide_type": "skip"}
# First we compare with sums over the rectangles, for a random $q$, then with the small matrix of section 6.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(1)
q = rng.dirichlet(np.ones(I * J)).reshape(I, J)
c = windows.spread(q, (h, w))
over_rectangle = np.zeros((H, W))
for p in np.ndindex(H, W):
    top, bottom, left, right = hiders(p)
    over_rectangle[p] = q[top : bottom + 1, left : right + 1].sum()
print("equal to the sums over rectangles:", np.allclose(c, over_rectangle, rtol=1e-10))
print("<M x, q> = <x, M' q>:", np.isclose((windows.window_sums(X, (h, w)) * q).sum(), (X * c).sum(), rtol=1e-12))
print(f"mass laid down: {c.sum():.6f} = {h * w}")

# %% slideshow={"slide_type": "skip"}
values = np.random.default_rng(2).normal(size=(3, 3))
M1 = np.where(matrix > 0, 1.0, 0.0)
print("equal to the transposed matrix:", np.allclose(windows.spread(values, (2, 3)), (M1.T @ values.ravel()).reshape(4, 5)))
print("counts are the spread of ones:", np.array_equal(windows.spread(np.ones((I, J)), (h, w)), by_counting))

# %% [markdown] slideshow={"slide_type": "skip"}
# All four checks passed, and the total mass of $c$ is 252, because a probability of 1 was laid on 252 pixels. `spread`
# uses doubling, too.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### 10.3 Two more maps on the same rungs
#
# What is the adjoint of the correlation? $(M_F'q)(p)=\sum_dM_F(d,p)\,q(d)=\sum_dq(d)\,F(p-d)$, with a minus: a
# *convolution*. Here the word is right. It is the picture that one expects to see if the face, on black, sits at $d$
# with probability $q(d)$.
#
# And the new face of lesson 08, $\sum_dq(d)\,X(d+a)$ (S9), averages the windows with weights $q$. In the letters of
# (S7) it is the correlation of $X$ with the *template* $q$: an $I\times J$ template fits at
# $(H-I+1)\times(W-J+1)=h\times w$ places.

# %% slideshow={"slide_type": "skip"}
blurred = signal.convolve(values, mask)
print("convolution is the transpose:", np.allclose(blurred.ravel(), matrix.T @ values.ravel()))
face_sum = np.einsum("ij,ijab->ab", q, view)
print("shape", windows.correlate(X, q).shape, " equals the average window:", np.allclose(windows.correlate(X, q), face_sum, rtol=1e-10))

# %% [markdown] slideshow={"slide_type": "skip"}
# Both hold. All sums over windows that we shall need are now on a fast rung.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 11. What it costs
#
# ### 11.1 Counting operations
#
# Before we measure, we count additions and multiplications for one picture.
#
# - *Correlation, directly*: a multiplication and an addition for each product, $2\,IJ\,hw$.
# - *Correlation by FFT*: $5HW\log_2HW+3HW$, where the transform of the face, which serves all pictures, is left out.
# - *Window sums, directly*: $IJ(hw-1)$. *By table*: $2HW+3IJ$. *By doubling*: at most $HW$ times the additions counted in section 5.

# %% [markdown] slideshow={"slide_type": "notes"}
# Why $5HW\log_2HW+3HW$? The splitting of 7.5 passes over all pixels $\log_2W$ times for the rows and $\log_2H$ times
# for the columns, $\log_2HW$ times in all. In a pass, two numbers share 10 real operations (a complex product is 6, a
# sum 2, a difference 2). That is $5HW\log_2HW$, and for real pictures half of it. There and back: $5HW\log_2HW$. The
# product of $HW/2$ complex numbers: $3HW$.

# %% slideshow={"slide_type": "skip"}
def operations(H, W, h, w):
    """Additions and multiplications: correlation directly and by FFT, window sums directly, by table, by doubling."""
    pixels, places = H * W, (H - h + 1) * (W - w + 1)
    steps = sum(size.bit_length() + size.bit_count() - 2 for size in (h, w))
    by_fft = 5 * pixels * np.log2(pixels) + 3 * pixels
    return 2 * places * h * w, by_fft, places * (h * w - 1), 2 * pixels + 3 * places, steps * pixels

print("    picture      face   corr direct   corr by FFT      R direct    R by table    R doubling  direct/FFT")
for sizes in ((28, 40, 10, 10), (40, 60, 18, 14), (100, 200, 75, 75), (512, 512, 128, 128)):
    counted = operations(*sizes)
    print("{:4} x {:4} {:4} x {:3}".format(*sizes), *(f"{count:13,.0f}" for count in counted), f"{counted[0] / counted[1]:11.1f}")

# %% [markdown] slideshow={"slide_type": "-"}
# For our pictures the FFT needs about a quarter of the operations; for 512 x 512 pixels and a face of 128 x 128, one
# operation in 199. The table beats them all for window sums, doubling follows, and the direct sum is out of the race.

# %% [markdown] slideshow={"slide_type": "notes"}
# **Predict:** for which sizes of a square face in our 40 x 60 picture does the FFT need fewer operations than the
# direct way? For all beyond some size?

# %% slideshow={"slide_type": "skip"}
def fft_wins(H, W, h, w):
    direct, by_fft = operations(H, W, h, w)[:2]
    return by_fft < direct

wins = [side for side in range(1, H + 1) if fft_wins(H, W, side, side)]
print("FFT needs fewer operations for sides", wins[0], "to", wins[-1], ", without a gap:", wins == list(range(wins[0], wins[-1] + 1)))
for side in (2, 6, 7, 20, 38, 40):
    direct, by_fft = operations(H, W, side, side)[:2]
    print(f"side {side:2}: direct {direct:9,}, FFT {by_fft:9,.0f}")

# %% [markdown] slideshow={"slide_type": "-"}
# There are **two** crossovers. A tiny face, up to 6 x 6, has few products a window; and a face nearly as large as the
# picture, 39 or 40 rows, has few windows. The FFT does not care: its 141 946 operations are the same for every face.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 11.2 Measuring
#
# Operations are not seconds. Python's loops, memory, and the cost of a call play a part. So we time every rung, least
# of five runs, first for growing pictures whose face has a quarter of their side, then for growing faces in pictures of
# 128 x 128.

# %% [markdown] slideshow={"slide_type": "notes"}
# Times differ from machine to machine: they are drawn, never printed. We do not wait for more than a million products
# in Python's loops. (The FFT's time includes the transform of the face.)

# %% slideshow={"slide_type": "skip"}
def seconds(function, *arguments):
    """The least of five timings."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        function(*arguments)
        taken.append(time.perf_counter() - start)
    return min(taken)

# %% slideshow={"slide_type": "skip"}
rungs = {"four loops": by_loops, "sliding windows": by_view, "FFT": windows.correlate,
         "table (window sums)": lambda X, F: windows.corner_sums(windows.cumulative_sums(X), F.shape),
         "doubling (window sums)": lambda X, F: windows.window_sums(X, F.shape)}
most_products = {"four loops": 10**6, "sliding windows": 2 * 10**8}

def measured(name, side, face_side):
    """Seconds that a rung takes for a square picture and face, or NaN where we do not want to wait."""
    if (side - face_side + 1) ** 2 * face_side**2 > most_products.get(name, np.inf):
        return np.nan
    picture = np.random.default_rng(3).normal(size=(side, side))
    return seconds(rungs[name], picture, np.ones((face_side, face_side)))

# %% slideshow={"slide_type": "skip"}
sides, face_sides = [8, 16, 32, 64, 128, 256, 512], [1, 2, 4, 8, 16, 32, 64, 128]
growing = {name: np.array([measured(name, side, side // 4) for side in sides]) for name in rungs}
wider = {name: np.array([measured(name, 128, face_side) for face_side in face_sides]) for name in rungs}
print("slowest rung for pictures of 64 x 64:", max(rungs, key=lambda name: growing[name][3]))
others = ("FFT", "table (window sums)", "doubling (window sums)")
print("for 256 x 256 faster than sliding windows:", [name for name in others if growing[name][5] < growing["sliding windows"][5]])
left = [side for side in range(8, 513, 4) if fft_wins(side, side, side // 4, side // 4)]
right = [side for side in range(1, 129) if fft_wins(128, 128, side, side)]
print("growing pictures: the FFT needs fewer operations from side", left[0], "on")
print("growing faces in 128 x 128: it does for faces of side", right[0], "to", right[-1])

# %% [markdown] slideshow={"slide_type": "skip"}
# The first two lines hold on any machine: the loops are the slowest rung, and at 256 x 256 the FFT, the table and
# doubling have left the sliding windows behind. By count, sliding windows and FFT cross at side 28 when the pictures
# grow, and twice, at 7 and at 122, when the faces grow.

# %% slideshow={"slide_type": "skip"}
panels = {("Growing pictures, face a quarter", "side of the picture (pixels)"): (sides, growing),
          ("Growing faces in 128 x 128", "side of the face (pixels)"): (face_sides, wider)}

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows time against size on logarithmic axes, two panels, with dotted lines at these sizes. Left, growing
# pictures: four loops and sliding windows rise steeply, the loops hundreds of times higher from 32 x 32 on; FFT,
# table and doubling rise more slowly, and the sliding windows, among the fastest for the smallest picture, overtake
# them all. Right, growing faces in a picture of fixed size: high above, a few points of the four loops; the sliding
# windows rise, cross the FFT's level line, and fall below it again for the largest face; the table is level, and
# doubling nearly.

# %% slideshow={"slide_type": "-"}
plots.times(panels, crossings=(left[:1], (right[0], right[-1])))
plt.show()

# %% [markdown] slideshow={"slide_type": "skip"}
# By count the direct rungs on the left rise with the *fourth* power of the side $m$, some $\tfrac9{16}m^2$ positions
# times $\tfrac1{16}m^2$ pixels, and the others with hardly more than its square. The fixed cost of a call flattens
# the lines at small sizes. Large arrays bend them upwards, when the system must hand out fresh memory at each call.

# %% [markdown] slideshow={"slide_type": "notes"}
# And the crossovers? There are as many as we counted, but not quite where.

# %% [markdown] slideshow={"slide_type": "notes"}
# In the figure stored here the FFT wins later on the left, where its call costs more than its operations, and sooner on
# the right, where rows of 2 or 4 products are too short for `einsum` to gain speed. Another surprise: doubling is
# faster than the table at most sizes, although it makes more additions. In a cumulative sum each addition waits for the
# one before; doubling adds whole arrays, which a processor does several numbers at a time.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 12. The digits that float32 loses
#
# ### 12.1 Whole numbers first
#
# float32 stores 24 binary digits: whole numbers up to $2^{24}=16\,777\,216$ exactly, beyond that only every second
# one, then every fourth. Now take a 16-bit camera whose pictures sit on a common level of 10 000, all gray levels
# whole. A window sums to some 2.6 million, well inside. The table's last entry is the sum of *all* pixels.
# **Predict:** what happens to the window sums?

# %% slideshow={"slide_type": "skip"}
for shape in ((40, 60), (80, 120), (160, 240)):
    camera = datasets.background("camera", shape).round() + 10_000
    exact, low, total = windows.window_sums(camera, (h, w)), camera.astype(np.float32), camera.sum()
    rounded_once = windows.cumulative_sums(camera).astype(np.float32)
    tries = table_sums(low, (h, w)), doubled_sums(low, (h, w)), windows.corner_sums(rounded_once, (h, w))
    errors = [int(np.abs(sums - exact).max()) for sums in tries]
    print(f"{shape}: total {total:,.0f}, spacing of float32 there {np.spacing(np.float32(total)):g}, windows up to {exact.max():,.0f}")
    print("  wrong by up to: table {}, doubling {}, a right table whose entries are rounded once {}".format(*errors))

# %% [markdown] slideshow={"slide_type": "skip"}
# Every pixel is an exact whole number, every true window sum is one that float32 holds, and yet the table is wrong by
# up to 6 gray levels in our small picture and by 156 in one of 160 x 240 (erratum 10: the report says nothing about
# precision). Doubling never forms a number larger than the window sum: its error is 0.
#
# Why? The entries are too large: near 24 million neighbouring floats are 2 apart, near 389 million 32 apart. Each
# window inherits the errors of its four corners. Had the entries been right and rounded only once, the windows would
# be wrong by 2 and by 51; but every entry is the end of a long chain of additions, and each addition rounds.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### 12.2 The loss of float32 in nats

# %% [markdown] slideshow={"slide_type": "notes"}
# The table of the logit sums $Y=B(2X-B)$, *squared* gray levels: with a level $\ell$ about $\ell^2$ a pixel. How far
# does $R/(2s^2)$ move, in nats? And $(X\star F)/s^2$, by transforms in float32? We also try to take a level off, in
# float64, before anything is rounded to float32.

# %% slideshow={"slide_type": "skip"}
def loss(level, taken_off, sums, dtype):
    """Largest error of R / (2 s^2), in nats, with X and B lifted by level - taken_off."""
    lift = level - taken_off
    low_X, low_B = (X + lift).astype(dtype), (B + lift).astype(dtype)
    right = windows.window_sums((B + lift) * (2 * (X + lift) - (B + lift)), (h, w))
    return np.abs(sums(low_B * (2 * low_X - low_B), (h, w)) - right).max() / (2 * s**2)

# %% slideshow={"slide_type": "skip"}
def fft_loss(level, taken_off=0.0):
    """Largest error of the correlation / s^2, in nats, by transforms in float32."""
    lift = level - taken_off
    low_X, low_F = (X + lift).astype(np.float32), (F + lift).astype(np.float32)
    low = fft.ifft2(fft.fft2(low_X) * np.conj(fft.fft2(low_F, (H, W)))).real[:I, :J]
    return np.abs(low - by_view(X + lift, F + lift)).max() / s**2

# %% slideshow={"slide_type": "skip"}
levels = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5]
ways = {"float32, table": (0, table_sums, np.float32), "float32, doubling": (0, doubled_sums, np.float32),
        "float32, table, level taken off": (1, table_sums, np.float32), "float64, table": (0, table_sums, np.float64)}
lost = {name: [loss(level, off * (level + B.mean()), sums, dtype) for level in levels] for name, (off, sums, dtype) in ways.items()}
for name in list(ways)[:3]:
    print(f"{name:32}", " ".join(f"{value:8.2g}" for value in lost[name]))
print("float64, table: below 1e-5 at every level:", max(lost["float64, table"]) < 1e-5)
print(f"float32, table, level 10 000: a factor of {np.exp(lost['float32, table'][4]):.0e} on the odds")

# %% slideshow={"slide_type": "skip"}
lost["float32, FFT (correlation)"] = [fft_loss(level) for level in levels]
print("float32, FFT: above 1 nat at a level of 10 000:", lost["float32, FFT (correlation)"][4] > 1)
print("with the level taken off below 0.001 nats:", fft_loss(1e4, 1e4 + B.mean()) < 1e-3)
size = by_view(X + 1e4, F + 1e4).max()
print(f"the correlation there: {size:.1e}, spacing of float32 {np.spacing(np.float32(size)):g}, in nats {np.spacing(np.float32(size)) / s**2:.1f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# The figure shows these errors against the common level, on logarithmic axes, with a dotted line at 1 nat. The table
# in float32 rises from 0.005 to thousands of nats; doubling in float32 runs 8 to 22 times below it, and the FFT
# between them; all three cross the dotted line. With the level taken off, the table in float32 stays flat at 0.0015;
# in float64 it remains far below everything.

# %% slideshow={"slide_type": "-"}
plots.digits_lost(levels, lost)
plt.show()

# %% [markdown] slideshow={"slide_type": "-"}
# At a level of 10 000 the table in float32 errs by 31 nats.

# %% [markdown] slideshow={"slide_type": "notes"}
# Doubling errs by 1.4: no digits are lost to large totals any more, but float32 still rounds the squares, near $10^8$,
# and their sums. Nor is the FFT safe: its outputs are near $2.6\cdot10^{10}$, where neighbouring floats lie 2.3 nats
# apart. With the level taken off even float32 is right to 0.0015 nats at every level; and in float64 the table stays
# below $10^{-5}$ without any care.

# %% [markdown] slideshow={"slide_type": "skip"}
# A difference of logits is the logarithm of the odds between two positions. Does an error of this size lose faces? We
# ask all 100 pictures, with the window sums alone in float32. The level 60 000 is near the end of a 16-bit camera,
# 65535.

# %% slideshow={"slide_type": "skip"}
def found(level, sums):
    """In how many pictures the best position is right when only the window sums are float32."""
    right = 0
    for X, position in zip(pictures, positions):
        low_X, low_B = (X + level).astype(np.float32), (B + level).astype(np.float32)
        corr = windows.correlate(X + level, F + level)
        logit = -(((F + level) ** 2).sum() - 2 * corr + sums(low_B * (2 * low_X - low_B), F.shape))
        right += divmod(int(logit.argmax()), J) == tuple(position.tolist())
    return right

for level in (0, 10_000, 60_000):
    print(f"level {level:6,}: table {found(level, table_sums)}, doubling {found(level, doubled_sums)} of 100 right")

# %% [markdown] slideshow={"slide_type": "skip"}
# A factor of 3e+13 is wrong with the probabilities at the level 10 000, and still the best position is right in all
# 100 pictures: in the first one the true position led by some 350 nats. At 60 000 the table loses 15 faces, and
# doubling none. That no face is lost does not mean that the probabilities are right, and lesson 08 learns from them.
#
# ### 12.3 A common level means nothing
#
# In (S3) the level cancels before anything is summed: $(X+\ell)-(F+\ell)=X-F$ and likewise for $B$. So the logit is
# *invariant*: lift pictures, face and background by the same level and nothing may change. In (S4) each of the three
# terms grows like $\ell^2$ and only their combination does not. The cure is to subtract a common level first, the
# same from $X$, $F$ and $B$, and to compute in float64. The library does both.

# %% slideshow={"slide_type": "skip"}
lifted = scene.Scene(F + 10_000, B + 10_000, s, truth.prior)
before, after = scene.log_likelihood(pictures, truth), scene.log_likelihood(pictures + 10_000, lifted)
no_face = -0.5 * ((X - B) ** 2).sum() / s**2 - H * W / 2 * np.log(2 * np.pi * s**2)
print("the library's logits are ours, to 1e-6 nats:", np.abs(before[0] - no_face - logit).max() < 1e-6)
print("unchanged by a level of 10 000, to 1e-6 nats:", np.abs(after - before).max() < 1e-6)

# %% [markdown] slideshow={"slide_type": "skip"}
# The first picture's logits are those of our four loops, and a level of 10 000 changes none of the 100 tables.
# `windows.correlate` on its own takes each picture's mean off before the transforms and adds its share, mean times
# $\sum F$, afterwards.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %% slideshow={"slide_type": "skip"}
ledger.table("07")

# %% [markdown] slideshow={"slide_type": "skip"}
# Read the row (S6): four corners of the table give the sums that loops give. "S7 a" says that nothing wraps into the valid part.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we have seen
#
# - The logit needs window sums and one correlation. All rungs gave the same numbers; only the work differs.
# - A summed-area table gives any window by four corners (S6), three additions a window; doubling takes a few more, and never subtracts.
# - Correlation is a block-Toeplitz matrix. Closed to a ring it has waves as eigenvectors, and the *conjugate* spectrum of the face as eigenvalues (S7).
# - Without the conjugate one gets a convolution, and 21 instead of 100 faces. Transforms of the picture's own size never wrap where the face fits.
# - The adjoint of the window sums lays values on windows; the positions that hide a pixel are a rectangle.
# - By count the FFT wins for square faces of side 7 to 38 in our picture, not for tiny ones and not for those that fill it. Measured crossovers lie near.
# - A table in float32 over a level of 10 000 errs by 31 nats, and doubling and FFT by more than one. Take the level off and use float64.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## What comes next
#
# [Lesson 08](08_em_for_the_scene.ipynb) stops pretending that face, background and noise are known. It derives the
# steps of expectation maximisation (EM), and each of their sums is one of this lesson's. Before this one came
# [lesson 06](06_face_logits.ipynb), the logits.
#
# **Try it yourself.** Write the window sums as two products with matrices of zeros and ones, one for rows and one for
# columns, `rows @ Y @ columns.T`. (`windows.spread` applied to unit vectors makes them.) How many operations is that?
# For stacks of small pictures the library does this, because matrix products run so close to a processor's limit.
#
# ## References
#
# - F. C. Crow, Summed-area tables for texture mapping, SIGGRAPH 1984, [doi:10.1145/800031.808600](https://doi.org/10.1145/800031.808600).
# - J. W. Cooley, J. W. Tukey, An algorithm for the machine calculation of complex Fourier series, Mathematics of Computation 19, 1965, [doi:10.1090/S0025-5718-1965-0178586-1](https://doi.org/10.1090/S0025-5718-1965-0178586-1).
# - R. M. Gray, Toeplitz and circulant matrices: a review, Foundations and Trends in Communications and Information Theory 2, 2006, [doi:10.1561/0100000006](https://doi.org/10.1561/0100000006).
# - N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, SIAM, 2nd edition 2002, chapter 4 (sums), [doi:10.1137/1.9780898718027](https://doi.org/10.1137/1.9780898718027).
