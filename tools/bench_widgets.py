"""Time how many pictures a second the interactive views give.

    python tools/bench_widgets.py

All views are timed in one run, on Python's side: from a move, as the front
end sends it, to the bytes of the new picture. The weights of a decoder do not
change its speed, so nothing is trained. Nothing is asserted: machines differ.
"""

import os
import statistics
import time

import numpy as np

from vae_course import data, runtime

runtime.start_tensorflow()

from vae_course import networks, plots, widgets  # noqa: E402

CODES = 1_500
MOVES = 200
RNG = np.random.default_rng(0)


def main():
    """Print the table."""
    plots.use_style()
    views = {
        "latent explorer, dense": latent(networks.build_dense_decoder()),
        "latent explorer, convolutional": latent(networks.build_decoder()),
        "normal explorer": widgets.normal_explorer(),
        "covariance explorer": widgets.covariance_explorer(),
        "KL explorer": widgets.kl_explorer(),
        "reparametrisation explorer": widgets.reparametrisation_explorer(),
        "β explorer": widgets.beta_explorer(RNG.random((8, 32, 32, 1))),
    }
    print(f"{os.cpu_count()} cores\n")
    print("view                            ms a picture   pictures a second")
    for name, view in views.items():
        median = statistics.median(seconds_of_moves(view))
        print(f"{name:31} {1e3 * median:12.1f} {1 / median:19.1f}")


def latent(decoder):
    """Open the explorer on codes and images of chance."""
    rng = np.random.default_rng(0)
    return widgets.latent_explorer(
        decoder,
        rng.normal(size=(CODES, 2)),
        rng.integers(10, size=CODES),
        data.CLASS_NAMES,
        rng.random((CODES, 32, 32, 1), dtype=np.float32),
    )


def seconds_of_moves(view):
    """Move the point or the sliders to and fro; time each answer."""
    shares = np.random.default_rng(1).uniform(size=(MOVES, len(ends(view))))
    for serial, share in enumerate(shares, 1):
        low, high = np.transpose(ends(view))
        numbers = (low + share * (high - low)).tolist()
        before = pictures_of(view)
        started = time.perf_counter()
        view._handle_custom_msg({"numbers": numbers, "serial": serial}, [])
        seconds = time.perf_counter() - started
        if pictures_of(view) != before:  # a slider of few places may stay
            yield seconds


def ends(view):
    """Return the ends of each number that can be moved, (k, 2)."""
    if isinstance(view, widgets.Explorer):
        return [(slider["low"], slider["high"]) for slider in view.sliders]
    return np.reshape(view.limits, (2, 2))


def pictures_of(view):
    """Return what a view has sent as its pictures."""
    if isinstance(view, widgets.Explorer):
        return view.picture
    return view.pictures


if __name__ == "__main__":
    main()
