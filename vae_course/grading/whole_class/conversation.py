"""Talk to one learner's process, and believe none of it."""

import json
import re
import secrets
import time

from vae_course.grading.whole_class.arrays import pack_round, unpack_round
from vae_course.grading.whole_class.frames import Broken
from vae_course.grading.whole_class.guard import ANSWERED, LOST
from vae_course.grading.whole_class.lost_processes import lost_claim
from vae_course.grading.whole_class.records import (
    FAILED,
    LONGEST_MESSAGE,
    NOT_STARTED,
    PASSED,
    Claim,
)
from vae_course.grading.whole_class.worker import BEGIN

# The guard has its own clock, and says when it has run out.
GRACE = 30.0
SLUG = re.compile(r"\w{1,60}")


class Lost(Exception):
    """Raised where the learner's process is lost, or talks nonsense.

    Args:
        how: str, that of `Broken`, or "nonsense".
    """

    def __init__(self, how):
        super().__init__(how)
        self.how = how


class Conversation:
    """Have a process forked for answers of one learner.

    Args:
        channel: `Channel` to the warm process.
        seconds: float, how long an exercise may take.

    Attributes:
        is_over: bool, whether the process is lost, or no longer fit.
        has_died: bool, whether it ended without a word.
    """

    def __init__(self, channel, seconds):
        self.channel, self.seconds = channel, seconds
        self.is_over = self.has_died = self._is_lost = False
        channel.send(BEGIN, self._deadline())

    def adopt(self, answers):
        """Run answers that have passed before.

        Returns:
            bool, whether the process has lived through it.
        """
        try:
            for answer in answers:
                self._ask("adopt", **_in_words(answer))
        except Lost:
            self.end()
            return False
        return True

    def grade(self, answer, rounds):
        """Have one answer judged, then tried on hidden inputs.

        Args:
            answer: `Answer`.
            rounds: list of dict from name to array, number or word.

        Returns:
            `Claim`.
        """
        started = time.monotonic()
        try:
            told = self._ask("judge", **_in_words(answer))
            if told.get("status") == PASSED and rounds:
                packed = [pack_round(each) for each in rounds]
                told = self._ask("observe", rounds=packed)
                told = _without_words(told)
            claim = _claim(answer.exercise, told, time.monotonic() - started)
        except Lost as lost:
            self.is_over, self.has_died = True, lost.how == "ended"
            took = time.monotonic() - started
            return lost_claim(answer.exercise, lost.how, took)
        self.is_over = self._is_spoiled()
        return claim

    def end(self):
        """Let the process go; the warm one is free for the next."""
        if not self._is_lost:
            self.channel.send(b"", self._deadline())

    def _is_spoiled(self):
        try:
            return self._ask("look").get("spoiled") is not False
        except Lost:
            return True

    def _ask(self, what, **arguments):
        """Ask, and return the dict that came back.

        Raises:
            Lost: if the learner's process gives no proper answer.
            Broken: if the warm process gives none.
        """
        token = secrets.token_hex(8)
        request = {"do": what, "with": arguments, "token": token}
        self.channel.send(json.dumps(request).encode(), self._deadline())
        reply = self.channel.receive(self._deadline())
        kind, content = reply[:1], reply[1:]
        if kind == LOST:
            self._is_lost = True
            raise Lost(content.decode("ascii", "replace"))
        if kind != ANSWERED:
            raise Broken("nonsense")
        told = _read(content)
        if told.get("token") != token:
            raise Lost("nonsense")
        return told

    def _deadline(self):
        return time.monotonic() + self.seconds + GRACE


def _without_words(told):
    """Drop the message of an answer that has seen hidden inputs.

    It could carry them out. Where no rounds came back, it has failed.
    """
    if told.get("status") == PASSED:
        return told
    return told | {"status": PASSED, "message": "", "rounds": []}


def _in_words(answer):
    return {
        "exercise": answer.exercise,
        "source": answer.source,
        "helpers": answer.helpers,
    }


def _read(content):
    try:
        told = json.loads(content)
    except (ValueError, RecursionError, MemoryError):
        raise Lost("nonsense") from None
    if not isinstance(told, dict):
        raise Lost("nonsense")
    return told


def _claim(exercise, told, seconds):
    """Make a claim of what was told, if it can be one at all."""
    status, message = told.get("status"), told.get("message")
    mistake, rounds = told.get("mistake"), told.get("rounds", [])
    if status not in (PASSED, FAILED, NOT_STARTED):
        raise Lost("nonsense")
    if not isinstance(message, str) or not isinstance(rounds, list):
        raise Lost("nonsense")
    if mistake is not None and not _is_slug(mistake):
        raise Lost("nonsense")
    try:
        observed = [unpack_round(each) for each in rounds]
    except ValueError:
        raise Lost("nonsense") from None
    message = message[:LONGEST_MESSAGE].encode("utf-8", "replace").decode()
    return Claim(
        exercise, status, mistake, message, observed, round(seconds, 3)
    )


def _is_slug(mistake):
    return isinstance(mistake, str) and SLUG.fullmatch(mistake) is not None
