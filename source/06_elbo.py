# %% [markdown]
# # 06 · From likelihood to loss
#
# **Which loss makes the pictures that we were shown likely?**
#
# In about an hour and a half (with a place for a break) you will
# - see why the probability of a picture cannot be computed,
# - derive a bound on it twice, and check it on a toy where all is exact,
# - know why cross-entropy and squared error are *choices*,
# - compute the bound in nats, however sure of itself the decoder is,
# - read off any published loss which β it really has.

# %% role="setup"
import math

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from vae_course import data, densities, plots, runtime, widgets
from vae_course.checks import lesson_06 as check

plots.use_style()
tf = runtime.start_tensorflow()

from keras import ops

from vae_course import models, networks, training

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
# Where $x$ is continuous, $p$ is a density: it may be above 1, and another
# unit of $x$ shifts its logarithm by a constant.
#
# Training should make the pictures that we were shown likely: raise
# $\log p(x)$, added up over them. The distribution $p(z\mid x)$ of the codes
# that may have made a given $x$ is called the **posterior**.

# %% [markdown]
# ### A toy where all of it is exact
#
# One number for the code, one for the picture, a straight line for the
# decoder, normal noise:
#
# $$z \sim \mathcal N(0, 1), \qquad x = wz + b + \sigma_x\,\varepsilon,
# \qquad \varepsilon \sim \mathcal N(0, 1)$$
#
# Below, $n$ counts draws of $z$; $k$ counts the numbers in a picture and in a
# code, for now $k = 1$.
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $x$ | `x_toy` | (k,) | unit of x |
# | $z$ | `z` | (n, k) | unit of z |
# | $w$ | `W` | number | unit of x / unit of z |
# | $b$ | `B` | number | unit of x |
# | $\sigma_x$ | `NOISE` | number | unit of x |
# | $\log p(x\mid z)$ | `toy_log_likelihood(x, z)` | (n,) | nats |
# | $\log p(x)$ | `toy_log_evidence(x)` | number | nats |

# %% [markdown]
# $x$ is a sum of two independent normal numbers, so it is normal as well,
# with mean $b$ and variance $w^2 + \sigma_x^2$. The posterior
# $p(x\mid z)\,p(z)\,/\,p(x)$ is normal in $z$, with
#
# $$\text{variance} = \frac{\sigma_x^2}{w^2 + \sigma_x^2}, \qquad
# \text{mean} = \frac{w\,(x - b)}{w^2 + \sigma_x^2}$$
#
# By hand for $x = 3$: $w^2 + \sigma_x^2 = 2.5$, so the variance is
# 0.25 / 2.5 = 0.1 and the mean 1.5 · 2.5 / 2.5 = 1.5. A fine grid over $z$
# must find the same.
#
# <details><summary>Where the two formulas come from</summary>
#
# As a function of $z$, the logarithm of $p(x\mid z)\,p(z)$ is
#
# $$-\frac{(x - b - wz)^2}{2\sigma_x^2} - \frac{z^2}{2} + \text{const}
# = -\frac12\,\frac{w^2 + \sigma_x^2}{\sigma_x^2}\,z^2
# + \frac{w\,(x - b)}{\sigma_x^2}\,z + \text{const}$$
#
# In the logarithm of a normal density, $-z^2/2$ is divided by the variance,
# and $z$ stands times the mean divided by the variance. Compare.
#
# </details>


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
evidence = joint.sum() * step
grid_mean = (grid * joint).sum() * step / evidence
grid_variance = ((grid - grid_mean) ** 2 * joint).sum() * step / evidence
[exact_mean], [exact_variance] = toy_posterior(x_toy)
exact = toy_log_evidence(x_toy)
print("           log p(x)    posterior: mean  variance")
print(f"formulas {exact:10.6f} {exact_mean:17.6f} {exact_variance:9.6f}")
print(f"grid     {np.log(evidence):10.6f}", end=" ")
print(f"{grid_mean:17.6f} {grid_variance:9.6f}")

# %% [markdown]
# ## The problem: almost no draw explains the picture
#
# Without such formulas, $p(x)$ is still a mean: that of $p(x\mid z)$ over
# draws of $z$ from the prior. Take many draws, average, done?
#
# We try it on $k$ copies of the toy: codes and pictures of $k$ numbers.
# `logsumexp` takes logarithms of numbers and gives the logarithm of their
# sum, without leaving the range of floating-point numbers.

