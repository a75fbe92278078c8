# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: further//_fast_sums.ipynb,scripts/further//_fast_sums.py:percent
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
# # Further: sums over windows
#
# This companion of lesson [07](../07_fast_sums.ipynb) adds what lies beside its path: sliding windows without copies,
# sums by doubling, the correlation as a matrix, the FFT taken apart, operations counted and times measured, the digits
# that float32 loses, and the ledger. Nothing later needs it. About 13 seconds.

# %%
# %matplotlib inline
import time

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal

from course_lib import datasets, scene, windows
from course_lib.classroom import exercises, ledger, plots, widgets

# %% [markdown]
# We draw the hundred pictures of the lesson again. `by_view` below is the referee here; it agrees with four nested
# loops.

# %%
F, B, s = datasets.face("astronaut", (18, 14)), datasets.background("camera", (40, 60)), 30.0
(H, W), (h, w) = B.shape, F.shape
I, J = H - h + 1, W - w + 1
truth = scene.Scene(F, B, s, prior=np.full((I, J), 1 / (I * J)))
pictures, positions = scene.sample(truth, 100, np.random.default_rng(0))
X, Y = pictures[0], B * (2 * pictures[0] - B)
ones = np.ones((h, w))

# %% [markdown]
# ## 1. Sliding windows: the loops move out of Python
#
# Each turn of the innermost of four loops costs Python far more than the multiplication itself. NumPy can present all
# windows as one array with four axes $(i,j,a,b)$. **Predict:** how much memory does that array take?

# %%
view = sliding_window_view(X, F.shape)
print("shape", view.shape, " bytes if copied", view.nbytes, " bytes of X", X.nbytes, f" ratio {view.nbytes / X.nbytes:.0f}")
print("steps in bytes, of X", X.strides, " of the view", view.strides, " shares X's memory:", np.shares_memory(view, X))

# %% [markdown]
# Copied, it would be 114 times as large as the picture. But it is a **view**: a step along $a$ is the same jump in
# memory as a step along $i$ (480 bytes, a row), and $b$ and $j$ share the step of 8 bytes, one pixel. Nothing is copied
# until we compute. `einsum` then writes the formula down, in a string of letters, one for each axis: same letters are
# multiplied, and the letters missing on the right of the arrow are summed.

# %%
def by_loops(X, F):
    """corr(i, j) = sum over a, b of X(i+a, j+b) F(a, b)."""
    (H, W), (h, w) = X.shape, F.shape
    out = np.zeros((H - h + 1, W - w + 1))
    for i, j, a, b in np.ndindex(*out.shape, h, w):
        out[i, j] += X[i + a, j + b] * F[a, b]
    return out

def by_view(X, F):
    """The same, all windows at once."""
    return np.einsum("ijab,ab->ij", sliding_window_view(X, F.shape), F)

# %%
corr, R = by_view(X, F), by_view(Y, ones)
print("equal to the loops:", np.allclose(by_loops(X, F), corr, rtol=1e-10), np.allclose(by_loops(Y, ones), R, rtol=1e-10))
print("library:", np.allclose(windows.correlate(X, F), corr, rtol=1e-10), np.allclose(windows.window_sums(Y, (h, w)), R, rtol=1e-10))

# %% [markdown]
# This does exactly the work of the loops, all 272 412 products a picture, only in compiled code.
#
# `windows.correlate` is the lesson's (S7) with four savings: it uses that $X$ is real, which halves the work; it
# transforms back only the $I$ rows that are wanted; it rounds the size up to one with small prime factors, where the FFT
# is fast; and it takes each picture's mean off before the transforms and adds its share, mean times $\sum F$,
# afterwards.
#
# ## 2. The table, with numbers
#
# The lesson's widget counts additions. What it says is a function of what the sliders say, so that we can ask it here.
# First for windows of several sizes:

# %%
whole = B.round()
table = windows.cumulative_sums(whole)

def ask(*choice):
    return widgets.windows_view(whole, *choice).readout.split(". ")

