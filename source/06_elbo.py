# %% [markdown]
# # 06 · From likelihood to loss
#
# **Which loss makes the pictures that we were shown likely?**
#
# In about an hour and a quarter you will
# - have seen why the probability of a picture cannot be computed,
# - have derived a bound on it twice, and checked both derivations to the
#   last digit on a toy where everything is exact,
# - know why cross-entropy and squared error are *choices*,
# - compute the bound in nats, from numbers of any size,
# - read off any published loss which β it really has.

# %% [markdown]
# ## What we work with
#
# The toy lives in NumPy and SciPy. The exercises work on tensors, as
# training will need it, with `keras.ops` as in lesson 04.

# %% role="setup"
import math

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from vae_course import data, densities, plots, runtime
from vae_course.checks import lesson_06 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras
from keras import ops

from vae_course import losses, models, networks, training

# %% role="setup"
SEED = 0
DRAWS = 100_000
N_TRAIN = runtime.pick(full=10_000, quick=960)
N_TEST = runtime.pick(full=1_000, quick=200)
EPOCHS = runtime.pick(full=5, quick=1)
BETAS = (0.01, 1.0, 30.0)

# The toy: slope, offset, and standard deviation of the noise in x.
W, B, NOISE = 1.5, 0.5, 0.5

rng = np.random.default_rng(SEED)

# %% [markdown]
# ## What we want
#
# A decoder is a recipe for making pictures: draw $z$ from the **prior**
# $p(z)$, the standard normal distribution, and draw a picture $x$ from
# $p(x\mid z)$, the **likelihood**, around what the decoder makes of $z$. By
# the recipe as a whole, a picture has the probability (the **evidence**)
#
# $$p(x) = \int p(x\mid z)\,p(z)\,dz$$
#
# A good recipe makes the pictures that we were shown likely. So training
# should raise $\log p(x)$, added up over the training pictures. The
# distribution $p(z\mid x)$ of the codes that may have made a given $x$ is
# called the **posterior**.

# %% [markdown]
# ### A toy where all of it is exact
#
# One number for the code, one for the picture, a straight line for the
# decoder, normal noise:
#
# $$z \sim \mathcal N(0, 1), \qquad x = wz + b + \sigma_x\,\varepsilon$$
#
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | $w$, $b$ | `W`, `B` | numbers | x per z, x |
# | $\sigma_x$ | `NOISE` | number | unit of x |
# | $\log p(x\mid z)$ | `toy_log_likelihood` | (n,) | nats |
# | $\log p(x)$ | `toy_log_evidence` | number | nats |
# | posterior | `toy_posterior` | mean, variance | unit of z, squared |
#
# $x$ is a sum of two independent normal numbers, so it is normal as well,
# with mean $b$ and variance $w^2 + \sigma_x^2$.

# %% [markdown]
# The posterior follows from $p(z\mid x) = p(x\mid z)\,p(z)\,/\,p(x)$. As a
# function of $z$, the logarithm of the right side is
#
# $$-\frac{(x - b - wz)^2}{2\sigma_x^2} - \frac{z^2}{2} + \text{const}
# = -\frac12\,\frac{w^2 + \sigma_x^2}{\sigma_x^2}\,z^2
# + \frac{w\,(x - b)}{\sigma_x^2}\,z + \text{const}$$
#
# A normal distribution has $-z^2/2$ divided by its variance, and $z$ times
# its mean divided by its variance. Comparing the two gives
#
# $$\text{variance} = \frac{\sigma_x^2}{w^2 + \sigma_x^2}, \qquad
# \text{mean} = \frac{w\,(x - b)}{w^2 + \sigma_x^2}$$
#
# By hand for $x = 3$: $w^2 + \sigma_x^2 = 2.5$, so the variance is
# 0.25 / 2.5 = 0.1 and the mean 1.5 · 2.5 / 2.5 = 1.5. A fine grid over $z$
# must find the same.


# %%
def toy_log_likelihood(x, z):
    """Give log p(x | z), summed over the last axis."""
    return norm.logpdf(x, W * z + B, NOISE).sum(axis=-1)


def toy_log_evidence(x):
    """Give log p(x), summed over the last axis."""
    return norm.logpdf(x, B, math.sqrt(W**2 + NOISE**2)).sum(axis=-1)


def toy_posterior(x):
    """Give the mean and the variance of p(z | x) for each entry of x."""
    variance = NOISE**2 / (W**2 + NOISE**2)
    return W * (x - B) / (W**2 + NOISE**2), np.full_like(x, variance)


