"""Look around in a sandbox, and print what it cannot keep out, as JSON.

python -P -m vae_course.grading.whole_class.inside SECRET PID taken|kept
"""

import json
import os
import signal
import socket
import sys

from vae_course.grading.whole_class import linux
from vae_course.grading.whole_class.limits import Limits

NO_NAMESPACES = "user namespaces are not allowed"


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
    apart = linux.stand_apart(network != "kept")
    alone = {name for _, name in socket.if_nameindex()} <= {"lo"}
    told = {
        "no network": "" if alone else NO_NAMESPACES,
        "private files": "files of this user can be read" * sees_file,
        "private processes": "other processes can be seen" * sees_outsider,
        "processes of its own": "" if apart else NO_NAMESPACES,
        "not as root": "" if is_nobody else "Python is readable by root alone",
        "limits on time, memory and files": _limits(),
        "a limit on processes": _limit_on_processes(apart),
    }
    print(json.dumps(told))


def _limits():
    try:
        Limits().impose(count_processes=False)
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def _limit_on_processes(apart):
    """Start too many, below one that ends them all as it ends."""
    if not apart:
        return NO_NAMESPACES
    first = os.fork()
    if not first:
        os._exit(0 if _is_refused() else 1)
    _, status = os.waitpid(first, 0)
    return "it does not bind root" if status else ""


def _is_refused():
    limits = Limits(processes=4)
    limits.impose(count_processes=True)
    try:
        for _ in range(limits.processes + 1):
            if not os.fork():
                signal.pause()
    except BlockingIOError:
        return True
    return False


if __name__ == "__main__":
    main(*sys.argv[1:])
