"""The checks of lesson 07 pass right answers and name each slip."""

import time
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from tables import ANY, answer_tests

from vae_course import losses, models, networks
from vae_course.checks import ExerciseFailed, contract
from vae_course.checks import lesson_07 as check
from vae_course.layers import Sampling
from vae_course.losses import kl_loss, reconstruction_loss

FILTERS = 32, 64, 128
NAMES = "total_loss", "reconstruction_loss", "kl_loss"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Let graphs be traced where other work is under way."""
    monkeypatch.setattr(contract, "TIME_LIMIT", 20.0)


# --- 7.1 --------------------------------------------------------------------


def trunk(x, strides=2, activation="relu", padding="same", filters=FILTERS):
    for width in filters:
        x = layers.Conv2D(width, 3, strides, padding, activation=activation)(x)
    return layers.Flatten()(x)


def two_heads(
    latent_dim=2, mean=None, log_var=None, order=(0, 1, 2), swap=1, **options
):
    x = keras.Input((32, 32, 1))
    features = trunk(x, **options)
    heads = [
        layers.Dense(latent_dim, activation=activation)(features)
        for activation in (mean, log_var)
    ]
    outputs = [*heads, Sampling()(heads[::swap])]
    return keras.Model(x, [outputs[i] for i in order])


def with_options(**options):
    return lambda latent_dim=2: two_heads(latent_dim, **options)


def with_trunk_of_lesson_01(code_size=2):
    plain = networks.build_encoder(7)
    features = plain.layers[-2].output
    mean = layers.Dense(code_size, name="mean")(features)
    spread = layers.Dense(code_size, name="spread")(features)
    return keras.Model(
        plain.inputs[0], [mean, spread, Sampling()((mean, spread))]
    )


class Subclassed(keras.Model):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.trunk = keras.Sequential(
            [
                *(
                    layers.Conv2D(n, 3, 2, "same", activation="relu")
                    for n in FILTERS
                ),
                layers.Flatten(),
            ]
        )
        self.spread = layers.Dense(latent_dim)
        self.mean = layers.Dense(latent_dim)

    def call(self, x):
        features = self.trunk(x)
        z_mean, z_log_var = self.mean(features), self.spread(features)
        epsilon = keras.random.normal(ops.shape(z_mean))
        return z_mean, z_log_var, z_mean + ops.exp(z_log_var / 2) * epsilon


def one_wide_layer(latent_dim=2):
    """One layer of twice the width, cut in two, is two heads as well."""
    x = keras.Input((32, 32, 1))
    both = layers.Dense(2 * latent_dim)(trunk(x))
    heads = [both[:, :latent_dim], both[:, latent_dim:]]
    return keras.Model(x, [*heads, Sampling()(heads)])


def heads_from_zero(latent_dim=2):
    """Heads that begin at N(0, I) are alike, and still two."""
    x = keras.Input((32, 32, 1))
    features = trunk(x)
    heads = [
        layers.Dense(latent_dim, kernel_initializer="zeros")(features)
        for _ in range(2)
    ]
    return keras.Model(x, (*heads, Sampling()(heads)))


def draw_by_tensorflow(latent_dim=2):
    x = keras.Input((32, 32, 1))
    features = trunk(x)
    mean, spread = (layers.Dense(latent_dim)(features) for _ in range(2))
    z = layers.Lambda(
        lambda pair: (
            pair[0] + tf.exp(pair[1] / 2) * tf.random.normal(tf.shape(pair[0]))
        )
    )([mean, spread])
    return keras.Model(x, [mean, spread, z])


def draw_by_a_multiplication(latent_dim=2):
    """Nothing but layers: noise of one, times σ, plus the mean."""
    x = keras.Input((32, 32, 1))
    features = keras.Sequential(
        [
            part
            for width in FILTERS
            for part in (
                layers.ZeroPadding2D(((0, 1), (0, 1))),
                layers.Conv2D(width, (3, 3), (2, 2)),
                layers.ReLU(),
            )
        ]
        + [layers.Reshape((-1,))]
    )(x)
    mean, spread = (layers.Dense(units=latent_dim)(features) for _ in "ms")
    noise = layers.GaussianNoise(1.0)(ops.zeros_like(mean), training=True)
    z = layers.Add()([mean, layers.Multiply()([ops.exp(spread / 2), noise])])
    return keras.Model(inputs=[x], outputs=[mean, spread, z])


RIGHT_ENCODERS = [
    two_heads,
    heads_from_zero,
    draw_by_tensorflow,
    draw_by_a_multiplication,
    with_options(swap=1),
    with_options(swap=-1, order=(1, 0, 2)),
    with_trunk_of_lesson_01,
    Subclassed,
    lambda latent_dim=2: networks.build_variational_encoder(latent_dim),
]


def one_layer_for_both(latent_dim=2):
    x = keras.Input((32, 32, 1))
    head = layers.Dense(latent_dim)
    features = trunk(x)
    heads = [head(features), head(features)]
    return keras.Model(x, [*heads, Sampling()(heads)])


def one_tensor_for_both(latent_dim=2):
    x = keras.Input((32, 32, 1))
    head = layers.Dense(latent_dim)(trunk(x))
    return keras.Model(x, [head, head, Sampling()([head, head])])


def one_layer_twice_in_a_list(latent_dim=2):
    x = keras.Input((32, 32, 1))
    features = trunk(x)
    heads = [head(features) for head in [layers.Dense(latent_dim)] * 2]
    return keras.Model(x, [*heads, Sampling()(heads)])


class SubclassedWithOneHead(Subclassed):
    def __init__(self, latent_dim=2):
        super().__init__(latent_dim)
        self.spread = self.mean


def with_bend_as_a_layer(latent_dim=2):
    x = keras.Input((32, 32, 1))
    features = trunk(x)
    mean = layers.Dense(latent_dim)(features)
    spread = layers.ReLU()(layers.Dense(latent_dim)(features))
    return keras.Model(x, [mean, spread, Sampling()([mean, spread])])


class SubclassedWithABend(Subclassed):
    def call(self, x):
        z_mean, z_log_var, z = super().call(x)
        return z_mean, tf.nn.softplus(z_log_var), z


def clipped(log_var):
    return ops.clip(log_var, -20, 20)


def without_sampling(latent_dim=2):
    model = two_heads(latent_dim)
    return keras.Model(model.inputs[0], model.outputs[:2])


def mean_for_z(latent_dim=2):
    model = two_heads(latent_dim)
    mean, spread, _ = model.outputs
    return keras.Model(model.inputs[0], [mean, spread, mean])


def constant_shift(latent_dim=2):
    model = two_heads(latent_dim)
    mean, spread, _ = model.outputs
    return keras.Model(model.inputs[0], [mean, spread, mean + spread])


def noise_of_variance(latent_dim=2):
    model = two_heads(latent_dim)
    mean, spread, _ = model.outputs
    z = Sampling()([mean, 2 * spread])
    return keras.Model(model.inputs[0], [mean, spread, z])


def noise_of_one(latent_dim=2):
    model = two_heads(latent_dim)
    mean, spread, _ = model.outputs
    z = layers.GaussianNoise(1.0)(mean, training=True)
    return keras.Model(model.inputs[0], [mean, spread, z])


def frozen(draw):
    """Code the draw with noise that is the same at each call."""

    def build(latent_dim=2):
        model = two_heads(latent_dim)
        mean, spread, _ = model.outputs
        z = mean + ops.exp(spread / 2) * draw(mean)
        return keras.Model(model.inputs[0], [mean, spread, z])

    return build


def seeded(mean):
    return layers.Lambda(
        lambda m: keras.random.normal(ops.shape(m), seed=1337)
    )(mean)


def seeded_by_tensorflow(mean):
    return layers.Lambda(
        lambda m: tf.random.stateless_normal(tf.shape(m), seed=(1, 2))
    )(mean)


class FrozenByAGraph(Subclassed):
    call = tf.function(Subclassed.call)


def with_dropout(latent_dim=2):
    x = keras.Input((32, 32, 1))
    features = layers.Dropout(0.5)(trunk(x), training=True)
    heads = [layers.Dense(latent_dim)(features) for _ in range(2)]
    return keras.Model(x, [*heads, Sampling()(heads)])


def with_dropout_while_training(latent_dim=2):
    x = keras.Input((32, 32, 1))
    features = layers.Dropout(0.5)(trunk(x))
    heads = [layers.Dense(latent_dim)(features) for _ in range(2)]
    return keras.Model(x, [*heads, Sampling()(heads)])


def with_batch_normalization(latent_dim=2):
    x = keras.Input((32, 32, 1))
    features = layers.BatchNormalization()(trunk(x))
    heads = [layers.Dense(latent_dim)(features) for _ in range(2)]
    return keras.Model(x, [*heads, Sampling()(heads)])


def of_the_keras_example(latent_dim=2):
    """A hidden layer stands between the features and the heads."""
    x = keras.Input((32, 32, 1))
    features = layers.Dense(16, activation="relu")(trunk(x))
    heads = [layers.Dense(latent_dim)(features) for _ in range(2)]
    return keras.Model(x, [*heads, Sampling()(heads)])


def heads_in_a_row(latent_dim=2):
    x = keras.Input((32, 32, 1))
    mean = layers.Dense(latent_dim)(trunk(x))
    spread = layers.Dense(latent_dim)(mean)
    return keras.Model(x, [mean, spread, Sampling()([mean, spread])])


def heads_with(**options):
    def build(latent_dim=2):
        x = keras.Input((32, 32, 1))
        features = trunk(x)
        heads = [layers.Dense(latent_dim, **options)(features) for _ in "ab"]
        return keras.Model(x, [*heads, Sampling()(heads)])

    return build


IMAGES = keras.Input((32, 32, 1))
FEATURES = trunk(IMAGES)


def on_features_of_the_notebook(latent_dim=2):
    heads = [layers.Dense(latent_dim)(FEATURES) for _ in range(2)]
    return keras.Model(IMAGES, [*heads, Sampling()(heads)])


def heads_in_a_list_of_their_own(latent_dim=2):
    model = two_heads(latent_dim)
    *heads, z = model.outputs
    return keras.Model(model.inputs[0], [heads, z])


def fixed_batch(latent_dim=2):
    x = keras.Input(batch_shape=(3, 32, 32, 1))
    heads = [layers.Dense(latent_dim)(trunk(x)) for _ in range(2)]
    return keras.Model(x, [*heads, Sampling()(heads)])


def two_trunks(latent_dim=2):
    x = keras.Input((32, 32, 1))
    heads = [layers.Dense(latent_dim)(trunk(x)) for _ in range(2)]
    return keras.Model(x, [*heads, Sampling()(heads)])


def of_names(latent_dim=2):
    model = two_heads(latent_dim)
    return keras.Model(
        model.inputs[0], dict(zip("mvz", model.outputs, strict=True))
    )


WRONG_ENCODERS = [
    ("heads_shared", one_layer_for_both),
    ("heads_shared", one_tensor_for_both),
    ("heads_shared", one_layer_twice_in_a_list),
    ("heads_shared", SubclassedWithOneHead),
    ("activation_on_head", with_options(mean="relu")),
    ("activation_on_head", with_options(mean="tanh")),
    ("activation_on_head", with_options(log_var="relu")),
    ("activation_on_head", with_options(log_var="softplus")),
    ("activation_on_head", with_options(log_var="exponential")),
    ("activation_on_head", with_options(mean="sigmoid", log_var="sigmoid")),
    ("activation_on_head", with_bend_as_a_layer),
    ("activation_on_head", SubclassedWithABend),
    *(
        ("activation_on_head", with_options(log_var=bend))
        for bend in ("leaky_relu", "gelu", "silu", "softmax", "relu6")
    ),
    ("activation_on_head", with_options(mean="hard_shrink")),
    ("activation_on_head", with_options(log_var=clipped)),
    ("outputs_swapped", with_options(order=(1, 0, 2))),
    ("outputs_swapped", with_options(order=(2, 0, 1))),
    ("outputs_swapped", with_options(order=(0, 2, 1))),
    ("outputs_swapped", with_options(swap=-1)),
    ("sampling_missing", without_sampling),
    (None, with_options(order=(0, 2))),
    (None, heads_in_a_list_of_their_own),
    ("no_noise", mean_for_z),
    ("no_noise", constant_shift),
    ("noise_frozen", frozen(seeded)),
    ("noise_frozen", frozen(seeded_by_tensorflow)),
    ("noise_frozen", FrozenByAGraph),
    (None, noise_of_variance),
    (None, noise_of_one),
    ("layer_not_asked_for", with_dropout),
    ("layer_not_asked_for", with_dropout_while_training),
    ("layer_not_asked_for", with_batch_normalization),
    (None, of_the_keras_example),
    (None, heads_in_a_row),
    ("bias_missing", heads_with(use_bias=False)),
    ("not_trainable", heads_with(trainable=False)),
    ("penalty_not_asked_for", heads_with(kernel_regularizer="l2")),
    ("layers_shared", on_features_of_the_notebook),
    ("static_batch", fixed_batch),
    ("layer_not_asked_for", two_trunks),
    (None, one_wide_layer),
    (None, with_options(strides=1)),
    (None, with_options(filters=(32, 64))),
    (None, with_options(padding="valid")),
    (None, with_options(activation=None)),
    (None, with_options(activation="elu")),
    ("wrong_type", of_names),
    ("wrong_type", lambda latent_dim=2: two_heads(latent_dim).outputs),
    ("wrong_type", networks.build_encoder),
    ("wrong_output_shape", lambda latent_dim=2: two_heads(2)),
    ("wrong_output_shape", lambda latent_dim=3: two_heads(latent_dim)),
    ("returns_nothing", lambda latent_dim=2: None),
    ("wrong_type", 3),
    ("wrong_type", lambda latent_dim=2: "in words"),
    (None, lambda: two_heads()),
    (ANY, with_options(order=(1, 0, 2), mean="relu")),
    (ANY, with_options(swap=-1, log_var="softplus")),
    (ANY, with_options(strides=1, log_var="tanh")),
    (ANY, with_options(padding="valid", order=(2, 1, 0))),
    (ANY, lambda latent_dim=2: one_layer_for_both(latent_dim + 1)),
    (ANY, lambda latent_dim=2: frozen(seeded)(2)),
]


def test_right_encoder_passes_from_any_seed():
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        assert check.build_variational_encoder(two_heads) is two_heads


def test_a_bent_head_is_named():
    with pytest.raises(ExerciseFailed) as caught:
        check.build_variational_encoder(with_options(log_var="softplus"))
    assert "z_log_var is 0.0486 where its layer's sum is -3" in str(
        caught.value
    )


# --- the class --------------------------------------------------------------


def start(self, encoder, decoder, beta=1.0, **kwargs):
    keras.Model.__init__(self, **kwargs)
    self.encoder, self.decoder, self.beta = encoder, decoder, beta
    self.built = True
    self.means = [keras.metrics.Mean(name) for name in NAMES]


def otherwise_named(self, encoder, decoder, beta=1.0):
    keras.Model.__init__(self)
    self.into, self.out_of, self.beta = encoder, decoder, beta
    self.means = [keras.metrics.Mean(name) for name in NAMES]


def right_losses(self, x):
    z_mean, z_log_var, z = self.encoder(x)
    x_mean = self.decoder(z)
    return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)


def images_of(data):
    return keras.utils.unpack_x_y_sample_weight(data)[0]


def add_up(self, terms):
    return terms[0] + self.beta * terms[1]


def count_in(self, total, terms):
    for mean, nats in zip(self.means, (total, *terms), strict=True):
        mean.update_state(nats)
    return {mean.name: mean.result() for mean in self.means}


def step_with(
    unpack=images_of,
    total=add_up,
    reduce=ops.mean,
    report=count_in,
    weights=lambda self: self.trainable_weights,
    change=lambda gradients: gradients,
    apply=lambda self, *both: self.optimizer.apply(*both),
):
    """Code train_step with one thing changed."""

    def train_step(self, data):
        x = unpack(data)
        with tf.GradientTape() as tape:
            terms = self.compute_losses(x)
            nats = total(self, terms)
            loss = reduce(nats)
        chosen = weights(self)
        apply(self, change(tape.gradient(loss, chosen)), chosen)
        return report(self, nats, terms)

    return train_step


def test_with(unpack=images_of, total=add_up, report=count_in):
    """Code test_step with one thing changed."""

    def test_step(self, data):
        terms = self.compute_losses(unpack(data))
        return report(self, total(self, terms), terms)

    return test_step


test_with.__test__ = False
means = property(lambda self: list(self.means))


def vae_with(**parts):
    """Make a whole VAE of the parts given, the others right."""
    right = {
        "__init__": start,
        "compute_losses": right_losses,
        "train_step": step_with(),
        "metrics": means,
        "test_step": test_with(),
    }
    parts = {name: p for name, p in (right | parts).items() if p is not None}
    return type("VAE", (keras.Model,), parts)


class FromTheKerasExample(keras.Model):
    """As many write it: a tracker each, all in one piece, nothing shared."""

    def __init__(self, encoder, decoder, beta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        self.total_loss_tracker = keras.metrics.Mean(name="total_loss")
        self.reconstruction_loss_tracker = keras.metrics.Mean(
            name="reconstruction_loss"
        )
        self.kl_loss_tracker = keras.metrics.Mean(name="kl_loss")

    @property
    def metrics(self):
        return [
            self.total_loss_tracker,
            self.reconstruction_loss_tracker,
            self.kl_loss_tracker,
        ]

    def compute_losses(self, x):
        z_mean, z_log_var, z = self.encoder(x)
        pixels = keras.losses.binary_crossentropy(x, self.decoder(z))
        kl = -0.5 * (1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))
        return tf.reduce_sum(pixels, axis=(1, 2)), tf.reduce_sum(kl, axis=1)

    def train_step(self, data):
        if isinstance(data, tuple):
            data = data[0]
        with tf.GradientTape() as tape:
            z_mean, z_log_var, z = self.encoder(data, training=True)
            pixels = keras.losses.binary_crossentropy(data, self.decoder(z))
            reconstruction = tf.reduce_sum(pixels, axis=(1, 2))
            kl = -0.5 * (1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))
            kl = tf.reduce_sum(kl, axis=1)
            total = tf.reduce_mean(reconstruction) + self.beta * (
                tf.reduce_mean(kl)
            )
        gradients = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(
            zip(gradients, self.trainable_weights, strict=True)
        )
        return self.measured(total, reconstruction, kl)

    def measured(self, total, reconstruction, kl):
        n = tf.shape(kl)[0]
        self.total_loss_tracker.update_state(total, sample_weight=n)
        self.reconstruction_loss_tracker.update_state(reconstruction)
        self.kl_loss_tracker.update_state(kl)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        x = data[0] if isinstance(data, tuple) else data
        reconstruction, kl = self.compute_losses(x)
        total = tf.reduce_mean(reconstruction + self.beta * kl)
        return self.measured(total, reconstruction, kl)


class Savable(FromTheKerasExample):
    def get_config(self):
        return {
            **super().get_config(),
            "encoder": self.encoder,
            "decoder": self.decoder,
            "beta": self.beta,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))


def grown(below, **parts):
    """Make what `class VAE(VAE):` gives on top of another class."""
    return type("VAE", (below,), parts)


# 7.2 is not solved: the library's class is what 7.3 and 7.4 stand on.
STEP_ON_THE_LIBRARYS = grown(models.VAE, train_step=step_with())
TEST_ON_THE_LIBRARYS = grown(models.VAE, metrics=means, test_step=test_with())


class InGraphs(FromTheKerasExample):
    """As some write it who have read of graphs."""

    compute_losses = tf.function(
        FromTheKerasExample.compute_losses, reduce_retracing=True
    )
    train_step = tf.function(
        FromTheKerasExample.train_step, reduce_retracing=True
    )
    test_step = tf.function(
        FromTheKerasExample.test_step, reduce_retracing=True
    )


class OtherNames(FromTheKerasExample):
    """Nothing is called as in the lesson but what the exercise asks for."""

    def __init__(self, encoder, decoder, beta=1.0):
        keras.Model.__init__(self)
        self.into, self.out_of = encoder, decoder
        self.kl_weight = tf.Variable(beta, trainable=False)
        self.counted = [keras.metrics.Mean(name) for name in NAMES[::-1]]

    @property
    def metrics(self):
        return tuple(self.counted)

    def call(self, x):
        z_mean, z_log_var, z = self.into(x)
        return self.out_of(z), z_mean, z_log_var

    def compute_losses(self, x):
        x_mean, m, v = self(x, training=True)
        rows = (ops.shape(x)[0], -1)
        pixels = keras.losses.BinaryCrossentropy(reduction="none")(
            ops.reshape(x, rows), ops.reshape(x_mean, rows)
        )
        kl = sum((m**2 + ops.exp(v) - v - 1)[:, j] / 2 for j in range(3))
        return pixels * np.prod(x.shape[1:]), kl

    def train_step(self, data):
        x = data[0] if isinstance(data, tuple) else data
        networks = self.into, self.out_of
        weights = [w for net in networks for w in net.trainable_variables]
        with tf.GradientTape(persistent=True) as tape:
            reconstruction, kl = self.compute_losses(x)
            total = tf.reduce_mean(reconstruction + self.kl_weight * kl)
        gradients = [tape.gradient(total, weight) for weight in weights]
        self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return self.told(reconstruction, kl)

    def test_step(self, data):
        x = data[0] if isinstance(data, tuple) else data
        return self.told(*self.compute_losses(x))

    def told(self, reconstruction, kl):
        total = reconstruction + self.kl_weight * kl
        for mean, nats in zip(
            self.counted, (kl, reconstruction, total), strict=True
        ):
            mean.update_state(nats)
        return {mean.name: mean.result() for mean in self.metrics}


class MeansInADict(vae_with()):
    def __init__(self, encoder, decoder, beta=1.0, **kwargs):
        keras.Model.__init__(self, **kwargs)
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.kept = {name: keras.metrics.Mean(name) for name in NAMES}

    @property
    def means(self):
        return list(self.kept.values())


@keras.saving.register_keras_serializable("test_of_lesson_07")
class ImageByImage(Savable):
    """One image at a time, nothing vectorised, and named for Keras."""

    def compute_losses(self, x):
        z_mean, z_log_var, z = self.encoder(x, training=True)
        x_mean = tf.clip_by_value(self.decoder(z, training=True), 1e-7, 1)
        pairs = tf.map_fn(
            lambda image: tf.stack(
                [
                    -tf.reduce_sum(
                        image[0] * tf.math.log(image[1])
                        + (1 - image[0]) * tf.math.log1p(-image[1])
                    ),
                    tf.tensordot(image[2], image[2], 1) / 2
                    + tf.reduce_sum(tf.exp(image[3]) - image[3] - 1) / 2,
                ]
            ),
            (x, x_mean, z_mean, z_log_var),
            fn_output_signature=tf.float32,
        )
        return pairs[:, 0], pairs[:, 1]

    def train_step(self, data):
        x, *_ = data if isinstance(data, tuple | list) else [data]
        weights = self.trainable_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([weight.value for weight in weights])
            reconstruction, kl = self.compute_losses(x)
            n = tf.cast(tf.shape(kl)[0], "float32")
            loss = tf.reduce_sum(reconstruction) / n
            loss += self.beta * tf.reduce_sum(kl) / n
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        self.optimizer.apply(gradients, weights)
        return self.measured(loss, reconstruction, kl)


def losses_as_a_list(self, images, training=False):
    mean, spread, code = self.encoder(images, training=training)
    drawn = self.decoder(code, training=training)
    return [losses.reconstruction_loss(images, drawn), kl_loss(mean, spread)]


def by_keras_result(self, total, terms):
    count_in(self, total, terms)
    return self.get_metrics_result()


WHOLE = [
    vae_with(),
    FromTheKerasExample,
    Savable,
    InGraphs,
    OtherNames,
    MeansInADict,
    ImageByImage,
    vae_with(compute_losses=losses_as_a_list),
    vae_with(
        train_step=step_with(report=by_keras_result),
        test_step=test_with(report=by_keras_result),
    ),
    grown(vae_with(), get_config=keras.Model.get_config),
    grown(vae_with(), _train_step=None, draw=lambda self, z: self.decoder(z)),
    grown(vae_with(), train_step=step_with(), compute_loss=lambda self: 0),
]
CHECKS = [check.compute_losses, check.train_step, check.test_step]


@pytest.fixture
def half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("judge", CHECKS, ids=lambda c: c.exercise)
def test_half_precision_changes_no_verdict(judge, half_precision):
    assert judge(WHOLE[0]) is WHOLE[0]


@pytest.mark.parametrize("answer", WHOLE[:1])
def test_a_class_may_grow_from_check_to_check(answer):
    first = vae_with(train_step=None, metrics=None, test_step=None)
    assert check.compute_losses(first) is first
    second = type("VAE", (first,), {"train_step": step_with()})
    assert check.train_step(second) is second
    parts = {"metrics": means, "test_step": test_with()}
    third = type("VAE", (second,), parts)
    assert check.test_step(third) is third


def test_each_check_judges_its_own_part():
    """Wrong terms are the affair of 7.2, a wrong step that of 7.3."""
    wrong = {"compute_losses": lambda self, x: 0}
    assert check.train_step(answer := vae_with(**wrong)) is answer
    assert check.test_step(answer) is answer
    answer = vae_with(train_step=lambda self, data: {}, test_step=None)
    assert check.compute_losses(answer) is answer


@pytest.mark.parametrize("judge", CHECKS[1:], ids=lambda c: c.exercise)
def test_wrong_terms_are_replaced_unseen(judge):
    """What stands in for them asks for no name, and shows none."""
    parts = {"__init__": otherwise_named, "compute_losses": lambda s, x: 0}
    answer = type("VAE", (vae_with(),), parts)
    assert judge(answer) is answer
    parts[judge.__name__] = lambda self, data: self.no_such_part
    with pytest.raises(ExerciseFailed) as caught:
        judge(type("VAE", (vae_with(),), parts))
    assert "'VAE' object has no attribute" in caught.value.args[1]


@pytest.mark.parametrize("judge", CHECKS, ids=lambda c: c.exercise)
@pytest.mark.parametrize(
    "answer",
    [3, None, vae_with, keras.Model, keras.layers.Layer, dict],
)
def test_what_is_no_class_of_a_model_is_refused(judge, answer, mistake_of):
    assert mistake_of(judge, answer) in ("wrong_type", "method_missing")


@pytest.mark.parametrize("judge", CHECKS, ids=lambda c: c.exercise)
def test_a_method_that_is_not_there_is_missed(judge, mistake_of):
    answer = vae_with(**{judge.__name__: None})
    assert mistake_of(judge, answer) == "method_missing"


@pytest.mark.parametrize(
    "judge, parts, has",
    [
        (check.train_step, {"train_steps": step_with()}, "train_steps"),
        (check.train_step, {}, "none at all"),
        (check.test_step, {"metrics": means}, "metrics"),
        (check.test_step, {"test_step": test_with()}, "test_step"),
    ],
)
def test_the_librarys_own_method_is_no_answer(judge, parts, has):
    with pytest.raises(ExerciseFailed, match="no method") as caught:
        judge(grown(models.VAE, **parts))
    assert caught.value.mistake == "method_missing"
    assert caught.value.args[1].endswith(f"; it has: {has}")


def test_an_earlier_attempt_hides_no_misspelling():
    with pytest.raises(ExerciseFailed) as caught:
        check.train_step(grown(vae_with(), train_steps=step_with()))
    assert "newest cell has `train_steps`" in caught.value.args[1]


@pytest.mark.parametrize("judge", CHECKS, ids=lambda c: c.exercise)
def test_the_librarys_model_is_left_as_it_was(judge):
    before = dict(vars(models.VAE))
    with pytest.raises(ExerciseFailed):
        judge(grown(models.VAE))
    judge(WHOLE[0])
    assert dict(vars(models.VAE)) == before


@pytest.mark.parametrize("judge", CHECKS, ids=lambda c: c.exercise)
def test_an_endless_method_is_stopped(judge, mistake_of):
    def endless(self, data):
        while True:
            time.sleep(0.01)

    answer = vae_with(**{judge.__name__: endless})
    assert mistake_of(judge, answer, time_limit=0.5) == "takes_too_long"


def raise_stub(self, *args, **kwargs):
    raise NotImplementedError("Exercise 7.4")


def test_exercise_7_3_on_top_of_a_stub_of_7_4_is_told_so():
    with pytest.raises(ExerciseFailed, match="stub of exercise 7.4"):
        check.train_step(vae_with(metrics=property(raise_stub)))


@pytest.mark.parametrize(
    "parts",
    [
        {"test_step": raise_stub, "metrics": property(raise_stub)},
        {"test_step": raise_stub},
        {"metrics": property(raise_stub)},
    ],
)
def test_exercise_7_4_half_done_is_not_started(parts, capsys):
    assert check.test_step(vae_with(**parts)) is models.VAE
    assert "not started" in capsys.readouterr().out


class LeftToTheLibrarys(models.VAE):
    """Written, and nothing done."""

    def compute_losses(self, x):
        return super().compute_losses(x)

    def train_step(self, data):
        return super().train_step(data)

    @property
    def metrics(self):
        return super().metrics

    def test_step(self, data):
        return models.VAE.test_step(self, data)


# Each would pass for what the library's class, or an earlier attempt, has.
NOT_THEIR_OWN = {
    check.compute_losses: [
        ("method_missing", STEP_ON_THE_LIBRARYS),
        ("method_missing", grown(models.VAE, compute_loss=right_losses)),
        ("method_missing", grown(vae_with(), compute_loses=right_losses)),
        ("left_to_library", LeftToTheLibrarys),
    ],
    check.train_step: [
        ("method_missing", models.ConditionalVAE),
        ("method_missing", TEST_ON_THE_LIBRARYS),
        ("method_missing", grown(models.VAE, train_steps=step_with())),
        ("method_missing", grown(models.VAE, trainstep=step_with())),
        (
            "method_missing",
            grown(vae_with(train_step=None), train_steps=step_with()),
        ),
        ("method_missing", grown(vae_with(), training_step=step_with())),
        (
            "method_missing",
            grown(models.VAE, train_step=models.VAE.train_step),
        ),
        ("left_to_library", LeftToTheLibrarys),
        ("left_to_library", grown(LeftToTheLibrarys, metrics=means)),
    ],
    check.test_step: [
        ("method_missing", STEP_ON_THE_LIBRARYS),
        ("method_missing", grown(models.VAE, metrics=means)),
        ("method_missing", grown(models.VAE, test_step=test_with())),
        (
            "method_missing",
            grown(models.VAE, metric=means, test_step=test_with()),
        ),
        (
            "method_missing",
            grown(models.VAE, metrics=means, test_steps=test_with()),
        ),
        (
            "method_missing",
            grown(vae_with(), metrics=means, test_steps=test_with()),
        ),
        ("left_to_library", LeftToTheLibrarys),
        ("left_to_library", grown(LeftToTheLibrarys, metrics=means)),
        ("left_to_library", grown(LeftToTheLibrarys, test_step=test_with())),
    ],
}


# --- 7.2 --------------------------------------------------------------------

encoder = networks.build_dense_variational_encoder()
decoder = networks.build_dense_decoder()


def of_heads(z_from=2, mean_from=0, spread_from=1):
    def compute_losses(self, x):
        heads = self.encoder(x)
        x_mean = self.decoder(heads[z_from])
        kl = kl_loss(heads[mean_from], heads[spread_from])
        return reconstruction_loss(x, x_mean), kl

    return compute_losses


def of_terms(change):
    """Give what is made of both right terms and beta."""
    return lambda self, x: change(*right_losses(self, x), self.beta)


def of_kl(formula):
    def compute_losses(self, x):
        z_mean, z_log_var, z = self.encoder(x)
        x_mean = self.decoder(z)
        return reconstruction_loss(x, x_mean), formula(z_mean, z_log_var)

    return compute_losses


def of_pixels(formula):
    def compute_losses(self, x):
        z_mean, z_log_var, z = self.encoder(x)
        return formula(x, self.decoder(z)), kl_loss(z_mean, z_log_var)

    return compute_losses


def kl_entries(m, v):
    return -0.5 * (1 + v - ops.square(m) - ops.exp(v))


def crossentropy(x, x_mean):
    return keras.losses.binary_crossentropy(x, x_mean)


def both_global(self, x):
    z_mean, z_log_var, z = encoder(x)
    return reconstruction_loss(x, decoder(z)), kl_loss(z_mean, z_log_var)


def global_encoder_alone(self, x):
    z_mean, z_log_var, z = encoder(x)
    return reconstruction_loss(x, self.decoder(z)), kl_loss(z_mean, z_log_var)


def global_decoder_alone(self, x):
    z_mean, z_log_var, z = self.encoder(x)
    return reconstruction_loss(x, decoder(z)), kl_loss(z_mean, z_log_var)


def without_globals(function):
    """Take the notebook's encoder and decoder away from a function."""
    names = {k: v for k, v in globals().items() if k not in NETWORKS}
    return types.FunctionType(function.__code__, names)


