"""Densities and divergences hold to exact points, SciPy and integrals."""

import math

import numpy as np
import pytest
from lesson_solutions import solution
from scipy import integrate, stats

from vae_course.densities import (
    diagonal_normal_log_pdf,
    expected_log_posterior,
    expected_log_prior,
    kl_discrete,
    kl_gradients,
    kl_monte_carlo,
    kl_to_standard_normal,
    multivariate_normal_pdf,
    normal_pdf,
    sample_normal,
)

X = np.array([[0.4, -1.1, 2.3], [1.7, 0.2, -0.6], [-2.2, 0.9, 1.4]])
MEAN = np.array([0.5, -0.8, 1.1])
COVARIANCE = np.array([[2.1, 0.7, -0.4], [0.7, 1.3, 0.2], [-0.4, 0.2, 0.8]])
LOG_VAR = np.array([0.7, -1.2, 0.3])
Z_MEAN = np.array([[0.4, -1.1, 2.3, 0.6], [1.7, 0.2, -0.6, -2.4]])
Z_LOG_VAR = np.array([[0.7, -1.2, 0.3, -3.1], [1.4, -0.2, 0.9, -0.5]])
P, Q = np.array([0.5, 0.2, 0.3]), np.array([0.1, 0.6, 0.3])


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


def expected(function, z_mean=Z_MEAN, z_log_var=Z_LOG_VAR):
    """Integrate q(z) times a function of (z, q), a dimension at a time."""

    def one(mean, log_var):
        q = stats.norm(mean, math.exp(log_var / 2))
        return integrate.quad(
            lambda z: q.pdf(z) * function(z, q),
            *(mean - 12 * q.std(), mean + 12 * q.std()),
            epsabs=1e-12,
        )[0]

    return np.vectorize(one)(z_mean, z_log_var).sum(axis=1)


def log_ratio(z, q):
    return q.logpdf(z) - stats.norm.logpdf(z)


def test_kl_discrete_by_hand():
    nats = kl_discrete([0.8, 0.1, 0.1], [0.4, 0.2, 0.4])
    assert nats == pytest.approx(0.5 * math.log(2), rel=1e-14)


def test_kl_discrete_is_scipys_relative_entropy_both_ways():
    for p, q in (P, Q), (Q, P):
        assert kl_discrete(p, q) == pytest.approx(stats.entropy(p, q))


def test_kl_discrete_of_a_distribution_and_itself_is_zero():
    assert kl_discrete(P, P) == 0


def test_what_never_happens_costs_nothing():
    assert kl_discrete([0.5, 0.5, 0], [0.25, 0.25, 0.5]) == math.log(2)
    assert kl_discrete([0.5, 0.5, 0], [0.25, 0.75, 0]) == pytest.approx(
        0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    )


def test_the_impossible_costs_infinitely_much():
    assert kl_discrete([0.5, 0.5], [0, 1]) == math.inf


def test_kl_discrete_survives_ratios_that_overflow():
    tiny = 1e-310
    nats = kl_discrete([0.5, 0.5], [tiny, 1.0])
    exact = math.log(0.5) - 0.5 * math.log(tiny)
    assert nats == pytest.approx(exact, rel=1e-12)


def test_kl_discrete_takes_single_precision():
    p = np.full(1000, 1e-3, "float32")
    assert kl_discrete(p, p[::-1]) == 0


def test_monte_carlo_lies_within_its_standard_error_of_the_integral():
    n = 40_000
    variance = np.exp(Z_LOG_VAR)
    of_a_draw = (variance - 1) ** 2 / 2 + Z_MEAN**2 * variance
    error = np.sqrt(of_a_draw.sum(axis=1) / n)
    estimate = kl_monte_carlo(Z_MEAN, Z_LOG_VAR, n, generator())
    assert np.all(np.abs(estimate - expected(log_ratio)) < 5 * error)


