# %% [markdown]
# # 08 · Train it
#
# **How do we train the VAE well on whatever machine this is, and how do we
# see that it went well?**
#
# In about an hour and a quarter you will
# - have measured what this machine does quickly, and chosen a network by it,
# - hand images to a model so that no two epochs are alike,
# - have changed β while training runs, and seen why that can fail in silence,
# - watch both terms of the loss, keep the best weights and survive a power
#   cut,
# - know what the two numbers at the end mean.

# %% role="setup"
import json
import math
import time

import numpy as np
from scipy import stats

from vae_course import data, idx, plots, runtime
from vae_course.checks import lesson_08 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras

from vae_course import live, losses, models, networks, training
from vae_course.optimizers import FusedAdam

SEED = 0
PEAK = training.PEAK_LEARNING_RATE
BATCH_SIZE = runtime.pick(full=training.BATCH_SIZE, quick=64)
SEEN = {
    "dense": runtime.pick(full=275_000, quick=5_500),
    "convolutional": runtime.pick(full=1_100_000, quick=5_500),
}
PATIENCE = runtime.pick(full=120, quick=1)
SECONDS = runtime.pick(full=0.2, quick=0.05)
runtime.set_seed(SEED)
device = runtime.describe_device()

# %% [markdown]
# ## Three sets of images
#
# Weights are learnt from the *training* images. Choices, such as which epoch
# was best, are made on images that were *held back*. The *test* images never
# take part in a choice: whoever chooses by them can no longer say how good
# the choice is on images that nobody saw.

# %%
(pictures, _), (x_test, y_test) = data.load_fashion_mnist()
pictures = data.prepare_images(pictures[: runtime.pick(60_000, 3_000)])
x_test = data.prepare_images(x_test[: runtime.pick(10_000, 1_000)])
n_held_back = len(pictures) // 12
x_train, x_held_back = pictures[:-n_held_back], pictures[-n_held_back:]
print(
    f"{len(x_train):,} to train, {len(x_held_back):,} held back,"
    f" {len(x_test):,} to test, on {device}"
)

# %% [markdown]
# ## The problem: how long would it take?
#
# Two networks stand ready: a *convolutional* one like that of lesson 07, with
# half its decoder's filters, which we would like to see 1.1 million images
# (`SEEN`), and a *dense* one, for which a quarter of that must do. How long is
# the wait? Two settings may shorten it, and leave the model as it is:
#
# **XLA** (`jit_compile=True`) compiles a whole step into one program. That
# saves trips to memory, but the compiling itself takes seconds, or more.
#
# **16 bits** (`mixed_bfloat16`): layers multiply numbers of 16 bits in place
# of 32, good to two or three digits. Weights, `z_mean`, `z_log_var`, the drawn
# picture and the loss stay in float32, where digits count.

# %%
NETWORKS = {
    "dense": (
        networks.build_dense_variational_encoder,
        networks.build_dense_decoder,
    ),
    "convolutional": (
        networks.build_variational_encoder,
        lambda: networks.build_decoder(filters=(64, 32, 16)),
    ),
}
SETTINGS = {
    "plain": {"precision": "float32", "jit_compile": False},
    "16 bits": {"precision": "mixed_bfloat16", "jit_compile": False},
    "XLA": {"precision": "float32", "jit_compile": True},
}
n_devices = training.strategy().num_replicas_in_sync
# XLA wants a single device, and to compile takes too long in quick mode.
if n_devices > 1 or runtime.quick_mode():
    del SETTINGS["XLA"]


def build(network, precision="float32"):
    """Build a VAE whose layers compute in that precision."""
    keras.config.set_dtype_policy(precision)
    vae = models.VAE(*(make() for make in NETWORKS[network]))
    keras.config.set_dtype_policy("float32")
    return vae


# %% [markdown]
# Ask the machine: each pair of network and setting trains on one batch, again
# and again, in turns; of three turns the best counts. `train_on_batch` takes
# one step; the very first, in which Keras builds the graph (lesson 04), is
# timed by itself.
#
# (On a CPU the convolutional network runs plain alone, to spare you time.)


# %%
def images_a_second(vae):
    """Train on one batch again and again, and count."""
    steps, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        vae.train_on_batch(x_train[:BATCH_SIZE])
        steps += 1
    return steps * BATCH_SIZE / (time.perf_counter() - started)


speeds, first, ready = {}, {}, {}
for network in NETWORKS:
    only_plain = network == "convolutional" and device.kind == "CPU"
    for name in ["plain"] if only_plain else SETTINGS:
        vae = build(network, SETTINGS[name]["precision"])
        vae.compile("adam", jit_compile=SETTINGS[name]["jit_compile"])
        started = time.perf_counter()
        vae.train_on_batch(x_train[:BATCH_SIZE])
        first[network, name] = time.perf_counter() - started
        ready[network, name] = vae
    print(f"{network}: {vae.count_params():,} weights")
