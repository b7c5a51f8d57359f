# %% [markdown]
# # 05 · The KL divergence, derived
#
# **How far is one distribution from another, in one number that a loss can
# use?**
#
# In about an hour and a half, with a break half-way, you will
# - measure surprise, and know why a wrong forecast always costs,
# - know what the two directions of a divergence forgive,
# - estimate a divergence by sampling,
# - have *derived* the KL term of the variational autoencoder, line by line,
#   and its slopes.

# %% [markdown]
# ## What we work with
#
# NumPy again, and SciPy to search for a minimum and to integrate. Two
# functions are yours already:
#
# - `normal_pdf(x, mean, variance)`, exercise 3.1, takes the *variance*;
# - `diagonal_normal_log_pdf(x, mean, log_var)`, exercise 3.4, takes its
#   *logarithm*.

# %% role="setup"
import numpy as np
from scipy import integrate, optimize

from vae_course import plots, widgets
from vae_course.checks import lesson_05 as check
from vae_course.densities import diagonal_normal_log_pdf, normal_pdf

plots.use_style()

SEED = 0
N_DRAWS = 10_000

rng = np.random.default_rng(SEED)

# %% [markdown]
# ## Numbers that are close, clouds that are not
#
# In lesson 04 the clouds shrank to points, and a plain autoencoder was back.
# The loss should say: stay near the standard normal distribution. So we need
# one number for how far a cloud is from it.
#
# First idea: compare their parameters. Take two bells of the same width whose
# means are 1 apart. Someone draws a number from one of them and you guess
# from which. With equal widths the best guess is the nearer mean.

# %%
print("std    difference of the means    guessed right")
for std in (10.0, 1.0, 0.1):
    first, second = rng.normal([[0.0], [1.0]], std, (2, N_DRAWS))
    right = np.mean([first < 0.5, second > 0.5])
    print(f"{std:4}   {1.0:23}    {right:13.1%}")

# %% [markdown]
# The difference of the means says 1 three times. But the two wide bells can
# hardly be told apart, and the two narrow ones have nothing in common.
#
# What counts is not how far the parameters are apart, but what the two
# distributions *say about the same events*: what one calls usual, does the
# other find surprising? We start where everything can be counted.

# %% [markdown]
# ## Surprise
#
# How surprised are you by something to which you gave the probability $a$?
# Not at all if $a = 1$; more, the smaller it was. Two independent surprises
# should add up, and their probabilities multiply; so we take a logarithm:
#
# $$\text{surprise} = -\log a$$
#
# $\log$ is the natural logarithm, `np.log`, and the unit is the **nat** (with
# base 2 it would be the bit).
#
# Let the weather happen with probabilities $p$, and a forecast expect it
# with $q$. Whoever knows $p$ is surprised by $-\log p$ on each day, whoever
# believes the forecast by $-\log q$. The *extra* surprise is the difference,
# $\log p - \log q = \log(p/q)$.

# %% [markdown]
# ### On three outcomes
#
# | | sun | clouds | rain |
# |---|---|---|---|
# | happens, $p$ | 0.8 | 0.1 | 0.1 |
# | expected, $q$ | 0.4 | 0.2 | 0.4 |
# | $p/q$ | 2 | 1/2 | 1/4 |
# | extra surprise, $\log(p/q)$ | log 2 | −log 2 | −2 log 2 |
#
# On cloudy and rainy days the forecast is *less* surprised than somebody who
# knows. But such days are few. The mean over what happens is
# $0.8 \log 2 - 0.1 \log 2 - 0.1 \cdot 2 \log 2 = 0.5 \log 2$.

# %%
happens = np.array([0.8, 0.1, 0.1])
forecast = np.array([0.4, 0.2, 0.4])
extra = np.log(happens / forecast)
print(f"mean extra surprise {np.sum(happens * extra):.4f} nats")
print(f"0.5 · log 2       = {0.5 * np.log(2):.4f}")

# %% [markdown]
# That mean is the **Kullback–Leibler divergence**, KL for short:
#
# $$\operatorname{KL}(p\,\|\,q) = \sum_i p_i \log\frac{p_i}{q_i}$$
#
# **The first one happens**: it gives the weights. The second one only expects.

# %% [markdown]
# Two special cases. What never happens ($p_i = 0$) adds nothing, since
# $x \log x$ goes to 0 with $x$: we agree on $0 \log 0 = 0$, even where $q_i$
# is 0 too. What happens though it was held to be impossible ($p_i > 0$,
# $q_i = 0$) is an infinite surprise.
#
# `np.log(0.0)` is minus infinity, with a warning that you may ignore. But
# `0 * -np.inf` is `nan`: NumPy does not know our agreement.