x_toy = np.array([3.0])
grid, step = np.linspace(-8, 8, 4001, retstep=True)
joint = np.exp(toy_log_likelihood(x_toy, grid[:, None])) * norm.pdf(grid)
on_grid = joint / (joint.sum() * step)
mean = (grid * on_grid).sum() * step
print("log p(x):", toy_log_evidence(x_toy), "grid", np.log(joint.sum() * step))
print("posterior:", *toy_posterior(x_toy))
print("on the grid:", mean, ((grid - mean) ** 2 * on_grid).sum() * step)

# %% [markdown]
# ## The problem: almost no draw explains the picture
#
# Without such formulas, $p(x)$ is still a mean: that of $p(x\mid z)$ over
# draws of $z$ from the prior. Take many draws, average, done?
#
# We try it on $k$ copies of the toy, that is, codes of $k$ numbers and
# pictures of $k$ numbers, with always the same number of draws. `logsumexp`
# adds up numbers that are given by their logarithms, without leaving the
# range of floating-point numbers.

# %%
print(f"{DRAWS:,} draws from the prior; nats")
print(" k   log p(x)  by draws   off by   share of the largest draw")
toys = {}
for k in (1, 2, 5, 10, 20, 50):
    x = B + W * rng.standard_normal(k) + NOISE * rng.standard_normal(k)
    nats = toy_log_likelihood(x, rng.standard_normal((DRAWS, k)))
    estimate = logsumexp(nats) - math.log(DRAWS)
    exact = toy_log_evidence(x)
    share = math.exp(nats.max() - logsumexp(nats))
    print(
        f"{k:2} {exact:10.2f} {estimate:9.2f} {estimate - exact:+8.2f}"
        f" {share:12.1%}"
    )
    toys[k] = x, exact, estimate

# %% [markdown]
# With one or two numbers it works. With twenty it is off by many nats, with
# fifty hopelessly, and the last column says why: from ten on, a single draw
# makes up most of the sum. In each dimension only a part of the prior
# explains $x$, and the parts multiply: the codes that explain all of $x$ at
# once are so rare that no draw lands among them.
#
# Pictures are worse. With 1,024 pixels even a decoder of *two* numbers has a
# likelihood that is large in a tiny spot only, another for each picture. And
# training would have to find it at every step.

# %% [markdown]
# ## The idea: look where the picture comes from
#
# So do not draw from the prior. Draw from a distribution $q(z)$ that knows
# the picture: the encoder's cloud of lesson 04. Dividing by $q$ makes good
# for the changed draws:
#
# $$p(x) = \int q(z)\,\frac{p(x\mid z)\,p(z)}{q(z)}\,dz
# = \mathbb E_q\!\left[\frac{p(x\mid z)\,p(z)}{q(z)}\right]$$
#
# $\mathbb E_q$ is the mean over draws of $z$ from $q$. But $\log p(x)$ is
# then still the logarithm *of a mean*, in which the largest few draws decide
# everything. We want the mean *of a logarithm*, to which every draw just adds
# its nats.

# %% [markdown]
# ### Jensen: what it costs to move a logarithm inside
#
# By hand on two numbers, 1 and 9. Their mean is 5, with logarithm 1.609.
# Their logarithms are 0 and 2.197, with mean 1.099. The logarithm bends
# down, so the straight line between two of its points runs below it:
#
# $$\log \mathbb E[a] \ \ge\ \mathbb E[\log a]$$
#
# The two sides agree only where $a$ does not vary. This is **Jensen's
# inequality** for the logarithm.

# %%
two = np.array([1.0, 9.0])
print(f"log of the mean  {np.log(two.mean()):.3f}")
print(f"mean of the logs {np.log(two).mean():.3f}")
many = rng.uniform(0.1, 10, 1000)
print(f"1,000 numbers: {np.log(many.mean()):.3f} > {np.log(many).mean():.3f}")
plots.jensen(*two)

# %% [markdown]
# *Figure: the curve of the logarithm from 0.5 to 10 and a dashed straight
# line between its points at 1 and at 9. At their mean, 5, a short vertical
# red line leads from the dashed line up to the curve.*

# %% [markdown]
# ## The bound, first road
#
# Take the logarithm of $p(x) = \mathbb E_q[\dots]$ above, and move it inside:
#
# $$\begin{aligned}
# \log p(x)
# &\ge \mathbb E_q\big[\log p(x\mid z) + \log p(z) - \log q(z)\big] \\
# &= \underbrace{\mathbb E_q[\log p(x\mid z)]}_{\text{does the code draw }
# x\text{?}}
# - \underbrace{\mathrm{KL}(q\,\Vert\,p)}_{\text{lesson 05}}
# \end{aligned}$$
#
# The last line is the **evidence lower bound**, ELBO for short: a number that
# never exceeds what we want, made of two that we can compute. Raise it, and
# $\log p(x)$ cannot stay below it.

