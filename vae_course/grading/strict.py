"""Checks for graders that know nothing but errors, such as nbgrader."""

import functools
import types

from vae_course.checks import checks_of_lesson, lesson_of

NOT_STARTED = "Exercise {} is not started."


class NotStarted(Exception):
    """Say that an exercise is not started, where no error means a pass."""

    def _render_traceback_(self):
        """Show IPython the message alone, in place of a traceback."""
        return [str(self)]


def strictly(number, names):
    """Give what stands for ``check`` where one exercise is graded.

    Its check raises unless the answer passes. Before it raises, it binds the
    exercise's name to the library's version, so that the exercises below are
    judged by themselves; so it does here where the answer's own cell has
    failed and left no such name.

    Args:
        number: the exercise's number, such as "5.4".
        names: dict, the namespace of the notebook; changed in place.

    Returns:
        A namespace with that check alone, by its name. It takes what a
        learner wrote and returns it; it raises NotStarted, or what the
        course's own check raises.

    Raises:
        ValueError: if there is no such exercise.

    Example:
        >>> names = {}
        >>> check = strictly("3.1", names)
        >>> from vae_course.densities import normal_pdf
        >>> names["normal_pdf"] is normal_pdf
        True
    """
    checks = {
        each.exercise: each for each in checks_of_lesson(lesson_of(number))
    }
    if number not in checks:
        raise ValueError(f"number: expected an exercise's, got {number!r}")
    check = checks[number]
    names.setdefault(check.name, check.library())

    @functools.wraps(check)
    def judge(answer):
        passed = False
        try:
            kept = check(answer)
            passed = kept is answer and answer is not check.library()
        finally:
            if not passed:
                names[check.name] = check.library()
        if not passed:
            raise NotStarted(NOT_STARTED.format(number))
        return answer

    return types.SimpleNamespace(**{check.__name__: judge})
