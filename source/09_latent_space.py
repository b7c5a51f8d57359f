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
# - add an attribute to a garment by adding a vector to its code.

# %% role="setup"
import numpy as np
from scipy import stats

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
# *Before* is an autoencoder like lesson 02's. *After* is the VAE that you
# trained in lesson 08; if there is none, one is trained now, in some seconds.
#
# Two changes lie between them: the encoder answers with a cloud, and the loss
# has the KL term. (The learning rate follows lesson 08's schedule here too, so
# that it is no third one.) Neither model ever sees a label. In this lesson
# labels colour the figures, and check what came out.

# %% role="train"
runtime.set_seed(SEED)
autoencoder = models.Autoencoder(
    networks.build_dense_encoder(), networks.build_dense_decoder()
)
epochs = max(1, IMAGES_SEEN // len(x_train))
training.train(autoencoder, x_train, epochs, seed=SEED)
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
# and a cloud of arms and gaps. Right, the VAE's, within a few units of the
# origin, more compact, though not without bays.*
#
# Look at the axes first: nobody told the autoencoder where to stay. The VAE's
# codes keep near the origin, and like still lies beside like. But they fill no
# disc either. Let us measure.

# %% [markdown]
# ## The two numbers, before and after
#
# From lesson 02, with its own functions:
# - **Holes.** Measure how far each code is from its nearest neighbour; 99 of
#   100 codes stay below some distance. A sample is in a hole if no code lies
#   within that distance.
# - **Area in use.** Cut the box of two standard deviations either way of the
#   middle into equal cells. How many of them hold a code?
#
# Samples come from a normal distribution *fitted* to the codes; for the VAE
# also from N(0, I), without a look at a single code. The *made cloud* is as
# many points from N(0, I) itself, and shows how good the numbers could be.

# %%
rng = np.random.default_rng(SEED)
cells = int(np.sqrt(N_CODES / 10))
prior, made = rng.standard_normal((2, N_SAMPLES, 2))
clouds = {"autoencoder": z_plain, "VAE, z_mean": z_mean, "VAE, drawn z": z}
clouds["made cloud"] = made[:N_CODES]

by_fitted, by_prior, in_use = {}, {}, {}
print(f"{cells} × {cells} cells")
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
# Compare like with like, down the column *fitted*: with the VAE fewer samples
# fall in holes, and more of the area is in use. Middles or draws, it makes
# little difference.
#
# It is better, not cured. The made cloud has one sample in a hundred in a
# hole, as the definition has it, and nearly every cell in use.
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
# mean 0 and variance 1, and a share $1 - e^{-r^2/2}$ of it would lie closer
# than $r$ to the origin.

# %%
root = np.sqrt(N_CODES)
for k in range(2):
    number, error = z[:, k], z[:, k].std() / root
    spread = (number - number.mean()) ** 2
    print(
        f"dimension {k + 1}: mean {number.mean():+.3f} ± {error:.3f}", end=""
    )
    print(f", variance {spread.mean():.3f} ± {spread.std() / root:.3f}")
far = np.linalg.norm(z, axis=1)
for r in (0.5, np.sqrt(-2 * np.log(0.05))):
    print(f"closer than {r:.2f} to the origin: {(far < r).mean():.1%}", end="")
    print(f", of N(0, I) {1 - np.exp(-(r**2) / 2):.1%}")
plots.codes_and_prior({"drawn z": z})

# %% [markdown]
# *Figure: for each of the two dimensions the density of the drawn codes as
# steps, and the bell of the prior as a red line. Steps below the top of the
# bell and above its flanks tell of a cloud that is too wide.*
#
# After ± stands the standard error. The variances lie above 1 by many of them:
# the cloud is too wide. In our run it is hollow as well: near the origin there
# are far fewer codes than N(0, I) has, and more beyond the circle that should
# hold 95 %.

# %% [markdown]
# So samples from N(0, I) keep away from the ragged rim, where a fitted normal
# goes astray; they pay for it by seldom drawing what lies out there.

# %% [markdown]
# An explanation, which lesson 10 puts to the test: the loss weighs two wishes.
# Two numbers are little room for so many pictures, and the reconstruction
# gains much by keeping them apart; the KL term asks a price for it. What comes
# out is a compromise.

# %% [markdown]
# ## Percentiles
#
# In a normal cloud most points crowd in the middle. There is a ruler on which
# they spread out evenly: replace each number by the share of the distribution
# that lies *below* it, its **percentile** (we leave it a share, 0 to 1). It
# is the area under the bell to the left of it, the cumulative distribution
# function, cdf:
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
# `stats.norm.cdf`, and the way back $\Phi^{-1}$ is `stats.norm.ppf`. Counting
# how many of many draws lie below gives nearly the same, with chance in it.

# %%
draws = rng.standard_normal(N_SAMPLES)
print("   z   cdf(z)   counted   ppf(cdf(z))")
for number in (-1.0, 0.0, 2.0):
    share, counted = stats.norm.cdf(number), np.mean(draws < number)
    print(f"{number:+.0f}   {share:.4f}   {counted:.4f}", end="")
    print(f"{stats.norm.ppf(share):+14.1f}")

# %% [markdown]
# ### Exercise 9.1 · Percentiles
#
# *Easy · 3 minutes · 1 point*
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
# ## The codes on the new ruler

# %%
percentiles = np.asarray(to_percentiles(z))
plots.latent_planes(
    {"Drawn z": z[shown], "The same in percentiles": percentiles[shown]},
    labels[shown],
    data.CLASS_NAMES,
    [plots.CODE_AXES, plots.PERCENTILE_AXES],
)

# %% [markdown]
# *Figure: left the VAE's codes, right the same codes as percentiles in a
# square from 0 to 1. Some stretches of the square are crowded, its edges above
# all; others are bare.*
#
# A standard normal cloud would cover the square evenly, and every class would
# own about a tenth of it. Where ours is crowded, there are more codes than the
# prior asks for; where it is bare, fewer. The crowded edges are the cloud's
# width seen once more.

# %% [markdown]
# ## The whole plane as one picture
#
# Now the way back. We take percentiles in even steps, turn them into points of
# the plane, and decode these: many pictures from where the *prior* is dense,
# few from far out. Whether there are codes, too, we shall see.
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
# accepts other evenly spaced percentiles too, if they mirror about ½ and come
# near 0 and 1 without reaching them.)
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


grid = np.asarray(percentile_grid(GRID))
pictures = decode(vae, grid)
pale = pictures.max(axis=(1, 2, 3)) < 0.4
for name, which in {"pale": pale, "not pale": ~pale}.items():
    print(f"{name:8} {which.mean():4.0%} of the grid", end="")
    if which.any():
        in_hole = evaluate.hole_share(grid[which], z)
        print(f", of them in holes {in_hole:.0%}", end="")
    print()
plots.manifold(pictures, GRID, "What the VAE draws, percentile by percentile")

# %% [markdown]
# *Figure: fifteen rows of fifteen pictures, which change a little from one to
# the next: shoes in one part, trousers in another, tops and bags in others.
# Where kinds meet that have nothing in common, the pictures are washed out.*
#
# No label was used, and yet the map is in order: neighbours are alike in kind,
# cut and grey. We call a picture pale if no pixel reaches 0.4. The printed
# shares say how much of the grid is pale, and how often pale pictures come
# from a hole, where the decoder mixes what lies on either side.

# %% [markdown]
# ## Garments that nobody made
#
# To invent a garment, draw from N(0, I) and decode. The autoencoder has no
# such distribution, and gets the best that lesson 02 found: a normal fitted
# to its codes.
#
# Is what comes out new, or a copy of a training picture? We look for the
# nearest one, by the root of the summed squares over pixels.

# %%
fitted = rng.multivariate_normal(
    z_plain.mean(axis=0), np.cov(z_plain.T), N_JUDGED
)
drawn = decode(vae, rng.standard_normal((N_JUDGED, 2)))
drawn_plain = decode(autoencoder, fitted)
rows = {}
for name, pictures in {"VAE": drawn, "autoencoder": drawn_plain}.items():
    nearest, _ = evaluate.nearest_image(pictures[:10], x_train)
    rows[name] = pictures[:10]
    rows[f"nearest to {name}'s"] = x_train[nearest]
plots.compare_images(rows, "Drawn at random, and the nearest training image")

# %% [markdown]
# *Figure: four rows of ten pictures. First garments that the VAE drew from
# N(0, I), below each the training picture nearest to it; then the same for the
# autoencoder with its fitted normal. The drawn ones are soft and without
# patterns; the training pictures are sharper and differ in detail.*
#
# Which row is better? Let numbers judge.

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
    jit_compile=False,
    steps_per_execution=16,
)
judge.fit(x_train, y_train, batch_size=256, epochs=epochs, verbose=0)
taken_for = judge.predict(x_test, batch_size=512, verbose=0).argmax(axis=1)
right = taken_for == y_test
by_class = [right[y_test == k].mean() for k in range(10)]
worst = int(np.argmin(by_class))
print(
    f"the judge is right about {right.mean():.0%} of the test pictures,",
    end="",
)
print(f" least often about {data.CLASS_NAMES[worst]}: {by_class[worst]:.0%}")

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
verdicts, sure = {}, {}
print("                      confidence   distance to training pictures")
print("                            mean       smallest    median")
for name, pictures in groups.items():
    sure[name] = np.asarray(judge(pictures)).max(axis=1)
    _, apart = evaluate.nearest_image(pictures, x_train)
    verdicts[name] = np.median(apart)
    print(f"{name:22}{sure[name].mean():10.2f}", end="")
    print(f"{apart.min():15.2f}{verdicts[name]:10.2f}")
