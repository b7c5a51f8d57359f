# %% [markdown]
# # 04 · The Sampling layer
#
# **How can an encoder answer with a cloud of codes instead of one point, and
# still learn?**
#
# In about an hour you will
# - know why an encoder gives the *logarithm* of a variance,
# - have written your own Keras layer, one that throws dice,
# - know why no gradient passes a dice throw, and the trick that leads it
#   round,
# - have measured why variational autoencoders (VAEs) use this trick and not
#   the older way.

# %% [markdown]
# ## What we work with
#
# From here on we compute with tensors, so that Keras can train what we
# write. `keras.ops` holds NumPy's functions for tensors: `ops.exp`,
# `ops.sqrt`, `ops.shape` and so on.

# %% role="setup"
import numpy as np

from vae_course import data, plots, runtime, widgets
from vae_course.checks import lesson_04 as check

plots.use_style()
tf = runtime.start_tensorflow()

import keras
from keras import ops

# %% role="setup"
SEED = 0
LATENT_DIM = 2
DRAWS = 200
STEPS = 500
LEARNING_RATE = 0.1
BATCHES, BATCH_SIZE = 2_000, 128

rng = np.random.default_rng(SEED)
runtime.set_seed(SEED)

# %% [markdown]
# ## One point a picture
#
# The encoder of lesson 01 turns a picture into one point. Ask it again, and
# it says the same. A single linear layer, untrained, is enough to see this:
# training changes the numbers, not this fact.

# %%
(x_train, y_train), _ = data.load_fashion_mnist()
labels = [1, 5, 8, 9]
chosen = [np.flatnonzero(y_train == label)[0] for label in labels]
x = data.prepare_images(x_train[chosen])
names = [data.CLASS_NAMES[label] for label in labels]

plain_encoder = keras.Sequential(
    [keras.layers.Flatten(), keras.layers.Dense(LATENT_DIM)]
)
difference = np.abs(plain_encoder(x) - plain_encoder(x)).max()
print(f"{len(x)} pictures -> codes of shape {plain_encoder(x).shape}")
print(f"encoded twice, largest difference: {difference}")

# %% [markdown]
# So at every step of training each picture hands the decoder a single point.
# The decoder learns what to draw there, and nothing asks it about the places
# between: these are the holes of lesson 02.
#
# What if the encoder answered *about here* instead of *here*? Every time the
# picture comes by, the decoder gets another point from the same
# neighbourhood, and has to draw the picture from all of them. Within the
# neighbourhood no room is left for nonsense.

# %% [markdown]
# ## One cloud a picture
#
# "About here" is a normal distribution with a diagonal covariance, as in
# lesson 03. The encoder gives a mean and a standard deviation for every latent
# dimension, and the decoder receives a draw:
#
# $$z \sim \mathcal N\!\left(\mu(x),\ \operatorname{diag}\,
# \sigma^2(x)\right)$$
#
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | $\mu$ | `z_mean` | (n, latent_dim) | unit of z |
# | $\sigma$ | `std` | (n, latent_dim) | unit of z |
# | $\log\sigma^2$ | `z_log_var` | (n, latent_dim) | log of (unit of z)² |
# | $z$ | `z` | (n, latent_dim) | unit of z |
#
# Two things stand in the way. We take them one by one.

# %% [markdown]
# ## First obstacle: a layer's output may be negative
#
# A Dense layer gives two numbers a picture for the mean. Let a second one
# give two numbers for σ. Here are its answers, untrained, for a thousand
# pictures.

# %%
many = data.prepare_images(x_train[:1000])
spread_head = keras.Sequential(
    [keras.layers.Flatten(), keras.layers.Dense(LATENT_DIM)]
)
answers = spread_head(many)
print(f"answers from {ops.min(answers):.2f} to {ops.max(answers):.2f}")
print(f"share below zero: {np.mean(answers < 0):.0%}")
print(f"share whose logarithm is nan: {np.isnan(ops.log(answers)).mean():.0%}")

# %% [markdown]
# A negative standard deviation means nothing, and the logarithm, which every
# log-density takes of it, is `nan`. Cutting off at zero would not help: a
# σ of zero is a point again, and where an answer was cut off, its gradient
# is zero and never pushes it back.
#
# The way out is to let the layer say any number it likes, and to *read* that
# number as a logarithm.

