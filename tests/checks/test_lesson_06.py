"""The checks of lesson 06 pass right answers and name each slip."""

import functools
import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tables import ANY, answer_tests, spoiled_test

from vae_course import densities, losses
from vae_course.checks import ExerciseFailed
from vae_course.checks import lesson_06 as check

PIXELS = (1, 2, 3)


def nats_of_pixels(x, x_logits):
    return -tf.nn.sigmoid_cross_entropy_with_logits(x, x_logits)


def right_likelihood(x, x_logits):
    return ops.sum(nats_of_pixels(x, x_logits), axis=PIXELS)


# --- 6.1 --------------------------------------------------------------------


def by_softplus(x, x_logits):
    return ops.sum(x * x_logits - ops.softplus(x_logits), axis=PIXELS)


def by_log_sigmoid(images, logits):
    inked = images * ops.log_sigmoid(logits)
    blank = (1.0 - images) * ops.log_sigmoid(-logits)
    return tf.reduce_sum(inked + blank, axis=[1, 2, 3])


def by_keras(x, x_logits):
    nats = keras.losses.binary_crossentropy(x, x_logits, from_logits=True)
    return -ops.sum(nats, axis=(1, 2))


def by_keras_flat(x, x_logits):
    flat = [ops.reshape(a, (ops.shape(a)[0], -1)) for a in (x, x_logits)]
    nats = keras.losses.binary_crossentropy(*flat, from_logits=True)
    return -nats * flat[0].shape[1]


def by_keras_class(x, x_logits):
    loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)
    return -ops.sum(loss(x, x_logits), axis=(1, 2))


def by_keras_sigmoid(x, x_logits):
    """Rely on Keras, whose own sigmoid remembers the logits."""
    nats = keras.losses.binary_crossentropy(x, ops.sigmoid(x_logits))
    return -ops.sum(nats, axis=(1, 2))


def by_hand(x_logits, x):
    """Take the larger out of the exponential, as a book would."""
    softplus = ops.maximum(x_logits, 0.0) + ops.log1p(
        ops.exp(-ops.abs(x_logits))
    )
    return ops.sum(x * x_logits - softplus, axis=PIXELS)


def by_logaddexp(x, x_logits):
    nats = x * x_logits - ops.logaddexp(0.0, x_logits)
    return ops.sum(ops.sum(ops.sum(nats, 3), 2), 1)


def one_by_one(x, x_logits):
    return [
        tf.reduce_sum(nats_of_pixels(*pair))
        for pair in zip(tf.unstack(x), tf.unstack(x_logits), strict=True)
    ]


def in_float64(x, x_logits):
    return by_softplus(tf.cast(x, "float64"), tf.cast(x_logits, "float64"))


@tf.function
def in_a_graph(x, x_logits):
    return right_likelihood(x, x_logits)


def row_by_row_likelihood(x, x_logits):
    """Pick rows in a way that leaves a sparse slope."""
    return [
        ops.sum(nats_of_pixels(x[i], ops.take(x_logits, i, axis=0)))
        for i in range(len(x))
    ]


def by_einsum(x, x_logits):
    inked = ops.einsum("nrcd,nrcd->n", x, ops.log_sigmoid(x_logits))
    return inked + ops.einsum(
        "nrcd,nrcd->n", 1 - x, ops.log_sigmoid(-x_logits)
    )


def by_choice(x, x_logits):
    """Choose between two forms that are both finite everywhere."""
    small = ops.log1p(ops.exp(-ops.abs(x_logits)))
    softplus = ops.where(x_logits > 0, x_logits + small, small)
    return ops.sum(x * x_logits - softplus, axis=PIXELS)


def by_softmax(x, x_logits):
    pair = ops.stack([x_logits, ops.zeros_like(x_logits)], axis=-1)
    weights = ops.stack([x, 1 - x], axis=-1)
    return ops.sum(weights * ops.log_softmax(pair), axis=(1, 2, 3, 4))


def by_mean_times_size(x, x_logits):
    size = math.prod(x.shape[1:])
    return size * ops.mean(nats_of_pixels(x, x_logits), axis=PIXELS)


def by_a_product_of_tables(x, x_logits):
    flat, logits = (tf.reshape(a, (len(x), -1)) for a in (x, x_logits))
    inked = tf.linalg.diag_part(flat @ tf.transpose(logits))
    return inked - tf.reduce_sum(tf.math.softplus(logits), axis=1)


def pixel_by_pixel(x, x_logits):
    rows, columns = x.shape[1:3]
    return ops.stack(
        [
            sum(
                nats_of_pixels(x[n, i, j, 0], x_logits[n, i, j, 0])
                for i in range(rows)
                for j in range(columns)
            )
            for n in range(len(x))
        ]
    )


def mapped(x, x_logits):
    return tf.map_fn(
        lambda pair: tf.reduce_sum(nats_of_pixels(*pair)),
        (x, x_logits),
        fn_output_signature=x.dtype,
    )


class Likelihood(keras.layers.Layer):
    def call(self, x, x_logits):
        return right_likelihood(x, x_logits)


RIGHT_LIKELIHOODS = [
    right_likelihood,
    row_by_row_likelihood,
    by_einsum,
    by_choice,
    by_softmax,
    by_mean_times_size,
    by_a_product_of_tables,
    pixel_by_pixel,
    mapped,
    lambda x, a: (
        -ops.sum(
            ops.binary_crossentropy(x, a, from_logits=True), axis=[1, 2, 3]
        )
    ),
    Likelihood(),
    functools.partial(right_likelihood),
    lambda *inputs: right_likelihood(*inputs),
    by_softplus,
    by_log_sigmoid,
    by_keras,
    by_keras_flat,
    by_keras_class,
    by_keras_sigmoid,
    by_hand,
    by_logaddexp,
    one_by_one,
    in_float64,
    in_a_graph,
]


def from_probabilities(x, x_mean):
    return x * ops.log(x_mean) + (1 - x) * ops.log(1 - x_mean)


def total(nats):
    return ops.sum(nats, axis=PIXELS)


