"""The course's training: schedules, best epochs, several devices, files."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from lesson_solutions import solution

from vae_course import data, models, networks, runtime, training
from vae_course.layers import Sampling

REPLICAS = Path(__file__).parent / "two_replicas.py"


@pytest.fixture
def x():
    return np.random.default_rng(5).random((22, 4, 4, 1)).astype("float32")


def tiny_vae(latent_dim=2, beta=1.0, seed=1):
    """Make a VAE of 4 × 4 images, small enough to train in no time."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((4, 4, 1))
    features = layers.Flatten()(image)
    heads = [layers.Dense(latent_dim)(features) for _ in range(2)]
    z = Sampling()(heads)
    decoder = keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(16, activation="sigmoid"),
            layers.Reshape((4, 4, 1)),
        ]
    )
    return models.VAE(keras.Model(image, [*heads, z]), decoder, beta=beta)


def weights_of(model):
    return np.concatenate([np.ravel(w) for w in model.get_weights()])


# The learning rate


@pytest.mark.parametrize("steps", [1, 2, 7, 150, 400, 5000])
def test_the_learning_rate_rises_in_a_line_and_falls_as_a_cosine(steps):
    schedule = training.cosine_schedule(steps, peak=0.02)
    rise = min(100, steps // 2)
    for step in np.unique(np.linspace(0, steps, 60).astype(int)):
        if step < rise:
            expected = 0.0002 + (0.02 - 0.0002) * step / rise
        else:
            share = (step - rise) / (steps - rise)
            expected = 0.02 * (1 + math.cos(math.pi * share)) / 2
        assert float(schedule(step)) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    "bad, error, message",
    [
        ({"steps": 0}, ValueError, "steps: expected at least 1, got 0"),
        ({"steps": 2.5}, TypeError, "steps: expected an int"),
        ({"peak": 0}, ValueError, "peak: expected more than 0, got 0"),
        ({"peak": "x"}, TypeError, "peak: expected real numbers"),
    ],
)
def test_a_schedule_without_steps_or_height_is_refused(bad, error, message):
    with pytest.raises(error, match=message):
        training.cosine_schedule(**{"steps": 10, **bad})


# The warm-up of beta


@pytest.mark.parametrize("warmup_epochs", [0, 1, 3, 8])
def test_beta_grows_by_equal_steps_and_stays(warmup_epochs):
    betas = [training.warmup_beta(e, warmup_epochs, 0.7) for e in range(12)]
    line = np.linspace(0, 0.7, warmup_epochs + 1)[:-1]
    rest = [0.7] * (12 - warmup_epochs)
    np.testing.assert_allclose(betas, [*line, *rest], rtol=1e-12)
    assert all(type(beta) is float for beta in betas)


def test_a_beta_of_zero_stays_zero():
    assert [training.warmup_beta(e, 2, 0) for e in range(4)] == [0.0] * 4


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ((-1, 2, 1.0), ValueError, "epoch: expected at least 0"),
        ((1.5, 2, 1.0), TypeError, "epoch: expected an int"),
        ((1, -2, 1.0), ValueError, "warmup_epochs: expected at least 0"),
        ((1, 2.0, 1.0), TypeError, "warmup_epochs: expected an int"),
        ((1, 2, -1.0), ValueError, "beta: expected at least 0"),
        ((1, 2, math.nan), ValueError, "beta: expected finite"),
        ((1, 2, "1"), TypeError, "beta: expected real numbers"),
    ],
)
def test_bad_arguments_of_the_warmup_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        training.warmup_beta(*arguments)
    if arguments[0] == 1:
        with pytest.raises(error, match=message):
            training.BetaWarmup(*arguments[1:])


def test_a_compiled_vae_hears_the_warmup(x):
    vae = tiny_vae(beta=9.0)
    vae.compile(keras.optimizers.SGD(0.01), jit_compile=False)
    history = vae.fit(
        x,
        epochs=4,
        batch_size=5,
        callbacks=[training.BetaWarmup(2, 3.0)],
        verbose=0,
    ).history
    betas = np.subtract(history["total_loss"], history["reconstruction_loss"])
    betas = betas / history["kl_loss"]
    np.testing.assert_allclose(betas, [0, 1.5, 3, 3], atol=1e-3)
    assert vae.beta == 3.0


def test_the_warmup_refuses_a_model_that_might_not_hear_it():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="BetaWarmup: .*got Sequential"):
        model.fit(
            np.ones((2, 1)),
            np.ones((2, 1)),
            callbacks=[training.BetaWarmup(2, 1.0)],
            verbose=0,
        )


