"""Lessons as pytest sees them: a file of cells, each a test."""

import pytest

from vae_course.grading.cells import read_lesson
from vae_course.grading.kernel import COLOUR, PatientKernel
from vae_course.grading.verdicts import Grader


class CellFailed(Exception):
    """Carry a message for the learner out of a test."""


class LessonFile(pytest.File):
    """A lesson's notebook, with one kernel for all its cells."""

    def collect(self):
        """Yield a test for each code cell."""
        lesson = read_lesson(self.path)
        limit = self.config.option.nbval_cell_timeout
        sealed = {check.__module__ for check in lesson.checks.values()}
        kernel = PatientKernel(self.path.parent, sorted(sealed))
        self.lesson, self.kernel = lesson, kernel
        self.grader = Grader(lesson, kernel, limit)
        for cell in lesson.cells:
            item = CellItem.from_parent(self, name=cell.name, cell=cell)
            # What warns in this process is how kernels are started, not
            # what learners wrote, and must not fail their exercises.
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            yield item

    def teardown(self):
        """End the kernel."""
        self.kernel.stop()


class CellItem(pytest.Item):
    """A code cell of a lesson."""

    def __init__(self, *, cell, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell

    def runtest(self):
        """Run the cell and turn its verdict into pytest's."""
        verdict = self.parent.grader.verdict(self.cell)
        if verdict.counts:
            self.user_properties += self._result(verdict).items()
        demanded = self.config.option.all_solved and verdict.counts
        if verdict.fate == "failed" or demanded and verdict.fate != "passed":
            raise CellFailed(verdict.message)
        if verdict.fate != "passed":
            pytest.skip(verdict.message)

    def repr_failure(self, excinfo):
        """Show a learner the message alone."""
        if not excinfo.errisinstance(CellFailed):
            return super().repr_failure(excinfo)
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        message = str(excinfo.value)
        if terminal is not None and terminal.hasmarkup:
            return message
        return COLOUR.sub("", message)

    def reportinfo(self):
        """Return the file, no line, and the heading over a failure."""
        return self.path, None, f"{self.cell.name} in {self.path.name}"

    def _result(self, verdict):
        """Return what the table and a JUnit report tell of an exercise."""
        exercise = self.cell.exercise
        check = self.parent.lesson.checks.get(exercise)
        what = exercise or self.cell.name
        possible = check.points if check else 0
        return {
            "notebook": self.parent.nodeid,
            "exercise": exercise or "",
            "what": f"{what} {check.__name__}" if check else what,
            "status": verdict.fate,
            "points": possible if verdict.fate == "passed" else 0,
            "points_possible": possible,
            "mistake": verdict.mistake or "",
            "message": COLOUR.sub("", verdict.message),
        }


class OtherFile(pytest.File):
    """A notebook beside the lessons that is none of them: not run."""

    def collect(self):
        """Yield one test, to be skipped."""
        yield OtherItem.from_parent(self, name="file")


class OtherItem(pytest.Item):
    """The place of a notebook that is not run."""

    def runtest(self):
        """Skip it."""
        pytest.skip("not a notebook of this course, so it is not run")
