"""The figures of lesson 04 show the numbers that they are given."""

import numpy as np
import pytest

from vae_course import plots


@pytest.fixture
def held():
    """Draw three epsilons around z_mean = 0.7, σ = 2."""
    return plots.noise_held(0.7, np.log(4.0), epsilon=[-1.5, 0.0, 1.0])


def lines_of(axis):
    return [line.get_xydata() for line in axis.lines]


def test_noise_held_draws_z_over_its_mean(held):
    points = lines_of(held.axes[0])[2]
    np.testing.assert_allclose(points[:, 1], points[:, 0] + 2.0 * 1.0)


def test_noise_held_draws_z_over_its_log_variance(held):
    points = lines_of(held.axes[1])[0]
    std = np.sqrt(np.exp(points[:, 0]))
    np.testing.assert_allclose(points[:, 1], 0.7 - 1.5 * std)


@pytest.mark.parametrize("side", [0, 1])
def test_tangents_have_the_slope_of_their_line_at_the_dot(held, side):
    drawn = lines_of(held.axes[side])
    for line, tangent in zip(drawn[:3], drawn[3:6], strict=True):
        middle = len(line) // 2
        step = line[middle + 1] - line[middle - 1]
        rise = tangent[1] - tangent[0]
        assert rise[1] / rise[0] == pytest.approx(step[1] / step[0], abs=1e-3)
        np.testing.assert_allclose(tangent.mean(axis=0), line[middle])


def test_noise_held_says_each_slope(held):
    said = [text.get_text() for text in held.axes[1].texts]
    assert said == [
        r"$\varepsilon = -1.5$, slope $-1.5$",
        r"$\varepsilon = 0$, slope $0$",
        r"$\varepsilon = 1$, slope $1$",
    ]


def test_clouds_draw_every_code_once_with_a_marker_a_cloud():
    codes = np.random.default_rng(2).normal(size=(3, 20, 2))
    figure = plots.clouds({"a": codes, "b": codes[:, :1]}, ["x", "y", "z"])
    for axis, expected in zip(figure.axes, [codes, codes[:, :1]], strict=True):
        drawn = [np.asarray(c.get_offsets()) for c in axis.collections]
        np.testing.assert_allclose(drawn, expected)
        shapes = {
            c.get_paths()[0].vertices.tobytes() for c in axis.collections
        }
        assert len(shapes) == 3
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["x", "y", "z"]


def test_clouds_mark_their_targets():
    targets = [[0.0, 1.0], [2.0, 3.0]]
    codes = np.zeros((2, 1, 2))
    figure = plots.clouds({"a": codes}, ["x", "y"], targets)
    crosses = figure.axes[0].collections[-1].get_offsets()
    np.testing.assert_allclose(crosses, targets)
    [legend] = figure.legends
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["x", "y", "target"]


@pytest.mark.parametrize("clouds, labels", [(3, 2), (2, 3), (11, 11)])
def test_clouds_want_a_label_each(clouds, labels):
    with pytest.raises(ValueError, match="labels: expected one for each"):
        plots.clouds({"a": np.zeros((clouds, 1, 2))}, ["name"] * labels)


def test_estimates_stand_on_one_scale_beside_the_exact_number():
    rng = np.random.default_rng(3)
    estimates = {"a": rng.normal(2, 1, 900), "b": rng.normal(2, 5, 900)}
    figure = plots.estimates(estimates, exact=2.0, xlabel="slope")
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    for axis, name in zip(figure.axes, estimates, strict=True):
        titles = {axis.get_title(loc=place) for place in ("left", "center")}
        assert name in titles
        assert axis.lines[0].get_xdata()[0] == 2.0
        heights = [bar.get_height() for bar in axis.patches]
        share = np.sum(heights) * axis.patches[0].get_width()
        assert share == pytest.approx(1.0)
