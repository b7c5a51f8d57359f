"""The checks of lesson 09 pass right answers and name each slip."""

import functools
import math
from statistics import NormalDist

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy import integrate, optimize, special, stats
from spoil import change_input
from tables import ANY, answer_tests, spoiled_test

from vae_course import latent
from vae_course.checks import ExerciseFailed
from vae_course.checks import lesson_09 as check

BELL = NormalDist()

# --- 9.1 --------------------------------------------------------------------


def share_by_loops(z):
    return [[BELL.cdf(number) for number in row] for row in z]


def share_by_erf(z):
    return 0.5 * (1 + special.erf(z / np.sqrt(2)))


def share_by_math(codes):
    shares = np.empty(codes.shape, dtype="float32")
    for index, number in np.ndenumerate(codes):
        shares[index] = (1 + math.erf(number / 2**0.5)) / 2
    return shares


def share_by_integral(z):
    x = np.linspace(-12, z, 20_001)
    return np.trapezoid(stats.norm.pdf(x), x, axis=0)


def share_in_single_precision(z):
    return special.ndtr(z.astype("float32")).tolist()


def share_by_gamma(z):
    return (1 + np.sign(z) * special.gammainc(0.5, z**2 / 2)) / 2


def share_in_place_on_a_copy(z, scale=2**0.5):
    z = z / scale
    special.erf(z, out=z)
    z += 1
    z /= 2
    return z


def ranks_in_percent(z):
    return np.transpose(
        [stats.percentileofscore(column, column) for column in z.T]
    )


def share_by_counting(z):
    draws = np.random.default_rng(0).standard_normal(10_000)
    return [[np.mean(draws < number) for number in row] for row in z]


def share_by_tensorflow(z):
    return 0.5 * (1 + tf.math.erf(z / tf.sqrt(tf.constant(2.0, z.dtype))))


def share_by_keras(z):
    return ops.erfc(-ops.convert_to_tensor(z) / math.sqrt(2)) / 2


def share_by_quadrature(z):
    def below(number):
        return 0.5 + integrate.quad(stats.norm.pdf, 0, number)[0]

    return np.reshape([below(number) for number in z.flat], z.shape)


def height_by_tensorflow(z):
    return tf.exp(-0.5 * tf.square(z)) / math.sqrt(2 * math.pi)


def height_by_loops(z):
    heights = np.zeros_like(z)
    for i in range(len(z)):
        for j in range(z.shape[1]):
            heights[i, j] = math.exp(-0.5 * z[i, j] ** 2)
    return heights / math.sqrt(2 * math.pi)


def ranks_by_loops(z):
    result = []
    for row in z:
        result.append(
            [
                sum(other <= number for other in column) / len(column)
                for number, column in zip(row, z.T, strict=True)
            ]
        )
    return result


def ranks_by_tensorflow(z):
    ranks = tf.argsort(tf.argsort(z, axis=0), axis=0)
    return tf.cast(ranks, "float64") / len(z)


class Share:
    def __call__(self, z):
        return np.apply_along_axis(stats.norm.cdf, 0, z)


RIGHT_SHARE = [
    latent.to_percentiles,
    special.ndtr,
    stats.norm.cdf,
    stats.norm().cdf,
    share_by_loops,
    share_by_erf,
    share_by_math,
    share_by_integral,
    share_in_single_precision,
    share_by_gamma,
    share_by_tensorflow,
    share_by_keras,
    share_by_quadrature,
    share_in_place_on_a_copy,
    Share(),
    functools.partial(stats.norm.cdf, loc=0, scale=1),
    lambda z: 1 - stats.norm.sf(z),
    lambda z: special.erfc(-z / math.sqrt(2)) / 2,
    lambda z: np.exp(stats.norm.logcdf(z)),
    np.vectorize(BELL.cdf),
]

