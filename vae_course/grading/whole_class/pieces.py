"""A notebook's cells, cut where learners merged them."""

from dataclasses import dataclass

from vae_course.grading.calls import is_call
from vae_course.grading.cells import claim_of
from vae_course.grading.whole_class.statements import Code, read_code

# What magics turn into; there is no IPython where answers are run.
MAGIC = "get_ipython"


@dataclass(frozen=True, eq=False)
class Piece:
    """A cell, or what stands in it down to a check.

    Attributes:
        place: int, where it stands in the notebook.
        exercise: number of the exercise whose stub it claims to be, or None.
        role: str, of its cell.
        source: str, the cell's own.
        code: `Code` of the cell, None where it is not Python.
        statements: list of `Statement`, the piece's; neither magics nor
            checks are among them.
        check: number of the exercise whose check ends it, or None.
    """

    place: int
    exercise: str | None
    role: str
    source: str
    code: Code | None
    statements: list
    check: str | None


def pieces_of(cells, lesson):
    """Cut cells below each check, as if they had never been merged.

    Args:
        cells: list of (source, metadata).
        lesson: `Lesson` that they belong to.

    Yields:
        `Piece`, in order.
    """
    place = 0
    for source, metadata in cells:
        exercise, role = claim_of(metadata)
        is_stub = role == "stub" and exercise in lesson.checks
        exercise = exercise if is_stub else None
        code = lesson.codes.get(source) or read_code(source)
        for statements, check in _groups(code, lesson):
            yield Piece(place, exercise, role, source, code, statements, check)
            place += 1


def _groups(code, lesson):
    """Yield (statements, exercise of the check that ends them)."""
    statements, ended = [], False
    for statement in code.statements if code else ():
        called = [
            number
            for number, check in lesson.checks.items()
            if is_call(statement.node, check)
        ]
        if called:
            yield statements, called[0]
            statements, ended = [], True
        elif MAGIC not in statement.needs:
            statements.append(statement)
    if statements or not ended:
        yield statements, None
