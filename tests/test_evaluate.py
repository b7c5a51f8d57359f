"""The numbers of the latent space hold to exact points and plain loops."""

import math
import subprocess
import sys

import numpy as np
import pytest
from lesson_solutions import solution
from scipy import stats

from vae_course.evaluate import (
    active_units,
    area_in_use,
    code_reach,
    hole_share,
    importance_weighted_bound,
    nearest_distance,
    nearest_image,
)

Z = np.array([[-3.0, 10.0], [5.0, 10.5], [1.0, 14.0], [0.5, 11.0]])


def generator(seed=4):
    return np.random.default_rng(seed)


def some_codes(n=300, latent_dim=3):
    return generator().normal(2.0, 1.5, (n, latent_dim))


def distances_by_loop(queries, points):
    return [min(math.dist(query, p) for p in points) for query in queries]


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


# --- nearest_image ----------------------------------------------------------


def test_nearest_image_is_that_of_every_pair():
    images = generator().random((7, 4, 5, 1), dtype="float32")
    among = generator(5).random((90, 4, 5, 1), dtype="float32")
    pairs = np.array(
        [[math.dist(a.ravel(), b.ravel()) for b in among] for a in images]
    )
    nearest, distances = nearest_image(images, among)
    assert nearest.tolist() == pairs.argmin(axis=1).tolist()
    np.testing.assert_allclose(distances, pairs.min(axis=1), rtol=1e-5)


def test_a_copy_is_found_at_distance_exactly_zero():
    among = generator().random((50, 32, 32, 1), dtype="float32")
    nearest, distances = nearest_image(among[[31, 8, 8]], among)
    assert nearest.tolist() == [31, 8, 8]
    assert distances.tolist() == [0.0, 0.0, 0.0]


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


def test_reach_grows_with_the_codes_and_does_not_ask_where_they_lie():
    z = some_codes()
    assert code_reach(3 * z + 7) == pytest.approx(3 * code_reach(z))


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


def test_solution_of_nearest_distance_agrees_with_the_library():
    queries, points = generator().normal(size=(2, 30, 3))
    found = solution("2.2")(queries, points[:20])
    np.testing.assert_allclose(found, nearest_distance(queries, points[:20]))


