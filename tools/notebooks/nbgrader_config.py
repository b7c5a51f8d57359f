"""How nbgrader makes and grades the assignments of the VAE course.

Written by tools/export_nbgrader.py, and yours from then on.
"""

import os
import sys
from unittest import mock

from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import (
    ClearSolutions,
    DeduplicateIds,
    Execute,
    OverwriteCells,
)

# nbgrader calls alembic, which stands beside Python.
os.environ["PATH"] = os.pathsep.join(
    [os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]
)


class ClearAnswers(ClearSolutions):
    """Let a stub name its exercise, as the checks expect it."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Choose the line that stands for this cell's answer."""
        exercise = cell.metadata.get("vae_course", {}).get("exercise")
        why = f'"Exercise {exercise}"' if exercise else ""
        self.code_stub = {"python": f"raise NotImplementedError({why})"}
        return super().preprocess_cell(cell, resources, cell_index)


class ForgetCopies(DeduplicateIds):
    """Let the last of several copies count, the others be plain cells."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Take away the empty metadata that would stop the whole run."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if not cell.metadata.get("nbgrader", True):
            del cell.metadata["nbgrader"]
        return cell, resources


class PutBackChecks(OverwriteCells):
    """Put a missing check below its stub, or at the end without one."""

    add_missing_cells = True

    def add_missing_grade_cells(self, nb, resources):
        """Do so also where the cells before it are missing."""
        due = self.gradebook.find_notebook(
            self.notebook_id, self.assignment_id
        )
        points = {cell.name: cell.max_score for cell in due.grade_cells}
        for cell in due.source_cells:
            ids = [_grade_id(each) for each in nb.cells]
            if cell.name not in points or cell.name in ids:
                continue
            stub = cell.name.replace("-check", "-stub")
            place = ids.index(stub) + 1 if stub in ids else len(ids)
            back = self.missing_cell_transform(cell, points[cell.name])
            nb.cells.insert(place, back)
        return nb, resources


class ExecuteQuickly(Execute):
    """Train briefly, and ask no network."""

    def preprocess(self, nb, resources):
        """Start the kernel in an environment that says so."""
        said = {"VAE_COURSE_QUICK": "1", "VAE_COURSE_OFFLINE": "1"}
        with mock.patch.dict(os.environ, {**said, **os.environ}):
            return super().preprocess(nb, resources)


def _grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _ours(given):
    """Put the classes above in the place of those they are made from."""
    ours = ClearAnswers, ForgetCopies, PutBackChecks, ExecuteQuickly
    instead = {each.__bases__[0]: each for each in ours}
    return [instead.get(each, each) for each in given]


c = get_config()  # noqa: F821 - nbgrader gives it
c.CourseDirectory.course_id = "vae_course"
c.GenerateAssignment.preprocessors = _ours(GenerateAssignment().preprocessors)
c.Autograde.sanitize_preprocessors = _ours(Autograde().sanitize_preprocessors)
c.Autograde.autograde_preprocessors = _ours(
    Autograde().autograde_preprocessors
)
# Seconds a cell.
c.ExecutePreprocessor.timeout = 120
# What is written to stderr is a warning, and would cost all points.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = ".*"
