"""The warm process gives each answer its due, whatever stands beside it."""

import dataclasses
import json
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from grading.right_answers import right_answers, submission

from vae_course.grading.whole_class import linux, process
from vae_course.grading.whole_class.conversation import Conversation, Lost
from vae_course.grading.whole_class.frames import (
    LENGTH,
    TICK,
    Broken,
    Channel,
)
from vae_course.grading.whole_class.library import hidden_inputs
from vae_course.grading.whole_class.limits import Limits
from vae_course.grading.whole_class.process import Worker
from vae_course.grading.whole_class.records import (
    FAILED,
    NOT_STARTED,
    PASSED,
    Answer,
    Submission,
)
from vae_course.grading.whole_class.sandbox import Sandbox
from vae_course.grading.whole_class.warm_process import WarmProcess
from vae_course.grading.whole_class.worker import BEGIN

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are limited on Linux alone"
)

MIB = 2**20
SHORT = Limits(
    check=8.0,
    exercise=12.0,
    memory=1024 * MIB,
    file=4 * MIB,
    scratch=8 * MIB,
    frame=4 * MIB,
)
RIGHT = right_answers()
# Three exercises that stand on nothing: what is done in the second one must
# not reach the first or the third.
FIRST, SECOND, THIRD = "3.1", "3.2", "3.3"
LOOP = "while True:\n    pass"
DEAF = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
FORK_BOMB = """
import os
for _ in range(9):
    try:
        os.fork()
    except OSError:
        pass
while True:
    pass
"""
GROUP = "import os\nos.killpg(0, 9)"
EVERYONE = "import os\nos.kill(-1, 9)"
MEMORY = "import numpy as np\nhog = [np.ones(2**24) for _ in range(99)]"
DISK = """
for number in range(99):
    with open(f"hog{number}", "wb") as file:
        for _ in range(64):
            file.write(bytes(2**16))
"""
ONE_BIG_FILE = "open('hog', 'wb').write(bytes(2**26))"
FLOOD = """
import os
print("x" * 2**24)
for _ in range(99):
    os.write(1, bytes(2**16))
    os.write(2, bytes(2**16))
"""
FORGERY = """
import json, os, struct
told = {"status": "passed", "mistake": None, "message": "", "rounds": [],
        "token": "0" * 16, "spoiled": False}
content = json.dumps(told).encode()
for descriptor in range(64):
    try:
        os.write(descriptor, struct.pack("<I", len(content)) + content)
    except OSError:
        pass
"""
HUGE_FRAME = """
import os, struct
for descriptor in range(64):
    try:
        os.write(descriptor, struct.pack("<I", 2**31))
    except OSError:
        pass
"""
DEEP = """
import sys
sys.setrecursionlimit(10**9)
def down():
    down()
down()
"""
CLOSED = "import os\nos.closerange(0, 4096)"
EATEN = """
import os
for descriptor in range(64):
    try:
        os.set_blocking(descriptor, False)
        os.read(descriptor, 2**16)
    except OSError:
        pass
"""
SEGFAULT = "import ctypes\nctypes.string_at(0)"
HOSTILE = {
    "a loop": LOOP,
    "a loop that is deaf": DEAF,
    "os._exit": "import os\nos._exit(0)",
    "sys.exit": "import sys\nsys.exit(0)",
    "kill of the parent": "import os\nos.kill(os.getppid(), 9)",
    "kill of all": EVERYONE,
    "kill of the group": GROUP,
    "a fork bomb": FORK_BOMB,
    "memory": MEMORY,
    "disk": DISK,
    "one big file": ONE_BIG_FILE,
    "flood": FLOOD,
    "forgery": FORGERY,
    "a huge frame": HUGE_FRAME,
    "deep recursion": DEEP,
    "closed descriptors": CLOSED,
    "eaten requests": EATEN,
    "segmentation fault": SEGFAULT,
    "an exit of the interpreter": "import os\nos.abort()",
    "an exception that cannot be written down": (
        "class Bad(BaseException):\n"
        "    def __str__(self):\n        raise self\n"
        "raise Bad"
    ),
}
# The answer below it is right, and may count: what it did is undone.
SLY = {
    "time stands still": "import time\ntime.perf_counter = lambda: 0",
    "NumPy lies": (
        "import numpy\nnumpy.exp = numpy.log = numpy.sqrt = abs\n"
        "numpy.linalg.det = numpy.linalg.solve = None"
    ),
    "Python lies": "import builtins\nbuiltins.len = builtins.all = None",
    "the checks lie": (
        "from vae_course.checks import contract, lesson_03\n"
        "contract._verdict = lambda *told: None\n"
        "lesson_03.multivariate_normal_pdf = None"
    ),
    "a function's code is replaced": (
        "from vae_course.checks import compare\n"
        "compare.compare.__code__ = (lambda *a, **k: 1 / 0).__code__"
    ),
    "a module is replaced": "import sys\nsys.modules['numpy'] = None",
    "threads": (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
    ),
    "a daemon": (
        "import os, time\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    if os.fork():\n        os._exit(0)\n"
        "    time.sleep(99)\n"
        "    os._exit(0)"
    ),
    "no garbage collection": "import gc\ngc.disable()\ngc.freeze()",
    "warnings as errors": "import warnings\nwarnings.simplefilter('error')",
    "errors of floating point": "import numpy\nnumpy.seterr(all='raise')",
    "another folder": "import os\nos.chdir('/')",
    "another environment": "import os\nos.environ.clear()",
    "a trace": "import sys\nsys.settrace(lambda *a: 1 / 0)",
    "float64": "import keras\nkeras.config.set_floatx('float64')",
    "alarms": (
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    ),
    "the namespace": "np = None\nlen = None\ndata = None\nrng = None",
}


