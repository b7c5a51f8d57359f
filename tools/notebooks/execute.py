"""Run a solution, and keep of its outputs what a rerun would repeat."""

import os
import re
import sysconfig
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)

from notebooks.figures import pack
from notebooks.source import BrokenSource, Problem

LONGEST_CELL = 600  # seconds
LARGEST_FILE = 1_000_000  # bytes
LARGEST_SHOWN = 3
RESULT = "application/vnd.vae-course.result+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGET_TEXT = "An interactive view: run this cell to use it."
ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINE_OF_CELL = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
TEMPORARY = re.escape(tempfile.gettempdir())
VOLATILE = [
    (re.compile(TEMPORARY + r"[/\\]ipykernel_\d+[/\\]\d+\.py"), "<cell>"),
    (re.compile(r"\bat 0x[0-9a-fA-F]+"), "at 0x0"),
]
PLACES = [
    (sysconfig.get_path("purelib"), "<packages>"),
    (sysconfig.get_path("stdlib"), "<python>"),
    (str(Path(__file__).parents[2]), "<course>"),
    (str(Path.home()), "~"),
]


def execute(notebook, lesson, folder):
    """Run a solution's cells in this Python's kernel; return nothing.

    Args:
        notebook: as `build_solution` returns it; gets its outputs here.
        lesson: its parsed source, to name the line of an error.
        folder: where the kernel runs.

    Raises:
        BrokenSource: if a cell fails, takes too long or ends the kernel.
    """
    metadata = notebook.metadata.copy()
    started = []
    client = NotebookClient(
        notebook,
        km=_kernel_of_this_python(),
        timeout=LONGEST_CELL,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: started.append(cell_index),
    )
    try:
        client.execute(env=_full_length(), cleanup_kc=True)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        problem = _locate(error, lesson, notebook, started[-1])
        raise BrokenSource([problem]) from None
    notebook.metadata = metadata
    _clean(notebook)


def carry_outputs(old, new):
    """Give a rebuilt solution the outputs of one with the same code."""
    for before, after in zip(code_cells(old), code_cells(new), strict=True):
        after.outputs = before.outputs
        after.execution_count = before.execution_count


def code_cells(notebook):
    """List a notebook's code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def refuse_too_large(lesson, notebook, text):
    """Raise BrokenSource where a solution's file would be too large."""
    size = len(text.encode())
    if size <= LARGEST_FILE:
        return
    sizes = sorted(
        (
            (len(str(cell.outputs)), source.line, cell.id)
            for source, cell in zip(lesson.cells, notebook.cells, strict=True)
            if cell.cell_type == "code"
        ),
        reverse=True,
    )
    message = f"the executed solution has {size / 1e6:.2f} MB, at most 1"
    raise BrokenSource(
        [
            Problem(lesson.path, line, f"{message}; {name}: {part / 1e6:.2f}")
            for part, line, name in sizes[:LARGEST_SHOWN]
        ]
    )


def _kernel_of_this_python():
    """Ignore kernels that others installed under the name python3."""
    kernel = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
    )
    kernel.transport_encryption = "auto"  # or the kernel warns on stderr
    return kernel


def _full_length():
    return {k: v for k, v in os.environ.items() if k != "VAE_COURSE_QUICK"}


def _locate(error, lesson, notebook, failed):
    """Name the line of the source that an error's traceback ends in."""
    cell, line = lesson.cells[failed], lesson.cells[failed].line
    by_count = {
        node.execution_count: source
        for source, node in zip(lesson.cells, notebook.cells, strict=True)
        if node.get("execution_count")
    }
    places = LINE_OF_CELL.findall(ANSI_COLOUR.sub("", str(error)))
    if places and int(places[-1][0]) in by_count:
        source = by_count[int(places[-1][0])]
        line = source.solution_lines()[int(places[-1][1]) - 1][0]
    name = notebook.cells[failed].id
    reason = _reason(error)
    return Problem(
        lesson.path, line, f"cell {name} (line {cell.line}) fails: {reason}"
    )


def _reason(error):
    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {error.evalue}"
    if isinstance(error, CellTimeoutError):
        return f"no end within {LONGEST_CELL} s"
    return "its kernel died"


def _clean(notebook):
    for cell in code_cells(notebook):
        cell.outputs = _merge_streams(cell.outputs)
        for output in cell.outputs:
            _clean_output(output)


def _merge_streams(outputs):
    """Join what was printed in one go but arrived in pieces."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.get("name") and last.get("name") == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def _clean_output(output):
    if "text" in output:
        output.text = _without_volatile(output.text)
    if "traceback" in output:
        output.traceback = [_without_volatile(ln) for ln in output.traceback]
    data = output.get("data", {})
    if data.pop(WIDGET, None):
        data["text/plain"] = WIDGET_TEXT
    if "image/png" in data:
        data["image/png"] = pack(data["image/png"])
    if RESULT in data:
        data[RESULT]["seconds"] = round(data[RESULT]["seconds"])
    for kind in ("text/plain", "text/html"):
        if kind in data:
            data[kind] = _without_volatile(data[kind])


def _without_volatile(text):
    for pattern, stable in VOLATILE:
        text = pattern.sub(stable, text)
    for place, stable in PLACES:
        text = text.replace(place + os.sep, f"{stable}/")
    return text
