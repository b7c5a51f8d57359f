"""Probes of lesson 04: the layer that draws codes, and its slopes."""

import numpy as np

from vae_course.grading.whole_class.probes.chance import (
    fault_of_normal,
)
from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
)

FEW = slice(9)


def _log_variances(rng):
    n, k = rng.permutation(np.arange(2, 8))[:2]
    std = np.exp(rng.uniform(-2.5, 2.5, (n, k)))
    return {"z_log_var": 2 * np.log(std).astype("float32")}


def _spread_and_slope(answer, z_log_var):
    import tensorflow as tf

    v = tf.constant(z_log_var)
    one = tf.constant(z_log_var[0, 0])
    with tf.GradientTape() as tape:
        tape.watch(v)
        std = answer(v)
    return {
        "spread": as_plain(std),
        "slope": as_plain(tape.gradient(std, v)),
        "spread of one": as_plain(
            call(answer, "std_from_log_var", z_log_var=one)
        ),
    }


def _posteriors(rng):
    """Draw means and log-variances, of which no two are alike."""
    n, k = int(rng.integers(3500, 4000)), int(rng.integers(3, 6))
    return {
        "z_mean": rng.uniform(-3, 3, (n, k)).astype("float32"),
        "z_log_var": rng.uniform(-5, 2.5, (n, k)).astype("float32"),
        "seed": int(rng.integers(2**30)),
    }


def _drawn_codes(answer, z_mean, z_log_var, seed):
    """Draw in training, in a graph, and from a layer of the same seed."""
    import keras
    import tensorflow as tf

    def layer():
        keras.utils.set_random_seed(seed)
        return answer()

    inputs = [tf.constant(z_mean), tf.constant(z_log_var)]
    first = layer()
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        z = first(inputs, training=True)
    slopes = tape.gradient(z, inputs)
    graph = tf.function(lambda *z: first(z, training=False), autograph=False)
    unknown = tf.TensorSpec((None, z_mean.shape[1]))
    graph = graph.get_concrete_function(unknown, unknown)
    return {
        "draws": as_plain(z),
        "slopes by z_mean": as_plain(slopes[0]),
        "slopes by z_log_var": as_plain(slopes[1]),
        "later draws": as_plain(first(inputs))[FEW],
        "draws of the same seed": as_plain(layer()(inputs, training=True))[
            FEW
        ],
        "draws of a graph": as_plain(graph(*inputs)),
        "later draws of a graph": as_plain(graph(*inputs))[FEW],
        "draws of one row": as_plain(layer()([t[:1, :2] for t in inputs])),
    }


def _codes_follow_their_posterior(observed, expected, inputs):
    z_mean, std = inputs["z_mean"], np.exp(inputs["z_log_var"] / 2)
    z, of_graph = observed["draws"], observed["draws of a graph"]
    if not np.allclose(z[FEW], observed["draws of the same seed"], rtol=1e-4):
        return "other draws from a layer made after the same seed was set"
    for draws, name in (
        (z, "later draws"),
        (of_graph, "later draws of a graph"),
    ):
        if np.any(np.all(draws[FEW] == observed[name], axis=0)):
            return f"{name}: the same as the first"
    right = {
        "slopes by z_mean": np.ones(z.shape),
        "slopes by z_log_var": (z - z_mean) / 2,
    }
    return (
        agrees(observed, right, inputs, rtol=1e-3, atol=1e-4)
        or fault_of_normal((z.astype("float64") - z_mean) / std)
        or fault_of_normal((of_graph.astype("float64") - z_mean) / std)
    )


def _noise_in_hand(rng):
    n, k = rng.permutation(np.arange(2, 8))[:2]
    signs = rng.choice([-1, 1], (n, k))
    z_mean, z_log_var, epsilon = np.float32(
        [
            rng.uniform(-2, 2, (n, k)),
            2 * np.log(rng.uniform(0.4, 3.0, (n, k))),
            rng.uniform(0.3, 2, (n, k)) * signs,
        ]
    )
    return {"z_mean": z_mean, "z_log_var": z_log_var, "epsilon": epsilon}


def _slopes_of_codes(answer, **inputs):
    import tensorflow as tf

    tensors = {name: tf.constant(value) for name, value in inputs.items()}
    by_mean, by_log_var = call(answer, "sampling_gradients", **tensors)
    return {"dz_dmean": as_plain(by_mean), "dz_dlogvar": as_plain(by_log_var)}


PROBES = (
    Probe("4.1", _log_variances, _spread_and_slope),
    Probe("4.2", _posteriors, _drawn_codes, _codes_follow_their_posterior, 1),
    Probe("4.3", _noise_in_hand, _slopes_of_codes),
)
