"""The lessons in NumPy run to their end, whatever they are answered with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vae_course.checks import checks_of_lesson

LESSONS = Path(__file__).parents[1] / "lessons"
LIGHT = """
import sys
assert "tensorflow" not in sys.modules, "TensorFlow was imported"
"""


LISTS = """
from vae_course import densities
def {name}(*args, answer=densities.{name}):
    return np.asarray(answer(*args)).tolist()
"""


@pytest.fixture
def run_lesson(tmp_path):
    """Return a function that runs code cells, and gives what they print."""

    def run(code):
        script = tmp_path / "lesson.py"
        script.write_text("\n".join(code), encoding="utf-8")
        result = subprocess.run(
            [sys.executable, script],
            env={**os.environ, "VAE_COURSE_OFFLINE": "1", "MPLBACKEND": "agg"},
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        return result.stdout

    return run


def code_cells(number):
    """List (metadata, source) of a lesson's code cells."""
    [path] = LESSONS.glob(f"{number}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (cell["metadata"].get("vae_course", {}), "".join(cell["source"]))
        for cell in cells
        if cell["cell_type"] == "code"
    ]


@pytest.mark.parametrize("number", ["03", "05"])
def test_unanswered_lesson_runs_without_tensorflow(number, run_lesson):
    code = [source for _, source in code_cells(number)]
    said = run_lesson([*code, LIGHT])
    assert said.count("not started yet") == len(checks_of_lesson(number))


@pytest.mark.parametrize("number", ["03", "05"])
def test_lesson_runs_to_its_end_with_answers_that_return_lists(
    number, run_lesson
):
    names = {check.exercise: check.name for check in checks_of_lesson(number)}
    code = [
        LISTS.format(name=names[metadata["exercise"]])
        if metadata.get("role") == "stub"
        else source
        for metadata, source in code_cells(number)
    ]
    assert run_lesson(code).count("passed") == len(names)
