# %% [markdown]
# # 01 · The autoencoder
#
# **Can two numbers describe a picture well enough to draw it again?**
#
# In 40 minutes you will
# - build an encoder and a decoder from convolutions,
# - measure the price of a bad drawing in *nats*,
# - train the two together on photographs of clothing,
# - know what this has to do with principal components, and when it is more.

# %% role="setup"
import math
import time

import numpy as np
from scipy.linalg import subspace_angles
from scipy.sparse.linalg import svds

from vae_course import data, plots, runtime
from vae_course.checks import lesson_01 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras
from keras import layers, ops

from vae_course import models, networks

# %% role="setup"
SEED = 1
LATENT_DIM = 2
N_TRAIN = runtime.pick(full=9_600, quick=960)
N_TEST = runtime.pick(full=1_000, quick=200)
BATCH_SIZE = 32
LEARNING_RATE = 0.003
STOPS = 10

# %% [markdown]
# We train on some thousands of pictures, drawn by chance from the training
# set, and judge on pictures from the test set, which no network has seen.

# %%
full, unseen = data.load_fashion_mnist()
rng = np.random.default_rng(SEED)


def draw(pictures, labels, n):
    """Choose n of them by chance."""
    chosen = rng.permutation(len(pictures))[:n]
    return data.prepare_images(pictures[chosen]), labels[chosen]


x_train, y_train = draw(*full, N_TRAIN)
x_test, y_test = draw(*unseen, N_TEST)
shown = [np.flatnonzero(y_test == label)[0] for label in range(10)]
print("training", x_train.shape, "· test", x_test.shape)

# %% [markdown]
# ## The problem: a picture in few numbers
#
# A picture is 32 · 32 = 1024 numbers. We want to keep only a few and draw
# the picture again from those. The plainest way: cut it into equal squares
# and keep the mean grey of each.


# %%
def mosaic(images, side):
    """Replace each of side × side squares by its mean."""
    step = 32 // side
    squares = images.reshape(-1, side, step, side, step, 1)
    means = squares.mean(axis=(2, 4), keepdims=True)
    return np.broadcast_to(means, squares.shape).reshape(images.shape)


print("numbers in a picture:", x_test[0].size)
plots.compare_images(
    {
        "the picture": x_test[shown],
        "64 numbers": mosaic(x_test[shown], 8),
        "16 numbers": mosaic(x_test[shown], 4),
        "4 numbers": mosaic(x_test[shown], 2),
    },
    heading="The same garments as mosaics of fewer and fewer squares",
)

# %% [markdown]
# *Figure: ten garments in four rows. With 64 squares one still guesses the
# garment, with 16 hardly, with 4 there are only four grey fields.*
#
# The mosaic spends its numbers on *places*. But pictures of clothing are no
# arbitrary grids of grey: nearly all of them have a left side like the
# right, two sleeves or none, an empty border. A description that knew this
# could get by with less. We let a network find it.

# %% [markdown]
# ## The idea: a network with a waist
#
# An **encoder** $f$ squeezes a picture into a short *code*, a **decoder** $g$
# draws a picture from the code alone:
#
# $$z = f(x), \qquad \hat{x} = g(z)$$
#
# | symbol | in the code | shape | range |
# |---|---|---|---|
# | $x$ | `x` | (n, 32, 32, 1) | grey, 0 to 1 |
# | $z$ | `z` | (n, `latent_dim`) | any real number, no unit |
# | $\hat{x}$ | `x_mean` | (n, 32, 32, 1) | grey, between 0 and 1 |
#
# Whatever the decoder needs has to pass through the code, the *bottleneck*.
# Ours has two numbers, so that we can look at all of it in a plane.

# %% [markdown]
# ### A convolution that halves the sides
#
# A convolution slides a small window, its *kernel*, over the picture and adds
# up what lies below it, each pixel times a weight. With a **stride** of 2 it
# moves two pixels at a time, and only half as many rows and columns come
# out. `padding="same"` lets the window hang over the border, where it reads
# zeros.
#
# Here all nine weights are 1. Check the first number by hand.

