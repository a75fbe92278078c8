# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,nbgrader,-all
#     formats: _errata.ipynb,scripts//_errata.py:percent
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
# # 10 Errata: a hunt
#
# This course grew from two project reports, one on clean digits from noisy ones, one on a face at unknown places. Both are good work: they take hard questions, derive the
# answers and carry them through to a program. Both also contain slips, as every first version does: 24 that we know of. **Can you find them, and tell which of them cost
# something?** Each is shown here as it was printed. Find the slip, by units, a small case or a limit; predict what it costs; then look.
#
# *Study: 32 minutes. Machine: 12 seconds.*
#
# These minutes are for reading; the hunt comes on top, some two minutes for each of the 24.
#
# **You will be able to**
# - find slips in formulas and programs before they are run;
# - tell a slip of the pen from one that acts;
# - price a slip.
#
# **You need** lessons [01](01_conditional_gaussians.ipynb) to [05](05_denoising_digits.ipynb) for sections 1 to 4, and [06](06_face_logits.ipynb) to
# [09](09_finding_the_face.ipynb) for 5 to 8. Places, corrections and more checks are in [the companion](further/10_errata.ipynb).

# %%
# %matplotlib inline
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from scipy import signal
from scipy.special import entr

from course_lib import datasets, denoising, gaussian, images, mixture, patches, priors, report, scene, windows
from course_lib.classroom import exercises, ledger, plots

# %%
def score(pictures):
    """Mean PSNR (P3) in dB of 20 held-out digits, after one clip at the end."""
    return images.psnr(np.clip(pictures, 0, 255), clean).mean()


prior, clean = priors.digit_prior(16, 11), datasets.digits("test")[0][::50]
noisy = {s: images.add_noise(clean, s, np.random.default_rng(1)).astype(np.float32) for s in (20, 25, 50)}
right = {s: denoising.denoise(noisy[s], prior, s) for s in noisy}
noisy_dB, right_dB = score(noisy[25]), score(right[25])

# %%
cost, price = {}, {}
print(f"noise 25: noisy {noisy_dB:.1f} dB, corrected method {right_dB:.1f} dB, a gain of {right_dB - noisy_dB:.1f}")

# %% [markdown]
# ## 1. Which component made this patch?
#
# *4 minutes, 5 s*
#
# The first report restores a patch $y=z+\text{noise}$ under a mixture prior, with $m_k(y)$ and $C_k$ for the posterior of component $k$ alone. It says:
#
# - **1.1** "The posterior is a mixture with the weights $\pi_k(y)=\pi_k$."
# - **1.2** (code) The component is chosen by the largest $\pi_k\,\mathcal N\big(m_k(y)\mid m_k(y),C_k\big)$.
# - **1.10** (code) These products are compared as they are, in 256 dimensions.
#
# **Your verdict:** (a) noisy digits have 23.0 dB, the right method 27.3; how many with the weights of 1.1? (b) 3380 patches are restored; how many different components does 1.2
# choose among them? (c) How many of its eleven densities are exactly 0.0 at noise 50?

# %%
guess_a = exercises.guess("10.a", ...)
guess_b = exercises.guess("10.b", ...)
guess_c = exercises.guess("10.c", ...)

# %%
alone = [mixture.Mixture([1.0], [mu], [S]) for mu, S in zip(prior.means, prior.covs)]
kept = score(sum(w * denoising.denoise(noisy[25], one, 25) for w, one in zip(prior.weights, alone)))
print("1.1 prior weights.", guess_a.beside(kept, "{:.1f} dB"))

# %%
y = patches.extract_patches(noisy[25], 16).reshape(-1, 256)
chosen = {int(np.argmax(report.literal_scores(prior, 25))) for _ in y}  # the rule of each patch: y does not enter
by_rule = score(report.literal_denoise(noisy[25], prior, 25))
print("1.2 components used.", guess_b.beside(len(chosen), "{:.0f}"), f" (M2) wants {len(set(denoising.component_weights(y, prior, 25).argmax(axis=1)))}: {by_rule:.1f} dB")