def test_standard_error_falls_as_the_root_of_the_draws():
    one, many = (
        np.std(
            kl_monte_carlo(
                np.full((2_000, 3), 0.8), np.full((2_000, 3), 0.6), n, rng
            )
        )
        for n, rng in ((1, generator()), (25, generator()))
    )
    assert one / many == pytest.approx(5, rel=0.15)


def test_monte_carlo_is_the_mean_of_log_ratios_of_the_same_draws():
    epsilon = generator().standard_normal((3, *Z_MEAN.shape))
    zeros = np.zeros_like(Z_MEAN)
    total = 0
    for draw in epsilon:
        z = Z_MEAN + np.exp(Z_LOG_VAR / 2) * draw
        total += diagonal_normal_log_pdf(z, Z_MEAN, Z_LOG_VAR)
        total -= diagonal_normal_log_pdf(z, zeros, zeros)
    estimate = kl_monte_carlo(Z_MEAN, Z_LOG_VAR, 3, generator())
    np.testing.assert_allclose(estimate, total / 3, rtol=1e-12)


def test_expected_log_posterior_is_minus_scipys_entropy():
    entropy = stats.norm.entropy(scale=np.exp(Z_LOG_VAR / 2)).sum(axis=1)
    np.testing.assert_allclose(expected_log_posterior(Z_LOG_VAR), -entropy)


def test_expected_log_posterior_is_the_integral_whatever_the_mean():
    integral = expected(lambda z, q: q.logpdf(z))
    np.testing.assert_allclose(expected_log_posterior(Z_LOG_VAR), integral)


def test_expected_log_prior_is_the_integral():
    integral = expected(lambda z, q: stats.norm.logpdf(z))
    np.testing.assert_allclose(expected_log_prior(Z_MEAN, Z_LOG_VAR), integral)


def test_kl_is_the_integral():
    nats = kl_to_standard_normal(Z_MEAN, Z_LOG_VAR)
    np.testing.assert_allclose(nats, expected(log_ratio), rtol=1e-9)


def test_kl_is_the_difference_of_the_two_expectations():
    difference = expected_log_posterior(Z_LOG_VAR) - expected_log_prior(
        Z_MEAN, Z_LOG_VAR
    )
    nats = kl_to_standard_normal(Z_MEAN, Z_LOG_VAR)
    np.testing.assert_allclose(nats, difference, rtol=1e-12)


def test_kl_is_zero_when_posterior_equals_prior():
    zeros = np.zeros((3, 2))
    assert np.array_equal(kl_to_standard_normal(zeros, zeros), np.zeros(3))


@pytest.mark.parametrize("argument", [0, 1])
@pytest.mark.parametrize("step", [1e-6, -1e-6, 0.3, -0.3, 5.0, -5.0])
def test_kl_grows_on_either_side_of_zero(argument, step):
    near, far = np.zeros((2, 1, 3)), np.zeros((2, 1, 3))
    near[argument, 0, 1], far[argument, 0, 1] = step, 2 * step
    assert 0 < kl_to_standard_normal(*near) < kl_to_standard_normal(*far)


def test_twice_the_latents_cost_twice_the_kl():
    twice = kl_to_standard_normal(
        np.tile(Z_MEAN, (1, 2)), np.tile(Z_LOG_VAR, (1, 2))
    )
    once = kl_to_standard_normal(Z_MEAN, Z_LOG_VAR)
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-14)


def test_kl_keeps_its_digits_near_variance_one():
    tiny = 1e-8
    nats = kl_to_standard_normal([[0.0]], [[tiny]])
    np.testing.assert_allclose(nats, [tiny**2 / 4], rtol=1e-6)


def test_kl_is_infinite_beyond_the_reach_of_floats():
    assert kl_to_standard_normal([[1e200]], [[0.0]]) == math.inf
    assert kl_to_standard_normal([[0.0]], [[800.0]]) == math.inf
    assert expected_log_prior([[0.0]], [[800.0]]) == -math.inf
    assert kl_monte_carlo([[1.0]], [[2000.0]], 3, generator()) == math.inf
    assert kl_gradients([[0.0]], [[800.0]])[1] == math.inf


