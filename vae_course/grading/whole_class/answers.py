"""From a notebook's bytes to a learner's answers, whatever state it is in."""

import builtins
from dataclasses import dataclass

from vae_course.grading.cells import claim_of, code_cells
from vae_course.grading.whole_class.candidates import (
    FINISHED,
    PERHAPS,
    Candidate,
    candidates,
)
from vae_course.grading.whole_class.course import lesson_of_notebook
from vae_course.grading.whole_class.helpers import (
    core_of,
    find_helpers,
    without_trials,
)
from vae_course.grading.whole_class.pieces import pieces_of
from vae_course.grading.whole_class.records import Answer
from vae_course.grading.whole_class.statements import is_definition

CELL_LIMIT, CODE_LIMIT = 32_000, 128_000
# A few bytes of JSON can make a hundred in memory.
VALUES_LIMIT = 2_000_000
TOO_DEEP = "its cells are nested too deeply to be read"
BUILTINS = frozenset(vars(builtins))
NOT_RUN = "train", "demo"


class NotALesson(Exception):
    """Raised where a notebook cannot be used, with a sentence that says why.

    The sentence goes on from the notebook's name.
    """


@dataclass(frozen=True)
class Notebook:
    """What a learner's copy of a lesson holds.

    Attributes:
        lesson: str, the lesson's two digits.
        answers: tuple of `Answer`, in the order of the exercises.
        finished: int, how many of them are more than an empty stub.
        problems: tuple of str; each goes on from the notebook's name.
    """

    lesson: str
    answers: tuple
    finished: int
    problems: tuple


def read_notebook(content, course):
    """Take the answers from a learner's notebook.

    Args:
        content: bytes of the file.
        course: what `read_course` returned.

    Returns:
        `Notebook`. An exercise of which nothing was found has no answer.

    Raises:
        NotALesson: if it is no notebook, or none of this course.
    """
    cells, problems = _cells(content)
    claims = [(claim_of(metadata)[0], source) for source, metadata in cells]
    lesson = lesson_of_notebook(claims, course)
    if lesson is None:
        raise NotALesson("is no lesson of this course and was left out")
    pieces = list(pieces_of(cells, lesson))
    answers, finished = [], 0
    for number, check in lesson.checks.items():
        found = candidates(number, check, pieces, lesson)
        if not found:
            continue
        best = max(found, key=Candidate.rank)
        answers.append(_answer(number, check, best.piece, pieces, lesson))
        finished += best.merit >= PERHAPS
        problems += _several(number, found)
    return Notebook(lesson.number, tuple(answers), finished, tuple(problems))


def _cells(content):
    """Return (source, metadata) of the code cells, and problems."""
    if sum(content.count(mark) for mark in (b"[", b"{", b",")) > VALUES_LIMIT:
        raise NotALesson(
            f"holds more than {VALUES_LIMIT:,} values and was left out; ask "
            "for it with its outputs cleared"
        )
    try:
        cells = code_cells(content)
    except RecursionError:
        raise NotALesson(f"cannot be read: {TOO_DEEP}") from None
    # Converting an old notebook may raise anything.
    except Exception:
        raise NotALesson(
            "cannot be read as a notebook; it may have been cut off or "
            "damaged, so ask for a fresh copy"
        ) from None
    short = [cell for cell in cells if len(cell[0]) <= CELL_LIMIT]
    if sum(len(source) for source, _ in short) > CODE_LIMIT:
        raise NotALesson(
            f"holds more than {CODE_LIMIT:,} characters of code and was "
            "left out"
        )
    problems = [
        f"has a cell of {len(source):,} characters, which was left out"
        for source, _ in cells
        if len(source) > CELL_LIMIT
    ]
    return short, problems


def _several(number, found):
    """Say so where several cells that differ claim one exercise."""
    written = {
        tuple(each.shape for each in candidate.piece.statements)
        for candidate in found
        if candidate.merit == FINISHED and candidate.piece.exercise == number
    }
    if len(written) < 2:
        return []
    return [
        f"holds {len(written)} different answers to exercise {number}; the "
        "last above its check was taken"
    ]


def _answer(number, check, piece, pieces, lesson):
    if piece.code is None:
        return Answer(number, piece.source)
    core, missing = core_of(check.name, piece.statements)
    earlier = {
        each.name
        for other, each in lesson.checks.items()
        if _order(other) < _order(number)
    }
    donors = [
        (other.place < piece.place, each)
        for other in pieces
        if other is not piece
        for each in other.statements
        if each.shape not in lesson.shapes
        and is_definition(each.node, calls=other.role not in NOT_RUN)
    ]
    provided = BUILTINS | lesson.names
    helpers = find_helpers(missing, donors, earlier, provided)
    known = provided.union(earlier, *(each.binds for each in helpers))
    kept = without_trials(check.name, piece.statements, core, known)
    return Answer(
        number,
        piece.code.keep(kept),
        "\n\n".join(each.code for each in helpers),
    )


def _order(number):
    return [int(part) for part in number.split(".")]
