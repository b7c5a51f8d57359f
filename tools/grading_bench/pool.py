"""All answers to one exercise, to draw from."""

import ast
from dataclasses import replace

from grading_bench.exercises import read_exercises
from grading_bench.hostile import deceitful, harmful
from grading_bench.known import Known
from grading_bench.mutants import Mutants, read_equivalent
from grading_bench.tables import Tables
from vae_course.grading.whole_class.statements import read_code


class Pool:
    """The answers to one exercise.

    Args:
        exercise: `Exercise`.
        tables: `Tables` of its lesson.
        equivalent: what `read_equivalent` returned.
        stands_on: list of the numbers of the exercises whose answers its
            solution looks up.
    """

    def __init__(self, exercise, tables, equivalent, stands_on):
        self.exercise, number = exercise, exercise.number
        self.stands_on = stands_on
        self.stub = Known(number, "not started", exercise.stub, False)
        self._mutants = Mutants(exercise, equivalent)
        plain = ast.unparse(ast.parse(exercise.solution))
        self.solutions = [
            Known(number, "solution", exercise.solution, True),
            Known(number, "solution, laid out anew", plain, True),
        ]
        self.right = tables.right(exercise)
        self.wrong = tables.wrong(exercise)

    def draw_right(self, rng):
        """Draw a solution, or as often a right answer of the tables."""
        if rng.random() < 0.5:
            return rng.choice(self.solutions)
        return self.draw_alone(rng)

    def draw_alone(self, rng):
        """Draw a right answer that looks up no other exercise's."""
        return _laid_out(rng.choice(self.right), rng)

    def draw(self, rng):
        """Draw what a class hands in: three in five are right."""
        kind = rng.choices("rmst", [60, 25, 10, 5])[0]
        if kind == "m":
            return self._mutants.draw(rng)
        if kind == "s" and self.wrong:
            return _laid_out(rng.choice(self.wrong), rng)
        return self.stub if kind == "t" else self.draw_right(rng)

    def draw_harmful(self, rng, code, name):
        """Draw a wrong answer with hostile code above it."""
        return harmful(code, name, self._mutants.draw_wrong(rng))

    def deceitful(self, name):
        """Return an answer that deceives in that way."""
        return deceitful(self.exercise, name)


def read_pools(lessons=None):
    """Read the exercises of some lessons, or of all, and their answers.

    Returns:
        dict from the number of an exercise to its `Pool`, in order.
    """
    exercises, equivalent = read_exercises(lessons), read_equivalent()
    tables = {lesson: Tables(lesson) for lesson in _lessons(exercises)}
    return {
        each.number: Pool(
            each,
            tables[each.lesson],
            equivalent,
            _looked_up(each, exercises[:place]),
        )
        for place, each in enumerate(exercises)
    }


def _looked_up(exercise, earlier):
    statements = read_code(exercise.solution).statements
    needs = {name for each in statements for name in each.needs}
    return [
        each.number
        for each in earlier
        if each.lesson == exercise.lesson and each.name in needs
    ]


def _lessons(exercises):
    return dict.fromkeys(each.lesson for each in exercises)


def _laid_out(known, rng):
    """Leave what an answer stands on in a cell of its own, or put it in."""
    if not known.helpers or rng.random() < 1 / 3:
        return known
    source = f"{known.helpers}\n\n\n{known.source}"
    return replace(known, source=source, helpers="")
