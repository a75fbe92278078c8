# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: further//_face_logits.ipynb,scripts/further//_face_logits.py:percent
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
# # 06 Where is the face?: further
#
# This companion of [lesson 06](../06_face_logits.ipynb) holds what the core leaves out: the model checked by plain loops, sums with one term too many, what the
# second report printed and what that costs, sums that end as 0/0, more on priors, how much noise the search bears by theory (a guarantee and a ceiling), letters that
# work twice, and the ledger. The sections use the scene and the specimen of the first cells, and few of them need one another.

# %%
# %matplotlib inline
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats
from scipy.special import entr
from skimage.feature import match_template

from course_lib import datasets, scene, windows
from course_lib.classroom import ledger, plots

# %%
face, background = datasets.face("astronaut"), datasets.background("camera")
(H, W), (h, w) = background.shape, face.shape
I, J = H - h + 1, W - w + 1
uniform = np.full((I, J), 1 / (I * J))
truth = scene.Scene(face=face, background=background, noise_std=60.0, prior=uniform)
place = (13, 30)
print(f"pictures {H} x {W}, face {h} x {w}, positions {I} x {J} = {I * J}")

# %%
pattern = np.random.default_rng(1).standard_normal((H, W))
specimen = {s: scene.paste(face, background, place) + s * pattern for s in (30, 60, 120, 200, 260)}
X, s = specimen[60], 60.0

# %%
def best_positions(maps):
    """Row and column of the largest entry of every map (N, I, J)."""
    return np.stack(np.unravel_index(maps.reshape(len(maps), -1).argmax(axis=1), maps.shape[1:]), axis=1)

# %%
def logit_of_window(X, F, B, s, i, j):
    """(S3) for one position."""
    h, w = F.shape
    inside = np.s_[i : i + h, j : j + w]  # the window: rows and columns, as a pair of slices
    return -np.sum((X[inside] - F) ** 2 - (X[inside] - B[inside]) ** 2) / (2 * s**2)

# %% [markdown]
# ## 1. One term too many
#
# The report that this track grew from lets its sums over $i$ run from 0 to $H-h+1$
# *inclusive*, those over $j$ likewise, and those over the $K$ pictures from 0 to $K$ (erratum 2). How many positions
# would that be, and what happens at the additional ones?

# %%
print("positions if both ends are included:", (I + 1) * (J + 1), " too many:", (I + 1) * (J + 1) - I * J)
try:
    scene.paste(face, background, (H - h + 1, 0))
except ValueError as error:
    print(error)

# %% [markdown]
# 1152 instead of 1081: at 71 positions the face would stick out of the picture. The report's own definition of the
# window, rows $i$ to $i+h-1$, is right, so this is a slip of notation and not of thought; but whoever types the sums
# as printed meets the message above or, where nothing checks it, reads beyond an array.
#
# ## 2. The model by plain loops
#
# `scene.log_likelihood` gives (S2) without its last term, $\ln p(X\mid d)$, for all pictures and positions; the
# property `log_prior` is $\ln A$. Is every constant there? We take a picture so small that four plain loops can say
# it: $4\times5$ pixels, a face of $2\times3$, and a prior that is not uniform.

# %%
rng = np.random.default_rng(2)
weights = rng.uniform(size=(3, 3))
tiny = scene.Scene(rng.uniform(0, 40, (2, 3)), rng.uniform(0, 40, (4, 5)), 15.0, weights / weights.sum())
X_tiny = scene.sample(tiny, 1, rng)[0]
print(X_tiny[0].round(1))

# %%
loops = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        pasted = scene.paste(tiny.face, tiny.background, (i, j))
        for a in range(4):
            for b in range(5):
                loops[i, j] += stats.norm.logpdf(X_tiny[0, a, b], pasted[a, b], 15.0)
        loops[i, j] += np.log(tiny.prior[i, j])
log_joint = scene.log_likelihood(X_tiny, tiny)[0] + tiny.log_prior
print(log_joint.round(3))
print("equal to the loops:", np.allclose(log_joint, loops, rtol=1e-10))

# %% [markdown]
# Nine positions, nine numbers, and the loops, which know only SciPy's normal density, agree with the library to ten
# digits. So (S2) is what the program computes, constants and prior included.
#
# `scene.e_step` returns all $q_k$ at once and, for later, the log of the evidence, summed over the pictures. On this
# tiny picture densities are still harmless numbers, so we can write Bayes' rule with bare products:

