# %% [markdown]
# # 03 · The normal distribution
#
# **Which distribution has no edges, says what is likely, and can be drawn
# from in one line?**
#
# In forty minutes you will
# - write the density of the normal distribution, first for one number, then
#   for many at once,
# - tell a density from a probability,
# - draw from any normal distribution by moving and stretching standard noise,
# - know why we compute with the logarithms of densities.

# %% [markdown]
# ## What we work with
#
# No network in this lesson, only NumPy. SciPy is our second road: it knows
# every distribution that we build, so we can compare.

# %% role="setup"
import numpy as np
from scipy import integrate, stats

from vae_course import data, plots, widgets
from vae_course.checks import lesson_03 as check

plots.use_style()

# %% role="setup"
SEED = 0
N_DRAWS = 10_000
BOOT = data.CLASS_NAMES.index("Ankle boot")
HALVES = ("mean grey, left half", "mean grey, right half")

rng = np.random.default_rng(SEED)

# %% [markdown]
# ## A box does not know what is likely
#
# In lesson 02 we drew from a box: everything between the smallest and the
# largest value, all of it equally likely. We try the box on something
# simpler than codes, one number a picture: the *mean grey* of an ankle boot.
# It is 0 for an empty picture and would be 1 for a black square.

# %%
(x_train, y_train), (x_test, y_test) = data.load_fashion_mnist()
boots = data.prepare_images(x_train[y_train == BOOT])
grey = boots.mean(axis=(1, 2, 3), dtype="float64")
low, high = grey.min(), grey.max()
print(f"{len(grey):,} boots, mean grey from {low:.3f} to {high:.3f}")

# %% [markdown]
# Cut the box into four equal quarters. The box promises the same share of
# boots in each. We count.

# %%
counted, _ = np.histogram(grey, bins=4, range=(low, high))
print("the box promises", *4 * [f"{1 / 4:7.1%}"])
print("counted         ", *(f"{c / len(grey):7.1%}" for c in counted))
span = np.linspace(low - 0.02, high + 0.02, 500)
plots.density_curves(
    span,
    {"the box": np.where((span > low) & (span < high), 1 / (high - low), 0)},
    samples=grey,
    title="Most boots are of a middling grey; the box does not know",
    xlabel="mean grey of a boot (0 empty, 1 black)",
)

# %% [markdown]
# *Figure: a histogram of the boots' mean grey, high in the middle and
# falling off on both sides. A dashed line, the box, runs flat from the
# smallest value to the largest and drops to zero there. Both are drawn with
# an area of 1.*
#
# The box fails twice. It spends as much on the rare ends as on the crowded
# middle. And its edges are the two strangest boots we happen to have: for
# the next one outside them it says "impossible".

# %% [markdown]
# ## The bell curve
#
# We want a curve that is high in the middle, falls off evenly, and never
# reaches zero. The **normal distribution** $N(\mu, \sigma^2)$ is the best
# known. Two numbers fix it, where it lies and how far it spreads:
#
# $$f(x) = \frac{1}{\sqrt{2\pi\sigma^2}}
# \exp\left(-\frac{(x-\mu)^2}{2\sigma^2}\right)$$
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $x$ | `x` | any | the unit of x |
# | $\mu$ | `mean` | broadcasts with x | the unit of x |
# | $\sigma^2$ | `variance` | broadcasts with x | its square |
# | $\sigma$ | `std` | as the variance | the unit of x |
# | $f(x)$ | `normal_pdf(…)` | all three broadcast | 1 / the unit of x |

# %% [markdown]
# The exponential gives the *shape*: it depends only on how many $\sigma$
# (standard deviations, `std`) lie between $x$ and the mean. The fraction
# before it is the *height* at the mean, chosen so that the area is 1.
#
# ### On two numbers
#
# Take mean 3 and variance 4, so `std` is 2. At $x = 3$ only the fraction is
# left. At $x = 5$, one `std` away, the exponent is $-4/8 = -1/2$.

# %%
peak = 1 / np.sqrt(2 * np.pi * 4)
print(f"at 3: {peak:.4f}")
print(f"at 5: {peak:.4f} · exp(-1/2) = {peak * np.exp(-1 / 2):.4f}")
print("by SciPy:", stats.norm.pdf([3, 5], loc=3, scale=2).round(4))

