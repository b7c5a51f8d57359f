"""What an answer needs: in its own cell, and of the cells around it."""

import ast
from collections import defaultdict

from vae_course.grading.whole_class.statements import STAR


def core_of(name, statements):
    """Find what a cell needs of itself to define a name.

    Args:
        name: str.
        statements: list of `Statement`, the cell's.

    Returns:
        The set of these statements, all of them where none binds the name,
        and the set of names that they need from elsewhere.
    """
    binding = _by_name(statements)
    core = set(binding[name]) | set(binding[STAR])
    if not binding[name]:
        core = set(statements)
    todo, missing = list(core), set()
    while todo:
        statement = todo.pop()
        for need in statement.needs:
            found = set(binding[need])
            if need in statement.at_once:
                found.discard(statement)
            if not found:
                missing.add(need)
            todo += found - core
            core |= found
    return core, missing


def without_trials(name, statements, core, known):
    """Leave out the statements with which a learner only tried an answer.

    They call it, or need what the lesson makes in cells that are not run.

    Args:
        name: str, of the answer.
        statements: list of `Statement`, those of its cell.
        core: set of those that the answer needs.
        known: set of the names that there are round the cell.

    Returns:
        The set of the statements that stay.
    """
    kept, there = set(), set(known)
    for statement in statements:
        runs = statement.needs - statement.binds <= there
        if statement in core or runs and not _calls(name, statement):
            kept.add(statement)
            there |= statement.binds
    return kept


def find_helpers(needs, donors, given, provided):
    """Find the definitions that an answer needs, and what those need.

    A name stands for what was bound to it last above the answer; where it
    was not bound there, and is not known otherwise, for what was first
    bound to it below. What only takes a known name away, as `np = None`
    does, counts for the cell that it stands in alone.

    Args:
        needs: set of names.
        donors: list of (whether above the answer, `Statement`), in order.
        given: set of names that are never looked for.
        provided: set of names that are known without help.

    Returns:
        list of `Statement`, in order.
    """
    donors = [each for each in donors if not _takes_away(each[1], provided)]
    above = _by_name(each for is_above, each in donors if is_above)
    below = _by_name(each for is_above, each in donors if not is_above)
    taken, asked, todo = set(), set(given), list(needs)
    while todo:
        name = todo.pop()
        if name in asked:
            continue
        asked.add(name)
        found = _back_to_the_first(name, above[name])
        if not found and name not in provided:
            found = below[name][:1] or above[STAR] + below[STAR]
        todo += [need for each in found for need in each.needs]
        taken.update(found)
    return [each for _, each in donors if each in taken]


def _takes_away(statement, known):
    value = getattr(statement.node, "value", None)
    is_none = isinstance(value, ast.Constant) and value.value is None
    is_set = isinstance(statement.node, ast.Assign | ast.AnnAssign)
    return is_set and is_none and statement.binds <= known


def _by_name(statements):
    """Map each name to the statements that bind it, in order."""
    binding = defaultdict(list)
    for statement in statements:
        for name in statement.binds:
            binding[name].append(statement)
    return binding


def _back_to_the_first(name, binding):
    """Return the last that binds a name, and what it changes or wraps."""
    found = []
    for statement in reversed(binding):
        found.append(statement)
        if name not in statement.at_once:
            break
    return found


def _calls(name, statement):
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
        for node in ast.walk(statement.node)
    )
