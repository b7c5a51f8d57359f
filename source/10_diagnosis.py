# %% [markdown]
# # 10 · Diagnose, and beyond
#
# **The loss has fallen. Is the VAE well?**
#
# In about an hour and a half you will
# - know what β buys, and what it costs,
# - count the latent dimensions that a VAE really uses,
# - have a tighter bound on the likelihood than the ELBO,
# - ask a VAE for the class that you want,
# - find, in the clinic, what is wrong with six VAEs that somebody broke.

# %% role="setup"
import numpy as np
from scipy.stats import norm

from vae_course import clinic, data, densities, plots, runtime, widgets
from vae_course.checks import lesson_10 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras
from IPython.display import display

from vae_course import losses, models, networks, training

SEED = 0
LATENT_DIM = 8
BETAS = runtime.pick(
    full=(0.125, 1.0, 4.0, 16.0, 100.0), quick=(0.125, 4.0, 100.0)
)
BATCH_SIZE, PEAK_LEARNING_RATE = 128, 0.008
N_TRAIN = runtime.pick(full=12_000, quick=2_000)
IMAGES_SEEN = runtime.pick(full=36_000, quick=2_000)
N_ALL = runtime.pick(full=60_000, quick=5_000)
N_TEST = runtime.pick(full=5_000, quick=500)
N_WEIGHED = runtime.pick(full=200, quick=20)
DRAWS = 512

# %% [markdown]
# ## Five losses that have fallen
#
# We train five VAEs, alike in all but the weight β of the KL term. They are
# the dense ones of lesson 08, with eight latent dimensions in place of two.
# Each sees part of the images three times, in lesson 08's batches, at a
# learning rate that falls to zero.

# %% role="train"
rng = np.random.default_rng(SEED)
(x_all, y_all), (x_test, y_test) = data.load_fashion_mnist()
x_all, x_test = map(data.prepare_images, (x_all[:N_ALL], x_test[:N_TEST]))
x_train, y_train = x_all[:N_TRAIN], y_all[:N_TRAIN]


