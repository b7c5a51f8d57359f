"""The checks of lesson 09 pass right answers and name each slip."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import special, stats
from spoil import change_input, spoil

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
    ("erf_for_cdf", special.erf),
    ("erf_for_cdf", lambda z: special.erf(z / np.sqrt(2))),
    ("erf_for_cdf", lambda z: 0.5 * special.erf(z / np.sqrt(2))),
    ("two_sided", lambda z: 2 * stats.norm.sf(abs(z))),
    ("two_sided", lambda z: special.erf(abs(z) / np.sqrt(2))),
    ("inverse_for_cdf", stats.norm.ppf),
    ("inverse_for_cdf", special.ndtri),
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
    ("box_for_bell", lambda z: (z - z.min(0)) / np.ptp(z, axis=0)),
    ("box_for_bell", lambda z: (z - z.min()) / (z.max() - z.min())),
    (None, lambda z: special.ndtr(z)[:, 0]),
    (None, lambda z: special.ndtr(z).T),
    (None, lambda z: special.ndtr(z[:, :2])),
    (None, lambda z: special.ndtr(z).prod(axis=1)),
    (None, lambda z: special.ndtr(z).mean(axis=1)),
    (None, lambda z: special.ndtr(z).round(2)),
    (None, lambda z: special.ndtr(z).ravel()),
    (None, lambda z: special.ndtr(2 * z)),
    (None, lambda z: stats.uniform.cdf(z)),
    (None, lambda z: stats.norm.cdf(z.max())),
    (None, lambda z: np.clip(special.ndtr(z), 0.2, 0.8)),
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


RIGHT_GRID = [
    latent.percentile_grid,
    laid_out(steps_of(middles)),
    grid_by_loops,
    grid_by_erfinv,
    grid_by_indices,
    grid_by_product,
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


WRONG_GRID = [
    ("infinite_ends", laid_out(steps_of(ends_included))),
    ("infinite_ends", laid_out(lambda n: special.ndtri(ends_included(n)))),
    ("infinite_ends", laid_out(steps_of(lambda n: np.arange(n) / n))),
    ("infinite_ends", laid_out(steps_of(lambda n: np.arange(1, n + 1) / n))),
    (
        "infinite_ends",
        laid_out(lambda n: 2**0.5 * special.erfinv(2 * ends_included(n) - 1)),
    ),
    ("infinite_ends", laid_out(steps_of(ends_included), upside_down=True)),
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


RIGHT_VECTOR = [
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
]


def own(z, h):
    return z[h].mean(axis=0)


def others(z, h):
    return z[~h].mean(axis=0)


def right_vector(z, h):
    return own(z, h) - others(z, h)


WRONG_VECTOR = [
    ("sums_not_means", lambda z, h: z[h].sum(axis=0) - z[~h].sum(axis=0)),
    ("sums_not_means", lambda z, h: h @ z - ~h @ z),
    ("sums_not_means", lambda z, h: np.where(h, 1, -1) @ z),
    ("sums_not_means", lambda z, h: z[~h].sum(axis=0) - z[h].sum(axis=0)),
    ("sums_not_means", lambda z, h: (z * h[:, None]).sum(axis=0)),
    ("sign", lambda z, h: others(z, h) - own(z, h)),
    ("sign", lambda z, h: -right_vector(z, h)),
    ("difference_missing", own),
    ("difference_missing", others),
    ("mean_of_all", lambda z, h: own(z, h) - z.mean(axis=0)),
    ("mean_of_all", lambda z, h: np.mean(z[h] - z.mean(0), axis=0)),
    ("mean_of_all", lambda z, h: z.mean(axis=0) - others(z, h)),
    ("added", lambda z, h: own(z, h) + others(z, h)),
    ("added", lambda z, h: z.mean(axis=0)),
    (
        "divided_by_all",
        lambda z, h: np.mean(z * np.where(h, 1, -1)[:, None], 0),
    ),
    (
        "divided_by_all",
        lambda z, h: (
            (z * h[:, None]).mean(axis=0) - (z * ~h[:, None]).mean(axis=0)
        ),
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
    ("half_way", lambda z, h: right_vector(z, h) / 2),
    ("half_way", lambda z, h: own(z, h) - (own(z, h) + others(z, h)) / 2),
    (None, lambda z, h: np.median(z[h], 0) - np.median(z[~h], axis=0)),
    (None, lambda z, h: right_vector(z, h)[None]),
    (None, lambda z, h: right_vector(z, h)[:1]),
    (None, lambda z, h: right_vector(z[:-1], h[:-1])),
    (None, lambda z, h: np.abs(right_vector(z, h))),
    (None, lambda z, h: z[h].mean(axis=1)),
    (None, lambda z, h: z[h][0] - z[~h][0]),
    (None, lambda z, h: right_vector(z, h).round(1)),
    change_input(
        lambda z, has_attribute: latent.attribute_vector(z, has_attribute), "z"
    ),
]

EXERCISES = [
    (check.to_percentiles, RIGHT_SHARE, WRONG_SHARE),
    (check.percentile_grid, RIGHT_GRID, WRONG_GRID),
    (check.attribute_vector, RIGHT_VECTOR, WRONG_VECTOR),
]


@pytest.mark.parametrize(
    "judge, answer",
    [
        (judge, answer)
        for judge, answers, _ in EXERCISES
        for answer in answers[1:]
    ],
)
def test_right_answers_pass(judge, answer, capsys):
    assert judge(answer) is answer
    assert f"Exercise {judge.exercise}: passed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "judge, mistake, answer",
    [
        (judge, mistake, answer)
        for judge, right, wrong in EXERCISES
        for mistake, answer in [*wrong, *spoil(right[1])]
    ],
)
def test_wrong_answers_are_named(judge, mistake, answer, mistake_of):
    limit = 0.3 if mistake == "takes_too_long" else 5.0
    assert mistake_of(judge, answer, limit) == mistake


@pytest.mark.parametrize(
    "answer, words",
    [
        (WRONG_GRID[6][1], "Which row of an image comes first"),
        (WRONG_GRID[7][1], "which of the two numbers"),
        (reordered(lambda table: table[:, ::-1]), "from left to right"),
        (laid_out(middles), "between 0 and 1"),
        (laid_out(even_steps), "steps alike"),
    ],
)
def test_the_question_fits_the_grid(answer, words):
    with pytest.raises(ExerciseFailed) as caught:
        check.percentile_grid(answer)
    assert words in " ".join(str(caught.value).split())