# %%
print(f"{DRAWS:,} draws from the prior; nats")
print(" k   log p(x)  by draws   off by   share of the largest draw")
toys = {}
for k in (1, 2, 5, 10, 20, 50):
    x_k = B + W * rng.standard_normal(k) + NOISE * rng.standard_normal(k)
    nats = toy_log_likelihood(x_k, rng.standard_normal((DRAWS, k)))
    log_sum = logsumexp(nats)
    estimate, exact = log_sum - math.log(DRAWS), toy_log_evidence(x_k)
    share = math.exp(nats.max() - log_sum)
    print(
        f"{k:2} {exact:10.2f} {estimate:9.2f} {estimate - exact:+8.2f}"
        f" {share:12.1%}"
    )
    toys[k] = x_k, exact, estimate

# %% [markdown]
# Up to five numbers it works. From ten on a single draw makes up most of the
# sum, so the result is that draw's luck (at ten, here, good luck), and usually
# too low, by many nats with twenty, hopelessly with fifty: the draws that
# would matter never came. In each dimension a part of the prior explains $x$,
# and the parts multiply: codes that explain all of $x$ are too rare.
#
# A picture's code of two numbers can still be found so, at 100,000 runs of
# the decoder for each picture and step.

# %% [markdown]
# ## The idea: look where the picture comes from
#
# So draw from a distribution $q(z)$ that knows the picture: the encoder's
# cloud, which lesson 05 called the approximate posterior. Dividing by $q$
# makes good for the changed draws:
#
# $$p(x) = \int q(z)\,\frac{p(x\mid z)\,p(z)}{q(z)}\,dz
# = \mathbb E_q\!\left[\frac{p(x\mid z)\,p(z)}{q(z)}\right]$$
#
# $\mathbb E_q$ is the mean over draws of $z$ from $q$. But $\log p(x)$ is
# still the logarithm *of a mean*: the largest few draws decide everything,
# unless $q$ is nearly the posterior. We want the mean *of a logarithm*, to
# which every draw just adds its nats.

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
# inequality** for the logarithm. It is also why the estimates above were
# mostly too low: each is the logarithm of a mean that varies from one lot of
# draws to the next.

# %%
two = np.array([1.0, 9.0])
print(f"logs             {np.log(two).round(3)}")
print(f"log of the mean  {np.log(two.mean()):.3f}")
print(f"mean of the logs {np.log(two).mean():.3f}")
plots.jensen(*two)

# %% [markdown]
# *Figure: the curve of the logarithm, below it a dashed straight line between
# its points at 1 and 9, and a red line that spans the gap at their mean, 5.*

# %% [markdown]
# ## The bound, first derivation
#
# Take the logarithm of $p(x) = \mathbb E_q[\dots]$, and move it inside:
#
# $$\begin{aligned}
# \log p(x)
# &\ge \mathbb E_q\big[\log p(x\mid z) + \log p(z) - \log q(z)\big] \\
# &= \underbrace{\mathbb E_q[\log p(x\mid z)]}_{\text{does the code draw }
# x\text{?}}
# - \underbrace{\mathrm{KL}\big(q\,\Vert\,p(z)\big)}_{\text{lesson 05}}
# \end{aligned}$$
#
# since $\mathrm{KL}(q\,\Vert\,p(z)) = \mathbb E_q[\log q(z) - \log p(z)]$, the
# definition of lesson 05, with the prior as $p$. This is the **evidence lower
# bound**, ELBO for short, made of two numbers that we can compute.

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
# By hand at $x = 3$, with the posterior for $q$: $\log 2\pi\sigma_x^2$ is
# 0.452 and the fraction (0.25² + 2.25 · 0.1) / 0.25 = 1.15, so −½ · 1.602 =
# −0.801. The KL is ½ (0.1 + 2.25 − 1 − log 0.1) = 1.826. The bound is −0.801
# − 1.826 = −2.627. And $\log p(x)$?


# %%
def toy_expected_log_likelihood(x, z_mean, z_log_var):
    """Give the mean of log p(x | z) over z from q, in closed form."""
    square = (x - B - W * z_mean) ** 2 + W**2 * np.exp(z_log_var)
    nats = -0.5 * (np.log(2 * np.pi * NOISE**2) + square / NOISE**2)
    return nats.sum(axis=-1)