def train_quickly(model, *arrays):
    """Train on images, and labels if any; return the total of each epoch."""
    epochs = max(1, IMAGES_SEEN // len(arrays[0]))
    steps = epochs * int(np.ceil(len(arrays[0]) / BATCH_SIZE))
    schedule = training.cosine_schedule(steps, PEAK_LEARNING_RATE)
    model.compile(
        keras.optimizers.Adam(schedule),
        jit_compile=False,
        steps_per_execution=8,  # fewer ways back to Python: quicker
    )
    history = model.fit(
        *arrays, batch_size=BATCH_SIZE, epochs=epochs, verbose=0
    ).history
    return np.round(history["total_loss"], 1)


vaes = {}
for beta in BETAS:
    runtime.set_seed(SEED)
    encoder = networks.build_dense_variational_encoder(LATENT_DIM)
    decoder = networks.build_dense_decoder(LATENT_DIM)
    vaes[beta] = models.VAE(encoder, decoder, beta)
    totals = train_quickly(vaes[beta], x_train)
    print(f"β = {beta:5}: total loss, epoch by epoch", totals)

# %% [markdown]
# Every loss fell, each time by less. Nothing in the last row looks ill: with
# so heavy a weight a larger total is no surprise. Now look at what the models
# draw.
#
# (Quick mode trains three models, for a moment only. There, what follows shows
# a beginning, and not yet what the text says of it.)

# %%
shown = x_test[:10]
rows = {"image": shown}
for beta in (BETAS[0], BETAS[-2], BETAS[-1]):
    rows[f"β = {beta:g}"] = vaes[beta](shown)
plots.compare_images(
    rows, "Test images, and what three VAEs make of them", scale=0.7
)

# %% [markdown]
# *Figure: ten test images; below them, row by row, their reconstructions for
# a light, a heavy and a very heavy weight. With the light one they are
# sharpest, though print and pattern are lost; with the heavy one they are
# blurred types of garment; with the heaviest all ten are the same grey blot.*
#
# The last model sees nothing: it draws one picture for everybody. **A falling
# loss does not say that training went well.**

# %% [markdown]
# ## Two prices in place of one
#
# The total is a sum of two prices. Keep them apart:
#
# $$D = -\mathbb E_x\,\mathbb E_q\big[\log p(x\mid z)\big], \qquad
# R = \mathbb E_x\,\mathrm{KL}\big(q(z\mid x)\,\Vert\,p(z)\big), \qquad
# \text{total} = D + \beta R$$
#
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | $R$, the **rate** | `rates` | one a model | nats an image |
# | $D$, the **distortion** | `distortions` | one a model | nats an image |
# | $D + R$ | minus the ELBO | one a model | nats an image |
#
# Both are means over the images $x$. The rate is what the codes cost. It
# bounds how much they can tell of their pictures; at rate 0 the encoder says
# the same of all. The distortion is what the pictures still cost once their
# codes are known.

# %% [markdown]
# By hand: one model has $R = 10$, $D = 240$, another $R = 5$, $D = 255$. At
# β = 1 the first is better, 250 against 260; at β = 4 the second, 275 against
# 280. They tie at β = 3, where the 5 nats of rate that the second saves are
# worth just the 15 nats of distortion that it pays.
#
# So β is an *exchange rate*: training gives up a nat of rate as soon as it
# costs fewer than β nats of distortion. Here are our five models, measured on
# test images.

# %%
for beta in (1, 3, 4):
    first, second = 240 + beta * 10, 255 + beta * 5
    print(f"by hand, β = {beta}: D + βR = {first} and {second}")

print("\n    β    rate   distortion    sum")
rates, distortions = [], []
for beta, vae in vaes.items():
    report = vae.evaluate(x_test, batch_size=500, verbose=0, return_dict=True)
    rates.append(report["kl_loss"])
    distortions.append(report["reconstruction_loss"])
    total = rates[-1] + distortions[-1]
    print(f"{beta:5} {rates[-1]:7.2f} {distortions[-1]:10.1f} {total:9.1f}")
slopes = np.diff(distortions) / np.diff(rates)
print("\nslopes between neighbours:", slopes.round(1))
plots.rate_distortion(BETAS, rates, distortions)

# %% [markdown]
# *Figure: five points joined by a curve that falls from left to right, ever
# less steeply; each is labelled with its β, the heaviest at rate 0, the
# lightest on the right. A dashed line goes down through each point, a nat of
# distortion for a nat of rate; the lowest is red.*
#
# This is the **rate–distortion curve**. On a dashed line the ELBO is the same,
# so the best ELBO is where the lowest one touches the curve: at β = 1, where
# training minimises that very sum. At each point the slope is −β if training
# did its best (at rate 0, −β or flatter); between neighbours (printed below
# the table) it lies between their values of −β.

# %% [markdown]
# No point of the curve is *the* right one. Far to the right pictures are
# sharpest, but codes have left the prior, and samples from N(0, I) tend to
# fall into holes. Far to the left samples are safe and all alike. What is
# always wrong is a point that you did not mean to be at.

# %% [markdown]
# ### Move along a curve
#
# The slider goes through nine VAEs, trained beforehand. They too have eight
# latent dimensions; their layers are narrower, their training longer. All
# decode the same 24 draws from N(0, I).
#
# Which β would you take to draw known garments again, and which to make up
# new ones? Between which dots does more rate buy nothing at all?

# %%
widgets.beta_explorer(shown[:8])

# %% [markdown]
# *Figure: left, such a curve, with a red diamond at the chosen β; the rate
# stands on a root scale, so here the slopes are not −β. Right, eight test
# images, their reconstructions, and three rows of samples. Where the view is
# not running, β is 1.*
#
# <details><summary>What we see</summary>
#
# Below β = 0.1 the curve is level: the codes cost ever more, and no picture
# gets better for it. To draw again, take about 0.1. To make up new garments,
# rather 3 to 10: at β = 1, the best ELBO, some samples still are nothing one
# could wear. From 30 on kinds of garment are lost, until at 100 one blot
# remains.
#
# </details>

# %% [markdown]
# ## Where the nats go
#
# The KL term is a sum over the latent dimensions. Average it over images, but
# do not add the dimensions up:
#
# $$\mathrm{KL}_j = \mathbb E_x\Big[\tfrac12\big(\mu_j^2 + \sigma_j^2 - 1 -
# \log\sigma_j^2\big)\Big]$$
#
# It is 0 only if $\mu_j = 0$ and $\sigma_j = 1$ for *every* image. Then the
# code of that dimension is a draw from the prior whatever the picture, and the
# decoder learns to ignore it. One says that the posterior of this dimension
# has **collapsed** onto the prior.

# %%
codes = {}
for beta, vae in vaes.items():
    z_mean, z_log_var, _ = vae.encoder.predict(
        x_test, batch_size=500, verbose=0
    )
    codes[beta] = z_mean, z_log_var
panels = {
    f"β = {beta:g}": np.mean(
        0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var), axis=0
    )
    for beta, (z_mean, z_log_var) in codes.items()
}
print("bars added up:", [f"{kl.sum():.2f}" for kl in panels.values()])
plots.kl_by_dimension(panels)

# %% [markdown]
# *Figure: five panels, one for each β, each with eight bars, the largest
# first. With the lightest weight all eight exceed a nat. From panel to panel
# they shrink and vanish; in the last panel none can be seen.*
#
# The bars add up to the rate of the table above. As it shrinks, one bar after
# the other goes to nothing: a dimension that earns less than it costs is
# switched off.

# %% [markdown]
# ## Counting the dimensions in use
#
# A number is handier than a panel. Burda, Grosse and Salakhutdinov (2016)
# count a dimension as **active** if the mean of its code varies over the
# images:
#
# $$A_j = \operatorname{Var}_x\!\big[\mu_j(x)\big] > 0.01$$
#
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | $\mu_j(x)$ | `z_mean[:, j]` | (n,), one an image | unit of z |
# | $A_j$ | | a number for each dimension | unit of z, squared |
# | 0.01 | `threshold` | a number | unit of z, squared |
#
# By hand: means of −1, 0 and 1 have the mean 0 and the variance 2/3: active.
# Means of 3.0, 3.0 and 3.01 have a large mean and a variance of about 0.00002:
# whatever the image, the code says "3", which says nothing.

