"""Each figure's text: "*Figure: …*" in the text cell next below it.

It stands there because JupyterLab gives the picture itself no `alt`.
"""

import re
from itertools import pairwise

from notebooks.source import BrokenSource, Problem

TEXT = re.compile(r"^\*Figures?: [^*]+\*$", re.MULTILINE)
MISSING = "the text cell below it says no '*Figure: …*'"


def undescribed_figures(notebook):
    """List the code cells of a solution whose figures have no text below."""
    return [
        cell
        for cell, below in pairwise([*notebook.cells, None])
        if _shows_a_figure(cell) and not _describes_a_figure(below)
    ]


def refuse_undescribed_figures(lesson, notebook):
    """Raise BrokenSource where an executed solution has such a figure."""
    silent = {cell.id for cell in undescribed_figures(notebook)}
    if silent:
        raise BrokenSource(
            [
                Problem(lesson.path, source.line, f"a figure, but {MISSING}")
                for source, cell in zip(
                    lesson.cells, notebook.cells, strict=True
                )
                if cell.id in silent
            ]
        )


def _shows_a_figure(cell):
    return any(
        "image/png" in output.get("data", {})
        for output in cell.get("outputs", [])
    )


def _describes_a_figure(cell):
    text = cell is not None and cell.cell_type == "markdown"
    return text and bool(TEXT.search(cell.source))