# %% [markdown]
# ## Reading an answer as the log of a variance
#
# The logarithm takes the positive numbers to all numbers, and the
# exponential takes them back. The formulas of this course contain σ² more
# often than σ, so we let the encoder give $\log\sigma^2$, the natural
# logarithm of the variance. What we need for drawing is σ:
#
# $$\sigma = e^{\log\sigma} = e^{\,2\log\sigma\,/\,2}
# = e^{\frac12\log\sigma^2}$$
#
# The last step uses $2\log\sigma = \log\sigma^2$. Each of the four
# expressions on two numbers, one above 1 and one below:

# %%
for std in (3.0, 0.5):
    steps = [
        std,
        np.exp(np.log(std)),
        np.exp(2 * np.log(std) / 2),
        np.exp(np.log(std**2) / 2),
    ]
    print(f"log variance {np.log(std**2):+.3f}:", np.round(steps, 12))

# %% [markdown]
# A large cloud has a positive log-variance, a small cloud a negative one,
# and both are ordinary outputs of a Dense layer.

# %% [markdown]
# ### Exercise 4.1 · From the log-variance to σ
#
# *Easy · 5 minutes · 1 point*
#
# Turn the log of a variance into a standard deviation.
#
# | | name | shape | type and unit |
# |---|---|---|---|
# | in | `z_log_var` | any | float tensor, natural log of σ² |
# | out | | the same | float tensor, σ in the unit of z |
#
# **Why:** every draw is scaled with it. Use functions of `ops`, not of
# `np`: Keras can differentiate the former, and knows nothing of what
# happens inside NumPy.
#
# **Done when** the check says "passed".


# %% exercise="4.1" role="stub"
def std_from_log_var(z_log_var):
    """Turn the log of a variance into a standard deviation.

    Args:
        z_log_var: float tensor of any shape, natural log of the variance.

    Returns:
        float tensor of the same shape, the standard deviation.
    """
    ### BEGIN SOLUTION
    return ops.exp(0.5 * z_log_var)
    ### END SOLUTION


# %% exercise="4.1" role="check"
std_from_log_var = check.std_from_log_var(std_from_log_var)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# The formula above has four equal expressions. In which of them do you know
# everything?
#
# </details>
#
# <details><summary>Hint 2: the step</summary>
#
# Halve what you are given, then take the exponential of it. The
# exponential is called `ops.exp`.
#
# </details>

# %% [markdown] exercise="4.1" role="answer"
# **The usual slip:** the ½ is forgotten, and the variance takes the place of
# the standard deviation; nothing crashes, for both are positive, and the
# clouds are only too large or too small. `ops.sqrt(ops.exp(z_log_var))` is
# right as well, but the variance of a very large log-variance leaves the range
# of float32 earlier than σ does.

# %% [markdown]
# The same layer as before, the same answers, read in the new way:

# %%
spreads = std_from_log_var(answers)
print(f"answers from {ops.min(answers):.2f} to {ops.max(answers):.2f}")
print(f"σ       from {ops.min(spreads):.2f} to {ops.max(spreads):.2f}")
print(f"share below zero: {np.mean(spreads < 0):.0%}")

# %% [markdown]
# ## Second obstacle: a dice throw has no slope
#
# To train the encoder, Keras must know how z changes when `z_mean` changes a
# little. TensorFlow finds out with a *tape*: inside the `with` block it
# records every operation on the tensors it was told to `watch`, and
# `tape.gradient(z, z_mean)` then applies the chain rule backwards.
# (`persistent=True` lets us ask a tape more than once.)

# %% [markdown]
# NumPy's `rng.normal(mean, std)` draws from any normal distribution in one
# call. What does the tape say to such a draw? For comparison we double the
# mean, once in TensorFlow and once in NumPy.

# %%
toy_mean = tf.constant([1.5])
toy_log_var = tf.constant([np.log(0.25)], "float32")
with tf.GradientTape(persistent=True) as tape:
    tape.watch(toy_mean)
    results = {
        "doubled by TensorFlow": 2 * toy_mean,
        "doubled by NumPy": tf.constant(2 * toy_mean.numpy()),
        "drawn by NumPy": tf.constant(
            rng.normal(toy_mean, std_from_log_var(toy_log_var))
        ),
    }
