"""Checks of lesson 04, The Sampling layer."""

import contextlib
import inspect
import itertools
import re
import tempfile
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from vae_course.checks.chance import demand_independence, dice_of_their_own
from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.pictures import lesson_04 as draw

# Standard deviations by level; their logs, squares and halves all differ.
LEVELS = np.array([3.0, 0.5, 0.05])
ROWS = 30_000
DRAWN = "z around z_mean, with the spread that z_log_var says, in their shape"
OF_ITS_OWN = "noise of its own for each entry of z"
PAIR = "two tensors, dz_dmean and dz_dlogvar"
NOISE = "Which noise stands in your z, and where does it come from?"
HALVED = "What does your ½ halve, and what should it halve?"
HALVED_TWICE = (
    "A root halves a logarithm too. How often is z_log_var halved in yours?"
)
TAPE = "Which line leaves TensorFlow, so that the tape cannot follow it?"


@exercise(
    "4.1",
    points=1,
    library="vae_course.layers:std_from_log_var",
    pictures=draw.std_from_log_var,
)
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
        compare(
            value,
            std,
            asked=asked,
            slips=_slips_of_std(std, v),
            question="Which σ belongs to a variance of 9? Follow the "
            "logarithm of 9 through your lines by hand.",
        )
    z_log_var = tf.constant(log_var, "float32")
    with tf.GradientTape() as tape:
        tape.watch(z_log_var)
        std = attempt.run(attempt.answer, z_log_var)
    slope = tape.gradient(std, z_log_var) if tf.is_tensor(std) else None
    if slope is None:
        raise ExerciseFailed(
            "a tensor that the tape can trace back to z_log_var",
            "the right numbers, but a gradient that is None",
            TAPE,
            "gradient_lost",
        )
    compare(
        tf.convert_to_tensor(slope),
        right / 2,
        asked="the slope of σ by z_log_var, which training follows",
        question="σ is right, its slope is not. Which step hides a number "
        "from the tape?",
    )


def _slips_of_std(std, log_var):
    half = (
        "Has this the unit of z, or that of z squared? How do you come from "
        "σ² to σ, and what does that do to the logarithm?"
    )
    logarithm = (
        "This still is a logarithm. Which function undoes a natural log?"
    )
    return [
        ("half_missing", std**2, half),
        ("half_missing", std**4, half),
        ("exp_missing", log_var, logarithm),
        ("exp_missing", log_var / 2, logarithm),
        ("exp_missing", np.abs(log_var), logarithm),
        ("exp_missing", np.abs(log_var / 2), logarithm),
        *_other_functions(std),
    ]


def _other_functions(std):
    """List what else is made of a log-variance in place of σ."""
    sign = "Should σ fall or grow when the log of the variance grows?"
    base = "To which base is z_log_var a logarithm, and to which is yours?"
    positive = (
        "That makes any number positive. But which function undoes a natural "
        "logarithm?"
    )
    return [
        ("half_misplaced", std**2 / 2, HALVED),
        ("halved_twice", np.sqrt(std), HALVED_TWICE),
        ("sign", 1 / std, sign),
        ("sign", 1 / std**2, sign),
        *(
            ("wrong_base", std ** (power * np.log(number)), base)
            for number in (2, 10)
            for power in (1, 2)
        ),
        ("softplus_for_exp", np.log1p(std**2), positive),
        ("softplus_for_exp", np.log1p(std), positive),
    ]


@exercise(
    "4.2",
    points=3,
    library="vae_course.layers:Sampling",
    pictures=draw.sampling,
)
def Sampling(attempt):  # noqa: N802
    """Judge a layer [z_mean, z_log_var] -> z by what it draws."""
    _require_a_layer(attempt)
    with dice_of_their_own(), _single_precision():
        layer = attempt.run(attempt.answer)
        _judge_shapes(attempt, layer)
        _judge_draws(attempt, layer)
        _judge_gradients(attempt, layer)
        _judge_graph(attempt, layer)
        model = _judge_unknown_batch(attempt)
        _judge_modes(attempt, model)
        _judge_latent_dim(attempt)
        _judge_repetition(attempt)
        _judge_draws(attempt, _judge_saving(attempt))


