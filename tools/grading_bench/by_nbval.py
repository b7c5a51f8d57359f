"""Time `pytest --nbval` on the whole course.

Copies of the lessons, untouched, half done and finished, are each graded
alone and by two processes, in one go.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from notebooks.handed_in import hand_in, stubs_of

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
SHARES = {"untouched": 0.0, "half done": 0.5, "finished": 1.0}
WAYS = {"alone": [], "-n 2 --dist loadfile": ["-n", "2", "--dist", "loadfile"]}


def main():
    """Print a row for each state and way, and the slowest cells."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    print("course      way                    seconds  exit  result")
    for state, share in SHARES.items():
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), share)
            for way, options in WAYS.items():
                seconds, done = _grade(folder, options)
                [result] = re.findall("In all: (.*)", done.stdout)
                print(
                    f"{state:11} {way:22} {seconds:7.0f} "
                    f"{done.returncode:5}  {result}",
                    flush=True,
                )
    print("\nslowest, finished and in two processes")
    print("\n".join(re.findall(r"(?m)^[\d.]+s call .*", done.stdout)))


def _write(folder, share):
    """Hand in every lesson with that share of its exercises answered."""
    for lesson in LESSONS:
        answers = stubs_of(ROOT / "solutions" / lesson.name)
        kept = list(answers.items())[: round(share * len(answers))]
        hand_in(lesson, dict(kept), folder / lesson.name)


def _grade(folder, options):
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", folder, *options]
        + ["-p", "no:cacheprovider", "--durations=12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "VAE_COURSE_OFFLINE": "1"},
    )
    return time.perf_counter() - started, done
