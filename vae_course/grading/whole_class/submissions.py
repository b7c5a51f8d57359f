"""Find what a class handed in, and read each learner's answers safely.

Whatever is wrong with the files becomes a sentence for people to read, and
the rest is graded. Nothing is written, no link is followed.
"""

import hashlib
import json
import os
import re
from dataclasses import dataclass

from vae_course.checks import lesson_of
from vae_course.grading.whole_class.answers import NotALesson, read_notebook
from vae_course.grading.whole_class.files import (
    NOTEBOOK_LIMIT,
    ZIP_LIMIT,
    Found,
    files_in,
    in_words,
    is_notebook,
    is_shown,
    open_file,
)
from vae_course.grading.whole_class.records import Submission
from vae_course.grading.whole_class.zips import notebooks_in_zip

NOTEBOOKS_LIMIT, PROBLEMS_LIMIT, NAME_LIMIT = 50, 30, 120


@dataclass(frozen=True)
class HandedIn:
    """The folder or zip of one learner, not yet read.

    Attributes:
        learner: str, its name without ".zip"; no other has the same.
        path: str, where it is.
        problems: tuple of str, what is wrong with its place or name.
    """

    learner: str
    path: str
    problems: tuple = ()


def find_submissions(folder):
    """List what stands in a folder, one folder or zip for each learner.

    Args:
        folder: path of the folder that holds all of them.

    Returns:
        list of `HandedIn`, in the order of the learners' names. Where a
        learner has both a folder and a zip, the folder counts.

    Raises:
        OSError: if the folder cannot be looked into.
    """
    by_learner = {}
    for entry in _entries(folder):
        if _is_folder(entry) or _is_zip(entry.name):
            by_learner.setdefault(_learner(entry), []).append(entry)
    found = []
    for learner, entries in sorted(by_learner.items()):
        first, *others = sorted(
            entries, key=lambda entry: (not _is_folder(entry), entry.name)
        )
        problems = tuple(
            f"{shown(other.name)} was handed in too and was left out, since "
            f"there is {shown(first.name)}."
            for other in others
        )
        found.append(HandedIn(learner, first.path, problems))
    return found


def left_out(folder):
    """Say what stands in a folder of submissions and is none.

    Args:
        folder: path of the folder that holds all submissions.

    Returns:
        list of str, a sentence for each.

    Raises:
        OSError: if the folder cannot be looked into.
    """
    return [
        f"{shown(entry.name)} is neither a folder nor a zip of a learner and "
        "was left out."
        for entry in _entries(folder)
        if not (_is_folder(entry) or _is_zip(entry.name))
    ]


def read_submission(handed_in, course):
    """Read a learner's notebooks, as far as they can be read.

    Args:
        handed_in: `HandedIn`.
        course: what `course.read_course` returned.

    Returns:
        `Submission`. Its problems are sentences that name the files.
    """
    by_lesson, problems, count = {}, list(handed_in.problems), 0
    for found in _notebooks(handed_in.path):
        name = shown(found.name or os.path.basename(handed_in.path))
        if found.problem:
            problems.append(f"{name} {found.problem}.")
            continue
        count += 1
        if count > NOTEBOOKS_LIMIT:
            problems.append(
                f"There are more than {NOTEBOOKS_LIMIT} notebooks; {name} "
                "and those behind it were left out."
            )
            break
        try:
            notebook = read_notebook(found.content, course)
        except NotALesson as error:
            problems.append(f"{name} {error}.")
        # One learner's file, however made, must not end the run of a class.
        except Exception as error:
            problems.append(f"{name} cannot be read here: {error!r}.")
        else:
            copies = by_lesson.setdefault(notebook.lesson, [])
            copies.append((notebook, found.name))
    if not problems and not by_lesson:
        problems.append("There is no notebook in it.")
    answers = []
    for lesson, copies in sorted(by_lesson.items()):
        copies.sort(key=_worth)
        notebook, path = copies[-1]
        problems += _choice(lesson, copies)
        problems += (f"{shown(path)} {each}." for each in notebook.problems)
        answers += notebook.answers
    return Submission(
        handed_in.learner,
        tuple(answers),
        tuple(_few(problems)),
        _digests(answers),
    )


