# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: _face_logits.ipynb,scripts//_face_logits.py:percent
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
# # 06 Where is the face?
#
# Many noisy pictures show one and the same face, each time at another place, before one and the same background. This track ends by
# recovering all of it from the pictures alone. We begin with an easier question: face, background and noise are known. **Where is the face in this picture, and how sure may we be?** Your code will find it in mere speckle.
#
# *Study: 85 minutes. Machine: 6 seconds.*
#
# **You will be able to**
# - write down the probability of a picture with the face at a given place, and cancel nearly all of it;
# - expand the rest into three terms that fast algorithms can handle, and find slips by units;
# - turn the result into a probability for every position that neither overflows nor vanishes, whatever the prior;
# - say how much noise the search bears.
#
# **You need** the density of a Gaussian, Bayes' rule and the softmax: lesson [03](03_posterior_gmm.ipynb), or the one page of
# [recap](RECAP.md) for those who start here. More checks, failures and limits are in [the companion](further/06_face_logits.ipynb).

# %%
# %matplotlib inline
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats
from scipy.special import entr
from skimage.feature import match_template

from course_lib import datasets, scene, windows
from course_lib.classroom import exercises, plots

# %% [markdown]
# ## 1. The model: paste a face, add noise
#
# *7 minutes, 1 s*
#
# A picture $X$ has $H$ rows and $W$ columns. The **background** $B$ is a picture of the same size, the **face** $F$ a smaller one of
# $h\times w$ pixels. The **position** $d=(i,j)$ is the row and column of the face's top-left corner, counted from 0 as in NumPy. The pixels that
# the face then covers are its **window**: rows $i,\dots,i+h-1$ and columns $j,\dots,j+w-1$. The face must lie inside.
#
# **Predict:** (a) how many positions does a face of $18\times14$ pixels have in a picture of $40\times60$? (Try a face of 2 pixels in a row of 3
# first.) Put your number in the place of the dots.

# %%
guess_a = exercises.guess("06.a", ...)

# %%
face, background = datasets.face("astronaut"), datasets.background("camera")
(H, W), (h, w) = background.shape, face.shape
I, J = H - h + 1, W - w + 1
print("positions.", guess_a.beside(I * J, "{:.0f}"), f" In {I} rows and {J} columns")

# %% [markdown]
# $I=H-h+1$ rows and $J=W-w+1$ columns of positions: the "+1" is where fingers slip.
#
# Now the model. $\text{paste}(F,B,d)$ is the background with the face over the window of $d$. Each of $K$ pictures (in code `N`)
# has its own position $d^k$, drawn with probability $A(d)$, the **prior**; and every pixel has its own noise, Gaussian with standard deviation
# $s$ gray levels:
#
# $$X^k=\text{paste}(F,B,d^k)+s\,\varepsilon^k,\qquad \varepsilon^k(p)\sim\mathcal N(0,1)\ \text{for every pixel } p,\qquad d^k\sim A \tag{S1}$$
#
# The record `Scene` holds $F$, $B$, $s$ and $A$; `scene.sample` draws from (S1). One picture, the **specimen**, stays with us: one position and one
# pattern of noise, and only $s$ is turned up. Look for yourself: up to which noise do *you* see the face?

# %%
uniform = np.full((I, J), 1 / (I * J))
truth = scene.Scene(face=face, background=background, noise_std=60.0, prior=uniform)
place = (13, 30)
clean = scene.paste(face, background, place)
pattern = np.random.default_rng(1).standard_normal((H, W))
specimen = {s: clean + s * pattern for s in (30, 60, 120, 200, 260)}
rms = np.sqrt(((clean - background) ** 2).sum() / (h * w))
print(f"face against background in its window: root mean square difference {rms:.0f} gray levels, in {h * w} pixels")
plots.face_gallery({"no noise": clean} | {f"noise {s}": X for s, X in specimen.items()}, frames={"no noise": (*place, h, w)})
plt.show()

