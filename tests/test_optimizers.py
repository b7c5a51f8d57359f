"""FusedAdam takes the steps of Keras's Adam."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from vae_course.optimizers import FusedAdam

SHAPES = ((30, 20), (7,))


def walk(kind, steps, jit_compile=False, **options):
    """Take steps down gradients of chance; return the weights after them."""
    rng = np.random.default_rng(0)
    weights = [
        keras.Variable(rng.normal(size=shape), dtype="float32")
        for shape in SHAPES
    ]
    rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=50)
    optimizer = kind(rate, beta_1=0.8, beta_2=0.98, epsilon=1e-3, **options)
    optimizer.build(weights)

    @tf.function(jit_compile=jit_compile)
    def step(gradients):
        optimizer.apply(gradients, weights)

    start = [np.array(weight) for weight in weights]
    for _ in range(steps):
        step([tf.constant(rng.normal(size=s), "float32") for s in SHAPES])
    moved = [np.array(w) - s for w, s in zip(weights, start, strict=True)]
    return np.concatenate([np.ravel(change) for change in moved])


@pytest.mark.parametrize("steps", [1, 2, 30])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"jit_compile": True},
        {"amsgrad": True},
        {"clipnorm": 0.1},
        {"weight_decay": 0.1},
        {"gradient_accumulation_steps": 2},
    ],
    ids=lambda options: next(iter(options), "plain"),
)
def test_the_step_is_that_of_keras(steps, options):
    ours = walk(FusedAdam, steps, **options)
    theirs = walk(keras.optimizers.Adam, steps, **options)
    assert ours == pytest.approx(theirs, abs=1e-6)
    if "gradient_accumulation_steps" not in options or steps > 1:
        assert np.abs(theirs).max() > 1e-3


def operations(kind):
    """Count the operations that a compiled step holds."""
    weight = keras.Variable(np.ones((3, 2)))
    optimizer = kind(0.01)
    optimizer.build([weight])

    @tf.function
    def step(gradient):
        optimizer.apply([gradient], [weight])

    graph = step.get_concrete_function(tf.ones((3, 2))).graph
    return len(graph.get_operations())


def test_the_graph_is_smaller():
    assert operations(FusedAdam) < 0.6 * operations(keras.optimizers.Adam)


def test_a_saved_model_keeps_its_optimizer(tmp_path):
    """The momentums too: training can go on where it stopped."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(FusedAdam(0.01, beta_2=0.98), "mse")
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").optimizer
    assert type(loaded) is FusedAdam
    assert loaded.beta_2 == 0.98
    for ours, theirs in zip(
        model.optimizer.variables, loaded.variables, strict=True
    ):
        np.testing.assert_array_equal(np.array(ours), np.array(theirs))


def test_a_saved_optimizer_is_found_with_the_models():
    """Whoever loads a model has imported no more than its class."""
    asked = "import keras; from vae_course import models; print("
    asked += "keras.saving.get_registered_object('vae_course>FusedAdam'))"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True
    )
    assert "FusedAdam" in done.stdout, done.stderr
