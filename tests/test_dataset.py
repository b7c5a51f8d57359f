"""Batches of images arrive whole, in order or in a new one each epoch."""

import numpy as np
import pytest
import tensorflow as tf
from lesson_solutions import solution

from vae_course.data import make_dataset, prepare_batch, prepare_images


@pytest.fixture(params=["library", "lesson"])
def make(request):
    """Return the library's make_dataset, and the lesson's solution."""
    return make_dataset if request.param == "library" else solution("8.1")


X = np.arange(23 * 6, dtype="float32").reshape(23, 2, 3, 1)


def orders(dataset, epochs=1):
    """Read the number of every image, epoch by epoch."""
    return [
        [int(image[0, 0, 0]) // 6 for batch in dataset for image in batch]
        for _ in range(epochs)
    ]


def test_images_stay_in_order_unless_shuffled(make):
    dataset = make(X, 5, shuffle=False, seed=0)
    for _ in range(2):
        together = np.concatenate([batch.numpy() for batch in dataset])
        np.testing.assert_array_equal(together, X)


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_last_batch_holds_what_is_left(make, shuffle):
    dataset = make(X, 5, shuffle=shuffle, seed=0)
    assert [len(batch) for batch in dataset] == [5, 5, 5, 5, 3]
    assert len(dataset) == 5


def test_an_epoch_holds_every_image_once(make):
    for order in orders(make(X, 5, shuffle=True, seed=1), epochs=3):
        assert sorted(order) == list(range(23))


def test_every_epoch_has_an_order_of_its_own(make):
    first, second = orders(make(X, 5, shuffle=True, seed=1), epochs=2)
    assert list(range(23)) != first != second


def test_one_seed_gives_the_same_orders(make):
    one, same, other = (
        orders(make(X, 5, shuffle=True, seed=seed), epochs=2)
        for seed in (1, 1, 2)
    )
    assert one == same != other


def test_any_image_may_come_first(make):
    firsts = [
        next(iter(make(X[:5], 2, shuffle=True, seed=seed)))[0, 0, 0, 0]
        for seed in range(60)
    ]
    # A right shuffle leaves one of five out less than once in 10^5 times.
    assert {int(first) // 6 for first in firsts} == set(range(5))


def test_batches_keep_type_and_shape(make):
    batch = next(iter(make(X, 5, shuffle=True, seed=0)))
    assert batch.dtype == tf.float32
    assert batch.shape == (5, 2, 3, 1)


@pytest.mark.parametrize(
    "bad, error, message",
    [
        ({"batch_size": 0}, ValueError, "batch_size: expected at least 1"),
        ({"batch_size": 2.0}, TypeError, "batch_size: expected an int"),
        ({"seed": -1}, ValueError, "seed: expected at least 0"),
        ({"seed": None}, TypeError, "seed: expected an int, got None"),
        ({"images": X[:0]}, ValueError, r"images: .*got \(0, 2, 3, 1\)"),
        ({"images": np.float32(3)}, ValueError, r"images: .*got \(\)"),
    ],
)
def test_bad_arguments_are_refused(bad, error, message):
    good = {"images": X, "batch_size": 5, "shuffle": True, "seed": 0}
    with pytest.raises(error, match=message):
        make_dataset(**{**good, **bad})


def test_a_batch_is_prepared_as_an_array_is():
    stored = np.random.default_rng(1).integers(0, 256, (3, 28, 28), "uint8")
    prepared = prepare_batch(stored)
    assert prepared.dtype == tf.float32
    np.testing.assert_array_equal(prepared, prepare_images(stored))
