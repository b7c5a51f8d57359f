"""Checks of lesson 04, The Sampling layer."""

import contextlib
import random
import tempfile
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed

# Standard deviations by level; their logs, squares and halves all differ.
LEVELS = np.array([3.0, 0.5, 1.4])
DRAWN = "z around z_mean, with the spread that z_log_var says, (rows, 4)"
TAPE = "Which line leaves TensorFlow, so that the tape cannot follow it?"


@exercise("4.1", points=1, library="vae_course.layers:std_from_log_var")
def std_from_log_var(attempt):
    """Judge z_log_var -> standard deviation, any shape, differentiable."""
    import tensorflow as tf

    asked = "the standard deviation for each entry of z_log_var"
    right = np.array(
        [[3.0, 0.5, 1.7], [0.2, 2.2, 5.0], [0.05, 0.8, 1.3], [12.0, 0.3, 0.9]]
    )
    log_var = 2 * np.log(right)
    for std, v in ((right, log_var), (right[0, 0], log_var[0, 0])):
        value = attempt(z_log_var=tf.constant(v, "float32"))
        compare(value, std, asked=asked, slips=_slips_of_std(std, v))
    z_log_var = tf.constant(log_var, "float32")
    with tf.GradientTape() as tape:
        tape.watch(z_log_var)
        std = attempt.run(attempt.answer, z_log_var)
    if not tf.is_tensor(std) or tape.gradient(std, z_log_var) is None:
        raise ExerciseFailed(
            "a tensor that the tape can trace back to z_log_var",
            "the right numbers, but a gradient that is None",
            TAPE,
            "gradient_lost",
        )


def _slips_of_std(std, log_var):
    half = (
        "Has this the unit of z, or that of z squared? How do you come from "
        "σ² to σ, and what does that do to the logarithm?"
    )
    logarithm = (
        "This still is a logarithm. Which function undoes a natural log?"
    )
    sign = "Should σ fall or grow when the log of the variance grows?"
    return [
        ("half_missing", std**2, half),
        ("half_missing", std**4, half),
        ("exp_missing", log_var, logarithm),
        ("exp_missing", log_var / 2, logarithm),
        ("sign", 1 / std, sign),
    ]


@exercise("4.2", points=3, library="vae_course.layers:Sampling")
def Sampling(attempt):  # noqa: N802
    """Judge a layer [z_mean, z_log_var] -> z by what it draws."""
    _require_a_layer(attempt)
    with _dice_of_their_own():
        layer = attempt.run(attempt.answer)
        _judge_draws(*_draw_twice(attempt, layer))
        _judge_other_batches(attempt, layer)
        _judge_gradients(attempt, layer)
        _judge_graph(attempt, layer)
        model = _judge_unknown_batch(attempt)
        _judge_repetition(attempt)
        _judge_saving(attempt, model)


def _require_a_layer(attempt):
    import keras

    answer = attempt.answer
    if not (isinstance(answer, type) and issubclass(answer, keras.Layer)):
        raise ExerciseFailed(
            "Sampling is a class made from keras.layers.Layer",
            f"it is a {type(answer).__name__}",
            "Does your cell begin with `class`, and did you give the check "
            "the class itself, without calling it?",
            "wrong_type",
        )


@contextlib.contextmanager
def _dice_of_their_own():
    """Seed what is drawn inside; go on afterwards from the state before."""
    import keras

    following = random.getrandbits(32)
    keras.utils.set_random_seed(4)
    try:
        yield
    finally:
        keras.utils.set_random_seed(following)


def _inputs(rows):
    """Make z_mean and levels of spread, (rows, 4), mixed in both axes."""
    row, column = np.indices((rows, 4))
    z_mean = 1.5 * ((2 * row + column) % 5) - 2.5
    return z_mean, (row + column) % 3


