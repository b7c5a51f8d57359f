"""The check of lesson 00 passes right answers and names each slip."""

import keras
import numpy as np
import pytest
from spoil import change_input, spoil

from vae_course.checks import lesson_00 as check
from vae_course.data import prepare_images


def pad_then_scale(images):
    padded = np.pad(images, [(0, 0), (2, 2), (2, 2)])
    return np.expand_dims(padded, -1).astype("float32") / np.float32(255)


def loop(images):
    prepared = np.zeros((len(images), 32, 32, 1), dtype=np.float32)
    for index, image in enumerate(images):
        for row in range(28):
            for column in range(28):
                grey = image[row][column] / 255
                prepared[index, row + 2, column + 2, 0] = grey
    return prepared


def keras_layers(images):
    scaled = keras.ops.cast(images[..., None], "float32") / 255.0
    return keras.layers.ZeroPadding2D(2)(scaled)


def nested_lists(pictures):
    border = [[0.0] * 32] * 2
    return np.float32(
        [
            border + [[0, 0, *(row / 255), 0, 0] for row in picture] + border
            for picture in pictures
        ]
    ).reshape(-1, 32, 32, 1)


RIGHT = [prepare_images, pad_then_scale, loop, keras_layers, nested_lists]


def pad(images, *sides, **how):
    return np.pad(images, ((0, 0), *sides), **how)[..., None]


WRONG = [
    ("not_scaled", lambda x: pad_then_scale(x) * 255),
    ("not_scaled", lambda x: pad(x, (2, 2), (2, 2))),
    ("not_scaled", lambda x: pad(x, (2, 2), (2, 2)).astype("float32")),
    ("channel_axis_missing", lambda x: pad_then_scale(x)[..., 0]),
    (
        "channel_axis_missing",
        lambda x: np.pad(x / 255, ((0, 0), (2, 2), (2, 2))),
    ),
    ("wrong_padding", lambda x: np.float32(x / 255)[..., None]),
    ("wrong_padding", lambda x: np.float32(pad(x, (0, 4), (0, 4)) / 255)),
    ("wrong_padding", lambda x: np.float32(pad(x, (4, 4), (4, 4)) / 255)),
    ("wrong_padding", lambda x: np.float32(pad(x, (2, 2), (0, 0)) / 255)),
    (
        "wrong_padding",
        lambda x: pad(np.float32(x / 255), (2, 2), (2, 2), mode="edge"),
    ),
    (
        "wrong_padding",
        lambda x: pad(np.float32(x / 255), (2, 2), (2, 2), constant_values=1),
    ),
    ("wrong_padding", lambda x: np.float32(np.pad(x / 255, 2))[..., None]),
    ("scaled_by_largest", lambda x: pad_then_scale(x) * 255 / x.max()),
    ("wrong_dtype", lambda x: pad(x / 255, (2, 2), (2, 2))),
    ("wrong_dtype", lambda x: pad_then_scale(x).astype("float64")),
    (None, lambda x: pad(np.float32(x / 256), (2, 2), (2, 2))),
    (None, lambda x: pad_then_scale(x).transpose(0, 2, 1, 3)),
    (None, lambda x: pad_then_scale(x)[::-1]),
    (None, lambda x: pad_then_scale(x)[0]),
    change_input(prepare_images, "images"),
]


@pytest.mark.parametrize("answer", RIGHT)
def test_right_answers_pass_and_come_back(answer):
    assert check.prepare_images(answer) is answer


@pytest.mark.parametrize("mistake, answer", WRONG)
def test_slips_are_named(mistake, answer, mistake_of):
    assert mistake_of(check.prepare_images, answer) == mistake


@pytest.mark.parametrize("mistake, answer", spoil(prepare_images))
def test_spoiled_answers_are_rejected(mistake, answer, mistake_of):
    assert mistake_of(check.prepare_images, answer, 0.3) == mistake


def test_untouched_stub_is_not_started():
    def stub(images):
        raise NotImplementedError("Exercise 0.1")

    assert check.prepare_images(stub) is prepare_images