# %% [markdown]
# The figure shows six panels. Without noise: a man with a camera on a lawn, and next to his hands, framed, the smiling face of an astronaut. At noise
# 30 and 60 the face can be made out, at 120 little more than the man's dark coat, then only speckle.
# (Values outside 0 to 255 are shown as black and white; the computer gets them as they are.)
#
# At noise 200 a single pixel carries a difference of less than half its noise. But the window has many.
#
# ## 2. How probable is the whole picture?
#
# *12 minutes, 0 s*
#
# ### Exercise 06.1: the whole picture for one position
#
# *derive, 8 minutes*
#
# Fix a position $d$. By (S1) each pixel is Gaussian around the pasted picture, with variance $s^2$; the pixels are independent given $d$; and the position
# has probability $A(d)$. **Write $\ln p(X,d)$, the logarithm of the joint probability of picture and position**, with every constant. `scene.paste`
# makes $\text{paste}(F,B,d)$. Where $A(d)=0$ the answer is $-\infty$, which is what `np.log(0.0)` gives, with a warning.

# %% nbgrader={"grade": false, "grade_id": "exercise-06-1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def log_joint_of(X, F, B, s, A, d):
    """ln p(X, d) of one picture and one position.

    X (H, W), F (h, w), B (H, W), s a number, A (I, J), d = (i, j), row and column  ->  a number, in nats
    """
    ### BEGIN SOLUTION
    squares = np.sum((X - scene.paste(F, B, d)) ** 2)
    return -X.size / 2 * np.log(2 * np.pi * s**2) - squares / (2 * s**2) + np.log(A[d])
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-06-1", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_log_joint_of = exercises.check("06.1", log_joint_of)

# %%
X, s = specimen[60], 60.0
for name, d in {"true place": place, "a column further": (13, 31), "far away": (2, 3)}.items():
    print(f"{name:16} {d}: ln p(X, d) = {my_log_joint_of(X, face, background, s, uniform, d):.1f} nats")
print(f"equal to the library's: {bool(np.isclose(my_log_joint_of(X, face, background, s, uniform, place), (scene.log_likelihood(X[None], truth)[0] + truth.log_prior)[place]))}")

# %% [markdown]
# Densities multiply, so their logarithms add, one for each of the $HW$ pixels. With $\theta$ for all of $F$, $B$, $s$, $A$ and $\|\cdot\|^2$ for the sum of
# squares over all pixels,
#
# $$\ln p(X,d\mid\theta)=-\frac{HW}{2}\ln(2\pi s^2)-\frac{\|X-\text{paste}(F,B,d)\|^2}{2s^2}+\ln A(d) \tag{S2}$$
#
# The unit is the *nat*, that of natural logarithms: one nat more is a factor $e$ in the probability. The numbers themselves are huge and nearly equal;
# only their differences tell.
#
# ## 3. Only the window matters
#
# *19 minutes, 1 s*
#
# Where the face moves, only its old and its new window change, at most $2\cdot252$ of the 2400 pixels; yet (S2) sums over all of them. **What is common to
# all positions?** Compare each with a picture that has *no face anywhere*, $p_0(X)=\prod_p\mathcal N(X(p)\mid B(p),s^2)$. The **logit** of a position
# is the log of the odds of "face at $d$" against "no face", had both been equally probable before:
#
# $$\text{logit}(d)=\ln p(X\mid d)-\ln p_0(X).$$

# %%
near, far = ((X - scene.paste(face, background, d)) ** 2 for d in (place, (2, 3)))
print("pixels where the two positions differ:", (near != far).sum(), "of", X.size)

# %% [markdown]
# ### Exercise 06.2: one pixel with a pencil
#
# *use, 4 minutes*
#
# A pixel of the window has the gray level 130. The face would show 150 there and the background 90; the noise is $s=20$. **How many nats does this pixel
# add to the logit?** (And a pixel outside of the window?) Return the number.

# %% nbgrader={"grade": false, "grade_id": "exercise-06-2", "locked": false, "schema_version": 3, "solution": true, "task": false}
def one_pixel():
    """The share of one pixel in the logit  ->  a number, in nats"""
    ### BEGIN SOLUTION
    return -((130 - 150) ** 2 - (130 - 90) ** 2) / (2 * 20**2)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-06-2", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_one_pixel = exercises.check("06.2", one_pixel)

# %%
odds = stats.norm.pdf(130, 150, 20) / stats.norm.pdf(130, 90, 20)
print(f"odds of that pixel by two densities: {odds:.3f}; exp of your nats: {np.exp(my_one_pixel()):.3f}")