def toy_elbo(x, z_mean, z_log_var):
    """Give the ELBO of every row of z_mean and z_log_var, (n,)."""
    fit = toy_expected_log_likelihood(x, z_mean, z_log_var)
    return fit - densities.kl_to_standard_normal(z_mean, z_log_var)


print(f"log p(x) {toy_log_evidence(x_toy):.3f}")
for name, mean, variance in [("prior", 0, 1), ("posterior", 1.5, 0.1)]:
    q = np.array([[mean]]), np.log([[variance]])
    fit = toy_expected_log_likelihood(x_toy, *q)[0]
    kl = densities.kl_to_standard_normal(*q)[0]
    print(f"q the {name}: {fit:.3f} - {kl:.3f} = {toy_elbo(x_toy, *q)[0]:.3f}")

# %% [markdown]
# With the posterior for $q$ the bound *is* $\log p(x)$. Now let $q$ move, with
# the posterior's width, half of it, and twice.

# %%
z_means = np.linspace(-0.2, 3.2, 341)[:, None]
best = math.sqrt(exact_variance)
plots.evidence_bound(
    z_means[:, 0],
    {
        f"ELBO, q with σ = {std:.2f}": toy_elbo(
            x_toy, z_means, np.full_like(z_means, 2 * math.log(std))
        )
        for std in (best, best / 2, 2 * best)
    },
    toy_log_evidence(x_toy),
)

# %% [markdown]
# *Figure: three arches over the mean of q, all highest at 1.5, below a level
# line, log p(x). The solid one, with the width of the posterior, touches it;
# the dashed and the dash-dotted one, too narrow and too wide, do not.*
#
# None of these lifts the bound over the line. The second derivation shows why
# only one reaches it.

# %% [markdown]
# ## The bound, second derivation
#
# The definition of the posterior, as a logarithm, is
# $\log p(z\mid x) = \log p(x\mid z) + \log p(z) - \log p(x)$. Solve it for
# $\log p(x)$, and put in $\log q(z)$, once with a minus and once with a plus:
#
# $$\log p(x) = \log p(x\mid z)
# + \underbrace{\log p(z) - \log q(z)}_{\text{mean: }-\mathrm{KL}(q\Vert p(z))}
# + \underbrace{\log q(z) - \log p(z\mid x)}_{\text{mean: }
# \mathrm{KL}(q\Vert p(z\mid x))}$$
#
# Average over $z$ from $q$; the left side has no $z$ and stays:
#
# $$\log p(x) = \underbrace{\mathbb E_q[\log p(x\mid z)]
# - \mathrm{KL}\big(q\,\Vert\,p(z)\big)}_{\text{ELBO}}
# + \underbrace{\mathrm{KL}\big(q\,\Vert\,p(z\mid x)\big)}_{\text{gap}}$$
#
# No inequality was needed. The gap is a KL divergence: never below 0, and 0
# only where $q$ is the posterior. All means are over $q$; hence $q$ stands
# first, as lesson 05 promised.

# %% [markdown]
# We check it with three clouds; add one of your own. Lesson 05's formula gives
# the KL from a *standard* normal distribution. A KL does not depend on units,
# so we count $z$ from the posterior's mean $m$, in its standard deviations
# $s$: $(z - m)/s$ turns the posterior into $\mathcal N(0, 1)$ and $q$ into
# $\mathcal N\big((\mu - m)/s,\ \sigma^2/s^2\big)$.
#
# By hand for the third row: (1 − 1.5) / 0.3162 = −1.58, squared 2.5, and
# 0.04 / 0.1 = 0.4, so ½ (2.5 + 0.4 − 1 − log 0.4) = 1.408.

# %%
print("   q: mean, σ       ELBO        gap   KL from posterior   difference")
for mean, std in [(0, 1), (1.5, best), (1, 0.2)]:
    q_mean, q_log_var = np.array([[mean]]), np.array([[2 * math.log(std)]])
    [bound] = toy_elbo(x_toy, q_mean, q_log_var)
    gap = toy_log_evidence(x_toy) - bound
    [from_posterior] = densities.kl_to_standard_normal(
        (q_mean - exact_mean) / best, q_log_var - math.log(exact_variance)
    )
    print(
        f"{mean:6.1f} {std:8.4f} {bound:10.4f} {gap:10.6f}"
        f" {from_posterior:14.6f} {gap - from_posterior:16.0e}"
    )