for _ in range(3):
    for key, vae in ready.items():
        speeds[key] = max(images_a_second(vae), speeds.get(key, 0))
for key, speed in speeds.items():
    begin = f"first step {first[key]:.1f} s"
    print(", ".join(key) + f": {begin}, then {speed:,.0f} images a second")

# %% [markdown]
# One rule for every machine: the wait is the first step, then all images at
# that speed. A setting is taken where it spares a fifth of it, and the
# convolutional network if it keeps within our `PATIENCE` of two minutes.

# %%
chosen, expected = {}, {}
for network in NETWORKS:
    wait = {
        name: first[network, name] + SEEN[network] / speeds[network, name]
        for name in SETTINGS
        if (network, name) in speeds
    }
    best = min(wait, key=wait.get)
    chosen[network] = best if wait[best] < 0.8 * wait["plain"] else "plain"
    expected[network] = wait[chosen[network]]
    print(f"{network}, {SEEN[network]:,} images:")
    print(*(f"  {name} {seconds:,.0f} s" for name, seconds in wait.items()))
fast = expected["convolutional"] < PATIENCE
network = "convolutional" if fast else "dense"
setting = SETTINGS[chosen[network]]
EPOCHS = SEEN[network] // len(x_train)
print(f"chosen: {network}, {chosen[network]}, {EPOCHS} epochs")
print(f"devices that share a batch: {n_devices}")

# %% [markdown]
# On a CPU expect the dense network. It has more weights, and yet its step
# costs far less: each weight is used once an image, a weight of a convolution
# at every place of the picture. Lessons 09 and 10 use the VAE that we train
# here, whichever it is.
#
# Its training takes a dataset, a schedule, a backup and a live view: these
# come next, with a warm-up, which you need where β is heavy.

# %% [markdown]
# ## One step, one handful of images
#
# The loss is a mean over all N training images. A step looks at a *batch* of
# B of them, and takes the batch's mean for the whole:
#
# $$\frac1N \sum_{i=1}^{N} \nabla \ell_i \;\approx\;
# \frac1B \sum_{i \in \text{batch}} \nabla \ell_i$$
#
# | symbol | name in code | with all the data | unit |
# |---|---|---|---|
# | $N$ | `len(x_train)` | 55,000 | images |
# | $B$ | `BATCH_SIZE` | 128 | images |
# | $\ell_i$ | `total_loss` of one image | | nats |
#
# If the batch is drawn by chance, the right side is correct on average. Were
# neighbours always drawn together, it would go wrong the same way again and
# again.

# %% [markdown]
# TensorFlow's `tf.data.Dataset` hands out elements one after another, and each
# method gives a *new* dataset: `from_tensor_slices(array)` has one element for
# each row, `shuffle(buffer_size, seed=…)` mixes elements, `batch(size)` puts
# some into one, `prefetch(2)` prepares the next two while the model is busy.
# Six numbers show what the order of the methods does. Each dataset is read
# twice, as in two epochs.

# %%
six = tf.data.Dataset.from_tensor_slices([0, 1, 2, 3, 4, 5])
ways = {
    "shuffle(6), batch(2)": six.shuffle(6, seed=1).batch(2),
    "batch(2), shuffle(6)": six.batch(2).shuffle(6, seed=1),
    "shuffle(2), batch(2)": six.shuffle(2, seed=1).batch(2),
    "batch(4)": six.batch(4),
}
for name, dataset in ways.items():
    epochs = [[batch.numpy().tolist() for batch in dataset] for _ in (1, 2)]
    print(f"{name:21}", *epochs, sep="  ")

# %% [markdown]
# In the first line any two numbers may meet. In the second, 0 only ever meets
# 1: whole batches were shuffled. In the third, `shuffle` chose among the two
# elements in its *buffer*, so a large number cannot come early. In the last,
# four are followed by what is left. And the shuffled lines differ from epoch
# to epoch, though their seed is fixed: it fixes the *sequence* of orders.

# %% [markdown]
# ### Exercise 8.1 · The input pipeline
#
# *Medium · 10 minutes · 3 points*
#
# Make a dataset of batches of images.
#
# | | name | shape | type |
# |---|---|---|---|
# | in | `images` | (n, rows, columns, 1) | float array |
# | in | `batch_size` | | int, at least 1 |
# | in | `shuffle` | | bool: mix the images, or leave their order |
# | in | `seed` | | int, fixes the orders |
# | out | elements of a `Dataset` | (batch_size, rows, columns, 1) | float |
#
# It ends after one epoch; the last batch holds what is left. With `shuffle`,
# every image may meet every other, anew in each epoch.
#
# **Why:** `fit` can shuffle arrays by itself, but a dataset prepares the next
# batch while the model is busy, and can read from files (see the end).
#
# **Done when** the check says "passed". It reads two epochs of 23 images in
# batches of 5: these are batches of 5, 5, 5, 5 and 3. A large set then shows
# whether the buffer holds all.


