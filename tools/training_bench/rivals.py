"""The programs that the course is measured against, in our own writing."""

import keras
import tensorflow as tf
from keras import layers, ops

from vae_course.layers import Sampling

PUBLISHED_WEIGHT = 500.0


class TapeVAE(keras.Model):
    """A VAE as tutorials write it: its own step, three running means.

    Args:
        encoder: keras.Model, images -> [z_mean, z_log_var, z].
        decoder: keras.Model, z -> images in (0, 1).
        reconstruction: function of x and x_mean, to the cost of each image.
    """

    def __init__(self, encoder, decoder, reconstruction):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.reconstruction = reconstruction
        self.means = [
            keras.metrics.Mean(name)
            for name in ("total_loss", "reconstruction_loss", "kl_loss")
        ]

    @property
    def metrics(self):
        """List what Keras resets with every epoch."""
        return self.means

    def train_step(self, x):
        """Move the weights once."""
        with tf.GradientTape() as tape:
            z_mean, z_log_var, z = self.encoder(x)
            cost = ops.mean(self.reconstruction(x, self.decoder(z)))
            excess = ops.square(z_mean) + ops.exp(z_log_var) - z_log_var - 1
            kl = ops.mean(ops.sum(excess, axis=1)) / 2
            total = cost + kl
        weights = self.trainable_weights
        gradients = tape.gradient(total, weights)
        self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        for mean, value in zip(self.means, (total, cost, kl), strict=True):
            mean.update_state(value)
        return {mean.name: mean.result() for mean in self.means}


def published():
    """Build the published VAE: 32 × 32, a mean of the pixels times 500."""
    x = keras.Input((32, 32, 1))
    features = _halve(x, (32, 64, 128))
    decoder = [
        keras.Input((2,)),
        layers.Dense(2048),
        layers.Reshape((4, 4, 128)),
        *_double((128, 64, 32)),
        layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
    ]
    return TapeVAE(
        _encoder(x, features),
        keras.Sequential(decoder),
        lambda x, x_mean: PUBLISHED_WEIGHT * _mean_of_pixels(x, x_mean),
    )


def keras_example():
    """Build the VAE of Keras's own example: 28 × 28, a sum over pixels."""
    x = keras.Input((28, 28, 1))
    features = layers.Dense(16, activation="relu")(_halve(x, (32, 64)))
    decoder = [
        keras.Input((2,)),
        layers.Dense(7 * 7 * 64, activation="relu"),
        layers.Reshape((7, 7, 64)),
        *_double((64, 32)),
        layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid"),
    ]
    return TapeVAE(
        _encoder(x, features),
        keras.Sequential(decoder),
        lambda x, x_mean: 28 * 28 * _mean_of_pixels(x, x_mean),
    )


def _mean_of_pixels(x, x_mean):
    return keras.losses.binary_crossentropy(x, x_mean, axis=(1, 2, 3))


def _encoder(x, features):
    z_mean, z_log_var = (layers.Dense(2)(features) for _ in range(2))
    z = Sampling()([z_mean, z_log_var])
    return keras.Model(x, [z_mean, z_log_var, z])


def _halve(features, filters):
    for count in filters:
        convolution = layers.Conv2D(
            count, 3, strides=2, padding="same", activation="relu"
        )
        features = convolution(features)
    return layers.Flatten()(features)


def _double(filters):
    return [
        layers.Conv2DTranspose(
            count, 3, strides=2, padding="same", activation="relu"
        )
        for count in filters
    ]
