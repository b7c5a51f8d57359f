# %% [markdown]
# # 08 · Train it
#
# **How do we train the VAE well on whatever machine this is, and how do we
# see that it went well?**
#
# In about an hour you will
# - hand images to a model so that no two epochs are alike,
# - have measured what this machine does quickly, and chosen by that,
# - have set a weight while training runs, and seen why that can fail in
#   silence,
# - watch both terms of the loss fall, keep the best weights and survive a
#   power cut,
# - know what the two numbers at the end mean.

# %% role="setup"
import math
import time

import numpy as np

from vae_course import data, densities, plots, runtime
from vae_course.checks import lesson_08 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras

from vae_course import live, losses, models, networks, training

SEED = 0
BATCH_SIZE = runtime.pick(full=training.BATCH_SIZE, quick=64)
device = runtime.describe_device()
SEEN = 1_100_000 if device.kind == "GPU" else 275_000
SEEN = runtime.pick(full=SEEN, quick=5_500)
SECONDS = runtime.pick(full=0.5, quick=0.05)
runtime.set_seed(SEED)

# %% [markdown]
# ## Three sets of images
#
# Weights are learnt from the *training* images. Choices, such as which epoch
# was best, are made on images that were *held back*. The *test* images are
# for one number at the very end: whoever chooses by them can no longer say
# how good the choice is on images that nobody saw.

# %%
(pictures, _), (x_test, y_test) = data.load_fashion_mnist()
full_data = len(pictures) == 60_000
pictures = data.prepare_images(pictures[: runtime.pick(60_000, 3_000)])
x_test = data.prepare_images(x_test[: runtime.pick(10_000, 1_000)])
n_held_back = len(pictures) // 12
x_train, x_held_back = pictures[:-n_held_back], pictures[-n_held_back:]
EPOCHS = SEEN // len(x_train)
print(
    f"{len(x_train):,} to train, {len(x_held_back):,} held back,"
    f" {len(x_test):,} to test, on {device}"
)
NETWORKS = {
    "dense": (
        networks.build_dense_variational_encoder,
        networks.build_dense_decoder,
    ),
    "convolutional": (
        networks.build_variational_encoder,
        networks.build_decoder,
    ),
}

# %% [markdown]
# ## The problem: how long would it take?
#
# We take the convolutional VAE of lesson 07 and ask before we press the
# button. `train_on_batch` takes a single step. The first one is left out, for
# there Keras writes down its graph. For this measurement plain gradient
# descent stands in for Adam, with a step too small to spoil anything.


# %%
def build(network, precision="float32"):
    """Build a VAE whose layers compute in that precision."""
    keras.config.set_dtype_policy(precision)
    vae = models.VAE(*(make() for make in NETWORKS[network]))
    keras.config.set_dtype_policy("float32")
    return vae


def images_a_second(vae):
    """Train on one batch again and again, and count."""
    steps, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        vae.train_on_batch(x_train[:BATCH_SIZE])
        steps += 1
    return steps * BATCH_SIZE / (time.perf_counter() - started)


vae = build("convolutional")
vae.compile(keras.optimizers.SGD(1e-6), jit_compile=False)
vae.train_on_batch(x_train[:BATCH_SIZE])
speed = images_a_second(vae)
print(
    f"{speed:,.0f} images a second: to see {SEEN:,} of them, {EPOCHS} times"
    f" the training set, takes {SEEN / speed:,.0f} s"
)

# %% [markdown]
# On a CPU that is a long wait for a lesson; on a GPU it may be seconds. What
# would make it shorter? A smaller network, a faster way to run the same one,
# or fewer steps that each do more. We look at all three. First, the images
# must get to the model.

# %% [markdown]
# ## One step, one handful of images
#
# The loss is a mean over all N training images. A step looks at a *batch* of
# B of them, and takes the batch's mean for the whole:
#
# $$\frac1N \sum_{i=1}^{N} \nabla \ell_i \;\approx\;
# \frac1B \sum_{i \in \text{batch}} \nabla \ell_i$$
#
# | symbol | name in code | here | unit |
# |---|---|---|---|
# | $N$ | `len(x_train)` | | images |
# | $B$ | `BATCH_SIZE` | 256 | images |
# | $\ell_i$ | `total_loss` of one image | | nats |
#
# If the batch is drawn by chance, the right side is correct on average. Were
# neighbours always drawn together, it would go wrong the same way again and
# again.

