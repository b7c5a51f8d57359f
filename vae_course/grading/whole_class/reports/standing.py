"""How one learner did, in all and lesson by lesson."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from vae_course.checks import lesson_of


@dataclass(frozen=True)
class Standing:
    """What some of a learner's outcomes come to.

    Attributes:
        outcomes: tuple of `Outcome`.
        lesson: "05" where they are those of a lesson, else empty.
    """

    outcomes: tuple
    lesson: str = ""

    @property
    def counts(self):
        """Return a Counter of statuses."""
        return Counter(outcome.status for outcome in self.outcomes)

    @property
    def points(self):
        """Return the points that the learner gets."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def out_of(self):
        """Return the points that there are."""
        return sum(outcome.out_of for outcome in self.outcomes)


def by_lesson(outcomes):
    """List the standing in each lesson.

    Args:
        outcomes: tuple of `Outcome` in the order of the exercises.

    Returns:
        list of `Standing`.
    """
    groups = groupby(outcomes, lambda outcome: lesson_of(outcome.exercise))
    return [Standing(tuple(group), lesson) for lesson, group in groups]
