"""Pictures of lesson 09, Explore the latent space."""

import statistics

import numpy as np

from vae_course.checks.pictures import Curves, Points

BELL = statistics.NormalDist()


def to_percentiles(attempt):
    """Yield the share below each number of the first latent dimension."""
    z = np.tile([0.0, 0.8], (49, 1))
    z[:, 0] = np.linspace(-3, 3, len(z))
    yield Curves(
        "The share of the standard normal below z",
        z[:, 0],
        [BELL.cdf(number) for number in z[:, 0]],
        np.asarray(attempt(z=z))[:, 0],
        "z[:, 0]",
        "share",
    )


def percentile_grid(attempt):
    """Yield a grid of three by three, in steps of a third or of a fourth."""
    yours = np.asarray(attempt(n=3))
    grids = [_grid(0.5 / 3, 0.5, 2.5 / 3), _grid(0.25, 0.5, 0.75)]
    yield Points(
        "A grid of n = 3: its points in order, the first row joined",
        min(grids, key=lambda grid: _apart(grid, yours)),
        yours,
        joined=3,
    )


def attribute_vector(attempt):
    """Yield the vector as a way between the means of two groups."""
    rng = np.random.default_rng(93)
    has_attribute = np.arange(16) % 3 == 0
    z = rng.normal(0, 0.5, (16, 2)) + [-2.0, 1.0]
    z[has_attribute] += [3.5, 1.5]
    means = [
        [statistics.fmean(column) for column in z[has_attribute == kind].T]
        for kind in (False, True)
    ]
    vector = np.asarray(attempt(z=z, has_attribute=has_attribute))
    yield Points(
        "From the mean of those without (1) along the vector (2)",
        means,
        [means[0], means[0] + vector],
        joined=2,
        background={
            "without the attribute": z[~has_attribute],
            "with it": z[has_attribute],
        },
    )


def _apart(grid, yours):
    """Measure how far the numbers are apart, in whatever order they come."""
    return np.abs(np.sort(grid, axis=0) - np.sort(yours, axis=0)).sum()


def _grid(*percentiles):
    across = [BELL.inv_cdf(share) for share in percentiles]
    return np.array([[a, b] for b in reversed(across) for a in across])
