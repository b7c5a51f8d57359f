"""The options of `vae-course grade`."""

import argparse
import os
import textwrap
from pathlib import Path

LESSONS = Path(__file__).parents[3] / "lessons"
EXIT_CODES = textwrap.dedent(
    """
    RESULTS gets grades.csv, index.html with a page for each learner and a
    report on the exercises, junit.xml, and a record of each learner, written
    as it comes. A run that was stopped goes on where it ended: give the same
    command again. Only what has changed is graded again.

    exit codes: 0 all are graded; 1 some could not be, through no fault of
    theirs; 2 the command cannot be carried out; 3 RESULTS cannot be written,
    say on a full disk; 130 stopped by Ctrl-C
    """
)


def add_grade(commands):
    """Add the command `grade` to those of `vae-course`.

    Args:
        commands: what `ArgumentParser.add_subparsers` returned.

    Returns:
        ArgumentParser, that of the command.
    """
    parser = commands.add_parser(
        "grade",
        help="grade a class: a folder or zip of notebooks for each learner",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="folder that holds a folder or a zip for each learner",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="RESULTS",
        help="folder to write to, outside SUBMISSIONS",
    )
    parser.add_argument(
        "--jobs",
        type=_positive,
        help="how many submissions to grade at a time (as many as this "
        "process may use cores; with --dask, twice the cluster's threads)",
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="grade on the machines of this scheduler of dask.distributed, "
        "such as tcp://10.0.0.1:8786",
    )
    parser.add_argument(
        "--require-sandbox",
        action="store_true",
        help="refuse to go on where answers cannot be fenced in altogether",
    )
    parser.add_argument(
        "--lessons",
        type=Path,
        default=LESSONS,
        help="folder of the course's own lessons (%(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=_not_negative,
        help="of the inputs that learners do not see (a secret one for each "
        "run)",
    )
    return parser


def cores():
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return number


def _not_negative(text):
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected 0 or more, got {text}")
    return number
