"""Figures of lesson 10 show the numbers that they are given."""

import numpy as np
import pytest

from vae_course import clinic, plots

BETAS, RATES = [0.25, 1.0, 4.0], [20.0, 10.0, 5.0]
DISTORTIONS = [236.0, 243.0, 256.0]


def points(line):
    return line.get_xydata()


# --- rate_distortion --------------------------------------------------------


def test_curve_goes_through_the_models_in_the_order_of_their_rates():
    [axis] = plots.rate_distortion(BETAS, RATES, DISTORTIONS).axes
    [curve] = [line for line in axis.lines if line.get_linestyle() == "-"]
    expected = [(5, 256), (10, 243), (20, 236)]
    np.testing.assert_array_equal(points(curve), expected)


def test_dashed_lines_keep_the_sum_of_rate_and_distortion():
    [axis] = plots.rate_distortion(BETAS, RATES, DISTORTIONS).axes
    dashed = [line for line in axis.lines if line.get_linestyle() == "--"]
    sums = [points(line).sum(axis=1) for line in dashed]
    np.testing.assert_allclose(np.ptp(sums, axis=1), 0, atol=1e-9)
    assert sorted(s[0] for s in sums) == [253, 256, 261]


def test_the_best_sum_is_named_in_the_legend():
    [axis] = plots.rate_distortion(BETAS, RATES, DISTORTIONS).axes
    [text] = axis.get_legend().get_texts()
    assert "= 253, the least" in text.get_text()


def test_each_model_is_labelled_with_its_beta():
    [axis] = plots.rate_distortion(BETAS, RATES, DISTORTIONS).axes
    places = {text.get_text(): text.xy for text in axis.texts}
    assert places[r"$\beta = 4$"] == (5, 256)
    assert places[r"$\beta = 0.25$"] == (20, 236)


@pytest.mark.parametrize("name", ["rates", "distortions"])
def test_each_model_needs_both_prices(name):
    prices = {"rates": RATES, "distortions": DISTORTIONS}
    prices[name] = prices[name][:2]
    with pytest.raises(ValueError, match=rf"{name}: .*\(3,\), got \(2,\)"):
        plots.rate_distortion(BETAS, **prices)


# --- kl_by_dimension --------------------------------------------------------


def test_bars_fall_from_the_largest_and_share_a_scale():
    panels = {"one": [0.5, 3.0, 1.5], "other": np.array([0.0, 0.1, 0.2])}
    first, second = plots.kl_by_dimension(panels).axes
    assert [bar.get_height() for bar in first.patches] == [3.0, 1.5, 0.5]
    assert [bar.get_height() for bar in second.patches] == [0.2, 0.1, 0.0]
    assert first.get_ylim() == second.get_ylim()


def test_a_table_is_no_panel():
    with pytest.raises(ValueError, match=r"panels: .*\(latent_dim,\)"):
        plots.kl_by_dimension({"one": np.ones((4, 3))})


# --- patient_chart ----------------------------------------------------------

CHART = clinic.load_chart("C")


@pytest.fixture
def panels():
    return plots.patient_chart(CHART, "Patient C").axes


def line_of(axis, label):
    [line] = [line for line in axis.lines if line.get_label() == label]
    return points(line)


@pytest.mark.parametrize(
    "panel, label, term",
    [
        (0, "total, training", "total_loss"),
        (0, "total, test", "val_total_loss"),
        (0, "reconstr., training", "reconstruction_loss"),
        (0, "reconstr., test", "val_reconstruction_loss"),
        (1, "KL, training", "kl_loss"),
        (1, "KL, test", "val_kl_loss"),
    ],
)
def test_curves_are_what_the_patient_reported(panels, panel, label, term):
    curve = line_of(panels[panel], label)
    np.testing.assert_array_equal(curve[:, 0], np.arange(1, 21))
    np.testing.assert_array_equal(curve[:, 1], CHART.history[term])


def test_stars_are_what_was_measured(panels):
    star = line_of(panels[0], "test, measured")
    np.testing.assert_array_equal(star, [(20, CHART.reconstruction)])
    star = line_of(panels[1], "test, measured")
    np.testing.assert_allclose(star, [(20, CHART.kl.sum())])


def test_bars_are_the_kl_of_each_dimension(panels):
    heights = [bar.get_height() for bar in panels[2].patches]
    np.testing.assert_array_equal(heights, CHART.kl)


def test_empty_dimensions_show_as_none():
    chart = clinic.load_chart("A")
    bars = plots.patient_chart(chart, "Patient A").axes[2]
    assert bars.get_ylim()[1] >= 0.5


def test_codes_are_told_apart_by_marker_and_name(panels):
    codes = panels[3].collections
    for dimension, dots in enumerate(codes):
        expected = np.stack([CHART.z_mean, CHART.std])[:, :, dimension].T
        np.testing.assert_array_equal(dots.get_offsets(), expected)
        assert dots.get_label() == f"dimension {dimension + 1}"
    shapes = {len(dots.get_paths()[0]) for dots in codes}
    assert len(codes) == 4 and len(shapes) > 1


def test_noise_is_shown_as_asked_for_and_as_found(panels):
    [dots] = panels[4].collections
    expected = np.column_stack([CHART.std.ravel(), CHART.drawn_std.ravel()])
    np.testing.assert_array_equal(dots.get_offsets(), expected)


def test_pictures_stand_in_rows_with_names(panels):
    mosaic = panels[5].images[0].get_array()
    assert mosaic.shape == (5 * 32, 8 * 32)
    np.testing.assert_array_equal(mosaic[32:64, 64:96], CHART.from_mean[2])
    np.testing.assert_array_equal(mosaic[128:, :32], CHART.from_prior[8])
    names = [label.get_text() for label in panels[5].get_yticklabels()]
    assert names == [
        "image",
        f"from {plots.code('z_mean')}",
        "from $z$",
        "from $N(0, I)$",
        "again",
    ]


@pytest.mark.parametrize("patient", [*clinic.PATIENTS, clinic.HEALTHY])
def test_every_chart_can_be_drawn(patient):
    chart = clinic.load_chart(patient)
    plots.patient_chart(chart, patient).canvas.draw()
