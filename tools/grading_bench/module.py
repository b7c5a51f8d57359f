"""A module's statements, and those that a piece of its code needs."""

from pathlib import Path

from vae_course.grading.whole_class.statements import read_code


class Module:
    """A module, read and not run.

    Args:
        path: of the module.
    """

    def __init__(self, path):
        code = read_code(Path(path).read_text(encoding="utf-8"))
        self.statements = code.statements

    def value(self, name):
        """Return the ast.expr that a name is assigned, or None."""
        place = self._last(name)
        return place and getattr(self.statements[place].node, "value", None)

    def needed(self, code, name=None):
        """List the statements of the module that some code stands on.

        Args:
            code: str, Python.
            name: str, of a variable of the module: the code is run where it
                is assigned. None for the end of the module.

        Returns:
            list of `Statement`, in the module's order; or None where one
            name stands for several things, so that they cannot be told in
            one cell.
        """
        place = len(self.statements) if name is None else self._last(name)
        todo = [(each, place) for each in read_code(code).statements]
        found = set()
        while todo:
            statement, place = todo.pop()
            for need in statement.needs:
                before = place if need in statement.at_once else None
                last = self._last(need, before)
                if last is not None and last not in found:
                    found.add(last)
                    todo.append((self.statements[last], last))
        chosen = [self.statements[place] for place in sorted(found)]
        # What changes a thing, or wraps it, needs it as it was.
        new = [name for each in chosen for name in each.binds - each.at_once]
        return chosen if len(new) == len(set(new)) else None

    def _last(self, name, before=None):
        """Return the place of the last statement to bind a name, or None."""
        for place in reversed(range(len(self.statements[:before]))):
            if name in self.statements[place].binds:
                return place
        return None