# %% [markdown]
# ### Exercise 06.3: the logits of all positions
#
# *derive, 9 minutes*
#
# Subtract $\ln p_0(X)=-\frac{HW}{2}\ln(2\pi s^2)-\|X-B\|^2/2s^2$ from (S2) without its prior. What cancels, and which pixels are left? **Write the
# logits of all positions at once:** a table whose entry in row $i$ and column $j$ belongs to $d=(i,j)$. Loops over the positions are welcome; lesson 07
# is about speed.

# %% nbgrader={"grade": false, "grade_id": "exercise-06-3", "locked": false, "schema_version": 3, "solution": true, "task": false}
def logits(X, F, B, s):
    """The logits of all positions.

    X (H, W), F (h, w), B (H, W), s a number  ->  (I, J), I = H-h+1, J = W-w+1, in nats
    """
    ### BEGIN SOLUTION
    (H, W), (h, w) = X.shape, F.shape
    out = np.zeros((H - h + 1, W - w + 1))
    for i, j in np.ndindex(out.shape):
        x, b = X[i : i + h, j : j + w], B[i : i + h, j : j + w]
        out[i, j] = -np.sum((x - F) ** 2 - (x - b) ** 2) / (2 * s**2)
    return out
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-06-3", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_logits = exercises.check("06.3", logits)

# %% [markdown]
# The constant cancels. Outside of the window the pasted picture *is* the background, so those pixels cancel, too. Left is
#
# $$\begin{gathered}\text{logit}(i,j)=\ln\frac{p(X\mid d)}{p_0(X)}\\
# =-\frac{1}{2s^2}\sum_{a=0}^{h-1}\sum_{b=0}^{w-1}\Big[\big(X(i+a,j+b)-F(a,b)\big)^2-\big(X(i+a,j+b)-B(i+a,j+b)\big)^2\Big]\end{gathered} \tag{S3}$$
#
# It says how much better the face explains the window than the background does. **Predict:** (b) the specimen at noise 60 has the face at one of the 1081
# positions. At how many is the logit above 0?

# %%
guess_b = exercises.guess("06.b", ...)

# %%
def best(table):
    """Row and column of the largest entry."""
    return tuple(int(n) for n in np.unravel_index(table.argmax(), table.shape))


logit = my_logits(X, face, background, s)
log_p0 = stats.norm.logpdf(X, background, s).sum()
print("logits above 0.", guess_b.beside((logit > 0).sum(), "{:.0f}"))
print(f"largest {logit.max():.1f} nats at {best(logit)}, true place {place}; ln p0 {log_p0:.1f}")
print("logit + ln p0 is the log-likelihood:", np.allclose(logit + log_p0, scene.log_likelihood(X[None], truth)[0], rtol=1e-9))

# %% [markdown]
# Next to the face the face still explains the window better than the background does; elsewhere it does not. At the true place the odds are
# $e^{230.5}$ to 1.
#
# ## 4. Expand the square
#
# *14 minutes, 1 s*
#
# (S3) asks for $hw$ squares at each of $IJ$ positions. Multiply out the bracket, and $X^2$ cancels. What is left, summed over the window, is a number
# that is the same everywhere, a **correlation** $\sum XF$, which slides the face over the picture, and a **window sum** of a picture made beforehand. Lesson
# 07 makes both fast; the library has them: `windows.correlate(X, F)` and `windows.window_sums(Y, (h, w))`, for any picture `Y`.
#
# The next cell holds somebody's expansion, with two slips. A test that needs no truth shows that something is wrong: measure gray levels in another unit,
# a tenth as large, so that $X$, $F$, $B$ and $s$ become ten times as large. No logit may change.

# %%
def expanded(X, F, B, s):
    window_sum = windows.window_sums(B * (2 * X - B) ** 2, F.shape)
    return -(np.sum(F**2) - windows.correlate(X, F) + window_sum) / (2 * s**2)


tenths = [10 * array for array in (X, face, background)]
print(f"by your logits {logit[place]:.1f}, in tenths {my_logits(*tenths, 600.0)[place]:.1f} nats")
print(f"by this code {expanded(X, face, background, 60.0)[place]:.0f}, in tenths {expanded(*tenths, 600.0)[place]:.0f}")
dark = np.zeros((H, W))
print(f"on a black background: yours {my_logits(X, face, dark, s)[place]:.1f}, this code {expanded(X, face, dark, s)[place]:.1f}")