NETWORKS = "encoder", "decoder"


def drawn_again(self, x):
    z_mean, z_log_var, _ = self.encoder(x)
    x_mean = self.decoder(Sampling()([z_mean, z_log_var]))
    return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)


def by_predict(self, x):
    z_mean, z_log_var, z = self.encoder.predict(x, verbose=0)
    x_mean = self.decoder.predict(z, verbose=0)
    return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)


def by_numpy(self, x):
    z_mean, z_log_var, z = (np.asarray(head) for head in self.encoder(x))
    return reconstruction_loss(x, self.decoder(z)), kl_loss(z_mean, z_log_var)


def rows_of_five(self, x):
    nats, kl = right_losses(self, x)
    return ops.reshape(nats, (5,)), kl


def without_numbers(self, x):
    nats, kl = right_losses(self, x)
    if float(kl[0]) < 0:
        raise ValueError
    return nats, kl


def mean_called_z(self, x):
    z, z_log_var, _ = self.encoder(x)
    return reconstruction_loss(x, self.decoder(z)), kl_loss(z, z_log_var)


def mean_by_call(self, x):
    x_mean = keras.Sequential([self.decoder])(self.encoder(x)[0])
    pixels = keras.losses.binary_crossentropy(x, x_mean)
    kl = kl_entries(*self.encoder(x)[:2])
    return tf.einsum("nhw->n", pixels), tf.einsum("nk->n", kl)