# %% [markdown]
# SciPy's `scale` is the standard deviation. Always ask a library which of
# the two it means.
#
# ### Exercise 3.1 · The bell curve
#
# *Easy · 5 minutes · 1 point*
#
# Write $f(x)$ for a number, or for whole arrays at once.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `x` | any | any |
# | in | `mean` | broadcasts | that of x |
# | in | `variance` | broadcasts, above 0 | its square |
# | out | | the broadcast shape | 1 / that of x |
#
# **Why:** every density in this course is built from this one.
#
# **Done when** the check says "passed".


# %% exercise="3.1" role="stub"
def normal_pdf(x, mean, variance):
    """Give the density of the normal distribution N(mean, variance) at x.

    Args:
        x: float or float64 array, any shape.
        mean: float or array that broadcasts with x, in the unit of x.
        variance: float or array that broadcasts with x, above 0, in the
            unit of x squared.

    Returns:
        float or float64 array of the broadcast shape, the density.
    """
    ### BEGIN SOLUTION
    height = 1 / np.sqrt(2 * np.pi * variance)
    return height * np.exp(-((x - mean) ** 2) / (2 * variance))
    ### END SOLUTION


# %% exercise="3.1" role="check"
normal_pdf = check.normal_pdf(normal_pdf)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Write the two factors on lines of their own, the height and the shape, and
# try each with the two numbers above before you multiply them.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# NumPy's `np.exp`, `np.sqrt` and `np.pi` take arrays as they take numbers;
# those of the module `math` do not. Python divides and multiplies from left
# to right: put brackets round all that stands under a fraction line.
#
# </details>

# %% [markdown] exercise="3.1" role="answer"
# **The usual slip:** taking the variance for the standard deviation, in one
# place or in both, which shows at every variance but 1. The other is
# `/ 2 * variance`, which multiplies by the variance where the formula
# divides.

# %% [markdown]
# ### Moved and widened
#
# The mean moves the bell, the variance widens it. The one with mean 0 and
# variance 1 is the **standard normal**, and it is the only one that you
# have to remember. In this course it is red.

# %%
x = np.linspace(-6, 6, 601)
bells = {
    "standard normal: mean 0, variance 1": (0, 1),
    "mean 0, variance 4": (0, 4),
    "mean -3, variance 0.5": (-3, 0.5),
    "mean 3, variance 0.1": (3, 0.1),
}
plots.density_curves(
    x,
    {name: normal_pdf(x, *numbers) for name, numbers in bells.items()},
    highlight="standard normal: mean 0, variance 1",
    title="Four normal distributions, one shape",
)

# %% [markdown]
# *Figure: four bell curves. The standard normal, drawn thick and red, peaks
# at 0. A wider one around 0 is lower; the two around -3 and 3 are narrower
# and higher, the one at 3 so narrow that it rises above 1.*
#
# Wider means lower: all four enclose the same area. Now choose the two
# numbers yourself.

# %%
widgets.normal_explorer()

# %% [markdown]
# *Figure: two sliders, mean and variance, over a dashed bell curve that
# follows them. The red standard normal stays behind it.*
#
# Make the variance small and watch the scale on the left: the curve climbs
# past 1. Nothing can be more than 100 % likely. Is something broken?

# %% [markdown]
# ## Area is probability, height is not
#
# No: a density is not a probability. It says how much probability there is
# *per unit of x*, as a speed is a distance per hour. To get a probability
# you multiply by a width, that is, you take an area:
#
# $$P(a < x < b) = \int_a^b f(x)\,dx$$
#
# SciPy's `integrate.quad` adds up that area numerically.

# %%
print("variance  height  whole area  within one std")
for variance in (0.01, 1.0, 25.0):
    std = np.sqrt(variance)
    whole, within = (
        integrate.quad(normal_pdf, -reach, reach, args=(0, variance))[0]
        for reach in (10 * std, std)
    )
    height = normal_pdf(0.0, 0.0, variance)
    print(f"{variance:8g}  {height:6.3f}  {whole:10.6f}  {within:14.4f}")

# %% [markdown]
# The narrow bell is almost 4 high and still encloses an area of 1. Measure
# in millimetres in place of metres and every height shrinks by a thousand;
# the areas stay.
#
# The last column is the same for all: 68.27 % lie within one standard
# deviation of the mean. Counted in standard deviations, all normal
# distributions are one and the same.

