"""The checks of lesson 01 pass right answers and name each slip."""

import functools
import itertools
import math
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from scipy.special import entr, logit, rel_entr, xlog1py, xlogy
from spoil import change_input
from tables import ANY, answer_tests, spoiled_test

from vae_course import losses, networks
from vae_course.checks import ExerciseFailed
from vae_course.checks import lesson_01 as check

# Keras minds a list of one input, and a softmax over one channel; NumPy minds
# the logarithm of 0.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{text}")
    for text in (
        "The structure of `inputs`:UserWarning",
        "You are using a softmax:UserWarning",
        ".*encountered in log:RuntimeWarning",
    )
]
FILTERS = 32, 64, 128
OPTIONS = {
    "kernel_size": 3,
    "strides": 2,
    "padding": "same",
    "activation": "relu",
}


def conv(filters, **other):
    return layers.Conv2D(filters, **{**OPTIONS, **other})


def up(filters, **other):
    return layers.Conv2DTranspose(filters, **{**OPTIONS, **other})


# --- 1.1 --------------------------------------------------------------------


def functional_encoder(latent_dim=2):
    image = keras.Input((32, 32, 1))
    x = image
    for filters in FILTERS:
        x = layers.ReLU()(conv(filters, activation=None)(x))
    return keras.Model(image, layers.Dense(latent_dim)(layers.Flatten()(x)))


def encoder_without_input(latent_dim=2):
    model = keras.Sequential([conv(filters) for filters in FILTERS])
    model.add(layers.Flatten())
    model.add(layers.Dense(latent_dim))
    return model


def nested_encoder(code_size=2):
    body = keras.Sequential([*map(conv, FILTERS), layers.Flatten()])
    return keras.Sequential(
        [keras.Input((32, 32, 1)), body, layers.Dense(code_size)]
    )


class SubclassedEncoder(keras.Model):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.convolutions = [conv(filters) for filters in FILTERS]
        self.dense = layers.Dense(latent_dim)

    def call(self, x):
        for convolution in self.convolutions:
            x = convolution(x)
        return self.dense(ops.reshape(x, (-1, 2048)))


class HandmadeEncoder(keras.Model):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.kernels = [
            self.add_weight(shape=(3, 3, i, o), initializer="he_normal")
            for i, o in ((1, 32), (32, 64), (64, 128))
        ]
        self.biases = [self.add_weight(shape=(o,)) for o in FILTERS]
        self.last = self.add_weight(
            shape=(2048, latent_dim), initializer="he_normal"
        )
        self.offset = self.add_weight(shape=(latent_dim,))

    def call(self, x):
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            x = tf.nn.conv2d(x, ops.convert_to_tensor(kernel), 2, "SAME")
            x = tf.nn.relu(x + bias)
        return ops.matmul(ops.reshape(x, (-1, 2048)), self.last) + self.offset


def encoder_with(*head, filters=FILTERS, latent_dim=2, **options):
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            *(conv(width, **options) for width in filters),
            layers.Flatten(),
            *(head or [layers.Dense(latent_dim)]),
        ]
    )


class SubclassedWithTanh(SubclassedEncoder):
    def call(self, x):
        return ops.tanh(super().call(x))


class SubclassedWithRelu(SubclassedEncoder):
    def call(self, x):
        return ops.relu(super().call(x))


def functional_without_stride(latent_dim=2):
    image = keras.Input((32, 32, 1))
    x = image
    for filters, strides in zip(FILTERS, (2, 2, 1), strict=True):
        x = conv(filters, strides=strides)(x)
    return keras.Model(image, layers.Dense(latent_dim)(layers.Flatten()(x)))


class HandmadeWithoutStride(HandmadeEncoder):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.last = self.add_weight(
            shape=(32 * 32 * 128, latent_dim), initializer="he_normal"
        )
        self.offset = self.add_weight(shape=(latent_dim,))

    def call(self, x):
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            x = tf.nn.conv2d(x, ops.convert_to_tensor(kernel), 1, "SAME")
            x = tf.nn.relu(x + bias)
        x = ops.reshape(x, (-1, 32 * 32 * 128))
        return ops.matmul(x, self.last) + self.offset


def pooled_encoder(latent_dim=2):
    parts = []
    for filters in FILTERS:
        parts += [conv(filters, strides=1), layers.MaxPooling2D()]
    dense = layers.Dense(latent_dim)
    return keras.Sequential(
        [keras.Input((32, 32, 1)), *parts, layers.Flatten(), dense]
    )


def encoder_of_small_images(latent_dim=2):
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *map(conv, FILTERS),
            layers.Flatten(),
            layers.Dense(latent_dim),
        ]
    )


def dense_with(activation):
    return lambda latent_dim=2: encoder_with(
        layers.Dense(latent_dim, activation=activation)
    )


def encoder_tensor(latent_dim=2):
    return functional_encoder(latent_dim).output


def encoder_layers(latent_dim=2):
    return functional_encoder(latent_dim).layers


def functional_of_lists(latent_dim=2):
    model = functional_encoder(latent_dim)
    return keras.Model([model.inputs[0]], [model.outputs[0]])


def encoder_padded_by_hand(latent_dim=2):
    parts = []
    for filters in FILTERS:
        below_and_right = layers.ZeroPadding2D(((0, 1), (0, 1)))
        parts += [below_and_right, conv(filters, padding="valid")]
    parts += [layers.Flatten(), layers.Dense(latent_dim)]
    return keras.Sequential([keras.Input((32, 32, 1)), *parts])


def encoder_of_each(latent_dim=2, *, first=(), after=(), **options):
    """Let an option have one value for each of the three convolutions."""
    parts = []
    for number, filters in enumerate(FILTERS):
        own = {name: values[number] for name, values in options.items()}
        parts += [conv(filters, **own), *(make() for make in after)]
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            *first,
            *parts,
            layers.Flatten(),
            layers.Dense(latent_dim),
        ]
    )


def encoder_that(change):
    def build(latent_dim=2):
        model = functional_encoder(latent_dim)
        return keras.Model(model.inputs[0], change(model.outputs[0]))

    return build


class ReturnsTwo(SubclassedEncoder):
    def call(self, x):
        z = super().call(x)
        return z, z


class KnowsTraining(SubclassedEncoder):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs)


def frozen_encoder(latent_dim=2):
    model = functional_encoder(latent_dim)
    model.trainable = False
    return model


def each_of_three(option, wrong, right):
    """List the settings where some of three have the wrong value."""
    for some in np.ndindex(2, 2, 2):
        if 0 in some:
            values = [right if choice else wrong for choice in some]
            yield functools.partial(encoder_of_each, **{option: values})