@pytest.fixture(scope="module")
def worker():
    with Worker(SHORT) as worker:
        yield worker


@pytest.fixture(scope="module")
def hidden():
    return hidden_inputs(5)


def statuses(claims):
    return [claim.status for claim in claims]


def among_right_ones(source):
    return submission({**_three(), SECOND: source})


def _three():
    return {number: RIGHT[number] for number in (FIRST, SECOND, THIRD)}


def test_all_solutions_pass_with_results_for_every_hidden_round(
    worker, hidden
):
    claims = worker.grade(submission(RIGHT), hidden)
    assert [claim.exercise for claim in claims] == list(RIGHT)
    assert [c.message for c in claims if c.status != PASSED] == []
    for claim in claims:
        assert len(claim.rounds) == len(hidden[claim.exercise]) > 0


def test_right_answers_spoil_no_process(worker, monkeypatch):
    begun = []
    begin = worker._begin
    monkeypatch.setattr(worker, "_begin", lambda: begun.append(1) or begin())
    worker.grade(submission(RIGHT), {})
    assert len(begun) == 1


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_ends_or_blocks_a_process_costs_one_exercise(worker, source):
    claims = worker.grade(among_right_ones(source), {})
    assert statuses(claims) == [PASSED, FAILED, PASSED]
    assert "Exercise 3.2 is not right yet." in claims[1].message
    if source in (LOOP, DEAF):
        assert claims[1].mistake == "takes_too_long"


@pytest.mark.parametrize("source", SLY.values(), ids=SLY.keys())
def test_what_an_answer_changes_does_not_reach_the_next(worker, source):
    answer = f"{source}\n{RIGHT[SECOND]}"
    claims = worker.grade(among_right_ones(answer), {})
    assert claims[0].status == claims[2].status == PASSED, claims[2].message


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.memfd_create('hog')",
        "import ctypes\nassert ctypes.CDLL(None).shmget(0, 8, 0o1600) >= 0",
    ],
    ids=["a file in memory", "a segment of shared memory"],
)
def test_memory_that_no_process_is_seen_to_hold_is_refused(worker, source):
    answer = f"{source}\n{RIGHT[SECOND]}"
    claims = worker.grade(among_right_ones(answer), {})
    assert statuses(claims) == [PASSED, FAILED, PASSED]
    assert source.splitlines()[-1] in claims[1].message.replace("\n", " ")


