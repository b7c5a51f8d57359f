"""Checks of lesson 03, The normal distribution."""

import itertools
import math
from statistics import NormalDist

import numpy as np

from vae_course.checks.chance import (
    demand_chance_from_rng,
    demand_finite,
    demand_independence,
)
from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.pictures import lesson_03 as draw

ROOT_TWO_PI = math.sqrt(2 * math.pi)
LOG_TWO_PI = math.log(2 * math.pi)
N_DRAWS = 50_000

ASK_ABOUT_PDF = {
    "std_for_variance": "The variance is in the unit of x squared. In which "
    "unit does each part of your formula expect the spread?",
    "half_missing": "Which number divides the squared distance in the "
    "exponent?",
    "normaliser_missing": "How large is the area under your curve? What must "
    "it be, and which factor sees to that for every variance?",
    "square_root_missing": "How high is your curve at x = 3 with mean 3 and "
    "variance 4? The lesson prints that height under “On two numbers”.",
    "square_missing": "How many times larger is your exponent at twice the "
    "distance from the mean? And what is it on the other side of the mean?",
    "sign": "Is your curve highest at the mean, or lowest?",
    "power_order": "Python raises to a power before it divides. What is "
    "9 ** 1 / 2, and what did you mean by it?",
    "division_order": "Python divides and multiplies from left to right. "
    "What is 1 / 2 * 4, and what did you mean by it?",
    "log_for_density": "Can a density be negative?",
    "mean_not_subtracted": "Where is your curve highest? Move the mean: does "
    "the top go with it?",
    "variance_missing": "Make the variance ten times larger. By how much "
    "does your exponent shrink?",
    "cdf_for_pdf": "Far to the right a bell has fallen to 0. Where has your "
    "curve gone to?",
}
ASK_ABOUT_MULTIVARIATE_PDF = {
    "covariance_not_inverted": "In one dimension the exponent divides by the "
    "variance. What takes the place of dividing when it is a matrix?",
    "determinant_without_root": "In one dimension a root of the variance "
    "stands under the fraction line. Which number plays the variance's part "
    "here, and is it treated the same?",
    "two_pi_power": "For independent dimensions the density is a product of "
    "k bells. How many factors of √(2π) are there then, and what is k here?",
    "power_order": "Python raises to a power before it multiplies or "
    "divides. What are 2 * 3 ** 2 and 9 ** 1 / 2, and what did you mean?",
    "half_missing": "What stands before the squared distance in the exponent "
    "when k is 1?",
    "normaliser_missing": "Over all of space the density adds up to 1. Does "
    "yours, for every covariance?",
    "off_diagonal_ignored": "Would your result change if the numbers beside "
    "the diagonal of the covariance did?",
    "sign": "Is your density highest at the mean, or lowest?",
    "all_pairs": "Each row of x should meet only itself. Which entries of "
    "your square table do that?",
    "sums_batch": "Over which axis do you reduce, and which one counts the "
    "points?",
    "log_for_density": "Can a density be negative?",
    "mean_not_subtracted": "At which point is your density highest? Move the "
    "mean: does the top go with it?",
    "variance_missing": "Make the covariance ten times larger. By how much "
    "does your exponent shrink?",
    "averages_latent": "Each dimension adds its share to the squared "
    "distance. Does yours grow or stay when k does?",
    "division_order": "Python divides and multiplies from left to right. "
    "What is 1 / 2 * 4, and what did you mean by it?",
    "root_taken_twice": "How high is your density at the mean, and how high "
    "is a product of k bells there? Count the roots on the way to yours.",
    "latents_not_summed": "The squared distance is one number for each "
    "point. How many does yours have?",
    "loop_ends_early": "Only one point was answered. Which lines stand "
    "inside your loop, and which should run once, before or after it?",
}
ASK_ABOUT_LOG_PDF = {
    "log_var_as_log_std": "The variance is exp(log_var). What is the log of "
    "the standard deviation, and where does your formula use which?",
    "half_missing": "Which of the three terms does the ½ stand before?",
    "std_for_variance": "Is the square divided by the spread or by the "
    "spread squared, and of which of them is log_var the logarithm?",
    "exp_missing": "log_var is a logarithm and may be negative. Can a "
    "variance be?",
    "log_term_missing": "A wider bell is lower. Which term of yours says so?",
    "two_pi_missing": "What is the log-density at the mean when the variance "
    "is 1? The bell is not 1 high there.",
    "two_pi_power": "Each dimension brings a √(2π) of its own. How many does "
    "your sum count?",
    "square_missing": "How many times larger is your last term at twice the "
    "distance from the mean? And what is it on the other side of the mean?",
    "sign": "Where the squared distance, the variance or the number of "
    "dimensions grows, a density here falls. Does each of them pull its "
    "logarithm down in your formula?",
    "averages_latent": "Densities of independent dimensions multiply. What "
    "do their logarithms do?",
    "latents_not_summed": "Densities of independent dimensions multiply into "
    "one for each point. What do their logarithms do?",
    "sums_batch": "Over which axis do you reduce, and which one counts the "
    "points?",
    "log_missing": "Can a log-density be negative, and is yours?",
    "mean_not_subtracted": "At which point is your log-density highest? Move "
    "the mean: does the top go with it?",
    "brackets_missing": "Python multiplies before it adds. What is "
    "-0.5 * 2 + 4, and what did you mean by it?",
    "variance_missing": "Make the variance ten times larger. By how much "
    "does your last term shrink?",
    "variance_inverted": "Twice as wide a bell: does your squared distance, "
    "in units of its width, grow or shrink?",
    "half_twice": "Count the halves and the roots before each of the three "
    "terms. Does any of them stand there twice?",
    "bits": "The course counts in nats. To which base is your logarithm?",
    "loop_ends_early": "Only one point was answered. Which lines stand "
    "inside your loop, and which should run once, before or after it?",
}


