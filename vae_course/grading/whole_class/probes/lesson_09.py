"""Probes of lesson 09: percentiles, a grid of codes, and a direction."""

from functools import partial

import numpy as np

from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    result_of,
    two_sizes,
)

# In percentiles: what is even, and how far from 0 and 1 a grid may end.
TOLERANCE = 2e-3
MARGIN = 1 / 6


def _codes(rng):
    """Draw codes, one of them far on the left and one far on the right."""
    n, latent_dim = two_sizes(rng)
    z = rng.normal(0.3, 1.4, (n, latent_dim))
    z[rng.permutation(n)[:2], rng.integers(latent_dim)] = -3.7, 3.4
    return {"z": z}


def _size_of_a_grid(rng):
    return {"n": int(rng.integers(7, 13))}


def _is_a_grid(observed, expected, inputs):
    """Demand even percentiles, in the order of the points of a picture.

    Every choice is right that is symmetric about one half and comes near
    to 0 and 1: the library's is only one of them.
    """
    from scipy.special import ndtr

    n = inputs["n"]
    grid = observed["percentile_grid"].astype("float64")
    percentiles = ndtr(grid).reshape(n, n, 2)
    margin = percentiles.min()
    even = np.linspace(margin, 1 - margin, n)
    right = np.stack(np.meshgrid(even, even[::-1]), axis=-1)
    if margin > MARGIN:
        return "a grid that leaves too much of the prior outside"
    # Rounded to 0 or 1, an end lies where a cut-off put the infinite.
    if percentiles.max() == 1:
        return "a grid with ends so far out that nothing lies beyond them"
    return agrees(
        {"percentiles of the grid": percentiles},
        {"percentiles of the grid": right},
        inputs,
        rtol=0,
        atol=TOLERANCE,
    )


def _codes_and_attribute(rng):
    """Draw codes of which fewer or more than half have an attribute."""
    latent_dim, fewer, more = (
        int(size) for size in rng.permutation(np.arange(3, 9))[:3]
    )
    n = fewer + more
    return {
        "z": rng.normal(1, 2, (n, latent_dim)),
        "has_attribute": rng.permutation(n) < fewer,
    }


PROBES = (
    Probe("9.1", _codes, result_of("to_percentiles")),
    Probe("9.2", _size_of_a_grid, result_of("percentile_grid"), _is_a_grid),
    Probe(
        "9.3",
        _codes_and_attribute,
        result_of("attribute_vector"),
        partial(agrees, atol=1e-5),
    ),
)
