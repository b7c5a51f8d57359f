"""The course's encoders and decoders, as functions that build them."""

import math

import keras
from keras import layers

from vae_course.arguments import demand_count
from vae_course.layers import Sampling

IMAGE_SHAPE = (32, 32, 1)


def build_encoder(latent_dim=2):
    """Build the convolutional encoder of exercise 1.1.

    Three convolutions, each of which halves the sides of the image, then
    a linear layer, so that a code may be any real number.

    Args:
        latent_dim: int >= 1, how many numbers describe an image.

    Returns:
        keras.Model, float (n, 32, 32, 1) in [0, 1] -> (n, latent_dim).

    Raises:
        TypeError: if latent_dim is not an int.
        ValueError: if it is less than 1.

    Source: Hinton and Salakhutdinov (2006), "Reducing the Dimensionality
    of Data with Neural Networks", for the idea.

    >>> build_encoder(latent_dim=2).count_params()
    96770
    """
    latent_dim = demand_count("latent_dim", latent_dim, smallest=1)
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            *_convolutions(),
            layers.Dense(latent_dim, name="z"),
        ],
        name="encoder",
    )


def build_variational_encoder(latent_dim=2):
    """Build the convolutional encoder of exercise 7.1, with two heads.

    The layers of `build_encoder`, then a linear layer each for the mean
    and the log of the variance, and a draw from that normal.

    Args:
        latent_dim: int >= 1, how many numbers describe an image.

    Returns:
        keras.Model, float (n, 32, 32, 1) in [0, 1] -> the list [z_mean,
        z_log_var, z], each float (n, latent_dim).

    Raises:
        TypeError: if latent_dim is not an int.
        ValueError: if it is less than 1.

    Source: Kingma and Welling (2014), arXiv:1312.6114, section 3 and
    appendix C.2.

    >>> build_variational_encoder(latent_dim=2).count_params()
    100868
    """
    return _with_two_heads(_convolutions(), latent_dim, "variational_encoder")


def build_decoder(latent_dim=2, filters=(128, 64, 32)):
    """Build the convolutional decoder of exercise 1.2, or a lighter one.

    A linear layer, then three transposed convolutions, each of which
    doubles the sides of the image; a sigmoid bounds the pixels.

    Args:
        latent_dim: int >= 1, how many numbers describe an image.
        filters: three ints >= 1, of the transposed convolutions; the map
            before the first has as many channels as it. Half of them need
            half the time: see `tools/bench_training.py`.

    Returns:
        keras.Model, float (n, latent_dim) -> (n, 32, 32, 1) in (0, 1).

    Raises:
        TypeError: if latent_dim or one of filters is not an int.
        ValueError: if it is less than 1, or there are not three filters.

    >>> build_decoder(latent_dim=2).count_params()
    246273
    """
    latent_dim = demand_count("latent_dim", latent_dim, smallest=1)
    filters = [demand_count("filters", n, smallest=1) for n in filters]
    if len(filters) != 3:
        raise ValueError(f"filters: expected three numbers, got {filters}")
    smallest_map = (4, 4, filters[0])
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(math.prod(smallest_map)),
            layers.Reshape(smallest_map),
            *map(_double, filters),
            layers.Conv2D(
                1,
                3,
                padding="same",
                activation="sigmoid",
                dtype="float32",
                name="x_mean",
            ),
        ],
        name="decoder",
    )


def build_dense_encoder(latent_dim=2):
    """Build an encoder without convolutions, far faster on a CPU.

    Args:
        latent_dim: int >= 1, how many numbers describe an image.

    Returns:
        keras.Model, float (n, 32, 32, 1) in [0, 1] -> (n, latent_dim).

    Raises:
        TypeError: if latent_dim is not an int.
        ValueError: if it is less than 1.
    """
    latent_dim = demand_count("latent_dim", latent_dim, smallest=1)
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            *_dense_layers(),
            layers.Dense(latent_dim, name="z"),
        ],
        name="dense_encoder",
    )