# %% [markdown]
# ### Exercise 06.4: three terms
#
# *repair, 8 minutes*
#
# One slip spoils the units, the other is left on a black background. **Expand the bracket of (S3) with a pencil, and write the three terms of the logit**: what comes
# from $F^2$, the correlation and the window sum. Each with its sign and its factor, in nats, so that their sum is the logit.

# %% nbgrader={"grade": false, "grade_id": "exercise-06-4", "locked": false, "schema_version": 3, "solution": true, "task": false}
def three_terms(X, F, B, s):
    """The logit as a sum of three terms.

    X (H, W), F (h, w), B (H, W), s a number  ->  constant, a number; correlation (I, J); window sum (I, J)
    """
    ### BEGIN SOLUTION
    constant = -np.sum(F**2) / (2 * s**2)
    correlation = 2 * windows.correlate(X, F) / (2 * s**2)
    return constant, correlation, -windows.window_sums(B * (2 * X - B), F.shape) / (2 * s**2)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-06-4", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_three_terms = exercises.check("06.4", three_terms)

# %%
constant, correlation, window_sum = (np.asarray(term) for term in my_three_terms(X, face, background, s))
terms = {"constant term": np.full((I, J), constant), "correlation with the face": correlation, "window sum": window_sum}
terms["sum of the three: the logit"] = constant + correlation + window_sum
print(f"constant {constant:.1f}; the sum is the logit:", np.allclose(terms["sum of the three: the logit"], logit, atol=1e-6))
for name in ("correlation with the face", "window sum"):
    print(f"{name}: {terms[name].min():.0f} to {terms[name].max():.0f} nats, largest at {best(terms[name])}")
plots.logit_terms(terms, place)
plt.show()

# %% [markdown]
# The figure shows four maps over the 1081 positions, the true place circled in each: the constant as one flat colour; the correlation, large wherever the
# picture is bright, over sky and lawn; the window sum, dark where the correlation is bright; and their sum, the logit, where one spot stands out.
#
# $$(X-F)^2-(X-B)^2=F^2-2\,X\,F+B\,(2X-B) \tag{S4}$$
#
# Correlation and window sum each span more than 1300 nats; only added up they know where the face is. The units tell the slip at once: $B(2X-B)$ is in
# squared gray levels, with the square on the bracket in cubed ones.
#
# ## 5. A probability for every position
#
# *17 minutes, 1 s*
#
# We see $X$ and ask for $d$. By Bayes' rule $q(d)=p(d\mid X,\theta)$ is $A(d)\,p(X\mid d)$ over the sum of these, and $p(X\mid d)=p_0(X)\,e^{\text{logit}(d)}$.
# The factor $p_0(X)$ cancels, and what is left is a **softmax**, exponentials divided by their sum:
#
# $$q(d)=\underset{d}{\text{softmax}}\big[\ln A(d)+\text{logit}(d)\big]=\frac{e^{\ln A(d)+\text{logit}(d)}}{\sum_{d'}e^{\ln A(d')+\text{logit}(d')}} \tag{S5}$$
#
# Is it computable? Take noise 30, where the face is plain to see; and a prior that excludes the true place: somebody has told us, wrongly, that the face
# is in columns 0 to 15.

# %%
logit30 = my_logits(specimen[30], face, background, 30.0)
left = np.where(np.arange(J) < 16, 1.0, 0.0) * np.ones((I, 1))
left /= left.sum()
with np.errstate(over="ignore", invalid="ignore"):
    print(f"largest logit {logit30.max():.0f}, its exponential {np.exp(logit30.max())}")
    taken_off = left * np.exp(logit30 - logit30.max())
    print("the largest taken off, then times A: sum", taken_off.sum(), " q", (taken_off / taken_off.sum())[0, 0])
print(f"largest logit where A > 0: {logit30[left > 0].max():.0f}; exp of less than -745 is {np.exp(-746.0)}")

