"""Judge the encoder of exercise 7.1, with a head each for mean and spread."""

import numpy as np

from vae_course.checks.chance import dice_of_their_own
from vae_course.checks.compare import as_array
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.networks_by_hand import convolve
from vae_course.checks.weights_asked_for import (
    look_at_training,
    look_at_weights,
    look_for_shared_weights,
)

IMAGE = (32, 32, 1)
# No other layer is 5 wide, so this width marks the heads.
LATENT_DIM = 5
# One for each column of a head; first those that leave a bent head finite.
SUMS = (-3.0, 3.0, 0.1, -0.1, 1.0), (30.0, -30.0, 10.0, -10.0, 5.0)
DRAWS = 120
ROUNDING = 3e-3
ENCODER = f"build_variational_encoder(latent_dim={LATENT_DIM})"
TRIPLE = f"{ENCODER} has the outputs [z_mean, z_log_var, z]"
SHAPES = [
    *((3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (3, 3, 64, 128), (128,)),
    *2 * [(2048, LATENT_DIM), (LATENT_DIM,)],
]


def judge(attempt):
    """Judge latent_dim -> a model, images -> [z_mean, z_log_var, z].

    Args:
        attempt: `Attempt` at build_variational_encoder.

    Raises:
        ExerciseFailed: with what is wrong.
    """
    with dice_of_their_own():
        encoder = _build(attempt, TRIPLE, latent_dim=LATENT_DIM)
        x = np.random.default_rng(1).uniform(size=(3, *IMAGE))
        x = x.astype("float32")
        # A subclassed model has its weights from the first call on.
        _outputs(attempt, encoder, x, LATENT_DIM, TRIPLE)
        _give_weights(encoder)
        heads = _look_at_order(attempt, encoder, x)
        look_at_weights(encoder, SHAPES, ENCODER)
        training = _outputs(
            attempt, encoder, x, LATENT_DIM, TRIPLE, training=True
        )
        look_at_training(encoder, heads, np.array(training[:2]))
        _look_for_activations(attempt, encoder, x)
        _look_at_heads(attempt, encoder, x)
        _look_at_draws(attempt, encoder)
        asked = "build_variational_encoder() has codes of two numbers"
        other = _build(attempt, asked)
        _outputs(attempt, other, x[:1], 2, asked)
        look_for_shared_weights(encoder, other)


def _build(attempt, asked, **options):
    import keras

    encoder = attempt(**options)
    if not isinstance(encoder, keras.Model):
        raise ExerciseFailed(
            asked,
            f"a {type(encoder).__name__}",
            "Which class of Keras makes a model of an input and a list of "
            "outputs, and does the function return what it made?",
            "wrong_type",
        )
    declared = getattr(encoder, "input_shape", None)
    if declared is not None and tuple(declared) != (None, *IMAGE):
        raise ExerciseFailed(
            f"{attempt.name} takes any number of images, (None, 32, 32, 1)",
            f"its input has the shape {declared}",
            "What does one image look like, and who says how many there are?",
            "static_batch" if tuple(declared)[1:] == IMAGE else None,
        )
    return encoder


def _outputs(attempt, encoder, x, latent_dim, asked, **options):
    """Return three float64 arrays, (n, latent_dim) each."""
    outputs = attempt.run(encoder, x, **options)
    if not isinstance(outputs, list | tuple):
        raise ExerciseFailed(
            asked,
            f"one {type(outputs).__name__} in place of a list of three",
            "How does keras.Model learn that there are several outputs?",
            "wrong_type",
        )
    if len(outputs) != 3:
        raise ExerciseFailed(
            asked,
            f"{len(outputs)} outputs",
            "Which of the three is missing or too many, and which layer "
            "gives it?",
            "sampling_missing" if _are_heads(encoder, x, outputs) else None,
        )
    arrays = [as_array(o, asked).astype("float64") for o in outputs]
    shapes = [array.shape for array in arrays]
    if shapes != [(len(x), latent_dim)] * 3:
        raise ExerciseFailed(
            asked,
            f"shapes {shapes}, expected {(len(x), latent_dim)} three times",
            "Follow the shape from layer to layer with `summary()`. Is "
            "`latent_dim` in use?",
            "wrong_output_shape",
        )
    if not np.all(np.isfinite(arrays)):
        raise ExerciseFailed(
            asked,
            "numbers among them that are not finite",
            "Which layer's answer is the first that is not finite?",
            "not_finite",
        )
    return arrays


def _are_heads(encoder, x, outputs):
    """Tell two outputs without chance from two of which one is drawn."""
    return len(outputs) == 2 and all(
        np.array_equal(*pair) for pair in zip(outputs, encoder(x), strict=True)
    )


def _look_at_order(attempt, encoder, x):
    """Find the draw by its chance: it must be the third, and alone.

    Returns:
        z_mean and z_log_var, float64 (2, n, LATENT_DIM).
    """
    first, again = (
        _outputs(attempt, encoder, x, LATENT_DIM, TRIPLE) for _ in range(2)
    )
    drawn = [i for i in range(3) if np.any(first[i] != again[i])]
    if drawn in ([0], [1]):
        raise ExerciseFailed(
            TRIPLE,
            f"output {drawn[0]} is another at each call, and output 2 is not",
            "Which of the three is drawn, and where in the list does the "
            "exercise want it?",
            "outputs_swapped",
        )
    if not drawn:
        _look_for_frozen_noise(attempt, encoder, x)
        raise ExerciseFailed(
            TRIPLE,
            "the same three outputs at every call",
            "Which layer throws the dice, and does z come out of it?",
            "no_noise",
        )
    if drawn != [2]:
        raise ExerciseFailed(
            TRIPLE,
            f"outputs {drawn} are others at each call",
            "Which layer throws dice before the heads, and does the "
            "exercise ask for it?",
            "layer_not_asked_for",
        )
    if np.allclose(first[0], first[1], rtol=1e-5, atol=1e-7):
        raise ExerciseFailed(
            "z_mean and z_log_var come from layers of their own",
            "both are the same numbers",
            "How many layers stand behind the two names? Calling a layer "
            "twice does not make a second one.",
            "heads_shared",
        )
    return np.array(first[:2])


def _look_for_frozen_noise(attempt, encoder, x):
    """Show one image three times: only noise tells the draws apart."""
    alike = np.repeat(x[:1], 3, axis=0)
    z = _outputs(attempt, encoder, alike, LATENT_DIM, TRIPLE)[2]
    if not np.allclose(z, z[0], rtol=1e-3):
        raise ExerciseFailed(
            "z is drawn anew at each call",
            "the same noise at every call",
            "When is the noise drawn, how often, and does its seed ever move "
            "on?",
            "noise_frozen",
        )


def _head_weights(encoder, rank):
    """List the kernels (rank 2) or biases (rank 1) of the heads."""
    return [
        weight
        for weight in encoder.trainable_weights
        if len(weight.shape) == rank and weight.shape[-1] == LATENT_DIM
    ]


def _give_weights(encoder):
    """Give all layers weights of ours, so that none is 0."""
    rng = np.random.default_rng(6)
    for weight in encoder.trainable_weights:
        scale = (2 / np.prod(weight.shape[:-1])) ** 0.5
        weight.assign(scale * rng.normal(size=weight.shape))


def _look_for_activations(attempt, encoder, x):
    """Let the heads' biases alone speak: each must come out as it is."""
    for kernel in _head_weights(encoder, 2):
        kernel.assign(0 * kernel)
    for sums in SUMS:
        for bias in _head_weights(encoder, 1):
            bias.assign(sums)
        heads = _outputs(attempt, encoder, x[:1], LATENT_DIM, TRIPLE)[:2]
        for name, [head] in zip(("z_mean", "z_log_var"), heads, strict=True):
            _compare_with_sums(name, head, sums)


def _compare_with_sums(name, head, sums):
    bent = ~np.isclose(head, sums, rtol=ROUNDING)
    if bent.any():
        first = np.argmax(bent)
        raise ExerciseFailed(
            "z_mean and z_log_var may be any real number",
            f"{name} is {head[first]:.3g} where its layer's sum is "
            f"{sums[first]:g}",
            "What does a Dense layer do to its sum before it hands it on, if "
            "you ask it to, and what stands behind it?",
            "activation_on_head",
        )


def _look_at_heads(attempt, encoder, x):
    """Compare with lesson 01's layers, all of them with weights of ours."""
    _give_weights(encoder)
    heads = _outputs(attempt, encoder, x, LATENT_DIM, TRIPLE)[:2]
    features, reach = _features(encoder, x), np.ptp(heads[0])
    pairs = [
        features @ np.asarray(kernel, "float64") + np.asarray(bias)
        for kernel in _head_weights(encoder, 2)
        for bias in _head_weights(encoder, 1)
    ]
    for name, head in zip(("z_mean", "z_log_var"), heads, strict=True):
        if not any(_near(head, right, reach) for right in pairs):
            raise ExerciseFailed(
                "each layer does what it did in lesson 01, and each head is "
                "a Dense layer, whatever the weights (the check put in some "
                "of its own)",
                f"another {name}",
                "Go through the layers one by one. Which has another "
                "activation, stride or padding than the exercise says?",
            )


def _near(value, right, reach):
    return np.allclose(value, right, rtol=0, atol=ROUNDING * reach)


def _features(encoder, x):
    """Run the convolutions of lesson 01 by hand, with the weights here."""
    weights = {
        tuple(w.shape): np.asarray(w) for w in encoder.trainable_weights
    }
    return convolve([weights[shape] for shape in SHAPES[:6]], x)


def _look_at_draws(attempt, encoder):
    """Hold the heads still, draw often, and look at epsilon.

    Its mean and spread in each column of 120 rows, and the correlation of
    two columns, stay within 6 standard errors.
    """
    for kernel in _head_weights(encoder, 2):
        kernel.assign(0 * kernel)
    biases = [2.2, -1.4, -5.0, 1.1, -3.2], [1.5, -0.5, 2.5, -2.0, 0.7]
    for weight, bias in zip(_head_weights(encoder, 1), biases, strict=True):
        weight.assign(bias)
    x = np.zeros((DRAWS, *IMAGE), "float32")
    z_mean, z_log_var, z = _outputs(attempt, encoder, x, LATENT_DIM, TRIPLE)
    if _is_standard((z - z_mean) / np.exp(z_log_var / 2)):
        return
    asked = "z is drawn around output 0, and output 1 is its log-variance"
    if _is_standard((z - z_log_var) / np.exp(z_mean / 2)):
        raise ExerciseFailed(
            asked,
            "z is drawn around output 1, and output 0 is its log-variance",
            "In which order does Sampling take its two inputs, and in which "
            "do you list the outputs?",
            "outputs_swapped",
        )
    raise ExerciseFailed(
        asked,
        f"around {z.mean(0).round(2)} with standard deviations "
        f"{z.std(0).round(2)},\nwhere output 0 is {z_mean[0].round(2)} and "
        f"output 1 {z_log_var[0].round(2)}",
        "Which layer draws z, which two tensors does it get, and does every "
        "entry get noise of its own?",
    )


def _is_standard(epsilon):
    bound = 6 / DRAWS**0.5
    together = epsilon.T @ epsilon / DRAWS
    return (
        np.all(np.abs(epsilon.mean(0)) < bound)
        and np.all(np.abs(epsilon.std(0) - 1) < bound / 2**0.5)
        and np.all(np.abs(np.triu(together, 1)) < bound)
    )
