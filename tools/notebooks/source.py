"""Read a lesson's percent script into cells that know their lines."""

import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import jupytext
from nbformat import ValidationError

FILE_NAME = re.compile(r"(\d\d)_[a-z0-9_]+\.py")
ANY_MARKER = re.compile(r"\s*#\s*%%")
HEADING = re.compile(r"(#{1,6}) +(.+?)\s*#*")
SOLUTION_MARK = re.compile(r"\s*### (BEGIN|END) SOLUTION\s*")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a source, and in which line of which file."""

    path: Path
    line: int
    message: str

    def __str__(self):
        return f"{os.path.relpath(self.path)}:{self.line}: {self.message}"


class BrokenSource(Exception):
    """Refuses a source; carries all that is wrong with it."""

    def __init__(self, problems):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Cell:
    """One cell of a source: its first line is `line + 1` of the file."""

    kind: str
    line: int
    options: dict
    source: str

    @property
    def exercise(self):
        """Return the exercise's number, such as "3.1", or None."""
        return self.options.get("exercise")

    @property
    def role(self):
        """Return the cell's role, or None."""
        return self.options.get("role")

    def lines(self):
        """List the pairs of line number in the file and line."""
        return list(enumerate(self.source.split("\n"), self.line + 1))

    def solution_lines(self):
        """List the same pairs without the marks round the answers."""
        return [
            (number, line) for number, line in self.lines() if not mark(line)
        ]

    def solution_source(self):
        """Return the cell as it stands in solutions/."""
        return "\n".join(line for _, line in self.solution_lines())

    def lesson_source(self):
        """Return the cell as it stands in lessons/: answers removed."""
        kept, in_answer = [], False
        for _, line in self.lines():
            if mark(line) == "BEGIN":
                indent = line[: line.index("#")]
                why = f'"Exercise {self.exercise}"'
                kept.append(f"{indent}raise NotImplementedError({why})")
                in_answer = True
            elif mark(line) == "END":
                in_answer = False
            elif not in_answer:
                kept.append(line)
        return "\n".join(kept)


@dataclass(frozen=True)
class Lesson:
    """A parsed source; `number` has two digits, such as "03"."""

    path: Path
    number: str
    cells: list


def mark(line):
    """Return "BEGIN" or "END" where the line is a solution's mark."""
    match = SOLUTION_MARK.fullmatch(line)
    return match and match[1]


def headings(source):
    """List the pairs of level and title of a text cell's headings."""
    matches = (HEADING.fullmatch(line) for line in unfenced(source))
    return [(len(match[1]), match[2]) for match in matches if match]


def unfenced(source):
    """List a text cell's lines outside its fenced blocks of code."""
    kept, fenced = [], False
    for line in source.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            kept.append(line)
    return kept


def read_lesson(path):
    """Parse a percent script.

    Raises:
        BrokenSource: if its name is not NN_name.py, if text stands before
            its first cell, or if a line inside a cell looks like a marker.
    """
    name = FILE_NAME.fullmatch(path.name)
    if not name:
        raise BrokenSource([Problem(path, 1, "is not named NN_name.py")])
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    markers = [n for n, line in enumerate(lines) if ANY_MARKER.match(line)]
    _refuse_stray_text(path, lines, markers)
    _refuse_illegal_options(path, lines, markers)
    parsed = _parse(text)
    problems = _misread_markers(path, markers, parsed, lines)
    if problems:
        raise BrokenSource(problems)
    cells = [
        _cell(marker + 1, node)
        for marker, node in zip(markers, parsed, strict=True)
    ]
    return Lesson(path, name[1], cells)


def _parse(text):
    return jupytext.reads(text, fmt="py:percent").cells


def _refuse_stray_text(path, lines, markers):
    """Allow nothing but jupytext's own header above the first cell."""
    start = "\n".join(lines[: markers[0]] if markers else lines)
    if not markers or any(cell.source for cell in _parse(start)):
        message = "a source begins with a cell: # %% [markdown] or # %%"
        raise BrokenSource([Problem(path, 1, message)])


def _refuse_illegal_options(path, lines, markers):
    """Parse cell by cell, to know in which line jupytext gives up."""
    for start, end in pairwise([*markers, len(lines)]):
        try:
            _parse("\n".join(lines[start:end]))
        except ValidationError as error:
            message = f"an illegal option: {error.message}"
            raise BrokenSource([Problem(path, start + 1, message)]) from None


def _misread_markers(path, markers, parsed, lines):
    """Find marker-like lines that jupytext does not read as a new cell."""
    message = "only a cell may open with # %%, at the start of its line"
    indented = [n for n in markers if lines[n][0] != "#"]
    if indented:
        return [Problem(path, n + 1, message) for n in indented]
    if len(markers) == len(parsed):
        return []
    inside = (
        marker
        for cell, marker in zip(parsed, markers, strict=False)
        if ANY_MARKER.search(cell.source)
    )
    line = next(inside, markers[-1]) + 1
    return [Problem(path, line, f"{message}; this cell has one inside")]


def _cell(line, node):
    options = dict(node.metadata)
    options.pop("lines_to_next_cell", None)
    return Cell(node.cell_type, line, options, node.source)