def _call(attempt, layer, z_mean, log_var):
    import tensorflow as tf

    z = attempt.run(
        layer,
        [tf.constant(z_mean, "float32"), tf.constant(log_var, "float32")],
    )
    if z is None:
        raise ExerciseFailed(
            DRAWN,
            "nothing (None)",
            "Does `call` end in `return`?",
            "returns_nothing",
        )
    z = as_array(z, DRAWN).astype("float64")
    if z.shape != z_mean.shape:
        raise ExerciseFailed(
            DRAWN,
            f"shape {z.shape} from two inputs of shape {z_mean.shape}",
            "One z for each entry of z_mean: which step changes the shape?",
        )
    return z


def _draw_twice(attempt, layer):
    """Return the residuals z - z_mean of two calls, and their levels.

    There are 200,000 of them, 66,000 a level.
    """
    z_mean, level = _inputs(50_000)
    log_var = 2 * np.log(LEVELS)[level]
    try:
        first = _call(attempt, layer, z_mean, log_var)
    except ExerciseFailed:
        if any(_takes(attempt, rows) for rows in (16, 32, 64, 100, 128, 256)):
            raise _static_batch("an error for 50000 rows") from None
        raise
    again = _call(attempt, layer, z_mean, log_var)
    _look_for_the_mean(first, z_mean)
    return first - z_mean, again - z_mean, level


def _takes(attempt, rows):
    z_mean, level = _inputs(rows)
    try:
        _call(attempt, attempt.run(attempt.answer), z_mean, 0.1 * level)
    except ExerciseFailed:
        return False
    return True


def _look_for_the_mean(z, z_mean):
    """Regress z on z_mean: the slope is 1, within 0.01 (standard error)."""
    slope = np.sum(z * (z_mean - z_mean.mean())) / z_mean.var() / z.size
    if abs(slope) < 0.1:
        raise ExerciseFailed(
            DRAWN,
            "draws that do not follow z_mean",
            "What is the mean of σ · epsilon, and what should the mean of "
            "z be?",
            "mean_not_added",
        )


def _judge_draws(first, again, level):
    same_level = [first[level == index] for index in range(3)]
    spreads = np.array([np.std(values) for values in same_level])
    if np.array_equal(first, again):
        _raise_for_equal_calls(spreads)
    _look_for_shared_noise(first)
    _look_for_uniform_noise(same_level)
    # The standard error of a spread is 1/√(2·66,000), under 0.3 %.
    compare(
        spreads,
        LEVELS,
        asked="draws whose standard deviation is 3, 0.5 and 1.4 where "
        "z_log_var is the log of 9, 0.25 and 1.96",
        slips=_slips_of_spread(),
        rtol=0.02,
    )
    _judge_shape_of_noise(first / LEVELS[level])


def _raise_for_equal_calls(spreads):
    got = "two calls with the same inputs gave the same z"
    if np.all(spreads < 1e-3):
        raise ExerciseFailed(
            DRAWN,
            got + ", a function of z_mean and z_log_var alone",
            "Where in your `call` is a dice thrown?",
            "no_noise",
        )
    raise _frozen(got)


def _frozen(got):
    return ExerciseFailed(
        "fresh noise at every call",
        got,
        "When is your noise drawn, or its seed set: once, or anew at "
        "every call?",
        "noise_frozen",
    )


def _look_for_shared_noise(residual):
    """Compare entries of one level: three rows or three columns apart."""
    asked = "noise of its own for each entry of z"
    if np.ptp(residual[::3, 0]) < 1e-3:
        got = "every row of the batch was moved by the same noise"
    elif np.allclose(residual[:, 0], residual[:, 3], atol=1e-3):
        got = "every latent dimension of a row was moved by the same noise"
    else:
        return
    question = "Which shape did you draw epsilon in, and which shape has z?"
    raise ExerciseFailed(asked, got, question, "noise_shared")


def _look_for_uniform_noise(same_level):
    """Fourth moment by square of the second: normal 3, uniform 1.8."""
    moments = [np.mean((v - v.mean()) ** 4) / v.var() ** 2 for v in same_level]
    if np.all(np.abs(np.array(moments) - 1.8) < 0.2):
        raise ExerciseFailed(
            "noise from the standard normal distribution",
            "noise that fills an interval evenly and ends sharply",
            "What does the histogram of your epsilon look like, and where "
            "does it end?",
            "uniform_noise",
        )