# %% [markdown]
# ## Standardise, and undo it
#
# So we count in standard deviations: subtract the mean, divide by `std`.
#
# $$z = \frac{x-\mu}{\sigma} \qquad\Longleftrightarrow\qquad
# x = \mu + \sigma z$$
#
# Density follows along. A narrow strip holds the same probability on either
# scale, $f_x(x)\,dx = f_z(z)\,dz$, and $dz = dx/\sigma$. Hence
#
# $$f_x(x) = \frac{1}{\sigma}\,f_z\left(\frac{x-\mu}{\sigma}\right)$$
#
# With the standard normal as $f_z$ this *is* the bell curve's formula.

# %%
toy = np.array([7.0, 11.5, 16.0])
z = (toy - 10) / 3
print("mean 10, std 3:", toy, "->", z, "->", 10 + 3 * z)
print("density of x:", normal_pdf(toy, 10, 9).round(5))
print("that of z / 3:", (normal_pdf(z, 0, 1) / 3).round(5))
grey_mean, grey_std = grey.mean(), grey.std()
z = np.abs(grey - grey_mean) / grey_std
for reach in (1, 2, 3):
    area = integrate.quad(normal_pdf, -reach, reach, args=(0, 1))[0]
    share = np.mean(z < reach)
    print(f"within {reach} std: bell {area:.1%}, boots {share:.1%}")

# %% [markdown]
# Read the last three lines. The bell has seen two numbers of the boots,
# their mean and their standard deviation, and foretells the shares to within a
# percent or two. Not every measurement is this normal. One that adds up many
# small, independent effects usually is.

# %% [markdown]
# ## Draw from any normal distribution
#
# Now read $x = \mu + \sigma z$ from right to left. Draw `epsilon` from the
# standard normal; stretch it by the standard deviation; move it by the mean.
# What comes out has exactly the density above.
#
# This line returns in lesson 04 as the heart of the variational
# autoencoder: `z = z_mean + std * epsilon`. All the chance is in `epsilon`,
# and the two numbers that a network has to learn stay outside it.

# %% [markdown]
# ### Exercise 3.2 · Draw from a bell
#
# *Easy · 5 minutes · 1 point*
#
# Draw `n` numbers from $N(\mu, \sigma^2)$, starting from standard normal
# noise: `rng.standard_normal(n)` gives n numbers of it.
#
# | | name | shape | type, unit |
# |---|---|---|---|
# | in | `mean` | one number | float |
# | in | `variance` | one number | float above 0, square of the mean's unit |
# | in | `n` | one number | int |
# | in | `rng` | | NumPy's random generator |
# | out | | (n,) | float, unit of the mean |
#
# **Why:** the variational autoencoder does just this, at every step.
#
# **Done when** the check says "passed".


# %% exercise="3.2" role="stub"
def sample_normal(mean, variance, n, rng):
    """Draw n numbers from N(mean, variance).

    Args:
        mean: float.
        variance: float above 0.
        n: int, how many to draw.
        rng: numpy.random.Generator, the only source of chance.

    Returns:
        float64 array (n,), independent draws.
    """
    ### BEGIN SOLUTION
    epsilon = rng.standard_normal(n)
    return mean + np.sqrt(variance) * epsilon
    ### END SOLUTION


# %% exercise="3.2" role="check"
sample_normal = check.sample_normal(sample_normal)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Three steps: noise, stretch, move. The toy above went from `z` back to `x`
# in the same way, with mean 10 and a standard deviation of 3.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# You are given the variance. Which number, made from it, is in the unit of
# the draws? Multiply every epsilon by that number, then add the mean.
#
# </details>

# %% [markdown] exercise="3.2" role="answer"
# **The usual slip:** multiplying by the variance, so that the spread comes
# out squared. NumPy's own `rng.normal(mean, scale, n)` wants the standard
# deviation, too.

# %% [markdown]
# ### By eye and by number
#
# A finite sample never hits its mean exactly. How far off is normal? The
# mean of n draws has a **standard error** of $\sigma/\sqrt{n}$, their
# variance one of $\sigma^2\sqrt{2/n}$. A share $p$ of n draws has one of
# $\sqrt{p(1-p)/n}$. One or two standard errors are chance, five are a
# mistake.

