"""The check of lesson 00 passes right answers and names each slip."""

import keras
import numpy as np
import pytest
import tensorflow as tf
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


def tensorflow_image(images):
    scaled = tf.cast(images[..., None], tf.float32) / 255
    return tf.image.resize_with_crop_or_pad(scaled, 32, 32)


def times_a_fraction(images):
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    return (padded * np.float32(1 / 255)).reshape(-1, 32, 32, 1)


@tf.function
def graph(pictures):
    scaled = tf.cast(pictures, tf.float32) / 255
    return tf.pad(scaled, [[0, 0], [2, 2], [2, 2]])[..., tf.newaxis]


MODEL = keras.Sequential(
    [
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.ZeroPadding2D(2),
    ]
)

RIGHT = [
    prepare_images,
    pad_then_scale,
    loop,
    keras_layers,
    nested_lists,
    tensorflow_image,
    times_a_fraction,
    graph,
    MODEL,
]


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
    ("wrong_padding", lambda x: np.pad(np.float32(x / 255)[..., None], 2)),
    ("wrong_padding", lambda x: np.pad(x, 2)),
    ("wrong_padding", lambda x: pad(x / 255, (3, 1), (3, 1))),
    ("wrong_padding", lambda x: np.float32(pad(x, (1, 3), (2, 2)) / 255)),
    ("wrong_padding", lambda x: pad(x, (0, 4), (0, 4))),
    (
        "wrong_padding",
        lambda x: tf.image.resize(pad_then_scale(x)[:, 2:30, 2:30], (32, 32)),
    ),
    ("axes_out_of_order", lambda x: pad_then_scale(x)[..., 0][None]),
    ("axes_out_of_order", lambda x: pad_then_scale(x)[..., 0][:, None]),
    ("axes_out_of_order", lambda x: np.moveaxis(pad_then_scale(x), 0, 2)),
    ("scaled_by_largest", lambda x: pad_then_scale(x) * 255 / x.max()),
    ("scaled_by_largest", lambda x: pad(x / np.max(x), (2, 2), (2, 2))),
    (
        "scaled_by_largest",
        lambda x: pad(x / x.max((1, 2), keepdims=True), (2, 2), (2, 2)),
    ),
    ("wrong_dtype", lambda x: pad_then_scale(x).astype("uint8")),
    ("wrong_dtype", lambda x: pad(x // 255, (2, 2), (2, 2))),
    ("wrong_dtype", lambda x: pad_then_scale(x).astype("float16")),
    (
        "wrong_dtype",
        lambda x: pad(x.astype("float16") / 255, (2, 2), (2, 2)),
    ),
    ("wrong_dtype", lambda x: pad_then_scale(x).tolist()),
    (None, lambda x: pad_then_scale(x) * 2 - 1),
    (None, lambda x: np.repeat(pad_then_scale(x), 3, axis=-1)),
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