def test_what_is_printed_is_dropped(worker):
    answer = f"{FLOOD}\n{RIGHT[SECOND]}"
    assert statuses(worker.grade(among_right_ones(answer), {})) == 3 * [PASSED]


def test_a_wrong_answer_has_the_slug_and_the_words_of_its_check(worker):
    wrong = (
        "def normal_pdf(x, mean, variance):\n"
        "    z = (x - mean) / variance\n"
        "    return np.exp(-z**2 / 2) / np.sqrt(2 * np.pi * variance)\n"
    )
    [claim] = worker.grade(submission({"3.1": wrong}), {})
    assert claim.status == FAILED and claim.mistake
    assert "Exercise 3.1 is not right yet." in claim.message
    assert "Think" in claim.message


def test_an_untouched_stub_is_not_started(worker):
    stub = (
        "def normal_pdf(x, mean, variance):\n"
        '    raise NotImplementedError("Exercise 3.1")\n'
    )
    [claim] = worker.grade(submission({"3.1": stub}), {})
    assert (claim.status, claim.mistake) == (NOT_STARTED, None)


@pytest.mark.parametrize(
    "source, words",
    [
        ("def normal_pdf(x:\n    return x", "can be read as Python"),
        ("def normal(x):\n    return x", "nothing of that name"),
        ("1 / 0", "ZeroDivisionError"),
        ("\0", "SyntaxError"),
        ("(" * 5000, "SyntaxError"),
    ],
)
def test_a_cell_that_does_not_run_is_told_why(worker, source, words):
    [claim] = worker.grade(submission({"3.1": source}), {})
    assert claim.status == FAILED and words in claim.message


@pytest.mark.parametrize(
    "exercise, source",
    [
        ("3.1", "from vae_course.densities import normal_pdf"),
        (
            "3.1",
            "from vae_course import densities\n"
            "def normal_pdf(x, mean, variance):\n"
            "    return densities.normal_pdf(x, mean, variance)",
        ),
        ("1.3", "from vae_course.models import reconstruction_loss"),
        (
            "3.1",
            "from vae_course import densities\n"
            "__name__ = densities.__name__\n"
            "def normal_pdf(x, mean, variance):\n"
            "    return densities.normal_pdf(x, mean, variance)",
        ),
        (
            "7.3",
            "from vae_course import models\n"
            "class VAE(VAE):\n"
            "    def train_step(self, data, of=models.VAE.train_step):\n"
            "        return of(self, data)\n",
        ),
        ("4.2", "from vae_course.layers import Sampling"),
        (
            "10.4",
            "from vae_course import clinic\n"
            "def diagnose():\n    return clinic.diagnose()",
        ),
    ],
)
def test_an_answer_cannot_leave_its_work_to_the_library(
    worker, exercise, source
):
    [claim] = worker.grade(submission({exercise: source}), {})
    assert (claim.status, claim.mistake) == (FAILED, "left_to_library")


def test_later_exercises_stand_on_the_library_where_one_is_wrong(worker):
    chain = {number: RIGHT[number] for number in ("7.2", "7.3", "7.4")}
    chain["7.2"] = "class VAE(keras.Model):\n    pass"
    claims = worker.grade(submission(chain), {})
    assert statuses(claims) == [FAILED, PASSED, PASSED]


def test_later_exercises_stand_on_earlier_ones_after_a_loss(worker):
    chain = {number: RIGHT[number] for number in ("4.1", "4.2", "4.3")}
    chain["4.1"] += "\nstd_from_log_var.mark = 'own'\n"
    chain["4.2"] = "import os\nos._exit(1)"
    chain["4.3"] += "\nassert std_from_log_var.mark == 'own'\n"
    claims = worker.grade(submission(chain), {})
    assert statuses(claims) == [PASSED, FAILED, PASSED], claims[2].message


def test_two_right_answers_that_do_not_fit_together_both_pass(worker):
    in_64_bits = f"""{RIGHT["6.1"]}
right = log_likelihood
def log_likelihood(x, x_logits):
    return tf.cast(right(x, x_logits), "float64")
"""
    on_it = """
def elbo(x, x_logits, z_mean, z_log_var):
    squares = z_mean**2 + tf.exp(z_log_var) - z_log_var - 1
    kl = tf.reduce_sum(squares, axis=1) / 2
    return log_likelihood(x, x_logits) - kl
"""
    claims = worker.grade(submission({"6.1": in_64_bits, "6.2": on_it}), {})
    assert statuses(claims) == [PASSED, PASSED], claims[1].message