# %%
mean, variance = 3.0, 0.25
draws = sample_normal(mean, variance, N_DRAWS, rng)
area = integrate.quad(normal_pdf, 2, 2.5, args=(mean, variance))[0]
share = np.mean((draws > 2) & (draws < 2.5))
for name, found, asked, error in (
    ("mean", draws.mean(), mean, np.sqrt(variance / N_DRAWS)),
    ("variance", draws.var(), variance, variance * np.sqrt(2 / N_DRAWS)),
    ("2 to 2.5", share, area, np.sqrt(area * (1 - area) / N_DRAWS)),
):
    off = abs(found - asked) / error
    print(f"{name:9} {found:.4f} for {asked:.4f}: {off:.1f} standard errors")
line = np.linspace(0.8, 5.2, 400)
plots.density_curves(
    line,
    {"the bell": normal_pdf(line, mean, variance)},
    samples=draws,
    title=f"{N_DRAWS:,} draws, mean {mean:g}, variance {variance:g}",
)

# %% [markdown]
# *Figure: a grey histogram of the draws, filling the dashed bell curve
# around 3 with small unevenness.*
#
# The third line printed is the section before, checked: the *area* under
# your curve from 2 to 2.5 is the *share* of your draws that fall there.

# %% [markdown]
# ## More than one number
#
# An autoencoder's code has several numbers. Take two of each boot: the mean
# grey of its left half, the toe, and of its right half, heel and shaft. Each
# has a mean and a variance. Together they have one thing more, the
# **covariance**: the mean of (left − its mean) · (right − its mean). It is
# positive when both tend to be dark together.
#
# All of them make the **covariance matrix** $\Sigma$, in code `covariance`,
# shape (k, k): variances on its diagonal, covariances beside it.


# %%
def grey_of_halves(images):
    """Return the mean grey of left and right half, (n, 2)."""
    halves = images[:, :, :16], images[:, :, 16:]
    means = [half.mean(axis=(1, 2, 3), dtype="float64") for half in halves]
    return np.stack(means, axis=1)


halves = grey_of_halves(boots)
centre, covariance = halves.mean(axis=0), np.cov(halves, rowvar=False)
diagonal = np.diag(np.diag(covariance))
print("mean", centre.round(3), "and covariance matrix")
print(covariance.round(5))
panels = {}
for title, sigma in {
    "isotropic": np.eye(2) * np.trace(covariance) / 2,
    "diagonal": diagonal,
    "full": covariance,
}.items():
    cloud = rng.multivariate_normal(centre, sigma, size=1000)
    panels[title] = cloud, centre, sigma
panels["the boots themselves"] = halves[:1000], centre, covariance
plots.covariance_ellipses(panels, HALVES)

# %% [markdown]
# *Figure: four clouds of 1,000 points with their ellipses, one and two
# standard deviations from the mean. Isotropic: a circle. Diagonal: an
# ellipse along the axes. Full: a leaning, slimmer ellipse. The boots
# themselves fill the leaning ellipse, too.*
#
# Where the density is equal, the points form an ellipse. The eigenvectors
# of $\Sigma$ are its axes (the arrows), the roots of the eigenvalues their
# lengths. **Isotropic** means one variance for all directions (here the mean
# of the boots' two), **diagonal** no covariances, and with $\mu = 0$,
# $\Sigma = I$ it is the **standard multivariate normal**.

# %% [markdown]
# ### Its density
#
# For k numbers, the square of a number becomes a product with the inverse
# matrix, and the variance under the root becomes a determinant:
#
# $$f(x) = \frac{1}{\sqrt{(2\pi)^k \det\Sigma}}
# \exp\left(-\tfrac{1}{2}(x-\mu)^\top \Sigma^{-1} (x-\mu)\right)$$
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $x$ | `x` | (n, k) | the unit of x |
# | $\mu$ | `mean` | (k,) | the unit of x |
# | $\Sigma$ | `covariance` | (k, k) | its square |
# | $f(x)$ | `multivariate_normal_pdf(…)` | (n,) | 1 / volume |

# %% [markdown]
# ### On one point
#
# Variances 4 and 9, no covariance, and a point one standard deviation out
# in both directions. $\det\Sigma = 36$ and the exponent is
# $-\tfrac12(4/4 + 9/9) = -1$, so $f = e^{-1}/(2\pi \cdot 6)$. Without
# covariances the two numbers are independent, and the density must be the
# product of two bells.

