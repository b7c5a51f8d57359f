"""Small changes to a piece of code, as slips would make them."""

import ast
import copy
import functools
import itertools
from dataclasses import dataclass

ARITHMETIC = ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult
COMMUTING = ast.Add, ast.Mult
COMPARISONS = ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq
# Names that a learner may take for one another. Each stands for the others.
ALIKE = (
    ("sum", "mean", "prod", "max", "min", "median", "std", "var", "cumsum"),
    ("exp", "log", "sqrt", "square", "abs", "log1p", "expm1", "log2", "log10"),
    ("pdf", "cdf", "ppf", "sf", "logpdf"),
    ("argmin", "argmax", "argsort", "min"),
    ("inv", "pinv", "transpose", "det"),
    ("standard_normal", "random", "standard_exponential"),
    ("normal", "uniform", "truncated_normal"),
    ("sigmoid", "log_sigmoid", "softplus", "relu", "tanh", "softmax"),
    ("vstack", "hstack", "column_stack", "stack", "concatenate"),
    ("zeros", "ones"),
    ("Conv2D", "Conv2DTranspose"),
    ("shuffle", "batch", "repeat"),
    ("minimum", "maximum"),
    ("z_mean", "z_log_var", "z"),
    ("mean", "variance", "covariance"),
    ("encoder", "decoder"),
    ("gradient", "jacobian"),
)
WORDS = ("relu", "sigmoid", "linear", "softplus", "tanh"), ("same", "valid")


@dataclass(frozen=True)
class Edit:
    """One change.

    Attributes:
        place: int, the node's index in the order of `ast.walk`.
        new: ast.AST that takes its place.
    """

    place: int
    new: ast.AST


def edits(tree, lines):
    """List the changes of the nodes within some lines.

    Args:
        tree: ast.Module.
        lines: range of line numbers.
    """
    names = _variables(tree)
    return [
        Edit(place, new)
        for place, node in enumerate(ast.walk(tree))
        if getattr(node, "lineno", None) in lines
        for new in replacements(node, names)
    ]


def apply(tree, *chosen):
    """Return a copy of a tree with some edits made, as source.

    Args:
        tree: ast.Module.
        *chosen: each an `Edit`; of two, one inside the other, the outer
            one alone is made.
    """
    changed = copy.deepcopy(tree)
    nodes = list(ast.walk(changed))
    new = {id(nodes[edit.place]): edit.new for edit in chosen}
    changed = _Replace(new).visit(changed)
    return ast.unparse(ast.fix_missing_locations(changed))


class _Replace(ast.NodeTransformer):
    def __init__(self, new):
        self.new = new

    def visit(self, node):
        if id(node) in self.new:
            return copy.deepcopy(self.new[id(node)])
        return self.generic_visit(node)


def _variables(tree):
    """List the names that the code itself gives."""
    arguments = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return sorted((arguments | stored) - {"self"})


def _but(node, **changes):
    """Copy a node with some of its fields changed."""
    new = copy.deepcopy(node)
    for field, value in changes.items():
        setattr(new, field, value)
    return new


def _without(items):
    """List a list's copies that lack one item each."""
    return [items[:n] + items[n + 1 :] for n in range(len(items))]


def _swapped(items):
    """List a list's copies in which two items have changed places."""
    copies = []
    for i, j in itertools.combinations(range(len(items)), 2):
        copies.append(items.copy())
        copies[-1][i], copies[-1][j] = items[j], items[i]
    return copies


def _alike(name, groups=ALIKE):
    return sorted(
        {other for group in groups if name in group for other in group}
        - {name}
    )


@functools.singledispatch
def replacements(node, names):
    """List what may stand in a node's place.

    Args:
        node: ast.AST.
        names: list of str, the variables of the code.
    """
    return []


@replacements.register
def _(node: ast.BinOp, names):
    kinds = [kind for kind in ARITHMETIC if not isinstance(node.op, kind)]
    others = [_but(node, op=kind()) for kind in kinds]
    if not isinstance(node.op, COMMUTING):
        others.append(_but(node, left=node.right, right=node.left))
    return [*others, node.left, node.right]


@replacements.register
def _(node: ast.AugAssign, names):
    kinds = [kind for kind in ARITHMETIC if not isinstance(node.op, kind)]
    return [*(_but(node, op=kind()) for kind in kinds), ast.Pass()]


@replacements.register
def _(node: ast.UnaryOp, names):
    return [node.operand]


@replacements.register
def _(node: ast.Compare, names):
    first, *rest = node.ops
    kinds = [kind for kind in COMPARISONS if not isinstance(first, kind)]
    return [
        *(_but(node, ops=[kind(), *rest]) for kind in kinds),
        ast.Constant(True),
        ast.Constant(False),
    ]


@replacements.register
def _(node: ast.Constant, names):
    value = node.value
    if isinstance(value, bool):
        return [ast.Constant(not value)]
    if isinstance(value, str):
        return [ast.Constant(word) for word in _alike(value, WORDS)]
    if not isinstance(value, int | float):
        return []
    near = {0, 1, 2, -1, value + 1, value - 1, -value, 2 * value, value / 2}
    return [ast.Constant(number) for number in sorted(near - {value})]


@replacements.register
def _(node: ast.Name, names):
    if not isinstance(node.ctx, ast.Load):
        return []
    others = [name for name in names if node.id in names and name != node.id]
    return [
        _but(node, id=name) for name in dict.fromkeys(others + _alike(node.id))
    ]


@replacements.register
def _(node: ast.Attribute, names):
    others = [_but(node, attr=name) for name in _alike(node.attr)]
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        others.append(ast.Name(node.attr, node.ctx))
    return others


@replacements.register
def _(node: ast.Call, names):
    fewer = [_but(node, args=args) for args in _without(node.args)]
    fewer += [_but(node, keywords=rest) for rest in _without(node.keywords)]
    swapped = [_but(node, args=node.args[::-1])] if node.args[1:] else []
    receiver = (
        node.func.value if isinstance(node.func, ast.Attribute) else None
    )
    bare = [receiver] if isinstance(receiver, ast.Call) else []
    return [*fewer, *swapped, *node.args[:1], *bare]


@replacements.register(ast.Tuple)
@replacements.register(ast.List)
def _(node, names):
    if not isinstance(node.ctx, ast.Load) or len(node.elts) < 2:
        return []
    shorter = [_but(node, elts=elts) for elts in _without(node.elts)]
    return [_but(node, elts=node.elts[::-1]), *shorter]


@replacements.register
def _(node: ast.Dict, names):
    rest = zip(_without(node.keys), _without(node.values), strict=True)
    return [
        *(_but(node, keys=keys, values=values) for keys, values in rest),
        *(_but(node, values=values) for values in _swapped(node.values)),
    ]


@replacements.register
def _(node: ast.Slice, names):
    ends = [
        _but(node, **{end: None if new is None else ast.Constant(new)})
        for end in ("lower", "upper", "step")
        for new in (None, 1, -1)
    ]
    return [end for end in ends if ast.unparse(end) != ast.unparse(node)]


@replacements.register
def _(node: ast.Subscript, names):
    return [node.value] if isinstance(node.ctx, ast.Load) else []


@replacements.register
def _(node: ast.IfExp, names):
    return [node.body, node.orelse]


@replacements.register(ast.Assign)
@replacements.register(ast.Expr)
@replacements.register(ast.For)
@replacements.register(ast.If)
def _(node, names):
    return [ast.Pass()]


@replacements.register
def _(node: ast.With, names):
    return [ast.If(test=ast.Constant(True), body=node.body, orelse=[])]
