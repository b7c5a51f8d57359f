"""Make a learner's VAE of tiny networks, and see whom it asks."""

import contextlib
import re

import numpy as np

from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.tiny import TinyNetworks

BETA = 2.5
# Relative: a GPU keeps ten bits of a product.
ROUNDING = 2e-3


def images(rows, shape=(6, 4, 1)):
    """Make grey images, fewer than five of them darker, as a tensor."""
    import tensorflow as tf

    x = np.random.default_rng(rows).uniform(0.1, 0.5, (rows, *shape))
    return tf.constant(x * (1 if rows < 5 else 1.8), "float32")


def make(attempt, tiny):
    """Make the learner's VAE of tiny networks."""
    return attempt.run(attempt.answer, tiny.encoder, tiny.decoder, beta=BETA)


@contextlib.contextmanager
def own_networks(attempt, method):
    """Find out whether what goes wrong inside is due to other networks."""
    try:
        yield
    except ExerciseFailed as failure:
        if failure.mistake is None:
            _look_for_other_networks(attempt, method)
        raise


def _look_for_other_networks(attempt, method):
    """Hand over networks of the lesson's shapes, and see who is called.

    A VAE made after it shows whether they are kept in a place for all.
    """
    shape = (32, 32, 1)
    tiny = TinyNetworks(1, shape, latent_dim=2)
    vae = make(attempt, tiny)
    make(attempt, TinyNetworks(2, shape, latent_dim=2))
    attempt.run(vae.compile, "sgd", run_eagerly=True)
    tiny.called.clear()
    lost = ""
    try:
        attempt.run(getattr(vae, method), images(3, shape))
    except ExerciseFailed as failure:
        lost = got(failure)
    unknown = re.match(r"NameError: name '(encoder|decoder)'", lost)
    uncalled = sorted({"encoder", "decoder"} - tiny.called)
    if unknown or (uncalled and not lost):
        raise ExerciseFailed(
            "a VAE works with the encoder and the decoder it was made with",
            lost
            or f"`{method}` never called its own {' nor its '.join(uncalled)}",
            "Which encoder and decoder do the names in your method mean, and "
            "where does a model keep those that are its own?",
            "global_encoder",
        ) from None


def got(failure):
    """Return what an `ExerciseFailed` says came out."""
    _, got, _, _ = failure.args
    return got


def trace(attempt, vae, method, pack):
    """Write a method down for any number of images, as `fit` does."""
    import tensorflow as tf

    graph = tf.function(getattr(vae, method), autograph=False)
    any_number = tf.TensorSpec((None, 6, 4, 1))
    try:
        return attempt.run(graph.get_concrete_function, pack(any_number))
    except ExerciseFailed as failure:
        raise ExerciseFailed(
            f"`{method}` works inside a graph, as in `fit`",
            got(failure),
            "A graph is written down once, before there are numbers, and for "
            "any number of images. Which line needs numbers, or leaves "
            "TensorFlow?",
            "not_traceable",
        ) from None