for name, result in results.items():
    slope = tape.gradient(result, toy_mean)
    shown = None if slope is None else slope.numpy()
    print(f"{name}: {result.numpy()}, slope by the mean {shown}")

# %% [markdown]
# `None`: no path leads from the draw back to the mean. But NumPy alone would
# explain that: even the doubling lost its slope there. So here is the deeper
# reason.
#
# The draw is the *outcome of a throw*, and the mean only says which outcomes
# are likely. "If the mean had been larger, which number would have come up?"
# has no answer as long as the dice are thrown anew. It gets one once we
# throw them *first*.

# %% [markdown]
# ## Moving all chance into epsilon
#
# Draw $\varepsilon$ from the standard normal distribution, which has nothing
# to learn. Then shift and scale it, as in lesson 03:
#
# $$z = \mu + \sigma\,\varepsilon
# = \mu + e^{\frac12\log\sigma^2}\,\varepsilon,
# \qquad \varepsilon \sim \mathcal N(0, 1)$$
#
# | symbol | name in code | shape | unit |
# |---|---|---|---|
# | $\varepsilon$ | `epsilon` | that of `z_mean` | none (a multiple of σ) |
#
# z has the distribution it had before. But now it is a plain sum and
# product, in which $\varepsilon$ is just a number that came in from outside.
# This is the **reparametrisation trick**, brought to networks in 2014 by
# Kingma and Welling and, independently, by Rezende, Mohamed and Wierstra.

# %% [markdown]
# By hand: with μ = 1.5, σ = 0.5 and ε = −0.4 we get
# z = 1.5 + 0.5 · (−0.4) = 1.3. Keras's own `keras.random.normal` accepts
# tensors as mean and standard deviation. Does a gradient pass there?

# %%
toy_epsilon = tf.constant([-0.4])
with tf.GradientTape(persistent=True) as tape:
    tape.watch([toy_mean, toy_log_var])
    toy_std = std_from_log_var(toy_log_var)
    draws = {
        "by hand": toy_mean + toy_std * toy_epsilon,
        "Keras": keras.random.normal((1,), mean=toy_mean, stddev=toy_std),
    }
print(f"μ = {toy_mean[0]}, σ = {toy_std[0]}, ε = {toy_epsilon[0]:.1f}")
print("slopes by z_mean and by z_log_var:")
for name, draw in draws.items():
    slopes = tape.gradient(draw, [toy_mean, toy_log_var])
    print(f"{name}: z {draw.numpy()}, slopes", *[s.numpy() for s in slopes])

# %% [markdown]
# Both draws have slopes. Keras's function has them only because it does our
# sum inside: it draws *standard* noise, multiplies, adds. It throws other
# dice than our epsilon, so its second slope is another one.
#
# Now hold five values of epsilon and move the two inputs. Where does z go?

# %%
plots.noise_held(1.5, np.log(0.25), epsilon=[-2, -1, 0, 1, 2])

# %% [markdown]
# *Figure: two panels with z upwards and five grey lines, one for each
# epsilon from −2 to 2. Black dots stand where both inputs have the values
# above; short red tangents through them show each line's slope. Left, over
# z_mean: parallel rising lines. Right, over z_log_var: a fan that opens to
# the right, flat in the middle.*

# %% [markdown]
# Move the mean, and every draw comes along by as much: all slopes are 1.
# Raise the log-variance, and every draw moves away from the mean, the faster
# the further out it is. A draw that sits on the mean stays there.
#
# Now throw once (`epsilon`), hold it, and move the other two yourself. Which
# of the three changes a slope?

# %%
widgets.reparametrisation_explorer()

# %% [markdown]
# *Figure: three sliders, z_mean, z_log_var and epsilon. On a line above,
# under the grey standard normal, stand five grey draws and a red diamond, the
# chosen epsilon. A straight line leads from each to its z on the line below,
# where the blue bell of z hangs upside down. Right, two bars: the slopes of
# the red z by z_mean and by z_log_var.*
#
# The mean changes no slope at all, and the slope by it is always 1. That by
# `z_log_var` is $\tfrac12\sigma\varepsilon$: it turns with the sign of the
# draw. We derive both below.

