"""The β slider shows the VAE that it stands at, without computing anew."""

import base64

import numpy as np
import pytest

from vae_course import beta_sweep, data, models, plots, widgets
from vae_course.widgets.tradeoff import in_words


@pytest.fixture(scope="module")
def images():
    _, (images, _) = data.load_fashion_mnist(data.SUBSET_FOLDER)
    return data.prepare_images(images[:8])


@pytest.fixture(scope="module")
def view(images):
    return widgets.beta_explorer(images)


def test_the_slider_says_each_beta_and_starts_at_1(view):
    [slider] = view.sliders
    places = np.arange(slider["low"], slider["high"] + 1, slider["step"])
    assert len(places) == len(beta_sweep.BETAS)
    expected = [f"β = {beta:g}" for beta in beta_sweep.BETAS]
    assert list(slider["names"]) == expected
    assert slider["names"][int(slider["start"])] == "β = 1"


def test_every_beta_has_a_picture_and_words_of_its_own(view):
    seen = {}
    for place, beta in enumerate(beta_sweep.BETAS):
        view.move(place)
        assert view.words.startswith(f"β = {beta:g}: rate ")
        seen[view.words] = view.picture
    assert len(seen) == len(set(seen.values())) == len(beta_sweep.BETAS)


def test_a_move_asks_no_network(view, monkeypatch):
    monkeypatch.setattr(models.VAE, "call", None)
    monkeypatch.setattr(beta_sweep, "load_vae", None)
    view.move(0)


def test_a_view_is_a_still_picture_without_a_front_end(view):
    data, _ = view._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_the_noise_is_the_same_for_every_beta(images, monkeypatch):
    seen = []
    monkeypatch.setattr(
        plots,
        "tradeoff",
        lambda sweep, start, draw=plots.tradeoff: (
            seen.append(sweep) or draw(sweep, start)
        ),
    )
    widgets.beta_explorer(images)
    [sweep] = seen
    epsilon = np.random.default_rng(0).standard_normal((24, 8))
    expected = beta_sweep.decode_sweep(images, epsilon)
    np.testing.assert_allclose(sweep.samples, expected.samples, atol=1e-6)


def test_words_tell_prices_and_how_pictures_vary():
    apart = np.array([0.0, 1.0])[:, None, None, None] * np.ones((2, 4, 4, 1))
    sweep = beta_sweep.Sweep(
        betas=np.array([0.5, 30.0]),
        rates=np.array([12.04, 0.0]),
        distortions=np.array([240.0, 300.0]),
        images=apart,
        reconstructions=np.stack([0.8 * apart, 0 * apart]),
        samples=np.stack([0.5 * apart, 0.25 * apart]),
    )
    assert in_words(sweep, 0) == (
        "β = 0.5: rate 12.0, distortion 240.0, together 252.0 nats an image. "
        "Reconstructions vary 80% as much as the test images do, samples 50%."
    )
    assert "vary 0% as much" in in_words(sweep, 1)
