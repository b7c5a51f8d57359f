"""Checks of lesson 02, Holes."""

import math

import numpy as np

from vae_course.checks.chance import (
    demand_chance_from_rng,
    demand_finite,
    demand_independence,
)
from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.pictures import lesson_02 as draw

SQUARE = 60
N_SAMPLES = 10_000
ROUNDING = 1e-5
FAR = 1e5

ASK_ABOUT_BOX = {
    "one_corner_only": "Some of the codes are negative and some are not. "
    "Does your box reach both ends of them?",
    "lower_end_missing": "What does your code give where the random number "
    "is 0? Where should the box begin?",
    "width_missing": "What does your code give where the random number is "
    "1? By what is it multiplied there, and how wide is the box?",
    "sign": "What does your code give where the random number is 0, and "
    "where it is 1? Are these the two ends of the box?",
    "brackets_missing": "Python multiplies before it subtracts. What is "
    "2 + 5 - 2 * 0.5, and what did you mean by it?",
    "noise_not_scaled": "Your samples fill a stretch of length 1 in every "
    "dimension. What stretches it to the width of the box?",
    "symmetric_box": "Do the codes reach as far below 0 as above it? Must "
    "the box?",
    "box_per_point": "How many numbers are in your `low`: one for each "
    "dimension, or one for each code? Over which axis does it look?",
    "axis_forgotten": "How many numbers are in your `low` and in your "
    "`high`? A box has two ends in each dimension.",
    "axes_flipped": "A row should be one sample, a column one dimension. "
    "Which of them are your rows?",
}
ASK_ABOUT_DISTANCE = {
    "square_root_missing": "How far is it from (0, 0) to (3, 4), and what "
    "does your function say?",
    "axis_mixed_up": "Name the axes of your array of differences, one by "
    "one. Which should the sum remove, and which the minimum?",
    "axis_forgotten": "Print the shape after each step. Does a sum, a norm "
    "or a minimum run over all axes where it should run over one?",
    "latents_not_summed": "From (0, 0) to (3, 4) it is one distance, not "
    "two. Which step makes one of two?",
    "dimensions_apart": "The nearest point in one dimension may be another "
    "than in the next. Which comes first, the distance or the minimum?",
    "wrong_norm": "From (0, 0) to (3, 4) it is 5, not 7 and not 4. Which "
    "of your steps gives the other number?",
    "averages_latent": "From (0, 0) to (3, 4) it is 5. Does your function "
    "add the squares up, or average them?",
    "farthest_for_nearest": "Which of a query's distances is asked for?",
    "mean_for_nearest": "One code beside the query is enough, however far "
    "the others are. Which of a query's distances says that?",
    "minimum_missing": "One number is asked for each query. How many does "
    "each of yours have?",
    "nearest_skipped": "May the nearest point itself be left out? A query "
    "is no point, even where it has the same place.",
    "index_for_distance": "Where the nearest point stands in the list is "
    "one thing. How far is it?",
    "sign": "How far is it from (3, 4) to (3, 4), and what does your "
    "function say?",
    "only_two_dimensions": "Your function looks at the first two numbers of "
    "a code. What if a code has three?",
    "one_point_each": "Each of your queries meets one point. How many points "
    "should it be held against?",
    "power_order": "Python raises to a power before it divides. What is "
    "9 ** 1 / 2, and what did you mean by it?",
    "loop_ends_early": "Only one query was answered. Which lines stand "
    "inside your loop, and which should run once, before or after it?",
}
ASK_ABOUT_WALK = {
    "end_missing": "Print your last row and its t. Into how many parts do "
    "`steps` points cut the way between the first and the last of them?",
    "start_missing": "Print your first row. Which t does it belong to?",
    "ends_missing": "Print your first row and your last. Which t do they "
    "belong to?",
    "one_step_too_many": "Count your rows. When you cut a way into 4 parts, "
    "how many points is that, with both ends? Can rounding add one?",
    "one_step_too_few": "Count your rows. The start and the end are two of "
    "them.",
    "weights_swapped": "Print your first row and `start`. Which of the two "
    "weights should be 1 there?",
    "weights_equal": "When t grows, which of the two codes should count for "
    "more, and which for less?",
    "start_not_added": "What does your formula give at t = 0?",
    "difference_missing": "What does your formula give at t = 1?",
    "sign": "At t = 1 you should be at the end. On which side of the start "
    "are you?",
    "weights_not_scaled": "What is your largest t? What must it be at the "
    "end?",
    "axes_flipped": "A row should be one point of the walk. What are your "
    "rows?",
    "steps_unused": "How many rows come out when `steps` changes?",
    "brackets_missing": "Python multiplies before it subtracts. What is "
    "1 - 0.5 * 4, and what did you mean by it?",
    "not_straight": "Where is your walk half-way, and where is the middle "
    "between start and end? Is the way from one to the other straight?",
    "wrong_dtype": "What has become of the decimals? Which line rounds, or "
    "makes an array of whole numbers?",
    "loop_ends_early": "Only one row came out. Which lines stand inside your "
    "loop, and which should run once, before or after it?",
}