# %% [markdown]
# Equal, but for what float64 rounds away. ELBO = $\log p(x)$ − gap: moving
# the *encoder* changes only the gap. Moving the *decoder* changes both:
# $\log p(x)$ and, through the posterior, the gap. Training sees only their
# difference.
#
# For pictures nobody knows the posterior. It need not be a normal
# distribution with independent dimensions, and then a gap remains.

# %% [markdown]
# ### What was won
#
# Back to twenty and fifty dimensions, with a rough $q$, the posterior's mean
# and *twice* its variance, and a hundred draws.

# %%
print(" k  log p(x)  by the prior  ELBO, 100 draws of q  ELBO, exact   gap")
for k in (20, 50):
    x_k, exact, estimate = toys[k]
    q_mean, variance = toy_posterior(x_k)
    q_log_var = np.log(2 * variance)
    draws = q_mean + np.exp(q_log_var / 2) * rng.standard_normal((100, k))
    kl = densities.kl_to_standard_normal(q_mean[None], q_log_var[None])
    nats = toy_log_likelihood(x_k, draws) - kl
    error = nats.std(ddof=1) / math.sqrt(len(nats))
    [bound] = toy_elbo(x_k, q_mean[None], q_log_var[None])
    print(
        f"{k} {exact:9.1f} {estimate:13.1f} {nats.mean():15.1f} ± {error:.1f}"
        f" {bound:12.1f} {exact - bound:5.1f}"
    )

# %% [markdown]
# In the posterior's own units the rough $q$ is $\mathcal N(0, 2)$, so its gap
# is ½ (2 − 1 − log 2) nats a dimension: 3.1 with twenty, 7.7 with fifty.
# But a hundred draws settle the bound to about a nat. Even a single draw is
# right on average, for the bound is a plain mean; training uses one.
#
# A good place for a break: from here on, pictures.

# %% [markdown]
# ## The likelihood is the loss
#
# A loss is what we lower: the *negative* ELBO. Its first term,
# $-\log p(x\mid z)$, is the reconstruction loss. It depends on what we take
# the decoder's answer $\hat x$ to mean.
#
# **Normal pixels**, mean $\hat x_i$ and a fixed $\sigma_x$, for $D$ pixels:
#
# $$-\log p(x\mid z) = \frac{1}{2\sigma_x^2}\sum_i (x_i - \hat x_i)^2
# + \frac D2 \log 2\pi\sigma_x^2$$
#
# That is squared error and a constant, which moves no minimum. Times
# $2\sigma_x^2$, the rest of the loss becomes
#
# $$\sum_i (x_i - \hat x_i)^2
# + 2\sigma_x^2\,\mathrm{KL}\big(q\,\Vert\,p(z)\big)$$
#
# So whoever weighs the KL beside a sum of squares has, knowingly or not, said
# how noisy pixels are: any weight makes an ELBO, that of one $\sigma_x$.

# %%
pixels, drawn, noise = np.array([0.9, 0.2]), np.array([0.6, 0.3]), 0.5
squares = ((pixels - drawn) ** 2).sum()
constant = len(pixels) / 2 * math.log(2 * math.pi * noise**2)
by_scipy = -norm.logpdf(pixels, drawn, noise).sum()
print(f"squared error by hand: 0.3² + 0.1² = {squares:.2f}")
print(f"-log p by the formula {squares / (2 * noise**2) + constant:.6f}")
print(f"-log p by SciPy       {by_scipy:.6f}")
print(f"σ_x = {noise}: weight of the KL 2σ_x² = {2 * noise**2}")

# %% [markdown]
# **Bernoulli pixels**: pixel $i$ is inked with probability $\hat x_i$, else
# blank. That is the cross-entropy of lesson 01, with its sign turned:
#
# $$\log p(x\mid z) = \sum_i \big[x_i \log \hat x_i
# + (1 - x_i)\log(1 - \hat x_i)\big]$$
#
# We stay with it, as it has no $\sigma_x$ to choose. But it is a probability
# only for pixels that are 0 or 1. For a grey $x_i$ the term is the mean of
# those for ink and for blank, as if each pixel were inked by chance, with
# probability $x_i$: a usable loss, whose numbers can be compared with each
# other, but not with those of other likelihoods (Loaiza-Ganem and Cunningham,
# 2019).

