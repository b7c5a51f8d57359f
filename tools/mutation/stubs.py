"""The solutions of a lesson, ready to be changed and judged."""

import ast
import contextlib
import io
from dataclasses import dataclass

from notebooks.source import mark, read_lesson

from vae_course.checks import checks_of_lesson


@dataclass
class Stub:
    """A solved exercise.

    Attributes:
        check: of the exercise.
        source: str, the whole cell, solved.
        answer: range of the cell's lines that are the learner's to write.
        namespace: dict, what the cells before it made.
    """

    check: object
    source: str
    answer: range
    namespace: dict

    def tree(self):
        """Return the cell as ast.Module."""
        return ast.parse(self.source)

    def make(self, source):
        """Run a changed cell; return what the check would be given."""
        namespace = dict(self.namespace)
        exec(compile(source, "answer", "exec"), namespace)
        return namespace[self.check.name]


def stubs(path):
    """List the solved exercises of a lesson.

    Args:
        path: of a percent script.
    """
    lesson = read_lesson(path)
    checks = {each.exercise: each for each in checks_of_lesson(lesson.number)}
    namespace, found = {"__name__": "__main__"}, []
    for cell in lesson.cells:
        if cell.kind != "code" or cell.role not in ("setup", "stub"):
            continue
        source = cell.solution_source()
        if cell.role == "stub":
            check = checks[cell.exercise]
            found.append(Stub(check, source, _answer(cell), dict(namespace)))
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, path.name, "exec"), namespace)
    return found


def _answer(cell):
    """Find the lines between the marks, counted without them."""
    marks = [n for n, (_, line) in enumerate(cell.lines()) if mark(line)]
    begin, end = marks
    return range(begin + 1, end)