# %% [markdown]
# ## A layer, from nothing
#
# A Keras layer is a class, and for now it needs two methods. `__init__` runs
# once, when the layer is made, and keeps what the layer needs: weights,
# settings, dice. `call` runs whenever data come through. The class takes all
# else from `keras.layers.Layer`, which is why `__init__` first hands its
# options (a name, for instance) on to `super()`.
#
# Here is one that adds noise of a fixed strength to whatever it gets:


# %%
class AddNoise(keras.layers.Layer):
    """Add normal noise of standard deviation 0.1."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs):
        """Return the inputs, every entry moved by noise of its own."""
        shape = ops.shape(inputs)
        noise = keras.random.normal(shape, seed=self.seed_generator)
        return inputs + 0.1 * noise


add_noise = AddNoise(name="add_noise")
for call in ("first", "second"):
    print(f"{call} call:", add_noise(ops.zeros((1, 3))).numpy())

# %% [markdown]
# We call the layer itself, not its `call`: Keras does its book-keeping
# around it. Two further methods are not needed here: `build` makes weights
# whose shape depends on the input, and this layer has none; `get_config` says
# what to save, which Keras finds out by itself as long as the arguments of
# `__init__` are plain ones, such as numbers and names.
#
# `ops.shape(inputs)` asks for the shape *when data come*. While a model is
# being built the number of rows is still unknown, and `inputs.shape` says
# `None` there.

# %% [markdown]
# ### Why the dice belong to the layer
#
# Called directly, as here, a layer runs from Python every time. In `fit` and
# `predict` Keras runs `call` once or a few times, writes down a *graph* of
# its operations, and repeats that, which is faster. The line `@tf.function`
# above a function does the same by hand.

# %% [markdown]
# A number that NumPy draws meanwhile is written down as a constant. A
# `SeedGenerator` has a state that the graph moves on. The generator also
# obeys `keras.utils.set_random_seed`, so that a run can be repeated.


# %%
@tf.function
def numpy_noise():
    """Draw from NumPy's dice."""
    return tf.constant(np.random.normal())


@tf.function
def layer_noise():
    """Draw from the dice of the layer above."""
    return add_noise(tf.zeros(()))


for graph in (numpy_noise, layer_noise):
    print(f"{graph.__name__}:", [f"{graph():.3f}" for _ in range(3)])
for _ in range(2):
    keras.utils.set_random_seed(7)
    print("after seeding:", AddNoise()(tf.zeros((1, 2))).numpy())

# %% [markdown]
# Three times the same number from NumPy, three different ones from the
# layer's own dice. And after seeding, a layer made anew begins with the same
# draws.
#
# Without `seed`, `keras.random.normal` throws dice that all of Keras shares;
# that would do here too. With dice of its own, a layer's draws do not depend
# on who else draws meanwhile. They can also be fixed: `SeedGenerator(7)`
# begins alike in every run and no longer listens to `set_random_seed`.

# %% [markdown]
# ### Exercise 4.2 · The Sampling layer
#
# *Medium · 12 minutes · 3 points*
#
# Write `call`: draw epsilon, return z. `__init__` is given. `inputs` is one
# list of two tensors.
#
# | | name | shape | type and unit |
# |---|---|---|---|
# | in | `inputs = [z_mean, z_log_var]` | (n, latent_dim) each | float |
# | out | z | (n, latent_dim) | float, unit of z |
#
# **Why:** it is one of two changes that make an autoencoder variational. The
# other is in the loss.
#
# **Done when** it takes any number of rows (also one not known yet), draws
# fresh noise for each entry at each call, repeats itself when made anew
# after seeding, lets gradients pass, survives saving and loading.


