"""The judge believes numbers, not claims."""

import subprocess
import sys

import numpy as np
import pytest

from vae_course.checks import checks_of_lesson, library_version
from vae_course.grading.whole_class import judge
from vae_course.grading.whole_class.library import (
    hidden_inputs,
    library_answers,
)
from vae_course.grading.whole_class.probes.probe import all_probes
from vae_course.grading.whole_class.records import (
    FAILED,
    MISSING,
    NOT_GRADED,
    NOT_STARTED,
    PASSED,
    Answer,
    Claim,
    Submission,
)

EXERCISE = "5.5"
CHECKS = [
    check for lesson in range(11) for check in checks_of_lesson(f"{lesson:02}")
]
HIDDEN = {EXERCISE: hidden_inputs(7)[EXERCISE]}
EXPECTED = library_answers(HIDDEN)


def rounds_of(answer):
    observe = all_probes()[EXERCISE].observe
    return [observe(answer, **inputs) for inputs in HIDDEN[EXERCISE]]


def right(z_mean, z_log_var):
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var).sum(axis=1)


def claim(status=PASSED, mistake=None, message="", rounds=(), seconds=0.5):
    return Claim(EXERCISE, status, mistake, message, rounds, seconds)


def outcome_of(*claims):
    answers = (Answer(EXERCISE, "def kl_to_standard_normal(): ..."),)
    submission = Submission("ada", answers, (), {})
    every = judge.outcomes(submission, list(claims), HIDDEN, EXPECTED)
    [outcome] = [each for each in every if each.exercise == EXERCISE]
    return outcome


def test_right_numbers_pass_with_the_points_of_the_check():
    outcome = outcome_of(claim(rounds=rounds_of(right)))
    assert (outcome.status, outcome.points) == (PASSED, 3)
    assert (outcome.out_of, outcome.mistake, outcome.seconds) == (3, None, 0.5)


def test_claim_that_other_numbers_belie_fails():
    outcome = outcome_of(claim(rounds=rounds_of(lambda *z: 1.001 * right(*z))))
    assert (outcome.status, outcome.points) == (FAILED, 0)
    assert outcome.mistake == "only_visible_inputs"
    assert outcome.message.startswith("Exercise 5.5 is not right yet.")
    for part in "Asked", "Got", "other numbers", "Think":
        assert part in outcome.message


def test_slip_on_hidden_inputs_keeps_its_name_and_loses_its_words():
    told = claim(mistake="left_to_library", message="z is 1.25", rounds=[])
    outcome = outcome_of(told)
    assert (outcome.status, outcome.mistake) == (FAILED, "left_to_library")
    assert "1.25" not in outcome.message


ODD_ARRAYS = [
    np.array([None, 1.0, "x"], dtype=object),
    np.array("words"),
    np.array([np.nan]),
    np.full(3, 1e308),
    np.zeros(0),
    "no array",
    7,
    None,
]
NAMES = "nats of each row", "nats of one row"


@pytest.mark.parametrize(
    "rounds",
    [
        None,
        "rounds",
        {},
        [],
        rounds_of(right)[:-1],
        rounds_of(right) * 2,
        [None] * 3,
        [{}] * 3,
        [{"result": np.ones(3)}] * 3,
        *([dict.fromkeys(NAMES, array)] * 3 for array in ODD_ARRAYS),
    ],
)
def test_malformed_rounds_fail_in_words(rounds):
    outcome = outcome_of(claim(rounds=rounds))
    assert (outcome.status, outcome.points) == (FAILED, 0)
    assert outcome.message


@pytest.mark.parametrize("status", [FAILED, NOT_STARTED])
def test_other_claims_are_handed_on_without_points(status):
    outcome = outcome_of(claim(status, message="what was said", seconds=1))
    assert (outcome.status, outcome.points) == (status, 0)
    assert (outcome.message, outcome.seconds) == ("what was said", 1.0)


def test_named_slip_is_kept():
    assert outcome_of(claim(FAILED, "half_missing")).mistake == "half_missing"


@pytest.mark.parametrize(
    "mistake",
    ["=cmd()", "a" * 51, "", 3, ["x"], "two\nlines", "half_missing\n"],
)
def test_slug_of_another_form_is_dropped(mistake):
    assert outcome_of(claim(FAILED, mistake)).mistake is None


@pytest.mark.parametrize("message", [None, 3, "x" * 10**5, "\x1b[31mred\x07"])
def test_message_of_another_form_is_made_harmless(message):
    said = outcome_of(claim(FAILED, message=message)).message
    assert said.replace("\n", "").isprintable()
    assert 0 < len(said) <= judge.LONGEST_MESSAGE


@pytest.mark.parametrize("seconds", [-1, np.nan, np.inf, 10**400, "5", None])
def test_impossible_times_count_as_none(seconds):
    assert outcome_of(claim(FAILED, seconds=seconds)).seconds == 0


@pytest.mark.parametrize("status", ["excellent", "missing", None, 3])
def test_status_that_no_claim_has_fails(status):
    outcome = outcome_of(claim(status, rounds=rounds_of(right)))
    assert (outcome.status, outcome.points) == (FAILED, 0)


def test_two_claims_for_one_answer_fail():
    twice = claim(rounds=rounds_of(right))
    assert outcome_of(twice, twice).status == FAILED


def test_answer_that_was_not_run_is_not_graded():
    assert outcome_of().status == NOT_GRADED


def test_claim_for_what_was_not_handed_in_is_missing():
    submission = Submission("ada", (), (), {})
    passed = claim(rounds=rounds_of(right))
    every = judge.outcomes(submission, [passed], HIDDEN, EXPECTED)
    assert {outcome.status for outcome in every} == {MISSING}
    assert sum(outcome.points for outcome in every) == 0


def test_all_exercises_come_in_their_order():
    every = judge.outcomes(Submission("ada", (), (), {}), [], {}, {})
    told = [(outcome.exercise, outcome.out_of) for outcome in every]
    assert told == [(check.exercise, check.points) for check in CHECKS]


def test_library_passes_all_that_a_process_of_its_own_expects():
    seed = 2**100 + 5
    hidden, expected = hidden_inputs(seed), judge.expected(seed)
    assert list(hidden) == list(expected) == [c.exercise for c in CHECKS]
    # The numbers of a sample, made here anew.
    for number in "0.1", "2.1", "3.4", "4.3", "5.1":
        probe, (_, answer) = all_probes()[number], library_version(number)
        for inputs, right_ones in zip(
            hidden[number], expected[number], strict=True
        ):
            observed = probe.observe(answer, **inputs)
            assert probe.fault(observed, right_ones, inputs) is None


def test_judge_imports_no_tensorflow():
    code = (
        "import sys; from vae_course.grading.whole_class import judge, parts;"
        "parts.PARTS.hidden(3); assert judge.outcomes;"
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
