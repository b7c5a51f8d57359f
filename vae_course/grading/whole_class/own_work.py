"""Keep the library's version of an exercise from doing a learner's work."""

import contextlib
import sys
from unittest import mock

from vae_course.checks.failure import ExerciseFailed


@contextlib.contextmanager
def out_of_reach(check):
    """Take the library's version away by its public name, for a while.

    The checks of 7.2 to 7.4 do so themselves, method by method: other
    parts of those exercises stand on the rest of the class.

    Args:
        check: of the exercise.

    Yields:
        What stands there now; it refuses to work.
    """
    library = check.library()
    if check.name == "VAE":
        yield None
        return
    module = sys.modules[library.__module__]
    refusal = _refusal(check, library)
    with mock.patch.object(module, library.__name__, refusal):
        yield refusal


def left_to_library(check):
    """Return what says that an answer leaves its work to the library.

    Args:
        check: of the exercise.
    """
    failure = ExerciseFailed(
        f"your `{check.name}` does the work itself",
        f"it leaves it to the library's `{check.name}`",
        "Which lines do the work where the library has no such name?",
        "left_to_library",
    )
    failure.exercise = check.exercise
    return failure


def _refusal(check, library):
    """Make what stands in the place of a function or of a class.

    The course's own code may go on with the function: 10.4 is checked by
    it.
    """

    def refuse(*args, **kwargs):
        raise left_to_library(check)

    def refuse_others(*args, **kwargs):
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.startswith("vae_course."):
            return library(*args, **kwargs)
        return refuse()

    if isinstance(library, type):
        return type(library.__name__, (library,), {"__new__": refuse})
    return refuse_others
