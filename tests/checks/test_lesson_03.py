"""The checks of lesson 03 pass right answers and name each slip."""

import functools
import math
from statistics import NormalDist

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy import linalg, special, stats
from spoil import change_input
from tables import ANY, answer_tests, spoiled_test

from vae_course import densities
from vae_course.checks import lesson_03 as check

TWO_PI = 2 * math.pi

# --- 3.1 --------------------------------------------------------------------


def pdf_by_scipy(x, mean, variance):
    return stats.norm(loc=mean, scale=np.sqrt(variance)).pdf(x)


def pdf_by_log(x, mean, variance):
    log_density = np.log(TWO_PI * variance) + (x - mean) ** 2 / variance
    return np.exp(-0.5 * log_density)


@np.vectorize
def pdf_by_number(x, mean, variance):
    return NormalDist(mean, math.sqrt(variance)).pdf(x)


def pdf_reordered(mean, variance, x):
    std = variance**0.5
    z = (x - mean) / std
    return np.exp(-z * z / 2) / (std * np.sqrt(TWO_PI))


def pdf_as_list(points, centre, spread):
    return pdf_by_scipy(points, centre, spread).tolist()


def pdf_with_power(power, x, mu, var):
    return (TWO_PI * var) ** power * np.exp(-0.5 * (mu - x) ** 2 / var)


class PdfWithCall:
    def __call__(self, x, mean=0.0, variance=1.0):
        z = (x - mean) / np.sqrt(variance)
        return np.exp(-np.square(z) / 2) / np.sqrt(TWO_PI * variance)


def pdf_by_tensorflow(x, mean, variance):
    z = (x - mean) / tf.sqrt(tf.cast(variance, "float64"))
    return tf.exp(-(z**2) / 2) / tf.sqrt(TWO_PI * tf.cast(variance, z.dtype))


def pdf_by_keras(x, mean, variance):
    x, mean, variance = (ops.cast(a, "float32") for a in (x, mean, variance))
    square = ops.square(x - mean) / variance
    return ops.exp(-0.5 * square) * ops.rsqrt(TWO_PI * variance)


def pdf_by_broadcast_loop(x, mean, variance):
    every = np.broadcast(x, mean, variance)
    values = [
        math.exp(-((a - m) ** 2) / (2 * v)) / math.sqrt(TWO_PI * v)
        for a, m, v in every
    ]
    return np.reshape(values, every.shape)


def pdf_of_a_multiple(x, mean, variance):
    return stats.norm.pdf((x - mean) / variance**0.5) / variance**0.5


RIGHT_PDF = [
    pdf_by_tensorflow,
    pdf_by_keras,
    pdf_by_broadcast_loop,
    pdf_of_a_multiple,
    densities.normal_pdf,
    pdf_by_scipy,
    pdf_by_log,
    pdf_by_number,
    pdf_reordered,
    pdf_as_list,
    np.vectorize(lambda a, m, v: NormalDist(m, math.sqrt(v)).pdf(a)),
    functools.partial(pdf_with_power, -0.5),
    PdfWithCall(),
]


def bell(x, m, v):
    return np.exp(-((x - m) ** 2) / (2 * v))


def height(v):
    return 1 / np.sqrt(TWO_PI * v)


@np.vectorize
def std_for_variance_by_number(x, mean, variance):
    return NormalDist(mean, variance).pdf(x)


def std_for_variance_by_tensorflow(x, mean, variance):
    z = tf.cast((x - mean) / variance, "float64")
    return tf.exp(-tf.square(z) / 2) / (variance * np.sqrt(TWO_PI))


def half_missing_by_keras(x, mean, variance):
    x, mean, variance = (ops.cast(a, "float32") for a in (x, mean, variance))
    z = (x - mean) / ops.sqrt(variance)
    return ops.exp(-(z**2)) / ops.sqrt(TWO_PI * variance)


def half_missing_by_loop(x, mean, variance):
    every = np.broadcast(x, mean, variance)
    values = [
        math.exp(-math.pow((a - m) / math.sqrt(v), 2)) / math.sqrt(TWO_PI * v)
        for a, m, v in every
    ]
    return np.reshape(values, every.shape)


def normaliser_missing_by_scipy(x, mean, variance):
    normal = stats.norm(mean, variance**0.5)
    return normal.pdf(x) / normal.pdf(mean)


def normaliser_missing_by_tensorflow(x, mean, variance):
    square = tf.math.squared_difference(
        tf.cast(x, "float64"), tf.cast(mean, "float64")
    )
    return tf.exp(-square / (2 * variance))