# The best epoch


@pytest.mark.parametrize(
    "reconstruction_loss, kl_loss, best",
    [
        ([9.0, 7.0, 8.0], [1.0, 2.0, 2.0], 1),
        ([9.0, 7.0, 6.0], [1.0, 1.0, 4.0], 1),
        ([9.0, 8.0, 9.0], [1.0, 1.0, 0.0], 1),
        ([np.nan, 8.0, -np.inf], [1.0, 1.0, 0.0], 1),
        ([3.0], [1.0], 0),
    ],
)
def test_the_best_epoch_has_the_smallest_sum(
    reconstruction_loss, kl_loss, best
):
    assert training.best_epoch(reconstruction_loss, kl_loss) == best


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([], []), "expected a finite number in at least one epoch"),
        (([np.nan], [1.0]), "expected a finite number"),
        (([1.0, 2.0], [1.0]), r"kl_loss: expected shape \(2,\), got \(1,\)"),
        (([[1.0]], [[1.0]]), r"reconstruction_loss: expected shape \(epochs"),
    ],
)
def test_losses_without_a_best_epoch_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        training.best_epoch(*arguments)


# Several devices


def test_one_device_needs_no_strategy():
    default = tf.distribute.get_strategy()
    assert training.strategy(["CPU:0"]) is default
    assert training.strategy([]) is default


@pytest.fixture(scope="module")
def replicas():
    """Train on two logical CPU devices, in a process of its own."""
    done = subprocess.run(
        [sys.executable, REPLICAS],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_are_two_replicas(replicas):
    assert replicas["replicas"] == 2


CASES_OF_TWO_DEVICES = (
    "an autoencoder",
    "3 and 3 are left",
    "4 and 3 are left",
    "1 and 0 are left",
    "by Adam",
)


@pytest.mark.parametrize("case", CASES_OF_TWO_DEVICES)
def test_two_devices_train_as_one_does(replicas, case):
    """Without noise the same steps, whatever is left for the last batch.

    The weights go far beyond the tolerance, which float32 asks for.
    """
    told = replicas["cases"][case]
    assert told["moved"] > 1e-3
    assert told["apart"] < 1e-4 * told["moved"]


@pytest.mark.parametrize("case", CASES_OF_TWO_DEVICES)
def test_two_devices_report_what_one_does(replicas, case):
    told = replicas["cases"][case]
    assert told["one"].keys() == told["two"].keys()
    for name, value in told["one"].items():
        assert told["two"][name] == pytest.approx(value, rel=1e-5)


def test_the_recipe_runs_on_two_devices_as_on_one(replicas):
    one, two = replicas["recipe"]
    assert one[-1] < one[0]
    assert two == pytest.approx(one, rel=1e-3)


def test_the_warmup_reaches_every_replica(replicas):
    assert replicas["betas"] == pytest.approx([0.0, 1.0, 2.0], abs=1e-3)


def test_a_model_trained_on_two_devices_comes_back_on_one(replicas):
    assert replicas["loaded_apart"] == 0.0


# The recipe


def test_training_lowers_the_loss_epoch_by_epoch(x):
    vae = tiny_vae()
    history = training.train(vae, np.repeat(x, 40, axis=0), epochs=3)
    assert list(map(len, history.values())) == [3, 3, 3]
    first, *_, last = history["total_loss"]
    assert last < first


def test_a_decoder_starts_at_the_mean_image_for_every_code(x):
    x = x.clip(0.01, 0.99)
    decoder = tiny_vae().decoder
    training.start_at_mean_image(decoder, x)
    for code in ([0.0, 0.0], [1e-6, -1e-6]):
        drawn = decoder(np.array([code], "float32"))[0]
        np.testing.assert_allclose(drawn, x.mean(axis=0), atol=1e-5)


def test_blank_and_full_pixels_start_near_their_mean():
    decoder = tiny_vae().decoder
    blank_and_full = np.tile([0.0, 1.0], 8).reshape(1, 4, 4, 1)
    training.start_at_mean_image(decoder, blank_and_full)
    drawn = decoder(np.zeros((1, 2), "float32"))
    np.testing.assert_allclose(drawn, blank_and_full, atol=0.0011)


def test_a_convolution_starts_at_the_mean_of_all_pixels(x):
    decoder = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(16),
            layers.Reshape((4, 4, 1)),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    training.start_at_mean_image(decoder, x)
    drawn = decoder(np.zeros((1, 2), "float32"))
    np.testing.assert_allclose(drawn, np.full(drawn.shape, x.mean()), 1e-5)


def test_a_last_layer_without_bias_is_left_alone(x):
    decoder = keras.Sequential(
        [keras.Input((2,)), layers.Dense(16, use_bias=False)]
    )
    before = weights_of(decoder)
    training.start_at_mean_image(decoder, x)
    np.testing.assert_array_equal(weights_of(decoder), before)


def test_a_list_of_images_trains_as_their_array_does(x):
    by_array, by_list = (
        training.train(tiny_vae(), images, epochs=1) for images in (x, list(x))
    )
    assert by_list == by_array


def test_training_on_goes_on_from_the_weights_that_are_there(x):
    images = np.repeat(x, 40, axis=0)
    vae = tiny_vae()
    training.train(vae, images, epochs=3)
    bias = vae.decoder.layers[0].bias.numpy()
    training.train(vae, images, epochs=1)
    gone_on = vae.decoder.layers[0].bias.numpy()
    training.start_at_mean_image(vae.decoder, images)
    begun_anew = vae.decoder.layers[0].bias.numpy()
    assert np.abs(gone_on - bias).max() < np.abs(begun_anew - bias).max() / 2


def test_images_as_they_are_stored_train_as_prepared_ones_do():
    stored = np.random.default_rng(3).integers(0, 256, (300, 28, 28), "uint8")
    weights = []
    for images in stored, data.prepare_images(stored):
        keras.utils.set_random_seed(2)
        vae = models.VAE(
            networks.build_dense_variational_encoder(units=(8,)),
            networks.build_dense_decoder(units=(8,)),
        )
        training.train(vae, images, epochs=2)
        weights.append(weights_of(vae))
    np.testing.assert_allclose(*weights, atol=1e-6)


def test_the_optimizer_is_built_before_the_first_step(x):
    vae = tiny_vae()
    optimizer = training.make_optimizer(vae.trainable_variables, steps=10)
    assert optimizer.built
    assert int(optimizer.iterations) == 0


def test_an_autoencoder_trains_by_the_same_recipe(x):
    vae = tiny_vae()
    encoder = keras.Model(vae.encoder.inputs, vae.encoder.outputs[0])
    autoencoder = models.Autoencoder(encoder, vae.decoder)
    images = np.repeat(x, 40, axis=0)
    history = training.train(autoencoder, images, epochs=3)
    first, *_, last = history["reconstruction_loss"]
    assert last < first


def test_one_seed_gives_one_training(x):
    weights = []
    for seed in (3, 3, 4):
        vae = tiny_vae()
        training.train(vae, np.repeat(x, 40, axis=0), epochs=1, seed=seed)
        weights.append(weights_of(vae))
    np.testing.assert_array_equal(weights[0], weights[1])
    assert np.any(weights[0] != weights[2])


def test_callbacks_of_a_training_run(x):
    seen = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epoch)
    )
    training.train(tiny_vae(), x, epochs=2, callbacks=[note])
    assert seen == [0, 1]


