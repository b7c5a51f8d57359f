"""The item report: which exercises the class failed, and why."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from vae_course.grading.whole_class.records import FAILED, PASSED
from vae_course.grading.whole_class.reports import figures, words
from vae_course.grading.whole_class.reports.page import render
from vae_course.grading.whole_class.reports.standing import Standing

MANY_SLIPS = 12


@dataclass(frozen=True)
class Everywhere:
    """A slip, over all exercises.

    Attributes:
        mistake: its slug.
        exercises: list of the exercises in which it was made.
        learners: int, how many made it.
    """

    mistake: str
    exercises: list
    learners: int


def items_page(records, items, titles):
    """Write the item report.

    Args:
        records: list of `Record`, not empty.
        items: list of `Item`, made from them.
        titles: `Titles`, what the lessons and exercises are called.

    Returns:
        str, HTML.
    """
    totals = [Standing(record.outcomes).points for record in records]
    out_of = Standing(records[0].outcomes).out_of
    summary = words.of_class(totals, out_of)
    hardest = [item for item in items if item.counts[FAILED]]
    hardest.sort(key=lambda item: item.counts[FAILED], reverse=True)
    return render(
        "items.html",
        titles=titles,
        summary=summary,
        not_graded=words.of_not_graded(records),
        hardest=hardest,
        exercises_figure=figures.how_exercises_ended(items),
        exercises_in_words=_in_words(items, titles),
        points_figure=figures.points_of_the_class(totals, out_of),
        learners=len(records),
        everywhere=everywhere(items)[:MANY_SLIPS],
        items=items,
        counts=sum((item.counts for item in items), Counter()),
        troubled=[record for record in records if record.problems],
    )


def everywhere(items):
    """List the slips over all exercises.

    Args:
        items: list of `Item`.

    Returns:
        list of `Everywhere`, the one that most learners made first.
    """
    exercises, learners = defaultdict(list), defaultdict(set)
    for item in items:
        for slip in item.slips:
            exercises[slip.mistake].append(item.exercise)
            learners[slip.mistake] |= set(slip.learners)
    found = [
        Everywhere(mistake, exercises[mistake], len(learners[mistake]))
        for mistake in exercises
    ]
    return sorted(found, key=lambda slip: slip.learners, reverse=True)


def _in_words(items, titles):
    """Describe the figure of all exercises to who cannot see it."""
    most = max(items, key=lambda item: item.counts[PASSED])
    least = min(items, key=lambda item: item.counts[PASSED])
    return (
        "Stacked bars, one for each exercise in the order of the course. "
        f"Solved by most: {most.exercise} {titles.title(most.exercise)}, "
        f"{words.of_counts(most.counts)}. Solved by fewest: "
        f"{least.exercise} {titles.title(least.exercise)}, "
        f"{words.of_counts(least.counts)}. All numbers stand below."
    )
