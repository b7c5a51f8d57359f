# %% [markdown]
# # 09 · Explore the latent space
#
# **Lesson 02 measured what is wrong with an autoencoder's plane. Has the VAE
# cured it?**
#
# In about an hour you will
# - measure the two numbers of lesson 02 again, and see how much of them is
#   luck,
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
IMAGES_SEEN = runtime.pick(full=180_000, quick=20_000)
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
# *Before* is lesson 02's autoencoder, but trained by lesson 08's recipe, and
# twice: A and B differ in the seed alone. *After* is the VAE that you saved in
# lesson 08; if there is none, one is trained now by the same recipe.
#
# Two changes lie between before and after: the encoder answers with a cloud,
# and the loss has the KL term. (Lesson 08's own VAE also saw more pictures,
# and has convolutions if there was a GPU.) No map was trained with labels; we
# use them only afterwards.

# %% role="train"
autoencoders = {}
epochs = max(1, IMAGES_SEEN // len(x_train))
for name, seed in {"autoencoder A": SEED, "autoencoder B": SEED + 1}.items():
    runtime.set_seed(seed)
    autoencoders[name] = models.Autoencoder(
        networks.build_dense_encoder(), networks.build_dense_decoder()
    )
    training.train(autoencoders[name], x_train, epochs, seed=seed)
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
# | | `z_plain`, codes of autoencoder A | (n, 2) | none |
# | $\mu(x)$ | `z_mean`, the clouds' middles | (n, 2) | none |
# | $\log\sigma^2(x)$ | `z_log_var` | (n, 2) | none |
# | $z$ | `z`, one draw from each cloud | (n, 2) | none |

# %%
some, labels = x_train[:N_CODES], y_train[:N_CODES]
maps = {
    name: (model, model.encoder.predict(some, batch_size=512, verbose=0))
    for name, model in autoencoders.items()
}
z_mean, z_log_var, z = vae.encoder.predict(some, batch_size=512, verbose=0)
maps["VAE"] = vae, z_mean
_, z_plain = maps["autoencoder A"]

for name, (_, codes) in maps.items():
    print(f"{name:14} from {codes.min(0).round(1)} to {codes.max(0).round(1)}")
print(f"median σ of the VAE's clouds: {np.median(np.exp(z_log_var / 2)):.3f}")
shown = slice(2_000)
plots.latent_planes(
    {"Autoencoder A": z_plain[shown], "VAE: drawn z": z[shown]},
    labels[shown],
    data.CLASS_NAMES,
)

# %% [markdown]
# *Figure: codes of the same pictures in two planes, a colour and a marker for
# each class. Left, autoencoder A: arms that reach far out, with bare wedges
# between them. Right, the VAE: a few units about the origin, closer together,
# though not without bays.*
#
# Nobody told the autoencoders where to stay, and A and B (printed above) do
# not agree. The VAE's codes keep near the origin, but fill no disc either. Let
# us measure.

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
clouds = {name: codes for name, (_, codes) in maps.items()}
clouds |= {"VAE, drawn z": z, "made cloud": made[:N_CODES]}

fitted, by_fitted, by_prior, in_use = {}, {}, {}, {}
print("               samples in holes, %   area in use, %")
print(f"               fitted      N(0, I)   of {cells} × {cells} cells")
for name, codes in clouds.items():
    mean, std = codes.mean(axis=0), codes.std(axis=0)
    fitted[name] = rng.multivariate_normal(mean, np.cov(codes.T), N_SAMPLES)
    by_fitted[name] = 100 * evaluate.hole_share(fitted[name], codes)
    by_prior[name] = 100 * evaluate.hole_share(prior, codes)
    corners = mean - 2 * std, mean + 2 * std
    in_use[name] = 100 * evaluate.area_in_use(codes, cells, corners)
    known = "-" if name in autoencoders else f"{by_prior[name]:.1f}"
    print(f"{name:14}{by_fitted[name]:7.1f}{known:>13}", end="")
    print(f"{in_use[name]:17.1f}")

# %% [markdown]
# Compare like with like, down one column. A and B differ in the seed alone, so
# the distance between them is luck. What lies within it proves nothing; what
# lies beyond both may be the VAE's doing (or its longer training's): in our
# run both numbers of its drawn codes do, the area more clearly. Nothing in the
# loss of A and B asks for that.
#
# What no autoencoder has is the second column: samples from a distribution
# that was fixed before the training.
#
# More area, but not cured. The made cloud has under one sample in a hundred in
# a hole, and nearly every cell in use.
#
# (In quick mode the numbers of this lesson may say anything.)

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
# mean 0 and variance 1, and, in a plane, a share $1 - e^{-r^2/2}$ of it would
# lie closer than $r$ to the origin.

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
beyond = np.bincount(labels[far > r], minlength=10)
share, name = beyond.max() / beyond.sum(), data.CLASS_NAMES[beyond.argmax()]
print(f"of the codes farther out, {share:.0%} are of class {name}")
plots.codes_and_prior({"drawn z": z})

# %% [markdown]
# *Figure: for each of the two dimensions the density of the drawn codes as
# steps, uneven, about the bell of the prior, a red line.*
#
# The number after ± is the standard error. One mean misses 0 and both
# variances exceed 1 by many of them: the cloud is off centre, a little wide.
#
# Nor is it a bell. In our run it is hollow: near the origin, where N(0, I) is
# densest, it has far fewer codes. Beyond 2.45 it has fewer as well, and most
# of these belong to one class (last line). What lives out there N(0, I) seldom
# draws: its own far samples go in all directions alike.

# %% [markdown]
# Why? An explanation, which lesson 10 puts to the test: the loss weighs two
# wishes. Two numbers are little room for so many pictures. Reconstruction
# gains by keeping them apart; the KL term asks a price for it.

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
# *Easy · 2 minutes · 1 point*
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
# One call of the standard normal's cdf on the whole array, with mean 0 and
# standard deviation 1: we ask about the prior, not about a fitted normal.
#
# </details>

# %% [markdown] exercise="9.1" role="answer"
# **The usual slip:** the height of the bell, `pdf`, in place of the area left
# of it. The other is to rank the codes among each other: that would be even
# by construction, whatever the cloud, and show nothing.

# %% [markdown]
# ## The codes on the new ruler
#
# If the cloud were N(0, I), each tenth of the ruler would hold a tenth of the
# codes. We count in the four outermost ones.

# %%
percentiles = np.asarray(to_percentiles(z))
for k, sides in enumerate((("left", "right"), ("bottom", "top"))):
    u = percentiles[:, k]
    for side, inside in zip(sides, (u < 0.1, u > 0.9), strict=True):
        print(f"outermost tenth, {side:6} {inside.mean():4.0%} of the codes")
plots.latent_planes(
    {"Drawn z": z[shown], "The same in percentiles": percentiles[shown]},
    labels[shown],
    data.CLASS_NAMES,
    [plots.CODE_AXES, plots.PERCENTILE_AXES],
)

# %% [markdown]
# *Figure: left the VAE's codes, right the same codes as percentiles in a
# square from 0 to 1, each class with its colour, marker and name. On the right
# the codes are pressed against the sides, and much of the middle is bare.*
#
# Where the square is crowded, there are more codes than the prior asks for;
# where it is bare, fewer. Ten in a hundred would be right on each side: in our
# run all hold more, since the codes heap up near the rim, as the humps of the
# steps showed, and not all alike, since the cloud is not symmetric.

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
# ### Exercise 9.2 · A grid even in percentiles
#
# *Medium · 15 minutes · 2 points*
#
# The n · n points `z`, one a row: first the top row of the picture, taken
# from left to right, last the bottom row. `z[:, 0]` grows from left to
# right, `z[:, 1]` falls from the first row of the picture to the last.
#
# | | name | shape | |
# |---|---|---|---|
# | in | `n` | | points along each axis |
# | out | | (n · n, 2) | finite points of the plane |
#
# **Why:** decoded, it is the portrait of the latent space. (Other even steps
# pass too, if they mirror about ½ and come near 0 and 1 without reaching
# them.)
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
darkest = pictures.max(axis=(1, 2, 3))
pale = darkest <= np.quantile(darkest, 0.25)
print(f"palest quarter: no pixel above {darkest[pale].max():.2f}", end=", ")
print(f"{evaluate.hole_share(grid[pale], z):.0%} of its points in holes")
print(f"all others: {evaluate.hole_share(grid[~pale], z):.0%} in holes")
plots.manifold(pictures, GRID, "What the VAE draws, percentile by percentile")

# %% [markdown]
# *Figure: fifteen rows of fifteen pictures, which change a little from one to
# the next: shoes in one part, trousers in another, tops and bags in others.
# In between, a good part is washed out.*
#
# No label was used, and yet the map is in order: neighbours are alike in kind,
# cut and grey. Do the palest pictures come from holes? In our run no more
# often than the others: one also fades where codes of unlike kinds meet.

# %% [markdown]
# ## Garments that nobody made
#
# To invent a garment, draw from N(0, I) and decode. The autoencoder has no
# such distribution, and gets the best that lesson 02 found: a normal fitted
# to its codes. To tell the model from the way of sampling, the VAE is sampled
# in this way, too.
#
# Is what comes out new, or a copy of a training picture? We look for the
# nearest one, by the root of the summed squared differences.

# %%
drawn = {"VAE, N(0, I)": decode(vae, prior[:N_JUDGED])}
for name, (model, _) in maps.items():
    drawn[f"{name}, fitted"] = decode(model, fitted[name][:N_JUDGED])
rows = {}
for name in ("VAE, N(0, I)", "autoencoder A, fitted"):
    nearest, _ = evaluate.nearest_image(drawn[name][:10], x_train)
    rows[name] = drawn[name][:10]
    rows[f"nearest to {name.split(',')[0]}"] = x_train[nearest]
plots.compare_images(rows, "Drawn at random, and the nearest training image")

# %% [markdown]
# *Figure: ten garments that the VAE drew from N(0, I), below each the training
# picture nearest to it; then the same for autoencoder A. What is drawn is
# soft, nearly without patterns, often pale; the training pictures are
# sharper.*

# %% [markdown]
# ## A judge
#
# A small network learns from the labels to tell the classes apart. Its
# **confidence** in a picture is the largest of its ten probabilities. We ask
# it about invented garments, and always about controls as well.

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
model, codes = maps["autoencoder A"]
box = latent.sample_bounding_box(codes, N_JUDGED, rng)
groups = {
    "test pictures": x_test[chosen],
    "their reconstructions": np.asarray(vae(x_test[chosen])),
    **drawn,
    "autoencoder A, box": decode(model, box),
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
ours, theirs = sure["VAE, fitted"], sure["autoencoder A, fitted"]
error = np.sqrt((ours.var() + theirs.var()) / N_JUDGED)
print("confidence, both fitted, VAE minus autoencoder A:", end=" ")
print(f"{ours.mean() - theirs.mean():+.3f} ± {error:.3f}")

# %% [markdown]
# **No pixel copies.** A copy has distance 0; no sample comes near that. True,
# in the median the samples lie *nearer* to training pictures than real test
# pictures do. But so do reconstructions of pictures that no model has seen
# (`vae(x)` decodes the middle of each cloud): a soft picture is near to many
# sharp ones. Distance praises blur.
#
# **Confidence** proves little: in our run the judge is about as sure of A's
# samples as of the VAE's. Look at the noise, and at what A draws from the
# *box* round all its codes, evenly: a network that knows ten garments cannot
# say "none of them". Each measure has its blind spot, and a control that shows
# it.

# %% [markdown]
# ## Walks
#
# Lesson 02 walked straight from trousers to a boot and crossed empty land.
# Here is that walk on every map. One walk may be luck, so we also take the
# walks between the middles of all classes, 45 pairs, and count how many of
# their points lie in a hole.

# %%
walks = {}
for name, (model, codes) in maps.items():
    middles = [np.median(codes[labels == k], axis=0) for k in range(10)]
    # Class 1 is trousers, class 9 ankle boots.
    walks[name] = decode(model, latent.interpolate(middles[1], middles[9], 10))
    this = latent.interpolate(middles[1], middles[9], 40)
    points = np.concatenate(
        [
            latent.interpolate(middles[i], middles[j], 40)
            for i in range(10)
            for j in range(i)
        ]
    )
    print(
        f"{name:14}{evaluate.hole_share(this, codes):4.0%} of this walk",
        end="",
    )
    print(f", {evaluate.hole_share(points, codes):5.1%} of all walks in holes")
plots.compare_images(walks, "From trousers to an ankle boot")

# %% [markdown]
# *Figure: three rows of ten pictures, a walk on each map, from trousers at the
# left to a boot at the right.*
#
# No picture half-way between trousers and a boot was ever seen, and even a
# smooth map cannot make one. Across empty land the decoder mixes what lies at
# its sides: in our run B lets two legs grow together, and puts a heel on them.
# Where other kinds live on the way, the line leads through those. Which it is,
# and how many holes a walk crosses, is luck as well: compare A with B before
# you compare either with the VAE.

# %% [markdown]
# ## Arithmetic with garments
#
# If like lies beside like, perhaps *directions* mean something too. Take the
# codes of pictures with an attribute, say a high shaft, and of those without.
# The way to the mean of the former from that of the latter is the **attribute
# vector**:
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
print("mask ", toy[mask].tolist())
print("~mask", toy[~mask].tolist())

# %% [markdown]
# ### Exercise 9.3 · The attribute vector
#
# *Easy · 4 minutes · 1 point*
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
# The cell above has parted five codes into two groups. What remains is a mean
# for each group, and a difference.
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
# The judge counts the decoded pictures that it takes for a class with the
# attribute (for sleeves also shirts). The controls: a step of the same length
# in a random direction, and the autoencoders' maps.
#
# Is the rest left alone? Where a picture had ink before, more than 0.2, we
# take the mean grey before and after: the garment without what was added to
# it.


# %%
def attribute(codes, have, lack):
    """Find the vector from the classes that lack it to those that have."""
    known = np.isin(labels, have + lack)
    has_attribute = np.isin(labels[known], have)
    return np.asarray(attribute_vector(codes[known], has_attribute))


def accepted_share(pictures, accepted):
    """Count the pictures that the judge takes for an accepted class."""
    taken_for = np.asarray(judge(pictures)).argmax(axis=1)
    return np.isin(taken_for, accepted).mean()


# Classes that have it, that lack it, that are moved, that are accepted.
trials = {
    "shaft on sneakers": ([9], [7], [7], [9]),
    "shaft on sandals": ([9], [7], [5], [9]),
    "sleeves on tops": ([2, 4], [0, 3], [0, 3], [2, 4, 6]),
}

# %%
print("                               accepted by the judge   grey of garment")
print("                               before after any step    before after")
for trial, (have, lack, moved, accepted) in trials.items():
    for name, (model, codes) in maps.items():
        vector = attribute(codes, have, lack)
        start = codes[np.isin(labels, moved)][:1_000]
        angle = rng.uniform(0, 2 * np.pi, len(start))
        steps = np.column_stack([np.cos(angle), np.sin(angle)])
        steps *= np.linalg.norm(vector)
        before, after = decode(model, start), decode(model, start + vector)
        print(f"{trial:18}{name:13}", end="")
        for pictures in (before, after, decode(model, start + steps)):
            print(f"{accepted_share(pictures, accepted):6.0%}", end="")
        garment = before > 0.2
        print(f"{before[garment].mean():13.2f}{after[garment].mean():6.2f}")

# %% [markdown]
# Sneakers grow into boots far more often than a step in a random direction
# would make them, and on every map: like lies beside like in an autoencoder,
# too. The other two sums succeed more on one map than on another.
#
# The grey says roughly how much else has changed. In our run the sneakers
# nearly keep theirs; what was pale in a sandal is filled in a little.
#
# Some pictures, from those codes of the VAE that the judge is surer of:

# %%
rows = {}
for trial, kind in {"shaft on sneakers": 7, "sleeves on tops": 0}.items():
    have, lack, _, _ = trials[trial]
    start = z_mean[labels == kind]
    sure_of = np.asarray(judge(decode(vae, start)))[:, kind]
    clear = start[sure_of >= np.median(sure_of)][:10]
    rows[data.CLASS_NAMES[kind]] = decode(vae, clear)
    moved = clear + attribute(z_mean, have, lack)
    rows[f"+ {trial.split()[0]}"] = decode(vae, moved)
plots.compare_images(rows, "Codes of the VAE, and an attribute added")

# %% [markdown]
# *Figure: four rows of ten pictures. Sneakers, and below each the same code
# with the shaft vector added: mostly boots. T-shirts, and below them the same
# with the sleeves vector: long sleeves.*

# %% [markdown]
# A plane has few directions, and each is in use for much. With more latent
# dimensions attributes can come apart better.

# %% [markdown]
# ## Explore
#
# Each plane has its own point (the notebook must be running): click or drag,
# use the arrow keys, with Shift for large steps, or the sliders. The A and B
# in it (not the autoencoders) are the ends of a walk, at first from T-shirts
# to ankle boots. Where does the picture break? How far from a code can you go
# before it does?

# %%
few = slice(1_500)
widgets.paired_explorer(
    {
        "Autoencoder A": (autoencoders["autoencoder A"].decoder, z_plain[few]),
        "VAE": (vae.decoder, z_mean[few]),
    },
    labels[few],
    data.CLASS_NAMES,
    some[few],
)

# %% [markdown]
# *Figure: two planes, a cross at the chosen point of each; below it the
# picture that it decodes to, and the garment whose code is nearest. Where the
# view is not running you see the starting points.*

# %% [markdown]
# ## What we saw

# %%
for name in ("autoencoder A", "autoencoder B", "VAE, drawn z", "made cloud"):
    print(f"{name:13} in holes, fitted {by_fitted[name]:3.0f} %", end=", ")
    print(f"area in use {in_use[name]:3.0f} %")
print(f"VAE, drawn z  in holes, N(0, I) {by_prior['VAE, drawn z']:2.0f} %")
for name in ("VAE, N(0, I)", "their reconstructions", "test pictures"):
    print(f"median distance to training, {name}: {verdicts[name]:.1f}")

# %% [markdown]
# The VAE gave us a distribution that we know beforehand: draw from it and
# decode, without a look at the codes. In our run it also fills more of its own
# box than either autoencoder, with fewer holes under a fitted normal; another
# seed may say otherwise. It gave us no standard normal cloud,
# and its pictures are soft. One training is one draw, and every judge needs a
# control.
#
# **An open question:** the loss weighs reconstruction against KL one to one.
# What if the KL term counted four times as much: would the holes close, and
# who would pay for it?

# %% [markdown]
# **Sources.** Kingma and Welling (2014), *Auto-Encoding Variational Bayes*,
# arXiv:1312.6114, appendix A for the plane as one picture. Hoffman and Johnson
# (2016), *ELBO surgery*, NIPS workshop on approximate inference, for the
# aggregated posterior. Larsen, Sønderby, Larochelle and Winther (2016),
# *Autoencoding beyond pixels using a learned similarity metric*,
# arXiv:1512.09300, for attribute vectors. Theis, van den Oord and Bethge
# (2016), *A note on the evaluation of generative models*, arXiv:1511.01844,
# for the blind spots of judges.
#
# **Next:** lesson 10, where β becomes a dial.
