# %% [markdown]
# # 01 · The autoencoder
#
# **Can two numbers describe a picture well enough to draw it again?**
#
# In an hour you will
# - build an encoder and a decoder from convolutions,
# - measure the price of a bad drawing in *nats*,
# - train the two together on photographs of clothing,
# - compare them with the best that two numbers can do without any bend.

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

from vae_course import live, models, networks

# %% [markdown]
# We train on some thousands of pictures, chosen by chance from the training
# set, and judge on pictures from the test set, which no network has seen.
# In them 0 is blank and 1 is full ink: our figures print ink dark on white
# paper.

# %% role="setup"
SEED = 1
LATENT_DIM = 2
N_TRAIN = runtime.pick(full=12_800, quick=960)
N_TEST = runtime.pick(full=1_000, quick=200)
BATCH_SIZE = 32
LEARNING_RATE = 0.003
STOPS = 10

full, unseen = data.load_fashion_mnist()
rng = np.random.default_rng(SEED)


def choose(pictures, labels, n):
    """Choose n of them by chance."""
    chosen = rng.permutation(len(pictures))[:n]
    return data.prepare_images(pictures[chosen]), labels[chosen]


x_train, y_train = choose(*full, N_TRAIN)
x_test, y_test = choose(*unseen, N_TEST)
shown = [np.flatnonzero(y_test == label)[0] for label in range(10)]
print("training", x_train.shape, "· test", x_test.shape)

# %% [markdown]
# ## The problem: a picture in few numbers
#
# A picture is 32 · 32 = 1024 numbers. We want to keep only a few and draw
# the picture again from those. The plainest way: cut it into equal squares
# and keep the mean grey of each.


# %%
def mosaic(pictures, side):
    """Replace each of side × side squares by its mean."""
    step = 32 // side
    # (picture, square down, row in it, square across, column in it, channel)
    squares = pictures.reshape(-1, side, step, side, step, 1)
    means = squares.mean(axis=(2, 4), keepdims=True)
    return np.broadcast_to(means, squares.shape).reshape(pictures.shape)


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
# arbitrary grids of grey: many have a left side like the right, many have two
# sleeves, nearly all have an empty border. A description that knew this could
# get by with less. We let a network find it.

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
# | $x$ | `x` | (n, 32, 32, 1) | ink, 0 to 1 |
# | $z$ | `z` | (n, `latent_dim`) | any real number, no unit |
# | $\hat{x}$ | `x_mean` | (n, 32, 32, 1) | ink, between 0 and 1 |
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
# Here all nine weights are 1, and the window hangs over only on the right and
# below: its first place covers rows and columns 0 to 2, the next one columns 2
# and 3 and a column of zeros. Check both by hand.

# %%
tiny = np.arange(16.0).reshape(1, 4, 4, 1)
look = layers.Conv2D(
    1, 3, strides=2, padding="same", kernel_initializer="ones"
)
print(tiny[0, :, :, 0])
print("->", tuple(look(tiny).shape))
print(np.array(look(tiny))[0, :, :, 0])
print("first by hand:", 0 + 1 + 2 + 4 + 5 + 6 + 8 + 9 + 10)
print("second by hand:", 2 + 3 + 0 + 6 + 7 + 0 + 10 + 11 + 0)

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
# First the input, so that the model knows the shape of a picture. Then three
# convolutions with 32, 64 and 128 kernels of 3 × 3, each with stride 2, "same"
# padding and ReLU. Then flatten, then a dense layer that gives the code.
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
# overlap they add up. With stride 2 the stamps lie two pixels apart. Two of
# them, each 3 wide, cover 5 columns; "same" cuts the last off (and the last
# row), so that the sides exactly double.
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
# First the input, then a dense layer to 4 · 4 · 128 numbers, without an
# activation (a ReLU would pass too), reshaped to (4, 4, 128). Three transposed
# convolutions with 128, 64 and 32 kernels of 3 × 3, stride 2, "same" padding,
# ReLU. Last a plain convolution (stride 1) with one kernel of 3 × 3, "same"
# padding and `activation="sigmoid"`.
#
# | | name | shape | range |
# |---|---|---|---|
# | in | `latent_dim` | | int, 2 unless said otherwise |
# | out | a Keras model | (n, `latent_dim`) → (n, 32, 32, 1) | 0 to 1 |
#
# **Why:** we shall read a pixel of the drawing as the probability of ink.
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
# How many numbers stand for one picture, from layer to layer? (The library's
# networks, as yours may be put together in another way.)

