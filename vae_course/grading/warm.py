"""Kernels that start in a second: forked from a process that is warm.

Importing TensorFlow is most of what a notebook's start costs. One process
imports it once, computes nothing, and is forked for each kernel. Where a
process cannot be forked safely, kernels start as they always do.
"""

import atexit
import contextlib
import functools
import importlib
import json
import os
import signal
import subprocess
import sys

from jupyter_client.provisioning import (
    KernelProvisionerFactory,
    LocalProvisioner,
)

NAME = "vae-course-warm"
MODULES = (
    "ipykernel.kernelapp",
    "ipywidgets",
    "keras",
    "matplotlib.pyplot",
    "scipy.stats",
    "tensorflow",
)
# What a kernel sets before Matplotlib is imported, which here is earlier.
INLINE = "module://matplotlib_inline.backend_inline"


def use_for(manager):
    """Have a kernel manager fork its kernel, where that can be done.

    Args:
        manager: jupyter_client.KernelManager of a kernel of this Python
            that has not been started.
    """
    known = KernelProvisionerFactory.instance().provisioners
    if sys.platform == "linux" and NAME in known:
        manager.kernel_spec.metadata["kernel_provisioner"] = {
            "provisioner_name": NAME
        }


class WarmProvisioner(LocalProvisioner):
    """Start kernels for `jupyter_client` by forking the warm process."""

    async def launch_kernel(self, cmd, **kwargs):
        """Fork a kernel, or start one cold where that fails.

        Args:
            cmd: list of str, the command that would start it cold.
            **kwargs: of `subprocess.Popen`, such as cwd and env.

        Returns:
            The kernel's connection info.
        """
        request = {
            "connection_file": cmd[cmd.index("-f") + 1],
            "folder": kwargs["cwd"],
            "env": kwargs["env"],
        }
        try:
            self.process = Forked(_ask(request))
        except (OSError, ValueError):
            _server.cache_clear()
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class Forked:
    """A grandchild process, with what `subprocess.Popen` offers of it.

    Its exit code is lost: the warm process reaps it.

    Args:
        pid: int.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        """Return None while it runs, else 0."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self):
        """Return 0; `LocalProvisioner` asks once it has ended."""
        return 0

    def send_signal(self, number):
        """Send it a signal, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self):
        """End it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


@functools.cache
def _server():
    """Start the warm process, which ends with this one."""
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "vae_course.grading.warm"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(_end, server)
    return server


def _end(server):
    server.kill()
    server.communicate()


def _ask(request):
    """Have a kernel forked; return its process id."""
    server = _server()
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    return int(server.stdout.readline())


def serve():
    """Import what lessons import, then fork a kernel for each request."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    for module in MODULES:
        importlib.import_module(module)
    # The kernel reaps the children of a process that ignores this signal.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become_kernel(json.loads(line))
        print(pid, flush=True)


def _become_kernel(request):
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    # Python seeds its own generator anew after a fork, NumPy does not.
    np.random.seed()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    try:
        IPKernelApp.launch_instance(["-f", request["connection_file"]])
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve()
