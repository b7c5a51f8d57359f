"""Grades as JUnit XML, for the tools that show test results."""

import xml.etree.ElementTree as ET

from vae_course.checks import lesson_of
from vae_course.grading.whole_class.records import FAILED, NOT_GRADED, PASSED
from vae_course.grading.whole_class.reports.legible import lines, one_line


def junit(records, titles):
    """Write a test suite for each learner, a test case for each exercise.

    A failed exercise is a failure whose type is the slip's slug; one that
    was not started or not handed in is skipped; one that could not be
    graded is an error.

    Args:
        records: list of `Record`.
        titles: `Titles`, what the exercises are called.

    Returns:
        str, XML with its declaration, to be written as UTF-8.
    """
    root = ET.Element("testsuites", name="VAE course")
    for record in records:
        _add_suite(root, record, titles)
    _count(root, [each for record in records for each in record.outcomes])
    ET.indent(root)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _add_suite(root, record, titles):
    learner = one_line(record.learner)
    suite = ET.SubElement(root, "testsuite", name=learner)
    _count(suite, record.outcomes)
    for outcome in record.outcomes:
        called = titles.names.get(outcome.exercise, "")
        case = ET.SubElement(
            suite,
            "testcase",
            classname=f"{learner}.lesson_{lesson_of(outcome.exercise)}",
            name=f"{outcome.exercise} {called}".strip(),
            time=_seconds([outcome]),
        )
        _tell(case, outcome)
    if record.problems:
        problems = ET.SubElement(suite, "system-err")
        problems.text = "\n".join(map(one_line, record.problems))


def _count(element, outcomes):
    statuses = [outcome.status for outcome in outcomes]
    ran = statuses.count(PASSED) + statuses.count(FAILED)
    failed, lost = statuses.count(FAILED), statuses.count(NOT_GRADED)
    element.set("tests", str(len(statuses)))
    element.set("failures", str(failed))
    element.set("errors", str(lost))
    # Jenkins knows no such count of all suites.
    if element.tag == "testsuite":
        element.set("skipped", str(len(statuses) - ran - lost))
    element.set("time", _seconds(outcomes))


def _seconds(outcomes):
    return f"{sum(outcome.seconds for outcome in outcomes):.3f}"


def _tell(case, outcome):
    if outcome.status == PASSED:
        return
    if outcome.status == FAILED:
        kind, slip = "failure", {"type": one_line(outcome.mistake or "wrong")}
    elif outcome.status == NOT_GRADED:
        kind, slip = "error", {"type": outcome.status}
    else:
        kind, slip = "skipped", {}
    told = ET.SubElement(case, kind, message=one_line(outcome.status), **slip)
    told.text = lines(outcome.message)