# %%
zeros = [(np.exp(report.literal_scores(prior, s)) == 0).sum() for s in (25, 50)]
print("1.10 densities of 0.0.", guess_c.beside(zeros[1], "{:.0f} of 11"), f" At noise 25 {zeros[0]}")

# %%
cost["1.1 prior weights"], cost["1.2 one component"] = (right_dB - kept, "reader"), (right_dB - by_rule, "run")
price["1.1"], price["1.2"] = f"{kept:.1f} dB for {right_dB:.1f}", f"{by_rule:.1f} dB for {right_dB:.1f}"
price["1.10"] = f"{zeros[1]} of 11 densities are 0.0 at noise 50"

# %% [markdown]
# **How to find them.** 1.1: a limit; a component that cannot have made $y$ must lose its weight. 1.2: look for $y$; a Gaussian at its own mean is $|2\pi C_k|^{-1/2}$, and $C_k$ contains no $y$. One component serves all patches, and it is the
# costliest slip in the report's own run. 1.10: count factors; 256 of some $1/200$ each. `argmax` of eleven zeros takes the first.
#
# ## 2. Matrices
#
# *4 minutes, 1 s*
#
# $S$ is the prior's covariance, $R$ the noise's, and $C$ the posterior's.
#
# - **1.3** (code) $m=(C+0.01\,I)\,\big(S^{-1}\mu+W'R^{-1}y\big)$, so that $C$ is "never singular".
# - **1.4** "$C^{-1}=S^{-1}+W'\Sigma_y^{-1}W$", where $\Sigma_y$ was defined as the covariance of $y$.
# - **1.11** (code) In 1.3 the $I$ has as many rows as $W$; $b$ does not occur; the result is called MAP.
#
# **Your verdict:** (d) right is 100, and the prior variance is 0.01: what gives 1.3? (e) Prior $120\pm30$, noise 20, reading 200; 175.38 is right: what gives 1.4? (f) A camera adds $b=40$: how many dB are left of 27.3?

# %%
guess_d = exercises.guess("10.d", ...)
guess_e = exercises.guess("10.e", ...)
guess_f = exercises.guess("10.f", ...)

# %%
ridge = {v: 100 * (1 + 0.01 / v + 0.01 / 625) for v in (100, 1, 0.01, 1e-6)}
print("1.3 at variance 0.01.", guess_d.beside(ridge[0.01], "{:.1f}"), " At 100, 1, 1e-6:", [float(f"{ridge[v]:.5g}") for v in (100, 1, 1e-6)])

# %%
bright = gaussian.Gaussian([120], [[900]])
letter, meant = (gaussian.posterior_by_precision(bright, gaussian.LinearGaussian([[1]], [0], [[c]]), [200]).mean[0] for c in (1300, 400))
print("1.4 mean.", guess_e.beside(letter, "{:.2f}"), f" Right: {meant:.2f}")

# %%
offset_dB = score(denoising.denoise(noisy[25] + 40, prior, 25))
print("1.11 with b left out.", guess_f.beside(offset_dB, "{:.1f} dB"))
some_rows, C = np.eye(2)[:1], np.eye(2)
print("one pixel of two seen: entries of C that an I of one row changes:", ((C + 0.01 * np.eye(len(some_rows))) != C).sum(), "of", C.size)

# %%
x = patches.sample_patches(datasets.digits("train")[0], 16, 5000, np.random.default_rng(0))
thin = mixture.m_step(x, mixture.responsibilities(prior, x), reg_covar=1e-6)
with_it, without = (score(report.literal_denoise(noisy[25], thin, 25, epsilon=e)) for e in (0.01, 0))
print(f"1.3 with variances of 1e-6 in the prior: the rule of 1.2 falls from {without:.1f} dB by {without - with_it:.1f}")
cost["1.3 0.01, thin prior"], cost["1.11 b = 40 left out"] = (without - with_it, "run"), (right_dB - offset_dB, "reader")
price["1.3"] = f"none where variances are large; {without - with_it:.1f} of {without:.1f} dB with a thin prior"
price["1.4"], price["1.11"] = f"{letter:.2f} for {meant:.2f} gray levels", f"{offset_dB:.1f} dB for {right_dB:.1f} with b = 40"

