"""What a lesson's file asks to be run, whatever state it is in.

Stored outputs and execution counts are never read.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass

from vae_course.checks import checks_of_lesson
from vae_course.grading.calls import calls_in, cut

UNREADABLE = "file"
BROKEN = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OSError,
    RecursionError,
)


@dataclass(frozen=True)
class Cell:
    """A code cell, or the place where one is missing.

    Attributes:
        name: unique in its notebook, for people to read.
        source: its code; None for a check cell that is not there.
        role: "stub" or "check" of an exercise, else "setup", "train" ...
        exercise: the exercise's number, such as "5.4", else None.
        may_fail: whether an exception is part of the lesson.
    """

    name: str
    source: str | None
    role: str = "other"
    exercise: str | None = None
    may_fail: bool = False


@dataclass
class Lesson:
    """A lesson's cells, and the checks that belong to it by number."""

    cells: list
    checks: dict


def is_lesson(path):
    """Tell whether a notebook belongs to the course, or cannot be read.

    Args:
        path: of an ``.ipynb`` file.
    """
    try:
        cells = code_cells(path.read_text(encoding="utf-8-sig"))
    except BROKEN:
        return True
    return any(
        _tag(metadata) or "vae_course.checks" in source
        for source, metadata in cells
    )


def read_lesson(path):
    """Read a lesson; the file is never written.

    An exercise whose check cell is missing gets a `Cell` without source:
    after its stub, or first of all where that is missing too.

    Args:
        path: of an ``.ipynb`` file.

    Returns:
        A `Lesson`. A file that cannot be read gives a cell without source
        for itself and one for each exercise.
    """
    try:
        sources = code_cells(path.read_text(encoding="utf-8-sig"))
    except BROKEN:
        checks = _checks_by_number(path, [])
        return Lesson([Cell(UNREADABLE, None), *_missing(checks, [])], checks)
    checks = _checks_by_number(path, sources)
    cells = _cells(sources, checks)
    by_stub = {cell.exercise: cell for cell in cells if cell.role == "stub"}
    for cell in _missing(checks, cells):
        stub = by_stub.get(cell.exercise)
        cells.insert(cells.index(stub) + 1 if stub else 0, cell)
    return Lesson(cells, checks)


def code_cells(content):
    """Return (source, metadata) of each code cell of a notebook.

    Args:
        content: its file's text, or its bytes in any Unicode.

    Raises:
        ValueError, KeyError, TypeError, AttributeError, RecursionError: if
            it is none.
    """
    notebook = json.loads(content)
    if notebook.get("nbformat", 4) < 4:
        import nbformat

        notebook = nbformat.convert(nbformat.from_dict(notebook), 4)
    return [
        (_clean("".join(cell["source"])), _dict(cell.get("metadata")))
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def _clean(source):
    """Return code that a kernel can be sent, its first line on top.

    IPython drops empty lines at the top and counts without them; half a
    character, as files that were cut hold it, cannot be sent at all.
    """
    whole = source.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"\A(\s*\n)+", "", whole)


def _tag(metadata):
    """Return what the course wrote into a cell's metadata, if it is sane."""
    return _dict(metadata.get("vae_course"))


def _dict(value):
    return value if isinstance(value, dict) else {}


def claim_of(metadata):
    """Return the exercise and role that a cell claims by its metadata.

    Args:
        metadata: dict, of the cell.

    Returns:
        (None, role) where it claims no exercise.
    """
    tag = _tag(metadata)
    exercise, role = str(tag.get("exercise")), tag.get("role")
    if role in ("stub", "check"):
        known = re.fullmatch(r"\d+\.\d+", exercise)
        return (exercise, role) if known else (None, "other")
    return None, role if isinstance(role, str) else "other"


def _checks_by_number(path, sources):
    """Find the lesson's checks by its cells, else by its file's name."""
    claimed = [claim_of(metadata)[0] for _, metadata in sources]
    lessons = [each.split(".")[0] for each in claimed if each]
    lessons = lessons or re.findall(r"^(\d\d)_", path.name)
    if not lessons:
        return {}
    [(lesson, _)] = Counter(lessons).most_common(1)
    checks = checks_of_lesson(lesson.zfill(2))
    return {check.exercise: check for check in checks}


def _cells(sources, checks):
    cells, seen = [], Counter()
    for count, source, metadata, exercise, role in _claimed(sources, checks):
        tags = metadata.get("tags")
        tags = tags if isinstance(tags, list) else []
        if exercise is None and (not source.strip() or "nbval-skip" in tags):
            continue
        name = f"{exercise} {role}" if exercise else f"cell {count}"
        seen[name] += 1
        if seen[name] > 1:
            name += f" ({seen[name]})"
        if exercise is None and role != "other":
            name += f" · {role}"
        may_fail = "raises-exception" in tags and exercise is None
        cells.append(Cell(name, source, role, exercise, may_fail))
    return cells


def _claimed(sources, checks):
    """Yield (count, source, metadata, exercise, role) of each cell.

    JupyterLab's "split cell" copies the metadata, "merge cells" keeps the
    first one's: of two check cells one that calls no check is none, and a
    cell with checks that have no cell of their own is cut.
    """
    calls = [calls_in(source, checks) for source, _ in sources]
    claims = [_known(claim_of(metadata), checks) for _, metadata in sources]
    claims = [
        (None, "other") if _is_split_off(claim, own, calls) else claim
        for claim, own in zip(claims, calls, strict=True)
    ]
    at_home = {exercise for exercise, role in claims if role == "check"}
    for count, (source, metadata) in enumerate(sources, start=1):
        exercise, role = claims[count - 1]
        if set(calls[count - 1]) - at_home - {exercise}:
            for piece in cut(source, checks):
                yield count, piece.source, metadata, piece.exercise, "check"
        else:
            yield count, source, metadata, exercise, role


def _known(claim, checks):
    """Let go of a claim on an exercise of another lesson."""
    exercise, _ = claim
    return claim if exercise in {None, *checks} else (None, "other")


def _is_split_off(claim, own, calls):
    """Tell a check cell without its check, which is called elsewhere."""
    exercise, role = claim
    is_empty = role == "check" and exercise not in own
    return is_empty and any(exercise in called for called in calls)


def _missing(checks, cells):
    present = {cell.exercise for cell in cells if cell.role == "check"}
    return [
        Cell(f"{number} check", None, "check", number)
        for number in checks
        if number not in present
    ]
