"""Time the start of every lesson, and what its imports cost; print tables.

    python tools/bench_startup.py [03 ...] [--full] [--runs 3]

Each solution runs in a fresh kernel up to its first figure: the seconds from
the start of the kernel to its readiness, to the end of the cell of imports,
and to the figure; the figure is in quick mode unless --full is given. Then
Python itself times the imports of that cell, in a fresh process: seconds by
package, without those of the packages that they import in their turn. Python
pays for that clock, so these add up to more than the first table says. All are
medians. Nothing is asserted: machines differ.
"""

import argparse
import collections
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

SOLUTIONS = Path(__file__).parents[1] / "solutions"
PACKAGES = {
    "tensorflow": ("tensorflow",),
    "keras": ("keras",),
    "scipy": ("scipy",),
    "matplotlib": ("matplotlib", "mpl_toolkits"),
    "numpy": ("numpy",),
    "widgets": ("ipywidgets", "anywidget", "traitlets", "psygnal"),
    "vae_course": ("vae_course",),
}
LINE = re.compile(r"import time: +(\d+) \| +\d+ \| +(\w+)")
# What TensorFlow's start puts aside is the stream of the clock.
SEEN = """
import contextlib
from vae_course import runtime
runtime._error_stream_aside = contextlib.nullcontext
"""


def main():
    """Print the two tables."""
    options = _options()
    os.environ["VAE_COURSE_OFFLINE"] = "1"
    os.environ["VAE_COURSE_QUICK"] = "0" if options.full else "1"
    lessons = {
        path.stem: nbformat.read(path, as_version=4)
        for path in sorted(SOLUTIONS.glob("*.ipynb"))
        if not options.lessons or path.name[:2] in options.lessons
    }
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    _print_starts(lessons, options.runs)
    _print_imports(lessons, options.runs)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="numbers, such as 03")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def _print_starts(lessons, runs):
    print("seconds from the start to …   kernel   imports   first figure")
    for name, notebook in lessons.items():
        times = [_start(notebook) for _ in range(runs)]
        columns = zip(*times, strict=True)
        kernel, imports, figure = map(statistics.median, columns)
        print(f"{name:28} {kernel:7.1f} {imports:9.1f} {figure:14.1f}")


def _start(notebook):
    """Run a notebook up to its first figure; say when it was where."""
    started, imports = time.perf_counter(), None
    manager, client = start_new_kernel(stderr=subprocess.DEVNULL)
    ready = time.perf_counter() - started
    try:
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            pictures = []
            reply = client.execute_interactive(
                cell.source,
                timeout=600,
                output_hook=lambda told, seen=pictures: _note(told, seen),
            )
            if reply["content"]["status"] != "ok":
                raise RuntimeError("\n".join(reply["content"]["traceback"]))
            if imports is None:
                imports = time.perf_counter() - started
            if pictures:
                return ready, imports, pictures[0] - started
        raise ValueError("solutions: expected one with a figure")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _note(told, pictures):
    if "image/png" in told["content"].get("data", {}):
        pictures.append(time.perf_counter())


def _print_imports(lessons, runs):
    print("\nseconds in imports", *PACKAGES, "others", "all", sep="  ")
    for name, notebook in lessons.items():
        code = next(c.source for c in notebook.cells if c.cell_type == "code")
        counts = [_imports_of(code) for _ in range(runs)]
        row = [
            f"{statistics.median(count[title] for count in counts):{width}.2f}"
            for title, width in _widths().items()
        ]
        print(f"{name:18}", *row, sep="  ")


def _widths():
    return {title: len(title) for title in [*PACKAGES, "others", "all "]}


def _imports_of(code):
    """Add up a cell's imports by package, seconds."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", SEEN + code],
        capture_output=True,
        text=True,
        check=True,
    )
    title_of = {name: t for t, names in PACKAGES.items() for name in names}
    seconds = collections.Counter()
    for microseconds, package in LINE.findall(done.stderr):
        seconds[title_of.get(package, "others")] += int(microseconds) / 1e6
        seconds["all "] += int(microseconds) / 1e6
    return seconds


if __name__ == "__main__":
    main()
