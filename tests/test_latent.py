"""Points of the latent space hold to exact points, loops and SciPy."""

import math
import statistics

import numpy as np
import pytest
from lesson_solutions import solution
from scipy import stats

from vae_course.latent import (
    attribute_vector,
    interpolate,
    nearest_code,
    percentile_grid,
    sample_bounding_box,
    to_percentiles,
)

Z = np.array([[-3.0, 10.0], [5.0, 10.5], [1.0, 14.0], [0.5, 11.0]])
HAS = np.array([True, False, False, True])
START, END = np.array([1.5, -2.0, 0.3]), np.array([-0.5, 4.0, 0.8])


def generator(seed=4):
    return np.random.default_rng(seed)


def some_codes(n=300, latent_dim=3):
    return generator().normal(2.0, 1.5, (n, latent_dim))


# --- sample_bounding_box ----------------------------------------------------


def test_samples_stay_in_the_box_and_reach_its_sides():
    samples = sample_bounding_box(Z, 20_000, generator())
    assert samples.shape == (20_000, 2)
    low, high = samples.min(axis=0), samples.max(axis=0)
    assert np.all(low >= [-3, 10]) and np.all(high <= [5, 14])
    # Chance of no sample in the outer thousandth of a side: exp(-20).
    np.testing.assert_allclose(low, [-3, 10], atol=0.008)
    np.testing.assert_allclose(high, [5, 14], atol=0.008)


@pytest.mark.parametrize("column", [0, 1])
def test_samples_are_uniform_in_each_dimension(column):
    low, high = Z[:, column].min(), Z[:, column].max()
    samples = sample_bounding_box(Z, 50_000, generator())[:, column]
    distance = stats.kstest(samples, stats.uniform(low, high - low).cdf)
    assert distance.statistic < 2.8 / math.sqrt(50_000)


def test_dimensions_of_samples_are_independent():
    samples = sample_bounding_box(some_codes(), 50_000, generator())
    between = np.corrcoef(samples.T)[np.triu_indices(3, k=1)]
    assert np.abs(between).max() < 5 / math.sqrt(50_000)


def test_the_same_generator_gives_the_same_samples_and_then_others():
    rng = generator()
    first, then = (sample_bounding_box(Z, 5, rng) for _ in range(2))
    assert np.array_equal(first, sample_bounding_box(Z, 5, generator()))
    assert not np.any(first == then)


def test_the_box_of_one_code_is_that_code():
    samples = sample_bounding_box([[2.5, -1.0]], 3, generator())
    assert np.array_equal(samples, [[2.5, -1.0]] * 3)


# --- interpolate ------------------------------------------------------------


@pytest.mark.parametrize("steps", [2, 3, 10, 101])
def test_a_walk_has_its_ends_to_the_last_digit(steps):
    walk = interpolate(START, END, steps)
    assert walk.shape == (steps, 3)
    assert np.array_equal(walk[0], START)
    assert np.array_equal(walk[-1], END)


def test_all_steps_of_a_walk_are_alike():
    steps = np.diff(interpolate(START, END, 7), axis=0)
    np.testing.assert_allclose(steps, [(END - START) / 6] * 6, rtol=1e-13)


def test_half_way_lies_in_the_middle_also_of_whole_numbers():
    walk = interpolate([1, 2], [4, -5], 3)
    assert np.array_equal(walk, [[1, 2], [2.5, -1.5], [4, -5]])


# --- nearest_code -----------------------------------------------------------


def test_nearest_code_is_that_of_a_plain_loop():
    z, points = some_codes(), some_codes(20)[::-1] + 0.3
    for point in points:
        by_loop = [math.dist(point, code) for code in z]
        nearest, distance = nearest_code(point, z)
        assert by_loop[nearest] == min(by_loop)
        assert distance == pytest.approx(min(by_loop))


def test_a_code_is_nearest_to_itself_and_of_equals_the_first_is_named():
    assert nearest_code(Z[2], Z) == (2, 0.0)
    assert nearest_code([0, 0], [[0, 3], [0, 2], [2, 0]]) == (1, 2.0)