# %% exercise="8.1" role="stub"
def make_dataset(images, batch_size, shuffle, seed):
    """Hand out images in batches, in a new order for every epoch.

    Args:
        images: float array (n, rows, columns, 1).
        batch_size: int, how many images stand in a batch; the last batch
            holds what is left.
        shuffle: bool, whether the images are mixed.
        seed: int; the same seed gives the same orders.

    Returns:
        tf.data.Dataset that ends after one epoch, of float tensors
        (batch_size, rows, columns, 1).
    """
    ### BEGIN SOLUTION
    dataset = tf.data.Dataset.from_tensor_slices(images)
    if shuffle:
        dataset = dataset.shuffle(len(images), seed=seed)
    return dataset.batch(batch_size).prefetch(2)
    ### END SOLUTION


# %% exercise="8.1" role="check"
make_dataset = check.make_dataset(make_dataset)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Which line of the toy above does what the exercise asks for? Replace the six
# numbers by the images, and each fixed number by the argument it stands for.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Slice the images into elements. If `shuffle` is true, go on with the dataset
# that the method of that name returns; its buffer should hold all images, and
# it takes the seed. Then batch, then prefetch if you like, and return the
# last dataset.
#
# </details>

# %% [markdown] exercise="8.1" role="answer"
# **The usual slip:** batching first. Training still works, on batches that
# never change, and nothing says so. The other one is a buffer of 1,000 or so,
# copied from an example: on data that lie sorted by class, every batch would
# then show one or two classes.

# %% [markdown]
# ## A rate that falls
#
# While everything is far off, long steps help; near the end, only short ones
# settle. The very first, on raw weights, are short for safety. A *schedule*
# gives each step a rate of its own: a straight rise, then half a cosine down:
#
# $$\eta_t = \tfrac12\,\eta_{\max}\left(1 + \cos\frac{\pi\,(t - r)}{T - r}
# \right), \qquad r \le t \le T$$
#
# | symbol | name in code | meaning |
# |---|---|---|
# | $t$ | `optimizer.iterations` | steps taken so far |
# | $T$ | `all_steps` | steps of the whole training |
# | $r$ | `rise` | steps of the rise: 100, or T/2 if that is less |
# | $\eta_{\max}$ | `PEAK` | the highest rate, 0.012 |