@exercise(
    "3.1",
    points=1,
    library="vae_course.densities:normal_pdf",
    pictures=draw.normal_pdf,
)
def normal_pdf(attempt):
    """Judge the density of N(mean, variance) at x."""
    number = (1.9, -0.6, 2.3)
    array = (np.array([-2.9, 0.4, 1.7, -0.7, 3.1]), -0.6, 2.3)
    table = (
        np.array([[0.3], [-1.4], [2.6], [5.2]]),
        np.array([1.2, -0.5, 3.7]),
        np.array([0.3, 1.6, 2.9]),
    )
    for inputs, kind in (
        (number, "x = 1.9 for mean -0.6 and variance 2.3"),
        (array, "x (5,), one mean and one variance"),
        (table, "x (4, 1), mean (3,) and variance (3,)"),
    ):
        x, mean, variance = inputs
        compare(
            attempt(x=x, mean=mean, variance=variance),
            np.vectorize(_bell)(x, mean, variance),
            asked=f"the density of N(mean, variance) at {kind}",
            question="Try your function on the two numbers that the lesson "
            "works out by hand: which factor is off?",
            slips=_slips_of_normal_pdf(x, mean, variance),
            rtol=1e-4,
            atol=1e-12,
        )


@exercise(
    "3.2",
    points=1,
    library="vae_course.densities:sample_normal",
    pictures=draw.sample_normal,
)
def sample_normal(attempt):
    """Judge draws by their shape, their chance and their statistics."""
    _look_at_the_chance(attempt)
    mean, variance = -4.2, 6.25
    asked = f"{N_DRAWS:,} draws from N(mean={mean}, variance={variance})"
    draws = as_array(
        attempt(
            mean=mean, variance=variance, n=N_DRAWS, rng=_generator(seed=11)
        ),
        asked,
    )
    _look_at_finite_shape(draws, N_DRAWS, asked)
    _look_at_the_noise(draws, asked)
    _look_at_mean_and_spread(draws, mean, variance, asked)
    demand_independence(draws, asked)
    _look_for_a_forced_mean(draws, mean, asked)


@exercise(
    "3.3",
    points=2,
    library="vae_course.densities:multivariate_normal_pdf",
    pictures=draw.multivariate_normal_pdf,
)
def multivariate_normal_pdf(attempt):
    """Judge the density of N(mean, covariance) at each row of x."""
    from scipy import stats

    for n, k in (4, 3), (7, 2):
        x, mean, covariance = _points_in_space(n, k)
        compare(
            attempt(x=x, mean=mean, covariance=covariance),
            stats.multivariate_normal(mean, covariance).pdf(x),
            asked=f"the density at each of {n} points of {k} numbers: ({n},)",
            question="Try your function on the point that the lesson works "
            "out by hand: is the exponent off, or what stands before it?",
            slips=_slips_of_multivariate_pdf(x, mean, covariance),
            rtol=1e-4,
            atol=1e-12,
        )