# --- to_percentiles ---------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (7,), (5, 2), (2, 3, 4)])
def test_percentiles_are_the_areas_of_a_plain_loop(shape):
    z = generator().normal(0, 2, shape)
    bell = statistics.NormalDist()
    expected = np.reshape([bell.cdf(number) for number in z.ravel()], shape)
    np.testing.assert_allclose(to_percentiles(z), expected, rtol=1e-12)


def test_percentiles_are_the_integral_of_the_density():
    x = np.linspace(-12, 1.3, 100_001)
    area = np.trapezoid(stats.norm.pdf(x), x)
    assert to_percentiles(1.3) == pytest.approx(area, abs=1e-8)


def test_percentiles_mirror_at_one_half():
    z = some_codes() - 2
    np.testing.assert_allclose(
        to_percentiles(z) + to_percentiles(-z), 1, rtol=1e-14
    )


def test_percentiles_stay_inside_the_open_interval():
    ends = to_percentiles([-37.0, 8.0])
    assert 0 < ends[0] < 1e-290
    assert 1 - 1e-14 < ends[1] < 1


def test_percentiles_of_a_standard_normal_cloud_are_uniform():
    u = to_percentiles(generator().standard_normal(50_000))
    distance = stats.kstest(u, stats.uniform.cdf).statistic
    assert distance < 2.8 / math.sqrt(50_000)


# --- percentile_grid --------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 5, 40])
def test_grid_is_that_of_a_plain_loop(n):
    bell = statistics.NormalDist()
    expected = [
        [bell.inv_cdf((column + 0.5) / n), bell.inv_cdf(1 - (row + 0.5) / n)]
        for row in range(n)
        for column in range(n)
    ]
    grid = percentile_grid(n)
    assert grid.shape == (n * n, 2)
    np.testing.assert_allclose(grid, expected, rtol=1e-9, atol=1e-12)


def test_grid_lies_on_even_percentiles():
    u = to_percentiles(percentile_grid(4)).reshape(4, 4, 2)
    slices = [1 / 8, 3 / 8, 5 / 8, 7 / 8]
    np.testing.assert_allclose(u[..., 0], [slices] * 4)
    np.testing.assert_allclose(u[..., 1].T, [slices[::-1]] * 4)


def test_grid_of_one_point_is_the_origin():
    np.testing.assert_array_equal(percentile_grid(1), [[0.0, 0.0]])


def test_grid_is_finite_however_fine():
    assert np.isfinite(percentile_grid(500)).all()


def test_grid_holds_as_much_of_a_normal_cloud_in_each_cell():
    u = to_percentiles(generator().standard_normal((40_000, 2)))
    counts, _, _ = np.histogram2d(*u.T, bins=4, range=[[0, 1], [0, 1]])
    # 16 cells of 2,500 with a standard error of 48 each.
    assert np.abs(counts - 2_500).max() < 5 * 48.4


# --- attribute_vector -------------------------------------------------------


def test_attribute_vector_of_four_codes_is_known():
    np.testing.assert_allclose(attribute_vector(Z, HAS), [-4.25, -1.75])


def test_attribute_vector_is_that_of_a_plain_loop():
    z = some_codes()
    has = generator().random(len(z)) < 0.2
    with_it, without_it = (
        [
            statistics.fmean(
                code[k]
                for code, own in zip(z, has, strict=True)
                if own == kind
            )
            for k in range(3)
        ]
        for kind in (True, False)
    )
    expected = np.subtract(with_it, without_it)
    np.testing.assert_allclose(attribute_vector(z, has), expected)


def test_attribute_vector_turns_round_for_the_opposite_attribute():
    np.testing.assert_array_equal(
        attribute_vector(Z, ~HAS), -attribute_vector(Z, HAS)
    )


def test_attribute_vector_does_not_depend_on_where_the_origin_is():
    moved = attribute_vector(Z + [100.0, -7.0], HAS)
    np.testing.assert_allclose(moved, attribute_vector(Z, HAS))


