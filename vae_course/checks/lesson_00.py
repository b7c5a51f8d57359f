"""Check of lesson 00, Start here."""

import numpy as np

from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.pictures import lesson_00 as draw

SHAPE = (5, 32, 32, 1)
ASKED = f"float32 images {SHAPE} in [0, 1], a border of 2 zeros"


@exercise(
    "0.1",
    points=1,
    library="vae_course.data:prepare_images",
    pictures=draw.prepare_images,
)
def prepare_images(attempt):
    """Judge uint8 (n, 28, 28) -> float32 (n, 32, 32, 1) in [0, 1]."""
    images = _dim_images()
    right = _framed(images / 255.0)
    value = as_array(attempt(images=images), ASKED)
    _look_at_shape(value.shape)
    compare(
        value,
        right,
        asked=ASKED,
        question="Follow one pixel through your code: where does it go, and "
        "what does each step make of it?",
        slips=_slips(images, right, value),
        rtol=1e-4,
        atol=0,
    )
    if value.dtype != np.float32:
        _refuse(
            f"the right values, as {value.dtype}",
            "What is the dtype of a uint8 array divided by a Python float, "
            "and where can you ask for another?",
            "wrong_dtype",
        )


def _dim_images():
    """Make images of which none reaches 255, nor the same largest value."""
    rng = np.random.default_rng(1)
    brightest = np.array([180, 233, 97, 205, 141])[:, None, None]
    images = rng.integers(1, brightest, (5, 28, 28)).astype(np.uint8)
    images[:, 9, 17] = brightest[:, 0, 0]
    return images


def _framed(pictures):
    frames = np.zeros(SHAPE)
    frames[:, 2:30, 2:30, 0] = pictures
    return frames


def _refuse(got, question, mistake):
    raise ExerciseFailed(ASKED, got, question, mistake)


def _look_at_shape(shape):
    got = f"shape {shape}"
    if shape == SHAPE[:3]:
        _refuse(
            got,
            "A colour image has three channels, a grey one has one. Where "
            "does your array say so?",
            "channel_axis_missing",
        )
    if shape != SHAPE and sorted(shape) == sorted(SHAPE):
        _refuse(
            got,
            "All the axes are there. In which order does the exercise's "
            "table name them?",
            "axes_out_of_order",
        )
    if len(shape) < 3:
        return
    if shape[0] == 9:
        _refuse(
            f"{got}: five pictures went in, nine came out",
            "Which axis counts the pictures, and should it be padded?",
            "wrong_padding",
        )
    if shape[0] > 5 and shape[1] == shape[2]:
        _refuse(
            f"{got}: five pictures went in, {shape[0]} came out",
            "Which pictures does each line work on: those that the function "
            "was given, or others?",
            "argument_unused",
        )
    if shape[0] == 5 and (shape[1:3] != (32, 32) or shape[3:] == (5,)):
        _refuse(
            got,
            "How many pixels does a side of 28 gain when 2 are added at "
            "each of its two ends, and which axes are the sides?",
            "wrong_padding",
        )


def _slips(images, right, value):
    yield "not_scaled", 255 * right, _LARGEST
    for shifted in 2 * right - 1, _framed(images / 127.5 - 1):
        yield "scaled_around_zero", shifted, _ZERO
    for negative in 1 - right, _framed(1 - images / 255.0):
        yield "inverted", negative, _ZERO
    for axes in (1, 2), (0, 1, 2):
        high = images.max(axes, keepdims=True)
        low = images.min(axes, keepdims=True)
        yield "scaled_by_largest", _framed(images / high), _OWN
        by_span = _framed((images - low) / (high - low))
        yield "scaled_by_largest", by_span, _OWN
    yield "wrong_dtype", np.floor(right), _WHOLE
    yield "wrong_dtype", right.astype(value.dtype), _DIGITS
    factor = value.astype("float64").sum() / right.sum()
    if np.isfinite(factor):
        yield "wrong_scale", factor * right, _LARGEST
    if _has_wrong_border(value, right):
        yield "wrong_padding", value, _BORDER


def _has_wrong_border(value, right):
    """Look for a border that is not zeros, unless all values are shifted."""
    if value.shape != SHAPE:
        return False
    inside = _framed(value[:, 2:30, 2:30, 0])
    border = value - inside
    return np.any(border) and (border.min() >= 0 or np.allclose(inside, right))


_LARGEST = (
    "The largest grey value of a uint8 image is 255. What is the largest "
    "that should come out?"
)
_ZERO = (
    "What does your code make of a grey value of 0, and what should it become?"
)
_OWN = (
    "Is a grey value of 97 the same grey in a dark picture and in a bright "
    "one? Does the number that you divide by know that?"
)
_WHOLE = "What is left of 0.7 when it becomes a whole number?"
_DIGITS = (
    "What is left of 0.7 in the dtype that your result has, and which one is "
    "asked for?"
)
_BORDER = "Which value stands in the border, and how wide is it on each side?"
