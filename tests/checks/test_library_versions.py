"""The library's own version of each exercise is a right answer to it.

Handed over as it is, it counts as not started; so here it comes in a coat.
"""

import functools

import pytest

from vae_course.checks import checks_of_lesson

CHECKS = [
    check for lesson in range(11) for check in checks_of_lesson(f"{lesson:02}")
]


def in_a_coat(library):
    if isinstance(library, type):
        return type(library.__name__, (library,), {})

    @functools.wraps(library)
    def answer(*args, **kwargs):
        return library(*args, **kwargs)

    return answer


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.exercise)
def test_library_version_passes(check, capsys):
    answer = in_a_coat(check.library())
    assert check(answer) is answer
    assert f"Exercise {check.exercise}: passed" in capsys.readouterr().out
