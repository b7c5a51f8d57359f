"""Checks of lesson 09, Explore the latent space."""

import math
import statistics

import numpy as np

from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.pictures import lesson_09 as draw

BELL = statistics.NormalDist()
TOLERANCE = 2e-3

ASK_ABOUT_PERCENTILES = {
    "pdf_for_cdf": "At z = 0, half of the distribution lies below. What "
    "does your function give there: an area, or the height of the curve?",
    "empirical_ranks": "If one more code were added, would the percentiles "
    "of all others change? Which curve is known beforehand, without codes?",
    "survival_for_cdf": "When z grows, does more of the distribution lie "
    "below it, or less?",
    "half_missing": "erf(x) is made for a bell of variance 1/2. By what must "
    "z be divided first?",
    "erf_for_cdf": "At z = 0, half of the distribution lies below. What "
    "does your function give there?",
    "two_sided": "Half of the distribution lies below 0. What does your "
    "function give there, and does it tell -1 from 1?",
    "inverse_for_cdf": "Which way round is it: a code goes in. Does your "
    "function expect a code, or a share between 0 and 1?",
    "log_for_cdf": "A share lies between 0 and 1. Is yours one, or its "
    "logarithm?",
    "percent_for_share": "How is one half written between 0 and 1?",
    "logistic_for_normal": "Which curve has the area under the bell? There "
    "are several that rise from 0 to 1.",
    "fitted_normal": "Which normal distribution is asked about: one that "
    "you measure on the codes, or one that was fixed beforehand?",
    "half_lost": "At z = 0, half of the distribution lies below. What does "
    "your function give there, and can a share be larger than 1?",
    "mean_shifted": "Half of the standard normal lies below its mean, which "
    "is 0. Where does your function give one half?",
    "latents_multiplied": "One share is asked for every number of a code. How "
    "many shares do you give for a code?",
    "box_for_bell": "Your function spreads the codes evenly from their "
    "smallest to their largest. Where does the bell come in?",
}
ASK_WHERE = (
    "What should your function give at 0, and far to the left and to the "
    "right? Try these three."
)
ASK_WHY_SO_NEAR = (
    "Everywhere you are near, but not exact. Does your function count, round, "
    "cut off or approximate anything?"
)
ASK_ABOUT_GRID = {
    "numbers_swapped": "Print your first n points. Along a row of the "
    "picture, which of the two numbers of a point changes?",
    "upside_down": "The second number grows upwards in the plane. Which row "
    "of an image comes first, and is that number large or small there?",
    "mirrored": "Print your first n points. Does the first number grow from "
    "left to right along them?",
    "steps_alike": "Give your grid to `to_percentiles`. Are the steps alike "
    "there, or are they alike in the plane itself?",
    "percentiles_left": "All your numbers lie between 0 and 1. Are they "
    "points of the plane, where codes may be negative, or percentiles?",
    "infinite_ends": "Which number has nothing at all of the bell below it, "
    "and which has all of it? Where do your percentiles begin and end?",
    "not_a_share": "The inverse of the cdf expects shares between 0 and 1. "
    "Print what you give it for n = 2: are they shares?",
    "middle_only": "How much of the bell lies beyond your outermost points, "
    "and how much between two neighbours?",
    "few_or_many": "Along each axis there should be n different numbers. "
    "How many have your points, and how do they meet?",
    "uneven": "Look at these percentiles: is every step as long as the "
    "next, and is the first as far from 0 as the last from 1?",
    "cut_in_pairs": "Print your first n points. Do both numbers of a point "
    "come from its own place, its column and its row?",
    "points_in_columns": "A row should be one point. What are your rows?",
}
ASK_ABOUT_ATTRIBUTE = {
    "sums_not_means": "If every code were there twice, should the vector "
    "be twice as long?",
    "sign": "Add your vector to a code without the attribute. Does it come "
    "nearer to the codes with it, or go away from them?",
    "difference_missing": "Where does your vector point if all codes are "
    "moved by 100, those with and those without alike?",
    "mean_of_all": "Which codes are in each of your two means? No code "
    "should be in both.",
    "added": "If both groups had the same mean, what should the vector be, "
    "and what would yours be?",
    "wrong_count": "By how many is each of your two sums divided, and "
    "how many codes are in it?",
    "mask_as_index": "Is `has_attribute` a mask of True and False where you "
    "index with it? NumPy takes the numbers 0 and 1 for the first two rows.",
    "axis_mixed_up": "One number is asked for each latent dimension. Over "
    "which axis does your mean run?",
    "normalised": "The way from one mean to the other has a direction and a "
    "length. What is the length of yours?",
    "not_finite": "Print how many codes are in each of your two groups. What "
    "is the mean of none?",
    "length_for_vector": "How far the two means are apart is one number. Does "
    "it say in which direction the other lies?",
    "median_for_mean": "What does your function make of three codes with "
    "the attribute, at 0, 0 and 9?",
    "half_way": "Add your vector to the mean of those without. Do you arrive "
    "at the mean of those with?",
}