# %% [markdown]
# ### Exercise 5.1 · Extra surprise
#
# *Easy · 10 minutes · 2 points*
#
# Write the divergence of two discrete distributions.
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $p$, what happens | in: `p` | (k,) | probabilities, sum 1 |
# | $q$, what is expected | in: `q` | (k,) | probabilities, sum 1 |
# | $\operatorname{KL}(p\,\|\,q)$ | out | one number | nats, or `np.inf` |
#
# **Why:** all that follows is this sum with finer and finer outcomes.
#
# **Done when** the check says "passed".


# %% exercise="5.1" role="stub"
def kl_discrete(p, q):
    """Give KL(p || q), the extra surprise of expecting q when p happens.

    Args:
        p: float64 array (k,), how probable each outcome is, possibly 0.
        q: float64 array (k,), how probable it is held to be, possibly 0.

    Returns:
        float, nats: summed over the k outcomes. An outcome with p = 0 adds
        nothing; one with p > 0 and q = 0 makes it infinite.
    """
    ### BEGIN SOLUTION
    occurs = p > 0
    return np.sum(p[occurs] * np.log(p[occurs] / q[occurs]))
    ### END SOLUTION


# %% exercise="5.1" role="check"
kl_discrete = check.kl_discrete(kl_discrete)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Write it without zeros first: the cell above has every piece. Then ask which
# outcomes belong in the sum at all.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# A comparison with zero gives an array of True and False. Put into square
# brackets, it keeps the entries where it is True. Keep of both arrays the
# outcomes that can happen; NumPy then does the right thing where q is 0.
#
# </details>

# %% [markdown] exercise="5.1" role="answer"
# **The usual slip:** one outcome with p = 0 turns the whole sum into `nan`.
# Adding a tiny number to both arrays hides that, but it also turns the
# infinite surprise into an ordinary number, and nobody notices that the
# impossible has happened.

# %% [markdown]
# ## Never negative
#
# Can a wrong forecast be lucky on average? No: this is **Gibbs' inequality**.
# The logarithm lies below its tangent at 1: $\log t \le t - 1$, and they meet
# at $t = 1$ alone. Put $t = q_i/p_i$ and sum over the outcomes that happen:
#
# $$-\operatorname{KL}(p\,\|\,q) = \sum_i p_i \log\frac{q_i}{p_i}
# \le \sum_i p_i \left(\frac{q_i}{p_i} - 1\right)
# = \sum_i q_i - \sum_i p_i \le 1 - 1 = 0$$
#
# So KL is never below 0, and it is 0 only where every $q_i/p_i$ is 1: where
# the two are equal.

# %% [markdown]
# ## Two directions
#
# But KL is no distance: swap the two, and you get another number. First a
# thousand random pairs, then the weather and its forecast, both ways round:

# %%
# random distributions over five outcomes
pairs = rng.dirichlet(np.ones(5), size=(1000, 2))
nats = [kl_discrete(p, q) for p, q in pairs]
same = [abs(kl_discrete(p, p)) for p, _ in pairs]
print(f"1,000 random pairs: from {min(nats):.4f} to {max(nats):.4f} nats")
print(f"each with itself:   at most {max(same):.4f} nats")
print(f"weather and forecast: {kl_discrete(happens, forecast):.4f} nats")
print(f"forecast and weather: {kl_discrete(forecast, happens):.4f} nats")
print(f"0.6 · log 2         = {0.6 * np.log(2):.4f}")

# %% [markdown]
# Swapped, 0.5 log 2 became 0.6 log 2. The two *forgive* different mistakes.
#
# **From here on** the letters are those of the papers: $p$ is a fixed target
# and $q$ is ours to choose. Still the first one happens:
#
# - KL(q ‖ p), `kl_discrete(q, p)`: $q$ happens, $p$ expects;
# - KL(p ‖ q), `kl_discrete(p, q)`: $p$ happens, $q$ expects.
#
# Here $p$ has two humps; $q$ is a bell that moves and widens until the
# divergence is smallest. Each of 801 narrow cells of the line is an outcome.

# %%
z = np.linspace(-8, 8, 801)
target = 0.5 * normal_pdf(z, -2, 0.36) + 0.5 * normal_pdf(z, 2, 0.36)


def in_cells(density):
    """Give each cell its share; no cell is quite impossible."""
    return np.maximum(density, 1e-300) / density.sum()


def price(parameters, direction):
    """Give the divergence of a bell with this mean and log-variance."""
    mean, log_var = parameters
    p, q = in_cells(target), in_cells(normal_pdf(z, mean, np.exp(log_var)))
    if direction == "KL(q ‖ p)":
        return kl_discrete(q, p)
    return kl_discrete(p, q)


