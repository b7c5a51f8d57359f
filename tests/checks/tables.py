"""The tests that a lesson's tables of right and wrong answers go through.

A table lists (check, right answers, wrong answers); a wrong answer is a pair
of what the check must say and the answer: a slug, None where the slip has no
name, or ANY where the answer has two slips at once and one name may hide the
other.
"""

import pytest
from spoil import spoil

ANY = object()


def answer_tests(table):
    """Make the tests of a table's right and of its wrong answers.

    Args:
        table: list of (check, right answers, wrong answers).

    Returns:
        The two tests, to be bound to names that pytest collects.
    """

    @pytest.mark.parametrize("judge, answer", right_pairs(table))
    def test_right(judge, answer):
        assert judge(answer) is answer

    @pytest.mark.parametrize(
        "judge, mistake, answer",
        [(judge, *pair) for judge, _, wrong in table for pair in wrong],
    )
    def test_wrong(judge, mistake, answer, mistake_of):
        said = mistake_of(judge, answer)
        assert mistake is ANY or said == mistake

    return test_right, test_wrong


def spoiled_test(table):
    """Make the test of what `spoil` makes of each check's first right answer.

    Args:
        table: list of (check, right answers, wrong answers).

    Returns:
        The test, to be bound to a name that pytest collects.
    """

    @pytest.mark.parametrize(
        "judge, mistake, answer",
        [
            (judge, *pair)
            for judge, right, _ in table
            for pair in spoil(_not_the_library(judge, right)[0])
        ],
    )
    def test_spoiled(judge, mistake, answer, mistake_of):
        # Endless answers alone: the alarm must not ring in another's report.
        seconds = 0.5 if mistake == "takes_too_long" else 5.0
        assert mistake_of(judge, answer, seconds) == mistake

    return test_spoiled


def right_pairs(table):
    """List (check, right answer) for every right answer of a table."""
    return [
        (judge, answer)
        for judge, right, _ in table
        for answer in _not_the_library(judge, right)
    ]


def _not_the_library(judge, answers):
    """Leave out the library's own answer, which a check takes for a stub."""
    return [answer for answer in answers if answer is not judge.library()]