# %% exercise="4.2" role="stub"
class Sampling(keras.layers.Layer):
    """Draw z from N(z_mean, exp(z_log_var)), every entry on its own.

    Call arguments:
        inputs: list of two float tensors, (n, latent_dim) each: z_mean,
            and z_log_var, the natural log of the variance.

    Returns:
        z, float tensor (n, latent_dim), drawn in training and in
        inference alike.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs):
        """Draw epsilon and return z."""
        ### BEGIN SOLUTION
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(
            ops.shape(z_mean), seed=self.seed_generator
        )
        return z_mean + std_from_log_var(z_log_var) * epsilon
        ### END SOLUTION


# %% exercise="4.2" role="check"
Sampling = check.Sampling(Sampling)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Start from `AddNoise`. Three things change: what comes in, what the noise
# is multiplied with, and what it is added to.
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Unpack the list into its two tensors. Draw standard normal noise in the
# shape of the mean, with the layer's own generator. Multiply it by what your
# function of exercise 4.1 makes of the log-variance, and add the mean.
#
# </details>

# %% [markdown] exercise="4.2" role="answer"
# **The usual slip:** noise that is drawn in another shape than z, such as
# one number a row, is stretched by broadcasting without a word, and all
# dimensions move together. The next one is `z_mean.shape` in place of
# `ops.shape(z_mean)`, which works with numbers in hand and fails as soon as
# the layer stands in a model.

# %% [markdown]
# ### The layer in a model
#
# An encoder with two heads: one Dense layer for the mean, one for the
# log-variance, and your layer behind both. The weights are still untrained;
# a bias of −4 on the log-variance keeps the clouds small enough to be told
# apart. We encode the same four pictures many times.

# %%
runtime.set_seed(SEED)
images = keras.Input((32, 32, 1))
features = keras.layers.Flatten()(images)
heads = [
    keras.layers.Dense(LATENT_DIM, name="z_mean")(features),
    keras.layers.Dense(
        LATENT_DIM,
        name="z_log_var",
        bias_initializer=keras.initializers.Constant(-4.0),
    )(features),
]
encoder = keras.Model(images, [*heads, Sampling()(heads)])

codes, code_log_vars, _ = encoder(x)
code_stds = std_from_log_var(code_log_vars).numpy()
code_draws = np.stack([encoder(x)[2] for _ in range(DRAWS)], axis=1)
print("pictures, draws, dimensions:", code_draws.shape)
for rows in (1000, 7):
    print(f"{rows} pictures at once ->", encoder(many[:rows])[2].shape)
for name, (across, up) in zip(names, code_stds, strict=True):
    print(f"{name:10} σ {across:.2f} across, {up:.2f} up")
panels = {"Means: points": codes[:, None], "Draws: clouds": code_draws}
plots.clouds(panels, names)

# %% [markdown]
# *Figure: two panels over the same plane. Left, four points with a legend:
# Trouser, Sandal, Bag, Ankle boot, each with its own marker and colour.
# Right, a cloud of such markers around each of the four places; the clouds
# differ in width and height. The axes are the code's two numbers.*
#
# Each picture now owns a neighbourhood. The clouds differ in width because
# the second head gives every picture its own log-variances, one for each
# dimension; the σ of each are printed above the figure.

# %% [markdown]
# ## How steep is z?
#
# With epsilon held, differentiate $z = \mu + e^{v/2}\varepsilon$, where $v$
# is short for $\log\sigma^2$. In the mean it is a straight line:
#
# $$\frac{\partial z}{\partial \mu} = 1$$
#
# In $v$ the chain rule brings the ½ down; the rest is the second term of z
# itself:
#
# $$\frac{\partial z}{\partial v} = \tfrac12\, e^{v/2}\,\varepsilon
# = \tfrac12\,\sigma\,\varepsilon = \frac{z - \mu}{2}$$
#
# That is what the figure showed: half the distance from the mean. We check
# both on two numbers, by going a small step to either side.

# %%
STEP = 1e-4


def z_of(mean, log_var, epsilon):
    """Compute z from plain numbers."""
    return mean + np.exp(log_var / 2) * epsilon


for mean, log_var, epsilon in [(1.5, -1.386, -0.4), (-0.7, 2.197, 1.2)]:
    z = z_of(mean, log_var, epsilon)
    up, down = (z_of(mean + s, log_var, epsilon) for s in (STEP, -STEP))
    print(f"by z_mean:    {(up - down) / (2 * STEP):+.6f}, formula +1")
    up, down = (z_of(mean, log_var + s, epsilon) for s in (STEP, -STEP))
    print(
        f"by z_log_var: {(up - down) / (2 * STEP):+.6f},"
        f" formula {(z - mean) / 2:+.6f}"
    )

# %% [markdown]
# ### Exercise 4.3 · Ask the tape
#
# *Medium · 8 minutes · 2 points*
#
# Compute z and let `tf.GradientTape` differentiate it by the first two
# inputs.
#
# | | name | shape | type |
# |---|---|---|---|
# | in | `z_mean`, `z_log_var`, `epsilon` | (n, latent_dim) each | tensors |
# | out | `dz_dmean`, `dz_dlogvar` | (n, latent_dim) each | tensors |
#
# Of a tensor, the tape gives the gradient of its *sum*. Every entry of z
# depends on its own entries alone, so this holds each entry's own slope.
#
# **Why:** training does this at every step. The two formulas above would pass
# too, but nobody has such formulas for a whole decoder. The tape needs none.
#
# **Done when** the check says "passed".


# %% exercise="4.3" role="stub"
def sampling_gradients(z_mean, z_log_var, epsilon):
    """Differentiate z = z_mean + exp(z_log_var / 2) · epsilon by the tape.

    Args:
        z_mean: float tensor (n, latent_dim).
        z_log_var: float tensor, same shape, natural log of the variance.
        epsilon: float tensor, same shape, the noise, held fixed.

    Returns:
        dz_dmean and dz_dlogvar, two float tensors of that shape.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        z = z_mean + std_from_log_var(z_log_var) * epsilon
    dz_dmean, dz_dlogvar = tape.gradient(z, [z_mean, z_log_var])
    return dz_dmean, dz_dlogvar
    ### END SOLUTION