# %%
tiny = np.arange(16.0).reshape(1, 4, 4, 1)
look = layers.Conv2D(
    1, 3, strides=2, padding="same", kernel_initializer="ones"
)
print(tiny[0, :, :, 0])
print("->", tuple(look(tiny).shape))
print(np.array(look(tiny))[0, :, :, 0])
print("by hand:", 0 + 1 + 2 + 4 + 5 + 6 + 8 + 9 + 10)

# %% [markdown]
# The first argument of `Conv2D` says how many kernels look at the same time:
# so many *channels* come out. `activation="relu"` then sets what is negative
# to zero. Without such a bend, three convolutions in a row would be no more
# than one.
#
# `layers.Flatten()` lines all numbers up, and `layers.Dense(k)` makes `k`
# weighted sums of them. `keras.Sequential([...])` chains layers to a model;
# `keras.Input(shape)` at its start says what one picture looks like.

# %% [markdown]
# ### Exercise 1.1 · The encoder
#
# *Medium · 8 minutes · 2 points*
#
# Three convolutions with 32, 64 and 128 kernels of 3 × 3, each with stride 2,
# "same" padding and ReLU. Then flatten, then a dense layer that gives the
# code.
#
# | | name | shape | range |
# |---|---|---|---|
# | in | `latent_dim` | | int, 2 unless said otherwise |
# | out | a Keras model | (n, 32, 32, 1) → (n, `latent_dim`) | any real |
#
# **Why:** a code may lie anywhere. Whatever bends or cuts the last layer's
# sums takes a part of the plane away.
#
# **Done when** the check passes; `build_encoder().count_params()` is then
# 96770.


# %% exercise="1.1" role="stub"
def build_encoder(latent_dim=2):
    """Build the encoder.

    Args:
        latent_dim: int, how many numbers describe a picture.

    Returns:
        keras.Model, float (n, 32, 32, 1) -> (n, latent_dim), any real
        numbers.
    """

    ### BEGIN SOLUTION
    def halve(channels):
        return layers.Conv2D(
            channels, 3, strides=2, padding="same", activation="relu"
        )

    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            halve(32),
            halve(64),
            halve(128),
            layers.Flatten(),
            layers.Dense(latent_dim),
        ]
    )
    ### END SOLUTION


# %% exercise="1.1" role="check"
build_encoder = check.build_encoder(build_encoder)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Begin with a list of two layers, the input and one convolution, and call
# `summary()` on the model. Add one layer at a time and watch the shape.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# The sides should go 32, 16, 8, 4 and the channels 1, 32, 64, 128. The dense
# layer has as many units as the code has numbers, and it hands its sums on
# as they are, so leave its activation alone. Return the model itself.
#
# </details>

# %% [markdown] exercise="1.1" role="answer"
# **The usual slip:** a ReLU on the last layer, out of habit. Training still
# runs and the loss still falls, but three quarters of the plane can never
# hold a code.

# %% [markdown]
# ## The way back
#
# A *transposed* convolution does the reverse: each number that goes in stamps
# the whole kernel, times its value, onto a larger picture, and where stamps
# overlap they add up. With stride 2 the stamps lie two pixels apart, so the
# sides double.
#
# `layers.Reshape(shape)` arranges a row of numbers as a picture again. And a
# *sigmoid* takes any real number into the range between 0 and 1:
# $\sigma(a) = 1 / (1 + e^{-a})$.

# %%
small = np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 2, 2, 1)
stamp = layers.Conv2DTranspose(
    1, 3, strides=2, padding="same", kernel_initializer="ones"
)
print(small[0, :, :, 0])
print("->", tuple(stamp(small).shape))
print(np.array(stamp(small))[0, :, :, 0])
print("by hand, where all four overlap:", 1 + 2 + 3 + 4)
print("sigmoid:", np.array(ops.sigmoid([-4.0, 0.0, 4.0])).round(3))
print("by hand:", [round(1 / (1 + math.exp(-a)), 3) for a in (-4, 0, 4)])

