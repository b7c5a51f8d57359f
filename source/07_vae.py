# %% [markdown]
# # 07 · Build the VAE
#
# **How does Keras train a model whose loss needs numbers from its middle?**
#
# In about an hour and a quarter you will
# - have built an encoder with two heads,
# - know what a gradient tape records, and what it misses,
# - have written a model with its own training step, its own test step and
#   its own running means,
# - have trained it, and drawn garments that nobody made.

# %% role="setup"
import math
import tempfile
from pathlib import Path

import numpy as np

from vae_course import data, densities, plots, runtime
from vae_course.checks import lesson_07 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras
from keras import layers, ops

from vae_course import live, networks
from vae_course.layers import Sampling
from vae_course.losses import kl_loss, reconstruction_loss

# %% role="setup"
SEED = 1
LATENT_DIM = 2
N_TRAIN = runtime.pick(full=10_000, quick=960)
N_TEST = runtime.pick(full=1_000, quick=200)
EPOCHS = runtime.pick(full=5, quick=1)
BATCH_SIZE = 64
LEARNING_RATE = 0.002
REPEATS = 10

full, unseen = data.load_fashion_mnist()
rng = np.random.default_rng(SEED)
order = rng.permutation(len(full[0]))[:N_TRAIN]
x_train = data.prepare_images(full[0][order])
order = rng.permutation(len(unseen[0]))[:N_TEST]
x_test, y_test = data.prepare_images(unseen[0][order]), unseen[1][order]
print("training", x_train.shape, "· test", x_test.shape)

# %% [markdown]
# ## The problem: a loss function sees only the two ends
#
# Lesson 04 gave us clouds, lessons 05 and 06 the price of a cloud. Why not
# put the Sampling layer between an encoder and a decoder, and call
# `compile(loss=...)` and `fit` as always? We do, with small networks from the
# library, and let the loss function write down what reaches it. (`outputs[2]`
# is the draw z; a model with several outputs is explained further down.
# `jit_compile=False` skips a compiler that does not pay on a CPU.)

# %% role="train"
arrived = set()


def listening_loss(x, x_mean):
    """Return the reconstruction loss, and note the shapes that come in."""
    arrived.add((tuple(x.shape), tuple(x_mean.shape)))
    return reconstruction_loss(x, x_mean)


