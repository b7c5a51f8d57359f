"""Fashion-MNIST as arrays, from the nearest source that has it."""

import os
import tempfile
import warnings
from pathlib import Path

import numpy as np

from vae_course.arguments import demand_count
from vae_course.download import answers, download
from vae_course.idx import read_idx_shape, read_image_set
from vae_course.runtime import start_tensorflow

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# Of the unpacked files, so that the same images packed anew are accepted.
SHA256 = {
    "train-images-idx3-ubyte": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
    ),
    "train-labels-idx1-ubyte": (
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
    ),
    "t10k-images-idx3-ubyte": (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
    ),
    "t10k-labels-idx1-ubyte": (
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
    ),
}
ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")
SUBSET_FOLDER = Path(__file__).parent / "fashion_mnist_subset"

# What a stream keeps to mix: 16,384 images of 784 bytes, from so many files.
STREAM_BUFFER = 16_384
FILES_AT_ONCE = 16


def load_fashion_mnist(folder=None):
    """Load Fashion-MNIST and print which source it came from.

    The first of these that has it: the folder that you name; Keras's cache;
    Debian's package `dataset-fashion-mnist`; a download through Keras, kept
    in its cache; the subset that comes with the course (10,000 training and
    2,000 test images). A broken file is never used: in a folder that you
    name it is an error, elsewhere a warning, and the next source serves.
    With VAE_COURSE_OFFLINE=1 nothing is downloaded.

    Args:
        folder: str or path of a folder with the four IDX files of
            Fashion-MNIST, or of a set of your own in the same form, packed
            (`train-images-idx3-ubyte.gz`) or not. None means the folder in
            VAE_COURSE_DATA, if that is set.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images, uint8 (n, 28, 28)
        from 0 (background) to 255, and labels, uint8 (n,) from 0 to 9,
        which index `CLASS_NAMES`.

    Raises:
        TypeError: if `folder` is neither str, path nor None.
        FileNotFoundError: if the folder that you name, or one of its files,
            is missing.
        ValueError: if a file in it is broken or of a wrong shape.

    Source: Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747.
    """
    named = _named_folder(folder)
    if named is not None:
        source, data = str(named), read_image_set(named)
    else:
        source, data = _nearest_set()
    (x_train, _), (x_test, _) = data
    print(
        f"Fashion-MNIST: {len(x_train):,} training and {len(x_test):,} test "
        f"images from {source}."
    )
    return data


def prepare_images(images):
    """Turn images as they are stored into what the networks take.

    You write this in exercise 0.1.

    Args:
        images: uint8 array (n, 28, 28), grey values from 0 to 255.

    Returns:
        float32 array (n, 32, 32, 1) in [0, 1]: the images divided by 255,
        inside a border of zeros 2 pixels wide.

    Raises:
        TypeError: if `images` is not a NumPy array of uint8.
        ValueError: if its shape is not (n, 28, 28).

    >>> white = np.full((3, 28, 28), 255, dtype=np.uint8)
    >>> x = prepare_images(white)
    >>> x.shape, x.dtype.name
    ((3, 32, 32, 1), 'float32')
    >>> x[0, 0, 0, 0].item(), x[0, 2, 2, 0].item()
    (0.0, 1.0)
    """
    dtype = getattr(images, "dtype", None)
    if not isinstance(images, np.ndarray) or dtype != np.uint8:
        raise TypeError(
            "images: expected a NumPy array of uint8, got "
            f"{type(images).__name__}" + (f" of {dtype}" if dtype else "")
        )
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"images: expected shape (n, 28, 28), got {images.shape}"
        )
    # Written straight into its place, which takes a fraction of the time.
    x = np.zeros((len(images), 32, 32, 1), np.float32)
    inside = x[:, 2:-2, 2:-2, 0]
    np.divide(images, 255, out=inside, dtype=np.float32)
    return x


def prepare_batch(images):
    """Do what `prepare_images` does in TensorFlow, as a dataset's step.

    Args:
        images: uint8 tensor (n, 28, 28), grey values from 0 to 255.

    Returns:
        float32 tensor (n, 32, 32, 1) in [0, 1].
    """
    import tensorflow as tf

    padded = tf.pad(images, ((0, 0), (2, 2), (2, 2)))
    return tf.cast(padded[..., tf.newaxis], tf.float32) / 255


def make_dataset(images, batch_size, shuffle, seed):
    """Hand out images in batches, in a new order for every epoch.

    You write this in exercise 8.1. Here the order of the numbers of the
    images is shuffled, which is less to move than the images are.

    Args:
        images: float array (n, 32, 32, 1), or of any shape (n, ...).
        batch_size: int > 0; the last batch holds what is left.
        shuffle: bool, whether the order changes, from epoch to epoch too.
        seed: int; the same seed gives the same orders.

    Returns:
        tf.data.Dataset that ends after one epoch, of float tensors
        (batch_size, 32, 32, 1); it knows its length in batches.

    Raises:
        TypeError: if batch_size or seed is not an int.
        ValueError: if there are no images, or batch_size is below 1.
    """
    demand_count("batch_size", batch_size, smallest=1)
    demand_count("seed", seed, smallest=0)
    if not np.ndim(images) or not len(images):
        raise ValueError(
            f"images: expected shape (n, ...), got {np.shape(images)}"
        )
    tf = start_tensorflow()
    images = tf.convert_to_tensor(images)
    numbers = tf.data.Dataset.range(len(images))
    if shuffle:
        numbers = numbers.shuffle(len(images), seed=seed)
    batches = numbers.batch(batch_size)
    return batches.map(lambda batch: tf.gather(images, batch)).prefetch(2)


