"""Checks of a lesson that exists in tests alone."""

from vae_course.checks.contract import exercise
from vae_course.checks.failure import ExerciseFailed


@exercise("90.1", points=1, library="toy_answers:double")
def double(attempt):
    judge(attempt(x=3), 6, {9: "squared"})


@exercise("90.2", points=2, library="toy_answers:square")
def square(attempt):
    judge(attempt(x=3), 9, {6: "doubled"})


@exercise("90.3", points=4, library="toy_answers:halve")
def halve(attempt):
    judge(attempt(x=3), 1.5, {6: "doubled"})


def judge(value, right, slips):
    if value != right:
        question = "What do you see at x = 3?"
        slip = slips.get(value)
        raise ExerciseFailed(str(right), str(value), question, slip)