@exercise(
    "2.1",
    points=1,
    library="vae_course.latent:sample_bounding_box",
    pictures=draw.sample_bounding_box,
)
def sample_bounding_box(attempt):
    """Judge samples by their chance, their box and their statistics."""
    # As many samples as codes as dimensions: an answer that takes the wrong
    # axis runs to its end here, and shows which one it took.
    z = _codes(SQUARE, SQUARE)
    asked = _asked_of_samples(SQUARE, z)
    first, again, other = (
        _samples(attempt, z, SQUARE, seed, asked) for seed in (5, 5, 6)
    )
    demand_chance_from_rng(first, again, other, asked)
    _look_at_the_samples(first, z, asked, _slips_of_box(z))
    z = _codes(23, 3)
    asked = _asked_of_samples(N_SAMPLES, z)
    samples = _samples(attempt, z, N_SAMPLES, 11, asked)
    _look_at_the_samples(samples, z, asked)
    demand_independence(samples, asked)


@exercise(
    "2.2",
    points=2,
    library="vae_course.evaluate:nearest_distance",
    pictures=draw.nearest_distance,
)
def nearest_distance(attempt):
    """Judge the distance of each query to the nearest point."""
    rng = np.random.default_rng(47)
    few, many = rng.normal(0.6, 2.1, (5, 3)), rng.normal(size=(7, 3))
    flat, other = rng.normal(size=(8, 2)), rng.normal(0.6, 2.1, (6, 2))
    # Multiplied out, in single precision, 0 may come out as 0.001.
    # Far away shows what a search begins with in place of infinity.
    for queries, points, kind, atol in (
        (few, many, "5 queries among 7 points of 3 numbers", 1e-6),
        (flat, other, "8 queries among 6 points of 2 numbers", 1e-6),
        (many[:4], many, "4 queries that are 4 of the 7 points", 0.01),
        (few[:1], many, "1 query among 7 points of 3 numbers", 1e-6),
        (FAR * flat, FAR * other, "all of them more than 50,000 apart", 1),
    ):
        distances = _distances(queries, points)
        compare(
            attempt(queries=queries, points=points),
            distances.min(axis=1),
            asked=f"the distance of each query to the nearest point, {kind}",
            question="Try your function on the two points that the lesson "
            "works out by hand, then on two queries. Does it still work when "
            "all points are very far away?",
            # For one query most slips give the same.
            slips=_slips_of_distance(queries, points, distances)
            if len(queries) > 1
            else (),
            rtol=1e-4,
            atol=atol,
        )


@exercise(
    "2.3",
    points=1,
    library="vae_course.latent:interpolate",
    pictures=draw.interpolate,
)
def interpolate(attempt):
    """Judge a walk by each of its points."""
    rng = np.random.default_rng(23)
    for latent_dim, steps in (3, 5), (4, 2), (2, 10):
        start, end = rng.uniform(0.5, 3, (2, latent_dim)) * [[1], [-1]]
        compare(
            attempt(start=start, end=end, steps=steps),
            _walk(start, end, [i / (steps - 1) for i in range(steps)]),
            asked=f"{steps} evenly spaced points of {latent_dim} numbers, "
            "from start to end",
            question="Walk from (2, 10) to (4, 0) in 3 points and in 5. Are "
            "you at the start, half-way and at the end, and is every step as "
            "long as the next?",
            slips=_slips_of_walk(start, end, steps),
            rtol=1e-4,
            atol=1e-6,
        )


