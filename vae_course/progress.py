"""What is solved, as the saved notebooks tell it; nothing is run.

A check leaves its result in the notebook (see `checks.show`). It is as old
as the notebook's last run: what counts is `pytest --nbval lessons/`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from vae_course.checks import checks_of_lesson
from vae_course.checks.show import MIME
from vae_course.grading.calls import calls_in

SIGNS = {"passed": "●", "failed": "×", "not started": "○"}
BROKEN = ValueError, KeyError, TypeError, OSError, RecursionError
AS_SAVED = (
    "(as the notebooks were saved, with their last results; what counts is "
    "`pytest --nbval lessons/`)"
)


@dataclass(frozen=True)
class Standing:
    """How an exercise stands.

    Attributes:
        exercise: its number, such as "5.4".
        name: of its check.
        status: "passed", "failed" or "not started".
        points: what it is worth.
    """

    exercise: str
    name: str
    status: str
    points: int

    @property
    def earned(self):
        """Return its points, or 0 unless it is passed."""
        return self.points if self.status == "passed" else 0


def read_progress(folder):
    """Read how each exercise of each lesson stands.

    A result counts where the cell that holds it still calls the check of
    that exercise. Of several the worst counts.

    Args:
        folder: str or path, where the lessons' notebooks are.

    Returns:
        dict from a lesson's name, such as "05_kl_divergence", to the list
        of its standings; empty where there is no lesson. A file that
        cannot be read has none solved.
    """
    lessons = {}
    for path in sorted(Path(folder).glob("[0-9][0-9]_*.ipynb")):
        if checks := checks_of_lesson(path.name[:2]):
            cells = _cells_with_results(path)
            lessons[path.stem] = [_standing(check, cells) for check in checks]
    return lessons


def table(lessons):
    """Write the progress as lines of text.

    Args:
        lessons: what `read_progress` returned, not empty.

    Returns:
        str: a line for each lesson, the sum, and what to do next.
    """
    width = max(map(len, lessons))
    lines = [
        f"{name:{width}}  {_signs(standings):6}  {sum_of(standings)}"
        for name, standings in lessons.items()
    ]
    everything = [each for standings in lessons.values() for each in standings]
    legend = ", ".join(f"{sign} {status}" for status, sign in SIGNS.items())
    return "\n".join(
        [
            *lines,
            f"{'in all':{width}}  {'':6}  {sum_of(everything)}",
            "",
            legend,
            AS_SAVED,
            next_step(lessons),
        ]
    )


def sum_of(standings):
    """Say how many exercises are solved, and their points.

    Args:
        standings: list of `Standing`.
    """
    solved = sum(each.status == "passed" for each in standings)
    earned = sum(each.earned for each in standings)
    points = sum(each.points for each in standings)
    return f"{solved:2} of {len(standings):2} solved, {earned}/{points} points"


def next_step(lessons):
    """Say which exercise comes next: a failed one first.

    Args:
        lessons: what `read_progress` returned.
    """
    for status in ("failed", "not started"):
        for lesson, standings in lessons.items():
            for each in standings:
                if each.status == status:
                    return f"Next: {each.exercise} {each.name} in {lesson}"
    return "Every exercise is solved."


def _signs(standings):
    return "".join(SIGNS[each.status] for each in standings)


def _cells_with_results(path):
    """Return (source, results) of each code cell that published some."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        return [found for cell in cells for found in _read(cell)]
    except BROKEN:
        return []


def _read(cell):
    """Return [(source, results)] of a cell, [] of one that has none."""
    try:
        if cell["cell_type"] != "code":
            return []
        results = [
            output["data"][MIME]
            for output in cell["outputs"]
            if isinstance(output, dict) and MIME in (output.get("data") or {})
        ]
        return [("".join(cell["source"]), results)]
    except BROKEN:
        return []


def _standing(check, cells):
    """Tell how an exercise stands; its check is called as the grader asks."""
    found = [
        result.get("status")
        for source, results in cells
        for result in results
        if isinstance(result, dict)
        and result.get("exercise") == check.exercise
        and calls_in(source, {check.exercise: check})
    ]
    status = next(
        (each for each in ("failed", "not started") if each in found),
        "passed" if "passed" in found else "not started",
    )
    return Standing(check.exercise, check.__name__, status, check.points)