@exercise(
    "3.4",
    points=2,
    library="vae_course.densities:diagonal_normal_log_pdf",
    pictures=draw.diagonal_normal_log_pdf,
)
def diagonal_normal_log_pdf(attempt):
    """Judge the log-density near the mean, and then far from it."""
    points, mean, log_var = _points_with_log_var()
    pair = slice(2)
    for x, means, log_vars in (
        (points, mean[0], log_var[0]),
        (points, mean, log_var),
        (points[:, pair], mean[:, pair], log_var[0, pair]),
    ):
        compare(
            _quietly(attempt, x=x, mean=means, log_var=log_vars),
            _log_density(x, means, log_vars),
            asked=f"the log-density of each row of x {x.shape}, for mean "
            f"{means.shape} and log_var {log_vars.shape}",
            question="Take one row with a single number, mean 0 and log_var "
            "0; then change the mean, then log_var. Where does your result "
            "leave the logarithm of normal_pdf?",
            slips=_slips_of_log_pdf(x, means, log_vars),
            rtol=1e-4,
        )
    _look_at_the_tail(attempt, mean[0], log_var[0])


# --- 3.1 --------------------------------------------------------------------


def _bell(x, mean, variance):
    return NormalDist(mean, math.sqrt(variance)).pdf(x)


def _slips_of_normal_pdf(x, mean, variance):
    from scipy.special import ndtr

    deviation = x - mean
    exponent = deviation**2 / (2 * variance)
    bell = np.exp(-exponent)
    height = 1 / (ROOT_TWO_PI * np.sqrt(variance))
    return with_questions(
        ASK_ABOUT_PDF,
        ("std_for_variance", _bells_with_misread_spread(deviation, variance)),
        ("half_missing", [height * bell**2, height * np.sqrt(bell)]),
        (
            "normaliser_missing",
            [
                *(bell, bell / ROOT_TWO_PI, bell / np.sqrt(variance)),
                bell / height,
                *(height * bell * math.sqrt(lost) for lost in (2, math.pi)),
            ],
        ),
        (
            "square_root_missing",
            [height**2 * bell, height * bell / ROOT_TWO_PI],
        ),
        ("power_order", [height**2 * bell / 2]),
        (
            "square_missing",
            [
                height * np.exp(-distance / (2 * spread))
                for distance in (deviation, np.abs(deviation))
                for spread in (variance, np.sqrt(variance))
            ],
        ),
        ("sign", [height / bell]),
        (
            "division_order",
            [
                height * np.exp(-exponent * variance**2),
                *(bell / ROOT_TWO_PI * variance**power for power in (0.5, 1)),
                bell * height * 2 * math.pi,
            ],
        ),
        ("log_for_density", [np.log(height * bell)]),
        (
            "mean_not_subtracted",
            [
                height * np.exp(-(place**2) / (2 * variance))
                for place in (x + 0 * mean, x + mean)
            ],
        ),
        ("variance_missing", [height * np.exp(-(deviation**2) / 2)]),
        ("cdf_for_pdf", [ndtr(deviation / np.sqrt(variance))]),
    )


def _bells_with_misread_spread(deviation, variance):
    """List densities with std or variance squared in either place."""
    readings = variance, np.sqrt(variance), variance**2
    return [
        np.exp(-(deviation**2) / (2 * below)) / np.sqrt(2 * math.pi * beside)
        for below, beside in itertools.product(readings, readings)
        if below is not variance or beside is not variance
    ]


# --- 3.2 --------------------------------------------------------------------


def _generator(seed):
    return np.random.default_rng(seed)


def _look_at_the_chance(attempt):
    """Demand that the draws come from `rng`, all of them and only it."""
    n, asked = 7, "7 draws, made from the generator rng"
    first, again, other = (
        as_array(
            attempt(mean=2.6, variance=0.09, n=n, rng=_generator(seed)), asked
        )
        for seed in (5, 5, 6)
    )
    _look_at_finite_shape(first, n, asked)
    if np.all(first == 2.6):
        raise ExerciseFailed(
            asked,
            f"the mean, {n} times",
            "Where does chance come in, and by what is it multiplied?",
            "no_noise",
        )
    demand_chance_from_rng(first, again, other, asked)


def _look_at_finite_shape(draws, n, asked):
    got = f"shape {draws.shape}, expected {(n,)}"
    if draws.shape != (n,):
        raise ExerciseFailed(
            asked,
            got,
            "The count is right. In how many axes should the draws stand?"
            if draws.size == n
            else "How do you tell the generator how many numbers to draw?",
        )
    demand_finite(draws, asked)