# %% [markdown]
# **How to find them.** 1.3: one dimension; the mean is multiplied by $1+0.01/v+0.01/\sigma^2$. The ridge belongs on the *prior's* covariance. 1.4: a limit; without noise $y$ would still
# be believed only in part. The report's program has $R$ there: one letter, two matrices. 1.11: shapes; NumPy spreads a $1\times1$ matrix over all entries, silently. And MAP, the maximum of $p(z\mid y)$, is no conditional mean for a mixture.
#
# ## 3. Settings and claims
#
# *4 minutes, 4 s*
#
# - **1.5** (code) An argument `variance`, which is squared; the text says $\sigma=20$, the call leaves the default 25.
# - **1.6** (code) In each patch, above 255 becomes 255 and below 1 becomes 0; the noisy pictures come from 8-bit files.
# - **1.12** "$K=11$ gives the best answer" (with $m=16$). No PSNR, no scale of the training data, no word on test digits.
#
# **Your verdict:** (g) noise 20: how many dB loses who believes the name and passes $20^2$? (h) How many dB costs the clip *at the input*? (i) What reaches the best of our priors, where $m=16$, $K=11$ has 27.3?

# %%
guess_g = exercises.guess("10.g", ...)
guess_h = exercises.guess("10.h", ...)
guess_i = exercises.guess("10.i", ...)

# %%
told = {s: score(denoising.denoise(noisy[20], prior, s)) for s in (20, 25, 400)}
print("1.5 told 400.", guess_g.beside(told[20] - told[400], "{:.1f} dB lost"), f" Told 25: {told[20] - told[25]:.1f}")

# %%
restored = np.where((z := denoising.denoise_patches(y, prior, 25)) < 1, 0, np.minimum(z, 255)).reshape(20, 169, 256)
in_patch = right_dB - score(patches.average_patches(restored, (28, 28)))
at_input = right_dB - score(denoising.denoise(np.clip(noisy[25], 0, 255), prior, 25))
print("1.6 clip at the input.", guess_h.beside(at_input, "{:.1f} dB lost"), f" In the patch: {in_patch:z.1f}")

# %%
small = score(denoising.denoise(noisy[25], priors.digit_prior(4, 200), 25))
unit = mixture.Mixture(prior.weights, prior.means / 255, prior.covs / 255**2)
misfit = score(denoising.denoise(noisy[25], unit, 25))
print("1.12 the best.", guess_i.beside(small, "{:.1f} dB"), f" With m = 4, K = 200. A prior on 0..1, digits on 0..255: {misfit:.1f} dB")

# %%
cost["1.5 25 for 20"], cost["1.5 variance for std"] = (told[20] - told[25], "run"), (told[20] - told[400], "reader")
cost["1.6 clip in the patch"], cost["1.6 clip at the input"] = (in_patch, "run"), (at_input, "run")
cost["1.12 m = 16, K = 11"], cost["1.12 wrong scale"] = (small - right_dB, "claim"), (right_dB - misfit, "claim")
price["1.5"] = f"{told[20] - told[25]:.1f} dB (25 for 20); {told[20] - told[400]:.1f} dB if the name is believed"
price["1.6"] = f"{in_patch:z.1f} dB in the patch, {at_input:.1f} dB at the input"
price["1.12"] = f"{right_dB:.1f} dB for {small:.1f}; {misfit:.1f} dB on another scale"

# %%
at_16 = {K: score(denoising.denoise(noisy[25], priors.digit_prior(16, K), 25)) for K in (1, 11, 20)}
print("at m = 16:", {K: round(float(dB), 1) for K, dB in at_16.items()})

