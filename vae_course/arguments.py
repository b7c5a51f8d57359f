"""Look at the arguments of public functions before they are used."""

import numpy as np


def real_array(name, value, shape=None):
    """Return finite real numbers as float64.

    Args:
        name: the argument's name, for the message.
        value: a number, or an array or nested list of numbers.
        shape: tuple, the shape that it must have, a letter for an axis of
            any length above 0; None accepts every shape.

    Returns:
        float64 array of the value's shape.

    Raises:
        TypeError: if it holds anything but real numbers.
        ValueError: if one of them is not finite, or the shape is another.

    >>> real_array("mean", [1, 2], shape=("k",))
    array([1., 2.])
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise TypeError(
            f"{name}: expected real numbers, got {type(value).__name__} "
            f"of {array.dtype}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers, got {value!r}")
    if shape is not None and not _fits(array.shape, shape):
        expected = str(shape).replace("'", "")
        raise ValueError(
            f"{name}: expected shape {expected}, got {array.shape}"
        )
    return array.astype(np.float64)


def real_table(name, value):
    """Return finite real numbers in rows and columns, as float64.

    Args:
        name: the argument's name, for the message.
        value: an array or nested list, (n, latent_dim), neither of them 0.

    Returns:
        float64 array of the value's shape.

    Raises:
        TypeError: if it holds anything but real numbers.
        ValueError: if one of them is not finite, or it is no such table.
    """
    array = real_array(name, value)
    if array.ndim != 2 or not array.size:
        raise ValueError(
            f"{name}: expected shape (n, latent_dim), neither of them 0, "
            f"got {array.shape}"
        )
    return array


def demand_shape(name, shape, other, expected):
    """Refuse a shape unlike another's, axis by axis.

    Args:
        name: the argument's name, for the message.
        shape: its shape; in a graph an axis may be unknown (None).
        other: the name of the argument whose shape it should have.
        expected: that argument's shape, likewise.

    Raises:
        ValueError: if the shapes differ where both are known.
    """
    if len(shape) == len(expected) and all(
        None in sides or sides[0] == sides[1]
        for sides in zip(shape, expected, strict=True)
    ):
        return
    raise ValueError(
        f"{name}: expected the shape of {other}, {tuple(expected)}, "
        f"got {tuple(shape)}"
    )


def demand_count(name, value, smallest):
    """Return an int; refuse what is none, or below the smallest allowed.

    Args:
        name: the argument's name, for the message.
        value: what was given for it.
        smallest: int, the smallest that is accepted.

    Returns:
        int, also where it was one of NumPy's.

    Raises:
        TypeError: if it is no int.
        ValueError: if it is too small.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: expected an int, got {value!r}")
    if value < smallest:
        raise ValueError(f"{name}: expected at least {smallest}, got {value}")
    return int(value)


def demand_generator(name, value):
    """Refuse what is no NumPy random generator.

    Args:
        name: the argument's name, for the message.
        value: what was given for it.

    Raises:
        TypeError: if it is none.
    """
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name}: expected a numpy.random.Generator, as "
            f"default_rng(seed) makes it, got {type(value).__name__}"
        )


def _fits(shape, expected):
    return len(shape) == len(expected) and all(
        length > 0 if isinstance(axis, str) else length == axis
        for length, axis in zip(shape, expected, strict=True)
    )