# %%
shapes = [("picture", (32, 32, 1))]
for network in (networks.build_encoder(), networks.build_decoder()):
    shapes += [
        (type(layer).__name__, layer.output.shape[1:])
        for layer in network.layers
    ]
plots.hourglass(shapes)

# %% [markdown]
# *Figure: a dot for every layer, on a logarithmic axis. From 1,024 numbers
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
# the probability that this pixel is inked. If it is, the drawing pays its
# *surprise*, $-\ln \hat{x}_i$; if it is blank, $-\ln(1 - \hat{x}_i)$. A grey
# $x_i$ counts as partly inked. All pixels add up to the **binary
# cross-entropy**:
#
# $$\ell(x, \hat{x}) = -\sum_i \big[\, x_i \ln \hat{x}_i
# + (1 - x_i) \ln (1 - \hat{x}_i) \,\big]$$
#
# | symbol | in the code | shape | unit |
# |---|---|---|---|
# | $x_i$ | `x` | (n, 32, 32, 1) | ink, 0 to 1 |
# | $\hat{x}_i$ | `x_mean` | (n, 32, 32, 1) | probability |
# | $\ell$ | `reconstruction_loss` | (n,) | **nats** |

# %% [markdown]
# ### On two pixels
#
# A nat is the unit of surprise with natural logarithms: what happens with
# probability $1/e$ surprises by one nat. Take a fully inked and a light grey
# pixel, and a drawing that is rather sure of the first and undecided on the
# second.

# %%
two, drawn = np.array([1.0, 0.25]), np.array([0.8, 0.5])
inked, blank = two * np.log(drawn), (1 - two) * np.log(1 - drawn)
print(f"-(1 · ln 0.8) = {-inked[0]:.3f}")
print(
    f"-(0.25 · ln 0.5 + 0.75 · ln 0.5) = {-inked[1]:.3f} + {-blank[1]:.3f}"
    f" = {-(inked + blank)[1]:.3f}"
)
print(f"together {-(inked + blank).sum():.3f} nats")
print(f"1024 undecided pixels: {1024 * math.log(2):.2f} nats")

# %% [markdown]
# A drawing may never be wholly sure: $\ln 0$ is $-\infty$. So we *clip*, we
# move `x_mean` into the range from 1e-7 to 1 − 1e-7 before we take a
# logarithm. What does a pixel then cost at worst, with the seven digits of
# `float32`?

# %%
for margin in (1e-7, 1e-8):
    print(f"1 - {margin:g} in float32: {np.float32(1 - margin)!s}")
almost_sure = np.float32(1 - 1e-7)
print(f"inked, but drawn blank: {-math.log(1e-7):.1f} nats")
print(f"blank, but drawn inked: {-math.log(1 - almost_sure):.1f} nats")

# %% [markdown]
# About 16 nats either way. With the smaller margin, 1 − 1e-8, the range would
# reach 1 itself, and the logarithm of 0 would be back.
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
# Pictures may have any number of rows and columns. A pixel that is wholly
# missed, 0 for 1 or 1 for 0, must cost at least 7 nats; the clip above makes
# it 16. NumPy and `keras.ops` are both welcome.
#
# **Why:** all later lessons count in this unit: sums, not means.
#
# **Done when** the check passes; `reconstruction_loss` of the pixels above,
# `two.reshape(1, 1, 2, 1)` and `drawn.reshape(1, 1, 2, 1)`, is then 0.916.