# %%
matrix, d = np.array([[4.0, 0.0], [0.0, 9.0]]), np.array([2.0, 3.0])
exponent = -0.5 * d @ np.linalg.inv(matrix) @ d
determinant = np.linalg.det(matrix)
print(f"exponent {exponent:.3f}, determinant {determinant:.3f}")
f = np.exp(exponent) / np.sqrt((2 * np.pi) ** 2 * determinant)
product = normal_pdf(2.0, 0.0, 4.0) * normal_pdf(3.0, 0.0, 9.0)
print(f"density {f:.6f}, product of two bells {product:.6f}")

# %% [markdown]
# ### Exercise 3.3 · The bell in k dimensions
#
# *Medium · 10 minutes · 2 points*
#
# Write $f$ for n points at once. A loop over the points is as welcome as one
# line for all of them.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `x` | (n, k) | any |
# | in | `mean` | (k,) | that of x |
# | in | `covariance` | (k, k) | its square |
# | out | | (n,) | 1 / volume |
#
# **Why:** it is the whole family of which the variational autoencoder takes
# the two simplest members, the diagonal and the standard one.
#
# **Done when** the check says "passed".


# %% exercise="3.3" role="stub"
def multivariate_normal_pdf(x, mean, covariance):
    """Give the density of N(mean, covariance) at each row of x.

    Args:
        x: float64 array (n, k), n points.
        mean: float64 array (k,).
        covariance: float64 array (k, k), symmetric, positive definite.

    Returns:
        float64 array (n,), one density for each point.
    """
    ### BEGIN SOLUTION
    k = len(mean)
    d = x - mean
    squares = np.sum(d @ np.linalg.inv(covariance) * d, axis=1)
    volume = np.sqrt((2 * np.pi) ** k * np.linalg.det(covariance))
    return np.exp(-squares / 2) / volume
    ### END SOLUTION


# %% exercise="3.3" role="check"
multivariate_normal_pdf = check.multivariate_normal_pdf(
    multivariate_normal_pdf
)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# The cell above does it for one point and k = 2. What in it depends on k,
# and what on the point? Only the latter belongs in a loop.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# For all points at once: subtract the mean from every row and call it d, of
# shape (n, k). Multiply d by the inverse matrix, then entry by entry with d
# again, and sum each row. Then comes what does not depend on the point.
#
# </details>

# %% [markdown] exercise="3.3" role="answer"
# **The usual slip:** `d @ inverse @ d.T` for all points at once, which pairs
# every point with every other and gives (n, n) numbers. The other is to
# leave the root off the determinant, which is right only where it is 1.

# %% [markdown]
# ### Turn the ellipse
#
# Change the variances and the correlation (the covariance divided by both
# standard deviations, so it lies between -1 and 1). What does the ellipse
# become as the correlation nears 1? What does the determinant do then?

# %%
widgets.covariance_explorer()

# %% [markdown]
# *Figure: three sliders over a cloud of points with its two ellipses. A
# correlation near 1 or -1 squeezes them towards a line, and the determinant
# towards 0.*

# %% [markdown]
# ## Why we take logarithms
#
# A prepared picture has 1,024 pixels. Suppose a model says that each is
# independent, with a standard normal density. The density of the picture is
# the product of 1,024 numbers below 0.4. What does the computer make of it?

# %%
epsilon = rng.standard_normal(1024)
pixel_densities = normal_pdf(epsilon, 0.0, 1.0)
print(f"largest of them      {pixel_densities.max():.4f}")
print(f"their product        {np.prod(pixel_densities)}")
print(f"smallest full float  {np.finfo('float64').tiny:.1e}")
print(f"sum of their logs    {np.log(pixel_densities).sum():.1f}")
print(f"one density, 60 std from its mean: {normal_pdf(60.0, 0.0, 1.0)}")

# %% [markdown]
# The product **underflows**: it is smaller than any number that a float64
# can hold, and becomes 0. The logarithm of a product is a sum of logarithms,
# and that sum is an everyday number. With the natural logarithm its unit is
# the **nat**.
#
# But look at the last line: 60 `std` out, one single density is 0 already,
# and `log(0)` is minus infinity. So we take the logarithm *on paper*, where
# it undoes the exponential.

