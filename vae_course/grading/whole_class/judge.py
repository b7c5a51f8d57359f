"""From what a sandbox claims to what is so.

A claim of "passed" counts only where the answer gives what the library gives
on inputs that no lesson shows.
"""

import json
import os
import re
import subprocess
import sys

import numpy as np

from vae_course.checks import ExerciseFailed, checks_of_lesson
from vae_course.grading.whole_class.arrays import unpack_round
from vae_course.grading.whole_class.probes.probe import all_probes
from vae_course.grading.whole_class.records import (
    FAILED,
    LONGEST_MESSAGE,
    MISSING,
    NOT_GRADED,
    NOT_STARTED,
    PASSED,
    Outcome,
)

SLUG = re.compile(r"[a-z][a-z0-9_]{0,49}")
MOST_SECONDS = 1e6
VISIBLE = (
    "Is there a number, a shape or a seed in the answer that fits only what "
    "the check in the notebook tries? What would it do with other inputs?"
)
AGAIN = "Does the answer meddle with anything besides its own arguments?"
MISFIT = "something went wrong on the way: no proper result came back"


def expected(seed):
    """Ask the library for its answers to a run's hidden inputs.

    A process that starts TensorFlow answers, and ends; this one stays light.

    Args:
        seed: int, not below 0, the run's secret.

    Returns:
        dict from the number of an exercise to its rounds, each a dict from
        name to array.

    Raises:
        subprocess.CalledProcessError: if that process fails.
    """
    asked = subprocess.run(
        [sys.executable, "-P", "-m", f"{__package__}.library"],
        input=f"{seed}\n",
        stdout=subprocess.PIPE,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
        text=True,
        check=True,
    )
    return {
        number: [unpack_round(told) for told in rounds]
        for number, rounds in json.loads(asked.stdout).items()
    }


def outcomes(submission, claims, hidden, expected):
    """Judge all exercises of the course for one learner.

    Args:
        submission: Submission.
        claims: list of Claim, as they came out of the sandbox.
        hidden: dict from exercise to rounds of inputs.
        expected: dict from exercise to rounds of arrays, from `expected`.

    Returns:
        list of Outcome, in the order of the exercises. Whatever a claim
        holds, it raises nothing.
    """
    handed_in = {answer.exercise for answer in submission.answers}
    probes = all_probes()
    results = []
    for check in _checks():
        number = check.exercise
        own = [claim for claim in claims if claim.exercise == number]
        if number not in handed_in:
            verdict = MISSING, None, "No answer to this was handed in."
        elif not own:
            verdict = NOT_GRADED, None, "This answer has not been run."
        elif len(own) > 1:
            verdict = _failed(number, None, MISFIT)
        else:
            rounds = hidden[number], expected[number]
            verdict = _verdict(own[0], check.name, probes[number], *rounds)
        results.append(_outcome(check, verdict, own))
    return results


def _checks():
    return [
        check
        for lesson in range(11)
        for check in checks_of_lesson(f"{lesson:02}")
    ]


def _verdict(claim, name, probe, hidden, expected):
    """Return a status, a mistake and a message."""
    if claim.status == PASSED:
        fault = _fault(claim.rounds, probe, hidden, expected)
        if fault is None:
            return PASSED, None, ""
        asked = f"{name} is right on inputs that the lesson does not show, too"
        mistake = _known(claim.mistake) or "only_visible_inputs"
        return _failed(claim.exercise, mistake, fault, asked, VISIBLE)
    if claim.status not in (FAILED, NOT_STARTED):
        return _failed(claim.exercise, None, MISFIT)
    mistake = _known(claim.mistake) if claim.status == FAILED else None
    return claim.status, mistake, _printable(claim.message)


def _known(mistake):
    """Return a slug, or None for what is none."""
    is_slug = isinstance(mistake, str) and SLUG.fullmatch(mistake)
    return mistake if is_slug else None


def _fault(rounds, probe, hidden, expected):
    """Say what is wrong with the arrays of a claim, whatever they are."""
    if not isinstance(rounds, list) or len(rounds) != len(hidden):
        return "no result on some of them: an error, or nothing at all"
    try:
        with np.errstate(all="ignore"):
            faults = [
                probe.fault(observed, right, inputs)
                for observed, right, inputs in zip(
                    rounds, expected, hidden, strict=True
                )
            ]
    except Exception:
        return "results that cannot be compared with anything"
    return next(filter(None, faults), None)


def _failed(
    number, mistake, got, asked="an answer that can be run", question=""
):
    failure = ExerciseFailed(asked, got, question or AGAIN, mistake)
    failure.exercise = number
    return FAILED, mistake, str(failure)


def _printable(message):
    """Cut a text short, without characters that steer a terminal."""
    text = message if isinstance(message, str) else MISFIT
    kept = (
        letter for letter in text if letter == "\n" or letter.isprintable()
    )
    return "".join(kept)[:LONGEST_MESSAGE]


def _outcome(check, verdict, claims):
    status, mistake, message = verdict
    return Outcome(
        exercise=check.exercise,
        status=status,
        points=check.points if status == PASSED else 0,
        out_of=check.points,
        mistake=mistake,
        message=message,
        seconds=sum(_seconds(claim.seconds) for claim in claims),
    )


def _seconds(seconds):
    known = isinstance(seconds, int | float) and 0 <= seconds < MOST_SECONDS
    return float(seconds) if known else 0.0
