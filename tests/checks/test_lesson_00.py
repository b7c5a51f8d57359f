"""The check of lesson 00 passes right answers and names each slip."""

import keras
import numpy as np
import tensorflow as tf
from spoil import change_input
from tables import ANY, answer_tests, spoiled_test

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


def model_of(*parts):
    return keras.Sequential([keras.layers.Reshape((28, 28, 1)), *parts])


def matrices(images):
    place = np.eye(32, 28, k=-2, dtype="float32")
    scaled = images / np.float32(255)
    return np.einsum("ri,nij,cj->nrc", place, scaled, place)[..., None]


def canvas(images):
    prepared = np.zeros((*images.shape[:1], 32, 32, 1), "f4")
    prepared[:, 2:-2, 2:-2, 0] = images
    prepared /= 255
    return prepared


RIGHT = [
    prepare_images,
    pad_then_scale,
    loop,
    keras_layers,
    nested_lists,
    tensorflow_image,
    times_a_fraction,
    graph,
    model_of(keras.layers.Rescaling(1 / 255), keras.layers.ZeroPadding2D(2)),
    matrices,
    canvas,
    np.vectorize(pad_then_scale, signature="(n,h,w)->(n,r,c,k)"),
]


def pad(images, *sides, **how):
    return np.pad(images, ((0, 0), *sides), **how)[..., None]


def canvas_with(empty=np.zeros, low=2, scale=255, dtype="float32"):
    """Fill a canvas in place; each argument can make a slip."""

    def answer(images):
        prepared = empty((len(images), 32, 32, 1), dtype)
        for picture, image in zip(prepared, images, strict=True):
            picture[low : low + 28, low : low + 28, 0] = image / scale
        return prepared

    return answer


def with_ops(images, scale=255, dtype="float32", border=2):
    scaled = keras.ops.cast(images, dtype) / scale
    width = [[0, 0], [border, 4 - border], [border, 4 - border]]
    return keras.ops.pad(scaled, width)[..., None]


def unlike(rule):
    """Make pictures that are padded well, and scaled by a rule."""

    def answer(images):
        return pad(np.float32(rule(images.astype("float64"))), (2, 2), (2, 2))

    return answer


OTHERS = np.full((70, 28, 28), 9, "uint8")

