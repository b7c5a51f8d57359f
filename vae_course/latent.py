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