def _slips_of_spread():
    log_var = 2 * np.log(LEVELS)
    half = (
        "Is your noise scaled by something in the unit of z, or of z squared?"
    )
    logarithm = (
        "Your noise is scaled with a logarithm. Which function undoes it?"
    )
    scale = "Your noise has the same spread everywhere. What should widen it?"
    return [
        ("half_missing", LEVELS**2, half),
        ("half_missing", LEVELS**4, half),
        ("exp_missing", np.abs(log_var), logarithm),
        ("exp_missing", np.abs(log_var / 2), logarithm),
        ("noise_not_scaled", np.ones(3), scale),
    ]


def _judge_shape_of_noise(epsilon):
    """Hold the largest gap between two distribution functions to 0.01.

    Of 200,000 normal numbers one in 10^16 sets goes beyond (Kolmogorov).
    """
    epsilon = np.sort(epsilon, axis=None)
    steps = np.arange(epsilon.size) / epsilon.size
    gap = np.max(np.abs(ndtr(epsilon) - steps))
    if not gap < 0.01:
        raise ExerciseFailed(
            "epsilon = (z - z_mean) / σ follows the standard normal",
            f"other noise: its mean is {epsilon.mean():.3g}, its standard "
            f"deviation {epsilon.std():.3g}",
            "From which distribution does your epsilon come? Draw its "
            "histogram.",
        )


def _judge_other_batches(attempt, layer):
    for rows in (5, 2):
        try:
            _draw_almost_nothing(attempt, layer, rows)
        except ExerciseFailed as failure:
            raise _static_batch(_got(failure)) from None


def _draw_almost_nothing(attempt, layer, rows):
    """Call with so small a variance that z must be z_mean."""
    z_mean, _ = _inputs(rows)
    z = _call(attempt, layer, z_mean, np.full_like(z_mean, -60.0))
    compare(z, z_mean, asked="z = z_mean where the variance is exp(-60)")


def _got(failure):
    _, got, _, _ = failure.args
    return got


def _static_batch(got):
    return ExerciseFailed(
        "the layer takes any number of rows, also one not known yet (None)",
        got,
        "From where does your noise take its number of rows, and is it "
        "known when a model is built?",
        "static_batch",
    )


def _judge_gradients(attempt, layer):
    import tensorflow as tf

    inputs = _small_tensors()
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        z = attempt.run(layer, inputs)
    lost = ["z_mean", "z_log_var"]
    if tf.is_tensor(z):
        slopes = tape.gradient(z, inputs)
        lost = [n for n, s in zip(lost, slopes, strict=True) if s is None]
    if lost:
        raise ExerciseFailed(
            "gradients reach z_mean and z_log_var through z",
            f"the gradient with respect to {' and '.join(lost)} is None",
            TAPE,
            "gradient_lost",
        )


def _small_tensors(rows=5):
    import tensorflow as tf

    z_mean, level = _inputs(rows)
    log_var = 2 * np.log(LEVELS)[level]
    return [tf.constant(z_mean, "float32"), tf.constant(log_var, "float32")]


def _judge_graph(attempt, layer):
    """Trace the layer as `fit` does, and let the graph draw twice."""
    import tensorflow as tf

    inputs = _small_tensors()
    try:
        graph = attempt.run(
            tf.function(layer, autograph=False).get_concrete_function, inputs
        )
    except ExerciseFailed as failure:
        raise ExerciseFailed(
            "the layer works inside a graph, as in every model that trains",
            _got(failure),
            "A graph is written down once, before there are numbers. Which "
            "line needs numbers, or makes something anew at every call that "
            "`__init__` should make once?",
            "not_traceable",
        ) from None
    first, again = (np.asarray(graph(*inputs)) for _ in range(2))
    if np.array_equal(first, again):
        raise _frozen(
            "calls from Python differ, but a graph of the layer gave the "
            "same z twice"
        )


