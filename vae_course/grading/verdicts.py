"""One verdict for each cell of a lesson, one fate for each exercise."""

from dataclasses import dataclass

TIME_LIMITS = {"setup": 120.0, "stub": 30.0, "check": 60.0}
OTHER_LIMIT = 300.0
BIND_LIMIT = 120.0
FATES = "failed", "blocked", "not started", "passed"
BIND = (
    "globals().update([__import__('vae_course.checks').checks"
    ".library_version({!r})])"
)


@dataclass
class Verdict:
    """What became of a cell.

    Attributes:
        fate: one of FATES, or "skipped" where another cell decides.
        message: what the learner reads, unless it passed.
        mistake: the slug of a known slip, or None.
        counts: whether the table of results tells it.
    """

    fate: str
    message: str = ""
    mistake: str | None = None
    counts: bool = True


def worst(fates):
    """Return the fate that decides where an exercise has several checks.

    Args:
        fates: members of FATES.
    """
    return min(fates, key=FATES.index)


class Grader:
    """Judge the cells of one lesson in their order.

    The variable of an exercise that is not solved is bound to the library's
    version before the next cell that is not a check, so that nothing else
    fails for it.

    Args:
        lesson: a `Lesson`.
        kernel: a `PatientKernel`.
        limit: float, seconds that no cell may exceed, whatever its role.
    """

    def __init__(self, lesson, kernel, limit):
        self.lesson, self.kernel, self.limit = lesson, kernel, limit
        self.verdicts = {}
        self.unsolved = []
        self.first_failure = None
        self.lost_a_cell = False

    def verdict(self, cell):
        """Judge a cell, after those before it.

        Args:
            cell: a `Cell` of the lesson.

        Returns:
            Its `Verdict`.
        """
        for each in self.lesson.cells:
            if each not in self.verdicts:
                self.verdicts[each] = self._judge(each)
                self._remember(each, self.verdicts[each].fate)
            if each == cell:
                break
        return self.verdicts[cell]

    def _judge(self, cell):
        if cell.role == "check" and self._stub_decided(cell):
            return Verdict("skipped", "decided by its stub", counts=False)
        if cell.source is None:
            return self._judge_missing(cell)
        if cell.role != "check":
            self._bind_unsolved()
        limit = min(TIME_LIMITS.get(cell.role, OTHER_LIMIT), self.limit)
        outcome = self.kernel.run(cell.source, limit)
        results = [
            result
            for result in outcome.results
            if cell.exercise and result.get("exercise") == cell.exercise
        ]
        if results:
            return _published(results, outcome)
        if outcome.ended == "well" and cell.role == "check":
            return Verdict("failed", self._restore(cell, "did not run"))
        if outcome.ended == "well" or (
            outcome.ended == "error" and cell.may_fail
        ):
            return Verdict("passed", counts=False)
        return self._went_wrong(cell, outcome)

    def _stub_decided(self, check):
        """Tell whether a stub left nothing for this check to say.

        A stub that does not run did; so did one into which the check was
        merged, if the check has no cell of its own.
        """
        return any(
            verdict.counts
            and (verdict.fate != "passed" or check.source is None)
            for cell, verdict in self.verdicts.items()
            if cell.exercise == check.exercise and cell.role == "stub"
        )

    def _judge_missing(self, cell):
        if cell.exercise is None:
            return Verdict(
                "failed",
                "This file cannot be read as a notebook. Take a fresh copy "
                "of it, or an older state from .ipynb_checkpoints.",
            )
        if self.lost_a_cell:
            return Verdict("blocked", f"blocked by {self.first_failure}")
        return Verdict("failed", self._restore(cell, "is missing"))

    def _restore(self, cell, problem):
        """Say how a check cell that is of no use should read."""
        message = f"The check of exercise {cell.exercise} {problem}."
        check = self.lesson.checks.get(cell.exercise)
        if check is None:
            return message
        line = f"{check.name} = check.{check.__name__}({check.name})"
        return f"{message} Its cell, below your answer, reads\n    {line}"

    def _went_wrong(self, cell, outcome):
        problem = outcome.describe(cell.source)
        error = outcome.error.get("ename")
        if cell.role == "stub" and error == "NotImplementedError":
            return Verdict("not started", "not started")
        if self._is_blocked(cell, outcome.ended, error):
            return Verdict(
                "blocked",
                f"blocked by {self.first_failure}: {problem}",
                counts=cell.exercise is not None,
            )
        what = {
            "stub": f"The answer to exercise {cell.exercise}",
            "check": f"The check of exercise {cell.exercise}",
        }.get(cell.role, f"This cell ({cell.name})")
        return Verdict("failed", f"{what} does not run to its end.\n{problem}")

    def _is_blocked(self, cell, ended, error):
        """Tell whether what went wrong may be due to an earlier failure.

        An exercise suffers from what an earlier cell did not define; all
        else that is wrong with it is its own.
        """
        if self.first_failure is None:
            return False
        if cell.exercise is None or ended == "no kernel":
            return True
        lacking = self.lost_a_cell or self.unsolved
        return bool(lacking) and error == "NameError"

    def _remember(self, cell, fate):
        if cell.exercise and fate != "passed":
            self.unsolved.append(cell.exercise)
        if fate in ("failed", "blocked"):
            self.lost_a_cell |= cell.exercise is None
            if self.first_failure is None:
                self.first_failure = cell.exercise or cell.name

    def _bind_unsolved(self):
        for exercise in dict.fromkeys(self.unsolved):
            self.kernel.run(BIND.format(exercise), BIND_LIMIT)
        self.unsolved.clear()


def _published(results, outcome):
    """Turn what the check published into a verdict."""
    fate = worst(result["status"] for result in results)
    if fate == "passed":
        return Verdict(fate)
    if fate == "not started":
        return Verdict(fate, fate)
    mistake = next(
        result["mistake"] for result in results if result["status"] == fate
    )
    return Verdict(fate, outcome.text() or "not right yet", mistake)
