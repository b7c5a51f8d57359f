"""Look around in a sandbox, and print what it cannot keep out, as JSON.

python -P -m vae_course.grading.whole_class.inside SECRET PID taken|kept
"""

import contextlib
import json
import os
import signal
import socket
import sys

from vae_course.grading.whole_class import linux
from vae_course.grading.whole_class.limits import Limits
from vae_course.grading.whole_class.unseen_memory import (
    refuse_unseen_memory,
)

LIMIT_ON_PROCESSES = "a limit on processes"
NO_NAMESPACES = "user namespaces are not allowed"
COUNTS_OTHERS = "the kernel counts this user's other processes, too"
# This process, its child and one more: none where another one counts.
FEW = Limits(processes=3)
UNKNOWN = 255


def main(secret, outsider, network):
    """Try what an answer might.

    Args:
        secret: str, path of a file that should not be there.
        outsider: str, number of a process that should not be there.
        network: "kept" where nobody took the network away.
    """
    is_nobody = linux.drop_root()
    sees_file = os.access(secret, os.R_OK)
    sees_outsider = os.access(f"/proc/{outsider}/stat", os.R_OK)
    with _another_process():
        apart = linux.stand_apart(network != "kept")
        count = _limit_on_processes(apart)
    alone = {name for _, name in socket.if_nameindex()} <= {"lo"}
    told = {
        "no network": "" if alone else NO_NAMESPACES,
        "private files": "files of this user can be read" * sees_file,
        "private processes": "other processes can be seen" * sees_outsider,
        "processes of its own": "" if apart else NO_NAMESPACES,
        "not as root": "" if is_nobody else "Python is readable by root alone",
        "limits on time, memory and files": _limits(),
        LIMIT_ON_PROCESSES: count,
    }
    print(json.dumps(told))


@contextlib.contextmanager
def _another_process():
    """Run one more process of this user, which nothing inside may count."""
    number = os.fork()
    if not number:
        linux.end_with_parent()
        signal.pause()
    yield
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def _limits():
    try:
        Limits().impose(count_processes=False)
    except (OSError, ValueError) as error:
        return str(error)
    return refuse_unseen_memory()


def _limit_on_processes(apart):
    """Start too many, below one that ends them all as it ends."""
    if not apart:
        return NO_NAMESPACES
    first = os.fork()
    if not first:
        try:
            os._exit(_start_too_many())
        finally:
            os._exit(UNKNOWN)
    _, status = os.waitpid(first, 0)
    started = os.waitstatus_to_exitcode(status)
    if not started:
        return COUNTS_OTHERS
    if started < 0 or started == UNKNOWN:
        return "it could not be tried"
    return "it does not bind root" if started > FEW.processes else ""


def _start_too_many():
    """Return how many processes were started before one was refused."""
    FEW.impose(count_processes=True)
    for started in range(FEW.processes + 1):
        try:
            if not os.fork():
                signal.pause()
        except OSError:
            return started
    return FEW.processes + 1


if __name__ == "__main__":
    main(*sys.argv[1:])