# %% [markdown]
# TensorFlow's `tf.data.Dataset` hands out elements one after another, and
# each method gives a *new* dataset: `from_tensor_slices(array)` has one
# element for each row, `shuffle(buffer_size, seed=…)` mixes elements,
# `batch(size)` puts some into one, `prefetch(2)` prepares the next two while
# the model is busy. Six numbers show what the order does. Each dataset is
# read twice, as in two epochs.

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
# every image may meet every other, anew in each epoch. Elements may also be
# `(x,)` or `(x, x)`, for `fit` takes all three.
#
# **Why:** `fit` can shuffle arrays by itself, but only a dataset runs ahead of
# the model, spreads over devices and need not fit into memory.
#
# **Done when** the check says "passed". It reads two epochs of 23 images in
# batches of 5: these are batches of 5, 5, 5, 5 and 3.


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
# ## What does this machine do quickly?
#
# Two settings leave the model as it is and change how it is computed.
#
# **XLA** (`jit_compile=True`) compiles a whole step into one program. That
# saves trips to memory and small starts, where there are many. The compiling
# itself takes seconds to a minute.
#
# **16 bits** (the policy `mixed_bfloat16`): layers multiply numbers of half
# the size. A bfloat16 keeps the range of float32, but only about two to three
# digits. Weights, both heads of the encoder, the picture and the loss stay in
# float32, where digits count.

# %% [markdown]
# Which of these helps is a question for the machine, and it changes from one
# to the next. So we ask: each pair of network and setting trains on the same
# batch, in turns, so that a slow moment hits all alike. Of two turns the
# better counts.

# %%
SETTINGS = {
    "plain": {"precision": "float32", "jit_compile": False},
    "XLA": {"precision": "float32", "jit_compile": True},
    "16 bits": {"precision": "mixed_bfloat16", "jit_compile": False},
}
if runtime.quick_mode():
    del SETTINGS["XLA"]  # Compiling alone takes seconds.
speeds, ready = {}, {}
for network in NETWORKS:
    for name, setting in SETTINGS.items():
        vae = build(network, setting["precision"])
        vae.compile(
            keras.optimizers.SGD(1e-6), jit_compile=setting["jit_compile"]
        )
        vae.train_on_batch(x_train[:BATCH_SIZE])
        ready[network, name] = vae
for _ in range(2):
    for key, vae in ready.items():
        speeds[key] = max(images_a_second(vae), speeds.get(key, 0))
for (network, name), speed in speeds.items():
    ratio = speed / speeds[network, "plain"]
    print(
        f"{network:14}{name:8}{speed:9,.0f} images a second,"
        f" {ratio:4.2f} times plain"
    )

# %% [markdown]
# Compare the two networks first: without convolutions a step is many times
# cheaper, since no weight is used again and again over the picture. Then
# compare the settings within a network. A ratio near 1 is not worth a
# setting; a ratio below 1 happens, too.
#
# We now choose by plain rules: convolutions where there is a GPU, and a
# setting only where it brings a quarter.

# %%
network = "convolutional" if device.kind == "GPU" else "dense"
plain = speeds[network, "plain"]
n_devices = training.strategy().num_replicas_in_sync
# Spread over devices, a step can neither be compiled by XLA nor be repeated
# within one call.
faster = speeds.get((network, "XLA"), 0) > 1.25 * plain
jit_compile = faster and n_devices == 1
steps_per_call = training.STEPS_PER_CALL if n_devices == 1 else 1
half = speeds[network, "16 bits"] > 1.25 * plain
precision = "mixed_bfloat16" if half else "float32"
print(f"network {network}, XLA {jit_compile}, precision {precision}")
for name in NETWORKS:
    seconds = SEEN / speeds[name, "plain"]
    print(f"{SEEN:,} images by the {name} network: {seconds:,.0f} s")

