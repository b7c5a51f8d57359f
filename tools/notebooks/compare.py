"""Say in what a stored notebook differs from the one that is due."""

from itertools import zip_longest

from nbformat import v4

from notebooks.execute import LARGEST_FILE, code_cells
from notebooks.figure_texts import MISSING, undescribed_figures
from notebooks.notebook import to_text


def stored(path):
    """Return the notebook in a file, or None where there is none."""
    try:
        return v4.reads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, KeyError, AttributeError):
        return None


def lesson_difference(path, due):
    """Say what first keeps a lesson from being due byte for byte."""
    found = stored(path)
    if found is None:
        return "is missing or no notebook"
    text, due_text = path.read_bytes().decode(), to_text(due)
    if text == due_text:
        return None
    return (
        _first_difference(found, due)
        or _outputs_in_lesson(found)
        or _first_line(text, due_text)
    )


def solution_difference(path, due):
    """Say what first is wrong with a stored, executed solution."""
    found = stored(path)
    if found is None:
        return "is missing or no notebook"
    if path.stat().st_size > LARGEST_FILE:
        return f"has {path.stat().st_size / 1e6:.2f} MB, at most 1"
    return (
        _first_difference(found, due)
        or execution_fault(found)
        or _figure_fault(found)
    )


def execution_fault(notebook):
    """Say which cell first lacks a run or ended in an error."""
    for cell in code_cells(notebook):
        if cell.source.strip() and cell.get("execution_count") is None:
            return f"cell {cell.id}: was never executed"
        errors = [out for out in cell.outputs if out.output_type == "error"]
        if errors and "raises-exception" not in cell.metadata.get("tags", []):
            error = f"{errors[0].ename}: {errors[0].evalue}"
            return f"cell {cell.id}: its output is an error, {error}"
    return None


def _figure_fault(notebook):
    for cell in undescribed_figures(notebook):
        return f"cell {cell.id}: has a figure, but {MISSING}"
    return None


def _first_difference(found, due):
    for cell, due_cell in zip_longest(found.cells, due.cells):
        difference = _cell_difference(cell, due_cell)
        if difference:
            return difference
    if found.metadata != due.metadata:
        return "the notebook's metadata differ from what is due"
    if (found.nbformat, found.nbformat_minor) != (4, due.nbformat_minor):
        return f"is not in format 4.{due.nbformat_minor}"
    return None


def _cell_difference(cell, due):
    if cell is None:
        return f"cell {due.id} is missing"
    if due is None:
        return f"cell {cell.get('id')} is not in the source"
    if cell.get("id") != due.id:
        return f"cell {due.id} is due where {cell.get('id')} stands"
    if cell.source != due.source:
        return f"cell {due.id}, {_first_line(cell.source, due.source)}"
    for field in ("cell_type", "metadata"):
        if cell[field] != due[field]:
            values = f"{cell[field]!r} where {due[field]!r} is due"
            return f"cell {due.id}: {field} {values}"
    return None


def _first_line(found, due):
    """Name the first line in which two different texts differ."""
    pairs = zip_longest(found.split("\n"), due.split("\n"))
    for number, (line, due_line) in enumerate(pairs, 1):
        if line != due_line:
            return f"line {number}: {line!r} where {due_line!r} is due"
    return None


def _outputs_in_lesson(notebook):
    for cell in code_cells(notebook):
        if cell.outputs or cell.execution_count is not None:
            return f"cell {cell.id}: has outputs or an execution count"
    return None
