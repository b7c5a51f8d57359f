"""Read IDX, the file format in which MNIST and Fashion-MNIST come."""

import gzip
import hashlib
import math
import os
import zlib
from pathlib import Path

import numpy as np


def read_idx(path, ndim, sha256=None):
    """Read an array of unsigned bytes from an IDX file.

    The format, from the page of MNIST (LeCun, Cortes and Burges): two zero
    bytes, the type (8: unsigned byte), the number of axes, the length of
    each axis as a big-endian 32-bit integer, and the values in C order.

    Args:
        path: the file, str or path; unpacked first if it ends in ".gz".
        ndim: int, the number of axes that the array must have.
        sha256: str, the SHA-256 in hexadecimal that the unpacked file must
            have, or None to accept any.

    Returns:
        uint8 array with `ndim` axes.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no whole gzip file, no IDX file of unsigned
            bytes with `ndim` axes, too short or too long for its shape, or
            has another SHA-256.
    """
    content = _unpack(Path(path))
    shape, start = _shape_in(path, content, ndim), 4 + 4 * ndim
    expected = start + math.prod(shape)
    if len(content) != expected:
        raise ValueError(
            f"{path}: expected {expected:,} unpacked bytes for an array of "
            f"shape {shape}, got {len(content):,}"
        )
    found = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, found):
        raise ValueError(
            f"{path}: expected content with the SHA-256 {sha256}, got {found}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def read_idx_shape(path, ndim):
    """Read how large an array is in an IDX file, and not the array.

    Args:
        path: the file, str or path; unpacked first if it ends in ".gz".
        ndim: int, the number of axes that the array must have.

    Returns:
        tuple of `ndim` ints.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it does not open like an IDX file of unsigned bytes
            with `ndim` axes.
    """
    path = Path(path)
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            return _shape_in(path, file.read(4 + 4 * ndim), ndim)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path}: expected a gzip file ({error})") from error


def read_image_set(folder, sha256=None):
    """Read a set of labelled images from the four files of MNIST's form.

    Args:
        folder: str or path of the folder with `train-images-idx3-ubyte`,
            `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
            `t10k-labels-idx1-ubyte`, each packed (`.gz`) or not; where both
            are there, the packed one counts.
        sha256: dict from these names to the SHA-256 in hexadecimal that the
            unpacked file must have, or None to accept any.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images, uint8 (n, 28, 28),
        and labels, uint8 (n,) from 0 to 9.

    Raises:
        FileNotFoundError: if a file is missing.
        ValueError: if a file is broken, if the images are not 28 by 28 or
            none, or if the labels do not fit them.
    """
    return tuple(
        _read_part(Path(folder), part, sha256 or {})
        for part in ("train", "t10k")
    )


def _shape_in(path, content, ndim):
    """Take the shape from the first bytes of an IDX file."""
    magic, start = bytes([0, 0, 8, ndim]), 4 + 4 * ndim
    if content[:4] != magic or len(content) < start:
        raise ValueError(
            f"{path}: expected an IDX file of unsigned bytes with {ndim} "
            f"axes, which opens with {magic.hex(' ')} and {ndim} lengths, "
            f"got {len(content):,} bytes that open with "
            f"{content[:4].hex(' ') or 'nothing'}"
        )
    return tuple(np.frombuffer(content[4:start], ">u4").tolist())


def _read_part(folder, part, sha256):
    images_name = f"{part}-images-idx3-ubyte"
    images_file = _find(folder, images_name)
    images = read_idx(images_file, 3, sha256.get(images_name))
    if len(images) == 0 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"{images_file}: expected at least one image of 28 by 28 pixels, "
            f"got an array of shape {images.shape}"
        )
    labels_name = f"{part}-labels-idx1-ubyte"
    labels_file = _find(folder, labels_name)
    labels = read_idx(labels_file, 1, sha256.get(labels_name))
    if len(labels) != len(images):
        raise ValueError(
            f"{labels_file}: expected a label for each of the "
            f"{len(images):,} images, got {len(labels):,}"
        )
    if labels.max() > 9:
        raise ValueError(
            f"{labels_file}: expected labels from 0 to 9, got {labels.max()}"
        )
    return images, labels


def _find(folder, name):
    for path in (folder / f"{name}.gz", folder / name):
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(
        f"{folder}: expected a file {name}.gz or {name}, found neither"
    )


def _unpack(path):
    content = path.read_bytes()
    if path.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{path}: expected a whole gzip file, got {len(content):,} "
            f"bytes that do not unpack ({error})"
        ) from error