@exercise(
    "9.1",
    points=1,
    library="vae_course.latent:to_percentiles",
    pictures=draw.to_percentiles,
)
def to_percentiles(attempt):
    """Judge the area under the standard normal below each number."""
    for n, latent_dim in (6, 2), (5, 3):
        z = _codes(n, latent_dim)
        asked = (
            f"the share of the standard normal below each number of {n} "
            f"codes, {latent_dim} numbers each; z[0, 0] is {z[0, 0]:.4g}"
        )
        right = np.vectorize(BELL.cdf)(z)
        with np.errstate(all="ignore"):
            value = as_array(attempt(z=z), asked)
            slips = _slips_of_percentiles(z)
        compare(
            value,
            right,
            asked=asked,
            question=ASK_WHY_SO_NEAR if _near(value, right) else ASK_WHERE,
            slips=slips,
            rtol=1e-4,
            atol=1e-6,
        )


@exercise(
    "9.2",
    points=2,
    library="vae_course.latent:percentile_grid",
    pictures=draw.percentile_grid,
)
def percentile_grid(attempt):
    """Judge a grid by its percentiles and by the order of its points.

    Every evenly spaced choice of percentiles is right that is symmetric
    about one half and comes near to 0 and 1.
    """
    for n in 5, 6:
        asked = (
            f"{n * n} points of 2 finite numbers, {n} evenly spaced "
            "percentiles along each axis, row by row from the top left"
        )
        with np.errstate(all="ignore"):
            grid = as_array(attempt(n=n), asked).astype("float64")
            _look_at_the_numbers(grid, n, asked)
            across, up = (_ticks(grid, axis, n, asked) for axis in (0, 1))
        right = np.stack(np.meshgrid(across, up[::-1]), axis=-1)
        compare(
            grid,
            right.reshape(-1, 2),
            asked=asked,
            question="Print your points in n rows of n. Which of the two "
            "numbers should change along a row, and which from row to row?",
            slips=_grids_in_other_orders(right),
            atol=1e-4,
        )


@exercise(
    "9.3",
    points=1,
    library="vae_course.latent:attribute_vector",
    pictures=draw.attribute_vector,
)
def attribute_vector(attempt):
    """Judge the way from the mean of some codes to that of the others."""
    for n, latent_dim, n_with in (11, 3, 4), (8, 2, 5):
        z = 0.7 + 1.5 * _codes(n, latent_dim)
        has_attribute = np.random.default_rng(n + 2).permutation(n) < n_with
        with_it, without_it = (
            _mean_by_loop(z, has_attribute, kind) for kind in (True, False)
        )
        compare(
            attempt(z=z, has_attribute=has_attribute),
            with_it - without_it,
            asked=f"one vector of {latent_dim} numbers, from the mean of "
            f"{n - n_with} codes without the attribute to that of {n_with} "
            "codes with it",
            question="Try it on codes that you can average by hand: two with "
            "the attribute, one without.",
            slips=_slips_of_attribute(z, has_attribute),
            rtol=1e-4,
            atol=1e-5,
        )


def _codes(n, latent_dim):
    rng = np.random.default_rng(100 * n + latent_dim)
    return rng.normal(0.4, 1.4, (n, latent_dim))


# --- 9.1 --------------------------------------------------------------------


