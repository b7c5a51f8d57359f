"""The checks of lesson 04 pass right answers and name each slip."""

import math
import random
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tables import ANY, answer_tests, spoiled_test

from vae_course.checks import ExerciseFailed
from vae_course.checks import lesson_04 as check
from vae_course.layers import Sampling


def unstack(tensor, function):
    """Apply a function to every number of a tensor, one by one."""
    if tensor.ndim == 0:
        return function(tensor)
    return ops.stack([unstack(entry, function) for entry in tensor])


# --- 4.1 --------------------------------------------------------------------

RIGHT_STDS = [
    lambda z_log_var: tf.exp(z_log_var / 2),
    lambda log_variance: ops.sqrt(ops.exp(log_variance)),
    lambda v: ops.convert_to_tensor(np.e) ** (v * 0.5),
    lambda v: tf.math.exp(v) ** 0.5,
    lambda z_log_var: unstack(z_log_var, lambda v: ops.exp(0.5 * v)),
    keras.layers.Lambda(lambda v: ops.exp(v / 2)),
    tf.function(lambda z_log_var: 1 / tf.exp(-0.5 * z_log_var)),
    lambda v: tf.cast(tf.sqrt(tf.exp(tf.cast(v, "float64"))), "float32"),
    lambda v: keras.activations.exponential(v * 1 / 2),
]


def std_of_the_entries(z_log_var):
    return ops.sqrt(ops.var(z_log_var))


def rooted_and_halved(z_log_var):
    std = ops.exp(z_log_var / 2)
    return ops.sqrt(std)