# %% [markdown]
# ### Exercise 10.1 · Active units
#
# *Easy · 6 minutes · 1 point*
#
# Count the latent dimensions whose mean varies over the images by more than
# the threshold.
#
# | | name | shape | type and unit |
# |---|---|---|---|
# | in | `z_mean` | (n, latent_dim) | float array, unit of z |
# | in | `threshold` | one number | float, unit of z squared |
# | out | | one number | int, from 0 to latent_dim |
#
# **Why:** it is the first number to ask a VAE for. It tells a collapsed model
# from a healthy one in a line.
#
# **Done when** the check says "passed".


# %% exercise="10.1" role="stub"
def active_units(z_mean, threshold=0.01):
    """Count the latent dimensions that tell one image from another.

    Args:
        z_mean: float array (n, latent_dim), the means of n images' codes.
        threshold: float, the variance over the images above which a
            dimension is active.

    Returns:
        int, how many dimensions are active.
    """
    ### BEGIN SOLUTION
    variances = z_mean.var(axis=0)
    return int(np.sum(variances > threshold))
    ### END SOLUTION


# %% exercise="10.1" role="check"
active_units = check.active_units(active_units)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# One variance for each dimension. A column of `z_mean` holds one dimension, a
# row one image. Which axis does the variance run over?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Take the variance over the images; arrays have a method `var` with an
# argument `axis`. Compare with the threshold, which gives True or False for
# each dimension, and count how often it is True: the sum of such an array
# counts them.
#
# </details>

# %% [markdown] exercise="10.1" role="answer"
# **The usual slip:** the mean, or the mean of the squares, in place of the
# variance; both count a dimension whose code is the same large number for
# every image. The other is the variance over `axis=1`, which counts images.

# %% [markdown]
# Now count, and compare with the bars: how many are taller than half a nat,
# and how large a share of all nats do the active dimensions hold?

# %%
print("    β   active   above 0.5 nats   share of the active")
for beta, kl in zip(BETAS, panels.values(), strict=True):
    z_mean, _ = codes[beta]
    in_use = np.array(
        [active_units(z_mean[:, [j]]) == 1 for j in range(LATENT_DIM)]
    )
    share = f"{kl[in_use].sum() / kl.sum():.1%}" if in_use.any() else "none"
    print(
        f"{beta:5} {active_units(z_mean):3} of {LATENT_DIM}"
        f" {np.sum(kl > 0.5):11} of {LATENT_DIM} {share:>16}"
    )

# %% [markdown]
# What the count leaves out hardly counts. But the count is generous: where it
# is larger than the next column, it includes dimensions of less than half a
# nat. So 0.01 is a floor for "not quite dead", and no mark of "useful". A
# dimension whose mean stays at 0 is never counted, though it can still tell
# images apart by its σ.
#
# Some collapse is thrift: the model uses as many dimensions as pay. Total
# collapse is an illness. Common cures are a lighter or slowly rising β
# (lesson 08), and a decoder too weak to draw well without the code.

# %% [markdown]
# ## How much does the ELBO undersell a model?
#
# The ELBO lies below $\log p(x)$ by $\mathrm{KL}(q\,\Vert\,p(z\mid x))$
# (lesson 06). If two models differ by a nat in the ELBO, is the better one
# better, or only better bounded? We need a tighter bound.
#
# Lesson 06 wrote $p(x)$ as a mean over codes drawn from $q$, of **importance
# weights** (nothing to do with β):
#
# $$p(x) = \mathbb E_q[w], \qquad w = \frac{p(x\mid z)\,p(z)}{q(z\mid x)}$$
#
# The ELBO is $\mathbb E_q[\log w]$, the mean of the *logs*. Average $k$
# weights first, and take the log after that:
#
# $$\mathcal L_k = \mathbb E\left[\log \frac1k \sum_{i=1}^k w_i\right],
# \qquad \text{ELBO} = \mathcal L_1 \le \mathcal L_2 \le \dots \le \log p(x)$$

# %% [markdown]
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | $\log w_i$ | `log_weights` | (n, k): n images, k draws each | nats |
# | $\log \frac1k\sum_i w_i$ | the bound | (n,) | nats |
#
# Jensen's inequality gives every ≤ : the log of a mean is at least the mean of
# the logs. (A mean of three weights is the mean of its three means of two, and
# so on.) By hand, for the weights 1 and 3: the logs have the mean
# (0 + 1.099) / 2 = 0.549, the log of the mean is log 2 = 0.693.
#
# There is one obstacle. A picture costs hundreds of nats. A weight of about
# $e^{-250}$ is 0 in single precision; beyond $e^{-745}$ it is 0 in double
# precision too:

# %%
weights = np.array([1.0, 3.0])
print("mean of the logs:", np.log(weights).mean().round(3))
print("log of the mean: ", np.log(weights.mean()).round(3))

