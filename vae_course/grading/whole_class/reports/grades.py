"""Grades as tables, for a spreadsheet or a register."""

import csv
import io

from vae_course.checks import lesson_of
from vae_course.grading.whole_class.records import NOT_GRADED
from vae_course.grading.whole_class.reports.legible import one_line
from vae_course.grading.whole_class.reports.page import feedback_path

GRADES = "learner", "exercise", "points", "status", "mistake"
# By these a spreadsheet tells a formula; the wide ones where it is Japanese.
FORMULA = tuple("=+-@＝＋－＠")
# By this one Excel tells that a file is UTF-8.
MARK = "\ufeff"


def grades(records):
    """Write a row for each learner and exercise.

    Args:
        records: list of `Record`.

    Returns:
        str, CSV with the columns of GRADES, to be written as UTF-8.
    """
    return _table(
        GRADES,
        [
            (
                record.learner,
                outcome.exercise,
                outcome.points,
                outcome.status,
                outcome.mistake or "",
            )
            for record in records
            for outcome in record.outcomes
        ],
    )


def totals(records):
    """Write a row for each learner: points in all and by lesson.

    Args:
        records: list of `Record`.

    Returns:
        str, CSV. The column not_graded counts the exercises that could not
        be graded by no fault of the learner's: where it is not 0, the
        points may be too few. The last column names the feedback's file.
    """
    lessons = sorted(
        {
            lesson_of(outcome.exercise)
            for record in records
            for outcome in record.outcomes
        }
    )
    return _table(
        (
            "learner",
            "points",
            "out_of",
            "not_graded",
            *(f"lesson_{lesson}" for lesson in lessons),
            "feedback",
        ),
        [_total(record, lessons) for record in records],
    )


def _total(record, lessons):
    outcomes = record.outcomes
    by_lesson = dict.fromkeys(lessons, 0)
    for outcome in outcomes:
        by_lesson[lesson_of(outcome.exercise)] += outcome.points
    return (
        record.learner,
        sum(by_lesson.values()),
        sum(outcome.out_of for outcome in outcomes),
        sum(outcome.status == NOT_GRADED for outcome in outcomes),
        *by_lesson.values(),
        feedback_path(record.learner),
    )


def _table(columns, rows):
    """Write CSV; words are quoted, so that no separator can be forged."""
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    writer.writerows([map(_cell, row) for row in rows])
    return MARK + table.getvalue()


def _cell(value):
    """Return a cell that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
