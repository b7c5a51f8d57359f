"""The two layers of the tiny networks: kernels alone, and quick to build."""

import math

import keras
import tensorflow as tf

registered = keras.saving.register_keras_serializable("vae_course.checks")


@registered
class Heads(keras.layers.Layer):
    """Three linear heads on all pixels, without biases.

    Args:
        latent_dim: int, the width of each.
        **options: those of every Keras layer.
    """

    def __init__(self, latent_dim, **options):
        super().__init__(**options)
        self.latent_dim = latent_dim

    def build(self, shape):
        """Make a kernel for each head, (pixels, latent_dim)."""
        self.pixels = math.prod(shape[1:])
        self.kernels = [
            self.add_weight((self.pixels, self.latent_dim), "zeros", name=name)
            for name in ("z_mean", "z_log_var", "z")
        ]

    def call(self, x):
        """Map images to [z_mean, z_log_var, z], (n, latent_dim) each."""
        flat = tf.reshape(x, (-1, self.pixels))
        return [tf.matmul(flat, kernel) for kernel in self.kernels]

    def compute_output_spec(self, x):
        """Tell the shapes; Keras would write a graph down to find them."""
        shape = x.shape[0], self.latent_dim
        return [keras.KerasTensor(shape, self.compute_dtype) for _ in range(3)]

    def get_config(self):
        """Return what makes the layer again."""
        return super().get_config() | {"latent_dim": self.latent_dim}


@registered
class Pixels(keras.layers.Layer):
    """The sigmoid of a linear layer without biases, as images.

    Args:
        shape: tuple, that of an image.
        **options: those of every Keras layer.
    """

    def __init__(self, shape, **options):
        super().__init__(**options)
        self.shape = tuple(shape)

    def build(self, shape):
        """Make the kernel, (latent_dim, pixels)."""
        kernel = shape[-1], math.prod(self.shape)
        self.kernel = self.add_weight(kernel, "zeros", name="kernel")

    def call(self, z):
        """Map codes (n, latent_dim) to images (n, *shape)."""
        flat = tf.sigmoid(tf.matmul(z, self.kernel))
        return tf.reshape(flat, (-1, *self.shape))

    def compute_output_spec(self, z):
        """Tell the shape, as above."""
        return keras.KerasTensor((z.shape[0], *self.shape), self.compute_dtype)

    def get_config(self):
        """Return what makes the layer again."""
        return super().get_config() | {"shape": self.shape}