runtime.set_seed(SEED)
small_encoder = networks.build_dense_variational_encoder(LATENT_DIM)
small_decoder = networks.build_dense_decoder(LATENT_DIM)
drawing = small_decoder(small_encoder.outputs[2])
joined = keras.Model(small_encoder.inputs[0], drawing)
adam = keras.optimizers.Adam(LEARNING_RATE)
joined.compile(adam, loss=listening_loss, jit_compile=False)
few = x_train[:960]
for epochs in (0, runtime.pick(full=20, quick=1)):  # 0: only measure
    joined.fit(few, few, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    z_mean, z_log_var, _ = small_encoder(few)
    print(
        f"epochs {epochs:2}: mean σ {np.exp(z_log_var / 2).mean():.2f},"
        f" spread of z_mean {np.std(z_mean):.2f}"
    )
print("pictures and drawings that the loss function saw:", *arrived)

# %% [markdown]
# Two arguments arrive: the pictures and their drawings. `z_mean` and
# `z_log_var`, from which the KL is computed, stay inside the model. So the
# clouds had no price, and did what those of lesson 04 did: they moved apart
# and shrank. We trained a plain autoencoder, with noise that it learned to
# make small. (In quick mode σ is still on its way down.)
#
# The loss needs numbers from the middle. So the model has to compute it
# itself.

# %% [markdown]
# ## Two changes, and no third
#
# Against the autoencoder of lesson 01:
#
# 1. The **encoder** answers with a distribution:
#    $\mu, \log\sigma^2 = f(x)$ and $z = \mu + \sigma\varepsilon$.
# 2. The **loss** gets a second term:
#
# $$\text{total} = \underbrace{\ell(x, \hat x)}_{\text{reconstruction}}
# + \beta \cdot \underbrace{\mathrm{KL}\big(\mathcal N(\mu, \sigma^2)\,\|\,
# \mathcal N(0, I)\big)}_{\text{price of the cloud}},
# \qquad \hat x = g(z)$$
#
# The decoder $g$ stays as it is. With $\beta = 1$ the total is the negative
# ELBO of lesson 06.

# %% [markdown]
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | $x$, $\hat x$ | `x`, `x_mean` | (n, 32, 32, 1) | ink, 0 to 1 |
# | $\mu$ | `z_mean` | (n, latent_dim) | none |
# | $\log\sigma^2$ | `z_log_var` | (n, latent_dim) | none |
# | $z$ | `z` | (n, latent_dim) | none |
# | $\ell$ | `reconstruction` | (n,) | nats |
# | $\mathrm{KL}$ | `kl` | (n,) | nats |
# | $\beta$ | `beta` | | none |
#
# Both terms are functions of the library by now: `reconstruction_loss(x,
# x_mean)` from lesson 01 and `kl_loss(z_mean, z_log_var)`, which is lesson
# 05's closed form for tensors.

# %% [markdown]
# ## A model that forks
#
# `keras.Sequential` is one line of layers, and two heads need a fork. The
# **functional** way has no such limit. A layer is *called* on what comes out
# of another, as a function is, and `keras.Model(inputs, outputs)` makes a
# model of all that lies between. `outputs` may be a list.
#
# Two pairs of brackets: `layers.Rescaling(2.0)` makes the layer, `(numbers)`
# calls it.
#
# A fork small enough to check: two numbers are doubled, then one head adds
# them up and the other takes their mean.

# %%
numbers = keras.Input((2,))
doubled = layers.Rescaling(2.0)(numbers)
total = layers.Dense(1, kernel_initializer="ones")(doubled)
half = keras.initializers.Constant(0.5)
average = layers.Dense(1, kernel_initializer=half)(doubled)
fork = keras.Model(numbers, [total, average])

first, second = fork(np.array([[3.0, 4.0]]))
print("first head: ", first.numpy(), "by hand", 2 * 3 + 2 * 4)
print("second head:", second.numpy(), "by hand", (2 * 3 + 2 * 4) / 2)

# %% [markdown]
# ### Exercise 7.1 · Two heads
#
# *Medium · 12 minutes · 2 points*
#
# The layers of lesson 01's encoder: three convolutions with 32, 64 and 128
# kernels of 3 × 3, stride 2, "same" padding, ReLU; then flatten. On what
# `Flatten` gives stand two Dense layers without an activation, for `z_mean`
# and for `z_log_var`, and behind both a `Sampling()` layer, called on the list
# of the two. The model's outputs are the list `[z_mean, z_log_var, z]`.
# `keras.Input` takes the shape of one picture, without n.
#
# | | name | shape | range |
# |---|---|---|---|
# | in | `latent_dim` | | int, 2 unless said otherwise |
# | out | a Keras model | (n, 32, 32, 1) → 3 × (n, `latent_dim`) | any real |
#
# **Why:** this is the first of the two changes.
#
# **Done when** the check passes; `build_variational_encoder().count_params()`
# is then 100868.


# %% exercise="7.1" role="stub"
def build_variational_encoder(latent_dim=2):
    """Build the encoder with two heads and a draw.

    Args:
        latent_dim: int, how many numbers describe a picture.

    Returns:
        keras.Model, float (n, 32, 32, 1) -> [z_mean, z_log_var, z], each
        (n, latent_dim), any real numbers.
    """
    ### BEGIN SOLUTION
    x = keras.Input((32, 32, 1))
    features = x
    for channels in (32, 64, 128):
        features = layers.Conv2D(
            channels, 3, strides=2, padding="same", activation="relu"
        )(features)
    features = layers.Flatten()(features)
    z_mean = layers.Dense(latent_dim, name="z_mean")(features)
    z_log_var = layers.Dense(latent_dim, name="z_log_var")(features)
    z = Sampling(name="z")([z_mean, z_log_var])
    return keras.Model(x, [z_mean, z_log_var, z])
    ### END SOLUTION


# %% exercise="7.1" role="check"
build_variational_encoder = check.build_variational_encoder(
    build_variational_encoder
)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Write the encoder of lesson 01 the functional way first: each line calls a
# layer on the result of the line before. Which result do both heads see?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Begin with `keras.Input` of one picture's shape. After `Flatten`, make two
# Dense layers, each called on the flattened features, without an activation.
# Call the Sampling layer on a list of both results. Return a model from the
# input to the list of three, in the order of the table.
#
# </details>

# %% [markdown] exercise="7.1" role="answer"
# **The usual slip:** one Dense layer, called twice, gives mean and
# log-variance the same weights; a wide cloud then can only stand far out. The
# other is an activation on a head: a ReLU on `z_log_var` forbids every
# variance below 1.

# %% [markdown]
# ## What the tape records
#
# The second change needs a training step of our own. It does what Keras's
# does: compute the loss under a tape, ask the tape for the slopes, let the
# optimizer move the weights.
#
# One weight $w = 3$, one picture $x = 2$, one target $t = 5$, the loss
# $(wx - t)^2 = 1$. Its slope is $2(wx - t)\,x = 4$. Plain gradient descent
# with learning rate 0.1 moves $w$ to $3 - 0.1 \cdot 4 = 2.6$.
#
# We do it twice: once the product $wx$ stands before the tape, once inside.

# %%
weight = keras.Variable(3.0)
optimizer = keras.optimizers.SGD(learning_rate=0.1)

drawn = weight * 2.0
with tf.GradientTape() as tape:
    loss = (drawn - 5.0) ** 2
print("forward pass before the tape: slope", tape.gradient(loss, weight))

with tf.GradientTape() as tape:
    drawn = weight * 2.0
    loss = (drawn - 5.0) ** 2
gradients = tape.gradient(loss, [weight])
print("forward pass under the tape: slope", gradients[0].numpy())
print("the weight now:", weight.numpy())
optimizer.apply(gradients, [weight])
print(f"after `apply`: {weight.numpy()}, by hand {3 - 0.1 * 4}")

# %% [markdown]
# The tape records operations, not results: what was computed before it was
# switched on is just a number to it, and the slope is `None`. Weights it
# watches without being told. Asking for slopes, moving weights and reporting
# belong outside the block. And nothing moves until `apply` is called, with the
# slopes and the weights in the same order.

# %% [markdown]
# ## What a running mean is
#
# Keras shows one number an epoch, though it sees a batch at a time, and the
# last batch is usually shorter. A `keras.metrics.Mean` keeps a sum and a
# count. `update_state` adds all numbers that it is given, `result` divides,
# `reset_state` forgets.
#
# Three losses in one batch, 2, 4 and 6 nats, and one in the next, 12 nats:

# %%
batches = [tf.constant([2.0, 4.0, 6.0]), tf.constant([12.0])]
by_image = keras.metrics.Mean("by_image")
by_batch = keras.metrics.Mean("by_batch")
for losses in batches:
    by_image.update_state(losses)
    by_batch.update_state(ops.mean(losses))
found, by_hand = by_image.result().numpy(), (2 + 4 + 6 + 12) / 4
print(f"every image counts alike: {found}, by hand {by_hand}")
found, by_hand = by_batch.result().numpy(), (4 + 12) / 2
print(f"every batch counts alike: {found}, by hand {by_hand}")
print(f"the last batch alone: {ops.mean(batches[-1])}")

# %% [markdown]
# We want the first: hand over the losses of all images, not their mean. And
# before a new epoch begins, the old one has to be forgotten.

# %% [markdown]
# ## A model from nothing
#
# A Keras model is a class, as the layer of lesson 04 was. It is made once, in
# `__init__`, which keeps what it needs as attributes of `self`; its methods
# use them. Ours gets an encoder, a decoder and β, and makes three running
# means. Their names are what Keras will show. (`**kwargs` takes whatever else
# was named, such as `name`, and `super().__init__` hands it on to Keras.)
#
# `self.built = True` says that all weights exist already: both networks
# brought theirs.
#
# First two networks, still untrained:

# %%
runtime.set_seed(SEED)
encoder = build_variational_encoder(LATENT_DIM)
decoder = networks.build_decoder(LATENT_DIM)
print(f"encoder {encoder.count_params():,} weights")
print(f"decoder {decoder.count_params():,} weights")

# %% [markdown]
# ### Exercise 7.2 · Both terms
#
# *Medium · 12 minutes · 3 points*
#
# `__init__` is given. Write `compute_losses`: encode the pictures, decode the
# draw, return both terms. Nothing is averaged or weighted yet.
#
# | | name | shape | type, unit |
# |---|---|---|---|
# | in | `x` | (n, 32, 32, 1) | float, ink, 0 to 1 |
# | out | `reconstruction` | (n,) | float, nats, summed over pixels |
# | out | `kl` | (n,) | float, nats, summed over latents |
#
# The check hands over networks of its own, for smaller pictures. So take
# nothing from the lesson but the functions.
#
# **Why:** training, testing and all later lessons call it.
#
# **Done when** the check says "passed".


# %% exercise="7.2" role="stub"
class VAE(keras.Model):
    """A variational autoencoder, made of an encoder and a decoder."""

    def __init__(self, encoder, decoder, beta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.means = [
            keras.metrics.Mean(name)
            for name in ("total_loss", "reconstruction_loss", "kl_loss")
        ]
        self.built = True

    def compute_losses(self, x):
        """Return reconstruction and kl, each (n,), in nats.

        Args:
            x: float tensor (n, 32, 32, 1), the pictures.
        """
        ### BEGIN SOLUTION
        z_mean, z_log_var, z = self.encoder(x)
        x_mean = self.decoder(z)
        return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)
        ### END SOLUTION


# %% exercise="7.2" role="check"
VAE = check.compute_losses(VAE)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# The encoder is a model, and is called like a function. What does it give
# back for a batch of pictures, and which of it may the decoder see?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Unpack the three outputs of the model's *own* encoder, the one that
# `__init__` kept. Give the draw to its own decoder. Return the library's two
# losses as a pair: pictures and drawings go into the first, the two heads into
# the second.
#
# </details>

# %% [markdown] exercise="7.2" role="answer"
# **The usual slip:** `encoder(x)` in place of `self.encoder(x)`. In this
# notebook it finds the `encoder` made above and seems to work, until a second
# model trains the first one's networks. The next one is the mean in place of
# the draw: the pictures get sharper, and the clouds mean nothing.

# %% [markdown]
# Four pictures, untrained networks, twice:

# %%
vae = VAE(encoder, decoder)
for call in ("first", "second"):
    reconstruction, kl = vae.compute_losses(x_train[:4])
    print(f"{call} call, reconstruction:", np.round(reconstruction, 3))
    print(f"{call} call, KL:            ", np.round(kl, 5))
print(f"1024 undecided pixels: {1024 * math.log(2):.3f} nats")

# %% [markdown]
# Untrained, the decoder is undecided about every pixel, and each cloud is
# nearly the standard normal one. The first term depends on the draw, and
# differs a little from call to call; the second does not.

# %% [markdown]
# ## What Keras hands to a step
#
# `fit` and `evaluate` cut the data into batches and call `train_step(data)` or
# `test_step(data)`, a method of ours if there is one. What is `data`? That
# depends on what `fit` was given. Keras hands over one of these four, and has
# a function that takes each apart:

# %%
batch = x_train[:4]
for words, handed in {
    "fit(x), dataset of x ": batch,
    "dataset of (x,)      ": (batch,),
    "fit(x, targets)      ": (batch, batch),
    "... + sample weights ": (batch, batch, np.ones(4)),
}.items():
    parts = keras.utils.unpack_x_y_sample_weight(handed)
    print(words, [None if part is None else part.shape for part in parts])

# %% [markdown]
# It always gives three parts. We need the first: a VAE's pictures are their
# own targets. (Sample weights say how much each picture counts. We ignore
# them.)
#
# Keras runs our step in Python only to write it down as a *graph*, and then
# repeats the graph. So inside we use `ops` and `tf`, not `float` or NumPy.
# `print` shows no numbers there, and plain numbers such as β are copied.

# %% [markdown]
# We shall write the class in pieces. `class VAE(VAE):` takes over all that the
# class above has, and adds to it, under the same name. So whoever changes an
# earlier piece runs all cells of exercises 7.2 to 7.4 again, in order.

# %% [markdown]
# ### Exercise 7.3 · A step of training
#
# *Hard · 20 minutes · 4 points*
#
# Write `train_step`. It moves the weights once, down the slope of the **mean
# total of the batch**, and reports.
#
# | | name | what |
# |---|---|---|
# | in | `data` | what Keras hands over, in any of the four forms |
# | out | a dict | name of each running mean → its `result()` |
#
# The model knows `self.trainable_weights` and, once compiled,
# `self.optimizer`. `self.means` holds the three running means in the order
# total, reconstruction, KL; each knows its `name`. `ops.mean` takes a mean.
#
# **Why:** this is what `compile(loss=...)` could not do.
#
# **Done when** every weight moves, with β on the KL term only, and the report
# averages over all *images* since the last reset.


# %% exercise="7.3" role="stub"
class VAE(VAE):
    """The model of exercise 7.2, with a training step of its own."""

    def train_step(self, data):
        """Move the weights once, and report the three running means.

        Args:
            data: x, (x,), (x, targets) or (x, targets, sample_weights),
                where x is a float tensor (n, 32, 32, 1); the rest is not
                used.

        Returns:
            dict from name to value, nats a picture.
        """
        ### BEGIN SOLUTION
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            reconstruction, kl = self.compute_losses(x)
            total = reconstruction + self.beta * kl
            loss = ops.mean(total)
        weights = self.trainable_weights
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        values = total, reconstruction, kl
        for mean, nats in zip(self.means, values, strict=True):
            mean.update_state(nats)
        return {mean.name: mean.result() for mean in self.means}
        ### END SOLUTION


# %% exercise="7.3" role="check"
VAE = check.train_step(VAE)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Four things happen one after the other: unpack, compute the loss under a
# tape, move the weights, report. The second and third are in the toy with one
# weight, the fourth in the toy with two batches.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Under the tape: both terms from your method, the total as reconstruction
# plus β times KL (one number a picture), its mean over the batch. After it:
# ask the tape for the slopes of that mean by all trainable weights, and hand
# both to the optimizer's `apply`. Update each running mean with all numbers of
# the batch. Build the dict from names and results.
#
# </details>

# %% [markdown] exercise="7.3" role="answer"
# **The usual slip:** the losses are computed a line too early, before the
# tape runs, and there is no slope. A *sum* in place of the mean trains as
# well, but then the length of a step depends on the number of images in a
# batch, and a learning rate no longer means the same everywhere.

# %% [markdown]
# ## What `evaluate` needs
#
# A test step measures and moves nothing: no tape, no optimizer. And before
# each epoch Keras resets whatever `metrics` lists. The line `@property` above
# a method lets it be read like an attribute: `vae.metrics`, without brackets.
#
# Left alone, Keras finds the means by itself, but puts one of its own first:


# %%
class Bare(keras.Model):
    """A model with a running mean."""

    def __init__(self):
        super().__init__()
        self.nats = keras.metrics.Mean("nats")


class Listed(Bare):
    """The same, and it says itself what its metrics are."""

    @property
    def metrics(self):
        """List the running means that Keras resets."""
        return [self.nats]


for model in (Bare(), Listed()):
    model.compile()
    model.nats.update_state([2.0, 4.0])
    values = model.get_metrics_result().items()
    print(type(model).__name__, {name: float(v) for name, v in values})

# %% [markdown]
# Nobody updates that `loss`. `fit` would not show it, for it shows what our
# step returns. Still, we write the list ourselves, so that it holds our means
# and nothing else. Whoever forgets one there has a mean that is never reset.

# %% [markdown]
# ### Exercise 7.4 · A test step, and the metrics
#
# *Medium · 10 minutes · 3 points*
#
# Write two methods. `metrics` returns the list of the three running means.
# `test_step` measures a batch: unpack, both terms, total, running means,
# report. No weight moves.
#
# | | name | what |
# |---|---|---|
# | in | `data` | as in exercise 7.3 |
# | out | a dict | name of each running mean → its `result()` |
#
# **Why:** a network is fitted to its training pictures; others must judge it.
#
# **Done when** `metrics` lists the three and nothing else, each epoch's means
# start from zero, and `evaluate` leaves every weight alone.


# %% exercise="7.4" role="stub"
class VAE(VAE):
    """The model of exercise 7.3, with a test step and its metrics."""

    @property
    def metrics(self):
        """List the running means that Keras resets."""
        ### BEGIN SOLUTION
        return self.means
        ### END SOLUTION

    def test_step(self, data):
        """Measure a batch, and report the three running means.

        Args:
            data: as in `train_step`.

        Returns:
            dict from name to value, nats a picture.
        """
        ### BEGIN SOLUTION
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        reconstruction, kl = self.compute_losses(x)
        values = reconstruction + self.beta * kl, reconstruction, kl
        for mean, nats in zip(self.means, values, strict=True):
            mean.update_state(nats)
        return {mean.name: mean.result() for mean in self.means}
        ### END SOLUTION


# %% exercise="7.4" role="check"
VAE = check.test_step(VAE)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# `test_step` is `train_step` without the lines that exist for the sake of the
# slopes. Which are these?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# `metrics` returns the list that `__init__` made. For the test step copy your
# training step, then take out the tape, the question for the slopes and
# `apply`. The mean over the batch was there for the tape alone.
#
# </details>

# %% [markdown] exercise="7.4" role="answer"
# **The usual slip:** the whole training step is copied, and `evaluate` trains
# on the test pictures. The next one is a `metrics` that lists only the total:
# the other two means then never forget, and drift from epoch to epoch.

# %% [markdown]
# ## Put together: the first training
#
# We take *your* encoder, and the library's dense decoder: most of the work of
# the convolutional pair is in its decoder, and we want to see something within
# half a minute. `test_step` measures `validation_data` after each epoch. We
# take few steps, so they are long: a learning rate of 0.002, where 0.0005 is
# common.
#
# `live.TrainingView` draws, as training runs, both terms and what becomes of
# ten unseen garments, each decoded from the middle of its cloud. For
# comparison we also price a decoder that knows nothing of the picture, and
# draws the mean training picture for all.

# %% role="train"
runtime.set_seed(SEED)
vae = VAE(
    build_variational_encoder(LATENT_DIM),
    networks.build_dense_decoder(LATENT_DIM),
)
vae.compile(keras.optimizers.Adam(LEARNING_RATE), jit_compile=False)
before = vae.evaluate(x_test, verbose=0, return_dict=True)
shown = [np.flatnonzero(y_test == label)[0] for label in range(10)]
vae.fit(
    x_train,
    batch_size=BATCH_SIZE,
    epochs=EPOCHS,
    validation_data=x_test,
    callbacks=[live.TrainingView(x_test[shown])],
    verbose=0,
)
after = vae.evaluate(x_test, verbose=0, return_dict=True)
for name in ("total_loss", "reconstruction_loss", "kl_loss"):
    print(f"{name:20} {before[name]:6.1f} before, {after[name]:6.1f} after")
average = ops.broadcast_to(x_train.mean(axis=0), x_test.shape)
level = float(ops.mean(reconstruction_loss(x_test, average)))
print(f"the mean training picture for all: {level:.1f}")

# %% [markdown]
# *Figure: two panels over the epochs, with dots for training pictures (means
# while the network was still learning) and squares for test pictures, which
# were held back. Left, the reconstruction loss falls; a number with an arrow
# is a mean far above the rest. Right, the KL loss stays at a few nats. Below,
# ten unseen garments and soft drawings of them.*
#
# Most of the fall is learning what a garment looks like on average, down to
# what the mean picture costs; that needs no cloud. The rest is what tells
# pictures apart, and for that the clouds had to leave the origin and shrink:
# the KL *rose*, from 0. (In quick mode training has not got that far.)

# %% [markdown]
# ### Garments nobody made
#
# The second row is drawn from the clouds of unseen garments. For the third no
# encoder is needed: we draw z from N(0, I) and decode.

# %%
_, z_log_var, z = vae.encoder(x_test)
z = np.asarray(z)
std = np.exp(z_log_var / 2).mean(axis=0)
print("σ of one cloud, on average: ", std.round(2))
print("all z together, mean and σ: ", z.mean(0).round(2), z.std(0).round(2))
nobody = rng.normal(size=(10, LATENT_DIM))
plots.compare_images(
    {
        "the picture": x_test[shown],
        "drawn from\nits cloud": vae.decoder(z[shown]),
        "drawn from\nN(0, I)": vae.decoder(nobody),
    },
    heading="Unseen garments, their drawings, and garments nobody made",
)

# %% [markdown]
# *Figure: ten garments of the test set, one of each class, in the first row.
# Below each a soft drawing of it: some are recognisable, some fell in with
# another class. In the third row ten drawings that belong to no picture.*
#
# In lesson 02 we had to guess a box to draw from. Here the loss asked each
# single cloud to be like N(0, I). On average a cloud is much smaller, but all
# together spread roughly like N(0, I), as the printed numbers say.
#
# It is a young model: some drawings lie between two kinds of garment. (In
# quick mode none of this is so yet, and all are smears.)

# %% [markdown]
# ## Keep it
#
# To make a model again, Keras must know what `__init__` was given. Numbers and
# names it finds out by itself, as in lesson 04; networks it does not. Two
# short methods say it: `get_config` names the arguments (once we write it, all
# of them: β too), `from_config` turns what was written down into networks
# again. Our `vae` was made before its class had them, so we put its networks
# into a new one, with another β.


# %%
class VAE(VAE):
    """The model of exercise 7.4, which can say what it was made of."""

    def get_config(self):
        """Name the arguments of `__init__`."""
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return super().get_config() | parts | {"beta": self.beta}

    @classmethod
    def from_config(cls, config):
        """Make a model of what Keras wrote down."""
        return cls(**keras.saving.deserialize_keras_object(config))


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "vae.keras")
    kept = VAE(vae.encoder, vae.decoder, beta=2.0)
    kept.save(path)
    loaded = keras.saving.load_model(path, custom_objects={"VAE": VAE})
