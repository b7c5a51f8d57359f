"""The tables of answers are as full as every check's promise asks."""

import importlib

import pytest
from slips import SLIPS
from tables import ANY, right_pairs

from vae_course.checks import checks_of_lesson, lesson_of

CHECKS = [
    check for lesson in range(11) for check in checks_of_lesson(f"{lesson:02}")
]


def table_of(check):
    lesson = lesson_of(check.exercise)
    table = importlib.import_module(f"test_lesson_{lesson}").CASES
    return [row for row in table if row[0] is check]


def codings(check, slug):
    return [
        answer
        for _, _, wrong in table_of(check)
        for mistake, answer in wrong
        if mistake is slug or mistake == slug
    ]


def test_every_exercise_has_its_slips_listed():
    assert list(SLIPS) == [check.exercise for check in CHECKS]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.exercise)
def test_five_styles_of_a_right_answer_pass(check):
    assert len(right_pairs(table_of(check))) >= 5


@pytest.mark.parametrize(
    "check, slug",
    [(check, slug) for check in CHECKS for slug in SLIPS[check.exercise]],
    ids=lambda one: one if isinstance(one, str) else one.exercise,
)
def test_three_codings_of_a_slip_are_named(check, slug):
    assert len(codings(check, slug)) >= 3


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.exercise)
def test_three_answers_with_two_slips_at_once_are_rejected(check):
    assert len(codings(check, ANY)) >= 3