# %% [markdown]
# ### On the toy
#
# Let $q = \mathcal N(\mu, \sigma^2)$. Over draws from it, $x - b - wz$ has
# the mean $x - b - w\mu$ and the variance $w^2\sigma^2$, and the mean of a
# square is the square of the mean plus the variance. So
#
# $$\mathbb E_q[\log p(x\mid z)] = -\tfrac12\left(\log 2\pi\sigma_x^2
# + \frac{(x - b - w\mu)^2 + w^2\sigma^2}{\sigma_x^2}\right)$$
#
# By hand at $x = 3$ for $q$ the prior: (6.25 + 2.25) / 0.25 = 34 and
# $\log 2\pi\sigma_x^2$ = 0.452, together −½ · 34.452 = −17.226, and no KL.
# For $q$ the posterior: (0.0625 + 0.225) / 0.25 = 1.15, so
# −½ · 1.602 = −0.801, minus a KL of 1.826: −2.627. And $\log p(x)$?


# %%
def toy_expected_log_likelihood(x, z_mean, z_log_var):
    """Give the mean of log p(x | z) over z from q, in closed form."""
    square = (x - B - W * z_mean) ** 2 + W**2 * np.exp(z_log_var)
    nats = -0.5 * (np.log(2 * np.pi * NOISE**2) + square / NOISE**2)
    return nats.sum(axis=-1)


def toy_elbo(x, z_mean, z_log_var):
    """Give the ELBO of every row of z_mean and z_log_var, (n,)."""
    return toy_expected_log_likelihood(
        x, z_mean, z_log_var
    ) - densities.kl_to_standard_normal(z_mean, z_log_var)


print(f"log p(x) {toy_log_evidence(x_toy):.3f}")
for name, mean, variance in [("prior", 0, 1), ("posterior", 1.5, 0.1)]:
    q = np.array([[mean]]), np.log([[variance]])
    [fit], [kl] = (
        toy_expected_log_likelihood(x_toy, *q),
        densities.kl_to_standard_normal(*q),
    )
    print(f"q the {name}: {fit:.3f} - {kl:.3f} = {fit - kl:.3f}")

# %% [markdown]
# With the posterior for $q$ the bound *is* $\log p(x)$. Now let $q$ move, and
# give it three widths: that of the posterior, half of it, and twice.

# %%
means = np.linspace(-0.2, 3.2, 341)[:, None]
best = math.sqrt(toy_posterior(x_toy)[1][0])
plots.evidence_bound(
    means[:, 0],
    {
        f"ELBO, q with σ = {std:.2f}": toy_elbo(
            x_toy, means, np.full_like(means, 2 * math.log(std))
        )
        for std in (best, best / 2, 2 * best)
    },
    toy_log_evidence(x_toy),
)

# %% [markdown]
# *Figure: three arches over the mean of q, all highest at 1.5, below a level
# line marked log p(x). The solid one, with the width of the posterior,
# touches the line from below. The dashed and the dash-dotted one, too narrow
# and too wide, stay under it.*
#
# No choice of $q$ lifts the bound over the line, and one alone reaches it.

# %% [markdown]
# ## The bound, second road
#
# How far below? Start from the definition of the posterior, which holds for
# *every* $z$, and write $\log q(z)$ once with a minus and once with a plus:
#
# $$\log p(x) = \log p(x\mid z) + \underbrace{\log p(z) - \log q(z)}
# + \underbrace{\log q(z) - \log p(z\mid x)}$$
#
# Average over $z$ from $q$. The left side has no $z$ and stays as it is:
#
# $$\log p(x) = \underbrace{\mathbb E_q[\log p(x\mid z)]
# - \mathrm{KL}(q\,\Vert\,p)}_{\text{ELBO}}
# + \mathrm{KL}\big(q\,\Vert\,p(z\mid x)\big)$$
#
# No inequality was needed. The gap is a KL divergence, so it is never below
# 0, and it is 0 only where $q$ is the posterior.

# %% [markdown]
# We check it with five clouds; add one of your own to the list. For the KL
# from the posterior we measure $z$ in its units: so many of *its* standard
# deviations from *its* mean. There the posterior is the standard normal
# distribution, the formula of lesson 05 applies, and a KL does not depend on
# units.

# %%
target, spread = toy_posterior(x_toy)
print("   q: mean, σ       ELBO        gap   KL from posterior   difference")
for mean, std in [(0, 1), (1.5, 0.3162), (1.5, 1), (1, 0.2), (2.5, 0.4)]:
    q_mean, q_log_var = np.array([[mean]]), np.array([[2 * math.log(std)]])
    bound = toy_elbo(x_toy, q_mean, q_log_var)
    gap = toy_log_evidence(x_toy) - bound
    from_posterior = densities.kl_to_standard_normal(
        (q_mean - target) / np.sqrt(spread), q_log_var - np.log(spread)
    )
    print(
        f"{mean:6.1f} {std:8.4f} {bound[0]:10.4f} {gap[0]:10.6f}"
        f" {from_posterior[0]:14.6f} {(gap - from_posterior)[0]:16.0e}"
    )

