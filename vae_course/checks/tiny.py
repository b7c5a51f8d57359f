"""An encoder and a decoder so small that NumPy knows all about them.

They have no biases: learners' code meets them hundreds of times in a class.
The encoder's z is a third linear head: no chance in it, and never the mean.
"""

import numpy as np

WEIGHTS = [f"{layer} kernel" for layer in ("z_mean", "z_log_var", "z")]
WEIGHTS += ["decoder kernel"]
# Wide enough apart for images, codes and pixels that differ.
SCALES = 0.3, 0.3, 0.3, 1.0
# Also where half precision is the rule.
EXACT = {"dtype": "float32"}


class TinyNetworks:
    """An encoder and a decoder of one layer each, and what they amount to.

    Args:
        seed: int, of the weights.
        shape: tuple, that of an image.
        latent_dim: int.

    Attributes:
        encoder: keras.Model, (n, *shape) -> [z_mean, z_log_var, z].
        decoder: keras.Model, (n, latent_dim) -> (n, *shape).
        called: set of those of the two names that were called so far.
    """

    def __init__(self, seed, shape=(6, 4, 1), latent_dim=3):
        import keras

        from vae_course.checks.tiny_layers import Heads, Pixels

        x, z = keras.Input(shape), keras.Input((latent_dim,))
        self.encoder = keras.Model(x, Heads(latent_dim, **EXACT)(x))
        self.decoder = keras.Model(z, Pixels(shape, **EXACT)(z))
        self.called = set()
        self._watch("encoder")
        self._watch("decoder")
        rng = np.random.default_rng(seed)
        for weight, scale in zip(self.variables(), SCALES, strict=True):
            weight.assign(rng.normal(0, scale, weight.shape))

    def _watch(self, name):
        model = getattr(self, name)
        call = model.call

        def watched(*args, **kwargs):
            self.called.add(name)
            return call(*args, **kwargs)

        model.call = watched

    def variables(self):
        """List the Keras variables, in the order of WEIGHTS."""
        return [*self.encoder.weights, *self.decoder.weights]

    def weights(self):
        """Read the weights, float64, in the order of WEIGHTS."""
        return [np.asarray(v, "float64") for v in self.variables()]

    def heads(self, x):
        """Return z_mean, z_log_var and z, float64 (n, latent_dim) each."""
        flat = x.reshape(len(x), -1).astype("float64")
        return [flat @ np.asarray(kernel) for kernel in self.encoder.weights]

    def decode(self, z):
        """Return the pixels drawn from z, float64 (n, pixels)."""
        [kernel] = self.decoder.weights
        return 1 / (1 + np.exp(-(z @ np.asarray(kernel))))

    def losses(self, x):
        """Return both terms of the loss, float64 (2, n), nats."""
        z_mean, z_log_var, z = self.heads(x)
        return np.stack(
            [cost_of_pixels(x, self.decode(z)).sum(1), kl(z_mean, z_log_var)]
        )

    def slopes(self, x):
        """Differentiate the batch's mean of both terms by all weights.

        Args:
            x: float (n, *shape).

        Returns:
            float64 (2, number of weights), in the order of WEIGHTS.
        """
        z_mean, z_log_var, z = self.heads(x)
        [out] = self.decoder.weights
        flat = x.reshape(len(x), -1).astype("float64")
        missing = self.decode(z) - flat
        excess = (np.exp(z_log_var) - 1) / 2
        inputs = flat, flat, flat, z
        of_reconstruction = 0 * z, 0 * z, missing @ np.asarray(out).T, missing
        of_kl = z_mean, excess, 0 * z, 0 * missing
        return np.stack(
            [_joined(inputs, of_reconstruction), _joined(inputs, of_kl)]
        )


def cost_of_pixels(x, x_mean):
    """Compute the cross-entropy of every pixel as entropy + divergence."""
    from scipy.special import entr, rel_entr

    x = x.reshape(x_mean.shape).astype("float64")
    entropy = entr(x) + entr(1 - x)
    return entropy + rel_entr(x, x_mean) + rel_entr(1 - x, 1 - x_mean)


def kl(z_mean, z_log_var):
    """Integrate log q - log p over q: exact, for both are quadratic."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(5)
    shares = shares / shares.sum()
    epsilon = nodes[:, None, None]
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    surprise = (z**2 - epsilon**2 - z_log_var) / 2
    return np.sum(np.tensordot(shares, surprise, 1), axis=1)


def _joined(inputs, slopes):
    """Lead the slopes of four layers' sums back to their kernels."""
    parts = [
        (x.T @ slope).ravel() / len(slope)
        for x, slope in zip(inputs, slopes, strict=True)
    ]
    return np.concatenate(parts)
