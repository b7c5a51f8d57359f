"""Write a course's notebooks, or say which are out of step."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from notebooks.compare import (
    execution_fault,
    lesson_difference,
    solution_difference,
    stored,
)
from notebooks.execute import (
    carry_outputs,
    code_cells,
    execute,
    refuse_too_large,
)
from notebooks.figure_texts import refuse_undescribed_figures
from notebooks.notebook import build_lesson, build_solution, to_text
from notebooks.rules import find_problems
from notebooks.source import BrokenSource, read_lesson


@dataclass(frozen=True)
class Course:
    """The three folders, and a function from lesson number to checks."""

    source: Path
    lessons: Path
    solutions: Path
    checks_of_lesson: Callable

    def sources(self, number=None):
        """List the sources, or those of one lesson's number."""
        pattern = f"{number.zfill(2)}_*.py" if number else "*.py"
        return sorted(self.source.glob(pattern))


def build(course, path, *, solutions=True, force=False, say=print):
    """Write both notebooks of one source.

    Args:
        course: the folders and the checks.
        path: the source.
        solutions: whether to build solutions/ too.
        force: whether to execute a solution whose code has not changed.
        say: called with a line for each notebook.

    Raises:
        BrokenSource: if the source or its execution is refused. Then
            nothing is written that depends on it.
    """
    lesson, checks = read(course, path)
    text = to_text(build_lesson(lesson, checks))
    _write(course.lessons / f"{path.stem}.ipynb", text, say)
    if solutions:
        target = course.solutions / f"{path.stem}.ipynb"
        notebook = build_solution(lesson, checks)
        _fill(notebook, lesson, target, force, say)
        refuse_undescribed_figures(lesson, notebook)
        text = to_text(notebook)
        refuse_too_large(lesson, notebook, text)
        _write(target, text, say)


def out_of_step(course, path):
    """List how a source or its two notebooks keep from being in step."""
    try:
        lesson, checks = read(course, path)
    except BrokenSource as broken:
        return [str(problem) for problem in broken.problems]
    name = f"{path.stem}.ipynb"
    differences = {
        course.lessons: lesson_difference(
            course.lessons / name, build_lesson(lesson, checks)
        ),
        course.solutions: solution_difference(
            course.solutions / name, build_solution(lesson, checks)
        ),
    }
    return [
        f"{folder.name}/{name}: {difference}"
        for folder, difference in differences.items()
        if difference
    ]


def orphans(course):
    """List the notebooks that no source makes."""
    names = {path.stem for path in course.sources()}
    return [
        f"{folder.name}/{path.name}: has no source"
        for folder in (course.lessons, course.solutions)
        for path in sorted(folder.glob("*.ipynb"))
        if path.stem not in names
    ]


def read(course, path):
    """Return a source, parsed, and its checks.

    Raises:
        BrokenSource: if it breaks a rule.
    """
    lesson = read_lesson(path)
    checks = course.checks_of_lesson(lesson.number)
    problems = find_problems(lesson, checks)
    if problems:
        raise BrokenSource(problems)
    return lesson, checks


def _fill(notebook, lesson, target, force, say):
    """Give a solution its outputs, by running it only where it must."""
    name = f"{target.parent.name}/{target.name}"
    old = stored(target)
    if not force and old is not None and _same_code(old, notebook):
        say(f"{name}: same code, not executed again (--execute does)")
        carry_outputs(old, notebook)
        return
    say(f"{name}: executing ...")
    started = time.perf_counter()
    execute(notebook, lesson, target.parent)
    say(f"{name}: executed in {time.perf_counter() - started:.1f} s")


def _same_code(old, new):
    sources = [[cell.source for cell in code_cells(nb)] for nb in (old, new)]
    return sources[0] == sources[1] and not execution_fault(old)


def _write(path, text, say):
    name = f"{path.parent.name}/{path.name}"
    if path.exists() and path.read_bytes() == text.encode():
        say(f"{name}: unchanged")
        return
    path.write_text(text, encoding="utf-8", newline="\n")
    say(f"{name}: written, {len(text.encode()) / 1e3:.0f} kB")