WRONG_SHARE = [
    ("pdf_for_cdf", stats.norm.pdf),
    ("pdf_for_cdf", lambda z: np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)),
    ("pdf_for_cdf", lambda z: np.exp(-(z**2) / 2)),
    ("pdf_for_cdf", lambda z: [[BELL.pdf(v) for v in row] for row in z]),
    ("pdf_for_cdf", stats.norm.logpdf),
    ("pdf_for_cdf", height_by_tensorflow),
    ("pdf_for_cdf", height_by_loops),
    ("empirical_ranks", ranks_by_loops),
    ("empirical_ranks", ranks_by_tensorflow),
    (
        "empirical_ranks",
        lambda z: np.transpose([stats.ecdf(c).cdf.evaluate(c) for c in z.T]),
    ),
    ("empirical_ranks", ranks_in_percent),
    ("empirical_ranks", lambda z: stats.rankdata(z, axis=0) / len(z)),
    ("empirical_ranks", lambda z: stats.rankdata(z, axis=0) / (len(z) + 1)),
    ("empirical_ranks", lambda z: (stats.rankdata(z, axis=0) - 0.5) / len(z)),
    ("empirical_ranks", lambda z: z.argsort(0).argsort(0) / len(z)),
    ("empirical_ranks", lambda z: z.argsort(0).argsort(0) / (len(z) - 1)),
    (
        "empirical_ranks",
        lambda z: stats.rankdata(z).reshape(z.shape) / z.size,
    ),
    (
        "empirical_ranks",
        lambda z: (z[None] <= z[:, None]).mean(axis=1),
    ),
    (
        "empirical_ranks",
        lambda z: (z[None] < z[:, None]).mean(axis=1),
    ),
    (
        "empirical_ranks",
        lambda z: [[(z <= v).mean() for v in row] for row in z],
    ),
    (
        "empirical_ranks",
        lambda z: np.searchsorted(np.sort(z, axis=None), z) / z.size,
    ),
    ("survival_for_cdf", stats.norm.sf),
    ("survival_for_cdf", lambda z: special.ndtr(-z)),
    ("half_missing", lambda z: (1 + special.erf(z)) / 2),
    ("half_missing", lambda z: (1 + special.erf(z / 2)) / 2),
    ("half_missing", lambda z: (1 + special.erf(z * np.sqrt(2))) / 2),
    ("half_missing", lambda z: 0.5 * (1 + tf.math.erf(z))),
    ("mean_shifted", lambda z: stats.norm.cdf(z, 1)),
    ("mean_shifted", stats.norm(1).cdf),
    ("mean_shifted", lambda z: special.ndtr(z - 1)),
    ("latents_multiplied", lambda z: special.ndtr(z).prod(axis=1)),
    ("latents_multiplied", lambda z: [math.prod(map(BELL.cdf, c)) for c in z]),
    (
        "latents_multiplied",
        lambda z: np.exp(stats.norm.logcdf(z).sum(axis=1)),
    ),
    ("erf_for_cdf", special.erf),
    ("erf_for_cdf", lambda z: special.erf(z / np.sqrt(2))),
    ("erf_for_cdf", lambda z: 0.5 * special.erf(z / np.sqrt(2))),
    ("two_sided", lambda z: 2 * stats.norm.sf(abs(z))),
    ("two_sided", lambda z: special.erf(abs(z) / np.sqrt(2))),
    ("inverse_for_cdf", stats.norm.ppf),
    ("inverse_for_cdf", special.ndtri),
    ("inverse_for_cdf", stats.norm.isf),
    ("half_lost", lambda z: 1 + special.erf(z / np.sqrt(2))),
    ("half_lost", lambda z: special.erfc(-z / np.sqrt(2))),
    ("half_lost", lambda z: special.erfc(z / np.sqrt(2))),
    ("log_for_cdf", stats.norm.logcdf),
    ("log_for_cdf", lambda z: np.log(stats.norm.cdf(z))),
    ("percent_for_share", lambda z: 100 * stats.norm.cdf(z)),
    ("percent_for_share", lambda z: 100 * special.ndtr(z)),
    ("logistic_for_normal", special.expit),
    ("logistic_for_normal", lambda z: 1 / (1 + np.exp(-1.702 * z))),
    ("logistic_for_normal", lambda z: (1 + np.tanh(z)) / 2),
    ("fitted_normal", lambda z: stats.norm.cdf(z, z.mean(0), z.std(0))),
    ("fitted_normal", lambda z: special.ndtr((z - z.mean()) / z.std())),
    ("fitted_normal", lambda z: stats.norm.cdf(stats.zscore(z))),
    ("fitted_normal", lambda z: stats.norm.cdf(z - z.mean(axis=0))),
    ("fitted_normal", lambda z: stats.norm.cdf(z, scale=z.std(axis=0))),
    ("box_for_bell", lambda z: (z - z.min(0)) / np.ptp(z, axis=0)),
    ("box_for_bell", lambda z: (z - z.min()) / (z.max() - z.min())),
    (None, lambda z: special.ndtr(z)[:, 0]),
    (None, lambda z: special.ndtr(z).T),
    (None, lambda z: special.ndtr(z[:, :2])),
    (None, lambda z: special.ndtr(z).mean(axis=1)),
    (None, lambda z: special.ndtr(z).round(2)),
    (None, lambda z: special.ndtr(z).ravel()),
    (None, lambda z: special.ndtr(3 * z)),
    ("half_missing", lambda z: special.ndtr(2 * z)),
    (ANY, lambda z: 1 - stats.norm.pdf(z)),
    (ANY, lambda z: 1 - stats.norm.cdf(z, z.mean(0), z.std(0))),
    (ANY, lambda z: 1 - stats.rankdata(z, axis=0) / len(z)),
    (ANY, lambda z: 100 * stats.norm.sf(z)),
    (ANY, lambda z: special.erf(abs(z)) / 2),
    (ANY, lambda z: stats.norm.pdf(z, z.mean(0), z.std(0))),
    (ANY, lambda z: 100 * stats.norm.pdf(z).prod(axis=1)),
    (None, lambda z: stats.uniform.cdf(z)),
    (None, lambda z: stats.norm.cdf(z.max())),
    (None, lambda z: np.clip(special.ndtr(z), 0.2, 0.8)),
    (None, lambda z: np.clip(special.ndtr(z), 0.001, 0.999)),
    (None, lambda z: z > 0),
    (None, share_by_counting),
    change_input(lambda z: special.ndtr(z), "z"),
]