# %% [markdown]
# **How to find them.** 1.5: units; what is squared to give a variance is none. 1.6: noise on black is half negative; cut off, it becomes a gray haze. 1.12: ask for the table. At $m=16$ $K=11$ *is* the best of three: as it was meant, the claim may well be right.
#
# ## 4. Programs
#
# *4 minutes, 0 s*
#
# - **1.7** (code) Overlaps are averaged in arrays of $28\times28$, whatever the argument `length` says; the row of patch $i$ is called `col`, the column `row`, everywhere.
# - **1.8** (code) For each of 169 patches and each of 11 components of a digit: $R^{-1}$ twice, $S_k^{-1}$ twice, $C_k$ once.
# - **1.9** (code) `datapoints = np.concatenate((datapoints, new))`, image after image.
#
# **Your verdict:** (j) pictures of length 20: how many of the 784 pixels that come back are 0/0? (k) How many inversions is that for a digit? (l) With 1000 images, how many times as many rows are copied as needed?

# %%
guess_j = exercises.guess("10.j", ...)
guess_k = exercises.guess("10.k", ...)
guess_l = exercises.guess("10.l", ...)

# %%
covered = np.zeros((28, 28))
for i in range(5 * 5):  # a picture of length 20 has 5 x 5 patches of side 16
    row, column = divmod(i, 5)
    covered[row : row + 16, column : column + 16] += 1
undefined_pixels = (covered == 0).sum()
print("1.7 undefined.", guess_j.beside(undefined_pixels, "{:.0f} of 784"))

# %%
print("1.8 inversions.", guess_k.beside(169 * 11 * report.INVERSIONS, "{:.0f}"), f" Needed: {len(prior.eigen[0])} eigendecompositions, for all digits")

# %%
copied = sum(range(2, 1001))  # parts of 169 rows
print("1.9 copies.", guess_l.beside(copied / 1000, "{:.0f} times"))
price["1.7"], price["1.8"] = f"{undefined_pixels} of 784 pixels undefined at length 20", f"{169 * 11 * report.INVERSIONS} inversions, where {len(prior.eigen[0])} do"
price["1.9"] = f"{copied / 1000:.0f} times the copies at 1000 images"

# %% [markdown]
# **How to find them.** 1.7: run it with another length. The swapped names harm nobody: they are swapped in all places. 1.8: which of these contain $y$? None. 1.9: count what the second, the third, the $N$-th concatenation copies: it grows like $N^2/2$.
#
# ## 5. A face: three formulas
#
# *4 minutes, 3 s*
#
# The second report looks for a face $F$ before a background $B$ in $K$ pictures $X^k$. Here are 100 of them at noise 30, with known scene.
#
# - **2.1** "$\text{logit}=\frac{-1}{2s^2}\sum(X-F)^2-(X-B)^2$", expanded with $B\,(2X-B)^2$.
# - **2.2** "$\sum_{k=0}^{K}$", "$\sum_{i=0}^{H-h+1}\sum_{j=0}^{W-w+1}$", and once "$\sum_i\sum_i$".
# - **2.3** "The convolution $S(i,j)=\sum_{a,b}X_{i+a,\,j+b}\,\text{mask}_{a,b}$", to be computed by FFT.
#
# **Your verdict:** (m) how many of the 100 faces are found with the square of 2.1? (n) How many positions are too many in 2.2, in pictures of $40\times60$ with a face of $18\times14$? (o) How many faces are found by a routine for convolutions?

# %%
guess_m = exercises.guess("10.m", ...)
guess_n = exercises.guess("10.n", ...)
guess_o = exercises.guess("10.o", ...)

# %%
F, B, s = datasets.face(), datasets.background(), 30.0
(H, W), (h, w) = B.shape, F.shape
I, J = H - h + 1, W - w + 1
truth = scene.Scene(F, B, s, np.full((I, J), 1 / (I * J)))
X, places = scene.sample(truth, 100, np.random.default_rng(0))

# %%
def exact(correlation, last):
    """How many faces the logit (S4) finds, with its correlation and its last term left open."""
    maps = (2 * correlation - windows.window_sums(last, F.shape)) / (2 * s**2)
    tops = np.stack(np.unravel_index(maps.reshape(len(maps), -1).argmax(axis=1), maps.shape[1:]), axis=1)
    return int((tops == places).all(axis=1).sum())