def sigmoid_then_log(x, x_logits):
    return total(from_probabilities(x, ops.sigmoid(x_logits)))


def clipped(margin):
    def answer(x, x_logits):
        x_mean = ops.clip(ops.sigmoid(x_logits), margin, 1 - margin)
        return total(from_probabilities(x, x_mean))

    return answer


def of_pixels(reduce):
    """Make an answer that reduces the right nats in its own way."""
    return lambda x, x_logits: reduce(nats_of_pixels(x, x_logits))


def per_pixel(nats):
    """Make an answer that sums what a function makes of each pixel."""
    return lambda x, x_logits: total(nats(x, x_logits))


def lifted(margin):
    """Add a margin to both probabilities, so that no logarithm is of 0."""

    def nats(x, a):
        x_mean = ops.sigmoid(a)
        inked = x * ops.log(x_mean + margin)
        return inked + (1 - x) * ops.log(1 - x_mean + margin)

    return per_pixel(nats)


def blank_as(complement):
    """Make an answer that is right for ink, and takes this for blank."""
    return per_pixel(
        lambda x, a: x * ops.log_sigmoid(a) + (1 - x) * complement(a)
    )


def squeezed(x, x_logits):
    """Drop every axis of size 1, not the channels' alone."""
    nats = ops.squeeze(nats_of_pixels(x, x_logits))
    return ops.sum(nats, axis=(1, 2))


def nan_gradient(x, x_logits):
    """Choose between two forms: right, but 0 · inf on the way back."""
    softplus = tf.where(
        x_logits > 0,
        x_logits + tf.math.log(1 + tf.exp(-x_logits)),
        tf.math.log(1 + tf.exp(x_logits)),
    )
    return total(x * x_logits - softplus)


def without_slope(x, x_logits):
    return by_softplus(x, tf.stop_gradient(x_logits))


def average(x, a):
    return ops.mean(nats_of_pixels(x, a), axis=PIXELS)


clumsy_softplus = per_pixel(lambda x, a: x * a - ops.log(1 + ops.exp(a)))
ink_alone = per_pixel(lambda x, a: x * ops.log_sigmoid(a))