def by_another_model(self, x):
    """The notebook has a VAE already."""
    return right_losses(vae, x)


vae = types.SimpleNamespace(encoder=encoder, decoder=decoder)


def mean_by_loop(m, v):
    entries = [kl_entries(m, v)[:, j] for j in range(m.shape[1])]
    return sum(entries) / len(entries)


WRONG_LOSSES = [
    ("decoder_fed_mean", of_heads(z_from=0)),
    ("decoder_fed_mean", of_heads(z_from=-3)),
    ("decoder_fed_mean", mean_called_z),
    ("decoder_fed_mean", mean_by_call),
    ("outputs_swapped", of_heads(z_from=1)),
    ("outputs_swapped", of_heads(mean_from=1, spread_from=0)),
    ("outputs_swapped", of_heads(z_from=0, mean_from=1, spread_from=2)),
    ("outputs_swapped", of_heads(z_from=1, mean_from=0, spread_from=2)),
    ("global_encoder", both_global),
    ("global_encoder", global_encoder_alone),
    ("global_encoder", global_decoder_alone),
    ("global_encoder", without_globals(both_global)),
    ("global_encoder", without_globals(global_decoder_alone)),
    ("global_encoder", by_another_model),
    ("terms_swapped", of_terms(lambda nats, kl, beta: (kl, nats))),
    ("beta_too_early", of_terms(lambda nats, kl, beta: (nats, beta * kl))),
    (
        "beta_on_reconstruction",
        of_terms(lambda nats, kl, beta: [beta * nats, kl]),
    ),
    (
        "averages_pixels",
        of_pixels(lambda x, m: ops.mean(crossentropy(x, m), axis=(1, 2))),
    ),
    ("averages_pixels", of_pixels(crossentropy)),
    (
        "averages_pixels",
        of_pixels(
            lambda x, m: crossentropy(layers.Flatten()(x), layers.Flatten()(m))
        ),
    ),
    (
        "averages_pixels",
        of_pixels(
            lambda x, m: tf.einsum("nhw->n", crossentropy(x, m)) / x.shape[1]
        ),
    ),
    (
        "averages_pixels",
        of_pixels(lambda x, m: reconstruction_loss(x, m) / 24),
    ),
    (
        "averages_pixels",
        of_pixels(lambda x, m: keras.losses.BinaryCrossentropy()(x, m)),
    ),
    (
        "averages_latent",
        of_kl(lambda m, v: ops.mean(kl_entries(m, v), axis=-1)),
    ),
    ("averages_latent", of_kl(lambda m, v: kl_loss(m, v) / 3)),
    ("averages_latent", of_kl(lambda m, v: ops.mean(kl_entries(m, v)))),
    ("averages_latent", of_kl(kl_entries)),
    ("averages_latent", of_kl(mean_by_loop)),
    (
        "averages_latent",
        of_kl(lambda m, v: tf.einsum("nk->n", kl_entries(m, v)) / m.shape[1]),
    ),
    ("axis_mixed_up", of_kl(lambda m, v: ops.sum(kl_entries(m, v), axis=0))),
    ("axis_mixed_up", of_kl(lambda m, v: tf.reduce_mean(kl_entries(m, v), 0))),
    (None, of_kl(keras.losses.kl_divergence)),
    (None, of_kl(lambda m, v: ops.sum(kl_entries(m, v), 1, keepdims=True))),
    ("sums_batch", of_terms(lambda nats, kl, beta: (ops.sum(nats), kl))),
    ("sums_batch", of_terms(lambda nats, kl, beta: (nats, ops.sum(kl)))),
    (
        "sums_batch",
        of_terms(lambda nats, kl, beta: (ops.mean(nats), ops.mean(kl))),
    ),
    ("sign", of_terms(lambda nats, kl, beta: (-nats, kl))),
    ("sign", of_terms(lambda nats, kl, beta: (nats, -kl))),
    ("half_missing", of_kl(lambda m, v: 2 * kl_loss(m, v))),
    ("log_var_as_log_std", of_kl(lambda m, v: kl_loss(m, 2 * v))),
    (
        "std_for_variance",
        of_kl(lambda m, v: ops.sum(m**2 + ops.exp(v / 2) - v - 1, 1) / 2),
    ),
    (
        "log_term_halved",
        of_kl(lambda m, v: ops.sum(m**2 + ops.exp(v) - v / 2 - 1, 1) / 2),
    ),
    ("exp_missing", of_kl(lambda m, v: ops.sum(m**2 + v - v - 1, 1) / 2)),
    (
        "mean_not_squared",
        of_kl(lambda m, v: ops.sum(m + ops.exp(v) - v - 1, 1) / 2),
    ),
    (
        "log_term_missing",
        of_kl(lambda m, v: ops.sum(m**2 + ops.exp(v) - 1, 1) / 2),
    ),
    ("one_missing", of_kl(lambda m, v: kl_loss(m, v) + 1.5)),
    ("one_missing", of_kl(lambda m, v: kl_loss(m, v) + 1)),
    ("reversed", of_kl(lambda m, v: kl_loss(-m * ops.exp(-v / 2), -v))),
    ("bits", of_kl(lambda m, v: kl_loss(m, v) / np.log(2))),
    ("arguments_swapped", of_pixels(lambda x, m: reconstruction_loss(m, x))),
    (
        "squared_error",
        of_pixels(lambda x, m: ops.sum((x - m) ** 2, axis=(1, 2, 3))),
    ),
    (
        "squared_error",
        of_pixels(lambda x, m: ops.mean((x - m) ** 2, (1, 2, 3))),
    ),
    ("squared_error", of_pixels(keras.losses.mean_squared_error)),
    ("squared_error", of_pixels(keras.losses.MeanSquaredError())),
    ("squared_error", of_pixels(tf.math.squared_difference)),
    (
        "sigmoid_twice",
        of_pixels(lambda x, m: -losses.log_likelihood(x, m)),
    ),
    ("sigmoid_twice", of_pixels(losses.log_likelihood)),
    (
        "sigmoid_twice",
        of_pixels(
            lambda x, m: ops.sum(
                keras.losses.binary_crossentropy(x, m, from_logits=True),
                axis=(1, 2),
            )
        ),
    ),
    (
        "size_fixed",
        of_pixels(lambda x, m: 1024 * ops.mean(crossentropy(x, m), (1, 2))),
    ),
    (
        "size_fixed",
        of_pixels(lambda x, m: reconstruction_loss(x, m) / 24 * 28 * 28),
    ),
    ("wrong_type", of_terms(lambda nats, kl, beta: nats + kl)),
    ("wrong_type", of_terms(lambda nats, kl, beta: (nats + kl, nats, kl))),
    ("wrong_type", of_terms(lambda nats, kl, beta: {"kl": kl})),
    ("returns_nothing", of_terms(lambda nats, kl, beta: None)),
    ("not_finite", of_terms(lambda nats, kl, beta: (nats * np.nan, kl))),
    ("z_drawn_again", drawn_again),
    ("gradient_lost", by_predict),
    ("gradient_lost", by_numpy),
    ("gradient_lost", of_terms(lambda n, kl, beta: (tf.stop_gradient(n), kl))),
    (None, rows_of_five),
    ("not_traceable", without_numbers),
    (None, lambda self, x: self.encodr(x)),
    (None, lambda self, x, y: right_losses(self, x)),
    (ANY, of_terms(lambda nats, kl, beta: (-kl, nats))),
    (ANY, of_terms(lambda nats, kl, beta: (beta * nats, ops.sum(kl)))),
    (ANY, of_kl(lambda m, v: ops.sum(m**2 + ops.exp(v) - v, 1))),
    (ANY, of_kl(lambda m, v: ops.mean(m**2 + ops.exp(v / 2) - v - 1, 1))),
    (ANY, of_kl(lambda m, v: -kl_loss(v, m))),
    (ANY, of_pixels(lambda x, m: ops.mean(crossentropy(m, x), axis=(1, 2)))),
    (ANY, of_pixels(lambda x, m: -ops.mean((x - m) ** 2))),
    (ANY, without_globals(lambda self, x: (decoder(self.encoder(x)[0]), 0))),
]