def _look_at_the_noise(draws, asked):
    """Compare the draws' shape with the bell, whatever place and width."""
    from scipy.special import ndtr

    if len(np.unique(draws)) < 0.99 * len(draws):
        raise ExerciseFailed(
            asked,
            f"{len(draws):,} numbers, and this many different ones among "
            f"them: {len(np.unique(draws)):,}",
            "Does every draw get an epsilon of its own, and does no step "
            "round it?",
            "noise_shared",
        )
    epsilon = np.sort((draws - draws.mean()) / draws.std())
    ranks = (np.arange(len(epsilon)) + 0.5) / len(epsilon)
    # Uniform noise lies 0.057 from the bell, the sum of two uniforms 0.016.
    # A right answer exceeds 2.8 / sqrt(n), here 0.0125, three times in ten
    # million (Kolmogorov), and less often with mean and std fitted.
    # All of 50,000 right ones lie within 3.5 once in ten billion times.
    distance = np.abs(ranks - ndtr(epsilon)).max()
    furthest = np.abs(epsilon).max()
    if distance < 2.8 / math.sqrt(len(epsilon)) and furthest > 3.5:
        return
    raise ExerciseFailed(
        asked,
        f"the furthest draw is {furthest:.2f} standard deviations away; the "
        f"share below some point is off by {distance:.3f}",
        "Draw a histogram of your noise. Has it the shape of a bell, with "
        "tails on both sides?",
        "uniform_noise" if furthest < 2.5 else None,
    )


def _look_for_a_forced_mean(draws, mean, asked):
    if np.isclose(draws.mean(), mean, rtol=1e-12, atol=0):
        raise ExerciseFailed(
            asked,
            f"draws with a mean of {mean} to the last digit",
            "Does the mean of a finite sample ever hit the distribution's? "
            "Which line forces it to?",
            "not_independent",
        )


def _look_at_mean_and_spread(draws, mean, variance, asked):
    """Allow six standard errors: passed once in 500 million by chance."""
    std = math.sqrt(variance)
    six_errors = 6 * draws.std() / math.sqrt(len(draws))
    relative = 6 / math.sqrt(2 * len(draws))
    got = f"mean {draws.mean():.3f}, standard deviation {draws.std():.3f}"

    def spread_is(expected):
        return abs(draws.std() / expected - 1) < relative

    if not spread_is(std):
        raise ExerciseFailed(
            f"{asked}; their standard deviation should be near {std:g}",
            got,
            "Stretching epsilon by a factor multiplies its standard "
            "deviation by that factor. Which factor gives this variance?",
            "variance_for_std"
            if any(map(spread_is, (variance, variance**2, math.sqrt(std))))
            else "noise_not_scaled"
            if spread_is(1)
            else "variance_as_log_var"
            if spread_is(math.exp(variance / 2))
            or spread_is(math.exp(variance))
            else None,
        )
    if abs(draws.mean() - std * mean) < six_errors:
        raise ExerciseFailed(
            f"{asked}; their mean should be near {mean}",
            got,
            "The mean is stretched, too. In which order do you stretch the "
            "noise and move it?",
            "order_swapped",
        )
    if abs(draws.mean() - mean) > six_errors:
        raise ExerciseFailed(
            f"{asked}; their mean should be near {mean}",
            got,
            "Epsilon has mean 0, and so has every multiple of it. What "
            "moves the draws to their place?",
            "mean_not_added" if abs(draws.mean()) < six_errors else None,
        )


# --- 3.3 --------------------------------------------------------------------


def _points_in_space(n, k):
    """Return points, a mean and a covariance with none of its entries 0."""
    rng = _generator(seed=10 * n + k)
    stretch = rng.uniform(0.4, 1.1, (k, k)) * rng.choice([-1, 1], (k, k))
    covariance = stretch @ stretch.T + 0.3 * np.eye(k)
    mean = rng.uniform(0.5, 1.5, k)
    return mean + rng.uniform(-1.5, 1.5, (n, k)), mean, covariance


