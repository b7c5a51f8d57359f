"""Probes of lesson 02: boxes, distances and walks."""

import numpy as np

from vae_course.grading.whole_class.probes.chance import (
    fault_of_seeds,
    fault_of_uniform,
)
from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
    result_of,
)


def _codes(rng):
    """Draw codes that crowd around 0, with another box in each dimension."""
    n_codes, latent_dim = int(rng.integers(15, 30)), int(rng.integers(3, 6))
    noise = rng.normal(size=(n_codes, latent_dim)) ** 3
    width = rng.uniform(0.5, 2, latent_dim)
    return {
        "z": rng.uniform(-0.8, 0.8, latent_dim) + width * noise,
        "n": int(rng.integers(2900, 3100)),
        "seed": int(rng.integers(2**31)),
    }


def _samples(answer, z, n, seed):
    def draw(n, seed):
        rng = np.random.default_rng(seed)
        return as_plain(call(answer, "sample_bounding_box", z=z, n=n, rng=rng))

    return {
        "draws": draw(n, seed + 2),
        "first": draw(9, seed),
        "again": draw(9, seed),
        "other": draw(9, seed + 1),
    }


def _fill_the_box(observed, expected, inputs):
    low, high = inputs["z"].min(axis=0), inputs["z"].max(axis=0)
    return fault_of_seeds(observed) or fault_of_uniform(
        (observed["draws"] - low) / (high - low)
    )


def _queries_and_points(rng):
    n, m, k = (int(size) for size in rng.permutation(np.arange(3, 9))[:3])
    return {
        "queries": rng.normal(0.6, 2.1, (n, k)),
        "points": rng.normal(size=(m, k)),
        "far": float(10 ** rng.uniform(4, 6)),
    }


def _distances(answer, queries, points, far):
    def nearest(queries, points):
        found = call(
            answer, "nearest_distance", queries=queries, points=points
        )
        return as_plain(found)

    return {
        "near": nearest(queries, points),
        "from points to queries": nearest(points, queries),
        "shares of what is far": nearest(far * queries, far * points) / far,
        # In single precision, 0 may come out as 0.001.
        "from points themselves": nearest(points[:2], points).round(1),
        "of one": nearest(queries[:1], points),
    }


def _two_ends(rng):
    latent_dim, steps = (int(n) for n in rng.permutation(np.arange(2, 12))[:2])
    start, end = rng.uniform(0.5, 3, (2, latent_dim)) * [[1], [-1]]
    return {"start": start, "end": end, "steps": steps}


PROBES = (
    Probe("2.1", _codes, _samples, _fill_the_box, 2),
    Probe(
        "2.2",
        _queries_and_points,
        _distances,
        lambda *seen: agrees(*seen, rtol=1e-3, atol=1e-3),
    ),
    Probe("2.3", _two_ends, result_of("interpolate")),
)
