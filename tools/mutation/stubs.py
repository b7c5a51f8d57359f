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
        answer: set of the numbers of the lines that are the learner's to
            write.
        namespace: dict, what the cells before it made.
    """

    check: object
    source: str
    answer: set
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
            answer = answer_lines(cell)
            found.append(Stub(check, source, answer, dict(namespace)))
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, path.name, "exec"), namespace)
    return found


def answer_lines(cell):
    """Number the lines between the marks, as if these were not there.

    Args:
        cell: a `Cell` of notebooks.source.
    """
    answer, number, inside = set(), 0, False
    for _, line in cell.lines():
        if mark(line):
            inside = mark(line) == "BEGIN"
            continue
        number += 1
        if inside:
            answer.add(number)
    return answer
