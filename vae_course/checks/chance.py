"""Chance in the checks: dice of their own, and demands on draws."""

import contextlib
import math
import random

import numpy as np

from vae_course.checks.failure import ExerciseFailed


@contextlib.contextmanager
def dice_of_their_own():
    """Seed what Keras draws inside; go on from the state before."""
    import keras

    following = random.getrandbits(32)
    keras.utils.set_random_seed(4)
    try:
        yield
    finally:
        keras.utils.set_random_seed(following)


def demand_chance_from_rng(first, again, other, asked):
    """Refuse draws that do not come from `rng`, all of them and only it.

    Args:
        first: array of draws, n in the first axis.
        again: the draws from another generator with the same seed.
        other: the draws from a generator with another seed.
        asked: what the draws should be, for the message.

    Raises:
        ExerciseFailed: if a column of the draws is the same for another
            seed, or any draw differs for the same one.
    """
    if np.any(np.all(first == other, axis=0)):
        raise ExerciseFailed(
            asked,
            "the same numbers from generators with two different seeds",
            "Which line makes the random numbers, and does it ask the rng "
            "that was passed in?",
            "noise_frozen",
        )
    if not np.array_equal(first, again):
        raise ExerciseFailed(
            asked,
            "different numbers from two generators with the same seed",
            "Does every bit of chance come from the rng that was passed in? "
            "Its methods look like those of np.random.",
            "rng_unused",
        )


def demand_finite(draws, asked):
    """Refuse draws among which one is infinite or NaN.

    Args:
        draws: array of numbers, any shape.
        asked: what the draws should be, for the message.

    Raises:
        ExerciseFailed: if one of them is not finite.
    """
    if not np.all(np.isfinite(draws)):
        raise ExerciseFailed(
            asked,
            "numbers among them that are not finite",
            "Which step leaves the range of floating-point numbers, or gets "
            "one that it is not made for?",
            "not_finite",
        )


def demand_independence(draws, asked):
    """Refuse draws that know of each other: sorted, mirrored, repeated.

    Args:
        draws: array of finite draws, n in the first axis, several thousand.
        asked: what the draws should be, for the message.

    Raises:
        ExerciseFailed: if all numbers, taken row by row, correlate with
            those some places further on.
    """
    z = ((draws - draws.mean(axis=0)) / draws.std(axis=0)).ravel()
    # The correlation of z with itself, moved by each number of places. All
    # have a standard error of at most sqrt(2 / n), and seven are exceeded
    # by the largest of 50,000 less than once in ten million times.
    moved = np.fft.irfft(np.abs(np.fft.rfft(z)) ** 2, z.size)[1:] / z.size
    places = np.abs(moved).argmax()
    if abs(moved[places]) > 7 * math.sqrt(2 / z.size):
        raise ExerciseFailed(
            asked,
            f"a correlation of {moved[places]:.2f} between each number and "
            f"the one {places + 1:,} further on",
            "If you know one number, do you know anything about another? "
            "Which line sorts, mirrors, repeats or adds them up?",
            "not_independent",
        )