z_mean, z_log_var, _ = vae.encoder(x_test)
gap_of_means = np.abs(loaded.encoder(x_test)[0] - z_mean).max()
gap_of_pixels = np.abs(loaded.decoder(z_mean) - vae.decoder(z_mean)).max()
print("largest difference of a mean:", gap_of_means)
print("largest difference of a pixel:", gap_of_pixels)
print("β saved:", kept.beta, "· β loaded:", loaded.beta)

# %% [markdown]
# The same numbers come back. The library's VAE has these two methods too, and
# a β that may be changed while training goes on (lesson 08); ours is copied
# into the graph.

# %% [markdown]
# ## The same number by a second road
#
# Is what `evaluate` reports what we think it is? We compute it again in
# `float64`: the KL by lesson 05's `densities.kl_to_standard_normal`, the
# cross-entropy of one draw with noise from NumPy.
#
# Both roads throw dice. How much that matters we learn by asking `evaluate`
# several times. The difference of two such numbers has twice their variance,
# for variances of independent numbers add.

# %%
asked = [
    vae.evaluate(x_test, batch_size=200, verbose=0, return_dict=True)
    for _ in range(REPEATS)
]
totals = [each["total_loss"] for each in asked]
error = math.sqrt(2 * np.var(totals, ddof=1))

