"""What one contestant does in one process: time, loss and memory."""

import contextlib
import io
import os
import resource
import sys
import time

import keras
import numpy as np
import tensorflow as tf

from training_bench import rivals
from training_bench.contestants import CONTESTANTS
from vae_course import data, losses, runtime


class Clock(keras.callbacks.Callback):
    """Stop the time and, after each epoch, the losses on test images.

    The clock stands still while it measures losses.

    Args:
        images: uint8 (n, 28, 28), the test images.
        n_train: int, how many images an epoch shows.
        limit: float, seconds after which training stops, without losses; or
            None to train all epochs.
    """

    def __init__(self, images, n_train, limit=None):
        super().__init__()
        self.images, self.n_train, self.limit = images, n_train, limit
        self.epochs, self.calls, self.peak = [], [], None
        self.finished, self.paused = 0, 0.0
        self.started = time.perf_counter()

    def seconds(self):
        """Return the time that passed, without pauses."""
        return time.perf_counter() - self.started - self.paused

    def on_train_batch_end(self, batch, logs=None):
        """Note how many images were seen by now."""
        seen = self.finished + (batch + 1) / self.params["steps"]
        self.calls.append((self.seconds(), seen * self.n_train))
        if self.limit and self.seconds() > self.limit:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        """Measure, with the clock stopped."""
        seconds = self.seconds()
        self.finished += 1
        # Before the losses on test images take memory of their own.
        self.peak = self.peak or peak_memory()
        if self.limit is None:
            terms = test_losses(self.model, self.images)
            self.epochs.append({"seconds": seconds, **terms})
        self.paused += self.seconds() - seconds

    def images_a_second(self):
        """Return the speed after the first call, which compiles."""
        (started, before), *_, (ended, after) = self.calls
        return (after - before) / (ended - started)


def measure(name, run, tiny, limit):
    """Train one contestant.

    Args:
        name: str, a key of CONTESTANTS.
        run: int, the seed.
        tiny: bool, whether a few images do.
        limit: float, see `Clock`.

    Returns:
        dict of numbers, for JSON.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        (x_train, _), (x_test, _) = data.load_fashion_mnist()
    if tiny:
        x_train, x_test = x_train[:5_000:10], x_test[:500]
    contestant = CONTESTANTS[name]
    x_train = x_train[: contestant.images]
    if contestant.threads:
        tf.config.threading.set_intra_op_parallelism_threads(
            contestant.threads
        )
    runtime.set_seed(run)
    epochs = 2 if tiny else contestant.epochs
    clock = Clock(x_test, len(x_train), limit)
    contestant.train(x_train, epochs, [clock])
    return {
        "name": name,
        "run": run,
        "images_a_second": clock.images_a_second(),
        "first_call": clock.calls[0][0],
        "peak_mib": clock.peak,
        "epochs": clock.epochs,
    }


def test_losses(model, images):
    """Average both losses over images, one drawn code each.

    Args:
        model: with an `encoder` and a `decoder`, for 32 × 32 or 28 × 28.
        images: uint8 (n, 28, 28).

    Returns:
        dict of `loss`, the published program's, and `negative_elbo`, nats
        an image on 28 × 28 pixels.
    """
    x = data.prepare_images(images)
    x = _middle(x, side=model.decoder.output_shape[1])
    options = {"batch_size": 100, "verbose": 0}
    z_mean, z_log_var, z = model.encoder.predict(x, **options)
    x_mean = model.decoder.predict(z, **options)
    kl = np.mean(losses.kl_loss(z_mean, z_log_var))
    # A network for 28 × 28 leaves the border blank: right, at no cost.
    pixels = np.mean(losses.reconstruction_loss(x, x_mean))
    inner = losses.reconstruction_loss(_middle(x, 28), _middle(x_mean, 28))
    return {
        "loss": float(rivals.PUBLISHED_WEIGHT / 1024 * pixels + kl),
        "negative_elbo": float(np.mean(inner) + kl),
    }


def _middle(x, side):
    margin = (x.shape[1] - side) // 2
    return x[:, margin : margin + side, margin : margin + side]


def peak_memory():
    """Return the largest memory that this process ever held, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def machine():
    """Say on what the numbers were measured."""
    return {
        "device": str(runtime.describe_device()),
        "load_average": os.getloadavg(),
        "keras": keras.__version__,
    }
