"""The terms of the losses agree with plain loops and exact values."""

import math

import keras
import numpy as np
import pytest
from lesson_solutions import solution

from vae_course.checks import lesson_01
from vae_course.losses import reconstruction_loss


def plain_loop(x, x_mean):
    costs = []
    for image, mean in zip(x, x_mean, strict=True):
        pairs = zip(image.ravel(), mean.ravel(), strict=True)
        costs.append(
            -sum(
                float(a) * math.log(m) + (1 - float(a)) * math.log(1 - m)
                for a, m in ((a, float(m)) for a, m in pairs)
            )
        )
    return costs


@pytest.fixture
def images():
    return np.random.default_rng(5).uniform(0.02, 0.98, (2, 4, 32, 32, 1))


@pytest.mark.parametrize("grey", [0.0, 0.3, 1.0])
def test_a_constant_half_costs_1024_ln_2(grey):
    x = np.full((3, 32, 32, 1), grey)
    nats = reconstruction_loss(x, np.full_like(x, 0.5))
    np.testing.assert_allclose(nats, [1024 * math.log(2)] * 3, rtol=1e-6)


def test_reconstruction_loss_agrees_with_a_plain_loop(images):
    x, x_mean = images
    np.testing.assert_allclose(
        reconstruction_loss(x, x_mean), plain_loop(x, x_mean), rtol=1e-5
    )


def test_reconstruction_loss_agrees_with_keras(images):
    x, x_mean = images
    theirs = keras.losses.binary_crossentropy(x, x_mean)
    np.testing.assert_allclose(
        reconstruction_loss(x, x_mean),
        keras.ops.sum(theirs, axis=(1, 2)),
        rtol=1e-5,
    )


def test_it_is_smallest_where_the_reconstruction_is_the_image(images):
    x, other = images
    best = reconstruction_loss(x, x)
    for share in (0.01, 0.1, 1.0):
        worse = reconstruction_loss(x, x + share * (other - x))
        assert np.all(np.asarray(worse) > np.asarray(best))


def test_certain_and_right_costs_nothing():
    x = np.array([[0.0, 1.0, 1.0]])
    np.testing.assert_allclose(reconstruction_loss(x, x), [0], atol=1e-6)


def test_certain_and_wrong_is_finite_and_dear():
    x = np.array([[0.0, 1.0], [0.25, 0.5]])
    nats = np.asarray(reconstruction_loss(x, 1 - x.round()))
    assert np.all(np.isfinite(nats))
    assert nats[0] > 30


def test_gradient_is_finite_at_zero_and_one():
    import tensorflow as tf

    x = tf.constant([[0.3, 0.0, 1.0, 0.2]])
    x_mean = tf.constant([[0.0, 0.0, 1.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(x_mean)
        nats = reconstruction_loss(x, x_mean)
    assert np.all(np.isfinite(tape.gradient(nats, x_mean)))


def test_half_precision_is_finite():
    x = keras.ops.zeros((3, 4, 5, 1), dtype="float16")
    assert np.all(np.isfinite(reconstruction_loss(x, x + 1)))


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"x_mean: .*\(3, 4, 4, 1\)"):
        reconstruction_loss(np.zeros((3, 4, 4, 1)), np.zeros((3, 4, 4)))


@pytest.mark.parametrize("n", [1, 4])
def test_batches_of_unlike_length_are_refused(n):
    with pytest.raises(ValueError, match=rf"x_mean: .*got \({n}, 4, 4, 1\)"):
        reconstruction_loss(np.zeros((3, 4, 4, 1)), np.zeros((n, 4, 4, 1)))


def test_solution_and_library_agree(images):
    theirs = solution("1.3")
    assert lesson_01.reconstruction_loss(theirs) is theirs
    np.testing.assert_allclose(
        theirs(*images), reconstruction_loss(*images), rtol=1e-5
    )