LIKELIHOOD_SLIPS = [
    ("sigmoid_then_log", sigmoid_then_log),
    ("sigmoid_then_log", clipped(1e-7)),
    ("sigmoid_then_log", clipped(1e-4)),
    (
        "sigmoid_then_log",
        lambda x, a: -losses.reconstruction_loss(x, ops.sigmoid(a)),
    ),
    (
        "sigmoid_then_log",
        lambda x, a: (
            -ops.sum(
                keras.losses.binary_crossentropy(x, tf.sigmoid(a)),
                axis=(1, 2),
            )
        ),
    ),
    (
        "sigmoid_then_log",
        lambda x, a: in_float64(x, ops.clip(a, -20, 20)),
    ),
    (
        "sigmoid_then_log",
        per_pixel(
            lambda x, a: (
                x * ops.log(ops.sigmoid(a) + 1e-9)
                + (1 - x) * ops.log(1 - ops.sigmoid(a) + 1e-9)
            )
        ),
    ),
    *(("sigmoid_then_log", lifted(10.0**-k)) for k in (2, 3, 4, 5, 7, 10)),
    ("sigmoid_then_log", blank_as(lambda a: ops.log(1 - ops.sigmoid(a)))),
    ("sigmoid_then_log", blank_as(lambda a: ops.log1p(-ops.sigmoid(a)))),
    (
        "sigmoid_then_log",
        blank_as(
            lambda a: tf.cast(
                tf.math.log(1 - tf.sigmoid(tf.cast(a, "float64"))), "float32"
            )
        ),
    ),
    (
        "sigmoid_then_log",
        per_pixel(
            lambda x, a: (
                x * ops.log(ops.sigmoid(a))
                + (1 - x) * ops.log(ops.sigmoid(-a))
            )
        ),
    ),
    (
        "sigmoid_then_log",
        per_pixel(
            lambda x, a: (
                x * ops.log(1 / (1 + ops.exp(-a)))
                + (1 - x) * ops.log(1 / (1 + ops.exp(a)))
            )
        ),
    ),
    ("capped", lambda x, a: by_softplus(x, ops.clip(a, -500, 500))),
    (
        "capped",
        lambda x, a: clumsy_softplus(x, ops.clip(a, -80, 80)),
    ),
    (
        "capped",
        per_pixel(
            lambda x, a: (
                x * ops.maximum(ops.log(ops.sigmoid(a)), -100)
                + (1 - x) * ops.maximum(ops.log(ops.sigmoid(-a)), -100)
            )
        ),
    ),
    ("overflow", lambda x, a: clumsy_softplus(x, a)),
    (
        "overflow",
        per_pixel(lambda x, a: (x - 1) * a - ops.log1p(ops.exp(-a))),
    ),
    ("averages_pixels", of_pixels(lambda nats: ops.mean(nats, axis=PIXELS))),
    ("averages_pixels", of_pixels(lambda nats: ops.mean(nats))),
    ("pixels_not_added", of_pixels(lambda nats: nats)),
    ("pixels_not_added", of_pixels(lambda nats: ops.sum(nats, axis=-1))),
    ("pixels_not_added", of_pixels(lambda nats: ops.sum(nats, axis=1))),
    ("pixels_not_added", of_pixels(lambda nats: ops.sum(nats, axis=[2, 3]))),
    (
        "averages_pixels",
        of_pixels(lambda nats: ops.sum(ops.mean(nats, 1), axis=(1, 2))),
    ),
    (
        "averages_pixels",
        lambda x, a: (
            -ops.mean(
                keras.losses.binary_crossentropy(x, a, from_logits=True),
                axis=(1, 2),
            )
        ),
    ),
    (
        "pixels_not_added",
        lambda x, a: -keras.losses.binary_crossentropy(x, a, from_logits=True),
    ),
    ("sums_batch", of_pixels(lambda nats: ops.sum(nats))),
    ("sums_batch", of_pixels(lambda nats: ops.mean(total(nats)))),
    (
        "divides_by_batch",
        of_pixels(lambda nats: total(nats) / ops.shape(nats)[0]),
    ),
    ("divides_by_batch", lambda x, a: by_keras(x, a) / len(x)),
    ("sign", per_pixel(lambda x, a: -nats_of_pixels(x, a))),
    ("sign", lambda x, a: -by_keras(x, a)),
    ("sign", of_pixels(lambda nats: -ops.mean(nats, axis=PIXELS))),
    ("sign", per_pixel(lambda x, a: x * a + ops.softplus(a) * (1 - 2 * x))),
    ("term_missing", ink_alone),
    ("term_missing", per_pixel(lambda x, a: (x - 1) * ops.softplus(a))),
    ("sign", per_pixel(lambda x, a: x * a + ops.softplus(a))),
    ("complement_wrong", blank_as(ops.log_sigmoid)),
    ("complement_wrong", blank_as(lambda a: ops.log_sigmoid(1 - a))),
    ("logarithm_first", blank_as(lambda a: 1 - ops.log_sigmoid(a))),
    ("logarithm_first", blank_as(lambda a: 1 + ops.softplus(-a))),
    ("logarithm_first", blank_as(lambda a: 1 - ops.softplus(-a))),
    ("ink_wrong", per_pixel(lambda x, a: -ops.softplus(a))),
    (
        "ink_wrong",
        per_pixel(
            lambda x, a: x * ops.log_sigmoid(-a) - (1 - x) * ops.softplus(a)
        ),
    ),
    ("sign", per_pixel(lambda x, a: (2 * x - 1) * ops.softplus(a))),
    (
        "sign",
        per_pixel(
            lambda x, a: x * ops.softplus(a) + (1 - x) * ops.softplus(-a)
        ),
    ),
    ("complement_wrong", blank_as(lambda a: ops.log(1 - ops.log_sigmoid(a)))),
    ("complement_wrong", per_pixel(lambda x, a: x * a - ops.softplus(-a))),
    (
        "term_not_weighed",
        per_pixel(lambda x, a: x * ops.log_sigmoid(a) + ops.log_sigmoid(-a)),
    ),
    ("term_not_weighed", per_pixel(lambda x, a: a - 2 * ops.softplus(a))),
    (
        "term_not_weighed",
        per_pixel(lambda x, a: a - (2 - x) * ops.softplus(a)),
    ),
    ("ink_and_blank_swapped", lambda x, a: by_softplus(1 - x, a)),
    ("ink_and_blank_swapped", lambda x, a: by_keras(x, -a)),
    (
        "ink_and_blank_swapped",
        per_pixel(
            lambda x, a: -x * ops.softplus(a) + (x - 1) * ops.softplus(-a)
        ),
    ),
    ("greys_rounded", lambda x, a: by_softplus(ops.round(x), a)),
    ("greys_rounded", lambda x, a: by_keras(ops.cast(x > 0.5, "float32"), a)),
    ("arguments_swapped", lambda x, a: by_softplus(a, x)),
    ("arguments_swapped", lambda x, a: by_keras(a, x)),
    (
        "sigmoid_missing",
        lambda x, a: -losses.reconstruction_loss(x, a),
    ),
    (
        "sigmoid_missing",
        per_pixel(
            lambda x, a: from_probabilities(x, ops.clip(a, 1e-7, 1 - 1e-7))
        ),
    ),
    ("sigmoid_twice", lambda x, a: by_keras(x, tf.sigmoid(a))),
    ("sigmoid_twice", lambda x, a: by_softplus(x, ops.sigmoid(a))),
    ("bits", lambda x, a: by_softplus(x, a) / math.log(2)),
    ("bits", lambda x, a: right_likelihood(x, a) / ops.log(10.0)),
    (
        "mean_before_log",
        per_pixel(
            lambda x, a: ops.log(
                x * ops.sigmoid(a) + (1 - x) * ops.sigmoid(-a)
            )
        ),
    ),
    ("size_fixed", lambda x, a: 1024 * average(x, a)),
    (
        "size_fixed",
        lambda x, a: (
            -ops.mean(
                784 * keras.losses.binary_crossentropy(x, a, from_logits=True),
                axis=(1, 2),
            )
        ),
    ),
    (
        "squared_error",
        per_pixel(
            lambda x, a: (
                -0.5 * (x - ops.sigmoid(a)) ** 2 - 0.5 * math.log(2 * math.pi)
            )
        ),
    ),
    ("bits", lambda x, a: ops.log2(ops.exp(by_softplus(x, a)))),
    (
        "squared_error",
        per_pixel(lambda x, a: -ops.square(x - ops.sigmoid(a))),
    ),
    ("squared_error", per_pixel(lambda x, a: (ops.sigmoid(a) - x) ** 2 / 2)),
    ("squared_error", per_pixel(lambda x, a: -ops.square(x - a))),
    (
        "squared_error",
        lambda x, a: keras.losses.MeanSquaredError(reduction="sum")(x, a),
    ),
    ("gradient_lost", without_slope),
    (
        "gradient_lost",
        lambda x, a: np.sum(
            np.asarray(x) * np.asarray(a) - np.logaddexp(0, np.asarray(a)),
            axis=PIXELS,
        ),
    ),
    ("not_finite", nan_gradient),
    ("not_finite", lambda x, a: total(from_probabilities(x, a))),
    (None, squeezed),
    (None, lambda x, a: ops.squeeze(by_softplus(x, a))),
    (None, lambda x, a: by_softplus(x, a) + 1),
    (None, lambda x, a: by_softplus(x, a)[:, None]),
    (None, of_pixels(lambda nats: ops.sum(nats, axis=(1, 2)))),
    (None, of_pixels(lambda nats: ops.sum(nats, axis=0))),
    (None, lambda x, a: ops.sum(x * ops.log_softmax(a), axis=PIXELS)),
    (None, lambda x, a: x.shape[1] ** 2 * average(x, a)),
    (ANY, lambda x, a: -average(x, a)),
    (ANY, lambda x, a: -sigmoid_then_log(x, a)),
    (ANY, lambda x, a: -by_softplus(a, x)),
    (ANY, lambda x, a: -keras.losses.BinaryCrossentropy()(x, ops.sigmoid(a))),
    (ANY, of_pixels(lambda nats: ops.mean(nats) / math.log(2))),
    (ANY, lambda x, a: ink_alone(x, a) / math.prod(x.shape[1:])),
]


