"""Notebooks in every state that learners, and worse, leave them in.

HARMLESS: nothing is wrong with an answer, all three exercises count.
ONE_WRONG: exercise 90.2 alone fails, and the report says why.
"""

import json

from grading.toy_notebooks import (
    check,
    code,
    demo,
    lesson,
    setup,
    stub,
    stub_cell,
    unanswered,
)

STOPPED = "It did not end within its time limit."
DIED = "The kernel died while it ran."
LEFT = "It ends the kernel: exit() or quit()."
CHANGED = "The check of exercise 90.2 was changed."
FORGED = "The check of exercise 90.2 passed, but its result does not hold"
TAMPERED = "changes the checks themselves"
UNDEFINED = "NameError: name 'square' is not defined"
NO_INPUT = "StdinNotImplementedError: raw_input was called"
WRONG = "Exercise 90.2 is not right yet."
MISSING = "The check of exercise 90.2 is missing."
RIGHT = "def square(x):\n    return x ** 2\n"
TWICE = "def square(x):\n    return 2 * x\n"
DEAF_LOOP = """\
import time
while True:
    try:
        time.sleep(0.1)
    except BaseException:
        pass"""
THREAD = """\
import sys, threading, time
def talk():
    while True:
        print("still here", file=sys.__stderr__)
        time.sleep(0.01)
threading.Thread(target=talk, daemon=True).start()"""
FORGERY = """\
from IPython.display import display
result = {"exercise": "90.2", "status": "passed", "mistake": None,
          "points": 2, "seconds": 0.0}
mime = "application/vnd.vae-course.result+json"
display({mime: result, "text/plain": "Exercise 90.2: passed"}, raw=True)"""
DISPLAY_CHANGED = """\
import IPython.display
def passed(bundle, show=IPython.display.display, **options):
    for data in bundle.values():
        if isinstance(data, dict):
            data["status"] = "passed"
    show(bundle, **options)
IPython.display.display = passed"""
NONSENSE = """\
def square(x):
    from IPython.display import display
    mime = "application/vnd.vae-course.result+json"
    for result in (3, [], {"status": []}, {"status": "failed"}):
        display({mime: result}, raw=True)
    return 2 * x"""
DEEP = """\
import sys
sys.setrecursionlimit(9000)
def down(n):
    return 0 if n == 0 else down(n - 1)
def square(x):
    return x ** 2 + down(5000)"""
NUMPY = "import numpy as np\nimport math"
SQUARE = f"{RIGHT}square = check.square(square)"


def second(*cells):
    """Return a lesson whose second exercise has these cells."""
    return lesson(second=cells)


def answered(source):
    """Return a lesson whose second stub holds this code."""
    return second(stub_cell("90.2", source), check("90.2"))


def checked(source):
    """Return a lesson, twice x for its square, with this check cell."""
    return second(stub_cell("90.2", TWICE), check("90.2", source))


def among(source):
    """Return a solved lesson with a cell of the learner's own."""
    cells = lesson()
    return [*cells[:4], code(source), *cells[4:]]


def with_numpy(source):
    """Return a lesson that needs NumPy and Python's len throughout.

    The second exercise is right and has `source` below its answer.
    """
    return [
        setup(),
        code(NUMPY, {"role": "setup"}),
        stub("90.1", "return np.add(x, x)"),
        check("90.1"),
        stub_cell("90.2", f"{RIGHT}{source}"),
        check("90.2"),
        demo("90.2", 16),
        stub("90.3", "return np.divide(x, len('ab')) + 0 * math.pi"),
        check("90.3"),
        demo("90.3", 2),
    ]


def with_numpy_and(*sources):
    """Return that lesson with cells of the learner's own."""
    cells = with_numpy("")
    return [*cells[:6], *map(code, sources), *cells[6:]]


def split_off(source):
    """Return a solved lesson whose second check was split in two."""
    half = {"exercise": "90.2", "role": "check"}
    return second(stub("90.2"), code(source, half), check("90.2"))