def networks_of_the_class(self, encoder, decoder, beta=1.0, **kwargs):
    start(self, encoder, decoder, beta, **kwargs)
    type(self).networks = encoder, decoder


def by_networks_of_the_class(self, x):
    encoder, decoder = self.networks
    z_mean, z_log_var, z = encoder(x)
    return reconstruction_loss(x, decoder(z)), kl_loss(z_mean, z_log_var)


NETWORKS_OF_THE_CLASS = vae_with(
    __init__=networks_of_the_class, compute_losses=by_networks_of_the_class
)


def test_another_default_of_beta_is_refused():
    def five(self, encoder, decoder, beta=5.0, **kwargs):
        start(self, encoder, decoder, beta, **kwargs)

    answer = vae_with(__init__=five)
    with pytest.raises(ExerciseFailed) as caught:
        check.compute_losses(answer)
    assert "beta = 1" in caught.value.args[0]


# --- 7.3 --------------------------------------------------------------------


def first_of(data):
    return data[0]


def as_a_pair(data):
    x, _ = data
    return x


def targets_if_there(data):
    x, targets, _ = keras.utils.unpack_x_y_sample_weight(data)
    return x if targets is None else targets


def outside_tape(self, data):
    x = images_of(data)
    terms = self.compute_losses(x)
    with tf.GradientTape() as tape:
        total = add_up(self, terms)
        loss = ops.mean(total)
    weights = self.trainable_weights
    self.optimizer.apply(tape.gradient(loss, weights), weights)
    return count_in(self, total, terms)


