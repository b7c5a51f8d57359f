"""Pictures of lesson 04, The Sampling layer."""

import math
from statistics import NormalDist

import numpy as np

from vae_course.checks.chance import dice_of_their_own
from vae_course.checks.pictures import Curves, Histogram

SHAPE = 5_000, 4
EPSILON = -1.6


def std_from_log_var(attempt):
    """Yield σ over the log-variances that an encoder says."""
    import tensorflow as tf

    z_log_var = np.linspace(-3, 3, 49)
    yield Curves(
        "The standard deviation by the log of the variance",
        z_log_var,
        [math.sqrt(math.exp(v)) for v in z_log_var],
        attempt(z_log_var=tf.constant(z_log_var, "float32")),
        "z_log_var",
        "σ, in the unit of z",
    )


def sampling(attempt):
    """Yield draws of a layer that is told a mean and a spread."""
    import tensorflow as tf

    inputs = [tf.fill(SHAPE, 2.0), tf.fill(SHAPE, math.log(9))]
    with dice_of_their_own():
        z = attempt.run(attempt.run(attempt.answer), inputs)
    yield Histogram(
        "20,000 z where z_mean is 2 and z_log_var is log 9",
        NormalDist(2, 3),
        np.reshape(z, -1),
        "z",
    )


def sampling_gradients(attempt):
    """Yield both gradients over the log-variance, for one epsilon."""
    import tensorflow as tf

    z_log_var = np.linspace(-3, 3, 49)
    gradients = attempt(
        z_mean=tf.fill((49, 1), 0.7),
        z_log_var=tf.constant(z_log_var[:, None], "float32"),
        epsilon=tf.fill((49, 1), EPSILON),
    )
    slopes = [EPSILON * math.sqrt(math.exp(v)) / 2 for v in z_log_var]
    for name, asked, yours in zip(
        ("dz_dmean", "dz_dlogvar"),
        (np.ones(49), slopes),
        gradients,
        strict=True,
    ):
        yield Curves(
            f"The gradient {name} where epsilon is {EPSILON}",
            z_log_var,
            asked,
            np.asarray(yours)[:, 0],
            "z_log_var",
            name,
        )