print("\nexp(-250) in single precision:", np.exp(np.float32(-250)))
print("exp(-745), exp(-746) in double:", np.exp([-745.0, -746.0]))

log_weights = np.array([-800.0, -801.0])
largest = log_weights.max()
shares = np.exp(log_weights - largest)
print("\nlargest taken out, what is left:", shares)
print("log of the mean:", largest + np.log(shares.mean()))

# %% [markdown]
# A weight of zero has the logarithm −∞, and the bound is lost. The end of the
# cell gets round this. With $m$ the largest of the log-weights,
#
# $$\log \frac1k\sum_i e^{\ell_i} = m + \log \frac1k\sum_i e^{\ell_i - m}$$
#
# Now the largest exponential is $e^0 = 1$, and nothing that counts can vanish.
# The cell does it by hand for −800 and −801. Each image has an $m$ of its own.

# %% [markdown]
# ### Exercise 10.2 · The importance-weighted bound
#
# *Medium · 12 minutes · 2 points*
#
# For every image, the log of the mean of its weights, from their logs.
#
# | | name | shape | type and unit |
# |---|---|---|---|
# | in | `log_weights` | (n, k) | float array, nats |
# | out | | (n,) | float array, nats |
#
# **Why:** models are compared by this number.
#
# **Done when** it is right, also for log-weights of ±2000, and for images
# whose log-weights are far from one another's.


# %% exercise="10.2" role="stub"
def importance_weighted_bound(log_weights):
    """Bound log p(x) by the log of a mean of weights, given by their logs.

    Args:
        log_weights: float array (n, k), nats: k draws for each of n images.

    Returns:
        float array (n,), nats.
    """
    ### BEGIN SOLUTION
    largest = log_weights.max(axis=1, keepdims=True)
    mean = np.exp(log_weights - largest).mean(axis=1)
    return largest[:, 0] + np.log(mean)
    ### END SOLUTION


# %% exercise="10.2" role="check"
importance_weighted_bound = check.importance_weighted_bound(
    importance_weighted_bound
)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Do it for one row first, as the cell above does. Then let `axis=1` do all
# rows at once.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Take the maximum of each row; `keepdims=True` keeps it as a column, so that
# it can be subtracted from the rows. Take the exponential, the mean over the
# draws, the logarithm, and add the maximum again, as a plain array of n
# numbers. (SciPy's `logsumexp` takes a *sum* of exponentials safely. A mean is
# a sum divided by k; what does the logarithm make of that?)
#
# </details>

# %% [markdown] exercise="10.2" role="answer"
# **The usual slip:** the sum in place of the mean, so that the bound grows by
# log k and soon exceeds the truth. The other is one maximum for the whole
# array, which saves the brightest image and loses those far below it.

# %% [markdown]
# ### On the toy, where the truth is known
#
# The toy of lesson 06: $z$ from N(0, 1), and $x$ = 1.5 z + 0.5 plus noise of
# standard deviation 0.5. Then $p(x)$ is N(0.5, 2.5) exactly (mean, variance).
# Its posterior at $x = 3$ is N(1.5, 0.1). We give it a poor $q$ on purpose,
# N(1.2, 0.2), and let the bound climb. (± is the standard error of the mean
# over 4,000 repetitions. For all draws in one mean it is that of the mean
# weight, as a share of it: about the error of its log.)

# %%
x_toy, q_mean, q_std = 3.0, 1.2, np.sqrt(0.2)
exact = norm.logpdf(x_toy, 0.5, np.sqrt(2.5))
z = q_mean + q_std * rng.standard_normal((4_000, 200))
log_weights = (
    norm.logpdf(x_toy, 1.5 * z + 0.5, 0.5)
    + norm.logpdf(z)
    - norm.logpdf(z, q_mean, q_std)
)
print(f"log p(x) = {exact:.4f} nats")
for k in (1, 2, 5, 20, 200):
    bounds = np.asarray(importance_weighted_bound(log_weights[:, :k]))
    error = bounds.std() / np.sqrt(len(bounds))
    print(f"k = {k:3}: {bounds.mean():.4f} ± {error:.4f}")

one_row = log_weights.reshape(1, -1)
all_draws = np.asarray(importance_weighted_bound(one_row))[0]
relative = np.exp(log_weights - all_draws)
error = relative.std() / np.sqrt(relative.size)
print(f"all {z.size:,} draws in one mean: {all_draws:.4f} ± {error:.4f}")
off = all_draws - exact
print(f"off by {off:+.4f}, {abs(off) / error:.1f} standard errors")

# %% [markdown]
# With one draw we have the ELBO, below the truth by the KL from $q$ to the
# posterior. A handful of draws closes most of the gap. All draws in one mean
# come out at $\log p(x)$, within the standard errors of the last line: a
# second road to a number that lesson 06 knew from a formula.

# %% [markdown]
# ### On a VAE
#
# Now the model that lesson 08 saved (or a quick one, where there is none). A
# weight needs three log-densities. The decoder gives the first, the prior and
# the encoder's cloud the others, with lesson 03's function:
#
# $$\log w = \underbrace{\log p(x\mid z)}_{-\text{reconstruction loss}} +
# \log p(z) - \log q(z\mid x)$$
#
# (For grey pixels the first is not quite a log-likelihood, as lesson 06 says;
# the bound is one on what the loss trains.)

