# %% [markdown]
# # 09 · Explore the latent space
#
# **Lesson 02 measured what is wrong with an autoencoder's plane. Has the VAE
# cured it?**
#
# In about an hour you will
# - measure the two numbers of lesson 02 again, before and after,
# - see how far the cloud of all codes is from the shape that we asked for,
# - draw the whole plane as one picture,
# - invent garments and have them judged by numbers,
# - add an attribute to a garment by adding two numbers to its code.

# %% role="setup"
import numpy as np
from scipy import stats
from scipy.spatial import cKDTree

from vae_course import data, plots, runtime
from vae_course.checks import lesson_09 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras

from vae_course import evaluate, latent, models, networks, training, widgets

SEED = 0
N_IMAGES = runtime.pick(full=60_000, quick=20_000)
IMAGES_SEEN = runtime.pick(full=240_000, quick=20_000)
N_CODES = runtime.pick(full=10_000, quick=2_000)
N_SAMPLES = 10_000
N_JUDGED = runtime.pick(full=300, quick=100)
GRID = 15

# %% role="setup"
(x_train, y_train), (x_test, y_test) = data.load_fashion_mnist()
x_train, y_train = x_train[:N_IMAGES], y_train[:N_IMAGES]
x_train, x_test = map(data.prepare_images, (x_train, x_test))

# %% [markdown]
# ## The patient before and after
#
# *Before* is lesson 02's autoencoder, trained as it was there. *After* is the
# VAE that you trained in lesson 08; if there is none, one is trained now, in
# some seconds.
#
# Two changes lie between them, and only two: the encoder answers with a
# cloud, and the loss has the KL term. Neither ever sees a label. In this
# lesson labels colour the figures, and check what came out.