# %% exercise="1.3" role="stub"
def reconstruction_loss(x, x_mean):
    """Sum the binary cross-entropy of every picture over its pixels.

    Args:
        x: float (n, rows, columns, 1), the pictures, 0 to 1.
        x_mean: float, same shape, their drawings, 0 to 1.

    Returns:
        float (n,), nats: summed over rows, columns and channels; finite,
        and at least 7 for a pixel that is wholly missed.
    """
    ### BEGIN SOLUTION
    x_mean = ops.clip(x_mean, 1e-7, 1 - 1e-7)
    inked = x * ops.log(x_mean)
    blank = (1 - x) * ops.log(1 - x_mean)
    return -ops.sum(inked + blank, axis=(1, 2, 3))
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
# (the third is told the class), and a perfect copy, which keeps all 1024
# numbers. After the ± stands the *standard error* of a mean over the test
# pictures: by about so much would other pictures change it.


# %%
def nats(drawings):
    """Return the loss of each test picture, in float64."""
    return np.asarray(reconstruction_loss(x_test, drawings), "float64")


def average(costs):
    """Write a mean over pictures and its standard error."""
    error = costs.std(ddof=1) / math.sqrt(len(costs))
    return f"{costs.mean():6.1f} ± {error:.1f}"


of_class = [x_train[y_train == label].mean(axis=0) for label in range(10)]
costs = {
    "a constant 0.5": nats(np.full_like(x_test, 0.5)),
    "the mean of all pictures": nats(0 * x_test + x_train.mean(axis=0)),
    "the mean of its class": nats(np.stack(of_class)[y_test]),
    "mosaic of 4 numbers": nats(mosaic(x_test, 2)),
    "mosaic of 16 numbers": nats(mosaic(x_test, 4)),
    "mosaic of 64 numbers": nats(mosaic(x_test, 8)),
    "a perfect copy": nats(x_test),
}
floor = costs["a perfect copy"]
for name, cost in costs.items():
    print(f"{name:25} {average(cost)}, above floor {average(cost - floor)}")

# %% [markdown]
# Two lines surprise. Four squares are *worse* than drawing the same mean
# picture for everyone: they forget the empty border. And a perfect copy does
# not cost 0. A pixel that is drawn as grey 0.5 stays undecided, even where
# the picture has exactly that grey. No drawing gets below this **floor**, the
# *entropy* of the greys: the surprise that stays when each grey is known. What
# can be won is the right column.

# %% [markdown]
# ## Training
#
# `models.Autoencoder` chains your encoder and your decoder. The pictures are
# their own targets. Training uses the library's version of the loss, because
# yours may be in NumPy; the second road below tests yours.
#
# We let every picture pass once and stop ten times to look. What Keras calls
# an *epoch* is here a tenth of the way. So each number comes from pictures
# that the network had not learnt from before. `jit_compile=False` skips a
# compiler that does not pay on a CPU. `live.TrainingView` draws, as training
# runs, the loss and what becomes of ten unseen garments.

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
    callbacks=[live.TrainingView(x_test[shown])],
    verbose=0,
).history["reconstruction_loss"]
seconds = time.perf_counter() - started
print(
    f"{N_TRAIN:,} pictures in {seconds:.0f} s,"
    f" {N_TRAIN / seconds:.0f} a second on {runtime.describe_device()}"
)

# %% [markdown]
# *Figure: a falling curve with a dot for each stop; a number with an arrow is
# a first mean that lies far above the others. Below it ten garments of the
# test set, and a soft drawing of each.*
#
# ### The loss on the way
#
# The same dots, beside what we know already:

# %%
x_mean = autoencoder.predict(x_test, verbose=0)
costs["the network"] = nats(x_mean)

figure, axis = plots.new_figure(width=8.4)
seen = N_TRAIN // STOPS * np.arange(1, STOPS + 1)
axis.plot(seen, history, "o-", label="the network, training pictures")
price = costs["the network"].mean()
axis.plot(N_TRAIN, price, "*", markersize=15, label="the network, test set")
styles = ["--", "-.", ":"]
names = ["the mean of its class", "mosaic of 64 numbers", "a perfect copy"]
for name, style in zip(names, styles, strict=True):
    price = costs[name].mean()
    axis.axhline(price, color="black", linestyle=style, label=name)