# --- 2.1 --------------------------------------------------------------------


def _codes(n_codes, latent_dim):
    """Make codes crowded in the middle, with another box in each dimension.

    Far out they are thin, so that a box of all but a few is much smaller.
    The first and the last code stand at two sides of the box.
    """
    rng = np.random.default_rng(1000 * n_codes + latent_dim)
    noise = rng.normal(size=(n_codes, latent_dim)) ** 3
    noise[:, 0].sort()
    width = rng.uniform(0.5, 2, latent_dim)
    return rng.uniform(-0.8, 0.8, latent_dim) + width * noise


def _asked_of_samples(n, z):
    return (
        f"{n:,} samples, spread evenly over the box of {len(z)} codes of "
        f"{z.shape[1]} numbers each"
    )


def _samples(attempt, z, n, seed, asked):
    """Draw samples and demand finite ones of the right shape."""
    rng = np.random.default_rng(seed)
    samples = as_array(attempt(z=z, n=n, rng=rng), asked)
    shape = n, z.shape[1]
    if samples.shape != shape:
        raise ExerciseFailed(
            asked,
            f"shape {samples.shape}, expected {shape}",
            "A row for each sample, a column for each dimension. From where "
            "does your code take these two numbers?",
        )
    demand_finite(samples, asked)
    if np.isin(samples, z).mean() > 0.5:
        raise ExerciseFailed(
            asked,
            "numbers that are found among the codes",
            "All of the box is asked for, also where no code lies. Where "
            "does your code make a number that is not there already?",
            "codes_resampled",
        )
    return samples.astype("float64")


def _look_at_the_samples(samples, z, asked, slips=()):
    """Demand a random number for each entry, and the box of the codes."""
    _look_for_shared_noise(samples, asked)
    low, high = z.min(axis=0), z.max(axis=0)
    if _fills(samples, low, high):
        return
    got = _difference(samples, low, high)
    for mistake, (one_end, other_end), question in slips:
        if _fills(samples, one_end, other_end):
            raise ExerciseFailed(asked, got, question, mistake)
    if _is_bell(samples):
        raise ExerciseFailed(
            asked,
            got,
            "Draw a histogram of one column. Is every place in the box as "
            "likely as any other?",
            "normal_noise",
        )
    raise ExerciseFailed(
        asked,
        got,
        "Draw a histogram of one column. Where does it begin and end, where "
        "do the codes, and is it as high in the middle as at its ends?",
    )


def _look_for_shared_noise(samples, asked):
    got, different = None, len(np.unique(samples))
    with np.errstate(all="ignore"):
        between = np.corrcoef(samples.T) - np.eye(samples.shape[1])
    if different < 0.6 * samples.size:
        got = f"only {different:,} different numbers among {samples.size:,}"
    # Of a right answer these have a standard error of 1 / sqrt(n), and one
    # of the 1,770 exceeds seven less than once in 100 million times.
    elif np.any(np.abs(between) > 7 / math.sqrt(len(samples))):
        got = "dimensions that rise and fall together"
    if got:
        raise ExerciseFailed(
            asked,
            got,
            "Count the random numbers that you ask the rng for. How many "
            "does a sample need, and how many do all of them? Does a later "
            "line round, sort or repeat them?",
            "noise_shared",
        )


def _fills(samples, one_end, other_end):
    """Tell whether all columns are uniform between two ends, in any order.

    They are looked at one by one, and stretched to one length and joined.
    Of n right numbers, none lies in the share 20 / n at one end with a
    chance below exp(-20), and the distance exceeds 3.2 / sqrt(n) with one
    below 2 exp(-2 * 3.2**2) (Dvoretzky, Kiefer and Wolfowitz; Massart):
    each less than once in 300 million times, and there are 65 rows of n.
    """
    low, high = np.minimum(one_end, other_end), np.maximum(one_end, other_end)
    u = (samples - low) / (high - low)
    return _is_even(u) and _is_even(u.reshape(-1, 1))


