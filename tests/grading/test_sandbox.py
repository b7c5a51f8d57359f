"""What an answer cannot read, reach or harm; and what is said of that."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from grading.right_answers import right_answers, submission

from vae_course.grading.whole_class import linux, sandbox
from vae_course.grading.whole_class.limits import Limits
from vae_course.grading.whole_class.process import Worker
from vae_course.grading.whole_class.records import FAILED, PASSED
from vae_course.grading.whole_class.sandbox import Sandbox, find_sandbox
from vae_course.grading.whole_class.warm_process import WorkerLost

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="sandboxes are Linux's"
)

RIGHT = right_answers()
SHORT = Limits(check=8.0, exercise=12.0, memory=512 * 2**20)
FACTS = (
    "a sandbox",
    "no network",
    "private files",
    "private processes",
    "processes of its own",
    "not as root",
    "limits on time, memory and files",
    "a limit on processes",
)
# The brackets keep a pattern from finding itself, the join keeps Python from
# writing the word down as it compiles.
LOOK_FOR_WORDS = """
import ctypes, re
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
control = "".join(3 * ["quag", "ga"])
found = set()
for line in open("/proc/self/maps"):
    place, rights = line.split()[:2]
    if "rw" not in rights or "[v" in line:
        continue
    start, end = (int(number, 16) for number in place.split("-"))
    with open("/proc/self/mem", "rb", 0) as memory:
        memory.seek(start)
        try:
            text = memory.read(end - start)
        except (OSError, OverflowError):
            continue
    for word in (b"qua[g]gaqua[g]ga", b"zyz[z]yvazyz[z]yva"):
        if re.search(word, text):
            found.add(word[:1])
