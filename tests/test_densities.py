"""The densities hold to exact points, to SciPy and to their own area."""

import math

import numpy as np
import pytest
from lesson_solutions import solution
from scipy import integrate, stats

from vae_course.densities import (
    diagonal_normal_log_pdf,
    multivariate_normal_pdf,
    normal_pdf,
    sample_normal,
)

X = np.array([[0.4, -1.1, 2.3], [1.7, 0.2, -0.6], [-2.2, 0.9, 1.4]])
MEAN = np.array([0.5, -0.8, 1.1])
COVARIANCE = np.array([[2.1, 0.7, -0.4], [0.7, 1.3, 0.2], [-0.4, 0.2, 0.8]])
LOG_VAR = np.array([0.7, -1.2, 0.3])


def generator():
    return np.random.default_rng(3)


def test_standard_normal_peaks_at_one_over_root_two_pi():
    peak = 1 / math.sqrt(2 * math.pi)
    assert normal_pdf(0.0, 0.0, 1.0) == pytest.approx(peak, rel=1e-15)


def test_density_one_std_away_is_lower_by_root_e():
    ratio = normal_pdf(1.5, -0.5, 4.0) / normal_pdf(-0.5, -0.5, 4.0)
    assert ratio == pytest.approx(math.exp(-0.5), rel=1e-14)


@pytest.mark.parametrize("mean, variance", [(0, 1), (-3.2, 0.04), (7.0, 30)])
def test_area_under_the_curve_is_one(mean, variance):
    reach = 12 * math.sqrt(variance)
    area, error = integrate.quad(
        normal_pdf, mean - reach, mean + reach, args=(mean, variance)
    )
    assert area == pytest.approx(1, abs=max(error, 1e-12))


def test_normal_pdf_is_scipys_and_broadcasts():
    x, mean = np.linspace(-3, 3, 7)[:, None], [0.5, -1.2]
    variance = np.array([2.2, 0.3])
    expected = stats.norm.pdf(x, mean, np.sqrt(variance))
    density = normal_pdf(x, mean, variance)
    np.testing.assert_allclose(density, expected, rtol=1e-13)


def test_normal_pdf_is_zero_beyond_the_reach_of_floats():
    assert normal_pdf(1e200, 0.0, 1.0) == 0


def test_draws_have_the_mean_and_the_variance_asked_for():
    n, mean, variance = 100_000, -4.2, 6.25
    draws = sample_normal(mean, variance, n, generator())
    assert draws.shape == (n,)
    error_of_mean = math.sqrt(variance / n)
    error_of_variance = variance * math.sqrt(2 / n)
    assert abs(draws.mean() - mean) < 5 * error_of_mean
    assert abs(draws.var() - variance) < 5 * error_of_variance


def test_draws_follow_the_bell_curve():
    draws = sample_normal(2.0, 0.25, 50_000, generator())
    distance = stats.kstest(draws, stats.norm(2.0, 0.5).cdf).statistic
    assert distance < 2.8 / math.sqrt(50_000)


def test_the_same_generator_gives_the_same_draws_and_then_others():
    first, again, rng = generator(), generator(), generator()
    draws = sample_normal(0.0, 1.0, 5, first)
    assert np.array_equal(draws, sample_normal(0.0, 1.0, 5, again))
    sample_normal(0.0, 1.0, 5, rng)
    assert not np.any(draws == sample_normal(0.0, 1.0, 5, rng))


def test_multivariate_pdf_is_scipys():
    expected = stats.multivariate_normal(MEAN, COVARIANCE).pdf(X)
    density = multivariate_normal_pdf(X, MEAN, COVARIANCE)
    np.testing.assert_allclose(density, expected, rtol=1e-12)


def test_multivariate_pdf_of_uncorrelated_axes_is_a_product():
    variances = np.array([0.5, 2.0, 1.3])
    product = np.prod(normal_pdf(X, MEAN, variances), axis=1)
    density = multivariate_normal_pdf(X, MEAN, np.diag(variances))
    np.testing.assert_allclose(density, product, rtol=1e-13)


def test_multivariate_pdf_survives_a_determinant_that_underflows():
    k = 200
    density = multivariate_normal_pdf(
        np.zeros((1, k)), np.zeros(k), 1e-2 / (2 * np.pi) * np.eye(k)
    )
    np.testing.assert_allclose(density, 10.0**k, rtol=1e-10)