def test_attribute_vector_takes_codes_to_the_mean_of_the_others():
    z = some_codes()
    has = z[:, 0] > 3
    moved = z[~has] + attribute_vector(z, has)
    np.testing.assert_allclose(moved.mean(axis=0), z[has].mean(axis=0))


# --- all --------------------------------------------------------------------


def test_solution_of_sample_bounding_box_agrees_with_the_library():
    z, rng = some_codes(), generator(7)
    expected = sample_bounding_box(z, 9, generator(7))
    found = solution("2.1")(z, 9, rng)
    np.testing.assert_allclose(found, expected)


def test_solution_of_interpolate_agrees_with_the_library():
    found = solution("2.3")(START, END, 6)
    np.testing.assert_allclose(found, interpolate(START, END, 6), atol=1e-15)


def test_solution_of_to_percentiles_agrees_with_the_library():
    z = some_codes() - 2
    np.testing.assert_allclose(solution("9.1")(z), to_percentiles(z))


def test_solution_of_percentile_grid_agrees_with_the_library():
    np.testing.assert_allclose(solution("9.2")(7), percentile_grid(7))


def test_solution_of_attribute_vector_agrees_with_the_library():
    np.testing.assert_allclose(
        solution("9.3")(Z, HAS), attribute_vector(Z, HAS)
    )


@pytest.mark.parametrize(
    "function, arguments, error, message",
    [
        (sample_bounding_box, ("z", 1, generator()), TypeError, "z: .*real"),
        (sample_bounding_box, ([1, 2], 1, generator()), ValueError, r"\(2,\)"),
        (sample_bounding_box, (Z[:0], 1, generator()), ValueError, r"\(0, 2"),
        (sample_bounding_box, (Z * np.nan, 1, generator()), ValueError, "fin"),
        (sample_bounding_box, (Z, 2.0, generator()), TypeError, "n: .* int"),
        (sample_bounding_box, (Z, True, generator()), TypeError, "n: .* int"),
        (sample_bounding_box, (Z, 0, generator()), ValueError, "n: .*least 1"),
        (sample_bounding_box, (Z, 1, 7), TypeError, "rng: .*Generator.* int"),
        (interpolate, (Z, Z, 3), ValueError, r"start: .*\(4, 2\)"),
        (interpolate, ([], [], 3), ValueError, r"start: .*\(0,\)"),
        (interpolate, (START, END[:2], 3), ValueError, r"end: .*\(3,\).*\(2"),
        (interpolate, (START, END, 1), ValueError, "steps: .*least 2, got 1"),
        (interpolate, (START, END, 3.0), TypeError, "steps: .* int"),
        (interpolate, (START, END * np.inf, 3), ValueError, "end: .*finite"),
        (nearest_code, (START, Z), ValueError, r"point: .*\(2,\).*\(3,\)"),
        (nearest_code, ([np.nan, 0], Z), ValueError, "point: .*finite"),
        (nearest_code, (Z[0], Z[:0]), ValueError, r"z: .*\(0, 2\)"),
        (to_percentiles, ("z",), TypeError, "z: .*real"),
        (to_percentiles, ([0.1, np.nan],), ValueError, "z: .*finite"),
        (percentile_grid, (0,), ValueError, "n: .*least 1, got 0"),
        (percentile_grid, (2.0,), TypeError, "n: .* int"),
        (attribute_vector, (Z[0], HAS), ValueError, r"z: .*\(2,\)"),
        (attribute_vector, (Z * np.nan, HAS), ValueError, "z: .*finite"),
        (attribute_vector, (Z, HAS[:3]), ValueError, r"has_.*\(4,\).*\(3,"),
        (attribute_vector, (Z, 1 * HAS), TypeError, "has_.*bools, got int"),
        (attribute_vector, (Z, HAS | True), ValueError, "has_.* 4 of 4"),
        (attribute_vector, (Z, HAS & False), ValueError, "has_.* 0 of 4"),
    ],
)
def test_bad_input_is_named(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)
