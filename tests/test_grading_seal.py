"""A change of the checks shows in their digest, and nothing else does."""

import subprocess
import sys

import pytest

from vae_course.checks import attempt, compare, contract, lesson_05, limits
from vae_course.grading.seal import digest, digests


def test_digests_agree_between_processes():
    program = (
        "from vae_course.grading.seal import digests\n"
        "print(digests(['vae_course.checks.lesson_05']))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "12"
    ]
    assert runs[0] == runs[1]
    assert b"vae_course.checks.lesson_05" in runs[0]


def test_digests_are_the_same_after_checks_have_run(capsys):
    before = digests(["vae_course.checks.lesson_05"])
    for check in (lesson_05.kl_discrete, lesson_05.kl_to_standard_normal):
        right = check.library()
        check(lambda *args, right=right: right(*args))
        with pytest.raises(contract.ExerciseFailed):
            check(lambda *args: None)
    assert "passed" in capsys.readouterr().out
    assert digests() == before


@pytest.mark.parametrize(
    "owner, name, new",
    [
        (contract, "_verdict", lambda *args: None),
        (contract, "TIME_LIMIT", 1e9),
        (lesson_05, "kl_discrete", lesson_05.kl_to_standard_normal),
        (lesson_05, "np", pytest),
        (lesson_05.kl_discrete, "points", 100),
        (lesson_05.kl_discrete, "__code__", (lambda answer: answer).__code__),
        (attempt.Attempt, "__call__", lambda self, **inputs: 9),
        (limits.TookTooLong, "__init__", lambda self: None),
        (compare, "something_new", 1),
    ],
)
def test_a_change_shows(monkeypatch, owner, name, new):
    before = digests()
    if name == "__code__":
        new = new.replace(
            co_freevars=owner.__code__.co_freevars, co_flags=0x13
        )
    monkeypatch.setattr(owner, name, new, raising=False)
    assert digests() != before
    monkeypatch.undo()
    assert digests() == before


def test_what_a_check_closes_over_is_sealed(monkeypatch):
    judge = lesson_05.kl_discrete.__wrapped__
    before = digest(lesson_05)
    monkeypatch.setattr(judge, "__code__", (lambda attempt: 1).__code__)
    assert digest(lesson_05) != before
