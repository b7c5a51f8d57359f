"""Arrays, numbers and words as text, and back; nothing else gets through."""

import base64
import binascii
import math
import re

import numpy as np

# Booleans, whole numbers, floating-point numbers, words of a fixed length.
KINDS = re.compile(r"[<|](b1|[iu][1248]|f[248]|U[1-9]\d{0,3})")
MOST_BYTES = 2**22
MOST_AXES = 8


def pack(value):
    """Turn an array, a number, a bool or a word into what JSON can hold.

    Args:
        value: NumPy array or scalar, bool, int, float or str.

    Returns:
        A dict that `unpack` reads: an array with its dtype and shape.

    Raises:
        TypeError: if it is something else, or an array of objects.
        ValueError: if it is larger than MOST_BYTES.

    >>> unpack(pack(np.arange(3.0)))
    array([0., 1., 2.])
    """
    if isinstance(value, bool | int | str) and not isinstance(
        value, np.generic
    ):
        return {"value": value}
    if isinstance(value, float) and not isinstance(value, np.generic):
        return {"number": value.hex()}
    if not isinstance(value, np.ndarray | np.generic):
        raise TypeError(f"no array or number: {type(value).__name__}")
    array = np.asarray(value)
    array = array.astype(array.dtype.newbyteorder("<"), order="C")
    if not KINDS.fullmatch(array.dtype.str):
        raise TypeError(f"no array of numbers or words: {array.dtype}")
    _demand_size(array.nbytes)
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "bytes": base64.b64encode(array.tobytes()).decode("ascii"),
    }


def unpack(told):
    """Turn what `pack` made into the value again.

    Args:
        told: what came as JSON, from whomever.

    Returns:
        A NumPy array that can be written to, a bool, int, float or str.

    Raises:
        ValueError: if it is not what `pack` makes.
    """
    match told:
        case {"value": bool() | int() | str() as value, **rest} if not rest:
            return value
        case {"number": str() as number, **rest} if not rest:
            return _number(number)
        case {
            "dtype": str() as dtype,
            "shape": list() as shape,
            "bytes": str() as content,
            **rest,
        } if not rest:
            return _array(dtype, shape, content)
    raise ValueError("no packed value")


def pack_round(values):
    """Pack a dict from name to value; see `pack`."""
    return {str(name): pack(value) for name, value in values.items()}


def unpack_round(told):
    """Unpack a dict from name to packed value; see `unpack`."""
    if not isinstance(told, dict):
        raise ValueError("no packed values")
    return {name: unpack(value) for name, value in told.items()}


def _number(text):
    try:
        return float.fromhex(text)
    except OverflowError as error:
        raise ValueError("not a number") from error


def _array(dtype, shape, content):
    if not KINDS.fullmatch(dtype):
        raise ValueError("not a dtype that is packed")
    if len(shape) > MOST_AXES or not all(map(_is_length, shape)):
        raise ValueError("not a shape")
    size = math.prod(shape) * np.dtype(dtype).itemsize
    _demand_size(max(size, len(content) * 3 // 4 - 2))
    try:
        raw = base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(raw) != size:
        raise ValueError("not as many bytes as the shape says")
    array = np.frombuffer(raw, dtype).reshape(shape).copy()
    if array.dtype.kind == "b":
        # A byte that is neither 0 nor 1 would be a third truth value.
        return array.view("u1") != 0
    if array.dtype.kind == "U":
        _demand_characters(array)
    return array


def _is_length(number):
    return type(number) is int and 0 <= number <= MOST_BYTES


def _demand_size(size):
    if size > MOST_BYTES:
        raise ValueError(f"{size} bytes, more than {MOST_BYTES}")


def _demand_characters(array):
    """Refuse code points that no character has."""
    points = array.reshape(-1).view("<u4") if array.size else array
    if array.size and points.max() > 0x10FFFF:
        raise ValueError("not characters")
