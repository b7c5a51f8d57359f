"""Find the calls of checks in a cell, so that they can be run apart.

A result counts where the grader itself has called the check. What else a
cell does round that call is run as it stands, and may print what it likes.
"""

import ast
import re
import warnings
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

CALL = "{name} = __import__({module!r}, fromlist=['checks']).{check}({name})"
# Cell magics that run the cell as it stands, and watch it.
WATCH = re.compile(r"\A%%(time|capture)\b.*")
# What reading a cell as Python may raise; a RecursionError is one of them.
NOT_PYTHON = SyntaxError, ValueError, RuntimeError, MemoryError


@dataclass(frozen=True)
class Piece:
    """A part of a cell.

    Attributes:
        source: its code, in the lines where it stands in the cell.
        exercise: the number of the exercise whose check it calls, or None.
    """

    source: str
    exercise: str | None = None


def split(source, checks):
    """Cut a cell into the calls of checks and what stands between them.

    Args:
        source: str, the cell's code.
        checks: dict from an exercise's number to its check.

    Returns:
        list of `Piece`. A cell without such a call, or one that cannot be
        parsed, is one piece, as it stands.
    """
    calls = _find(source, checks)
    if not calls:
        return [Piece(source)]
    lines = WATCH.sub("#", source).split("\n")
    pieces, start = [], 0
    for first, last, check in calls:
        pieces.append(_between(lines, start, first))
        pieces.append(Piece(_line(first, call(check)), check.exercise))
        start = last
    pieces.append(_between(lines, start, len(lines)))
    return [piece for piece in pieces if piece is not None]


def call(check):
    """Write the call of a check, whatever a notebook's names stand for.

    Args:
        check: of an exercise.
    """
    return CALL.format(
        name=check.name, module=check.__module__, check=check.__name__
    )


def cut(source, checks):
    """Cut a cell below each call of a check, as if it were several cells.

    Args:
        source: str, the cell's code.
        checks: dict from an exercise's number to its check.

    Returns:
        list of `Piece`, each with the exercise whose call ends it; what
        stands below the last call goes with that one.
    """
    calls = _find(source, checks)
    lines = WATCH.sub("#", source).split("\n")
    ends = [*(end for _, end, _ in calls[:-1]), len(lines)]
    pieces, start = [], 0
    for end, (_, _, check) in zip(ends, calls, strict=True):
        code = "\n".join(lines[start:end])
        pieces.append(Piece(_line(start, code), check.exercise))
        start = end
    return pieces


def calls_in(source, checks):
    """List the exercises whose checks a cell calls.

    Args:
        source: str, the cell's code.
        checks: dict from an exercise's number to its check.
    """
    return [check.exercise for _, _, check in _find(source, checks)]


def _find(source, checks):
    """List (first line, line after the last, check), lines from 0."""
    tree = parse(source)
    if tree is None:
        return []
    found = []
    for statement in tree.body:
        for check in checks.values():
            if is_call(statement, check) and _stands_alone(statement, tree):
                lines = statement.lineno - 1, statement.end_lineno
                found.append((*lines, check))
    return found


def parse(source):
    """Parse a cell with its magics.

    Args:
        source: str, the cell's code.

    Returns:
        ast.Module, or None where the cell is not Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            python = to_python(source)
            tree = ast.parse(python)
        except NOT_PYTHON:
            return None
    # A cell magic takes many lines and leaves one: nothing to cut there.
    same = python.rstrip("\n").count("\n") == source.rstrip("\n").count("\n")
    return tree if same else None


def to_python(source):
    """Write a cell's magics as IPython would.

    Args:
        source: str, the cell's code.

    Returns:
        str, Python if the cell is right.

    Raises:
        SyntaxError: perhaps, if it is not.
        RuntimeError: if there are hundreds of magics.
    """
    return TransformerManager().transform_cell(WATCH.sub("#", source))


def is_call(statement, check):
    """Recognise `name = check.name(name)`, also without `name =`.

    Whatever stands before the dot, it is the check itself that is called.

    Args:
        statement: ast.stmt.
        check: of an exercise.
    """
    called = getattr(getattr(statement, "value", None), "func", None)
    if getattr(called, "attr", None) != check.__name__:
        return False
    call = rf"[\w.]+\.{check.__name__}\({check.name}\)"
    wanted = rf"({check.name} = )?{call}"
    try:
        return re.fullmatch(wanted, ast.unparse(statement)) is not None
    except RecursionError:
        return False


def _stands_alone(statement, tree):
    """Tell whether no other statement shares its lines."""
    return all(
        each is statement
        or each.end_lineno < statement.lineno
        or statement.end_lineno < each.lineno
        for each in tree.body
    )


def _between(lines, start, end):
    part = "\n".join(lines[start:end])
    return Piece(_line(start, part)) if part.strip() else None


def _line(number, code):
    """Move code down to a line; IPython would drop empty lines."""
    return "#\n" * number + code