class Halve(layers.Layer):
    def __init__(self, filters, **options):
        super().__init__()
        self.convolution = conv(filters, **options)

    def build(self, shape):
        self.convolution.build(shape)

    def call(self, x):
        return self.convolution(x)


def encoder_of_own_layers(latent_dim=2, head=None, **options):
    model = keras.Sequential()
    model.add(keras.Input(batch_shape=(None, 32, 32, 1)))
    for filters in FILTERS:
        model.add(Halve(filters, **options))
    model.add(layers.Reshape((-1,)))
    model.add(layers.Dense(latent_dim, activation=head))
    return model


class SequentialEncoder(keras.Sequential):
    def __init__(self, latent_dim=2):
        super().__init__([keras.Input((32, 32, 1))])
        for filters in FILTERS:
            self.add(
                layers.Conv2D(
                    filters, (3, 3), (2, 2), "same", activation=tf.nn.relu
                )
            )
        self.add(layers.Flatten())
        self.add(layers.Dense(latent_dim))


def compiled_encoder(latent_dim=2):
    model = functional_encoder(latent_dim)
    model.compile("adam", "mse")
    return model


def encoder_from_text(latent_dim=2):
    return keras.models.model_from_json(
        functional_encoder(latent_dim).to_json()
    )


def encoder_behind(*first):
    return lambda latent_dim=2: encoder_of_each(latent_dim, first=first)


OUTSIDE = [conv(filters) for filters in FILTERS]
TRUNK = keras.Sequential([conv(filters) for filters in FILTERS])
GLOBAL_ENCODER = functional_encoder()


def encoder_of_layers_outside(latent_dim=2):
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            *OUTSIDE,
            layers.Flatten(),
            layers.Dense(latent_dim),
        ]
    )


def functional_of_layers_outside(latent_dim=2):
    image = keras.Input((32, 32, 1))
    x = functools.reduce(lambda y, layer: layer(y), OUTSIDE, image)
    return keras.Model(image, layers.Dense(latent_dim)(layers.Flatten()(x)))


def trunk_outside(latent_dim=2):
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            TRUNK,
            layers.Flatten(),
            layers.Dense(latent_dim),
        ]
    )


def padded_on_all_sides(latent_dim=2):
    parts = []
    for filters in FILTERS:
        parts += [layers.ZeroPadding2D(1), conv(filters, padding="valid")]
    parts += [layers.Flatten(), layers.Dense(latent_dim)]
    return keras.Sequential([keras.Input((32, 32, 1)), *parts])


def encoder_of(*parts):
    """Chain parts that make no use of the code's size, then a dense layer."""
    return lambda latent_dim=2: keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            *(make() for make in parts),
            layers.Dense(latent_dim),
        ]
    )


HALVES = [functools.partial(conv, filters) for filters in FILTERS]

RIGHT_ENCODERS = [
    encoder_of_own_layers,
    SequentialEncoder,
    compiled_encoder,
    encoder_from_text,
    encoder_of(
        *HALVES,
        lambda: layers.Lambda(lambda x: ops.reshape(x, (-1, 4 * 4 * 128))),
    ),
    functional_of_lists,
    encoder_padded_by_hand,
    KnowsTraining,
    functools.partial(functional_encoder),
    lambda n=2: encoder_with(latent_dim=n, kernel_initializer="zeros"),
    lambda n=2: encoder_with(latent_dim=n, bias_initializer="ones"),
    functools.partial(encoder_of_each, after=[layers.ReLU]),
    networks.build_encoder,
    functional_encoder,
    nested_encoder,
    SubclassedEncoder,
    HandmadeEncoder,
    lambda n=2: encoder_with(layers.Dense(n, "linear")),
]

LOSSY = "tanh", "sigmoid", "softplus", "leaky_relu", "gelu", "elu"

