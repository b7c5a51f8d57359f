"""The checks of lesson 08 pass right answers and name each slip."""

import functools
import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from spoil import change_input, spoil
from tables import ANY, answer_tests, spoiled_test

from vae_course.checks import ExerciseFailed
from vae_course.checks import lesson_08 as check


@pytest.fixture(autouse=True)
def seed():
    """Let wrong datasets fall alike, whichever tests ran before."""
    keras.utils.set_random_seed(0)


# 8.1


def slices(images):
    return tf.data.Dataset.from_tensor_slices(images)


def plain(images, batch_size, shuffle, seed):
    dataset = slices(images)
    if shuffle:
        dataset = dataset.shuffle(len(images), seed=seed)
    return dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)


def in_tuples(images, batch_size, shuffle, seed):
    dataset = tf.data.Dataset.from_tensor_slices((images,))
    if shuffle:
        dataset = dataset.shuffle(
            images.shape[0], seed, reshuffle_each_iteration=True
        )
    return dataset.batch(batch_size, drop_remainder=False)


def own_targets(x, size, shuffled, number):
    dataset = slices(x).cache()
    if shuffled:
        dataset = dataset.shuffle(60_000, seed=number)
    return dataset.batch(size).map(lambda batch: (batch, batch))


def by_numbers(images, batch_size, shuffle, seed):
    numbers = tf.data.Dataset.range(len(images))
    if shuffle:
        numbers = numbers.shuffle(len(images), seed=seed)
    images = tf.constant(images)
    return numbers.map(lambda i: images[i]).batch(batch_size)


def from_numpy(images, batch_size, shuffle, seed):
    rng = np.random.default_rng(seed)

    def batches():
        order = np.arange(len(images))
        if shuffle:
            rng.shuffle(order)
        for start in range(0, len(order), batch_size):
            yield images[order[start : start + batch_size]]

    spec = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    return tf.data.Dataset.from_generator(batches, output_signature=spec)


def by_keras(*, seed, shuffle, batch_size, images):
    dataset = slices(keras.ops.convert_to_tensor(images))
    if not shuffle:
        return dataset.batch(batch_size)
    return dataset.shuffle(dataset.cardinality(), seed).batch(batch_size)


class Maker:
    """A class with __call__, whose steps are numbered pictures."""

    def __call__(self, images, batch_size, shuffle, seed):
        dataset = slices(tf.constant(images)).enumerate()
        if shuffle:
            dataset = dataset.shuffle(10 * len(images), seed)
        return dataset.map(lambda i, x: x).batch(batch_size)


def in_pairs(images, batch_size=256, shuffle=True, seed=0):
    dataset = tf.data.Dataset.zip((slices(images), slices(images)))
    if shuffle:
        dataset = dataset.shuffle(len(images), seed)
    return dataset.batch(batch_size, num_parallel_calls=2)


def by_generator(images, batch_size, shuffle, seed):
    rng = tf.random.Generator.from_seed(seed)

    def batches():
        chances = rng.uniform((len(images),)).numpy()
        order = np.argsort(chances) if shuffle else np.arange(len(images))
        for start in range(0, len(images), batch_size):
            yield images[order[start : start + batch_size]].astype("float64")

    spec = tf.TensorSpec((None, *images.shape[1:]), tf.float64)
    return tf.data.Dataset.from_generator(batches, output_signature=spec)


RIGHT_DATASETS = [
    plain,
    Maker(),
    functools.partial(in_pairs, batch_size=3),
    by_generator,
    in_tuples,
    own_targets,
    by_numbers,
    from_numpy,
    by_keras,
]


def pipeline(*steps):
    """Make an answer of steps, each of (dataset, n, batch_size, seed)."""

    def answer(images, batch_size, shuffle, seed):
        dataset = slices(images)
        for step in steps:
            if shuffle or step not in (mixed, weakly_mixed, once_mixed):
                dataset = step(dataset, len(images), batch_size, seed)
        return dataset

    return answer


def mixed(dataset, n, batch_size, seed):
    return dataset.shuffle(n, seed=seed)


def weakly_mixed(dataset, n, batch_size, seed):
    return dataset.shuffle(batch_size, seed=seed)


def once_mixed(dataset, n, batch_size, seed):
    return dataset.shuffle(n, seed=seed, reshuffle_each_iteration=False)


def batched(dataset, n, batch_size, seed):
    return dataset.batch(batch_size)


def full(dataset, n, batch_size, seed):
    return dataset.batch(batch_size, drop_remainder=True)