# --- 6.2 --------------------------------------------------------------------


def right_kl(z_mean, z_log_var):
    terms = 1 + z_log_var - z_mean**2 - ops.exp(z_log_var)
    return -0.5 * ops.sum(terms, axis=-1)


def right_elbo(x, x_logits, z_mean, z_log_var):
    return right_likelihood(x, x_logits) - right_kl(z_mean, z_log_var)


def of_the_library(x, x_logits, z_mean, z_log_var):
    return losses.log_likelihood(x, x_logits) - losses.kl_loss(
        z_mean, z_log_var
    )


def in_one_go(images, logits, mean, log_variance):
    parts = [
        ops.reshape(nats_of_pixels(images, logits), (images.shape[0], -1)),
        (1 + log_variance - ops.square(mean) - ops.exp(log_variance)) / 2,
    ]
    return ops.sum(ops.concatenate(parts, axis=1), axis=1)


def with_standard_deviations(x, x_logits, z_mean, z_log_var):
    std = ops.exp(z_log_var / 2)
    kl = ops.sum((z_mean**2 + std**2 - 1) / 2 - ops.log(std), axis=1)
    return by_hand(x_logits, x) - kl


def row_by_row(x, x_logits, z_mean, z_log_var):
    rows = zip(*map(tf.unstack, (x, x_logits, z_mean, z_log_var)), strict=True)
    bounds = []
    for image, logits, mean, log_var in rows:
        bound = tf.reduce_sum(image * logits - tf.math.softplus(logits))
        for m, v in zip(tf.unstack(mean), tf.unstack(log_var), strict=True):
            bound -= (m * m + tf.exp(v) - 1 - v) / 2
        bounds.append(bound)
    return tf.stack(bounds)


def reordered(z_mean, z_log_var, x, x_logits):
    return right_elbo(x, x_logits, z_mean, z_log_var)


def picked_row_by_row(*inputs):
    """Pick rows in a way that leaves sparse slopes."""
    rows = [
        right_elbo(*(ops.take(tensor, [i], axis=0) for tensor in inputs))
        for i in range(len(inputs[0]))
    ]
    return ops.concatenate(rows)


def with_beta(x, x_logits, z_mean, z_log_var, beta=1.0):
    return right_likelihood(x, x_logits) - beta * right_kl(z_mean, z_log_var)


def with_log_densities(x, x_logits, z_mean, z_log_var):
    """Subtract the two expectations of lesson 05."""
    log_two_pi = math.log(2 * math.pi)
    log_q = -0.5 * ops.sum(log_two_pi + z_log_var + 1, axis=1)
    log_p = -0.5 * ops.sum(log_two_pi + z_mean**2 + ops.exp(z_log_var), axis=1)
    return by_log_sigmoid(x, x_logits) + log_p - log_q


def with_products(x, x_logits, z_mean, z_log_var):
    squares = ops.einsum("nk,nk->n", z_mean, z_mean)
    rest = tf.reduce_sum(tf.math.expm1(z_log_var) - z_log_var, axis=-1)
    return by_einsum(x, x_logits) - (squares + rest) / 2


def minus_the_loss(x, x_logits, z_mean, z_log_var):
    cost = tf.nn.sigmoid_cross_entropy_with_logits(x, x_logits)
    return -(ops.sum(cost, axis=PIXELS) + losses.kl_loss(z_mean, z_log_var))


RIGHT_ELBOS = [
    right_elbo,
    with_log_densities,
    with_products,
    minus_the_loss,
    picked_row_by_row,
    with_beta,
    of_the_library,
    in_one_go,
    with_standard_deviations,
    row_by_row,
    reordered,
    tf.function(right_elbo),
]


def with_likelihood(likelihood):
    return lambda x, a, m, v: likelihood(x, a) - right_kl(m, v)


def with_kl(kl):
    return lambda x, a, m, v: right_likelihood(x, a) - kl(m, v)


def half_sum(terms):
    return with_kl(lambda m, v: 0.5 * ops.sum(terms(m, v), axis=-1))


def average_kl(m, v):
    return -0.5 * ops.mean(1 + v - m**2 - ops.exp(v), axis=-1)