@pytest.mark.parametrize("epochs, error", [(0, ValueError), (1.0, TypeError)])
def test_a_training_without_epochs_is_refused(epochs, error, x):
    with pytest.raises(error, match="epochs: expected"):
        training.train(tiny_vae(), x, epochs=epochs)


# Files


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vae.keras"


def trained(x, epochs, seed=1):
    """Train the tiny VAE; more epochs make a better one."""
    vae = tiny_vae(seed=seed)
    vae.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    vae.fit(x, epochs=epochs, verbose=0)
    return vae


def same(path, vae):
    loaded = keras.saving.load_model(path)
    return np.array_equal(weights_of(loaded), weights_of(vae))


def test_the_first_model_is_saved(x, path, capsys):
    vae = trained(x, 1)
    assert training.save_if_better(vae, x, path)
    assert same(path, vae)
    assert capsys.readouterr().out.startswith(f"Saved in {path}: ")
    assert [file.name for file in path.parent.iterdir()] == ["vae.keras"]


def test_a_better_model_takes_the_place_and_the_old_one_is_kept(
    x, path, capsys
):
    worse, better = trained(x, 1), trained(x, 80)
    training.save_if_better(worse, x, path)
    assert training.save_if_better(better, x, path)
    assert same(path, better)
    assert same(path.with_name("vae_before.keras"), worse)
    assert "is now vae_before.keras" in capsys.readouterr().out


