"""Check of lesson 00, Start here."""

import numpy as np

from vae_course.checks import pictures_00 as draw
from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed

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
    right = np.zeros(SHAPE)
    for image, prepared in zip(images, right, strict=True):
        prepared[2:30, 2:30, 0] = image / 255.0
    value = as_array(attempt(images=images), ASKED)
    _look_at_shape(value.shape)
    _look_at_border(value)
    compare(
        value,
        right,
        asked=ASKED,
        question="Follow one pixel through your code: where does it go, and "
        "what does each step make of it?",
        slips=_slips(images, right),
        rtol=1e-4,
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
    if shape[1:3] == (32, 32) and shape[0] > 5:
        _refuse(
            f"{got}: five pictures went in, {shape[0]} came out",
            "Which axis counts the pictures, and should it be padded?",
            "wrong_padding",
        )
    if shape[:1] == (5,) and shape[1:3] != (32, 32):
        _refuse(
            got,
            "How many pixels does a side of 28 gain when 2 are added at "
            "each of its two ends, and which axes are the sides?",
            "wrong_padding",
        )


def _look_at_border(value):
    """Name a border that is not zeros, unless all values are shifted."""
    if value.shape != SHAPE:
        return
    border = value.astype("float64")
    border[:, 2:30, 2:30] = 0
    if np.any(border) and border.min() >= 0:
        first = np.argwhere(border)[0].tolist()
        _refuse(
            f"at index {first} {border[tuple(first)]:.6g}, expected 0",
            "Which value stands in the border, and how wide is it on each "
            "side?",
            "wrong_padding",
        )


def _slips(images, right):
    raw = (
        "The largest grey value of a uint8 image is 255. What is the "
        "largest that should come out?"
    )
    by_largest = (
        "Is a grey value of 97 the same grey in a dark picture and in a "
        "bright one? Does the number that you divide by know that?"
    )
    whole = "What is left of 0.7 when it becomes a whole number?"
    half = "How many digits does float16 keep, and which dtype is asked for?"
    largest = images.max(axis=(1, 2), keepdims=True)[..., None]
    return [
        ("not_scaled", 255 * right, raw),
        ("scaled_by_largest", right * 255 / largest, by_largest),
        ("scaled_by_largest", right * 255 / largest.max(), by_largest),
        ("wrong_dtype", np.floor(right), whole),
        ("wrong_dtype", right.astype(np.float16), half),
    ]