WRONG_ENCODERS = [
    *(("activation_on_latent", dense_with(name)) for name in LOSSY),
    ("activation_on_latent", dense_with("relu")),
    ("activation_on_latent", encoder_that(layers.LeakyReLU())),
    ("activation_on_latent", encoder_that(lambda z: ops.clip(z, -3, 3))),
    *(
        ("activation_missing", answer)
        for answer in each_of_three("activation", None, "relu")
    ),
    *(
        ("padding_missing", answer)
        for answer in each_of_three("padding", "valid", "same")
    ),
    *(
        (
            None,
            lambda n=2, name=name: encoder_with(latent_dim=n, activation=name),
        )
        for name in LOSSY
    ),
    *(
        (None, functools.partial(encoder_of_each, activation=names))
        for names in (
            ("relu", "tanh", "relu"),
            ("relu", "relu", lambda a: ops.leaky_relu(a, 0.01)),
        )
    ),
    *(
        (
            "layer_not_asked_for",
            functools.partial(encoder_of_each, after=[make]),
        )
        for make in (
            lambda: layers.Dropout(0.2),
            lambda: layers.GaussianNoise(0.01),
        )
    ),
    ("layer_not_asked_for", encoder_that(lambda z: layers.Dropout(0.2)(z))),
    (
        "layer_not_asked_for",
        lambda n=2: encoder_of_each(n, first=[layers.RandomRotation(0.1)]),
    ),
    *(
        (
            "layer_not_asked_for",
            functools.partial(encoder_of_each, after=[make]),
        )
        for make in (
            layers.BatchNormalization,
            lambda: layers.BatchNormalization(center=False, scale=False),
            layers.LayerNormalization,
            layers.PReLU,
        )
    ),
    (
        "layer_not_asked_for",
        lambda n=2: encoder_with(layers.Dense(n), layers.Dense(n)),
    ),
    ("scaled_twice", encoder_behind(layers.Rescaling(1 / 255))),
    ("scaled_twice", encoder_behind(layers.Lambda(lambda x: x / 255))),
    (
        "scaled_twice",
        encoder_behind(layers.Normalization(mean=0, variance=255**2)),
    ),
    (None, encoder_that(lambda z: 2 * z)),
    ("not_trainable", frozen_encoder),
    ("not_trainable", lambda n=2: encoder_with(latent_dim=n, trainable=False)),
    (
        "not_trainable",
        lambda n=2: encoder_with(layers.Dense(n, trainable=False)),
    ),
    ("bias_missing", lambda n=2: encoder_with(latent_dim=n, use_bias=False)),
    (
        "bias_missing",
        lambda n=2: encoder_with(layers.Dense(n, use_bias=False)),
    ),
    (
        "bias_missing",
        functools.partial(encoder_of_own_layers, use_bias=False),
    ),
    (
        "penalty_not_asked_for",
        lambda n=2: encoder_with(latent_dim=n, kernel_regularizer="l2"),
    ),
    (
        "penalty_not_asked_for",
        lambda n=2: encoder_with(layers.Dense(n, activity_regularizer="l1")),
    ),
    (
        "penalty_not_asked_for",
        encoder_that(lambda z: layers.ActivityRegularization(0.1)(z)),
    ),
    ("layers_shared", encoder_of_layers_outside),
    ("layers_shared", functional_of_layers_outside),
    ("layers_shared", trunk_outside),
    ("layers_shared", functools.cache(functional_encoder)),
    ("layer_of_another_kind", lambda n=2: encoder_of(*TURNED)(n)),
    ("wrong_output_shape", lambda latent_dim=2: GLOBAL_ENCODER),
    ("wrong_output_shape", encoder_of(*HALVES)),
    (
        "activation_on_latent",
        functools.partial(encoder_of_own_layers, head="tanh"),
    ),
    ("activation_on_latent", encoder_that(lambda z: ops.clip(z, -100, 100))),
    ("activation_on_latent", encoder_that(layers.UnitNormalization())),
    ("activation_on_latent", dense_with("softmax")),
    ("stride_missing", functools.partial(encoder_of_own_layers, strides=1)),
    ("stride_missing", lambda n=2: encoder_with(latent_dim=n, strides=(2, 1))),
    (
        "stride_missing",
        lambda n=2: encoder_with(latent_dim=n, strides=1, dilation_rate=2),
    ),
    (None, padded_on_all_sides),
    (None, encoder_of(*HALVES, layers.GlobalAveragePooling2D)),
    (
        None,
        encoder_of(*HALVES, lambda: layers.Permute((3, 1, 2)), layers.Flatten),
    ),
    (None, lambda n=2: encoder_with(latent_dim=n, strides=3)),
    (
        "wrong_channels",
        lambda n=2: encoder_with(latent_dim=n, filters=(128, 64, 32)),
    ),
    (None, lambda n=2: keras.Sequential([keras.Input(32, 32, 1)])),
    (ANY, lambda n=2: encoder_with(layers.Dense(n, "tanh"), strides=1)),
    (ANY, lambda n=2: encoder_with(layers.Dense(n, "relu"), activation=None)),
    (ANY, lambda n=2: encoder_with(layers.Dense(n, "relu"), kernel_size=5)),
    (ANY, lambda n=2: encoder_with(latent_dim=n, strides=1, padding="valid")),
    (ANY, lambda n=2: encoder_with(layers.Dense(2, "relu"))),
    (
        ANY,
        lambda n=2: encoder_with(
            latent_dim=n, activation=None, padding="valid"
        ),
    ),
    (
        ANY,
        functools.partial(encoder_of_own_layers, activation=None, strides=1),
    ),
    (
        ANY,
        lambda n=2: encoder_of_each(
            n, first=[layers.Rescaling(1 / 255)], activation=[None] * 3
        ),
    ),
    (None, networks.build_dense_encoder),
    ("wrong_output_shape", ReturnsTwo),
    ("wrong_type", encoder_that(lambda z: {"z": z})),
    (
        "wrong_channels",
        lambda n=2: encoder_with(filters=(64, 128, 256), latent_dim=n),
    ),
    (None, lambda n=2: encoder_with(filters=(32, 64), latent_dim=n)),
    (
        "activation_on_latent",
        lambda n=2: encoder_with(layers.Dense(n), layers.ReLU()),
    ),
    ("activation_on_latent", SubclassedWithTanh),
    ("activation_on_latent", SubclassedWithRelu),
    ("stride_missing", lambda n=2: encoder_with(strides=1, latent_dim=n)),
    ("stride_missing", functional_without_stride),
    ("stride_missing", HandmadeWithoutStride),
    ("stride_missing", pooled_encoder),
    ("wrong_output_shape", lambda latent_dim=2: networks.build_encoder(2)),
    ("wrong_output_shape", lambda n=2: networks.build_encoder(2 * n)),
    (
        "wrong_output_shape",
        lambda n=2: keras.Sequential(
            [keras.Input((32, 32, 1)), *map(conv, FILTERS), layers.Dense(n)]
        ),
    ),
    ("wrong_input_shape", encoder_of_small_images),
    ("input_missing", encoder_without_input),
    (
        "input_missing",
        lambda n=2: keras.Sequential([layers.Flatten(), layers.Dense(n)]),
    ),
    ("wrong_type", encoder_tensor),
    ("wrong_type", encoder_layers),
    ("wrong_type", lambda latent_dim=2: networks.build_encoder),
    (
        "wrong_channels",
        lambda n=2: encoder_with(filters=(16, 32, 128), latent_dim=n),
    ),
    (
        "wrong_kernel_size",
        lambda n=2: encoder_with(kernel_size=5, latent_dim=n),
    ),
    (
        "wrong_kernel_size",
        functools.partial(encoder_of_own_layers, kernel_size=(3, 5)),
    ),
    (
        "wrong_kernel_size",
        lambda n=2: encoder_of_each(n, kernel_size=(5, 3, 3)),
    ),
    (
        None,
        lambda n=2: encoder_with(
            layers.Dense(16, "relu"), layers.Dense(n), latent_dim=n
        ),
    ),
    (None, lambda latent_dim: networks.build_encoder(latent_dim)),
    ("wrong_output_shape", lambda n=3: networks.build_encoder(n)),
]


# --- 1.2 --------------------------------------------------------------------


def functional_decoder(latent_dim=2):
    code = keras.Input((latent_dim,))
    x = layers.Reshape((4, 4, 128))(layers.Dense(2048)(code))
    for filters in (128, 64, 32):
        x = layers.Activation("relu")(up(filters, activation=None)(x))
    x = layers.Conv2D(1, 3, padding="same")(x)
    return keras.Model(code, layers.Activation("sigmoid")(x))


def decoder_without_input(latent_dim=2):
    return keras.Sequential(decoder_with(latent_dim=latent_dim).layers)


class SubclassedDecoder(keras.Model):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.dense = layers.Dense(2048)
        self.parts = [up(filters) for filters in (128, 64, 32)]
        self.last = layers.Conv2D(1, 3, padding="same")
        self.latent_dim = latent_dim

    def call(self, z):
        x = ops.reshape(self.dense(z), (-1, 4, 4, 128))
        for part in self.parts:
            x = part(x)
        return ops.sigmoid(self.last(x))


class SubclassedUnbounded(SubclassedDecoder):
    def call(self, z):
        x = ops.reshape(self.dense(z), (-1, 4, 4, 128))
        for part in self.parts:
            x = part(x)
        return self.last(x)


def decoder_with(*, latent_dim=2, last="sigmoid", dense=None, **options):
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(2048, activation=dense),
            layers.Reshape((4, 4, 128)),
            *(up(filters, **options) for filters in (128, 64, 32)),
            layers.Conv2D(1, 3, padding="same", activation=last),
        ]
    )


