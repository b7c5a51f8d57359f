"""Time every solution and every check; print the tables.

    python tools/bench_lessons.py [03 ...]

Each solution runs from its top in a fresh kernel, as a learner would run
it; a check's seconds are those that it publishes with its result. Imports
are timed in fresh processes. Nothing is asserted: machines differ.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from vae_course.checks.show import MIME

SOLUTIONS = Path(__file__).parents[1] / "solutions"
IMPORTS = "vae_course", "vae_course.pytest_plugin", "vae_course.checks"
REPEATS = 5


def main():
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="numbers, such as 03")
    chosen = parser.parse_args().lessons
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    _print_imports()
    checks = _print_solutions(chosen)
    _print_checks(checks)


def _print_imports():
    print(f"import                    seconds, median of {REPEATS}")
    empty = _seconds_of("pass")
    for module in IMPORTS:
        seconds = _seconds_of(f"import {module}") - empty
        print(f"{module:25} {seconds:7.3f}")


def _seconds_of(code):
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _print_solutions(chosen):
    print("\nsolution                  seconds in all   slowest cell")
    checks = []
    for path in sorted(SOLUTIONS.glob("*.ipynb")):
        if chosen and path.name[:2] not in chosen:
            continue
        notebook = nbformat.read(path, as_version=4)
        started = time.perf_counter()
        client = NotebookClient(notebook, timeout=600, kernel_name="python3")
        client.execute(stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        slowest = max(map(_cell_seconds, notebook.cells))
        print(f"{path.stem:25} {seconds:14.1f} {slowest:14.1f}", flush=True)
        checks += [
            output.data[MIME]
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if MIME in output.get("data", {})
        ]
    return checks


def _cell_seconds(cell):
    """Read from nbclient's stamps how long a cell ran."""
    stamps = cell.metadata.get("execution", {})
    if "shell.execute_reply" not in stamps:
        return 0.0
    started, ended = (
        datetime.fromisoformat(stamps[name])
        for name in ("iopub.status.busy", "shell.execute_reply")
    )
    return (ended - started).total_seconds()


def _print_checks(results):
    print("\ncheck    seconds   status")
    for result in results:
        print(
            f"{result['exercise']:7} {result['seconds']:8.3f}"
            f"   {result['status']}"
        )


if __name__ == "__main__":
    main()
