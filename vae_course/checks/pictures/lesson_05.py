"""Pictures of lesson 05, The KL divergence, derived."""

import math

import numpy as np

from vae_course.checks.pictures import Curves, Tangents

STEPS = np.linspace(-3, 3, 49)
PLACES = np.arange(-2.0, 3.0)
# Of two dimensions one number moves, in place of the first one of its kind.
HELD = {"z_mean": (0.7, -1.2), "z_log_var": (-0.6, 0.5)}


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
    steps = STEPS[::2]
    z_mean, z_log_var = _rows("z_mean", steps)
    yield Curves(
        f"{_title('KL(q ‖ p)', 'z_mean')}, 1,000 draws",
        steps,
        _means_by_quadrature(_log_ratio, z_mean, z_log_var).sum(axis=1),
        attempt(
            z_mean=z_mean,
            z_log_var=z_log_var,
            n_samples=1_000,
            rng=np.random.default_rng(52),
        ),
        "x = z_mean[:, 0]",
        "nats",
        visible=0.15,
    )


def expected_log_posterior(attempt):
    """Yield E[log q] over one of two log-variances."""
    z_mean, z_log_var = _rows("z_log_var")
    yield Curves(
        _title("E[log q(z)]", "z_log_var", shown=["z_log_var"]),
        STEPS,
        _means_by_quadrature(_log_posterior, z_mean, z_log_var).sum(axis=1),
        attempt(z_log_var=z_log_var),
        "x = z_log_var[:, 0]",
        "nats",
    )


def expected_log_prior(attempt):
    """Yield E[log p] over one of two means, and over a log-variance."""
    yield from _two_curves(attempt, "E[log p(z)]", _log_prior)


def kl_to_standard_normal(attempt):
    """Yield KL(q || p) over one of two means, and over a log-variance."""
    yield from _two_curves(attempt, "KL(q ‖ p)", _log_ratio)


def kl_gradients(attempt):
    """Yield the divergence over one mean with lines of the slopes that came.

    Then the same over one log-variance. Drawn beside what came, the first
    slope that was asked for would give half of the exercise away.
    """

    def curve(name, steps):
        return _means_by_quadrature(_log_ratio, *_rows(name, steps)).sum(1)

    x, step = np.linspace(-3, 3, 121), 1e-4
    for place, name in enumerate(HELD):
        z_mean, z_log_var = _rows(name, PLACES)
        slopes = attempt(z_mean=z_mean, z_log_var=z_log_var)[place]
        rise = curve(name, PLACES + step) - curve(name, PLACES - step)
        yield Tangents(
            _title("KL(q ‖ p)", name),
            x,
            curve(name, x),
            PLACES,
            (rise / (2 * step)).round(6),
            np.asarray(slopes)[:, 0],
            f"x = {name}[:, 0]",
            "nats",
        )


def _two_curves(attempt, what, function):
    """Return both curves, first the one of another form than was asked."""
    curves = []
    for name in "z_mean", "z_log_var":
        z_mean, z_log_var = _rows(name)
        curves.append(
            Curves(
                _title(what, name),
                STEPS,
                _means_by_quadrature(function, z_mean, z_log_var).sum(axis=1),
                attempt(z_mean=z_mean, z_log_var=z_log_var),
                f"x = {name}[:, 0]",
                "nats",
            )
        )
    return sorted(curves, key=_same_form)


def _same_form(curve):
    """Tell a curve that is only moved up or down from one that is not."""
    off = np.ptp(curve.yours - curve.asked)
    return bool(off < 0.1 * np.ptp(curve.asked))


def _title(what, moved, shown=tuple(HELD)):
    """Name what is drawn, and the numbers that are held."""
    rows = []
    for name in shown:
        first, second = HELD[name]
        rows.append(f"{name} = ({'x' if name == moved else first}, {second})")
    return ", ".join([what, *rows])


def _rows(name, steps=STEPS):
    """Return z_mean and z_log_var (n, 2), one column of one in steps."""
    rows = {
        each: np.tile(held, (len(steps), 1)) for each, held in HELD.items()
    }
    rows[name][:, 0] = steps
    return rows["z_mean"], rows["z_log_var"]


def _means_by_quadrature(function, z_mean, z_log_var):
    """Average function(z, mean, log_var) over q, each entry by itself.

    Four nodes are exact for parabolas, as log-densities are.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    z = z_mean[..., None] + np.exp(z_log_var / 2)[..., None] * nodes
    values = function(z, z_mean[..., None], z_log_var[..., None])
    return values @ (weights / weights.sum())


def _log_posterior(z, mean, log_var):
    square = (z - mean) ** 2 / np.exp(log_var)
    return -0.5 * (math.log(2 * math.pi) + log_var + square)


def _log_prior(z, mean, log_var):
    return _log_posterior(z, 0, 0)


def _log_ratio(z, mean, log_var):
    return _log_posterior(z, mean, log_var) - _log_prior(z, mean, log_var)


def _extra_surprise(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a)
