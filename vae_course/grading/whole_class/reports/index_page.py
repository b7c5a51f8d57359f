"""The page that leads to all other results."""

from collections import Counter

from vae_course.grading.whole_class.reports import words
from vae_course.grading.whole_class.reports.page import render
from vae_course.grading.whole_class.reports.standing import Standing


def index_page(records, enforced):
    """Write the page that leads to all other results.

    Args:
        records: list of `Record`, not empty.
        enforced: dict from the name of each machine that ran answers to a
            dict from what it should enforce to "" or to why it did not.

    Returns:
        str, HTML.
    """
    learners = [(record, Standing(record.outcomes)) for record in records]
    totals = [whole.points for _, whole in learners]
    return render(
        "index.html",
        summary=words.of_class(totals, learners[0][1].out_of),
        not_graded=words.of_not_graded(records),
        learners=learners,
        counts=sum((whole.counts for _, whole in learners), Counter()),
        troubled=[record for record in records if record.problems],
        enforced=enforced,
    )