# %% exercise="4.3" role="check"
sampling_gradients = check.sampling_gradients(sampling_gradients)

# %% [markdown]
# <details><summary>Hint 1: a direction</summary>
#
# Look at how the tape was used under "Moving all chance into epsilon". What
# did it have to be told before z was computed?
#
# </details>
#
# <details><summary>Hint 2: the steps</summary>
#
# Open the tape, let it watch the mean and the log-variance (they are plain
# tensors; only variables are watched without asking), compute z inside the
# block. After the block, ask for the gradient with respect to a list of the
# two, in the order that the exercise asks for.
#
# </details>

# %% [markdown] exercise="4.3" role="answer"
# **The usual slip:** nothing is watched, or z is computed before the tape is
# opened, and both gradients are `None`. A mean over z in place of the sum
# gives the right slopes divided by the number of entries.

# %% [markdown]
# ## Put together: clouds that learn
#
# Three clouds start as standard normal ones. Every draw pays the squared
# distance to the cloud's own target, a stand-in for a decoder that draws
# best from that place. Follow the slopes downhill and see whether chance
# gets in the way.

# %%
targets = tf.constant([[-2.0, -1.0], [0.0, 2.0], [2.0, -1.0]])
cloud_mean = tf.Variable(tf.zeros((3, 2)))
cloud_log_var = tf.Variable(tf.zeros((3, 2)))
parameters = [cloud_mean, cloud_log_var]
runtime.set_seed(SEED)
sampling = Sampling()
before = np.stack([sampling(parameters) for _ in range(DRAWS)], axis=1)

print("step   mean distance to the target   mean σ")
for step in range(STEPS + 1):
    with tf.GradientTape() as tape:
        z = sampling(parameters)
        loss = ops.sum((z - targets) ** 2)
    if step in (0, 5, 50, STEPS):
        distance = ops.mean(ops.norm(cloud_mean - targets, axis=1))
        spread = ops.mean(std_from_log_var(cloud_log_var))
        print(f"{step:4} {distance:18.2f} {spread:22.2f}")
    for parameter, slope in zip(
        parameters, tape.gradient(loss, parameters), strict=True
    ):
        parameter.assign_sub(LEARNING_RATE * slope)

# %%
after = np.stack([sampling(parameters) for _ in range(DRAWS)], axis=1)
plots.clouds(
    {"Before": before, f"After {STEPS} steps": after},
    ["cloud 1", "cloud 2", "cloud 3"],
    targets,
)