ELBO_SLIPS = [
    ("kl_added", with_kl(lambda m, v: -right_kl(m, v))),
    ("kl_added", lambda x, a, m, v: by_softplus(x, a) + losses.kl_loss(m, v)),
    ("kl_added", with_kl(lambda m, v: -average_kl(m, v))),
    (
        "kl_added",
        with_kl(lambda m, v: ops.sum(1 + v - m**2 - ops.exp(v), axis=1)),
    ),
    ("averages_latent", with_kl(average_kl)),
    (
        "averages_latent",
        lambda x, a, m, v: average_kl(m, v) - by_softplus(x, a),
    ),
    ("averages_latent", with_kl(lambda m, v: ops.mean(average_kl(m, v)))),
    (
        "averages_latent",
        with_kl(lambda m, v: right_kl(m, v) / m.shape[-1]),
    ),
    ("averages_pixels", with_likelihood(average)),
    (
        "averages_pixels",
        with_likelihood(lambda x, a: by_keras(x, a) / math.prod(x.shape[1:])),
    ),
    ("averages_pixels", lambda x, a, m, v: average(x, a) - average_kl(m, v)),
    ("averages_pixels", lambda x, a, m, v: average(x, a) + right_kl(m, v)),
    (
        "averages_pixels",
        with_likelihood(
            lambda x, a: ops.sum(ops.mean(nats_of_pixels(x, a), 2), (1, 2))
        ),
    ),
    ("averages_pixels", lambda x, a, m, v: right_kl(m, v) - average(x, a)),
    (
        "averages_pixels",
        with_likelihood(
            lambda x, a: (
                -keras.losses.BinaryCrossentropy(from_logits=True)(x, a)
            )
        ),
    ),
    ("sums_batch", lambda x, a, m, v: ops.mean(-right_elbo(x, a, m, v))),
    ("sums_batch", with_likelihood(lambda x, a: ops.mean(by_softplus(x, a)))),
    ("sums_batch", lambda x, a, m, v: ops.sum(right_elbo(x, a, m, v))),
    ("sums_batch", lambda x, a, m, v: ops.mean(right_elbo(x, a, m, v))),
    ("kl_sums_batch", with_kl(lambda m, v: ops.sum(right_kl(m, v)))),
    ("kl_sums_batch", with_kl(lambda m, v: ops.mean(right_kl(m, v)))),
    (
        "kl_sums_batch",
        with_kl(lambda m, v: -ops.sum(1 + v - m**2 - ops.exp(v)) / 2),
    ),
    (
        "divides_by_batch",
        lambda x, a, m, v: right_elbo(x, a, m, v) / x.shape[0],
    ),
    ("divides_by_batch", with_kl(lambda m, v: right_kl(m, v) / len(m))),
    (
        "divides_by_batch",
        with_likelihood(lambda x, a: by_keras(x, a) / len(x)),
    ),
    ("sums_batch", with_likelihood(lambda x, a: ops.sum(by_softplus(x, a)))),
    ("sign", lambda x, a, m, v: -right_elbo(x, a, m, v)),
    ("sign", lambda x, a, m, v: right_kl(m, v) - by_softplus(x, a)),
    ("sign", with_likelihood(lambda x, a: -by_keras(x, a))),
    ("kl_left_out", lambda x, a, m, v: right_likelihood(x, a)),
    ("kl_left_out", lambda x, a, m, v: -by_keras(x, a)),
    ("likelihood_left_out", lambda x, a, m, v: -right_kl(m, v)),
    ("likelihood_left_out", lambda x, a, m, v: losses.kl_loss(m, v)),
    ("half_missing", with_kl(lambda m, v: 2 * right_kl(m, v))),
    (
        "half_missing",
        with_kl(lambda m, v: -ops.sum(1 + v - m**2 - ops.exp(v), axis=1)),
    ),
    ("log_var_as_log_std", with_kl(lambda m, v: right_kl(m, 2 * v))),
    (
        "log_var_as_log_std",
        half_sum(lambda m, v: m**2 + ops.exp(v) ** 2 - 1 - 2 * v),
    ),
    (
        "std_for_variance",
        half_sum(lambda m, v: m**2 + ops.exp(v / 2) - 1 - v),
    ),
    (
        "std_for_variance",
        half_sum(lambda m, v: m * m + ops.sqrt(ops.exp(v)) - v - 1),
    ),
    (
        "log_var_as_log_std",
        half_sum(lambda m, v: m**2 + ops.exp(v) ** 2 - 1 - v),
    ),
    (
        "log_var_as_log_std",
        half_sum(lambda m, v: m**2 + ops.exp(v) - 1 - 2 * v),
    ),
    (
        "std_for_variance",
        half_sum(lambda m, v: m**2 + ops.exp(v / 2) - 1 - v / 2),
    ),
    (
        "log_term_halved",
        half_sum(lambda m, v: m**2 + ops.exp(v) - 1 - v / 2),
    ),
    (
        "log_term_halved",
        half_sum(lambda m, v: m**2 + ops.exp(v) - 1 - ops.log(ops.exp(v / 2))),
    ),
    (
        "exp_missing",
        half_sum(lambda m, v: m**2 + v**2 - 1 - ops.log(v**2)),
    ),
    ("mean_not_squared", half_sum(lambda m, v: abs(m) + ops.exp(v) - 1 - v)),
    ("kl_term_missing", half_sum(lambda m, v: ops.exp(v) - 1 - v)),
    ("kl_term_missing", half_sum(lambda m, v: m**2 - 1 - v)),
    ("sign_in_bracket", half_sum(lambda m, v: m**2 + ops.exp(v) - 1 + v)),
    ("sign_in_bracket", half_sum(lambda m, v: m**2 - ops.exp(v) - 1 - v)),
    ("sign_in_bracket", half_sum(lambda m, v: ops.exp(v) - 1 - v - m**2)),
    ("sign_in_bracket", half_sum(lambda m, v: m**2 + ops.exp(v) + 1 - v)),
    ("exp_missing", half_sum(lambda m, v: m**2 + v - 1 - v)),
    ("exp_missing", half_sum(lambda m, v: ops.square(m) - 1)),
    ("exp_missing", half_sum(lambda m, v: m**2 + ops.square(v) - 1 - v)),
    ("exp_missing", half_sum(lambda m, v: m * m - v + v * v - 1)),
    (
        "log_var_as_log_std",
        half_sum(lambda m, v: m**2 + ops.exp(2 * v) - 1 - v),
    ),
    ("mean_not_squared", half_sum(lambda m, v: m + ops.exp(v) - 1 - v)),
    (
        "mean_not_squared",
        with_kl(lambda m, v: -ops.sum(1 + v - m - ops.exp(v), 1) / 2),
    ),
    ("log_term_missing", half_sum(lambda m, v: m**2 + ops.exp(v) - 1)),
    (
        "log_term_missing",
        with_kl(lambda m, v: -ops.sum(1 - m**2 - ops.exp(v), axis=-1) / 2),
    ),
    ("one_missing", half_sum(lambda m, v: m**2 + ops.exp(v) - v)),
    (
        "one_missing",
        with_kl(
            lambda m, v: -0.5 * (1 + ops.sum(v - m**2 - ops.exp(v), axis=-1))
        ),
    ),
    (
        "reversed",
        half_sum(lambda m, v: v + (1 + m**2) * ops.exp(-v) - 1),
    ),
    (
        "reversed",
        with_kl(lambda m, v: right_kl(m * ops.exp(-v / 2), -v)),
    ),
    ("bits", with_kl(lambda m, v: right_kl(m, v) / math.log(2))),
    ("bits", with_likelihood(lambda x, a: by_hand(a, x) / math.log(2))),
    ("bits", lambda *inputs: right_elbo(*inputs) / math.log(2)),
    ("codes_swapped", with_kl(lambda m, v: right_kl(v, m))),
    ("codes_swapped", lambda x, a, m, v: of_the_library(x, a, v, m)),
    ("arguments_swapped", with_likelihood(lambda x, a: by_softplus(a, x))),
    ("term_missing", with_likelihood(ink_alone)),
    (
        "sigmoid_missing",
        with_likelihood(lambda x, a: -losses.reconstruction_loss(x, a)),
    ),
    (
        "sigmoid_twice",
        with_likelihood(lambda x, a: by_keras(x, tf.sigmoid(a))),
    ),
    ("sigmoid_then_log", with_likelihood(sigmoid_then_log)),
    ("sigmoid_then_log", with_likelihood(clipped(1e-7))),
    (
        "overflow",
        with_likelihood(
            per_pixel(lambda x, a: x * a - ops.log(1 + ops.exp(a)))
        ),
    ),
    (
        "gradient_lost",
        with_kl(lambda m, v: tf.stop_gradient(right_kl(m, v))),
    ),
    (
        "gradient_lost",
        with_kl(lambda m, v: right_kl(m, tf.constant(v.numpy()))),
    ),
    ("gradient_lost", lambda *inputs: right_elbo(*inputs).numpy()),
    ("gradient_lost", with_kl(densities.kl_to_standard_normal)),
    (
        "capped",
        with_likelihood(lambda x, a: by_softplus(x, ops.clip(a, -99, 99))),
    ),
    ("not_finite", with_likelihood(nan_gradient)),
    ("bits", lambda *inputs: right_elbo(*inputs) / math.log(10)),
    ("discrete_kl", with_kl(keras.losses.kl_divergence)),
    ("discrete_kl", with_kl(keras.losses.KLDivergence())),
    (
        "discrete_kl",
        with_kl(
            lambda m, v: ops.sum(
                ops.clip(m, 1e-7, 1)
                * ops.log(ops.clip(m, 1e-7, 1) / ops.clip(v, 1e-7, 1)),
                axis=-1,
            )
        ),
    ),
    ("size_fixed", with_likelihood(lambda x, a: 1024 * average(x, a))),
    (
        "mean_before_log",
        with_likelihood(
            per_pixel(
                lambda x, a: ops.log(
                    x * ops.sigmoid(a) + (1 - x) * ops.sigmoid(-a)
                )
            )
        ),
    ),
    (None, with_likelihood(nats_of_pixels)),
    (None, lambda *inputs: right_elbo(*inputs) / 2),
    (ANY, lambda x, a, m, v: average(x, a) - ops.sum(right_kl(m, v))),
    (ANY, lambda x, a, m, v: average_kl(m, v) - average(x, a)),
    (ANY, lambda x, a, m, v: right_likelihood(x, a) + 2 * right_kl(m, v)),
    (ANY, lambda x, a, m, v: sigmoid_then_log(x, a) - average_kl(m, v)),
    (ANY, lambda x, a, m, v: average(x, a) - right_kl(v, m)),
    (ANY, with_kl(lambda m, v: -2 * average_kl(m, v))),
    (ANY, with_kl(lambda m, v: ops.sum(m**2 + ops.exp(v) - v, axis=1))),
    (
        ANY,
        lambda x, a, m, v: -right_likelihood(x, a) - 2 * right_kl(m, v),
    ),
    (None, with_likelihood(squeezed)),
    (None, lambda *inputs: ops.squeeze(right_elbo(*inputs))),
    (None, with_kl(lambda m, v: right_kl(m, v)[:, None])),
    (None, with_kl(lambda m, v: 0.9 * right_kl(m, v))),
    (None, with_kl(lambda m, v: right_kl(m, tf.random.normal(v.shape)))),
]


