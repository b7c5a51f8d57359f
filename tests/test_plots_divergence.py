"""The figures and the view of lesson 05 show the numbers they are given."""

import numpy as np
import pytest
from scipy.stats import norm

from vae_course import plots

Z = np.linspace(-4.0, 4.0, 401)
LOG_P = -0.5 * (np.log(2 * np.pi) + Z**2)
LOG_Q = -0.5 * (np.log(2 * np.pi) + np.log(0.25) + (Z - 0.5) ** 2 / 0.25)
CURVES = {
    "z_mean": (Z, Z**2 / 2, [-1.0, 0.0, 2.0], [0.5, 0.0, 2.0], [-1, 0, 2])
}


def texts(artists):
    return [text.get_text() for text in artists]


def test_fitted_bells_draws_target_and_bells():
    bells = {"one": {"a": (-2, 0.6), "b": (0.5, 0.5)}, "two": {"c": (0, 1)}}
    figure = plots.fitted_bells(Z, np.exp(LOG_P), bells)
    first, second = figure.axes
    a, b = first.lines
    assert Z[np.argmax(a.get_ydata())] == pytest.approx(-2)
    np.testing.assert_allclose(b.get_ydata(), np.exp(LOG_Q))
    assert a.get_linestyle() != b.get_linestyle()
    np.testing.assert_allclose(second.lines[0].get_ydata(), np.exp(LOG_P))
    for axis, labels in (
        (
            first,
            [
                r"a: mean $-2.00$, $\sigma$ 0.60",
                r"b: mean $0.50$, $\sigma$ 0.50",
            ],
        ),
        (second, [r"c: mean $0.00$, $\sigma$ 1.00"]),
    ):
        named = texts(axis.get_legend().get_texts())
        assert named == ["target $p$", *labels]
        top = axis.collections[0].get_paths()[0].vertices[:, 1].max()
        assert top == pytest.approx(np.exp(LOG_P).max())


def test_areas_of_the_integrand_differ_by_the_divergence():
    figure = plots.kl_integrand(Z, LOG_Q, LOG_P)
    above, below = figure.axes
    assert np.array_equal(above.lines[1].get_ydata(), np.exp(LOG_Q))
    said = texts(below.get_legend().get_texts())
    assert [words.rsplit(":")[0] for words in said] == [
        "area above zero",
        "area below zero",
    ]
    positive, negative = (float(words.split()[-2]) for words in said)
    closed = 0.5 * (0.5**2 + 0.25 - 1 - np.log(0.25))
    assert positive - negative == pytest.approx(closed, abs=2e-3)
    assert negative > 0.001


def test_integrand_is_drawn_where_it_is():
    curve = plots.kl_integrand(Z, LOG_Q, LOG_P).axes[1].lines[0].get_ydata()
    np.testing.assert_allclose(curve, np.exp(LOG_Q) * (LOG_Q - LOG_P))


def test_tangents_touch_the_places_with_their_slopes():
    [axis] = plots.kl_pull(CURVES).axes
    curve, dots, *tangents = axis.lines[:5]
    assert np.array_equal(curve.get_ydata(), Z**2 / 2)
    _, _, places, heights, slopes = CURVES["z_mean"]
    assert np.array_equal(dots.get_xdata(), places)
    assert np.array_equal(dots.get_ydata(), heights)
    drawn = zip(tangents, places, heights, slopes, strict=True)
    for line, place, height, slope in drawn:
        run, rise = np.diff(line.get_xdata()), np.diff(line.get_ydata())
        assert rise / run == pytest.approx(slope)
        assert line.get_xdata().mean() == pytest.approx(place)
        assert line.get_ydata().mean() == pytest.approx(height)


def test_the_pull_points_against_the_slope_and_says_its_size():
    [axis] = plots.kl_pull(CURVES).axes
    arrows = [text for text in axis.texts if hasattr(text, "xyann")]
    moves = [arrow.xy[0] - arrow.xyann[0] for arrow in arrows]
    np.testing.assert_allclose(moves, [0.5, -1.0])
    said = [text for text in texts(axis.texts) if text]
    assert said == ["+1.00", "0", "−2.00"]


def test_another_q_in_the_figure_is_drawn_as_in_a_figure_of_its_own():
    z = np.linspace(-4, 4, 801)
    log_p, log_q = norm.logpdf(z), norm.logpdf(z, -0.5, 0.6)
    moved = plots.kl_integrand(z, norm.logpdf(z, 1, 0.5), log_p)
    scales = [axis.get_ylim() for axis in moved.axes]
    plots.move_integrand(moved, z, log_q, log_p)
    fresh = plots.kl_integrand(z, log_q, log_p)
    for one, other in zip(moved.axes, fresh.axes, strict=True):
        for line, expected in zip(one.lines, other.lines, strict=True):
            np.testing.assert_array_equal(
                line.get_ydata(), expected.get_ydata()
            )
        for fill, expected in zip(
            one.collections, other.collections, strict=True
        ):
            np.testing.assert_array_equal(
                fill.get_paths()[0].vertices,
                expected.get_paths()[0].vertices,
            )
    assert texts(moved.axes[1].get_legend().texts) == texts(
        fresh.axes[1].get_legend().texts
    )
    assert [axis.get_ylim() for axis in moved.axes] == scales


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: plots.fitted_bells(Z, Z[1:], {"a": {}}), r"target: .*400"),
        (
            lambda: plots.fitted_bells(Z, Z, {"a": {"bell": (0.0, 0.0)}}),
            "variance: expected numbers above 0",
        ),
        (lambda: plots.kl_integrand(Z, Z[1:], Z), "log_q: expected"),
        (
            lambda: plots.kl_integrand(Z, Z, np.full(401, np.inf)),
            "log_p: expected fin",
        ),
        (
            lambda: plots.kl_pull({"v": (Z, Z[1:], [1], [1], [1])}),
            "kl by v: expected the shape of x",
        ),
        (
            lambda: plots.kl_pull({"v": (Z, Z, [1], [1], [1, 2])}),
            "slopes by v: expected the shape of places",
        ),
    ],
)
def test_figures_refuse_what_they_cannot_draw(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
