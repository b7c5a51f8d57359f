"""The checks of lesson 02 pass right answers and name each slip."""

import functools
import math

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy import spatial, stats
from scipy.stats import qmc
from spoil import change_input
from tables import ANY, answer_tests, spoiled_test

from vae_course import evaluate, latent
from vae_course.checks import lesson_02 as check

# --- 2.1 --------------------------------------------------------------------


def ends(z):
    return z.min(axis=0), z.max(axis=0)


def stretched(z, n, rng):
    low, high = ends(z)
    return low + (high - low) * rng.random((n, z.shape[1]))


def box_by_loops(z, n, rng):
    samples = []
    for _ in range(n):
        sample = []
        for column in range(z.shape[1]):
            values = [row[column] for row in z]
            sample.append(rng.uniform(min(values), max(values)))
        samples.append(sample)
    return samples


def box_by_columns(z, n, rng):
    columns = [rng.uniform(c.min(), c.max(), n) for c in z.T]
    return np.column_stack(columns)


def box_filled_in(z, n, rng):
    samples = np.empty((n, z.shape[1]), dtype="float32")
    for k in range(z.shape[1]):
        samples[:, k] = rng.uniform(np.amin(z[:, k]), np.amax(z[:, k]), n)
    return samples


def box_by_scipy(codes, how_many, generator):
    low, high = np.min(codes, 0), np.max(codes, 0)
    return stats.uniform(low, high - low).rvs(
        (how_many, codes.shape[1]), random_state=generator
    )


def box_from_top_to_bottom(rng, n, z):
    low, high = ends(z)
    return high - (high - low) * rng.random(size=(n, len(low)))


def box_in_single_precision(z, n, rng):
    low, high = ends(z.astype("float32"))
    u = rng.random((n, z.shape[1]), dtype="float32")
    return low * (1 - u) + high * u


def box_around_its_middle(z, n, rng):
    low, high = ends(z)
    shift = rng.uniform(-0.5, 0.5, (n, z.shape[1]))
    return (low + high) / 2 + shift * np.ptp(z, axis=0)


def box_transposed(z, n, rng):
    low, high = z.T.min(axis=1)[:, None], z.T.max(axis=1)[:, None]
    return (low + (high - low) * rng.random((len(low), n))).T


def box_by_qmc_scale(z, n, rng):
    return qmc.scale(rng.random((n, z.shape[1])), *ends(z))


def box_sorted(z, n, rng):
    in_order = np.sort(z, axis=0)
    return rng.uniform(in_order[0], in_order[-1], (n, z.shape[1]))


def box_by_tensorflow(z, n, rng):
    u = tf.random.stateless_uniform(
        (n, z.shape[1]), rng.integers(2**31, size=2), dtype="float64"
    )
    low, high = tf.reduce_min(z, axis=0), tf.reduce_max(z, axis=0)
    return low + u * (high - low)


def box_by_broadcasting_ends(z, n, rng):
    low, high = (np.tile(end, (n, 1)) for end in ends(z))
    return rng.uniform(low, high)


def box_a_row_at_a_time(z, n, rng):
    low, high = np.quantile(z, [0, 1], axis=0)
    return np.vstack([rng.uniform(low, high) for _ in range(n)])


RIGHT_BOX = [
    box_by_tensorflow,
    box_by_broadcasting_ends,
    box_a_row_at_a_time,
    latent.sample_bounding_box,
    stretched,
    box_by_loops,
    box_by_columns,
    box_filled_in,
    box_by_scipy,
    box_from_top_to_bottom,
    box_in_single_precision,
    box_around_its_middle,
    box_transposed,
    box_by_qmc_scale,
    box_sorted,
    functools.partial(lambda side, z, n, rng: stretched(side * z, n, rng), 1),
    lambda z, n, rng: stretched(z.astype("float32"), n, rng).tolist(),
]


def filling(low, high):
    """Make an answer that is uniform between low(z) and high(z)."""

    def answer(z, n, rng):
        return rng.uniform(low(z), high(z), (n, z.shape[1]))

    return answer


def low_of(z):
    return z.min(axis=0)


def high_of(z):
    return z.max(axis=0)


def with_noise(noise):
    """Make an answer that stretches noise(rng, n, k) over the box."""

    def answer(z, n, rng):
        low, high = ends(z)
        return low + (high - low) * noise(rng, n, z.shape[1])

    return answer


def frozen_noise(rng, n, k):
    return np.random.default_rng(3).random((n, k))


def frozen_column(rng, n, k):
    u = rng.random((n, k))
    u[:, -1] = np.random.default_rng(3).random(n)
    return u


def grid(rng, n, k):
    return np.linspace(0, 1, n * k).reshape(n, k)


def between_two_codes(z, n, rng):
    one, other = rng.choice(z, n), rng.choice(z, n)
    return one + (other - one) * rng.random((n, 1))


def normal_of_the_codes(z, n, rng):
    return rng.multivariate_normal(z.mean(axis=0), np.cov(z.T), n)