@contextlib.contextmanager
def _single_precision():
    """Let layers compute in float32, whatever the rule is elsewhere."""
    import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def _require_a_layer(attempt):
    import keras

    from vae_course import layers

    answer = attempt.answer
    if not (isinstance(answer, type) and issubclass(answer, keras.Layer)):
        raise ExerciseFailed(
            "Sampling is a class made from keras.layers.Layer",
            f"it is a {type(answer).__name__}",
            "Does your cell begin with `class`, and did you give the check "
            "the class itself, without calling it?",
            "wrong_type",
        )
    if answer.call in (keras.Layer.call, layers.Sampling.call):
        raise ExerciseFailed(
            "a layer with a method named `call`",
            "a layer without one of its own",
            "How is the method spelled that Keras runs when data come "
            "through, and how is yours?",
        )
    for asked, method, arguments in [
        ("a layer that `Sampling()` makes", answer.__init__, 1),
        ("a `call` with one input, a list of two tensors", answer.call, 2),
    ]:
        signature = inspect.signature(method)
        try:
            signature.bind(*[None] * arguments)
        except TypeError:
            raise ExerciseFailed(
                asked,
                f"yours is {method.__name__}{signature}",
                "What stands in the stub between these brackets, and what "
                "in yours?",
            ) from None


def _inputs(rows, columns=4):
    """Make z_mean and levels of spread, mixed in both axes.

    They repeat after 15 rows; two rows down and one column on stand the
    same two numbers.
    """
    row, column = np.indices((15, columns))
    z_mean, level = 1.5 * ((2 * row + column) % 5) - 2.5, (row + column) % 3
    return [np.resize(pattern, (rows, columns)) for pattern in (z_mean, level)]


def _tensors(rows, columns=4):
    import tensorflow as tf

    z_mean, level = _inputs(rows, columns)
    log_var = 2 * np.log(LEVELS)[level]
    return [tf.constant(z_mean, "float32"), tf.constant(log_var, "float32")]


def _call(attempt, layer, rows, columns=4):
    z = attempt.run(layer, _tensors(rows, columns))
    if z is None:
        raise ExerciseFailed(
            DRAWN,
            "nothing (None)",
            "Does `call` end in `return`?",
            "returns_nothing",
        )
    z = as_array(z, DRAWN).astype("float64")
    if z.shape != (rows, columns):
        raise ExerciseFailed(
            DRAWN,
            f"shape {z.shape} from two inputs of shape {(rows, columns)}",
            "One z for each entry of z_mean: which step changes the shape?",
            None if z.ndim == 2 else "wrong_output_shape",
        )
    if not np.all(np.isfinite(z)):
        raise ExerciseFailed(
            DRAWN,
            f"{z[~np.isfinite(z)][0]} among them",
            "Which step leaves the range of its function, for a log-variance "
            "below 0 or above it?",
            "not_finite",
        )
    return z


def _judge_shapes(attempt, layer):
    try:
        _call(attempt, layer, 5)
    except ExerciseFailed as failure:
        _look_for_a_fixed_shape(attempt, _got(failure))
        raise
    for rows in (2, 1, ROWS):
        try:
            _call(attempt, layer, rows)
        except ExerciseFailed as failure:
            if failure.mistake:
                raise
            raise _static_batch(_got(failure)) from None


def _look_for_a_fixed_shape(attempt, got):
    """Try the sizes that an error names: does the layer take those?

    Noise of too few axes fits where both are equal, or where one is 1.
    """
    sizes = {int(size) for size in re.findall(r"\d+", got)} - {0, 1, 5}
    for rows, columns in itertools.product([5, *sizes], [4, *sizes]):
        small = rows < 10**6 and columns < 100
        if small and rows != columns and _takes(attempt, rows, columns):
            fixed = _static_latent_dim if rows == 5 else _static_batch
            raise fixed(got)


def _takes(attempt, rows, columns):
    try:
        _call(attempt, attempt.run(attempt.answer), rows, columns)
    except ExerciseFailed:
        return False
    return True


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


def _judge_latent_dim(attempt):
    try:
        _call(attempt, attempt.run(attempt.answer), 5, columns=3)
    except ExerciseFailed as failure:
        raise _static_latent_dim(_got(failure)) from None


def _static_latent_dim(got):
    return ExerciseFailed(
        "the layer takes any number of latent dimensions, here 3 or 4",
        got,
        "From where does your noise take its number of columns?",
        "static_latent_dim",
    )


def _judge_draws(attempt, layer):
    """Judge 120,000 draws, in cells of 2,000 from the same two numbers."""
    first, again = (_call(attempt, layer, ROWS) for _ in range(2))
    if np.array_equal(first, again):
        raise _equal_calls(first)
    cells = first.reshape(-1, 15, 4)
    mean, std = cells.mean(axis=0), cells.std(axis=0)
    noise = ((cells - mean) / np.maximum(std, 1e-9)).reshape(-1, 4)
    _look_for_shared_noise(std, noise)
    _look_for_the_mean(mean)
    _look_for_uniform_noise(noise)
    _judge_spread(std)
    _judge_mean(mean)
    _judge_noise(first)


