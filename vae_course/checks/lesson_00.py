"""Check of lesson 00, Start here."""

import numpy as np

from vae_course.checks.compare import as_array, compare
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed


@exercise("0.1", points=1, library="vae_course.data:prepare_images")
def prepare_images(attempt):
    """Judge uint8 (n, 28, 28) -> float32 (n, 32, 32, 1) in [0, 1]."""
    asked = "float32 images (5, 32, 32, 1) in [0, 1], a border of 2 zeros"
    images = np.random.default_rng(1).integers(
        1, 200, size=(5, 28, 28), dtype=np.uint8
    )
    value = as_array(attempt(images=images), asked)
    right = np.zeros((5, 32, 32, 1))
    for image, prepared in zip(images, right, strict=True):
        prepared[2:30, 2:30, 0] = image / 255.0
    _look_at_shape(value, asked)
    compare(value, right, asked=asked, slips=_slips(images, right), rtol=1e-4)
    if value.dtype != np.float32:
        raise ExerciseFailed(
            asked,
            f"the right values, as {value.dtype}",
            "What is the dtype of a uint8 array divided by a Python float, "
            "and where can you ask for another?",
            "wrong_dtype",
        )


def _look_at_shape(value, asked):
    got = f"shape {value.shape}"
    if value.ndim == 4 and len(value) != 5:
        raise ExerciseFailed(
            asked,
            f"{got}: five pictures went in, {len(value)} came out",
            "Which axis counts the pictures, and should it be padded?",
            "wrong_padding",
        )
    if value.shape[:1] == (5,) and value.shape[1:3] != (32, 32):
        raise ExerciseFailed(
            asked,
            got,
            "How many pixels does a side of 28 gain when 2 are added at "
            "each of its two ends, and which axes are the sides?",
            "wrong_padding",
        )
    if value.shape == (5, 32, 32):
        raise ExerciseFailed(
            asked,
            got,
            "A colour image has three channels, a grey one has one. Where "
            "does your array say so?",
            "channel_axis_missing",
        )


def _slips(images, right):
    pad = "Which value stands in the border, and how wide is it on each side?"
    scaled = images[..., None] / 255.0
    both = (2, 2)

    def padded(rows, columns, **how):
        return np.pad(scaled, ((0, 0), rows, columns, (0, 0)), **how)

    wrong_borders = [
        padded((0, 4), (0, 4)),
        padded((4, 0), (4, 0)),
        padded(both, both, constant_values=1),
        padded(both, both, constant_values=1 / 255),
        padded(both, both, mode="edge"),
        padded(both, both, mode="reflect"),
    ]
    raw = (
        "The largest grey value of a uint8 image is 255. What is the "
        "largest that should come out?"
    )
    by_largest = right * 255 / images.max()
    return [
        ("not_scaled", 255 * right, raw),
        (
            "scaled_by_largest",
            by_largest,
            "Should a picture's grey change with the other pictures that "
            "happen to be in the array?",
        ),
        *(("wrong_padding", border, pad) for border in wrong_borders),
    ]
