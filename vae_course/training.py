"""How the course trains a VAE, and where the trained one is found."""

import functools
import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from vae_course import data, models, networks, runtime
from vae_course.arguments import demand_count, real_array
from vae_course.optimizers import FusedAdam

BATCH_SIZE = 128
PEAK_LEARNING_RATE = 0.012
WARMUP_STEPS = 100
# Adam's memory of squared slopes: about 50 steps, for trainings so short.
BETA_2 = 0.98
ENOUGH_FOR_A_MEAN = 5_000
# Steps that one compiled call takes before it comes back to Python.
STEPS_PER_CALL = 16
TRAINED_VAE = "vae.keras"
# What tools/bench_training.py measured, and on which machine.
BENCHMARK = Path(__file__).with_name("training_benchmark.json")


def cosine_schedule(steps, peak=PEAK_LEARNING_RATE):
    """Let the learning rate rise for a short while, then fall to zero.

    It rises in a straight line from a hundredth of the peak, over 100 steps
    or half of them all where that is less, and falls as half a cosine.

    Args:
        steps: int >= 1, how many steps the whole training takes.
        peak: float > 0, the highest learning rate.

    Returns:
        keras.optimizers.schedules.CosineDecay.

    Raises:
        TypeError: if steps is not an int or peak no real number.
        ValueError: if one of them is too small.

    Source: Loshchilov and Hutter (2017), arXiv:1608.03983, equation 5; for
    the rise Goyal et al. (2017), arXiv:1706.02677, section 2.2.

    >>> schedule = cosine_schedule(steps=1000, peak=0.01)
    >>> [round(float(schedule(step)), 4) for step in (0, 100, 550, 1000)]
    [0.0001, 0.01, 0.005, 0.0]
    """
    steps = demand_count("steps", steps, smallest=1)
    peak = float(real_array("peak", peak, shape=()))
    if peak <= 0:
        raise ValueError(f"peak: expected more than 0, got {peak}")
    rise = min(WARMUP_STEPS, steps // 2)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=peak / 100,
        decay_steps=steps - rise,
        warmup_target=peak,
        warmup_steps=rise,
    )


def warmup_beta(epoch, warmup_epochs, beta):
    """Let the weight of the KL term grow from 0 in a straight line.

    Written in exercise 8.2.

    Args:
        epoch: int >= 0, the epoch that is about to begin, the first one 0.
        warmup_epochs: int >= 0, the epoch at which beta is reached; 0 means
            beta from the start.
        beta: float >= 0, the weight from then on.

    Returns:
        float from 0 to beta, the weight for this epoch.

    Raises:
        TypeError: if an epoch is not an int or beta no real number.
        ValueError: if one of them is negative.

    Source: Sønderby et al. (2016), arXiv:1602.02282, section 2.3; Bowman
    et al. (2016), arXiv:1511.06349, section 3.1.

    >>> [warmup_beta(epoch, warmup_epochs=2, beta=4.0) for epoch in range(4)]
    [0.0, 2.0, 4.0, 4.0]
    """
    epoch = demand_count("epoch", epoch, smallest=0)
    warmup_epochs = demand_count("warmup_epochs", warmup_epochs, smallest=0)
    beta = float(real_array("beta", beta, shape=()))
    if beta < 0:
        raise ValueError(f"beta: expected at least 0, got {beta}")
    return beta if epoch >= warmup_epochs else beta * epoch / warmup_epochs


class BetaWarmup(keras.callbacks.Callback):
    """Set a VAE's beta anew before each epoch, as `warmup_beta` says.

    While beta moves, the total losses of two epochs cannot be compared: do
    not let `val_total_loss` choose the best of them.

    Args:
        warmup_epochs: int >= 0, the epoch, counted from 0, at which beta
            is reached.
        beta: float >= 0, the weight from then on.

    Raises:
        TypeError: if warmup_epochs is not an int or beta no real number;
            when training begins, if the model is no `models.VAE`: others
            may keep beta as a number, which their compiled step copies.
        ValueError: if one of them is negative.
    """

    def __init__(self, warmup_epochs, beta):
        super().__init__()
        warmup_beta(0, warmup_epochs, beta)
        self.warmup_epochs, self.beta = warmup_epochs, beta

    def on_train_begin(self, logs=None):
        """Refuse a model whose beta may not be heard."""
        if not isinstance(self.model, models.VAE):
            raise TypeError(
                "BetaWarmup: expected a vae_course.models.VAE, got "
                f"{type(self.model).__name__}"
            )

    def on_epoch_begin(self, epoch, logs=None):
        """Set beta for this epoch."""
        self.model.beta = warmup_beta(epoch, self.warmup_epochs, self.beta)