def stub(x, x_logits):
    raise NotImplementedError("Exercise 6.1")


def stub_of_elbo(*args):
    raise NotImplementedError("Exercise 6.2")


def calling(likelihood, result="log_likelihood(x, x_logits) - kl"):
    """Make the elbo of a notebook in which 6.1 was answered like this."""
    notebook = {
        "log_likelihood": likelihood,
        "right_kl": right_kl,
        "stub": stub_of_elbo,
    }
    exec(
        "def elbo(x, x_logits, z_mean, z_log_var):\n"
        "    kl = right_kl(z_mean, z_log_var)\n"
        f"    return {result}",
        notebook,
    )
    return notebook["elbo"]


@pytest.mark.parametrize(
    "likelihood",
    [
        stub,
        sigmoid_then_log,
        average,
        lambda x, a: -by_softplus(x, a),
        lambda x, a: tf.stop_gradient(by_softplus(x, a)),
        lambda x: x,
    ],
)
def test_a_right_elbo_is_not_blamed_for_its_likelihood(likelihood, mistake_of):
    answer = calling(likelihood)
    assert mistake_of(check.elbo, answer) == "likelihood_unfinished"
    assert answer.__globals__["log_likelihood"] is likelihood


def test_a_likelihood_of_another_type_is_named(mistake_of):
    answer = calling(lambda x, a: tf.cast(by_softplus(x, a), "float64"))
    assert mistake_of(check.elbo, answer) == "type_changed"


def test_a_right_elbo_with_a_right_likelihood_passes():
    answer = calling(by_softplus)
    assert check.elbo(answer) is answer


@pytest.mark.parametrize("likelihood", [by_softplus, average])
def test_a_wrong_elbo_is_blamed_itself(likelihood, mistake_of):
    added = calling(likelihood, "log_likelihood(x, x_logits) + kl")
    assert mistake_of(check.elbo, added) not in {None, "likelihood_unfinished"}


