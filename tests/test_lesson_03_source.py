"""Lesson 03 runs to its end unanswered, and needs no TensorFlow."""

import json
import os
import subprocess
import sys
from pathlib import Path

LESSON = Path(__file__).parents[1] / "lessons" / "03_normal_distribution.ipynb"
LIGHT = """
import sys
assert "tensorflow" not in sys.modules, "TensorFlow was imported"
"""


def test_unanswered_lesson_runs_without_tensorflow(tmp_path):
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    script = tmp_path / "lesson.py"
    script.write_text("\n".join([*code, LIGHT]), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "VAE_COURSE_OFFLINE": "1", "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("not started yet") == 4
    assert run.stderr == ""
