"""`vae-course grade`: from a folder of submissions to a folder of results."""

import contextlib
import functools
import hashlib
import secrets
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vae_course.grading.whole_class.machines import (
    HERE,
    Machines,
    NotEnforced,
)
from vae_course.grading.whole_class.options import cores
from vae_course.grading.whole_class.progress import show_progress
from vae_course.grading.whole_class.records import NOT_GRADED
from vae_course.grading.whole_class.results import InUse, NotWritten, Results
from vae_course.grading.whole_class.run import (
    Run,
    Stopped,
    take_over,
    without_settled,
)
from vae_course.grading.whole_class.version import version_of_checks

ALL, NOT_ALL, REFUSED, NOT_WRITTEN, STOPPED = 0, 1, 2, 3, 130
GO_ON = "What was graded is kept: the same command goes on from there."


class Refused(Exception):
    """Raised where the command cannot be carried out."""


@dataclass(frozen=True)
class Parts:
    """What a run is put together from.

    Attributes:
        find: function of a folder; returns a list of what was handed in.
        left_out: function of a folder; returns a list of str, what else
            stands there.
        reader: function of the lessons' folder; returns a function from
            what was handed in to a Submission.
        enforced: function without arguments; returns a dict from what a
            machine should enforce to "" or to why it cannot.
        in_sight: function of a list of folders and of the lessons' folder;
            returns the like, of folders that answers could read.
        hidden: function of a seed; returns hidden inputs.
        expected: function of a seed; returns what is expected of them. It
            is called beside others.
        open_grader: function of hidden inputs and of the lessons' folder;
            returns a context manager of a function from a Submission to a
            list of Claim.
        outcomes: function of a Submission, its claims, hidden inputs and
            what is expected; returns a list of Outcome.
        write: function of a list of Record, a folder, a dict from each
            machine to what `enforced` returned there, and the lessons'
            folder.
    """

    find: Callable
    left_out: Callable
    reader: Callable
    enforced: Callable
    in_sight: Callable
    hidden: Callable
    expected: Callable
    open_grader: Callable
    outcomes: Callable
    write: Callable


def grade_class(options, parts):
    """Grade a class, and say on standard error what went wrong.

    Args:
        options: those of `options.add_grade`.
        parts: Parts.

    Returns:
        int, the exit code.
    """
    try:
        return _grade(options, parts)
    except (Refused, NotEnforced, InUse) as error:
        _say(error)
        return REFUSED
    except NotWritten as error:
        _say(f"Cannot write {error}. {GO_ON}")
        return NOT_WRITTEN
    except (Stopped, KeyboardInterrupt):
        _say(f"Stopped. {GO_ON}")
        return STOPPED


def _grade(options, parts):
    found = _found(options, parts)
    try:
        read = parts.reader(options.lessons)
    except ValueError as error:
        raise Refused(str(error)) from error
    with Results(options.out) as results:
        # Anew for each run: who hands in again meets other inputs.
        seed = secrets.randbits(128) if options.seed is None else options.seed
        judged_by = f"{version_of_checks(options.lessons)} {options.seed}"
        key = hashlib.sha256(judged_by.encode()).hexdigest()
        submissions = _read(found, read)
        records, kept = take_over(submissions, results, key)
        if not records and not any(kept.values()):
            results.forget_about()
        missing = [
            without_settled(each, kept[each.learner])
            for each in submissions
            if each.learner in kept
        ]
        _say(
            f"{len(submissions)} handed in, {len(records)} of them graded "
            f"before, {len(missing)} to grade."
        )
        if missing:
            machines = Machines(results, seed, options.require_sandbox, _say)
            make_run = functools.partial(Run, results, key, kept)
            records |= _graded(
                missing, options, parts, machines, seed, make_run
            )
        records = [records[each.learner] for each in submissions]
        with results.writing():
            parts.write(
                records, options.out, results.enforced(), options.lessons
            )
    return _conclude(records, options.out)