# %% [markdown]
# ### Exercise 1.2 · The decoder
#
# *Medium · 8 minutes · 2 points*
#
# A dense layer to 4 · 4 · 128 numbers, reshaped to (4, 4, 128). Three
# transposed convolutions with 128, 64 and 32 kernels of 3 × 3, stride 2,
# "same" padding, ReLU. Last a plain convolution (stride 1) with one kernel
# of 3 × 3, "same" padding and `activation="sigmoid"`.
#
# | | name | shape | range |
# |---|---|---|---|
# | in | `latent_dim` | | int, 2 unless said otherwise |
# | out | a Keras model | (n, `latent_dim`) → (n, 32, 32, 1) | 0 to 1 |
#
# **Why:** we shall read a pixel of the drawing as a probability.
#
# **Done when** the check passes; `build_decoder().count_params()` is then
# 246273.


# %% exercise="1.2" role="stub"
def build_decoder(latent_dim=2):
    """Build the decoder.

    Args:
        latent_dim: int, how many numbers describe a picture.

    Returns:
        keras.Model, float (n, latent_dim) -> (n, 32, 32, 1), between 0
        and 1.
    """

    ### BEGIN SOLUTION
    def double(channels):
        return layers.Conv2DTranspose(
            channels, 3, strides=2, padding="same", activation="relu"
        )

    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(4 * 4 * 128),
            layers.Reshape((4, 4, 128)),
            double(128),
            double(64),
            double(32),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    ### END SOLUTION


# %% exercise="1.2" role="check"
build_decoder = check.build_decoder(build_decoder)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# It is the encoder read backwards: from a row of numbers to a small picture
# with many channels, and from there to larger ones with fewer.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# What goes in is a row of `latent_dim` numbers, and a shape with one entry is
# written `(latent_dim,)`. Three doublings lead from 4 to 32. The last layer
# changes the channels, not the sides, and it alone has a sigmoid.
#
# </details>

# %% [markdown] exercise="1.2" role="answer"
# **The usual slip:** no sigmoid, or a tanh, at the end: pixels below 0 or
# above 1, of which the loss below cannot take the logarithm. The other one is
# the comma in `(latent_dim,)`; without it there is no shape, only a number.

# %% [markdown]
# ### The two together
#
# How many numbers stand for one picture, from layer to layer?

# %%
shapes = [("picture", (32, 32, 1))]
for network in (networks.build_encoder(), networks.build_decoder()):
    shapes += [
        (type(layer).__name__, layer.output.shape[1:])
        for layer in network.layers
    ]
plots.hourglass(shapes)

# %% [markdown]
# *Figure: a bar for every layer, on a logarithmic axis. From 1,024 numbers
# the first convolution makes 8,192; at the waist there are 2, in red; the
# decoder goes up to 32,768 and ends with 1,024.*
#
# The convolutions first make *more* numbers, features of every place. The
# narrow passage is a single layer.

# %% [markdown]
# ## How bad is a drawing?
#
# Training needs one number that says how badly the drawing $\hat{x}$, the
# *reconstruction*, matches the picture $x$. Read each pixel of the drawing as
# the probability that this pixel is lit. If it is lit, the drawing pays its
# *surprise*, $-\ln \hat{x}_i$; if it is dark, $-\ln(1 - \hat{x}_i)$. A grey
# $x_i$ counts as partly lit. All pixels add up to the **binary
# cross-entropy**:
#
# $$\ell(x, \hat{x}) = -\sum_i \big[\, x_i \ln \hat{x}_i
# + (1 - x_i) \ln (1 - \hat{x}_i) \,\big]$$
#
# | symbol | in the code | shape | unit |
# |---|---|---|---|
# | $x_i$ | `x` | (n, 32, 32, 1) | grey, 0 to 1 |
# | $\hat{x}_i$ | `x_mean` | (n, 32, 32, 1) | probability |
# | $\ell$ | `reconstruction_loss` | (n,) | **nats** |