def functional_with(last):
    def build(latent_dim=2):
        code = keras.Input((latent_dim,))
        x = layers.Reshape((4, 4, 128))(layers.Dense(2048)(code))
        for filters in (128, 64, 32):
            x = up(filters)(x)
        x = layers.Conv2D(1, 3, padding="same", activation=last)(x)
        return keras.Model(code, x)

    return build


def decoder_from_eight(latent_dim=2):
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(8 * 8 * 128),
            layers.Reshape((8, 8, 128)),
            *map(up, (128, 64, 32)),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def decoder_of_two(latent_dim=2):
    return networks.build_decoder(2)


def upsampling_decoder(latent_dim=2):
    parts = []
    for filters in (128, 64, 32):
        parts += [layers.UpSampling2D(), conv(filters, strides=1)]
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(2048),
            layers.Reshape((4, 4, 128)),
            *parts,
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def decoder_of_convolutions(latent_dim=2):
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(2048),
            layers.Reshape((4, 4, 128)),
            *map(conv, (128, 64, 32)),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def decoder_of_each(latent_dim=2, *, activation=("relu",) * 3, after=()):
    parts = []
    for filters, name in zip((128, 64, 32), activation, strict=True):
        parts += [up(filters, activation=name), *(make() for make in after)]
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(2048),
            layers.Reshape((4, 4, 128)),
            *parts,
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def last_transposed(latent_dim=2):
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(2048),
            layers.Reshape((4, 4, 128)),
            *map(up, (128, 64, 32)),
            layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid"),
        ]
    )


class HandmadeDecoder(keras.Model):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.dense = layers.Dense(2048)
        self.dense.build((None, latent_dim))
        self.last = layers.Conv2D(1, 3, padding="same")
        self.last.build((None, 32, 32, 32))
        sizes = 128, 128, 64, 32
        self.kernels = [
            self.add_weight(shape=(3, 3, o, i), initializer="he_normal")
            for i, o in itertools.pairwise(sizes)
        ]
        self.biases = [self.add_weight(shape=(o,)) for o in sizes[1:]]

    def call(self, z):
        x = tf.reshape(self.dense(z), (-1, 4, 4, 128))
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            side, channels = 2 * x.shape[1], kernel.shape[2]
            shape = tf.shape(x)[0], side, side, channels
            kernel = ops.convert_to_tensor(kernel)
            x = tf.nn.conv2d_transpose(x, kernel, shape, 2, "SAME")
            x = tf.nn.relu(x + bias)
        return ops.sigmoid(self.last(x))


class HandmadeUnbounded(HandmadeDecoder):
    def call(self, z):
        drawn = super().call(z)
        return ops.log(drawn) - ops.log(1 - drawn)


class HandmadeValid(HandmadeDecoder):
    def call(self, z):
        return super().call(z)[:, 1:-1, 1:-1]


def after_sigmoid(function):
    return functional_with(lambda x: ops.sigmoid(function(x)))


class Double(layers.Layer):
    def __init__(self, filters, **options):
        super().__init__()
        self.stamp = up(filters, **options)

    def build(self, shape):
        self.stamp.build(shape)

    def call(self, x):
        return self.stamp(x)


class Enlarge(Halve):
    def __init__(self, filters):
        super().__init__(filters, strides=1)

    def call(self, x):
        return ops.repeat(ops.repeat(super().call(x), 2, axis=1), 2, axis=2)


SIDES = 4, 4, 128


def decoder_of(*parts, dense=2048, shape=SIDES, kernels=1, last="sigmoid"):
    """Chain a dense layer and a reshape, parts, and a last convolution."""

    def build(latent_dim=2):
        model = keras.Sequential([keras.Input((latent_dim,))])
        model.add(layers.Dense(dense))
        model.add(layers.Reshape(shape))
        for make in parts:
            model.add(make())
        if kernels:
            model.add(
                layers.Conv2D(kernels, 3, padding="same", activation=last)
            )
        return model

    return build


def stamps(layer=up, filters=(128, 64, 32), **options):
    return [functools.partial(layer, width, **options) for width in filters]


TURNED = [*stamps(filters=FILTERS), layers.Flatten]
STAMPS_OUTSIDE = [make() for make in stamps()]


def frozen_decoder(latent_dim=2):
    model = functional_decoder(latent_dim)
    model.trainable = False
    return model


class DecoderWithPenalty(SubclassedDecoder):
    def call(self, z):
        self.add_loss(ops.mean(ops.square(z)))
        return super().call(z)


RIGHT_DECODERS = [
    decoder_of(*stamps(Double)),
    decoder_of(*stamps(), shape=(4, 4, -1)),
    decoder_of(*stamps(), last=tf.nn.sigmoid),
    decoder_of(*stamps(kernel_size=(3, 3), strides=(2, 2))),
    lambda n=2: keras.Sequential([keras.Input((n,)), functional_decoder(n)]),
    networks.build_decoder,
    functional_decoder,
    SubclassedDecoder,
    functional_with("sigmoid"),
    functional_with(lambda x: ops.clip(ops.sigmoid(x), 1e-7, 1 - 1e-7)),
    last_transposed,
    HandmadeDecoder,
    lambda n=2: decoder_with(latent_dim=n, kernel_initializer="zeros"),
    functional_with(lambda x: (ops.tanh(x / 2) + 1) / 2),
    lambda n=2: decoder_with(latent_dim=n, dense="relu"),
]

