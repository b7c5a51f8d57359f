"""The autoencoder's figures show what they are given, each in its place."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from vae_course import plots

NAMES = [f"class {label}" for label in range(10)]


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def test_rows_of_images_stand_below_each_other_with_their_names(rng):
    rows = {
        "originals": rng.random((3, 6, 5)),
        "copies": rng.random((3, 6, 5)),
    }
    figure = plots.compare_images(rows, heading="Two rows")
    axes = np.reshape(figure.axes, (2, 3))
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        assert line[0].get_ylabel() == name
        for axis, image in zip(line, images, strict=True):
            np.testing.assert_array_equal(axis.images[0].get_array(), image)
            assert axis.images[0].get_clim() == (0, 1)


def test_rows_of_unlike_length_are_refused(rng):
    rows = {
        "originals": rng.random((3, 6, 5)),
        "copies": rng.random((2, 6, 5)),
    }
    with pytest.raises(ValueError, match="rows: .*'copies': 2"):
        plots.compare_images(rows)


def test_hourglass_counts_numbers_and_marks_the_waist():
    shapes = [("picture", (4, 4, 1)), ("Dense", (2,)), ("Dense", (24,))]
    [axis] = plots.hourglass(shapes).axes
    [dots] = axis.collections
    assert dots.get_offsets().tolist() == [[16, 0], [2, 1], [24, 2]]
    red = [tuple(c) == to_rgba(plots.RED) for c in dots.get_facecolors()]
    assert red == [False, True, False]
    assert [text.get_text() for text in axis.texts] == ["16", "2", "24"]
    labels = [tick.get_text() for tick in axis.get_yticklabels()]
    assert labels == ["picture  4 × 4 × 1", "Dense  2", "Dense  24"]


def test_each_class_has_its_own_colour_and_marker_in_the_plane(rng):
    z, labels = rng.normal(size=(40, 2)), np.arange(40) % 10
    [axis] = plots.latent_plane(z, labels, NAMES).axes
    assert len({tuple(c.get_facecolor()[0]) for c in axis.collections}) == 10
    markers = {c.get_paths()[0].vertices.tobytes() for c in axis.collections}
    assert len(markers) == 10
    for label, dots in enumerate(axis.collections):
        assert dots.get_label() == NAMES[label]
        np.testing.assert_array_equal(dots.get_offsets(), z[labels == label])


def test_each_name_in_the_plane_stands_at_the_median_of_its_class(rng):
    labels = np.arange(200) % 10
    far = 30 * np.arange(10)[labels, None] + rng.normal(size=(200, 2))
    [axis] = plots.latent_plane(far, labels, NAMES).axes
    for text in axis.texts:
        of_class = far[labels == NAMES.index(text.get_text())]
        middle = np.median(of_class, axis=0)
        np.testing.assert_allclose(text.get_position(), middle)


def test_names_in_the_plane_never_stand_on_each_other(rng):
    labels = np.arange(200) % 10
    figure = plots.latent_plane(rng.normal(size=(200, 2)), labels, NAMES)
    figure.canvas.draw()
    [axis] = figure.axes
    boxes = [text.get_window_extent() for text in axis.texts]
    assert len(boxes) == 10
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)


@pytest.mark.parametrize("shape", [(40, 3), (40,), (40, 1)])
def test_codes_outside_a_plane_are_refused(shape, rng):
    with pytest.raises(ValueError, match=r"z: expected shape \(n, 2\)"):
        plots.latent_plane(rng.normal(size=shape), np.zeros(40), NAMES)


def test_labels_must_be_as_many_as_codes(rng):
    with pytest.raises(ValueError, match=r"labels: .*\(40,\)"):
        plots.latent_plane(rng.normal(size=(40, 2)), np.zeros(39), NAMES)


@pytest.mark.parametrize(
    "label, names, message",
    [
        (10, NAMES, "labels: expected ints from 0 to 9, got 10"),
        (-1, NAMES, "labels: expected ints from 0 to 9, got -1"),
        (3, [*NAMES, "one more"], "names: expected at most 10, got 11"),
    ],
)
def test_no_class_is_left_out_in_silence(label, names, message, rng):
    z, labels = rng.normal(size=(3, 2)), np.array([0, label, 1])
    with pytest.raises(ValueError, match=message):
        plots.latent_plane(z, labels, names)
    with pytest.raises(ValueError, match=message):
        plots.decoded_point(z, labels, names, (0, 0), np.zeros((4, 4)))