# %% [markdown]
# ### On two pixels
#
# A nat is the unit of surprise with natural logarithms: what happens with
# probability $1/e$ surprises by one nat. Take a white and a dark grey pixel,
# and a drawing that is rather sure of the first and undecided on the second.

# %%
two, drawn = np.array([1.0, 0.25]), np.array([0.8, 0.5])
lit, dark = two * np.log(drawn), (1 - two) * np.log(1 - drawn)
print("-(1 · ln 0.8) =", -lit[0].round(3))
print(
    f"-(0.25 · ln 0.5 + 0.75 · ln 0.5) = {-lit[1]:.3f} + {-dark[1]:.3f}"
    f" = {-(lit + dark)[1]:.3f}"
)
print(f"together {-(lit + dark).sum():.3f} nats")
print(f"1024 undecided pixels: {1024 * math.log(2):.2f} nats")
print(f"-ln 1e-7 = {-math.log(1e-7):.1f} nats")
for margin in (1e-7, 1e-8):
    print(f"1 - {margin:g} in float32: {np.float32(1 - margin)!s}")

# %% [markdown]
# A drawing may never be wholly sure: $\ln 0$ is $-\infty$. So we *clip*, we
# move `x_mean` into the range from 1e-7 to 1 − 1e-7 before we take a
# logarithm. Then a pixel costs 16.1 nats at worst. A still smaller margin
# would vanish: in `float32`, 1 − 1e-8 is 1.
#
# `ops.clip(a, low, high)`, `ops.log(a)` and `ops.sum(a, axis=...)` are Keras's
# versions of the NumPy functions with these names.

# %% [markdown]
# ### Exercise 1.3 · The reconstruction loss
#
# *Medium · 8 minutes · 2 points*
#
# The formula above for every picture of a batch. Sum over rows, columns and
# channels; keep the batch.
#
# | | name | shape | type, unit |
# |---|---|---|---|
# | in | `x` | (n, rows, columns, 1) | float, 0 to 1 |
# | in | `x_mean` | the same | float, 0 to 1, ends included |
# | out | | (n,) | float, nats a picture, finite |
#
# Pictures may have any number of rows and columns. NumPy and `keras.ops` are
# both welcome.
#
# **Why:** all later lessons count in this unit: sums, not means.
#
# **Done when** the check passes; a constant 0.5 then costs 709.78 nats for
# every picture of 32 × 32.


# %% exercise="1.3" role="stub"
def reconstruction_loss(x, x_mean):
    """Sum the binary cross-entropy of every picture over its pixels.

    Args:
        x: float (n, rows, columns, 1), the pictures, 0 to 1.
        x_mean: float, same shape, their drawings, 0 to 1.

    Returns:
        float (n,), nats: summed over rows, columns and channels.
    """
    ### BEGIN SOLUTION
    x_mean = ops.clip(x_mean, 1e-7, 1 - 1e-7)
    lit = x * ops.log(x_mean)
    dark = (1 - x) * ops.log(1 - x_mean)
    return -ops.sum(lit + dark, axis=(1, 2, 3))
    ### END SOLUTION


# %% exercise="1.3" role="check"
reconstruction_loss = check.reconstruction_loss(reconstruction_loss)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Write it first for every pixel, with the shape of the batch, as in the cell
# on two pixels. Which axes must then go, and which one stays?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Clip the drawing. Add the two terms, turn the sign, and sum over the axes 1,
# 2 and 3. If you use `keras.losses.binary_crossentropy` instead: it averages
# over the last axis and keeps the others.
#
# </details>

# %% [markdown] exercise="1.3" role="answer"
# **The usual slip:** a mean over pixels, which is what Keras's own losses
# return: 0.69 for the constant 0.5. Training would look the same, but the
# number would no longer be the surprise at a picture, and lesson 06 shows
# what that does to a VAE.

# %% [markdown]
# ### What few numbers cost
#
# Now the mosaics have a price. So have three guesses that look at no pixel
# at all, and a perfect copy, which keeps all 1024 numbers.