def stream_images(paths, batch_size, shuffle, seed):
    """Hand out prepared images from files that need not fit into memory.

    A batch is read when it is due. To shuffle, the files come in a new order
    for every epoch, up to 16 are read in turn, and 16,384 images are held
    and drawn from: an image cannot come much earlier than it lies. So deal
    images that are sorted, by class or by date, out to many files.

    Args:
        paths: list of str or paths of IDX files, packed (`.gz`) or not, each
            of uint8 images (n, 28, 28), grey values from 0 to 255.
        batch_size: int > 0; the last batch holds what is left.
        shuffle: bool, whether the order changes, from epoch to epoch too.
        seed: int >= 0; the same seed gives the same orders.

    Returns:
        tf.data.Dataset that ends after one epoch, of float32 tensors
        (batch_size, 32, 32, 1) in [0, 1], as from `prepare_images`; it knows
        its length in batches. A file that is cut short ends an epoch with
        an error of TensorFlow's.

    Raises:
        TypeError: if paths is no list, or batch_size or seed not an int.
        OSError: if a file cannot be read.
        ValueError: if there are no images, a file opens otherwise than such
            a file does, or batch_size is below 1.
    """
    demand_count("batch_size", batch_size, smallest=1)
    demand_count("seed", seed, smallest=0)
    if isinstance(paths, str | os.PathLike):
        raise TypeError(f"paths: expected a list of paths, got {paths!r}")
    paths = [os.fspath(path) for path in paths]
    images = sum(map(_count_images, paths))
    if not images:
        raise ValueError("paths: expected files with images, got none")
    tf = start_tensorflow()
    files = tf.data.Dataset.from_tensor_slices(paths)
    if shuffle:
        files = files.shuffle(len(paths), seed=seed)
    stream = files.interleave(
        _bytes_of_images,
        cycle_length=min(FILES_AT_ONCE, len(paths)) if shuffle else 1,
    ).apply(tf.data.experimental.assert_cardinality(images))
    if shuffle:
        stream = stream.shuffle(STREAM_BUFFER, seed=seed)
    return stream.batch(batch_size).map(_prepare_bytes).prefetch(2)


def _count_images(path):
    count, *size = read_idx_shape(path, ndim=3)
    if size != [28, 28]:
        raise ValueError(
            f"{path}: expected images of 28 by 28 pixels, got {size}"
        )
    return count


def _bytes_of_images(path):
    """Make a dataset of a file's images, each a string of its 784 bytes."""
    import tensorflow as tf

    packed = tf.strings.regex_full_match(path, r".*\.gz")
    return tf.data.FixedLengthRecordDataset(
        path,
        record_bytes=28 * 28,
        header_bytes=16,
        compression_type=tf.where(packed, "GZIP", ""),
    )


def _prepare_bytes(batch):
    """Do for a batch of such strings what `prepare_images` does."""
    import tensorflow as tf

    pixels = tf.io.decode_raw(batch, tf.uint8)
    return prepare_batch(tf.reshape(pixels, (-1, 28, 28)))


def _named_folder(folder):
    name = "folder"
    if folder is None:
        name, folder = "VAE_COURSE_DATA", os.environ.get("VAE_COURSE_DATA")
        if not folder:
            return None
    if not isinstance(folder, str | os.PathLike):
        raise TypeError(
            f"{name}: expected a str, a path or None, got {folder!r}"
        )
    path = os.path.expanduser(folder)
    if not os.path.isdir(path):
        raise FileNotFoundError(
            f"{name}: expected a folder with the four files of "
            f"Fashion-MNIST, got {path!r}, which is not a folder"
        )
    return Path(path)


def _nearest_set():
    """Return the first good set and the words for where it came from."""
    for source, folder in _local_sources():
        try:
            return source, _read_full_set(folder)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            warnings.warn(
                f"{source} holds a broken file, which is not used. {error}. "
                "To mend it, delete that file or install it again.",
                stacklevel=3,
            )
    urls = [f"{ORIGIN}{name}.gz" for name in SHA256]
    if not _offline() and answers(urls[0]):
        try:
            data = download(urls, _keras_caches(), _read_full_set)
            return "a download through Keras", data
        except Exception as error:  # Keras raises no narrower class
            warnings.warn(
                "The download of Fashion-MNIST failed, and nothing of it is "
                f"used or kept. {error}. To mend it, try again on another "
                "network, or name a folder that has the files in "
                "VAE_COURSE_DATA.",
                stacklevel=3,
            )
    subset = read_image_set(SUBSET_FOLDER)
    return "the subset that comes with the course", subset


def _offline():
    return os.environ.get("VAE_COURSE_OFFLINE", "") not in ("", "0")


def _local_sources():
    for folder in _keras_caches():
        yield "Keras's cache", folder
    yield "Debian's package dataset-fashion-mnist", DEBIAN_FOLDER


def _keras_caches():
    """Name the folders where Keras keeps it: at home, else in /tmp."""
    home = os.environ.get("KERAS_HOME", "~/.keras")
    return [
        Path(os.path.abspath(place), "datasets", "fashion-mnist")
        for place in (os.path.expanduser(home), _spare_keras_home())
    ]


def _spare_keras_home():
    root = "/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()
    return os.path.join(root, ".keras")


def _read_full_set(folder):
    return read_image_set(folder, SHA256)