# %%
for row, column, height, width in ((12, 22, 1, 1), (12, 22, 2, 2), (5, 22, 30, 30), (0, 0, H, W)):
    by_corners, by_pixels, table_cost = ask(row, column, height, width)
    print(f"{height} x {width}:", by_corners.split(", from ")[1], "| by pixels", by_pixels.split(", from ")[1])
print(table_cost)

# %% [markdown]
# Always four entries and three additions, be it for one pixel or for all 2400. A single pixel needs no addition at all,
# so that the corners lose, and at four pixels both ways take three. Beyond that the corners gain: 3 against 899 for
# $30\times30$. But the table must be there first, for 4700 additions. For a single window of $30\times30$ it does not
# pay; for six it does, $4700+6\cdot3=4718$ against $6\cdot899=5394$.
#
# Now a window in the lower right corner, with the entries rounded to thousands, which leaves three digits in the large
# ones:

# %%
print(ask(H - 1, W - 1, 1, 1)[0])
for size in (1, 30):
    exact, rounded = (windows.corner_sums(entries, (size, size))[-1, -1] for entries in (table, table.round(-3)))
    print(f"{size} x {size} in the lower right corner: {exact:,.0f}, by entries of three digits {rounded:,.0f}")

# %% [markdown]
# Four numbers near 275 000 leave 146: their leading three digits cancel. So with three digits the pixel comes out as 0,
# while the window of $30\times30$ is right to one per cent. The error is that of the *entries*, which grow with the
# picture; it does not shrink with the window. float64 keeps 16 digits, and nothing is lost here; float32 keeps 7, and
# section 9 shows what that costs.
#
# ## 3. Sums that only add: doubling
#
# Can additions alone be fast, with no large sums to subtract? Two runs of 4, end to end, make a run of 8. So the runs of
# $1, 2, 4, 8,\dots$ follow one from the other, and any length is a sum of powers of two, its binary digits.

# %%
plots.doubled_runs(14)
plt.show()

# %% [markdown]
# The figure shows how a run of 14 is put together: a run of 2, one of 4 and one of 8 end to end, each made of two
# halves; the single pixel (dashed) serves only to make the run of 2.
#
# The code does the same for all runs at once: `x` holds the runs of `size` rows, and `done` rows are already laid end to
# end. `count & size` is not 0 if the binary digit of `size` is a 1 in `count`; `.T` turns the picture on its side, so
# that the same function serves the columns.