def _slips_of_multivariate_pdf(x, mean, covariance):
    d, inverse = x - mean, np.linalg.inv(covariance)
    scale = math.sqrt(np.linalg.det(2 * math.pi * covariance))
    pairs = np.exp(-(d @ inverse @ d.T) / 2) / scale
    right = np.diag(pairs)
    squares = _wrong_squares(x, mean, covariance)
    scales = _wrong_scales(*x.shape, covariance)
    return with_questions(
        ASK_ABOUT_MULTIVARIATE_PDF,
        *(
            (slug, [np.exp(-square / 2) / scale for square in wrong])
            for slug, wrong in squares.items()
        ),
        *(
            (slug, [right * scale / other for other in wrong])
            for slug, wrong in scales.items()
        ),
        (
            "off_diagonal_ignored",
            [_product_of_bells(d, np.diag(covariance))],
        ),
        ("all_pairs", [pairs]),
        ("sums_batch", [right.sum(), right.mean(), pairs.sum()]),
        ("log_for_density", [np.log(right)]),
        ("loop_ends_early", [right[0], right[:1], right[-1], right[-1:]]),
    )


def _wrong_squares(x, mean, covariance):
    d, inverse = x - mean, np.linalg.inv(covariance)
    products = d @ inverse * d
    square = products.sum(axis=1)
    return {
        "covariance_not_inverted": [
            np.sum(d @ matrix * d, axis=1)
            for matrix in (covariance, 1 / covariance)
        ],
        "half_missing": [2 * square, square / 2],
        "off_diagonal_ignored": [
            np.sum(d**2 / np.diag(covariance), axis=1),
        ],
        "sign": [-square],
        "variance_missing": [np.sum(d**2, axis=1)],
        "averages_latent": [products.mean(axis=1)],
        "sums_batch": [products.sum(), products.sum(axis=0)],
        "latents_not_summed": [products],
        "mean_not_subtracted": [
            np.sum(place @ inverse * place, axis=1) for place in (x, x + mean)
        ],
    }


def _wrong_scales(n, k, covariance):
    root = math.sqrt(np.linalg.det(covariance))
    volume = (2 * math.pi) ** (k / 2)
    powers = {0.5, 1, 1.5, k, n / 2, n} - {k / 2}
    return {
        "determinant_without_root": [volume * root**2, (volume * root) ** 2],
        "power_order": [
            *(volume * root * 2 ** (half - k / 2) for half in (0.5, 1)),
            2 * (volume * root) ** 2,
        ],
        "two_pi_power": [
            *((2 * math.pi) ** power * root for power in powers),
            math.sqrt(2 * math.pi * k) * root,
        ],
        "root_taken_twice": [
            volume**power * root**other
            for power, other in ((0.5, 0.5), (0.5, 1), (1, 0.5))
        ],
        "division_order": [volume / root, root / volume],
        "normaliser_missing": [1, volume, root],
        "off_diagonal_ignored": [
            volume * math.sqrt(np.prod(np.diag(covariance)))
        ],
    }


def _product_of_bells(d, variances):
    bells = np.exp(-(d**2) / (2 * variances))
    return np.prod(bells / np.sqrt(2 * math.pi * variances), axis=1)


# --- 3.4 --------------------------------------------------------------------


def _quietly(attempt, **inputs):
    """Call without the warnings that a logarithm of 0 writes."""
    with np.errstate(all="ignore"):
        return attempt(**inputs)


def _points_with_log_var():
    """Return x, mean and log_var (4, 3); the first log_var are positive.

    So a logarithm taken of them by mistake stays finite and is named.
    """
    rng = _generator(seed=34)
    x, mean = rng.normal(0.4, 1.3, (2, 4, 3))
    log_var = rng.uniform(-1.2, 1.2, (4, 3))
    log_var[0] = 0.8, 1.7, 0.4
    return x, mean, log_var


def _log_density(x, mean, log_var):
    """Add SciPy's log-densities, a row and a dimension at a time."""
    from scipy import stats

    rows = zip(*np.broadcast_arrays(x, mean, log_var), strict=True)
    return np.array(
        [
            sum(
                stats.norm.logpdf(point, middle, math.exp(log_variance / 2))
                for point, middle, log_variance in zip(*row, strict=True)
            )
            for row in rows
        ]
    )


def _look_at_the_tail(attempt, mean, log_var):
    """Look where the density underflows and its logarithm does not."""
    deviations = np.array([[60.0, 2.0, -1.5], [-3.0, -90.0, 45.0]])
    x = mean + deviations * np.exp(log_var / 2)
    asked = "a finite log-density 60 standard deviations and more away"
    value = as_array(_quietly(attempt, x=x, mean=mean, log_var=log_var), asked)
    right = _log_density(x, mean, log_var)
    wrong = value.shape == right.shape and ~np.isclose(value, right, 1e-4)
    if np.any(wrong):
        row = wrong.argmax()
        raise ExerciseFailed(
            asked,
            f"at index [{row}] {value[row]:.6g}, expected {right[row]:.6g}",
            "exp(-1800) is 0 in floating point. Write the logarithm of the "
            "formula on paper first: which exponential is left to compute?",
            "exp_then_log",
        )
    compare(value, right, asked=asked, rtol=1e-4)