# %% [markdown]
# Equal, but for what float64 rounds away. So there are two ways to raise the
# ELBO, and training does both at once: it moves the *decoder*, so that
# $\log p(x)$ grows, and the *encoder*, so that its cloud comes closer to the
# posterior.
#
# For pictures nobody knows the posterior. It need not be a normal
# distribution with a diagonal covariance, and then a gap remains.

# %% [markdown]
# ### What was won
#
# Back to twenty and fifty dimensions, where the prior's draws failed. Our
# $q$ is deliberately a rough one, with the posterior's mean and *twice* its
# variance, and gets a hundred draws.

# %%
print(" k   log p(x)   by the prior   ELBO, 100 draws of q   ELBO, exact")
for k in (20, 50):
    x, exact, estimate = toys[k]
    q_mean, variance = toy_posterior(x)
    q_log_var = np.log(2 * variance)
    z = q_mean + np.exp(q_log_var / 2) * rng.standard_normal((100, k))
    q = q_mean[None], q_log_var[None]
    nats = toy_log_likelihood(x, z) - densities.kl_to_standard_normal(*q)
    error = nats.std(ddof=1) / math.sqrt(len(nats))
    print(
        f"{k} {exact:10.1f} {estimate:14.1f} {nats.mean():15.1f} ±"
        f" {error:.1f} {toy_elbo(x, *q)[0]:17.1f}"
    )

# %% [markdown]
# The bound pays for the rough $q$ a few nats, and it *says* something: a
# hundred draws settle it to about a nat. Even one draw estimates it without
# bias, for it is a plain mean; training uses one.

# %% [markdown]
# ## The likelihood is the loss
#
# A loss is what we lower: the *negative* ELBO. Its second term is settled.
# Its first, $-\log p(x\mid z)$, is the reconstruction loss, and it depends on
# what we take the decoder's answer $\hat x$ to mean.
#
# **Normal pixels**, mean $\hat x_i$ and a fixed $\sigma_x$, for $D$ pixels:
#
# $$-\log p(x\mid z) = \frac{1}{2\sigma_x^2}\sum_i (x_i - \hat x_i)^2
# + \frac D2 \log 2\pi\sigma_x^2$$
#
# That is squared error. The last term does not depend on $\hat x$ and moves
# no minimum. Times $2\sigma_x^2$, the whole loss becomes
#
# $$\sum_i (x_i - \hat x_i)^2 + 2\sigma_x^2\,\mathrm{KL}(q\,\Vert\,p)$$
#
# So whoever puts a weight before the KL has, knowingly or not, said how
# noisy pixels are.

# %%
pixels, drawn = np.array([0.9, 0.2]), np.array([0.6, 0.3])
squares = ((pixels - drawn) ** 2).sum()
print(f"squared error by hand: 0.3² + 0.1² = {squares:.2f}")
for noise in (0.1, 0.5):
    formula = squares / (2 * noise**2) + np.log(2 * np.pi * noise**2)
    by_scipy = -norm.logpdf(pixels, drawn, noise).sum()
    print(
        f"σ_x = {noise}: -log p {formula:.6f}, by SciPy {by_scipy:.6f},"
        f" weight of the KL 2σ_x² = {2 * noise**2:.2f}"
    )

# %% [markdown]
# **Bernoulli pixels**: pixel $i$ is inked with probability $\hat x_i$, else
# blank. That is the cross-entropy of lesson 01, with its sign turned:
#
# $$\log p(x\mid z) = \sum_i \big[x_i \log \hat x_i
# + (1 - x_i)\log(1 - \hat x_i)\big]$$
#
# We stay with it. It has no $\sigma_x$ to choose, so β = 1 has one meaning.
# An honest remark: it is a probability only for pixels that are 0 or 1. For
# greys it lies on the straight line between the two, and our "log p(x)" is
# then no logarithm of a density. Loaiza-Ganem and Cunningham (2019) measure
# what that does.

# %% [markdown]
# ## From logits, and why
#
# A decoder's last layer gives any real number $a$, a **logit**, and the
# sigmoid $\hat x = \sigma(a) = 1/(1 + e^{-a})$ makes a probability of it (this
# σ has nothing to do with the width of a cloud). Must it? Follow a blank
# pixel ($x = 0$), which costs $-\log(1 - \sigma(a))$, in float32, the
# precision of training.

