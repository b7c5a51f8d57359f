"""The checks of lesson 05 pass right answers and name each slip."""

import itertools
import json
import math
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy import special, stats
from spoil import change_input
from tables import ANY, answer_tests, spoiled_test

from vae_course import densities
from vae_course.checks import ExerciseFailed
from vae_course.checks import lesson_05 as check

TWO_PI = 2 * math.pi
LOG_TWO_PI = math.log(TWO_PI)

# --- 5.1 --------------------------------------------------------------------


def kl_by_mask(p, q):
    happens = p > 0
    return np.sum(p[happens] * np.log(p[happens] / q[happens]))


def kl_by_loop(p, q):
    nats = 0.0
    for happens, expected in zip(p.tolist(), q.tolist(), strict=True):
        if happens == 0:
            continue
        if expected == 0:
            return math.inf
        nats += happens * math.log(happens / expected)
    return nats


def kl_by_where(q, p):
    extra = np.log(np.where(p > 0, p, 1)) - np.log(np.where(p > 0, q, 1))
    return (p * extra).sum()


def kl_without_nan(first, second):
    return np.nansum(first * np.log(first / second))


def kl_in_tensorflow(p, q):
    happens = tf.constant(p > 0)
    p, q = (tf.boolean_mask(each, happens) for each in (p, q))
    return tf.reduce_sum(p * tf.math.log(p / q))


def kl_in_keras(p, q):
    p, q = (ops.cast(each, "float32") for each in (p, q))
    logs = ops.log(ops.where(p > 0, p, 1.0)) - ops.log(q)
    return ops.sum(ops.where(p > 0, p * logs, 0.0))


@np.vectorize
def share_of_one(p, q):
    if p == 0:
        return 0.0
    return math.inf if q == 0 else p * math.log(p / q)


RIGHT_DISCRETE = [
    kl_in_tensorflow,
    kl_in_keras,
    lambda p, q: share_of_one(p, q).sum(),
    lambda p, q: np.einsum("i,i", p[p > 0], np.log(p[p > 0] / q[p > 0])),
    kl_by_mask,
    densities.kl_discrete,
    kl_by_loop,
    kl_by_where,
    kl_without_nan,
    lambda p, q: stats.entropy(p, q),
    lambda p, q: special.rel_entr(p, q).sum(),
    lambda p, q: np.float32(special.kl_div(p, q).sum()),
    lambda p, q: special.xlogy(p, p).sum() - special.xlogy(p, q).sum(),
]


def where_infinite(value):
    """Make an answer that is right, but for what it says of infinity."""

    def answer(p, q):
        nats = special.rel_entr(p, q).sum()
        return nats if np.isfinite(nats) else value

    return answer


WRONG_DISCRETE = [
    ("reversed", lambda p, q: kl_by_mask(q, p)),
    ("reversed", lambda p, q: np.sum(q * np.log(q / p))),
    ("reversed", lambda p, q: np.sum(q * np.log(p / q))),
    ("bits", lambda p, q: stats.entropy(p, q, base=2)),
    ("bits", lambda p, q: np.sum(p * np.log2(p / q))),
    ("bits", lambda p, q: np.sum(p * np.log10(p / q))),
    ("sign", lambda p, q: -kl_by_mask(p, q)),
    ("sign", lambda p, q: np.sum(p * np.log(q / p))),
    ("zero_times_log_zero", lambda p, q: np.sum(p * np.log(p / q))),
    ("zero_times_log_zero", lambda p, q: p @ np.log(p) - p @ np.log(q)),
    (
        "zero_times_log_zero",
        lambda p, q: sum(
            a * math.log(a / b) for a, b in zip(p, q, strict=True)
        ),
    ),
    (
        "zero_times_log_zero",
        lambda p, q: np.sum(p[p > 0] * np.log(p[p > 0] / q[q > 0])),
    ),
    ("infinity_missing", lambda p, q: kl_by_mask(p, np.maximum(q, 1e-12))),
    (
        "infinity_missing",
        lambda p, q: np.sum(p * np.log((p + 1e-9) / (q + 1e-9))),
    ),
    (
        "infinity_missing",
        lambda p, q: sum(
            a * math.log(a / b)
            for a, b in zip(p.tolist(), q.tolist(), strict=True)
            if a
        ),
    ),
    (
        "infinity_missing",
        lambda p, q: kl_by_mask(p[q > 0], q[q > 0]),
    ),
    ("weights_missing", lambda p, q: np.sum(np.log(p / q))),
    ("weights_missing", lambda p, q: np.mean(np.log(p / q))),
    ("averages_outcomes", lambda p, q: np.mean(p * np.log(p / q))),
    ("outcomes_not_summed", lambda p, q: p * np.log(p / q)),
    ("outcomes_not_summed", lambda p, q: special.rel_entr(p, q)),
    ("one_surprise_missing", lambda p, q: stats.entropy(p)),
    ("one_surprise_missing", lambda p, q: -np.sum(p * np.log(q))),
    (
        "one_surprise_missing",
        lambda p, q: stats.entropy(q) - stats.entropy(p),
    ),
    ("absolute", lambda p, q: np.sum(p * np.abs(np.log(p / q)))),
    ("ratio_of_logs", lambda p, q: np.sum(p * np.log(p) / np.log(q))),
    ("ratio_of_logs", lambda p, q: p @ np.emath.logn(q, p)),
    (
        "ratio_of_logs",
        lambda p, q: sum(
            a * math.log(a, b) for a, b in zip(p, q, strict=True)
        ),
    ),
    ("sign", lambda p, q: -stats.entropy(p, q, base=2)),
    ("sign", lambda p, q: -kl_by_loop(p, q)),
    ("sign", lambda p, q: tf.reduce_sum(p * tf.math.log(q / p))),
    ("reversed", lambda p, q: stats.entropy(q, p)),
    ("reversed", lambda p, q: special.rel_entr(q, p).sum()),
    ("reversed", lambda p, q: kl_by_loop(q, p)),
    ("reversed", lambda p, q: kl_in_keras(q, p)),
    ("reversed", lambda p, q: keras.losses.KLDivergence()(q, p)),
    (
        "bits",
        lambda p, q: sum(
            a * math.log2(a / b) for a, b in zip(p, q, strict=True)
        ),
    ),
    ("bits", lambda p, q: kl_in_tensorflow(p, q) / math.log(2)),
    ("bits", lambda p, q: ops.sum(p * ops.log2(p / q))),
    ("zero_times_log_zero", lambda p, q: np.einsum("i,i", p, np.log(p / q))),
    ("zero_times_log_zero", lambda p, q: ops.sum(p * ops.log(p / q))),
    (
        "zero_times_log_zero",
        lambda p, q: tf.reduce_sum(p * (tf.math.log(p) - tf.math.log(q))),
    ),
    (
        "zero_times_log_zero",
        lambda p, q: np.nan_to_num(np.sum(p * np.log(p / q))),
    ),
    (
        "zero_times_log_zero",
        lambda p, q: kl_by_mask(p, q / q[p > 0].sum()),
    ),
    ("outcomes_not_summed", special.kl_div),
    ("infinity_missing", lambda p, q: keras.losses.kl_divergence(p, q)),
    ("infinity_missing", lambda p, q: np.nan_to_num(kl_without_nan(p, q))),
    (ANY, lambda p, q: stats.entropy(q, p, base=2)),
    (ANY, lambda p, q: np.mean(q * np.log(q / p))),
    (ANY, lambda p, q: -np.mean(p * np.log2(p / q))),
    (ANY, lambda p, q: -kl_without_nan(q, p)),
    (ANY, lambda p, q: np.nansum(p * np.log2(p / np.maximum(q, 1e-9)))),
    (ANY, lambda p, q: keras.losses.KLDivergence()(p, q) * len(p)),
    ("infinity_missing", where_infinite(-np.inf)),
    ("infinity_missing", where_infinite(np.nan)),
    ("infinity_missing", where_infinite(np.full(1, np.inf))),
    ("infinity_missing", where_infinite(np.full(3, np.inf))),
    (None, lambda p, q: np.sum((p - q) ** 2)),
    (None, lambda p, q: [kl_by_mask(p, q)]),
    (None, lambda p, q: kl_by_mask(p, q) + kl_by_mask(q, p)),
    change_input(densities.kl_discrete, "q"),
]

# --- 5.2 --------------------------------------------------------------------


def draws_at_once(z_mean, z_log_var, n_samples, rng):
    epsilon = rng.standard_normal((n_samples, *z_mean.shape))
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    log_q = stats.norm.logpdf(z, z_mean, np.exp(z_log_var / 2))
    return np.mean((log_q - stats.norm.logpdf(z)).sum(axis=-1), axis=0)


def draws_one_by_one(z_mean, z_log_var, n_samples, rng):
    total, zeros = np.zeros(len(z_mean)), np.zeros_like(z_mean)
    for _ in range(n_samples):
        epsilon = rng.standard_normal(z_mean.shape)
        z = z_mean + np.exp(0.5 * z_log_var) * epsilon
        total += densities.diagonal_normal_log_pdf(z, z_mean, z_log_var)
        total -= densities.diagonal_normal_log_pdf(z, zeros, zeros)
    return total / n_samples


def draws_row_by_row(z_log_var, z_mean, rng, n_samples):
    rows, zeros = [], np.zeros(z_mean.shape[1])
    for mean, log_var in zip(z_mean, z_log_var, strict=True):
        std = np.sqrt(np.exp(log_var))
        z = rng.normal(mean, std, (n_samples, len(mean)))
        ratios = densities.diagonal_normal_log_pdf(z, mean, log_var)
        ratios = ratios - densities.diagonal_normal_log_pdf(z, zeros, zeros)
        rows.append(float(ratios.mean()))
    return rows


