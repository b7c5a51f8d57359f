"""Which of a learner's cells is the answer to an exercise."""

import ast
from dataclasses import dataclass

from vae_course.grading.whole_class.course import defines
from vae_course.grading.whole_class.pieces import Piece
from vae_course.grading.whole_class.statements import IMPORTS

# What a candidate is, from the best to the worst: an answer; one perhaps,
# not being Python; an untouched stub; a cell that only claims to be one.
FINISHED, PERHAPS, UNFINISHED, CLAIMED = 3, 2, 1, 0


@dataclass(frozen=True)
class Candidate:
    """A piece that may be the answer to an exercise, and its merits.

    The best is finished; of these the last above the check counts, as if
    all cells had been run in order.
    """

    merit: int
    above: bool
    piece: Piece

    def rank(self):
        """Return what is the largest for the best."""
        return self.merit, self.above, self.piece.place


def candidates(number, check, pieces, lesson):
    """List what may be the answer to an exercise.

    Args:
        number: str, of the exercise.
        check: of the exercise.
        pieces: list of `Piece`, the notebook's.
        lesson: `Lesson` that they belong to.

    Returns:
        list of `Candidate`.
    """
    checks = [piece.place for piece in pieces if piece.check == number]
    last = checks[-1] if checks else pieces[-1].place
    return [
        Candidate(merit, piece.place <= last, piece)
        for piece in pieces
        if (merit := _merit(number, check, piece, lesson)) is not None
    ]


def _merit(number, check, piece, lesson):
    """Say how likely a piece is the answer; None where it is not at all."""
    claims = piece.exercise == number
    if piece.code is None:
        return PERHAPS if claims or defines(check, piece.source) else None
    binding = [each for each in piece.statements if check.name in each.binds]
    if not claims:
        binding = [each for each in binding if _is_own(each, check, lesson)]
    if not binding:
        return CLAIMED if claims else None
    empty = any(_is_empty(each.node, number) for each in binding)
    return UNFINISHED if empty else FINISHED


def _is_own(statement, check, lesson):
    """Tell a learner's own definition, where no metadata says so."""
    if statement.shape in lesson.shapes or isinstance(statement.node, IMPORTS):
        return False
    if check.name == check.__name__:
        return True
    parts = getattr(statement.node, "body", [])
    return check.__name__ in {getattr(part, "name", None) for part in parts}


def _is_empty(node, number):
    """Tell whether a stub still raises, and does nothing else."""
    functions = [each for each in ast.walk(node) if _is_function(each)]
    stub = f"raise NotImplementedError('Exercise {number}')"
    left = ast.dump(ast.parse(stub).body[0])
    return any(
        isinstance(function.body[-1], ast.Raise)
        and ast.dump(function.body[-1]) == left
        and all(_is_docstring(each) for each in function.body[:-1])
        for function in functions
    )


def _is_function(node):
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