def _equal_calls(z):
    got = "two calls with the same inputs gave the same z"
    if np.allclose(z[2:, 1:], z[:-2, :-1]):
        return ExerciseFailed(
            DRAWN,
            got + ", a function of z_mean and z_log_var alone",
            "Where in your `call` is a dice thrown, and is it at every call?",
            "no_noise",
        )
    return _frozen(got)


def _frozen(got):
    return ExerciseFailed(
        "fresh noise at every call",
        got,
        "When is your noise drawn, or its seed set: once, or anew at "
        "every call?",
        "noise_frozen",
    )


def _look_for_shared_noise(std, noise):
    """Bound the correlation of two columns by 8 standard errors."""
    correlation = noise.T @ noise / ROWS
    if np.all(std < 1e-3):
        got = "every row of the batch was moved by the same noise"
    elif np.any(np.abs(np.triu(correlation, 1)) > 0.05):
        got = "latent dimensions of one row were moved by the same noise"
    else:
        return
    raise ExerciseFailed(
        OF_ITS_OWN,
        got,
        "Which shape did you draw epsilon in, and which shape has z?",
        "noise_shared",
    )


def _look_for_the_mean(mean):
    z_mean, level = _inputs(15)
    if abs(_slope(mean, z_mean)) > 0.1:
        return
    if abs(_slope(mean, 2 * np.log(LEVELS)[level]) - 1) < 0.1:
        raise ExerciseFailed(
            DRAWN,
            "draws around z_log_var",
            "In which order does the list bring its two tensors?",
            "arguments_swapped",
        )
    if abs(_slope(mean, LEVELS[level]) - 1) < 0.1:
        raise ExerciseFailed(
            DRAWN,
            "draws around σ",
            "Which of the two should move the noise, and which widen it?",
            "mean_and_spread_swapped",
        )
    raise ExerciseFailed(
        DRAWN,
        "draws that do not follow z_mean",
        "What is the mean of σ · epsilon, and what should the mean of z be?",
        "mean_not_added",
    )


def _slope(y, x):
    """Regress y on x."""
    return np.sum(y * (x - x.mean())) / np.sum((x - x.mean()) ** 2)


def _look_for_uniform_noise(noise):
    """Take the fourth moment at each level: normal 3, uniform 1.8."""
    _, level = _inputs(ROWS)
    fourth_powers = np.square(np.square(noise))
    moments = np.array([fourth_powers[level == i].mean() for i in range(3)])
    if np.all(np.abs(moments - 1.8) < 0.2):
        raise ExerciseFailed(
            "noise from the standard normal distribution",
            "noise that fills an interval evenly and ends sharply",
            "What does the histogram of your epsilon look like, and where "
            "does it end?",
            "uniform_noise",
        )


def _judge_spread(std):
    """Hold three spreads to 2 %, some six standard errors."""
    _, level = _inputs(15)
    spread = np.sqrt([np.mean(std[level == i] ** 2) for i in range(3)])
    asked = (
        "draws whose standard deviation is 3, 0.5 and 0.05 where z_log_var "
        "is the log of 9, 0.25 and 0.0025"
    )
    factor = spread / LEVELS
    if abs(factor.mean() - 1) > 0.02 > np.ptp(factor) / factor.mean():
        raise ExerciseFailed(
            asked,
            f"{factor.mean():.3g} times as wide at all three",
            "Before anything scales it, how wide is your epsilon, and how "
            "wide is a standard normal one? What scales it besides σ?",
            "noise_not_standard",
        )
    compare(
        spread,
        LEVELS,
        asked=asked,
        slips=_slips_of_spread(spread),
        question="Take the variance whose spread is off, and follow its log "
        "through your lines. By what is epsilon multiplied there?",
        rtol=0.02,
        parts=[f"where σ is {std:g}: " for std in LEVELS],
    )


def _slips_of_spread(spread):
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
        ("noise_not_scaled", np.full(3, spread[0]), scale),
        *_other_functions(LEVELS),
    ]


def _judge_mean(mean):
    """Hold the means of the narrowest cells to 9 standard errors."""
    z_mean, level = _inputs(15)
    right = z_mean[level == 2]
    scaled = "Which of the two should σ multiply, epsilon or z_mean?"
    compare(
        mean[level == 2],
        right,
        asked="draws whose mean is z_mean, here where σ is 0.05",
        slips=[("mean_scaled", right * LEVELS[2], scaled)],
        question="Where do your draws go if epsilon is 0, and what is the "
        "mean of your epsilon?",
        rtol=0,
        atol=0.01,
    )