# %% [markdown]
# *Figure: two panels over the same plane with three crosses, the targets.
# Left, three clouds lie on top of each other around the middle. Right, each
# has moved onto its own cross and has become small.*
#
# The gradients got through: every mean found its target, though every step
# saw only one draw of each cloud.

# %% [markdown]
# They did something else as well. The spread fell, and it goes on falling,
# for noise only ever costs: on average a draw pays $(\mu - t)^2 + \sigma^2$
# in each dimension, $t$ being its target.
#
# By the log-variance this has the slope $\sigma^2$, so a step lowers the
# log-variance by `LEARNING_RATE` · σ² on average: less and less, never
# nothing. Given time, each cloud shrinks to a point, and the plain
# autoencoder is back.

# %% [markdown]
# ## The same slope by a second road
#
# Is there no way at all through a real dice throw? There is an older one. It
# moves the *probabilities* in place of the draws.
#
# Let $f(z)$ be what a draw costs. $\mathbb E[f(z)]$ is the mean of the cost
# over all draws: every z counts with its density $q(z)$. Only $q$ contains
# μ; $f$ itself does not.
#
# $$\mathbb E[f(z)] = \int q(z)\,f(z)\,dz$$

# %% [markdown]
# **Where it comes from** (you may skip this; the last line counts). The slope
# of a sum is the sum of the slopes, and an integral is a long sum. The chain
# rule says $\partial\log q = \partial q / q$, so $\partial q = q\,
# \partial\log q$. The result is a mean again:
#
# $$\begin{aligned}
# \frac{\partial}{\partial\mu}\,\mathbb E[f(z)]
# &= \int f(z)\,\frac{\partial q(z)}{\partial\mu}\,dz \\
# &= \int q(z)\,f(z)\,\frac{\partial\log q(z)}{\partial\mu}\,dz \\
# &= \mathbb E\!\left[f(z)\,\frac{\partial\log q(z)}{\partial\mu}\right]
# \end{aligned}$$

# %% [markdown]
# In words: multiply each draw's cost by the slope of its log-density, and
# take the mean. That slope is called the **score**, and the method the score
# function estimate, or REINFORCE. It never differentiates $f$.
#
# From $\log q = -\frac12 v - \frac12 (z-\mu)^2 e^{-v} + \text{const}$ the
# two scores are
#
# $$\frac{\partial\log q}{\partial\mu} = \frac{z-\mu}{\sigma^2},
# \qquad
# \frac{\partial\log q}{\partial v}
# = \tfrac12\left(\frac{(z-\mu)^2}{\sigma^2} - 1\right)$$

# %% [markdown]
# We try both roads on $f(z) = z^2$, where the truth is known:
# $\mathbb E[z^2] = \mu^2 + \sigma^2$ has the slopes $2\mu$ and $\sigma^2$
# (because $\partial e^v/\partial v = e^v$). Through epsilon, the slope of
# $z^2$ is $2z$ times the slope of z.

# %% [markdown]
# By hand, with μ = 1.5 and σ = 0.5: ε = 1 gives z = 2, with cost 4 and score
# 0.5 / 0.25 = 2. So the slope by the mean is 2z = 4 through epsilon, and
# 4 · 2 = 8 by the score.

# %%
MEAN, STD = 1.5, 0.5


def slopes_by_mean(epsilon, std=STD):
    """Estimate the slope of E[z²] by z_mean from each draw, twice."""
    z = MEAN + std * epsilon
    score = (z - MEAN) / std**2
    return 2 * z, z**2 * score


def slopes_by_log_var(epsilon, std=STD):
    """Estimate the slope of E[z²] by z_log_var from each draw, twice."""
    z = MEAN + std * epsilon
    score = ((z - MEAN) ** 2 / std**2 - 1) / 2
    return 2 * z * (z - MEAN) / 2, z**2 * score


pairs = [slopes_by_mean(one_epsilon) for one_epsilon in (1, -1)]
print("ε = +1: through epsilon {}, by the score {}".format(*pairs[0]))
print("ε = -1: through epsilon {}, by the score {}".format(*pairs[1]))
print("means: ", np.mean(pairs, axis=0), "exact:", 2 * MEAN)