# %% [markdown]
# ## From logits, and why
#
# A decoder's last layer gives any real number $a$, a **logit**, and
# $\operatorname{sigmoid}(a) = 1/(1 + e^{-a})$ makes a probability $\hat x$ of
# it. Does the loss need that probability? Follow the cost of a blank pixel
# ($x = 0$), $-\log(1 - \operatorname{sigmoid}(a))$, in float32, the precision
# of training: as it stands; behind the clip of lesson 01, to between 1e-7 and
# 1 − 1e-7; and from the logit alone, as
# $\operatorname{softplus}(a) = \log(1 + e^a)$.

# %%
print("                                  clipped            softplus")
print(" logit   1 - sigmoid   its -log   cost      slope   cost      slope")
for logit in (-2.0, 2.0, 15.0, 20.0, 100.0, 1000.0):
    a = tf.constant(logit)
    blank = 1 - ops.sigmoid(a)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(a)
        clip = -ops.log(1 - ops.clip(ops.sigmoid(a), 1e-7, 1 - 1e-7))
        soft = ops.softplus(a)
    print(f"{logit:6} {blank:13.3g} {-ops.log(blank):10.6g}", end="")
    for cost in clip, soft:
        print(f"   {cost:<8.6g} {tape.gradient(cost, a):6.3f}", end="")
    print()

# %% [markdown]
# At a logit of 15, digits are lost. At 20 the sigmoid is 1 to the last digit,
# and the pixel costs infinity: training would end there. The clip only hides
# it: from there on a blank pixel drawn as ink costs 15.9 nats, however wrong,
# and its slope is 0, so training cannot mend it.
#
# The softplus never left the logits. It uses two facts:
#
# $$1 - \operatorname{sigmoid}(a) = \frac{e^{-a}}{1 + e^{-a}}
# = \frac{1}{1 + e^{a}} = \operatorname{sigmoid}(-a)$$
#
# $$\log\operatorname{sigmoid}(a) = -\log(1 + e^{-a})
# = -\operatorname{softplus}(-a)$$
#
# $$\text{together:}\quad -\log(1 - \operatorname{sigmoid}(a))
# = \operatorname{softplus}(a)$$

# %% [markdown]
# Written as $\log(1 + e^a)$, softplus would itself overflow at 1000;
# `ops.softplus(a)` is $\max(a, 0) + \log(1 + e^{-|a|})$, where no exponential
# is above 1. `ops.log_sigmoid(a)` is ready-made as well.
#
# By hand on two pixels: $x = 1$ with logit 2, and $x = 0.25$ with logit −1000.
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
# It must be right for pictures of any size and for logits of ±1000, and the
# tape must find its way through it: use functions of `ops`, not of `np`.
#
# **Why:** it is the first term of the ELBO.
#
# **Done when** the check passes; on the two pixels above it gives −250.127:
#
# ```python
# log_likelihood(
#     ops.reshape([1.0, 0.25], (1, 1, 2, 1)),
#     ops.reshape([2.0, -1000.0], (1, 1, 2, 1)),
# )
# ```


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
# Take the formula under "Bernoulli pixels", and replace each of its two
# logarithms by one that starts from the logit. The two facts above say how.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# The log of the probability of ink is the log-sigmoid of the logit; that of
# blank is the log-sigmoid of the logit with its sign turned. Weigh the first
# with the ink, the second with what is left of 1, add, and sum over the axes
# 1, 2 and 3.
#
# </details>

# %% [markdown] exercise="6.1" role="answer"
# **The usual slip:** a sigmoid first and a logarithm after it, which works in
# every quick test and breaks, or goes silent, once the decoder is sure of
# itself. The other one is a mean over the pixels, which Keras's own losses
# take and which divides one term of the ELBO by 1,024.

# %% [markdown]
# ### Exercise 6.2 · The ELBO of a picture
#
# *Medium · 8 minutes · 2 points*
#
# One draw of $z$ was decoded to `x_logits`. Estimate the bound from it: the
# log-likelihood minus the KL, which lesson 05 derived as
#
# $$\mathrm{KL} = -\tfrac12 \sum_j \big(1 + \log\sigma_j^2 - \mu_j^2
# - \sigma_j^2\big)$$
#
# The tape must find its way through this one too: call your `log_likelihood`,
# and write the KL with `ops` (the one in `densities` is NumPy).
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
# **Done when** the check passes. With all four inputs zero and pictures of
# 32 × 32, it gives −1024 · log 2 = −709.78; with ones in `z_mean` and two
# latents 1 nat less, −710.78.


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
# terms *summed* and the cross-entropy, β = 1 is the negative ELBO; Higgins et
# al. (2017) chose larger ones on purpose. Beside a sum of squares, as we saw,
# the weight is a $2\sigma_x^2$ instead.
#
# Published code writes a weight before either term and takes means or sums
# as it comes. A mean over $D$ pixels is the sum divided by $D$. By hand, for
# 500 times a mean over 1,024 pixels, plus a summed KL:
#
# $$\frac{500}{1024}\,R + \mathrm{KL}
# = \frac{500}{1024}\left(R + \frac{1024}{500}\,\mathrm{KL}\right)$$
#
# with $R$ the sum. A factor before the whole loss moves no minimum. So this
# loss has β = 1024 / 500 = 2.048.

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
# Your function fills in the weight: β, or, beside squares, $2\sigma_x^2$. Four
# rows are published (see the sources below), the others one often meets.

