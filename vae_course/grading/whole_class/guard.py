"""The process between a learner's process and the outside."""

import os
import signal
import time
from pathlib import Path

from vae_course.grading.whole_class import linux
from vae_course.grading.whole_class.frames import Broken, Channel
from vae_course.grading.whole_class.sitting import sit

ANSWERED, LOST = b"+", b"-"
LOOK_EVERY = 0.5


def guard(exam, state, outside, limits, with_network):
    """Fork a learner's process, carry messages to it and back.

    Nothing of a learner's is in this process before the fork, and it ends
    with the learner's: what one handed in never reaches another.

    Args:
        exam: `Exam` of the warm process.
        state: `State` of the warm process.
        outside: `Channel` to whoever sends answers. An empty message ends
            the sitting; each other one is answered by ANSWERED and what
            the learner's process said, or by LOST and how it was lost.
        limits: `Limits`.
        with_network: bool, whether the network was taken away before.
    """
    apart = linux.stand_apart(with_network)
    to_learner, from_learner = os.pipe(), os.pipe()
    number = os.fork()
    if not number:
        inside = Channel(to_learner[0], from_learner[1], limits.frame)
        sit(exam, state, inside, limits, counts_processes=apart)
    os.close(to_learner[0])
    os.close(from_learner[1])
    learner = Channel(from_learner[0], to_learner[1], limits.frame)
    watch = Watch(number, limits.memory)
    try:
        while request := outside.receive():
            until = time.monotonic() + limits.exercise
            learner.send(request, until, watch)
            answer = learner.receive(until, watch)
            outside.send(ANSWERED + answer)
    except Broken as broken:
        outside.send(LOST + broken.how.encode())
    finally:
        watch.end()


class Watch:
    """Look after a learner's process while waiting for it.

    Args:
        number: of the process.
        memory: int, bytes that it and its children may take beyond what
            they began with.
    """

    def __init__(self, number, memory):
        self.number, self.warm = number, os.getppid()
        self.most = memory + _resident(number)
        self.next_look = 0.0

    def __call__(self):
        """End the waiting where too much memory is in use.

        Raises:
            Broken: with "memory", or with "ended" where the warm process
                is no more.
        """
        if time.monotonic() < self.next_look:
            return
        self.next_look = time.monotonic() + LOOK_EVERY
        if os.getppid() != self.warm:
            raise Broken("ended")
        own = {os.getpid()}
        all_below = linux.descendants(self.warm)
        held = (all_below[n] for n in all_below.keys() - own)
        if sum(held) > self.most:
            raise Broken("memory")

    def end(self):
        """End the process, and with it all that has its numbers."""
        os.kill(self.number, signal.SIGKILL)
        os.waitpid(self.number, 0)


def _resident(number):
    pages = Path(f"/proc/{number}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
