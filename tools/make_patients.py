"""Train the patients of lesson 10: small VAEs, each with one slip in it.

Each slip is written here as one writes it by mistake, in the one place where
it belongs; all else is the library's. What the lesson shows of a patient goes
into a file of some kilobytes.

    python tools/make_patients.py [OUTPUT_FOLDER]
"""

import sys
from pathlib import Path

import keras
import numpy as np

from vae_course import clinic, data, models, networks, runtime
from vae_course.layers import Sampling
from vae_course.losses import kl_loss, reconstruction_loss

LATENT_DIM = 4
EPOCHS, BATCH_SIZE, LEARNING_RATE = 20, 128, 0.002
N_MEASURED, N_PLOTTED, N_SHOWN, DRAWS = 1000, 120, 8, 256


class AveragesPixels(models.VAE):
    """A VAE whose reconstruction loss is a mean over pixels, not a sum."""

    def compute_losses(self, x, training=None):
        """Measure both terms, the first in nats a pixel."""
        reconstruction, kl = super().compute_losses(x, training)
        return reconstruction / np.prod(networks.IMAGE_SHAPE), kl


class DecoderFedMean(models.VAE):
    """A VAE that leaves z unused: the decoder gets z_mean in training."""

    def compute_losses(self, x, training=None):
        """Measure both terms, the first without noise."""
        z_mean, z_log_var, _ = self.encoder(x, training=training)
        x_mean = self.decoder(z_mean, training=training)
        return reconstruction_loss(x, x_mean), kl_loss(z_mean, z_log_var)


class MetricsNotReset(models.VAE):
    """A VAE whose running means go on from epoch to epoch."""

    def reset_metrics(self):
        """Leave the running means as they are."""


class HalfMissing(Sampling):
    """A layer that takes the exponential of z_log_var for the spread."""

    def call(self, inputs):
        """Draw z with its variance for its standard deviation."""
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(
            keras.ops.shape(z_mean), seed=self.seed_generator
        )
        return z_mean + keras.ops.exp(z_log_var) * epsilon


def half_missing(encoder, decoder):
    """Make a VAE with the slip's layer in the place of `Sampling`."""
    heads = encoder.outputs[:2]
    outputs = [*heads, HalfMissing()(heads)]
    return models.VAE(keras.Model(encoder.input, outputs), decoder)


def activation_on_head(encoder, decoder):
    """Make a VAE whose z_mean comes out of a ReLU."""
    encoder.get_layer("z_mean").activation = keras.activations.relu
    return models.VAE(encoder, decoder)


def kl_left_out(encoder, decoder):
    """Make a VAE that reports the KL term and leaves it out of the loss."""
    return models.VAE(encoder, decoder, beta=0.0)


PATIENTS = {
    clinic.HEALTHY: ("healthy", models.VAE),
    "A": ("averages_pixels", AveragesPixels),
    "B": ("kl_left_out", kl_left_out),
    "C": ("activation_on_head", activation_on_head),
    "D": ("metrics_not_reset", MetricsNotReset),
    "E": ("decoder_fed_mean", DecoderFedMean),
    "F": ("half_missing", half_missing),
}


def build(kind, seed):
    """Build a patient, ready for training.

    Args:
        kind: function or class that makes a VAE of encoder and decoder.
        seed: int, of its weights and its training.

    Returns:
        models.VAE.
    """
    runtime.set_seed(seed)
    vae = kind(
        networks.build_dense_variational_encoder(LATENT_DIM),
        networks.build_dense_decoder(LATENT_DIM),
    )
    vae.compile(keras.optimizers.Adam(LEARNING_RATE), jit_compile=False)
    return vae


def examine(vae, x):
    """Measure a patient with tools of our own, not with its own.

    Args:
        vae: models.VAE.
        x: float (n, 32, 32, 1), in [0, 1], test images.

    Returns:
        dict of arrays, the fields of `clinic.Chart` but for the history.
    """
    rng = np.random.default_rng(0)
    z_mean, z_log_var, _ = map(np.asarray, vae.encoder(x))
    std = np.exp(z_log_var / 2)
    z = z_mean + std * rng.standard_normal(z_mean.shape, "float32")
    drawn = np.stack([vae.encoder(x[:N_PLOTTED])[2] for _ in range(DRAWS)])
    prior = rng.standard_normal((2 * N_SHOWN, LATENT_DIM), "float32")
    kl = 0.5 * (z_mean**2 + std**2 - 1 - z_log_var)
    numbers = {
        "reconstruction": np.mean(reconstruction_loss(x, vae.decoder(z))),
        "kl": kl.mean(axis=0),
        "z_mean": z_mean[:N_PLOTTED],
        "std": std[:N_PLOTTED],
        "drawn_std": drawn.std(axis=0),
    }
    pictures = {
        "images": x[:N_SHOWN],
        "from_mean": vae.decoder(z_mean[:N_SHOWN]),
        "from_draw": vae.decoder(z[:N_SHOWN]),
        "from_prior": vae.decoder(prior),
    }
    return {name: np.float16(value) for name, value in numbers.items()} | {
        name: np.uint8(np.rint(255 * np.asarray(value)[..., 0]))
        for name, value in pictures.items()
    }


def make_patient(output, patient, x_train, x_test, epochs, seed):
    """Train a patient, let it report as it does, and write its chart.

    Args:
        output: path of the folder to write to.
        patient: a key of `PATIENTS`.
        x_train: float (n, 32, 32, 1), in [0, 1].
        x_test: float (m, 32, 32, 1), in [0, 1].
        epochs: int, how often each image is seen.
        seed: int, of its weights and its training.
    """
    slip, kind = PATIENTS[patient]
    vae = build(kind, seed)
    history = vae.fit(
        x_train,
        validation_data=(x_test, None),
        batch_size=BATCH_SIZE,
        epochs=epochs,
        verbose=0,
    ).history
    parts = [f"{part}{term}" for part in ("", "val_") for term in clinic.TERMS]
    np.savez_compressed(
        output / f"{patient}.npz",
        slip=slip,
        history=np.float32([history[part] for part in parts]),
        **examine(vae, x_test[:N_MEASURED]),
    )


def make_patients(output=clinic.FOLDER):
    """Make all patients of the lesson.

    Args:
        output: path of the folder to write to; it is made if missing.
    """
    output.mkdir(parents=True, exist_ok=True)
    (x_train, _), (x_test, _) = data.load_fashion_mnist(data.SUBSET_FOLDER)
    x_train, x_test = map(data.prepare_images, (x_train, x_test))
    x_test = np.random.default_rng(0).permutation(x_test)
    for seed, patient in enumerate(PATIENTS):
        make_patient(output, patient, x_train, x_test, EPOCHS, seed)


if __name__ == "__main__":
    make_patients(*map(Path, sys.argv[1:]))