def renamed(name):
    """Return a solved lesson that calls its module of checks this."""
    return [
        cell
        | {
            "source": cell["source"]
            .replace("as check", f"as {name}")
            .replace("check.", f"{name}.")
        }
        for cell in lesson()
    ]


def merged(first, last):
    """Return a solved lesson in which some cells are one."""
    cells = lesson()
    sources = [cell["source"] for cell in cells[first:last]]
    one = cells[first] | {"source": "\n\n".join(sources)}
    return [*cells[:first], one, *cells[last:]]


def with_stored(outputs):
    """Return a solved lesson whose cells have these outputs stored."""
    return [cell | {"outputs": outputs} for cell in lesson()]


FAILED_RESULT = {
    "output_type": "display_data",
    "metadata": {},
    "data": {
        "application/vnd.vae-course.result+json": {
            "exercise": "90.2",
            "status": "failed",
        }
    },
}
HARMLESS = {
    "solved": lesson(),
    "saved_in_mid_run": with_stored(
        [{"output_type": "stream", "name": "stdout", "text": "90.1"}]
    ),
    "outputs_of_another_run": with_stored([FAILED_RESULT]),
    "outputs_of_no_format": with_stored([{"output_type": "?"}, None]),
    "metadata_lost": [cell | {"metadata": {}} for cell in lesson()],
    "ids_twice": [cell | {"id": "same"} for cell in lesson()],
    "merged": second(
        stub_cell("90.2", RIGHT + "square = check.square(square)")
    ),
    "error_on_purpose": [
        *lesson(),
        code("1 / 0", metadata={"tags": ["raises-exception"]}),
        code("1 / 0", metadata={"tags": ["nbval-skip"]}),
        code("%matplotlib inline"),
        code("import os; assert os.environ['VAE_COURSE_QUICK'] == '1'"),
    ],
    "raw_cells": [{"cell_type": "raw", "source": "1 / 0"}, *lesson()],
    "check_in_other_words": checked(
        f"\n\n{RIGHT}print('now:')\n"
        "check.square( square );  # mine\nprint('done')"
    ),
    "answer_in_the_cell_of_the_check": second(
        check("90.2", f"{RIGHT}square = check.square(square)")
    ),
    "check_with_an_error_below_it": second(
        stub("90.2"), check("90.2", "square = check.square(square)\n1 / 0")
    ),
    "check_twice": second(stub("90.2"), check("90.2"), check("90.2")),
    "check_timed": checked(f"%%time\n{SQUARE}"),
    "check_captured": checked(f"%%capture out\n{SQUARE}"),
    "check_split_in_two": split_off(""),
    "check_split_from_its_print": split_off("print('now:')"),
    "check_moved_into_the_stub": second(
        stub_cell("90.2", SQUARE), check("90.2", "# see above")
    ),
    "module_of_checks_renamed": renamed("c"),
    "stub_split_in_two": second(
        stub_cell("90.2", "two = 2"),
        stub_cell("90.2", "def square(x):\n    return x ** two"),
        check("90.2"),
    ),
    "two_checks_merged": merged(2, 6),
    "stubs_and_checks_merged": merged(1, 6),
    "all_cells_merged": merged(0, 10),
    "helper_between_stub_and_check": second(
        stub_cell("90.2", "def square(x):\n    return power(x, 2)"),
        code("def power(x, n):\n    return x ** n"),
        check("90.2"),
    ),
    "cells_of_another_lesson": [
        code("1", {"exercise": "5.5", "role": "stub"}),
        code("2", {"exercise": "5.5", "role": "check"}),
        *lesson(),
    ],
    "metadata_of_no_kind": [
        code("1", metadata=None),
        code("1", metadata=[]),
        code("1", metadata={"tags": 3}),
        *lesson(),
    ],
    "half_a_character": among("x = '\ud83d'"),
    "deep_recursion": answered(DEEP),
    "words_of_the_world": among(
        "größe, 名前, привет = 'Größe 😀', '名', 'x'\nprint(größe, 名前)"
    ),
    "windows_line_ends": [
        cell | {"source": cell["source"].replace("\n", "\r\n")}
        for cell in lesson()
    ],
    "lines_as_a_list": [
        cell | {"source": cell["source"].splitlines(keepends=True)}
        for cell in lesson()
    ],
    "output_of_100_mb": among("print('x' * 100_000_000)"),
    "noise_on_every_channel": among(
        "import logging, os, sys, warnings\n"
        "os.write(2, b'noise')\nlogging.error('noise')\n"
        "print('noise', file=sys.stderr)\nwarnings.warn('noise')"
    ),
    "thread_left_running": among(THREAD),
    "numpy_is_none": with_numpy("np = math = None"),
    "random_of_numpy_emptied": [
        *with_numpy("np.random.default_rng = np.linalg.norm = None")[:-3],
        stub(
            "90.3",
            "return np.linalg.norm(x) / 2 + 0 * np.random.default_rng(0)"
            ".random()",
        ),
        check("90.3"),
    ],
    "numpy_emptied": with_numpy("np.add = np.divide = None"),
    "print_is_a_number": with_numpy("print = len = sum = 3"),
    "print_is_gone_for_good": with_numpy(
        "import builtins\nbuiltins.print = None"
    ),
    "check_is_a_number": with_numpy("check = 3"),
    "what_warns_is_an_error": with_numpy(
        "import warnings\nwarnings.simplefilter('error')"
    ),
    "floating_point_raises": with_numpy("np.seterr(all='raise')"),
    "another_folder": with_numpy("import os\nos.chdir('/')"),
    "another_seed": with_numpy("np.random.seed(0)"),
    "streams_closed": with_numpy(
        "import io, sys\nsys.stdout = sys.stderr = io.StringIO()"
    ),
    "shallow_stack": with_numpy(
        "import sys\nsys.setrecursionlimit(sys.getrecursionlimit() - 500)"
    ),
    "interrupts_ignored": with_numpy(
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"
    ),
    "own_cell_takes_numpy": with_numpy_and("np = math = None"),
    "own_cell_takes_another_numpy": with_numpy_and("import random as np"),
    "own_cell_takes_names_of_python": with_numpy_and("print = len = 3"),
    "own_cell_raises_what_warns": with_numpy_and(
        "import warnings\nwarnings.simplefilter('error')\n"
        "np.seterr(all='raise')"
    ),
    "own_cell_closes_streams": with_numpy_and(
        "import io, sys\nsys.stdout = sys.stderr = io.StringIO()"
    ),
    "own_names_stay_the_learners": with_numpy_and(
        "math = [1]\nsum = 0\nlist = {}",
        "math.append(2)\nsum += math[0]\nlist['a'] = sum",
        "assert math == [1, 2] and sum == list['a'] == 1",
    ),
    "everything_of_numpy": with_numpy_and(
        "from numpy import *", "assert sum(ones((2, 3)), axis=0).size == 3"
    ),
    "answer_needs_everything_of_numpy": [
        *second(
            stub_cell(
                "90.2",
                "from numpy import *\n"
                "def square(x):\n    return sum(full((x, 1), x), axis=0)",
            ),
            check("90.2"),
        ),
        code("assert square(5) == 25"),
    ],
    "module_reloaded": with_numpy(
        "import importlib\nimportlib.reload(check.exercise.__globals__"
        "['importlib'])"
    ),
}
ONE_WRONG = {
    "wrong": (answered(TWICE), WRONG),
    "crashes": (
        answered("x = 1\nsquares = x + nothing"),
        "at your line 2: squares = x + nothing",
    ),
    "syntax_error": (
        answered("def square(x)\n    return 1"),
        "at your line 1: def square(x)",
    ),
    "wrong_indentation": (
        answered("def square(x):\nreturn x ** 2"),
        "at your line 2: return x ** 2",
    ),
    "unknown_magic": (
        answered(f"%nosuchmagic\n{RIGHT}"),
        "UsageError: Line magic function `%nosuchmagic` not found.",
    ),
    "cell_of_another_language": (
        answered(f"%%bash\n{RIGHT}"),
        "at your line 1: %%bash",
    ),
    "renamed": (answered(RIGHT.replace("square", "squared")), UNDEFINED),
    "name_missing": (answered(""), UNDEFINED),
    "deleted_again": (answered(f"{RIGHT}del square"), UNDEFINED),
    "everything_reset": (answered(f"{RIGHT}%reset -f"), UNDEFINED),
    "redefined_before_its_check": (
        second(stub("90.2"), code(TWICE), check("90.2")),
        WRONG,
    ),
    "check_above_its_stub": (second(check("90.2"), stub("90.2")), UNDEFINED),
    "copied": (
        second(
            stub("90.2", "return 2 * x"),
            check("90.2"),
            stub("90.2"),
            check("90.2"),
        ),
        WRONG,
    ),
    "asks_for_input": (answered(f"{RIGHT}input('?')"), NO_INPUT),
    "function_asks_for_input": (
        answered("def square(x):\n    return input()"),
        NO_INPUT,
    ),
    "calls_itself": (
        answered("def square(x):\n    return square(x)"),
        "RecursionError",
    ),
    "too_much_memory": (
        answered(f"{RIGHT}bytearray(10 ** 15)"),
        "MemoryError",
    ),
    "killed_for_memory": (
        answered(f"import os, signal\n{RIGHT}os.kill(os.getpid(), 9)"),
        DIED,
    ),
    "segmentation_fault": (
        answered("import ctypes\nctypes.string_at(0)"),
        DIED,
    ),
    "kills_the_kernel": (answered("import os\nos._exit(0)"), DIED),
    "function_kills_the_kernel": (
        answered("def square(x):\n    __import__('os')._exit(0)"),
        DIED,
    ),
    "loops": (answered("while True:\n    print('again')"), STOPPED),
    "loops_deafly": (answered(DEAF_LOOP), STOPPED),
    "function_loops_deafly": (
        answered(f"def square(x):\n{DEAF_LOOP}".replace("\n", "\n    ")),
        STOPPED,
    ),
    "shell_never_ends": (answered(f"{RIGHT}!sleep 1000"), STOPPED),
    "waits_for_ever": (
        answered(f"import asyncio\n{RIGHT}await asyncio.sleep(1000)"),
        STOPPED,
    ),
    "exits": (answered("exit()"), LEFT),
    "check_exits": (checked("quit()"), LEFT),
    "system_exit": (answered("raise SystemExit"), "SystemExit"),
    "check_deleted": (second(stub("90.2")), MISSING),
    "check_of_a_stub_deleted": (
        second(stub("90.2", "raise NotImplementedError")),
        MISSING,
    ),
    "exercise_deleted": (second(), "    square = check.square(square)"),
    "check_commented_out": (
        checked("# square = check.square(square)"),
        CHANGED,
    ),
    "check_of_another": (checked("double = check.double(double)"), CHANGED),
    "check_of_another_answer": (
        checked("square = check.square(lambda x: x * x)"),
        CHANGED,
    ),
    "check_of_the_librarys": (
        checked(
            "import toy_answers\nsquare = check.square(toy_answers.square)"
        ),
        CHANGED,
    ),
    "check_forgiven": (
        checked("try:\n    check.square(square)\nexcept Exception:\n    pass"),
        CHANGED,
    ),
    "check_never_reached": (
        checked("if False:\n    square = check.square(square)"),
        CHANGED,
    ),
    "check_printed": (checked("print('Exercise 90.2: passed')"), CHANGED),
    "check_forged": (checked(FORGERY), CHANGED),
    "check_forged_beside_itself": (
        checked(f"square = check.square(square)\n{FORGERY}"),
        WRONG,
    ),
    "stub_forges_a_check": (
        second(stub_cell("90.2", f"{TWICE}{FORGERY}")),
        MISSING,
    ),
    "answer_forges_a_check": (
        answered(f"def square(x):\n{FORGERY}".replace("\n", "\n    ")),
        WRONG,
    ),
    "answer_publishes_nonsense": (answered(NONSENSE), WRONG),
    "display_of_results_changed": (
        second(
            stub_cell(
                "90.2",
                "def square(x):\n    raise NotImplementedError\n"
                f"{DISPLAY_CHANGED}",
            ),
            check("90.2"),
        ),
        FORGED,
    ),
    "answer_changes_numpy": (
        answered(
            "import numpy as np\n"
            "def square(x):\n    np.allclose = print\n    return x ** 2"
        ),
        FORGED,
    ),
    "answer_changes_python": (
        answered(
            "import builtins\n"
            "def square(x):\n    builtins.abs = print\n    return x ** 2"
        ),
        FORGED,
    ),
    "check_replaced": (
        answered(f"{TWICE}check.square = lambda answer: answer"),
        TAMPERED,
    ),
    "check_of_another_in_its_place": (
        answered(f"{TWICE}check.square = check.double"),
        TAMPERED,
    ),
    "judge_replaced": (
        answered(
            f"{TWICE}from vae_course.checks import contract\n"
            "contract._verdict = lambda *args: None"
        ),
        TAMPERED,
    ),
    "attempt_replaced": (
        answered(
            f"{TWICE}from vae_course.checks.attempt import Attempt\n"
            "Attempt.__call__ = lambda self, **inputs: 9"
        ),
        TAMPERED,
    ),
    "code_replaced": (
        answered(f"{TWICE}check.judge.__code__ = (lambda *args: 1).__code__"),
        TAMPERED,
    ),
    "module_replaced": (
        answered(
            f"{TWICE}import sys, types\n"
            "sys.modules[check.__name__] = types.SimpleNamespace("
            "square=lambda answer: answer)"
        ),
        TAMPERED,
    ),
    "function_replaces_its_judge": (
        answered(
            "def square(x):\n"
            "    check.judge.__code__ = (lambda *args: 1).__code__\n"
            "    return 2 * x"
        ),
        TAMPERED,
    ),
    "import_destroyed": (
        answered(f"{TWICE}import builtins\nbuiltins.__import__ = None"),
        STOPPED,
    ),
    "python_destroyed": (
        answered(f"{TWICE}import builtins\nbuiltins.len = None"),
        DIED,
    ),
}
BROKEN_FILES = {
    "empty": "",
    "cut_off": '{"cells": [',
    "list": "[]",
    "no_cells": '{"cells": 3}',
    "cells_of_nothing": '{"cells": [null]}',
    "too_deep": "[" * 100_000,
    "in_utf_16": json.dumps({"cells": []}).encode("utf-16"),
    "not_text": b"\xff\xfe\x00\x01",
    "picture": b"\x89PNG\r\n\x1a\n",
    "merge_conflict": '<<<<<<< HEAD\n{"cells": []}\n=======\n',
}


def in_format_3(cells):
    """Return a notebook of these cells as it was saved before 2015."""
    cells = [
        {
            "cell_type": "code",
            "input": cell["source"],
            "language": "python",
            "metadata": cell["metadata"],
            "outputs": [],
        }
        for cell in cells
    ]
    return json.dumps(
        {
            "metadata": {"name": ""},
            "nbformat": 3,
            "nbformat_minor": 0,
            "worksheets": [{"cells": cells, "metadata": {}}],
        }
    )


def half_done():
    """Return a lesson whose third exercise is not started."""
    return lesson(third=unanswered("90.3"))
