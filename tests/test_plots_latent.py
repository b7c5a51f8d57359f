"""Figures of lesson 02 show where the codes and samples lie."""

import numpy as np
import pytest

from vae_course import plots

NAMES = [f"class {label}" for label in range(10)]
RNG = np.random.default_rng(7)
Z, LABELS = RNG.normal(size=(50, 2)), np.arange(50) % 10


def test_samples_in_a_hole_are_told_apart_by_marker_and_count():
    samples = RNG.normal(size=(5, 2))
    distances = np.array([0.1, 0.6, 0.2, 0.7, 0.5])
    [axis] = plots.gaps(Z, samples, distances, reach=0.5).axes
    codes, near, hole = axis.collections
    assert len(codes.get_offsets()) == 50
    np.testing.assert_array_equal(near.get_offsets(), samples[[0, 2, 4]])
    np.testing.assert_array_equal(hole.get_offsets(), samples[[1, 3]])
    assert near.get_label() == "near a code (3)"
    assert hole.get_label() == "in a hole (2)"
    assert len(near.get_paths()[0]) != len(hole.get_paths()[0])


def test_each_sample_needs_its_distance():
    with pytest.raises(ValueError, match=r"distances: .*\(5,\).*got \(4,\)"):
        plots.gaps(Z, RNG.normal(size=(5, 2)), np.ones(4), reach=0.5)


def test_decoded_point_shows_the_place_and_its_pictures():
    images = RNG.random((2, 8, 8, 1))
    pictures = dict(zip(("decoded", "nearest"), images, strict=True))
    figure = plots.decoded_point(Z, LABELS, NAMES, (0.5, -1.5), pictures)
    plane, *beside = figure.axes
    assert "(0.5, −1.5)" in plane.get_title() + plane.get_title(loc="left")
    across, down = (line.get_xydata()[0] for line in plane.lines)
    assert (across[0], down[1]) == (0.5, -1.5)
    for axis, (title, image) in zip(beside, pictures.items(), strict=True):
        assert axis.get_xlabel() == title
        shown = axis.images[0].get_array()
        np.testing.assert_array_equal(shown, image[..., 0])


def test_map_of_codes_tells_classes_apart_by_marker_and_name():
    [axis] = plots.code_map(Z, LABELS, NAMES).axes
    shapes = {
        group.get_paths()[0].vertices.tobytes() for group in axis.collections
    }
    assert len(shapes) == len(axis.collections) == len(NAMES)
    assert {text.get_text() for text in axis.texts} == set(NAMES)