axis.set(
    title="Training: the price of a drawing falls",
    xlabel="pictures seen",
    ylabel="reconstruction loss, nats a picture",
    xlim=(0, None),
)
figure.legend(loc="outside right center")
figure

# %% [markdown]
# *Figure: a falling curve with ten dots, steep at first, then nearly flat; a
# star at its end; three level lines, the lowest the perfect copy.*
#
# Each dot averages over a tenth of the training pictures, while the network
# was still learning. The star and the lines are of the test set, so compare
# these: two numbers draw no worse than a mosaic does with 64, although the
# network was never told what a garment is. (In quick mode training stops far
# too early for that.)

# %% [markdown]
# ### The drawings

# %%
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
# network's drawing, a soft outline with a smooth surface, and below that the
# mosaic.*
#
# About half of the outlines are right. Others are those of a relative, as a
# closed shoe for a sandal, or a smear of several. Prints and straps are gone.
# Nor are equal nats equally recognisable: the mosaic keeps *this* sandal's
# heel, the network draws *some* shoe. (In quick mode all drawings are nearly
# the same smear.)

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
yours = nats(x_mean)
gap = np.abs(yours[:few] - by_loop).max()
print("by loop ", np.round(by_loop, 3))
print("yours   ", yours[:few].round(3))
print(f"largest difference {gap:.1e} nats")
print(f"all {N_TEST} test pictures: {average(yours)} nats")
mosaics = costs["mosaic of 64 numbers"]
print(f"network minus mosaic of 64: {average(yours - mosaics)} nats")

# %% [markdown]
# The two roads differ by what `float32` rounds away, far less than the
# standard error: do not report more digits than *that* allows.
#
# In the last line we subtract picture by picture and then average. Pictures
# that are dear for the one are dear for the other, which cancels; so this
# difference is known better than either price.

# %% [markdown]
# ## What a GPU would do
#
# Nearly all of the work is multiplying and adding. How much of it does one
# picture take? (Again in the library's networks.)


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
training = 3 * work * N_TRAIN
print(f"to draw one: {work / 1e6:.1f} million; to learn, 3 times as many")
print(f"the whole training: {training / 1e9:,.0f} billion multiply-adds")
print(f"here, a second: {training / seconds / 1e9:,.0f} billion")

# %% [markdown]
# A convolution uses every weight of its kernels once for each place that comes
# *out*, a transposed one for each that goes *in*, a dense layer just once.
# Training also runs through the layers backwards, for the slopes, which costs
# about twice as much again.
#
# Most of these products wait for no other. A CPU core does a few at a time, a
# GPU thousands, best with larger batches. The result does not get better,
# only sooner: nothing in this course *needs* a GPU.

# %% [markdown]
# ## What is new about this? A linear autoencoder
#
# Leave out all bends: one dense layer in, one dense layer out, the squared
# error as loss, and the mean picture taken off beforehand. A drawing then is
# the first number times one fixed picture plus the second times another: all
# lie in one plane within the 1024 dimensions. The best such plane is spanned
# by the first two **principal components**, the directions in which the
# pictures differ most. A routine of linear algebra, the *singular value
# decomposition* (SVD), finds them directly. Does training find them too?

# %% role="train"
flat = x_train[:2_000].reshape(-1, 1024)
flat = flat - flat.mean(axis=0)

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
# Two *principal angles* say how far one plane is turned out of another: both
# are 0° where they coincide, and 90° where they have nothing in common. And
# whatever the angles: no plane may have a smaller squared error than the one
# of the decomposition.


# %%
def squared_error(pictures, drawings):
    """Sum over pixels, average over pictures."""
    return np.sum((pictures - drawings) ** 2) / len(pictures)


def best_plane(pictures):
    """Return two components, (1024, 2), of pictures without their mean."""
    return svds(pictures, k=2, rng=np.random.default_rng(SEED))[2].T


