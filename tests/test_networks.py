"""Each network has the shape, the range and the freedom it promises."""

import keras
import numpy as np
import pytest
from lesson_solutions import solution

from vae_course import networks
from vae_course.checks import lesson_01, library_version

ENCODERS = [networks.build_encoder, networks.build_dense_encoder]
VARIATIONAL = [
    networks.build_variational_encoder,
    networks.build_dense_variational_encoder,
]
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


@pytest.mark.parametrize("build", [VARIATIONAL[1], DECODERS[1]])
def test_hidden_layers_have_the_widths_asked_for(build):
    network = build(latent_dim=3, units=(7, 5, 6))
    dense = [x for x in network.layers if isinstance(x, keras.layers.Dense)]
    assert [layer.units for layer in dense][:3] == [7, 5, 6]
    with pytest.raises(ValueError, match="units: expected at least 1, got 0"):
        build(units=(7, 0))
    with pytest.raises(TypeError, match="units: expected an int, got 1.5"):
        build(units=(1.5,))


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


def test_a_lighter_decoder_has_the_filters_asked_for(rng):
    decoder = networks.build_decoder(2, filters=(6, 5, 4))
    transposed = [
        layer.filters
        for layer in decoder.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    assert transposed == [6, 5, 4]
    assert decoder(rng.normal(size=(3, 2))).shape == (3, 32, 32, 1)


@pytest.mark.parametrize(
    "filters, error, message",
    [
        ((6, 5), ValueError, r"filters: expected three numbers, got \[6, 5\]"),
        ((6, 5, 0), ValueError, "filters: expected at least 1, got 0"),
        ((6, 5, 4.0), TypeError, "filters: expected an int"),
    ],
)
def test_a_decoder_needs_three_filters(filters, error, message):
    with pytest.raises(error, match=message):
        networks.build_decoder(2, filters=filters)


@pytest.mark.parametrize("build", ENCODERS + VARIATIONAL + DECODERS)
@pytest.mark.parametrize("latent_dim", [0, -1])
def test_a_code_needs_at_least_one_number(build, latent_dim):
    with pytest.raises(ValueError, match="latent_dim: expected at least 1"):
        build(latent_dim)


@pytest.mark.parametrize("build", ENCODERS + VARIATIONAL + DECODERS)
def test_latent_dim_may_be_an_int_of_numpy(build):
    assert build(np.int64(3)).count_params() == build(3).count_params()


@pytest.mark.parametrize("build", ENCODERS + VARIATIONAL + DECODERS)
@pytest.mark.parametrize("latent_dim", ["2", 2.0, None, True])
def test_latent_dim_is_an_int(build, latent_dim):
    with pytest.raises(TypeError, match="latent_dim: expected an int"):
        build(latent_dim)


@pytest.mark.parametrize("build", VARIATIONAL)
@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_variational_encoder_gives_three_numbers_a_latent(
    build, latent_dim, rng
):
    outputs = build(latent_dim=latent_dim)(rng.random((3, 32, 32, 1)))
    assert [tuple(o.shape) for o in outputs] == [(3, latent_dim)] * 3


@pytest.mark.parametrize("build", VARIATIONAL)
def test_each_head_is_free_and_its_own(build, rng):
    encoder = build(latent_dim=3)
    images = rng.random((4, 32, 32, 1))
    before = [np.asarray(output) for output in encoder(images)[:2]]
    assert np.all(before[0] != before[1])
    for head, shift in (("z_mean", -50.0), ("z_log_var", 50.0)):
        encoder.get_layer(head).bias.assign([shift] * 3)
    after = encoder(images)[:2]
    np.testing.assert_allclose(after[0], before[0] - 50, atol=1e-4)
    np.testing.assert_allclose(after[1], before[1] + 50, atol=1e-4)


@pytest.mark.parametrize("build", VARIATIONAL)
def test_codes_are_drawn_with_the_mean_and_the_spread_of_the_heads(build):
    """Bounds of 6 standard errors: missed twice in a thousand million."""
    keras.utils.set_random_seed(4)
    encoder, std = build(latent_dim=3), np.array([3.0, 0.5, 0.05])
    for head, bias in (("z_mean", [1, -2, 3]), ("z_log_var", np.log(std**2))):
        layer = encoder.get_layer(head)
        layer.kernel.assign(0 * layer.kernel)
        layer.bias.assign(bias)
    rows = 500
    z = np.asarray(encoder(np.zeros((rows, 32, 32, 1)))[2])
    error = std / np.sqrt(rows)
    assert np.all(np.abs(z.mean(0) - [1, -2, 3]) < 6 * error)
    assert np.all(np.abs(z.std(0) - std) < 6 * error / np.sqrt(2))


@pytest.mark.parametrize(
    "plain, variational",
    [
        (networks.build_encoder, networks.build_variational_encoder),
        (networks.build_dense_encoder, VARIATIONAL[1]),
    ],
)
def test_variational_encoder_is_the_plain_one_with_another_head(
    plain, variational, rng
):
    encoder, other = plain(latent_dim=3), variational(latent_dim=3)
    other.set_weights(encoder.get_weights() + encoder.get_weights()[-2:])
    images = rng.random((4, 32, 32, 1))
    z_mean, z_log_var, _ = other(images)
    np.testing.assert_allclose(z_mean, encoder(images), rtol=1e-5)
    np.testing.assert_allclose(z_log_var, encoder(images), rtol=1e-5)


@pytest.mark.parametrize("build", VARIATIONAL + DECODERS)
def test_what_the_loss_sees_is_float32_also_in_mixed_precision(build, rng):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = build()
    finally:
        keras.config.set_dtype_policy(before)
    outputs = network(rng.random((3, *network.input_shape[1:])))
    outputs = outputs if isinstance(outputs, list) else [outputs]
    assert {o.dtype.name for o in outputs} == {"float32"}
    assert "bfloat16" in {layer.compute_dtype for layer in network.layers}


@pytest.mark.parametrize("build", ENCODERS + VARIATIONAL + DECODERS)
def test_networks_come_back_from_a_file(build, rng, tmp_path):
    network = build(latent_dim=3)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    inputs = rng.normal(size=(4, *network.input_shape[1:]))

    def known(model):
        """Leave out what is drawn."""
        outputs = model(inputs)
        return outputs[:2] if isinstance(outputs, list) else outputs

    np.testing.assert_array_equal(known(loaded), known(network))


@pytest.mark.parametrize("exercise", ["1.1", "1.2"])
def test_solution_and_library_build_the_same_network(exercise, rng):
    name, ours = library_version(exercise)
    theirs = solution(exercise)
    assert getattr(lesson_01, name)(theirs) is theirs
    one, other = ours(latent_dim=3), theirs(latent_dim=3)
    other.set_weights(one.get_weights())
    inputs = rng.normal(size=(4, *one.input_shape[1:]))
    np.testing.assert_allclose(other(inputs), one(inputs), rtol=1e-5)


def test_solution_and_library_build_the_same_variational_encoder(rng):
    theirs = solution("7.1")(latent_dim=3)
    ours = networks.build_variational_encoder(latent_dim=3)
    theirs.set_weights(ours.get_weights())
    images = rng.random((4, 32, 32, 1))
    for one, other in zip(theirs(images)[:2], ours(images)[:2], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
