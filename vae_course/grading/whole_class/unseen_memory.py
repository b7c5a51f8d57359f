"""Refuse memory that no process is seen to hold, and no limit counts.

Files in memory and segments of shared memory outlive the mapping of them. A
seccomp filter has the kernel refuse the calls that make them.
"""

import ctypes
import errno
import os
import platform

from vae_course.grading.whole_class import linux

NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
# Words of the kernel's filters: load a word, compare it, return.
LOAD, IS_EQUAL, IS_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
CALL, ARCHITECTURE = 0, 4
ALLOWED, REFUSED = 0x7FFF0000, 0x00050000 | errno.EPERM
# From here on x86 counts the same calls a second time.
SECOND_COUNT = 0x40000000
# The architecture's number; those of memfd_create, memfd_secret and shmget.
CALLS = {
    "x86_64": (0xC000003E, (319, 447, 29)),
    "aarch64": (0xC00000B7, (279, 447, 194)),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_uint16),
        ("instructions", ctypes.POINTER(_Instruction)),
    )


def refuse_unseen_memory():
    """Have this thread, and all that it starts, do without such memory.

    Returns:
        str, "" or why it cannot be refused here.

    Source: the kernel's documentation, "Seccomp BPF", and seccomp(2).
    """
    machine = platform.machine()
    if machine not in CALLS:
        return f"files in memory are not refused on {machine}"
    instructions = _instructions(*CALLS[machine])
    program = _Program(
        len(instructions), (_Instruction * len(instructions))(*instructions)
    )
    libc = linux.libc()
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(
        SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0
    ):
        return f"seccomp: {os.strerror(ctypes.get_errno())}"
    return ""


def _instructions(architecture, calls):
    """Write the filter: a jump says how many instructions it leaps over."""
    tests = [(IS_AT_LEAST, SECOND_COUNT), *((IS_EQUAL, n) for n in calls)]
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (IS_EQUAL, 0, len(tests) + 2, architecture),
        (LOAD, 0, 0, CALL),
        *(
            (code, len(tests) - place, 0, value)
            for place, (code, value) in enumerate(tests)
        ),
        (RETURN, 0, 0, ALLOWED),
        (RETURN, 0, 0, REFUSED),
    ]