def endless(dataset, n, batch_size, seed):
    return dataset.repeat()


def twice(dataset, n, batch_size, seed):
    return dataset.repeat(2)


def shuffle_by(change, images, batch_size, shuffle, seed):
    """Shuffle as the change says, all else being right."""
    dataset = slices(images)
    return (change(dataset) if shuffle else dataset).batch(batch_size)


def in_numpy(images, batch_size, shuffle, seed):
    order = np.arange(len(images))
    if shuffle:
        np.random.default_rng(seed).shuffle(order)
    return slices(images[order]).batch(batch_size)


def blocks_in_numpy(images, batch_size, shuffle, seed):
    starts = list(range(0, len(images), batch_size))
    rng = np.random.default_rng(seed)

    def batches():
        if shuffle:
            rng.shuffle(starts)
        for start in starts:
            yield images[start : start + batch_size]

    spec = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    return tf.data.Dataset.from_generator(batches, output_signature=spec)


def result_dropped(images, batch_size, shuffle, seed):
    dataset = slices(images)
    if shuffle:
        dataset.shuffle(len(images), seed=seed)
    return dataset.batch(batch_size)


def used_up(images, batch_size, shuffle, seed):
    rows = iter(images)
    spec = tf.TensorSpec(images.shape[1:], tf.float32)
    dataset = tf.data.Dataset.from_generator(
        lambda: rows, output_signature=spec
    )
    if shuffle:
        dataset = dataset.shuffle(len(images), seed=seed)
    return dataset.batch(batch_size)


def within_batches(images, batch_size, shuffle, seed):
    dataset = slices(images).batch(batch_size)
    if shuffle:
        dataset = dataset.map(lambda x: tf.random.shuffle(x, seed=seed))
    return dataset


def fixed_batches(images, batch_size, shuffle, seed):
    """Mix the images once, and then whole batches, the short one last."""
    whole = len(images) // batch_size * batch_size
    if shuffle:
        images = np.random.default_rng(seed).permutation(images)
    batches = slices(images[:whole]).batch(batch_size)
    if shuffle:
        batches = batches.shuffle(len(images), seed=seed)
    rest = slices(images[whole:]).batch(batch_size)
    return batches.concatenate(rest)


def filled_up(images, batch_size, shuffle, seed):
    missing = -len(images) % batch_size
    images = np.concatenate([images, images[:missing]])
    return plain(images, batch_size, shuffle, seed)


def first_epoch_in_order(images, batch_size, shuffle, seed):
    order, rng = np.arange(len(images)), np.random.default_rng(seed)

    def batches():
        for start in range(0, len(order), batch_size):
            yield images[order[start : start + batch_size]]
        if shuffle:
            rng.shuffle(order)

    spec = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    return tf.data.Dataset.from_generator(batches, output_signature=spec)


def by_batches_of(batches, images, batch_size, shuffle, seed):
    """Make a dataset of what batches(images, batch_size, order) yields.

    The order of the images is drawn anew in each epoch.
    """
    rng, order = np.random.default_rng(seed), np.arange(len(images))

    def generate():
        if shuffle:
            rng.shuffle(order)
        yield from batches(images, batch_size, order)

    spec = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    return tf.data.Dataset.from_generator(generate, output_signature=spec)


