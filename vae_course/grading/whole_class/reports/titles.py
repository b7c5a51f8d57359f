"""What the lessons and exercises are called."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from vae_course.checks import checks_of_lesson, lesson_of

LESSON = re.compile(r"^# (\d\d) · (.+)$", re.MULTILINE)
EXERCISE = re.compile(r"^### Exercise (\d+\.\d+) · (.+)$", re.MULTILINE)


def place(exercise):
    """Return what exercises are sorted by: "9.1" comes before "10.1"."""
    return [int(part) for part in exercise.split(".")]


@dataclass(frozen=True)
class Titles:
    """What the lessons and exercises are called.

    Attributes:
        by_number: dict from "05" and "5.4" to a title.
        names: dict from "5.4" to what learners write there.
    """

    by_number: dict
    names: dict

    def title(self, number):
        """Return the title of a lesson or an exercise, empty if unknown."""
        return self.by_number.get(number) or self.names.get(number, "")


def read_titles(exercises, folder):
    """Find out what the lessons and exercises are called.

    Args:
        exercises: iterable of numbers, such as "5.4".
        folder: str or path, where the course's own notebooks are. Lessons
            that are not there have no titles.

    Returns:
        `Titles`.
    """
    titles = {}
    for path in sorted(Path(folder).glob("[0-9][0-9]_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
        titles |= dict(LESSON.findall(text)) | dict(EXERCISE.findall(text))
    names = {
        check.exercise: check.__name__
        for lesson in {lesson_of(exercise) for exercise in exercises}
        for check in checks_of_lesson(lesson)
    }
    return Titles(titles, names)
