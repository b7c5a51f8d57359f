"""Memory that outlives its mapping is refused, and nothing else is."""

import os
import subprocess
import sys

import pytest

from vae_course.grading.whole_class import unseen_memory

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="seccomp is Linux's"
)
FILTERED = """
import ctypes, mmap, os, threading
from vae_course.grading.whole_class.unseen_memory import refuse_unseen_memory
assert refuse_unseen_memory() == ""
{}
"""
MAPPED = """
memory = mmap.mmap(-1, 2**16)
memory[:3] = b"yes"
assert memory[:3] == b"yes"
worker = threading.Thread(target=print)
worker.start()
worker.join()
if not os.fork():
    os._exit(0)
assert os.wait()[1] == 0
"""
REFUSED = """
try:
    {}
except PermissionError:
    pass
else:
    raise SystemExit("not refused")
"""
SECOND_COUNT = """
libc = ctypes.CDLL(None, use_errno=True)
memfd_create = {number} | 0x40000000
if libc.syscall(memfd_create, b"hog", 0) < 0:
    raise OSError(ctypes.get_errno(), "as it should")
"""


def run(code):
    """Run code behind the filter, in a process of its own."""
    command = [sys.executable, "-c", FILTERED.format(code)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_file_in_memory_is_refused_to_the_process_and_its_children():
    create = "os.memfd_create('hog')"
    child = "os._exit(os.waitstatus_to_exitcode(os.wait()[1]))"
    for code in (
        REFUSED.format(create),
        f"if os.fork():\n    {child}\n{REFUSED.format(create)}",
    ):
        done = run(code)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(
    os.uname().machine != "x86_64", reason="x86 alone counts calls twice"
)
def test_a_call_by_its_second_number_is_refused():
    done = run(SECOND_COUNT.format(number=319))
    assert "[Errno 1] as it should" in done.stderr


def test_what_answers_need_is_not_refused():
    done = run(MAPPED)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_machine_whose_calls_are_not_known_is_told(monkeypatch):
    monkeypatch.setattr(unseen_memory.platform, "machine", lambda: "abacus")
    assert "not refused on abacus" in unseen_memory.refuse_unseen_memory()