# %%
print("logit        1 - σ(a)    -log(1 - σ(a))    softplus(a)")
for logit in (-2.0, 2.0, 15.0, 20.0, 100.0, 1000.0):
    a = tf.constant(logit)
    blank = 1 - ops.sigmoid(a)
    print(
        f"{logit:6} {blank.numpy():14.3g} {-ops.log(blank).numpy():16.6g}"
        f" {ops.softplus(a).numpy():14.6g}"
    )

# %% [markdown]
# At 15 digits are lost, at 20 the sigmoid is 1 to the last digit, and the
# pixel costs infinity. Training would end there. The clip of lesson 01 only
# hides it: at 16 nats every pixel costs the same, and its slope is zero.
#
# The last column never left the logits. It uses two facts:
#
# $$1 - \sigma(a) = \frac{e^{-a}}{1 + e^{-a}} = \frac{1}{1 + e^{a}}
# = \sigma(-a)$$
#
# $$\log\sigma(a) = -\log(1 + e^{-a}) = -\mathrm{softplus}(-a)$$

# %% [markdown]
# The function $\mathrm{softplus}(a) = \log(1 + e^a)$ would itself overflow at
# $e^{1000}$; `ops.softplus(a)` computes it as
# $\max(a, 0) + \log(1 + e^{-|a|})$, where no exponential is ever above 1.
# `ops.log_sigmoid(a)` is ready-made as well.
#
# By hand on two pixels, inked with logit 2 and a quarter inked with −1000.
# The first gives −softplus(−2) = −0.127. The second gives 0.25 · (−1000) for
# its ink and 0.75 · 0 for its blank: together −250.127.

# %% [markdown]
# ### Exercise 6.1 · The log-likelihood, from logits
#
# *Medium · 10 minutes · 2 points*
#
# Bernoulli pixels, added up for every picture.
#
# | | name | shape | type, unit |
# |---|---|---|---|
# | in | `x` | (n, rows, columns, 1) | float tensor, 0 to 1 |
# | in | `x_logits` | the same | float tensor, any real number |
# | out | | (n,) | float tensor, nats, at most 0 |
#
# Pictures may have any number of rows and columns. The result must be right
# for logits of ±1000, and the tape must find its way through it: use
# functions of `ops`, not of `np`.
#
# **Why:** it is the first term of the ELBO, and the reconstruction loss of
# every later lesson with its sign turned.
#
# **Done when** the check passes; on the two pixels above, `x` and `x_logits`
# each of shape (1, 1, 2, 1), it gives −250.127.


# %% exercise="6.1" role="stub"
def log_likelihood(x, x_logits):
    """Give the log-likelihood of every picture under Bernoulli pixels.

    Args:
        x: float tensor (n, rows, columns, 1), the pictures, 0 to 1.
        x_logits: float tensor, same shape, what the decoder gives before
            its sigmoid, any real numbers.

    Returns:
        float tensor (n,), nats: summed over rows, columns and channels.
    """
    ### BEGIN SOLUTION
    inked = ops.log_sigmoid(x_logits)
    blank = ops.log_sigmoid(-x_logits)
    return ops.sum(x * inked + (1 - x) * blank, axis=(1, 2, 3))
    ### END SOLUTION


# %% exercise="6.1" role="check"
log_likelihood = check.log_likelihood(log_likelihood)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Begin with the formula under "Bernoulli pixels", and replace each of its two
# logarithms by one that starts from the logit. The two facts above say how.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# The log of the probability of ink is the log-sigmoid of the logit; that of
# blank is the log-sigmoid of the logit with its sign turned. Weigh the first
# with the ink, the second with what is left of 1, add, and sum over the axes
# 1, 2 and 3. (If you use Keras's cross-entropy with `from_logits=True`:
# it averages over the last axis, and it is a cost.)
#
# </details>

# %% [markdown] exercise="6.1" role="answer"
# **The usual slip:** a sigmoid first and a logarithm after it, which works in
# every quick test and breaks, or goes silent, once the decoder is sure of
# itself. The other one is a mean over the pixels, which Keras's own losses
# take and which divides one term of the ELBO by 1,024.

# %% [markdown]
# ### The loss of lesson 01, without its clip
#
# Two other roads to the same number: the loss of lesson 01, from
# probabilities, and Keras's cross-entropy, from logits.

# %%
ink = tf.constant(rng.uniform(0, 1, (3, 32, 32, 1)), "float32")
for scale in (1.0, 100.0):
    some = scale * tf.constant(rng.standard_normal(ink.shape), "float32")
    roads = {
        "yours": log_likelihood(ink, some),
        "lesson 01": -losses.reconstruction_loss(ink, ops.sigmoid(some)),
        "Keras": -ops.sum(
            keras.losses.binary_crossentropy(ink, some, from_logits=True),
            axis=(1, 2),
        ),
    }
    print(f"logits of size {scale:g}:")
    for name, nats in roads.items():
        print(f"  {name:10}", nats.numpy())

