"""Checks of lesson 01, The autoencoder."""

import numpy as np

from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed

IMAGE = (32, 32, 1)
PIXELS = (1, 2, 3)
# No layer of the networks is 5 wide, so this width marks the codes.
LATENT_DIM = 5
ENCODER = f"build_encoder(latent_dim={LATENT_DIM})"
DECODER = f"build_decoder(latent_dim={LATENT_DIM})"
# 3·3 pixels times channels in and out, and a bias for each channel out.
WEIGHTS_OF_CONVOLUTIONS = 320 + 18_496 + 73_856
WEIGHTS_OF_DECODER = 2048 * (LATENT_DIM + 1) + 147_584 + 73_792 + 18_464 + 289
AFFINE = (
    "Without something that bends between them, what do two layers in a "
    "row amount to? Which argument of a convolution puts it there?"
)


@exercise("1.1", points=2, library="vae_course.networks:build_encoder")
def build_encoder(attempt):
    """Judge latent_dim -> a model, (n, 32, 32, 1) -> (n, latent_dim)."""
    asked = f"a model of the shapes (None, 32, 32, 1) -> (None, {LATENT_DIM})"
    encoder = _build(attempt, ENCODER, asked, IMAGE)
    noise = np.random.default_rng(1).normal(size=(3, *IMAGE))
    noise = np.concatenate([noise, -noise, 0 * noise]).astype("float32")
    codes = _call(attempt, encoder, noise, (LATENT_DIM,), asked)
    _look_at_strides(encoder)
    _look_at_weights_of_encoder(encoder)
    _look_for_bends(*np.split(codes, 3), ENCODER)
    _look_at_freedom_of_codes(attempt, encoder, noise, codes)
    _look_at_default(attempt, noise, (2,), IMAGE)


@exercise("1.2", points=2, library="vae_course.networks:build_decoder")
def build_decoder(attempt):
    """Judge latent_dim -> a model, (n, latent_dim) -> (n, 32, 32, 1)."""
    asked = f"a model of the shapes (None, {LATENT_DIM}) -> (None, 32, 32, 1)"
    decoder = _build(attempt, DECODER, asked, (LATENT_DIM,))
    noise = np.random.default_rng(2).normal(size=(3, LATENT_DIM))
    noise = np.concatenate([noise, -noise, 0 * noise]).astype("float32")
    near = _call(attempt, decoder, noise, IMAGE, asked)
    far = _call(attempt, decoder, 1e4 * noise, IMAGE, asked)
    _look_at_range(near, far)
    _look_at_weights(decoder, WEIGHTS_OF_DECODER, DECODER)
    logits = np.log(near / (1 - near))
    _look_for_bends(*np.split(logits, 3), DECODER)
    _look_at_default(attempt, noise[:, :2], IMAGE, (2,))


@exercise("1.3", points=2, library="vae_course.losses:reconstruction_loss")
def reconstruction_loss(attempt):
    """Judge (x, x_mean) -> nats for each image."""
    asked = "the cross-entropy of each image, nats, summed over its pixels"
    for seed, shape in (3, (3, 4, 5, 1)), (4, (3, *IMAGE)):
        x, x_mean = np.random.default_rng(seed).uniform(
            0.03, 0.97, (2, *shape)
        )
        compare(
            attempt(x=x.astype("float32"), x_mean=x_mean.astype("float32")),
            _cost_of_pixels(x, x_mean).sum(axis=PIXELS),
            asked=asked,
            slips=_slips_of_loss(x, x_mean),
            rtol=1e-4,
        )
    _look_at_certainty(attempt)


# --- both networks ----------------------------------------------------------


def _build(attempt, call, asked, input_shape):
    """Return the learner's network for LATENT_DIM latents."""
    import keras

    if isinstance(attempt.answer, keras.Model):
        raise ExerciseFailed(
            f"{attempt.name} is a function that builds a model",
            "a model that is built already",
            "Did you call the function before you gave it to the check?",
            "wrong_type",
        )
    model = attempt(latent_dim=LATENT_DIM)
    if not isinstance(model, keras.Model):
        raise ExerciseFailed(
            f"{call} returns {asked}",
            f"a {type(model).__name__}",
            "Which class of Keras puts layers together, and does the "
            "function return what that class made?",
            "wrong_type",
        )
    declared = getattr(model, "input_shape", None)
    if declared is not None and tuple(declared)[1:] != input_shape:
        raise ExerciseFailed(
            f"{call} returns {asked}",
            f"its input has the shape {declared}",
            "What goes in, and what shape does one of them have?",
            "wrong_input_shape",
        )
    return model