def test_a_worse_model_does_not_take_the_place(x, path, capsys):
    worse, better = trained(x, 1), trained(x, 80)
    training.save_if_better(better, x, path)
    before = path.read_bytes()
    assert not training.save_if_better(worse, x, path)
    assert path.read_bytes() == before
    said = capsys.readouterr().out
    assert f"{path} stays" in said
    assert "delete that file first" in said


def test_models_of_unlike_beta_are_compared_by_their_elbo(x, path):
    worse, better = trained(x, 1), trained(x, 80)
    worse.beta = 0.0
    training.save_if_better(better, x, path)
    assert not training.save_if_better(worse, x, path)


def test_a_model_that_blew_up_is_not_saved(x, path, capsys):
    vae, broken = trained(x, 1), trained(x, 1)
    broken.set_weights([w * np.nan for w in broken.get_weights()])
    assert not training.save_if_better(broken, x, path)
    assert not path.exists()
    training.save_if_better(vae, x, path)
    before = path.read_bytes()
    assert not training.save_if_better(broken, x, path)
    assert path.read_bytes() == before
    assert "Not saved in" in capsys.readouterr().out


def test_a_file_stays_where_saving_fails(x, path, monkeypatch):
    worse, better = trained(x, 1), trained(x, 80)
    training.save_if_better(worse, x, path)
    monkeypatch.setattr(models.VAE, "save", lambda self, path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        training.save_if_better(better, x, path)
    assert same(path, worse)


def test_a_broken_file_gives_way_but_is_kept(x, path, capsys):
    path.write_bytes(b"half a model")
    vae = trained(x, 1)
    assert training.save_if_better(vae, x, path)
    assert same(path, vae)
    assert path.with_name("vae_before.keras").read_bytes() == b"half a model"
    assert "could not be read" in capsys.readouterr().out


@pytest.fixture
def trained_folder(tmp_path, monkeypatch):
    """Stand in an empty folder, in quick mode for the training alone."""
    monkeypatch.setattr(runtime, "trained_folder", lambda: tmp_path)
    monkeypatch.setenv("VAE_COURSE_QUICK", "1")
    return tmp_path


@pytest.fixture
def images():
    return np.random.default_rng(6).random((300, 32, 32, 1)).astype("float32")


def test_the_saved_model_is_loaded(x, trained_folder, capsys):
    vae = trained(x, 1)
    training.save_if_better(vae, x, trained_folder / training.TRAINED_VAE)
    loaded = training.load_or_train(x)
    np.testing.assert_array_equal(loaded(x), vae(x))
    assert "The VAE that lesson 08 saved in" in capsys.readouterr().out


def test_without_a_file_a_quick_one_is_trained_and_not_saved(
    images, trained_folder, capsys
):
    vae = training.load_or_train(images, beta=2.0)
    assert vae.beta == 2.0
    assert vae.optimizer.iterations > 0
    assert list(trained_folder.iterdir()) == []
    assert "No VAE of lesson 08 in" in capsys.readouterr().out


def test_a_quick_training_without_images_is_refused(images, trained_folder):
    with pytest.raises(ValueError, match="images: expected shape"):
        training.load_or_train(images[:0])


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda path: path.write_bytes(b"half"), "could not be read"),
        (lambda path: tiny_vae(3).save(path), "3 latent dimensions, not 2"),
        (lambda path: tiny_vae().encoder.save(path), "not a VAE"),
    ],
)
def test_a_file_that_does_not_serve_is_passed_over_and_left(
    make, reason, images, trained_folder, capsys, monkeypatch
):
    monkeypatch.setattr(training, "train", lambda *args, **options: None)
    path = trained_folder / training.TRAINED_VAE
    make(path)
    before = path.read_bytes()
    vae = training.load_or_train(images)
    assert vae.decoder.input_shape == (None, 2)
    assert path.read_bytes() == before
    assert reason in capsys.readouterr().out


# The lesson's own


def test_the_lessons_warmup_agrees_with_the_library():
    lesson = solution("8.2")
    for arguments in np.ndindex(9, 6):
        assert lesson(*arguments, 0.7) == pytest.approx(
            training.warmup_beta(*arguments, 0.7), abs=1e-12
        )


def test_the_lessons_best_epoch_agrees_with_the_library():
    lesson, rng = solution("8.3"), np.random.default_rng(8)
    for _ in range(20):
        losses = rng.random((2, 6))
        losses[rng.integers(2), rng.integers(6)] = np.nan
        assert lesson(*losses) == training.best_epoch(*losses)
