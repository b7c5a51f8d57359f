"""One verdict for each cell of a lesson, one fate for each exercise."""

import re
from dataclasses import dataclass

from vae_course.grading.calls import calls_in, split
from vae_course.grading.cells import UNREADABLE
from vae_course.grading.kernel import Outcome

TIME_LIMITS = {"setup": 120.0, "stub": 30.0, "check": 60.0}
OTHER_LIMIT = 120.0
BIND_LIMIT = 120.0
FATES = "failed", "blocked", "not started", "passed"
UNDEFINED = re.compile(r"NameError: name '(\w+)' is not defined")
ENDS_WELL = "not started", "passed"
BIND = (
    "globals().update([__import__('vae_course.checks').checks"
    ".library_version({!r})])"
)
NOT_STARTED = (
    "not started: `raise NotImplementedError` stands in the way of an answer"
)
TAMPERED = (
    "{} changes the checks themselves, something in vae_course.checks. It was "
    "left out, for what changed checks say is no result. Which line assigns "
    "to what is not yours?"
)
FORGED = (
    "The check of exercise {} passed, but its result does not hold: while it "
    "ran, something changed NumPy or Python themselves, or how results are "
    "shown. Which line assigns to what is not yours?"
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
        self.verdicts, self.exercise = {}, None
        self.unsolved, self.lost = [], []
        self.first_failure = None

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
        self._prepare(cell)
        start = len(self.kernel.ran)
        outcome = self._run(cell)
        if not self.kernel.checks_are_whole():
            self.kernel.forget(start)
            return Verdict("failed", TAMPERED.format(_subject(cell)))
        if outcome.ended == "well" and not self.kernel.stays():
            self.kernel.forget(start)
            outcome = Outcome("died")
        if outcome.ended == "forged":
            return Verdict("failed", FORGED.format(cell.exercise))
        if outcome.results:
            return self._published(cell, outcome)
        if outcome.ended == "well" and cell.role == "check":
            called = cell.exercise in calls_in(cell.source, self.lesson.checks)
            problem = "gave no result" if called else "was changed"
            return Verdict("failed", self._should_read(cell, problem))
        if outcome.ended == "well" or (
            outcome.ended == "error" and cell.may_fail
        ):
            return Verdict("passed", counts=False)
        return self._went_wrong(cell, outcome)

    def _prepare(self, cell):
        """Bring the kernel to where the lesson expects it to be."""
        if cell.exercise is None or cell.exercise != self.exercise:
            self.kernel.keep("restore", cell.source)
        self.exercise = cell.exercise
        if cell.role != "check":
            self._bind_unsolved()

    def _run(self, cell):
        """Run a cell; its results are those of its own exercise's check."""
        limit = min(TIME_LIMITS.get(cell.role, OTHER_LIMIT), self.limit)
        outcome, results = Outcome(), []
        for piece in split(cell.source, self.lesson.checks):
            if piece.exercise:
                self.kernel.keep("settle")
            outcome = self.kernel.run(piece.source, limit)
            if piece.exercise and piece.exercise == cell.exercise:
                results += self._honest(cell, outcome)
            if outcome.ended != "well":
                break
        if cell.exercise is None and outcome.ended == "well":
            self.kernel.keep("remember")
        outcome.results = results
        return outcome

    def _honest(self, cell, outcome):
        """List what a check published that ended as it says.

        A check that fails raises, any other ends well.
        """
        well = outcome.ended == "well"
        results = [
            result
            for result in outcome.results
            if isinstance(result, dict)
            and result.get("status") in (ENDS_WELL if well else ["failed"])
        ]
        passed = any(result["status"] == "passed" for result in results)
        check = self.lesson.checks[cell.exercise]
        if passed and not self.kernel.vouches_for(check):
            outcome.ended = "forged"
        return results

    def _published(self, cell, outcome):
        """Turn what the check published into a verdict."""
        fate = worst(result["status"] for result in outcome.results)
        if fate == "passed":
            return Verdict(fate)
        if fate == "not started":
            return Verdict(fate, NOT_STARTED)
        message = outcome.text() or "not right yet"
        if culprit := self._culprit(message):
            return Verdict("blocked", f"blocked by {culprit}: {message}")
        # The check's own is the last, whatever the answer published.
        result = outcome.results[-1]
        picture = result.get("picture") or ""
        return Verdict(
            fate, f"{message}\n\n{picture}".rstrip(), result.get("mistake")
        )

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
        if self.first_failure == UNREADABLE:
            return Verdict("blocked", "blocked by a file that cannot be read")
        return Verdict("failed", self._should_read(cell, "is missing"))

    def _should_read(self, cell, problem):
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
            return Verdict("not started", NOT_STARTED)
        culprit = self._culprit(problem)
        if cell.exercise is None or outcome.ended == "no kernel":
            culprit = culprit or self.first_failure
        if culprit:
            return Verdict(
                "blocked",
                f"blocked by {culprit}: {problem}",
                counts=cell.exercise is not None,
            )
        return Verdict(
            "failed", f"{_subject(cell)} does not run to its end.\n{problem}"
        )

    def _culprit(self, problem):
        """Name the earlier cell that did not define what is missing here.

        What else is wrong with an exercise is its own.
        """
        missing = UNDEFINED.search(problem)
        for name, source in self.lost:
            if missing and re.search(rf"\b{missing[1]}\b", source):
                return name
        return None

    def _remember(self, cell, fate):
        name = cell.exercise or cell.name
        if fate != "passed":
            self.lost.append((name, cell.source or ""))
        if cell.exercise and fate != "passed":
            self.unsolved.append(cell.exercise)
        if fate in ("failed", "blocked") and self.first_failure is None:
            self.first_failure = name

    def _bind_unsolved(self):
        for exercise in dict.fromkeys(self.unsolved):
            self.kernel.run(BIND.format(exercise), BIND_LIMIT)
        self.unsolved.clear()


def _subject(cell):
    return {
        "stub": f"The answer to exercise {cell.exercise}",
        "check": f"The check of exercise {cell.exercise}",
    }.get(cell.role, f"This cell ({cell.name})")
