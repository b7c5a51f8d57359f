"""Sampling draws what it says, and gradients pass through it."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from lesson_solutions import solution
from scipy import stats

from vae_course.layers import Sampling, sampling_gradients, std_from_log_var

LN_9 = math.log(9.0)


@pytest.fixture
def values():
    """Return z_mean, z_log_var and epsilon, float64 (5, 3) each."""
    rng = np.random.default_rng(8)
    return (
        rng.uniform(-2, 2, (5, 3)),
        rng.uniform(-3, 3, (5, 3)),
        rng.normal(size=(5, 3)),
    )


def tensors(*arrays):
    return [tf.constant(array, "float32") for array in arrays]


def draw(z_mean, z_log_var, rows, **options):
    shape = (rows, len(z_mean))
    inputs = tensors(
        np.broadcast_to(z_mean, shape), np.broadcast_to(z_log_var, shape)
    )
    return np.asarray(Sampling(**options)(inputs), "float64")


@pytest.mark.parametrize("std", [1e-3, 0.5, 1.0, 3.0, 1e4])
def test_std_is_recovered_from_the_log_of_its_square(std):
    value = std_from_log_var(np.array([math.log(std**2)]))
    np.testing.assert_allclose(value, [std], rtol=1e-12)


def test_std_agrees_with_a_plain_loop(values):
    expected = [[math.sqrt(math.exp(v)) for v in row] for row in values[1]]
    np.testing.assert_allclose(
        std_from_log_var(values[1]), expected, rtol=1e-12
    )


def test_std_stays_finite_and_positive_where_the_variance_does_not():
    """exp(±120) is no float32, exp(±60) is."""
    std = std_from_log_var(ops.array([-120.0, 120.0], "float32"))
    assert np.all(np.isfinite(std))
    assert np.all(np.asarray(std) > 0)


@pytest.mark.parametrize("value", [None, "one", 2, [1, 2], [None], {}])
def test_std_wants_floating_point_numbers(value):
    with pytest.raises(TypeError, match="z_log_var: expected floating"):
        std_from_log_var(value)


def test_draws_have_the_mean_and_the_spread_asked_for():
    """Bounds of 6 standard errors: missed twice in a thousand million."""
    rows, z_mean, std = 40_000, [1.5, -2.5, 0.25], np.array([3.0, 0.5, 1.2])
    keras.utils.set_random_seed(3)
    z = draw(z_mean, 2 * np.log(std), rows)
    errors = std / math.sqrt(rows)
    assert np.all(np.abs(z.mean(0) - z_mean) < 6 * errors)
    assert np.all(np.abs(z.std(0) - std) < 6 * errors / math.sqrt(2))


def test_draws_are_normal():
    keras.utils.set_random_seed(4)
    z = draw([1.5], [LN_9], 20_000)[:, 0]
    assert stats.kstest(z, stats.norm(1.5, 3.0).cdf).pvalue > 1e-9


def test_entries_are_drawn_independently():
    rows = 40_000
    keras.utils.set_random_seed(5)
    z = draw([0.3, 0.3, 0.3], [0.7, 0.7, 0.7], rows)
    across_columns = np.corrcoef(z.T)[np.triu_indices(3, k=1)]
    across_rows = np.corrcoef(z[:-1, 0], z[1:, 0])[0, 1]
    bound = 6 / math.sqrt(rows)
    assert np.all(np.abs([*across_columns, across_rows]) < bound)


def test_a_vanishing_variance_gives_the_mean(values):
    z_mean, z_log_var = tensors(values[0], np.full((5, 3), -90.0))
    assert np.array_equal(Sampling()([z_mean, z_log_var]), z_mean)


def test_every_call_draws_anew_also_in_a_graph(values):
    layer, inputs = Sampling(), tensors(*values[:2])
    graph = tf.function(layer)
    draws = [layer(inputs), layer(inputs), graph(inputs), graph(inputs)]
    assert len({np.asarray(z).tobytes() for z in draws}) == 4


def test_set_random_seed_repeats_the_draws(values):
    def draws():
        keras.utils.set_random_seed(6)
        layer = Sampling()
        return [np.asarray(layer(tensors(*values[:2]))) for _ in range(2)]

    np.testing.assert_array_equal(draws(), draws())


def test_a_seed_of_its_own_repeats_the_draws_without():
    first, again = (draw([0.5], [1.0], 4, seed=7) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, draw([0.5], [1.0], 4, seed=8))


def test_a_model_with_it_takes_any_batch_and_survives_saving(tmp_path):
    inputs = keras.Input((3,)), keras.Input((3,))
    model = keras.Model(inputs, Sampling(seed=9, name="z")(list(inputs)))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.get_layer("z"), Sampling)
    assert loaded.get_layer("z").seed == 9
    for rows in (4, 1):
        z_mean = np.full((rows, 3), 0.4, "float32")
        z = loaded.predict([z_mean, np.full_like(z_mean, -90)], verbose=0)
        assert np.array_equal(z, z_mean)


def test_shape_is_known_before_the_batch_is():
    layer, symbolic = Sampling(), keras.Input((2, 3))
    assert layer([symbolic, symbolic]).shape == (None, 2, 3)
    assert layer.compute_output_shape([(None, 3), (None, 3)]) == (None, 3)


@pytest.mark.parametrize("dtype", ["float64", "float16", "mixed_bfloat16"])
def test_it_computes_in_the_type_of_its_policy(dtype, values):
    layer = Sampling(dtype=dtype)
    z = layer(tensors(*values[:2]))
    assert keras.backend.standardize_dtype(z.dtype) == layer.compute_dtype


@pytest.mark.parametrize("count", [1, 3])
def test_it_wants_a_pair(count):
    with pytest.raises(TypeError, match="inputs: expected the pair"):
        Sampling()([ops.ones((4, 3))] * count)


@pytest.mark.parametrize("shape", [(4, 1), (1, 3), (4, 3, 1), (3,)])
def test_it_refuses_shapes_that_would_only_broadcast(shape):
    with pytest.raises(ValueError, match="z_log_var: expected the shape"):
        Sampling()([ops.ones((4, 3)), ops.ones(shape)])


def test_gradients_agree_with_finite_differences(values):
    z_mean, z_log_var, epsilon = values

    def z(z_mean, z_log_var):
        return z_mean + np.sqrt(np.exp(z_log_var)) * epsilon

    step = 1e-5
    for_mean = z(z_mean + step, z_log_var) - z(z_mean - step, z_log_var)
    for_log_var = z(z_mean, z_log_var + step) - z(z_mean, z_log_var - step)
    np.testing.assert_allclose(
        sampling_gradients(*values),
        np.stack([for_mean, for_log_var]) / (2 * step),
        atol=1e-9,
    )


def test_gradients_are_one_and_half_the_distance_from_the_mean(values):
    dz_dmean, dz_dlogvar = sampling_gradients(*values)
    std = np.sqrt(np.exp(values[1]))
    assert np.array_equal(dz_dmean, np.ones((5, 3)))
    np.testing.assert_allclose(dz_dlogvar, std * values[2] / 2, rtol=1e-12)


def test_gradients_reach_the_inputs_of_the_layer(values):
    z_mean, z_log_var = tensors(*values[:2])
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        z = Sampling()([z_mean, z_log_var])
    for_mean, for_log_var = tape.gradient(z, [z_mean, z_log_var])
    assert np.array_equal(for_mean, np.ones((5, 3)))
    np.testing.assert_allclose(for_log_var, (z - z_mean) / 2, atol=1e-6)


def with_another(name, value, values):
    arguments = dict(
        zip(["z_mean", "z_log_var", "epsilon"], values, strict=True)
    )
    return {**arguments, name: value}


@pytest.mark.parametrize("name", ["z_mean", "z_log_var", "epsilon"])
def test_gradients_want_floating_point_numbers(name, values):
    with pytest.raises(TypeError, match=f"{name}: expected floating"):
        sampling_gradients(**with_another(name, None, values))


@pytest.mark.parametrize("name", ["z_log_var", "epsilon"])
def test_gradients_want_one_shape(name, values):
    with pytest.raises(ValueError, match=f"{name}: expected the shape"):
        sampling_gradients(**with_another(name, np.ones((5, 1)), values))


def test_the_lessons_std_is_the_librarys(values):
    theirs = solution("4.1")(tf.constant(values[1]))
    np.testing.assert_allclose(theirs, std_from_log_var(values[1]))


def test_the_lessons_layer_draws_as_the_librarys(values):
    def draws(layer_class):
        keras.utils.set_random_seed(10)
        layer = layer_class()
        return [np.asarray(layer(tensors(*values[:2]))) for _ in range(2)]

    np.testing.assert_allclose(
        draws(solution("4.2")), draws(Sampling), rtol=1e-6
    )


def test_the_lessons_gradients_are_the_librarys(values):
    theirs = solution("4.3")(*map(tf.constant, values))
    np.testing.assert_allclose(theirs, sampling_gradients(*values))