# %%
def run_sums(x, count):
    """Sums of all runs of `count` rows, by doubling."""
    length, out, done = len(x) - count + 1, 0, 0
    for size in [2**digit for digit in range(count.bit_length())]:
        if size > 1:
            x = x[: -size // 2] + x[size // 2 :]
        if count & size:
            out, done = out + x[done : done + length], done + size
    return out

# %%
def doubled_sums(Y, shape):
    return run_sums(run_sums(Y, shape[0]).T, shape[1]).T

print("equal to the loops:", np.allclose(doubled_sums(Y, (h, w)), R, rtol=1e-10))
for count in (h, w):
    doublings, ends = count.bit_length() - 1, count.bit_count() - 1
    print(f"run of {count} = {count:b} in binary: doublings {doublings}, joints {ends}, additions {doublings + ends}")

# %% [markdown]
# A window of $18\times14$ takes 5 and 5 additions a pixel instead of 251: rows first, then columns, since a window is a
# run of runs. That is more than the table's two a pixel and three a window, but nothing is ever subtracted.
# `windows.window_sums` works like this.
#
# ## 4. The correlation is a matrix
#
# Write the picture as one long vector, row by row, and the positions too. Then $X\star F$ is a matrix $M_F$ times a
# vector. Its row $(i,j)$ holds $F(r-i,\,c-j)$ at pixel $(r,c)$, and 0 where $(r-i,c-j)$ lies outside the face: it *is
# the face pasted on black* at $(i,j)$. We build it for a picture of $4\times5$ and a face of $2\times3$.

# %%
small, mask = np.arange(20.0).reshape(4, 5) ** 2 % 11, np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
M = np.array([[scene.paste(mask, np.zeros((4, 5)), (i, j)) for j in range(3)] for i in range(3)])
matrix, title = M.reshape(9, 20), "Correlation of a 4 x 5 picture with a 2 x 3 face"
print("equal to the loops:", np.array_equal(matrix @ small.ravel(), by_loops(small, mask).ravel()))
plots.block_matrix(matrix, (3, 5), title)
plt.show()

# %% [markdown]
# The figure shows this matrix, 9 rows and 20 columns, with its zeros left empty; dark lines cut it into 3 x 4 blocks of
# 3 x 5. The same two blocks, one with 1 2 3 and one with 4 5 6 on slanted lines, repeat down the diagonal of blocks.
#
# A matrix whose entries depend only on *column minus row* is called a **Toeplitz** matrix: each diagonal is constant.
# Here the entry depends on $r-i$ and $c-j$ only. So the block in block-row $i$ and block-column $r$ depends on $r-i$:
# the matrix is *block-Toeplitz*; and every block is itself Toeplitz in $c-j$. We step one down *and* one right:

# %%
print("blocks constant along diagonals of blocks:", np.array_equal(M[:-1, :, :-1], M[1:, :, 1:]))
print("entries constant along diagonals inside:  ", np.array_equal(M[:, :-1, :, :-1], M[:, 1:, :, 1:]))
different = np.unique(matrix[matrix > 0]).size
print("entries of the small matrix", matrix.size, ", not zero", np.count_nonzero(matrix), ", different ones", different)
print("of the real one", I * J * H * W, ", not zero", I * J * h * w, ", different ones at most", F.size)

# %% [markdown]
# Both hold. The real matrix would have 2.6 million entries, but at most 252 different numbers besides zero.
#
# What is its transpose? $(M_F'q)(p)=\sum_dM_F(d,p)\,q(d)=\sum_dq(d)\,F(p-d)$, with a minus: a *convolution*. Here the
# word is right. It is the picture that one expects to see if the face, on black, sits at $d$ with probability $q(d)$.
# With a face of ones it is the map of exercise 07.5, `windows.spread`.
#
# And the new face of lesson 08, $\sum_dq(d)\,X(d+a)$ (S9), averages the windows with weights $q$. In the letters of (S7)
# it is the correlation of $X$ with the *template* $q$: an $I\times J$ template fits at $(H-I+1)\times(W-J+1)=h\times w$
# places.

# %%
values, q = np.random.default_rng(2).normal(size=(3, 3)), np.random.default_rng(1).dirichlet(np.ones(I * J)).reshape(I, J)
print("convolution is the transpose:", np.allclose(signal.convolve(values, mask).ravel(), matrix.T @ values.ravel()))
M1 = np.where(matrix > 0, 1.0, 0.0)
print("spread is it for ones:       ", np.allclose(windows.spread(values, (2, 3)), (M1.T @ values.ravel()).reshape(4, 5)))
face_sum = np.einsum("ij,ijab->ab", q, view)
print("shape", windows.correlate(X, q).shape, " equals the average window:", np.allclose(windows.correlate(X, q), face_sum, rtol=1e-10))
print("mass laid down by spread:", windows.spread(q, (h, w)).sum().round(6), "=", h * w)
print("positions that hide, over all pixels:", int(windows.spread(np.ones((I, J)), (h, w)).sum()), "=", I * J * h * w)

# %% [markdown]
# All hold. The pairs (position, pixel of its window) are as many as the products of a picture. `spread` uses doubling,
# too. The report on the face states the rectangle of positions that hide a pixel as the lesson does.
#
# ## 5. Two dimensions
#
# The lesson says that all is as in a row. For pictures there are two steps, each around its ring: $(P_1X)(r,c)=X(r+1,c)$
# by a row, $(P_2X)(r,c)=X(r,c+1)$ by a column. They commute, and the correlation around both rings is
# $\sum_{a,b}F(a,b)\,P_1^aP_2^bX$. Which pictures do both merely multiply by a number? Products of two waves,
# $v(r,c)=\omega_1^{u_1r}\,\omega_2^{u_2c}$: the numbers are $\omega_1^{u_1}$ and $\omega_2^{u_2}$.
#
# So the correlation multiplies $v$ by $\sum_{a,b}F(a,b)\,\omega_1^{u_1a}\omega_2^{u_2b}$, the conjugate of the
# two-dimensional transform $\hat F(u_1,u_2)=\sum_{r,c}F(r,c)\,\omega_1^{-u_1r}\omega_2^{-u_2c}$. These waves are
# orthogonal, because their scalar product is one sum over rows times one over columns; their squared length is $HW$. The
# expansion then reads as in a row.
#
# ## 6. Why the FFT is fast
#
# A matrix of $W$ waves times a vector costs $W^2$ multiplications. But split $\hat x_u=\sum_t\omega^{-ut}x_t$ into even
# and odd $t$, with $W$ even:
#
# $$\hat x_u=\sum_{t}\omega^{-2ut}x_{2t}+\omega^{-u}\sum_t\omega^{-2ut}x_{2t+1} .$$
#
# Since $\omega^2$ is the root of unity for length $W/2$, both sums are Fourier transforms of half the length, and as
# functions of $u$ they repeat after $W/2$. Moreover $\omega^{-W/2}=-1$: the outputs $u$ and $u+W/2$ are the sum and the
# difference of the same two numbers, and share one product. So two half transforms and $W/2$ products make a whole one.
# Splitting again, $\log_2W$ times, costs some $W\log_2W$ operations; other factors of $W$ split likewise. This is the
# algorithm of Cooley and Tukey (1965).

# %%
x, t = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0]), np.arange(6)
even, odd = np.fft.fft(x[0::2]), np.fft.fft(x[1::2])
joined = np.tile(even, 2) + np.exp(-2j * np.pi * t / 6) * np.tile(odd, 2)
print("two halves make a whole:", np.allclose(joined, np.fft.fft(x)))
for n in (64, 1024, 2400):
    print(f"length {n:4}: matrix {n * n:9,} products, by splitting about {n / 2 * np.log2(n):6,.0f}")

