"""Checks of lesson 05, The KL divergence, derived."""

import itertools
import math
import operator

import numpy as np

from vae_course.checks.chance import demand_chance_from_rng, demand_finite
from vae_course.checks.compare import as_array, compare, with_questions
from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.kl_slips import (
    BASES,
    LOG_TWO_PI,
    signs_and_halves,
    slips_of_kl,
    squared_sum,
)
from vae_course.checks.pictures import lesson_05 as draw

N_DRAWS = 4_000
# The slips of sampling lie at least fifteen standard errors apart here.
SAMPLED_MEAN = (
    (-0.63, -1.54, -1.47, 0.6),
    (1.19, -1.74, -0.9, 1.37),
    (0.42, -0.71, 0.88, 0.55),
)
SAMPLED_LOG_VAR = (
    (1.74, -0.82, -0.52, -1.14),
    (-0.61, -0.83, -0.77, -0.68),
    (-1.87, -1.83, -1.72, -0.9),
)
SHAPES = (4, 3), (3, 5)
SLOPES = "slopes along z_mean, ", "slopes along z_log_var, "
# What stands in for log 2π: without the logarithm, the 2 or the bracket.
WRONG_LOGS = 2 * math.pi, math.log(math.pi), math.log(2) * math.pi
# Means, then log-variances; far out each row in its own way.
NEAR = np.array([[(0.2,)], [(-0.25,)]])
FAR_OUT = np.array(
    [
        [(-60, 45), (0.02, -0.03), (0.9, -1.3)],
        [(0.4, -0.7), (-24, -21), (11, 9)],
    ]
)
ASK_ELSEWHERE = (
    "At other places your result is right. Which step of yours keeps a "
    "number within bounds, or adds a little one to it?"
)

