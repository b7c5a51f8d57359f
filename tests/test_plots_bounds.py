"""The figures of lesson 06 show the numbers that they are given."""

import numpy as np
import pytest

from vae_course import plots


def test_jensen_stands_the_log_of_the_mean_above_the_mean_of_the_logs():
    axis = plots.jensen(1.0, 9.0).axes[0]
    said = [text.get_text() for text in axis.texts]
    assert said == [
        "log of the mean, 1.609",
        "mean of the logs, 1.099: 0.511 lower",
    ]
    _, chord, gap, *_ = axis.lines
    np.testing.assert_allclose(chord.get_xydata(), [[1, 0], [9, np.log(9)]])
    np.testing.assert_allclose(gap.get_xdata(), 5)
    np.testing.assert_allclose(gap.get_ydata(), [np.log(9) / 2, np.log(5)])


@pytest.fixture
def bound():
    z_mean = np.linspace(-1, 3, 9)
    curves = {"narrow": -3 - (z_mean - 1) ** 2, "wide": -4 - (z_mean - 2) ** 2}
    return plots.evidence_bound(z_mean, curves, log_evidence=-2.5)


def test_evidence_bound_draws_each_curve_and_the_evidence(bound):
    evidence, narrow, top, wide, _ = bound.axes[0].lines
    np.testing.assert_array_equal(evidence.get_ydata(), -2.5)
    [words] = bound.axes[0].texts
    assert (words.get_text(), words.xy) == (r"$\log\,p(x)$", (-1, -2.5))
    assert narrow.get_ydata().max() == -3
    assert wide.get_ydata().max() == -4
    assert narrow.get_linestyle() != wide.get_linestyle()
    np.testing.assert_array_equal(top.get_xdata(), 1)
    np.testing.assert_array_equal(top.get_ydata(), -3)


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: plots.jensen(3.0, 2.0), "low: expected 0 < low < high"),
        (lambda: plots.jensen(0.0, 2.0), "low: expected 0 < low < high"),
        (lambda: plots.jensen(1.0, np.inf), "high: expected finite"),
        (
            lambda: plots.evidence_bound([0.0, 1.0], {"a": [1.0]}, 0.0),
            r"bounds\['a'\]: expected shape \(2,\)",
        ),
        (
            lambda: plots.evidence_bound([0.0], {}, [1.0]),
            "log_evidence: expected shape",
        ),
    ],
)
def test_figures_of_bounds_refuse_what_they_cannot_draw(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