# --- 9.2 --------------------------------------------------------------------


def laid_out(steps, upside_down=False):
    """Make an answer from the steps of an axis, steps(n)."""

    def answer(n):
        ticks = np.asarray(steps(n))
        across, up = np.meshgrid(ticks, ticks if upside_down else ticks[::-1])
        return np.stack([across.ravel(), up.ravel()], axis=1)

    return answer


def middles(n):
    return (np.arange(n) + 0.5) / n


def steps_of(percentiles):
    return lambda n: stats.norm.ppf(percentiles(n))


def grid_by_loops(n):
    points = []
    for row in range(n):
        for column in range(n):
            points.append(
                [
                    BELL.inv_cdf((column + 0.5) / n),
                    -BELL.inv_cdf((row + 0.5) / n),
                ]
            )
    return points


def grid_by_erfinv(n):
    steps = np.sqrt(2) * special.erfinv(2 * middles(n) - 1)
    return np.column_stack([np.tile(steps, n), np.repeat(-steps, n)])


def grid_by_indices(how_many):
    rows, columns = np.indices((how_many, how_many))
    u = np.stack([columns + 0.5, how_many - rows - 0.5], axis=-1) / how_many
    return special.ndtri(u).reshape(-1, 2).astype("float32")


def grid_by_product(n):
    steps = steps_of(middles)(n)
    return [(x, y) for y in steps[::-1] for x in steps]


def grid_point_by_point(n):
    def point(p):
        return optimize.brentq(lambda x: BELL.cdf(x) - p, -9, 9)

    return [
        (point((column + 0.5) / n), -point((row + 0.5) / n))
        for row in range(n)
        for column in range(n)
    ]


def grid_by_sorting(n):
    steps = steps_of(middles)(n)
    points = [(x, y) for x in steps for y in steps]
    return sorted(points, key=lambda point: (-point[1], point[0]))


def grid_by_tensorflow(n):
    share = (tf.range(n, dtype="float64") + 0.5) / n
    steps = math.sqrt(2) * tf.math.erfinv(2 * share - 1)
    across, up = tf.meshgrid(steps, -steps)
    return tf.reshape(tf.stack([across, up], axis=-1), (-1, 2))


def grid_by_broadcasting(n):
    steps = steps_of(middles)(n)
    grid = np.empty((n, n, 2))
    grid[..., 0] = steps
    grid[..., 1] = steps[::-1, np.newaxis]
    return grid.reshape(n * n, 2)


def grid_by_keras(n):
    steps = steps_of(middles)(n).tolist()
    across = ops.tile(ops.array(steps), n)
    up = ops.repeat(ops.flip(ops.array(steps)), n)
    return ops.stack([across, up], axis=1)