panels = {"KL(q ‖ p)": {}, "KL(p ‖ q)": {}}
for direction, bells in panels.items():
    for side, start in ("from the left", [-1, 0]), ("from the right", [1, 0]):
        best = optimize.minimize(
            price, start, args=direction, method="Nelder-Mead"
        )
        mean = round(best.x[0], 2) + 0.0  # the sum turns -0.0 into 0.0
        std = np.exp(best.x[1] / 2)
        bells[side] = mean, std
        print(f"{direction} {side}: mean {mean:.2f}, σ {std:.2f}", end="")
        print(f", {best.fun:.3f} nats")
print(f"log 2 = {np.log(2):.3f}")
plots.fitted_bells(z, target, panels)

# %% [markdown]
# *Figure: two panels with the same grey target, a hump at −2 and one at 2.
# Left, KL(q ‖ p): two narrow bells, each on the hump where its search began.
# Right, KL(p ‖ q): from either side the same wide bell over both humps,
# highest in the empty middle.*

# %% [markdown]
# **KL(q ‖ p)** takes its mean over $q$. Where $q$ does not go, nothing is
# counted: leaving out a hump is forgiven, at a price of about log 2, since $q$
# is twice as high as $p$ on the hump that it keeps. To go where $p$ is nearly
# zero is not forgiven. It *seeks a mode* (a peak).
#
# **KL(p ‖ q)** takes its mean over $p$. Wherever $p$ goes must be expected; to
# expect what never comes is forgiven. It *covers*. Its bell has the mean and
# the variance of $p$ itself: 0, and the spread of the two centres plus that of
# a hump, $2^2 + 0.36 = 4.36$; so σ = 2.09.
#
# (0.692 and 0.555 are different measures; do not compare them.)

# %% [markdown]
# ## From outcomes to codes
#
# In a variational autoencoder $q$ is the cloud that the encoder gives one
# picture, called the (approximate) **posterior**: what is believed after
# seeing the picture. Codes are drawn from it: **$q$ happens**. $p$ is the
# standard normal $N(0, I)$ that we want to sample from later, called the
# **prior**: it expects. So we need KL(q ‖ p). (Lesson 06 shows why a loss
# wants just this direction.)
#
# A narrow cell at $z$ has the probability $q(z)\,dz$. In the fraction the
# width cancels, and the sum becomes an integral, which is a mean over draws
# from $q$:
#
# $$\operatorname{KL}(q\,\|\,p)
# = \int q(z) \log\frac{q(z)\,dz}{p(z)\,dz}\,dz
# = \mathbb E_q\left[\log q(z) - \log p(z)\right]$$

# %% [markdown]
# $\mathbb E_q$ says "mean over z drawn from q". Both log-densities are those
# of exercise 3.4, and q has the mean $\mu$ and the log-variance $v$:
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $\mu$ | `z_mean` | (batch, latent_dim) | none |
# | $v = \log\sigma^2$ | `z_log_var` | as `z_mean` | none |
# | $\varepsilon$ | `epsilon` | as needed | none |
# | $\operatorname{KL}(q\,\|\,p)$ | | (batch,) | nats |
#
# $z$ is counted in standard deviations of the prior, so the first three are
# pure numbers.
#
# The densities of independent dimensions multiply, their logarithms add, and
# so the divergences of the dimensions *add up* to one number for each row.

# %% [markdown]
# ### One draw by hand
#
# Our *toy* is a $q$ with $\mu = 1.5$ and $\sigma = 0.5$, so
# $v = \log 0.25 = -1.386$. `rng.standard_normal(shape)` draws
# $\varepsilon$; here we take $-0.4$. So $z = 1.3$, and
#
# $$\begin{aligned}
# \log q(z) &= -\tfrac12\,(1.838 - 1.386 + 0.16) = -0.306 \\
# \log p(z) &= -\tfrac12\,(1.838 + 1.69) = -1.764
# \end{aligned}$$
#
# where $1.838 = \log 2\pi$, $0.16 = \varepsilon^2$ and $1.69 = z^2$. So this
# draw is more surprising under $p$, by 1.458 nats. NumPy adds a second one.

# %%
toy_mean, toy_log_var = np.array([1.5]), np.log([0.25])
zero = np.zeros_like(toy_mean)
epsilon = np.array([[-0.4], [1.2]])
draws = toy_mean + np.exp(toy_log_var / 2) * epsilon
log_q = diagonal_normal_log_pdf(draws, toy_mean, toy_log_var)
log_p = diagonal_normal_log_pdf(draws, zero, zero)
for e, d, a, b in zip(epsilon, draws, log_q, log_p, strict=True):
    print(f"ε {e[0]:+.1f}: z {d[0]:.1f}, log q {a:.3f}", end="")
    print(f", log p {b:.3f}, difference {a - b:.3f}")