# %%
products = np.zeros((3, 3))
for i, j in np.ndindex(3, 3):
    densities = stats.norm.pdf(X_tiny[0], scene.paste(tiny.face, tiny.background, (i, j)), 15.0)
    products[i, j] = tiny.prior[i, j] * np.prod(densities)
q, log_evidence = scene.e_step(X_tiny, tiny)
print(q[0].round(4), " sum", round(q.sum(), 10))
print("q equals Bayes' rule:", np.allclose(q[0], products / products.sum(), rtol=1e-10))
print("evidence, too:", np.isclose(log_evidence, np.log(products.sum()), rtol=1e-10))

# %% [markdown]
# The library's $q$ is Bayes' rule, and its second result is the logarithm of the evidence. The most probable
# position, (1, 2), has 0.3671.
#
# One more slip can be shown on these nine numbers. The report writes sums over all positions as
# $\sum_{i}\sum_{i}q(i,j)$, with $i$ in both signs (erratum 2). Python permits it:

# %%
print("sum over i and j:", round(float(sum(q[0][i, j] for i in range(3) for j in range(3))), 2))
for j in range(3):
    print(f"sum over i and i, with j = {j}:", round(float(sum(q[0][i, j] for i in range(3) for i in range(3))), 2))

# %% [markdown]
# With $i$ twice the inner $i$ wins, $j$ stays free, and each column is counted three times. What is meant is plain,
# but the total must be 1, not 0.82, 0.32 or 1.85.
#
# ## 3. What the bracket is for
#
# The report derives the same formula, but prints it, several times, without the square bracket in (S3) (erratum 1).
# In its equation (2) a closing parenthesis has lost its partner, so we know what was meant. **What if someone types
# what is printed?** By the usual rules $\exp\frac{-1}{2s^2}(X-F)^2-(X-B)^2$ gives the factor $-1/(2s^2)$ to the first
# square only. The second keeps a minus sign and no scale:

# %%
def unbracketed(X, F, B, s):
    """The exponent of the report's (2) read literally, summed over every window."""
    face_part = [[np.sum((X[i : i + h, j : j + w] - F) ** 2) for j in range(J)] for i in range(I)]
    return -np.array(face_part) / (2 * s**2) - windows.window_sums((X - B) ** 2, F.shape)


literal = unbracketed(X, face, background, s)
best = tuple(map(int, np.unravel_index(literal.argmax(), literal.shape)))
print(f"without the bracket: {literal[place]:.0f} at the true place, {literal.max():.0f} at the best, {best}")

# %% [markdown]
# At the true place the number is minus two and a half million, and the best position is (0, 6), far from (13, 30). No
# accident: the second square, which ought to speak *for* a face where the background fits badly, now speaks against
# it. The best windows are those without a face. We try twenty pictures at noise 30, where the face is plain to see:

# %%
clear = replace(truth, noise_std=30.0)  # a copy of the record, with another noise
twenty, where = scene.sample(clear, 20, np.random.default_rng(3))

# %%
right = best_positions(scene.log_likelihood(twenty, clear))
wrong = best_positions(np.array([unbracketed(X, face, background, 30.0) for X in twenty]))
overlap = (np.abs(wrong - where) < (h, w)).all(axis=1)
hits = [int((chosen == where).all(axis=1).sum()) for chosen in (right, wrong)]
print("right of 20: with the bracket {}, without {}".format(*hits))
print("without it, the chosen window overlaps the face in", overlap.sum(), "of 20")

# %% [markdown]
# With the bracket all twenty are right, without it none, and not one of the chosen windows even touches the face.
#
# There is a check that finds such slips before any program runs: **units**. $X$, $F$, $B$ and $s$ are in gray levels.
# A logarithm of odds has no unit, so every term must be gray levels squared over gray levels squared. The term
# $-(X-B)^2$ on its own is in squared gray levels: it cannot be right.
#
# ## 4. A square too many
#
# The report prints the last term as $B\,(2X-B)^2$, with a square on the parenthesis (erratum 1). The units object at
# once: $B(2X-B)$ is in squared gray levels, $B(2X-B)^2$ in cubed ones. What does it do? First the tiny picture of
# section 2, then the twenty pictures at noise 30.

# %%
def report_logit(X, F, B, s):
    """The report's expanded logit, with its square on the last factor."""
    window = windows.window_sums(B * (2 * X - B) ** 2, F.shape)
    return -(np.sum(F**2) - 2 * windows.correlate(X, F) + window) / (2 * s**2)