def best_epoch(reconstruction_loss, kl_loss):
    """Find the epoch with the highest ELBO, whatever beta it trained with.

    Written in exercise 8.3.

    Args:
        reconstruction_loss: float (epochs,), nats an image, of images that
            were held back.
        kl_loss: float (epochs,), likewise.

    Returns:
        int, the first of the best epochs, counted from 0. An epoch whose
        losses are not finite is never the best.

    Raises:
        ValueError: if the shapes differ, there are no epochs, or none of
            them has finite losses.

    >>> best_epoch([290.0, 270.0, 272.0, float("nan")], [4.0, 6.0, 3.0, 5.0])
    2
    """
    reconstruction_loss = np.asarray(reconstruction_loss, "float64")
    kl_loss = np.asarray(kl_loss, "float64")
    if reconstruction_loss.ndim != 1:
        raise ValueError(
            "reconstruction_loss: expected shape (epochs,), got "
            f"{reconstruction_loss.shape}"
        )
    if kl_loss.shape != reconstruction_loss.shape:
        raise ValueError(
            f"kl_loss: expected shape {reconstruction_loss.shape}, got "
            f"{kl_loss.shape}"
        )
    total = reconstruction_loss + kl_loss
    if not np.isfinite(total).any():
        raise ValueError(
            "reconstruction_loss + kl_loss: expected a finite number in at "
            f"least one epoch, got {total}"
        )
    return int(np.argmin(np.where(np.isfinite(total), total, np.inf)))


def strategy(devices=None):
    """Choose how training is spread over devices.

    Make the model within `strategy().scope()`; nothing else changes. Each
    device then takes a share of every batch, and all take the same step.

    Args:
        devices: list of str, such as ["GPU:0", "GPU:1"], or None for all
            GPUs that TensorFlow sees.

    Returns:
        tf.distribute.MirroredStrategy over two devices or more, else
        TensorFlow's default, under which all is as if there were none.

    Source: Goyal et al. (2017), arXiv:1706.02677, section 3.
    """
    if devices is None:
        devices = [gpu.name for gpu in tf.config.list_logical_devices("GPU")]
    if len(devices) > 1:
        return _mirrored(tuple(devices))
    return tf.distribute.get_strategy()


@functools.cache
def _mirrored(devices):
    # TensorFlow mixes up the sums of two strategies over the same devices.
    return tf.distribute.MirroredStrategy(list(devices))


def start_at_mean_image(decoder, images):
    """Let an untrained decoder begin at the mean image, for every code.

    What needs no code need not be learnt: the bias of the last layer takes
    the log-odds of the mean image; of a convolution, which has one bias for
    all places, those of its mean. A layer without bias stays as it is.

    Args:
        decoder: keras.Model whose last layer with weights feeds a sigmoid.
        images: float (n, 32, 32, 1), in [0, 1].

    Source: Karpathy (2019), "A Recipe for Training Neural Networks".
    """
    bias = [layer for layer in decoder.layers if layer.weights][-1].bias
    if bias is None:
        return
    mean = np.mean(images, axis=0).reshape(-1, bias.shape[0]).mean(axis=0)
    # Log-odds of the border, which no image inks, would be infinite.
    mean = mean.clip(0.001, 0.999)
    bias.assign(np.log(mean / (1 - mean)))


def make_optimizer(weights, steps, peak=PEAK_LEARNING_RATE):
    """Make Adam with the cosine schedule, ready to take its first step.

    Built here, it has its variables before Keras writes the step down;
    else Keras would make them then, and write it down twice.

    Args:
        weights: list of keras.Variable, a model's `trainable_variables`.
        steps: int >= 1, how many steps the whole training takes.
        peak: float > 0, the highest learning rate.

    Returns:
        optimizers.FusedAdam, Keras's Adam in fewer operations.

    Raises:
        TypeError, ValueError: as `cosine_schedule`.
    """
    optimizer = FusedAdam(cosine_schedule(steps, peak), beta_2=BETA_2)
    optimizer.build(weights)
    return optimizer


def train(vae, images, epochs, callbacks=(), seed=0):
    """Train with Adam, a rate that rises and falls, and few trips to Python.

    A model that was never compiled starts at the mean image.

    Args:
        vae: models.VAE, or models.Autoencoder; it is compiled here. One
            made within `strategy().scope()` trains on several devices.
        images: float (n, 32, 32, 1), in [0, 1]; or uint8 (n, 28, 28), as
            they are stored, which are prepared batch by batch.
        epochs: int >= 1, how often each image is seen.
        callbacks: of Keras, for `fit`.
        seed: int >= 0, of the order of the images.

    Returns:
        dict from the name of each term of the loss to its list of means,
        one an epoch, nats an image.

    Raises:
        TypeError: if epochs or seed is not an int.
        ValueError: if there are no images, epochs is below 1 or seed below
            0.
    """
    epochs = demand_count("epochs", epochs, smallest=1)
    images = np.asarray(images)
    dataset = data.make_dataset(images, BATCH_SIZE, shuffle=True, seed=seed)
    some = images[:ENOUGH_FOR_A_MEAN]
    if images.dtype == np.uint8:
        dataset = dataset.map(data.prepare_batch).prefetch(2)
        some = data.prepare_images(some)
    if not vae.compiled:
        start_at_mean_image(vae.decoder, some)
    devices = vae.distribute_strategy
    # On several devices Keras fails at more than one step a call.
    steps = STEPS_PER_CALL if devices.num_replicas_in_sync == 1 else 1
    with devices.scope():
        vae.compile(
            make_optimizer(vae.trainable_variables, epochs * len(dataset)),
            jit_compile=False,
            steps_per_execution=min(steps, len(dataset)),
        )
    return vae.fit(
        dataset,
        epochs=epochs,
        callbacks=list(callbacks),
        shuffle=False,
        verbose=0,
    ).history