WRONG = [
    ("not_scaled", canvas_with(scale=1)),
    ("not_scaled", lambda x: with_ops(x, scale=1)),
    ("not_scaled", model_of(keras.layers.ZeroPadding2D(2))),
    ("channel_axis_missing", lambda x: with_ops(x)[..., 0]),
    ("channel_axis_missing", lambda x: canvas(x).squeeze()),
    (
        "channel_axis_missing",
        lambda x: np.stack([np.pad(image / 255, 2) for image in x]),
    ),
    ("wrong_padding", canvas_with(low=4)),
    ("wrong_padding", canvas_with(empty=np.ones)),
    ("wrong_padding", canvas_with(empty=np.empty)),
    ("wrong_padding", canvas_with(empty=lambda *a: np.full(*a[:1], -1.0))),
    ("wrong_padding", canvas_with(empty=lambda *a: np.full(*a[:1], np.nan))),
    ("wrong_padding", lambda x: with_ops(x, border=4)),
    ("wrong_padding", lambda x: with_ops(x, border=1)),
    ("wrong_padding", lambda x: np.float32(np.pad(x / 255, 2, "reflect"))),
    (
        "wrong_padding",
        lambda x: tf.image.resize_with_pad(x[..., None] / 255, 32, 32),
    ),
    (
        "wrong_padding",
        lambda x: np.resize(np.float32(x / 255), (len(x), 32, 32, 1)),
    ),
    (
        "wrong_padding",
        lambda x: np.pad(x / 255, ((2, 2), (2, 2), (0, 0)))[..., None],
    ),
    (
        "wrong_padding",
        lambda x: np.pad(x[..., None] / 255, [(0, 0)] + 3 * [(2, 2)]),
    ),
    (
        "wrong_padding",
        lambda x: np.pad(x[..., None] / 255, 2 * [(0, 0)] + 2 * [(2, 2)]),
    ),
    (
        "wrong_padding",
        model_of(
            keras.layers.Rescaling(1 / 255),
            keras.layers.ZeroPadding2D(((0, 4), (0, 4))),
        ),
    ),
    ("wrong_dtype", lambda x: with_ops(x, dtype="float64")),
    ("wrong_dtype", lambda x: with_ops(x, dtype="bfloat16")),
    ("wrong_dtype", lambda x: tf.cast(with_ops(x), tf.bfloat16)),
    ("wrong_dtype", canvas_with(dtype="float64")),
    ("wrong_dtype", canvas_with(dtype="uint8")),
    ("wrong_dtype", canvas_with(dtype="int64")),
    ("wrong_dtype", canvas_with(dtype=bool)),
    ("wrong_dtype", lambda x: np.floor(canvas(x))),
    ("argument_unused", lambda x: canvas(OTHERS)),
    ("argument_unused", lambda x: canvas(OTHERS)[..., 0]),
    ("argument_unused", lambda x: np.float32(OTHERS / 255)),
    ("scaled_around_zero", unlike(lambda x: x / 127.5 - 1)),
    ("scaled_around_zero", lambda x: with_ops(x, scale=127.5) - 1),
    (
        "scaled_around_zero",
        model_of(
            keras.layers.ZeroPadding2D(2),
            keras.layers.Rescaling(1 / 127.5, offset=-1),
        ),
    ),
    ("inverted", lambda x: 1 - with_ops(x)),
    ("inverted", unlike(lambda x: 1 - x / 255)),
    ("inverted", unlike(lambda x: (255 - x) / 255)),
    ("wrong_scale", canvas_with(scale=256)),
    ("wrong_scale", lambda x: with_ops(x, scale=256)),
    ("wrong_scale", unlike(lambda x: x / 2**8)),
    ("wrong_scale", canvas_with(scale=255**2)),
    ("wrong_scale", lambda x: canvas(x) / 255),
    ("wrong_scale", lambda x: with_ops(x / 255)),
    ("wrong_scale", canvas_with(scale=1 / 255)),
    ("wrong_scale", lambda x: with_ops(x, scale=-255)),
    (
        "scaled_by_largest",
        unlike(lambda x: (x - x.min()) / (x.max() - x.min())),
    ),
    (
        "scaled_by_largest",
        unlike(
            lambda x: np.stack([(i - i.min()) / np.ptp(i) for i in x]),
        ),
    ),
    (
        "scaled_by_largest",
        lambda x: keras.ops.divide(canvas(x), canvas(x).max()),
    ),
    ("axes_out_of_order", lambda x: canvas(x).transpose(0, 3, 1, 2)),
    (None, unlike(lambda x: (x - x.mean()) / x.std())),
    (None, lambda x: (canvas(x) - 0.286) / 0.353),
    (None, unlike(lambda x: x / np.linalg.norm(x, axis=1, keepdims=True))),
    (None, lambda x: canvas(x).reshape(len(x), 1024)),
    (None, lambda x: canvas(x)[:1]),
    (None, lambda x: canvas(x).round(2)),
    (None, lambda x: np.float32(canvas(x) > 0.5)),
    (None, lambda x: canvas(x)[:, ::-1]),
    (None, lambda x: x.reshape(-1, 32, 32, 1) / 255),
    (ANY, lambda x: x),
    (ANY, lambda x: x[..., None] / 255),
    (ANY, canvas_with(scale=1, low=4)),
    (ANY, canvas_with(scale=256, dtype="float64")),
    (ANY, canvas_with(scale=1, dtype="uint8")),
    (ANY, canvas_with(empty=np.ones, dtype="float64")),
    (ANY, lambda x: np.pad(x, ((0, 0), (2, 2), (2, 2)))),
    (ANY, lambda x: np.pad(x / 127.5 - 1, ((0, 0), (0, 4), (0, 4)), "edge")),
    (ANY, lambda x: with_ops(x, scale=1, dtype="int32")[..., 0]),
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
    ("scaled_around_zero", lambda x: pad_then_scale(x) * 2 - 1),
    (None, lambda x: np.repeat(pad_then_scale(x), 3, axis=-1)),
    ("wrong_dtype", lambda x: pad(x / 255, (2, 2), (2, 2))),
    ("wrong_dtype", lambda x: pad_then_scale(x).astype("float64")),
    ("wrong_scale", lambda x: pad(np.float32(x / 256), (2, 2), (2, 2))),
    (None, lambda x: pad_then_scale(x).transpose(0, 2, 1, 3)),
    (None, lambda x: pad_then_scale(x)[::-1]),
    (None, lambda x: pad_then_scale(x)[0]),
    change_input(prepare_images, "images"),
]


CASES = [(check.prepare_images, RIGHT, WRONG)]

test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES)