RIGHT_GRID = [
    grid_by_tensorflow,
    grid_by_broadcasting,
    grid_by_keras,
    latent.percentile_grid,
    laid_out(steps_of(middles)),
    grid_by_loops,
    grid_by_erfinv,
    grid_by_indices,
    grid_by_product,
    grid_point_by_point,
    grid_by_sorting,
    lambda n: latent.percentile_grid(n).astype("float16"),
    lambda n: latent.percentile_grid(n).astype("longdouble"),
    laid_out(steps_of(lambda n: np.linspace(1e-9, 1 - 1e-9, n))),
    laid_out(steps_of(lambda n: np.arange(1, n + 1) / (n + 1))),
    laid_out(steps_of(lambda n: np.linspace(0, 1, n + 2)[1:-1])),
    laid_out(steps_of(lambda n: np.linspace(0.01, 0.99, n))),
    laid_out(steps_of(lambda n: np.linspace(0.05, 0.95, n))),
    laid_out(steps_of(lambda n: np.linspace(0.1, 0.9, n))),
    laid_out(steps_of(lambda n: np.linspace(0.001, 0.999, n))),
    laid_out(lambda n: steps_of(middles)(n).round(3)),
]


def even_steps(n):
    return np.linspace(-3, 3, n)


def reordered(change):
    """Make an answer from the right one, change(table (n, n, 2))."""

    def answer(n):
        table = latent.percentile_grid(n).reshape(n, n, 2)
        return change(table).reshape(-1, 2)

    return answer


def ends_included(n):
    return np.linspace(0, 1, n)


def ends_hidden(limit):
    return laid_out(lambda n: steps_of(ends_included)(n).clip(-limit, limit))


def cut_in_pairs(**options):
    def answer(n):
        steps = steps_of(middles)(n)
        return np.array(np.meshgrid(steps, steps, **options)).reshape(-1, 2)

    return answer


def second_axis(steps):
    """Make an answer of which only the first axis is right."""

    def answer(n):
        grid = latent.percentile_grid(n)
        grid[:, 1] = laid_out(steps)(n)[:, 1]
        return grid

    return answer


def columns_first(n):
    """Go down the columns where the rows belong."""
    points = []
    for x in steps_of(middles)(n):
        for y in steps_of(middles)(n)[::-1]:
            points.append([x, y])
    return points


def up_from_the_bottom(n):
    share = (tf.range(n, dtype="float64") + 0.5) / n
    steps = tf.constant(special.ndtri(share))
    return tf.stack([tf.tile(steps, [n]), tf.repeat(steps, n)], axis=1)


def ends_by_tensorflow(n):
    share = tf.linspace(tf.constant(0.0, "float64"), 1.0, n)
    steps = math.sqrt(2) * tf.math.erfinv(2 * share - 1)
    return np.stack(np.meshgrid(steps, -steps), axis=-1).reshape(-1, 2)


def box_by_loops(n):
    return [
        (-3 + 6 * column / (n - 1), 3 - 6 * row / (n - 1))
        for row in range(n)
        for column in range(n)
    ]


def box_by_mgrid(n):
    up, across = np.mgrid[2 : -2 : n * 1j, -2 : 2 : n * 1j]
    return np.c_[across.ravel(), up.ravel()]


