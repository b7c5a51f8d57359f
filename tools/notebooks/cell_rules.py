"""What a cell must obey: options, marks, syntax and the house style."""

import ast
import re
import warnings

from IPython.core.inputtransformer2 import TransformerManager

from notebooks.source import mark, unfenced

GRADED_ROLES = {"stub", "check", "answer"}
ROLES = {
    "code": {"setup", "demo", "train", "stub", "check"},
    "markdown": {"answer"},
}
LIKE_A_MARK = re.compile(r"\s*#.*\b(begin|end)\W*solution", re.IGNORECASE)
MOST_WORDS = 120
MOST_LINES = 25
MOST_COLUMNS = 79


def problems_of_cell(cell):
    """Yield pairs of line and message for one cell of a source."""
    yield from _options(cell)
    if cell.kind != "code":
        yield from _text(cell)
        return
    broken_marks = list(_marks(cell))
    yield from broken_marks
    yield from _wide_lines(cell)
    if not broken_marks:
        yield from _syntax(cell)


def _options(cell):
    if cell.kind not in ROLES:
        yield cell.line, f"unknown kind of cell: {cell.kind}"
        return
    unknown = set(cell.options) - {"exercise", "role", "tags"}
    for option in sorted(unknown):
        yield cell.line, f"unknown option: {option}={cell.options[option]!r}"
    if cell.role is not None and cell.role not in ROLES[cell.kind]:
        known = ", ".join(sorted(ROLES[cell.kind]))
        message = f"unknown role {cell.role!r} of a {cell.kind} cell"
        yield cell.line, f"{message}; known: {known}"
    graded = cell.role in GRADED_ROLES
    if graded != (cell.exercise is not None):
        yield cell.line, "exercise= goes with role= stub, check or answer"
    if not isinstance(cell.options.get("exercise", ""), str):
        yield cell.line, 'exercise= needs quotes, such as exercise="3.1"'


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
    """Count words of prose: no tables, formulas on display, blocks, tags."""
    lines = (ln for ln in unfenced(source) if not ln.startswith("|"))
    prose = re.sub(r"\$\$.*?\$\$", " ", "\n".join(lines), flags=re.DOTALL)
    prose = re.sub(r"</?\w[^>]*>|\]\([^)]*\)", " ", prose)
    return sum(bool(re.search(r"\w", word)) for word in prose.split())
