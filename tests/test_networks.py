"""Each network has the shape, the range and the freedom it promises."""

import keras
import numpy as np
import pytest
from lesson_solutions import solution

from vae_course import networks
from vae_course.checks import lesson_01, library_version

ENCODERS = [networks.build_encoder, networks.build_dense_encoder]
DECODERS = [networks.build_decoder, networks.build_dense_decoder]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("build", ENCODERS)
@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_encoder_gives_a_code_for_each_image(build, latent_dim, rng):
    images = rng.random((3, 32, 32, 1))
    assert build(latent_dim=latent_dim)(images).shape == (3, latent_dim)


@pytest.mark.parametrize("build", ENCODERS)
def test_codes_may_be_any_real_number(build, rng):
    encoder = build(latent_dim=3)
    bias = encoder.weights[-1]
    images = rng.random((4, 32, 32, 1))
    before = np.asarray(encoder(images))
    for shift in (-50.0, 50.0):
        bias.assign([shift] * 3)
        codes = np.asarray(encoder(images))
        np.testing.assert_allclose(codes, before + shift, atol=1e-4)


@pytest.mark.parametrize("build", DECODERS)
@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_decoder_gives_an_image_for_each_code(build, latent_dim, rng):
    codes = rng.normal(size=(3, latent_dim))
    images = np.asarray(build(latent_dim=latent_dim)(codes))
    assert images.shape == (3, 32, 32, 1)
    assert np.all((images > 0) & (images < 1))


@pytest.mark.parametrize("build", DECODERS)
def test_pixels_stay_in_range_for_codes_far_out(build, rng):
    images = np.asarray(build()(1e4 * rng.normal(size=(3, 2))))
    assert np.all((images >= 0) & (images <= 1))


def test_encoder_is_the_one_of_the_curriculum():
    convolutions = [
        (layer.filters, layer.kernel_size, layer.strides, layer.padding)
        for layer in networks.build_encoder().layers
        if isinstance(layer, keras.layers.Conv2D)
    ]
    assert convolutions == [
        (filters, (3, 3), (2, 2), "same") for filters in (32, 64, 128)
    ]


def test_decoder_is_the_one_of_the_curriculum():
    transposed = [
        (layer.filters, layer.kernel_size, layer.strides, layer.padding)
        for layer in networks.build_decoder().layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    assert transposed == [
        (filters, (3, 3), (2, 2), "same") for filters in (128, 64, 32)
    ]


@pytest.mark.parametrize("build", ENCODERS + DECODERS)
@pytest.mark.parametrize("latent_dim", [0, -1])
def test_a_code_needs_at_least_one_number(build, latent_dim):
    with pytest.raises(ValueError, match="latent_dim: expected at least 1"):
        build(latent_dim)


@pytest.mark.parametrize("build", ENCODERS + DECODERS)
def test_latent_dim_may_be_an_int_of_numpy(build):
    assert build(np.int64(3)).count_params() == build(3).count_params()


@pytest.mark.parametrize("build", ENCODERS + DECODERS)
@pytest.mark.parametrize("latent_dim", ["2", 2.0, None, True])
def test_latent_dim_is_an_int(build, latent_dim):
    with pytest.raises(TypeError, match="latent_dim: expected an int"):
        build(latent_dim)


@pytest.mark.parametrize("exercise", ["1.1", "1.2"])
def test_solution_and_library_build_the_same_network(exercise, rng):
    name, ours = library_version(exercise)
    theirs = solution(exercise)
    assert getattr(lesson_01, name)(theirs) is theirs
    one, other = ours(latent_dim=3), theirs(latent_dim=3)
    other.set_weights(one.get_weights())
    inputs = rng.normal(size=(4, *one.input_shape[1:]))
    np.testing.assert_allclose(other(inputs), one(inputs), rtol=1e-5)