# %%
by_S4 = exact(windows.correlate(X, F), B * (2 * X - B))
squared = exact(windows.correlate(X, F), B * (2 * X - B) ** 2)
print("2.1 with the square.", guess_m.beside(squared, "{:.0f}"), f" By (S4): {by_S4}")

# %%
print("2.2 too many.", guess_n.beside((I + 1) * (J + 1) - I * J, "{:.0f}"), f" And A = sum / 99 adds up to {100 / 99:.4f}")

# %%
turned = exact(np.array([signal.fftconvolve(image, F, mode="valid") for image in X]), B * (2 * X - B))
print("2.3 by convolution.", guess_o.beside(turned, "{:.0f}"))
price["2.1"], price["2.3"] = f"{squared} exact for {by_S4}", f"{turned} exact for {by_S4}"
price["2.2"] = f"{(I + 1) * (J + 1) - I * J} positions too many; A sums to {100 / 99:.4f}"

# %% [markdown]
# **How to find them.** 2.1: units; a logit has none, $(X-B)^2$ without its $1/s^2$ has, and $B(2X-B)^2$ is in cubed gray levels. The report's program finds good faces, so it very likely has the right formula. 2.2: a face of 2 pixels in a row of 3. 2.3: the formula is right, the word is not;
# a convolution turns the mask by 180 degrees.
#
# ## 6. Zeros
#
# *4 minutes, 1 s*
#
# - **2.4** "$q\propto A(d)\,e^{\text{logit}(d)-M}$, $M=\max_d\text{logit}(d)$, is stable, since all exponents are below zero."
# - **2.5** "$B(p)=\sum_kX^k(p)\,(1-c_k(p))\,/\sum_k(1-c_k(p))$", with $c_k(p)$ the probability that the face hides $p$.
# - **2.8** "$H(q)=-\sum_{k,d}q_k(d)\ln q_k(d)$"; terms with $q=0$ are left out, by a remark on another sum.
#
# **Your verdict:** (p) $A$ is counted from 50 pictures; how many of 50 others end as 0/0 by 2.4? (q) Pictures of $30\times24$, face $18\times14$: how many pixels can nobody ever see? (r) In how many of the 100 pictures is the entropy of 2.8 not a number?

# %%
guess_p = exercises.guess("10.p", ...)
guess_q = exercises.guess("10.q", ...)
guess_r = exercises.guess("10.r", ...)

# %%
counted = scene.m_step(X[:50], places[:50], F.shape).prior
logs = scene.log_likelihood(X[50:], truth)
sums = (counted * np.exp(logs - logs.max(axis=(1, 2), keepdims=True))).sum(axis=(1, 2))
by_S5 = np.isnan(scene.e_step(X[50:], replace(truth, prior=counted))[0]).any(axis=(1, 2)).sum()
print("2.4 as 0/0.", guess_p.beside((sums == 0).sum(), "{:.0f} of 50"), f" By (S5): {by_S5}")

# %%
never = scene.visible(np.array(list(np.ndindex(13, 11))), (30, 24), F.shape) == 0
print("2.5 never seen.", guess_q.beside(never.sum(), "{:.0f} pixels"))

# %%
q = scene.e_step(X, truth)[0]
with np.errstate(divide="ignore", invalid="ignore"):
    undefined = np.isnan((q * np.log(q)).sum(axis=(1, 2))).sum()
print("2.8 not a number.", guess_r.beside(undefined, "{:.0f} of 100"), f" With 0 ln 0 = 0: {entr(q).sum():.3f} nats in all")
price["2.4"], price["2.5"] = f"{(sums == 0).sum()} of 50 pictures end as 0/0", f"{never.sum()} pixels, then the noise, then every logit"
price["2.8"] = f"the bound is nan in {undefined} of 100 pictures"