assert found == {b"q"}, found
"""


def enforced_here(fact):
    why = find_sandbox().enforced[fact]
    return pytest.mark.skipif(bool(why), reason=f"{fact}: {why}")


@pytest.fixture(scope="module")
def worker():
    with Worker(SHORT) as worker:
        yield worker


def holds(worker, code):
    """Tell whether code runs to its end inside, above a right answer."""
    source = f"{code}\n{RIGHT['3.1']}"
    [claim] = worker.grade(submission({"3.1": source}), {})
    return claim.status == PASSED or claim.message


def test_the_probe_says_of_each_fact_whether_it_is_enforced():
    enforced = sandbox.probe()
    assert tuple(enforced) == FACTS
    assert all(isinstance(why, str) for why in enforced.values())


def test_a_limit_that_counts_other_processes_is_not_called_enforced():
    # A kernel before 5.14 counts as if there were no namespace.
    command = (
        "import encodings.ascii, os\n"
        "from vae_course.grading.whole_class import inside, linux\n"
        "if os.geteuid() == 0:\n    linux._become_nobody()\n"
        "linux.stand_apart = lambda with_network: True\n"
        "inside.main('/', '1', 'kept')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, check=True
    )
    told = json.loads(done.stdout)["a limit on processes"]
    assert "counts this user's other processes" in told


def test_without_bubblewrap_the_probe_says_so(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    found = find_sandbox.__wrapped__()
    assert found.bubblewrap is None
    assert "not installed" in found.enforced["a sandbox"]
    assert found.enforced["private files"]
    assert found.enforced["limits on time, memory and files"] == ""


def test_where_bubblewrap_cannot_start_the_probe_says_why(
    monkeypatch, tmp_path
):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho no permission >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: str(broken))
    found = find_sandbox.__wrapped__()
    assert found.bubblewrap is None
    assert "no permission" in found.enforced["a sandbox"]


@pytest.mark.parametrize(
    "stderr, why",
    [
        (None, "timed out after 60 seconds"),
        (b" \n", "timed out after 60 seconds"),
        (b"still\nlooking \xff", "looking \ufffd"),
    ],
)
def test_a_bubblewrap_that_hangs_is_told_of(monkeypatch, stderr, why):
    run = subprocess.run

    def hang(command, **options):
        if command[0] == "bwrap":
            raise subprocess.TimeoutExpired("bwrap", 60, stderr=stderr)
        return run(command, **options)

    monkeypatch.setattr(sandbox.shutil, "which", lambda name: name)
    monkeypatch.setattr(sandbox.subprocess, "run", hang)
    told = find_sandbox.__wrapped__().enforced["a sandbox"]
    assert told.startswith("bubblewrap cannot start here: ")
    assert told.endswith(why)


def test_bubblewrap_gets_no_environment_of_the_grader(monkeypatch, tmp_path):
    monkeypatch.setenv("A_SECRET", "secret")
    nosy = tmp_path / "bwrap"
    nosy.write_text("#!/bin/sh\necho got ${A_SECRET-nothing} >&2\nexit 1\n")
    nosy.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: str(nosy))
    found = find_sandbox.__wrapped__()
    assert found.enforced["a sandbox"].endswith("got nothing")


def test_a_course_on_a_scratch_disk_is_not_hidden(monkeypatch, tmp_path):
    course = "/scratch/ada/course"
    monkeypatch.setattr(sandbox, "_needed", lambda readable: [course])
    command = Sandbox("bwrap", {}).command([], [], tmp_path, 2**20)
    later = command[command.index(course) :]
    mounted = later[later.index("--tmpfs") + 1]
    assert not Path(course).is_relative_to(mounted)


@enforced_here("private files")
def test_files_outside_cannot_be_read(worker, tmp_path):
    secret = tmp_path / "grades.csv"
    secret.write_text("secret")
    os.chmod(tmp_path, 0o755)
    home = os.path.expanduser("~")
    code = (
        "import os\n"
        f"assert not os.path.exists({str(secret)!r})\n"
        "assert os.path.expanduser('~') == os.getcwd()\n"
        f"assert not os.path.exists({os.path.dirname(str(tmp_path))!r})\n"
        f"assert not os.path.exists({os.path.join(home, '.bashrc')!r})\n"
    )
    assert holds(worker, code) is True


@enforced_here("private files")
def test_nothing_but_the_scratch_folder_can_be_written(worker):
    code = (
        "import os, sys, vae_course\n"
        "for folder in ('/', '/tmp', '/usr', '/dev', '/dev/shm', sys.prefix,\n"
        "               os.path.dirname(vae_course.__file__)):\n"
        "    assert not os.access(folder, os.W_OK), folder\n"
        "open('mine', 'w').write('mine')\n"
    )
    assert holds(worker, code) is True


def test_the_environment_is_empty_but_for_what_tensorflow_needs(
    worker, monkeypatch
):
    monkeypatch.setenv("A_SECRET", "secret")
    code = (
        "import ctypes, os\n"
        "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"
        "assert 'VAE_COURSE_QUICK' in open('/proc/self/environ').read()\n"
        "assert 'A_SECRET' not in open('/proc/self/environ').read()\n"
        "assert not {'A_SECRET', 'USER', 'PWD'} & {*os.environ}\n"
    )
    with Worker(SHORT, worker.sandbox) as fresh:
        assert holds(fresh, code) is True
        started = linux.descendants(fresh._warm._process.pid)
        for number in {fresh._warm._process.pid, *started}:
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{number}/environ").read_bytes()
                assert b"A_SECRET" not in told


@enforced_here("no network")
def test_no_socket_outside_is_reached(worker):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            "import socket\n"
            "try:\n"
            f"    socket.create_connection(('127.0.0.1', {port}), 2)\n"
            "except OSError:\n    pass\n"
            "else:\n    raise AssertionError('connected')\n"
        )
        assert holds(worker, code) is True


@enforced_here("private processes")
def test_no_process_outside_is_seen(worker):
    code = (
        "import os\n"
        f"assert not os.path.exists('/proc/{os.getpid()}/stat') or "
        f"'pytest' not in open('/proc/{os.getpid()}/cmdline').read()\n"
    )
    assert holds(worker, code) is True


def test_processes_of_the_grader_cannot_be_looked_into(worker):
    code = (
        "import os\n"
        "own = os.readlink('/proc/self')\n"
        "for number in filter(str.isdigit, os.listdir('/proc')):\n"
        "    name = f'/proc/{number}/cmdline'\n"
        "    try:\n        line = open(name).read()\n"
        "    except OSError:\n        continue\n"
        "    if 'whole_class.worker' in line and number != own:\n"
        "        for kind in ('mem', 'environ', 'maps', 'fd/0'):\n"
        "            try:\n                open(f'/proc/{number}/{kind}')\n"
        "            except OSError:\n                continue\n"
        "            raise AssertionError(f'{number} {kind}')\n"
    )
    if os.geteuid() == 0 and worker.sandbox.enforced["not as root"]:
        pytest.skip("root may look into every process")
    assert holds(worker, code) is True


def test_what_an_earlier_learner_was_asked_is_not_in_memory(worker):
    answers = {"3.1": RIGHT["3.1"], "3.3": RIGHT["3.3"]}
    hidden = {"3.3": [{"word": 3 * "zyzzyva"}]}
    worker.grade(submission(answers), hidden)
    answers["3.1"] = f"{LOOK_FOR_WORDS}{RIGHT['3.1']}"
    [claim, _] = worker.grade(submission(answers), hidden)
    assert claim.status == PASSED, claim.message


@pytest.fixture(scope="module")
def bare():
    with Worker(SHORT, Sandbox(None, {})) as bare:
        yield bare


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos.kill(os.getppid(), 9)",
        "import os\nos._exit(0)",
        "import os\nwhile os.fork():\n    pass\nos.setsid()\nwhile True: pass",
        "import numpy\nhog = [numpy.ones(2**24) for _ in range(99)]",
    ],
)
def test_without_a_sandbox_limits_still_hold(bare, code):
    answers = {number: RIGHT[number] for number in ("3.1", "3.2", "3.3")}
    answers["3.2"] = code
    claims = bare.grade(submission(answers), {})
    told = [claim.status for claim in claims]
    assert told == [PASSED, FAILED, PASSED]


def test_a_process_that_cannot_start_is_told_of(tmp_path):
    with (
        Worker(SHORT, lessons=tmp_path) as worker,
        pytest.raises(WorkerLost, match="no lessons of the course"),
    ):
        worker.grade(submission({"3.1": RIGHT["3.1"]}), {})


def test_folders_that_answers_can_read_are_told_of(tmp_path):
    [(fact, why)] = sandbox.in_sight([tmp_path / "class"], tmp_path).items()
    assert fact == "submissions and results out of sight"
    assert why == f"{tmp_path / 'class'} lies in {tmp_path}"
    away = sandbox.in_sight([tmp_path / "class"], tmp_path / "lessons")
    assert not away[fact]


def test_python_that_cannot_start_alone_is_told_of(monkeypatch):
    def fails(*given):
        told = "Traceback ...\nNo module named 'vae_course'\n"
        raise subprocess.CalledProcessError(1, "env", stderr=told)

    monkeypatch.setattr(sandbox, "_tried", fails)
    with pytest.raises(OSError, match="No module named 'vae_course'$"):
        sandbox.find_sandbox.__wrapped__()
