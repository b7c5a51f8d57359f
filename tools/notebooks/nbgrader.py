"""Write the lessons as a course of nbgrader's, one assignment a lesson."""

import shutil
from pathlib import Path

from notebooks.course import read
from notebooks.notebook import build_lesson, to_text

CONFIG = Path(__file__).with_name("nbgrader_config.py")
# nbgrader takes the lines between the marks out of what learners get, and
# puts them back before it grades.
STRICT = """\
### BEGIN HIDDEN TESTS
from vae_course.grading.strict import strictly
check = strictly("{exercise}", globals())
### END HIDDEN TESTS
"""


def export(course, paths, folder, say=print):
    """Write nbgrader's `source/` and its configuration.

    A configuration that is there already is left alone.

    Args:
        course: the folders and the checks.
        paths: the sources to export.
        folder: Path of the nbgrader course, made where there is none.
        say: called with a line for each file.

    Raises:
        BrokenSource: if a source is refused; those before it are written.
    """
    for path in paths:
        lesson, checks = read(course, path)
        target = folder / "source" / path.stem / f"{path.stem}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = to_text(build_assignment(lesson, checks))
        target.write_text(text, encoding="utf-8", newline="\n")
        say(f"{target}: written")
    config = folder / "nbgrader_config.py"
    if config.exists():
        say(f"{config}: kept as it is")
    else:
        shutil.copyfile(CONFIG, config)
        say(f"{config}: written")


def build_assignment(lesson, checks):
    """Return the instructor's notebook, from which nbgrader makes ours.

    Args:
        lesson: as `read_lesson` returns it.
        checks: of that lesson.

    Returns:
        The learner's notebook with the answers between their marks, and with
        nbgrader's metadata: stubs are its solutions, checks its tests.
    """
    notebook = build_lesson(lesson, checks)
    cells = [cell for cell in lesson.cells if cell.role != "answer"]
    for cell, node in zip(cells, notebook.cells, strict=True):
        if cell.role == "stub":
            node.source = cell.source
            node.metadata["nbgrader"] = _claim(node, solution=True)
        if cell.role == "check":
            node.source = STRICT.format(exercise=cell.exercise) + cell.source
            points = node.metadata["vae_course"]["points"]
            node.metadata["nbgrader"] = {
                **_claim(node, grade=True, locked=True),
                "points": points,
            }
    return notebook


def _claim(node, *, grade=False, solution=False, locked=False):
    return {
        "schema_version": 3,
        "grade_id": node.id,
        "cell_type": "code",
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
