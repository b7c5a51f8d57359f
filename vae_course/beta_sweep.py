"""Small VAEs alike in all but β, trained: what the β slider shows.

`tools/make_beta_sweep.py` trains them and writes their weights.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vae_course import models, networks
from vae_course.arguments import real_array

FOLDER = Path(__file__).parent / "beta_sweep_weights"
BETAS = 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0
LATENT_DIM = 8
UNITS = 32, 64  # of the encoder; the decoder's are the same, reversed


class Sweep(NamedTuple):
    """What every VAE of the sweep makes of the same images and codes.

    Attributes:
        betas: float (k,), the weights of the KL term.
        rates: float (k,), the KL terms, nats an image, means over test
            images.
        distortions: float (k,), the reconstruction losses, likewise.
        images: float (n, 32, 32, 1), in [0, 1].
        reconstructions: float (k, n, 32, 32, 1), in (0, 1), the images
            drawn from the means of their codes.
        samples: float (k, m, 32, 32, 1), in (0, 1), what m codes decode to.
    """

    betas: np.ndarray
    rates: np.ndarray
    distortions: np.ndarray
    images: np.ndarray
    reconstructions: np.ndarray
    samples: np.ndarray


def decode_sweep(images, epsilon):
    """Show the same images, and the same codes, to every VAE of the sweep.

    Args:
        images: float (n, 32, 32, 1), in [0, 1].
        epsilon: float (m, 8), without unit, draws from N(0, I): codes for
            all decoders alike.

    Returns:
        Sweep, in the order of `BETAS`.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one has another shape or is not finite.
    """
    images = real_array("images", images, ("n", *networks.IMAGE_SHAPE))
    epsilon = real_array("epsilon", epsilon, ("m", LATENT_DIM))
    prices, reconstructions, samples = [], [], []
    for beta in BETAS:
        vae, *rate_and_distortion = load_vae(beta)
        prices.append(rate_and_distortion)
        reconstructions.append(vae(images))
        samples.append(vae.decoder(epsilon))
    return Sweep(
        np.array(BETAS),
        *np.transpose(prices),
        images,
        np.array(reconstructions),
        np.array(samples),
    )


def load_vae(beta):
    """Load a VAE of the sweep, and what it costs on test images.

    Args:
        beta: float, one of `BETAS`, the weight that it was trained with.

    Returns:
        The models.VAE; its rate, the KL term; its distortion, the
        reconstruction loss with one drawn code an image. Both are floats,
        nats an image, means over the 2,000 test images that come with the
        course.

    Raises:
        ValueError: if there is no such VAE.

    >>> vae, rate, distortion = load_vae(100.0)
    >>> vae.beta, bool(rate < 0.1 < distortion)
    (100.0, True)
    """
    if beta not in BETAS:
        known = ", ".join(f"{known:g}" for known in BETAS)
        raise ValueError(f"beta: expected one of {known}, got {beta!r}")
    vae = build(beta)
    with np.load(FOLDER / file_name(beta)) as stored:
        for k, variable in enumerate(weights_of(vae)):
            variable.assign(stored[f"arr_{k}"])
        return vae, float(stored["rate"]), float(stored["distortion"])


def build(beta):
    """Build a VAE as they all are, untrained.

    Args:
        beta: float >= 0, the weight of the KL term.

    Returns:
        models.VAE with eight latent dimensions.

    Raises:
        TypeError: if beta is no real number.
        ValueError: if it is negative or not finite.
    """
    return models.VAE(
        networks.build_dense_variational_encoder(LATENT_DIM, UNITS),
        networks.build_dense_decoder(LATENT_DIM, UNITS[::-1]),
        beta,
    )


def weights_of(vae):
    """List the variables of both networks, in the order of the files.

    Args:
        vae: models.VAE.

    Returns:
        list of keras.Variable.
    """
    return [*vae.encoder.weights, *vae.decoder.weights]


def file_name(beta):
    """Name the file of a VAE.

    Args:
        beta: float.

    Returns:
        str.

    >>> file_name(0.01)
    'beta_0.01.npz'
    """
    return f"beta_{beta:g}.npz"
