"""Checks of lesson 01, The autoencoder."""

import math

import numpy as np

from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.networks_by_hand import (
    BOUNDED,
    PADDING,
    decode_both_ways,
    encode,
    slips_of_decoder,
    slips_of_encoder,
)
from vae_course.checks.pictures import lesson_01 as draw
from vae_course.checks.reconstruction_slips import (
    PIXELS,
    cost_of_pixels,
    slips_of_loss,
)
from vae_course.checks.weights_asked_for import (
    look_at_training,
    look_at_weights,
    look_for_shared_weights,
)

IMAGE = (32, 32, 1)
# No layer of the networks is 5 wide, so this width marks the codes.
LATENT_DIM = 5
# Share of the range of an answer: a GPU keeps ten bits of a product.
ROUNDING = 0.003
ENCODER = f"build_encoder(latent_dim={LATENT_DIM})"
DECODER = f"build_decoder(latent_dim={LATENT_DIM})"
# In the order of the layers; no shape comes twice.
ENCODER_SHAPES = [
    *((3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (3, 3, 64, 128), (128,)),
    *((2048, LATENT_DIM), (LATENT_DIM,)),
]
DECODER_SHAPES = [
    *((LATENT_DIM, 2048), (2048,), (3, 3, 128, 128), (128,)),
    *((3, 3, 64, 128), (64,), (3, 3, 32, 64), (32,), (3, 3, 32, 1), (1,)),
]
LAST_KERNEL, TURNED_KERNEL = (3, 3, 32, 1), (3, 3, 1, 32)


@exercise("1.1", points=2, library="vae_course.networks:build_encoder")
def build_encoder(attempt):
    """Judge latent_dim -> a model, (n, 32, 32, 1) -> (n, latent_dim)."""
    asked = f"a model of the shapes (None, 32, 32, 1) -> (None, {LATENT_DIM})"
    encoder = _build(attempt, ENCODER, asked, IMAGE)
    noise = np.random.default_rng(1).normal(size=(3, *IMAGE))
    noise = noise.astype("float32")
    _call(attempt, encoder, noise, (LATENT_DIM,), asked)
    _look_at_strides(encoder)
    _look_at_padding(encoder)
    look_at_weights(encoder, ENCODER_SHAPES, ENCODER)
    weights = _draw_weights(encoder, ENCODER_SHAPES)
    codes = _call(attempt, encoder, noise, (LATENT_DIM,), asked)
    training = attempt.run(encoder, noise, training=True)
    look_at_training(encoder, codes, training)
    _look_at_freedom_of_codes(attempt, encoder, noise, codes)
    _compare_network(
        codes, encode(weights, noise), slips_of_encoder(weights, noise)
    )
    _look_at_default(attempt, noise, (2,), IMAGE)


@exercise("1.2", points=2, library="vae_course.networks:build_decoder")
def build_decoder(attempt):
    """Judge latent_dim -> a model, (n, latent_dim) -> (n, 32, 32, 1)."""
    asked = f"a model of the shapes (None, {LATENT_DIM}) -> (None, 32, 32, 1)"
    decoder = _build(attempt, DECODER, asked, (LATENT_DIM,))
    noise = np.random.default_rng(2).normal(size=(3, LATENT_DIM))
    noise = noise.astype("float32")
    _look_at_doublings(decoder)
    _call(attempt, decoder, noise, IMAGE, asked)
    look_at_weights(decoder, _shapes_of_decoder(decoder), DECODER)
    weights = _draw_weights(decoder, DECODER_SHAPES)
    near = _call(attempt, decoder, noise, IMAGE, asked)
    far = _call(attempt, decoder, 1e4 * noise, IMAGE, asked)
    _look_at_range(near, far)
    training = attempt.run(decoder, noise, training=True)
    look_at_training(decoder, near, training)
    # The text says that a ReLU on the dense layer passes too.
    ways = decode_both_ways(weights, noise)
    right = min(ways, key=lambda way: np.abs(way - near).max())
    _compare_network(near, right, slips_of_decoder(weights, noise))
    _look_at_default(attempt, noise[:, :2], IMAGE, (2,))


@exercise(
    "1.3",
    points=2,
    library="vae_course.losses:reconstruction_loss",
    pictures=draw.reconstruction_loss,
)
def reconstruction_loss(attempt):
    """Judge (x, x_mean) -> nats for each picture."""
    asked = "the cross-entropy of each picture, nats, summed over its pixels"
    for shape in (3, 4, 5, 1), (4, *IMAGE), (1, 1, 2, 1):
        x, x_mean = np.random.default_rng(3).uniform(0.03, 0.97, (2, *shape))
        compare(
            attempt(x=x.astype("float32"), x_mean=x_mean.astype("float32")),
            cost_of_pixels(x, x_mean).sum(axis=PIXELS),
            asked=asked,
            question="Try it on pictures of one pixel, x_mean 0.7: one with "
            "ink, one blank, one grey. Which costs what you did not expect?",
            slips=slips_of_loss(x, x_mean),
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
    if isinstance(model, keras.Sequential) and not model.built:
        raise ExerciseFailed(
            f"{call} returns {asked}",
            "a model that does not know its input shape yet",
            "Which line at the start of the list says what one of its inputs "
            "looks like?",
            "input_missing",
        )
    _look_at_input(
        model,
        input_shape,
        f"{call} returns {asked}",
        "What goes in, and what shape does one of them have?",
    )
    return model


def _look_at_input(model, input_shape, asked, question):
    """Compare what one input looks like, where the model says it."""
    declared = getattr(model, "input_shape", None)
    if declared is not None and tuple(declared)[1:] != input_shape:
        raise ExerciseFailed(
            asked,
            f"its input has the shape {declared}",
            question,
            "wrong_input_shape",
        )


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


def _draw_weights(model, shapes):
    """Give the model weights of ours; list them in the order of shapes."""
    rng = np.random.default_rng(6)
    drawn = {
        shape: rng.normal(size=shape) * (2 / math.prod(shape[:-1])) ** 0.5
        for shape in shapes
    }
    for weight in model.weights:
        shape = tuple(weight.shape)
        weight.assign(drawn[shape] if shape in drawn else _turn(drawn))
    return list(drawn.values())


def _compare_network(outputs, right, slips):
    """Compare, after the check put its own weights into every layer."""
    compare(
        outputs,
        right,
        asked="each layer does what the exercise says, with any weights "
        "(the check put in some of its own for this)",
        slips=slips,
        question="Go through the layers one by one. Which has another "
        "activation or padding than the exercise says, and which is not in "
        "it?",
        rtol=0,
        atol=ROUNDING * np.ptp(right),
    )


def _look_at_default(attempt, inputs, shape, input_shape):
    """Build it without an argument, twice; give it one image or code."""
    asked = f"{attempt.name}() has a code of two numbers"
    model = attempt()
    _look_at_input(
        model,
        input_shape,
        asked,
        "What does the first line of the stub say of `latent_dim`?",
    )
    _call(attempt, model, inputs[:1], shape, asked)
    look_for_shared_weights(model, attempt())


# --- the encoder ------------------------------------------------------------


def _look_at_strides(encoder):
    import keras

    strides = [
        tuple(layer.strides)
        for layer in _layers(encoder)
        if isinstance(layer, keras.layers.Conv2D)
    ]
    turned = keras.layers.Conv2DTranspose
    if any(isinstance(layer, turned) for layer in _layers(encoder)):
        raise ExerciseFailed(
            f"{ENCODER} halves the sides three times, by convolutions",
            f"a layer of the kind {turned.__name__}",
            "Which of the two kinds of layer makes a picture smaller, and "
            "which larger?",
            "layer_of_another_kind",
        )
    side = _side_of_last_map(encoder)
    got = f"strides {strides}" if strides else f"a last map {side:g} wide"
    if any(1 in stride for stride in strides) or (not strides and side > 4):
        raise ExerciseFailed(
            f"{ENCODER} halves the sides three times, to 4 × 4, by strides",
            got,
            "How far does the window move between two looks, and which "
            "argument says so?",
            "stride_missing",
        )


def _layers(model):
    """List the layers of a model and of the models inside it."""
    for layer in getattr(model, "layers", []):
        yield layer
        yield from _layers(layer)


def _side_of_last_map(encoder):
    """Return the side of the last map, from the height of the last kernel."""
    kernels = [w for w in encoder.trainable_weights if len(w.shape) == 4]
    heights = [weight.shape[0] for weight in _head(encoder)]
    if not kernels or not heights:
        return 0
    return (max(heights) / kernels[-1].shape[-1]) ** 0.5


def _head(encoder):
    """List the weights of the layer that makes the codes."""
    return [
        weight
        for weight in encoder.trainable_weights
        if weight.shape[-1] == LATENT_DIM
    ]


def _look_at_padding(encoder):
    if _side_of_last_map(encoder) == 3:
        raise ExerciseFailed(
            f"{ENCODER} halves the sides three times, to 4 × 4",
            "the last map has 3 pixels a side",
            PADDING,
            "padding_missing",
        )


def _look_at_freedom_of_codes(attempt, encoder, noise, codes):
    """Turn and stretch the last layer: free codes turn and stretch alike."""
    for weight in _head(encoder):
        weight.assign(-1e4 * weight)
    turned = attempt.run(encoder, noise)
    near = ROUNDING * np.ptp(1e4 * codes)
    if not np.allclose(turned, -1e4 * codes, rtol=0, atol=near):
        raise ExerciseFailed(
            "a code may be any real number, below zero and above one",
            "with the weights of the last layer times −10,000, the codes are "
            "not what they were times −10,000",
            "What does a Dense layer do to its sum before it hands it on, "
            "if you ask it to?",
            "activation_on_latent",
        )


# --- the decoder ------------------------------------------------------------


def _look_at_doublings(decoder):
    """Look for another layer, stride or padding where the sides double."""
    import keras

    others = keras.layers.Conv2D, keras.layers.UpSampling2D
    parts = [part for part in _layers(decoder) if isinstance(part, others)]
    stamps = [
        layer
        for layer in _layers(decoder)
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    doubles = [part for part in stamps if tuple(part.strides) == (2, 2)]
    for faulty, got, question, mistake in [
        (
            len(parts) > 1 and not stamps,
            f"{[type(part).__name__ for part in parts]}",
            "Which kind of layer should double the sides?",
            "layer_of_another_kind",
        ),
        (
            len(stamps) > 2 and len(doubles) < 3,
            f"strides {[tuple(part.strides) for part in stamps]}",
            "How far apart do the stamps lie, and which argument says so?",
            "stride_missing",
        ),
        (
            any(part.padding != "same" for part in doubles),
            f"padding {[part.padding for part in stamps]}",
            "Which argument cuts off what the stamps reach too far? Has each "
            "of the three layers it?",
            "padding_missing",
        ),
    ]:
        if faulty:
            raise ExerciseFailed(
                f"{DECODER} doubles the sides three times, from 4 to 32, by "
                "transposed convolutions",
                got,
                question,
                mistake,
            )


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
        reached = least >= 0 and most <= 1
        raise ExerciseFailed(
            "every pixel lies between 0 and 1, whatever the code",
            "a pixel of a drawing is exactly 0 or exactly 1"
            if reached
            else f"pixels from {least:.3g} to {most:.3g}",
            BOUNDED,
            "output_not_bounded",
        )


def _shapes_of_decoder(decoder):
    """List them, the last kernel as a transposed convolution has it if so.

    With stride 1 that does what a convolution does, its kernel turned.
    """
    found = [tuple(weight.shape) for weight in decoder.trainable_weights]
    last = TURNED_KERNEL if TURNED_KERNEL in found else LAST_KERNEL
    return [last if s == LAST_KERNEL else s for s in DECODER_SHAPES]


def _turn(drawn):
    return drawn[LAST_KERNEL][::-1, ::-1].swapaxes(2, 3)


# --- the loss ---------------------------------------------------------------


def _look_at_certainty(attempt):
    """Draw pixels wholly wrong: dear, but not infinite, each like the next."""
    missed = np.array([1, 5, 20, 1, 5, 20])
    x = np.repeat([1.0, 0.0], 3)[:, None] * np.ones(20)
    x_mean = np.where(np.arange(20) < missed[:, None], 1 - x, x)
    x, x_mean = np.float32([x, x_mean]).reshape(2, 6, 4, 5, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = as_array(
            attempt(x=x, x_mean=x_mean), "nats, a finite number"
        ).astype("float64")
    price = (value / missed).reshape(2, 3)
    # The smallest number of float64 costs -ln 5e-324 = 744 nats.
    fair = (price >= 7) & (price < 745)
    fair &= np.isclose(price, price[:, :1], rtol=0.01)
    if not fair.all():
        first = np.argmin(fair)
        raise ExerciseFailed(
            "where a drawing is exactly 0 or 1, a finite cost: for each "
            "pixel that is wholly missed the same, and at least 7 nats",
            f"{value[first]:.6g} nats for 20 pixels, of which "
            f"{missed[first]} missed (x is {x[first, 0, 0, 0]:g}, x_mean is "
            f"{x_mean[first, 0, 0, 0]:g}) and the others drawn exactly",
            "What is the logarithm of 0, and how close to 0 and to 1 may "
            "x_mean come? float32 keeps seven digits: what is 1 − 1e-8 there?",
            "log_of_zero",
        )
