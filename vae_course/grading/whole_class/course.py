"""What the pristine lessons hold, to compare learners' notebooks with."""

import re
from dataclasses import dataclass

from vae_course.checks import lesson_of
from vae_course.grading.cells import UNREADABLE, read_lesson
from vae_course.grading.whole_class.statements import (
    BLANKS,
    DEFINITIONS,
    IMPORTS,
    read_code,
)

# By this name lessons know their checks, which are for the grader to call.
CHECKS = "check"


@dataclass(frozen=True)
class Lesson:
    """A pristine lesson.

    Attributes:
        number: str, two digits.
        checks: dict from the number of each exercise, in order, to its check.
        names: frozenset of what its set-up and its definitions bind.
        shapes: frozenset of the shapes of its statements outside exercises.
        codes: dict from the source of each of those cells to its `Code`:
            most learners leave them as they are.
    """

    number: str
    checks: dict
    names: frozenset
    shapes: frozenset
    codes: dict


def read_course(folder):
    """Read the pristine lessons.

    Args:
        folder: pathlib.Path of the lessons.

    Returns:
        dict from the two digits of each lesson to its `Lesson`, in order.

    Raises:
        ValueError: if there are none, or one cannot be read.
    """
    lessons = {
        path.name[:2]: _read(path)
        for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    }
    if not lessons:
        raise ValueError(f"lessons: expected notebooks in {folder}, got none")
    return lessons


def lesson_of_notebook(cells, course):
    """Find the lesson that a notebook is a copy of, whatever its name.

    What its cells' metadata say counts first, then which checks it imports,
    then whether it defines half of a lesson's exercises.

    Args:
        cells: list of (exercise claimed or None, source).
        course: what `read_course` returned.

    Returns:
        `Lesson`, or None where it is of none.
    """
    claimed = [lesson_of(exercise) for exercise, _ in cells if exercise]
    code = "\n".join(source for _, source in cells)
    imported = re.findall(
        r"vae_course\.checks(?: +import +|\.)lesson_(\d\d)\b", code
    )
    for numbers in (claimed, imported):
        known = [number for number in numbers if number in course]
        if known:
            return course[max(sorted(set(known)), key=known.count)]
    shares = {number: _share(course[number], code) for number in course}
    likely = max(shares, key=shares.get)
    return course[likely] if shares[likely] >= 0.5 else None


def defines(check, code):
    """Tell whether code seems to define an exercise, if only by its lines.

    Args:
        check: of the exercise.
        code: str, which need not be Python.
    """
    names = {check.name, check.__name__}
    start = rf"^{BLANKS}(async +)?(def|class) +"
    return all(
        re.search(rf"{start}{name}\b", code, re.MULTILINE) for name in names
    )


def _share(lesson, code):
    found = [defines(check, code) for check in lesson.checks.values()]
    return sum(found) / len(found)


def _read(path):
    lesson = read_lesson(path)
    if any(cell.name == UNREADABLE for cell in lesson.cells):
        raise ValueError(f"lessons: {path} cannot be read as a notebook")
    names, shapes, codes = set(), set(), {}
    for cell in lesson.cells:
        if cell.exercise is None and (code := read_code(cell.source)):
            codes[cell.source] = code
            for statement in code.statements:
                shapes.add(statement.shape)
                if cell.role == "setup" or _is_definition(statement, cell):
                    names |= statement.binds
    names, shapes = frozenset(names - {CHECKS}), frozenset(shapes)
    return Lesson(path.name[:2], lesson.checks, names, shapes, codes)


def _is_definition(statement, cell):
    kinds = DEFINITIONS + IMPORTS
    return cell.role != "train" and isinstance(statement.node, kinds)