def build_dense_variational_encoder(latent_dim=2, units=(256, 128)):
    """Build the encoder of a VAE without convolutions, for a CPU.

    Args:
        latent_dim: int >= 1, how many numbers describe an image.
        units: ints >= 1, the widths of the hidden layers.

    Returns:
        keras.Model, float (n, 32, 32, 1) in [0, 1] -> the list [z_mean,
        z_log_var, z], each float (n, latent_dim).

    Raises:
        TypeError: if latent_dim or a width is not an int.
        ValueError: if one of them is less than 1.
    """
    return _with_two_heads(
        _dense_layers(units), latent_dim, "dense_variational_encoder"
    )


def build_conditional_encoder(latent_dim=2, n_classes=10):
    """Build the encoder of a conditional VAE, without convolutions.

    The layers of `build_dense_variational_encoder`; the label stands beside
    the pixels.

    Args:
        latent_dim: int >= 1, how many numbers describe an image.
        n_classes: int >= 1, how many classes there are.

    Returns:
        keras.Model, the list of x, float (n, 32, 32, 1) in [0, 1], and
        float (n, n_classes), in each row a one in the place of the class
        and zeros elsewhere, -> the list [z_mean, z_log_var, z], each float
        (n, latent_dim).

    Raises:
        TypeError: if latent_dim or n_classes is not an int.
        ValueError: if one of them is less than 1.
    """
    n_classes = demand_count("n_classes", n_classes, smallest=1)
    x = keras.Input(IMAGE_SHAPE, name="x")
    label = keras.Input((n_classes,), name="label")
    flatten, *trunk = _dense_layers()
    features = layers.Concatenate()([flatten(x), label])
    outputs = _two_heads(trunk, features, latent_dim)
    return keras.Model([x, label], outputs, name="conditional_encoder")


def build_dense_decoder(latent_dim=2, units=(128, 256)):
    """Build a decoder without convolutions, far faster on a CPU.

    Args:
        latent_dim: int >= 1, how many numbers describe an image.
        units: ints >= 1, the widths of the hidden layers.

    Returns:
        keras.Model, float (n, latent_dim) -> (n, 32, 32, 1) in (0, 1).

    Raises:
        TypeError: if latent_dim or a width is not an int.
        ValueError: if one of them is less than 1.
    """
    latent_dim = demand_count("latent_dim", latent_dim, smallest=1)
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *_hidden_layers(units),
            layers.Dense(32 * 32, activation="sigmoid", dtype="float32"),
            layers.Reshape(IMAGE_SHAPE, dtype="float32", name="x_mean"),
        ],
        name="dense_decoder",
    )


def _with_two_heads(trunk, latent_dim, name):
    x = keras.Input(IMAGE_SHAPE, name="x")
    return keras.Model(x, _two_heads(trunk, x, latent_dim), name=name)


def _two_heads(trunk, features, latent_dim):
    latent_dim = demand_count("latent_dim", latent_dim, smallest=1)
    for layer in trunk:
        features = layer(features)
    # In float32 also where the other layers compute in 16 bits.
    z_mean, z_log_var = (
        layers.Dense(latent_dim, name=head, dtype="float32")(features)
        for head in ("z_mean", "z_log_var")
    )
    z = Sampling(name="z", dtype="float32")([z_mean, z_log_var])
    return [z_mean, z_log_var, z]


def _convolutions():
    return [*(_halve(filters) for filters in (32, 64, 128)), layers.Flatten()]


def _dense_layers(units=(256, 128)):
    return [layers.Flatten(), *_hidden_layers(units)]


def _hidden_layers(units):
    widths = (demand_count("units", width, smallest=1) for width in units)
    return [layers.Dense(width, activation="relu") for width in widths]


def _halve(filters):
    return layers.Conv2D(
        filters, 3, strides=2, padding="same", activation="relu"
    )


def _double(filters):
    return layers.Conv2DTranspose(
        filters, 3, strides=2, padding="same", activation="relu"
    )
