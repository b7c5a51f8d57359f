"""The same answers graded by nbgrader, and run by nbclient alone."""

import contextlib
import os
import subprocess
import sys
import time
from unittest import mock

import export_nbgrader
import nbclient
import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.api import Gradebook

from grading_bench.learners import answered

QUICK = {"VAE_COURSE_QUICK": "1", "VAE_COURSE_OFFLINE": "1"}
TIME_LIMIT = 120


class Nbgrader:
    """The course as nbgrader's, exported and released.

    Args:
        folder: Path of the course, made here.
        lessons: list of the lessons' two digits.
    """

    name = "nbgrader autograde"

    def __init__(self, folder, lessons):
        self._folder = folder
        with contextlib.redirect_stdout(sys.stderr):
            export_nbgrader.main([str(folder), *lessons])
        self._run("generate_assignment", "*")

    def grade(self, learner):
        """Grade one learner's notebooks.

        Returns:
            dict, for JSON: the seconds, how many notebooks it gave up on,
            and the exercises on which its verdict is not the truth.
        """
        for path in self._folder.glob("release/*/*.ipynb"):
            if path.name[:2] not in learner.lost:
                place = self._submitted(learner, path)
                place.parent.mkdir(parents=True)
                text = answered(path, learner.answers)
                place.write_text(text, encoding="utf-8")
        began = time.perf_counter()
        self._run("autograde", "*", f"--student={learner.name}", check=False)
        seconds = time.perf_counter() - began
        done = self._folder.glob(f"autograded/{learner.name}/*/*.ipynb")
        given = self._folder.glob(f"submitted/{learner.name}/*/*.ipynb")
        passed = self._passed(learner)
        return {
            "seconds": seconds,
            "notebooks_given_up": len(list(given)) - len(list(done)),
            "not_the_truth": [
                number
                for number, right in learner.truth().items()
                if (number in passed) != right
            ],
        }

    def _submitted(self, learner, path):
        folder = self._folder / "submitted" / learner.name
        return folder / path.parent.name / path.name

    def _passed(self, learner):
        """Return the exercises for which it gave a learner points."""
        database = self._folder / "gradebook.db"
        with Gradebook(f"sqlite:///{database}") as gradebook:
            names = {
                grade.name
                for assignment in gradebook.assignments
                for submission in assignment.submissions
                if submission.student_id == learner.name
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.auto_score
            }
        parts = (name.split("-") for name in names)
        return {f"{int(lesson)}.{number}" for lesson, number, _ in parts}

    def _run(self, *arguments, check=True):
        own = "VAE_COURSE_", "PYTEST_"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
        subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self._folder,
            capture_output=True,
            env=kept,
            check=check,
        )


class Nbclient:
    """Notebooks run from top to bottom, each in a fresh kernel.

    Args:
        templates: list of Path, the notebooks as they are handed out.
        folder: Path, where they are run.
    """

    name = "nbclient"

    def __init__(self, templates, folder):
        self._templates, self._folder = templates, folder

    def grade(self, learner):
        """Run one learner's notebooks; return the first two of these."""
        given_up, began = 0, time.perf_counter()
        for path in self._templates:
            if path.name[:2] in learner.lost:
                continue
            text = answered(path, learner.answers)
            try:
                self._execute(nbformat.reads(text, 4))
            except (CellTimeoutError, DeadKernelError):
                given_up += 1
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "notebooks_given_up": given_up}

    def _execute(self, notebook):
        with mock.patch.dict(os.environ, QUICK):
            nbclient.execute(
                notebook,
                cwd=str(self._folder),
                timeout=TIME_LIMIT,
                allow_errors=True,
                kernel_name="python3",
            )
