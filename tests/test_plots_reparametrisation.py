"""The figure of the held noise shows the sum, and slopes as the tape has."""

import numpy as np
import pytest
import tensorflow as tf

from vae_course import layers, plots

PLACES = [(1.5, -1.4, -0.4), (-1.3, 1.6, 1.4), (0.0, 2.0, 0.0)]
at_some_places = pytest.mark.parametrize("numbers", PLACES)


def tape_slopes(z_mean, z_log_var, epsilon):
    mean, log_var = (tf.constant([[x]]) for x in (z_mean, z_log_var))
    with tf.GradientTape() as tape:
        tape.watch([mean, log_var])
        z = mean + layers.std_from_log_var(log_var) * epsilon
    return [z, *tape.gradient(z, [mean, log_var])]


@at_some_places
def test_z_and_its_slopes_are_those_of_the_tape(numbers):
    figure = plots.reparametrisation(0.0, 0.0, 1.0)
    found = plots.move_reparametrisation(figure, *numbers)
    expected = [float(x[0, 0]) for x in tape_slopes(*numbers)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    bars = figure.axes[1].patches
    widths = [bar.get_width() for bar in bars]
    np.testing.assert_allclose(widths, expected[1:], rtol=1e-5, atol=1e-7)


@at_some_places
def test_each_line_leads_from_an_epsilon_to_its_z(numbers):
    z_mean, z_log_var, epsilon = numbers
    ways = plots.reparametrisation(*numbers).axes[0]
    _, *lines = ways.lines
    starts, ends = np.transpose([line.get_xdata() for line in lines])
    assert starts.tolist() == [-2, -1, 0, 1, 2, epsilon]
    np.testing.assert_allclose(ends, z_mean + np.exp(z_log_var / 2) * starts)


@at_some_places
def test_the_bell_below_has_the_area_and_the_place_of_z(numbers):
    z_mean, z_log_var, _ = numbers
    bell = plots.reparametrisation(*numbers).axes[0].lines[0]
    x, density = bell.get_xdata(), -bell.get_ydata()
    assert np.trapezoid(density, x) == pytest.approx(1, abs=0.01)
    assert x[density.argmax()] == pytest.approx(z_mean, abs=0.011)


@at_some_places
def test_the_numbers_are_written_beside_the_bars(numbers):
    texts = plots.reparametrisation(*numbers).axes[1].texts
    _, *slopes = tape_slopes(*numbers)
    for text, slope in zip(texts, slopes, strict=True):
        said = float(text.get_text().replace("−", "-"))
        assert said == pytest.approx(float(slope[0, 0]), abs=0.0051)


@pytest.mark.parametrize(
    "numbers, message",
    [
        (([1.0], 0.0, 0.0), r"z_mean: expected shape \(\)"),
        ((0.0, np.nan, 0.0), "z_log_var: expected finite"),
        ((0.0, 0.0, [1.0, 2.0]), r"epsilon: expected shape \(\)"),
    ],
)
def test_what_is_no_single_number_is_refused(numbers, message):
    with pytest.raises(ValueError, match=message):
        plots.reparametrisation(*numbers)
