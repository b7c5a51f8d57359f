"""What training makes small: per image, in nats, in `keras.ops`."""

from keras import ops

from vae_course.arguments import demand_shape

SMALLEST_PROBABILITY = 1e-7


def reconstruction_loss(x, x_mean):
    """Sum the binary cross-entropy of every image over its pixels.

    The negative log-likelihood of `x` under independent Bernoulli pixels
    with mean `x_mean`; for grey values between 0 and 1 it is its linear
    interpolation. Written in exercise 1.3.

    Args:
        x: float (n, ...), the images, in [0, 1].
        x_mean: float, same shape, the reconstructions, in [0, 1]; values
            nearer to 0 or 1 than 1e-7 count as 1e-7 away.

    Returns:
        float32 (n,), nats: summed over all axes but the first.

    Raises:
        ValueError: if the shapes differ.

    Source: Kingma and Welling (2014), arXiv:1312.6114, appendix C.1,
    equation 11.

    >>> x = [[0.0, 1.0], [0.25, 0.75], [1.0, 1.0]]
    >>> half = [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
    >>> [round(float(nats), 4) for nats in reconstruction_loss(x, half)]
    [1.3863, 1.3863, 1.3863]
    """
    x = ops.convert_to_tensor(x, "float32")
    x_mean = ops.convert_to_tensor(x_mean, "float32")
    demand_shape("x_mean", x_mean.shape, "x", x.shape)
    x_mean = ops.clip(x_mean, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    cost = -(x * ops.log(x_mean) + (1 - x) * ops.log1p(-x_mean))
    return ops.sum(cost, axis=tuple(range(1, len(cost.shape))))


def kl_loss(z_mean, z_log_var):
    """Sum the KL divergence from N(0, I) of every image over its latents.

    KL(N(z_mean, exp(z_log_var)) || N(0, I)), in closed form. The same in
    NumPy, as exercise 5.5 asks for it, is
    `densities.kl_to_standard_normal`.

    Args:
        z_mean: float (n, latent_dim).
        z_log_var: float, same shape, natural log of the variance.

    Returns:
        float32 (n,), nats: summed over the latent dimensions.

    Raises:
        ValueError: if the shapes differ.

    Source: Kingma and Welling (2014), arXiv:1312.6114, appendix B.

    >>> [round(float(nats), 4) for nats in kl_loss([[1.0, 0.0]], [[0.0, 1.0]])]
    [0.8591]
    """
    z_mean = ops.convert_to_tensor(z_mean, "float32")
    z_log_var = ops.convert_to_tensor(z_log_var, "float32")
    demand_shape("z_log_var", z_log_var.shape, "z_mean", z_mean.shape)
    # expm1 keeps the digits where the variance is near 1.
    excess = ops.square(z_mean) + ops.expm1(z_log_var) - z_log_var
    return 0.5 * ops.sum(excess, axis=-1)
