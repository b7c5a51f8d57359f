"""Keep the library's version of an exercise from doing a learner's work."""

import contextlib
import functools
import sys
from unittest import mock

from vae_course.checks.failure import ExerciseFailed
from vae_course.checks.own_methods import without_method

METHODS = {
    "7.2": ["compute_losses"],
    "7.3": ["train_step"],
    "7.4": ["test_step", "metrics"],
}


@contextlib.contextmanager
def out_of_reach(check):
    """Take the library's version away by its public names, for a while.

    Of the class VAE that is what 7.2, 7.3 or 7.4 asks for, method by
    method: other parts of those exercises stand on the rest of the class.

    Args:
        check: of the exercise.

    Yields:
        What stands there now, and refuses to work; for a VAE, None.
    """
    library = check.library()
    with contextlib.ExitStack() as stack:
        if check.name == "VAE":
            for name in METHODS[check.exercise]:
                stack.enter_context(without_method(library, name))
            yield None
            return
        refusal = _refusal(check, library)
        for module in _homes(library):
            stack.enter_context(
                mock.patch.object(module, library.__name__, refusal)
            )
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


def _homes(library):
    """List the modules to take it from.

    A function is taken from all that import it; a class from its own alone,
    since the others build with it.
    """
    home = sys.modules[library.__module__]
    if isinstance(library, type):
        return [home]
    return [
        module
        for module in _modules_of_course(len(sys.modules))
        if vars(module).get(library.__name__) is library
    ]


@functools.lru_cache(1)
def _modules_of_course(_):
    """List them, anew once there are more modules or fewer."""
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("vae_course.")
    ]


def _refusal(check, library):
    """Make what stands in the place of a function or of a class.

    The course's own code may go on with the function: 10.4 is checked by
    it.
    """

    def refuse(*args, **kwargs):
        raise left_to_library(check)

    def refuse_others(*args, **kwargs):
        names = sys._getframe(1).f_globals
        home = sys.modules.get(names.get("__name__"))
        # An answer may call itself anything, but is no module of that name.
        if home and vars(home) is names and _is_of_course(home):
            return library(*args, **kwargs)
        return refuse()

    if isinstance(library, type):
        return type(library.__name__, (library,), {"__new__": refuse})
    return refuse_others


def _is_of_course(module):
    return module.__name__.startswith("vae_course.")