WRONG_GRID = [
    ("axes_flipped", columns_first),
    ("axes_flipped", up_from_the_bottom),
    ("infinite_ends", ends_by_tensorflow),
    ("not_inverse_cdf", box_by_loops),
    ("not_inverse_cdf", box_by_mgrid),
    (ANY, laid_out(steps_of(lambda n: np.linspace(0, 1, n + 1)))),
    (ANY, laid_out(even_steps, upside_down=True)),
    (ANY, laid_out(lambda n: stats.norm.pdf(ends_included(n)))),
    (ANY, lambda n: laid_out(even_steps)(n)[:, ::-1]),
    (ANY, lambda n: laid_out(steps_of(middles), True)(n)[:, ::-1]),
    (ANY, lambda n: laid_out(steps_of(ends_included))(n).T),
    (ANY, cut_in_pairs(indexing="ij", sparse=False)),
    (ANY, laid_out(lambda n: even_steps(n) / 2, upside_down=True)),
    ("infinite_ends", laid_out(steps_of(ends_included))),
    ("infinite_ends", laid_out(lambda n: special.ndtri(ends_included(n)))),
    ("infinite_ends", laid_out(steps_of(lambda n: np.arange(n) / n))),
    ("infinite_ends", laid_out(steps_of(lambda n: np.arange(1, n + 1) / n))),
    (
        "infinite_ends",
        laid_out(lambda n: 2**0.5 * special.erfinv(2 * ends_included(n) - 1)),
    ),
    ("infinite_ends", laid_out(steps_of(ends_included), upside_down=True)),
    ("infinite_ends", ends_hidden(1e308)),
    ("infinite_ends", ends_hidden(1000)),
    ("infinite_ends", ends_hidden(10)),
    ("axes_flipped", laid_out(steps_of(middles), upside_down=True)),
    ("axes_flipped", lambda n: latent.percentile_grid(n)[:, ::-1]),
    ("axes_flipped", lambda n: latent.percentile_grid(n)[::-1]),
    ("axes_flipped", lambda n: latent.percentile_grid(n).T),
    ("axes_flipped", reordered(lambda table: table.swapaxes(0, 1))),
    ("axes_flipped", reordered(lambda table: table[:, ::-1])),
    ("axes_flipped", reordered(lambda table: table[::-1])),
    ("axes_flipped", reordered(lambda table: table.swapaxes(0, 1)[::-1])),
    ("axes_flipped", reordered(lambda table: table[..., ::-1][::-1])),
    (
        "axes_flipped",
        lambda n: [
            (x, y) for x in steps_of(middles)(n) for y in steps_of(middles)(n)
        ],
    ),
    (
        "axes_flipped",
        lambda n: np.stack(
            np.meshgrid(*2 * [steps_of(middles)(n)], indexing="ij"), -1
        ).reshape(-1, 2),
    ),
    ("axes_flipped", cut_in_pairs()),
    ("axes_flipped", cut_in_pairs(indexing="ij")),
    (
        "axes_flipped",
        lambda n: np.moveaxis(
            latent.percentile_grid(n).reshape(n, n, 2), -1, 0
        ).reshape(-1, 2),
    ),
    ("not_inverse_cdf", second_axis(even_steps)),
    ("not_inverse_cdf", laid_out(even_steps)),
    ("not_inverse_cdf", laid_out(even_steps, upside_down=True)),
    ("not_inverse_cdf", laid_out(lambda n: np.linspace(-2, 2, n))),
    ("not_inverse_cdf", laid_out(lambda n: np.linspace(-1, 1, n))),
    ("not_inverse_cdf", laid_out(middles)),
    ("not_inverse_cdf", laid_out(ends_included)),
    ("not_inverse_cdf", laid_out(lambda n: stats.norm.cdf(even_steps(n)))),
    ("not_inverse_cdf", laid_out(lambda n: stats.norm.cdf(middles(n)))),
    ("not_inverse_cdf", laid_out(lambda n: stats.norm.pdf(middles(n)))),
    ("not_inverse_cdf", laid_out(lambda n: 2 * middles(n) - 1)),
    ("not_finite", laid_out(steps_of(even_steps))),
    ("not_finite", laid_out(steps_of(lambda n: 100 * middles(n)))),
    ("not_finite", laid_out(lambda n: special.ndtri(np.arange(n)))),
    (None, laid_out(lambda n: special.logit(middles(n)))),
    (None, laid_out(lambda n: stats.norm.ppf(middles(n), scale=2))),
    (None, laid_out(lambda n: special.erfinv(2 * middles(n) - 1))),
    (None, laid_out(steps_of(lambda n: (np.arange(n) + 0.2) / n))),
    (None, laid_out(steps_of(lambda n: np.linspace(0.4, 0.6, n)))),
    (None, laid_out(steps_of(lambda n: np.linspace(0.25, 0.75, n)))),
    (None, laid_out(lambda n: steps_of(middles)(n).round())),
    (None, lambda n: latent.percentile_grid(n).reshape(n, n, 2)),
    (None, lambda n: np.meshgrid(*2 * [steps_of(middles)(n)])),
    (None, lambda n: latent.percentile_grid(n)[:n]),
    (None, lambda n: latent.percentile_grid(n + 1)),
    (None, lambda n: latent.percentile_grid(5)),
    (None, lambda n: np.repeat(latent.percentile_grid(n)[:, :1], 2, axis=1)),
    (None, lambda n: steps_of(middles)(n)),
    (None, lambda n: np.random.default_rng(0).standard_normal((n * n, 2))),
    (None, lambda n: np.sort(latent.percentile_grid(n), axis=0)),
    (
        None,
        lambda n: np.random.default_rng(0).permutation(
            latent.percentile_grid(n)
        ),
    ),
]

# --- 9.3 --------------------------------------------------------------------


def vector_by_loops(z, has_attribute):
    vector = []
    for k in range(z.shape[1]):
        have, lack = [], []
        for code, has in zip(z, has_attribute, strict=True):
            (have if has else lack).append(code[k])
        vector.append(sum(have) / len(have) - sum(lack) / len(lack))
    return vector


def vector_by_sums(z, has_attribute):
    have = has_attribute.sum()
    with_it = (z * has_attribute[:, None]).sum(axis=0) / have
    without = (z * ~has_attribute[:, None]).sum(axis=0) / (len(z) - have)
    return with_it - without


