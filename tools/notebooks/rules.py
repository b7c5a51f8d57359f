"""What a source must obey: the course's format and its house style."""

import ast
import re
import warnings

from IPython.core.inputtransformer2 import TransformerManager

from notebooks.source import Problem, mark

CODE_ROLES = {"setup", "demo", "train", "stub", "check"}
CHECK_LINE = re.compile(r"(\w+) = check\.(\w+)\(\1\)")
HEADING = re.compile(r"(#{1,6}) +(.+?)\s*#*")
LIKE_A_MARK = re.compile(r"\s*#.*\b(begin|end)\W*solution", re.IGNORECASE)
MOST_WORDS = 120
MOST_LINES = 25
MOST_COLUMNS = 79
MOST_CODE_CELLS_IN_A_ROW = 2


def find_problems(lesson, checks):
    """List all that is wrong with a lesson, in the order of its lines.

    Args:
        lesson: the parsed source.
        checks: the lesson's check functions, each with `exercise`, `name`
            and `__name__`.
    """
    found = [pair for cell in lesson.cells for pair in _problems_of_cell(cell)]
    found += _problems_of_exercises(lesson)
    found += _problems_of_checks(lesson, checks)
    found += _problems_of_rhythm(lesson)
    return [Problem(lesson.path, *pair) for pair in sorted(set(found))]


def headings(source):
    """List the pairs of level and title of a text cell's headings."""
    matches = (HEADING.fullmatch(line) for line in _unfenced(source))
    return [(len(match[1]), match[2]) for match in matches if match]


def _problems_of_cell(cell):
    yield from _options(cell)
    if cell.kind != "code":
        yield from _text(cell)
        return
    broken_marks = list(_marks(cell))
    yield from broken_marks
    yield from _wide_lines(cell)
    if not broken_marks:
        yield from _syntax(cell)


# --- one cell ---------------------------------------------------------------


def _options(cell):
    roles = {"code": CODE_ROLES, "markdown": {"answer"}}.get(cell.kind)
    if roles is None:
        yield cell.line, f"unknown kind of cell: {cell.kind}"
        return
    unknown = set(cell.options) - {"exercise", "role", "tags"}
    for option in sorted(unknown):
        yield cell.line, f"unknown option: {option}={cell.options[option]!r}"
    if cell.role is not None and cell.role not in roles:
        known = ", ".join(sorted(roles))
        message = f"unknown role {cell.role!r} of a {cell.kind} cell"
        yield cell.line, f"{message}; known: {known}"
    graded = cell.role in {"stub", "check", "answer"}
    if graded != (cell.exercise is not None):
        yield cell.line, "exercise= goes with role= stub, check or answer"


def _marks(cell):
    opened = None
    for number, line in cell.lines():
        if LIKE_A_MARK.match(line) and not mark(line):
            yield number, "not quite a mark: ### BEGIN or ### END SOLUTION"
        if mark(line) == "BEGIN" and opened:
            yield number, f"BEGIN SOLUTION inside the one of line {opened}"
        if mark(line) == "END" and not opened:
            yield number, "END SOLUTION without its BEGIN"
        opened = {"BEGIN": number, "END": None}.get(mark(line), opened)
    if opened:
        yield opened, "BEGIN SOLUTION without its END"
    marked = "### BEGIN SOLUTION" in cell.source
    if marked and cell.role != "stub":
        yield cell.line, "a solution outside a stub"
    if not marked and cell.role == "stub":
        yield cell.line, "a stub without a solution"


def _syntax(cell):
    numbers = [number for number, _ in cell.solution_lines()]
    try:
        tree = _parse(cell.solution_source())
    except SyntaxError as error:
        line = numbers[min(error.lineno or 1, len(numbers)) - 1]
        yield line, f"does not parse: {error.msg}"
        return
    yield from _long_code(cell, tree)
    try:
        _parse(cell.lesson_source())
    except SyntaxError as error:
        message = "the stub does not parse once its answer is removed"
        yield cell.line, f"{message}: {error.msg}"


