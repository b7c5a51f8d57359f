"""The warm process gives each answer its due, whatever stands beside it."""

import os
import signal
import sys

import numpy as np
import pytest
from grading.right_answers import right_answers, submission

from vae_course.grading.whole_class import linux
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
    [claim] = worker.grade(Submission("a learner", answers, (), ""), {})
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
    assert claim.status == FAILED and "never seen" in claim.message


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


def test_a_submission_has_an_end(worker):
    hurried = Worker(Limits(submission=0.0), worker.sandbox)
    claims = hurried.grade(among_right_ones(RIGHT[SECOND]), {})
    assert statuses(claims) == 3 * [FAILED]
    assert "used up the time" in claims[0].message