WRONG_DECODERS = [
    *(
        ("output_not_bounded", functional_with(last))
        for last in (None, "tanh", "relu", "softplus", "exponential")
    ),
    ("output_not_bounded", functional_with(lambda x: ops.clip(x, 0, 1))),
    (
        "output_not_bounded",
        lambda n=2: decoder_with(latent_dim=n, last="linear"),
    ),
    ("output_not_bounded", SubclassedUnbounded),
    ("output_constant", functional_with("softmax")),
    ("wrong_output_shape", decoder_from_eight),
    ("stride_missing", lambda n=2: decoder_with(latent_dim=n, strides=1)),
    (
        "padding_missing",
        lambda n=2: decoder_with(latent_dim=n, padding="valid"),
    ),
    ("wrong_input_shape", decoder_of_two),
    ("input_missing", decoder_without_input),
    ("layer_of_another_kind", upsampling_decoder),
    ("layer_of_another_kind", decoder_of_convolutions),
    *(
        (
            "activation_missing",
            functools.partial(
                decoder_of_each,
                activation=["relu" if bends else None for bends in some],
            ),
        )
        for some in np.ndindex(2, 2, 2)
        if 0 in some
    ),
    *(
        (
            None,
            lambda n=2, name=name: decoder_of_each(n, activation=[name] * 3),
        )
        for name in LOSSY
    ),
    *(
        ("activation_twice", after_sigmoid(function))
        for function in (ops.sigmoid, ops.relu, ops.tanh)
    ),
    ("output_not_bounded", functional_with("hard_sigmoid")),
    (
        "output_not_bounded",
        functional_with(lambda x: ops.clip(x, 1e-3, 1 - 1e-3)),
    ),
    (None, functional_with(lambda x: (ops.tanh(x) + 1) / 2)),
    (None, lambda n=2: decoder_with(latent_dim=n, dense="tanh")),
    ("wrong_type", lambda n=2: {"decoder": functional_decoder(n)}),
    (
        "layer_not_asked_for",
        lambda n=2: decoder_of_each(n, after=[lambda: layers.Dropout(0.2)]),
    ),
    *(
        (
            "layer_not_asked_for",
            functools.partial(decoder_of_each, after=[make]),
        )
        for make in (layers.BatchNormalization, layers.GroupNormalization)
    ),
    ("not_trainable", frozen_decoder),
    ("bias_missing", decoder_of(*stamps(use_bias=False))),
    ("penalty_not_asked_for", decoder_of(*stamps(kernel_regularizer="l2"))),
    ("penalty_not_asked_for", DecoderWithPenalty),
    ("layers_shared", decoder_of(*(lambda s=s: s for s in STAMPS_OUTSIDE))),
    ("layers_shared", functools.cache(SubclassedDecoder)),
    ("wrong_output_shape", decoder_of(*stamps(), kernels=3)),
    ("wrong_output_shape", decoder_of(*stamps(), kernels=0)),
    ("wrong_output_shape", decoder_of(*stamps(), layers.Flatten, kernels=0)),
    ("wrong_output_shape", decoder_of(*stamps(), shape=(128, 4, 4))),
    (
        "wrong_output_shape",
        decoder_of(*stamps(), dense=7 * 7 * 128, shape=(7, 7, 128)),
    ),
    ("wrong_output_shape", decoder_of(*stamps(Double, strides=1))),
    ("wrong_output_shape", HandmadeValid),
    ("output_not_bounded", decoder_of(*stamps(Double), last="relu6")),
    ("output_not_bounded", HandmadeUnbounded),
    ("output_not_bounded", functional_with(lambda x: 255 * ops.sigmoid(x))),
    ("output_not_bounded", functional_with(ops.abs)),
    (None, decoder_of(*stamps(Enlarge))),
    ("activation_missing", decoder_of(*stamps(Double, activation=None))),
    ("padding_missing", decoder_of(*stamps(padding="valid"))),
    (
        None,
        decoder_of(
            lambda: layers.Permute((2, 3, 1)), *stamps(), shape=(128, 4, 4)
        ),
    ),
    (None, decoder_of(lambda: layers.Permute((2, 1, 3)), *stamps())),
    (
        "wrong_channels",
        decoder_of(*stamps(filters=FILTERS), dense=512, shape=(4, 4, 32)),
    ),
    ("wrong_channels", decoder_of(*stamps(Double, filters=(128, 128, 32)))),
    (
        None,
        decoder_of(*stamps(filters=(64, 32)), dense=8192, shape=(8, 8, 128)),
    ),
    (None, decoder_of(dense=1024, shape=(32, 32, 1), kernels=0)),
    (None, decoder_of(*stamps(), shape=(4, 4, 64))),
    (None, functional_with(lambda x: ops.softsign(x) / 2 + 0.5)),
    (ANY, decoder_of(*stamps(strides=1), last=None)),
    (ANY, decoder_of(*stamps(activation=None), last=None)),
    (ANY, decoder_of(*stamps(padding="valid"), last="tanh")),
    (ANY, decoder_of(*stamps(Double, activation=None), last="tanh")),
    (ANY, decoder_of(*stamps(), shape=(128, 4, 4), last=None)),
    (
        ANY,
        lambda n=2: decoder_with(latent_dim=n, dense="tanh", activation=None),
    ),
    (ANY, lambda n=2: decoder_with(latent_dim=2, last="relu")),
    (
        "activation_missing",
        lambda n=2: decoder_with(latent_dim=n, activation=None),
    ),
    (
        "activation_missing",
        lambda n=2: decoder_with(latent_dim=n, activation="linear"),
    ),
    ("wrong_type", lambda n=2: functional_decoder(n).output),
    (
        "wrong_kernel_size",
        lambda n=2: decoder_with(latent_dim=n, kernel_size=5),
    ),
    ("wrong_input_shape", lambda n=3: networks.build_decoder(n)),
]


# --- 1.3 --------------------------------------------------------------------


def solution_of_keras(x, x_mean):
    nats = keras.losses.binary_crossentropy(x, x_mean)
    return ops.sum(nats, axis=(1, 2))


def flat_keras(images, drawn):
    flat = images.reshape(len(images), -1), drawn.reshape(len(drawn), -1)
    return keras.losses.binary_crossentropy(*flat) * flat[0].shape[1]


def keras_without_reduction(x, x_mean):
    loss = keras.losses.BinaryCrossentropy(reduction=None)
    return tf.reduce_sum(loss(x, x_mean), axis=[1, 2])


def by_hand(x, x_mean):
    x_mean = ops.clip(x_mean, 1e-6, 1 - 1e-6)
    nats = x * ops.log(x_mean) + (1 - x) * ops.log(1 - x_mean)
    return -ops.sum(nats, axis=(1, 2, 3))


def numpy_by_hand(x, x_mean):
    x, x_mean = x.astype("float64"), x_mean.astype("float64")
    x_mean = np.clip(x_mean, 1e-9, 1 - 1e-9)
    nats = x * np.log(x_mean) + (1 - x) * np.log1p(-x_mean)
    return -nats.reshape(len(x), -1).sum(axis=1)


def a_little_more(x_mean, x):
    nats = x * np.log(x_mean + 1e-7) + (1 - x) * np.log(1 - x_mean + 1e-7)
    return (-nats).sum((1, 2, 3))


def from_logits(x, x_mean):
    logits = logit(np.clip(np.float64(x_mean), 1e-4, 1 - 1e-4))
    nats = tf.nn.sigmoid_cross_entropy_with_logits(np.float64(x), logits)
    return tf.reduce_sum(nats, axis=[1, 2, 3])


def loops(x, x_mean):
    costs = []
    for image, drawn in zip(x, x_mean, strict=True):
        cost = 0.0
        for a, m in zip(image.flat, drawn.flat, strict=True):
            m = min(max(float(m), 1e-5), 1 - 1e-5)
            cost -= a * np.log(m) + (1 - a) * np.log(1 - m)
        costs.append(cost)
    return costs