# %% [markdown]
# For 2400 numbers, as many as our picture has pixels, 5.8 million products shrink to some 13 thousand.
#
# ## 7. Convolution, and rings of other lengths
#
# On a row: the correlation, the convolution, and the convolution with the mask turned first. (`mode="valid"` keeps the
# outputs whose mask lies wholly inside.) Then the logit of the first picture at its true place, with each.

# %%
f = np.array([1.0, 2.0, 4.0])
print("correlation ", np.correlate(x, f, mode="valid"))
print("convolution ", np.convolve(x, f, mode="valid"))
print("and turned  ", np.convolve(x, f[::-1], mode="valid"))
there = tuple(positions[0])
for name, table in (("right", corr), ("unturned", signal.fftconvolve(X, F, mode="valid"))):
    print(f"logit at the true place, {name}: {-((F**2).sum() - 2 * table + R)[there] / (2 * s**2):.1f} nats")
print("a mask of ones does not mind:", np.allclose(signal.fftconvolve(Y, ones, mode="valid"), R, rtol=1e-10))

# %% [markdown]
# With the turned mask the convolution is the correlation again. With the face as it is, the logit at the true place
# falls from 1059.8 to 100.4 nats. Only for a mask that equals its own half-turn, such as the window of ones, does the
# word not matter.
#
# The report's formula (1) is the correlation, with plus signs, and it is the right formula for (S4). But the report
# *calls* it a convolution (erratum 3), as libraries for neural networks often do, too. Whether its program turns the
# face, the text does not say; the sum that it prints is right.
#
# What if the ring is shorter or longer than the row?

