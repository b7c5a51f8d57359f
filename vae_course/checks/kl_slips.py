"""What the slips of lesson 05 make of the divergence, for lessons 05 to 07."""

import itertools
import math

import numpy as np

LOG_TWO_PI = math.log(2 * math.pi)
BASES = math.log(2), math.log(10)


def slips_of_kl(z_mean, z_log_var):
    """List what each slip makes of KL(q || N(0, I)), dimension by dimension.

    Args:
        z_mean: float64 array (n, k).
        z_log_var: float64 array (n, k), log of the variance.

    Returns:
        list of (slug, float64 array (n, k)), nats, nothing summed. A sign
        turned, or a mean taken, of the whole is not among them.
    """
    m, v, variance = z_mean, z_log_var, np.exp(z_log_var)
    n, k = v.shape

    def each(one=1.0, log_term=v, square=m**2, spread=variance):
        return -0.5 * (one + log_term - square - spread)

    right, backwards = each(), 0.5 * (v + (1 + m**2) / variance - 1)
    halves_added = each(square=-(m**2), spread=-variance) - LOG_TWO_PI
    slips = {
        "sign": [halves_added, -halves_added],
        "log_var_as_log_std": [
            each(log_term=2 * v, spread=variance**2),
            each(spread=variance**2),
            each(log_term=2 * v),
        ],
        "std_for_variance": [
            each(spread=np.exp(v / 2)),
            each(log_term=v / 2, spread=np.exp(v / 2)),
        ],
        "log_term_halved": [each(log_term=v / 2)],
        "exp_missing": [
            each(spread=v),
            each(spread=v**2),
            each(log_term=np.log(v**2), spread=v**2),
        ],
        "mean_not_squared": [each(square=m), each(square=np.abs(m))],
        "mean_missing": [each(square=0)],
        "variance_missing": [each(spread=0), each(spread=1)],
        "log_term_missing": [each(log_term=0), each(log_term=0, one=0)],
        "one_missing": [
            each(one=count / k) for count in (0, 1 / n, 1, 2, -1, -2, n)
        ],
        "reversed": [backwards, -backwards],
        "two_pi_left": [
            right + sign * count * LOG_TWO_PI / k
            for sign, count in itertools.product((-1, 1), (0.5, 1, k / 2, k))
        ],
        "sum_too_early": [
            each(square=squared_sum(m)),
            each(spread=np.exp(v.sum(1, keepdims=True)) / k),
        ],
        "sums_batch": [
            each(log_term=v.sum() / k),
            each(square=(m**2).sum() / k),
            each(spread=variance.sum() / k),
        ],
        "bits": [
            wrong
            for base in BASES
            for wrong in (right / base, -right / base, each(log_term=v / base))
        ],
    }
    named = [(slug, one) for slug, several in slips.items() for one in several]
    return named + signs_and_halves(
        1, v, -(m**2), -variance, but=[(1, 2, 1, 1), (1, 0.5, 1, 1)]
    )


def squared_sum(m):
    """Square the sum of each row, in k equal parts: float64 (n, 1)."""
    return m.sum(axis=1, keepdims=True) ** 2 / m.shape[1]


def signs_and_halves(*terms, but=()):
    """List what turned signs, or a ½ too few or too many, make of -½ (a + …).

    Args:
        *terms: float64 arrays that broadcast, what stands in the bracket.
        but: the factors of the terms that have another name.

    Returns:
        list of (slug, float64 array). One sign before all is not turned.
    """
    n = len(terms)
    wrong = [
        *itertools.product((1, -1, 2, -2), repeat=n),
        *itertools.product((1, 0.5), repeat=n),
    ]
    return [
        (
            _slug(factors),
            -0.5 * sum(f * t for f, t in zip(factors, terms, strict=True)),
        )
        for factors in wrong
        if factors not in but and set(factors) not in ({1}, {-1}, {-2})
    ]


def _slug(factors):
    if 0.5 in factors:
        return "half_twice"
    return "half_missing" if {2, -2} & set(factors) else "sign"