tiny_logit = log_joint - tiny.log_prior - stats.norm.logpdf(X_tiny[0], tiny.background, 15.0).sum()
print("the first row of positions, in nats")
print("brute force     ", tiny_logit[0].round(2))
print("report's formula", report_logit(X_tiny[0], tiny.face, tiny.background, 15.0)[0].round(2))

# %%
printed = np.array([report_logit(X, face, background, 30.0) for X in twenty])
choice = best_positions(printed)
print("right with the square:", (choice == where).all(axis=1).sum(), "of 20; it chooses", choice[:5].tolist(), "...")
print("the faces are at", where[:5].tolist(), "...")
light = windows.window_sums(background, (h, w)) / (h * w)
print(f"background under a window: darkest {light.min():.0f}, mean {light.mean():.0f}, "
      f"under the choices {light[tuple(choice.T)].mean():.0f}")

# %% [markdown]
# On the tiny picture 1.23 becomes $-611.77$; of twenty faces the printed formula finds none. It goes, time after
# time, to the lower left corner, where the background is darkest, in the photographer's coat: 19 gray levels under
# its choices against 100 on average. The cubic term is so large that only a small $B$ can tame it. The corrected
# formula found all twenty, in section 3. (Which of the two the report's *program* used we cannot know.)
#
# **A test that needs no truth.** Measure gray levels in another unit, a tenth as large: $X$, $F$, $B$ and $s$ all
# become ten times as large, and no logit may change.

# %%
fine = [10 * array for array in (X, face, background)]
print("(S3) in both units:   ", round(logit_of_window(X, face, background, s, *place), 3), round(logit_of_window(*fine, 600.0, *place), 3))
in_both = report_logit(X, face, background, 60.0)[place], report_logit(*fine, 600.0)[place]
print("report in both units: ", *np.round(in_both).astype(int))

# %% [markdown]
# The logit stays at 230.485, the printed formula grows about tenfold. Such a test needs neither faces nor known
# places.
#
# ## 5. What three terms cost
#
# What do the three terms of (S4) cost? Computed as they stand, both the correlation and the window sum touch $hw$ pixels at each of $IJ$
# positions:

# %%
for rows, columns, tall, wide in ((40, 60, 18, 14), (100, 200, 75, 75)):
    n, pixels = (rows - tall + 1) * (columns - wide + 1), tall * wide
    print(f"{rows} x {columns}: {n} positions x {pixels} pixels = {n * pixels / 1e6:.2f} million products")

# %% [markdown]
# A quarter of a million products for one of our small pictures, 18 million for a larger one, and that for every
# picture, in every iteration of EM (*expectation maximisation*, the method of lesson 08). The three terms allow far less:
#
# - the constant is computed once for all positions and pictures;
# - the correlation is a product of Fourier transforms, so its cost no longer grows with the size of the face;
# - the window sum needs three additions a window, whatever its size, once cumulative sums are there.
#
# That is lesson [07](07_fast_sums.ipynb). Here we only use the result.
#
# ## 6. A softmax that breaks
#
# (S5) is right; but is it computable? Let us do what it says.

# %%
at30 = replace(truth, noise_std=30.0)
whole = scene.log_likelihood(specimen[30][None], at30)[0]
logit30 = whole - stats.norm.logpdf(specimen[30], background, 30.0).sum()
with np.errstate(over="ignore", invalid="ignore"):
    of_joint, of_logit = np.exp(whole), np.exp(logit30)
    print(f"largest ln p(X|d) {whole.max():.0f}: exp {of_joint.max()}, sum over positions {of_joint.sum()}")
    print(f"largest logit {logit30.max():.0f}: exp {of_logit.max()}, over the sum {of_logit.max() / of_logit.sum()}")
largest, smallest = np.finfo(float).max, np.nextafter(0.0, 1.0)
print(f"exp is infinite above {np.log(largest):.1f} and 0.0 below {np.log(smallest) - np.log(2):.1f}")

# %% [markdown]
# Both ways fail at noise 30, where the face is plain to see. The likelihood underflows: $e^{-11580}$ is 0.0, as for
# every other position, and 0/0 is undefined. The logit overflows: $e^{989}$ is infinite, and $\infty/\infty$ is not a
# number. Between 709.8 and $-745.1$ `exp` is safe.
#
# (Below, the result is less than half the smallest positive number, and is rounded to 0.0.)
#
# The remedy is that of lesson 03: a softmax does not change when a constant is subtracted from all its arguments. The
# report subtracts $M=\max_d\text{logit}(d)$ and multiplies by $A$ afterwards:
#
# $$q(d)=\frac{A(d)\,e^{\text{logit}(d)-M}}{\sum_{d'}A(d')\,e^{\text{logit}(d')-M}} .$$
#
# It argues that this is stable, since all exponents are finite and below zero. Are they?

