"""Every patient's chart tells its slip from all others, and from health."""

import re

import make_patients
import numpy as np
import pytest
from lesson_solutions import SOURCE, solution

from vae_course import clinic

CHARTS = {
    patient: clinic.load_chart(patient)
    for patient in (clinic.HEALTHY, *clinic.PATIENTS)
}
EPOCHS = 20


def last(chart, term):
    return chart.history[term][-1]


def reported_share(chart):
    """Say which share of the measured loss the code reports."""
    return last(chart, "val_reconstruction_loss") / chart.reconstruction


def kl_in_total(chart):
    """Say how often the KL term went into the reported total."""
    total = last(chart, "total_loss") - last(chart, "reconstruction_loss")
    return total / last(chart, "kl_loss")


def brightness_apart(one, other):
    return np.abs(one.astype(float) - other).mean()


def noise_exponent(chart):
    """Fit by which power of σ the draws spread."""
    return np.polyfit(
        np.log(chart.std.ravel()), np.log(chart.drawn_std.ravel()), 1
    )[0]


# What a reader sees in the panel that tells, as a number.
TELLS = {
    "averages_pixels": lambda chart: (
        abs(reported_share(chart) - 1 / 1024) < 1e-4
    ),
    "kl_left_out": lambda chart: abs(kl_in_total(chart)) < 0.01,
    "activation_on_head": lambda chart: chart.z_mean.min() == 0,
    "metrics_not_reset": lambda chart: (
        last(chart, "reconstruction_loss") - chart.reconstruction > 5
    ),
    "decoder_fed_mean": lambda chart: (
        chart.kl.sum() < 2
        and brightness_apart(chart.images, chart.from_mean) < 30
    ),
    "half_missing": lambda chart: (
        chart.std.std() > 0.02 and abs(noise_exponent(chart) - 2) < 0.1
    ),
}


@pytest.mark.parametrize("slip", TELLS)
def test_a_telling_curve_belongs_to_one_patient_alone(slip):
    ill = [patient for patient, chart in CHARTS.items() if TELLS[slip](chart)]
    assert [clinic.diagnose()[patient] for patient in ill] == [slip]


def test_six_patients_have_six_slips_of_a_longer_list():
    slips = clinic.diagnose()
    assert "".join(slips) == clinic.PATIENTS
    assert len(set(slips.values())) == 6
    assert set(slips.values()) < set(clinic.SLIPS)


def test_the_healthy_one_reports_what_was_measured():
    chart = CHARTS[clinic.HEALTHY]
    assert reported_share(chart) == pytest.approx(1, abs=0.02)
    assert last(chart, "val_kl_loss") == pytest.approx(chart.kl.sum(), 0.05)
    assert kl_in_total(chart) == pytest.approx(1, abs=0.01)
    assert noise_exponent(chart) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("patient", CHARTS)
def test_charts_are_complete(patient):
    chart = CHARTS[patient]
    assert len(chart.history) == 6
    assert {curve.shape for curve in chart.history.values()} == {(EPOCHS,)}
    assert chart.z_mean.shape == chart.std.shape == chart.drawn_std.shape
    assert chart.kl.shape == chart.z_mean.shape[1:]
    assert chart.from_mean.shape == chart.from_draw.shape == (8, 32, 32)
    assert chart.from_prior.shape == (16, 32, 32)
    assert chart.images.dtype == chart.from_prior.dtype == np.uint8
    for numbers in (*chart.history.values(), *chart[1:]):
        assert np.all(np.isfinite(numbers))


def test_charts_are_small():
    assert sum(path.stat().st_size for path in clinic.FOLDER.iterdir()) < 3e5


def test_the_lesson_explains_every_slug():
    text = (SOURCE / "10_diagnosis.py").read_text(encoding="utf-8")
    explained = re.findall(r"^# \| `(\w+)` \| \S", text, flags=re.MULTILINE)
    assert [s for s in explained if s in clinic.SLIPS] == [*clinic.SLIPS]


@pytest.mark.parametrize("patient", ["G", "a", "", None])
def test_other_patients_are_refused(patient):
    with pytest.raises(ValueError, match="patient: expected one of A, B"):
        clinic.load_chart(patient)


def test_solution_of_diagnose_agrees_with_the_library():
    assert solution("10.4")() == clinic.diagnose()


# --- tools/make_patients.py -------------------------------------------------


@pytest.fixture
def x():
    return np.random.default_rng(1).random((40, 32, 32, 1)).astype("float32")


def test_the_tool_makes_every_patient_of_the_clinic():
    made = {
        patient: slip for patient, (slip, _) in make_patients.PATIENTS.items()
    }
    assert made == {clinic.HEALTHY: "healthy", **clinic.diagnose()}


def test_the_tool_writes_a_chart_that_loads(x, tmp_path, monkeypatch):
    monkeypatch.setattr(make_patients, "N_PLOTTED", 12)
    monkeypatch.setattr(make_patients, "DRAWS", 20)
    make_patients.make_patient(tmp_path, "F", x, x[:16], epochs=2, seed=0)
    monkeypatch.setattr(clinic, "FOLDER", tmp_path)
    chart = clinic.load_chart("F")
    assert {len(curve) for curve in chart.history.values()} == {2}
    assert chart.z_mean.shape == chart.drawn_std.shape == (12, 4)
    assert chart.reconstruction > 0
    shown = x[:8, :, :, 0]
    np.testing.assert_allclose(chart.images / 255, shown, atol=0.003)


def test_averages_pixels_divides_one_term_by_the_pixels(x):
    plain = make_patients.build(make_patients.models.VAE, seed=3)
    patient = make_patients.build(make_patients.AveragesPixels, seed=3)
    (right, kl), (wrong, same_kl) = (
        map(np.asarray, vae.compute_losses(x)) for vae in (plain, patient)
    )
    np.testing.assert_allclose(1024 * wrong, right, rtol=1e-5)
    np.testing.assert_allclose(same_kl, kl, rtol=1e-5)


def test_decoder_fed_mean_has_a_loss_without_chance(x):
    patient = make_patients.build(make_patients.DecoderFedMean, seed=3)
    first, then = (patient.compute_losses(x)[0] for _ in range(2))
    np.testing.assert_array_equal(first, then)


def test_metrics_not_reset_remembers_the_epoch_before(x):
    patient = make_patients.build(make_patients.MetricsNotReset, seed=3)
    history = patient.fit(x, epochs=2, batch_size=40, verbose=0).history
    alone = make_patients.build(make_patients.models.VAE, seed=3)
    right = alone.fit(x, epochs=2, batch_size=40, verbose=0).history
    for term, curve in right.items():
        assert history[term][1] == pytest.approx(np.mean(curve), rel=1e-4)


def test_half_missing_draws_with_the_variance_for_the_spread():
    z_mean = np.zeros((20_000, 1), "float32")
    z = make_patients.HalfMissing()([z_mean, z_mean + np.log(9.0)])
    assert np.std(z) == pytest.approx(9, rel=0.03)


def test_activation_on_head_has_no_mean_below_zero(x):
    patient = make_patients.build(make_patients.activation_on_head, seed=3)
    z_mean, z_log_var, _ = patient.encoder(x)
    assert np.min(z_mean) == 0 and np.min(z_log_var) < 0


def test_kl_left_out_reports_a_total_without_it(x):
    patient = make_patients.build(make_patients.kl_left_out, seed=3)
    history = patient.fit(x, verbose=0).history
    assert history["total_loss"] == history["reconstruction_loss"]
    assert history["kl_loss"][0] > 0
