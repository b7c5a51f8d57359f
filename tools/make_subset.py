"""Write the subset of Fashion-MNIST that comes with the course.

Its rule: the first 1,000 training and the first 200 test images of each
class, in the order of the full set. The same input gives the same bytes.

    python tools/make_subset.py [OUTPUT_FOLDER [FULL_SET_FOLDER]]
"""

import gzip
import struct
import sys
from pathlib import Path

import numpy as np

from vae_course.data import DEBIAN_FOLDER, SHA256, SUBSET_FOLDER
from vae_course.idx import read_image_set

SIZES = {"train": 1000, "t10k": 200}


def make_subset(output=SUBSET_FOLDER, full_set=DEBIAN_FOLDER):
    """Choose the images and write the four files.

    Args:
        output: path of the folder to write to; it is made if missing.
        full_set: path of the folder with the whole of Fashion-MNIST.

    Raises:
        FileNotFoundError: if a file of the full set is missing.
        ValueError: if one is not as Zalando Research published it.
    """
    output.mkdir(parents=True, exist_ok=True)
    parts = read_image_set(full_set, SHA256)
    for (part, size), (images, labels) in zip(
        SIZES.items(), parts, strict=True
    ):
        chosen = first_of_each_class(labels, size)
        write_idx(output / f"{part}-images-idx3-ubyte.gz", images[chosen])
        write_idx(output / f"{part}-labels-idx1-ubyte.gz", labels[chosen])


def first_of_each_class(labels, size):
    """Find the first `size` places of each label, in ascending order.

    Args:
        labels: int array (n,).
        size: int.

    Returns:
        int array, one place for each chosen entry.
    """
    places = [np.flatnonzero(labels == c)[:size] for c in np.unique(labels)]
    return np.sort(np.concatenate(places))


def write_idx(path, array):
    """Write a uint8 array as a packed IDX file, without name or time.

    Args:
        path: the file to write.
        array: uint8 array.
    """
    header = struct.pack(
        f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape
    )
    with (
        open(path, "wb") as file,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as out,
    ):
        out.write(header + array.tobytes())


if __name__ == "__main__":
    make_subset(*map(Path, sys.argv[1:]))