# %% [markdown]
# For moderate logits all three agree in the digits that float32 keeps of a
# sum over 1,024 pixels. For large ones lesson 01's is too lenient: it counts
# at most 16 nats a pixel.

# %% [markdown]
# ### Exercise 6.2 · The ELBO of a picture
#
# *Medium · 8 minutes · 2 points*
#
# One draw of $z$ was decoded to `x_logits`. Estimate the bound from it: the
# log-likelihood minus the KL divergence of the encoder's cloud from
# $\mathcal N(0, I)$, which lesson 05 derived as
#
# $$\mathrm{KL} = -\tfrac12 \sum_j \big(1 + \log\sigma_j^2 - \mu_j^2
# - \sigma_j^2\big)$$
#
# | | name | shape | type, unit |
# |---|---|---|---|
# | in | `x`, `x_logits` | (n, rows, columns, 1) each | float tensors |
# | in | `z_mean` | (n, latent_dim) | float tensor, μ |
# | in | `z_log_var` | the same | float tensor, log σ² |
# | out | | (n,) | float tensor, nats |
#
# **Why:** its mean, with the sign turned, is the loss of a VAE.
#
# **Done when** the check passes. With four tensors of zeros and pictures of
# 32 × 32, the result is −1024 · log 2 = −709.78.


# %% exercise="6.2" role="stub"
def elbo(x, x_logits, z_mean, z_log_var):
    """Estimate the evidence lower bound of every picture from one draw.

    Args:
        x: float tensor (n, rows, columns, 1), the pictures, 0 to 1.
        x_logits: float tensor, same shape, what the decoder makes of a
            draw from N(z_mean, exp(z_log_var)), before its sigmoid.
        z_mean: float tensor (n, latent_dim).
        z_log_var: float tensor, same shape, natural log of the variance.

    Returns:
        float tensor (n,), nats: summed over pixels and latent dimensions.
    """
    ### BEGIN SOLUTION
    terms = 1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var)
    kl = -0.5 * ops.sum(terms, axis=-1)
    return log_likelihood(x, x_logits) - kl
    ### END SOLUTION


# %% exercise="6.2" role="check"
elbo = check.elbo(elbo)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Two numbers for every picture, each made with a sum over its own axes. You
# have just written the first.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Make the bracket of the KL for every latent dimension: the variance is the
# exponential of what you are given. Sum over the last axis, multiply by minus
# one half, and take it away from your log-likelihood.
#
# </details>

# %% [markdown] exercise="6.2" role="answer"
# **The usual slip:** a mean over the latent dimensions, which weakens the KL
# by `latent_dim`; the result still rises in training, only the model is
# another one. Adding the KL is the other: the ELBO *pays* for a cloud that
# leaves the prior.

# %% [markdown]
# ## Means and sums decide β
#
# Training often weighs the KL: loss = reconstruction + **β** · KL. With both
# terms *summed*, as here, β = 1 is the negative ELBO, and Higgins et al.
# (2017) chose larger ones on purpose.
#
# Published code writes a weight before either term and takes means or sums
# as it comes. A mean over $D$ pixels is the sum divided by $D$. By hand, for
# 500 times a mean over 1,024 pixels, plus a summed KL:
#
# $$\frac{500}{1024}\,R + \mathrm{KL}
# = \frac{500}{1024}\left(R + \frac{1024}{500}\,\mathrm{KL}\right)$$
#
# with $R$ the sum. A positive factor before the whole loss moves no minimum.
# So this loss has β = 1024 / 500 = 2.048, whatever its author calls 500.

# %%
costs = rng.uniform(0, 1, (3, 1024))
kls = rng.uniform(0, 3, (3, 2))
written = 500 * costs.mean(axis=1) + kls.sum(axis=1)
summed = costs.sum(axis=1) + 2.048 * kls.sum(axis=1)
print("as written      ", written)
print("sum + 2.048 · KL", summed)
print("one by the other", written / summed, "500/1024 =", 500 / 1024)

# %% [markdown]
# ### Exercise 6.3 · Which β is it really?
#
# *Easy · 10 minutes · 2 points*
#
# | | name | type | meaning |
# |---|---|---|---|
# | in | `n_pixels` | int | numbers in a picture |
# | in | `latent_dim` | int | numbers in a code |
# | in | `reconstruction_weight` | float | factor before the first term |
# | in | `reconstruction_reduction` | `"sum"`, `"mean"` | over the pixels |
# | in | `kl_weight` | float | factor before the second term |
# | in | `kl_reduction` | `"sum"`, `"mean"` | over the latent dimensions |
# | out | | float | β, no unit |
#
# β is the weight of the summed KL when the summed reconstruction has the
# weight 1.
#
# **Why:** two weights can be compared only after this.
#
# **Done when** the check passes; 500 times a mean over 1,024 pixels and one
# times a summed KL give 2.048.


