"""Solutions with one change, right or wrong as the mutation suite says."""

import ast
import tomllib

from mutation.mutants import compiles, difference
from mutation.operators import apply, edits

from grading_bench.exercises import ROOT
from grading_bench.known import Known

EQUIVALENT = ROOT / "tools" / "mutation" / "equivalent.toml"


class Mutants:
    """The changes of one solution.

    All are wrong but those that stand among the equivalent ones: the tool
    mutate_solutions.py finds each of the others killed.

    Args:
        exercise: `Exercise`.
        equivalent: what `read_equivalent` returned.
    """

    def __init__(self, exercise, equivalent):
        self._number = exercise.number
        self._tree = ast.parse(exercise.solution)
        self._edits = edits(self._tree, exercise.lines)
        self._equivalent = equivalent.get(exercise.number, {})
        self._before = apply(self._tree)

    def draw(self, rng):
        """Draw one of them, as `Known`.

        Args:
            rng: random.Random.
        """
        while True:
            source = apply(self._tree, rng.choice(self._edits))
            if source != self._before and compiles(source):
                change = difference(self._before, source)
                right = change in self._equivalent
                return Known(self._number, f"mutant: {change}", source, right)

    def draw_wrong(self, rng):
        """Draw one that is wrong."""
        while (known := self.draw(rng)).right:
            pass
        return known


def read_equivalent():
    """Map exercises to the changes of their solutions that change nothing."""
    return tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