def _is_even(u):
    u = np.sort(u, axis=0)
    n = len(u)
    ranks = (np.arange(n)[:, None] + 0.5) / n
    return (
        u[0].min() > -ROUNDING
        and u[-1].max() < 1 + ROUNDING
        and u[0].max() < 20 / n
        and u[-1].min() > 1 - 20 / n
        and np.abs(u - ranks).max() < 3.2 / math.sqrt(n)
    )


def _difference(samples, low, high):
    """Show the column whose ends are furthest from those of the codes."""
    lowest, highest = samples.min(axis=0), samples.max(axis=0)
    off = (np.abs(lowest - low) + np.abs(highest - high)) / (high - low)
    worst = off.argmax()
    if off[worst] < 0.01:
        u = (samples - low) / (high - low)
        middle = np.mean(np.abs(u - 0.5) < 0.25, axis=0)
        worst = np.abs(middle - 0.5).argmax()
        return (
            f"in column {worst} {middle[worst]:.0%} of the numbers in the "
            "middle half of the box"
        )
    return (
        f"in column {worst} numbers from {lowest[worst]:.3g} to "
        f"{highest[worst]:.3g}; the codes there lie from {low[worst]:.3g} to "
        f"{high[worst]:.3g}"
    )


def _is_bell(samples):
    """Tell normal noise by its bell, and its tails beyond any box."""
    from scipy.special import ndtr

    with np.errstate(invalid="ignore"):
        scaled = (samples - samples.mean(axis=0)) / samples.std(axis=0)
    epsilon = np.sort(scaled, axis=None)
    ranks = (np.arange(epsilon.size) + 0.5) / epsilon.size
    return (
        np.abs(ranks - ndtr(epsilon)).max() < 0.03
        and epsilon[-1] - epsilon[0] > 6
    )


def _slips_of_box(z):
    """List the two ends of the boxes that slips fill; z is square."""
    low, high = z.min(axis=0), z.max(axis=0)
    width, zero = high - low, np.zeros(len(low))
    lowest, highest, reach = z.min(), z.max(), np.abs(z).max(axis=0)
    rows = z.min(axis=1), z.max(axis=1)
    return with_questions(
        ASK_ABOUT_BOX,
        (
            "one_corner_only",
            [(zero, high), (zero, low), (zero, reach), (zero, highest)],
        ),
        ("lower_end_missing", [(zero, width), (zero, highest - lowest)]),
        (
            "width_missing",
            [(low, low + high), (lowest, lowest + highest)],
        ),
        (
            "sign",
            [
                *((low, low - width), (high, high + width), (-high, -low)),
                (low, high + 2 * low),
            ],
        ),
        ("noise_not_scaled", [(zero, zero + 1), (low, low + 1)]),
        (
            "symmetric_box",
            [
                *((-end, end) for end in (low, high, reach)),
                *((zero - end, zero + end) for end in (-lowest, highest)),
            ],
        ),
        ("brackets_missing", [(high, low + high)]),
        (
            "box_per_point",
            [
                *(rows, (rows[0], high), (low, rows[1])),
                tuple(end[:, None] for end in rows),
            ],
        ),
        (
            "axis_forgotten",
            [(lowest, highest), (lowest, high), (low, highest)],
        ),
        ("axes_flipped", [(low[:, None], high[:, None])]),
    )


# --- 2.2 --------------------------------------------------------------------


def _distances(queries, points):
    """Measure every query against every point, a pair at a time."""
    return np.array(
        [[math.dist(query, point) for point in points] for query in queries]
    )


