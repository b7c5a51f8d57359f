"""Start the warm process in its sandbox, and talk to it."""

import dataclasses
import os
import subprocess
import tempfile
import time
from pathlib import Path

from vae_course.grading.whole_class import linux
from vae_course.grading.whole_class.frames import Broken, Channel
from vae_course.grading.whole_class.guard import ANSWERED
from vae_course.grading.whole_class.inside import LIMIT_ON_PROCESSES
from vae_course.grading.whole_class.sandbox import OUTER_ENVIRONMENT
from vae_course.grading.whole_class.worker import READY

WORKER = "vae_course.grading.whole_class.worker"
STARTS_WITHIN = 300.0
LAST_LINES = 5


class WorkerLost(Exception):
    """Raised where the warm process cannot be started."""


class WarmProcess:
    """A warm process that is ready.

    Args:
        limits: `Limits`.
        sandbox: `Sandbox`.
        lessons: Path of the lessons as they are handed out.

    Raises:
        WorkerLost: if it does not start.
    """

    def __init__(self, limits, sandbox, lessons):
        self._folder = tempfile.TemporaryDirectory(
            prefix="vae-course-", ignore_cleanup_errors=True
        )
        scratch = self._make_scratch()
        self._complaints = Path(self._folder.name) / "complaints"
        python = ["-m", WORKER, str(lessons), str(sandbox.scratch(scratch))]
        python += [_enforceable(limits, sandbox).as_text(), sandbox.network]
        with self._complaints.open("wb") as complaints:
            self._process = subprocess.Popen(
                sandbox.command(python, [lessons], scratch, limits.scratch),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                bufsize=0,
                start_new_session=True,
                env=OUTER_ENVIRONMENT,
            )
        self.channel = Channel(
            self._process.stdout.fileno(),
            self._process.stdin.fileno(),
            limits.frame + len(ANSWERED),
        )
        self._wait_until_ready()

    def is_alive(self):
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def end(self):
        """End it, and all that it started."""
        # Where there is no bubblewrap, they would not end with it.
        if self.is_alive():
            linux.end_below(self._process.pid)
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._folder.cleanup()

    def _make_scratch(self):
        """Make a folder that nobody's processes can write to as well."""
        scratch = Path(self._folder.name) / "scratch"
        scratch.mkdir()
        if os.geteuid() == 0:
            os.chmod(self._folder.name, 0o711)
            os.chmod(scratch, 0o777)
        return scratch

    def _wait_until_ready(self):
        until = time.monotonic() + STARTS_WITHIN
        try:
            ready = self.channel.receive(until) == READY
        except Broken:
            ready = False
        if not ready:
            why = self._last_words()
            self.end()
            raise WorkerLost(f"The process that runs answers: {why}")

    def _last_words(self):
        text = self._complaints.read_text("utf-8", "replace")
        lines = text.strip().splitlines()[-LAST_LINES:]
        return "\n".join(lines) or "it ended without a word"


def _enforceable(limits, sandbox):
    """Drop the limit on processes where the machine does not keep to it.

    It may count all that the user runs, and refuse every answer.
    """
    if sandbox.enforced.get(LIMIT_ON_PROCESSES):
        return dataclasses.replace(limits, processes=None)
    return limits
