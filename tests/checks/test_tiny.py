"""What NumPy says of the tiny networks is what Keras does with them."""

import numpy as np
import pytest
import tensorflow as tf

from vae_course.checks.tiny import WEIGHTS, TinyNetworks
from vae_course.losses import kl_loss, reconstruction_loss


@pytest.fixture
def tiny():
    return TinyNetworks(1)


@pytest.fixture
def x():
    images = np.random.default_rng(2).uniform(0.1, 0.9, (5, 6, 4, 1))
    return images.astype("float32")


def losses(tiny, x):
    z_mean, z_log_var, z = tiny.encoder(x)
    return reconstruction_loss(x, tiny.decoder(z)), kl_loss(z_mean, z_log_var)


def test_heads_and_pixels_agree_with_keras(tiny, x):
    heads = tiny.heads(x)
    np.testing.assert_allclose(heads, tiny.encoder(x), rtol=1e-4, atol=1e-5)
    drawn = np.asarray(tiny.decoder(heads[2])).reshape(5, 24)
    np.testing.assert_allclose(tiny.decode(heads[2]), drawn, rtol=1e-5)


def test_losses_agree_with_the_library(tiny, x):
    np.testing.assert_allclose(tiny.losses(x), losses(tiny, x), rtol=1e-4)


def test_slopes_agree_with_a_tape(tiny, x):
    with tf.GradientTape(persistent=True) as tape:
        means = [tf.reduce_mean(term) for term in losses(tiny, x)]
    for mean, ours in zip(means, tiny.slopes(x), strict=True):
        weights = tiny.variables()
        theirs = zip(tape.gradient(mean, weights), weights, strict=True)
        flat = np.concatenate(
            [
                np.ravel(0 * w if slope is None else slope)
                for slope, w in theirs
            ]
        )
        np.testing.assert_allclose(ours, flat, rtol=1e-3, atol=1e-5)


def test_weights_are_listed_as_they_are_named(tiny):
    shapes = [(24, 3)] * 3 + [(3, 24)]
    assert [weight.shape for weight in tiny.weights()] == shapes
    assert len(WEIGHTS) == len(shapes)


def test_who_was_called_is_known(tiny, x):
    assert tiny.called == set()
    z = tiny.encoder(x)[2]
    assert tiny.called == {"encoder"}
    tiny.decoder(z)
    assert tiny.called == {"encoder", "decoder"}