pairs = functools.partial(zip, strict=True)


def with_scipy(x, x_mean):
    x_mean = np.clip(x_mean, 1e-7, 1 - 1e-7)
    return -(xlogy(x, x_mean) + xlog1py(1 - x, -x_mean)).sum((1, 2, 3))


def entropy_and_divergence(x, x_mean):
    x_mean = np.clip(np.float64(x_mean), 1e-12, 1 - 1e-12)
    lit, dark = entr(x) + rel_entr(x, x_mean), entr(1 - x)
    return np.sum(lit + dark + rel_entr(1 - x, 1 - x_mean), axis=(1, 2, 3))


def einsum(x, x_mean):
    x_mean = np.clip(x_mean, 1e-7, 1 - 1e-7)
    lit = np.einsum("nrck,nrck->n", x, np.log(x_mean))
    return -lit - np.einsum("nrck,nrck->n", 1 - x, np.log1p(-x_mean))


def logarithms_cut_off(x, x_mean):
    """Do as PyTorch does: a logarithm is never below -100."""
    with np.errstate(divide="ignore"):
        lit, dark = np.log(x_mean), np.log1p(-x_mean)
    nats = x * np.maximum(lit, -100) + (1 - x) * np.maximum(dark, -100)
    return -nats.sum(axis=(1, 2, 3))


def tiniest_of_float64(x, x_mean):
    lit, dark = np.float64(x_mean), 1 - np.float64(x_mean)
    nats = x * np.log(lit + 1e-300) + (1 - x) * np.log(dark + 1e-300)
    return -nats.sum(axis=(1, 2, 3))


def mapped(x, x_mean):
    def cost(pair):
        return tf.reduce_sum(keras.losses.binary_crossentropy(*pair))

    return tf.map_fn(cost, (x, x_mean), fn_output_signature=tf.float32)


def mean_times_size(x, x_mean):
    nats = ops.mean(ops.binary_crossentropy(x, x_mean), axis=(1, 2, 3))
    return nats * np.prod(x.shape[1:])


RIGHT_LOSSES = [
    with_scipy,
    entropy_and_divergence,
    einsum,
    logarithms_cut_off,
    tiniest_of_float64,
    mapped,
    mean_times_size,
    tf.function(lambda x, x_mean: solution_of_keras(x, x_mean)),
    lambda x, x_mean: unclipped(x, np.clip(x_mean, 5e-4, 1 - 5e-4)),
    lambda x, x_mean: with_margin(x, x_mean, 1e-5),
    lambda x, x_mean: [pixels(a, m).sum() for a, m in pairs(x, x_mean)],
    losses.reconstruction_loss,
    solution_of_keras,
    flat_keras,
    keras_without_reduction,
    by_hand,
    numpy_by_hand,
    lambda x, x_mean: a_little_more(x_mean, x),
    a_little_more,
    from_logits,
    loops,
]


def pixels(x, x_mean):
    return np.asarray(keras.losses.binary_crossentropy(x, x_mean))


def unclipped(x, x_mean):
    nats = x * np.log(x_mean) + (1 - x) * np.log(1 - x_mean)
    return -nats.sum(axis=(1, 2, 3))


def with_margin(x, x_mean, margin):
    lit, dark = np.log(x_mean + margin), np.log(1 - x_mean + margin)
    return -(x * lit + (1 - x) * dark).sum(axis=(1, 2, 3))


def each(cost):
    """Loop over the pixels of every picture."""

    def answer(x, x_mean):
        return [
            sum(cost(float(a), float(m)) for a, m in pairs(p.flat, d.flat))
            for p, d in pairs(x, x_mean)
        ]

    return answer


def nats(a, m):
    m = min(max(m, 1e-7), 1 - 1e-7)
    return -a * math.log(m) - (1 - a) * math.log(1 - m)


def scaled(factor):
    return lambda x, x_mean: factor(x) * by_hand(x, x_mean)


def signs(x, x_mean, of_lit, of_dark):
    lit, dark = x * np.log(x_mean), (1 - x) * np.log(1 - x_mean)
    return (of_lit * lit + of_dark * dark).sum(axis=(1, 2, 3))


def keras_pixels(x, x_mean, **options):
    return keras.losses.binary_crossentropy(x, x_mean, **options)