# %%
LOSSES = {
    "Keras's example": (784, 2, 1, "sum", 1, "sum"),
    "Foster, 2023": (1024, 2, 500, "mean", 1, "sum"),
    "Foster, 2019 (squares)": (784, 2, 1000, "mean", 1, "sum"),
    "Keras's guide (squares)": (784, 32, 1, "mean", 1, "mean"),
    "KL averaged over 2": (1024, 2, 1, "sum", 1, "mean"),
    "KL averaged over 32": (1024, 32, 1, "sum", 1, "mean"),
    "pixels averaged": (784, 2, 1, "mean", 1, "sum"),
}
print(f"{'':23} pixels latents reconstruction       KL   weight  meaning")
for where, loss in LOSSES.items():
    n_pixels, latent_dim, weight, word, kl_weight, kl_word = loss
    beta = effective_beta(*loss)
    noise = f"σ_x = {math.sqrt(beta / 2):.2g}"
    print(
        f"{where:23} {n_pixels:6} {latent_dim:7} {weight:7} × {word:4}"
        f" {kl_weight:3} × {kl_word:4} {beta:8.5g}"
        f"  {noise if 'squares' in where else 'β'}"
    )

# %% [markdown]
# All of these are called "the VAE loss". With both weights 1, means and sums
# alone give a β anywhere from 0.03 to 784.
#
# σ_x = 3.5 says that pixels are noisy by three and a half times the whole way
# from white to black. Next to that the picture hardly counts, and the KL
# rules.

# %% [markdown]
# ## Put together: three βs
#
# We train the library's VAE, which you build in lesson 07, three times from
# the same start, and measure it on test pictures. (In quick mode training
# stops too early to show what is said below.)

# %% role="train"
(x_train, _), (x_test, y_test) = data.load_fashion_mnist()
order = np.random.default_rng(SEED).permutation(len(x_train))[:N_TRAIN]
x_train = data.prepare_images(x_train[order])
x_test, y_test = data.prepare_images(x_test[:N_TEST]), y_test[:N_TEST]

vaes = {}
print("reconstruction and KL: nats a picture")
print("   β  reconstruction     KL  spread of z_mean  σ of a cloud  ratio")
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
        f"{beta:5g} {reconstruction:11.1f} {kl:11.2f}"
        f" {spread:13.2f} {width:15.3f} {spread / width:9.0f}"
    )

# %%
shown = [np.flatnonzero(y_test == label)[0] for label in range(10)]
drawings = {f"β = {beta:g}": vae(x_test[shown]) for beta, vae in vaes.items()}
plots.compare_images(
    {"the picture": x_test[shown], **drawings},
    heading="Unseen garments, drawn from the mean of their clouds",
)

# %% [markdown]
# *Figure: ten garments of the test set, below them the drawings. Those with
# β = 0.01 and β = 1 look much alike: soft, each in a grey of its own. In the
# lowest row, β = 30, fewer shapes are left, more smeared: a coat has become
# trousers, a sandal and a bag have become shoes.*
#
# In each row some garments come out as another kind: two numbers and a short
# training give no more.

# %% [markdown]
# **A light KL** (β = 0.01) draws about as well as β = 1, at best a few nats
# better. But the spread of its codes is hundreds of times the width of a
# cloud: points on a wide map, nearly the plain autoencoder, and lesson 02
# showed what lies between them.
#
# **A heavy KL** (β = 30) keeps codes within the prior, in clouds more than
# half as wide as their spread. The decoder cannot tell neighbours apart and
# draws their average: more blur, and dozens of nats more.

