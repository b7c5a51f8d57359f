"""The machine under the course: quiet start, seed, device, quick mode."""

import contextlib
import functools
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple


class Device(NamedTuple):
    """Where TensorFlow computes.

    Attributes:
        kind: "GPU" or "CPU".
        count: how many GPUs, or CPU cores that this process may use.
        name: the GPU's name as its driver gives it, or "" for a CPU.
    """

    kind: str
    count: int
    name: str

    def __str__(self):
        unit = "core" if self.kind == "CPU" else "device"
        plural = "s" if self.count != 1 else ""
        name = f", {self.name}" if self.name else ""
        return f"{self.kind} ({self.count} {unit}{plural}{name})"


def start_tensorflow():
    """Import TensorFlow without a line of log noise.

    TensorFlow's compiled core writes to the process's error stream before
    its own log level can be set, so that stream is put aside for the
    import, the first look at the devices and the first operation. An
    exception still reaches the caller.

    Returns:
        The module `tensorflow`.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _error_stream_aside():
        import tensorflow as tf

        tf.config.list_physical_devices()
        tf.zeros(1)
    # Its advice on retracing is a false alarm where several models train.
    tf.get_logger().setLevel("ERROR")
    return tf


def set_seed(seed):
    """Seed Python, NumPy and Keras, so that a rerun gives the same pictures.

    Args:
        seed: int from 0 to 2**32 - 1.

    Raises:
        TypeError: if the seed is not an int.
        ValueError: if it is out of range.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed: expected an int, got {seed!r}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed: expected 0 to 2**32 - 1, got {seed}")
    start_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)


def describe_device():
    """Say on what TensorFlow computes.

    Returns:
        A `Device`; `print` shows it as words.
    """
    tf = start_tensorflow()
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return Device("CPU", _usable_cores(), "")
    details = tf.config.experimental.get_device_details(gpus[0])
    return Device("GPU", len(gpus), details.get("device_name", ""))


def quick_mode():
    """Tell whether VAE_COURSE_QUICK asks for short training.

    Returns:
        True unless the variable is unset, empty or "0".
    """
    return os.environ.get("VAE_COURSE_QUICK", "") not in ("", "0")


def pick(full, quick):
    """Choose between a full amount of work and that of the quick mode.

    Args:
        full: epochs, images, points or steps of an ordinary run.
        quick: the same in quick mode.

    Returns:
        One of the two.

    >>> pick(full=5, quick=1) in (5, 1)
    True
    """
    return quick if quick_mode() else full


def trained_folder():
    """Say where a lesson keeps the models that later lessons go on with.

    Returns:
        Path of a folder that exists: `trained`, beside the notebook. In
        quick mode it is one that ends with the process, so that short
        training never takes the place of a learner's model.
    """
    folder = Path(_scratch_folder().name) if quick_mode() else Path("trained")
    folder.mkdir(exist_ok=True)
    return folder


@functools.cache
def _scratch_folder():
    return tempfile.TemporaryDirectory(prefix="vae_course_")


def _usable_cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def _error_stream_aside():
    """Point file descriptor 2 at nothing, where there is one."""
    sys.stderr.flush()
    try:
        before = os.dup(2)
    except OSError:
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)