@pytest.mark.parametrize(
    "function, arguments, error, message",
    [
        (nearest_distance, (Z[0], Z), ValueError, r"queries: .*\(2,\)"),
        (nearest_distance, (Z, Z[:0]), ValueError, r"points: .*\(0, 2\)"),
        (nearest_distance, (Z, some_codes()), ValueError, "points: .* 2, .*3"),
        (nearest_distance, (Z, 1j * Z), TypeError, "points: .*complex"),
        (hole_share, (some_codes(), Z), ValueError, "z: .* 3, got 2"),
        (hole_share, (Z, Z[:1]), ValueError, "z: .*two codes, got 1"),
        (hole_share, (Z, Z, 99), ValueError, "quantile: .*got 99"),
        (code_reach, (Z[:1],), ValueError, "z: .*two codes, got 1"),
        (code_reach, (Z, -0.1), ValueError, "quantile: .*got -0.1"),
        (hole_share, (Z, Z, [0.5]), ValueError, "quantile: .*one number"),
        (nearest_image, (Z[:0], Z), ValueError, r"images: .*\(0, 2\)"),
        (nearest_image, (Z, some_codes()), ValueError, r"among: .*\(3,\)"),
        (nearest_image, (Z, Z > 0), TypeError, "among: .*bool"),
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


# --- active_units -----------------------------------------------------------

# Deviations from the mean that have a variance of 1 to the last digit.
SPREAD = np.array([[-1.0], [1.0], [-1.0], [1.0]])


def test_units_count_where_the_variance_exceeds_the_threshold():
    z_mean = SPREAD * np.sqrt([0.02, 0.0099, 0.0101, 0.0]) + [0, 5, -7, 3]
    assert active_units(z_mean) == 2
    assert active_units(z_mean, threshold=0.015) == 1
    assert active_units(z_mean, threshold=0) == 3
    assert active_units(z_mean, threshold=9) == 0


def test_a_variance_equal_to_the_threshold_is_not_active():
    assert active_units(0.5 * SPREAD, threshold=0.25) == 0


def test_units_in_use_do_not_depend_on_where_the_codes_lie():
    z_mean = some_codes(latent_dim=6) * [1, 0.05, 0.2, 0, 0.08, 3]
    assert active_units(z_mean) == active_units(z_mean + 40) == 4


def test_solution_of_active_units_agrees_with_the_library():
    z_mean = some_codes(latent_dim=6) * [1, 0.05, 0.2, 0, 0.08, 3]
    for threshold in (0.01, 0.5, 5.0):
        found = solution("10.1")(z_mean, threshold)
        assert found == active_units(z_mean, threshold)


# --- importance_weighted_bound ----------------------------------------------


def toy_log_weights(x, k, seed=3):
    """Draw weights of p(z) = N(0, 1), p(x | z) = N(2z, 0.5²), a poor q.

    There p(x) is exactly N(0, 4 + 0.25).
    """
    q = stats.norm(0.4 * x[:, None], 0.3)
    z = q.rvs((len(x), k), random_state=seed)
    joint = stats.norm(2 * z, 0.5).logpdf(x[:, None]) + stats.norm.logpdf(z)
    return joint - q.logpdf(z)


def test_the_bound_of_one_draw_is_its_log_weight():
    log_weights = generator().normal(-240, 9, (7, 1))
    np.testing.assert_array_equal(
        importance_weighted_bound(log_weights), log_weights[:, 0]
    )


def test_the_bound_is_the_log_of_a_mean_by_a_plain_loop():
    log_weights = generator().normal(size=(5, 8))
    expected = [
        math.log(sum(math.exp(w) for w in row) / 8) for row in log_weights
    ]
    np.testing.assert_allclose(
        importance_weighted_bound(log_weights), expected, rtol=1e-13
    )


@pytest.mark.parametrize("shift", [-5000.0, 5000.0])
def test_the_bound_moves_with_its_weights_however_far(shift):
    log_weights = generator().normal(size=(5, 8)) * [[1], [9], [90], [3], [2]]
    np.testing.assert_allclose(
        importance_weighted_bound(log_weights + shift),
        importance_weighted_bound(log_weights) + shift,
        rtol=1e-12,
    )


def test_rows_far_apart_keep_their_own_largest_weight():
    log_weights = [[-3000.0, -3000.0], [2000.0, 2000.0]]
    found = importance_weighted_bound(log_weights)
    assert np.array_equal(found, [-3000, 2000])


def test_the_bound_reaches_the_evidence_where_it_is_known():
    x = np.array([-2.5, 0.3, 4.0])
    log_weights = toy_log_weights(x, 200_000)
    weights = np.exp(log_weights)
    error = weights.std(1) / weights.mean(1) / math.sqrt(200_000)
    evidence = stats.norm(0, math.sqrt(4.25)).logpdf(x)
    gap = importance_weighted_bound(log_weights) - evidence
    assert np.all(np.abs(gap) < 5 * error)
    assert np.all(error < 0.01)


def test_more_draws_tighten_the_bound_on_average():
    log_weights = toy_log_weights(np.full(20_000, 1.7), 16)
    means, errors = [], []
    for k in (1, 4, 16):
        bound = importance_weighted_bound(log_weights[:, :k])
        means.append(bound.mean())
        errors.append(bound.std() / math.sqrt(len(bound)))
    assert np.all(np.diff(means) > 5 * np.hypot(errors[1:], errors[:-1]))
    evidence = stats.norm(0, math.sqrt(4.25)).logpdf(1.7)
    assert means[-1] < evidence + 5 * errors[-1]


def test_solution_of_importance_weighted_bound_agrees_with_the_library():
    log_weights = generator().normal(-1500, 30, (6, 9))
    np.testing.assert_allclose(
        solution("10.2")(log_weights),
        importance_weighted_bound(log_weights),
        rtol=1e-12,
    )


@pytest.mark.parametrize(
    "function, arguments, error, message",
    [
        (active_units, (Z[0],), ValueError, r"z_mean: .*\(2,\)"),
        (active_units, (Z[:1],), ValueError, "z_mean: .*two images, got 1"),
        (active_units, (1j * Z,), TypeError, "z_mean: .*complex"),
        (active_units, (Z, -0.1), ValueError, "threshold: .*got -0.1"),
        (active_units, (Z, [1.0]), ValueError, r"threshold: .*\(1,\)"),
        (importance_weighted_bound, (Z[0],), ValueError, r"weights: .*\(2,"),
        (importance_weighted_bound, (Z[:, :0],), ValueError, r"\(4, 0\)"),
        (importance_weighted_bound, (Z * np.inf,), ValueError, "finite"),
        (importance_weighted_bound, ("words",), TypeError, "real numbers"),
    ],
)
def test_bad_input_of_a_diagnosis_is_named(
    function, arguments, error, message
):
    with pytest.raises(error, match=message):
        function(*arguments)