def _slips_of_distance(queries, points, distances):
    gaps = np.abs(queries[:, None] - points[None])
    squares = gaps**2
    ordered = np.sort(distances, axis=1)
    nearest, k = ordered[:, 0], queries.shape[1]
    place = distances.argmin(axis=1)
    to_middle = _distances(queries, [points.mean(axis=0)])[:, 0]
    return with_questions(
        ASK_ABOUT_DISTANCE,
        (
            "square_root_missing",
            [nearest**2, (distances**2).min(axis=0), nearest.min() ** 2],
        ),
        (
            "axis_mixed_up",
            [
                distances.min(axis=0),
                *(
                    (squares.sum(axis=first) ** power).min(axis=second)
                    for first in (0, 1)
                    for second in (0, 1)
                    for power in (0.5, 1)
                ),
            ],
        ),
        (
            "axis_forgotten",
            [
                nearest.min(),
                np.sqrt(squares.sum(axis=(1, 2))),
                np.sqrt(squares.sum(axis=(0, 2))),
                np.sqrt(squares.sum()),
                gaps.min(),
                gaps.min(axis=(1, 2)),
            ],
        ),
        ("latents_not_summed", [gaps, squares, gaps.min(axis=1)]),
        (
            "dimensions_apart",
            [np.sqrt(squares.min(axis=1).sum(axis=1))],
        ),
        (
            "wrong_norm",
            [
                gaps.sum(axis=2).min(axis=1),
                gaps.max(axis=2).min(axis=1),
                np.abs((queries[:, None] - points).sum(axis=2)).min(axis=1),
            ],
        ),
        (
            "averages_latent",
            [nearest / math.sqrt(k), nearest**2 / k, gaps.mean(2).min(1)],
        ),
        ("farthest_for_nearest", [ordered[:, -1], ordered[:, -1] ** 2]),
        (
            "mean_for_nearest",
            [
                distances.mean(axis=1),
                distances.sum(axis=1),
                np.median(distances, axis=1),
                to_middle,
            ],
        ),
        ("minimum_missing", [distances, distances.T]),
        ("power_order", [nearest**2 / 2, (distances**2).min(axis=0) / 2]),
        (
            "only_two_dimensions",
            [np.sqrt(squares[..., :2].sum(axis=2)).min(axis=1)],
        ),
        ("sign", [_distances(queries, -points).min(axis=1)]),
        ("one_point_each", [np.diag(distances)]),
        (
            "loop_ends_early",
            [nearest[0], nearest[:1], nearest[-1], nearest[-1:]],
        ),
        ("nearest_skipped", [ordered[:, 1]]),
        ("index_for_distance", [place, points[place]]),
    )


# --- 2.3 --------------------------------------------------------------------


def _walk(start, end, weights):
    """Go from start to end, a row at a time, a number at a time."""
    return np.array(
        [
            [a + t * (b - a) for a, b in zip(start, end, strict=True)]
            for t in weights
        ]
    )


def _slips_of_walk(start, end, steps):
    counter = np.arange(steps)
    t = (counter / (steps - 1))[:, None]
    right = _walk(start, end, t[:, 0])

    def walks(*weights):
        return [_walk(start, end, t) for t in weights]

    longer = np.arange(steps + 1)
    return with_questions(
        ASK_ABOUT_WALK,
        (
            "end_missing",
            [*walks(counter / steps, counter / (steps + 1)), right[:-1]],
        ),
        ("start_missing", [*walks((counter + 1) / steps), right[1:]]),
        (
            "ends_missing",
            [
                *walks((counter + 1) / (steps + 1), (counter + 0.5) / steps),
                *([right[1:-1]] if steps > 2 else []),
            ],
        ),
        (
            "one_step_too_many",
            walks(longer / steps, longer / (steps - 1)),
        ),
        ("one_step_too_few", [np.linspace(start, end, steps - 1)]),
        (
            "weights_swapped",
            walks(1 - t[:, 0], 1 - counter / steps, 1 - (counter + 1) / steps),
        ),
        (
            "weights_equal",
            [t * start + t * end, (1 - t) * start + (1 - t) * end],
        ),
        ("start_not_added", [t * (end - start), t * end, (1 - t) * start]),
        ("difference_missing", [start + t * end, end + t * start]),
        ("sign", [start - t * (end - start), (1 - t) * start - t * end]),
        ("weights_not_scaled", walks(counter)),
        ("axes_flipped", [right.T]),
        (
            "steps_unused",
            [np.linspace(start, end), np.array([start, end])],
        ),
        ("brackets_missing", [1 - t * start + t * end]),
        ("not_straight", [_walk_on_a_sphere(start, end, t)]),
        ("wrong_dtype", [np.trunc(right), np.floor(right), right.round()]),
        (
            "loop_ends_early",
            [right[0], right[:1], right[-1], right[-1:]],
        ),
    )


def _walk_on_a_sphere(start, end, t):
    """Turn from one direction to the other, as slerp does."""
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    angle = np.arccos(start @ end / lengths)
    weights = np.sin((1 - t) * angle), np.sin(t * angle)
    return (weights[0] * start + weights[1] * end) / np.sin(angle)