# %%
trained = training.load_or_train(x_all)


def log_weights_of(vae, x, k):
    """Draw k codes for each image; return their log-weights, (n, k)."""
    weights = []
    z_means, z_log_vars, _ = map(np.asarray, vae.encoder(x))
    zeros = np.zeros(z_means.shape[1])  # the prior: mean 0, log-variance 0
    for image, mean, log_var in zip(x, z_means, z_log_vars, strict=True):
        epsilon = rng.standard_normal((k, len(mean)))
        z = mean + np.exp(log_var / 2) * epsilon
        x_mean = vae.decoder(z.astype("float32"))
        same = np.broadcast_to(image, x_mean.shape)
        weights.append(
            -np.asarray(losses.reconstruction_loss(same, x_mean))
            + densities.diagonal_normal_log_pdf(z, zeros, zeros)
            - densities.diagonal_normal_log_pdf(z, mean, log_var)
        )
    return np.stack(weights)


log_weights = log_weights_of(trained, x_test[:N_WEIGHED], DRAWS)
print("log-weights", log_weights.shape)
print(f"from {log_weights.min():.0f} to {log_weights.max():.0f} nats")

# %% [markdown]
# How does the bound grow with k? Images differ by a hundred nats and more, so
# we look at each image's *gain* over its own ELBO.

# %%
ks = [2**i for i in range(10)]
gains = []
for k in ks:
    # No new draws: each image's are cut into groups of k.
    groups = np.asarray(importance_weighted_bound(log_weights.reshape(-1, k)))
    bounds = groups.reshape(N_WEIGHED, -1).mean(axis=1)
    gains.append(bounds - log_weights.mean(axis=1))
means = np.mean(gains, axis=1)
errors = np.std(gains, axis=1) / np.sqrt(N_WEIGHED)
print(f"ELBO of these images: {log_weights.mean():.1f} nats")
for i in (0, 1, 3, 6, 9):
    print(f"k = {ks[i]:3}: {means[i]:+.3f} ± {errors[i]:.3f}")

figure, axis = plots.new_figure(width=6.5, height=3.2)
axis.errorbar(ks, means, errors, fmt="o-", capsize=3)
axis.set(
    xscale="log",
    title="A tighter bound for every further draw",
    xlabel="k, draws an image",
    ylabel="gain over the ELBO,\nnats an image",
)
figure

# %% [markdown]
# *Figure: the gain over the ELBO against the number of draws, from 1 to 512 on
# a logarithmic axis, with bars of one standard error. It starts at 0, climbs
# fast over the first few draws, then ever more slowly.*
#
# Here the gain can only grow: two groups merged into one are Jensen's
# inequality again. The ELBO hides at least about what 512 draws found, and how
# much more we do not know. So a nat of difference between two ELBOs does not
# yet say which model is better: compare tighter bounds. A small gain does not
# prove that the encoder's clouds fit their posteriors; a large one would prove
# that they do not.

# %% [markdown]
# ## Asking for a class
#
# So far nobody told the VAE what a picture shows. A **conditional VAE** gets
# the label $y$ as well, in the encoder *and* in the decoder:
#
# $$\log p(x\mid y) \ge \mathbb E_q\big[\log p(x\mid z, y)\big]
# - \mathrm{KL}\big(q(z\mid x, y)\,\Vert\,p(z)\big)$$
#
# The code need no longer say *what* it is, only *how* it looks. And afterwards
# we can choose $y$.
#
# A label goes in as a row of zeros with a single one, in the column of the
# class (**one-hot**). Class 2 of 4 is 0 0 1 0. The number 2 itself would say
# that class 2 lies between 1 and 3.

# %% [markdown]
# ### Exercise 10.3 · What the decoder is told
#
# *Easy · 8 minutes · 1 point*
#
# Put the label, as a one-hot row, behind every code. By hand: the code
# (0.5, −2) of class 1 of 3 becomes (0.5, −2, 0, 1, 0).
#
# | | name | shape | type |
# |---|---|---|---|
# | in | `z` | (n, latent_dim) | float array |
# | in | `labels` | (n,) | int array, from 0 |
# | in | `n_classes` | one number | int |
# | out | | (n, latent_dim + n_classes) | float array or tensor |
#
# **Why:** this makes the decoder conditional.
#
# **Done when** the check says "passed". Use NumPy (`np.eye(4)` is a table
# whose row 2 is 0 0 1 0; `np.concatenate`) or Keras (`keras.ops.one_hot`,
# `keras.ops.concatenate`).


# %% exercise="10.3" role="stub"
def condition_decoder_input(z, labels, n_classes):
    """Put beside every code the class that is to be drawn from it.

    Args:
        z: float array (n, latent_dim).
        labels: int array (n,), from 0 to n_classes - 1.
        n_classes: int, how many classes there are.

    Returns:
        float array or tensor (n, latent_dim + n_classes): the code, then
        zeros with a one in the column of the label.
    """
    ### BEGIN SOLUTION
    rows = keras.ops.one_hot(labels, n_classes)
    return keras.ops.concatenate([z, rows], axis=1)
    ### END SOLUTION


