# %% [markdown]
# # 02 · Holes
#
# **A decoder draws a picture from any two numbers. Can we invent garments
# by choosing the two at random?**
#
# In 40 minutes you will
# - look at the plane in which the autoencoder keeps its codes,
# - choose points where no code lies and see what they decode to,
# - measure the trouble with two numbers,
# - walk from one garment to another and watch what happens on the way.

# %% role="setup"
import numpy as np
from scipy.spatial import cKDTree

from vae_course import data, plots, runtime
from vae_course.checks import lesson_02 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras

from vae_course import evaluate, models, networks, widgets

SEED = 0
IMAGES_SEEN = runtime.pick(full=240_000, quick=20_000)
N_CODES = runtime.pick(full=10_000, quick=2_000)
N_SAMPLES = 10_000

# %% role="setup"
(x_train, y_train), (x_test, _) = data.load_fashion_mnist()
x_train, x_test = map(data.prepare_images, (x_train, x_test))

# %% [markdown]
# ## An autoencoder to look into
#
# This is lesson 01's autoencoder with dense layers in place of convolutions.
# Shapes and loss are the same; on a CPU it trains many times faster, so that
# we can let it see more pictures.

# %% role="train"
runtime.set_seed(SEED)
autoencoder = models.Autoencoder(
    networks.build_dense_encoder(), networks.build_dense_decoder()
)
autoencoder.compile(keras.optimizers.Adam(0.002), jit_compile=False)
history = autoencoder.fit(
    x_train,
    batch_size=256,
    epochs=max(1, IMAGES_SEEN // len(x_train)),
    verbose=0,
)
nats = history.history["reconstruction_loss"][-1]
print(f"reconstruction loss {nats:.1f} nats an image")

# %% [markdown]
# Now each picture gets its code, two numbers. We look at some thousands.
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $z$ | `z`, the codes | (n_codes, 2) | none |
# | $s$ | `samples`, points that we choose | (n, 2) | none |
# | | `decode(points)`, pictures | (n, 32, 32, 1) | ink, 0 to 1 |

# %%
labels = y_train[:N_CODES]
z = autoencoder.encoder.predict(x_train[:N_CODES], verbose=0)
print("codes", z.shape)
plots.latent_plane(
    z, labels, data.CLASS_NAMES, "Where the autoencoder keeps its pictures"
)

# %% [markdown]
# *Figure: codes of some thousands of pictures in the plane, a colour and a
# marker for each class, its name in the middle of it. Some classes, like
# trousers and bags, have a patch of their own; shirts, coats and pullovers lie
# on one heap. Between clothes and shoes opens a wide empty valley. (The two
# axes have different scales.)*
#
# Nobody told the network about classes. It has put like beside like because
# neighbouring codes decode to like pictures. So far, so good. But look at the
# sizes.

# %%
spreads = []
print("class           pictures   spread of z")
for label, name in enumerate(data.CLASS_NAMES):
    own = z[labels == label]
    spreads.append(np.sqrt(own.var(axis=0).sum()))
    print(f"{name:15} {len(own):8} {spreads[-1]:13.1f}")
print("from", z.min(axis=0).round(1), "to", z.max(axis=0).round(1))

# %% [markdown]
# 1. **No fixed place.** Nothing in the loss says where codes should lie.
#    Change `SEED` and you get another map.
# 2. **Uneven.** The spread (how far codes lie from the middle of their class,
#    as a root of the mean square) differs far more than the number of
#    pictures.
# 3. **Gaps.** There is land that no picture claims. We shall measure it.
#
# To invent a garment we need a point. Where should we take it from?

# %% [markdown]
# ## Choosing a point
#
# We know nothing about the shape of this cloud, so we take the smallest box
# that holds it and choose any point in the box, each as likely as any other.
#
# Random generators give numbers $u$ between 0 and 1. Stretch and move them:
#
# $$s = \text{low} + u \cdot (\text{high} - \text{low})$$
#
# By hand, for an interval from −4 to 6: $u = 0$ gives −4, $u = 0.5$ gives
# the middle, and $u = 1$ gives 6.
#
# For a cloud of points there is one `low` and one `high` for each axis of
# the plane. In NumPy, `axis=0` runs down the rows, over the points:

# %%
for u in (0.0, 0.5, 1.0):
    print(f"u = {u}: s = {-4 + u * (6 - -4)}")

three_points = np.array([[-4.0, 10.0], [6.0, 20.0], [1.0, 70.0]])
print("low ", three_points.min(axis=0))
print("high", three_points.max(axis=0))
print("u of two points:\n", np.random.default_rng(SEED).random((2, 2)))

# %% [markdown]
# ### Exercise 2.1 · Sample the bounding box
#
# *Easy · 5 minutes · 1 point*
#
# Choose `n` points, evenly over the box of the codes. It should work for
# codes of any number of dimensions, not only two.
#
# | | name | shape | |
# |---|---|---|---|
# | in | `z` | (n_codes, latent_dim) | the codes |
# | in | `n` | | how many points |
# | in | `rng` | | NumPy generator: all chance comes from it |
# | out | | (n, latent_dim) | the points |
#
# **Why:** it is the most natural thing to do with a decoder, and it shows
# what is wrong with this one.
#
# **Done when** the check says "passed".


# %% exercise="2.1" role="stub"
def sample_bounding_box(z, n, rng):
    """Choose points evenly over the smallest box that holds the codes.

    Args:
        z: float array (n_codes, latent_dim).
        n: int, how many points.
        rng: numpy.random.Generator; `rng.random(shape)` gives numbers
            from 0 to 1.

    Returns:
        float array (n, latent_dim).
    """
    ### BEGIN SOLUTION
    low, high = z.min(axis=0), z.max(axis=0)
    return low + (high - low) * rng.random((n, z.shape[1]))
    ### END SOLUTION


# %% exercise="2.1" role="check"
sample_bounding_box = check.sample_bounding_box(sample_bounding_box)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# You need three things: the lowest and the highest value of each column of
# `z`, and one random number for each coordinate of each point.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Take the minimum and the maximum along `axis=0`: each is an array of
# `latent_dim` numbers. Ask `rng.random` for an array of shape
# (n, latent_dim). Then the formula above works on whole arrays, because
# NumPy repeats `low` and `high` for every row.
#
# </details>

# %% [markdown] exercise="2.1" role="answer"
# **The usual slip:** `z.min()` without an axis is one number for the whole
# array, and the box becomes a square that is far too large. The other is to
# forget `low`, which anchors the box at the origin and cuts off all that is
# negative.

# %% [markdown]
# ## What the points decode to


# %%
def decode(points):
    """Draw the picture of each point of the plane."""
    points = np.asarray(points, dtype="float32")
    return autoencoder.decoder.predict(points, batch_size=512, verbose=0)


rng = np.random.default_rng(SEED)
samples = np.asarray(sample_bounding_box(z, N_SAMPLES, rng))
plots.image_grid(
    decode(samples[:40]), heading="Forty points of the box, decoded"
)

# %% [markdown]
# *Figure: forty decoded points. Some are clean garments. Others are pale
# smears or scribbles, and many look almost alike.*
#
# Some of these you could sell. Which ones, and can we tell *before* we look?
# Our suspicion: it goes wrong where no picture lives. The decoder was only
# ever trained on codes; elsewhere it owes us nothing. So let us measure how
# near the nearest code is.

# %% [markdown]
# ## How far to the nearest code?
#
# $$d(s) = \min_{i} \lVert s - z_i \rVert
# = \min_{i} \sqrt{\sum_k (s_k - z_{ik})^2}$$
#
# | symbol | in code | shape | unit |
# |---|---|---|---|
# | $s$ | a row of `queries` | (latent_dim,) | that of z |
# | $z_i$ | row $i$ of `points` | (latent_dim,) | that of z |
# | $d$ | the result | one number a query | that of z |
#
# By hand: from (0, 0) it is 5 to (3, 4) and 13 to (5, 12), so the nearest
# is 5 away.
#
# With several queries we want every query against every point. NumPy pairs
# them up when we give each array an axis of length 1 where the other one has
# its rows:

# %%
query = np.array([0.0, 0.0])
points = np.array([[3.0, 4.0], [5.0, 12.0]])
difference = query - points
print("to each point:", np.sqrt((difference**2).sum(axis=1)))

queries = np.zeros((3, 2))
pairs = queries[:, np.newaxis, :] - points[np.newaxis, :, :]
print("queries", queries.shape, "points", points.shape, "pairs", pairs.shape)

# %% [markdown]
# ### Exercise 2.2 · The nearest distance
#
# *Medium · 10 minutes · 2 points*
#
# For each query, the Euclidean distance to the nearest of the points. A loop
# over the queries is as welcome as pairing them all at once.
#
# | | name | shape | unit |
# |---|---|---|---|
# | in | `queries` | (n_queries, latent_dim) | that of z |
# | in | `points` | (n_points, latent_dim) | that of z |
# | out | | (n_queries,) | that of z |
#
# **Why:** with it, "where nobody lives" becomes a number.
#
# **Done when** the check says "passed".


# %% exercise="2.2" role="stub"
def nearest_distance(queries, points):
    """Measure how far each query is from the nearest point.

    Args:
        queries: float array (n_queries, latent_dim).
        points: float array (n_points, latent_dim).

    Returns:
        float array (n_queries,), Euclidean distances.
    """
    ### BEGIN SOLUTION
    distances = [
        np.sqrt(((query - points) ** 2).sum(axis=1)).min() for query in queries
    ]
    return np.array(distances)
    ### END SOLUTION


# %% exercise="2.2" role="check"
nearest_distance = check.nearest_distance(nearest_distance)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Begin with one query, as in the cell with (3, 4) and (5, 12). Then do the
# same for each query.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Subtract, square, add up over the last axis (the coordinates), take the
# root. Of the numbers that are left for one query, take the smallest: that
# minimum runs over the points. In the array of pairs above, the queries are
# axis 0, the points axis 1, the coordinates axis 2.
#
# </details>

# %% [markdown] exercise="2.2" role="answer"
# **The usual slip:** the minimum over the wrong axis, which gives a number
# for each *point* in place of each query. The other is to leave out the
# root: the order of the distances stays right, so nothing looks wrong until
# a distance is compared with another length.

# %% [markdown]
# ## First measure: the share of samples in a hole
#
# Where is the line between near and far? The codes themselves tell: how far is
# a code from its nearest *other* code? We call a sample **in a hole** when it
# is farther from every code than 99 of 100 codes are from their neighbour.
# This length is the *reach* of the codes.
#
# SciPy's `cKDTree` finds neighbours fast, and is a second road to your
# function. (`k=2`, because the nearest code to a code is itself.)

# %%
tree = cKDTree(z)
to_neighbour = tree.query(z, k=2)[0][:, 1]
reach = np.quantile(to_neighbour, 0.99)
print(f"to the neighbour: median {np.median(to_neighbour):.2f}")
print(f"reach, 99 of 100: {reach:.2f}")

distances = np.asarray(nearest_distance(samples[:400], z))
by_tree = tree.query(samples)[0]
gap = np.abs(distances - by_tree[:400]).max()
print(f"yours against SciPy's: {gap:.1e}")

share = (by_tree > reach).mean()
error = np.sqrt(share * (1 - share) / N_SAMPLES)
print(f"in a hole: {100 * share:.1f} % ± {100 * error:.1f}")

plots.gaps(
    z, samples[:400], distances, reach, "400 points of the box among the codes"
)

# %% [markdown]
# *Figure: the codes as small grey dots. Samples near a code are blue rings;
# samples in a hole are red crosses. The crosses fill the corners of the box
# and the valley between clothes and shoes.*
#
# The ± is the *standard error*: how much a share $p$ varies from one draw of
# $n$ samples to the next, $\sqrt{p(1-p)/n}$.
#
# What do the holes decode to? Here are twenty of the samples, evenly picked
# from near to far:

# %%
order = np.argsort(distances)
picked = order[np.linspace(0, len(order) - 1, 20).astype(int)]
titles = [
    f"{d:.2f}" + (" hole" if d > reach else "") for d in distances[picked]
]
plots.image_grid(
    decode(samples[picked]),
    titles,
    heading="Decoded samples and their distance to the nearest code",
)

# %% [markdown]
# *Figure: two rows of ten decoded samples, over each its distance to the
# nearest code and whether that is a hole. Those near a code are garments.
# Those in holes are a matter of luck: some are garments, some pale smears,
# and the farthest are scribbles.*
#
# **A hole need not look bad. It is a place for which the decoder was never
# trained, so that nothing speaks for what it draws there.**

# %% [markdown]
# ### Is the box to blame?
#
# Partly: it has corners. So we try to be clever. We fit a *normal
# distribution* to the codes (lesson 03 explains it): same middle, same spread,
# same slant. Or we take the code of *another* picture and move it a little.
# For comparison, a cloud of which we *know* the distribution, since we made
# it: as many points from a standard normal, sampled in the same way.

# %%
# np.cov gives the spread and the slant of the cloud.
fitted = rng.multivariate_normal(z.mean(axis=0), np.cov(z.T), N_SAMPLES)
others = autoencoder.encoder.predict(x_test, batch_size=512, verbose=0)
others += np.median(to_neighbour) * rng.standard_normal(others.shape)
made, sampled = rng.standard_normal((2, N_CODES, 2))
holes = {
    "codes, from the box": evaluate.hole_share(samples, z),
    "codes, from a fitted normal": evaluate.hole_share(fitted, z),
    "codes, near other pictures": evaluate.hole_share(others, z),
    "made cloud, as it was made": evaluate.hole_share(sampled, made),
}
for name, in_hole in holes.items():
    print(f"{name:28} {100 * in_hole:5.1f} % in holes")

# %% [markdown]
# The normal is a better guess than the box, and still many samples fall in
# holes. Moving the code of a real picture works. But for that we need a
# picture first, and what comes out is a neighbour of what went in.
#
# For the made cloud it is about one in a hundred, which is what the 99 in our
# definition allows. We *knew* where to sample. **Nothing in its training gave
# the autoencoder a distribution that we know beforehand.**

# %% [markdown]
# ## Second measure: the area in use
#
# How much of the plane is in use at all? Lay a grid over the box, and count
# the cells that hold at least one code. We choose their size by a rule: spread
# evenly, the codes would come to ten in a cell. Then an empty cell means
# something.
#
# A second road: samples are even over the box, so the share of *samples* that
# land in a cell with a code estimates the same area.

# %%
cells = int(np.sqrt(N_CODES / 10))


def cell_of(points):
    """Number the grid's cells, and find each point's."""
    low, high = z.min(axis=0), z.max(axis=0)
    place = (cells * (points - low) / (high - low)).astype(int)
    column, row = np.minimum(place, cells - 1).T
    return cells * row + column


in_use = len(np.unique(cell_of(z))) / cells**2
print(f"{cells} × {cells} cells, {100 * in_use:.1f} % in use")
hits = np.isin(cell_of(samples), cell_of(z))
error = hits.std() / np.sqrt(N_SAMPLES)
print(f"by samples: {100 * hits.mean():.1f} % ± {100 * error:.1f}")
print(f"difference: {100 * (hits.mean() - in_use):+.1f}")

# %% [markdown]
# The difference should be no more than two or three standard errors.
#
# Again the box is partly to blame, for it hangs on the few codes that lie
# farthest out. A steadier one reaches two standard deviations (a standard
# deviation is the spread along one axis) either way of the middle.
# `evaluate.area_in_use` counts cells as we did, in any box.

# %%
near_middle = {}
print(f"in use, {cells} × {cells} cells   whole box   two std")
for name, cloud in {"codes": z, "made cloud": made}.items():
    middle, std = cloud.mean(axis=0), cloud.std(axis=0)
    box = middle - 2 * std, middle + 2 * std
    near_middle[name] = 100 * evaluate.area_in_use(cloud, cells, box)
    whole = 100 * evaluate.area_in_use(cloud, cells)
    print(f"{name:21} {whole:9.1f} % {near_middle[name]:7.1f} %")

# %% [markdown]
# In its whole box even the made cloud leaves much bare: a few stragglers
# stretch the box, and its corners are empty. Within two standard deviations
# the two part: the made cloud fills nearly every cell, the codes leave
# many empty.
#
# So these two are fair, and we keep them: the holes under a fitted normal, and
# the area in use within two standard deviations. Lesson 09 measures both
# again, after the cure.

# %% [markdown]
# ## A walk between two garments
#
# The most charming use of a latent space is a walk: from the code of one
# picture to that of another in even steps.
#
# $$z_t = (1 - t) \cdot \text{start} + t \cdot \text{end},
# \qquad 0 \le t \le 1$$
#
# By hand: from (2, 10) to (4, 0), half-way, it is (3, 5). At $t = 0$ we are
# at the start, at $t = 1$ at the end.

# %%
for t in (0.0, 0.5, 1.0):
    print(t, (1 - t) * np.array([2.0, 10.0]) + t * np.array([4.0, 0.0]))

# %% [markdown]
# ### Exercise 2.3 · Walk from code to code
#
# *Easy · 5 minutes · 1 point*
#
# `steps` points, evenly spaced on the straight line, both ends included.
# `np.linspace` gives evenly spaced numbers with both ends.
#
# | | name | shape | |
# |---|---|---|---|
# | in | `start`, `end` | (latent_dim,) | two codes |
# | in | `steps` | | how many points, at least 2 |
# | out | | (steps, latent_dim) | the points, `start` first |
#
# **Why:** a walk shows what lies *between* pictures.
#
# **Done when** the check says "passed".


# %% exercise="2.3" role="stub"
def interpolate(start, end, steps):
    """List evenly spaced points on the line from start to end.

    Args:
        start: float array (latent_dim,), the first point.
        end: float array (latent_dim,), the last point.
        steps: int, how many points, both ends included.

    Returns:
        float array (steps, latent_dim).
    """
    ### BEGIN SOLUTION
    t = np.linspace(0, 1, steps)[:, np.newaxis]
    return (1 - t) * start + t * end
    ### END SOLUTION


# %% exercise="2.3" role="check"
interpolate = check.interpolate(interpolate)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Make all values of $t$ first, then use the formula once for each, or for
# all at once.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# `np.linspace` from 0 to 1 gives `steps` values of $t$. To multiply them with
# codes of `latent_dim` numbers, give them a second axis of length 1, so that
# NumPy makes a row for each $t$. A loop that collects rows does as well.
#
# </details>

# %% [markdown] exercise="2.3" role="answer"
# **The usual slip:** dividing a counter by `steps` in place of `steps - 1`,
# so that the walk stops one step short of its end. The other is to swap the
# two weights, and to arrive where one wanted to leave.


# %%
def code_of(name):
    """Find the code in the middle of a class."""
    own = z[labels == data.CLASS_NAMES.index(name)]
    middle = np.median(own, axis=0)
    return own[np.argmin(((own - middle) ** 2).sum(axis=1))]


walk = np.asarray(interpolate(code_of("Trouser"), code_of("Ankle boot"), 10))
away = np.asarray(nearest_distance(walk, z))
plots.image_grid(
    decode(walk),
    titles=[f"{d:.2f}" for d in away],
    heading="From trousers to a boot; above, distance to the nearest code",
)

# %% [markdown]
# *Figure: ten pictures in a row. The trousers fade and dissolve into shapes
# that are no garment before a boot takes form. Over each picture stands the
# distance to the nearest code: small at the ends, largest on the way.*
#
# The straight line crosses empty land, and nobody ever asked the decoder to
# draw anything sensible there. There is no reason why the picture half-way
# should be something half-way between the two.

# %% [markdown]
# ## How far may one go?
#
# One more thing: how much does the picture change on a way of a given length?
# If the plane were used evenly, about as much everywhere. We take a very short
# step, a tenth of the reach, from many codes in any direction. The change of a
# picture is the root of the summed squares over its pixels; divided by the
# length of the step it is a *rate*.

# %%
STEP = 0.1 * reach
some = z[rng.permutation(len(z))[:2_000]]
angle = rng.uniform(0, 2 * np.pi, len(some))
directions = np.column_stack([np.cos(angle), np.sin(angle)])
change = decode(some + STEP * directions) - decode(some)
rate = np.sqrt((change**2).sum(axis=(1, 2, 3))) / STEP
low, median, high = np.quantile(rate, [0.1, 0.5, 0.9])
print(f"a tenth below {low:.2f}, half below {median:.2f}", end=", ")
print(f"a tenth above {high:.2f}, steepest {rate.max():.2f}")

by_rate = np.argsort(rate)
rows = {}
for name, row in {
    "steepest": by_rate[-1],
    "median": by_rate[len(rate) // 2],
    "a tenth": by_rate[len(rate) // 10],
}.items():
    path = some[row] + np.linspace(-2, 2, 9)[:, None] * directions[row]
    rows[name] = decode(path)
plots.compare_images(rows, "The same length of way at three places")

# %% [markdown]
# *Figure: three rows of nine pictures, each row along a way of four units. At
# the steepest place one garment turns into another; at the median place it
# changes somewhat; where only a tenth of the rates is lower, hardly at all.*
#
# **A good garment at one point does not tell how far you may go from it.** The
# loss only ever looked at the codes themselves, one point for one picture,
# never at their surroundings.

# %% [markdown]
# ## Explore
#
# Click or drag in the plane (the notebook must be running), or give it the
# focus and use the arrow keys, with Shift for large steps. The sliders move
# the same point. A and B are the ends of a walk; put them where you like.
#
# Find a hole that decodes to a garment, and one that does not. Find a place
# where a few steps change one garment into another, and one where many steps
# change nothing.

# %%
few = slice(1_500)
widgets.latent_explorer(
    autoencoder.decoder, z[few], labels[few], data.CLASS_NAMES, x_train[few]
)

# %% [markdown]
# *Figure: the plane of codes with a cross of two lines at the chosen point;
# beside it the picture that the point decodes to, and the garment whose code
# is nearest. Where the view is not running you see the starting point.*
#
# Among fewer codes the neighbours are farther apart, so that a hole begins
# farther out than above. In a hole, compare the two pictures: does the nearest
# garment tell what is drawn there?

# %% [markdown]
# ## What we saw

# %%
ends = np.abs(z).max(axis=0)
print(f"codes reach out to {ends[0]:.0f} and {ends[1]:.0f}, unasked")
print(f"widest class / narrowest: {max(spreads) / min(spreads):.1f}")
box, normal, *_ = holes.values()
print(f"in a hole: {100 * box:.0f} % of the box's samples")
print(f"in a hole: {100 * normal:.0f} % of a fitted normal's")
print(f"in use within two standard deviations: {near_middle['codes']:.0f} %")
print(f"a tenth of the rates above / below: {high:.1f} / {low:.1f}")

# %% [markdown]
# An autoencoder stores; it does not invent. Its plane has gaps for which the
# decoder was never trained, an uneven and unbounded spread, and no
# distribution that we know how to sample from.
#
# **An open question:** what if a picture did not own a *point* of the plane,
# but a small *cloud*, and the decoder had to draw it well from anywhere in
# the cloud? And what shape should all clouds together have?

# %% [markdown]
# **Sources.** Hinton and Salakhutdinov (2006), *Reducing the Dimensionality
# of Data with Neural Networks*, Science 313. Kingma and Welling (2014),
# *Auto-Encoding Variational Bayes*, arXiv:1312.6114, for the cure. Ghosh,
# Sajjadi, Vergari, Black and Schölkopf (2020), *From Variational to
# Deterministic Autoencoders*, arXiv:1903.12436, who fit a richer distribution
# to the codes afterwards.
#
# **Next:** lesson 03, the cloud that everybody uses.