def loss_outside_tape(self, data):
    x = images_of(data)
    z_mean, z_log_var, z = self.encoder(x)
    x_mean = self.decoder(z)
    with tf.GradientTape() as tape:
        terms = reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)
        total = add_up(self, terms)
        loss = ops.mean(total)
    weights = self.trainable_variables
    self.optimizer.apply_gradients(
        zip(tape.gradient(loss, weights), weights, strict=True)
    )
    return count_in(self, total, terms)


def encoder_outside_tape(self, data):
    x = images_of(data)
    z_mean, z_log_var, z = self.encoder(x)
    with tf.GradientTape() as tape:
        terms = (
            reconstruction_loss(x, self.decoder(z)),
            kl_loss(z_mean, z_log_var),
        )
        total = add_up(self, terms)
        loss = ops.mean(total)
    weights = self.trainable_weights
    self.optimizer.apply(tape.gradient(loss, weights), weights)
    return count_in(self, total, terms)


def mean_fed(self, data):
    x = images_of(data)
    with tf.GradientTape() as tape:
        z_mean, z_log_var, _ = self.encoder(x)
        terms = (
            reconstruction_loss(x, self.decoder(z_mean)),
            kl_loss(z_mean, z_log_var),
        )
        loss = ops.mean(add_up(self, terms))
    weights = self.trainable_weights
    self.optimizer.apply(tape.gradient(loss, weights), weights)
    right = self.compute_losses(x)
    return count_in(self, add_up(self, right), right)


