"""The conditional VAE learns with labels, and draws the class asked for."""

import keras
import numpy as np
import pytest
from keras import ops
from lesson_solutions import solution

from vae_course import networks
from vae_course.losses import kl_loss, reconstruction_loss
from vae_course.models import ConditionalVAE, condition_decoder_input

N_CLASSES, LATENT_DIM = 4, 3
LABELS = np.array([3, 0, 1, 3, 2, 1, 0, 0, 2, 3])
Z = np.random.default_rng(5).normal(size=(10, LATENT_DIM)).astype("float32")


@pytest.fixture
def x():
    """Images of four classes, each with its own half or quarter dark."""
    images = np.full((10, 32, 32, 1), 0.1, "float32")
    for image, label in zip(images, LABELS, strict=True):
        image[8 * label : 8 * label + 8] = 0.9
    return images


@pytest.fixture
def vae():
    keras.utils.set_random_seed(1)
    model = ConditionalVAE(
        networks.build_conditional_encoder(LATENT_DIM, N_CLASSES),
        networks.build_dense_decoder(LATENT_DIM + N_CLASSES),
        N_CLASSES,
    )
    model.compile(keras.optimizers.Adam(0.003), jit_compile=False)
    return model


def values_of(vae):
    """Copy the weights: Keras may hand out views that move along."""
    return [np.array(weight) for weight in vae.trainable_weights]


def one_hot(labels, n_classes=N_CLASSES):
    """Write a row of zeros and a one for each label, by a plain loop."""
    return [[float(k == label) for k in range(n_classes)] for label in labels]


def encode(vae, x, labels):
    return vae.encoder([ops.array(x), ops.array(one_hot(labels))])


# --- condition_decoder_input ------------------------------------------------


@pytest.mark.parametrize("n_classes", [4, 7])
def test_each_row_is_the_code_and_its_label_as_zeros_and_a_one(n_classes):
    found = condition_decoder_input(Z, LABELS, n_classes)
    expected = np.hstack([Z, one_hot(LABELS, n_classes)])
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
def test_labels_may_be_ints_of_any_kind(dtype):
    found = condition_decoder_input(Z, LABELS.astype(dtype), N_CLASSES)
    np.testing.assert_array_equal(found[:, LATENT_DIM:], one_hot(LABELS))


def test_solution_of_condition_decoder_input_agrees_with_the_library():
    found = solution("10.3")(Z, LABELS, 5)
    expected = condition_decoder_input(Z, LABELS, 5)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ((Z[0], LABELS, 4), ValueError, r"z: .*\(n, latent_dim\).*\(3,\)"),
        ((Z, LABELS[:9], 4), ValueError, r"labels: .*\(10,\), got \(9,\)"),
        ((Z, LABELS[:, None], 4), ValueError, r"labels: .*got \(10, 1\)"),
        ((Z, LABELS / 2, 4), TypeError, "labels: expected ints, got float"),
        ((Z, LABELS, 3), ValueError, "labels: .*from 0 to 2, got 3"),
        ((Z, LABELS - 1, 4), ValueError, "labels: .*from 0 to 3, got -1"),
        ((Z, LABELS, 4.0), TypeError, "n_classes: expected an int"),
        ((Z, LABELS, 0), ValueError, "n_classes: .*at least 1, got 0"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        condition_decoder_input(*arguments)


# --- ConditionalVAE ---------------------------------------------------------


def test_losses_are_those_of_its_parts_given_the_label(vae, x):
    z_mean, z_log_var, _ = encode(vae, x, LABELS)
    reconstruction, kl = vae.compute_losses((x, LABELS))
    assert reconstruction.shape == kl.shape == (10,)
    np.testing.assert_allclose(kl, kl_loss(z_mean, z_log_var), rtol=1e-5)


def test_a_code_without_chance_costs_what_its_picture_costs(vae, x):
    head = vae.encoder.get_layer("z_log_var")
    head.set_weights([0 * head.get_weights()[0], np.full(LATENT_DIM, -60.0)])
    nats, _ = vae.compute_losses((x, LABELS))
    pictures = vae((x, LABELS))
    np.testing.assert_allclose(
        nats, reconstruction_loss(x, pictures), rtol=1e-4
    )


def test_noise_reaches_the_loss(vae, x):
    first, then = (vae.compute_losses((x, LABELS))[0] for _ in range(2))
    assert np.all(np.asarray(first) != np.asarray(then))


def test_the_label_reaches_the_encoder(vae, x):
    codes = [encode(vae, x, labels)[0] for labels in (LABELS, 3 - LABELS)]
    assert np.all(np.any(np.asarray(codes[0] != codes[1]), axis=1))


def test_the_label_reaches_the_decoder(vae, x):
    vae.encoder.get_layer("z_mean").kernel.assign(np.zeros((128, LATENT_DIM)))
    first, other = (vae((x, labels)) for labels in (LABELS, 3 - LABELS))
    assert np.all(np.any(np.asarray(first != other), axis=(1, 2, 3)))


def test_fit_moves_every_weight_and_lowers_the_loss(vae, x):
    before = values_of(vae)
    history = vae.fit(x, LABELS, batch_size=4, epochs=5, verbose=0).history
    assert set(history) == {"total_loss", "reconstruction_loss", "kl_loss"}
    assert history["total_loss"][-1] < history["total_loss"][0] - 1
    for old, new in zip(before, values_of(vae), strict=True):
        assert np.any(old != new)


def test_the_class_asked_for_is_drawn_whatever_the_code(vae, x):
    vae.fit(x, LABELS, batch_size=5, epochs=500, verbose=0)
    z = np.random.default_rng(8).normal(size=(10, LATENT_DIM))
    pictures = vae.decoder(
        condition_decoder_input(z.astype("float32"), LABELS, N_CLASSES)
    )
    np.testing.assert_allclose(pictures, x, atol=0.2)


def test_evaluate_is_weighted_by_beta_and_moves_no_weight(vae, x):
    vae.beta, before = 3.0, values_of(vae)
    report = vae.evaluate(x, LABELS, verbose=0, return_dict=True)
    assert report["total_loss"] == pytest.approx(
        report["reconstruction_loss"] + 3 * report["kl_loss"], rel=1e-5
    )
    for old, new in zip(before, values_of(vae), strict=True):
        np.testing.assert_array_equal(old, new)


def test_images_without_labels_are_refused(vae, x):
    with pytest.raises(ValueError, match="data: expected images and labels"):
        vae.fit(x, verbose=0)


def test_it_comes_back_from_a_file(vae, x, tmp_path):
    vae.fit(x, LABELS, verbose=0)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(loaded((x, LABELS)), vae((x, LABELS)))
    assert (loaded.n_classes, loaded.beta) == (N_CLASSES, 1.0)


@pytest.mark.parametrize(
    "n_classes, error", [(0, ValueError), (2.5, TypeError)]
)
def test_the_number_of_classes_must_be_a_count(n_classes, error):
    with pytest.raises(error, match="n_classes"):
        networks.build_conditional_encoder(n_classes=n_classes)