def _judge_unknown_batch(attempt):
    """Build a model whose batch is None, and return it."""
    try:
        return attempt.run(_model, attempt.run(attempt.answer))
    except ExerciseFailed as failure:
        raise _static_batch(_got(failure)) from None


def _model(layer):
    import keras

    inputs = [keras.Input((4,)), keras.Input((4,))]
    return keras.Model(inputs, layer(inputs))


def _judge_repetition(attempt):
    import keras

    def draw():
        keras.utils.set_random_seed(11)
        layer = attempt.run(attempt.answer)
        return np.asarray(attempt.run(layer, _small_tensors()))

    if not np.array_equal(draw(), draw()):
        raise ExerciseFailed(
            "a layer made after keras.utils.set_random_seed(11) draws what "
            "it drew the last time",
            "other numbers",
            "Whose dice does your layer throw: Keras's, or some that "
            "set_random_seed does not know?",
            "not_reproducible",
        )


def _judge_saving(attempt, model):
    try:
        loaded = attempt.run(_save_and_load, model, attempt.answer)
        _draw_almost_nothing(attempt, loaded, 3)
    except ExerciseFailed:
        raise ExerciseFailed(
            "a model with the layer can be saved and loaded",
            "Keras could not make the layer again from what it had saved",
            "Keras makes the layer anew with `Sampling(name=…, dtype=…)`. "
            "Does your `__init__` take such arguments and hand them on?",
            "not_loadable",
        ) from None


def _save_and_load(model, layer_class):
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        return keras.models.load_model(
            path, custom_objects={layer_class.__name__: layer_class}
        )


@exercise("4.3", points=2, library="vae_course.layers:sampling_gradients")
def sampling_gradients(attempt):
    """Judge the derivatives of z, entry by entry, with epsilon held."""
    import tensorflow as tf

    rng = np.random.default_rng(4)
    std = rng.uniform(0.4, 3.0, (4, 3))
    epsilon = rng.uniform(0.3, 2.0, (4, 3)) * rng.choice([-1, 1], (4, 3))
    values = rng.uniform(-2, 2, (4, 3)), 2 * np.log(std), epsilon
    names = "z_mean", "z_log_var", "epsilon"
    result = attempt(
        **{
            name: tf.constant(value, "float32")
            for name, value in zip(names, values, strict=True)
        }
    )
    dz_dmean, dz_dlogvar = _pair_of_gradients(result)
    ones, slope = np.ones((4, 3)), std * epsilon / 2
    order = "In which order does the exercise ask for the two gradients?"
    compare(
        dz_dmean,
        ones,
        asked="dz_dmean, the derivative of each entry of z by its z_mean",
        slips=[("gradient_swapped", slope, order), *_means(ones)],
        rtol=1e-4,
    )
    half = (
        "This is too steep. Which formula for σ did you use, and where does "
        "its ½ go when you differentiate?"
    )
    compare(
        dz_dlogvar,
        slope,
        asked="dz_dlogvar, the derivative of each entry of z by its z_log_var",
        slips=[
            ("half_missing", std * epsilon, half),
            ("half_missing", std**2 * epsilon, half),
            *_means(slope),
        ],
        rtol=1e-4,
    )


def _pair_of_gradients(result):
    asked = "two tensors, dz_dmean and dz_dlogvar"
    try:
        first, second = result
    except (TypeError, ValueError):
        raise ExerciseFailed(
            asked,
            f"a {type(result).__name__}",
            "Does your function return both gradients, as a pair?",
            "wrong_type",
        ) from None
    if first is None or second is None:
        raise ExerciseFailed(
            asked,
            f"{'dz_dmean' if first is None else 'dz_dlogvar'} is None",
            "The tape records what happens inside its `with` block, to "
            "tensors that it was told to watch. Was it told, and did all "
            "of the forward pass happen there?",
            "not_watched",
        )
    return first, second


def _means(right):
    question = (
        "This is too small by a whole number. Did you take a mean where the "
        "sum was asked for?"
    )
    return [("mean_for_sum", right / count, question) for count in (3, 4, 12)]