ASK_ABOUT_DISCRETE = {
    "reversed": "Which of the two happens, and which only expects? Which one "
    "gives the weights, and which stands above the fraction line?",
    "bits": "A nat belongs to one base of the logarithm. Which does yours "
    "take?",
    "sign": "Can a wrong forecast be less surprising on average than a right "
    "one?",
    "weights_missing": "Sun eight days in ten, rain one in ten: do both "
    "count the same in your mean?",
    "averages_outcomes": "The weights already add up to 1. By what else do "
    "you divide?",
    "outcomes_not_summed": "One number is asked for, and each outcome brings "
    "a share of it. What do you do with the shares?",
    "one_surprise_missing": "The extra surprise is a difference of two. What "
    "comes out of yours when p and q are the same?",
    "ratio_of_logs": "The logarithm of a fraction is a difference of two "
    "logarithms. Is it also a fraction of two?",
    "absolute": "May a single outcome surprise the forecast less than "
    "somebody who knows p? Does your sum allow that?",
    "zero_times_log_zero": "What should an outcome add that never happens, "
    "and what does your code make of 0 · log 0?",
    "infinity_missing": "One of these outcomes happens and was held to be "
    "impossible. What surprise does it add, and does your sum count it as "
    "that, or at all?",
}
ASK_ABOUT_SAMPLING = {
    "samples_from_prior": "From which distribution do your z come? Do they "
    "have the mean and the spread that z_mean and z_log_var give?",
    "reversed": "Which of the two happens here, so that z is drawn from it, "
    "and whose log-density comes first in the difference?",
    "sign": "When q is far from p, should the mean come out above 0 or below "
    "it?",
    "averages_latent": "Densities of independent dimensions multiply. What do "
    "their logarithms do?",
    "latents_not_summed": "Densities of independent dimensions multiply into "
    "one for each row. What do their logarithms do?",
    "sums_batch": "How many rows went in, and how many numbers came out? "
    "Over which axis do you reduce, or which rows get lost on the way?",
    "divides_by_batch": "If there were twice as many rows, what should happen "
    "to the number of each? What happens to yours?",
    "variance_for_std": "Which number stretches epsilon, and how do you get "
    "it from the log of the variance?",
    "exp_missing": "z_log_var is a logarithm. What undoes it, and is that "
    "done before epsilon is multiplied?",
    "mean_not_added": "Around which place do your z lie, and where is the "
    "centre of each of the two densities?",
    "noise_not_scaled": "Epsilon has the standard deviation 1. Which one "
    "should your z have?",
    "uniform_noise": "How far from 0 may an epsilon lie, and which method of "
    "the rng makes such numbers?",
    "prior_not_standard": "What are the mean and the variance of the "
    "standard normal distribution? Does your log p get that mean, and the "
    "logarithm of that variance?",
    "log_missing": "What does the log-density of exercise 3.4 ask for, the "
    "variance, its root or its logarithm? What do you give it for q?",
    "log_var_as_log_std": "Which logarithm does the log-density of exercise "
    "3.4 ask for, that of the variance or that of its root? What do you give "
    "it for q?",
    "ratio_of_logs": "The logarithm of a fraction is a difference of two "
    "logarithms. Is it also a fraction of two?",
    "weighted_twice": "In a sum over outcomes a likely one needs a large "
    "weight. How do draws from q see to it that likely places count more?",
    "bits": "A nat belongs to one base of the logarithm. Which does yours "
    "take?",
    "half_missing": "What stands before the squares in a log-density?",
    "two_pi_missing": "Does log 2π stand in both of your log-densities, or in "
    "neither?",
    "samples_summed": "What happens to your result when there are twice as "
    "many draws? What should?",
    "n_samples_ignored": "How many different draws does each row of your "
    "estimate average, and how many are asked for?",
    "clipped": "No divergence is below 0, but an estimate may be, by chance. "
    "What happens to the mean of many when only those below 0 are mended?",
    "not_one_normal_draw": "Does each row take just as many draws as asked, "
    "and from which distribution does an epsilon come?",
    "draws_apart": "Are both log-densities of a difference taken at the same "
    "draw, or one of them somewhere else?",
    "noise_shared": "How many numbers epsilon does one row need for one draw, "
    "and do all rows and all dimensions get their own?",
}
ASK_ABOUT_SUMS = {
    "still_sampled": "Does your function still draw something, or round it? "
    "Here every mean is known.",
    "averages_latent": "Densities of independent dimensions multiply. What do "
    "their logarithms do, and what does your code do with the dimensions?",
    "latents_not_summed": "One number for each row is asked for. What becomes "
    "of the dimensions?",
    "sums_batch": "Over which axis do you reduce, and which one counts the "
    "rows?",
    "divides_by_batch": "If there were twice as many rows, what should happen "
    "to the number of each? What happens to yours?",
    "half_missing": "Which terms does the ½ stand before, and its sign?",
    "half_twice": "How often does a ½ reach each of your terms, from inside "
    "the bracket and from outside?",
    "bits": "A nat belongs to one base of the logarithm. Which does yours "
    "take?",
}
ASK_ABOUT_POSTERIOR = ASK_ABOUT_SUMS | {
    "sign": "Which sign stands before the ½, and does it reach every term in "
    "the bracket?",
    "one_missing": "The mean of epsilon² is not 0. What is it, and how many "
    "dimensions bring one?",
    "two_pi_missing": "Which term of the log-density does not depend on z at "
    "all? Its mean is itself.",
    "two_pi_power": "Each dimension brings a log 2π of its own. How many does "
    "your sum count?",
    "two_pi_wrong": "Work out log 2π on its own. Is it the number that your "
    "code adds?",
    "not_standardised": "The mean of (z − mean)² is the variance. By what is "
    "that square divided in the formula?",
    "log_missing": "Does the log-density contain the variance here, or its "
    "logarithm? Which of them is z_log_var?",
    "std_for_variance": "z_log_var is the logarithm of the variance already. "
    "What does your extra ½ halve?",
    "log_var_as_log_std": "z_log_var is the logarithm of the variance. For "
    "which other logarithm would a factor of 2 be right?",
}
ASK_ABOUT_PRIOR = ASK_ABOUT_SUMS | {
    "sign": "p is nowhere above 1, and small far out. Does each of your terms "
    "make log p smaller, whatever the mean and the variance of q?",
    "codes_swapped": "Which of z_mean and z_log_var do you square, and of "
    "which do you take the exponential? Which should it be?",
    "mean_not_squared": "Compare what a mean of 1, of 2 and of −2 changes in "
    "your result. What should each of them change?",
    "mean_missing": "Would your result change if q moved away from the "
    "origin?",
    "variance_missing": "Would your result change if q grew wider? Look again "
    "at what the mean of z² is made of.",
    "two_pi_missing": "Which term of the log-density does not depend on z at "
    "all? Its mean is itself.",
    "two_pi_power": "Each dimension brings a log 2π of its own. How many does "
    "your sum count?",
    "two_pi_wrong": "Work out log 2π on its own. Is it the number that your "
    "code adds?",
    "exp_missing": "z_log_var is a logarithm. Of what, and is that what you "
    "add to the square of the mean?",
    "std_for_variance": "The mean of z² contains the variance. What do you "
    "get when you halve a log-variance before the exponential?",
    "log_var_as_log_std": "Of which number is z_log_var the logarithm? What "
    "does the exponential give then, without any factor?",
    "log_term_added": "Whose variance stands in front of the bell p? Look at "
    "log p(z) again: does it contain z_log_var?",
    "one_added": "In 5.3 a 1 stood for the mean of epsilon². What stands in "
    "its place here?",
    "divided_by_variance": "By which variance does log p divide z²: by that "
    "of q, or by its own?",
    "sum_too_early": "Is the square of a sum the sum of the squares, and the "
    "exponential of a sum the sum of the exponentials?",
    "square_of_sum": "(a + b)² is not a² + b². Which of the three terms has "
    "mean 0?",
}
ASK_ABOUT_KL = ASK_ABOUT_SUMS | {
    "sign": "Take one dimension. From z_mean = 0 and z_log_var = 0 move one "
    "of them: z_mean to 3; z_log_var to -3; z_log_var to 3. Does yours start "
    "at 0, and is it above 0 after each move?",
    "log_var_as_log_std": "Is z_log_var the logarithm of σ or of σ²? What "
    "does np.exp(z_log_var) give, without any factor?",
    "std_for_variance": "Which of σ and σ² stands in the mean of z²? Which do "
    "you get from half a log-variance?",
    "log_term_halved": "Is the logarithm in yours that of σ or of σ²? Which "
    "of them stands behind the ½ of 5.3?",
    "exp_missing": "z_log_var is a logarithm. Of what, and is that what you "
    "add to the square of the mean?",
    "codes_swapped": "Which of z_mean and z_log_var do you square, and of "
    "which do you take the exponential? Which should it be?",
    "mean_not_squared": "Compare what a mean of 1, of 2 and of −2 changes in "
    "your result. What should each of them change?",
    "mean_missing": "Would your result change if q moved away from the "
    "origin?",
    "variance_missing": "Would your result grow if q grew ever wider?",
    "log_term_missing": "Let q shrink to a point. What does your result do, "
    "and which term of 5.3 should speak up?",
    "one_missing": "What comes out for z_mean = 0 and z_log_var = 0, where q "
    "is p, in three dimensions?",
    "reversed": "Over which of the two is the mean taken, and is anything "
    "divided by a variance then? Look at what you subtract from what.",
    "sum_too_early": "Is the square of a sum the sum of the squares, and the "
    "exponential of a sum the sum of the exponentials?",
    "two_pi_left": "Both halves contain log 2π, once for each dimension. What "
    "is left of it after subtracting?",
}
ASK_ABOUT_GRADIENTS = {
    "half_missing": "The ½ stands before every term. In which of your two "
    "slopes does it meet a 2 from a square?",
    "one_missing": "Where should the slope along z_log_var be 0, and is "
    "yours? Which term of the divergence is z_log_var itself?",
    "gradient_swapped": "Which slope comes first?",
    "sign": "The divergence grows on either side of 0. What sign should a "
    "slope have to the left of 0, and to the right? What signs do yours have?",
    "exp_missing": "What is the slope of exp(v) along v?",
    "power_rule": "Is exp(v) a power of v? Which rule do you use for its "
    "slope, and what does that give at v = 0?",
    "mean_not_squared": "The mean stands squared in the divergence. Is the "
    "slope of a square the same everywhere?",
    "reversed": "Of which divergence are these the slopes, and is anything "
    "divided by a variance in yours of 5.5?",
    "std_for_variance": "Is the exponential that you differentiate that of "
    "z_log_var, or of half of it?",
    "log_var_as_log_std": "Is the exponential that you differentiate that of "
    "z_log_var, or of twice it?",
    "by_variance": "Along which number is the second slope taken: σ, σ², or "
    "the logarithm of one of them?",
    "not_differentiated": "Which of your terms still stand there as they do "
    "in the divergence? What is the slope of each?",
    "latents_summed": "Each entry of z_mean has a slope of its own. Which "
    "line adds some of them up?",
    "averages_latent": "The divergence is a sum over dimensions and each row "
    "has its own. By what do you divide?",
}


