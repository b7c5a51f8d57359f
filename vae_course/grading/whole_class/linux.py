"""What is asked of Linux beyond Python's own modules."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

END_WITH_PARENT, SET_DUMPABLE, SET_SUBREAPER = 1, 4, 36
NEW_IPC, NEW_USER = 0x08000000, 0x10000000
NEW_PID, NEW_NET = 0x20000000, 0x40000000
NOBODY = 65534
END_WITHIN = 5.0


def hide():
    """Let no other process of this user look into this one, or trace it."""
    libc().prctl(SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans():
    """Become the parent of descendants whose own parent has ended."""
    libc().prctl(SET_SUBREAPER, 1, 0, 0, 0)


def end_with_parent():
    """Have this process killed when the one that started it ends."""
    libc().prctl(END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def stand_apart(with_network):
    """Give the processes that this one starts numbers of their own.

    They see no other process that they could end, and end with the first
    of them. The process must have a single thread.

    Args:
        with_network: bool, whether they keep the network of this one.

    Returns:
        bool, whether the kernel allows it.
    """
    apart = NEW_USER | NEW_PID | NEW_IPC
    apart |= 0 if with_network else NEW_NET
    return libc().unshare(apart) == 0


def drop_root():
    """Go on as nobody, where this is root and nobody can read Python.

    Returns:
        bool, whether this process is not root's now.
    """
    if os.geteuid():
        return True
    if not _nobody_can_read([os.__file__, __file__]):
        return False
    _become_nobody()
    return True


def descendants(ancestor):
    """Map the processes that stem from one to the memory they hold.

    Args:
        ancestor: int, its number.

    Returns:
        dict from number to bytes.
    """
    parents, memory = {}, {}
    page = os.sysconf("SC_PAGE_SIZE")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # A name may hold brackets and blanks; the last one closes it.
            fields = stat.read_text("latin-1").rpartition(")")[2].split()
            number = int(stat.parent.name)
            parents[number] = int(fields[1])
            memory[number] = int(fields[21]) * page
    below = {ancestor}
    while more := {n for n in parents if parents[n] in below} - below:
        below |= more
    return {number: memory[number] for number in below - {ancestor}}


def end_descendants():
    """End all that stems from this process.

    Returns:
        bool, whether none is left.
    """
    until = time.monotonic() + END_WITHIN
    while time.monotonic() < until:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        _kill(descendants(os.getpid()))
        time.sleep(0.005)
    return False


def end_below(ancestor):
    """End all that stems from another process, while that one lives.

    Args:
        ancestor: int, its number. It has to reap what ends below it.
    """
    until = time.monotonic() + END_WITHIN
    while (below := descendants(ancestor)) and time.monotonic() < until:
        _kill(below)
        time.sleep(0.005)


def _kill(numbers):
    for number in numbers:
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)


def libc():
    """Return the C library, whose errors `ctypes.get_errno` tells."""
    return ctypes.CDLL(None, use_errno=True)


def _nobody_can_read(paths):
    """Try it in a process of its own, since there is no way back."""
    child = os.fork()
    if not child:
        with contextlib.suppress(OSError):
            _become_nobody()
            if all(os.access(path, os.R_OK) for path in paths):
                os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    return status == 0


def _become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
