"""Demand that a class has methods of the learner's own (7.2 to 7.4).

`class VAE(VAE)` stands on whatever the name meant before. Where an earlier
exercise is not solved, that is the library's finished class.
"""

import contextlib
import difflib
import inspect
from unittest import mock

from vae_course.checks.failure import ExerciseFailed

SPELLING = (
    "How does the exercise spell the method, how does your cell, and does it "
    "stand inside the class?"
)


@contextlib.contextmanager
def own_methods(attempt, *names):
    """Let nothing but the learner's own methods of these names be judged.

    Args:
        attempt: `Attempt` at the class VAE.
        *names: what the exercise asks for.

    Raises:
        ExerciseFailed: if it is no class of a model, or if a method is not
            the learner's, or leaves its work to the library's.
    """
    from vae_course.models import VAE

    _require_a_model(attempt.answer)
    for name in names:
        _require_its_own(attempt.answer, name)
        _look_for_a_misspelling(attempt.answer, name)
    with contextlib.ExitStack() as stack:
        for name in names:
            stack.enter_context(without_method(VAE, name))
        yield


def _require_a_model(answer):
    """Demand a class made from keras.Model."""
    import keras

    if not (isinstance(answer, type) and issubclass(answer, keras.Model)):
        raise ExerciseFailed(
            "VAE is a class made from keras.Model",
            f"it is of type {type(answer).__name__}",
            "Does your cell begin with `class VAE`, and did you give the "
            "check the class itself, without calling it?",
            "wrong_type",
        )


def _require_its_own(answer, name):
    """Refuse a method that is the library's or Keras's.

    Keras's `metrics` passes: where it is judged, there is more to say of it.
    """
    import keras

    from vae_course.models import VAE

    given = [getattr(VAE, name)]
    if name != "metrics":
        given.append(getattr(keras.Model, name, None))
    if getattr(answer, name, None) not in given:
        return
    has = ", ".join(own for each in _own(answer) for own in _methods(each))
    raise ExerciseFailed(
        f"VAE has a method named `{name}`",
        f"your class has no method `{name}` of its own; it has: "
        + (has or "none at all"),
        SPELLING,
        "method_missing",
    )


def _look_for_a_misspelling(answer, name):
    """Find what an earlier attempt hides: a cell run twice stands on itself.

    A name of Keras's is none: `compute_loss` may stand in any class.
    """
    import keras

    for each in _own(answer):
        if name in vars(each):
            return
        news = [own for own in _methods(each) if not hasattr(keras.Model, own)]
        close = difflib.get_close_matches(name, news, cutoff=0.85)
        if close:
            raise ExerciseFailed(
                f"VAE has a method named `{name}`",
                f"your newest cell has `{close[0]}`; the `{name}` of this "
                "class is from a cell that was run before it",
                SPELLING,
                "method_missing",
            )


def _own(answer):
    """List the learner's classes behind the answer, the newest first."""
    from vae_course.models import VAE

    return [each for each in answer.__mro__ if each not in VAE.__mro__]


def _methods(of):
    """List the methods and properties that stand in this very class."""
    return [
        name
        for name, value in vars(of).items()
        if (inspect.isroutine(value) or isinstance(value, property))
        and not name.startswith("_")
    ]


def without_method(library, name):
    """Let no `super()` do the work that the learner is asked to do.

    Args:
        library: the library's class VAE.
        name: of the method.

    Returns:
        A context manager, in which it refuses to work.
    """

    def refuse(self, *args, **kwargs):
        raise ExerciseFailed(
            f"your `{name}` does the work itself",
            f"it leaves it to the library's `{name}`, which the class above "
            "has as long as an earlier exercise is not solved",
            f"Which lines do the work where the class above has no `{name}`?",
            "left_to_library",
        )

    is_property = isinstance(getattr(library, name), property)
    refusal = property(refuse) if is_property else refuse
    return mock.patch.object(library, name, refusal)
