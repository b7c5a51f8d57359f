"""A kernel that outlives what a learner's cells do to it."""

import ast
import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from queue import Empty

from jupyter_client import KernelManager
from nbval.kernel import (
    CURRENT_ENV_KERNEL_NAME,
    NbvalKernelspecManager,
    RunningKernel,
)

from vae_course.checks.show import MIME
from vae_course.grading import warm

MAX_STARTS = 8
START_LIMIT = 60.0
REPLAY_LIMIT = 300.0
POLL = 0.2
GRACE = 5.0
KEEPER = "__import__('IPython').get_ipython().keeper.{}(*{!r})"
LEAVES = "__import__('IPython').get_ipython().exit_now"
FIRST = "__import__('vae_course.grading.keeper', fromlist=['start']).start()"
SEAL = (
    "__import__('vae_course.grading.seal', fromlist=['digests']).digests({!r})"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What came of running one cell.

    Attributes:
        ended: "well", "error", "timeout", "died", "exit" or "no kernel";
            "forged" where the grader does not believe a check's pass.
        results: what the checks in the cell published.
        error: what a kernel says of an exception: ename, evalue, traceback.
        value: what the expression asked for came to, as text, or None.
    """

    ended: str = "well"
    results: list = field(default_factory=list)
    error: dict = field(default_factory=dict)
    value: str | None = None

    def text(self):
        """Return what the exception shows in JupyterLab."""
        return "\n".join(self.error.get("traceback", []))

    def describe(self, source):
        """Say in a line or two what went wrong, and at which line."""
        if self.ended != "error":
            return {
                "timeout": "It did not end within its time limit.",
                "died": "The kernel died while it ran.",
                "exit": "It ends the kernel: exit() or quit().",
                "no kernel": "There is no kernel to run it.",
            }[self.ended]
        said = f"{self.error['ename']}: {self.error['evalue']}"[:400]
        said = re.sub(r" \(\d+\.py, line \d+\)$|: $", "", said)
        number = re.search(
            r"Cell In\[\d+\][^\n]*?line (\d+)", COLOUR.sub("", self.text())
        )
        lines = source.splitlines()
        if not number or int(number[1]) > len(lines):
            return said
        line = lines[int(number[1]) - 1].strip()
        return f"{said}\nat your line {number[1]}: {line}"


class PatientKernel:
    """Run one notebook's cells, whatever becomes of the process.

    A kernel that died is replaced by a new one, in which the code that
    came to an end is run again; at most MAX_STARTS times.

    Args:
        folder: path in which the kernel works.
        sealed: list of the names of modules of checks that may not change.
    """

    def __init__(self, folder, sealed=()):
        self.folder, self.sealed = str(folder), list(sealed)
        self.starts, self.process = 0, None
        self.ran, self.seal = [], {}

    def run(self, source, limit):
        """Run a piece of code.

        Args:
            source: its code.
            limit: seconds after which it is interrupted.

        Returns:
            An Outcome, whatever happens.
        """
        if self.process is None and not self._start():
            return Outcome("no kernel")
        outcome = self._execute(source, limit)
        # What a cell did above the line that fails is there, too.
        failed_check = outcome.results and outcome.ended == "error"
        if outcome.ended in ("well", "error") and not failed_check:
            self.ran.append(source)
        return outcome

    def keep(self, what, *args):
        """Have the keeper in the kernel "remember", "settle" or "restore".

        Args:
            what: str, the name of a method of `keeper.Keeper`.
            *args: of that method, as Python writes them down.
        """
        self.run(KEEPER.format(what, args), START_LIMIT)

    def vouches_for(self, check):
        """Tell whether a check that passed an answer could do its work.

        Args:
            check: of an exercise.
        """
        names = check.__module__, check.__name__
        return self._ask(KEEPER.format("vouches_for", names)) is True

    def checks_are_whole(self):
        """Tell whether the checks are what they were before the first cell.

        A kernel that gives no answer in time is ended, for what it may
        have changed ends with it.
        """
        if self.process is None:
            return True
        now = self._digests()
        return self.process is None or self.seal.items() <= now.items()

    def stays(self):
        """Tell whether the latest code has not ended the kernel.

        One that was told to end does so a moment later.
        """
        leaves = self._ask(LEAVES)
        return self.process is not None and leaves is not True

    def _digests(self):
        return self._ask(SEAL.format(self.sealed)) or {}

    def _ask(self, expression):
        """Return what an expression comes to, None without an answer."""
        outcome = self._execute("", START_LIMIT, expression)
        if outcome.ended == "timeout":
            self.stop()
        try:
            return ast.literal_eval(outcome.value or "")
        except (ValueError, SyntaxError):
            return None

    def forget(self, start):
        """Go on as if the latest code had never been run.

        Args:
            start: int, how many of the pieces that ended well stay.
        """
        self.stop()
        del self.ran[start:]

    def stop(self):
        """End the kernel, if there is one."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    def _start(self):
        """Start a kernel and bring it to where the last one was."""
        while self.process is None and self.starts < MAX_STARTS:
            self.starts += 1
            try:
                self.process = _Process(self.folder)
            except (RuntimeError, OSError):
                self.starts = MAX_STARTS
                return False
            self._execute(FIRST, START_LIMIT)
            self.seal = self._digests()
            self._replay()
        return self.process is not None

    def _replay(self):
        for source in list(self.ran):
            if self.process is None:
                return
            self._execute(source, REPLAY_LIMIT)
            if self.process is None:
                self.ran.remove(source)

    def _execute(self, source, limit, expression=None):
        if self.process is None:
            return Outcome("no kernel")
        outcome = self.process.execute(source, limit, expression)
        if outcome.ended in ("died", "exit") or not self.process.idle:
            self.stop()
        return outcome


class _Process(RunningKernel):
    """A kernel of this environment, watched while it works."""

    def __init__(self, folder):
        self.idle = True
        self.km = KernelManager(
            kernel_name=CURRENT_ENV_KERNEL_NAME,
            kernel_spec_manager=NbvalKernelspecManager(),
        )
        warm.use_for(self.km)
        self.km.start_kernel(
            cwd=folder,
            stderr=subprocess.DEVNULL,
            env={"VAE_COURSE_QUICK": "1", **os.environ},
        )
        self.kc = self.km.client()
        self.kc.start_channels()
        try:
            self.kc.wait_for_ready(START_LIMIT)
            self._ensure_iopub_up()
        except RuntimeError:
            self.stop()
            raise

    def execute(self, source, limit, expression=None):
        request = self.kc.execute(
            source,
            store_history=False,
            allow_stdin=False,
            stop_on_error=False,
            user_expressions={"value": expression} if expression else None,
        )
        outcome, self.idle = Outcome(), False
        deadline = time.monotonic() + limit
        while not self.idle:
            message = self._next_message(request)
            if message is not None:
                self._take(message, outcome)
            elif not self.is_alive():
                outcome.ended = "died"
                break
            if time.monotonic() < deadline or self.idle:
                continue
            if outcome.ended == "timeout":
                break
            outcome.ended = "timeout"
            deadline = time.monotonic() + GRACE
            self.interrupt()
        if outcome.ended == "well":
            self._read_reply(request, outcome)
        return outcome

    def _next_message(self, request):
        """Wait a moment for a message of this request, else None."""
        try:
            # RunningKernel.get_message writes each out in full, to no log.
            message = self.kc.get_iopub_msg(timeout=POLL)
        except Empty:
            return None
        is_ours = message["parent_header"].get("msg_id") == request
        return message if is_ours else {"msg_type": "other", "content": {}}

    def _take(self, message, outcome):
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            self.idle = content["execution_state"] == "idle"
        elif kind == "display_data" and MIME in content["data"]:
            outcome.results.append(content["data"][MIME])

    def _read_reply(self, request, outcome):
        """Read how a cell ended that ended by itself.

        exit() passes as "ok", and ends the kernel a moment later.
        """
        while True:
            try:
                reply = self.kc.get_shell_msg(timeout=GRACE)
            except Empty:
                outcome.ended = "died"
                return
            if reply["parent_header"].get("msg_id") == request:
                break
        content = reply["content"]
        if content["status"] != "ok":
            outcome.ended, outcome.error = "error", content
        told = content.get("user_expressions", {}).get("value", {})
        outcome.value = told.get("data", {}).get("text/plain")
        payload = content.get("payload", [])
        if any(part["source"] == "ask_exit" for part in payload):
            outcome.ended = "exit"