# %% [markdown]
# ## Fewer steps that each do more
#
# One learning rate for all steps is a compromise. At the start, where
# everything is far off, long steps are possible; near the end, only short ones
# settle. A *schedule* gives each step a rate of its own: a short rise, for the
# very first slopes are wild, then half a cosine down to zero:
#
# $$\eta_t = \tfrac12\,\eta_{\max}\left(1 + \cos\frac{\pi\,(t - r)}{T - r}
# \right), \qquad r \le t \le T$$
#
# | symbol | name in code | meaning | unit |
# |---|---|---|---|
# | $t$ | `optimizer.iterations` | steps taken so far | steps |
# | $T$ | `steps` | all steps of the training | steps |
# | $r$ | `training.WARMUP_STEPS` | steps of the rise | steps |
# | $\eta_{\max}$ | `peak` | the highest rate | none |

# %%
steps = 1000
schedule = training.cosine_schedule(steps, peak=0.004)
rise = training.WARMUP_STEPS
for step in (0, 100, 200, 400, 600, 800, 1000):
    share = (step - rise) / (steps - rise)
    by_hand = 0.004 * (1 + math.cos(math.pi * share)) / 2
    shown = f", by the formula {by_hand:.5f}" if step >= rise else ", rising"
    print(f"step {step:4}: learning rate {float(schedule(step)):.5f}{shown}")


def fit(vae, images, epochs, callbacks, **options):
    """Train with Adam and the schedule; report images held back as well."""
    steps = math.ceil(len(images) / BATCH_SIZE)
    schedule = training.cosine_schedule(epochs * steps)
    vae.compile(keras.optimizers.Adam(schedule), **options)
    return vae.fit(
        make_dataset(images, BATCH_SIZE, shuffle=True, seed=SEED),
        validation_data=make_dataset(x_held_back, 1000, False, SEED),
        epochs=epochs,
        callbacks=callbacks,
        shuffle=False,
        verbose=0,
    ).history


# %% [markdown]
# `fit` below will be our own function for every training of this lesson.
# `shuffle=False` tells Keras's `fit` that our dataset shuffles already, and
# `validation_data` are measured after each epoch. Their three means carry
# `val_` before their names.

# %% [markdown]
# ## A code that is given up
#
# In the first steps the decoder cannot read codes yet. A code costs KL and
# buys nothing, and the cheapest move is to give it up: every `z_mean` 0, every
# `z_log_var` 0. The decoder then never learns to read it. This is **posterior
# collapse**, and the heavier the KL term, the likelier.
#
# *KL warm-up* lets the weight start at 0 and grow, so that the decoder learns
# to read before reading gets a price:
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
# `models.VAE` keeps its weight in one, and `vae.beta = 0.5` is heard at any
# time.

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
# (`training.BetaWarmup` is the one below, ready-made.) We take a weight that
# is far too heavy, so that giving up the code is tempting, and train twice
# from the same start.


# %% role="train"
HEAVY, FEW = 40.0, runtime.pick(full=10_000, quick=1_000)