# %%
for length in (5, 6, 8):
    around, face = np.zeros(length), np.zeros(length)
    around[: min(6, length)], face[:3] = x[:length], f
    outputs = np.array([np.roll(face, j) @ around for j in range(4)])
    print("ring of", length, "pixels, first four outputs", outputs)
print("ring of 6, all outputs  ", np.array([np.roll(np.append(f, [0] * 3), j) @ x for j in range(6)]))
print("zeros beyond the row end", np.correlate(np.append(x, [0, 0]), f))
print(f"pixels to transform, padded to (H+h-1) x (W+w-1) against not: {(H + h - 1) * (W + w - 1) / (H * W):.2f} times")

# %% [markdown]
# A ring of 8, the row and two zeros, does no harm, which is why the library may round sizes up. A ring of 5 is too
# short: its fourth output is 23 instead of 47, because the last pixel was cut off and the first took its place. Against
# zeros beyond the end, the last two of the six outputs are spoiled, by 12 and 10. Padding our pictures would transform
# 1.73 times as many pixels, for outputs that nobody wants.
#
# ## 8. Operations and seconds
#
# ### Counting
#
# - *Correlation, directly*: a multiplication and an addition for each product, $2\,IJ\,hw$.
# - *By FFT*: $5HW\log_2HW+3HW$, the transform of the face, which serves all pictures, left out. The splitting of section 6 passes
#   over all pixels $\log_2W$ times for the rows and $\log_2H$ times for the columns, $\log_2HW$ times in all. In a pass, two
#   numbers share 10 real operations (a complex product is 6, a sum 2, a difference 2). That is $5HW\log_2HW$, and for real
#   pictures half of it. There and back: $5HW\log_2HW$. The product of $HW/2$ complex numbers: $3HW$.
# - *Window sums, directly*: $IJ(hw-1)$. *By table*: $2HW+3IJ$. *By doubling*: at most $HW$ times the additions of section 3.

# %%
def operations(H, W, h, w):
    """Additions and multiplications: correlation directly and by FFT, window sums directly, by table, by doubling."""
    pixels, places = H * W, (H - h + 1) * (W - w + 1)
    steps = sum(size.bit_length() + size.bit_count() - 2 for size in (h, w))
    by_fft = 5 * pixels * np.log2(pixels) + 3 * pixels
    return 2 * places * h * w, by_fft, places * (h * w - 1), 2 * pixels + 3 * places, steps * pixels

# %%
print("    picture      face   corr direct   corr by FFT      R direct    R by table    R doubling  direct/FFT")
for sizes in ((28, 40, 10, 10), (40, 60, 18, 14), (100, 200, 75, 75), (512, 512, 128, 128)):
    counted = operations(*sizes)
    print("{:4} x {:4} {:4} x {:3}".format(*sizes), *(f"{count:13,.0f}" for count in counted), f"{counted[0] / counted[1]:11.1f}")

# %% [markdown]
# For our pictures the FFT needs about a quarter of the operations; for $512\times512$ pixels and a face of
# $128\times128$, one operation in 199. The table beats them all for window sums, doubling follows, and the direct sum is
# out of the race. There are two crossovers, as the lesson found:

# %%
def fft_wins(H, W, h, w):
    direct, by_fft = operations(H, W, h, w)[:2]
    return by_fft < direct

for side in (2, 6, 7, 20, 38, 39):
    direct, by_fft = operations(H, W, side, side)[:2]
    print(f"side {side:2}: direct {direct:9,}, FFT {by_fft:9,.0f}, FFT wins: {fft_wins(H, W, side, side)}")

# %% [markdown]
# ### Measuring
#
# Operations are not seconds. Python's loops, memory, and the cost of a call play a part. So we time every rung, least of
# five runs, first for growing pictures whose face has a quarter of their side, then for growing faces in pictures of
# $128\times128$. Times differ from machine to machine: they are drawn, never printed. We do not wait for more than a
# million products in Python's loops. (The FFT's time includes the transform of the face.)

