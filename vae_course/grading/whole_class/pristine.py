"""Lessons as they were handed out: the names that an answer finds there."""

import ast
import builtins
import contextlib
import hashlib
import importlib
import json
import linecache
import re
from dataclasses import dataclass, field
from unittest import mock

from vae_course.grading.calls import parse

DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
IMPORTS = ast.Import, ast.ImportFrom
CONSTANT = (
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.UnaryOp,
    ast.BinOp,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)
OWN_CELLS = {"stub", "check", "answer", "train"}


@dataclass
class Lesson:
    """The names of a lesson, without what its other cells compute.

    Attributes:
        names: dict, what its setup cells leave behind.
        definitions: dict from a name that another cell defines to the
            statement: a function, a class, an import or a constant.
    """

    names: dict
    definitions: dict = field(default_factory=dict)

    def namespace(self, bound, *sources):
        """Return the names that code finds when it runs in this lesson.

        Args:
            bound: dict of what earlier exercises left behind.
            *sources: str, the code. Definitions that it names are run.

        Returns:
            dict, a new one for each call.
        """
        names = {**self.names, **bound}
        trees = [tree for each in sources if (tree := parse(each))]
        for statement in self._needed(trees, names):
            with contextlib.suppress(Exception):
                run_statement(statement, names)
        return names

    def _needed(self, trees, names):
        """List the definitions that code needs, in the lesson's order."""
        known = names.keys() | vars(builtins).keys()
        wanted, found = list(trees), set()
        while wanted:
            asked = _names_in(wanted.pop()) - known - found
            for name in asked & self.definitions.keys():
                found.add(name)
                wanted.append(self.definitions[name])
        statements = {
            id(statement): statement
            for name, statement in self.definitions.items()
            if name in found
        }
        return statements.values()


def run_statement(statement, names):
    """Run one statement of a module, and keep its text where tools look.

    TensorFlow reads it to write a loop or an `if` down for a graph.

    Args:
        statement: ast.stmt.
        names: dict in which to run it.
    """
    text = ast.unparse(statement)
    name = f"<lesson {hashlib.sha256(text.encode()).hexdigest()[:8]}>"
    lines = text.splitlines(keepends=True)
    linecache.cache[name] = len(text), None, lines, name
    exec(compile(text, name, "exec", dont_inherit=True), names)


def read_lessons(folder):
    """Read the lessons and run their setup cells.

    TensorFlow computes nothing on the way, so that this process can still
    be forked.

    Args:
        folder: Path of the notebooks as they are handed out.

    Returns:
        dict from a lesson's number, such as "05", to its `Lesson`.

    Raises:
        FileNotFoundError: if there are none.
    """
    lessons = {}
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        cells = _cells(path)
        setup = [source for source, role in cells if role == "setup"]
        lesson = Lesson(_run_setup(setup))
        for source, role in cells:
            if role not in OWN_CELLS:
                lesson.definitions |= _definitions_in(source)
        lessons[path.name[:2]] = lesson
    if not lessons:
        raise FileNotFoundError(f"{folder}: no lessons of the course there")
    return lessons


def _cells(path):
    """List (source, role) of a lesson's code cells."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [
        (
            "".join(cell["source"]),
            cell["metadata"].get("vae_course", {}).get("role", "other"),
        )
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def _run_setup(sources):
    """Run setup cells, without the first operation of TensorFlow."""
    from vae_course import runtime

    def import_alone():
        return importlib.import_module("tensorflow")

    names = {"__name__": "__main__"}
    with mock.patch.object(runtime, "start_tensorflow", import_alone):
        for source in sources:
            exec(compile(source, "<setup>", "exec"), names)
    return names


def _definitions_in(source):
    """Map the names that a cell defines at its top to the statements."""
    tree = parse(source) or ast.Module([], [])
    return {
        name: statement
        for statement in tree.body
        for name in _defined_by(statement)
    }


def _defined_by(statement):
    if isinstance(statement, DEFINITIONS):
        return [statement.name]
    if isinstance(statement, IMPORTS):
        return [
            re.match(r"\w+", each.asname or each.name)[0]
            for each in statement.names
            if each.name != "*"
        ]
    if isinstance(statement, ast.Assign) and _is_constant(statement.value):
        return [
            node.id
            for target in statement.targets
            for node in ast.walk(target)
            if isinstance(node, ast.Name)
        ]
    return []


def _is_constant(value):
    return all(isinstance(node, CONSTANT) for node in ast.walk(value))


def _names_in(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