class Warmup(keras.callbacks.Callback):
    """Set beta before each epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """Ask the function of exercise 8.2."""
        self.model.beta = warmup_beta(epoch, 2, HEAVY)


told = {}
for name, callbacks in {"at once": [], "warm-up": [Warmup()]}.items():
    runtime.set_seed(SEED)
    vae = build("dense")
    vae.beta = HEAVY
    told[name] = fit(vae, x_train[:FEW], 3, callbacks, jit_compile=False)
    for epoch in range(3):
        total, reconstruction, kl = (
            told[name][f"val_{term}"][epoch]
            for term in ("total_loss", "reconstruction_loss", "kl_loss")
        )
        print(
            f"{name:8} epoch {epoch}: reconstruction {reconstruction:5.1f}"
            f" + {(total - reconstruction) / kl:4.1f} · KL {kl:5.2f}"
            f" = {total:6.1f}"
        )

# %% [markdown]
# Read the KL in the last line of each. Near 0 it says that the code was given
# up: all pictures get the same drawing. One pair of runs proves little; with
# another `SEED` the outcome may be another one. Where both end alike, the
# warm-up was not needed.
#
# Our own training uses β = 1, the ELBO itself. There the code pays from the
# start, as the curve below will show, and we leave the warm-up out.

# %% [markdown]
# ## Which epoch was the best?
#
# Longer is not always better, so we want the weights of the best epoch, judged
# on images held back. Keras's `ModelCheckpoint` saves them whenever the number
# that it monitors is smaller than ever. But which number?

# %%
for name, history in told.items():
    reconstruction = np.array(history["val_reconstruction_loss"])
    kl = np.array(history["val_kl_loss"])
    chosen = np.argmin(history["val_total_loss"])
    print(f"{name}: reconstruction + KL", (reconstruction + kl).round(1))
    print(f"    val_total_loss chooses epoch {chosen}")
nan = float("nan")
print("np.argmin([3, nan, 2]) is", np.argmin([3.0, nan, 2.0]))
print("[3, 2] + [1, 1] is", [3, 2] + [1, 1])

# %% [markdown]
# With the warm-up, `val_total_loss` takes epoch 0, where the KL term cost
# nothing and grew without restraint: of all three the worst VAE. (In quick
# mode three epochs may be too short for that.) Total losses of different
# weights cannot be compared. The ELBO can, since its weight is always 1: the
# best epoch has the smallest reconstruction loss *plus* KL.
#
# The last two lines hold a warning each. A training that blows up reports
# `nan`, and NumPy takes `nan` for the smallest. And `fit` returns lists, not
# arrays: `+` joins lists.

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
# **Why:** it works whatever weight an epoch was trained with. We hold it
# against Keras's own choice below.
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
# folder. A sum of all weights serves as their fingerprint.

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
        print(f"  epoch {epoch}, {taken} steps taken, weights {weights:.3f}")
        if epoch == self.fails_at:
            raise KeyboardInterrupt


for diary in (Diary(fails_at=2), Diary()):
    print("fit begins")
    backup = keras.callbacks.BackupAndRestore(folder / "backup_toy")
    try:
        fit(build("dense"), x_train[:1000], 4, [backup, diary])
    except KeyboardInterrupt:
        print("  the power fails")

# %% [markdown]
# The second attempt goes on at epoch 2, with the steps and to the last digit
# the weights that the first one had reached; the learning rate, which follows
# the steps, goes on too.
#
# Three things are not kept. The images start anew with the seed's first order,
# so the end is not bit for bit what it would have been. `fit` reports only the
# epochs since the restart. And a `ModelCheckpoint` forgets its best number:
# the first epoch after a restart is saved in any case.

# %% [markdown]
# ## Put together: the training
#
# The network, XLA and precision chosen above; the schedule; a backup for each
# epoch; the best weights kept; and a curve that is drawn while `fit` runs.
# `steps_per_execution` takes several steps before it comes back to Python.
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
    live.LiveCurve(),
]
runtime.set_seed(SEED)
with training.strategy().scope():
    vae = build(network, precision)
    started = time.perf_counter()
    history = fit(
        vae,
        x_train,
        EPOCHS,
        callbacks,
        jit_compile=jit_compile,
        steps_per_execution=steps_per_call,
    )
print(f"{time.perf_counter() - started:.0f} s for {EPOCHS} epochs")

# %% [markdown]
# *Figure: two panels over the epochs. Left, the reconstruction loss falls,
# steeply at first. Right, the KL loss. Round blue dots are means over the
# training images while the weights still changed, orange squares are images
# held back, after each epoch. A blue number with an arrow is a first mean
# that lies far above the panel.*
#
# The blue dots lag half an epoch behind, so early on they lie above the
# squares. Once they stay below them, and the squares no longer fall, the
# network learns its training images by heart. (In quick mode you see little
# of this.)

# %% [markdown]
# Now the best epoch, twice: by your function, and by the file that Keras kept.
# The file becomes `trained/vae.keras`, which lessons 09 and 10 load, unless a
# better one lies there already, from an earlier run perhaps. Then that stays,
# and the line below says so. (In quick mode nothing is kept.)

# %%
best = best_epoch(history["val_reconstruction_loss"], history["val_kl_loss"])
vae = keras.saving.load_model(path)
kept = vae.evaluate(x_held_back, batch_size=1000, verbose=0, return_dict=True)
print(f"epoch {best} was best: {history['val_total_loss'][best]:.2f}")
print(f"the file that Keras kept: {kept['total_loss']:.2f}")
training.save_if_better(vae, x_held_back, folder / training.TRAINED_VAE)
loaded = keras.saving.load_model(folder / training.TRAINED_VAE)
difference = np.abs(loaded(x_test[:100]) - vae(x_test[:100])).max()
print(f"saved and loaded, largest difference of a pixel: {difference:.1e}")

# %% [markdown]
# Counted from 0, the last of five epochs is epoch 4. The two totals differ a
# little, since each draws its own codes. Should the loaded model differ from
# ours, then the better one of an earlier run stayed in its place.

# %% [markdown]
# ## Reading the two terms
#
# Now the test images, once. A number alone says little, so three neighbours
# stand beside it: the same network untrained; the mean training image,
# drawn for everyone, which needs no code and so no KL; and a perfect copy,
# whose cost is the *floor* of lesson 01, the entropy of the greys.


# %%
def terms(vae, x):
    """Measure both terms of each image, a thousand images at a time."""
    starts = range(0, len(x), 1000)
    parts = [vae.compute_losses(x[i : i + 1000]) for i in starts]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def pixel_loss(drawings):
    """Measure drawings of the test images that came from no code."""
    return np.asarray(losses.reconstruction_loss(x_test, drawings))


mean_image = np.broadcast_to(x_train.mean(axis=0), x_test.shape)
floor = pixel_loss(x_test)
rows = {
    "untrained": terms(build(network), x_test),
    "mean image": (pixel_loss(mean_image), np.zeros(len(x_test))),
    "trained": terms(vae, x_test),
}
print("nats an image  reconstruction    KL           sum   above the floor")
for name, (reconstruction, kl) in rows.items():
    total = reconstruction + kl
    print(
        f"{name:13}{reconstruction.mean():12.1f}{kl.mean():11.2f}"
        f"{total.mean():10.1f} ± {total.std() / math.sqrt(len(total)):.1f}"
        f"{np.mean(total - floor):10.1f}"
    )
print(f"{'perfect copy':13}{floor.mean():12.1f}")

# %% [markdown]
# Training lowered the reconstruction loss and *raised* the KL: a code that
# says nothing is free, and a useful one has its price. (On its way up the KL
# may overshoot: compare the first blue number in the curve's right panel.) The
# price is well spent, for the sum fell below that of the mean image, which is
# where a VAE with a collapsed code ends. (In quick mode it may not have come
# so far.)
#
# The KL has a meaning of its own: it bounds how many nats about an image its
# code can carry. With K nats one can tell about $e^K$ things apart:

# %%
kl = float(np.mean(rows["trained"][1]))
print(f"e^{kl:.2f}: at most about {math.exp(kl):,.0f} kinds of picture")
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
# all garments whose clouds share that place. (In quick mode the rows differ
# less.)

# %% [markdown]
# ## Beside a published recipe
#
# A well-known VAE for this data set weighs a *mean* over 1,024 pixels by 500
# and sums the KL: lesson 06 found its true β, 2.048. Five epochs of the
# convolutional VAE by that recipe (Adam, rate 0.0005, batches of 100), all
# 60,000 images, gave the first line below on the test images. On its scale a
# total is
#
# $$\frac{500}{1024}\left(\text{reconstruction} + 2.048\,\text{KL}\right)$$
#
# We trained for β = 1 and on fewer images, both of which are a handicap there.

# %%
lines = {"published": (127.6, 5.1)}
scale, beta = 500 / 1024, 2.048
reconstruction = float(np.mean(rows["trained"][0]))
lines[f"ours, {network}"] = scale * reconstruction, scale * beta * kl
if full_data and not runtime.quick_mode():
    for name, parts in lines.items():
        print(
            f"{name:20}{sum(parts):6.1f} =",
            " + ".join(f"{p:.1f}" for p in parts),
        )
    difference = sum(lines[f"ours, {network}"]) - sum(lines["published"])
    print(f"difference {difference:+.2f}")
else:
    print("Not compared: we have seen too few images for that.")

# %% [markdown]
# ## The same number by a second road
#
# Is `total_loss` really the negative ELBO? NumPy draws codes of its own, and
# the three log-densities of lesson 06 are added up in float64. No closed form
# of the KL is used: lesson 03's normal density, twice, stands in its place.

# %%
few = x_test[:2000]
z_mean, z_log_var, _ = (
    np.asarray(part, "float64") for part in vae.encoder(few)
)
epsilon = np.random.default_rng(SEED).standard_normal(z_mean.shape)
z = z_mean + np.exp(z_log_var / 2) * epsilon
x_mean = np.asarray(vae.decoder(z), "float64").clip(1e-7, 1 - 1e-7)
pixels = few * np.log(x_mean) + (1 - few) * np.log1p(-x_mean)
log_likelihood = pixels.sum(axis=(1, 2, 3))
log_prior = densities.diagonal_normal_log_pdf(z, np.zeros(2), np.zeros(2))
log_posterior = densities.diagonal_normal_log_pdf(z, z_mean, z_log_var)
by_numpy = log_posterior - log_likelihood - log_prior
by_training = np.sum(terms(vae, few), axis=0)
gap = by_numpy - by_training
print(f"total_loss  {by_training.mean():.2f} nats an image")
print(f"by NumPy    {by_numpy.mean():.2f}")
print(f"difference  {gap.mean():+.2f} ± {gap.std() / math.sqrt(len(gap)):.2f}")

# %% [markdown]
# The difference is within a few of its standard errors: both estimate the same
# number, with dice of their own.

# %% [markdown]
# ## One GPU, several, none
#
# With several GPUs, each takes an equal share of every batch, computes its
# own gradient, and the gradients are added up. A *strategy* arranges that:
# `training.strategy()` gives TensorFlow's `MirroredStrategy` where there are
# two GPUs or more, and else changes nothing. It is the `with` line of our
# training; the model must be made inside.
#
# One thing is left to the model: a sum of two means is twice the mean. So
# `models.VAE` divides its loss by the number of devices. On six numbers, with
# the slope of $(w - x)^2$ at $w = 0$, which is $-2x$:

# %%
x_six = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 7.0])
print(f"one device:  {np.mean(-2 * x_six):.3f}")
for cut in (3, 4):
    shares = np.split(-2 * x_six, [cut])
    means = [share.mean() for share in shares]
    print(
        f"shares of {cut} and {6 - cut}: sum of means {sum(means):.3f},"
        f" divided by two {sum(means) / 2:.3f}"
    )
print(f"devices in our training: {n_devices}")

# %% [markdown]
# With equal shares the result is that of one device, exactly; with unequal
# ones it is off, which is one reason for batches that divide well. On a single
# device, as on most machines, nothing of this shows.

# %% [markdown]
# ## What we saw
#
# - Shuffle first, among all, then batch.
# - What is fast depends on the machine; a minute of measuring saves many.
# - A number that a compiled step reads must be a variable.
# - Total losses of different β cannot be compared, the ELBO can.
# - In training the reconstruction loss falls and the KL rises; together they
#   fell far below what no code could reach.
# - The best weights are kept, and an interruption costs one epoch at most.

# %% [markdown]
# **An open question:** the VAE spends its few nats of KL on two numbers. What
# did it put into them? Nobody told it about classes.

# %% [markdown]
# **Sources.** Read first: Bowman et al. (2016), *Generating Sentences from a
# Continuous Space*, arXiv:1511.06349, section 3.1, on codes that are given up
# and on warm-up. Sønderby et al. (2016), *Ladder Variational Autoencoders*,
# arXiv:1602.02282. The schedule: Loshchilov and Hutter (2017), *SGDR*,
# arXiv:1608.03983. Large batches, several GPUs: Goyal et al. (2017),
# *Accurate, Large Minibatch SGD*, arXiv:1706.02677. Half the bits:
# Micikevicius et al. (2018), *Mixed Precision Training*, arXiv:1710.03740.
#
# **Next:** lesson 09, where we walk through the space that we have just
# trained.