def _slips_of_percentiles(z):
    from scipy.special import erf, expit, log_ndtr, ndtr, ndtri

    pdf = np.vectorize(BELL.pdf)(z)
    root = math.sqrt(2)
    return with_questions(
        ASK_ABOUT_PERCENTILES,
        ("pdf_for_cdf", [pdf, np.exp(-(z**2) / 2), np.log(pdf)]),
        ("empirical_ranks", _shares_of_ranks(z)),
        ("survival_for_cdf", [ndtr(-z)]),
        (
            "half_missing",
            [(1 + erf(z / scale)) / 2 for scale in (1, 2, 1 / root)],
        ),
        ("erf_for_cdf", [erf(z), erf(z / root), erf(z / root) / 2]),
        (
            "two_sided",
            [erf(np.abs(z) / root), 1 - erf(np.abs(z) / root)],
        ),
        ("inverse_for_cdf", [ndtri(z), -ndtri(z)]),
        ("half_lost", [2 * ndtr(z), 2 * ndtr(-z)]),
        ("log_for_cdf", [log_ndtr(z)]),
        ("percent_for_share", [100 * ndtr(z)]),
        (
            "logistic_for_normal",
            [expit(slope * z) for slope in (1, 1.6, 1.7, 1.702, 2)],
        ),
        ("fitted_normal", _shares_of_fitted_normals(z)),
        ("mean_shifted", [ndtr(z - 1)]),
        ("latents_multiplied", [ndtr(z).prod(axis=1)]),
        (
            "box_for_bell",
            [(z - z.min(axis)) / np.ptp(z, axis) for axis in (0, None)],
        ),
    )


def _near(value, right):
    return value.shape == right.shape and np.allclose(value, right, atol=0.02)


def _shares_of_fitted_normals(z):
    """List the shares below each code of normals measured on the codes."""
    from scipy.special import ndtr

    shares = []
    for axis in 0, None:
        centred = z - z.mean(axis)
        shares.append(ndtr(centred))
        for ddof in 0, 1:
            std = z.std(axis, ddof=ddof)
            shares += [ndtr(centred / std), ndtr(z / std)]
    return shares


def _shares_of_ranks(z):
    """List the shares of the codes below each code, however they count.

    SciPy's percentileofscore gives them in percent.
    """
    shares = []
    for axis in 0, 1, None:
        ranks = z.argsort(axis).argsort(axis).reshape(z.shape)
        m = z.size if axis is None else z.shape[axis]
        shares += [
            ranks / (m - 1),
            *((ranks + first) / m for first in (0, 0.5, 1)),
            (ranks + 1) / (m + 1),
        ]
    return shares + [100 * share for share in shares]


# --- 9.2 --------------------------------------------------------------------


def _look_at_the_numbers(grid, n, asked):
    """Demand n * n points of finite numbers, of which some are negative."""
    question = mistake = None
    if grid.shape == (2, n * n):
        question, mistake = "points_in_columns", "axes_flipped"
    elif np.any(np.isnan(grid)):
        question, mistake = "not_a_share", "not_finite"
    elif np.any(np.isinf(grid)):
        question, mistake = "infinite_ends", "infinite_ends"
    elif grid.size and grid.min() >= 0 and grid.max() <= 1:
        question, mistake = "percentiles_left", "not_inverse_cdf"
    if question:
        numbers = f"numbers from {grid.min():.3g} to {grid.max():.3g}"
        if question == "not_a_share":
            numbers = f"{np.isnan(grid).sum()} of {grid.size} numbers are nan"
        raise ExerciseFailed(
            asked,
            f"shape {grid.shape}, {numbers}",
            ASK_ABOUT_GRID[question],
            mistake,
        )
    if grid.shape != (n * n, 2):
        raise ExerciseFailed(
            asked,
            f"shape {grid.shape}, expected {(n * n, 2)}",
            "One row of the result, one point. Every column of the picture "
            "meets every row of it: how many points are that, and how many "
            "numbers has each?",
        )


