"""What comes out of grading a class: tables, pages and JUnit XML."""

from pathlib import Path

from vae_course.grading.whole_class.options import LESSONS
from vae_course.grading.whole_class.results import write_whole


def write_all(records, folder, enforced, lessons=LESSONS):
    """Write every report of a class.

    Args:
        records: list of `Record`, at least one.
        folder: str or path, which gets grades.csv, totals.csv, junit.xml,
            items.html, index.html and the folder feedback/.
        enforced: dict from the name of each machine that ran answers to a
            dict from what it should enforce to "" or to why it did not.
        lessons: str or path, where the course's own notebooks are, whose
            titles are used.

    Raises:
        ValueError: if there are no records.
        OSError: if a file cannot be written; none is ever half written.
    """
    if not records:
        raise ValueError("records: expected at least one, got none")
    # Matplotlib and Jinja are heavy for a command that may write nothing.
    from vae_course.grading.whole_class.reports.feedback import feedback
    from vae_course.grading.whole_class.reports.grades import grades, totals
    from vae_course.grading.whole_class.reports.index_page import index_page
    from vae_course.grading.whole_class.reports.items import items
    from vae_course.grading.whole_class.reports.items_page import items_page
    from vae_course.grading.whole_class.reports.junit import junit
    from vae_course.grading.whole_class.reports.page import feedback_path
    from vae_course.grading.whole_class.reports.titles import read_titles

    records = sorted(records, key=lambda record: record.learner.casefold())
    found = items(records)
    exercises = [item.exercise for item in found]
    titles = read_titles(exercises, lessons)
    pages = {
        feedback_path(record.learner): feedback(record, titles)
        for record in records
    }
    pages |= {
        "grades.csv": grades(records),
        "totals.csv": totals(records),
        "junit.xml": junit(records, titles),
        "items.html": items_page(records, found, titles),
        "index.html": index_page(records, enforced),
    }
    folder = Path(folder)
    (folder / "feedback").mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        write_whole(folder / name, text.encode("utf-8"))