plane = best_plane(flat)
rows = linear.get_layer("rows").get_weights()[0]
angles = np.degrees(subspace_angles(rows.T, plane))
best = squared_error(flat, flat @ plane @ plane.T)
found = squared_error(flat, linear.predict(flat, verbose=0))
print("angles between the planes:", angles.round(1), "degrees")
print(f"these {len(flat)}: trained {found:.2f}, by SVD {best:.2f} a picture")

every, test = x_train.reshape(-1, 1024), x_test.reshape(-1, 1024)
centre = every.mean(axis=0)
plane = best_plane(every - centre)
flat_drawings = (test - centre) @ plane @ plane.T + centre
print(f"test pictures, best plane: {squared_error(test, flat_drawings):.1f}")
curved = squared_error(test, x_mean.reshape(-1, 1024))
print(f"test pictures, autoencoder: {curved:.1f}")

# %% [markdown]
# Training arrives at the plane of *principal component analysis* (PCA), to
# within a degree or so, without being told. An autoencoder is PCA, set free:
# with bends between its layers, the sheet on which all drawings lie may curve
# and follow the pictures.
#
# The last two lines say what this buys on other, unseen pictures, when both
# have learnt from all of our training pictures. The measure is PCA's own, not
# the autoencoder's. (In quick mode neither network gets far enough.)

# %% [markdown]
# ## The plane of codes
#
# We took two numbers in order to see them. Every test picture becomes a dot;
# its class, which no network has been told, is only painted on afterwards. And
# of many points that lie half-way between two dots we mark the one that is
# farthest from all dots.

# %%
z = autoencoder.encoder.predict(x_test, verbose=0)
for number, values in enumerate(z.T, start=1):
    print(
        f"number {number} of the code: mean {values.mean():.1f}, standard"
        f" deviation {values.std():.1f}, from {values.min():.1f}"
        f" to {values.max():.1f}"
    )
some = z[:60]
halfway = (some[:, None] + some).reshape(-1, 2) / 2
to_nearest = np.linalg.norm(halfway[:, None] - z, axis=2).min(axis=1)
bare = halfway[to_nearest.argmax()]
print(f"bare place {bare.round(1)}, nearest code {to_nearest.max():.1f} away")

figure = plots.latent_plane(
    z, y_test, data.CLASS_NAMES, "Where the encoder puts unseen garments"
)
cross = {"color": "black", "markersize": 13, "markeredgewidth": 3}
figure.axes[0].plot(*bare, "x", **cross)
figure

# %% [markdown]
# *Figure: the codes of the test pictures in a plane, ten colours and markers,
# each class named near its middle. Some keep to regions of their own;
# pullover, coat and shirt share one. A black cross marks bare ground.*
#
# Garments that look alike lie side by side. But nothing *fixes* the cloud's
# centre, scale or border: the printed ones just happened. The loss asked for
# good drawings of the pictures there are, and said nothing about the ground
# between their codes. (In quick mode the codes are hardly sorted yet.)

# %% [markdown]
# ## What we saw

# %%
print("above the floor, nats a picture:")
for name in ("the network", "the mean of its class", "mosaic of 64 numbers"):
    print(f"{name:25} {average(costs[name] - floor)}")

# %% [markdown]
# - An encoder and a decoder with a narrow waist learn a description from the
#   pictures alone.
# - Its price is counted in nats a picture, summed over pixels, above a floor
#   that is not zero.
# - Without bends it finds the plane of principal component analysis; with
#   them it draws better from as many numbers.
#
# **An open question:** put your finger on the black cross. What would the
# decoder draw there?

# %% [markdown]
# **Sources.** Pearson (1901), *On Lines and Planes of Closest Fit to Systems
# of Points in Space*. Bourlard and Kamp (1988), *Auto-Association by
# Multilayer Perceptrons and Singular Value Decomposition*. Baldi and Hornik
# (1989), *Neural Networks and Principal Component Analysis: Learning from
# Examples without Local Minima*. Hinton and Salakhutdinov (2006), *Reducing
# the Dimensionality of Data with Neural Networks*.
#
# **Next:** lesson 02, where we put the finger on such a place.