def _judge_noise(z):
    """Hold the largest gap between two distribution functions to 0.01.

    Of 120,000 normal numbers one in 10^10 sets goes beyond (Kolmogorov),
    and fewer have no number beyond 3.5.
    """
    z_mean, level = _inputs(ROWS)
    epsilon = (z - z_mean) / LEVELS[level]
    demand_independence(epsilon, OF_ITS_OWN)
    epsilon = np.sort(epsilon, axis=None)
    steps = np.arange(epsilon.size) / epsilon.size
    gap = np.max(np.abs(ndtr(epsilon) - steps))
    largest = np.max(np.abs(epsilon))
    if gap > 0.01 or largest < 3.5:
        raise ExerciseFailed(
            "epsilon = (z - z_mean) / σ follows the standard normal",
            f"other noise: its mean is {epsilon.mean():.3g}, its standard "
            f"deviation {epsilon.std():.3g}, the largest of {epsilon.size} "
            f"is {largest:.3g}",
            "From which distribution does your epsilon come? Draw its "
            "histogram.",
        )


def _judge_gradients(attempt, layer):
    import tensorflow as tf

    inputs = _tensors(5)
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
    z_mean, _ = inputs
    compare(
        tf.stack([tf.convert_to_tensor(slope) for slope in slopes]),
        np.stack([np.ones(z.shape), (z - z_mean) / 2]),
        asked="the slopes of z by z_mean and by z_log_var, its noise held",
        question="z is right, its slope is not. Which step hides a number "
        "from the tape?",
        rtol=1e-3,
        atol=1e-5,
        parts=("by z_mean: ", "by z_log_var: "),
    )


def _judge_graph(attempt, layer):
    """Trace the layer as `fit` does, and let the graph draw twice."""
    import tensorflow as tf

    inputs = _tensors(5)
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


def _judge_modes(attempt, model):
    """Judge the draws of a graph that knows no batch, in both modes."""
    for training in (True, False):
        try:
            _judge_draws(attempt, attempt.run(_graph, model, training))
        except ExerciseFailed as failure:
            asked, got, question, mistake = failure.args
            got = f"in a model called with training={training}: {got}"
            raise ExerciseFailed(asked, got, question, mistake) from None


def _graph(model, training):
    import tensorflow as tf

    graph = tf.function(
        lambda *inputs: model(inputs, training=training), autograph=False
    ).get_concrete_function(*[tf.TensorSpec((None, 4))] * 2)
    return lambda inputs: graph(*inputs)


def _judge_repetition(attempt):
    import keras

    def draw():
        keras.utils.set_random_seed(11)
        return _call(attempt, attempt.run(attempt.answer), 5)

    if not np.array_equal(draw(), draw()):
        raise ExerciseFailed(
            "a layer made after keras.utils.set_random_seed(11) draws what "
            "it drew the last time",
            "other numbers",
            "Whose dice does your layer throw: Keras's, or some that "
            "set_random_seed does not know?",
            "not_reproducible",
        )


def _judge_saving(attempt):
    """Return a model with a named layer, saved and loaded."""
    try:
        layer = attempt.run(attempt.answer, name="dice")
        loaded = attempt.run(_save_and_load, _model(layer), attempt.answer)
    except ExerciseFailed:
        raise _not_loadable(
            "Keras could not make the layer again from what it had saved"
        ) from None
    if layer.name != "dice":
        raise _not_loadable(
            f"`Sampling(name='dice')` made a layer named {layer.name!r}"
        )
    return loaded


def _not_loadable(got):
    return ExerciseFailed(
        "a model with the layer can be saved and loaded",
        got,
        "Keras makes the layer anew from what `get_config` returns, at the "
        "least `Sampling(name=…, dtype=…, trainable=…)`. Does your "
        "`__init__` take all of it and hand on what is Keras's?",
        "not_loadable",
    )


def _save_and_load(model, layer_class):
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        return keras.models.load_model(
            path, custom_objects={layer_class.__name__: layer_class}
        )


