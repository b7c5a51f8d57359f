"""Numbers of a class, in words."""

import textwrap
from statistics import median

from vae_course.grading.whole_class.records import NOT_GRADED, STATUSES
from vae_course.grading.whole_class.reports.slips import meaning

FEW, WIDTH = 2, 60
TIMES = "\u00a0×\u00a0"


def number_of(things, name, plural=None):
    """Count in words.

    >>> number_of([3], "learner"), number_of(2, "learner")
    ('1 learner', '2 learners')
    """
    count = things if isinstance(things, int) else len(things)
    return f"{count} {name if count == 1 else plural or name + 's'}"


def of_counts(counts):
    """Say how many passed an exercise, failed it and so on.

    Args:
        counts: Counter of statuses.
    """
    return ", ".join(
        f"{counts[status]} {status}" for status in STATUSES if counts[status]
    )


def why(item):
    """Say why an exercise was failed.

    Args:
        item: `Item`.

    Returns:
        list of str: the commonest slips, and then all else.
    """
    told = [
        f"{len(slip.learners)}{TIMES}{meaning(slip.mistake)}"
        for slip in item.slips[:FEW]
    ]
    others = sum(len(slip.learners) for slip in item.slips[FEW:])
    rest = [number_of(others, "other slip")] if others else []
    rest += [_unexplained(item)] if item.clusters else []
    return [*told, ", ".join(rest)] if rest else told


def _unexplained(item):
    """Count what no slip explains, with what came out most if it did."""
    told, most = f"{item.unexplained} unexplained", item.clusters[0]
    if len(most.learners) < FEW:
        return told
    came = textwrap.shorten(most.came, WIDTH, placeholder=" …")
    return f"{told}, of which {len(most.learners)}{TIMES}“{came}”"


def of_class(totals, out_of):
    """Say how a class did as a whole.

    Args:
        totals: list of int, each learner's points, not empty.
        out_of: int, the points of the whole course.
    """
    return (
        f"{number_of(totals, 'learner')}. Of {out_of} points, half of them "
        f"have {median(totals):g} or more; the best has {max(totals)}, the "
        f"last {min(totals)}."
    )


def of_not_graded(records):
    """Say what could not be graded, or nothing.

    Args:
        records: list of `Record`.
    """
    lost = [
        [each for each in record.outcomes if each.status == NOT_GRADED]
        for record in records
    ]
    exercises, learners = sum(map(len, lost)), sum(map(bool, lost))
    if not exercises:
        return ""
    return (
        f"{number_of(exercises, 'exercise')} of "
        f"{number_of(learners, 'learner')} could not be graded, which is no "
        "fault of theirs. The same command, run again, tries them anew."
    )