# %% [markdown]
# For a diagonal $\Sigma$, one bell for each of k dimensions, we multiply the
# bells and take the logarithm:
#
# $$\log f(x) = -\frac12 \sum_{j=1}^{k} \left(\log 2\pi + \log\sigma_j^2 +
# \frac{(x_j-\mu_j)^2}{\sigma_j^2}\right)$$
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $x$ | `x` | (n, k) | the unit of x |
# | $\mu$ | `mean` | (k,) or (n, k) | the unit of x |
# | $\log\sigma^2$ | `log_var` | (k,) or (n, k) | none |
# | $\log f(x)$ | | (n,) | nats |
#
# `log_var` is the natural logarithm of the *variance*: the variance itself
# is `np.exp(log_var)`.

# %% [markdown]
# ### Exercise 3.4 · The log-density
#
# *Medium · 10 minutes · 2 points*
#
# Write $\log f(x)$ for n points, finite however far they lie from the mean.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `x` | (n, k) | any |
# | in | `mean` | (k,) or (n, k) | that of x |
# | in | `log_var` | (k,) or (n, k) | log of the variance |
# | out | | (n,) | nats, summed over the k dimensions |
#
# **Why:** an encoder will answer with `mean` and `log_var`, and the loss is
# made of log-densities like this one.
#
# **Done when** the check says "passed".


# %% exercise="3.4" role="stub"
def diagonal_normal_log_pdf(x, mean, log_var):
    """Give the log-density of a normal distribution with no covariances.

    Args:
        x: float64 array (n, k), n points.
        mean: float64 array (k,), or (n, k) with one for each point.
        log_var: float64 array (k,) or (n, k), log of the variance.

    Returns:
        float64 array (n,), nats, summed over the k dimensions.
    """
    ### BEGIN SOLUTION
    squares = (x - mean) ** 2 / np.exp(log_var)
    return -0.5 * np.sum(np.log(2 * np.pi) + log_var + squares, axis=1)
    ### END SOLUTION


# %% exercise="3.4" role="check"
diagonal_normal_log_pdf = check.diagonal_normal_log_pdf(
    diagonal_normal_log_pdf
)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Of the formula's three terms you are handed one, finished. The one
# exponential that is left to compute turns it into the variance.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Make an array (n, k) of the three terms added up, one number for each point
# and dimension; broadcasting takes care of the shapes. Sum over the last
# axis, and multiply by minus one half.
#
# </details>

# %% [markdown] exercise="3.4" role="answer"
# **The usual slip:** computing the density first and taking its logarithm
# afterwards, which is right near the mean and minus infinity in the tail.
# The other is to average over the dimensions: independent densities multiply,
# so their logarithms add.

# %% [markdown]
# ## Where do the draws lie?
#
# The standard normal is densest at the origin. So in many dimensions, too,
# most draws lie near the origin, don't they? We measure their distance
# $\lVert\epsilon\rVert$ from it. Its square is a sum of k squares, each 1 on
# average (with a variance of 2), so
#
# $$\mathbb{E}\,\lVert\epsilon\rVert^2 = k$$

# %%
distances = {}
print("   k    √k  mean distance  mean square, off by (std. errors)")
for k in (2, 20, 200, 1024):
    epsilon = rng.standard_normal((2000, k))
    r = distances[k] = np.linalg.norm(epsilon, axis=1)
    squared, error = np.mean(r**2), np.sqrt(2 * k / len(r))
    print(f"{k:4} {np.sqrt(k):5.2f}  {r.mean():5.2f} ± {r.std():.2f}", end="")
    print(f"   {squared:11.2f}  {abs(squared - k) / error:.1f}")
zeros = np.zeros((1, 1024))
at_origin = diagonal_normal_log_pdf(zeros, zeros[0], zeros[0])[0]
at_draws = diagonal_normal_log_pdf(epsilon, zeros[0], zeros[0]).mean()
print(f"log-density: origin {at_origin:.0f} nats, draws {at_draws:.0f} nats")
plots.radii(distances)

# %% [markdown]
# *Figure: histograms of the distance for 2, 20, 200 and 1,024 dimensions.
# Each is a narrow hill at the dotted line √k, and all are about equally
# wide; only the first comes near the origin.*
#
# No draw in 1,024 dimensions is anywhere near the origin, although the
# density there is hundreds of nats higher. Area is probability: there is
# hardly any *volume* near the origin. Almost all of it lies in a thin shell
# of radius $\sqrt{k}$. "The most likely point" is not "a typical point".