# %% [markdown]
# ### Exercise 5.2 · By sampling
#
# *Medium · 15 minutes · 2 points*
#
# Estimate KL(q ‖ p) for every row: the mean of log q(z) − log p(z) over draws.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `z_mean`, `z_log_var` | (batch, latent_dim) each | none |
# | in | `n_samples` | one int | draws for each row |
# | in | `rng` | | NumPy's random generator |
# | out | estimates | (batch,) | nats |
#
# `diagonal_normal_log_pdf(x, mean, log_var)` takes x of shape (n, k), mean and
# log_var of shape (k,) or (n, k), and gives (n,).
#
# **Why:** this works for any two densities, also where nobody can integrate.
#
# **Done when** it is right on average, and every row and dimension gets an
# epsilon of its own for each draw.


# %% exercise="5.2" role="stub"
def kl_monte_carlo(z_mean, z_log_var, n_samples, rng):
    """Estimate KL(q || N(0, I)) by sampling from q, for each row.

    Args:
        z_mean: float64 array (batch, latent_dim).
        z_log_var: float64 array, same shape, log of the variance.
        n_samples: int, draws for each row.
        rng: numpy.random.Generator, the only source of chance.

    Returns:
        float64 array (batch,), nats: summed over the latent dimensions,
        averaged over the draws.
    """
    ### BEGIN SOLUTION
    zeros = np.zeros(z_mean.shape[1])
    estimates = []
    for mean, log_var in zip(z_mean, z_log_var, strict=True):
        epsilon = rng.standard_normal((n_samples, len(mean)))
        z = mean + np.exp(log_var / 2) * epsilon
        log_q = diagonal_normal_log_pdf(z, mean, log_var)
        log_p = diagonal_normal_log_pdf(z, zeros, zeros)
        estimates.append(np.mean(log_q - log_p))
    return np.array(estimates)
    ### END SOLUTION


