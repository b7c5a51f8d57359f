"""The parts that `vae-course grade` is put together from."""

import contextlib
import functools

from vae_course.grading.whole_class import judge, reports, sandbox
from vae_course.grading.whole_class.course import read_course
from vae_course.grading.whole_class.grade import Parts
from vae_course.grading.whole_class.library import hidden_inputs
from vae_course.grading.whole_class.process import Worker
from vae_course.grading.whole_class.submissions import (
    find_submissions,
    left_out,
    read_submission,
)


def reader(lessons):
    """Return a function that reads what was handed in.

    Args:
        lessons: path of the folder of the pristine lessons.
    """
    return functools.partial(read_submission, course=read_course(lessons))


@contextlib.contextmanager
def open_grader(hidden, lessons):
    """Yield a function from a Submission to a list of Claim.

    Args:
        hidden: dict from the number of an exercise to its hidden inputs.
        lessons: path of the folder of the pristine lessons.
    """
    with Worker(lessons=lessons) as worker:
        yield functools.partial(worker.grade, hidden=hidden)


PARTS = Parts(
    find=find_submissions,
    left_out=left_out,
    reader=reader,
    enforced=sandbox.probe,
    in_sight=sandbox.in_sight,
    hidden=hidden_inputs,
    expected=judge.expected,
    open_grader=open_grader,
    outcomes=judge.outcomes,
    write=reports.write_all,
)
