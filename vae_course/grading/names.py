"""What the next cell asks of a name that a slip took away; runs in kernels.

A learner's own `data = [1, 2]` is theirs, also where the lesson's `data` was
a module. The first one comes back where a cell asks of the name what that one
has and the learner's lacks: `data.load_fashion_mnist`, or a call.
"""

import ast
import builtins
import types
from collections import defaultdict

from vae_course.grading.calls import parse

CALL = "()"
DEFINITIONS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
)


class Names:
    """Know what names stood for first, and put back what is needed.

    Args:
        namespace: dict in which the notebook's cells run.
    """

    def __init__(self, namespace):
        self.namespace = namespace
        self.first, self.asked_inside = {}, defaultdict(set)

    def remember(self):
        """Take modules, and what came from them, for what lessons need."""
        for name, value in list(self.namespace.items()):
            if _is_imported(value):
                self.first.setdefault(name, value)

    def restore(self, source):
        """Put back what a cell needs.

        Args:
            source: its code, as Python. What it does not name itself, it
                may need by a function that was defined before.
        """
        tree = parse(source) or ast.Module([], [])
        needs = {**self.asked_inside, **_asked_in(tree)}
        first = vars(builtins) | self.first
        for name in needs.keys() & first.keys():
            now = self.namespace.get(name, vars(builtins).get(name))
            if any(
                _has(first[name], one) and not _has(now, one)
                for one in needs[name]
            ):
                self.namespace[name] = first[name]
        self._look_inside(tree)

    def _look_inside(self, tree):
        for node in ast.walk(tree):
            if isinstance(node, DEFINITIONS):
                for name, asked in _asked_in(node).items():
                    self.asked_inside[name] |= asked


def _is_imported(value):
    """Tell a module, and what can be called and was not made here."""
    if isinstance(value, types.ModuleType):
        return True
    return callable(value) and _get(value, "__module__") != "__main__"


def _asked_in(tree):
    """Map each name to the attributes asked of it, CALL where called."""
    asked = defaultdict(set)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                asked[name].add(attribute)
            case ast.Call(func=ast.Name(id=name)):
                asked[name].add(CALL)
            case ast.Name(id=name):
                asked[name] |= set()
    return asked


def _has(value, asked):
    if asked == CALL:
        return callable(value)
    return _get(value, asked) is not None


def _get(value, attribute):
    try:
        return getattr(value, attribute, None)
    except Exception:
        return None
