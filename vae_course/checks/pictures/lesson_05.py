"""Pictures of lesson 05, The KL divergence, derived."""

import math
from statistics import NormalDist

import numpy as np

from vae_course.checks.pictures import Curves

STEPS = np.linspace(-3, 3, 49)
STANDARD = NormalDist()
# Row of the other two dimensions, which are held.
MEANS, LOG_VARS = (0.7, 0.7, -1.2), (-0.6, -0.6, 0.5)


def kl_discrete(attempt):
    """Yield the divergence of two coins from a coin that is not fair."""
    heads = np.linspace(0, 1, 41)
    pairs = [(np.array([p, 1 - p]), np.array([0.3, 0.7])) for p in heads]
    yield Curves(
        "KL(p ‖ q) of p = (x, 1 - x) from q = (0.3, 0.7)",
        heads,
        [_extra_surprise(p, q) for p, q in pairs],
        [float(attempt(p=p, q=q)) for p, q in pairs],
        "x",
        "nats",
    )


def kl_monte_carlo(attempt):
    """Yield estimates over one of three means, beside what they estimate.

    Each has a standard error of at most 0.11, a 40th of the curve's height.
    """
    z_mean, z_log_var = (rows[::2] for rows in _rows("z_mean"))
    yield Curves(
        "KL(q ‖ p) of three dimensions, from 1,000 draws each",
        STEPS[::2],
        _means_by_quadrature(_log_ratio, z_mean, z_log_var).sum(axis=1),
        attempt(
            z_mean=z_mean,
            z_log_var=z_log_var,
            n_samples=1_000,
            rng=np.random.default_rng(52),
        ),
        "z_mean[:, 0]",
        "nats",
        visible=0.15,
    )


def expected_log_posterior(attempt):
    """Yield E[log q] over one of three log-variances."""
    _, z_log_var = _rows("z_log_var")
    yield Curves(
        "E[log q(z)] of three dimensions, two of them held",
        STEPS,
        _means_by_quadrature(_log_posterior, *_rows("z_log_var")).sum(axis=1),
        attempt(z_log_var=z_log_var),
        "z_log_var[:, 0]",
        "nats",
    )


def expected_log_prior(attempt):
    """Yield E[log p] over one of three means, and over a log-variance."""
    yield from _two_curves(
        attempt,
        "E[log p(z)] of three dimensions, two of them held",
        _log_prior,
    )


def kl_to_standard_normal(attempt):
    """Yield KL(q || p) over one of three means, and over a log-variance."""
    yield from _two_curves(
        attempt,
        "KL(q ‖ p) of three dimensions, two of them held",
        _log_ratio,
    )


def kl_gradients(attempt):
    """Yield the slope by one mean, then that by one log-variance."""
    step = 1e-4
    for place, name in enumerate(("z_mean", "z_log_var")):
        rows = _rows(name)
        ahead, behind = (
            _means_by_quadrature(_log_ratio, *_moved(rows, place, way))
            for way in (step, -step)
        )
        slopes = attempt(z_mean=rows[0], z_log_var=rows[1])[place]
        yield Curves(
            f"The slope of KL(q ‖ p) by {name}",
            STEPS,
            ((ahead - behind)[:, 0] / (2 * step)).round(6),
            np.asarray(slopes)[:, 0],
            f"{name}[:, 0]",
            "nats, per unit",
        )


def _two_curves(attempt, title, function):
    """Return both curves, first the one of another form than was asked."""
    curves = []
    for name in "z_mean", "z_log_var":
        z_mean, z_log_var = _rows(name)
        curves.append(
            Curves(
                title,
                STEPS,
                _means_by_quadrature(function, z_mean, z_log_var).sum(axis=1),
                attempt(z_mean=z_mean, z_log_var=z_log_var),
                f"{name}[:, 0]",
                "nats",
            )
        )
    return sorted(curves, key=_same_form)


def _same_form(curve):
    """Tell a curve that is only moved up or down from one that is not."""
    off = np.ptp(curve.yours - curve.asked)
    return bool(off < 0.1 * np.ptp(curve.asked))


def _rows(name):
    """Return z_mean and z_log_var (n, 3), one column of one in steps."""
    rows = {
        "z_mean": np.tile(MEANS, (len(STEPS), 1)),
        "z_log_var": np.tile(LOG_VARS, (len(STEPS), 1)),
    }
    rows[name][:, 0] = STEPS
    return rows["z_mean"], rows["z_log_var"]


def _moved(rows, place, step):
    return [each + step * (i == place) for i, each in enumerate(rows)]


def _means_by_quadrature(function, z_mean, z_log_var):
    """Average function(z, mean, log_var) over q, each entry by itself.

    Four nodes are exact for parabolas, as log-densities are.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    z = z_mean[..., None] + np.exp(z_log_var / 2)[..., None] * nodes
    values = function(z, z_mean[..., None], z_log_var[..., None])
    return values @ (weights / weights.sum())


def _log_posterior(z, mean, log_var):
    from scipy import stats

    return stats.norm.logpdf(z, mean, np.exp(log_var / 2))


def _log_prior(z, mean, log_var):
    return np.vectorize(lambda number: math.log(STANDARD.pdf(number)))(z)


def _log_ratio(z, mean, log_var):
    return _log_posterior(z, mean, log_var) - _log_prior(z, mean, log_var)


def _extra_surprise(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a)
