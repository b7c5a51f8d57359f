"""Probes of lesson 05: divergences, estimated, exact and differentiated."""

import math

import numpy as np

from vae_course.grading.whole_class.probes.chance import (
    fault_of_ratio,
    fault_of_seeds,
)
from vae_course.grading.whole_class.probes.probe import (
    Probe,
    as_plain,
    call,
)


def _two_distributions(rng):
    k = int(rng.integers(4, 9))
    return dict(zip("pq", rng.dirichlet(np.full(k, 4.0), 2), strict=True))


def _divergences(answer, p, q):
    """Look without zeros, then with each kind of them."""

    def nats(p, q):
        return as_plain(call(answer, "kl_discrete", p=p, q=q))

    places = np.arange(len(p))
    never = places % 3 == 1
    some, fewer = np.where(never, 0, p), np.where(places == 1, 0, q)
    some, fewer = some / some.sum(), fewer / fewer.sum()
    return {
        "nats": nats(p, q),
        "nats where some never happen": nats(some, q),
        "nats where neither happens": nats(some, fewer),
        "whether infinite where nobody expects it": np.asarray(
            nats(p, fewer) == np.inf, "float64"
        ),
    }


def _posteriors_to_sample(rng):
    rows, k = 1500, int(rng.integers(6, 9))
    signs = rng.choice([-1, 1], (2, 3, 4))
    z_mean, z_log_var = rng.uniform(0.5, 1.75, (2, 3, 4)) * signs
    return {
        "z_mean": z_mean,
        "z_log_var": z_log_var,
        "flat": np.full((rows, k), rng.uniform(0.15, 0.3)),
        "n_samples": int(rng.integers(1800, 2200)),
        "few": int(rng.choice([5, 7, 9])),
        "seed": int(rng.integers(2**31)),
    }


def _estimates(answer, z_mean, z_log_var, flat, n_samples, few, seed):
    def estimate(z_mean, z_log_var, n_samples, seed):
        inputs = {"z_mean": z_mean, "z_log_var": z_log_var}
        rng = np.random.default_rng(seed)
        inputs |= {"n_samples": n_samples, "rng": rng}
        return as_plain(call(answer, "kl_monte_carlo", **inputs))

    q = z_mean, z_log_var
    return {
        "estimates": estimate(*q, n_samples, seed + 2),
        "first": estimate(*q, few, seed),
        "again": estimate(*q, few, seed),
        "other": estimate(*q, few, seed + 1),
        "of one draw": estimate(0 * flat, flat, 1, seed + 3),
        "of few draws": estimate(0 * flat[:400], flat[:400], few, seed + 4),
    }


def _estimates_are_fair(observed, expected, inputs):
    """Bound the mean by six standard errors, and the spread of equals.

    The estimates of 1,500 rows from one draw each have a variance whose
    relative standard error is 0.05. Those of 400 from few draws may come
    in mirrored pairs, which doubles it.
    """
    means = observed["estimates"]
    right, error = _divergence(inputs["z_mean"], inputs["z_log_var"])
    error = 6 * error / math.sqrt(inputs["n_samples"])
    if np.any(np.abs(means - right) > error):
        return "estimates too far from the divergence"
    kl, error = _divergence(0 * inputs["flat"][:1], inputs["flat"][:1])
    ones, several = observed["of one draw"], observed["of few draws"]
    if ones.min() >= 0:
        return "not one estimate below 0"
    if abs(ones.mean() - kl[0]) > 6 * error[0] / math.sqrt(len(ones)):
        return "estimates from one draw are off on the average"
    variance = error[0] ** 2
    return (
        fault_of_seeds({name: observed[name][None] for name in SEEDED})
        or fault_of_ratio(ones, variance, 0.7, 1.4)
        or fault_of_ratio(several, variance / inputs["few"], 0.5, 3)
    )


def _divergence(z_mean, z_log_var):
    """Return the divergence of each row, and the spread of one draw."""
    variance = np.exp(z_log_var)
    kl = (z_mean**2 + variance - z_log_var - 1) / 2
    square = (variance - 1) ** 2 / 2 + z_mean**2 * variance
    return kl.sum(axis=1), np.sqrt(square.sum(axis=1))


def _posteriors(rng):
    """Draw rows near 0, at a middling distance and far out."""
    n, k = (int(size) for size in rng.permutation(np.arange(3, 8))[:2])
    signs = rng.choice([-1, 1], (2, n, k))
    z_mean, z_log_var = rng.uniform(0.3, 1.6, (2, n, k)) * signs
    z_mean[0], z_log_var[0] = rng.uniform(0.05, 0.12, (2, k)) * signs[:, 0]
    z_mean[1] = rng.uniform(40, 60, k) * signs[0, 1]
    z_log_var[1, 0] = rng.uniform(10.5, 12)
    z_log_var[2] = rng.uniform(-25, -20, k)
    return {"z_mean": z_mean, "z_log_var": z_log_var}


def _rows_of(name):
    """Make an `observe` of all rows at once, and of the first alone."""

    def observe(answer, **inputs):
        first = {key: table[:1] for key, table in inputs.items()}
        return {
            "nats of each row": as_plain(call(answer, name, **inputs)),
            "nats of one row": as_plain(call(answer, name, **first)),
        }

    return observe


def _expected_log_posterior(answer, z_mean, z_log_var):
    return _rows_of("expected_log_posterior")(answer, z_log_var=z_log_var)


def _slopes(answer, z_mean, z_log_var):
    slopes = {}
    for rows, n in ("each row", len(z_mean)), ("one row", 1):
        inputs = {"z_mean": z_mean[:n], "z_log_var": z_log_var[:n]}
        by_mean, by_log_var = call(answer, "kl_gradients", **inputs)
        slopes[f"along z_mean, {rows}"] = as_plain(by_mean)
        slopes[f"along z_log_var, {rows}"] = as_plain(by_log_var)
    return slopes


SEEDED = "first", "again", "other"
PROBES = (
    Probe("5.1", _two_distributions, _divergences),
    Probe(
        "5.2", _posteriors_to_sample, _estimates, _estimates_are_fair, rounds=1
    ),
    Probe("5.3", _posteriors, _expected_log_posterior),
    Probe("5.4", _posteriors, _rows_of("expected_log_prior")),
    Probe("5.5", _posteriors, _rows_of("kl_to_standard_normal")),
    Probe("5.6", _posteriors, _slopes),
)