# %% exercise="10.3" role="check"
condition_decoder_input = check.condition_decoder_input(
    condition_decoder_input
)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Two steps: make a table of n rows and `n_classes` columns out of the labels,
# then join it to the codes, side by side.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# In NumPy, a table indexed with an array of labels gives a row for each label.
# Its width must come from `n_classes`: the last class may be missing in a
# batch. Joining takes a list of the two tables and an axis; side by side means
# that the rows stay and the columns add up.
#
# </details>

# %% [markdown] exercise="10.3" role="answer"
# **The usual slip:** the label as a bare number in one more column; the
# network trains, and treats the classes as if they stood in a row. The other
# is a one-hot table as wide as the largest label of the *batch*, which fits
# until a batch comes without the last class.

# %% [markdown]
# ### Train it, and ask
#
# `models.ConditionalVAE` does the same inside; its encoder gets the one-hot
# row beside the pixels. Two latent dimensions will do.
#
# We set β = 8. What the label says is free, what the code says costs 8 a nat:
# repeating the class does not pay.

# %% role="train"
runtime.set_seed(SEED)
n_classes = len(data.CLASS_NAMES)
cvae = models.ConditionalVAE(
    networks.build_conditional_encoder(2, n_classes),
    networks.build_dense_decoder(2 + n_classes),
    n_classes,
    beta=8.0,
)
totals = train_quickly(cvae, x_train, y_train)
print("total loss, epoch by epoch", totals)

# %% [markdown]
# Four codes from N(0, I), and each of them decoded ten times: once as every
# class. Does it draw what we ask for? The judge knows nothing of our models:
# it gives the class of the nearest among some training images.

# %%
z = np.repeat(rng.standard_normal((4, 2)), n_classes, axis=0)
wanted = np.tile(np.arange(n_classes), 4)


def draw(z, labels):
    """Decode every code as the class beside it."""
    inputs = condition_decoder_input(z.astype("float32"), labels, n_classes)
    return np.asarray(cvae.decoder(np.asarray(inputs, "float32")))


def nearest_class(pictures):
    """Give the label of the training image that is nearest to each."""
    a, b = (x.reshape(len(x), -1) for x in (pictures, x_train[:5_000]))
    return y_train[np.argmin((b**2).sum(1) - 2 * a @ b.T, axis=1)]


asked = rng.integers(n_classes, size=500)
drawn = draw(rng.standard_normal((500, 2)), asked)
print(f"drawn as asked:       {np.mean(nearest_class(drawn) == asked):.0%}")
right = nearest_class(x_test[:500]) == y_test[:500]
print(f"same judge, real ones: {np.mean(right):.0%}")
names = [name.split("/")[0] for name in data.CLASS_NAMES]
plots.image_grid(draw(z, wanted), names, heading="One code, ten classes")

# %% [markdown]
# *Figure: four rows of ten pictures. Each column is one class, with its name
# above; each row is one code. Down a column the garment changes its manner and
# mostly stays what it is. Along a row the class changes, though the shoes
# (sandal, sneaker, ankle boot) run into one another, and so do pullover, coat
# and shirt (below, dresses too).*
#
# The judge makes mistakes on real images too, so compare the two shares. A
# class drawn blindly would be as asked one time in ten. (Quick mode trains too
# briefly to show this.) Nobody asked for a separation of *what* from *how*.
# Telling encoder and decoder the class, and making the code dear, was enough
# for most of it.

# %% [markdown]
# ## The clinic
#
# Six VAEs, each trained by code with exactly one slip that people really make.
# All have four latent dimensions and β = 1, were trained for 20 epochs, and
# would be handed in as "it runs, and the loss goes down". First, a healthy
# one. **Curves** are what a model's *own code* reports. **Stars** and panels
# 3, 4 and 6 are measured by us: we take its encoder's `z_mean` and
# `z_log_var`, draw z ourselves, and use its decoder. Panel 5 asks its own
# Sampling layer.

# %%
plots.patient_chart(clinic.load_chart(clinic.HEALTHY), "A healthy VAE")

# %% [markdown]
# *Figure: six panels. 1: total and reconstruction loss over the epochs, for
# training and test; a red star, the reconstruction loss measured afterwards,
# ends its curve. 2: the same for the KL term. 3: the KL of the four
# dimensions, all above a nat. 4: mean and σ of each code: means on both sides
# of 0, σ small; dashed lines mark the prior, mean 0 and σ = 1. 5: the spread
# of many z that its Sampling layer drew, against the σ that it was given:
# along the diagonal, scattered by a few per cent, for draws are few. 6:
# images; the same drawn from `z_mean` and from a draw z; two rows of samples
# from N(0, I).*