@exercise(
    "5.1",
    points=2,
    library="vae_course.densities:kl_discrete",
    pictures=draw.kl_discrete,
)
def kl_discrete(attempt):
    """Judge KL(p || q), first without zeros and then with each kind."""
    p, q = np.array([0.5, 0.2, 0.17, 0.13]), np.array([0.1, 0.15, 0.45, 0.3])
    compare(
        _quietly(attempt, p=p, q=q),
        _mean_extra_surprise(p, q),
        asked=f"{_divergence_of(p, q)}: one number",
        question="Fill in the lesson's table for this p and q by hand. In "
        "which column does your code leave it?",
        slips=_slips_of_discrete(p, q),
        rtol=1e-4,
    )
    for p, q, mistake in [
        # What never happens, also where nobody expects it.
        (
            (0.62, 0, 0.38, 0, 0),
            (0.25, 0.15, 0.4, 0, 0.2),
            "zero_times_log_zero",
        ),
        # What happens though nobody expects it.
        ((0.2, 0.5, 0.3), (0.55, 0, 0.45), "infinity_missing"),
    ]:
        _look_at_zeros(attempt, np.array(p), np.array(q), mistake)


@exercise(
    "5.2",
    points=2,
    library="vae_course.densities:kl_monte_carlo",
    pictures=draw.kl_monte_carlo,
)
def kl_monte_carlo(attempt):
    """Judge estimates by their chance, their mean and their spread."""
    _look_at_the_chance(attempt)
    _look_at_the_mean(attempt)
    _look_at_the_spread(attempt)


@exercise(
    "5.3",
    points=1,
    library="vae_course.densities:expected_log_posterior",
    pictures=draw.expected_log_posterior,
)
def expected_log_posterior(attempt):
    """Judge E_q[log q(z)], summed over the latent dimensions."""
    _judge_rows(
        lambda z_mean, z_log_var: attempt(z_log_var=z_log_var),
        lambda *z: _expected(_log_normal, *z),
        lambda m, v: _slips_of_posterior(v),
        asked="E[log q(z)] of each row of z_log_var",
        question="Take one row and one dimension with z_log_var = 0. "
        "Which number should each of your terms be?",
        shown=["z_log_var"],
    )