# %% [markdown]
# For these two draws both roads have the right mean, 3, but the score's
# answers lie further apart: 8 and −2 against 4 and 2.
#
# Now with many draws. The number after ± is the standard error of lesson 03:
# the estimates' standard deviation, divided by the root of their number.

# %%
noise = np.random.default_rng(SEED).standard_normal((BATCHES, BATCH_SIZE))
by_mean, by_log_var = slopes_by_mean(noise), slopes_by_log_var(noise)
for name, exact, (through_epsilon, by_score) in [
    ("z_mean", 2 * MEAN, by_mean),
    ("z_log_var", STD**2, by_log_var),
]:
    print(f"slope of E[z²] by {name}, exact {exact}")
    for road, v in ("epsilon", through_epsilon), ("score", by_score):
        print(
            f"  {road:8}{v.mean():.4f} ± {v.std() / np.sqrt(v.size):.4f},"
            f" off by {v.mean() - exact:+.4f}; variance {v.var():.2f}"
        )
    ratio = by_score.var() / through_epsilon.var()
    print(f"  score's variance divided by epsilon's: {ratio:.1f}")

plots.estimates(
    {
        f"Through epsilon, σ = {STD}, {BATCH_SIZE} draws": by_mean[0].mean(1),
        f"By the score, σ = {STD}, {BATCH_SIZE} draws": by_mean[1].mean(1),
    },
    exact=2 * MEAN,
    xlabel=f"slope of $E[z^2]$ by {plots.code('z_mean')}, from one batch",
)

# %% [markdown]
# *Figure: two histograms over the same axis, both centred on the exact
# slope, marked by a dashed line. The upper one, through epsilon, is a narrow
# peak. The lower one, by the score, is several times as wide.*
#
# Both roads lead to the right number: their means lie within one or two of
# their own standard errors of it. But the score's variance is many times
# larger, and it would need as many times more draws for the same precision.

# %% [markdown]
# Does that depend on how wide the cloud is? Here are both variances for the
# slope by `z_mean`, the mean μ staying where it is.

# %%
for std in (2.0, 1.0, 0.5, 0.25):
    through_epsilon, by_score = (v.var() for v in slopes_by_mean(noise, std))
    print(
        f"σ = {std:4}: variance through epsilon {through_epsilon:5.2f},"
        f" by the score {by_score:6.2f},"
        f" ratio {by_score / through_epsilon:5.1f}"
    )

# %% [markdown]
# Through epsilon the variance is 4σ²: in a small cloud every draw sees nearly
# the same slope $2z$, and reads it off. The score's variance does not follow
# it down: it learns only each draw's cost, most of which all draws share.
# So the ratio grows as the cloud shrinks.
#
# The score keeps one advantage: it needs no slope of $f$ and no epsilon. Where
# z is a choice among a few things, it still works.

# %% [markdown]
# ## What we saw
#
# - Read as a log-variance $v$, any output of a Dense layer is legal, and
#   $\sigma = e^{v/2}$ is positive.
# - No gradient passes a draw from a distribution that itself depends on what
#   we want to learn. With all chance in epsilon, z has slopes.
# - A layer is `__init__` and `call`; dice belong to the layer.
# - For f = z², μ = 1.5, σ = 0.5 the trick's variance was less than a fiftieth
#   of the score's by `z_mean`, about an eighteenth by `z_log_var`.

# %% [markdown]
# **An open question:** left alone, the clouds shrank to points. What would
# the loss have to say so that they stay clouds, and close to one another?

# %% [markdown]
# **Sources.** Read first: Kingma and Welling (2014), *Auto-Encoding
# Variational Bayes*, arXiv:1312.6114, section 2.4, about a page. More roads,
# compared: Mohamed, Rosca, Figurnov and Mnih (2020), *Monte Carlo Gradient
# Estimation in Machine Learning*, arXiv:1906.10652. The trick again: Rezende,
# Mohamed and Wierstra (2014), *Stochastic Backpropagation and Approximate
# Inference in Deep Generative Models*, arXiv:1401.4082. The score: Williams
# (1992), *Simple Statistical Gradient-Following Algorithms for Connectionist
# Reinforcement Learning*, Machine Learning 8.
#
# **Next:** lesson 05, where we measure how far a cloud is from the standard
# normal distribution.
