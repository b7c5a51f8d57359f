# %% [markdown]
# # 03 · The normal distribution
#
# **Which distribution has no edges, says what is likely, and can be drawn
# from in one line?**
#
# In about eighty minutes (there is a good place for a break half-way) you
# will
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
#
# Cut the box into four equal quarters. The box promises the same share of
# boots in each. We count.

# %%
(x_train, y_train), (x_test, y_test) = data.load_fashion_mnist()
boots = data.prepare_images(x_train[y_train == BOOT])
grey = boots.mean(axis=(1, 2, 3), dtype="float64")
low, high = grey.min(), grey.max()
counted, edges = np.histogram(grey, bins=4, range=(low, high))
shares = counted / len(grey)
print(f"{len(grey):,} boots, mean grey from {low:.3f} to {high:.3f}")
print("the box promises", *4 * [f"{1 / 4:7.1%}"])
print("counted         ", *(f"{share:7.1%}" for share in shares))
span = np.linspace(low - 0.02, high + 0.02, 500)
box = np.where((span > low) & (span < high), 1 / (high - low), 0)
plots.density_curves(
    span,
    {"the box": box},
    samples=grey,
    title="Most boots are of a middling grey; the box does not know",
    xlabel="mean grey of a boot (0 empty, 1 black)",
)

# %% [markdown]
# *Figure: a histogram of the boots' mean grey, a hill. A dashed line, the
# box, is flat between the smallest value and the largest, and zero outside.
# Areas are shares of the boots, 1 in all; what the height means comes below.*
#
# The box fails twice. It spends as much on the rare ends as on the crowded
# middle. And its edges are the two strangest boots we happen to have: for
# the next one outside them it says "impossible".

# %% [markdown]
# ## The bell curve
#
# We want a curve that is high in the middle, falls off evenly, and never
# reaches zero. The **normal distribution** $N(\mu, \sigma^2)$ is the best
# known. Two numbers fix it: the **mean** $\mu$ says where it lies, and the
# **variance** $\sigma^2$, the mean of the squared distances from $\mu$, how
# far it spreads. The root of the variance, $\sigma$, is the **standard
# deviation**, `std` for short: a distance again, in the unit of x.
#
# $$f(x) = \frac{1}{\sqrt{2\pi\sigma^2}}
# \exp\left(-\frac{(x-\mu)^2}{2\sigma^2}\right)$$
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $x$ | `x` | any | the unit of x |
# | $\mu$ | `mean` | broadcasts with x | the unit of x |
# | $\sigma^2$ | `variance` | broadcasts with x | (unit of x)² |
# | $\sigma$ | `std` | as the variance | the unit of x |
# | $f(x)$ | `normal_pdf(…)` | all three broadcast | 1 / (unit of x) |

# %% [markdown]
# The exponential gives the *shape*: it depends only on how many standard
# deviations lie between $x$ and the mean. The fraction before it is the
# *height* at the mean, chosen so that the area is 1.
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
# | in | `mean` | broadcasts with x | the unit of x |
# | in | `variance`, above 0 | broadcasts with x | (unit of x)² |
# | out | density | the broadcast shape | 1 / (unit of x) |
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
# have to remember. In the next two figures it is the red one.