# %% [markdown]
# **How to find them.** 2.4: the largest exponent is not below zero, it *is* 0, and that is why the trick works; where $A$ is 0 just there, nothing is left. Take the maximum of $\ln A+\text{logit}$. 2.5: the smallest case; one position. Through such pixels the residual becomes `nan`, then $s$, then every logit:
# keep a defined value and say so. 2.8: a sure posterior; $0\ln0$ must be 0, in both sums.
#
# ## 7. EM
#
# *4 minutes, 4 s*
#
# - **2.6** "$-\frac{KHW}2\ln s^2-\frac C{2s^2}$ has a minimum at $s^2=C/(KHW)$."
# - **2.7** "Hard EM: $A(d)=\frac1K\#\{k:d^k=d\}$."
# - **2.9** "Hard EM: in $B$ the sum runs over $p\notin\text{face}(i,j)$", without an index $k$.
#
# **Your verdict:** (s) by how many nats a picture does the bound change at $0.9\,s$? (t) 100 pictures, a random start: how many positions are exact after hard EM? (u) One $(i,j)$ for all pictures: by how much is the background off, where 3.2 gray levels are possible?

# %%
guess_s = exercises.guess("10.s", ...)
guess_t = exercises.guess("10.t", ...)
guess_u = exercises.guess("10.u", ...)

# %%
def rms(a, b):
    return float(np.sqrt(np.mean((a - b) ** 2)))


found = scene.m_step(X, q, F.shape)
bounds = {f: scene.bound(X, q, replace(found, noise_std=f * found.noise_std)) / 100 for f in (0.9, 1.0, 1.1)}
print("2.6 at 0.9 s.", guess_s.beside(bounds[0.9] - bounds[1.0], "{:.1f} nats a picture"), f" At 1.1 s {bounds[1.1] - bounds[1.0]:.1f}")

# %%
outside = scene.paste(np.zeros(F.shape), np.ones(B.shape), places[0]) > 0
one_for_all, meant = rms(X.mean(axis=0)[outside], B[outside]), rms(scene.m_step(X, places, F.shape).background, B)
price["2.6"], price["2.9"] = f"{bounds[1.0] - bounds[0.9]:.1f} nats a picture at 0.9 s", f"background off by {one_for_all:.1f} gray levels for {meant:.1f}"

# %%
begin, ends = scene.start(X, F.shape, how="random", rng=np.random.default_rng(0)), {}
for name, options in {"hard": {"hard": True}, "smoothed": {"hard": True, "smoothing": 10.0}, "soft": {}}.items():
    end = scene.fit(X, F.shape, start=begin, **options).params
    ends[name] = int((scene.e_step(X, end, hard=True)[0] == places).all(axis=1).sum()), rms(end.face, F)
print("2.7 hard.", guess_t.beside(ends["hard"][0], "{:.0f} exact"))
for name, (hits, off) in ends.items():
    print(f"{name}: {hits} exact, face off by {off:.1f} gray levels")

# %%
print("2.9 one (i, j).", guess_u.beside(one_for_all, "{:.1f}"), f" As meant {meant:.1f} gray levels")
price["2.7"] = "{0} exact for {2}; face off by {1:.1f} gray levels for {3:.1f}".format(*ends["hard"], *ends["soft"])

# %% [markdown]
# **How to find them.** 2.6: a limit; for $s\to0$ the expression falls to $-\infty$, so it is a **maximum**. 2.7: right as an M-step, but a trap; where no picture sits, $\ln A=-\infty$, and none will ever go there. The report sees it and smooths $A$, (S15). 2.9: count indices; the faces of all pictures sit elsewhere.
#
# ## 8. Precision, letters, claims
#
# *3 minutes, 4 s*
#
# - **2.10** Cumulative sums, with no word on number types. (float32 is a common choice.)
# - **2.11** $H$ is the height, and the entropy; $C$ a residual, and the evidence; a background is captioned as a face.
# - **2.12** "Every algorithm recovers the background well", "the bound agrees with the visual quality", "10 iterations" are better.
#
# **Your verdict:** (v) a 16-bit camera puts all gray levels on 10 000: by how many nats is $\sum B(2X-B)/2s^2$ wrong in float32? (w) The entropy, 18.8, has overwritten $H=40$ when $s^2=C/(KHW)$ is computed; right is 199.1: what is $s$? (x) Of ten random starts of hard EM, how far off is the worst background, in gray levels?

