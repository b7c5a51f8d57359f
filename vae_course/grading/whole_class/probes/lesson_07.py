"""Probes of lesson 07: the encoder with two heads, and the class VAE."""

import contextlib
import math
from functools import partial

import numpy as np

from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
)

TRUNK = [
    *((3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (3, 3, 64, 128), (128,)),
]
# How often each of the images is shown, for the noise.
COPIES = 60
# So much larger sums show where a head is cut off.
STEEPNESS = 20
LOSSES = "total_loss", "reconstruction_loss", "kl_loss"


# --- 7.1 --------------------------------------------------------------------


def _images_and_weights(rng):
    return {
        "latent_dim": int(rng.choice([3, 4, 6, 7])),
        "seed": int(rng.integers(2**31)),
        "x": rng.random((3, 32, 32, 1), dtype="float32"),
    }


def _heads_and_noise(answer, latent_dim, seed, x):
    name = "build_variational_encoder"
    encoder = call(answer, name, latent_dim=latent_dim)
    # A subclassed model has its weights from the first call on.
    first = _triple(encoder(x))
    again = _triple(encoder(x))
    _set_weights(encoder, latent_dim, seed)
    z_mean, z_log_var, z = _triple(encoder(np.repeat(x, COPIES, axis=0)))
    for weight in _of_heads(encoder, latent_dim):
        weight.assign(STEEPNESS * weight)
    steep = _triple(encoder(x, training=True))
    other = call(answer, name)
    shared = {id(w) for w in encoder.weights} & {id(w) for w in other.weights}
    return {
        "heads": np.stack([z_mean, z_log_var])[:, ::COPIES],
        "steep heads": np.stack(steep[:2]) / STEEPNESS,
        "noise": (z - z_mean) / np.exp(z_log_var / 2),
        "z, twice": np.stack([first[2], again[2]]),
        "shape of z by default": np.array(_triple(other(x))[2].shape),
        "weights of two encoders": np.array(len(shared)),
        "penalties": np.array(len(encoder.losses)),
    }


def _triple(outputs):
    z_mean, z_log_var, z = outputs
    return [as_plain(output) for output in (z_mean, z_log_var, z)]


def _set_weights(encoder, latent_dim, seed):
    """Give all layers hidden weights, whatever the order they come in.

    Both heads get one bias, so that it matters not whose is whose. It is
    larger than their kernels' sums, so that there are heads of either sign.
    """
    rng = np.random.default_rng(seed)
    given = {shape: [_weights(rng, shape)] for shape in TRUNK}
    kernel, bias = (2048, latent_dim), (latent_dim,)
    given[kernel] = [0.5 * _weights(rng, kernel) for _ in range(2)]
    signs = rng.permutation((-1) ** np.arange(latent_dim))
    given[bias] = 2 * [signs * rng.uniform(1.5, 2.5, latent_dim)]
    for weight in encoder.trainable_weights:
        weight.assign(given[tuple(weight.shape)].pop(0))


def _weights(rng, shape):
    if len(shape) == 1:
        return rng.uniform(0.1, 0.3, shape) * rng.choice([-1, 1], shape)
    return rng.normal(0, math.sqrt(2 / math.prod(shape[:-1])), shape)


def _of_heads(encoder, latent_dim):
    """List what no other layer has: weights for `latent_dim` sums."""
    weights = encoder.trainable_weights
    return [weight for weight in weights if weight.shape[-1] == latent_dim]


def _are_heads_and_noise(observed, expected, inputs):
    """Compare the heads; which of the two had which weights is free."""
    counted = {
        name: right
        for name, right in expected.items()
        if right.dtype.kind == "i"
    }
    faults = [agrees(observed, counted, inputs)]
    for way in (1, -1):
        right = {
            name: expected[name][::way] for name in ("heads", "steep heads")
        }
        faults.append(agrees(observed, right, inputs, rtol=0, atol=0.01))
    if faults[0] or all(faults[1:]):
        return faults[0] or faults[1]
    first, again = observed["z, twice"]
    if np.any(np.all(first == again, axis=0)):
        return "z: the same at each of two calls"
    return _fault_of_noise(observed["noise"].astype("float64"))


def _fault_of_noise(epsilon):
    """Say what keeps a few hundred draws from being standard normal.

    Of right ones, a column's mean and spread, and what two columns have in
    common, are 6.5 standard errors off less than once in a hundred million
    times.
    """
    n, bound = len(epsilon), 6.5 / math.sqrt(len(epsilon))
    mean, std = epsilon.mean(axis=0), epsilon.std(axis=0)
    if np.any(np.abs(mean) > bound):
        return "noise in z whose mean is not 0"
    if np.any(np.abs(std - 1) > bound / math.sqrt(2)):
        return "noise in z whose standard deviation is not 1"
    if np.any(np.abs(np.triu(epsilon.T @ epsilon / n, 1)) > bound):
        return "noise in z that its columns share"
    return None


# --- 7.2 --------------------------------------------------------------------


def _weights_and_images(rng):
    n, rows, columns = (int(k) for k in rng.permutation(np.arange(6, 11))[:3])
    return {
        "seed": int(rng.integers(2**31)),
        "beta": float(rng.uniform(1.5, 4)),
        "x": rng.uniform(0.05, 0.95, (n, rows, columns, 1)).astype("float32"),
    }


def _terms_and_slopes(answer, seed, beta, x):
    import tensorflow as tf

    from vae_course.checks.tiny import TinyNetworks

    tiny = TinyNetworks(seed, x.shape[1:])
    with _own_methods(answer, "compute_losses"):
        vae = answer(tiny.encoder, tiny.decoder, beta=beta)
        with tf.GradientTape() as tape:
            reconstruction_loss, kl_loss = vae.compute_losses(tf.constant(x))
            both = tf.reduce_sum(reconstruction_loss) + tf.reduce_sum(kl_loss)
    slopes = tape.gradient(both, tiny.variables())
    return {
        "reconstruction_loss": as_plain(reconstruction_loss),
        "kl_loss": as_plain(kl_loss),
        "slopes": np.concatenate([np.ravel(as_plain(s)) for s in slopes]),
    }


@contextlib.contextmanager
def _own_methods(answer, *names):
    """Let none but the answer's own methods work, if it is a learner's."""
    from vae_course.checks.attempt import Attempt
    from vae_course.checks.own_methods import own_methods
    from vae_course.models import VAE

    if answer is VAE:
        yield
    else:
        with own_methods(Attempt(answer, "VAE"), *names):
            yield


# --- 7.3 and 7.4 ------------------------------------------------------------


def _batches(rng):
    """Draw images for four batches, of which no two are alike in length."""
    lengths = rng.permutation([2, 3, 4, 6])
    shape = int(lengths.sum()), 6, 4, 1
    return {
        "seed": int(rng.integers(2**31)),
        "beta": float(rng.uniform(1.5, 4)),
        "rate": float(rng.uniform(0.004, 0.01)),
        "x": rng.uniform(0.05, 0.95, shape).astype("float32"),
        "cuts": np.cumsum(lengths)[:-1],
    }


def _packed(x, cuts):
    """Make batches of the images, packed in the ways of Keras."""
    import tensorflow as tf

    whole, alone, paired, weighed = map(tf.constant, np.split(x, cuts))
    labels = tf.range(len(paired))
    weights = tf.linspace(0.5, 2.0, len(weighed))
    return [whole, (alone,), (paired, labels), (weighed, weighed, weights)]


def _train(answer, seed, beta, rate, x, cuts):
    """Take steps that only an optimizer takes so: with momentum."""
    with _own_methods(answer, "train_step"):
        tiny, vae = _compiled(answer, seed, beta, rate)
        reports = [_report(vae.train_step(b)) for b in _packed(x, cuts)]
    return {"reports": np.stack(reports), "weights": _joined(tiny.weights())}


def _measure(answer, seed, beta, rate, x, cuts):
    """Measure, begin again, and let another VAE measure."""
    with _own_methods(answer, "test_step", "metrics"):
        tiny, vae = _compiled(answer, seed, beta, rate)
        batches = _packed(x, cuts)
        reports = [_report(vae.test_step(batch)) for batch in batches]
        names = sorted(metric.name for metric in vae.metrics)
        vae.reset_metrics()
        reports.append(_report(vae.test_step(batches[0])))
        other = type(vae)(tiny.encoder, tiny.decoder, beta=beta)
        reports.append(_report(other.test_step(batches[1])))
    return {
        "names in metrics": np.array(names),
        "reports": np.stack(reports),
        "weights": _joined(tiny.weights()),
    }


def _compiled(answer, seed, beta, rate):
    """Make tiny networks, and a VAE of them that is ready to train.

    As in the check, wrong terms are replaced: 7.2 judges them.
    """
    import keras

    from vae_course.checks.attempt import Attempt
    from vae_course.checks.tiny import TinyNetworks
    from vae_course.checks.vae_terms import with_right_losses

    tiny = TinyNetworks(seed)
    made_of = with_right_losses(Attempt(answer, "VAE"), tiny).answer
    vae = made_of(tiny.encoder, tiny.decoder, beta=beta)
    optimizer = keras.optimizers.SGD(rate, momentum=0.5)
    vae.compile(optimizer, run_eagerly=True)
    return tiny, vae


def _report(result):
    return np.stack([as_plain(result[name]) for name in LOSSES])


def _joined(arrays):
    return np.concatenate([array.ravel() for array in arrays])


PROBES = (
    Probe(
        "7.1",
        _images_and_weights,
        _heads_and_noise,
        _are_heads_and_noise,
        rounds=1,
    ),
    Probe(
        "7.2",
        _weights_and_images,
        _terms_and_slopes,
        # Slopes are sums of many numbers, in an order of each machine's own.
        partial(agrees, rtol=2e-3, atol=1e-3),
        rounds=2,
    ),
    Probe("7.3", _batches, _train, rounds=1),
    Probe("7.4", _batches, _measure, rounds=1),
)