def vector_by_average(z, has_attribute):
    return np.average(z, axis=0, weights=has_attribute) - np.average(
        z, axis=0, weights=1 - has_attribute
    )


def vector_by_regression(z, has_attribute):
    table = np.column_stack([np.ones(len(z)), has_attribute])
    return np.linalg.lstsq(table, z, rcond=None)[0][1]


def vector_by_product(z, has_attribute):
    weights = np.where(
        has_attribute, 1 / has_attribute.sum(), -1 / (~has_attribute).sum()
    )
    return weights @ z


def vector_in_single_precision(codes, mask):
    codes = codes.astype("float32")
    return codes[mask].mean(0) - codes[np.logical_not(mask)].mean(0)


def vector_by_einsum(z, has_attribute):
    groups = np.stack([has_attribute, ~has_attribute]).astype("float64")
    means = np.einsum("gi,ij->gj", groups, z) / groups.sum(1)[:, None]
    return means[0] - means[1]


def vector_by_tensorflow(z, has_attribute):
    with_it = tf.boolean_mask(z, has_attribute)
    without = tf.boolean_mask(z, tf.logical_not(has_attribute))
    return tf.reduce_mean(with_it, 0) - tf.reduce_mean(without, 0)


def vector_by_keras(z, has_attribute):
    weights = ops.cast(has_attribute, "float64")[:, None]
    own = ops.sum(weights * z, axis=0) / ops.sum(weights)
    rest = ops.sum((1 - weights) * z, axis=0) / ops.sum(1 - weights)
    return own - rest


def vector_by_segments(z, has_attribute):
    means = tf.math.unsorted_segment_mean(z, has_attribute.astype(int), 2)
    return (means[1] - means[0]).numpy()


RIGHT_VECTOR = [
    vector_by_einsum,
    vector_by_tensorflow,
    vector_by_keras,
    vector_by_segments,
    latent.attribute_vector,
    lambda z, has_attribute: (
        z[has_attribute].mean(axis=0) - z[~has_attribute].mean(axis=0)
    ),
    lambda z, h: np.mean(z[h == 1], 0) - np.mean(z[h == 0], 0),
    lambda z, h: z[np.where(h)[0]].mean(0) - z[np.where(~h)[0]].mean(0),
    vector_by_loops,
    vector_by_sums,
    vector_by_average,
    vector_by_regression,
    vector_by_product,
    vector_in_single_precision,
    lambda z, h, axis=0: (
        z.mean(axis, where=h[:, None]) - z.mean(axis, where=~h[:, None])
    ),
    lambda z, h: np.delete(z, ~h, 0).mean(0) - np.delete(z, h, 0).mean(0),
]


def own(z, h):
    return z[h].mean(axis=0)


def others(z, h):
    return z[~h].mean(axis=0)


def right_vector(z, h):
    return own(z, h) - others(z, h)


def turned_in_place(z, has_attribute):
    with_it = own(z, has_attribute)
    np.logical_not(has_attribute, out=has_attribute)
    return with_it - own(z, has_attribute)


def an_empty_group(z, h):
    with np.errstate(invalid="ignore"):
        return own(z, h) - z[h == 2].sum(axis=0) / np.sum(h == 2)


def sums_by_loops(z, has_attribute):
    vector = np.zeros(z.shape[1])
    for code, has in zip(z, has_attribute, strict=True):
        vector += code if has else -code
    return vector


def sums_by_keras(z, has_attribute):
    signs = ops.where(has_attribute, 1.0, -1.0)
    return ops.einsum("i,ij->j", ops.cast(signs, "float64"), z)


def sign_by_loops(z, has_attribute):
    groups = {True: [], False: []}
    for code, has in zip(z, has_attribute, strict=True):
        groups[bool(has)].append(code)
    return np.mean(groups[False], 0) - np.mean(groups[True], 0)


def sign_by_tensorflow(z, has_attribute):
    means = [
        tf.reduce_mean(part, axis=0)
        for part in tf.dynamic_partition(z, has_attribute.astype("int32"), 2)
    ]
    return means[0] - means[1]