# %% [markdown]
# ## Put together
#
# Back to the boots, with their two numbers. Three descriptions, made from the
# training pictures: the box, the diagonal normal, the full normal. We judge
# them on boots that none of them has seen, by the mean log-density: the
# higher, the better that description expected them.

# %%
unseen = grey_of_halves(data.prepare_images(x_test[y_test == BOOT]))
lowest, highest = halves.min(axis=0), halves.max(axis=0)
inside = np.all((unseen >= lowest) & (unseen <= highest), axis=1)
box_score = -np.log(highest - lowest).sum()
log_var = np.log(np.diag(covariance))
by_diagonal = diagonal_normal_log_pdf(unseen, centre, log_var)
by_full = np.log(multivariate_normal_pdf(unseen, centre, covariance))
print(f"box        {box_score:.3f} nats where it applies,")
print(f"           {np.sum(~inside)} of {len(unseen)} boots outside: -inf")
print(f"diagonal   {by_diagonal.mean():.3f} nats")
print(f"full       {by_full.mean():.3f} nats")
plots.covariance_ellipses(
    {
        "diagonal normal": (unseen, centre, diagonal),
        "full normal": (unseen, centre, covariance),
    },
    HALVES,
)

# %% [markdown]
# *Figure: the unseen boots twice. The upright ellipses of the diagonal
# normal leave empty corners at the upper left and the lower right; the
# leaning, slimmer ellipses of the full one fit the cloud.*
#
# Both bells beat the box, and they have no edge to fall off. Knowing that
# the halves go together gains some more: the full normal spends next to
# nothing on boots with a dark toe and a light heel, and there are hardly any.

# %% [markdown]
# ## The same number by a second road
#
# How much should the covariance gain? For a normal distribution the mean
# log-density is $-\tfrac12(k\log 2\pi + \log\det\Sigma + k)$. The two
# descriptions differ only in $\det\Sigma$: $\sigma_1^2\sigma_2^2$ without
# and $\sigma_1^2\sigma_2^2(1-\rho^2)$ with the correlation $\rho$. If boots
# are normal, then, the gain is
#
# $$-\tfrac12 \log(1-\rho^2)$$

# %%
gains = by_full - by_diagonal
gain, error = gains.mean(), gains.std() / np.sqrt(len(gains))
rho = np.corrcoef(halves, rowvar=False)[0, 1]
predicted = -0.5 * np.log(1 - rho**2)
print(f"correlation {rho:.3f}")
print(f"gain on unseen boots {gain:.3f} ± {error:.3f} nats")
print(f"from the correlation {predicted:.3f} nats")
print(f"difference {gain - predicted:.3f}: one standard error is {error:.3f}")

# %% [markdown]
# Two roads to one number: the first averages over the unseen boots, the
# second needs nothing but the correlation of the old ones. What is left
# between them is chance, to be read in standard errors, and the little by
# which boots are not quite normal.
#
# Such closed forms are one reason why variational autoencoders use normal
# distributions. In lesson 05 you derive the most important of them.

# %% [markdown]
# ## What we saw
#
# - A density is probability per unit: 4 high is fine, the area is 1, and
#   68 % of it lies within one standard deviation.
# - `mean + std * epsilon` turns standard noise into any normal distribution.
# - A covariance is an ellipse; without covariances, densities multiply and
#   log-densities add.
# - 1,024 ordinary densities multiply to 0; their logarithms add to an
#   ordinary number.
# - Many-dimensional draws lie in a shell of radius √k.

# %% [markdown]
# **An open question:** let an encoder answer each picture with a mean and a
# variance, and let chance pick the code from that bell. Training needs
# gradients. How can one pass through a throw of dice?
#
# **Sources.** Bishop (2006), *Pattern Recognition and Machine Learning*,
# sections 1.2.4 and 2.3. Kingma and Welling (2014), *Auto-Encoding
# Variational Bayes*, arXiv:1312.6114, section 2.4. Vershynin (2018),
# *High-Dimensional Probability*, section 3.1.
#
# **Next:** lesson 04, the Sampling layer.
