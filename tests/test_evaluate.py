"""The numbers of the latent space hold to exact points and plain loops."""

import math
import subprocess
import sys

import numpy as np
import pytest
from lesson_solutions import solution
from scipy import stats

from vae_course.evaluate import area_in_use, hole_share, nearest_distance
from vae_course.latent import interpolate, sample_bounding_box

Z = np.array([[-3.0, 10.0], [5.0, 10.5], [1.0, 14.0], [0.5, 11.0]])
START, END = np.array([1.5, -2.0, 0.3]), np.array([-0.5, 4.0, 0.8])


def generator(seed=4):
    return np.random.default_rng(seed)


def some_codes(n=300, latent_dim=3):
    return generator().normal(2.0, 1.5, (n, latent_dim))


def distances_by_loop(queries, points):
    return [min(math.dist(query, p) for p in points) for query in queries]


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


# --- nearest_distance -------------------------------------------------------


def test_nearest_distance_of_a_right_triangle_is_its_hypotenuse():
    points = [[3.0, 4.0], [5.0, 12.0], [-6.0, 8.0]]
    assert nearest_distance([[0.0, 0.0]], points) == pytest.approx([5.0])


@pytest.mark.parametrize("latent_dim", [1, 2, 5, 16])
def test_nearest_distance_is_that_of_a_plain_loop(latent_dim):
    queries, points = generator().normal(size=(2, 70, latent_dim))
    expected = distances_by_loop(queries, points[:50])
    found = nearest_distance(queries, points[:50])
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_nearest_distance_is_exactly_zero_on_a_point():
    z = some_codes()
    assert not np.any(nearest_distance(z[::-1], z))


def test_nearest_distance_is_not_changed_by_the_points_order():
    queries, points = generator().normal(size=(2, 40, 3))
    once, again = (
        nearest_distance(queries, p) for p in (points, points[::-1])
    )
    assert np.array_equal(once, again)


def test_nearest_distance_is_the_same_for_single_precision():
    queries, points = generator().normal(size=(2, 40, 3)).astype("float32")
    found = nearest_distance(queries, points)
    np.testing.assert_allclose(found, distances_by_loop(queries, points))


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


# --- hole_share -------------------------------------------------------------


def test_hole_share_counts_samples_beyond_the_reach_of_the_codes():
    z = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 3.0], [0.0, 7.0]])
    # Their own distances are 1, 1, 2 and 4: a median of 1.5.
    samples = [[1.4, 0.0], [1.6, 0.0], [0.0, 5.0], [3.9, 7.0], [0.0, 99.0]]
    assert hole_share(samples, z, quantile=0.5) == 4 / 5
    assert hole_share(samples, z, quantile=1) == 1 / 5
    assert hole_share(samples, z, quantile=0) == 5 / 5


def test_hole_share_is_that_of_a_plain_loop():
    z, samples = some_codes(80), 1.6 * some_codes(60)
    own = [
        distances_by_loop([code], np.delete(z, i, axis=0))[0]
        for i, code in enumerate(z)
    ]
    reach = np.quantile(own, 0.9)
    expected = np.mean([d > reach for d in distances_by_loop(samples, z)])
    assert 0 < expected < 1
    assert hole_share(samples, z, quantile=0.9) == expected


def test_codes_themselves_lie_in_no_hole():
    z = some_codes()
    assert hole_share(z, z) == 0


def test_double_codes_are_each_others_neighbours():
    z = [[0.0, 0.0], [0.0, 0.0], [4.0, 0.0], [4.0, 0.0]]
    assert hole_share([[0.0, 0.0], [0.1, 0.0]], z, quantile=1) == 0.5


def test_samples_of_the_codes_own_law_fall_in_holes_one_time_in_a_hundred():
    z, samples = generator().normal(size=(2, 4_000, 2))
    error = math.sqrt(0.01 * 0.99 * 2 / 4_000)
    assert abs(hole_share(samples, z) - 0.01) < 5 * error


# --- area_in_use ------------------------------------------------------------


def test_a_full_grid_is_all_in_use():
    z = np.stack(np.meshgrid(range(6), range(6)), axis=-1).reshape(-1, 2)
    assert area_in_use(z, cells=6) == 1


def test_a_diagonal_uses_one_cell_a_row():
    assert area_in_use(np.linspace([-1, 5], [2, 9], 1_000), 25) == 1 / 25