WRONG_STDS = [
    ("half_missing", lambda z_log_var: ops.exp(z_log_var)),
    ("half_missing", lambda v: tf.exp(v / 2) ** 2),
    ("half_missing", lambda v: ops.exp(2 * v)),
    ("half_missing", lambda v: unstack(v, tf.exp)),
    ("exp_missing", lambda v: v),
    ("exp_missing", lambda v: 0.5 * v),
    ("exp_missing", lambda v: tf.math.log(tf.sqrt(tf.exp(v)))),
    ("exp_missing", lambda v: ops.abs(v)),
    ("exp_missing", lambda v: unstack(v, lambda one: ops.abs(one) / 2)),
    ("halved_twice", lambda v: ops.sqrt(ops.exp(v / 2))),
    ("halved_twice", rooted_and_halved),
    ("halved_twice", lambda v: tf.exp(v / 4)),
    ("wrong_base", lambda v: 10 ** (v / 2)),
    ("wrong_base", lambda v: ops.exp2(v / 2)),
    ("wrong_base", lambda v: tf.pow(2.0, v)),
    ("softplus_for_exp", ops.softplus),
    ("softplus_for_exp", lambda v: tf.math.softplus(v / 2)),
    ("softplus_for_exp", lambda v: ops.log1p(ops.exp(v))),
    ("sign", lambda v: ops.exp(-0.5 * v)),
    ("sign", lambda v: 1 / ops.sqrt(ops.exp(v))),
    ("sign", lambda v: ops.exp(-v)),
    ("half_misplaced", lambda v: ops.exp(v) / 2),
    ("half_misplaced", lambda v: 0.5 * tf.exp(v)),
    ("half_misplaced", lambda v: ops.exp(v) ** 1 / 2),
    ("not_finite", lambda v: ops.sqrt(v)),
    ("not_finite", lambda v: ops.log(v) / 2),
    ("gradient_lost", lambda v: np.exp(0.5 * np.asarray(v))),
    ("gradient_lost", lambda v: tf.constant(np.exp(v.numpy() / 2))),
    ("gradient_lost", lambda v: tf.stop_gradient(tf.exp(v / 2))),
    (None, lambda v: ops.exp(ops.sum(v) / 2)),
    (None, lambda v: tf.exp(v // 2)),
    (None, lambda v: tf.exp(v / 4) * tf.stop_gradient(tf.exp(v / 4))),
    (None, lambda v: math.exp(v / 2)),
    (None, std_of_the_entries),
    (None, lambda v: (v, tf.exp(v / 2))),
    (ANY, lambda v: -ops.exp(v)),
    (ANY, lambda v: ops.mean(ops.exp(v), axis=-1)),
    (ANY, lambda v: np.exp(v)),
    (ANY, lambda v: -v / 2),
    (ANY, lambda v: 2 ** (-v)),
    (None, lambda v: ops.reshape(ops.exp(v / 2), (-1,))),
]


# --- 4.2 --------------------------------------------------------------------


def layer(draw, set_up=lambda self: None):
    """Make a plain layer class from its `call`, without its `return z`."""

    class Answer(keras.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            set_up(self)

        def call(self, inputs):
            return draw(self, *inputs)

    return Answer


class WithGenerator(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs, training=None):
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(
            ops.shape(z_mean), seed=self.seed_generator
        )
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


class WithSeedAndConfig(keras.layers.Layer):
    def __init__(self, seed=1337, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.dice = keras.random.SeedGenerator(seed)

    def call(self, tensors):
        std = ops.sqrt(ops.exp(tensors[1]))
        noise = keras.random.normal(ops.shape(std), seed=self.dice)
        return ops.add(ops.multiply(noise, std), tensors[0])

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable("a_learner")
class RegisteredAndBuilt(keras.layers.Layer):
    def build(self, input_shape):
        self.dice = keras.random.SeedGenerator()
        super().build(input_shape)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch, latent_dim = ops.shape(z_mean)
        return z_mean + tf.exp(z_log_var / 2) * keras.random.normal(
            (batch, latent_dim), seed=self.dice
        )


class EntryByEntry(keras.layers.Layer):
    """Draws every column on its own, as a loop would."""

    def call(self, inputs):
        z_mean, z_log_var = inputs
        columns = [
            mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))
            for mean, log_var in zip(
                ops.unstack(z_mean, axis=1),
                ops.unstack(z_log_var, axis=1),
                strict=True,
            )
        ]
        return ops.stack(columns, axis=1)


class WithSublayer(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.noise = keras.layers.GaussianNoise(1.0)

    def call(self, inputs, mask=None):
        z_mean, z_log_var = inputs
        epsilon = self.noise(ops.zeros_like(z_mean), training=True)
        return z_mean + ops.exp(z_log_var / 2) * epsilon


class AsInOlderExamples(keras.layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch = tf.shape(z_mean)[0]
        dim = tf.shape(z_mean)[1]
        epsilon = tf.keras.backend.random_normal(shape=(batch, dim))
        return z_mean + tf.exp(0.5 * z_log_var) * epsilon


class FromUniformNumbers(keras.layers.Layer):
    """Makes normal numbers as Box and Muller do."""

    def call(self, inputs):
        z_mean, z_log_var = inputs
        shape = ops.shape(z_mean)
        radius = ops.sqrt(-2 * ops.log(keras.random.uniform(shape, 1e-7)))
        angle = 2 * np.pi * keras.random.uniform(shape)
        epsilon = radius * ops.cos(angle)
        return z_mean + ops.einsum(
            "nd,nd->nd", ops.exp(z_log_var / 2), epsilon
        )


class FromLayers(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.add, self.multiply = keras.layers.Add(), keras.layers.Multiply()

    def build(self, input_shape):
        self.built = True

    def call(self, inputs):
        mean, std = inputs[0], ops.sqrt(ops.exp(inputs[1]))
        return self.add(
            [mean, self.multiply([std, tf.random.normal(tf.shape(std))])]
        )


@keras.saving.register_keras_serializable(name="DrawZ")
class UnderAnotherName(WithGenerator):
    def compute_output_shape(self, input_shape):
        return input_shape[0]


class AsModel(keras.Model):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(ops.shape(z_mean))
        return z_mean + ops.exp(z_log_var / 2) * epsilon


RIGHT_LAYERS = [
    WithGenerator,
    WithSublayer,
    AsInOlderExamples,
    FromUniformNumbers,
    FromLayers,
    UnderAnotherName,
    AsModel,
    WithSeedAndConfig,
    RegisteredAndBuilt,
    EntryByEntry,
    layer(
        lambda self, m, v: (
            m + tf.exp(v / 2) * keras.random.normal(ops.shape(m))
        )
    ),
    layer(
        lambda self, m, v: m + tf.exp(v / 2) * tf.random.normal(tf.shape(m))
    ),
    layer(
        lambda self, m, v: (
            m + tf.exp(v / 2) * tf.random.normal(tf.shape(m), seed=5)
        )
    ),
    layer(
        lambda self, m, v: keras.random.normal(
            ops.shape(m), mean=m, stddev=ops.exp(v / 2)
        )
    ),
    layer(lambda self, m, v: tf.random.normal(tf.shape(m), m, tf.exp(v / 2))),
    layer(
        lambda self, m, v: m - tf.exp(v / 2) * self.dice.normal(tf.shape(m)),
        lambda self: setattr(
            self,
            "dice",
            tf.random.Generator.from_seed(random.randrange(10**6)),
        ),
    ),
    layer(
        lambda self, m, v: (
            m
            + ops.exp(v / 2)
            * np.sqrt(2)
            * tf.math.erfinv(
                keras.random.uniform(ops.shape(m), minval=-0.9999999)
            )
        ),
    ),
    layer(
        lambda self, m, v: (
            m
            + ops.exp(ops.clip(v, -10, 10) / 2)
            * keras.random.normal(ops.shape(m))
        )
    ),
    layer(
        lambda self, m, v: (
            m + ops.sqrt(ops.exp(v) + 1e-8) * tf.random.normal(tf.shape(m))
        )
    ),
    layer(
        lambda self, m, v: (
            m
            + tf.exp(v / 2)
            * tf.random.stateless_normal(
                tf.shape(m), tf.random.uniform((2,), 0, 2**30, tf.int32)
            )
        )
    ),
    layer(
        lambda self, m, v: tf.cast(
            tf.cast(m, "float64")
            + tf.exp(tf.cast(v, "float64") / 2)
            * tf.random.normal(tf.shape(m), dtype="float64"),
            "float32",
        )
    ),
]


def scaled(std, noise=lambda m: tf.random.normal(tf.shape(m))):
    return layer(lambda self, m, v: m + std(v) * noise(m))


def noisy(noise):
    return scaled(lambda v: tf.exp(v / 2), noise)


class FixedWhenBuilt(keras.layers.Layer):
    def build(self, input_shape):
        self.noise_shape = tuple(input_shape[0])

    def call(self, inputs):
        epsilon = keras.random.normal(self.noise_shape)
        return inputs[0] + ops.exp(0.5 * inputs[1]) * epsilon


class DrawnWhenBuilt(keras.layers.Layer):
    def build(self, input_shape):
        self.epsilon = keras.random.normal((1_000_000, 4))

    def call(self, inputs):
        epsilon = self.epsilon[: ops.shape(inputs[0])[0]]
        return inputs[0] + ops.exp(0.5 * inputs[1]) * epsilon


class OnlyInTraining(WithGenerator):
    def call(self, inputs, training=False):
        return super().call(inputs) if training else inputs[0]


class NotInInference(WithGenerator):
    def call(self, inputs, training=True):
        return super().call(inputs) if training else inputs[0]


class NotInTraining(WithGenerator):
    def call(self, inputs, training=None):
        return inputs[0] if training else super().call(inputs)


class OneRowWhereUnknown(keras.layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        shape = (z_mean.shape[0] or 1, z_mean.shape[1])
        return z_mean + ops.exp(z_log_var / 2) * keras.random.normal(shape)


class OneRowOnError(keras.layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        try:
            epsilon = keras.random.normal(z_mean.shape)
        except (TypeError, ValueError):
            epsilon = keras.random.normal((1, z_mean.shape[1]))
        return z_mean + ops.exp(z_log_var / 2) * epsilon


class TwoDimensions(keras.layers.Layer):
    def __init__(self, latent_dim=2, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim

    def call(self, inputs):
        z_mean, z_log_var = inputs
        shape = (ops.shape(z_mean)[0], self.latent_dim)
        return z_mean + ops.exp(z_log_var / 2) * keras.random.normal(shape)


class DiceOfTheClass(WithGenerator):
    seed_generator = keras.random.SeedGenerator(7)

    def __init__(self, **kwargs):
        keras.layers.Layer.__init__(self, **kwargs)


class NameNotHandedOn(WithGenerator):
    def __init__(self, **kwargs):
        super().__init__()


class ExtraConfig(WithGenerator):
    def get_config(self):
        return {**super().get_config(), "spread": 1.0}


class Misspelt(keras.layers.Layer):
    def forward(self, inputs):
        return inputs[0]


class MisspeltOnTheLibrarys(Sampling):
    """What the check of a stub gave back does the work here."""

    def forward(self, inputs):
        return inputs[0]


class NoOptions(WithGenerator):
    def __init__(self):
        super().__init__()


class OptionsDropped(WithGenerator):
    def __init__(self, units=3):
        super().__init__()
        self.units = units


class MeanOfTenDraws(keras.layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = tf.random.normal((10, *tf.unstack(tf.shape(z_mean))))
        return ops.mean(z_mean + ops.exp(z_log_var / 2) * epsilon, axis=0)


class PairsOfRows(keras.layers.Layer):
    def half(self, z_mean):
        rows, columns = ops.shape(z_mean)
        return keras.random.normal(((rows + 1) // 2, columns))

    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = ops.repeat(self.half(z_mean), 2, axis=0)
        epsilon = epsilon[: ops.shape(z_mean)[0]]
        return z_mean + ops.exp(z_log_var / 2) * epsilon


class MirroredRows(PairsOfRows):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        half = self.half(z_mean)
        epsilon = ops.concatenate([half, -half])[: ops.shape(z_mean)[0]]
        return z_mean + ops.exp(z_log_var / 2) * epsilon


class MatrixProduct(keras.layers.Layer):
    def call(self, inputs):
        return ops.matmul(*inputs)


WRONG_LAYERS = [
    ("half_missing", scaled(tf.exp)),
    ("half_missing", scaled(lambda v: tf.exp(2 * v))),
    (
        "half_missing",
        layer(
            lambda self, m, v: keras.random.normal(ops.shape(m), m, ops.exp(v))
        ),
    ),
    ("exp_missing", scaled(lambda v: v)),
    ("exp_missing", scaled(lambda v: 0.5 * v)),
    ("exp_missing", scaled(lambda v: tf.abs(v))),
    (
        "exp_missing",
        layer(lambda self, m, v: tf.random.normal(tf.shape(m), m, v)),
    ),
    ("exp_missing", scaled(lambda v: ops.log(ops.sqrt(ops.exp(v))))),
    ("noise_not_scaled", scaled(lambda v: 1.0)),
    (
        "noise_not_scaled",
        layer(lambda self, m, v: keras.random.normal(ops.shape(m), m)),
    ),
    (
        "noise_not_scaled",
        layer(
            lambda self, m, v: m + self.noise(ops.shape(v)),
            lambda self: setattr(self, "noise", tf.random.normal),
        ),
    ),
    ("noise_not_scaled", scaled(lambda v: 0.1)),
    (
        "noise_not_scaled",
        layer(
            lambda self, m, v: (
                m + ops.exp(v / 2) + tf.random.normal(tf.shape(m))
            )
        ),
    ),
    ("noise_not_standard", scaled(lambda v: 0.1 * ops.exp(v / 2))),
    (
        "noise_not_standard",
        noisy(lambda m: keras.initializers.RandomNormal()(ops.shape(m))),
    ),
    (
        "noise_not_standard",
        noisy(lambda m: keras.random.truncated_normal(ops.shape(m))),
    ),
    ("noise_not_standard", MeanOfTenDraws),
    ("halved_twice", scaled(lambda v: ops.sqrt(ops.exp(v / 2)))),
    ("wrong_base", scaled(lambda v: 2 ** (v / 2))),
    ("softplus_for_exp", scaled(tf.math.softplus)),
    (
        "mean_scaled",
        layer(
            lambda self, m, v: (
                (m + keras.random.normal(ops.shape(m))) * ops.exp(v / 2)
            )
        ),
    ),
    (
        "mean_and_spread_swapped",
        layer(
            lambda self, m, v: (
                m * keras.random.normal(ops.shape(m)) + ops.exp(v / 2)
            )
        ),
    ),
    (
        "mean_and_spread_swapped",
        layer(
            lambda self, m, v: keras.random.normal(
                ops.shape(m), ops.exp(v / 2), m
            )
        ),
    ),
    ("not_independent", PairsOfRows),
    ("not_independent", MirroredRows),
    (
        "wrong_output_shape",
        layer(
            lambda self, m, v: ops.squeeze(
                m + ops.exp(v / 2) * keras.random.normal(ops.shape(m))
            )
        ),
    ),
    ("wrong_output_shape", layer(lambda self, m, v: ops.stack([m, v], -1))),
    ("noise_not_scaled", scaled(lambda v: ops.ones_like(v))),
    ("noise_shared", noisy(lambda m: tf.random.normal(()))),
    ("noise_shared", noisy(lambda m: tf.random.normal(tf.shape(m)[1:]))),
    ("noise_shared", noisy(lambda m: tf.random.normal((1, m.shape[1])))),
    ("noise_shared", noisy(lambda m: tf.random.normal((tf.shape(m)[0], 1)))),
    (
        "noise_shared",
        scaled(tf.exp, lambda m: tf.random.normal((tf.shape(m)[0], 1))),
    ),
    ("noise_shared", noisy(lambda m: keras.random.normal((1, 1)))),
    ("noise_shared", noisy(lambda m: random.gauss(0, 1))),
    (
        "noise_shared",
        noisy(
            lambda m: ops.tile(
                keras.random.normal((ops.shape(m)[0], 2)), (1, 2)
            )
        ),
    ),
    (
        "noise_shared",
        noisy(
            lambda m: ops.repeat(
                keras.random.normal((ops.shape(m)[0], 2)), 2, axis=1
            )
        ),
    ),
    ("noise_shared", OneRowWhereUnknown),
    ("noise_shared", OneRowOnError),
    ("half_misplaced", scaled(lambda v: ops.exp(v) / 2)),
    ("sign", scaled(lambda v: ops.exp(-v / 2))),
    (
        "arguments_swapped",
        layer(
            lambda self, v, m: (
                m + ops.exp(v / 2) * keras.random.normal(ops.shape(m))
            )
        ),
    ),
    (
        "noise_frozen",
        noisy(lambda m: tf.random.Generator.from_seed(3).normal(m.shape)),
    ),
    (
        "noise_frozen",
        noisy(lambda m: keras.random.normal(ops.shape(m), seed=3)),
    ),
    (
        "noise_frozen",
        noisy(
            lambda m: keras.random.normal(
                ops.shape(m), seed=keras.random.SeedGenerator(3)
            )
        ),
    ),
    (
        "noise_frozen",
        noisy(lambda m: tf.random.stateless_normal(tf.shape(m), [1, 2])),
    ),
    (
        "noise_frozen",
        noisy(lambda m: np.random.normal(size=m.shape).astype("float32")),
    ),
    (
        "noise_frozen",
        noisy(
            lambda m: (
                np.random.default_rng(3).normal(size=m.shape).astype("float32")
            )
        ),
    ),
    ("noise_frozen", DrawnWhenBuilt),
    ("no_noise", layer(lambda self, m, v: m)),
    ("no_noise", layer(lambda self, m, v: m + ops.exp(0.5 * v))),
    ("no_noise", OnlyInTraining),
    ("no_noise", NotInInference),
    ("no_noise", NotInTraining),
    ("no_noise", layer(lambda self, m, v: m * (1 + ops.exp(v / 2)))),
    ("no_noise", layer(lambda self, m, v: m + ops.exp(v / 2) * ops.sin(m))),
    ("static_batch", noisy(lambda m: keras.random.normal(m.shape))),
    ("static_batch", noisy(lambda m: tf.random.normal((32, m.shape[1])))),
    ("static_batch", noisy(lambda m: tf.random.normal((50_000, 4)))),
    ("static_batch", FixedWhenBuilt),
    ("static_batch", noisy(lambda m: keras.random.normal((8, 4)))),
    ("static_batch", noisy(lambda m: keras.random.normal((5, 4)))),
    ("static_batch", noisy(lambda m: keras.random.normal((1000, 2)))),
    ("static_batch", noisy(lambda m: tf.random.normal((60_000, m.shape[1])))),
    ("static_latent_dim", TwoDimensions),
    (
        "static_latent_dim",
        noisy(lambda m: keras.random.normal((ops.shape(m)[0], 2))),
    ),
    (
        "static_latent_dim",
        noisy(lambda m: keras.random.normal((ops.shape(m)[0], 4))),
    ),
    ("uniform_noise", noisy(lambda m: keras.random.uniform(ops.shape(m)))),
    ("uniform_noise", noisy(lambda m: tf.random.uniform(tf.shape(m), -1, 1))),
    (
        "uniform_noise",
        noisy(lambda m: tf.random.uniform(tf.shape(m), -(3**0.5), 3**0.5)),
    ),
    (
        "mean_not_added",
        layer(
            lambda self, m, v: (
                ops.exp(v / 2) * keras.random.normal(ops.shape(m))
            )
        ),
    ),
    (
        "mean_not_added",
        layer(
            lambda self, m, v: keras.random.normal(
                ops.shape(m), 0.0, ops.exp(v / 2)
            )
        ),
    ),
    (
        "gradient_lost",
        layer(
            lambda self, m, v: np.random.normal(m, ops.exp(v / 2)).astype("f4")
        ),
    ),
    (
        "gradient_lost",
        layer(
            lambda self, m, v: (
                tf.stop_gradient(m)
                + ops.exp(v / 2) * keras.random.normal(ops.shape(m))
            )
        ),
    ),
    (
        "not_traceable",
        noisy(
            lambda m: keras.random.normal(
                ops.shape(m), seed=keras.random.SeedGenerator()
            )
        ),
    ),
    (
        "not_traceable",
        noisy(lambda m: tf.random.normal(m.numpy().shape)),
    ),
    ("not_traceable", noisy(lambda m: keras.random.normal((len(m), 4)))),
    (
        "not_reproducible",
        layer(
            lambda self, m, v: (
                m + tf.exp(v / 2) * self.dice.normal(tf.shape(m))
            ),
            lambda self: setattr(
                self,
                "dice",
                tf.random.Generator.from_non_deterministic_state(),
            ),
        ),
    ),
    (
        "not_reproducible",
        layer(
            lambda self, m, v: (
                m
                + tf.exp(v / 2)
                * keras.random.normal(ops.shape(m), seed=self.dice)
            ),
            lambda self: setattr(
                self,
                "dice",
                keras.random.SeedGenerator(time.time_ns() % 2**31),
            ),
        ),
    ),
    ("not_loadable", NoOptions),
    ("not_loadable", OptionsDropped),
    ("not_loadable", NameNotHandedOn),
    ("not_loadable", ExtraConfig),
    ("not_reproducible", DiceOfTheClass),
    ("not_finite", scaled(lambda v: ops.sqrt(v))),
    ("not_finite", scaled(lambda v: v * np.nan)),
    ("wrong_type", WithGenerator()),
    ("wrong_type", lambda inputs: inputs[0]),
    ("wrong_type", 3),
    ("wrong_type", type("Plain", (), {"call": WithGenerator.call})),
    ("returns_nothing", layer(lambda self, m, v: None)),
    (None, MatrixProduct),
    ("wrong_output_shape", layer(lambda self, m, v: ops.sum(m + v, axis=1))),
    ("wrong_output_shape", layer(lambda self, m, v: [m, v])),
    (
        None,
        noisy(
            lambda m: keras.random.truncated_normal(
                ops.shape(m), stddev=1 / 0.8796
            )
        ),
    ),
    (None, noisy(lambda m: 0.1 + tf.random.normal(tf.shape(m)))),
    ("noise_not_standard", scaled(lambda v: 1.05 * tf.exp(v / 2))),
    (None, scaled(lambda v: tf.exp(0.505 * v))),
    (None, scaled(lambda v: tf.exp(ops.clip(v, -2, 2) / 2))),
    (None, noisy(lambda m: ops.clip(tf.random.normal(tf.shape(m)), -3, 3))),
    (
        "noise_not_standard",
        noisy(lambda m: ops.abs(tf.random.normal(tf.shape(m)))),
    ),
    (None, noisy(lambda m: ops.sign(tf.random.normal(tf.shape(m))))),
    (None, noisy(lambda m: tf.random.normal(tf.shape(m)[:1]))),
    (
        None,
        layer(
            lambda self, m, v: (
                0.99 * m + tf.exp(v / 2) * tf.random.normal(tf.shape(m))
            )
        ),
    ),
    (
        None,
        layer(
            lambda self, m, v: ops.tanh(
                m + tf.exp(v / 2) * tf.random.normal(tf.shape(m))
            )
        ),
    ),
    (None, Misspelt),
    (None, MisspeltOnTheLibrarys),
    (
        None,
        scaled(lambda v: ops.exp(v / 4) * tf.stop_gradient(ops.exp(v / 4))),
    ),
    (
        ANY,
        scaled(tf.exp, lambda m: keras.random.normal((ops.shape(m)[0], 1))),
    ),
    (ANY, scaled(tf.exp, lambda m: keras.random.uniform(ops.shape(m)))),
    (ANY, scaled(tf.exp, lambda m: keras.random.normal(m.shape))),
    (ANY, noisy(lambda m: keras.random.normal((1, 4), seed=1))),
    (ANY, noisy(lambda m: keras.random.uniform(m.shape, -1))),
    (ANY, layer(lambda self, m, v: v * keras.random.normal(ops.shape(m)))),
    (
        ANY,
        layer(
            lambda self, v, m: (
                m + ops.exp(v) * keras.random.normal(ops.shape(m))
            )
        ),
    ),
    (ANY, scaled(lambda v: v, lambda m: np.random.normal(size=m.shape))),
]


def test_endless_layer_is_stopped(mistake_of):
    def never_returns(self, z_mean, z_log_var):
        while True:
            time.sleep(0.01)

    slug = mistake_of(check.Sampling, layer(never_returns), time_limit=0.3)
    assert slug == "takes_too_long"


def message_of(answer):
    with pytest.raises(ExerciseFailed) as caught:
        check.Sampling(answer)
    return str(caught.value)


def test_message_on_a_fixed_shape_shows_the_error_itself():
    text = message_of(noisy(lambda m: keras.random.normal(m.shape)))
    assert "Got    ValueError: Cannot convert a partially known" in text


def test_message_on_a_spread_says_where():
    assert "where σ is 3: " in message_of(scaled(tf.exp))


def test_message_says_in_which_mode_noise_is_missing():
    assert "training=False" in message_of(NotInInference)
    assert "training=True" in message_of(NotInTraining)


def test_wrong_mean_is_told_as_a_mean():
    halved = layer(
        lambda self, m, v: (
            m / 2 + ops.exp(v / 2) * keras.random.normal(ops.shape(m))
        )
    )
    assert "draws whose mean is z_mean" in message_of(halved)


def test_check_does_not_make_tensorflow_warn(caplog):
    for _ in range(4):
        check.Sampling(WithGenerator)
    assert not caplog.records


def test_right_layer_passes_from_any_seed():
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        assert check.Sampling(WithGenerator) is WithGenerator


@pytest.mark.parametrize("policy", ["mixed_float16", "float64"])
def test_right_layer_passes_under_any_policy_and_leaves_it(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        assert check.Sampling(WithGenerator) is WithGenerator
        assert keras.config.dtype_policy().name == policy
    finally:
        keras.config.set_dtype_policy(before)


def test_dice_go_on_from_where_they_stood_before_the_check():
    def after(seed):
        keras.utils.set_random_seed(seed)
        check.Sampling(WithGenerator)
        return random.random(), float(keras.random.normal(()))

    assert after(1) == after(1)
    assert after(1) != after(2)


class AsGraph(keras.layers.Layer):
    @tf.function
    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = tf.random.normal(tf.shape(z_mean))
        return z_mean + ops.exp(z_log_var / 2) * epsilon


class TwoInputs(keras.layers.Layer):
    def call(self, z_mean, z_log_var):
        return z_mean + ops.exp(z_log_var / 2)


class WithoutSelf(keras.layers.Layer):
    def call(inputs):  # noqa: N805
        return inputs[0]


class WantsUnits(WithGenerator):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)


@pytest.mark.parametrize(
    "answer, asked, got",
    [
        (TwoInputs, "one input, a list of two", "(self, z_mean, z_log_var)"),
        (WithoutSelf, "one input, a list of two", "call(inputs)"),
        (WantsUnits, "`Sampling()` makes", "__init__(self, units, **kwargs)"),
    ],
)
def test_wrong_signature_is_shown(answer, asked, got):
    text = message_of(answer)
    assert asked in text
    assert got in text


def test_call_may_be_a_graph():
    assert check.Sampling(AsGraph) is AsGraph


# --- 4.3 --------------------------------------------------------------------


def formula(z_mean, z_log_var, epsilon):
    z = z_mean + tf.exp(0.5 * z_log_var) * epsilon
    return tf.ones_like(z_mean), (z - z_mean) / 2


def two_tapes(mean, log_var, noise):
    with tf.GradientTape() as first:
        first.watch(mean)
        total = ops.sum(mean + ops.sqrt(ops.exp(log_var)) * noise)
    with tf.GradientTape() as second:
        second.watch(log_var)
        z = mean + ops.sqrt(ops.exp(log_var)) * noise
    return [first.gradient(total, mean), second.gradient(z, log_var)]


def variables(epsilon, z_mean, z_log_var):
    z_mean, z_log_var = tf.Variable(z_mean), tf.Variable(z_log_var)
    with tf.GradientTape(persistent=True) as tape:
        z = z_mean + tf.exp(z_log_var / 2) * epsilon
    return tape.gradient(z, z_mean), tape.gradient(z, z_log_var)


def whole_jacobian(z_mean, z_log_var, epsilon):
    with tf.GradientTape() as tape:
        tape.watch((z_mean, z_log_var))
        z = z_mean + tf.exp(z_log_var / 2) * epsilon
    return [
        tf.einsum("ijij->ij", jacobian)
        for jacobian in tape.jacobian(z, (z_mean, z_log_var))
    ]


@tf.function
def graph(z_mean, z_log_var, epsilon):
    z = z_mean + tf.exp(z_log_var / 2) * epsilon
    return tf.stack(tf.gradients(z, [z_mean, z_log_var]))


def differentiate(z_of, watch=True, reduce=lambda z: z, order=1):
    """Code the exercise with one thing changed."""

    def answer(z_mean, z_log_var, epsilon):
        inputs = [z_mean, z_log_var]
        with tf.GradientTape() as tape:
            if watch:
                tape.watch(inputs)
            value = reduce(z_of(z_mean, z_log_var, epsilon))
        return tuple(tape.gradient(value, inputs)[::order])

    return answer


def right_z(z_mean, z_log_var, epsilon):
    return z_mean + tf.exp(0.5 * z_log_var) * epsilon


def forward_outside(z_mean, z_log_var, epsilon):
    z = right_z(z_mean, z_log_var, epsilon)
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        total = tf.reduce_sum(z)
    return tape.gradient(total, [z_mean, z_log_var])


def one_watched(z_mean, z_log_var, epsilon):
    with tf.GradientTape() as tape:
        tape.watch(z_mean)
        z = right_z(z_mean, z_log_var, epsilon)
    return tape.gradient(z, [z_mean, z_log_var])


def swapped_in_a_persistent_tape(z_mean, z_log_var, epsilon):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([z_mean, z_log_var])
        z = right_z(z_mean, z_log_var, epsilon)
    return tape.gradient(z, z_log_var), tape.gradient(z, z_mean)


def zeros_for_none(z_mean, z_log_var, epsilon):
    with tf.GradientTape() as tape:
        z = right_z(z_mean, z_log_var, epsilon)
    inputs = [z_mean, z_log_var]
    return tape.gradient(z, inputs, unconnected_gradients="zero")


def by_epsilon(z_mean, z_log_var, epsilon):
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var, epsilon])
        z = right_z(z_mean, z_log_var, epsilon)
    return tape.gradient(z, [z_mean, epsilon])


def spent_tape(z_mean, z_log_var, epsilon):
    """Ask a tape twice that was not told to persist."""
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        z = right_z(z_mean, z_log_var, epsilon)
    return tape.gradient(z, z_mean), tape.gradient(z, z_log_var)


def by_the_chain_rule(z_mean, z_log_var, epsilon):
    """Let the tape go half of the way, and go the rest by hand."""
    std = tf.exp(z_log_var / 2)
    with tf.GradientTape() as tape:
        tape.watch([z_mean, std])
        z = z_mean + std * epsilon
    dz_dmean, dz_dstd = tape.gradient(z, [z_mean, std])
    return dz_dmean, dz_dstd * std / 2


def entry_by_entry(z_mean, z_log_var, epsilon):
    def slopes(mean, log_var, noise):
        with tf.GradientTape() as tape:
            tape.watch([mean, log_var])
            z = mean + ops.exp(log_var / 2) * noise
        return tf.stack(tape.gradient(z, [mean, log_var]))

    flat = [tf.reshape(t, (-1,)) for t in (z_mean, z_log_var, epsilon)]
    pairs = tf.stack([slopes(*one) for one in zip(*flat, strict=True)], axis=1)
    return tf.reshape(pairs, (2, *z_mean.shape))


def small_steps(z_mean, z_log_var, epsilon):
    mean, log_var, noise = (
        np.asarray(t, "float64") for t in (z_mean, z_log_var, epsilon)
    )

    def slope(step_in_mean, step_in_log_var):
        up, down = (
            mean
            + sign * step_in_mean
            + np.exp((log_var + sign * step_in_log_var) / 2) * noise
            for sign in (1, -1)
        )
        return ((up - down) / 2e-5).tolist()

    return slope(1e-5, 0), slope(0, 1e-5)


def forward_mode(z_mean, z_log_var, epsilon):
    for start in (z_mean, z_log_var):
        ones = tf.ones_like(start)
        with tf.autodiff.ForwardAccumulator(start, ones) as accumulator:
            z = right_z(z_mean, z_log_var, epsilon)
        yield accumulator.jvp(z)


RIGHT_GRADIENTS = [
    small_steps,
    forward_mode,
    by_the_chain_rule,
    entry_by_entry,
    formula,
    two_tapes,
    variables,
    whole_jacobian,
    graph,
    differentiate(right_z),
    differentiate(right_z, reduce=tf.reduce_sum),
]

WRONG_GRADIENTS = [
    ("not_watched", differentiate(right_z, watch=False)),
    ("not_watched", forward_outside),
    ("not_watched", one_watched),
    ("not_watched", lambda z_mean, z_log_var, epsilon: (None, epsilon)),
    ("gradient_swapped", differentiate(right_z, order=-1)),
    ("gradient_swapped", lambda m, v, e: formula(m, v, e)[::-1]),
    ("gradient_swapped", swapped_in_a_persistent_tape),
    ("gradient_swapped", lambda m, v, e: [e * ops.exp(v / 2) / 2, 0 * m + 1]),
    ("not_watched", zeros_for_none),
    ("by_epsilon", by_epsilon),
    ("by_epsilon", lambda m, v, e: (tf.ones_like(m), tf.exp(v / 2))),
    (None, spent_tape),
    (None, lambda m, v, e: (tf.zeros_like(m) + 2, formula(m, v, e)[1])),
    (None, lambda m, v, e: (tf.ones_like(m), right_z(m, v, e) / 2)),
    ("wrong_type", lambda m, v, e: tf.stack(formula(m, v, e), axis=-1)),
    (ANY, differentiate(lambda m, v, e: m + tf.exp(v) * e, order=-1)),
    (ANY, differentiate(right_z, reduce=tf.reduce_mean, order=-1)),
    (ANY, differentiate(lambda m, v, e: m - tf.exp(v) * e)),
    (ANY, lambda m, v, e: (e, tf.ones_like(m))),
    (
        ANY,
        differentiate(
            lambda m, v, e: m + tf.exp(v) * e,
            reduce=lambda z: tf.reduce_mean(z, axis=-1),
        ),
    ),
    ("half_missing", differentiate(lambda m, v, e: m + tf.exp(v) * e)),
    ("half_missing", lambda m, v, e: (tf.ones_like(m), tf.exp(v / 2) * e)),
    ("mean_for_sum", differentiate(right_z, reduce=tf.reduce_mean)),
    (
        "mean_for_sum",
        differentiate(right_z, reduce=lambda z: tf.reduce_mean(z, axis=1)),
    ),
    (
        "mean_for_sum",
        differentiate(right_z, reduce=lambda z: tf.reduce_mean(z, axis=0)),
    ),
    ("wrong_type", lambda m, v, e: tf.ones_like(m)),
    ("wrong_type", lambda m, v, e: 1.0),
    ("wrong_type", lambda m, v, e: ("one", "half")),
    ("not_watched", differentiate(lambda m, v, e: m + e)),
    ("half_missing", differentiate(lambda m, v, e: m + tf.exp(2 * v) * e)),
    (
        "half_misplaced",
        differentiate(lambda m, v, e: m + tf.exp(v) / 2 * e),
    ),
    ("exp_missing", lambda m, v, e: (tf.ones_like(m), e)),
    ("exp_missing", differentiate(lambda m, v, e: m + v * e)),
    ("exp_missing", differentiate(lambda m, v, e: m + v / 2 * e)),
    ("sign", differentiate(lambda m, v, e: m - tf.exp(v / 2) * e)),
    ("sign", differentiate(lambda m, v, e: m + tf.exp(-v / 2) * e)),
    ("epsilon_ignored", differentiate(lambda m, v, e: m + tf.exp(v / 2))),
    (
        "epsilon_ignored",
        differentiate(
            lambda m, v, e: m + tf.exp(v / 2) * tf.random.normal(m.shape)
        ),
    ),
    ("epsilon_ignored", differentiate(lambda m, v, e: Sampling()([m, v]))),
    ("not_finite", differentiate(lambda m, v, e: m + tf.sqrt(v) * e)),
    (
        "wrong_type",
        lambda m, v, e: dict(zip("ab", formula(m, v, e), strict=True)),
    ),
    ("wrong_type", lambda m, v, e: (*formula(m, v, e), e)),
    (None, differentiate(right_z, reduce=lambda z: z[0, 0])),
    (None, differentiate(right_z, reduce=lambda z: tf.reduce_sum(z**2))),
    (None, lambda m, v, e: (tf.ones_like(m[0]), formula(m, v, e)[1])),
    (None, lambda m, v, e: (1.0, formula(m, v, e)[1])),
    ("sign", lambda m, v, e: (tf.ones_like(m), -formula(m, v, e)[1])),
]


# --- all three --------------------------------------------------------------

CASES = [
    (check.std_from_log_var, RIGHT_STDS, WRONG_STDS),
    (check.Sampling, RIGHT_LAYERS, WRONG_LAYERS),
    (check.sampling_gradients, RIGHT_GRADIENTS, WRONG_GRADIENTS),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test([CASES[0], CASES[2]])


def question_of(check, answer):
    with pytest.raises(ExerciseFailed) as caught:
        check(answer)
    return caught.value.args[2]


def test_unknown_std_is_followed_by_hand():
    question = question_of(check.std_from_log_var, lambda v: tf.exp(v / 3))
    assert "variance of 9" in question


@pytest.mark.parametrize(
    "answer, question",
    [
        (differentiate(right_z, reduce=tf.square), "z itself"),
        (differentiate(lambda m, v, e: m + tf.exp(v / 3) * e), "by hand"),
        (
            lambda m, v, e: (tf.ones_like(m), e),
            "which of the two did you differentiate",
        ),
        (
            differentiate(lambda m, v, e: m + np.exp(v / 2) * e),
            "leaves TensorFlow",
        ),
        (differentiate(right_z, watch=False), "told to watch"),
    ],
)
def test_question_on_gradients_fits(answer, question):
    assert question in question_of(check.sampling_gradients, answer)


@pytest.mark.parametrize("factor", [0.2, 0.7])
def test_only_a_mean_is_called_too_small_by_a_whole_number(factor):
    def answer(z_mean, z_log_var, epsilon):
        dz_dmean, dz_dlogvar = formula(z_mean, z_log_var, epsilon)
        return dz_dmean, factor * dz_dlogvar

    question = question_of(check.sampling_gradients, answer)
    assert "whole number" not in question
