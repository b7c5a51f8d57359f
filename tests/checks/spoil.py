"""Ways to spoil any right answer, whatever the exercise."""

import time

import numpy as np


class Agreeable:
    """Equal to everything, and less and more as well."""

    def __eq__(self, other):
        return True

    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__
    __hash__ = None


def spoil(right):
    """List (mistake, answer) pairs made from a right answer.

    Args:
        right: a right answer that takes at least one array or list and
            returns an array.

    Returns:
        The slug that a check must give, or None where it is a crash or
        has no name, and the spoiled answer.
    """

    def returns_nothing(*args, **kwargs):
        right(*args, **kwargs)

    def returns_words(*args, **kwargs):
        return "an answer in words"

    def returns_what_agrees_with_all(*args, **kwargs):
        return Agreeable()

    def returns_nan(*args, **kwargs):
        return np.asarray(right(*args, **kwargs)) * np.nan

    def crashes(*args, **kwargs):
        return right(*args, **kwargs)[0, 0, 0, 0, 0, 0, "there is no such"]

    def never_returns(*args, **kwargs):
        while True:
            time.sleep(0.01)

    def swallows_and_never_returns(*args, **kwargs):
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                pass

    def leaves_the_program(*args, **kwargs):
        raise SystemExit

    def takes_no_arguments():
        return right()

    return [
        ("returns_nothing", returns_nothing),
        ("wrong_type", returns_words),
        ("wrong_type", returns_what_agrees_with_all),
        ("wrong_type", 3),
        ("not_finite", returns_nan),
        (None, crashes),
        ("takes_too_long", never_returns),
        ("takes_too_long", swallows_and_never_returns),
        (None, leaves_the_program),
        (None, takes_no_arguments),
    ]


def change_input(right, name):
    """Make an answer that is right but alters the argument of that name.

    Args:
        right: a right answer.
        name: the argument, an array of numbers.
    """

    def changes_its_input(**kwargs):
        result = right(**kwargs)
        kwargs[name] += 1
        return result

    return "changes_its_input", changes_its_input
