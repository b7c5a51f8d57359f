"""Demand that what is random in an answer comes from its generator."""

import numpy as np

from vae_course.checks.failure import ExerciseFailed


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