def _found(options, parts):
    """Return what was handed in, if it can be graded to that folder."""
    folder, out = options.submissions.resolve(), options.out.resolve()
    if not folder.is_dir():
        raise Refused(f"{options.submissions}: there is no such folder")
    if folder.is_relative_to(out) or out.is_relative_to(folder):
        raise Refused(
            f"{options.out}: the results need a folder apart from "
            f"{options.submissions}, neither within the other"
        )
    if not any(options.lessons.glob("[0-9][0-9]_*.ipynb")):
        raise Refused(
            f"{options.lessons}: there is no lesson of the course; name the "
            "folder that has them by --lessons"
        )
    try:
        found = parts.find(options.submissions)
    except OSError as error:
        raise Refused(f"{options.submissions}: {error.strerror}") from error
    if not found:
        raise Refused(
            f"{options.submissions}: expected a folder or a zip for each "
            "learner, and found none"
        )
    for sentence in parts.left_out(options.submissions):
        _say(sentence)
    return found


def _read(found, read):
    submissions = []
    with show_progress("Reading", len(found)) as progress:
        for each in found:
            submissions.append(read(each))
            progress.step()
    return submissions


def _graded(missing, options, parts, machines, seed, make_run):
    """Return the records of those that had none, by the learner's name."""
    try:
        in_sight = parts.in_sight(
            [options.submissions, options.out], options.lessons
        )
        machines.meet({HERE: parts.enforced() | in_sight})
    except (OSError, ValueError) as error:
        raise _not_here(error) from error
    hidden = parts.hidden(seed)
    alone = functools.partial(
        parts.open_grader, hidden, options.lessons.absolute()
    )
    with contextlib.ExitStack() as opened:
        # Both take a while to start: the library's process and the graders'.
        beside = opened.enter_context(ThreadPoolExecutor(1))
        expected = functools.partial(
            _come, beside.submit(parts.expected, seed)
        )
        open_grader, jobs = alone, options.jobs or cores()
        if options.dask:
            cluster = opened.enter_context(
                _connect(options, alone, parts.enforced, machines.meet)
            )
            open_grader = cluster.open_grader
            jobs = options.jobs or 2 * cluster.threads
        run = make_run(
            lambda *came: parts.outcomes(*came, hidden, expected()),
            opened.enter_context(show_progress("Grading", len(missing))),
            expected,
        )
        run.grade(missing, open_grader, alone, jobs)
    return run.records


def _come(expected):
    """Wait for what `Parts.expected` returns."""
    try:
        return expected.result()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise _not_here(error) from error


def _not_here(error):
    return Refused(f"The course cannot be run here: {error}")


@contextlib.contextmanager
def _connect(options, open_grader, enforced, meet):
    try:
        from vae_course.grading.whole_class import remote
    except ModuleNotFoundError as error:
        raise Refused(
            f"--dask needs the package {error.name}: "
            "pip install 'vae-course[class]'"
        ) from error
    graders = remote.Graders(
        open_grader,
        enforced,
        options.require_sandbox,
        options.lessons.absolute(),
    )
    with contextlib.ExitStack() as opened:
        try:
            cluster = opened.enter_context(
                remote.connect(
                    options.dask, graders, meet, options.out.resolve()
                )
            )
        except remote.ClusterLost as error:
            raise Refused(f"--dask: {error}") from error
        yield cluster


def _conclude(records, folder):
    print(f"{len(records)} learners: {folder / 'index.html'}")
    failed = [
        record.learner
        for record in records
        if any(each.status == NOT_GRADED for each in record.outcomes)
    ]
    if not failed:
        return ALL
    _say(
        f"{len(failed)} could not be graded, through no fault of theirs; "
        "the same command tries them again: " + ", ".join(map(repr, failed))
    )
    return NOT_ALL


def _say(line):
    print(line, file=sys.stderr, flush=True)