# %%
def report_softmax(logit, prior):
    """The report's normalisation: the largest logit is subtracted, without ln A."""
    values = prior * np.exp(logit - logit.max())
    return values / values.sum()


exponents = logit30 - logit30.max()
print(f"largest exponent {exponents.max()}, second {np.sort(exponents.ravel())[-2]:.1f}")
print("exponentials that are not 0.0:", (np.exp(exponents) > 0).sum(), "of", exponents.size)
loud = replace(truth, noise_std=260.0)
whole260, q260 = scene.log_likelihood(specimen[260][None], loud)[0], scene.e_step(specimen[260][None], loud)[0][0]
print("equals the library's q for a uniform prior:", np.allclose(report_softmax(whole260, uniform), q260))

# %% [markdown]
# ### Where the argument fails
#
# Not quite: the largest exponent is exactly **0** (erratum 4). That sounds like hair-splitting, yet it is the very
# reason why subtraction helps. Exponents below zero guarantee nothing: $-11580$ is below zero. But if one exponent is
# 0, one term is $e^0=1$ and the sum cannot vanish.
#
# The second largest is already $-338.5$. What underflows, here all but 9 of 1081 terms, did not matter. So far the
# report's $q$ is the library's, as we checked at noise 260, where many positions share in it. ($\ln p_0$, which we did
# not take off there, cancels.)
#
# The guarantee was for the sum of the exponentials. The report's sum has the factors $A(d)$ in it. **What if $A$ is
# zero at the very position whose exponent is 0?** Say that we have been told, wrongly, that the face is in the left
# part of the picture: $A=0$ for columns from 16 on, uniform before.

# %%
left_prior = np.where(np.arange(J) < 16, 1.0, 0.0) * np.ones((I, 1))
misled = replace(at30, prior=left_prior / left_prior.sum())
print(f"best exponent where A > 0: {exponents[:, :16].max():.0f}")
with np.errstate(invalid="ignore"):
    print("entries of the report's q that are not a number:", np.isnan(report_softmax(logit30, misled.prior)).sum())

# %% [markdown]
# The term that was 1 is multiplied by 0. Where $A>0$ every exponent is $-2162$ or lower, far below the $-745.1$ where
# `exp` becomes 0.0. The sum is zero, and all 1081 entries are 0/0.
#
# The library subtracts the maximum of $\ln A(d)+\text{logit}(d)$, **with** $\ln A$ in it. There $\ln 0=-\infty$ cannot
# be the maximum, so the term that becomes 1 is one that counts:

# %%
def softmax_with_prior(logit, log_prior):
    """(S5): the maximum includes ln A."""
    total = log_prior + logit
    values = np.exp(total - total.max())
    return values / values.sum()


safe = softmax_with_prior(logit30, misled.log_prior)
loud_q = scene.e_step(specimen[260][None], replace(misled, noise_std=260.0))[0][0]
print("equals the library, noise 30:", np.allclose(safe, scene.e_step(specimen[30][None], misled)[0][0]),
      " noise 260:", np.allclose(softmax_with_prior(whole260, misled.log_prior), loud_q))
print(f"sum {safe.sum():.6f}, largest where A = 0: {safe[:, 16:].max()}, best position {best_positions(safe[None])[0]}")

# %% [markdown]
# Now $q$ sums to 1 and keeps to the permitted columns. Its best position, (1, 15), is not where the face is; it
# cannot be. A prior of exactly 0 is never overruled, however clear the picture. But the answer is the one that (S5)
# defines, where the report's formula has none.
#
# **Does that happen outside of a lesson?** It may, wherever $A$ was counted: the *hard* variant of EM, in lesson
# [09](09_finding_the_face.ipynb), estimates $A$ by counting where the faces were found, and most positions are never
# counted. We count the places of 100 pictures, take that for $A$, and look at 200 others.