@exercise(
    "5.4",
    points=1,
    library="vae_course.densities:expected_log_prior",
    pictures=draw.expected_log_prior,
)
def expected_log_prior(attempt):
    """Judge E_q[log p(z)], summed over the latent dimensions."""
    _judge_rows(
        lambda *z: attempt(z_mean=z[0], z_log_var=z[1]),
        lambda *z: _expected(_log_standard, *z),
        _slips_of_prior,
        asked="E[log p(z)] of each row, z_mean and z_log_var",
        question="Take one row and one dimension, first with z_mean = 0 and "
        "z_log_var = 0, then change one of them. Where do you leave the line "
        "that you worked out?",
    )


@exercise(
    "5.5",
    points=3,
    library="vae_course.densities:kl_to_standard_normal",
    pictures=draw.kl_to_standard_normal,
)
def kl_to_standard_normal(attempt):
    """Judge the closed form, summed over the latent dimensions."""
    _judge_rows(
        lambda *z: attempt(z_mean=z[0], z_log_var=z[1]),
        _kl,
        _slips_of_kl,
        asked="KL(q ‖ p) of each row, z_mean and z_log_var",
        question="Compare with your functions of 5.3 and 5.4 on one row. Is "
        "their difference the same as your formula?",
    )


@exercise(
    "5.6",
    points=2,
    library="vae_course.densities:kl_gradients",
    pictures=draw.kl_gradients,
)
def kl_gradients(attempt):
    """Judge both slopes of the divergence, an entry at a time."""
    asked = "two arrays of slopes, along z_mean and along z_log_var"

    def slopes(z_mean, z_log_var):
        return _pair(attempt(z_mean=z_mean, z_log_var=z_log_var), asked)

    for n, k in SHAPES:
        z = _posterior(n, k)
        compare(
            slopes(*z),
            _slopes_by_small_steps(*z),
            asked=f"{asked}, each ({n}, {k})",
            question="Move one entry by 0.001 and watch your divergence: how "
            "fast does it change?",
            slips=_slips_of_gradients(*z),
            rtol=1e-4,
            parts=SLOPES,
            inputs=_inputs_of_slope(*z),
        )
    _judge_edges(
        slopes, _slopes_by_small_steps, asked, _inputs_of_slope, SLOPES
    )


# --- 5.1 --------------------------------------------------------------------


def _quietly(attempt, **inputs):
    """Call without the warnings that a logarithm of 0 writes."""
    with np.errstate(all="ignore"):
        return attempt(**inputs)


def _divergence_of(p, q):
    return f"KL(p ‖ q) for p = {p.tolist()} and q = {q.tolist()}"


def _mean_extra_surprise(p, q):
    """Add up one outcome after the other."""
    return sum(
        a * math.log(a / b) if b else math.inf
        for a, b in zip(p, q, strict=True)
        if a
    )


def _slips_of_discrete(p, q):
    extra = np.log(p / q)
    right, other = p @ extra, -q @ extra
    of_p, of_q, crossed = -p @ np.log(p), -q @ np.log(q), -p @ np.log(q)
    return with_questions(
        ASK_ABOUT_DISCRETE,
        ("reversed", [other, -other, *(other / base for base in BASES)]),
        ("bits", [right / base for base in BASES]),
        ("sign", [-right, *(-right / base for base in BASES)]),
        ("weights_missing", [extra.sum(), extra.mean()]),
        ("averages_outcomes", [right / len(p)]),
        ("outcomes_not_summed", [p * extra, extra, p * extra - p + q]),
        (
            "one_surprise_missing",
            [of_p, -of_p, crossed, -crossed, of_q - of_p, of_p - of_q],
        ),
        ("ratio_of_logs", [p @ (np.log(p) / np.log(q))]),
        ("absolute", [p @ np.abs(extra)]),
    )


def _look_at_zeros(attempt, p, q, mistake):
    """Look where only zeros are new, so that what is wrong is theirs."""
    asked = _divergence_of(p, q)
    question = ASK_ABOUT_DISCRETE[mistake]
    value = as_array(_without_crash(attempt, p, q, asked, mistake), asked)
    compare(
        value,
        _mean_extra_surprise(p, q),
        asked=asked,
        slips=[(mistake, value, question)],
        rtol=1e-4,
    )


def _without_crash(attempt, p, q, asked, mistake):
    """Call where only a zero is new, so that a crash is that zero's."""
    try:
        return _quietly(attempt, p=p, q=q)
    except ExerciseFailed as failure:
        if failure.mistake is None:
            _, crash, _, _ = failure.args
            raise ExerciseFailed(
                asked, crash, ASK_ABOUT_DISCRETE[mistake], mistake
            ) from None
        raise


# --- 5.2 --------------------------------------------------------------------


def _generator(seed):
    return np.random.default_rng(seed)


def _estimate(attempt, z_mean, z_log_var, n_samples, seed):
    """Give what was asked for, in words, and what came."""
    draws = f"{n_samples:,} draw" + "s" * (n_samples > 1)
    asked = (
        f"an estimate of KL(q ‖ p) for each of {len(z_mean):,} rows, from "
        f"{draws} of its own: ({len(z_mean)},)"
    )
    value = attempt(
        z_mean=z_mean,
        z_log_var=z_log_var,
        n_samples=n_samples,
        rng=_generator(seed),
    )
    return asked, as_array(value, asked)


