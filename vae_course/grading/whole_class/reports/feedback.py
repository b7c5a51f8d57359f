"""A page of feedback for a learner."""

from vae_course.grading.whole_class.records import FAILED, MISSING, NOT_STARTED
from vae_course.grading.whole_class.reports.page import render
from vae_course.grading.whole_class.reports.standing import Standing, by_lesson

# What to do first.
OPEN = FAILED, NOT_STARTED, MISSING


def feedback(record, titles):
    """Write a learner's page.

    Args:
        record: `Record`.
        titles: `Titles`, what the lessons and exercises are called.

    Returns:
        str, HTML.
    """
    return render(
        "feedback.html",
        record=record,
        titles=titles,
        whole=Standing(record.outcomes),
        lessons=by_lesson(record.outcomes),
        next=_next(record.outcomes),
    )


def _next(outcomes):
    """Return the outcome to go on with: a failed exercise first."""
    return next(
        (
            outcome
            for status in OPEN
            for outcome in outcomes
            if outcome.status == status
        ),
        None,
    )