z_mean, z_log_var, _ = (np.asarray(a, "float64") for a in vae.encoder(x_test))
z = z_mean + np.exp(z_log_var / 2) * rng.standard_normal(z_mean.shape)
p = np.clip(np.asarray(vae.decoder(z), "float64"), 1e-7, 1 - 1e-7)
nats = -(x_test * np.log(p) + (1 - x_test) * np.log1p(-p))
kl = densities.kl_to_standard_normal(z_mean, z_log_var).mean()
total = nats.sum() / N_TEST + kl
print(f"KL: evaluate {asked[0]['kl_loss']:.4f}, NumPy {kl:.4f}")
print(f"total: evaluate {totals[0]:.2f}, NumPy {total:.2f}")
print(f"difference {totals[0] - total:+.2f} ± {error:.2f} nats a picture")

# %% [markdown]
# No dice are thrown for the KL, and it agrees. The totals differ by what the
# dice allow, seldom by more than two standard errors. Three would be a reason
# to look for a mistake.

# %% [markdown]
# ## What we saw
#
# - A loss that needs numbers from the middle is computed by the model itself,
#   in its own `train_step`.
# - The tape records what happens inside its block. Without a recording there
#   is no slope, without `apply` nothing moves.
# - Running means count images, are listed in `metrics`, and are reset there.
# - Against the autoencoder two things are new, the clouds and their price.
#   On unseen pictures the total fell from about 710 nats, every pixel
#   undecided, to less than the mean picture costs, while the KL rose from 0
#   to a few. (In quick mode it does not fall as far.)

# %% [markdown]
# **An open question:** how far down can it go?

# %% [markdown]
# **Sources.** Read first: Kingma and Welling (2014), *Auto-Encoding
# Variational Bayes*, arXiv:1312.6114, section 3, where this very model stands
# as an example. The same year: Rezende, Mohamed and Wierstra (2014),
# *Stochastic Backpropagation and Approximate Inference in Deep Generative
# Models*, arXiv:1401.4082. Keras's guide *Customizing what happens in `fit()`
# with TensorFlow* tells more of training steps. Keras's code example
# *Variational AutoEncoder* averages over batches where we average over images.
# β: Higgins et al. (2017),
# *β-VAE: Learning Basic Visual Concepts with a Constrained Variational
# Framework*.
#
# **Next:** lesson 08, where we train it in earnest.
