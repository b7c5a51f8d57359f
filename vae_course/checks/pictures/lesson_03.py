"""Pictures of lesson 03, The normal distribution."""

import itertools
from statistics import NormalDist

import numpy as np

from vae_course.checks.pictures import Curves, Histogram, Images

N_DRAWS = 20_000


def normal_pdf(attempt):
    """Yield a bell with a mean and a variance of its own."""
    bell = NormalDist(1, 2)
    x = np.linspace(-7, 9, 97)
    yield Curves(
        "The density of N(mean = 1, variance = 4)",
        x,
        np.vectorize(bell.pdf)(x),
        attempt(x=x, mean=1.0, variance=4.0),
        "x",
        "density, per unit of x",
    )


def sample_normal(attempt):
    """Yield the draws of a bell that is neither standard nor centred."""
    draws = attempt(
        mean=3.0, variance=6.25, n=N_DRAWS, rng=np.random.default_rng(3)
    )
    yield Histogram(
        f"{N_DRAWS:,} draws from N(mean = 3, variance = 6.25)",
        NormalDist(3, 2.5),
        draws,
        "draw",
    )


def multivariate_normal_pdf(attempt):
    """Yield a density over the plane, leaning to the right."""
    from scipy import stats

    mean, covariance = np.array([0.5, -1.0]), np.array([[2, 1.1], [1.1, 1.4]])
    across, down = np.linspace(-3.5, 4.5, 33), np.linspace(2.5, -4.5, 22)
    x = np.array([[a, b] for b, a in itertools.product(down, across)])
    shape = len(down), len(across)
    asked = stats.multivariate_normal(mean, covariance).pdf(x)
    yours = np.asarray(attempt(x=x, mean=mean, covariance=covariance))
    yield Images(
        "A density over the plane",
        asked.reshape(shape),
        yours.reshape(shape),
        "density",
        (across[0], across[-1], down[-1], down[0]),
        ("x[:, 0]", "x[:, 1]"),
    )


def diagonal_normal_log_pdf(attempt):
    """Yield the log-density along a line near the mean, then far out."""
    mean, log_var = np.array([1.0, -0.5, 2.0]), np.array([1.4, -0.8, 0.6])
    bells = [
        NormalDist(m, s)
        for m, s in zip(mean, np.exp(log_var / 2), strict=True)
    ]
    for reach in 4, 160:
        x = np.tile([1.0, -1.1, 3.2], (49, 1))
        x[:, 0] = np.linspace(-reach, reach, len(x))
        yield Curves(
            "The log-density along a line through three dimensions",
            x[:, 0],
            sum(_log_bell(x[:, i], bell) for i, bell in enumerate(bells)),
            attempt(x=x, mean=mean, log_var=log_var),
            "x[:, 0]",
            "log-density, nats",
        )


def _log_bell(x, bell):
    from scipy import stats

    return stats.norm.logpdf(x, bell.mean, bell.stdev)
