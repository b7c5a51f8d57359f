"""The benchmarks of start-up and of streams run, and give numbers."""

import math
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[1] / "tools"


def table(tool, *arguments):
    """Run a tool; list the words of each line that it prints."""
    done = subprocess.run(
        [sys.executable, TOOLS / tool, *arguments],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def test_the_start_of_a_lesson_is_timed():
    rows = table("bench_startup.py", "05", "--runs", "1")
    starts, imports = (
        [float(number) for number in words[1:]]
        for words in rows
        if words and words[0] == "05_kl_divergence"
    )
    kernel, end_of_imports, figure = starts
    assert 0 < kernel <= end_of_imports <= figure
    tensorflow, keras, *others = imports
    assert tensorflow == keras == 0
    assert 0 < others[-1] < math.inf


def test_streams_and_arrays_are_timed():
    rows = table("bench_streaming.py", "--images", "300", "--growth", "2")
    told = [row for row in rows if row and row[0] in ("stream", "memory")]
    assert [row[1] for row in told] == ["300", "300", "600", "600"]
    numbers = [[float(n.replace(",", "")) for n in row[2:]] for row in told]
    assert all(0 < number < math.inf for row in numbers for number in row)