ours, theirs = sure["VAE, from N(0, I)"], sure["autoencoder, fitted"]
error = np.sqrt((ours.var() + theirs.var()) / N_JUDGED)
print("confidence, VAE minus autoencoder:", end=" ")
print(f"{ours.mean() - theirs.mean():+.3f} ± {error:.3f}")

# %% [markdown]
# **No pixel copies.** A copy has distance 0; no sample comes near that. True,
# the samples lie *nearer* to training pictures than real test pictures do. But
# so do the reconstructions of pictures that no model has seen. Distance
# praises blur: a soft picture is near to many sharp ones.
#
# **Confidence** proves little. Read the last line with its error, then look at
# the noise, and at what the autoencoder draws from its box, holes and all: a
# network that knows ten garments cannot say "none of them". Each measure has
# its blind spot, and a control that shows it.
#
# (Here `vae(x)` decodes the middle of each cloud, without chance.)

# %% [markdown]
# ## Walks
#
# Lesson 02 walked straight from trousers to a boot and crossed empty land.
# Here is that walk on both maps. One walk may be luck, so we also take the
# walks between the middles of all classes, 45 pairs, and count how many of
# their points lie in a hole.

# %%
walks = {}
for name, (model, codes) in {
    "autoencoder": (autoencoder, z_plain),
    "VAE": (vae, z_mean),
}.items():
    middles = [np.median(codes[labels == k], axis=0) for k in range(10)]
    # Class 1 is trousers, class 9 ankle boots.
    walks[name] = decode(model, latent.interpolate(middles[1], middles[9], 10))
    points = np.concatenate(
        [
            latent.interpolate(middles[i], middles[j], 40)
            for i in range(10)
            for j in range(i)
        ]
    )
    this = latent.interpolate(middles[1], middles[9], 40)
    print(
        f"{name:12} in holes: {evaluate.hole_share(this, codes):.1%}", end=""
    )
    print(f" of this walk, {evaluate.hole_share(points, codes):.1%} of all")
