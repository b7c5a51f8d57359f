"""Who runs: each from images as they are stored to a trained model."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from training_bench import rivals
from vae_course import data, losses, models, networks, training

# All optimise one loss: the weight that the published one amounts to.
BETA = losses.effective_beta(
    n_pixels=1024,
    latent_dim=2,
    reconstruction_weight=rivals.PUBLISHED_WEIGHT,
    reconstruction_reduction="mean",
    kl_weight=1.0,
    kl_reduction="sum",
)


class Contestant(NamedTuple):
    """A way to train a VAE.

    Attributes:
        title: what the table calls it.
        train: function of images, uint8 (n, 28, 28), a number of epochs and
            callbacks, to a model with `encoder` and `decoder`.
        slow: whether its five epochs take minutes.
        epochs: int, how many it trains.
    """

    title: str
    train: Callable
    slow: bool
    epochs: int = 5


def _published(jit_compile):
    def train(images, epochs, callbacks):
        x = np.pad(images.astype("float32") / 255, ((0, 0), (2, 2), (2, 2)))
        vae = rivals.published()
        vae.compile(keras.optimizers.Adam(0.0005), jit_compile=jit_compile)
        vae.fit(x[..., np.newaxis], None, 100, epochs, 0, callbacks)
        return vae

    return train


def _keras_example(images, epochs, callbacks):
    x = images[..., np.newaxis].astype("float32") / 255
    vae = rivals.keras_example()
    vae.compile(keras.optimizers.Adam())
    vae.fit(x, None, 128, epochs, 0, callbacks)
    return vae


def _dense():
    return models.VAE(
        networks.build_dense_variational_encoder(),
        networks.build_dense_decoder(),
        beta=BETA,
    )


def _convolutional():
    return models.VAE(
        networks.build_variational_encoder(),
        networks.build_decoder(),
        beta=BETA,
    )


def _course(build, precision="float32"):
    def train(images, epochs, callbacks):
        x = data.prepare_images(images)
        keras.config.set_dtype_policy(precision)
        vae = build()
        training.train(vae, x, epochs, callbacks)
        return vae

    return train


def _lesson_08(images, epochs, callbacks):
    """Train as lesson 08 does, with the dataset of exercise 8.1."""
    x = data.prepare_images(images)
    vae = _dense()
    size = training.BATCH_SIZE
    dataset = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x), seed=0)
    dataset = dataset.batch(size).prefetch(2)
    schedule = training.cosine_schedule(epochs * len(dataset))
    vae.compile(
        keras.optimizers.Adam(schedule),
        jit_compile=False,
        steps_per_execution=min(training.STEPS_PER_CALL, len(dataset)),
    )
    vae.fit(
        dataset, epochs=epochs, callbacks=callbacks, shuffle=False, verbose=0
    )
    return vae


CONTESTANTS = {
    "published": Contestant("published program", _published("auto"), True),
    # Without a GPU, Keras's "auto" means no XLA.
    "published-xla": Contestant(
        "published program, XLA", _published(True), True
    ),
    "keras-example": Contestant("Keras's example", _keras_example, True),
    "dense": Contestant("course, dense", _course(_dense), False),
    "dense-3": Contestant(
        "course, dense, 3 epochs", _course(_dense), False, 3
    ),
    "dense-lesson": Contestant(
        "course, dense, as in lesson 08", _lesson_08, False
    ),
    "dense-16": Contestant(
        "course, dense, 16 bits", _course(_dense, "mixed_bfloat16"), False
    ),
    "convolutional": Contestant(
        "course, convolutional", _course(_convolutional), True
    ),
    "convolutional-16": Contestant(
        "course, convolutional, 16 bits",
        _course(_convolutional, "mixed_bfloat16"),
        True,
    ),
}
