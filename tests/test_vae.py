"""The VAE trains, reports and comes back from a file as it promises."""

import math
import operator
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from lesson_solutions import solution

from vae_course import networks
from vae_course.layers import Sampling
from vae_course.models import VAE

SHAPE, LATENTS, PIXELS, BETA, RATE = (6, 4, 1), 3, 24, 2.5, 0.02


def heads(seed=0):
    """Make an encoder whose z is a head of its own: known, not drawn."""
    x = keras.Input(SHAPE)
    features = layers.Flatten()(x)
    model = keras.Model(
        x, [layers.Dense(LATENTS, name=name)(features) for name in "mvz"]
    )
    return with_weights(model, seed)


def pixels(seed=1):
    model = keras.Sequential(
        [
            keras.Input((LATENTS,)),
            layers.Dense(PIXELS, activation="sigmoid"),
            layers.Reshape(SHAPE),
        ]
    )
    return with_weights(model, seed)


def with_weights(model, seed):
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        weight.assign(rng.normal(0, 0.3, weight.shape))
    return model


@pytest.fixture
def images():
    """Seven images in batches of four: unlike, and the last one short."""
    brightness = np.linspace(0.1, 0.8, 7).reshape(-1, 1, 1, 1)
    noise = np.random.default_rng(3).uniform(0, 0.2, (7, *SHAPE))
    return (brightness + noise).astype("float32")


def make(rate=RATE, seed=0, eagerly=True, **options):
    vae = VAE(heads(seed), pixels(seed + 1), **{"beta": BETA, **options})
    vae.compile(
        keras.optimizers.SGD(rate), run_eagerly=eagerly, jit_compile=False
    )
    return vae


def terms_by_loop(vae, images):
    """Compute both terms from the weights, pixel by pixel."""
    mean, mean_0, v, v_0, z, z_0, out, out_0 = (
        np.asarray(weight, "float64")
        for weight in vae.encoder.weights + vae.decoder.weights
    )
    terms = []
    for image in images.astype("float64"):
        code = image.ravel() @ z + z_0
        drawn = 1 / (1 + np.exp(-(code @ out + out_0)))
        nats = -sum(
            math.log(p if i == 0 else 1 - p) * (x if i == 0 else 1 - x)
            for x, p in zip(image.ravel(), drawn, strict=True)
            for i in (0, 1)
        )
        kl = 0.5 * sum(
            m**2 + math.exp(s) - s - 1
            for m, s in zip(
                image.ravel() @ mean + mean_0,
                image.ravel() @ v + v_0,
                strict=True,
            )
        )
        terms.append((nats, kl))
    return np.transpose(terms)


def report_of(vae, images):
    reconstruction, kl = terms_by_loop(vae, images).mean(axis=1)
    return {
        "total_loss": reconstruction + vae.beta * kl,
        "reconstruction_loss": reconstruction,
        "kl_loss": kl,
    }


def test_losses_are_both_terms_of_every_image(images):
    vae = make()
    for terms in (
        vae.compute_losses(images),
        tf.function(vae.compute_losses, autograph=False)(images),
    ):
        np.testing.assert_allclose(
            terms, terms_by_loop(vae, images), rtol=1e-5
        )


def test_losses_are_drawn_anew_at_every_call(images):
    x = keras.Input(SHAPE)
    features = layers.Flatten()(x)
    mean, log_var = (layers.Dense(LATENTS)(features) for _ in range(2))
    encoder = keras.Model(x, [mean, log_var, Sampling()([mean, log_var])])
    vae = VAE(encoder, pixels())
    (nats, kl), (nats_again, kl_again) = (
        vae.compute_losses(images) for _ in range(2)
    )
    assert np.all(np.asarray(nats) != np.asarray(nats_again))
    np.testing.assert_array_equal(kl, kl_again)


def test_a_call_decodes_the_mean(images):
    vae = make()
    z_mean, _, _ = vae.encoder(images)
    np.testing.assert_array_equal(vae(images), vae.decoder(z_mean))
    np.testing.assert_allclose(
        vae.predict(images, verbose=0), vae(images), rtol=1e-5
    )