def whole_steps(images, batch_size, order):
    for step in range(len(images) // batch_size):
        yield images[order[step * batch_size : (step + 1) * batch_size]]


def whole_table(images, batch_size, order):
    n_batches = len(images) // batch_size
    table = order[: n_batches * batch_size].reshape(n_batches, batch_size)
    yield from images[table]


def one_step_more(images, batch_size, order):
    for step in range(len(images) // batch_size + 1):
        yield images[order[step * batch_size : (step + 1) * batch_size]]


def one_batch_less(images, batch_size, order):
    """Stop before the last whole batch where there is no rest after it."""
    for start in range(0, len(images) - batch_size, batch_size):
        yield images[order[start : start + batch_size]]
    if len(images) % batch_size:
        yield images[order[start + batch_size :]]


def one_too_many(images, batch_size, order):
    for start in range(0, len(images), batch_size):
        yield images[order[start : start + batch_size + 1]]


def wrapping_round(images, batch_size, order):
    for start in itertools.count(0, batch_size):
        yield images[order.take(range(start, start + batch_size), mode="wrap")]


def rng_made_anew(images, batch_size, shuffle, seed):
    def batches():
        order = np.arange(len(images))
        if shuffle:
            order = np.random.default_rng(seed).permutation(order)
        for start in range(0, len(order), batch_size):
            yield images[order[start : start + batch_size]]

    spec = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    return tf.data.Dataset.from_generator(batches, output_signature=spec)


def in_tensorflow(images, batch_size, shuffle, seed):
    images = tf.random.shuffle(images, seed=seed) if shuffle else images
    return slices(images).batch(batch_size)


def list_of_batches(images, batch_size, shuffle, seed):
    starts = range(0, len(images), batch_size)
    batches = [images[start : start + batch_size] for start in starts]
    numbers = tf.data.Dataset.range(len(batches))
    if shuffle:
        numbers = numbers.shuffle(len(batches), seed)
    spec = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    return numbers.map(
        lambda i: tf.ensure_shape(
            tf.numpy_function(lambda i: batches[i], [i], tf.float32),
            spec.shape,
        )
    )


def only_if_there_is_a_seed(images, batch_size, shuffle, seed):
    dataset = slices(images)
    if shuffle and seed:
        dataset = dataset.shuffle(len(images), seed=seed)
    return dataset.batch(batch_size)


def batch_dropped(images, batch_size, shuffle, seed):
    dataset = pipeline(mixed)(images, batch_size, shuffle, seed)
    dataset.batch(batch_size)
    return dataset


def not_sliced(images, batch_size, shuffle, seed):
    dataset = tf.data.Dataset.from_tensors(images)
    if shuffle:
        dataset = dataset.shuffle(len(images), seed=seed)
    return dataset.batch(batch_size)


def new_chance(images, batch_size, shuffle, seed):
    return plain(images, batch_size, shuffle, np.random.randint(2**31))


def with_replacement(images, batch_size, shuffle, seed):
    rng = np.random.default_rng(seed)
    if shuffle:
        images = images[rng.integers(0, len(images), len(images))]
    return plain(images, batch_size, shuffle, seed)


def two_shuffles(images, batch_size, shuffle, seed):
    x, y = (plain(images, batch_size, shuffle, seed + i) for i in range(2))
    return tf.data.Dataset.zip((x, y))


def always(images, batch_size, shuffle, seed):
    return plain(images, batch_size, True, seed)


def cut_short(images, batch_size, shuffle, seed):
    whole = len(images) // batch_size
    return plain(images, batch_size, shuffle, seed).take(whole)


WRONG_DATASETS = [
    ("shuffle_after_batch", pipeline(batched, mixed)),
    ("remainder_dropped", pipeline(full, mixed)),
    ("shuffle_after_batch", blocks_in_numpy),
    ("shuffle_after_batch", list_of_batches),
    ("shuffle_after_batch", within_batches),
    ("shuffle_after_batch", fixed_batches),
    ("shuffle_after_batch", pipeline(once_mixed, batched, mixed)),
    ("used_up", used_up),
    ("not_every_image_once", filled_up),
    ("not_every_image_once", with_replacement),
    (
        "not_every_image_once",
        functools.partial(by_batches_of, one_too_many),
    ),
    (
        "images_changed",
        lambda images, batch_size, shuffle, seed: plain(
            images * np.nan, batch_size, shuffle, seed
        ),
    ),
    (
        "images_changed",
        lambda images, batch_size, shuffle, seed: plain(
            tf.cast(images, "uint8"), batch_size, shuffle, seed
        ),
    ),
    (
        "images_changed",
        lambda images, batch_size, shuffle, seed: plain(
            images, batch_size, shuffle, seed
        ).map(lambda x: tf.reverse(x, [1])),
    ),
    ("not_sliced", not_sliced),
    (
        "not_sliced",
        lambda images, batch_size, shuffle, seed: plain(
            images[None], batch_size, shuffle, seed
        ),
    ),
    ("remainder_dropped", pipeline(mixed, full)),
    ("remainder_dropped", cut_short),
    ("remainder_dropped", functools.partial(by_batches_of, whole_steps)),
    ("remainder_dropped", functools.partial(by_batches_of, whole_table)),
    ("remainder_dropped", functools.partial(by_batches_of, one_batch_less)),
    ("empty_batch", functools.partial(by_batches_of, one_step_more)),
    (
        "remainder_dropped",
        lambda images, batch_size, shuffle, seed: plain(
            images[: -(len(images) % batch_size)], batch_size, shuffle, seed
        ),
    ),
    ("repeats_forever", pipeline(mixed, batched, endless)),
    ("repeats_forever", pipeline(mixed, endless, batched)),
    ("repeats_forever", pipeline(endless, mixed, batched)),
    ("repeats_forever", pipeline(mixed, twice, batched)),
    ("repeats_forever", functools.partial(by_batches_of, wrapping_round)),
    ("order_fixed", pipeline(once_mixed, batched)),
    ("order_fixed", in_numpy),
    ("order_fixed", in_tensorflow),
    ("order_fixed", rng_made_anew),
    (
        "order_fixed",
        lambda images, batch_size, shuffle, seed: plain(
            images, batch_size, shuffle, seed
        ).cache(),
    ),
    ("shuffled_unasked", always),
    (
        "shuffled_unasked",
        lambda images, batch_size, shuffle, seed: plain(
            images, batch_size, not shuffle, seed
        ),
    ),
    (
        "not_shuffled",
        lambda images, batch_size, shuffle, seed: slices(images).batch(
            batch_size
        ),
    ),
    ("not_shuffled", result_dropped),
    ("not_shuffled", first_epoch_in_order),
    ("not_shuffled", only_if_there_is_a_seed),
    (
        "not_shuffled",
        lambda images, batch_size, shuffle, seed: shuffle_by(
            lambda d: d.shuffle(1, seed=seed),
            images,
            batch_size,
            shuffle,
            seed,
        ),
    ),
    (
        "seed_ignored",
        lambda images, batch_size, shuffle, seed: shuffle_by(
            lambda d: d.shuffle(len(images)), images, batch_size, shuffle, seed
        ),
    ),
    (
        "seed_ignored",
        lambda images, batch_size, shuffle, seed: shuffle_by(
            lambda d: d.shuffle(len(images), seed=0),
            images,
            batch_size,
            shuffle,
            seed,
        ),
    ),
    (
        "seed_ignored",
        lambda images, batch_size, shuffle, seed: shuffle_by(
            lambda d: d.shuffle(len(images), seed=seed or None),
            images,
            batch_size,
            shuffle,
            seed,
        ),
    ),
    ("seed_ignored", new_chance),
    (
        "small_buffer",
        lambda images, batch_size, shuffle, seed: shuffle_by(
            lambda d: d.shuffle(seed, len(images)),
            images,
            batch_size,
            shuffle,
            seed,
        ),
    ),
    ("small_buffer", pipeline(weakly_mixed, batched)),
    *[
        (
            "small_buffer",
            lambda images, batch_size, shuffle, seed, size=size: shuffle_by(
                lambda d: d.shuffle(size, seed=seed),
                images,
                batch_size,
                shuffle,
                seed,
            ),
        )
        for size in (100, 1024, 10_000, 20_000, 55_000)
    ],
    *[
        (
            "small_buffer",
            lambda images, batch_size, shuffle, seed, size=size: shuffle_by(
                lambda d: d.shuffle(size(len(images), batch_size), seed=seed),
                images,
                batch_size,
                shuffle,
                seed,
            ),
        )
        for size in (
            lambda n, batch_size: 100 * batch_size,
            lambda n, batch_size: n // 2,
            lambda n, batch_size: n - n // 10,
        )
    ],
    ("not_batched", pipeline(mixed)),
    ("not_batched", batch_dropped),
    (
        "not_batched",
        lambda images, batch_size, shuffle, seed: pipeline(mixed)(
            images, batch_size, shuffle, seed
        ).prefetch(batch_size),
    ),
    (
        "wrong_batch_size",
        lambda images, batch_size, shuffle, seed: plain(
            images, 4, shuffle, seed
        ),
    ),
    (
        "wrong_batch_size",
        lambda images, batch_size, shuffle, seed: plain(
            images, len(images), shuffle, seed
        ),
    ),
    (
        "wrong_batch_size",
        lambda images, batch_size, shuffle, seed: plain(
            images, 5, shuffle, seed
        ),
    ),
    ("targets_out_of_step", two_shuffles),
    (
        "wrong_type",
        lambda images, batch_size, shuffle, seed: images[:batch_size],
    ),
    (
        "wrong_type",
        lambda images, batch_size, shuffle, seed: list(
            plain(images, batch_size, shuffle, seed)
        ),
    ),
    (
        "wrong_type",
        lambda images, batch_size, shuffle, seed: iter(
            plain(images, batch_size, shuffle, seed)
        ),
    ),
    (None, pipeline(mixed, batched, batched)),
    (
        "images_changed",
        lambda images, batch_size, shuffle, seed: plain(
            images / 255, batch_size, shuffle, seed
        ),
    ),
    (
        "not_every_image_once",
        lambda images, batch_size, shuffle, seed: plain(
            images[1:], batch_size, shuffle, seed
        ),
    ),
    (
        None,
        lambda images, batch_size, shuffle, seed: plain(
            images[..., 0], batch_size, shuffle, seed
        ),
    ),
    (ANY, pipeline(full, mixed, endless)),
    (ANY, pipeline(once_mixed, full)),
    (ANY, pipeline(batched, weakly_mixed)),
    (ANY, pipeline(batched, once_mixed)),
    (ANY, pipeline(endless, weakly_mixed, full)),
    (
        ANY,
        lambda images, batch_size, shuffle, seed: (
            slices(images / 255)
            .batch(batch_size, drop_remainder=True)
            .repeat()
        ),
    ),
    (
        ANY,
        lambda images, batch_size, shuffle, seed: shuffle_by(
            lambda d: d.shuffle(1000), images, batch_size, shuffle, seed
        ),
    ),
    (
        ANY,
        lambda images, batch_size, shuffle, seed: in_numpy(
            images, batch_size, not shuffle, 0
        ),
    ),
    (
        "wrong_type",
        lambda images, batch_size, shuffle, seed: plain(
            images, batch_size, shuffle, seed
        ).map(lambda x: {"x": x}),
    ),
    change_input(plain, "images"),
]


@pytest.mark.parametrize("seed", range(20))
def test_a_right_dataset_passes_whatever_the_seed(seed, monkeypatch):
    monkeypatch.setattr(check, "SEED", 101 * seed + 1)
    keras.utils.set_random_seed(seed)
    assert check.make_dataset(plain) is plain


@pytest.mark.parametrize("mistake, answer", spoil(plain))
def test_spoiled_datasets_are_rejected(mistake, answer, mistake_of):
    if mistake == "not_finite":
        mistake = None  # a dataset times nan is a crash
    seconds = 0.5 if mistake == "takes_too_long" else 5.0
    assert mistake_of(check.make_dataset, answer, seconds) == mistake


def test_a_crash_while_the_batches_are_read_is_told():
    def answer(images, batch_size, shuffle, seed):
        def broken(x):
            tf.debugging.assert_less(x, -1.0)
            return x

        return plain(images, batch_size, shuffle, seed).map(broken)

    with pytest.raises(ExerciseFailed, match="runs without an error"):
        check.make_dataset(answer)


def test_a_crash_is_told_with_what_the_answer_was_given():
    def answer(images, batch_size, shuffle, seed):
        return slices(images).shuffle("all")

    with pytest.raises(ExerciseFailed) as caught:
        check.make_dataset(answer)
    assert "shuffle = False, seed = 7" in " ".join(str(caught.value).split())


# 8.2


def branches(epoch, warmup_epochs, beta):
    if warmup_epochs == 0 or epoch > warmup_epochs:
        return beta
    return epoch / warmup_epochs * beta


def by_minimum(epoch, warmup_epochs, beta):
    return beta * min(1.0, epoch / warmup_epochs) if warmup_epochs else beta


def by_numpy(epoch, warmup, weight):
    if not warmup:
        return np.float32(weight)
    return np.interp(epoch, [0, warmup], [0, weight])


def by_loop(epoch, warmup_epochs, beta):
    value = 0.0 if warmup_epochs else beta
    for _ in range(min(epoch, warmup_epochs)):
        value += beta / warmup_epochs
    return value


def by_tensor(beta, epoch, warmup_epochs):
    share = tf.math.divide_no_nan(float(epoch), float(warmup_epochs))
    share = 1.0 if warmup_epochs == 0 else tf.minimum(share, 1.0)
    return share * tf.constant(beta)


def by_exception(epoch, warmup_epochs, beta):
    try:
        return min(beta, beta * epoch / warmup_epochs)
    except ZeroDivisionError:
        return beta


def by_ops(epoch, warmup_epochs, beta):
    if warmup_epochs == 0:
        return ops.convert_to_tensor(beta)
    return beta * ops.clip(ops.cast(epoch, "float32") / warmup_epochs, 0, 1)


def by_list(epoch, warmup_epochs, beta):
    line = [beta * i / warmup_epochs for i in range(warmup_epochs)]
    return [*line, beta][min(epoch, warmup_epochs)]


def by_linspace(epoch, warmup_epochs, beta):
    betas = np.linspace(0, beta, warmup_epochs + 1)
    return betas[min(epoch, warmup_epochs)] if warmup_epochs else beta


RIGHT_WARMUPS = [
    by_linspace,
    by_ops,
    by_list,
    np.vectorize(lambda e, w, b: b * min(1.0, e / w) if w else float(b)),
    branches,
    by_minimum,
    by_numpy,
    by_loop,
    by_tensor,
    by_exception,
]


def but_safe(line):
    """Guard a line against warmup_epochs = 0, so that its slip shows."""
    return lambda epoch, warmup_epochs, beta: (
        line(epoch, warmup_epochs, beta) if warmup_epochs else beta
    )


def without_a_stop(epoch, warmup_epochs, beta):
    value = 0.0 if warmup_epochs else beta
    for _ in range(epoch if warmup_epochs else 0):
        value += beta / warmup_epochs
    return value


def list_without_the_end(epoch, warmup_epochs, beta):
    betas = np.linspace(0, beta, warmup_epochs, endpoint=False)
    return betas[min(epoch, warmup_epochs - 1)]


def minimum_by_numpy(epoch, warmup_epochs, beta):
    return np.minimum(beta, beta * np.float64(epoch) / warmup_epochs)


def share_by_ops(epoch, warmup_epochs, beta):
    return beta * ops.minimum(ops.divide(float(epoch), warmup_epochs), 1.0)


def upside_down(epoch, warmup_epochs, beta):
    return min(beta, beta * warmup_epochs / epoch) if warmup_epochs else beta


WRONG_WARMUPS = [
    ("never_reaches_beta", but_safe(list_without_the_end)),
    ("never_reaches_beta", but_safe(lambda e, w, b: b * (e % w) / w)),
    ("overshoots", without_a_stop),
    (
        "overshoots",
        but_safe(lambda e, w, b: np.polyval(np.polyfit([0, w], [0, b], 1), e)),
    ),
    (
        "overshoots",
        but_safe(lambda e, w, b: ops.maximum(b, b * float(e) / w)),
    ),
    ("divides_by_zero", minimum_by_numpy),
    ("divides_by_zero", share_by_ops),
    ("divides_by_zero", upside_down),
    ("divides_by_zero", lambda e, w, b: b if e / w >= 1 else b * e / w),
    (ANY, lambda e, w, b: b * e / w),
    (ANY, lambda e, w, b: min(1, e / w)),
    (ANY, but_safe(lambda e, w, b: b * (e + 1) / w)),
    (ANY, but_safe(lambda e, w, b: b * (e // w))),
    (ANY, but_safe(lambda e, w, b: max(1, e / (w + 1)))),
    (ANY, but_safe(lambda e, w, b: np.linspace(0, 1, w)[min(e, w - 1)])),
    (None, but_safe(lambda e, w, b: np.linspace(0, b, w + 1))),
    (None, but_safe(lambda e, w, b: [b * e / w])),
    ("never_reaches_beta", but_safe(lambda e, w, b: min(e, w) / (w + 1) * b)),
    ("never_reaches_beta", but_safe(lambda e, w, b: b * min(e, w - 1) / w)),
    (
        "never_reaches_beta",
        but_safe(lambda e, w, b: b * e / w if e < w else 0.0),
    ),
    (
        "never_reaches_beta",
        but_safe(lambda e, w, b: b * (1 - math.exp(-e / w))),
    ),
    ("overshoots", but_safe(lambda e, w, b: b * e / w)),
    ("overshoots", but_safe(lambda e, w, b: max(b, b * e / w))),
    ("overshoots", but_safe(lambda e, w, b: min(1.0, b * e / w))),
    ("divides_by_zero", lambda e, w, b: min(b, b * e / w)),
    ("divides_by_zero", lambda e, w, b: b * np.clip(e / w, 0, 1)),
    (
        "divides_by_zero",
        lambda e, w, b: b * tf.minimum(tf.divide(float(e), float(w)), 1.0),
    ),
    ("beta_forgotten", but_safe(lambda e, w, b: min(1, e / w))),
    ("beta_forgotten", but_safe(lambda e, w, b: np.clip(e / w, 0, 1))),
    ("starts_above_zero", but_safe(lambda e, w, b: min(b, b * (e + 1) / w))),
    ("starts_above_zero", lambda e, w, b: b),
    ("starts_above_zero", but_safe(lambda e, w, b: b ** min(1, e / w))),
    ("reaches_late", but_safe(lambda e, w, b: min(b, b * (e - 1) / w))),
    ("reaches_late", but_safe(lambda e, w, b: min(b, max(0, e - 1) * b / w))),
    ("reaches_late", lambda e, w, b: b * min(1, e / (w + 1e-8))),
    ("reaches_early", lambda e, w, b: b if w <= 1 else min(b, b * e / w)),
    (
        "reaches_early",
        but_safe(lambda e, w, b: np.linspace(0, b, w)[min(e, w - 1)]),
    ),
    ("overshoots", lambda e, w, b: min(b, b * e / w) if w else 1.0),
    ("jumps", but_safe(lambda e, w, b: b * min(1, round(e / w)))),
    ("jumps", but_safe(lambda e, w, b: b if e > w else 0.0)),
    (None, but_safe(lambda e, w, b: round(min(b, b * e / w), 4))),
    ("starts_above_zero", but_safe(lambda e, w, b: b * max(0, 1 - e / w))),
    ("jumps", but_safe(lambda e, w, b: b * min(1, e // w))),
    ("jumps", lambda e, w, b: b if e >= w else 0.0),
    (
        "reaches_early",
        but_safe(lambda e, w, b: min(b, b * e / max(w - 1, 1))),
    ),
    ("reaches_late", but_safe(lambda e, w, b: min(b, b * e / (w + 1)))),
    ("reaches_late", lambda e, w, b: min(b, b * e / max(w, 1))),
    ("returns_nothing", lambda e, w, b: None),
    (None, but_safe(lambda e, w, b: b * min(1, e / w) ** 2)),
    (None, but_safe(lambda e, w, b: b * math.sin(math.pi / 2 * e / w))),
    (None, lambda e, w, b: np.full(3, b)),
]


# 8.3


def by_where(reconstruction_loss, kl_loss):
    total = np.add(reconstruction_loss, kl_loss)
    return np.argmin(np.where(np.isnan(total), np.inf, total))


def by_nanargmin(a, b):
    return int(np.nanargmin(np.array(a) + np.array(b)))


def by_hand(reconstruction_loss, kl_loss):
    best, place = math.inf, None
    for epoch, losses in enumerate(
        zip(reconstruction_loss, kl_loss, strict=True)
    ):
        if sum(losses) < best:
            best, place = sum(losses), epoch
    return place


def by_sorting(reconstruction_loss, kl_loss):
    pairs = zip(reconstruction_loss, kl_loss, strict=True)
    totals = [r + k for r, k in pairs]
    order = sorted(
        range(len(totals)), key=lambda i: (math.isnan(totals[i]), totals[i])
    )
    return order[0]


def by_ops(reconstruction_loss, kl_loss):
    total = tf.constant(reconstruction_loss) + tf.constant(kl_loss)
    return tf.argmin(tf.where(tf.math.is_nan(total), np.inf, total))


def by_mask(r, k):
    return np.ma.masked_invalid(np.mean([r, k], axis=0)).argmin()


def by_elbo(reconstruction_loss, kl_loss):
    return np.nanargmax(-np.float32(reconstruction_loss) - np.float32(kl_loss))


def by_pairs(reconstruction_loss, kl_loss):
    losses = zip(reconstruction_loss, kl_loss, strict=True)
    sound = [(r + k, i) for i, (r, k) in enumerate(losses) if r + k == r + k]
    return min(sound)[1]


def by_keras(reconstruction_loss, kl_loss):
    total = ops.sum(ops.stack([reconstruction_loss, kl_loss]), axis=0)
    return ops.argmin(ops.where(ops.isfinite(total), total, np.inf))


def by_einsum(reconstruction_loss, kl_loss):
    total = np.einsum("ij->j", np.array([reconstruction_loss, kl_loss]))
    sound = np.flatnonzero(~np.isnan(total))
    return sound[total[sound].argsort()[0]]


RIGHT_EPOCHS = [
    by_pairs,
    by_keras,
    by_einsum,
    by_mask,
    by_elbo,
    by_where,
    by_nanargmin,
    by_hand,
    by_sorting,
    by_ops,
]


def total(r, k):
    return np.nan_to_num(np.add(r, k), nan=np.inf)


def sound(losses):
    return losses[~np.isnan(losses)]


def search_from(best):
    """Make an answer whose search begins with some number."""

    def answer(reconstruction_loss, kl_loss):
        smallest, place = best, 0
        for epoch, r in enumerate(reconstruction_loss):
            if r + kl_loss[epoch] < smallest:
                smallest, place = r + kl_loss[epoch], epoch
        return place

    return answer


def from_the_first(reconstruction_loss, kl_loss):
    total = [r + k for r, k in zip(reconstruction_loss, kl_loss, strict=True)]
    place = 0
    for epoch in range(1, len(total)):
        if total[epoch] < total[place]:
            place = epoch
    return place


WRONG_EPOCHS = [
    ("nan_wins", from_the_first),
    ("nan_wins", lambda r, k: np.argsort(np.multiply(-1, np.add(r, k)))[-1]),
    (
        "finite_start",
        lambda r, k: np.argmin(np.nan_to_num(np.add(r, k), nan=1000.0)),
    ),
    ("finite_start", search_from(1000)),
    ("finite_start", search_from(1e4)),
    ("largest_for_smallest", search_from(0)),
    ("value_for_place", lambda r, k: -np.nanmin(np.add(r, k))),
    (ANY, lambda r, k: np.argmin(np.add(r, k)) + 1),
    (ANY, lambda r, k: np.argmin(r) + 1),
    (ANY, lambda r, k: np.argmax(r)),
    (ANY, lambda r, k: np.argmin(np.subtract(r, k))),
    (ANY, lambda r, k: float(np.argmin(np.add(r, k)))),
    (ANY, lambda r, k: np.argmin(sound(np.array(r))) + 1),
    (ANY, lambda r, k: np.argmin(np.add(r, np.multiply(0.5, k)))),
    ("nan_wins", lambda r, k: np.argmin(np.add(r, k))),
    ("nan_wins", lambda r, k: np.argmax(-np.add(r, k))),
    (
        "nan_wins",
        lambda r, k: min(range(len(r)), key=lambda i: r[i] + k[i]),
    ),
    ("counts_from_one", lambda r, k: np.argmin(total(r, k)) + 1),
    ("counts_from_one", lambda r, k: by_hand(r, k) + 1),
    ("kl_left_out", lambda r, k: np.argmin(r)),
    ("kl_left_out", lambda r, k: r.index(min(r))),
    ("reconstruction_left_out", lambda r, k: np.nanargmin(k)),
    ("reconstruction_left_out", lambda r, k: k.index(min(k))),
    ("largest_for_smallest", lambda r, k: np.argmax(np.add(r, k))),
    ("largest_for_smallest", lambda r, k: np.argmin(-total(r, k))),
    ("value_for_place", lambda r, k: np.min(total(r, k))),
    ("value_for_place", lambda r, k: min(total(r, k).tolist())),
    ("lists_joined", lambda r, k: np.nanargmin(r + k)),
    ("lists_joined", lambda r, k: np.argmin(r + k)),
    ("last_for_best", lambda r, k: len(r) - 1),
    ("last_for_best", lambda r, k: -1),
    (None, lambda r, k: [3]),
    (None, lambda r, k: 4.5),
    ("wrong_type", lambda r, k: float(np.nanargmin(np.add(r, k)))),
    ("wrong_type", lambda r, k: str(np.nanargmin(np.add(r, k)))),
    (
        "nan_wins",
        lambda r, k: np.argmin(np.where(np.isnan(k), 9e9, np.add(r, k))),
    ),
    (
        "nan_wins",
        lambda r, k: np.argmin(np.where(np.isnan(r), 9e9, np.add(r, k))),
    ),
    ("nan_wins", lambda r, k: np.argmin(np.nansum([r, k], axis=0))),
    ("nan_wins", lambda r, k: np.argmin(np.nan_to_num(np.add(r, k)))),
    ("nan_dropped", lambda r, k: np.argmin(sound(np.add(r, k)))),
    (
        "nan_dropped",
        lambda r, k: np.argmin([a for a in np.add(r, k) if a == a]),
    ),
    ("sign", lambda r, k: np.nanargmin(np.subtract(r, k))),
    ("sign", lambda r, k: np.nanargmax(np.subtract(k, r))),
    ("kl_weighted", lambda r, k: np.nanargmin(np.add(r, np.multiply(4, k)))),
    ("kl_weighted", lambda r, k: np.nanargmin(np.add(r, np.divide(k, 2)))),
]


def test_an_answer_that_sorts_its_lists_in_place_is_told(mistake_of):
    def answer(reconstruction_loss, kl_loss):
        place = by_hand(reconstruction_loss, kl_loss)
        kl_loss.sort()
        return place

    assert mistake_of(check.best_epoch, answer) == "changes_its_input"


# all three

CASES = [
    (check.make_dataset, RIGHT_DATASETS, WRONG_DATASETS),
    (check.warmup_beta, RIGHT_WARMUPS, WRONG_WARMUPS),
    (check.best_epoch, RIGHT_EPOCHS, WRONG_EPOCHS),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES[1:])