# %%
def exclude_and_fail(s):
    """Of 200 pictures: how many have A = 0 at the true place, end as 0/0 by the report, by the library."""
    known = replace(truth, noise_std=s)
    X, places = scene.sample(known, 300, np.random.default_rng(4))
    counted = np.zeros((I, J))
    np.add.at(counted, tuple(places[:100].T), 1 / 100)
    logs = scene.log_likelihood(X[100:], known)
    sums = (counted * np.exp(logs - logs.max(axis=(1, 2), keepdims=True))).sum(axis=(1, 2))
    q = scene.e_step(X[100:], replace(known, prior=counted))[0]
    excluded = counted[tuple(places[100:].T)] == 0
    return int(excluded.sum()), int((sums == 0).sum()), int(np.isnan(q).any(axis=(1, 2)).sum())


# %%
for s in (15.0, 30.0, 60.0):
    print("noise {:.0f}: true place excluded {}, report 0/0 {}, library 0/0 {}".format(s, *exclude_and_fail(s)))

# %% [markdown]
# The counts exclude the true place of 182 of the 200 pictures. At noise 15 each of these 182 ends as 0/0 by the
# report's formula, at noise 30 still 89. At noise 60 none does: the logits have shrunk, and the permitted positions
# are within reach of `exp`. The library's count is 0 throughout. A failure that strikes at *low* noise only is easily
# taken for something else.
#
# (Within EM it is rarer. There the pictures that are judged are those that were counted, so each finds its last place
# permitted, and only one that wants to move can fail.)
#
# ## 7. What a prior can do, and what it cannot
#
# Take the extreme: somebody tells us that the face is in the right half, columns from 24 on. Then $A$ is uniform there
# and 0 elsewhere, and $q$ must be the old one, cut off and rescaled. Likewise for the left half.

# %%
right_half = np.where(np.arange(J) >= 24, 1.0, 0.0) * np.ones((I, 1))
for name, half in (("right", right_half), ("left", 1 - right_half)):
    informed = scene.Scene(face, background, 260.0, half / half.sum())
    told, cut = scene.e_step(specimen[260][None], informed)[0][0], q260 * half
    print(f"{name} half: probability before {cut.sum():.5f}, "
          f"new q is the old one, cut off and rescaled: {np.allclose(told, cut / cut.sum())}")

# %% [markdown]
# For the specimen the truth is hardly news: the right half had probability 0.99991 already. Told the falsehood, $q$
# makes a full 1 of the remaining 0.00009, and nothing in it betrays that.
#
# Now 1000 pictures at noise 260. We compare the uniform prior with the "right half" prior, separately for the faces
# that *are* in the right half and for the others, for which the knowledge is false.
#
# (`hard=True` returns the best position of each picture, without the probabilities.) **Predict, then run**: how many
# more faces does the knowledge find?

# %%
loud = replace(truth, noise_std=260.0)
many, places = scene.sample(loud, 1000, np.random.default_rng(5))
is_right = places[:, 1] >= 24
for name, prior in (("uniform", uniform), ("right half", right_half / right_half.sum())):
    found, _ = scene.e_step(many, replace(loud, prior=prior), hard=True)
    hit = (found == places).all(axis=1)
    print(f"prior {name:10}: right for {hit[is_right].mean():.1%} of {is_right.sum()} faces on the right, "
          f"{hit[~is_right].mean():.1%} of {(~is_right).sum()} on the left")

# %% [markdown]
# Where the knowledge is true it helps hardly at all, 79.7% against 79.5%. Where it is false it is fatal, 0.0%: a wrong
# zero costs everything.
#
# Why does so much knowledge bring so little? **How far from the face do the mistakes land?**

# %%
found, _ = scene.e_step(many, loud, hard=True)
off = np.abs(found - places).max(axis=1)
print("off by 0, 1, 2 to 4, 5 or more rows or columns:", np.histogram(off, [0, 1, 2, 5, I + J])[0], "pictures")

# %% [markdown]
# 785 are right. Of the 215 mistakes 166 are off by a single row or column (or one of each), 37 by two to four, only 12
# by more. Next to the face most pixels stay nearly as they were, and a neighbour nearly always lies in the same half.
#
# So useful knowledge would tell *neighbours* apart. Suppose that faces occur only at every third row and column, and
# that we know it:

# %%
lattice = np.zeros((I, J))
lattice[1::3, 1::3] = 1 / lattice[1::3, 1::3].size
some, spots = scene.sample(replace(loud, prior=lattice), 1000, np.random.default_rng(7))
for name, prior in (("uniform", uniform), ("lattice", lattice)):
    found, _ = scene.e_step(some, replace(loud, prior=prior), hard=True)
    print(f"prior {name}: right for {(found == spots).all(axis=1).mean():.1%}")