def test_an_answer_whose_process_was_killed_once_is_not_at_fault(
    worker, monkeypatch
):
    ask, killed = Conversation._ask, []

    def killed_once(self, what, **arguments):
        if what == "judge" and arguments["exercise"] == SECOND and not killed:
            killed.append(SECOND)
            self._is_lost = True
            raise Lost("ended")
        return ask(self, what, **arguments)

    monkeypatch.setattr(Conversation, "_ask", killed_once)
    claims = worker.grade(among_right_ones(RIGHT[SECOND]), {})
    assert killed and statuses(claims) == 3 * [PASSED]


def test_a_slow_start_is_taken_from_nobody(worker, monkeypatch):
    def slow(*given):
        time.sleep(2.5)
        return WarmProcess(*given)

    monkeypatch.setattr(process, "WarmProcess", slow)
    with Worker(Limits(submission=2.0), worker.sandbox) as fresh:
        claims = fresh.grade(among_right_ones(RIGHT[SECOND]), {})
    assert statuses(claims) == 3 * [PASSED]


def test_definitions_of_the_lesson_s_other_cells_are_there(worker):
    source = f"assert STEP == 1e-4\n{RIGHT['4.1']}"
    [claim] = worker.grade(submission({"4.1": source}), {})
    assert claim.status == PASSED, claim.message


def test_helpers_are_there(worker):
    source = (
        "def normal_pdf(x, mean, variance):\n"
        "    return bell(x, mean, variance)\n"
    )
    helper = (
        "def bell(x, mean, variance):\n"
        "    z = (x - mean) ** 2 / variance\n"
        "    return np.exp(-z / 2) / np.sqrt(2 * np.pi * variance)\n"
    )
    answers = (Answer("3.1", source, helper),)
    [claim] = worker.grade(Submission("a learner", answers, (), {}), {})
    assert claim.status == PASSED, claim.message


def test_an_answer_that_crashes_on_hidden_inputs_alone_fails(worker, hidden):
    source = (
        f"{RIGHT['3.1']}\nright = normal_pdf\n"
        "def normal_pdf(x, mean, variance):\n"
        "    if np.all(x == 12345.0):\n"
        "        raise ValueError('never seen')\n"
        "    return right(x, mean, variance)\n"
    )
    [inputs, *_] = hidden["3.1"]
    inputs = {**inputs, "x": np.full_like(inputs["x"], 12345.0)}
    [claim] = worker.grade(submission({"3.1": source}), {"3.1": [inputs]})
    # Not in words, which could carry hidden inputs out.
    assert (claim.status, claim.message) == (PASSED, "")
    assert claim.rounds == []


def test_nothing_is_left_for_the_next_submission(worker):
    leave = (
        "import os, sys, json, builtins\n"
        "open('left', 'w').write('left')\n"
        "open(os.path.expanduser('~/.left'), 'w').write('left')\n"
        "builtins.left = sys.left = True\n"
        f"{RIGHT[SECOND]}"
    )
    look = (
        "import os, sys, builtins\n"
        "assert os.listdir('.') == []\n"
        "assert not os.path.exists(os.path.expanduser('~/.left'))\n"
        "assert not hasattr(builtins, 'left') and not hasattr(sys, 'left')\n"
        f"{RIGHT[SECOND]}"
    )
    assert statuses(worker.grade(among_right_ones(leave), {}))[1] == PASSED
    [_, claim, _] = worker.grade(among_right_ones(look), {})
    assert claim.status == PASSED, claim.message


def test_a_warm_process_that_was_killed_costs_nobody_anything(worker):
    worker.grade(among_right_ones(RIGHT[SECOND]), {})
    for number in linux.descendants(os.getpid()):
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            pass
    claims = worker.grade(among_right_ones(RIGHT[SECOND]), {})
    assert statuses(claims) == 3 * [PASSED]