def test_an_elbo_whose_stub_calls_the_likelihood_is_not_started():
    answer = calling(by_softplus, "stub(log_likelihood(x, x_logits), kl)")
    assert check.elbo(answer) is losses.elbo


# --- 6.3 --------------------------------------------------------------------


def beta(rule):
    """Make an answer from a rule of (n, d, w, k), n and d 1 for a sum."""

    def answer(
        n_pixels,
        latent_dim,
        reconstruction_weight,
        reconstruction_reduction,
        kl_weight,
        kl_reduction,
    ):
        n = {"sum": 1, "mean": n_pixels}[reconstruction_reduction]
        d = {"sum": 1, "mean": latent_dim}[kl_reduction]
        return rule(n, d, reconstruction_weight, kl_weight)

    return answer


def step_by_step(n, d, w, first, k, second):
    if first == "mean":
        w = w / n
    if second == "mean":
        k = k / d
    return k / w


def by_tables(*, n_pixels, latent_dim, **loss):
    size = {"reconstruction": n_pixels, "kl": latent_dim}
    share = {
        term: loss[f"{term}_weight"]
        * {"sum": 1.0, "mean": 1 / size[term]}[loss[f"{term}_reduction"]]
        for term in size
    }
    return share["kl"] / share["reconstruction"]


def by_gradients(n, d, w, first, k, second):
    """Ask a tape how much one pixel and one latent weigh."""
    reduce = {"sum": tf.reduce_sum, "mean": tf.reduce_mean}
    pixels, latents = (tf.ones(size, "float64") for size in (n, d))
    with tf.GradientTape() as tape:
        tape.watch([pixels, latents])
        loss = w * reduce[first](pixels) + k * reduce[second](latents)
    by_pixels, by_latents = tape.gradient(loss, [pixels, latents])
    return by_latents[0] / by_pixels[0]


def full_words(n, d, w, first, k, second):
    match (first, second):
        case ("sum", "sum"):
            return np.float64(k / w)
        case ("mean", "sum"):
            return np.float32(k * n / w)
        case ("sum", "mean"):
            return k / (d * w)
    return np.array(k * n / (d * w))


def by_powers(n, d, w, first, k, second):
    return k / w * n ** (first == "mean") / d ** (second == "mean")


def by_lists(n, d, w, first, k, second):
    """Hand a 1 in a list of zeros to each reduction."""
    one_of = {"sum": np.sum, "mean": np.mean}
    of_pixels = w * one_of[first](np.eye(n)[0])
    return k * one_of[second](np.eye(d)[0]) / of_pixels


RIGHT_BETAS = [
    step_by_step,
    by_powers,
    by_lists,
    by_tables,
    by_gradients,
    full_words,
    beta(lambda n, d, w, k: k * n / w / d),
    lambda *arguments: float(losses.effective_beta(*arguments)),
]


def ignoring(n, d, w, first, k, second):
    return (k / d) / (w / n)


def ignoring_pixels_word(n, d, w, first, k, second):
    return step_by_step(n, d, w, "mean", k, second)


def ignoring_latents_word(n, d, w, first, k, second):
    return step_by_step(n, d, w, first, k, "mean")


def words_exchanged(n, d, w, first, k, second):
    other = {"sum": "mean", "mean": "sum"}
    return step_by_step(n, d, w, other[first], k, other[second])


def misspelt(n, d, w, first, k, second):
    return step_by_step(n, d, w, first.replace("mean", "average"), k, second)


def swapping_words(n, d, w, first, k, second):
    return step_by_step(n, d, w, second, k, first)


def one_word_at_most(n, d, w, first, k, second):
    if first == "mean" and second == "sum":
        return k * n / w
    if first == "sum" and second == "mean":
        return k / d / w
    return k / w


def one_branch(n, d, w, first, k, second):
    if first == "mean":
        return k / (w / n)
    if second == "mean":
        return k / d / w
    return k / w


def by_gradients_of_sums(n, d, w, first, k, second):
    return by_gradients(n, d, w, first, k, "sum")


def over_a_ratio(n, d, w, first, k, second):
    """Divide by what is 0 where the KL weighs nothing."""
    return 1 / (1 / step_by_step(n, d, w, first, k, second))