# %% [markdown]
# From 79.2% to 97.2%: a prior is worth what it says about the positions that the picture cannot tell apart.
#
# ## 8. How much noise can the search bear?
#
# ### One rival
#
# Let the face be at $d^*$, so $X=\text{paste}(F,B,d^*)+s\,\varepsilon$, and let $A$ be uniform. When does a rival $d'$
# beat the true place? Write $v=\text{paste}(F,B,d')-\text{paste}(F,B,d^*)$, the picture of what changes when the face
# moves, and $v\cdot\varepsilon=\sum_pv(p)\,\varepsilon(p)$. Then $X-\text{paste}(F,B,d')=s\,\varepsilon-v$, and by (S2)
#
# $$\ln\frac{p(X\mid d')}{p(X\mid d^*)}=\frac{\|s\,\varepsilon\|^2-\|s\,\varepsilon-v\|^2}{2s^2}=\frac{2s\,v\cdot\varepsilon-\|v\|^2}{2s^2}=\frac{v\cdot\varepsilon}{s}-\frac{\|v\|^2}{2s^2}.$$
#
# The rival beats the true place if this is positive, that is if $v\cdot\varepsilon/\|v\|>\|v\|/2s$. On the left is a
# sum of independent Gaussians, with mean 0 and variance $\sum_pv(p)^2/\|v\|^2=1$: a standard normal. With $\Phi$ for its
# distribution function, the rival beats the true place with probability $\Phi(-\|v\|/2s)$. All that counts is the
# distance $\|v\|$ of the two pasted pictures, measured in noise, and we can compute it without a noisy picture:

# %%
pasted = np.array([scene.paste(face, background, d).ravel() for d in np.ndindex(I, J)])
from_place = np.linalg.norm(pasted - scene.paste(face, background, place).ravel(), axis=1).reshape(I, J)
from_place[place] = np.inf
nearest = tuple(map(int, np.unravel_index(from_place.argmin(), (I, J))))
near, middle = from_place.min(), np.median(from_place)
print(f"distance of the rivals of {place}: smallest {near:.0f}, at {nearest}; median {middle:.0f}")
for s in (60, 120, 200, 260):
    chances = stats.norm.cdf([-near / (2 * s), -middle / (2 * s)])
    print("noise {}: nearest rival better with probability {:.4f}, median one {:.4f}".format(s, *chances))

# %% [markdown]
# The most dangerous rival of the specimen's place is its neighbour on the left, at a distance of 812 gray levels. At
# noise 60 it practically never beats the true place, at 260 in 6% of all pictures. Half of all rivals are at 1989 or
# more, where even at 260 it is 1 in 10 000 or less. So theory, too, says that most mistakes will be near misses.
#
# ### All rivals
#
# Add the probabilities of all rivals: that is the *expected number* of rivals that beat the true place. A picture that
# goes wrong has at least one of them, so the probability of a mistake is at most that number (the **union bound**):
#
# $$P(\text{best position wrong}\mid d^*)\;\le\;\sum_{d'\ne d^*}\Phi\!\Big(-\frac{\|\text{paste}(F,B,d')-\text{paste}(F,B,d^*)\|}{2s}\Big).$$
#
# (`logs[:, *place]` is `logs[:, 13, 30]`: the entry at the true place for every picture.) We test all of this on 2000 pictures with the face in the specimen's place.

# %%
patterns = np.random.default_rng(8).standard_normal((2000, H, W))
for s in (200.0, 260.0):
    logs = scene.log_likelihood(scene.paste(face, background, place) + s * patterns, replace(truth, noise_std=s))
    beaten = logs > logs[:, *place][:, None, None]
    formula, number = stats.norm.cdf(-from_place / (2 * s)), beaten.sum(axis=(1, 2))
    print(f"noise {s:.0f}: nearest rival {formula[nearest]:.3f}, simulated {beaten[:, *nearest].mean():.3f}; "
          f"number of rivals {formula.sum():.3f}, simulated {number.mean():.3f} +- {number.std() / 2000**0.5:.3f}; "
          f"pictures that go wrong {(number > 0).mean():.3f}")

