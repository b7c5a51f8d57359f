"""Train the small VAEs of the β slider, alike in all but β.

The weights of all together are a megabyte, in 16 bits each.

    python tools/make_beta_sweep.py [OUTPUT_FOLDER]
"""

import sys
from pathlib import Path

import numpy as np

from vae_course import beta_sweep, data, runtime, training

EPOCHS, SEED = 40, 0


def make_model(output, beta, x_train, x_test, epochs):
    """Train a VAE, and write its weights and what it costs on test images.

    Args:
        output: path of the folder to write to.
        beta: float, the weight of the KL term.
        x_train: float (n, 32, 32, 1), in [0, 1].
        x_test: float (m, 32, 32, 1), in [0, 1].
        epochs: int, how often each image is seen.

    Returns:
        dict of the prices as `VAE.evaluate` names them, nats an image, of
        the weights as they were written.
    """
    runtime.set_seed(SEED)
    vae = beta_sweep.build(beta)
    training.train(vae, x_train, epochs, seed=SEED)
    variables = beta_sweep.weights_of(vae)
    weights = [np.float16(variable) for variable in variables]
    for variable, weight in zip(variables, weights, strict=True):
        variable.assign(weight)
    prices = vae.evaluate(x_test, batch_size=500, verbose=0, return_dict=True)
    np.savez_compressed(
        output / beta_sweep.file_name(beta),
        *weights,
        rate=prices["kl_loss"],
        distortion=prices["reconstruction_loss"],
    )
    return prices


def make_beta_sweep(output=beta_sweep.FOLDER):
    """Make all models of the slider.

    Args:
        output: path of the folder to write to; it is made if missing.
    """
    output.mkdir(parents=True, exist_ok=True)
    (x_train, _), (x_test, _) = data.load_fashion_mnist(data.SUBSET_FOLDER)
    x_train, x_test = map(data.prepare_images, (x_train, x_test))
    for beta in beta_sweep.BETAS:
        prices = make_model(output, beta, x_train, x_test, EPOCHS)
        print(f"β = {beta:g}:", prices, flush=True)


if __name__ == "__main__":
    make_beta_sweep(*map(Path, sys.argv[1:]))