# %%
all_steps = 1000
print(f"batches of {BATCH_SIZE}, beta_2 {training.BETA_2}")
schedule = training.cosine_schedule(all_steps, peak=PEAK)
rise = min(training.WARMUP_STEPS, all_steps // 2)
print(f"r = {rise}, T = {all_steps}, highest rate {PEAK}")
for step in (0, 50, 100, 200, 400, 600, 800, 1000):
    share = (step - rise) / (all_steps - rise)
    by_hand = PEAK * (1 + math.cos(math.pi * share)) / 2
    shown = f", by the formula {by_hand:.5f}" if step >= rise else ", rising"
    print(f"step {step:4}: learning rate {float(schedule(step)):.5f}{shown}")


def fit(vae, images, epochs, callbacks, **options):
    """Train with Adam and the schedule; report images held back as well."""
    all_steps = epochs * math.ceil(len(images) / BATCH_SIZE)
    schedule = training.cosine_schedule(all_steps, peak=PEAK)
    optimizer = FusedAdam(schedule, beta_2=training.BETA_2)
    optimizer.build(vae.trainable_variables)
    vae.compile(optimizer, **options)
    return vae.fit(
        make_dataset(images, BATCH_SIZE, True, SEED),
        validation_data=make_dataset(x_held_back, 1000, False, SEED),
        epochs=epochs,
        callbacks=callbacks,
        shuffle=False,
        verbose=0,
    )


# %% [markdown]
# Every training below goes through this `fit`, a function of our own.
# The course's `FusedAdam` takes the same step as Keras's Adam, with fewer
# operations in the graph, so that the first call is shorter. `beta_2` tells
# how long Adam remembers squared slopes: at 0.98 some fifty steps, which suits
# so short a training. `build` makes its variables before Keras writes the step
# down; else it would write it down twice.
#
# `shuffle=False` reminds the reader that our dataset shuffles already, and
# `validation_data` are measured after each epoch: their means carry `val_`
# before their names. The `History` that comes back holds lists of means in
# `history`, and the numbers of their epochs in `epoch`.

# %% [markdown]
# ## A code that is given up
#
# In the first steps the decoder cannot read codes yet. A code costs KL and
# buys nothing, and the cheapest move is to give it up: every `z_mean` 0, every
# `z_log_var` 0. Then there is little to learn reading from. This is
# **posterior collapse**, and the heavier the KL term, the likelier.
#
# *KL warm-up* lets the weight start at 0 and grow, so that the decoder can
# learn to read before reading gets a price:
#
# $$\beta_e = \beta \cdot \min\!\left(1, \frac{e}{E}\right)$$
#
# | symbol | name in code | meaning | unit |
# |---|---|---|---|
# | $e$ | `epoch` | the epoch, the first one 0 | epochs |
# | $E$ | `warmup_epochs` | when β is reached | epochs |
#
# By hand, with β = 2 and E = 4: 0, 0.5, 1, 1.5, 2, 2, 2 and so on.

# %% [markdown]
# ### A trap on the way
#
# So a number must change between epochs. The model below only reports the
# number that its step uses. We train for an epoch, change the number from 1
# to 5, and train again: once as a plain attribute, once as a variable.


# %%
class Reports(keras.Model):
    """Report the weight that a step works with; learn nothing."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def train_step(self, data):
        """Return the weight as if it were a loss."""
        return {"weight": 1.0 * self.weight}


x_toy = np.zeros((4, 1))
plain_number = Reports(1.0)
variable = Reports(keras.Variable(1.0, trainable=False))
for model in (plain_number, variable):
    model.compile(jit_compile=False)
    model.fit(x_toy, verbose=0)
plain_number.weight = 5.0
variable.weight.assign(5.0)
for name, model in {"number": plain_number, "variable": variable}.items():
    used = model.fit(x_toy, verbose=0).history["weight"][0]
    print(f"as a {name}: set to {float(model.weight)}, used {used}")

# %% [markdown]
# The plain number was copied into the graph when the first step was written
# down (lesson 04), and stays there: the attribute says 5, training goes on
# with 1, and nothing complains. A `keras.Variable` is *read* at every step. So
# `models.VAE` keeps β in one: it makes an `assign` of `vae.beta = 0.5`, which
# is heard at the next step.

# %% [markdown]
# ### Exercise 8.2 · The warm-up
#
# *Easy · 6 minutes · 1 point*
#
# The weight of the KL term for an epoch, by the formula above.
#
# | | name | type |
# |---|---|---|
# | in | `epoch` | int, counted from 0 |
# | in | `warmup_epochs` | int, at least 0; with 0 there is no warm-up |
# | in | `beta` | float, the weight in the end |
# | out | | float |
#
# **Why:** a callback asks it before every epoch.
#
# **Done when** epoch 0 gets 0, epoch `warmup_epochs` and all later ones get
# `beta`, those between lie on a straight line, and without a warm-up `beta`
# holds from the start.


# %% exercise="8.2" role="stub"
def warmup_beta(epoch, warmup_epochs, beta):
    """Let the weight of the KL term grow from 0 in a straight line.

    Args:
        epoch: int, the epoch that is about to begin, the first one 0.
        warmup_epochs: int, the epoch at which beta is reached; 0 means
            beta from the start.
        beta: float, the weight from then on.

    Returns:
        float, the weight for this epoch.
    """
    ### BEGIN SOLUTION
    if epoch >= warmup_epochs:
        return beta
    return beta * epoch / warmup_epochs
    ### END SOLUTION


# %% exercise="8.2" role="check"
warmup_beta = check.warmup_beta(warmup_beta)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# There are two cases: the warm-up still runs, or it is over. In which of them
# do you divide, and can the divisor be 0 there?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# First deal with the epochs from `warmup_epochs` on; they need no arithmetic.
# Only below that, take the share of the warm-up that has passed, times beta.
#
# </details>

# %% [markdown] exercise="8.2" role="answer"
# **The usual slip:** the division comes first, and a warm-up of 0 epochs stops
# the training before it begins. The other one is a line that nobody stops, so
# that the KL term grows heavier with every epoch.

# %% [markdown]
# ### With and without
#
# A *callback* is an object whose methods `fit` calls at fixed moments.
# (`training.BetaWarmup` is the one below, ready-made.) We take a β that is far
# too heavy, and train twice from the same start. For comparison: the
# mean training image, drawn for every picture, which needs no code at all.


# %% role="train"
TERMS = "total_loss", "reconstruction_loss", "kl_loss"
HEAVY, FEW = 60.0, runtime.pick(full=10_000, quick=1_000)


class Warmup(keras.callbacks.Callback):
    """Set beta before each epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """Ask the function of exercise 8.2."""
        self.model.beta = warmup_beta(epoch, 2, HEAVY)


drawn = np.broadcast_to(x_train.mean(axis=0), x_held_back.shape)
mean_image_loss = np.mean(losses.reconstruction_loss(x_held_back, drawn))
print(f"the mean image: reconstruction {mean_image_loss:.1f}")
told = {}


def show(name, numbers):
    """Print a line with one number an epoch."""
    print(f"  {name:19}", *(f"{number:7.2f}" for number in numbers))


for name, callbacks in {"at once": [], "warm-up": [Warmup()]}.items():
    runtime.set_seed(SEED)
    vae = build("dense")
    vae.beta = HEAVY
    run = fit(vae, x_train[:FEW], 4, callbacks, jit_compile=False)
    means = [np.array(run.history[f"val_{term}"]) for term in TERMS]
    total, reconstruction, kl = told[name] = means
    print(f"{name}, epochs 0 to 3")
    show("reconstruction", reconstruction)
    show("KL", kl)
    show("weight × KL", total - reconstruction)

# %% [markdown]
# Compare the last epoch of each with the mean image. The smaller the KL, the
# less a drawing can depend on its picture; and where the reconstruction loss
# stays within a nat or two of the mean image's, the code has bought next to
# nothing. One pair of
# runs proves little: with another `SEED` a warm-up may fail as well. (In quick
# mode all is too short to tell.)
#
# Our own training uses β = 1, the ELBO itself, and no warm-up.

# %% [markdown]
# ## Which epoch was the best?
#
# We want the weights of the best epoch, judged on images held back. Keras's
# `ModelCheckpoint` saves them whenever the number that it monitors is smaller
# than ever. But which number?

# %%
for name, (total, reconstruction, kl) in told.items():
    print(f"{name}, epochs 0 to 3")
    show("total_loss", total)
    show("reconstruction + KL", reconstruction + kl)
nan = float("nan")
print("np.argmin([3, nan, 2]) is", np.argmin([3.0, nan, 2.0]))
print("[3, 2] + [1, 1] is", [3, 2] + [1, 1])

# %% [markdown]
# In the warm-up's epoch 0 the KL term cost nothing and grew without restraint.
# The total loss is smallest there by far, and yet, in our run, the next epoch
# has the smaller sum of reconstruction and KL: totals of different weights
# cannot be compared. The ELBO can, since its weight is always 1: the best
# epoch has the smallest reconstruction loss *plus* KL.
#
# The last two lines hold a warning each. A training that blows up reports
# `nan`, and `np.argmin` takes `nan` for the smallest. And `fit` returns lists,
# not arrays: `+` joins lists.

# %% [markdown]
# ### Exercise 8.3 · The best epoch
#
# *Easy · 8 minutes · 1 point*
#
# Find the epoch with the highest ELBO.
#
# | | name | shape | type, unit |
# |---|---|---|---|
# | in | `reconstruction_loss` | (epochs,) | list of float, nats an image |
# | in | `kl_loss` | (epochs,) | list of float, nats an image |
# | out | | | int, the first epoch is 0 |
#
# **Why:** it works whatever weight an epoch was trained with. Right below it
# judges the warm-up.
#
# **Done when** the check says "passed". An epoch with a loss that is `nan` is
# never the best, wherever it stands; at least one epoch has none.


# %% exercise="8.3" role="stub"
def best_epoch(reconstruction_loss, kl_loss):
    """Find the epoch with the highest ELBO.

    Args:
        reconstruction_loss: list of float, one an epoch, nats an image.
        kl_loss: list of float, likewise.

    Returns:
        int, the epoch with the smallest sum of both, counted from 0,
        among those whose sum is not nan.
    """
    ### BEGIN SOLUTION
    total = np.add(reconstruction_loss, kl_loss)
    return int(np.nanargmin(total))
    ### END SOLUTION


# %% exercise="8.3" role="check"
best_epoch = check.best_epoch(best_epoch)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Two steps: one number for each epoch, then the place of the smallest. What
# must happen to `nan` before, or during, the second?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# `np.add` adds lists entry by entry. Then either put infinity where the sum is
# `nan` (`np.isnan` says where, `np.where` chooses) and use `np.argmin`, or
# look among NumPy's functions for the one with "nan" before its name.
#
# </details>

# %% [markdown] exercise="8.3" role="answer"
# **The usual slip:** `np.argmin` picks the epoch that blew up. A plain loop
# with `<` is safe only if it starts from infinity: no comparison with `nan` is
# ever true, so a `nan` in the first place would win for good.

# %%
for name, (total, reconstruction, kl) in told.items():
    print(
        f"{name}: epoch {total.argmin()} by the total loss,"
        f" epoch {best_epoch(reconstruction, kl)} by the ELBO"
    )

# %% [markdown]
# Where the two differ, the total loss chose an epoch in which KL was cheap.

# %% [markdown]
# ## When the power fails
#
# A long training should survive an interruption, be it a power cut or the
# stop button. `BackupAndRestore` writes weights, state of the optimizer and
# number of the epoch into a folder after every epoch, reads them when `fit`
# begins again, and clears up when training is complete.
#
# We pull the plug ourselves, on a small training, as its third epoch is about
# to begin. The second attempt starts from an untrained VAE and the same
# folder. The sum of the sizes of all weights serves as their fingerprint.

# %% role="train"
folder = runtime.trained_folder()


class Diary(keras.callbacks.Callback):
    """Note each epoch as it begins; fail at one of them."""

    def __init__(self, fails_at=None):
        super().__init__()
        self.fails_at = fails_at

    def on_epoch_begin(self, epoch, logs=None):
        """Print where the training stands."""
        weights = sum(np.abs(w).sum() for w in self.model.get_weights())
        taken = int(self.model.optimizer.iterations)
        rate = float(self.model.optimizer.learning_rate)
        print(
            f"  epoch {epoch}, {taken} steps taken, learning rate {rate:.5f},"
            f" weights {weights:.3f}"
        )
        if epoch == self.fails_at:
            raise KeyboardInterrupt


for diary in (Diary(fails_at=2), Diary()):
    print("fit begins")
    backup = keras.callbacks.BackupAndRestore(folder / "backup_toy")
    try:
        vae = build("dense")
        run = fit(vae, x_train[:1000], 4, [backup, diary], jit_compile=False)
    except KeyboardInterrupt:
        print("  the power fails")
print("epochs that the second fit reports:", run.epoch)

# %% [markdown]
# The second attempt goes on at epoch 2, with the same number of steps, the
# same learning rate and the same fingerprint.
#
# Three things are not kept. The images start anew with the seed's first order.
# `fit` reports only the epochs since the restart. And a `ModelCheckpoint`
# forgets its best number, so that the best is sought among the epochs since.

# %% [markdown]
# ## Put together: the training
#
# The network and setting chosen above; the schedule; a backup for each epoch;
# the best weights kept; and a view of both terms, and of ten images held
# back, that is drawn while `fit` runs.
# `val_total_loss` may choose here, for β is 1 throughout.
# `steps_per_execution` takes several steps before it comes back to Python.
# And the decoder starts where it would soon be: its last bias draws about the
# mean image (with convolutions, the mean grey), whatever the code, and that
# much need not be learnt.
#
# Interrupt it if you like (*Kernel → Interrupt Kernel*) and run the cell
# again: it goes on at the last complete epoch. To begin anew instead, delete
# the folder `trained/backup_…` first.

# %% role="train"
path = folder / "checkpoint.keras"
callbacks = [
    keras.callbacks.BackupAndRestore(folder / f"backup_{network}"),
    keras.callbacks.ModelCheckpoint(
        path, monitor="val_total_loss", mode="min", save_best_only=True
    ),
    live.TrainingView(x_held_back[:10]),
]
runtime.set_seed(SEED)
with training.strategy().scope():
    vae = build(network, setting["precision"])
    training.start_at_mean_image(vae.decoder, x_train[:5000])
    started = time.perf_counter()
    run = fit(
        vae,
        x_train,
        EPOCHS,
        callbacks,
        jit_compile=setting["jit_compile"],
        steps_per_execution=training.STEPS_PER_CALL if n_devices == 1 else 1,
    )
seconds = time.perf_counter() - started
print(f"{seconds:.0f} s for {len(run.epoch)} of {EPOCHS} epochs")
print(f"expected for all {EPOCHS}: {expected[network]:.0f} s")

# %% [markdown]
# *Figure: two panels over the epochs completed. Left, the reconstruction loss,
# right, the KL loss. Round blue dots are means over the training images while
# the weights still changed, orange squares are images held back, after each
# epoch. A number with an arrow is a first mean that lies far above the panel.
# Mind the axes: the right one spans far fewer nats. Below, ten images held
# back, and a soft drawing of each.*
#
# A dot is a mean over an epoch: too high in the first, which began untrained;
# later perhaps below, for those images were trained on. When the *left*
# squares rise while the dots fall, the network learns its images by heart.

# %% [markdown]
# The estimate counted bare steps, one a call. The training also measured the
# images held back, wrote files and drew, which costs time; several steps a
# call spare some.
#
# Now the best epoch (counted from 0), twice: by your function, and by the file
# that Keras kept. The better VAE becomes `trained/vae.keras`, which lessons 09
# and 10 load; a line below says what happened. (In quick mode the folder is
# kept only until the kernel ends.)

# %%
history = run.history
best = best_epoch(history["val_reconstruction_loss"], history["val_kl_loss"])
vae = keras.saving.load_model(path)
kept = vae.evaluate(x_held_back, batch_size=1000, verbose=0, return_dict=True)
by_fit = history["val_total_loss"][best]
print(f"epoch {run.epoch[best]} was best: {by_fit:.2f}")
print(f"the file that Keras kept: {kept['total_loss']:.2f}")
training.save_if_better(vae, x_held_back, folder / training.TRAINED_VAE)
loaded = keras.saving.load_model(folder / training.TRAINED_VAE)
difference = np.abs(loaded(x_test[:100]) - vae(x_test[:100])).max()
print(f"saved and loaded, largest difference of a pixel: {difference:.1e}")

# %% [markdown]
# The totals may differ a little, since each measurement draws its own
# codes; calling the VAE, as the last line does, takes the middle of each
# cloud. Should that line show a difference, then the better VAE of an earlier
# run stayed in its place.

# %% [markdown]
# ## Reading the two terms
#
# Now the test images. A number alone says little, so three neighbours stand
# beside it: the same network untrained; the mean training image, which needs
# no code and so no KL; and a perfect copy, whose cost is the *floor* of
# lesson 01, the entropy of the greys. Behind ± stands the standard error of
# the mean over the images.


# %%
def terms(vae, x):
    """Measure both terms of each image, a thousand images at a time."""
    starts = range(0, len(x), 1000)
    parts = [vae.compute_losses(x[i : i + 1000]) for i in starts]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


mean_image = np.broadcast_to(x_train.mean(axis=0), x_test.shape)
of_mean = np.asarray(losses.reconstruction_loss(x_test, mean_image))
floor = np.asarray(losses.reconstruction_loss(x_test, x_test))
rows = {
    "untrained": terms(build(network), x_test),
    "mean image": (of_mean, np.zeros(len(x_test))),
    "trained": terms(vae, x_test),
}
print("nats an image  reconstruction    KL           sum   above the floor")
for name, (reconstruction, kl) in rows.items():
    total = reconstruction + kl
    print(
        f"{name:13}{reconstruction.mean():12.1f}{kl.mean():11.2f}"
        f"{total.mean():10.1f} ± {stats.sem(total):.1f}"
        f"{np.mean(total - floor):10.1f}"
    )
print(f"{'perfect copy':13}{floor.mean():12.1f}")

# %% [markdown]
# From the untrained VAE to the trained one the reconstruction loss fell and
# the KL *rose*: a code that says nothing is free, and a useful one has its
# price. It is well spent, for the sum fell below that of the mean image, near
# which a VAE with a collapsed code ends.
#
# The KL has a meaning of its own: averaged over the images, K nats bound what
# a code can tell about its image. That is at most as much as naming one of
# $e^K$ equally likely things:

# %%
reconstruction, kl = rows["trained"]
print(f"e^{kl.mean():.2f}: one of about {math.exp(kl.mean()):,.0f}")
shown = [np.flatnonzero(y_test == label)[0] for label in range(10)]
plots.compare_images(
    {
        "the picture": x_test[shown],
        "from its code": vae.predict(x_test[shown], verbose=0),
        "mean image": mean_image[shown],
    },
    heading="Unseen garments, their drawings, and what no code would give",
)

# %% [markdown]
# *Figure: ten garments of the test set, one of each class. Below each what the
# VAE draws from its code, a soft version of the garment or of a relative;
# below that the same grey mean image ten times.*
#
# The middle row is what the KL bought. It is soft, for each drawing stands for
# all garments whose clouds share that place. And it may be a relative: look at
# what has become of the hood, and of the shirt. (In quick mode the rows differ
# less.)

# %% [markdown]
# ## Beside a published program
#
# The book under Sources weighs a *mean* over 1,024 pixels by 500 and sums the
# KL: lesson 06 found its true β, 2.048. Its convolutional VAE sees 60,000
# images five times (Adam, rate 0.0005, batches of 100). Its loss is
#
# $$\frac{500}{1024}\left(\text{reconstruction} + 2.048\,\text{KL}\right)$$
#
# `tools/bench_training.py` ran it beside `training.train`, the recipe of this
# lesson as one function, trained for that same loss, on one machine, in turns.
# How long until the test loss is as low as the program's at its end?

# %%
told = json.loads(training.BENCHMARK.read_text(encoding="utf-8"))
shown = "published", "convolutional", "dense", "dense-1", "dense-part"
slow, fast = (told["medians"][name] for name in ("published", "dense-1"))
speedup = fast["images_a_second"] / slow["images_a_second"]
ours = 500 / 1024 * (reconstruction + 2.048 * kl)
print(f"its test loss {told['target']:.1f}, medians of {told['n_runs']} runs")
for name in shown:
    row = told["medians"][name]
    print(
        f"{name:14} first call {row['first_call']:.1f} s, then"
        f" {row['images_a_second']:6,.0f} images a second;"
        f" test loss at the end {row['loss']:.1f}"
    )
print(f"an image: {speedup:.0f} times as fast; images: a fifth of them")
print(f"the first call: {fast['first_call'] / fast['to_target']:.0%} of all")
print(f"this lesson's VAE: {ours.mean():.1f} ± {2 * stats.sem(ours):.1f}")
plots.training_times(told, shown)

# %% [markdown]
# *Figure: a bar for each training, seconds on a logarithmic axis: the grey one
# is the published program, the blue ones are ours, convolutional, and dense
# for five epochs, one epoch, and, at a higher peak, 48,000 images once. The
# lower, the shorter; behind each, its seconds and how many times faster.*
#
# Where did the time go? Most of it into convolutions: an image costs the dense
# network a small part of that. Then into images: a higher rate that falls, and
# a start at the mean image, need a fifth of them. What is left is steps, and
# the *first call*, in which Keras writes the step down: about as long a wait
# for one epoch as for five.

# %% [markdown]
# This lesson's own VAE was trained for β = 1, a little off that loss, on fewer
# images, for five epochs. The doubt behind ± is two standard errors; what
# another seed would do it does not contain. (In quick mode, or with the subset
# of the data, it has seen too few images to be compared.)

# %% [markdown]
# ## The same number by a second road
#
# Is `total_loss` really the negative ELBO? NumPy draws codes of its own, and
# the three log-densities of lesson 06 are put together, two of them SciPy's
# normal. No closed form of the KL is used.

# %%
few = x_test[:2000]
z_mean, z_log_var, _ = vae.encoder.predict(few, verbose=0)
sigma = np.exp(z_log_var / 2)
z = np.random.default_rng(SEED).normal(z_mean, sigma)
x_mean = vae.decoder.predict(z, verbose=0).astype("float64")
x_mean = x_mean.clip(1e-7, 1 - 1e-7)
pixels = few * np.log(x_mean) + (1 - few) * np.log1p(-x_mean)
log_prior = stats.norm.logpdf(z).sum(axis=1)
log_posterior = stats.norm.logpdf(z, z_mean, sigma).sum(axis=1)
by_numpy = log_posterior - pixels.sum(axis=(1, 2, 3)) - log_prior
by_training = np.sum(terms(vae, few), axis=0)
print(f"total_loss  {by_training.mean():.2f} nats an image")
print(f"by NumPy    {by_numpy.mean():.2f}")
gap = by_numpy - by_training
print(f"difference  {gap.mean():+.2f} ± {stats.sem(gap):.2f}")

# %% [markdown]
# Within a few standard errors: the same number, from other dice.

# %% [markdown]
# ## More images than memory
#
# Our arrays stand in memory as a whole. `data.stream_images` reads files of
# images batch by batch, as they are due: however many there are, memory holds
# no more than a buffer of them (`data.STREAM_BUFFER`). It can only mix what
# lies in there, as `shuffle(2)` taught us. So it also takes its files in a new
# order for every epoch, and reads several in turn.
#
# The subset in the course's own folder is such a file. Here the VAE measures
# it twice; `fit` takes a stream just so: `vae.fit(stream, epochs=5)`.

# %%
packed = data.SUBSET_FOLDER / "train-images-idx3-ubyte.gz"
x_subset = data.prepare_images(idx.read_idx(packed, ndim=3))
sources = {
    "the file": data.stream_images([packed], 1000, shuffle=True, seed=SEED),
    "memory": make_dataset(x_subset, 1000, False, SEED),
}
for name, batches in sources.items():
    measured = vae.evaluate(batches, verbose=0, return_dict=True)
    print(
        f"{len(batches)} batches from {name}:"
        f" {measured['total_loss']:.2f} nats an image"
    )

# %% [markdown]
# The two differ by the codes that each measurement drew.

# %% [markdown]
# ## Several GPUs
#
# With several GPUs `training.strategy()` gives TensorFlow's
# `MirroredStrategy`: each takes a share of every batch, and the gradients are
# added up. A sum of two means is twice the mean, so `models.VAE` divides its
# sum of nats by the number of images on *all* devices; then all take the step
# that one would take. Apart from XLA and `steps_per_execution`, which we leave
# out for several, that `with` line is the whole switch: with one GPU, or none,
# it changes nothing.

# %% [markdown]
# ## What we saw
#
# - What is fast depends on the machine; a short measurement chose for us.
# - Shuffle first, among all, then batch.
# - A number that a compiled step reads must be a variable.
# - Total losses of different β cannot be compared, the ELBO can.
# - From the untrained VAE to the trained one the reconstruction loss fell and
#   the KL rose; together they fell below the mean image, which needs no code.
# - The best weights are kept, and an interruption costs one epoch at most.
# - A stream from files holds a buffer, not all the images.

# %% [markdown]
# **An open question:** the VAE spends its few nats of KL on two numbers. What
# did it put into them? Nobody told it about classes.

# %% [markdown]
# **Sources.** Read first: Bowman et al. (2016), *Generating Sentences from a
# Continuous Space*, arXiv:1511.06349, section 3.1, on codes that are given up
# and on warm-up. Sønderby et al. (2016), *Ladder Variational Autoencoders*,
# arXiv:1602.02282. The schedule: Loshchilov and Hutter (2017), *SGDR*,
# arXiv:1608.03983. Its short rise, and several GPUs: Goyal et al. (2017),
# *Accurate, Large Minibatch SGD*, arXiv:1706.02677. 16 bits: Micikevicius et
# al. (2018), *Mixed Precision Training*, arXiv:1710.03740, on float16, whose
# small range asks for more care than bfloat16. The published recipe: Foster
# (2023), *Generative Deep Learning*, second edition, chapter 3.
#
# **Next:** lesson 09, where we walk through the space that we have just
# trained.