plots.compare_images(walks, "From trousers to an ankle boot")

# %% [markdown]
# *Figure: two rows of ten pictures, the autoencoder's walk and the VAE's. At
# the left end trousers, at the right end a boot; what lies between depends on
# what the straight line crosses.*
#
# The pictures fade on both maps. Trousers and boots have nothing in common,
# and no picture half-way between them was ever seen: a smooth map cannot make
# a garment of that. What the VAE gains shows over many walks, in the last
# column.

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
# it is True, and `~` inverts it.

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
# leave the rest alone. We shall measure how far that is true.
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
# group along `axis=0`, over the codes, so that one number is left for each
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
# attribute (for sleeves also shirts), before and after. Two controls: a step
# of the same length in any direction, and the autoencoder's map. (In quick
# mode the models are too raw for this.)


# %%
def judged(model, codes, accepted):
    """Decode codes: the share the judge accepts, and the mean grey."""
    pictures = decode(model, codes)
    taken_for = np.asarray(judge(pictures)).argmax(axis=1)
    return np.isin(taken_for, accepted).mean(), pictures.mean()


def attribute(codes, have, lack):
    """Find the vector from the classes that lack it to those that have."""
    known = np.isin(labels, have + lack)
    has_attribute = np.isin(labels[known], have)
    return np.asarray(attribute_vector(codes[known], has_attribute))