# %% role="train"
runtime.set_seed(SEED)
autoencoder = models.Autoencoder(
    networks.build_dense_encoder(), networks.build_dense_decoder()
)
autoencoder.compile(
    keras.optimizers.Adam(0.002), jit_compile=False, steps_per_execution=16
)
autoencoder.fit(
    x_train,
    batch_size=256,
    epochs=max(1, IMAGES_SEEN // len(x_train)),
    verbose=0,
)
vae = training.load_or_train(x_train, seed=SEED)
print(f"weight of the KL term: beta = {vae.beta:g}")

# %% [markdown]
# ## Two maps of the same pictures
#
# The VAE's encoder gives a cloud for each picture, so it has two kinds of
# code: the cloud's middle, and a draw from it. In training the decoder saw
# draws only.
#
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | | `z_plain`, the autoencoder's codes | (n, 2) | none |
# | $\mu(x)$ | `z_mean`, the clouds' middles | (n, 2) | none |
# | $\log\sigma^2(x)$ | `z_log_var` | (n, 2) | none |
# | $z$ | `z`, one draw from each cloud | (n, 2) | none |

# %%
some, labels = x_train[:N_CODES], y_train[:N_CODES]
z_plain = autoencoder.encoder.predict(some, batch_size=512, verbose=0)
z_mean, z_log_var, z = vae.encoder.predict(some, batch_size=512, verbose=0)

for name, codes in {"autoencoder": z_plain, "VAE, drawn": z}.items():
    print(f"{name:12} from {codes.min(0).round(1)} to {codes.max(0).round(1)}")
print(f"median σ of the VAE's clouds: {np.median(np.exp(z_log_var / 2)):.3f}")
shown = slice(2_000)
plots.latent_planes(
    {"Autoencoder": z_plain[shown], "VAE: drawn z": z[shown]},
    labels[shown],
    data.CLASS_NAMES,
)

# %% [markdown]
# *Figure: two planes with the codes of the same pictures, a colour and a
# marker for each class. Left, the autoencoder's, with axes that reach far out
# and a cloud of arms and gaps. Right, the VAE's, rounder and fuller, around
# the origin.*
#
# Look at the axes first: nobody told the autoencoder where to stay. The VAE's
# codes lie within a few units of the origin, and like still lies beside like.
# But it is no perfect disc either. Let us measure.

# %% [markdown]
# ## The two numbers, before and after
#
# From lesson 02, with its own functions:
# - **Holes:** the share of samples that lie farther from every code than 99 of
#   100 codes lie from their neighbour.
# - **Area in use:** the share of cells that hold a code, within two standard
#   deviations of the middle.
#
# Samples come from a normal distribution *fitted* to the codes. For the VAE
# there is a second column: it was trained towards N(0, I), so we may sample
# from that without looking at a single code. The *made cloud* is as many
# points from N(0, I) itself, and shows how good the numbers could be.

# %%
rng = np.random.default_rng(SEED)
cells = int(np.sqrt(N_CODES / 10))
prior, made = rng.standard_normal((2, N_SAMPLES, 2))
clouds = {"autoencoder": z_plain, "VAE, z_mean": z_mean, "VAE, drawn z": z}
clouds["made cloud"] = made[:N_CODES]

by_fitted, by_prior, in_use = {}, {}, {}
print("               samples in holes, %   area in use, %")
print("               fitted      N(0, I)")
for name, codes in clouds.items():
    middle, std = codes.mean(axis=0), codes.std(axis=0)
    fitted = rng.multivariate_normal(middle, np.cov(codes.T), N_SAMPLES)
    by_fitted[name] = 100 * evaluate.hole_share(fitted, codes)
    by_prior[name] = 100 * evaluate.hole_share(prior, codes)
    corners = middle - 2 * std, middle + 2 * std
    in_use[name] = 100 * evaluate.area_in_use(codes, cells, corners)
    known = "-" if codes is z_plain else f"{by_prior[name]:.1f}"
    print(f"{name:14}{by_fitted[name]:7.1f}{known:>13}", end="")
    print(f"{in_use[name]:17.1f}")

# %% [markdown]
# Both numbers have moved in the right direction, and a good way: fewer
# samples fall in holes, and more of the area is in use. It makes little
# difference whether we take the middles or the draws.
#
# Neither has arrived. The made cloud has about one sample in a hundred in a
# hole, and nearly every cell in use. So the VAE is better, not cured, and an
# honest lesson asks why.
#
# (In quick mode both models have hardly learned, and these numbers and those
# below may say anything.)

# %% [markdown]
# ## Is the cloud what we asked for?
#
# The KL term pulls *each* picture's cloud towards N(0, I). For sampling, only
# all of them together matter. This mixture is the **aggregated posterior**:
#
# $$q(z) = \frac1n\sum_{i=1}^n q(z \mid x_i)$$
#
# Taking a picture at random and drawing from its cloud draws from it; so `z`
# above is a sample of it. If it were the prior, every dimension would have
# mean 0 and variance 1. The variance of draws has two parts, and we add them
# up as a second road: the middles' variance, and the mean of the variances
# $\sigma^2$.

# %%
root = np.sqrt(N_CODES)
for k in range(2):
    spread = (z[:, k] - z[:, k].mean()) ** 2
    middles = (z_mean[:, k] - z_mean[:, k].mean()) ** 2
    small = np.exp(z_log_var[:, k])
    rest = spread - middles - small
    print(f"dimension {k + 1}")
    print(f"  mean {z[:, k].mean():+.3f} ± {z[:, k].std() / root:.3f}", end="")
    print(f", variance {spread.mean():.3f} ± {spread.std() / root:.3f}")
    print(f"  two parts: {middles.mean():.3f} + {small.mean():.4f}", end="")
    print(f", difference {rest.mean():+.4f} ± {rest.std() / root:.4f}")
plots.codes_and_prior({"drawn z": z})

# %% [markdown]
# *Figure: for each of the two dimensions the density of the drawn codes as
# steps, and the bell of the prior as a red line. The steps cover about the
# same range as the bell, with bumps and dents where it is smooth.*
#
# The number after ± is the standard error. The two roads to the variance
# agree within two or three of them. Nearly all of it comes from the middles:
# the single clouds are tiny. Means and variances miss 0 and 1 by more than
# chance would allow.

# %% [markdown]
# The loss weighs two wishes. Two numbers are little room for so many
# pictures, and the reconstruction gains much by keeping them apart; the KL
# term asks a price for it. What comes out is a compromise.

# %% [markdown]
# ## Percentiles
#
# In a normal cloud most points crowd in the middle. There is a ruler on which
# they spread out evenly: replace each number by the share of the distribution
# that lies *below* it, its **percentile**. This is the area under the bell to
# the left of it, called the cumulative distribution function, cdf:
#
# $$u = \Phi(z) = \int_{-\infty}^{z}
# \frac{1}{\sqrt{2\pi}}\,e^{-t^2/2}\,dt$$
#
# | symbol | name in code | shape | range |
# |---|---|---|---|
# | $z$ | `z` | (n, latent_dim) | any number |
# | $u$ | `percentiles` | the same | 0 to 1 |

# %% [markdown]
# Half of the bell lies below 0, so $\Phi(0) = 0.5$. In SciPy Φ is
# `stats.norm.cdf`, and the way back $\Phi^{-1}$ is `stats.norm.ppf`. (The
# shorter `scipy.special.ndtr` and `ndtri` are the same. Or, from the error
# function: $\Phi(z) = \frac12\,(1 + \operatorname{erf}(z/\sqrt2))$.)
#
# The second road is to count how many of many draws lie below.

# %%
draws = rng.standard_normal(N_SAMPLES)
print("   z   cdf(z)   counted   difference, standard error   ppf(cdf(z))")
for number in (-1.0, 0.0, 2.0):
    share = stats.norm.cdf(number)
    counted = np.mean(draws < number)
    error = np.sqrt(share * (1 - share) / N_SAMPLES)
    print(f"{number:+.0f}   {share:.4f}   {counted:.4f}", end="")
    print(f"{counted - share:+13.4f} ± {error:.4f}", end="")
    print(f"{stats.norm.ppf(share):+17.1f}")

# %% [markdown]
# ### Exercise 9.1 · Percentiles
#
# *Easy · 5 minutes · 1 point*
#
# Replace every number of every code by its percentile under the standard
# normal distribution, each on its own.
#
# | | name | shape | range |
# |---|---|---|---|
# | in | `z` | (n, latent_dim) | any number |
# | out | | (n, latent_dim) | 0 to 1 |
#
# **Why:** on this ruler equal areas hold equally many pictures, *if* the
# cloud is standard normal. So it shows where it is not.
#
# **Done when** the check says "passed".


# %% exercise="9.1" role="stub"
def to_percentiles(z):
    """Say of each number how much of the standard normal lies below it.

    Args:
        z: float array (n, latent_dim), the codes.

    Returns:
        float array (n, latent_dim), between 0 and 1.
    """
    ### BEGIN SOLUTION
    return stats.norm.cdf(z)
    ### END SOLUTION


# %% exercise="9.1" role="check"
to_percentiles = check.to_percentiles(to_percentiles)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# What you need has been computed for three numbers in the cell above. SciPy's
# functions take arrays of any shape.
#
# </details>
#
# <details><summary>Hint 2: the step</summary>
#
# One call of the standard normal's cdf on the whole array. Leave mean and
# standard deviation as they are, 0 and 1: we ask about the prior, not about a
# normal fitted to the codes.
#
# </details>

# %% [markdown] exercise="9.1" role="answer"
# **The usual slip:** the height of the bell, `pdf`, in place of the area left
# of it. The other is to rank the codes among each other: that would be even
# by construction, whatever the cloud, and show nothing.

# %% [markdown]
# ## Whose land is it?
#
# Every class has about a tenth of the pictures. Were the cloud of codes
# exactly standard normal, and no class mixed with another, each would own a
# tenth of the square of percentiles. Who owns what? We drop points evenly
# and ask whose code is nearest.


# %%
def land(codes, places):
    """Share out places among the classes: the nearest code owns each."""
    _, nearest = cKDTree(codes).query(places)
    return np.bincount(labels[nearest], minlength=10) / len(places)


percentiles = np.asarray(to_percentiles(z))
shares = {
    f"{name}, in its box": land(
        codes, latent.sample_bounding_box(codes, N_SAMPLES, rng)
    )
    for name, codes in {"autoencoder": z_plain, "VAE": z}.items()
}
shares["VAE, in percentiles"] = land(percentiles, rng.random((N_SAMPLES, 2)))
for name, share in shares.items():
    low, high = 100 * share.min(), 100 * share.max()
    print(f"{name:24} a class owns {low:4.1f} % to {high:4.1f} %")
plots.latent_planes(
    {"Drawn z": z[shown], "The same in percentiles": percentiles[shown]},
    labels[shown],
    data.CLASS_NAMES,
    [plots.CODE_AXES, plots.PERCENTILE_AXES],
)

# %% [markdown]
# *Figure: left the VAE's codes, right the same codes as percentiles in a
# square from 0 to 1. Some stretches of the square are crowded, others bare.*
#
# An exact cloud would cover the square evenly. Where ours is crowded, there
# are more codes than the prior asks for; where it is bare, fewer. The shares
# say how far we are from a tenth each. (Land that no picture claims goes to
# whoever is nearest, so a class beside a gap looks larger than it is.)

# %% [markdown]
# ## The whole plane as one picture
#
# Now the way back. We take percentiles in even steps, turn them into points of
# the plane, and decode these: many pictures from where many codes are, few
# from far out.
#
# Percentiles 0 and 1 would be infinitely far away. So we cut the interval
# into $n$ equal slices and take the middle of each:
#
# $$p_i = \frac{i + \frac12}{n},\qquad z_i = \Phi^{-1}(p_i),
# \qquad i = 0, \dots, n - 1$$

# %% [markdown]
# By hand for n = 2: the percentiles are 1/4 and 3/4, the points −0.67 and
# +0.67. Four pairs can be made of them.
#
# A list of pictures is read like a page: along the first row from left to
# right, then the next row. In a plot the second number grows *upwards*, so
# the first row has to be the one where it is largest.
#
# `np.meshgrid` pairs every column with every row, here for three columns and
# two rows:

# %%
print("percentiles 0 and 1 are", stats.norm.ppf([0.0, 1.0]))
print("percentiles ¼ and ¾ are", stats.norm.ppf([0.25, 0.75]).round(2))
across, up = np.meshgrid([1, 2, 3], [20, 10])
print("across", across.tolist(), "up", up.tolist())
print("read like a page:", across.ravel(), up.ravel())

# %% [markdown]
# ### Exercise 9.2 · A grid of percentiles
#
# *Medium · 15 minutes · 2 points*
#
# The n · n points, one a row of the result: first the top row of the picture
# from left to right, last the bottom row. `z[:, 0]` grows from left to
# right, `z[:, 1]` falls from the first row of the picture to the last.
#
# | | name | shape | |
# |---|---|---|---|
# | in | `n` | | points along each axis |
# | out | | (n · n, 2) | finite points of the plane |
#
# **Why:** decoded, it is the portrait of the latent space. (The check
# accepts other evenly spaced percentiles too, if they mirror about ½ and stay
# off 0 and 1.)
#
# **Done when** the check says "passed".


# %% exercise="9.2" role="stub"
def percentile_grid(n):
    """Lay a grid over the plane that is even in percentiles.

    Args:
        n: int, how many points along each axis.

    Returns:
        float array (n * n, 2), the points row by row from the top left:
        the first number grows along a row, the second falls from row to
        row.
    """
    ### BEGIN SOLUTION
    steps = stats.norm.ppf((np.arange(n) + 0.5) / n)
    across, up = np.meshgrid(steps, steps[::-1])
    return np.column_stack([across.ravel(), up.ravel()])
    ### END SOLUTION


# %% exercise="9.2" role="check"
percentile_grid = check.percentile_grid(percentile_grid)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# First make the `n` numbers along one axis and print them for n = 2. Then
# pair them up: two loops do, or `np.meshgrid`.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Count from 0 to n − 1 with `np.arange`, add one half, divide by n, and take
# the ppf. Give `np.meshgrid` these numbers for the columns, and the same
# numbers in reverse for the rows. Flatten both arrays with `.ravel()` and put
# them side by side as two columns with `np.column_stack`.
#
# </details>

# %% [markdown] exercise="9.2" role="answer"
# **The usual slip:** `np.linspace(0, 1, n)` contains 0 and 1, whose points lie
# at infinity, and the decoder answers with `nan`. The other is to forget to
# reverse the rows: the picture then stands on its head against every plot of
# the codes, and nothing crashes.


# %%
def decode(model, points):
    """Draw the picture of each point of the plane."""
    return np.asarray(model.decoder(np.asarray(points, dtype="float32")))


plots.manifold(
    decode(vae, percentile_grid(GRID)),
    GRID,
    "What the VAE draws, percentile by percentile",
)

# %% [markdown]
# *Figure: fifteen rows of fifteen pictures without a gap, which change from
# one to the next: shoes in one part, trousers in another, tops and bags in
# others. Where kinds meet that have nothing in common, the pictures fade or
# mix.*
#
# No label was used, and yet the map is in order: neighbours are alike in kind,
# cut and grey. The pale stretches are where few pictures have their codes,
# and the decoder draws a mean of what lies on either side.

# %% [markdown]
# ## Garments that nobody made
#
# To invent a garment, draw from N(0, I) and decode. The autoencoder has no
# such distribution, and gets the best that lesson 02 found: a normal fitted
# to its codes.
#
# Is what comes out new, or a copy of a training picture? We look for the
# nearest one, by the root of the summed squares over pixels. In 1,024
# dimensions a tree is slow; multiplied out, all pairs are one matrix
# product:
#
# $$\lVert a - b \rVert^2
# = \lVert a \rVert^2 - 2\,a \cdot b + \lVert b \rVert^2$$

# %%
flat = x_train.reshape(len(x_train), -1)
lengths = (flat**2).sum(axis=1, keepdims=True)


def nearest_image(images):
    """Find the training image nearest to each: its index and distance."""
    queries = images.reshape(len(images), -1)
    nearest = (lengths - 2 * flat @ queries.T).argmin(axis=0)
    return nearest, np.linalg.norm(queries - flat[nearest], axis=1)


middle, covariance = z_plain.mean(axis=0), np.cov(z_plain.T)
fitted = rng.multivariate_normal(middle, covariance, N_JUDGED)
drawn = decode(vae, rng.standard_normal((N_JUDGED, 2)))
drawn_plain = decode(autoencoder, fitted)
rows = {}
for name, pictures in {"VAE": drawn, "autoencoder": drawn_plain}.items():
    rows[name] = pictures[:10]
    rows[f"nearest to {name}'s"] = x_train[nearest_image(pictures[:10])[0]]
[by_product] = nearest_image(drawn[:1])[1]
by_pairs = np.linalg.norm(flat - drawn[0].ravel(), axis=1).min()
print(f"nearest to the first: {by_product:.4f}, pair by pair {by_pairs:.4f}")
plots.compare_images(rows, "Drawn at random, and the nearest training image")

# %% [markdown]
# *Figure: four rows of ten pictures. First garments that the VAE drew from
# N(0, I), below each the training picture nearest to it; then the same for the
# autoencoder with its fitted normal. The drawn ones are soft and without
# patterns; the training pictures are sharper and differ in detail.*
#
# (In the formula $\lVert b \rVert^2$ is the same for all training pictures, so
# the search leaves it out.)
#
# Eyes are easily charmed. So let numbers judge.

# %% [markdown]
# ## A judge
#
# A small network learns from the labels to tell the classes apart. Its
# **confidence** in a picture is the largest of its ten probabilities. We ask
# it about invented garments, and always about controls as well: real test
# pictures, their reconstructions, a copy, and pure noise.

# %% role="train"
runtime.set_seed(SEED)
judge = keras.Sequential(
    [
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
judge.compile(
    keras.optimizers.Adam(0.002),
    "sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=False,
    steps_per_execution=16,
)
epochs = max(1, IMAGES_SEEN // 2 // len(x_train))
judge.fit(x_train, y_train, batch_size=256, epochs=epochs, verbose=0)
accuracy = judge.evaluate(x_test, y_test, batch_size=512, verbose=0)[1]
print(f"the judge is right about {accuracy:.0%} of the test pictures")

# %%
chosen = rng.permutation(len(x_test))[:N_JUDGED]
box = latent.sample_bounding_box(z_plain, N_JUDGED, rng)
groups = {
    "test pictures": x_test[chosen],
    "their reconstructions": np.asarray(vae(x_test[chosen])),
    "VAE, from N(0, I)": drawn,
    "autoencoder, fitted": drawn_plain,
    "autoencoder, box": decode(autoencoder, box),
    "control: copies": x_train[rng.integers(len(x_train), size=N_JUDGED)],
    "control: noise": rng.random((N_JUDGED, 32, 32, 1), dtype="float32"),
}
verdicts = {}
print("                      confidence   commonest   distance to training")
print("                            mean       class    smallest    median")
for name, pictures in groups.items():
    chances = np.asarray(judge(pictures))
    _, apart = nearest_image(pictures)
    commonest = np.bincount(chances.argmax(axis=1)).max() / N_JUDGED
    verdicts[name] = np.median(apart)
    print(f"{name:22}{chances.max(axis=1).mean():10.2f}", end="")
    print(f"{commonest:12.0%}{apart.min():12.2f}{verdicts[name]:10.2f}")

# %% [markdown]
# **No copies.** A copy has distance 0; no sample comes near that. True, the
# samples lie *nearer* to training pictures than real test pictures do. But so
# do the reconstructions of pictures that no model has seen: a soft picture
# lies amid many sharp ones. Compare like with like, samples with
# reconstructions.
#
# **Confidence** hardly tells the two models apart. And look at the noise: a
# network that knows ten garments cannot say "none of them". Each measure alone
# has such a blind spot, which its control shows.

# %% [markdown]
# So what did the VAE gain, if single pictures look no better? We need not
# look at a single code to sample, fewer samples land where the decoder was
# never trained, and more of the plane is put to use. Sharpness it did not
# gain: two numbers a picture are few, for either model.

# %% [markdown]
# ## Walks
#
# Lesson 02 walked straight from trousers to a boot and crossed empty land.
# Here is that walk on both maps. One walk may be luck, so we also take the
# walks between the middles of all classes, 45 pairs, and count how many of
# their points lie in a hole.

# %%
walks, crossed = {}, {}
for name, (model, codes) in {
    "autoencoder": (autoencoder, z_plain),
    "VAE": (vae, z_mean),
}.items():
    middles = [np.median(codes[labels == k], axis=0) for k in range(10)]
    # Class 1 is trousers, class 9 ankle boots.
    walks[name] = decode(model, latent.interpolate(*middles[1::8], 10))
    points = np.concatenate(
        [
            latent.interpolate(middles[i], middles[j], 40)
            for i in range(10)
            for j in range(i)
        ]
    )
    crossed[name] = evaluate.hole_share(points, codes)
    print(f"{name:12} {100 * crossed[name]:.1f} % of all walks in holes")
plots.compare_images(walks, "From trousers to an ankle boot")

# %% [markdown]
# *Figure: two rows of ten pictures, the autoencoder's walk and the VAE's. At
# the left end trousers, at the right end a boot; what lies between depends on
# what the straight line crosses.*
#
# Over all 45 walks, the VAE's cross fewer holes. But trousers and boots have
# nothing in common, and no picture half-way between them was ever seen: a
# smooth map cannot make a sensible garment of that.

# %% [markdown]
# ## Arithmetic with garments
#
# If like lies beside like, perhaps *directions* mean something too. Take the
# codes of pictures that have an attribute, say a high shaft, and those that
# do not. The way from the mean of the ones to the mean of the others is the
# **attribute vector**:
#
# $$v = \frac{1}{n_1}\sum_{i\,\text{with}} z_i
# \;-\; \frac{1}{n_0}\sum_{i\,\text{without}} z_i$$
#
# | symbol | name in code | shape | |
# |---|---|---|---|
# | $z_i$ | rows of `z` | (latent_dim,) | a code |
# | with | `has_attribute` | (n,), bool | True where it has it |
# | $n_1$, $n_0$ | | | how many with, and without |

# %% [markdown]
# By hand: with the attribute (4, 1) and (6, 3), their mean is (5, 2).
# Without it (1, 0), (1, 2) and (1, 4), their mean is (1, 2). So v = (4, 0).
#
# An array of True and False is a *mask*: in brackets it keeps the rows where
# it is True, and `~` turns it round.

# %%
toy = np.array([[4.0, 1], [1, 0], [6, 3], [1, 2], [1, 4]])
mask = np.array([True, False, True, False, False])
for name, group in {"with": toy[mask], "without": toy[~mask]}.items():
    print(f"{name:8}{group.tolist()}, mean {group.mean(axis=0)}")

# %% [markdown]
# ### Exercise 9.3 · The attribute vector
#
# *Easy · 8 minutes · 1 point*
#
# The mean of the codes with the attribute, minus the mean of those without.
#
# | | name | shape | |
# |---|---|---|---|
# | in | `z` | (n, latent_dim) | the codes |
# | in | `has_attribute` | (n,) | bool, one a code |
# | out | | (latent_dim,) | the vector |
#
# **Why:** added to a code, it should give the garment the attribute and
# leave the rest alone. We shall see how far that is true.
#
# **Done when** the check says "passed".


# %% exercise="9.3" role="stub"
def attribute_vector(z, has_attribute):
    """Point from the codes without an attribute to those with it.

    Args:
        z: float array (n, latent_dim), the codes.
        has_attribute: bool array (n,), which codes have the attribute.

    Returns:
        float array (latent_dim,).
    """
    ### BEGIN SOLUTION
    with_it, without_it = z[has_attribute], z[~has_attribute]
    return with_it.mean(axis=0) - without_it.mean(axis=0)
    ### END SOLUTION


# %% exercise="9.3" role="check"
attribute_vector = check.attribute_vector(attribute_vector)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# The cell above has already parted five codes into two groups. What remains
# is a mean for each group, and a difference.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Select the rows with the mask and with its opposite. Take the mean of each
# group along `axis=0`, over the codes, so that a number is left for each
# latent dimension. Subtract the mean of those without.
#
# </details>

# %% [markdown] exercise="9.3" role="answer"
# **The usual slip:** sums in place of means: a vector that is far too long,
# and points elsewhere when the groups are of unlike size. The other is the
# direction: *with* minus *without* adds the attribute, the opposite takes it
# away.

# %% [markdown]
# We try it on two attributes. The **shaft**: ankle boots have one, sneakers
# do not. Then the same vector on sandals, which had no part in it. **Long
# sleeves**: pullovers and coats against T-shirts and dresses.
#
# The judge counts how many decoded pictures it takes for a class that has the
# attribute (for sleeves also shirts), before and after. The control is a step
# of the same length in any direction.


# %%
def add_attribute(name, have, lack, moved, accepted):
    """Add an attribute's vector to a class and count what it becomes."""
    known = np.isin(labels, have + lack)
    has_attribute = np.isin(labels[known], have)
    vector = np.asarray(attribute_vector(z_mean[known], has_attribute))
    codes = z_mean[np.isin(labels, moved)][:1_000]
    angle = rng.uniform(0, 2 * np.pi, len(codes))
    around = np.column_stack([np.cos(angle), np.sin(angle)])
    print(f"{name:18}", end="")
    for step in (0 * vector, vector, np.linalg.norm(vector) * around):
        chances = np.asarray(judge(decode(vae, codes + step)))
        hits = np.isin(chances.argmax(axis=1), accepted).mean()
        print(f"{hits:10.0%}", end="")
    print()
    few = codes[:: len(codes) // 10][:10]
    return {name: decode(vae, few), "": decode(vae, few + vector)}


print("accepted by the judge: before     after   any direction")
shaft = add_attribute("shaft: sneakers", [9], [7], [7], [9])
add_attribute("shaft: sandals", [9], [7], [5], [9])
sleeves = add_attribute("sleeves: tops", [2, 4], [0, 3], [0, 3], [2, 4, 6])
plots.compare_images(
    {"sneakers": shaft["shaft: sneakers"], "+ shaft": shaft[""]}
    | {"tops": sleeves["sleeves: tops"], "+ sleeves": sleeves[""]},
    "Codes of the VAE, and the same with an attribute added",
)

# %% [markdown]
# *Figure: four rows of ten pictures. Sneakers, and below each the same code
# with the shaft vector added: boots. T-shirts and dresses as the VAE draws
# them, and below them the same with the sleeves vector: many now have long
# sleeves.*
#
# Sneakers grow into boots far more often than a step in any direction would
# make them; the sleeves work less surely. On sandals, success depends on where
# your map has put them.

# %% [markdown]
# One caution. A plane has few directions: the same vector, added to a coat,
# leads somewhere too, but to nothing one could call a shaft. Attributes come
# apart from one another only with more latent dimensions.

# %% [markdown]
# ## Explore
#
# Move the sliders (the notebook must be running). They move one point in both
# planes, counted in standard deviations from the middle of each cloud. Go
# across the gaps of both, and watch where the picture breaks.

# %%
widgets.paired_explorer(
    {
        "Autoencoder": (autoencoder.decoder, z_plain[:1_500]),
        "VAE": (vae.decoder, z_mean[:1_500]),
    },
    labels[:1_500],
    data.CLASS_NAMES,
)

# %% [markdown]
# *Figure: the two planes side by side, each with a cross of two lines at the
# chosen point, and below each the picture that it decodes to. Without sliders
# you see the middle.*

# %% [markdown]
# ## What we saw

# %%
before, after = by_fitted["autoencoder"], by_prior["VAE, drawn z"]
print(f"in holes, normal fitted to the codes: before {before:.0f} %")
print(f"in holes, N(0, I), nothing fitted: after {after:.0f} %")
print(f"area in use: before {in_use['autoencoder']:.0f} %", end=", ")
print(f"after {in_use['VAE, drawn z']:.0f} %", end=", ")
print(f"made cloud {in_use['made cloud']:.0f} %")
for name in ("VAE, from N(0, I)", "their reconstructions", "test pictures"):
    print(f"median distance to training, {name}: {verdicts[name]:.1f}")

# %% [markdown]
# Two changes gave us a distribution that we know beforehand, fewer holes and a
# fuller plane. They did not give us a perfect standard normal cloud, nor
# sharper pictures. And every judge of generated pictures needs a control.
#
# **An open question:** the loss weighs reconstruction against KL one to one.
# What if the KL term counted four times as much: would the holes close, and
# who would pay for it?

# %% [markdown]
# **Sources.** Kingma and Welling (2014), *Auto-Encoding Variational Bayes*,
# arXiv:1312.6114, appendix A for the manifold. Hoffman and Johnson (2016),
# *ELBO surgery*, NIPS workshop on approximate inference, for the aggregated
# posterior. Larsen, Sønderby, Larochelle and Winther (2016), *Autoencoding
# beyond pixels using a learned similarity metric*, arXiv:1512.09300, for
# attribute vectors. Theis, van den Oord and Bethge (2016), *A note on the
# evaluation of generative models*, arXiv:1511.01844, for the blind spots of
# judges.
#
# **Next:** lesson 10, where β becomes a dial.