def test_the_longest_answer_that_is_allowed_costs_no_warm_process(worker):
    source = (
        "import os, struct\n"
        f"frame = struct.pack('<I', {SHORT.frame}) + bytes({SHORT.frame})\n"
        "for descriptor in range(3, 64):\n"
        "    try:\n        os.write(descriptor, frame)\n"
        "    except OSError:\n        pass\n"
    )
    worker.grade(among_right_ones(RIGHT[SECOND]), {})
    warm = worker._warm
    claims = worker.grade(among_right_ones(source), {})
    assert statuses(claims) == [PASSED, FAILED, PASSED]
    assert worker._warm is warm


@pytest.fixture
def dripping():
    """Return a channel to which a byte comes now and then."""
    read, write = os.pipe()
    done = threading.Event()

    def drip():
        os.write(write, LENGTH.pack(1_000))
        while not done.wait(0.05):
            os.write(write, b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    channel = Channel(read, write, 1_000)
    yield channel
    done.set()
    thread.join()
    channel.close()


def test_who_answers_byte_by_byte_is_late_all_the_same(dripping):
    with pytest.raises(Broken, match="late"):
        dripping.receive(time.monotonic() + 0.5)


def test_who_answers_byte_by_byte_is_watched_all_the_same(dripping):
    ticks = []

    def tick():
        ticks.append(time.monotonic())
        if len(ticks) == 4:
            raise Broken("memory")

    with pytest.raises(Broken, match="memory"):
        dripping.receive(tick=tick)
    assert np.diff(ticks).min() >= 0.9 * TICK


@pytest.fixture
def busy():
    """Return a warm process without walls, and whom it has started."""
    warm = WarmProcess(SHORT, Sandbox(None, {}), process.LESSONS)
    told = {"exercise": "3.1", "source": DEAF, "helpers": ""}
    request = {"do": "judge", "with": told, "token": ""}
    warm.channel.send(BEGIN)
    warm.channel.send(json.dumps(request).encode())
    started, until = {}, time.monotonic() + 5
    while len(started) < 2 and time.monotonic() < until:
        started = linux.descendants(warm._process.pid)
    yield warm, started
    warm.end()


def running(numbers):
    """List those of some processes that have not ended."""
    return [
        number
        for number in numbers
        if re.search("State:\t[^ZX]", _status(number))
    ]


def _status(number):
    try:
        return Path(f"/proc/{number}/status").read_text()
    except OSError:
        return ""


def test_without_walls_the_end_of_a_warm_process_is_that_of_all(busy):
    warm, started = busy
    assert len(running(started)) == 2
    warm.end()
    assert running(started) == []


def test_without_walls_nobody_outlives_a_warm_process_that_is_killed(busy):
    warm, started = busy
    warm._process.kill()
    until = time.monotonic() + 5
    while running(started) and time.monotonic() < until:
        time.sleep(0.1)
    assert running(started) == []


def test_a_limit_on_processes_that_counts_others_is_not_imposed(worker):
    if why := worker.sandbox.enforced["processes of its own"]:
        pytest.skip(why)
    counts = "import resource\nN = resource.RLIMIT_NPROC\n"
    limited = f"{counts}assert resource.getrlimit(N)[0] == {SHORT.processes}\n"
    free = limited.replace("==", "!=")
    for why, code in [("", limited), ("the kernel counts others", free)]:
        enforced = worker.sandbox.enforced | {"a limit on processes": why}
        sandbox = dataclasses.replace(worker.sandbox, enforced=enforced)
        with Worker(SHORT, sandbox) as fresh:
            answer = submission({FIRST: f"{code}{RIGHT[FIRST]}"})
            [claim] = fresh.grade(answer, {})
        assert claim.status == PASSED, claim.message


def test_a_submission_has_an_end(worker):
    hurried = Worker(Limits(submission=0.0), worker.sandbox)
    claims = hurried.grade(among_right_ones(RIGHT[SECOND]), {})
    assert statuses(claims) == 3 * [FAILED]
    assert "used up the time" in claims[0].message