WRONG_VECTOR = [
    ("sums_not_means", sums_by_loops),
    ("sums_not_means", sums_by_keras),
    ("sign", sign_by_loops),
    ("sign", sign_by_tensorflow),
    (
        "length_for_vector",
        lambda z, h: np.linalg.norm(right_vector(z, h)),
    ),
    (
        "length_for_vector",
        lambda z, h: math.dist(own(z, h), others(z, h)),
    ),
    (ANY, lambda z, h: -(z[h].sum(axis=0) + z[~h].sum(axis=0))),
    (ANY, lambda z, h: (others(z, h) - own(z, h)) / 2),
    (ANY, lambda z, h: np.median(z[~h], axis=0) - np.median(z[h], axis=0)),
    (ANY, lambda z, h: z[h].mean(axis=1).sum() - z[~h].mean(axis=1).sum()),
    (ANY, lambda z, h: (z[~h].sum(axis=0) - z[h].sum(axis=0)) / len(z)),
    (ANY, lambda z, h: z[1 * ~h].mean(axis=0) - z[1 * h].mean(axis=0)),
    ("sums_not_means", lambda z, h: z[h].sum(axis=0) - z[~h].sum(axis=0)),
    ("sums_not_means", lambda z, h: h @ z - ~h @ z),
    ("sums_not_means", lambda z, h: np.where(h, 1, -1) @ z),
    ("sums_not_means", lambda z, h: z[~h].sum(axis=0) - z[h].sum(axis=0)),
    ("sums_not_means", lambda z, h: (z * h[:, None]).sum(axis=0)),
    ("sums_not_means", lambda z, h: z[h].sum(axis=0) - others(z, h)),
    ("sums_not_means", lambda z, h: own(z, h) - z[~h].sum(axis=0)),
    ("sums_not_means", lambda z, h: z[~h].sum(axis=0)),
    ("sums_not_means", lambda z, h: z.sum(axis=0)),
    ("sign", lambda z, h: others(z, h) - own(z, h)),
    ("sign", lambda z, h: -vector_by_product(z, h)),
    ("sign", lambda z, h: np.diff([own(z, h), others(z, h)], axis=0)[0]),
    ("sign", lambda z, h: -right_vector(z, h)),
    ("difference_missing", own),
    ("difference_missing", others),
    ("mean_of_all", lambda z, h: own(z, h) - z.mean(axis=0)),
    ("mean_of_all", lambda z, h: np.mean(z[h] - z.mean(0), axis=0)),
    ("mean_of_all", lambda z, h: z.mean(axis=0) - others(z, h)),
    ("mean_of_all", lambda z, h: z.mean(axis=0) - own(z, h)),
    ("mean_of_all", lambda z, h: others(z, h) - z.mean(axis=0)),
    ("added", lambda z, h: own(z, h) + others(z, h)),
    ("added", lambda z, h: z.mean(axis=0)),
    (
        "wrong_count",
        lambda z, h: np.mean(z * np.where(h, 1, -1)[:, None], 0),
    ),
    (
        "wrong_count",
        lambda z, h: (
            (z * h[:, None]).mean(axis=0) - (z * ~h[:, None]).mean(axis=0)
        ),
    ),
    ("wrong_count", lambda z, h: z[h].sum(0) / len(z) - others(z, h)),
    ("wrong_count", lambda z, h: own(z, h) - z[~h].sum(0) / len(z)),
    ("wrong_count", lambda z, h: (z[h].sum(0) - z[~h].sum(0)) / h.sum()),
    ("wrong_count", lambda z, h: (z[h].sum(0) - z[~h].sum(0)) / sum(~h)),
    (
        "wrong_count",
        lambda z, h: z[h].sum(0) / sum(~h) - z[~h].sum(0) / sum(h),
    ),
    (
        "mask_as_index",
        lambda z, h: z[h.astype(int)].mean(0) - z[1 - h.astype(int)].mean(0),
    ),
    (
        "mask_as_index",
        lambda z, h: z[1 * h].mean(axis=0) - z[1 * ~h].mean(axis=0),
    ),
    ("mask_as_index", lambda z, h: own(z, h) - z[1 - h].mean(axis=0)),
    ("mask_as_index", lambda z, h: z[1 * h].mean(axis=0) - others(z, h)),
    (
        "mask_as_index",
        lambda z, h: z[h.astype(int)].mean(0) - z[~h.astype(int)].mean(0),
    ),
    ("axis_mixed_up", lambda z, h: z[h].mean() - z[~h].mean()),
    ("axis_mixed_up", lambda z, h: right_vector(z, h).mean()),
    (
        "normalised",
        lambda z, h: right_vector(z, h) / np.linalg.norm(right_vector(z, h)),
    ),
    (
        "normalised",
        lambda z, h: right_vector(z, ~h) / np.linalg.norm(right_vector(z, h)),
    ),
    ("half_way", lambda z, h: right_vector(z, h) / 2),
    ("half_way", lambda z, h: own(z, h) - (own(z, h) + others(z, h)) / 2),
    (
        "median_for_mean",
        lambda z, h: np.median(z[h], 0) - np.median(z[~h], axis=0),
    ),
    (
        "median_for_mean",
        lambda z, h: np.quantile(z[h], 0.5, 0) - np.quantile(z[~h], 0.5, 0),
    ),
    (None, lambda z, h: right_vector(z, h)[None]),
    (None, lambda z, h: right_vector(z, h)[:1]),
    (None, lambda z, h: right_vector(z[:-1], h[:-1])),
    (None, lambda z, h: np.abs(right_vector(z, h))),
    (None, lambda z, h: z[h].mean(axis=1)),
    (None, lambda z, h: z[h][0] - z[~h][0]),
    (None, lambda z, h: right_vector(z, h).round(1)),
    (None, lambda z, h: z[:3].mean(axis=0) - z[3:].mean(axis=0)),
    ("not_finite", an_empty_group),
    ("changes_its_input", turned_in_place),
    change_input(
        lambda z, has_attribute: latent.attribute_vector(z, has_attribute), "z"
    ),
]

