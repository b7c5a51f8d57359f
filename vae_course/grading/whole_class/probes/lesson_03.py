"""Probes of lesson 03: densities of normal distributions, and draws."""

import math
from functools import partial

import numpy as np

from vae_course.grading.whole_class.probes.chance import (
    fault_of_normal,
    fault_of_seeds,
)
from vae_course.grading.whole_class.probes.probe import (
    Probe,
    agrees,
    as_plain,
    call,
    result_of,
    two_sizes,
)


def _bells(rng):
    """Draw points and bells: one bell for all, then one for each column."""
    n, k = two_sizes(rng)
    return {
        "x": rng.normal(0, 1.5, (n, 1)),
        "mean": rng.normal(0, 1.5, k),
        "variance": rng.uniform(0.3, 3, k),
    }


def _densities(answer, x, mean, variance):
    def density(x, mean, variance):
        inputs = {"x": x, "mean": mean, "variance": variance}
        return as_plain(call(answer, "normal_pdf", **inputs))

    one_bell = float(mean[0]), float(variance[0])
    return {
        "of a table": density(x, mean, variance),
        "of a row": density(x[:, 0], *one_bell),
        "of one number": density(float(x[0, 0]), *one_bell),
    }


def _one_bell(rng):
    return {
        "mean": float(rng.uniform(1.5, 5) * rng.choice([-1, 1])),
        "variance": float(rng.choice([0.2, 5]) * rng.uniform(0.8, 1.3)),
        "n": int(rng.integers(10_000, 11_000)),
        "seed": int(rng.integers(2**31)),
    }


def _draws(answer, mean, variance, n, seed):
    def draw(n, seed):
        rng = np.random.default_rng(seed)
        inputs = {"mean": mean, "variance": variance, "n": n, "rng": rng}
        return as_plain(call(answer, "sample_normal", **inputs))

    return {
        "draws": draw(n, seed + 2),
        "first": draw(9, seed),
        "again": draw(9, seed),
        "other": draw(9, seed + 1),
    }


def _are_normal(observed, expected, inputs):
    epsilon = observed["draws"].astype("float64") - inputs["mean"]
    epsilon /= math.sqrt(inputs["variance"])
    return fault_of_seeds(observed) or fault_of_normal(epsilon[:, None])


def _points_in_space(rng):
    n, k = two_sizes(rng)
    stretch = rng.uniform(0.4, 1.1, (k, k)) * rng.choice([-1, 1], (k, k))
    mean = rng.uniform(0.5, 1.5, k)
    return {
        "x": mean + rng.uniform(-0.8, 0.8, (n, k)),
        "mean": mean,
        "covariance": stretch @ stretch.T + 0.3 * np.eye(k),
    }


def _points_and_log_vars(rng):
    """Draw points near the mean, and how far away others lie."""
    n, k = two_sizes(rng)
    signs = rng.choice([-1, 1], (3, n, k))
    x, mean, log_var = rng.uniform(0.2, 1.3, (3, n, k)) * signs
    far = rng.uniform(45, 90, (n, k)) * rng.choice([-1, 1], (n, k))
    return {"x": x, "mean": mean, "log_var": log_var, "far": far}


def _log_densities(answer, x, mean, log_var, far):
    def log_density(x, mean, log_var):
        inputs = {"x": x, "mean": mean, "log_var": log_var}
        return as_plain(call(answer, "diagonal_normal_log_pdf", **inputs))

    return {
        "each its own": log_density(x, mean, log_var),
        "all the same": log_density(x, mean[0], log_var[0]),
        "far away": log_density(
            mean + far * np.exp(log_var / 2), mean, log_var
        ),
    }


PROBES = (
    Probe("3.1", _bells, _densities, partial(agrees, atol=1e-8)),
    Probe("3.2", _one_bell, _draws, _are_normal, 2),
    Probe(
        "3.3",
        _points_in_space,
        result_of("multivariate_normal_pdf"),
        partial(agrees, rtol=1e-3, atol=1e-8),
    ),
    Probe("3.4", _points_and_log_vars, _log_densities),
)