WRONG_LOSSES = [
    ("averages_pixels", scaled(lambda x: 1 / x[0].size)),
    ("averages_pixels", lambda x, m: np.vectorize(nats)(x, m).mean((1, 2, 3))),
    (
        "averages_pixels",
        lambda x, m: [
            sum(nats(*pair) for pair in pairs(p.flat, d.flat)) / p.size
            for p, d in pairs(x, m)
        ],
    ),
    (
        "averages_pixels",
        lambda x, m: tf.reduce_mean(
            keras.losses.BinaryCrossentropy(reduction="none")(x, m), [1, 2]
        ),
    ),
    (
        "averages_pixels",
        lambda x, m: np.einsum("nrc->n", pixels(x, m)) / x[0].size,
    ),
    ("sums_batch", lambda x, m: sum(each(nats)(x, m))),
    ("sums_batch", lambda x, m: tf.reduce_sum(ops.binary_crossentropy(x, m))),
    ("sums_batch", lambda x, m: np.einsum("nrck->", np.vectorize(nats)(x, m))),
    ("sums_batch", lambda x, m: sum(np.vectorize(nats)(x, m))),
    ("sums_batch", lambda x, m: np.vectorize(nats)(x, m).sum((0, 1, 2))),
    ("sums_batch", lambda x, m: pixels(x, m).sum((0, 1))[:, None]),
    ("arguments_swapped", each(lambda a, m: nats(m, a))),
    ("arguments_swapped", lambda x, m: einsum(m, x)),
    ("arguments_swapped", lambda x, m: keras_without_reduction(m, x)),
    (
        "arguments_swapped",
        each(lambda a, m: -a * math.log(m) - (1 - m) * math.log(1 - a)),
    ),
    (
        "arguments_swapped",
        lambda x, m: (
            -ops.sum(m * ops.log(x) + (1 - x) * ops.log(1 - m), axis=(1, 2, 3))
        ),
    ),
    ("sign", each(lambda a, m: -nats(a, m))),
    ("sign", lambda x, m: -einsum(x, m)),
    (
        "sign",
        lambda x, m: ops.sum(
            x * ops.log(m) + (1 - x) * ops.log(1 - m), axis=(1, 2, 3)
        ),
    ),
    ("sign", lambda x, m: (xlogy(x, m) + xlog1py(1 - x, -m)).sum((1, 2, 3))),
    ("sign", each(lambda a, m: -a * math.log(m) + (1 - a) * math.log(1 - m))),
    (
        "log_of_zero",
        lambda x, m: (-xlogy(x, m) - xlog1py(1 - x, -m)).sum((1, 2, 3)),
    ),
    (
        "log_of_zero",
        lambda x, m: (
            -ops.sum(x * ops.log(m) + (1 - x) * ops.log(1 - m), axis=(1, 2, 3))
        ),
    ),
    ("log_of_zero", lambda x, m: unclipped(x, np.clip(m, 1e-3, 1 - 1e-3))),
    ("log_of_zero", lambda x, m: unclipped(x, np.minimum(m, 1 - 1e-7))),
    ("log_of_zero", lambda x, m: np.nan_to_num(unclipped(x, m), posinf=100)),
    (
        "log_of_zero",
        lambda x, m: np.minimum(np.nan_to_num(unclipped(x, m)), 5000),
    ),
    (
        "log_of_zero",
        lambda x, m: tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(x, logit(m)), [1, 2, 3]
        ),
    ),
    (
        "log_of_zero",
        lambda x, m: (
            -np.fmax(x * np.log(m), -100).sum((1, 2, 3))
            - np.fmax((1 - x) * np.log(1 - m), -100).sum((1, 2, 3))
        ),
    ),
    ("margin_too_wide", lambda x, m: with_margin(x, m, 1e-2)),
    ("margin_too_wide", lambda x, m: with_margin(x, m, 1e-3)),
    ("margin_too_wide", lambda x, m: with_margin(x, m, 1e-4)),
    ("margin_too_wide", lambda x, m: unclipped(x, np.clip(m, 0.1, 0.9))),
    ("margin_too_wide", lambda x, m: by_hand(x, ops.clip(m, 0.05, 0.95))),
    ("axis_squeezed", lambda x, m: np.squeeze(by_hand(x, m))),
    ("axis_squeezed", lambda x, m: tf.squeeze(solution_of_keras(x, m))),
    (
        "axis_squeezed",
        lambda x, m: by_hand(x, m)[0] if len(x) == 1 else by_hand(x, m),
    ),
    (
        None,
        lambda x, m: pixels(x.squeeze(-1)[..., None], m).squeeze().sum((1, 2)),
    ),
    ("pictures_swapped", lambda x, m: by_hand(1 - x, m)),
    ("pictures_swapped", each(lambda a, m: nats(a, 1 - m))),
    ("pictures_swapped", lambda x, m: pixels(1 - x, m).mean((1, 2))),
    (
        "bracket_missing",
        lambda x, m: (
            -ops.sum(x * ops.log(m) + 1 - x * ops.log(1 - m), (1, 2, 3))
        ),
    ),
    (
        "bracket_missing",
        each(lambda a, m: -(a * math.log(m) + 1 - a * math.log(1 - m))),
    ),
    ("decimal_logarithm", lambda x, m: by_hand(x, m) / np.log(10)),
    (
        "decimal_logarithm",
        each(lambda a, m: -a * math.log10(m) - (1 - a) * math.log10(1 - m)),
    ),
    (
        "divergence",
        lambda x, m: (rel_entr(x, m) + rel_entr(1 - x, 1 - m)).sum((1, 2, 3)),
    ),
    (
        "divergence",
        lambda x, m: keras.losses.kl_divergence(x, m).numpy().sum((1, 2)),
    ),
    ("divergence", lambda x, m: by_hand(x, m) - by_hand(x, x)),
    ("ink_rounded", lambda x, m: by_hand(np.round(x), m)),
    (
        "ink_rounded",
        lambda x, m: (
            -np.where(x > 0.5, np.log(m), np.log(1 - m)).sum((1, 2, 3))
        ),
    ),
    ("ink_rounded", each(lambda a, m: -math.log(m if a > 0.5 else 1 - m))),
    ("absolute_error", lambda x, m: ops.sum(ops.abs(x - m), (1, 2, 3))),
    ("absolute_error", keras.losses.mean_absolute_error),
    (None, lambda x, m: pixels(x, m).sum((1, 2), keepdims=True)),
    (None, lambda x, m: np.vectorize(nats)(x, m).sum((1, 2))),
    (None, lambda x, m: np.vectorize(nats)(x, m).reshape(-1, 1024).sum(1)),
    (
        None,
        lambda x, m: (
            keras.losses.binary_focal_crossentropy(x, m).numpy().sum((1, 2))
        ),
    ),
    (
        None,
        lambda x, m: (
            keras_pixels(x, m, label_smoothing=0.1).numpy().sum((1, 2))
        ),
    ),
    (
        None,
        lambda x, m: (
            keras.losses.categorical_crossentropy(x, m).numpy().sum((1, 2))
        ),
    ),
    (None, lambda x, m: np.prod(m**x * (1 - m) ** (1 - x), axis=(1, 2, 3))),
    (ANY, lambda x, m: -pixels(m, x).sum((1, 2))),
    (ANY, lambda x, m: -by_hand(x, m) / np.log(2)),
    (ANY, lambda x, m: by_hand(m, x) / np.log(2)),
    (ANY, lambda x, m: ops.mean(by_hand(m, x))),
    (ANY, lambda x, m: -ops.mean(by_hand(x, m))),
    (ANY, lambda x, m: unclipped(x, m) / x[0].size),
    (ANY, lambda x, m: 2 * by_hand(x, m) / len(x)),
    (ANY, lambda x, m: by_hand(1 - x, 1 - m) / x.shape[1]),
    ("averages_pixels", lambda x, m: pixels(x, m).mean(1)),
    ("averages_pixels", lambda x, m: pixels(x, m).mean(2)),
    ("averages_pixels", lambda x, m: pixels(x, m).mean((1, 2), keepdims=True)),
    (
        "averages_pixels",
        lambda x, m: [float(n) for n in by_hand(x, m) / x[0].size],
    ),
    ("sums_batch", lambda x, m: by_hand(x, m) / len(x)),
    ("sums_batch", lambda x, m: pixels(x, m).sum(keepdims=True)),
    ("sums_batch", lambda x, m: np.full(len(x), pixels(x, m).sum())),
    ("arguments_swapped", lambda x, m: pixels(m, x)),
    ("arguments_swapped", lambda x, m: pixels(m, x).sum()),
    ("arguments_swapped", lambda x, m: pixels(m, x).mean()),
    ("sign", lambda x, m: -pixels(x, m).sum()),
    *(
        ("sign", functools.partial(signs, of_lit=lit, of_dark=-lit))
        for lit in (-1, 1)
    ),
    ("term_missing", lambda x, m: -(x * np.log(m)).mean((1, 2, 3))),
    ("term_missing", lambda x, m: -ops.sum(x * ops.log(m), axis=(1, 2, 3))),
    ("bits", lambda x, m: pixels(x, m).mean((1, 2)) / np.log(2)),
    (
        "bits",
        lambda x, m: (
            -ops.sum(
                x * ops.log2(m) + (1 - x) * ops.log2(1 - m), axis=(1, 2, 3)
            )
        ),
    ),
    ("squared_error", keras.losses.mean_squared_error),
    ("taken_for_logits", functools.partial(keras_pixels, from_logits=True)),
    ("taken_for_logits", lambda x, m: pixels(x, ops.sigmoid(m)).sum((1, 2))),
    (
        "taken_for_logits",
        lambda x, m: tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(x, m), [1, 2, 3]
        ),
    ),
    ("image_size_fixed", lambda x, m: 28 * 28 * pixels(x, m).mean((1, 2))),
    ("log_of_zero", lambda x, m: unclipped(x, np.clip(m, 0.01, 0.99))),
    ("log_of_zero", lambda x, m: unclipped(x, np.maximum(m, 1e-7))),
    (None, lambda x, m: pixels(x, m).sum((1, 2)).reshape(3)),
    (None, lambda x, m: [pixels(x, m)[i].sum() for i in range(3)]),
    ("pixels_not_added", lambda x, m: pixels(x, m)),
    ("pixels_not_added", lambda x, m: pixels(x, m)[..., None]),
    ("pixels_not_added", lambda x, m: pixels(x, m).sum(1)),
    ("averages_pixels", lambda x, m: pixels(x, m).mean((1, 2))),
    ("averages_pixels", lambda x, m: pixels(x, m).mean((1, 2))[:, None]),
    ("averages_pixels", lambda x, m: pixels(x, m).mean(1).sum(1)),
    ("averages_pixels", lambda x, m: pixels(x, m).sum(1).mean(1)),
    ("averages_pixels", keras.losses.BinaryCrossentropy()),
    ("averages_pixels", lambda x, m: by_hand(x, m) / x[0].size),
    ("sums_batch", lambda x, m: pixels(x, m).sum()),
    ("sums_batch", lambda x, m: ops.mean(by_hand(x, m))),
    ("sums_batch", keras.losses.BinaryCrossentropy(reduction="sum")),
    ("sums_batch", lambda x, m: [ops.sum(by_hand(x, m))]),
    ("arguments_swapped", lambda x, m: by_hand(m, x)),
    ("arguments_swapped", lambda x, m: pixels(m, x).sum((1, 2))),
    ("arguments_swapped", lambda x, m: pixels(m, x).mean((1, 2))),
    ("sign", lambda x, m: -by_hand(x, m)),
    ("sign", lambda x, m: -pixels(x, m).sum((1, 2))),
    ("sign", lambda x, m: -pixels(x, m).mean((1, 2))),
    ("log_of_zero", unclipped),
    ("log_of_zero", lambda x, m: np.nan_to_num(unclipped(x, m))),
    (
        "log_of_zero",
        lambda x, m: (
            -np.sum(
                tf.math.log(m) * x + tf.math.log(1 - m) * (1 - x), (1, 2, 3)
            )
        ),
    ),
    (
        "log_of_zero",
        lambda x, m: unclipped(x, np.clip(m, 1e-8, np.float32(1 - 1e-8))),
    ),
    ("term_missing", lambda x, m: -(x * np.log(m)).sum((1, 2, 3))),
    ("term_missing", lambda x, m: -((1 - x) * np.log1p(-m)).sum((1, 2, 3))),
    ("bits", lambda x, m: by_hand(x, m) / np.log(2)),
    ("squared_error", lambda x, m: ((x - m) ** 2).sum((1, 2, 3))),
    ("squared_error", lambda x, m: ops.sum(ops.square(m - x), (1, 2, 3))),
    ("image_size_fixed", lambda x, m: 1024 * pixels(x, m).mean((1, 2))),
    ("image_size_fixed", lambda x, m: 32 * 32 * flat_keras(x, m) / m[0].size),
    (None, lambda x, m: by_hand(x, m)[:, None]),
    (None, lambda x, m: by_hand(x, m) + 1),
    change_input(by_hand, "x"),
    change_input(by_hand, "x_mean"),
]