def save_if_better(vae, images, path):
    """Save a trained VAE, unless the file already holds a better one.

    The better of two is the one with the smaller reconstruction_loss +
    kl_loss on the same images, the negative ELBO, whatever beta they were
    trained with; one that is not finite is never better. What is done is
    printed, and a file that gives way is kept beside the new one, as
    `<name>_before.keras`.

    Args:
        vae: models.VAE, compiled.
        images: float (n, 32, 32, 1), in [0, 1], best held back from
            training.
        path: pathlib.Path of the file, `<name>.keras`.

    Returns:
        bool, whether it was saved.
    """
    nats = _negative_elbo(vae, images)
    ours = f"{nats:.1f} nats an image"
    if not np.isfinite(nats):
        print(f"Not saved in {path}: {ours}.")
        return False
    there, theirs = _what_is_in(path, images)
    if there < nats:
        print(
            f"{path} stays: {ours} here, {theirs}. To have this model in its "
            "place, delete that file first."
        )
        return False
    # Written beside it first: a half-written file would pass for a model.
    unfinished = path.with_stem(f"{path.stem}_unfinished")
    vae.save(unfinished)
    if path.exists():
        before = path.with_stem(f"{path.stem}_before")
        os.replace(path, before)
        print(f"What was in {path} is now {before.name}: {theirs}.")
    os.replace(unfinished, path)
    print(f"Saved in {path}: {ours}.")
    return True


def load_or_train(images, beta=1.0, seed=0):
    """Load the VAE that lesson 08 saved, or train one in some seconds.

    It prints which of the two it did. A file is passed over that cannot be
    read, or holds another model than a VAE with two latent dimensions.

    Args:
        images: float (n, 32, 32, 1), in [0, 1], to train on.
        beta: float >= 0, the weight of the KL term where it trains.
        seed: int >= 0, of the weights and of the order of the images.

    Returns:
        models.VAE with two latent dimensions.

    Raises:
        TypeError: if beta is no real number or seed not an int.
        ValueError: if there are no images, or beta or seed is negative.
    """
    path = runtime.trained_folder() / TRAINED_VAE
    reason = f"No VAE of lesson 08 in the folder {path.parent}"
    if path.exists():
        try:
            vae = _load(path)
        except ValueError as broken:
            reason = f"{path} is passed over: {broken}"
        else:
            print(f"The VAE that lesson 08 saved in {path}.")
            return vae
    runtime.set_seed(seed)
    vae = models.VAE(
        networks.build_dense_variational_encoder(),
        networks.build_dense_decoder(),
        beta=beta,
    )
    seen = runtime.pick(full=180_000, quick=20_000)
    train(vae, images, epochs=max(1, seen // max(1, len(images))), seed=seed)
    print(f"{reason}. One was trained here.")
    return vae


def _load(path):
    """Load a VAE with two latent dimensions; ValueError where it is none."""
    try:
        vae = keras.saving.load_model(path)
    except Exception as error:  # Keras raises no narrower class
        raise ValueError(
            f"it could not be read ({type(error).__name__})"
        ) from error
    if not isinstance(vae, models.VAE):
        raise ValueError(f"it holds a {type(vae).__name__}, not a VAE")
    latent_dim = vae.decoder.input_shape[-1]
    if latent_dim != 2:
        raise ValueError(f"its VAE has {latent_dim} latent dimensions, not 2")
    return vae


def _what_is_in(path, images):
    """Measure the VAE in a file; say in words what was found."""
    if not path.exists():
        return np.inf, "no file"
    try:
        nats = _negative_elbo(_load(path), images)
    except ValueError as reason:
        return np.inf, str(reason)
    return nats, f"{nats:.1f} there"


def _negative_elbo(vae, images):
    """Average reconstruction_loss + kl_loss over the images."""
    terms = vae.evaluate(images, batch_size=1000, verbose=0, return_dict=True)
    return terms["reconstruction_loss"] + terms["kl_loss"]