# %% [markdown]
# How to read a chart (each has scales of its own, so read the axes):
# 1. Do reports and stars agree? (The stars are of half the test images, and of
#    other draws: a nat or so apart is agreement.) If not, reporting is ill, or
#    what is trained is not what is used.
# 2. Do the reported terms add up to the reported total?
# 3. Are there nats enough for what is drawn? Telling the 8 pictures of panel 6
#    apart takes log 8 ≈ 2 nats at least.
# 4. Do the codes have the shape that the prior asks for?

# %%
charts = {p: clinic.load_chart(p) for p in (clinic.HEALTHY, *clinic.PATIENTS)}
print(f"telling 8 apart: {np.log(8):.2f} nats\n")
print("          reported, test                measured, test")
print("           total   reconstr.       KL   reconstr.      KL")
for patient, chart in charts.items():
    total, own, kl = (chart.history[f"val_{t}"][-1] for t in clinic.TERMS)
    print(
        f"{patient:8}{total:9.4f} {own:10.4f} {kl:9.4f}"
        f" {chart.reconstruction:10.2f} {chart.kl.sum():9.4f}"
    )
for patient in clinic.PATIENTS:
    display(plots.patient_chart(charts[patient], f"Patient {patient}"))

# %% [markdown]
# *Figures: one chart for each patient, drawn as the healthy one was.*
#
# <details><summary>Charts A to C in words</summary>
#
# Where they differ from the healthy chart. **A**: the reported losses run
# along the bottom of panel 1, the star stands hundreds of nats above them; all
# bars are 0; every picture is the same blot. **B**: total and reconstruction
# loss are one line; means reach from about −20 to 30; samples are pale smears.
# **C**: no mean lies below 0; dimension 1 has a mean of 0 throughout, σ up to
# 5, and still half a nat.
#
# </details>

# %% [markdown]
# <details><summary>Charts D to F in words</summary>
#
# **D**: the curves of training and test are one smooth line, and the star of
# panel 1 lies well below its end. **E**: the star of panel 1 stands hundreds
# of nats above the curves; all σ are about 1; drawn from `z_mean` the pictures
# are good, drawn from z most are other garments. **F**: the star of panel 1
# stands 16 nats above the reconstruction loss of test images; in panel 5 the
# dots lie on a bow below the diagonal.
#
# </details>

# %% [markdown]
# ### Exercise 10.4 · The clinic
#
# *Hard · 25 minutes · 3 points*
#
# Name the slip in each patient. Six of these twelve occur, each once:
#
# | slug | what was done |
# |---|---|
# | `activation_on_head` | the layer that gives `z_mean` ends in a ReLU |
# | `averages_latent` | the KL term is a mean over the latents, not a sum |
# | `averages_pixels` | the reconstruction loss is a mean over the pixels |
# | `decoder_fed_mean` | `train_step` and `test_step` decode `z_mean`, not z |
# | `forward_outside_tape` | the encoder runs before the tape is opened |
# | `half_missing` | `Sampling` scales epsilon by exp(`z_log_var`) |
# | `heads_shared` | one layer gives both `z_mean` and `z_log_var` |
# | `kl_left_out` | the KL term is reported, but not in the loss |
# | `last_batch_metrics` | each epoch reports its last batch alone |
# | `metrics_not_reset` | the running means go on from epoch to epoch |
# | `no_noise` | `Sampling` gives back `z_mean` |
# | `sign` | the KL term is subtracted from the loss |
#
# **Out:** a dict from letter to slug, `{"A": "…", …, "F": "…"}`.
#
# **Why:** none of these crashes. You will meet them in your own code.
#
# **Done when** all six are right. The check points at one chart at a time.


# %% exercise="10.4" role="stub"
def diagnose():
    """Name the slip in every patient.

    Returns:
        dict from "A", "B", "C", "D", "E" and "F" to a slug of the table.
    """
    ### BEGIN SOLUTION
    return {
        "A": "averages_pixels",  # reports 1/1,024 of the measured loss
        "B": "kl_left_out",  # the total is the reconstruction loss alone
        "C": "activation_on_head",  # no mean below zero
        "D": "metrics_not_reset",  # means over all epochs, healthy otherwise
        "E": "decoder_fed_mean",  # good pictures for 0.7 nats, from z_mean
        "F": "half_missing",  # the spread found is the square of σ
    }
    ### END SOLUTION


# %% exercise="10.4" role="check"
diagnose = check.diagnose(diagnose)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# For each patient, write down which of the four questions it fails, and in
# which panel. Then ask of every slip: what would it do to that panel? With
# `no_noise`, say, where would the dots of panel 5 lie? With `sign`, where
# would the total go?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Divide measured by reported numbers: 4 would be the latents, 1,024 the
# pixels. Subtract the reported reconstruction loss from the total, and compare
# with the KL term. Look where panel 4 has no means. Read one dot of panel 5:
# for 0.3 asked for, how much was found? A patient with healthy panels 3 to
# 6 is most likely ill in what it reports.
#
# </details>

# %% [markdown] exercise="10.4" role="answer"
# **The usual slip:** to take A for a slip of the KL term, since the bars are
# empty; but the first question already gives the factor of 1,024. E looks like
# `no_noise`, and panel 5 says that its layer draws as it should: the noise is
# there, and the decoder never saw it.

