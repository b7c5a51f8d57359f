"""The VAEs of the β slider are what the slider says they are."""

import make_beta_sweep
import numpy as np
import pytest

from vae_course import beta_sweep, data
from vae_course.beta_sweep import BETAS
from vae_course.evaluate import active_units, hole_share

RNG = np.random.default_rng(5)
EPSILON = RNG.standard_normal((300, beta_sweep.LATENT_DIM))


@pytest.fixture(scope="module")
def x():
    _, (images, _) = data.load_fashion_mnist(data.SUBSET_FOLDER)
    return data.prepare_images(images)


@pytest.fixture(scope="module")
def sweep(x):
    return beta_sweep.decode_sweep(x[:50], EPSILON)


@pytest.fixture(scope="module")
def vaes():
    return {beta: beta_sweep.load_vae(beta)[0] for beta in BETAS}


def entry(beta):
    return BETAS.index(beta)


# --- what is loaded ---------------------------------------------------------


@pytest.mark.parametrize("beta", BETAS)
def test_stored_prices_are_those_that_are_measured_anew(beta, x):
    """The rate has no chance in it, the distortion a draw for each image."""
    vae, rate, distortion = beta_sweep.load_vae(beta)
    (drawn, kl), (again, _) = (
        map(np.asarray, vae.compute_losses(x)) for _ in range(2)
    )
    assert kl.mean(dtype=float) == pytest.approx(rate, rel=1e-4, abs=1e-5)
    error = np.std(drawn - again) / np.sqrt(len(x))
    anew = drawn.mean(dtype=float)
    # In float32 a mean of hundreds of nats is good to a thousandth.
    assert anew == pytest.approx(distortion, rel=0, abs=5 * error + 1e-3)


def test_every_vae_has_the_beta_of_its_file(vaes):
    assert [vae.beta for vae in vaes.values()] == [*BETAS]


def test_files_are_small_and_belong_to_the_sweep():
    files = list(beta_sweep.FOLDER.iterdir())
    assert {path.name for path in files} == {
        beta_sweep.file_name(beta) for beta in BETAS
    }
    assert sum(path.stat().st_size for path in files) < 1.5e6


@pytest.mark.parametrize("beta", [0.02, 1000.0, "1", None])
def test_other_betas_are_refused(beta):
    with pytest.raises(ValueError, match=r"beta: expected one of 0\.01, "):
        beta_sweep.load_vae(beta)


# --- what is decoded --------------------------------------------------------


def test_every_beta_decodes_to_finite_images_in_range(sweep):
    k = len(BETAS)
    assert sweep.reconstructions.shape == (k, 50, 32, 32, 1)
    assert sweep.samples.shape == (k, len(EPSILON), 32, 32, 1)
    for pictures in sweep.reconstructions, sweep.samples:
        assert np.all((pictures >= 0) & (pictures <= 1))


def test_every_decoder_gets_the_same_codes(sweep, vaes):
    for vae, samples in zip(vaes.values(), sweep.samples, strict=True):
        expected = vae.decoder(EPSILON)
        np.testing.assert_allclose(samples, expected, atol=1e-6)


def test_reconstructions_are_drawn_from_the_means_of_codes(sweep, vaes):
    for vae, drawn in zip(vaes.values(), sweep.reconstructions, strict=True):
        expected = vae.decoder(vae.encoder(sweep.images)[0])
        np.testing.assert_allclose(drawn, expected, atol=1e-6)


@pytest.mark.parametrize(
    "images, epsilon, message",
    [
        (np.ones((3, 28, 28, 1)), EPSILON, r"images: .*\(3, 28, 28, 1\)"),
        (np.ones((3, 32, 32, 1)), EPSILON[:, :2], r"epsilon: .*\(300, 2\)"),
        (np.full((3, 32, 32, 1), np.nan), EPSILON, "images: .*finite"),
    ],
)
def test_other_shapes_are_refused(images, epsilon, message):
    with pytest.raises(ValueError, match=message):
        beta_sweep.decode_sweep(images, epsilon)


# --- what the slider is there to show ---------------------------------------


def test_the_rate_falls_along_beta(sweep):
    assert np.all(np.diff(sweep.rates) < 0)


def test_the_distortion_grows_along_beta_once_rate_buys_something(sweep):
    dear = entry(0.1)
    assert np.all(np.diff(sweep.distortions[dear:]) > 0)
    # Below that the decoder draws no better, whatever the codes tell it.
    assert np.ptp(sweep.distortions[: dear + 1]) < 2


def test_the_best_bound_is_at_beta_1(sweep):
    assert np.argmin(sweep.rates + sweep.distortions) == entry(1.0)


def test_the_lightest_leaves_clouds_that_are_points_on_a_map(vaes, x):
    z_mean, z_log_var, _ = vaes[0.01].encoder(x)
    width = np.exp(np.asarray(z_log_var) / 2).mean()
    assert np.std(z_mean) > 50 * width


def test_samples_fall_in_holes_until_beta_is_1(vaes, x):
    holes = {
        beta: hole_share(EPSILON, np.asarray(vae.encoder(x)[2]))
        for beta, vae in vaes.items()
    }
    assert min(holes[beta] for beta in BETAS if beta < 1) > 0.25
    assert max(holes[beta] for beta in BETAS if beta >= 1) < 0.15


def test_the_heaviest_draws_one_picture_for_all(sweep, vaes, x):
    assert active_units(np.asarray(vaes[100.0].encoder(x)[0])) == 0
    assert sweep.rates[-1] < 0.01
    one, *others = sweep.reconstructions[-1]
    np.testing.assert_allclose(others, [one] * len(others), atol=0.01)


# --- tools/make_beta_sweep.py -----------------------------------------------


def test_the_tool_writes_a_vae_that_loads(tmp_path, monkeypatch):
    x = RNG.random((40, 32, 32, 1)).astype("float32")
    prices = make_beta_sweep.make_model(tmp_path, 3.0, x, x[:16], epochs=1)
    monkeypatch.setattr(beta_sweep, "FOLDER", tmp_path)
    vae, rate, distortion = beta_sweep.load_vae(3.0)
    assert rate == prices["kl_loss"]
    assert distortion == prices["reconstruction_loss"]
    assert vae.beta == 3.0
    _, kl = vae.compute_losses(x[:16])
    assert np.mean(kl) == pytest.approx(rate, rel=1e-4)
