"""Numbers about exercises: how the class did, and what it failed by."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from vae_course.grading.whole_class.records import FAILED, PASSED
from vae_course.grading.whole_class.reports.message import read
from vae_course.grading.whole_class.reports.titles import place

LONGEST_LINE = 300
FRACTION = re.compile(r"-?\d+\.\d+(e[-+]?\d+)?")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?|\b(nan|inf)\b")
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|(?<!\w)/[\w./-]+|0x[0-9a-f]+")


@dataclass(frozen=True)
class Reason:
    """Why some learners failed an exercise.

    Attributes:
        mistake: slug of a known slip, None for a cluster of failures that
            no slip explains but that look alike.
        learners: tuple of their names.
        example: str, what the check said to the first of them.
        came: str, what came out; in a cluster, as far as it was the same
            for all.
    """

    mistake: str | None
    learners: tuple
    example: str
    came: str


@dataclass(frozen=True)
class Item:
    """How the class did in an exercise.

    Attributes:
        exercise: its number, such as "5.4".
        counts: Counter of statuses, each as many as had it.
        slips: list of `Reason`, the commonest first.
        clusters: list of `Reason` without a slip, the largest first.
    """

    exercise: str
    counts: Counter
    slips: list
    clusters: list

    @property
    def tried(self):
        """Return how many handed in an answer that was graded."""
        return self.counts[PASSED] + self.counts[FAILED]

    @property
    def unexplained(self):
        """Return how many failures no slip explains."""
        return sum(len(cluster.learners) for cluster in self.clusters)


@dataclass(frozen=True)
class Failure:
    """A learner's failed exercise."""

    learner: str
    mistake: str | None
    message: str


def items(records):
    """Count, exercise by exercise.

    Args:
        records: list of `Record`.

    Returns:
        list of `Item` in the order of the exercises.
    """
    counts, failures = defaultdict(Counter), defaultdict(list)
    for record in records:
        for outcome in record.outcomes:
            counts[outcome.exercise][outcome.status] += 1
            if outcome.status == FAILED:
                failures[outcome.exercise].append(
                    Failure(record.learner, outcome.mistake, outcome.message)
                )
    return [
        Item(
            exercise,
            counts[exercise],
            slips(failures[exercise]),
            clusters(failures[exercise]),
        )
        for exercise in sorted(counts, key=place)
    ]


def slips(failures):
    """Group failures by the slip that the check named, if it did.

    Args:
        failures: list of `Failure`.

    Returns:
        list of `Reason`, the commonest first.
    """
    named = [failure for failure in failures if failure.mistake]
    return _reasons(_groups(named, lambda failure: failure.mistake), result)


def clusters(failures):
    """Group failures that no slip explains by what came out.

    The inputs of a check are the same for all. Where the very same result
    came from several learners, they made the same slip, which has no name
    yet; the others are put together by the kind of what came.

    Args:
        failures: list of `Failure`.

    Returns:
        list of `Reason`, the largest first.
    """
    unnamed = [failure for failure in failures if not failure.mistake]
    same, alone = [], []
    for group in _groups(unnamed, lambda each: result(each.message)):
        if len(group) > 1:
            same.append(group)
        else:
            alone += group
    alike = _groups(alone, lambda each: kind(each.message))
    same += [group for group in alike if len(group) == 1]
    alike = [group for group in alike if len(group) > 1]
    return _by_size(_reasons(same, result) + _reasons(alike, kind))


def result(message):
    r"""Return what came out, in fractions of three digits.

    >>> result("…\n  Asked  one\n  Got    0.69314 at [32]\n  Think  why?")
    '0.693 at [32]'
    """
    told = read(message)
    first, _, _ = (told.got or told.text).partition("\n")
    return FRACTION.sub(
        lambda found: f"{float(found[0]):.3g}", first[:LONGEST_LINE]
    )


def kind(message):
    r"""Return what came out, without its numbers, names and paths.

    >>> kind("…\n  Asked  one\n  Got    0.69314 at [2]\n  Think  why?")
    '# at [#]'
    """
    return NUMBER.sub("#", QUOTED.sub("'…'", result(message)))


def _groups(failures, key):
    groups = defaultdict(list)
    for failure in failures:
        groups[key(failure)].append(failure)
    return list(groups.values())


def _reasons(groups, came):
    return _by_size(
        Reason(
            group[0].mistake,
            tuple(failure.learner for failure in group),
            group[0].message,
            came(group[0].message),
        )
        for group in groups
    )


def _by_size(reasons):
    return sorted(reasons, key=lambda each: len(each.learners), reverse=True)