def inlined_globals(self, data):
    x = images_of(data)
    with tf.GradientTape() as tape:
        z_mean, z_log_var, z = encoder(x)
        terms = reconstruction_loss(x, decoder(z)), kl_loss(z_mean, z_log_var)
        loss = ops.mean(add_up(self, terms))
    weights = encoder.trainable_weights + decoder.trainable_weights
    optimizer = keras.optimizers.SGD(0.0)
    optimizer.apply(tape.gradient(loss, weights), weights)
    return count_in(self, add_up(self, terms), terms)


def decoder_alone(self, data):
    x = images_of(data)
    with tf.GradientTape() as tape:
        z_mean, z_log_var, z = self.encoder(x)
        terms = reconstruction_loss(x, decoder(z)), kl_loss(z_mean, z_log_var)
        loss = ops.mean(add_up(self, terms))
    weights = self.trainable_weights
    self.optimizer.apply(tape.gradient(loss, weights), weights)
    return count_in(self, add_up(self, terms), terms)


def new_means(self, total, terms):
    means = [keras.metrics.Mean(name) for name in NAMES]
    for mean, nats in zip(means, (total, *terms), strict=True):
        mean.update_state(nats)
    return {mean.name: mean.result() for mean in means}


def sums_over_lengths(self, total, terms):
    names = dict(zip(NAMES, (total, *terms), strict=True)).items()
    return {name: ops.sum(nats) / len(nats) for name, nats in names}


def counted_late(self, total, terms):
    before = {mean.name: mean.result() for mean in self.means}
    count_in(self, total, terms)
    return before


def total_alone(self, total, terms):
    self.means[0].update_state(total)
    return {mean.name: mean.result() for mean in self.means}


def total_for_all(self, total, terms):
    return count_in(self, total, (total, total))


def by_the_means_themselves(self, total, terms):
    count_in(self, total, terms)
    return {mean: mean.result() for mean in self.means}


def results_not_called(self, total, terms):
    count_in(self, total, terms)
    return {mean.name: mean.result for mean in self.means}


def of_the_batch(self, total, terms):
    values = map(ops.mean, (total, *terms))
    return dict(zip(NAMES, values, strict=True))


def reset_first(self, total, terms):
    for mean in self.means:
        mean.reset_state()
    return count_in(self, total, terms)


def a_mean_each(self, total, terms):
    return count_in(self, ops.mean(total), [ops.mean(t) for t in terms])


def swapped_from_the_start(self, total, terms):
    return count_in(self, add_up(self, terms[::-1]), terms[::-1])


def a_mean_for_the_total(self, total, terms):
    return count_in(self, ops.mean(total), terms)


def nothing_counted(self, total, terms):
    return {mean.name: mean.result() for mean in self.means}


def not_reduced(self, total, terms):
    return dict(zip(NAMES, (total, *terms), strict=True))


def other_names(self, total, terms):
    count_in(self, total, terms)
    return {"loss": self.means[0].result()}


def renamed(self, total, terms):
    values = count_in(self, total, terms).values()
    return dict(zip(("loss", "reconstruction", "kl"), values, strict=True))


def by_numbers(self, total, terms):
    result = count_in(self, total, terms)
    return {name: float(value) for name, value in result.items()}


def python_sums(self, total, terms):
    self.seen = getattr(self, "seen", 0) + int(ops.shape(total)[0])
    return count_in(self, total, terms)


