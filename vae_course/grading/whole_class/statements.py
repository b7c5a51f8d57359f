"""A cell's statements, the names that they bind, and those they need."""

import ast
import re
import symtable
import warnings
from dataclasses import dataclass

from vae_course.grading.calls import NOT_PYTHON, to_python

DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
ASSIGNMENTS = ast.Assign, ast.AnnAssign, ast.AugAssign
IMPORTS = ast.Import, ast.ImportFrom
COMPREHENSIONS = "listcomp", "setcomp", "dictcomp", "genexpr"
STAR = "*"
# No line end is among them, or a search would take forever over empty lines.
BLANKS = r"[^\S\n]*"
# Each magic costs IPython a walk through the cell.
MAGIC = re.compile(rf"^{BLANKS}[%!?]|\?{BLANKS}$|={BLANKS}[%!]", re.MULTILINE)
MAGICS = 20


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement at the top level of a cell.

    Attributes:
        node: ast.stmt.
        code: str, its lines, with the comments among them.
        binds: frozenset of names; STAR for those of a module.
        needs: frozenset of names that it looks up outside of itself.
        at_once: those of them that it looks up when it is run, and not
            only when what it defines is called.
        shape: str, what it says, however it is laid out.
    """

    node: ast.stmt
    code: str
    binds: frozenset
    needs: frozenset
    at_once: frozenset
    shape: str


@dataclass(frozen=True, eq=False)
class Code:
    """A cell that can be read as Python.

    Attributes:
        text: str, Python.
        statements: tuple of `Statement`.
    """

    text: str
    statements: tuple

    def keep(self, kept):
        """Return the text with nothing but some statements.

        All stay in the lines where they are, so that messages can tell of
        these lines.

        Args:
            kept: collection of `Statement`.
        """
        lines = self.text.encode().split(b"\n")
        for statement in reversed(self.statements):
            if statement not in kept:
                _blank(lines, *_place(statement.node))
        return b"\n".join(lines).decode()


def read_code(source):
    """Read a cell, with its magics as IPython would.

    Args:
        source: str, what a learner wrote.

    Returns:
        `Code`, or None where it is not Python.
    """
    source = re.sub("\r\n?", "\n", source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _parse(source)
        except NOT_PYTHON:
            pass
        if len(MAGIC.findall(source)) > MAGICS:
            return None
        try:
            return _parse(to_python(source))
        except NOT_PYTHON:
            return None


def is_definition(node, *, calls=True):
    """Tell a statement that makes something for others to use.

    Args:
        node: ast.stmt.
        calls: whether a variable may hold what a call returns.
    """
    match node:
        case ast.If(body=body, orelse=other):
            parts = [*body, *other]
        case ast.Try(body=body, orelse=other, finalbody=last):
            parts = [*body, *other, *last]
            parts += [part for each in node.handlers for part in each.body]
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() if not calls:
            return not any(isinstance(n, ast.Call) for n in ast.walk(node))
        case _:
            kinds = *DEFINITIONS, *ASSIGNMENTS, *IMPORTS, ast.Pass
            return isinstance(node, kinds)
    return all(is_definition(part, calls=calls) for part in parts)


def _parse(text):
    lines = text.encode().split(b"\n")
    statements = [
        _statement(node, _cut(lines, *_place(node)))
        for node in ast.parse(text).body
    ]
    return Code(text, tuple(statements))


def _statement(node, code):
    table = symtable.symtable(code, "<cell>", "exec")
    binds = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    asked = list(_asked(table, at_once=True))
    at_once = {name for name, now in asked if now}
    if isinstance(node, ast.AugAssign | ast.Delete):
        at_once |= binds
    if isinstance(node, ast.Delete):
        binds.clear()
    if isinstance(node, ast.ImportFrom) and node.names[0].name == STAR:
        binds.add(STAR)
    binds |= set(_changed(node))
    needs = {name for name, _ in asked} | at_once
    names = map(frozenset, (binds, needs, at_once))
    return Statement(node, code, *names, ast.dump(node))


def _asked(table, at_once):
    """Yield (name, whether at once) for each name looked up outside."""
    here = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (here or symbol.is_global()):
            yield symbol.get_name(), at_once
    for child in table.get_children():
        now = at_once and child.get_name() in COMPREHENSIONS
        now = now or at_once and child.get_type() == "class"
        yield from _asked(child, now)


def _changed(node):
    """Yield the names of what `name.attribute = …` and the like change."""
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    for target in targets if isinstance(node, ASSIGNMENTS) else []:
        changed = isinstance(target, ast.Attribute | ast.Subscript)
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        if changed and isinstance(target, ast.Name):
            yield target.id


def _place(node):
    """Return (first line, column in bytes, last line, column behind)."""
    decorators = getattr(node, "decorator_list", [])
    if decorators:
        return decorators[0].lineno - 1, 0, *_end(node)
    return node.lineno - 1, node.col_offset, *_end(node)


def _end(node):
    return node.end_lineno - 1, node.end_col_offset


def _cut(lines, first, start, last, end):
    part = lines[first : last + 1]
    part[-1] = part[-1][:end]
    part[0] = part[0][start:]
    return b"\n".join(part).decode()


def _blank(lines, first, start, last, end):
    before, after = lines[first][:start], lines[last][end:]
    shared = before.strip() or after.strip().startswith(b";")
    rest = before + (b"pass" if shared else b"") + after
    lines[first : last + 1] = [*[b""] * (last - first), rest]