CASES = [
    (check.to_percentiles, RIGHT_SHARE, WRONG_SHARE),
    (check.percentile_grid, RIGHT_GRID, WRONG_GRID),
    (check.attribute_vector, RIGHT_VECTOR, WRONG_VECTOR),
]
test_right_answers_pass_and_come_back, test_slips_are_named = answer_tests(
    CASES
)
test_spoiled_answers_are_rejected = spoiled_test(CASES)


@pytest.mark.parametrize(
    "judge, answer, words",
    [
        (check.to_percentiles, share_by_counting, "near, but not exact"),
        (check.to_percentiles, lambda z: z, "Try these three"),
        (
            check.percentile_grid,
            laid_out(steps_of(middles), upside_down=True),
            "Which row of an image comes first",
        ),
        (
            check.percentile_grid,
            lambda n: latent.percentile_grid(n)[:, ::-1],
            "which of the two numbers",
        ),
        (
            check.percentile_grid,
            reordered(lambda table: table[:, ::-1]),
            "from left to right",
        ),
        (check.percentile_grid, cut_in_pairs(), "its own place"),
        (check.percentile_grid, laid_out(middles), "between 0 and 1"),
        (check.percentile_grid, laid_out(even_steps), "steps alike"),
        (check.percentile_grid, second_axis(even_steps), "of z[:, 1]"),
        (check.percentile_grid, ends_hidden(1e308), "begin and end"),
        (
            check.percentile_grid,
            laid_out(steps_of(lambda n: np.arange(n) + 0.5 / n)),
            "of 50 numbers are nan",
        ),
        (
            check.attribute_vector,
            lambda z, h: z[h].mean(axis=0) - z[not h].mean(axis=0),
            "on every element",
        ),
        (
            check.attribute_vector,
            lambda z, h: z[h].mean(axis=0) - z[-h].mean(axis=0),
            "on every element",
        ),
        (check.attribute_vector, an_empty_group, "the mean of none"),
        (check.attribute_vector, WRONG_VECTOR[0][1], "twice as long"),
    ],
)
def test_the_message_fits_the_answer(judge, answer, words):
    with pytest.raises(ExerciseFailed) as caught:
        judge(answer)
    assert words in " ".join(str(caught.value).split())


def test_no_two_slips_of_the_percentiles_look_alike():
    inputs = []

    def watched(z):
        inputs.append(z)
        return special.ndtr(z)

    check.to_percentiles(watched)
    assert len(inputs) == 2
    for z in inputs:
        with np.errstate(all="ignore"):
            slips = check._slips_of_percentiles(z)
        assert no_two_alike(slips, special.ndtr(z))


def test_no_two_slips_of_the_vector_look_alike():
    inputs = []

    def watched(z, has_attribute):
        inputs.append((z, has_attribute))
        return right_vector(z, has_attribute)

    check.attribute_vector(watched)
    assert len(inputs) == 2
    for z, h in inputs:
        slips = check._slips_of_attribute(z, h)
        assert no_two_alike(slips, right_vector(z, h))


def no_two_alike(slips, right):
    """Tell whether different slugs, and the right one, differ clearly."""
    named = [("right", right), *((slug, value) for slug, value, _ in slips)]
    return not any(
        np.shape(one) == np.shape(other)
        and np.allclose(one, other, rtol=1e-3, atol=1e-3)
        for i, (slug, one) in enumerate(named)
        for other_slug, other in named[:i]
        if slug != other_slug
    )