def _call(attempt, model, inputs, shape, asked):
    """Return the model's answer as an array, once its shape is right."""
    outputs = as_array(attempt.run(model, inputs), asked)
    right = (len(inputs), *shape)
    if outputs.shape != right:
        raise ExerciseFailed(
            asked,
            f"shape {outputs.shape}, expected {right}, for {inputs.shape}",
            "Follow the shape from layer to layer with `summary()`: which "
            "is the first that is not what you planned? Is `latent_dim` in "
            "use?",
            "wrong_output_shape",
        )
    if np.isnan(outputs).any():
        raise ExerciseFailed(
            f"{asked}, with numbers as its answers",
            "NaN, which is not a number",
            "Which layer's answer is the first that is not a number?",
            "not_finite",
        )
    return outputs.astype("float64")


def _look_at_weights(model, expected, call):
    count = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    if count != expected:
        raise ExerciseFailed(
            f"{call} has {expected:,} trainable weights",
            f"{count:,}",
            "Compare `summary()` with the table, a layer at a time: "
            "channels, size of the kernel, stride, padding.",
        )


def _look_for_bends(plus, minus, zero, call):
    """Refuse an affine network: its answers to ±noise balance exactly."""
    bend = np.abs(plus + minus - 2 * zero).max()
    if bend < 1e-3 * np.abs(plus - minus).max():
        raise ExerciseFailed(
            f"{call} bends: a ReLU follows each of its three convolutions",
            "a straight line: inputs of opposite sign give opposite answers",
            AFFINE,
            "activation_missing",
        )


def _look_at_default(attempt, inputs, shape, input_shape):
    """Call it without an argument, and with one image or code."""
    asked = f"{attempt.name}() has a code of two numbers"
    model = attempt()
    declared = getattr(model, "input_shape", None)
    if declared is not None and tuple(declared)[1:] != input_shape:
        raise ExerciseFailed(
            asked,
            f"its input has the shape {declared}",
            "What does the first line of the stub say of `latent_dim`?",
            "wrong_input_shape",
        )
    _call(attempt, model, inputs[:1], shape, asked)


# --- the encoder ------------------------------------------------------------


def _look_at_strides(encoder):
    import keras

    strides = [
        tuple(layer.strides)
        for layer in _layers(encoder)
        if isinstance(layer, keras.layers.Conv2D)
    ]
    if (1, 1) in strides or _side_before_dense(encoder) > 4:
        raise ExerciseFailed(
            f"{ENCODER} halves the sides three times, to 4 × 4",
            f"strides {strides}, and a last map of "
            f"{_side_before_dense(encoder):g} pixels a side",
            "How far does the window move between two looks, and which "
            "argument says so?",
            "stride_missing",
        )


def _layers(model):
    """List the layers of a model and of the models inside it."""
    for layer in getattr(model, "layers", []):
        yield layer
        yield from _layers(layer)


def _side_before_dense(encoder):
    """Return the side of the last map, from the height of the last kernel."""
    heights = [weight.shape[0] for weight in _head(encoder)]
    return (max([0, *heights]) / 128) ** 0.5


def _head(encoder):
    """List the weights of the layer that makes the codes."""
    return [
        weight
        for weight in encoder.trainable_weights
        if weight.shape[-1] == LATENT_DIM
    ]


def _look_at_weights_of_encoder(encoder):
    if _side_before_dense(encoder) == 3:
        raise ExerciseFailed(
            f"{ENCODER} halves the sides three times, to 4 × 4",
            "the last map has 3 pixels a side",
            "What happens to a window that hangs over the border, and which "
            "argument adds what it lacks?",
            "padding_missing",
        )
    dense = 4 * 4 * 128 * LATENT_DIM + LATENT_DIM
    _look_at_weights(encoder, WEIGHTS_OF_CONVOLUTIONS + dense, ENCODER)


def _look_at_freedom_of_codes(attempt, encoder, noise, codes):
    """Turn and stretch the last layer: free codes turn and stretch alike."""
    for weight in _head(encoder):
        weight.assign(-10 * weight)
    turned = attempt.run(encoder, noise)
    if not np.allclose(turned, -10 * codes, rtol=1e-3, atol=1e-4):
        raise ExerciseFailed(
            "a code may be any real number, below zero and above one",
            "with the weights of the last layer times −10, the codes are "
            "not what they were times −10",
            "What does a Dense layer do to its sum before it hands it on, "
            "if you ask it to?",
            "activation_on_latent",
        )


# --- the decoder ------------------------------------------------------------