REPORTS = [
    ("kl_left_out", {"total": lambda self, terms: terms[0]}),
    ("kl_left_out", {"total": lambda self, terms: terms[0] + 0 * terms[1]}),
    (
        "beta_on_reconstruction",
        {"total": lambda self, t: self.beta * t[0] + t[1]},
    ),
    (
        "beta_on_reconstruction",
        {"total": lambda self, t: add_up(self, t[::-1])},
    ),
    ("beta_left_out", {"total": lambda self, terms: terms[0] + terms[1]}),
    ("beta_left_out", {"total": lambda self, terms: sum(terms)}),
    (
        "beta_on_both",
        {"total": lambda self, terms: self.beta * (terms[0] + terms[1])},
    ),
    (
        "reconstruction_left_out",
        {"total": lambda self, terms: self.beta * terms[1]},
    ),
    ("sign", {"total": lambda self, t: t[0] - self.beta * t[1]}),
    ("last_batch_metrics", {"report": of_the_batch}),
    ("last_batch_metrics", {"report": reset_first}),
    ("last_batch_metrics", {"report": new_means}),
    ("last_batch_metrics", {"report": sums_over_lengths}),
    ("averages_batches", {"report": a_mean_each}),
    ("averages_batches", {"report": a_mean_for_the_total}),
    ("terms_swapped", {"report": swapped_from_the_start}),
    (
        "averages_batches",
        {
            "report": lambda self, total, terms: count_in(
                self, tf.reduce_mean(total), map(tf.reduce_mean, terms)
            )
        },
    ),
    (
        "sums_batch",
        {
            "report": lambda self, total, terms: count_in(
                self, ops.sum(total), [ops.sum(term) for term in terms]
            )
        },
    ),
    (
        "means_swapped",
        {"report": lambda self, total, t: count_in(self, total, t[::-1])},
    ),
    (
        "kl_reported_with_beta",
        {
            "report": lambda self, total, t: count_in(
                self, total, (t[0], self.beta * t[1])
            )
        },
    ),
    (
        "beta_on_reconstruction",
        {"total": lambda self, t: t[1] + tf.multiply(t[0], self.beta)},
    ),
    ("metrics_not_updated", {"report": nothing_counted}),
    ("metrics_not_updated", {"report": counted_late}),
    ("metrics_not_updated", {"report": total_alone}),
    ("means_swapped", {"report": total_for_all}),
    ("names_missing", {"report": by_the_means_themselves}),
    ("wrong_type", {"report": results_not_called}),
    (
        "sums_batch",
        {"total": lambda self, t: t[0] + self.beta * ops.sum(t[1])},
    ),
    (
        "sums_batch",
        {"total": lambda self, t: ops.sum(t[0]) + self.beta * t[1]},
    ),
    ("beta_squared", {"total": lambda self, t: t[0] + self.beta**2 * t[1]}),
    (None, {"total": lambda self, t: t[0] + 0.5 * t[1]}),
    (ANY, {"total": lambda self, t: t[0], "report": a_mean_each}),
    (ANY, {"total": lambda self, t: sum(t), "report": of_the_batch}),
    (ANY, {"total": lambda self, t: self.beta * sum(t), "unpack": first_of}),
    (ANY, {"report": lambda self, total, t: new_means(self, t[0], t[::-1])}),
    (ANY, {"unpack": as_a_pair, "report": by_numbers}),
    ("names_missing", {"report": other_names}),
    ("names_missing", {"report": renamed}),
    (None, {"report": not_reduced}),
    ("wrong_type", {"report": lambda self, total, terms: ops.mean(total)}),
    ("wrong_type", {"report": lambda self, total, terms: self.means}),
    (
        "returns_nothing",
        {"report": lambda self, *both: count_in(self, *both) and None},
    ),
    ("tuple_not_unpacked", {"unpack": lambda data: data}),
    ("tuple_not_unpacked", {"unpack": first_of}),
    ("tuple_not_unpacked", {"unpack": as_a_pair}),
    ("tuple_not_unpacked", {"unpack": targets_if_there}),
    ("not_traceable", {"report": by_numbers}),
    ("not_traceable", {"report": python_sums}),
]


def without_kl(self, terms):
    return terms[0] + 0 * self.beta


def tape_of(total_on_tape, **options):
    """Report the right total, and train on another."""

    def train_step(self, data):
        x = images_of(data)
        with tf.GradientTape() as tape:
            terms = self.compute_losses(x)
            loss = ops.mean(total_on_tape(self, terms))
        weights = self.trainable_weights
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return count_in(self, add_up(self, terms), terms)

    return train_step


def ignore(self, gradients, weights):
    pass


def by_hand(self, gradients, weights):
    for gradient, weight in zip(gradients, weights, strict=True):
        weight.assign_sub(0.0005 * gradient)


def by_hand_at_the_right_rate(self, gradients, weights):
    for gradient, weight in zip(gradients, weights, strict=True):
        weight.assign_sub(self.optimizer.learning_rate * gradient)


def twice(self, gradients, weights):
    for _ in range(2):
        self.optimizer.apply(gradients, weights)


def upwards(self, gradients, weights):
    self.optimizer.apply([-g for g in gradients], weights)


def to_other_names(self, gradients, weights):
    """A name for a new tensor: no weight hears of it."""
    rate = self.optimizer.learning_rate
    weights = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
    self.moved = len(weights)


def own_encoder(self):
    return self.encoder


def own_decoder(self):
    return self.decoder


def both_of(encoders, decoders):
    """Inline both terms, with networks of another owner."""

    def train_step(self, data):
        x = images_of(data)
        with tf.GradientTape() as tape:
            z_mean, z_log_var, z = encoders(self)(x)
            nats = reconstruction_loss(x, decoders(self)(z_mean))
            kl = kl_loss(z_mean, z_log_var)
            loss = ops.mean(nats + self.beta * kl)
        weights = self.trainable_weights
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return count_in(self, nats + self.beta * kl, (nats, kl))

    return train_step


def weighed(self, data):
    """Let the third part of the data count, which is not asked for."""
    x, _, weights = keras.utils.unpack_x_y_sample_weight(data)
    with tf.GradientTape() as tape:
        terms = self.compute_losses(x)
        total = add_up(self, terms)
        total *= 1.0 if weights is None else weights
        loss = ops.mean(total)
    weights = self.trainable_weights
    self.optimizer.apply(tape.gradient(loss, weights), weights)
    return count_in(self, total, terms)


OF_THE_TOY = keras.optimizers.SGD(learning_rate=0.1)
OF_THE_TOY.build([keras.Variable(3.0)])


def one_by_one(self, gradients, weights):
    for gradient, weight in zip(gradients, weights, strict=True):
        self.optimizer.apply([gradient], [weight])


def step_of_the_toy(self, gradients, weights):
    keras.optimizers.SGD(learning_rate=0.1).apply(gradients, weights)


WRONG_STEPS = [
    ("forward_outside_tape", outside_tape),
    ("forward_outside_tape", loss_outside_tape),
    ("forward_outside_tape", encoder_outside_tape),
    (
        "forward_outside_tape",
        step_with(weights=lambda self: self.encoder.trainable_weights),
    ),
    (
        "forward_outside_tape",
        step_with(weights=lambda self: self.decoder.trainable_weights),
    ),
    (
        "forward_outside_tape",
        step_with(weights=lambda self: self.trainable_weights[1:]),
    ),
    ("gradients_not_applied", step_with(apply=ignore)),
    (
        "gradients_not_applied",
        step_with(change=lambda gradients: [0 * g for g in gradients]),
    ),
    ("gradients_not_applied", step_with(apply=to_other_names)),
    ("kl_left_out", tape_of(without_kl)),
    ("kl_left_out", tape_of(lambda self, terms: terms[0])),
    ("reconstruction_left_out", tape_of(lambda self, terms: terms[1])),
    ("decoder_fed_mean", mean_fed),
    ("decoder_fed_mean", both_of(own_encoder, own_decoder)),
    (
        "beta_on_reconstruction",
        tape_of(lambda self, t: self.beta * t[0] + t[1]),
    ),
    ("beta_left_out", tape_of(lambda self, terms: terms[0] + terms[1])),
    ("sums_batch", step_with(reduce=ops.sum)),
    ("sums_batch", step_with(reduce=lambda total: total)),
    ("sign", step_with(apply=upwards)),
    ("sign", tape_of(lambda self, terms: -add_up(self, terms))),
    ("applied_twice", step_with(apply=twice)),
    ("optimizer_unused", step_with(apply=by_hand)),
    ("optimizer_unused", step_with(apply=step_of_the_toy)),
    ("optimizer_unused", step_with(apply=by_hand_at_the_right_rate)),
    (None, step_with(change=lambda gradients: list(map(tf.sign, gradients)))),
    (None, step_with(reduce=lambda total: total[0])),
    ("global_encoder", inlined_globals),
    ("global_encoder", without_globals(inlined_globals)),
    ("global_encoder", decoder_alone),
    (None, lambda self, data: self.no_such_part),
    (None, weighed),
    (None, step_with(reduce=lambda total: ops.sum(total) / 64)),
    (None, step_with(apply=lambda self, *both: self.optimizer.apply(both[0]))),
    (None, step_with(apply=one_by_one)),
    (None, step_with(apply=lambda self, *both: OF_THE_TOY.apply(*both))),
    ("sums_batch", tape_of(lambda self, t: t[0] + self.beta * ops.sum(t[1]))),
    (ANY, tape_of(lambda self, terms: -terms[0])),
    (ANY, step_with(reduce=ops.sum, apply=twice)),
    (ANY, step_with(reduce=ops.sum, apply=upwards)),
    (ANY, tape_of(lambda self, t: -self.beta * ops.sum(t[0] + t[1]))),
    (ANY, both_of(own_encoder, lambda self: decoder)),
    (ANY, step_with(apply=ignore, total=lambda self, terms: sum(terms))),
]