def _slips_of_log_pdf(x, mean, log_var):
    deviation = x - mean
    scaled = deviation**2 / np.exp(log_var)

    def each(constant=LOG_TWO_PI, log_term=log_var, square=scaled):
        return -0.5 * (constant + log_term + square) + np.zeros(x.shape)

    n, k = x.shape
    right = each().sum(axis=1)
    counts = {1, 2, 3, n, k**2, n * k} - {k}
    bare = each(constant=0).sum(axis=1)
    other_logs, other_squares = (
        (term.sum() - term.sum(axis=-1)) / 2 for term in (log_var, scaled)
    )
    return with_questions(
        ASK_ABOUT_LOG_PDF,
        *_misread_terms(each, deviation, log_var),
        (
            "two_pi_power",
            [bare - count * LOG_TWO_PI / 2 for count in counts],
        ),
        ("sign", [-right]),
        (
            "mean_not_subtracted",
            [
                each(square=place**2 / np.exp(log_var)).sum(axis=1)
                for place in (x, x + mean)
            ],
        ),
        ("bits", [right / math.log(2)]),
        ("averages_latent", [each().mean(axis=1)]),
        ("latents_not_summed", [each()]),
        (
            "sums_batch",
            [
                *(right.sum(), right.mean(), each().mean()),
                each().sum(axis=0),
                right - other_logs,
                (right - other_squares)[0],
            ],
        ),
        ("log_missing", [np.exp(right)]),
        ("loop_ends_early", [right[0], right[:1], right[-1], right[-1:]]),
    )


def _misread_terms(each, deviation, log_var):
    """List what comes of one or two terms of the sum gone wrong."""
    square = deviation**2
    scaled = square / np.exp(log_var)
    as_log_std = square / np.exp(2 * log_var)
    by_std = square / np.exp(log_var / 2)
    with np.errstate(invalid="ignore"):
        log_of_log = np.log(log_var)
    misread = {
        "log_var_as_log_std": [
            {"log_term": 2 * log_var, "square": as_log_std},
            {"log_term": 2 * log_var},
            {"square": as_log_std},
        ],
        "half_missing": [
            {"square": 2 * scaled},
            {"constant": 2 * LOG_TWO_PI},
            {"constant": 2 * LOG_TWO_PI, "log_term": 2 * log_var},
            {"constant": 2 * LOG_TWO_PI, "square": 2 * scaled},
            {"log_term": 2 * log_var, "square": 2 * scaled},
            {
                "constant": 2 * LOG_TWO_PI,
                "log_term": 2 * log_var,
                "square": 2 * scaled,
            },
        ],
        "std_for_variance": [
            {"square": by_std},
            {"log_term": log_var / 2},
            {"log_term": log_var / 2, "square": by_std},
        ],
        "exp_missing": [
            {"square": square / log_var},
            {"log_term": log_of_log},
            {"log_term": log_of_log, "square": square / log_var},
        ],
        "log_term_missing": [{"log_term": 0}],
        "two_pi_missing": [{"constant": 0}],
        "square_missing": [
            {"square": distance / np.exp(power * log_var)}
            for distance in (deviation, np.abs(deviation))
            for power in (1, 0.5)
        ],
        "sign": [
            {"square": -scaled},
            {"log_term": -log_var},
            {"constant": -LOG_TWO_PI},
        ],
        "brackets_missing": [
            {"log_term": -2 * log_var, "square": -2 * scaled},
            {"square": -2 * scaled},
        ],
        "variance_missing": [{"square": square}],
        "variance_inverted": [
            {"square": square * np.exp(log_var)},
            {"log_term": -log_var, "square": square * np.exp(log_var)},
        ],
        "half_twice": [
            {"constant": LOG_TWO_PI / 2},
            {"constant": LOG_TWO_PI / 2, "log_term": log_var / 2},
            {"square": scaled / 2},
        ],
        "bits": [{"constant": math.log2(2 * math.pi)}],
    }
    return [
        (slug, [each(**terms).sum(axis=1) for terms in readings])
        for slug, readings in misread.items()
    ]
