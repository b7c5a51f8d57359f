"""Pictures of lesson 02, Holes."""

import math

import numpy as np

from vae_course.checks.pictures import Curves, Points

N_SAMPLES = 600


def sample_bounding_box(attempt):
    """Yield samples over codes that lean and reach further on one side."""
    rng = np.random.default_rng(21)
    z = rng.normal(size=(40, 2)) @ [[1.6, 0.7], [0, 0.6]] + [1.0, -2.0]
    asked = rng.uniform(z.min(axis=0), z.max(axis=0), (N_SAMPLES, 2))
    yield Points(
        f"{N_SAMPLES} samples over the box of 40 codes",
        asked,
        attempt(z=z, n=N_SAMPLES, rng=np.random.default_rng(5)),
        background={"codes": z},
    )


def nearest_distance(attempt):
    """Yield the distance along a line that passes four codes."""
    codes = np.array([[-3.0, 0.5], [-0.5, 1.5], [1.0, 0.25], [3.5, -1.0]])
    queries = np.zeros((49, 2))
    queries[:, 0] = np.linspace(-6, 6, len(queries))
    asked = [
        min(math.dist(query, code) for code in codes) for query in queries
    ]
    yield Curves(
        "The way from (x, 0) to the nearest of four codes",
        queries[:, 0],
        asked,
        attempt(queries=queries, points=codes),
        "x",
        "distance",
    )


def interpolate(attempt):
    """Yield a walk of five points."""
    start, end = np.array([-2.0, 3.0]), np.array([4.0, 0.5])
    asked = [start + i / 4 * (end - start) for i in range(5)]
    yours = np.asarray(attempt(start=start, end=end, steps=5))
    yield Points(
        "Five points from (-2, 3) to (4, 0.5)",
        asked,
        yours,
        joined=len(yours),
    )
