"""What draws must be like, with bounds that right ones all but never miss.

Each bound is missed by right draws less than once in ten million times.
"""

import math

import numpy as np

from vae_course.checks.chance import (
    demand_chance_from_rng,
    demand_independence,
)
from vae_course.checks.compare import compare
from vae_course.grading.whole_class.probes.probe import fault_of

ASKED = "independent draws"


def fault_of_seeds(observed):
    """Say whether draws come from the generator handed in and from it alone.

    Args:
        observed: dict that holds as arrays "first", "again" from another
            generator of the same seed, and "other" from another seed.

    Returns:
        None, or a phrase of what is wrong.
    """
    draws = (observed[name] for name in ("first", "again", "other"))
    return fault_of(demand_chance_from_rng, *draws, ASKED)


def fault_of_uniform(u):
    """Say what keeps draws from being uniform and independent.

    Args:
        u: float (n, k), what should be uniform between 0 and 1.

    Returns:
        None, or a phrase of what is wrong.
    """
    if u.min() < -1e-5 or u.max() > 1 + 1e-5:
        return "draws outside of their box"
    # None of n lies in the share 20 / n at an end: a chance of exp(-20).
    if np.any(u.min(axis=0) > 20 / len(u)) or np.any(
        u.max(axis=0) < 1 - 20 / len(u)
    ):
        return "draws that leave out a margin of their box"
    gaps = [_gap(column) for column in u.T] + [_gap(u.ravel())]
    if any(gap > 1 for gap in gaps):
        return "draws that are not spread evenly"
    return _fault_of_dependence(u)


def fault_of_normal(epsilon):
    """Say what keeps draws from being standard normal and independent.

    Args:
        epsilon: float (n, k), what should be standard normal, with at
            least 10,000 numbers in all.

    Returns:
        None, or a phrase of what is wrong.
    """
    from scipy.special import ndtr

    size, mean = epsilon.size, epsilon.mean()
    off = abs(mean) * math.sqrt(size)
    if not 1e-8 < off < 6:
        return f"noise whose mean is {mean:.3g}"
    # The relative standard error of a variance is sqrt(2 / size).
    variance = np.mean((epsilon - mean) ** 2)
    if abs(variance - 1) > 6 * math.sqrt(2 / size):
        return f"noise whose variance is {variance:.3g}"
    # Of 10,000 none lies beyond 3.1 with a chance of exp(-19).
    if _gap(ndtr(epsilon.ravel())) > 1 or np.abs(epsilon).max() < 3.1:
        return "noise of another shape than the normal one"
    return _fault_of_dependence(epsilon)


def fault_of_ratio(spread, expected, low, high):
    """Say whether a variance is too far from what is expected.

    Args:
        spread: float array, draws of one distribution.
        expected: float, their variance.
        low: float, the least share of it that passes.
        high: float, the largest.

    Returns:
        None, or a phrase of what is wrong.
    """
    ratio = np.var(spread) / expected
    if low < ratio < high:
        return None
    return f"draws that spread {ratio:.2g} times as wide, squared, as asked"


def _gap(u):
    """Return the Kolmogorov distance from uniform, in shares of the bound.

    It is beyond 3.2 / sqrt(n) with a chance below 2 exp(-2 * 3.2**2).
    """
    ranks = (np.arange(u.size) + 0.5) / u.size
    return np.abs(np.sort(u) - ranks).max() * math.sqrt(u.size) / 3.2


def _fault_of_dependence(draws):
    if len(np.unique(draws)) < 0.98 * draws.size:
        return "the same number again and again"
    if draws.shape[1] > 1:
        between = np.corrcoef(draws.T) - np.eye(draws.shape[1])
        got = fault_of(
            compare, between, 0 * between, asked=ASKED, atol=_seven(draws)
        )
        if got:
            return "columns of draws that rise and fall together"
    return fault_of(demand_independence, draws, ASKED)


def _seven(draws):
    """Return seven standard errors of a correlation of two columns."""
    return 7 / math.sqrt(len(draws))