def test_gradients_are_the_slopes_by_small_steps():
    step = 1e-5
    gradients = kl_gradients(Z_MEAN, Z_LOG_VAR)
    for place in np.ndindex(Z_MEAN.shape):
        for argument, gradient in enumerate(gradients):
            up, down = np.stack(2 * [[Z_MEAN, Z_LOG_VAR]])
            up[argument][place] += step
            down[argument][place] -= step
            rise = kl_to_standard_normal(*up) - kl_to_standard_normal(*down)
            assert gradient[place] == pytest.approx(
                rise[place[0]] / (2 * step), rel=1e-6
            )


def test_gradients_leave_the_arguments_alone():
    z_mean = Z_MEAN.copy()
    by_mean, _ = kl_gradients(z_mean, Z_LOG_VAR)
    by_mean += 1
    assert np.array_equal(z_mean, Z_MEAN)


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


@pytest.mark.parametrize("p, q", [(P, Q), (Q, P), ([0, 1], [0.5, 0.5])])
def test_solution_of_kl_discrete_agrees_with_the_library(p, q):
    found = solution("5.1")(np.array(p), np.array(q))
    assert found == pytest.approx(kl_discrete(p, q))


def test_solution_of_kl_monte_carlo_agrees_with_the_library():
    arguments = Z_MEAN[:1], Z_LOG_VAR[:1], 20
    expected = kl_monte_carlo(*arguments, generator())
    found = solution("5.2")(*arguments, generator())
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    "exercise, function, arguments",
    [
        ("5.3", expected_log_posterior, (Z_LOG_VAR,)),
        ("5.4", expected_log_prior, (Z_MEAN, Z_LOG_VAR)),
        ("5.5", kl_to_standard_normal, (Z_MEAN, Z_LOG_VAR)),
        ("5.6", kl_gradients, (Z_MEAN, Z_LOG_VAR)),
    ],
)
def test_solutions_of_the_derivation_agree_with_the_library(
    exercise, function, arguments
):
    found = solution(exercise)(*arguments)
    np.testing.assert_allclose(found, function(*arguments))


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
        (kl_discrete, ([[1.0]], [1.0]), ValueError, r"p: .*\(k,\), got"),
        (kl_discrete, ([1.5, -0.5], P), ValueError, "p: .* below 0, got -0.5"),
        (kl_discrete, (P, 2 * Q), ValueError, "q: .* add up to 1, got 2"),
        (kl_discrete, (P, [0.5, 0.5]), ValueError, r"q: .* of p, \(3,\)"),
        (kl_discrete, ("p", Q), TypeError, "p: expected real numbers"),
        (
            kl_monte_carlo,
            (X, X, 0, generator()),
            ValueError,
            "n_samples: .* 1",
        ),
        (kl_monte_carlo, (X, X, 2.5, generator()), TypeError, "n_samples: "),
        (kl_monte_carlo, (X, X, 3, 7), TypeError, "rng: expected"),
        (kl_monte_carlo, (X, MEAN, 3, generator()), ValueError, "z_log_var: "),
        (expected_log_posterior, (MEAN,), ValueError, "z_log_var: .*shape"),
        (expected_log_prior, (X, X[:2]), ValueError, r"z_log_var: .*\(2, 3\)"),
        (
            kl_to_standard_normal,
            (X, X[:, :1]),
            ValueError,
            "z_log_var: .* z_m",
        ),
        (kl_to_standard_normal, (MEAN, MEAN), ValueError, "z_mean: .*shape"),
        (kl_to_standard_normal, (X * np.nan, X), ValueError, "z_mean: .*fini"),
        (kl_gradients, (X, X * 1j), TypeError, "z_log_var: expected real"),
    ],
)
def test_bad_input_is_named(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)