# %% [markdown]
# The formula gives the nearest rival 2.1% and 5.9%, the simulation 2.4% and 6.5%. Adding up, 0.099 and 0.579 rivals
# are to be expected; we find 0.110 and 0.636, with chance errors of 0.010 and 0.046. The pictures that go wrong are
# fewer than the bound allows, 8.6% and 25.1%: hardly fewer at noise 200, less than half at 260, where rivals come in
# groups.
#
# Averaged over all $d^*$, one minus the bound is a **guarantee**: the best position is right at least that often.
#
# ### A ceiling
#
# There is an upper limit as well. Given $X$, the choice $d$ is right with probability $q(d)$: that is what $q$ means.
# No choice is right more often than the largest $q$. So no rule, however clever, is right more often, on average over
# pictures, than the mean of their largest $q$.
#
# That holds for EM in the next lessons, too, which must find out $F$, $B$, $s$ and $A$ first. (The other pictures
# cannot help to place this face: once $\theta$ is known, they are independent of it.)
#
# ### The measurement
#
# For nine noise levels we draw 500 pictures and choose the best position under (S5), then do the same by two other
# methods, which do not know as much:
#
# - *face alone*: the smallest $\sum(X-F)^2$ over the window, the first square of (S3) without the second;
# - *match_template* of scikit-image, the tool that one would reach for to find a known face: the correlation
#   coefficient of window and face (normalised cross-correlation). It ignores brightness and contrast of the window, and
#   knows neither $B$ nor $s$.
#
# **Predict, then run**: at which noise will each of the three begin to fail?

# %%
def nearest_face(X):
    """-sum (X - F)^2 over every window: how well the face alone fits."""
    return -windows.window_sums(X**2, (h, w)) + 2 * windows.correlate(X, face)


noises = np.array([10, 30, 60, 90, 120, 150, 180, 220, 260])
rng = np.random.default_rng(6)
samples = [scene.sample(replace(truth, noise_std=s), 500, rng) for s in noises]
posteriors = [scene.e_step(X, replace(truth, noise_std=s))[0] for (X, _), s in zip(samples, noises)]

# %%
def share(maps):
    """For every noise level, in which share of the pictures the best position is the true one."""
    return np.array([(best_positions(m) == d).all(axis=1).mean() for m, (_, d) in zip(maps, samples)])


shares = {"(S5), scene known": share(posteriors), "face alone": share([nearest_face(X) for X, _ in samples]),
          "match_template": share([np.array([match_template(x, face) for x in X]) for X, _ in samples])}
squares = (pasted**2).sum(axis=1)
distance = np.sqrt(np.maximum(squares[:, None] - 2 * pasted @ pasted.T + squares, 0))
np.fill_diagonal(distance, np.inf)
guarantee = np.array([1 - stats.norm.cdf(-distance / (2 * s)).sum(axis=1).mean() for s in noises])

# %%
largest = np.array([one.max(axis=(1, 2)) for one in posteriors])
ceiling, chance = largest.mean(axis=1), np.sqrt((largest * (1 - largest)).mean(axis=1) / 500)
entropy = np.array([entr(one).sum(axis=(1, 2)).mean() for one in posteriors])
right, alone, template = shares.values()
print("noise  guarantee  right  ceiling  chance error  entropy  face alone  match_template")
for row in zip(noises, guarantee, right, ceiling, chance, entropy, alone, template):
    print("{:5d}  {:9.3f}  {:5.3f}  {:7.3f}  {:12.3f}  {:7.3f}  {:10.3f}  {:14.3f}".format(*row))

# %% [markdown]
# ### Three methods, and the limits
#
# The figure shows on the left the share of pictures whose best position is right, against the noise: (S5) stays near 1
# until about 150 and falls to 0.758 at 260, where the dotted curve of the guarantee is far below; match_template falls
# earlier, to 0.550; the face alone nearly vanishes, at 0.074.
#
# On the right, the mean entropy of $q$ rises from 0 to 0.626 nats; where nothing is known it would be $\ln 1081$, about 7.

# %%
curves = shares, entropy
plots.finding_limits(noises, *curves, I * J, guarantee=guarantee)
plt.show()

