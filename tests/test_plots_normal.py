"""The figures of lesson 03 show the numbers they are given."""

import numpy as np
import pytest

from vae_course import plots

MEAN = np.array([1.5, -0.7])
COVARIANCE = np.array([[2.0, 0.9], [0.9, 0.8]])
EYE = np.eye(2)


def test_ellipse_lies_its_radius_in_std_from_the_mean():
    d = plots.ellipse(MEAN, COVARIANCE, 2.5) - MEAN
    squared = np.sum(d @ np.linalg.inv(COVARIANCE) * d, axis=1)
    np.testing.assert_allclose(squared, 2.5**2, rtol=1e-12)


def test_ellipse_reaches_as_far_as_its_longest_axis():
    d = plots.ellipse(MEAN, COVARIANCE, 1.0) - MEAN
    longest = np.sqrt(np.linalg.eigvalsh(COVARIANCE)[-1])
    assert np.linalg.norm(d, axis=1).max() == pytest.approx(longest)


def test_ellipses_share_one_scale_and_keep_their_shape():
    points = np.random.default_rng(1).normal(size=(20, 2))
    figure = plots.covariance_ellipses(
        {
            "small": (points, MEAN, np.eye(2)),
            "large": (5 * points, MEAN, COVARIANCE),
        }
    )
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_aspect() == second.get_aspect() == 1


def test_density_curves_draws_what_it_is_given():
    x = np.linspace(-2, 2, 9)
    figure = plots.density_curves(
        x, {"flat": np.ones(9), "rising": x}, highlight="rising"
    )
    flat, rising = figure.axes[0].lines
    assert np.array_equal(flat.get_ydata(), np.ones(9))
    assert np.array_equal(rising.get_ydata(), x)
    assert rising.get_color() == plots.RED != flat.get_color()
    assert rising.get_linestyle() != flat.get_linestyle()


def test_histogram_behind_density_curves_has_area_one():
    samples = np.random.default_rng(1).normal(size=200)
    figure = plots.density_curves(
        np.zeros(1), {"point": np.zeros(1)}, samples=samples
    )
    [outline] = figure.axes[0].patches
    x, height = outline.get_xy().T
    assert abs(np.trapezoid(height, x)) == pytest.approx(1)


def test_density_curves_refuses_a_curve_of_another_length():
    with pytest.raises(ValueError, match=r"curves: .*'short'.*\(3,\)"):
        plots.density_curves(np.zeros(4), {"short": np.zeros(3)})


def test_radii_marks_the_root_of_each_dimension():
    rng = np.random.default_rng(1)
    axis = plots.radii({k: rng.random(50) for k in (4, 9)}).axes[0]
    marks = [line.get_segments()[0][0][0] for line in axis.collections]
    assert marks == [2.0, 3.0]
    assert [text.get_text() for text in axis.texts] == ["$k$ = 4", "$k$ = 9"]


def test_another_cloud_is_drawn_as_in_axes_of_its_own():
    rng = np.random.default_rng(2)
    cloud = rng.normal(size=(20, 2)), MEAN, COVARIANCE
    other = plots.covariance_ellipses({"a": (np.ones((4, 2)), [3, 1], EYE)})
    [axis] = other.axes
    scale = axis.get_xlim()
    plots.move_ellipses(axis, *cloud)
    [expected] = plots.covariance_ellipses({"a": cloud}).axes
    for line, twin in zip(axis.lines, expected.lines, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), twin.get_xydata())
    for arrow, twin in zip(axis.texts, expected.texts, strict=True):
        np.testing.assert_array_equal(arrow.xy, twin.xy)
        np.testing.assert_array_equal(arrow.xyann, twin.xyann)
    assert axis.get_xlim() == scale


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: plots.ellipse([0, 0, 0], np.eye(2), 1), "mean: expected"),
        (lambda: plots.ellipse([0, 0], np.eye(3), 1), "covariance: expected"),
        (
            lambda: plots.ellipse([0, 0], [[1, 2], [2, 1]], 1),
            "covariance: expected a positive definite .* -1$",
        ),
        (lambda: plots.radii({2: [[1.0]]}), r"distances\[2\]: .*\(n,\)"),
        (lambda: plots.radii({0: [1.0]}), "distances: expected at least 1"),
        (lambda: plots.estimates({}, 1.0, "x"), "by_method: expected at"),
        (
            lambda: plots.estimates({"a": [np.nan]}, 1.0, "x"),
            "by_method.'a'.: expected finite",
        ),
        (
            lambda: plots.noise_held([1.0, 2.0], 0.5, [1.0]),
            r"z_mean: expected shape \(\), got \(2,\)",
        ),
        (
            lambda: plots.noise_held(1.0, 0.5, 2.0),
            r"epsilon: expected shape \(k,\), got \(\)",
        ),
    ],
)
def test_figures_refuse_what_they_cannot_draw(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