def _look_at_the_chance(attempt):
    """Demand that the draws come from `rng`, and as many as were asked."""
    posterior = np.array([SAMPLED_MEAN, SAMPLED_LOG_VAR])
    (asked, first), (_, again), (_, other), (asked_of_one, of_one) = (
        _estimate(attempt, *posterior, n_samples, seed)
        for n_samples, seed in ((5, 5), (5, 5), (5, 6), (1, 5))
    )
    if first.shape != (3,):
        return
    demand_finite(first, asked)
    _look_for_no_chance(first, *posterior, asked)
    demand_chance_from_rng(first[None], again[None], other[None], asked)
    demand_finite(of_one, asked_of_one)
    if first.shape == of_one.shape and np.allclose(first, of_one):
        raise ExerciseFailed(
            asked,
            "the same numbers as from a single draw",
            ASK_ABOUT_SAMPLING["n_samples_ignored"],
            "n_samples_ignored",
        )


def _look_for_no_chance(value, z_mean, z_log_var, asked):
    if np.allclose(value, _kl(z_mean, z_log_var).sum(axis=1)):
        raise ExerciseFailed(
            asked,
            "the exact divergence, without any chance in it",
            "This is where the lesson will end. What would you do if nobody "
            "had ever worked out a formula?",
            "closed_form",
        )
    if np.allclose(value, 0):
        raise ExerciseFailed(
            asked,
            "0 for every row, as if q were p",
            ASK_ABOUT_SAMPLING["prior_not_standard"],
            "prior_not_standard",
        )
    if np.allclose(value, -0.5 * z_log_var.sum(axis=1)):
        raise ExerciseFailed(
            asked,
            "numbers without any chance in them: z and epsilon cancel",
            ASK_ABOUT_SAMPLING["samples_from_prior"],
            "samples_from_prior",
        )


def _look_at_the_mean(attempt):
    """Allow six standard errors: a right answer misses once in 10^8."""
    z_mean, z_log_var = np.array([SAMPLED_MEAN, SAMPLED_LOG_VAR])
    kl = _kl(z_mean, z_log_var)
    right = kl.sum(axis=1)
    error = _std_of_one_draw(z_mean, z_log_var) / math.sqrt(N_DRAWS)
    asked, value = _estimate(attempt, z_mean, z_log_var, N_DRAWS, seed=11)
    slips, slack = _signs_and_reductions(kl), 6 * error.sum()
    if value.shape == right.shape:
        if np.all(np.abs(value - right) < 6 * error):
            return
        mistake = _best_explanation(value, z_mean, z_log_var)
        slips = [(mistake, [value])] if mistake else []
        slack = 6 * error
    compare(
        value,
        right,
        asked=asked,
        question="Take one row, one dimension and one draw, and work it out "
        "by hand as the lesson does. Which part of yours differs?",
        slips=with_questions(ASK_ABOUT_SAMPLING, *slips),
        rtol=0,
        atol=slack,
        inputs=_inputs_of_row(z_mean, z_log_var),
    )


def _best_explanation(value, z_mean, z_log_var):
    """Name the slip that gives these estimates, or None.

    Both they and what the slip gives here have a standard error.
    """

    def standard_errors_off(draws):
        error = draws.std(axis=0) * math.sqrt(2 / N_DRAWS)
        return np.max(np.abs(value - draws.mean(axis=0)) / error)

    off, mistake = min(
        (standard_errors_off(draws), mistake)
        for mistake, several in _slips_played(z_mean, z_log_var).items()
        for draws in several
    )
    return mistake if off < 6 else None


def _slips_played(z_mean, z_log_var):
    """Make each slip of sampling: lists of (N_DRAWS, rows), by slug."""
    rng = _generator(seed=13)
    shape, std = (N_DRAWS, *z_mean.shape), np.exp(z_log_var / 2)
    epsilon = rng.standard_normal(shape)
    z, zeros, ones = z_mean + std * epsilon, 0 * z_mean, 0 * z_mean + 1

    def bell(z, mean, log_var):
        return _log_normal(z, mean, log_var).sum(axis=-1)

    def ratio(z, q=(z_mean, z_log_var), p=(zeros, zeros)):
        return bell(z, *q) - bell(z, *p)

    def drawn(z):
        """Look the deviation in log q up in z, or take it for epsilon."""
        of_epsilon = bell(epsilon, zeros, zeros) - z_log_var.sum(axis=1) / 2
        return [ratio(z), of_epsilon - bell(z, zeros, zeros)]

    right, two_pi = ratio(z), LOG_TWO_PI / 2 * z_mean.shape[1]
    return {
        "samples_from_prior": [ratio(epsilon)],
        "reversed": [-ratio(epsilon)],
        "sign": [-right],
        "averages_latent": [right / z_mean.shape[1]],
        "samples_summed": [right * N_DRAWS],
        "divides_by_batch": [right / len(z_mean)],
        "weighted_twice": [
            factor * right * np.exp(bell(z, z_mean, z_log_var))
            for factor in (1, N_DRAWS)
        ],
        "clipped": [np.maximum(right, 0), np.abs(right)],
        "half_missing": [2 * right],
        "bits": [right / math.log(2)],
        "two_pi_missing": [right - two_pi, right + two_pi],
        "variance_for_std": [
            *drawn(z_mean + std**2 * epsilon),
            *drawn(z_mean + std**2 / 2 * epsilon),
        ],
        "exp_missing": [
            *drawn(z_mean + z_log_var * epsilon),
            *drawn(z_mean + z_log_var / 2 * epsilon),
        ],
        "noise_not_scaled": drawn(z_mean + epsilon),
        "mean_not_added": [
            *drawn(std * epsilon),
            ratio(z, q=(zeros, z_log_var)),
        ],
        "uniform_noise": [
            ratio(z_mean + std * rng.uniform(lowest, 1, shape))
            for lowest in (0, -1)
        ],
        "prior_not_standard": [
            ratio(z, p=p)
            for p in (
                (zeros, ones),
                (ones, zeros),
                (ones, ones),
                (zeros, z_log_var),
            )
        ],
        "log_missing": [ratio(z, q=(z_mean, s)) for s in (std, std**2)],
        "log_var_as_log_std": [
            ratio(z, q=(z_mean, factor * z_log_var)) for factor in (0.5, 2)
        ],
        "ratio_of_logs": [bell(z, z_mean, z_log_var) / bell(z, zeros, zeros)],
    }


