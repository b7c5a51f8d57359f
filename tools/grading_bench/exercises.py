"""The exercises of the course, as their author and as learners see them."""

import ast
from dataclasses import dataclass
from pathlib import Path

from mutation.stubs import answer_lines
from notebooks.source import read_lesson

from vae_course.checks import checks_of_lesson, lesson_of

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        number: str, such as "5.4".
        check: of the exercise.
        solution: str, its cell with the answer.
        lines: frozenset of the numbers of the lines that are the answer.
        stub: str, its cell as it is handed out.
    """

    number: str
    check: object
    solution: str
    lines: frozenset
    stub: str

    @property
    def lesson(self):
        """Return the lesson's two digits."""
        return lesson_of(self.number)

    @property
    def name(self):
        """Return the name that the answer is bound to."""
        return self.check.name

    def is_function(self):
        """Tell whether a function is asked for, and no class."""
        return any(
            isinstance(node, ast.FunctionDef) and node.name == self.name
            for node in ast.parse(self.solution).body
        )


def read_exercises(lessons=None):
    """List the exercises of the course.

    Args:
        lessons: collection of two digits each; None for all.

    Returns:
        list of `Exercise`, in order.
    """
    return [
        each
        for path in sorted((ROOT / "source").glob("[0-9][0-9]_*.py"))
        if lessons is None or path.name[:2] in lessons
        for each in _read(path)
    ]


def _read(path):
    lesson = read_lesson(path)
    checks = {each.exercise: each for each in checks_of_lesson(lesson.number)}
    return [
        Exercise(
            cell.exercise,
            checks[cell.exercise],
            cell.solution_source(),
            frozenset(answer_lines(cell)),
            cell.lesson_source(),
        )
        for cell in lesson.cells
        if cell.role == "stub"
    ]