# %% [markdown]
# **The ceiling** agrees with the share of right answers, as it must: (S5) chooses the largest $q$. The largest gap,
# 0.758 against 0.787, is 1.8 times the chance error 0.016 of 500 pictures; the 1000 of section 7 had 0.785. (A hit of
# probability $t$, the largest $q$ of its picture, has variance $t(1-t)$; from their mean comes the chance error.) Up to
# noise 90 every face is found; at 180, where we see speckle, 97%.
#
# **The guarantee** is close to the truth while mistakes are rare (0.953 at 180) and gives much away later (0.519 at
# 260), where several rivals often win at once and are counted each. At 120 one picture of 500 missed the place,
# 0.998, which is no contradiction to 0.999 on average.
#
# **The other methods.** `match_template`, which knows only the face, finds all of them up to noise 90 and most at 150.
#
# At 260 `match_template` finds 55% where (S5) finds 76%: so much are the background and the face's own brightness and contrast worth
# here.
#
# The face alone does far worse, 7%. Look at (S4) to see why: there $X^2$ cancels. In $\sum(X-F)^2$ it stays, with all
# its noise. Does the rule then prefer windows that happen to be *quiet*?
# %%
X, where = samples[-1]
noise = X - np.array([scene.paste(face, background, d) for d in where])
loudness = windows.window_sums(noise**2, (h, w)) / (h * w)
chosen = best_positions(nearest_face(X))
print(f"rms noise under the chosen windows: {np.sqrt(loudness[np.arange(len(X)), *chosen.T].mean()):.0f} gray levels")

# %% [markdown]
# It does: 238 gray levels under its choices, where the noise is 260.
#
# **And the entropy?** It knows no truth, but it should know when to doubt. We sort the 500 pictures of noise 260 by
# their entropy, and look at each quarter:

# %%
doubt = entr(posteriors[-1]).sum(axis=(1, 2))
hits = (best_positions(posteriors[-1]) == samples[-1][1]).all(axis=1)
for quarter in np.array_split(np.argsort(doubt), 4):
    print(f"entropy {doubt[quarter].min():.2f} to {doubt[quarter].max():.2f} nats: right in {hits[quarter].mean():.1%}")

# %% [markdown]
# The surest quarter is right in 98.4% of its pictures, the least sure in 40.8%. So $q$ tells, without the truth,
# which of its answers to trust; and where it doubts, EM will share the picture among the candidates.
#
# ## 9. Letters that work twice
#
# The report uses some letters for two things (erratum 11). In a text the context helps; in a program there is one
# name, one value. $H$ is the height of a picture and the entropy; $C_k$ the evidence of picture $k$ and $C$ the
# residual that will give the noise, the expected squared distance $\sum_d q(d)\|X-\text{paste}(F,B,d)\|^2$. Here are
# all four for the specimen at noise 200:

# %%
loud = replace(truth, noise_std=200.0)
q200, log_evidence = scene.e_step(specimen[200][None], loud)
C = q200.ravel() @ ((specimen[200].ravel() - pasted) ** 2).sum(axis=1)
print(f"H: {H} rows, or an entropy of {entr(q200).sum():.3f} nats")
print(f"C: ln evidence {log_evidence:.1f} nats, or a residual of {C / 1e6:.1f} million squared gray levels")
print(f"root of residual / pixels: {np.sqrt(C / (H * W)):.1f} gray levels")

# %% [markdown]
# No reader would confuse 40 rows with 0.504 nats, or $-16140.3$ nats with 97.0 million squared gray levels; a program
# that keeps both in `H`, or both in `C`, would. The last line is a first look at lesson 08: the root of the residual
# per pixel, 201.0, tells the noise.
#
# Two more pairs in the report: the background is $B$, but $b$ where its gradient is taken, and the picture $k$ is $X^k$ and $X_k$.
# In this course $H$ is the height, the entropy is spelled out, $\ln p(X)$ is the log evidence, $C$ the residual, $B$
# the background, and $X^k$ the picture. One double role we kept: $p$ is a pixel in $X(p)$ and a density in $p(X)$.
#
# ## 10. The ledger
#
# Every numbered formula of this lesson, and the steps that lead from one to the next, have a check that runs: algebra by SymPy
# where it is short, otherwise random instances, loops or quadrature (a fine numerical integral). An error is relative to the
# largest number of the right answer, or to 1 where that is smaller.

# %%
ledger.table("06")

# %% [markdown]
# Read the row (S3): a logit from its window is the difference of two log-likelihoods of whole pictures, computed by loops. "S5 b" is the
# softmax of section 6, held against numbers of 50 digits. Only rows with drawn pictures are as coarse as chance makes them.
#
# ## References
#
# - J. P. Lewis, Fast normalized cross-correlation, Vision Interface, 1995: the measure that `match_template` computes.
# - P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41, 2021, [doi:10.1093/imanum/draa038](https://doi.org/10.1093/imanum/draa038).
