"""The answers of tests/checks/, as cells that learners might hand in."""

import ast
import copy

from grading_bench.exercises import ROOT
from grading_bench.known import Known
from grading_bench.module import Module

OF_TESTS = ("pytest", "spoil", "tables", "slips", "vae_course.checks")
# It waits for the time limit, as hostile ones do.
ENDLESS = "takes_too_long"


class Tables:
    """The tables of one lesson.

    Args:
        lesson: str, two digits.
    """

    def __init__(self, lesson):
        path = ROOT / "tests" / "checks" / f"test_lesson_{lesson}.py"
        self._module = Module(path)
        self._rows = {
            row.elts[0].attr: row.elts[1:]
            for row in self._module.value("CASES").elts
        }

    def right(self, exercise):
        """List the right answers that can be written down, as `Known`.

        The library's own is none, nor is one that stands on it.
        """
        row, _ = self._rows[exercise.check.__name__]
        found = (
            self._known(exercise, node, "table", True, name)
            for node, name in self._items(row, "CASES")
        )
        return [each for each in found if each and not _borrows(each)]

    def wrong(self, exercise):
        """List the wrong ones that end by themselves, likewise."""
        _, row = self._rows[exercise.check.__name__]
        found = []
        for node, name in self._items(row, "CASES"):
            match node:
                case ast.Tuple(elts=[ast.Constant(value=slip), answer]):
                    origin = f"slip {slip}"
                case ast.Tuple(elts=[ast.Name(id="ANY"), answer]):
                    slip, origin = "ANY", "two slips"
                case _:
                    continue
            if slip != ENDLESS:
                known = self._known(exercise, answer, origin, False, name)
                found.append(known)
        return list(filter(None, found))

    def _items(self, node, name):
        """Yield what stands in a list, and the name of the list."""
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items):
                for item in items:
                    if isinstance(item, ast.Starred):
                        yield from self._items(item.value, name)
                    else:
                        yield item, name
            case ast.Name(id=name):
                yield from self._items(self._module.value(name), name)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield from self._items(left, name)
                yield from self._items(right, name)
            case ast.GeneratorExp(
                elt=pattern,
                generators=[
                    ast.comprehension(
                        target=ast.Name(id=each), iter=items, ifs=[]
                    )
                ],
            ):
                for item, list_name in self._items(items, name):
                    yield _filled_in(pattern, each, item), list_name

    def _known(self, exercise, node, origin, right, name):
        """Make a cell of what stands in a list of that name, or None.

        None where it needs what is made for tests alone.
        """
        source = f"{exercise.name} = {ast.unparse(node)}"
        statements = self._module.needed(source, name)
        if statements is None or any(
            _is_of_tests(each.node) for each in statements
        ):
            return None
        helpers = "\n\n\n".join(each.code for each in statements)
        origin = f"{origin}: {ast.unparse(node)}"
        return Known(
            exercise.number, origin, source, right, helpers, alone=True
        )


def _filled_in(pattern, name, item):
    """Return an expression with another in the place of a name."""

    class FillIn(ast.NodeTransformer):
        def visit_Name(self, node):  # noqa: N802 - ast asks for this name
            return item if node.id == name else node

    return FillIn().visit(copy.deepcopy(pattern))


def _is_of_tests(node):
    match node:
        case ast.Import(names=names):
            modules = [each.name for each in names]
        case ast.ImportFrom(module=module):
            modules = [module]
        case _:
            return False
    return any(module.startswith(OF_TESTS) for module in modules)


def _borrows(known):
    """Tell whether code looks up the library's version of its exercise."""
    name = known.source.split(" = ")[0]
    tree = ast.parse(f"{known.helpers}\n{known.source}")
    return any(
        (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.alias) and node.name == name)
        for node in ast.walk(tree)
    )