# Classes that have it, that lack it, that are moved, that are accepted.
trials = {
    "shaft on sneakers": ([9], [7], [7], [9]),
    "shaft on sandals": ([9], [7], [5], [9]),
    "sleeves on tops": ([2, 4], [0, 3], [0, 3], [2, 4, 6]),
}

# %%
both = {"VAE": (vae, z_mean), "autoencoder": (autoencoder, z_plain)}
rows = {}
print("                                   accepted, %            mean grey")
print("                               before after any step     before after")
for trial, (have, lack, moved, accepted) in trials.items():
    for name, (model, codes) in both.items():
        vector = attribute(codes, have, lack)
        start = codes[np.isin(labels, moved)][:1_000]
        angle = rng.uniform(0, 2 * np.pi, len(start))
        steps = np.column_stack([np.cos(angle), np.sin(angle)])
        steps *= np.linalg.norm(vector)
        before, grey = judged(model, start, accepted)
        after, grey_after = judged(model, start + vector, accepted)
        any_step, _ = judged(model, start + steps, accepted)
        print(f"{trial:18} {name:12} {before:6.0%}{after:6.0%}", end="")
        print(f"{any_step:9.0%}{grey:11.3f}{grey_after:6.3f}")
        if name == "VAE" and "sandals" not in trial:
            chances = np.asarray(judge(decode(vae, start)))[:, moved]
            clear = start[np.argsort(-chances.sum(axis=1))[:500:50]]
            rows[trial.split()[-1]] = decode(vae, clear)
            rows[f"+ {trial.split()[0]}"] = decode(vae, clear + vector)
plots.compare_images(rows, "Codes of the VAE, and an attribute added")

# %% [markdown]
# *Figure: four rows of ten pictures. Sneakers, and below each the same code
# with the shaft vector added: boots. T-shirts and dresses, and below them the
# same with the sleeves vector: many now have long sleeves.*
#
# Sneakers grow into boots far more often than a step in any direction would
# make them. Compare the VAE's rows with the autoencoder's, whose map allows
# such sums too, and look at the grey: the vector does not leave the rest
# alone.

# %% [markdown]
# One caution. A plane has few directions: the same vector, added to a coat,
# leads somewhere too, but to nothing one could call a shaft. With more latent
# dimensions attributes can come apart better.

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
before, after = by_fitted["autoencoder"], by_fitted["VAE, drawn z"]
print(f"in holes, from a fitted normal: before {before:.0f} %", end=", ")
print(f"after {after:.0f} %, from N(0, I) {by_prior['VAE, drawn z']:.0f} %")
print(f"area in use: before {in_use['autoencoder']:.0f} %", end=", ")
print(f"after {in_use['VAE, drawn z']:.0f} %", end=", ")
print(f"made cloud {in_use['made cloud']:.0f} %")
for name in ("VAE, from N(0, I)", "their reconstructions", "test pictures"):
    print(f"median distance to training, {name}: {verdicts[name]:.1f}")

# %% [markdown]
# Two changes gave us a distribution that we know beforehand, fewer holes and a
# fuller plane. They did not give us a standard normal cloud, nor sharper
# pictures: two numbers a picture are few, for either model. And every judge of
# generated pictures needs a control.
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
