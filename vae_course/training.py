"""How the course trains a VAE, and where the trained one is found."""

import keras

from vae_course import data, models, networks, runtime

BATCH_SIZE = 256
PEAK_LEARNING_RATE = 0.004
WARMUP_STEPS = 200
# Steps that one compiled call takes before it comes back to Python.
STEPS_PER_CALL = 16
TRAINED_VAE = "vae.keras"


def cosine_schedule(steps, peak=PEAK_LEARNING_RATE):
    """Let the learning rate rise for a short while, then fall to zero.

    Args:
        steps: int, how many steps the whole training takes.
        peak: float, the highest learning rate.

    Returns:
        keras.optimizers.schedules.CosineDecay.

    Source: Loshchilov and Hutter (2017), arXiv:1608.03983, equation 5.
    """
    rise = min(WARMUP_STEPS, steps // 2)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=peak / 100,
        decay_steps=steps - rise,
        warmup_target=peak,
        warmup_steps=rise,
    )


def train(vae, images, epochs, callbacks=(), seed=0):
    """Train with Adam, the cosine schedule and large batches.

    Args:
        vae: models.VAE; it is compiled here.
        images: float (n, 32, 32, 1), in [0, 1].
        epochs: int, how often each image is seen.
        callbacks: of Keras, for `fit`.
        seed: int, of the order of the images.

    Returns:
        dict from the name of each term of the loss to its list of means,
        one an epoch, nats an image.
    """
    dataset = data.make_dataset(images, BATCH_SIZE, shuffle=True, seed=seed)
    schedule = cosine_schedule(epochs * len(dataset))
    vae.compile(
        keras.optimizers.Adam(schedule),
        jit_compile=False,
        steps_per_execution=min(STEPS_PER_CALL, len(dataset)),
    )
    return vae.fit(
        dataset,
        epochs=epochs,
        callbacks=list(callbacks),
        shuffle=False,
        verbose=0,
    ).history


def load_or_train(images, beta=1.0, seed=0):
    """Load the VAE that lesson 08 saved, or train one in some seconds.

    It prints which of the two it did.

    Args:
        images: float (n, 32, 32, 1), in [0, 1], to train on.
        beta: float, the weight of the KL term where it trains.
        seed: int, of the weights and of the order of the images.

    Returns:
        models.VAE.
    """
    path = runtime.trained_folder() / TRAINED_VAE
    if path.exists():
        print(f"The VAE that lesson 08 saved in {path}.")
        return keras.saving.load_model(path)
    runtime.set_seed(seed)
    vae = models.VAE(
        networks.build_dense_variational_encoder(),
        networks.build_dense_decoder(),
        beta=beta,
    )
    seen = runtime.pick(full=240_000, quick=20_000)
    train(vae, images, epochs=max(1, seen // len(images)), seed=seed)
    print(f"No model of lesson 08 in {path.parent}: trained a quick one.")
    return vae