def _ticks(grid, axis, n, asked):
    """Return an axis of the grid, in order, if it is even in percentiles.

    Numbers closer than 1e-5 are one tick, computed in two ways.
    """
    from scipy.special import ndtr

    numbers = np.sort(grid[:, axis])
    ticks = numbers[np.diff(numbers, prepend=-np.inf) > 1e-5]
    percentiles = ndtr(ticks)
    got = f"percentiles of z[:, {axis}]: "
    got += ", ".join(f"{p:.3f}" for p in percentiles)
    question = mistake = None
    if len(ticks) != n:
        got = f"{len(ticks)} different numbers in z[:, {axis}]"
        question = "few_or_many"
    elif _is_even(percentiles):
        if percentiles[0] > 1 / n + TOLERANCE:
            question = "middle_only"
        elif percentiles[-1] == 1:
            question = mistake = "infinite_ends"
    elif np.allclose(np.diff(ticks), np.ptp(ticks) / (n - 1), atol=1e-3):
        question, mistake = "steps_alike", "not_inverse_cdf"
    else:
        question = "uneven"
    if question:
        raise ExerciseFailed(asked, got, ASK_ABOUT_GRID[question], mistake)
    return ticks


def _is_even(percentiles):
    even = np.linspace(percentiles[0], 1 - percentiles[0], len(percentiles))
    return np.abs(percentiles - even).max() < TOLERANCE


def _grids_in_other_orders(right):
    """List the seven other ways to lay a square of points out in rows.

    And two that cut the arrays of np.meshgrid into pairs.
    """
    turned = right.swapaxes(0, 1)
    orders = with_questions(
        ASK_ABOUT_GRID,
        (
            "numbers_swapped",
            [turned[::way, ::other] for way in (1, -1) for other in (1, -1)],
        ),
        ("upside_down", [right[::-1], right[::-1, ::-1]]),
        ("mirrored", [right[:, ::-1]]),
        (
            "cut_in_pairs",
            [
                np.moveaxis(table, -1, 0)
                for table in (right, right[::-1], turned[:, ::-1])
            ],
        ),
    )
    return [
        ("axes_flipped", grid.reshape(-1, 2), question)
        for _, grid, question in orders
    ]


# --- 9.3 --------------------------------------------------------------------


def _mean_by_loop(z, has_attribute, kind):
    rows = [
        row for row, own in zip(z, has_attribute, strict=True) if own == kind
    ]
    return np.array(
        [math.fsum(column) / len(rows) for column in np.transpose(rows)]
    )


def _slips_of_attribute(z, has_attribute):
    own, others = z[has_attribute], z[~has_attribute]
    sums = own.sum(axis=0), others.sum(axis=0)
    index = has_attribute.astype(int)
    picked = [z[rows].mean(axis=0) for rows in (index, 1 - index, ~index)]
    medians = [np.median(part, axis=0) for part in (own, others)]
    own, others, middle = (part.mean(axis=0) for part in (own, others, z))
    way = own - others
    unit = way / np.linalg.norm(way)
    return with_questions(
        ASK_ABOUT_ATTRIBUTE,
        ("sums_not_means", _ways_with_sums(*sums, own, others)),
        ("sign", [-way]),
        ("difference_missing", [own, others]),
        (
            "mean_of_all",
            [own - middle, middle - own, others - middle, middle - others],
        ),
        ("added", [own + others, middle]),
        ("wrong_count", _ways_with_wrong_counts(*sums, has_attribute)),
        (
            "mask_as_index",
            [
                *(picked[0] - other for other in (*picked[1:], others)),
                *(own - other for other in picked[1:]),
            ],
        ),
        ("axis_mixed_up", [way.mean()]),
        ("normalised", [unit, -unit]),
        ("length_for_vector", [np.linalg.norm(way)]),
        ("median_for_mean", [medians[0] - medians[1]]),
        ("half_way", [way / 2, -way / 2]),
        ("not_finite", [np.full_like(way, np.nan)]),
    )


def _ways_with_sums(own_sum, others_sum, own, others):
    both = own_sum - others_sum, own_sum - others, own - others_sum
    alone = own_sum, others_sum, own_sum + others_sum
    return [*both, -both[0], *alone]


def _ways_with_wrong_counts(own_sum, others_sum, has_attribute):
    """List differences whose sums are divided by how many others are."""
    n, n_with = len(has_attribute), has_attribute.sum()
    counts = n_with, n - n_with, n
    ways = [
        own_sum / first - others_sum / second
        for first in counts
        for second in counts
        if (first, second) != (n_with, n - n_with)
    ]
    return [*ways, (others_sum - own_sum) / n]
