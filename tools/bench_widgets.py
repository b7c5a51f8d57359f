"""Time how many pictures a second the latent explorer gives.

    python tools/bench_widgets.py

Both ways of it are timed in one run, on Python's side: from a move, as the
front end sends it, to the bytes of the new picture. The weights of a decoder
do not change its speed, so nothing is trained. Nothing is asserted: machines
differ.
"""

import os
import statistics
import time

import numpy as np

from vae_course import data, runtime

runtime.start_tensorflow()

from vae_course import networks, widgets  # noqa: E402

CODES = 1_500
DECODERS = {
    "dense": networks.build_dense_decoder,
    "convolutional": networks.build_decoder,
}


def main():
    """Print the table."""
    print(f"{os.cpu_count()} cores\n")
    print("decoder          way        ms a picture   pictures a second")
    for name, build in DECODERS.items():
        decoder = build()
        _print_row(name, "sliders", _by_sliders(decoder))
        _print_row(name, "touched", _by_touch(decoder))


def _by_sliders(decoder, moves=15):
    """Time a figure drawn anew by Matplotlib for each move."""
    view = _explorer(decoder, touch=False)
    first, _, image = view.children
    for value in np.linspace(first.min, first.max, moves):
        before = image.value
        started = time.perf_counter()
        first.set_state({"value": float(value)})
        yield time.perf_counter() - started
        assert image.value != before


def _by_touch(decoder, moves=500):
    """Time the pictures and the words alone."""
    view = _explorer(decoder, touch=True)
    rng = np.random.default_rng(1)
    for serial, point in enumerate(rng.uniform(-2, 2, (moves, 2)), 1):
        move = {"point": point.tolist(), "serial": serial}
        before = view.pictures
        started = time.perf_counter()
        view._handle_custom_msg(move, [])
        yield time.perf_counter() - started
        assert view.pictures != before


def _explorer(decoder, touch):
    rng = np.random.default_rng(0)
    return widgets.latent_explorer(
        decoder,
        rng.normal(size=(CODES, 2)),
        rng.integers(10, size=CODES),
        data.CLASS_NAMES,
        rng.random((CODES, 32, 32, 1), dtype=np.float32),
        touch,
    )


def _print_row(name, way, seconds):
    median = statistics.median(seconds)
    print(f"{name:16} {way:8} {1e3 * median:14.1f} {1 / median:19.1f}")


if __name__ == "__main__":
    main()