TWO_SLIPS_OF_PDF = [
    lambda x, m, v: np.exp(-((x - m) ** 2) / v),
    lambda x, m, v: np.exp(-((x - m) ** 2) / v**2) * height(v),
    lambda x, m, v: np.exp(-((x - m) ** 2) / v) / np.sqrt(TWO_PI) / v,
    lambda x, m, v: bell(x, m, v**2),
    lambda x, m, v: bell(x, m, v**2) / np.sqrt(TWO_PI),
    lambda x, m, v: np.exp((x - m) ** 2 / v) * height(v),
    lambda x, m, v: bell(x, 0, v) * height(v**2),
    lambda x, m, v: bell(x, m, v / 2) / (TWO_PI * v),
    lambda x, m, v: -stats.norm.logpdf(x, m, v),
]
WRONG_PDF = [
    *((ANY, answer) for answer in TWO_SLIPS_OF_PDF),
    ("std_for_variance", std_for_variance_by_number),
    ("std_for_variance", std_for_variance_by_tensorflow),
    ("half_missing", half_missing_by_keras),
    ("half_missing", half_missing_by_loop),
    ("normaliser_missing", normaliser_missing_by_scipy),
    ("normaliser_missing", normaliser_missing_by_tensorflow),
    (
        "normaliser_missing",
        lambda x, m, v: bell(x, m, v) * np.sqrt(TWO_PI * v),
    ),
    (
        "mean_not_subtracted",
        lambda x, m, v: stats.norm.pdf(x, 0, v**0.5) + 0 * m,
    ),
    ("mean_not_subtracted", lambda x, m, v: bell(x, 0 * m, v) * height(v)),
    ("mean_not_subtracted", lambda x, m, v: bell(x + m, 0, v) * height(v)),
    (
        "variance_missing",
        lambda x, m, v: np.exp(-((x - m) ** 2) / 2) * height(v),
    ),
    ("variance_missing", lambda x, m, v: bell(x, m, 1 + 0 * v) * height(v)),
    ("cdf_for_pdf", lambda x, m, v: stats.norm.cdf(x, m, v**0.5)),
    (
        "cdf_for_pdf",
        lambda x, m, v: 0.5 + special.erf((x - m) / (2 * v) ** 0.5) / 2,
    ),
    (
        "cdf_for_pdf",
        np.vectorize(lambda x, m, v: NormalDist(m, v**0.5).cdf(x)),
    ),
    ("std_for_variance", lambda x, m, v: stats.norm.pdf(x, m, v)),
    ("std_for_variance", lambda x, m, v: bell(x, m, v) / np.sqrt(TWO_PI) / v),
    ("std_for_variance", lambda x, m, v: bell(x, m, v**2) * height(v)),
    ("std_for_variance", lambda x, m, v: bell(x, m, v**0.5) * height(v)),
    ("std_for_variance", lambda x, m, v: pdf_by_log(x, m, v**0.5)),
    (
        "half_missing",
        lambda x, m, v: np.exp(-((x - m) ** 2) / v) * height(v),
    ),
    ("half_missing", lambda x, m, v: bell(x, m, v / 2) * height(v)),
    ("half_missing", lambda x, m, v: bell(x, m, 2 * v) * height(v)),
    ("normaliser_missing", bell),
    ("normaliser_missing", lambda x, m, v: bell(x, m, v) / TWO_PI**0.5),
    ("normaliser_missing", lambda x, m, v: bell(x, m, v) / v**0.5),
    ("square_root_missing", lambda x, m, v: bell(x, m, v) / (TWO_PI * v)),
    ("square_root_missing", lambda x, m, v: bell(x, m, v) / TWO_PI / v**0.5),
    ("normaliser_missing", lambda x, m, v: bell(x, m, v) / np.sqrt(2 * v)),
    (
        "normaliser_missing",
        lambda x, m, v: bell(x, m, v) / np.sqrt(np.pi * v),
    ),
    ("power_order", lambda x, m, v: bell(x, m, v) * (TWO_PI * v) ** -1 / 2),
    (
        "power_order",
        lambda x, m, v: 1 / (TWO_PI * v) ** 1 / 2 * bell(x, m, v),
    ),
    ("power_order", lambda x, m, v: bell(x, m, v) / (TWO_PI * v) / 2),
    (
        "square_missing",
        lambda x, m, v: np.exp(-(x - m) / (2 * v)) * height(v),
    ),
    ("sign", lambda x, m, v: np.exp((x - m) ** 2 / (2 * v)) * height(v)),
    (
        "division_order",
        lambda x, m, v: height(v) * np.exp(-((x - m) ** 2) / 2 * v),
    ),
    (
        "division_order",
        lambda x, m, v: 1 / np.sqrt(TWO_PI) * np.sqrt(v) * bell(x, m, v),
    ),
    (
        "division_order",
        lambda x, m, v: 1 / np.sqrt(TWO_PI) * v * bell(x, m, v),
    ),
    ("log_for_density", lambda x, m, v: stats.norm.logpdf(x, m, v**0.5)),
    ("mean_not_subtracted", lambda x, m, v: pdf_by_scipy(x, -m, v)),
    (None, lambda x, m, v: bell(x, m**2, v) * height(v)),
    (
        "square_missing",
        lambda x, m, v: np.exp(-abs(x - m) / (2 * v)) * height(v),
    ),
    (
        "square_missing",
        lambda x, m, v: np.exp(-0.5 * (x - m) / v**0.5) * height(v),
    ),
    (None, lambda x, m, v: math.exp(-((x - m) ** 2) / (2 * v)) * height(v)),
    (None, lambda x, m, v: pdf_by_scipy(x, m, v)[..., None]),
    change_input(densities.normal_pdf, "x"),
]

# --- 3.2 --------------------------------------------------------------------


def draw_by_hand(mean, variance, n, rng):
    return np.array(
        [mean + math.sqrt(variance) * rng.standard_normal() for _ in range(n)]
    )


def draw_by_rng(mean, variance, n, rng):
    return rng.normal(mean, variance**0.5, size=n)


def draw_by_scipy(mean, variance, n, rng):
    return stats.norm(mean, variance**0.5).rvs(size=n, random_state=rng)


def draw_by_percentile(mean, variance, n, rng):
    return stats.norm.ppf(rng.random(n), mean, np.sqrt(variance)).tolist()


def draw_by_box_muller(n, rng, variance, mean):
    radius = np.sqrt(-2 * np.log(1 - rng.random(n)))
    return mean - variance**0.5 * radius * np.cos(TWO_PI * rng.random(n))


def draw_by_both_halves_of_box_muller(mean, variance, n, rng):
    half = n // 2 + 1
    radius = np.sqrt(-2 * variance * np.log1p(-rng.random(half)))
    angle = TWO_PI * rng.random(half)
    both = radius * np.cos(angle), radius * np.sin(angle)
    return mean + np.concatenate(both)[:n]


def draw_in_single_precision(mean, variance, n, rng):
    epsilon = rng.standard_normal(n, dtype="float32")
    return np.float32(mean) + np.float32(variance**0.5) * epsilon


def draw_from_a_longer_row(mu, sigma_squared, count, generator):
    return mu - sigma_squared**0.5 * generator.standard_normal(3 * count)[::3]


def draw_by_tensorflow(mean, variance, n, rng):
    seed = rng.integers(2**31, size=2)
    return tf.random.stateless_normal((n,), seed, mean, variance**0.5)


def draw_by_keras(mean, variance, n, rng):
    epsilon = ops.convert_to_tensor(rng.standard_normal(n))
    return mean + ops.sqrt(ops.cast(variance, epsilon.dtype)) * epsilon


def draw_filled_in(mean, variance, n, rng):
    draws = np.empty(n)
    for i in range(n):
        draws[i] = rng.normal(mean, math.sqrt(variance))
    return draws


def draw_from_many_dimensions(mean, variance, n, rng):
    return rng.multivariate_normal([mean], [[variance]], n)[:, 0]


RIGHT_DRAWS = [
    draw_by_tensorflow,
    draw_by_keras,
    draw_filled_in,
    draw_from_many_dimensions,
    draw_by_both_halves_of_box_muller,
    draw_in_single_precision,
    draw_from_a_longer_row,
    densities.sample_normal,
    draw_by_hand,
    draw_by_rng,
    draw_by_scipy,
    draw_by_percentile,
    draw_by_box_muller,
]


