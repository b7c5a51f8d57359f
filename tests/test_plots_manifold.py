"""Figures of lesson 09 show the codes that they are given."""

import numpy as np
import pytest

from vae_course import plots
from vae_course.latent import percentile_grid

NAMES = [f"class {label}" for label in range(10)]
RNG = np.random.default_rng(7)
Z, LABELS = RNG.normal(size=(50, 2)), np.arange(50) % 10
FAR = 30 * Z + 7


def title_of(plane):
    return plane.get_title() + plane.get_title(loc="left")


def offsets(plane):
    return np.concatenate([c.get_offsets() for c in plane.collections])


def test_each_plane_shows_its_own_codes():
    figure = plots.latent_planes({"near": Z, "far": FAR}, LABELS, NAMES)
    for plane, title, z in zip(
        figure.axes, ("near", "far"), (Z, FAR), strict=True
    ):
        by_class = [z[label == LABELS] for label in range(10)]
        np.testing.assert_array_equal(offsets(plane), np.concatenate(by_class))
        assert title_of(plane) == title


def test_planes_have_the_axes_that_are_asked_for():
    figure = plots.latent_planes(
        {"z": Z, "u": FAR}, LABELS, NAMES, [("a", "b"), ("c", "d")]
    )
    shown = [(plane.get_xlabel(), plane.get_ylabel()) for plane in figure.axes]
    assert shown == [("a", "b"), ("c", "d")]


def test_planes_refuse_labels_of_another_length():
    with pytest.raises(ValueError, match=r"labels: .*\(50,\).*got \(49,\)"):
        plots.latent_planes({"z": Z}, LABELS[1:], NAMES)


def test_each_model_has_its_plane_its_point_and_its_pictures():
    pictures = RNG.random((2, 2, 8, 8, 1))
    points = np.array([[0.5, -1.5], [20.0, 3.0]])
    figure = plots.decoded_points(
        {
            name: (z, point, {"decoded": decoded, "nearest": nearest})
            for name, z, point, (decoded, nearest) in zip(
                ("one", "other"), (Z, FAR), points, pictures, strict=True
            )
        },
        LABELS,
        NAMES,
    )
    for plane, name, point in zip(
        figure.axes[:2], ("one", "other"), points, strict=True
    ):
        assert name in title_of(plane)
        across, down = (line.get_xydata()[0] for line in plane.lines)
        assert (across[0], down[1]) == tuple(point)
    expected = pictures.reshape(4, 8, 8)
    for axis, picture in zip(figure.axes[2:], expected, strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), picture)


def test_manifold_has_the_first_picture_at_the_top_left():
    images = RNG.random((9, 4, 5, 1))
    [axis] = plots.manifold(images, 3).axes
    shown = axis.images[0].get_array()
    assert shown.shape == (12, 15)
    for row in range(3):
        for column in range(3):
            np.testing.assert_array_equal(
                shown[4 * row : 4 * row + 4, 5 * column : 5 * column + 5],
                images[3 * row + column, ..., 0],
            )


def test_manifold_of_the_grid_grows_rightwards_and_upwards():
    n = 3
    grid = percentile_grid(n)
    [axis] = plots.manifold(np.ones((n * n, 2, 2)) * grid[:, :1, None], n).axes
    assert np.all(np.diff(axis.images[0].get_array()[0, ::2]) > 0)
    assert axis.images[0].get_extent() == [0, 1, 0, 1]
    assert axis.get_ylim() == (0, 1)


@pytest.mark.parametrize("n, got", [(2, 9), (4, 9), (0, 1)])
def test_manifold_refuses_another_number_of_images(n, got):
    with pytest.raises(ValueError, match="images: expected|n: expected"):
        plots.manifold(np.ones((got, 4, 4)), n)


def test_codes_stand_beside_the_bell_in_every_dimension():
    z = RNG.normal(size=(500, 3))
    figure = plots.codes_and_prior({"codes": z, "others": z / 2})
    assert len(figure.axes) == 3
    for axis in figure.axes:
        [bell] = axis.lines
        x, density = bell.get_xydata().T
        assert density.max() == pytest.approx(1 / np.sqrt(2 * np.pi), 1e-3)
        assert x[density.argmax()] == pytest.approx(0, abs=1e-9)
        assert bell.get_color() == plots.RED
        assert len(axis.patches) == 2


def test_area_of_the_codes_steps_is_one():
    [axis] = plots.codes_and_prior({"codes": Z[:, :1]}).axes
    x, y = axis.patches[0].get_xy().T
    area = np.sum(np.diff(x)[1::2] * y[1:-1:2])
    assert area == pytest.approx(1)


def test_clouds_of_unlike_dimension_are_refused():
    with pytest.raises(ValueError, match=r"clouds: .*\[1, 2\]"):
        plots.codes_and_prior({"codes": Z, "others": Z[:, :1]})
