"""Who runs: each from images as they are stored to a trained model."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from training_bench import rivals
from vae_course import data, losses, models, networks, training
from vae_course.layers import Sampling

# All optimise one loss: the weight that the published one amounts to.
BETA = losses.effective_beta(
    n_pixels=1024,
    latent_dim=2,
    reconstruction_weight=rivals.PUBLISHED_WEIGHT,
    reconstruction_reduction="mean",
    kl_weight=1.0,
    kl_reduction="sum",
)
HALF_THE_FILTERS = 64, 32, 16


class Contestant(NamedTuple):
    """A way to train a VAE.

    Attributes:
        title: what the table calls it.
        train: function of images, uint8 (n, 28, 28), a number of epochs and
            callbacks, to a model with `encoder` and `decoder`.
        epochs: int, how many it trains.
        slow: whether they take minutes.
        images: int, how many of them at most, each epoch.
        threads: int, that share one operation; None for TensorFlow's choice.
    """

    title: str
    train: Callable
    epochs: int = 1
    slow: bool = False
    images: int | None = None
    threads: int | None = None


def _published(images, epochs, callbacks, jit_compile="auto"):
    x = np.pad(images.astype("float32") / 255, ((0, 0), (2, 2), (2, 2)))
    vae = rivals.published()
    vae.compile(keras.optimizers.Adam(0.0005), jit_compile=jit_compile)
    vae.fit(x[..., np.newaxis], None, 100, epochs, 0, callbacks)
    return vae


def _keras_example(images, epochs, callbacks):
    x = images[..., np.newaxis].astype("float32") / 255
    vae = rivals.keras_example()
    vae.compile(keras.optimizers.Adam())
    vae.fit(x, None, 128, epochs, 0, callbacks)
    return vae


def _dense(units=(256, 128)):
    return models.VAE(
        networks.build_dense_variational_encoder(units=units),
        networks.build_dense_decoder(units=units[::-1]),
        beta=BETA,
    )


def _without_border():
    """Build the dense VAE for the 28 × 28 pixels within the blank border."""
    x = keras.Input((32, 32, 1))
    features = layers.Flatten()(layers.Cropping2D(2)(x))
    for units in 256, 128:
        features = layers.Dense(units, activation="relu")(features)
    heads = [layers.Dense(2)(features) for _ in range(2)]
    decoder = [
        keras.Input((2,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(256, activation="relu"),
        layers.Dense(28 * 28, activation="sigmoid"),
        layers.Reshape((28, 28, 1)),
        layers.ZeroPadding2D(2),
    ]
    encoder = keras.Model(x, [*heads, Sampling()(heads)])
    return models.VAE(encoder, keras.Sequential(decoder), beta=BETA)


def _convolutional(decoder=None):
    decoder = decoder or networks.build_decoder(filters=HALF_THE_FILTERS)
    return models.VAE(networks.build_variational_encoder(), decoder, beta=BETA)


def _by_the_recipe(
    images, epochs, callbacks, build=_dense, precision="float32"
):
    """Train with `training.train`, as a lesson does."""
    keras.config.set_dtype_policy(precision)
    vae = build()
    keras.config.set_dtype_policy("float32")
    training.train(vae, images, epochs, callbacks)
    return vae


def _changed(
    images,
    epochs,
    callbacks,
    batch_size=training.BATCH_SIZE,
    peak=training.PEAK_LEARNING_RATE,
    steps_per_call=training.STEPS_PER_CALL,
    jit_compile=False,
    as_floats=False,
    mean_image=True,
    border=True,
    units=(256, 128),
    make_optimizer=training.make_optimizer,
):
    """Train by the recipe, written out so that one thing can be changed."""
    vae = _dense(units) if border else _without_border()
    some = data.prepare_images(images[: training.ENOUGH_FOR_A_MEAN])
    if mean_image:
        side = slice(None) if border else slice(2, -2)
        training.start_at_mean_image(vae.decoder, some[:, side, side])
    if as_floats:
        images = data.prepare_images(images)
    dataset = data.make_dataset(images, batch_size, shuffle=True, seed=0)
    if not as_floats:
        dataset = dataset.map(data.prepare_batch).prefetch(2)
    steps = epochs * len(dataset)
    vae.compile(
        make_optimizer(vae.trainable_variables, steps, peak),
        jit_compile=jit_compile,
        steps_per_execution=min(steps_per_call, len(dataset)),
    )
    vae.fit(
        dataset, epochs=epochs, callbacks=callbacks, shuffle=False, verbose=0
    )
    return vae


def _adam_in_parts(weights, steps, peak):
    """Make the recipe's optimizer of Keras's own class."""
    schedule = training.cosine_schedule(steps, peak)
    adam = keras.optimizers.Adam(schedule, beta_2=training.BETA_2)
    adam.build(weights)
    return adam


def _constant_rate(images, epochs, callbacks):
    """Train with Adam as it comes, a single rate and a late first build."""
    vae = _dense()
    dataset = data.make_dataset(
        data.prepare_images(images), training.BATCH_SIZE, shuffle=True, seed=0
    )
    vae.compile(
        keras.optimizers.Adam(0.001),
        jit_compile=False,
        steps_per_execution=min(training.STEPS_PER_CALL, len(dataset)),
    )
    vae.fit(
        dataset, epochs=epochs, callbacks=callbacks, shuffle=False, verbose=0
    )
    return vae


def _sub_pixel():
    """Build a decoder whose convolutions make four pixels at each place."""
    doubling = [
        layer
        for count in HALF_THE_FILTERS
        for layer in (
            layers.Conv2D(4 * count, 2, padding="same", activation="relu"),
            layers.Lambda(lambda x: tf.nn.depth_to_space(x, 2)),
        )
    ]
    return _drawn_by(doubling)


def _resized():
    """Build a decoder that repeats each place before it convolves."""
    doubling = [
        layer
        for count in HALF_THE_FILTERS
        for layer in (
            layers.UpSampling2D(2),
            layers.Conv2D(count, 3, padding="same", activation="relu"),
        )
    ]
    return _drawn_by(doubling)


def _drawn_by(doubling):
    last = layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    smallest = (4, 4, HALF_THE_FILTERS[0])
    first = [layers.Dense(math.prod(smallest)), layers.Reshape(smallest)]
    return keras.Sequential([keras.Input((2,)), *first, *doubling, last])


DENSE = "course, dense, one epoch"
CONTESTANTS = {
    "published": Contestant("published program", _published, 5, True),
    # Without a GPU, Keras's "auto" means no XLA.
    "published-xla": Contestant(
        "published program, XLA",
        partial(_published, jit_compile=True),
        5,
        True,
    ),
    "keras-example": Contestant("Keras's example", _keras_example, 5, True),
    "dense-1": Contestant(DENSE, _by_the_recipe),
    "dense": Contestant("course, dense, five epochs", _by_the_recipe, 5),
    "dense-part": Contestant(
        "course, dense, 48,000 images once, peak 0.016",
        partial(_changed, peak=0.016),
        images=48_000,
    ),
    "part-thread": Contestant(
        "course, dense, 48,000 images once, peak 0.016, without the border, "
        "one thread an operation",
        partial(_changed, peak=0.016, border=False),
        images=48_000,
        threads=1,
    ),
    "thread": Contestant(
        f"{DENSE}, one thread an operation", _by_the_recipe, threads=1
    ),
    "borderless": Contestant(
        f"{DENSE}, without the border", partial(_changed, border=False)
    ),
    "borderless-thread": Contestant(
        f"{DENSE}, without the border, one thread an operation",
        partial(_changed, border=False),
        threads=1,
    ),
    "in-parts": Contestant(
        f"{DENSE}, Keras's own Adam",
        partial(_changed, make_optimizer=_adam_in_parts),
    ),
    "16-bits": Contestant(
        f"{DENSE}, 16 bits",
        partial(_by_the_recipe, precision="mixed_bfloat16"),
    ),
    "narrow-part": Contestant(
        "course, dense, 128 units a layer, 48,000 images once, peak 0.02",
        partial(_changed, peak=0.02, units=(128, 128)),
        images=48_000,
    ),
    "xla": Contestant(f"{DENSE}, XLA", partial(_changed, jit_compile=True)),
    "batch-256": Contestant(
        f"{DENSE}, batches of 256, peak 0.016",
        partial(_changed, batch_size=256, peak=0.016),
    ),
    "batch-1024": Contestant(
        f"{DENSE}, batches of 1,024, peak 0.016",
        partial(_changed, batch_size=1024, peak=0.016),
    ),
    "one-step": Contestant(
        f"{DENSE}, one step a call", partial(_changed, steps_per_call=1)
    ),
    "half-epoch": Contestant(
        f"{DENSE}, half an epoch a call",
        partial(_changed, steps_per_call=234),
    ),
    "floats": Contestant(
        f"{DENSE}, images as floats", partial(_changed, as_floats=True)
    ),
    "no-mean": Contestant(
        f"{DENSE}, not from the mean image",
        partial(_changed, mean_image=False),
    ),
    "constant": Contestant(f"{DENSE}, Adam as it comes", _constant_rate),
    "convolutional": Contestant(
        "course, convolutional, five epochs",
        partial(_by_the_recipe, build=_convolutional),
        5,
        True,
    ),
    "convolutional-16": Contestant(
        "course, convolutional, 16 bits, five epochs",
        partial(
            _by_the_recipe, build=_convolutional, precision="mixed_bfloat16"
        ),
        5,
        True,
    ),
    "all-filters": Contestant(
        "lesson 07's convolutional, five epochs",
        partial(
            _by_the_recipe,
            build=lambda: _convolutional(networks.build_decoder()),
        ),
        5,
        True,
    ),
    "sub-pixel": Contestant(
        "convolutional, sub-pixel, five epochs",
        partial(_by_the_recipe, build=lambda: _convolutional(_sub_pixel())),
        5,
        True,
    ),
    "resized": Contestant(
        "convolutional, resized, five epochs",
        partial(_by_the_recipe, build=lambda: _convolutional(_resized())),
        5,
        True,
    ),
}
