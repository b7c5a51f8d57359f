"""The checks of lesson 03 pass right answers and name each slip."""

import functools
import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats
from spoil import change_input
from tables import answer_tests, spoiled_test

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


RIGHT_PDF = [
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


WRONG_PDF = [
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
    (None, lambda x, m, v: pdf_by_scipy(x, -m, v)),
    (None, lambda x, m, v: stats.norm.cdf(x, m, v**0.5)),
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


RIGHT_DRAWS = [
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


WRONG_DRAWS = [
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


RIGHT_VOLUME_PDF = [
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


WRONG_VOLUME_PDF = [
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
    (None, lambda x, m, c: volume_pdf_by_scipy(x, -m, c)),
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


RIGHT_LOG_PDF = [
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


WRONG_LOG_PDF = [
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
    (None, lambda x, m, v: log_pdf_by_scipy(x, -m, v)),
    (None, lambda x, m, v: log_pdf_by_scipy(x, m, -v)),
    (None, lambda x, m, v: log_pdf_by_scipy(x, m, v) / np.log(2)),
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
