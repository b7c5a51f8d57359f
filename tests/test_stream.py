"""Images that are read from files arrive as those that lie in memory."""

import gzip

import numpy as np
import pytest
import tensorflow as tf

from vae_course import data
from vae_course.data import prepare_images, stream_images
from vae_course.idx import read_idx

RNG = np.random.default_rng(3)
# The number of an image stands in its first pixel.
IMAGES = RNG.integers(0, 256, (40, 28, 28), dtype="uint8")
IMAGES[:, 0, 0] = np.arange(40)


def content_of(images):
    header = bytes([0, 0, 8, 3]) + np.array(images.shape, ">u4").tobytes()
    return header + images.tobytes()


@pytest.fixture
def paths(tmp_path):
    """Write 17, 1 and 22 images, the second file packed."""
    plain, packed, last = (tmp_path / name for name in ("a", "b.gz", "c"))
    plain.write_bytes(content_of(IMAGES[:17]))
    packed.write_bytes(gzip.compress(content_of(IMAGES[17:18])))
    last.write_bytes(content_of(IMAGES[18:]))
    return [plain, str(packed), last]


def orders(dataset, epochs=1):
    """Read the number of every image, epoch by epoch."""
    return [
        [round(float(x[2, 2, 0]) * 255) for batch in dataset for x in batch]
        for _ in range(epochs)
    ]


def test_a_stream_holds_what_prepared_arrays_hold(paths):
    stream = stream_images(paths, 7, shuffle=False, seed=0)
    for _ in range(2):
        together = np.concatenate([batch.numpy() for batch in stream])
        np.testing.assert_array_equal(together, prepare_images(IMAGES))
        assert together.dtype == np.float32


def test_a_stream_is_made_without_a_line_of_noise(paths, capfd):
    stream_images(paths, 7, shuffle=True, seed=0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_last_batch_of_a_stream_holds_what_is_left(paths, shuffle):
    stream = stream_images(paths, 12, shuffle=shuffle, seed=0)
    assert [len(batch) for batch in stream] == [12, 12, 12, 4]
    assert len(stream) == 4


def test_an_epoch_of_a_stream_holds_every_image_once(paths):
    stream = stream_images(paths, 7, shuffle=True, seed=1)
    for order in orders(stream, epochs=3):
        assert sorted(order) == list(range(40))


def test_every_epoch_of_a_stream_has_an_order_of_its_own(paths):
    first, second = orders(stream_images(paths, 7, True, seed=1), epochs=2)
    assert list(range(40)) != first != second


def test_one_seed_gives_one_sequence_of_orders(paths):
    one, same, other = (
        orders(stream_images(paths, 7, True, seed=seed), epochs=2)
        for seed in (1, 1, 2)
    )
    assert one == same != other


def test_images_of_all_files_meet_though_the_buffer_is_small(
    paths, monkeypatch
):
    monkeypatch.setattr(data, "STREAM_BUFFER", 1)
    [order] = orders(stream_images([paths[0], paths[2]], 7, True, seed=0))
    of_first_file = np.array(order[:10]) < 17
    assert 4 <= of_first_file.sum() <= 6


def test_the_buffer_bounds_how_early_an_image_comes(paths, monkeypatch):
    monkeypatch.setattr(data, "STREAM_BUFFER", 3)
    [order] = orders(stream_images(paths[2:], 7, True, seed=0))
    early = np.array(order) - 18 - np.arange(22)
    assert 0 < early.max() <= 2


def test_the_subset_that_comes_with_the_course_streams():
    path = data.SUBSET_FOLDER / "t10k-images-idx3-ubyte.gz"
    stream = stream_images([path], 500, shuffle=False, seed=0)
    together = np.concatenate([batch.numpy() for batch in stream])
    right = prepare_images(read_idx(path, ndim=3))
    np.testing.assert_array_equal(together, right)


def cut_anywhere(content):
    return content[:-100]


def cut_by_an_image(content):
    return content[:-784]


def one_too_many(content):
    return content + content[-784:]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "spoil", [cut_anywhere, cut_by_an_image, one_too_many]
)
def test_a_file_of_another_length_than_it_says_is_an_error(
    spoil, pack, tmp_path
):
    path = tmp_path / ("x" if pack is bytes else "x.gz")
    path.write_bytes(pack(spoil(content_of(IMAGES))))
    stream = stream_images([path], 7, shuffle=False, seed=0)
    with pytest.raises(tf.errors.OpError):
        orders(stream)


def test_a_packed_file_that_is_cut_is_an_error(tmp_path):
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(content_of(IMAGES))[:-2000])
    with pytest.raises(tf.errors.DataLossError):
        orders(stream_images([path], 7, shuffle=False, seed=0))


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "expected an IDX file .* got 0 bytes"),
        (bytes(200), "expected an IDX file of unsigned bytes with 3 axes"),
        (content_of(IMAGES[:, :20]), r"28 by 28 pixels, got \[20, 28\]"),
        (content_of(IMAGES[:0]), "paths: expected files with images"),
    ],
)
def test_a_file_that_holds_no_such_images_is_refused(
    content, message, tmp_path
):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        stream_images([path], 7, shuffle=False, seed=0)


def test_a_file_that_is_not_packed_as_it_says_is_refused(tmp_path):
    path = tmp_path / "x.gz"
    path.write_bytes(content_of(IMAGES))
    with pytest.raises(ValueError, match="expected a gzip file"):
        stream_images([path], 7, shuffle=False, seed=0)


@pytest.mark.parametrize(
    "bad, error, message",
    [
        ({"paths": "images"}, TypeError, "paths: expected a list of paths"),
        ({"paths": []}, ValueError, "paths: expected files with images"),
        ({"paths": ["none"]}, FileNotFoundError, "none"),
        ({"batch_size": 0}, ValueError, "batch_size: expected at least 1"),
        ({"seed": -1}, ValueError, "seed: expected at least 0"),
    ],
)
def test_bad_arguments_of_a_stream_are_refused(bad, error, message, paths):
    good = {"paths": paths, "batch_size": 7, "shuffle": True, "seed": 0}
    with pytest.raises(error, match=message):
        stream_images(**{**good, **bad})