# %%
def nats(drawings):
    """Average the loss over the test pictures."""
    return float(np.mean(reconstruction_loss(x_test, drawings)))


mean_picture = np.broadcast_to(x_train.mean(axis=0), x_test.shape)
mean_of_class = np.stack(
    [x_train[y_train == label].mean(axis=0) for label in range(10)]
)
prices = {
    "a constant 0.5": nats(np.full_like(x_test, 0.5)),
    "the mean of all pictures": nats(mean_picture),
    "the mean of its class": nats(mean_of_class[y_test]),
    "mosaic of 4 numbers": nats(mosaic(x_test, 2)),
    "mosaic of 16 numbers": nats(mosaic(x_test, 4)),
    "mosaic of 64 numbers": nats(mosaic(x_test, 8)),
    "a perfect copy": nats(x_test),
}
for name, price in prices.items():
    above = price - prices["a perfect copy"]
    print(f"{name:26} {price:7.2f} nats, {above:7.2f} above the floor")

# %% [markdown]
# Two lines surprise. Four squares are *worse* than drawing the same mean
# picture for everyone: they forget the empty border. And a perfect copy does
# not cost 0. A pixel that is drawn as grey 0.5 stays undecided, even where
# the picture has exactly that grey. The **floor** is the entropy of the
# grey values themselves; no drawing can get below it, so compare the right
# column.

# %% [markdown]
# ## Training
#
# `models.Autoencoder` chains your encoder and your decoder. The pictures are
# their own targets. It trains on the library's version of your loss, which
# works on Keras tensors only.
#
# We let every picture pass once and stop ten times to look. What Keras calls
# an *epoch* is here a tenth of the way. So each number comes from pictures
# that the network had not learnt from before. `jit_compile=False` skips a
# compiler that does not pay on a CPU.

# %% role="train"
runtime.set_seed(SEED)
autoencoder = models.Autoencoder(
    build_encoder(LATENT_DIM), build_decoder(LATENT_DIM)
)
autoencoder.compile(
    optimizer=keras.optimizers.Adam(LEARNING_RATE), jit_compile=False
)
started = time.perf_counter()
history = autoencoder.fit(
    x_train,
    batch_size=BATCH_SIZE,
    epochs=STOPS,
    steps_per_epoch=N_TRAIN // BATCH_SIZE // STOPS,
    verbose=0,
).history["reconstruction_loss"]
seconds = time.perf_counter() - started
print(
    f"{N_TRAIN:,} pictures in {seconds:.0f} s,"
    f" {N_TRAIN / seconds:.0f} a second on {runtime.describe_device()}"
)

# %% [markdown]
# ### The loss on the way

# %%
figure, axis = plots.new_figure(width=7.0)
seen = N_TRAIN // STOPS * np.arange(1, STOPS + 1)
axis.plot(seen, history, "o-", label="the network, 2 numbers")
styles = ["--", "-.", ":"]
names = ["the mean of its class", "mosaic of 64 numbers", "a perfect copy"]
for name, style in zip(names, styles, strict=True):
    axis.axhline(prices[name], color="black", linestyle=style, label=name)
axis.set(
    title="Training: the price of a drawing falls",
    xlabel="pictures seen",
    ylabel="reconstruction loss, nats a picture",
    xlim=(0, None),
)
axis.legend()
figure

# %% [markdown]
# *Figure: a falling curve with ten dots, steep at first, then nearly flat.
# Three level lines: the class mean, the mosaic of 64 numbers, and below all
# the perfect copy.*
#
# Where does the curve end among the lines? With two numbers it draws about as
# well as a mosaic does with 64, although it was never told what a garment is.
# (In quick mode training stops far too early for that.)

# %% [markdown]
# ### The drawings

# %%
x_mean = autoencoder.predict(x_test, verbose=0)
plots.compare_images(
    {
        "the picture": x_test[shown],
        "the network,\n2 numbers": x_mean[shown],
        "mosaic,\n64 numbers": mosaic(x_test[shown], 8),
    },
    heading="Unseen garments, and what is drawn from their codes",
)

