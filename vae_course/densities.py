"""Densities of normal distributions in NumPy; log-densities in nats."""

import numpy as np

from vae_course.arguments import demand_count, demand_generator, real_array

LOG_TWO_PI = np.log(2 * np.pi)


def normal_pdf(x, mean, variance):
    """Give the density of the normal distribution N(mean, variance) at x.

    You write this in exercise 3.1.

    Args:
        x: float, where to look; any shape.
        mean: float, in the unit of x.
        variance: float > 0, in the unit of x squared. The three shapes
            broadcast.

    Returns:
        float64, the broadcast shape, per unit of x. Nothing is summed.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not finite, a variance is not positive, or
            the shapes do not broadcast.

    >>> round(float(normal_pdf(0.0, 0.0, 1.0)), 4)
    0.3989
    >>> normal_pdf(np.zeros((5, 1)), 0.0, [1.0, 2.0]).shape
    (5, 2)

    Source: Bishop (2006), Pattern Recognition and Machine Learning,
    equation 1.46.
    """
    x, mean, variance = _broadcast(x=x, mean=mean, variance=variance)
    _demand_positive("variance", variance)
    std = np.sqrt(variance)
    with np.errstate(over="ignore"):
        return np.exp(-0.5 * ((x - mean) / std) ** 2) / (
            np.sqrt(2 * np.pi) * std
        )


def sample_normal(mean, variance, n, rng):
    """Draw from N(mean, variance) by moving and stretching standard noise.

    You write this in exercise 3.2.

    Args:
        mean: float, one number.
        variance: float > 0, one number.
        n: int > 0, how many to draw.
        rng: numpy.random.Generator, the source of chance.

    Returns:
        float64 (n,): independent draws, mean + sqrt(variance) * epsilon
        with epsilon from N(0, 1).

    Raises:
        TypeError: if n is not an int, rng is not a Generator, or another
            argument is not a real number.
        ValueError: if the mean or the variance is not one finite number,
            the variance is not positive, or n is below 1.

    >>> sample_normal(5.0, 4.0, 3, np.random.default_rng(0)).shape
    (3,)

    Source: Kingma and Welling (2014), arXiv:1312.6114, section 2.4.
    """
    mean = _one_number("mean", mean)
    variance = _one_number("variance", variance)
    _demand_positive("variance", variance)
    demand_count("n", n, smallest=1)
    demand_generator("rng", rng)
    return mean + np.sqrt(variance) * rng.standard_normal(n)


def multivariate_normal_pdf(x, mean, covariance):
    """Give the density of N(mean, covariance) at each row of x.

    You write this in exercise 3.3.

    Args:
        x: float (n, k), n points of k numbers each.
        mean: float (k,).
        covariance: float (k, k), symmetric and positive definite.

    Returns:
        float64 (n,), per unit of volume: one density for each row.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not finite, the shapes do not fit, or the
            covariance is not symmetric and positive definite.

    >>> x = np.zeros((3, 2))
    >>> multivariate_normal_pdf(x, np.zeros(2), np.eye(2)).round(4)
    array([0.1592, 0.1592, 0.1592])

    Source: Bishop (2006), Pattern Recognition and Machine Learning,
    equation 2.43.
    """
    x, mean = _points(x), real_array("mean", mean)
    k = x.shape[1]
    if mean.shape != (k,):
        raise ValueError(f"mean: expected shape ({k},), got {mean.shape}")
    root = _cholesky(real_array("covariance", covariance), k)
    standardised = np.linalg.solve(root, (x - mean).T)
    log_root_of_determinant = np.sum(np.log(np.diag(root)))
    with np.errstate(over="ignore"):
        return np.exp(
            -0.5 * np.sum(standardised**2, axis=0)
            - 0.5 * k * LOG_TWO_PI
            - log_root_of_determinant
        )


def diagonal_normal_log_pdf(x, mean, log_var):
    """Give the log-density of a normal distribution with no covariances.

    You write this in exercise 3.4.

    Args:
        x: float (n, k), n points of k numbers each.
        mean: float (k,), or (n, k) with a mean for each point.
        log_var: float (k,) or (n, k), the natural log of the variance.

    Returns:
        float64 (n,), nats: summed over the k dimensions, finite however
        far x lies from the mean.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if one is not finite, or the shapes do not fit.

    >>> x = np.full((3, 2), 60.0)
    >>> diagonal_normal_log_pdf(x, np.zeros(2), np.zeros(2)).round(2)
    array([-3601.84, -3601.84, -3601.84])

    Source: Kingma and Welling (2014), arXiv:1312.6114, appendix C.2.
    """
    x = _points(x)
    mean, log_var = real_array("mean", mean), real_array("log_var", log_var)
    for name, array in {"mean": mean, "log_var": log_var}.items():
        if array.shape not in (x.shape, x.shape[1:]):
            raise ValueError(
                f"{name}: expected shape {x.shape[1:]} or {x.shape}, "
                f"got {array.shape}"
            )
    standardised = (x - mean) * np.exp(-0.5 * log_var)
    return -0.5 * np.sum(LOG_TWO_PI + log_var + standardised**2, axis=-1)


def _one_number(name, value):
    array = real_array(name, value)
    if array.ndim:
        raise ValueError(
            f"{name}: expected one number, got shape {array.shape}"
        )
    return array


def _points(x):
    x = real_array("x", x)
    if x.ndim != 2 or not x.shape[1]:
        raise ValueError(f"x: expected shape (n, k) with k > 0, got {x.shape}")
    return x


def _broadcast(**arguments):
    arrays = {
        name: real_array(name, value) for name, value in arguments.items()
    }
    shapes = [array.shape for array in arrays.values()]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"{', '.join(arrays)}: expected shapes that broadcast, got "
            f"{', '.join(map(str, shapes))}"
        ) from None
    return arrays.values()


def _demand_positive(name, array):
    if not np.all(array > 0):
        raise ValueError(
            f"{name}: expected numbers above 0, got {array.min()}"
        )


def _cholesky(covariance, k):
    """Return the lower triangle whose square is the covariance."""
    if covariance.shape != (k, k):
        raise ValueError(
            f"covariance: expected shape ({k}, {k}), got {covariance.shape}"
        )
    rounding = 1e-12 * np.abs(covariance).max()
    skew = np.abs(covariance - covariance.T).max()
    if skew > rounding:
        raise ValueError(
            "covariance: expected a symmetric matrix, got one whose mirrored "
            f"entries differ by up to {skew:.3g}"
        )
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        smallest = np.linalg.eigvalsh(covariance)[0]
        raise ValueError(
            "covariance: expected a positive definite matrix, got one "
            f"whose smallest eigenvalue is {smallest:.3g}"
        ) from None