# %% [markdown]
# ### Exercise 06.5: the probability of every position
#
# *use, 8 minutes*
#
# Between $-745$ and 709 `exp` is safe, and a softmax does not change when a constant is taken off all its arguments. The largest logit is not always the right
# one: where $A$ is 0 at that very place, nothing is left. **Write (S5) so that it holds for every picture and every prior**: logits near 1000, whole
# log-likelihoods near $-13\,000$ in their place, a prior of 0 at the largest logit. Where $A=0$, $q=0$. (`np.errstate(divide="ignore")` silences the warning of
# `np.log(0.0)`.)

# %% nbgrader={"grade": false, "grade_id": "exercise-06-5", "locked": false, "schema_version": 3, "solution": true, "task": false}
def position_probabilities(logit, A):
    """q of (S5).

    logit (I, J), A (I, J) of sum 1, entries of 0 allowed  ->  (I, J)
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        total = np.log(A) + logit
    values = np.exp(total - total.max())
    return values / values.sum()
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-06-5", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
my_position_probabilities = exercises.check("06.5", position_probabilities)

# %% [markdown]
# Which constant is safe? The largest of the *sum* $\ln A+\text{logit}$: it belongs to a term that counts, which becomes $e^0=1$.
#
# How sure a $q$ is, one number can say: its **entropy** $-\sum_d q(d)\ln q(d)$, with $0\ln0=0$ (`scipy.special.entr` is $-t\ln t$). It is 0 if one
# position has all the probability and $\ln m$ if $m$ share it equally; so $e^{\text{entropy}}$ tells among how many equal chances we would be as unsure.
# **Predict:** (c) at which of the noises 60, 120, 200, 260 is the most probable position of the specimen first wrong? (0 for none. Recall where *you* gave up.)

# %%
guess_c = exercises.guess("06.c", ...)

# %%
noises = [60, 120, 200, 260]
q = np.array([my_position_probabilities(my_logits(specimen[n], face, background, n), uniform) for n in noises])
first_wrong = next((n for n, one in zip(noises, q) if best(one) != place), 0)
print("first wrong at noise.", guess_c.beside(first_wrong, "{:.0f}"))
for n, one in zip(noises, q):
    print(f"noise {n}: q at the true place {one[place]:.3f}, largest {one.max():.3f} at {best(one)}, "
          f"entropy {entr(one).sum():.3f} nats, as {np.exp(entr(one).sum()):.1f} equal chances")
plots.posterior_maps([specimen[n] for n in noises], q, [f"noise {n}" for n in noises], place)
plt.show()

# %% [markdown]
# The figure shows, above, the specimen at the four noises, and below each the probability of every position, from $10^{-12}$ (dark) to 1 (yellow); the true place is
# circled. At 60 one pixel is bright; as the noise grows a glow spreads around it.
#
# At noise 200, where we see speckle, the true place still has $q=0.844$. At 260 the best position is two rows too high and a column too far right, and the
# posterior does not hide its doubt: it is as unsure as a choice among 4.7 equal positions. But out of 1081.
#
# ## 6. What the prior can do
#
# *8 minutes, 2 s*
#
# By (S5) the prior *adds* $\ln A(d)$ to the logit, whatever the picture shows, while the logits shrink when the noise grows. So knowledge about the place
# should count most where the noise is strong. Somebody tells us that the face is in the right half, columns from 24 on, and it is true. **Predict:** (d) of 100 such faces
# at noise 260, how many *more* are found than without that knowledge?

# %%
guess_d = exercises.guess("06.d", ...)

# %%
def found_by_you(pictures, s, prior):
    """The most probable position of every picture, (N, 2), by your terms and your probabilities."""
    tables = (sum(my_three_terms(x, face, background, s)) for x in pictures)
    return np.array([best(my_position_probabilities(table, prior)) for table in tables])


loud = replace(truth, noise_std=260.0)
right_half = np.where(np.arange(J) >= 24, 1.0, 0.0) * np.ones((I, 1))
right_half /= right_half.sum()
many, places = scene.sample(loud, 1000, np.random.default_rng(5))
is_right, hits = places[:, 1] >= 24, {}

# %%
for name, prior in (("uniform", uniform), ("right half", right_half)):
    found = found_by_you(many, 260.0, prior)
    hits[name] = (found == places).all(axis=1)
    off = np.abs(found - places).max(axis=1)
    print(f"prior {name:10}: right for {hits[name][is_right].mean():.1%} of {is_right.sum()} faces on the right, "
          f"{hits[name][~is_right].mean():.1%} of {(~is_right).sum()} on the left; off by 1: {(off == 1).sum()}, by more: {(off > 1).sum()}")
more = 100 * (hits["right half"][is_right].mean() - hits["uniform"][is_right].mean())
print("more of 100.", guess_d.beside(more, "{:.1f}"))

# %% [markdown]
# So much knowledge brings so little: most mistakes are off by a single row or column, and a neighbour nearly always lies in the same half. Where the knowledge is
# *false* it is fatal, 0.0 %: a prior of exactly 0 is never overruled. A prior is worth what it says about the positions that the picture cannot tell apart; the
# [companion](further/06_face_logits.ipynb) has one that lifts 79 to 97 %.
#
# ## 7. Your code at work
#
# *8 minutes, 2 s*
#
# Now count: at each of nine noises 100 pictures with the face anywhere. Two other methods compete, which know less. *Face alone* takes the smallest $\sum(X-F)^2$
# over the window, the first square of (S3) without the second. *match_template* of scikit-image is the tool that one would reach for: the correlation
# coefficient of window and face. **Predict:** (e) how many of 100 does *face alone* find at noise 260, where yours finds nearly 80?

# %%
guess_e = exercises.guess("06.e", ...)

# %%
levels = np.array([10, 30, 60, 90, 120, 150, 180, 220, 260])
rng = np.random.default_rng(6)
samples = [scene.sample(replace(truth, noise_std=n), 100, rng) for n in levels]


def alone(x):
    return -windows.window_sums(x**2, (h, w)) + 2 * windows.correlate(x, face)


def share(of_picture):
    """For every noise the share of pictures whose best position is the true one."""
    return np.array([np.mean([best(of_picture(x)) == tuple(d) for x, d in zip(*sample)]) for sample in samples])

# %%
yours = [found_by_you(x, n, uniform) for (x, _), n in zip(samples, levels)]
mine = np.array([(found == d).all(axis=1).mean() for found, (_, d) in zip(yours, samples)])
shares = {"yours": mine, "face alone": share(alone), "match_template": share(lambda x: match_template(x, face))}
for name, line in shares.items():
    print(f"{name:15}", line.round(2).tolist())
print("face alone.", guess_e.beside(100 * shares["face alone"][-1], "{:.0f} of 100"))
credit = exercises.credit(my_log_joint_of, my_one_pixel, my_logits, my_three_terms, my_position_probabilities)
print(credit)

# %%
maps = [my_position_probabilities(sum(my_three_terms(x, face, background, n)), uniform) for (xs, _), n in zip(samples, levels) for x in xs]
entropy = entr(np.array(maps)).sum(axis=(1, 2)).reshape(len(levels), 100).mean(axis=1)
print("mean entropy", entropy.round(2))
plots.sign(plots.finding_limits(levels, shares, entropy, I * J), credit)
plt.show()

# %% [markdown]
# The figure shows on the left the share of pictures whose best position is right: yours stays near 1 until noise 180 and falls to about three quarters at 260;
# match_template falls earlier, and the face alone nearly vanishes. On the right the mean entropy of $q$ rises from 0 to about 0.6 nats.
#
# Why does the face alone fail? In (S4) $X^2$ cancels; in $\sum(X-F)^2$ it stays, with all its noise. And it does not know the background.
#
# The sums over windows are slow as they stand, and EM (*expectation maximisation*, lesson 08) needs them again and again: lesson
# [07](07_fast_sums.ipynb) makes them fast. And in truth nobody tells us the face and the background.
#
# ### References
#
# - S. van der Walt and others, scikit-image: image processing in Python, PeerJ 2, 2014, [doi:10.7717/peerj.453](https://doi.org/10.7717/peerj.453).
# - C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer, 2006, section 4.2: logits and the softmax.
# - B. J. Frey, N. Jojic, Transformation-invariant clustering using the EM algorithm, IEEE Trans. Pattern Analysis and Machine Intelligence 25, 2003, pages 1-17, [doi:10.1109/TPAMI.2003.1159942](https://doi.org/10.1109/TPAMI.2003.1159942).