# %% [markdown]
# ### From one end to the other
#
# The slider below goes through nine VAEs, alike in all but β: small ones with
# eight numbers a code, trained beforehand. *Rate* is the mean KL, *distortion*
# the mean reconstruction loss. Every decoder gets the same draws from
# N(0, I) to make its samples of.
#
# Light weights reconstruct best, from 0.1 down about alike. So why not take
# the lightest? Move the slider to both ends, and look at the samples and at
# the sum.

# %%
widgets.beta_explorer(x_test[shown[2:]])

# %% [markdown]
# *Figure: left, distortion over rate, a dot for each β, the chosen one in a
# red diamond. As β grows the dots go left, level at first, then steeply up.
# Right, eight test images, their reconstructions, and three rows of samples.
# Where the view is not running, β is 1.*
#
# <details><summary>What we see</summary>
#
# For a light weight the samples are smears: the noise falls between the
# codes, into the holes of lesson 02. At β = 10 nearly all are garments, and
# the reconstructions are types of garment. At β = 100 everything is the same
# blot, and the rate is 0. The sum, minus the mean ELBO, is lowest at β = 1,
# where training minimises that very sum.
#
# </details>

# %% [markdown]
# ## The same number, computed twice
#
# For β = 1 the library's loss should be the negative of your ELBO:
# `compute_losses` gives both terms of every picture, in nats. The decoder
# keeps its sigmoid, to give what can be shown, and the loss clips it: good
# enough while logits beyond ±16 stand only at pixels that they get right, as
# here (last line). A decoder that is sure and wrong needs logits.
#
# We undo the sigmoid. The dice are thrown anew each time: expect a difference
# within two or three standard errors.

# %%
vae = vaes[1.0]
z_mean, z_log_var, z = vae.encoder(x_test)
decoded = np.asarray(vae.decoder(z))
x_mean = np.clip(decoded, 1e-7, 1 - 1e-7)
x_logits = ops.log(x_mean) - ops.log1p(-x_mean)
yours = np.asarray(elbo(x_test, x_logits, z_mean, z_log_var), "float64")
theirs = -np.asarray(sum(vae.compute_losses(x_test)), "float64")
error = (yours - theirs).std(ddof=1) / math.sqrt(N_TEST)
print(f"your ELBO                {yours.mean():.2f} nats a picture")
print(f"compute_losses, negative {theirs.mean():.2f}")
print(f"difference               {(yours - theirs).mean():+.2f} ± {error:.2f}")
clipped = decoded != x_mean
miss = np.abs(x_test - decoded)[clipped].max(initial=0)
print(f"clipped: {clipped.mean():.0%} of the pixels, right to {miss:.0e}")

# %% [markdown]
# ## What we saw
#
# - Averaging over the prior failed with twenty dimensions: one draw made up
#   most of the sum.
# - log p(x) = ELBO + KL(q ‖ posterior), to the last digits of float64. So
#   reconstruction and KL are added: with β = 1 they are minus a bound on
#   log p(x), or, for greys, on its mean over pictures inked by chance.
# - Squared error is a normal likelihood, cross-entropy a Bernoulli one. From
#   logits, the latter bears ±1000; behind a sigmoid it fails at 20.
# - Means and sums alone gave a β from 0.03 to 784.
# - Little β: points on a wide map. Much β: more blur.

# %% [markdown]
# **An open question:** all three models had an encoder with two heads and
# dice. How do you write such a model so that Keras trains it, with gradients
# through the dice and both terms on the screen?

# %% [markdown]
# **Sources.** Read first: Kingma and Welling (2019), *An Introduction to
# Variational Autoencoders*, arXiv:1906.02691, sections 2.1 to 2.3. The
# original: Kingma and Welling (2014), arXiv:1312.6114. The weight: Higgins
# et al. (2017), *β-VAE: Learning Basic Visual Concepts with a Constrained
# Variational Framework*. Greys: Loaiza-Ganem and Cunningham (2019), *The
# Continuous Bernoulli*, arXiv:1907.06845. The noise as β: Rybkin, Daniilidis
# and Levine (2021), *Simple and Effective VAE Training with Calibrated
# Decoders*, arXiv:2006.13202. In the table: Chollet (2020), Keras's example
# *Variational AutoEncoder*; the Fashion-MNIST VAE in the second edition of
# Foster's *Generative Deep Learning* and the digits VAE in the code of the
# first; Keras's guide *Making new layers and models via subclassing*.
#
# **Next:** lesson 07, where you build the model.