def _parse(source):
    """Parse as IPython would; an invalid escape is an error, too."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ast.parse(TransformerManager().transform_cell(source))


def _long_code(cell, tree):
    docstrings = {
        number
        for node in ast.walk(tree)
        if _has_docstring(node)
        for number in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    lines = enumerate(cell.solution_source().split("\n"), 1)
    count = sum(bool(line.strip()) for n, line in lines if n not in docstrings)
    if count > MOST_LINES:
        yield cell.line, f"{count} lines of code, at most {MOST_LINES}"


def _has_docstring(node):
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    return isinstance(node, documented) and ast.get_docstring(node) is not None


def _wide_lines(cell):
    for number, line in cell.lines():
        if len(line) > MOST_COLUMNS:
            yield number, f"{len(line)} columns, at most {MOST_COLUMNS}"


def _text(cell):
    count = _words(cell.source)
    if count > MOST_WORDS:
        yield cell.line, f"{count} words in a cell, at most {MOST_WORDS}"
    for (number, line), (_, following) in zip(
        cell.lines(), cell.lines()[1:] + [(0, "")], strict=True
    ):
        if line.rstrip().endswith("</summary>") and following.strip():
            yield number, "a blank line must follow </summary>"
    if cell.source.count("<details>") != cell.source.count("</details>"):
        yield cell.line, "<details> and </details> do not match"


def _words(source):
    """Count words of prose: no tables, displayed formulas, code or tags."""
    lines = (ln for ln in _unfenced(source) if not ln.startswith("|"))
    prose = re.sub(r"\$\$.*?\$\$", " ", "\n".join(lines), flags=re.DOTALL)
    prose = re.sub(r"</?\w[^>]*>|\]\([^)]*\)", " ", prose)
    return sum(bool(re.search(r"\w", word)) for word in prose.split())


def _unfenced(source):
    """List a text cell's lines outside its fenced blocks of code."""
    kept, fenced = [], False
    for line in source.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            kept.append(line)
    return kept


# --- exercises --------------------------------------------------------------


def _problems_of_exercises(lesson):
    graded = [cell for cell in lesson.cells if cell.exercise]
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
        for other in {"stub", "check"} - {role}:
            if (exercise, other) not in first:
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
    """Demand each exercise's heading, and two folded hints below it."""
    title, hints, stub = "", 0, None
    for cell in [*lesson.cells, None]:
        found = headings(cell.source) if _is_text(cell) else []
        section = [text for level, text in found if level <= 3]
        if stub and (section or cell is None or cell.role == "stub"):
            if hints < 2:
                which = f"exercise {stub.exercise}"
                yield stub.line, f"{which} has {hints} of 2 <details> hints"
            stub = None
        if section:
            title, hints = section[-1], 0
        if _is_text(cell) and cell.role != "answer":
            hints += cell.source.count("<details>")
        if cell and cell.role == "stub":
            stub = cell
            expected = f"Exercise {cell.exercise} · "
            if not title.startswith(expected):
                yield cell.line, f"no heading '### {expected}…' above the stub"
            title = ""


def _is_text(cell):
    return cell is not None and cell.kind == "markdown"


# --- checks -----------------------------------------------------------------


def _problems_of_checks(lesson, checks):
    by_name = {check.__name__: check for check in checks}
    module = f"vae_course.checks.lesson_{lesson.number}"
    used = set()
    for cell in lesson.cells:
        if cell.role != "check":
            continue
        line = CHECK_LINE.fullmatch(cell.source.strip())
        if not line:
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
        yield 1, f"{module}.{name} (exercise {exercise}) is never used"
    yield from _import_of_checks(lesson, bool(used))


def _import_of_checks(lesson, needed):
    line = f"from vae_course.checks import lesson_{lesson.number} as check"
    code = (cell.source for cell in lesson.cells if cell.kind == "code")
    if needed and not any(line in source.split("\n") for source in code):
        yield 1, f"no cell says: {line}"


# --- the whole --------------------------------------------------------------


def _problems_of_rhythm(lesson):
    """Look at the cells as the learner will see them: without answers."""
    row = 0
    for cell in lesson.cells:
        if cell.role == "answer":
            continue
        row = row + 1 if cell.kind == "code" else 0
        if row == MOST_CODE_CELLS_IN_A_ROW + 1:
            yield cell.line, f"{row} code cells in a row, at most {row - 1}"