# %%
guess_v = exercises.guess("10.v", ...)
guess_w = exercises.guess("10.w", ...)
guess_x = exercises.guess("10.x", ...)

# %%
def lost(level, dtype):
    """Largest error of the window sums of B (2X - B) / (2 s^2) by cumulative sums, in nats."""
    x, b = (X[0] + level).astype(dtype), (B + level).astype(dtype)
    t = np.pad((b * (2 * x - b)).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    exactly = windows.window_sums((B + level) * (2 * (X[0] + level) - (B + level)), F.shape)
    return np.abs(t[h:, w:] + t[:-h, :-w] - t[:-h, w:] - t[h:, :-w] - exactly).max() / (2 * s**2)


single = lost(1e4, np.float32)
print("2.10 in float32.", guess_v.beside(single, "{:.0f} nats"), " In float64 below 1e-6:", lost(1e4, np.float64) < 1e-6)

# %%
loud = replace(truth, noise_std=200.0)
V = scene.sample(loud, 100, np.random.default_rng(0))[0]
q_loud = scene.e_step(V, loud)[0]
s_right, entropy = scene.m_step(V, q_loud, F.shape).noise_std, entr(q_loud).sum()
s_wrong = s_right * np.sqrt(H / entropy)
print("2.11 s.", guess_w.beside(s_wrong, "{:.1f}"), f" Right {s_right:.1f}, entropy {entropy:.1f}")

# %%
runs = [scene.fit(X, F.shape, how="random", rng=np.random.default_rng(seed), hard=True).params for seed in range(10)]
behind = [rms(run.background, B) for run in runs]
print("2.12 the worst.", guess_x.beside(max(behind), "{:.1f}"), f" The average picture: {rms(X.mean(axis=0), B):.1f}")
best = np.argmax([scene.e_step(X, run)[1] for run in runs])
print("best bound has the best face:", rms(runs[best].face, F) == min(rms(run.face, F) for run in runs))

# %%
price["2.10"] = f"{single:.0f} nats at a level of 10 000 in float32"
price["2.11"] = f"s of {s_wrong:.1f} gray levels for {s_right:.1f}"
price["2.12"] = f"background off by up to {max(behind):.1f} gray levels for {meant:.1f}"

# %%
ordered = dict(sorted(cost.items(), key=lambda item: -item[1][0]))
plots.cost_bars(ordered, "Report 1: costs", "dB (PSNR)")
plt.show()

# %% [markdown]
# The figure shows a bar for each cost in dB: plain where it touches the report's own run, striped for a reader, dotted for a claim. A prior on the wrong scale leads; one component for all patches is the largest plain bar.
#
# **How to find them.** 2.10: add a constant that must not matter. 2.11: one name holds one value, the last. 2.12: ask for numbers; the worst background is worse than the average picture. But the best bound has the best face: this claim holds.
#
# ## 9. The ledger of both reports
#
# *1 minutes, 0 s*
#
# Number, what was printed, where, what is right, whom it touches (their own **run**, a **reader** who takes it at its word, or a **claim** without evidence), its price on our data, and the lesson that has the story. What a slip did to the authors' own pictures we cannot know.

# %%
ledger.errata(price)

# %% [markdown]
# A list of errata makes any work look worse than it is. The joint Gaussian, its precision, the posterior of a component, the model of the pictures, the E-step, all four updates, the bound and both kinds of fast sums are right: the companion checks each. With the weights of (M2) the first report's plan gains 4.3 dB on
# the noisy digits, and the second's cure of hard EM finds all faces.
#
# **Try it yourself.** Read your own last report with this list in hand: units, a small case, a limit, a number that must not change. (Back to [the map](00_start_here.ipynb).)
#
# ### References
#
# - Report 1: S. Razavi, *Project Report*, course IML of Dr. Amini, spring 2023. Report 2: a report in Russian on EM for a face at unknown positions.
# - N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, SIAM, 2nd edition 2002, [doi:10.1137/1.9780898718027](https://doi.org/10.1137/1.9780898718027): sums and precision.
