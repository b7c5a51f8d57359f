"""One learner's process: forked from a warm one, with limits of its own."""

import gc
import json
import os
import signal

import numpy as np

from vae_course.grading.whole_class import linux
from vae_course.grading.whole_class.arrays import unpack_round
from vae_course.grading.whole_class.frames import Broken
from vae_course.grading.whole_class.unseen_memory import (
    refuse_unseen_memory,
)


def sit(exam, state, channel, limits, counts_processes):
    """Answer requests until there are none; never returns.

    Args:
        exam: `Exam` of the warm process, nothing run in it yet.
        state: `State` of the warm process.
        channel: `Channel` to the process that watches over this one.
        limits: `Limits`.
        counts_processes: bool, whether processes are limited as well.
    """
    try:
        _settle_in(channel, state.scratch)
        limits.impose(counts_processes)
        refuse_unseen_memory()
        state.begin()
        _serve(exam, state, channel)
    except Broken:
        os._exit(0)
    finally:
        os._exit(1)


def _serve(exam, state, channel):
    requests = {
        "adopt": exam.adopt,
        "judge": exam.judge,
        "observe": lambda rounds: exam.observe(
            [unpack_round(each) for each in rounds]
        ),
        "look": lambda: {"spoiled": state.is_spoiled()},
    }
    while True:
        request = json.loads(channel.receive())
        told = requests[request["do"]](**request["with"]) or {}
        state.settle()
        told["token"] = request["token"]
        channel.send(json.dumps(told).encode())


def _settle_in(channel, scratch):
    """Leave the warm process's descriptors and numbers behind."""
    linux.end_with_parent()
    os.setsid()
    os.chdir(scratch)
    os.umask(0o077)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    first = max(channel.read, channel.write) + 1
    kept = {channel.read, channel.write}
    for descriptor in set(range(3, first)) - kept:
        os.closerange(descriptor, descriptor + 1)
    os.closerange(first, 2**16)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    # Python seeds its own generator anew after a fork, NumPy does not.
    np.random.seed()
    gc.enable()