# %%
def seconds(function, *arguments):
    """The least of five timings."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        function(*arguments)
        taken.append(time.perf_counter() - start)
    return min(taken)

# %%
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

# %%
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

# %% [markdown]
# The first two lines hold on any machine: the loops are the slowest rung, and at $256\times256$ the FFT, the table and
# doubling have left the sliding windows behind. By count, sliding windows and FFT cross at side 28 when the pictures
# grow, and twice, at 7 and at 122, when the faces grow.
#
# And the sums of the exercises against the library's doors, for one picture of the lesson?

# %%
table_of, corners_of, correlation_of = (exercises.EXERCISES[n].solution for n in ("07.1", "07.3", "07.4"))
F_hat = np.fft.fft2(F, (H, W))
own = seconds(lambda: (corners_of(table_of(Y), (h, w)), correlation_of(np.fft.fft2(X), F_hat, (h, w))))
doors = seconds(lambda: (windows.window_sums(Y, (h, w)), windows.correlate(X, F)))
print("the exercises' sums take at most 5 times the library's time, for a picture of 40 x 60:", own < 5 * doors)

# %% [markdown]
# On our machine they take about the same time: for one small picture the doors' checks of their arguments cost as much
# as their savings bring. Now the figure of all rungs.

# %%
panels = {("Growing pictures, face a quarter", "side of the picture (pixels)"): (sides, growing),
          ("Growing faces in 128 x 128", "side of the face (pixels)"): (face_sides, wider)}
plots.times(panels, crossings=(left[:1], (right[0], right[-1])))
plt.show()

# %% [markdown]
# The figure shows time against size on logarithmic axes, with dotted lines at these sizes. Left, growing pictures: loops
# and sliding windows rise steeply, FFT, table and doubling more slowly. Right, growing faces: the sliding windows rise
# above the FFT's level line and fall below it again.
#
# By count the direct rungs on the left rise with the *fourth* power of the side $m$, some $\tfrac9{16}m^2$ positions
# times $\tfrac1{16}m^2$ pixels, and the others with hardly more than its square. The fixed cost of a call flattens the
# lines at small sizes. Large arrays bend them upwards, when the system must hand out fresh memory at each call.
#
# There are as many crossovers as we counted, but not quite where. In the figure stored here the FFT wins later on the
# left, where its call costs more than its operations, and sooner on the right, where rows of 2 or 4 products are too
# short for `einsum` to gain speed. Another surprise: doubling is faster than the table at most sizes, although it makes
# more additions. In a cumulative sum each addition waits for the one before; doubling adds whole arrays, which a
# processor does several numbers at a time.
#
# ## 9. The digits that float32 loses
#
# ### Whole numbers first
#
# float32 stores 24 binary digits: whole numbers up to $2^{24}=16\,777\,216$ exactly, beyond that only every second one,
# then every fourth. Now take a 16-bit camera whose pictures sit on a common level of 10 000, all gray levels whole. A
# window sums to some 2.6 million, well inside. The table's last entry is the sum of *all* pixels. **Predict:** what
# happens to the window sums? (We compute with the library's answers to exercises 07.1 and 07.3, which keep float32.)

# %%
def table_sums(Y, shape):
    return corners_of(table_of(Y), shape)

# %%
for shape in ((40, 60), (80, 120), (160, 240)):
    camera = datasets.background("camera", shape).round() + 10_000
    exact, low, total = windows.window_sums(camera, (h, w)), camera.astype(np.float32), camera.sum()
    rounded_once = windows.cumulative_sums(camera).astype(np.float32)
    tries = table_sums(low, (h, w)), doubled_sums(low, (h, w)), corners_of(rounded_once, (h, w))
    errors = [int(np.abs(sums - exact).max()) for sums in tries]
    print(f"{shape}: total {total:,.0f}, spacing of float32 there {np.spacing(np.float32(total)):g}, windows up to {exact.max():,.0f}")
    print("  wrong by up to: table {}, doubling {}, a right table whose entries are rounded once {}".format(*errors))

# %% [markdown]
# Every pixel is an exact whole number, every true window sum is one that float32 holds, and yet the table is wrong by up
# to 6 gray levels in our small picture and by 156 in one of $160\times240$ (erratum 10: the report says nothing about
# precision). Doubling never forms a number larger than the window sum: its error is 0.
#
# Why? The entries are too large: near 24 million neighbouring floats are 2 apart, near 389 million 32 apart. Each window
# inherits the errors of its four corners. Had the entries been right and rounded only once, the windows would be wrong
# by 2 and by 51; but every entry is the end of a long chain of additions, and each addition rounds.
#
# ### The loss in nats
#
# The table of the logit sums $Y=B(2X-B)$, *squared* gray levels: with a level $\ell$ about $\ell^2$ a pixel. How far
# does $R/(2s^2)$ move, in nats? And $(X\star F)/s^2$, by transforms in float32? We also try to take a level off, in
# float64, before anything is rounded to float32.

# %%
def loss(level, taken_off, sums, dtype):
    """Largest error of R / (2 s^2), in nats, with X and B lifted by level - taken_off."""
    lift = level - taken_off
    low_X, low_B = (X + lift).astype(dtype), (B + lift).astype(dtype)
    right = windows.window_sums((B + lift) * (2 * (X + lift) - (B + lift)), (h, w))
    return np.abs(sums(low_B * (2 * low_X - low_B), (h, w)) - right).max() / (2 * s**2)

# %%
def fft_loss(level, taken_off=0.0):
    """Largest error of the correlation / s^2, in nats, by transforms in float32."""
    lift = level - taken_off
    low_X, low_F = (X + lift).astype(np.float32), (F + lift).astype(np.float32)
    low = correlation_of(np.fft.fft2(low_X), np.fft.fft2(low_F, (H, W)), (h, w))
    return np.abs(low - by_view(X + lift, F + lift)).max() / s**2

# %%
levels = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5]
ways = {"float32, table": (0, table_sums, np.float32), "float32, doubling": (0, doubled_sums, np.float32),
        "float32, table, level taken off": (1, table_sums, np.float32), "float64, table": (0, table_sums, np.float64)}
lost = {name: [loss(level, off * (level + B.mean()), sums, dtype) for level in levels] for name, (off, sums, dtype) in ways.items()}
for name in list(ways)[:3]:
    print(f"{name:32}", " ".join(f"{value:8.2g}" for value in lost[name]))
print("float64, table: below 1e-5 at every level:", max(lost["float64, table"]) < 1e-5)
print(f"float32, table, level 10 000: a factor of {np.exp(lost['float32, table'][4]):.0e} on the odds")

# %%
by_fft = [fft_loss(level) for level in levels]
print("float32, FFT: above 1 nat at a level of 10 000:", by_fft[4] > 1)
print("with the level taken off below 0.001 nats:", fft_loss(1e4, 1e4 + B.mean()) < 1e-3)
size = by_view(X + 1e4, F + 1e4).max()
step = np.spacing(np.float32(size))
print(f"the correlation there: {size:.1e}, spacing of float32 {step:g}, in nats {step / s**2:.1f}")
plots.digits_lost(levels, {**lost, "float32, FFT (correlation)": by_fft})
plt.show()

# %% [markdown]
# The figure shows these errors against the common level, on logarithmic axes, with a dotted line at 1 nat. The table in
# float32 rises from 0.005 to thousands of nats; doubling runs 8 to 22 times below it, and the FFT between them; all
# three cross the line. With the level taken off the table stays flat at 0.0015.
#
# At a level of 10 000 the table in float32 errs by 31 nats. Doubling errs by 1.4: no digits are lost to large totals any
# more, but float32 still rounds the squares, near $10^8$, and their sums. Nor is the FFT safe: its outputs are near
# $2.6\cdot10^{10}$, where neighbouring floats lie 2.3 nats apart. With the level taken off even float32 is right to
# 0.0015 nats at every level; and in float64 the table stays below $10^{-5}$ without any care.
#
# A difference of logits is the logarithm of the odds between two positions. Does an error of this size lose faces? We
# ask all 100 pictures, with the window sums alone in float32. The level 60 000 is near the end of a 16-bit camera,
# 65535.

# %%
def found(level, sums):
    """In how many pictures the best position is right when only the window sums are float32."""
    right = 0
    for X, position in zip(pictures, positions):
        low_X, low_B = (X + level).astype(np.float32), (B + level).astype(np.float32)
        corr = windows.correlate(X + level, F + level)
        logit = -(((F + level) ** 2).sum() - 2 * corr + sums(low_B * (2 * low_X - low_B), F.shape))
        right += divmod(int(logit.argmax()), J) == tuple(position.tolist())
    return right

# %%
for level in (0, 10_000, 60_000):
    print(f"level {level:6,}: table {found(level, table_sums)}, doubling {found(level, doubled_sums)} of 100 right")

# %% [markdown]
# A factor of 3e+13 is wrong with the probabilities at the level 10 000, and still the best position is right in all 100
# pictures: in the first one the true position led by some 350 nats. At 60 000 the table loses 15 faces, and doubling
# none. That no face is lost does not mean that the probabilities are right, and lesson 08 learns from them.
#
# ### A common level means nothing
#
# In (S3) the level cancels before anything is summed: $(X+\ell)-(F+\ell)=X-F$ and likewise for $B$. So the logit is
# *invariant*: lift pictures, face and background by the same level and nothing may change. In (S4) each of the three
# terms grows like $\ell^2$ and only their combination does not. The cure is to subtract a common level first, the same
# from $X$, $F$ and $B$, and to compute in float64. The library does both.

# %%
lifted = scene.Scene(F + 10_000, B + 10_000, s, truth.prior)
before, after = scene.log_likelihood(pictures, truth), scene.log_likelihood(pictures + 10_000, lifted)
no_face = -0.5 * ((X - B) ** 2).sum() / s**2 - H * W / 2 * np.log(2 * np.pi * s**2)
logit = -((F**2).sum() - 2 * corr + R) / (2 * s**2)
print("the library's logits are ours, to 1e-6 nats:", np.abs(before[0] - no_face - logit).max() < 1e-6)
print("unchanged by a level of 10 000, to 1e-6 nats:", np.abs(after - before).max() < 1e-6)

# %% [markdown]
# The first picture's logits are those of the sliding windows, and a level of 10 000 changes none of the 100 tables.
#
# ## The ledger of this lesson
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by
# SymPy where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is
# relative to the largest number of the right answer, or to 1 where that is smaller.

# %%
ledger.table("07")

# %% [markdown]
# Read the row (S6): four corners of the table give the sums that loops give. "S7 a" says that nothing wraps into the
# valid part. The report on the face uses the table without going into details; section 9 shows which detail matters.
#
# ## References
#
# - F. C. Crow, Summed-area tables for texture mapping, SIGGRAPH 1984, [doi:10.1145/800031.808600](https://doi.org/10.1145/800031.808600).
# - J. W. Cooley, J. W. Tukey, An algorithm for the machine calculation of complex Fourier series, Mathematics of Computation 19, 1965, [doi:10.1090/S0025-5718-1965-0178586-1](https://doi.org/10.1090/S0025-5718-1965-0178586-1).
# - R. M. Gray, Toeplitz and circulant matrices: a review, Foundations and Trends in Communications and Information Theory 2, 2006, [doi:10.1561/0100000006](https://doi.org/10.1561/0100000006).
# - N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, SIAM, 2nd edition 2002, chapter 4 (sums), [doi:10.1137/1.9780898718027](https://doi.org/10.1137/1.9780898718027).
#
# Back to lesson [07](../07_fast_sums.ipynb).
