"""How much an answer may use."""

import json
import os
import resource
from dataclasses import asdict, dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one submission may use; what is over it costs an exercise.

    Attributes:
        check: seconds for running a cell, and again for checking it; what
            runs in Python is stopped inside.
        exercise: seconds for the same, after which the process is ended.
        submission: seconds for all exercises of one learner.
        cpu: seconds that a process may compute.
        memory: bytes beyond what TensorFlow and the lessons take.
        file: bytes of one file.
        scratch: bytes of all files; enforced where bubblewrap runs.
        open_files: how many a process may hold.
        processes: how many processes and threads, or None for any number;
            enforced where the kernel gives a process its own numbers.
        frame: bytes of one message, from the process or to it.
    """

    check: float = 10.0
    exercise: float = 25.0
    submission: float = 240.0
    cpu: int = 240
    memory: int = 3072 * MIB
    file: int = 32 * MIB
    scratch: int = 128 * MIB
    open_files: int = 256
    processes: int | None = 64
    frame: int = 16 * MIB

    def as_text(self):
        """Return text that `from_text` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text):
        """Make limits of what `as_text` returned."""
        return cls(**json.loads(text))

    def impose(self, count_processes):
        """Set them for this process and all that it starts.

        Args:
            count_processes: bool, whether processes are counted too. All
                that the user runs would count, but for a process with its
                own numbers.
        """
        wanted = {
            resource.RLIMIT_CPU: self.cpu,
            resource.RLIMIT_AS: _address_space() + self.memory,
            resource.RLIMIT_FSIZE: self.file,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_CORE: 0,
        }
        if count_processes and self.processes is not None:
            wanted[resource.RLIMIT_NPROC] = self.processes
        for kind, most in wanted.items():
            _, hard = resource.getrlimit(kind)
            if hard != resource.RLIM_INFINITY:
                most = min(most, hard)
            resource.setrlimit(kind, (most, most))


def _address_space():
    """Return how many bytes this process has addressed."""
    with open("/proc/self/statm", encoding="ascii") as sizes:
        pages = int(sizes.read().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
