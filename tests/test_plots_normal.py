"""The figures and views of lesson 03 show the numbers they are given."""

import base64

import numpy as np
import pytest

from vae_course import plots, widgets

MEAN = np.array([1.5, -0.7])
COVARIANCE = np.array([[2.0, 0.9], [0.9, 0.8]])
PNG = b"\x89PNG\r\n"


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
    bars = figure.axes[0].patches
    area = sum(bar.get_width() * bar.get_height() for bar in bars)
    assert area == pytest.approx(1)


def test_density_curves_refuses_a_curve_of_another_length():
    with pytest.raises(ValueError, match=r"curves: .*'short'.*\(3,\)"):
        plots.density_curves(np.zeros(4), {"short": np.zeros(3)})


def test_radii_marks_the_root_of_each_dimension():
    rng = np.random.default_rng(1)
    axis = plots.radii({k: rng.random(50) for k in (4, 9)}).axes[0]
    marks = [line.get_segments()[0][0][0] for line in axis.collections]
    assert marks == [2.0, 3.0]
    assert [text.get_text() for text in axis.texts] == ["k = 4", "k = 9"]


@pytest.mark.parametrize(
    "explorer", [widgets.normal_explorer, widgets.covariance_explorer]
)
def test_every_slider_changes_the_figure(explorer):
    view = explorer()
    *sliders, image = view.children
    for slider in sliders:
        before = bytes(image.value)
        slider.value = slider.min
        after = bytes(image.value)
        assert after.startswith(PNG)
        assert after != before


def test_a_view_is_a_still_picture_without_a_front_end():
    view = widgets.normal_explorer()
    still = view._repr_mimebundle_()["image/png"]
    assert base64.b64decode(still) == view.image.value


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
