"""Train on one and on two logical CPU devices; print how far apart.

The encoder's variance is next to nothing, so that the noise, which differs
from replica to replica, moves no weight. Batches hold 32 images; the last
one holds what is left of them, and need not split evenly.
"""

import json
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from vae_course import data, idx, models, networks, training

ONE, TWO = ["CPU:0"], ["CPU:0", "CPU:1"]
STORED = idx.read_idx(data.SUBSET_FOLDER / "t10k-images-idx3-ubyte.gz", ndim=3)
X = data.prepare_images(STORED[:71])


def untrained():
    keras.utils.set_random_seed(1)
    encoder = networks.build_dense_variational_encoder()
    head = encoder.get_layer("z_log_var")
    head.set_weights([np.zeros((128, 2)), np.full(2, -60.0)])
    return models.VAE(encoder, networks.build_dense_decoder())


def untrained_autoencoder():
    keras.utils.set_random_seed(1)
    return models.Autoencoder(
        networks.build_dense_encoder(), networks.build_dense_decoder()
    )


def fit(devices, optimizer, images=X, build=untrained, callbacks=(), epochs=2):
    with training.strategy(devices).scope():
        vae = build()
        vae.compile(optimizer(), jit_compile=False)
    batches = data.make_dataset(images, 32, shuffle=False, seed=0)
    history = vae.fit(
        batches,
        epochs=epochs,
        callbacks=list(callbacks),
        shuffle=False,
        verbose=0,
    ).history
    return vae, history


def flat(vae):
    return np.concatenate([np.ravel(w) for w in vae.trainable_weights])


def compare(optimizer, images, build=untrained):
    (one, told_one), (two, told_two) = (
        fit(devices, optimizer, images, build) for devices in (ONE, TWO)
    )
    return two, {
        "moved": float(np.abs(flat(one) - flat(build())).max()),
        "apart": float(np.abs(flat(one) - flat(two)).max()),
        "one": {name: values[-1] for name, values in told_one.items()},
        "two": {name: values[-1] for name, values in told_two.items()},
    }


def recipe(devices):
    """Train as the course does; the model alone is made in the scope.

    All images are one batch: the order in which they come is each one's own.
    """
    with training.strategy(devices).scope():
        autoencoder = untrained_autoencoder()
    history = training.train(autoencoder, STORED[:100], epochs=8)
    return history["reconstruction_loss"]


def betas():
    """Read beta from the terms that a warm-up was trained on."""
    warmup = training.BetaWarmup(warmup_epochs=2, beta=2.0)
    _, told = fit(
        TWO,
        lambda: keras.optimizers.SGD(1e-3),
        callbacks=[warmup],
        epochs=3,
    )
    kl, total = (np.array(told[name]) for name in ("kl_loss", "total_loss"))
    return list((total - told["reconstruction_loss"]) / kl)


def sgd():
    return keras.optimizers.SGD(0.003)


def adam():
    # Adam makes much of slopes that are next to none: not so with this.
    return keras.optimizers.Adam(0.001, epsilon=1e-3)


CASES = {
    "an autoencoder": (sgd, X, untrained_autoencoder),
    "3 and 3 are left": (sgd, X[:70]),
    "4 and 3 are left": (sgd, X),
    "1 and 0 are left": (sgd, X[:65]),
    "by Adam": (adam, X),
}


def main():
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )
    told = {}
    for case, arguments in CASES.items():
        vae, told[case] = compare(*arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vae.keras")
        vae.save(path)
        loaded = keras.saving.load_model(path)
    results = {
        "replicas": training.strategy(TWO).num_replicas_in_sync,
        "cases": told,
        "recipe": [recipe(devices) for devices in (ONE, TWO)],
        "betas": betas(),
        "loaded_apart": float(np.abs(loaded(X) - vae(X)).max()),
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