def test_area_in_use_is_that_of_a_plain_loop():
    z, cells = some_codes(latent_dim=2), 12
    low, high = z.min(axis=0), z.max(axis=0)
    used = {
        tuple(
            min(int(cells * u), cells - 1) for u in (row - low) / (high - low)
        )
        for row in z
    }
    assert area_in_use(z, cells) == pytest.approx(len(used) / cells**2)


def test_area_in_use_does_not_depend_on_the_unit():
    z = some_codes(latent_dim=2)
    assert area_in_use(z) == area_in_use(64 * z)


# --- all --------------------------------------------------------------------


def test_solution_of_sample_bounding_box_agrees_with_the_library():
    z, rng = some_codes(), generator(7)
    expected = sample_bounding_box(z, 9, generator(7))
    found = solution("2.1")(z, 9, rng)
    np.testing.assert_allclose(found, expected)


def test_solution_of_nearest_distance_agrees_with_the_library():
    queries, points = generator().normal(size=(2, 30, 3))
    found = solution("2.2")(queries, points[:20])
    np.testing.assert_allclose(found, nearest_distance(queries, points[:20]))


def test_solution_of_interpolate_agrees_with_the_library():
    found = solution("2.3")(START, END, 6)
    np.testing.assert_allclose(found, interpolate(START, END, 6), atol=1e-15)


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
        (nearest_distance, (Z[0], Z), ValueError, r"queries: .*\(2,\)"),
        (nearest_distance, (Z, Z[:0]), ValueError, r"points: .*\(0, 2\)"),
        (nearest_distance, (Z, some_codes()), ValueError, "points: .* 2, .*3"),
        (nearest_distance, (Z, 1j * Z), TypeError, "points: .*complex"),
        (interpolate, (Z, Z, 3), ValueError, r"start: .*\(4, 2\)"),
        (interpolate, ([], [], 3), ValueError, r"start: .*\(0,\)"),
        (interpolate, (START, END[:2], 3), ValueError, r"end: .*\(3,\).*\(2"),
        (interpolate, (START, END, 1), ValueError, "steps: .*least 2, got 1"),
        (interpolate, (START, END, 3.0), TypeError, "steps: .* int"),
        (interpolate, (START, END * np.inf, 3), ValueError, "end: .*finite"),
        (hole_share, (some_codes(), Z), ValueError, "z: .* 3, got 2"),
        (hole_share, (Z, Z[:1]), ValueError, "z: .*two codes, got 1"),
        (hole_share, (Z, Z, 99), ValueError, "quantile: .*got 99"),
        (hole_share, (Z, Z, [0.5]), ValueError, "quantile: .*one number"),
        (area_in_use, (some_codes(),), ValueError, r"z: .*\(300, 3\)"),
        (area_in_use, (Z, 0), ValueError, "cells: .*least 1, got 0"),
        (area_in_use, (Z, 2.5), TypeError, "cells: .* int"),
        (area_in_use, (Z * [1, 0],), ValueError, "z: .*area"),
    ],
)
def test_bad_input_is_named(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)


def test_evaluate_starts_without_scipy_and_tensorflow():
    code = (
        "import sys, vae_course.evaluate; "
        "sys.exit(bool({'scipy', 'tensorflow', 'keras'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_area_counts_only_codes_inside_the_box():
    z = np.array([[0.1, 0.1], [0.9, 0.9], [0.8, 0.1], [7.0, -3.0]])
    box = [0.0, 0.0], [1.0, 1.0]
    assert area_in_use(z, cells=2, box=box) == 0.75


def test_area_of_the_codes_own_box_is_the_default():
    z = np.random.default_rng(2).normal(size=(300, 2))
    box = z.min(axis=0), z.max(axis=0)
    assert area_in_use(z, 9, box) == area_in_use(z, 9)


@pytest.mark.parametrize(
    "box",
    [
        ([0.0, 0.0], [1.0, 0.0]),
        ([0.0, 2.0], [1.0, 1.0]),
        ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0]),
        ([0.0, 0.0], [1.0, np.nan]),
    ],
)
def test_area_refuses_a_box_that_is_none(box):
    z = np.random.default_rng(2).normal(size=(30, 2))
    with pytest.raises(ValueError, match="box: expected"):
        area_in_use(z, 4, box)