def mirrored(rng, n, k):
    half = rng.random((n // 2 + 1, k))
    return np.concatenate([half, 1 - half])[:n]


def tiled(rng, n, k):
    return np.tile(rng.random((n // 10 + 1, k)), (10, 1))[:n]


def twice(rng, n, k):
    return np.resize(rng.random((n // 2 + 1, k)), (n, k))


def rolled(rng, n, k):
    u = rng.random(n)
    return np.column_stack([np.roll(u, 31 * i) for i in range(k)])


def one_column_sorted(rng, n, k):
    u = rng.random((n, k))
    u[:, 0].sort()
    return u


def each_close_to_the_last(rng, n, k):
    return (rng.random((n, k)) / 5).cumsum(axis=0) % 1


def two_alike(rng, n, k):
    u = rng.random((n, k))
    u[:, 1] = u[:, 0]
    return u


def clipped(rng, n, k):
    return (0.5 + 0.25 * rng.standard_normal((n, k))).clip(0, 1)


def corner_by_loops(z, n, rng):
    highs = [max(column) for column in z.T]
    return [[high * rng.random() for high in highs] for _ in range(n)]


def corner_by_scipy(z, n, rng):
    box = stats.uniform(loc=0, scale=np.amax(z, axis=0))
    return box.rvs((n, z.shape[1]), random_state=rng)


def corner_by_tensorflow(z, n, rng):
    u = tf.convert_to_tensor(rng.random((n, z.shape[1])))
    return tf.reduce_max(z, axis=0) * u


def box_per_point_by_columns(z, n, rng):
    box = [rng.uniform(row.min(), row.max(), n) for row in z]
    return np.stack(box, axis=1)


def box_per_point_by_tensorflow(z, n, rng):
    low, high = tf.reduce_min(z, axis=1), tf.reduce_max(z, axis=1)
    return low + (high - low) * rng.random((n, len(low)))


TWO_SLIPS_OF_BOX = [
    lambda z, n, g: (high_of(z) * g.random((n, len(z.T)))).T,
    lambda z, n, g: z.max(1) * g.random((n, z.shape[1])),
    lambda z, n, g: high_of(z) * g.random((n, 1)),
    lambda z, n, g: low_of(z) + high_of(z) * g.standard_normal(z.shape),
    lambda z, n, g: z.min() + z.max() * g.random((n, len(z))),
    lambda z, n, g: low_of(z) - high_of(z) * g.random((n, z.shape[1])),
    lambda z, n, g: np.ptp(z, axis=1) * g.random((n, z.shape[1])),
    lambda z, n, g: np.ptp(z, axis=0) * np.random.rand(n, z.shape[1]),
    lambda z, n, g: np.sort(high_of(z) * g.random((n, z.shape[1])), axis=0),
]
WRONG_BOX = [
    *((ANY, answer) for answer in TWO_SLIPS_OF_BOX),
    ("one_corner_only", corner_by_loops),
    ("one_corner_only", corner_by_scipy),
    ("one_corner_only", corner_by_tensorflow),
    ("box_per_point", box_per_point_by_columns),
    ("box_per_point", box_per_point_by_tensorflow),
    (
        "width_missing",
        lambda z, n, g: stats.uniform(*ends(z)).rvs(
            (n, z.shape[1]), random_state=g
        ),
    ),
    (None, with_noise(lambda g, n, k: g.uniform(-1, 1, (n, k)))),
    (
        "symmetric_box",
        lambda z, n, g: high_of(z) * g.uniform(-1, 1, (n, z.shape[1])),
    ),
    ("one_corner_only", lambda z, n, g: high_of(z) * g.random((n, len(z.T)))),
    ("one_corner_only", filling(lambda z: 0, high_of)),
    ("one_corner_only", filling(low_of, lambda z: 0)),
    ("one_corner_only", filling(lambda z: 0, lambda z: np.abs(z).max(0))),
    ("one_corner_only", lambda z, n, g: z.max() * g.random((n, z.shape[1]))),
    ("lower_end_missing", filling(lambda z: 0, lambda z: np.ptp(z, 0))),
    (
        "lower_end_missing",
        lambda z, n, g: (high_of(z) - low_of(z)) * g.random((n, z.shape[1])),
    ),
    (
        "width_missing",
        lambda z, n, g: low_of(z) + high_of(z) * g.random((n, z.shape[1])),
    ),
    ("width_missing", filling(low_of, lambda z: low_of(z) + high_of(z))),
    ("width_missing", filling(lambda z: z.min(), lambda z: z.min() + z.max())),
    (
        "sign",
        lambda z, n, g: (
            low_of(z) + (low_of(z) - high_of(z)) * g.random((n, z.shape[1]))
        ),
    ),
    (
        "sign",
        lambda z, n, g: (
            low_of(z) - (high_of(z) - low_of(z)) * g.random((n, z.shape[1]))
        ),
    ),
    (
        "sign",
        lambda z, n, g: (
            high_of(z) + (high_of(z) - low_of(z)) * g.random((n, z.shape[1]))
        ),
    ),
    ("noise_not_scaled", lambda z, n, g: g.random((n, z.shape[1]))),
    ("noise_not_scaled", lambda z, n, g: low_of(z) + g.random((n, len(z.T)))),
    ("symmetric_box", filling(lambda z: -high_of(z), high_of)),
    ("symmetric_box", filling(low_of, lambda z: -low_of(z))),
    (
        "symmetric_box",
        filling(lambda z: -abs(z).max(0), lambda z: abs(z).max(0)),
    ),
    (
        "symmetric_box",
        filling(lambda z: -abs(z).max(), lambda z: abs(z).max()),
    ),
    ("box_per_point", filling(lambda z: z.min(1), lambda z: z.max(1))),
    (
        "box_per_point",
        lambda z, n, g: g.uniform(z.min(1), z.max(1), (n, len(z))),
    ),
    (
        "box_per_point",
        lambda z, n, g: [
            [g.uniform(row.min(), row.max()) for row in z] for _ in range(n)
        ],
    ),
    (
        "box_per_point",
        filling(
            lambda z: z.min(axis=1, keepdims=True),
            lambda z: z.max(axis=1, keepdims=True),
        ),
    ),
    (
        "box_per_point",
        lambda z, n, g: [
            g.uniform(row.min(), row.max(), len(row)) for row in z
        ],
    ),
    ("box_per_point", filling(lambda z: z.min(1), high_of)),
    ("box_per_point", filling(low_of, lambda z: z.max(1))),
    (
        "sign",
        lambda z, n, g: (
            low_of(z) + (high_of(z) + low_of(z)) * g.random((n, z.shape[1]))
        ),
    ),
    (
        "brackets_missing",
        lambda z, n, g: (
            low_of(z) + high_of(z) - low_of(z) * g.random((n, z.shape[1]))
        ),
    ),
    (
        "brackets_missing",
        lambda z, n, g: (
            high_of(z) - low_of(z) * g.random((n, z.shape[1])) + low_of(z)
        ),
    ),
    ("axis_forgotten", filling(np.min, np.max)),
    (
        "axis_forgotten",
        lambda z, n, g: (
            z.min() + (z.max() - z.min()) * g.random((n, z.shape[1]))
        ),
    ),
    ("axis_forgotten", filling(np.min, high_of)),
    ("axis_forgotten", filling(low_of, np.max)),
    (
        "axes_flipped",
        lambda z, n, g: g.uniform(
            low_of(z)[:, None], high_of(z)[:, None], (z.shape[1], n)
        ),
    ),
    ("axes_flipped", lambda z, n, g: stretched(z, n, g).T),
    ("noise_shared", with_noise(lambda g, n, k: g.random((n, 1)))),
    ("noise_shared", with_noise(lambda g, n, k: g.random(n)[:, None])),
    (None, with_noise(lambda g, n, k: g.random())),
    ("noise_shared", with_noise(lambda g, n, k: np.full((n, k), g.random()))),
    ("noise_shared", with_noise(lambda g, n, k: np.sort(g.random((n, k))))),
    ("noise_shared", with_noise(lambda g, n, k: np.sort(g.random((n, k)), 0))),
    ("noise_shared", with_noise(lambda g, n, k: np.full((n, k), g.random(k)))),
    ("noise_shared", with_noise(two_alike)),
    ("noise_shared", with_noise(twice)),
    ("noise_shared", with_noise(tiled)),
    ("noise_shared", with_noise(lambda g, n, k: g.random((n, k)).round(1))),
    ("noise_shared", lambda z, n, g: stretched(z, n, g).round()),
    ("noise_shared", lambda z, n, g: g.integers(*ends(z), (n, z.shape[1]))),
    ("noise_frozen", with_noise(frozen_noise)),
    ("noise_frozen", with_noise(frozen_column)),
    ("noise_frozen", with_noise(grid)),
    (
        "noise_frozen",
        lambda z, n, g: np.random.RandomState(1).uniform(
            *ends(z), (n, z.shape[1])
        ),
    ),
    ("rng_unused", with_noise(lambda g, n, k: np.random.rand(n, k))),
    (
        "rng_unused",
        lambda z, n, g: stretched(z, n, np.random.default_rng()),
    ),
    ("codes_resampled", lambda z, n, g: g.choice(z, n)),
    ("codes_resampled", lambda z, n, g: z[g.integers(len(z), size=n)]),
    (
        "codes_resampled",
        lambda z, n, g: np.column_stack([g.choice(c, n) for c in z.T]),
    ),
    ("normal_noise", with_noise(lambda g, n, k: g.standard_normal((n, k)))),
    (
        "normal_noise",
        lambda z, n, g: g.normal(z.mean(0), z.std(0), (n, z.shape[1])),
    ),
    ("normal_noise", lambda z, n, g: g.normal(*ends(z), (n, z.shape[1]))),
    ("normal_noise", normal_of_the_codes),
    ("not_independent", with_noise(mirrored)),
    (None, with_noise(rolled)),
    ("not_independent", with_noise(one_column_sorted)),
    ("not_independent", with_noise(each_close_to_the_last)),
    (None, with_noise(clipped)),
    (None, with_noise(lambda g, n, k: g.beta(2, 2, (n, k)))),
    (None, with_noise(lambda g, n, k: g.beta(0.5, 0.5, (n, k)))),
    (None, with_noise(lambda g, n, k: g.random((n, k)) ** 2)),
    (None, with_noise(lambda g, n, k: g.random((2, n, k)).mean(axis=0))),
    (None, with_noise(lambda g, n, k: 0.99 * g.random((n, k)))),
    (None, with_noise(lambda g, n, k: g.uniform(-0.02, 1.02, (n, k)))),
    (
        None,
        filling(
            *(
                functools.partial(np.quantile, q=q, axis=0)
                for q in (0.001, 0.999)
            )
        ),
    ),
    (
        None,
        filling(
            *(functools.partial(np.percentile, q=q, axis=0) for q in (1, 99))
        ),
    ),
    (
        None,
        filling(
            lambda z: z.mean(0) - 2 * z.std(0),
            lambda z: z.mean(0) + 2 * z.std(0),
        ),
    ),
    (None, between_two_codes),
    (None, lambda z, n, g: g.choice(z, n) + 0.1 * g.random((n, z.shape[1]))),
    (None, lambda z, n, g: stretched(z, n, g).T[:, :, None]),
    (None, lambda z, n, g: g.uniform(*ends(z))),
    (None, lambda z, n, g: stretched(z, len(z), g)),
    (None, lambda z, n, g: stretched(z[:, :2], n, g)),
    (None, lambda z, n, g: stretched(z, n + 1, g)),
    (None, lambda z, n, g: stretched(z, n, g).ravel()),
    (None, lambda z, n, g: stretched(z[:-1], n, g)),
    change_input(stretched, "z"),
]

# --- 2.2 --------------------------------------------------------------------


def pairs(queries, points):
    return queries[:, np.newaxis, :] - points[np.newaxis, :, :]


def table(queries, points):
    return np.sqrt((pairs(queries, points) ** 2).sum(axis=-1))


def nearest_by_loops(queries, points):
    distances = []
    for query in queries:
        nearest = math.inf
        for point in points:
            square = sum(
                (a - b) ** 2 for a, b in zip(query, point, strict=True)
            )
            nearest = min(nearest, square**0.5)
        distances.append(nearest)
    return distances


def nearest_by_row(queries, points):
    rows = [np.linalg.norm(points - query, axis=1).min() for query in queries]
    return np.array(rows)


def nearest_by_pairs(queries, points):
    return np.sqrt(np.min(np.sum(pairs(queries, points) ** 2, axis=2), axis=1))


def nearest_by_tree(queries, points):
    return spatial.KDTree(points).query(queries)[0]


def nearest_by_cdist(a, b):
    return spatial.distance.cdist(a, b).min(axis=1)


def nearest_by_products(points, queries):
    squares = (
        (queries**2).sum(axis=1)[:, None]
        - 2 * queries @ points.T
        + (points**2).sum(axis=1)
    )
    return np.sqrt(np.maximum(squares, 0).min(axis=1))


def nearest_by_single_products(queries, points):
    queries, points = queries.astype("float32"), points.astype("float32")
    return nearest_by_products(queries=queries, points=points)


def nearest_by_columns(queries, points):
    total = 0
    for k in range(queries.shape[1]):
        total = total + (points[:, k][:, None] - queries[:, k]) ** 2
    return np.sqrt(total).min(axis=0)


def nearest_by_index(queries, points):
    place = table(queries, points).argmin(axis=1)
    return np.sqrt(np.sum((queries - points[place]) ** 2, axis=1))


def nearest_of_one(query, points):
    return math.sqrt(min(((query - points) ** 2).sum(axis=1)))


def nearest_by_apply(queries, points):
    return np.apply_along_axis(nearest_of_one, 1, queries, points)


def nearest_by_einsum(queries, points):
    d = pairs(queries, points)
    return np.sqrt(np.einsum("qpk,qpk->qp", d, d)).min(axis=1)


def nearest_by_tensorflow(queries, points):
    pairs = tf.expand_dims(queries, 1) - tf.expand_dims(points, 0)
    return tf.reduce_min(tf.norm(pairs, axis=-1), axis=1)


def nearest_by_keras(queries, points):
    d = ops.expand_dims(queries, 1) - points
    return ops.sqrt(ops.min(ops.sum(ops.square(d), axis=-1), axis=-1))


def nearest_by_search(queries, points):
    result = np.full(len(queries), np.inf)
    for i, query in enumerate(queries):
        for point in points:
            distance = math.dist(query, point)
            if distance < result[i]:
                result[i] = distance
    return result


def nearest_from_the_points(queries, points):
    return np.minimum.reduce([math_norm(queries - point) for point in points])


def math_norm(rows):
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def nearest_by_tile(queries, points):
    n, m = len(queries), len(points)
    d = np.repeat(queries, m, axis=0) - np.tile(points, (n, 1))
    return np.linalg.norm(d, axis=1).reshape(n, m).min(axis=1)


RIGHT_DISTANCE = [
    nearest_by_tensorflow,
    nearest_by_keras,
    nearest_by_search,
    nearest_from_the_points,
    nearest_by_tile,
    evaluate.nearest_distance,
    nearest_by_loops,
    nearest_by_row,
    nearest_by_pairs,
    nearest_by_tree,
    nearest_by_cdist,
    nearest_by_products,
    nearest_by_single_products,
    nearest_by_columns,
    nearest_by_index,
    nearest_by_apply,
    nearest_by_einsum,
    np.vectorize(nearest_of_one, signature="(k),(p,k)->()"),
]


def root_of_products(queries, points):
    squares = (
        (queries**2).sum(axis=1)[:, None]
        - 2 * queries @ points.T
        + (points**2).sum(axis=1)
    )
    return np.where(squares > 1e-12, squares, np.nan).min(axis=1) ** 0.5


def root_missing_by_loops(queries, points):
    result = []
    for query in queries:
        squares = []
        for point in points:
            squares.append(
                sum((a - b) ** 2 for a, b in zip(query, point, strict=True))
            )
        result.append(min(squares))
    return result


def root_missing_by_tensorflow(queries, points):
    d = queries[:, None] - points
    return tf.reduce_min(tf.reduce_sum(tf.square(d), axis=-1), axis=-1)


def root_missing_by_einsum(queries, points):
    d = pairs(queries, points)
    return np.einsum("qpk,qpk->qp", d, d).min(axis=1)


def root_missing_by_products(queries, points):
    squares = (queries**2).sum(1)[:, None] + (points**2).sum(1)
    return np.min(squares - 2 * queries @ points.T, axis=1)


def a_distance_for_each_point(queries, points):
    return [
        min(math.dist(query, point) for query in queries) for point in points
    ]


def axis_mixed_up_by_tensorflow(queries, points):
    d = tf.norm(queries[:, None] - points[None], axis=-1)
    return tf.reduce_min(d, axis=0)


def axis_mixed_up_by_einsum(queries, points):
    d = pairs(queries, points)
    return np.sqrt(np.einsum("qpk,qpk->qk", d, d)).min(axis=1)


def search_beginning_with(furthest):
    """Make a search that takes a number for infinitely far."""

    def answer(queries, points):
        result = []
        for query in queries:
            nearest = furthest
            for point in points:
                nearest = min(nearest, np.linalg.norm(query - point))
            result.append(nearest)
        return result

    return answer


def returning_in_the_loop(queries, points):  # noqa: RET503
    for query in queries:
        return np.linalg.norm(points - query, axis=1).min()


def emptied_in_the_loop(queries, points):
    for query in queries:
        distances = []
        distances.append(np.linalg.norm(points - query, axis=1).min())
    return distances


def overwritten_in_the_loop(queries, points):
    for query in queries:
        distance = np.linalg.norm(points - query, axis=1).min()
    return distance


def one_point_each(queries, points):
    return [math.dist(q, p) for q, p in zip(queries, points, strict=False)]


TWO_SLIPS_OF_DISTANCE = [
    lambda q, p: (pairs(q, p) ** 2).mean(2).min(0),
    lambda q, p: (pairs(q, p) ** 2).sum(2).max(1),
    lambda q, p: (pairs(q, p) ** 2).sum(0).min(0),
    lambda q, p: abs(pairs(q, p)).sum(2).min(0),
    lambda q, p: abs(pairs(q, p)).sum(2).max(1),
    lambda q, p: (pairs(q, p) ** 2).sum(2),
    lambda q, p: np.sort((pairs(q, p) ** 2).sum(2))[:, 1],
    lambda q, p: (pairs(q, p) ** 2).sum(2).argmin(0),
    lambda q, p: [math.dist(row[:2], p[0, :2]) for row in q],
    lambda q, p: (pairs(q, p) ** 2).sum(2).mean(1),
]
WRONG_DISTANCE = [
    *((ANY, answer) for answer in TWO_SLIPS_OF_DISTANCE),
    ("square_root_missing", root_missing_by_loops),
    ("square_root_missing", root_missing_by_tensorflow),
    ("square_root_missing", root_missing_by_einsum),
    ("square_root_missing", root_missing_by_products),
    (
        "square_root_missing",
        lambda q, p: spatial.distance.cdist(q, p, "sqeuclidean").min(axis=1),
    ),
    ("axis_mixed_up", a_distance_for_each_point),
    ("axis_mixed_up", axis_mixed_up_by_tensorflow),
    ("axis_mixed_up", axis_mixed_up_by_einsum),
    ("axis_mixed_up", lambda q, p: spatial.distance.cdist(q, p).min(0)),
    ("power_order", lambda q, p: (pairs(q, p) ** 2).sum(2).min(1) ** 1 / 2),
    (
        "power_order",
        lambda q, p: [min(((p - r) ** 2).sum(1) ** 1 / 2) for r in q],
    ),
    (
        "only_two_dimensions",
        lambda q, p: [min(np.hypot(*(p - r).T[:2])) for r in q],
    ),
    (
        "only_two_dimensions",
        lambda q, p: table(q[:, :2], p[:, :2]).min(axis=1),
    ),
    ("one_point_each", one_point_each),
    (
        "one_point_each",
        lambda q, p: np.linalg.norm(q - p[: len(q)], axis=1),
    ),
    ("loop_ends_early", returning_in_the_loop),
    ("loop_ends_early", emptied_in_the_loop),
    ("loop_ends_early", overwritten_in_the_loop),
    *((None, search_beginning_with(10.0**n)) for n in range(5)),
    (None, lambda q, p: table(q, p).min(axis=1).squeeze()),
    (None, lambda q, p: np.squeeze(table(q, p).min(axis=1))),
    ("square_root_missing", lambda q, p: table(q, p).min(1) ** 2),
    ("square_root_missing", lambda q, p: (pairs(q, p) ** 2).sum(2).min(1)),
    (
        "square_root_missing",
        lambda q, p: [((p - row) ** 2).sum(1).min() for row in q],
    ),
    ("square_root_missing", lambda q, p: (pairs(q, p) ** 2).sum(2).min(0)),
    ("square_root_missing", lambda q, p: (pairs(q, p) ** 2).sum(2).min()),
    ("axis_mixed_up", lambda q, p: table(q, p).min(axis=0)),
    ("axis_mixed_up", lambda q, p: table(p, q).min(axis=1)),
    ("axis_mixed_up", lambda q, p: spatial.cKDTree(q).query(p)[0]),
    ("axis_mixed_up", lambda q, p: np.linalg.norm(pairs(q, p), axis=1).min(1)),
    ("axis_mixed_up", lambda q, p: np.linalg.norm(pairs(q, p), axis=0).min(1)),
    ("axis_mixed_up", lambda q, p: np.linalg.norm(pairs(q, p), axis=1).min(0)),
    (
        "axis_mixed_up",
        lambda q, p: [np.sqrt(((p - r) ** 2).sum(axis=0)).min() for r in q],
    ),
    ("axis_mixed_up", lambda q, p: (pairs(q, p) ** 2).sum(1).min(1)),
    ("axis_mixed_up", lambda q, p: [((p - r) ** 2).sum(0).min() for r in q]),
    ("axis_forgotten", lambda q, p: table(q, p).min()),
    ("axis_forgotten", lambda q, p: [np.linalg.norm(p - row) for row in q]),
    (
        "axis_forgotten",
        lambda q, p: [np.sqrt(((p - row) ** 2).sum()).min() for row in q],
    ),
    ("axis_forgotten", lambda q, p: np.linalg.norm(pairs(q, p))),
    ("latents_not_summed", lambda q, p: np.abs(pairs(q, p)).min(axis=1)),
    ("latents_not_summed", lambda q, p: np.sqrt(pairs(q, p) ** 2).min(axis=1)),
    ("latents_not_summed", lambda q, p: np.sqrt(pairs(q, p) ** 2)),
    (
        "dimensions_apart",
        lambda q, p: np.sqrt((pairs(q, p) ** 2).min(axis=1).sum(axis=1)),
    ),
    (
        "dimensions_apart",
        lambda q, p: np.linalg.norm(abs(pairs(q, p)).min(1), axis=1),
    ),
    ("wrong_norm", lambda q, p: np.abs(pairs(q, p)).sum(2).min(1)),
    ("wrong_norm", lambda q, p: np.sqrt(pairs(q, p) ** 2).sum(2).min(1)),
    ("wrong_norm", lambda q, p: np.abs(pairs(q, p)).max(2).min(1)),
    ("wrong_norm", lambda q, p: spatial.cKDTree(p).query(q, p=1)[0]),
    ("wrong_norm", lambda q, p: np.sqrt(pairs(q, p).sum(2) ** 2).min(1)),
    (
        "averages_latent",
        lambda q, p: np.sqrt((pairs(q, p) ** 2).mean(2)).min(1),
    ),
    ("averages_latent", lambda q, p: (pairs(q, p) ** 2).mean(2).min(1)),
    ("averages_latent", lambda q, p: abs(pairs(q, p)).mean(2).min(1)),
    ("farthest_for_nearest", lambda q, p: table(q, p).max(axis=1)),
    ("farthest_for_nearest", lambda q, p: np.sort(table(q, p))[:, -1]),
    ("mean_for_nearest", lambda q, p: table(q, p).mean(axis=1)),
    ("mean_for_nearest", lambda q, p: table(q, p).sum(axis=1)),
    ("mean_for_nearest", lambda q, p: np.linalg.norm(q - p.mean(0), axis=1)),
    ("minimum_missing", table),
    ("minimum_missing", lambda q, p: table(q, p).T),
    ("minimum_missing", spatial.distance.cdist),
    ("nearest_skipped", lambda q, p: np.sort(table(q, p))[:, 1]),
    ("nearest_skipped", lambda q, p: spatial.cKDTree(p).query(q, 2)[0][:, 1]),
    (
        "nearest_skipped",
        lambda q, p: np.where(table(q, p) == 0, 9, table(q, p)).min(1),
    ),
    ("index_for_distance", lambda q, p: table(q, p).argmin(axis=1)),
    ("index_for_distance", lambda q, p: spatial.cKDTree(p).query(q)[1]),
    ("index_for_distance", lambda q, p: p[table(q, p).argmin(axis=1)]),
    ("not_finite", root_of_products),
    (None, lambda q, p: table(q, p).min(axis=1, keepdims=True)),
    (None, lambda q, p: table(q, p).min(axis=1) + 0.01),
    (None, lambda q, p: table(q, p[:-1]).min(axis=1)),
    (None, lambda q, p: table(q, p[1:]).min(axis=1)),
    (None, lambda q, p: table(q[:, 1:], p[:, 1:]).min(axis=1)),
    ("sign", lambda q, p: table(q, -p).min(axis=1)),
    ("sign", lambda q, p: [math_norm(row + p).min() for row in q]),
    (None, lambda q, p: table(q, p).min(axis=1).round(2)),
    (None, lambda q, p: sorted(table(q, p).min(axis=1))),
    ("loop_ends_early", lambda q, p: nearest_of_one(q[0], p)),
    (None, lambda q, p: spatial.cKDTree(p).query(q)),
    change_input(nearest_by_row, "points"),
    change_input(nearest_by_row, "queries"),
]

# --- 2.3 --------------------------------------------------------------------


def walk(weights):
    """Make an answer that goes where weights(steps) say."""

    def answer(start, end, steps):
        t = np.asarray(weights(steps))[:, np.newaxis]
        return (1 - t) * start + t * end

    return answer


def walk_by_loops(start, end, steps):
    rows = []
    for i in range(steps):
        t = i / (steps - 1)
        rows.append(
            [a * (1 - t) + b * t for a, b in zip(start, end, strict=True)]
        )
    return rows


def walk_by_adding(start, end, steps):
    step = (end - start) / (steps - 1)
    rows = [start]
    while len(rows) < steps:
        rows.append(rows[-1] + step)
    return np.stack(rows)


def walk_by_columns(start, end, steps):
    return np.array(
        [np.linspace(a, b, steps) for a, b in zip(start, end, strict=True)]
    ).T


def walk_by_outer(a, b, count):
    t = np.arange(count) / (count - 1)
    return a + np.outer(t, b - a)


def walk_by_matrix(steps, end, start):
    t = np.linspace(0, 1, steps)
    return np.stack([1 - t, t], axis=1) @ np.stack([start, end])


def walk_in_single_precision(start, end, steps):
    t = np.linspace(0, 1, steps, dtype="float32")[:, None]
    return start.astype("float32") * (1 - t) + end.astype("float32") * t


def walk_by_interp(start, end, steps):
    t = np.linspace(0, 1, steps)
    columns = [
        np.interp(t, [0, 1], both) for both in zip(start, end, strict=True)
    ]
    return np.column_stack(columns)


def walk_by_grid(start, end, steps):
    _, t = np.meshgrid(start, np.linspace(0, 1, steps))
    return start + t * (end - start)


def walk_by_tensorflow(start, end, steps):
    return tf.linspace(start, end, steps)


def walk_by_keras(start, end, steps):
    t = ops.reshape(ops.linspace(0.0, 1.0, steps), (-1, 1))
    return (1 - t) * ops.cast(start, "float32") + t * ops.cast(end, "float32")


def walk_filled_in(start, end, steps):
    points = np.zeros((steps, len(start)))
    for i in range(steps):
        points[i] = start + (end - start) * i / (steps - 1)
    return points


def walk_by_einsum(start, end, steps):
    t = np.arange(steps) / (steps - 1)
    return np.einsum("sw,wk->sk", np.column_stack([1 - t, t]), [start, end])


RIGHT_WALK = [
    walk_by_tensorflow,
    walk_by_keras,
    walk_filled_in,
    walk_by_einsum,
    latent.interpolate,
    np.linspace,
    walk(lambda steps: np.linspace(0, 1, steps)),
    walk(lambda steps: [i / (steps - 1) for i in range(steps)]),
    walk_by_loops,
    walk_by_adding,
    walk_by_columns,
    walk_by_outer,
    walk_by_matrix,
    walk_in_single_precision,
    walk_by_interp,
    walk_by_grid,
    functools.partial(np.linspace, axis=0, dtype="float64"),
]


def even(steps):
    return np.linspace(0, 1, steps)[:, np.newaxis]


def stops_short_in_a_loop(start, end, steps):
    points = []
    for i in range(steps):
        points.append(start + i / steps * (end - start))
    return np.array(points)


def stops_short_by_rounding(start, end, steps):
    rows, t = [], 0
    while t <= 1:
        rows.append((1 - t) * start + t * end)
        t += 1 / (steps - 1)
    return rows


def stops_short_by_adding(start, end, steps):
    rows = [start]
    for _ in range(steps - 1):
        rows.append(rows[-1] + (end - start) / steps)
    return rows


def goes_too_far_by_rounding(start, end, steps):
    step = 1 / (steps - 1)
    t = np.arange(0, 1 + step, step)[:, None]
    return start + t * (end - start)


def swapped_in_a_loop(start, end, steps):
    rows = []
    for t in np.linspace(0, 1, steps):
        rows.append(
            [t * a + (1 - t) * b for a, b in zip(start, end, strict=True)]
        )
    return rows


def swapped_by_tensorflow(start, end, steps):
    t = tf.linspace(tf.cast(0, "float64"), 1, steps)[:, tf.newaxis]
    return end + t * (start - end)


def swapped_by_matrix(start, end, steps):
    t = np.linspace(0, 1, steps)
    return np.stack([t, 1 - t], axis=1) @ [start, end]


def slerp(start, end, steps):
    angle = np.arccos(
        np.dot(start / np.linalg.norm(start), end / np.linalg.norm(end))
    )
    rows = [
        (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end)
        / np.sin(angle)
        for t in np.linspace(0, 1, steps)
    ]
    return np.array(rows)


def turned_by_tensorflow(start, end, steps):
    a, b = (tf.math.l2_normalize(vector) for vector in (start, end))
    angle = tf.acos(tf.reduce_sum(a * b))
    t = np.linspace(0, 1, steps)[:, None]
    turned = tf.sin((1 - t) * angle) * start + tf.sin(t * angle) * end
    return turned / tf.sin(angle)


def returning_after_one_row(start, end, steps):  # noqa: RET503
    for t in np.linspace(0, 1, steps):
        return [(1 - t) * start + t * end]


def keeping_the_last_row(start, end, steps):
    for t in np.linspace(0, 1, steps):
        row = (1 - t) * start + t * end
    return row


def filled_into_whole_numbers(start, end, steps):
    points = np.zeros((steps, len(start)), dtype=int)
    points[:] = np.linspace(start, end, steps)
    return points


TWO_SLIPS_OF_WALK = [
    lambda a, b, s: np.linspace(b, a, s + 1),
    lambda a, b, s: np.linspace(b, a, s + 2)[1:-1],
    lambda a, b, s: np.linspace(b, a, s, endpoint=False).T,
    lambda a, b, s: a + (np.arange(s) / s)[:, None] * b,
    lambda a, b, s: (np.arange(s) / s)[:, None] * (b - a),
    lambda a, b, s: np.linspace(a, b, s - 1)[::-1],
    lambda a, b, s: np.arange(s)[:, None] * (a - b),
    lambda a, b, s: b + even(s + 1) * (b - a),
]
WRONG_WALK = [
    *((ANY, answer) for answer in TWO_SLIPS_OF_WALK),
    ("end_missing", stops_short_in_a_loop),
    ("end_missing", stops_short_by_adding),
    ("end_missing", stops_short_by_rounding),
    ("one_step_too_many", goes_too_far_by_rounding),
    ("weights_swapped", swapped_in_a_loop),
    ("weights_swapped", swapped_by_tensorflow),
    ("weights_swapped", swapped_by_matrix),
    ("brackets_missing", lambda a, b, s: 1 - even(s) * a + even(s) * b),
    (None, lambda a, b, s: (1 - even(s)) * a + b),
    ("not_straight", slerp),
    ("not_straight", turned_by_tensorflow),
    ("loop_ends_early", returning_after_one_row),
    ("loop_ends_early", keeping_the_last_row),
    ("wrong_dtype", filled_into_whole_numbers),
    ("wrong_dtype", lambda a, b, s: np.linspace(a, b, s, dtype=int)),
    ("wrong_dtype", lambda a, b, s: np.linspace(a, b, s).round()),
    (None, walk(lambda s: np.arange(s) // (s - 1))),
    (None, lambda a, b, s: a + even(s) ** 0.5 * (b - a)),
    ("end_missing", functools.partial(np.linspace, endpoint=False)),
    ("end_missing", walk(lambda s: np.arange(s) / s)),
    ("end_missing", walk(lambda s: np.arange(0, 1, 1 / s))),
    ("end_missing", lambda a, b, s: np.linspace(a, b, s)[:-1]),
    ("end_missing", lambda a, b, s: np.linspace(a, b, s + 1)[:-1]),
    ("end_missing", walk(lambda s: np.arange(s) / (s + 1))),
    ("one_step_too_few", lambda a, b, s: np.linspace(a, b, s - 1)),
    ("one_step_too_few", walk(lambda s: np.linspace(0, 1, s - 1))),
    ("start_missing", walk(lambda s: np.arange(1, s + 1) / s)),
    ("start_missing", lambda a, b, s: np.linspace(a, b, s)[1:]),
    ("start_missing", lambda a, b, s: np.linspace(a, b, s + 1)[1:]),
    ("ends_missing", walk(lambda s: np.arange(1, s + 1) / (s + 1))),
    ("ends_missing", lambda a, b, s: np.linspace(a, b, s + 2)[1:-1]),
    ("ends_missing", lambda a, b, s: np.linspace(a, b, s)[1:-1]),
    ("ends_missing", walk(lambda s: (np.arange(s) + 0.5) / s)),
    ("one_step_too_many", lambda a, b, s: np.linspace(a, b, s + 1)),
    ("one_step_too_many", walk(lambda s: np.arange(s + 1) / s)),
    ("one_step_too_many", walk(lambda s: np.arange(s + 1) / (s - 1))),
    ("weights_swapped", lambda a, b, s: np.linspace(b, a, s)),
    ("weights_swapped", lambda a, b, s: even(s) * a + (1 - even(s)) * b),
    ("weights_swapped", walk(lambda s: np.linspace(1, 0, s))),
    ("weights_swapped", lambda a, b, s: np.linspace(a, b, s)[::-1]),
    ("weights_swapped", lambda a, b, s: np.linspace(b, a, s, endpoint=False)),
    ("weights_equal", lambda a, b, s: even(s) * a + even(s) * b),
    ("weights_equal", lambda a, b, s: (1 - even(s)) * (a + b)),
    ("start_not_added", lambda a, b, s: even(s) * (b - a)),
    ("start_not_added", lambda a, b, s: even(s) * b),
    ("difference_missing", lambda a, b, s: a + even(s) * b),
    ("difference_missing", lambda a, b, s: b + even(s) * a),
    ("sign", lambda a, b, s: a + even(s) * (a - b)),
    ("sign", lambda a, b, s: (1 - even(s)) * a - even(s) * b),
    ("weights_not_scaled", walk(np.arange)),
    ("weights_not_scaled", walk(lambda s: range(s))),
    ("axes_flipped", functools.partial(np.linspace, axis=1)),
    ("axes_flipped", lambda a, b, s: np.linspace(a, b, s).T),
    (
        "axes_flipped",
        lambda a, b, s: [np.linspace(*p, s) for p in zip(a, b, strict=True)],
    ),
    ("steps_unused", lambda a, b, s: np.linspace(a, b)),
    ("steps_unused", lambda a, b, s: [a, b]),
    (None, walk(lambda s: np.linspace(0, 1, s) ** 2)),
    (None, walk(lambda s: np.sin(np.linspace(0, np.pi / 2, s)))),
    (None, walk(lambda s: np.linspace(0, 1, s).round(1))),
    (None, walk(lambda s: np.linspace(0.01, 0.99, s))),
    (None, walk(lambda s: np.random.default_rng(1).random(s))),
    ("wrong_dtype", lambda a, b, s: np.linspace(a, b, s).astype(int)),
    (None, lambda a, b, s: np.linspace(a, b, s)[:, :1]),
    (None, lambda a, b, s: np.linspace(a[0], b[0], s)),
    (None, lambda a, b, s: np.linspace(a, b, s)[None]),
    (None, lambda a, b, s: np.linspace(a, b, s).ravel()),
    (None, lambda a, b, s: np.linspace(a, b, 5)),
    (None, lambda a, b, s: (a + b) / 2),
    (None, lambda a, b, s: np.linspace(0, 1, s)[:, None]),
    (None, lambda a, b, s: np.geomspace(abs(a), abs(b), s)),
    change_input(walk_by_adding, "start"),
    change_input(walk_by_adding, "end"),
]

# --- all three --------------------------------------------------------------

CASES = [
    (check.sample_bounding_box, RIGHT_BOX, WRONG_BOX),
    (check.nearest_distance, RIGHT_DISTANCE, WRONG_DISTANCE),
    (check.interpolate, RIGHT_WALK, WRONG_WALK),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES)


@pytest.mark.parametrize("seed", range(50))
def test_right_samples_pass_whatever_the_chance(seed):
    def other_chance(z, n, rng):
        rng.random(seed)
        return stretched(z, n, rng)

    assert check.sample_bounding_box(other_chance) is other_chance
