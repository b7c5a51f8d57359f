"""What a lesson must obey as a whole: its exercises, checks and rhythm."""

import re

from notebooks.cell_rules import GRADED_ROLES, problems_of_cell
from notebooks.source import Problem, headings

CHECK_LINE = re.compile(r"(\w+) = check\.(\w+)\(\s*\1\s*\)")
HINTS = 2
MOST_CODE_CELLS_IN_A_ROW = 2


def find_problems(lesson, checks):
    """List all that is wrong with a lesson, in the order of its lines.

    Args:
        lesson: the parsed source.
        checks: the lesson's check functions, each with `exercise`, `name`
            and `__name__`.

    Returns:
        list of `Problem`, empty where nothing is wrong.
    """
    found = [pair for cell in lesson.cells for pair in problems_of_cell(cell)]
    found += _problems_of_exercises(lesson)
    found += _problems_of_checks(lesson, checks)
    found += _problems_of_rhythm(lesson)
    return [Problem(lesson.path, *pair) for pair in sorted(set(found))]


def _problems_of_exercises(lesson):
    graded = [
        cell
        for cell in lesson.cells
        if isinstance(cell.exercise, str) and cell.role in GRADED_ROLES
    ]
    first = {}
    for cell in graded:
        key = (cell.exercise, cell.role)
        if key in first:
            where = f"the first stands in line {first[key]}"
            yield cell.line, f"a second {cell.role} of {key[0]}; {where}"
        first.setdefault(key, cell.line)
        if not re.fullmatch(rf"{int(lesson.number)}\.[1-9]\d*", key[0]):
            yield cell.line, f"exercise {key[0]} is not of this lesson"
    for (exercise, role), line in first.items():
        other = {"stub": "check", "check": "stub"}.get(role)
        if other and (exercise, other) not in first:
            yield line, f"exercise {exercise} has no {other}"
    yield from _order(graded)
    yield from _sections(lesson)


def _order(graded):
    """Demand rising numbers, and each check and answer after its stub."""
    stubs = [cell for cell in graded if cell.role == "stub"]
    for before, stub in zip(stubs, stubs[1:], strict=False):
        if _parts(stub.exercise) < _parts(before.exercise):
            order = f"{stub.exercise} stands after {before.exercise}"
            yield stub.line, f"exercises out of order: {order}"
    exercises = {stub.exercise for stub in stubs}
    current = None
    for cell in graded:
        if cell.role == "stub":
            current = cell.exercise
        elif cell.exercise in exercises and cell.exercise != current:
            yield cell.line, f"not below the stub of {cell.exercise}"


def _parts(exercise):
    return [int(part) for part in re.findall(r"\d+", exercise)]


def _sections(lesson):
    """Demand each exercise's own heading, and two folded hints below it."""
    for heading, cells in _by_heading(lesson.cells):
        hints = sum(
            cell.source.count("<details>")
            for cell in cells
            if cell.kind == "markdown" and cell.role != "answer"
        )
        for stub in (cell for cell in cells if cell.role == "stub"):
            due = f"### Exercise {stub.exercise} · "
            if not heading.startswith(due):
                yield stub.line, f"the heading above is not '{due}…'"
            if hints < HINTS:
                yield stub.line, f"{hints} of {HINTS} hints in <details>"


def _by_heading(cells):
    sections = [("", [])]
    for cell in cells:
        found = headings(cell.source) if cell.kind == "markdown" else []
        titles = [
            f"{'#' * level} {text}" for level, text in found if level < 4
        ]
        if titles:
            sections.append((titles[-1], []))
        sections[-1][1].append(cell)
    return sections


def _problems_of_checks(lesson, checks):
    by_name = {check.__name__: check for check in checks}
    module = f"vae_course.checks.lesson_{lesson.number}"
    used, unclear = set(), set()
    for cell in lesson.cells:
        if cell.role != "check":
            continue
        line = CHECK_LINE.fullmatch(cell.source.strip())
        if not line:
            unclear.add(cell.exercise)
            yield cell.line, "a check is exactly: answer = check.name(answer)"
            continue
        used.add(line[2])
        if line[2] not in by_name:
            yield cell.line, f"{module} has no check {line[2]}"
            continue
        check = by_name[line[2]]
        if check.exercise != cell.exercise:
            yield cell.line, f"{line[2]} checks exercise {check.exercise}"
        if check.name != line[1]:
            yield cell.line, f"{line[2]} checks {check.name}, not {line[1]}"
    for name in sorted(set(by_name) - used):
        exercise = by_name[name].exercise
        if exercise not in unclear:
            yield 1, f"{module}.{name} (exercise {exercise}) is never used"
    yield from _import_of_checks(lesson, bool(used))


def _import_of_checks(lesson, needed):
    line = f"from vae_course.checks import lesson_{lesson.number} as check"
    code = (cell.source for cell in lesson.cells if cell.kind == "code")
    if needed and not any(line in source.split("\n") for source in code):
        yield 1, f"no cell says: {line}"


def _problems_of_rhythm(lesson):
    """Look at the cells as the learner will see them: without answers."""
    row = 0
    for cell in lesson.cells:
        if cell.role == "answer":
            continue
        row = row + 1 if cell.kind == "code" else 0
        if row == MOST_CODE_CELLS_IN_A_ROW + 1:
            yield cell.line, f"{row} code cells in a row, at most {row - 1}"
