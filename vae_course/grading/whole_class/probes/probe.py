"""What a probe is: fresh inputs, what to observe on them, how to judge.

The modules of the probes import nothing but NumPy at first: the trusted
side loads them all. What `observe` needs beyond that, it imports itself.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_course.checks.attempt import Attempt
from vae_course.checks.compare import compare
from vae_course.checks.failure import ExerciseFailed

NUMBERS, LETTERS = "fiub", "U"
# What no file of arrays holds, and what `compare` shows as words.
OTHERS = "bfloat16", "bool"
# No number is wider than that, so that none overflows on its way.
WIDEST = 8


def agrees(observed, expected, inputs, *, rtol=1e-4, atol=1e-6):
    """Say where numbers differ from those of the library, if they do.

    Args:
        observed: dict from name to array, what came from the sandbox, of
            the names, shapes and kinds of `expected`.
        expected: dict from name to array, the library's.
        inputs: dict from name to value, what both were made from.
        rtol: relative tolerance of each entry. Another one for a probe:
            ``judge=functools.partial(agrees, rtol=1e-3)``.
        atol: absolute tolerance of each entry, in units of the result.

    Returns:
        None, or a phrase with the first name that differs. There are no
        numbers in it: a learner reads it, who may hand in again.
    """
    for name, right in expected.items():
        value = observed[name]
        if right.dtype.kind == LETTERS:
            if not np.array_equal(value, right):
                return f"{name}: another word"
            continue
        if fault_of(compare, value, right, asked=name, rtol=rtol, atol=atol):
            return f"{name}: other numbers"
    return None


def fault_of(demand, *args, **kwargs):
    """Call what raises ExerciseFailed of a wrong result; return what it got.

    Args:
        demand: function such as `compare`.
        *args: passed on.
        **kwargs: passed on.

    Returns:
        None, or a phrase of what came instead.
    """
    try:
        demand(*args, **kwargs)
    except ExerciseFailed as failure:
        _, got, _, _ = failure.args
        return got
    return None


@dataclass(frozen=True)
class Probe:
    """Try an answer where it cannot know what is asked.

    Attributes:
        exercise: the exercise's number, such as "5.4".
        inputs: function of a NumPy generator; returns a dict from name to
            array, number or word.
        observe: function of an answer and of the inputs, by their names;
            returns a dict from name to array. It runs in the sandbox on a
            learner's answer, and on the library's version outside of it.
        judge: function of what was observed, what the library gives and
            the inputs; returns None or a phrase of what is wrong. It may
            rely on names, shapes and kinds being right and all numbers
            being finite.
        rounds: how many sets of inputs are tried.
    """

    exercise: str
    inputs: Callable
    observe: Callable
    judge: Callable = agrees
    rounds: int = 3

    def fault(self, observed, expected, inputs):
        """Say what is wrong with what came from the sandbox, if anything.

        Args:
            observed: what should be a dict from name to array.
            expected: dict from name to array, the library's.
            inputs: dict from name to value, what both were made from.

        Returns:
            None, or a phrase of what is wrong.
        """
        malformed = _malformed(observed, expected)
        return malformed or self.judge(observed, expected, inputs)


def as_plain(value):
    """Turn numbers, lists, arrays or tensors into what can be sent.

    Args:
        value: what an answer returned.

    Returns:
        A NumPy array of numbers of at most 8 bytes each; true is 1.

    Raises:
        TypeError: if there are no numbers in it.
    """
    array = np.asarray(value)
    if array.dtype.name in OTHERS or array.dtype == np.longdouble:
        array = array.astype("float64")
    if array.dtype.kind not in NUMBERS:
        raise TypeError(f"numbers expected, got {type(value).__name__}")
    return array


def call(answer, name, **inputs):
    """Call a learner's function as its check does.

    Args:
        answer: the function.
        name: what the exercise calls it.
        **inputs: its arguments, in the order of the signature.

    Returns:
        What it returns.

    Raises:
        ExerciseFailed: if it crashes, returns nothing or changes an input.
        NotStarted: if it is a stub.
    """
    with np.errstate(all="ignore"):
        return Attempt(answer, name)(**inputs)


def result_of(name):
    """Make an `observe` that calls an answer with all inputs as they are.

    Args:
        name: what the exercise calls the answer.

    Returns:
        A function of the answer and of the inputs; it returns a dict that
        holds one array, under that name.
    """

    def observe(answer, **inputs):
        return {name: as_plain(call(answer, name, **inputs))}

    return observe


def two_sizes(rng):
    """Draw two unlike sizes from 2 to 6."""
    return [int(size) for size in rng.permutation(np.arange(2, 7))[:2]]


def probes_of_lesson(lesson):
    """List a lesson's probes.

    Args:
        lesson: the lesson's number with two digits, such as "05".

    Returns:
        tuple of Probe, in the order of the exercises.
    """
    module = importlib.import_module(f"{__package__}.lesson_{lesson}")
    return module.PROBES


def all_probes():
    """Return a dict from the number of each exercise to its probe."""
    package = importlib.import_module(__package__)
    lessons = sorted(
        module.name.removeprefix("lesson_")
        for module in pkgutil.iter_modules(package.__path__)
        if module.name.startswith("lesson_")
    )
    return {
        probe.exercise: probe
        for lesson in lessons
        for probe in probes_of_lesson(lesson)
    }


def _malformed(observed, expected):
    """Look at names, types, shapes and whether all numbers are finite."""
    if not isinstance(observed, dict) or observed.keys() != expected.keys():
        return "not the results that were asked for"
    for name, right in expected.items():
        value = observed[name]
        if not isinstance(value, np.ndarray) or not _kinds_fit(value, right):
            return f"{name}: no numbers, or none of a common kind"
        if value.shape != right.shape:
            return f"{name}: shape {value.shape}, expected {right.shape}"
        if value.dtype.kind == "f" and not np.all(np.isfinite(value)):
            return f"{name}: numbers that are not finite"
    return None


def _kinds_fit(value, right):
    if right.dtype.kind == LETTERS:
        return value.dtype.kind == LETTERS
    return value.dtype.kind in NUMBERS and value.dtype.itemsize <= WIDEST