def _std_of_one_draw(z_mean, z_log_var):
    """Give the standard deviation of log q(z) - log p(z), for each row."""
    variance = np.exp(z_log_var)
    each = (variance - 1) ** 2 / 2 + z_mean**2 * variance
    return np.sqrt(each.sum(axis=1))


def _look_at_the_spread(attempt):
    """Look how far rows lie apart that are all of the same distribution.

    From one draw each: mirrored draws are like others there, and half of
    the estimates are below 0. Right ones have a variance whose relative
    standard error is 0.05 (kurtosis 4.5 over 1,500 rows) and leave the
    range below less than once in 10^8. One epsilon for all eight dimensions
    gives 8 times that variance, one for all rows none, and at least 30
    times comes of log-densities that do not look at the same draw.
    """
    rows = np.zeros((1_500, 8))
    asked, values = _estimate(attempt, rows, rows + 0.2, 1, seed=12)
    # Any finite numbers will do, one for each row.
    compare(values, rows[:, 0], asked=asked, atol=1e9)
    expected = _std_of_one_draw(rows[:1], rows[:1] + 0.2)[0]
    spread = (np.std(values) / expected) ** 2
    if 0.7 < spread < 1.4 and values.min() < 0:
        return
    if spread > 1e-6 and values.min() >= 0:
        got, mistake = "not one below 0", "clipped"
    else:
        got = f"a standard deviation of {np.std(values):.3f} between them, "
        got += f"expected about {expected:.3f}"
        mistake = _name_of_spread(spread)
    raise ExerciseFailed(
        f"{asked}, all of the same q close to p",
        got,
        ASK_ABOUT_SAMPLING[mistake],
        mistake,
    )


def _name_of_spread(spread):
    """Name the slip that gives so many times the right variance."""
    if 1e-6 < spread < 4:
        return "not_one_normal_draw"
    return "draws_apart" if spread > 20 else "noise_shared"


# --- 5.3 to 5.6 -------------------------------------------------------------


def _judge_rows(
    call, right, slips, *, asked, question, shown=("z_mean", "z_log_var")
):
    """Judge one number for each row, at random places and then elsewhere.

    `call` is the answer, `right` gives the terms (n, k) and `slips` what
    `compare` takes; all are functions of z_mean and z_log_var. `shown` are
    the inputs that a message gives.
    """

    def inputs(*z):
        return _inputs_of_row(*z, shown)

    for n, k in SHAPES:
        z = _posterior(n, k)
        _compare_twice(
            [call(*z) for _ in range(2)],
            right(*z).sum(axis=1),
            asked=f"{asked} ({n}, {k}): ({n},)",
            question=question,
            slips=slips(*z),
            inputs=inputs(*z),
        )
    _judge_edges(call, lambda *z: right(*z).sum(axis=1), asked, inputs)


def _judge_edges(call, right, asked, inputs, parts=()):
    """Judge a single row close to 0, and then what only shows far out."""
    for z, where in (NEAR, "close to 0"), (FAR_OUT, "such as -24 and 11"):
        value, expected = as_array(call(*z), asked), right(*z)
        comparable = value.shape == expected.shape
        comparable = comparable and np.all(np.isfinite(value))
        compare(
            value,
            expected,
            asked=f"{asked} {z[0].shape}, with entries {where}",
            slips=[("clipped", value, ASK_ELSEWHERE)] if comparable else [],
            rtol=1e-4,
            parts=parts,
            inputs=inputs(*z),
        )


def _inputs_of_row(z_mean, z_log_var, shown=("z_mean", "z_log_var")):
    """Return what tells `compare` the inputs of the row of an entry."""
    arrays = {"z_mean": z_mean, "z_log_var": z_log_var}

    def inputs(index):
        row = index[0]
        numbers = (
            f"{name} = [{', '.join(f'{x:g}' for x in arrays[name][row])}]"
            for name in shown
        )
        return f"Row {row}: {', '.join(numbers)}"

    return inputs


