"""Figures and the view of lesson 02 show where the codes and samples lie."""

import base64

import numpy as np
import pytest

from vae_course import plots, widgets

NAMES = [f"class {label}" for label in range(10)]
RNG = np.random.default_rng(7)
Z, LABELS = RNG.normal(size=(50, 2)), np.arange(50) % 10


def decoder(points):
    """Paint a picture in the grey of its first number."""
    shape = (len(points), 8, 8, 1)
    return np.broadcast_to(points[:, 0].reshape(-1, 1, 1, 1), shape)


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


def test_decoded_point_shows_the_place_and_its_picture():
    image = RNG.random((8, 8, 1))
    figure = plots.decoded_point(Z, LABELS, NAMES, (0.5, -1.5), image)
    plane, picture = figure.axes
    assert "(0.5, -1.5)" in plane.get_title() + plane.get_title(loc="left")
    across, down = (line.get_xydata()[0] for line in plane.lines)
    assert (across[0], down[1]) == (0.5, -1.5)
    np.testing.assert_array_equal(picture.images[0].get_array(), image[..., 0])


def test_moving_a_slider_decodes_another_point():
    explorer = widgets.latent_explorer(decoder, Z, LABELS, NAMES)
    first, *_ = explorer.children
    before = explorer.image.value
    first.value = first.max
    assert explorer.image.value != before


def test_sliders_reach_as_far_as_the_codes():
    explorer = widgets.latent_explorer(decoder, Z, LABELS, NAMES)
    for slider, numbers in zip(explorer.children, Z.T, strict=False):
        assert slider.min == pytest.approx(numbers.min())
        assert slider.max == pytest.approx(numbers.max())


def test_explorer_is_a_still_picture_without_a_front_end():
    explorer = widgets.latent_explorer(decoder, Z, LABELS, NAMES)
    data = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
