"""Build the two notebooks of a lesson, always to the same bytes."""

import re
import unicodedata
from collections import Counter

import nbformat
from nbformat import v4

from notebooks.source import headings

LONGEST_SLUG = 50
# No version of Python: it would change with the author who builds.
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


def build_lesson(lesson, checks):
    """Return the learner's notebook: answers removed, no outputs."""
    return _build(
        _node(cell, name, checks, cell.lesson_source())
        for cell, name in zip(lesson.cells, cell_ids(lesson), strict=True)
        if cell.role != "answer"
    )


def build_solution(lesson, checks):
    """Return the complete notebook, one cell for each of the source's."""
    return _build(
        _node(cell, name, checks, cell.solution_source())
        for cell, name in zip(lesson.cells, cell_ids(lesson), strict=True)
    )


def to_text(notebook):
    """Return a notebook as the text of its file."""
    return nbformat.writes(notebook) + "\n"


def cell_ids(lesson):
    """List an id for each cell: by exercise, else by nearest heading.

    A cell inserted under one heading leaves the ids under others alone.
    """
    below = Counter()
    slug, ids = "start", []
    for cell in lesson.cells:
        if cell.exercise:
            name = cell.exercise.split(".")[1]
            ids.append(f"{lesson.number}-{name}-{cell.role}")
            continue
        if cell.kind == "markdown" and headings(cell.source):
            title = headings(cell.source)[0][1]
            slug = _slug(title.removeprefix(lesson.number))
        ids.append(f"{lesson.number}-{slug}-{below[slug]}")
        below[slug] += 1
    return ids


def _slug(title):
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", plain.decode().lower())
    return "-".join(words)[:LONGEST_SLUG].strip("-") or "section"


def _build(cells):
    notebook = v4.new_notebook(cells=list(cells), metadata=METADATA)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook


def _node(cell, name, checks, source):
    new = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
    return new(source, id=name, metadata=_metadata(cell, checks))


def _metadata(cell, checks):
    facts = {
        key: cell.options[key]
        for key in ("exercise", "role")
        if key in cell.options
    }
    if cell.role in {"stub", "check"}:
        facts["points"] = _points(cell.exercise, checks)
    metadata = {"vae_course": facts} if facts else {}
    if "tags" in cell.options:
        metadata["tags"] = list(cell.options["tags"])
    return metadata


def _points(exercise, checks):
    return next(c.points for c in checks if c.exercise == exercise)