def _inputs_of_slope(z_mean, z_log_var):
    """Tell the inputs, but where they beside the slope would be the answer."""
    inputs = _inputs_of_row(z_mean, z_log_var)
    return lambda index: inputs(index[1:]) if index[0] == 1 else None


def _compare_twice(values, right, *, asked, question, slips, inputs):
    """Compare, and ask about chance where two calls differ or come close."""
    value, again = (
        as_array(value, asked).astype("float64") for value in values
    )
    asks = ASK_ABOUT_SUMS["still_sampled"], "still_sampled"
    if value.shape == again.shape and not np.allclose(
        value, again, rtol=1e-6, equal_nan=True
    ):
        got = "other numbers when it is called again with the same arguments"
        raise ExerciseFailed(asked, got, *asks)
    close = value.shape == right.shape and np.allclose(value, right, rtol=0.05)
    compare(
        value,
        right,
        asked=asked,
        question=question,
        slips=[*slips, *([(asks[1], value, asks[0])] if close else [])],
        rtol=1e-4,
        inputs=inputs,
    )


def _posterior(n, k):
    """Return z_mean and z_log_var (n, k), none near 0 or 1, and short."""
    rng = _generator(seed=10 * n + k)
    signs = rng.choice([-1, 1], (2, n, k))
    z_mean, z_log_var = rng.uniform(0.3, 0.9, (2, n, k)) * signs
    return (1.7 * z_mean).round(2), (1.3 * z_log_var).round(2)