def uniform(mean, variance, n, rng):
    return mean + np.sqrt(3 * variance) * rng.uniform(-1, 1, n)


def noise(n, rng):
    return rng.standard_normal(n)


def mirrored(join):
    """Draw half of the noise, and take its mirror image as well."""

    def answer(mean, variance, n, rng):
        half = noise(n // 2 + 1, rng)
        return mean + variance**0.5 * join([half, -half]).ravel()[:n]

    return answer


def standardised(mean, variance, n, rng):
    epsilon = noise(n, rng)
    z = (epsilon - epsilon.mean()) / epsilon.std()
    return mean + variance**0.5 * z


def within(bound, n, rng):
    epsilon = noise(2 * n, rng)
    return epsilon[np.abs(epsilon) < bound][:n]


def add_uniforms(count, n, rng):
    return (rng.random((n, count)) - 0.5).sum(axis=1)


def variance_for_std_by_loop(mean, variance, n, rng):
    return [rng.normal(mean, variance) for _ in range(n)]


def variance_for_std_by_scipy(mean, variance, n, rng):
    return stats.norm.rvs(mean, variance, n, random_state=rng)


def mean_not_added_by_loop(mean, variance, n, rng):
    std = math.sqrt(variance)
    return [std * rng.standard_normal() for _ in range(n)]


def mean_not_added_by_scipy(mean, variance, n, rng):
    return stats.norm(scale=variance**0.5).rvs(n, random_state=rng)


def mean_not_added_by_keras(mean, variance, n, rng):
    return ops.sqrt(float(variance)) * ops.cast(noise(n, rng), "float32")


def uniform_by_scipy(mean, variance, n, rng):
    width = math.sqrt(12 * variance)
    box = stats.uniform(mean - width / 2, width)
    return box.rvs(n, random_state=rng)


def uniform_by_loop(mean, variance, n, rng):
    return [mean + variance**0.5 * rng.random() for _ in range(n)]


TWO_SLIPS_OF_DRAWS = [
    lambda m, v, n, g: v * g.random(n),
    lambda m, v, n, g: v * (m + noise(n, g)),
    lambda m, v, n, g: np.random.normal(m, v, n),
    lambda m, v, n, g: np.full(n, g.normal(m, v)),
    lambda m, v, n, g: np.sort(v * noise(n, g)),
    lambda m, v, n, g: noise(n, g),
    lambda m, v, n, g: g.uniform(-v, v, n),
    lambda m, v, n, g: v - m**0.5 * noise(n, g) if m > 0 else v + noise(n, g),
]
WRONG_DRAWS = [
    *((ANY, answer) for answer in TWO_SLIPS_OF_DRAWS),
    ("variance_for_std", variance_for_std_by_loop),
    ("variance_for_std", variance_for_std_by_scipy),
    ("variance_for_std", lambda m, v, n, g: m + v**2 * noise(n, g)),
    (
        "variance_as_log_var",
        lambda m, v, n, g: m + np.exp(v / 2) * noise(n, g),
    ),
    (
        "variance_as_log_var",
        lambda m, v, n, g: g.normal(m, np.exp(v) ** 0.5, n),
    ),
    ("variance_as_log_var", lambda m, v, n, g: m + np.exp(v) * noise(n, g)),
    ("mean_not_added", mean_not_added_by_loop),
    ("mean_not_added", mean_not_added_by_scipy),
    ("mean_not_added", mean_not_added_by_keras),
    ("uniform_noise", uniform_by_scipy),
    ("uniform_noise", uniform_by_loop),
    (None, lambda m, v, n, g: m + v**0.5 * np.abs(noise(n, g))),
    (None, lambda m, v, n, g: m + v**0.5 / 2 * noise(n, g)),
    (None, lambda m, v, n, g: g.normal(m, v**0.5, n).astype(int)[:, None]),
    ("variance_for_std", lambda m, v, n, g: m + v * g.standard_normal(n)),
    ("variance_for_std", lambda m, v, n, g: g.normal(m, v, n)),
    ("variance_for_std", lambda m, v, n, g: v * g.standard_normal(n)),
    ("variance_for_std", lambda m, v, n, g: g.normal(m, v**0.25, n)),
    ("mean_not_added", lambda m, v, n, g: v**0.5 * g.standard_normal(n)),
    ("mean_not_added", lambda m, v, n, g: g.normal(0, v**0.5, n)),
    ("order_swapped", lambda m, v, n, g: v**0.5 * (g.normal(size=n) + m)),
    ("order_swapped", lambda m, v, n, g: g.normal(m, 1, n) * np.sqrt(v)),
    ("noise_not_scaled", lambda m, v, n, g: m + g.standard_normal(n)),
    ("noise_not_scaled", lambda m, v, n, g: g.normal(size=n) + m),
    (
        "not_independent",
        lambda m, v, n, g: np.sort(g.normal(m, v**0.5, n)),
    ),
    ("not_independent", lambda m, v, n, g: sorted(g.normal(m, v**0.5, n))),
    ("not_independent", mirrored(np.concatenate)),
    ("not_independent", mirrored(np.column_stack)),
    ("not_independent", standardised),
    (None, lambda m, v, n, g: m + v**0.5 * noise(n, g).clip(-3, 3)),
    (None, lambda m, v, n, g: m + v**0.5 * within(3, n, g)),
    (None, lambda m, v, n, g: m + (3 * v) ** 0.5 * add_uniforms(4, n, g)),
    (None, lambda m, v, n, g: m + (4 * v) ** 0.5 * add_uniforms(3, n, g)),
    ("noise_shared", lambda m, v, n, g: g.normal(m, v**0.5, n).round(2)),
    ("noise_shared", lambda m, v, n, g: m + v**0.5 * g.integers(-1, 2, n)),
    ("noise_shared", lambda m, v, n, g: m + v**0.5 * g.choice([-1, 1], n)),
    ("uniform_noise", uniform),
    ("uniform_noise", lambda m, v, n, g: m + v**0.5 * g.random(n)),
    ("uniform_noise", lambda m, v, n, g: m + v**0.5 * g.uniform(-1, 1, n)),
    ("uniform_noise", lambda m, v, n, g: g.triangular(m - 6, m, m + 6, n)),
    (None, lambda m, v, n, g: g.laplace(m, np.sqrt(v / 2), n)),
    (None, lambda m, v, n, g: m - v**0.5 + g.exponential(v**0.5, n)),
    ("no_noise", lambda m, v, n, g: np.full(n, m)),
    ("noise_shared", lambda m, v, n, g: np.full(n, g.normal(m, v**0.5))),
    (
        "noise_shared",
        lambda m, v, n, g: np.resize(g.normal(m, v**0.5, n // 2 + 1), n),
    ),
    (
        "noise_frozen",
        lambda m, v, n, g: draw_by_rng(m, v, n, np.random.default_rng(0)),
    ),
    (
        "noise_frozen",
        lambda m, v, n, g: np.random.RandomState(4).normal(m, v**0.5, n),
    ),
    ("rng_unused", lambda m, v, n, g: np.random.normal(m, v**0.5, n)),
    (
        "rng_unused",
        lambda m, v, n, g: draw_by_rng(m, v, n, np.random.default_rng()),
    ),
    (None, lambda m, v, n, g: g.normal(m, v**0.5)),
    (None, lambda m, v, n, g: g.normal(m, v**0.5, (n, 1))),
    (None, lambda m, v, n, g: g.normal(-m, v**0.5, n)),
]

# --- 3.3 --------------------------------------------------------------------


def volume_pdf_by_scipy(x, mean, covariance):
    return stats.multivariate_normal.pdf(x, mean, covariance)


def volume_pdf_by_loop(x, mean, covariance):
    inverse = np.linalg.inv(covariance)
    scale = math.sqrt(np.linalg.det(TWO_PI * covariance))
    values = []
    for point in x:
        d = point - mean
        values.append(math.exp(-0.5 * d @ inverse @ d) / scale)
    return values


def volume_pdf_by_einsum(points, centre, matrix):
    d = points - centre
    q = np.einsum("ni,ij,nj->n", d, np.linalg.inv(matrix), d)
    return np.exp(-q / 2) / np.sqrt(
        TWO_PI ** len(centre) * np.linalg.det(matrix)
    )


def volume_pdf_by_solve(covariance, mean, x):
    d = (x - mean).T
    q = (d * np.linalg.solve(covariance, d)).sum(0)
    _, log_det = np.linalg.slogdet(TWO_PI * covariance)
    return np.exp(-0.5 * (q + log_det))


def volume_pdf_by_axes(x, mean, covariance):
    variances, axes = np.linalg.eigh(covariance)
    along = (x - mean) @ axes
    return np.prod(densities.normal_pdf(along, 0, variances), axis=1)


def volume_pdf_from_all_pairs(x, mean, covariance):
    d = x - mean
    pairs = np.diag(d @ np.linalg.inv(covariance) @ d.T)
    return np.exp(-pairs / 2) / np.linalg.det(TWO_PI * covariance) ** 0.5


def volume_pdf_by_cholesky(x, mean, covariance):
    root = np.linalg.cholesky(covariance)
    z = linalg.solve_triangular(root, (x - mean).T, lower=True)
    volume = TWO_PI ** (len(mean) / 2) * np.prod(np.diag(root))
    return np.exp(-0.5 * np.sum(z**2, axis=0)) / volume


def volume_pdf_by_tensorflow(x, mean, covariance):
    d = tf.constant(x - mean)
    q = tf.reduce_sum(d @ tf.linalg.inv(covariance) * d, axis=-1)
    det = tf.linalg.det(TWO_PI * covariance)
    return tf.exp(-q / 2) / tf.sqrt(det)


def volume_pdf_by_keras(x, mean, covariance):
    d, matrix = (ops.cast(a, "float32") for a in (x - mean, covariance))
    q = ops.einsum("ni,ij,nj->n", d, ops.linalg.inv(matrix), d)
    return ops.exp(-q / 2) / ops.sqrt(ops.linalg.det(TWO_PI * matrix))


def volume_pdf_by_number(x, mean, covariance):
    inverse, k = np.linalg.inv(covariance), len(mean)
    densities = []
    for point in x:
        q = 0.0
        for i in range(k):
            for j in range(k):
                q += (point - mean)[i] * inverse[i, j] * (point - mean)[j]
        densities.append(math.exp(-q / 2))
    return np.array(densities) / math.sqrt(
        TWO_PI**k * np.linalg.det(covariance)
    )


RIGHT_VOLUME_PDF = [
    volume_pdf_by_cholesky,
    volume_pdf_by_tensorflow,
    volume_pdf_by_keras,
    volume_pdf_by_number,
    densities.multivariate_normal_pdf,
    volume_pdf_by_scipy,
    volume_pdf_by_loop,
    volume_pdf_by_einsum,
    volume_pdf_by_solve,
    volume_pdf_by_axes,
    volume_pdf_from_all_pairs,
]


def volume_pdf(matrix=np.linalg.inv, root=0.5, power=None, factor=-0.5):
    """Make an answer that is right where no argument is given."""

    def answer(x, mean, covariance):
        n, k = x.shape
        d = x - mean
        q = np.einsum("ni,ij,nj->n", d, matrix(covariance), d)
        exponent = k / 2 if power is None else power(n, k)
        scale = TWO_PI**exponent * np.linalg.det(covariance) ** root
        return np.exp(factor * q) / scale

    return answer


def all_pairs(x, mean, covariance):
    d = x - mean
    return np.exp(-d @ np.linalg.inv(covariance) @ d.T / 2) / np.sqrt(
        np.linalg.det(TWO_PI * covariance)
    )


def one_bracket_short(x, mean, covariance):
    d, k = x - mean, len(mean)
    q = np.sum(d @ np.linalg.inv(covariance) * d, axis=1)
    return np.exp(-q / 2) / np.sqrt(2 * np.pi**k * np.linalg.det(covariance))


def one_half_without_brackets(x, mean, covariance):
    d = x - mean
    q = np.einsum("ni,ij,nj->n", d, np.linalg.inv(covariance), d)
    return np.linalg.det(TWO_PI * covariance) ** -1 / 2 * np.exp(-q / 2)


def not_inverted_by_loop(x, mean, covariance):
    scale = math.sqrt(np.linalg.det(TWO_PI * covariance))
    rows = x - mean
    return [math.exp(-0.5 * d @ covariance @ d) / scale for d in rows]


def not_inverted_by_tensorflow(x, mean, covariance):
    d = x - mean
    q = tf.reduce_sum(tf.matmul(d, covariance) * d, axis=1)
    return tf.exp(-q / 2) / tf.sqrt(tf.linalg.det(TWO_PI * covariance))


def root_missing_by_loop(x, mean, covariance):
    inverse = np.linalg.inv(covariance)
    scale = TWO_PI ** (len(mean) / 2) * np.linalg.det(covariance)
    return [np.exp(-(p - mean) @ inverse @ (p - mean) / 2) / scale for p in x]


def root_missing_in_logs(x, mean, covariance):
    d = x - mean
    q = np.sum(d * np.linalg.solve(covariance, d.T).T, axis=1)
    _, log_det = np.linalg.slogdet(covariance)
    return np.exp(-0.5 * (q + len(mean) * np.log(TWO_PI)) - log_det)


def root_missing_by_cholesky(x, mean, covariance):
    root = np.linalg.cholesky(covariance)
    z = np.linalg.solve(root, (x - mean).T)
    det = np.prod(np.diag(root)) ** 2
    return np.exp(-(z**2).sum(0) / 2) / (TWO_PI ** (len(mean) / 2) * det)


def root_missing_by_keras(x, mean, covariance):
    d, matrix = (ops.cast(a, "float32") for a in (x - mean, covariance))
    q = ops.sum(ops.matmul(d, ops.linalg.inv(matrix)) * d, axis=1)
    return ops.exp(-q / 2) / ops.linalg.det(TWO_PI * matrix)


def one_power_for_all_k(x, mean, covariance):
    d = x - mean
    q = ((d @ np.linalg.inv(covariance)) * d).sum(-1)
    return np.exp(-q / 2) / np.sqrt(TWO_PI * np.linalg.det(covariance))


def one_power_by_loop(x, mean, covariance):
    scale = np.sqrt(2 * np.pi) * np.linalg.det(covariance) ** 0.5
    inverse = np.linalg.inv(covariance)
    return [np.exp(-(p - mean) @ inverse @ (p - mean) / 2) / scale for p in x]


def counted_by_points(x, mean, covariance):
    return volume_pdf_by_scipy(x, mean, covariance) * TWO_PI ** (
        (len(mean) - len(x)) / 2
    )


def half_missing_by_loop_of_points(x, mean, covariance):
    inverse = np.linalg.inv(covariance)
    scale = np.sqrt(np.linalg.det(TWO_PI * covariance))
    return [np.exp(-(p - mean) @ inverse @ (p - mean)) / scale for p in x]


def half_missing_by_cholesky(x, mean, covariance):
    root = np.linalg.cholesky(TWO_PI * covariance)
    z = np.linalg.solve(np.linalg.cholesky(covariance), (x - mean).T)
    return np.exp(-np.square(z).sum(axis=0)) / np.diag(root).prod()


def returning_the_first_point(x, mean, covariance):  # noqa: RET503
    for point in x:
        return stats.multivariate_normal.pdf(point, mean, covariance)


def keeping_the_last_point(x, mean, covariance):
    for point in x:
        values = []
        values.append(stats.multivariate_normal.pdf(point, mean, covariance))
    return values


def logs_of_cholesky_once(x, mean, covariance):
    root = np.linalg.cholesky(covariance)
    z = np.linalg.solve(root, (x - mean).T)
    log_det = np.log(np.diag(root)).sum()
    constant = len(mean) * np.log(TWO_PI)
    return np.exp(-0.5 * (constant + log_det + (z**2).sum(axis=0)))


def scalar_of_all_points(x, mean, covariance):
    d = x - mean
    q = np.sum(d @ np.linalg.inv(covariance) * d)
    return np.exp(-q / 2) / np.sqrt(np.linalg.det(TWO_PI * covariance))


def sum_over_the_points(x, mean, covariance):
    d = x - mean
    q = np.sum(d @ np.linalg.inv(covariance) * d, axis=0)
    return np.exp(-q / 2) / np.sqrt(np.linalg.det(TWO_PI * covariance))


def sum_forgotten(x, mean, covariance):
    d = x - mean
    q = d @ np.linalg.inv(covariance) * d
    return np.exp(-q / 2) / np.sqrt(np.linalg.det(TWO_PI * covariance))


TWO_SLIPS_OF_VOLUME_PDF = [
    volume_pdf(matrix=lambda c: c, factor=-1),
    volume_pdf(matrix=lambda c: c, root=1),
    volume_pdf(matrix=lambda c: c, power=lambda n, k: 0.5),
    volume_pdf(root=1, factor=-1),
    volume_pdf(root=1, power=lambda n, k: 0.5),
    volume_pdf(factor=-1, power=lambda n, k: 0.5),
    volume_pdf(factor=-1, root=0, power=lambda n, k: 0),
    lambda x, m, c: all_pairs(x, 0, c),
    lambda x, m, c: np.log(volume_pdf(root=1)(x, m, c)),
    lambda x, m, c: volume_pdf(factor=1)(x, m, c).sum(),
]
WRONG_VOLUME_PDF = [
    *((ANY, answer) for answer in TWO_SLIPS_OF_VOLUME_PDF),
    ("covariance_not_inverted", not_inverted_by_loop),
    ("covariance_not_inverted", not_inverted_by_tensorflow),
    ("determinant_without_root", root_missing_by_loop),
    ("determinant_without_root", root_missing_in_logs),
    ("determinant_without_root", root_missing_by_cholesky),
    ("determinant_without_root", root_missing_by_keras),
    ("two_pi_power", one_power_for_all_k),
    ("two_pi_power", one_power_by_loop),
    ("two_pi_power", counted_by_points),
    ("half_missing", half_missing_by_loop_of_points),
    ("half_missing", half_missing_by_cholesky),
    ("loop_ends_early", returning_the_first_point),
    ("loop_ends_early", keeping_the_last_point),
    ("root_taken_twice", logs_of_cholesky_once),
    ("root_taken_twice", volume_pdf(power=lambda n, k: k / 4, root=0.25)),
    ("root_taken_twice", volume_pdf(power=lambda n, k: k / 4)),
    ("division_order", volume_pdf(root=-0.5)),
    ("division_order", volume_pdf(power=lambda n, k: -k / 2)),
    ("sums_batch", scalar_of_all_points),
    ("sums_batch", sum_over_the_points),
    ("sums_batch", lambda x, m, c: np.mean(volume_pdf_by_scipy(x, m, c))),
    ("latents_not_summed", sum_forgotten),
    ("variance_missing", volume_pdf(matrix=lambda c: np.eye(len(c)))),
    (
        "averages_latent",
        lambda x, m, c: volume_pdf(factor=-0.5 / len(m))(x, m, c),
    ),
    (
        "two_pi_power",
        lambda x, m, c: (
            volume_pdf(power=lambda n, k: 0.5)(x, m, c) / len(m) ** 0.5
        ),
    ),
    ("mean_not_subtracted", lambda x, m, c: volume_pdf_by_scipy(x, 0 * m, c)),
    ("mean_not_subtracted", lambda x, m, c: volume_pdf()(x, 0, c)),
    ("mean_not_subtracted", lambda x, m, c: volume_pdf()(x + 2 * m, m, c)),
    (
        "off_diagonal_ignored",
        lambda x, m, c: (
            volume_pdf(root=0)(x, m, c) / np.sqrt(np.diag(c).prod())
        ),
    ),
    (None, lambda x, m, c: volume_pdf(root=0)(x, m, c) / np.trace(c) ** 0.5),
    (None, lambda x, m, c: volume_pdf(matrix=np.linalg.cholesky)(x, m, c)),
    ("covariance_not_inverted", volume_pdf(matrix=lambda c: c)),
    ("covariance_not_inverted", volume_pdf(matrix=lambda c: c.T)),
    ("covariance_not_inverted", volume_pdf(matrix=lambda c: 1 / c)),
    ("covariance_not_inverted", volume_pdf(matrix=lambda c: c**-1)),
    ("determinant_without_root", volume_pdf(root=1)),
    ("determinant_without_root", volume_pdf(root=1, power=lambda n, k: k)),
    ("two_pi_power", volume_pdf(power=lambda n, k: 0.5)),
    ("two_pi_power", volume_pdf(power=lambda n, k: k)),
    ("two_pi_power", volume_pdf(power=lambda n, k: n / 2)),
    ("two_pi_power", volume_pdf(power=lambda n, k: 1.5)),
    ("power_order", one_bracket_short),
    (
        "power_order",
        lambda x, m, c: volume_pdf_by_scipy(x, m, c) * 2 ** (len(m) / 2 - 1),
    ),
    ("power_order", one_half_without_brackets),
    ("half_missing", volume_pdf(factor=-1)),
    (
        "half_missing",
        lambda x, m, c: volume_pdf_by_scipy(x, m, c / 2) / 2 ** (len(m) / 2),
    ),
    ("half_missing", volume_pdf(factor=-0.25)),
    ("normaliser_missing", volume_pdf(root=0, power=lambda n, k: 0)),
    ("normaliser_missing", volume_pdf(root=0)),
    ("normaliser_missing", volume_pdf(power=lambda n, k: 0)),
    (
        "off_diagonal_ignored",
        lambda x, m, c: volume_pdf_by_scipy(x, m, np.diag(np.diag(c))),
    ),
    (
        "off_diagonal_ignored",
        lambda x, m, c: densities.normal_pdf(x, m, np.diag(c)).prod(1),
    ),
    (
        "off_diagonal_ignored",
        volume_pdf(matrix=lambda c: np.diag(1 / np.diag(c))),
    ),
    ("sign", volume_pdf(factor=0.5)),
    ("all_pairs", all_pairs),
    ("sums_batch", lambda x, m, c: volume_pdf_by_scipy(x, m, c).sum()),
    ("sums_batch", lambda x, m, c: np.sum(all_pairs(x, m, c))),
    (
        "log_for_density",
        lambda x, m, c: stats.multivariate_normal.logpdf(x, m, c),
    ),
    (None, lambda x, m, c: volume_pdf_by_scipy(x, m, c)[:, None]),
    change_input(densities.multivariate_normal_pdf, "covariance"),
]

# --- 3.4 --------------------------------------------------------------------


def log_pdf_by_scipy(x, mean, log_var):
    return stats.norm.logpdf(x, mean, np.exp(log_var / 2)).sum(axis=1)


def log_pdf_by_loop(x, mean, log_var):
    mean, log_var = np.broadcast_to(mean, x.shape), log_var + 0 * x
    total = [0.0] * len(x)
    for i, point in enumerate(x):
        for j, value in enumerate(point):
            square = (value - mean[i, j]) ** 2 / math.exp(log_var[i, j])
            total[i] -= 0.5 * (math.log(TWO_PI) + log_var[i, j] + square)
    return total


def log_pdf_in_three_sums(log_var, mean, x):
    constant = 0.5 * x.shape[-1] * np.log(TWO_PI)
    log_root = 0.5 * np.sum(log_var, axis=-1)
    squares = np.sum((x - mean) ** 2 * np.exp(-log_var), axis=-1)
    return -constant - log_root - 0.5 * squares


def log_pdf_standardised(x, mean, log_var):
    z = (x - mean) / np.exp(0.5 * log_var)
    return np.sum(stats.norm.logpdf(z) - log_var / 2, -1)


def log_pdf_by_einsum(points, means, logs):
    terms = np.log(TWO_PI) + logs + (points - means) ** 2 / np.exp(logs)
    return -0.5 * np.einsum("ij->i", terms)


def log_pdf_by_tensorflow(x, mean, log_var):
    square = tf.math.squared_difference(x, mean) * tf.exp(-log_var)
    return -0.5 * tf.reduce_sum(np.log(TWO_PI) + log_var + square, axis=-1)


def log_pdf_by_keras(x, mean, log_var):
    x, mean, log_var = (ops.cast(a, "float32") for a in (x, mean, log_var))
    square = ops.square(x - mean) / ops.exp(log_var)
    return ops.sum(-0.5 * (math.log(TWO_PI) + log_var + square), axis=1)


def log_pdf_of_matrices(x, mean, log_var):
    rows = zip(*np.broadcast_arrays(x, mean, log_var), strict=True)
    return [
        stats.multivariate_normal.logpdf(a, m, np.diag(np.exp(v)))
        for a, m, v in rows
    ]


def log_pdf_by_columns(x, mean, log_var):
    std = np.exp(log_var / 2)
    total = np.zeros(len(x))
    for j in range(x.shape[1]):
        z = ((x - mean) / std)[:, j]
        total -= 0.5 * z**2 + np.log(std[..., j]) + 0.5 * np.log(TWO_PI)
    return total


RIGHT_LOG_PDF = [
    log_pdf_by_tensorflow,
    log_pdf_by_keras,
    log_pdf_of_matrices,
    log_pdf_by_columns,
    densities.diagonal_normal_log_pdf,
    log_pdf_by_scipy,
    log_pdf_by_loop,
    log_pdf_in_three_sums,
    log_pdf_standardised,
    log_pdf_by_einsum,
]


def log_pdf(*, variance=np.exp, log=lambda v: v, two_pi=TWO_PI, halves=1 / 2):
    """Make an answer that is right where no argument is given."""
    first, second, third = np.broadcast_to(halves, 3)

    def answer(x, mean, log_var):
        squares = (x - mean) ** 2 / variance(log_var)
        terms = first * np.log(two_pi) + second * log(log_var)
        return -np.sum(terms + third * squares, axis=1)

    return answer


def densities_first(x, m, v):
    return densities.normal_pdf(x, m, np.exp(v))


def each(x, m, v):
    return stats.norm.logpdf(x, m, np.exp(v / 2))


def adding_all_of(logs=False, squares=False):
    """Make an answer that adds some terms over the points, too."""

    def add(term, everything):
        return np.sum(term) if everything else np.sum(term, axis=-1)

    def answer(x, mean, log_var):
        constant = x.shape[1] * np.log(TWO_PI)
        scaled = (x - mean) ** 2 / np.exp(log_var)
        return -0.5 * (constant + add(log_var, logs) + add(scaled, squares))

    return answer


def log_of_a_product_by_loop(x, mean, log_var):
    rows = zip(*np.broadcast_arrays(x, mean, log_var), strict=True)
    result = []
    for point, means, logs in rows:
        product = 1.0
        for a, m, v in zip(point, means, logs, strict=True):
            product *= NormalDist(m, math.exp(v / 2)).pdf(a)
        result.append(np.log(product))
    return result


def log_of_a_density_by_tensorflow(x, mean, log_var):
    variance = tf.exp(log_var)
    bells = tf.exp(-((x - mean) ** 2) / (2 * variance))
    bells = bells / tf.sqrt(TWO_PI * variance)
    return tf.reduce_sum(tf.math.log(bells), axis=1)


def log_std_by_loop(x, mean, log_var):
    mean, log_var = np.broadcast_to(mean, x.shape), log_var + 0 * x
    return [
        sum(NormalLog(m, math.exp(v))(a) for a, m, v in zip(*row, strict=True))
        for row in zip(x, mean, log_var, strict=True)
    ]


class NormalLog:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, x):
        z = (x - self.mean) / self.std
        return -z * z / 2 - math.log(self.std * math.sqrt(TWO_PI))


def log_std_by_tensorflow(x, mean, log_var):
    z = (x - mean) / tf.exp(log_var)
    return tf.reduce_sum(-(z**2) / 2 - log_var - np.log(TWO_PI) / 2, axis=1)


def averages_by_tensorflow(x, mean, log_var):
    square = (x - mean) ** 2 / tf.exp(log_var)
    return -0.5 * tf.reduce_mean(np.log(TWO_PI) + log_var + square, axis=-1)


def averages_by_loop(x, mean, log_var):
    std = np.exp(log_var / 2) + 0 * x
    rows = zip(x, mean + 0 * x, std, strict=True)
    return [np.average(stats.norm.logpdf(*row)) for row in rows]


def averages_by_einsum(x, mean, log_var):
    terms = np.log(TWO_PI) + log_var + (x - mean) ** 2 * np.exp(-log_var)
    k = x.shape[1]
    return -np.einsum("nk,k->n", terms, np.full(k, 1 / (2 * k)))


def half_missing_by_keras_ops(x, mean, log_var):
    x, mean, log_var = (ops.cast(a, "float32") for a in (x, mean, log_var))
    square = ops.square(x - mean) / ops.exp(log_var)
    return -ops.sum(math.log(TWO_PI) + log_var + square, axis=1)


def half_missing_before_the_square(x, mean, log_var):
    constant = len(x.T) * np.log(TWO_PI) / 2
    square = np.einsum("nk,nk->n", (x - mean) ** 2, np.exp(-log_var) + 0 * x)
    return -constant - 0.5 * np.sum(log_var, axis=-1) - square


def brackets_missing(x, mean, log_var):
    square = (x - mean) ** 2 / np.exp(log_var)
    return np.sum(-0.5 * np.log(TWO_PI) + log_var + square, axis=1)


def half_in_front_and_below(x, mean, log_var):
    square = (x - mean) ** 2 / (2 * np.exp(log_var))
    return -0.5 * np.sum(np.log(TWO_PI) + log_var + square, axis=1)


def root_under_the_log(x, mean, log_var):
    square = (x - mean) ** 2 / np.exp(log_var)
    return -0.5 * np.sum(np.log(np.sqrt(TWO_PI)) + log_var + square, axis=1)


def constant_times_k_summed(x, mean, log_var):
    constant = x.shape[1] * np.log(TWO_PI)
    square = (x - mean) ** 2 / np.exp(log_var)
    return -0.5 * (constant + log_var + square).sum(axis=1)


def first_point_only(x, mean, log_var):  # noqa: RET503
    for row in each(x, mean, log_var):
        return row.sum()


TWO_SLIPS_OF_LOG_PDF = [
    log_pdf(variance=lambda v: v, log=np.log),
    log_pdf(variance=lambda v: np.exp(2 * v), halves=(0.5, 0, 0.5)),
    log_pdf(variance=lambda v: np.exp(v / 2), halves=(0.5, 0.5, 1)),
    log_pdf(halves=(0, 1, 1)),
    log_pdf(halves=(0.5, -0.5, -0.5)),
    lambda x, m, v: -each(x, m, v).mean(1),
    lambda x, m, v: stats.norm.logpdf(x, m, np.exp(v)).mean(1),
    lambda x, m, v: log_pdf(halves=1)(x, m, v).sum(),
    lambda x, m, v: np.log(stats.norm.pdf(x, m, np.exp(v))).sum(1),
    lambda x, m, v: np.log(densities_first(x, m, v)).mean(1),
]
WRONG_LOG_PDF = [
    *((ANY, answer) for answer in TWO_SLIPS_OF_LOG_PDF),
    ("exp_then_log", log_of_a_product_by_loop),
    ("exp_then_log", log_of_a_density_by_tensorflow),
    ("log_var_as_log_std", log_std_by_loop),
    ("log_var_as_log_std", log_std_by_tensorflow),
    ("averages_latent", averages_by_tensorflow),
    ("averages_latent", averages_by_loop),
    ("averages_latent", averages_by_einsum),
    ("half_missing", half_missing_by_keras_ops),
    ("half_missing", half_missing_before_the_square),
    ("half_missing", log_pdf(halves=(1, 0.5, 1))),
    ("brackets_missing", brackets_missing),
    ("brackets_missing", log_pdf(halves=(0.5, 0.5, -1))),
    ("half_twice", half_in_front_and_below),
    ("half_twice", root_under_the_log),
    ("half_twice", log_pdf(halves=(0.25, 0.25, 0.5))),
    ("two_pi_power", constant_times_k_summed),
    (None, lambda x, m, v: log_pdf_by_scipy(x, m, v) + (len(x.T) - 3)),
    (
        "two_pi_power",
        lambda x, m, v: (
            log_pdf(halves=(0, 0.5, 0.5))(x, m, v) - 3 * np.log(TWO_PI) / 2
        ),
    ),
    ("loop_ends_early", first_point_only),
    ("loop_ends_early", lambda x, m, v: log_pdf_by_scipy(x, m, v)[-1:]),
    ("mean_not_subtracted", lambda x, m, v: log_pdf_by_scipy(x, 0, v)),
    ("mean_not_subtracted", lambda x, m, v: log_pdf_by_scipy(x + m, 0, v)),
    ("sign", log_pdf(halves=(0.5, -0.5, 0.5))),
    ("sign", log_pdf(halves=(-0.5, 0.5, 0.5))),
    ("variance_inverted", log_pdf(variance=lambda v: np.exp(-v))),
    ("variance_missing", log_pdf(variance=np.ones_like)),
    (
        "square_missing",
        lambda x, m, v: (
            -0.5 * np.sum(np.log(TWO_PI) + v + abs(x - m) / np.exp(v / 2), 1)
        ),
    ),
    ("bits", log_pdf(two_pi=np.exp(np.log2(TWO_PI)))),
    ("bits", lambda x, m, v: log_pdf_by_scipy(x, m, v) / np.log(2)),
    ("exp_then_log", lambda x, m, v: np.log(densities_first(x, m, v).prod(1))),
    ("exp_then_log", lambda x, m, v: np.log(densities_first(x, m, v)).sum(1)),
    (
        "exp_then_log",
        lambda x, m, v: np.log(densities_first(x, m, v) + 1e-9).sum(1),
    ),
    (
        "exp_then_log",
        lambda x, m, v: np.log(densities_first(x, m, v).clip(1e-300)).sum(1),
    ),
    (
        "log_var_as_log_std",
        lambda x, m, v: stats.norm.logpdf(x, m, np.exp(v)).sum(1),
    ),
    (
        "log_var_as_log_std",
        log_pdf(variance=lambda v: np.exp(v) ** 2, log=lambda v: 2 * v),
    ),
    ("log_var_as_log_std", log_pdf(variance=lambda v: np.exp(2 * v))),
    ("log_var_as_log_std", log_pdf(halves=(0.5, 1, 0.5))),
    ("averages_latent", lambda x, m, v: each(x, m, v).mean(1)),
    ("averages_latent", lambda x, m, v: log_pdf_by_scipy(x, m, v) / 3),
    ("half_missing", log_pdf(halves=(0.5, 0.5, 1))),
    ("half_missing", log_pdf(halves=1)),
    ("half_missing", log_pdf(halves=(1, 0.5, 0.5))),
    ("half_missing", log_pdf(halves=(0.5, 1, 1))),
    ("std_for_variance", log_pdf(variance=lambda v: np.exp(v / 2))),
    (
        "std_for_variance",
        log_pdf(variance=lambda v: np.exp(v / 2), log=lambda v: v / 2),
    ),
    ("exp_missing", log_pdf(variance=lambda v: v)),
    (
        "exp_missing",
        lambda x, m, v: stats.norm.logpdf(x, m, np.sqrt(v)).sum(1),
    ),
    ("log_term_missing", log_pdf(halves=(0.5, 0, 0.5))),
    ("log_term_missing", log_pdf(log=np.zeros_like)),
    ("two_pi_missing", log_pdf(two_pi=1)),
    ("two_pi_missing", log_pdf(halves=(0, 0.5, 0.5))),
    ("two_pi_power", lambda x, m, v: each(x, m, v).sum(1) + np.log(TWO_PI)),
    (
        "two_pi_power",
        lambda x, m, v: each(x, m, v).sum(1) - 0.5 * np.log(TWO_PI),
    ),
    (
        "square_missing",
        lambda x, m, v: (
            -0.5 * (np.log(TWO_PI) + v + (x - m) / np.exp(v)).sum(1)
        ),
    ),
    ("sign", lambda x, m, v: -log_pdf_by_scipy(x, m, v)),
    ("sign", log_pdf(halves=(0.5, 0.5, -0.5))),
    ("latents_not_summed", each),
    ("sums_batch", lambda x, m, v: each(x, m, v).sum()),
    ("sums_batch", lambda x, m, v: each(x, m, v).mean()),
    ("sums_batch", lambda x, m, v: each(x, m, v).sum(0)),
    ("sums_batch", adding_all_of(logs=True)),
    ("sums_batch", adding_all_of(squares=True)),
    ("sums_batch", adding_all_of(logs=True, squares=True)),
    ("log_missing", lambda x, m, v: densities_first(x, m, v).prod(1)),
    ("mean_not_subtracted", lambda x, m, v: log_pdf_by_scipy(x, -m, v)),
    ("variance_inverted", lambda x, m, v: log_pdf_by_scipy(x, m, -v)),
    (None, lambda x, m, v: log_pdf_by_scipy(x, m, v) / np.log(10)),
    (None, log_pdf(two_pi=np.pi)),
    (None, lambda x, m, v: log_pdf_by_scipy(x, m, v)[:, None]),
    change_input(densities.diagonal_normal_log_pdf, "log_var"),
]

# --- all four ---------------------------------------------------------------

CASES = [
    (check.normal_pdf, RIGHT_PDF, WRONG_PDF),
    (check.sample_normal, RIGHT_DRAWS, WRONG_DRAWS),
    (check.multivariate_normal_pdf, RIGHT_VOLUME_PDF, WRONG_VOLUME_PDF),
    (check.diagonal_normal_log_pdf, RIGHT_LOG_PDF, WRONG_LOG_PDF),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES)


@pytest.mark.parametrize("seed", range(20))
def test_right_draws_pass_whatever_the_chance(seed):
    def other_chance(mean, variance, n, rng):
        rng.random(seed)
        return draw_by_rng(mean, variance, n, rng)

    assert check.sample_normal(other_chance) is other_chance
