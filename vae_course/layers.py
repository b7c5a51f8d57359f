"""The layer that draws codes, and the gradients that pass through it."""

import keras
import tensorflow as tf
from keras import ops

from vae_course.arguments import demand_shape


def std_from_log_var(z_log_var):
    """Turn the log of a variance into a standard deviation.

    exp(z_log_var / 2), positive for any real number. Written in exercise
    4.1.

    Args:
        z_log_var: float tensor or array of any shape, natural log of the
            variance.

    Returns:
        float tensor of the same shape and type, the standard deviation,
        in units of z.

    Raises:
        TypeError: if z_log_var holds no floating-point numbers.

    >>> import math
    >>> round(float(std_from_log_var(math.log(9.0))), 5)
    3.0
    """
    return ops.exp(0.5 * _float_tensor("z_log_var", z_log_var))


@keras.saving.register_keras_serializable("vae_course")
class Sampling(keras.layers.Layer):
    """Draw z from N(z_mean, exp(z_log_var)), every entry on its own.

    z = z_mean + exp(z_log_var / 2) · epsilon, epsilon from N(0, 1), so
    that gradients reach both inputs. It draws in training and in
    inference alike. Written in exercise 4.2.

    Args:
        seed: int for noise of its own, or None to follow
            `keras.utils.set_random_seed`.
        **options: of `keras.layers.Layer`, such as `name`.

    Call arguments:
        inputs: a pair of float tensors of one shape, usually
            (n, latent_dim): z_mean, and z_log_var, the natural log of
            the variance.

    Returns:
        z, a float tensor of that shape.

    Raises:
        TypeError: if the inputs are not a pair.
        ValueError: if their shapes differ.

    Source: Kingma and Welling (2014), arXiv:1312.6114, section 2.4;
    Rezende, Mohamed and Wierstra (2014), arXiv:1401.4082.

    >>> z_mean, z_log_var = [[1.5, -0.5]], [[-60.0, -60.0]]
    >>> Sampling()([ops.array(z_mean), ops.array(z_log_var)]).numpy()
    array([[ 1.5, -0.5]], dtype=float32)
    """

    def __init__(self, seed=None, **options):
        super().__init__(**options)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        """Draw once for every entry; see `Call arguments` above."""
        z_mean, z_log_var = _pair(inputs)
        epsilon = keras.random.normal(
            ops.shape(z_mean), dtype=z_mean.dtype, seed=self.seed_generator
        )
        return z_mean + std_from_log_var(z_log_var) * epsilon

    def compute_output_shape(self, input_shape):
        """Return the shape of z, which is that of z_mean."""
        return input_shape[0]

    def get_config(self):
        """Return what a saved model needs to make the layer again."""
        return {**super().get_config(), "seed": self.seed}


def sampling_gradients(z_mean, z_log_var, epsilon):
    """Let TensorFlow's tape differentiate z with its noise held.

    z = z_mean + exp(z_log_var / 2) · epsilon. Each entry of z depends on
    its own entries alone, so the gradient of the sum of z holds each
    entry's own derivative: 1, and (z - z_mean) / 2. Written in exercise
    4.3.

    Args:
        z_mean: float tensor or array of any shape.
        z_log_var: float, same shape, natural log of the variance.
        epsilon: float, same shape, the noise from N(0, 1).

    Returns:
        dz_dmean and dz_dlogvar, float tensors of that shape.

    Raises:
        TypeError: if an argument holds no floating-point numbers.
        ValueError: if the shapes differ.

    Source: Kingma and Welling (2014), arXiv:1312.6114, section 2.4.

    >>> mean, log_var, epsilon = ops.array([[1.5], [0.0], [-2.0]])
    >>> slopes = sampling_gradients(mean, log_var, epsilon)
    >>> [slope.numpy().tolist() for slope in slopes]
    [[1.0], [-1.0]]
    """
    z_mean = _float_tensor("z_mean", z_mean)
    z_log_var = _float_tensor("z_log_var", z_log_var)
    epsilon = _float_tensor("epsilon", epsilon)
    demand_shape("z_log_var", z_log_var.shape, "z_mean", z_mean.shape)
    demand_shape("epsilon", epsilon.shape, "z_mean", z_mean.shape)
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        z = z_mean + std_from_log_var(z_log_var) * epsilon
    return tuple(tape.gradient(z, [z_mean, z_log_var]))


def _float_tensor(name, value):
    try:
        tensor = ops.convert_to_tensor(value)
    except (TypeError, ValueError):
        tensor = None
    if tensor is None or not keras.backend.is_float_dtype(tensor.dtype):
        raise TypeError(
            f"{name}: expected floating-point numbers, got {value!r}"
        )
    return tensor


def _pair(inputs):
    if not isinstance(inputs, list | tuple) or len(inputs) != 2:
        raise TypeError(
            f"inputs: expected the pair [z_mean, z_log_var], got {inputs!r}"
        )
    z_mean, z_log_var = inputs
    demand_shape("z_log_var", z_log_var.shape, "z_mean", z_mean.shape)
    return z_mean, z_log_var