def test_an_optimizer_of_other_weights_is_asked_after():
    with pytest.raises(ExerciseFailed) as caught:
        check.train_step(vae_with(train_step=step_with(apply=one_by_one)))
    assert "Whose optimizer is it" in caught.value.args[2]


def test_why_no_reconstruction_moves_the_heads_of_the_check_is_said():
    answer = vae_with(train_step=tape_of(lambda self, terms: terms[0]))
    with pytest.raises(ExerciseFailed, match="z in a layer of its own"):
        check.train_step(answer)


def test_weights_that_did_not_move_are_named():
    answer = vae_with(train_step=encoder_outside_tape)
    with pytest.raises(ExerciseFailed) as caught:
        check.train_step(answer)
    got = caught.value.args[1]
    assert "z_mean kernel" in got
    assert "decoder" not in got


# --- 7.4 --------------------------------------------------------------------


class SharedMeans(vae_with()):
    means = [keras.metrics.Mean(name) for name in NAMES]

    def __init__(self, encoder, decoder, beta=1.0, **kwargs):
        keras.Model.__init__(self, **kwargs)
        self.encoder, self.decoder, self.beta = encoder, decoder, beta


class ForgetsDecoder(vae_with()):
    def __init__(self, encoder, decoder, beta=1.0, **kwargs):
        start(self, encoder, None, beta, **kwargs)
        self.hidden = types.SimpleNamespace(decoder=decoder)

    def compute_losses(self, x):
        z_mean, z_log_var, z = self.encoder(x)
        x_mean = self.hidden.decoder(z)
        return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)


class LosesBeta(Savable):
    def get_config(self):
        config = super().get_config()
        del config["beta"]
        return config


class WithoutFromConfig(Savable):
    from_config = keras.Model.from_config


def means_where_keras_finds_none(self, encoder, decoder, beta=1.0, **kwargs):
    start(self, encoder, decoder, beta, **kwargs)
    self.means.clear()
    self.hidden = types.SimpleNamespace(
        means=[keras.metrics.Mean(name) for name in NAMES]
    )


def count_hidden(self, total, terms):
    for mean, nats in zip(self.hidden.means, (total, *terms), strict=True):
        mean.update_state(nats)
    return {mean.name: mean.result() for mean in self.hidden.means}


def descends_by_hand(self, data):
    with tf.GradientTape() as tape:
        terms = self.compute_losses(images_of(data))
        loss = ops.mean(add_up(self, terms))
    weights = self.trainable_weights
    by_hand(self, tape.gradient(loss, weights), weights)
    return count_in(self, add_up(self, terms), terms)


def without_chance(self, data):
    x = images_of(data)
    z_mean, z_log_var, _ = self.encoder(x)
    terms = (
        reconstruction_loss(x, self.decoder(z_mean)),
        kl_loss(z_mean, z_log_var),
    )
    return count_in(self, add_up(self, terms), terms)


def inlined_globals_of_a_test(self, data):
    x = images_of(data)
    terms = both_global(self, x)
    return count_in(self, add_up(self, terms), terms)


WRONG_TESTS = [
    ("test_step_trains", {"test_step": descends_by_hand}),
    ("decoder_fed_mean", {"test_step": without_chance}),
    ("global_encoder", {"test_step": inlined_globals_of_a_test}),
    (
        "global_encoder",
        {"test_step": without_globals(inlined_globals_of_a_test)},
    ),
    (
        "metrics_not_reset",
        {
            "metrics": property(
                lambda self: [keras.metrics.Mean(name) for name in NAMES]
            )
        },
    ),
    ("wrong_type", {"metrics": property(lambda self: self.means[0])}),
    (
        "metrics_missing",
        {"metrics": property(lambda self: [*self.means, *self.means])},
    ),
    (
        ANY,
        {
            "metrics": property(lambda self: self.means[1:]),
            "test_step": step_with(),
        },
    ),
    (
        ANY,
        {
            "metrics": property(lambda self: []),
            "test_step": test_with(report=of_the_batch),
        },
    ),
    (
        ANY,
        {
            "metrics": None,
            "test_step": test_with(total=lambda self, terms: sum(terms)),
        },
    ),
    ("test_step_trains", {"test_step": step_with()}),
    (
        "test_step_trains",
        {"test_step": lambda self, data: self.train_step(data)},
    ),
    ("metrics_missing", {"metrics": None}),
    (
        "metrics_missing",
        {"metrics": property(lambda self: [*self.means, self._loss_tracker])},
    ),
    ("metrics_not_reset", {"metrics": property(lambda self: [])}),
    ("metrics_not_reset", {"metrics": property(lambda self: self.means[:1])}),
    (
        "metrics_not_reset",
        {
            "__init__": means_where_keras_finds_none,
            "metrics": None,
            "test_step": test_with(report=count_hidden),
        },
    ),
    ("property_missing", {"metrics": lambda self: self.means}),
    ("wrong_type", {"metrics": property(lambda self: None)}),
    ("wrong_type", {"metrics": property(lambda self: list(NAMES))}),
    (
        "wrong_type",
        {"metrics": property(lambda self: [m.result() for m in self.means])},
    ),
    (
        "wrong_type",
        {"metrics": property(lambda self: {m.name: m for m in self.means})},
    ),
]


WRONG_CLASSES = [
    ("state_shared", SharedMeans),
    ("not_loadable", ForgetsDecoder),
    ("not_loadable", LosesBeta),
    ("not_loadable", WithoutFromConfig),
]


# --- all of them ------------------------------------------------------------


def in_a_class(method, wrong):
    """Put each wrong method into a class that is right but for it."""
    return [(slug, vae_with(**{method: answer})) for slug, answer in wrong]


CASES = [
    (check.build_variational_encoder, RIGHT_ENCODERS, WRONG_ENCODERS),
    (
        check.compute_losses,
        WHOLE,
        NOT_THEIR_OWN[check.compute_losses]
        + [
            *in_a_class("compute_losses", WRONG_LOSSES),
            ("global_encoder", NETWORKS_OF_THE_CLASS),
        ],
    ),
    (
        check.train_step,
        [*WHOLE, STEP_ON_THE_LIBRARYS],
        NOT_THEIR_OWN[check.train_step]
        + in_a_class("train_step", WRONG_STEPS)
        + [
            (slug, vae_with(train_step=step_with(**change)))
            for slug, change in REPORTS
        ],
    ),
    (
        check.test_step,
        [*WHOLE, TEST_ON_THE_LIBRARYS],
        NOT_THEIR_OWN[check.test_step]
        + WRONG_CLASSES
        + [(slug, vae_with(**parts)) for slug, parts in WRONG_TESTS]
        + [
            (slug, vae_with(test_step=test_with(**change)))
            for slug, change in REPORTS
        ],
    ),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
