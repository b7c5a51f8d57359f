"""Figures are made from arrays, refuse bad ones, and never show themselves."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vae_course import plots


def test_figures_are_not_left_open():
    plots.new_figure()
    plots.image_grid(np.zeros((3, 4, 4)))
    assert plt.get_fignums() == []


def test_image_grid_draws_each_image_once():
    images = np.random.default_rng(1).random((7, 4, 5))
    figure = plots.image_grid(images, columns=3)
    drawn = [axis.images[0] for axis in figure.axes if axis.images]
    assert len(drawn) == 7
    for picture, image in zip(drawn, images, strict=True):
        assert np.array_equal(picture.get_array(), image)


def test_image_grid_takes_a_channel_axis():
    figure = plots.image_grid(np.ones((2, 4, 4, 1)))
    assert figure.axes[0].images[0].get_array().shape == (4, 4)


@pytest.mark.parametrize("dtype, top", [("uint8", 255), ("float32", 1)])
def test_image_grid_uses_one_scale_for_all_images(dtype, top):
    figure = plots.image_grid(np.ones((2, 4, 4), dtype))
    assert figure.axes[1].images[0].get_clim() == (0, top)


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 4), (2, 4, 4, 3)])
def test_image_grid_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match="images: expected"):
        plots.image_grid(np.zeros(shape))


def test_image_grid_refuses_more_titles_than_images():
    with pytest.raises(ValueError, match="titles: expected at most 2"):
        plots.image_grid(np.zeros((2, 4, 4)), titles=["a", "b", "c"])


def test_image_grid_refuses_rows_without_a_place():
    with pytest.raises(ValueError, match="columns: expected at least 1"):
        plots.image_grid(np.zeros((2, 4, 4)), columns=0)


def test_class_colours_are_ten_and_differ():
    assert len(set(plots.CLASS_COLOURS)) == 10