# %%
x = np.linspace(-6, 6, 601)
bells = {
    "standard normal: mean 0, variance 1": (0, 1),
    "mean 0, variance 4": (0, 4),
    "mean −3, variance 0.5": (-3, 0.5),
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
# at 0. A wider one around 0 is lower; the two around −3 and 3 are narrower
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
# So we count in standard deviations: subtract the mean, divide by `std`. The
# standardised number is called $\varepsilon$, in code `epsilon`.
#
# $$\varepsilon = \frac{x-\mu}{\sigma} \qquad\Longleftrightarrow\qquad
# x = \mu + \sigma\,\varepsilon$$
#
# Density follows along. A narrow strip holds the same probability on either
# scale, $f_x(x)\,dx = f_\varepsilon(\varepsilon)\,d\varepsilon$, and
# $d\varepsilon = dx/\sigma$. Hence
#
# $$f_x(x) =
# \frac{1}{\sigma}\,f_\varepsilon\left(\frac{x-\mu}{\sigma}\right)$$
#
# With the standard normal as $f_\varepsilon$ this *is* the bell curve's
# formula.

# %%
toy = np.array([7.0, 11.5, 16.0])
epsilon = (toy - 10) / 3
print("mean 10, std 3:", toy, "->", epsilon, "->", 10 + 3 * epsilon)
by_epsilon = np.divide(normal_pdf(epsilon, 0, 1), 3)
print("density of x:                    ", normal_pdf(toy, 10, 9))
print("density of epsilon, divided by 3:", by_epsilon)

# %% [markdown]
# ### The bell on the boots
#
# Back to the boots. Give a bell their mean and their standard deviation, and
# nothing else. What share does it promise to each quarter of the box? SciPy's
# `cdf` gives the area under the bell to the left of a place; a quarter is the
# difference of two.

# %%
mean, std = grey.mean(), grey.std()
left_of_edges = stats.norm.cdf(edges, loc=mean, scale=std)
print("the bell promises", *(f"{s:7.1%}" for s in np.diff(left_of_edges)))
print("counted          ", *(f"{s:7.1%}" for s in shares))
within = np.mean(np.abs(grey - mean) < std)
print(f"boots within one std of their mean: {within:.1%}")
negative = stats.norm.cdf(0, loc=mean, scale=std)
print(f"the bell, below 0: {negative:.4%}, boots: {np.mean(grey < 0):.1%}")
plots.density_curves(
    span,
    {"the box": box, "the bell": normal_pdf(span, mean, std**2)},
    samples=grey,
    title="Two numbers of the boots, and the bell follows them",
    xlabel="mean grey of a boot (0 empty, 1 black)",
)

# %% [markdown]
# *Figure: the histogram and the box of before. A dash-dotted bell follows the
# histogram, whose top lies a little further left.*
#
# From two numbers the bell foretells each share to within a few percentage
# points; the box promised the second quarter about half of what it holds. The
# bell is no law: it cannot lean to one side as the boots do, and now and then
# it allows a negative grey. What adds up many small, independent effects comes
# close to it.

# %% [markdown]
# ## Draw from any normal distribution
#
# Now read $x = \mu + \sigma\,\varepsilon$ from right to left. Draw `epsilon`
# from the standard normal; stretch it by the standard deviation; move it by
# the mean. What comes out has exactly the density above.
#
# This line returns in lesson 04 as the heart of the variational
# autoencoder: `z = z_mean + std * epsilon`. There the *result* is called
# `z`, a code. All the chance is in `epsilon`, and the two numbers that a
# network has to learn stay outside it.

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
# | in | `mean` | one number | float, unit of x |
# | in | `variance` | one number | float above 0, (unit of x)² |
# | in | `n` | one number | int |
# | in | `rng` | | NumPy's random generator |
# | out | draws | (n,) | float, unit of x |
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
# Three steps: noise, stretch, move. The toy above went from `epsilon` back to
# `x` in the same way, with mean 10 and a standard deviation of 3.
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
# A finite sample never hits its mean exactly. How far off is usual? An
# estimate differs from sample to sample; its standard deviation over all of
# them is called its **standard error**. For the mean of n draws from a bell
# it is $\sigma/\sqrt{n}$, for their variance $\sigma^2\sqrt{2/n}$, for a share
# $p$ of them $\sqrt{p(1-p)/n}$. One or two standard errors are chance, five
# are a mistake.

# %%
mean, variance = 3.0, 0.25
draws = np.asarray(sample_normal(mean, variance, N_DRAWS, rng))
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
# The third line printed says again that area is probability: the *area* under
# your curve from 2 to 2.5 is the *share* of your draws that fall there, up to
# chance.
#
# **One number is done, and this is the place for a break.** What follows is
# the same with many numbers at once.

# %% [markdown]
# ## More than one number
#
# An autoencoder's code has several numbers. Take two of each boot: the mean
# grey of its left half, the toe, and of its right half, heel and shaft. Each
# has a mean and a variance. Together they have a **covariance**: the mean of
# (left − its mean) · (right − its mean), positive when both tend to be dark
# together.

# %% [markdown]
# Variances on the diagonal, covariances beside it: that is the **covariance
# matrix** $\Sigma$, in code `covariance`, shape (k, k). One matrix product
# takes all these means at once.


# %%
def grey_of_halves(images):
    """Return the mean grey of left and right half, (n, 2)."""
    rows_in_two = images.reshape(-1, 32, 2, 16)
    return rows_in_two.mean(axis=(1, 3), dtype="float64")


halves = grey_of_halves(boots)
centre = halves.mean(axis=0)
offset = halves - centre
covariance = offset.T @ offset / len(offset)
print("mean", centre.round(3), "and covariance matrix")
print(covariance.round(5))

# %% [markdown]
# ### Turn the ellipse
#
# Draws form a cloud, and places of equal density an ellipse. Its axes (the
# arrows) point along the **eigenvectors** of $\Sigma$, the directions that the
# matrix stretches and does not turn. The factors of stretching, the
# **eigenvalues**, are the variances along the arrows; their product is the
# **determinant** $\det\Sigma$.
#
# Move the *correlation*, the covariance divided by both standard deviations.
# What do the ellipse and the determinant become as it nears 1?

# %%
widgets.covariance_explorer()

# %% [markdown]
# *Figure: three sliders over a cloud of points and its ellipses, one and two
# standard deviations out; covariance and determinant in the title. A
# correlation near 1 or -1 squeezes the cloud towards a line, the determinant
# towards 0.*
#
# Three special cases, to be set one after the other. **Diagonal:** no
# covariances, an ellipse along the axes. **Isotropic:** one variance for all
# directions as well, a circle. With variances of 1 ($\Sigma = I$) and mean
# 0 it is the **standard multivariate normal**.

# %% [markdown]
# ### Its density
#
# In one dimension we divide the squared distance by the variance. One cannot
# divide by a matrix, but multiply with its **inverse** $\Sigma^{-1}$, which
# undoes it: $\Sigma^{-1}\Sigma = I$. The variance under the root becomes
# the determinant, and each dimension brings a $2\pi$ of its own. With
# $d = x - \mu$, a column of k numbers, and its **transpose** $d^\top$, the
# same as a row:
#
# $$f(x) = \frac{1}{\sqrt{(2\pi)^k \det\Sigma}}
# \exp\left(-\tfrac{1}{2}\,d^\top \Sigma^{-1} d\right)$$

# %% [markdown]
# The formula is for one point. We give the code n points, a row each:
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $x$ | `x` | (n, k) | the unit of x |
# | $\mu$ | `mean` | (k,) | the unit of x |
# | $d$ | `d` | (n, k) | the unit of x |
# | $\Sigma$ | `covariance` | (k, k) | (unit of x)² |
# | $f(x)$ | `multivariate_normal_pdf(…)` | (n,) | 1 / (unit of x)ᵏ |

# %% [markdown]
# ### On one point
#
# Mean (1, −1), variances 4 and 9, covariance 3, and the point (3, 2). So
# $d = (2, 3)$, $\det\Sigma = 4 \cdot 9 - 3 \cdot 3 = 27$, and
# $d^\top\Sigma^{-1}d = (9 \cdot 2^2 - 2 \cdot 3 \cdot 2 \cdot 3 +
# 4 \cdot 3^2)/27 = 4/3$.
#
# Were the covariance 0, the two numbers would be independent, and the
# density the product of two bells.

# %%
matrix = np.array([[4.0, 3.0], [3.0, 9.0]])
point, middle = np.array([3.0, 2.0]), np.array([1.0, -1.0])
d = point - middle
square = d @ np.linalg.inv(matrix) @ d
determinant = np.linalg.det(matrix)
f = np.exp(-square / 2) / np.sqrt((2 * np.pi) ** 2 * determinant)
print(f"square {square:.4f}, determinant {determinant:.4f}")
print(f"density {f:.6f}")
print(f"SciPy   {stats.multivariate_normal.pdf(point, middle, matrix):.6f}")
no_covariance = np.array([[4.0, 0.0], [0.0, 9.0]])
alone = stats.multivariate_normal.pdf(point, middle, no_covariance)
product = normal_pdf(3.0, 1.0, 4.0) * normal_pdf(2.0, -1.0, 9.0)
print(f"covariance 0: {alone:.6f}, product of two bells {product:.6f}")

# %% [markdown]
# ### Exercise 3.3 · The bell in k dimensions
#
# *Medium · 20 minutes · 2 points*
#
# Write $f$ for n points at once. A loop over the points is as welcome as one
# line for all of them.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `x` | (n, k) | any |
# | in | `mean` | (k,) | the unit of x |
# | in | `covariance` | (k, k) | (unit of x)² |
# | out | densities | (n,) | 1 / (unit of x)ᵏ |
#
# **Why:** it is the whole family of which the variational autoencoder takes
# two members, the diagonal one for its codes and the standard one.
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
# The cell above does it for one point and k = 2. Which part depends on k,
# and which on the point? Only the latter belongs in a loop.
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
# ## Why we take logarithms
#
# A prepared picture has 1,024 pixels. Suppose a model says that each is
# independent, with a standard normal density. The density of the picture is
# the product of 1,024 numbers below 0.4. What does the computer make of it?

# %%
epsilon = rng.standard_normal(1024)
pixel_densities = normal_pdf(epsilon, 0.0, 1.0)
print(f"largest of them           {np.max(pixel_densities):.4f}")
print(f"their product             {np.prod(pixel_densities)}")
print(f"smallest float64 above 0  {np.nextafter(0.0, 1.0):.1e}")
print(f"sum of their logs         {np.log(pixel_densities).sum():.1f}")
print(f"one density, 60 std from its mean: {normal_pdf(60.0, 0.0, 1.0)}")

# %% [markdown]
# The product **underflows**: it is smaller than any positive number that a
# float64 can hold, and becomes 0. The logarithm of a product is a sum of
# logarithms, and that sum is an everyday number. With the natural logarithm
# its unit is the **nat**.
#
# But look at the last line: 60 `std` out, one single density is 0 already,
# and `log(0)` is minus infinity. So we take the logarithm *on paper*, where
# it undoes the exponential.

# %% [markdown]
# For a diagonal $\Sigma$ the density is a product of k bells, one for each
# dimension j. We take the natural logarithm, written $\log$ from here on, as
# in code ($\ln$ in lesson 01):
#
# $$\log f(x) = -\frac12 \sum_{j=1}^{k} \left(\log 2\pi + \log\sigma_j^2 +
# \frac{(x_j-\mu_j)^2}{\sigma_j^2}\right)$$
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $x$ | `x` | (n, k) | the unit of x |
# | $\mu$ | `mean` | (k,) or (n, k) | the unit of x |
# | $\log\sigma^2$ | `log_var` | (k,) or (n, k) | log of (unit of x)² |
# | $\log f(x)$ | `diagonal_normal_log_pdf(…)` | (n,) | nats |
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
# | in | `mean` | (k,) or (n, k) | the unit of x |
# | in | `log_var` | (k,) or (n, k) | log of (unit of x)² |
# | out | log-densities | (n,) | nats, summed over the k dimensions |
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
# $\lVert\varepsilon\rVert$ from it. Its square is a sum of k squares, each 1
# on average (with a variance of 2), so the mean square is
#
# $$\mathbb{E}\,\lVert\varepsilon\rVert^2 = k$$

# %%
distances = {}
print("   k  within 1, 2 std  distance         mean square")
for k in (1, 2, 20, 200, 1024):
    epsilon = rng.standard_normal((N_DRAWS // 2, k))
    r = distances[k] = np.linalg.norm(epsilon, axis=1)
    near, error = [np.mean(r < 1), np.mean(r < 2)], np.sqrt(2 * k / len(r))
    print(f"{k:4}  {near[0]:6.1%} {near[1]:6.1%}", end="   ")
    print(f"mean {r.mean():5.2f}, std {r.std():.2f}", end="   ")
    print(f"{np.mean(r**2):7.2f}, standard error {error:.2f}")
zeros = np.zeros(1024)
at_origin = np.mean(diagonal_normal_log_pdf(0 * epsilon, zeros, zeros))
at_draws = np.mean(diagonal_normal_log_pdf(epsilon, zeros, zeros))
print(f"log-density: origin {at_origin:.0f} nats, draws {at_draws:.0f} nats")
plots.radii({k: r for k, r in distances.items() if k > 1})

# %% [markdown]
# *Figure: histograms of the distance for 2, 20, 200 and 1,024 dimensions.
# From k = 20 on each is a narrow hill at the dotted line √k; for k = 2 it
# still reaches down to the origin.*
#
# Now the shares. In one dimension about 68 % lie within one standard
# deviation, in two only about 40 %: so many lie inside the inner of the two
# ellipses above, and about 86 % inside the outer. From 20 dimensions on it
# is next to nothing.

# %% [markdown]
# No draw in 1,024 dimensions is anywhere near the origin, although the
# log-density there is hundreds of nats higher. Area is probability, now volume
# times density. Almost all the probability lies in a thin shell of radius
# $\sqrt{k}$: further in there is hardly any volume, further out hardly any
# density. "The most likely point" is not "a typical point".

# %% [markdown]
# ## Put together
#
# Back to the boots, with their two numbers. Four descriptions, made from the
# training pictures: the box, and an isotropic, a diagonal and a full normal.
# We judge them on boots that none of them has seen, by the mean log-density:
# the higher, the better that description expected them.
#
# `np.diag` takes the diagonal from a matrix, and makes a matrix from a
# diagonal; `np.eye(2)` is $I$. The isotropic normal gets the mean of the two
# variances.

# %%
unseen = grey_of_halves(data.prepare_images(x_test[y_test == BOOT]))
lowest, highest = halves.min(axis=0), halves.max(axis=0)
inside = np.all((unseen >= lowest) & (unseen <= highest), axis=1)
box_score = -np.log(highest - lowest).sum()
print(f"box        {box_score:.3f} nats where it applies,")
print(f"           {np.sum(~inside)} of {len(unseen)} boots outside: -inf")
variances = np.diag(covariance)
matrices = {
    "isotropic": variances.mean() * np.eye(2),
    "diagonal": np.diag(variances),
    "full": covariance,
}
scores, panels = {}, {}
for name, matrix in matrices.items():
    densities = multivariate_normal_pdf(unseen, centre, matrix)
    scores[name] = np.log(densities)
    panels[name] = unseen, centre, matrix
    print(f"{name:10} {scores[name].mean():.3f} nats")
by_log = diagonal_normal_log_pdf(unseen, centre, np.log(variances))
print(f"diagonal, by your log-density: {np.mean(by_log):.3f} nats")
plots.covariance_ellipses(panels, HALVES)

# %% [markdown]
# *Figure: the unseen boots three times, with ellipses one and two standard
# deviations out. The isotropic circles are too wide; the upright diagonal
# ellipses have empty corners at the upper left and the lower right; the
# leaning, slimmer full ones fit the cloud.*
#
# Every bell beats the box, and has no edge to fall off. Each further number
# gains more: the full normal spends next to nothing on boots with a dark toe
# and a light heel, and there are hardly any.

# %% [markdown]
# Log-densities above 0? A density is no probability and may exceed 1: the
# boots crowd into a small part of the unit square, so there are many per
# unit of area. The picture before had 1,024 densities below 0.4 each, and a
# log-density far below 0. Only compare log-densities of the same numbers in
# the same unit.

# %% [markdown]
# ## The same number by a second road
#
# How much should the covariance gain? A mean log-density is
#
# $$-\tfrac12\left(k\log 2\pi + \log\det\Sigma +
# \overline{d^\top\Sigma^{-1}d}\right)$$
#
# with a bar for the mean over the boots. If $\Sigma$ holds their variances and
# covariances, that last mean is k: 1 for each axis of the ellipse, where we
# divide by just the variance along it. The *diagonal* $\Sigma$ gives k, too:
# each $d_j^2/\sigma_j^2$ is 1 on average, whatever the covariances.

# %% [markdown]
# So the two descriptions differ only in $\det\Sigma$:
# $\sigma_1^2\sigma_2^2$ without and $\sigma_1^2\sigma_2^2(1-\rho^2)$ with the
# correlation $\rho$. The gain must be
#
# $$-\tfrac12 \log(1-\rho^2)$$
#
# on the boots whose variances and covariance these are, and nearly so on
# others like them.

# %%
gains = scores["full"] - scores["diagonal"]
gain, error = gains.mean(), gains.std() / np.sqrt(len(gains))
rho = np.corrcoef(halves, rowvar=False)[0, 1]
predicted = -0.5 * np.log(1 - rho**2)
print(f"correlation {rho:.3f}")
print(f"gain on unseen boots {gain:.3f} nats, standard error {error:.3f}")
print(f"from the correlation {predicted:.3f} nats")
print(f"difference           {gain - predicted:.3f} nats")

# %% [markdown]
# Two roads to one number: the first averages over the unseen boots, the
# second needs nothing but the correlation of the old ones. What is left
# between them is chance, to be read in standard errors.
#
# Such closed forms are one reason why variational autoencoders use normal
# distributions. In lesson 05 you derive the most important of them.

# %% [markdown]
# ## What we saw
#
# - A density is probability per unit: 4 high is fine, the area is 1, and
#   68 % of it lies within one standard deviation.
# - `mean + std * epsilon` turns standard noise into any normal distribution.
# - A covariance matrix is an ellipse; without covariances, densities multiply
#   and log-densities add.
# - 1,024 ordinary densities multiply to 0; their logarithms add to an
#   ordinary number.
# - Standard normal draws of many numbers, k, lie in a shell of radius √k.

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
