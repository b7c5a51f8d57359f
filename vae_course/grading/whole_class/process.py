"""The trusted side of the warm process: answers go in, claims come out.

What comes out is not to be trusted, and never does more harm than to fail
the exercise that it came from.
"""

import time
from pathlib import Path

from vae_course.grading.whole_class.conversation import Conversation
from vae_course.grading.whole_class.frames import Broken
from vae_course.grading.whole_class.limits import Limits
from vae_course.grading.whole_class.lost_processes import (
    lost_claim,
    too_late_claim,
)
from vae_course.grading.whole_class.options import LESSONS
from vae_course.grading.whole_class.records import PASSED
from vae_course.grading.whole_class.sandbox import find_sandbox
from vae_course.grading.whole_class.warm_process import WarmProcess

# Who is at work when the warm process ends is not at fault the first time.
LOSSES = 2


class Worker:
    """Grade submissions in a warm process, one after the other.

    Args:
        limits: `Limits`, or None for the usual ones.
        sandbox: `Sandbox`, or None for the best that the machine allows.
        lessons: Path of the lessons as they are handed out.
    """

    def __init__(self, limits=None, sandbox=None, lessons=LESSONS):
        self.limits = limits or Limits()
        self.sandbox = sandbox or find_sandbox()
        self.lessons = Path(lessons).absolute()
        self._warm = None
        self._until, self._tried_again = 0.0, set()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End the warm process."""
        if self._warm is not None:
            self._warm.end()
            self._warm = None

    def grade(self, submission, hidden):
        """Run and check the answers of one learner.

        Args:
            submission: `Submission`.
            hidden: dict from the number of an exercise to a list of dict
                from name to array, number or word: inputs to try what has
                passed its check on.

        Returns:
            list of `Claim`, one for each answer, in the same order.

        Raises:
            WorkerLost: if the warm process cannot be started.
        """
        self._until = time.monotonic() + self.limits.submission
        self._tried_again = set()
        answers, claims, sound, losses = submission.answers, [], [], 0
        while len(claims) < len(answers) and time.monotonic() < self._until:
            before = len(claims)
            try:
                self._converse(answers, hidden, claims, sound)
            except Broken:
                self.close()
                losses = losses + 1 if len(claims) == before else 1
            if losses == LOSSES:
                at_work = answers[len(claims)].exercise
                claims.append(lost_claim(at_work, "ended", 0.0))
                losses = 0
        late = answers[len(claims) :]
        return claims + [too_late_claim(each.exercise) for each in late]

    def _converse(self, answers, hidden, claims, sound):
        """Grade until a process is lost or spoiled, or no answer is left.

        Args:
            answers: tuple of `Answer`, all of them.
            hidden: as for `grade`.
            claims: list of `Claim` on the first answers; grows.
            sound: list of the answers that have passed their checks and
                harmed nothing, which later ones may stand on; grows.

        Raises:
            Broken: if the warm process itself is lost.
        """
        rest = answers[len(claims) :]
        conversation = self._begin()
        if not conversation.adopt(_of_the_same_lesson(sound, rest[0])):
            conversation = self._begin()
        for answer in rest:
            rounds = hidden.get(answer.exercise, [])
            claim = conversation.grade(answer, rounds)
            if conversation.has_died and answer not in self._tried_again:
                # The machine may have ended it: once is no proof.
                self._tried_again.add(answer)
                break
            claims.append(claim)
            if conversation.is_over or time.monotonic() > self._until:
                break
            if claim.status == PASSED and len(claim.rounds) == len(rounds):
                sound.append(answer)
        conversation.end()

    def _begin(self):
        if self._warm is None or not self._warm.is_alive():
            self.close()
            started = time.monotonic()
            self._warm = WarmProcess(self.limits, self.sandbox, self.lessons)
            # A slow start is taken from nobody's time.
            self._until += time.monotonic() - started
        return Conversation(self._warm.channel, self.limits.exercise)


def _of_the_same_lesson(answers, other):
    """List the answers that another one may stand on."""
    [lesson, _] = other.exercise.split(".")
    return [each for each in answers if each.exercise.startswith(f"{lesson}.")]
