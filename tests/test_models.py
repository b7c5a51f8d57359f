"""The models train, report and come back from a file as they promise."""

import keras
import numpy as np
import pytest

from vae_course import networks
from vae_course.losses import reconstruction_loss
from vae_course.models import Autoencoder


@pytest.fixture
def x():
    """Images in an order that makes batches unlike, the last one short."""
    brightness = np.linspace(0.05, 0.95, 10).reshape(-1, 1, 1, 1)
    noise = np.random.default_rng(3).uniform(-0.05, 0.05, (10, 32, 32, 1))
    return (brightness + noise).astype("float32")


@pytest.fixture
def autoencoder():
    keras.utils.set_random_seed(1)
    model = Autoencoder(
        networks.build_dense_encoder(), networks.build_dense_decoder()
    )
    model.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=False)
    return model


def nats_per_image(model, x):
    return float(np.mean(reconstruction_loss(x, model(x))))


def test_it_decodes_what_it_encodes(autoencoder, x):
    decoded = autoencoder.decoder(autoencoder.encoder(x))
    np.testing.assert_array_equal(autoencoder(x), decoded)


def test_evaluate_averages_over_images_not_batches(autoencoder, x):
    autoencoder.fit(x, epochs=20, verbose=0)
    result = autoencoder.evaluate(x, batch_size=4, verbose=0, return_dict=True)
    assert list(result) == ["reconstruction_loss"]
    assert result["reconstruction_loss"] == pytest.approx(
        nats_per_image(autoencoder, x), rel=1e-5
    )


@pytest.mark.parametrize("eagerly", [True, False])
def test_training_lowers_the_loss(autoencoder, x, eagerly):
    autoencoder.compile(
        optimizer="adam", run_eagerly=eagerly, jit_compile=False
    )
    before = nats_per_image(autoencoder, x)
    history = autoencoder.fit(x, batch_size=4, epochs=3, verbose=0).history
    assert nats_per_image(autoencoder, x) < before - 1
    assert list(history) == ["reconstruction_loss"]


def test_images_are_their_own_targets(autoencoder, x):
    alone = autoencoder.evaluate(x, verbose=0)
    with_targets = autoencoder.evaluate(x, 0 * x, verbose=0)
    assert with_targets == alone


def test_epochs_do_not_remember_one_another(x):
    networks_ = networks.build_dense_encoder(), networks.build_dense_decoder()
    autoencoder = Autoencoder(*networks_)
    autoencoder.compile(optimizer=keras.optimizers.SGD(0.0), jit_compile=False)
    history = autoencoder.fit(x, batch_size=4, epochs=2, verbose=0).history
    first, second = history["reconstruction_loss"]
    assert second == pytest.approx(first, rel=1e-6)
    assert first == pytest.approx(nats_per_image(autoencoder, x), rel=1e-6)


def test_evaluate_moves_no_weight(autoencoder, x):
    before = autoencoder.get_weights()
    autoencoder.evaluate(x, verbose=0)
    for old, new in zip(before, autoencoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_step_moves_every_weight(autoencoder, x):
    before = autoencoder.get_weights()
    autoencoder.fit(x, batch_size=10, verbose=0)
    assert len(before) == 12
    for old, new in zip(before, autoencoder.get_weights(), strict=True):
        assert np.any(old != new)


def test_it_comes_back_from_a_file(autoencoder, x, tmp_path):
    autoencoder.fit(x, verbose=0)
    autoencoder.save(tmp_path / "autoencoder.keras")
    loaded = keras.saving.load_model(tmp_path / "autoencoder.keras")
    np.testing.assert_array_equal(loaded(x), autoencoder(x))
    assert loaded.evaluate(x, verbose=0) == pytest.approx(
        autoencoder.evaluate(x, verbose=0)
    )


def test_its_config_makes_the_same_architecture(autoencoder):
    config = autoencoder.get_config()
    for _ in range(2):
        again = Autoencoder.from_config(config)
        assert again.encoder.count_params() == (
            autoencoder.encoder.count_params()
        )


def test_two_models_do_not_share_weights(x):
    one, other = (
        Autoencoder(
            networks.build_dense_encoder(), networks.build_dense_decoder()
        )
        for _ in range(2)
    )
    assert np.any(np.asarray(one(x)) != np.asarray(other(x)))


@pytest.mark.parametrize("name", ["encoder", "decoder"])
def test_parts_must_be_keras_models(name):
    parts = {
        "encoder": networks.build_dense_encoder(),
        "decoder": networks.build_dense_decoder(),
        name: abs,
    }
    with pytest.raises(TypeError, match=f"{name}: expected a Keras model"):
        Autoencoder(**parts)


def test_parts_that_know_no_training_argument_train_as_they_should(x):
    class Doubtful(keras.Model):
        """An encoder that drops nearly all it sees, in training alone."""

        def __init__(self):
            super().__init__()
            self.flatten = keras.layers.Flatten()
            self.drop = keras.layers.Dropout(0.9)
            self.dense = keras.layers.Dense(2)

        def call(self, x):
            return self.dense(self.drop(self.flatten(x)))

    autoencoder = Autoencoder(Doubtful(), networks.build_dense_decoder())
    still = [np.asarray(autoencoder(x)) for _ in range(2)]
    np.testing.assert_array_equal(*still)
    moving = [np.asarray(autoencoder(x, training=True)) for _ in range(2)]
    assert np.any(moving[0] != moving[1])