def _look_at_range(near, far):
    least, most = min(near.min(), far.min()), max(near.max(), far.max())
    if np.ptp(near) == 0:
        raise ExerciseFailed(
            "different codes give different pictures",
            f"every pixel of every picture is {most:.3g}",
            "Which activation shares out a whole among the channels, and "
            "how many channels has the last layer?",
            "output_constant",
        )
    if near.min() <= 0 or near.max() >= 1 or least < 0 or most > 1:
        raise ExerciseFailed(
            "every pixel lies between 0 and 1, whatever the code",
            f"pixels from {least:.3g} to {most:.3g}",
            "Which function takes any real number into that range without "
            "cutting it off?",
            "output_not_bounded",
        )


# --- the loss ---------------------------------------------------------------


def _cost_of_pixels(x, x_mean):
    """Add the entropy of every pixel to its divergence from x_mean."""
    from scipy.special import entr, rel_entr

    entropy = entr(x) + entr(1 - x)
    return entropy + rel_entr(x, x_mean) + rel_entr(1 - x, 1 - x_mean)


def _slips_of_loss(x, x_mean):
    pixels = _cost_of_pixels(x, x_mean)
    swapped = _cost_of_pixels(x_mean, x).sum(axis=PIXELS)
    first_term = -(x * np.log(x_mean)).sum(axis=PIXELS)
    right, size = pixels.sum(axis=PIXELS), pixels[0].size
    means = (
        pixels,
        pixels.mean(axis=3),
        pixels.mean(axis=(1, 2)),
        pixels.mean(axis=PIXELS),
        pixels.mean(axis=1).sum(axis=(1, 2)),
        pixels.mean(axis=2).sum(axis=(1, 2)),
        pixels.mean(),
    )
    sums = right.sum(), right.mean(), [right.sum()], [right.mean()]
    distance = ((x - x_mean) ** 2).sum(axis=PIXELS)
    return [
        *(("averages_pixels", wrong, _MEAN) for wrong in means),
        *(("sums_batch", wrong, _BATCH) for wrong in sums),
        *(("arguments_swapped", swapped / n, _SWAPPED) for n in (1, size)),
        *(("sign", -right / n, _SIGN) for n in (1, size)),
        ("term_missing", first_term, _TERM),
        ("term_missing", right - first_term, _TERM),
        ("bits", right / np.log(2), _BITS),
        ("squared_error", distance, _SQUARE),
        ("image_size_fixed", right * 1024 / size, _SIZE),
    ]


_MEAN = (
    "A constant 0.5 costs ln 2 a pixel, so 709.78 an image of 1024. Over "
    "which axes does your code take a mean, and does it add up the rest?"
)
_BATCH = "How many images went in, and how many numbers came out?"
_SWAPPED = (
    "Of which of the two, the image or its reconstruction, does the formula "
    "take the logarithm?"
)
_SIGN = "Can any guess cost less than nothing? What sign has log 0.5?"
_TERM = (
    "A white pixel drawn black must cost as much as a black one drawn white. "
    "Which of the two does yours forgive?"
)
_BITS = "To which base is the logarithm of a nat?"
_SQUARE = "That is a squared distance. Where is the logarithm?"
_SIZE = (
    "These images are smaller than 32 × 32. Where is a size written down "
    "that the input itself could tell you?"
)


def _look_at_certainty(attempt):
    """Draw some pixels wholly black or white: dear, but not infinite."""
    x = np.random.default_rng(5).uniform(0.2, 0.8, (3, 4, 5, 1))
    x[0, 0], x[1, 0] = 0, 1
    x_mean = np.full_like(x, 0.5)
    x_mean[:, :2], x_mean[:, 2] = 0, 1
    with np.errstate(divide="ignore", invalid="ignore"):
        value = attempt(x=x.astype("float32"), x_mean=x_mean.astype("float32"))
    value = as_array(value, "a finite number of nats")
    missed = np.where(x_mean == 0, x, 1 - x) * (x_mean != 0.5)
    unsure = np.log(2) * (x_mean == 0.5)
    # A clipping at 1e-3 costs -ln 1e-3 = 7 nats a pixel missed, one at the
    # smallest number of float32 -ln 1e-45 = 104.
    least, most = (
        (unsure + nats * missed).sum(axis=PIXELS) for nats in (6.9, 104)
    )
    if not np.all((least < value) & (value < most)):
        raise ExerciseFailed(
            "a finite cost also where a reconstruction is exactly 0 or 1",
            f"{value}",
            "What is the logarithm of 0, and how close to 0 and to 1 may "
            "x_mean come? float32 keeps seven digits: what is 1 − 1e-8 there?",
            "log_of_zero",
        )