# %% [markdown]
# *Figure: ten garments of the test set, one of each class. Below each the
# network's drawing, a soft outline of a garment with a smooth surface, and
# below that the mosaic.*
#
# Most outlines are right, or those of a close relative: a shirt may come out
# as a pullover, a dress as a pair of trousers, and an unusual piece as
# something else altogether. Prints, buttons and straps are gone. Two numbers
# go as far as the kind of garment, its width and how dark it is.

# %% [markdown]
# ## The same number by a second road
#
# Is the loss what we think it is? A plain loop over the pixels of a few test
# pictures, in `float64` and with nothing but `math.log`, must agree with what
# your function gives.

# %%
few = 5
by_loop = []
for picture, drawing in zip(x_test[:few], x_mean[:few], strict=True):
    price = 0.0
    for a, b in zip(picture.ravel(), drawing.ravel(), strict=True):
        b = min(max(float(b), 1e-7), 1 - 1e-7)
        price -= float(a) * math.log(b) + (1 - float(a)) * math.log(1 - b)
    by_loop.append(price)
yours = np.asarray(reconstruction_loss(x_test, x_mean), dtype="float64")
gap = np.abs(yours[:few] - by_loop).max()
print("by loop ", np.round(by_loop, 3))
print("yours   ", yours[:few].round(3))
print(f"largest difference {gap:.1e} nats")
error = yours.std(ddof=1) / math.sqrt(len(yours))
print(f"all {N_TEST} test pictures: {yours.mean():.1f} ± {error:.1f} nats")

# %% [markdown]
# The two roads differ by what `float32` rounds away. The mean over the test
# pictures has an error of its own, since other pictures would give another
# mean. The figure after the ± is its *standard error*, and it is far larger:
# do not report more digits than it allows.

# %% [markdown]
# ## What a GPU would do
#
# Nearly all of the work is multiplying and adding. How much of it does one
# picture take?


# %%
def multiply_adds(layer):
    """Count them for one picture; a bias is not counted."""
    if not layer.weights:
        return 0
    grid = layer.output
    if isinstance(layer, layers.Conv2DTranspose):
        grid = layer.input
    return math.prod(grid.shape[1:-1]) * math.prod(layer.kernel.shape)


work = 0
for network in (networks.build_encoder(), networks.build_decoder()):
    part = sum(multiply_adds(layer) for layer in network.layers)
    print(f"{network.name}: {part / 1e6:.1f} million multiply-adds a picture")
    work += part
print(f"forwards: {work / 1e6:.1f} million; and back again, about twice that")

# %% [markdown]
# The kernel is used once at every place of the smaller picture, and none of
# these products waits for another. A CPU core does a few of them at a time, a
# GPU thousands. Expect the training above to become a matter of moments
# there, best with larger batches, so that all its units have work. The result
# does not get better, only sooner: nothing in this course *needs* a GPU.

# %% [markdown]
# ## What is new about this? A linear autoencoder
#
# Leave out all bends: one dense layer in, one dense layer out, the squared
# error as loss, and the mean picture taken off beforehand. The drawings then
# are sums of the decoder's two rows, so all of them lie in one plane within
# the 1024 dimensions. Statistics has known the best such plane since 1901:
# that of the first two **principal components**, which the singular value
# decomposition (SVD) computes directly. Does training find it?

# %% role="train"
flat = x_train[:2_000].reshape(-1, 1024)
centre = flat.mean(axis=0)
flat = flat - centre

runtime.set_seed(SEED)
linear = keras.Sequential(
    [
        keras.Input((1024,)),
        layers.Dense(2, use_bias=False),
        layers.Dense(1024, use_bias=False, name="rows"),
    ]
)
linear.compile(
    optimizer=keras.optimizers.Adam(0.001), loss="mse", jit_compile=False
)
epochs = runtime.pick(full=20, quick=2)
linear.fit(flat, flat, batch_size=100, epochs=epochs, verbose=0)
print(f"{len(flat)} pictures, {epochs} epochs")