def test_diagonal_log_pdf_is_scipys():
    expected = stats.norm.logpdf(X, MEAN, np.exp(LOG_VAR / 2)).sum(axis=1)
    log_density = diagonal_normal_log_pdf(X, MEAN, LOG_VAR)
    np.testing.assert_allclose(log_density, expected, rtol=1e-13)


def test_diagonal_log_pdf_takes_parameters_for_each_point():
    rows = [
        diagonal_normal_log_pdf(x[None], mean, log_var)[0]
        for x, mean, log_var in zip(X, X[::-1], 0.3 * X, strict=True)
    ]
    together = diagonal_normal_log_pdf(X, X[::-1], 0.3 * X)
    np.testing.assert_allclose(together, rows, rtol=1e-14)


def test_diagonal_log_pdf_is_finite_where_the_density_underflows():
    x = np.full((1, 2), 60.0)
    assert np.prod(normal_pdf(x, 0.0, 1.0)) == 0
    expected = -math.log(2 * math.pi) - 60**2
    log_density = diagonal_normal_log_pdf(x, np.zeros(2), np.zeros(2))
    np.testing.assert_allclose(log_density, [expected], rtol=1e-15)


def test_solution_of_normal_pdf_agrees_with_the_library():
    arguments = X, MEAN, np.exp(LOG_VAR)
    expected = normal_pdf(*arguments)
    np.testing.assert_allclose(solution("3.1")(*arguments), expected)


def test_solution_of_sample_normal_agrees_with_the_library():
    expected = sample_normal(3.0, 2.5, 9, generator())
    drawn = solution("3.2")(3.0, 2.5, 9, generator())
    np.testing.assert_allclose(drawn, expected)


def test_solution_of_multivariate_pdf_agrees_with_the_library():
    expected = multivariate_normal_pdf(X, MEAN, COVARIANCE)
    found = solution("3.3")(X, MEAN, COVARIANCE)
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("mean, log_var", [(MEAN, LOG_VAR), (X + 1, -X / 2)])
def test_solution_of_diagonal_log_pdf_agrees_with_the_library(mean, log_var):
    expected = diagonal_normal_log_pdf(X, mean, log_var)
    found = solution("3.4")(X, mean, log_var)
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    "function, arguments, error, message",
    [
        (normal_pdf, ("one", 0, 1), TypeError, "x: expected real numbers"),
        (normal_pdf, (1, 1j, 1), TypeError, "mean: expected real numbers"),
        (normal_pdf, (1, np.nan, 1), ValueError, "mean: expected finite"),
        (normal_pdf, (1, 0, 0.0), ValueError, "variance: .* above 0, got 0"),
        (normal_pdf, (1, 0, [2, -3]), ValueError, "above 0, got -3"),
        (normal_pdf, ([1, 2], [1, 2, 3], 1), ValueError, "broadcast, got"),
        (sample_normal, ([1], 1, 1, generator()), ValueError, "mean: .* one"),
        (sample_normal, (1, 0, 1, generator()), ValueError, "variance: .* 0"),
        (sample_normal, (1, 1, 2.0, generator()), TypeError, "n: .* an int"),
        (sample_normal, (1, 1, 0, generator()), ValueError, "n: .* least 1"),
        (sample_normal, (1, 1, 2, 7), TypeError, "rng: expected .*Generator"),
        (multivariate_normal_pdf, (MEAN, MEAN, COVARIANCE), ValueError, "x:"),
        (multivariate_normal_pdf, (X, X, COVARIANCE), ValueError, "mean:"),
        (multivariate_normal_pdf, (X, MEAN, MEAN), ValueError, r"\(3, 3\)"),
        (
            multivariate_normal_pdf,
            (X, MEAN, np.triu(COVARIANCE)),
            ValueError,
            "symmetric matrix, .* differ by up to",
        ),
        (
            multivariate_normal_pdf,
            (X, MEAN, np.ones((3, 3))),
            ValueError,
            "positive definite",
        ),
        (diagonal_normal_log_pdf, (MEAN, MEAN, MEAN), ValueError, "x:"),
        (diagonal_normal_log_pdf, (X, X[:2], LOG_VAR), ValueError, "mean:"),
        (diagonal_normal_log_pdf, (X, MEAN, [1, 2]), ValueError, "log_var:"),
        (diagonal_normal_log_pdf, (X, MEAN, [1, 2, np.inf]), ValueError, "fi"),
    ],
)
def test_bad_input_is_named(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)