@exercise(
    "4.3",
    points=2,
    library="vae_course.layers:sampling_gradients",
    pictures=draw.sampling_gradients,
)
def sampling_gradients(attempt):
    """Judge the derivatives of z, entry by entry, with epsilon held."""
    import tensorflow as tf

    rng = np.random.default_rng(4)
    std = rng.uniform(0.4, 3.0, (4, 3))
    epsilon = rng.uniform(0.3, 2.0, (4, 3)) * rng.choice([-1, 1], (4, 3))
    z_mean, slope = rng.uniform(-2, 2, (4, 3)), std * epsilon / 2

    def gradients():
        result = attempt(
            z_mean=tf.constant(z_mean, "float32"),
            z_log_var=tf.constant(2 * np.log(std), "float32"),
            epsilon=tf.constant(epsilon, "float32"),
        )
        return _pair_of_gradients(result)

    dz_dmean, dz_dlogvar = gradients()
    _judge_slope_of_mean(dz_dmean, slope)
    _, again = gradients()
    _look_for_other_noise(dz_dlogvar, again)
    compare(
        dz_dlogvar,
        slope,
        asked="dz_dlogvar, the derivative of each entry of z by its z_log_var",
        slips=_slips_of_slope(std, epsilon),
        question="Take one entry and compute (z - z_mean) / 2 by hand. "
        "Where does yours part from it?",
        rtol=1e-4,
    )


def _judge_slope_of_mean(dz_dmean, slope):
    ones = np.ones(slope.shape)
    order = "In which order does the exercise ask for the two gradients?"
    nothing = (
        "A slope of 0 says that z stays where it is while z_mean moves. Was "
        "the tape told to watch z_mean, and is it in your z?"
    )
    compare(
        dz_dmean,
        ones,
        asked="dz_dmean, the derivative of each entry of z by its z_mean",
        slips=[
            ("gradient_swapped", slope, order),
            ("not_watched", 0 * ones, nothing),
            *_means(ones),
        ],
        question="If only z_mean grows by 0.01, by how much does z grow? Is "
        "it z itself that you differentiate?",
        rtol=1e-4,
    )


def _look_for_other_noise(first, again):
    both = as_array(first, PAIR), as_array(again, PAIR)
    if not np.array_equal(*both, equal_nan=True):
        raise ExerciseFailed(
            "dz_dlogvar for the epsilon that was given",
            "two calls with the same epsilon gave two answers",
            NOISE,
            "epsilon_ignored",
        )


def _slips_of_slope(std, epsilon):
    slope = std * epsilon / 2
    half = (
        "This is too steep. Which formula for σ did you use, and where does "
        "its ½ go when you differentiate?"
    )
    logarithm = (
        "Is the epsilon in your z multiplied by σ, or by a logarithm? And by "
        "which of the two did you differentiate?"
    )
    by_epsilon = (
        "This says how far z moves with one of the inputs. With which one, "
        "and with which was it to be?"
    )
    sign = (
        "Where epsilon is positive, should z rise or fall when the cloud "
        "becomes wider?"
    )
    return [
        ("half_missing", std * epsilon, half),
        ("half_missing", std**2 * epsilon, half),
        ("half_missing", 2 * std**4 * epsilon, half),
        ("half_misplaced", std**2 * epsilon / 2, HALVED),
        ("exp_missing", epsilon, logarithm),
        ("exp_missing", epsilon / 2, logarithm),
        ("sign", -slope, sign),
        ("sign", -epsilon / std / 2, sign),
        ("epsilon_ignored", std / 2, NOISE),
        ("by_epsilon", std, by_epsilon),
        *_means(slope),
    ]


def _pair_of_gradients(result):
    try:
        first, second = result
    except (TypeError, ValueError):
        several = isinstance(result, list | tuple)
        raise ExerciseFailed(
            PAIR,
            f"a {type(result).__name__} of {len(result)}"
            if several
            else f"a single {type(result).__name__}",
            "Does your function return both gradients, as a pair?",
            "wrong_type",
        ) from None
    if first is None and second is None:
        raise ExerciseFailed(
            PAIR,
            "both are None",
            "The tape records what happens inside its `with` block, to "
            "tensors that it was told to watch. Was it told, and did all of "
            "the forward pass happen there?",
            "not_watched",
        )
    if first is None or second is None:
        raise ExerciseFailed(
            PAIR,
            f"{'dz_dmean' if first is None else 'dz_dlogvar'} is None",
            "Was the tape told to watch this one too, and does z depend on "
            f"it? If so: {TAPE[0].lower()}{TAPE[1:]}",
            "not_watched",
        )
    return first, second


def _means(right):
    question = (
        "This is too small by a whole number. Did you take a mean where the "
        "sum was asked for?"
    )
    return [("mean_for_sum", right / count, question) for count in (3, 4, 12)]