# %% [markdown]
# Two planes coincide when both *principal angles* between them are zero. And
# whatever the angles: no plane may have a smaller squared error than the one
# of the decomposition.


# %%
def squared_error(pictures, drawings):
    """Sum over pixels, average over pictures."""
    return np.sum((pictures - drawings) ** 2) / len(pictures)


_, _, components = svds(flat, k=2, rng=np.random.default_rng(SEED))
rows = linear.get_layer("rows").get_weights()[0]
angles = np.degrees(subspace_angles(rows.T, components.T))
best = squared_error(flat, flat @ components.T @ components)
found = squared_error(flat, linear.predict(flat, verbose=0))
print("angles between the planes:", angles.round(2), "degrees")
print(f"squared error: trained {found:.3f}, by SVD {best:.3f} a picture")
print(f"above the best plane: {100 * (found / best - 1):.2f} %")

flat_test = x_test.reshape(-1, 1024)
in_plane = (flat_test - centre) @ components.T @ components + centre
curved = x_mean.reshape(-1, 1024)
print(f"test pictures, best plane:  {squared_error(flat_test, in_plane):.1f}")
print(f"test pictures, autoencoder: {squared_error(flat_test, curved):.1f}")

# %% [markdown]
# Training arrives at the plane of principal component analysis, to within a
# degree or so, from random weights and without ever being told. So an
# autoencoder is PCA, set free: with bends between its layers, the sheet on
# which all drawings lie may curve and follow the pictures. The last two lines
# are what this buys on pictures that neither has seen, even by PCA's own
# measure, for which the autoencoder was not trained. (In quick mode neither
# network gets far enough to show this.)

# %% [markdown]
# ## The plane of codes
#
# We took two numbers in order to see them. Every test picture becomes a dot;
# its class, which no network has been told, is only painted on afterwards.

# %%
z = autoencoder.encoder.predict(x_test, verbose=0)
for number, values in enumerate(z.T, start=1):
    print(
        f"number {number} of the code: mean {values.mean():.1f}, from"
        f" {values.min():.1f} to {values.max():.1f}"
    )
plots.latent_plane(
    z, y_test, data.CLASS_NAMES, "Where the encoder puts unseen garments"
)

# %% [markdown]
# *Figure: the codes of the test pictures in a plane, ten colours and markers.
# Trousers and ankle boots keep to regions of their own, pullover, coat and
# shirt share one. Here and there lies empty ground.*
#
# Garments that look alike lie side by side. But look at the axes as well: the
# cloud has no centre, no common scale and no border, and parts of it are
# bare. The loss asked for good drawings of the pictures there are. It said
# nothing about the ground between them.

# %% [markdown]
# ## What we saw

# %%
print(f"two numbers, trained: {nats(x_mean):.1f} nats")
for name in ("the mean of its class", "mosaic of 64 numbers"):
    print(f"{name}: {prices[name]:.1f} nats")
print(f"floor: {prices['a perfect copy']:.1f} nats")

# %% [markdown]
# - An encoder and a decoder with a narrow waist learn a description from the
#   pictures alone.
# - Its price is counted in nats a picture, summed over pixels, above a floor
#   that is not zero.
# - Without bends it finds the plane of principal component analysis; with
#   them it draws better from as many numbers.
#
# **An open question:** put your finger on a bare place of the plane. What
# would the decoder draw there?

# %% [markdown]
# **Sources.** Pearson (1901), *On Lines and Planes of Closest Fit to Systems
# of Points in Space*. Bourlard and Kamp (1988), *Auto-Association by
# Multilayer Perceptrons and Singular Value Decomposition*. Baldi and Hornik
# (1989), *Neural Networks and Principal Component Analysis: Learning from
# Examples without Local Minima*. Hinton and Salakhutdinov (2006), *Reducing
# the Dimensionality of Data with Neural Networks*.
#
# **Next:** lesson 02, where we put the finger there.
