"""What training makes small: per image, in nats, in `keras.ops`."""

from keras import ops

from vae_course.arguments import demand_count, demand_shape, real_array

SMALLEST_PROBABILITY = 1e-7
REDUCTIONS = "sum", "mean"


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


def log_likelihood(x, x_logits):
    """Give the log-likelihood of every image under Bernoulli pixels.

    The negative of `reconstruction_loss` of the sigmoid of `x_logits`, but
    it never leaves the logits: nothing is clipped, and it is finite however
    large they are. For grey values between 0 and 1 it is the linear
    interpolation. Written in exercise 6.1.

    Args:
        x: float (n, ...), the images, in [0, 1].
        x_logits: float, same shape, what the decoder gives before its
            sigmoid, any real numbers.

    Returns:
        float32 (n,), nats, at most 0: summed over all axes but the first.

    Raises:
        ValueError: if the shapes differ.

    Source: Kingma and Welling (2014), arXiv:1312.6114, appendix C.1,
    equation 11.

    >>> nats = log_likelihood([[1.0, 0.25]], [[2.0, -1000.0]])
    >>> [round(float(image), 3) for image in nats]
    [-250.127]
    """
    x = ops.convert_to_tensor(x, "float32")
    x_logits = ops.convert_to_tensor(x_logits, "float32")
    demand_shape("x_logits", x_logits.shape, "x", x.shape)
    # 1 - sigmoid(a) is sigmoid(-a).
    inked, blank = ops.log_sigmoid(x_logits), ops.log_sigmoid(-x_logits)
    nats = x * inked + (1 - x) * blank
    return ops.sum(nats, axis=tuple(range(1, len(nats.shape))))


def elbo(x, x_logits, z_mean, z_log_var):
    """Estimate every image's evidence lower bound from one drawn code.

    The log-likelihood of the image, given the code, minus the KL divergence
    of the encoder's distribution from the standard normal one. The mean
    over draws of the code is the bound itself. Written in exercise 6.2.

    Args:
        x: float (n, ...), the images, in [0, 1].
        x_logits: float, same shape, what the decoder makes of a code drawn
            from N(z_mean, exp(z_log_var)), before its sigmoid.
        z_mean: float (n, latent_dim).
        z_log_var: float, same shape, natural log of the variance.

    Returns:
        float32 (n,), nats: summed over pixels and latent dimensions.

    Raises:
        ValueError: if the shapes of a pair differ, or the two pairs do not
            have as many rows.

    Source: Kingma and Welling (2014), arXiv:1312.6114, equation 10 with
    L = 1.

    >>> x, undecided = [[1.0, 0.0]], [[0.0, 0.0]]
    >>> bound = elbo(x, undecided, [[1.0, 0.0]], [[0.0, 1.0]])
    >>> [round(float(nats), 4) for nats in bound]
    [-2.2454]
    """
    likelihood = log_likelihood(x, x_logits)
    kl = kl_loss(z_mean, z_log_var)
    demand_shape("rows of z_mean", kl.shape, "rows of x", likelihood.shape)
    return likelihood - kl


def effective_beta(
    n_pixels,
    latent_dim,
    reconstruction_weight,
    reconstruction_reduction,
    kl_weight,
    kl_reduction,
):
    """Say which beta a loss with weights and means amounts to.

    The loss is reconstruction_weight times the sum or the mean of the cost
    of each pixel, plus kl_weight times the sum or the mean of the KL of
    each latent dimension. Up to a positive factor, which moves no minimum,
    that is sum + beta · sum. Written in exercise 6.3.

    Args:
        n_pixels: int >= 1, numbers in an image, channels included.
        latent_dim: int >= 1, numbers in a code.
        reconstruction_weight: float > 0.
        reconstruction_reduction: "sum" or "mean", over the pixels.
        kl_weight: float >= 0.
        kl_reduction: "sum" or "mean", over the latent dimensions.

    Returns:
        float, beta: no unit. With 1, the loss is the negative ELBO.

    Raises:
        TypeError: if a count is no int or a weight no real number.
        ValueError: if a count is below 1, a weight out of range, or a
            reduction another word.

    Source: Higgins et al. (2017), "beta-VAE", equation 4, for beta.

    >>> effective_beta(1024, 2, 500, "mean", 1, "sum")
    2.048
    """
    n_pixels = demand_count("n_pixels", n_pixels, smallest=1)
    latent_dim = demand_count("latent_dim", latent_dim, smallest=1)
    reconstruction = _weight("reconstruction_weight", reconstruction_weight)
    if reconstruction == 0:
        raise ValueError("reconstruction_weight: expected above 0, got 0")
    kl = _weight("kl_weight", kl_weight)
    if _is_mean("kl_reduction", kl_reduction):
        kl /= latent_dim
    if _is_mean("reconstruction_reduction", reconstruction_reduction):
        # A product, since it rounds less than two divisions.
        kl *= n_pixels
    return kl / reconstruction


def _weight(name, value):
    weight = float(real_array(name, value, shape=()))
    if weight < 0:
        raise ValueError(f"{name}: expected at least 0, got {value}")
    return weight


def _is_mean(name, reduction):
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"{name}: expected one of {REDUCTIONS}, got {reduction!r}"
        )
    return reduction == "mean"