# %% [markdown]
# ### After the clinic
#
# <details><summary>Open when the check says "passed": sign and cure of each
# slip</summary>
#
# | slip | its sign | its cure |
# |---|---|---|
# | activation on head | no mean below 0 | heads without activation |
# | averages latent | measured KL is 4 times the reported | a sum |
# | averages pixels | measured loss is 1,024 times the reported | a sum |
# | decoder fed mean | σ near 1; pictures from z are wrong | decode z |
# | forward outside tape | the KL term stays where it began | both inside |
# | half missing | panel 5: σ² is found for σ | exp(`z_log_var` / 2) |
# | heads shared | panel 4 is one curve | a layer for each |
# | KL left out | total = reconstruction; means far out | add it |
# | last batch metrics | the curves jump | running means over all batches |
# | metrics not reset | curves smooth and too high | list them in `metrics` |
# | no noise | panel 5: all dots at 0 | add σ times epsilon |
# | sign | total below reconstruction; KL grows | add, not subtract |
#
# </details>

# %% [markdown]
# ## Your own VAE, please
#
# What should you print of any VAE of yours, before you believe its loss? Here
# is the examination, of the model that lesson 08 saved. It uses the encoder's
# two heads, the decoder, one draw of its Sampling layer, and nothing that the
# model says of itself but its report. (The bound is the one found above.)

# %%
x = x_test[:2_000]
report = trained.evaluate(x, batch_size=500, verbose=0, return_dict=True)
z_mean, z_log_var, z = trained.encoder.predict(x, batch_size=500, verbose=0)
std = np.exp(z_log_var / 2)
own_draw = z_mean + std * rng.standard_normal(z_mean.shape)
x_mean = trained.decoder.predict(own_draw, batch_size=500, verbose=0)
nats = np.mean(losses.reconstruction_loss(x, x_mean))
kl = densities.kl_to_standard_normal(z_mean, z_log_var).mean()

print(f"reconstruction: reported {report['reconstruction_loss']:.1f}", end="")
print(f", measured {nats:.1f} nats")
print(f"KL term:        reported {report['kl_loss']:.2f}", end="")
print(f", measured {kl:.2f} nats")
print(f"bound beyond the ELBO: {means[-1]:+.2f} ± {errors[-1]:.2f} nats")
print(f"active dimensions: {active_units(z_mean)} of {z_mean.shape[1]}")
print(f"spread drawn / asked for: {np.std((z - z_mean) / std):.3f}")
print("all codes, by dimension: mean", own_draw.mean(axis=0).round(2), end="")
print(", standard deviation", own_draw.std(axis=0).round(2))

# %% [markdown]
# In a healthy VAE reports and measurements agree to a nat or so, the spread
# drawn is that asked for within a few per cent, as many dimensions are active
# as you meant, and all codes together lie about where the prior does. A rule
# of thumb for each dimension: a mean between −0.5 and 0.5, a standard
# deviation between 0.7 and 1.5.

# %% [markdown]
# ## What we saw
#
# - β is the price of a nat of rate in nats of distortion. The best ELBO was at
#   β = 1, and the heaviest weight left one picture for all.
# - The KL term of each dimension shows collapse, dimension by dimension;
#   `active_units` counts what is left.
# - The log of a mean of weights bounds $\log p(x)$ more tightly with every
#   draw, and came out at the exact value on the toy.
# - With the label beside the code, one code gave most of the ten garments.
# - Six broken VAEs all had falling losses. Four were caught by holding reports
#   against measurements, one by adding up its reports, one by the shape of its
#   codes.

# %% [markdown]
# ## What lies beyond
#
# - **Choosing β.** *β-VAE* (Higgins et al., 2017) makes it heavy, so
#   that a dimension stands for one thing.
# - **Discrete codes.** *VQ-VAE* (van den Oord, Vinyals and Kavukcuoglu, 2017)
#   replaces the cloud by the nearest entry of a learned table.
# - **Many layers of codes.** *NVAE* (Vahdat and Kautz, 2020) and *Very Deep
#   VAEs* (Child, 2021) draw large sharp pictures.
# - **Diffusion.** Ho, Jain and Abbeel (2020), *Denoising Diffusion
#   Probabilistic Models*: a deep VAE whose encoder only adds noise, untrained.
#
# **An open question:** the bound judges how likely pictures are, an eye how
# good they look, and a model that wins by one may lose by the other (Theis,
# van den Oord and Bethge, 2016). Which do you want?

# %% [markdown]
# **Sources.** Burda, Grosse and Salakhutdinov (2016), *Importance Weighted
# Autoencoders*, arXiv:1509.00519: bound and active units. Alemi et al. (2018),
# *Fixing a Broken ELBO*, arXiv:1711.00464: the curve. Sohn, Lee and Yan
# (2015), *Learning Structured Output Representation using Deep Conditional
# Generative Models*. Lucas et al. (2019), *Don't Blame the ELBO!*,
# arXiv:1911.02469: collapse. Theis et al. (2016), *A note on the evaluation of
# generative models*, arXiv:1511.01844.
#
# **The course ends here.** From a line of code to a diagnosis: well done.