# %% exercise="5.2" role="check"
kl_monte_carlo = check.kl_monte_carlo(kl_monte_carlo)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Take one row at a time, in a loop. Its draws form an array (n_samples,
# latent_dim). The cell above does all the rest for two draws.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# For each row: standard normal noise of that shape from the generator, times
# the standard deviation, which half the log-variance leads to, plus the mean.
# Then both log-densities; p has zeros for mean and log-variance. The mean of
# the difference is the row's estimate. Collect the estimates in an array.
#
# </details>

# %% [markdown] exercise="5.2" role="answer"
# **The usual slip:** drawing from the prior and comparing there, which gives
# minus the *other* direction, and a negative number. Noise of the shape
# (n_samples, 1) is the quiet one: the mean stays right, but all dimensions
# move together, and the estimate is less certain than it looks.

# %% [markdown]
# ### How good is an estimate?
#
# We give your function 400 equal rows and get 400 answers for the same cloud:
# once for the toy, once for a cloud with $\mu = 0.1$, $v = 0.05$ that almost
# is $p$. The standard deviation of the answers is the standard error of one.

# %%
ROWS = 400
clouds = {"toy": (1.5, np.log(0.25)), "near p": (0.1, 0.05)}
print("cloud   draws    mean   std of answers   std · √draws   below 0")
for name, (mean, log_var) in clouds.items():
    rows = np.full((ROWS, 1), mean), np.full((ROWS, 1), log_var)
    for n_samples in (1, 10, 100, 1000):
        answers = np.asarray(kl_monte_carlo(*rows, n_samples, rng))
        spread = answers.std()
        print(
            f"{name:7} {n_samples:5} {answers.mean():7.3f} {spread:14.4f}"
            f" {spread * np.sqrt(n_samples):14.2f}"
            f" {np.mean(answers < 0):9.0%}"
        )

# %% [markdown]
# The means stay about the same. A single answer comes closer to them, but
# slowly: std · √draws stays about the same too, so one more digit costs a
# hundred times the draws. And near $p$ about half of the single draws say
# *below zero*, which no divergence is.
#
# Training would need such a number for every picture at every step. Could we
# take the mean on paper, once and for all? **Here is a good place for a
# break.**

# %% [markdown]
# ## Two facts about squares
#
# A log-density of a bell is a parabola, so we only need means of squares.
#
# **First**, $\mathbb E[\varepsilon^2] = 1$: epsilon has mean 0, so the mean of
# its square is its variance, which is 1.
#
# **Second**, for $z = \mu + \sigma\varepsilon$ expand the square and take the
# mean of each term:
#
# $$\mathbb E[z^2] = \mu^2 + 2\mu\sigma\,\mathbb E[\varepsilon]
# + \sigma^2\,\mathbb E[\varepsilon^2] = \mu^2 + \sigma^2$$
#
# since $\mathbb E[\varepsilon] = 0$. We integrate both.


# %%
def mean_under(term, mean, log_var):
    """Integrate q(z) · term(z) over z; give the integral and its error."""
    std = np.exp(log_var / 2)
    return integrate.quad(
        lambda z: normal_pdf(z, mean, std**2) * term(z),
        mean - 12 * std,
        mean + 12 * std,
    )


print(f"|E[ε]| {abs(mean_under(lambda e: e, 0.0, 0.0)[0]):.6f}, expected 0")
print(f"E[ε²] {mean_under(lambda e: e**2, 0.0, 0.0)[0]:.6f}, expected 1")
for mean, log_var in (1.5, np.log(0.25)), (-0.7, 1.2):
    square, _ = mean_under(lambda z: z**2, mean, log_var)
    print(f"E[z²] {square:.6f}, μ² + σ² = {mean**2 + np.exp(log_var):.6f}")

# %% [markdown]
# ## First half: the mean of log q
#
# For one row, with $j$ counting the latent dimensions, exercise 3.4 says
#
# $$\log q(z) = -\frac12 \sum_j \left(\log 2\pi + v_j +
# \frac{(z_j - \mu_j)^2}{\sigma_j^2}\right)$$
#
# A draw is $z_j = \mu_j + \sigma_j\varepsilon_j$. So $z_j - \mu_j =
# \sigma_j\varepsilon_j$, and the fraction is just $\varepsilon_j^2$:
#
# $$\log q(z) = -\frac12 \sum_j \left(\log 2\pi + v_j +
# \varepsilon_j^2\right)$$
#
# The mean of a sum is the sum of the means, and a constant is its own mean.
# The last line is yours.

# %% [markdown]
# ### Exercise 5.3 · The mean of log q
#
# *Easy · 7 minutes · 1 point*
#
# Write the next line on paper, $\mathbb E_q[\log q(z)]$, then in NumPy.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `z_log_var` | (batch, latent_dim) | none |
# | out | $\mathbb E_q[\log q(z)]$ | (batch,) | nats |
#
# **Why:** it is the first half of the divergence. (Its negative is the
# *entropy* of q: how much a cloud surprises whoever knows it.)
#
# **Done when** the check says "passed". No sampling.


# %% exercise="5.3" role="stub"
def expected_log_posterior(z_log_var):
    """Give the mean of log q(z) over draws z from q, for each row.

    A float64 array (batch, latent_dim) comes in; one of (batch,) goes out,
    in nats, summed over the latent dimensions.
    """
    ### BEGIN SOLUTION
    return -0.5 * np.sum(np.log(2 * np.pi) + z_log_var + 1, axis=1)
    ### END SOLUTION


# %% exercise="5.3" role="check"
expected_log_posterior = check.expected_log_posterior(expected_log_posterior)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Which term in the bracket changes from draw to draw? Only that one is
# replaced by its mean; one of the two facts says what it is.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Add up three terms in an array (batch, latent_dim): a constant, the
# log-variance, and the mean that you found. A plain number is added to every
# entry. Sum over the last axis and multiply by minus one half.
#
# </details>

# %% [markdown] exercise="5.3" role="answer"
# **The usual slip:** adding the constants once for a row, outside the sum, in
# place of once for each dimension; with one latent dimension nobody would see
# it. The mean of q is missing for a reason: moving a cloud does not change
# how much it surprises itself.

# %% [markdown]
# ## Second half: the mean of log p
#
# The prior has mean 0 and log-variance 0, so its fraction is $z_j^2$:
#
# $$\log p(z) = -\frac12 \sum_j \left(\log 2\pi + z_j^2\right)$$
#
# The draws still come from $q$. The second fact gives the mean of $z_j^2$
# over them, in terms of $\mu_j$ and $\sigma_j^2$. You are not given
# $\sigma_j^2$ but its logarithm $v_j$, so $\sigma_j^2 = e^{v_j}$. The last
# line is yours again.

# %% [markdown]
# ### Exercise 5.4 · The mean of log p
#
# *Easy · 7 minutes · 1 point*
#
# Write the next line on paper, $\mathbb E_q[\log p(z)]$, then in NumPy.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `z_mean`, `z_log_var` | (batch, latent_dim) each | none |
# | out | $\mathbb E_q[\log p(z)]$ | (batch,) | nats |
#
# **Why:** it is the second half, and the only one that sees the mean.
#
# **Done when** the check says "passed". No sampling.


# %% exercise="5.4" role="stub"
def expected_log_prior(z_mean, z_log_var):
    """Give the mean of log p(z) over draws z from q, for each row.

    Two float64 arrays (batch, latent_dim) come in; one of (batch,) goes out,
    in nats, summed over the latent dimensions.
    """
    ### BEGIN SOLUTION
    squares = z_mean**2 + np.exp(z_log_var)
    return -0.5 * np.sum(np.log(2 * np.pi) + squares, axis=1)
    ### END SOLUTION


# %% exercise="5.4" role="check"
expected_log_prior = check.expected_log_prior(expected_log_prior)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# One term is a constant. The mean of the other, a square, has two parts: one
# for where the cloud lies and one for how wide it is.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Add up, for each row and dimension, the constant, the square of the mean, and
# the variance. The variance is the exponential of what you are given. Sum over
# the last axis and multiply by minus one half.
#
# </details>

# %% [markdown] exercise="5.4" role="answer"
# **The usual slip:** putting $\mu^2$ where the mean of $z^2$ belongs, as if
# all draws sat on the mean; then a cloud could grow without ever paying. The
# other is to carry $v$ over from $\log q$, though nothing of q's own density
# stands in $\log p$.

# %% [markdown]
# ## The difference
#
# The mean of a difference is the difference of the means:
#
# $$\operatorname{KL}(q\,\|\,p) = \mathbb E_q[\log q(z)]
# - \mathbb E_q[\log p(z)]$$
#
# You have both lines on paper. Subtract the second from the first, under one
# sum. One term stands in both and goes away; four are left. Watch the signs.
#
# To test it: for the toy, $\mu = 1.5$ and $v = -1.386$, the estimates above
# were about 1.44. And where $q$ is $p$ it must be exactly 0.

# %% [markdown]
# ### Exercise 5.5 · The closed form
#
# *Medium · 12 minutes · 3 points*
#
# Write KL(q ‖ p) in one line. (Calling your two functions would pass too.)
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `z_mean`, `z_log_var` | (batch, latent_dim) each | none |
# | out | KL(q ‖ p) | (batch,) | nats |
#
# **Why:** it stands in the loss of nearly every variational autoencoder, and
# is mostly copied. You will have derived it.
#
# **Done when** the check says "passed".


# %% exercise="5.5" role="stub"
def kl_to_standard_normal(z_mean, z_log_var):
    """Give KL(q || N(0, I)) in closed form, for each row.

    Two float64 arrays (batch, latent_dim) come in; one of (batch,) goes out,
    in nats, summed over the latent dimensions.
    """
    ### BEGIN SOLUTION
    terms = 1 + z_log_var - z_mean**2 - np.exp(z_log_var)
    return -0.5 * np.sum(terms, axis=1)
    ### END SOLUTION


# %% exercise="5.5" role="check"
kl_to_standard_normal = check.kl_to_standard_normal(kl_to_standard_normal)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Both lines begin with minus one half of a sum over dimensions. Take that out,
# and subtract one bracket from the other, term by term. What happens to a plus
# inside the second bracket?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# What came from log q keeps its sign, what came from log p turns it; log 2π is
# in both. The bracket, an array (batch, latent_dim), must be 0 for a mean of 0
# and a log-variance of 0. Sum it over the last axis and multiply by minus one
# half.
#
# </details>

# %% [markdown] exercise="5.5" role="answer"
# **The usual slip:** `np.mean` in place of `np.sum` over the latent
# dimensions, which weakens the term by a factor of latent_dim and never
# crashes. The next is to write the 1 outside the sum, once for a row: then a
# cloud that *is* the prior seems to cost something.

# %% [markdown]
# ## Three roads to one number
#
# **Go on only when exercise 5.5 has passed**: from here on its answer shows.
#
# <details><summary>Open when 5.5 has passed</summary>
#
# Your line, however you sorted it, is this one:
#
# $$\operatorname{KL}(q\,\|\,p) = -\frac12 \sum_j
# \left(1 + v_j - \mu_j^2 - e^{v_j}\right)$$
#
# </details>
#
# We put it beside an integral and beside 400 times 25 draws, each with its
# error: SciPy's own error estimate, and the standard error.


# %%
def integrated(mean, log_var):
    """Integrate log(q/p) under q; give the integral and its error."""
    variance = np.exp(log_var)
    return mean_under(
        lambda z: np.log(normal_pdf(z, mean, variance) / normal_pdf(z, 0, 1)),
        mean,
        log_var,
    )


clouds["p itself"] = 0.0, 0.0
print("cloud     closed form   integrated ± error    sampled ± error")
for name, (mean, log_var) in clouds.items():
    rows = np.full((ROWS, 1), mean), np.full((ROWS, 1), log_var)
    closed = kl_to_standard_normal(*rows)[0] + 0.0
    integral, error = integrated(mean, log_var)
    answers = np.asarray(kl_monte_carlo(*rows, 25, rng))
    print(f"{name:8} {closed:12.6f}   {integral:9.6f} ± {error:.0e}", end="")
    print(f" {answers.mean():10.4f} ± {answers.std() / np.sqrt(ROWS):.4f}")

# %% [markdown]
# The integral agrees in every digit shown, the draws within two or three
# standard errors. Where $q$ is the prior, every single draw gives exactly 0.
#
# Now move $q$ over $p$ yourself, from close to the toy ($v = -1.4$).

# %%
widgets.kl_explorer()

# %% [markdown]
# *Figure: two sliders, z_mean and z_log_var. Above, the red bell p and a
# dashed bell q that follows the sliders. Below, the curve q · (log q − log p):
# a filled area above zero where q is higher than p, a hatched one below zero
# where it is lower. The filled area minus the hatched one is the KL. The axes
# do not change.*
#
# Look for the place where both areas vanish. Then leave z_mean there and move
# z_log_var to −1 and −2, to 1 and 2. Each step narrower costs less than ½
# more; each step wider costs more than the last.

# %% [markdown]
# ## How it pulls
#
# Training follows slopes. Each $\mu_j$ and each $v_j$ stands in one summand
# only, so we differentiate that one:
#
# $$\frac12\left(\mu_j^2 + e^{v_j} - v_j - 1\right)$$
#
# From school: the slope of $x^2$ is $2x$, that of $e^x$ is $e^x$, that of $x$
# is 1, that of a constant is 0. While one of the two is moved, the other is a
# constant. The two lines are yours.

# %% [markdown]
# ### Exercise 5.6 · The slopes
#
# *Medium · 8 minutes · 2 points*
#
# Differentiate the divergence with respect to $\mu_j$ and to $v_j$, on paper,
# then in NumPy.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `z_mean`, `z_log_var` | (batch, latent_dim) each | none |
# | out, first | slopes along `z_mean` | (batch, latent_dim) | nats |
# | out, second | slopes along `z_log_var` | (batch, latent_dim) | nats |
#
# **Why:** the slopes are all that training ever feels of this term.
#
# **Done when** the check says "passed".


# %% exercise="5.6" role="stub"
def kl_gradients(z_mean, z_log_var):
    """Give the slopes of each row's KL divergence, in nats.

    Two float64 arrays (batch, latent_dim) come in, two of that shape go out:
    the slopes along z_mean, then those along z_log_var. Nothing is summed.
    """
    ### BEGIN SOLUTION
    by_mean = z_mean
    by_log_var = 0.5 * (np.exp(z_log_var) - 1)
    return by_mean, by_log_var
    ### END SOLUTION


# %% exercise="5.6" role="check"
kl_gradients = check.kl_gradients(kl_gradients)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Circle the terms of the summand that contain what is moved: all others have
# the slope 0. Take the circled ones one by one, by the rules above; the ½
# waits in front.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Along the mean only the first term counts, and its 2 meets the ½. Along the
# log-variance two terms count, each with its own sign; the ½ stays. Return
# both arrays with a comma between them.
#
# </details>

# %% [markdown] exercise="5.6" role="answer"
# **The usual slip:** losing the ½ in the second slope because it went away in
# the first. Forgetting the slope of $-v$ is worse: then the pull on the
# log-variance never ends, and every cloud shrinks.

# %% [markdown]
# ### Along the curves
#
# Both slopes again, by going a small step to either side; and minus the slope,
# the *pull*: there training moves the numbers.

# %%
STEP = 1e-4
x, places = np.linspace(-2.5, 2.5, 201), np.arange(-2.0, 3.0)


def moving(name, values):
    """Return z_mean and z_log_var (n, 1): one moves, the other is 0."""
    moved, still = values[:, np.newaxis], np.zeros((len(values), 1))
    return (moved, still) if name == "z_mean" else (still, moved)


panels = {}
for name in ("z_mean", "z_log_var"):
    by_mean, by_log_var = kl_gradients(*moving(name, places))
    slopes = np.ravel(by_mean if name == "z_mean" else by_log_var)
    up = kl_to_standard_normal(*moving(name, places + STEP))
    down = kl_to_standard_normal(*moving(name, places - STEP))
    off = np.abs(slopes - np.subtract(up, down) / (2 * STEP)).max()
    print(f"slope along {name}: small steps differ by at most {off:.0e}")
    curve = kl_to_standard_normal(*moving(name, x))
    heights = kl_to_standard_normal(*moving(name, places))
    panels[name] = x, curve, places, heights, slopes
plots.kl_pull(panels)

# %% [markdown]
# *Figure: two curves with dots and red tangents at −2, −1, 0, 1 and 2. At all
# but 0 a level arrow points towards 0, half as long as the pull, which stands
# above it. Left, over z_mean, a parabola, alike on both sides. Right, over
# z_log_var, a lopsided bowl: gentle on the left, ever steeper on the right.*
#
# Both curves touch 0 at 0, exactly, and rise on either side. The mean is
# pulled home like a spring. The log-variance of too wide a cloud is pulled
# hard; that of too narrow a cloud with less than ½, however narrow it is.

# %% [markdown]
# ## Put together: clouds that stay clouds
#
# In lesson 04 three clouds went for their targets $t$ and shrank; every draw
# paid $(z - t)^2$. We repeat that in NumPy, and once more with your slopes
# added.
#
# On average a draw pays $(\mu-t)^2 + \sigma^2$ in each dimension, as lesson 04
# found, and $\sigma^2 = e^v$. The slopes are $2(\mu-t)$ along $\mu$ and $e^v$
# along $v$. With yours added, all is at rest where
#
# $$2(\mu - t) + \mu = 0, \qquad \sigma^2 + \tfrac12(\sigma^2 - 1) = 0$$
#
# So we predict $\mu = \tfrac23 t$ and $\sigma = 1/\sqrt3$.

# %%
STEPS, LEARNING_RATE, DRAWS = 500, 0.1, 200
targets = np.array([[-2.0, -1.0], [0.0, 2.0], [2.0, -1.0]])
epsilon = rng.standard_normal((3, DRAWS, 2))
panels = {}
print("             step   mean of cloud 1       σ")
for name, weight in ("without KL", 0), ("with KL", 1):
    mean, log_var = np.zeros((2, 3, 2))
    for step in range(1, STEPS + 1):
        by_mean, by_log_var = np.asarray(kl_gradients(mean, log_var))
        mean = mean - LEARNING_RATE * (2 * (mean - targets) + weight * by_mean)
        log_var = log_var - LEARNING_RATE * (
            np.exp(log_var) + weight * by_log_var
        )
        std = np.exp(log_var / 2)
        if step in (100, 200, STEPS):
            across, up = mean[0]
            print(f"{name:10} {step:6}   {across:6.3f}, {up:6.3f}", end="")
            print(f" {std.mean():7.3f}")
    panels[name] = mean[:, np.newaxis] + std[:, np.newaxis] * epsilon
across, up = 2 / 3 * targets[0]
print(f"predicted with KL: {across:.3f}, {up:.3f}, σ {1 / np.sqrt(3):.3f}")
plots.clouds(panels, ["cloud 1", "cloud 2", "cloud 3"], targets)

# %% [markdown]
# *Figure: two panels over the same plane with three crosses, the targets.
# Left, without KL, three small clouds on the crosses. Right, with KL, three
# wide clouds that just overlap at their edges, each centred two thirds of the
# way from the middle to its cross.*
#
# Without KL, σ is down to 0.14 and still falling, ever more slowly. With KL it
# rests. This answers lesson 04's question: the clouds stay clouds, near the
# middle, and meet where there was empty space. The price: they no longer sit
# on their targets.

# %% [markdown]
# ## What each term does
#
# In each dimension, all times ½:
#
# | term | comes from | penalises |
# |---|---|---|
# | $\mu^2$ | $\log p$: the mean of $z^2$ | lying far from the origin |
# | $e^{v}$ | $\log p$: the mean of $z^2$ | being wide |
# | $-v$ | $\log q$: its own $v$ | being narrow, without bound |
# | $-1$ | $\log q$: the mean of $\varepsilon^2$ | nothing: the minimum is 0 |
#
# $\log 2\pi$ stood in both halves and is gone.

# %% [markdown]
# ## What we saw
#
# - KL is a mean extra surprise, in nats; never below 0, and 0 only for equals.
# - The first of the two happens. KL(q ‖ p) seeks a mode of p, KL(p ‖ q) covers
#   p.
# - Sampling estimates any KL; ten times as exact costs a hundred times the
#   draws.
# - For normal q and p two facts about squares give the closed form. Its pull
#   brings means home and each σ to 1, and held three clouds at σ near 0.58.

# %% [markdown]
# **An open question:** we simply *added* the divergence to the cost of a draw.
# Why a sum, and why not ten times the one or the other? Is there a reason why
# just this should be a loss?
#
# **Sources.** Kullback and Leibler (1951), *On Information and Sufficiency*,
# Annals of Mathematical Statistics 22. Cover and Thomas (2006), *Elements of
# Information Theory*, chapter 2. The two directions: Bishop (2006), *Pattern
# Recognition and Machine Learning*, section 10.1.2. The closed form: Kingma
# and Welling (2014), *Auto-Encoding Variational Bayes*, arXiv:1312.6114,
# appendix B.
#
# **Next:** lesson 06, from likelihood to loss.