def draws_by_epsilon(means, log_vars, count, generator):
    epsilon = generator.normal(size=(*means.shape, count))
    z = means[..., None] + np.exp(log_vars / 2)[..., None] * epsilon
    terms = (z**2 - epsilon**2).mean(axis=-1) - log_vars
    return 0.5 * terms.sum(axis=1)


def draws_in_pairs(z_mean, z_log_var, n_samples, rng):
    half = rng.standard_normal((-(-n_samples // 2), *z_mean.shape))
    epsilon = np.concatenate([half, -half])[:n_samples]
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    return 0.5 * (z**2 - epsilon**2 - z_log_var).sum(-1).mean(0)


def draws_with_their_mirrors(z_mean, z_log_var, n_samples, rng):
    half = rng.standard_normal((n_samples, *z_mean.shape))
    epsilon = np.concatenate([half, -half])
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    return 0.5 * (z**2 - epsilon**2 - z_log_var).sum(-1).mean(0)


def draws_number_by_number(z_mean, z_log_var, n_samples, rng):
    estimates = []
    for mean, log_var in zip(z_mean, z_log_var, strict=True):
        nats = 0.0
        for _ in range(n_samples):
            for m, v in zip(mean, log_var, strict=True):
                z = rng.normal(m, math.exp(v / 2))
                nats += (z**2 - (z - m) ** 2 / math.exp(v) - v) / 2
        estimates.append(nats / n_samples)
    return estimates


def draws_by_quantiles(z_mean, z_log_var, n_samples, rng):
    q = stats.norm(z_mean, np.exp(z_log_var / 2))
    z = q.ppf(rng.random((n_samples, *z_mean.shape)))
    return (q.logpdf(z) - stats.norm.logpdf(z)).sum(-1).mean(0)


def draws_in_float32(z_mean, z_log_var, n_samples, rng):
    shape = (n_samples, *z_mean.shape)
    epsilon = rng.standard_normal(shape, dtype="float32")
    z = z_mean.astype("float32") + np.exp(z_log_var / 2) * epsilon
    terms = z**2 - epsilon**2 - z_log_var
    return (0.5 * terms.sum(-1).mean(0)).astype("float32")


def draws_in_tensorflow(z_mean, z_log_var, n_samples, rng):
    epsilon = tf.constant(rng.standard_normal((n_samples, *z_mean.shape)))
    z = z_mean + tf.exp(z_log_var / 2) * epsilon
    log_q = tf.reduce_sum(z_log_var + epsilon**2, axis=-1) / -2
    return tf.reduce_mean(log_q + tf.reduce_sum(z**2, -1) / 2, axis=0)


def draws_from_matrices(z_mean, z_log_var, n_samples, rng):
    rows, k = [], z_mean.shape[1]
    for mean, log_var in zip(z_mean, z_log_var, strict=True):
        q = stats.multivariate_normal(mean, np.diag(np.exp(log_var)))
        p = stats.multivariate_normal(np.zeros(k), np.eye(k))
        z = np.reshape(q.rvs(n_samples, random_state=rng), (n_samples, k))
        rows.append(np.mean(q.logpdf(z) - p.logpdf(z)))
    return rows


RIGHT_SAMPLED = [
    draws_in_tensorflow,
    draws_from_matrices,
    draws_at_once,
    draws_with_their_mirrors,
    draws_number_by_number,
    draws_by_quantiles,
    draws_in_float32,
    densities.kl_monte_carlo,
    draws_one_by_one,
    draws_row_by_row,
    draws_by_epsilon,
    draws_in_pairs,
]


def sampled(draw=None, ratio=None, reduce=None):
    """Make an answer that is right where no argument is given."""

    def answer(z_mean, z_log_var, n_samples, rng):
        std = np.exp(z_log_var / 2)
        epsilon = rng.standard_normal((n_samples, *z_mean.shape))
        z = (draw or (lambda m, v, e: m + std * e))(z_mean, z_log_var, epsilon)
        log_q = stats.norm.logpdf(z, z_mean, std)
        log_p = stats.norm.logpdf(z)
        ratios = (ratio or np.subtract)(log_q, log_p)
        return (reduce or (lambda r: r.sum(-1).mean(0)))(ratios)

    return answer


def prior_as_posterior(z_mean, z_log_var, epsilon):
    return np.zeros_like(z_mean) - epsilon


def sampled_by_epsilon(draw):
    """Make an answer that puts epsilon into log q, wherever z lies."""

    def answer(z_mean, z_log_var, n_samples, rng):
        epsilon = rng.standard_normal((n_samples, *z_mean.shape))
        z = draw(z_mean, z_log_var, epsilon)
        return 0.5 * (z**2 - epsilon**2 - z_log_var).sum(-1).mean(0)

    return answer


def sharing_noise(shape):
    """Make an answer whose noise has another shape, and is broadcast."""

    def answer(z_mean, z_log_var, n_samples, rng):
        n, k = z_mean.shape
        epsilon = rng.standard_normal(shape(n_samples, n, k))
        z = z_mean + np.exp(z_log_var / 2) * epsilon
        return 0.5 * (z**2 - epsilon**2 - z_log_var).sum(-1).mean(0)

    return answer


def with_count(count):
    def answer(z_mean, z_log_var, n_samples, rng):
        return draws_by_epsilon(z_mean, z_log_var, count, rng)

    return answer


def with_rng(make):
    def answer(z_mean, z_log_var, n_samples, rng):
        return draws_by_epsilon(z_mean, z_log_var, n_samples, make())

    return answer


def by_rows(
    noise=np.random.Generator.standard_normal, q=None, p=None, reduce=None
):
    """Make an answer as the lesson does; right without an argument.

    Args:
        noise: a function of rng and shape.
        q: a function that gives log q its mean and log-variance.
        p: the same for log p.
        reduce: a function of log q and log p.
    """
    q = q or (lambda mean, log_var: (mean, log_var))
    p = p or (lambda mean, log_var: (0 * mean, 0 * log_var))
    reduce = reduce or (lambda log_q, log_p: np.mean(log_q - log_p))

    def answer(z_mean, z_log_var, n_samples, rng):
        estimates = []
        for row in zip(z_mean, z_log_var, strict=True):
            epsilon = noise(rng, (n_samples, len(row[0])))
            z = row[0] + np.exp(row[1] / 2) * epsilon
            log_q = densities.diagonal_normal_log_pdf(z, *q(*row))
            log_p = densities.diagonal_normal_log_pdf(z, *p(*row))
            estimates.append(reduce(log_q, log_p))
        return np.array(estimates)

    return answer


def number_by_number(draw, ratio):
    """Make an answer of plain loops.

    Args:
        draw: a function of rng, mean and standard deviation.
        ratio: a function of log q, log p and the number of dimensions.
    """

    def answer(z_mean, z_log_var, n_samples, rng):
        rows, k = np.zeros(len(z_mean)), z_mean.shape[1]
        for row, (means, log_vars) in enumerate(
            zip(z_mean.tolist(), z_log_var.tolist(), strict=True)
        ):
            for _ in range(n_samples):
                for mean, log_var in zip(means, log_vars, strict=True):
                    z = draw(rng, mean, math.exp(log_var / 2))
                    square = (z - mean) ** 2 / math.exp(log_var)
                    log_q = -0.5 * (LOG_TWO_PI + log_var + square)
                    log_p = -0.5 * (LOG_TWO_PI + z**2)
                    rows[row] += ratio(log_q, log_p, k) / n_samples
        return rows

    return answer


def from_q(rng, mean, std):
    return rng.normal(mean, std)


def from_p(rng, mean, std):
    return rng.normal()


def prior_by_scipy(z_mean, z_log_var, n_samples, rng):
    rows = []
    for mean, log_var in zip(z_mean, z_log_var, strict=True):
        z = stats.norm.rvs(size=(n_samples, len(mean)), random_state=rng)
        q = stats.multivariate_normal(mean, np.diag(np.exp(log_var)))
        p = stats.multivariate_normal(np.zeros(len(mean)))
        rows.append(np.mean(q.logpdf(z) - p.logpdf(z)))
    return np.array(rows)


def reversed_in_tensorflow(z_mean, z_log_var, n_samples, rng):
    z = tf.constant(rng.standard_normal((n_samples, *z_mean.shape)))
    log_q = z_log_var + (z - z_mean) ** 2 / tf.exp(z_log_var)
    return tf.reduce_mean(tf.reduce_sum(log_q - z**2, axis=-1), 0) / 2


def averaged_in_keras(z_mean, z_log_var, n_samples, rng):
    epsilon = rng.standard_normal((n_samples, *z_mean.shape))
    z = z_mean + ops.exp(z_log_var / 2) * epsilon
    return ops.mean(z**2 - epsilon**2 - z_log_var, axis=(0, 2)) / 2


def draws_for_each_density(z_mean, z_log_var, n_samples, rng):
    std = np.exp(z_log_var / 2)
    first, second = rng.normal(z_mean, std, (2, n_samples, *z_mean.shape))
    log_q = stats.norm.logpdf(first, z_mean, std).sum(-1).mean(0)
    return log_q - stats.norm.logpdf(second).sum(-1).mean(0)


def half_of_it_exact(z_mean, z_log_var, n_samples, rng):
    z = rng.normal(z_mean, np.exp(z_log_var / 2), (n_samples, *z_mean.shape))
    log_p = stats.norm.logpdf(z).sum(-1).mean(0)
    return densities.expected_log_posterior(z_log_var) - log_p


def one_epsilon_again_and_again(z_mean, z_log_var, n_samples, rng):
    z = rng.normal(z_mean, np.exp(z_log_var / 2))
    total = 0
    for _ in range(n_samples):
        total += stats.norm.logpdf(z, z_mean, np.exp(z_log_var / 2)).sum(1)
        total -= stats.norm.logpdf(z).sum(1)
    return total / n_samples


def one_epsilon_for_a_draw(z_mean, z_log_var, n_samples, rng):
    epsilon = rng.standard_normal((n_samples, len(z_mean)))[..., None]
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    return 0.5 * (z**2 - epsilon**2 - z_log_var).sum(-1).mean(0)


def all_but_one_draw(z_mean, z_log_var, n_samples, rng):
    if n_samples == 1:
        return np.nan * z_mean[:, 0]
    return draws_at_once(z_mean, z_log_var, n_samples - 1, rng)


def only_three_rows(z_mean, z_log_var, n_samples, rng):
    return draws_at_once(z_mean[:3], z_log_var[:3], n_samples, rng)


WRONG_SAMPLED = [
    ("uniform_noise", by_rows(np.random.Generator.random)),
    ("uniform_noise", by_rows(lambda rng, size: rng.uniform(size=size))),
    ("uniform_noise", by_rows(lambda rng, size: rng.uniform(-1, 1, size))),
    (
        "not_one_normal_draw",
        by_rows(lambda rng, size: rng.uniform(-(3**0.5), 3**0.5, size)),
    ),
    (
        "not_one_normal_draw",
        lambda m, v, n, g: draws_at_once(m, v, n + 1, g),
    ),
    ("not_finite", all_but_one_draw),
    ("clipped", lambda m, v, n, g: np.maximum(draws_at_once(m, v, n, g), 0)),
    ("clipped", lambda m, v, n, g: abs(draws_at_once(m, v, n, g))),
    ("clipped", by_rows(reduce=lambda a, b: np.mean(np.maximum(a - b, 0)))),
    ("clipped", by_rows(reduce=lambda a, b: np.mean(abs(a - b)))),
    ("draws_apart", draws_for_each_density),
    ("draws_apart", half_of_it_exact),
    ("n_samples_ignored", one_epsilon_again_and_again),
    ("noise_shared", one_epsilon_for_a_draw),
    ("prior_not_standard", by_rows(p=lambda m, v: (0 * m, 0 * v + 1))),
    ("prior_not_standard", by_rows(p=lambda m, v: (0 * m + 1, 0 * v))),
    ("prior_not_standard", by_rows(p=lambda m, v: (0 * m + 1, 0 * v + 1))),
    ("prior_not_standard", by_rows(p=lambda m, v: (0 * m, v))),
    ("prior_not_standard", by_rows(p=lambda m, v: (m, v))),
    ("mean_not_added", by_rows(p=lambda m, v: (m, 0 * v))),
    ("log_missing", by_rows(q=lambda m, v: (m, np.exp(v)))),
    ("log_missing", by_rows(q=lambda m, v: (m, np.exp(v / 2)))),
    (
        "weighted_twice",
        by_rows(reduce=lambda a, b: np.exp(a) @ (a - b) / len(a)),
    ),
    (
        "weighted_twice",
        by_rows(reduce=lambda a, b: np.mean(np.e**a * (a - b))),
    ),
    ("bits", by_rows(reduce=lambda a, b: np.mean(a - b) / np.log(2))),
    ("bits", lambda m, v, n, g: draws_at_once(m, v, n, g) * np.log2(np.e)),
    ("noise_not_scaled", sampled(draw=lambda m, v, e: m + e)),
    ("noise_not_scaled", sampled_by_epsilon(lambda m, v, e: m + e)),
    (None, only_three_rows),
    (None, by_rows(reduce=lambda a, b: (a - b)[0])),
    (None, by_rows(reduce=lambda a, b: np.log(np.mean(np.exp(a - b))))),
    ("samples_from_prior", sampled(draw=lambda m, v, e: e)),
    ("samples_from_prior", sampled_by_epsilon(lambda m, v, e: e)),
    (
        "reversed",
        sampled(draw=lambda m, v, e: e, ratio=lambda q, p: p - q),
    ),
    ("reversed", sampled(prior_as_posterior, lambda q, p: p - q)),
    ("sign", sampled(ratio=lambda q, p: p - q)),
    ("sign", lambda m, v, n, g: -draws_at_once(m, v, n, g)),
    ("averages_latent", sampled(reduce=lambda r: r.mean(-1).mean(0))),
    ("averages_latent", sampled(reduce=lambda r: r.mean((0, 2)))),
    ("latents_not_summed", sampled(reduce=lambda r: r.mean(0))),
    ("sums_batch", sampled(reduce=lambda r: r.sum(-1).mean())),
    ("sums_batch", sampled(reduce=lambda r: r.sum((1, 2)).mean())),
    ("sums_batch", sampled(reduce=lambda r: r.sum(1).mean(0))),
    (
        "variance_for_std",
        sampled(draw=lambda m, v, e: m + np.exp(v) * e),
    ),
    (
        "variance_for_std",
        sampled_by_epsilon(lambda m, v, e: m + np.exp(v) * e),
    ),
    ("exp_missing", sampled(draw=lambda m, v, e: m + v * e)),
    ("exp_missing", sampled_by_epsilon(lambda m, v, e: m + v / 2 * e)),
    (
        "mean_not_added",
        sampled(draw=lambda m, v, e: np.exp(v / 2) * e),
    ),
    (
        "mean_not_added",
        sampled_by_epsilon(lambda m, v, e: np.exp(v / 2) * e),
    ),
    ("half_missing", sampled(ratio=lambda q, p: 2 * q - 2 * p)),
    ("samples_from_prior", number_by_number(from_p, lambda q, p, k: q - p)),
    ("samples_from_prior", prior_by_scipy),
    ("reversed", number_by_number(from_p, lambda q, p, k: p - q)),
    ("reversed", reversed_in_tensorflow),
    ("sign", number_by_number(from_q, lambda q, p, k: p - q)),
    (
        "averages_latent",
        number_by_number(from_q, lambda q, p, k: (q - p) / k),
    ),
    ("averages_latent", averaged_in_keras),
    ("averages_latent", by_rows(reduce=lambda q, p: np.mean(q - p) / 4)),
    ("mean_not_added", by_rows(q=lambda m, v: (0 * m, v))),
    ("log_var_as_log_std", by_rows(q=lambda m, v: (m, v / 2))),
    ("log_var_as_log_std", by_rows(q=lambda m, v: (m, 2 * v))),
    ("ratio_of_logs", by_rows(reduce=lambda q, p: np.mean(q / p))),
    ("divides_by_batch", lambda m, v, n, g: draws_at_once(m, v, n, g) / 3),
    (
        "weighted_twice",
        by_rows(reduce=lambda q, p: np.sum(np.exp(q) * (q - p))),
    ),
    (
        "variance_for_std",
        sampled(draw=lambda m, v, e: m + 0.5 * np.exp(v) * e),
    ),
    (
        "n_samples_ignored",
        lambda m, v, n, g: draws_at_once(m, v, 1, g),
    ),
    (ANY, sampled(lambda m, v, e: m + np.exp(v) * e, lambda q, p: p - q)),
    (ANY, sampled(ratio=lambda q, p: p - q, reduce=lambda r: r.mean((0, 2)))),
    (
        ANY,
        sampled(draw=lambda m, v, e: m + e, reduce=lambda r: r.mean((0, 2))),
    ),
    (
        ANY,
        number_by_number(from_p, lambda q, p, k: (p - q) / k / math.log(2)),
    ),
    (ANY, by_rows(np.random.Generator.random, reduce=lambda q, p: q.sum())),
    (
        ANY,
        by_rows(
            q=lambda m, v: (m, np.exp(v)),
            reduce=lambda q, p: np.mean(p - q),
        ),
    ),
    (ANY, lambda m, v, n, g: np.abs(draws_at_once(m, v, 1, g))),
    (
        "two_pi_missing",
        sampled(ratio=lambda q, p: q + LOG_TWO_PI / 2 - p),
    ),
    (
        "two_pi_missing",
        sampled(ratio=lambda q, p: q - LOG_TWO_PI / 2 - p),
    ),
    ("samples_summed", sampled(reduce=lambda r: r.sum((0, 2)))),
    ("samples_summed", sampled(reduce=lambda r: r.sum(-1).sum(0))),
    ("n_samples_ignored", with_count(500)),
    ("n_samples_ignored", with_count(1)),
    ("noise_shared", sharing_noise(lambda s, n, k: (s, n, 1))),
    ("noise_shared", sharing_noise(lambda s, n, k: (s, 1, k))),
    ("noise_shared", sharing_noise(lambda s, n, k: (s, 1, 1))),
    (
        "closed_form",
        lambda m, v, n, g: densities.kl_to_standard_normal(m, v),
    ),
    (
        "closed_form",
        lambda m, v, n, g: 0.5 * (m**2 + np.exp(v) - v - 1).sum(1),
    ),
    ("noise_frozen", with_rng(lambda: np.random.default_rng(0))),
    ("rng_unused", with_rng(np.random.default_rng)),
    ("rng_unused", with_rng(lambda: np.random)),
    (None, sampled(reduce=lambda r: r.sum(-1))),
    (None, sampled(reduce=lambda r: r.sum(-1).mean(0)[:, None])),
    (None, sampled(draw=lambda m, v, e: -m + np.exp(v / 2) * e)),
    change_input(densities.kl_monte_carlo, "z_mean"),
]

# --- 5.3 --------------------------------------------------------------------


def posterior_by_entropy(z_log_var):
    return -stats.norm.entropy(scale=np.exp(z_log_var / 2)).sum(axis=1)


def posterior_by_loop(z_log_var):
    rows = []
    for row in z_log_var:
        total = 0.0
        for log_var in row:
            total -= 0.5 * (math.log(TWO_PI) + log_var + 1)
        rows.append(total)
    return rows


def posterior_in_two_sums(v):
    k = v.shape[-1]
    return -0.5 * k * np.log(TWO_PI * np.e) - 0.5 * np.sum(v, axis=-1)


def posterior_from_the_variance(z_log_var):
    variance = np.exp(z_log_var)
    return np.sum(-0.5 * np.log(TWO_PI * np.e * variance), axis=-1)


def posterior_by_einsum(z_log_var):
    return np.einsum("ij->i", z_log_var + LOG_TWO_PI + 1) / -2


def in_every_style(terms):
    """Make answers that are minus half a sum over the dimensions.

    Args:
        terms: a function of each argument and of an exponential.
    """

    def by_loop(*z):
        return [
            -0.5 * sum(terms(*one, math.exp) for one in zip(*row, strict=True))
            for row in zip(*z, strict=True)
        ]

    def by_einsum(*z):
        return np.einsum("nk->n", terms(*z, np.exp)) / -2

    def in_tensorflow(*z):
        tensors = map(tf.constant, z)
        return -0.5 * tf.reduce_sum(terms(*tensors, tf.exp), axis=1)

    def in_keras(*z):
        tensors = (ops.cast(each, "float32") for each in z)
        return ops.sum(terms(*tensors, ops.exp), axis=-1) * -0.5

    return by_loop, by_einsum, in_tensorflow, in_keras


RIGHT_POSTERIOR = [
    *in_every_style(lambda v, exp: LOG_TWO_PI + v + 1),
    np.vectorize(
        lambda v: -0.5 * np.sum(LOG_TWO_PI + v + 1), signature="(k)->()"
    ),
    posterior_by_entropy,
    densities.expected_log_posterior,
    posterior_by_loop,
    posterior_in_two_sums,
    posterior_from_the_variance,
    posterior_by_einsum,
]


def row_sum(terms):
    """Make an answer: minus half the sum of terms over the dimensions."""

    def answer(*arguments):
        return -0.5 * np.sum(terms(*arguments), axis=-1)

    return answer


def posterior_by_draws(z_log_var, seed=None, n_samples=10_000):
    rng = np.random.default_rng(seed)
    epsilon = rng.standard_normal((n_samples, *z_log_var.shape))
    squares = np.mean(epsilon**2, axis=0)
    return -0.5 * np.sum(LOG_TWO_PI + z_log_var + squares, axis=1)


def each_in_every_style(slips):
    """Pair each slug of a dict with its terms in every style."""
    return [
        (slug, answer)
        for slug, terms in slips.items()
        for answer in in_every_style(terms)
    ]


WRONG_POSTERIOR = [
    *each_in_every_style(
        {
            "sign": lambda v, exp: -LOG_TWO_PI - v - 1,
            "one_missing": lambda v, exp: LOG_TWO_PI + v,
            "two_pi_missing": lambda v, exp: v + 1,
            "not_standardised": lambda v, exp: LOG_TWO_PI + v + exp(v),
            "log_missing": lambda v, exp: LOG_TWO_PI + exp(v) + 1,
        }
    ),
    ("two_pi_wrong", row_sum(lambda v: TWO_PI + v + 1)),
    ("two_pi_wrong", row_sum(lambda v: np.log(np.pi) + v + 1)),
    ("two_pi_wrong", row_sum(lambda v: np.log(2) * np.pi + v + 1)),
    ("half_twice", row_sum(lambda v: np.log(np.sqrt(TWO_PI)) + v + 1)),
    ("half_twice", row_sum(lambda v: LOG_TWO_PI + v + 0.5)),
    ("half_twice", lambda v: posterior_by_entropy(v) / 2),
    ("bits", row_sum(lambda v: np.log2(TWO_PI * np.exp(v)) + 1)),
    ("divides_by_batch", lambda v: posterior_by_entropy(v) / len(v)),
    (
        "sums_batch",
        lambda v: (
            -0.5 * (v.shape[1] * (LOG_TWO_PI + 1) + np.sum(v))
            + np.zeros(len(v))
        ),
    ),
    ("clipped", lambda v: posterior_by_entropy(np.clip(v, -10, 10))),
    ("clipped", row_sum(lambda v: LOG_TWO_PI + np.log(np.exp(v) + 1e-7) + 1)),
    ("clipped", row_sum(lambda v: LOG_TWO_PI + np.maximum(v, -20) + 1)),
    (None, lambda v: np.squeeze(posterior_by_entropy(v))),
    (None, lambda v: np.exp(posterior_by_entropy(v))),
    (ANY, lambda v: 0.5 * np.sum(LOG_TWO_PI + v, axis=1)),
    (ANY, lambda v: 0.5 * np.mean(v + 1, axis=-1)),
    (ANY, lambda v: np.sum(v + 1, axis=1)),
    (ANY, lambda v: stats.norm.entropy(scale=np.exp(v)).sum(axis=1)),
    (ANY, lambda v: -0.5 * np.mean(LOG_TWO_PI + 2 * v + 1)),
    (ANY, lambda v: -tf.reduce_sum(LOG_TWO_PI + v / 2, axis=1)),
    ("still_sampled", posterior_by_draws),
    ("still_sampled", lambda v: posterior_by_draws(v, n_samples=3)),
    ("still_sampled", lambda v: posterior_by_draws(v, seed=3)),
    ("still_sampled", lambda v: np.round(posterior_by_entropy(v), 1)),
    ("sign", lambda v: -posterior_by_entropy(v)),
    ("sign", lambda v: 0.5 * np.sum(LOG_TWO_PI + v + 1, axis=1)),
    ("sign", row_sum(lambda v: LOG_TWO_PI + v - 1)),
    ("sign", row_sum(lambda v: LOG_TWO_PI - v + 1)),
    ("one_missing", row_sum(lambda v: LOG_TWO_PI + v)),
    (
        "one_missing",
        lambda v: -0.5 * (np.sum(LOG_TWO_PI + v, axis=1) + 1),
    ),
    ("one_missing", lambda v: posterior_by_entropy(v) + v.shape[1] / 2),
    ("two_pi_missing", row_sum(lambda v: v + 1)),
    ("two_pi_missing", lambda v: -0.5 * (v.shape[1] + v.sum(axis=1))),
    (
        "two_pi_power",
        lambda v: -0.5 * (LOG_TWO_PI + np.sum(v + 1, axis=1)),
    ),
    (
        "two_pi_power",
        lambda v: -0.5 * (len(v) * LOG_TWO_PI + np.sum(v + 1, axis=1)),
    ),
    (
        "two_pi_power",
        lambda v: -0.5 * (LOG_TWO_PI + np.sum(v, axis=1) + 1),
    ),
    ("two_pi_power", lambda v: -0.5 * (np.log(TWO_PI * np.e) + v.sum(1))),
    ("two_pi_power", lambda v: -0.5 * (len(v) * (LOG_TWO_PI + 1) + v.sum(1))),
    ("sign", row_sum(lambda v: LOG_TWO_PI - (v + 1))),
    ("sign", lambda v: np.sum(LOG_TWO_PI + v + 1, axis=1)),
    ("two_pi_missing", row_sum(lambda v: v)),
    ("half_missing", lambda v: np.sum(-0.5 * (LOG_TWO_PI + v) + 1, axis=1)),
    ("half_missing", lambda v: np.sum(-0.5 * LOG_TWO_PI + v + 1, axis=1)),
    ("bits", row_sum(lambda v: np.log2(TWO_PI) + v + 1)),
    ("bits", row_sum(lambda v: np.log10(TWO_PI) + v + 1)),
    ("not_standardised", row_sum(lambda v: LOG_TWO_PI + v + np.exp(v))),
    (
        "not_standardised",
        lambda v: (
            stats.norm.logpdf(0, scale=np.exp(v / 2)) - np.exp(v) / 2
        ).sum(1),
    ),
    ("log_missing", row_sum(lambda v: LOG_TWO_PI + np.exp(v) + 1)),
    ("log_missing", row_sum(lambda v: LOG_TWO_PI + np.sqrt(np.exp(v)) + 1)),
    ("std_for_variance", row_sum(lambda v: LOG_TWO_PI + v / 2 + 1)),
    ("std_for_variance", lambda v: posterior_by_entropy(v / 2)),
    ("log_var_as_log_std", row_sum(lambda v: LOG_TWO_PI + 2 * v + 1)),
    (
        "log_var_as_log_std",
        lambda v: -stats.norm.entropy(scale=np.exp(v)).sum(1),
    ),
    ("half_missing", lambda v: -np.sum(LOG_TWO_PI + v + 1, axis=1)),
    ("half_missing", lambda v: 2 * posterior_by_entropy(v)),
    ("half_missing", row_sum(lambda v: 2 * LOG_TWO_PI + v + 1)),
    ("half_missing", row_sum(lambda v: LOG_TWO_PI + v + 2)),
    ("averages_latent", lambda v: -0.5 * np.mean(LOG_TWO_PI + v + 1, axis=1)),
    ("averages_latent", lambda v: posterior_by_entropy(v) / v.shape[-1]),
    ("latents_not_summed", lambda v: -0.5 * (LOG_TWO_PI + v + 1)),
    ("latents_not_summed", lambda v: -stats.norm.entropy(0, np.exp(v / 2))),
    ("sums_batch", lambda v: -0.5 * np.sum(LOG_TWO_PI + v + 1)),
    ("sums_batch", lambda v: -0.5 * np.sum(LOG_TWO_PI + v + 1, axis=0)),
    ("sums_batch", lambda v: posterior_by_entropy(v).mean()),
    ("bits", lambda v: posterior_by_entropy(v) / np.log(2)),
    (None, lambda v: posterior_by_entropy(v)[:, None]),
    (None, row_sum(lambda v: LOG_TWO_PI + v + 3)),
    change_input(densities.expected_log_posterior, "z_log_var"),
]

# --- 5.4 --------------------------------------------------------------------


def prior_by_nodes(z_mean, z_log_var):
    nodes, weights = np.polynomial.hermite_e.hermegauss(6)
    z = z_mean[..., None] + np.exp(z_log_var / 2)[..., None] * nodes
    return (stats.norm.logpdf(z) @ (weights / weights.sum())).sum(axis=1)


def prior_by_loop(z_mean, z_log_var):
    rows = []
    for means, log_vars in zip(z_mean, z_log_var, strict=True):
        squares = sum(
            m**2 + math.exp(v) for m, v in zip(means, log_vars, strict=True)
        )
        rows.append(-0.5 * (len(means) * LOG_TWO_PI + squares))
    return rows


def prior_in_three_sums(v, m):
    k = m.shape[1]
    return -(k * LOG_TWO_PI + (m * m).sum(1) + np.exp(v).sum(1)) / 2


def prior_by_square_of_std(z_log_var, z_mean):
    std = np.exp(0.5 * z_log_var)
    return np.sum(-0.5 * LOG_TWO_PI - 0.5 * (z_mean**2 + std**2), axis=-1)


def prior_by_logpdf(means, log_vars):
    return (stats.norm.logpdf(means) - np.exp(log_vars) / 2).sum(axis=1)


RIGHT_PRIOR = [
    *in_every_style(lambda m, v, exp: LOG_TWO_PI + m**2 + exp(v)),
    prior_by_nodes,
    densities.expected_log_prior,
    prior_by_loop,
    lambda z_mean, z_log_var: prior_in_three_sums(z_log_var, z_mean),
    prior_by_square_of_std,
    prior_by_logpdf,
]


def prior_by_draws(z_mean, z_log_var, seed=None):
    rng = np.random.default_rng(seed)
    epsilon = rng.standard_normal((20_000, *z_mean.shape))
    z = z_mean + np.exp(z_log_var / 2) * epsilon
    return stats.norm.logpdf(z).sum(axis=2).mean(axis=0)


WRONG_PRIOR = [
    *each_in_every_style(
        {
            "mean_not_squared": lambda m, v, exp: LOG_TWO_PI + m + exp(v),
            "variance_missing": lambda m, v, exp: LOG_TWO_PI + m**2,
            "two_pi_missing": lambda m, v, exp: m**2 + exp(v),
            "exp_missing": lambda m, v, exp: LOG_TWO_PI + m**2 + v,
            "std_for_variance": lambda m, v, exp: (
                LOG_TWO_PI + m**2 + exp(v / 2)
            ),
        }
    ),
    ("mean_not_squared", lambda m, v: prior_by_logpdf(np.sqrt(abs(m)), v)),
    ("two_pi_wrong", row_sum(lambda m, v: TWO_PI + m**2 + np.exp(v))),
    ("half_twice", row_sum(lambda m, v: LOG_TWO_PI / 2 + m**2 + np.exp(v))),
    ("half_twice", row_sum(lambda m, v: LOG_TWO_PI + m**2 / 2 + np.exp(v))),
    ("one_added", row_sum(lambda m, v: LOG_TWO_PI + m**2 + np.exp(v) + 1)),
    ("log_term_added", row_sum(lambda m, v: LOG_TWO_PI + v + 1)),
    (
        "divided_by_variance",
        lambda m, v: stats.norm.logpdf(m, scale=np.exp(v / 2)).sum(axis=1),
    ),
    ("square_of_sum", lambda m, v: stats.norm.logpdf(m + v).sum(axis=1)),
    (
        "square_of_sum",
        lambda m, v: stats.norm.logpdf(m + np.exp(v / 2)).sum(axis=1),
    ),
    (
        "sum_too_early",
        lambda m, v: (
            stats.norm.logpdf(0 * m).sum(1)
            - (m.sum(1) ** 2 + np.exp(v).sum(1)) / 2
        ),
    ),
    (
        "sum_too_early",
        lambda m, v: (
            stats.norm.logpdf(m).sum(axis=1) - np.exp(v.sum(axis=1)) / 2
        ),
    ),
    ("clipped", lambda m, v: prior_by_logpdf(np.clip(m, -20, 20), v)),
    ("clipped", lambda m, v: prior_by_logpdf(m, np.minimum(v, 10))),
    ("clipped", lambda m, v: np.maximum(prior_by_logpdf(m, v), -1000)),
    (None, lambda m, v: np.squeeze(prior_by_logpdf(m, v))),
    (ANY, row_sum(lambda m, v: m + np.exp(v))),
    (ANY, lambda m, v: 0.5 * np.sum(m**2 + np.exp(v), axis=1)),
    (ANY, lambda m, v: -np.mean(LOG_TWO_PI + m**2 + v, axis=1)),
    (ANY, lambda m, v: stats.norm.logpdf(abs(m) ** 0.5).sum(axis=1)),
    (ANY, lambda m, v: stats.norm.logpdf(m).mean(axis=1)),
    (ANY, lambda m, v: -ops.sum(ops.square(m) + ops.exp(v / 2), axis=-1)),
    ("still_sampled", prior_by_draws),
    ("still_sampled", lambda m, v: prior_by_draws(m, v, seed=3)),
    ("sign", lambda m, v: -prior_by_logpdf(m, v)),
    ("sign", row_sum(lambda m, v: LOG_TWO_PI + m**2 - np.exp(v))),
    ("sign", row_sum(lambda m, v: LOG_TWO_PI - m**2 + np.exp(v))),
    ("sign", row_sum(lambda m, v: LOG_TWO_PI - m**2 - np.exp(v))),
    ("sign", lambda m, v: -2 * prior_by_logpdf(m, v)),
    ("exp_missing", row_sum(lambda m, v: LOG_TWO_PI + m**2 + v**2)),
    (
        "half_missing",
        lambda m, v: np.sum(-0.5 * (LOG_TWO_PI + m**2) + np.exp(v), axis=1),
    ),
    (
        "half_missing",
        lambda m, v: np.sum(-0.5 * LOG_TWO_PI + m**2 + np.exp(v), axis=1),
    ),
    ("bits", row_sum(lambda m, v: np.log2(TWO_PI) + m**2 + np.exp(v))),
    ("bits", row_sum(lambda m, v: np.log10(TWO_PI) + m**2 + np.exp(v))),
    ("mean_not_squared", row_sum(lambda m, v: LOG_TWO_PI + m + np.exp(v))),
    (
        "mean_not_squared",
        lambda m, v: (
            -0.5 * (LOG_TWO_PI + np.sqrt(m**2) + np.exp(v)).sum(axis=1)
        ),
    ),
    ("mean_missing", row_sum(lambda m, v: LOG_TWO_PI + np.exp(v))),
    ("mean_missing", lambda m, v: prior_by_logpdf(0 * m, v)),
    ("variance_missing", row_sum(lambda m, v: LOG_TWO_PI + m**2)),
    ("variance_missing", lambda m, v: stats.norm.logpdf(m).sum(axis=1)),
    ("variance_missing", row_sum(lambda m, v: LOG_TWO_PI + m**2 + 1)),
    ("two_pi_missing", row_sum(lambda m, v: m**2 + np.exp(v))),
    (
        "two_pi_missing",
        lambda m, v: -0.5 * np.sum(m**2, 1) - 0.5 * np.sum(np.exp(v), 1),
    ),
    (
        "two_pi_power",
        lambda m, v: -0.5 * (LOG_TWO_PI + (m**2 + np.exp(v)).sum(1)),
    ),
    (
        "two_pi_power",
        lambda m, v: -0.5 * (len(m) * LOG_TWO_PI + (m**2 + np.exp(v)).sum(1)),
    ),
    ("exp_missing", row_sum(lambda m, v: LOG_TWO_PI + m**2 + v)),
    ("exp_missing", lambda m, v: stats.norm.logpdf(m).sum(1) - v.sum(1) / 2),
    (
        "std_for_variance",
        row_sum(lambda m, v: LOG_TWO_PI + m**2 + np.exp(v / 2)),
    ),
    ("std_for_variance", lambda m, v: prior_by_logpdf(m, 0.5 * v)),
    (
        "log_var_as_log_std",
        row_sum(lambda m, v: LOG_TWO_PI + m**2 + np.exp(v) ** 2),
    ),
    ("log_var_as_log_std", lambda m, v: prior_by_logpdf(m, 2 * v)),
    (
        "log_term_added",
        row_sum(lambda m, v: LOG_TWO_PI + v + m**2 + np.exp(v)),
    ),
    ("log_term_added", row_sum(lambda m, v: LOG_TWO_PI + v + m**2 + 1)),
    (
        "divided_by_variance",
        row_sum(lambda m, v: LOG_TWO_PI + (m**2 + np.exp(v)) / np.exp(v)),
    ),
    (
        "divided_by_variance",
        row_sum(lambda m, v: LOG_TWO_PI + v + m**2 * np.exp(-v) + 1),
    ),
    (
        "square_of_sum",
        row_sum(lambda m, v: LOG_TWO_PI + (m + np.exp(v / 2)) ** 2),
    ),
    (
        "square_of_sum",
        row_sum(lambda m, v: LOG_TWO_PI + (m + np.exp(v)) ** 2),
    ),
    (
        "half_missing",
        lambda m, v: -np.sum(LOG_TWO_PI + m**2 + np.exp(v), axis=1),
    ),
    (
        "half_missing",
        lambda m, v: (
            -0.5 * m.shape[1] * LOG_TWO_PI - (m**2 + np.exp(v)).sum(1)
        ),
    ),
    (
        "averages_latent",
        lambda m, v: -0.5 * (LOG_TWO_PI + m**2 + np.exp(v)).mean(1),
    ),
    ("averages_latent", lambda m, v: prior_by_logpdf(m, v) / m.shape[1]),
    (
        "latents_not_summed",
        lambda m, v: -0.5 * (LOG_TWO_PI + m**2 + np.exp(v)),
    ),
    ("latents_not_summed", lambda m, v: stats.norm.logpdf(m) - np.exp(v) / 2),
    ("sums_batch", lambda m, v: prior_by_logpdf(m, v).sum()),
    ("sums_batch", lambda m, v: prior_by_logpdf(m, v).mean()),
    (
        "sums_batch",
        lambda m, v: -0.5 * (LOG_TWO_PI + m**2 + np.exp(v)).sum(0),
    ),
    ("bits", lambda m, v: prior_by_logpdf(m, v) / np.log(2)),
    ("codes_swapped", lambda m, v: prior_by_logpdf(v, m)),
    ("divides_by_batch", lambda m, v: prior_by_logpdf(m, v) / len(m)),
    (
        "sums_batch",
        lambda m, v: stats.norm.logpdf(m).sum(axis=1) - np.exp(v).sum() / 2,
    ),
    (None, lambda m, v: prior_by_logpdf(m, v)[None]),
    change_input(densities.expected_log_prior, "z_mean"),
]

# --- 5.5 --------------------------------------------------------------------


def kl_as_published(z_mean, z_log_var):
    terms = 1 + z_log_var - np.square(z_mean) - np.exp(z_log_var)
    return -0.5 * np.sum(terms, axis=-1)


def kl_as_a_difference(z_mean, z_log_var):
    return np.subtract(
        posterior_by_entropy(z_log_var), prior_by_logpdf(z_mean, z_log_var)
    )


def kl_by_nodes(z_mean, z_log_var):
    std = np.exp(z_log_var / 2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    total = np.zeros(len(z_mean))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        z = z_mean + std * node
        ratio = stats.norm.logpdf(z, z_mean, std) - stats.norm.logpdf(z)
        total += weight * ratio.sum(axis=1)
    return total


def kl_in_a_loop(z_mean, z_log_var):
    return [
        sum(
            0.5 * (m * m + math.exp(v) - v - 1)
            for m, v in zip(means, log_vars, strict=True)
        )
        for means, log_vars in zip(z_mean, z_log_var, strict=True)
    ]


def kl_of_std(log_vars, means):
    std = np.exp(log_vars / 2)
    each = 0.5 * (means**2 + std**2 - 1) - np.log(std)
    return np.einsum("ij->i", each)


def kl_by_matrices(z_mean, z_log_var):
    rows = []
    for mean, log_var in zip(z_mean, z_log_var, strict=True):
        covariance = np.diag(np.exp(log_var))
        _, log_det = np.linalg.slogdet(covariance)
        trace = np.trace(covariance)
        rows.append((trace + mean @ mean - len(mean) - log_det) / 2)
    return np.array(rows)


RIGHT_KL = [
    *in_every_style(lambda m, v, exp: 1 + v - m**2 - exp(v)),
    kl_as_published,
    densities.kl_to_standard_normal,
    kl_as_a_difference,
    kl_by_nodes,
    kl_in_a_loop,
    lambda z_mean, z_log_var: kl_of_std(z_log_var, z_mean),
    kl_by_matrices,
    lambda mu, logvar: kl_as_published(
        mu.astype("float32"), logvar.astype("float32")
    ),
]


def kl_terms(m, v):
    return 1 + v - m**2 - np.exp(v)


def kl_of_other_std(std):
    """Make an answer by SciPy's densities, of another standard deviation."""

    def answer(m, v):
        s = std(v)
        return (0.5 * (m**2 + s**2 - 1) - np.log(s)).sum(1)

    return answer


def kl_by_draws(z_mean, z_log_var, seed=None):
    rng = np.random.default_rng(seed)
    return densities.kl_monte_carlo(z_mean, z_log_var, 20_000, rng)


def kl_of_two_normals(mean, std):
    """Sum KL(N(mean, std²) || N(0, 1)) as books write it for any two."""
    return (np.log(1 / std) + (std**2 + mean**2) / 2 - 0.5).sum(axis=1)


WRONG_KL = [
    *each_in_every_style(
        {
            "half_missing": lambda m, v, exp: 2 * (1 + v - m**2 - exp(v)),
            "sign": lambda m, v, exp: m**2 + exp(v) - v - 1,
            "log_var_as_log_std": lambda m, v, exp: (
                1 + 2 * v - m**2 - exp(2 * v)
            ),
            "std_for_variance": lambda m, v, exp: 1 + v - m**2 - exp(v / 2),
            "exp_missing": lambda m, v, exp: 1 + v - m**2 - v**2,
            "mean_not_squared": lambda m, v, exp: 1 + v - m - exp(v),
            "log_term_missing": lambda m, v, exp: 1 - m**2 - exp(v),
            "one_missing": lambda m, v, exp: v - m**2 - exp(v),
            "reversed": lambda m, v, exp: 1 - v - (1 + m**2) / exp(v),
            "bits": lambda m, v, exp: (1 + v - m**2 - exp(v)) / math.log(2),
        }
    ),
    (
        "averages_latent",
        lambda m, v: -0.5 * tf.reduce_mean(1 + v - m**2 - tf.exp(v), -1),
    ),
    (
        "averages_latent",
        lambda m, v: ops.mean(m**2 + ops.exp(v) - v - 1, axis=1) / 2,
    ),
    (
        "averages_latent",
        lambda m, v: [sum(row) / len(row) for row in -0.5 * kl_terms(m, v)],
    ),
    ("sums_batch", lambda m, v: np.einsum("ij->", kl_terms(m, v)) / -2),
    (
        "sums_batch",
        lambda m, v: tf.reduce_mean(
            -0.5 * tf.reduce_sum(1 + v - m**2 - tf.exp(v), axis=1)
        ),
    ),
    (
        "sums_batch",
        lambda m, v: sum(
            0.5 * (a * a + math.exp(b) - b - 1)
            for a, b in zip(m.ravel(), v.ravel(), strict=True)
        ),
    ),
    ("log_var_as_log_std", lambda m, v: kl_of_two_normals(m, np.exp(v))),
    (
        "std_for_variance",
        lambda m, v: kl_of_two_normals(m, np.exp(v / 4)),
    ),
    (
        "one_missing",
        lambda m, v: (m**2 + np.exp(v) - v).sum(1) / 2 - len(m) / 2,
    ),
    ("one_missing", lambda m, v: (1 + (m**2 + np.exp(v) - v).sum(1)) / 2),
    ("bits", row_sum(lambda m, v: 1 + np.log2(np.exp(v)) - m**2 - np.exp(v))),
    ("half_twice", lambda m, v: kl_as_published(m, v) / 2),
    ("half_twice", row_sum(lambda m, v: 1 + v - (m**2 + np.exp(v)) / 2)),
    (
        "sum_too_early",
        lambda m, v: (
            ((np.exp(v) - v - 1).sum(axis=1) + m.sum(axis=1) ** 2) / 2
        ),
    ),
    (
        "sum_too_early",
        lambda m, v: (np.exp(v.sum(axis=1)) + (m**2 - v - 1).sum(axis=1)) / 2,
    ),
    ("clipped", lambda m, v: kl_as_published(m, np.clip(v, -20, 20))),
    ("clipped", lambda m, v: kl_as_published(np.clip(m, -10, 10), v)),
    (
        "clipped",
        row_sum(lambda m, v: 1 + np.log(np.exp(v) + 1e-8) - m**2 - np.exp(v)),
    ),
    (None, lambda m, v: np.squeeze(kl_as_published(m, v))),
    (ANY, lambda m, v: -np.mean(kl_terms(m, v))),
    (ANY, lambda m, v: 0.5 * np.mean(kl_terms(m, v), axis=-1)),
    (ANY, lambda m, v: -np.sum(v - m**2 - np.exp(v), axis=1)),
    (ANY, lambda m, v: -5e-4 * np.mean(kl_terms(m, v), axis=-1)),
    (ANY, lambda m, v: -np.sum(1 + v - m - np.exp(v / 2), axis=1)),
    (ANY, row_sum(lambda m, v: 1 - m**2 - v)),
    (ANY, lambda m, v: kl_of_two_normals(m, np.exp(v)).mean()),
    (ANY, row_sum(lambda m, v: 1 - v - (1 + m) / np.exp(v))),
    (ANY, lambda m, v: -kl_as_published(m, 2 * v) / math.log(2)),
    (ANY, row_sum(lambda m, v: v - m**2 + np.exp(v))),
    ("still_sampled", kl_by_draws),
    ("still_sampled", lambda m, v: kl_by_draws(m, v, seed=3)),
    (
        "still_sampled",
        lambda m, v: posterior_by_draws(v) - prior_by_draws(m, v),
    ),
    ("averages_latent", lambda m, v: -0.5 * np.mean(kl_terms(m, v), axis=-1)),
    ("averages_latent", lambda m, v: kl_as_published(m, v) / m.shape[1]),
    ("averages_latent", lambda m, v: -np.mean(kl_terms(m, v), axis=1)),
    ("averages_latent", lambda m, v: 0.5 * kl_terms(m, v).mean(1)),
    ("sums_batch", lambda m, v: -0.5 * np.sum(kl_terms(m, v))),
    ("sums_batch", lambda m, v: -0.5 * np.mean(kl_terms(m, v))),
    ("sums_batch", lambda m, v: -0.5 * np.sum(kl_terms(m, v), axis=0)),
    ("sums_batch", lambda m, v: kl_as_published(m, v).mean()),
    ("half_missing", lambda m, v: -np.sum(kl_terms(m, v), axis=-1)),
    ("half_missing", lambda m, v: 2 * kl_as_a_difference(m, v)),
    ("half_missing", row_sum(lambda m, v: 1 + v - 2 * m**2 - 2 * np.exp(v))),
    ("sign", lambda m, v: 0.5 * np.sum(kl_terms(m, v), axis=-1)),
    ("sign", lambda m, v: -kl_as_a_difference(m, v)),
    ("sign", row_sum(lambda m, v: 1 + v - m**2 + np.exp(v))),
    ("sign", row_sum(lambda m, v: 1 + v + m**2 - np.exp(v))),
    ("sign", row_sum(lambda m, v: 1 - v - m**2 - np.exp(v))),
    ("sign", row_sum(lambda m, v: v - m**2 - np.exp(v) - 1)),
    ("sign", row_sum(lambda m, v: 1 + v + m**2 + np.exp(v))),
    ("sign", lambda m, v: 0.5 * (1 + v + m**2 + np.exp(v)).sum(axis=1)),
    ("sign", lambda m, v: posterior_by_entropy(v) + prior_by_logpdf(m, v)),
    ("sign", lambda m, v: -posterior_by_entropy(v) - prior_by_logpdf(m, v)),
    ("half_missing", lambda m, v: (m**2 + (np.exp(v) - v - 1) / 2).sum(1)),
    ("half_missing", lambda m, v: (np.exp(v) + (m**2 - v - 1) / 2).sum(1)),
    ("exp_missing", row_sum(lambda m, v: 1 + v - m**2 - v**2)),
    (
        "one_missing",
        lambda m, v: 0.5 * (m**2 + np.exp(v) - v).sum(axis=1) - 1,
    ),
    (
        "log_var_as_log_std",
        row_sum(lambda m, v: 1 + 2 * v - m**2 - np.exp(2 * v)),
    ),
    ("log_var_as_log_std", kl_of_other_std(np.exp)),
    (
        "log_var_as_log_std",
        row_sum(lambda m, v: 1 + v - m**2 - np.exp(v) ** 2),
    ),
    ("log_var_as_log_std", row_sum(lambda m, v: 1 + 2 * v - m**2 - np.exp(v))),
    ("std_for_variance", row_sum(lambda m, v: 1 + v - m**2 - np.exp(v / 2))),
    ("std_for_variance", kl_of_other_std(lambda v: np.exp(v / 4))),
    ("log_term_halved", row_sum(lambda m, v: 1 + v / 2 - m**2 - np.exp(v))),
    ("exp_missing", row_sum(lambda m, v: 1 + v - m**2 - v)),
    ("exp_missing", lambda m, v: 0.5 * (m**2 - 1).sum(1)),
    ("mean_not_squared", row_sum(lambda m, v: 1 + v - m - np.exp(v))),
    ("mean_not_squared", row_sum(lambda m, v: 1 + v - abs(m) - np.exp(v))),
    ("mean_missing", row_sum(lambda m, v: 1 + v - np.exp(v))),
    ("mean_missing", lambda m, v: kl_as_published(0 * m, v)),
    ("variance_missing", row_sum(lambda m, v: 1 + v - m**2)),
    ("variance_missing", row_sum(lambda m, v: v - m**2)),
    ("log_term_missing", row_sum(lambda m, v: 1 - m**2 - np.exp(v))),
    ("log_term_missing", lambda m, v: 0.5 * (m**2 + np.exp(v)).sum(1)),
    ("one_missing", row_sum(lambda m, v: v - m**2 - np.exp(v))),
    (
        "one_missing",
        lambda m, v: -0.5 * (1 + np.sum(v - m**2 - np.exp(v), axis=1)),
    ),
    (
        "one_missing",
        lambda m, v: -0.5 * (1 + v.sum(1) - (m**2).sum(1) - np.exp(v).sum(1)),
    ),
    (
        "reversed",
        row_sum(lambda m, v: 1 - v - (1 + m**2) / np.exp(v)),
    ),
    (
        "reversed",
        lambda m, v: (
            np.log(np.exp(v / 2)) + (1 + m**2) / (2 * np.exp(v)) - 0.5
        ).sum(axis=1),
    ),
    ("bits", lambda m, v: kl_as_published(m, v) / np.log(2)),
    ("bits", lambda m, v: kl_as_a_difference(m, v) * np.log2(np.e)),
    ("two_pi_left", row_sum(lambda m, v: kl_terms(m, v) + LOG_TWO_PI)),
    ("two_pi_left", row_sum(lambda m, v: kl_terms(m, v) - 2 * LOG_TWO_PI)),
    ("latents_not_summed", lambda m, v: -0.5 * kl_terms(m, v)),
    ("latents_not_summed", lambda m, v: -kl_terms(m, v)),
    ("codes_swapped", lambda m, v: kl_as_published(v, m)),
    ("codes_swapped", lambda m, v: kl_in_a_loop(v, m)),
    ("divides_by_batch", lambda m, v: kl_as_published(m, v) / len(m)),
    (
        "sums_batch",
        lambda m, v: 0.5 * ((m**2 - v - 1).sum(axis=1) + np.exp(v).sum()),
    ),
    (
        "sums_batch",
        lambda m, v: 0.5 * ((np.exp(v) - v - 1).sum(axis=1) + np.sum(m**2)),
    ),
    ("clipped", lambda m, v: np.maximum(-0.5 * kl_terms(m, v), 0.1).sum(1)),
    ("clipped", lambda m, v: np.maximum(kl_as_published(m, v), 0.05)),
    (None, lambda m, v: kl_as_published(m, v)[:, None]),
    (None, lambda m, v: -0.5 * (kl_terms(m, v).sum(1) * 2) ** 2),
    change_input(densities.kl_to_standard_normal, "z_log_var"),
]

# --- 5.6 --------------------------------------------------------------------


def gradients_plainly(z_mean, z_log_var):
    return z_mean, 0.5 * (np.exp(z_log_var) - 1)


def gradients_by_loop(z_mean, z_log_var):
    by_mean = [list(row) for row in z_mean]
    by_log_var = [[0.5 * math.exp(v) - 0.5 for v in row] for row in z_log_var]
    return [by_mean, by_log_var]


def gradients_by_steps(z_mean, z_log_var, step=1e-5):
    def kl(m, v):
        return -0.5 * kl_terms(m, v)

    return np.stack(
        [
            kl(z_mean + step, z_log_var) - kl(z_mean - step, z_log_var),
            kl(z_mean, z_log_var + step) - kl(z_mean, z_log_var - step),
        ]
    ) / (2 * step)


def gradients_renamed(mu, log_var):
    return 1.0 * mu, np.expm1(log_var) / 2


def gradients_by_imaginary_steps(z_mean, z_log_var, step=1e-20):
    by_mean = -0.5 * kl_terms(z_mean + step * 1j, z_log_var)
    by_log_var = -0.5 * kl_terms(z_mean, z_log_var + step * 1j)
    return by_mean.imag / step, by_log_var.imag / step


def by_tape(kl):
    """Make an answer that lets TensorFlow differentiate."""

    def answer(z_mean, z_log_var):
        inputs = [tf.constant(z_mean), tf.constant(z_log_var)]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            nats = kl(*inputs)
        return tape.gradient(nats, inputs)

    return answer


def tape_terms(m, v):
    return 0.5 * (m**2 + tf.exp(v) - v - 1)


def gradients_in_keras(z_mean, z_log_var):
    by_log_var = 0.5 * ops.exp(ops.cast(z_log_var, "float32")) - 0.5
    return ops.cast(z_mean, "float32"), by_log_var


RIGHT_GRADIENTS = [
    by_tape(tape_terms),
    by_tape(lambda m, v: ops.sum(tape_terms(m, v), axis=-1)),
    gradients_in_keras,
    lambda m, v: np.array([m, np.sinh(v / 2) * np.exp(v / 2)]),
    lambda m, v: (slope for slope in gradients_plainly(m, v)),
    gradients_plainly,
    densities.kl_gradients,
    gradients_by_loop,
    gradients_by_steps,
    gradients_renamed,
    gradients_by_imaginary_steps,
]

WRONG_GRADIENTS = [
    ("half_missing", by_tape(lambda m, v: 2 * tape_terms(m, v))),
    ("half_missing", by_tape(lambda m, v: m**2 + (tf.exp(v) - v) / 2)),
    (
        "half_missing",
        lambda m, v: (m, [[math.exp(x) - 1 for x in row] for row in v]),
    ),
    ("one_missing", by_tape(lambda m, v: (m**2 + tf.exp(v)) / 2)),
    (
        "one_missing",
        lambda m, v: (m, [[math.exp(x) / 2 for x in row] for row in v]),
    ),
    ("one_missing", lambda m, v: (ops.copy(m), ops.exp(v) * 0.5)),
    ("gradient_swapped", lambda *z: by_tape(tape_terms)(*z)[::-1]),
    ("gradient_swapped", lambda m, v: gradients_by_loop(m, v)[::-1]),
    ("gradient_swapped", lambda m, v: np.stack([np.expm1(v) / 2, m])),
    ("averages_latent", by_tape(lambda *z: ops.mean(tape_terms(*z)))),
    ("averages_latent", by_tape(lambda *z: ops.mean(tape_terms(*z), -1))),
    ("sign", by_tape(lambda *z: -tape_terms(*z))),
    (
        "reversed",
        by_tape(lambda m, v: 0.5 * (v + (1 + m**2) * tf.exp(-v) - 1)),
    ),
    (
        "reversed",
        lambda m, v: (m / np.exp(v), (1 - (1 + m**2) / np.exp(v)) / 2),
    ),
    ("power_rule", lambda m, v: (m, 0.5 * (v * np.exp(v - 1) - 1))),
    ("power_rule", lambda m, v: (m, 0.5 * (v * np.exp(v) - 1))),
    ("mean_not_squared", lambda m, v: (np.ones_like(m), np.expm1(v) / 2)),
    (
        "mean_not_squared",
        by_tape(lambda m, v: 0.5 * (m + tf.exp(v) - v - 1)),
    ),
    (
        "std_for_variance",
        by_tape(lambda m, v: 0.5 * (m**2 + tf.exp(v / 2) - v)),
    ),
    (
        "log_var_as_log_std",
        by_tape(lambda m, v: 0.5 * (m**2 + tf.exp(2 * v) - v)),
    ),
    ("clipped", lambda m, v: (m, np.expm1(np.clip(v, -10, 10)) / 2)),
    ("clipped", lambda m, v: (np.clip(m, -10, 10), np.expm1(v) / 2)),
    (
        "clipped",
        by_tape(lambda m, v: tape_terms(m, tf.clip_by_value(v, -9, 9))),
    ),
    ("wrong_type", lambda m, v: np.concatenate([m, np.expm1(v) / 2])),
    ("wrong_type", lambda m, v: (m, np.expm1(v) / 2, m)),
    (None, lambda m, v: np.squeeze(gradients_by_steps(m, v))),
    (ANY, lambda m, v: (2 * m, np.exp(v))),
    (ANY, lambda m, v: (-m, 0.5 * np.exp(v))),
    (ANY, lambda m, v: (np.exp(v), 2 * m)),
    (ANY, lambda m, v: (m.sum(axis=1), np.exp(v).sum(axis=1) / 2)),
    (ANY, by_tape(lambda m, v: ops.mean(2 * tape_terms(m, v)))),
    (ANY, lambda m, v: (m / 2, 0.5 * (1 - np.exp(v / 2)))),
    ("half_missing", lambda m, v: (m, np.exp(v) - 1)),
    ("half_missing", lambda m, v: (2 * m, np.exp(v) - 1)),
    ("half_missing", lambda m, v: (m / 2, 0.5 * (np.exp(v) - 1))),
    ("half_missing", lambda m, v: (2 * m, np.expm1(v) / 2)),
    ("half_missing", lambda m, v: (m, 0.5 * np.exp(v) - 1)),
    ("half_missing", lambda m, v: (m, np.exp(v) - 0.5)),
    ("one_missing", lambda m, v: (m, 0.5 * np.exp(v))),
    ("one_missing", lambda m, v: [m, np.exp(v) / 2]),
    ("one_missing", lambda m, v: (m, np.exp(v))),
    ("gradient_swapped", lambda m, v: (0.5 * (np.exp(v) - 1), m)),
    ("gradient_swapped", lambda m, v: gradients_by_steps(m, v)[::-1]),
    ("gradient_swapped", lambda m, v: (np.exp(v) - 1, m)),
    ("gradient_swapped", lambda m, v: (np.exp(v) - 1, 2 * m)),
    ("gradient_swapped", lambda m, v: (np.exp(v) / 2, m)),
    ("gradient_swapped", lambda m, v: -gradients_by_steps(m, v)[::-1]),
    ("not_differentiated", lambda m, v: (m**2 / 2, np.expm1(v) / 2)),
    ("not_differentiated", lambda m, v: (m**2, np.expm1(v) / 2)),
    ("not_differentiated", lambda m, v: (m, (np.exp(v) - v - 1) / 2)),
    ("not_differentiated", lambda m, v: (m, (np.exp(v) - v) / 2)),
    (
        "not_differentiated",
        lambda m, v: (m**2 / 2, (np.exp(v) - v - 1) / 2),
    ),
    ("by_variance", lambda m, v: (m, 0.5 * (1 - 1 / np.exp(v)))),
    ("by_variance", lambda m, v: (m, np.exp(v / 2) - np.exp(-v / 2))),
    ("sign", lambda m, v: (-m, 0.5 * (1 - np.exp(v)))),
    ("sign", lambda m, v: (m, 0.5 * (1 - np.exp(v)))),
    ("sign", lambda m, v: (m, 0.5 * (1 + np.exp(v)))),
    ("sign", lambda m, v: -gradients_by_steps(m, v)),
    ("exp_missing", lambda m, v: (m, 0.5 * (v - 1))),
    ("std_for_variance", lambda m, v: (m, 0.5 * (np.exp(v / 2) - 1))),
    ("log_var_as_log_std", lambda m, v: (m, 0.5 * (np.exp(2 * v) - 1))),
    ("log_var_as_log_std", lambda m, v: (m, np.exp(2 * v) - 1)),
    ("latents_summed", lambda m, v: gradients_by_steps(m, v).sum(2)),
    ("latents_summed", lambda m, v: (m.sum(1), np.expm1(v).sum(1) / 2)),
    ("averages_latent", lambda m, v: gradients_by_steps(m, v) / m.shape[1]),
    ("averages_latent", lambda m, v: gradients_by_steps(m, v) / len(m)),
    ("averages_latent", lambda m, v: gradients_by_steps(m, v) / m.size),
    ("averages_latent", lambda m, v: (m.mean(1), np.expm1(v).mean(1) / 2)),
    ("latents_summed", lambda m, v: (m.sum(), np.expm1(v).sum() / 2)),
    ("wrong_type", lambda m, v: m + np.expm1(v) / 2),
    ("wrong_type", lambda m, v: 3.0),
    (None, lambda m, v: (m, np.expm1(v).sum(1) / 2)),
    (None, lambda m, v: (m + 1, np.expm1(v) / 2)),
    (None, lambda m, v: (m.T, np.expm1(v).T / 2)),
    change_input(lambda **kw: densities.kl_gradients(**kw), "z_mean"),
]

# --- all six ----------------------------------------------------------------

CASES = [
    (check.kl_discrete, RIGHT_DISCRETE, WRONG_DISCRETE),
    (check.kl_monte_carlo, RIGHT_SAMPLED, WRONG_SAMPLED),
    (check.expected_log_posterior, RIGHT_POSTERIOR, WRONG_POSTERIOR),
    (check.expected_log_prior, RIGHT_PRIOR, WRONG_PRIOR),
    (check.kl_to_standard_normal, RIGHT_KL, WRONG_KL),
    (check.kl_gradients, RIGHT_GRADIENTS, WRONG_GRADIENTS),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES)


@pytest.mark.parametrize(
    "answer, place",
    [
        (lambda m, v: (m + 1, np.expm1(v) / 2), "slopes along z_mean, at "),
        (lambda m, v: (m, np.expm1(v)), "slopes along z_log_var, at "),
        (lambda m, v: (m[0], v[0]), "shape (3,), expected (4, 3)"),
    ],
)
def test_slopes_are_looked_at_one_array_after_the_other(answer, place):
    with pytest.raises(ExerciseFailed) as caught:
        check.kl_gradients(answer)
    _, got, _, _ = caught.value.args
    assert got.startswith(place)
    assert "[0, 0]" in got or "shape" in got


def message_of(judge, answer):
    with pytest.raises(ExerciseFailed) as caught:
        judge(answer)
    return caught.value.args


def test_probabilities_are_told():
    asked, *_ = message_of(check.kl_discrete, lambda p, q: q[0] - p[0])
    assert "p = [0.5, 0.2, 0.17, 0.13] and q = [0.1, 0.15, 0.45, 0.3]" in asked


def wrong_in_row_1(rows):
    rows = np.array(rows)
    rows[1] += 0.5
    return rows


@pytest.mark.parametrize(
    "judge, right, names",
    [
        (
            check.expected_log_posterior,
            densities.expected_log_posterior,
            ["z_log_var"],
        ),
        *(
            (judge, judge.library(), ["z_mean", "z_log_var"])
            for judge in (
                check.kl_monte_carlo,
                check.expected_log_prior,
                check.kl_to_standard_normal,
            )
        ),
    ],
)
def test_inputs_of_the_row_that_is_wrong_are_told(judge, right, names):
    def answer(**inputs):
        return wrong_in_row_1(right(**inputs))

    _, got, *_ = message_of(judge, answer)
    assert "at index [1] " in got
    told = got.splitlines()[-1]
    assert told.startswith(f"Row 1: {names[0]} = [")
    inputs = dict(re.findall(r"(\w+) = (\[[^]]*\])", told))
    assert list(inputs) == names
    if judge is not check.kl_monte_carlo:
        rows = {
            name: np.array([json.loads(row)]) for name, row in inputs.items()
        }
        [expected] = right(**rows)
        assert f"{expected + 0.5:.6g}, expected {expected:.6g}" in got


@pytest.mark.parametrize(
    "answer, told",
    [
        (lambda m, v: (2 * m, np.expm1(v) / 2), False),
        (lambda m, v: (m, np.expm1(v)), True),
    ],
)
def test_slope_along_the_mean_is_not_shown_beside_the_mean(answer, told):
    _, got, *_ = message_of(check.kl_gradients, answer)
    assert ("Row 0: z_mean = [" in got) is told


SIGNS = [
    signs for signs in itertools.product((1, -1), repeat=4) if -1 in signs
]


@pytest.mark.parametrize("signs", SIGNS)
def test_question_about_signs_shows_each_that_is_turned(signs):
    def answer(z_mean, z_log_var):
        terms = 1 + 0 * z_mean, z_log_var, -(z_mean**2), -np.exp(z_log_var)
        return -0.5 * sum(
            s * t for s, t in zip(signs, terms, strict=True)
        ).sum(axis=1)

    *_, question, mistake = message_of(check.kl_to_standard_normal, answer)
    assert mistake == "sign"
    for move in "z_mean to 3", "z_log_var to -3", "z_log_var to 3":
        assert move in question
    start, *moved = answer(
        np.array([[0, 3, 0, 0]]).T, np.array([[0, 0, -3.0, 3]]).T
    )
    assert start != 0 or min(moved) <= 0


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "draw", [draws_at_once, draws_by_epsilon, draws_in_pairs]
)
def test_right_estimates_pass_whatever_the_chance(seed, draw):
    def other_chance(z_mean, z_log_var, n_samples, rng):
        rng.random(seed)
        return draw(z_mean, z_log_var, n_samples, rng)

    assert check.kl_monte_carlo(other_chance) is other_chance