def _expected(function, z_mean, z_log_var):
    """Average a function of z, mean and log-variance over each entry's q.

    Four nodes are exact for parabolas, as log-densities are.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    m, v = z_mean[..., None], z_log_var[..., None]
    values = function(m + np.exp(v / 2) * nodes, m, v)
    return values @ (weights / weights.sum())


def _log_normal(z, mean, log_var):
    square = (z - mean) ** 2 / np.exp(log_var)
    return -0.5 * (LOG_TWO_PI + log_var + square)


def _log_standard(z, mean, log_var):
    return _log_normal(z, 0, 0)


def _kl(z_mean, z_log_var):
    """Give KL(q || p) of every dimension, (n, k)."""
    return _expected(_log_normal, z_mean, z_log_var) - _expected(
        _log_standard, z_mean, z_log_var
    )


def _signs_and_reductions(each):
    """List what comes of right (n, k) terms with a wrong sign or reduction."""
    rows = each.sum(axis=1)
    reductions = [
        ("averages_latent", [each.mean(axis=1)]),
        ("latents_not_summed", [each]),
        (
            "sums_batch",
            [rows.sum(), rows.mean(), each.mean(), each.sum(axis=0)],
        ),
    ]
    return [
        ("sign", [-rows, -2 * rows]),
        ("divides_by_batch", [rows / len(rows)]),
        *(
            (slug, [factor * wrong for wrong in several])
            for slug, several in reductions
            for factor in (1, -1, 2, -2)
        ),
    ]


def _summed(slips):
    """Sum what each slip gives, (n, k), over the latent dimensions."""
    return [(slug, [each.sum(axis=1)]) for slug, each in slips]


def _slips_of_half(first, second, own, but=()):
    """List what comes of -½ Σ (log 2π + first + second) done wrong.

    `own` are the slips that this exercise alone has: from slug to what they
    add to log 2π. `but` is for `signs_and_halves`.
    """
    rest = first + second
    n, k = rest.shape
    brackets = {
        slug: [LOG_TWO_PI + wrong for wrong in several]
        for slug, several in own.items()
    }
    brackets |= {
        "two_pi_missing": [rest, first],
        "two_pi_power": [
            bracket
            for count in (1 / k, n / k)
            for bracket in (
                count * LOG_TWO_PI + rest,
                count * (LOG_TWO_PI + second) + first,
            )
        ],
        "two_pi_wrong": [wrong + rest for wrong in WRONG_LOGS],
        "bits": [
            bracket
            for base in BASES
            for bracket in (
                LOG_TWO_PI / base + rest,
                (LOG_TWO_PI + first) / base + second,
                (LOG_TWO_PI + rest) / base,
            )
        ],
    }
    halves = [
        (slug, -0.5 * bracket)
        for slug, several in brackets.items()
        for bracket in several
    ]
    return [
        *_summed(halves),
        *_summed(signs_and_halves(LOG_TWO_PI, first, second, but=but)),
        *_signs_and_reductions(-0.5 * (LOG_TWO_PI + rest)),
    ]


def _slips_of_posterior(v):
    variance, std = np.exp(v), np.exp(v / 2)
    own = {
        "one_missing": [v, v + 1 / v.shape[1]],
        "sums_batch": [v.sum() / v.shape[1] + 1 + 0 * v],
        "not_standardised": [v + variance],
        "log_missing": [variance + 1, std + 1],
        "std_for_variance": [v / 2 + 1],
        "log_var_as_log_std": [2 * v + 1],
    }
    named = (1, 2, 1), (1, 0.5, 1)
    slips = _slips_of_half(v, np.ones_like(v), own, but=named)
    return with_questions(ASK_ABOUT_POSTERIOR, *slips)


def _slips_of_prior(m, v):
    square, variance, std = m**2, np.exp(v), np.exp(v / 2)
    k, sum_of_logs = v.shape[1], v.sum(axis=1, keepdims=True)
    own = {
        "codes_swapped": [v**2 + np.exp(m)],
        "sums_batch": [
            square.sum() / k + variance,
            square + variance.sum() / k,
        ],
        "mean_not_squared": [m + variance, np.abs(m) + variance],
        "mean_missing": [variance],
        "variance_missing": [square, square + 1],
        "exp_missing": [square + v, square + v**2],
        "std_for_variance": [square + std],
        "log_var_as_log_std": [square + variance**2],
        "log_term_added": [v + square + variance, v + square + 1, v + 1],
        "one_added": [square + variance + 1],
        "divided_by_variance": [
            log_term + square / variance + one
            for log_term in (0, v)
            for one in (0, 1)
        ],
        "square_of_sum": [(m + wrong) ** 2 for wrong in (std, variance, v)],
        "sum_too_early": [
            squared_sum(m) + variance,
            square + np.exp(sum_of_logs) / k,
        ],
    }
    slips = _slips_of_half(square, variance, own)
    return with_questions(ASK_ABOUT_PRIOR, *slips)


def _slips_of_kl(m, v):
    swapped = [("codes_swapped", _kl(v, m))]
    return with_questions(
        ASK_ABOUT_KL,
        *_summed(swapped + slips_of_kl(m, v)),
        *_signs_and_reductions(_kl(m, v)),
    )


def _pair(result, asked):
    """Turn two arrays, a list of them or one of both into one array."""
    try:
        first, second = result
    except (TypeError, ValueError):
        length = operator.length_hint(result)
        size = f" and length {length}" if length else ""
        raise ExerciseFailed(
            asked,
            f"something of type {type(result).__name__}{size}, which is no "
            "pair",
            "What stands after `return`, and is it two things?",
            "wrong_type",
        ) from None
    first, second = as_array(first, asked), as_array(second, asked)
    if first.shape != second.shape:
        raise ExerciseFailed(
            asked,
            f"shapes {first.shape} and {second.shape}",
            "Print both shapes. Which step makes or drops an axis?",
        )
    return np.stack([first, second])


def _slopes_by_small_steps(z_mean, z_log_var):
    step = 1e-4
    return np.stack(
        [
            _kl(z_mean + step, z_log_var) - _kl(z_mean - step, z_log_var),
            _kl(z_mean, z_log_var + step) - _kl(z_mean, z_log_var - step),
        ]
    ) / (2 * step)


def _slips_of_gradients(m, v):
    n, k = v.shape
    variance = np.exp(v)
    by_mean, by_log_var = m, 0.5 * (variance - 1)
    right = np.stack([by_mean, by_log_var])
    backwards = np.stack([m / variance, 0.5 * (1 - (1 + m**2) / variance)])
    first = [
        (None, by_mean),
        ("half_missing", 2 * m),
        ("half_missing", m / 2),
        ("not_differentiated", m**2 / 2),
        ("not_differentiated", m**2),
        ("sign", -m),
        ("mean_not_squared", np.ones_like(m)),
        ("mean_not_squared", np.full_like(m, 0.5)),
    ]
    second = [
        (None, by_log_var),
        ("half_missing", variance - 1),
        ("half_missing", variance - 0.5),
        ("half_missing", 0.5 * variance - 1),
        ("one_missing", 0.5 * variance),
        ("one_missing", variance),
        ("sign", -by_log_var),
        ("sign", 0.5 * (1 + variance)),
        ("exp_missing", 0.5 * (v - 1)),
        ("power_rule", 0.5 * (v * np.exp(v - 1) - 1)),
        ("power_rule", 0.5 * (v * variance - 1)),
        ("std_for_variance", 0.5 * (np.exp(v / 2) - 1)),
        ("std_for_variance", 0.5 * (np.exp(v / 2) / 2 - 1)),
        ("log_var_as_log_std", 0.5 * (np.exp(2 * v) - 1)),
        ("log_var_as_log_std", np.exp(2 * v) - 1),
        ("log_var_as_log_std", np.exp(2 * v) - 0.5),
        ("by_variance", 0.5 * (1 - 1 / variance)),
        ("by_variance", 2 * np.sinh(v / 2)),
        ("not_differentiated", 0.5 * (variance - v)),
        ("not_differentiated", 0.5 * (variance - v - 1)),
    ]
    pairs = list(itertools.product(first, second))
    wrong = [
        (a or b, [np.stack([by_m, by_v])])
        for (a, by_m), (b, by_v) in pairs
        if a or b
    ]
    swapped = [np.stack([by_v, by_m]) for (_, by_m), (_, by_v) in pairs]
    return with_questions(
        ASK_ABOUT_GRADIENTS,
        *wrong,
        ("gradient_swapped", swapped),
        ("reversed", [backwards]),
        ("latents_summed", [right.sum(axis) for axis in (1, 2, (1, 2))]),
        ("averages_latent", [right / count for count in (k, n, n * k)]),
        ("averages_latent", [right.mean(axis) for axis in (1, 2, (1, 2))]),
    )