def shown(name):
    r"""Write a file's name so that it takes one line, whatever is in it.

    Args:
        name: str.

    >>> shown("März\n.ipynb")
    'März\\n.ipynb'
    """
    plain = "".join(
        each
        if each.isprintable()
        else each.encode("unicode_escape").decode("ascii")
        for each in name
    )
    return plain if len(plain) <= NAME_LIMIT else plain[:NAME_LIMIT] + "…"


def _entries(folder):
    with os.scandir(folder) as scan:
        entries = [entry for entry in scan if is_shown(entry.name)]
    return sorted(entries, key=lambda entry: entry.name)


def _is_folder(entry):
    """Tell a folder, or a link to one.

    A link may go round in circles, or lead where nobody may look: then its
    own name decides, and reading it says what is wrong.
    """
    try:
        return entry.is_dir()
    except OSError:
        return not _is_zip(entry.name)


def _is_zip(name):
    return name.lower().endswith(".zip")


def _learner(entry):
    """Return a name that can be written, also where the disk's cannot."""
    name = entry.name
    if _is_zip(name) and not _is_folder(entry):
        name = name[: -len(".zip")]
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _notebooks(path):
    """Yield each notebook with its content, one at a time, or a problem."""
    if os.path.islink(path):
        yield Found("", problem="is a link and was not followed")
    elif not os.path.isdir(path):
        yield from _unzipped(path, "")
    else:
        for found in files_in(path):
            inside = os.path.join(path, found.name)
            if found.problem:
                yield found
            elif is_notebook(found.name):
                yield _read(inside, found.name)
            elif _is_zip(found.name):
                yield from _unzipped(inside, found.name)


def _read(path, name):
    try:
        file, _ = open_file(path, NOTEBOOK_LIMIT)
        with file:
            return Found(name, file.read(NOTEBOOK_LIMIT))
    except OSError as error:
        return Found(name, problem=in_words(error))


def _unzipped(path, name):
    try:
        file, size = open_file(path, ZIP_LIMIT)
    except OSError as error:
        yield Found(name, problem=in_words(error))
        return
    with file:
        for found in notebooks_in_zip(file, size):
            inside = "/".join(part for part in (name, found.name) if part)
            yield Found(inside, found.content, found.problem)


def _worth(copy):
    """Put the copy with most answers last, and of equals the newest name."""
    notebook, name = copy
    parts = re.split(r"(\d+)", name)
    return notebook.finished, [_rank(each) for each in parts], name


def _rank(part):
    """Order numbers by their size; one may be too long to be an int."""
    if not part.isdecimal():
        return 0, part
    digits = "".join(str(int(each)) for each in part).lstrip("0")
    return len(digits), digits


def _choice(lesson, copies):
    """Say which of several notebooks of a lesson was taken, and why."""
    if len(copies) < 2:
        return []
    (second, _), (taken, path) = copies[-2:]
    others = [shown(name) for _, name in copies[:-1]]
    why = (
        f"in it most exercises are answered ({taken.finished})"
        if taken.finished > second.finished
        else f"as many exercises are answered in it ({taken.finished}) as in "
        "any other, and its name comes last"
    )
    return [
        f"There are {len(copies)} notebooks of lesson {lesson}. "
        f"{shown(path)} was taken, since {why}; left out: "
        f"{', '.join(others)}."
    ]


def _digests(answers):
    """Map each lesson to a digest of its answers, and of nothing else."""
    told = {}
    for each in answers:
        code = told.setdefault(lesson_of(each.exercise), [])
        code.append([each.exercise, each.source, each.helpers])
    return {
        lesson: hashlib.sha256(json.dumps(code).encode()).hexdigest()
        for lesson, code in told.items()
    }


def _few(problems):
    more = len(problems) - PROBLEMS_LIMIT
    if more <= 0:
        return problems
    return [*problems[:PROBLEMS_LIMIT], f"There are {more} more problems."]
