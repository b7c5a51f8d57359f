"""The contract of every check: watch an attempt, judge it, say the result.

A check is a function decorated with `exercise`. Its body receives an
`Attempt` and raises `ExerciseFailed` where the answer is wrong; all else
(time limit, crashes, answers not started, what is shown) happens here.
"""

import functools
import importlib
import re
import time
import types

from vae_course.checks.attempt import Attempt, NotStarted, crash_report
from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.limits import TIME_LIMIT, TookTooLong, time_limit
from vae_course.checks.quiet import quietly
from vae_course.checks.show import show

PICTURE_LIMIT = 2.0


def exercise(number, *, points, library, name=None, pictures=None):
    """Make a check of a function that judges an attempt.

    Args:
        number: the exercise's number, such as "5.4".
        points: what it is worth.
        library: where the library keeps its own version, "module:name".
        name: the variable that the learner's object is bound to, where it
            is not the name of the decorated function.
        pictures: generator function that receives the attempt and yields
            pictures of what was asked beside what came. A wrong answer is
            shown the first that tells something; what it raises is ignored.

    Returns:
        A decorator. The check it makes takes the learner's object and
        returns it when it is right, returns the library's version when
        it is not started, and raises ExerciseFailed when it is wrong. The
        library's version itself counts as not started: it is what the
        variable holds when the check of a stub is run twice.
    """

    def decorate(judge):
        @functools.wraps(judge)
        def check(answer):
            not_started = answer is check.library()
            attempt = Attempt(answer, check.name)
            started = time.perf_counter()
            failure = NotStarted() if not_started else _verdict(judge, attempt)
            failure = _name_another_stub(failure, number)
            result = {
                "exercise": number,
                "status": "passed",
                "mistake": None,
                "points": points,
                "seconds": round(time.perf_counter() - started, 3),
            }
            if isinstance(failure, ExerciseFailed) and pictures:
                failure.picture = _picture(pictures, attempt, failure)
            return _conclude(check, answer, failure, result)

        check.exercise, check.points = number, points
        check.pictures = pictures
        check.name = name or judge.__name__
        check.library = lambda: _load(library)
        return check

    return decorate


def checks_of_lesson(lesson):
    """List a lesson's checks in the order of their numbers.

    Args:
        lesson: the lesson's number with two digits, such as "03".

    Returns:
        The checks, or an empty list where there is no such lesson.
    """
    path = f"vae_course.checks.lesson_{lesson}"
    try:
        module = importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        return []
    checks = [
        member
        for member in vars(module).values()
        if isinstance(member, types.FunctionType)
        and hasattr(member, "exercise")
    ]
    return sorted(
        checks, key=lambda check: [int(n) for n in check.exercise.split(".")]
    )


def lesson_of(exercise):
    """Return the lesson of an exercise, such as "05" of "5.4"."""
    return exercise.split(".")[0].zfill(2)


def library_version(number):
    """Return the name and the library's own version of an exercise.

    Args:
        number: the exercise's number, such as "5.4".

    Returns:
        The variable's name and the object to bind to it.

    Raises:
        ValueError: if there is no such exercise.
    """
    for check in checks_of_lesson(lesson_of(number)):
        if check.exercise == number:
            return check.name, check.library()
    raise ValueError(f"number: expected an exercise's, got {number!r}")


def _verdict(judge, attempt):
    """Return None for a right answer, else what is wrong with it."""
    try:
        with time_limit(TIME_LIMIT):
            judge(attempt)
    except (ExerciseFailed, NotStarted) as failure:
        return failure
    except TookTooLong:
        return ExerciseFailed(
            f"{attempt.name} answers at once",
            f"no answer within {TIME_LIMIT:g} seconds",
            "Is there a loop that never ends, or far more work than the "
            "task needs?",
            "takes_too_long",
        )
    except (Exception, SystemExit) as error:
        return crash_report(attempt.name, error)
    return None


def _picture(pictures, attempt, failure):
    """Return the first picture that tells something, or None.

    The answer runs again for it, so whatever goes wrong there is silent.
    """
    if failure.mistake == "takes_too_long":
        return None
    try:
        with time_limit(PICTURE_LIMIT), quietly():
            return next(
                (
                    picture
                    for picture in pictures(attempt)
                    if picture.tells() and picture.lines()
                ),
                None,
            )
    except (Exception, SystemExit, TookTooLong):
        return None


def _name_another_stub(failure, number):
    """Say so where it is another exercise that is not started."""
    stub = re.match(r"Exercise (\d+\.\d+)$", str(failure))
    another = isinstance(failure, NotStarted) and stub
    if not another or stub[1] == number:
        return failure
    return ExerciseFailed(
        f"exercise {number} runs on what stands before it",
        f"the empty stub of exercise {stub[1]} stands in its way",
        f"Was a cell of exercise {stub[1]} run without its check, or out of "
        "order? Its check puts the library's version in place of a stub.",
    )


def _conclude(check, answer, failure, result):
    if failure is None:
        show(
            result,
            f"Exercise {check.exercise}: passed, {_points(check.points)}.",
        )
        return answer
    if isinstance(failure, NotStarted):
        result["status"] = "not started"
        show(
            result,
            f"Exercise {check.exercise}: not started yet. Until then the "
            "lesson goes on with the library's version. (Started? Run its "
            "cell again, without the line `raise NotImplementedError`.)",
        )
        return check.library()
    failure.exercise = check.exercise
    result["status"], result["mistake"] = "failed", failure.mistake
    if failure.picture:
        result["picture"] = "\n".join(failure.picture.lines())
    show(result, "", failure.picture)
    raise failure.with_traceback(None) from None


def _points(points):
    return f"{points} point" + "s" * (points != 1)


def _load(path):
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)