BETA_SLIPS = [
    ("words_swapped", swapping_words),
    ("words_swapped", lambda n, d, w, r, k, s: full_words(n, d, w, s, k, r)),
    ("pixels_forgotten", one_word_at_most),
    (None, over_a_ratio),
    (None, lambda *loss: max(step_by_step(*loss), 1e-3)),
    ("inverted", beta(lambda n, d, w, k: (w / n) / (k / d))),
    ("inverted", beta(lambda n, d, w, k: w / k)),
    ("inverted", beta(lambda n, d, w, k: w * n / d / k)),
    ("pixels_forgotten", beta(lambda n, d, w, k: k / d / w)),
    ("pixels_forgotten", beta(lambda n, d, w, k: k / w)),
    ("pixels_forgotten", misspelt),
    ("latents_forgotten", beta(lambda n, d, w, k: n * k / w)),
    ("latents_forgotten", one_branch),
    ("latents_forgotten", by_gradients_of_sums),
    (
        "latents_forgotten",
        lambda n, d, w, first, k, second: step_by_step(
            n, d, w, first, k, "sum"
        ),
    ),
    ("pixels_divided", beta(lambda n, d, w, k: k / d / w / n)),
    ("pixels_divided", beta(lambda n, d, w, k: k / (w * n))),
    ("latents_multiplied", beta(lambda n, d, w, k: d * k / w * n)),
    ("latents_multiplied", beta(lambda n, d, w, k: (k * d) / (w / n))),
    ("sizes_swapped", lambda n, d, *loss: step_by_step(d, n, *loss)),
    (
        "sizes_swapped",
        lambda n, d, w, first, k, second: step_by_step(
            d, n, w, first, k, second
        ),
    ),
    ("reduction_ignored", ignoring),
    ("reduction_ignored", ignoring_pixels_word),
    ("reduction_ignored", ignoring_latents_word),
    ("reduction_ignored", words_exchanged),
    ("weight_forgotten", beta(lambda n, d, w, k: n / d)),
    ("weight_forgotten", beta(lambda n, d, w, k: k * n / d)),
    ("weight_forgotten", beta(lambda n, d, w, k: n / d / w)),
    ("weight_forgotten", beta(lambda n, d, w, k: w / n)),
    ("weights_multiplied", beta(lambda n, d, w, k: k * w * n / d)),
    ("weights_multiplied", beta(lambda n, d, w, k: (k / d) * (w * n))),
    ("wrong_type", beta(lambda n, d, w, k: f"{k * n / w / d}")),
    ("not_finite", beta(lambda n, d, w, k: math.inf)),
    (None, beta(lambda n, d, w, k: k / d + w / n)),
    (None, beta(lambda n, d, w, k: (k / d) / (k / d + w / n))),
    (None, beta(lambda n, d, w, k: (w / n, k / d))),
    (ANY, beta(lambda n, d, w, k: w / k / d)),
    (ANY, lambda n, d, *loss: 1 / step_by_step(d, n, *loss)),
    (ANY, lambda n, d, w, r, k, s: 1 / step_by_step(n, d, w, s, k, r)),
    (ANY, beta(lambda n, d, w, k: k * w * n)),
    (ANY, beta(lambda n, d, w, k: k * d / w / n)),
    (ANY, lambda n, d, *loss: n / d),
    (None, beta(lambda n, d, w, k: k // w)),
    (None, beta(lambda n, d, w, k: [k * n / w / d])),
    (None, beta(lambda n, d, w, k: round(k * n / w / d, 1))),
]


# --- all three --------------------------------------------------------------

CASES = [
    (check.log_likelihood, RIGHT_LIKELIHOODS, LIKELIHOOD_SLIPS),
    (check.elbo, RIGHT_ELBOS, ELBO_SLIPS),
    (check.effective_beta, RIGHT_BETAS, BETA_SLIPS),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES)


# --- the checks themselves --------------------------------------------------


def slips_of_every_call():
    """List the slips of each comparison that a check makes, with the right."""
    for seed, (shape, latent_dim) in enumerate(check.SIZES):
        pictures = check._pictures(seed, shape)
        codes = check._codes(seed, (shape[0], latent_dim))
        likelihood = check._likelihood(**pictures)
        yield likelihood, check._slips_of_likelihood(**pictures)
        yield (
            likelihood - check._kl(**codes),
            check._slips_of_elbo(pictures, codes),
        )


@pytest.mark.parametrize("right, slips", list(slips_of_every_call()))
def test_no_slip_gives_the_right_value_or_that_of_another(right, slips):
    def close(a, b):
        a, b = np.asarray(a), np.asarray(b)
        # Well over the two tolerances of 1e-4 that might meet.
        return a.shape == b.shape and np.allclose(a, b, rtol=3e-4)

    assert not any(close(wrong, right) for _, wrong, _ in slips)
    for one, other in itertools.combinations(slips, 2):
        assert one[0] == other[0] or not close(one[1], other[1])


def message_of(judge, answer):
    with pytest.raises(ExerciseFailed) as caught:
        judge(answer)
    return caught.value.args


def test_message_on_beta_names_the_loss_that_it_asked_for():
    asked, got, *_ = message_of(
        check.effective_beta, beta(lambda n, d, w, k: k / w)
    )
    assert "n_pixels=80, latent_dim=3, reconstruction_weight=300" in asked
    assert "reconstruction_reduction='mean'" in asked
    assert got == "0.005, expected 0.4"


def test_message_on_huge_logits_shows_what_came_out():
    asked, got, *_ = message_of(check.log_likelihood, sigmoid_then_log)
    assert "1000" in asked
    assert "-inf" in got


@pytest.mark.parametrize(
    "lost, answer",
    [
        ("x_logits", with_likelihood(without_slope)),
        ("z_mean", with_kl(lambda m, v: right_kl(m.numpy(), v))),
        ("z_log_var", with_kl(lambda m, v: right_kl(m, v.numpy()))),
    ],
)
def test_message_on_a_lost_gradient_names_the_input(lost, answer):
    asked, *_ = message_of(check.elbo, answer)
    assert asked.endswith(f"back to {lost}")


@pytest.mark.parametrize("seed", range(3))
def test_the_checks_own_integral_is_the_divergence(seed):
    codes = check._codes(seed, (4, 5))
    np.testing.assert_allclose(
        check._kl(**codes), right_kl(*codes.values()), rtol=1e-9
    )


@pytest.mark.parametrize(
    "answer, fits",
    [
        (clumsy_softplus, "but not all of ±1000"),
        (sigmoid_then_log, "nearly the same number"),
        (lambda x, a: by_softplus(x, ops.clip(a, -99, 99)), "stops it"),
    ],
)
def test_question_on_huge_logits_fits_what_came_out(answer, fits):
    _, _, question, _ = message_of(check.log_likelihood, answer)
    assert fits in question


def test_message_on_a_slope_that_is_nan_says_that_the_nats_are_right():
    _, got, *_ = message_of(check.log_likelihood, nan_gradient)
    assert got == "the right nats, but a slope that is infinite or NaN"


def test_message_on_pixels_that_were_never_added_speaks_of_no_mean():
    _, got, question, _ = message_of(check.log_likelihood, nats_of_pixels)
    assert got == "shape (3, 4, 5, 1), expected (3,)"
    assert "still pixels?" in question
    assert "mean" not in question


def test_message_on_half_a_log_variance_speaks_of_no_exponential():
    answer = half_sum(lambda m, v: m**2 + ops.exp(v) - 1 - v / 2)
    _, _, question, _ = message_of(check.elbo, answer)
    assert "Which logarithm" in question
    assert "exp" not in question


def test_message_on_a_weight_of_0_shows_it():
    asked, got, *_ = message_of(check.effective_beta, over_a_ratio)
    assert "kl_weight = 0" in asked
    assert "ZeroDivisionError" in got
