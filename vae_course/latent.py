"""Points of the latent space: drawn, walked through, laid on a grid."""

import numpy as np

from vae_course.arguments import (
    demand_count,
    demand_generator,
    real_array,
    real_table,
)


def sample_bounding_box(z, n, rng):
    """Draw points evenly from the box in which the codes lie.

    The box is the smallest that holds all codes and has its sides along
    the axes. You write this in exercise 2.1.

    Args:
        z: float (n_codes, latent_dim), the codes.
        n: int > 0, how many points to draw.
        rng: numpy.random.Generator, the source of chance.

    Returns:
        float64 (n, latent_dim): independent draws, uniform over the box,
        in the unit of the codes.

    Raises:
        TypeError: if z does not hold real numbers, n is not an int, or
            rng is not a Generator.
        ValueError: if z is not a finite table with a row and a column at
            least, or n is below 1.

    >>> z = [[-2.0, 5.0], [4.0, 5.5], [0.0, 7.0]]
    >>> samples = sample_bounding_box(z, 100, np.random.default_rng(0))
    >>> samples.shape
    (100, 2)
    >>> bool(np.all((samples >= [-2, 5]) & (samples <= [4, 7])))
    True
    """
    z = real_table("z", z)
    demand_count("n", n, smallest=1)
    demand_generator("rng", rng)
    low, high = z.min(axis=0), z.max(axis=0)
    return rng.uniform(low, high, size=(n, z.shape[1]))


def interpolate(start, end, steps):
    """Walk from one code to another on a straight line, in even steps.

    You write this in exercise 2.3.

    Args:
        start: float (latent_dim,), the first code.
        end: float (latent_dim,), the last code.
        steps: int >= 2, how many codes, start and end among them.

    Returns:
        float64 (steps, latent_dim): the first row is start, the last end.

    Raises:
        TypeError: if a code does not hold real numbers, or steps is not
            an int.
        ValueError: if the codes are not finite rows of one length, or
            steps is below 2.

    >>> interpolate([0.0, 5.0], [8.0, 1.0], 3)
    array([[0., 5.],
           [4., 3.],
           [8., 1.]])
    """
    start, end = real_array("start", start), real_array("end", end)
    if start.ndim != 1 or not start.size:
        raise ValueError(
            f"start: expected shape (latent_dim,), got {start.shape}"
        )
    if end.shape != start.shape:
        raise ValueError(
            f"end: expected the shape of start, {start.shape}, got {end.shape}"
        )
    demand_count("steps", steps, smallest=2)
    return np.linspace(start, end, steps)


def nearest_code(point, z):
    """Find the code that lies nearest to a point.

    Args:
        point: float (latent_dim,).
        z: float (n_codes, latent_dim), the codes.

    Returns:
        Its index, int, the first where several are as near; and its
        Euclidean distance, float, in the unit of the codes.

    Raises:
        TypeError: if an argument does not hold real numbers.
        ValueError: if z is not a finite table with a row and a column at
            least, or the point is not a finite row of its width.

    >>> nearest_code([0.0, 0.0], [[9.0, 5.0], [3.0, 4.0]])
    (1, 5.0)
    """
    z = real_table("z", z)
    point = real_array("point", point, shape=z.shape[1:])
    squares = ((z - point) ** 2).sum(axis=1)
    nearest = int(squares.argmin())
    return nearest, float(np.sqrt(squares[nearest]))


def to_percentiles(z):
    """Say of each number how much of the standard normal lies below it.

    The normal's cumulative distribution function: it spreads a standard
    normal cloud evenly over the unit square. You write this in exercise 9.1.

    Args:
        z: float, any shape, the codes.

    Returns:
        float64, same shape, in (0, 1), no unit: each entry on its own. In
        float64 a number above 8.3 comes out as 1, one below -38 as 0.

    Raises:
        TypeError: if z does not hold real numbers.
        ValueError: if one of them is not finite.

    >>> to_percentiles([[-1.0, 0.0, 2.0]]).round(3)
    array([[0.159, 0.5  , 0.977]])

    Source: Kingma and Welling (2014), arXiv:1312.6114, appendix A.
    """
    from scipy.special import ndtr

    return ndtr(real_array("z", z))


def percentile_grid(n):
    """Lay a grid over the plane that is even in percentiles.

    The unit interval is cut into n equal slices, and each coordinate takes
    the middles of these, (i + 1/2) / n, through the inverse of the standard
    normal's cumulative distribution function: near the origin the points
    are dense. You write this in exercise 9.2.

    Args:
        n: int > 0, how many points along each axis.

    Returns:
        float64 (n * n, 2), codes without unit, in the order in which an
        image is read: the first n points are the top row, with the largest
        second coordinate; in each row the first coordinate rises from left
        to right.

    Raises:
        TypeError: if n is not an int.
        ValueError: if n is below 1.

    >>> percentile_grid(2).round(2)
    array([[-0.67,  0.67],
           [ 0.67,  0.67],
           [-0.67, -0.67],
           [ 0.67, -0.67]])

    Source: Kingma and Welling (2014), arXiv:1312.6114, appendix A.
    """
    from scipy.special import ndtri

    demand_count("n", n, smallest=1)
    steps = ndtri((np.arange(n) + 0.5) / n)
    across, up = np.meshgrid(steps, steps[::-1])
    return np.column_stack([across.ravel(), up.ravel()])


def attribute_vector(z, has_attribute):
    """Point from the codes without an attribute to those with it.

    You write this in exercise 9.3.

    Args:
        z: float (n, latent_dim), the codes.
        has_attribute: bool (n,), which of the codes have the attribute.

    Returns:
        float64 (latent_dim,): the mean of the codes that have it, minus
        the mean of those that do not, both over the codes; in the unit of
        the codes.

    Raises:
        TypeError: if z does not hold real numbers, or has_attribute holds
            other than bools.
        ValueError: if z is not a finite table with a row and a column at
            least, has_attribute is not one bool a code, or all codes or
            none have the attribute.

    >>> z = [[1.0, 0.0], [3.0, 2.0], [9.0, 5.0]]
    >>> attribute_vector(z, [False, False, True])
    array([7., 4.])

    Source: Larsen, Sønderby, Larochelle and Winther (2016),
    arXiv:1512.09300, section 4.
    """
    z, has_attribute = real_table("z", z), np.asarray(has_attribute)
    if has_attribute.dtype != bool:
        raise TypeError(
            f"has_attribute: expected bools, got {has_attribute.dtype}"
        )
    if has_attribute.shape != (len(z),):
        raise ValueError(
            f"has_attribute: expected shape {(len(z),)}, one a code, "
            f"got {has_attribute.shape}"
        )
    if has_attribute.all() or not has_attribute.any():
        raise ValueError(
            "has_attribute: expected codes with and without it, got "
            f"{has_attribute.sum()} of {len(z)} with it"
        )
    return z[has_attribute].mean(axis=0) - z[~has_attribute].mean(axis=0)