# %% exercise="6.3" role="stub"
def effective_beta(
    n_pixels,
    latent_dim,
    reconstruction_weight,
    reconstruction_reduction,
    kl_weight,
    kl_reduction,
):
    """Say which beta a loss with weights and means amounts to.

    Args:
        n_pixels: int, numbers in a picture.
        latent_dim: int, numbers in a code.
        reconstruction_weight: float > 0.
        reconstruction_reduction: "sum" or "mean", over the pixels.
        kl_weight: float >= 0.
        kl_reduction: "sum" or "mean", over the latent dimensions.

    Returns:
        float: beta in sum + beta · sum.
    """
    ### BEGIN SOLUTION
    if reconstruction_reduction == "mean":
        reconstruction_weight /= n_pixels
    if kl_reduction == "mean":
        kl_weight /= latent_dim
    return kl_weight / reconstruction_weight
    ### END SOLUTION


# %% exercise="6.3" role="check"
effective_beta = check.effective_beta(effective_beta)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Rewrite each term on its own as *number · sum*. For which two words is that
# number not the weight itself?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# A mean divides its weight by how many numbers it runs over: the pixels in
# the first term, the latent dimensions in the second. Then divide the second
# number by the first.
#
# </details>

# %% [markdown] exercise="6.3" role="answer"
# **The usual slip:** the mean over the pixels is forgotten, and 1/500 comes
# out where 1024/500 belongs. The other one is the ratio upside down: a
# heavier reconstruction makes β *smaller*.

# %% [markdown]
# ### Losses that you will meet
#
# Your function fills in the last column. The first two rows are published:
# Keras's example *Variational AutoEncoder* (Chollet, 2020; 28 × 28 pixels)
# and the Fashion-MNIST VAE in Foster's *Generative Deep Learning* (second
# edition, 2023). The other rows are ways of writing that one finds
# everywhere.

# %%
sizes = {"28 × 28": 784, "32 × 32": 1024}
print("pixels   latents  reconstruction   KL            β")
for side, latents, weight, word, kl_weight, kl_word in [
    ("28 × 28", 2, 1, "sum", 1, "sum"),
    ("32 × 32", 2, 500, "mean", 1, "sum"),
    ("32 × 32", 2, 1, "sum", 1, "mean"),
    ("32 × 32", 32, 1, "sum", 1, "mean"),
    ("28 × 28", 2, 1, "sum", 0.001, "sum"),
    ("28 × 28", 2, 1000, "mean", 1, "sum"),
    ("28 × 28", 2, 100, "mean", 1, "sum"),
    ("28 × 28", 2, 1, "mean", 1, "sum"),
    ("28 × 28", 2, 1, "mean", 1, "mean"),
    ("28 × 28", 20, 1, "mean", 1, "mean"),
]:
    beta = effective_beta(
        sizes[side], latents, weight, word, kl_weight, kl_word
    )
    print(
        f"{side} {latents:8}   {weight:4} × {word:9}"
        f" {kl_weight:5} × {kl_word:5} {beta:9.5g}"
    )

# %% [markdown]
# All of these are called "the VAE loss". Published lessons range from about
# 0.001 to 7.8 (the fifth and the seventh row), and write "β" or "weight" as
# if the numbers were comparable. The last two rows are for whoever takes a
# mean in both terms: there β even changes with the number of latents, though
# not a letter of the loss does.
#
# With *squared error* the same function gives the weight $2\sigma_x^2$ of
# above. Keras's guide *Making new layers and models via subclassing*
# averages both terms, over 784 pixels and 32 latents. How noisy does it, in
# effect, call a pixel?

# %%
weight = effective_beta(784, 32, 1, "mean", 1, "mean")
print(f"weight of the summed KL: {weight:g} = 2σ_x²")
print(f"σ_x = {math.sqrt(weight / 2):g}, for greys from 0 to 1")

# %% [markdown]
# ## Put together: three βs
#
# What does β do? The library's VAE, which you build in lesson 07, three
# times from the same start: with a KL that counts next to nothing, with the
# ELBO itself, and with a heavy KL. The networks are dense ones, small enough
# for a few seconds each. The numbers are of test pictures.

# %% role="train"
(x_train, _), (x_test, y_test) = data.load_fashion_mnist()
order = np.random.default_rng(SEED).permutation(len(x_train))[:N_TRAIN]
x_train = data.prepare_images(x_train[order])
x_test, y_test = data.prepare_images(x_test[:N_TEST]), y_test[:N_TEST]

