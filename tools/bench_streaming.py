"""Time a stream of images beside arrays in memory; print a table.

    python tools/bench_streaming.py [--images 60000] [--growth 10]

Files of random images are written, so many and then ten times as many, in
pieces of 20,000. A process of its own for each row reads one epoch of them,
shuffled: by `data.stream_images`, or from an array by `data.make_dataset`.
The memory is the peak of the process, beside what it held with TensorFlow
imported; the seconds count all preparation. Nothing is asserted: machines
differ.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

PER_FILE = 20_000
BATCH_SIZE = 256


def main():
    """Print a row for each way and number of images."""
    options = _options()
    counts = [options.images, options.growth * options.images]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    print("way             images   images/s   peak MB   of these imports")
    for images in counts:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            paths = _write(Path(folder), images)
            for way in ("stream", "memory"):
                seen, seconds, before, peak = _in_a_process(way, paths)
                print(
                    f"{way:10} {seen:11,} {seen / seconds:10,.0f}"
                    f" {peak:9,.0f} {before:18,.0f}",
                    flush=True,
                )


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--growth", type=int, default=10)
    parser.add_argument("--folder", help="where there is room for the files")
    return parser.parse_args()


def _write(folder, images):
    """Write the images into files of MNIST's form, as they come unpacked."""
    rng = np.random.default_rng(0)
    paths = []
    for start in range(0, images, PER_FILE):
        count = min(PER_FILE, images - start)
        shape = np.array([count, 28, 28], ">u4").tobytes()
        paths.append(folder / f"images-{start}-idx3-ubyte")
        paths[-1].write_bytes(
            bytes([0, 0, 8, 3]) + shape + rng.bytes(count * 784)
        )
    return paths


def _in_a_process(way, paths):
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        return processes.submit(_read, way, paths).result()


def _read(way, paths):
    """Read an epoch; return images, seconds, and MB before and at most."""
    from vae_course import runtime

    runtime.start_tensorflow()
    before = _peak()
    started = time.perf_counter()
    seen = sum(len(batch) for batch in _dataset(way, paths))
    return seen, time.perf_counter() - started, before, _peak()


def _dataset(way, paths):
    from vae_course import data, idx

    if way == "stream":
        return data.stream_images(paths, BATCH_SIZE, shuffle=True, seed=0)
    images = np.concatenate([idx.read_idx(path, ndim=3) for path in paths])
    images = data.prepare_images(images)
    return data.make_dataset(images, BATCH_SIZE, shuffle=True, seed=0)


def _peak():
    """Give the most memory so far, in MB; macOS counts bytes, Linux KiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main()
