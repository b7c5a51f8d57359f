"""Probes of lesson 06: from likelihood to loss."""

from functools import partial

import numpy as np

from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
)

REDUCTIONS = [
    {"reconstruction_reduction": first, "kl_reduction": second}
    for first in ("sum", "mean")
    for second in ("sum", "mean")
]


def _pictures(rng):
    """Draw grey pictures and logits, which are huge in the last picture."""
    n, *sizes = (int(size) for size in rng.permutation(np.arange(3, 8))[:3])
    x = rng.uniform(0.04, 0.96, (n, *sizes, 1))
    x_logits = rng.uniform(-5, 5, x.shape)
    huge = rng.choice([-1, 1], x[0].shape) * rng.uniform(600, 990, x[0].shape)
    x_logits[-1] = huge
    return {
        "x": x.astype("float32"),
        "x_logits": x_logits.astype("float32"),
    }


def _pictures_and_codes(rng):
    """Draw codes for the pictures as well, with means well off 0."""
    pictures = _pictures(rng)
    shape = len(pictures["x"]), int(rng.choice([2, 8, 9]))
    signs = rng.choice([-1, 1], (2, *shape))
    z_mean = signs[0] * rng.uniform(0.3, 2, shape)
    z_log_var = signs[1] * rng.uniform(0.2, 1.5, shape)
    return pictures | {
        "z_mean": z_mean.astype("float32"),
        "z_log_var": z_log_var.astype("float32"),
    }


def _nats_and_slopes(name, answer, **inputs):
    """Differentiate the sum of all nats by all inputs but the pictures."""
    import tensorflow as tf

    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    watched = {key: t for key, t in tensors.items() if key != "x"}
    with tf.GradientTape() as tape:
        tape.watch(watched)
        nats = tf.convert_to_tensor(call(answer, name, **tensors))
    # Rows that were picked one by one come back as a sparse slope.
    slopes = {
        f"slope by {key}": as_plain(tf.convert_to_tensor(slope))
        for key, slope in tape.gradient(nats, watched).items()
    }
    one = {key: tensor[:1] for key, tensor in tensors.items()}
    return {
        "nats": as_plain(nats),
        "nats of one picture": as_plain(call(answer, name, **one)),
        **slopes,
    }


def _sizes_and_weights(rng):
    n_pixels, latent_dim = rng.integers(20, 200), rng.integers(3, 15)
    weights = np.exp(rng.uniform(0.3, 3, 2) * rng.choice([-1, 1], 2))
    return {
        "n_pixels": int(n_pixels),
        "latent_dim": int(latent_dim),
        "reconstruction_weight": float(weights[0]),
        "kl_weight": float(weights[1]),
    }


def _betas(answer, n_pixels, latent_dim, reconstruction_weight, kl_weight):
    def beta(kl_weight, reconstruction_reduction, kl_reduction):
        return as_plain(
            call(
                answer,
                "effective_beta",
                n_pixels=n_pixels,
                latent_dim=latent_dim,
                reconstruction_weight=reconstruction_weight,
                reconstruction_reduction=reconstruction_reduction,
                kl_weight=kl_weight,
                kl_reduction=kl_reduction,
            )
        )

    betas = [beta(kl_weight, **words) for words in REDUCTIONS]
    return {"beta": np.stack([*betas, beta(0, **REDUCTIONS[0])])}


PROBES = (
    Probe(
        "6.1",
        _pictures,
        partial(_nats_and_slopes, "log_likelihood"),
        partial(agrees, atol=1e-5),
    ),
    Probe(
        "6.2",
        _pictures_and_codes,
        partial(_nats_and_slopes, "elbo"),
        partial(agrees, atol=1e-5),
    ),
    Probe("6.3", _sizes_and_weights, _betas, partial(agrees, rtol=1e-5)),
)