vaes = {}
print("   β   reconstruction      KL   spread of z_mean   σ of a cloud")
for beta in BETAS:
    runtime.set_seed(SEED)
    vaes[beta] = models.VAE(
        networks.build_dense_variational_encoder(),
        networks.build_dense_decoder(),
        beta=beta,
    )
    training.train(vaes[beta], x_train, epochs=EPOCHS)
    reconstruction, kl = map(ops.mean, vaes[beta].compute_losses(x_test))
    z_mean, z_log_var, _ = vaes[beta].encoder(x_test)
    spread, width = ops.std(z_mean), ops.mean(ops.exp(z_log_var / 2))
    print(
        f"{beta:5g} {reconstruction:12.1f} {kl:12.2f}"
        f" {spread:14.2f} {width:16.3f}"
    )

# %%
shown = [np.flatnonzero(y_test == label)[0] for label in range(10)]
drawings = {f"β = {beta:g}": vae(x_test[shown]) for beta, vae in vaes.items()}
plots.compare_images(
    {"the picture": x_test[shown], **drawings},
    heading="Unseen garments, drawn from the mean of their clouds",
)

# %% [markdown]
# *Figure: ten garments of the test set in four rows. Below the pictures the
# drawings with β = 0.01 and β = 1, which look much alike; in the lowest row,
# β = 30, all are paler and smeared, and several garments share one shape.*

# %% [markdown]
# **A light KL** (β = 0.01) draws about as well as β = 1, at best a few nats
# better. But its codes lie far out, in clouds that are tiny beside their
# spread: points on a wide map with nothing between them. A heavy
# reconstruction weight has brought the plain autoencoder back, holes and all.
#
# **A heavy KL** (β = 30) keeps codes within the prior, in clouds so wide that
# they overlap. The decoder cannot tell neighbours apart and draws their
# average: the blur.
#
# (In quick mode training stops too early to see this.)

# %% [markdown]
# ## The same number by a second road
#
# What Keras reports for β = 1 should be the negative of your ELBO. The
# library's decoder ends in a sigmoid, so we undo that to get logits. The
# dice are thrown anew each time: the difference must be small *beside its
# standard error*.

# %%
vae = vaes[1.0]
z_mean, z_log_var, z = vae.encoder(x_test)
drawn = ops.clip(vae.decoder(z), 1e-7, 1 - 1e-7)
logits = ops.log(drawn) - ops.log1p(-drawn)
yours = np.asarray(elbo(x_test, logits, z_mean, z_log_var), "float64")
theirs = -np.asarray(sum(vae.compute_losses(x_test)), "float64")
report = vae.evaluate(x_test, verbose=0, return_dict=True)
error = (yours - theirs).std(ddof=1) / math.sqrt(N_TEST)
print(f"your ELBO                {yours.mean():.2f} nats a picture")
print(f"compute_losses, negative {theirs.mean():.2f}")
print(f"evaluate, negative       {-report['total_loss']:.2f}")
print(f"yours - compute_losses   {(yours - theirs).mean():+.2f} ± {error:.2f}")

# %% [markdown]
# Each of the three roads draws its own codes; they agree within a few
# standard errors. This is the number that we shall follow through the
# remaining lessons, in nats a picture.

# %% [markdown]
# ## What we saw
#
# - Averaging over the prior is right on paper and failed with twenty
#   dimensions: one draw in 100,000 made up most of the sum.
# - log p(x) = ELBO + KL(q ‖ posterior), to the last digits of float64.
# - Squared error is a normal likelihood, cross-entropy a Bernoulli one. From
#   logits, the latter is right at ±1000; behind a sigmoid it fails at 20.
# - Means and sums decide β: the same words gave anything from 0.001 to 784.
# - Little β: points on a wide map. Much β: blur.

# %% [markdown]
# **An open question:** all three models had the same encoder, with two heads
# and dice behind them. How do you write such a model so that Keras trains it,
# with gradients through the dice and both terms on the screen?

# %% [markdown]
# **Sources.** Read first: Kingma and Welling (2019), *An Introduction to
# Variational Autoencoders*, arXiv:1906.02691, sections 2.1 to 2.3. The
# original: Kingma and Welling (2014), arXiv:1312.6114. The weight: Higgins
# et al. (2017), *β-VAE: Learning Basic Visual Concepts with a Constrained
# Variational Framework*. Greys: Loaiza-Ganem and Cunningham (2019), *The
# Continuous Bernoulli*, arXiv:1907.06845. The noise as β: Rybkin, Daniilidis
# and Levine (2021), *Simple and Effective VAE Training with Calibrated
# Decoders*, arXiv:2006.13202.
#
# **Next:** lesson 07, where you build the model.
