"""Answers, run and checked one by one; the untrusted side of grading."""

import ast
import linecache
import re
import sys
import time
import types
from unittest import mock

from vae_course.checks import checks_of_lesson, contract, lesson_of
from vae_course.checks.attempt import crash_report
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.limits import TookTooLong, time_limit
from vae_course.grading.whole_class.arrays import pack_round
from vae_course.grading.whole_class.lost_processes import took_too_long
from vae_course.grading.whole_class.own_work import (
    left_to_library,
    out_of_reach,
)
from vae_course.grading.whole_class.pristine import run_statement
from vae_course.grading.whole_class.records import (
    FAILED,
    LONGEST_MESSAGE,
    NOT_STARTED,
    PASSED,
)


class Exam:
    """Run one learner's answers.

    Args:
        lessons: dict from a lesson's number to its `Lesson`.
        probes: dict from an exercise's number to its `Probe`.
        seconds: float, how long a cell may run, and a check.
    """

    def __init__(self, lessons, probes, seconds):
        self.lessons, self.probes, self.seconds = lessons, probes, seconds
        self.passed = {}
        self.check = self.answer = None
        contract.TIME_LIMIT = seconds

    def adopt(self, exercise, source, helpers):
        """Take an answer that has passed before, for those after it."""
        self.check = find(exercise)
        names = self._run(source, helpers, self._own())
        self.passed[exercise] = names[self.check.name]

    def judge(self, exercise, source, helpers):
        """Run an answer and have the course's check look at it.

        Args:
            exercise: its number.
            source: str, its code.
            helpers: str, code of definitions that it needs.

        Returns:
            dict with status, mistake, message and seconds.
        """
        started = time.perf_counter()
        self.check, self.answer = find(exercise), None
        own = self._own()
        told = self._guarded(self._judge, source, helpers, own)
        took = time.perf_counter() - started
        uses_own = any(name in source + helpers for name in own)
        if told["status"] == FAILED and uses_own and took < self.seconds / 2:
            # Two right answers may not fit together, say of other types.
            alone = self._guarded(self._judge, source, helpers, {})
            told = alone if alone["status"] == PASSED else told
        if told["status"] == PASSED:
            self.passed[exercise] = self.answer
        return told | {"seconds": time.perf_counter() - started}

    def observe(self, rounds):
        """Try the answer that passed last on inputs that it has not seen.

        Args:
            rounds: list of dict from name to value.

        Returns:
            dict with rounds, packed, or with status, mistake and message
            where the answer fails there.
        """
        told = self._guarded(self._observe, rounds)
        if told["status"] != PASSED:
            self.passed.pop(self.check.exercise, None)
        return told

    def _judge(self, source, helpers, own):
        library = self.check.library()
        with out_of_reach(self.check) as refusal:
            names = self._run(source, helpers, own)
            if self.check.name not in names:
                raise _nothing_of_that_name(self.check)
            answer = names[self.check.name]
            if answer is refusal:
                raise left_to_library(self.check)
            with mock.patch.object(contract, "show", lambda *told: None):
                returned = self.check(answer)
        if returned is not answer or answer is library:
            return _told(NOT_STARTED)
        self.answer = answer
        return _told(PASSED)

    def _observe(self, rounds):
        probe, observed = self.probes[self.check.exercise], []
        with out_of_reach(self.check), time_limit(self.seconds):
            for inputs in rounds:
                observed.append(
                    pack_round(probe.observe(self.answer, **inputs))
                )
        return _told(PASSED) | {"rounds": observed}

    def _guarded(self, function, *args):
        """Turn whatever is raised into what can be told."""
        try:
            return function(*args)
        except ExerciseFailed as failure:
            return self._failed(failure)
        except TookTooLong:
            return self._failed(took_too_long(self.check.name, self.seconds))
        except NotImplementedError as error:
            if re.match(r"Exercise \d+\.\d+$", str(error)):
                return _told(NOT_STARTED)
            return self._failed(crash_report(self.check.name, error))
        except SyntaxError as error:
            return self._failed(_no_python(error))
        except BaseException as error:
            return self._failed(crash_report(self.check.name, error))

    def _failed(self, failure):
        failure.exercise = self.check.exercise
        return _told(FAILED, failure.mistake, str(failure))

    def _run(self, source, helpers, own):
        """Run an answer in a lesson of its own; return its names."""
        lesson = self.lessons[lesson_of(self.check.exercise)]
        names = lesson.namespace(self._bound() | own, helpers, source)
        main = types.ModuleType("__main__")
        vars(main).update(names)
        # What is saved finds its class by the name of the module.
        sys.modules["__main__"] = main
        with time_limit(self.seconds):
            _run_helpers(helpers, vars(main))
            exec(_compiled(self.check.exercise, source), vars(main))
        return vars(main)

    def _bound(self):
        """Map the names of earlier exercises to the library's versions."""
        return {check.name: check.library() for check in self._earlier()}

    def _own(self):
        """Map the names of earlier exercises to answers that have passed."""
        return {
            check.name: self.passed[check.exercise]
            for check in self._earlier()
            if self.passed.get(check.exercise) is not None
        }

    def _earlier(self):
        """List the checks of the lesson before the present one."""
        checks = checks_of_lesson(lesson_of(self.check.exercise))
        return checks[: checks.index(self.check)]


def find(exercise):
    """Return the check of an exercise, by its number."""
    [check] = [
        check
        for check in checks_of_lesson(lesson_of(exercise))
        if check.exercise == exercise
    ]
    return check


def _told(status, mistake=None, message=""):
    return {
        "status": status,
        "mistake": mistake,
        "message": message[:LONGEST_MESSAGE],
    }


def _compiled(exercise, source):
    """Compile an answer so that a traceback can show its lines."""
    name = f"<exercise {exercise}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = len(source), None, lines, name
    return compile(source, name, "exec", dont_inherit=True)


def _run_helpers(helpers, names):
    """Run what can be run of them; the answer says what it misses."""
    try:
        statements = ast.parse(helpers).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in statements:
        try:
            run_statement(statement, names)
        except (Exception, SystemExit):
            continue


def _nothing_of_that_name(check):
    return ExerciseFailed(
        f"your cell defines `{check.name}`",
        "nothing of that name",
        "How does the exercise spell it, and how does your cell?",
    )


def _no_python(error):
    line = (error.text or "").strip()
    return ExerciseFailed(
        "your cell can be read as Python",
        f"SyntaxError: {error.msg}, line {error.lineno}: {line}",
        "Which bracket, quote, colon or blank is missing or too many there, "
        "or on the line above?",
    )