CASES = [
    (check.build_encoder, RIGHT_ENCODERS, WRONG_ENCODERS),
    (check.build_decoder, RIGHT_DECODERS, WRONG_DECODERS),
    (check.reconstruction_loss, RIGHT_LOSSES, WRONG_LOSSES),
]

test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_losses_are_rejected = spoiled_test(CASES[2:])


def broken_networks(build):
    def returns_nothing(latent_dim=2):
        build(latent_dim)

    def crashes(latent_dim=2):
        return build(latent_dim).no_such_part

    def leaves_the_program(latent_dim=2):
        raise SystemExit

    def never_returns(latent_dim=2):
        while True:
            time.sleep(0.01)

    def makes_nan(latent_dim=2):
        model = build(latent_dim)
        model.set_weights([np.nan * weight for weight in model.get_weights()])
        return model

    return [
        ("returns_nothing", returns_nothing),
        (None, crashes),
        (None, leaves_the_program),
        (None, lambda: build()),
        ("takes_too_long", never_returns),
        ("not_finite", makes_nan),
        ("wrong_type", 3),
        ("wrong_type", build()),
        ("wrong_type", lambda latent_dim=2: "a model, in words"),
    ]


@pytest.mark.parametrize(
    "mistake, answer", broken_networks(networks.build_encoder)
)
def test_broken_encoders_are_rejected(mistake, answer, mistake_of):
    assert mistake_of(check.build_encoder, answer, 2) == mistake


@pytest.mark.parametrize(
    "mistake, answer", broken_networks(networks.build_decoder)
)
def test_broken_decoders_are_rejected(mistake, answer, mistake_of):
    assert mistake_of(check.build_decoder, answer, 2) == mistake


def test_a_range_cut_off_says_that_its_ends_are_reached():
    with pytest.raises(ExerciseFailed) as caught:
        check.build_decoder(functional_with(lambda x: ops.clip(x, 0, 1)))
    assert "exactly 0 or exactly 1" in caught.value.args[1]


def test_a_price_shared_by_the_batch_is_asked_about_the_others():
    with pytest.raises(ExerciseFailed) as caught:
        check.reconstruction_loss(lambda x, m: by_hand(x, m) / len(x))
    assert "others join the batch" in caught.value.args[2]


def test_an_unknown_argument_of_a_layer_is_asked_for_its_spelling():
    def answer(latent_dim=2):
        return layers.Conv2D(32, 3, stride=2)

    with pytest.raises(ExerciseFailed) as caught:
        check.build_encoder(answer)
    assert "spelled" in caught.value.args[2]