@pytest.mark.parametrize("eagerly", [True, False])
@pytest.mark.parametrize("form", ["x", "x, x", "dataset", "pairs"])
def test_training_reports_the_means_over_all_images(images, form, eagerly):
    vae = make(rate=0.0, eagerly=eagerly)
    both = tf.data.Dataset.from_tensor_slices((images, images)).batch(4)
    data, options = {
        "x": ((images,), {"batch_size": 4}),
        "x, x": ((images, 0 * images), {"batch_size": 4}),
        "dataset": ((both.map(lambda x, _: x),), {"shuffle": False}),
        "pairs": ((both,), {"shuffle": False}),
    }[form]
    history = vae.fit(*data, epochs=2, verbose=0, **options).history
    right = report_of(vae, images)
    assert history.keys() == right.keys()
    for name, nats in right.items():
        assert history[name] == pytest.approx([nats] * 2, rel=1e-5)


@pytest.mark.parametrize("eagerly", [True, False])
def test_evaluate_reports_them_too_and_moves_no_weight(images, eagerly):
    vae = make(eagerly=eagerly)
    before = vae.get_weights()
    for targets in (None, 0 * images):
        result = vae.evaluate(
            images, targets, batch_size=4, verbose=0, return_dict=True
        )
        assert result == pytest.approx(report_of(vae, images), rel=1e-5)
    for old, new in zip(before, vae.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_validation_does_not_enter_the_report_of_training(images):
    vae = make(rate=0.0)
    history = vae.fit(
        images[:4], validation_data=(images[4:],), verbose=0
    ).history
    for prefix, part in (("", images[:4]), ("val_", images[4:])):
        for name, nats in report_of(vae, part).items():
            assert history[prefix + name] == pytest.approx([nats], rel=1e-5)


def test_a_step_moves_every_weight(images):
    vae = make(eagerly=False)
    before = [np.asarray(weight) for weight in vae.trainable_weights]
    vae.fit(images, batch_size=7, verbose=0)
    assert len(before) == 8
    for old, new in zip(before, vae.trainable_weights, strict=True):
        assert np.all(old != np.asarray(new))


def test_a_step_goes_down_the_slope_of_the_mean(images):
    """To first order a step w of SGD gains |w|² / rate."""
    rate = 1e-4
    vae = make(rate=rate)
    before = [np.asarray(weight) for weight in vae.trainable_weights]
    nats = report_of(vae, images)["total_loss"]
    vae.train_step(images)
    gain = nats - report_of(vae, images)["total_loss"]
    step = sum(
        np.sum((old - np.asarray(new, "float64")) ** 2)
        for old, new in zip(before, vae.trainable_weights, strict=True)
    )
    assert gain == pytest.approx(step / rate, rel=0.02)


def test_beta_is_one_unless_said_otherwise(images):
    vae = VAE(heads(), pixels())
    vae.compile(run_eagerly=True)
    assert vae.beta == 1.0
    result = vae.evaluate(images, verbose=0, return_dict=True)
    assert result["total_loss"] == pytest.approx(
        result["reconstruction_loss"] + result["kl_loss"], rel=1e-6
    )


def test_beta_may_change_between_epochs_of_a_compiled_graph(images):
    class Rise(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.beta = epoch / 10

    vae = make(rate=0.0, eagerly=False)
    history = vae.fit(images, epochs=3, verbose=0, callbacks=[Rise()]).history
    nats, kl = terms_by_loop(vae, images).mean(axis=1)
    assert history["total_loss"] == pytest.approx(
        [nats, nats + 0.1 * kl, nats + 0.2 * kl], rel=1e-5
    )
    assert vae.beta == 0.2


def test_beta_is_a_number_for_a_step_of_ones_own(images):
    class Own(VAE):
        def test_step(self, data):
            nats, kl = self.compute_losses(data)
            return {"loss": keras.ops.mean(nats + self.beta * kl)}

    vae = Own(heads(), pixels(), beta=BETA)
    vae.compile(jit_compile=False)
    loss = vae.evaluate(images, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(report_of(vae, images)["total_loss"])


@pytest.mark.parametrize("beta", [0, 1, np.float32(0.5), 7.25])
def test_beta_may_be_any_real_number_from_zero(beta):
    vae = VAE(heads(), pixels(), beta=beta)
    assert (type(vae.beta), vae.beta) == (float, beta)


@pytest.mark.parametrize(
    "beta, error",
    [
        (-0.1, ValueError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        ([1.0], ValueError),
        ("1", TypeError),
        (None, TypeError),
        (True, TypeError),
    ],
)
def test_other_betas_are_refused_at_once_and_later(beta, error):
    vae = make()
    with pytest.raises(error, match="beta: expected"):
        VAE(vae.encoder, vae.decoder, beta=beta)
    with pytest.raises(error, match="beta: expected"):
        vae.beta = beta
    assert vae.beta == BETA


@pytest.mark.parametrize("name", ["encoder", "decoder"])
def test_parts_of_a_vae_must_be_keras_models(name):
    parts = {"encoder": heads(), "decoder": pixels(), name: abs}
    with pytest.raises(TypeError, match=f"{name}: expected a Keras model"):
        VAE(**parts)


def test_a_vae_from_a_file_goes_on_as_if_nothing_had_happened(
    images, tmp_path
):
    vae = VAE(heads(), pixels(), beta=BETA)
    vae.compile(keras.optimizers.Adam(RATE), jit_compile=False)
    vae.fit(images, epochs=2, verbose=0)
    vae.beta = 0.75
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert loaded.beta == 0.75
    assert loaded.optimizer.iterations == 2
    np.testing.assert_array_equal(loaded(images), vae(images))
    # To the last digit all that the next step depends on: the weights, the
    # state of the dice, and the optimizer's moments.
    for part in ("variables", "optimizer.variables"):
        ones, others = map(operator.attrgetter(part), (vae, loaded))
        for one, other in zip(ones, others, strict=True):
            np.testing.assert_array_equal(one, other)
    before = loaded.get_weights()
    loaded.fit(images, verbose=0)
    assert loaded.optimizer.iterations == 3
    assert any(map(np.any, map(np.subtract, before, loaded.get_weights())))


def test_weights_alone_come_back_from_a_file_with_beta(images, tmp_path):
    vae = make()
    vae.save_weights(tmp_path / "vae.weights.h5")
    other = VAE(heads(seed=5), pixels(seed=6))
    other.load_weights(tmp_path / "vae.weights.h5")
    np.testing.assert_array_equal(other(images), vae(images))
    assert other.beta == BETA


def test_the_course_s_networks_make_a_vae_that_comes_back(tmp_path):
    x = np.random.default_rng(4).random((3, 32, 32, 1)).astype("float32")
    vae = VAE(networks.build_variational_encoder(), networks.build_decoder())
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(loaded(x), vae(x))


def test_its_config_makes_networks_of_its_own(images):
    vae = make()
    first, second = (VAE.from_config(vae.get_config()) for _ in range(2))
    assert first.beta == second.beta == BETA
    assert len({id(m.encoder) for m in (vae, first, second)}) == 3
    assert np.any(np.asarray(first(images)) != np.asarray(second(images)))


def test_two_vaes_share_nothing(images):
    one, other = make(), make(seed=7)
    before = other.get_weights()
    one.beta = 0.5
    one.fit(images, verbose=0)
    for old, new in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert other.beta == BETA
    assert [float(mean.count) for mean in other.metrics] == [0, 0, 0]
    result = other.evaluate(images, verbose=0, return_dict=True)
    assert result == pytest.approx(report_of(other, images), rel=1e-5)


def step_on(strategy, images):
    """Take one step with a batch of all images; return the weights."""
    with strategy.scope():
        vae = make(eagerly=False)
    batch = tf.data.Dataset.from_tensor_slices(images).batch(len(images))
    vae.fit(batch, shuffle=False, verbose=0)
    return [np.asarray(weight) for weight in vae.trainable_weights]


def compare_replicas():
    """Run in a process of its own, before TensorFlow counts its devices."""
    [cpu] = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    images = np.random.default_rng(3).uniform(0.1, 0.9, (6, *SHAPE))
    mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    assert mirrored.num_replicas_in_sync == 2
    alone = step_on(tf.distribute.get_strategy(), images)
    for one, other in zip(alone, step_on(mirrored, images), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-7)


def test_a_step_is_the_same_on_one_replica_and_on_two():
    """Each takes half of the batch."""
    code = "import test_vae; test_vae.compare_replicas()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_lessons_vae_trains_as_the_librarys(images):
    def trained(model):
        vae = model(heads(), pixels(), beta=BETA)
        vae.compile(keras.optimizers.Adam(RATE), jit_compile=False)
        history = vae.fit(
            images,
            batch_size=4,
            epochs=2,
            shuffle=False,
            validation_data=images,
            verbose=0,
        ).history
        weights = [np.asarray(weight) for weight in vae.trainable_weights]
        return history, weights

    history, weights = trained(solution("7.4"))
    expected, others = trained(VAE)
    assert history.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-5)
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
